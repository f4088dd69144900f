#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report_priv.h"

/* --- names --- */

static struct slugs slugs;

static int
forget(void **state)
{
	(void)state;
	slugs_fini(&slugs);
	slugs = (struct slugs){ 0 };
	return 0;
}

static void
test_a_page_is_called_like_its_capture(void **state)
{
	(void)state;
	assert_string_equal(slug_new(&slugs, "folder/accept_once.cap"), "accept-once");
	assert_string_equal(slug_new(&slugs, "A.B.pcap.gz"), "a");
	assert_string_equal(slug_new(&slugs, "-"), "standard-input");
}

static void
test_no_name_leads_anywhere(void **state)
{
	(void)state;
	assert_string_equal(slug_new(&slugs, "../.."), "capture");
	assert_string_equal(slug_new(&slugs, "a/.pcap"), "pcap");
	assert_string_equal(slug_new(&slugs, "\xe4\xbd\xa0\xe5\xa5\xbd.pcap"), "capture-2");
	assert_string_equal(slug_new(&slugs, "\033[31m<b>&\"'.pcap"), "31m-b");
	assert_string_equal(slug_new(&slugs, ""), "capture-3");
}

static void
test_no_two_pages_share_a_name(void **state)
{
	(void)state;
	assert_string_equal(slug_new(&slugs, "x.cap"), "x");
	assert_string_equal(slug_new(&slugs, "X.pcap"), "x-2");
	assert_string_equal(slug_new(&slugs, "x-2.pcap"), "x-2-2");
	assert_string_equal(slug_new(&slugs, "index.pcap"), "index-2");
}

/* --- the tally --- */

static struct flow_row
flow(uint32_t number)
{
	return (struct flow_row){
		.flow = number,
		.tuple = { .src = { 192, 0, 2, 1 },
		    .dst = { 192, 0, 2, 2 },
		    .sport = 1000,
		    .dport = 80,
		    .proto = PROTO_TCP,
		    .ip_version = 4 },
		.start_ns = 0,
		.end_ns = 1000,
		.packets = { 5, 5 },
		.bytes = { 10, 10 },
		.is_tcp = true,
		.conn = { .open = OPEN_COMPLETE,
		    .close = CLOSE_FIN,
		    .connect = CONNECT_OK,
		    .handshake_ns = 1000,
		    .conn_state = "SF",
		    .history = "Sh" },
		.rtt_ns = 1000,
	};
}

#define LATER_NS INT64_C(100000000000)

static void
test_what_went_as_it_should_is_not_worth_a_look(void **state)
{
	struct tally *tally = tally_new();
	const struct tally_group *groups;
	const struct pick *picks;

	(void)state;
	for (uint32_t i = 1; i <= 100; i++) {
		struct flow_row row = flow(i);

		tally_flow(tally, &row);
	}
	tally_end(tally, LATER_NS);
	assert_int_equal(tally_picks(tally, &picks), 0);
	assert_int_equal(tally_groups(tally, &groups), 1);
	assert_int_equal(groups[0].count, 100);
	assert_int_equal(groups[0].example, 1);
	assert_int_equal(groups[0].packets, 1000);
	tally_free(tally);
}

static void
test_a_reset_comes_before_what_nobody_answered(void **state)
{
	struct tally *tally = tally_new();
	struct flow_row row = flow(1);
	const struct pick *picks;

	(void)state;
	row.conn.open = OPEN_UNANSWERED;
	row.conn.handshake_ns = -1;
	tally_flow(tally, &row);
	row = flow(2);
	row.conn.close = CLOSE_RESET_BY_SERVER;
	tally_flow(tally, &row);
	tally_end(tally, LATER_NS);
	assert_int_equal(tally_picks(tally, &picks), 2);
	assert_int_equal(picks[0].flow, 2);
	assert_int_equal(
	    picks[0].reasons & 1u << WORTH_RESET_BY_SERVER, 1u << WORTH_RESET_BY_SERVER);
	assert_int_equal(picks[1].flow, 1);
	tally_free(tally);
}

