#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/account.h"

static void
test_frames_stand_in_order_and_once(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	frames_add(&frames, 7);
	frames_add(&frames, 0);
	frames_add(&frames, 3);
	frames_add(&frames, 7);
	frames_add(&frames, 5);
	assert_int_equal(frames.count, 3);
	assert_int_equal(frames.at[0], 3);
	assert_int_equal(frames.at[1], 5);
	assert_int_equal(frames.at[2], 7);
}

static void
test_of_many_frames_the_first_are_kept(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	for (uint32_t i = 1000; i > 0; i--)
		frames_add(&frames, i);
	assert_int_equal(frames.count, FRAMES_MAX);
	for (uint32_t i = 0; i < FRAMES_MAX; i++)
		assert_int_equal(frames.at[i], i + 1);
	frames_add(&frames, 2000);
	assert_int_equal(frames.count, FRAMES_MAX);
	assert_int_equal(frames.at[FRAMES_MAX - 1], FRAMES_MAX);
}

/* The document with one sentence in it. */
static const char *
said(const struct catalog *catalog, int64_t number)
{
	static struct text out;
	struct markup_document *document = markup_document_new("r");
	struct saying saying = { 0 };

	saying_number(&saying, number);
	saying_word(&saying, "<b>");
	saying_number(&saying, 9);
	frames_add(&saying.frames, 12);
	frames_add(&saying.frames, 4);
	saying_add(&saying, markup_document_root(document), catalog, "%1 call of %2, %3.",
	    "%1 calls of %2, %3.");
	assert_int_equal(saying.phrase.count, 0);
	assert_int_equal(saying.frames.count, 0);
	out.length = 0;
	markup_document_write(document, &out);
	markup_document_free(document);
	return text_str(&out);
}

static void
test_the_first_number_decides_between_one_and_many(void **state)
{
	(void)state;
	assert_non_null(strstr(said(NULL, 1), ">1 call of &lt;b&gt;, 9.</sentence>"));
	assert_non_null(strstr(said(NULL, 2), ">2 calls of &lt;b&gt;, 9.</sentence>"));
	assert_non_null(strstr(said(NULL, 0), ">0 calls of &lt;b&gt;, 9.</sentence>"));
	assert_non_null(strstr(said(NULL, 1), "<sentence frames=\"4 12\">"));
}

static void
test_a_saying_that_is_not_said_leaves_nothing(void **state)
{
	struct saying saying = { 0 };

	(void)state;
	saying_word(&saying, "words");
	saying_since(&saying, -1);
	frames_add(&saying.frames, 1);
	saying_drop(&saying);
	assert_int_equal(saying.phrase.count, 0);
	assert_int_equal(saying.frames.count, 0);
	assert_false(saying.has_number);
}

static void
test_times_and_ranges_are_for_people(void **state)
{
	struct text out = { 0 };

	(void)state;
	put_since(&out, 12252000);
	text_char(&out, ' ');
	put_since(&out, 12252001);
	text_char(&out, ' ');
	put_range(&out, &(struct range){ 3, 3 });
	text_char(&out, ' ');
	put_range(&out, &(struct range){ 1, 3 });
	text_char(&out, ' ');
	put_range(&out, &(struct range){ 2, RANGE_OPEN });
	assert_string_equal(text_str(&out), "0.012252 0.012252001 3 1–3 2+");
	text_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_stand_in_order_and_once),
		cmocka_unit_test(test_of_many_frames_the_first_are_kept),
		cmocka_unit_test(test_the_first_number_decides_between_one_and_many),
		cmocka_unit_test(test_a_saying_that_is_not_said_leaves_nothing),
		cmocka_unit_test(test_times_and_ranges_are_for_people),
	};

	return cmocka_run_group_tests_name("sayings", tests, NULL, NULL);
}
