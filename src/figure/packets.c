/*
 * The list of packets as Wireshark shows it: its columns, its words, its
 * colours. A bracket ties the chosen frame's flow together, the frame's bytes
 * stand below with its payload pointed out, and a stripe for each packet at the
 * side shows the whole, of which a long list leaves the middle out.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN     28.0
#define LIST_TOP   76.0
#define HEAD_ROW   24.0
#define ROW        18.0
#define BASELINE   12.8 /* of a row's texts, below its top */
#define SIZE       11.0
#define CHARACTER  (SIZE * 602 / 1000) /* what measure.c says of the fixed face */
#define PAD        6.0                 /* at both sides of a cell */
#define BRACKET    14.0                /* before the numbers */
#define INFO_MIN   300.0               /* no narrower, however wide the others are */
#define INFO_LINE  13.0                /* between two lines of it */
#define INFO_LINES 4u                  /* at most */
#define INFO_STEP  (2 * CHARACTER)     /* before lines after the first */
#define WIDTH_MIN  640.0
/* Where the last column is long it is as wide as one row in two needs, so that it can be read at 600. */
#define WIDTH_AIM  960.0
#define WIDTH_MOST 1120.0
#define MAP_GAP    10.0
#define MAP_WIDTH  16.0

/* Past this, the middle is left out. */
#define ROWS_MAX  64
#define ROWS_HEAD 40
#define ROWS_TAIL 16
/* Around a chosen frame that the middle holds. */
#define ROWS_NEAR 3

enum column {
	COLUMN_NUMBER,
	COLUMN_TIME,
	COLUMN_SOURCE,
	COLUMN_DESTINATION,
	COLUMN_PROTOCOL,
	COLUMN_LENGTH,
	COLUMN_INFO,
	COLUMN_COUNT
};

static const struct {
	enum label label;
	enum scene_anchor anchor;
} columns[COLUMN_COUNT] = {
	[COLUMN_NUMBER] = { LABEL_NUMBER, ANCHOR_END },
	[COLUMN_TIME] = { LABEL_TIME, ANCHOR_END },
	[COLUMN_SOURCE] = { LABEL_SOURCE, ANCHOR_START },
	[COLUMN_DESTINATION] = { LABEL_DESTINATION, ANCHOR_START },
	[COLUMN_PROTOCOL] = { LABEL_PROTOCOL, ANCHOR_START },
	[COLUMN_LENGTH] = { LABEL_LENGTH, ANCHOR_END },
	[COLUMN_INFO] = { LABEL_INFO, ANCHOR_START },
};

/* One packet, or several that are left out. */
struct line {
	size_t packet; /* the first of them */
	size_t count;
	double top;
	double height;
	const char *cells[COLUMN_COUNT];
};

struct list {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct info *infos;
	struct line *lines;
	size_t line_count;
	size_t chosen;              /* a place in data->packets; SIZE_MAX: none */
	uint32_t flow;              /* with the bracket; 0: none */
	double x[COLUMN_COUNT + 1]; /* left edges; the last is the list's right one */
	double bottom;              /* of what is drawn so far */
	double width;
};

/* --- colours: the rules that Wireshark ships, asked from the top --- */

static bool
is_icmp(const struct packet_row *row)
{
	return row->tuple.proto == PROTO_ICMP || row->tuple.proto == PROTO_ICMP6;
}

static bool
is_bad_tcp(const struct info *info)
{
	const uint32_t fine = MARK_BIT(MARK_WINDOW_UPDATE) | MARK_BIT(MARK_KEEP_ALIVE) |
			      MARK_BIT(MARK_KEEP_ALIVE_ACK);

	return info->row->verdict.marks != 0 && (info->row->verdict.marks & fine) == 0;
}

static bool
is_icmp_error(const struct info *info)
{
	uint8_t type = info->row->icmp_type;

	if (info->row->tuple.proto == PROTO_ICMP6)
		return type >= 1 && type <= 4;
	return info->row->tuple.proto == PROTO_ICMP && ((type >= 3 && type <= 5) || type == 11);
}

static bool
is_any_icmp(const struct info *info)
{
	return is_icmp(info->row);
}

static bool
is_reset(const struct info *info)
{
	return (info->row->flags & TCP_RST) != 0;
}

