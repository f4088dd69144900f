/* queue_priv: a listener's queues over time, while they are drawn. */
#ifndef SYNSCOPE_FIGURE_QUEUE_PRIV_H
#define SYNSCOPE_FIGURE_QUEUE_PRIV_H

#include "figure/chart.h"

#define PLOT_LEFT  100.0
#define PLOT_RIGHT (CHART_WIDTH - 112)

struct panel {
	enum label name;
	enum scene_class solid;
	enum scene_class maybe;
	double height;
	double top;
	const struct level *levels;
	size_t count;
	struct scale scale;
	double step;
};

struct queue {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct listener_row *listener;
	const enum miss *misses;
	struct panel panels[QUEUE_COUNT];
	struct time_axis axis;
	struct slots slots;
};

/* --- what did not fit: queue_lanes.c --- */

/* 0: everything did. */
double queue_lanes_height(const struct queue *queue);
void queue_draw_lanes(struct queue *queue);

#endif
