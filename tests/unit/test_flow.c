#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "support/segment.h"

static struct flow_table *table;

static struct place
place_of(const struct packet *pkt)
{
	return flow_of(table, pkt, flow_hash(table, &pkt->tuple));
}

static int
begin(void **state)
{
	(void)state;
	table = flow_table_new(64);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	flow_table_free(table);
	return 0;
}

static void
test_both_directions_are_one_flow(void **state)
{
	struct place there, back;

	(void)state;
	there = place_of(SEG(1, 10));
	back = place_of(REPLY(.seq = 1));
	assert_int_equal(there.number, 1);
	assert_int_equal(back.number, 1);
	assert_int_equal(there.side, SIDE_A);
	assert_int_equal(back.side, SIDE_B);
	assert_true(there.fresh);
	assert_false(back.fresh);
}

static void
test_both_directions_hash_alike(void **state)
{
	(void)state;
	assert_int_equal(flow_hash(table, &SEG(1, 0)->tuple), flow_hash(table, &REPLY(.seq = 1)->tuple));
	assert_int_equal(flow_hash(table, &SEG(1, 0, .ip_version = 6)->tuple),
	    flow_hash(table, &REPLY(.seq = 1, .ip_version = 6)->tuple));
}

static void
test_protocol_and_ip_version_tell_flows_apart(void **state)
{
	(void)state;
	assert_int_equal(place_of(SEG(1, 0)).number, 1);
	assert_int_equal(place_of(SEG(1, 0, .proto = PROTO_UDP)).number, 2);
	assert_int_equal(place_of(SEG(1, 0, .ip_version = 6)).number, 3);
	assert_int_equal(place_of(SEG(1, 0)).number, 1);
}

static void
test_a_lone_syn_is_only_noted(void **state)
{
	struct place syn, answer;

	(void)state;
	syn = place_of(SEG(100, 0, .flags = TCP_SYN));
	assert_null(syn.flow);
	assert_int_equal(syn.number, 1);
	answer = place_of(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK));
	assert_non_null(answer.flow);
	assert_non_null(answer.first);
	assert_int_equal(answer.first->tcp.seq, 100);
	assert_int_equal(answer.number, 1);
	assert_int_equal(answer.flow->base_seq[SIDE_A], 100);
	assert_int_equal(answer.flow->base_seq[SIDE_B], 500);
	assert_null(place_of(SEG(101, 0, .ack = 501)).first);
}

static struct flow *
opened(const struct packet *pkt, const struct packet **syn)
{
	struct lookup lookup = { .hash = flow_hash(table, &pkt->tuple) };

	flow_fetch_state(table, &lookup);
	return flow_opened(table, pkt, &lookup, syn);
}

static bool
noted(const struct packet *pkt)
{
	return flow_note_syn(table, pkt, flow_hash(table, &pkt->tuple));
}

static void
test_a_syn_and_its_answer_take_the_short_way(void **state)
{
	const struct packet *syn = NULL;
	struct flow *flow;

	(void)state;
	assert_false(noted(SEG(100, 5, .flags = TCP_SYN)));
	assert_true(noted(SEG(100, 0, .flags = TCP_SYN)));
	assert_false(noted(SEG(100, 0, .flags = TCP_SYN)));
	assert_null(opened(SEG(100, 0, .flags = TCP_SYN | TCP_ACK), &syn));
	assert_null(opened(REPLY(.seq = 500, .ack = 101, .flags = TCP_RST | TCP_ACK), &syn));
	flow = opened(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK), &syn);
	assert_non_null(flow);
	assert_int_equal(syn->tcp.seq, 100);
	assert_int_equal(flow->number, 1);
	assert_int_equal(flow->base_seq[SIDE_A], 100);
	assert_int_equal(flow->base_seq[SIDE_B], 500);
	assert_ptr_equal(place_of(SEG(101, 0, .ack = 501)).flow, flow);
	assert_null(opened(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK), &syn));
}

static void
test_a_syn_with_data_is_whole_at_once(void **state)
{
	(void)state;
	assert_non_null(place_of(SEG(100, 5, .flags = TCP_SYN)).flow);
}

static void
test_a_syn_with_another_number_begins_the_next_flow(void **state)
{
	struct place next;

	(void)state;
	place_of(SEG(100, 0, .flags = TCP_SYN));
	place_of(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK));
	next = place_of(SEG(9000, 0, .flags = TCP_SYN));
	assert_int_equal(next.number, 2);
	assert_true(next.reused);
	assert_int_equal(place_of(REPLY(.seq = 700, .ack = 9001, .flags = TCP_SYN | TCP_ACK)).number, 2);
}

