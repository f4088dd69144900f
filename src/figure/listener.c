/*
 * One listening socket and the sockets that it spawned, beside those of their
 * clients: each has a lane, and its states are bands on it. Calls stand where
 * the packets force them: connect() from the SYN until it returned, accept()
 * between the moments before and after which it cannot have returned.
 *
 * What came before the first SYN has an order, but no times. Told the wrong
 * way, the server has one socket, which leaves LISTEN when a client comes and
 * is established by accept(): what the packets disprove.
 */
#include "figure/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/find.h"

/* Connections that are drawn where none were named: as many as can be read at 600 pixels. */
#define PAIRS_MAX  4
#define PAIRS_WIDE 2 /* so few have room for braces */
#define PAIRS_ROOM 24

#define TIMES_LEAST  78.0 /* how wide the times are */
#define HEADS_TOP    82.0
#define HEAD_HEIGHT  44.0
#define LANES_TOP    (HEADS_TOP + HEAD_HEIGHT + 8)
#define CLOSED_ROOM  24.0 /* of the bands before the first SYN */
#define CALL_HEIGHT  18.0
#define CALL_STEP    24.0
#define BEFORE       (CLOSED_ROOM + 3 * CALL_STEP + 8)
#define AFTER        44.0
#define MOMENT_LEAST 17.0
#define BREAK_NS     INT64_C(200000000)
#define BREAK_ROOM   28.0
#define BREAK_ABOVE  13.0 /* of the moment after it */
#define BRACE_ROOM   104.0
#define BANDS_MAX    16
#define CALLS_MAX    8
#define FAR_NS       INT64_MAX

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

static const char *
word(const struct listening *all, enum label label)
{
	return labels[all->options->lang][label];
}

/* --- which connections --- */

/* By place in data->flows. */
static void
note_missing(struct listening *all)
{
	all->missing = scene_keep(all->scene, all->data->flow_count + 1);
	memset(all->missing, 0, all->data->flow_count + 1);
	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct flow_row *flow;

		if (all->misses[i] == MISS_NONE)
			continue;
		flow = figure_flow(all->data, all->data->packets[i].flow);
		if (flow != NULL)
			all->missing[flow - all->data->flows] = true;
	}
}

static bool
has_miss(const struct listening *all, const struct flow_row *flow)
{
	return all->missing[flow - all->data->flows];
}

static bool
is_named(const struct listening *all, uint32_t flow)
{
	for (size_t i = 0; i < all->options->flow_count; i++)
		if (all->options->flows[i] == flow)
			return true;
	return false;
}

/* In the place of one of the later half without trouble; those after it move up, to stay in order. */
static void
make_room_for(struct listening *all, const struct flow_row *flow)
{
	size_t place = all->pair_count / 2;

	while (place < all->pair_count && has_miss(all, all->pairs[place].flow))
		place++;
	if (place == all->pair_count)
		return;
	for (; place + 1 < all->pair_count; place++)
		all->pairs[place] = all->pairs[place + 1];
	all->pairs[place].flow = flow;
}

static bool
is_candidate(const struct listening *all, const struct flow_row *flow)
{
	if (!endpoint_has_flow(all->listener, flow))
		return false;
	if (all->options->flow_count > 0 && !is_named(all, flow->flow))
		return false;
	return !all->is_wrong || flow->conn.open != OPEN_REFUSED;
}

/* One is not worth leaving out. */
static size_t
most_pairs(const struct listening *all)
{
	size_t count = 0;

	if (all->is_wrong)
		return 1;
	if (all->options->flow_count > 0)
		return PAIRS_ROOM;
	for (size_t i = 0; i < all->data->flow_count; i++)
		count += is_candidate(all, &all->data->flows[i]);
	return count == PAIRS_MAX + 1 ? count : PAIRS_MAX;
}

/* The first ones; where they have no trouble and others do, those take the last places. */
static void
choose_pairs(struct listening *all)
{
	size_t most = most_pairs(all);

	for (size_t i = 0; i < all->data->flow_count; i++) {
		const struct flow_row *flow = &all->data->flows[i];

		if (!is_candidate(all, flow))
			continue;
		if (all->pair_count < most) {
			all->pairs[all->pair_count++].flow = flow;
			continue;
		}
		all->left_out++;
		if (all->options->flow_count == 0 && !all->is_wrong && has_miss(all, flow))
			make_room_for(all, flow);
	}
}

/* --- what the packets force --- */

