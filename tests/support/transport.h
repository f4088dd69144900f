/*
 * transport: TCP segments, UDP datagrams and ICMP messages as bytes.
 */
#ifndef SYNSCOPE_SUPPORT_TRANSPORT_H
#define SYNSCOPE_SUPPORT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "support/layer.h"

enum {
	TRANSPORT_TCP = 6,
	TRANSPORT_UDP = 17,
	TRANSPORT_ICMP = 1,
	TRANSPORT_ICMP6 = 58,

	OPTIONS_MAX = 40,
	PAYLOAD_MAX = 1 << 16,
};

enum flag {
	FLAG_FIN = 0x01,
	FLAG_SYN = 0x02,
	FLAG_RST = 0x04,
	FLAG_PSH = 0x08,
	FLAG_ACK = 0x10,
	FLAG_URG = 0x20,
	FLAG_ECE = 0x40,
	FLAG_CWR = 0x80,
	FLAG_AE = 0x100,
};

enum sum_kind {
	SUM_GOOD,
	SUM_PARTIAL, /* of the pseudo-header alone, as a card would get it to finish */
	SUM_BAD,
	SUM_ZERO,
};

struct transport {
	uint8_t proto;
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint16_t flags;
	uint16_t window;
	uint16_t urgent;
	int header_words;  /* TCP's data offset, where not -1 for the truth */
	int claimed_bytes; /* UDP's length, likewise */
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint32_t icmp_rest; /* the second word: an echo's identifier and number */
	enum sum_kind sum;
	uint32_t option_bytes;
	uint32_t payload_bytes;
	uint8_t options[OPTIONS_MAX];
	uint8_t payload[PAYLOAD_MAX];
};

/*
 * Add one TCP option, number and length first. aligned puts no-operations in
 * front so that it ends on a word, which is how stacks lay out all but MSS and
 * SACK-permitted. False where there is no room.
 */
bool transport_option(struct transport *seg, const uint8_t *option, size_t bytes, bool aligned);

/* Put it on the frame, which knows the addresses. */
void transport_put(struct frame_build *frame, const struct transport *seg);

#endif
