/*
 * Holes: bytes of one side below its highest end that are not in the capture.
 * They end in one of three ways: the bytes come late, or they are acknowledged
 * although they were never seen, or the capture ends.
 */
#include "tcp/trail_priv.h"

#include "base/seq.h"

#define HOLES_MAX 64 /* of one side; past that the lowest is forgotten */

static struct hole *
hole_at(const struct trails *all, uint32_t item)
{
	return pool_at(&all->holes, item);
}

static void
drop_hole(struct trails *all, struct rare_half *half, uint32_t *link)
{
	uint32_t item = *link;

	*link = hole_at(all, item)->next;
	half->hole_count--;
	trails_give(all, &all->holes, item);
	if (item != half->highest_hole)
		return;
	half->highest_hole = half->holes;
	for (uint32_t next = half->holes; next != 0; next = hole_at(all, next)->next)
		half->highest_hole = next;
}

const struct hole *
hole_find(const struct look *look)
{
	const struct rare_half *half = look_rare(look, look->side);
	uint32_t item = half == NULL ? 0 : half->holes;

	for (; item != 0; item = hole_at(look->all, item)->next) {
		const struct hole *hole = hole_at(look->all, item);

		if (seq_lt(hole->left, look->end) && seq_gt(hole->right, look->pkt->tcp.seq))
			return hole;
	}
	return NULL;
}

void
hole_open(const struct look *look)
{
	struct rare_half *half = look_rare(look, look->side);
	const struct packet *pkt = look->pkt;
	uint32_t item;

	if (half->hole_count == HOLES_MAX)
		drop_hole(look->all, half, &half->holes);
	item = trails_take(look->all, &look->all->holes);
	if (item == 0)
		return;
	half->hole_count++;
	if (half->holes == 0)
		half->holes = item;
	else
		hole_at(look->all, half->highest_hole)->next = item;
	half->highest_hole = item;
	*hole_at(look->all, item) = (struct hole){
		.left = look->from->end,
		.right = pkt->tcp.seq,
		.index = pkt->index,
		.ts_ns = pkt->ts_ns,
		.ts_value = pkt->tcp.ts_value,
		.has_ts_value = pkt->tcp.options & OPT_TIMESTAMPS,
		.ip_id = pkt->ip_id,
		.ip_id_before = look->from->last_ip_id,
	};
}

/* Keep what lies behind the filled part as a hole of its own. */
static void
split_hole(
    struct trails *all, struct rare_half *half, struct hole *hole, uint32_t seq, uint32_t end)
{
	uint32_t item = half->hole_count < HOLES_MAX ? trails_take(all, &all->holes) : 0;

	if (item != 0) {
		*hole_at(all, item) = *hole;
		hole_at(all, item)->left = end;
		hole->next = item;
		if (hole_at(all, item)->next == 0)
			half->highest_hole = item;
		half->hole_count++;
	}
	hole->right = seq;
}

void
hole_fill(const struct look *look)
{
	struct trails *all = look->all;
	struct rare_half *half = look_rare(look, look->side);
	uint32_t seq = look->pkt->tcp.seq, end = look->end;
	uint32_t *link = &half->holes;

	while (*link != 0) {
		struct hole *hole = hole_at(all, *link);
		bool starts_inside = seq_gt(seq, hole->left);
		bool ends_inside = seq_lt(end, hole->right);

		if (seq_ge(hole->left, end))
			return;
		if (seq_le(hole->right, seq)) {
			link = &hole->next;
			continue;
		}
		if (!starts_inside && !ends_inside) {
			drop_hole(all, half, link);
			continue;
		}
		if (starts_inside && ends_inside)
			split_hole(all, half, hole, seq, end);
		else if (starts_inside)
			hole->right = seq;
		else
			hole->left = end;
		link = &hole->next;
	}
}

void
hole_note_missed(const struct look *look, uint32_t left, uint32_t right, uint32_t behind)
{
	struct rare_half *half = look_rare(look, !look->side);
	struct reason reason = { .cause = CAUSE_NOT_CAPTURED };

	/* ACKs behind each other, each a segment further */
	if (half->missed_index == 0 || half->missed_right != left ||
	    elapsed_ns(look, half->missed_ns) > MS_NS)
		half->missed_left = left;
	half->missed_right = right;
	half->missed_index = look->pkt->index;
	half->missed_behind = behind;
	half->missed_ns = look->pkt->ts_ns;
	if (behind == 0)
		return;
	reason_cite(&reason, behind);
	reason_cite(&reason, look->pkt->index);
	revise(look->all, behind, &reason);
}

bool
hole_pass(const struct look *look, uint32_t ack)
{
	struct rare_half *half = look_rare(look, !look->side);
	bool any = false;

	while (half->holes != 0) {
		struct hole *hole = hole_at(look->all, half->holes);

		if (seq_ge(hole->left, ack))
			break;
		any = true;
		if (seq_gt(hole->right, ack)) {
			hole->left = ack;
			break;
		}
		hole_note_missed(look, hole->left, hole->right, hole->index);
		drop_hole(look->all, half, &half->holes);
	}
	return any;
}

/* The highest byte that the ACK's SACK blocks tell of, or what it acknowledges. */
static uint32_t
highest_told(const struct packet *pkt)
{
	uint32_t highest = pkt->tcp.ack;

	for (unsigned i = 0; i < pkt->tcp.sack_count; i++)
		if (seq_gt(pkt->sack_right[i], highest))
			highest = pkt->sack_right[i];
	return highest;
}

void
hole_note_told(const struct look *look)
{
	struct rare_half *half = look_rare(look, !look->side);
	const struct packet *pkt = look->pkt;
	bool repeats = look->marks & MARK_BIT(MARK_DUPLICATE_ACK);
	uint32_t highest;

	if (half->holes == 0 || look_has_bytes(look) || !(repeats || pkt->tcp.sack_count > 0))
		return;
	highest = highest_told(pkt);
	for (uint32_t item = half->holes; item != 0; item = hole_at(look->all, item)->next) {
		struct hole *hole = hole_at(look->all, item);

		if (seq_ge(hole->left, highest) && !(repeats && hole->left == pkt->tcp.ack))
			return;
		if (hole->told_count == 0) {
			hole->told_index = pkt->index;
			hole->told_ns = pkt->ts_ns;
		}
		hole->told_count++;
	}
}

void
hole_forget(struct trails *all, struct rare_half *half)
{
	while (half->holes != 0)
		drop_hole(all, half, &half->holes);
}
