/*
 * What is noted while packets go by. A connection's story begins with its first
 * segment. The steps of its beginning are kept until the server has proved that
 * it took the connection; from then on only FINs and RSTs matter, and what the
 * tables of tcp hold anyway.
 */
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "socket/rows_priv.h"

struct sockets *
sockets_new(const struct sockets_options *options, struct budget *budget)
{
	struct sockets *all = mem_zalloc(sizeof(*all));

	all->options = *options;
	all->budget = all->late.budget = all->put_off.budget = all->begins.budget = budget;
	all->seed = hash_seed_draw();
	all->begun_ns = all->latest_ns = all->reached_ns = INT64_MIN;
	all->each_change =
	    options->want_rows && options->moment_count == 0 && options->every_ns == 0;
	pool_init(&all->stories, sizeof(struct story));
	pool_init(&all->steps, sizeof(struct step));
	pool_init(&all->briefs, sizeof(struct brief));
	pool_init(&all->samples, sizeof(struct sample));
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
	agenda_fini(&all->late);
	agenda_fini(&all->put_off);
	free(all->listener_rows);
	pool_fini(&all->watches);
	agenda_fini(&all->begins);
	free(all->live);
	free(all->spare);
	free(all->moments);
	pool_fini(&all->samples);
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

/* A clock that is set back can lead before a moment once more. */
static bool
is_past_moments(const struct sockets *all, int64_t answer_ns)
{
	return !all->options.want_rows || all->moment_count == 0 ||
	       answer_ns > all->moments[all->moment_count - 1];
}

bool
may_be_brief(const struct sockets *all, const struct sock *sock, int64_t answer_ns)
{
	return !is_told_of(all, sock) && is_past_moments(all, answer_ns);
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

bool
sock_begin(struct sockets *all, struct sock *sock, const struct packet *first,
    const struct place *place, enum side client)
{
	if (sock->flags & SOCK_UNKEPT || !is_kept(all, first, place)) {
		sock->flags |= SOCK_UNKEPT;
		return false;
	}
	all->begun++;
	if (!is_shown(all, place->number))
		sock->flags |= SOCK_UNSHOWN;
	if (client == SIDE_B)
		sock->flags |= SOCK_B_ASKED;
	if (!(first->tcp.flags & TCP_SYN))
		sock->state[0] = sock->state[1] =
		    (uint8_t)sock_next(SOCK_CLOSED, EVENT_SEEN_MIDWAY);
	if (all->options.want_rows && !all->each_change)
		sock->moment = moments_before(all, first->ts_ns);
	return true;
}

void
story_begin(struct story *story, int64_t first_ns, uint32_t first_index)
{
	story->flags = STORY_IN_FULL;
	story->syn_index = first_index;
	story->syn_ns = first_ns;
	story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = NEVER_NS;
	story->gone_ns = story->due_ns = story->dropped_ns = story->client_gone_ns = NEVER_NS;
	story->proof_ns = story->accept_ns = story->knock_ns = story->answer_ns = NEVER_NS;
	story->reset_ns[0] = story->reset_ns[1] = NEVER_NS;
	story->fin_ns = story->shut_ns = story->stuck_ns = NEVER_NS;
	story->echoed_ns = NEVER_NS;
}

bool
has_rested(struct sockets *all, int64_t now_ns)
{
	bool rested = span_ns(now_ns, all->begun_ns) > RESTED_NS;

	all->begun_ns = now_ns;
	return rested;
}

static void
begin_story(struct sockets *all, struct sock *sock, const struct packet *pkt,
    const struct place *place, enum side client)
{
	uint32_t number = pool_get(&all->stories);
	struct story *story = story_at(all, number);

	sock->story = number + 1;
	story->order = ++all->latest;
	story->flow = place->number;
	story->client = (uint8_t)client;
	story->is_rested = has_rested(all, pkt->ts_ns);
	story->tuple = pkt->tuple;
	if (place->side != client) {
		memcpy(story->tuple.src, pkt->tuple.dst, sizeof(story->tuple.src));
		memcpy(story->tuple.dst, pkt->tuple.src, sizeof(story->tuple.dst));
		story->tuple.sport = pkt->tuple.dport;
		story->tuple.dport = pkt->tuple.sport;
	}
	story_begin(story, pkt->ts_ns, pkt->index);
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
		story->has_odd_ttl |= is_odd_ttl(story->ttl[ROLE_SERVER], pkt->ttl);
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
note_window(struct sock *sock, struct story *story, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side)
{
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;
	const struct conn_half *peer = &pair->conn.half[!side];
	/* What the other end sends into a closed window, to probe it, is not taken. */
	bool has_all =
	    peer->last_index != 0 && pkt->tcp.ack == peer->next && peer->next == peer->end;
	bool was_shut = sock->flags & SOCK_SHUT << side;

	if (pkt->tcp.window == 0 &&
	    (has_all || (was_shut && pkt->tcp.ack == story->shut_ack[role])) &&
	    pkt->tcp.ack - peer->start > 1 + story->read[role] &&
	    !(sock->flags & SOCK_FIN_GOT << side)) {
		sock->flags |= (uint16_t)(SOCK_SHUT << side);
		story->shut_ack[role] = pkt->tcp.ack;
		if (role == ROLE_SERVER && !was_shut)
			story->shut_ns = pkt->ts_ns;
		return;
	}
	sock->flags &= (uint16_t) ~(SOCK_SHUT << side);
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
	int64_t near_ns = span_end(span_ns(story->knock_ns, story->answer_ns), 2 * MS_NS);

	if (story->fin_ns != NEVER_NS)
		return;
	story->fin_ns = pkt->ts_ns;
	story->fin_waited =
	    span_ns(pkt->ts_ns, pair->trail.half[!story->client].last_ns) <= near_ns;
}

void
sock_end_in_brief(struct sockets *all, struct sock *sock, uint32_t brief)
{
	story_at(all, sock->story - 1)->flags = 0;
	pool_put(&all->stories, sock->story - 1);
	sock->flags |= SOCK_SETTLED | SOCK_BRIEF;
	sock->story = brief + 1;
}

/* A plain story that nothing more can be learnt from makes room for the next. */
static void
end_in_brief(struct sockets *all, struct sock *sock, const struct story *story)
{
	uint32_t brief;

	*brief_next(all) = (struct plain){
		.tuple = story->tuple,
		.order = story->order,
		.syn_index = story->syn_index,
		.answer_index = story->answer_index,
		.knock_index = story->knock_index,
		.proof_index = story->proof_index,
		.accept_index = story->accept_index,
		.syn_ns = story->syn_ns,
		.answer_ns = story->answer_ns,
		.knock_ns = story->plain_lo_ns,
		.said_ns = story->plain_hi_ns,
		.accept_ns = story->accept_ns,
		.word_ns = story->word_ns,
		.cookie = story->cookie_sign,
		.is_rested = story->is_rested,
		.has_odd_ttl = story->has_odd_ttl,
		.ttl = { story->ttl[ROLE_CLIENT], story->ttl[ROLE_SERVER] },
	};
	if (brief_keep(all, &brief))
		sock_end_in_brief(all, sock, brief);
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
	if (!(story->flags & STORY_PROVED)) {
		struct step heard;

		step_note(&heard, pkt, role);
		story_step(all, story, &heard);
	}
	if (!(story->flags & STORY_PROVED) || !(story->flags & STORY_ACCEPTED))
		return;
	sock->flags |= SOCK_SETTLED;
	if (story->flags & STORY_PLAIN && may_be_brief(all, sock, story->answer_ns))
		end_in_brief(all, sock, story);
}

/*
 * Closed, and not only shut down, an end is gone from FIN_WAIT2 after
 * tcp_fin_timeout, without a word. What it answers tells: an ACK, that it was
 * there; a RST to a bare FIN, that it was not.
 */
static void
note_fin_wait(struct story *story, const struct tcp_pair *pair, const struct packet *pkt,
    enum side side, enum sock_state was)
{
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;
	const struct trail_half *peer = &pair->trail.half[!side];

	if (was == SOCK_FIN_WAIT2 && !(pkt->tcp.flags & TCP_RST)) {
		story->outlives[role] = true;
	} else if (was == SOCK_TIME_WAIT && (pkt->tcp.flags & (TCP_RST | TCP_ACK)) == TCP_RST &&
		   !story->has_expired[role] && peer->end == pair->fin_end[!side]) {
		story->has_expired[role] = true;
		story->fin_wait_ns[role] = span_end(
		    story->fin_wait_ns[role], span_ns(peer->last_ns, story->fin_wait_ns[role]) / 2);
	}
}

static void
take_in(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side)
{
	struct story *story = story_at(all, sock->story - 1);
	uint8_t was[2];

	if (pkt->tcp.flags & TCP_RST)
		reset_note(story, sock, pair, pkt, side);
	else if (sock->state[side] == SOCK_CLOSED)
		reset_reconsider(all, sock, story, pkt, side);
	was[0] = sock->state[0];
	was[1] = sock->state[1];
	states_step(sock, pair, pkt, side);
	if (was[side] == SOCK_FIN_WAIT2 || was[side] == SOCK_TIME_WAIT)
		note_fin_wait(story, pair, pkt, side, (enum sock_state)was[side]);
	if (was[!side] == SOCK_FIN_WAIT1 && sock->state[!side] == SOCK_FIN_WAIT2)
		story->fin_wait_ns[side == story->client ? ROLE_SERVER : ROLE_CLIENT] = pkt->ts_ns;
	if (!(pkt->tcp.flags & CONTROL) && pkt->tcp.flags & TCP_ACK)
		note_window(sock, story, pair, pkt, side);
	go_on(all, sock, pair, pkt, side);
}

bool
sockets_next(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side)
{
	if (sock->flags & SOCK_SKETCHED)
		return sketch_goes_on(all, sock, pair, pkt, side);
	if (!(sock->flags & SOCK_BRIEF))
		return false;
	states_step(sock, pair, pkt, side);
	return true;
}

void
sockets_segment(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, const struct place *place)
{
	bool counts;

	if (tells_nothing(sock, pkt)) {
		if (shows_changes(all, sock))
			sample_take(all, sock, pair, pkt->ts_ns, pkt->index, 0);
		return;
	}
	if (!all->has_begun)
		sockets_begin(all, pkt->ts_ns);
	if (sock->flags & SOCK_SKETCHED)
		sketch_fill_in(all, sock);
	if (sock->story == 0) {
		if (!sock_begin(all, sock, pkt, place, (enum side)pair->conn.client))
			return;
		begin_story(all, sock, pkt, place, (enum side)pair->conn.client);
	}
	if (is_told_of(all, sock) && pair_has_gaps(pair))
		story_at(all, sock->story - 1)->flags |= STORY_GAPS;
	counts = !(pkt->tcp.flags & TCP_RST) || reset_counts(sock, pair, pkt, place->side);
	if (counts && sock->flags & SOCK_BRIEF)
		states_step(sock, pair, pkt, place->side);
	else if (counts)
		take_in(all, sock, pair, pkt, place->side);
	if (shows_changes(all, sock))
		sample_take(all, sock, pair, pkt->ts_ns, pkt->index, 0);
}

void
sockets_icmp(struct sockets *all, struct sock *sock, const struct packet *pkt)
{
	struct story *story;

	if (sock->story == 0 || sock->flags & (SOCK_BRIEF | SOCK_SKETCHED))
		return; /* both were answered */
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
	briefs_hand_on(all);
	all->seen_ns = last_ns;
	if (all->options.has_until) {
		int64_t until_ns = moment_ns(&all->options.until, all->first_ns);

		if (until_ns > last_ns)
			all->seen_ns = until_ns;
	}
	if (all->options.every_ns > 0)
		moments_add_paced(all, all->seen_ns);
	/* Who asks about a moment behind the last packet supposes that nothing was sent until then. */
	all->until_ns = all->seen_ns;
	if (all->moment_count > 0 && all->moments[all->moment_count - 1] > all->seen_ns)
		all->until_ns = all->moments[all->moment_count - 1];
	listeners_gather(all);
	if (all->options.want_rows)
		rows_prepare(all);
}
