/*
 * A segment that is not simply the next of its side, or of a connection that
 * has holes or repeats to look after: cause.c is asked why it was sent so, and
 * what it says moves the trail forward. Whatever trail.c does for an ordinary
 * segment is done here too, with more questions.
 */
#include "tcp/trail_priv.h"

#include "base/seq.h"
#include "tcp/trail_step.h"

/* No window is larger (RFC 7323, 2.3): what lies further off belongs to another time. */
#define REACH_BYTES (1 << 30)

/* NULL where the budget is used up. */
static struct trail_rare *
need_rare(const struct look *look)
{
	uint32_t item;

	if (look->trail->rare != NULL)
		return look->trail->rare;
	item = trails_take(look->all, &look->all->rares);
	if (item == 0)
		return NULL;
	look->trail->rare = pool_at(&look->all->rares, item);
	look->trail->rare->item = item;
	return look->trail->rare;
}

/* A segment that filled a hole, put where its number belongs. */
static void
insert(const struct look *look)
{
	struct trail_half *from = look->from;
	struct sent *sent = sent_new(look, look->pkt->tcp.seq);
	struct sent *before = from->newest;
	struct sent *behind = sent_oldest(from);

	if (sent == NULL)
		return;
	sent->resent = true;
	for (; behind != NULL && seq_lt(behind->seq, sent->seq); behind = sent_after(from, behind))
		before = behind;
	sent->next = sent;
	if (before != NULL) {
		sent->next = before->next;
		before->next = sent;
	}
	if (behind == NULL)
		from->newest = sent;
}

/* The first segment on the list that holds some of the bytes. */
static struct sent *
find_original(const struct look *look)
{
	const struct trail_half *from = look->from;
	struct sent *sent = from->newest;
	uint32_t seq = look->pkt->tcp.seq;

	/* A tail-loss probe repeats the newest, a timeout the oldest: both are found at once. */
	if (sent != NULL && seq_lt(seq, sent->seq))
		sent = sent->next;
	for (; sent != NULL; sent = sent_after(from, sent)) {
		if (seq_ge(sent->seq, look->end))
			return NULL;
		if (seq_gt(sent->end, seq))
			return sent;
	}
	return NULL;
}

/* --- ACKs --- */

/* What it acknowledges is within reach. */
static bool
is_in_reach(const struct look *look)
{
	return !(look->to->flags & TRAIL_KNOWN) ||
	       seq_diff(look->pkt->tcp.ack, look->to->end) <= REACH_BYTES;
}

/* No round trips from what a repeat of unknown bytes may be part of. */
static bool
may_time(const struct rare_half *half, uint32_t ack)
{
	return half == NULL || !half->untimed || seq_gt(ack, half->untimed_until);
}

static void
advance_ack(const struct look *look)
{
	struct trail_half *to = look->to;
	uint32_t ack = look->pkt->tcp.ack;
	bool seen = true;

	if (to->flags & TRAIL_KNOWN && seq_gt(ack, to->end)) {
		seen = false;
		if (need_rare(look) != NULL)
			hole_note_missed(look, to->end, ack, 0);
		to->end = ack;
	}
	if (look->trail->rare != NULL && hole_pass(look, ack))
		seen = false;
	step_ack(look, !seen || !may_time(look_rare(look, !look->side), ack));
}

static void
take_ack(const struct look *look)
{
	bool advances;

	if (!(look->pkt->tcp.flags & TCP_ACK))
		return;
	advances = is_in_reach(look) && ack_is_new(look);
	if (look->trail->rare != NULL) {
		revise_by_ack(look, advances);
		hole_note_told(look);
	}
	if (advances)
		advance_ack(look);
	if (!(look->pkt->tcp.flags & TCP_RST))
		step_first_ack(look);
}

/* --- what a segment sends --- */

/* The segment starts below the end: its bytes were sent before, or are late. */
static void
go_back(const struct look *look, const struct reason *reason)
{
	struct trail_rare *rare = look->trail->rare;
	struct rare_half *half;

	for (struct sent *sent = look->original; sent != NULL && seq_lt(sent->seq, look->end);
	     sent = sent_after(look->from, sent))
		sent->resent = true;
	if (look->end == look->pkt->tcp.seq || look->pkt->tcp.flags & TCP_SYN)
		return;
	rare = need_rare(look);
	if (rare == NULL)
		return;
	half = &rare->half[look->side];
	if (look->hole != NULL) {
		hole_fill(look);
		if (seq_le(look->end, look->from->end))
			insert(look);
	} else if (look->original == NULL) {
		half->untimed = true;
		half->untimed_until = look->from->end;
	}
	revise_later(look, reason);
}

