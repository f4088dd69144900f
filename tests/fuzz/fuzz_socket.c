/*
 * Connections to two ports of one server out of eight-byte orders. Rows have
 * their likeliest values within their ranges, in the order of time; and what is
 * said of listeners is the same whether every change is told, a few moments are,
 * or no rows at all: then most stories are kept in brief.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"
#include "socket/socket.h"

#define FLOWS          6
#define LISTENERS_MAX  4
#define MOMENTS        3
#define ORDER_BYTES    8
#define ORDERS_MAX     400
#define FIRST_NS       INT64_C(1700000000000000000)
#define STEP_NS        INT64_C(1000000)

enum run {
	RUN_CHANGES,
	RUN_MOMENTS,
	RUN_LISTENERS,
	RUN_COUNT
};

struct line {
	struct budget budget;
	struct tcp *tcp;
	struct sockets *sockets;
	struct {
		struct tcp_pair pair;
		struct sock sock;
		uint32_t next[2]; /* what each side would send next */
		bool has_begun;
	} flows[FLOWS];
	int64_t now_ns;
	int64_t last_ns;
	uint32_t index;
	struct listener_row listeners[LISTENERS_MAX];
	size_t listener_count;
};

/* What an end says, mostly; the rest comes of its first byte as it is. */
static const uint16_t usual_flags[] = {
	TCP_ACK,
	TCP_SYN,
	TCP_SYN | TCP_ACK,
	TCP_ACK | TCP_PSH,
	TCP_FIN | TCP_ACK,
	TCP_RST | TCP_ACK,
	TCP_RST,
};

static void
feed(struct line *line, const struct packet *pkt, uint32_t number, enum side side)
{
	struct tcp_pair *pair = &line->flows[number].pair;
	struct sock *sock = &line->flows[number].sock;
	struct place place = { .number = number + 1, .side = side, .fresh = !line->flows[number].has_begun };

	line->flows[number].has_begun = true;
	if (!sockets_want(line->sockets, sock, pkt)) {
		tcp_segment(line->tcp, pair, pkt, &place);
		return;
	}
	sockets_before(line->sockets, sock, pair, pkt->ts_ns);
	tcp_segment(line->tcp, pair, pkt, &place);
	sockets_segment(line->sockets, sock, pair, pkt, &place);
}

/* Of each order: whose, what, how far from what is next, how much, acknowledging what, the window, and when. */
static void
obey(struct line *line, struct bytes *b)
{
	uint8_t who = bytes_u8(b), what = bytes_u8(b);
	int8_t seq_off = (int8_t)bytes_u8(b);
	uint8_t length = bytes_u8(b);
	int8_t ack_off = (int8_t)bytes_u8(b);
	uint8_t window = bytes_u8(b);
	uint16_t gap = bytes_u16(b);
	uint32_t number = who % FLOWS;
	enum side side = who & 0x80 ? SIDE_B : SIDE_A;
	uint32_t *next = line->flows[number].next;
	size_t usual = sizeof(usual_flags) / sizeof(usual_flags[0]);
	struct packet pkt = {
		.index = ++line->index,
		.ttl = who & 0x40 ? 57 : 64,
		.payload_bytes = what & 0x80 ? 0 : length,
		.tuple = { .src = { 10, 0, 0, side == SIDE_A ? 1 : 2 }, .dst = { 10, 0, 0, side == SIDE_A ? 2 : 1 },
		    .proto = PROTO_TCP, .ip_version = 4 },
		.tcp = {
			.seq = next[side] + (uint32_t)(seq_off * 10),
			.ack = next[!side] + (uint32_t)(ack_off * 10),
			.flags = usual_flags[what % usual],
			.window = window,
			.header_bytes = 20,
		},
	};

	pkt.payload_captured = 0;
	line->now_ns += gap * STEP_NS;
	line->last_ns = pkt.ts_ns = line->now_ns;
	pkt.tuple.sport = side == SIDE_A ? (uint16_t)(40000 + number) : (uint16_t)(80 + number % 2);
	pkt.tuple.dport = side == SIDE_A ? (uint16_t)(80 + number % 2) : (uint16_t)(40000 + number);
	if (who & 0x20) {
		pkt.tcp.options = OPT_TIMESTAMPS;
		pkt.tcp.ts_value = (uint32_t)(line->now_ns / STEP_NS) + window;
		pkt.tcp.ts_echo = pkt.tcp.ts_value - gap;
	}
	if (pkt.tcp.flags & (TCP_SYN | TCP_RST))
		pkt.payload_bytes = pkt.payload_bytes & 0x0f;
	if (seq_off == 0)
		next[side] += pkt.payload_bytes + ((pkt.tcp.flags & TCP_SYN) != 0) + ((pkt.tcp.flags & TCP_FIN) != 0);
	feed(line, &pkt, number, side);
}

