/*
 * What becomes of a flow whose connection is over, and in which order flows
 * are listed. Fresh memory costs more than what is done with it, so a flow
 * that is over gives its own back, but not at once: late packets are common.
 */
#include <string.h>

#include "base/hint.h"
#include "flow/flow_priv.h"

/* Longer than any host keeps a closed connection: TIME_WAIT on Linux. */
#define LINGER_NS INT64_C(60000000000)

/* So many flows before one is put away, it is fetched. */
#define FETCH_AHEAD 4

/* Likewise before one is listed. */
#define LIST_AHEAD 8

static void
push_lingering(struct flow_table *table, const struct flow *flow)
{
	uint32_t at = (table->lingering_first + table->lingering_count++) % LINGER_RING;

	assert(table->lingering_count <= LINGER_RING);
	table->lingering[at] =
	    (struct lingering){ flow->item, flow->hash, flow->last_ns };
}

void
flow_linger(struct flow_table *table, struct flow *flow)
{
	if (flow->lingers || flow->late)
		return;
	flow->lingers = 1;
	push_lingering(table, flow);
}

/* Nobody touched the next ones for a while; they will be wanted soon. */
static FETCHES void
fetch_next(const struct flow_table *table)
{
	const struct lingering *next;
	const uint8_t *at;

	if (table->lingering_count <= FETCH_AHEAD)
		return;
	next = &table->lingering[(table->lingering_first + FETCH_AHEAD) % LINGER_RING];
	at = pool_at(&table->flows, next->item);
	for (size_t i = 0; i < table->flows.item_bytes; i += 64)
		__builtin_prefetch(at + i, 1);
	__builtin_prefetch(&table->slots[next->hash & table->slot_mask], 1);
}

struct flow *
flow_done(struct flow_table *table, int64_t now_ns)
{
	const struct lingering *head = &table->lingering[table->lingering_first];
	struct flow *flow;

	if (table->lingering_count == 0 ||
	    (table->lingering_count <= LINGER_MAX && now_ns - head->since_ns < LINGER_NS))
		return NULL;
	flow = pool_at(&table->flows, head->item);
	table->lingering_first = (table->lingering_first + 1) % LINGER_RING;
	table->lingering_count--;
	fetch_next(table);
	/* Where it was not over after all it goes on, if there is room to wait. */
	if (flow->last_ns <= head->since_ns || table->lingering_count >= LINGER_RING - 2)
		return flow;
	push_lingering(table, flow);
	return NULL;
}

/* Its slot in the index, unless the next connection between the same ends has it. */
static uint64_t *
own_slot(const struct flow_table *table, const struct flow *flow)
{
	uint64_t own = (uint64_t)flow->hash << 32 | handle_of(KIND_FLOW, flow->item);

	for (uint32_t i = flow->hash & table->slot_mask;; i = slot_after(table, flow->hash, i)) {
		if (table->slots[i] == own)
			return &table->slots[i];
		if (table->slots[i] == 0)
			return NULL;
	}
}

void
flow_put_away(struct flow_table *table, struct flow *flow, uint32_t row,
    const struct remains *remains)
{
	uint64_t *slot = own_slot(table, flow);

	if (slot != NULL) {
		uint32_t item = pool_get(&table->ghosts);
		struct ghost *ghost = pool_at(&table->ghosts, item);

		ghost->tuple = flow->tuple;
		ghost->base_known = flow->base_known;
		ghost->number = flow->number;
		memcpy(ghost->base_seq, flow->base_seq, sizeof(ghost->base_seq));
		ghost->remains = *remains;
		*slot = (uint64_t)flow->hash << 32 | handle_of(KIND_GHOST, item);
	}
	table->by_number[flow->number - 1] = handle_of(KIND_DONE, row);
	pool_put(&table->flows, flow->item);
}

uint32_t
flow_listed_soon(const struct flow_table *table)
{
	uint32_t at = table->listed + LIST_AHEAD;
	handle h = at < table->count ? table->by_number[at] : 0;

	return kind_of(h) == KIND_DONE ? item_of(h) : POOL_NONE;
}

bool
flow_listed(struct flow_table *table, bool all, struct place *place)
{
	handle h;

	if (table->listed_whole != POOL_NONE)
		pool_put(&table->flows, table->listed_whole);
	table->listed_whole = POOL_NONE;
	if (table->listed == table->count)
		return false;
	h = table->by_number[table->listed];
	if (!all && kind_of(h) != KIND_DONE)
		return false;
	*place = (struct place){ .side = SIDE_A, .number = ++table->listed };
	switch (kind_of(h)) {
	case KIND_DONE:
		place->row = item_of(h);
		break;
	case KIND_LONE:
		place->first = lone_syn(lone_at(table, h));
		place->flow = flow_make_whole(table, &h);
		place->is_lone = true;
		table->listed_whole = item_of(h);
		break;
	default:
		place->flow = flow_at(table, h);
		break;
	}
	return true;
}