/* The first number, one out of reach, or a SYN's before anything was agreed upon. */
static bool
is_another_beginning(const struct look *look)
{
	const struct trail_half *from = look->from;
	const struct sent *oldest = sent_oldest(from);
	int32_t ahead = seq_diff(look->pkt->tcp.seq, from->end);

	if (!(from->flags & TRAIL_KNOWN) || ahead > REACH_BYTES || ahead < -REACH_BYTES)
		return true;
	return look->pkt->tcp.flags & TCP_SYN && look->end != from->end &&
	       (from->flags & TRAIL_SYN_ACK ? !(from->flags & TRAIL_ALIVE)
					    : from->first_ack_index == 0) &&
	       (oldest == NULL || oldest->seq != look->pkt->tcp.seq);
}

static void
begin_again(const struct look *look)
{
	struct rare_half *half = look_rare(look, look->side);

	trail_forget_sent(look->all, look->from);
	if (half != NULL)
		hole_forget(look->all, half);
	look->from->end = look->pkt->tcp.seq;
	look->from->flags |= TRAIL_KNOWN;
}

static void
take_bytes(const struct look *look, const struct reason *reason)
{
	struct trail_half *from = look->from;
	uint32_t seq = look->pkt->tcp.seq;
	int32_t ahead;

	if (look->pkt->tcp.flags & TCP_RST)
		return;
	if (is_another_beginning(look))
		begin_again(look);
	ahead = seq_diff(seq, from->end);
	if (ahead > 0) {
		if (need_rare(look) != NULL)
			hole_open(look);
		from->end = seq;
	} else if (ahead < 0) {
		go_back(look, reason);
		seq = from->end;
	}
	if (seq_lt(seq, look->end))
		step_bytes(look, seq);
}

/* --- one segment --- */

static void
remember_imprint(const struct look *look)
{
	struct trail_rare *rare = need_rare(look);
	struct rare_half *half;

	if (rare == NULL)
		return;
	half = &rare->half[look->side];
	half->imprints[half->imprint_next++ % IMPRINTS_KEPT] = (struct imprint){
		.ts_ns = look->pkt->ts_ns,
		.index = look->pkt->index,
		.seq = look->pkt->tcp.seq,
		.ack = look->pkt->tcp.ack,
		.ip_id = look->pkt->ip_id,
		.checksum = look->pkt->tcp.checksum,
	};
}

static void
remember(const struct look *look)
{
	struct trail_half *from = look->from;

	if (look->pkt->ip_id != 0 && look->pkt->ip_id == from->last_ip_id)
		from->flags |= TRAIL_ID_USELESS;
	if (look_doubled(look))
		remember_imprint(look);
	step_last(look);
	if (look->pkt->tcp.flags & TCP_RST) {
		from->flags |= TRAIL_RST;
		from->flags &= (uint16_t)~TRAIL_WINDOW_CLOSED; /* its window means nothing */
	}
}

/* What a finding says of packets other than this one. */
static void
take_cause(const struct look *look, const struct reason *reason)
{
	if (reason->cause == CAUSE_SYN_DROPPED) {
		if (need_rare(look) != NULL && look->trail->rare->refusal.cause == CAUSE_NONE)
			look->trail->rare->refusal = *reason;
	} else if (look->pkt->tcp.flags & TCP_SYN) {
		if (look->from->flags & TRAIL_SYN_ACK && look->to->first_ack_index != 0 &&
		    need_rare(look) != NULL)
			revise_refused(look, reason);
	} else if (reason->cause == CAUSE_OVERFLOW_ABORT) {
		look->from->flags |= TRAIL_OVERFLOWED;
	} else if (reason->cause == CAUSE_REORDERED && look->hole == NULL) {
		revise_missed(look);
	}
}

/* Whether the frame is a segment of its own, no copy of one; reason: why it was sent so. */
static bool
judge(struct look *look, struct reason *reason)
{
	if (seq_lt(look->pkt->tcp.seq, look->from->end)) {
		look->original = find_original(look);
		look->hole = hole_find(look);
	}
	*reason = cause_of(look);
	if (reason->cause == CAUSE_CAPTURE_DUPLICATE) {
		look->from->flags |= TRAIL_DOUBLED;
		look->to->flags |= TRAIL_DOUBLED;
		return false;
	}
	take_cause(look, reason);
	return true;
}

struct reason
odd_segment(struct look look)
{
	struct reason reason = { .cause = CAUSE_NONE };

	if (look.all->free_sent == NULL)
		trails_stock(look.all);
	if (!is_ordinary(&look) && !judge(&look, &reason))
		return reason; /* it was not sent again: nothing moves */
	take_ack(&look);
	take_bytes(&look, &reason);
	remember(&look);
	return reason;
}
