#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/judge.h"
#include "tcp/trail_priv.h"

#define BIT(name)                             MARK_BIT(MARK_##name)
#define assert_cause(pkt, name)               assert_int_equal(judge((pkt), 0), CAUSE_##name)
#define assert_cause_marked(pkt, marks, name) assert_int_equal(judge((pkt), (marks)), CAUSE_##name)

/* From the client after establish(): the next byte is 1100, the server's 5000. */
#define DATA(first, count, at, ...) \
	SEG(first, count, .ack = 5000, .flags = TCP_ACK | TCP_PSH, .at_us = (at), __VA_ARGS__)
#define ACKED(number, at, ...) REPLY(.seq = 5000, .ack = (number), .at_us = (at), __VA_ARGS__)
#define STAMPED(value)         .options = OPT_TIMESTAMPS, .ts_value = (value)

/* As establish(), and both SYNs permitted SACK. */
static void
establish_with_sack(void)
{
	establish();
	judged.pair.trail.half[SIDE_A].flags |= TRAIL_SACK;
	judged.pair.trail.half[SIDE_B].flags |= TRAIL_SACK;
}

static const struct packet *
on_loopback(const struct packet *pkt)
{
	struct packet *local = (struct packet *)pkt;

	local->tuple.src[0] = local->tuple.dst[0] = 127;
	return local;
}

/* --- bytes seen before --- */

static void
test_one_byte_not_yet_acknowledged_is_no_keep_alive(void **state)
{
	const struct packet *first, *again;

	(void)state;
	establish();
	assert_cause(first = DATA(1100, 1, 1100000), NONE);
	assert_cause_marked(again = DATA(1100, 1, 1400000), BIT(KEEP_ALIVE), LOST_AFTER_CAPTURE);
	assert_because(first, again);
}

static void
test_bytes_already_seen_were_lost_after_the_capture(void **state)
{
	const struct packet *first, *again;

	(void)state;
	establish();
	assert_cause(first = DATA(1100, 100, 1100000), NONE);
	assert_cause(DATA(1200, 100, 1101000), NONE);
	assert_cause_marked(
	    again = DATA(1100, 100, 1110000), BIT(OUT_OF_ORDER), LOST_AFTER_CAPTURE);
	assert_because(first, again);
}

static void
test_a_copy_with_a_wrong_checksum_was_damaged(void **state)
{
	const struct packet *first, *again;

	(void)state;
	establish();
	assert_cause(first = DATA(1100, 100, 1100000, .judged = CHECKSUM_BAD), NONE);
	assert_cause(again = DATA(1100, 100, 1350000, .judged = CHECKSUM_GOOD), DAMAGED);
	assert_because(first, again);
	CAUSE_OF(ACKED(1200, 1370000));
	assert_nothing_revised();
}

static void
test_where_all_checksums_are_wrong_nothing_was_damaged(void **state)
{
	(void)state;
	establish();
	assert_cause(DATA(1100, 100, 1100000, .judged = CHECKSUM_BAD), NONE);
	assert_cause(DATA(1100, 100, 1350000, .judged = CHECKSUM_BAD), LOST_AFTER_CAPTURE);
}

static void
test_before_the_server_said_more_than_its_syn_ack_loss_is_not_certain(void **state)
{
	const struct packet *first, *again, *ack;

	(void)state;
	shake_hands();
	assert_cause(first = DATA(1000, 100, 1100000), NONE);
	assert_cause(again = DATA(1000, 100, 1400000), NONE);
	assert_nothing_revised();
	assert_cause(ack = ACKED(1100, 1420000), NONE);
	assert_revised(again, CAUSE_LOST_AFTER_CAPTURE);
	assert_because(first, again, ack);
}

static void
test_on_loopback_nothing_is_lost(void **state)
{
	(void)state;
	CAUSE_OF(on_loopback(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000)));
	CAUSE_OF(on_loopback(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK)));
	CAUSE_OF(on_loopback(SEG(1000, 0, .ack = 5000)));
	CAUSE_OF(on_loopback(DATA(1000, 100, 1100000)));
	assert_cause(on_loopback(DATA(1000, 100, 1400000)), NONE);
	assert_cause(on_loopback(ACKED(1100, 1400010)), NONE);
	assert_nothing_revised();
}

static void
test_sent_again_just_after_its_ack_passed_is_needless(void **state)
{
	const struct packet *ack, *again;

	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(ack = ACKED(1200, 1120000));
	assert_cause(again = DATA(1100, 100, 1125000), SPURIOUS);
	assert_because(ack, again);
}

static void
test_sent_again_long_after_its_ack_passed_the_ack_was_lost(void **state)
{
	const struct packet *ack, *again;

	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(ack = ACKED(1200, 1120000));
	assert_cause(again = DATA(1100, 100, 1420000), LOST_AFTER_CAPTURE);
	assert_because(ack, again);
}

static void
test_an_ack_that_repeats_the_fin_is_left_open(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(SEG(1100, 0, .ack = 5000, .flags = TCP_FIN | TCP_ACK, .at_us = 1100000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .flags = TCP_FIN | TCP_ACK, .at_us = 1110000));
	assert_cause(SEG(1100, 0, .ack = 5001, .flags = TCP_FIN | TCP_ACK, .at_us = 1111000), NONE);
}

