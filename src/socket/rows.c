/*
 * The table of sockets at any moment: a sample says what the segments look like
 * by then, the story and the listener say what that means, and the clock ends
 * what ends without a segment.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/socket_priv.h"

/* RFC 9293's 2 MSL as Linux has it, TCP_TIMEWAIT_LEN; an orphan's FIN_WAIT2 lasts as long unless set otherwise. */
#define TIME_WAIT_NS (60 * SECOND_NS)
/* Bytes that have arrived are acknowledged by then. */
#define ACKED_BY_NS (60 * MS_NS)
/* A sender that is still waiting for an ACK after this long may have more to send than we can see. */
#define HELD_BACK_NS (150 * MS_NS)

/* One end at a moment, being told. */
struct telling {
	const struct sockets *all;
	const struct story *story;
	const struct sample *sample;
	const struct listener *listener; /* NULL: unknown */
	int64_t at_ns;
	enum role role;
	bool hidden_fin; /* supposed to wait behind what is sent again */
	struct socket_row *row;
};

static void
cite(struct socket_row *row, uint32_t index)
{
	evidence_cite(&row->because, index);
}

/* --- states --- */

/* Timers are late by a little. */
static int64_t
late_gap_ns(int64_t gap_ns)
{
	return after(gap_ns, gap_ns / 50 + 20 * MS_NS);
}

/*
 * When the client gives up, had it gone on it would have sent its next SYN; in
 * which time, likeliest. Linux 6.5 and later begin with five a second apart;
 * where none came after two seconds either, it hardly waited for the second.
 */
static int64_t
next_syn_gap_ns(const struct sockets *all, const struct story *story)
{
	int64_t doubled_ns = after(story->syn_gap_ns, story->syn_gap_ns);

	if (story->syn_count < 2)
		return SECOND_NS;
	if (story->syn_count <= 5 && story->syn_gap_ns < 1300 * MS_NS && !all->syn_doubles &&
	    (all->syn_lingers || since(all->seen_ns, story->last_syn_ns) > late_gap_ns(doubled_ns)))
		return SECOND_NS;
	return doubled_ns;
}

/* Its program exited, as its other connections tell. */
static int64_t
given_up_ns(const struct telling *t)
{
	return t->listener == NULL ? NEVER_NS
	                           : fellows_left_ns(t->all, t->listener, t->story, t->story->last_syn_ns, t->at_ns);
}

static void
tell_asking_client(struct telling *t)
{
	const struct story *story = t->story;
	int64_t gap_ns = next_syn_gap_ns(t->all, story);
	bool is_last = t->at_ns >= story->last_syn_ns;
	int64_t overdue_ns = after(story->last_syn_ns, late_gap_ns(gap_ns));

	t->row->state = SOCK_SYN_SENT;
	/* Between two SYNs its program may give up and not tell: only a later one says that it had not. */
	t->row->certain = (!is_last || story->knock_ns != NEVER_NS) && !(story->flags & STORY_UNSEEN);
	if (t->at_ns >= story->client_gone_ns)
		t->row->state = SOCK_CLOSED;
	else if (is_last && !(story->flags & STORY_ANSWERED) && t->at_ns >= given_up_ns(t)) {
		t->row->state = SOCK_CLOSED;
		t->row->certain = false;
	}
	if (is_last && !(story->flags & STORY_ANSWERED) && t->at_ns > overdue_ns) {
		t->row->state = SOCK_CLOSED;
		t->row->certain = t->at_ns > after(overdue_ns, gap_ns);
	}
	cite(t->row, story->syn_index);
}

/* What is sent again and again hides a FIN behind it: close() may have returned long ago. */
static void
suppose_hidden_fin(struct telling *t)
{
	const struct story *story = t->story;
	int64_t stuck_ns = t->sample->stuck_ns;

	if (t->listener == NULL || stuck_ns == NEVER_NS || t->sample->face[ROLE_CLIENT].fin_sent ||
	    (t->row->state != SOCK_ESTABLISHED && t->row->state != SOCK_CLOSE_WAIT) ||
	    (story->fin_ns == NEVER_NS ? story->stuck_ns != stuck_ns : !story->fin_waited) ||
	    t->at_ns < fellows_closed_ns(t->all, t->listener, story, stuck_ns))
		return;
	t->row->state = sock_next(t->row->state, EVENT_SENT_FIN);
	t->row->certain = false;
	t->hidden_fin = true;
}

