/*
 * Time in a listener's figure: the moments at which something happens, where
 * they stand on the page, and where long times without any are broken.
 */
#include "figure/listener_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/find.h"
#include "base/sort.h"

#define TIMES_LEAST  78.0 /* how wide the times are */
#define AFTER        44.0
#define MOMENT_LEAST 17.0
#define BREAK_ROOM   28.0
#define BREAK_ABOVE  13.0 /* of the moment after it */

/* --- where moments are --- */

static void
add_moment(struct listening *all, int64_t ns)
{
	if (ns != FAR_NS && ns != 0)
		all->moments[all->moment_count++] = ns;
}

static void
keep_apart(struct listening *all, int64_t lo_ns, int64_t hi_ns, double room)
{
	const size_t most = sizeof(all->aparts) / sizeof(all->aparts[0]);

	if (lo_ns != FAR_NS && hi_ns != FAR_NS && lo_ns < hi_ns && all->apart_count < most)
		all->aparts[all->apart_count++] = (struct apart){ lo_ns, hi_ns, room };
}

static size_t
moment_of(const struct listening *all, int64_t ns)
{
	size_t at;

	FIND_PLACE(at, all->moment_count, all->moments[at] < ns);
	return at;
}

static int64_t
gap_before(const struct listening *all, size_t i)
{
	return span_ns(all->moments[i], all->moments[i - 1]);
}

/* Also between moments. */
double
listening_y(const struct listening *all, int64_t ns)
{
	size_t i = moment_of(all, ns);

	if (i == all->moment_count)
		return all->bottom;
	if (i == 0 || all->moments[i] == ns)
		return all->ys[i];
	return all->ys[i - 1] +
	       (all->ys[i] - all->ys[i - 1]) *
		   ((double)span_ns(ns, all->moments[i - 1]) / (double)gap_before(all, i));
}

bool
listening_is_broken(const struct listening *all, size_t i)
{
	return i > 0 && gap_is_broken(all->options, gap_before(all, i));
}

double
listening_break_y(const struct listening *all, size_t i)
{
	return all->ys[i] - BREAK_ABOVE;
}

static double
gap_room(const struct listening *all, size_t i)
{
	double gap_ns = (double)gap_before(all, i);

	if (all->options->time != TIME_COMPRESSED)
		return MOMENT_LEAST + 5;
	if (listening_is_broken(all, i))
		return MOMENT_LEAST + BREAK_ROOM;
	return MOMENT_LEAST + fmax(0, 4 * log10(gap_ns / 10000.0));
}

static void
place_scaled(struct listening *all)
{
	const double high = 900;
	int64_t first = all->moments[0];
	int64_t last = all->moments[all->moment_count - 1];

	for (size_t i = 0; i < all->moment_count; i++)
		all->ys[i] =
		    all->ys[0] + (last > first ? high * (double)span_ns(all->moments[i], first) /
						     (double)span_ns(last, first)
					       : 0);
}

static void
place_moments(struct listening *all)
{
	size_t kept = sort_distinct(all->moments, all->moment_count);

	all->moment_count = kept;
	all->ys = scene_keep(all->scene, (kept + 1) * sizeof(*all->ys));
	all->ys[0] = LANES_TOP + BEFORE + 16;
	for (size_t i = 1; i < kept; i++) {
		double y = all->ys[i - 1] + gap_room(all, i);

		for (size_t j = 0; j < all->apart_count; j++)
			if (all->aparts[j].hi_ns == all->moments[i])
				y = fmax(y, all->ys[moment_of(all, all->aparts[j].lo_ns)] +
						all->aparts[j].room);
		all->ys[i] = y;
	}
	if (all->options->time == TIME_SCALED)
		place_scaled(all);
	all->bottom = all->ys[kept - 1] + AFTER;
}

