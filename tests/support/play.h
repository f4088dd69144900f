/*
 * play: a connection made up at random, the same on every machine; to hold a
 * short way of judging against the long one.
 */
#ifndef SYNSCOPE_TESTS_PLAY_H
#define SYNSCOPE_TESTS_PLAY_H

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

#endif
