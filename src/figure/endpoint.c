/*
 * A listening endpoint among the rows: which one a figure is about, which flows
 * are its own, and which packets found no room there.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <string.h>

/* This end of the socket, its own. */
static bool
is_local(const struct listener_row *listener, const struct tuple *ends)
{
	return listener_has_end(
	    &listener->local, listener->any_address, ends->src, ends->sport, ends->ip_version);
}

bool
endpoint_has_flow(const struct listener_row *listener, const struct flow_row *flow)
{
	return flow->conn.open != OPEN_MIDSTREAM && listener_serves(listener, flow);
}

bool
endpoint_is(const struct listener_row *listener, const struct socket_row *row)
{
	return row->flow == 0 && row->any_address == listener->any_address &&
	       is_local(listener, &row->ends);
}

bool
endpoint_has_child(const struct listener_row *listener, const struct socket_row *row)
{
	return row->flow != 0 && row->is_server && is_local(listener, &row->ends);
}

const char *
endpoint_name(
    struct scene *scene, const struct figure_options *options, const struct listener_row *listener)
{
	if (listener->any_address)
		return scene_format(scene, "*:%u", listener->local.sport);
	return name_end(scene, options, &listener->local, false);
}

static bool
ever_listened(const struct listener_row *listener)
{
	return listener->kind != STORY_SILENT && listener->kind != STORY_NOT_LISTENING;
}

/* First those that have queues; of them, the more went wrong the better, then the more connections. */
static bool
tells_more(const struct listener_row *one, const struct listener_row *other)
{
	uint64_t missed_one = (uint64_t)one->overflows + one->syn_dropped + one->aborted;
	uint64_t missed_other = (uint64_t)other->overflows + other->syn_dropped + other->aborted;

	if (ever_listened(one) != ever_listened(other))
		return ever_listened(one);
	if (missed_one != missed_other)
		return missed_one > missed_other;
	return one->completed != other->completed ? one->completed > other->completed
						  : one->attempts > other->attempts;
}

const struct listener_row *
endpoint_of_flow(const struct figure_data *data, const struct flow_row *flow)
{
	for (size_t i = 0; i < data->listener_count; i++)
		if (endpoint_has_flow(&data->listeners[i], flow))
			return &data->listeners[i];
	return NULL;
}

static enum status
choose_by_flow(const struct listener_row **listener, const struct figure_data *data,
    uint32_t number, struct diag *diag)
{
	const struct flow_row *flow;
	enum status st = chosen_flow(&flow, data, number, diag);

	if (st != ST_OK)
		return st;
	*listener = endpoint_of_flow(data, flow);
	if (*listener == NULL)
		return diag_set(diag, ST_USAGE,
		    "flow %" PRIu32 " does not ask a listener for a connection", number);
	return ST_OK;
}

enum status
endpoint_choose(const struct listener_row **listener, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	*listener = NULL;
	if (options->flow_count > 0)
		return choose_by_flow(listener, data, options->flows[0], diag);
	for (size_t i = 0; i < data->listener_count; i++)
		if (*listener == NULL || tells_more(&data->listeners[i], *listener))
			*listener = &data->listeners[i];
	if (*listener == NULL)
		return diag_set(diag, ST_USAGE,
		    "there is no listener: the capture shows no connection being asked for");
	return ST_OK;
}

size_t
endpoint_flows(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows)
{
	const struct listener_row *listener;
	struct diag diag;
	size_t count = 0;

	if (endpoint_choose(&listener, data, options, &diag) != ST_OK)
		return 0;
	for (size_t i = 0; i < data->flow_count; i++)
		if (endpoint_has_flow(listener, &data->flows[i]))
			flows[count++] = data->flows[i].flow;
	return count;
}

/* --- how full its queues were --- */

