/*
 * The table's index: how it is hashed, fetched ahead of its use, and grows.
 */
#include "flow/index.h"

#define SLOTS_MIN 4096u

/* What nearly every packet looks at of a flow and the block behind it. */
#define FETCH_BYTES 448

static size_t
index_bytes(const struct flow_table *table)
{
	return ((size_t)table->slot_mask + 1) * sizeof(*table->slots);
}

void
index_init(struct flow_table *table)
{
	table->slots = mem_table_new(SLOTS_MIN * sizeof(*table->slots));
	table->slot_mask = SLOTS_MIN - 1;
	table->seed = hash_seed_draw();
}

void
index_fini(struct flow_table *table)
{
	mem_table_free(table->slots, index_bytes(table));
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

void
flow_fetch_state(const struct flow_table *table, struct lookup *lookup)
{
	uint32_t at = index_probe(table, lookup->hash);
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

void
index_set(struct flow_table *table, uint64_t *slot, uint32_t hash, handle h)
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
