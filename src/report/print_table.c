/*
 * Tables: columns as wide as what is in them where there is room, else each
 * gives in the measure of how much it can be wrapped.
 */
#include "report/print_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_LEADING 1.36 /* ems */
#define CELL_LINES   12   /* more are cut */
#define COLUMN_GAP   14.0
#define ROW_PADDING  3.2
#define SHORT_WORDS  4.0 /* ems */
#define BARS_WIDTH   110.0
#define CHIP         7.0
#define CHIP_ROOM    11.0
#define MARK_ROOM    8.0 /* beside the text, for the bar of a row */
/* No higher, and a table is not parted: a third of a page. */
#define WHOLE_HEIGHT 320.0

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

/* The largest in which its narrowest columns fit. */
static const double sizes[] = { 11.2, 10.2, 9.4, 8.6 };

#define SIZE_WELL 9.4

/* So many rows may become columns. */
#define TURNED_MAX 8

struct layout {
	struct press *press;
	const struct table *table;
	struct scene *scene;
	const char **cells; /* row by row */
	bool *is_marked;    /* by row */
	size_t rows;
	size_t left_out;
	const struct column *columns[TABLE_COLUMNS_MAX]; /* those that hold anything */
	size_t places[TABLE_COLUMNS_MAX];                /* in the table */
	size_t count;
	bool has_long_headings; /* in one line each */
	size_t below; /* the place of what stands below each row; SIZE_MAX: nothing does */
	double room;  /* for all of it */
	double gap;
	double size;
	double x[TABLE_COLUMNS_MAX];
	double width[TABLE_COLUMNS_MAX];
	double y;
	double right;
};

/* --- what is in it --- */

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

static const char *
cell(const struct layout *layout, size_t row, size_t column)
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

static void
choose_columns(struct layout *layout)
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

/* --- how wide its columns are --- */

static struct scene_style
style_of(const struct layout *layout, size_t column, bool is_heading)
{
	unsigned flags = layout->columns[column]->flags;

	return (struct scene_style){
		.size = layout->size,
		.bold = is_heading,
		.mono = !is_heading && (flags & COLUMN_MONO),
		.anchor = flags & COLUMN_NUMBER ? ANCHOR_END : ANCHOR_START,
	};
}

static const char *
heading_of(const struct layout *layout, size_t column)
{
	return catalog_say(layout->press->catalog, layout->columns[column]->heading);
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
	struct scene_style style = style_of(layout, column, false);
	double chip = layout->columns[column]->flags & COLUMN_STATE ? CHIP_ROOM : 0;

	if (layout->columns[column]->flags & COLUMN_BARS) {
		*wants = *needs = BARS_WIDTH;
		return;
	}
	*needs = narrowest(heading_of(layout, column), style_of(layout, column, true));
	*wants = *needs;
	if (layout->has_long_headings)
		*wants =
		    scene_text_width(heading_of(layout, column), style_of(layout, column, true));
	for (size_t row = 0; row < layout->rows; row++) {
		const char *words = cell(layout, row, column);

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
	text_put(&words, heading_of(layout, column));
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
		columns[i] =
		    (struct column){ .heading = cell(layout, i - 1, 0), .flags = COLUMN_NUMBER };
	for (size_t i = 0; i < rows; i++) {
		cells[i * count] = heading_with_group(layout, i + 1);
		for (size_t j = 1; j < count; j++)
			cells[i * count + j] = cell(layout, j - 1, i + 1);
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
	choose_columns(layout);
}

/* What is too wide for an upright page is turned, or lies across one. */
static enum sheet
choose_sheet(struct layout *layout)
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

/* --- drawing --- */

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
		.style = style_of(layout, column, is_heading),
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
		const struct column_of lines = { .style = style_of(layout, i, true),
			.width = layout->width[i],
			.most = CELL_LINES };
		size_t count = lines_count(&lines, heading_of(layout, i));

		most = count > most ? count : most;
	}
	top = layout->y;
	for (size_t i = 0; i < layout->count; i++) {
		const struct column_of lines = { .style = style_of(layout, i, true),
			.width = layout->width[i],
			.most = CELL_LINES };
		size_t count = lines_count(&lines, heading_of(layout, i));

		layout->y = top + (double)(most - count) * leading(layout);
		draw_cell(layout, i, heading_of(layout, i), true);
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
		size_t count = draw_cell(layout, i, cell(layout, row, i), false);

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
table_put(struct press *press, const struct table *table, const struct markup_node *first)
{
	struct layout layout = { .press = press, .table = table, .below = SIZE_MAX };
	struct block *block;

	collect(&layout, first);
	choose_columns(&layout);
	if (layout.count > 0) {
		block = press_block(press, "Table");
		block->before = 8;
		layout.scene = block->scene;
		block->sheet = choose_sheet(&layout);
		block->floats = block->sheet != SHEET_UPRIGHT;
		place_columns(&layout);
		draw_head(&layout);
		draw_rows(&layout);
		say_left_out(&layout);
		scene_size(block->scene, layout.room + MARK_ROOM, layout.y + 1);
		block->is_whole = layout.y < WHOLE_HEIGHT;
	}
	free(layout.cells);
	free(layout.is_marked);
}
