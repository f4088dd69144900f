/*
 * Many flows over time: those to one end share a row, which shows how many there
 * were at a time.
 */
#include "figure/timeline_priv.h"

#include <math.h>
#include <string.h>

#define BUNDLES_MAX  40
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

void
timeline_gather_bundles(struct timeline *all)
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

void
timeline_draw_bundle(struct timeline *all, size_t place, double top)
{
	const struct bundle *bundle = &all->bundles[place];
	const struct scene_style bold = { .size = 12, .bold = true };
	const struct scene_style small = { .size = 11 };
	const struct scene_style right = { .size = 11 };
	int64_t most = most_alive(bundle);
	double bottom = top + BUNDLE_HIGH;
	double room = PLOT_LEFT - LABEL_LEFT - 12;
	const char *count = chart_number(all->scene, (double)bundle->count, 1);

	scene_text(all->scene, CLASS_LABEL, bold, (struct scene_point){ LABEL_LEFT, top + 13 },
	    room,
	    bundle->is_rest ? timeline_word(all, LABEL_OTHER_ENDS)
			    : name_end(all->scene, all->options, &bundle->first->tuple, true));
	scene_text(all->scene, CLASS_MUTED, small, (struct scene_point){ LABEL_LEFT, top + 28 },
	    room,
	    bundle->count == 1 ? timeline_word(all, LABEL_FLOWS_ONE)
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

double
timeline_bundles_legend(struct timeline *all, double y)
{
	const struct chart_entry every[] = {
		{ SAMPLE_BOX, CLASS_ASKED, timeline_word(all, LABEL_LIVE_ASKING) },
		{ SAMPLE_BOX, CLASS_HELD, timeline_word(all, LABEL_LIVE_OPEN) },
		{ SAMPLE_BOX, CLASS_TAKEN, timeline_word(all, LABEL_LIVE_OTHER) },
		{ SAMPLE_TICK, CLASS_MISSED, timeline_word(all, LABEL_LIVE_FAILED) },
	};
	struct chart_entry entries[sizeof(every) / sizeof(every[0])];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++)
		if (all->looks[every[i].cls])
			entries[count++] = every[i];
	return chart_legend(all->scene, (struct scene_point){ CHART_MARGIN, y },
	    CHART_WIDTH - CHART_MARGIN, entries, count);
}
