/*
 * All flows over time. A few have a row each, whose upper half is the client's
 * socket and whose lower half the server's, in the colours of their states;
 * what is odd is a tick across. Where there are many, those to one end share a
 * row, which shows how many there were at a time.
 */
#include "figure/chart.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define PLOT_LEFT  270.0
#define PLOT_RIGHT (CHART_WIDTH - 116)
#define ROWS_MAX   60
#define ROW        20.0
#define HALF       7.0
#define LABEL_LEFT CHART_MARGIN
/* Bundles. */
#define BUNDLES_MAX  40
#define BUNDLE       46.0
#define BUNDLE_HIGH  30.0
#define FEW          4.0 /* up to so many at once, a flow is always as high */
#define COLUMN       2.0
#define COLUMN_COUNT ((size_t)((PLOT_RIGHT - PLOT_LEFT) / COLUMN))

enum {
	LIVE_ASKING,
	LIVE_OPEN,
	LIVE_OTHER, /* not TCP */
	LIVE_COUNT
};

static const enum scene_class live_classes[LIVE_COUNT] = {
	[LIVE_ASKING] = CLASS_ASKED,
	[LIVE_OPEN] = CLASS_HELD,
	[LIVE_OTHER] = CLASS_TAKEN,
};

struct bundle {
	const struct flow_row *first;
	size_t count;
	size_t failed;
	bool is_rest; /* of all ends that have no bundle of their own */
	int32_t
	    *live[LIVE_COUNT]; /* by column: first what changes there, then how many there are */
	bool *failures;
};

struct timeline {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct flow_row **flows;
	size_t flow_count;
	struct time_axis axis;
	struct bundle *bundles;
	size_t bundle_count;
	bool states[SOCK_COUNT]; /* that were drawn */
	bool looks[CLASS_COUNT];
	double bottom;
};

static const char *
word(const struct timeline *all, enum label label)
{
	return labels[all->options->lang][label];
}

/* --- what is drawn --- */

static bool
is_named(const struct timeline *all, uint32_t flow)
{
	for (size_t i = 0; i < all->options->flow_count; i++)
		if (all->options->flows[i] == flow)
			return true;
	return all->options->flow_count == 0;
}

static void
gather(struct timeline *all)
{
	all->flows =
	    scene_keep(all->scene, (all->data->flow_count + 1) * sizeof(struct flow_row *));
	for (size_t i = 0; i < all->data->flow_count; i++)
		if (is_named(all, all->data->flows[i].flow))
			all->flows[all->flow_count++] = &all->data->flows[i];
}

static bool
is_odd(const struct packet_row *row)
{
	return row->verdict.marks != 0 || (row->flags & TCP_RST) != 0 || is_icmp(&row->tuple);
}

static void
gather_times(struct timeline *all)
{
	const struct figure_data *data = all->data;
	bool has_rows = all->flow_count <= ROWS_MAX;
	int64_t *times = scene_keep(all->scene,
	    (2 * data->flow_count + data->socket_count + data->packet_count + 2) * sizeof(*times));
	size_t count = 0;

	for (size_t i = 0; i < all->flow_count; i++) {
		times[count++] = all->flows[i]->start_ns;
		times[count++] = all->flows[i]->end_ns;
	}
	for (size_t i = 0; has_rows && i < data->socket_count; i++)
		if (data->sockets[i].flow != 0 && is_named(all, data->sockets[i].flow) &&
		    data->sockets[i].at_ns <= data->last_ns)
			times[count++] = data->sockets[i].at_ns;
	for (size_t i = 0; has_rows && i < data->packet_count; i++)
		if (is_odd(&data->packets[i]) && is_named(all, data->packets[i].flow))
			times[count++] = data->packets[i].ts_ns;
	if (all->options->time == TIME_SCALED) {
		times[count++] = data->first_ns;
		times[count++] = data->last_ns;
	}
	time_axis_init(&all->axis, all->scene, times, count, data->first_ns, PLOT_LEFT + 6,
	    PLOT_RIGHT - 6, all->options->time);
}

/* --- one flow, one row --- */

