/*
 * trail_step: the steps by which a segment moves its trail forward; private to
 * trail.c, which takes them for an ordinary segment, and odd.c, which asks more
 * in between. They are whole here because a call of each would cost more than
 * what is done.
 */
#ifndef SYNSCOPE_TCP_TRAIL_STEP_H
#define SYNSCOPE_TCP_TRAIL_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hint.h"
#include "base/seq.h"
#include "tcp/trail_priv.h"

/* Each for one side. Chosen so that no walk takes longer than a microsecond. */
#define SENT_MAX       256
#define SENT_ALONE_MAX 32 /* where the other side, whose ACKs end the wait, was never seen */

/* The marks that leave nothing to ask. */
#define PLAIN_MARKS \
	(MARK_BIT(MARK_WINDOW_FULL) | MARK_BIT(MARK_WINDOW_UPDATE) | MARK_BIT(MARK_ZERO_WINDOW) | \
	    MARK_BIT(MARK_KEEP_ALIVE_ACK) | MARK_BIT(MARK_ZERO_WINDOW_PROBE_ACK) | \
	    MARK_BIT(MARK_PORT_REUSED))

/* --- what is ordinary --- */

/* A side begins with it, so that it repeats nothing; but a SYN may cross the other's. */
static inline bool
is_beginning(const struct look *look, uint16_t flags)
{
	return look->from->flags == 0 && !(flags & TCP_RST) &&
	       (flags & TCP_ACK || !(look->to->flags & TRAIL_SYN));
}

/*
 * No rule of cause.c holds of a segment that is the next in its side's order
 * and unlike the one before, nor of most SYNs that a side begins with.
 */
static inline bool
is_ordinary(const struct look *look)
{
	const struct trail_half *from = look->from;
	const struct packet *pkt = look->pkt;

	if (look->marks & ~PLAIN_MARKS)
		return false;
	if (pkt->tcp.flags & (TCP_SYN | TCP_RST))
		return is_beginning(look, pkt->tcp.flags);
	if (pkt->tcp.seq != from->end || !(from->flags & TRAIL_KNOWN) || look_doubled(look))
		return false;
	if (pkt->ip_id == from->last_ip_id && pkt->ip_id != 0)
		return from->flags & TRAIL_ID_USELESS;
	return true;
}

/* --- segments not yet acknowledged --- */

STEP void
sent_drop_oldest(struct trails *all, struct trail_half *half)
{
	struct sent *newest = half->newest, *oldest = newest->next;

	if (oldest == newest)
		half->newest = NULL;
	else
		newest->next = oldest->next;
	half->count--;
	oldest->next = all->free_sent;
	all->free_sent = oldest;
}

/* An item for this segment's bytes from seq on, on no list yet; NULL: there is no room. */
STEP struct sent *
sent_new(const struct look *look, uint32_t seq)
{
	struct trail_half *from = look->from;
	struct sent *sent;

	if (from->count >= SENT_ALONE_MAX && look->to->last_index == 0) {
		sent_drop_oldest(look->all, from);
		from->flags |= TRAIL_UNLISTED;
	}
	sent = look->all->free_sent;
	if (sent == NULL || from->count == SENT_MAX) {
		from->flags |= TRAIL_UNLISTED;
		return NULL;
	}
	look->all->free_sent = sent->next;
	from->count++;
	*sent = (struct sent){
		.seq = seq,
		.end = look->end,
		.index = look->pkt->index,
		.ts_ns = look->pkt->ts_ns,
		.ip_id = look->pkt->ip_id,
		.checksum = look->pkt->tcp.checksum,
		.damaged = look->pkt->checksum == CHECKSUM_BAD,
	};
	return sent;
}

/* The segment's bytes from seq on were sent now: its side's end moves. */
STEP void
step_bytes(const struct look *look, uint32_t seq)
{
	struct trail_half *from = look->from;
	struct sent *sent = sent_new(look, seq);

	from->end = look->end;
	from->flags |= TRAIL_KNOWN;
	if (sent == NULL)
		return;
	sent->next = sent;
	if (from->newest != NULL) {
		sent->next = from->newest->next;
		from->newest->next = sent;
	}
	from->newest = sent;
}

