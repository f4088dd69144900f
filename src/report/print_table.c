/*
 * Tables: what is in them. Each has the columns that hold anything; how wide they
 * are is found by print_table_fit.c, and print_table_draw.c draws them.
 */
#include "report/print_table.h"

#include <stdlib.h>
#include <string.h>

/* No higher, and a table is not parted: a third of a page. */
#define WHOLE_HEIGHT 320.0

#define MARK_ROOM 8.0 /* beside the text, for the bar of a row */

static const char *
outcome_of(struct press *press, const char *outcome)
{
	static const char *const words[][2] = {
		{ "agrees", N_("agree") },
		{ "contradicts", N_("contradict each other") },
		{ "recorded-only", N_("recorded only") },
		{ "found-only", N_("packets only") },
		{ "unknown", N_("not known") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], outcome) == 0)
			return catalog_say(press->catalog, words[i][1]);
	return outcome;
}

static const char *
state_of(struct press *press, const struct markup_node *row, const char *state)
{
	struct text words = { 0 };

	if (state[0] == '\0' || strcmp(press_value(press, row, "certain"), "no") != 0)
		return state;
	text_put(&words, state);
	text_char(&words, ' ');
	text_put(&words, catalog_say(press->catalog, N_("likely")));
	return press_keep(press, &words);
}

/* "3 0 12" */
static const char *
bars_of(struct press *press, const struct markup_node *row, const char *name)
{
	struct text counts = { 0 };

	for (const struct markup_node *bin = markup_child(row, name); bin != NULL;
	     bin = markup_next(bin, name)) {
		text_put(&counts, press_value(press, bin, "count"));
		text_char(&counts, ' ');
	}
	return press_keep(press, &counts);
}

static const char *
cell_of(struct press *press, const struct column *column, const struct markup_node *row)
{
	const char *value;

	if (column->flags & COLUMN_WORDS)
		return press_content(press, row);
	if (column->flags & COLUMN_BARS)
		return bars_of(press, row, column->attribute);
	value = press_value(press, row, column->attribute);
	if (column->flags & COLUMN_FRAMES)
		return press_frames(press, value);
	if (column->flags & COLUMN_OUTCOME)
		return outcome_of(press, value);
	return column->flags & COLUMN_LIKELY ? state_of(press, row, value) : value;
}

static void
collect(struct layout *layout, const struct markup_node *first)
{
	const struct table *table = layout->table;

	for (const struct markup_node *row = first; row != NULL;
	     row = markup_next(row, table->element)) {
		if (layout->rows == table->most) {
			layout->left_out++;
			continue;
		}
		layout->cells = mem_realloc_array(
		    layout->cells, (layout->rows + 1) * table->count, sizeof(*layout->cells));
		layout->is_marked = mem_realloc_array(
		    layout->is_marked, layout->rows + 1, sizeof(*layout->is_marked));
		for (size_t i = 0; i < table->count; i++)
			layout->cells[layout->rows * table->count + i] =
			    cell_of(layout->press, &table->columns[i], row);
		layout->is_marked[layout->rows++] =
		    table->is_marked != NULL && table->is_marked(row);
	}
}

const char *
table_cell(const struct layout *layout, size_t row, size_t column)
{
	return layout->cells[row * layout->table->count + layout->places[column]];
}

static bool
varies(const struct layout *layout, size_t place)
{
	for (size_t row = 1; row < layout->rows; row++)
		if (strcmp(layout->cells[row * layout->table->count + place],
			layout->cells[place]) != 0)
			return true;
	return false;
}

static bool
holds_anything(const struct layout *layout, size_t place)
{
	if ((layout->table->columns[place].flags & COLUMN_VARIED) && !varies(layout, place))
		return false;
	for (size_t row = 0; row < layout->rows; row++)
		if (layout->cells[row * layout->table->count + place][0] != '\0')
			return true;
	return false;
}

void
table_choose_columns(struct layout *layout)
{
	for (size_t i = 0; i < layout->table->count; i++) {
		if (!holds_anything(layout, i))
			continue;
		if (layout->table->columns[i].flags & COLUMN_BELOW) {
			layout->below = i;
			continue;
		}
		layout->columns[layout->count] = &layout->table->columns[i];
		layout->places[layout->count++] = i;
	}
}

const char *
table_heading(const struct layout *layout, size_t column)
{
	return catalog_say(layout->press->catalog, layout->columns[column]->heading);
}

void
table_put(struct press *press, const struct table *table, const struct markup_node *first)
{
	struct layout layout = { .press = press, .table = table, .below = SIZE_MAX };
	struct block *block;

	collect(&layout, first);
	table_choose_columns(&layout);
	if (layout.count > 0) {
		block = press_block(press, "Table");
		block->before = 8;
		layout.scene = block->scene;
		block->sheet = table_choose_sheet(&layout);
		block->floats = block->sheet != SHEET_UPRIGHT;
		table_draw(&layout);
		scene_size(block->scene, layout.room + MARK_ROOM, layout.y + 1);
		block->is_whole = layout.y < WHOLE_HEIGHT;
	}
	free(layout.cells);
	free(layout.is_marked);
}
