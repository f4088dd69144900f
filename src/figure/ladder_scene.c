/*
 * A ladder as a scene: a lane for each endpoint, from left to right, with the
 * states of its sockets as narrow bars; packets as arrows from lane to lane, in
 * the order of the capture; number and time on the left, marks and causes on
 * the right. Long ones come in pages: each begins with the names of its lanes.
 * Where all is about one listener whose queue was full, that runs down with it.
 */
#include "figure/chart.h"
#include "figure/ladder_priv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/find.h"

#define MARGIN       24.0
#define TIME_LEAST   64.0 /* how wide the times are, with what stands between them */
#define LANES_APART  20.0 /* from the times */
#define TITLE_BOTTOM 80.0
#define HEAD_LINE    14.0
#define HEAD_PAD     14.0 /* above and below its lines */
#define HEAD_ROOM    36.0 /* from a head to the first arrow */
#define ROW          26.0
#define SLOPE        8.0
#define BREAK_ROOM   22.0
#define PAGE_MIN     1100.0
#define PAGE_RATIO   1.3
#define LAST_ROWS    5 /* no page begins for so few */
#define REMARK_MAX   340.0
#define REMARK_ROOM  5.0 /* more, where it has two lines */
#define LABEL_MAX    280.0
#define HEAD_MAX     230.0
/* Names of more lanes than these are broken before their ports. */
#define HEADS_ONE_LINE_MAX 2
/* With more lanes than these, labels leave out the numbers. */
#define NUMBERS_LANES_MAX 3
/* More bars than these on one lane are none. */
#define BARS_MAX   16
#define SCALED_MIN 500.0
#define SCALED_MAX 6000.0
/* At both sides of the queue. */
#define GAUGE_ROOM 26.0
/* From a lane to the label of what goes to itself. */
#define LOOP_ROOM 38.0
/* What must lie between two texts in one column. */
#define TEXT_PITCH 14.0

static const struct scene_style name_style = { .size = 11, .bold = true };
static const struct scene_style number_style = { .size = 10, .mono = true };
static const struct scene_style plain_style = { .size = 11 };
static const struct scene_style time_style = { .size = 11, .anchor = ANCHOR_END, .mono = true };
static const struct scene_style head_style = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };

/* Where heads and breaks stand: no name of a state may. */
struct gap {
	double top;
	double bottom;
};

struct page {
	struct ladder ladder;
	bool has_numbers;
	double number_x; /* right edges */
	double time_x;
	double gaps_wide[LADDER_LANES_MAX]; /* labels, right of each lane */
	double head_width;
	double head_height;
	double remark_x; /* 0: there are none */
	double remark_width;
	struct gauge gauge;
	bool has_gauge;
	double width;
	double bottom;
	struct gap *gaps;
	size_t gap_count;
	double *heads; /* where rows of heads stand */
	size_t head_count;
	double text_y;           /* to scale: of the last row that has its texts */
	bool states[SOCK_COUNT]; /* that are shown */
};

/* --- measures --- */

static const char *
label_numbers(const struct page *page, const struct ladder_row *row)
{
	if (page->has_numbers)
		return model_numbers(page->ladder.scene, row->packet);
	if (row->packet->length == 0)
		return "";
	return name_bytes(page->ladder.scene, row->packet->length);
}

static double
label_width(const struct page *page, const struct ladder_row *row)
{
	const char *folded = ladder_folded(&page->ladder, row);
	double name;

	if (folded != NULL)
		return scene_text_width(folded, name_style);
	name = scene_text_width(model_name(page->ladder.scene, row->packet), name_style);
	return name + 6 + scene_text_width(label_numbers(page, row), number_style);
}

