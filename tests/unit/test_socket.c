/* What the sockets at both ends were doing, and what that says of who listened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "socket/socket.h"
#include "support/segment.h"

#define SYN TCP_SYN
#define ACK TCP_ACK
#define FIN TCP_FIN
#define RST TCP_RST

/* Numbers begin here, so that data begin at 1000 and 5000. */
#define ISN_C 999
#define ISN_S 4999

/* Times in tests are milliseconds since this. */
#define START_US INT64_C(1000000)
#define AT(ms)   .at_us = START_US + (ms) * INT64_C(1000)
#define NS(ms)   ((START_US + (ms) * INT64_C(1000)) * 1000)

#define FLOWS_MAX   1024
#define FIRST_PORT  40000
#define OTHER_PORT  81 /* of the same server */
#define MOMENTS_MAX 8

/* One capture: its connections, by the client's port, and what came of it. */
static struct capture_of {
	struct budget budget;
	struct tcp *tcp;
	struct sockets *sockets;
	struct sockets_options options;
	struct moment moments[MOMENTS_MAX];
	struct {
		struct tcp_pair pair;
		struct sock sock;
		bool begun;
	} flows[FLOWS_MAX];
	int64_t first_ns, last_ns;
	struct socket_row rows[128];
	size_t row_count;
	struct listener_row listener;
	size_t listener_count;
} seen;

static int
begin(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.tcp = tcp_new(&seen.budget);
	seen.options = (struct sockets_options){ .want_rows = true, .backlog = -1, .vantage = VANTAGE_LOOPBACK };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (int i = 0; i < FLOWS_MAX; i++)
		tcp_pair_fini(seen.tcp, &seen.flows[i].pair);
	sockets_free(seen.sockets);
	tcp_free(seen.tcp);
	return 0;
}

static void
ask_at(int64_t ms)
{
	seen.moments[seen.options.moment_count++].ns = NS(ms);
}

static void
feed(const struct packet *pkt)
{
	bool from_server = pkt->tuple.sport <= OTHER_PORT;
	int number = (from_server ? pkt->tuple.dport : pkt->tuple.sport) - FIRST_PORT;
	struct place place = {
		.number = (uint32_t)number + 1,
		.side = from_server ? SIDE_B : SIDE_A,
		.fresh = !seen.flows[number].begun,
	};

	if (seen.sockets == NULL) {
		seen.options.moments = seen.moments;
		seen.sockets = sockets_new(&seen.options, &seen.budget);
		seen.first_ns = pkt->ts_ns;
	}
	seen.flows[number].begun = true;
	seen.last_ns = pkt->ts_ns;
	sockets_before(seen.sockets, &seen.flows[number].sock, &seen.flows[number].pair, pkt->ts_ns);
	tcp_segment(seen.tcp, &seen.flows[number].pair, pkt, &place);
	sockets_segment(seen.sockets, &seen.flows[number].sock, &seen.flows[number].pair, pkt, &place);
}

/* The capture is known to have run until then. */
static void
solve(int64_t until_ms)
{
	struct socket_row row;

	(void)until_ms;
	for (int i = 0; i < FLOWS_MAX; i++)
		if (seen.flows[i].begun)
			sockets_flow_done(seen.sockets, &seen.flows[i].sock, &seen.flows[i].pair);
	sockets_solve(seen.sockets, seen.first_ns, NS(until_ms));
	while (sockets_next_listener(seen.sockets, &seen.listener))
		seen.listener_count++;
	while (sockets_next_row(seen.sockets, &row)) {
		assert_true(seen.row_count < sizeof(seen.rows) / sizeof(seen.rows[0]));
		assert_in_range(row.recv_q_best, row.recv_q.lo, row.recv_q.hi);
		assert_in_range(row.send_q_best, row.send_q.lo, row.send_q.hi);
		seen.rows[seen.row_count++] = row;
	}
}

/* That end of the n-th connection at a moment; of none there is a CLOSED one. */
static struct socket_row
end_at(int64_t ms, int n, bool is_server)
{
	for (size_t i = 0; i < seen.row_count; i++)
		if (seen.rows[i].at_ns == NS(ms) && seen.rows[i].flow == (uint32_t)n + 1 &&
		    seen.rows[i].is_server == is_server)
			return seen.rows[i];
	return (struct socket_row){ .state = SOCK_CLOSED, .certain = true };
}

static struct socket_row
listener_at_moment(int64_t ms)
{
	for (size_t i = 0; i < seen.row_count; i++)
		if (seen.rows[i].at_ns == NS(ms) && seen.rows[i].flow == 0)
			return seen.rows[i];
	return (struct socket_row){ .state = SOCK_CLOSED };
}

#define assert_ends(ms, n, client, server) \
	do { \
		assert_string_equal(sock_words[end_at(ms, n, false).state].name, client); \
		assert_string_equal(sock_words[end_at(ms, n, true).state].name, server); \
	} while (0)

#define PORT(n) .client_port = (uint16_t)(FIRST_PORT + (n))

/* Three segments in a tenth of a millisecond. */
static void
shake_hands(int n, int64_t ms)
{
	feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(ms)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(ms)));
	feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(ms)));
}

static void
take_bytes(int n, uint32_t count, int64_t ms)
{
	feed(SEG(1000, count, .ack = 5000, PORT(n), AT(ms)));
	feed(REPLY(.seq = 5000, .ack = 1000 + count, PORT(n), AT(ms)));
}

/* The server's ACK is the proof that it took the connection. */
static void
queue_child(int n, int64_t ms)
{
	shake_hands(n, ms);
	take_bytes(n, 15, ms);
}

/* Whose SYN-ACK comes again answers it. */
static void
ask_again(int n, int64_t ms)
{
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(ms)));
	feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(ms)));
}

#define RESET_CHILD(n, got, ms) \
	feed(REPLY(.seq = 5000, .ack = 1000 + (got), PORT(n), .flags = RST | ACK, AT(ms)))

/* Its final ACK and its bytes come to nothing: SYN-ACK and bytes again, each by its timer. */
static void
overflow(int n, int64_t ms)
{
	shake_hands(n, ms);
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms)));
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms + 300)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(ms + 1020)));
	feed(SEG(1015, 0, .ack = 5000, PORT(n), AT(ms + 1020)));
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms + 1030)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(ms + 3050)));
	feed(SEG(1015, 0, .ack = 5000, PORT(n), AT(ms + 3050)));
}

/* --- the table --- */

static void
test_a_reset_closes_whatever_is_connected(void **state)
{
	(void)state;
	for (int from = SOCK_SYN_SENT; from < SOCK_COUNT; from++)
		assert_int_equal(sock_next((enum sock_state)from, EVENT_GOT_RST), SOCK_CLOSED);
}

static void
test_a_listener_is_moved_by_no_segment(void **state)
{
	(void)state;
	for (int event = 0; event < EVENT_COUNT; event++)
		assert_int_equal(sock_next(SOCK_LISTEN, (enum sock_event)event), SOCK_LISTEN);
}

static void
test_both_orders_of_closing_end_where_rfc_9293_says(void **state)
{
	enum sock_state first = SOCK_ESTABLISHED, last = SOCK_ESTABLISHED, both = SOCK_ESTABLISHED;

	(void)state;
	first = sock_next(first, EVENT_SENT_FIN);
	first = sock_next(first, EVENT_GOT_FIN_ACK);
	assert_int_equal(first, SOCK_FIN_WAIT2);
	assert_int_equal(sock_next(first, EVENT_GOT_FIN), SOCK_TIME_WAIT);
	last = sock_next(last, EVENT_GOT_FIN);
	last = sock_next(last, EVENT_SENT_FIN);
	assert_int_equal(last, SOCK_LAST_ACK);
	assert_int_equal(sock_next(last, EVENT_GOT_FIN_ACK), SOCK_CLOSED);
	both = sock_next(both, EVENT_SENT_FIN);
	both = sock_next(both, EVENT_GOT_FIN);
	assert_int_equal(both, SOCK_CLOSING);
	assert_int_equal(sock_next(both, EVENT_GOT_FIN_ACK), SOCK_TIME_WAIT);
}

/* --- each change --- */

static void
test_changes_come_in_the_order_of_time_whenever_they_were_taken_in(void **state)
{
	(void)state;
	queue_child(0, 100);
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(50)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(150)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), AT(150)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(200)));
	feed(REPLY(.seq = 5000, .ack = 1001, PORT(1), .flags = FIN | ACK, AT(200)));
	feed(SEG(1001, 0, .ack = 5001, PORT(1), AT(200)));
	solve(70000);
	assert_int_equal(end_at(50, 1, false).state, SOCK_SYN_SENT);
	for (size_t i = 1; i < seen.row_count; i++)
		assert_true(seen.rows[i].at_ns >= seen.rows[i - 1].at_ns);
	assert_int_equal(seen.rows[seen.row_count - 1].at_ns, NS(60200));
	assert_int_equal(seen.rows[seen.row_count - 1].state, SOCK_CLOSED);
}

/* --- how connections begin --- */

static void
test_a_connection_that_is_taken_is_established_at_both_ends(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	solve(1000);
	assert_ends(500, 0, "ESTABLISHED", "ESTABLISHED");
	assert_true(end_at(500, 0, true).certain);
	assert_string_equal(sock_words[listener_at_moment(500).state].name, "LISTEN");
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
}

static void
test_a_refused_connection_leaves_no_sockets(void **state)
{
	(void)state;
	ask_at(500);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.ack = 1000, .flags = RST | ACK, .zero_window = 1, AT(0)));
	solve(1000);
	assert_ends(500, 0, "CLOSED", "CLOSED");
	assert_int_equal(listener_at_moment(500).state, SOCK_CLOSED);
	assert_int_equal(seen.listener.kind, STORY_NOT_LISTENING);
	assert_int_equal(seen.listener.stages, STAGE_NOT_LISTENING);
}

static void
test_an_ack_behind_which_the_syn_ack_comes_again_was_ignored(void **state)
{
	(void)state;
	ask_at(2000);
	queue_child(0, 0);
	queue_child(1, 10);
	overflow(2, 20);
	solve(3100);
	assert_ends(2000, 2, "ESTABLISHED", "SYN_RECV");
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_int_equal(seen.listener.backlog.hi, 1);
	assert_int_equal(seen.listener.accepted.hi, 1);
}

static void
test_a_backlog_that_is_told_settles_what_was_accepted(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 10);
	overflow(2, 20);
	solve(3100);
	assert_int_equal(seen.listener.accepted.lo, 0);
	assert_int_equal(seen.listener.accepted.hi, 0);
	assert_int_equal(listener_at_moment(500).recv_q.lo, 2);
	assert_int_equal(listener_at_moment(500).recv_q.hi, 2);
	/* Between two overflows, and nobody new: it stayed full, and nobody can have read. */
	assert_int_equal(end_at(500, 0, true).recv_q.lo, 15);
	assert_int_equal(end_at(500, 0, true).recv_q.hi, 15);
}

static void
test_a_syn_that_is_sent_again_was_dropped_while_the_queue_was_full(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 10);
	for (int i = 0; i < 4; i++)
		feed(SEG(ISN_C, 0, PORT(2), .flags = SYN, AT(20 + 1020 * i)));
	solve(4000);
	assert_ends(500, 2, "SYN_SENT", "CLOSED");
	assert_int_equal(end_at(500, 2, false).send_q.lo, 1);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_int_equal(seen.listener.syn_dropped, 4);
	assert_int_equal(seen.listener.backlog.hi, 1);
}

