#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/segment.h"
#include "tcp/tcp.h"

static struct flow_table *table;

static int
begin(void **state)
{
	(void)state;
	table = flow_table_new(sizeof(struct mark_pair));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	flow_table_free(table);
	return 0;
}

/* As the line does it: a lone SYN is taken in with the packet after it. */
static uint32_t
marks_of(const struct packet *pkt)
{
	struct place place = flow_of(table, pkt, flow_hash(table, &pkt->tuple));

	if (place.flow == NULL)
		return 0;
	if (place.first != NULL)
		mark_segment(flow_block(place.flow), place.first,
		    &(struct place){ .flow = place.flow, .side = SIDE_A, .fresh = true });
	return mark_segment(flow_block(place.flow), pkt, &place);
}

#define assert_marks(pkt, ...) assert_int_equal(marks_of(pkt), (__VA_ARGS__))
#define BIT(name) MARK_BIT(MARK_##name)

/* SYN 999 and 4999, so that data starts at 1000 and 5000; round trip 10 ms. */
static void
shake_hands(void)
{
	assert_marks(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000), 0);
	assert_marks(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 1005000), 0);
	assert_marks(SEG(1000, 0, .ack = 5000, .at_us = 1010000), 0);
}

static void
test_a_plain_exchange_has_no_marks(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100), 0);
	assert_marks(REPLY(.seq = 5000, .length = 50, .ack = 1100), 0);
	assert_marks(SEG(1100, 0, .ack = 5050), 0);
	assert_marks(SEG(1100, 0, .ack = 5050, .flags = TCP_FIN | TCP_ACK), 0);
	assert_marks(REPLY(.seq = 5050, .ack = 1101, .flags = TCP_FIN | TCP_ACK), 0);
	assert_marks(SEG(1101, 0, .ack = 5051), 0);
}

static void
test_keep_alive_is_not_a_retransmission(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(SEG(1099, 1, .ack = 5000, .at_us = 3000000), BIT(KEEP_ALIVE));
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 4000000), BIT(RETRANSMISSION));
}

static void
test_a_keep_alive_has_nothing_but_the_old_byte(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(SEG(1099, 2, .ack = 5000, .at_us = 3000000), 0);
}

static void
test_a_keep_alive_is_answered_by_a_keep_alive_ack(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100), 0);
	assert_marks(SEG(1099, 0, .ack = 5000), BIT(KEEP_ALIVE));
	assert_marks(REPLY(.seq = 5000, .ack = 1100), BIT(KEEP_ALIVE_ACK));
	assert_marks(REPLY(.seq = 5000, .ack = 1100), BIT(KEEP_ALIVE_ACK));
}

static void
test_a_hole_is_a_lost_segment_and_its_late_filler_a_retransmission(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1100, 100, .ack = 5000), BIT(LOST_SEGMENT));
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 2000000), BIT(RETRANSMISSION));
}

static void
test_a_hole_filled_within_the_round_trip_is_out_of_order(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1100, 100, .ack = 5000, .at_us = 1100000), BIT(LOST_SEGMENT));
	assert_marks(SEG(1000, 50, .ack = 5000, .at_us = 1109999), BIT(OUT_OF_ORDER));
	assert_marks(SEG(1050, 50, .ack = 5000, .at_us = 1110000), BIT(RETRANSMISSION));
}

static void
test_what_ends_the_first_round_trip_is_not_held_against_it(void **state)
{
	(void)state;
	assert_marks(REPLY(.seq = 7000, .length = 100, .ack = 1000, .at_us = 1000000), 0);
	assert_marks(SEG(999, 0, .flags = TCP_SYN, .at_us = 1001995), 0);
	assert_marks(REPLY(.seq = 5000, .length = 100, .ack = 1000, .at_us = 1002000), BIT(OUT_OF_ORDER));
	assert_marks(REPLY(.seq = 5100, .length = 100, .ack = 1000, .at_us = 1002005), BIT(RETRANSMISSION));
}

static void
test_the_last_segment_again_is_never_out_of_order(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 1100000), 0);
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 1100100), BIT(RETRANSMISSION));
}

