/*
 * One connection: a bar at each side shows the states of that end, segments
 * slope from one to the other. Time runs down, but not to scale unless that was
 * asked for: a segment takes as long as its label needs room. A state changes
 * where the segment that changes it leaves or arrives.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define WIDTH       940.0
#define MARGIN      28.0
#define BAR_WIDTH   128.0
#define CLIENT_BAR  170.0 /* left edges */
#define SERVER_BAR  (WIDTH - CLIENT_BAR - BAR_WIDTH)
#define BESIDE_ROOM (CLIENT_BAR - MARGIN / 2 - 9)
#define HEADS_TOP   84.0
#define HEAD_HEIGHT 44.0
#define BARS_TOP    (HEADS_TOP + HEAD_HEIGHT + 14)
#define BEFORE      52.0 /* what is shown of the time before the first segment */
#define AFTER       46.0
#define SLOPE       46.0
#define LINE        15.0 /* of a label */
#define TURN        8.0  /* from an arrival to the answer's leaving */
#define TURN_NAMED  22.0 /* likewise, where a state begins and ends with the two */
#define LEVEL_LINE  0.0  /* to scale, a segment is sent and arrives at its one time */
/* To scale, a page is as high as its segments would need, within these. */
#define SCALED_MIN 500.0
#define SCALED_MAX 6000.0

/* Runs of ordinary segments as long as this are drawn as one. */
#define FOLD_MIN 4
/* Past this, the middle is left out. */
#define ROWS_MAX 60
/* From here on a gap is broken visibly. */
#define BREAK_NS     INT64_C(200000000)
#define BREAK_HEIGHT 30.0

/* One arrow, or several folded. */
struct row {
	size_t packet; /* the first of them */
	size_t count;
	bool from_client;
	bool is_broken;    /* a long time passed before it */
	uint64_t bytes[2]; /* of folded ones: from client, from server */
	int64_t gap_ns;    /* since the row before */
	double sent;
	double arrived;
};

struct bar {
	double x;
	bool is_server;
	enum label who;
	struct change *changes;
	size_t change_count;
	double free_y; /* labels beside the bar end here */
};

struct handshake {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct flow_row *flow;
	const enum fate *fates;
	size_t *packets; /* of the flow: places in data->packets */
	size_t packet_count;
	struct row *rows;
	size_t row_count;
	struct bar sides[2]; /* client, server */
	double bottom;
	double label_bottom; /* of the lowest label yet */
};

/* --- which segments, and where --- */

static const struct packet_row *
packet_of(const struct handshake *hs, size_t i)
{
	return &hs->data->packets[hs->packets[i]];
}

static bool
changes_with(const struct bar *side, size_t place)
{
	for (size_t i = 0; i < side->change_count; i++)
		if (side->changes[i].packet == place)
			return true;
	return false;
}

static bool
changes_a_state(const struct handshake *hs, size_t place)
{
	return changes_with(&hs->sides[0], place) || changes_with(&hs->sides[1], place);
}

