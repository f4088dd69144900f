/*
 * ladder_priv: what a ladder is made of, before it is a scene or lines of
 * text; private to the room.
 */
#ifndef SYNSCOPE_FIGURE_LADDER_PRIV_H
#define SYNSCOPE_FIGURE_LADDER_PRIV_H

#include "figure/figure_priv.h"

/* One endpoint, or where those are many, one address. */
struct ladder_lane {
	struct tuple end; /* src alone */
	bool any_port;
	const char *name;
	size_t flow_count; /* whose states it shows */
	double x;
};

/* An end of a flow, on its lane. */
struct ladder_end {
	size_t lane;
	size_t place; /* among the flows of its lane */
	struct change *changes;
	size_t change_count;
};

struct ladder_flow {
	const struct flow_row *row;
	struct ladder_end ends[2]; /* client, server */
};

/* One packet, or a run of ordinary segments of one flow. */
struct ladder_row {
	const struct packet_row *packet; /* the first */
	size_t place;                    /* in data->packets */
	size_t flow;                     /* in flows; SIZE_MAX: its row was not kept */
	size_t from;                     /* lanes */
	size_t to;
	enum fate fate;
	uint32_t count[2]; /* of folded ones: with the arrow, and back; else 0 */
	uint64_t bytes;    /* with the arrow */
	int64_t gap_ns;    /* since the row before */
	bool is_broken;    /* that is long */
	size_t last_place; /* of folded ones */
	double sent;
	double arrived;
};

struct ladder {
	struct scene *scene; /* holds its memory */
	const struct figure_data *data;
	const struct figure_options *options;
	struct ladder_lane *lanes;
	size_t lane_count;
	struct ladder_flow *flows;
	size_t flow_count;
	struct ladder_row *rows;
	size_t row_count;
	size_t packet_count; /* that it shows, folded ones too */
	size_t columns;      /* of a lane, in lines of text */
	size_t left_out;     /* that it does not, for being too many */
};

/* Past these, nobody reads it, as past so many rows. */
#define LADDER_LANES_MAX 24

enum status ladder_make(struct ladder *ladder, struct diag *diag);
/* "listen.cap: 50 packets" */
const char *ladder_title(const struct ladder *ladder);
/* "312 segments, 441 kB"; NULL: the row is one packet. */
const char *ladder_folded(const struct ladder *ladder, const struct ladder_row *row);

#endif