static void
test_a_lone_syn_gives_way_to_another(void **state)
{
	struct place place;

	(void)state;
	place_of(SEG(100, 0, .flags = TCP_SYN));
	assert_int_equal(place_of(SEG(200, 0, .flags = TCP_SYN)).number, 2);
	assert_true(flow_listed(table, true, &place));
	assert_int_equal(place.number, 1);
	assert_int_equal(place.first->tcp.seq, 100);
	assert_true(flow_listed(table, true, &place));
	assert_int_equal(place.number, 2);
	assert_null(place.first);
	assert_false(flow_listed(table, true, &place));
}

static void
test_the_same_syn_again_stays_in_its_flow(void **state)
{
	struct place again;

	(void)state;
	place_of(SEG(100, 0, .flags = TCP_SYN));
	again = place_of(SEG(100, 0, .flags = TCP_SYN));
	assert_int_equal(again.number, 1);
	assert_true(again.again);
	assert_false(again.reused);
}

static void
test_another_syn_ack_is_marked_but_stays(void **state)
{
	struct place place;

	(void)state;
	place_of(SEG(100, 0, .flags = TCP_SYN));
	place_of(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK));
	place = place_of(REPLY(.seq = 800, .ack = 101, .flags = TCP_SYN | TCP_ACK));
	assert_int_equal(place.number, 1);
	assert_true(place.reused);
	assert_int_equal(place.flow->base_seq[SIDE_B], 800);
}

static void
test_the_peer_s_ack_tells_where_a_side_began(void **state)
{
	(void)state;
	place_of(SEG(100, 10, .ack = 5001));
	/* side B's base is 5000 by A's ACK, so this SYN is a new connection */
	assert_int_equal(place_of(REPLY(.seq = 7000, .flags = TCP_SYN)).number, 2);
}

static void
test_many_flows_keep_their_numbers(void **state)
{
	struct place place;
	uint32_t seen = 0;

	(void)state;
	for (uint32_t i = 1; i <= 20000; i++)
		assert_int_equal(place_of(SEG(1, 0, .client_port = (uint16_t)i)).number, i);
	for (uint32_t i = 1; i <= 20000; i++)
		assert_int_equal(place_of(REPLY(.client_port = (uint16_t)i)).number, i);
	while (flow_listed(table, true, &place))
		assert_int_equal(place.number, ++seen);
	assert_int_equal(seen, flow_count(table));
}

static void
test_a_quoted_packet_finds_its_flow_and_makes_none(void **state)
{
	struct place place;

	(void)state;
	place_of(SEG(100, 0, .flags = TCP_SYN));
	place = flow_quoted(table, &SEG(100, 0)->tuple);
	assert_int_equal(place.number, 1);
	assert_int_equal(place.side, SIDE_A);
	assert_non_null(place.first);
	assert_null(flow_quoted(table, &SEG(100, 0, .client_port = 5)->tuple).flow);
	assert_int_equal(flow_count(table), 1);
}

static void
open_and_linger_over(int ip_version, uint16_t port, int64_t at_us)
{
	place_of(SEG(100, 0, .flags = TCP_SYN, .client_port = port, .at_us = at_us,
	    .ip_version = ip_version));
	flow_linger(table, place_of(REPLY(.seq = 500, .ack = 101, .flags = TCP_SYN | TCP_ACK,
	    .client_port = port, .at_us = at_us, .ip_version = ip_version)).flow);
}

static void
open_and_linger(uint16_t port, int64_t at_us)
{
	open_and_linger_over(4, port, at_us);
}

static void
test_a_flow_that_is_over_is_done_after_a_minute(void **state)
{
	(void)state;
	open_and_linger(1000, 1000000);
	assert_null(flow_done(table, 60999999 * INT64_C(1000)));
	assert_non_null(flow_done(table, 61000000 * INT64_C(1000)));
	assert_null(flow_done(table, 61000000 * INT64_C(1000)));
}

static void
test_a_flow_that_goes_on_is_not_done(void **state)
{
	(void)state;
	open_and_linger(1000, 1000000);
	place_of(SEG(101, 0, .client_port = 1000, .at_us = 50000000));
	assert_null(flow_done(table, 61000000 * INT64_C(1000)));
	assert_null(flow_done(table, 109000000 * INT64_C(1000)));
	assert_non_null(flow_done(table, 110000000 * INT64_C(1000)));
}

