/* The failures as commands to a workflow of GitHub Actions: annotations, where it was expected. */
#include "check/check.h"
#include "check/output.h"

static void
put_escaped(struct text *out, const char *words, bool is_property)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *words != '\0'; words++) {
		uint8_t c = (uint8_t)*words;

		if (c < 0x20 || c == '%' || c == 0x7f || (is_property && (c == ':' || c == ','))) {
			text_char(out, '%');
			text_char(out, digits[c >> 4]);
			text_char(out, digits[c & 15]);
		} else {
			text_char(out, (char)c);
		}
	}
}

static void
put_foreign(struct text *out, const char *words, bool is_property)
{
	struct text clean = { 0 };

	output_clean(&clean, words);
	put_escaped(out, text_str(&clean), is_property);
	text_fini(&clean);
}

void
check_write_github(struct text *out, const struct check_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct check_case *c = &result->cases[i];

		if (c->outcome != CHECK_FAILED)
			continue;
		text_put(out, "::error file=");
		put_foreign(out, c->line > 0 ? result->expected_by : c->capture, true);
		if (c->line > 0) {
			text_put(out, ",line=");
			text_u64(out, c->line);
		}
		text_put(out, ",title=");
		put_foreign(out, c->subject, true);
		text_put(out, "%3A ");
		put_foreign(out, c->fact, true);
		text_put(out, "::");
		put_foreign(out, c->capture, false);
		text_put(out, ": ");
		put_foreign(out, c->sentence, false);
		text_char(out, '\n');
	}
}
