/* The result of a check: a list of cases. */
#include "check/check_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *
text_take(struct text *text)
{
	char *str = mem_strdup(text_str(text));

	text_fini(text);
	*text = (struct text){ 0 };
	return str;
}

void
check_result_init(struct check_result *result, const char *expected_by, bool is_baseline)
{
	*result = (struct check_result){ .expected_by = expected_by, .is_baseline = is_baseline };
}

static void
frames_fini(struct check_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(frames[i].file);
}

void
check_result_fini(struct check_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		struct check_case *c = &result->cases[i];

		free(c->capture);
		free(c->subject);
		free(c->expected);
		free(c->seen);
		free(c->sentence);
		frames_fini(c->frames, c->frame_count);
		frames_fini(c->good_frames, c->good_frame_count);
	}
	free(result->cases);
}

struct check_case *
result_add(struct check_result *result, enum check_outcome outcome)
{
	struct check_case *c;

	if ((result->count & (result->count - 1)) == 0)
		result->cases = mem_realloc_array(result->cases,
		    result->count == 0 ? 8 : result->count * 2 + 8, sizeof(*result->cases));
	c = &result->cases[result->count++];
	*c = (struct check_case){ .outcome = outcome };
	result->passed += outcome == CHECK_PASSED;
	result->failed += outcome == CHECK_FAILED;
	result->open += outcome == CHECK_OPEN;
	return c;
}

static void
add_frame(struct check_frame *frames, size_t *count, const struct check_data *data, uint32_t index)
{
	const struct kept_packet *pkt = kept_packet(data, index);

	if (*count == CHECK_FRAMES_MAX)
		return;
	frames[(*count)++] = (struct check_frame){
		.file = mem_strdup(pkt == NULL ? data->name : data->files[pkt->file]),
		.number = pkt == NULL ? index : pkt->number,
		.index = index,
	};
}

void
case_add_frame(struct check_case *c, const struct check_data *data, uint32_t index)
{
	add_frame(c->frames, &c->frame_count, data, index);
}

void
case_add_good_frame(struct check_case *c, const struct check_data *data, uint32_t index)
{
	add_frame(c->good_frames, &c->good_frame_count, data, index);
}

static int
compare_cases(const struct check_case *a, const struct check_case *b)
{
	bool a_failed = a->outcome == CHECK_FAILED;
	bool b_failed = b->outcome == CHECK_FAILED;

	if (a_failed != b_failed)
		return a_failed ? -1 : 1;
	if (!a_failed)
		return 0;
	return (a->severity < b->severity) - (a->severity > b->severity);
}

/* Merge sort, since equals are to stay in their order. */
static void
sort_cases(struct check_case *cases, struct check_case *room, size_t count)
{
	size_t half = count / 2;
	size_t left = 0, right = half;

	if (count < 2)
		return;
	sort_cases(cases, room, half);
	sort_cases(cases + half, room, count - half);
	for (size_t i = 0; i < count; i++) {
		bool take_left = right == count ||
				 (left < half && compare_cases(&cases[left], &cases[right]) <= 0);

		room[i] = take_left ? cases[left++] : cases[right++];
	}
	memcpy(cases, room, count * sizeof(*cases));
}

void
check_result_order(struct check_result *result)
{
	struct check_case *room = mem_realloc_array(NULL, result->count, sizeof(*room));

	sort_cases(result->cases, room, result->count);
	free(room);
}
