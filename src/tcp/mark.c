/*
 * Marks mean what Wireshark 4.0 means by them, its oddities included, so that
 * people can trust what they know. Where Wireshark is known to be wrong the
 * cause says better (cause.c). Three of the oddities are easy to "repair" by
 * mistake: numbers are compared as they stand in the header, differences of
 * times are unsigned, so that time running backwards is a very long time, and
 * the count of duplicate ACKs is compared as unsigned after it was set to -1.
 */
#include "tcp/tcp.h"

#include "base/hint.h"
#include "base/seq.h"
#include "tcp/mark_step.h"

/* Wireshark's limits: for a fast retransmission, and for reordering where the RTT is unknown. */
#define FAST_LIMIT_NS      20000000u
#define REORDER_DEFAULT_NS 3000000

/* One question about one segment: it, its sender, the other side. */
struct asked {
	const struct packet *pkt;
	const struct mark_half *me;
	const struct mark_half *peer;
	const struct mark_pair *pair;
	uint32_t seq;
	uint32_t length;
	uint16_t flags;
	bool old; /* below what its sender already sent */
};

static bool
same_window(const struct asked *q)
{
	return q->me->known & KNOWN_WINDOW && q->pkt->tcp.window == q->me->window;
}

/* A bare segment that repeats its sender's numbers. */
static bool
repeats_numbers(const struct asked *q)
{
	return q->length == 0 && q->seq == q->me->next_seq && q->pkt->tcp.ack == q->me->last_ack &&
	       !(q->flags & MARK_CONTROL);
}

static bool
is_zero_window_probe(const struct asked *q)
{
	return q->length == 1 && q->seq == q->me->next_seq && q->peer->known & KNOWN_WINDOW &&
	       q->peer->window == 0;
}

static bool
is_zero_window(const struct asked *q)
{
	return q->pkt->tcp.window == 0 && !(q->flags & MARK_CONTROL);
}

static bool
is_lost_segment(const struct asked *q)
{
	return q->me->next_seq != 0 && seq_gt(q->seq, q->me->next_seq) && !(q->flags & TCP_RST);
}

static bool
is_keep_alive(const struct asked *q)
{
	return q->length <= 1 && q->seq == q->me->next_seq - 1 && !(q->flags & MARK_CONTROL);
}

static bool
is_window_update(const struct asked *q)
{
	return q->pkt->tcp.window != 0 && !same_window(q) && repeats_numbers(q);
}

static bool
is_window_full(const struct asked *q)
{
	return mark_fills_window(q->pkt, q->peer);
}

static bool
is_keep_alive_ack(const struct asked *q)
{
	return q->pkt->tcp.window != 0 && same_window(q) && repeats_numbers(q) &&
	       q->peer->last_marks & MARK_BIT(MARK_KEEP_ALIVE);
}

static bool
is_zero_window_probe_ack(const struct asked *q)
{
	return q->pkt->tcp.window == 0 && same_window(q) && repeats_numbers(q) &&
	       q->peer->last_marks & MARK_BIT(MARK_ZERO_WINDOW_PROBE);
}

/*
 * MPTCP repeats ACKs to tell of its options (RFC 8684, 4). Wireshark takes that
 * for a reason when the connection has seen a kind of them for the first time
 * since its side spoke last; this segment's own come too late for it.
 */
static bool
is_duplicate_ack(const struct asked *q)
{
	return q->pkt->tcp.window != 0 && same_window(q) && repeats_numbers(q) &&
	       !(q->me->known & MPTCP_NEWS);
}

/*
 * The first part, asked from the top. ONLY: where it holds, none of the rows
 * below is asked.
 */
static const struct rule {
	enum mark mark;
	enum { AND_GO_ON, ONLY } then;
	bool (*holds)(const struct asked *q);
} rules[] = {
	{ MARK_ZERO_WINDOW_PROBE, ONLY, is_zero_window_probe },
	{ MARK_ZERO_WINDOW, AND_GO_ON, is_zero_window },
	{ MARK_LOST_SEGMENT, AND_GO_ON, is_lost_segment },
	{ MARK_KEEP_ALIVE, AND_GO_ON, is_keep_alive },
	{ MARK_WINDOW_UPDATE, AND_GO_ON, is_window_update },
	{ MARK_WINDOW_FULL, AND_GO_ON, is_window_full },
	{ MARK_KEEP_ALIVE_ACK, ONLY, is_keep_alive_ack },
	{ MARK_ZERO_WINDOW_PROBE_ACK, ONLY, is_zero_window_probe_ack },
	{ MARK_DUPLICATE_ACK, ONLY, is_duplicate_ack },
};

