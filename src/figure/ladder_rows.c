/*
 * The rows of a ladder: an arrow from lane to lane and its label, number and
 * time on the left, marks and causes on the right; and where time is broken.
 */
#include "figure/ladder_page.h"

#include <math.h>

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
	if (end == NULL || page_bar_width(&page->ladder.lanes[lane]) == 0)
		return x;
	return page_bar_x(page, end) + (from_right ? page_bar_width(&page->ladder.lanes[lane]) : 0);
}

/* In the gap beside the sender, so that no other lane is written over; or where both are neighbours, between. */
static void
draw_label(struct page *page, const struct ladder_row *row, enum scene_class cls,
    struct scene_point from, struct scene_point to)
{
	struct scene *scene = page->ladder.scene;
	const char *folded = ladder_folded(&page->ladder, row);
	const char *name = folded != NULL ? folded : model_name(scene, row->packet);
	const char *numbers = folded != NULL ? "" : page_label_numbers(page, row);
	bool rightwards = to.x > from.x;
	size_t beside = row->from + (rightwards ? 1 : (size_t)-1);
	double room_end = page->ladder.lanes[beside].x +
			  (rightwards ? -1 : 1) * page_lane_half(&page->ladder.lanes[beside]);
	const struct ladder_lane *sender = &page->ladder.lanes[row->from];
	double room_begin = sender->x + (rightwards ? 1 : -1) * page_lane_half(sender);
	double room_from = fmin(room_begin, room_end) + 6;
	double room = fabs(room_end - room_begin) - 12;
	double width = fmin(page_label_width(page, row), room);
	double x = room_from + (room - width) / 2;
	double slope = to.x == from.x ? 0 : (to.y - from.y) / (to.x - from.x);
	double y = from.y + slope * (x + width / 2 - from.x) - 4 - fabs(slope) * width / 2;
	double name_width = scene_text_width(name, page_name_style);

	if (row->to != beside)
		x = rightwards ? room_from : room_from + room - width;
	scene_text(scene, cls, page_name_style, (struct scene_point){ x, y }, room, name);
	if (name_width + 30 < room)
		scene_text(scene, CLASS_MUTED, page_number_style,
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
		scene_text(scene, look.cls, page_name_style,
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
		       (rightwards ? -1 : 1) * (page_lane_half(&page->ladder.lanes[row->to]) + 7);
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
	const char *remark = page_remark(page, row);
	double room = page->remark_width + 2;
	size_t length = 0;
	double width;

	if (page_is_remark_broken(page, row))
		length = page_remark_break(page, remark, &width);
	if (length > 0) {
		scene_text(scene, cls, page_plain_style,
		    (struct scene_point){ page->remark_x, y - 6 }, room,
		    scene_format(scene, "%.*s", (int)length, remark));
		y += 6;
	}
	scene_text(scene, cls, page_plain_style, (struct scene_point){ page->remark_x, y }, room,
	    remark + length);
}

static void
draw_margins(struct page *page, const struct ladder_row *row)
{
	struct scene *scene = page->ladder.scene;
	struct scene_style number = page_number_style;
	double y = row->sent + 4;

	number.anchor = ANCHOR_END;
	scene_text(scene, CLASS_MUTED, number, (struct scene_point){ page->number_x, y },
	    page->number_x - MARGIN / 2, page_number(page, row));
	scene_text(scene, CLASS_LABEL, page_time_style, (struct scene_point){ page->time_x, y },
	    page->time_x - page->number_x - 6, page_time(page, row));
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

void
page_draw_row(struct page *page, const struct ladder_row *row)
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
void
page_draw_break(struct page *page, const struct ladder_row *row)
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
