/*
 * What one side of a connection sent, over time, after W. Richard Stevens and
 * tcptrace: each segment stands upright from its first to its last sequence
 * number; below runs what the other side acknowledged, above where its window
 * ends, and in between stand the blocks that it says to have by SACK.
 */
#include "figure/sequence_priv.h"

#include <inttypes.h>
#include <math.h>

#define PLOT_LEFT   92.0
#define PLOT_RIGHT  (CHART_WIDTH - CHART_MARGIN)
#define PLOT_TOP    106.0
#define PLOT_HEIGHT 420.0
#define PLOT_BOTTOM (PLOT_TOP + PLOT_HEIGHT)
/* So many segments say what they are to who points at them. */
#define TIPS_MAX 500
/* What is shorter shows no dashes. */
#define DASHES_LEAST 12.0
/* From here on there is no room for all digits. */
#define LONG_NUMBER 1e7
/* Nearer than this, segments in a row are one. */
#define TOUCHING 0.7

/* --- scales --- */

static void
place_times(struct sequence *all)
{
	int64_t *times = scene_keep(all->scene, (all->count + 1) * sizeof(*times));

	for (size_t i = 0; i < all->count; i++)
		times[i] = all->events[i].row->ts_ns;
	time_axis_init(&all->axis, all->scene, times, all->count, all->data->first_ns,
	    PLOT_LEFT + 14, PLOT_RIGHT - 26, all->options->time);
}

/* As high as the bytes need; of a window far beyond them, only that it is there. */
static void
place_numbers(struct sequence *all)
{
	int64_t lo = INT64_MAX, hi = INT64_MIN;
	int64_t lowest = INT64_MAX, highest = INT64_MIN;
	double room;

	for (size_t i = 0; i < all->count; i++) {
		const struct event *event = &all->events[i];

		/* ACKs of what the capture does not hold are no reason to look there. */
		if (event->is_sent || all->sent_count == 0) {
			lo = event->lo < lo ? event->lo : lo;
			hi = event->hi > hi ? event->hi : hi;
		}
		if (event->window < 0)
			continue;
		lowest = event->window < lowest ? event->window : lowest;
		highest = event->window > highest ? event->window : highest;
	}
	if (lo > hi)
		lo = hi = 0;
	room = fmax((double)(hi - lo), 4);
	all->scale = (struct scale){ (double)lo - room * 0.03, (double)hi + room * 0.08,
		PLOT_BOTTOM, PLOT_TOP, false };
	if (all->has_window && (double)lowest <= (double)hi + room * 0.6)
		all->scale.hi = fmax(
		    all->scale.hi, fmin((double)highest + room * 0.03, (double)hi + room * 0.6));
	all->is_above = all->has_window && (double)lowest > all->scale.hi;
}

static double
x_of(const struct sequence *all, const struct event *event)
{
	return time_axis_at(&all->axis, event->row->ts_ns);
}

static double
y_of(const struct sequence *all, int64_t seq)
{
	return scale_at(&all->scale, (double)seq);
}

static bool
is_on_page(double y)
{
	return y >= PLOT_TOP - 0.5 && y <= PLOT_BOTTOM + 0.5;
}

/* --- lines --- */

