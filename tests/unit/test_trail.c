#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/judge.h"

#define CLIENT (judged.pair.trail.half[SIDE_A])
#define SERVER (judged.pair.trail.half[SIDE_B])

static void
test_a_handshake_gives_two_round_trips(void **state)
{
	(void)state;
	shake_hands();
	assert_int_equal(CLIENT.rtt.samples, 1);
	assert_int_equal(CLIENT.rtt.min_ns, 20000000);
	assert_int_equal(SERVER.rtt.samples, 1);
	assert_int_equal(SERVER.rtt.min_ns, 100000);
	assert_int_equal(trail_rtt_ns(&judged.pair.trail), 20100000);
}

static void
test_without_an_answer_there_is_no_round_trip(void **state)
{
	(void)state;
	CAUSE_OF(SEG(1000, 100, .ack = 5000));
	assert_int_equal(trail_rtt_ns(&judged.pair.trail), -1);
}

static void
test_half_a_path_is_no_round_trip(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 4000000));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 4019800));
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 4020000));
	assert_int_equal(SERVER.rtt.samples, 1);
	assert_int_equal(trail_rtt_ns(&judged.pair.trail), -1);
}

static void
test_no_round_trip_from_bytes_sent_twice(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 2100000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .at_us = 2120000));
	assert_int_equal(CLIENT.rtt.samples, 1);
}

static void
test_nor_from_what_is_acknowledged_with_them(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(SEG(1100, 100, .ack = 5000, .at_us = 1101000));
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 2100000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1200, .at_us = 2120000));
	assert_int_equal(CLIENT.rtt.samples, 1);
}

static void
test_nor_from_a_syn_sent_twice(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 2000000));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 2020000));
	assert_int_equal(CLIENT.rtt.samples, 0);
}

static void
test_only_an_ack_that_ends_where_a_segment_does_counts(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1050, .at_us = 1110000));
	assert_int_equal(CLIENT.rtt.samples, 1);
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .at_us = 1130000));
	assert_int_equal(CLIENT.rtt.samples, 2);
	CAUSE_OF(SEG(1100, 100, .ack = 5000, .at_us = 1140000));
	CAUSE_OF(SEG(1200, 100, .ack = 5000, .at_us = 1140000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1250, .at_us = 1160000));
	assert_int_equal(CLIENT.rtt.samples, 2);
}

static void
test_one_ack_for_many_is_timed_from_the_last(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(SEG(1100, 100, .ack = 5000, .at_us = 1110000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1200, .at_us = 1115000));
	assert_int_equal(CLIENT.rtt.samples, 2);
	assert_int_equal(CLIENT.rtt.min_ns, 5000000);
}

static void
test_a_clock_that_steps_back_gives_no_round_trip(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .at_us = 1050000));
	assert_int_equal(CLIENT.rtt.samples, 1);
}

static void
test_sequence_numbers_wrap(void **state)
{
	(void)state;
	CAUSE_OF(SEG(UINT32_MAX - 49, 100, .ack = 5000, .at_us = 1000000));
	CAUSE_OF(SEG(50, 100, .ack = 5000, .at_us = 1001000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 150, .at_us = 1011000));
	assert_int_equal(CLIENT.rtt.min_ns, 10000000);
	assert_int_equal(CLIENT.count, 0);
}

static void
test_what_is_acknowledged_makes_room_for_what_follows(void **state)
{
	size_t used_bytes = 0;

	(void)state;
	shake_hands();
	for (uint32_t i = 0; i < 200; i++) {
		CAUSE_OF(SEG(1000 + 100 * i, 100, .ack = 5000));
		if (i < 10)
			used_bytes = judged.budget.used_bytes;
		if (i >= 9)
			CAUSE_OF(REPLY(.seq = 5000, .ack = 1000 + 100 * (i - 8)));
	}
	assert_int_equal(CLIENT.count, 9);
	assert_int_equal(judged.budget.used_bytes, used_bytes);
}

static void
test_a_one_sided_capture_keeps_the_latest_few(void **state)
{
	const struct packet *original = NULL;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		CAUSE_OF(original = SEG(1000 + 100 * i, 100, .ack = 5000));
	assert_in_range(CLIENT.count, 1, 64);
	assert_int_equal(CAUSE_OF(SEG(1000 + 100 * 9999, 100, .ack = 5000, .at_us = 90000000)),
	    CAUSE_LOST_AFTER_CAPTURE);
	assert_int_equal(judged.reason.because[0], original->index);
}

