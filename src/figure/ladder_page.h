/*
 * ladder_page: a ladder while it is laid out and drawn as a scene; what the
 * files that do so share.
 */
#ifndef SYNSCOPE_FIGURE_LADDER_PAGE_H
#define SYNSCOPE_FIGURE_LADDER_PAGE_H

#include "figure/chart.h"
#include "figure/ladder_priv.h"

#define MARGIN       24.0
#define TITLE_BOTTOM 80.0
#define HEAD_LINE    14.0
#define ROW          26.0
#define SLOPE        8.0
#define BREAK_ROOM   22.0
#define LABEL_MAX    280.0
/* From a lane to the label of what goes to itself. */
#define LOOP_ROOM 38.0
/* What must lie between two texts in one column. */
#define TEXT_PITCH 14.0

extern const struct scene_style page_name_style;
extern const struct scene_style page_number_style;
extern const struct scene_style page_plain_style;
extern const struct scene_style page_time_style;
extern const struct scene_style page_head_style;

/* Where heads and breaks stand: no name of a state may. */
struct gap {
	double top;
	double bottom;
};

struct page {
	struct ladder ladder;
	bool has_numbers;
	double number_x; /* right edges */
	double time_x;
	double gaps_wide[LADDER_LANES_MAX]; /* labels, right of each lane */
	double head_width;
	double head_height;
	double remark_x; /* 0: there are none */
	double remark_width;
	struct gauge gauge;
	bool has_gauge;
	double width;
	double bottom;
	struct gap *gaps;
	size_t gap_count;
	double *heads; /* where rows of heads stand */
	size_t head_count;
	double text_y;           /* to scale: of the last row that has its texts */
	bool states[SOCK_COUNT]; /* that are shown */
};

/* --- ladder_measure.c --- */

/* First how wide all is, then where the rows stand. */
void page_measure(struct page *page);
void page_place(struct page *page);

const char *page_label_numbers(const struct page *page, const struct ladder_row *row);
double page_label_width(const struct page *page, const struct ladder_row *row);
const char *page_remark(const struct page *page, const struct ladder_row *row);
const char *page_number(const struct page *page, const struct ladder_row *row);
const char *page_time(const struct page *page, const struct ladder_row *row);
double page_bar_width(const struct ladder_lane *lane);
/* From a lane's middle to where its bars end. */
double page_lane_half(const struct ladder_lane *lane);
/* Where a name of an end is broken: before its port. 0: nowhere. */
size_t page_name_break(const struct page *page, const struct ladder_lane *lane);
/*
 * Where a remark is broken in two, so that the longer half is as short as can
 * be. To scale there is no room for that. 0: nowhere.
 */
size_t page_remark_break(const struct page *page, const char *remark, double *width);
bool page_is_remark_broken(const struct page *page, const struct ladder_row *row);

/* --- ladder_lanes.c --- */

void page_draw_lifelines(struct page *page);
/* The names of the lanes. */
void page_draw_heads(struct page *page, double y);
/* Where the bar of that end stands on its lane. */
double page_bar_x(const struct page *page, const struct ladder_end *end);
/* The states of that end. */
void page_draw_end(struct page *page, const struct ladder_flow *flow, bool is_server);
void page_draw_gauge(struct page *page);

/* --- ladder_rows.c --- */

void page_draw_row(struct page *page, const struct ladder_row *row);
void page_draw_break(struct page *page, const struct ladder_row *row);

#endif
