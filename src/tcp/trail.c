/*
 * A trail is what one side's segments leave behind: those not yet acknowledged,
 * oldest first, and the holes, bytes that are below the highest end but not in
 * the capture. From the first we know how long an answer took and which packet
 * a repeat repeats; from the second, whether a late segment brings anything new.
 *
 * An ordinary segment, next in sequence and with nothing odd about it, costs
 * one item put on the list or taken off; all else is judged by cause.c first.
 * Nothing grows without bound: lists are limited in length, so walks are, and
 * what does not fit is forgotten, which can only make a cause unknown.
 */
#include "tcp/trail_priv.h"

#include "base/seq.h"

#define CONTROL (TCP_SYN | TCP_FIN | TCP_RST)

/* Each for one side. Chosen so that no walk takes longer than a microsecond. */
#define SENT_MAX       256
#define SENT_ALONE_MAX 32 /* where the other side, whose ACKs end the wait, was never seen */

/* No window is larger (RFC 7323, 2.3): what lies further off belongs to another time. */
#define REACH_BYTES (1 << 30)

/* The marks that leave nothing to ask. */
#define PLAIN_MARKS \
	(MARK_BIT(MARK_WINDOW_FULL) | MARK_BIT(MARK_WINDOW_UPDATE) | MARK_BIT(MARK_ZERO_WINDOW) | \
	    MARK_BIT(MARK_KEEP_ALIVE_ACK) | MARK_BIT(MARK_ZERO_WINDOW_PROBE_ACK))

/* --- what all trails share --- */

/* Item 0 of each pool is never used, so that zero can mean none. */
static void
begin_pool(struct pool *pool, size_t item_bytes)
{
	pool_init(pool, item_bytes);
	(void)pool_get(pool);
}

void
trails_init(struct trails *all, struct budget *budget)
{
	begin_pool(&all->sent, sizeof(struct sent));
	begin_pool(&all->holes, sizeof(struct hole));
	begin_pool(&all->resends, sizeof(struct resend));
	begin_pool(&all->rares, sizeof(struct trail_rare));
	all->budget = budget;
	all->free_sent = 0;
	all->waiting_first = 0;
	all->waiting_count = 0;
}

void
trails_fini(struct trails *all)
{
	budget_give(all->budget, (all->sent.item_count - 1) * all->sent.item_bytes);
	pool_fini(&all->sent);
	pool_fini(&all->holes);
	pool_fini(&all->resends);
	pool_fini(&all->rares);
}

uint32_t
trails_take(struct trails *all, struct pool *pool)
{
	return budget_take(all->budget, pool->item_bytes) ? pool_get(pool) : 0;
}

void
trails_give(struct trails *all, struct pool *pool, uint32_t item)
{
	pool_put(pool, item);
	budget_give(all->budget, pool->item_bytes);
}

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

/* --- segments not yet acknowledged --- */

static struct sent *
sent_at(const struct trails *all, uint32_t item)
{
	return pool_at(&all->sent, item);
}

/*
 * Nearly every packet takes an item or gives one back, so they are kept at hand,
 * uncleared, and stay charged to the budget, as the pool's memory stays taken.
 */
static uint32_t
take_sent(struct trails *all)
{
	uint32_t item = all->free_sent;

	if (item == 0)
		return trails_take(all, &all->sent);
	all->free_sent = sent_at(all, item)->next;
	return item;
}

static void
drop_oldest(struct trails *all, struct trail_half *half)
{
	uint32_t item = half->oldest;
	struct sent *sent = sent_at(all, item);

	half->oldest = sent->next;
	half->count--;
	sent->next = all->free_sent;
	all->free_sent = item;
	if (half->oldest == 0)
		half->newest = 0;
}