static void
note_packets(struct listening *all, struct pair *pair)
{
	pair->answer_ns = pair->refusal_ns = FAR_NS;
	pair->wrote_ns[0] = pair->wrote_ns[1] = FAR_NS;
	pair->syn_ns = pair->flow->start_ns;
	for (size_t i = all->data->packet_count; i-- > 0;) {
		const struct packet_row *row = &all->data->packets[i];
		bool from_server;

		if (row->flow != pair->flow->flow || row->tuple.proto != PROTO_TCP)
			continue;
		from_server = !model_from_client(pair->flow, row);
		if (from_server && (row->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
			pair->answer_ns = row->ts_ns, pair->answer = row;
		if (row->verdict.reason.cause == CAUSE_NO_LISTENER)
			pair->refusal_ns = row->ts_ns, pair->refusal = row;
		if (row->length > 0 && !(row->flags & TCP_SYN))
			pair->wrote_ns[from_server] = row->ts_ns;
		if (!from_server && (row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
			pair->syn_ns = row->ts_ns, pair->syn = row;
	}
}

static void
note_taken(struct pair *pair)
{
	pair->taken_lo_ns = pair->taken_hi_ns = FAR_NS;
	for (size_t i = 0; i < pair->change_counts[1]; i++) {
		const struct change *change = &pair->changes[1][i];

		if (change->state == SOCK_SYN_RECV || change->state == SOCK_CLOSED ||
		    change->state == SOCK_LISTEN)
			continue;
		if (pair->taken_lo_ns == FAR_NS)
			pair->taken_lo_ns = change->at_ns;
		if (change->certain && pair->taken_hi_ns == FAR_NS)
			pair->taken_hi_ns = change->at_ns;
	}
}

/* model_changes tells of each state once: whether it became certain later is in the rows. */
static void
note_certain(const struct listening *all, struct pair *pair)
{
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];

		if (row->flow != pair->flow->flow || !row->is_server || !row->certain ||
		    row->at_ns < pair->taken_lo_ns || row->at_ns >= pair->taken_hi_ns)
			continue;
		if (row->state != SOCK_SYN_RECV && row->state != SOCK_CLOSED)
			pair->taken_hi_ns = row->at_ns;
	}
}

/* First in, first out: how many of the endpoint's others were taken in before it, at least and at most. */
static struct range
rank_of(const struct pair *pairs, size_t count, const struct pair *pair)
{
	struct range rank = { 1, 1 };

	for (size_t i = 0; i < count; i++) {
		if (&pairs[i] == pair || pairs[i].taken_lo_ns == FAR_NS)
			continue;
		rank.lo +=
		    pairs[i].taken_hi_ns != FAR_NS && pairs[i].taken_hi_ns <= pair->taken_lo_ns;
		rank.hi += pair->taken_hi_ns == FAR_NS || pairs[i].taken_lo_ns <= pair->taken_hi_ns;
	}
	return rank;
}

/* Not before that many can have been accepted, and not after as many must have been. */
static void
bound_accept(const struct listening *all, struct pair *pair, struct range rank)
{
	const struct levels *taken = &all->levels[QUEUE_TAKEN];

	pair->accept_lo_ns = pair->accept_hi_ns = FAR_NS;
	if (pair->taken_lo_ns == FAR_NS)
		return;
	for (size_t i = taken->count; i-- > 0;) {
		const struct level *level = &taken->at[i];

		if (level->range.hi >= rank.lo)
			pair->accept_lo_ns = level->at_ns;
		if (level->range.lo >= rank.hi)
			pair->accept_hi_ns = level->at_ns;
	}
	if (pair->accept_lo_ns != FAR_NS && pair->accept_lo_ns < pair->taken_lo_ns)
		pair->accept_lo_ns = pair->taken_lo_ns;
	/* Who writes to it has it. */
	if (pair->wrote_ns[1] < pair->accept_hi_ns)
		pair->accept_hi_ns = pair->wrote_ns[1];
	if (pair->accept_hi_ns < pair->accept_lo_ns)
		pair->accept_lo_ns = pair->taken_lo_ns;
	if (pair->accept_hi_ns < pair->accept_lo_ns)
		pair->accept_hi_ns = pair->accept_lo_ns;
}

/* Flows are in the order of their numbers. */
static struct pair *
pair_of(struct pair *pairs, size_t count, uint32_t flow)
{
	size_t at;

	FIND_PLACE(at, count, pairs[at].flow->flow < flow);
	return at < count && pairs[at].flow->flow == flow ? &pairs[at] : NULL;
}

/* Ranks are among all of the endpoint's connections, drawn or not. */
static void
note_accepts(struct listening *all)
{
	struct pair *every = scene_keep(all->scene, (all->data->flow_count + 1) * sizeof(*every));
	size_t count = 0;

	for (size_t i = 0; i < all->data->flow_count; i++) {
		struct pair *pair = &every[count];

		if (!endpoint_has_flow(all->listener, &all->data->flows[i]))
			continue;
		*pair = (struct pair){
			.flow = &all->data->flows[i], .taken_lo_ns = FAR_NS, .taken_hi_ns = FAR_NS
		};
		count++;
	}
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];
		struct pair *pair;

		if (!endpoint_has_child(all->listener, row) || row->state == SOCK_SYN_RECV ||
		    row->state == SOCK_CLOSED || row->state == SOCK_LISTEN)
			continue;
		pair = pair_of(every, count, row->flow);
		if (pair == NULL)
			continue;
		if (pair->taken_lo_ns == FAR_NS)
			pair->taken_lo_ns = row->at_ns;
		if (row->certain && pair->taken_hi_ns == FAR_NS)
			pair->taken_hi_ns = row->at_ns;
	}
	for (size_t i = 0; i < all->pair_count; i++) {
		struct pair *pair = &all->pairs[i];
		const struct pair *self = pair_of(every, count, pair->flow->flow);

		if (self != NULL)
			bound_accept(all, pair, rank_of(every, count, self));
	}
}

static void
gather(struct listening *all)
{
	for (size_t i = 0; i < all->pair_count; i++) {
		struct pair *pair = &all->pairs[i];

		for (int side = 0; side < 2; side++)
			pair->change_counts[side] = model_changes(all->scene, all->data,
			    pair->flow->flow, side == 1, &pair->changes[side]);
		note_packets(all, pair);
		note_taken(pair);
		note_certain(all, pair);
	}
	note_accepts(all);
}

/* --- moments, and where they are on the page --- */

static void
add_moment(struct listening *all, int64_t ns)
{
	if (ns != FAR_NS && ns != 0)
		all->moments[all->moment_count++] = ns;
}

static void
keep_apart(struct listening *all, int64_t lo_ns, int64_t hi_ns, double room)
{
	const size_t most = sizeof(all->aparts) / sizeof(all->aparts[0]);

	if (lo_ns != FAR_NS && hi_ns != FAR_NS && lo_ns < hi_ns && all->apart_count < most)
		all->aparts[all->apart_count++] = (struct apart){ lo_ns, hi_ns, room };
}

