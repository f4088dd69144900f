/*
 * What stands beside the rows of the list of packets: the bracket of the chosen
 * flow, and a stripe for each packet, which shows the whole of a list that
 * leaves out its middle.
 */
#include "figure/packets_priv.h"

/* --- the bracket of the chosen flow --- */

static bool
is_of_flow(const struct list *list, const struct line *line)
{
	for (size_t i = line->packet; i < line->packet + line->count; i++)
		if (list->data->packets[i].flow == list->flow)
			return true;
	return false;
}

/* What is left out stands on a light ground. */
static enum scene_class
bracket_on(const struct list *list, const struct line *line)
{
	return line->count > 1 ? CLASS_BRACKET : list_rule_of(&list->infos[line->packet])->bracket;
}

/* From the first to before the last of lines that look alike. */
static void
draw_stroke(const struct list *list, size_t from, size_t to, bool is_first, bool is_last)
{
	const struct line *first = &list->lines[from];
	const struct line *last = &list->lines[to - 1];
	const double x = list->x[0] + PAD;
	const double tick = 7;
	double top = first->top + (is_first ? ROW / 2 : 0);
	double bottom = last->top + (is_last ? ROW / 2 : last->height);
	const struct scene_point way[] = {
		{ x + (is_first ? tick : 0), top },
		{ x, top },
		{ x, bottom },
		{ x + (is_last ? tick : 0), bottom },
	};

	scene_polyline(list->scene, bracket_on(list, first), way, 4,
	    is_of_flow(list, first) ? DASH_SOLID : DASH_DOTTED);
}

/* Solid beside rows of the flow, dotted beside others. */
void
list_draw_bracket(const struct list *list)
{
	size_t first = 0, last = list->line_count;

	if (list->flow == 0)
		return;
	while (first < last && !is_of_flow(list, &list->lines[first]))
		first++;
	while (last > first && !is_of_flow(list, &list->lines[last - 1]))
		last--;
	for (size_t i = first, to; i < last; i = to) {
		const struct line *line = &list->lines[i];

		for (to = i + 1; to < last; to++)
			if (is_of_flow(list, &list->lines[to]) != is_of_flow(list, line) ||
			    bracket_on(list, &list->lines[to]) != bracket_on(list, line))
				break;
		draw_stroke(list, i, to, i == first, to == last);
	}
}

/* --- the minimap --- */

/* Stripes thinner than this are drawn as one, in the colour of the first rule among them. */
#define STRIPE_MIN 0.5

static double
map_y(const struct list *list, size_t packet)
{
	double top = LIST_TOP + HEAD_ROW;
	const struct line *last = &list->lines[list->line_count - 1];
	double bottom = last->top + last->height;

	return top + (bottom - top) * (double)packet / (double)list->data->packet_count;
}

/* The packets of one stripe: as many as have the same rule, or as must share one. */
static size_t
stripe(const struct list *list, size_t from, const struct list_rule **rule)
{
	size_t to = from;

	*rule = list_rule_of(&list->infos[from]);
	for (; to < list->data->packet_count; to++) {
		const struct list_rule *other = list_rule_of(&list->infos[to]);
		bool is_thin = map_y(list, to) - map_y(list, from) < STRIPE_MIN;

		if (other != *rule && !is_thin)
			break;
		if (other < *rule)
			*rule = other;
	}
	return to;
}

void
list_draw_map(const struct list *list)
{
	double x = list->x[COLUMN_COUNT] + MAP_GAP;
	double top = map_y(list, 0);
	double bottom = map_y(list, list->data->packet_count);

	for (size_t i = 0, next; i < list->data->packet_count; i = next) {
		const struct list_rule *rule;

		next = stripe(list, i, &rule);
		scene_rect(list->scene, rule->cls,
		    (struct scene_box){
			x, map_y(list, i), MAP_WIDTH, map_y(list, next) - map_y(list, i) });
	}
	scene_round_rect(list->scene, CLASS_FRAME,
	    (struct scene_box){ x, top, MAP_WIDTH, bottom - top }, 0, DASH_SOLID);
	if (list->chosen != SIZE_MAX) {
		double y = (map_y(list, list->chosen) + map_y(list, list->chosen + 1)) / 2;

		scene_line(list->scene, CLASS_CHOSEN, (struct scene_point){ x - 4, y },
		    (struct scene_point){ x + MAP_WIDTH + 4, y }, DASH_SOLID);
	}
	/* What of it the list shows. */
	for (size_t i = 0, to; list->data->packet_count > ROWS_MAX && i < list->line_count;
	     i = to) {
		for (to = i; to < list->line_count && list->lines[to].count == 1; to++)
			continue;
		if (to > i)
			scene_line(list->scene, CLASS_AXIS,
			    (struct scene_point){ x - 3, map_y(list, list->lines[i].packet) },
			    (struct scene_point){
				x - 3, map_y(list, list->lines[to - 1].packet + 1) },
			    DASH_SOLID);
		else
			to++;
	}
}