/* By the thousand, to a queue that holds two. */
static void
test_many_that_find_the_queue_full_are_no_flood(void **state)
{
	(void)state;
	seen.options.want_rows = false;
	queue_child(0, 0);
	queue_child(1, 1);
	for (int n = 2; n < FLOWS_MAX; n++)
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(n)));
	solve(2000);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_int_equal(seen.listener.backlog.hi, 1);
}

static void
test_many_that_are_answered_and_not_heard_again_are_a_flood(void **state)
{
	(void)state;
	seen.options.want_rows = false;
	queue_child(0, 0);
	for (int n = 1; n < FLOWS_MAX; n++) {
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(n)));
		if (n < 100)
			feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(n)));
	}
	solve(2000);
	assert_int_equal(seen.listener.kind, STORY_FLOOD);
}

static void
test_nothing_is_said_of_the_queue_where_packets_can_be_lost(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	queue_child(0, 0);
	queue_child(1, 10);
	overflow(2, 20);
	for (int i = 0; i < 4; i++)
		feed(SEG(ISN_C, 0, PORT(3), .flags = SYN, AT(3100 + 1020 * i)));
	solve(7000);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
	assert_int_equal(seen.listener.deferred, 0);
	assert_true(seen.listener.rivals & RIVAL_LOSS);
}

static void
test_from_afar_words_that_nobody_acknowledges_can_be_lost(void **state)
{
	static const int agains_ms[] = { 400, 900, 1900, 3900, 7900, 15900 };

	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(50)));
	feed(SEG(1000, 0, .ack = 5000, AT(50)));
	feed(SEG(1000, 15, .ack = 5000, AT(51)));
	for (size_t i = 0; i < sizeof(agains_ms) / sizeof(agains_ms[0]); i++)
		feed(SEG(1000, 15, .ack = 5000, AT(agains_ms[i])));
	solve(60000);
	assert_int_equal(seen.listener.unheard, 1);
	assert_int_equal(seen.listener.deferred, 0);
	assert_int_equal(seen.listener.accepted.lo, 0);
	assert_int_equal(seen.listener.accepted.hi, 1);
	assert_int_equal(seen.listener.queue_max.hi, 1);
	assert_true(seen.listener.rivals & RIVAL_LOSS);
}

static void
test_who_is_given_up_unheard_was_not_deferred(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(50)));
	feed(SEG(1000, 0, .ack = 5000, AT(50)));
	feed(SEG(1000, 15, .ack = 5000, AT(51)));
	feed(SEG(1000, 15, .ack = 5000, AT(400)));
	feed(SEG(1000, 15, .ack = 5000, AT(1000)));
	feed(REPLY(.seq = 5000, .ack = 1000, .flags = FIN | ACK, AT(20000)));
	solve(60000);
	assert_int_equal(seen.listener.deferred, 0);
	assert_false(seen.listener.rivals & RIVAL_DEFER);
	assert_int_equal(seen.listener.accepted.lo, 1);
}

static void
test_connections_that_the_capture_stops_showing_do_not_fill_the_queue(void **state)
{
	(void)state;
	for (int n = 0; n < 4; n++) {
		shake_hands(n, n);
		feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(n)));
	}
	queue_child(4, 20000);
	solve(20000);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
	assert_int_equal(seen.listener.deferred, 0);
}

static void
test_who_speaks_before_its_ack_is_captured_was_taken_all_the_same(void **state)
{
	(void)state;
	ask_at(50);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(1)));
	feed(REPLY(.seq = 5000, .length = 10, .ack = 1000, AT(2)));
	feed(SEG(1000, 0, .ack = 5000, AT(3)));
	solve(100);
	assert_int_equal(seen.listener.accepted.lo, 1);
	assert_int_equal(seen.listener.accepted.hi, 1);
	assert_false(seen.listener.rivals & RIVAL_LOSS);
}

static void
test_a_scanner_that_does_not_ask_again_shows_no_full_queue(void **state)
{
	(void)state;
	queue_child(0, 0);
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(10)));
	queue_child(2, 20000);
	solve(20000);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.syn_dropped, 1);
}

static void
test_a_syn_ack_that_is_missing_is_told_by_what_follows(void **state)
{
	(void)state;
	ask_at(100);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(SEG(1000, 0, .ack = 5000, AT(1)));
	take_bytes(0, 15, 2);
	feed(REPLY(.seq = 5000, .ack = 1015, .flags = RST | ACK, AT(200)));
	solve(300);
	assert_ends(100, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(end_at(100, 0, true).certain);
	assert_int_equal(seen.listener.refused, 0);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
}

/* It was under way for longer than the bytes that were sent after it. */
static void
test_a_bare_ack_behind_unheard_bytes_may_have_found_room(void **state)
{
	(void)state;
	ask_at(70);
	ask_at(500);
	shake_hands(0, 0);
	feed(SEG(1000, 15, .ack = 5000, AT(50)));
	feed(SEG(1000, 0, .ack = 5000, AT(90)));
	take_bytes(0, 15, 900);
	solve(1000);
	assert_ends(70, 0, "ESTABLISHED", "SYN_RECV");
	assert_true(end_at(70, 0, true).certain);
	assert_string_equal(sock_words[end_at(500, 0, true).state].name, "ESTABLISHED");
	assert_false(end_at(500, 0, true).certain);
}

static void
test_a_fin_that_comes_again_was_ignored_too(void **state)
{
	(void)state;
	ask_at(600);
	ask_at(1400);
	queue_child(0, 0);
	shake_hands(1, 10);
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(500)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(700)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(1030)));
	feed(SEG(1001, 0, .ack = 5000, PORT(1), AT(1030)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(1100)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(1300)));
	feed(REPLY(.seq = 5000, .ack = 1001, PORT(1), AT(1300)));
	solve(2000);
	assert_ends(600, 1, "FIN_WAIT1", "SYN_RECV");
	assert_ends(1400, 1, "FIN_WAIT2", "CLOSE_WAIT");
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
}

static void
test_a_fast_open_child_counts_although_nothing_proves_it(void **state)
{
	(void)state;
	ask_at(50);
	queue_child(0, 0);
	feed(SEG(ISN_C, 100, PORT(1), .flags = SYN, AT(10)));
	feed(REPLY(.seq = ISN_S, .ack = 1100, PORT(1), .flags = SYN | ACK, AT(10)));
	feed(SEG(1100, 0, .ack = 5000, PORT(1), AT(10)));
	solve(100);
	assert_ends(50, 1, "ESTABLISHED", "ESTABLISHED");
	assert_int_equal(end_at(50, 1, true).recv_q.lo, 0);
	assert_int_equal(end_at(50, 1, true).recv_q.hi, 100);
	assert_int_equal(seen.listener.accepted.hi, 2);
}

/* --- TCP_DEFER_ACCEPT, cookies, other kernels --- */

/* Bare ACKs have no effect, bytes have: none of these asks again at once. */
static void
defer(int n, int64_t ms)
{
	shake_hands(n, ms);
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms + 400)));
	feed(REPLY(.seq = 5000, .ack = 1015, PORT(n), AT(ms + 400)));
}

static void
test_requests_that_wait_for_bytes_are_deferred(void **state)
{
	(void)state;
	ask_at(4000);
	defer(0, 0);
	/* Its ACK was put aside: the SYN-ACK comes again after three seconds, and the ACK of that counts. */
	shake_hands(1, 1000);
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(8200)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), AT(8200)));
	defer(2, 9000);
	solve(20000);
	assert_ends(4000, 0, "ESTABLISHED", "ESTABLISHED");
	assert_ends(4000, 1, "ESTABLISHED", "SYN_RECV");
	assert_int_not_equal(seen.listener.deferred, 0);
	assert_true(seen.listener.rivals & RIVAL_DEFER);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
}

#define STAMPED(value) .options = OPT_TIMESTAMPS, .ts_value = (value)

/* Its SYN-ACK counts time from elsewhere than the connection does. */
/* The first timer asked because the ACK was not there yet; the one after it was skipped. */
static void
test_who_answers_late_is_put_aside_until_that_time_is_over(void **state)
{
	(void)state;
	queue_child(0, 0);
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(10)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(10)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(1030)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), AT(1040)));
	ask_again(1, 7300);
	take_bytes(1, 15, 7400);
	solve(8000);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
	assert_int_equal(seen.listener.deferred, 1);
	assert_int_equal(seen.listener.ignored_acks, 0);
}

static void
test_a_cookie_shows_by_its_clock_and_that_requests_filled_the_queue(void **state)
{
	(void)state;
	ask_at(5);
	for (int n = 0; n < 2; n++) {
		feed(SEG(ISN_C, 0, PORT(n), STAMPED(100), .flags = SYN, AT(n)));
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), STAMPED(5000), .flags = SYN | ACK, AT(n)));
	}
	feed(SEG(ISN_C, 0, PORT(2), STAMPED(100), .flags = SYN, AT(3)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(2), STAMPED(5000), .flags = SYN | ACK, AT(3)));
	for (int n = 0; n < 3; n++)
		feed(SEG(1000, 15, .ack = 5000, PORT(n), STAMPED(110), AT(10 + n)));
	for (int n = 0; n < 3; n++)
		feed(REPLY(.seq = 5000, .ack = 1015, PORT(n), STAMPED(n == 2 ? 5049 : 5020 - n), AT(20)));
	solve(100);
	assert_int_equal(seen.listener.cookies, 1);
	assert_ends(5, 2, "ESTABLISHED", "CLOSED");
	assert_ends(5, 0, "ESTABLISHED", "SYN_RECV");
}

/* 45 segments of the MSS less the timestamps, as Linux gives them to a client of its own kind, unless it was a cookie. */
#define SCALED(n) .mss = 1460, .wscale = 10, .options = OPT_MSS | OPT_WSCALE | OPT_TIMESTAMPS, .ts_value = (n)
#define REQUESTS_WINDOW ((65160 + 1023) / 1024)
#define COOKIES_WINDOW  ((64240 + 1023) / 1024)

/* Both asked at once; the first word to each has another window. */
static void
take_two(uint16_t second_window)
{
	for (int n = 0; n < 2; n++) {
		feed(SEG(ISN_C, 0, PORT(n), SCALED(100), .flags = SYN, AT(n)));
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), SCALED(5000), .window = 65160, .flags = SYN | ACK, AT(n)));
	}
	for (int n = 0; n < 2; n++) {
		feed(SEG(1000, 15, .ack = 5000, PORT(n), STAMPED(110), AT(10 + n)));
		feed(REPLY(.seq = 5000, .ack = 1015, PORT(n), STAMPED(5010), AT(10 + n),
		    .window = n == 0 ? REQUESTS_WINDOW : second_window));
	}
	solve(100);
}

/* It holds the client's MSS, but not that there were timestamps: the window has other segments in it. */
static void
test_a_cookie_shows_by_its_window(void **state)
{
	(void)state;
	ask_at(5);
	take_two(COOKIES_WINDOW);
	assert_int_equal(seen.listener.cookies, 1);
	assert_ends(5, 1, "ESTABLISHED", "CLOSED");
	/* One request waited, and filled the SYN queue. */
	assert_int_equal(seen.listener.backlog.hi, 0);
}

