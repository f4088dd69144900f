/*
 * mark_step: what of the marks next.c needs too; private to it and mark.c. It is
 * whole here because a call would cost more than what is done.
 */
#ifndef SYNSCOPE_TCP_MARK_STEP_H
#define SYNSCOPE_TCP_MARK_STEP_H

#include "base/seq.h"
#include "base/span.h"
#include "tcp/tcp.h"

#define MARK_CONTROL (TCP_SYN | TCP_FIN | TCP_RST)

enum {
	KNOWN_WINDOW = 0x01,
	KNOWN_WSCALE = 0x02,      /* wscale holds a shift, or WSCALE_UNUSED */
	FIRST_ACK_PENDING = 0x04, /* it sent a SYN; windows are unscaled until its first ACK */
	MPTCP_NEWS = 0x08,        /* since it spoke last, an MPTCP option of a new kind came */
};

#define WSCALE_UNUSED (-2)
#define WSCALE_MAX    14 /* RFC 7323, 2.3 */

static inline unsigned
mark_window_shift(const struct mark_half *half)
{
	if (half->known & FIRST_ACK_PENDING || half->wscale < 0)
		return 0;
	return (unsigned)half->wscale;
}

/* Bytes up to the right edge of what the other side last offered. */
static inline bool
mark_fills_window(const struct packet *pkt, const struct mark_half *peer)
{
	uint32_t window = peer->known & KNOWN_WINDOW ? peer->window : UINT32_MAX;

	return pkt->payload_bytes > 0 && peer->known & KNOWN_WSCALE &&
	       !(pkt->tcp.flags & MARK_CONTROL) &&
	       pkt->tcp.seq + pkt->payload_bytes ==
		   peer->last_ack + (window << mark_window_shift(peer));
}

/* Bytes that the other side has acknowledged. */
static inline bool
mark_repeats_acked(const struct packet *pkt, const struct mark_half *peer)
{
	return pkt->payload_bytes > 0 && peer->last_ack != 0 &&
	       seq_le(pkt->tcp.seq + pkt->payload_bytes, peer->last_ack);
}

/* Most segments are the next in their side's order and change something. */
static inline bool
mark_is_plain(const struct packet *pkt, const struct mark_half *me)
{
	uint32_t length = pkt->payload_bytes;

	if (length == 1 || pkt->tcp.flags & TCP_RST)
		return false;
	if (pkt->tcp.flags & MARK_CONTROL)
		return pkt->tcp.seq == me->next_seq || me->next_seq == 0;
	return pkt->tcp.seq == me->next_seq && pkt->tcp.window != 0 &&
	       ((length != 0) | (pkt->tcp.ack != me->last_ack));
}

/* From the SYN to the first ACK behind it. */
static inline void
mark_learn_rtt(struct mark_pair *pair, const struct packet *pkt)
{
	switch (pkt->tcp.flags & (TCP_SYN | TCP_ACK)) {
	case TCP_SYN:
		pair->syn_ns = pkt->ts_ns;
		break;
	case TCP_ACK:
		if (pair->initial_rtt_ns == 0 && pair->syn_ns != 0)
			pair->initial_rtt_ns = span_ns(pkt->ts_ns, pair->syn_ns);
		break;
	}
}

/* The segment's numbers, up to end: what its side sent, and how far without a gap. */
static inline void
mark_extend(struct mark_half *me, const struct packet *pkt, uint32_t end)
{
	if (seq_gt(end, me->next_seq) || me->next_seq == 0) {
		me->next_seq = end;
		me->next_seq_ns = pkt->ts_ns;
	}
	if (pkt->tcp.seq == me->max_ack || me->max_ack == 0)
		me->max_ack = me->next_seq;
}

static inline void
mark_hear_mptcp(struct mark_half *me, struct mark_half *peer, const struct packet *pkt)
{
	uint8_t news = pkt->tcp.mptcp & (uint8_t) ~(me->mptcp | peer->mptcp);

	if (news == 0)
		return;
	me->mptcp |= news;
	me->known |= MPTCP_NEWS;
	peer->known |= MPTCP_NEWS;
}

/* What else the next segments will be held against. */
static inline void
mark_hear(struct mark_half *me, struct mark_half *peer, const struct packet *pkt, uint32_t marks)
{
	me->window = pkt->tcp.window;
	me->last_ack = pkt->tcp.ack; /* as it stands, even where ACK is not set */
	me->last_ns = pkt->ts_ns;
	me->last_marks = (uint16_t)marks;
	me->known = (uint8_t)((me->known | KNOWN_WINDOW) & ~MPTCP_NEWS);
	if (pkt->tcp.flags & TCP_SYN)
		me->known |= FIRST_ACK_PENDING;
	else if (pkt->tcp.flags & TCP_ACK)
		me->known &= (uint8_t)~FIRST_ACK_PENDING;
	if (pkt->tcp.options & OPT_MPTCP)
		mark_hear_mptcp(me, peer, pkt);
}

/* The same, of an ACK that has neither marks nor options which count here. */
static inline void
mark_hear_plain(struct mark_half *me, const struct packet *pkt)
{
	me->window = pkt->tcp.window;
	me->last_ack = pkt->tcp.ack;
	me->last_ns = pkt->ts_ns;
	me->last_marks = 0;
	me->known = (uint8_t)((me->known | KNOWN_WINDOW) & ~(FIRST_ACK_PENDING | MPTCP_NEWS));
}

#endif