static bool
has_odd_ttl(const struct info *info)
{
	const uint8_t *to = info->row->tuple.dst;

	if (info->row->tuple.ip_version != 4 || info->wire == NULL)
		return false;
	if ((to[0] & 0xf0) != 0xe0)
		return info->wire->ttl < 5;
	return to[0] == 224 && to[1] == 0 && to[2] == 0 && to[3] != 251 && info->wire->ttl != 1;
}

static bool
is_http(const struct info *info)
{
	const struct tuple *tuple = &info->row->tuple;

	return tuple->proto == PROTO_TCP && (tuple->sport == 80 || tuple->dport == 80);
}

static bool
is_syn_or_fin(const struct info *info)
{
	return (info->row->flags & (TCP_SYN | TCP_FIN)) != 0;
}

static bool
is_tcp(const struct info *info)
{
	return info->row->tuple.proto == PROTO_TCP;
}

static bool
is_left(const struct info *info)
{
	(void)info;
	return true;
}

static const struct rule {
	enum scene_class cls;
	const char *name; /* Wireshark's */
	bool (*holds)(const struct info *info);
	enum scene_class bracket; /* that is seen on it */
} rules[] = {
	{ CLASS_ROW_BAD, "Bad TCP", is_bad_tcp, CLASS_BRACKET_DARK },
	{ CLASS_ROW_ERROR, "ICMP errors", is_icmp_error, CLASS_BRACKET_DARK },
	{ CLASS_ROW_ICMP, "ICMP", is_any_icmp, CLASS_BRACKET },
	{ CLASS_ROW_RESET, "TCP RST", is_reset, CLASS_BRACKET_DARK },
	{ CLASS_ROW_TTL, "TTL low or unexpected", has_odd_ttl, CLASS_BRACKET_DARK },
	{ CLASS_ROW_HTTP, "HTTP", is_http, CLASS_BRACKET },
	{ CLASS_ROW_SYN, "TCP SYN/FIN", is_syn_or_fin, CLASS_BRACKET },
	{ CLASS_ROW_TCP, "TCP", is_tcp, CLASS_BRACKET },
	{ CLASS_ROW_UDP, "UDP", is_left, CLASS_BRACKET },
};

static size_t
rule_of(const struct info *info)
{
	size_t i = 0;

	while (!rules[i].holds(info))
		i++;
	return i;
}

/* How wide what stands in the last column may be. */
static double
info_room(const struct list *list)
{
	return list->x[COLUMN_COUNT] - list->x[COLUMN_INFO] - 2 * PAD;
}

/* --- which packets --- */

static void
add_line(struct list *list, size_t first, size_t count)
{
	if (count > 0)
		list->lines[list->line_count++] = (struct line){ .packet = first, .count = count };
}

static void
add_lines(struct list *list, size_t from, size_t to)
{
	for (; from < to; from++)
		add_line(list, from, 1);
}

/* The middle but for what is near to the chosen frame. One packet is not worth leaving out. */
static void
add_middle(struct list *list, size_t from, size_t to)
{
	size_t near_from = to, near_to = to;

	if (list->chosen != SIZE_MAX && list->chosen >= from && list->chosen < to) {
		near_from = list->chosen > from + ROWS_NEAR + 1 ? list->chosen - ROWS_NEAR : from;
		near_to = list->chosen + ROWS_NEAR + 2 < to ? list->chosen + ROWS_NEAR + 1 : to;
	}
	add_line(list, from, near_from - from);
	add_lines(list, near_from, near_to);
	add_line(list, near_to, to - near_to);
}

static void
choose_lines(struct list *list)
{
	size_t count = list->data->packet_count;

	list->lines =
	    scene_keep(list->scene, (ROWS_MAX + 2 * ROWS_NEAR + 8) * sizeof(*list->lines));
	if (count <= ROWS_MAX) {
		add_lines(list, 0, count);
		return;
	}
	add_lines(list, 0, ROWS_HEAD);
	add_middle(list, ROWS_HEAD, count - ROWS_TAIL);
	add_lines(list, count - ROWS_TAIL, count);
}

/* --- cells --- */

/* Spaces that a renderer would drop stay, as U+00A0. */
static void
put_steady(struct text *out, const char *data, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool is_plain = i > 0 && i + 1 < count && data[i - 1] != ' ' && data[i + 1] != ' ';

		if (data[i] == ' ' && !is_plain)
			text_put(out, "\xc2\xa0");
		else
			text_char(out, data[i]);
	}
}