/* --- bytes not seen before --- */

static void
test_a_segment_late_by_less_than_an_answer_takes_was_overtaken(void **state)
{
	const struct packet *behind, *late;

	(void)state;
	CAUSE_OF(ACKED(1000, 1000000));
	CAUSE_OF(DATA(1000, 100, 1001000, .ip_id = 3));
	CAUSE_OF(behind = DATA(1200, 100, 1002000, .ip_id = 4));
	assert_cause(late = DATA(1100, 100, 1010000, .ip_id = 5), REORDERED);
	assert_because(behind, late);
}

static void
test_a_segment_that_answers_duplicate_acks_was_lost_before(void **state)
{
	const struct packet *behind, *dup, *late;

	(void)state;
	establish();
	CAUSE_OF(behind = DATA(1200, 100, 1100000));
	judge(dup = ACKED(1100, 1120000), BIT(DUPLICATE_ACK));
	judge(ACKED(1100, 1120100), BIT(DUPLICATE_ACK));
	assert_cause(late = DATA(1100, 100, 1121000), LOST_BEFORE_CAPTURE);
	assert_because(behind, dup, late);
}

static void
test_sack_tells_of_every_hole_below(void **state)
{
	const struct packet *behind, *sack, *late;

	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1100000));
	CAUSE_OF(behind = DATA(1400, 100, 1100000));
	CAUSE_OF(sack = ACKED(1100, 1120000, .sack_left = 1400, .sack_right = 1500));
	assert_cause(late = DATA(1300, 100, 1125000), LOST_BEFORE_CAPTURE);
	assert_because(behind, sack, late);
}

static void
test_a_segment_that_waited_for_a_timeout_was_lost_before(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1100000));
	assert_cause(DATA(1100, 100, 1400000), LOST_BEFORE_CAPTURE);
}

static void
test_the_senders_clock_decides(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1100000, STAMPED(700)));
	assert_cause(DATA(1100, 50, 1400000, STAMPED(699)), REORDERED);
	assert_cause(DATA(1150, 50, 1100010, STAMPED(705)), LOST_BEFORE_CAPTURE);
}

static void
test_the_senders_clock_may_wrap(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1100000, STAMPED(3)));
	assert_cause(DATA(1100, 100, 1400000, STAMPED(UINT32_MAX)), REORDERED);
}

static void
test_the_senders_count_of_packets_decides(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, .ip_id = 65534));
	CAUSE_OF(DATA(1300, 100, 1100100, .ip_id = 0x0001));
	assert_cause(DATA(1200, 100, 1400000, .ip_id = 65535), REORDERED);
}

static void
test_time_that_steps_back_means_overtaken(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1500000));
	assert_cause(DATA(1100, 100, 1400000), REORDERED);
}

static void
test_unless_the_senders_clock_knows_better(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1200, 100, 1500000, STAMPED(700)));
	assert_cause(DATA(1100, 100, 1400000, STAMPED(900)), LOST_BEFORE_CAPTURE);
}

static void
test_what_filled_a_hole_is_seen(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1400, 100, 1100000));
	assert_cause(DATA(1200, 100, 1100010), REORDERED);
	assert_cause(DATA(1100, 100, 1100020), REORDERED);
	assert_cause(DATA(1300, 100, 1100030), REORDERED);
	assert_cause(DATA(1200, 100, 1500000), LOST_AFTER_CAPTURE);
}

/* --- one packet, two frames --- */

#define TWIN(id, sum) .ip_id = (id), .checksum = (sum)

static void
test_a_packet_seen_twice_was_captured_twice(void **state)
{
	const struct packet *first, *again, *ack, *ack_again;

	(void)state;
	establish();
	CAUSE_OF(first = DATA(1100, 100, 1100000, TWIN(777, 0x5edd)));
	assert_cause(again = DATA(1100, 100, 1100002, TWIN(777, 0x5edd)), CAPTURE_DUPLICATE);
	assert_because(first, again);
	CAUSE_OF(ack = ACKED(1200, 1120000, TWIN(888, 0x63ea)));
	assert_cause_marked(ack_again = ACKED(1200, 1120002, TWIN(888, 0x63ea)), BIT(DUPLICATE_ACK),
	    CAPTURE_DUPLICATE);
	assert_because(ack, ack_again);
	/* and was not sent twice */
	assert_int_equal(judged.pair.trail.half[SIDE_A].rtt.samples, 3);
}

static void
test_another_ip_id_is_another_packet(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, TWIN(777, 0x5edd)));
	assert_cause(DATA(1100, 100, 1100002, TWIN(778, 0x5edd)), LOST_AFTER_CAPTURE);
}

static void
test_a_host_that_never_changes_its_ip_id_is_not_accused(void **state)
{
	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 100, 1100000, TWIN(777, 1)));
	CAUSE_OF(DATA(1200, 100, 1101000, TWIN(777, 2)));
	assert_cause(DATA(1200, 100, 1141000, TWIN(777, 2)), TAIL_LOSS_PROBE);
}

