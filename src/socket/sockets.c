/*
 * What is noted while packets go by. A connection's story begins with its first
 * segment. The steps of its beginning are kept until the server has proved that
 * it took the connection; from then on only FINs and RSTs matter, and what the
 * tables of tcp hold anyway. Where rows are wanted, a sample is taken of both
 * ends: at each change, or when a moment that was asked for lies between two
 * packets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/seq.h"
#include "socket/socket_priv.h"

/* More moments than this are not kept; nobody reads as many tables. */
#define MOMENTS_MAX ((size_t)1 << 20)

struct sockets *
sockets_new(const struct sockets_options *options, struct budget *budget)
{
	struct sockets *all = mem_zalloc(sizeof(*all));

	all->options = *options;
	all->budget = budget;
	all->seed = hash_seed_draw();
	all->each_change = options->want_rows && options->moment_count == 0 && options->every_ns == 0;
	pool_init(&all->stories, sizeof(struct story));
	pool_init(&all->steps, sizeof(struct step));
	pool_init(&all->briefs, sizeof(struct brief));
	return all;
}

void
sockets_free(struct sockets *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->listener_count; i++)
		free(all->listeners[i].happenings);
	free(all->listeners);
	free(all->locals.slots);
	free(all->changes);
	free(all->order);
	free(all->live);
	free(all->moments);
	free(all->samples);
	pool_fini(&all->briefs);
	pool_fini(&all->steps);
	pool_fini(&all->stories);
	free(all);
}

uint64_t
sockets_left_out(const struct sockets *all)
{
	return all->left_out;
}

#define CONTROL (TCP_SYN | TCP_FIN | TCP_RST)

/* --- moments --- */

int
compare_ns(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Moments are known once the first packet tells where relative ones begin. */
void
sockets_begin(struct sockets *all, int64_t first_ns)
{
	size_t kept = 0;

	all->has_begun = true;
	all->first_ns = first_ns;
	all->moments = mem_zalloc((all->options.moment_count + 1) * sizeof(*all->moments));
	for (size_t i = 0; i < all->options.moment_count; i++) {
		const struct moment *moment = &all->options.moments[i];

		all->moments[i] = moment->is_relative ? after(first_ns, moment->ns) : moment->ns;
	}
	all->moment_count = all->options.moment_count;
	qsort(all->moments, all->moment_count, sizeof(*all->moments), compare_ns);
	for (size_t i = 1; i < all->options.moment_count; i++)
		if (all->moments[i] != all->moments[kept])
			all->moments[++kept] = all->moments[i];
	if (all->moment_count > 0)
		all->moment_count = kept + 1;
}

/* At a pace, moments are added as time goes on. */
static void
add_paced(struct sockets *all, int64_t now_ns)
{
	while (all->moment_count < MOMENTS_MAX) {
		int64_t next_ns = all->first_ns;

		if (all->moment_count > 0)
			next_ns = after(all->moments[all->moment_count - 1], all->options.every_ns);
		if (next_ns > now_ns || next_ns == NEVER_NS)
			break;
		if ((all->moment_count & (all->moment_count - 1)) == 0)
			all->moments = mem_realloc_array(
			    all->moments, all->moment_count * 2 + 1, sizeof(*all->moments));
		all->moments[all->moment_count++] = next_ns;
	}
	/* Later tables are left out, and that is told. */
	if (all->moment_count == MOMENTS_MAX && all->left_out == 0)
		all->left_out++;
}

/* How many moments lie before now. */
static uint32_t
moments_before(const struct sockets *all, int64_t now_ns)
{
	size_t lo = 0, hi = all->moment_count;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (all->moments[middle] < now_ns)
			lo = middle + 1;
		else
			hi = middle;
	}
	return (uint32_t)lo;
}

/* --- samples --- */

/* What one side acknowledged of the other's bytes, relative to start. */
static uint32_t
acked_from(const struct tcp_pair *pair, enum side side, uint32_t start)
{
	uint32_t acked;

	return trail_acked(&pair->trail, side, &acked) ? acked - start : 0;
}

