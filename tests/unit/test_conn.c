#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/tcp.h"
#include "tcp/tcp_priv.h"

/* The client's numbers start at ISN_C, the server's at ISN_S. */
#define ISN_C 1000u
#define ISN_S 5000u

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

#define SYN TCP_SYN
#define ACK TCP_ACK
#define FIN TCP_FIN
#define RST TCP_RST

enum oddity { AS_USUAL, NO_WINDOW, CORRUPT, CUT_SHORT, PROBE };

/* One segment, a millisecond and a half after the one before unless told otherwise. */
struct step {
	enum side from;
	uint16_t controls;
	uint32_t number[3]; /* seq and ack, relative to the initial ones; payload bytes */
	int64_t ns;
	enum oddity oddity;
};

#define STEP(side, flags, ...)                                                                     \
	(struct step){ .from = side, .controls = flags, .number = { __VA_ARGS__ }, .ns = 3 * MS / 2 }
/* C(ACK, 1, 1, 100): a hundred bytes from the client, right after a handshake. */
#define C(flags, ...) STEP(SIDE_A, flags, __VA_ARGS__)
#define S(flags, ...) STEP(SIDE_B, flags, __VA_ARGS__)

static struct step
after(int64_t ms, struct step step)
{
	step.ns = ms * MS;
	return step;
}

static struct step
odd(enum oddity oddity, struct step step)
{
	step.oddity = oddity;
	return step;
}

#define HANDSHAKE C(SYN, 0), S(SYN | ACK, 0, 1), C(ACK, 1, 1)
#define REQUEST C(ACK, 1, 1, 100)
#define RESPONSE S(ACK, 1, 101, 200)
#define EXCHANGE REQUEST, S(ACK, 1, 101), RESPONSE, C(ACK, 101, 201)

struct scene {
	struct trails trails;
	struct tcp_pair pair;
	struct conn_verdict verdict;
	int64_t now_ns;
	uint32_t index;
	uint32_t isn[2];
	uint16_t port[2];
};

static struct scene scene;

static int
begin(void **state)
{
	static struct budget budget;

	(void)state;
	memset(&scene, 0, sizeof(scene));
	trails_init(&scene.trails, &budget);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	trail_fini(&scene.trails, &scene.pair.trail);
	trails_fini(&scene.trails);
	return 0;
}

static void
set_scene(void)
{
	end(NULL);
	begin(NULL);
	scene.now_ns = 1000 * SECOND;
	scene.isn[SIDE_A] = ISN_C;
	scene.isn[SIDE_B] = ISN_S;
	scene.port[SIDE_A] = 40000;
	scene.port[SIDE_B] = 17777;
}

static struct packet
packet_of(const struct step *step)
{
	struct packet pkt = {
		.ts_ns = scene.now_ns,
		.index = ++scene.index,
		.tuple = { .proto = PROTO_TCP, .ip_version = 4,
		    .sport = scene.port[step->from], .dport = scene.port[!step->from] },
		.payload_bytes = step->number[2],
		.payload_captured = step->number[2] / (step->oddity == CUT_SHORT ? 2 : 1),
		.checksum = step->oddity == CORRUPT ? CHECKSUM_BAD : CHECKSUM_GOOD,
		.tcp = {
			.flags = step->controls,
			.seq = scene.isn[step->from] + step->number[0],
			.window = step->oddity == NO_WINDOW ? 0 : 64000,
		},
	};

	pkt.tuple.src[3] = (uint8_t)(1 + step->from);
	pkt.tuple.dst[3] = (uint8_t)(2 - step->from);
	if (step->controls & TCP_ACK)
		pkt.tcp.ack = scene.isn[!step->from] + step->number[1];
	return pkt;
}

/* How long the capture goes on after the last segment. */
static void
until(int64_t seconds)
{
	scene.verdict = conn_verdict(&scene.pair, scene.now_ns + seconds * SECOND);
}

static void
play_steps(const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t marks = steps[i].oddity == PROBE ? MARK_BIT(MARK_KEEP_ALIVE) : 0;
		struct reason reason;
		struct packet pkt;

		scene.now_ns += steps[i].ns;
		pkt = packet_of(&steps[i]);
		reason = trail_segment(&scene.trails, &scene.pair, &pkt, steps[i].from, marks);
		conn_segment(&scene.pair.conn, &pkt, steps[i].from, marks);
		if (steps[i].controls & TCP_RST)
			conn_note_reset(&scene.pair, &pkt, steps[i].from, &reason);
	}
	until(0);
}