static void
test_duplicate_acks_call_for_a_fast_retransmission(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .window = 900), 0 | BIT(WINDOW_UPDATE));
	assert_marks(SEG(1100, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .window = 900), BIT(DUPLICATE_ACK));
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .window = 900, .at_us = 2000000), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 2019999), BIT(FAST_RETRANSMISSION));
}

/* As tshark does with the same segments; its own option comes too late for an ACK. */
static void
test_a_new_kind_of_mptcp_option_excuses_each_sides_next_ack(void **state)
{
	enum { ADD_ADDRESS = 1 << 3, PRIORITY = 1 << 5 };

	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 0, .ack = 5000, .options = OPT_MPTCP, .mptcp = ADD_ADDRESS), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1000, 0, .ack = 5000), 0);
	assert_marks(SEG(1000, 0, .ack = 5000), BIT(DUPLICATE_ACK));
	assert_marks(REPLY(.seq = 5000, .ack = 1000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .options = OPT_MPTCP, .mptcp = PRIORITY), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1000, 0, .ack = 5000, .options = OPT_MPTCP, .mptcp = ADD_ADDRESS), 0);
	assert_marks(SEG(1000, 0, .ack = 5000, .options = OPT_MPTCP, .mptcp = PRIORITY), BIT(DUPLICATE_ACK));
}

static void
test_twenty_milliseconds_after_the_ack_it_is_no_longer_fast(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(SEG(1100, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .window = 1000), BIT(DUPLICATE_ACK));
	assert_marks(REPLY(.seq = 5000, .ack = 1000, .window = 1000, .at_us = 2000000), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 2020000), BIT(RETRANSMISSION));
}

static void
test_bytes_already_acknowledged_are_spurious(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100), 0);
	assert_marks(SEG(1000, 100, .ack = 5000), BIT(SPURIOUS_RETRANSMISSION));
}

static void
test_time_running_backwards_is_a_very_long_time(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1100, 100, .ack = 5000, .at_us = 1100000), BIT(LOST_SEGMENT));
	assert_marks(SEG(1000, 100, .ack = 5000, .at_us = 1099000), BIT(RETRANSMISSION));
}

static void
test_an_ack_beyond_what_was_seen_is_marked_once(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(REPLY(.seq = 5000, .ack = 1300), BIT(ACK_LOST_SEGMENT));
	assert_marks(REPLY(.seq = 5000, .ack = 1400), 0);
}

static void
test_a_closed_window_its_probe_and_the_answer(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 1000, .ack = 5000), BIT(WINDOW_FULL));
	assert_marks(REPLY(.seq = 5000, .ack = 2000, .zero_window = 1), BIT(ZERO_WINDOW));
	assert_marks(SEG(2000, 1, .ack = 5000), BIT(ZERO_WINDOW_PROBE));
	assert_marks(REPLY(.seq = 5000, .ack = 2000, .zero_window = 1),
	    BIT(ZERO_WINDOW) | BIT(ZERO_WINDOW_PROBE_ACK));
	assert_marks(REPLY(.seq = 5000, .ack = 2000, .window = 1000), BIT(WINDOW_UPDATE));
}

static void
test_the_window_is_scaled_only_if_both_syns_say_so(void **state)
{
	(void)state;
	assert_marks(SEG(999, 0, .flags = TCP_SYN, .options = OPT_WSCALE, .wscale = 7), 0);
	assert_marks(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .window = 100,
	    .options = OPT_WSCALE, .wscale = 2), 0);
	assert_marks(SEG(1000, 0, .ack = 5000), 0);
	/* the SYN-ACK's own window is unscaled: 100 bytes */
	assert_marks(SEG(1000, 100, .ack = 5000), BIT(WINDOW_FULL));
	assert_marks(REPLY(.seq = 5000, .ack = 1100, .window = 100), 0);
	assert_marks(SEG(1100, 100, .ack = 5000), 0);
	assert_marks(SEG(1200, 300, .ack = 5000), BIT(WINDOW_FULL));
}

static void
test_the_syn_again_is_a_retransmission_even_after_a_reset(void **state)
{
	(void)state;
	assert_marks(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000), 0);
	assert_marks(SEG(5555, 0, .flags = TCP_RST, .at_us = 1500000), 0);
	assert_marks(SEG(999, 0, .flags = TCP_SYN, .at_us = 2000000), BIT(RETRANSMISSION));
}