static void
test_a_window_that_does_not_change_shows_a_request(void **state)
{
	(void)state;
	ask_at(5);
	take_two(REQUESTS_WINDOW);
	assert_int_equal(seen.listener.cookies, 0);
	assert_ends(5, 1, "ESTABLISHED", "SYN_RECV");
	assert_true(end_at(5, 1, true).certain);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
}

/* Without timestamps a cookie has no place for the window scale, and so does not speak of it. */
#define SCALES .options = OPT_WSCALE, .wscale = 7

/* All ask for it; the first so many are given it. */
static void
ask_to_scale(int count, int scaled)
{
	for (int n = 0; n < count; n++) {
		feed(SEG(ISN_C, 0, PORT(n), SCALES, .flags = SYN, AT(n)));
		if (n < scaled)
			feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), SCALES, .flags = SYN | ACK, AT(n)));
		else
			feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(n)));
	}
}

static void
test_a_cookie_shows_by_the_scale_that_it_leaves_out(void **state)
{
	(void)state;
	ask_at(5);
	ask_to_scale(3, 2);
	for (int n = 0; n < 3; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(10 + n)));
	solve(100);
	assert_int_equal(seen.listener.cookies, 1);
	assert_ends(5, 2, "ESTABLISHED", "CLOSED");
	assert_ends(5, 1, "ESTABLISHED", "SYN_RECV");
	assert_true(end_at(5, 1, true).certain);
	/* Two requests waited, and filled the SYN queue. */
	assert_int_equal(seen.listener.backlog.hi, 1);
}

static void
test_who_scales_nobodys_windows_sends_no_cookies(void **state)
{
	(void)state;
	ask_at(5);
	ask_to_scale(3, 0);
	for (int n = 0; n < 3; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(10 + n)));
	solve(100);
	assert_int_equal(seen.listener.cookies, 0);
	assert_ends(5, 2, "ESTABLISHED", "SYN_RECV");
}

/* Three that wait for bytes, and what comes then: only deferral explains cookies for them. */
static void
put_three_aside(int count)
{
	for (int n = 0; n < count; n++) {
		feed(SEG(ISN_C, 0, PORT(n), SCALES, .flags = SYN, AT(n)));
		if (n < 3)
			feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), SCALES, .flags = SYN | ACK, AT(n)));
		else
			feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(n)));
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(n)));
	}
	for (int n = 3; n < count; n++)
		take_bytes(n, 15, 10);
}

static void
test_a_cookie_where_no_request_seems_to_wait_tells_of_deferral(void **state)
{
	(void)state;
	ask_at(500);
	put_three_aside(4);
	solve(900);
	assert_ends(500, 0, "ESTABLISHED", "SYN_RECV");
	assert_ends(500, 3, "ESTABLISHED", "ESTABLISHED");
	assert_true(seen.listener.rivals & RIVAL_DEFER);
	assert_int_equal(seen.listener.backlog.hi, 2);
}

/* Seven seconds and a little: timers are late. */
static void
test_a_timer_that_runs_out_behind_the_close_finds_nobody(void **state)
{
	(void)state;
	ask_at(7050);
	ask_at(8000);
	put_three_aside(5);
	for (int n = 3; n < 5; n++)
		RESET_CHILD(n, 15, 7100);
	solve(9000);
	assert_ends(7050, 0, "ESTABLISHED", "SYN_RECV");
	assert_ends(8000, 0, "ESTABLISHED", "CLOSED");
}

/* An ignored request is asked again: one that is not was taken, and a place was free. */
static void
test_who_is_not_asked_again_and_was_no_cookie_was_taken(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	ask_at(4000);
	queue_child(0, 0);
	queue_child(1, 10);
	feed(SEG(ISN_C, 0, PORT(2), .flags = SYN, AT(20)));
	feed(SEG(ISN_C, 0, PORT(3), .flags = SYN, AT(20)));
	for (int n = 2; n < 4; n++)
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(1040)));
	for (int n = 2; n < 4; n++)
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(1040)));
	for (int n = 2; n < 4; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(1040)));
	solve(5000);
	assert_ends(4000, 2, "ESTABLISHED", "ESTABLISHED");
	assert_ends(4000, 3, "ESTABLISHED", "ESTABLISHED");
}

#define AT_US(us) .at_us = START_US + (us)

/* SYNs in a burst, each answered within five microseconds but for those late ones; and nobody says a word. */
static void
ask_in_a_burst(int count, int late, int later)
{
	int64_t us = 0;

	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	for (int n = 0; n < count; n++) {
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT_US(us += 11)));
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK,
		    AT_US(us += n == late || n == later ? 20 : 5)));
	}
	for (int n = 0; n < count; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(10)));
	solve(600);
}

/* The warning that goes with it is written first. */
static void
test_the_first_cookie_takes_longer_than_what_is_around_it(void **state)
{
	(void)state;
	ask_in_a_burst(8, 3, -1);
	assert_ends(500, 2, "ESTABLISHED", "ESTABLISHED");
	assert_ends(500, 3, "ESTABLISHED", "CLOSED");
	assert_ends(500, 7, "ESTABLISHED", "CLOSED");
	assert_int_equal(seen.listener.backlog_best, 2);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
}

static void
test_of_two_that_take_longer_neither_is_taken_for_a_cookie(void **state)
{
	(void)state;
	ask_in_a_burst(8, 3, 5);
	assert_ends(500, 3, "ESTABLISHED", "ESTABLISHED");
	assert_ends(500, 7, "ESTABLISHED", "ESTABLISHED");
}

static void
test_the_first_of_a_burst_may_be_late_for_other_reasons(void **state)
{
	(void)state;
	ask_in_a_burst(8, 1, -1);
	assert_ends(500, 1, "ESTABLISHED", "ESTABLISHED");
	assert_ends(500, 7, "ESTABLISHED", "ESTABLISHED");
}

/* A SYN is answered in 15 microseconds; the client's bytes, later, in so many. */
static void
speak_later(int n, int64_t ms, int64_t word_us)
{
	int64_t us = ms * 1000;

	feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT_US(us)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT_US(us + 15)));
	feed(SEG(1000, 0, .ack = 5000, PORT(n), AT_US(us + 20)));
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT_US(us + 600000)));
	feed(REPLY(.seq = 5000, .ack = 1015, PORT(n), AT_US(us + 600000 + word_us)));
}

static void
test_bytes_that_wait_for_a_connection_to_be_made_were_deferred(void **state)
{
	(void)state;
	ask_at(300);
	speak_later(0, 0, 32);
	speak_later(1, 1000, 34);
	solve(3000);
	assert_ends(300, 0, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(300, 0, true).certain);
	assert_true(seen.listener.rivals & RIVAL_DEFER);
}

static void
test_bytes_that_a_connection_takes_at_once_were_not(void **state)
{
	(void)state;
	ask_at(300);
	speak_later(0, 0, 32);
	speak_later(1, 1000, 16);
	solve(3000);
	assert_ends(300, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(seen.listener.rivals & RIVAL_DEFER);
}

/* Nobody else waits so long to ask again. */
static void
test_from_afar_a_syn_ack_that_comes_late_shows_deferral(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(4000);
	shake_hands(0, 0);
	shake_hands(1, 10);
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(0), .flags = SYN | ACK, AT(7200)));
	feed(SEG(1000, 0, .ack = 5000, PORT(0), AT(7200)));
	solve(7300);
	assert_ends(4000, 0, "ESTABLISHED", "SYN_RECV");
	assert_ends(4000, 1, "ESTABLISHED", "SYN_RECV");
	assert_true(seen.listener.rivals & RIVAL_DEFER);
}

/* Before 4.10 a SYN was answered although the accept queue was full. */
static void
test_an_old_kernel_answers_though_its_queue_is_full(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	queue_child(0, 0);
	queue_child(1, 10);
	overflow(2, 20);
	overflow(3, 4000);
	solve(8000);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_true(seen.listener.rivals & RIVAL_KERNEL);
}

static void
test_a_current_kernel_is_not_taken_for_an_old_one(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	queue_child(0, 0);
	shake_hands(1, 10);
	/* Both were answered while there was room for one. */
	feed(SEG(ISN_C, 0, PORT(2), .flags = SYN, AT(10)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(2), .flags = SYN | ACK, AT(10)));
	take_bytes(1, 15, 11);
	for (int64_t ms = 12; ms < 4000; ms = ms < 1000 ? 1030 : 4000)
		feed(SEG(1000, 0, .ack = 5000, PORT(2), AT(ms)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(2), .flags = SYN | ACK, AT(1030)));
	solve(1100);
	assert_false(seen.listener.rivals & RIVAL_KERNEL);
}

/* --- how they end --- */

static void
test_a_half_closed_connection_can_go_on_one_way(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1016, AT(100)));
	feed(REPLY(.seq = 5000, .length = 10, .ack = 1016, AT(200)));
	feed(SEG(1016, 0, .ack = 5010, AT(200)));
	solve(300);
	assert_ends(150, 0, "FIN_WAIT2", "CLOSE_WAIT");
	/* The FIN counts until the program has read so far. */
	assert_int_equal(end_at(150, 0, true).recv_q.hi, 16);
}

static void
test_both_ends_can_close_at_once(void **state)
{
	(void)state;
	ask_at(150);
	ask_at(300);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1015, .flags = FIN | ACK, AT(100)));
	feed(SEG(1016, 0, .ack = 5001, AT(200)));
	feed(REPLY(.seq = 5001, .ack = 1016, AT(200)));
	solve(400);
	assert_ends(150, 0, "CLOSING", "CLOSING");
	assert_ends(300, 0, "TIME_WAIT", "TIME_WAIT");
}

static void
test_time_wait_ends_after_a_minute(void **state)
{
	(void)state;
	ask_at(59000);
	ask_at(61000);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1016, .flags = FIN | ACK, AT(101)));
	feed(SEG(1016, 0, .ack = 5001, AT(102)));
	solve(62000);
	assert_ends(59000, 0, "TIME_WAIT", "CLOSED");
	assert_ends(61000, 0, "CLOSED", "CLOSED");
}

static void
test_a_reset_ends_both_ends(void **state)
{
	(void)state;
	ask_at(50);
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = RST | ACK, AT(100)));
	solve(200);
	assert_ends(50, 0, "ESTABLISHED", "ESTABLISHED");
	assert_ends(150, 0, "CLOSED", "CLOSED");
}

static void
test_a_fin_that_is_acknowledged_has_arrived_whatever_is_missing_before_it(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	/* The bytes before it are not in the capture. */
	feed(SEG(1115, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1116, AT(100)));
	solve(200);
	assert_ends(150, 0, "FIN_WAIT2", "CLOSE_WAIT");
	assert_false(end_at(150, 0, true).certain);
}

static void
test_what_waits_for_an_ack_can_hide_a_fin(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 100, .ack = 5000, AT(100)));
	feed(SEG(1015, 100, .ack = 5000, AT(400)));
	solve(500);
	assert_ends(150, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(end_at(150, 0, false).certain);
	assert_int_equal(end_at(150, 0, false).send_q.lo, 100);
}

