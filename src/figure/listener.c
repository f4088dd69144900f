/*
 * One listening socket and the sockets that it spawned, beside those of their
 * clients: each has a lane, and its states are bands on it. Calls stand where
 * the packets force them: connect() from the SYN until it returned, accept()
 * between the moments before and after which it cannot have returned.
 *
 * What came before the first SYN has an order, but no times. Told the wrong
 * way, the server has one socket, which leaves LISTEN when a client comes and
 * is established by accept(): what the packets disprove.
 *
 *   listener_facts.c    what the packets force of each connection
 *   listener_time.c     moments, and where they stand
 *   listener_lanes.c    which bands and calls a lane has, and where
 *   listener_draw.c     a lane, drawn
 *   listener_between.c  what goes from lane to lane
 */
#include "figure/listener_priv.h"

#include <math.h>
#include <string.h>

/* Connections that are drawn where none were named: as many as can be read at 600 pixels. */
#define PAIRS_MAX  4
#define PAIRS_WIDE 2 /* so few have room for braces */

const char *
listening_word(const struct listening *all, enum label label)
{
	return labels[all->options->lang][label];
}

/* --- which connections --- */

/* By place in data->flows. */
static void
note_missing(struct listening *all)
{
	all->missing = scene_keep(all->scene, all->data->flow_count + 1);
	memset(all->missing, 0, all->data->flow_count + 1);
	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct flow_row *flow;

		if (all->misses[i] == MISS_NONE)
			continue;
		flow = figure_flow(all->data, all->data->packets[i].flow);
		if (flow != NULL)
			all->missing[flow - all->data->flows] = true;
	}
}

static bool
has_miss(const struct listening *all, const struct flow_row *flow)
{
	return all->missing[flow - all->data->flows];
}

/* In the place of one of the later half without trouble; those after it move up, to stay in order. */
static void
make_room_for(struct listening *all, const struct flow_row *flow)
{
	size_t place = all->pair_count / 2;

	while (place < all->pair_count && has_miss(all, all->pairs[place].flow))
		place++;
	if (place == all->pair_count)
		return;
	for (; place + 1 < all->pair_count; place++)
		all->pairs[place] = all->pairs[place + 1];
	all->pairs[place].flow = flow;
}

static bool
is_candidate(const struct listening *all, const struct flow_row *flow)
{
	if (!endpoint_has_flow(all->listener, flow))
		return false;
	if (!chosen_has(all->options, flow->flow))
		return false;
	return !all->is_wrong || flow->conn.open != OPEN_REFUSED;
}

/* One is not worth leaving out. */
static size_t
most_pairs(const struct listening *all)
{
	size_t count = 0;

	if (all->is_wrong)
		return 1;
	if (all->options->flow_count > 0)
		return PAIRS_ROOM;
	for (size_t i = 0; i < all->data->flow_count; i++)
		count += is_candidate(all, &all->data->flows[i]);
	return count == PAIRS_MAX + 1 ? count : PAIRS_MAX;
}

/* The first ones; where they have no trouble and others do, those take the last places. */
static void
choose_pairs(struct listening *all)
{
	size_t most = most_pairs(all);

	for (size_t i = 0; i < all->data->flow_count; i++) {
		const struct flow_row *flow = &all->data->flows[i];

		if (!is_candidate(all, flow))
			continue;
		if (all->pair_count < most) {
			all->pairs[all->pair_count++].flow = flow;
			continue;
		}
		all->left_out++;
		if (all->options->flow_count == 0 && !all->is_wrong && has_miss(all, flow))
			make_room_for(all, flow);
	}
}

/* --- the accept queue, downwards --- */

static void
draw_gauge(struct listening *all)
{
	const struct levels *levels = &all->gauge.levels;
	double *ys = scene_keep(all->scene, (levels->count + 1) * sizeof(*ys));

	for (size_t i = 0; i < levels->count; i++)
		ys[i] = listening_y(all, levels->at[i].at_ns);
	ys[levels->count] = all->bottom;
	gauge_head(&all->gauge, HEADS_TOP + 17, 16);
	gauge_draw(&all->gauge, ys, LANES_TOP + BEFORE);
}

/* --- the page --- */