/* Goes on from where the scene is. */
#define GO_ON(...)                                                                                 \
	play_steps((const struct step[]){ __VA_ARGS__ },                                           \
	    sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

#define PLAY(...) (set_scene(), GO_ON(__VA_ARGS__))

static void
expect_zeek(const char *conn_state, const char *history)
{
	assert_string_equal(scene.verdict.history, history);
	assert_string_equal(scene.verdict.conn_state, conn_state);
}

static void
expect(enum conn_open open, enum conn_close close, enum conn_connect connect)
{
	assert_string_equal(conn_open_names[scene.verdict.open], conn_open_names[open]);
	assert_string_equal(conn_close_names[scene.verdict.close], conn_close_names[close]);
	assert_int_equal(scene.verdict.connect, connect);
}

static void
expect_frames(enum cause cause, const uint32_t *frames, size_t count)
{
	const struct reason *reason = &scene.verdict.reason;

	assert_string_equal(cause_words[reason->cause].name, cause_words[cause].name);
	assert_int_equal(reason->because_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(reason->because[i], frames[i]);
}

/* Frames count from 1. */
#define expect_reason(cause, ...)                                                                  \
	expect_frames(cause, (const uint32_t[]){ __VA_ARGS__ },                                    \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define expect_no_reason() expect_frames(CAUSE_NONE, NULL, 0)

/* --- ordinary connections --- */

static void
test_an_ordinary_connection_is_complete_and_closed_by_fin(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(FIN | ACK, 101, 201), S(FIN | ACK, 201, 102), C(ACK, 102, 202));
	expect(OPEN_COMPLETE, CLOSE_FIN, CONNECT_OK);
	expect_zeek("SF", "ShADadFf");
	expect_no_reason();
	assert_int_equal(scene.verdict.handshake_ns, 3 * MS);
	assert_int_equal(scene.verdict.connect_ns, 1000 * SECOND + 3 * MS);
	assert_int_equal(scene.verdict.client, SIDE_A);
}

static void
test_letters_keep_the_order_of_the_packets(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, REQUEST, RESPONSE, S(FIN | ACK, 201, 101), C(ACK, 101, 202),
	    C(FIN | ACK, 101, 202), S(ACK, 202, 102));
	expect_zeek("SF", "ShADdfFa");
	PLAY(HANDSHAKE, S(ACK, 1, 1, 50), C(ACK, 1, 51), C(ACK, 1, 51, 10), S(FIN | ACK, 51, 11));
	expect_zeek("S3", "ShAdDf");
	expect(OPEN_COMPLETE, CLOSE_HALF_CLOSED, CONNECT_OK);
}

static void
test_a_connection_still_open_is_open(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "ShADad");
}

static void
test_a_half_close_is_not_a_close(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, C(FIN | ACK, 1, 1), S(ACK, 1, 2), S(ACK, 1, 2, 300), C(ACK, 2, 301));
	expect(OPEN_COMPLETE, CLOSE_HALF_CLOSED, CONNECT_OK);
	expect_zeek("S2", "ShAFad");
}

static void
test_sequence_numbers_may_wrap_anywhere(void **state)
{
	(void)state;
	set_scene();
	scene.isn[SIDE_A] = UINT32_MAX - 40;
	scene.isn[SIDE_B] = UINT32_MAX;
	GO_ON(HANDSHAKE, EXCHANGE, C(FIN | ACK, 101, 201), S(FIN | ACK, 201, 102), C(ACK, 102, 202));
	expect(OPEN_COMPLETE, CLOSE_FIN, CONNECT_OK);
	expect_zeek("SF", "ShADadFf");
}

/* --- opening --- */

static void
test_a_lone_syn_is_unanswered_and_connect_waits(void **state)
{
	(void)state;
	PLAY(C(SYN, 0));
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	expect_zeek("S0", "S");
	assert_int_equal(scene.verdict.handshake_ns, -1);
	until(3600);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
}

static void
test_a_rst_refuses_the_syn_it_acknowledges(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), odd(NO_WINDOW, S(RST | ACK, 0, 1)));
	expect(OPEN_REFUSED, CLOSE_RESET_BY_SERVER, CONNECT_ECONNREFUSED);
	expect_zeek("REJ", "Sr");
	expect_reason(CAUSE_NO_LISTENER, 1, 2);
	assert_int_equal(scene.verdict.connect_ns, 1000 * SECOND + 3 * MS);
}

static void
test_a_rst_that_acknowledges_something_else_refuses_nothing(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(RST | ACK, 0, 77));
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	PLAY(C(SYN, 0), S(RST, 0));
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	expect_no_reason();
}

static void
test_a_client_that_tries_again_after_a_rst_was_not_refused_yet(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), odd(NO_WINDOW, S(RST | ACK, 0, 1)), after(500, C(SYN, 0)));
	expect(OPEN_REFUSED, CLOSE_RESET_BY_SERVER, CONNECT_PENDING);
	expect_reason(CAUSE_NO_LISTENER, 1, 2);
	GO_ON(odd(NO_WINDOW, S(RST | ACK, 0, 1)));
	expect(OPEN_REFUSED, CLOSE_RESET_BY_SERVER, CONNECT_ECONNREFUSED);
	expect_reason(CAUSE_NO_LISTENER, 3, 4);
	expect_zeek("REJ", "Sr");
	GO_ON(after(500, C(SYN, 0)), S(SYN | ACK, 0, 1), C(ACK, 1, 1));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_no_reason();
}

