/*
 * Finding the flow of a packet.
 *
 * The index is open addressing over slots of eight bytes: the hash above, the
 * flow's handle below. Comparing hashes first means that a wrong flow's memory
 * is hardly ever touched, and growing needs no flow's memory at all.
 */
#include "flow/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hint.h"
#include "flow/flow_priv.h"

#define SLOTS_MIN 4096u

/* What nearly every packet looks at of a flow and the block behind it. */
#define FETCH_BYTES 448

struct flow_table *
flow_table_new(size_t block_bytes)
{
	struct flow_table *table = mem_zalloc(sizeof(*table));

	table->slots = mem_table_new(SLOTS_MIN * sizeof(*table->slots));
	table->slot_mask = SLOTS_MIN - 1;
	table->seed = hash_seed_draw();
	pool_init(&table->flows, sizeof(struct flow) + block_bytes);
	pool_init(&table->lones, sizeof(struct lone));
	pool_init(&table->ghosts, sizeof(struct ghost));
	pool_init(&table->wide_ghosts, sizeof(struct wide_ghost));
	table->lingering = mem_alloc(LINGER_RING * sizeof(*table->lingering));
	table->listed_whole = POOL_NONE;
	return table;
}

static size_t
index_bytes(const struct flow_table *table)
{
	return ((size_t)table->slot_mask + 1) * sizeof(*table->slots);
}

void
flow_table_free(struct flow_table *table)
{
	if (table == NULL)
		return;
	pool_fini(&table->flows);
	pool_fini(&table->lones);
	pool_fini(&table->ghosts);
	pool_fini(&table->wide_ghosts);
	free(table->lingering);
	free(table->by_number);
	mem_table_free(table->slots, index_bytes(table));
	free(table);
}

static uint64_t
end_key(const struct flow_table *table, const uint8_t *address, uint16_t port, uint8_t version)
{
	if (version == 4)
		return (uint64_t)bytes_native32(address) << 16 | port;
	return hash_mix(bytes_native64(address) ^ table->seed.b,
	    bytes_native64(address + 8) ^ table->seed.a ^ port);
}

/* The same for both directions, as a product is. */
uint32_t
flow_hash(const struct flow_table *table, const struct tuple *tuple)
{
	uint64_t src = end_key(table, tuple->src, tuple->sport, tuple->ip_version);
	uint64_t dst = end_key(table, tuple->dst, tuple->dport, tuple->ip_version);
	uint64_t both = hash_mix(src ^ table->seed.a, dst ^ table->seed.a);

	return (uint32_t)(hash_mix(both ^ tuple->proto, table->seed.b) >> 16);
}