/* Steps through what the answers say; where that is off the page, there is none. */
static void
draw_steps(struct sequence *all, enum scene_class cls, bool is_window)
{
	struct scene_step *steps = scene_keep(all->scene, (2 * all->count + 4) * sizeof(*steps));
	size_t count = 0;
	double last_y = -1; /* none yet */
	double last_x = 0;
	bool is_down = false;

	for (size_t i = 0; i <= all->count; i++) {
		const struct event *event = &all->events[i];
		bool is_end = i == all->count;
		double x, y;

		if (!is_end && (event->is_sent || (is_window && event->window < 0)))
			continue;
		x = is_end ? PLOT_RIGHT - 6 : x_of(all, event);
		y = is_end ? last_y : y_of(all, is_window ? event->window : event->lo);
		if (y == last_y && !is_end)
			continue;
		/* Time may step back, and lines do not. */
		x = fmax(x, last_x);
		if (is_down)
			steps[count++] = (struct scene_step){ 'L', { { x, last_y } } };
		else if (is_on_page(y) && !is_end)
			steps[count++] =
			    (struct scene_step){ 'M', { { x, last_y < 0 ? y : PLOT_TOP } } };
		if (is_end)
			break;
		if (is_on_page(y))
			steps[count++] = (struct scene_step){ 'L', { { x, y } } };
		else if (is_down && y < PLOT_TOP)
			steps[count++] = (struct scene_step){ 'L', { { x, PLOT_TOP } } };
		is_down = is_on_page(y);
		last_x = x;
		last_y = y;
	}
	if (count > 1)
		scene_path(all->scene, cls, steps, count, is_window ? DASH_DASHED : DASH_SOLID);
}

static void
draw_sacked(struct sequence *all)
{
	double last_x = -1, last_lo = -1, last_hi = -1;

	for (size_t i = 0; i < all->count; i++) {
		const struct event *event = &all->events[i];

		for (unsigned j = 0; !event->is_sent && j < event->row->sack_count; j++) {
			double x = x_of(all, event);
			double lo =
			    y_of(all, sequence_unwrap(event->lo, event->row->sacked[j].left));
			double hi =
			    y_of(all, sequence_unwrap(event->lo, event->row->sacked[j].right));

			if (!is_on_page(lo) || !is_on_page(hi))
				continue;
			if (fabs(x - last_x) < TOUCHING && fabs(lo - last_lo) < TOUCHING &&
			    fabs(hi - last_hi) < TOUCHING)
				continue;
			scene_line(all->scene, CLASS_SACKED, (struct scene_point){ x, lo },
			    (struct scene_point){ x, hi }, DASH_SOLID);
			last_x = x;
			last_lo = lo;
			last_hi = hi;
		}
	}
}

/* --- segments --- */

static void
draw_mark(struct sequence *all, const char *text, enum scene_class cls, double x, double y)
{
	const struct scene_style style = { .size = 10, .anchor = ANCHOR_MIDDLE, .bold = true };
	double width = scene_text_width(text, style);
	struct scene_box above = { x - width / 2 - 1, y - 15, width + 2, 12 };
	struct scene_box below = { x - width / 2 - 1, y + 4, width + 2, 12 };
	size_t patch = scene_patch_begin(all->scene);

	if (above.y > PLOT_TOP && slots_take(&all->slots, above))
		scene_text(all->scene, cls, style, (struct scene_point){ x, y - 6 }, 0, text);
	else if (below.y + below.height < PLOT_BOTTOM && slots_take(&all->slots, below))
		scene_text(all->scene, cls, style, (struct scene_point){ x, y + 13 }, 0, text);
	scene_patch_end(all->scene, patch);
}

/* Where the window closes. */
static void
draw_closings(struct sequence *all)
{
	bool was_closed = false;

	for (size_t i = 0; i < all->count; i++) {
		const struct event *event = &all->events[i];
		bool is_closed = event->window == event->lo;

		if (event->is_sent || event->window < 0 || event->row->flags & TCP_SYN)
			continue;
		if (is_closed && !was_closed && is_on_page(y_of(all, event->lo)))
			draw_mark(all, labels[all->options->lang][LABEL_SEQUENCE_CLOSED],
			    CLASS_WINDOW, x_of(all, event), y_of(all, event->lo));
		was_closed = is_closed;
	}
}

