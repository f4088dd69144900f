#include "flow/flow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/*
 * The index is open addressing over slots of eight bytes: the hash above, the
 * flow's handle below. Comparing hashes first means that a wrong flow's memory
 * is hardly ever touched, and growing needs no flow's memory at all.
 */
#define SLOTS_MIN 4096u

/* A bare SYN and the flow it may become. */
struct lone {
	_Alignas(8) uint8_t head[PACKET_HEAD_BYTES]; /* of its struct packet */
	uint32_t number;
	uint32_t hash;
};

/* A handle: which pool, and the number there. Zero is no flow. */
typedef uint32_t handle;

#define HANDLE_LONE 1u

struct flow_table {
	uint64_t *slots;
	uint32_t slot_mask;
	uint32_t used;
	struct hash_seed seed;
	struct pool flows;
	struct pool lones;
	handle *by_number; /* [0] is flow number 1 */
	uint32_t count;
	uint32_t room;
	uint32_t next_each;
	uint32_t each_slot; /* flow that flow_each made whole, or POOL_NONE */
	struct packet first; /* what struct place's first points to */
};

static handle
handle_of_flow(uint32_t item)
{
	return (item + 1) << 1;
}

static handle
handle_of_lone(uint32_t item)
{
	return (item + 1) << 1 | HANDLE_LONE;
}

static uint32_t
handle_item(handle h)
{
	return (h >> 1) - 1;
}

static struct flow *
flow_at(const struct flow_table *table, handle h)
{
	return pool_at(&table->flows, handle_item(h));
}

static struct lone *
lone_at(const struct flow_table *table, handle h)
{
	return pool_at(&table->lones, handle_item(h));
}

struct flow_table *
flow_table_new(size_t block_bytes)
{
	struct flow_table *table = mem_zalloc(sizeof(*table));

	table->slots = mem_zalloc(SLOTS_MIN * sizeof(*table->slots));
	table->slot_mask = SLOTS_MIN - 1;
	table->seed = hash_seed_draw();
	pool_init(&table->flows, sizeof(struct flow) + block_bytes);
	pool_init(&table->lones, sizeof(struct lone));
	table->each_slot = POOL_NONE;
	return table;
}

void
flow_table_free(struct flow_table *table)
{
	if (table == NULL)
		return;
	pool_fini(&table->flows);
	pool_fini(&table->lones);
	free(table->by_number);
	free(table->slots);
	free(table);
}

static uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
end_key(const struct flow_table *table, const uint8_t *address, uint16_t port, uint8_t version)
{
	uint32_t v4;

	if (version == 4) {
		memcpy(&v4, address, sizeof(v4));
		return (uint64_t)v4 << 16 | port;
	}
	return hash_mix(load64(address) ^ table->seed.b, load64(address + 8) ^ table->seed.a ^ port);
}

/* The same for both directions. */
uint32_t
flow_hash(const struct flow_table *table, const struct tuple *tuple)
{
	uint64_t a = end_key(table, tuple->src, tuple->sport, tuple->ip_version);
	uint64_t b = end_key(table, tuple->dst, tuple->dport, tuple->ip_version);
	uint64_t low = a < b ? a : b;
	uint64_t high = a < b ? b : a;

	return (uint32_t)(hash_mix(low ^ table->seed.a,
	    high ^ table->seed.b ^ (uint64_t)tuple->proto << 56) >> 16);
}