static void
tell_client_state(struct telling *t)
{
	const struct story *story = t->story;
	const struct face *face = &t->sample->face[ROLE_CLIENT];

	if (face->state == SOCK_SYN_SENT) {
		tell_asking_client(t);
		return;
	}
	t->row->state = (enum sock_state)face->state;
	t->row->certain = true;
	/* Did it get the SYN-ACK? Its ACK tells; where the capture is at the client, it did. */
	if (face->state == SOCK_ESTABLISHED && story->knock_ns > t->at_ns &&
	    (story->flags & (STORY_ANSWERED | STORY_SIMULTANEOUS)) == STORY_ANSWERED) {
		bool is_near = t->listener != NULL && (t->listener->vantage == VANTAGE_LOOPBACK ||
		    t->listener->vantage == VANTAGE_CLIENT);

		if (!is_near)
			t->row->state = SOCK_SYN_SENT;
		t->row->certain = is_near;
	}
	suppose_hidden_fin(t);
	cite(t->row, story->knock_index);
}

/* Its SYN-ACK went out when enough requests waited to fill the SYN queue. */
static bool
may_be_cookie(const struct telling *t)
{
	return t->listener == NULL || t->listener->only_cookies ||
	    (int64_t)t->story->waiting > t->listener->backlog.lo;
}

/* Farther off, its SYN-ACK may have been lost, or put off: more than so few requests do not fill a SYN queue. */
#define COOKIE_AMONG 2

/* What went unheard without another SYN-ACK was a cookie's, and nothing was kept of it. */
static bool
was_cookie(const struct telling *t)
{
	const struct listener *listener = t->listener;

	if (t->story->cookie || t->story->fate != FATE_COOKIE)
		return t->story->cookie;
	if (listener == NULL || silence_tells(listener) || listener->only_cookies)
		return true;
	return (int64_t)t->story->waiting > (listener->backlog.hi != RANGE_OPEN ? listener->backlog.lo : COOKIE_AMONG);
}

/* A timer is as likely to be early as late by what we allow it. */
static int64_t
dropped_first_ns(const struct story *story)
{
	return after(story->dropped_ns, since(story->dropped_ns, story->due_ns));
}

/* A request of which it is not proved that the server took it. */
static void
tell_request(struct telling *t)
{
	const struct story *story = t->story;

	t->row->state = SOCK_SYN_RECV;
	t->row->certain = true;
	if (was_cookie(t))
		t->row->state = SOCK_CLOSED;
	if (story->cookie || story->fate == FATE_COOKIE)
		t->row->certain = t->row->state == SOCK_CLOSED && story->fate == FATE_COOKIE;
	if (t->at_ns >= story->gone_ns)
		t->row->state = SOCK_CLOSED;
	if (story->gone_ns == story->dropped_ns && t->at_ns >= dropped_first_ns(story) && t->at_ns < story->due_ns)
		t->row->certain = false;
	if ((story->fate == FATE_MAYBE || story->fate == FATE_TAKEN) && t->at_ns >= story->taken_lo_ns) {
		t->row->certain = false;
		if (story->maybe_is_cookie)
			t->row->state = SOCK_CLOSED;
	}
	if (story->deferred || (!story->no_cookie && may_be_cookie(t)))
		t->row->certain = false;
	/* What the client said may have been taken at once, and the answer lost. */
	if (t->at_ns >= story->knock_ns && (t->listener == NULL || !arrivals_are_seen(t->listener)))
		t->row->certain = false;
	cite(t->row, story->answer_index);
	cite(t->row, story->refusal_index);
}

