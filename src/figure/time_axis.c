/*
 * An axis of time: where it is broken, since nothing happens there, where on the
 * page a time is, and the round times that its ticks stand for.
 */
#include "figure/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/sort.h"

#define TIME_BREAK 26.0 /* how wide it is */

/* --- places --- */

/* Times are a file's, and can be anything: those of an axis are so near that no sum overflows. */
#define FAR_NS (INT64_MAX / 3)

static int64_t
since_zero(const struct time_axis *axis, int64_t ns)
{
	int64_t since_ns = span_ns(ns, axis->zero_ns);

	return since_ns < -FAR_NS ? -FAR_NS : since_ns > FAR_NS ? FAR_NS : since_ns;
}

static double
even_at(const struct time_axis *axis, int64_t ns)
{
	const struct time_piece *piece = &axis->pieces[0];
	size_t after;

	if (axis->time_count < 2)
		return (piece->from + piece->to) / 2;
	FIND_PLACE(after, axis->time_count, axis->times[after] <= ns);
	return piece->from + (piece->to - piece->from) * (double)(after == 0 ? 0 : after - 1) /
				 (double)(axis->time_count - 1);
}

static double
between(double ns, double lo_ns, double hi_ns, double from, double to)
{
	const struct scale scale = { lo_ns, hi_ns, from, to, false };

	return scale_at(&scale, ns);
}

/* ns: since zero_ns. */
static double
place_at(const struct time_axis *axis, int64_t ns)
{
	const struct time_piece *piece = axis->pieces;

	if (axis->is_even)
		return even_at(axis, ns);
	for (size_t i = 0; i < axis->count; i++, piece++) {
		if (ns > piece->hi_ns)
			continue;
		if (ns >= piece->lo_ns)
			return between((double)(ns - piece->lo_ns), 0,
			    (double)(piece->hi_ns - piece->lo_ns), piece->from, piece->to);
		if (i == 0)
			return piece->from;
		return between((double)(ns - piece[-1].hi_ns), 0,
		    (double)(piece->lo_ns - piece[-1].hi_ns), piece[-1].to, piece->from);
	}
	return piece[-1].to;
}

double
time_axis_at(const struct time_axis *axis, int64_t ns)
{
	return place_at(axis, since_zero(axis, ns));
}

/* --- where it is broken --- */

#define GAPS_MAX   24
#define TOLD_APART 3.0 /* two things this far from each other are two */
#define PIECE_MIN  60.0

static size_t
times_within(const struct time_axis *axis, const struct time_piece *piece)
{
	size_t count = 0;

	for (size_t i = 0; i < axis->time_count; i++)
		count += axis->times[i] >= piece->lo_ns && axis->times[i] <= piece->hi_ns;
	return count;
}

/* Each piece gets its least, and of the rest by how much happens in it. */
static void
share_out(struct time_axis *axis, double from, double to)
{
	double weights[TIME_PIECES] = { 0 };
	double all = 0;
	double gaps = (double)(axis->count - 1) * TIME_BREAK;
	double least = fmin(PIECE_MIN, (to - from - gaps) / (double)axis->count);
	double rest = to - from - gaps - least * (double)axis->count;
	double x = from;

	for (size_t i = 0; i < axis->count; i++) {
		weights[i] = pow((double)times_within(axis, &axis->pieces[i]), 0.8);
		all += weights[i];
	}
	for (size_t i = 0; i < axis->count; i++) {
		axis->pieces[i].from = x;
		axis->pieces[i].to = x + least + (all > 0 ? rest * weights[i] / all : rest);
		x = axis->pieces[i].to + TIME_BREAK;
	}
}

static size_t
told_apart(const struct time_axis *axis)
{
	size_t count = 0;
	double last = -1e9;

	for (size_t i = 0; i < axis->time_count; i++) {
		double x = place_at(axis, axis->times[i]);

		if (x - last < TOLD_APART)
			continue;
		count++;
		last = x;
	}
	return count;
}

static struct time_axis
broken_after(const struct time_axis *axis, size_t place, double from, double to)
{
	struct time_axis broken = *axis;
	size_t i = 0;

	while (i + 1 < axis->count && axis->pieces[i].hi_ns < axis->times[place + 1])
		i++;
	memmove(
	    &broken.pieces[i + 1], &broken.pieces[i], (axis->count - i) * sizeof(*broken.pieces));
	broken.count++;
	broken.pieces[i].hi_ns = axis->times[place];
	broken.pieces[i + 1].lo_ns = axis->times[place + 1];
	share_out(&broken, from, to);
	return broken;
}