static bool
is_plain(const struct handshake *hs, size_t i)
{
	const struct packet_row *row = packet_of(hs, i);

	return row->tuple.proto == PROTO_TCP && (row->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0 &&
	       row->verdict.marks == 0 && row->verdict.reason.cause == CAUSE_NONE &&
	       hs->fates[hs->packets[i]] == FATE_UNKNOWN && !changes_a_state(hs, hs->packets[i]);
}

static size_t
plain_run(const struct handshake *hs, size_t from)
{
	size_t count = 0;

	while (from + count < hs->packet_count && is_plain(hs, from + count))
		count++;
	return count;
}

static void
add_row(struct handshake *hs, size_t first, size_t count)
{
	struct row *row = &hs->rows[hs->row_count++];

	*row = (struct row){ .packet = first, .count = count };
	row->from_client = model_from_client(hs->flow, packet_of(hs, first));
	for (size_t i = first; i < first + count; i++)
		row->bytes[!model_from_client(hs->flow, packet_of(hs, i))] +=
		    packet_of(hs, i)->length;
	if (first > 0)
		row->gap_ns = packet_of(hs, first)->ts_ns - packet_of(hs, first - 1)->ts_ns;
	row->is_broken = hs->options->time == TIME_COMPRESSED && row->gap_ns >= BREAK_NS;
}

/* The first and the last stay, and what is between becomes one. */
static void
leave_out_middle(struct handshake *hs)
{
	size_t last = hs->row_count - ROWS_MAX / 3;
	size_t first = ROWS_MAX - ROWS_MAX / 3;
	size_t from = hs->rows[first].packet;
	size_t to = hs->rows[last].packet;
	size_t moved = hs->row_count - last;

	hs->row_count = first;
	add_row(hs, from, to - from);
	memmove(&hs->rows[hs->row_count], &hs->rows[last], moved * sizeof(*hs->rows));
	hs->row_count += moved;
}

static void
fold(struct handshake *hs)
{
	size_t i = 0;

	hs->rows = scene_keep(hs->scene, (hs->packet_count + 1) * sizeof(*hs->rows));
	while (i < hs->packet_count) {
		size_t run = plain_run(hs, i);
		bool folds = run >= FOLD_MIN && hs->options->time != TIME_SCALED;
		size_t count = folds ? run : 1;

		add_row(hs, i, count);
		i += count;
	}
	if (hs->row_count > ROWS_MAX && hs->options->time != TIME_SCALED)
		leave_out_middle(hs);
}

static unsigned
label_lines(const struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = packet_of(hs, row->packet);

	return packet->verdict.marks != 0 || packet->verdict.reason.cause != CAUSE_NONE ? 3 : 2;
}

/* Beyond what labels need: a step for each tenfold of ten microseconds. */
static double
gap_room(const struct handshake *hs, const struct row *row)
{
	if (hs->options->time != TIME_COMPRESSED || row->gap_ns <= 0)
		return 0;
	if (row->is_broken)
		return BREAK_HEIGHT;
	return fmax(0, 5 * log10((double)row->gap_ns / 10000.0));
}

/* One end's state begins with what it receives and ends with its answer: its name needs room. */
static bool
turns_in_a_state(const struct handshake *hs, const struct row *before, const struct row *row)
{
	const struct bar *side = &hs->sides[!row->from_client];

	return before->from_client != row->from_client && before->count == 1 && row->count == 1 &&
	       changes_with(side, hs->packets[before->packet]) &&
	       changes_with(side, hs->packets[row->packet]);
}

static double
row_room(const struct handshake *hs, const struct row *before, const struct row *row)
{
	double half, half_before;

	if (turns_in_a_state(hs, before, row))
		return SLOPE + TURN_NAMED;
	if (row->is_broken || row->count > 1 || before->count > 1 ||
	    before->from_client != row->from_client)
		return SLOPE + TURN;
	half = label_lines(hs, row) * LINE / 2;
	half_before = label_lines(hs, before) * LINE / 2;
	return half + half_before + 6;
}

static void
place_to_scale(struct handshake *hs)
{
	double high = fmin(SCALED_MAX, fmax(SCALED_MIN, (double)hs->row_count * SLOPE));
	int64_t first_ns = packet_of(hs, 0)->ts_ns;
	int64_t last_ns = first_ns;
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++)
		if (packet_of(hs, i)->ts_ns > last_ns)
			last_ns = packet_of(hs, i)->ts_ns;
	for (size_t i = 0; i < hs->row_count; i++) {
		struct row *row = &hs->rows[i];
		double since = (double)(packet_of(hs, i)->ts_ns - first_ns);

		/* Where time steps back, the page does not. */
		if (since > 0)
			y = fmax(
			    y, BARS_TOP + BEFORE + high * since / (double)(last_ns - first_ns));
		row->sent = y;
		row->arrived = y + LEVEL_LINE;
	}
	hs->bottom = y + AFTER;
}

static void
place_rows(struct handshake *hs)
{
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++) {
		struct row *row = &hs->rows[i];

		if (i > 0)
			y = hs->rows[i - 1].sent + row_room(hs, row - 1, row) + gap_room(hs, row);
		row->sent = y;
		row->arrived = y + SLOPE;
	}
	hs->bottom = hs->row_count == 0 ? y : hs->rows[hs->row_count - 1].arrived + AFTER;
}

/* --- bars --- */

/* Where at a side the change is seen. */
static double
change_y(const struct handshake *hs, const struct bar *side, const struct change *change)
{
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++) {
		const struct row *row = &hs->rows[i];
		const struct packet_row *first = packet_of(hs, row->packet);
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

static double
break_y(const struct row *row)
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
		double cut = break_y(&hs->rows[i]);

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
	    name_state(change->state), name_time(hs->scene, change->at_ns - hs->data->first_ns));
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

static void
draw_bar(struct handshake *hs, struct bar *side)
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
		if (packet_of(hs, hs->rows[i].packet)->ts_ns == at_ns)
			return &hs->rows[i];
	return NULL;
}