void
flow_fetch_slot(const struct flow_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

/*
 * The first slot with this hash, or the empty one where it would go. Nearly
 * all are in the first pair, and which of the two decides no branch.
 */
static inline uint32_t
probe(const struct flow_table *table, uint32_t hash)
{
	uint32_t at = hash & table->slot_mask;
	uint64_t slot = table->slots[at];

	at ^= (slot != 0) & (slot >> 32 != hash);
	while (unlikely(table->slots[at] != 0 && table->slots[at] >> 32 != hash))
		at = slot_after(table, hash, at);
	return at;
}

void
flow_fetch_state(const struct flow_table *table, struct lookup *lookup)
{
	uint32_t at = probe(table, lookup->hash);
	uint64_t slot = table->slots[at];
	const uint8_t *state;

	lookup->at = at;
	lookup->slot = slot;
	lookup->flow = NULL;
	if (likely(slot != 0 && kind_of((handle)slot) == KIND_FLOW)) {
		lookup->flow = flow_at(table, (handle)slot);
		state = (const uint8_t *)lookup->flow;
		for (size_t i = 0; i < FETCH_BYTES; i += 64)
			__builtin_prefetch(state + i, 1);
	} else if (slot != 0 && kind_of((handle)slot) == KIND_LONE) {
		state = (const uint8_t *)lone_at(table, (handle)slot);
		__builtin_prefetch(state, 1);
		__builtin_prefetch(state + 64, 1);
	}
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

/*
 * What lives comes before what is over, so that it is found at the first look.
 * Nothing is ever taken out of the index, so whatever stands where a flow's
 * search comes by may change places with it.
 */
static void
put_forward(struct flow_table *table, uint32_t hash, uint32_t *at)
{
	for (uint32_t i = hash & table->slot_mask; i != *at; i = slot_after(table, hash, i)) {
		uint64_t slot = table->slots[i];

		if (!is_ghost((handle)slot))
			continue;
		table->slots[i] = table->slots[*at];
		table->slots[*at] = slot;
		*at = i;
		return;
	}
}

/* The slot of these ends, and who is asking; or the empty slot where they would go. */
static inline uint64_t *
find_slot(struct flow_table *table, const struct tuple *want, uint32_t hash, enum side *side)
{
	uint32_t at = probe(table, hash);

	*side = SIDE_A;
	while (table->slots[at] != 0 &&
	    unlikely(table->slots[at] >> 32 != hash ||
		!is_of(table, (handle)table->slots[at], want, side)))
		at = slot_after(table, hash, at);
	return &table->slots[at];
}

static void
grow_index(struct flow_table *table)
{
	const uint64_t *old = table->slots;
	size_t old_count = (size_t)table->slot_mask + 1;

	table->slot_mask = table->slot_mask * 2 + 1;
	table->slots = mem_table_new(index_bytes(table));
	for (size_t i = 0; i < old_count; i++) {
		uint32_t hash = (uint32_t)(old[i] >> 32);
		uint32_t at = hash & table->slot_mask;

		if (old[i] == 0)
			continue;
		while (table->slots[at] != 0)
			at = slot_after(table, hash, at);
		table->slots[at] = old[i];
	}
	mem_table_free((void *)old, old_count * sizeof(*old));
}

static uint32_t
next_number(struct flow_table *table, handle h)
{
	if (table->count == table->room) {
		table->room = table->room == 0 ? 1024 : table->room + table->room / 2;
		table->by_number = mem_realloc_array(table->by_number, table->room,
		    sizeof(*table->by_number));
	}
	table->by_number[table->count] = h;
	return ++table->count;
}

static void
set_slot(struct flow_table *table, uint64_t *slot, uint32_t hash, handle h)
{
	bool was_empty = *slot == 0;
	uint32_t at = (uint32_t)(slot - table->slots);

	*slot = (uint64_t)hash << 32 | h;
	if (!was_empty)
		return;
	put_forward(table, hash, &at);
	if (++table->used > table->slot_mask / 2)
		grow_index(table);
}

/* Its head must tell all there is to know of it, so it carries no data. */
static bool
is_bare_syn(const struct packet *pkt)
{
	return pkt->tuple.proto == PROTO_TCP && pkt->payload_bytes == 0 &&
	    (pkt->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/*
 * What each side's numbers start from, as Wireshark learns it: from its SYN,
 * from its first segment, or from the first ACK of the other side.
 */
static void
learn_bases(struct flow *flow, const struct packet *pkt, enum side side)
{
	unsigned mine = 1u << side;
	unsigned other = 1u << !side;

	if (!(flow->base_known & mine)) {
		flow->base_seq[side] = pkt->tcp.flags & TCP_SYN ? pkt->tcp.seq : pkt->tcp.seq - 1;
		flow->base_known |= mine;
	}
	if (!(flow->base_known & other) && pkt->tcp.flags & TCP_ACK) {
		flow->base_seq[!side] = pkt->tcp.ack - 1;
		flow->base_known |= other;
	}
}

static struct flow *
make_flow(struct flow_table *table, const struct packet *pkt, uint32_t hash, handle *out)
{
	uint32_t item = pool_get(&table->flows);
	struct flow *flow = pool_at(&table->flows, item);

	flow->tuple = pkt->tuple;
	flow->hash = hash;
	flow->item = item;
	flow->last_ns = pkt->ts_ns;
	if (pkt->tuple.proto == PROTO_UDP)
		flow->base_known = BOTH_KNOWN; /* nothing is to be learnt; an ICMP error may be another flow's */
	*out = handle_of(KIND_FLOW, item);
	return flow;
}

/* Its slot is empty. */
static uint32_t
note_lone(struct flow_table *table, uint64_t *slot, const struct packet *syn, uint32_t hash)
{
	uint32_t item = pool_take(&table->lones);
	struct lone *lone = pool_at(&table->lones, item);
	handle h = handle_of(KIND_LONE, item);

	memcpy(lone->head, syn, sizeof(lone->head));
	lone->hash = hash;
	lone->number = next_number(table, h);
	set_slot(table, slot, hash, h);
	return lone->number;
}

static struct place
begin_flow(struct flow_table *table, uint64_t *slot, const struct packet *pkt, uint32_t hash)
{
	struct place place = { .side = SIDE_A, .fresh = true };

	if (is_bare_syn(pkt) && *slot == 0) {
		place.number = note_lone(table, slot, pkt, hash);
	} else {
		handle h;

		place.flow = make_flow(table, pkt, hash, &h);
		place.number = place.flow->number = next_number(table, h);
		if (pkt->tuple.proto == PROTO_TCP)
			learn_bases(place.flow, pkt, SIDE_A);
		set_slot(table, slot, hash, h);
	}
	return place;
}

struct flow *
flow_make_whole(struct flow_table *table, handle *h)
{
	const struct lone *lone = lone_at(table, *h);
	const struct packet *syn = lone_syn(lone);
	uint32_t item = item_of(*h);
	struct flow *flow = make_flow(table, syn, lone->hash, h);

	flow->number = lone->number;
	learn_bases(flow, syn, SIDE_A);
	table->by_number[flow->number - 1] = *h;
	pool_put(&table->lones, item);
	return flow;
}

/* A packet for a connection that was put away. Its row is closed; its number lives on. */
static struct flow *
revive(struct flow_table *table, handle *h, uint32_t hash)
{
	struct wide_ghost ghost = ghost_of(table, *h);
	uint32_t item = pool_get(&table->flows);
	struct flow *flow = pool_at(&table->flows, item);

	flow->tuple = ghost.tuple;
	flow->base_known = ghost.base_known;
	memcpy(flow->base_seq, ghost.base_seq, sizeof(flow->base_seq));
	flow->number = ghost.number;
	flow->hash = hash;
	flow->item = item;
	flow->late = 1;
	table->revived = ghost.remains;
	ghost_free(table, *h);
	*h = handle_of(KIND_FLOW, item);
	return flow;
}

/* Does this SYN begin the next connection between the same ends? */
static bool
is_next_incarnation(const struct flow_table *table, handle h, const struct packet *pkt, enum side side)
{
	struct wide_ghost ghost;

	switch (kind_of(h)) {
	case KIND_LONE:
		return side == SIDE_A && lone_syn(lone_at(table, h))->tcp.seq != pkt->tcp.seq;
	case KIND_GHOST:
	case KIND_WIDE_GHOST:
		ghost = ghost_of(table, h);
		return ghost.base_known >> side & 1 && ghost.base_seq[side] != pkt->tcp.seq;
	default:
		return flow_at(table, h)->base_known >> side & 1 &&
		    flow_at(table, h)->base_seq[side] != pkt->tcp.seq;
	}
}

static bool
is_syn(const struct packet *pkt)
{
	return pkt->tuple.proto == PROTO_TCP &&
	    (pkt->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static void
learn_from_segment(struct place *place, const struct packet *pkt)
{
	struct flow *flow = place->flow;
	bool known = flow->base_known >> place->side & 1;

	if (pkt->tcp.flags & TCP_SYN && known) {
		if (!(pkt->tcp.flags & TCP_ACK)) {
			place->again = true;
		} else if (flow->base_seq[place->side] != pkt->tcp.seq) {
			flow->base_seq[place->side] = pkt->tcp.seq;
			place->reused = true;
		}
	}
	learn_bases(flow, pkt, place->side);
}

/* Make whole or anew what only a trace was kept of. */
static void
wake(struct flow_table *table, uint64_t *slot, struct place *place)
{
	uint32_t hash = (uint32_t)(*slot >> 32);
	handle h = (handle)*slot;

	if (kind_of(h) == KIND_LONE) {
		place->first = lone_syn(lone_at(table, h));
		place->flow = flow_make_whole(table, &h);
	} else {
		place->flow = revive(table, &h, hash);
		place->revived = &table->revived;
	}
	set_slot(table, slot, hash, h);
}

/* The flow of a slot in use. */
static inline void
take_place(struct flow_table *table, uint64_t *slot, struct place *place)
{
	if (kind_of((handle)*slot) == KIND_FLOW)
		place->flow = flow_at(table, (handle)*slot);
	else
		wake(table, slot, place);
	place->number = place->flow->number;
}

struct flow *
flow_known(const struct flow_table *table, const struct packet *pkt, const struct lookup *lookup,
    enum side *side)
{
	struct flow *flow = lookup->flow;

	/* A packet in between can have moved the slot, or begun the next connection there. */
	if (flow == NULL || table->slots[lookup->at] != lookup->slot ||
	    !same_ends(&flow->tuple, &pkt->tuple, side) || pkt->tcp.flags & TCP_SYN ||
	    flow->base_known != BOTH_KNOWN || flow->late)
		return NULL;
	if (pkt->ts_ns > flow->last_ns)
		flow->last_ns = pkt->ts_ns;
	return flow;
}

bool
flow_note_syn(struct flow_table *table, const struct packet *pkt, uint32_t hash)
{
	uint32_t at = probe(table, hash);

	if (!is_bare_syn(pkt) || table->slots[at] != 0)
		return false;
	note_lone(table, &table->slots[at], pkt, hash);
	return true;
}

static bool
is_answer(const struct packet *pkt)
{
	return pkt->tuple.proto == PROTO_TCP &&
	       (pkt->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == (TCP_SYN | TCP_ACK);
}

struct flow *
flow_opened(struct flow_table *table, const struct packet *pkt, const struct lookup *lookup,
    const struct packet **syn)
{
	uint64_t *slot = &table->slots[lookup->at];
	handle h = (handle)lookup->slot;
	struct flow *flow;
	enum side side;

	if (kind_of(h) != KIND_LONE || *slot != lookup->slot || !is_answer(pkt))
		return NULL;
	*syn = lone_syn(lone_at(table, h));
	if (!same_ends(&(*syn)->tuple, &pkt->tuple, &side) || side == SIDE_A)
		return NULL;
	flow = flow_make_whole(table, &h);
	*slot = (uint64_t)lookup->hash << 32 | h;
	learn_bases(flow, pkt, SIDE_B);
	if (pkt->ts_ns > flow->last_ns)
		flow->last_ns = pkt->ts_ns;
	return flow;
}

struct place
flow_of(struct flow_table *table, const struct packet *pkt, uint32_t hash)
{
	struct place place = { .side = SIDE_A };
	uint64_t *slot = find_slot(table, &pkt->tuple, hash, &place.side);

	if (*slot == 0)
		return begin_flow(table, slot, pkt, hash);
	if (is_syn(pkt) && is_next_incarnation(table, (handle)*slot, pkt, place.side)) {
		if (is_ghost((handle)*slot))
			ghost_free(table, (handle)*slot);
		place = begin_flow(table, slot, pkt, hash);
		place.reused = true;
		return place;
	}
	take_place(table, slot, &place);
	if (pkt->ts_ns > place.flow->last_ns)
		place.flow->last_ns = pkt->ts_ns;
	if (pkt->tuple.proto == PROTO_TCP &&
	    (pkt->tcp.flags & TCP_SYN || place.flow->base_known != BOTH_KNOWN))
		learn_from_segment(&place, pkt);
	return place;
}

struct place
flow_quoted(struct flow_table *table, const struct tuple *quoted)
{
	struct place place = { .side = SIDE_A };
	uint64_t *slot = find_slot(table, quoted, flow_hash(table, quoted), &place.side);

	if (*slot != 0)
		take_place(table, slot, &place);
	return place;
}

uint32_t
flow_count(const struct flow_table *table)
{
	return table->count;
}