static void
tell_server_state(struct telling *t)
{
	const struct story *story = t->story;
	const struct face *face = &t->sample->face[ROLE_SERVER];
	bool is_asked = story->flags & (STORY_SYN | STORY_ANSWERED);

	t->row->certain = true;
	t->row->state = (enum sock_state)face->state;
	if (story->flags & STORY_SIMULTANEOUS || !is_asked)
		return;
	if (story->fate == FATE_NONE || story->fate == FATE_REFUSED || t->at_ns < story->answer_ns) {
		t->row->state = SOCK_CLOSED;
		return;
	}
	if (t->at_ns < story->taken_ns) {
		if (face->state != SOCK_CLOSED)
			tell_request(t);
		return;
	}
	if (face->state == SOCK_SYN_RECV && !(story->flags & STORY_FAST_OPEN))
		t->row->state = SOCK_ESTABLISHED;
	t->row->certain = story->fate == FATE_TAKEN && t->at_ns >= story->taken_hi_ns;
	cite(t->row, story->answer_index);
	cite(t->row, story->proof_index != 0 ? story->proof_index : story->knock_index);
}

/* When an end that waits in FIN_WAIT2 is gone, if it was closed and not only shut down. */
static int64_t
fin_wait_over_ns(const struct story *story, enum role role)
{
	if (story->outlives[role])
		return NEVER_NS;
	return story->has_expired[role] ? story->fin_wait_ns[role] : after(story->fin_wait_ns[role], TIME_WAIT_NS);
}

/* What ends by itself. */
static void
let_expire(struct telling *t)
{
	struct socket_row *row = t->row;
	int64_t age_ns = since(t->at_ns, t->sample->ts_ns);

	if (row->state == SOCK_TIME_WAIT && age_ns >= TIME_WAIT_NS) {
		row->state = SOCK_CLOSED;
	} else if (row->state == SOCK_FIN_WAIT2) {
		row->certain = false;
		if (t->at_ns >= fin_wait_over_ns(t->story, t->role))
			row->state = SOCK_CLOSED;
	}
}

/* --- queues --- */

static uint32_t
payload_got(const struct face *me, const struct telling *t)
{
	uint32_t got = me->got;

	/* What was ignored before the connection was taken came to nothing. */
	if (t->role == ROLE_SERVER && t->story->refusal_index != 0 &&
	    since(t->at_ns, t->sample->ts_ns) > ACKED_BY_NS && me->acks < got)
		got = me->acks;
	if (me->is_shut)
		got = me->acks;
	return got == 0 ? 0 : got - 1; /* its SYN */
}

/* Whether the k-th child was accepted by then: 1, 0, or -1 where the queue does not tell. */
static int
is_accepted(const struct telling *t)
{
	const struct happening *now;

	if (t->story->accept_ns <= t->at_ns)
		return 1;
	if (t->listener == NULL || t->story->rank_lo == 0)
		return -1;
	now = listener_at(t->listener, t->at_ns);
	if (now == NULL)
		return -1;
	if ((int64_t)t->story->rank_lo > now->accepted.hi)
		return 0;
	if (t->story->rank_hi != 0 && (int64_t)t->story->rank_hi <= now->accepted.lo)
		return 1;
	return -1;
}

/* An answer worth the name: a few bytes can be a greeting that nothing was read for. */
#define ANSWER_BYTES 1000

/* Its window is closed, and what it says is captured before it can be lost: it would have opened it. */
static bool
lies_unread(const struct telling *t)
{
	enum vantage vantage = t->listener == NULL ? VANTAGE_UNKNOWN : (enum vantage)t->listener->vantage;
	bool is_here = vantage == VANTAGE_LOOPBACK ||
	    vantage == (t->role == ROLE_SERVER ? VANTAGE_SERVER : VANTAGE_CLIENT);

	return t->sample->face[t->role].is_shut && is_here;
}

/*
 * Whether a program that could have read its bytes did, likelier than not: who
 * answers or closes has read what came before, and so has who was sent more
 * than its window holds. Of one that just keeps still we think that it sleeps.
 */
static bool
has_read(const struct face *me)
{
	return (me->spoke_last && me->sent > ANSWER_BYTES) || me->fin_sent || me->read > 0 ||
	    me->got > 2 * (uint64_t)me->window + 1;
}

/* Bytes that have lain for so long were read when they came, or wait for something else. */
#define SETTLED_NS (2 * SECOND_NS)

/*
 * Later, or the rest of it, tells what kind of program it is. Who closes first,
 * and by a FIN, had read all, and as a rule long before. A client that never said
 * a word, was told something and the end of it, is there to read.
 */