static int
compare_ns(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

static size_t
moment_of(const struct listening *all, int64_t ns)
{
	size_t at;

	FIND_PLACE(at, all->moment_count, all->moments[at] < ns);
	return at;
}

/* Also between moments. */
static double
y_of(const struct listening *all, int64_t ns)
{
	size_t i = moment_of(all, ns);

	if (i == all->moment_count)
		return all->bottom;
	if (i == 0 || all->moments[i] == ns)
		return all->ys[i];
	return all->ys[i - 1] +
	       (all->ys[i] - all->ys[i - 1]) * ((double)(ns - all->moments[i - 1]) /
						   (double)(all->moments[i] - all->moments[i - 1]));
}

static bool
is_broken(const struct listening *all, size_t i)
{
	return all->options->time == TIME_COMPRESSED && i > 0 &&
	       all->moments[i] - all->moments[i - 1] >= BREAK_NS;
}

static double
break_y(const struct listening *all, size_t i)
{
	return all->ys[i] - BREAK_ABOVE;
}

static double
gap_room(const struct listening *all, size_t i)
{
	double gap_ns = (double)(all->moments[i] - all->moments[i - 1]);

	if (all->options->time != TIME_COMPRESSED)
		return MOMENT_LEAST + 5;
	if (is_broken(all, i))
		return MOMENT_LEAST + BREAK_ROOM;
	return MOMENT_LEAST + fmax(0, 4 * log10(gap_ns / 10000.0));
}

static void
place_scaled(struct listening *all)
{
	const double high = 900;
	int64_t first = all->moments[0];
	int64_t last = all->moments[all->moment_count - 1];

	for (size_t i = 0; i < all->moment_count; i++)
		all->ys[i] = all->ys[0] + (last > first ? high * (double)(all->moments[i] - first) /
							      (double)(last - first)
							: 0);
}

static void
place_moments(struct listening *all)
{
	size_t kept = 0;

	qsort(all->moments, all->moment_count, sizeof(*all->moments), compare_ns);
	for (size_t i = 0; i < all->moment_count; i++)
		if (kept == 0 || all->moments[i] != all->moments[kept - 1])
			all->moments[kept++] = all->moments[i];
	all->moment_count = kept;
	all->ys = scene_keep(all->scene, (kept + 1) * sizeof(*all->ys));
	all->ys[0] = LANES_TOP + BEFORE + 16;
	for (size_t i = 1; i < kept; i++) {
		double y = all->ys[i - 1] + gap_room(all, i);

		for (size_t j = 0; j < all->apart_count; j++)
			if (all->aparts[j].hi_ns == all->moments[i])
				y = fmax(y, all->ys[moment_of(all, all->aparts[j].lo_ns)] +
						all->aparts[j].room);
		all->ys[i] = y;
	}
	if (all->options->time == TIME_SCALED)
		place_scaled(all);
	all->bottom = all->ys[kept - 1] + AFTER;
}

static void
gather_moments(struct listening *all)
{
	size_t room = 4;

	for (size_t i = 0; i < all->pair_count; i++)
		room += all->pairs[i].change_counts[0] + all->pairs[i].change_counts[1] + 8;
	all->moments = scene_keep(all->scene, room * sizeof(*all->moments));
	for (size_t i = 0; i < all->pair_count; i++) {
		const struct pair *pair = &all->pairs[i];
		int64_t returned = pair->flow->conn.connect_ns;

		for (int side = 0; side < 2; side++)
			for (size_t j = 0; j < pair->change_counts[side]; j++)
				add_moment(all, pair->changes[side][j].at_ns);
		add_moment(all, pair->syn_ns);
		add_moment(all, pair->refusal_ns);
		add_moment(all, pair->answer_ns);
		add_moment(all, pair->wrote_ns[0]);
		add_moment(all, returned);
		if (!all->is_wrong) {
			add_moment(all, pair->accept_lo_ns);
			add_moment(all, pair->accept_hi_ns);
		}
		keep_apart(all, pair->syn_ns, returned, CALL_HEIGHT + 6);
		keep_apart(all, returned, pair->wrote_ns[0], CALL_HEIGHT + 4);
		keep_apart(all, pair->answer_ns, pair->taken_lo_ns, 20);
		keep_apart(all, pair->accept_lo_ns, pair->accept_hi_ns, CALL_HEIGHT + 10);
	}
	if (!all->is_wrong)
		add_moment(all, all->data->last_ns);
	place_moments(all);
}

/* --- lanes --- */

static void
add_band(struct lane *lane, enum scene_class cls, const char *name, double top, double bottom,
    const char *tip)
{
	if (lane->band_count == BANDS_MAX || bottom - top < 0.3)
		return;
	lane->bands[lane->band_count++] = (struct band){ cls, name, top, bottom, tip };
}

static void
add_call(struct lane *lane, struct call call)
{
	if (lane->call_count < CALLS_MAX)
		lane->calls[lane->call_count++] = call;
}

static void
add_instant(struct lane *lane, const char *text, double y, const char *tip)
{
	add_call(lane, (struct call){ text, y, y + CALL_HEIGHT, false, false, tip });
}

static const char *
at_text(const struct listening *all, int64_t ns)
{
	return name_time(all->scene, ns - all->data->first_ns);
}

static const char *
band_tip(const struct listening *all, const struct lane *lane, const struct change *change)
{
	return LABELED(all->scene, all->options->lang,
	    change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY, lane->who,
	    name_state(change->state), at_text(all, change->at_ns));
}

/* Bands for changes, the first of which begins at its own time. */
static void
add_changes(
    const struct listening *all, struct lane *lane, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		double top = y_of(all, change->at_ns);
		double bottom = i + 1 < count ? y_of(all, changes[i + 1].at_ns) : all->bottom;

		/* What is closed is gone. */
		if (change->state == SOCK_CLOSED)
			bottom = fmin(bottom, top + 16);
		add_band(lane, class_of_state(change->state), name_state(change->state), top,
		    bottom, band_tip(all, lane, change));
	}
}

