/*
 * A trail is what one side's segments leave behind: those not yet acknowledged,
 * oldest first, and the holes, bytes that are below the highest end but not in
 * the capture. From the first we know how long an answer took and which packet
 * a repeat repeats; from the second, whether a late segment brings anything new.
 *
 * An ordinary segment, next in sequence and with nothing odd about it, costs
 * one item put on the list or taken off; all else is judged in odd.c first.
 * Nothing grows without bound: lists are limited in length, so walks are, and
 * what does not fit is forgotten, which can only make a cause unknown.
 */
#include "tcp/trail_priv.h"

#include <stdlib.h>

#include "base/seq.h"
#include "tcp/trail_step.h"

/* Items taken at once for segments not yet acknowledged. */
#define SENT_STOCK 16

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
	all->endpoints = endpoints_new();
	all->free_sent = NULL;
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
	free(all->endpoints);
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

/*
 * Nearly every packet takes an item or gives one back, so they are kept at hand,
 * uncleared, and stay charged to the budget, as the pool's memory stays taken.
 */
void
trails_stock(struct trails *all)
{
	for (unsigned i = 0; i < SENT_STOCK; i++) {
		uint32_t item = trails_take(all, &all->sent);
		struct sent *sent;

		if (item == 0)
			return;
		sent = pool_at(&all->sent, item);
		sent->next = all->free_sent;
		all->free_sent = sent;
	}
}

void
trail_forget_sent(struct trails *all, struct trail_half *half)
{
	while (half->newest != NULL)
		sent_drop_oldest(all, half);
}

int64_t
trail_rtt_ns(const struct trail *trail)
{
	const struct rtt *a = &trail->half[0].rtt, *b = &trail->half[1].rtt;

	return a->samples > 0 && b->samples > 0 ? a->min_ns + b->min_ns : -1;
}

/* --- one segment --- */

/* Move on by an ordinary segment. False, and nothing is done, where there is more to ask. */
static inline bool
go_on(const struct look *look)
{
	const struct packet *pkt = look->pkt;

	if (look->trail->rare != NULL || look->all->free_sent == NULL || !is_ordinary(look))
		return false;
	if (pkt->tcp.flags & TCP_ACK) {
		if (ack_is_new(look)) {
			if (look->to->flags & TRAIL_KNOWN && seq_gt(pkt->tcp.ack, look->to->end))
				return false; /* it tells of bytes that the capture lacks */
			step_ack(look, false);
		}
		step_first_ack(look);
	}
	if (look_has_bytes(look))
		step_bytes(look, pkt->tcp.seq);
	step_last(look);
	return true;
}

struct reason
trail_segment(struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side,
    uint32_t marks)
{
	struct trail *trail = &pair->trail;
	const struct look look = {
		.all = all,
		.trail = trail,
		.conn = &pair->conn,
		.pkt = pkt,
		.from = &trail->half[side],
		.to = &trail->half[1 - side],
		.side = side,
		.marks = marks,
		.end = segment_end(pkt),
	};

	return go_on(&look) ? (struct reason){ .cause = CAUSE_NONE } : odd_segment(look);
}

void
trail_fini(struct trails *all, struct trail *trail)
{
	for (int side = 0; side < 2; side++) {
		trail_forget_sent(all, &trail->half[side]);
		if (trail->rare != NULL) {
			hole_forget(all, &trail->rare->half[side]);
			revise_forget(all, &trail->rare->half[side]);
		}
	}
	if (trail->rare != NULL)
		trails_give(all, &all->rares, trail->rare->item);
	trail->rare = NULL;
}

bool
trail_acked(const struct trail *trail, enum side side, uint32_t *acked)
{
	*acked = trail->half[side].acked;
	return trail->half[side].flags & TRAIL_ACKS;
}

bool
trail_stuck(const struct trail *trail, enum side side, int64_t *since_ns)
{
	const struct sent *oldest = sent_oldest(&trail->half[side]);

	if (oldest == NULL || !oldest->resent)
		return false;
	*since_ns = oldest->ts_ns;
	return true;
}