static const char *
info_cell(struct list *list, size_t packet)
{
	struct text words = { 0 };
	struct text steady = { 0 };

	info_put(&words, &list->infos[packet]);
	while (words.length > 0 && words.at[words.length - 1] == ' ')
		words.length--;
	put_steady(&steady, text_str(&words), words.length);
	text_fini(&words);
	return scene_adopt(list->scene, &steady);
}

/* Without a port, as the columns have it; or an alias. */
static const char *
address_cell(struct list *list, const struct packet_row *row, bool dst)
{
	struct tuple bare = row->tuple;

	bare.proto = PROTO_ICMP;
	return name_end(list->scene, list->options, &bare, dst);
}

static void
fill_cells(struct list *list, struct line *line)
{
	const struct info *info = &list->infos[line->packet];
	const struct packet_row *row = info->row;

	line->cells[COLUMN_NUMBER] = scene_format(list->scene, "%" PRIu32, row->frame.number);
	line->cells[COLUMN_TIME] = name_time(list->scene, row->ts_ns - list->data->first_ns);
	line->cells[COLUMN_SOURCE] = address_cell(list, row, false);
	line->cells[COLUMN_DESTINATION] = address_cell(list, row, true);
	line->cells[COLUMN_PROTOCOL] = info_protocol(row);
	line->cells[COLUMN_LENGTH] =
	    info->wire == NULL ? "" : scene_format(list->scene, "%" PRIu32, info->wire->wire_bytes);
	line->cells[COLUMN_INFO] = info_cell(list, line->packet);
}

static const struct scene_style cell_style = { .size = SIZE, .mono = true };
static const struct scene_style head_style = { .size = SIZE, .bold = true };

static double
column_width(const struct list *list, enum column column)
{
	double width =
	    scene_text_width(labels[list->options->lang][columns[column].label], head_style);

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			width =
			    fmax(width, scene_text_width(list->lines[i].cells[column], cell_style));
	if (column == COLUMN_NUMBER)
		width += BRACKET;
	return ceil(width + 2 * PAD);
}

/* Where the next line of it begins, of which this is the line-th. */
static const char *
info_break(const char *info, unsigned line, double width)
{
	static const char pair[] = " TSval=";
	size_t length = scene_line_length(info, cell_style, width - (line > 0 ? INFO_STEP : 0));
	const char *rest = info + length + strspn(info + length, " ");
	const char *begin = strstr(info, pair);

	/* What belongs together stays so. */
	if (*rest != '\0' && begin != NULL && begin > info && begin < rest)
		return begin + 1;
	return rest;
}

static double
row_height(const struct line *line, double info_width)
{
	const char *rest = line->cells[COLUMN_INFO];
	unsigned lines = 0;

	if (line->count > 1)
		return ROW;
	do
		rest = info_break(rest, lines++, info_width);
	while (*rest != '\0' && lines < INFO_LINES);
	return ROW + (lines - 1) * INFO_LINE;
}

static int
compare_widths(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

/* What one row in two does not exceed. */
static double
usual_info(const struct list *list)
{
	double *widths = scene_keep(list->scene, (list->line_count + 1) * sizeof(*widths));
	size_t count = 0;

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			widths[count++] =
			    scene_text_width(list->lines[i].cells[COLUMN_INFO], cell_style);
	qsort(widths, count, sizeof(*widths), compare_widths);
	return count == 0 ? 0 : ceil(widths[count / 2]);
}

static void
place(struct list *list)
{
	const double right = MAP_GAP + MAP_WIDTH + MARGIN;
	double x = MARGIN, most;

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			fill_cells(list, &list->lines[i]);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		list->x[i] = x;
		x += column_width(list, (enum column)i);
	}
	most = fmin(list->x[COLUMN_INFO] + usual_info(list) + 2 * PAD, WIDTH_MOST - right);
	most = fmax(most, fmax(list->x[COLUMN_INFO] + INFO_MIN, WIDTH_AIM - right));
	x = fmin(x, most);
	list->x[COLUMN_COUNT] = fmax(x, WIDTH_MIN);
	list->width = list->x[COLUMN_COUNT] + right;
	list->bottom = LIST_TOP + HEAD_ROW;
	for (size_t i = 0; i < list->line_count; i++) {
		list->lines[i].top = list->bottom;
		list->lines[i].height = row_height(&list->lines[i], info_room(list));
		list->bottom += list->lines[i].height;
	}
}

/* --- the list --- */