static void
draw_flags(struct sequence *all, const struct event *event)
{
	static const struct {
		enum tcp_flag flag;
		const char *name;
		enum scene_class cls;
	} flags[] = {
		{ TCP_SYN, "SYN", CLASS_SENT },
		{ TCP_FIN, "FIN", CLASS_SENT },
		{ TCP_RST, "RST", CLASS_RESET },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (event->row->flags & flags[i].flag)
			draw_mark(all, flags[i].name, flags[i].cls, x_of(all, event),
			    y_of(all, event->hi));
}

/* Upright, with a foot and a head, so that neighbours are told apart. */
static void
draw_upright(struct sequence *all, enum scene_class cls, double x, double lo, double hi,
    enum scene_dash dash)
{
	const double arm = lo - hi >= 6 ? 2.5 : 1.6;
	const struct scene_step steps[] = {
		{ 'M', { { x, lo } } },
		{ 'L', { { x, hi } } },
		{ 'M', { { x - arm, hi } } },
		{ 'L', { { x + arm, hi } } },
		{ 'M', { { x - arm, lo } } },
		{ 'L', { { x + arm, lo } } },
	};

	if (dash == DASH_SOLID || lo - hi < DASHES_LEAST) {
		scene_path(all->scene, cls, steps, lo - hi < 1 ? 4 : 6, DASH_SOLID);
		return;
	}
	scene_path(all->scene, cls, steps, 2, dash);
	scene_path(all->scene, cls, steps + 2, 4, DASH_SOLID);
}

/* How many follow that cannot be told from it. */
static size_t
run_of(const struct sequence *all, size_t from, int64_t *hi, const struct packet_row **last)
{
	const struct event *first = &all->events[from];
	size_t i = from + 1;

	*hi = first->hi;
	*last = first->row;
	if (all->count <= TIPS_MAX)
		return 1;
	for (; i < all->count; i++) {
		const struct event *event = &all->events[i];

		if (!event->is_sent)
			continue;
		if (event->is_again != first->is_again || event->lo != *hi ||
		    fabs(x_of(all, event) - x_of(all, first)) > TOUCHING)
			break;
		*hi = event->hi;
		*last = event->row;
	}
	return i - from;
}

static void
draw_segments(struct sequence *all, bool again)
{
	size_t run;

	for (size_t i = 0; i < all->count; i += run) {
		const struct event *event = &all->events[i];
		const struct packet_row *last;
		const char *tip = NULL;
		int64_t hi;

		run = 1;
		if (!event->is_sent || event->is_again != again)
			continue;
		run = run_of(all, i, &hi, &last);
		if (event->hi == event->lo && !(event->row->flags & TCP_RST))
			continue;
		all->has_again |= again;
		if (all->count <= TIPS_MAX)
			tip = model_tip(all->scene, all->data, all->options, event->row);
		scene_group_begin(all->scene, model_run(event->row, last), tip, NULL);
		if (hi > event->lo)
			draw_upright(all, again ? CLASS_SENT_AGAIN : CLASS_SENT, x_of(all, event),
			    y_of(all, event->lo), y_of(all, hi), again ? DASH_DASHED : DASH_SOLID);
		scene_group_end(all->scene);
	}
}

/* --- the page --- */

static void
draw_title(struct sequence *all)
{
	enum lang lang = all->options->lang;
	const char *from = name_end(all->scene, all->options, &all->flow->tuple, all->from_server);
	const char *to = name_end(all->scene, all->options, &all->flow->tuple, !all->from_server);
	const char *capture = model_capture(all->scene, all->data);
	const char *number = scene_format(all->scene, "%" PRIu32, all->flow->flow);

	chart_title(all->scene, CHART_WIDTH,
	    LABELED(all->scene, lang, LABEL_SEQUENCE_TITLE, from, to),
	    LABELED(all->scene, lang, LABEL_FLOW_OF, capture, number),
	    LABELED(all->scene, lang, LABEL_SEQUENCE_DESC, from, number, capture));
}

static void
draw_legend(struct sequence *all)
{
	const char *const *words = labels[all->options->lang];
	struct chart_entry entries[5];
	size_t count = 0;

	entries[count++] =
	    (struct chart_entry){ SAMPLE_TICK, CLASS_SENT, words[LABEL_SEQUENCE_SENT] };
	if (all->has_again)
		entries[count++] = (struct chart_entry){ SAMPLE_TICK_DASHED, CLASS_SENT_AGAIN,
			words[LABEL_SEQUENCE_AGAIN] };
	if (all->sent_count < all->count)
		entries[count++] =
		    (struct chart_entry){ SAMPLE_LINE, CLASS_ACKED, words[LABEL_SEQUENCE_ACKED] };
	if (all->has_sack)
		entries[count++] =
		    (struct chart_entry){ SAMPLE_TICK, CLASS_SACKED, words[LABEL_SEQUENCE_SACKED] };
	if (all->has_window)
		entries[count++] = (struct chart_entry){
			SAMPLE_DASHED, CLASS_WINDOW,
			words[all->is_above ? LABEL_SEQUENCE_WINDOW_ABOVE : LABEL_SEQUENCE_WINDOW]
		};
	chart_legend(
	    all->scene, (struct scene_point){ CHART_MARGIN, 86 }, PLOT_RIGHT, entries, count);
}

static void
draw_all(struct sequence *all)
{
	double step = scale_step(all->scale.hi - all->scale.lo, 10, 1);
	double bottom;

	draw_title(all);
	time_axis_grid(&all->axis, PLOT_TOP, PLOT_BOTTOM);
	chart_values(all->scene, &all->scale, PLOT_LEFT, PLOT_RIGHT, step,
	    all->scale.hi < LONG_NUMBER ? CHART_NUMBERS : CHART_BYTES);
	chart_name_values(
	    all->scene, &all->scale, 22, labels[all->options->lang][LABEL_SEQUENCE_AXIS]);
	draw_steps(all, CLASS_ACKED, false);
	if (!all->is_above)
		draw_steps(all, CLASS_WINDOW, true);
	draw_sacked(all);
	draw_segments(all, false);
	draw_segments(all, true);
	for (size_t i = 0; i < all->count; i++)
		if (all->events[i].is_sent)
			draw_flags(all, &all->events[i]);
	draw_closings(all);
	draw_legend(all);
	time_axis_draw_breaks(&all->axis, PLOT_TOP, PLOT_BOTTOM);
	scene_line(all->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, PLOT_BOTTOM },
	    (struct scene_point){ PLOT_RIGHT, PLOT_BOTTOM }, DASH_SOLID);
	bottom = time_axis_labels(
	    &all->axis, PLOT_BOTTOM, labels[all->options->lang][LABEL_SINCE_FIRST]);
	scene_size(all->scene, CHART_WIDTH, bottom + 18);
}

