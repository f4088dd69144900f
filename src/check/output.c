#include "check/output.h"

#include <string.h>

#include "base/path.h"

void
output_clean(struct text *out, const char *words)
{
	text_terminal(out, words, strlen(words));
}

void
output_name(struct text *out, const struct check_case *c)
{
	text_put(out, c->subject);
	text_put(out, ": ");
	text_put(out, c->fact);
	if (c->expected[0] != '\0') {
		text_put(out, ": ");
		text_put(out, c->expected);
	}
	if (c->line > 0) {
		text_put(out, " (line ");
		text_u64(out, c->line);
		text_char(out, ')');
	}
}

void
output_class(struct text *out, const struct check_case *c)
{
	text_put(out, "synscope.");
	for (const char *name = path_last_name(c->capture); *name != '\0'; name++)
		text_char(out, *name == '.' ? '_' : *name);
}

void
output_frames(struct text *out, const struct check_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool is_new = i == 0 || strcmp(frames[i].file, frames[i - 1].file) != 0;
		bool is_one =
		    is_new && (i + 1 == count || strcmp(frames[i].file, frames[i + 1].file) != 0);

		text_put(out, i == 0 ? "" : is_new ? "; " : ", ");
		if (is_new) {
			output_clean(out, frames[i].file);
			text_put(out, is_one ? ": frame " : ": frames ");
		}
		text_u64(out, frames[i].number);
	}
}

static void
put_line(struct text *out, const char *label, const char *words)
{
	text_put(out, label);
	text_put(out, words);
	text_char(out, '\n');
}

void
output_details(struct text *out, const struct check_result *result, const struct check_case *c)
{
	text_char(out, '\n');
	put_line(out, "expected: ", c->expected);
	put_line(out, "seen: ", c->seen);
	if (c->frame_count > 0) {
		text_put(out, "frames: ");
		output_frames(out, c->frames, c->frame_count);
		text_char(out, '\n');
	}
	if (c->good_frame_count > 0) {
		text_put(out, "as it was: ");
		output_frames(out, c->good_frames, c->good_frame_count);
		text_char(out, '\n');
	}
	text_put(out, "expected by: ");
	text_put(out, result->expected_by);
	if (c->line > 0) {
		text_char(out, ':');
		text_u64(out, c->line);
	}
	text_char(out, '\n');
}

const char *
output_why_open(const struct check_case *c)
{
	return c->sentence[0] != '\0' ? c->sentence : "the capture does not show it";
}

void
output_uri(struct text *out, const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	/* What stands before the first colon would be taken for a scheme; none is left. */
	for (; *path != '\0'; path++) {
		uint8_t c = (uint8_t)*path;

		if (strchr(plain, *path) != NULL) {
			text_char(out, *path);
			continue;
		}
		text_char(out, '%');
		text_char(out, digits[c >> 4]);
		text_char(out, digits[c & 15]);
	}
}