static bool
is_spurious(const struct asked *q)
{
	return mark_repeats_acked(q->pkt, q->peer);
}

static bool
is_fast(const struct asked *q)
{
	return q->old && (uint32_t)q->peer->dup_acks >= 2 && q->peer->last_ack == q->seq &&
	       (uint64_t)q->pkt->ts_ns - (uint64_t)q->peer->last_ns < FAST_LIMIT_NS;
}

static bool
is_out_of_order(const struct asked *q)
{
	int64_t limit_ns =
	    q->pair->initial_rtt_ns != 0 ? q->pair->initial_rtt_ns : REORDER_DEFAULT_NS;
	uint32_t end = q->seq + q->length + (q->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);

	return q->old &&
	       (uint64_t)q->pkt->ts_ns - (uint64_t)q->me->next_seq_ns < (uint64_t)limit_ns &&
	       end != q->me->next_seq;
}

static bool
is_retransmission(const struct asked *q)
{
	return q->old;
}

/* Why bytes come below the highest sent: the first that holds. */
static const struct {
	enum mark mark;
	bool (*holds)(const struct asked *q);
} resent_rules[] = {
	{ MARK_SPURIOUS_RETRANSMISSION, is_spurious },
	{ MARK_FAST_RETRANSMISSION, is_fast },
	{ MARK_OUT_OF_ORDER, is_out_of_order },
	{ MARK_RETRANSMISSION, is_retransmission },
};

static uint32_t
ask_rules(const struct asked *q)
{
	uint32_t marks = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].holds(q))
			continue;
		marks |= MARK_BIT(rules[i].mark);
		if (rules[i].then == ONLY)
			break;
	}
	return marks;
}

static uint32_t
ask_resent(struct asked *q, uint32_t marks)
{
	if (q->length == 0 && !(q->flags & (TCP_SYN | TCP_FIN)))
		return 0;
	if (marks & MARK_BIT(MARK_KEEP_ALIVE))
		return 0;
	q->old = q->me->next_seq != 0 && seq_lt(q->seq, q->me->next_seq);
	if (!q->old)
		return is_spurious(q) ? MARK_BIT(MARK_SPURIOUS_RETRANSMISSION) : 0;
	/* data after a probe's byte that nobody acknowledged */
	if (q->length > 1 && q->seq == q->me->next_seq - 1)
		q->old = false;
	for (size_t i = 0; i < sizeof(resent_rules) / sizeof(resent_rules[0]); i++)
		if (resent_rules[i].holds(q))
			return MARK_BIT(resent_rules[i].mark);
	return 0;
}

/* An ACK of bytes that the capture does not have, and the memory of it. */
static uint32_t
ask_acked_unseen(const struct packet *pkt, struct mark_half *peer)
{
	if (!(pkt->tcp.flags & TCP_ACK) || peer->max_ack == 0 ||
	    !seq_gt(pkt->tcp.ack, peer->max_ack))
		return 0;
	if (seq_lt(peer->max_ack, peer->next_seq)) {
		peer->max_ack = peer->next_seq;
		return MARK_BIT(MARK_ACK_LOST_SEGMENT);
	}
	uint32_t marks = peer->dup_acks == 0 ? MARK_BIT(MARK_ACK_LOST_SEGMENT) : 0;

	peer->dup_acks = -1;
	return marks;
}

static void
count_duplicates(struct mark_half *me, const struct packet *pkt, uint32_t marks)
{
	if (marks & MARK_BIT(MARK_DUPLICATE_ACK))
		me->dup_acks = me->dup_acks < 0 ? 1 : me->dup_acks + 1;
	if (pkt->tcp.ack != me->last_ack)
		me->dup_acks = 0;
}

/* The questions that a plain segment leaves: the others cannot hold of it. */
static inline uint32_t
ask_plain(const struct packet *pkt, struct mark_half *me, struct mark_half *peer)
{
	uint32_t marks = 0;

	if (mark_fills_window(pkt, peer))
		marks |= MARK_BIT(MARK_WINDOW_FULL);
	if (mark_repeats_acked(pkt, peer))
		marks |= MARK_BIT(MARK_SPURIOUS_RETRANSMISSION);
	if (pkt->tcp.ack != me->last_ack)
		me->dup_acks = 0;
	return marks | ask_acked_unseen(pkt, peer);
}

