/*
 * Private to flow: what the table holds of a flow, from its first packet on.
 *
 *   lone    a bare SYN that nobody has answered yet
 *   flow    whole, with the block of the rooms to the right
 *   ghost   over, its row closed: enough to know its late packets by; few need a wide one
 *   done    over, and its row still to be listed
 */
#ifndef SYNSCOPE_FLOW_PRIV_H
#define SYNSCOPE_FLOW_PRIV_H

#include <assert.h>

#include "base/hash.h"
#include "base/mem.h"
#include "flow/flow.h"

/* Flows that are over and wait for late packets: more than anybody wants, and room to spare. */
#define LINGER_MAX  4096u
#define LINGER_RING (2 * LINGER_MAX)

#define BOTH_KNOWN 0x3 /* of struct flow's base_known */

/* A bare SYN and the flow it may become. The head comes last: given back, it is still to be read. */
struct lone {
	uint32_t number;
	uint32_t hash;
	_Alignas(8) uint8_t head[PACKET_HEAD_BYTES]; /* of its struct packet */
};

/* A connection that is over, after its row was closed. */
struct wide_ghost {
	struct tuple tuple;
	uint8_t base_known;
	uint32_t number;
	uint32_t base_seq[2];
	struct remains remains;
};

/* The same, of TCP over IPv4 and with both base numbers known: there are many. */
struct ghost {
	uint8_t src[4];
	uint8_t dst[4];
	uint16_t sport;
	uint16_t dport;
	uint32_t number;
	uint32_t base_seq[2];
	struct remains remains;
};

/*
 * What a flow is at the moment, and its item in the pool of that kind. Stands
 * in the index and under the flow's number. Zero is no flow.
 */
typedef uint32_t handle;

enum kind {
	KIND_FLOW,
	KIND_LONE,
	KIND_GHOST, /* in the index only, as the next */
	KIND_WIDE_GHOST,
	KIND_DONE, /* under the number only; the item is the caller's row */
};

#define KIND_BITS 3

struct lingering {
	uint32_t item;
	uint32_t hash;
	int64_t since_ns;
};

struct flow_table {
	uint64_t *slots;
	uint32_t slot_mask;
	uint32_t used;
	struct hash_seed seed;
	struct pool flows;
	struct pool lones;
	struct pool ghosts;
	struct pool wide_ghosts;
	handle *by_number; /* [0] is flow number 1 */
	uint32_t count;
	uint32_t room;
	uint32_t listed;
	uint32_t listed_whole;       /* the flow that flow_listed made whole, or POOL_NONE */
	struct lingering *lingering; /* a ring of LINGER_RING */
	uint32_t lingering_first;
	uint32_t lingering_count;
	struct remains revived; /* what struct place's revived points to */
};

static inline handle
handle_of(enum kind kind, uint32_t item)
{
	assert(item < UINT32_MAX >> KIND_BITS);
	return (item + 1) << KIND_BITS | kind;
}

static inline enum kind
kind_of(handle h)
{
	return (enum kind)(h & ((1u << KIND_BITS) - 1));
}

static inline uint32_t
item_of(handle h)
{
	return (h >> KIND_BITS) - 1;
}

static inline struct flow *
flow_at(const struct flow_table *table, handle h)
{
	return pool_at(&table->flows, item_of(h));
}

static inline struct lone *
lone_at(const struct flow_table *table, handle h)
{
	return pool_at(&table->lones, item_of(h));
}

static inline bool
is_ghost(handle h)
{
	return kind_of(h) == KIND_GHOST || kind_of(h) == KIND_WIDE_GHOST;
}

/* What a ghost of either kind says. */
struct wide_ghost ghost_of(const struct flow_table *table, handle h);
void ghost_free(struct flow_table *table, handle h);

/* The SYN that a lone one is, as far as it was kept. */
static inline const struct packet *
lone_syn(const struct lone *lone)
{
	return (const struct packet *)(const void *)lone->head;
}

/* A lone SYN gets company: its flow becomes whole, and the handle that flow's. The SYN is to be read until the next call. */
struct flow *flow_make_whole(struct flow_table *table, handle *h);

#endif