static void
test_without_an_ip_id_only_microseconds_count(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, TWIN(0, 0x5edd)));
	assert_cause(DATA(1100, 100, 1100002, TWIN(0, 0x5edd)), CAPTURE_DUPLICATE);
	assert_cause(DATA(1100, 100, 1110000, TWIN(0, 0x5edd)), LOST_AFTER_CAPTURE);
}

static void
test_two_bare_acks_alike_are_two_acks(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(ACKED(1100, 1100000, TWIN(0, 0x63ea)));
	assert_cause_marked(ACKED(1100, 1100002, TWIN(0, 0x63ea)), BIT(DUPLICATE_ACK), NONE);
}

static void
test_unless_other_packets_were_captured_twice(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, TWIN(0, 0x5edd)));
	CAUSE_OF(DATA(1100, 100, 1100002, TWIN(0, 0x5edd)));
	CAUSE_OF(ACKED(1200, 1120000, TWIN(0, 0x63ea)));
	assert_cause_marked(
	    ACKED(1200, 1120002, TWIN(0, 0x63ea)), BIT(DUPLICATE_ACK), CAPTURE_DUPLICATE);
}

static void
test_copies_may_come_behind_other_packets(void **state)
{
	const struct packet *first, *copy;

	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, TWIN(1, 0x1111)));
	CAUSE_OF(DATA(1100, 100, 1100002, TWIN(1, 0x1111)));
	CAUSE_OF(first = ACKED(1200, 1120000, TWIN(2, 0x2222)));
	CAUSE_OF(REPLY(.seq = 5000, .length = 10, .ack = 1200, TWIN(3, 0x3333), .at_us = 1120001));
	assert_cause(copy = ACKED(1200, 1120002, TWIN(2, 0x2222)), CAPTURE_DUPLICATE);
	assert_because(first, copy);
}

/* --- probes --- */

static void
test_a_nudge_at_a_closed_window_probes_it(void **state)
{
	const struct packet *closed, *probe;

	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(closed = ACKED(1200, 1120000, .zero_window = 1));
	assert_cause_marked(probe = DATA(1199, 0, 1400000), BIT(KEEP_ALIVE), ZERO_WINDOW_PROBE);
	assert_because(closed, probe);
	CAUSE_OF(ACKED(1200, 1420000));
	assert_cause_marked(DATA(1199, 0, 1800000), BIT(KEEP_ALIVE), NONE);
}

static void
test_a_probe_below_a_probes_byte_is_one_too(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(ACKED(1100, 1120000, .zero_window = 1));
	assert_cause_marked(DATA(1100, 1, 1400000), BIT(ZERO_WINDOW_PROBE), NONE);
	assert_cause_marked(DATA(1100, 1, 1800000), BIT(ZERO_WINDOW_PROBE), NONE);
	assert_cause_marked(DATA(1099, 0, 2600000), BIT(KEEP_ALIVE), ZERO_WINDOW_PROBE);
}

static void
test_an_ordinary_ack_next_to_a_probes_byte_is_no_probe(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(ACKED(1100, 1120000, .zero_window = 1));
	judge(DATA(1100, 1, 1400000), BIT(ZERO_WINDOW_PROBE));
	CAUSE_OF(REPLY(.seq = 5000, .length = 1, .ack = 1100, .zero_window = 1, .at_us = 1401000));
	assert_cause(SEG(1100, 0, .ack = 5001, .at_us = 1402000), NONE);
}

static void
test_data_that_begins_with_the_probes_byte_is_not_sent_again(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(ACKED(1100, 1120000, .zero_window = 1));
	judge(DATA(1100, 1, 1400000), BIT(ZERO_WINDOW_PROBE));
	CAUSE_OF(ACKED(1100, 1500000));
	assert_cause(DATA(1100, 100, 1500100), NONE);
}

static void
test_a_keep_alive_needs_a_cause_only_without_its_mark(void **state)
{
	(void)state;
	establish();
	assert_cause_marked(DATA(1099, 0, 61000000), BIT(KEEP_ALIVE), NONE);
	assert_cause_marked(DATA(1099, 1, 62000000), BIT(KEEP_ALIVE), NONE);
	assert_cause_marked(DATA(1099, 0, 63000000), BIT(DUPLICATE_ACK), KEEP_ALIVE);
}

static void
test_the_last_segment_again_before_a_timeout_is_a_tail_loss_probe(void **state)
{
	const struct packet *last, *probe;

	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(last = DATA(1200, 100, 1100100));
	assert_cause(probe = DATA(1200, 100, 1145000), TAIL_LOSS_PROBE);
	assert_because(last, probe);
	/* there is but one; what follows is a timeout's */
	assert_cause(DATA(1200, 100, 1190000), LOST_AFTER_CAPTURE);
}

static void
test_the_end_of_a_large_segment_can_be_the_probe(void **state)
{
	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 4000, 1100000));
	assert_cause(DATA(4000, 1100, 1145000), TAIL_LOSS_PROBE);
}