/* Of what happened before the first SYN, the order is known, and no time. */
static double
add_before(const struct listening *all, struct lane *lane, const char *const *calls, size_t count,
    double until)
{
	double y = LANES_TOP + CLOSED_ROOM;

	add_band(lane, CLASS_CLOSED, "CLOSED", LANES_TOP, y, NULL);
	add_band(lane, CLASS_INITIAL, word(all, LABEL_INITIAL), y, until, NULL);
	for (size_t i = 0; i < count; i++) {
		y += i == 0 ? 4 : CALL_STEP;
		add_instant(lane, calls[i], y, word(all, LABEL_BEFORE_TIP));
	}
	return y;
}

static void
add_connect(const struct listening *all, struct lane *lane, const struct pair *pair)
{
	const struct conn_verdict *conn = &pair->flow->conn;
	double top = y_of(all, pair->syn_ns);
	bool returned = conn->connect_ns != 0 && conn->connect != CONNECT_PENDING &&
			conn->connect != CONNECT_UNKNOWN;
	struct call call = { "connect()", top,
		returned ? fmax(y_of(all, conn->connect_ns), top + CALL_HEIGHT) : all->bottom,
		!returned, !returned, NULL };

	if (returned)
		call.tip = LABELED(all->scene, all->options->lang, LABEL_CONNECT_TIP,
		    at_text(all, pair->syn_ns), at_text(all, conn->connect_ns),
		    conn_connect_names[conn->connect]);
	else
		call.tip = word(all, LABEL_CONNECT_PENDING);
	add_call(lane, call);
}

static void
build_client(struct listening *all, struct pair *pair, size_t number)
{
	static const char *const calls[] = { "socket()" };
	struct lane *lane = &all->lanes[all->lane_count++];

	pair->client = lane;
	lane->flow = pair->flow->flow;
	lane->who = LABELED(all->scene, all->options->lang, LABEL_CLIENT_N,
	    scene_format(all->scene, "%zu", number));
	lane->end = name_end(all->scene, all->options, &pair->flow->tuple, false);
	add_before(all, lane, calls, 1, y_of(all, pair->syn_ns));
	add_changes(all, lane, pair->changes[0], pair->change_counts[0]);
	add_connect(all, lane, pair);
	if (pair->wrote_ns[0] != FAR_NS)
		add_instant(lane, "write()", y_of(all, pair->wrote_ns[0]),
		    LABELED(all->scene, all->options->lang, LABEL_WRITE_TIP,
			at_text(all, pair->wrote_ns[0])));
}

static void
add_accept(const struct listening *all, struct lane *lane, const struct pair *pair)
{
	bool is_open = pair->accept_hi_ns == FAR_NS;
	struct call call = { is_open ? "accept()?" : "accept()", y_of(all, pair->accept_lo_ns),
		is_open ? all->bottom : y_of(all, pair->accept_hi_ns), true, is_open, NULL };

	if (pair->accept_lo_ns == FAR_NS)
		return;
	call.bottom = fmax(call.bottom, call.top + CALL_HEIGHT);
	call.tip = is_open
		       ? LABELED(all->scene, all->options->lang, LABEL_ACCEPT_OPEN_TIP,
			     at_text(all, pair->accept_lo_ns))
		       : LABELED(all->scene, all->options->lang, LABEL_ACCEPT_TIP,
			     at_text(all, pair->accept_lo_ns), at_text(all, pair->accept_hi_ns));
	add_call(lane, call);
}

static void
build_child(struct listening *all, struct pair *pair, size_t number)
{
	struct lane *lane;

	if (pair->answer_ns == FAR_NS || pair->change_counts[1] == 0)
		return;
	lane = &all->lanes[all->lane_count++];
	pair->child = lane;
	lane->flow = pair->flow->flow;
	lane->who = LABELED(all->scene, all->options->lang, LABEL_SPAWNED_N,
	    scene_format(all->scene, "%zu", number));
	lane->end = scene_format(all->scene, "→ :%u", pair->flow->tuple.sport);
	add_changes(all, lane, pair->changes[1], pair->change_counts[1]);
	add_accept(all, lane, pair);
	if (pair->wrote_ns[1] != FAR_NS)
		add_instant(lane, "write()", y_of(all, pair->wrote_ns[1]),
		    LABELED(all->scene, all->options->lang, LABEL_WRITE_TIP,
			at_text(all, pair->wrote_ns[1])));
}

/* It listens from before the first SYN on, unless refusals say otherwise. */
static void
build_server(struct listening *all)
{
	static const char *const calls[] = { "socket()", "bind()", "listen()" };
	struct lane *lane = &all->lanes[all->lane_count++];
	double from = LANES_TOP + BEFORE - 4;
	enum sock_state state = SOCK_CLOSED;
	bool is_first = true;

	all->server = lane;
	lane->who = word(all, all->has_gauge ? LABEL_LISTENING_SOCKET : LABEL_SERVER);
	lane->end = endpoint_name(all->scene, all->options, all->listener);
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];
		double y;

		if (!endpoint_is(all->listener, row) || row->state == state)
			continue;
		y = fmax(from, y_of(all, row->at_ns));
		if (row->state == SOCK_LISTEN && is_first)
			from =
			    add_before(all, lane, calls, 3, from - CALL_HEIGHT) + CALL_HEIGHT / 2;
		else
			add_band(lane, class_of_state(state), name_state(state), from, y, NULL),
			    from = y;
		state = row->state;
		is_first = false;
	}
	if (is_first)
		from = LANES_TOP;
	add_band(lane, class_of_state(state), name_state(state), from, all->bottom, NULL);
}

