#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"
#include "check/fact.h"
#include "prose/prose.h"
#include "support/segment.h"

static struct diag diag;

/* Whether a number, or what the packets leave open of it, is as expected. */
static bool
holds(const char *said, enum value_type type, int64_t lo, int64_t hi)
{
	const struct seen seen = { .is_known = true, .lo = lo, .hi = hi };
	struct test test;
	bool met;

	assert_int_equal(test_parse(&test, said, type, NULL, &diag), ST_OK);
	met = test_meets(&test, &seen, type);
	test_fini(&test);
	return met;
}

static void
assert_bounds(const char *said, enum value_type type, int64_t lo, int64_t hi)
{
	struct test test;

	assert_int_equal(test_parse(&test, said, type, NULL, &diag), ST_OK);
	assert_int_equal(test.lo, lo);
	assert_int_equal(test.hi, hi);
	test_fini(&test);
}

static void
assert_refused(const char *said, enum value_type type, const char *sentence)
{
	struct test test;

	assert_int_equal(test_parse(&test, said, type, NULL, &diag), ST_FORMAT);
	assert_non_null(strstr(diag.text, sentence));
	test_fini(&test);
}

static void
test_numbers_are_read_with_their_bounds(void **state)
{
	(void)state;
	assert_bounds("3", VALUE_COUNT, 3, 3);
	assert_bounds(" at most 3\n", VALUE_COUNT, INT64_MIN, 3);
	assert_bounds("at least 3", VALUE_COUNT, 3, INT64_MAX);
	assert_bounds("less than 3", VALUE_COUNT, INT64_MIN, 2);
	assert_bounds("more than 3", VALUE_COUNT, 4, INT64_MAX);
	assert_bounds("between 2 and 4", VALUE_COUNT, 2, 4);
	assert_bounds("3 ± 1", VALUE_COUNT, 2, 4);
	assert_bounds("100 +- 20 %", VALUE_COUNT, 80, 120);
	assert_bounds("100+-20%", VALUE_COUNT, 80, 120);
}

static void
test_units_belong_to_their_kind(void **state)
{
	(void)state;
	assert_bounds("10 ms", VALUE_TIME, 10000000, 10000000);
	assert_bounds("1.5 s", VALUE_TIME, 1500000000, 1500000000);
	assert_bounds("2 µs", VALUE_TIME, 2000, 2000);
	assert_bounds("0.0001ms", VALUE_TIME, 100, 100);
	assert_bounds("between 2 and 4 ms", VALUE_TIME, 2000000, 4000000);
	assert_bounds("between 900 us and 4 ms", VALUE_TIME, 900000, 4000000);
	assert_bounds("10 ms ± 2", VALUE_TIME, 8000000, 12000000);
	assert_bounds("1 min +- 50 %", VALUE_TIME, INT64_C(30000000000), INT64_C(90000000000));
	assert_bounds("15", VALUE_BYTES, 15, 15);
	assert_bounds("at most 2 KiB", VALUE_BYTES, INT64_MIN, 2048);
	assert_refused("10", VALUE_TIME, "a time with its unit");
	assert_refused("10 parsecs", VALUE_TIME, "a time with its unit");
	assert_refused("10 ms", VALUE_COUNT, "a number");
	assert_refused("at most 92233720368547758 h", VALUE_TIME, "a time with its unit");
}

static void
test_numbers_that_make_no_sense_are_refused(void **state)
{
	static const char *const wrong[] = { "", "x", "-1", "1 2", "at most", "atmost 3",
		"between 4 and 2", "3 +-", "99999999999999999999", "9223372036854775807 +- 100 %",
		"4611686018427387903 +- 9223372036854775807 %", "1e3", "1.", "0x10", "2.5",
		"3 ± 0.5", "at most 1.5" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct test test;

		assert_int_equal(test_parse(&test, wrong[i], VALUE_COUNT, NULL, &diag), ST_FORMAT);
		test_fini(&test);
	}
}

static void
test_what_is_open_must_be_within_unless_possibly(void **state)
{
	(void)state;
	assert_true(holds("2", VALUE_RANGE, 2, 2));
	assert_false(holds("2", VALUE_RANGE, 0, 2));
	assert_true(holds("possibly 2", VALUE_RANGE, 0, 2));
	assert_false(holds("possibly 3", VALUE_RANGE, 0, 2));
	assert_true(holds("between 0 and 2", VALUE_RANGE, 0, 2));
	assert_true(holds("none", VALUE_RANGE, 0, 0));
	assert_false(holds("none", VALUE_RANGE, 0, 1));
	assert_true(holds("any", VALUE_RANGE, 0, INT64_MAX));
}

