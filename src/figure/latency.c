/*
 * How long handshakes took, and round trips: over the connections of a capture,
 * how many took how long, and what part of them no longer than that. Time is
 * logarithmic, ten bars for each tenfold.
 */
#include "figure/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/sort.h"

#define PLOT_LEFT    84.0
#define PLOT_RIGHT   (CHART_WIDTH - 84)
#define PANEL_TOP    112.0
#define PANEL_HIGH   170.0
#define PANEL_STEP   (PANEL_HIGH + 62)
#define BINS_TENFOLD 10
/* What took no time by the clock of the capture has to stand somewhere. */
#define LEAST_NS 100.0
/* Fewer tell nothing by a percentile. */
#define MANY 10

struct panel {
	enum label name;
	int64_t *values; /* ascending */
	size_t count;
	size_t *bins; /* from first_bin on */
	double top;
	struct scale counts;
	struct scale parts;
};

struct latency {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	struct panel panels[2];
	size_t panel_count;
	size_t flow_count;
	struct scale time; /* nanoseconds */
	int first_bin;
	int last_bin;
};

static const char *
word(const struct latency *all, enum label label)
{
	return labels[all->options->lang][label];
}

/* --- values --- */

static bool
is_wanted(const struct latency *all, const struct flow_row *flow)
{
	return flow->is_tcp && chosen_has(all->options, flow->flow);
}

static void
add_panel(struct latency *all, enum label name, bool is_handshake)
{
	struct panel *panel = &all->panels[all->panel_count];

	*panel = (struct panel){ .name = name };
	panel->values =
	    scene_keep(all->scene, (all->data->flow_count + 1) * sizeof(*panel->values));
	for (size_t i = 0; i < all->data->flow_count; i++) {
		const struct flow_row *flow = &all->data->flows[i];
		int64_t value = is_handshake ? flow->conn.handshake_ns : flow->rtt_ns;

		/* Below 0: there is none, or time stepped back in between. */
		if (is_wanted(all, flow) && value >= 0)
			panel->values[panel->count++] = value;
	}
	sort_numbers(panel->values, panel->count);
	all->panel_count += panel->count > 0;
}

/* --- scales --- */

static double
at_least(int64_t ns)
{
	return fmax((double)ns, LEAST_NS);
}

static int
bin_of(int64_t ns)
{
	return (int)floor(log10(at_least(ns)) * BINS_TENFOLD + 1e-9);
}

static double
edge_of(int bin)
{
	return pow(10, (double)bin / BINS_TENFOLD);
}

static int64_t
nanoseconds(double ns)
{
	return ns < 9e18 ? (int64_t)ns : INT64_MAX;
}

static void
place_time(struct latency *all)
{
	all->first_bin = INT32_MAX;
	all->last_bin = INT32_MIN;
	for (size_t i = 0; i < all->panel_count; i++) {
		const struct panel *panel = &all->panels[i];
		int first = bin_of(panel->values[0]);
		int last = bin_of(panel->values[panel->count - 1]);

		all->first_bin = first < all->first_bin ? first : all->first_bin;
		all->last_bin = last > all->last_bin ? last : all->last_bin;
	}
	/* Never less than a tenfold, so that what differs little looks it. */
	while (all->last_bin - all->first_bin < BINS_TENFOLD - 1) {
		all->first_bin--;
		all->last_bin++;
	}
	all->time = (struct scale){ edge_of(all->first_bin), edge_of(all->last_bin + 1), PLOT_LEFT,
		PLOT_RIGHT, true };
}

/* The first value behind those of this bin. There are few bins, and may be a million values. */
static size_t
end_of_bin(const struct panel *panel, int bin)
{
	size_t end;

	FIND_PLACE(end, panel->count, bin_of(panel->values[end]) <= bin);
	return end;
}

static void
count_bins(const struct latency *all, struct panel *panel)
{
	size_t room = (size_t)(all->last_bin - all->first_bin) + 1;
	size_t end;

	panel->bins = scene_keep(all->scene, room * sizeof(*panel->bins));
	memset(panel->bins, 0, room * sizeof(*panel->bins));
	for (size_t i = 0; i < panel->count; i = end) {
		int bin = bin_of(panel->values[i]);

		end = end_of_bin(panel, bin);
		panel->bins[bin - all->first_bin] = end - i;
	}
}

static void
place_panel(const struct latency *all, struct panel *panel, double top)
{
	size_t most = 1;

	count_bins(all, panel);
	for (int bin = all->first_bin; bin <= all->last_bin; bin++) {
		size_t count = panel->bins[bin - all->first_bin];

		most = count > most ? count : most;
	}
	panel->top = top;
	panel->counts = (struct scale){ 0, (double)most * 1.12, top + PANEL_HIGH, top, false };
	panel->parts = (struct scale){ 0, 112, top + PANEL_HIGH, top, false };
}