static void
test_segments_that_are_never_acknowledged_are_bounded(void **state)
{
	(void)state;
	shake_hands();
	for (uint32_t i = 0; i < 10000; i++)
		CAUSE_OF(SEG(1000 + 100 * i, 100, .ack = 5000));
	assert_in_range(CLIENT.count, 1, 1024);
}

static void
test_holes_are_bounded(void **state)
{
	(void)state;
	shake_hands();
	for (uint32_t i = 0; i < 10000; i++)
		CAUSE_OF(SEG(2000 + 200 * i, 100, .ack = 5000));
	assert_in_range(judged.budget.used_bytes, 1, 65536);
}

static void
test_without_budget_nothing_is_kept_and_nothing_breaks(void **state)
{
	(void)state;
	judged.budget.limit_bytes = 1;
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000));
	CAUSE_OF(SEG(1200, 100, .ack = 5000));
	CAUSE_OF(SEG(1000, 300, .ack = 5000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1300));
	assert_int_equal(judged.budget.used_bytes, 0);
	assert_true(judged.budget.refusals > 0);
}

static void
test_bytes_acknowledged_but_never_seen_were_missed_by_the_capture(void **state)
{
	const struct packet *behind, *ack;

	(void)state;
	establish();
	CAUSE_OF(behind = SEG(1200, 100, .ack = 5000));
	assert_nothing_revised();
	CAUSE_OF(ack = REPLY(.seq = 5000, .ack = 1300));
	assert_revised(behind, CAUSE_NOT_CAPTURED);
	assert_because(behind, ack);
	assert_int_equal(CLIENT.rtt.samples, 2);
}

static void
test_a_segment_captured_behind_its_ack_was_not_missed(void **state)
{
	const struct packet *behind, *ack, *late;

	(void)state;
	establish();
	CAUSE_OF(behind = SEG(1200, 100, .ack = 5000, .at_us = 1100000));
	CAUSE_OF(ack = REPLY(.seq = 5000, .ack = 1300, .at_us = 1120000));
	assert_revised(behind, CAUSE_NOT_CAPTURED);
	assert_int_equal(
	    CAUSE_OF(late = SEG(1100, 100, .ack = 5000, .at_us = 1120010)), CAUSE_REORDERED);
	assert_because(ack, late);
	assert_revised(behind, CAUSE_NONE);
}

static void
test_a_healthy_flow_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct trail) <= 120);
	establish();
	assert_null(judged.pair.trail.rare);
}

static void
test_a_syn_with_another_number_begins_again(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 1001000));
	CAUSE_OF(REPLY(.seq = 70000, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 2001000));
	CAUSE_OF(SEG(1000, 0, .ack = 70001, .at_us = 2002000));
	assert_int_equal(SERVER.end, 70001);
	assert_int_equal(SERVER.rtt.min_ns, 1000000);
	assert_null(judged.pair.trail.rare);
}

int
main(void)
{
#define TRAIL_TEST(name) cmocka_unit_test_setup_teardown(test_##name, judge_begin, judge_end)
	const struct CMUnitTest tests[] = {
		TRAIL_TEST(a_handshake_gives_two_round_trips),
		TRAIL_TEST(without_an_answer_there_is_no_round_trip),
		TRAIL_TEST(half_a_path_is_no_round_trip),
		TRAIL_TEST(no_round_trip_from_bytes_sent_twice),
		TRAIL_TEST(nor_from_what_is_acknowledged_with_them),
		TRAIL_TEST(nor_from_a_syn_sent_twice),
		TRAIL_TEST(only_an_ack_that_ends_where_a_segment_does_counts),
		TRAIL_TEST(one_ack_for_many_is_timed_from_the_last),
		TRAIL_TEST(a_clock_that_steps_back_gives_no_round_trip),
		TRAIL_TEST(sequence_numbers_wrap),
		TRAIL_TEST(what_is_acknowledged_makes_room_for_what_follows),
		TRAIL_TEST(a_one_sided_capture_keeps_the_latest_few),
		TRAIL_TEST(segments_that_are_never_acknowledged_are_bounded),
		TRAIL_TEST(holes_are_bounded),
		TRAIL_TEST(without_budget_nothing_is_kept_and_nothing_breaks),
		TRAIL_TEST(bytes_acknowledged_but_never_seen_were_missed_by_the_capture),
		TRAIL_TEST(a_segment_captured_behind_its_ack_was_not_missed),
		TRAIL_TEST(a_healthy_flow_is_small),
		TRAIL_TEST(a_syn_with_another_number_begins_again),
	};

	return cmocka_run_group_tests_name("trail", tests, NULL, NULL);
}
