/*
 * Which flow a packet is of: a known one, one of which only a trace was kept, or
 * the next between the same ends.
 */
#include "flow/flow.h"

#include <stdlib.h>
#include <string.h>

#include "flow/index.h"

struct flow_table *
flow_table_new(size_t block_bytes)
{
	struct flow_table *table = mem_zalloc(sizeof(*table));

	index_init(table);
	pool_init(&table->flows, sizeof(struct flow) + block_bytes);
	pool_init(&table->lones, sizeof(struct lone));
	pool_init(&table->ghosts, sizeof(struct ghost));
	pool_init(&table->wide_ghosts, sizeof(struct wide_ghost));
	table->lingering = mem_alloc(LINGER_RING * sizeof(*table->lingering));
	table->listed_whole = POOL_NONE;
	return table;
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
	index_fini(table);
	free(table);
}

static uint32_t
next_number(struct flow_table *table, handle h)
{
	if (table->count == table->room) {
		table->room = table->room == 0 ? 1024 : table->room + table->room / 2;
		table->by_number =
		    mem_realloc_array(table->by_number, table->room, sizeof(*table->by_number));
	}
	table->by_number[table->count] = h;
	return ++table->count;
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
		/* Nothing is to be learnt; an ICMP error may be another flow's. */
		flow->base_known = BOTH_KNOWN;
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
	index_set(table, slot, hash, h);
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
		index_set(table, slot, hash, h);
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
is_next_incarnation(
    const struct flow_table *table, handle h, const struct packet *pkt, enum side side)
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
	return pkt->tuple.proto == PROTO_TCP && (pkt->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
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
	index_set(table, slot, hash, h);
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
	uint32_t at = index_probe(table, hash);

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
	uint64_t *slot = index_find(table, &pkt->tuple, hash, &place.side);

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
	uint64_t *slot = index_find(table, quoted, flow_hash(table, quoted), &place.side);

	if (*slot != 0)
		take_place(table, slot, &place);
	return place;
}

uint32_t
flow_count(const struct flow_table *table)
{
	return table->count;
}
