#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "base/text.h"
#include "base/when.h"

static bool is_relative;

/* -1 for what is no moment; none of the tests means that one. */
static int64_t
moment(const char *text)
{
	struct moment moment;
	bool is_one = when_moment(text, strlen(text), &moment);

	is_relative = moment.is_relative;
	return is_one ? moment.ns : -1;
}

static int64_t
seconds(const char *text)
{
	int64_t ns;

	return when_seconds(text, strlen(text), &ns) ? ns : -1;
}

static void
test_seconds_have_a_fraction_of_any_length(void **state)
{
	(void)state;
	assert_int_equal(seconds("0"), 0);
	assert_int_equal(seconds("3"), INT64_C(3000000000));
	assert_int_equal(seconds("0.25"), 250000000);
	assert_int_equal(seconds("1558371357.011645"), INT64_C(1558371357011645000));
	assert_int_equal(seconds("0.1234567891999"), 123456789);
	assert_int_equal(seconds("9223372036.854775807"), INT64_MAX);
}

static void
test_what_is_no_number_of_seconds_is_refused(void **state)
{
	static const char *const wrong[] = { "", ".", "1.", ".5", "-1", "+1", " 1", "1 ", "1e3",
		"0x1", "1,5", "1.5.2", "9223372036.854775808", "9223372037",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(seconds(wrong[i]), -1);
}

static void
test_a_moment_is_since_1970_or_since_the_first_frame(void **state)
{
	(void)state;
	assert_int_equal(moment("1558371357.5"), INT64_C(1558371357500000000));
	assert_false(is_relative);
	assert_int_equal(moment("+3.5"), INT64_C(3500000000));
	assert_true(is_relative);
	assert_int_equal(moment("+"), -1);
	assert_int_equal(moment("++1"), -1);
}

static void
test_iso_8601_is_read_with_its_zone(void **state)
{
	(void)state;
	assert_int_equal(moment("2019-05-20T16:55:57.011645Z"), INT64_C(1558371357011645000));
	assert_int_equal(moment("2019-05-20T18:55:57.011645+02:00"), INT64_C(1558371357011645000));
	assert_int_equal(moment("2019-05-20T18:55:57+0200"), INT64_C(1558371357000000000));
	assert_int_equal(moment("2019-05-20 11:25:57-05:30"), INT64_C(1558371357000000000));
	assert_int_equal(moment("2019-05-20t18:55:57+02"), INT64_C(1558371357000000000));
	assert_int_equal(moment("2016-12-31T23:59:60Z"), moment("2017-01-01T00:00:00Z"));
}

static void
test_a_date_without_a_zone_or_out_of_the_calendar_is_refused(void **state)
{
	static const char *const wrong[] = { "2019-05-20", "2019-05-20T16:55:57",
		"2019-05-20T16:55Z", "2019-13-01T00:00:00Z", "2019-02-29T00:00:00Z",
		"2019-04-31T00:00:00Z", "2019-00-01T00:00:00Z", "2019-01-00T00:00:00Z",
		"2019-01-01T24:00:00Z", "2019-01-01T00:60:00Z", "2019-01-01T00:00:61Z",
		"2019-01-01T00:00:00+24:00", "2019-01-01T00:00:00+00:60", "2019-01-01T00:00:00.Z",
		"2019-01-01T00:00:00Z ", "0000-01-01T00:00:00Z", "2300-01-01T00:00:00Z",
		"1600-01-01T00:00:00Z" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(moment(wrong[i]), -1);
	assert_int_not_equal(moment("2020-02-29T00:00:00Z"), -1);
	assert_int_not_equal(moment("2000-02-29T00:00:00Z"), -1);
	assert_int_equal(moment("1900-02-29T00:00:00Z"), -1);
}

/* Every day from 1700 to 2262, and a moment in each. */
static void
test_what_is_written_is_read_again(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int64_t day = -98614; day < 106751; day += 13) {
		int64_t ns = day * INT64_C(86400000000000) + INT64_C(43201000000001);
		struct moment again;

		text.length = 0;
		text_iso8601(&text, ns);
		assert_true(when_moment(text.at, text.length, &again));
		assert_int_equal(again.ns, ns);
	}
	text_fini(&text);
}

static void
test_what_is_too_far_for_a_span_is_as_far_as_can_be(void **state)
{
	(void)state;
	assert_int_equal(span_ns(5, 7), -2);
	assert_int_equal(span_ns(INT64_MAX, -1), INT64_MAX);
	assert_int_equal(span_ns(INT64_MIN, 1), INT64_MIN);
	assert_int_equal(span_end(5, -7), -2);
	assert_int_equal(span_end(INT64_MAX, 1), INT64_MAX);
	assert_int_equal(span_end(-2, INT64_MIN), INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds_have_a_fraction_of_any_length),
		cmocka_unit_test(test_what_is_no_number_of_seconds_is_refused),
		cmocka_unit_test(test_a_moment_is_since_1970_or_since_the_first_frame),
		cmocka_unit_test(test_iso_8601_is_read_with_its_zone),
		cmocka_unit_test(test_a_date_without_a_zone_or_out_of_the_calendar_is_refused),
		cmocka_unit_test(test_what_is_written_is_read_again),
		cmocka_unit_test(test_what_is_too_far_for_a_span_is_as_far_as_can_be),
	};

	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