static void
draw_title(struct listening *all)
{
	enum lang lang = all->options->lang;
	const char *name = endpoint_name(all->scene, all->options, all->listener);
	const char *capture = model_capture(all->scene, all->data);
	const char *title = all->is_wrong ? listening_word(all, LABEL_WRONG_TITLE)
					  : LABELED(all->scene, lang, LABEL_LISTENER_TITLE, name);
	const char *below = capture;

	if (all->left_out > 0 && !all->is_wrong)
		below = LABELED(all->scene, lang, LABEL_LISTENER_SOME, capture,
		    scene_format(all->scene, "%zu", all->pair_count),
		    scene_format(all->scene, "%zu", all->pair_count + all->left_out));
	chart_title(all->scene, all->width, title, below,
	    LABELED(all->scene, lang, all->is_wrong ? LABEL_WRONG_DESC : LABEL_LISTENER_DESC, name,
		capture));
}

static bool
has_misses(const struct listening *all)
{
	for (size_t i = 0; i < all->pair_count; i++)
		if (has_miss(all, all->pairs[i].flow))
			return true;
	return false;
}

static double
draw_note(struct listening *all, double y)
{
	bool is_silent = all->listener->kind == STORY_SILENT;
	enum label label = all->is_wrong     ? LABEL_WRONG_NOTE
			   : is_silent       ? LABEL_SILENT_NOTE
			   : !all->has_gauge ? LABEL_REFUSED_NOTE
			   : has_misses(all) ? LABEL_LISTENER_MISS_NOTE
					     : LABEL_LISTENER_NOTE;
	const struct scene_style style = { .size = 12 };
	size_t box = all->scene->count;
	double bottom;

	scene_round_rect(all->scene, CLASS_NOTE,
	    (struct scene_box){ CHART_MARGIN, y, all->width - 2 * CHART_MARGIN, 24 }, 4,
	    DASH_SOLID);
	bottom = scene_paragraph(all->scene, CLASS_NOTE, style,
		     (struct scene_point){ CHART_MARGIN + 12, y + 20 },
		     all->width - 2 * CHART_MARGIN - 24, 17, listening_word(all, label)) -
		 6;
	all->scene->items[box].box.height = floor((bottom - y) * 10 + 0.5) / 10;
	return bottom;
}

static void
draw_all(struct listening *all)
{
	listening_place_moments(all);
	all->has_gauge = !all->is_wrong && all->gauge.levels.count > 0;
	listening_build_lanes(all);
	all->times_width = listening_times_width(all);
	listening_spread_lanes(all);
	draw_title(all);
	listening_draw_moments(all);
	for (size_t i = 0; i < all->pair_count; i++) {
		listening_draw_asking(all, &all->pairs[i]);
		if (!all->is_wrong)
			listening_draw_misses(all, &all->pairs[i]);
	}
	for (size_t i = 0; i < all->lane_count; i++)
		listening_draw_lane(all, &all->lanes[i]);
	if (all->has_gauge)
		draw_gauge(all);
	for (size_t i = 0; i < all->pair_count; i++)
		listening_draw_refusal(all, i);
	listening_draw_breaks(all);
	scene_size(all->scene, all->width, draw_note(all, all->bottom + 22) + CHART_MARGIN);
}

enum status
listener_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct listening *all = scene_keep(scene, sizeof(*all));
	enum status st;

	memset(all, 0, sizeof(*all));
	all->scene = scene;
	all->data = data;
	all->options = options;
	all->is_wrong = options->wrong;
	st = endpoint_choose(&all->listener, data, options, diag);
	if (st != ST_OK)
		return st;
	all->misses = endpoint_misses(scene, data, all->listener);
	endpoint_levels(scene, data, all->listener, all->levels);
	gauge_init(&all->gauge, scene, data, options, all->listener, all->levels);
	note_missing(all);
	choose_pairs(all);
	if (all->pair_count == 0)
		return diag_set(diag, ST_USAGE, "none of the connections to %s can be drawn",
		    endpoint_name(scene, options, all->listener));
	all->is_wide = all->is_wrong || all->pair_count <= PAIRS_WIDE;
	listening_gather(all);
	draw_all(all);
	return ST_OK;
}
