/*
 * How wide a ladder's columns must be for what stands in them, and how high its
 * rows: one packet a step, or to scale.
 */
#include "figure/ladder_page.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define TIME_LEAST  64.0 /* how wide the times are, with what stands between them */
#define LANES_APART 20.0 /* from the times */
#define HEAD_PAD    14.0 /* above and below its lines */
#define HEAD_ROOM   36.0 /* from a head to the first arrow */
#define PAGE_MIN    1100.0
#define PAGE_RATIO  1.3
#define LAST_ROWS   5 /* no page begins for so few */
#define REMARK_MAX  340.0
#define REMARK_ROOM 5.0 /* more, where it has two lines */
#define HEAD_MAX    230.0
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

const struct scene_style page_name_style = { .size = 11, .bold = true };
const struct scene_style page_number_style = { .size = 10, .mono = true };
const struct scene_style page_plain_style = { .size = 11 };
const struct scene_style page_time_style = { .size = 11, .anchor = ANCHOR_END, .mono = true };
const struct scene_style page_head_style = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };

/* --- widths --- */

const char *
page_label_numbers(const struct page *page, const struct ladder_row *row)
{
	if (page->has_numbers)
		return model_numbers(page->ladder.scene, row->packet);
	if (row->packet->length == 0)
		return "";
	return name_bytes(page->ladder.scene, row->packet->length);
}

double
page_label_width(const struct page *page, const struct ladder_row *row)
{
	const char *folded = ladder_folded(&page->ladder, row);
	double name;

	if (folded != NULL)
		return scene_text_width(folded, page_name_style);
	name = scene_text_width(model_name(page->ladder.scene, row->packet), page_name_style);
	return name + 6 + scene_text_width(page_label_numbers(page, row), page_number_style);
}

const char *
page_remark(const struct page *page, const struct ladder_row *row)
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

const char *
page_number(const struct page *page, const struct ladder_row *row)
{
	return scene_format(page->ladder.scene, "%" PRIu32, row->packet->frame.number);
}

const char *
page_time(const struct page *page, const struct ladder_row *row)
{
	return name_time(page->ladder.scene, page->ladder.data, row->packet->ts_ns);
}

double
page_bar_width(const struct ladder_lane *lane)
{
	if (lane->flow_count > BARS_MAX)
		return 0;
	return lane->flow_count <= 1 ? 14 : lane->flow_count <= 8 ? 9 : 5;
}

double
page_lane_half(const struct ladder_lane *lane)
{
	double bars = lane->flow_count > BARS_MAX ? 0 : (double)lane->flow_count;

	return fmax(bars * (page_bar_width(lane) + 2) / 2, 3);
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

size_t
page_name_break(const struct page *page, const struct ladder_lane *lane)
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
		size_t length = page_name_break(page, &ladder->lanes[i]);
		double width = scene_text_width(name, page_head_style);

		if (length > 0) {
			width =
			    scene_text_width(scene_format(ladder->scene, "%.*s", (int)length, name),
				page_head_style);
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

		*wide = fmax(*wide, loop + fmin(page_label_width(page, row), LABEL_MAX));
	}
}

static void
measure_margins(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	double number = 0, time = TIME_LEAST;

	for (size_t i = 0; i < ladder->row_count; i++) {
		number = fmax(number,
		    scene_text_width(page_number(page, &ladder->rows[i]), page_number_style));
		time = fmax(
		    time, scene_text_width(page_time(page, &ladder->rows[i]), page_time_style));
	}
	page->number_x = MARGIN + ceil(number);
	page->time_x = page->number_x + 10 + ceil(time);
}

size_t
page_remark_break(const struct page *page, const char *remark, double *width)
{
	size_t length = page->ladder.options->time == TIME_SCALED ? 0 : strlen(remark);
	size_t best = 0;

	*width = scene_text_width(remark, page_plain_style);
	for (size_t i = 1; i < length; i++) {
		double longer;

		if (remark[i - 1] != ' ')
			continue;
		longer = fmax(scene_text_width(remark + i, page_plain_style),
		    scene_text_width(scene_format(page->ladder.scene, "%.*s", (int)i, remark),
			page_plain_style));
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

		page_remark_break(page, page_remark(page, &page->ladder.rows[i]), &width);
		page->remark_width = fmax(page->remark_width, ceil(width));
	}
	page->remark_width = fmin(page->remark_width, REMARK_MAX);
}

bool
page_is_remark_broken(const struct page *page, const struct ladder_row *row)
{
	return scene_text_width(page_remark(page, row), page_plain_style) > page->remark_width + 2;
}

/* How far the next lane is, or what stands right of the last one. */
static double
room_right_of(const struct page *page, size_t i)
{
	const struct ladder *ladder = &page->ladder;
	bool is_last = i + 1 == ladder->lane_count;
	double half = is_last ? 0 : page_lane_half(&ladder->lanes[i + 1]);
	double room = page->gaps_wide[i] > 0
			  ? page_lane_half(&ladder->lanes[i]) + page->gaps_wide[i] + half + 24
			  : 0;

	if (is_last)
		return fmax(room, fmax(page_lane_half(&ladder->lanes[i]), page->head_width / 2));
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

void
page_measure(struct page *page)
{
	init_gauge(page);
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
		y += ROW + (page_is_remark_broken(page, row) ? REMARK_ROOM : 0);
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
		double since = (double)span_ns(row->packet->ts_ns, first_ns);

		if (since > 0)
			y = fmax(y, top + high * since / (double)span_ns(last_ns, first_ns));
		row->sent = row->arrived = y;
	}
	page->bottom = y + ROW + 8;
}

void
page_place(struct page *page)
{
	if (page->ladder.options->time == TIME_SCALED)
		place_to_scale(page);
	else
		place_rows(page);
}
