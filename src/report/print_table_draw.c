/*
 * Tables, drawn: a head that stands again on each page, and rows.
 */
#include "report/print_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_LEADING 1.36 /* ems */
#define CELL_LINES   12   /* more are cut */
#define ROW_PADDING  3.2
#define CHIP         7.0

/* In netstat's spelling. */
static const struct {
	const char *state;
	enum scene_class cls;
} chips[] = {
	{ "CLOSED", CLASS_CLOSED },
	{ "LISTEN", CLASS_LISTEN },
	{ "SYN_SENT", CLASS_SYN_SENT },
	{ "SYN_RECV", CLASS_SYN_RECV },
	{ "ESTABLISHED", CLASS_ESTABLISHED },
	{ "FIN_WAIT1", CLASS_FIN_WAIT1 },
	{ "FIN_WAIT2", CLASS_FIN_WAIT2 },
	{ "CLOSE_WAIT", CLASS_CLOSE_WAIT },
	{ "LAST_ACK", CLASS_LAST_ACK },
	{ "CLOSING", CLASS_CLOSING },
	{ "TIME_WAIT", CLASS_TIME_WAIT },
};

static double
leading(const struct layout *layout)
{
	return layout->size * CELL_LEADING;
}

static void
rule(struct layout *layout, enum scene_class cls, double y)
{
	scene_line(layout->scene, cls, (struct scene_point){ 0, y },
	    (struct scene_point){ layout->right, y }, DASH_SOLID);
}

static void
draw_chip(struct layout *layout, size_t column, const char *state)
{
	const struct scene_box box = { layout->x[column] + 0.5,
		layout->y + layout->size * BASELINE - CHIP, CHIP, CHIP };

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (strncmp(state, chips[i].state, strlen(chips[i].state)) == 0)
			scene_rect(layout->scene, chips[i].cls, box);
}

/* The highest is as high as a line. */
static void
draw_bars(struct layout *layout, size_t column, const char *counts)
{
	unsigned long long most = 1;
	size_t count = 0;
	double x = layout->x[column];
	const double foot = layout->y + layout->size * BASELINE;
	char *end;

	for (const char *at = counts; *at != '\0'; at = end, count++) {
		unsigned long long one = strtoull(at, &end, 10);

		if (end == at)
			break;
		most = one > most ? one : most;
		end += strspn(end, " ");
	}
	for (size_t i = 0; i < count; i++, counts = end + strspn(end, " ")) {
		double share = (double)strtoull(counts, &end, 10) / (double)most;
		double step = fmin(BARS_WIDTH / (double)count, 12);

		if (share > 0)
			scene_rect(layout->scene, CLASS_BAR,
			    (struct scene_box){ x, foot - fmax(share * layout->size, 0.6),
				step * 0.85, fmax(share * layout->size, 0.6) });
		x += step;
	}
	scene_line(layout->scene, CLASS_GRID, (struct scene_point){ layout->x[column], foot },
	    (struct scene_point){ x, foot }, DASH_SOLID);
}

static size_t
draw_cell(struct layout *layout, size_t column, const char *words, bool is_heading)
{
	struct column_of lines = {
		.cls = is_heading ? CLASS_TITLE : CLASS_LABEL,
		.style = table_style(layout, column, is_heading),
		.width = layout->width[column],
		.leading = leading(layout),
		.most = CELL_LINES,
	};
	struct scene_point at = { layout->x[column], layout->y };

	if (!is_heading && (layout->columns[column]->flags & COLUMN_BARS)) {
		draw_bars(layout, column, words);
		return 1;
	}
	if (lines.style.anchor == ANCHOR_END)
		at.x += layout->width[column];
	if (!is_heading && (layout->columns[column]->flags & COLUMN_STATE)) {
		draw_chip(layout, column, words);
		at.x += CHIP_ROOM;
		lines.width -= CHIP_ROOM;
	}
	return lines_put(layout->scene, &lines, at, words);
}