static void
test_a_syn_ack_must_acknowledge_the_syn(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(SYN | ACK, 0, 500));
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	GO_ON(C(RST, 500), after(1000, C(SYN, 0)), S(SYN | ACK, 9, 1), C(ACK, 1, 10));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
}

static void
test_a_syn_scan_leaves_the_connection_half_open(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(SYN | ACK, 0, 1), C(RST, 1));
	expect(OPEN_HALF_OPEN, CLOSE_RESET_BY_CLIENT, CONNECT_UNKNOWN);
	assert_int_equal(scene.verdict.connect_ns, 0);
	expect_zeek("RSTO", "ShR");
	expect_reason(CAUSE_STRAY_SEGMENT, 2, 3);
}

/* Two servers behind one address; the client took the first to answer. */
static void
test_who_sends_bytes_has_taken_one_of_two_syn_acks(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(1000, C(SYN, 0)), S(SYN | ACK, 0, 1), S(SYN | ACK, 16000, 1),
	    C(ACK, 1, 1), REQUEST);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
}

static void
test_the_handshake_lasts_from_the_first_syn_to_the_ack(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(1000, C(SYN, 0)), after(5, S(SYN | ACK, 0, 1)), after(6, C(ACK, 1, 1)),
	    REQUEST);
	assert_int_equal(scene.verdict.handshake_ns, 1011 * MS);
	expect_zeek("S1", "ShAD");
}

static void
test_a_syn_ack_sent_again_adds_no_letter(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, after(1000, S(SYN | ACK, 0, 1)), C(ACK, 1, 1));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "ShA");
}

static void
test_both_syns_may_cross(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(SYN, 0), S(SYN | ACK, 0, 1), C(SYN | ACK, 0, 1), REQUEST);
	expect(OPEN_SIMULTANEOUS, CLOSE_OPEN, CONNECT_OK);
	expect_reason(CAUSE_SIMULTANEOUS_OPEN, 1, 2);
	assert_int_equal(scene.verdict.handshake_ns, 9 * MS / 2);
	expect_zeek("S1", "SsD");
}

static void
test_data_taken_with_the_syn_is_a_fast_open(void **state)
{
	(void)state;
	PLAY(C(SYN, 0, 0, 30), S(SYN | ACK, 0, 31), C(ACK, 31, 1));
	expect(OPEN_FAST_OPEN, CLOSE_OPEN, CONNECT_OK);
	PLAY(C(SYN, 0, 0, 30), S(SYN | ACK, 0, 1), C(ACK, 1, 1, 30));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "SThD"); /* so it says of any data in a SYN */
}

static void
test_retries_that_stopped_are_a_timeout(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(1000, C(SYN, 0)), after(2000, C(SYN, 0)));
	until(5);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	until(7);
	expect(OPEN_UNANSWERED, CLOSE_TIMEOUT, CONNECT_ETIMEDOUT);
	assert_int_equal(scene.verdict.connect_ns, 0);
	expect_zeek("S0", "S");
}

static void
test_one_retry_is_no_schedule(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(6000, C(SYN, 0)));
	until(26);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	PLAY(C(SYN, 0), after(1000, C(SYN, 0)), after(1000, C(SYN, 0)));
	until(26);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
}

static void
test_who_was_refused_did_not_time_out(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), odd(NO_WINDOW, S(RST | ACK, 0, 1)), after(500, C(SYN, 0)));
	GO_ON(after(1000, C(SYN, 0)), after(2000, C(SYN, 0)));
	until(60);
	expect(OPEN_REFUSED, CLOSE_RESET_BY_SERVER, CONNECT_ECONNREFUSED);
}

static void
test_a_syn_ack_that_nobody_confirmed_leaves_connect_waiting(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(SYN | ACK, 0, 1), after(1000, S(SYN | ACK, 0, 1)));
	until(60);
	expect(OPEN_HALF_OPEN, CLOSE_OPEN, CONNECT_PENDING);
	assert_int_equal(scene.verdict.connect_ns, 0);
}

static void
test_the_flow_says_of_a_rst_what_the_packet_says(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), S(RST | ACK, 0, 1)); /* with a window: no kernel answers so */
	expect(OPEN_REFUSED, CLOSE_RESET_BY_SERVER, CONNECT_ECONNREFUSED);
	expect_no_reason();
}

static void
test_a_rst_beyond_the_window_resets_nothing(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE);
	scene.pair.mark.half[SIDE_A].window = 65535;
	scene.pair.mark.half[SIDE_A].wscale = -2;
	GO_ON(S(RST, 1000201));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	GO_ON(S(RST, 201));
	expect(OPEN_COMPLETE, CLOSE_RESET_BY_SERVER, CONNECT_OK);
}

