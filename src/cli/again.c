/*
 * The second run over a large capture. The first one tallied all flows; this
 * one keeps packets and sockets of those that are worth a look, and reads no
 * more of the file than it must: the first left a track of which frame is of
 * which flow.
 */
#include <string.h>

#include "base/find.h"
#include "base/mem.h"
#include "cli/reporting.h"

/* --- rows --- */

static bool
is_kept(const struct reporting *reporting, uint32_t flow)
{
	return sorted_has(reporting->kept, reporting->kept_count, flow);
}

static void
take_kept_packet(void *ctx, const struct packet_row *row)
{
	struct reporting *reporting = ctx;

	if (!is_kept(reporting, row->flow))
		return;
	tally_packet(reporting->tally, row);
	figure_collect_packet(reporting->data, row);
}

static void
take_kept_wire(void *ctx, const struct packet_wire *wire)
{
	struct reporting *reporting = ctx;

	if (is_kept(reporting, wire->flow))
		figure_collect_wire(reporting->data, wire);
}

/* Of listeners, those that a kept flow is about. */
static bool
is_about_kept(const struct reporting *reporting, const struct socket_row *row)
{
	for (size_t i = 0; row->flow == 0 && i < reporting->kept_count; i++) {
		const struct tuple *tuple = &reporting->kept_tuples[i];

		if (listener_has_end(
			&row->ends, row->any_address, tuple->dst, tuple->dport, tuple->ip_version))
			return true;
	}
	return row->flow != 0;
}

static void
take_kept_socket(void *ctx, const struct socket_row *row)
{
	struct reporting *reporting = ctx;

	if (is_about_kept(reporting, row))
		figure_collect_socket(reporting->data, row);
}

/* --- which flows are judged --- */

/*
 * What becomes of a connection may depend on all others of its listener, where
 * the queue of that was full. Else nothing is learnt from other flows, nor once
 * those that are kept are over.
 */
static bool
is_troubled(const struct listener_row *listener)
{
	return listener->kind == STORY_OVERFLOW || listener->kind == STORY_ABORTING ||
	       listener->kind == STORY_FLOOD;
}

/* More would take longer to look up than they save. */
#define TROUBLED_MAX 64

struct troubled {
	const struct listener_row *listeners[TROUBLED_MAX];
	size_t count; /* there may be more */
};

static void
find_troubled(const struct figure_data *data, struct troubled *troubled)
{
	troubled->count = 0;
	for (size_t i = 0; i < data->listener_count; i++) {
		if (!is_troubled(&data->listeners[i]))
			continue;
		if (troubled->count < TROUBLED_MAX)
			troubled->listeners[troubled->count] = &data->listeners[i];
		troubled->count++;
	}
}

static bool
is_judged(
    const struct reporting *reporting, const struct troubled *troubled, const struct flow_row *flow)
{
	for (size_t i = 0; i < troubled->count; i++)
		if (listener_serves(troubled->listeners[i], flow))
			return true;
	return is_kept(reporting, flow->flow);
}

/* False: nobody knows which, so that all are. */
static bool
judge_flows(struct reporting *reporting, struct analysis_options *options)
{
	const struct figure_data *data = reporting->data;
	struct troubled troubled;

	find_troubled(data, &troubled);
	if (troubled.count > TROUBLED_MAX || data->left_out > 0)
		return false;
	if (troubled.count == 0)
		reporting->until_ns = INT64_MIN;
	reporting->only = mem_realloc_array(NULL, data->flow_count + 1, sizeof(*reporting->only));
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct flow_row *flow = &data->flows[i];

		if (!is_judged(reporting, &troubled, flow))
			continue;
		reporting->only[options->only_count++] = flow->flow;
		if (flow->end_ns > reporting->until_ns)
			reporting->until_ns = flow->end_ns;
	}
	options->only = reporting->only;
	return true;
}

/* --- which flows are seen --- */

