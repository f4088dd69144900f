/*
 * index: where a flow stands in the table. Private to flow.
 *
 * Open addressing over slots of eight bytes: the hash above, the flow's handle
 * below. Comparing hashes first means that a wrong flow's memory is hardly ever
 * touched, and growing needs no flow's memory at all. Every packet comes by, so
 * that the search is inline.
 */
#ifndef SYNSCOPE_FLOW_INDEX_H
#define SYNSCOPE_FLOW_INDEX_H

#include "base/bytes.h"
#include "base/hint.h"
#include "flow/flow_priv.h"

void index_init(struct flow_table *table);
void index_fini(struct flow_table *table);
/* What stands in a slot, or is new there. */
void index_set(struct flow_table *table, uint64_t *slot, uint32_t hash, handle h);

/* Where a search goes on: first the home slot and its neighbour, in one cache line, then all behind. */
static inline uint32_t
slot_after(const struct flow_table *table, uint32_t hash, uint32_t at)
{
	uint32_t home = hash & table->slot_mask;

	if (at == home)
		return at ^ 1;
	if (at == (home ^ 1))
		at |= 1;
	return (at + 1) & table->slot_mask;
}

/*
 * The first slot with this hash, or the empty one where it would go. Nearly
 * all are in the first pair, and which of the two decides no branch.
 */
static inline uint32_t
index_probe(const struct flow_table *table, uint32_t hash)
{
	uint32_t at = hash & table->slot_mask;
	uint64_t slot = table->slots[at];

	at ^= (slot != 0) & (slot >> 32 != hash);
	while (unlikely(table->slots[at] != 0 && table->slots[at] >> 32 != hash))
		at = slot_after(table, hash, at);
	return at;
}

/* Zero where both addresses are the same. */
static inline uint64_t
differ(const uint8_t *a, const uint8_t *b)
{
	return (bytes_native64(a) ^ bytes_native64(b)) |
	       (bytes_native64(a + 8) ^ bytes_native64(b + 8));
}

/* An end of a packet over IPv4, as one number. */
static inline uint64_t
narrow_end(const uint8_t *address, uint16_t port)
{
	return (uint64_t)port << 32 | bytes_native32(address);
}

static inline bool
same_narrow_ends(const struct tuple *have, const struct tuple *want, enum side *side)
{
	uint64_t src = narrow_end(have->src, have->sport), dst = narrow_end(have->dst, have->dport);
	uint64_t from = narrow_end(want->src, want->sport), to = narrow_end(want->dst, want->dport);

	*side = (enum side)(src != from);
	return ((src == from) | (src == to)) & ((src ^ from ^ dst ^ to) == 0);
}

static inline bool
same_wide_ends(const struct tuple *have, const struct tuple *want, enum side *side)
{
	const uint8_t *addresses = want->src; /* and behind it dst */
	const uint32_t ports = bytes_native32(&want->sport);
	const uint32_t have_ports = bytes_native32(&have->sport);
	const uint32_t swapped = (differ(have->src, want->src) | (have_ports ^ ports)) != 0;
	const uint32_t turned = ports << 16 * swapped | ports >> (-(16 * swapped) & 31);

	*side = (enum side)swapped;
	return (differ(have->src, addresses + 16 * swapped) |
		   differ(have->dst, addresses + 16 * (1 - swapped)) | (have_ports ^ turned)) == 0;
}

/*
 * Whether both name the same ends, and which of them sent the second. No
 * processor can guess the side, so it decides no branch: what does not equal
 * the first as it stands must equal it with its ends swapped.
 */
static inline bool
same_ends(const struct tuple *have, const struct tuple *want, enum side *side)
{
	if (unlikely(bytes_native32(&have->proto) != bytes_native32(&want->proto)))
		return false;
	return likely(want->ip_version == 4) ? same_narrow_ends(have, want, side)
					     : same_wide_ends(have, want, side);
}

/* The same of what stands in a slot. */
static inline bool
is_of(const struct flow_table *table, handle h, const struct tuple *want, enum side *side)
{
	struct wide_ghost ghost;

	if (likely(kind_of(h) == KIND_FLOW))
		return same_ends(&flow_at(table, h)->tuple, want, side);
	if (kind_of(h) == KIND_LONE)
		return same_ends(&lone_syn(lone_at(table, h))->tuple, want, side);
	ghost = ghost_of(table, h);
	return same_ends(&ghost.tuple, want, side);
}

/* The slot of these ends, and who is asking; or the empty slot where they would go. */
static inline uint64_t *
index_find(struct flow_table *table, const struct tuple *want, uint32_t hash, enum side *side)
{
	uint32_t at = index_probe(table, hash);

	*side = SIDE_A;
	while (
	    table->slots[at] != 0 && unlikely(table->slots[at] >> 32 != hash ||
					      !is_of(table, (handle)table->slots[at], want, side)))
		at = slot_after(table, hash, at);
	return &table->slots[at];
}

#endif
