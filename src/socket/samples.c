/*
 * Where rows are wanted, a sample is taken of both ends of a connection: at each
 * change, or when a moment that was asked for lies between two packets.
 */
#include <string.h>

#include "base/find.h"
#include "base/hint.h"
#include "base/seq.h"
#include "socket/rows_priv.h"

/* More moments than this are not kept; nobody reads as many tables. */
#define MOMENTS_MAX ((size_t)1 << 20)

/* --- moments --- */

/* Moments are known once the first packet tells where relative ones begin. */
void
sockets_begin(struct sockets *all, int64_t first_ns)
{
	all->has_begun = true;
	all->first_ns = first_ns;
	all->moments = mem_zalloc((all->options.moment_count + 1) * sizeof(*all->moments));
	all->moment_count =
	    moments_ns(all->moments, all->options.moments, all->options.moment_count, first_ns);
}

void
moments_add_paced(struct sockets *all, int64_t now_ns)
{
	while (all->moment_count < MOMENTS_MAX) {
		int64_t next_ns = all->first_ns;

		if (all->moment_count > 0)
			next_ns =
			    span_end(all->moments[all->moment_count - 1], all->options.every_ns);
		if (next_ns > now_ns || next_ns == NEVER_NS)
			break;
		if ((all->moment_count & (all->moment_count - 1)) == 0)
			all->moments = mem_realloc_array(
			    all->moments, all->moment_count * 2 + 1, sizeof(*all->moments));
		all->moments[all->moment_count++] = next_ns;
	}
}

bool
sockets_moments_full(const struct sockets *all)
{
	return all->options.every_ns > 0 && all->moment_count == MOMENTS_MAX;
}

uint32_t
moments_before(const struct sockets *all, int64_t now_ns)
{
	size_t at;

	FIND_PLACE(at, all->moment_count, all->moments[at] < now_ns);
	return (uint32_t)at;
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
	const struct conn_half *peer = &pair->conn.half[!side];

	if (sock->flags & SOCK_FIN_GOT << side)
		return pair->fin_end[!side] - start;
	/* Where no segment counted, since each has a wrong checksum: but what was acknowledged came. */
	if (peer->next - start > peer->end - start)
		return acked_from(pair, side, start);
	return peer->next - start;
}