static const char *
remark_of(const struct page *page, const struct ladder_row *row)
{
	struct scene *scene = page->ladder.scene;
	const struct reason *reason = &row->packet->verdict.reason;
	const char *remark = row->count[0] > 0 ? "" : model_remark(scene, row->packet);
	const char *separator = " ←";

	for (unsigned i = 0; remark[0] != '\0' && i < reason->because_count; i++) {
		size_t place = model_place(page->ladder.data, reason->because[i]);

		if (place == SIZE_MAX)
			continue;
		remark = scene_format(scene, "%s%s %" PRIu32, remark, separator,
		    page->ladder.data->packets[place].frame.number);
		separator = ",";
	}
	return remark;
}

static const char *
number_of(const struct page *page, const struct ladder_row *row)
{
	return scene_format(page->ladder.scene, "%" PRIu32, row->packet->frame.number);
}

static const char *
time_of(const struct page *page, const struct ladder_row *row)
{
	return name_time(page->ladder.scene, row->packet->ts_ns - page->ladder.data->first_ns);
}

static double
bar_width(const struct ladder_lane *lane)
{
	if (lane->flow_count > BARS_MAX)
		return 0;
	return lane->flow_count <= 1 ? 14 : lane->flow_count <= 8 ? 9 : 5;
}

/* From a lane's middle to where its bars end. */
static double
lane_half(const struct ladder_lane *lane)
{
	double bars = lane->flow_count > BARS_MAX ? 0 : (double)lane->flow_count;

	return fmax(bars * (bar_width(lane) + 2) / 2, 3);
}

/* All connections go to this one, and its queue was full, or was told. NULL: there is none. */
static const struct listener_row *
listener_of(const struct ladder *ladder)
{
	const struct listener_row *found = NULL;
	const struct figure_data *data = ladder->data;

	for (size_t i = 0; i < ladder->row_count; i++)
		if (ladder->rows[i].from == ladder->rows[i].to)
			return NULL; /* lanes stand for too much to say which one's it is */
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct listener_row *listener;

		if (!data->flows[i].is_tcp)
			continue;
		listener = endpoint_of_flow(data, &data->flows[i]);
		if (listener == NULL || (found != NULL && listener != found))
			return NULL;
		found = listener;
	}
	return found != NULL && (found->backlog_told || found->kind == STORY_OVERFLOW ||
				    found->kind == STORY_ABORTING)
		   ? found
		   : NULL;
}

static void
init_gauge(struct page *page)
{
	const struct ladder *ladder = &page->ladder;
	const struct listener_row *listener = listener_of(ladder);
	struct levels levels[QUEUE_COUNT];

	if (listener == NULL)
		return;
	endpoint_levels(ladder->scene, ladder->data, listener, levels);
	gauge_init(&page->gauge, ladder->scene, ladder->data, ladder->options, listener, levels);
	page->has_gauge = page->gauge.levels.count > 0;
}

/* The server's lane is the first one: then so is the queue. */
static bool
is_gauge_first(const struct page *page)
{
	const struct ladder *ladder = &page->ladder;

	for (size_t i = 0; page->has_gauge && i < ladder->flow_count; i++)
		if (ladder->flows[i].ends[1].change_count > 0)
			return ladder->flows[i].ends[1].lane == 0;
	return false;
}