static void
test_who_goes_on_after_a_rst_has_not_reset(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, S(RST, 201), C(ACK, 101, 201, 50), S(ACK, 201, 151, 30));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_no_reason();
}

static void
test_a_frame_captured_twice_is_no_retry(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(0, C(SYN, 0)));
	until(3600);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
}

/* --- ICMP --- */

static void
send_icmp(uint8_t proto, uint8_t type, uint8_t code, uint32_t quoted_seq)
{
	struct packet pkt = {
		.ts_ns = scene.now_ns,
		.index = ++scene.index,
		.tuple = { .proto = proto },
		.icmp = { .type = type, .code = code, .quotes = true, .quoted_seq = quoted_seq },
	};

	conn_icmp(&scene.pair.conn, &pkt, SIDE_A);
	until(0);
}

static void
test_an_icmp_error_ends_connect_by_its_code(void **state)
{
	static const struct {
		uint8_t proto, type, code;
		enum conn_connect connect;
	} cases[] = {
		{ PROTO_ICMP, 3, 1, CONNECT_EHOSTUNREACH },
		{ PROTO_ICMP, 3, 3, CONNECT_ECONNREFUSED },
		{ PROTO_ICMP, 3, 4, CONNECT_PENDING },
		{ PROTO_ICMP, 3, 13, CONNECT_EHOSTUNREACH },
		{ PROTO_ICMP, 11, 0, CONNECT_EHOSTUNREACH },
		{ PROTO_ICMP, 5, 1, CONNECT_PENDING },
		{ PROTO_ICMP6, 1, 3, CONNECT_EHOSTUNREACH },
		{ PROTO_ICMP6, 1, 4, CONNECT_ECONNREFUSED },
		{ PROTO_ICMP6, 2, 0, CONNECT_PENDING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		PLAY(C(SYN, 0));
		send_icmp(cases[i].proto, cases[i].type, cases[i].code, ISN_C);
		expect(OPEN_UNANSWERED, CLOSE_OPEN, cases[i].connect);
		if (cases[i].connect == CONNECT_PENDING)
			expect_no_reason();
		else
			expect_reason(CAUSE_UNREACHABLE, 1, 2);
	}
}

static void
test_an_icmp_error_about_something_else_ends_nothing(void **state)
{
	(void)state;
	PLAY(C(SYN, 0));
	send_icmp(PROTO_ICMP, 3, 1, ISN_C + 1);
	expect(OPEN_UNANSWERED, CLOSE_OPEN, CONNECT_PENDING);
	PLAY(HANDSHAKE);
	send_icmp(PROTO_ICMP, 3, 1, ISN_C);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_no_reason();
	PLAY(C(SYN, 0));
	send_icmp(PROTO_ICMP, 3, 1, ISN_C);
	GO_ON(C(SYN, 0), S(SYN | ACK, 0, 1));
	expect(OPEN_HALF_OPEN, CLOSE_OPEN, CONNECT_PENDING);
	expect_no_reason();
}

/* --- captures that lack something --- */

static void
test_without_a_syn_the_first_sender_asks(void **state)
{
	(void)state;
	PLAY(REQUEST, RESPONSE, C(ACK, 101, 201));
	expect(OPEN_MIDSTREAM, CLOSE_OPEN, CONNECT_UNKNOWN);
	expect_zeek("OTH", "DdA");
	assert_null(conn_connect_names[scene.verdict.connect]);
	assert_int_equal(scene.verdict.client, SIDE_A);
}

static void
test_without_a_syn_a_known_port_is_the_servers(void **state)
{
	(void)state;
	set_scene();
	scene.port[SIDE_A] = 443;
	GO_ON(REQUEST, S(ACK, 1, 101), C(FIN | ACK, 101, 1), S(FIN | ACK, 1, 102));
	expect_zeek("SF", "^dAfF");
	assert_int_equal(scene.verdict.client, SIDE_B);
	set_scene();
	scene.port[SIDE_A] = 80;
	scene.port[SIDE_B] = 8080;
	GO_ON(REQUEST);
	expect_zeek("OTH", "^d");
	set_scene();
	scene.port[SIDE_A] = 8080;
	scene.port[SIDE_B] = 80;
	GO_ON(REQUEST);
	expect_zeek("OTH", "D");
}

static void
test_a_syn_ack_comes_from_the_server(void **state)
{
	(void)state;
	PLAY(C(SYN | ACK, 0, 1));
	assert_int_equal(scene.verdict.client, SIDE_B);
	expect(OPEN_MIDSTREAM, CLOSE_OPEN, CONNECT_UNKNOWN);
	expect_zeek("OTH", "H");
	GO_ON(S(ACK, 1, 1), S(ACK, 1, 1, 10), C(ACK, 1, 11), C(FIN | ACK, 1, 11),
	    S(FIN | ACK, 11, 2));
	assert_int_equal(scene.verdict.client, SIDE_B);
	expect(OPEN_MIDSTREAM, CLOSE_FIN, CONNECT_UNKNOWN);
	expect_zeek("SF", "^hADafF");
	set_scene();
	scene.port[SIDE_A] = 22;
	GO_ON(C(SYN | ACK, 0, 1), S(ACK, 1, 1), C(ACK, 1, 1, 20));
	expect_zeek("S1", "^hAd");
}

static void
test_a_syn_captured_behind_its_answer_still_opens(void **state)
{
	(void)state;
	PLAY(C(SYN | ACK, 0, 1), S(SYN, 0), S(ACK, 1, 1));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "Hs^A");
	assert_int_equal(scene.verdict.client, SIDE_B);
}