/* A silence: a good part of its piece, and longer than what is on one of its sides. */
static bool
is_gap(const struct time_axis *axis, size_t place)
{
	int64_t lo = axis->times[place], hi = axis->times[place + 1];

	for (size_t i = 0; i < axis->count; i++) {
		const struct time_piece *piece = &axis->pieces[i];

		if (lo < piece->lo_ns || hi > piece->hi_ns)
			continue;
		return (double)(hi - lo) >= 0.03 * (double)(piece->hi_ns - piece->lo_ns) &&
		       (hi - lo >= lo - piece->lo_ns || hi - lo >= piece->hi_ns - hi);
	}
	return false;
}

static bool
break_once(struct time_axis *axis, double from, double to)
{
	size_t had = told_apart(axis);
	size_t most = had;
	struct time_axis best = *axis;
	unsigned tried = 0;

	for (size_t i = 0; i + 1 < axis->time_count && tried < GAPS_MAX; i++) {
		struct time_axis broken;
		size_t count;

		if (!is_gap(axis, i))
			continue;
		tried++;
		broken = broken_after(axis, i, from, to);
		count = told_apart(&broken);
		if (count > most) {
			most = count;
			best = broken;
		}
	}
	if (most < had + 3 || most < had + had / 6)
		return false;
	*axis = best;
	return true;
}

void
time_axis_init(struct time_axis *axis, struct scene *scene, int64_t *times, size_t count,
    int64_t zero_ns, double from, double to, enum figure_time how)
{
	*axis = (struct time_axis){ .scene = scene,
		.count = 1,
		.zero_ns = zero_ns,
		.times = times,
		.is_even = how == TIME_EVEN };
	for (size_t i = 0; i < count; i++)
		times[i] = since_zero(axis, times[i]);
	axis->time_count = sort_distinct(times, count);
	axis->pieces[0] = (struct time_piece){
		.lo_ns = count == 0 ? 0 : times[0],
		.hi_ns = count == 0 ? 0 : times[axis->time_count - 1],
		.from = from,
		.to = to,
	};
	if (how != TIME_COMPRESSED)
		return;
	while (axis->count < TIME_PIECES && break_once(axis, from, to))
		;
}

/* --- ticks --- */

int64_t
time_step(int64_t span_ns, unsigned most)
{
	static const int16_t clock_s[] = { 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200,
		10800, 21600 };
	int64_t step = 1;

	if (span_ns <= 0 || most == 0)
		return 1;
	for (; step < 10 * SECOND_NS; step *= 10) {
		if (span_ns / step <= most)
			return step;
		if (span_ns / (2 * step) <= most)
			return 2 * step;
		if (span_ns / (5 * step) <= most)
			return 5 * step;
	}
	for (size_t i = 0; i < sizeof(clock_s) / sizeof(clock_s[0]); i++)
		if (span_ns / (clock_s[i] * SECOND_NS) <= most)
			return clock_s[i] * SECOND_NS;
	for (step = 43200 * SECOND_NS; span_ns / step > most; step *= 2)
		;
	return step;
}

static const struct unit {
	int64_t ns;
	const char *name;
} units[] = {
	{ 3600 * SECOND_NS, "h" },
	{ 60 * SECOND_NS, "min" },
	{ SECOND_NS, "s" },
	{ MS_NS, "ms" },
	{ INT64_C(1000), "µs" },
	{ 1, "ns" },
};

const char *
time_tick(struct scene *scene, int64_t ns, int64_t step_ns)
{
	const struct unit *unit = units;
	int64_t size = ns < 0 ? -ns : ns;

	if (ns == 0)
		return "0";
	/* Hours and minutes only where they come out even. */
	while (
	    unit->ns > 1 && (unit->ns > size || (unit->ns > SECOND_NS && step_ns % unit->ns != 0)))
		unit++;
	return scene_format(scene, "%s %s",
	    chart_number(scene, (double)ns / (double)unit->ns, (double)step_ns / (double)unit->ns),
	    unit->name);
}

static const struct scene_style tick_style = { .size = 11, .anchor = ANCHOR_MIDDLE };

static double
label_width(const struct time_axis *axis, int64_t ns, int64_t step_ns)
{
	return scene_text_width(time_tick(axis->scene, ns, step_ns), tick_style);
}

/* As many as there is room for. */
static int64_t
step_of(const struct time_axis *axis, const struct time_piece *piece)
{
	int64_t span = piece->hi_ns - piece->lo_ns;
	double width = piece->to - piece->from;

	for (unsigned most = 12; most > 1; most--) {
		int64_t step = time_step(span, most);
		double room = width * (double)step / (double)(span > 0 ? span : 1);
		double wide = fmax(label_width(axis, piece->lo_ns + step, step),
		    label_width(axis, piece->hi_ns, step));

		if (room >= wide + 12)
			return step;
	}
	return time_step(span, 1);
}