/* Where a name of an end is broken: before its port. 0: nowhere. */
static size_t
break_of_name(const struct page *page, const struct ladder_lane *lane)
{
	const char *name = lane->name;
	const char *colon = strrchr(name, ':');

	if (page->ladder.lane_count <= HEADS_ONE_LINE_MAX || lane->any_port || colon == NULL ||
	    colon == name || colon[1] == '\0' || colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return 0;
	return (size_t)(colon - name);
}

static void
measure_heads(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	size_t lines = 1;

	page->head_width = ladder->lane_count <= HEADS_ONE_LINE_MAX ? 90 : 70;
	for (size_t i = 0; i < ladder->lane_count; i++) {
		const char *name = ladder->lanes[i].name;
		size_t length = break_of_name(page, &ladder->lanes[i]);
		double width = scene_text_width(name, head_style);

		if (length > 0) {
			width = scene_text_width(
			    scene_format(ladder->scene, "%.*s", (int)length, name), head_style);
			lines = 2;
		}
		page->head_width = fmin(fmax(page->head_width, width + 20), HEAD_MAX);
	}
	if (page->has_gauge)
		lines = 2;
	page->head_height = HEAD_PAD + (double)lines * HEAD_LINE;
}

/* Which lane's right side has the row's label. */
static size_t
gap_of(const struct ladder_row *row)
{
	return row->to >= row->from ? row->from : row->from - 1;
}

static void
measure_labels(struct page *page)
{
	struct ladder *ladder = &page->ladder;

	page->has_numbers = ladder->lane_count <= NUMBERS_LANES_MAX;
	for (size_t i = 0; i < ladder->row_count; i++) {
		const struct ladder_row *row = &ladder->rows[i];
		double *wide = &page->gaps_wide[gap_of(row)];
		double loop = row->from == row->to ? LOOP_ROOM : 0;

		*wide = fmax(*wide, loop + fmin(label_width(page, row), LABEL_MAX));
	}
}

static void
measure_margins(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	double number = 0, time = TIME_LEAST;

	for (size_t i = 0; i < ladder->row_count; i++) {
		number =
		    fmax(number, scene_text_width(number_of(page, &ladder->rows[i]), number_style));
		time = fmax(time, scene_text_width(time_of(page, &ladder->rows[i]), time_style));
	}
	page->number_x = MARGIN + ceil(number);
	page->time_x = page->number_x + 10 + ceil(time);
}

/*
 * Where a remark is broken in two, so that the longer half is as short as can
 * be. To scale there is no room for that. 0: nowhere.
 */
static size_t
break_of_remark(const struct page *page, const char *remark, double *width)
{
	size_t length = page->ladder.options->time == TIME_SCALED ? 0 : strlen(remark);
	size_t best = 0;

	*width = scene_text_width(remark, plain_style);
	for (size_t i = 1; i < length; i++) {
		double longer;

		if (remark[i - 1] != ' ')
			continue;
		longer = fmax(scene_text_width(remark + i, plain_style),
		    scene_text_width(
			scene_format(page->ladder.scene, "%.*s", (int)i, remark), plain_style));
		if (longer < *width) {
			*width = longer;
			best = i;
		}
	}
	return best;
}

static void
measure_remarks(struct page *page)
{
	for (size_t i = 0; i < page->ladder.row_count; i++) {
		double width;

		break_of_remark(page, remark_of(page, &page->ladder.rows[i]), &width);
		page->remark_width = fmax(page->remark_width, ceil(width));
	}
	page->remark_width = fmin(page->remark_width, REMARK_MAX);
}

static bool
is_remark_broken(const struct page *page, const struct ladder_row *row)
{
	return scene_text_width(remark_of(page, row), plain_style) > page->remark_width + 2;
}

/* How far the next lane is, or what stands right of the last one. */
static double
room_right_of(const struct page *page, size_t i)
{
	const struct ladder *ladder = &page->ladder;
	bool is_last = i + 1 == ladder->lane_count;
	double half = is_last ? 0 : lane_half(&ladder->lanes[i + 1]);
	double room = page->gaps_wide[i] > 0
			  ? lane_half(&ladder->lanes[i]) + page->gaps_wide[i] + half + 24
			  : 0;

	if (is_last)
		return fmax(room, fmax(lane_half(&ladder->lanes[i]), page->head_width / 2));
	room = fmax(room, page->head_width + 14);
	return ladder->lane_count == 2 ? fmax(room, 300) : room;
}

static void
place_lanes(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	bool is_first = is_gauge_first(page);
	double x = page->time_x + LANES_APART;

	page->gauge.x = x;
	if (is_first)
		x += GAUGE_WIDTH + GAUGE_ROOM;
	x += page->head_width / 2;
	for (size_t i = 0; i < ladder->lane_count; i++) {
		ladder->lanes[i].x = x;
		x += room_right_of(page, i);
	}
	if (page->has_gauge && !is_first) {
		page->gauge.x = x + GAUGE_ROOM;
		x = page->gauge.x + GAUGE_WIDTH;
	}
	if (page->remark_width > 0) {
		page->remark_x = x + 20;
		x = page->remark_x + page->remark_width;
	}
	page->width = fmax(x + MARGIN, 640);
}

static void
measure(struct page *page)
{
	measure_heads(page);
	measure_labels(page);
	measure_margins(page);
	measure_remarks(page);
	place_lanes(page);
}

/* --- heights --- */

static void
add_gap(struct page *page, double top, double bottom)
{
	page->gaps[page->gap_count++] = (struct gap){ top, bottom };
}

/* A row of heads; returns where the next arrow goes. */
static double
add_heads(struct page *page, double y)
{
	page->heads[page->head_count++] = y;
	add_gap(page, y, y + page->head_height);
	return y + page->head_height + HEAD_ROOM;
}

static double
gap_room(const struct page *page, const struct ladder_row *row)
{
	if (page->ladder.options->time != TIME_COMPRESSED || row->gap_ns <= 0)
		return 0;
	if (row->is_broken)
		return BREAK_ROOM;
	return fmax(0, 2.5 * log10((double)row->gap_ns / 100000.0));
}

static void
place_rows(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	double high = fmax(PAGE_MIN, page->width * PAGE_RATIO);
	double page_end = high;
	double y = add_heads(page, TITLE_BOTTOM);

	for (size_t i = 0; i < ladder->row_count; i++) {
		struct ladder_row *row = &ladder->rows[i];

		y += gap_room(page, row);
		if (y + SLOPE + ROW > page_end && ladder->row_count - i > LAST_ROWS) {
			double cut = y - ROW / 2 + 4;

			scene_page_break(ladder->scene, cut);
			page_end = cut + high;
			row->is_broken = false; /* the page is cut anyway */
			y = add_heads(page, cut + 12);
		} else if (row->is_broken) {
			add_gap(page, y - ROW / 2 - BREAK_ROOM / 2 - 4, y - ROW / 2 + 4);
		}
		row->sent = y;
		row->arrived = y + SLOPE;
		y += ROW + (is_remark_broken(page, row) ? REMARK_ROOM : 0);
	}
	page->bottom = y + 8;
}

static void
place_to_scale(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	double high = fmin(SCALED_MAX, fmax(SCALED_MIN, (double)ladder->row_count * ROW));
	double top = add_heads(page, TITLE_BOTTOM);
	int64_t first_ns = ladder->rows[0].packet->ts_ns;
	int64_t last_ns = first_ns;
	double y = top;

	for (size_t i = 0; i < ladder->row_count; i++)
		if (ladder->rows[i].packet->ts_ns > last_ns)
			last_ns = ladder->rows[i].packet->ts_ns;
	for (size_t i = 0; i < ladder->row_count; i++) {
		struct ladder_row *row = &ladder->rows[i];
		double since = (double)(row->packet->ts_ns - first_ns);

		if (since > 0)
			y = fmax(y, top + high * since / (double)(last_ns - first_ns));
		row->sent = row->arrived = y;
	}
	page->bottom = y + ROW + 8;
}

/* --- lanes --- */

static void
draw_lifelines(struct page *page)
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
	size_t length = break_of_name(page, lane);
	double room = page->head_width - 12;
	double middle = y + page->head_height / 2 + 4;

	if (length == 0) {
		scene_text(scene, CLASS_HEAD, head_style, (struct scene_point){ lane->x, middle },
		    room, lane->name);
		return;
	}
	scene_text(scene, CLASS_HEAD, head_style,
	    (struct scene_point){ lane->x, middle - HEAD_LINE / 2 }, room,
	    scene_format(scene, "%.*s", (int)length, lane->name));
	scene_text(scene, CLASS_HEAD, head_style,
	    (struct scene_point){ lane->x, middle + HEAD_LINE / 2 }, room, lane->name + length);
}

