/*
 * Columns of tables: as wide as what is in them where there is room, else each
 * gives in the measure of how much it can be wrapped.
 */
#include "report/print_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_WORDS 4.0 /* ems */
#define COLUMN_GAP  14.0

/* The largest in which its narrowest columns fit. */
static const double sizes[] = { 11.2, 10.2, 9.4, 8.6 };

#define SIZE_WELL 9.4

/* So many rows may become columns. */
#define TURNED_MAX 8

struct scene_style
table_style(const struct layout *layout, size_t column, bool is_heading)
{
	unsigned flags = layout->columns[column]->flags;

	return (struct scene_style){
		.size = layout->size,
		.bold = is_heading,
		.mono = !is_heading && (flags & COLUMN_MONO),
		.anchor = flags & COLUMN_NUMBER ? ANCHOR_END : ANCHOR_START,
	};
}

/* Words that may be parted anywhere, as Chinese ones may, are not parted for nothing. */
static double
narrowest(const char *words, struct scene_style style)
{
	return fmax(widest_part(words, style),
	    fmin(scene_text_width(words, style), SHORT_WORDS * style.size));
}

/* What a column wants, and what it cannot do without. */
static void
measure_column(const struct layout *layout, size_t column, double *wants, double *needs)
{
	struct scene_style style = table_style(layout, column, false);
	double chip = layout->columns[column]->flags & COLUMN_STATE ? CHIP_ROOM : 0;

	if (layout->columns[column]->flags & COLUMN_BARS) {
		*wants = *needs = BARS_WIDTH;
		return;
	}
	*needs = narrowest(table_heading(layout, column), table_style(layout, column, true));
	*wants = *needs;
	if (layout->has_long_headings)
		*wants = scene_text_width(
		    table_heading(layout, column), table_style(layout, column, true));
	for (size_t row = 0; row < layout->rows; row++) {
		const char *words = table_cell(layout, row, column);

		*wants = fmax(*wants, chip + scene_text_width(words, style));
		*needs = fmax(*needs, chip + narrowest(words, style));
	}
	/* A rounding's width, so that what fits does. */
	*wants += 0.2;
	*needs += 0.2;
}

enum fit {
	FIT_CUT,     /* words are cut */
	FIT_WRAPPED, /* cells take several lines */
	FIT_WELL,
};

static enum fit
fit_columns(struct layout *layout, double size)
{
	double room = layout->room - layout->gap * (double)(layout->count - 1);
	double wants[TABLE_COLUMNS_MAX], needs[TABLE_COLUMNS_MAX];
	double all_wants = 0, all_needs = 0;
	double share;

	layout->size = size;
	for (size_t i = 0; i < layout->count; i++) {
		measure_column(layout, i, &wants[i], &needs[i]);
		all_wants += wants[i];
		all_needs += needs[i];
	}
	share = all_wants <= room  ? 1
		: all_needs < room ? (room - all_needs) / (all_wants - all_needs)
				   : 0;
	for (size_t i = 0; i < layout->count; i++) {
		layout->width[i] = needs[i] + (wants[i] - needs[i]) * share;
		if (all_needs > room)
			layout->width[i] *= room / all_needs;
	}
	return all_wants <= room ? FIT_WELL : all_needs <= room ? FIT_WRAPPED : FIT_CUT;
}

/* As large as can be, rather a little smaller than in several lines; false: words are cut. */
static bool
choose_size(struct layout *layout)
{
	const size_t count = sizeof(sizes) / sizeof(sizes[0]);

	layout->has_long_headings = true;
	if (fit_columns(layout, sizes[0]) == FIT_WELL)
		return true;
	layout->has_long_headings = false;
	for (size_t i = 0; i < count && sizes[i] >= SIZE_WELL; i++)
		if (fit_columns(layout, sizes[i]) == FIT_WELL)
			return true;
	for (size_t i = 0; i < count; i++)
		if (fit_columns(layout, sizes[i]) >= FIT_WRAPPED)
			return true;
	return false;
}

static const char *
heading_with_group(const struct layout *layout, size_t column)
{
	struct press *press = layout->press;
	const char *group = layout->columns[column]->group;
	struct text words = { 0 };

	if (group != NULL) {
		text_put(&words, catalog_say(press->catalog, group));
		text_put(&words, " · ");
	}
	text_put(&words, table_heading(layout, column));
	return press_keep(press, &words);
}

/* Rows become columns; what names a row, in its first cell, is now a heading. */
static void
turn(struct layout *layout)
{
	struct press *press = layout->press;
	const size_t count = layout->rows + 1;
	const size_t rows = layout->count - 1;
	struct table *table = scene_keep(press->words, sizeof(*table));
	struct column *columns = scene_keep(press->words, count * sizeof(*columns));
	const char **cells = mem_realloc_array(NULL, rows * count, sizeof(*cells));

	columns[0] = (struct column){ .heading = layout->columns[0]->heading };
	for (size_t i = 1; i < count; i++)
		columns[i] = (struct column){ .heading = table_cell(layout, i - 1, 0),
			.flags = COLUMN_NUMBER };
	for (size_t i = 0; i < rows; i++) {
		cells[i * count] = heading_with_group(layout, i + 1);
		for (size_t j = 1; j < count; j++)
			cells[i * count + j] = table_cell(layout, j - 1, i + 1);
	}
	*table = (struct table){ .columns = columns, .count = count };
	free(layout->cells);
	free(layout->is_marked);
	layout->table = table;
	layout->cells = cells;
	layout->rows = rows;
	layout->is_marked = mem_realloc_array(NULL, rows, sizeof(*layout->is_marked));
	memset(layout->is_marked, 0, rows * sizeof(*layout->is_marked));
	layout->count = 0;
	table_choose_columns(layout);
}

static enum sheet
fit_sheet(struct layout *layout)
{
	layout->gap = layout->count > 10 ? COLUMN_GAP * 0.7 : COLUMN_GAP;
	layout->room = TEXT_WIDTH;
	if (choose_size(layout))
		return SHEET_UPRIGHT;
	if (layout->table->may_turn && layout->rows <= TURNED_MAX && layout->left_out == 0) {
		turn(layout);
		layout->gap = COLUMN_GAP;
		if (choose_size(layout))
			return SHEET_UPRIGHT;
	}
	layout->room = sheet_body(SHEET_ACROSS).width;
	choose_size(layout);
	return SHEET_ACROSS;
}

static void
place_columns(struct layout *layout)
{
	double x = 0;

	for (size_t i = 0; i < layout->count; i++) {
		layout->x[i] = x;
		x += layout->width[i] + layout->gap;
	}
	layout->right = x - layout->gap;
}

enum sheet
table_choose_sheet(struct layout *layout)
{
	enum sheet sheet = fit_sheet(layout);

	place_columns(layout);
	return sheet;
}
