/*
 * listener_priv: a listener's figure while it is laid out and drawn; what its
 * files share.
 */
#ifndef SYNSCOPE_FIGURE_LISTENER_PRIV_H
#define SYNSCOPE_FIGURE_LISTENER_PRIV_H

#include "figure/chart.h"

#define PAIRS_ROOM  24
#define HEADS_TOP   82.0
#define HEAD_HEIGHT 44.0
#define LANES_TOP   (HEADS_TOP + HEAD_HEIGHT + 8)
#define CLOSED_ROOM 24.0 /* of the bands before the first SYN */
#define CALL_HEIGHT 18.0
#define CALL_STEP   24.0
#define BEFORE      (CLOSED_ROOM + 3 * CALL_STEP + 8)
#define BANDS_MAX   16
#define CALLS_MAX   8
#define FAR_NS      INT64_MAX

struct band {
	enum scene_class cls;
	const char *name;
	double top;
	double bottom;
	const char *tip;
};

struct call {
	const char *text;
	double top;
	double bottom;
	bool is_span; /* somewhere in between */
	bool is_open; /* or never */
	const char *tip;
};

struct lane {
	double x; /* its middle */
	double width;
	const char *who;
	const char *end;
	uint32_t flow; /* 0: the listening socket's */
	int braces;    /* -1: on the left, 1: on the right, 0: none */
	struct band bands[BANDS_MAX];
	size_t band_count;
	struct call calls[CALLS_MAX];
	size_t call_count;
};

/* A client and the socket that was spawned for it. */
struct pair {
	const struct flow_row *flow;
	struct change *changes[2];
	size_t change_counts[2];
	int64_t syn_ns;
	int64_t answer_ns; /* FAR_NS: none */
	int64_t refusal_ns;
	const struct packet_row *syn; /* NULL: it was not captured, or there is none */
	const struct packet_row *answer;
	const struct packet_row *refusal;
	int64_t taken_lo_ns; /* the server's socket was established between these */
	int64_t taken_hi_ns;
	int64_t wrote_ns[2];
	int64_t accept_lo_ns;
	int64_t accept_hi_ns;
	struct lane *client;
	struct lane *child; /* NULL: there is none */
};

struct apart {
	int64_t lo_ns;
	int64_t hi_ns;
	double room;
};

/* How wide lanes are, and their heads. */
struct spread {
	double width;
	double pitch;
	double head;
	double server_width;
	double server_pitch;
	double apart; /* the server from others */
	double inset; /* of a call */
	double name;  /* a state's, how high */
};

struct listening {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct listener_row *listener;
	struct pair pairs[PAIRS_ROOM];
	size_t pair_count;
	size_t left_out;
	const enum miss *misses;
	bool *missing; /* the flows of those */
	bool is_wrong;
	bool is_wide;
	const struct spread *spread;
	int64_t *moments;
	double *ys;
	size_t moment_count;
	struct apart aparts[4 * PAIRS_ROOM];
	size_t apart_count;
	struct lane lanes[2 * PAIRS_ROOM + 1]; /* clients, the listener, its children */
	size_t lane_count;
	struct lane *server;
	struct levels levels[QUEUE_COUNT];
	struct gauge gauge;
	bool has_gauge;
	double times_width;
	double width;
	double bottom;
};

const char *listening_word(const struct listening *all, enum label label);

/* --- listener_facts.c --- */

void listening_gather(struct listening *all);

/* --- listener_time.c --- */

/* Of all that is known of the connections; then any time has its place. */
void listening_place_moments(struct listening *all);
double listening_y(const struct listening *all, int64_t ns);
/* Time is broken before that moment, and where. */
bool listening_is_broken(const struct listening *all, size_t i);
double listening_break_y(const struct listening *all, size_t i);
/* Since the capture began. */
const char *listening_time(const struct listening *all, int64_t ns);
double listening_times_width(const struct listening *all);
void listening_draw_moments(struct listening *all);
void listening_draw_breaks(struct listening *all);

/* --- listener_lanes.c --- */

void listening_build_lanes(struct listening *all);
void listening_spread_lanes(struct listening *all);

/* --- listener_draw.c --- */

void listening_draw_lane(struct listening *all, const struct lane *lane);

/* --- listener_between.c --- */

/* A SYN and what answers it. */
void listening_draw_asking(struct listening *all, const struct pair *pair);
/* What found no room. */
void listening_draw_misses(struct listening *all, const struct pair *pair);
/* What connect() failed with. */
void listening_draw_refusal(struct listening *all, size_t i);

#endif