/* The scale counts only where both SYNs carry it (RFC 7323, 1.3). */
static void
learn_scale(struct mark_half *me, struct mark_half *peer, const struct packet *pkt)
{
	if (pkt->tcp.options & OPT_WSCALE) {
		me->wscale = (int8_t)(pkt->tcp.wscale > WSCALE_MAX ? WSCALE_MAX : pkt->tcp.wscale);
		me->known |= KNOWN_WSCALE;
	}
	if (!(pkt->tcp.flags & TCP_SYN))
		return;
	if (!(me->known & KNOWN_WSCALE)) {
		me->wscale = peer->wscale = WSCALE_UNUSED;
		me->known |= KNOWN_WSCALE;
		peer->known |= KNOWN_WSCALE;
	} else if (pkt->tcp.flags & TCP_ACK && peer->known & KNOWN_WSCALE &&
		   peer->wscale == WSCALE_UNUSED) {
		me->wscale = WSCALE_UNUSED;
	}
}

static void
move_forward(struct mark_half *me, struct mark_half *peer, const struct packet *pkt, uint32_t marks)
{
	uint32_t end =
	    pkt->tcp.seq + pkt->payload_bytes + ((pkt->tcp.flags & (TCP_SYN | TCP_FIN)) != 0);

	if (!(marks & MARK_BIT(MARK_ZERO_WINDOW_PROBE)))
		mark_extend(me, pkt, end);
	mark_hear(me, peer, pkt, marks);
}

/* Last of all: the segment itself is not yet held against the round trip that it ends. */
static inline void
learn_rtt(struct mark_pair *pair, const struct packet *pkt)
{
	if (pkt->tcp.flags & TCP_SYN || pair->initial_rtt_ns == 0)
		mark_learn_rtt(pair, pkt);
}

/* All questions, in Wireshark's order. Apart, so that the way past it saves no registers. */
static APART uint32_t
mark_odd(struct mark_pair *pair, const struct packet *pkt, struct mark_half *me,
    struct mark_half *peer, uint32_t reused)
{
	struct asked q = {
		.pkt = pkt,
		.me = me,
		.peer = peer,
		.pair = pair,
		.seq = pkt->tcp.seq,
		.length = pkt->payload_bytes,
		.flags = pkt->tcp.flags,
	};
	uint32_t marks = ask_rules(&q);

	count_duplicates(me, pkt, marks);
	marks |= ask_acked_unseen(pkt, peer);
	marks |= ask_resent(&q, marks) | reused;
	move_forward(me, peer, pkt, marks);
	learn_rtt(pair, pkt);
	return marks;
}

uint32_t
mark_segment(struct mark_pair *pair, const struct packet *pkt, const struct place *place)
{
	struct mark_half *me = &pair->half[place->side];
	struct mark_half *peer = &pair->half[1 - place->side];
	uint32_t marks = place->reused ? MARK_BIT(MARK_PORT_REUSED) : 0;

	/* The same SYN again is a retransmission, whatever a RST did to the numbers since. */
	if (place->again)
		me->next_seq = me->max_ack;
	if (pkt->tcp.flags & TCP_SYN || pkt->tcp.options & OPT_WSCALE)
		learn_scale(me, peer, pkt);
	if (!mark_is_plain(pkt, me))
		return mark_odd(pair, pkt, me, peer, marks);
	marks |= ask_plain(pkt, me, peer);
	move_forward(me, peer, pkt, marks);
	learn_rtt(pair, pkt);
	return marks;
}

struct remains
mark_remains(const struct mark_pair *pair)
{
	const struct mark_half *half = pair->half;

	return (struct remains){
		.next_seq = { half[0].next_seq, half[1].next_seq },
		.last_ack = { half[0].last_ack, half[1].last_ack },
		.window = { half[0].window, half[1].window },
		.wscale = { half[0].wscale, half[1].wscale },
		.known = { half[0].known, half[1].known },
	};
}

void
mark_revive(struct mark_pair *pair, const struct remains *remains)
{
	for (int i = 0; i < 2; i++) {
		struct mark_half *half = &pair->half[i];

		half->next_seq = half->max_ack = remains->next_seq[i];
		half->last_ack = remains->last_ack[i];
		half->window = remains->window[i];
		half->wscale = remains->wscale[i];
		half->known = remains->known[i];
	}
}

uint32_t
mark_scaled_window(const struct mark_pair *pair, const struct packet *pkt, enum side side)
{
	const struct mark_half *me = &pair->half[side];

	if (pkt->tcp.flags & TCP_SYN || !(me->known & KNOWN_WSCALE) || me->wscale < 0)
		return pkt->tcp.window;
	return (uint32_t)pkt->tcp.window << me->wscale;
}