static void
draw_heads(struct page *page, double y)
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

static double
bar_x(const struct page *page, const struct ladder_end *end)
{
	const struct ladder_lane *lane = &page->ladder.lanes[end->lane];
	double width = bar_width(lane);

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

static void
draw_end(struct page *page, const struct ladder_flow *flow, bool is_server)
{
	struct scene *scene = page->ladder.scene;
	enum lang lang = page->ladder.options->lang;
	const struct ladder_end *end = &flow->ends[is_server];
	double width = bar_width(&page->ladder.lanes[end->lane]);
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
			name_time(scene, change->at_ns - page->ladder.data->first_ns)),
		    NULL);
		draw_band(page, change->state, bar_x(page, end), width, top, bottom);
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

static void
draw_gauge(struct page *page)
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

/* --- rows --- */

/* Where at a lane an arrow of that flow begins or ends, seen from the other lane. */
static double
foot_x(const struct page *page, const struct ladder_row *row, size_t lane, bool from_right)
{
	const struct ladder_end *end = NULL;
	double x = page->ladder.lanes[lane].x;

	for (int i = 0; row->flow != SIZE_MAX && i < 2; i++) {
		const struct ladder_end *one = &page->ladder.flows[row->flow].ends[i];

		if (one->change_count > 0 && one->lane == lane)
			end = one;
	}
	if (end == NULL || bar_width(&page->ladder.lanes[lane]) == 0)
		return x;
	return bar_x(page, end) + (from_right ? bar_width(&page->ladder.lanes[lane]) : 0);
}