/* Of so many flows earlier ones between the same ends are looked for; of more it would take too long. */
#define REUSED_MAX 64

static bool
has_end(const struct tuple *tuple, const uint8_t address[16], uint16_t port)
{
	return (tuple->sport == port && memcmp(tuple->src, address, sizeof(tuple->src)) == 0) ||
	       (tuple->dport == port && memcmp(tuple->dst, address, sizeof(tuple->dst)) == 0);
}

static bool
is_before(const struct flow_row *flow, const struct flow_row *reused)
{
	const struct tuple *tuple = &reused->tuple;

	return flow->flow < reused->flow && flow->is_tcp &&
	       has_end(&flow->tuple, tuple->src, tuple->sport) &&
	       has_end(&flow->tuple, tuple->dst, tuple->dport);
}

/* Those judged whose ports had been used before; false: too many. */
static bool
find_reused(const struct reporting *reporting, const struct analysis_options *options,
    const struct flow_row *reused[REUSED_MAX + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < options->only_count && count <= REUSED_MAX; i++) {
		reused[count] = figure_flow(reporting->data, options->only[i]);
		count += reused[count]->mark_counts[MARK_PORT_REUSED] > 0;
	}
	reused[count < REUSED_MAX ? count : REUSED_MAX] = NULL;
	return count <= REUSED_MAX;
}

/* That the ports of a flow are used again is only seen by who sees the flow before, too. */
static void
see_flows(struct reporting *reporting, struct analysis_options *options)
{
	const struct figure_data *data = reporting->data;
	const struct flow_row *reused[REUSED_MAX + 1];

	if (!track_is_whole(reporting->track) || !find_reused(reporting, options, reused))
		return;
	reporting->seen = mem_realloc_array(NULL, data->flow_count + 1, sizeof(*reporting->seen));
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct flow_row *flow = &data->flows[i];
		bool is_seen = sorted_has(options->only, options->only_count, flow->flow);

		for (size_t j = 0; !is_seen && reused[j] != NULL; j++)
			is_seen = is_before(flow, reused[j]);
		if (is_seen)
			reporting->seen[options->seen_count++] = flow->flow;
	}
	options->seen = reporting->seen;
	options->along = reporting->track;
	reporting->until_ns = INT64_MAX; /* it ends with them */
}

/* --- the run --- */

static bool
has_kept_enough(void *ctx)
{
	const struct reporting *reporting = ctx;

	return analysis_summary(reporting->second)->last_ns > reporting->until_ns;
}

/* Flows have the same numbers in both runs, and what is wrong with the capture has been told. */
void
again_read(struct reporting *reporting, const struct subject *subject,
    struct analysis_options *options, struct sockets_options *sockets)
{
	const struct analysis_ops ops = {
		.packet = take_kept_packet,
		.wire = take_kept_wire,
		.socket = take_kept_socket,
		.progress = reading_progress,
		.enough = has_kept_enough,
	};
	struct reading *reading = &reporting->reading;
	struct diag diag;

	sockets->want_rows = true;
	sockets->rows_alone = true;
	if (!sockets->has_until) {
		sockets->has_until = true;
		sockets->until =
		    (struct moment){ .ns = analysis_summary(reading->analysis)->last_ns };
	}
	for (size_t i = 0; i < reporting->kept_count; i++)
		reporting->kept_tuples[i] = figure_flow(reporting->data, reporting->kept[i])->tuple;
	reporting->until_ns = INT64_MAX;
	options->track = NULL;
	if (judge_flows(reporting, options)) {
		see_flows(reporting, options);
	} else {
		/* No figure of a queue could be whole. */
		sockets->flows = reporting->kept;
		sockets->flow_count = reporting->kept_count;
	}
	progress_begin(&reading->progress, reading->options);
	if (analysis_run(&reporting->second, subject->paths, subject->path_count, options, &ops,
		reporting, &diag) != ST_OK)
		reporting_fail(reporting, &diag);
	progress_end(&reading->progress);
}