static void
draw_cell(const struct list *list, enum scene_class cls, struct scene_style style,
    enum column column, double y, const char *text)
{
	double left = list->x[column] + PAD;
	double right = list->x[column + 1] - PAD;
	struct scene_point at = { columns[column].anchor == ANCHOR_END ? right : left, y };

	style.anchor = columns[column].anchor;
	scene_text(list->scene, cls, style, at, right - left, text);
}

static void
draw_head(const struct list *list)
{
	scene_rect(list->scene, CLASS_HEAD,
	    (struct scene_box){
		list->x[0], LIST_TOP, list->x[COLUMN_COUNT] - list->x[0], HEAD_ROW });
	for (int i = 0; i < COLUMN_COUNT; i++)
		draw_cell(list, CLASS_HEAD, head_style, (enum column)i, LIST_TOP + 16,
		    labels[list->options->lang][columns[i].label]);
	scene_page_head(list->scene, LIST_TOP - 2, LIST_TOP + HEAD_ROW);
}

static void
draw_info(const struct list *list, enum scene_class cls, const struct line *line)
{
	struct scene_point at = { list->x[COLUMN_INFO] + PAD, line->top + BASELINE };
	double room = info_room(list);
	const char *rest = line->cells[COLUMN_INFO];

	for (unsigned i = 0; *rest != '\0'; i++) {
		const char *next =
		    i + 1 < INFO_LINES ? info_break(rest, i, room) : rest + strlen(rest);
		int length = (int)(next - rest);

		while (length > 0 && rest[length - 1] == ' ')
			length--;
		scene_text(list->scene, cls, cell_style, at, room - (i > 0 ? INFO_STEP : 0),
		    scene_format(list->scene, "%.*s", length, rest));
		if (i == 0)
			at.x += INFO_STEP;
		at.y += INFO_LINE;
		rest = next;
	}
}

static void
draw_packet(const struct list *list, const struct line *line)
{
	const struct packet_row *row = &list->data->packets[line->packet];
	enum scene_class cls = rules[rule_of(&list->infos[line->packet])].cls;
	/* The next row begins over it, so that the page does not shine through between them. */
	double seam = line + 1 < list->lines + list->line_count ? 1 : 0;

	scene_group_begin(list->scene, model_packet(row),
	    model_tip(list->scene, list->data, list->options, row), NULL);
	scene_rect(list->scene, cls,
	    (struct scene_box){
		list->x[0], line->top, list->x[COLUMN_COUNT] - list->x[0], line->height + seam });
	for (int i = 0; i < COLUMN_INFO; i++)
		draw_cell(
		    list, cls, cell_style, (enum column)i, line->top + BASELINE, line->cells[i]);
	draw_info(list, cls, line);
	scene_group_end(list->scene);
}

static void
draw_left_out(const struct list *list, const struct line *line)
{
	const struct scene_style style = { .size = SIZE, .anchor = ANCHOR_MIDDLE };
	double width = list->x[COLUMN_COUNT] - list->x[0];

	scene_round_rect(list->scene, CLASS_BREAK,
	    (struct scene_box){ list->x[0], line->top, width, ROW }, 0, DASH_DASHED);
	scene_text(list->scene, CLASS_BREAK, style,
	    (struct scene_point){ list->x[0] + width / 2, line->top + BASELINE }, width,
	    LABELED(list->scene, list->options->lang, LABEL_LEFT_OUT,
		scene_format(list->scene, "%zu", line->count)));
}

/* --- the bracket of the chosen flow --- */

static bool
is_of_flow(const struct list *list, const struct line *line)
{
	for (size_t i = line->packet; i < line->packet + line->count; i++)
		if (list->data->packets[i].flow == list->flow)
			return true;
	return false;
}

/* What is left out stands on a light ground. */
static enum scene_class
bracket_on(const struct list *list, const struct line *line)
{
	return line->count > 1 ? CLASS_BRACKET : rules[rule_of(&list->infos[line->packet])].bracket;
}

/* From the first to before the last of lines that look alike. */
static void
draw_stroke(const struct list *list, size_t from, size_t to, bool is_first, bool is_last)
{
	const struct line *first = &list->lines[from];
	const struct line *last = &list->lines[to - 1];
	const double x = list->x[0] + PAD;
	const double tick = 7;
	double top = first->top + (is_first ? ROW / 2 : 0);
	double bottom = last->top + (is_last ? ROW / 2 : last->height);
	const struct scene_point way[] = {
		{ x + (is_first ? tick : 0), top },
		{ x, top },
		{ x, bottom },
		{ x + (is_last ? tick : 0), bottom },
	};

	scene_polyline(list->scene, bracket_on(list, first), way, 4,
	    is_of_flow(list, first) ? DASH_SOLID : DASH_DOTTED);
}

