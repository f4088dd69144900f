/* The result for people: what failed, worst first, each with its frames. */
#include "check/check.h"
#include "check/output.h"

#define RED   "\x1b[31m"
#define GREEN "\x1b[32m"
#define PLAIN "\x1b[0m"

static void
put_colored(struct text *out, const char *color, const char *word, bool wanted)
{
	text_put(out, wanted ? color : "");
	text_put(out, word);
	text_put(out, wanted ? PLAIN : "");
}

static void
put_case(
    struct text *out, const struct check_result *result, const struct check_case *c, bool color)
{
	put_colored(out, RED, "FAILED", color);
	text_char(out, ' ');
	output_clean(out, c->capture);
	text_put(out, ": ");
	output_clean(out, c->sentence);
	text_char(out, '\n');
	if (c->frame_count > 0) {
		text_put(out, "    see ");
		output_frames(out, c->frames, c->frame_count);
		text_char(out, '\n');
	}
	if (c->good_frame_count > 0) {
		text_put(out, "    as it was: ");
		output_frames(out, c->good_frames, c->good_frame_count);
		text_char(out, '\n');
	}
	if (c->line > 0) {
		text_put(out, "    expected by ");
		output_clean(out, result->expected_by);
		text_char(out, ':');
		text_u64(out, c->line);
		text_char(out, '\n');
	}
}

void
check_write_text(struct text *out, const struct check_result *result, bool color)
{
	for (size_t i = 0; i < result->count; i++)
		if (result->cases[i].outcome == CHECK_FAILED)
			put_case(out, result, &result->cases[i], color);
	text_u64(out, result->passed);
	put_colored(out, GREEN, " passed", color && result->failed == 0);
	text_put(out, ", ");
	text_u64(out, result->failed);
	put_colored(out, RED, " failed", color && result->failed > 0);
	if (result->open > 0) {
		text_put(out, ", ");
		text_u64(out, result->open);
		text_put(out, " not judged");
	}
	text_char(out, '\n');
}