/* An item for this segment's bytes from seq on, on no list yet; 0: there is no room. */
static uint32_t
new_sent(const struct look *look, uint32_t seq)
{
	struct trail_half *from = look->from;
	uint32_t item = 0;

	if (look->to->last_index == 0 && from->count >= SENT_ALONE_MAX) {
		drop_oldest(look->all, from);
		from->flags |= TRAIL_UNLISTED;
	}
	if (from->count < SENT_MAX)
		item = take_sent(look->all);
	if (item == 0) {
		from->flags |= TRAIL_UNLISTED;
		return 0;
	}
	from->count++;
	*sent_at(look->all, item) = (struct sent){
		.seq = seq,
		.end = look->end,
		.index = look->pkt->index,
		.ts_ns = look->pkt->ts_ns,
		.ip_id = look->pkt->ip_id,
		.checksum = look->pkt->tcp.checksum,
	};
	return item;
}

static void
push(const struct look *look, uint32_t seq)
{
	struct trail_half *from = look->from;
	uint32_t item = new_sent(look, seq);

	if (item == 0)
		return;
	if (from->oldest == 0)
		from->oldest = item;
	else
		sent_at(look->all, from->newest)->next = item;
	from->newest = item;
}

/* A segment that filled a hole, put where its number belongs. */
static void
insert(const struct look *look)
{
	uint32_t item = new_sent(look, look->pkt->tcp.seq);
	uint32_t *link = &look->from->oldest;
	struct sent *sent;

	if (item == 0)
		return;
	sent = sent_at(look->all, item);
	sent->resent = true;
	while (*link != 0 && seq_lt(sent_at(look->all, *link)->seq, sent->seq))
		link = &sent_at(look->all, *link)->next;
	sent->next = *link;
	*link = item;
	if (sent->next == 0)
		look->from->newest = item;
}

/* The first segment on the list that holds some of the bytes. */
static struct sent *
find_original(const struct look *look)
{
	uint32_t seq = look->pkt->tcp.seq;
	uint32_t item = look->from->newest;

	/* A tail-loss probe repeats the newest, a timeout the oldest: both are found at once. */
	if (item == 0 || seq_lt(seq, sent_at(look->all, item)->seq))
		item = look->from->oldest;
	for (; item != 0; item = sent_at(look->all, item)->next) {
		struct sent *sent = sent_at(look->all, item);

		if (seq_ge(sent->seq, look->end))
			return NULL;
		if (seq_gt(sent->end, seq))
			return sent;
	}
	return NULL;
}

/* --- round-trip times --- */

static void
add_round_trip(struct rtt *rtt, int64_t ns)
{
	int64_t us = ns / 1000;

	if (ns < 0 || us > UINT32_MAX)
		return; /* the capture's clock stepped */
	if (rtt->samples == 0 || ns < rtt->min_ns)
		rtt->min_ns = ns;
	if (rtt->samples == 0)
		rtt->smoothed_us = (uint32_t)us;
	else
		rtt->smoothed_us = (uint32_t)(rtt->smoothed_us + (us - rtt->smoothed_us) / 8);
	if (rtt->samples < UINT32_MAX)
		rtt->samples++;
}

int64_t
trail_rtt_ns(const struct trail *trail)
{
	const struct rtt *a = &trail->half[0].rtt, *b = &trail->half[1].rtt;

	if (a->samples == 0 && b->samples == 0)
		return -1;
	return (a->samples > 0 ? a->min_ns : 0) + (b->samples > 0 ? b->min_ns : 0);
}

/*
 * Take off the list what ack covers, and read a round trip off it where Karn's
 * rule allows: it ends exactly at ack, and nothing of it was sent twice.
 */
static void
retire(const struct look *look, uint32_t ack, bool clean)
{
	struct trail_half *to = look->to;
	bool exact = false;
	int64_t sent_ns = 0;

	while (to->oldest != 0) {
		struct sent *sent = sent_at(look->all, to->oldest);

		if (seq_gt(sent->end, ack)) {
			if (seq_lt(sent->seq, ack))
				sent->seq = ack;
			break;
		}
		exact = sent->end == ack;
		clean &= !sent->resent;
		sent_ns = sent->ts_ns;
		drop_oldest(look->all, to);
	}
	if (exact && clean)
		add_round_trip(&to->rtt, elapsed_ns(look, sent_ns));
}

/* --- ACKs --- */

