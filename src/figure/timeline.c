/*
 * All flows over time: a few have a row each (timeline_rows.c); where there are
 * many, those to one end share one (timeline_bundles.c).
 */
#include "figure/timeline_priv.h"

#define ROWS_MAX 60
#define ROW      20.0
#define BUNDLE   46.0

static void
gather(struct timeline *all)
{
	all->flows =
	    scene_keep(all->scene, (all->data->flow_count + 1) * sizeof(struct flow_row *));
	for (size_t i = 0; i < all->data->flow_count; i++)
		if (chosen_has(all->options, all->data->flows[i].flow))
			all->flows[all->flow_count++] = &all->data->flows[i];
}

static void
gather_times(struct timeline *all)
{
	const struct figure_data *data = all->data;
	bool has_rows = all->flow_count <= ROWS_MAX;
	int64_t *times = scene_keep(all->scene,
	    (2 * data->flow_count + data->socket_count + data->packet_count + 2) * sizeof(*times));
	size_t count = 0;

	for (size_t i = 0; i < all->flow_count; i++) {
		times[count++] = all->flows[i]->start_ns;
		times[count++] = all->flows[i]->end_ns;
	}
	for (size_t i = 0; has_rows && i < data->socket_count; i++)
		if (data->sockets[i].flow != 0 && chosen_has(all->options, data->sockets[i].flow) &&
		    data->sockets[i].at_ns <= data->last_ns)
			times[count++] = data->sockets[i].at_ns;
	for (size_t i = 0; has_rows && i < data->packet_count; i++)
		if (timeline_is_odd(&data->packets[i]) &&
		    chosen_has(all->options, data->packets[i].flow))
			times[count++] = data->packets[i].ts_ns;
	if (all->options->time == TIME_SCALED) {
		times[count++] = data->first_ns;
		times[count++] = data->last_ns;
	}
	time_axis_init(&all->axis, all->scene, times, count, data->first_ns, PLOT_LEFT + 6,
	    PLOT_RIGHT - 6, all->options->time);
}

static void
draw_title(struct timeline *all)
{
	enum lang lang = all->options->lang;
	const char *capture = model_capture(all->scene, all->data);
	const char *count = chart_number(all->scene, (double)all->flow_count, 1);
	const char *below = all->flow_count <= ROWS_MAX
				? LABELED(all->scene, lang, LABEL_TIMELINE_HALVES, capture)
				: LABELED(all->scene, lang, LABEL_TIMELINE_BUNDLES, capture);

	chart_title(all->scene, CHART_WIDTH,
	    LABELED(all->scene, lang,
		all->flow_count == 1 ? LABEL_TIMELINE_TITLE_ONE : LABEL_TIMELINE_TITLE, count),
	    below, LABELED(all->scene, lang, LABEL_TIMELINE_DESC, count, capture));
}

static void
draw_all(struct timeline *all)
{
	bool has_rows = all->flow_count <= ROWS_MAX;
	size_t rows = has_rows ? all->flow_count : all->bundle_count;
	double top = 84;
	double bottom = top + (double)rows * (has_rows ? ROW : BUNDLE) + 4;

	draw_title(all);
	time_axis_grid(&all->axis, top, bottom);
	for (size_t i = 0; i < rows; i++)
		if (has_rows)
			timeline_draw_row(all, i, top + 4 + (double)i * ROW);
		else
			timeline_draw_bundle(all, i, top + 4 + (double)i * BUNDLE);
	time_axis_draw_breaks(&all->axis, top, bottom);
	scene_line(all->scene, CLASS_AXIS, (struct scene_point){ PLOT_LEFT, bottom },
	    (struct scene_point){ PLOT_RIGHT, bottom }, DASH_SOLID);
	top = time_axis_labels(&all->axis, bottom, timeline_word(all, LABEL_SINCE_FIRST)) + 24;
	top = has_rows ? timeline_rows_legend(all, top) : timeline_bundles_legend(all, top);
	scene_size(all->scene, CHART_WIDTH, top + 6);
}

enum status
timeline_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct timeline all = { .scene = scene, .data = data, .options = options };

	gather(&all);
	if (all.flow_count == 0)
		return diag_set(diag, ST_USAGE,
		    options->flow_count == 0 ? "there are no flows to draw"
					     : "there is no such flow");
	gather_times(&all);
	if (all.flow_count > ROWS_MAX)
		timeline_gather_bundles(&all);
	draw_all(&all);
	return ST_OK;
}