static void
draw_half(struct timeline *all, const struct flow_row *flow, bool is_server, double top)
{
	struct change *changes;
	size_t count = model_changes(all->scene, all->data, flow->flow, is_server, &changes);

	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		double left = time_axis_at(&all->axis, change->at_ns);
		double right =
		    i + 1 < count ? time_axis_at(&all->axis, changes[i + 1].at_ns) : PLOT_RIGHT;

		if (change->state == SOCK_CLOSED || change->at_ns > all->data->last_ns)
			continue;
		all->states[change->state] = true;
		scene_group_begin(all->scene, model_flow(flow->flow),
		    LABELED(all->scene, all->options->lang,
			change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY,
			word(all, is_server ? LABEL_SERVER : LABEL_CLIENT),
			name_state(change->state), name_time(all->scene, all->data, change->at_ns)),
		    NULL);
		/* However short, it was there. */
		scene_rect(all->scene, class_of_state(change->state),
		    (struct scene_box){ left, top, fmax(right - left, 0.8), HALF });
		scene_group_end(all->scene);
	}
}

static void
draw_plain(struct timeline *all, const struct flow_row *flow, double top)
{
	double left = time_axis_at(&all->axis, flow->start_ns);
	double right = time_axis_at(&all->axis, flow->end_ns);

	scene_rect(all->scene, CLASS_TAKEN,
	    (struct scene_box){ left, top + HALF / 2, fmax(right - left, 2), HALF });
}

static void
draw_ticks(struct timeline *all, const struct flow_row *flow, double top)
{
	double last = -1e9;

	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct packet_row *row = &all->data->packets[i];
		double x = time_axis_at(&all->axis, row->ts_ns);
		enum scene_class cls;

		if (row->flow != flow->flow || !is_odd(row) || fabs(x - last) < 1.5)
			continue;
		last = x;
		cls = model_look(row).cls;
		/* What only looks odd to the receiver is no colour of its own. */
		cls = cls == CLASS_ACK || cls == CLASS_SEGMENT || cls == CLASS_DATAGRAM ? CLASS_BEST
											: cls;
		all->looks[cls] = true;
		scene_group_begin(all->scene, model_packet(row),
		    model_tip(all->scene, all->data, all->options, row), NULL);
		scene_line(all->scene, cls, (struct scene_point){ x, top - 2 },
		    (struct scene_point){ x, top + 2 * HALF + 2 },
		    cls == CLASS_RESENT ? DASH_DASHED : DASH_SOLID);
		scene_group_end(all->scene);
	}
}

/* How it opened, where that went wrong, else how it closed. */
static const char *
outcome(const struct flow_row *flow)
{
	if (!flow->is_tcp)
		return "";
	if (flow->conn.open != OPEN_COMPLETE)
		return conn_open_names[flow->conn.open];
	return conn_close_names[flow->conn.close];
}

static const char *
ends_of(struct timeline *all, const struct flow_row *flow)
{
	return scene_format(all->scene, "%s → %s",
	    name_end(all->scene, all->options, &flow->tuple, false),
	    name_end(all->scene, all->options, &flow->tuple, true));
}

static void
draw_row(struct timeline *all, const struct flow_row *flow, double top)
{
	const struct scene_style number = { .size = 11, .anchor = ANCHOR_END };
	const struct scene_style small = { .size = 11 };
	const char *ends = ends_of(all, flow);
	const double room = PLOT_LEFT - LABEL_LEFT - 38;
	struct scene_style label = small;
	double y = top + HALF + 4;

	scene_text(all->scene, CLASS_MUTED, number, (struct scene_point){ LABEL_LEFT + 22, y }, 0,
	    scene_format(all->scene, "%" PRIu32, flow->flow));
	if (scene_text_width(ends, label) > room)
		label.size = 10;
	scene_text(
	    all->scene, CLASS_LABEL, label, (struct scene_point){ LABEL_LEFT + 30, y }, room, ends);
	if (flow->is_tcp) {
		draw_half(all, flow, false, top);
		draw_half(all, flow, true, top + HALF);
	} else {
		draw_plain(all, flow, top);
	}
	draw_ticks(all, flow, top);
	scene_text(all->scene, CLASS_MUTED, small, (struct scene_point){ PLOT_RIGHT + 8, y },
	    CHART_WIDTH - PLOT_RIGHT - 16, outcome(flow));
}

/* --- many flows, a row each end --- */