/* In the gap beside the sender, so that no other lane is written over; or where both are neighbours, between. */
static void
draw_label(struct page *page, const struct ladder_row *row, enum scene_class cls,
    struct scene_point from, struct scene_point to)
{
	struct scene *scene = page->ladder.scene;
	const char *folded = ladder_folded(&page->ladder, row);
	const char *name = folded != NULL ? folded : model_name(scene, row->packet);
	const char *numbers = folded != NULL ? "" : label_numbers(page, row);
	bool rightwards = to.x > from.x;
	size_t beside = row->from + (rightwards ? 1 : (size_t)-1);
	double room_end = page->ladder.lanes[beside].x +
			  (rightwards ? -1 : 1) * lane_half(&page->ladder.lanes[beside]);
	const struct ladder_lane *sender = &page->ladder.lanes[row->from];
	double room_begin = sender->x + (rightwards ? 1 : -1) * lane_half(sender);
	double room_from = fmin(room_begin, room_end) + 6;
	double room = fabs(room_end - room_begin) - 12;
	double width = fmin(label_width(page, row), room);
	double x = room_from + (room - width) / 2;
	double slope = to.x == from.x ? 0 : (to.y - from.y) / (to.x - from.x);
	double y = from.y + slope * (x + width / 2 - from.x) - 4 - fabs(slope) * width / 2;
	double name_width = scene_text_width(name, name_style);

	if (row->to != beside)
		x = rightwards ? room_from : room_from + room - width;
	scene_text(scene, cls, name_style, (struct scene_point){ x, y }, room, name);
	if (name_width + 30 < room)
		scene_text(scene, CLASS_MUTED, number_style,
		    (struct scene_point){ x + name_width + 6, y }, room - name_width - 6, numbers);
}

