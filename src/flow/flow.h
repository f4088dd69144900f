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
	uint8_t late;       /* made anew for packets that came after its row was closed */
	uint8_t lingers;    /* its connection is over: see flow_linger */
	uint32_t number;
	uint32_t base_seq[2]; /* before the first byte, by side: tells the next incarnation */
	int64_t last_ns;      /* the latest time of its packets */
	uint32_t hash;
	uint32_t item;    /* the pool's name for it */
	uint64_t block[]; /* the rooms to the right keep nothing that wants more alignment */
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
	const struct packet *first; /* a SYN to take in first, until the next call; or NULL */
	uint32_t number;
	enum side side;
	bool fresh;                    /* the first packet of its flow */
	bool reused;                   /* Wireshark's "port numbers reused" */
	bool again;                    /* a SYN with the number its side began with */
	bool is_lone;                  /* from flow_listed: first is all there ever was */
	const struct remains *revived; /* of a flow put away that is needed again, else NULL */
	uint32_t row; /* from flow_listed: what flow_put_away was told; flow is NULL then */
};

/* What is kept of a connection that is over: enough to judge a late segment. */
struct remains {
	uint32_t next_seq[2];
	uint32_t last_ack[2];
	uint16_t window[2];
	int8_t wscale[2];
	uint8_t known[2]; /* of each half, as tcp has them */
};

/*
 * Looking up is in three steps, so that a batch of packets can wait for
 * memory together: hash them all, have their slots and then their flows
 * fetched, and only then place them one after another.
 */
struct lookup {
	uint64_t slot;     /* as the index had it when the flow was fetched */
	struct flow *flow; /* that it named; NULL if not a whole one */
	uint32_t at;       /* in the index */
	uint32_t hash;
};

uint32_t flow_hash(const struct flow_table *table, const struct tuple *tuple);
void flow_fetch_slot(const struct flow_table *table, uint32_t hash);
/* lookup->hash is given, the rest is filled. */
void flow_fetch_state(const struct flow_table *table, struct lookup *lookup);
/*
 * The flow that was fetched, and who is asking, where the packet belongs to it
 * and there is nothing more to tell of its place; else NULL, and flow_of is to
 * be asked.
 */
struct flow *flow_known(const struct flow_table *table, const struct packet *pkt,
    const struct lookup *lookup, enum side *side);
/*
 * Likewise the two packets that a connection should begin with, and false or
 * NULL for any other: a SYN that flow_of would only note, and side B's answer
 * to it, which makes the flow whole. The SYN is to be taken in first, and
 * valid until the next call.
 */
bool flow_note_syn(struct flow_table *table, const struct packet *pkt, uint32_t hash);
struct flow *flow_opened(struct flow_table *table, const struct packet *pkt,
    const struct lookup *lookup, const struct packet **syn);
struct place flow_of(struct flow_table *table, const struct packet *pkt, uint32_t hash);

/* The flow that an ICMP error quotes, and who sent what it quotes; finds, never makes: flow may be NULL. */
struct place flow_quoted(struct flow_table *table, const struct tuple *quoted);

static inline void *
flow_block(struct flow *flow)
{
	return flow->block;
}

/*
 * A flow whose connection is over lingers for late packets: a minute, or until
 * some thousands more are over. Then flow_done hands it out, once, and
 * flow_put_away takes its memory back, leaving its remains under its number.
 */
void flow_linger(struct flow_table *table, struct flow *flow);
struct flow *flow_done(struct flow_table *table, int64_t now_ns);
void flow_put_away(
    struct flow_table *table, struct flow *flow, uint32_t row, const struct remains *remains);

/*
 * The next flow in the order of numbers, if it was put away; once all packets
 * are in, whether it was or not. A lone SYN is made whole here (first is set)
 * and lives until the next call.
 */
bool flow_listed(struct flow_table *table, bool all, struct place *place);
/* The row, as flow_put_away was told, of a flow to be listed soon; UINT32_MAX where that has none. */
uint32_t flow_listed_soon(const struct flow_table *table);

uint32_t flow_count(const struct flow_table *table);

#endif
