/*
 * The lanes of a ladder: their heads, the states of their sockets as bars on
 * them, and the accept queue that runs down beside its listener's.
 */
#include "figure/ladder_page.h"

#include <math.h>

#include "base/find.h"

/* --- lanes --- */

void
page_draw_lifelines(struct page *page)
{
	struct ladder *ladder = &page->ladder;

	for (size_t i = 0; i < ladder->lane_count; i++)
		scene_line(ladder->scene, CLASS_LIFELINE,
		    (struct scene_point){ ladder->lanes[i].x, TITLE_BOTTOM + page->head_height },
		    (struct scene_point){ ladder->lanes[i].x, page->bottom }, DASH_SOLID);
}

/* In one line or two, in the middle of its box. */
static void
draw_name(struct page *page, const struct ladder_lane *lane, double y)
{
	struct scene *scene = page->ladder.scene;
	size_t length = page_name_break(page, lane);
	double room = page->head_width - 12;
	double middle = y + page->head_height / 2 + 4;

	if (length == 0) {
		scene_text(scene, CLASS_HEAD, page_head_style,
		    (struct scene_point){ lane->x, middle }, room, lane->name);
		return;
	}
	scene_text(scene, CLASS_HEAD, page_head_style,
	    (struct scene_point){ lane->x, middle - HEAD_LINE / 2 }, room,
	    scene_format(scene, "%.*s", (int)length, lane->name));
	scene_text(scene, CLASS_HEAD, page_head_style,
	    (struct scene_point){ lane->x, middle + HEAD_LINE / 2 }, room, lane->name + length);
}

void
page_draw_heads(struct page *page, double y)
{
	struct ladder *ladder = &page->ladder;

	for (size_t i = 0; i < ladder->lane_count; i++) {
		const struct ladder_lane *lane = &ladder->lanes[i];

		scene_round_rect(ladder->scene, CLASS_HEAD,
		    (struct scene_box){
			lane->x - page->head_width / 2, y, page->head_width, page->head_height },
		    7, DASH_SOLID);
		draw_name(page, lane, y);
	}
	if (!page->has_gauge)
		return;
	scene_rect(ladder->scene, CLASS_PAGE,
	    (struct scene_box){ page->gauge.x - 2, y - 2, GAUGE_WIDTH + 4, page->head_height + 4 });
	gauge_head(&page->gauge, y + page->head_height / 2 - 3, 15);
}

/* The rows are in the order of places; folded ones hold a range of them, of one flow. */
static const struct ladder_row *
row_of_place(const struct page *page, size_t place)
{
	size_t after;

	FIND_PLACE(after, page->ladder.row_count, page->ladder.rows[after].place <= place);
	return after == 0 ? NULL : &page->ladder.rows[after - 1];
}

static double
change_y(const struct page *page, const struct ladder_end *end, const struct change *change)
{
	const struct ladder_row *rows = page->ladder.rows;
	const struct ladder_row *row;

	if (change->packet != SIZE_MAX) {
		row = row_of_place(page, change->packet);
		if (row == NULL)
			return rows[0].sent;
		/* Past the last row that is shown. */
		if (row->place != change->packet && row == &rows[page->ladder.row_count - 1])
			return page->bottom;
		return row->from == end->lane ? row->sent : row->arrived;
	}
	for (size_t i = 0; i < page->ladder.row_count; i++)
		if (rows[i].packet->ts_ns > change->at_ns)
			return rows[i].sent - ROW / 2 + 2;
	return page->bottom;
}

/* Upwards, in the first place where nothing covers it; false: there is none. */
static bool
put_state_name(
    struct page *page, enum scene_class cls, const char *name, double x, double top, double bottom)
{
	const struct scene_style style = {
		.size = 9, .anchor = ANCHOR_MIDDLE, .bold = true, .upwards = true
	};
	double need = scene_text_width(name, style) + 7;
	double from = top;

	for (size_t i = 0; i <= page->gap_count; i++) {
		double until = i < page->gap_count ? page->gaps[i].top : bottom;

		if (fmin(until, bottom) - from >= need) {
			scene_text(page->ladder.scene, cls, style,
			    (struct scene_point){ x + 3.2, from + need / 2 }, 0, name);
			return true;
		}
		if (i < page->gap_count)
			from = fmax(from, page->gaps[i].bottom);
	}
	return false;
}

