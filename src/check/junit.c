/*
 * The result as JUnit XML, for Jenkins, GitLab and whoever reads that: a suite
 * for each capture, a test case for each thing that was expected. Without times
 * of day and of running, so that the same result is the same bytes.
 */
#include <string.h>

#include "check/check.h"
#include "check/output.h"
#include "markup/markup.h"

struct tally {
	size_t tests;
	size_t failures;
	size_t skipped;
};

static struct tally
tally_of(const struct check_result *result, const char *capture)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < result->count; i++) {
		const struct check_case *c = &result->cases[i];

		if (capture != NULL && strcmp(c->capture, capture) != 0)
			continue;
		tally.tests++;
		tally.failures += c->outcome == CHECK_FAILED;
		tally.skipped += c->outcome == CHECK_OPEN;
	}
	return tally;
}

static void
write_tally(struct markup_writer *xml, const struct tally *tally)
{
	markup_attribute_u64(xml, "tests", tally->tests);
	markup_attribute_u64(xml, "failures", tally->failures);
	markup_attribute_u64(xml, "errors", 0);
}

static void
write_case(struct markup_writer *xml, const struct check_result *result, const struct check_case *c)
{
	struct text words = { 0 };

	markup_break(xml);
	markup_begin(xml, "testcase");
	output_name(&words, c);
	markup_attribute(xml, "name", text_str(&words));
	words.length = 0;
	output_class(&words, c);
	markup_attribute(xml, "classname", text_str(&words));
	markup_attribute(xml, "time", "0");
	if (c->outcome == CHECK_FAILED) {
		markup_begin(xml, "failure");
		markup_attribute(xml, "message", c->sentence);
		markup_attribute(xml, "type", c->fact);
		words.length = 0;
		output_details(&words, result, c);
		markup_text(xml, text_str(&words));
		markup_end(xml);
	} else if (c->outcome == CHECK_OPEN) {
		markup_begin(xml, "skipped");
		markup_attribute(xml, "message", output_why_open(c));
		markup_end(xml);
	}
	markup_end(xml);
	text_fini(&words);
}

static bool
was_written(const struct check_result *result, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(result->cases[j].capture, result->cases[i].capture) == 0)
			return true;
	return false;
}

static void
write_suite(struct markup_writer *xml, const struct check_result *result, const char *capture)
{
	struct tally tally = tally_of(result, capture);

	markup_break(xml);
	markup_begin(xml, "testsuite");
	markup_attribute(xml, "name", capture);
	write_tally(xml, &tally);
	markup_attribute_u64(xml, "skipped", tally.skipped);
	markup_attribute(xml, "time", "0");
	for (size_t i = 0; i < result->count; i++)
		if (strcmp(result->cases[i].capture, capture) == 0)
			write_case(xml, result, &result->cases[i]);
	markup_break(xml);
	markup_end(xml);
}

void
check_write_junit(struct text *out, const struct check_result *result)
{
	struct markup_writer *xml = markup_writer_new(out);
	struct tally all = tally_of(result, NULL);

	markup_begin(xml, "testsuites");
	markup_attribute(xml, "name", "synscope check");
	write_tally(xml, &all);
	markup_attribute(xml, "time", "0");
	for (size_t i = 0; i < result->count; i++)
		if (!was_written(result, i))
			write_suite(xml, result, result->cases[i].capture);
	markup_break(xml);
	markup_end(xml);
	markup_writer_free(xml);
}