static bool
is_same_end(const struct flow_row *one, const struct flow_row *other)
{
	const struct tuple *a = &one->tuple, *b = &other->tuple;

	return a->proto == b->proto && a->dport == b->dport && a->ip_version == b->ip_version &&
	       memcmp(a->dst, b->dst, sizeof(a->dst)) == 0;
}

static struct bundle *
bundle_of(struct timeline *all, const struct flow_row *flow)
{
	struct bundle *bundle;

	for (size_t i = 0; i < all->bundle_count; i++)
		if (!all->bundles[i].is_rest && is_same_end(all->bundles[i].first, flow))
			return &all->bundles[i];
	if (all->bundle_count == BUNDLES_MAX)
		return &all->bundles[BUNDLES_MAX - 1];
	bundle = &all->bundles[all->bundle_count++];
	*bundle = (struct bundle){ .first = flow, .is_rest = all->bundle_count == BUNDLES_MAX };
	for (int i = 0; i < LIVE_COUNT; i++) {
		bundle->live[i] =
		    scene_keep(all->scene, (COLUMN_COUNT + 1) * sizeof(*bundle->live[i]));
		memset(bundle->live[i], 0, (COLUMN_COUNT + 1) * sizeof(*bundle->live[i]));
	}
	bundle->failures = scene_keep(all->scene, COLUMN_COUNT + 1);
	memset(bundle->failures, 0, COLUMN_COUNT + 1);
	return bundle;
}

static size_t
column_of(const struct timeline *all, int64_t ns)
{
	double column = (time_axis_at(&all->axis, ns) - PLOT_LEFT) / COLUMN;

	return column <= 0 ? 0 : column >= (double)COLUMN_COUNT ? COLUMN_COUNT - 1 : (size_t)column;
}

static void
add_life(const struct timeline *all, int32_t *live, int64_t from_ns, int64_t to_ns)
{
	live[column_of(all, from_ns)]++;
	live[column_of(all, to_ns) + 1]--;
}

static bool
has_failed(const struct flow_row *flow)
{
	return flow->is_tcp &&
	       (flow->conn.open == OPEN_REFUSED || flow->conn.open == OPEN_UNANSWERED);
}

static void
add_flow(struct timeline *all, struct bundle *bundle, const struct flow_row *flow)
{
	int64_t end_ns = flow->end_ns;
	int64_t opened_ns = flow->start_ns;

	bundle->count++;
	if (!flow->is_tcp) {
		add_life(all, bundle->live[LIVE_OTHER], flow->start_ns, end_ns);
		return;
	}
	if (has_failed(flow) || flow->conn.open == OPEN_HALF_OPEN) {
		bundle->failed += has_failed(flow);
		bundle->failures[column_of(all, end_ns)] |= has_failed(flow);
		add_life(all, bundle->live[LIVE_ASKING], flow->start_ns, end_ns);
		return;
	}
	if (flow->conn.close == CLOSE_OPEN)
		end_ns = all->data->last_ns;
	if (flow->conn.handshake_ns > 0)
		opened_ns = span_end(opened_ns, flow->conn.handshake_ns);
	/* Where it is connected it asks no more. */
	if (column_of(all, opened_ns) > column_of(all, flow->start_ns)) {
		bundle->live[LIVE_ASKING][column_of(all, flow->start_ns)]++;
		bundle->live[LIVE_ASKING][column_of(all, opened_ns)]--;
	}
	add_life(all, bundle->live[LIVE_OPEN], opened_ns, end_ns);
}

static void
gather_bundles(struct timeline *all)
{
	all->bundles = scene_keep(all->scene, BUNDLES_MAX * sizeof(*all->bundles));
	for (size_t i = 0; i < all->flow_count; i++)
		add_flow(all, bundle_of(all, all->flows[i]), all->flows[i]);
	for (size_t i = 0; i < all->bundle_count; i++)
		for (int j = 0; j < LIVE_COUNT; j++)
			for (size_t k = 1; k <= COLUMN_COUNT; k++)
				all->bundles[i].live[j][k] += all->bundles[i].live[j][k - 1];
}

static int64_t
live_at(const struct bundle *bundle, size_t column, int kinds)
{
	int64_t sum = 0;

	for (int i = 0; i < kinds; i++)
		sum += bundle->live[i][column];
	return sum;
}