static bool
keeps_reading(const struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	const struct face *final = &t->story->final[t->role];

	if (t->role == ROLE_CLIENT)
		return t->row->state == SOCK_CLOSE_WAIT && me->sent == 1 && me->got > 2;
	return t->story->is_final && !me->fin_sent && final->fin_sent && t->row->state == SOCK_ESTABLISHED &&
	    t->story->reset_ns[ROLE_SERVER] == NEVER_NS && since(t->at_ns, t->sample->ts_ns) > SETTLED_NS &&
	    (final->state == SOCK_FIN_WAIT2 || final->state == SOCK_TIME_WAIT || final->state == SOCK_FIN_WAIT1);
}

static bool
has_readers(const struct telling *t)
{
	return t->listener != NULL && fellows_read(t->listener, t->story, t->role);
}

static void
tell_recv_q(struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	int64_t got = payload_got(me, t);
	int accepted = t->role == ROLE_SERVER ? is_accepted(t) : 1;
	struct range *queue = &t->row->recv_q;
	int64_t most = got > me->read ? got - me->read : 0;

	*queue = (struct range){ accepted == 0 ? got : lies_unread(t) && most > 0, most };
	t->row->recv_q_best = most;
	if (queue->lo == 0 && ((accepted == 1 && (has_read(me) || has_readers(t))) || (accepted != 0 && keeps_reading(t))))
		t->row->recv_q_best = 0;
}

/* Whether there is room in the peer's window, and nothing else to wait for. */
static bool
is_held_back(const struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	const struct face *peer = &t->sample->face[!t->role];
	uint32_t out = me->sent - me->acked;
	uint32_t mss = t->story->mss[!t->role] != 0 ? t->story->mss[!t->role] : 536;

	return out > 0 || peer->window < mss;
}

/*
 * The program may have written what we cannot see: what waits for an ACK, or
 * for room in the window, hides what comes behind it. Later packets tell.
 */
static int64_t
unseen_limit(const struct telling *t)
{
	const struct face *final = &t->story->final[t->role];
	const struct face *me = &t->sample->face[t->role];

	if (me->fin_sent || !is_held_back(t))
		return (int64_t)me->sent - me->acked;
	if (t->story->is_final && final->sent == final->acked &&
	    t->story->final[!t->role].window >= t->story->mss[!t->role])
		return (int64_t)final->sent - me->acked;
	return RANGE_OPEN;
}

static void
tell_send_q(struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	int64_t waiting = me->sent > me->acked ? (int64_t)me->sent - me->acked : 0;
	int64_t limit = unseen_limit(t);

	t->row->send_q = (struct range){ waiting, limit < waiting ? waiting : limit };
	t->row->send_q_best = waiting + (t->hidden_fin && limit > waiting);
}

static int64_t
syn_waits(const struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];

	return me->sent > me->acked ? (int64_t)me->sent - me->acked : 0;
}

static void
tell_queues(struct telling *t)
{
	struct socket_row *row = t->row;

	row->recv_q = row->send_q = (struct range){ 0, 0 };
	row->recv_q_best = row->send_q_best = 0;
	switch (row->state) {
	case SOCK_CLOSED:
	case SOCK_TIME_WAIT:
		return;
	case SOCK_SYN_RECV:
		/* No socket yet, unless both ends asked: then its SYN waits, and nothing else. */
		if (t->story->flags & STORY_SIMULTANEOUS)
			row->send_q.lo = row->send_q.hi = row->send_q_best = syn_waits(t);
		return;
	case SOCK_SYN_SENT:
		row->send_q.lo = row->send_q.hi = row->send_q_best = t->sample->face[t->role].sent;
		return;
	default:
		tell_recv_q(t);
		tell_send_q(t);
	}
}

/* What waits for an ACK, or for room, hides a FIN behind it: close() may have returned long ago. */
static void
doubt_hidden_fin(struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];

	if (t->row->state != SOCK_ESTABLISHED && t->row->state != SOCK_CLOSE_WAIT)
		return;
	if (!me->fin_sent && unseen_limit(t) > (int64_t)me->sent - me->acked)
		t->row->certain = false;
}