/* The end of what can have reached that side in order, relative to start; the FIN counts. */
static uint32_t
got_from(const struct sock *sock, const struct tcp_pair *pair, enum side side, uint32_t start)
{
	if (sock->flags & SOCK_FIN_GOT << side)
		return pair->fin_end[!side] - start;
	return pair->conn.half[!side].next - start;
}

static struct face
face_of(const struct story *story, const struct sock *sock, const struct tcp_pair *pair, enum side side)
{
	const struct conn_half *me = &pair->conn.half[side];
	const struct conn_half *peer = &pair->conn.half[!side];
	const struct mark_half *marked = &pair->mark.half[side];

	return (struct face){
		.sent = me->last_index == 0 ? 0 : me->end - me->start,
		.acked = me->last_index == 0 ? 0 : acked_from(pair, (enum side)!side, me->start),
		.got = peer->last_index == 0 ? 0 : got_from(sock, pair, side, peer->start),
		.acks = peer->last_index == 0 ? 0 : acked_from(pair, side, peer->start),
		.window = (uint32_t)marked->window << (marked->wscale > 0 ? marked->wscale : 0),
		.read = story->read[side == story->client ? ROLE_CLIENT : ROLE_SERVER],
		.state = sock->state[side],
		.is_shut = (sock->flags & SOCK_SHUT << side) != 0,
		.fin_sent = (sock->flags & SOCK_FIN_SENT << side) != 0,
		.fin_got = (sock->flags & SOCK_FIN_GOT << side) != 0,
		.spoke_last = pair->conn.retry_side == side,
	};
}

static bool
sample_room(struct sockets *all)
{
	size_t room;

	if (all->sample_count < all->sample_room)
		return true;
	room = all->sample_room == 0 ? 1024 : all->sample_room * 2;
	if (!budget_take(all->budget, (room - all->sample_room) * sizeof(struct sample))) {
		all->left_out++;
		return false;
	}
	all->samples = mem_realloc_array(all->samples, room, sizeof(struct sample));
	all->sample_room = room;
	return true;
}

/* Since when what the client has to say waits for an ACK, time and again, or for room. */
static int64_t
stuck_since_ns(const struct story *story, const struct tcp_pair *pair)
{
	int64_t since_ns;

	return trail_stuck(&pair->trail, (enum side)story->client, &since_ns) ? since_ns : story->shut_ns;
}

static void
take_sample(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t ts_ns,
    uint32_t index, uint32_t to)
{
	const struct story *story = story_at(all, sock->story - 1);
	struct sample *sample;
	enum side client = (enum side)story->client;
	struct face faces[2] = {
		face_of(story, sock, pair, client),
		face_of(story, sock, pair, (enum side)!client),
	};

	if (all->each_change && sock->sample != 0) {
		const struct sample *old = &all->samples[sock->sample - 1];

		/* A packet that changes nothing still is one: what ends by itself does so since then. */
		if (memcmp(old->face, faces, sizeof(faces)) == 0 && since(ts_ns, old->ts_ns) < MS_NS)
			return;
	}
	if (!sample_room(all))
		return;
	sample = &all->samples[all->sample_count++];
	*sample = (struct sample){
		.ts_ns = ts_ns,
		.story = sock->story - 1,
		.order = story->order,
		.before = sock->sample,
		.index = index,
		.from = sock->moment,
		.to = to,
	};
	memcpy(sample->face, faces, sizeof(faces));
	sample->stuck_ns = stuck_since_ns(story, pair);
	sock->sample = (uint32_t)all->sample_count;
}

/* conn->rare counts C, G, T and W; G: bytes were given up as missing. */
#define RARE_GIVEN_UP 1

/* Bytes that were acknowledged, and that the capture lacks. */
static bool
has_gaps(const struct tcp_pair *pair, enum side from)
{
	const struct conn_half *half = &pair->conn.half[from];
	uint32_t acked;

	return pair->conn.rare[from][RARE_GIVEN_UP] > 0 ||
	    (half->last_index != 0 && trail_acked(&pair->trail, (enum side)!from, &acked) &&
	        seq_gt(acked, half->end));
}

static void
note_gaps(struct story *story, const struct tcp_pair *pair)
{
	if (has_gaps(pair, SIDE_A) || has_gaps(pair, SIDE_B))
		story->flags |= STORY_GAPS;
}