static void
test_without_its_beginning_a_connection_is_only_likely(void **state)
{
	(void)state;
	ask_at(50);
	feed(SEG(1000, 15, .ack = 5000, AT(0)));
	feed(REPLY(.seq = 5000, .ack = 1015, AT(1)));
	solve(100);
	assert_ends(50, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(end_at(50, 0, false).certain);
	assert_int_equal(seen.listener_count, 0);
}

static void
test_relative_moments_count_from_where_the_capture_begins(void **state)
{
	(void)state;
	seen.options.moments = seen.moments;
	seen.options.moment_count = 1;
	seen.moments[0] = (struct moment){ .ns = INT64_C(100000000), .is_relative = true };
	seen.sockets = sockets_new(&seen.options, &seen.budget);
	sockets_begin(seen.sockets, NS(0));
	queue_child(0, 50);
	solve(300);
	assert_ends(100, 0, "ESTABLISHED", "ESTABLISHED");
}

static void
test_times_at_the_ends_of_time_do_no_harm(void **state)
{
	struct packet late;

	(void)state;
	ask_at(50);
	queue_child(0, 0);
	late = *SEG(1015, 15, .ack = 5000);
	late.ts_ns = INT64_MAX;
	feed(&late);
	late = *SEG(ISN_C, 0, PORT(1), .flags = SYN);
	late.ts_ns = INT64_MIN;
	feed(&late);
	late.ts_ns = INT64_MAX;
	feed(&late);
	solve(100);
	assert_int_equal(seen.listener_count, 1);
}

static void
test_two_syns_that_cross_open_both_ends_by_way_of_syn_recv(void **state)
{
	(void)state;
	for (int64_t ms = 5; ms <= 45; ms += 10)
		ask_at(ms);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .flags = SYN, AT(10)));
	feed(SEG(ISN_C, 0, .ack = 5000, .flags = SYN | ACK, AT(20)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(30)));
	feed(SEG(1000, 0, .ack = 5000, AT(40)));
	feed(REPLY(.seq = 5000, .ack = 1000, AT(50)));
	solve(100);
	assert_ends(5, 0, "SYN_SENT", "CLOSED");
	assert_ends(15, 0, "SYN_RECV", "SYN_SENT");
	assert_ends(25, 0, "SYN_RECV", "SYN_RECV");
	assert_ends(35, 0, "ESTABLISHED", "SYN_RECV");
	assert_ends(45, 0, "ESTABLISHED", "ESTABLISHED");
	assert_int_equal(end_at(15, 0, false).send_q.lo, 1);
	assert_int_equal(end_at(15, 0, false).send_q.hi, 1);
}

/* --- what windows tell --- */

static void
close_window(int n, uint32_t ack, int64_t ms)
{
	feed(REPLY(.seq = 5000, .ack = ack, PORT(n), .zero_window = 1, AT(ms)));
}

static void
test_a_closed_window_shows_that_bytes_lie_unread(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 500, .ack = 5000, AT(100)));
	close_window(0, 1515, 100);
	solve(200);
	assert_int_equal(end_at(150, 0, true).recv_q.lo, 1);
	assert_int_equal(end_at(150, 0, true).recv_q.hi, 515);
}

static void
test_a_window_that_comes_with_a_reset_is_none_to_send_into(void **state)
{
	(void)state;
	ask_at(500);
	shake_hands(0, 0);
	feed(SEG(1000, 15, .ack = 5000, AT(10)));
	feed(REPLY(.seq = 5000, .ack = 1015, .zero_window = 1, AT(10)));
	RESET_CHILD(0, 15, 1000);
	solve(1500);
	assert_int_equal(end_at(500, 0, false).send_q.hi, RANGE_OPEN);
}

static void
test_a_window_that_opens_again_shows_a_read_and_an_accept(void **state)
{
	(void)state;
	ask_at(150);
	ask_at(250);
	queue_child(0, 0);
	feed(SEG(1015, 500, .ack = 5000, AT(100)));
	close_window(0, 1515, 100);
	/* A probe is not taken. */
	feed(SEG(1515, 1, .ack = 5000, AT(120)));
	close_window(0, 1515, 120);
	feed(REPLY(.seq = 5000, .ack = 1515, AT(200)));
	solve(300);
	assert_int_equal(end_at(150, 0, true).recv_q.hi, 515);
	assert_int_equal(end_at(250, 0, true).recv_q.lo, 0);
	assert_int_equal(end_at(250, 0, true).recv_q_best, 0);
	assert_int_equal(seen.listener.accepted.lo, 1);
}

static void
test_a_window_that_opens_with_new_bytes_shows_no_read(void **state)
{
	(void)state;
	ask_at(250);
	queue_child(0, 0);
	feed(SEG(1015, 500, .ack = 5000, AT(100)));
	close_window(0, 1515, 100);
	feed(SEG(1515, 100, .ack = 5000, AT(200)));
	feed(REPLY(.seq = 5000, .ack = 1615, AT(200)));
	solve(300);
	assert_int_equal(end_at(250, 0, true).recv_q.hi, 615);
	assert_int_equal(seen.listener.accepted.lo, 0);
}

/* close() sends that where there was something left to read. */
static void
test_who_resets_after_its_fin_had_not_read(void **state)
{
	(void)state;
	ask_at(100);
	queue_child(0, 0);
	queue_child(1, 10);
	for (int n = 0; n < 2; n++) {
		feed(REPLY(.seq = 5000, .ack = 1015, PORT(n), .flags = FIN | ACK, AT(50 + n)));
		feed(SEG(1015, 0, .ack = 5001, PORT(n), AT(51 + n)));
	}
	feed(REPLY(.seq = 5001, .ack = 1015, PORT(1), .flags = RST | ACK, AT(150)));
	solve(200);
	assert_ends(100, 0, "CLOSE_WAIT", "FIN_WAIT2");
	assert_int_equal(end_at(100, 0, true).recv_q_best, 0);
	assert_int_equal(end_at(100, 1, true).recv_q_best, 15);
}

static void
test_a_fin_whose_number_jumped_brought_no_bytes(void **state)
{
	(void)state;
	ask_at(100);
	queue_child(0, 0);
	feed(SEG(1015 + 1900000000u, 0, .ack = 5000, .flags = FIN | ACK, AT(10)));
	feed(REPLY(.seq = 5000, .ack = 1015, AT(11)));
	solve(200);
	assert_in_range(end_at(100, 0, true).recv_q.hi, 15, 16);
}

static void
test_from_afar_a_window_may_have_opened_unseen(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 500, .ack = 5000, AT(100)));
	close_window(0, 1515, 100);
	solve(200);
	assert_int_equal(end_at(150, 0, true).recv_q.lo, 0);
}

/* --- resets that do not count --- */

static void
test_a_reset_from_far_outside_the_window_closes_neither_end(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015 + (1 << 25), 0, .flags = RST, AT(100)));
	feed(REPLY(.seq = 5000 - (1 << 25), .ack = 1015, .flags = RST | ACK, AT(110)));
	solve(200);
	assert_ends(150, 0, "ESTABLISHED", "ESTABLISHED");
}

static void
test_a_reset_that_is_challenged_closes_nobody_who_goes_on(void **state)
{
	(void)state;
	ask_at(105);
	ask_at(150);
	queue_child(0, 0);
	/* Within the window, but not the number that is waited for. */
	feed(SEG(1515, 0, .flags = RST, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1015, AT(110)));
	feed(SEG(1015, 20, .ack = 5000, AT(120)));
	feed(REPLY(.seq = 5000, .ack = 1035, AT(121)));
	solve(200);
	assert_ends(105, 0, "ESTABLISHED", "ESTABLISHED");
	assert_ends(150, 0, "ESTABLISHED", "ESTABLISHED");
	assert_int_equal(end_at(150, 0, true).recv_q.hi, 35);
}

static void
test_a_reset_that_is_challenged_and_said_again_rightly_ends_it(void **state)
{
	(void)state;
	ask_at(105);
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1515, 0, .flags = RST, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1015, AT(110)));
	feed(SEG(1015, 0, .flags = RST, AT(111)));
	solve(200);
	assert_ends(105, 0, "CLOSED", "ESTABLISHED");
	assert_ends(150, 0, "CLOSED", "CLOSED");
}

static void
test_what_was_under_way_takes_back_no_reset(void **state)
{
	(void)state;
	ask_at(150);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = RST | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .length = 100, .ack = 1015, AT(120)));
	feed(SEG(1015, 0, .flags = RST, AT(120)));
	solve(200);
	assert_ends(150, 0, "CLOSED", "CLOSED");
}

static void
test_a_syn_is_not_refused_by_a_reset_that_acknowledges_something_else(void **state)
{
	(void)state;
	ask_at(150);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.ack = 77777, .flags = RST | ACK, .zero_window = 1, AT(1)));
	solve(200);
	assert_ends(150, 0, "SYN_SENT", "CLOSED");
	assert_int_equal(seen.listener.refused, 0);
}

/* --- what is certain --- */

static void
test_it_certainly_listens_until_it_answers_last(void **state)
{
	(void)state;
	ask_at(5);
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 10);
	take_bytes(0, 20, 600);
	solve(1000);
	assert_int_equal(listener_at_moment(5).state, SOCK_LISTEN);
	assert_true(listener_at_moment(5).certain);
	assert_int_equal(listener_at_moment(500).state, SOCK_LISTEN);
	assert_false(listener_at_moment(500).certain);
}

static void
test_where_the_order_is_not_that_of_the_times_no_end_is_certain(void **state)
{
	(void)state;
	queue_child(0, 0);
	queue_child(1, 0);
	for (int n = 0; n < 2; n++) {
		feed(SEG(1015, 0, .ack = 5000, PORT(n), .flags = FIN | ACK, AT(200 - 80 * n)));
		feed(REPLY(.seq = 5000, .ack = 1016, PORT(n), .flags = FIN | ACK, AT(200 - 100 * n)));
		feed(SEG(1016, 0, .ack = 5001, PORT(n), AT(200)));
	}
	solve(1000);
	assert_true(end_at(200, 0, true).certain);
	assert_int_equal(end_at(200, 1, true).state, SOCK_CLOSED);
	assert_false(end_at(200, 1, true).certain);
}

static void
test_a_fin_behind_bytes_that_may_be_lost_has_not_certainly_come(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(500);
	shake_hands(0, 0);
	feed(SEG(1000, 15, .ack = 5000, PORT(0), AT(100)));
	feed(SEG(1015, 0, .ack = 5000, PORT(0), .flags = FIN | ACK, AT(110)));
	feed(REPLY(.seq = 5000, .ack = 1000, PORT(0), .flags = FIN | ACK, AT(300)));
	feed(SEG(1016, 0, .ack = 5001, PORT(0), AT(310)));
	solve(1000);
	assert_int_equal(end_at(500, 0, true).state, SOCK_TIME_WAIT);
	assert_false(end_at(500, 0, true).certain);
}

static void
test_away_from_the_server_its_end_is_certain_only_if_it_is_heard_again(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 0);
	take_bytes(1, 20, 600);
	solve(1000);
	assert_ends(500, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(end_at(500, 0, true).certain);
	assert_true(end_at(500, 0, false).certain);
	assert_true(end_at(500, 1, true).certain);
}