/* Solid beside rows of the flow, dotted beside others. */
static void
draw_bracket(const struct list *list)
{
	size_t first = 0, last = list->line_count;

	if (list->flow == 0)
		return;
	while (first < last && !is_of_flow(list, &list->lines[first]))
		first++;
	while (last > first && !is_of_flow(list, &list->lines[last - 1]))
		last--;
	for (size_t i = first, to; i < last; i = to) {
		const struct line *line = &list->lines[i];

		for (to = i + 1; to < last; to++)
			if (is_of_flow(list, &list->lines[to]) != is_of_flow(list, line) ||
			    bracket_on(list, &list->lines[to]) != bracket_on(list, line))
				break;
		draw_stroke(list, i, to, i == first, to == last);
	}
}

/* --- the minimap --- */

/* Stripes thinner than this are drawn as one, in the colour of the first rule among them. */
#define STRIPE_MIN 0.5

static double
map_y(const struct list *list, size_t packet)
{
	double top = LIST_TOP + HEAD_ROW;
	const struct line *last = &list->lines[list->line_count - 1];
	double bottom = last->top + last->height;

	return top + (bottom - top) * (double)packet / (double)list->data->packet_count;
}

/* The packets of one stripe: as many as have the same rule, or as must share one. */
static size_t
stripe(const struct list *list, size_t from, size_t *rule)
{
	size_t to = from;

	*rule = rule_of(&list->infos[from]);
	for (; to < list->data->packet_count; to++) {
		size_t other = rule_of(&list->infos[to]);
		bool is_thin = map_y(list, to) - map_y(list, from) < STRIPE_MIN;

		if (other != *rule && !is_thin)
			break;
		if (other < *rule)
			*rule = other;
	}
	return to;
}

static void
draw_map(const struct list *list)
{
	double x = list->x[COLUMN_COUNT] + MAP_GAP;
	double top = map_y(list, 0);
	double bottom = map_y(list, list->data->packet_count);

	for (size_t i = 0, next; i < list->data->packet_count; i = next) {
		size_t rule;

		next = stripe(list, i, &rule);
		scene_rect(list->scene, rules[rule].cls,
		    (struct scene_box){
			x, map_y(list, i), MAP_WIDTH, map_y(list, next) - map_y(list, i) });
	}
	scene_round_rect(list->scene, CLASS_FRAME,
	    (struct scene_box){ x, top, MAP_WIDTH, bottom - top }, 0, DASH_SOLID);
	if (list->chosen != SIZE_MAX) {
		double y = (map_y(list, list->chosen) + map_y(list, list->chosen + 1)) / 2;

		scene_line(list->scene, CLASS_CHOSEN, (struct scene_point){ x - 4, y },
		    (struct scene_point){ x + MAP_WIDTH + 4, y }, DASH_SOLID);
	}
	/* What of it the list shows. */
	for (size_t i = 0, to; list->data->packet_count > ROWS_MAX && i < list->line_count;
	     i = to) {
		for (to = i; to < list->line_count && list->lines[to].count == 1; to++)
			continue;
		if (to > i)
			scene_line(list->scene, CLASS_AXIS,
			    (struct scene_point){ x - 3, map_y(list, list->lines[i].packet) },
			    (struct scene_point){
				x - 3, map_y(list, list->lines[to - 1].packet + 1) },
			    DASH_SOLID);
		else
			to++;
	}
}

/* --- the bytes of the chosen frame --- */

#define PANE_PAD   12.0
#define PANE_GAP   26.0
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
put_mac(struct text *out, const uint8_t *mac)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 6; i++) {
		text_put(out, i > 0 ? ":" : "");
		text_char(out, digits[mac[i] >> 4]);
		text_char(out, digits[mac[i] & 0xf]);
	}
}

