/*
 * The bars of a handshake's figure: the states of both ends, and what stands
 * beside them, times and what connect() returned.
 */
#include "figure/handshake_priv.h"

#include <math.h>

#define BESIDE_ROOM (CLIENT_BAR - MARGIN / 2 - 9)

/* --- bars --- */

/* Where at a side the change is seen. */
static double
change_y(const struct handshake *hs, const struct bar *side, const struct change *change)
{
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++) {
		const struct row *row = &hs->rows[i];
		const struct packet_row *first = handshake_packet(hs, row->packet);
		bool sends = row->from_client != side->is_server;

		if (change->packet != SIZE_MAX && change->packet >= hs->packets[row->packet] &&
		    change->packet <= hs->packets[row->packet + row->count - 1])
			return sends ? row->sent : row->arrived;
		if (change->packet == SIZE_MAX && first->ts_ns > change->at_ns)
			break;
		y = row->arrived + TURN / 2;
	}
	return y;
}

double
handshake_break_y(const struct row *row)
{
	return row->sent - BREAK_HEIGHT / 2 - 2;
}

/* The middle, or beside a cut that goes through it. */
static double
name_y(const struct handshake *hs, double top, double bottom)
{
	const double clear = 18;
	double middle = (top + bottom) / 2;

	for (size_t i = 0; i < hs->row_count; i++) {
		double cut = handshake_break_y(&hs->rows[i]);

		if (!hs->rows[i].is_broken || fabs(cut - middle) >= clear)
			continue;
		middle = cut + 2 * clear <= bottom ? cut + clear : cut - clear;
		break;
	}
	return middle;
}

static void
draw_band(struct handshake *hs, const struct bar *side, enum sock_state state, double top,
    double bottom, const char *tip)
{
	enum scene_class cls = class_of_state(state);
	const struct scene_style style = { .size = 13, .anchor = ANCHOR_MIDDLE, .bold = true };

	if (bottom - top < 1)
		return;
	scene_group_begin(hs->scene, model_flow(hs->flow->flow), tip, NULL);
	scene_rect(hs->scene, cls, (struct scene_box){ side->x, top, BAR_WIDTH, bottom - top });
	if (bottom - top >= 18)
		scene_text(hs->scene, cls, style,
		    (struct scene_point){ side->x + BAR_WIDTH / 2, name_y(hs, top, bottom) + 4.5 },
		    BAR_WIDTH - 10, name_state(state));
	scene_group_end(hs->scene);
}

static const char *
band_tip(const struct handshake *hs, const struct bar *side, const struct change *change)
{
	enum label label = change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY;

	return LABELED(hs->scene, hs->options->lang, label, labels[hs->options->lang][side->who],
	    name_state(change->state), name_time(hs->scene, hs->data, change->at_ns));
}

static const char *
before_tip(const struct handshake *hs, const struct bar *side, enum sock_state state)
{
	return LABELED(hs->scene, hs->options->lang, LABEL_BAND_TIP_BEFORE,
	    labels[hs->options->lang][side->who], name_state(state));
}

/* Unless it is the end that asked, or was closed, or asked at the same time. */
static bool
has_listened(const struct bar *side)
{
	return side->is_server && side->change_count > 0 && side->changes[0].state != SOCK_CLOSED &&
	       side->changes[0].state != SOCK_SYN_SENT;
}

/* What it was before the first segment: the border between both is its opening. */
static void
draw_before(struct handshake *hs, const struct bar *side, double until)
{
	double border = BARS_TOP + BEFORE / 2;

	if (hs->flow->conn.open == OPEN_MIDSTREAM)
		return;
	if (!has_listened(side)) {
		draw_band(
		    hs, side, SOCK_CLOSED, BARS_TOP, until, before_tip(hs, side, SOCK_CLOSED));
		return;
	}
	draw_band(hs, side, SOCK_CLOSED, BARS_TOP, border, before_tip(hs, side, SOCK_CLOSED));
	draw_band(hs, side, SOCK_LISTEN, border, until, before_tip(hs, side, SOCK_LISTEN));
}

/* Nothing tells what it did: an outline. */
static void
draw_unknown(struct handshake *hs, const struct bar *side)
{
	const struct scene_style style = { .size = 12, .anchor = ANCHOR_MIDDLE };

	scene_round_rect(hs->scene, CLASS_LIFELINE,
	    (struct scene_box){ side->x, BARS_TOP, BAR_WIDTH, hs->bottom - BARS_TOP }, 0,
	    DASH_DASHED);
	scene_text(hs->scene, CLASS_MUTED, style,
	    (struct scene_point){ side->x + BAR_WIDTH / 2, (BARS_TOP + hs->bottom) / 2 },
	    BAR_WIDTH - 10, labels[hs->options->lang][LABEL_NOTHING_SEEN]);
}

void
handshake_draw_bar(struct handshake *hs, struct bar *side)
{
	bool refused = side->is_server && hs->flow->conn.open == OPEN_REFUSED;
	double top;

	if (side->change_count == 0 && refused) {
		draw_band(
		    hs, side, SOCK_CLOSED, BARS_TOP, hs->bottom, before_tip(hs, side, SOCK_CLOSED));
		return;
	}
	if (side->change_count == 0) {
		draw_unknown(hs, side);
		return;
	}
	top = change_y(hs, side, &side->changes[0]);
	draw_before(hs, side, top);
	for (size_t i = 0; i < side->change_count; i++) {
		const struct change *change = &side->changes[i];
		double next = i + 1 < side->change_count ? change_y(hs, side, &side->changes[i + 1])
							 : hs->bottom;
		double bottom = fmax(top, next);

		draw_band(hs, side, change->state, top, bottom, band_tip(hs, side, change));
		top = bottom;
	}
}

