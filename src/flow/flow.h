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
	uint8_t base_known; /* bit 0: side A's base_seq; bit 1: side B's */
	uint32_t number;
	uint32_t base_seq[2]; /* the number before the first byte, by side: tells the next incarnation */
	uint32_t hash;
	max_align_t block[];
};

struct flow_table;

/* block_bytes: what the rooms to the right keep with each flow, handed out zeroed. */
struct flow_table *flow_table_new(size_t block_bytes);
void flow_table_free(struct flow_table *table);

/*
 * Where a packet belongs. A bare SYN that begins a flow is only noted, since
 * many are never answered: flow is NULL then. The next packet makes the flow
 * whole, and its place first tells of the SYN that must be taken in before it.
 */
struct place {
	struct flow *flow;
	const struct packet *first; /* the head of a SYN to take in first, or NULL; valid until the next call */
	uint32_t number;
	enum side side;
	bool fresh;  /* the first packet of its flow */
	bool reused; /* Wireshark's "port numbers reused" */
	bool again;  /* a SYN with the number its side began with */
};

/*
 * Looking up is in three steps, so that a batch of packets can wait for
 * memory together: hash them all, have their slots and then their flows
 * fetched, and only then place them one after another.
 */
uint32_t flow_hash(const struct flow_table *table, const struct tuple *tuple);
void flow_fetch_slot(const struct flow_table *table, uint32_t hash);
void flow_fetch_state(const struct flow_table *table, uint32_t hash);
struct place flow_of(struct flow_table *table, const struct packet *pkt, uint32_t hash);

/* The flow that an ICMP error quotes, and who sent what it quotes; finds, never makes: flow may be NULL. */
struct place flow_quoted(struct flow_table *table, const struct tuple *quoted);

static inline void *
flow_block(struct flow *flow)
{
	return flow->block;
}

/*
 * Each flow in the order of its number, after the last packet. A lone SYN is
 * made whole here (first is set) and lives until the next call.
 */
bool flow_each(struct flow_table *table, struct place *place);

uint32_t flow_count(const struct flow_table *table);

#endif
