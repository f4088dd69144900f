/* sequence_priv: what the files of the sequence graph share; private to them. */
#ifndef SYNSCOPE_FIGURE_SEQUENCE_PRIV_H
#define SYNSCOPE_FIGURE_SEQUENCE_PRIV_H

#include "figure/chart.h"

/* What came from the sender, or about its bytes from the other side. */
struct event {
	const struct packet_row *row;
	int64_t lo; /* sequence numbers that do not wrap */
	int64_t hi;
	int64_t window; /* -1: it does not tell */
	bool is_sent;
	bool is_again;
};

struct sequence {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct flow_row *flow;
	bool from_server;
	struct event *events;
	size_t count;
	size_t sent_count;
	int64_t top; /* highest number sent so far */
	struct time_axis axis;
	struct scale scale;
	struct slots slots;
	bool has_again;
	bool has_sack;
	bool has_window;
	bool is_above; /* some of the window is beyond the top */
};

/* The number nearest to one that is known; lo, hi and window do not wrap. */
static inline int64_t
sequence_unwrap(int64_t near, uint32_t seq)
{
	return near + (int32_t)(seq - (uint32_t)near);
}

/* Of the flow and the side that were chosen: sequence_events.c. */
void sequence_gather(struct sequence *all);

#endif