struct ticks {
	const struct time_axis *axis;
	void (*draw)(struct ticks *ticks, double x, const char *label);
	double top;
	double bottom;
	double free_x; /* labels end here */
};

static void
draw_grid_line(struct ticks *ticks, double x, const char *label)
{
	(void)label;
	scene_line(ticks->axis->scene, CLASS_GRID, (struct scene_point){ x, ticks->top },
	    (struct scene_point){ x, ticks->bottom }, DASH_SOLID);
}

static void
draw_label(struct ticks *ticks, double x, const char *label)
{
	scene_line(ticks->axis->scene, CLASS_AXIS, (struct scene_point){ x, ticks->top },
	    (struct scene_point){ x, ticks->top + 4 }, DASH_SOLID);
	scene_text(ticks->axis->scene, CLASS_AXIS, tick_style,
	    (struct scene_point){ x, ticks->top + 17 }, 0, label);
}

/* Where its label would meet the one before, a time is not told. */
static void
tick(struct ticks *ticks, int64_t ns, int64_t step_ns)
{
	double x = place_at(ticks->axis, ns);
	const char *label = time_tick(ticks->axis->scene, ns, step_ns);
	double half = scene_text_width(label, tick_style) / 2;

	if (x - half < fmax(ticks->free_x + 6, 2) || x + half > CHART_WIDTH - 2)
		return;
	ticks->draw(ticks, x, label);
	ticks->free_x = x + half;
}

static int64_t
round_up(int64_t ns, int64_t step)
{
	int64_t rest = ns % step;

	return rest == 0 ? ns : rest > 0 ? ns - rest + step : ns - rest;
}

static void
tick_piece(struct ticks *ticks, const struct time_piece *piece)
{
	int64_t step = step_of(ticks->axis, piece);

	if (piece->lo_ns == piece->hi_ns) {
		tick(ticks, piece->lo_ns, piece->lo_ns % MS_NS == 0 ? MS_NS : 1000);
		return;
	}
	for (int64_t ns = round_up(piece->lo_ns, step); ns <= piece->hi_ns; ns += step)
		tick(ticks, ns, step);
}

static void
tick_all(struct ticks *ticks)
{
	const struct time_axis *axis = ticks->axis;

	for (size_t i = 0; axis->is_even && i < axis->time_count; i++)
		if (i == 0 || place_at(axis, axis->times[i]) > ticks->free_x + 30)
			tick(ticks, axis->times[i], 1000);
	for (size_t i = 0; !axis->is_even && i < axis->count; i++)
		tick_piece(ticks, &axis->pieces[i]);
}

void
time_axis_grid(const struct time_axis *axis, double top, double bottom)
{
	struct ticks ticks = { axis, draw_grid_line, top, bottom, -1e9 };

	tick_all(&ticks);
}

double
time_axis_labels(const struct time_axis *axis, double y, const char *name)
{
	struct ticks ticks = { axis, draw_label, y, y, -1e9 };
	double middle = (axis->pieces[0].from + axis->pieces[axis->count - 1].to) / 2;

	tick_all(&ticks);
	scene_text(
	    axis->scene, CLASS_AXIS, tick_style, (struct scene_point){ middle, y + 36 }, 0, name);
	return y + 40;
}

static void
draw_break(struct scene *scene, double x, double top, double bottom)
{
	struct scene_step steps[120];
	const double step = 6, high = 2.5;
	size_t count = 0;
	double long_step = fmax(step, (bottom - top) / 118);

	for (double y = top; y <= bottom && count < 120; y += long_step) {
		steps[count] = (struct scene_step){ count == 0 ? 'M' : 'L',
			{ { x + (count % 2 ? high : -high), y } } };
		count++;
	}
	scene_path(scene, CLASS_MUTED, steps, count, DASH_SOLID);
}

void
time_axis_draw_breaks(const struct time_axis *axis, double top, double bottom)
{
	const double half = 4;

	for (size_t i = 0; i + 1 < axis->count; i++) {
		double x = (axis->pieces[i].to + axis->pieces[i + 1].from) / 2;

		scene_rect(axis->scene, CLASS_PAGE,
		    (struct scene_box){ x - half + 0.5, top - 1, 2 * half - 1, bottom - top + 2 });
		draw_break(axis->scene, x - half, top - 1, bottom + 1);
		draw_break(axis->scene, x + half, top - 1, bottom + 1);
	}
}