static void
test_without_sack_or_ack_or_a_round_trip_it_is_no_probe(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(DATA(1100, 100, 1145000), LOST_AFTER_CAPTURE);
	CAUSE_OF(ACKED(1200, 1180000));
	judged.pair.trail.half[SIDE_A].flags |= TRAIL_SACK;
	judged.pair.trail.half[SIDE_B].flags |= TRAIL_SACK;
	CAUSE_OF(DATA(1200, 100, 1200000));
	assert_cause(SEG(1200, 100, .flags = TCP_PSH, .at_us = 1245000), LOST_AFTER_CAPTURE);
	CAUSE_OF(ACKED(1300, 1280000));
	judged.pair.trail.half[SIDE_B].rtt.samples = 0;
	CAUSE_OF(DATA(1300, 100, 1300000));
	assert_cause(DATA(1300, 100, 1345000), LOST_AFTER_CAPTURE);
}

static void
test_a_wait_of_many_round_trips_is_no_probes(void **state)
{
	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(DATA(1100, 100, 1190000), LOST_AFTER_CAPTURE);
}

static void
test_a_probe_followed_after_twice_the_wait_was_a_timeout(void **state)
{
	const struct packet *first, *again, *thrice;

	(void)state;
	establish_with_sack();
	CAUSE_OF(first = DATA(1100, 100, 1100000));
	assert_cause(again = DATA(1100, 100, 1145000), TAIL_LOSS_PROBE);
	assert_cause(thrice = DATA(1100, 100, 1235000), LOST_AFTER_CAPTURE);
	assert_revised(again, CAUSE_LOST_AFTER_CAPTURE);
	assert_because(first, again, thrice);
}

static void
test_once_a_timeout_is_due_it_is_no_probe(void **state)
{
	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(DATA(1100, 100, 1350000), LOST_AFTER_CAPTURE);
}

static void
test_within_a_round_trip_it_is_no_probe(void **state)
{
	(void)state;
	establish_with_sack();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(DATA(1100, 100, 1120000), LOST_AFTER_CAPTURE);
}

/* --- hindsight --- */

static void
test_a_dsack_proves_a_resend_needless(void **state)
{
	const struct packet *first, *again, *dsack;

	(void)state;
	establish();
	CAUSE_OF(first = DATA(1100, 100, 1100000));
	CAUSE_OF(again = DATA(1100, 100, 1350000));
	CAUSE_OF(ACKED(1200, 1400000));
	assert_nothing_revised();
	CAUSE_OF(dsack = ACKED(1200, 1450000, .sack_left = 1100, .sack_right = 1200));
	assert_revised(again, CAUSE_SPURIOUS);
	assert_because(first, again, dsack);
	CAUSE_OF(ACKED(1200, 1460000, .sack_left = 1100, .sack_right = 1200));
	assert_nothing_revised();
}

static void
test_a_tail_loss_probe_stays_one(void **state)
{
	const struct packet *last, *probe, *dsack;

	(void)state;
	establish_with_sack();
	CAUSE_OF(last = DATA(1100, 100, 1100000));
	assert_cause(probe = DATA(1100, 100, 1145000), TAIL_LOSS_PROBE);
	CAUSE_OF(dsack = ACKED(1200, 1165000, .sack_left = 1100, .sack_right = 1200));
	assert_revised(probe, CAUSE_TAIL_LOSS_PROBE);
	assert_because(last, probe, dsack);
}

static void
test_where_a_timeout_is_due_too_a_dsack_proves_no_probe(void **state)
{
	const struct packet *last, *probe, *dsack;

	(void)state;
	establish_with_sack();
	CAUSE_OF(last = DATA(1100, 100, 1100000));
	assert_cause(probe = DATA(1100, 100, 1320000), LOST_AFTER_CAPTURE);
	CAUSE_OF(dsack = ACKED(1200, 1341000, .sack_left = 1100, .sack_right = 1200));
	assert_revised(probe, CAUSE_SPURIOUS);
	assert_because(last, probe, dsack);
}

static void
test_an_ack_sooner_than_a_round_trip_answers_the_first_copy(void **state)
{
	const struct packet *first, *again, *ack;

	(void)state;
	establish();
	CAUSE_OF(first = DATA(1100, 100, 1100000));
	assert_cause(again = DATA(1100, 100, 1121000), LOST_AFTER_CAPTURE);
	CAUSE_OF(ack = ACKED(1200, 1126000));
	assert_revised(again, CAUSE_SPURIOUS);
	assert_because(first, again, ack);
	/* a whole round trip later it answers the second */
	CAUSE_OF(DATA(1200, 100, 1200000));
	CAUSE_OF(DATA(1200, 100, 1230000));
	CAUSE_OF(ACKED(1300, 1250000));
	assert_nothing_revised();
}

static void
test_who_still_asks_for_bytes_has_not_had_the_first_copy(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(DATA(1200, 100, 1100100));
	CAUSE_OF(DATA(1100, 100, 1350000));
	CAUSE_OF(ACKED(1200, 1400000));
	assert_cause(DATA(1200, 100, 1400100), LOST_AFTER_CAPTURE);
	CAUSE_OF(ACKED(1300, 1405000)); /* of another way, or another end: sooner than a round trip */
	assert_nothing_revised();
}

