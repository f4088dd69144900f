/*
 * The list of packets as Wireshark shows it: its columns, its words, its
 * colours; as a page, as text, and packet by packet for other rooms.
 *
 *   packets_rules.c   which colour a packet has
 *   packets_rows.c    cells, columns, rows
 *   packets_beside.c  the chosen flow's bracket; the minimap
 *   packets_bytes.c   the chosen frame, byte by byte
 */
#include "figure/packets_priv.h"

#include <inttypes.h>
#include <string.h>

#define ROWS_HEAD 40
#define ROWS_TAIL 16
/* Around a chosen frame that the middle holds. */
#define ROWS_NEAR 3

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

/* --- the page --- */

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
	struct scene *scene = list->scene;
	enum lang lang = list->options->lang;
	const char *capture = model_capture(scene, list->data);
	const char *title = LABELED(scene, lang, LABEL_PACKETS_TITLE, capture);
	size_t count = list->data->packet_count;
	const char *shown = scene_format(scene, "%zu", count);
	int64_t took_ns =
	    span_ns(list->data->packets[count - 1].ts_ns, list->data->packets[0].ts_ns);

	chart_title(scene, list->width, title,
	    LABELED(scene, lang, LABEL_PACKETS_SPAN, shown, name_span(scene, took_ns),
		date_of(scene, list->data->first_ns)),
	    LABELED(scene, lang, LABEL_PACKETS_DESC, capture, shown));
}

static void
draw_all(struct list *list)
{
	draw_title(list);
	list_draw_head(list);
	for (size_t i = 0; i < list->line_count; i++) {
		if (i > 0)
			scene_page_break(list->scene, list->lines[i].top);
		list_draw_line(list, &list->lines[i]);
	}
	scene_page_break(list->scene, list->bottom + PANE_GAP / 2);
	list_draw_bracket(list);
	list_draw_map(list);
	list_draw_choice(list);
	list_draw_legend(list);
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
	list_place(&list);
	draw_all(&list);
	return ST_OK;
}

/* --- the list as text --- */

static size_t
text_column_width(const struct line *lines, size_t count, enum column column)
{
	size_t width = strlen(labels[LANG_EN][list_columns[column].label]);

	for (size_t i = 0; i < count; i++)
		if (strlen(lines[i].cells[column]) > width)
			width = strlen(lines[i].cells[column]);
	return width;
}

static void
put_cell(struct text *out, enum column column, size_t width, const char *cell)
{
	int room = (int)width - (int)strlen(cell);

	if (list_columns[column].anchor == ANCHOR_END)
		text_pad(out, room);
	text_terminal(out, cell, strlen(cell));
	if (list_columns[column].anchor != ANCHOR_END && column != COLUMN_INFO)
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
		put_cell(out, (enum column)i, widths[i], labels[LANG_EN][list_columns[i].label]);
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
		list_fill_cells(&list, &list.lines[i]);
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
		const struct list_rule *rule = list_rule_of(&infos[i]);

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