static void
test_the_clients_half_of_a_connection_proves_the_servers(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(20, C(ACK, 1, 1)), REQUEST, C(ACK, 101, 201), C(FIN | ACK, 101, 201));
	expect(OPEN_COMPLETE, CLOSE_HALF_CLOSED, CONNECT_OK);
	assert_int_equal(scene.verdict.handshake_ns, 20 * MS);
	expect_zeek("SH", "SADF");
}

static void
test_the_servers_half_of_a_connection_is_midstream(void **state)
{
	(void)state;
	PLAY(C(SYN | ACK, 0, 1), C(ACK, 1, 101), C(ACK, 1, 101, 50), C(FIN | ACK, 51, 101));
	expect(OPEN_MIDSTREAM, CLOSE_HALF_CLOSED, CONNECT_UNKNOWN);
	expect_zeek("SHR", "^hadf");
	assert_int_equal(scene.verdict.client, SIDE_B);
}

/* --- resets --- */

static void
test_a_rst_with_ack_aborts_from_its_senders_side(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(RST | ACK, 101, 201));
	expect(OPEN_COMPLETE, CLOSE_RESET_BY_CLIENT, CONNECT_OK);
	expect_zeek("RSTO", "ShADadR");
	expect_reason(CAUSE_ABORTED, 2, 3, 8);
	PLAY(HANDSHAKE, EXCHANGE, S(RST | ACK, 201, 101));
	expect(OPEN_COMPLETE, CLOSE_RESET_BY_SERVER, CONNECT_OK);
	expect_zeek("RSTR", "ShADadr");
	expect_reason(CAUSE_ABORTED, 2, 3, 8);
}

static void
test_a_bare_rst_as_asked_for_answers_a_stray_segment(void **state)
{
	(void)state;
	PLAY(REQUEST, S(RST, 1));
	expect(OPEN_MIDSTREAM, CLOSE_RESET_BY_SERVER, CONNECT_UNKNOWN);
	expect_reason(CAUSE_STRAY_SEGMENT, 1, 2);
	expect_zeek("RSTRH", "Dr");
}

static void
test_a_bare_rst_for_the_last_ack_of_a_handshake_is_an_overflow(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, odd(NO_WINDOW, S(RST, 1)));
	expect(OPEN_COMPLETE, CLOSE_RESET_BY_SERVER, CONNECT_OK);
	expect_reason(CAUSE_OVERFLOW_ABORT, 3, 4);
}

static void
test_a_server_that_ignores_its_client_has_a_full_queue(void **state)
{
	(void)state;
	PLAY(C(SYN, 0), after(0, S(SYN | ACK, 0, 1)), C(ACK, 1, 1), REQUEST, after(200, REQUEST),
	    after(1000, S(SYN | ACK, 0, 1)));
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_reason(CAUSE_ACCEPT_QUEUE_FULL, 3, 4, 6);
	GO_ON(C(ACK, 101, 1), after(2000, S(SYN | ACK, 0, 1)));
	expect_reason(CAUSE_ACCEPT_QUEUE_FULL, 3, 4, 6, 8);
	GO_ON(S(RST, 1));
	expect_reason(CAUSE_ACCEPT_QUEUE_FULL, 3, 4, 6, 8);
}

static void
test_a_rst_after_both_fins_resets_nothing(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(FIN | ACK, 101, 201), S(FIN | ACK, 201, 102), C(RST, 102));
	expect(OPEN_COMPLETE, CLOSE_FIN, CONNECT_OK);
	expect_zeek("SF", "ShADadFfR");
	expect_no_reason();
}

static void
test_a_rst_after_one_fin_resets(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(FIN | ACK, 101, 201), S(RST | ACK, 201, 102));
	expect(OPEN_COMPLETE, CLOSE_RESET_BY_SERVER, CONNECT_OK);
	expect_zeek("RSTR", "ShADadFr");
}

static void
test_a_rst_far_from_the_connection_resets_nothing(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, S(RST, 1u << 30), REQUEST);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_no_reason();
}