static void
test_near_the_receiver_an_ack_always_comes_soon(void **state)
{
	(void)state;
	establish();
	judged.pair.trail.half[SIDE_A].rtt.min_ns = 80000;
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(DATA(1100, 100, 1350000));
	CAUSE_OF(ACKED(1200, 1350060));
	assert_nothing_revised();
}

static void
test_an_ordinary_sack_proves_nothing(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(DATA(1200, 100, 1100100));
	CAUSE_OF(DATA(1200, 100, 1500000));
	CAUSE_OF(ACKED(1100, 1520000, .sack_left = 1200, .sack_right = 1300));
	assert_nothing_revised();
}

static void
test_an_ack_that_echoes_the_first_copy_proves_it_too(void **state)
{
	const struct packet *first, *again, *ack, *dsack;

	(void)state;
	establish();
	CAUSE_OF(first = DATA(1100, 100, 1100000, STAMPED(100)));
	CAUSE_OF(again = DATA(1100, 100, 1350000, STAMPED(350)));
	CAUSE_OF(ack = ACKED(1200, 1360000, STAMPED(9), .ts_echo = 100));
	assert_revised(again, CAUSE_SPURIOUS);
	assert_because(first, again, ack);
	CAUSE_OF(dsack = ACKED(1200, 1450000, .sack_left = 1100, .sack_right = 1200));
	assert_revised(again, CAUSE_SPURIOUS);
	assert_because(first, again, ack, dsack);
	CAUSE_OF(ACKED(1200, 1460000, .sack_left = 1100, .sack_right = 1200));
	assert_nothing_revised();
}

static void
test_an_ack_that_echoes_the_second_copy_does_not(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000, STAMPED(100)));
	CAUSE_OF(DATA(1100, 100, 1350000, STAMPED(350)));
	CAUSE_OF(ACKED(1200, 1370000, STAMPED(9), .ts_echo = 350));
	assert_nothing_revised();
}

/* --- handshakes --- */

static void
test_syns_that_cross_open_simultaneously(void **state)
{
	const struct packet *a, *b, *a_again, *b_again, *ack;

	(void)state;
	CAUSE_OF(a = SEG(999, 0, .flags = TCP_SYN));
	assert_cause(b = REPLY(.seq = 4999, .flags = TCP_SYN), SIMULTANEOUS_OPEN);
	assert_because(a, b);
	assert_cause(
	    a_again = SEG(999, 0, .ack = 5000, .flags = TCP_SYN | TCP_ACK), SIMULTANEOUS_OPEN);
	assert_because(a, b, a_again);
	assert_cause(b_again = REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK),
	    SIMULTANEOUS_OPEN);
	assert_because(a, b_again);
	assert_cause_marked(ack = SEG(1000, 0, .ack = 5000), BIT(DUPLICATE_ACK), SIMULTANEOUS_OPEN);
	assert_because(a_again, b_again, ack);
}

static void
test_a_syn_without_an_answer_is_left_open(void **state)
{
	(void)state;
	assert_cause(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000), NONE);
	assert_cause(SEG(999, 0, .flags = TCP_SYN, .at_us = 2000000), NONE);
}

static void
test_a_syn_sent_again_behind_its_answer_did_not_hear_it(void **state)
{
	const struct packet *answer, *again, *answer_again;

	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(answer = REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK));
	assert_cause(again = SEG(999, 0, .flags = TCP_SYN, .at_us = 2000000), LOST_AFTER_CAPTURE);
	assert_because(answer, again);
	assert_cause(answer_again = REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK),
	    LOST_AFTER_CAPTURE);
	assert_because(answer, again, answer_again);
}

#define SYN_ACK(at) REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = (at))

static void
test_a_server_that_ignores_data_has_a_full_accept_queue(void **state)
{
	const struct packet *ack, *data, *data_again, *syn_ack, *data_thrice;

	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SYN_ACK(1000040));
	CAUSE_OF(ack = SEG(1000, 0, .ack = 5000, .at_us = 1050000));
	judged.pair.conn.ack_ns = 1050000000;
	CAUSE_OF(data = DATA(1000, 15, 1200000));
	assert_cause(data_again = DATA(1000, 15, 1600000), NONE);
	assert_cause(syn_ack = SYN_ACK(2020000), ACCEPT_QUEUE_FULL);
	assert_because(ack, data, syn_ack);
	assert_revised(data_again, CAUSE_ACCEPT_QUEUE_FULL);
	assert_because(ack, data, data_again, syn_ack);
	assert_cause(data_thrice = DATA(1000, 15, 2400000), ACCEPT_QUEUE_FULL);
	assert_because(data, syn_ack, data_thrice);
	assert_cause(SYN_ACK(4050000), ACCEPT_QUEUE_FULL);
}

static void
test_seen_from_the_client_an_outage_fills_no_queue(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(DATA(1000, 15, 1600000));
	CAUSE_OF(DATA(1000, 15, 1850000));
	assert_cause(SYN_ACK(2040000), NONE);
	assert_nothing_revised();
}