static struct face
face_of(
    const struct story *story, const struct sock *sock, const struct tcp_pair *pair, enum side side)
{
	const struct conn_half *me = &pair->conn.half[side];
	const struct conn_half *peer = &pair->conn.half[!side];
	const struct mark_half *marked = &pair->mark.half[side];

	return (struct face){
		.sent = me->last_index == 0 ? 0 : me->end - me->start,
		.acked = me->last_index == 0 ? 0 : acked_from(pair, (enum side) !side, me->start),
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

/* Since when what the client has to say waits for an ACK, time and again, or for room. */
static int64_t
stuck_since_ns(const struct story *story, const struct tcp_pair *pair)
{
	int64_t since_ns;

	return trail_stuck(&pair->trail, (enum side)story->client, &since_ns) ? since_ns
									      : story->shut_ns;
}

/* The story's sample before ends where this one begins. A SYN that nobody answered at first is taken in late. */
static void
link_change(struct sockets *all, uint32_t number)
{
	struct sample *sample = sample_at(all, number);

	sample->next_ns = NEVER_NS;
	if (sample->before != 0)
		sample_at(all, sample->before - 1)->next_ns = at_most(sample->ts_ns, NEVER_NS - 1);
	if (sample->ts_ns < all->latest_ns)
		changes_note_late(all, number);
	all->latest_ns = at_least(all->latest_ns, sample->ts_ns);
}

/*
 * Packets that two processors or two cards handed over pass each other by less.
 * Where it is more, which came first does not show, and the states hang on it.
 */
#define SHUFFLED_NS MS_NS

static void
note_order(const struct sockets *all, const struct sock *sock, struct story *story, int64_t ts_ns)
{
	if (sock->sample != 0 &&
	    span_ns(sample_at(all, sock->sample - 1)->ts_ns, ts_ns) > SHUFFLED_NS)
		story->flags |= STORY_SHUFFLED;
}

void
sample_take(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t ts_ns,
    uint32_t index, uint32_t to)
{
	struct story *story = story_at(all, sock->story - 1);
	struct sample *sample;
	uint32_t number;
	enum side client = (enum side)story->client;
	struct face faces[2] = {
		face_of(story, sock, pair, client),
		face_of(story, sock, pair, (enum side) !client),
	};

	note_order(all, sock, story, ts_ns);
	if (all->each_change && sock->sample != 0) {
		const struct sample *old = sample_at(all, sock->sample - 1);

		/* A packet that changes nothing still is one: what ends by itself does so since then. */
		if (memcmp(old->face, faces, sizeof(faces)) == 0 &&
		    span_ns(ts_ns, old->ts_ns) < MS_NS)
			return;
	}
	if (!budget_take(all->budget, sizeof(*sample))) {
		all->left_out++;
		return;
	}
	number = pool_grow(&all->samples);
	sample = sample_at(all, number);
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
	if (all->each_change)
		link_change(all, number);
	sock->sample = number + 1;
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
	       (half->last_index != 0 && trail_acked(&pair->trail, (enum side) !from, &acked) &&
		   seq_gt(acked, half->end));
}

bool
pair_has_gaps(const struct tcp_pair *pair)
{
	return has_gaps(pair, SIDE_A) || has_gaps(pair, SIDE_B);
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

bool
shows_changes(const struct sockets *all, const struct sock *sock)
{
	return all->each_change && !(sock->flags & SOCK_UNSHOWN);
}

bool
sockets_want(const struct sockets *all, const struct sock *sock, const struct packet *pkt)
{
	return !tells_nothing(sock, pkt) || shows_changes(all, sock) ||
	       (all->options.want_rows && is_moment_over(all, sock, pkt->ts_ns));
}

bool
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

static APART void
pass_moments(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t now_ns)
{
	uint32_t passed = moments_before(all, now_ns);

	if (passed <= sock->moment)
		return;
	if (sock->flags & SOCK_SKETCHED)
		sketch_fill_in(all, sock);
	sample_take(all, sock, pair, latest_ns(pair), latest_index(pair), passed);
	sock->moment = passed;
}

void
sockets_before(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t now_ns)
{
	if (!all->has_begun)
		sockets_begin(all, now_ns);
	if (all->each_change || !all->options.want_rows || sock->story == 0)
		return;
	if (all->options.every_ns > 0)
		moments_add_paced(all, now_ns);
	if (is_moment_over(all, sock, now_ns))
		pass_moments(all, sock, pair, now_ns);
}

/* A RST can come from where there is no socket. */
static int64_t
heard_last_ns(const struct story *story, const struct tcp_pair *pair, enum role role)
{
	int64_t last_ns =
	    pair->trail.half[role == ROLE_CLIENT ? story->client : !story->client].last_ns;
	bool is_stray = !story->reset_has_ack[role] || !story->reset_has_window[role];

	return story->reset_ns[role] == last_ns && is_stray ? INT64_MIN : last_ns;
}

/* At the next moment both ends are gone. */
static bool
is_over(
    const struct sockets *all, const struct sock *sock, const struct face final[2], int64_t last_ns)
{
	int64_t age_ns;

	if (sock->moment >= all->moment_count)
		return false;
	age_ns = span_ns(all->moments[sock->moment], last_ns);
	return is_gone(&final[ROLE_CLIENT], age_ns) && is_gone(&final[ROLE_SERVER], age_ns);
}

void
sockets_flow_done(struct sockets *all, struct sock *sock, const struct tcp_pair *pair)
{
	struct story *story;

	if (sock->story == 0)
		return;
	if (sock->flags & SOCK_BRIEF) {
		if (sock->state[server_side(sock)] != SOCK_CLOSED)
			brief_note_alive(all, sock->story - 1);
		return;
	}
	if (sock->flags & SOCK_SKETCHED)
		sketch_fill_in(all, sock);
	story = story_at(all, sock->story - 1);
	story->is_final = true;
	if (!is_told_of(all, sock)) {
		story->final[ROLE_SERVER].state = sock->state[!story->client];
		return;
	}
	if (pair_has_gaps(pair))
		story->flags |= STORY_GAPS;
	story->final[ROLE_CLIENT] = face_of(story, sock, pair, (enum side)story->client);
	story->final[ROLE_SERVER] = face_of(story, sock, pair, (enum side) !story->client);
	story->heard_ns[ROLE_CLIENT] = heard_last_ns(story, pair, ROLE_CLIENT);
	story->heard_ns[ROLE_SERVER] = heard_last_ns(story, pair, ROLE_SERVER);
	story->stuck_ns = stuck_since_ns(story, pair);
	if (all->each_change || (all->options.every_ns == 0 && sock->moment >= all->moment_count) ||
	    is_over(all, sock, story->final, latest_ns(pair)))
		return;
	sample_take(all, sock, pair, latest_ns(pair), latest_index(pair), UINT32_MAX);
	sock->moment = UINT32_MAX;
}