static bool
same_group(const struct layout *layout, size_t one, size_t other)
{
	const char *a = layout->columns[one]->group;
	const char *b = layout->columns[other]->group;

	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Above the headings of columns that belong together, what they have in common. */
static void
draw_groups(struct layout *layout)
{
	bool any = false;

	for (size_t i = 0, last; i < layout->count; i = last + 1) {
		const char *group = layout->columns[i]->group;
		struct scene_style style = { .size = layout->size, .anchor = ANCHOR_START };
		double right;

		last = i;
		while (last + 1 < layout->count && same_group(layout, i, last + 1))
			last++;
		if (group == NULL)
			continue;
		right = layout->x[last] + layout->width[last];
		scene_text(layout->scene, CLASS_MUTED, style,
		    (struct scene_point){ layout->x[i], layout->y + layout->size * BASELINE },
		    right - layout->x[i], catalog_say(layout->press->catalog, group));
		scene_line(layout->scene, CLASS_GRID,
		    (struct scene_point){ layout->x[i], layout->y + leading(layout) + 1 },
		    (struct scene_point){ right, layout->y + leading(layout) + 1 }, DASH_SOLID);
		any = true;
	}
	if (any)
		layout->y += leading(layout) + 5;
}

/* Headings stand on the rule, however many lines they have. */
static void
draw_head(struct layout *layout)
{
	double top;
	size_t most = 1;

	rule(layout, CLASS_AXIS, 1);
	layout->y = 1 + ROW_PADDING;
	draw_groups(layout);
	for (size_t i = 0; i < layout->count; i++) {
		const struct column_of lines = { .style = table_style(layout, i, true),
			.width = layout->width[i],
			.most = CELL_LINES };
		size_t count = lines_count(&lines, table_heading(layout, i));

		most = count > most ? count : most;
	}
	top = layout->y;
	for (size_t i = 0; i < layout->count; i++) {
		const struct column_of lines = { .style = table_style(layout, i, true),
			.width = layout->width[i],
			.most = CELL_LINES };
		size_t count = lines_count(&lines, table_heading(layout, i));

		layout->y = top + (double)(most - count) * leading(layout);
		draw_cell(layout, i, table_heading(layout, i), true);
	}
	layout->y = top + (double)most * leading(layout) + ROW_PADDING;
	rule(layout, CLASS_AXIS, layout->y);
	layout->y += 1;
	scene_page_head(layout->scene, 0, layout->y);
}

/* What is said of a row, under all of it but its first cell. */
static void
draw_below(struct layout *layout, size_t row)
{
	const double left = layout->count > 1 ? layout->x[1] : 0;
	const struct column_of lines = { .cls = CLASS_MUTED,
		.style = { .size = layout->size },
		.width = fmin(fmax(layout->right, PROSE_WIDTH), layout->room) - left,
		.leading = leading(layout),
		.most = CELL_LINES };
	const char *words;

	if (layout->below == SIZE_MAX)
		return;
	words = layout->cells[row * layout->table->count + layout->below];
	if (words[0] == '\0')
		return;
	layout->y -= ROW_PADDING - 1;
	layout->y += (double)lines_put(
			 layout->scene, &lines, (struct scene_point){ left, layout->y }, words) *
			 lines.leading +
		     ROW_PADDING;
}

static void
draw_row(struct layout *layout, size_t row)
{
	double top = layout->y;
	size_t most = 1;

	layout->y += ROW_PADDING;
	for (size_t i = 0; i < layout->count; i++) {
		size_t count = draw_cell(layout, i, table_cell(layout, row, i), false);

		most = count > most ? count : most;
	}
	layout->y += (double)most * leading(layout) + ROW_PADDING;
	draw_below(layout, row);
	/* A bar says it as well as a colour would. */
	if (layout->is_marked[row])
		scene_line(layout->scene, CLASS_BULK,
		    (struct scene_point){ layout->right + 5, top + 2 },
		    (struct scene_point){ layout->right + 5, layout->y - 2 }, DASH_SOLID);
	rule(layout, row + 1 < layout->rows ? CLASS_GRID : CLASS_AXIS, layout->y);
	layout->y += 1;
}

/* Never a single row at either end of a page. */
static void
draw_rows(struct layout *layout)
{
	for (size_t row = 0; row < layout->rows; row++) {
		if (row > 1 && row + 1 < layout->rows)
			scene_page_break(layout->scene, layout->y);
		draw_row(layout, row);
	}
}

static void
say_left_out(struct layout *layout)
{
	struct press *press = layout->press;
	struct text count = { 0 };
	const struct column_of lines = { .cls = CLASS_MUTED,
		.style = { .size = NOTE_SIZE },
		.width = TEXT_WIDTH,
		.leading = NOTE_LEADING };
	const char *words;

	if (layout->left_out == 0)
		return;
	text_u64(&count, layout->left_out);
	words = press_say(press,
	    catalog_say_n(press->catalog,
		N_N("%1 more row is not printed.", "%1 more rows are not printed."),
		layout->left_out),
	    text_str(&count));
	layout->y += 5;
	layout->y += NOTE_LEADING * (double)lines_put(layout->scene, &lines,
					(struct scene_point){ 0, layout->y }, words);
	text_fini(&count);
}

void
table_draw(struct layout *layout)
{
	draw_head(layout);
	draw_rows(layout);
	say_left_out(layout);
}