static void
draw_time(struct handshake *hs, const struct row *row)
{
	struct bar *side = &hs->sides[!row->from_client];
	const struct scene_style mono = { .size = 11, .mono = true };
	const struct scene_style small = { .size = 11 };
	int64_t at_ns = packet_of(hs, row->packet)->ts_ns - hs->data->first_ns;

	if (hs->options->time == TIME_SCALED && row->sent + 4 < side->free_y + mono.size)
		return;
	beside(hs, side, row->sent + 4, CLASS_LABEL, mono, name_time(hs->scene, at_ns));
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

static void
draw_beside(struct handshake *hs)
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

/* --- arrows --- */

static void
draw_label(struct handshake *hs, const struct packet_row *packet, enum scene_class cls,
    double middle, double fit)
{
	const struct scene_style name = { .size = 13, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style numbers = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };
	const struct scene_style remark = { .size = 11, .anchor = ANCHOR_MIDDLE };
	bool has_remark = packet->verdict.marks != 0 || packet->verdict.reason.cause != CAUSE_NONE;
	struct scene_point at = { WIDTH / 2, middle - (has_remark ? 1.5 : 1) * LINE + 11 };
	size_t patch;

	patch = scene_patch_begin(hs->scene);
	scene_text(hs->scene, cls, name, at, fit, model_name(hs->scene, packet));
	at.y += LINE;
	scene_text(hs->scene, CLASS_LABEL, numbers, at, fit, model_numbers(hs->scene, packet));
	at.y += LINE;
	scene_text(hs->scene, cls, remark, at, fit, model_remark(hs->scene, packet));
	scene_patch_end(hs->scene, patch);
}

static void
draw_arrow(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = packet_of(hs, row->packet);
	struct look look = model_look(packet);
	enum fate fate = hs->fates[hs->packets[row->packet]];
	double left = CLIENT_BAR + BAR_WIDTH;
	double right = SERVER_BAR;
	struct scene_point from = { row->from_client ? left : right, row->sent };
	struct scene_point to = { row->from_client ? right : left, row->arrived };
	const double inset = 7; /* a cross stands before the bar, not on it */

	if (fate == FATE_LOST)
		to = (struct scene_point){ (from.x + 3 * to.x) / 4, (from.y + 3 * to.y) / 4 };
	else if (fate == FATE_IGNORED)
		to.x += row->from_client ? -inset : inset;
	scene_arrow(hs->scene, look.cls, from, to, look.dash,
	    fate == FATE_UNKNOWN ? HEAD_FULL : HEAD_CROSS, HEAD_NONE);
}

static void
label_arrow(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = packet_of(hs, row->packet);
	double middle = (row->sent + row->arrived) / 2;
	double half = label_lines(hs, row) * LINE / 2;

	/* To scale there may be no room; then it is told to who points at the arrow. */
	if (hs->options->time == TIME_SCALED && middle - half < hs->label_bottom)
		return;
	draw_label(
	    hs, packet, model_look(packet).cls, middle, SERVER_BAR - CLIENT_BAR - BAR_WIDTH - 56);
	hs->label_bottom = middle + half;
}

/* To scale, one arrow may come close to another's label, which is then drawn after all arrows. */
static void
draw_segment(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = packet_of(hs, row->packet);

	scene_group_begin(hs->scene, model_packet(packet),
	    model_tip(hs->scene, hs->data, hs->options, packet), NULL);
	draw_arrow(hs, row);
	if (hs->options->time != TIME_SCALED)
		label_arrow(hs, row);
	scene_group_end(hs->scene);
}

static void
draw_folded(struct handshake *hs, const struct row *row)
{
	const struct scene_style to_server = { .size = 12, .anchor = ANCHOR_END, .bold = true };
	const struct scene_style to_client = { .size = 12, .bold = true };
	const struct scene_style small = { .size = 11, .anchor = ANCHOR_MIDDLE };
	double left = CLIENT_BAR + BAR_WIDTH + 10;
	double right = SERVER_BAR - 10;
	double half = (right - left) / 2 - 20;
	int64_t took_ns =
	    packet_of(hs, row->packet + row->count - 1)->ts_ns - packet_of(hs, row->packet)->ts_ns;

	scene_group_begin(hs->scene,
	    model_run(packet_of(hs, row->packet), packet_of(hs, row->packet + row->count - 1)),
	    NULL, NULL);
	scene_round_rect(hs->scene, CLASS_BREAK,
	    (struct scene_box){ left, row->sent + 2, right - left, SLOPE - 4 }, 6, DASH_DASHED);
	scene_text(hs->scene, CLASS_BREAK, to_server,
	    (struct scene_point){ WIDTH / 2 - 10, row->sent + 20 }, half,
	    scene_format(hs->scene, "%s →", name_bytes(hs->scene, row->bytes[0])));
	scene_text(hs->scene, CLASS_BREAK, to_client,
	    (struct scene_point){ WIDTH / 2 + 10, row->sent + 20 }, half,
	    scene_format(hs->scene, "← %s", name_bytes(hs->scene, row->bytes[1])));
	scene_text(hs->scene, CLASS_BREAK, small, (struct scene_point){ WIDTH / 2, row->sent + 36 },
	    right - left - 20,
	    LABELED(hs->scene, hs->options->lang, LABEL_SEGMENTS,
		scene_format(hs->scene, "%zu", row->count), name_span(hs->scene, took_ns)));
	scene_group_end(hs->scene);
}

/* A long time passes: both bars are cut through, and how long stands between. */
static void
draw_break(struct handshake *hs, const struct row *row)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE };
	double y = break_y(row);

	for (int i = 0; i < 2; i++) {
		struct scene_step steps[32];
		size_t count = 0;
		const double step = 8, high = 3;
		double from = hs->sides[i].x - 4;
		double to = hs->sides[i].x + BAR_WIDTH + 4;

		for (double x = from; x <= to && count < 31; x += step)
			steps[count] = (struct scene_step){ count == 0 ? 'M' : 'L',
				{ { x, y + (count % 2 ? high : -high) } } },
			count++;
		scene_path(hs->scene, CLASS_GAP, steps, count, DASH_SOLID);
	}
	scene_text(hs->scene, CLASS_MUTED, style, (struct scene_point){ WIDTH / 2, y + 4 }, 0,
	    LABELED(hs->scene, hs->options->lang, LABEL_LATER, name_span(hs->scene, row->gap_ns)));
}

