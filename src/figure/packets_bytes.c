/*
 * The bytes of the chosen frame, below the list of packets: its layers in a line
 * each, its bytes in hexadecimal and as characters, its payload pointed out.
 */
#include "figure/packets_priv.h"

#include <inttypes.h>
#include <math.h>

#define PANE_PAD   12.0
#define PANE_WIDTH 760.0
#define TREE_LINE  17.0
#define BYTE_LINE  16.0
#define BYTE_STEP  (3 * CHARACTER)
#define HALF_GAP   (2 * CHARACTER)
#define HEX_AT     (6 * CHARACTER)
#define ASCII_AT   (HEX_AT + 16 * BYTE_STEP + HALF_GAP + 2 * CHARACTER)
#define PER_LINE   16u
/* Past this, the middle is left out. */
#define BYTE_LINES_MAX  24u
#define BYTE_LINES_HEAD 18u
#define BYTE_LINES_TAIL 4u

struct pane {
	const struct list *list;
	const struct figure_frame *frame;
	double x;            /* of the texts */
	double right;        /* where they end at most */
	double y;            /* the next baseline */
	size_t payload_from; /* in the frame */
	size_t payload_to;
};

static void
tree_line(struct pane *pane, const char *text)
{
	const struct scene_style style = { .size = 12 };

	scene_text(pane->list->scene, CLASS_HEAD, style, (struct scene_point){ pane->x, pane->y },
	    pane->right - pane->x, text);
	pane->y += TREE_LINE;
}

static void
tree_ethernet(struct pane *pane)
{
	enum { LINK_ETHERNET = 1, HEADER = 14, SOURCE = 6 };
	struct text line = { 0 };

	if (pane->frame->link != LINK_ETHERNET || pane->frame->count < HEADER)
		return;
	text_put(&line, "Ethernet II, Src: ");
	info_put_mac(&line, pane->frame->bytes + SOURCE);
	text_put(&line, ", Dst: ");
	info_put_mac(&line, pane->frame->bytes);
	tree_line(pane, scene_adopt(pane->list->scene, &line));
}

static const char *
transport_line(struct scene *scene, const struct packet_row *row)
{
	const struct tuple *tuple = &row->tuple;

	if (tuple->proto == PROTO_UDP)
		return scene_format(scene, "User Datagram Protocol, Src Port: %u, Dst Port: %u",
		    tuple->sport, tuple->dport);
	if (tuple->proto != PROTO_TCP)
		return tuple->proto == PROTO_ICMP ? "Internet Control Message Protocol"
						  : "Internet Control Message Protocol v6";
	if (!(row->flags & TCP_ACK))
		return scene_format(scene,
		    "Transmission Control Protocol, Src Port: %u, Dst Port: %u, Seq: %" PRIu32
		    ", Len: %" PRIu32,
		    tuple->sport, tuple->dport, row->seq, row->length);
	return scene_format(scene,
	    "Transmission Control Protocol, Src Port: %u, Dst Port: %u, Seq: %" PRIu32
	    ", Ack: %" PRIu32 ", Len: %" PRIu32,
	    tuple->sport, tuple->dport, row->seq, row->ack, row->length);
}

/* Wireshark's lines about the frame, folded. */
static void
draw_tree(struct pane *pane, const struct packet_row *row)
{
	struct scene *scene = pane->list->scene;
	const struct figure_frame *frame = pane->frame;
	const struct scene_style bold = { .size = 12, .bold = true };
	struct tuple bare = row->tuple;
	const struct figure_options none = { 0 };

	bare.proto = PROTO_ICMP;
	scene_text(scene, CLASS_HEAD, bold, (struct scene_point){ pane->x, pane->y },
	    pane->right - pane->x,
	    scene_format(scene,
		"Frame %" PRIu32 ": %" PRIu32 " bytes on wire (%" PRIu64 " bits), %" PRIu32
		" bytes captured (%" PRIu64 " bits)",
		row->frame.number, frame->wire_bytes, (uint64_t)frame->wire_bytes * 8,
		frame->captured_bytes, (uint64_t)frame->captured_bytes * 8));
	pane->y += TREE_LINE;
	tree_ethernet(pane);
	tree_line(pane,
	    scene_format(scene, "Internet Protocol Version %u, Src: %s, Dst: %s", bare.ip_version,
		name_end(scene, &none, &bare, false), name_end(scene, &none, &bare, true)));
	tree_line(pane, transport_line(scene, row));
	if (row->length > 0)
		tree_line(pane, scene_format(scene, "Data (%" PRIu32 " %s)", row->length,
				    row->length == 1 ? "byte" : "bytes"));
}