static uint32_t
latest_index(const struct tcp_pair *pair)
{
	uint32_t a = pair->trail.half[SIDE_A].last_index;
	uint32_t b = pair->trail.half[SIDE_B].last_index;

	return a > b ? a : b;
}

static int64_t
latest_ns(const struct tcp_pair *pair)
{
	const struct trail_half *a = &pair->trail.half[SIDE_A];
	const struct trail_half *b = &pair->trail.half[SIDE_B];

	return a->last_index > b->last_index ? a->last_ns : b->last_ns;
}

static bool
is_moment_over(const struct sockets *all, const struct sock *sock, int64_t now_ns)
{
	return all->options.every_ns > 0 ||
	    (sock->moment < all->moment_count && all->moments[sock->moment] < now_ns);
}

/* Each of its changes may be a row. */
static bool
shows_changes(const struct sockets *all, const struct sock *sock)
{
	return all->each_change && !(sock->flags & SOCK_UNSHOWN);
}

bool
sockets_want(const struct sockets *all, const struct sock *sock, const struct packet *pkt)
{
	return !(sock->flags & SOCK_QUIET) || pkt->tcp.flags & CONTROL || pkt->tcp.window == 0 ||
	    shows_changes(all, sock) || (all->options.want_rows && is_moment_over(all, sock, pkt->ts_ns));
}

/* Whether a row can show this connection, from now on or earlier. */
static bool
is_told_of(const struct sockets *all, const struct sock *sock)
{
	return all->options.want_rows && (shows_changes(all, sock) || all->options.every_ns > 0 ||
	    sock->sample != 0 || sock->moment < all->moment_count);
}

static enum side
server_side(const struct sock *sock)
{
	return sock->flags & SOCK_B_ASKED ? SIDE_A : SIDE_B;
}

void
sockets_before(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t now_ns)
{
	uint32_t passed;

	if (!all->has_begun)
		sockets_begin(all, now_ns);
	if (all->each_change || !all->options.want_rows || sock->story == 0)
		return;
	if (all->options.every_ns > 0)
		add_paced(all, now_ns);
	if (!is_moment_over(all, sock, now_ns))
		return;
	passed = moments_before(all, now_ns);
	if (passed <= sock->moment)
		return;
	take_sample(all, sock, pair, latest_ns(pair), latest_index(pair), passed);
	sock->moment = passed;
}

/* A RST can come from where there is no socket. */
static int64_t
heard_last_ns(const struct story *story, const struct tcp_pair *pair)
{
	int64_t last_ns = pair->trail.half[!story->client].last_ns;

	return story->reset_ns[ROLE_SERVER] == last_ns && !story->reset_has_window[ROLE_SERVER] ? INT64_MIN
	                                                                                      : last_ns;
}

void
sockets_flow_done(struct sockets *all, struct sock *sock, const struct tcp_pair *pair)
{
	struct story *story;

	if (sock->story == 0)
		return;
	if (sock->flags & SOCK_BRIEF) {
		all->listeners[sock->story - 1].briefs.alive += sock->state[server_side(sock)] != SOCK_CLOSED;
		return;
	}
	story = story_at(all, sock->story - 1);
	story->is_final = true;
	if (!is_told_of(all, sock)) {
		story->final[ROLE_SERVER].state = sock->state[!story->client];
		return;
	}
	note_gaps(story, pair);
	story->final[ROLE_CLIENT] = face_of(story, sock, pair, (enum side)story->client);
	story->final[ROLE_SERVER] = face_of(story, sock, pair, (enum side)!story->client);
	story->heard_ns = heard_last_ns(story, pair);
	story->stuck_ns = stuck_since_ns(story, pair);
	if (all->each_change || (all->options.every_ns == 0 && sock->moment >= all->moment_count))
		return;
	take_sample(all, sock, pair, latest_ns(pair), latest_index(pair), UINT32_MAX);
	sock->moment = UINT32_MAX;
}

/* --- stories --- */

/* A clock that is set back can lead before a moment once more. */
static bool
is_past_moments(const struct sockets *all, const struct story *story)
{
	return !all->options.want_rows || all->moment_count == 0 ||
	    story->answer_ns > all->moments[all->moment_count - 1];
}

