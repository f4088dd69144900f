/*
 * play: a connection made up at random, the same on every machine; to hold a
 * short way of judging against the long one.
 */
#ifndef SYNSCOPE_SUPPORT_PLAY_H
#define SYNSCOPE_SUPPORT_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/decode.h"
#include "tcp/tcp.h"

struct play {
	uint64_t random;
	uint32_t next_seq[2];
	uint16_t ip_id[2];
	uint16_t window;
	uint32_t index;
	int64_t now_ns;
};

/* xorshift64 */
static inline uint32_t
below(struct play *play, uint32_t limit)
{
	play->random ^= play->random << 13;
	play->random ^= play->random >> 7;
	play->random ^= play->random << 17;
	return (uint32_t)(play->random >> 32) % limit;
}

/* Of four, one begins where numbers soon wrap. */
static inline struct play
play_of(uint64_t number, uint16_t window)
{
	struct play play = { .random = (number + 1) * UINT64_C(0x9E3779B97F4A7C15), .window = window };

	play.next_seq[SIDE_A] = number % 4 == 0 ? UINT32_MAX - 500 : below(&play, UINT32_MAX);
	play.next_seq[SIDE_B] = below(&play, UINT32_MAX);
	return play;
}

/* The next segment of a side, as it should be. */
static inline struct packet
play_segment(struct play *play, enum side side, uint16_t flags, uint32_t bytes)
{
	struct packet pkt = {
		.ts_ns = play->now_ns += 1500000,
		.index = ++play->index,
		.tuple = { .proto = PROTO_TCP,
		    .ip_version = 4,
		    .sport = side == SIDE_A ? 40000 : 80,
		    .dport = side == SIDE_A ? 80 : 40000 },
		.ip_id = ++play->ip_id[side],
		.payload_bytes = bytes,
		.payload_captured = bytes,
		.checksum = CHECKSUM_GOOD,
		.tcp = { .flags = flags, .window = play->window, .seq = play->next_seq[side] },
	};

	if (flags & TCP_ACK)
		pkt.tcp.ack = play->next_seq[!side];
	play->next_seq[side] += bytes + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
	return pkt;
}

/* A connection as most are. */
static const struct usual {
	enum side side;
	uint16_t flags;
	uint32_t bytes;
} usual[] = {
	{ SIDE_A, TCP_SYN, 0 },
	{ SIDE_B, TCP_SYN | TCP_ACK, 0 },
	{ SIDE_A, TCP_ACK, 0 },
	{ SIDE_A, TCP_ACK | TCP_PSH, 100 },
	{ SIDE_B, TCP_ACK, 0 },
	{ SIDE_B, TCP_ACK, 1000 },
	{ SIDE_A, TCP_ACK, 0 },
	{ SIDE_A, TCP_FIN | TCP_ACK, 0 },
	{ SIDE_B, TCP_ACK, 300 },
	{ SIDE_B, TCP_FIN | TCP_ACK, 20 },
	{ SIDE_A, TCP_ACK, 0 },
};

#define USUAL_COUNT (sizeof(usual) / sizeof(usual[0]))

/* One thing about it is not as it should be. */
static inline void
play_upset(struct play *play, struct packet *pkt)
{
	static const uint16_t controls[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_RST, TCP_RST | TCP_ACK,
		TCP_FIN, TCP_FIN | TCP_ACK, TCP_SYN | TCP_FIN, 0, TCP_ACK };

	switch (below(play, 12)) {
	case 0:
		pkt->tcp.flags = controls[below(play, sizeof(controls) / sizeof(controls[0]))];
		break;
	case 1:
		pkt->tcp.seq += below(play, 3000) - 1500;
		break;
	case 2:
		pkt->tcp.ack += below(play, 3000) - 1500;
		break;
	case 3:
		pkt->tcp.seq = below(play, UINT32_MAX);
		break;
	case 4:
		pkt->checksum = (uint8_t)below(play, 4);
		break;
	case 5:
		pkt->tcp.window = (uint16_t)below(play, 3);
		break;
	case 6:
		pkt->payload_captured /= 2;
		break;
	case 7:
		pkt->ip_id = (uint16_t)(below(play, 2) * (pkt->ip_id - 1u));
		break;
	case 8:
		pkt->ts_ns = play->now_ns += INT64_C(4000000000);
		break;
	case 9:
		pkt->tcp.options = (uint8_t)(1u << below(play, 8));
		pkt->tcp.mptcp = pkt->tcp.options & OPT_MPTCP ? (uint8_t)(1u << below(play, 4)) : 0;
		pkt->tcp.wscale = (uint8_t)below(play, 4);
		break;
	case 10:
		pkt->payload_bytes = pkt->payload_captured = 1;
		break;
	case 11:
		pkt->payload_bytes = pkt->payload_captured = 2000;
		break;
	}
}

/* SYN, SYN-ACK, ACK, and then this and that, one segment in so many upset. */
static inline struct packet
play_any(struct play *play, unsigned number, uint32_t one_in, enum side *side)
{
	bool opens = number < 3;
	uint16_t flags = opens ? usual[number].flags : TCP_ACK;
	uint32_t bytes = opens || below(play, 2) ? 0 : below(play, 1000);
	struct packet pkt;

	*side = opens ? usual[number].side : (enum side)below(play, 2);
	if (!opens && below(play, 10) == 0)
		flags |= TCP_FIN;
	pkt = play_segment(play, *side, flags, bytes);
	if (below(play, one_in) == 0)
		play_upset(play, &pkt);
	return pkt;
}

/* What flow_opened would tell of. */
static inline bool
play_may_open(const struct packet *syn, const struct packet *answer)
{
	const uint16_t asked = TCP_SYN | TCP_ACK | TCP_FIN | TCP_RST;

	return syn->payload_bytes == 0 && (syn->tcp.flags & asked) == TCP_SYN &&
	       (answer->tcp.flags & asked) == (TCP_SYN | TCP_ACK);
}

#endif