struct counting {
	struct scene *scene;
	const struct figure_data *data;
	const struct listener_row *listener;
	struct levels *levels;
	bool *spoke;      /* the server's end has, by place in data->flows */
	int64_t speakers; /* as many have */
	size_t next;      /* of data->packets */
};

/* What one connection adds to the counts. */
struct part {
	struct range asked; /* it is in the SYN queue */
	int64_t asked_best;
	struct range taken; /* it was put into the accept queue, then or before */
	int64_t taken_best;
};

static struct part
part_after(struct part before, const struct socket_row *row)
{
	struct part part = before;

	part.asked = (struct range){ 0, 0 };
	part.asked_best = 0;
	switch (row->state) {
	case SOCK_SYN_RECV:
		part.asked = (struct range){ row->certain, 1 };
		part.asked_best = 1;
		break;
	case SOCK_CLOSED:
		part.asked.hi = !row->certain && before.taken.hi == 0 && before.asked.hi > 0;
		break;
	default:
		/* Not certain again later: then it is a FIN that may be hidden. */
		part.asked.hi = !row->certain && before.taken.lo == 0;
		part.taken.lo |= row->certain;
		part.taken.hi = 1;
		part.taken_best = 1;
	}
	return part;
}

static void
add_part(struct part *sum, const struct part *part, int64_t sign)
{
	sum->asked.lo += sign * part->asked.lo;
	sum->asked.hi += sign * part->asked.hi;
	sum->asked_best += sign * part->asked_best;
	sum->taken.lo += sign * part->taken.lo;
	sum->taken.hi += sign * part->taken.hi;
	sum->taken_best += sign * part->taken_best;
}

static bool
is_level(const struct level *level, struct range range, int64_t best)
{
	return level->range.lo == range.lo && level->range.hi == range.hi && level->best == best;
}

static void
add_level(struct levels *levels, int64_t at_ns, struct range range, int64_t best,
    const struct evidence *because)
{
	const struct level *last = levels->count > 0 ? &levels->at[levels->count - 1] : NULL;

	if (last != NULL && is_level(last, range, best))
		return;
	/* Clocks step back. */
	if (last != NULL && last->at_ns >= at_ns) {
		at_ns = last->at_ns;
		levels->count--;
	}
	levels->at[levels->count++] = (struct level){ at_ns, range, best, *because };
}

static int64_t
at_least_none(int64_t value)
{
	return value < 0 ? 0 : value;
}

/* Whoever was taken in and is not in the queue was accepted, and so was who speaks. */
static void
add_moment(struct counting *counting, int64_t at_ns, const struct part *sum,
    const struct socket_row *now, const struct evidence *because)
{
	struct range taken = { 0, sum->taken.hi };
	int64_t best = at_least_none(sum->taken_best - now->recv_q_best);

	taken.lo = now->recv_q.hi == RANGE_OPEN ? 0 : at_least_none(sum->taken.lo - now->recv_q.hi);
	taken.lo = taken.lo < counting->speakers ? counting->speakers : taken.lo;
	taken.hi = at_least_none(sum->taken.hi - now->recv_q.lo);
	add_level(
	    &counting->levels[QUEUE_ACCEPT], at_ns, now->recv_q, now->recv_q_best, &now->because);
	add_level(&counting->levels[QUEUE_SYN], at_ns, sum->asked, sum->asked_best, because);
	add_level(&counting->levels[QUEUE_TAKEN], at_ns, taken, best, because);
}

/* Bytes, or a close(): a connection that was never accepted gets a RST. */
static bool
is_spoken(const struct packet_row *row)
{
	return row->tuple.proto == PROTO_TCP && !(row->flags & (TCP_SYN | TCP_RST)) &&
	       (row->length > 0 || row->flags & TCP_FIN);
}

/* The first words of each server's end. */
static void
hear_until(
    struct counting *counting, int64_t ns, const struct part *sum, const struct socket_row *now)
{
	const struct figure_data *data = counting->data;