static void
test_another_syn_is_a_port_reused(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(77777, 0, .flags = TCP_SYN), BIT(PORT_REUSED));
	assert_marks(REPLY(.seq = 4999, .ack = 77778, .flags = TCP_SYN | TCP_ACK), 0);
}

static void
test_an_ack_of_the_unseen_makes_the_count_of_duplicates_begin_anew(void **state)
{
	(void)state;
	shake_hands();
	assert_marks(SEG(1000, 100, .ack = 5000), 0);
	assert_marks(SEG(1100, 100, .ack = 5000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100, .at_us = 1100000), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100, .at_us = 1101000), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1200, 0, .ack = 5200), 0);
	assert_marks(REPLY(.seq = 5000, .ack = 1100, .at_us = 1102000), BIT(DUPLICATE_ACK));
	assert_marks(SEG(1100, 100, .ack = 5000, .at_us = 1103000), BIT(RETRANSMISSION));
}

static void
test_what_was_put_away_is_judged_as_before(void **state)
{
	struct mark_pair first = { 0 }, later = { 0 };
	struct place from_a = { .side = SIDE_A };
	struct remains remains;

	(void)state;
	mark_segment(&first, SEG(999, 0, .flags = TCP_SYN, .window = 500), &from_a);
	mark_segment(&first, SEG(1000, 0, .ack = 5000, .window = 500), &from_a);
	remains = mark_remains(&first);
	mark_revive(&later, &remains);
	assert_int_equal(mark_segment(&later, SEG(1000, 0, .ack = 5000, .window = 500), &from_a),
	    BIT(DUPLICATE_ACK));
	assert_int_equal(mark_segment(&later, SEG(1000, 0, .ack = 5000, .window = 900), &from_a),
	    BIT(WINDOW_UPDATE));
}

static void
test_the_rules_hold_across_the_wrap(void **state)
{
	(void)state;
	assert_marks(SEG(0xffffff00u, 0x80, .ack = 1), 0);
	assert_marks(SEG(0xffffff80u, 0x100, .ack = 1), 0);
	assert_marks(SEG(0x80, 0x10, .ack = 1), 0);
	assert_marks(SEG(0xffffff80u, 0x100, .ack = 1, .at_us = 90000000), BIT(RETRANSMISSION));
	assert_marks(SEG(0x100, 0x10, .ack = 1), BIT(LOST_SEGMENT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_plain_exchange_has_no_marks),
		TEST(test_keep_alive_is_not_a_retransmission),
		TEST(test_a_keep_alive_has_nothing_but_the_old_byte),
		TEST(test_a_keep_alive_is_answered_by_a_keep_alive_ack),
		TEST(test_a_hole_is_a_lost_segment_and_its_late_filler_a_retransmission),
		TEST(test_a_hole_filled_within_the_round_trip_is_out_of_order),
		TEST(test_what_ends_the_first_round_trip_is_not_held_against_it),
		TEST(test_the_last_segment_again_is_never_out_of_order),
		TEST(test_duplicate_acks_call_for_a_fast_retransmission),
		TEST(test_a_new_kind_of_mptcp_option_excuses_each_sides_next_ack),
		TEST(test_twenty_milliseconds_after_the_ack_it_is_no_longer_fast),
		TEST(test_bytes_already_acknowledged_are_spurious),
		TEST(test_time_running_backwards_is_a_very_long_time),
		TEST(test_an_ack_beyond_what_was_seen_is_marked_once),
		TEST(test_a_closed_window_its_probe_and_the_answer),
		TEST(test_the_window_is_scaled_only_if_both_syns_say_so),
		TEST(test_the_syn_again_is_a_retransmission_even_after_a_reset),
		TEST(test_another_syn_is_a_port_reused),
		TEST(test_an_ack_of_the_unseen_makes_the_count_of_duplicates_begin_anew),
		TEST(test_what_was_put_away_is_judged_as_before),
		TEST(test_the_rules_hold_across_the_wrap),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
