/*
 * handshake_priv: one connection while it is laid out and drawn; what the files
 * that do so share.
 */
#ifndef SYNSCOPE_FIGURE_HANDSHAKE_PRIV_H
#define SYNSCOPE_FIGURE_HANDSHAKE_PRIV_H

#include "figure/chart.h"

#define WIDTH        940.0
#define MARGIN       CHART_MARGIN
#define BAR_WIDTH    128.0
#define CLIENT_BAR   170.0 /* left edges */
#define SERVER_BAR   (WIDTH - CLIENT_BAR - BAR_WIDTH)
#define HEADS_TOP    84.0
#define HEAD_HEIGHT  44.0
#define BARS_TOP     (HEADS_TOP + HEAD_HEIGHT + 14)
#define BEFORE       52.0 /* what is shown of the time before the first segment */
#define SLOPE        46.0
#define LINE         15.0 /* of a label */
#define TURN         8.0  /* from an arrival to the answer's leaving */
#define BREAK_HEIGHT 30.0

/* One arrow, or several folded. */
struct row {
	size_t packet; /* the first of them */
	size_t count;
	bool from_client;
	bool is_broken;    /* a long time passed before it */
	uint64_t bytes[2]; /* of folded ones: from client, from server */
	int64_t gap_ns;    /* since the row before */
	double sent;
	double arrived;
};

struct bar {
	double x;
	bool is_server;
	enum label who;
	struct change *changes;
	size_t change_count;
	double free_y; /* labels beside the bar end here */
};

struct handshake {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct flow_row *flow;
	const enum fate *fates;
	size_t *packets; /* of the flow: places in data->packets */
	size_t packet_count;
	struct row *rows;
	size_t row_count;
	struct bar sides[2]; /* client, server */
	double bottom;
	double label_bottom; /* of the lowest label yet */
};

/* --- handshake_rows.c --- */

/* One of hs->packets. */
const struct packet_row *handshake_packet(const struct handshake *hs, size_t i);
/* Which rows there are, and where they stand. */
void handshake_lay_out(struct handshake *hs);
unsigned handshake_label_lines(const struct handshake *hs, const struct row *row);

/* --- handshake_bars.c --- */

void handshake_draw_bar(struct handshake *hs, struct bar *side);
/* Times, and what connect() returned. */
void handshake_draw_beside(struct handshake *hs);
/* Where time is broken before that row. */
double handshake_break_y(const struct row *row);

/* --- handshake_arrows.c --- */

void handshake_draw_segment(struct handshake *hs, const struct row *row);
void handshake_draw_folded(struct handshake *hs, const struct row *row);
void handshake_draw_break(struct handshake *hs, const struct row *row);
/* To scale, labels come once all arrows are drawn. */
void handshake_label_arrow(struct handshake *hs, const struct row *row);

#endif