	for (; counting->next < data->packet_count; counting->next++) {
		const struct packet_row *row = &data->packets[counting->next];
		const struct flow_row *flow;

		if (row->ts_ns > ns)
			return;
		if (!is_spoken(row))
			continue;
		flow = figure_flow(data, row->flow);
		if (flow == NULL || !endpoint_has_flow(counting->listener, flow) ||
		    model_from_client(flow, row) || counting->spoke[flow - data->flows])
			continue;
		counting->spoke[flow - data->flows] = true;
		counting->speakers++;
		add_moment(counting, row->ts_ns, sum, now,
		    &(struct evidence){ .count = 1, .index = { row->index } });
	}
}

static void
count_levels(struct counting *counting)
{
	const struct figure_data *data = counting->data;
	struct part *parts = scene_keep(counting->scene, (data->flow_count + 1) * sizeof(*parts));
	struct part sum = { 0 };
	struct socket_row now = { .recv_q = { 0, RANGE_OPEN } };

	memset(parts, 0, (data->flow_count + 1) * sizeof(*parts));
	for (size_t i = 0; i < data->socket_count; i++) {
		const struct socket_row *row = &data->sockets[i];
		const struct flow_row *flow;
		struct part *part;

		hear_until(counting, row->at_ns, &sum, &now);
		if (endpoint_is(counting->listener, row)) {
			now = *row;
			add_moment(counting, row->at_ns, &sum, &now, &row->because);
			continue;
		}
		if (!endpoint_has_child(counting->listener, row))
			continue;
		flow = figure_flow(data, row->flow);
		if (flow == NULL)
			continue;
		part = &parts[flow - data->flows];
		add_part(&sum, part, -1);
		*part = part_after(*part, row);
		add_part(&sum, part, 1);
		add_moment(counting, row->at_ns, &sum, &now, &row->because);
	}
	hear_until(counting, INT64_MAX, &sum, &now);
}

/*
 * accept() never unreturns, so what is known later bounds what was before. And who
 * still waited when the listener closed left the queue without it.
 */
static void
tighten(struct levels *levels, const struct listener_row *listener)
{
	int64_t lo = 0;
	int64_t hi = listener->accepted.hi;

	for (size_t i = 0; i < levels->count; i++) {
		struct level *level = &levels->at[i];

		lo = level->range.lo > lo ? level->range.lo : lo;
		lo = lo > hi ? hi : lo;
		level->range.lo = lo;
	}
	for (size_t i = levels->count; i-- > 0;) {
		struct level *level = &levels->at[i];

		hi = level->range.hi < hi ? level->range.hi : hi;
		level->range.hi = hi > level->range.lo ? hi : level->range.lo;
	}
	for (size_t i = 0; i < levels->count; i++) {
		struct level *level = &levels->at[i];

		if (i > 0 && level->best < level[-1].best)
			level->best = level[-1].best;
		if (level->best < level->range.lo)
			level->best = level->range.lo;
		if (level->best > level->range.hi)
			level->best = level->range.hi;
	}
}

void
endpoint_levels(struct scene *scene, const struct figure_data *data,
    const struct listener_row *listener, struct levels levels[QUEUE_COUNT])
{
	size_t most = data->socket_count + data->flow_count;
	struct counting counting = { scene, data, listener, levels, .spoke = NULL };

	counting.spoke = scene_keep(scene, data->flow_count + 1);
	memset(counting.spoke, 0, data->flow_count + 1);
	for (int i = 0; i < QUEUE_COUNT; i++)
		levels[i] =
		    (struct levels){ scene_keep(scene, (most + 1) * sizeof(struct level)), 0 };
	count_levels(&counting);
	tighten(&levels[QUEUE_TAKEN], listener);
}

bool
endpoint_has_limit(const struct listener_row *listener)
{
	if (listener->backlog.hi == RANGE_OPEN || listener->backlog_best < 0)
		return false;
	return listener->backlog_told || listener->kind == STORY_OVERFLOW ||
	       listener->kind == STORY_ABORTING;
}