/* New bytes, or a FIN, later: by now it cannot have sent its FIN. */
static bool
speaks_later(const struct telling *t, enum role role)
{
	return t->story->is_final && t->story->final[role].sent > t->sample->face[role].sent;
}

/* What it sent in between, a FIN perhaps, was never captured. */
static bool
has_hole(const struct face *from, const struct face *to)
{
	return to->got != 0 && (int32_t)(from->sent - to->got) > 0;
}

/* Captured in part only: without its beginning, one direction of it, or with gaps. */
static bool
is_partial(const struct story *story)
{
	const struct face *final = story->final;

	if (!(story->flags & (STORY_SYN | STORY_ANSWERED)) || story->flags & (STORY_GAPS | STORY_UNSEEN))
		return true;
	if (!story->is_final)
		return false;
	return final[ROLE_CLIENT].sent == 0 || (final[ROLE_SERVER].sent == 0 && story->flags & STORY_ANSWERED) ||
	    has_hole(&final[ROLE_CLIENT], &final[ROLE_SERVER]) || has_hole(&final[ROLE_SERVER], &final[ROLE_CLIENT]) ||
	    (int32_t)(final[ROLE_CLIENT].acked - final[ROLE_CLIENT].sent) > 0 ||
	    (int32_t)(final[ROLE_SERVER].acked - final[ROLE_SERVER].sent) > 0;
}

/* A FIN, a RST or an ACK that the capture lacks may have come before. */
static void
doubt_missing(struct telling *t)
{
	bool is_open = t->row->state == SOCK_ESTABLISHED && speaks_later(t, ROLE_CLIENT) && speaks_later(t, ROLE_SERVER);
	const struct face *me = &t->sample->face[t->role];
	bool is_waiting = me->fin_sent && me->sent != me->acked;

	/* What is over is over, however it began; but a RST with another number than the one that was waited for is passed over. */
	if (t->row->state == SOCK_CLOSED) {
		if (t->story->shot.ts_ns != 0 && !t->story->shot.is_exact && t->at_ns >= t->story->shot.ts_ns)
			t->row->certain = false;
		return;
	}
	if (is_partial(t->story) && !is_open)
		t->row->certain = false;
	/* A FIN that is not acknowledged comes again. Where it does not, the ACK was missed. */
	if (is_waiting && since(t->at_ns, t->sample->ts_ns) > story_patience_ns(t->story))
		t->row->certain = false;
}

/* Bytes, or a FIN, that nobody acknowledges come again within this: RFC 6298's 3 s of old, and some. */
#define COMES_AGAIN_NS (3500 * MS_NS)

/* Away from the client its FIN may be a copy, and the first one have been lost on its way here. */
static void
doubt_lost_fin(struct telling *t)
{
	const struct listener *listener = t->listener;
	bool is_near = listener != NULL && (listener->vantage == VANTAGE_LOOPBACK ||
	    listener->vantage == VANTAGE_CLIENT || listener->is_instant);

	if (!is_near && t->at_ns < t->story->fin_ns && since(t->story->fin_ns, t->at_ns) < COMES_AGAIN_NS)
		t->row->certain = false;
}

/*
 * Away from the server its end can go unseen: who closes a listener resets what
 * waits for accept(), and a RST that is lost is not sent again. Only what that
 * end says later shows that it was still there. A client's goes with a FIN, and
 * that comes again.
 */
static void
doubt_unheard(struct telling *t)
{
	bool is_here = t->listener != NULL && arrivals_are_seen(t->listener);

	if (t->role == ROLE_CLIENT)
		doubt_lost_fin(t);
	if (t->role == ROLE_CLIENT || is_here || t->row->state == SOCK_TIME_WAIT)
		return;
	if (t->row->state != SOCK_CLOSED && (!t->story->is_final || t->story->heard_ns <= t->at_ns))
		t->row->certain = false;
}