/* --- what stands beside the bars --- */

/* The edge away from the other bar, and which way that is. */
static double
outer_edge(const struct bar *side)
{
	return side->is_server ? side->x + BAR_WIDTH : side->x;
}

static double
outwards(const struct bar *side, double by)
{
	return side->is_server ? outer_edge(side) + by : outer_edge(side) - by;
}

/* Below what stands there already. */
static void
beside(struct handshake *hs, struct bar *side, double y, enum scene_class cls,
    struct scene_style style, const char *text)
{
	if (text[0] == '\0')
		return;
	y = fmax(y, side->free_y + style.size);
	style.anchor = side->is_server ? ANCHOR_START : ANCHOR_END;
	scene_text(
	    hs->scene, cls, style, (struct scene_point){ outwards(side, 9), y }, BESIDE_ROOM, text);
	side->free_y = y + 2;
}

static void
draw_opening(struct handshake *hs, struct bar *side, double y, enum label label)
{
	const struct scene_style style = { .size = 12,
		.anchor = side->is_server ? ANCHOR_END : ANCHOR_START };
	double far = side->is_server ? WIDTH - MARGIN : MARGIN;

	scene_arrow(hs->scene, CLASS_OPENING, (struct scene_point){ far, y },
	    (struct scene_point){ outwards(side, 1), y }, DASH_SOLID, HEAD_FULL, HEAD_NONE);
	scene_text(hs->scene, CLASS_OPENING, style, (struct scene_point){ far, y - 6 },
	    CLIENT_BAR - MARGIN - 9, labels[hs->options->lang][label]);
	side->free_y = y + 3;
}

/* connect() and what came of it, where its program learnt it. */
static const char *
connect_says(const struct handshake *hs)
{
	const struct conn_verdict *conn = &hs->flow->conn;

	if (conn->connect == CONNECT_UNKNOWN)
		return NULL;
	if (conn->connect == CONNECT_PENDING)
		return labels[hs->options->lang][LABEL_CONNECT_PENDING];
	return LABELED(hs->scene, hs->options->lang, LABEL_CONNECT_RETURNED,
	    conn_connect_names[conn->connect]);
}

/* The row whose packet came then; NULL: none did. */
static const struct row *
row_at(const struct handshake *hs, int64_t at_ns)
{
	for (size_t i = 0; i < hs->row_count; i++)
		if (handshake_packet(hs, hs->rows[i].packet)->ts_ns == at_ns)
			return &hs->rows[i];
	return NULL;
}

static void
draw_time(struct handshake *hs, const struct row *row)
{
	struct bar *side = &hs->sides[!row->from_client];
	const struct scene_style mono = { .size = 11, .mono = true };
	const struct scene_style small = { .size = 11 };
	int64_t at_ns = handshake_packet(hs, row->packet)->ts_ns;

	if (hs->options->time == TIME_SCALED && row->sent + 4 < side->free_y + mono.size)
		return;
	beside(hs, side, row->sent + 4, CLASS_LABEL, mono, name_time(hs->scene, hs->data, at_ns));
	if (row->gap_ns > 0)
		beside(hs, side, row->sent + 17, CLASS_MUTED, small,
		    scene_format(hs->scene, "+%s", name_span(hs->scene, row->gap_ns)));
}

static void
draw_connect(struct handshake *hs, const struct row *row)
{
	const char *says = connect_says(hs);
	const struct scene_style style = { .size = 11, .bold = true };

	double y;
	int length;

	if (says == NULL || row == NULL)
		return;
	y = (row->from_client ? row->sent : row->arrived) + 4;
	length = (int)scene_line_length(says, style, BESIDE_ROOM);
	beside(hs, &hs->sides[0], y, CLASS_LABEL, style,
	    scene_format(hs->scene, "%.*s",
		length > 0 && says[length - 1] == ' ' ? length - 1 : length, says));
	beside(hs, &hs->sides[0], y + 13, CLASS_LABEL, style, says + length);
}

void
handshake_draw_beside(struct handshake *hs)
{
	const struct conn_verdict *conn = &hs->flow->conn;
	const struct row *returned = conn->connect_ns == 0 ? NULL : row_at(hs, conn->connect_ns);

	for (int i = 0; i < 2 && conn->open != OPEN_MIDSTREAM; i++) {
		struct bar *side = &hs->sides[i];

		if (has_listened(side))
			draw_opening(hs, side, BARS_TOP + BEFORE / 2, LABEL_PASSIVE_OPEN);
		else if (side->change_count > 0 && side->changes[0].state == SOCK_SYN_SENT)
			draw_opening(
			    hs, side, change_y(hs, side, &side->changes[0]), LABEL_ACTIVE_OPEN);
	}
	for (size_t i = 0; i < hs->row_count; i++) {
		/* A reply's arrival comes before what the client sends after it. */
		if (returned == &hs->rows[i] && !returned->from_client)
			draw_connect(hs, returned);
		draw_time(hs, &hs->rows[i]);
		if (returned == &hs->rows[i] && returned->from_client)
			draw_connect(hs, returned);
	}
}