/* It acknowledges more than before, and what it acknowledges is within reach. */
static bool
ack_advances(const struct look *look)
{
	uint32_t ack = look->pkt->tcp.ack;

	if (look->to->flags & TRAIL_KNOWN && seq_diff(ack, look->to->end) > REACH_BYTES)
		return false;
	return !(look->from->flags & TRAIL_ACKS) || seq_gt(ack, look->from->acked);
}

/* No round trips from what a repeat of unknown bytes may be part of. */
static bool
may_time(const struct rare_half *half, uint32_t ack)
{
	return half == NULL || !half->untimed || seq_gt(ack, half->untimed_until);
}

static void
advance_ack(const struct look *look, uint32_t ack)
{
	struct trail_half *from = look->from, *to = look->to;
	bool seen = true;

	/* More than the SYN: only an established end says that. */
	if (from->flags & TRAIL_SYN_ACK && from->flags & TRAIL_ACKS)
		from->flags |= TRAIL_ALIVE;
	from->flags |= TRAIL_ACKS;
	from->acked = ack;
	if (to->flags & TRAIL_KNOWN && seq_gt(ack, to->end)) {
		seen = false;
		if (need_rare(look) != NULL)
			hole_note_missed(look, to->end, ack, 0);
		to->end = ack;
	}
	if (look->trail->rare != NULL && hole_pass(look, ack))
		seen = false;
	retire(look, ack, seen && may_time(look_rare(look, !look->side), ack));
	if (to->count == 0)
		to->flags &= (uint16_t)~TRAIL_UNLISTED;
}

static void
take_ack(const struct look *look)
{
	const struct tcp_header *tcp = &look->pkt->tcp;
	bool advances;

	if (!(tcp->flags & TCP_ACK))
		return;
	advances = ack_advances(look);
	if (look->trail->rare != NULL) {
		revise_by_ack(look, advances);
		hole_note_told(look);
	}
	if (advances)
		advance_ack(look, tcp->ack);
	if (look->from->first_ack_index == 0 && look->to->flags & TRAIL_ANY_SYN &&
	    !(tcp->flags & TCP_RST))
		look->from->first_ack_index = look->pkt->index;
}

/* --- what a segment sends --- */