static void
tell_end(struct telling *t)
{
	struct socket_row *row = t->row;
	const struct tuple *ends = &t->story->tuple;

	*row = (struct socket_row){ .at_ns = t->at_ns, .flow = t->story->flow, .ends = *ends };
	row->is_server = t->role == ROLE_SERVER;
	if (row->is_server) {
		memcpy(row->ends.src, ends->dst, sizeof(row->ends.src));
		memcpy(row->ends.dst, ends->src, sizeof(row->ends.dst));
		row->ends.sport = ends->dport;
		row->ends.dport = ends->sport;
		tell_server_state(t);
	} else {
		tell_client_state(t);
	}
	let_expire(t);
	if (t->at_ns > t->all->seen_ns || t->story->supposed)
		row->certain = false;
	doubt_hidden_fin(t);
	doubt_missing(t);
	doubt_unheard(t);
	tell_queues(t);
	cite(row, t->sample->index);
}

/* --- listeners --- */

static bool
listens_at(const struct listener *listener, int64_t at_ns)
{
	if (listener->listens_ns == NEVER_NS || at_ns >= listener->closed_ns)
		return false;
	/* A refusal before it says that it came later. */
	return listener->first_refusal_ns > listener->listens_ns || at_ns >= listener->listens_ns;
}

void
tell_listener(const struct listener *listener, int64_t at_ns, struct socket_row *row)
{
	const struct happening *now = listener_at(listener, at_ns);

	*row = (struct socket_row){
		.at_ns = at_ns,
		.ends = listener->local,
		.any_address = listener->any_address,
		.is_server = true,
		.state = SOCK_LISTEN,
		.certain = at_ns >= listener->listens_ns && at_ns < listener->proved_ns && !listener->refused_between,
		.send_q = listener->backlog,
	};
	row->send_q_best = listener->backlog_best >= 0 ? listener->backlog_best : listener->backlog.lo;
	row->recv_q = (struct range){ 0, listener->calm && listener->happening_count == 0 ? RANGE_OPEN : 0 };
	if (now != NULL) {
		row->recv_q = now->queue;
		row->recv_q_best = now->queue_best;
		cite(row, now->index);
	}
	if (!listens_at(listener, at_ns)) {
		row->state = SOCK_CLOSED;
		row->certain = false;
		row->recv_q = row->send_q = (struct range){ 0, 0 };
		row->recv_q_best = row->send_q_best = 0;
	}
}

static const struct listener *
listener_of(const struct sockets *all, const struct story *story)
{
	return story->listener == 0 ? NULL : &all->listeners[story->listener - 1];
}

void
tell_sample(const struct sockets *all, const struct sample *sample, int64_t at_ns, enum role role,
    struct socket_row *row)
{
	const struct story *story = story_at(all, sample->story);
	struct telling telling = {
		.all = all,
		.story = story,
		.sample = sample,
		.listener = listener_of(all, story),
		.at_ns = at_ns,
		.role = role,
		.row = row,
	};

	tell_end(&telling);
}

size_t
row_times(const struct sockets *all, const struct sample *sample, int64_t times[ROW_TIMES])
{
	const struct story *story = story_at(all, sample->story);
	const struct listener *listener = listener_of(all, story);
	size_t count = 0;
	int64_t gap_ns = next_syn_gap_ns(all, story);
	int64_t overdue_ns = after(story->last_syn_ns, late_gap_ns(gap_ns));

	if (listener != NULL && story->rank_lo != 0) {
		times[count++] = listener_accepts_ns(listener, (int64_t)story->rank_lo, false);
		times[count++] = listener_accepts_ns(listener, (int64_t)story->rank_hi, true);
	}
	times[count++] = story->accept_ns;
	times[count++] = story->heard_ns;
	times[count++] = story->last_syn_ns;
	times[count++] = after(all->seen_ns, 1);
	times[count++] = after(overdue_ns, after(gap_ns, 1));
	times[count++] = after(sample->ts_ns, after(story_patience_ns(story), 1));
	times[count++] = story->answer_ns;
	times[count++] = story->taken_lo_ns;
	times[count++] = story->taken_ns;
	times[count++] = story->taken_hi_ns;
	times[count++] = story->gone_ns;
	times[count++] = story->due_ns;
	if (listener != NULL && sample->stuck_ns != NEVER_NS)
		times[count++] = fellows_closed_ns(all, listener, story, sample->stuck_ns);
	if (listener != NULL && !(story->flags & STORY_ANSWERED))
		times[count++] = fellows_left_ns(all, listener, story, story->last_syn_ns, overdue_ns);
	if (story->gone_ns == story->dropped_ns && story->dropped_ns != NEVER_NS)
		times[count++] = dropped_first_ns(story);
	times[count++] = story->client_gone_ns;
	times[count++] = story->knock_ns;
	times[count++] = after(overdue_ns, 1);
	times[count++] = after(sample->ts_ns, TIME_WAIT_NS);
	if (story->fin_ns != NEVER_NS)
		times[count++] = after(story->fin_ns, 1 - COMES_AGAIN_NS);
	times[count++] = fin_wait_over_ns(story, ROLE_CLIENT);
	times[count++] = fin_wait_over_ns(story, ROLE_SERVER);
	times[count++] = after(sample->ts_ns, ACKED_BY_NS + 1);
	times[count++] = after(sample->ts_ns, SETTLED_NS + 1);
	return count;
}

