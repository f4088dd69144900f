/*
 * conn_priv: what conn.c, reset.c, opening.c, ordinary.c, next.c, zeek.c,
 * zeek_half.c and roles.c share, and nobody else.
 */
#ifndef SYNSCOPE_TCP_CONN_PRIV_H
#define SYNSCOPE_TCP_CONN_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/seq.h"
#include "base/span.h"
#include "tcp/tcp.h"

#define CONTROL (TCP_SYN | TCP_FIN | TCP_RST)
#define PROBES  (MARK_BIT(MARK_KEEP_ALIVE) | MARK_BIT(MARK_ZERO_WINDOW_PROBE))

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
	FACT_SYN = 0x02,         /* the client's */
	FACT_SYN_CROSSED = 0x04, /* the server's, without ACK */
	FACT_SYN_ACKED = 0x08,   /* the client's SYN was acknowledged */
	FACT_REPLY_ACKED = 0x10, /* the server's SYN was */
	FACT_DATA_IN_SYN = 0x20, /* and the server took it */
	FACT_SYN_ACK_FIRST = 0x40,
	FACT_ENDED = 0x80, /* Zeek's record of it is closed, or soon will be: closed_ns */
};

/* struct conn_half's flags. */
enum conn_half_flag {
	HALF_FIN = 0x01,
	HALF_CHECKSUMS = 0x02, /* it sent a segment whose checksum is right */
	HALF_IN_STEP = 0x04,   /* see conn_note_step */
};

/* struct conn's seen: letters that are given once, or again only for another sequence number. */
enum seen {
	SEEN_SYN = 0x01,
	SEEN_FIN = 0x02,
	SEEN_RST = 0x04,
	SEEN_ACK = 0x08,
	SEEN_DATA = 0x10,
	SEEN_FIN_RST = 0x20,
	SEEN_MIXED = 0x40,
};

static inline bool
half_was_seen(const struct conn_half *half)
{
	return half->last_index != 0;
}

/*
 * An end is in step while it is in the middle of its bytes, all of them are
 * accounted for, and no handshake is under way: a segment that goes on from
 * there can then prove nothing about the beginning, and change a state only by
 * a control flag. To be called after whatever may have changed that.
 */
static inline void
conn_note_step(struct conn *conn)
{
	struct conn_half *a = &conn->half[SIDE_A];
	struct conn_half *b = &conn->half[SIDE_B];
	bool is_shaken = (conn->facts & (FACT_SYN | FACT_REPLY_ACKED)) != FACT_SYN;

	a->flags &= (uint8_t)~HALF_IN_STEP;
	b->flags &= (uint8_t)~HALF_IN_STEP;
	if (!is_shaken || conn->facts & FACT_ENDED || a->state == ZEEK_INACTIVE ||
	    b->state == ZEEK_INACTIVE || a->state == ZEEK_RESET || b->state == ZEEK_RESET)
		return;
	if (a->next == a->end && a->state != ZEEK_CLOSED && a->holes == 0)
		a->flags |= HALF_IN_STEP;
	if (b->next == b->end && b->state != ZEEK_CLOSED && b->holes == 0)
		b->flags |= HALF_IN_STEP;
}

/* --- conn.c --- */

/* How many numbers it takes up. */
static inline uint32_t
conn_seq_length(const struct packet *pkt)
{
	return pkt->payload_bytes + ((pkt->tcp.flags & TCP_SYN) != 0) +
	       ((pkt->tcp.flags & TCP_FIN) != 0);
}

/* It acknowledges the client's SYN. */
static inline bool
conn_acks_syn(const struct conn *conn, const struct packet *pkt)
{
	const struct conn_half *client = &conn->half[conn->client];

	return pkt->tcp.flags & TCP_ACK && seq_gt(pkt->tcp.ack, client->start) &&
	       seq_le(pkt->tcp.ack, client->end);
}

/* The long way: conn_segment for any segment. */
void conn_any_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks);

/* connect() returned, or began to wait. */
static inline void
conn_return(struct conn *conn, enum conn_connect result, int64_t ts_ns)
{
	conn->connect = (uint8_t)result;
	conn->connect_ns = ts_ns;
}

/* The server has acknowledged the client's SYN. */
static inline void
conn_syn_acked(struct conn *conn, uint32_t ack, int64_t ts_ns)
{
	conn->facts |= FACT_SYN_ACKED;
	if (ack != conn->half[conn->client].start + 1)
		conn->facts |= FACT_DATA_IN_SYN;
	if (conn->facts & FACT_REPLY_ACKED)
		conn->ack_ns = ts_ns;
	/* A RST before this was not the end. */
	conn->reset_by = 0;
	conn->refused = 0;
	conn->reset_cause = CAUSE_NONE;
	conn_return(conn, CONNECT_OK, ts_ns);
}