static const char *const colors[] = { "red", "green", "blue", NULL };

static bool
word_holds(const char *said, enum value_type type, unsigned words)
{
	const struct seen seen = { .is_known = true, .words = words };
	struct test test;
	bool met;

	assert_int_equal(test_parse(&test, said, type, colors, &diag), ST_OK);
	met = test_meets(&test, &seen, type);
	test_fini(&test);
	return met;
}

static void
test_words_are_alternatives_and_sets_are_limits(void **state)
{
	(void)state;
	assert_true(word_holds("red", VALUE_WORD, 1));
	assert_true(word_holds("red or blue", VALUE_WORD, 4));
	assert_false(word_holds("red or blue", VALUE_WORD, 2));
	assert_true(word_holds("not red", VALUE_WORD, 2));
	assert_false(word_holds("not red or green", VALUE_WORD, 2));
	assert_true(word_holds("red green", VALUE_SET, 1));
	assert_true(word_holds("red green", VALUE_SET, 0));
	assert_false(word_holds("red", VALUE_SET, 3));
	assert_true(word_holds("possibly red", VALUE_SET, 3));
	assert_true(word_holds("none", VALUE_SET, 0));
	assert_false(word_holds("none", VALUE_SET, 1));
}

static void
test_a_word_nearby_is_suggested(void **state)
{
	struct test test;

	(void)state;
	assert_string_equal(name_meant("gren", colors), "green");
	assert_string_equal(name_meant("bleu", colors), "blue");
	assert_string_equal(name_meant("GREEN", colors), "green");
	assert_null(name_meant("turquoise", colors));
	assert_int_equal(test_parse(&test, "gren", VALUE_WORD, colors, &diag), ST_FORMAT);
	assert_non_null(strstr(diag.text, "was \"green\" meant?"));
	test_fini(&test);
}

static void
test_text_survives_being_written_and_read(void **state)
{
	static const char bytes[] = "a\n\t\\\x01\xff b\0c";
	struct text said = { 0 };
	struct text read = { 0 };

	(void)state;
	escape_put(&said, bytes, sizeof(bytes) - 1);
	assert_true(escape_read(&read, text_str(&said)));
	assert_int_equal(read.length, sizeof(bytes) - 1);
	assert_memory_equal(read.at, bytes, read.length);
	assert_false(escape_read(&read, "\\q"));
	assert_false(escape_read(&read, "\\x1"));
	assert_false(escape_read(&read, "\\"));
	text_fini(&said);
	text_fini(&read);
}

static void
test_histories_match_patterns(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool matches;
	} cases[] = {
		{ "ShADadFf", "ShADadFf", true },
		{ "Sh*", "ShADadFf", true },
		{ "*F*f", "ShADadFf", true },
		{ "*R*", "ShADadFf", false },
		{ "Sh", "ShA", false },
		{ "*", "", true },
		{ "********************************x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct seen seen = { .is_known = true,
			.text = cases[i].text,
			.text_length = strlen(cases[i].text) };
		struct test test;

		assert_int_equal(
		    test_parse(&test, cases[i].pattern, VALUE_TEXT, NULL, &diag), ST_OK);
		test.is_pattern = true;
		assert_int_equal(test_meets(&test, &seen, VALUE_TEXT), cases[i].matches);
		test_fini(&test);
	}
}

