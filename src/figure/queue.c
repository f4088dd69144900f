/*
 * A listener's queues over time. What the packets force is drawn solid, what
 * they allow is pale, and a line follows the likeliest. Below the accept queue
 * stand the packets that did not get in (queue_lanes.c).
 */
#include "figure/queue_priv.h"

#include <inttypes.h>
#include <math.h>

#define PLOT_INSET  10.0
#define PANEL_TITLE 22.0
#define PANEL_GAP   26.0
/* Steps that say what they are to who points at them. */
#define TIPS_MAX 150
/* More levels than this are thinned out. */
#define THICK      1000
#define TOLD_APART 0.8

/* --- scales --- */

static int64_t
highest(const struct panel *panel)
{
	int64_t most = 1;

	for (size_t i = 0; i < panel->count; i++) {
		const struct level *level = &panel->levels[i];

		if (level->range.hi != RANGE_OPEN && level->range.hi > most)
			most = level->range.hi;
		if (level->range.lo > most)
			most = level->range.lo;
		if (level->best > most)
			most = level->best;
	}
	return most;
}

static void
scale_panel(const struct queue *queue, struct panel *panel)
{
	double most = (double)highest(panel);

	if (panel == &queue->panels[QUEUE_ACCEPT] && endpoint_has_limit(queue->listener))
		most = fmax(most, (double)queue->listener->backlog_best + 1);
	panel->step = scale_step(most, (unsigned)(panel->height / 22), 1);
	panel->scale =
	    (struct scale){ 0, most * 1.08, panel->top + panel->height, panel->top, false };
}

static void
gather_times(struct queue *queue)
{
	size_t count = queue->data->packet_count;
	int64_t *times;
	size_t used = 0;

	for (int i = 0; i < QUEUE_COUNT; i++)
		count += queue->panels[i].count;
	times = scene_keep(queue->scene, (count + 2) * sizeof(*times));
	for (int i = 0; i < QUEUE_COUNT; i++)
		for (size_t j = 0; j < queue->panels[i].count; j++)
			times[used++] = queue->panels[i].levels[j].at_ns;
	for (size_t i = 0; i < queue->data->packet_count; i++)
		if (queue->misses[i] != MISS_NONE)
			times[used++] = queue->data->packets[i].ts_ns;
	if (queue->options->time == TIME_SCALED || used == 0) {
		times[used++] = queue->data->first_ns;
		times[used++] = queue->data->last_ns;
	}
	time_axis_init(&queue->axis, queue->scene, times, used, queue->data->first_ns,
	    PLOT_LEFT + PLOT_INSET, PLOT_RIGHT - PLOT_INSET, queue->options->time);
}

/* Of levels too close to be told apart, all that they allow. */
static void
thin_out(struct queue *queue, struct panel *panel)
{
	struct level *kept = scene_keep(queue->scene, (panel->count + 1) * sizeof(*kept));
	double last_x = -1e9;
	size_t count = 0;

	for (size_t i = 0; i < panel->count; i++) {
		const struct level *level = &panel->levels[i];
		double x = time_axis_at(&queue->axis, level->at_ns);
		struct level *last;

		if (panel->count <= THICK || x - last_x >= TOLD_APART) {
			kept[count++] = *level;
			last_x = x;
			continue;
		}
		last = &kept[count - 1];
		last->range.lo =
		    level->range.lo < last->range.lo ? level->range.lo : last->range.lo;
		last->range.hi =
		    level->range.hi > last->range.hi ? level->range.hi : last->range.hi;
		last->best = level->best;
	}
	panel->levels = kept;
	panel->count = count;
}

/* --- bands --- */

static double
level_y(const struct panel *panel, int64_t value)
{
	return value == RANGE_OPEN ? panel->top : scale_at(&panel->scale, (double)value);
}

static double
level_x(const struct queue *queue, const struct panel *panel, size_t i)
{
	if (i == panel->count)
		return PLOT_RIGHT;
	return time_axis_at(&queue->axis, panel->levels[i].at_ns);
}