/* Where byte i of a line stands. */
static double
hex_x(const struct pane *pane, size_t i)
{
	return pane->x + HEX_AT + (double)i * BYTE_STEP + (i >= PER_LINE / 2 ? HALF_GAP : 0);
}

static double
ascii_x(const struct pane *pane, size_t i)
{
	return pane->x + ASCII_AT + (double)i * CHARACTER;
}

/* Bytes of one half of a line, all payload or none. */
static void
draw_hex(const struct pane *pane, enum scene_class cls, size_t at, size_t from, size_t to)
{
	struct text hex = { 0 };

	for (size_t i = from; i < to; i++) {
		text_put(&hex, i > from ? " " : "");
		text_hex(&hex, pane->frame->bytes + at + i, 1);
	}
	scene_text(pane->list->scene, cls, list_cell_style,
	    (struct scene_point){ hex_x(pane, from), pane->y },
	    (double)(to - from) * BYTE_STEP - CHARACTER + 0.1,
	    scene_adopt(pane->list->scene, &hex));
}

static void
draw_ascii(const struct pane *pane, enum scene_class cls, size_t at, size_t from, size_t to)
{
	struct text plain = { 0 };
	struct text steady = { 0 };

	for (size_t i = from; i < to; i++) {
		uint8_t byte = pane->frame->bytes[at + i];

		text_char(&plain, byte >= 0x20 && byte < 0x7f ? (char)byte : '.');
	}
	list_put_steady(&steady, plain.at, plain.length);
	text_fini(&plain);
	scene_text(pane->list->scene, cls, list_cell_style,
	    (struct scene_point){ ascii_x(pane, from), pane->y },
	    (double)(to - from) * CHARACTER + 0.1, scene_adopt(pane->list->scene, &steady));
}

/* Behind a part of a line that is payload. */
static void
draw_payload_patch(const struct pane *pane, size_t from, size_t to)
{
	double top = pane->y - 12;

	scene_rect(pane->list->scene, CLASS_PAYLOAD,
	    (struct scene_box){ hex_x(pane, from) - 2, top,
		hex_x(pane, to - 1) + 2 * CHARACTER + 4 - hex_x(pane, from), BYTE_LINE });
	scene_rect(pane->list->scene, CLASS_PAYLOAD,
	    (struct scene_box){
		ascii_x(pane, from) - 1, top, (double)(to - from) * CHARACTER + 2, BYTE_LINE });
}

static size_t
within(size_t value, size_t from, size_t to)
{
	return value < from ? from : value > to ? to : value;
}

static void
draw_part(const struct pane *pane, enum scene_class cls, size_t at, size_t from, size_t to)
{
	size_t half = within(PER_LINE / 2, from, to);

	if (from == to)
		return;
	if (cls == CLASS_PAYLOAD)
		draw_payload_patch(pane, from, to);
	if (from < half)
		draw_hex(pane, cls, at, from, half);
	if (half < to)
		draw_hex(pane, cls, at, half, to);
	draw_ascii(pane, cls, at, from, to);
}

static void
draw_bytes_line(struct pane *pane, size_t at)
{
	size_t count = within(pane->frame->count - at, 0, PER_LINE);
	size_t from = within(pane->payload_from, at, at + count) - at;
	size_t to = within(pane->payload_to, at, at + count) - at;

	scene_text(pane->list->scene, CLASS_MUTED, list_cell_style,
	    (struct scene_point){ pane->x, pane->y }, 0,
	    scene_format(pane->list->scene, "%04zx", at));
	draw_part(pane, CLASS_HEAD, at, 0, from);
	draw_part(pane, CLASS_PAYLOAD, at, from, to);
	draw_part(pane, CLASS_HEAD, at, to, count);
	pane->y += BYTE_LINE;
}

