/*
 * What found no room in a listener's queues: a lane for each way to miss it,
 * with a cross for each packet, and its frame beside it where that has room.
 */
#include "figure/queue_priv.h"

#include <inttypes.h>
#include <math.h>

#define LANE 20.0
#define FEW  10 /* frames, which are named one by one */

static const struct lane {
	enum miss miss;
	enum label name;
} lanes[] = {
	{ MISS_IGNORED, LABEL_QUEUE_IGNORED },
	{ MISS_DROPPED, LABEL_QUEUE_DROPPED },
	{ MISS_ABORTED, LABEL_QUEUE_ABORTED },
};

static size_t
count_misses(const struct queue *queue, enum miss miss)
{
	size_t count = 0;

	for (size_t i = 0; i < queue->data->packet_count; i++)
		count += queue->misses[i] == miss;
	return count;
}

/* Neighbours too close to be told apart are one cross. */
static size_t
cluster_end(const struct queue *queue, enum miss miss, size_t from)
{
	double x = time_axis_at(&queue->axis, queue->data->packets[from].ts_ns);
	size_t end = from;

	for (size_t i = from; i < queue->data->packet_count; i++) {
		if (queue->misses[i] != miss)
			continue;
		if (fabs(time_axis_at(&queue->axis, queue->data->packets[i].ts_ns) - x) > 11)
			break;
		end = i;
	}
	return end;
}

/* "29, 30", of many the first and the last. */
static const char *
frames_of(const struct queue *queue, enum miss miss, size_t from, size_t end, size_t *count)
{
	struct text out = { 0 };

	*count = 0;
	for (size_t i = from; i <= end; i++) {
		if (queue->misses[i] != miss)
			continue;
		if (++*count <= FEW) {
			text_put(&out, *count > 1 ? ", " : "");
			text_u64(&out, queue->data->packets[i].frame.number);
		}
	}
	if (*count > FEW) {
		text_put(&out, " … ");
		text_u64(&out, queue->data->packets[end].frame.number);
	}
	return scene_adopt(queue->scene, &out);
}

/* The frames right of a cross, or of them as many as there is room for. */
static void
name_frames(struct queue *queue, const struct packet_row *first, const char *frames, size_t count,
    double x, double y)
{
	const struct scene_style style = { .size = 10 };
	const char *const tries[] = {
		count <= 2
		    ? frames
		    : scene_format(queue->scene, "%" PRIu32 "… ×%zu", first->frame.number, count),
		scene_format(
		    queue->scene, count == 1 ? "%" PRIu32 : "%" PRIu32 "…", first->frame.number),
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct scene_box box = { x + 7, y - 8, scene_text_width(tries[i], style) + 2, 15 };

		if (box.x + box.width > CHART_WIDTH - 4 || !slots_take(&queue->slots, box))
			continue;
		scene_text(queue->scene, CLASS_MUTED, style, (struct scene_point){ x + 8, y + 3.5 },
		    0, tries[i]);
		return;
	}
}

/* Those that share a cross, which may be of several flows. */
static struct scene_subject
cluster_subject(const struct queue *queue, enum miss miss, size_t from, size_t end)
{
	const struct packet_row *packets = queue->data->packets;
	struct scene_subject about = model_run(&packets[from], &packets[end]);

	for (size_t i = from; i <= end; i++)
		if (queue->misses[i] == miss && packets[i].flow != about.flow)
			about.flow = 0;
	return about;
}

static void
draw_cross(struct queue *queue, const struct lane *lane, size_t from, size_t end, double y)
{
	enum lang lang = queue->options->lang;
	const struct packet_row *packet = &queue->data->packets[from];
	double x = time_axis_at(&queue->axis, packet->ts_ns);
	size_t count;
	const char *frames = frames_of(queue, lane->miss, from, end, &count);

	scene_group_begin(queue->scene, cluster_subject(queue, lane->miss, from, end),
	    scene_format(queue->scene, "%s, %s s: %s", labels[lang][lane->name],
		name_time(queue->scene, queue->data, packet->ts_ns),
		LABELED(queue->scene, lang, count == 1 ? LABEL_FRAME : LABEL_FRAMES, frames)),
	    NULL);
	chart_cross(queue->scene, CLASS_MISSED, (struct scene_point){ x, y }, 4);
	name_frames(queue, packet, frames, count, x, y);
	scene_group_end(queue->scene);
}

/* Crosses keep their places before labels get what is left. */
static void
reserve_crosses(struct queue *queue, enum miss miss, double y)
{
	size_t end;

	for (size_t i = 0; i < queue->data->packet_count; i = end + 1) {
		double x;

		end = i;
		if (queue->misses[i] != miss)
			continue;
		end = cluster_end(queue, miss, i);
		x = time_axis_at(&queue->axis, queue->data->packets[i].ts_ns);
		slots_take(&queue->slots, (struct scene_box){ x - 5, y - 5, 10, 10 });
	}
}

static double
draw_lane(struct queue *queue, const struct lane *lane, double y)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_END };
	size_t end;

	scene_text(queue->scene, CLASS_AXIS, style, (struct scene_point){ PLOT_LEFT - 8, y + 4 },
	    PLOT_LEFT - 10, labels[queue->options->lang][lane->name]);
	scene_line(queue->scene, CLASS_GRID, (struct scene_point){ PLOT_LEFT, y },
	    (struct scene_point){ PLOT_RIGHT, y }, DASH_SOLID);
	reserve_crosses(queue, lane->miss, y);
	for (size_t i = 0; i < queue->data->packet_count; i = end + 1) {
		end = i;
		if (queue->misses[i] != lane->miss)
			continue;
		end = cluster_end(queue, lane->miss, i);
		draw_cross(queue, lane, i, end, y);
	}
	return y + LANE;
}

double
queue_lanes_height(const struct queue *queue)
{
	double height = 0;

	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
		if (count_misses(queue, lanes[i].miss) > 0)
			height += LANE;
	return height;
}

void
queue_draw_lanes(struct queue *queue)
{
	const struct panel *panel = &queue->panels[QUEUE_ACCEPT];
	double y = panel->top + panel->height + LANE / 2 + 4;

	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
		if (count_misses(queue, lanes[i].miss) > 0)
			y = draw_lane(queue, &lanes[i], y);
}