/* --- drawing --- */

static const char *
number(const struct latency *all, size_t value)
{
	return chart_number(all->scene, (double)value, 1);
}

static void
draw_bars(struct latency *all, const struct panel *panel)
{
	double bottom = panel->top + PANEL_HIGH;

	for (int bin = all->first_bin; bin <= all->last_bin; bin++) {
		size_t count = panel->bins[bin - all->first_bin];
		double left = scale_at(&all->time, edge_of(bin)) + 0.5;
		double right = scale_at(&all->time, edge_of(bin + 1)) - 0.5;
		double y = scale_at(&panel->counts, (double)count);

		if (count == 0)
			continue;
		scene_group_begin(all->scene, NO_SUBJECT,
		    LABELED(all->scene, all->options->lang, LABEL_BAR_TIP,
			name_span(all->scene, nanoseconds(edge_of(bin))),
			name_span(all->scene, nanoseconds(edge_of(bin + 1))), number(all, count)),
		    NULL);
		scene_rect(
		    all->scene, CLASS_BAR, (struct scene_box){ left, y, right - left, bottom - y });
		scene_group_end(all->scene);
	}
}

/* Nearer to each other than that, two steps look like one. */
#define STEP_APART 0.5

/* By how much a value is larger than another that stands so far before it. */
static double
factor_of(const struct scale *time, double apart)
{
	return exp(apart * log(time->hi / time->lo) / (time->to - time->from));
}

/* Each value is a step; those that cannot be told apart are one. */
static void
draw_parts(struct latency *all, const struct panel *panel)
{
	/* What is plainly too near needs no logarithm. */
	double near = factor_of(&all->time, 0.99 * STEP_APART);
	struct scene_point *points =
	    scene_keep(all->scene, (2 * panel->count + 3) * sizeof(*points));
	double last_y = scale_at(&panel->parts, 0);
	size_t count = 0;

	points[count++] = (struct scene_point){ PLOT_LEFT, last_y };
	for (size_t i = 0; i < panel->count; i++) {
		double value = at_least(panel->values[i]);
		bool is_last = i + 1 == panel->count;
		double next = is_last ? INFINITY : at_least(panel->values[i + 1]);
		double x, y;

		if (next < value * near)
			continue;
		x = scale_at(&all->time, value);
		y = scale_at(&panel->parts, 100.0 * (double)(i + 1) / (double)panel->count);
		if (!is_last && scale_at(&all->time, next) - x < STEP_APART)
			continue;
		points[count++] = (struct scene_point){ x, last_y };
		points[count++] = (struct scene_point){ x, y };
		last_y = y;
	}
	points[count++] = (struct scene_point){ PLOT_RIGHT, last_y };
	scene_polyline(all->scene, CLASS_BEST, points, count, DASH_SOLID);
}

static void
draw_percentages(struct latency *all, const struct panel *panel)
{
	const struct scene_style style = { .size = 11 };

	for (int percent = 0; percent <= 100; percent += 25)
		scene_text(all->scene, CLASS_AXIS, style,
		    (struct scene_point){ PLOT_RIGHT + 8, scale_at(&panel->parts, percent) + 4 }, 0,
		    scene_format(all->scene, "%d %%", percent));
}

/* Downwards from where the line of parts has it. */
static void
draw_percentile(
    struct latency *all, const struct panel *panel, struct slots *slots, unsigned percent)
{
	struct scene_style style = { .size = 11, .bold = true };
	int64_t value = panel->values[percentile_place(panel->count, percent)];
	double x = scale_at(&all->time, at_least(value));
	const char *span = name_span(all->scene, value);
	const char *text = percent == 50
			       ? LABELED(all->scene, all->options->lang, LABEL_MEDIAN, span)
			       : scene_format(all->scene, "%u %%: %s", percent, span);
	double width = scene_text_width(text, style);
	bool is_right = x + 6 + width < PLOT_RIGHT;
	size_t patch;

	scene_line(all->scene, CLASS_LIMIT, (struct scene_point){ x, panel->top },
	    (struct scene_point){ x, panel->top + PANEL_HIGH }, DASH_DASHED);
	for (double y = panel->top + 12; y < panel->top + PANEL_HIGH; y += 15) {
		struct scene_box box = { is_right ? x + 2 : x - 6 - width, y - 11, width + 8, 14 };

		if (!slots_take(slots, box))
			continue;
		style.anchor = is_right ? ANCHOR_START : ANCHOR_END;
		patch = scene_patch_begin(all->scene);
		scene_text(all->scene, CLASS_LIMIT, style,
		    (struct scene_point){ is_right ? x + 6 : x - 6, y }, 0, text);
		scene_patch_end(all->scene, patch);
		return;
	}
}

