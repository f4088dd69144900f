/*
 * conn_priv: what conn.c, zeek.c, zeek_half.c and roles.c share, and nobody else.
 */
#ifndef SYNSCOPE_TCP_CONN_PRIV_H
#define SYNSCOPE_TCP_CONN_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/tcp.h"

/* Zeek's endpoint states. */
enum zeek_state {
	ZEEK_INACTIVE,
	ZEEK_SYN_SENT,
	ZEEK_SYN_ACK_SENT,
	ZEEK_PARTIAL, /* it sent something, but its SYN is not in the capture */
	ZEEK_ESTABLISHED,
	ZEEK_CLOSED, /* by FIN */
	ZEEK_RESET,
	ZEEK_STATE_COUNT
};

/* struct conn's facts. */
enum conn_fact {
	FACT_BEGUN = 0x01,
	FACT_SYN = 0x02,          /* the client's */
	FACT_SYN_CROSSED = 0x04,  /* the server's, without ACK */
	FACT_SYN_ACKED = 0x08,    /* the client's SYN was acknowledged */
	FACT_REPLY_ACKED = 0x10,  /* the server's SYN was */
	FACT_DATA_IN_SYN = 0x20,  /* and the server took it */
	FACT_SYN_ACK_FIRST = 0x40,
	FACT_ENDED = 0x80,        /* Zeek's record of it is closed, or soon will be: closed_ns */
};

/* struct conn_half's flags. */
enum conn_half_flag {
	HALF_FIN = 0x01,
	HALF_CHECKSUMS = 0x02, /* it sent a segment whose checksum is right */
};

/* A timestamp can be anything, so differences wrap rather than overflow. */
static inline int64_t
since(int64_t later_ns, int64_t earlier_ns)
{
	return (int64_t)((uint64_t)later_ns - (uint64_t)earlier_ns);
}

static inline bool
half_was_seen(const struct conn_half *half)
{
	return half->last_index != 0;
}

/* --- zeek.c --- */

/* The first packet decides who Zeek takes for the originator; it is then a segment like any. */
void zeek_begin(struct conn *conn, const struct packet *first, enum side side);
void zeek_segment(struct conn *conn, const struct packet *pkt, enum side side);
/* A segment that Zeek looks at no further, since its checksum is wrong. */
void zeek_corrupt(struct conn *conn, const struct packet *pkt, enum side side);
const char *zeek_conn_state(const struct conn *conn);

/* --- zeek_half.c --- */

/* Begin to number an end's bytes: its SYN, or where that must have been. */
void half_start(struct conn_half *half, uint32_t syn, uint32_t end);
/* Zeek begins anew with each SYN that can be meant. */
void half_learn_start(struct conn_half *half, const struct packet *pkt);
/* Move the end of what was sent; true where bytes came that were sent before. */
bool half_move_end(struct conn_half *half, const struct packet *pkt);
/* Its payload came; old_end: what had been sent before it. */
void half_fill(struct conn_half *half, const struct packet *pkt, uint32_t old_end);
/* How many holes the other side acknowledges, which thereby will not be filled. */
unsigned half_acked(struct conn_half *half, uint32_t ack);

/* --- roles.c --- */

/* Whether Zeek, having seen no SYN, takes the receiver of this packet for the originator. */
bool looks_like_reply(const struct tuple *tuple, uint16_t tcp_flags);

#endif
