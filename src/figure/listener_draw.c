/*
 * One lane of a listener's figure, drawn: its head, its bands, and the names of
 * states and calls where they find room.
 */
#include "figure/listener_priv.h"

#include <math.h>
#include <string.h>

static void
draw_head(struct listening *all, const struct lane *lane)
{
	const struct scene_style who = { .size = 12, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style end = { .size = 10, .anchor = ANCHOR_MIDDLE };
	double width = lane == all->server ? all->spread->server_pitch : all->spread->head;
	/* Of several clients on one machine, the port tells them apart. */
	const char *port = strrchr(lane->end, ':');
	const char *name =
	    all->is_wide || lane == all->server || port == NULL || lane->end[0] == '\xe2'
		? lane->end
		: port;

	scene_round_rect(all->scene, CLASS_HEAD,
	    (struct scene_box){ lane->x - width / 2, HEADS_TOP, width, HEAD_HEIGHT - 4 }, 8,
	    DASH_SOLID);
	scene_text(all->scene, CLASS_HEAD, who, (struct scene_point){ lane->x, HEADS_TOP + 17 },
	    width - 8, lane->who);
	scene_text(all->scene, CLASS_HEAD, end, (struct scene_point){ lane->x, HEADS_TOP + 32 },
	    width - 8, name);
}

static void
draw_bands(struct listening *all, const struct lane *lane)
{
	for (size_t i = 0; i < lane->band_count; i++) {
		const struct band *band = &lane->bands[i];

		scene_group_begin(all->scene, model_flow(lane->flow), band->tip, NULL);
		scene_rect(all->scene, band->cls,
		    (struct scene_box){ lane->x - lane->width / 2, band->top, lane->width,
			band->bottom - band->top });
		scene_group_end(all->scene);
	}
}

/* Where a call's own box stands. */
static struct scene_box
call_box(const struct listening *all, const struct lane *lane, const struct call *call)
{
	double width = lane->width - 2 * all->spread->inset;
	double top = call->top;

	if (call->is_span && !call->is_open)
		top = (call->top + call->bottom - CALL_HEIGHT) / 2;
	else if (call->is_span)
		top = call->top + 6;
	return (struct scene_box){ lane->x - width / 2, top, width,
		call->is_span ? CALL_HEIGHT : call->bottom - call->top };
}

static void
draw_span(struct listening *all, const struct lane *lane, const struct call *call)
{
	double inset = all->spread->inset - 2;
	double left = lane->x - lane->width / 2 + inset;
	double right = lane->x + lane->width / 2 - inset;
	const struct scene_point open[] = { { left, call->bottom }, { left, call->top },
		{ right, call->top }, { right, call->bottom }, { left, call->bottom } };

	scene_polyline(all->scene, CLASS_SPAN, open, call->is_open ? 4 : 5, DASH_DASHED);
}

/* As near to the middle of so much room as nothing else stands. */
static bool
place_near(struct slots *slots, struct scene_box *box, double room)
{
	for (double aside = 0; aside + CALL_HEIGHT < room; aside += 4)
		for (int way = -1; way <= 1; way += 2) {
			struct scene_box other = *box;

			other.y += way * aside / 2;
			if (slots_take(slots, other)) {
				*box = other;
				return true;
			}
		}
	return false;
}

/* It is where it is, with room for more than its name. */
static bool
is_long(const struct call *call)
{
	return !call->is_span && call->bottom - call->top > CALL_HEIGHT + 1;
}

/* Where nothing else stands. */
static bool
place_call(const struct listening *all, struct slots *slots, const struct call *call,
    struct scene_box *box)
{
	if (call->is_span && !call->is_open && place_near(slots, box, call->bottom - call->top))
		return true;
	for (; box->y + box->height < all->bottom + CALL_HEIGHT; box->y += 4)
		if (slots_take(slots, *box))
			return true;
	return false;
}

/* In the middle of its box, or where no break goes through it. */
static double
name_y(struct slots *slots, const struct scene_box *box)
{
	struct scene_box name = { box->x, box->y + (box->height - CALL_HEIGHT) / 2, box->width,
		CALL_HEIGHT };

	if (!slots_take(slots, *box))
		place_near(slots, &name, box->height);
	return name.y + CALL_HEIGHT / 2 + 4;
}

static void
draw_call(
    struct listening *all, const struct lane *lane, const struct call *call, struct slots *slots)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE };
	struct scene_box box = call_box(all, lane, call);

	scene_group_begin(all->scene, model_flow(lane->flow), call->tip, NULL);
	if (call->is_span)
		draw_span(all, lane, call);
	if (is_long(call) || place_call(all, slots, call, &box)) {
		double y = is_long(call) ? name_y(slots, &box) : box.y + box.height / 2 + 4;

		scene_round_rect(all->scene, CLASS_HEAD, box, 2, DASH_SOLID);
		scene_text(all->scene, CLASS_HEAD, style, (struct scene_point){ lane->x, y },
		    box.width - 2, call->text);
	}
	scene_group_end(all->scene);
}