/* To itself: out and back again. */
static void
draw_loop(struct page *page, const struct ladder_row *row, struct look look, bool has_text)
{
	struct scene *scene = page->ladder.scene;
	double x = foot_x(page, row, row->from, true);
	const struct scene_point points[] = { { x, row->sent }, { x + 30, row->sent },
		{ x + 30, row->arrived } };

	scene_polyline(scene, look.cls, points, 3, look.dash);
	scene_arrow(scene, look.cls, points[2], (struct scene_point){ x, row->arrived }, look.dash,
	    HEAD_FULL, HEAD_NONE);
	if (has_text)
		scene_text(scene, look.cls, name_style,
		    (struct scene_point){ x + LOOP_ROOM, row->sent + 8 }, LABEL_MAX,
		    model_name(scene, row->packet));
}

static void
draw_arrow(struct page *page, const struct ladder_row *row, bool has_text)
{
	struct scene *scene = page->ladder.scene;
	struct look look = model_look(row->packet);
	bool rightwards = row->to > row->from;
	struct scene_point from = { foot_x(page, row, row->from, rightwards), row->sent };
	struct scene_point to = { foot_x(page, row, row->to, !rightwards), row->arrived };

	if (row->from == row->to) {
		draw_loop(page, row, look, has_text);
		return;
	}
	if (row->count[0] > 0)
		look = (struct look){ CLASS_BULK, DASH_SOLID };
	if (row->fate == FATE_LOST)
		to = (struct scene_point){ (from.x + 3 * to.x) / 4, (from.y + 3 * to.y) / 4 };
	else if (row->fate == FATE_IGNORED)
		to.x = page->ladder.lanes[row->to].x +
		       (rightwards ? -1 : 1) * (lane_half(&page->ladder.lanes[row->to]) + 7);
	scene_arrow(scene, look.cls, from, to, look.dash,
	    row->fate == FATE_UNKNOWN ? HEAD_FULL : HEAD_CROSS,
	    row->count[1] > 0 && row->bytes == 0 ? HEAD_FULL : HEAD_NONE);
	if (has_text)
		draw_label(page, row, look.cls, from, to);
}

static void
draw_remark(struct page *page, const struct ladder_row *row, double y)
{
	struct scene *scene = page->ladder.scene;
	enum scene_class cls = model_look(row->packet).cls;
	const char *remark = remark_of(page, row);
	double room = page->remark_width + 2;
	size_t length = 0;
	double width;

	if (is_remark_broken(page, row))
		length = break_of_remark(page, remark, &width);
	if (length > 0) {
		scene_text(scene, cls, plain_style, (struct scene_point){ page->remark_x, y - 6 },
		    room, scene_format(scene, "%.*s", (int)length, remark));
		y += 6;
	}
	scene_text(scene, cls, plain_style, (struct scene_point){ page->remark_x, y }, room,
	    remark + length);
}

static void
draw_margins(struct page *page, const struct ladder_row *row)
{
	struct scene *scene = page->ladder.scene;
	struct scene_style number = number_style;
	double y = row->sent + 4;

	number.anchor = ANCHOR_END;
	scene_text(scene, CLASS_MUTED, number, (struct scene_point){ page->number_x, y },
	    page->number_x - MARGIN / 2, number_of(page, row));
	scene_text(scene, CLASS_LABEL, time_style, (struct scene_point){ page->time_x, y },
	    page->time_x - page->number_x - 6, time_of(page, row));
	if (page->remark_width > 0)
		draw_remark(page, row, y + 2);
}

static const char *
tip_of(const struct page *page, const struct ladder_row *row)
{
	const char *folded = ladder_folded(&page->ladder, row);

	return folded != NULL ? folded
			      : model_tip(page->ladder.scene, page->ladder.data,
				    page->ladder.options, row->packet);
}

static void
draw_row(struct page *page, const struct ladder_row *row)
{
	bool has_text =
	    page->ladder.options->time != TIME_SCALED || row->sent >= page->text_y + TEXT_PITCH;

	scene_group_begin(page->ladder.scene,
	    model_run(row->packet, &page->ladder.data->packets[row->last_place]), tip_of(page, row),
	    NULL);
	draw_arrow(page, row, has_text);
	if (has_text) {
		draw_margins(page, row);
		page->text_y = row->sent;
	}
	scene_group_end(page->ladder.scene);
}