/* 1, 2 and 5 of each tenfold, or 1 alone where those would meet. */
static void
draw_times(struct latency *all, double top, double bottom, bool with_labels)
{
	static const int leading[] = { 1, 2, 5 };
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE };
	double tenfold = scale_at(&all->time, 10 * all->time.lo) - PLOT_LEFT;
	double free_x = 0;

	for (int64_t power = 1; power <= INT64_C(1000000000000000); power *= 10)
		for (size_t i = 0; i < (tenfold > 130 ? 3 : 1); i++) {
			int64_t ns = power * leading[i];
			double x = scale_at(&all->time, (double)ns);
			const char *label = time_tick(all->scene, ns, ns);
			double half = scene_text_width(label, style) / 2;

			if ((double)ns < all->time.lo * 0.999 ||
			    (double)ns > all->time.hi * 1.001 || x - half < free_x)
				continue;
			free_x = x + half + 6;
			if (with_labels)
				scene_text(all->scene, CLASS_AXIS, style,
				    (struct scene_point){ x, bottom + 17 }, 0, label);
			else
				scene_line(all->scene, CLASS_GRID, (struct scene_point){ x, top },
				    (struct scene_point){ x, bottom }, DASH_SOLID);
		}
}

static void
draw_panel(struct latency *all, const struct panel *panel)
{
	const struct scene_style bold = { .size = 12, .bold = true };
	const char *const count = number(all, panel->count);
	double bottom = panel->top + PANEL_HIGH;
	double step = scale_step(panel->counts.hi, 6, 1);
	struct slots slots;

	slots_init(&slots, all->scene);
	scene_text(all->scene, CLASS_LABEL, bold,
	    (struct scene_point){ PLOT_LEFT, panel->top - 10 }, PLOT_RIGHT - PLOT_LEFT,
	    LABELED(all->scene, all->options->lang, panel->name, count));
	draw_times(all, panel->top, bottom, false);
	chart_values(all->scene, &panel->counts, PLOT_LEFT, PLOT_RIGHT, step, CHART_NUMBERS);
	chart_name_values(all->scene, &panel->counts, 26, word(all, LABEL_CONNECTIONS));
	draw_bars(all, panel);
	draw_parts(all, panel);
	draw_percentages(all, panel);
	draw_percentile(all, panel, &slots, 50);
	if (panel->count >= MANY)
		draw_percentile(all, panel, &slots, 90);
	scene_line(all->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, bottom },
	    (struct scene_point){ PLOT_RIGHT, bottom }, DASH_SOLID);
	draw_times(all, panel->top, bottom, true);
}

static void
draw_title(struct latency *all)
{
	enum lang lang = all->options->lang;
	const char *capture = model_capture(all->scene, all->data);
	const char *count = number(all, all->flow_count);

	chart_title(all->scene, CHART_WIDTH, word(all, LABEL_LATENCY_TITLE),
	    LABELED(all->scene, lang,
		all->flow_count == 1 ? LABEL_LATENCY_BELOW_ONE : LABEL_LATENCY_BELOW, capture,
		count),
	    LABELED(all->scene, lang, LABEL_LATENCY_DESC, count, capture));
}

static void
draw_all(struct latency *all)
{
	const struct chart_entry entries[] = {
		{ SAMPLE_BOX, CLASS_BAR, word(all, LABEL_LATENCY_BARS) },
		{ SAMPLE_LINE, CLASS_BEST, word(all, LABEL_LATENCY_PARTS) },
	};
	double top = PANEL_TOP + 14;

	draw_title(all);
	chart_legend(all->scene, (struct scene_point){ CHART_MARGIN, 84 }, PLOT_RIGHT, entries, 2);
	place_time(all);
	for (size_t i = 0; i < all->panel_count; i++, top += PANEL_STEP) {
		place_panel(all, &all->panels[i], top);
		draw_panel(all, &all->panels[i]);
	}
	scene_size(all->scene, CHART_WIDTH, top - PANEL_STEP + PANEL_HIGH + 17 + CHART_MARGIN - 6);
}

enum status
latency_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct latency all = { .scene = scene, .data = data, .options = options };

	for (size_t i = 0; i < data->flow_count; i++)
		all.flow_count += is_wanted(&all, &data->flows[i]);
	add_panel(&all, LABEL_LATENCY_HANDSHAKE, true);
	add_panel(&all, LABEL_LATENCY_RTT, false);
	if (all.panel_count == 0)
		return diag_set(diag, ST_USAGE,
		    "no connection shows how long its handshake or a round trip took");
	draw_all(&all);
	return ST_OK;
}