/* --- the page --- */

static void
draw_heads(struct handshake *hs)
{
	const struct scene_style who = { .size = 13, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style end = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };

	for (int i = 0; i < 2; i++) {
		const struct bar *side = &hs->sides[i];
		double middle = side->x + BAR_WIDTH / 2;
		const double width = 190;

		scene_round_rect(hs->scene, CLASS_HEAD,
		    (struct scene_box){ middle - width / 2, HEADS_TOP, width, HEAD_HEIGHT }, 10,
		    DASH_SOLID);
		scene_text(hs->scene, CLASS_HEAD, who,
		    (struct scene_point){ middle, HEADS_TOP + 18 }, width - 16,
		    labels[hs->options->lang][side->who]);
		scene_text(hs->scene, CLASS_HEAD, end,
		    (struct scene_point){ middle, HEADS_TOP + 34 }, width - 16,
		    name_end(hs->scene, hs->options, &hs->flow->tuple, side->is_server));
	}
}

static void
draw_title(struct handshake *hs)
{
	const struct scene_style big = { .size = 18, .bold = true };
	const struct scene_style small = { .size = 12 };
	const char *number = scene_format(hs->scene, "%" PRIu32, hs->flow->flow);
	const char *capture = model_capture(hs->scene, hs->data);
	const char *title = LABELED(hs->scene, hs->options->lang, LABEL_HANDSHAKE_TITLE,
	    name_end(hs->scene, hs->options, &hs->flow->tuple, false),
	    name_end(hs->scene, hs->options, &hs->flow->tuple, true));

	scene_title(hs->scene, title,
	    LABELED(hs->scene, hs->options->lang, LABEL_HANDSHAKE_DESC, number, capture));
	scene_text(hs->scene, CLASS_TITLE, big, (struct scene_point){ MARGIN, 38 },
	    WIDTH - 2 * MARGIN, title);
	scene_text(hs->scene, CLASS_MUTED, small, (struct scene_point){ MARGIN, 60 },
	    WIDTH - 2 * MARGIN,
	    LABELED(hs->scene, hs->options->lang, LABEL_FLOW_OF, capture, number));
}

static bool
has_look(const struct handshake *hs, enum scene_class cls)
{
	for (size_t i = 0; i < hs->row_count; i++)
		if (hs->rows[i].count == 1 &&
		    model_look(packet_of(hs, hs->rows[i].packet)).cls == cls)
			return true;
	return false;
}

static bool
has_fate(const struct handshake *hs, enum fate fate)
{
	for (size_t i = 0; i < hs->row_count; i++)
		if (hs->rows[i].count == 1 && hs->fates[hs->packets[hs->rows[i].packet]] == fate)
			return true;
	return false;
}