/* --- ACKs --- */

STEP void
add_round_trip(struct rtt *rtt, int64_t ns)
{
	int64_t us = (int64_t)((uint64_t)ns / 1000);

	if (us > UINT32_MAX)
		return; /* the capture's clock stepped, or back */
	rtt->min_ns = ((rtt->samples == 0) | (ns < rtt->min_ns)) ? ns : rtt->min_ns;
	if (rtt->samples == 0)
		rtt->smoothed_us = (uint32_t)us;
	else
		rtt->smoothed_us = (uint32_t)(rtt->smoothed_us + (us - rtt->smoothed_us) / 8);
	rtt->samples++; /* there are no more of them than packets */
}

/*
 * Take off the list what ack covers, and read a round trip off it where Karn's
 * rule allows: it ends exactly at ack, and nothing of it was sent twice.
 */
STEP void
retire(const struct look *look, uint32_t ack, bool resent)
{
	struct trail_half *to = look->to;
	struct sent *sent = NULL;

	while (to->newest != NULL) {
		struct sent *oldest = to->newest->next;

		if (seq_gt(oldest->end, ack)) {
			if (seq_lt(oldest->seq, ack))
				oldest->seq = ack;
			break;
		}
		resent |= oldest->resent;
		sent = oldest;
		sent_drop_oldest(look->all, to);
	}
	if (sent != NULL && sent->end == ack && !resent)
		add_round_trip(&to->rtt, elapsed_ns(look, sent->ts_ns));
	if (to->newest == NULL)
		to->flags &= (uint16_t)~TRAIL_UNLISTED;
}

/* It acknowledges more than its side did before. */
STEP bool
ack_is_new(const struct look *look)
{
	const struct trail_half *from = look->from;

	return !(from->flags & TRAIL_ACKS) || seq_gt(look->pkt->tcp.ack, from->acked);
}

/* A new ACK. resent: of what it covers, some may have been sent twice. */
STEP void
step_ack(const struct look *look, bool resent)
{
	struct trail_half *from = look->from;

	/* More than the SYN: only an established end says that. */
	if (from->flags & TRAIL_SYN_ACK && from->flags & TRAIL_ACKS)
		from->flags |= TRAIL_ALIVE;
	from->flags |= TRAIL_ACKS;
	from->acked = look->pkt->tcp.ack;
	retire(look, look->pkt->tcp.ack, resent);
}

/* Any ACK but a reset's: the first of the other side's SYN is told apart from all later ones. */
STEP void
step_first_ack(const struct look *look)
{
	if (look->from->first_ack_index == 0 && look->to->flags & TRAIL_ANY_SYN)
		look->from->first_ack_index = look->pkt->index;
}

/* --- the rest --- */

static inline uint16_t
control_flags(const struct tcp_header *tcp)
{
	uint16_t known = tcp->flags & TCP_FIN ? TRAIL_FIN : 0;

	if (!(tcp->flags & TCP_SYN))
		return known;
	if (tcp->options & OPT_SACK_PERMITTED)
		known |= TRAIL_SACK;
	return known | (tcp->flags & TCP_ACK ? TRAIL_SYN_ACK : TRAIL_SYN);
}

/* What the next segments will be held against. */
STEP void
step_last(const struct look *look)
{
	struct trail_half *from = look->from;
	const struct packet *pkt = look->pkt;
	uint16_t known = from->flags & (uint16_t)~TRAIL_WINDOW_CLOSED;

	/* bytes after a SYN-ACK: only an established end sends them */
	if ((known & (TRAIL_SYN_ACK | TRAIL_ALIVE)) == TRAIL_SYN_ACK && look_has_bytes(look) &&
	    !(pkt->tcp.flags & TCP_SYN))
		known |= TRAIL_ALIVE;
	if (pkt->tcp.flags & (TCP_SYN | TCP_FIN))
		known |= control_flags(&pkt->tcp);
	if (pkt->tcp.window == 0)
		known |= TRAIL_WINDOW_CLOSED;
	from->flags = known;
	from->last_index = pkt->index;
	from->last_ns = pkt->ts_ns;
	from->last_ip_id = pkt->ip_id;
	from->last_checksum = pkt->tcp.checksum;
}

#endif