/* A SYN that begins a flow when all packets are in was never answered: of a flood of them few are kept. */
static bool
is_kept(struct sockets *all, const struct packet *pkt, const struct place *place)
{
	if (place->is_lone && all->lone_count++ >= LONE_MAX) {
		listener_count_lone(all, pkt);
		return false;
	}
	if (all->begun < STORIES_MAX)
		return true;
	all->left_out++;
	return false;
}

static bool
is_shown(const struct sockets *all, uint32_t flow)
{
	const uint32_t *flows = all->options.flows;

	return flows == NULL || sorted_has(flows, all->options.flow_count, flow);
}

static void
begin_story(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, const struct place *place)
{
	uint32_t number = pool_get(&all->stories);
	struct story *story = story_at(all, number);

	all->begun++;
	sock->story = number + 1;
	story->order = ++all->latest;
	story->flow = place->number;
	if (!is_shown(all, place->number))
		sock->flags |= SOCK_UNSHOWN;
	story->client = pair->conn.client;
	if (story->client == SIDE_B)
		sock->flags |= SOCK_B_ASKED;
	story->tuple = pkt->tuple;
	if (place->side != story->client) {
		memcpy(story->tuple.src, pkt->tuple.dst, sizeof(story->tuple.src));
		memcpy(story->tuple.dst, pkt->tuple.src, sizeof(story->tuple.dst));
		story->tuple.sport = pkt->tuple.dport;
		story->tuple.dport = pkt->tuple.sport;
	}
	story->flags = STORY_IN_FULL;
	story->syn_index = pkt->index;
	story->syn_ns = pkt->ts_ns;
	story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = NEVER_NS;
	story->gone_ns = story->due_ns = story->dropped_ns = story->client_gone_ns = NEVER_NS;
	story->proof_ns = story->accept_ns = story->knock_ns = story->answer_ns = NEVER_NS;
	story->reset_ns[0] = story->reset_ns[1] = NEVER_NS;
	story->fin_ns = story->shut_ns = story->stuck_ns = NEVER_NS;
	if (!(pkt->tcp.flags & TCP_SYN))
		sock->state[0] = sock->state[1] = (uint8_t)sock_next(SOCK_CLOSED, EVENT_SEEN_MIDWAY);
	if (all->options.want_rows && !all->each_change)
		sock->moment = moments_before(all, pkt->ts_ns);
}

static void
happens(struct sock *sock, enum side side, enum sock_event event)
{
	sock->state[side] = (uint8_t)sock_next((enum sock_state)sock->state[side], event);
}

static bool
has_acked(const struct tcp_pair *pair, enum side acker, uint32_t end)
{
	return seq_ge(pair->trail.half[acker].acked, end);
}

/* What must have come before this segment, although the capture lacks it. */
static void
catch_up(struct sock *sock, const struct packet *pkt, enum side from)
{
	enum side to = (enum side)!from;
	uint16_t flags = pkt->tcp.flags;

	if (flags & TCP_RST || !(flags & TCP_ACK))
		return;
	if (flags & TCP_SYN) {
		if (sock->state[to] == SOCK_CLOSED && sock->state[from] == SOCK_CLOSED)
			happens(sock, to, EVENT_SENT_SYN);
	} else if (sock->state[from] == SOCK_SYN_SENT && sock->state[to] == SOCK_CLOSED) {
		happens(sock, to, EVENT_SENT_SYN_ACK);
		happens(sock, from, EVENT_GOT_SYN_ACK);
	} else if (sock->state[to] == SOCK_SYN_SENT && sock->state[from] == SOCK_CLOSED &&
	    (pkt->payload_bytes > 0 || flags & TCP_FIN)) {
		/* A bare ACK can be an old connection's answer to the SYN. */
		happens(sock, from, EVENT_SENT_SYN_ACK);
		happens(sock, to, EVENT_GOT_SYN_ACK);
		happens(sock, from, EVENT_GOT_ACK);
	}
}