/* In short where there is no room for all of it; the legend has it in full. */
static void
draw_state_name(struct page *page, enum sock_state state, double x, double top, double bottom)
{
	static const char *const shorts[SOCK_COUNT] = {
		[SOCK_LISTEN] = "LSTN",
		[SOCK_SYN_SENT] = "SENT",
		[SOCK_SYN_RECV] = "RCVD",
		[SOCK_ESTABLISHED] = "ESTAB",
		[SOCK_FIN_WAIT1] = "FW-1",
		[SOCK_FIN_WAIT2] = "FW-2",
		[SOCK_CLOSE_WAIT] = "CW",
		[SOCK_LAST_ACK] = "LA",
		[SOCK_CLOSING] = "CLG",
		[SOCK_TIME_WAIT] = "TW",
	};
	enum scene_class cls = class_of_state(state);

	if (!put_state_name(page, cls, name_state(state), x, top, bottom) && shorts[state] != NULL)
		put_state_name(page, cls, shorts[state], x, top, bottom);
}

double
page_bar_x(const struct page *page, const struct ladder_end *end)
{
	const struct ladder_lane *lane = &page->ladder.lanes[end->lane];
	double width = page_bar_width(lane);

	return lane->x + ((double)end->place - (double)lane->flow_count / 2) * (width + 2) + 1;
}

/* Bars too narrow for a name tell by their shape, without colour, whether they are half open or closing. */
static void
draw_band(
    struct page *page, enum sock_state state, double x, double width, double top, double bottom)
{
	bool is_narrow = width < 10;
	bool is_half_open = state == SOCK_SYN_SENT || state == SOCK_SYN_RECV;
	bool is_closing = !is_half_open && state != SOCK_ESTABLISHED && state != SOCK_LISTEN;
	double inset = is_narrow && is_half_open ? width / 4 : 0;

	scene_round_rect(page->ladder.scene, class_of_state(state),
	    (struct scene_box){ x + inset, top, width - 2 * inset, bottom - top }, 0,
	    is_narrow && is_closing ? DASH_DOTTED : DASH_SOLID);
	if (!is_narrow)
		draw_state_name(page, state, x + width / 2, top, bottom);
}

void
page_draw_end(struct page *page, const struct ladder_flow *flow, bool is_server)
{
	struct scene *scene = page->ladder.scene;
	enum lang lang = page->ladder.options->lang;
	const struct ladder_end *end = &flow->ends[is_server];
	double width = page_bar_width(&page->ladder.lanes[end->lane]);
	double top = 0;

	for (size_t i = 0; i < end->change_count && width > 0; i++) {
		const struct change *change = &end->changes[i];
		double bottom = page->bottom;

		top = fmax(top, change_y(page, end, change));
		if (i + 1 < end->change_count)
			bottom = fmax(top, change_y(page, end, &end->changes[i + 1]));
		if (change->state == SOCK_CLOSED || bottom - top < 0.5)
			continue;
		page->states[change->state] = true;
		scene_group_begin(scene, model_flow(flow->row->flow),
		    LABELED(scene, lang, change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY,
			name_end(scene, page->ladder.options, &flow->row->tuple, is_server),
			name_state(change->state),
			name_time(scene, page->ladder.data, change->at_ns)),
		    NULL);
		draw_band(page, change->state, page_bar_x(page, end), width, top, bottom);
		scene_group_end(scene);
	}
}

/* --- the accept queue --- */

/* A packet changes it when the server has it, or sends it. */
static double
level_y(const struct page *page, const struct level *level)
{
	const struct ladder *ladder = &page->ladder;

	for (size_t i = 0; i < ladder->row_count; i++) {
		const struct ladder_row *row = &ladder->rows[i];
		bool from_client;

		if (row->packet->ts_ns > level->at_ns)
			return row->sent - ROW / 2 + 2;
		if (row->packet->ts_ns < level->at_ns || row->flow == SIZE_MAX)
			continue;
		from_client = model_from_client(ladder->flows[row->flow].row, row->packet);
		return from_client ? row->arrived : row->sent;
	}
	return page->bottom;
}

void
page_draw_gauge(struct page *page)
{
	const struct levels *levels = &page->gauge.levels;
	double *ys = scene_keep(page->ladder.scene, (levels->count + 1) * sizeof(*ys));
	double top = page->heads[0] + page->head_height + 8;
	double y = top;

	for (size_t i = 0; i < levels->count; i++)
		ys[i] = y = fmax(y, level_y(page, &levels->at[i]));
	ys[levels->count] = page->bottom;
	gauge_draw(&page->gauge, ys, top);
}
