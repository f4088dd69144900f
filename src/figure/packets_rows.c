/*
 * The rows of the list of packets: what stands in their cells, how wide the
 * columns are, and where a long Info is broken into lines.
 */
#include "figure/packets_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

#define BRACKET    14.0            /* before the numbers */
#define INFO_MIN   300.0           /* no narrower, however wide the others are */
#define INFO_LINE  13.0            /* between two lines of it */
#define INFO_LINES 4u              /* at most */
#define INFO_STEP  (2 * CHARACTER) /* before lines after the first */
#define WIDTH_MIN  640.0
/* Where the last column is long it is as wide as one row in two needs, so that it can be read at 600. */
#define WIDTH_AIM  960.0
#define WIDTH_MOST 1120.0

const struct list_column list_columns[COLUMN_COUNT] = {
	[COLUMN_NUMBER] = { LABEL_NUMBER, ANCHOR_END },
	[COLUMN_TIME] = { LABEL_TIME, ANCHOR_END },
	[COLUMN_SOURCE] = { LABEL_SOURCE, ANCHOR_START },
	[COLUMN_DESTINATION] = { LABEL_DESTINATION, ANCHOR_START },
	[COLUMN_PROTOCOL] = { LABEL_PROTOCOL, ANCHOR_START },
	[COLUMN_LENGTH] = { LABEL_LENGTH, ANCHOR_END },
	[COLUMN_INFO] = { LABEL_INFO, ANCHOR_START },
};

/* --- what stands in the cells --- */

void
list_put_steady(struct text *out, const char *data, size_t count)
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
	list_put_steady(&steady, text_str(&words), words.length);
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

void
list_fill_cells(struct list *list, struct line *line)
{
	const struct info *info = &list->infos[line->packet];
	const struct packet_row *row = info->row;

	line->cells[COLUMN_NUMBER] = scene_format(list->scene, "%" PRIu32, row->frame.number);
	line->cells[COLUMN_TIME] = name_time(list->scene, list->data, row->ts_ns);
	line->cells[COLUMN_SOURCE] = address_cell(list, row, false);
	line->cells[COLUMN_DESTINATION] = address_cell(list, row, true);
	line->cells[COLUMN_PROTOCOL] = info_protocol(row);
	line->cells[COLUMN_LENGTH] =
	    info->wire == NULL ? "" : scene_format(list->scene, "%" PRIu32, info->wire->wire_bytes);
	line->cells[COLUMN_INFO] = info_cell(list, line->packet);
}

/* --- where they stand --- */

const struct scene_style list_cell_style = { .size = SIZE, .mono = true };
static const struct scene_style head_style = { .size = SIZE, .bold = true };

/* How wide what stands in the last column may be. */
static double
info_room(const struct list *list)
{
	return list->x[COLUMN_COUNT] - list->x[COLUMN_INFO] - 2 * PAD;
}

static double
column_width(const struct list *list, enum column column)
{
	double width =
	    scene_text_width(labels[list->options->lang][list_columns[column].label], head_style);

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			width = fmax(
			    width, scene_text_width(list->lines[i].cells[column], list_cell_style));
	if (column == COLUMN_NUMBER)
		width += BRACKET;
	return ceil(width + 2 * PAD);
}

/* Where the next line of it begins, of which this is the line-th. */
static const char *
info_break(const char *info, unsigned line, double width)
{
	static const char pair[] = " TSval=";
	size_t length =
	    scene_line_length(info, list_cell_style, width - (line > 0 ? INFO_STEP : 0));
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

/* What one row in two does not exceed. */
static double
usual_info(const struct list *list)
{
	double *widths = scene_keep(list->scene, (list->line_count + 1) * sizeof(*widths));
	size_t count = 0;

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			widths[count++] =
			    scene_text_width(list->lines[i].cells[COLUMN_INFO], list_cell_style);
	qsort(widths, count, sizeof(*widths), order_double);
	return count == 0 ? 0 : ceil(widths[count / 2]);
}

void
list_place(struct list *list)
{
	const double right = MAP_GAP + MAP_WIDTH + MARGIN;
	double x = MARGIN, most;

	for (size_t i = 0; i < list->line_count; i++)
		if (list->lines[i].count == 1)
			list_fill_cells(list, &list->lines[i]);
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

/* --- drawn --- */

static void
draw_cell(const struct list *list, enum scene_class cls, struct scene_style style,
    enum column column, double y, const char *text)
{
	double left = list->x[column] + PAD;
	double right = list->x[column + 1] - PAD;
	struct scene_point at = { list_columns[column].anchor == ANCHOR_END ? right : left, y };

	style.anchor = list_columns[column].anchor;
	scene_text(list->scene, cls, style, at, right - left, text);
}

void
list_draw_head(const struct list *list)
{
	scene_rect(list->scene, CLASS_HEAD,
	    (struct scene_box){
		list->x[0], LIST_TOP, list->x[COLUMN_COUNT] - list->x[0], HEAD_ROW });
	for (int i = 0; i < COLUMN_COUNT; i++)
		draw_cell(list, CLASS_HEAD, head_style, (enum column)i, LIST_TOP + 16,
		    labels[list->options->lang][list_columns[i].label]);
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
		scene_text(list->scene, cls, list_cell_style, at, room - (i > 0 ? INFO_STEP : 0),
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
	enum scene_class cls = list_rule_of(&list->infos[line->packet])->cls;
	/* The next row begins over it, so that the page does not shine through between them. */
	double seam = line + 1 < list->lines + list->line_count ? 1 : 0;

	scene_group_begin(list->scene, model_packet(row),
	    model_tip(list->scene, list->data, list->options, row), NULL);
	scene_rect(list->scene, cls,
	    (struct scene_box){
		list->x[0], line->top, list->x[COLUMN_COUNT] - list->x[0], line->height + seam });
	for (int i = 0; i < COLUMN_INFO; i++)
		draw_cell(list, cls, list_cell_style, (enum column)i, line->top + BASELINE,
		    line->cells[i]);
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

void
list_draw_line(const struct list *list, const struct line *line)
{
	if (line->count == 1)
		draw_packet(list, line);
	else
		draw_left_out(list, line);
}