static void
test_rsts_are_lettered_again_only_for_another_number(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(RST, 101), C(RST, 101), C(RST, 102));
	expect_zeek("RSTO", "ShADadRR");
	PLAY(C(SYN, 0), C(RST, 1));
	expect_zeek("RSTOS0", "SR");
	expect(OPEN_UNANSWERED, CLOSE_RESET_BY_CLIENT, CONNECT_PENDING);
}

static void
test_what_comes_long_after_the_close_is_not_zeeks(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, C(FIN | ACK, 101, 201), S(FIN | ACK, 201, 102), C(ACK, 102, 202));
	GO_ON(after(6000, C(RST, 102)));
	expect_zeek("SF", "ShADadFf");
}

/* --- sent again --- */

static void
test_resent_bytes_are_lettered_the_first_tenth_and_hundredth_time(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE, REQUEST);
	expect_zeek("S1", "ShADadT");
	for (int i = 2; i < 10; i++)
		GO_ON(REQUEST);
	expect_zeek("S1", "ShADadT");
	GO_ON(REQUEST);
	expect_zeek("S1", "ShADadTT");
	for (int i = 11; i <= 100; i++)
		GO_ON(REQUEST);
	expect_zeek("S1", "ShADadTTT");
}

static void
test_a_fin_sent_again_adds_no_letter(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, C(FIN | ACK, 1, 1), after(200, C(FIN | ACK, 1, 1)), S(FIN | ACK, 1, 2));
	expect(OPEN_COMPLETE, CLOSE_FIN, CONNECT_OK);
	expect_zeek("SF", "ShAFf");
}

static void
test_bytes_sent_again_without_answer_are_a_timeout(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, REQUEST, after(300, C(ACK, 1, 1, 100)), after(600, C(ACK, 1, 1, 100)));
	until(2);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	until(4);
	expect(OPEN_COMPLETE, CLOSE_TIMEOUT, CONNECT_OK);
	GO_ON(S(ACK, 1, 101));
	until(100);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
}

static void
test_keep_alives_that_are_answered_time_nothing_out(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, EXCHANGE);
	for (int i = 0; i < 5; i++)
		GO_ON(after(7000, odd(PROBE, C(ACK, 100, 201))), S(ACK, 201, 101));
	until(3600);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "ShADad");
	for (int i = 0; i < 5; i++)
		GO_ON(after(7000, odd(PROBE, C(ACK, 100, 201))));
	until(3600);
	expect(OPEN_COMPLETE, CLOSE_TIMEOUT, CONNECT_OK);
}

static void
test_an_endless_pause_between_retries_does_no_harm(void **state)
{
	(void)state;
	PLAY(C(SYN, 0));
	scene.now_ns = INT64_MAX - 10 * SECOND;
	GO_ON(C(SYN, 0));
	scene.verdict = conn_verdict(&scene.pair, INT64_MIN);
	expect_zeek("S0", "S");
}

/* --- the rarer letters --- */

static void
test_a_closed_window_is_lettered_once_then_by_powers_of_ten(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, REQUEST, odd(NO_WINDOW, S(ACK, 1, 101)),
	    odd(NO_WINDOW, S(ACK, 1, 101)));
	expect_zeek("S1", "ShADaw");
	PLAY(HANDSHAKE, odd(NO_WINDOW, S(RST | ACK, 1, 1)));
	expect_zeek("RSTR", "ShAr");
	PLAY(HANDSHAKE, C(FIN | ACK, 1, 1), odd(NO_WINDOW, S(ACK, 1, 2)));
	expect_zeek("S2", "ShAFa");
}

static void
test_an_acknowledged_hole_is_a_gap_of_its_sender(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, REQUEST, C(ACK, 201, 1, 100), S(ACK, 1, 301));
	expect_zeek("S1", "ShADaG");
	PLAY(HANDSHAKE, REQUEST, S(ACK, 1, 101), S(ACK, 101, 101, 10), C(ACK, 101, 111));
	expect_zeek("S1", "ShADadg");
}

static void
test_a_hole_that_is_filled_in_time_is_no_gap(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, REQUEST, C(ACK, 201, 1, 100), C(ACK, 101, 1, 100), S(ACK, 1, 301),
	    C(FIN | ACK, 301, 1), S(ACK, 1, 302));
	expect_zeek("S2", "ShADTaF");
}

static void
test_what_is_missing_before_a_fin_is_a_gap_and_the_fin_is_not(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, C(FIN | ACK, 101, 1), S(ACK, 1, 102));
	expect_zeek("S2", "ShAFaG");
	PLAY(HANDSHAKE, REQUEST, C(FIN | ACK, 101, 1), S(ACK, 1, 102));
	expect_zeek("S2", "ShADFa");
}