static void
test_rows_put_away_are_listed_in_the_order_of_numbers(void **state)
{
	const struct remains remains = { 0 };
	struct place place;

	(void)state;
	open_and_linger(1000, 5000000);
	open_and_linger(2000, 1000000);
	/* the ring goes by when it was told, so the first asked is flow 1 */
	flow_put_away(table, flow_done(table, INT64_MAX), 77, &remains);
	assert_true(flow_listed(table, false, &place));
	assert_null(place.flow);
	assert_int_equal(place.number, 1);
	assert_int_equal(place.row, 77);
	assert_false(flow_listed(table, false, &place));
	assert_true(flow_listed(table, true, &place));
	assert_non_null(place.flow);
	assert_int_equal(place.number, 2);
}

/* Of IPv6 more has to be kept. */
static void
keeps_its_number(int ip_version)
{
	const struct remains remains = { .next_seq = { 111, 555 }, .last_ack = { 555, 111 } };
	uint32_t number = flow_count(table) + 1;
	struct place place;

	open_and_linger_over(ip_version, 1000, 1000000);
	flow_put_away(table, flow_done(table, INT64_MAX), 0, &remains);
	place = place_of(REPLY(.seq = 554, .client_port = 1000, .ip_version = ip_version));
	assert_int_equal(place.number, number);
	assert_int_equal(place.side, SIDE_B);
	assert_int_equal(place.revived->next_seq[SIDE_B], 555);
	assert_int_equal(place.flow->base_seq[SIDE_A], 100);
	assert_int_equal(place.flow->tuple.ip_version, ip_version);
	place = place_of(REPLY(.seq = 554, .client_port = 1000, .ip_version = ip_version));
	assert_null(place.revived);
	assert_int_equal(flow_count(table), number);
}

static void
test_a_late_packet_keeps_the_number_of_its_flow(void **state)
{
	(void)state;
	keeps_its_number(4);
	keeps_its_number(6);
}

static void
reuses_the_port(int ip_version)
{
	const struct remains remains = { 0 };
	uint32_t number = flow_count(table) + 1;
	struct place place;

	open_and_linger_over(ip_version, 1000, 1000000);
	flow_put_away(table, flow_done(table, INT64_MAX), 0, &remains);
	place = place_of(SEG(9000, 0, .flags = TCP_SYN, .client_port = 1000, .ip_version = ip_version));
	assert_true(place.reused);
	assert_int_equal(place.number, number + 1);
}

static void
test_a_new_syn_after_a_flow_was_put_away_is_a_port_reused(void **state)
{
	(void)state;
	reuses_the_port(4);
	reuses_the_port(6);
}

static void
test_putting_away_leaves_the_next_connection_alone(void **state)
{
	const struct remains remains = { 0 };

	(void)state;
	open_and_linger(1000, 1000000);
	place_of(SEG(9000, 0, .flags = TCP_SYN, .client_port = 1000));
	flow_put_away(table, flow_done(table, INT64_MAX), 0, &remains);
	assert_int_equal(place_of(SEG(9001, 0, .client_port = 1000)).number, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_directions_are_one_flow),
		TEST(test_both_directions_hash_alike),
		TEST(test_protocol_and_ip_version_tell_flows_apart),
		TEST(test_a_lone_syn_is_only_noted),
		TEST(test_a_syn_and_its_answer_take_the_short_way),
		TEST(test_a_syn_with_data_is_whole_at_once),
		TEST(test_a_syn_with_another_number_begins_the_next_flow),
		TEST(test_a_lone_syn_gives_way_to_another),
		TEST(test_the_same_syn_again_stays_in_its_flow),
		TEST(test_another_syn_ack_is_marked_but_stays),
		TEST(test_the_peer_s_ack_tells_where_a_side_began),
		TEST(test_many_flows_keep_their_numbers),
		TEST(test_a_quoted_packet_finds_its_flow_and_makes_none),
		TEST(test_a_flow_that_is_over_is_done_after_a_minute),
		TEST(test_a_flow_that_goes_on_is_not_done),
		TEST(test_rows_put_away_are_listed_in_the_order_of_numbers),
		TEST(test_a_late_packet_keeps_the_number_of_its_flow),
		TEST(test_a_new_syn_after_a_flow_was_put_away_is_a_port_reused),
		TEST(test_putting_away_leaves_the_next_connection_alone),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