static int64_t
most_alive(const struct bundle *bundle)
{
	int64_t most = 1;

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (live_at(bundle, i, LIVE_COUNT) > most)
			most = live_at(bundle, i, LIVE_COUNT);
	return most;
}

/* The area between what the kinds before make together, and this one on top. */
static void
draw_live(struct timeline *all, const struct bundle *bundle, int kind, double bottom, double scale)
{
	struct scene_step *steps = scene_keep(all->scene, (2 * COLUMN_COUNT + 3) * sizeof(*steps));
	size_t count = 0;
	int64_t last = 0;
	bool any = false;

	steps[count++] = (struct scene_step){ 'M', { { PLOT_LEFT, bottom } } };
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		int64_t sum = live_at(bundle, i, kind + 1);
		double x = PLOT_LEFT + COLUMN * (double)i;

		any |= bundle->live[kind][i] > 0;
		if (sum == last)
			continue;
		steps[count++] =
		    (struct scene_step){ 'L', { { x, bottom - scale * (double)last } } };
		steps[count++] =
		    (struct scene_step){ 'L', { { x, bottom - scale * (double)sum } } };
		last = sum;
	}
	steps[count++] =
	    (struct scene_step){ 'L', { { PLOT_RIGHT, bottom - scale * (double)last } } };
	steps[count++] = (struct scene_step){ 'L', { { PLOT_RIGHT, bottom } } };
	all->looks[live_classes[kind]] |= any;
	if (any)
		scene_path(all->scene, live_classes[kind], steps, count, DASH_SOLID);
}

static void
draw_failures(struct timeline *all, const struct bundle *bundle, double bottom)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		double x = PLOT_LEFT + COLUMN * ((double)i + 0.5);

		all->looks[CLASS_MISSED] |= bundle->failures[i];
		if (bundle->failures[i])
			scene_line(all->scene, CLASS_MISSED, (struct scene_point){ x, bottom + 1 },
			    (struct scene_point){ x, bottom + 7 }, DASH_SOLID);
	}
}

static void
draw_bundle(struct timeline *all, const struct bundle *bundle, double top)
{
	const struct scene_style bold = { .size = 12, .bold = true };
	const struct scene_style small = { .size = 11 };
	const struct scene_style right = { .size = 11 };
	int64_t most = most_alive(bundle);
	double bottom = top + BUNDLE_HIGH;
	double room = PLOT_LEFT - LABEL_LEFT - 12;
	const char *count = chart_number(all->scene, (double)bundle->count, 1);

	scene_text(all->scene, CLASS_LABEL, bold, (struct scene_point){ LABEL_LEFT, top + 13 },
	    room,
	    bundle->is_rest ? word(all, LABEL_OTHER_ENDS)
			    : name_end(all->scene, all->options, &bundle->first->tuple, true));
	scene_text(all->scene, CLASS_MUTED, small, (struct scene_point){ LABEL_LEFT, top + 28 },
	    room,
	    bundle->count == 1 ? word(all, LABEL_FLOWS_ONE)
	    : bundle->failed == 0
		? LABELED(all->scene, all->options->lang, LABEL_FLOWS, count)
		: LABELED(all->scene, all->options->lang, LABEL_FLOWS_FAILED, count,
		      chart_number(all->scene, (double)bundle->failed, 1)));
	/* From the whole to its first part: each covers what is not its own. */
	for (int i = LIVE_COUNT - 1; i >= 0; i--)
		draw_live(all, bundle, i, bottom, BUNDLE_HIGH / fmax((double)most, FEW));
	draw_failures(all, bundle, bottom);
	scene_line(all->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, bottom },
	    (struct scene_point){ PLOT_RIGHT, bottom }, DASH_SOLID);
	scene_text(all->scene, CLASS_MUTED, right, (struct scene_point){ PLOT_RIGHT + 8, top + 6 },
	    CHART_WIDTH - PLOT_RIGHT - 16,
	    LABELED(all->scene, all->options->lang, LABEL_AT_ONCE,
		chart_number(all->scene, (double)most, 1)));
}

/* --- the page --- */