static void
test_one_ignored_bare_ack_can_mean_other_things(void **state)
{
	(void)state;
	shake_hands();
	assert_cause(SYN_ACK(2040000), NONE);
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 2040100));
	CAUSE_OF(REPLY(.seq = 5000, .length = 10, .ack = 1000, .at_us = 2060000));
	assert_nothing_revised();
}

static void
test_two_ignored_bare_acks_cannot(void **state)
{
	const struct packet *first, *answer, *second;

	(void)state;
	shake_hands();
	assert_cause(first = SYN_ACK(2040000), NONE);
	CAUSE_OF(answer = SEG(1000, 0, .ack = 5000, .at_us = 2040100));
	assert_cause(second = SYN_ACK(4060000), ACCEPT_QUEUE_FULL);
	assert_int_equal(judged.reason.because_count, 4);
	assert_int_equal(judged.reason.because[1], first->index);
	assert_int_equal(judged.reason.because[2], answer->index);
	assert_revised(first, CAUSE_ACCEPT_QUEUE_FULL);
	assert_int_equal(judged.reason.because[2], second->index);
}

static void
test_a_syn_ack_that_crossed_the_ack_accuses_nobody(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SYN_ACK(1000050));
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 1980000));
	judged.pair.conn.ack_ns = 1980000000;
	CAUSE_OF(DATA(1000, 15, 1980010));
	CAUSE_OF(DATA(1000, 15, 1990000));
	assert_cause(SYN_ACK(2000100), NONE);
}

static void
test_a_crossing_syn_ack_is_no_refusal(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SYN_ACK(1000050));
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 1980000));
	judged.pair.conn.ack_ns = 1980000000;
	assert_cause(SYN_ACK(2000100), NONE);
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 2980000));
	assert_cause(SYN_ACK(4000100), NONE);
}

static void
test_a_syn_ack_again_within_less_than_a_timer_accuses_nobody(void **state)
{
	(void)state;
	shake_hands();
	CAUSE_OF(DATA(1000, 15, 1030000));
	CAUSE_OF(DATA(1000, 15, 1300000));
	assert_cause(SYN_ACK(1500000), NONE);
}

static void
test_a_server_that_spoke_is_not_refusing(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 15, 1100000));
	CAUSE_OF(DATA(1100, 15, 1400000));
	assert_cause(SYN_ACK(3000000), NONE);
}

/* --- resets --- */

#define RESET(number, ...) REPLY(.seq = (number), .flags = TCP_RST, .zero_window = 1, __VA_ARGS__)

static void
test_a_reset_that_answers_a_syn_means_nothing_listens(void **state)
{
	const struct packet *syn, *reset;

	(void)state;
	CAUSE_OF(syn = SEG(999, 0, .flags = TCP_SYN));
	assert_cause(
	    reset = REPLY(.ack = 1000, .flags = TCP_RST | TCP_ACK, .zero_window = 1), NO_LISTENER);
	assert_because(syn, reset);
}

static void
test_a_reset_with_a_window_or_another_number_answers_no_syn(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN));
	assert_cause(REPLY(.ack = 1000, .flags = TCP_RST | TCP_ACK), NONE);
	assert_cause(REPLY(.ack = 1001, .flags = TCP_RST | TCP_ACK, .zero_window = 1), NONE);
}

static void
test_a_lone_reset_says_nothing(void **state)
{
	(void)state;
	assert_cause(REPLY(.seq = 5000, .ack = 1000, .flags = TCP_RST | TCP_ACK), NONE);
}

static void
test_a_reset_that_answers_the_final_ack_is_an_overflow(void **state)
{
	const struct packet *ack, *reset;

	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(SYN_ACK(1000050));
	CAUSE_OF(ack = SEG(1000, 0, .ack = 5000, .at_us = 1050000));
	judged.pair.conn.ack_ns = 1050000000;
	CAUSE_OF(DATA(1000, 15, 1050010));
	assert_cause(reset = RESET(5000, .at_us = 1050030), OVERFLOW_ABORT);
	assert_because(ack, reset);
	assert_cause(RESET(5000, .at_us = 1050040), OVERFLOW_ABORT);
}

static void
test_a_reset_that_answers_later_data_is_for_a_stray_segment(void **state)
{
	const struct packet *data, *reset;

	(void)state;
	shake_hands();
	CAUSE_OF(data = DATA(1000, 15, 66000000));
	assert_cause(reset = RESET(5000, .at_us = 66020000), STRAY_SEGMENT);
	assert_because(data, reset);
}

static void
test_a_closed_end_resets_stray_segments_one_by_one(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .flags = TCP_FIN | TCP_ACK));
	CAUSE_OF(SEG(1100, 100, .ack = 5001));
	CAUSE_OF(SEG(1200, 100, .ack = 5001));
	assert_cause(RESET(5001), STRAY_SEGMENT);
	assert_cause(RESET(5001), STRAY_SEGMENT);
}

