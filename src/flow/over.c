/*
 * What becomes of a flow whose connection is over, and in which order flows
 * are listed. Fresh memory costs more than what is done with it, so a flow
 * that is over gives its own back, but not at once: late packets are common.
 */
#include <string.h>

#include "base/span.h"
#include "flow/index.h"

/* Longer than any host keeps a closed connection: TIME_WAIT on Linux. */
#define LINGER_NS (60 * SECOND_NS)

/* So many flows before one is put away, it is fetched. */
#define FETCH_AHEAD 4

/* Likewise before one is listed. */
#define LIST_AHEAD 8

static void
push_lingering(struct flow_table *table, const struct flow *flow)
{
	uint32_t at = (table->lingering_first + table->lingering_count++) % LINGER_RING;

	assert(table->lingering_count <= LINGER_RING);
	table->lingering[at] = (struct lingering){ flow->item, flow->hash, flow->last_ns };
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
	    (table->lingering_count <= LINGER_MAX && span_ns(now_ns, head->since_ns) < LINGER_NS))
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

/* --- ghosts --- */

static bool
fits_narrow(const struct flow *flow)
{
	return flow->tuple.ip_version == 4 && flow->tuple.proto == PROTO_TCP &&
	       flow->base_known == BOTH_KNOWN;
}

/* For a flow; and its handle. */
static handle
ghost_new(struct flow_table *table, const struct flow *flow, const struct remains *remains)
{
	const struct tuple *tuple = &flow->tuple;
	uint32_t item;

	if (fits_narrow(flow)) {
		struct ghost *ghost;

		item = pool_take(&table->ghosts);
		ghost = pool_at(&table->ghosts, item);
		memcpy(ghost->src, tuple->src, sizeof(ghost->src));
		memcpy(ghost->dst, tuple->dst, sizeof(ghost->dst));
		ghost->sport = tuple->sport;
		ghost->dport = tuple->dport;
		ghost->number = flow->number;
		memcpy(ghost->base_seq, flow->base_seq, sizeof(ghost->base_seq));
		ghost->remains = *remains;
		return handle_of(KIND_GHOST, item);
	}
	item = pool_take(&table->wide_ghosts);
	*(struct wide_ghost *)pool_at(&table->wide_ghosts, item) = (struct wide_ghost){
		.tuple = *tuple,
		.base_known = flow->base_known,
		.number = flow->number,
		.base_seq = { flow->base_seq[0], flow->base_seq[1] },
		.remains = *remains,
	};
	return handle_of(KIND_WIDE_GHOST, item);
}

struct wide_ghost
ghost_of(const struct flow_table *table, handle h)
{
	struct wide_ghost wide = { .base_known = BOTH_KNOWN };
	const struct ghost *ghost;

	if (kind_of(h) == KIND_WIDE_GHOST)
		return *(const struct wide_ghost *)pool_at(&table->wide_ghosts, item_of(h));
	ghost = pool_at(&table->ghosts, item_of(h));
	memcpy(wide.tuple.src, ghost->src, sizeof(ghost->src));
	memcpy(wide.tuple.dst, ghost->dst, sizeof(ghost->dst));
	wide.tuple.sport = ghost->sport;
	wide.tuple.dport = ghost->dport;
	wide.tuple.proto = PROTO_TCP;
	wide.tuple.ip_version = 4;
	wide.number = ghost->number;
	memcpy(wide.base_seq, ghost->base_seq, sizeof(wide.base_seq));
	wide.remains = ghost->remains;
	return wide;
}

void
ghost_free(struct flow_table *table, handle h)
{
	bool is_wide = kind_of(h) == KIND_WIDE_GHOST;

	pool_put(is_wide ? &table->wide_ghosts : &table->ghosts, item_of(h));
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
flow_put_away(
    struct flow_table *table, struct flow *flow, uint32_t row, const struct remains *remains)
{
	uint64_t *slot = own_slot(table, flow);

	if (slot != NULL)
		*slot = (uint64_t)flow->hash << 32 | ghost_new(table, flow, remains);
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
