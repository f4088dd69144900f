/*
 * chart: what the figures with axes share: scales, round ticks, an axis of
 * time that is broken where nothing happens, legends, and labels that keep out
 * of each other's way. Private to the room.
 */
#ifndef SYNSCOPE_FIGURE_CHART_H
#define SYNSCOPE_FIGURE_CHART_H

#include "figure/figure_priv.h"

#define CHART_WIDTH  960.0
#define CHART_MARGIN 28.0

/* --- values --- */

/* From a value to its place. What has no extent is in the middle. */
struct scale {
	double lo;
	double hi;
	double from;
	double to;
	bool is_log; /* both bounds above 0 */
};

double scale_at(const struct scale *scale, double value);

/* 1, 2 or 5 times a power of ten, at least least, so that span holds at most most of it. */
double scale_step(double span, unsigned most, double least);

/* "0.25", "10 000": with as many digits after the point as the step has. */
const char *chart_number(struct scene *scene, double value, double step);
/* "20 kB" */
const char *chart_bytes(struct scene *scene, double value, double step);

enum chart_unit {
	CHART_NUMBERS,
	CHART_BYTES,
};

/* Horizontal lines at round values, and those at their left. */
void chart_values(struct scene *scene, const struct scale *scale, double left, double right,
    double step, enum chart_unit unit);
/* A name beside it, read from below. */
void chart_name_values(struct scene *scene, const struct scale *scale, double x, const char *name);

/* --- time: time_axis.c --- */

#define TIME_PIECES 3

struct time_axis {
	struct scene *scene;
	struct time_piece {
		int64_t lo_ns; /* since zero_ns */
		int64_t hi_ns;
		double from;
		double to;
	} pieces[TIME_PIECES];
	size_t count;
	int64_t zero_ns;
	const int64_t *times; /* what was given, since zero_ns, in order, each once */
	size_t time_count;
	bool is_even;
};

/*
 * An axis for what happens at these times (which are changed, and kept), from
 * zero_ns on. TIME_COMPRESSED breaks it up to twice, where that tells
 * more of them apart.
 */
void time_axis_init(struct time_axis *axis, struct scene *scene, int64_t *times, size_t count,
    int64_t zero_ns, double from, double to, enum figure_time how);
double time_axis_at(const struct time_axis *axis, int64_t ns);
/* Vertical lines at round times. */
void time_axis_grid(const struct time_axis *axis, double top, double bottom);
/* Those times, below y, and what they are; returns where that ends. */
double time_axis_labels(const struct time_axis *axis, double y, const char *name);
/* Only what shows where it is broken, over what was drawn in between. */
void time_axis_draw_breaks(const struct time_axis *axis, double top, double bottom);

/* A time, or a span of it, with as many digits as the step asks for: "2.5 ms" */
const char *time_tick(struct scene *scene, int64_t ns, int64_t step_ns);
/* 1, 2 or 5 times a power of ten of nanoseconds up to ten seconds, then as clocks have it. */
int64_t time_step(int64_t span_ns, unsigned most);

/* --- labels that do not meet --- */

struct slots {
	struct scene_box *boxes;
	size_t count;
};

void slots_init(struct slots *slots, struct scene *scene);
/* False: something is there already, or there are too many. */
bool slots_take(struct slots *slots, struct scene_box box);

/* --- frames of figures --- */

enum chart_sample {
	SAMPLE_BOX,
	SAMPLE_LINE,
	SAMPLE_DASHED,
	SAMPLE_DOTTED,
	SAMPLE_CROSS,
	SAMPLE_DOT,
	SAMPLE_TICK,
	SAMPLE_TICK_DASHED,
};

struct chart_entry {
	enum chart_sample sample;
	enum scene_class cls;
	const char *text;
};

/* In one row or several; returns the baseline after them. */
double chart_legend(struct scene *scene, struct scene_point at, double right,
    const struct chart_entry *entries, size_t count);
void chart_cross(struct scene *scene, enum scene_class cls, struct scene_point at, double half);
void chart_title(
    struct scene *scene, double width, const char *title, const char *below, const char *desc);

#endif