static void
test_a_reset_with_an_older_number_answers_what_was_under_way(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(REPLY(.seq = 5000, .length = 50, .ack = 1200, .at_us = 1100100));
	CAUSE_OF(REPLY(.seq = 5050, .ack = 1200, .flags = TCP_FIN | TCP_ACK, .at_us = 1100200));
	CAUSE_OF(SEG(1200, 0, .ack = 5051, .at_us = 1100300));
	assert_cause(RESET(5000, .at_us = 1100400), STRAY_SEGMENT);
	assert_cause(RESET(5052, .at_us = 1100500), NONE);
}

static void
test_who_is_asked_again_in_vain_and_resets_had_forgotten(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 2000000));
	CAUSE_OF(DATA(1100, 100, 5000000));
	CAUSE_OF(DATA(1100, 100, 20000000));
	assert_cause(RESET(5000, .at_us = 20050000), STRAY_SEGMENT);
}

static void
test_who_resets_at_once_aborts(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	CAUSE_OF(DATA(1100, 100, 1400000));
	assert_cause(RESET(5000, .at_us = 1450000), ABORTED);
}

static void
test_a_fin_before_the_end_repeats_nothing(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(
	    SEG(1150, 0, .ack = 5000, .flags = TCP_FIN | TCP_ACK, .at_us = 2100000), NONE);
	assert_cause(SEG(1100, 100, .ack = 5000, .at_us = 3100000), LOST_AFTER_CAPTURE);
}

static void
test_a_reset_that_asks_to_connect_aborts_nothing(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(REPLY(.seq = 5000, .ack = 1200, .flags = TCP_SYN | TCP_RST | TCP_ACK), NONE);
}

static void
test_a_scanner_resets_what_it_did_not_ask_for(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK));
	assert_cause(SEG(1000, 0, .flags = TCP_RST, .zero_window = 1), STRAY_SEGMENT);
}

static void
test_a_reset_of_an_established_end_aborts(void **state)
{
	(void)state;
	establish();
	CAUSE_OF(DATA(1100, 100, 1100000));
	assert_cause(REPLY(.seq = 5000, .ack = 1200, .flags = TCP_RST | TCP_ACK), ABORTED);
}

static void
test_a_server_that_never_spoke_can_abort_too(void **state)
{
	(void)state;
	shake_hands();
	assert_cause(REPLY(.seq = 5000, .ack = 1000, .flags = TCP_RST | TCP_ACK), ABORTED);
}

static void
test_a_client_whose_server_is_not_in_the_capture_can_abort(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN));
	CAUSE_OF(SEG(1000, 0, .ack = 5000));
	assert_cause(SEG(1000, 0, .ack = 5000, .flags = TCP_RST | TCP_ACK), ABORTED);
}

static void
test_a_client_that_gives_up_before_it_answered_aborts_nothing(void **state)
{
	(void)state;
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK));
	assert_cause(SEG(1000, 0, .ack = 5000, .flags = TCP_RST | TCP_ACK), NONE);
}

static void
test_frames_are_named_once_and_in_order(void **state)
{
	struct reason reason = { .cause = CAUSE_NONE };

	(void)state;
	reason_cite(&reason, 7);
	reason_cite(&reason, 0);
	reason_cite(&reason, 3);
	reason_cite(&reason, 7);
	reason_cite(&reason, 5);
	reason_cite(&reason, 9);
	reason_cite(&reason, 8);
	assert_int_equal(reason.because_count, BECAUSE_MAX);
	assert_int_equal(reason.because[0], 3);
	assert_int_equal(reason.because[1], 5);
	assert_int_equal(reason.because[2], 7);
	assert_int_equal(reason.because[3], 9);
}

