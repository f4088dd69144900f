#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tcp/tcp.h"

#define MS INT64_C(1000000)

/* What came out: bytes as they are, a gap of three as {3}. */
struct seen {
	char text[4096];
	size_t length;
	uint64_t gaps;
	uint64_t conflict_at, conflict_count;
	uint32_t conflict_index;
	unsigned conflicts;
	uint64_t left_at, left_count;
};

static void
see_data(void *ctx, const uint8_t *data, size_t count)
{
	struct seen *seen = ctx;

	if (count > sizeof(seen->text) - 1 - seen->length)
		count = sizeof(seen->text) - 1 - seen->length;
	memcpy(seen->text + seen->length, data, count);
	seen->length += count;
}

static void
see_gap(void *ctx, uint64_t at, uint64_t count)
{
	struct seen *seen = ctx;
	char text[32];

	(void)at;
	see_data(ctx, (const uint8_t *)text,
	    (size_t)snprintf(text, sizeof(text), "{%llu}", (unsigned long long)count));
	seen->gaps += count;
}

static void
see_conflict(void *ctx, uint64_t at, uint64_t count, uint32_t index)
{
	struct seen *seen = ctx;

	seen->conflict_at = at;
	seen->conflict_count = count;
	seen->conflict_index = index;
	seen->conflicts++;
}

static void
see_left_out(void *ctx, uint64_t at, uint64_t count)
{
	struct seen *seen = ctx;

	seen->left_at = at;
	seen->left_count = count;
}

static const struct stream_ops ops = { see_data, see_gap, see_conflict, see_left_out, false };
static const struct stream_ops ops_beyond = { see_data, see_gap, see_conflict, see_left_out, true };

struct fixture {
	struct stream *stream;
	struct seen seen;
	struct budget budget;
	int64_t now_ns;
	uint32_t index;
};

static void
begin(struct fixture *f, const struct stream_ops *stream_ops, size_t limit_bytes)
{
	memset(f, 0, sizeof(*f));
	f->budget.limit_bytes = limit_bytes;
	f->stream = stream_new(stream_ops, &f->seen, &f->budget);
}

/* Ends the stream; all that was charged must have been given back. */
static void
assert_out(struct fixture *f, const char *expected)
{
	stream_end(f->stream);
	stream_free(f->stream);
	assert_int_equal(f->budget.used_bytes, 0);
	f->seen.text[f->seen.length] = '\0';
	assert_string_equal(f->seen.text, expected);
}

static void
send_flags(struct fixture *f, uint32_t seq, const char *bytes, uint16_t flags)
{
	struct packet pkt = {
		.ts_ns = f->now_ns,
		.index = ++f->index,
		.payload = (const uint8_t *)bytes,
		.payload_bytes = (uint32_t)strlen(bytes),
		.payload_captured = (uint32_t)strlen(bytes),
		.tcp = { .seq = seq, .flags = flags },
	};

	stream_segment(f->stream, &pkt);
}

static void
send(struct fixture *f, uint32_t seq, const char *bytes)
{
	send_flags(f, seq, bytes, TCP_ACK);
}

/* As on the wire, but the capture kept only the first bytes. */
static void
send_cut(struct fixture *f, uint32_t seq, const char *bytes, uint32_t captured)
{
	struct packet pkt = {
		.ts_ns = f->now_ns,
		.index = ++f->index,
		.payload = (const uint8_t *)bytes,
		.payload_bytes = (uint32_t)strlen(bytes),
		.payload_captured = captured,
		.tcp = { .seq = seq, .flags = TCP_ACK },
	};

	stream_segment(f->stream, &pkt);
}

static void
ack(struct fixture *f, uint32_t number)
{
	struct packet pkt = {
		.ts_ns = f->now_ns,
		.index = ++f->index,
		.tcp = { .ack = number, .flags = TCP_ACK },
	};

	stream_acked(f->stream, &pkt);
}

static void
test_bytes_in_order_come_out_at_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send_flags(&f, 999, "", TCP_SYN);
	send(&f, 1000, "abc");
	assert_int_equal(f.seen.length, 3);
	send(&f, 1003, "def");
	assert_out(&f, "abcdef");
}

static void
test_bytes_on_a_syn_count(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send_flags(&f, 999, "abc", TCP_SYN);
	send(&f, 1003, "def");
	assert_out(&f, "abcdef");
}

static void
test_a_late_segment_fills_its_hole(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send(&f, 1006, "gh");
	send(&f, 1004, "ef");
	assert_int_equal(f.seen.length, 2);
	send(&f, 1002, "cd");
	assert_out(&f, "abcdefgh");
}

static void
test_numbers_wrap_within_a_hole(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 0xfffffffe, "ab");
	send(&f, 2, "ef");
	send(&f, 0, "cd");
	assert_out(&f, "abcdef");
}