static double
draw_rows_legend(struct timeline *all, double y)
{
	static const struct {
		enum scene_class cls;
		enum chart_sample sample;
		enum label label;
	} looks[] = {
		{ CLASS_RESENT, SAMPLE_TICK_DASHED, LABEL_LEGEND_RESENT },
		{ CLASS_RESET, SAMPLE_TICK, LABEL_TICK_RESET },
		{ CLASS_WINDOW, SAMPLE_TICK, LABEL_TICK_WINDOW },
		{ CLASS_PROBE, SAMPLE_TICK, LABEL_TICK_PROBE },
		{ CLASS_BEST, SAMPLE_TICK, LABEL_TICK_OTHER },
	};
	struct chart_entry entries[SOCK_COUNT + sizeof(looks) / sizeof(looks[0])];
	size_t count = 0;

	for (int i = 0; i < SOCK_COUNT; i++)
		if (all->states[i])
			entries[count++] =
			    (struct chart_entry){ SAMPLE_BOX, class_of_state((enum sock_state)i),
				    name_state((enum sock_state)i) };
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (all->looks[looks[i].cls])
			entries[count++] = (struct chart_entry){ looks[i].sample, looks[i].cls,
				word(all, looks[i].label) };
	return chart_legend(all->scene, (struct scene_point){ CHART_MARGIN, y },
	    CHART_WIDTH - CHART_MARGIN, entries, count);
}

static double
draw_bundles_legend(struct timeline *all, double y)
{
	const struct chart_entry every[] = {
		{ SAMPLE_BOX, CLASS_ASKED, word(all, LABEL_LIVE_ASKING) },
		{ SAMPLE_BOX, CLASS_HELD, word(all, LABEL_LIVE_OPEN) },
		{ SAMPLE_BOX, CLASS_TAKEN, word(all, LABEL_LIVE_OTHER) },
		{ SAMPLE_TICK, CLASS_MISSED, word(all, LABEL_LIVE_FAILED) },
	};
	struct chart_entry entries[sizeof(every) / sizeof(every[0])];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++)
		if (all->looks[every[i].cls])
			entries[count++] = every[i];
	return chart_legend(all->scene, (struct scene_point){ CHART_MARGIN, y },
	    CHART_WIDTH - CHART_MARGIN, entries, count);
}

static void
draw_title(struct timeline *all)
{
	enum lang lang = all->options->lang;
	const char *capture = model_capture(all->scene, all->data);
	const char *count = chart_number(all->scene, (double)all->flow_count, 1);
	const char *below = all->flow_count <= ROWS_MAX
				? LABELED(all->scene, lang, LABEL_TIMELINE_HALVES, capture)
				: LABELED(all->scene, lang, LABEL_TIMELINE_BUNDLES, capture);

	chart_title(all->scene, CHART_WIDTH,
	    LABELED(all->scene, lang,
		all->flow_count == 1 ? LABEL_TIMELINE_TITLE_ONE : LABEL_TIMELINE_TITLE, count),
	    below, LABELED(all->scene, lang, LABEL_TIMELINE_DESC, count, capture));
}

static void
draw_all(struct timeline *all)
{
	bool has_rows = all->flow_count <= ROWS_MAX;
	size_t rows = has_rows ? all->flow_count : all->bundle_count;
	double top = 84;
	double bottom = top + (double)rows * (has_rows ? ROW : BUNDLE) + 4;

	draw_title(all);
	time_axis_grid(&all->axis, top, bottom);
	for (size_t i = 0; i < rows; i++)
		if (has_rows)
			draw_row(all, all->flows[i], top + 4 + (double)i * ROW);
		else
			draw_bundle(all, &all->bundles[i], top + 4 + (double)i * BUNDLE);
	time_axis_draw_breaks(&all->axis, top, bottom);
	scene_line(all->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, bottom },
	    (struct scene_point){ PLOT_RIGHT, bottom }, DASH_SOLID);
	top = time_axis_labels(&all->axis, bottom, word(all, LABEL_SINCE_FIRST)) + 24;
	top = has_rows ? draw_rows_legend(all, top) : draw_bundles_legend(all, top);
	scene_size(all->scene, CHART_WIDTH, top + 6);
}

enum status
timeline_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct timeline all = { .scene = scene, .data = data, .options = options };

	gather(&all);
	if (all.flow_count == 0)
		return diag_set(diag, ST_USAGE,
		    options->flow_count == 0 ? "there are no flows to draw"
					     : "there is no such flow");
	gather_times(&all);
	if (all.flow_count > ROWS_MAX)
		gather_bundles(&all);
	draw_all(&all);
	return ST_OK;
}