/* What many believe: the listening socket itself goes through the handshake. */
static void
build_wrong_server(struct listening *all)
{
	static const char *const calls[] = { "socket()", "bind()", "listen()" };
	const struct pair *pair = &all->pairs[0];
	struct lane *lane = &all->lanes[all->lane_count++];
	double listens = LANES_TOP + BEFORE - 4 - CALL_HEIGHT;
	double asked = y_of(all, pair->answer_ns);
	double taken = y_of(all, pair->taken_lo_ns);

	all->server = lane;
	lane->who = word(all, LABEL_SERVER);
	lane->end = endpoint_name(all->scene, all->options, all->listener);
	add_before(all, lane, calls, 3, listens);
	add_band(lane, CLASS_LISTEN, "LISTEN", listens, asked, NULL);
	add_band(lane, CLASS_SYN_RECV, "SYN-RCVD", asked, taken, NULL);
	add_band(lane, CLASS_ESTABLISHED, "ESTABLISHED", taken, all->bottom, NULL);
	add_instant(lane, "accept()", taken - CALL_HEIGHT / 2, NULL);
}

/* --- across the page --- */

static double
width_of_times(const struct listening *all)
{
	const struct scene_style style = { .size = 11, .mono = true };
	double width = TIMES_LEAST;

	for (size_t i = 0; i < all->moment_count; i++)
		width = fmax(width, scene_text_width(at_text(all, all->moments[i]), style) + 8);
	return width;
}

/* How wide lanes are, and their heads; braces name states where there is room for them. */
static const struct spread {
	double width;
	double pitch;
	double head;
	double server_width;
	double server_pitch;
	double apart; /* the server from others */
	double inset; /* of a call */
	double name;  /* a state's, how high */
} spreads[] = {
	[false] = { 60, 72, 68, 88, 112, 18, 5, 9 },
	[true] = { 88, 112, 108, 96, 120, 26, 6, 10 },
};

static void
spread_lanes(struct listening *all)
{
	const struct spread *spread = &spreads[all->is_wide];
	double x = CHART_MARGIN + all->times_width;

	for (size_t i = 0; i < all->lane_count; i++) {
		struct lane *lane = &all->lanes[i];
		bool is_server = lane == all->server;
		bool is_client = all->server > lane;

		lane->width = is_server ? spread->server_width : spread->width;
		lane->braces = is_server ? !all->has_gauge : is_client ? -1 : 1;
		/* Between two others, a state's name stands in its band. */
		if (!all->is_wide || (!is_server && i > 0 && i + 1 < all->lane_count))
			lane->braces = 0;
		if (is_server)
			x += spread->apart;
		if (lane->braces < 0)
			x += BRACE_ROOM;
		lane->x = x + (is_server ? spread->server_pitch : spread->pitch) / 2;
		x += is_server ? spread->server_pitch : spread->pitch;
		if (is_server && all->has_gauge) {
			all->gauge.x = lane->x + lane->width / 2 + spread->apart + 8;
			x = all->gauge.x + GAUGE_WIDTH + spread->apart + 10;
		}
		if (lane->braces > 0)
			x += BRACE_ROOM;
	}
	all->width = fmax(x + CHART_MARGIN, 560);
}

static void
draw_moments(struct listening *all)
{
	const struct scene_style style = { .size = 11, .mono = true, .anchor = ANCHOR_END };
	const struct scene_style small = { .size = 10, .anchor = ANCHOR_END };
	double right = CHART_MARGIN + all->times_width - 6;
	double free_y = 0;

	for (size_t i = 0; i < all->moment_count; i++) {
		double y = all->ys[i];

		if (y - 9 < free_y)
			continue;
		scene_line(all->scene, CLASS_GRID, (struct scene_point){ right + 4, y },
		    (struct scene_point){ all->width - CHART_MARGIN, y }, DASH_SOLID);
		scene_text(all->scene, CLASS_AXIS, style, (struct scene_point){ right, y + 4 }, 0,
		    at_text(all, all->moments[i]));
		free_y = y + 5;
		if (is_broken(all, i))
			scene_text(all->scene, CLASS_MUTED, small,
			    (struct scene_point){ right, break_y(all, i) - 1 }, 0,
			    LABELED(all->scene, all->options->lang, LABEL_LATER,
				name_span(all->scene, all->moments[i] - all->moments[i - 1])));
	}
}

static void
draw_breaks(struct listening *all)
{
	for (size_t i = 0; i < all->moment_count; i++) {
		double y = break_y(all, i);

		if (!is_broken(all, i))
			continue;
		for (size_t j = 0; j < all->lane_count; j++) {
			const struct lane *lane = &all->lanes[j];
			struct scene_step steps[24];
			size_t count = 0;
			double from = lane->x - lane->width / 2 - 4;

			for (double x = from; x <= from + lane->width + 8 && count < 24; x += 7)
				steps[count] = (struct scene_step){ count == 0 ? 'M' : 'L',
					{ { x, y + (count % 2 ? 3 : -3) } } },
				count++;
			scene_path(all->scene, CLASS_GAP, steps, count, DASH_SOLID);
		}
	}
}