/* A strip of the page over all lanes: what was there is not shown. */
static void
draw_break(struct page *page, const struct ladder_row *row)
{
	struct scene *scene = page->ladder.scene;
	const struct scene_style style = { .size = 10, .anchor = ANCHOR_END };
	double middle = row->sent - ROW / 2 - BREAK_ROOM / 4;
	double left = page->ladder.lanes[0].x - page->head_width / 2;
	double right = page->ladder.lanes[page->ladder.lane_count - 1].x + page->head_width / 2;
	const double half = 4;

	if (page->has_gauge) {
		left = fmin(left, page->gauge.x);
		right = fmax(right, page->gauge.x + GAUGE_WIDTH);
	}

	scene_rect(
	    scene, CLASS_PAGE, (struct scene_box){ left, middle - half, right - left, 2 * half });
	for (int i = -1; i <= 1; i += 2)
		scene_line(scene, CLASS_CUT, (struct scene_point){ left, middle + i * half },
		    (struct scene_point){ right, middle + i * half }, DASH_DOTTED);
	scene_text(scene, CLASS_MUTED, style, (struct scene_point){ page->time_x, middle + 3.5 },
	    page->time_x - MARGIN / 2,
	    LABELED(scene, page->ladder.options->lang, LABEL_LATER, name_span(scene, row->gap_ns)));
}

/* --- around it --- */

static void
draw_title(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	struct scene *scene = ladder->scene;
	enum lang lang = ladder->options->lang;
	const struct scene_style big = { .size = 18, .bold = true };
	const struct scene_style small = { .size = 12 };
	const struct packet_row *packets = ladder->data->packets;
	const char *capture = model_capture(scene, ladder->data);
	const char *title = ladder_title(ladder);
	const char *took =
	    name_span(scene, packets[ladder->data->packet_count - 1].ts_ns - packets[0].ts_ns);
	const char *subtitle =
	    ladder->flow_count == 1
		? LABELED(scene, lang, LABEL_LADDER_ONE_FLOW,
		      scene_format(scene, "%" PRIu32, ladder->flows[0].row->flow), took)
		: LABELED(scene, lang, LABEL_LADDER_FLOWS,
		      scene_format(scene, "%zu", ladder->flow_count),
		      scene_format(scene, "%zu", ladder->lane_count), took);

	scene_title(scene, title, LABELED(scene, lang, LABEL_LADDER_DESC, capture));
	scene_text(scene, CLASS_TITLE, big, (struct scene_point){ MARGIN, 36 },
	    page->width - 2 * MARGIN, title);
	scene_text(scene, CLASS_MUTED, small, (struct scene_point){ MARGIN, 57 },
	    page->width - 2 * MARGIN, subtitle);
}

static bool
has_look(const struct page *page, enum scene_class cls)
{
	for (size_t i = 0; i < page->ladder.row_count; i++)
		if (page->ladder.rows[i].count[0] == 0 &&
		    model_look(page->ladder.rows[i].packet).cls == cls)
			return true;
	return false;
}

static bool
has_fate(const struct page *page, enum fate fate)
{
	for (size_t i = 0; i < page->ladder.row_count; i++)
		if (page->ladder.rows[i].fate == fate)
			return true;
	return false;
}

/* Room for one more entry, on this line or the next. */
static struct scene_point
legend_next(const struct page *page, struct scene_point at, double width)
{
	if (at.x > MARGIN && at.x + width > page->width - MARGIN)
		return (struct scene_point){ MARGIN, at.y + 22 };
	return at;
}

