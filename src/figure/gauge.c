/*
 * A listener's accept queue as a band that runs down the page: solid is what
 * the packets force, pale what they allow, and a line what is likeliest.
 * Another line is how much it holds.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <math.h>

/* What has no upper bound reaches this far beyond what has one. */
#define OPEN_ROOM 8.0

void
gauge_init(struct gauge *gauge, struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, const struct listener_row *listener,
    const struct levels levels[QUEUE_COUNT])
{
	*gauge = (struct gauge){
		.scene = scene,
		.data = data,
		.options = options,
		.listener = listener,
		.levels = levels[QUEUE_ACCEPT],
		.most = 1,
	};
	for (size_t i = 0; i < gauge->levels.count; i++)
		if (gauge->levels.at[i].range.hi != RANGE_OPEN)
			gauge->most = fmax(gauge->most, (double)gauge->levels.at[i].range.hi);
	if (endpoint_has_limit(listener))
		gauge->most = fmax(gauge->most, (double)listener->backlog_best + 1);
}

static double
x_of(const struct gauge *gauge, int64_t value)
{
	if (value == RANGE_OPEN)
		return gauge->x + GAUGE_WIDTH;
	return gauge->x + (GAUGE_WIDTH - OPEN_ROOM) * (double)value / gauge->most;
}

/* Where the next level covers its end it reaches below that, lest a seam shows. */
static void
draw_part(const struct gauge *gauge, enum scene_class cls, struct scene_box box, bool is_covered)
{
	box.height += is_covered;
	if (box.width > 0)
		scene_rect(gauge->scene, cls, box);
}

static void
draw_level(const struct gauge *gauge, size_t i, double top, double bottom)
{
	enum lang lang = gauge->options->lang;
	const struct level *level = &gauge->levels.at[i];
	/* NULL: it is the last one */
	const struct level *next = i + 1 < gauge->levels.count ? &level[1] : NULL;
	double zero = x_of(gauge, 0);
	double lo = x_of(gauge, level->range.lo);
	double hi = x_of(gauge, level->range.hi);

	scene_group_begin(gauge->scene, NO_SUBJECT,
	    LABELED(gauge->scene, lang, LABEL_QUEUE_TIP, labels[lang][LABEL_QUEUE_ACCEPT],
		name_time(gauge->scene, gauge->data, level->at_ns),
		name_range(gauge->scene, lang, level->range),
		scene_format(gauge->scene, "%" PRId64, level->best)),
	    NULL);
	draw_part(gauge, CLASS_HELD_MAYBE, (struct scene_box){ lo, top, hi - lo, bottom - top },
	    next != NULL && x_of(gauge, next->range.hi) >= hi);
	draw_part(gauge, CLASS_HELD, (struct scene_box){ zero, top, lo - zero, bottom - top },
	    next != NULL && x_of(gauge, next->range.lo) >= lo);
	scene_group_end(gauge->scene);
}

void
gauge_draw(const struct gauge *gauge, const double *ys, double top)
{
	const struct levels *levels = &gauge->levels;
	struct scene_point *points =
	    scene_keep(gauge->scene, (2 * levels->count + 1) * sizeof(*points));
	double limit = x_of(gauge, gauge->listener->backlog_best + 1);
	double bottom = ys[levels->count];
	size_t count = 0;

	for (size_t i = 0; i < levels->count; i++) {
		double x = x_of(gauge, levels->at[i].best);

		if (ys[i + 1] - ys[i] < 0.5)
			continue;
		draw_level(gauge, i, ys[i], ys[i + 1]);
		/* At the end of the one before, where one between them was too short to be seen. */
		points[count] = (struct scene_point){ x, count > 0 ? points[count - 1].y : ys[i] };
		count++;
		points[count++] = (struct scene_point){ x, ys[i + 1] };
	}
	scene_line(gauge->scene, CLASS_AXIS, (struct scene_point){ gauge->x, ys[0] },
	    (struct scene_point){ gauge->x, bottom }, DASH_SOLID);
	if (count > 0)
		scene_polyline(gauge->scene, CLASS_BEST, points, count, DASH_SOLID);
	if (endpoint_has_limit(gauge->listener))
		scene_line(gauge->scene, CLASS_LIMIT, (struct scene_point){ limit, top },
		    (struct scene_point){ limit, bottom }, DASH_SOLID);
}

void
gauge_head(const struct gauge *gauge, double y, double line)
{
	const struct scene_style bold = { .size = line - 4, .bold = true, .anchor = ANCHOR_MIDDLE };
	const struct scene_style small = { .size = line - 5, .anchor = ANCHOR_MIDDLE };
	enum lang lang = gauge->options->lang;
	const struct range *backlog = &gauge->listener->backlog;
	bool is_open = backlog->hi == RANGE_OPEN;
	struct range holds = { backlog->lo + 1, is_open ? RANGE_OPEN : backlog->hi + 1 };
	double middle = gauge->x + GAUGE_WIDTH / 2;

	scene_text(gauge->scene, CLASS_LABEL, bold, (struct scene_point){ middle, y },
	    GAUGE_WIDTH + 20, labels[lang][LABEL_GAUGE]);
	if (endpoint_has_limit(gauge->listener))
		scene_text(gauge->scene, CLASS_LIMIT, small,
		    (struct scene_point){ middle, y + line }, GAUGE_WIDTH + 20,
		    LABELED(gauge->scene, lang, LABEL_QUEUE_HOLDS,
			name_range(gauge->scene, lang, holds)));
}