static void
tree_ethernet(struct pane *pane)
{
	enum { LINK_ETHERNET = 1, HEADER = 14, SOURCE = 6 };
	struct text line = { 0 };

	if (pane->frame->link != LINK_ETHERNET || pane->frame->count < HEADER)
		return;
	text_put(&line, "Ethernet II, Src: ");
	put_mac(&line, pane->frame->bytes + SOURCE);
	text_put(&line, ", Dst: ");
	put_mac(&line, pane->frame->bytes);
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
	static const char digits[] = "0123456789abcdef";
	struct text hex = { 0 };

	for (size_t i = from; i < to; i++) {
		uint8_t byte = pane->frame->bytes[at + i];

		text_put(&hex, i > from ? " " : "");
		text_char(&hex, digits[byte >> 4]);
		text_char(&hex, digits[byte & 0xf]);
	}
	scene_text(pane->list->scene, cls, cell_style,
	    (struct scene_point){ hex_x(pane, from), pane->y },
	    (double)(to - from) * BYTE_STEP - CHARACTER + 0.1, scene_adopt(pane->list->scene, &hex));
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
	put_steady(&steady, plain.at, plain.length);
	text_fini(&plain);
	scene_text(pane->list->scene, cls, cell_style,
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

	scene_text(pane->list->scene, CLASS_MUTED, cell_style,
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

static void
draw_choice(struct list *list)
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

/* --- the page --- */

/* Which colour is which, by Wireshark's names, as far as they occur. */
static void
draw_legend(struct list *list)
{
	const struct scene_style style = { .size = SIZE };
	bool used[sizeof(rules) / sizeof(rules[0])] = { false };
	double x = MARGIN;
	double y = list->bottom + 22;

	for (size_t i = 0; i < list->data->packet_count; i++)
		used[rule_of(&list->infos[i])] = true;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		double width = scene_text_width(rules[i].name, style) + 16;

		if (!used[i])
			continue;
		scene_round_rect(list->scene, rules[i].cls, (struct scene_box){ x, y, width, ROW },
		    3, DASH_SOLID);
		scene_round_rect(list->scene, CLASS_FRAME, (struct scene_box){ x, y, width, ROW },
		    3, DASH_SOLID);
		scene_text(list->scene, rules[i].cls, style,
		    (struct scene_point){ x + 8, y + BASELINE }, width - 15, rules[i].name);
		x += width + 8;
	}
	list->bottom = y + ROW;
}

/* "2019-05-20 10:54:59.946262 UTC", as far as the calendar goes. */
static const char *
date_of(struct scene *scene, int64_t ns)
{
	enum { DAY = 10, MICROSECONDS = 26, WHOLE = 30 };
	struct text iso = { 0 };
	const char *at;

	text_iso8601(&iso, ns);
	if (iso.length != WHOLE || iso.at[DAY] != 'T')
		return scene_adopt(scene, &iso);
	at = scene_adopt(scene, &iso);
	return scene_format(
	    scene, "%.*s %.*s UTC", (int)DAY, at, (int)(MICROSECONDS - DAY - 1), at + DAY + 1);
}

static void
draw_title(const struct list *list)
{
	const struct scene_style big = { .size = 18, .bold = true };
	const struct scene_style small = { .size = 12 };
	struct scene *scene = list->scene;
	enum lang lang = list->options->lang;
	const char *capture = model_capture(scene, list->data);
	const char *title = LABELED(scene, lang, LABEL_PACKETS_TITLE, capture);
	size_t count = list->data->packet_count;
	int64_t first_ns = list->data->packets[0].ts_ns;
	int64_t took_ns = list->data->packets[count - 1].ts_ns - first_ns;

	scene_title(scene, title,
	    LABELED(scene, lang, LABEL_PACKETS_DESC, capture, scene_format(scene, "%zu", count)));
	scene_text(scene, CLASS_TITLE, big, (struct scene_point){ MARGIN, 38 },
	    list->width - 2 * MARGIN, title);
	scene_text(scene, CLASS_MUTED, small, (struct scene_point){ MARGIN, 60 },
	    list->width - 2 * MARGIN,
	    LABELED(scene, lang, LABEL_PACKETS_SPAN, scene_format(scene, "%zu", count),
		name_span(scene, took_ns), date_of(scene, list->data->first_ns)));
}

static void
draw_all(struct list *list)
{
	draw_title(list);
	draw_head(list);
	for (size_t i = 0; i < list->line_count; i++) {
		if (i > 0)
			scene_page_break(list->scene, list->lines[i].top);
		if (list->lines[i].count == 1)
			draw_packet(list, &list->lines[i]);
		else
			draw_left_out(list, &list->lines[i]);
	}
	scene_page_break(list->scene, list->bottom + PANE_GAP / 2);
	draw_bracket(list);
	draw_map(list);
	draw_choice(list);
	draw_legend(list);
	scene_size(list->scene, list->width, list->bottom + MARGIN);
}

/* The chosen frame's flow, or the one flow that was asked for. */
static enum status
choose(struct list *list, struct diag *diag)
{
	const struct figure_options *options = list->options;

	list->chosen = SIZE_MAX;
	if (list->data->packet_count == 0)
		return diag_set(diag, ST_USAGE, "there are no packets to list");
	if (options->flow_count == 1)
		list->flow = options->flows[0];
	if (options->frame == 0)
		return ST_OK;
	list->chosen = model_place(list->data, options->frame);
	if (list->chosen == SIZE_MAX)
		return diag_set(diag, ST_USAGE,
		    "frame %" PRIu32 " is not one of the packets listed", options->frame);
	list->flow = list->data->packets[list->chosen].flow;
	return ST_OK;
}

enum status
packets_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct list list = { .scene = scene, .data = data, .options = options };
	enum status st = choose(&list, diag);

	if (st != ST_OK)
		return st;
	list.infos = info_all(scene, data);
	choose_lines(&list);
	place(&list);
	draw_all(&list);
	return ST_OK;
}

/* --- the list as text --- */

static size_t
text_column_width(const struct line *lines, size_t count, enum column column)
{
	size_t width = strlen(labels[LANG_EN][columns[column].label]);

	for (size_t i = 0; i < count; i++)
		if (strlen(lines[i].cells[column]) > width)
			width = strlen(lines[i].cells[column]);
	return width;
}

static void
put_cell(struct text *out, enum column column, size_t width, const char *cell)
{
	int room = (int)width - (int)strlen(cell);

	if (columns[column].anchor == ANCHOR_END)
		text_pad(out, room);
	text_terminal(out, cell, strlen(cell));
	if (columns[column].anchor != ANCHOR_END && column != COLUMN_INFO)
		text_pad(out, room);
	text_put(out, column == COLUMN_INFO ? "\n" : "  ");
}

/* Nothing is left out of it, and headings stay English: programs read it, too. */
static void
put_list(struct text *out, const struct line *lines, size_t count)
{
	size_t widths[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		widths[i] = text_column_width(lines, count, (enum column)i);
	for (int i = 0; i < COLUMN_COUNT; i++)
		put_cell(out, (enum column)i, widths[i], labels[LANG_EN][columns[i].label]);
	for (size_t j = 0; j < count; j++)
		for (int i = 0; i < COLUMN_COUNT; i++)
			put_cell(out, (enum column)i, widths[i], lines[j].cells[i]);
}

enum status
packets_words(struct text *out, enum figure_format format, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct list list = { .data = data, .options = options };
	enum status st = choose(&list, diag);

	if (format != FIGURE_TXT)
		return diag_set(
		    diag, ST_USAGE, "packets cannot be written as %s", figure_formats[format].name);
	if (st != ST_OK)
		return st;
	list.scene = scene_new("en");
	list.infos = info_all(list.scene, data);
	list.lines = scene_keep(list.scene, data->packet_count * sizeof(*list.lines));
	add_lines(&list, 0, data->packet_count);
	for (size_t i = 0; i < list.line_count; i++)
		fill_cells(&list, &list.lines[i]);
	put_list(out, list.lines, list.line_count);
	scene_free(list.scene);
	return ST_OK;
}

/* --- as words alone --- */

void
figure_list(const struct figure_data *data, size_t first, size_t last,
    void (*listed)(void *ctx, const struct figure_listed *packet), void *ctx)
{
	struct scene *scene = scene_new(lang_names[LANG_EN]);
	const struct info *infos = info_all(scene, data);
	struct text words = { 0 };

	for (size_t i = 0; i < data->packet_count; i++) {
		const struct rule *rule = &rules[rule_of(&infos[i])];

		if (i >= first && data->packet_count - i > last)
			continue;
		words.length = 0;
		info_put(&words, &infos[i]);
		listed(ctx, &(struct figure_listed){
				.row = infos[i].row,
				.wire = infos[i].wire,
				.protocol = info_protocol(infos[i].row),
				.info = text_str(&words),
				.rule = rule->name,
				.rule_class = scene_classes[rule->cls].name,
			    });
	}
	text_fini(&words);
	scene_free(scene);
}