static void
test_what_may_be_a_cookie_is_no_certain_request(void **state)
{
	(void)state;
	ask_at(2);
	/* One request waits, so another's SYN-ACK can be a cookie; a timer would show that it is not. */
	feed(SEG(ISN_C, 0, PORT(0), .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(0), .flags = SYN | ACK, AT(0)));
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(1)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(1)));
	feed(SEG(1000, 0, .ack = 5000, PORT(0), AT(3)));
	feed(SEG(1000, 0, .ack = 5000, PORT(1), AT(4)));
	take_bytes(0, 15, 5);
	take_bytes(1, 15, 5);
	solve(100);
	assert_ends(2, 0, "ESTABLISHED", "SYN_RECV");
	assert_true(end_at(2, 0, true).certain);
	assert_ends(2, 1, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(2, 1, true).certain);
}

static void
test_more_requests_than_the_backlog_lets_wait_are_cookies(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	ask_at(50);
	ask_at(150);
	for (int n = 0; n < 4; n++) {
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(n)));
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(n)));
	}
	for (int n = 0; n < 4; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(100 + n)));
	solve(500);
	for (int n = 0; n < 4; n++)
		assert_ends(50, n, "ESTABLISHED", n < 2 ? "SYN_RECV" : "CLOSED");
	for (int n = 0; n < 4; n++)
		assert_ends(150, n, "ESTABLISHED", n < 2 ? "ESTABLISHED" : "CLOSED");
}

/* Three fill the queue of a backlog of 2; those that come in between have asked before. */
static void
fill_past(int first, int count)
{
	seen.options.backlog = 2;
	queue_child(0, 0);
	queue_child(1, 1);
	for (int n = 2; n < first + count; n++) {
		feed(SEG(ISN_C, 0, PORT(n), .flags = SYN, AT(2)));
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(2)));
	}
	for (int n = 2; n < first + count; n++)
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(2)));
}

static void
test_who_is_not_asked_again_with_the_others_was_taken(void **state)
{
	(void)state;
	ask_at(500);
	ask_at(2000);
	fill_past(3, 2);
	ask_again(3, 1020);
	ask_again(4, 1020);
	ask_again(4, 3050);
	solve(3060);
	assert_ends(500, 3, "ESTABLISHED", "SYN_RECV");
	assert_ends(2000, 3, "ESTABLISHED", "ESTABLISHED");
	assert_ends(2000, 4, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(2000, 3, true).certain);
}

/* Of five that wait, the first whose third timer runs out is given up; four may stay. */
static void
test_requests_that_crowd_the_syn_queue_are_dropped_early(void **state)
{
	(void)state;
	ask_at(5000);
	ask_at(9000);
	fill_past(3, 5);
	for (int n = 3; n < 8; n++)
		ask_again(n, 1020);
	for (int n = 3; n < 8; n++)
		ask_again(n, 3050);
	for (int n = 4; n < 8; n++)
		ask_again(n, 7150);
	solve(10000);
	for (int n = 3; n < 8; n++)
		assert_ends(5000, n, "ESTABLISHED", "SYN_RECV");
	for (int n = 3; n < 8; n++)
		assert_ends(9000, n, "ESTABLISHED", n == 3 ? "CLOSED" : "SYN_RECV");
}

/* Full for so long, after two accept() calls in a second each. */
static void
test_who_has_called_accept_often_will_have_again(void **state)
{
	(void)state;
	ask_at(5000);
	ask_at(8000);
	fill_past(3, 3);
	for (int n = 3; n < 6; n++)
		ask_again(n, 1020);
	for (int n = 4; n < 6; n++)
		ask_again(n, 3050);
	ask_again(5, 7150);
	solve(9000);
	assert_ends(5000, 5, "ESTABLISHED", "SYN_RECV");
	assert_ends(8000, 5, "ESTABLISHED", "ESTABLISHED");
}

static void
test_a_syn_ack_with_another_number_tells_that_nothing_was_kept_of_the_first(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	ask_at(1500);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S + 70000, .ack = 1000, .flags = SYN | ACK, AT(0)));
	feed(SEG(ISN_C, 0, .flags = SYN, AT(1020)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(1020)));
	feed(SEG(1000, 0, .ack = 5000, AT(1030)));
	take_bytes(0, 15, 1040);
	solve(2000);
	assert_ends(500, 0, "SYN_SENT", "CLOSED");
	assert_ends(1500, 0, "ESTABLISHED", "ESTABLISHED");
	assert_true(end_at(1500, 0, true).certain);
}

/* Its ACK was lost in front of the capture, but so was no other SYN: it had no need to ask again. */
/* The SYN-ACK that comes answers the second of three SYNs: its own answer was lost. */
static void
test_a_syn_ack_that_echoes_an_earlier_syn_tells_that_it_was_heard(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(500);
	ask_at(1500);
	for (int i = 0; i < 3; i++)
		feed(SEG(ISN_C, 0, STAMPED((uint32_t)(100 + 1000 * i)), .flags = SYN, AT(1000 * i)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, STAMPED(9000), .ts_echo = 1100, .flags = SYN | ACK, AT(2002)));
	feed(SEG(1000, 0, .ack = 5000, STAMPED(2102), AT(2003)));
	solve(3000);
	assert_ends(500, 0, "SYN_SENT", "CLOSED");
	assert_ends(1500, 0, "SYN_SENT", "SYN_RECV");
	assert_false(end_at(1500, 0, true).certain);
	assert_int_equal(seen.listener.syn_dropped, 1);
}

static void
test_a_client_that_stops_asking_has_its_answer(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(1020)));
	feed(SEG(1000, 0, .ack = 5000, AT(1100)));
	take_bytes(0, 15, 1200);
	solve(2000);
	assert_ends(500, 0, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(500, 0, false).certain);
}

/* Full, and then one more whose client aborts it before the next SYN-ACK is due: its RST lies beyond unheard bytes. */
static void
abort_boldly(int n, int64_t ms)
{
	shake_hands(n, ms);
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms)));
	feed(SEG(1000, 15, .ack = 5000, PORT(n), AT(ms + 300)));
	feed(SEG(1015, 0, .ack = 5000, PORT(n), .flags = RST | ACK, AT(ms + 900)));
}

static void
test_a_bold_reset_that_nothing_answers_found_no_request(void **state)
{
	(void)state;
	ask_at(5500);
	queue_child(0, 0);
	overflow(1, 20);
	abort_boldly(2, 5000);
	solve(8000);
	assert_ends(5500, 2, "ESTABLISHED", "CLOSED");
}

static void
test_a_bold_reset_that_is_answered_found_one(void **state)
{
	(void)state;
	ask_at(5500);
	queue_child(0, 0);
	overflow(1, 20);
	abort_boldly(2, 5000);
	feed(REPLY(.seq = 5000, .ack = 1000, PORT(2), AT(5900)));
	feed(SEG(1000, 0, PORT(2), .flags = RST, AT(5901)));
	solve(8000);
	assert_ends(5500, 2, "ESTABLISHED", "SYN_RECV");
	assert_true(end_at(5500, 2, true).certain);
}

static void
test_bytes_that_get_a_reset_at_once_were_not_ignored_for_want_of_room(void **state)
{
	(void)state;
	queue_child(0, 0);
	overflow(1, 20);
	feed(SEG(1000, 15, .ack = 5000, PORT(1), AT(90000)));
	feed(REPLY(.seq = 5000, PORT(1), .flags = RST, .zero_window = 1, AT(90000)));
	solve(91000);
	assert_int_equal(seen.listener.ignored_acks, 6);
}

/* --- how a listener ends --- */

static void
test_children_reset_in_one_instant_tell_of_a_listener_that_closed(void **state)
{
	(void)state;
	ask_at(400);
	ask_at(600);
	for (int n = 0; n < 4; n++)
		shake_hands(n, n);
	for (int n = 0; n < 4; n++)
		RESET_CHILD(n, 0, 500);
	solve(1000);
	assert_int_equal(listener_at_moment(400).state, SOCK_LISTEN);
	assert_int_equal(listener_at_moment(400).recv_q.lo, 4);
	assert_int_equal(listener_at_moment(600).state, SOCK_CLOSED);
	assert_int_equal(seen.listener.accepted.hi, 0);
	assert_int_equal(seen.listener.backlog.lo, 3);
	assert_int_equal(seen.listener.unaccepted, 4);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
}

static void
test_who_spoke_before_the_closing_resets_was_accepted(void **state)
{
	(void)state;
	shake_hands(0, 0);
	feed(REPLY(.seq = 5000, .length = 10, .ack = 1000, PORT(0), AT(1)));
	for (int n = 1; n < 4; n++)
		shake_hands(n, n);
	for (int n = 1; n < 4; n++)
		RESET_CHILD(n, 0, 500);
	solve(1000);
	assert_int_equal(seen.listener.accepted.lo, 1);
	assert_int_equal(seen.listener.accepted.hi, 1);
	assert_int_equal(seen.listener.backlog.lo, 2);
}

static void
test_children_with_bytes_can_have_been_accepted_by_a_process_that_ends(void **state)
{
	(void)state;
	ask_at(600);
	queue_child(0, 0);
	queue_child(1, 1);
	RESET_CHILD(0, 15, 500);
	RESET_CHILD(1, 15, 500);
	solve(1000);
	assert_int_equal(listener_at_moment(600).state, SOCK_CLOSED);
	assert_int_equal(seen.listener.accepted.hi, 2);
	assert_int_equal(seen.listener.unaccepted, 0);
}

static void
test_who_speaks_up_and_gets_a_reset_finds_that_nobody_listens(void **state)
{
	(void)state;
	ask_at(1500);
	ask_at(2500);
	queue_child(0, 0);
	shake_hands(1, 10);
	feed(SEG(1000, 0, .ack = 5000, PORT(1), .flags = FIN | ACK, AT(2000)));
	feed(REPLY(.seq = 5000, PORT(1), .flags = RST, .zero_window = 1, AT(2000)));
	solve(3000);
	assert_int_equal(listener_at_moment(1500).state, SOCK_LISTEN);
	assert_int_equal(listener_at_moment(2500).state, SOCK_CLOSED);
	assert_int_equal(seen.listener.kind, STORY_HEALTHY);
}

/* The bytes before these may have found the queue full, and these are no cookie's ACK. */
static void
test_who_gets_a_reset_farther_on_may_have_found_no_room(void **state)
{
	(void)state;
	ask_at(2500);
	queue_child(0, 0);
	shake_hands(1, 10);
	feed(SEG(1000, 15, .ack = 5000, PORT(1), AT(2000)));
	feed(SEG(1015, 15, .ack = 5000, PORT(1), AT(2000)));
	feed(REPLY(.seq = 5000, PORT(1), .flags = RST, .zero_window = 1, AT(2000)));
	solve(3000);
	assert_int_equal(listener_at_moment(2500).state, SOCK_LISTEN);
}

static void
test_resets_end_no_listener_that_answers_afterwards(void **state)
{
	(void)state;
	ask_at(600);
	shake_hands(0, 0);
	shake_hands(1, 1);
	RESET_CHILD(0, 0, 500);
	RESET_CHILD(1, 0, 500);
	queue_child(2, 700);
	solve(1000);
	assert_int_equal(listener_at_moment(600).state, SOCK_LISTEN);
	assert_int_equal(seen.listener.accepted.hi, 3);
}

