/*
 * One end at a moment. A sample says what the segments look like by then, the
 * story and the listener say what that means, and the clock ends what ends
 * without a segment. What nothing forces is not certain.
 */
#include <string.h>

#include "socket/rows_priv.h"

/* Timers are late by a little. */
static int64_t
late_gap_ns(int64_t gap_ns)
{
	return span_end(gap_ns, gap_ns / 50 + 20 * MS_NS);
}

/*
 * When the client gives up, had it gone on it would have sent its next SYN; in
 * which time, likeliest. Linux 6.5 and later begin with five a second apart;
 * where none came after two seconds either, it hardly waited for the second.
 */
static int64_t
next_syn_gap_ns(const struct sockets *all, const struct story *story)
{
	int64_t doubled_ns = span_end(story->syn_gap_ns, story->syn_gap_ns);

	if (story->syn_count < 2)
		return SECOND_NS;
	if (story->syn_count <= 5 && story->syn_gap_ns < 1300 * MS_NS && !all->syn_doubles &&
	    (all->syn_lingers ||
		span_ns(all->seen_ns, story->last_syn_ns) > late_gap_ns(doubled_ns)))
		return SECOND_NS;
	return doubled_ns;
}

/* Its program exited, as its other connections tell. */
static int64_t
given_up_ns(const struct telling *t)
{
	return t->listener == NULL ? NEVER_NS
				   : fellows_left_ns(t->all, t->listener, t->story,
					 t->story->last_syn_ns, t->at_ns);
}

static void
tell_asking_client(struct telling *t)
{
	const struct story *story = t->story;
	int64_t gap_ns = next_syn_gap_ns(t->all, story);
	bool is_last = t->at_ns >= story->last_syn_ns;
	int64_t overdue_ns = span_end(story->last_syn_ns, late_gap_ns(gap_ns));

	t->row->state = SOCK_SYN_SENT;
	/* Between two SYNs its program may give up and not tell: only a later one says that it had not. */
	t->row->certain =
	    (!is_last || story->knock_ns != NEVER_NS) && !(story->flags & STORY_UNSEEN);
	if (t->at_ns >= story->client_gone_ns)
		t->row->state = SOCK_CLOSED;
	else if (is_last && !(story->flags & STORY_ANSWERED) && t->at_ns >= given_up_ns(t)) {
		t->row->state = SOCK_CLOSED;
		t->row->certain = false;
	}
	if (is_last && !(story->flags & STORY_ANSWERED) && t->at_ns > overdue_ns) {
		t->row->state = SOCK_CLOSED;
		t->row->certain = t->at_ns > span_end(overdue_ns, gap_ns);
	}
	evidence_cite(&t->row->because, story->syn_index);
}

/* What has been sent again for so long hides what the program may have done since. */
#define STUCK_NS SECOND_NS

/* Who resets it in the end by the number that is next, as close() or exit() do, had not closed it before. */
static bool
is_reset_by_client(const struct story *story)
{
	return story->reset_ns[ROLE_CLIENT] != NEVER_NS && story->reset_has_ack[ROLE_CLIENT];
}

/* From when on a FIN is likeliest to wait behind what the client sends again and again; NEVER_NS: none does. */
static int64_t
hidden_fin_ns(const struct sockets *all, const struct listener *listener, const struct story *story,
    const struct sample *sample)
{
	int64_t stuck_ns = sample->stuck_ns;

	if (listener == NULL || stuck_ns == NEVER_NS || is_reset_by_client(story) ||
	    (story->fin_ns == NEVER_NS ? story->stuck_ns != stuck_ns : !story->fin_waited))
		return NEVER_NS;
	return at_least(
	    fellows_closed_ns(all, listener, story, stuck_ns), span_end(stuck_ns, STUCK_NS));
}