/* --- at moments --- */

static int
compare_from(const void *a, const void *b, void *ctx)
{
	const struct sample *samples = ctx;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	if (samples[left].from != samples[right].from)
		return samples[left].from < samples[right].from ? -1 : 1;
	if (samples[left].order != samples[right].order)
		return samples[left].order < samples[right].order ? -1 : 1;
	return 0;
}

static void
prepare_moments(struct sockets *all)
{
	all->order = mem_zalloc((all->sample_count + 1) * sizeof(*all->order));
	all->live = mem_zalloc((all->sample_count + 1) * sizeof(*all->live));
	for (size_t i = 0; i < all->sample_count; i++)
		all->order[i] = (uint32_t)i;
	qsort_r(all->order, all->sample_count, sizeof(*all->order), compare_from, all->samples);
}

static int
compare_order(const void *a, const void *b, void *ctx)
{
	const struct sample *samples = ctx;
	uint32_t left = samples[*(const uint32_t *)a].order, right = samples[*(const uint32_t *)b].order;

	return (left > right) - (left < right);
}

/* Those that answer for the next moment, in the order of flows. */
static void
begin_moment(struct sockets *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->live_count; i++)
		if (all->samples[all->live[i]].to > all->moment)
			all->live[kept++] = all->live[i];
	all->live_count = kept;
	while (all->order_next < all->sample_count &&
	    all->samples[all->order[all->order_next]].from <= all->moment) {
		uint32_t number = all->order[all->order_next++];

		if (all->samples[number].to > all->moment)
			all->live[all->live_count++] = number;
	}
	qsort_r(all->live, all->live_count, sizeof(*all->live), compare_order, all->samples);
	all->cursor = 0;
}

/* Rows of a moment: listeners, requests, the servers' other ends, the clients'. */
static bool
next_at_moment(struct sockets *all, struct socket_row *row)
{
	int64_t at_ns = all->moments[all->moment];

	while (all->cursor < all->listener_count + 3 * all->live_count) {
		size_t at = all->cursor++;
		size_t group;

		if (at < all->listener_count) {
			if (!listener_has_stories(&all->listeners[at]))
				continue;
			tell_listener(&all->listeners[at], at_ns, row);
			if (row->state != SOCK_CLOSED)
				return true;
			continue;
		}
		at -= all->listener_count;
		group = at / all->live_count;
		tell_sample(all, &all->samples[all->live[at % all->live_count]], at_ns,
		    group == 2 ? ROLE_CLIENT : ROLE_SERVER, row);
		if (row->state == SOCK_CLOSED || (group == 0) != (row->state == SOCK_SYN_RECV && group < 2))
			continue;
		return true;
	}
	return false;
}

void
rows_prepare(struct sockets *all)
{
	for (size_t i = 0; i < all->listener_count; i++)
		fellows_note_readers(all, &all->listeners[i]);
	if (all->each_change)
		changes_prepare(all);
	else
		prepare_moments(all);
}

bool
sockets_next_row(struct sockets *all, struct socket_row *row)
{
	if (all->each_change)
		return changes_next(all, row);
	for (; all->moment < all->moment_count; all->moment++) {
		if (all->cursor == 0)
			begin_moment(all);
		if (next_at_moment(all, row))
			return true;
		all->cursor = 0;
	}
	return false;
}
