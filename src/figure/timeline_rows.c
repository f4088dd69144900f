/*
 * A few flows over time, a row each: the upper half is the client's socket and the
 * lower half the server's, in the colours of their states; what is odd is a tick
 * across.
 */
#include "figure/timeline_priv.h"

#include <inttypes.h>
#include <math.h>

#define HALF 7.0

bool
timeline_is_odd(const struct packet_row *row)
{
	return row->verdict.marks != 0 || (row->flags & TCP_RST) != 0 || is_icmp(&row->tuple);
}

static void
draw_half(struct timeline *all, const struct flow_row *flow, bool is_server, double top)
{
	struct change *changes;
	size_t count = model_changes(all->scene, all->data, flow->flow, is_server, &changes);

	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		double left = time_axis_at(&all->axis, change->at_ns);
		double right =
		    i + 1 < count ? time_axis_at(&all->axis, changes[i + 1].at_ns) : PLOT_RIGHT;

		if (change->state == SOCK_CLOSED || change->at_ns > all->data->last_ns)
			continue;
		all->states[change->state] = true;
		scene_group_begin(all->scene, model_flow(flow->flow),
		    LABELED(all->scene, all->options->lang,
			change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY,
			timeline_word(all, is_server ? LABEL_SERVER : LABEL_CLIENT),
			name_state(change->state), name_time(all->scene, all->data, change->at_ns)),
		    NULL);
		/* However short, it was there. */
		scene_rect(all->scene, class_of_state(change->state),
		    (struct scene_box){ left, top, fmax(right - left, 0.8), HALF });
		scene_group_end(all->scene);
	}
}

static void
draw_plain(struct timeline *all, const struct flow_row *flow, double top)
{
	double left = time_axis_at(&all->axis, flow->start_ns);
	double right = time_axis_at(&all->axis, flow->end_ns);

	/* No state has its look. */
	all->looks[CLASS_DATAGRAM] = true;
	scene_line(all->scene, CLASS_DATAGRAM, (struct scene_point){ left, top + HALF },
	    (struct scene_point){ fmax(right, left + 3), top + HALF }, DASH_SOLID);
}

static void
draw_ticks(struct timeline *all, const struct flow_row *flow, double top)
{
	double last = -1e9;

	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct packet_row *row = &all->data->packets[i];
		double x = time_axis_at(&all->axis, row->ts_ns);
		enum scene_class cls;

		if (row->flow != flow->flow || !timeline_is_odd(row) || fabs(x - last) < 1.5)
			continue;
		last = x;
		cls = model_look(row).cls;
		/* What only looks odd to the receiver is no colour of its own. */
		cls = cls == CLASS_ACK || cls == CLASS_SEGMENT || cls == CLASS_DATAGRAM ? CLASS_BEST
											: cls;
		all->looks[cls] = true;
		scene_group_begin(all->scene, model_packet(row),
		    model_tip(all->scene, all->data, all->options, row), NULL);
		scene_line(all->scene, cls, (struct scene_point){ x, top - 2 },
		    (struct scene_point){ x, top + 2 * HALF + 2 },
		    cls == CLASS_RESENT ? DASH_DASHED : DASH_SOLID);
		scene_group_end(all->scene);
	}
}

/* How it opened, where that went wrong, else how it closed. */
static const char *
outcome(const struct flow_row *flow)
{
	if (!flow->is_tcp)
		return "";
	if (flow->conn.open != OPEN_COMPLETE)
		return conn_open_names[flow->conn.open];
	return conn_close_names[flow->conn.close];
}

static const char *
ends_of(struct timeline *all, const struct flow_row *flow)
{
	return scene_format(all->scene, "%s → %s",
	    name_end(all->scene, all->options, &flow->tuple, false),
	    name_end(all->scene, all->options, &flow->tuple, true));
}

void
timeline_draw_row(struct timeline *all, size_t place, double top)
{
	const struct flow_row *flow = all->flows[place];
	const struct scene_style number = { .size = 11, .anchor = ANCHOR_END };
	const struct scene_style small = { .size = 11 };
	const char *ends = ends_of(all, flow);
	const double room = PLOT_LEFT - LABEL_LEFT - 38;
	struct scene_style label = small;
	double y = top + HALF + 4;

	scene_text(all->scene, CLASS_MUTED, number, (struct scene_point){ LABEL_LEFT + 22, y }, 0,
	    scene_format(all->scene, "%" PRIu32, flow->flow));
	if (scene_text_width(ends, label) > room)
		label.size = 10;
	scene_text(
	    all->scene, CLASS_LABEL, label, (struct scene_point){ LABEL_LEFT + 30, y }, room, ends);
	if (flow->is_tcp) {
		draw_half(all, flow, false, top);
		draw_half(all, flow, true, top + HALF);
	} else {
		draw_plain(all, flow, top);
	}
	draw_ticks(all, flow, top);
	scene_text(all->scene, CLASS_MUTED, small, (struct scene_point){ PLOT_RIGHT + 8, y },
	    CHART_WIDTH - PLOT_RIGHT - 16, outcome(flow));
}

double
timeline_rows_legend(struct timeline *all, double y)
{
	static const struct {
		enum scene_class cls;
		enum chart_sample sample;
		enum label label;
	} looks[] = {
		{ CLASS_DATAGRAM, SAMPLE_LINE, LABEL_LIVE_OTHER },
		{ CLASS_RESENT, SAMPLE_TICK_DASHED, LABEL_LEGEND_RESENT },
		{ CLASS_RESET, SAMPLE_TICK, LABEL_TICK_RESET },
		{ CLASS_WINDOW, SAMPLE_TICK, LABEL_TICK_WINDOW },
		{ CLASS_PROBE, SAMPLE_TICK, LABEL_TICK_PROBE },
		{ CLASS_BEST, SAMPLE_TICK, LABEL_TICK_OTHER },
	};
	struct chart_entry entries[SOCK_COUNT + sizeof(looks) / sizeof(looks[0])];
	size_t count = 0;

	for (int i = 0; i < SOCK_COUNT; i++)
		if (all->states[i])
			entries[count++] =
			    (struct chart_entry){ SAMPLE_BOX, class_of_state((enum sock_state)i),
				    name_state((enum sock_state)i) };
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (all->looks[looks[i].cls])
			entries[count++] = (struct chart_entry){ looks[i].sample, looks[i].cls,
				timeline_word(all, looks[i].label) };
	return chart_legend(all->scene, (struct scene_point){ CHART_MARGIN, y },
	    CHART_WIDTH - CHART_MARGIN, entries, count);
}