/* --- drawing a lane --- */

static void
draw_head(struct listening *all, const struct lane *lane)
{
	const struct scene_style who = { .size = 12, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style end = { .size = 10, .anchor = ANCHOR_MIDDLE };
	double width =
	    lane == all->server ? spreads[all->is_wide].server_pitch : spreads[all->is_wide].head;
	/* Of several clients on one machine, the port tells them apart. */
	const char *port = strrchr(lane->end, ':');
	const char *name =
	    all->is_wide || lane == all->server || port == NULL || lane->end[0] == '\xe2'
		? lane->end
		: port;

	scene_round_rect(all->scene, CLASS_HEAD,
	    (struct scene_box){ lane->x - width / 2, HEADS_TOP, width, HEAD_HEIGHT - 4 }, 8,
	    DASH_SOLID);
	scene_text(all->scene, CLASS_HEAD, who, (struct scene_point){ lane->x, HEADS_TOP + 17 },
	    width - 8, lane->who);
	scene_text(all->scene, CLASS_HEAD, end, (struct scene_point){ lane->x, HEADS_TOP + 32 },
	    width - 8, name);
}

static void
draw_bands(struct listening *all, const struct lane *lane)
{
	for (size_t i = 0; i < lane->band_count; i++) {
		const struct band *band = &lane->bands[i];

		scene_group_begin(all->scene, model_flow(lane->flow), band->tip, NULL);
		scene_rect(all->scene, band->cls,
		    (struct scene_box){ lane->x - lane->width / 2, band->top, lane->width,
			band->bottom - band->top });
		scene_group_end(all->scene);
	}
}

/* Where a call's own box stands. */
static struct scene_box
call_box(const struct listening *all, const struct lane *lane, const struct call *call)
{
	double width = lane->width - 2 * spreads[all->is_wide].inset;
	double top = call->top;

	if (call->is_span && !call->is_open)
		top = (call->top + call->bottom - CALL_HEIGHT) / 2;
	else if (call->is_span)
		top = call->top + 6;
	return (struct scene_box){ lane->x - width / 2, top, width,
		call->is_span ? CALL_HEIGHT : call->bottom - call->top };
}

static void
draw_span(struct listening *all, const struct lane *lane, const struct call *call)
{
	double inset = spreads[all->is_wide].inset - 2;
	double left = lane->x - lane->width / 2 + inset;
	double right = lane->x + lane->width / 2 - inset;
	const struct scene_point open[] = { { left, call->bottom }, { left, call->top },
		{ right, call->top }, { right, call->bottom }, { left, call->bottom } };

	scene_polyline(all->scene, CLASS_SPAN, open, call->is_open ? 4 : 5, DASH_DASHED);
}

/* Where nothing else stands; a call that lasts is where it is. */
static bool
place_call(const struct listening *all, struct slots *slots, const struct call *call,
    struct scene_box *box)
{
	if (!call->is_span && call->bottom - call->top > CALL_HEIGHT + 1) {
		slots_take(slots, *box);
		return true;
	}
	/* Of a time between two moments, what is nearest to its middle. */
	for (double aside = 0;
	     call->is_span && !call->is_open && aside + CALL_HEIGHT < call->bottom - call->top;
	     aside += 4)
		for (int way = -1; way <= 1; way += 2) {
			struct scene_box other = *box;

			other.y += way * aside / 2;
			if (slots_take(slots, other)) {
				*box = other;
				return true;
			}
		}
	for (; box->y + box->height < all->bottom + CALL_HEIGHT; box->y += 4)
		if (slots_take(slots, *box))
			return true;
	return false;
}

static void
draw_call(
    struct listening *all, const struct lane *lane, const struct call *call, struct slots *slots)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE };
	struct scene_box box = call_box(all, lane, call);

	scene_group_begin(all->scene, model_flow(lane->flow), call->tip, NULL);
	if (call->is_span)
		draw_span(all, lane, call);
	if (place_call(all, slots, call, &box)) {
		scene_round_rect(all->scene, CLASS_HEAD, box, 2, DASH_SOLID);
		scene_text(all->scene, CLASS_HEAD, style,
		    (struct scene_point){ lane->x, box.y + box.height / 2 + 4 }, box.width - 2,
		    call->text);
	}
	scene_group_end(all->scene);
}

/* A state's name, in the first place of its band that no call has taken. */
static void
name_band(
    struct listening *all, const struct lane *lane, const struct band *band, struct slots *slots)
{
	struct scene_style style = {
		.size = spreads[all->is_wide].name, .anchor = ANCHOR_MIDDLE, .bold = true
	};
	double width = scene_text_width(band->name, style);

	style.upwards = width > lane->width - 3;
	for (double y = band->top + 2;; y += 6) {
		double wide = style.upwards ? 12 : width + 2;
		double high = style.upwards ? width + 6 : 13;
		struct scene_box box = { lane->x - wide / 2, y, wide, high };

		if (y + high > band->bottom)
			return;
		if (!slots_take(slots, box))
			continue;
		scene_text(all->scene, band->cls, style,
		    style.upwards ? (struct scene_point){ lane->x + 3.5, y + high / 2 }
				  : (struct scene_point){ lane->x, y + 10 },
		    0, band->name);
		return;
	}
}