void
listening_place_moments(struct listening *all)
{
	size_t room = 4;

	for (size_t i = 0; i < all->pair_count; i++)
		room += all->pairs[i].change_counts[0] + all->pairs[i].change_counts[1] + 8;
	all->moments = scene_keep(all->scene, room * sizeof(*all->moments));
	for (size_t i = 0; i < all->pair_count; i++) {
		const struct pair *pair = &all->pairs[i];
		int64_t returned = pair->flow->conn.connect_ns;

		for (int side = 0; side < 2; side++)
			for (size_t j = 0; j < pair->change_counts[side]; j++)
				add_moment(all, pair->changes[side][j].at_ns);
		add_moment(all, pair->syn_ns);
		add_moment(all, pair->refusal_ns);
		add_moment(all, pair->answer_ns);
		add_moment(all, pair->wrote_ns[0]);
		add_moment(all, returned);
		if (!all->is_wrong) {
			add_moment(all, pair->accept_lo_ns);
			add_moment(all, pair->accept_hi_ns);
		}
		keep_apart(all, pair->syn_ns, returned, CALL_HEIGHT + 6);
		keep_apart(all, returned, pair->wrote_ns[0], CALL_HEIGHT + 4);
		keep_apart(all, pair->answer_ns, pair->taken_lo_ns, 20);
		keep_apart(all, pair->accept_lo_ns, pair->accept_hi_ns, CALL_HEIGHT + 10);
	}
	if (!all->is_wrong)
		add_moment(all, all->data->last_ns);
	place_moments(all);
}

/* --- drawn --- */

const char *
listening_time(const struct listening *all, int64_t ns)
{
	return name_time(all->scene, all->data, ns);
}

double
listening_times_width(const struct listening *all)
{
	const struct scene_style style = { .size = 11, .mono = true };
	double width = TIMES_LEAST;

	for (size_t i = 0; i < all->moment_count; i++)
		width =
		    fmax(width, scene_text_width(listening_time(all, all->moments[i]), style) + 8);
	return width;
}

void
listening_draw_moments(struct listening *all)
{
	const struct scene_style style = { .size = 11, .mono = true, .anchor = ANCHOR_END };
	const struct scene_style small = { .size = 10, .anchor = ANCHOR_END };
	double right = CHART_MARGIN + all->times_width - 6;
	double free_y = 0;

	for (size_t i = 0; i < all->moment_count; i++) {
		double y = all->ys[i];

		if (y - 9 < free_y)
			continue;
		scene_line(all->scene, CLASS_GRID, (struct scene_point){ right + 4, y },
		    (struct scene_point){ all->width - CHART_MARGIN, y }, DASH_SOLID);
		scene_text(all->scene, CLASS_AXIS, style, (struct scene_point){ right, y + 4 }, 0,
		    listening_time(all, all->moments[i]));
		free_y = y + 5;
		if (listening_is_broken(all, i))
			scene_text(all->scene, CLASS_MUTED, small,
			    (struct scene_point){ right, listening_break_y(all, i) - 1 }, 0,
			    LABELED(all->scene, all->options->lang, LABEL_LATER,
				name_span(all->scene, gap_before(all, i))));
	}
}

void
listening_draw_breaks(struct listening *all)
{
	for (size_t i = 0; i < all->moment_count; i++) {
		double y = listening_break_y(all, i);

		if (!listening_is_broken(all, i))
			continue;
		for (size_t j = 0; j < all->lane_count; j++) {
			const struct lane *lane = &all->lanes[j];
			struct scene_step steps[24];
			size_t count = 0;
			double from = lane->x - lane->width / 2 - 4;

			for (double x = from; x <= from + lane->width + 8 && count < 24; x += 7)
				steps[count] = (struct scene_step){ count == 0 ? 'M' : 'L',
					{ { x, y + (count % 2 ? 3 : -3) } } },
				count++;
			scene_path(all->scene, CLASS_GAP, steps, count, DASH_SOLID);
		}
	}
}