static void
suppose_hidden_fin(struct telling *t)
{
	if ((t->row->state != SOCK_ESTABLISHED && t->row->state != SOCK_CLOSE_WAIT) ||
	    t->sample->face[ROLE_CLIENT].fin_sent || t->sample->stuck_ns == NEVER_NS ||
	    span_ns(t->at_ns, t->sample->stuck_ns) < STUCK_NS ||
	    t->at_ns < hidden_fin_ns(t->all, t->listener, t->story, t->sample))
		return;
	t->row->state = sock_next(t->row->state, EVENT_SENT_FIN);
	t->row->certain = false;
	t->hidden_fin = true;
}

/* It would have asked again, had it not got the SYN-ACK: its ACK was lost. */
static bool
has_stopped_asking(const struct telling *t)
{
	const struct story *story = t->story;
	int64_t heard_ns = at_most(story->knock_ns, t->all->seen_ns);

	return span_ns(heard_ns, story->last_syn_ns) > late_gap_ns(next_syn_gap_ns(t->all, story));
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

		if (!is_near && !has_stopped_asking(t))
			t->row->state = SOCK_SYN_SENT;
		t->row->certain = is_near;
	}
	suppose_hidden_fin(t);
	evidence_cite(&t->row->because, story->knock_index);
}

/*
 * Its SYN-ACK went out when enough requests waited to fill the SYN queue; or the
 * client asked again, and had an answer as it would have had without a request.
 */
static bool
may_be_cookie(const struct telling *t)
{
	return t->listener == NULL || t->listener->only_cookies ||
	       t->story->last_syn_ns > t->story->answer_ns ||
	       (int64_t)t->story->waiting_most > t->listener->backlog.lo;
}

/*
 * More requests waited than the likeliest backlog lets wait: its SYN-ACK was a
 * cookie then. Who asked more than once may have waited since the first SYN,
 * where a SYN-ACK can have been lost.
 */
static bool
is_likely_cookie(const struct telling *t)
{
	const struct story *story = t->story;

	return !story->no_cookie && t->listener != NULL && t->listener->backlog_best >= 0 &&
	       (story->syn_count == 1 || silence_tells(t->listener)) &&
	       (int64_t)story->waiting > t->listener->backlog_best;
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
	return (int64_t)t->story->waiting_most >
	       (listener->backlog.hi != RANGE_OPEN ? listener->backlog.lo : COOKIE_AMONG);
}

/* A timer is as likely to be early as late by what we allow it. */
static int64_t
dropped_first_ns(const struct story *story)
{
	return span_end(story->dropped_ns, span_ns(story->dropped_ns, story->due_ns));
}

