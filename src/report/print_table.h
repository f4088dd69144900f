/* print_table: what the files of a table share; private to them. */
#ifndef SYNSCOPE_REPORT_PRINT_TABLE_H
#define SYNSCOPE_REPORT_PRINT_TABLE_H

#include "report/print_priv.h"

#define BARS_WIDTH 110.0
#define CHIP_ROOM  11.0 /* of the colour before a state */

/* A table on its way from elements to a scene. */
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

/* --- what is in it: print_table.c --- */

const char *table_cell(const struct layout *layout, size_t row, size_t column);
const char *table_heading(const struct layout *layout, size_t column);
/* Of the cells there are, the columns that hold anything. */
void table_choose_columns(struct layout *layout);

/* --- how wide its columns are: print_table_fit.c --- */

struct scene_style table_style(const struct layout *layout, size_t column, bool is_heading);
/* What is too wide for an upright page is turned, or lies across one. */
enum sheet table_choose_sheet(struct layout *layout);

/* --- drawing: print_table_draw.c --- */

void table_draw(struct layout *layout);

#endif