static void
test_a_payload_cut_short_is_missing(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, odd(CUT_SHORT, C(ACK, 1, 1, 100)), S(ACK, 1, 101));
	expect_zeek("S1", "ShADaG");
}

static void
test_a_corrupt_segment_among_good_ones_reached_nobody(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, odd(CORRUPT, C(RST | ACK, 1, 1)), REQUEST);
	expect(OPEN_COMPLETE, CLOSE_OPEN, CONNECT_OK);
	expect_zeek("S1", "ShACD");
	PLAY(odd(CORRUPT, C(SYN, 0)));
	expect_zeek("OTH", "C");
}

static void
test_a_capture_whose_checksums_are_all_wrong_is_judged_all_the_same(void **state)
{
	(void)state;
	PLAY(odd(CORRUPT, C(SYN, 0)), odd(CORRUPT, S(SYN | ACK, 0, 1)), odd(CORRUPT, C(ACK, 1, 1)),
	    odd(CORRUPT, C(FIN | ACK, 1, 1)), odd(CORRUPT, S(FIN | ACK, 1, 2)));
	expect(OPEN_COMPLETE, CLOSE_FIN, CONNECT_OK);
	assert_int_equal(scene.verdict.handshake_ns, 3 * MS);
	expect_zeek("OTH", "Cc");
}

static void
test_segments_with_several_controls_have_their_letters(void **state)
{
	(void)state;
	PLAY(HANDSHAKE, C(FIN | RST, 1));
	expect_zeek("RSTO", "ShAI");
	PLAY(C(SYN | FIN, 0), S(RST | ACK, 0, 2));
	expect_zeek("RSTR", "Qr");
}

static void
test_a_history_that_is_full_grows_no_more(void **state)
{
	(void)state;
	PLAY(HANDSHAKE);
	for (uint32_t i = 0; i < 2u * HISTORY_MAX; i++)
		GO_ON(C(RST, 1 + i));
	assert_int_equal(strlen(scene.verdict.history), HISTORY_MAX);
}

/* --- who asks, where there is no connection --- */

static struct tuple
datagram(uint16_t sport, uint16_t dport)
{
	return (struct tuple){ .sport = sport, .dport = dport, .proto = PROTO_UDP, .ip_version = 4 };
}

static void
expect_plain(struct tuple tuple, uint32_t from_a, uint32_t from_b, const char *words)
{
	struct conn_verdict verdict = conn_plain_verdict(&tuple, (const uint32_t[]){ from_a, from_b });
	char said[16];

	strcpy(said, verdict.conn_state);
	strcat(strcat(said, " "), verdict.history);
	assert_string_equal(said, words);
}

static void
test_datagrams_are_told_as_zeek_tells_them(void **state)
{
	(void)state;
	expect_plain(datagram(40000, 53), 1, 0, "S0 D");
	expect_plain(datagram(40000, 53), 2, 2, "SF Dd");
	expect_plain(datagram(53, 40000), 1, 0, "SHR ^d");
	expect_plain(datagram(53, 40000), 1, 1, "SF ^dD");
	expect_plain(datagram(53, 53), 1, 0, "S0 D");
	expect_plain((struct tuple){ .proto = PROTO_ICMP, .sport = 7 }, 1, 1, "OTH ");
}

static void
test_a_datagram_from_a_known_port_is_the_servers(void **state)
{
	struct packet pkt = { .tuple = datagram(53, 40000) };

	(void)state;
	assert_int_equal(conn_first_client(&pkt), SIDE_B);
	pkt.tuple = datagram(40000, 53);
	assert_int_equal(conn_first_client(&pkt), SIDE_A);
	pkt.tuple = datagram(137, 40000);
	memset(pkt.tuple.dst, 0xff, 4);
	assert_int_equal(conn_first_client(&pkt), SIDE_A);
}