int
main(void)
{
#define CAUSE_TEST(name) cmocka_unit_test_setup_teardown(test_##name, judge_begin, judge_end)
	const struct CMUnitTest tests[] = {
		CAUSE_TEST(one_byte_not_yet_acknowledged_is_no_keep_alive),
		CAUSE_TEST(bytes_already_seen_were_lost_after_the_capture),
		CAUSE_TEST(a_copy_with_a_wrong_checksum_was_damaged),
		CAUSE_TEST(where_all_checksums_are_wrong_nothing_was_damaged),
		CAUSE_TEST(before_the_server_said_more_than_its_syn_ack_loss_is_not_certain),
		CAUSE_TEST(on_loopback_nothing_is_lost),
		CAUSE_TEST(sent_again_just_after_its_ack_passed_is_needless),
		CAUSE_TEST(sent_again_long_after_its_ack_passed_the_ack_was_lost),
		CAUSE_TEST(an_ack_that_repeats_the_fin_is_left_open),
		CAUSE_TEST(a_segment_late_by_less_than_an_answer_takes_was_overtaken),
		CAUSE_TEST(a_segment_that_answers_duplicate_acks_was_lost_before),
		CAUSE_TEST(sack_tells_of_every_hole_below),
		CAUSE_TEST(a_segment_that_waited_for_a_timeout_was_lost_before),
		CAUSE_TEST(the_senders_clock_decides),
		CAUSE_TEST(the_senders_clock_may_wrap),
		CAUSE_TEST(the_senders_count_of_packets_decides),
		CAUSE_TEST(time_that_steps_back_means_overtaken),
		CAUSE_TEST(unless_the_senders_clock_knows_better),
		CAUSE_TEST(what_filled_a_hole_is_seen),
		CAUSE_TEST(a_packet_seen_twice_was_captured_twice),
		CAUSE_TEST(another_ip_id_is_another_packet),
		CAUSE_TEST(a_host_that_never_changes_its_ip_id_is_not_accused),
		CAUSE_TEST(without_an_ip_id_only_microseconds_count),
		CAUSE_TEST(two_bare_acks_alike_are_two_acks),
		CAUSE_TEST(unless_other_packets_were_captured_twice),
		CAUSE_TEST(copies_may_come_behind_other_packets),
		CAUSE_TEST(a_nudge_at_a_closed_window_probes_it),
		CAUSE_TEST(a_probe_below_a_probes_byte_is_one_too),
		CAUSE_TEST(an_ordinary_ack_next_to_a_probes_byte_is_no_probe),
		CAUSE_TEST(data_that_begins_with_the_probes_byte_is_not_sent_again),
		CAUSE_TEST(a_keep_alive_needs_a_cause_only_without_its_mark),
		CAUSE_TEST(the_last_segment_again_before_a_timeout_is_a_tail_loss_probe),
		CAUSE_TEST(the_end_of_a_large_segment_can_be_the_probe),
		CAUSE_TEST(without_sack_or_ack_or_a_round_trip_it_is_no_probe),
		CAUSE_TEST(a_wait_of_many_round_trips_is_no_probes),
		CAUSE_TEST(a_probe_followed_after_twice_the_wait_was_a_timeout),
		CAUSE_TEST(once_a_timeout_is_due_it_is_no_probe),
		CAUSE_TEST(within_a_round_trip_it_is_no_probe),
		CAUSE_TEST(a_dsack_proves_a_resend_needless),
		CAUSE_TEST(a_tail_loss_probe_stays_one),
		CAUSE_TEST(where_a_timeout_is_due_too_a_dsack_proves_no_probe),
		CAUSE_TEST(an_ack_sooner_than_a_round_trip_answers_the_first_copy),
		CAUSE_TEST(who_still_asks_for_bytes_has_not_had_the_first_copy),
		CAUSE_TEST(near_the_receiver_an_ack_always_comes_soon),
		CAUSE_TEST(an_ordinary_sack_proves_nothing),
		CAUSE_TEST(an_ack_that_echoes_the_first_copy_proves_it_too),
		CAUSE_TEST(an_ack_that_echoes_the_second_copy_does_not),
		CAUSE_TEST(syns_that_cross_open_simultaneously),
		CAUSE_TEST(a_syn_without_an_answer_is_left_open),
		CAUSE_TEST(a_syn_sent_again_behind_its_answer_did_not_hear_it),
		CAUSE_TEST(a_server_that_ignores_data_has_a_full_accept_queue),
		CAUSE_TEST(seen_from_the_client_an_outage_fills_no_queue),
		CAUSE_TEST(one_ignored_bare_ack_can_mean_other_things),
		CAUSE_TEST(two_ignored_bare_acks_cannot),
		CAUSE_TEST(a_syn_ack_that_crossed_the_ack_accuses_nobody),
		CAUSE_TEST(a_crossing_syn_ack_is_no_refusal),
		CAUSE_TEST(a_syn_ack_again_within_less_than_a_timer_accuses_nobody),
		CAUSE_TEST(a_server_that_spoke_is_not_refusing),
		CAUSE_TEST(a_reset_that_answers_a_syn_means_nothing_listens),
		CAUSE_TEST(a_reset_with_a_window_or_another_number_answers_no_syn),
		CAUSE_TEST(a_lone_reset_says_nothing),
		CAUSE_TEST(a_reset_that_answers_the_final_ack_is_an_overflow),
		CAUSE_TEST(a_reset_that_answers_later_data_is_for_a_stray_segment),
		CAUSE_TEST(a_closed_end_resets_stray_segments_one_by_one),
		CAUSE_TEST(a_reset_with_an_older_number_answers_what_was_under_way),
		CAUSE_TEST(who_is_asked_again_in_vain_and_resets_had_forgotten),
		CAUSE_TEST(who_resets_at_once_aborts),
		CAUSE_TEST(a_reset_that_asks_to_connect_aborts_nothing),
		CAUSE_TEST(a_fin_before_the_end_repeats_nothing),
		CAUSE_TEST(a_scanner_resets_what_it_did_not_ask_for),
		CAUSE_TEST(a_reset_of_an_established_end_aborts),
		CAUSE_TEST(a_server_that_never_spoke_can_abort_too),
		CAUSE_TEST(a_client_whose_server_is_not_in_the_capture_can_abort),
		CAUSE_TEST(a_client_that_gives_up_before_it_answered_aborts_nothing),
		CAUSE_TEST(frames_are_named_once_and_in_order),
	};

	return cmocka_run_group_tests_name("cause", tests, NULL, NULL);
}
