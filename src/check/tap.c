/* The result as TAP 14: a line for each thing that was expected, and YAML below what failed. */
#include <string.h>

#include "check/check.h"
#include "check/output.h"

/* A # would begin a directive, and a backslash escapes. */
static void
put_description(struct text *out, const char *words)
{
	struct text clean = { 0 };

	output_clean(&clean, words);
	for (const char *at = text_str(&clean); *at != '\0'; at++) {
		if (*at == '#' || *at == '\\')
			text_char(out, '\\');
		text_char(out, *at);
	}
	text_fini(&clean);
}

/* Strings of JSON are strings of YAML. */
static void
put_pair(struct text *out, const char *key, const char *words)
{
	text_put(out, "  ");
	text_put(out, key);
	text_put(out, ": ");
	text_json_string(out, words, strlen(words));
	text_char(out, '\n');
}

static void
put_frames(struct text *out, const char *key, const struct check_frame *frames, size_t count)
{
	struct text words = { 0 };

	if (count == 0)
		return;
	output_frames(&words, frames, count);
	put_pair(out, key, text_str(&words));
	text_fini(&words);
}

static void
put_block(struct text *out, const struct check_result *result, const struct check_case *c)
{
	text_put(out, "  ---\n");
	put_pair(out, "message", c->sentence);
	put_pair(out, "severity", "fail");
	put_pair(out, "expected", c->expected);
	put_pair(out, "seen", c->seen);
	put_frames(out, "frames", c->frames, c->frame_count);
	put_frames(out, "as it was", c->good_frames, c->good_frame_count);
	put_pair(out, "file", result->expected_by);
	if (c->line > 0) {
		text_put(out, "  line: ");
		text_u64(out, c->line);
		text_char(out, '\n');
	}
	text_put(out, "  ...\n");
}

void
check_write_tap(struct text *out, const struct check_result *result)
{
	struct text name = { 0 };

	text_put(out, "TAP version 14\n1..");
	text_u64(out, result->count);
	text_char(out, '\n');
	for (size_t i = 0; i < result->count; i++) {
		const struct check_case *c = &result->cases[i];

		text_put(out, c->outcome == CHECK_FAILED ? "not ok " : "ok ");
		text_u64(out, i + 1);
		text_put(out, " - ");
		name.length = 0;
		text_put(&name, c->capture);
		text_put(&name, ": ");
		output_name(&name, c);
		put_description(out, text_str(&name));
		if (c->outcome == CHECK_OPEN) {
			text_put(out, " # SKIP ");
			put_description(out, output_why_open(c));
		}
		text_char(out, '\n');
		if (c->outcome == CHECK_FAILED)
			put_block(out, result, c);
	}
	text_fini(&name);
}