/* A state's name, in the first place of its band that no call has taken. */
static void
name_band(
    struct listening *all, const struct lane *lane, const struct band *band, struct slots *slots)
{
	struct scene_style style = {
		.size = all->spread->name, .anchor = ANCHOR_MIDDLE, .bold = true
	};
	double width = scene_text_width(band->name, style);

	style.upwards = width > lane->width - 3;
	for (double y = band->top + 2;; y += 6) {
		double wide = style.upwards ? 12 : width + 2;
		double high = style.upwards ? width + 6 : 13;
		struct scene_box box = { lane->x - wide / 2, y, wide, high };

		if (y + high > band->bottom)
			return;
		if (!slots_take(slots, box))
			continue;
		scene_text(all->scene, band->cls, style,
		    style.upwards ? (struct scene_point){ lane->x + 3.5, y + high / 2 }
				  : (struct scene_point){ lane->x, y + 10 },
		    0, band->name);
		return;
	}
}

static void
draw_brace(struct listening *all, const struct lane *lane, const struct band *band, double *free_y)
{
	struct scene_style style = { .size = 11 };
	double x = lane->x + lane->braces * (lane->width / 2 + 4);
	double depth = lane->braces * 10;
	double width;
	double y = fmax((band->top + band->bottom) / 2 + 4, *free_y + 11);

	style.anchor = lane->braces > 0 ? ANCHOR_START : ANCHOR_END;
	scene_brace(all->scene, CLASS_LABEL, x, band->top + 1, band->bottom - 1, depth);
	/* A name that had to give way is led to. */
	if (y > (band->top + band->bottom) / 2 + 6)
		scene_line(all->scene, CLASS_LABEL,
		    (struct scene_point){ x + depth, (band->top + band->bottom) / 2 },
		    (struct scene_point){ x + depth + lane->braces * 3, y - 4 }, DASH_SOLID);
	x += depth + lane->braces * 4;
	width = scene_text_width(band->name, style);
	scene_rect(all->scene, CLASS_PAGE,
	    (struct scene_box){ (lane->braces > 0 ? x : x - width) - 2, y - 10, width + 4, 13 });
	scene_text(all->scene, CLASS_LABEL, style, (struct scene_point){ x, y }, 0, band->name);
	*free_y = y + 3;
}

void
listening_draw_lane(struct listening *all, const struct lane *lane)
{
	struct slots slots;
	double free_y = 0;

	slots_init(&slots, all->scene);
	draw_head(all, lane);
	draw_bands(all, lane);
	for (size_t i = 0; i < all->moment_count; i++)
		if (listening_is_broken(all, i))
			slots_take(&slots,
			    (struct scene_box){ 0, listening_break_y(all, i) - 6, 1e4, 12 });
	for (size_t i = 0; i < lane->call_count; i++)
		draw_call(all, lane, &lane->calls[i], &slots);
	for (size_t i = 0; i < lane->band_count; i++) {
		if (lane->braces != 0)
			draw_brace(all, lane, &lane->bands[i], &free_y);
		else
			name_band(all, lane, &lane->bands[i], &slots);
	}
}