static void
test_resets_one_after_another_are_the_programs_own(void **state)
{
	(void)state;
	ask_at(600);
	shake_hands(0, 0);
	shake_hands(1, 1);
	RESET_CHILD(0, 0, 400);
	RESET_CHILD(1, 0, 500);
	solve(1000);
	assert_int_equal(listener_at_moment(600).state, SOCK_LISTEN);
	assert_int_equal(seen.listener.accepted.hi, 2);
}

/* --- what else it might have been --- */

static void
test_a_reset_with_nothing_to_read_by_one_that_lives_on_is_so_linger(void **state)
{
	(void)state;
	shake_hands(0, 0);
	RESET_CHILD(0, 0, 100);
	queue_child(1, 200);
	solve(1000);
	assert_true(seen.listener.rivals & RIVAL_LINGER);
	assert_false(seen.listener.rivals & RIVAL_FIREWALL);
}

static void
test_a_reset_with_unread_bytes_is_an_ordinary_close(void **state)
{
	(void)state;
	queue_child(0, 0);
	RESET_CHILD(0, 15, 100);
	queue_child(1, 200);
	solve(1000);
	assert_false(seen.listener.rivals & RIVAL_LINGER);
}

static void
test_a_listener_that_closes_does_not_linger(void **state)
{
	(void)state;
	shake_hands(0, 0);
	shake_hands(1, 1);
	RESET_CHILD(0, 0, 100);
	RESET_CHILD(1, 0, 100);
	solve(1000);
	assert_false(seen.listener.rivals & RIVAL_LINGER);
}

static void
test_what_is_reset_for_want_of_room_does_not_linger(void **state)
{
	(void)state;
	queue_child(0, 0);
	for (int n = 1; n < 3; n++) {
		shake_hands(n, 10 * n);
		feed(REPLY(.seq = 5000, PORT(n), .flags = RST, .zero_window = 1, AT(10 * n)));
	}
	queue_child(3, 500);
	solve(1000);
	assert_int_equal(seen.listener.kind, STORY_ABORTING);
	assert_int_equal(seen.listener.aborted, 2);
	assert_false(seen.listener.rivals & RIVAL_LINGER);
}

static void
test_a_reset_with_another_ttl_is_a_firewalls(void **state)
{
	(void)state;
	shake_hands(0, 0);
	feed(REPLY(.seq = 5000, .ack = 1000, .ttl = 61, .flags = RST | ACK, AT(100)));
	queue_child(1, 200);
	solve(1000);
	assert_true(seen.listener.rivals & RIVAL_FIREWALL);
	assert_false(seen.listener.rivals & RIVAL_LINGER);
}

static void
test_a_syn_ack_with_another_ttl_than_the_servers_words_is_a_firewalls(void **state)
{
	(void)state;
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .ttl = 60, .flags = SYN | ACK, AT(0)));
	feed(SEG(1000, 0, .ack = 5000, AT(1)));
	take_bytes(0, 15, 2);
	solve(1000);
	assert_true(seen.listener.rivals & RIVAL_FIREWALL);
}

static void
test_a_refusal_with_another_ttl_than_the_servers_answers_is_a_firewalls(void **state)
{
	(void)state;
	queue_child(0, 0);
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(100)));
	feed(REPLY(.ack = 1000, PORT(1), .ttl = 250, .flags = RST | ACK, .zero_window = 1, AT(100)));
	solve(1000);
	assert_int_equal(seen.listener.refused, 1);
	assert_true(seen.listener.rivals & RIVAL_FIREWALL);
}

static void
test_where_all_have_one_ttl_no_firewall_is_named(void **state)
{
	(void)state;
	queue_child(0, 0);
	shake_hands(2, 50);
	RESET_CHILD(2, 0, 60);
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(100)));
	feed(REPLY(.ack = 1000, PORT(1), .flags = RST | ACK, .zero_window = 1, AT(100)));
	solve(1000);
	assert_false(seen.listener.rivals & RIVAL_FIREWALL);
}

/* Three SYNs, and nothing else; of a client that says what it takes. */
static void
ask_in_vain(int n, uint16_t mss)
{
	for (int i = 0; i < 3; i++)
		feed(SEG(ISN_C, 0, PORT(n), .mss = mss, .flags = SYN, AT(1 + 1020 * i)));
}

static void
test_silence_on_a_bsds_loopback_can_be_a_socket_that_is_bound(void **state)
{
	(void)state;
	ask_in_vain(0, 16344);
	solve(4000);
	assert_int_equal(seen.listener.kind, STORY_SILENT);
	assert_int_equal(seen.listener.rivals, RIVAL_KERNEL);
}

static void
test_silence_on_any_other_loopback_is_a_filters(void **state)
{
	(void)state;
	ask_in_vain(0, 65495);
	solve(4000);
	assert_int_equal(seen.listener.rivals, RIVAL_FIREWALL);
}

static void
test_silence_from_afar_can_be_anything(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_in_vain(0, 1460);
	solve(4000);
	assert_int_equal(seen.listener.rivals, RIVAL_LOSS | RIVAL_FIREWALL | RIVAL_HOST_DOWN);
}

static void
test_a_capture_that_ends_at_once_heard_no_silence(void **state)
{
	(void)state;
	feed(SEG(ISN_C, 0, PORT(0), .mss = 65495, .flags = SYN, AT(1)));
	feed(SEG(ISN_C, 0, PORT(0), .mss = 65495, .flags = SYN, AT(2)));
	solve(900);
	assert_int_equal(seen.listener.kind, STORY_SILENT);
	assert_int_equal(seen.listener.rivals, RIVAL_END);
	assert_int_equal(seen.listener.overflows, 0);
}

static void
test_times_that_are_all_alike_tell_no_place(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_UNKNOWN;
	shake_hands(0, 0);
	solve(1000);
	assert_int_equal(seen.listener.vantage, VANTAGE_UNKNOWN);
}

static void
test_a_host_that_answers_at_another_port_is_not_down(void **state)
{
	struct packet syn, answer;

	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	syn = *SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(0));
	answer = *REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(0));
	syn.tuple.dport = answer.tuple.sport = OTHER_PORT;
	feed(&syn);
	feed(&answer);
	ask_in_vain(0, 1460);
	solve(4000);
	assert_int_equal(seen.listener_count, 2);
	assert_int_equal(seen.listener.kind, STORY_SILENT);
	assert_int_equal(seen.listener.rivals, RIVAL_LOSS | RIVAL_FIREWALL);
}

static void
hear_icmp(uint8_t code)
{
	struct packet icmp = { .tuple = { .proto = PROTO_ICMP, .ip_version = 4 }, .icmp = { .type = 3, .code = code } };

	icmp.ts_ns = NS(1500);
	sockets_icmp(seen.sockets, &seen.flows[0].sock, &icmp);
}

static void
test_a_filter_that_says_so_is_the_only_rival(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_in_vain(0, 1460);
	hear_icmp(13);
	solve(4000);
	assert_int_equal(seen.listener.rivals, RIVAL_FIREWALL);
}

static void
test_a_host_that_a_router_cannot_reach_is_down(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_in_vain(0, 1460);
	hear_icmp(1);
	solve(4000);
	assert_int_equal(seen.listener.rivals, RIVAL_HOST_DOWN);
}

/* --- what ends, or is hidden, without a packet --- */

static void
test_a_fin_that_comes_again_behind_a_bare_ack_was_not_heard(void **state)
{
	(void)state;
	ask_at(200);
	shake_hands(0, 0);
	feed(SEG(1000, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(SEG(1000, 0, .ack = 5000, .flags = FIN | ACK, AT(400)));
	feed(SEG(1000, 0, .ack = 5000, .flags = FIN | ACK, AT(1000)));
	feed(REPLY(.seq = 5000, .ack = 1001, AT(1000)));
	solve(2000);
	assert_int_not_equal(end_at(200, 0, true).state, SOCK_CLOSE_WAIT);
}

static void
test_far_from_the_server_what_comes_again_once_may_have_been_lost(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(200);
	shake_hands(0, 0);
	feed(SEG(1000, 10, .ack = 5000, AT(100)));
	feed(SEG(1000, 10, .ack = 5000, AT(400)));
	feed(REPLY(.seq = 5000, .ack = 1010, AT(420)));
	solve(1000);
	assert_ends(200, 0, "ESTABLISHED", "ESTABLISHED");
	assert_false(end_at(200, 0, true).certain);
}

static void
test_a_syn_ack_is_due_after_twice_its_last_time_whatever_was_left_out(void **state)
{
	(void)state;
	ask_at(11000);
	shake_hands(0, 0);
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(7200)));
	feed(SEG(1000, 0, .ack = 5000, AT(7200)));
	for (int i = 0; i < 4; i++)
		feed(SEG(1000, 10, .ack = 5000, AT(7700 + (300 << i))));
	solve(12000);
	assert_ends(11000, 0, "ESTABLISHED", "SYN_RECV");
}

static void
test_about_the_time_its_timer_is_due_a_request_is_not_certain(void **state)
{
	(void)state;
	ask_at(6000);
	ask_at(7150);
	ask_at(7600);
	queue_child(0, 0);
	queue_child(1, 10);
	overflow(2, 20);
	feed(SEG(1000, 15, .ack = 5000, PORT(2), AT(8000)));
	solve(9000);
	assert_ends(6000, 2, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(7150, 2, true).certain);
	assert_ends(7600, 2, "ESTABLISHED", "CLOSED");
}

static void
test_who_resets_a_fin_had_left_fin_wait2_before(void **state)
{
	(void)state;
	ask_at(1000);
	ask_at(4000);
	ask_at(5500);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1016, AT(140)));
	feed(REPLY(.seq = 5000, .ack = 1016, .flags = FIN | ACK, AT(5000)));
	feed(SEG(1016, 0, .flags = RST, .zero_window = 1, AT(5000)));
	solve(6000);
	assert_ends(1000, 0, "FIN_WAIT2", "CLOSE_WAIT");
	assert_ends(4000, 0, "CLOSED", "CLOSE_WAIT");
	assert_ends(5500, 0, "CLOSED", "CLOSED");
}

static void
test_one_that_was_only_shut_down_stays_in_fin_wait2(void **state)
{
	(void)state;
	ask_at(70000);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1016, AT(140)));
	feed(REPLY(.seq = 5000, .length = 10, .ack = 1016, AT(80000)));
	feed(SEG(1016, 0, .ack = 5010, AT(80000)));
	solve(90000);
	assert_ends(70000, 0, "FIN_WAIT2", "CLOSE_WAIT");
}

static void
test_who_asks_again_never_got_the_refusal(void **state)
{
	(void)state;
	ask_at(500);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.ack = 1000, .flags = RST | ACK, .zero_window = 1, AT(1)));
	feed(SEG(ISN_C, 0, .flags = SYN, AT(1000)));
	feed(REPLY(.ack = 1000, .flags = RST | ACK, .zero_window = 1, AT(1001)));
	solve(2000);
	assert_ends(500, 0, "SYN_SENT", "CLOSED");
	assert_int_equal(seen.listener.kind, STORY_NOT_LISTENING);
}

