/*
 * The next segment of its side: it goes on where the last one ended, brings
 * bytes, a FIN or a new ACK, and acknowledges nothing that was not seen. Nearly
 * all segments are like that. None earns a mark or has a cause, so marks and
 * trail move on together here, after the questions that mark.c and trail.c
 * would both ask of the same numbers. Nothing is decided here that is not
 * decided there; what has an answer of its own is left to them.
 */
#include "base/hint.h"
#include "tcp/mark_step.h"
#include "tcp/trail_priv.h"
#include "tcp/trail_step.h"

/* What its side's last packet, and its own header, leave open. */
static inline bool
is_plain_next(const struct mark_half *me, const struct trail_half *from, const struct packet *pkt)
{
	const struct tcp_header *tcp = &pkt->tcp;

	return (tcp->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK &&
	    ((tcp->seq ^ me->next_seq) | (tcp->seq ^ from->end)) == 0 &&
	    (from->flags & (TRAIL_KNOWN | TRAIL_DOUBLED)) == TRAIL_KNOWN &&
	    !(tcp->options & (OPT_WSCALE | OPT_MPTCP)) && mark_is_plain(pkt, me) &&
	    (pkt->ip_id != from->last_ip_id || pkt->ip_id == 0 || from->flags & TRAIL_ID_USELESS);
}

/* All that it acknowledges was seen, and none of its own bytes was acknowledged before. */
static inline bool
agrees_with_peer(const struct mark_half *peer, const struct trail_half *to,
    const struct packet *pkt)
{
	uint32_t ack = pkt->tcp.ack;
	int32_t seen_ahead = seq_diff(peer->max_ack, ack), sent_ahead = seq_diff(to->end, ack);

	return (seen_ahead | sent_ahead) >= 0 && peer->max_ack != 0 && to->flags & TRAIL_KNOWN &&
	    (pkt->payload_bytes == 0 ||
		(!mark_fills_window(pkt, peer) && !mark_repeats_acked(pkt, peer)));
}

bool
next_segment(struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side)
{
	struct mark_half *me = &pair->mark.half[side], *peer = &pair->mark.half[1 - side];
	struct trail_half *from = &pair->trail.half[side], *to = &pair->trail.half[1 - side];
	const struct look look = {
		.all = all, .trail = &pair->trail, .conn = &pair->conn, .pkt = pkt,
		.from = from, .to = to, .side = side, .end = segment_end(pkt),
	};

	if (unlikely(!is_plain_next(me, from, pkt) || !agrees_with_peer(peer, to, pkt) ||
	    pair->trail.rare != NULL || all->free_sent == NULL))
		return false;
	if (unlikely(pair->mark.initial_rtt_ns == 0))
		mark_learn_rtt(&pair->mark, pkt);
	if (pkt->tcp.ack != me->last_ack)
		me->dup_acks = 0;
	mark_move(me, pkt, 0);
	if (ack_is_new(&look))
		step_ack(&look, false);
	step_first_ack(&look);
	if (look_has_bytes(&look))
		step_bytes(&look, pkt->tcp.seq);
	step_last(&look);
	return true;
}
