/*
 * segment: packets for unit tests, built from the numbers that matter.
 *
 *   SEG(1000, 100)                a hundred bytes from the client, from 1000 on
 *   REPLY(.ack = 1100)            a bare ACK from the server
 *   SEG(0, 0, .flags = TCP_SYN)   what is not named has a harmless value
 *
 * Each packet comes a millisecond after the one before unless .at_us says
 * when; they live until SEGMENTS_KEPT more were made.
 */
#ifndef SYNSCOPE_SUPPORT_SEGMENT_H
#define SYNSCOPE_SUPPORT_SEGMENT_H

#include <stdint.h>
#include <string.h>

#include "decode/decode.h"

#define SEGMENTS_KEPT 64

struct segment {
	int from_server;
	uint32_t seq;
	uint32_t length;
	uint32_t ack;
	int64_t at_us; /* since the test's beginning; 0: a millisecond after the last */
	uint16_t flags; /* 0: ACK */
	uint16_t window; /* 0: 1000; to have it zero, set zero_window */
	uint16_t client_port; /* 0: 40000 */
	uint16_t ip_id;
	uint16_t checksum;
	uint8_t judged; /* enum checksum */
	uint8_t options;
	uint8_t mptcp;
	uint8_t wscale;
	uint8_t ttl;  /* 0: 64 */
	uint16_t mss;
	uint32_t ts_value;
	uint32_t ts_echo;
	int zero_window;
	int ip_version; /* 0: 4 */
	uint8_t proto;  /* 0: TCP */
	const char *payload; /* of length bytes */
	uint32_t sack_left, sack_right; /* one block, where right is not 0 */
};

static inline const struct packet *
segment_build(const struct segment *s)
{
	static struct packet kept[SEGMENTS_KEPT];
	static uint32_t made;
	static int64_t now_us = 1000000;
	struct packet *pkt = &kept[made++ % SEGMENTS_KEPT];
	uint16_t client_port = s->client_port != 0 ? s->client_port : 40000;

	memset(pkt, 0, sizeof(*pkt));
	now_us = s->at_us != 0 ? s->at_us : now_us + 1000;
	pkt->ts_ns = now_us * 1000;
	pkt->index = made;
	pkt->wire_bytes = 54 + s->length;
	pkt->tuple.src[0] = s->from_server ? 2 : 1;
	pkt->tuple.dst[0] = s->from_server ? 1 : 2;
	pkt->tuple.sport = s->from_server ? 80 : client_port;
	pkt->tuple.dport = s->from_server ? client_port : 80;
	pkt->tuple.proto = s->proto != 0 ? s->proto : PROTO_TCP;
	pkt->tuple.ip_version = (uint8_t)(s->ip_version != 0 ? s->ip_version : 4);
	pkt->payload_bytes = pkt->payload_captured = s->length;
	pkt->payload = (const uint8_t *)s->payload;
	pkt->checksum = s->judged;
	pkt->ip_id = s->ip_id;
	pkt->ttl = s->ttl != 0 ? s->ttl : 64;
	pkt->tcp.seq = s->seq;
	pkt->tcp.ack = s->ack;
	pkt->tcp.flags = s->flags != 0 ? s->flags : TCP_ACK;
	pkt->tcp.window = s->zero_window ? 0 : s->window != 0 ? s->window : 1000;
	pkt->tcp.checksum = s->checksum;
	pkt->tcp.options = s->options;
	pkt->tcp.mptcp = s->mptcp;
	pkt->tcp.wscale = s->wscale;
	pkt->tcp.mss = s->mss;
	pkt->tcp.ts_value = s->ts_value;
	pkt->tcp.ts_echo = s->ts_echo;
	pkt->tcp.header_bytes = 20;
	if (s->sack_right != 0) {
		pkt->tcp.options |= OPT_SACK;
		pkt->tcp.sack_count = 1;
		pkt->sack_left[0] = s->sack_left;
		pkt->sack_right[0] = s->sack_right;
	}
	return pkt;
}

#define SEG(first, count, ...) \
	segment_build(&(struct segment){ .seq = (first), .length = (count), __VA_ARGS__ })
#define REPLY(...) segment_build(&(struct segment){ .from_server = 1, __VA_ARGS__ })

#endif