static const char *
level_tip(const struct queue *queue, const struct panel *panel, const struct level *level)
{
	struct text frames = { 0 };
	enum lang lang = queue->options->lang;
	const char *tip = LABELED(queue->scene, lang, LABEL_QUEUE_TIP, labels[lang][panel->name],
	    name_time(queue->scene, queue->data, level->at_ns),
	    name_range(queue->scene, queue->options->lang, level->range),
	    scene_format(queue->scene, "%" PRId64, level->best));

	text_put(&frames, tip);
	for (unsigned i = 0; i < level->because.count; i++) {
		size_t place = model_place(queue->data, level->because.index[i]);

		if (place == SIZE_MAX)
			continue;
		text_put(&frames, i == 0 ? " ← " : ", ");
		text_u64(&frames, queue->data->packets[place].frame.number);
	}
	return scene_adopt(queue->scene, &frames);
}

/* The outline of all that lies below the levels' lower or upper bounds. */
static void
draw_area(struct queue *queue, const struct panel *panel, bool is_upper)
{
	struct scene_step *steps =
	    scene_keep(queue->scene, (2 * panel->count + 3) * sizeof(*steps));
	double bottom = panel->top + panel->height;
	double last = bottom;
	size_t count = 0;

	steps[count++] = (struct scene_step){ 'M', { { level_x(queue, panel, 0), bottom } } };
	for (size_t i = 0; i < panel->count; i++) {
		const struct range *range = &panel->levels[i].range;
		double y = level_y(panel, is_upper ? range->hi : range->lo);
		double x = level_x(queue, panel, i);

		if (y == last)
			continue;
		steps[count++] = (struct scene_step){ 'L', { { x, last } } };
		steps[count++] = (struct scene_step){ 'L', { { x, y } } };
		last = y;
	}
	steps[count++] = (struct scene_step){ 'L', { { PLOT_RIGHT, last } } };
	steps[count++] = (struct scene_step){ 'L', { { PLOT_RIGHT, bottom } } };
	scene_path(queue->scene, is_upper ? panel->maybe : panel->solid, steps, count, DASH_SOLID);
}

static void
draw_best(struct queue *queue, const struct panel *panel)
{
	struct scene_point *points =
	    scene_keep(queue->scene, (2 * panel->count + 1) * sizeof(*points));
	size_t count = 0;
	double last = -1;

	for (size_t i = 0; i < panel->count; i++) {
		double x = level_x(queue, panel, i);
		double y = level_y(panel, panel->levels[i].best);

		if (y == last)
			continue;
		if (count > 0)
			points[count++] = (struct scene_point){ x, last };
		points[count++] = (struct scene_point){ x, y };
		last = y;
	}
	points[count++] = (struct scene_point){ PLOT_RIGHT, last };
	scene_polyline(queue->scene, CLASS_BEST, points, count, DASH_SOLID);
}

/* Each step once more, with what it says; the areas below keep their edges from showing. */
static void
draw_tips(struct queue *queue, const struct panel *panel)
{
	double bottom = panel->top + panel->height;

	for (size_t i = 0; i < panel->count; i++) {
		const struct level *level = &panel->levels[i];
		double left = level_x(queue, panel, i);
		double width = level_x(queue, panel, i + 1) - left;
		double lo = level_y(panel, level->range.lo);
		double hi = level_y(panel, level->range.hi);

		if (width < 0.5 || hi >= bottom)
			continue;
		scene_group_begin(queue->scene, NO_SUBJECT, level_tip(queue, panel, level), NULL);
		if (hi < lo)
			scene_rect(queue->scene, panel->maybe,
			    (struct scene_box){ left, hi, width, lo - hi });
		if (lo < bottom)
			scene_rect(queue->scene, panel->solid,
			    (struct scene_box){ left, lo, width, bottom - lo });
		scene_group_end(queue->scene);
	}
}