/* As a client ends that has been told nothing. */
static void
say_goodbye(int n, int64_t ms)
{
	feed(SEG(1015, 0, .ack = 5000, PORT(n), .flags = FIN | ACK, AT(ms)));
	feed(REPLY(.seq = 5000, .ack = 1016, PORT(n), AT(ms)));
}

static void
test_a_program_that_exits_takes_along_what_was_still_asking(void **state)
{
	(void)state;
	ask_at(600);
	ask_at(800);
	queue_child(0, 0);
	queue_child(1, 1);
	feed(SEG(ISN_C, 0, PORT(2), .flags = SYN, AT(300)));
	say_goodbye(0, 700);
	say_goodbye(1, 701);
	solve(5000);
	assert_ends(600, 2, "SYN_SENT", "CLOSED");
	assert_ends(800, 2, "CLOSED", "CLOSED");
}

static void
test_one_of_many_that_goes_on_shows_that_the_program_did_not_exit(void **state)
{
	(void)state;
	ask_at(800);
	for (int n = 0; n < 3; n++)
		queue_child(n, n);
	feed(SEG(ISN_C, 0, PORT(3), .flags = SYN, AT(300)));
	say_goodbye(0, 700);
	say_goodbye(1, 701);
	solve(5000);
	assert_ends(800, 3, "SYN_SENT", "CLOSED");
}

static void
test_a_fin_behind_bytes_that_nobody_takes_came_when_the_others_did(void **state)
{
	(void)state;
	ask_at(1500);
	ask_at(5000);
	for (int n = 0; n < 3; n++)
		queue_child(n, n);
	overflow(3, 20);
	for (int n = 0; n < 3; n++)
		say_goodbye(n, 3500 + 100 * n);
	feed(SEG(1000, 15, .ack = 5000, PORT(3), AT(6000)));
	solve(6100);
	assert_ends(1500, 3, "ESTABLISHED", "SYN_RECV");
	assert_ends(5000, 3, "FIN_WAIT1", "SYN_RECV");
	assert_false(end_at(5000, 3, false).certain);
}

static void
test_who_resets_in_the_end_had_not_closed_when_the_others_did(void **state)
{
	(void)state;
	ask_at(5000);
	for (int n = 0; n < 3; n++)
		queue_child(n, n);
	overflow(3, 20);
	for (int n = 0; n < 3; n++)
		say_goodbye(n, 3500 + 100 * n);
	feed(SEG(1015, 0, .ack = 5000, PORT(3), .flags = RST | ACK, AT(6000)));
	solve(6100);
	assert_ends(5000, 3, "ESTABLISHED", "SYN_RECV");
}

static void
test_what_the_closing_resets_pass_over_had_not_been_taken(void **state)
{
	(void)state;
	ask_at(400);
	for (int n = 0; n < 4; n++)
		shake_hands(n, n);
	for (int n = 0; n < 3; n++)
		RESET_CHILD(n, 0, 500);
	solve(1000);
	assert_ends(400, 3, "ESTABLISHED", "SYN_RECV");
	assert_int_equal(seen.listener.backlog.lo, 2);
	assert_int_equal(seen.listener.backlog.hi, 2);
}

/* Who answers again does so while there is no room; there had been when it first did. */
static void
test_what_the_closing_resets_pass_over_was_ignored_when_it_came_to_be_heard(void **state)
{
	(void)state;
	seen.options.backlog = 1;
	ask_at(4000);
	for (int n = 0; n < 3; n++)
		shake_hands(n, 10 * n);
	for (int n = 0; n < 2; n++)
		ask_again(n, 3050 + 10 * n);
	RESET_CHILD(2, 0, 5000);
	RESET_CHILD(0, 0, 5000);
	solve(6000);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_ends(4000, 0, "ESTABLISHED", "ESTABLISHED");
	assert_ends(4000, 1, "ESTABLISHED", "SYN_RECV");
	assert_ends(4000, 2, "ESTABLISHED", "ESTABLISHED");
	assert_int_equal(listener_at_moment(4000).recv_q.lo, 2);
}

static void
test_there_was_room_when_the_syn_came_not_when_its_answer_was_captured(void **state)
{
	(void)state;
	feed(SEG(ISN_C, 0, PORT(0), .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(0), .flags = SYN | ACK, AT(0)));
	feed(SEG(ISN_C, 0, PORT(1), .flags = SYN, AT(1)));
	feed(SEG(1000, 0, .ack = 5000, PORT(0), AT(2)));
	take_bytes(0, 15, 2);
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(3)));
	feed(SEG(1000, 15, .ack = 5000, PORT(1), AT(4)));
	feed(SEG(1000, 15, .ack = 5000, PORT(1), AT(300)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(1), .flags = SYN | ACK, AT(1020)));
	feed(SEG(1015, 0, .ack = 5000, PORT(1), AT(1020)));
	solve(1500);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_int_equal(seen.listener.backlog.hi, 0);
}

static void
test_a_bare_ack_alone_that_was_ignored_may_have_been_put_aside(void **state)
{
	(void)state;
	queue_child(0, 0);
	queue_child(1, 10);
	shake_hands(2, 20);
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(2), .flags = SYN | ACK, AT(1040)));
	feed(SEG(1000, 0, .ack = 5000, PORT(2), AT(1040)));
	take_bytes(2, 15, 2000);
	solve(3000);
	assert_int_equal(seen.listener.backlog.hi, RANGE_OPEN);
}

static void
test_where_accept_is_deferred_those_that_wait_are_likelier_put_aside_than_taken(void **state)
{
	(void)state;
	ask_at(5000);
	for (int n = 0; n < 3; n++)
		shake_hands(n, 10 * n);
	feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(0), .flags = SYN | ACK, AT(7100)));
	feed(SEG(1000, 0, .ack = 5000, PORT(0), AT(7100)));
	solve(7500);
	for (int n = 0; n < 3; n++)
		assert_ends(5000, n, "ESTABLISHED", "SYN_RECV");
	assert_false(end_at(5000, 1, true).certain);
}

/* Two of them fill the SYN queue; the third is not asked when they are. */
static void
test_who_is_not_asked_again_when_the_others_are_was_not_put_aside(void **state)
{
	(void)state;
	ask_at(5000);
	for (int n = 0; n < 4; n++)
		shake_hands(n, 10 * n);
	for (int n = 0; n < 2; n++)
		ask_again(n, 7100 + 10 * n);
	solve(9000);
	for (int n = 0; n < 4; n++)
		assert_ends(5000, n, "ESTABLISHED", n < 2 ? "SYN_RECV" : "ESTABLISHED");
}

static void
test_who_came_with_others_would_have_been_asked_again_with_them(void **state)
{
	(void)state;
	ask_at(5000);
	for (int n = 0; n < 3; n++)
		shake_hands(n, n);
	for (int n = 0; n < 2; n++)
		ask_again(n, 7100);
	solve(7101);
	for (int n = 0; n < 3; n++)
		assert_ends(5000, n, "ESTABLISHED", n < 2 ? "SYN_RECV" : "ESTABLISHED");
}

static void
test_away_from_the_client_its_fin_may_be_a_copy(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	ask_at(4000);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(5000)));
	feed(REPLY(.seq = 5000, .ack = 1016, AT(5000)));
	solve(6000);
	assert_true(end_at(500, 0, false).certain);
	assert_false(end_at(4000, 0, false).certain);
}

static void
test_away_from_the_client_its_end_is_certain_only_if_it_is_heard_again(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	ask_at(2000);
	queue_child(0, 0);
	feed(SEG(1015, 5, .ack = 5000, AT(1000)));
	feed(REPLY(.seq = 5000, .ack = 1020, AT(1000)));
	solve(3000);
	assert_true(end_at(500, 0, false).certain);
	assert_false(end_at(2000, 0, false).certain);
}

static void
test_a_fin_that_is_not_acknowledged_yet_may_be_lost_behind_the_capture(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_CLIENT;
	ask_at(150);
	ask_at(500);
	queue_child(0, 0);
	feed(SEG(1015, 0, .ack = 5000, .flags = FIN | ACK, AT(100)));
	feed(REPLY(.seq = 5000, .ack = 1016, AT(400)));
	feed(REPLY(.seq = 5000, .ack = 1016, .flags = FIN | ACK, AT(900)));
	solve(1000);
	assert_false(end_at(150, 0, true).certain);
	assert_true(end_at(500, 0, true).certain);
}

static void
test_a_syn_ack_to_a_syn_that_came_again_is_no_timers(void **state)
{
	(void)state;
	seen.options.vantage = VANTAGE_SERVER;
	ask_at(500);
	feed(SEG(ISN_C, 0, .flags = SYN, AT(0)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(0)));
	feed(SEG(ISN_C, 0, .flags = SYN, AT(1000)));
	feed(REPLY(.seq = ISN_S, .ack = 1000, .flags = SYN | ACK, AT(1000)));
	feed(SEG(1000, 0, .ack = 5000, AT(1001)));
	take_bytes(0, 15, 1002);
	solve(1100);
	assert_ends(500, 0, "SYN_SENT", "SYN_RECV");
	assert_false(end_at(500, 0, true).certain);
}

static void
test_a_client_that_is_told_something_reads_it(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	feed(REPLY(.seq = 5000, .length = 20, .ack = 1015, AT(100)));
	solve(1000);
	assert_int_equal(end_at(500, 0, false).recv_q_best, 0);
}

/* Two connections: the server's program says something, then FIN, in front of the client's or behind it. */
static void
test_who_closes_behind_the_other_shows_that_its_program_reads(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 10);
	for (int n = 0; n < 2; n++)
		feed(REPLY(.seq = 5000, .length = 5, .ack = 1015, PORT(n), AT(100 + n)));
	feed(SEG(1015, 0, .ack = 5005, PORT(1), .flags = FIN | ACK, AT(200)));
	feed(REPLY(.seq = 5005, .ack = 1016, PORT(1), .flags = FIN | ACK, AT(200)));
	feed(SEG(1016, 0, .ack = 5006, PORT(1), AT(200)));
	solve(600);
	assert_int_equal(end_at(500, 0, true).recv_q.hi, 15);
	assert_int_equal(end_at(500, 0, true).recv_q_best, 0);
}

static void
test_who_closes_first_may_only_have_shut_down(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	queue_child(1, 10);
	for (int n = 0; n < 2; n++)
		feed(REPLY(.seq = 5000, .length = 5, .ack = 1015, PORT(n), AT(100 + n)));
	feed(REPLY(.seq = 5005, .ack = 1015, PORT(1), .flags = FIN | ACK, AT(200)));
	feed(SEG(1015, 0, .ack = 5006, PORT(1), AT(200)));
	/* It takes more: it did only that. */
	feed(SEG(1015, 10, .ack = 5006, PORT(1), AT(300)));
	feed(REPLY(.seq = 5006, .ack = 1025, PORT(1), AT(300)));
	solve(600);
	assert_int_equal(end_at(500, 0, true).recv_q_best, 15);
	assert_ends(500, 1, "CLOSE_WAIT", "FIN_WAIT2");
	assert_int_equal(end_at(500, 1, true).recv_q_best, 25);
}