static void
test_ends_are_read_in_every_spelling(void **state)
{
	static const char *const right[] = { "192.0.2.1", "192.0.2.1:80", "::1", "[::1]:80",
		"[::1]", ":80", "*:80", ":dynamic" };
	static const char *const wrong[] = { "", "192.0.2", "192.0.2.1:", "192.0.2.1:65536", "[::1",
		"[::1]80", ":x", "host", ":80:90" };
	struct end_wanted end;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_true(end_parse(&end, right[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(end_parse(&end, wrong[i]));
	assert_true(end_parse(&end, "192.0.2.1:80"));
	assert_true(end_matches(&end, (const uint8_t[16]){ 192, 0, 2, 1 }, 4, 80));
	assert_false(end_matches(&end, (const uint8_t[16]){ 192, 0, 2, 1 }, 4, 81));
	assert_false(end_matches(&end, (const uint8_t[16]){ 192, 0, 2, 2 }, 4, 80));
	assert_true(end_parse(&end, ":dynamic"));
	assert_true(end_matches(&end, (const uint8_t[16]){ 0 }, 6, 50000));
	assert_false(end_matches(&end, (const uint8_t[16]){ 0 }, 6, 80));
}

/* Lists of words end with NULL; some are spelled a second time. */
static void
test_words_of_facts_are_those_of_their_rooms(void **state)
{
	(void)state;
	assert_null(fact_words(FACT_OPEN)[OPEN_COUNT]);
	assert_null(fact_words(FACT_CLOSE)[CLOSE_COUNT]);
	for (int i = 1; i < CONNECT_COUNT; i++)
		assert_string_equal(fact_words(FACT_CONNECT)[i], conn_connect_names[i]);
	for (int i = 0; i < STORY_COUNT; i++)
		assert_string_equal(fact_words(FACT_STORY)[i], story_words[i].name);
	for (int i = 0; i < FACT_COUNT_OF; i++)
		assert_int_equal(fact_named(fact_rows[i].scope, fact_rows[i].name), i);
}

static void
test_payloads_differ_where_the_first_byte_does(void **state)
{
	uint8_t one[] = "abcdef", other[] = "abcxef";
	struct payload a = { .is_known = true, .length = 6, .head = one, .head_count = 6 };
	struct payload b = { .is_known = true, .length = 6, .head = other, .head_count = 6 };
	uint64_t at;

	(void)state;
	assert_true(payload_differ(&a, &b, &at));
	assert_int_equal(at, 3);
	assert_false(payload_differ(&a, &a, &at));
	b = a;
	b.length = b.head_count = 5;
	assert_true(payload_differ(&a, &b, &at));
	assert_int_equal(at, 5);
}

static void
test_a_beginning_is_known_as_far_as_it_is_there(void **state)
{
	uint8_t bytes[HEAD_BYTES] = { 1, 2, 3 };
	uint64_t blocks[] = { 17, 18, 19 };
	uint8_t one[SHA256_BYTES], other[SHA256_BYTES];
	const struct payload a = {
		.is_known = true,
		.in_order = HEAD_BYTES + 2 * BLOCK_BYTES + 7,
		.head = bytes,
		.head_count = HEAD_BYTES,
		.blocks = blocks,
		.block_count = 3,
	};
	struct payload longer = a;

	(void)state;
	longer.in_order += 1;
	assert_true(payload_begins(&a, 3, one));
	assert_false(payload_begins(&a, a.in_order + 1, one));
	assert_true(payload_begins(&a, HEAD_BYTES + BLOCK_BYTES, one));
	assert_true(payload_begins(&longer, HEAD_BYTES + BLOCK_BYTES, other));
	assert_memory_equal(one, other, SHA256_BYTES);
	/* within a block, only whoever ends there knows */
	assert_true(payload_begins(&a, a.in_order, one));
	assert_false(payload_begins(&longer, a.in_order, other));
}

static void
test_a_stream_goes_on_where_memory_has_no_room_for_its_digests(void **state)
{
	static const char bytes[10000];
	struct check_data *data = check_data_new(NULL);
	struct packet_wire wire = { .flow = 1, .packet = SEG(1, 1000, .payload = bytes) };
	uint8_t digest[SHA256_BYTES];
	struct payload two[2];

	(void)state;
	check_collect_wire(data, &wire);
	data->stream_budget.used_bytes = data->stream_budget.limit_bytes - 64;
	wire.packet = SEG(1001, 9000, .payload = bytes);
	check_collect_wire(data, &wire);
	payload_take(data, 1, SIDE_A, two);
	assert_int_equal(two[0].length, 10000);
	assert_true(payload_begins(&two[0], HEAD_BYTES + 8 * BLOCK_BYTES, digest));
	assert_false(payload_begins(&two[0], HEAD_BYTES + 9 * BLOCK_BYTES, digest));
	payload_fini(&two[0]);
	payload_fini(&two[1]);
	check_data_free(data);
}

static void
test_the_end_of_time_is_no_time_ago(void **state)
{
	const struct flow_row flow = { .start_ns = INT64_MIN, .end_ns = INT64_MAX };
	struct check_data *data = check_data_new(NULL);
	struct seen seen = { 0 };

	(void)state;
	check_collect_flow(data, &flow);
	read_DURATION(&seen, &(struct subject){ .data = data }, NULL);
	assert_true(seen.lo == INT64_MAX);
	data->first_ns = INT64_MIN;
	data->last_ns = INT64_MAX;
	read_TOTAL_DURATION(&seen, &(struct subject){ .data = data }, NULL);
	assert_true(seen.lo == INT64_MAX);
	check_data_free(data);
}

/* --- mistakes in a file --- */

static void
assert_mistake(const char *xml, const char *sentence)
{
	struct expectations *expectations;

	assert_int_equal(
	    expectations_parse(&expectations, "e.xml", xml, strlen(xml), &diag), ST_FORMAT);
	if (strstr(diag.text, sentence) == NULL)
		fail_msg("\"%s\" does not have \"%s\"", diag.text, sentence);
}

#define GROUP(group) "<expectations>\n<capture>\n" group "\n</capture></expectations>"
#define FLOW(fact)   GROUP("<flow server=\":80\">\n" fact "\n</flow>")

static void
test_mistakes_are_told_with_what_was_meant(void **state)
{
	(void)state;
	assert_mistake("<expectation/>", "was \"expectations\" meant?");
	assert_mistake("<expectations/>", "a <capture> is wanted");
	assert_mistake(GROUP("<flows/>"),
	    "line 3: <flows>: there is no element \"flows\" here; was \"flow\" meant?");
	assert_mistake(GROUP("<flow sever=\":80\"/>"), "was \"server\" meant?");
	assert_mistake(GROUP("<flow server=\"host:80\"/>"), "server=\"host:80\" is no end");
	assert_mistake(GROUP("<flow order=\"0\"/>"), "order can be 3, 2-4, 2- or last");
	assert_mistake(GROUP("<flow proto=\"tpc\"/>"), "was \"tcp\" meant?");
	assert_mistake(GROUP("<sockets/>"), "at which moment");
	assert_mistake(FLOW("<clsoe>fin</clsoe>"),
	    "line 4: <clsoe>: there is no fact \"clsoe\" here; was \"close\" meant?");
	assert_mistake(FLOW("<close>finn</close>"), "was \"fin\" meant?");
	assert_mistake(FLOW("<handshake>10</handshake>"), "a time with its unit");
	assert_mistake(
	    FLOW("<handshake of=\"p101\">10 ms</handshake>"), "p and a number up to 100");
	assert_mistake(FLOW("<handshake of=\"p95\" flows=\"any\">1 ms</handshake>"), "cannot both");
	assert_mistake(FLOW("<content>x</content>"), "it must say whose");
	assert_mistake(FLOW("<packets mark=\"retransmision\">none</packets>"),
	    "was \"retransmission\" meant?");
	assert_mistake(FLOW("<packets flags=\"SYNN\">none</packets>"), "was \"SYN\" meant?");
	assert_mistake(FLOW("<sequence>clent SYN</sequence>"), "was \"client\" meant?");
	assert_mistake(FLOW("<count flow=\"1\">1</count>"),
	    "there is no attribute \"flow\" here; there are none");
	assert_mistake(FLOW("<count>between 4 and 2</count>"), "the first is more than the second");
	assert_mistake(FLOW("<digest from=\"client\">e3b0c442</digest>"), "64 hexadecimal digits");
	assert_mistake(
	    GROUP("<flow filter=\"tcp prt 80\"/>"), "line 3: <flow>: filter \"tcp prt 80\"");
	assert_mistake(GROUP("<total/>"), "nothing is expected here");
	assert_mistake(FLOW("<close><open/></close>"), "holds a value, and no element");
	assert_mistake("<expectations><capture>", "line 1:");
}

static void
test_a_file_without_mistakes_is_read(void **state)
{
	static const char xml[] =
	    FLOW("<x:y xmlns:x=\"urn:x\"/><open flows=\"4\">complete</open><count>any</count>");
	struct expectations *expectations;

	(void)state;
	assert_int_equal(
	    expectations_parse(&expectations, "e.xml", xml, strlen(xml), &diag), ST_OK);
	assert_int_equal(expectations->count, 1);
	assert_int_equal(expectations->captures[0].groups[0].count, 2);
	assert_int_equal(expectations->captures[0].groups[0].facts[0].line, 4);
	expectations_free(expectations);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_read_with_their_bounds),
		cmocka_unit_test(test_units_belong_to_their_kind),
		cmocka_unit_test(test_numbers_that_make_no_sense_are_refused),
		cmocka_unit_test(test_what_is_open_must_be_within_unless_possibly),
		cmocka_unit_test(test_words_are_alternatives_and_sets_are_limits),
		cmocka_unit_test(test_a_word_nearby_is_suggested),
		cmocka_unit_test(test_text_survives_being_written_and_read),
		cmocka_unit_test(test_histories_match_patterns),
		cmocka_unit_test(test_ends_are_read_in_every_spelling),
		cmocka_unit_test(test_words_of_facts_are_those_of_their_rooms),
		cmocka_unit_test(test_payloads_differ_where_the_first_byte_does),
		cmocka_unit_test(test_a_beginning_is_known_as_far_as_it_is_there),
		cmocka_unit_test(test_a_stream_goes_on_where_memory_has_no_room_for_its_digests),
		cmocka_unit_test(test_the_end_of_time_is_no_time_ago),
		cmocka_unit_test(test_mistakes_are_told_with_what_was_meant),
		cmocka_unit_test(test_a_file_without_mistakes_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
