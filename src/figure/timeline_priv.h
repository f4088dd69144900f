/* timeline_priv: what the files of the timeline share; private to them. */
#ifndef SYNSCOPE_FIGURE_TIMELINE_PRIV_H
#define SYNSCOPE_FIGURE_TIMELINE_PRIV_H

#include "figure/chart.h"

#define PLOT_LEFT  270.0
#define PLOT_RIGHT (CHART_WIDTH - 116)
#define LABEL_LEFT CHART_MARGIN

struct bundle;

struct timeline {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct flow_row **flows;
	size_t flow_count;
	struct time_axis axis;
	struct bundle *bundles;
	size_t bundle_count;
	bool states[SOCK_COUNT]; /* that were drawn */
	bool looks[CLASS_COUNT];
};

static inline const char *
timeline_word(const struct timeline *all, enum label label)
{
	return labels[all->options->lang][label];
}

/* --- a few flows, a row each: timeline_rows.c --- */

/* Gets a tick in its flow's row. */
bool timeline_is_odd(const struct packet_row *row);
void timeline_draw_row(struct timeline *all, size_t place, double top);
/* Returns where it ends. */
double timeline_rows_legend(struct timeline *all, double y);

/* --- many, a row each end: timeline_bundles.c --- */

void timeline_gather_bundles(struct timeline *all);
void timeline_draw_bundle(struct timeline *all, size_t place, double top);
double timeline_bundles_legend(struct timeline *all, double y);

#endif