/* What the dashes and crosses mean, and in a sentence what happened. */
static void
draw_legend(struct handshake *hs)
{
	const struct scene_style bold = { .size = 12, .bold = true };
	const struct scene_style plain = { .size = 12 };
	enum cause cause = (enum cause)hs->flow->conn.reason.cause;
	struct scene_point at = { MARGIN, hs->bottom + 30 };

	if (has_look(hs, CLASS_RESENT))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_RESENT);
	if (has_fate(hs, FATE_IGNORED))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_IGNORED);
	if (has_fate(hs, FATE_LOST))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_LOST);
	if (at.x > MARGIN)
		at = (struct scene_point){ MARGIN, at.y + 22 };
	if (cause != CAUSE_NONE) {
		scene_text(hs->scene, CLASS_LABEL, bold, at, 0, cause_words[cause].name);
		at.y = scene_paragraph(hs->scene, CLASS_LABEL, plain,
		    (struct scene_point){ at.x, at.y + 17 }, WIDTH - 2 * MARGIN, 17,
		    model_cause(hs->options->lang, cause));
	}
	hs->bottom = fmax(hs->bottom, at.y - 22);
}

static void
gather(struct handshake *hs)
{
	hs->packets = scene_keep(hs->scene, (hs->data->packet_count + 1) * sizeof(*hs->packets));
	for (size_t i = 0; i < hs->data->packet_count; i++)
		if (hs->data->packets[i].flow == hs->flow->flow)
			hs->packets[hs->packet_count++] = i;
	hs->fates = model_fates(hs->scene, hs->data);
	for (int i = 0; i < 2; i++) {
		struct bar *side = &hs->sides[i];

		side->x = i == 0 ? CLIENT_BAR : SERVER_BAR;
		side->is_server = i == 1;
		side->who = i == 0 ? LABEL_CLIENT : LABEL_SERVER;
		side->change_count = model_changes(
		    hs->scene, hs->data, hs->flow->flow, side->is_server, &side->changes);
	}
}

static void
draw_all(struct handshake *hs)
{
	draw_title(hs);
	draw_heads(hs);
	for (int i = 0; i < 2; i++)
		draw_bar(hs, &hs->sides[i]);
	draw_beside(hs);
	for (size_t i = 0; i < hs->row_count; i++) {
		if (hs->rows[i].is_broken)
			draw_break(hs, &hs->rows[i]);
		if (hs->rows[i].count > 1)
			draw_folded(hs, &hs->rows[i]);
		else
			draw_segment(hs, &hs->rows[i]);
	}
	for (size_t i = 0; hs->options->time == TIME_SCALED && i < hs->row_count; i++)
		label_arrow(hs, &hs->rows[i]);
	draw_legend(hs);
	scene_size(hs->scene, WIDTH, hs->bottom + MARGIN);
}

/* The flow that was asked for, or the first that is TCP. */
static enum status
choose(const struct flow_row **flow, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	*flow = NULL;
	if (options->flow_count > 1)
		return diag_set(diag, ST_USAGE, "handshake draws one flow, and these are %zu",
		    options->flow_count);
	for (size_t i = 0; options->flow_count == 0 && *flow == NULL && i < data->flow_count; i++)
		if (data->flows[i].is_tcp)
			*flow = &data->flows[i];
	if (options->flow_count == 0)
		return *flow != NULL
			   ? ST_OK
			   : diag_set(diag, ST_USAGE, "there is no TCP connection to draw");
	*flow = figure_flow(data, options->flows[0]);
	if (*flow == NULL)
		return diag_set(diag, ST_USAGE, "there is no flow %" PRIu32, options->flows[0]);
	if (!(*flow)->is_tcp)
		return diag_set(diag, ST_USAGE, "flow %" PRIu32 " is not TCP", options->flows[0]);
	return ST_OK;
}

size_t
handshake_choose(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows)
{
	const struct flow_row *flow;
	struct diag diag;

	if (choose(&flow, data, options, &diag) != ST_OK)
		return 0;
	flows[0] = flow->flow;
	return 1;
}

enum status
handshake_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct handshake hs = { .scene = scene, .data = data, .options = options };
	enum status st = choose(&hs.flow, data, options, diag);

	if (st != ST_OK)
		return st;
	gather(&hs);
	fold(&hs);
	if (options->time == TIME_SCALED && hs.row_count > 0)
		place_to_scale(&hs);
	else
		place_rows(&hs);
	draw_all(&hs);
	return ST_OK;
}
