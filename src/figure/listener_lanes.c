/*
 * The lanes of a listener's figure: each socket's states as bands, the calls
 * that its program made, and how far apart the lanes stand.
 */
#include "figure/listener_priv.h"

#include <math.h>

#define BRACE_ROOM 104.0

/* --- bands and calls --- */

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
band_tip(const struct listening *all, const struct lane *lane, const struct change *change)
{
	return LABELED(all->scene, all->options->lang,
	    change->certain ? LABEL_BAND_TIP : LABEL_BAND_TIP_LIKELY, lane->who,
	    name_state(change->state), listening_time(all, change->at_ns));
}

/* Bands for changes, the first of which begins at its own time. */
static void
add_changes(
    const struct listening *all, struct lane *lane, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		double top = listening_y(all, change->at_ns);
		double bottom =
		    i + 1 < count ? listening_y(all, changes[i + 1].at_ns) : all->bottom;

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
	add_band(lane, CLASS_INITIAL, listening_word(all, LABEL_INITIAL), y, until, NULL);
	for (size_t i = 0; i < count; i++) {
		y += i == 0 ? 4 : CALL_STEP;
		add_instant(lane, calls[i], y, listening_word(all, LABEL_BEFORE_TIP));
	}
	return y;
}

static void
add_connect(const struct listening *all, struct lane *lane, const struct pair *pair)
{
	const struct conn_verdict *conn = &pair->flow->conn;
	double top = listening_y(all, pair->syn_ns);
	bool returned = conn->connect_ns != 0 && conn->connect != CONNECT_PENDING &&
			conn->connect != CONNECT_UNKNOWN;
	struct call call = { "connect()", top,
		returned ? fmax(listening_y(all, conn->connect_ns), top + CALL_HEIGHT)
			 : all->bottom,
		!returned, !returned, NULL };

	if (returned)
		call.tip = LABELED(all->scene, all->options->lang, LABEL_CONNECT_TIP,
		    listening_time(all, pair->syn_ns), listening_time(all, conn->connect_ns),
		    conn_connect_names[conn->connect]);
	else
		call.tip = listening_word(all, LABEL_CONNECT_PENDING);
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
	add_before(all, lane, calls, 1, listening_y(all, pair->syn_ns));
	add_changes(all, lane, pair->changes[0], pair->change_counts[0]);
	add_connect(all, lane, pair);
	if (pair->wrote_ns[0] != FAR_NS)
		add_instant(lane, "write()", listening_y(all, pair->wrote_ns[0]),
		    LABELED(all->scene, all->options->lang, LABEL_WRITE_TIP,
			listening_time(all, pair->wrote_ns[0])));
}

static void
add_accept(const struct listening *all, struct lane *lane, const struct pair *pair)
{
	bool is_open = pair->accept_hi_ns == FAR_NS;
	struct call call = { is_open ? "accept()?" : "accept()",
		listening_y(all, pair->accept_lo_ns),
		is_open ? all->bottom : listening_y(all, pair->accept_hi_ns), true, is_open, NULL };

	if (pair->accept_lo_ns == FAR_NS)
		return;
	call.bottom = fmax(call.bottom, call.top + CALL_HEIGHT);
	call.tip = is_open ? LABELED(all->scene, all->options->lang, LABEL_ACCEPT_OPEN_TIP,
				 listening_time(all, pair->accept_lo_ns))
			   : LABELED(all->scene, all->options->lang, LABEL_ACCEPT_TIP,
				 listening_time(all, pair->accept_lo_ns),
				 listening_time(all, pair->accept_hi_ns));
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
		add_instant(lane, "write()", listening_y(all, pair->wrote_ns[1]),
		    LABELED(all->scene, all->options->lang, LABEL_WRITE_TIP,
			listening_time(all, pair->wrote_ns[1])));
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
	lane->who = listening_word(all, all->has_gauge ? LABEL_LISTENING_SOCKET : LABEL_SERVER);
	lane->end = endpoint_name(all->scene, all->options, all->listener);
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];
		double y;

		if (!endpoint_is(all->listener, row) || row->state == state)
			continue;
		y = fmax(from, listening_y(all, row->at_ns));
		if (row->state == SOCK_LISTEN && is_first)
			from =
			    add_before(all, lane, calls, 3, from - CALL_HEIGHT) + CALL_HEIGHT / 2;
		else
			add_band(lane, class_of_state(state), name_state(state), from, y, NULL),
			    from = y;
		state = row->state;
		is_first = false;
	}
	if (is_first && all->listener->kind == STORY_SILENT)
		add_band(lane, CLASS_BREAK, "?", LANES_TOP, all->bottom, NULL);
	else
		add_band(lane, class_of_state(state), name_state(state),
		    is_first ? LANES_TOP : from, all->bottom, NULL);
}

/* What many believe: the listening socket itself goes through the handshake. */
static void
build_wrong_server(struct listening *all)
{
	static const char *const calls[] = { "socket()", "bind()", "listen()" };
	const struct pair *pair = &all->pairs[0];
	struct lane *lane = &all->lanes[all->lane_count++];
	double listens = LANES_TOP + BEFORE - 4 - CALL_HEIGHT;
	double asked = listening_y(all, pair->answer_ns);
	double taken = listening_y(all, pair->taken_lo_ns);

	all->server = lane;
	lane->who = listening_word(all, LABEL_SERVER);
	lane->end = endpoint_name(all->scene, all->options, all->listener);
	add_before(all, lane, calls, 3, listens);
	add_band(lane, CLASS_LISTEN, "LISTEN", listens, asked, NULL);
	add_band(lane, CLASS_SYN_RECV, "SYN-RCVD", asked, taken, NULL);
	add_band(lane, CLASS_ESTABLISHED, "ESTABLISHED", taken, all->bottom, NULL);
	add_instant(lane, "accept()", taken - CALL_HEIGHT / 2, NULL);
}

void
listening_build_lanes(struct listening *all)
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

/* --- across the page --- */

/* Braces name states where there is room for them. */
static const struct spread spreads[] = {
	[false] = { 60, 72, 68, 88, 112, 18, 5, 9 },
	[true] = { 88, 112, 108, 96, 120, 26, 6, 10 },
};

void
listening_spread_lanes(struct listening *all)
{
	const struct spread *spread = &spreads[all->is_wide];
	double x = CHART_MARGIN + all->times_width;

	all->spread = spread;
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