static void
draw_brace(struct listening *all, const struct lane *lane, const struct band *band, double *free_y)
{
	struct scene_style style = { .size = 11 };
	double x = lane->x + lane->braces * (lane->width / 2 + 4);
	double depth = lane->braces * 10;
	double width;
	double y = fmax((band->top + band->bottom) / 2 + 4, *free_y + 11);

	style.anchor = lane->braces > 0 ? ANCHOR_START : ANCHOR_END;
	scene_brace(all->scene, CLASS_LABEL, x, band->top + 1, band->bottom - 1, depth);
	/* A name that had to give way is led to. */
	if (y > (band->top + band->bottom) / 2 + 6)
		scene_line(all->scene, CLASS_LABEL,
		    (struct scene_point){ x + depth, (band->top + band->bottom) / 2 },
		    (struct scene_point){ x + depth + lane->braces * 3, y - 4 }, DASH_SOLID);
	x += depth + lane->braces * 4;
	width = scene_text_width(band->name, style);
	scene_rect(all->scene, CLASS_PAGE,
	    (struct scene_box){ (lane->braces > 0 ? x : x - width) - 2, y - 10, width + 4, 13 });
	scene_text(all->scene, CLASS_LABEL, style, (struct scene_point){ x, y }, 0, band->name);
	*free_y = y + 3;
}

static void
draw_lane(struct listening *all, const struct lane *lane)
{
	struct slots slots;
	double free_y = 0;

	slots_init(&slots, all->scene);
	draw_head(all, lane);
	draw_bands(all, lane);
	for (size_t i = 0; i < all->moment_count; i++)
		if (is_broken(all, i))
			slots_take(&slots, (struct scene_box){ 0, break_y(all, i) - 6, 1e4, 12 });
	for (size_t i = 0; i < lane->call_count; i++)
		draw_call(all, lane, &lane->calls[i], &slots);
	for (size_t i = 0; i < lane->band_count; i++) {
		if (lane->braces != 0)
			draw_brace(all, lane, &lane->bands[i], &free_y);
		else
			name_band(all, lane, &lane->bands[i], &slots);
	}
}

/* --- from lane to lane --- */

/* Of a call's end that is an error, what it was. */
static void
draw_refusal(struct listening *all, size_t i)
{
	const struct pair *pair = &all->pairs[i];
	const struct scene_style style = { .size = 9, .anchor = ANCHOR_MIDDLE };
	const struct conn_verdict *conn = &pair->flow->conn;
	const struct lane *lane = pair->client;
	/* It is wider than its lane, and the next one may have failed in that moment, too. */
	double aside = all->is_wide || i % 2 == 0 ? 0 : 11;

	if (conn->connect_ns == 0 || conn->connect == CONNECT_OK ||
	    conn->connect == CONNECT_UNKNOWN || conn->connect == CONNECT_PENDING)
		return;
	scene_text(all->scene, CLASS_RESET, style,
	    (struct scene_point){ lane->x, y_of(all, conn->connect_ns) + 28 + aside }, 82,
	    conn_connect_names[conn->connect]);
}

/* Its first SYN found no room, and is drawn as that. */
static bool
is_dropped(const struct listening *all, const struct pair *pair)
{
	return pair->syn != NULL && !all->is_wrong &&
	       all->misses[pair->syn - all->data->packets] == MISS_DROPPED;
}

/* A packet's group, or its flow's where it was not captured. */
static void
begin_packet(struct listening *all, const struct pair *pair, const struct packet_row *row)
{
	if (row == NULL)
		scene_group_begin(all->scene, model_flow(pair->flow->flow), NULL, NULL);
	else
		scene_group_begin(all->scene, model_packet(row),
		    model_tip(all->scene, all->data, all->options, row), NULL);
}

static void
draw_spawning(struct listening *all, const struct pair *pair)
{
	double y = y_of(all, pair->answer_ns);
	double from = all->server->x + all->server->width / 2;
	double to = pair->child->x;

	begin_packet(all, pair, pair->answer);
	scene_line(all->scene, CLASS_SEGMENT, (struct scene_point){ from, y - 8 },
	    (struct scene_point){ to, y - 8 }, DASH_DASHED);
	scene_arrow(all->scene, CLASS_SEGMENT, (struct scene_point){ to, y - 8 },
	    (struct scene_point){ to, y }, DASH_SOLID, HEAD_FULL, HEAD_NONE);
	scene_group_end(all->scene);
}

static void
draw_asking(struct listening *all, const struct pair *pair)
{
	double y = y_of(all, pair->syn_ns);
	double from = pair->client->x + pair->client->width / 2;
	double to = all->server->x - all->server->width / 2;

	if (!is_dropped(all, pair)) {
		begin_packet(all, pair, pair->syn);
		scene_arrow(all->scene, CLASS_SEGMENT, (struct scene_point){ from, y },
		    (struct scene_point){ to, y }, DASH_DASHED, HEAD_FULL, HEAD_NONE);
		scene_group_end(all->scene);
	}
	if (pair->refusal != NULL) {
		y = y_of(all, pair->refusal_ns);
		begin_packet(all, pair, pair->refusal);
		scene_arrow(all->scene, CLASS_RESET, (struct scene_point){ to, y },
		    (struct scene_point){ from, y }, DASH_SOLID, HEAD_FULL, HEAD_NONE);
		scene_group_end(all->scene);
	}
	if (pair->child != NULL)
		draw_spawning(all, pair);
}

static void
draw_miss(struct listening *all, const struct pair *pair, const struct packet_row *row,
    enum miss miss, double y)
{
	bool is_syn = miss == MISS_DROPPED || pair->child == NULL;
	const struct lane *lane = is_syn ? all->server : pair->child;
	double x = lane->x - lane->width / 2;

	scene_group_begin(all->scene, model_packet(row),
	    model_tip(all->scene, all->data, all->options, row), NULL);
	if (is_syn)
		scene_line(all->scene, CLASS_SEGMENT,
		    (struct scene_point){ pair->client->x + pair->client->width / 2, y },
		    (struct scene_point){ x - 6, y }, DASH_DASHED);
	chart_cross(all->scene, CLASS_MISSED, (struct scene_point){ x - 6, y }, 4);
	scene_group_end(all->scene);
}

