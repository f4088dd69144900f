/*
 * Hindsight: a later packet shows why an earlier one was sent again. Revisions
 * wait in a short queue that is emptied after every packet.
 */
#include "tcp/trail_priv.h"

#include "base/seq.h"

#define RESENDS_MAX 16 /* of one side; the oldest is forgotten */

/* An ACK that comes sooner than any did answers an earlier copy; below a millisecond it is noise. */
#define SURE_RTT_NS MS_NS

void
revise(struct trails *all, uint32_t index, const struct reason *reason)
{
	unsigned at = (all->waiting_first + all->waiting_count) % REVISIONS_MAX;

	if (all->waiting_count == REVISIONS_MAX)
		return;
	all->waiting[at] = (struct revision){ .index = index, .reason = *reason };
	all->waiting_count++;
}

bool
trails_next_revision(struct trails *all, struct revision *revision)
{
	if (all->waiting_count == 0)
		return false;
	*revision = all->waiting[all->waiting_first];
	all->waiting_first = (all->waiting_first + 1) % REVISIONS_MAX;
	all->waiting_count--;
	return true;
}

static struct resend *
resend_at(const struct trails *all, uint32_t item)
{
	return item == 0 ? NULL : pool_at(&all->resends, item);
}

/* --- segments sent again --- */

/* Left open, or open to correction; and nobody answers a keep-alive by more than an ACK. */
static bool
is_worth_noting(const struct look *look, const struct reason *reason)
{
	const uint32_t open = 1u << CAUSE_TAIL_LOSS_PROBE | 1u << CAUSE_LOST_BEFORE_CAPTURE |
			      1u << CAUSE_LOST_AFTER_CAPTURE;

	if (look->pkt->tcp.flags & TCP_SYN)
		return false;
	if (reason->cause == CAUSE_NONE)
		return look->to->flags & TRAIL_ACKS && seq_gt(look->end, look->to->acked);
	return open >> reason->cause & 1;
}

/* The latest repeat of the bytes that this segment begins with. */
static struct resend *
find_earlier(const struct look *look, const struct rare_half *half)
{
	struct resend *found = NULL;

	for (struct resend *r = resend_at(look->all, half->oldest_resend); r != NULL;
	     r = resend_at(look->all, r->next))
		if (r->seq == look->pkt->tcp.seq)
			found = r;
	return found;
}

/* It waits twice as long as what was taken for a probe: that was a timeout, which backs off. */
static void
settle_backed_off(const struct look *look, struct resend *earlier)
{
	struct reason reason = { .cause = CAUSE_LOST_AFTER_CAPTURE };
	int64_t waited_ns = elapsed_ns(look, earlier->ts_ns);

	if (earlier->settled || earlier->cause != CAUSE_TAIL_LOSS_PROBE ||
	    waited_ns < earlier->waited_ns * 8 / 5 || waited_ns > earlier->waited_ns * 13 / 5)
		return;
	earlier->cause = reason.cause;
	reason_cite(&reason, earlier->original);
	reason_cite(&reason, earlier->index);
	reason_cite(&reason, look->pkt->index);
	revise(look->all, earlier->index, &reason);
}

void
revise_later(const struct look *look, const struct reason *reason)
{
	struct trails *all = look->all;
	struct rare_half *half = look_rare(look, look->side);
	const struct packet *pkt = look->pkt;
	struct resend *earlier;
	uint32_t item;

	if (!is_worth_noting(look, reason))
		return;
	earlier = find_earlier(look, half);
	if (earlier != NULL)
		settle_backed_off(look, earlier);
	if (half->resend_count == RESENDS_MAX) {
		item = half->oldest_resend;
		half->oldest_resend = resend_at(all, item)->next;
	} else {
		item = trails_take(all, &all->resends);
		if (item == 0)
			return;
		half->resend_count++;
	}
	*resend_at(all, item) = (struct resend){
		.seq = pkt->tcp.seq,
		.end = look->end,
		.original = look->original == NULL ? 0 : look->original->index,
		.index = pkt->index,
		.ts_value = pkt->tcp.ts_value,
		.ts_ns = pkt->ts_ns,
		.waited_ns = look->original == NULL ? 0 : elapsed_ns(look, look->original->ts_ns),
		.cause = reason->cause,
		.has_ts_value = pkt->tcp.options & OPT_TIMESTAMPS,
	};
	if (half->oldest_resend == 0)
		half->oldest_resend = item;
	else
		resend_at(all, half->newest_resend)->next = item;
	half->newest_resend = item;
}

