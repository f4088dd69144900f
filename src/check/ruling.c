/* One ruling: who is to blame, and how what was expected and seen is put into words. */
#include "check/hold.h"

#include <string.h>

#include "base/mem.h"

struct ruling *
ruling_add(struct holding *h, const struct group *group, const struct expected *expected)
{
	struct ruling *ruling;

	h->rulings = mem_realloc_array(h->rulings, h->count + 1, sizeof(*h->rulings));
	ruling = &h->rulings[h->count++];
	*ruling = (struct ruling){
		.outcome = CHECK_PASSED,
		.group = group,
		.expected = expected,
	};
	return ruling;
}

void
ruling_blame(struct ruling *ruling, uint32_t place)
{
	ruling->blamed++;
	if (ruling->culprit_count == CULPRITS_MAX)
		return;
	ruling->culprits = mem_realloc_array(
	    ruling->culprits, ruling->culprit_count + 1, sizeof(*ruling->culprits));
	ruling->culprits[ruling->culprit_count++] = place;
}

void
ruling_liken(struct ruling *ruling, uint32_t place)
{
	for (size_t i = 0; i < ruling->culprit_count; i++)
		if (ruling->culprits[i] == place)
			return;
	for (size_t i = 0; i < ruling->alike_count; i++)
		if (ruling->alike[i] == place)
			return;
	if (ruling->alike_count < CHECK_FLOWS_MAX)
		ruling->alike[ruling->alike_count++] = place;
}

void
holding_look(const struct holding *h, const struct group *group, uint32_t place,
    const struct expected *expected, struct seen *seen)
{
	const struct subject subject = { h->data, group->scope, place };

	fact_read(seen, &subject, expected);
}

bool
expected_meets(const struct expected *expected, const struct seen *seen, int64_t all)
{
	if (expected->fact == FACT_SEQUENCE)
		return seen->lo == (int64_t)expected->step_count;
	if (expected->test.kind == TEST_ALL)
		return seen->lo == all;
	return test_meets(&expected->test, seen, fact_rows[expected->fact].type);
}

/* --- in words --- */

/* Long strings are cut: whoever wants them whole has the capture. */
#define SHOWN_MAX 72

static void
put_cut(struct text *out, const char *text)
{
	size_t length = strlen(text);

	if (length <= SHOWN_MAX) {
		text_put(out, text);
		return;
	}
	text_bytes(out, text, character_begin(text, SHOWN_MAX));
	text_put(out, "...");
}

void
put_seen(struct text *out, const struct expected *expected, const struct seen *seen)
{
	struct text value = { 0 };

	if (expected->fact == FACT_SEQUENCE)
		text_bytes(&value, seen->text, seen->text_length);
	else if (fact_is_digest(expected->fact) && seen->is_known)
		text_bytes(&value, seen->text, 16);
	else
		seen_put(&value, seen, fact_rows[expected->fact].type, fact_words(expected->fact));
	put_cut(out, text_str(&value));
	text_fini(&value);
}

void
put_wanted(struct text *out, const struct expected *expected)
{
	const char *said = expected->test.said;

	if (expected->fact == FACT_CONTENT || expected->fact == FACT_CONTAINS) {
		struct text value = { 0 };

		text_char(&value, '"');
		text_put(&value, said);
		text_char(&value, '"');
		put_cut(out, text_str(&value));
		text_fini(&value);
	} else if (fact_is_digest(expected->fact)) {
		text_bytes(out, said, strlen(said) < 16 ? strlen(said) : 16);
	} else {
		put_cut(out, said);
	}
}

struct spread {
	struct text value;
	size_t count;
};

void
put_spread(struct text *out, const struct holding *h, const struct group *group,
    const struct members *members, const struct expected *expected)
{
	struct spread spreads[VALUES_SHOWN] = { 0 };
	struct text value = { 0 };
	struct seen seen = { 0 };
	size_t used = 0, others = 0;

	for (size_t i = 0; i < members->count; i++) {
		size_t at = 0;

		holding_look(h, group, members->at[i], expected, &seen);
		value.length = 0;
		put_seen(&value, expected, &seen);
		text_str(&value);
		while (at < used && strcmp(text_str(&spreads[at].value), value.at) != 0)
			at++;
		if (at == VALUES_SHOWN) {
			others++;
			continue;
		}
		if (at == used) {
			text_put(&spreads[at].value, value.at);
			used++;
		}
		spreads[at].count++;
	}
	for (size_t i = 0; i < used; i++) {
		text_put(out, i == 0 ? "" : ", ");
		if (members->count > 1) {
			text_u64(out, spreads[i].count);
			text_char(out, ' ');
		}
		text_put(out, text_str(&spreads[i].value));
		text_fini(&spreads[i].value);
	}
	if (others > 0) {
		text_put(out, ", ");
		text_u64(out, others);
		text_put(out, " others");
	}
	text_fini(&value);
	text_fini(&seen.room);
}