void
flow_fetch_slot(const struct flow_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

void
flow_fetch_state(const struct flow_table *table, uint32_t hash)
{
	uint64_t slot = table->slots[hash & table->slot_mask];
	const uint8_t *at;

	if (slot == 0 || slot >> 32 != hash)
		return;
	if ((handle)slot & HANDLE_LONE) {
		at = (const uint8_t *)lone_at(table, (handle)slot);
		__builtin_prefetch(at, 1);
		__builtin_prefetch(at + 64, 1);
		return;
	}
	at = (const uint8_t *)flow_at(table, (handle)slot);
	for (size_t i = 0; i < table->flows.item_bytes; i += 64)
		__builtin_prefetch(at + i, 1);
}

static bool
same_ends(const struct tuple *a, const struct tuple *b)
{
	return memcmp(a, b, offsetof(struct tuple, ip_version) + 1) == 0;
}

static bool
swapped_ends(const struct tuple *a, const struct tuple *b)
{
	return a->sport == b->dport && a->dport == b->sport && a->proto == b->proto &&
	    a->ip_version == b->ip_version && memcmp(a->src, b->dst, 16) == 0 &&
	    memcmp(a->dst, b->src, 16) == 0;
}

static const struct tuple *
tuple_of(const struct flow_table *table, handle h)
{
	if (h & HANDLE_LONE)
		return &((const struct packet *)(const void *)lone_at(table, h)->head)->tuple;
	return &flow_at(table, h)->tuple;
}

/* The slot of these ends, and who is asking; or the empty slot where they would go. */
static uint64_t *
find_slot(const struct flow_table *table, const struct tuple *tuple, uint32_t hash, enum side *side)
{
	for (uint32_t i = hash & table->slot_mask;; i = (i + 1) & table->slot_mask) {
		uint64_t *slot = &table->slots[i];

		if (*slot == 0)
			return slot;
		if (*slot >> 32 != hash)
			continue;
		if (same_ends(tuple_of(table, (handle)*slot), tuple)) {
			*side = SIDE_A;
			return slot;
		}
		if (swapped_ends(tuple_of(table, (handle)*slot), tuple)) {
			*side = SIDE_B;
			return slot;
		}
	}
}

static void
grow_index(struct flow_table *table)
{
	uint32_t mask = table->slot_mask * 2 + 1;
	uint64_t *slots = mem_zalloc(((size_t)mask + 1) * sizeof(*slots));

	for (size_t i = 0; i <= table->slot_mask; i++) {
		uint32_t at = (uint32_t)(table->slots[i] >> 32) & mask;

		if (table->slots[i] == 0)
			continue;
		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->slot_mask = mask;
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

	*slot = (uint64_t)hash << 32 | h;
	if (was_empty && ++table->used > table->slot_mask - table->slot_mask / 4)
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
	*out = handle_of_flow(item);
	return flow;
}

static struct place
begin_flow(struct flow_table *table, uint64_t *slot, const struct packet *pkt, uint32_t hash)
{
	struct place place = { .side = SIDE_A, .fresh = true };
	handle h;

	if (is_bare_syn(pkt) && *slot == 0) {
		uint32_t item = pool_get(&table->lones);
		struct lone *lone = pool_at(&table->lones, item);

		memcpy(lone->head, pkt, sizeof(lone->head));
		lone->hash = hash;
		h = handle_of_lone(item);
		place.number = lone->number = next_number(table, h);
	} else {
		place.flow = make_flow(table, pkt, hash, &h);
		place.number = place.flow->number = next_number(table, h);
		if (pkt->tuple.proto == PROTO_TCP)
			learn_bases(place.flow, pkt, SIDE_A);
	}
	set_slot(table, slot, hash, h);
	return place;
}

/* A lone SYN gets company: its flow becomes whole. */
static struct flow *
make_whole(struct flow_table *table, handle *h)
{
	struct lone *lone = lone_at(table, *h);
	uint32_t item = handle_item(*h);
	struct flow *flow;

	memcpy(&table->first, lone->head, sizeof(lone->head));
	flow = make_flow(table, &table->first, lone->hash, h);
	flow->number = lone->number;
	learn_bases(flow, &table->first, SIDE_A);
	table->by_number[flow->number - 1] = *h;
	pool_put(&table->lones, item);
	return flow;
}

/* Does this SYN begin the next connection between the same ends? */
static bool
is_next_incarnation(const struct flow_table *table, handle h, const struct packet *pkt, enum side side)
{
	if (pkt->tuple.proto != PROTO_TCP || (pkt->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	if (h & HANDLE_LONE) {
		const struct packet *syn = (const struct packet *)(const void *)lone_at(table, h)->head;

		return side == SIDE_A && syn->tcp.seq != pkt->tcp.seq;
	}
	return flow_at(table, h)->base_known >> side & 1 &&
	    flow_at(table, h)->base_seq[side] != pkt->tcp.seq;
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

struct place
flow_of(struct flow_table *table, const struct packet *pkt, uint32_t hash)
{
	struct place place = { .side = SIDE_A };
	uint64_t *slot = find_slot(table, &pkt->tuple, hash, &place.side);
	handle h = (handle)*slot;

	if (h == 0)
		return begin_flow(table, slot, pkt, hash);
	if (is_next_incarnation(table, h, pkt, place.side)) {
		place = begin_flow(table, slot, pkt, hash);
		place.reused = true;
		return place;
	}
	if (h & HANDLE_LONE) {
		place.flow = make_whole(table, &h);
		place.first = &table->first;
		set_slot(table, slot, hash, h);
	} else {
		place.flow = flow_at(table, h);
	}
	place.number = place.flow->number;
	if (pkt->tuple.proto == PROTO_TCP)
		learn_from_segment(&place, pkt);
	return place;
}

struct place
flow_quoted(struct flow_table *table, const struct tuple *quoted)
{
	struct place place = { .side = SIDE_A };
	uint32_t hash = flow_hash(table, quoted);
	uint64_t *slot = find_slot(table, quoted, hash, &place.side);
	handle h = (handle)*slot;

	if (h == 0)
		return place;
	if (h & HANDLE_LONE) {
		place.flow = make_whole(table, &h);
		place.first = &table->first;
		set_slot(table, slot, hash, h);
	} else {
		place.flow = flow_at(table, h);
	}
	place.number = place.flow->number;
	return place;
}

bool
flow_each(struct flow_table *table, struct place *place)
{
	handle h;

	if (table->each_slot != POOL_NONE)
		pool_put(&table->flows, table->each_slot);
	table->each_slot = POOL_NONE;
	if (table->next_each == table->count)
		return false;
	h = table->by_number[table->next_each++];
	*place = (struct place){ .side = SIDE_A };
	if (h & HANDLE_LONE) {
		place->flow = make_whole(table, &h);
		place->first = &table->first;
		table->each_slot = handle_item(h);
	} else {
		place->flow = flow_at(table, h);
	}
	place->number = place->flow->number;
	return true;
}

uint32_t
flow_count(const struct flow_table *table)
{
	return table->count;
}