/* Which events a segment is for both its ends, in the order in which they count. */
static void
step_states(struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt, enum side from)
{
	enum side to = (enum side)!from;
	uint16_t flags = pkt->tcp.flags;

	catch_up(sock, pkt, from);
	if (flags & TCP_RST) {
		happens(sock, from, EVENT_SENT_RST);
		happens(sock, to, EVENT_GOT_RST);
		return;
	}
	if (flags & TCP_SYN) {
		/* Two SYNs crossed: what answers one of them came behind the other. */
		if (flags & TCP_ACK && sock->state[from] == SOCK_SYN_RECV && sock->state[to] == SOCK_SYN_SENT)
			happens(sock, to, EVENT_GOT_SYN);
		else
			happens(sock, to, flags & TCP_ACK ? EVENT_GOT_SYN_ACK : EVENT_GOT_SYN);
		happens(sock, from, flags & TCP_ACK ? EVENT_SENT_SYN_ACK : EVENT_SENT_SYN);
		return;
	}
	if (flags & TCP_ACK && sock->state[to] == SOCK_SYN_RECV &&
	    seq_gt(pkt->tcp.ack, pair->conn.half[to].start))
		happens(sock, to, EVENT_GOT_ACK);
	if (sock->flags & SOCK_FIN_SENT << to && !(sock->flags & SOCK_FIN_ACKED << to) &&
	    has_acked(pair, from, pair->fin_end[to])) {
		sock->flags |= (uint8_t)(SOCK_FIN_ACKED << to);
		happens(sock, to, EVENT_GOT_FIN_ACK);
	}
	if (flags & TCP_FIN && !(sock->flags & SOCK_FIN_SENT << from)) {
		sock->flags |= (uint8_t)(SOCK_FIN_SENT << from);
		happens(sock, from, EVENT_SENT_FIN);
		/* The two FINs crossed, in whatever order they were captured: it knew nothing of the other's. */
		if (sock->state[from] == SOCK_LAST_ACK && seq_lt(pkt->tcp.ack, pair->fin_end[to]))
			sock->state[from] = SOCK_CLOSING;
	}
	if (sock->flags & SOCK_FIN_SENT << from && !(sock->flags & SOCK_FIN_GOT << to) &&
	    seq_ge(pair->conn.half[from].next, pair->fin_end[from] - 1)) {
		sock->flags |= (uint8_t)(SOCK_FIN_GOT << to);
		happens(sock, to, EVENT_GOT_FIN);
	}
	/* It has what it acknowledges, whatever of it is missing here. */
	if (sock->flags & SOCK_FIN_SENT << to && !(sock->flags & SOCK_FIN_GOT << from) &&
	    has_acked(pair, from, pair->fin_end[to])) {
		sock->flags |= (uint8_t)(SOCK_FIN_GOT << from);
		happens(sock, from, EVENT_GOT_FIN);
	}
}

static void
note_reset(struct story *story, const struct packet *pkt, enum role role, bool has_fin)
{
	if (story->reset_ns[role] != NEVER_NS)
		return;
	story->reset_ns[role] = pkt->ts_ns;
	story->reset_index[role] = pkt->index;
	story->reset_has_ack[role] = pkt->tcp.flags & TCP_ACK;
	story->reset_has_window[role] = pkt->tcp.window != 0;
	if (role != ROLE_SERVER)
		return;
	story->refusal_ttl = pkt->ttl;
	if (!(story->flags & STORY_ACCEPTED))
		rivals_ttl(story, pkt);
	story->reset_got = pkt->tcp.ack - story->isn[ROLE_CLIENT] - 1 - (has_fin ? 1 : 0);
}

static void
note_accept(struct story *story, const struct packet *pkt)
{
	if (story->flags & STORY_ACCEPTED)
		return;
	story->flags |= STORY_ACCEPTED;
	story->accept_ns = pkt->ts_ns;
	story->accept_index = pkt->index;
}

/*
 * A window that is closed, with all acknowledged, says that bytes lie unread;
 * when it opens although nothing came since, the program has read. What opens
 * with new bytes may have grown for them.
 */