static void
draw_panel(struct queue *queue, const struct panel *panel)
{
	const struct scene_style bold = { .size = 12, .bold = true };
	double bottom = panel->top + panel->height;

	scene_text(queue->scene, CLASS_LABEL, bold,
	    (struct scene_point){ PLOT_LEFT, panel->top - 9 }, PLOT_RIGHT - PLOT_LEFT,
	    labels[queue->options->lang][panel->name]);
	time_axis_grid(&queue->axis, panel->top, bottom);
	chart_values(
	    queue->scene, &panel->scale, PLOT_LEFT, PLOT_RIGHT, panel->step, CHART_NUMBERS);
	if (panel->count > 0) {
		draw_area(queue, panel, true);
		draw_area(queue, panel, false);
		if (panel->count <= TIPS_MAX)
			draw_tips(queue, panel);
		draw_best(queue, panel);
	}
	scene_line(queue->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, bottom },
	    (struct scene_point){ PLOT_RIGHT, bottom }, DASH_SOLID);
}

/* --- the limit --- */

static void
draw_limit(struct queue *queue)
{
	const struct listener_row *listener = queue->listener;
	const struct panel *panel = &queue->panels[QUEUE_ACCEPT];
	const struct scene_style style = { .size = 12, .bold = true };
	const struct scene_style small = { .size = 12 };
	struct range holds = { listener->backlog.lo + 1, listener->backlog.hi + 1 };
	double full = level_y(panel, listener->backlog_best + 1);
	double given = level_y(panel, listener->backlog_best);
	double x = PLOT_RIGHT + 8;

	scene_line(queue->scene, CLASS_LIMIT, (struct scene_point){ PLOT_LEFT, full },
	    (struct scene_point){ PLOT_RIGHT + 4, full }, DASH_SOLID);
	scene_line(queue->scene, CLASS_LIMIT, (struct scene_point){ PLOT_LEFT, given },
	    (struct scene_point){ PLOT_RIGHT + 4, given }, DASH_DASHED);
	scene_text(queue->scene, CLASS_LIMIT, style, (struct scene_point){ x, full + 4 },
	    CHART_WIDTH - x - 8,
	    LABELED(queue->scene, queue->options->lang, LABEL_QUEUE_HOLDS,
		name_range(queue->scene, queue->options->lang, holds)));
	scene_text(queue->scene, CLASS_LIMIT, small,
	    (struct scene_point){ x, fmax(given, full + 14) + 4 }, CHART_WIDTH - x - 8,
	    LABELED(queue->scene, queue->options->lang, LABEL_QUEUE_BACKLOG,
		name_range(queue->scene, queue->options->lang, listener->backlog)));
}

/* --- the page --- */

static double
place_panels(struct queue *queue, double top)
{
	for (int i = 0; i < QUEUE_COUNT; i++) {
		struct panel *panel = &queue->panels[i];

		panel->top = top + PANEL_TITLE;
		top = panel->top + panel->height + PANEL_GAP;
		if (i == QUEUE_ACCEPT && queue_lanes_height(queue) > 0)
			top += queue_lanes_height(queue);
	}
	return top - PANEL_GAP;
}

static void
draw_breaks(struct queue *queue)
{
	for (int i = 0; i < QUEUE_COUNT; i++) {
		const struct panel *panel = &queue->panels[i];
		double lanes_below = i == QUEUE_ACCEPT ? queue_lanes_height(queue) : 0;

		time_axis_draw_breaks(
		    &queue->axis, panel->top, panel->top + panel->height + lanes_below);
	}
	for (size_t i = 0; i + 1 < queue->axis.count; i++) {
		const struct time_piece *piece = &queue->axis.pieces[i];

		slots_take(&queue->slots,
		    (struct scene_box){ piece->to, 0, piece[1].from - piece->to, 1e4 });
	}
}