static void
test_what_had_just_begun_is_not_strange(void **state)
{
	struct tally *tally = tally_new();
	struct flow_row row = flow(1);
	const struct pick *picks;

	(void)state;
	row.conn.open = OPEN_HALF_OPEN;
	tally_flow(tally, &row);
	tally_end(tally, row.end_ns + 1);
	assert_int_equal(tally_picks(tally, &picks), 0);
	tally_free(tally);
}

static void
test_many_that_are_alike_do_not_hide_another(void **state)
{
	struct tally *tally = tally_new();
	const struct pick *picks;
	struct flow_row row;

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++) {
		row = flow(i);
		row.conn.close = CLOSE_RESET_BY_SERVER;
		tally_flow(tally, &row);
	}
	row = flow(1001);
	row.mark_counts[MARK_PORT_REUSED] = 1;
	tally_flow(tally, &row);
	tally_end(tally, LATER_NS);
	assert_int_equal(tally_picks(tally, &picks), 1001);
	assert_int_equal(picks[0].flow, 1);
	assert_int_equal(picks[20].flow, 1001);
	tally_free(tally);
}

static void
test_measures_are_sorted(void **state)
{
	static const int64_t values[] = { 5, -3, INT64_MAX, 0, INT64_MIN, 256, 255, 5 };
	struct tally *tally = tally_new();
	const struct measure *measure;

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		struct flow_row row = flow(i + 1);

		row.start_ns = 0;
		row.end_ns = values[i];
		tally_flow(tally, &row);
	}
	tally_end(tally, LATER_NS);
	measure = tally_measure(tally, MEASURE_DURATION);
	assert_int_equal(measure->count, 8);
	for (size_t i = 1; i < measure->count; i++)
		assert_true(measure->values[i - 1] <= measure->values[i]);
	assert_true(measure->values[0] == INT64_MIN);
	tally_free(tally);
}

static void
test_groups_of_a_scan_stay_few(void **state)
{
	struct tally *tally = tally_new();
	const struct tally_group *groups;
	uint64_t flows = 0;
	size_t count;

	(void)state;
	for (uint32_t i = 1; i <= 65535; i++) {
		struct flow_row row = flow(i);

		row.tuple.dport = (uint16_t)i;
		tally_flow(tally, &row);
	}
	tally_end(tally, LATER_NS);
	count = tally_groups(tally, &groups);
	assert_in_range(count, 1, 5000);
	assert_int_equal(groups[0].key.ip_version, 0); /* of many servers */
	for (size_t i = 0; i < count; i++)
		flows += groups[i].count;
	assert_int_equal(flows, 65535);
	tally_free(tally);
}

/* --- numbers --- */

static void
assert_span(int64_t ns, const char *expected)
{
	struct text text = { 0 };

	put_span(&text, ns);
	assert_string_equal(text_str(&text), expected);
	text_fini(&text);
}

static void
test_three_digits_of_a_time_are_enough(void **state)
{
	(void)state;
	assert_span(0, "0 s");
	assert_span(999, "999 ns");
	assert_span(1500, "1.5 µs");
	assert_span(28000, "28 µs");
	assert_span(999999, "999 µs");
	assert_span(4424990000, "4.42 s");
	assert_span(12050000, "12 ms");
	assert_span(INT64_C(3600000000000), "3600 s");
	assert_span(-1500, "−1.5 µs");
	assert_span(INT64_MIN, "−9223372036 s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_a_page_is_called_like_its_capture, forget),
		cmocka_unit_test_teardown(test_no_name_leads_anywhere, forget),
		cmocka_unit_test_teardown(test_no_two_pages_share_a_name, forget),
		cmocka_unit_test(test_what_went_as_it_should_is_not_worth_a_look),
		cmocka_unit_test(test_a_reset_comes_before_what_nobody_answered),
		cmocka_unit_test(test_what_had_just_begun_is_not_strange),
		cmocka_unit_test(test_many_that_are_alike_do_not_hide_another),
		cmocka_unit_test(test_measures_are_sorted),
		cmocka_unit_test(test_groups_of_a_scan_stay_few),
		cmocka_unit_test(test_three_digits_of_a_time_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