/* Beside the payload's first line: what it is. */
static void
draw_callout(const struct pane *pane, double y)
{
	const struct scene_style style = { .size = 12, .bold = true };
	struct scene_point to = { ascii_x(pane, PER_LINE) + 6, y - 4 };
	struct scene_point from = { to.x + 34, to.y };
	const uint32_t length = pane->list->data->packets[pane->list->chosen].length;

	scene_arrow(pane->list->scene, CLASS_CHOSEN, from, to, DASH_SOLID, HEAD_FULL, HEAD_NONE);
	scene_text(pane->list->scene, CLASS_HEAD, style, (struct scene_point){ from.x + 6, y },
	    pane->right - from.x - 6,
	    LABELED(pane->list->scene, pane->list->options->lang, LABEL_PAYLOAD,
		name_bytes(pane->list->scene, length)));
}

static void
draw_bytes(struct pane *pane)
{
	size_t count = pane->frame->count;
	size_t lines = (count + PER_LINE - 1) / PER_LINE;
	bool is_long = lines > BYTE_LINES_MAX || pane->frame->count < pane->frame->captured_bytes;
	bool has_payload = pane->payload_to > pane->payload_from;
	size_t shown = 0;

	for (size_t i = 0; i < lines; i++) {
		if (is_long && i == BYTE_LINES_HEAD) {
			shown = (lines - BYTE_LINES_TAIL) * PER_LINE;
			tree_line(pane, LABELED(pane->list->scene, pane->list->options->lang,
					    LABEL_BYTES_LEFT_OUT,
					    scene_format(pane->list->scene, "%zu",
						shown - BYTE_LINES_HEAD * PER_LINE)));
			i = lines - BYTE_LINES_TAIL;
		}
		if (has_payload && pane->payload_from / PER_LINE == i)
			draw_callout(pane, pane->y);
		draw_bytes_line(pane, i * PER_LINE);
	}
}

/* From the row along the margin down to the pane. */
static void
draw_connector(const struct list *list, const struct line *line, double y)
{
	const double x = MARGIN - 12;
	const struct scene_point way[] = {
		{ MARGIN, line->top + ROW / 2 },
		{ x, line->top + ROW / 2 },
		{ x, y },
	};

	scene_polyline(list->scene, CLASS_CHOSEN, way, 3, DASH_SOLID);
	scene_arrow(list->scene, CLASS_CHOSEN, way[2], (struct scene_point){ MARGIN - 1, y },
	    DASH_SOLID, HEAD_FULL, HEAD_NONE);
}

static size_t
pane_lines(const struct figure_frame *frame)
{
	size_t lines = (frame->count + PER_LINE - 1) / PER_LINE;

	return lines > BYTE_LINES_MAX ? BYTE_LINES_HEAD + 1 + BYTE_LINES_TAIL : lines;
}

static void
draw_pane(struct list *list)
{
	const struct figure_frame *frame = list->data->frame;
	const struct packet_row *row = &list->data->packets[list->chosen];
	struct pane pane = { .list = list, .frame = frame, .x = MARGIN + PANE_PAD };
	double top = list->bottom + PANE_GAP;
	size_t box;

	if (frame == NULL)
		return;
	pane.payload_from = frame->payload_at < frame->count ? frame->payload_at : frame->count;
	pane.payload_to = within(pane.payload_from + frame->payload_bytes, 0, frame->count);
	pane.right = fmin(list->x[COLUMN_COUNT], MARGIN + PANE_WIDTH) - PANE_PAD;
	pane.y = top + PANE_PAD + 10;
	/* Its height is known once it is filled, but it lies below. */
	box = list->scene->count;
	scene_round_rect(list->scene, CLASS_HEAD,
	    (struct scene_box){ MARGIN, top, pane.right + PANE_PAD - MARGIN,
		PANE_PAD * 2 + 6 * TREE_LINE + (double)pane_lines(frame) * BYTE_LINE },
	    6, DASH_SOLID);
	draw_tree(&pane, row);
	pane.y += 6;
	draw_bytes(&pane);
	list->bottom = pane.y + PANE_PAD - 10;
	list->scene->items[box].box.height = floor(list->bottom - top);
	list->bottom = top + list->scene->items[box].box.height;
	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1 && list->lines[i].packet == list->chosen)
			draw_connector(list, &list->lines[i], top + PANE_PAD + 6);
}

void
list_draw_choice(struct list *list)
{
	if (list->chosen == SIZE_MAX)
		return;
	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1 && list->lines[i].packet == list->chosen)
			scene_round_rect(list->scene, CLASS_CHOSEN,
			    (struct scene_box){ list->x[0], list->lines[i].top,
				list->x[COLUMN_COUNT] - list->x[0], list->lines[i].height },
			    0, DASH_SOLID);
	draw_pane(list);
}