void
revise_forget(struct trails *all, struct rare_half *half)
{
	while (half->oldest_resend != 0) {
		uint32_t item = half->oldest_resend;

		half->oldest_resend = resend_at(all, item)->next;
		trails_give(all, &all->resends, item);
	}
}

/* --- what ACKs say of them --- */

/* The resend was needless, says this packet. A tail-loss probe stays one: it was worth a try. */
static void
settle_needless(const struct look *look, struct resend *resend)
{
	struct reason reason = { .cause = CAUSE_SPURIOUS };

	if (resend->cause == CAUSE_TAIL_LOSS_PROBE)
		reason.cause = CAUSE_TAIL_LOSS_PROBE;
	reason_cite(&reason, resend->original);
	reason_cite(&reason, resend->index);
	reason_cite(&reason, resend->echo_index);
	reason_cite(&reason, look->pkt->index);
	resend->settled = true;
	revise(look->all, resend->index, &reason);
}

/* RFC 2883: the first block tells of bytes that came twice. */
static bool
has_dsack(const struct packet *pkt)
{
	uint32_t left = pkt->sack_left[0], right = pkt->sack_right[0];

	if (!seq_lt(left, right))
		return false;
	if (seq_le(right, pkt->tcp.ack))
		return true;
	return pkt->tcp.sack_count > 1 && seq_le(pkt->sack_left[1], left) &&
	       seq_le(right, pkt->sack_right[1]);
}

/*
 * Each DSACK tells of one copy too many. Of several repeats that can be meant
 * it is the latest that had time to arrive: once the bytes were there, it was
 * needless for certain.
 */
static void
take_dsack(const struct look *look, uint32_t oldest)
{
	const struct packet *pkt = look->pkt;
	struct resend *meant = NULL;

	for (struct resend *r = resend_at(look->all, oldest); r != NULL;
	     r = resend_at(look->all, r->next)) {
		if ((r->settled && r->echo_index == 0) || seq_ge(r->seq, pkt->sack_right[0]) ||
		    seq_le(r->end, pkt->sack_left[0]))
			continue;
		if (meant == NULL || look->to->rtt.samples == 0 ||
		    elapsed_ns(look, r->ts_ns) >= look->to->rtt.min_ns / 2)
			meant = r;
	}
	if (meant == NULL)
		return;
	settle_needless(look, meant);
	meant->echo_index = 0;
}

/*
 * RFC 3522: an ACK that echoes an older timestamp than the repeat's was sent
 * before the repeat arrived, so the bytes had arrived without it.
 */
static void
take_echo(const struct look *look, uint32_t oldest)
{
	const struct tcp_header *tcp = &look->pkt->tcp;

	for (struct resend *r = resend_at(look->all, oldest); r != NULL;
	     r = resend_at(look->all, r->next)) {
		if (r->settled || seq_gt(r->end, tcp->ack))
			continue;
		/* acknowledged before: this ACK says nothing of how they arrived */
		if (look->from->flags & TRAIL_ACKS && seq_le(r->end, look->from->acked))
			continue;
		if (r->has_ts_value && seq_lt(tcp->ts_echo, r->ts_value)) {
			settle_needless(look, r);
			r->echo_index = look->pkt->index;
		}
	}
}

/* When the first copy had had its time, the other end still waited for it. */
static bool
was_missing(const struct look *look, const struct resend *resend)
{
	int64_t sent_ns = span_ns(resend->ts_ns, resend->waited_ns);

	return look->from->flags & TRAIL_ACKS && look->from->acked == resend->seq &&
	       span_ns(look->from->last_ns, sent_ns) >= look->to->rtt.min_ns;
}

/*
 * An ACK takes a round trip. One that comes sooner than the soonest answers an
 * earlier copy, unless there are bytes behind, whose duplicate ACKs may have asked
 * for this one. Only a SYN is acknowledged at once for certain, and close to the
 * receiver, or on one host, there is no round trip to tell by.
 */
static void
take_soon(const struct look *look, uint32_t oldest)
{
	const struct trail_half *to = look->to;
	uint32_t ack = look->pkt->tcp.ack;

	if (!(to->flags & TRAIL_ANY_SYN) || to->rtt.samples == 0 || to->rtt.min_ns < SURE_RTT_NS ||
	    look_is_loopback(look))
		return;
	for (struct resend *r = resend_at(look->all, oldest); r != NULL;
	     r = resend_at(look->all, r->next)) {
		int64_t after_ns = elapsed_ns(look, r->ts_ns);

		if (r->settled || r->cause == CAUSE_NONE || r->original == 0 || r->end != to->end ||
		    seq_gt(r->end, ack))
			continue;
		if (look->from->flags & TRAIL_ACKS && seq_le(r->end, look->from->acked))
			continue;
		if (after_ns >= 0 && after_ns < to->rtt.min_ns * 9 / 10 && !was_missing(look, r))
			settle_needless(look, r);
	}
}