/* --- what found no room --- */

struct watch {
	const struct figure_data *data;
	enum sock_state *states; /* of the server's ends, by place in data->flows */
	bool *overflowed;        /* a packet of the flow has that cause */
	size_t next;             /* of data->sockets */
};

/* SIZE_MAX: it was not kept. */
static size_t
flow_place(const struct figure_data *data, uint32_t number)
{
	const struct flow_row *flow = figure_flow(data, number);

	return flow == NULL ? SIZE_MAX : (size_t)(flow - data->flows);
}

/* A state that is not certain proves nothing: CLOSED stands for it. */
static void
watch_until(struct watch *watch, const struct listener_row *listener, int64_t ns)
{
	const struct figure_data *data = watch->data;

	for (; watch->next < data->socket_count; watch->next++) {
		const struct socket_row *row = &data->sockets[watch->next];
		size_t place;

		if (row->at_ns > ns)
			return;
		if (!endpoint_has_child(listener, row))
			continue;
		place = flow_place(data, row->flow);
		if (place != SIZE_MAX)
			watch->states[place] = row->certain ? row->state : SOCK_CLOSED;
	}
}

/* What the client sends while the server still waits for its ACK. */
static enum miss
miss_of(const struct watch *watch, const struct packet_row *row, size_t flow)
{
	bool is_plain = (row->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK;

	if (row->verdict.reason.cause == CAUSE_OVERFLOW_ABORT)
		return MISS_ABORTED;
	if (is_plain && watch->overflowed[flow] && watch->states[flow] == SOCK_SYN_RECV &&
	    model_from_client(&watch->data->flows[flow], row))
		return MISS_IGNORED;
	return MISS_NONE;
}

/* The SYNs before this one that its cause names. */
static void
note_dropped(enum miss *misses, const struct figure_data *data, const struct packet_row *row)
{
	const struct reason *reason = &row->verdict.reason;

	for (unsigned i = 0; i < reason->because_count; i++) {
		size_t place = model_place(data, reason->because[i]);

		if (place == SIZE_MAX || reason->because[i] >= row->index)
			continue;
		if (data->packets[place].flow == row->flow &&
		    (data->packets[place].flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
			misses[place] = MISS_DROPPED;
	}
}

static void
note_overflows(struct watch *watch)
{
	const struct figure_data *data = watch->data;

	for (size_t i = 0; i < data->packet_count; i++) {
		size_t flow;

		if (data->packets[i].verdict.reason.cause != CAUSE_ACCEPT_QUEUE_FULL)
			continue;
		flow = flow_place(data, data->packets[i].flow);
		if (flow != SIZE_MAX)
			watch->overflowed[flow] = true;
	}
}

const enum miss *
endpoint_misses(
    struct scene *scene, const struct figure_data *data, const struct listener_row *listener)
{
	struct watch watch = {
		.data = data,
		.states = scene_keep(scene, (data->flow_count + 1) * sizeof(*watch.states)),
		.overflowed = scene_keep(scene, data->flow_count + 1),
	};
	enum miss *misses = scene_keep(scene, (data->packet_count + 1) * sizeof(*misses));

	for (size_t i = 0; i < data->flow_count; i++) {
		watch.states[i] = SOCK_CLOSED;
		watch.overflowed[i] = false;
	}
	note_overflows(&watch);
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *row = &data->packets[i];
		size_t flow = flow_place(data, row->flow);

		misses[i] = MISS_NONE;
		if (flow == SIZE_MAX || !endpoint_has_flow(listener, &data->flows[flow]))
			continue;
		watch_until(&watch, listener, row->ts_ns);
		misses[i] = miss_of(&watch, row, flow);
		if (row->verdict.reason.cause == CAUSE_SYN_DROPPED)
			note_dropped(misses, data, row);
	}
	return misses;
}
