/* The result as Markdown, for the summary of a job: counts, what failed, and a ladder. */
#include "check/check.h"
#include "check/output.h"

/* What is foreign stands in a code span, fenced by more backticks than it has in a row. */
static void
put_code(struct text *out, const char *words)
{
	struct text clean = { 0 };
	size_t longest = 0, run = 0;

	output_clean(&clean, words);
	for (const char *at = text_str(&clean); *at != '\0'; at++) {
		run = *at == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		text_char(out, '`');
	text_put(out, clean.length > 0 && clean.at[0] == '`' ? " " : "");
	text_put(out, clean.length == 0 ? " " : text_str(&clean));
	text_put(out, clean.length > 0 && clean.at[clean.length - 1] == '`' ? " " : "");
	for (size_t i = 0; i <= longest; i++)
		text_char(out, '`');
	text_fini(&clean);
}

static void
put_case(struct text *out, const struct check_result *result, const struct check_case *c)
{
	struct text where = { 0 };

	text_put(out, "- **");
	text_put(out, c->fact);
	text_put(out, "** of ");
	put_code(out, c->subject);
	text_put(out, " in ");
	put_code(out, c->capture);
	text_put(out, ": expected ");
	put_code(out, c->expected);
	text_put(out, ", but it is ");
	put_code(out, c->seen);
	if (c->frame_count > 0) {
		output_frames(&where, c->frames, c->frame_count);
		text_put(out, "; see ");
		put_code(out, text_str(&where));
	}
	if (c->line > 0) {
		where.length = 0;
		text_put(&where, result->expected_by);
		text_char(&where, ':');
		text_u64(&where, c->line);
		text_put(out, " (");
		put_code(out, text_str(&where));
		text_char(out, ')');
	}
	text_char(out, '\n');
	text_fini(&where);
}

void
check_write_markdown(struct text *out, const struct check_result *result, const char *mermaid)
{
	text_put(out, "### synscope check: ");
	text_put(out, result->failed > 0 ? "failed" : "passed");
	text_put(out, "\n\n");
	text_u64(out, result->passed);
	text_put(out, " passed, ");
	text_u64(out, result->failed);
	text_put(out, " failed, ");
	text_u64(out, result->open);
	text_put(out, " not judged; held against ");
	put_code(out, result->expected_by);
	text_put(out, ".\n");
	if (result->failed > 0)
		text_char(out, '\n');
	for (size_t i = 0; i < result->count; i++)
		if (result->cases[i].outcome == CHECK_FAILED)
			put_case(out, result, &result->cases[i]);
	if (mermaid == NULL)
		return;
	text_put(out, "\nThe flow with the worst difference:\n\n```mermaid\n");
	text_put(out, mermaid);
	text_put(out, "```\n");
}