static void
test_copies_with_other_boundaries_add_only_what_is_new(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "abcd");
	send(&f, 1002, "cdef");
	send(&f, 1008, "ij");
	send(&f, 1012, "mn");
	send(&f, 1000, "abcdefghijklmnop");
	assert_int_equal(f.seen.conflicts, 0);
	assert_out(&f, "abcdefghijklmnop");
}

static void
test_bytes_from_before_the_first_segment_are_left_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "abc");
	send(&f, 990, "0123456789abcd");
	send(&f, 900, "old");
	assert_int_equal(f.seen.conflicts, 0);
	assert_out(&f, "abcd");
}

static void
test_a_reset_without_number_does_not_say_where_the_stream_starts(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send_flags(&f, 0, "", TCP_RST | TCP_ACK);
	send(&f, 5000, "abc");
	assert_out(&f, "abc");
}

static void
test_an_acknowledged_hole_is_given_up_after_a_while(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send(&f, 1005, "fg");
	ack(&f, 1007);
	assert_int_equal(f.seen.gaps, 0);
	f.now_ns += 150 * MS;
	ack(&f, 1007);
	assert_int_equal(f.seen.gaps, 3);
	send(&f, 1002, "cde"); /* too late */
	assert_out(&f, "ab{3}fg");
}

static void
test_many_acknowledged_holes_do_not_add_up_their_waiting(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "a");
	for (uint32_t i = 1; i <= 100; i++) {
		send(&f, 1000 + 2 * i, "a");
		ack(&f, 1001 + 2 * i);
		f.now_ns += 10 * MS;
	}
	assert_in_range(f.seen.gaps, 75, 99);
	stream_end(f.stream);
	assert_int_equal(f.seen.gaps, 100);
	stream_free(f.stream);
}

static void
test_an_ack_shown_early_does_not_lose_the_bytes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send(&f, 1004, "ef");
	ack(&f, 1006);
	f.now_ns += 1 * MS;
	ack(&f, 1006);
	send(&f, 1002, "cd");
	assert_out(&f, "abcdef");
}

static void
test_at_the_end_an_acknowledged_hole_is_a_gap(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send(&f, 1004, "ef");
	ack(&f, 1006);
	assert_out(&f, "ab{2}ef");
}

static void
test_bytes_beyond_a_hole_that_nobody_acknowledged_are_left_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	ack(&f, 1006); /* came before the bytes that it acknowledges, so says nothing of a hole */
	send(&f, 1004, "efg");
	assert_out(&f, "ab");
	assert_int_equal(f.seen.left_at, 2);
	assert_int_equal(f.seen.left_count, 3);
}

static void
test_on_request_bytes_beyond_any_hole_are_handed_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops_beyond, 0);
	send(&f, 1000, "ab");
	send(&f, 1004, "efg");
	assert_out(&f, "ab{2}efg");
}

static void
test_missing_last_bytes_are_a_gap_when_the_fin_shows_them(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send_flags(&f, 1005, "", TCP_FIN | TCP_ACK);
	ack(&f, 1006);
	assert_out(&f, "ab{3}");
}

static void
test_a_fin_is_no_byte(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send_flags(&f, 1002, "", TCP_FIN | TCP_ACK);
	ack(&f, 1003);
	send(&f, 1003, "");
	ack(&f, 1003);
	assert_out(&f, "ab");
}

static void
test_an_ack_alone_does_not_make_a_stream_longer(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	ack(&f, 900000);
	assert_out(&f, "ab");
}

static void
test_what_the_capture_cut_off_is_a_gap(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send_cut(&f, 1000, "abcdef", 2);
	send(&f, 1006, "gh");
	send_cut(&f, 1010, "klmn", 1);
	send(&f, 1008, "ij");
	assert_out(&f, "ab{4}ghijk{3}");
}

static void
test_the_first_copy_wins_and_a_differing_second_is_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "abcdef");
	send(&f, 1001, "bXdY");
	assert_int_equal(f.seen.conflicts, 1);
	assert_int_equal(f.seen.conflict_at, 2);
	assert_int_equal(f.seen.conflict_count, 3);
	assert_int_equal(f.seen.conflict_index, 2);
	assert_out(&f, "abcdef");
}

static void
test_a_copy_of_waiting_bytes_that_differs_is_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "ab");
	send(&f, 1004, "ef");
	send(&f, 1002, "cdeX");
	assert_int_equal(f.seen.conflicts, 1);
	assert_int_equal(f.seen.conflict_at, 5);
	assert_int_equal(f.seen.conflict_count, 1);
	assert_out(&f, "abcdef");
}

static void
test_the_rubbish_byte_of_a_keep_alive_is_no_conflict(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "abc");
	send(&f, 1002, "?");
	assert_int_equal(f.seen.conflicts, 0);
	assert_out(&f, "abc");
}