static void
test_a_client_that_resets_in_the_end_has_not_read(void **state)
{
	(void)state;
	ask_at(500);
	queue_child(0, 0);
	feed(REPLY(.seq = 5000, .length = 20, .ack = 1015, AT(100)));
	feed(SEG(1015, 0, .ack = 5020, .flags = RST | ACK, AT(900)));
	solve(1000);
	assert_int_equal(end_at(500, 0, false).recv_q_best, 20);
}

static void
test_what_answers_a_question_that_was_put_off_is_not_put_aside_again(void **state)
{
	(void)state;
	for (int n = 0; n < 4; n++)
		shake_hands(n, 300 * n);
	for (int n = 0; n < 2; n++) {
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(3050 + 300 * n)));
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(3050 + 300 * n)));
	}
	for (int n = 0; n < 2; n++) {
		feed(REPLY(.seq = ISN_S, .ack = 1000, PORT(n), .flags = SYN | ACK, AT(7150 + 300 * n)));
		feed(SEG(1000, 0, .ack = 5000, PORT(n), AT(7150 + 300 * n)));
	}
	solve(7600);
	assert_int_equal(seen.listener.deferred, 2);
	assert_int_equal(seen.listener.kind, STORY_OVERFLOW);
	assert_int_equal(seen.listener.backlog.hi, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_reset_closes_whatever_is_connected),
		TEST(test_a_listener_is_moved_by_no_segment),
		TEST(test_both_orders_of_closing_end_where_rfc_9293_says),
		TEST(test_changes_come_in_the_order_of_time_whenever_they_were_taken_in),
		TEST(test_a_connection_that_is_taken_is_established_at_both_ends),
		TEST(test_a_refused_connection_leaves_no_sockets),
		TEST(test_an_ack_behind_which_the_syn_ack_comes_again_was_ignored),
		TEST(test_a_backlog_that_is_told_settles_what_was_accepted),
		TEST(test_a_syn_that_is_sent_again_was_dropped_while_the_queue_was_full),
		TEST(test_many_that_find_the_queue_full_are_no_flood),
		TEST(test_many_that_are_answered_and_not_heard_again_are_a_flood),
		TEST(test_nothing_is_said_of_the_queue_where_packets_can_be_lost),
		TEST(test_from_afar_words_that_nobody_acknowledges_can_be_lost),
		TEST(test_who_is_given_up_unheard_was_not_deferred),
		TEST(test_connections_that_the_capture_stops_showing_do_not_fill_the_queue),
		TEST(test_who_speaks_before_its_ack_is_captured_was_taken_all_the_same),
		TEST(test_a_scanner_that_does_not_ask_again_shows_no_full_queue),
		TEST(test_a_syn_ack_that_is_missing_is_told_by_what_follows),
		TEST(test_a_bare_ack_behind_unheard_bytes_may_have_found_room),
		TEST(test_a_fin_that_comes_again_was_ignored_too),
		TEST(test_a_fast_open_child_counts_although_nothing_proves_it),
		TEST(test_requests_that_wait_for_bytes_are_deferred),
		TEST(test_who_answers_late_is_put_aside_until_that_time_is_over),
		TEST(test_a_cookie_shows_by_its_clock_and_that_requests_filled_the_queue),
		TEST(test_a_cookie_shows_by_its_window),
		TEST(test_a_cookie_shows_by_the_scale_that_it_leaves_out),
		TEST(test_who_scales_nobodys_windows_sends_no_cookies),
		TEST(test_a_cookie_where_no_request_seems_to_wait_tells_of_deferral),
		TEST(test_a_timer_that_runs_out_behind_the_close_finds_nobody),
		TEST(test_the_first_cookie_takes_longer_than_what_is_around_it),
		TEST(test_of_two_that_take_longer_neither_is_taken_for_a_cookie),
		TEST(test_the_first_of_a_burst_may_be_late_for_other_reasons),
		TEST(test_a_window_that_does_not_change_shows_a_request),
		TEST(test_who_is_not_asked_again_and_was_no_cookie_was_taken),
		TEST(test_bytes_that_wait_for_a_connection_to_be_made_were_deferred),
		TEST(test_bytes_that_a_connection_takes_at_once_were_not),
		TEST(test_from_afar_a_syn_ack_that_comes_late_shows_deferral),
		TEST(test_an_old_kernel_answers_though_its_queue_is_full),
		TEST(test_a_current_kernel_is_not_taken_for_an_old_one),
		TEST(test_a_half_closed_connection_can_go_on_one_way),
		TEST(test_both_ends_can_close_at_once),
		TEST(test_time_wait_ends_after_a_minute),
		TEST(test_a_reset_ends_both_ends),
		TEST(test_a_fin_that_is_acknowledged_has_arrived_whatever_is_missing_before_it),
		TEST(test_what_waits_for_an_ack_can_hide_a_fin),
		TEST(test_without_its_beginning_a_connection_is_only_likely),
		TEST(test_relative_moments_count_from_where_the_capture_begins),
		TEST(test_times_at_the_ends_of_time_do_no_harm),
		TEST(test_two_syns_that_cross_open_both_ends_by_way_of_syn_recv),
		TEST(test_a_closed_window_shows_that_bytes_lie_unread),
		TEST(test_a_window_that_comes_with_a_reset_is_none_to_send_into),
		TEST(test_a_window_that_opens_again_shows_a_read_and_an_accept),
		TEST(test_a_window_that_opens_with_new_bytes_shows_no_read),
		TEST(test_who_resets_after_its_fin_had_not_read),
		TEST(test_a_fin_whose_number_jumped_brought_no_bytes),
		TEST(test_from_afar_a_window_may_have_opened_unseen),
		TEST(test_a_reset_from_far_outside_the_window_closes_neither_end),
		TEST(test_a_reset_that_is_challenged_closes_nobody_who_goes_on),
		TEST(test_a_reset_that_is_challenged_and_said_again_rightly_ends_it),
		TEST(test_what_was_under_way_takes_back_no_reset),
		TEST(test_a_syn_is_not_refused_by_a_reset_that_acknowledges_something_else),
		TEST(test_it_certainly_listens_until_it_answers_last),
		TEST(test_a_fin_behind_bytes_that_may_be_lost_has_not_certainly_come),
		TEST(test_where_the_order_is_not_that_of_the_times_no_end_is_certain),
		TEST(test_away_from_the_server_its_end_is_certain_only_if_it_is_heard_again),
		TEST(test_what_may_be_a_cookie_is_no_certain_request),
		TEST(test_more_requests_than_the_backlog_lets_wait_are_cookies),
		TEST(test_who_is_not_asked_again_with_the_others_was_taken),
		TEST(test_requests_that_crowd_the_syn_queue_are_dropped_early),
		TEST(test_who_has_called_accept_often_will_have_again),
		TEST(test_a_syn_ack_with_another_number_tells_that_nothing_was_kept_of_the_first),
		TEST(test_a_syn_ack_that_echoes_an_earlier_syn_tells_that_it_was_heard),
		TEST(test_a_client_that_stops_asking_has_its_answer),
		TEST(test_a_bold_reset_that_nothing_answers_found_no_request),
		TEST(test_a_bold_reset_that_is_answered_found_one),
		TEST(test_bytes_that_get_a_reset_at_once_were_not_ignored_for_want_of_room),
		TEST(test_children_reset_in_one_instant_tell_of_a_listener_that_closed),
		TEST(test_who_spoke_before_the_closing_resets_was_accepted),
		TEST(test_children_with_bytes_can_have_been_accepted_by_a_process_that_ends),
		TEST(test_who_speaks_up_and_gets_a_reset_finds_that_nobody_listens),
		TEST(test_who_gets_a_reset_farther_on_may_have_found_no_room),
		TEST(test_resets_end_no_listener_that_answers_afterwards),
		TEST(test_resets_one_after_another_are_the_programs_own),
		TEST(test_a_reset_with_nothing_to_read_by_one_that_lives_on_is_so_linger),
		TEST(test_a_reset_with_unread_bytes_is_an_ordinary_close),
		TEST(test_a_listener_that_closes_does_not_linger),
		TEST(test_what_is_reset_for_want_of_room_does_not_linger),
		TEST(test_a_reset_with_another_ttl_is_a_firewalls),
		TEST(test_a_syn_ack_with_another_ttl_than_the_servers_words_is_a_firewalls),
		TEST(test_a_refusal_with_another_ttl_than_the_servers_answers_is_a_firewalls),
		TEST(test_where_all_have_one_ttl_no_firewall_is_named),
		TEST(test_silence_on_a_bsds_loopback_can_be_a_socket_that_is_bound),
		TEST(test_silence_on_any_other_loopback_is_a_filters),
		TEST(test_silence_from_afar_can_be_anything),
		TEST(test_a_capture_that_ends_at_once_heard_no_silence),
		TEST(test_times_that_are_all_alike_tell_no_place),
		TEST(test_a_host_that_answers_at_another_port_is_not_down),
		TEST(test_a_filter_that_says_so_is_the_only_rival),
		TEST(test_a_host_that_a_router_cannot_reach_is_down),
		TEST(test_a_fin_that_comes_again_behind_a_bare_ack_was_not_heard),
		TEST(test_far_from_the_server_what_comes_again_once_may_have_been_lost),
		TEST(test_a_syn_ack_is_due_after_twice_its_last_time_whatever_was_left_out),
		TEST(test_about_the_time_its_timer_is_due_a_request_is_not_certain),
		TEST(test_who_resets_a_fin_had_left_fin_wait2_before),
		TEST(test_one_that_was_only_shut_down_stays_in_fin_wait2),
		TEST(test_who_asks_again_never_got_the_refusal),
		TEST(test_a_program_that_exits_takes_along_what_was_still_asking),
		TEST(test_one_of_many_that_goes_on_shows_that_the_program_did_not_exit),
		TEST(test_a_fin_behind_bytes_that_nobody_takes_came_when_the_others_did),
		TEST(test_who_resets_in_the_end_had_not_closed_when_the_others_did),
		TEST(test_what_the_closing_resets_pass_over_had_not_been_taken),
		TEST(test_what_the_closing_resets_pass_over_was_ignored_when_it_came_to_be_heard),
		TEST(test_there_was_room_when_the_syn_came_not_when_its_answer_was_captured),
		TEST(test_a_bare_ack_alone_that_was_ignored_may_have_been_put_aside),
		TEST(test_where_accept_is_deferred_those_that_wait_are_likelier_put_aside_than_taken),
		TEST(test_who_is_not_asked_again_when_the_others_are_was_not_put_aside),
		TEST(test_who_came_with_others_would_have_been_asked_again_with_them),
		TEST(test_away_from_the_client_its_fin_may_be_a_copy),
		TEST(test_away_from_the_client_its_end_is_certain_only_if_it_is_heard_again),
		TEST(test_a_fin_that_is_not_acknowledged_yet_may_be_lost_behind_the_capture),
		TEST(test_a_syn_ack_to_a_syn_that_came_again_is_no_timers),
		TEST(test_a_client_that_is_told_something_reads_it),
		TEST(test_what_answers_a_question_that_was_put_off_is_not_put_aside_again),
		TEST(test_who_closes_behind_the_other_shows_that_its_program_reads),
		TEST(test_who_closes_first_may_only_have_shut_down),
		TEST(test_a_client_that_resets_in_the_end_has_not_read),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