/* The segment starts below the end: its bytes were sent before, or are late. */
static void
go_back(const struct look *look, const struct reason *reason)
{
	struct trail_rare *rare = look->trail->rare;
	struct rare_half *half;

	for (struct sent *sent = look->original; sent != NULL && seq_lt(sent->seq, look->end);
	     sent = sent->next == 0 ? NULL : sent_at(look->all, sent->next))
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

static void
forget_sent(struct trails *all, struct trail_half *half)
{
	while (half->oldest != 0)
		drop_oldest(all, half);
}

/* The first number, one out of reach, or a SYN's before anything was agreed upon. */
static bool
is_another_beginning(const struct look *look)
{
	const struct trail_half *from = look->from;
	int32_t ahead = seq_diff(look->pkt->tcp.seq, from->end);

	if (!(from->flags & TRAIL_KNOWN) || ahead > REACH_BYTES || ahead < -REACH_BYTES)
		return true;
	return look->pkt->tcp.flags & TCP_SYN && look->end != from->end &&
	       (from->flags & TRAIL_SYN_ACK ? !(from->flags & TRAIL_ALIVE)
					    : from->first_ack_index == 0) &&
	       (from->oldest == 0 || sent_at(look->all, from->oldest)->seq != look->pkt->tcp.seq);
}

static void
begin_again(const struct look *look)
{
	struct rare_half *half = look_rare(look, look->side);

	forget_sent(look->all, look->from);
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
	if (seq_lt(seq, look->end)) {
		push(look, seq);
		from->end = look->end;
	}
}

/* --- one segment --- */

static bool
is_ordinary(const struct look *look)
{
	const struct trail_half *from = look->from;
	const struct packet *pkt = look->pkt;

	return from->flags & TRAIL_KNOWN && pkt->tcp.seq == from->end &&
	       !(pkt->tcp.flags & CONTROL) && !(look->marks & ~PLAIN_MARKS) &&
	       !look_doubled(look) &&
	       (pkt->ip_id == 0 || pkt->ip_id != from->last_ip_id ||
		   from->flags & TRAIL_ID_USELESS);
}

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
remember_flags(const struct look *look)
{
	struct trail_half *from = look->from;
	uint16_t flags = look->pkt->tcp.flags;

	if (flags & TCP_SYN)
		from->flags |= flags & TCP_ACK ? TRAIL_SYN_ACK : TRAIL_SYN;
	if (flags & TCP_FIN)
		from->flags |= TRAIL_FIN;
	if (flags & TCP_RST)
		from->flags |= TRAIL_RST;
	if (look->pkt->ip_id != 0 && look->pkt->ip_id == from->last_ip_id)
		from->flags |= TRAIL_ID_USELESS;
	if (look_doubled(look))
		remember_imprint(look);
}

static void
remember(const struct look *look)
{
	struct trail_half *from = look->from;
	const struct packet *pkt = look->pkt;

	/* bytes after a SYN-ACK: only an established end sends them */
	if (from->flags & TRAIL_SYN_ACK && look_has_bytes(look) && !(pkt->tcp.flags & TCP_SYN))
		from->flags |= TRAIL_ALIVE;
	if (pkt->tcp.window == 0 && !(pkt->tcp.flags & TCP_RST))
		from->flags |= TRAIL_WINDOW_CLOSED;
	else
		from->flags &= (uint16_t)~TRAIL_WINDOW_CLOSED;
	from->last_index = pkt->index;
	from->last_ns = pkt->ts_ns;
	from->last_ip_id = pkt->ip_id;
	from->last_checksum = pkt->tcp.checksum;
}

/* What a finding says of packets other than this one. */
static void
take_cause(const struct look *look, const struct reason *reason)
{
	if (look->pkt->tcp.flags & TCP_SYN) {
		if (look->from->flags & TRAIL_SYN_ACK && look->to->first_ack_index != 0 &&
		    need_rare(look) != NULL)
			revise_refused(look, reason);
	} else if (reason->cause == CAUSE_OVERFLOW_ABORT) {
		look->from->flags |= TRAIL_OVERFLOWED;
	} else if (reason->cause == CAUSE_REORDERED && look->hole == NULL) {
		revise_missed(look);
	}
}

static struct reason
take_odd(struct look *look)
{
	struct reason reason;

	if (seq_lt(look->pkt->tcp.seq, look->from->end)) {
		look->original = find_original(look);
		look->hole = hole_find(look);
	}
	reason = cause_of(look);
	if (reason.cause == CAUSE_CAPTURE_DUPLICATE) {
		look->from->flags |= TRAIL_DOUBLED;
		return reason; /* it was not sent again: nothing moves */
	}
	take_cause(look, &reason);
	take_ack(look);
	take_bytes(look, &reason);
	remember_flags(look);
	remember(look);
	return reason;
}

struct reason
trail_segment(struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side,
    uint32_t marks)
{
	struct look look = {
		.all = all,
		.trail = &pair->trail,
		.conn = &pair->conn,
		.pkt = pkt,
		.from = &pair->trail.half[side],
		.to = &pair->trail.half[!side],
		.side = side,
		.marks = marks,
		.end = pkt->tcp.seq + pkt->payload_bytes + ((pkt->tcp.flags & TCP_SYN) != 0) +
		       ((pkt->tcp.flags & TCP_FIN) != 0),
	};

	if (!is_ordinary(&look))
		return take_odd(&look);
	take_ack(&look);
	if (look_has_bytes(&look)) {
		push(&look, pkt->tcp.seq);
		look.from->end = look.end;
	}
	remember(&look);
	return (struct reason){ .cause = CAUSE_NONE };
}

void
trail_fini(struct trails *all, struct trail *trail)
{
	for (int side = 0; side < 2; side++) {
		forget_sent(all, &trail->half[side]);
		if (trail->rare != NULL) {
			hole_forget(all, &trail->rare->half[side]);
			revise_forget(all, &trail->rare->half[side]);
		}
	}
	if (trail->rare != NULL)
		trails_give(all, &all->rares, trail->rare->item);
	trail->rare = NULL;
}