static void
note_window(struct sock *sock, struct story *story, const struct tcp_pair *pair, const struct packet *pkt,
    enum side side)
{
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;
	const struct conn_half *peer = &pair->conn.half[!side];
	/* What the other end sends into a closed window, to probe it, is not taken. */
	bool has_all = peer->last_index != 0 && pkt->tcp.ack == peer->next && peer->next == peer->end;
	bool was_shut = sock->flags & SOCK_SHUT << side;

	if (pkt->tcp.window == 0 && (has_all || (was_shut && pkt->tcp.ack == story->shut_ack[role])) &&
	    pkt->tcp.ack - peer->start > 1 + story->read[role] && !(sock->flags & SOCK_FIN_GOT << side)) {
		sock->flags |= (uint16_t)(SOCK_SHUT << side);
		story->shut_ack[role] = pkt->tcp.ack;
		if (role == ROLE_SERVER && !was_shut)
			story->shut_ns = pkt->ts_ns;
		return;
	}
	sock->flags &= (uint16_t)~(SOCK_SHUT << side);
	if (role == ROLE_SERVER)
		story->shut_ns = NEVER_NS;
	if (!was_shut || pkt->tcp.window == 0 || pkt->tcp.ack != story->shut_ack[role])
		return;
	story->read[role]++;
	if (role == ROLE_SERVER)
		note_accept(story, pkt);
}

/* What a program makes the server's end say, and the kernel never says alone. */
static void
note_speech(struct story *story, const struct packet *pkt)
{
	if (pkt->payload_bytes > 0 || pkt->tcp.flags & TCP_FIN)
		note_accept(story, pkt);
}

/* A FIN that waited for room goes out when the ACK comes. */
static void
note_fin(struct story *story, const struct tcp_pair *pair, const struct packet *pkt)
{
	int64_t near_ns = after(since(story->knock_ns, story->answer_ns), 2 * MS_NS);

	if (story->fin_ns != NEVER_NS)
		return;
	story->fin_ns = pkt->ts_ns;
	story->fin_waited = since(pkt->ts_ns, pair->trail.half[!story->client].last_ns) <= near_ns;
}

/* A plain story that nothing more can be learnt from makes room for the next. */
static void
end_in_brief(struct sockets *all, struct sock *sock, struct story *story)
{
	uint32_t listener;

	if (is_told_of(all, sock) || !is_past_moments(all, story) || !brief_keep(all, story, &listener))
		return;
	story->flags = 0;
	pool_put(&all->stories, sock->story - 1);
	sock->flags |= SOCK_BRIEF;
	sock->story = listener + 1;
}

static void
go_on(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt,
    enum side side)
{
	struct story *story = story_at(all, sock->story - 1);
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;

	if (pkt->tcp.flags & TCP_RST)
		note_reset(story, pkt, role, sock->flags & SOCK_FIN_GOT << side);
	if (role == ROLE_SERVER && !(pkt->tcp.flags & TCP_SYN))
		note_speech(story, pkt);
	if (role == ROLE_CLIENT && pkt->tcp.flags & TCP_FIN)
		note_fin(story, pair, pkt);
	if (!(story->flags & STORY_PROVED))
		story_step(all, story, pkt, role);
	if (!(story->flags & STORY_PROVED) || !(story->flags & STORY_ACCEPTED))
		return;
	sock->flags |= SOCK_SETTLED;
	if (story->flags & STORY_PLAIN)
		end_in_brief(all, sock, story);
}

/*
 * Closed, and not only shut down, an end is gone from FIN_WAIT2 after
 * tcp_fin_timeout, without a word. What it answers tells: an ACK, that it was
 * there; a RST to a bare FIN, that it was not.
 */
static void
note_fin_wait(struct story *story, const struct tcp_pair *pair, const struct packet *pkt, enum side side,
    enum sock_state was)
{
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;
	const struct trail_half *peer = &pair->trail.half[!side];

	if (was == SOCK_FIN_WAIT2 && !(pkt->tcp.flags & TCP_RST)) {
		story->outlives[role] = true;
	} else if (was == SOCK_TIME_WAIT && (pkt->tcp.flags & (TCP_RST | TCP_ACK)) == TCP_RST &&
	    !story->has_expired[role] && peer->end == pair->fin_end[!side]) {
		story->has_expired[role] = true;
		story->fin_wait_ns[role] = after(story->fin_wait_ns[role], since(peer->last_ns, story->fin_wait_ns[role]) / 2);
	}
}

