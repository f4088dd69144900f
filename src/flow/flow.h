/*
 * flow: which packets belong together.
 *
 * A flow is the pair of ends of the innermost IP packet and its protocol, both
 * directions, whatever the VLAN, the tunnel or the interface; a TCP SYN with
 * another initial number begins the next one between the same ends. Flows are
 * numbered from 1 in the order first seen. The table owns their memory; the
 * rooms to the right keep their own state in a block behind each flow.
 */
#ifndef SYNSCOPE_FLOW_H
#define SYNSCOPE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/decode.h"

/* Whose packet: the sender of the flow's first packet is side A. */
enum side {
	SIDE_A,
	SIDE_B,
};

struct flow {
	struct tuple tuple; /* as side A sends */
	uint32_t number;
	uint32_t hash;
	int64_t last_ns;
	uint32_t slot;      /* its own number in the pool */
	uint32_t base_seq[2]; /* of each side, where known: what tells the next incarnation */
	uint8_t base_known; /* bit 0: side A's; bit 1: side B's */
	uint8_t done;       /* out of the index; its row is due */
	max_align_t block[];
};

struct flow_table;

/* block_bytes: what the rooms to the right keep with each flow, handed out zeroed. */
struct flow_table *flow_table_new(size_t block_bytes);
void flow_table_free(struct flow_table *table);

/*
 * Where a packet belongs. A bare SYN that begins a flow is only noted, since
 * many are never answered: flow is NULL then. The packet that follows it makes
 * the flow whole, and first tells of the SYN that must be taken in before it.
 */
struct place {
	struct flow *flow;
	const struct packet *first; /* a packet head to take in first, or NULL; valid for this call */
	uint32_t number;
	enum side side;
	bool fresh;  /* the first packet of its flow */
	bool reused; /* Wireshark's "port numbers reused": see MARK_PORT_REUSED */
};

void flow_prefetch(const struct flow_table *table, const struct packet *pkt);
struct place flow_of(struct flow_table *table, const struct packet *pkt);
/* The flow that an ICMP error quotes, or none (number 0); finds, never makes. */
struct place flow_quoted(struct flow_table *table, const struct packet *pkt);

static inline void *
flow_block(struct flow *flow)
{
	return flow->block;
}

/*
 * After the last packet: each flow in the order of its number. A lone SYN is
 * made whole here (first is set), and its memory is free again at the next call.
 */
bool flow_each(struct flow_table *table, struct place *place);

uint32_t flow_count(const struct flow_table *table);

#endif