/*
 * The server's first word after its SYN-ACK: it does have the connection. What
 * had been sent again in vain was lost, but where nothing is lost it was ignored,
 * and why remains open.
 */
static void
settle_unanswered(const struct look *look, uint32_t oldest)
{
	for (struct resend *r = resend_at(look->all, oldest); r != NULL;
	     r = resend_at(look->all, r->next)) {
		struct reason reason = { .cause = CAUSE_LOST_AFTER_CAPTURE };

		if (r->settled || r->cause != CAUSE_NONE || r->original == 0)
			continue;
		r->cause = reason.cause;
		reason_cite(&reason, r->original);
		reason_cite(&reason, r->index);
		reason_cite(&reason, look->pkt->index);
		revise(look->all, r->index, &reason);
	}
}

void
revise_by_ack(const struct look *look, bool advances)
{
	const struct tcp_header *tcp = &look->pkt->tcp;
	uint32_t oldest = look_rare(look, !look->side)->oldest_resend;

	if (oldest == 0 || tcp->flags & (TCP_SYN | TCP_RST))
		return;
	if (tcp->sack_count > 0 && has_dsack(look->pkt))
		take_dsack(look, oldest);
	if (!advances)
		return;
	if (tcp->options & OPT_TIMESTAMPS && tcp->ts_echo != 0)
		take_echo(look, oldest);
	take_soon(look, oldest);
	if (look->from->flags & TRAIL_SYN_ACK && !(look->from->flags & TRAIL_ALIVE) &&
	    !look_is_at_receiver(look))
		settle_unanswered(look, oldest);
}

/* --- what a repeated SYN-ACK says --- */

/* What the client sent again meanwhile was ignored, not lost. */
static void
settle_ignored(const struct look *look)
{
	uint32_t oldest = look_rare(look, !look->side)->oldest_resend;

	for (struct resend *r = resend_at(look->all, oldest); r != NULL;
	     r = resend_at(look->all, r->next)) {
		struct reason reason = { .cause = CAUSE_ACCEPT_QUEUE_FULL };

		if (r->settled)
			continue;
		reason_cite(&reason, look->to->first_ack_index);
		reason_cite(&reason, r->original);
		reason_cite(&reason, r->index);
		reason_cite(&reason, look->pkt->index);
		r->settled = true;
		revise(look->all, r->index, &reason);
	}
}

/* The repeat before this one had been left open. */
static void
settle_refusal(const struct look *look, uint32_t index)
{
	struct reason reason = { .cause = CAUSE_ACCEPT_QUEUE_FULL };

	reason_cite(&reason, look->to->first_ack_index);
	reason_cite(&reason, index);
	reason_cite(&reason, look->pkt->index);
	revise(look->all, index, &reason);
}

void
revise_refused(const struct look *look, const struct reason *reason)
{
	struct trail_rare *rare = look->trail->rare;

	if (!is_late_syn_ack(look))
		return;
	if (reason->cause == CAUSE_ACCEPT_QUEUE_FULL) {
		if (rare->refusals > 0 && !(look->from->flags & TRAIL_REFUSED))
			settle_refusal(look, rare->refusal_index);
		settle_ignored(look);
		if (!(look->from->flags & TRAIL_REFUSED))
			rare->refusal = *reason;
		look->from->flags |= TRAIL_REFUSED;
	}
	rare->refusals++;
	rare->refusal_index = look->pkt->index;
}

void
revise_closed(const struct look *look, uint32_t index)
{
	struct reason reason = { .cause = CAUSE_LISTENER_CLOSED };

	reason_cite(&reason, index);
	reason_cite(&reason, look->pkt->index);
	revise(look->all, index, &reason);
}

struct reason
trail_refusal(const struct trail *trail)
{
	struct reason reason = { .cause = CAUSE_NONE };

	if (trail->rare == NULL || trail->rare->refusal.cause == CAUSE_NONE)
		return reason;
	reason = trail->rare->refusal;
	reason_cite(&reason, trail->rare->refusal_index);
	return reason;
}

void
revise_missed(const struct look *look)
{
	struct rare_half *half = look_rare(look, look->side);
	struct reason reason = { .cause = CAUSE_NONE };

	if (half == NULL || half->missed_behind == 0)
		return;
	revise(look->all, half->missed_behind, &reason);
	half->missed_behind = 0;
}