static double
draw_legend(struct queue *queue, double y)
{
	const char *const *words = labels[queue->options->lang];
	const struct chart_entry entries[] = {
		{ SAMPLE_BOX, CLASS_HELD, words[LABEL_QUEUE_AT_LEAST] },
		{ SAMPLE_BOX, CLASS_HELD_MAYBE, words[LABEL_QUEUE_AT_MOST] },
		{ SAMPLE_LINE, CLASS_BEST, words[LABEL_QUEUE_LIKELY] },
		{ SAMPLE_CROSS, CLASS_MISSED, words[LABEL_QUEUE_MISSED] },
	};

	return chart_legend(queue->scene, (struct scene_point){ CHART_MARGIN, y }, PLOT_RIGHT,
	    entries, queue_lanes_height(queue) > 0 ? 4 : 3);
}

static void
draw_title(struct queue *queue)
{
	enum lang lang = queue->options->lang;
	const char *name = endpoint_name(queue->scene, queue->options, queue->listener);
	const char *capture = model_capture(queue->scene, queue->data);
	bool is_one = queue->listener->attempts == 1;

	chart_title(queue->scene, CHART_WIDTH, LABELED(queue->scene, lang, LABEL_QUEUE_TITLE, name),
	    LABELED(queue->scene, lang, is_one ? LABEL_QUEUE_BELOW_ONE : LABEL_QUEUE_BELOW, capture,
		scene_format(queue->scene, "%" PRIu32, queue->listener->attempts)),
	    LABELED(queue->scene, lang, LABEL_QUEUE_DESC, name, capture));
}

static void
draw_all(struct queue *queue)
{
	double top, bottom;

	draw_title(queue);
	top = draw_legend(queue, 84) - 2;
	bottom = place_panels(queue, top);
	for (int i = 0; i < QUEUE_COUNT; i++)
		scale_panel(queue, &queue->panels[i]);
	gather_times(queue);
	for (int i = 0; i < QUEUE_COUNT; i++)
		thin_out(queue, &queue->panels[i]);
	for (int i = 0; i < QUEUE_COUNT; i++)
		draw_panel(queue, &queue->panels[i]);
	if (endpoint_has_limit(queue->listener))
		draw_limit(queue);
	draw_breaks(queue);
	queue_draw_lanes(queue);
	top =
	    time_axis_labels(&queue->axis, bottom, labels[queue->options->lang][LABEL_SINCE_FIRST]);
	scene_size(queue->scene, CHART_WIDTH, top + CHART_MARGIN - 8);
}

enum status
queue_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct queue queue = { .scene = scene,
		.data = data,
		.options = options,
		.panels = {
		    [QUEUE_ACCEPT] = { LABEL_QUEUE_ACCEPT, CLASS_HELD, CLASS_HELD_MAYBE,
			.height = 150 },
		    [QUEUE_SYN] = { LABEL_QUEUE_SYN, CLASS_ASKED, CLASS_ASKED_MAYBE, .height = 80 },
		    [QUEUE_TAKEN] = { LABEL_QUEUE_TAKEN, CLASS_TAKEN, CLASS_TAKEN_MAYBE,
			.height = 80 },
		} };
	struct levels levels[QUEUE_COUNT];
	enum status st = endpoint_choose(&queue.listener, data, options, diag);

	if (st != ST_OK)
		return st;
	slots_init(&queue.slots, scene);
	endpoint_levels(scene, data, queue.listener, levels);
	for (int i = 0; i < QUEUE_COUNT; i++) {
		queue.panels[i].levels = levels[i].at;
		queue.panels[i].count = levels[i].count;
	}
	queue.misses = endpoint_misses(scene, data, queue.listener);
	if (queue.panels[QUEUE_ACCEPT].count == 0)
		return diag_set(diag, ST_USAGE,
		    "nothing is known of the queues of %s: nothing there ever listened",
		    endpoint_name(scene, options, queue.listener));
	draw_all(&queue);
	return ST_OK;
}