/* A request of which it is not proved that the server took it. */
static void
tell_request(struct telling *t)
{
	const struct story *story = t->story;

	t->row->state = SOCK_SYN_RECV;
	t->row->certain = true;
	if (was_cookie(t) || is_likely_cookie(t))
		t->row->state = SOCK_CLOSED;
	if (story->cookie || story->fate == FATE_COOKIE)
		t->row->certain = t->row->state == SOCK_CLOSED && story->fate == FATE_COOKIE;
	if (t->at_ns >= story->gone_ns)
		t->row->state = SOCK_CLOSED;
	if (story->gone_ns == story->dropped_ns && t->at_ns >= dropped_first_ns(story) &&
	    t->at_ns < story->due_ns)
		t->row->certain = false;
	if ((story->fate == FATE_MAYBE || story->fate == FATE_TAKEN) &&
	    t->at_ns >= story->taken_lo_ns) {
		t->row->certain = false;
		if (story->maybe_is_cookie)
			t->row->state = SOCK_CLOSED;
	}
	if (story->deferred || (!story->no_cookie && may_be_cookie(t)))
		t->row->certain = false;
	/* What the client said may have been taken at once, and the answer lost. */
	if (t->at_ns >= story->knock_ns && (t->listener == NULL || !arrivals_are_seen(t->listener)))
		t->row->certain = false;
	evidence_cite(&t->row->because, story->answer_index);
	evidence_cite(&t->row->because, story->refusal_index);
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
	if (story->fate == FATE_NONE || story->fate == FATE_REFUSED ||
	    t->at_ns < story->answer_ns) {
		t->row->state = SOCK_CLOSED;
		if (t->at_ns >= story->echoed_ns) {
			t->row->state = SOCK_SYN_RECV;
			t->row->certain = false;
		}
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
	evidence_cite(&t->row->because, story->answer_index);
	evidence_cite(
	    &t->row->because, story->proof_index != 0 ? story->proof_index : story->knock_index);
}

/* When an end that waits in FIN_WAIT2 is gone, if it was closed and not only shut down. */
static int64_t
fin_wait_over_ns(const struct story *story, enum role role)
{
	if (story->outlives[role])
		return NEVER_NS;
	return story->has_expired[role] ? story->fin_wait_ns[role]
					: span_end(story->fin_wait_ns[role], TIME_WAIT_NS);
}

/* What ends by itself. */
static void
let_expire(struct telling *t)
{
	struct socket_row *row = t->row;
	int64_t age_ns = span_ns(t->at_ns, t->sample->ts_ns);

	if (row->state == SOCK_TIME_WAIT && age_ns >= TIME_WAIT_NS) {
		row->state = SOCK_CLOSED;
	} else if (row->state == SOCK_FIN_WAIT2) {
		row->certain = false;
		if (t->at_ns >= fin_wait_over_ns(t->story, t->role))
			row->state = SOCK_CLOSED;
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

	if (!(story->flags & (STORY_SYN | STORY_ANSWERED)) ||
	    story->flags & (STORY_GAPS | STORY_UNSEEN))
		return true;
	if (!story->is_final)
		return false;
	return final[ROLE_CLIENT].sent == 0 ||
	       (final[ROLE_SERVER].sent == 0 && story->flags & STORY_ANSWERED) ||
	       has_hole(&final[ROLE_CLIENT], &final[ROLE_SERVER]) ||
	       has_hole(&final[ROLE_SERVER], &final[ROLE_CLIENT]) ||
	       (int32_t)(final[ROLE_CLIENT].acked - final[ROLE_CLIENT].sent) > 0 ||
	       (int32_t)(final[ROLE_SERVER].acked - final[ROLE_SERVER].sent) > 0;
}

/* A FIN, a RST or an ACK that the capture lacks may have come before. */
static void
doubt_missing(struct telling *t)
{
	bool is_open = t->row->state == SOCK_ESTABLISHED && speaks_later(t, ROLE_CLIENT) &&
		       speaks_later(t, ROLE_SERVER);
	const struct face *me = &t->sample->face[t->role];
	bool is_waiting = me->fin_sent && me->sent != me->acked;

	/* What is over is over, however it began; but a RST with another number than the one that was waited for is passed over. */
	if (t->row->state == SOCK_CLOSED) {
		if (t->story->shot.ts_ns != 0 && !t->story->shot.is_exact &&
		    t->at_ns >= t->story->shot.ts_ns)
			t->row->certain = false;
		return;
	}
	if (is_partial(t->story) && !is_open)
		t->row->certain = false;
	/* A FIN that is not acknowledged comes again. Where it does not, the ACK was missed. */
	if (is_waiting && span_ns(t->at_ns, t->sample->ts_ns) > story_patience_ns(t->story))
		t->row->certain = false;
}

/* What this end sends is captured before anything on its way can lose it. */
static bool
is_here(const struct telling *t)
{
	if (t->listener == NULL)
		return false;
	if (t->role == ROLE_SERVER)
		return arrivals_are_seen(t->listener);
	return t->listener->vantage == VANTAGE_LOOPBACK || t->listener->vantage == VANTAGE_CLIENT ||
	       t->listener->is_instant;
}

/*
 * Away from an end it can go unseen: who closes a listener resets what waits for
 * accept(), and a RST that is lost is not sent again. Only what that end says
 * later shows that it was still there. A FIN comes again, so the one that was
 * captured may be a copy; and what the other end sends may be lost behind us.
 */
static void
doubt_unheard(struct telling *t)
{
	const struct story *story = t->story;
	const struct face *me = &t->sample->face[t->role];

	if (is_here(t))
		return;
	if (t->row->state == SOCK_TIME_WAIT) {
		/* Bytes before the FIN may not have come, and then nor has it, in order. */
		if (me->got > me->acks + 1)
			t->row->certain = false;
		return;
	}
	if (t->row->state != SOCK_CLOSED &&
	    (!story->is_final || story->heard_ns[t->role] <= t->at_ns))
		t->row->certain = false;
	if (t->role == ROLE_CLIENT && t->at_ns < story->fin_ns &&
	    span_ns(story->fin_ns, t->at_ns) < AGAIN_MAX_NS)
		t->row->certain = false;
	if (me->fin_got && me->acks < me->got)
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
	if (t->at_ns > t->all->seen_ns || t->story->supposed || t->story->flags & STORY_SHUFFLED)
		row->certain = false;
	doubt_hidden_fin(t);
	doubt_missing(t);
	doubt_unheard(t);
	tell_queues(t);
	evidence_cite(&row->because, t->sample->index);
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
story_times(const struct sockets *all, const struct story *story, int64_t times[STORY_TIMES])
{
	const struct listener *listener = listener_of(all, story);
	size_t count = 0;
	int64_t gap_ns = next_syn_gap_ns(all, story);
	int64_t overdue_ns = span_end(story->last_syn_ns, late_gap_ns(gap_ns));

	if (listener != NULL && story->rank_lo != 0) {
		times[count++] = listener_accepts_ns(listener, (int64_t)story->rank_lo, false);
		times[count++] = listener_accepts_ns(listener, (int64_t)story->rank_hi, true);
	}
	times[count++] = story->accept_ns;
	times[count++] = story->heard_ns[ROLE_CLIENT];
	times[count++] = story->heard_ns[ROLE_SERVER];
	times[count++] = story->last_syn_ns;
	times[count++] = span_end(all->seen_ns, 1);
	times[count++] = span_end(overdue_ns, 1);
	times[count++] = span_end(overdue_ns, span_end(gap_ns, 1));
	times[count++] = story->answer_ns;
	times[count++] = story->taken_lo_ns;
	times[count++] = story->taken_ns;
	times[count++] = story->taken_hi_ns;
	times[count++] = story->gone_ns;
	times[count++] = story->due_ns;
	if (listener != NULL && !(story->flags & STORY_ANSWERED))
		times[count++] =
		    fellows_left_ns(all, listener, story, story->last_syn_ns, overdue_ns);
	if (story->gone_ns == story->dropped_ns && story->dropped_ns != NEVER_NS)
		times[count++] = dropped_first_ns(story);
	times[count++] = story->client_gone_ns;
	times[count++] = story->knock_ns;
	if (story->fin_ns != NEVER_NS)
		times[count++] = span_end(story->fin_ns, 1 - AGAIN_MAX_NS);
	times[count++] = fin_wait_over_ns(story, ROLE_CLIENT);
	times[count++] = fin_wait_over_ns(story, ROLE_SERVER);
	return count;
}

size_t
sample_times(const struct sockets *all, const struct sample *sample, int64_t times[SAMPLE_TIMES])
{
	const struct story *story = story_at(all, sample->story);
	size_t count = 0;

	times[count++] = hidden_fin_ns(all, listener_of(all, story), story, sample);
	times[count++] = span_end(sample->ts_ns, span_end(story_patience_ns(story), 1));
	times[count++] = span_end(sample->ts_ns, TIME_WAIT_NS);
	times[count++] = span_end(sample->ts_ns, ACKED_BY_NS + 1);
	times[count++] = span_end(sample->ts_ns, SETTLED_NS + 1);
	return count;
}