static void
take_in(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt,
    enum side side)
{
	struct story *story = sock->flags & SOCK_BRIEF ? NULL : story_at(all, sock->story - 1);
	uint8_t was[2];

	if (story != NULL && pkt->tcp.flags & TCP_RST)
		reset_note(story, sock, pair, pkt, side);
	else if (story != NULL && (sock->state[side] == SOCK_CLOSED))
		reset_reconsider(all, sock, story, pkt, side);
	was[0] = sock->state[0];
	was[1] = sock->state[1];
	step_states(sock, pair, pkt, side);
	if (story == NULL)
		return;
	if (was[side] == SOCK_FIN_WAIT2 || was[side] == SOCK_TIME_WAIT)
		note_fin_wait(story, pair, pkt, side, (enum sock_state)was[side]);
	if (was[!side] == SOCK_FIN_WAIT1 && sock->state[!side] == SOCK_FIN_WAIT2)
		story->fin_wait_ns[side == story->client ? ROLE_SERVER : ROLE_CLIENT] = pkt->ts_ns;
	if (!(pkt->tcp.flags & CONTROL) && pkt->tcp.flags & TCP_ACK)
		note_window(sock, story, pair, pkt, side);
	go_on(all, sock, pair, pkt, side);
}

void
sockets_segment(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, const struct place *place)
{
	if (sock->flags & SOCK_QUIET && !(pkt->tcp.flags & CONTROL) && pkt->tcp.window != 0) {
		if (shows_changes(all, sock))
			take_sample(all, sock, pair, pkt->ts_ns, pkt->index, 0);
		return;
	}
	if (!all->has_begun)
		sockets_begin(all, pkt->ts_ns);
	if (sock->story == 0) {
		if (sock->flags & SOCK_UNKEPT || !is_kept(all, pkt, place)) {
			sock->flags |= SOCK_UNKEPT;
			return;
		}
		begin_story(all, sock, pair, pkt, place);
	}
	if (all->options.want_rows && !(sock->flags & SOCK_BRIEF))
		note_gaps(story_at(all, sock->story - 1), pair);
	if (!(pkt->tcp.flags & TCP_RST) || reset_counts(sock, pair, pkt, place->side))
		take_in(all, sock, pair, pkt, place->side);
	if (sock->flags & SOCK_SETTLED && !(sock->flags & (SOCK_SHUT | SOCK_SHUT << 1)) &&
	    sock->state[0] == SOCK_ESTABLISHED && sock->state[1] == SOCK_ESTABLISHED)
		sock->flags |= SOCK_QUIET;
	else
		sock->flags &= (uint16_t)~SOCK_QUIET;
	if (shows_changes(all, sock))
		take_sample(all, sock, pair, pkt->ts_ns, pkt->index, 0);
}

void
sockets_icmp(struct sockets *all, struct sock *sock, const struct packet *pkt)
{
	struct story *story;

	if (sock->story == 0 || sock->flags & SOCK_BRIEF)
		return;
	story = story_at(all, sock->story - 1);
	if (story->flags & STORY_ANSWERED)
		return;
	story->client_gone_ns = pkt->ts_ns;
	rivals_icmp(story, pkt);
}

void
sockets_solve(struct sockets *all, int64_t first_ns, int64_t last_ns)
{
	if (!all->has_begun)
		sockets_begin(all, first_ns);
	all->seen_ns = last_ns;
	if (all->options.has_until) {
		const struct moment *until = &all->options.until;
		int64_t until_ns = until->is_relative ? after(all->first_ns, until->ns) : until->ns;

		if (until_ns > last_ns)
			all->seen_ns = until_ns;
	}
	if (all->options.every_ns > 0)
		add_paced(all, all->seen_ns);
	/* Who asks about a moment behind the last packet supposes that nothing was sent until then. */
	all->until_ns = all->seen_ns;
	if (all->moment_count > 0 && all->moments[all->moment_count - 1] > all->seen_ns)
		all->until_ns = all->moments[all->moment_count - 1];
	listeners_gather(all);
	if (all->options.want_rows)
		rows_prepare(all);
}