/* The client has acknowledged the server's. */
static inline void
conn_reply_acked(struct conn *conn, int64_t ts_ns)
{
	conn->facts |= FACT_REPLY_ACKED;
	if (conn->facts & FACT_SYN_ACKED)
		conn->ack_ns = ts_ns;
}

static inline void
half_note_latest(struct conn_half *half, const struct packet *pkt)
{
	if (pkt->checksum == CHECKSUM_GOOD)
		half->flags |= HALF_CHECKSUMS;
	half->last_index = pkt->index;
	if ((pkt->tcp.flags & (TCP_ACK | TCP_RST)) == TCP_ACK)
		half->last_ack = pkt->tcp.ack;
}

/* --- reset.c --- */

/* A RST, before anybody knows whether it is plausible: conn_note_reset tells. */
void conn_saw_reset(struct conn *conn, const struct packet *pkt, enum side side);
void conn_drop_reset(struct conn *conn);
/* Who has reset a connection neither says nor takes more. */
bool conn_goes_on_after_reset(const struct conn *conn, const struct packet *pkt, enum side side);
/* Of a reset that has one. */
struct reason conn_reason_of_reset(const struct conn *conn, const struct trail *trail);

/* --- zeek.c --- */

/* The first packet decides who Zeek takes for the originator; it is then a segment like any. */
void zeek_begin(struct conn *conn, const struct packet *first, enum side side);
/* Both at once, of a bare SYN that begins a connection. */
void zeek_open(struct conn *conn, const struct packet *syn, enum side side);
/* The same as zeek_segment, of a bare SYN-ACK for such a SYN. */
void zeek_answer(struct conn *conn, const struct packet *syn_ack, enum side side);
/* The same, of a FIN that goes on in step. */
void zeek_fin(struct conn *conn, const struct packet *fin, enum side side);
/* The same, of an ACK of all there is, behind both ends' last. */
void zeek_last_ack(struct conn *conn, const struct packet *pkt, enum side side);
/* A or D, for the first ACK or the first bytes of a side. */
void zeek_first(struct conn *conn, enum side side, enum seen kind);
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
/* How many holes ack, of what half_acked_bytes gave, says will not be filled. */
unsigned half_give_up(struct conn_half *half, uint32_t ack);

/* What the other side acknowledges, its FIN left out. */
static inline uint32_t
half_acked_bytes(const struct conn_half *half, uint32_t ack)
{
	return half->flags & HALF_FIN && seq_ge(ack, half->end) ? half->end - 1 : ack;
}

/* Nothing that ack acknowledges is missing. */
static inline bool
half_has_all_below(const struct conn_half *half, uint32_t ack)
{
	return seq_ge(half->next, ack) || seq_ge(half->next, half_acked_bytes(half, ack));
}

/* --- ordinary.c and next.c --- */

/* Retries are counted anew from bytes that were not sent before. */
static inline void
conn_note_bytes(struct conn *conn, const struct packet *pkt, enum side side)
{
	conn->retry_count = 0;
	conn->retry_side = (uint8_t)side;
	conn->retry_ns = pkt->ts_ns;
}

/*
 * Nearly all segments go on where their side's bytes ended, with or without
 * bytes of their own, and acknowledge what is in the capture. In step, that
 * is no retry, fills no hole and leaves none.
 */
static inline bool
conn_goes_on(
    const struct conn *conn, const struct packet *pkt, enum side side, uint32_t ack, uint32_t marks)
{
	const struct conn_half *half = &conn->half[side];
	const struct conn_half *peer = &conn->half[1 - side];

	return half->flags & HALF_IN_STEP && pkt->tcp.seq == half->end && seq_ge(peer->next, ack) &&
	       !(marks & PROBES) && pkt->tcp.window != 0 &&
	       pkt->payload_captured >= pkt->payload_bytes && pkt->checksum != CHECKSUM_BAD;
}

/* Such a segment's bytes. */
static inline void
conn_extend(struct conn *conn, const struct packet *pkt, enum side side)
{
	struct conn_half *half = &conn->half[side];

	half->end += pkt->payload_bytes;
	half->next += pkt->payload_bytes;
	conn_note_bytes(conn, pkt, side);
}

/* What else it says, without control flags; kind: SEEN_DATA if it has bytes, else SEEN_ACK. */
static inline void
conn_hear(struct conn *conn, const struct packet *pkt, enum side side, enum seen kind)
{
	struct conn_half *half = &conn->half[side];

	half->last_index = pkt->index;
	half->last_ack = pkt->tcp.ack;
	if (pkt->checksum == CHECKSUM_GOOD)
		half->flags |= HALF_CHECKSUMS;
	conn->retry_count = side == conn->retry_side ? conn->retry_count : 0;
	if (!(conn->seen[side] & kind))
		zeek_first(conn, side, kind);
}

/* --- roles.c --- */

/* Whether Zeek, having seen no SYN, takes the receiver of this packet for the originator. */
bool looks_like_reply(const struct tuple *tuple, uint16_t tcp_flags);

#endif
