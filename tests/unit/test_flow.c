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
	assert_true(flow_each(table, &place));
	assert_int_equal(place.number, 1);
	assert_int_equal(place.first->tcp.seq, 100);
	assert_true(flow_each(table, &place));
	assert_int_equal(place.number, 2);
	assert_null(place.first);
	assert_false(flow_each(table, &place));
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
	while (flow_each(table, &place))
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_directions_are_one_flow),
		TEST(test_both_directions_hash_alike),
		TEST(test_protocol_and_ip_version_tell_flows_apart),
		TEST(test_a_lone_syn_is_only_noted),
		TEST(test_a_syn_with_data_is_whole_at_once),
		TEST(test_a_syn_with_another_number_begins_the_next_flow),
		TEST(test_a_lone_syn_gives_way_to_another),
		TEST(test_the_same_syn_again_stays_in_its_flow),
		TEST(test_another_syn_ack_is_marked_but_stays),
		TEST(test_the_peer_s_ack_tells_where_a_side_began),
		TEST(test_many_flows_keep_their_numbers),
		TEST(test_a_quoted_packet_finds_its_flow_and_makes_none),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