static bool
is_fuller(const struct flow_row *one, const struct flow_row *other)
{
	return one->bytes[0] + one->bytes[1] > other->bytes[0] + other->bytes[1];
}

static enum status
choose(struct sequence *all, struct diag *diag)
{
	return chosen_connection(&all->flow, all->data, all->options, "sequence", is_fuller, diag);
}

size_t
sequence_choose(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows)
{
	struct sequence all = { .data = data, .options = options };
	struct diag diag;

	if (choose(&all, &diag) != ST_OK)
		return 0;
	flows[0] = all.flow->flow;
	return 1;
}

enum status
sequence_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct sequence all = { .scene = scene, .data = data, .options = options };
	enum status st = choose(&all, diag);

	if (st != ST_OK)
		return st;
	all.from_server = options->side == SIDE_EITHER ? all.flow->bytes[1] > all.flow->bytes[0]
						       : options->side == SIDE_SERVER;
	sequence_gather(&all);
	if (all.sent_count == 0)
		return diag_set(diag, ST_USAGE,
		    "the capture holds nothing that the %s of flow %" PRIu32 " sent",
		    all.from_server ? "server" : "client", all.flow->flow);
	slots_init(&all.slots, scene);
	place_times(&all);
	place_numbers(&all);
	draw_all(&all);
	return ST_OK;
}
