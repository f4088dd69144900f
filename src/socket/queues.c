/*
 * Recv-Q and Send-Q of one end at a moment: what the packets force, and the
 * likeliest value where that is a range.
 */
#include "socket/rows_priv.h"

/* RFC 7323's largest window: what lies farther ahead of all that was acknowledged is a number that jumped. */
#define WINDOW_MOST (UINT32_C(1) << 30)

static uint32_t
payload_got(const struct face *me, const struct telling *t)
{
	uint32_t got = me->got;

	/* What was ignored before the connection was taken came to nothing. */
	if (t->role == ROLE_SERVER && t->story->refusal_index != 0 &&
	    span_ns(t->at_ns, t->sample->ts_ns) > ACKED_BY_NS && me->acks < got)
		got = me->acks;
	if (me->is_shut || (me->acks != 0 && got - me->acks > WINDOW_MOST && got > me->acks))
		got = me->acks;
	if (got == 0)
		return 0;
	return got - 1 < WINDOW_MOST
		   ? got - 1
		   : WINDOW_MOST; /* without its SYN; nor does a buffer hold more */
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
	enum vantage vantage =
	    t->listener == NULL ? VANTAGE_UNKNOWN : (enum vantage)t->listener->vantage;
	bool is_here = vantage == VANTAGE_LOOPBACK ||
		       vantage == (t->role == ROLE_SERVER ? VANTAGE_SERVER : VANTAGE_CLIENT);

	return t->sample->face[t->role].is_shut && is_here;
}

/* It said that it was done, and resets the connection later: close() does so where bytes lie unread. */
static bool
resets_unread(const struct telling *t)
{
	const struct story *story = t->story;

	return t->sample->face[t->role].fin_sent && story->reset_ns[t->role] != NEVER_NS &&
	       story->reset_has_ack[t->role] && story->reset_has_window[t->role];
}

/*
 * Whether a program that could have read its bytes did, likelier than not: who
 * answers or closes has read what came before, and so has who was sent more
 * than its window holds. Of one that just keeps still we think that it sleeps, and
 * of a server that only shut down, too.
 */
static bool
has_read(const struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	bool is_closed = me->fin_sent && !(t->role == ROLE_SERVER && t->story->outlives[t->role]);

	return (me->spoke_last && me->sent > ANSWER_BYTES) || is_closed || me->read > 0 ||
	       me->got > 2 * (uint64_t)me->window + 1;
}

/*
 * A client that is told something is there to read it, unless it resets the
 * connection in the end, or others like it do. Once the other end has closed we
 * think so only of one that never said a word; and of a server, if its other
 * connections show it.
 */
static bool
keeps_reading(const struct telling *t)
{
	const struct face *me = &t->sample->face[t->role];
	const struct story *story = t->story;

	if (t->role == ROLE_SERVER || t->listener == NULL)
		return t->listener != NULL && fellows_read(t->listener, story, t->role);
	if (t->row->state == SOCK_CLOSE_WAIT)
		return fellows_read(t->listener, story, t->role) || (me->sent == 1 && me->got > 2);
	return t->row->state == SOCK_ESTABLISHED && t->listener->readers[t->role] >= 0 &&
	       !(story->reset_ns[t->role] != NEVER_NS && story->reset_has_ack[t->role]);
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
	if (queue->lo == 0 && accepted == 1 && !resets_unread(t) &&
	    (has_read(t) || keeps_reading(t)))
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
int64_t
unseen_limit(const struct telling *t)
{
	const struct face *final = &t->story->final[t->role];
	const struct face *me = &t->sample->face[t->role];

	if (me->fin_sent || !is_held_back(t))
		return (int64_t)me->sent - me->acked;
	/* A window that comes with a RST leaves nothing to send it to. */
	if (t->story->is_final && final->sent == final->acked &&
	    t->story->reset_ns[!t->role] == NEVER_NS &&
	    t->story->final[!t->role].window >= t->story->mss[!t->role])
		return (int64_t) final->sent - me->acked;
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

void
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