static void
check_range(const struct range *range)
{
	assert(range->lo >= 0 && range->lo <= range->hi);
}

static void
check_evidence(const struct evidence *because)
{
	assert(because->count <= BECAUSE_MAX);
	for (uint8_t i = 1; i < because->count; i++)
		assert(because->index[i - 1] < because->index[i]);
}

static void
check_rows(struct line *line)
{
	struct socket_row row;
	int64_t at_ns = INT64_MIN;

	while (sockets_next_row(line->sockets, &row)) {
		assert(row.at_ns >= at_ns);
		at_ns = row.at_ns;
		check_range(&row.recv_q);
		check_range(&row.send_q);
		check_evidence(&row.because);
		if (row.state == SOCK_LISTEN)
			continue;
		assert(row.recv_q_best >= row.recv_q.lo && row.recv_q_best <= row.recv_q.hi);
		assert(row.send_q_best >= row.send_q.lo && row.send_q_best <= row.send_q.hi);
	}
}

static void
check_listener(const struct listener_row *row)
{
	check_range(&row->backlog);
	check_range(&row->accepted);
	check_range(&row->established);
	check_range(&row->syn_recv);
	check_range(&row->queue_max);
	check_evidence(&row->because);
	assert(row->completed <= row->attempts && row->refused <= row->attempts);
}

static struct line *
run(enum run how, uint8_t choices, const uint8_t *orders, size_t count)
{
	static const struct moment moments[MOMENTS] = {
		{ .ns = 50 * STEP_NS, .is_relative = true },
		{ .ns = 5000 * STEP_NS, .is_relative = true },
		{ .ns = 70000 * STEP_NS, .is_relative = true },
	};
	struct sockets_options options = {
		.want_rows = how != RUN_LISTENERS,
		.moments = how == RUN_MOMENTS ? moments : NULL,
		.moment_count = how == RUN_MOMENTS ? MOMENTS : 0,
		.backlog = choices & 0x80 ? choices >> 4 & 7 : -1,
		.vantage = (enum vantage)(choices % VANTAGE_COUNT),
	};
	struct line *line = mem_zalloc(sizeof(*line));
	struct bytes b = bytes_of(orders, count);

	line->tcp = tcp_new(&line->budget);
	line->sockets = sockets_new(&options, &line->budget);
	line->now_ns = line->last_ns = FIRST_NS;
	for (uint32_t i = 0; i < FLOWS; i++)
		line->flows[i].next[0] = line->flows[i].next[1] = i % 3 == 0 ? 0xfffffff0u : 1000 * i;
	sockets_begin(line->sockets, FIRST_NS);
	while (bytes_left(&b) >= ORDER_BYTES)
		obey(line, &b);
	for (uint32_t i = 0; i < FLOWS; i++)
		if (line->flows[i].has_begun)
			sockets_flow_done(line->sockets, &line->flows[i].sock, &line->flows[i].pair);
	sockets_solve(line->sockets, FIRST_NS, line->last_ns);
	while (line->listener_count < LISTENERS_MAX &&
	    sockets_next_listener(line->sockets, &line->listeners[line->listener_count]))
		check_listener(&line->listeners[line->listener_count++]);
	check_rows(line);
	return line;
}

static void
compare(const struct line *a, const struct line *b)
{
	assert(a->listener_count == b->listener_count);
	for (size_t i = 0; i < a->listener_count; i++) {
		const struct listener_row *left = &a->listeners[i], *right = &b->listeners[i];

		assert(left->first_index == right->first_index);
		assert(left->kind == right->kind);
		assert(left->attempts == right->attempts);
		assert(left->completed == right->completed);
		assert(left->refused == right->refused);
		assert(left->overflows == right->overflows);
		assert(left->cookies == right->cookies);
		/* That no backlog explains a calm one's packets shows only where its queue is asked about. */
		if ((left->rivals ^ right->rivals) & RIVAL_LOSS)
			continue;
		assert(left->backlog.lo == right->backlog.lo && left->backlog.hi == right->backlog.hi);
		assert(left->accepted.lo == right->accepted.lo && left->accepted.hi == right->accepted.hi);
		assert(left->rivals == right->rivals);
	}
}

static void
end(struct line *line)
{
	for (uint32_t i = 0; i < FLOWS; i++)
		tcp_pair_fini(line->tcp, &line->flows[i].pair);
	sockets_free(line->sockets);
	tcp_free(line->tcp);
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line *changes, *listeners;

	if (size < 1 + ORDER_BYTES || size > 1 + ORDERS_MAX * ORDER_BYTES)
		return 0;
	changes = run(RUN_CHANGES, data[0], data + 1, size - 1);
	listeners = run(RUN_LISTENERS, data[0], data + 1, size - 1);
	compare(changes, listeners);
	end(run(RUN_MOMENTS, data[0], data + 1, size - 1));
	end(changes);
	end(listeners);
	return 0;
}