static void
test_copies_are_compared_across_the_end_of_the_ring(void **state)
{
	struct fixture f;
	char block[1001];
	uint32_t seq = 1000;

	(void)state;
	memset(block, 'a', 1000);
	block[1000] = '\0';
	begin(&f, &ops, 0);
	/* 2 MiB, and 1 MiB is remembered */
	for (int i = 0; i < 2097; i++, seq += 1000)
		send(&f, seq, block);
	for (uint32_t old = 1000; old < seq; old += 1000)
		send(&f, old, block);
	assert_int_equal(f.seen.conflicts, 0);
	block[0] = 'b';
	for (uint32_t old = 1000; old < seq; old += 1000)
		send(&f, old, block);
	assert_int_equal(f.seen.conflicts, (1 << 20) / 1000);
	stream_free(f.stream);
}

static void
test_a_used_up_budget_gives_up_the_oldest_hole(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 1000);
	send(&f, 1000, "a");
	for (uint32_t i = 1; i < 100; i++)
		send(&f, 1000 + 2 * i, "b");
	assert_in_range(f.seen.gaps, 60, 99);
	assert_true(f.budget.refusals > 0);
	stream_free(f.stream);
	assert_int_equal(f.budget.used_bytes, 0);
}

static void
test_no_budget_at_all_still_hands_out_what_comes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 1);
	send(&f, 1000, "ab");
	send(&f, 1004, "ef");
	send(&f, 1002, "cd");
	assert_out(&f, "ab{2}ef");
}

/* Half of a stream backwards, then the other half backwards. */
static void
test_any_order_gives_the_same_bytes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, &ops, 0);
	send(&f, 1000, "");
	for (int half = 1; half >= 0; half--)
		for (int i = 998 + half; i >= 0; i -= 2)
			send(&f, 1000 + (uint32_t)i, (char[]){ (char)('a' + i % 26), '\0' });
	stream_end(f.stream);
	assert_int_equal(f.seen.length, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(f.seen.text[i], 'a' + i % 26);
	stream_free(f.stream);
	assert_int_equal(f.budget.used_bytes, 0);
}

static void
test_offsets_go_beyond_four_gigabytes(void **state)
{
	struct fixture f;
	uint32_t seq = 1000;

	(void)state;
	begin(&f, &ops_beyond, 1); /* no room to hold: every jump is a gap at once */
	send(&f, seq, "a");
	for (int i = 0; i < 5; i++) {
		seq += 1u << 30;
		send(&f, seq, "b");
	}
	seq += 2;
	send(&f, seq, "c");
	send(&f, seq, "d");
	assert_int_equal(f.seen.gaps, 5 * ((UINT64_C(1) << 30) - 1) + 1);
	stream_free(f.stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_in_order_come_out_at_once),
		cmocka_unit_test(test_bytes_on_a_syn_count),
		cmocka_unit_test(test_a_late_segment_fills_its_hole),
		cmocka_unit_test(test_numbers_wrap_within_a_hole),
		cmocka_unit_test(test_copies_with_other_boundaries_add_only_what_is_new),
		cmocka_unit_test(test_bytes_from_before_the_first_segment_are_left_out),
		cmocka_unit_test(test_a_reset_without_number_does_not_say_where_the_stream_starts),
		cmocka_unit_test(test_an_acknowledged_hole_is_given_up_after_a_while),
		cmocka_unit_test(test_many_acknowledged_holes_do_not_add_up_their_waiting),
		cmocka_unit_test(test_an_ack_shown_early_does_not_lose_the_bytes),
		cmocka_unit_test(test_at_the_end_an_acknowledged_hole_is_a_gap),
		cmocka_unit_test(test_bytes_beyond_a_hole_that_nobody_acknowledged_are_left_out),
		cmocka_unit_test(test_on_request_bytes_beyond_any_hole_are_handed_out),
		cmocka_unit_test(test_missing_last_bytes_are_a_gap_when_the_fin_shows_them),
		cmocka_unit_test(test_a_fin_is_no_byte),
		cmocka_unit_test(test_an_ack_alone_does_not_make_a_stream_longer),
		cmocka_unit_test(test_what_the_capture_cut_off_is_a_gap),
		cmocka_unit_test(test_the_first_copy_wins_and_a_differing_second_is_told),
		cmocka_unit_test(test_a_copy_of_waiting_bytes_that_differs_is_told),
		cmocka_unit_test(test_the_rubbish_byte_of_a_keep_alive_is_no_conflict),
		cmocka_unit_test(test_copies_are_compared_across_the_end_of_the_ring),
		cmocka_unit_test(test_a_used_up_budget_gives_up_the_oldest_hole),
		cmocka_unit_test(test_no_budget_at_all_still_hands_out_what_comes),
		cmocka_unit_test(test_any_order_gives_the_same_bytes),
		cmocka_unit_test(test_offsets_go_beyond_four_gigabytes),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