static void
draw_misses(struct listening *all, const struct pair *pair)
{
	double last[MISS_COUNT] = { 0 };

	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct packet_row *row = &all->data->packets[i];
		enum miss miss = all->misses[i];
		double y = y_of(all, row->ts_ns);

		if (row->flow != pair->flow->flow || miss == MISS_NONE || y - last[miss] < 9)
			continue;
		draw_miss(all, pair, row, miss, y);
		last[miss] = y;
	}
}

/* --- the accept queue, downwards --- */

static void
draw_gauge(struct listening *all)
{
	const struct levels *levels = &all->gauge.levels;
	double *ys = scene_keep(all->scene, (levels->count + 1) * sizeof(*ys));

	for (size_t i = 0; i < levels->count; i++)
		ys[i] = y_of(all, levels->at[i].at_ns);
	ys[levels->count] = all->bottom;
	gauge_head(&all->gauge, HEADS_TOP + 17, 16);
	gauge_draw(&all->gauge, ys, LANES_TOP + BEFORE);
}

/* --- the page --- */

static void
draw_title(struct listening *all)
{
	enum lang lang = all->options->lang;
	const char *name = endpoint_name(all->scene, all->options, all->listener);
	const char *capture = model_capture(all->scene, all->data);
	const char *title = all->is_wrong ? word(all, LABEL_WRONG_TITLE)
					  : LABELED(all->scene, lang, LABEL_LISTENER_TITLE, name);
	const char *below = capture;

	if (all->left_out > 0 && !all->is_wrong)
		below = LABELED(all->scene, lang, LABEL_LISTENER_SOME, capture,
		    scene_format(all->scene, "%zu", all->pair_count),
		    scene_format(all->scene, "%zu", all->pair_count + all->left_out));
	chart_title(all->scene, all->width, title, below,
	    LABELED(all->scene, lang, all->is_wrong ? LABEL_WRONG_DESC : LABEL_LISTENER_DESC, name,
		capture));
}

static bool
has_misses(const struct listening *all)
{
	for (size_t i = 0; i < all->pair_count; i++)
		if (has_miss(all, all->pairs[i].flow))
			return true;
	return false;
}

static double
draw_note(struct listening *all, double y)
{
	enum label label = all->is_wrong     ? LABEL_WRONG_NOTE
			   : !all->has_gauge ? LABEL_REFUSED_NOTE
			   : has_misses(all) ? LABEL_LISTENER_MISS_NOTE
					     : LABEL_LISTENER_NOTE;
	const struct scene_style style = { .size = 12 };
	size_t box = all->scene->count;
	double bottom;

	scene_round_rect(all->scene, CLASS_NOTE,
	    (struct scene_box){ CHART_MARGIN, y, all->width - 2 * CHART_MARGIN, 24 }, 4,
	    DASH_SOLID);
	bottom = scene_paragraph(all->scene, CLASS_NOTE, style,
		     (struct scene_point){ CHART_MARGIN + 12, y + 20 },
		     all->width - 2 * CHART_MARGIN - 24, 17, word(all, label)) -
		 6;
	all->scene->items[box].box.height = floor((bottom - y) * 10 + 0.5) / 10;
	return bottom;
}

static void
build_lanes(struct listening *all)
{
	for (size_t i = 0; i < all->pair_count; i++)
		build_client(all, &all->pairs[i], i + 1);
	if (all->is_wrong) {
		build_wrong_server(all);
		return;
	}
	build_server(all);
	for (size_t i = 0; i < all->pair_count; i++)
		build_child(all, &all->pairs[i], i + 1);
}

static void
draw_all(struct listening *all)
{
	gather_moments(all);
	all->has_gauge = !all->is_wrong && all->gauge.levels.count > 0;
	build_lanes(all);
	all->times_width = width_of_times(all);
	spread_lanes(all);
	draw_title(all);
	draw_moments(all);
	for (size_t i = 0; i < all->pair_count; i++) {
		draw_asking(all, &all->pairs[i]);
		if (!all->is_wrong)
			draw_misses(all, &all->pairs[i]);
	}
	for (size_t i = 0; i < all->lane_count; i++)
		draw_lane(all, &all->lanes[i]);
	if (all->has_gauge)
		draw_gauge(all);
	for (size_t i = 0; i < all->pair_count; i++)
		draw_refusal(all, i);
	draw_breaks(all);
	scene_size(all->scene, all->width, draw_note(all, all->bottom + 22) + CHART_MARGIN);
}

enum status
listener_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct listening *all = scene_keep(scene, sizeof(*all));
	enum status st;

	memset(all, 0, sizeof(*all));
	all->scene = scene;
	all->data = data;
	all->options = options;
	all->is_wrong = options->wrong;
	st = endpoint_choose(&all->listener, data, options, diag);
	if (st != ST_OK)
		return st;
	all->misses = endpoint_misses(scene, data, all->listener);
	endpoint_levels(scene, data, all->listener, all->levels);
	gauge_init(&all->gauge, scene, data, options, all->listener, all->levels);
	note_missing(all);
	choose_pairs(all);
	if (all->pair_count == 0)
		return diag_set(diag, ST_USAGE, "none of the connections to %s can be drawn",
		    endpoint_name(scene, options, all->listener));
	all->is_wide = all->is_wrong || all->pair_count <= PAIRS_WIDE;
	gather(all);
	draw_all(all);
	return ST_OK;
}