static void
test_who_asks_for_an_echo_is_its_client(void **state)
{
	struct tuple request = { .proto = PROTO_ICMP, .ip_version = 4, .sport = 7 };
	struct tuple reply = { .proto = PROTO_ICMP, .ip_version = 4, .dport = 7 };
	struct tuple other = { .proto = PROTO_ICMP, .ip_version = 4 };

	(void)state;
	assert_int_equal(conn_plain_verdict(&request, (uint32_t[]){ 1, 1 }).client, SIDE_A);
	assert_int_equal(conn_plain_verdict(&reply, (uint32_t[]){ 1, 0 }).client, SIDE_B);
	assert_int_equal(conn_plain_verdict(&other, (uint32_t[]){ 1, 0 }).client, SIDE_A);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_ordinary_connection_is_complete_and_closed_by_fin),
		cmocka_unit_test(test_letters_keep_the_order_of_the_packets),
		cmocka_unit_test(test_a_connection_still_open_is_open),
		cmocka_unit_test(test_a_half_close_is_not_a_close),
		cmocka_unit_test(test_sequence_numbers_may_wrap_anywhere),
		cmocka_unit_test(test_a_lone_syn_is_unanswered_and_connect_waits),
		cmocka_unit_test(test_a_rst_refuses_the_syn_it_acknowledges),
		cmocka_unit_test(test_a_rst_that_acknowledges_something_else_refuses_nothing),
		cmocka_unit_test(test_a_client_that_tries_again_after_a_rst_was_not_refused_yet),
		cmocka_unit_test(test_a_syn_ack_must_acknowledge_the_syn),
		cmocka_unit_test(test_a_syn_scan_leaves_the_connection_half_open),
		cmocka_unit_test(test_who_sends_bytes_has_taken_one_of_two_syn_acks),
		cmocka_unit_test(test_the_handshake_lasts_from_the_first_syn_to_the_ack),
		cmocka_unit_test(test_a_syn_ack_sent_again_adds_no_letter),
		cmocka_unit_test(test_both_syns_may_cross),
		cmocka_unit_test(test_data_taken_with_the_syn_is_a_fast_open),
		cmocka_unit_test(test_retries_that_stopped_are_a_timeout),
		cmocka_unit_test(test_one_retry_is_no_schedule),
		cmocka_unit_test(test_who_was_refused_did_not_time_out),
		cmocka_unit_test(test_a_syn_ack_that_nobody_confirmed_leaves_connect_waiting),
		cmocka_unit_test(test_the_flow_says_of_a_rst_what_the_packet_says),
		cmocka_unit_test(test_a_rst_beyond_the_window_resets_nothing),
		cmocka_unit_test(test_who_goes_on_after_a_rst_has_not_reset),
		cmocka_unit_test(test_a_frame_captured_twice_is_no_retry),
		cmocka_unit_test(test_an_icmp_error_ends_connect_by_its_code),
		cmocka_unit_test(test_an_icmp_error_about_something_else_ends_nothing),
		cmocka_unit_test(test_without_a_syn_the_first_sender_asks),
		cmocka_unit_test(test_without_a_syn_a_known_port_is_the_servers),
		cmocka_unit_test(test_a_syn_ack_comes_from_the_server),
		cmocka_unit_test(test_a_syn_captured_behind_its_answer_still_opens),
		cmocka_unit_test(test_the_clients_half_of_a_connection_proves_the_servers),
		cmocka_unit_test(test_the_servers_half_of_a_connection_is_midstream),
		cmocka_unit_test(test_a_rst_with_ack_aborts_from_its_senders_side),
		cmocka_unit_test(test_a_bare_rst_as_asked_for_answers_a_stray_segment),
		cmocka_unit_test(test_a_bare_rst_for_the_last_ack_of_a_handshake_is_an_overflow),
		cmocka_unit_test(test_a_server_that_ignores_its_client_has_a_full_queue),
		cmocka_unit_test(test_a_rst_after_both_fins_resets_nothing),
		cmocka_unit_test(test_a_rst_after_one_fin_resets),
		cmocka_unit_test(test_a_rst_far_from_the_connection_resets_nothing),
		cmocka_unit_test(test_rsts_are_lettered_again_only_for_another_number),
		cmocka_unit_test(test_what_comes_long_after_the_close_is_not_zeeks),
		cmocka_unit_test(test_resent_bytes_are_lettered_the_first_tenth_and_hundredth_time),
		cmocka_unit_test(test_a_fin_sent_again_adds_no_letter),
		cmocka_unit_test(test_bytes_sent_again_without_answer_are_a_timeout),
		cmocka_unit_test(test_keep_alives_that_are_answered_time_nothing_out),
		cmocka_unit_test(test_an_endless_pause_between_retries_does_no_harm),
		cmocka_unit_test(test_a_closed_window_is_lettered_once_then_by_powers_of_ten),
		cmocka_unit_test(test_an_acknowledged_hole_is_a_gap_of_its_sender),
		cmocka_unit_test(test_a_hole_that_is_filled_in_time_is_no_gap),
		cmocka_unit_test(test_what_is_missing_before_a_fin_is_a_gap_and_the_fin_is_not),
		cmocka_unit_test(test_a_payload_cut_short_is_missing),
		cmocka_unit_test(test_a_corrupt_segment_among_good_ones_reached_nobody),
		cmocka_unit_test(
		    test_a_capture_whose_checksums_are_all_wrong_is_judged_all_the_same),
		cmocka_unit_test(test_segments_with_several_controls_have_their_letters),
		cmocka_unit_test(test_a_history_that_is_full_grows_no_more),
		cmocka_unit_test(test_datagrams_are_told_as_zeek_tells_them),
		cmocka_unit_test(test_a_datagram_from_a_known_port_is_the_servers),
		cmocka_unit_test(test_who_asks_for_an_echo_is_its_client),
	};

	return cmocka_run_group_tests_name("conn", tests, begin, end);
}
