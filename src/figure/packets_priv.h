/*
 * packets_priv: the list of packets while it is laid out and drawn; what its
 * files share.
 */
#ifndef SYNSCOPE_FIGURE_PACKETS_PRIV_H
#define SYNSCOPE_FIGURE_PACKETS_PRIV_H

#include "figure/chart.h"

#define MARGIN    CHART_MARGIN
#define LIST_TOP  76.0
#define HEAD_ROW  24.0
#define ROW       18.0
#define BASELINE  12.8 /* of a row's texts, below its top */
#define SIZE      11.0
#define CHARACTER (SIZE * 602 / 1000) /* what measure.c says of the fixed face */
#define PAD       6.0                 /* at both sides of a cell */
#define MAP_GAP   10.0
#define MAP_WIDTH 16.0
#define PANE_GAP  26.0

/* Past this, the middle is left out. */
#define ROWS_MAX 64

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

struct list_column {
	enum label label;
	enum scene_anchor anchor;
};

extern const struct list_column list_columns[COLUMN_COUNT];
extern const struct scene_style list_cell_style;

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

/* --- colours: packets_rules.c --- */

struct list_rule {
	enum scene_class cls;
	const char *name; /* Wireshark's */
	bool (*holds)(const struct info *info);
	enum scene_class bracket; /* that is seen on it */
};

/* In one table: of two rules, the lesser one is asked first. */
const struct list_rule *list_rule_of(const struct info *info);
/* Which colour is which, by Wireshark's names, as far as they occur. */
void list_draw_legend(struct list *list);

/* --- rows: packets_rows.c --- */

/* Spaces that a renderer would drop stay, as U+00A0. */
void list_put_steady(struct text *out, const char *data, size_t count);
/* Of a line that is one packet. */
void list_fill_cells(struct list *list, struct line *line);
/* Fills the cells of all lines, and finds where they stand. */
void list_place(struct list *list);
void list_draw_head(const struct list *list);
void list_draw_line(const struct list *list, const struct line *line);

/* --- beside them: packets_beside.c --- */

void list_draw_bracket(const struct list *list);
void list_draw_map(const struct list *list);

/* --- below them: packets_bytes.c --- */

/* The chosen frame's row is framed; its bytes follow. */
void list_draw_choice(struct list *list);

#endif
