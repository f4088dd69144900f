/*
 * Flows that are done: their rows are told in the order of their numbers, and
 * what they held is given back.
 */
#include "analysis/analysis_priv.h"

#include <string.h>

void
analysis_take_in_first(struct analysis *a, const struct place *place)
{
	struct place then = *place;
	struct ends *ends = flow_block(place->flow);

	then.side = SIDE_A;
	then.fresh = true;
	then.reused = then.again = false;
	count_packet(ends, place->first, SIDE_A);
	tcp_segment(a->tcp, &ends->tcp, place->first, &then);
	if (a->sockets != NULL)
		sockets_segment(a->sockets, &ends->sock, &ends->tcp, place->first, &then);
}

static void
fill_row(const struct analysis *a, struct flow_row *row, struct flow *flow)
{
	const struct ends *ends = flow_block(flow);

	row->file = analysis_frame(a, ends->first_index).file;
	row_of_flow(row, flow, a->tcp, a->summary.last_ns);
}

/* It has lain there for a while. */
static FETCHES void
fetch_waiting(struct analysis *a)
{
	uint32_t item = a->ops->flow == NULL ? POOL_NONE : flow_listed_soon(a->flows);
	const uint8_t *at;

	if (item == POOL_NONE)
		return;
	at = pool_at(&a->waiting, item);
	for (size_t i = 0; i < sizeof(struct waiting); i += 64)
		__builtin_prefetch(at + i);
}

static void
tell_waiting(struct analysis *a, uint32_t item)
{
	struct waiting *waiting;

	if (a->ops->flow == NULL)
		return;
	waiting = pool_at(&a->waiting, item);
	a->ops->flow(a->ctx, &waiting->row);
	pool_put(&a->waiting, item);
}

static void
tell_flow(struct analysis *a, struct flow *flow)
{
	struct ends *ends = flow_block(flow);
	struct flow_row row;

	if (a->sockets != NULL && flow->tuple.proto == PROTO_TCP)
		sockets_flow_done(a->sockets, &ends->sock, &ends->tcp);
	if (a->ops->flow == NULL)
		return;
	fill_row(a, &row, flow);
	a->ops->flow(a->ctx, &row);
}

/* Nobody ever answered. */
static void
take_in_lone(struct analysis *a, struct place *place)
{
	set_number(a, place, place->first->index);
	if (is_wanted(a, place->number))
		analysis_take_in_first(a, place);
}

void
analysis_tell_flows(struct analysis *a, bool all)
{
	struct place place;

	while (flow_listed(a->flows, all, &place)) {
		fetch_waiting(a);
		if (place.flow == NULL) {
			tell_waiting(a, place.row);
		} else {
			struct ends *ends = flow_block(place.flow);

			if (place.first != NULL)
				take_in_lone(a, &place);
			tell_flow(a, place.flow);
			tcp_pair_fini(a->tcp, &ends->tcp);
		}
	}
}

void
analysis_put_away(struct analysis *a, int64_t now_ns)
{
	struct flow *flow = flow_done(a->flows, now_ns);

	if (flow == NULL)
		return;
	for (; flow != NULL; flow = flow_done(a->flows, now_ns)) {
		struct ends *ends = flow_block(flow);
		struct remains remains = mark_remains(&ends->tcp.mark);
		uint32_t item = 0;

		if (a->ops->flow != NULL) {
			struct waiting *waiting;

			item = pool_take(&a->waiting);
			waiting = pool_at(&a->waiting, item);
			fill_row(a, &waiting->row, flow);
			/* the flow's own goes with it */
			memcpy(waiting->history, ends->tcp.conn.history, sizeof(waiting->history));
			waiting->row.conn.history = waiting->history;
		}
		if (a->sockets != NULL)
			sockets_flow_done(a->sockets, &ends->sock, &ends->tcp);
		tcp_pair_fini(a->tcp, &ends->tcp);
		flow_put_away(a->flows, flow, item, &remains);
	}
	if (a->ops->flow != NULL)
		analysis_tell_flows(a, false);
}