static double
draw_gauge_legend(struct page *page, double y)
{
	const char *const *words = labels[page->ladder.options->lang];
	const struct scene_style style = { .size = 12 };
	const struct chart_entry entries[] = {
		{ SAMPLE_BOX, CLASS_HELD, words[LABEL_QUEUE_AT_LEAST] },
		{ SAMPLE_BOX, CLASS_HELD_MAYBE, words[LABEL_QUEUE_AT_MOST] },
		{ SAMPLE_LINE, CLASS_BEST, words[LABEL_QUEUE_LIKELY] },
	};
	double x = MARGIN + scene_text_width(words[LABEL_GAUGE], style) + 16;

	scene_text(page->ladder.scene, CLASS_LABEL, style, (struct scene_point){ MARGIN, y }, 0,
	    words[LABEL_GAUGE]);
	return chart_legend(page->ladder.scene, (struct scene_point){ x, y }, page->width - MARGIN,
	    entries, sizeof(entries) / sizeof(entries[0]));
}

static void
draw_legend(struct page *page)
{
	struct scene *scene = page->ladder.scene;
	enum lang lang = page->ladder.options->lang;
	const struct scene_style style = { .size = 11 };
	struct scene_point at = { MARGIN, page->bottom + 28 };

	for (int i = 0; i < SOCK_COUNT; i++) {
		const char *name = name_state((enum sock_state)i);
		double width = scene_text_width(name, style) + 22;

		if (!page->states[i])
			continue;
		at = legend_next(page, at, width);
		scene_rect(scene, class_of_state((enum sock_state)i),
		    (struct scene_box){ at.x, at.y - 10, 14, 12 });
		scene_text(
		    scene, CLASS_LABEL, style, (struct scene_point){ at.x + 20, at.y }, 0, name);
		at.x += width + 18;
	}
	for (int i = MODEL_RESENT; i <= MODEL_LOST; i++) {
		if (i == MODEL_RESENT
			? !has_look(page, CLASS_RESENT)
			: !has_fate(page, i == MODEL_IGNORED ? FATE_IGNORED : FATE_LOST))
			continue;
		at = legend_next(page, at, 200);
		at.x = model_legend(scene, lang, at, (enum model_sample)i);
	}
	if (page->has_gauge)
		at.y = draw_gauge_legend(page, at.y + 22) - 18;
	if (page->ladder.left_out > 0) {
		at = (struct scene_point){ MARGIN, at.y + 22 };
		scene_text(scene, CLASS_LABEL, style, at, 0,
		    LABELED(scene, lang, LABEL_NOT_SHOWN,
			scene_format(scene, "%zu", page->ladder.left_out)));
	}
	scene_size(scene, page->width, at.y + MARGIN);
}

static void
draw_all(struct page *page)
{
	struct ladder *ladder = &page->ladder;

	draw_title(page);
	draw_lifelines(page);
	for (size_t i = 0; i < ladder->flow_count; i++)
		for (int j = 0; j < 2; j++)
			draw_end(page, &ladder->flows[i], j == 1);
	if (page->has_gauge)
		draw_gauge(page);
	for (size_t i = 0; i < page->head_count; i++)
		draw_heads(page, page->heads[i]);
	scene_page_head(
	    ladder->scene, page->heads[0] - 4, page->heads[0] + page->head_height + 4);
	for (size_t i = 0; i < ladder->row_count; i++) {
		if (ladder->rows[i].is_broken)
			draw_break(page, &ladder->rows[i]);
		draw_row(page, &ladder->rows[i]);
	}
	draw_legend(page);
}

enum status
ladder_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct page page = { .ladder = { .scene = scene, .data = data, .options = options },
		.text_y = -TEXT_PITCH };
	enum status st = ladder_make(&page.ladder, diag);
	size_t most = page.ladder.row_count + 1;

	if (st != ST_OK)
		return st;
	page.gaps = scene_keep(scene, 2 * most * sizeof(*page.gaps));
	page.heads = scene_keep(scene, most * sizeof(*page.heads));
	init_gauge(&page);
	measure(&page);
	if (options->time == TIME_SCALED)
		place_to_scale(&page);
	else
		place_rows(&page);
	draw_all(&page);
	return ST_OK;
}
