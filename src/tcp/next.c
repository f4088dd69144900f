/*
 * The next segment of its side: it goes on where the last one ended, brings
 * bytes, a FIN or a new ACK, and acknowledges nothing that was not seen. Nearly
 * all segments are like that. None earns a mark or has a cause, so marks, trail
 * and mostly the connection move on together here, after the questions that
 * mark.c, trail.c and ordinary.c would all ask of the same numbers. Nothing is
 * decided here that is not decided there; what has an answer of its own is left
 * to them.
 */
#include "base/hint.h"
#include "tcp/conn_priv.h"
#include "tcp/mark_step.h"
#include "tcp/trail_priv.h"
#include "tcp/trail_step.h"

/*
 * What mark_is_plain and is_ordinary ask. The numbers and bits that must be as
 * they are nearly always are asked about at once: bits that differ are set.
 */
static inline bool
is_plain_next(const struct mark_half *me, const struct trail_half *from, const struct packet *pkt)
{
	const struct tcp_header *tcp = &pkt->tcp;
	uint32_t odd = (tcp->seq ^ me->next_seq) | (tcp->seq ^ from->end) |
		       ((tcp->flags & (TCP_SYN | TCP_RST | TCP_ACK)) ^ TCP_ACK) |
		       (tcp->options & (OPT_WSCALE | OPT_MPTCP)) |
		       ((from->flags & (TRAIL_KNOWN | TRAIL_DOUBLED)) ^ TRAIL_KNOWN);

	if (unlikely(odd != 0 || pkt->payload_bytes == 1 || tcp->seq == 0))
		return false;
	if (unlikely(pkt->ip_id == from->last_ip_id && pkt->ip_id != 0 &&
		     !(from->flags & TRAIL_ID_USELESS)))
		return false;
	return tcp->flags & TCP_FIN ||
	       (tcp->window != 0 && (pkt->payload_bytes | (tcp->ack ^ me->last_ack)) != 0);
}

/* All that it acknowledges was seen. */
static inline bool
acks_what_was_seen(const struct mark_half *peer, const struct trail_half *to, uint32_t ack)
{
	return (seq_diff(peer->max_ack, ack) | seq_diff(to->end, ack)) >= 0 && peer->max_ack != 0 &&
	       to->flags & TRAIL_KNOWN;
}

static inline __attribute__((always_inline)) bool
take_next(struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side)
{
	struct mark_half *me = &pair->mark.half[side], *peer = &pair->mark.half[1 - side];
	struct conn *conn = &pair->conn;
	const struct look look = {
		.all = all,
		.trail = &pair->trail,
		.conn = conn,
		.pkt = pkt,
		.side = side,
		.from = &pair->trail.half[side],
		.to = &pair->trail.half[1 - side],
		.end = pkt->tcp.seq + pkt->payload_bytes + !!(pkt->tcp.flags & TCP_FIN),
	};
	bool in_step;

	if (unlikely(!is_plain_next(me, look.from, pkt) || me->max_ack == 0 ||
		     !acks_what_was_seen(peer, look.to, pkt->tcp.ack) || pair->trail.rare != NULL ||
		     all->free_sent == NULL))
		return false;
	in_step = !(pkt->tcp.flags & TCP_FIN) && conn_goes_on(conn, pkt, side, pkt->tcp.ack, 0);
	if (look_has_bytes(&look)) {
		if (unlikely(mark_fills_window(pkt, peer) || mark_repeats_acked(pkt, peer)))
			return false;
		mark_extend(me, pkt, look.end);
		step_bytes(&look, pkt->tcp.seq);
		if (in_step)
			conn_extend(conn, pkt, side);
	}
	if (unlikely(pair->mark.initial_rtt_ns == 0))
		mark_learn_rtt(&pair->mark, pkt);
	me->dup_acks = pkt->tcp.ack != me->last_ack ? 0 : me->dup_acks;
	mark_hear_plain(me, pkt);
	if (ack_is_new(&look))
		step_ack(&look, false);
	step_first_ack(&look);
	step_last(&look);
	if (in_step)
		conn_hear(conn, pkt, side, look_has_bytes(&look) ? SEEN_DATA : SEEN_ACK);
	else
		conn_segment(conn, pkt, side, 0);
	return true;
}

/* Once for either side, so that where things lie is known and takes neither registers nor time. */
APART bool
next_segment(struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side)
{
	return side == SIDE_A ? take_next(all, pair, pkt, SIDE_A)
			      : take_next(all, pair, pkt, SIDE_B);
}
