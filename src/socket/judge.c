/*
 * How one connection's beginning went in the server, told by its own packets.
 *
 * A server that takes a connection says so sooner or later: it acknowledges
 * bytes, sends some, or a FIN. One whose accept queue is full ignores the
 * client's ACK and whatever follows it, and sends its SYN-ACK again when that
 * timer is due. So an ACK behind which a SYN-ACK came again was ignored, and the
 * connection was taken between the last ignored segment and the first that
 * counted. What no packet tells is left as a range for the listener to narrow.
 */
#include "socket/socket_priv.h"

/* A SYN-ACK sooner behind the last than this was copied, or answers another SYN. Linux's first timer is 1 s. */
#define TIMER_MIN_NS (800 * MS_NS)
/* Where a round trip was measured, the time-out is at most this (RFC 6298) and four of those. */
#define RTO_MIN_NS SECOND_NS
/* A receiver that has bytes acknowledges them within this: the delayed ACK's 40 ms, and some for a busy machine. */
#define ACK_DUE_NS (100 * MS_NS)

/* A beginning being read once more, step by step. */
struct reading {
	struct sockets *all;
	struct listener *listener;
	struct story *story;
	uint32_t number;
	const struct step *before; /* the one in front of what is read */
	const struct step *answer; /* the latest SYN-ACK that a timer sent, or the first */
	struct asked asked;        /* by it */
	struct step *first; /* candidates: the client's segments since, not known to be ignored */
	struct step *last;
	struct step *said;       /* the latest that said more than a bare ACK */
	struct step *ignored;    /* the latest that was */
	bool lost_words;         /* of what was ignored, some was more than a bare ACK */
	const struct step *data; /* of them, the first that said more than a bare ACK */
	unsigned repeats;        /* of what was said, where arrivals are not seen */
};

static bool
is_knock(const struct step *step)
{
	return step->role == ROLE_CLIENT && step->flags & TCP_ACK &&
	       !(step->flags & (TCP_RST | TCP_SYN)) && step->ack >= 1;
}

/* Not silence, but a RST at once: where it came to, nothing was any more. */
static bool
is_turned_away(const struct reading *r, const struct step *step)
{
	const struct step *answer = step_next(r->all, step);

	while (answer != NULL && answer->role != ROLE_SERVER)
		answer = step_next(r->all, answer);
	return answer != NULL && (answer->flags & (TCP_RST | TCP_ACK)) == TCP_RST &&
	       span_ns(answer->ts_ns, step->ts_ns) < ACK_DUE_NS;
}

/* All candidates up to this one were ignored by the server, whatever the reason. */
static void
ignore_until(struct reading *r, struct step *until)
{
	for (struct step *step = r->first; step != NULL; step = step_next(r->all, step)) {
		if (is_knock(step) && !step->refused) {
			bool bare = !says_something(step);

			step->refused = true;
			r->ignored = step;
			r->lost_words |= !bare;
			r->story->refusal_index = step->index;
			if (bare && timer_puts_aside(r->listener, &r->asked, step->ts_ns))
				r->story->deferred = true;
			else if (silence_tells(r->listener) && !is_turned_away(r, step))
				listener_note(r->listener, HAPPENED_IGNORE, step->ts_ns,
				    step->index, r->number);
		}
		if (step == until)
			break;
	}
	r->first = r->last = NULL;
}

/* To a SYN that came again, and not by a timer: a cookie's comes so, too. */
static bool
answers_again(const struct reading *r, const struct step *step)
{
	return r->before != NULL && r->before->role == ROLE_CLIENT && r->before->flags & TCP_SYN &&
	       span_ns(step->ts_ns, r->before->ts_ns) < ACK_DUE_NS;
}

/* No stack's first timer runs for so long, nor any twice as long as it is to. */
static bool
has_skipped(const struct reading *r, const struct step *step)
{
	int64_t gap_ns = span_ns(step->ts_ns, r->answer->ts_ns);

	if (r->asked.timers > 0)
		return arrivals_are_seen(r->listener) && r->last != NULL &&
		       gap_ns / 2 > span_ns(timer_late_ns(r->listener, &r->asked), r->asked.at_ns);
	return gap_ns > AGAIN_MAX_NS && span_ns(r->story->knock_ns, r->answer->ts_ns) < SECOND_NS;
}

static void
heed_sign(struct story *story, const struct listener *listener, enum cookie_sign sign)
{
	story->sure_cookie =
	    sign == COOKIE_BY_WINDOW || (sign == COOKIE_BY_OPTIONS && listener->scales);
	story->cookie = story->sure_cookie || (sign == COOKIE_BY_CLOCK && silence_tells(listener));
	story->no_cookie |= sign == COOKIE_DENIED || sign == COOKIE_SCALED;
}

static void
read_answer(struct reading *r, const struct step *step)
{
	if (step->index < r->story->answer_index)
		return; /* one that came to nothing */
	if (r->answer == NULL) {
		r->answer = step;
		r->asked.at_ns = step->ts_ns;
		heed_sign(r->story, r->listener, (enum cookie_sign)r->story->cookie_sign);
		return;
	}
	if (span_ns(step->ts_ns, r->answer->ts_ns) < TIMER_MIN_NS || answers_again(r, step))
		return;
	timer_note(r->listener, &r->asked, step->ts_ns, r->last != NULL);
	if (r->last != NULL)
		ignore_until(r, r->last);
	if (has_skipped(r, step))
		r->listener->skips_timers = true;
	if (span_ns(step->ts_ns, r->story->answer_ns) > r->listener->asked_ns)
		r->listener->asked_ns = span_ns(step->ts_ns, r->story->answer_ns);
	r->answer = step;
	r->asked.at_ns = step->ts_ns;
	r->asked.timers++;
	r->data = NULL;
	r->story->no_cookie = true;
	r->story->cookie = r->story->sure_cookie = false;
}

static void
read_word(struct reading *r, const struct step *step)
{
	if (r->asked.timers == 0 && r->story->cookie_sign == COOKIE_UNTOLD)
		heed_sign(r->story, r->listener,
		    cookie_sign(&r->story->tuple, r->story->mss, r->answer, step));
}

/*
 * The same bytes, or the FIN, again after a time-out: the first copy went
 * unheard. Farther off one may have been lost on the way, but hardly two.
 */
static bool
is_said_again(struct reading *r, const struct step *step)
{
	if (!says_something(step) || r->data == NULL || r->last == NULL ||
	    step->seq > r->data->seq || span_ns(step->ts_ns, r->data->ts_ns) < AGAIN_MIN_NS)
		return false;
	return silence_tells(r->listener) || r->repeats++ > 0;
}

static void
add_candidate(struct reading *r, struct step *step)
{
	if (r->first == NULL)
		r->first = step;
	r->last = step;
}

static void
read_knock(struct reading *r, struct step *step)
{
	if (r->answer == NULL)
		return;
	if (is_said_again(r, step)) {
		struct step *later = step_next(r->all, r->said);

		ignore_until(r, r->said);
		/* A bare ACK that came behind those words may have found room. */
		for (; later != step; later = step_next(r->all, later))
			if (is_knock(later))
				add_candidate(r, later);
	}
	add_candidate(r, step);
	if (!says_something(step))
		return;
	r->said = step;
	if (r->data == NULL || r->data->refused)
		r->data = step;
}

/*
 * A SYN cookie, sent where requests fill the SYN queue, comes to a connection at
 * once, deferred or not. One that the closing resets passed over was none, or
 * there was no room for it.
 */
static bool
may_be_cookie(const struct listener *listener, const struct story *story)
{
	bool is_passed_over =
	    listener->burst_ns != NEVER_NS && story->reset_ns[ROLE_SERVER] == NEVER_NS;
	const struct range *backlog = &listener->backlog_learnt;

	return (int64_t)story->waiting_most > (is_passed_over ? backlog->hi : backlog->lo);
}

/* Fewer wait than the backlog, likeliest, lets wait: it was no cookie, but put aside. */
static bool
is_likely_deferred(const struct reading *r, int64_t still_ns)
{
	return r->listener->defer && r->asked.timers == 0 && !r->story->cookie &&
	       r->first != NULL && !says_something(r->first) &&
	       still_ns <= timer_due_ns(r->listener, &r->asked) &&
	       (int64_t)r->story->waiting <= r->listener->backlog_learnt.hi;
}

/* When the client first said more than a bare ACK, or the server did. */
static int64_t
spoke_ns(const struct reading *r)
{
	for (const struct step *step = r->first; step != NULL; step = step_next(r->all, step))
		if (is_knock(step) && says_something(step))
			return at_most(step->ts_ns, r->story->proof_ns);
	return r->story->proof_ns;
}

/* The server spoke without a word of its client's: that is not how it defers. */
static bool
spoke_unasked(const struct reading *r)
{
	const struct step *step = step_first(r->all, r->story);

	while (step != NULL && step->index != r->story->proof_index)
		step = step_next(r->all, step);
	return step != NULL && step->role == ROLE_SERVER && !acks_more(step->ack);
}

static void
judge_taken(struct reading *r)
{
	struct story *story = r->story;
	struct step *last = r->first;
	bool defers = r->listener->defer && r->asked.timers == 0 && !story->cookie &&
		      !may_be_cookie(r->listener, story);

	story->fate = FATE_TAKEN;
	if (defers && spoke_unasked(r)) {
		r->listener->surprises += 3;
		story->deferred = defers = false;
	}
	story->likely_deferred = is_likely_deferred(r, spoke_ns(r));
	if (r->first == NULL || r->first->ts_ns > story->proof_ns) {
		/* Its ACK is not in the capture. */
		story->taken_lo_ns = r->answer != NULL ? r->answer->ts_ns : story->syn_ns;
		story->taken_hi_ns = story->taken_ns = story->proof_ns;
		return;
	}
	if (defers && !says_something(r->first)) {
		/* Put aside until it speaks. */
		while (last != NULL && !(is_knock(last) && says_something(last)))
			last = step_next(r->all, last);
		if (last == NULL || last->ts_ns > story->proof_ns) {
			r->listener->surprises += 3;
			last = r->first;
		}
		story->deferred = last != r->first;
		story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = last->ts_ns;
		return;
	}
	for (struct step *step = r->first; step != NULL && step->ts_ns <= story->proof_ns;
	     step = step_next(r->all, step)) {
		if (is_knock(step))
			last = step;
		if (is_knock(step) && says_something(step) && r->repeats == 0)
			break;
	}
	story->maybe_is_cookie =
	    r->asked.timers == 0 && last->ts_ns > timer_due_ns(r->listener, &r->asked);
	story->taken_lo_ns = story->taken_ns = r->first->ts_ns;
	/* Bytes right behind a bare ACK leave no room for an accept() between them that matters. */
	story->taken_hi_ns = last->ts_ns;
}

/* All that came was ignored, and the SYN-ACK did not come again when it was due. */
static void
judge_silence(struct reading *r)
{
	struct story *story = r->story;

	if (r->asked.timers > 0) {
		story->gone_ns = timer_dropped_ns(r->listener, &r->asked);
		return;
	}
	/* A cookie then, but one is sent only where requests fill the SYN queue. */
	if (story->waiting == 0 && !r->listener->only_cookies && story->knock_ns != NEVER_NS)
		story->odd_silence = true;
	if (r->listener->defer)
		story->gone_ns = timer_dropped_ns(r->listener, &r->asked);
	else
		story->fate = FATE_COOKIE;
}

/* From the third time-out on Linux drops requests rather than ask again, where they take up half the SYN queue, or more than four. */
static bool
may_be_pruned(const struct reading *r)
{
	return r->asked.timers >= 2 &&
	       2 * ((int64_t)r->story->company + 1) > at_least(8, r->listener->backlog_learnt.lo);
}

/* The client's bare ACK answered a SYN-ACK that a timer had sent, and no other came. */
static void
judge_answered(struct reading *r)
{
	struct story *story = r->story;
	int64_t due = timer_due_ns(r->listener, &r->asked);

	story->gone_ns = at_most(due, timer_dropped_ns(r->listener, &r->asked));
	if (r->lost_words) {
		/* A connection would have asked for its bytes: the request is no more. */
		story->fate = FATE_WAITING;
		story->taken_lo_ns = NEVER_NS;
		return;
	}
	story->fate = FATE_MAYBE;
	if (may_be_pruned(r))
		return;
	story->is_answered = true;
	/* Or it was the last, as tcp_synack_retries can have it, and the request is no more. */
	if (timer_late_ns(r->listener, &r->asked) > r->all->seen_ns ||
	    due > span_end(story->answer_ns, r->listener->asked_ns))
		return;
	story->fate = FATE_TAKEN;
	story->taken_ns = story->taken_hi_ns = story->taken_lo_ns;
}

int64_t
story_patience_ns(const struct story *story)
{
	int64_t rtt_ns = span_ns(story->knock_ns, story->syn_ns);

	return story->syn_count == 1 && rtt_ns >= 0 && rtt_ns < SECOND_NS / 2
		   ? RTO_MIN_NS + 4 * rtt_ns
		   : AGAIN_MAX_NS;
}

/*
 * A client whose bytes nobody acknowledges says them again. One that does not
 * went on where the capture does not show it: so may the server have.
 */
static bool
is_out_of_sight(const struct reading *r)
{
	const struct story *story = r->story;
	const struct step *last = NULL;
	unsigned copies = 0;
	int64_t patience_ns = story_patience_ns(story);

	if (story->reset_ns[ROLE_CLIENT] != NEVER_NS || story->reset_ns[ROLE_SERVER] != NEVER_NS ||
	    !(story->flags & STORY_IN_FULL))
		return false;
	for (const struct step *step = step_first(r->all, story); step != NULL;
	     step = step_next(r->all, step)) {
		if (!is_knock(step) || !says_something(step))
			continue;
		copies = last != NULL && step->seq <= last->seq ? copies + 1 : 1;
		last = step;
	}
	return last != NULL && copies < 8 &&
	       span_ns(r->all->seen_ns, last->ts_ns) > patience_ns << (copies - 1);
}

/* Silence tells no more once the client has said that it is over. */
static int64_t
silence_ends_ns(const struct reading *r)
{
	int64_t by_client_ns = r->story->reset_ns[ROLE_CLIENT];

	return by_client_ns < r->all->until_ns ? by_client_ns : r->all->until_ns;
}

/* No proof: it waits, was dropped, or nothing tells. */
static void
judge_unproved(struct reading *r)
{
	struct story *story = r->story;
	int64_t until_ns = silence_ends_ns(r);
	int64_t due;
	bool is_due;

	if (r->answer == NULL || is_out_of_sight(r)) {
		story->fate = FATE_MAYBE;
		story->taken_lo_ns = r->first != NULL ? r->first->ts_ns : story->answer_ns;
		return;
	}
	due = timer_due_ns(r->listener, &r->asked);
	is_due = until_ns > due;
	story->supposed = is_due && due > r->all->seen_ns;
	if (is_due) {
		story->due_ns = timer_late_ns(r->listener, &r->asked);
		story->dropped_ns = timer_dropped_ns(r->listener, &r->asked);
	}

	/* Bytes that a connection would have acknowledged by now. */
	if (r->data != NULL && !r->data->refused && r->first != NULL &&
	    (span_ns(until_ns, r->data->ts_ns) > ACK_DUE_NS || is_due)) {
		if (!r->listener->heeds_silence && story->refusal_index == 0 &&
		    !is_turned_away(r, r->data)) {
			story->fate = FATE_MAYBE;
			story->taken_lo_ns = r->first->ts_ns;
			return;
		}
		ignore_until(r, r->last);
	}
	if (r->first == NULL) {
		story->fate = story->cookie ? FATE_COOKIE : FATE_WAITING;
		if (r->listener->defer && r->asked.timers == 0 &&
		    (int64_t)story->waiting > r->listener->backlog_learnt.hi)
			story->fate = FATE_COOKIE; /* more waited than may: it was not put aside */
		else if (is_due)
			judge_silence(r);
		return;
	}
	story->fate = FATE_MAYBE;
	story->likely_deferred = is_likely_deferred(r, at_most(until_ns, r->listener->closed_ns));
	story->maybe_is_cookie =
	    r->asked.timers == 0 &&
	    (story->cookie || is_due || (int64_t)story->waiting > r->listener->backlog_learnt.hi);
	story->taken_lo_ns = r->first->ts_ns;
	if (r->listener->defer && !story->cookie && !may_be_cookie(r->listener, story) &&
	    r->data == NULL && r->asked.timers == 0 && (!is_due || r->listener->closed_ns < due)) {
		story->fate = FATE_WAITING;
		story->deferred = true;
		story->taken_lo_ns = NEVER_NS;
	} else if (is_due && r->asked.timers > 0 && !story->supposed) {
		judge_answered(r);
	}
}

/*
 * A request heeds only a RST with the very number it waits for. One beyond
 * unheard bytes it answers (RFC 5961); where nothing does, there is none.
 */
static void
judge_bold_reset(struct reading *r)
{
	struct story *story = r->story;
	const struct step *reset = step_first(r->all, story), *answer;

	while (reset != NULL && !(reset->role == ROLE_CLIENT && reset->flags & TCP_RST))
		reset = step_next(r->all, reset);
	if (reset == NULL || reset->seq <= 1 || reset->seq >= 0x80000000u ||
	    !silence_tells(r->listener) || !(story->flags & STORY_IN_FULL))
		return;
	answer = step_next(r->all, reset);
	while (answer != NULL && answer->role != ROLE_SERVER)
		answer = step_next(r->all, answer);
	if (answer != NULL && !(answer->flags & TCP_RST))
		story->no_cookie = true;
	else if (answer == NULL && r->asked.timers == 0 &&
		 span_ns(r->all->seen_ns, reset->ts_ns) > ACK_DUE_NS)
		story->fate = FATE_COOKIE;
}

/* Linux heeds a SYN cookie for so long; a request lasts longer. */
#define COOKIE_AGE_NS (60 * SECOND_NS)

/*
 * What says something with the first number is taken for a cookie's ACK, or is a
 * request's: whoever listens ignores it, at the worst. A RST says that nobody does.
 */
static bool
finds_nobody(const struct reading *r)
{
	const struct story *story = r->story;
	int64_t reset_ns = story->reset_ns[ROLE_SERVER];
	const struct step *last = NULL;

	if (reset_ns == NEVER_NS || story->reset_has_ack[ROLE_SERVER] || r->asked.timers > 0 ||
	    story->fate == FATE_OVERFLOWED || !silence_tells(r->listener) ||
	    span_ns(reset_ns, story->answer_ns) > COOKIE_AGE_NS)
		return false;
	for (const struct step *step = step_first(r->all, story);
	     step != NULL && step->index < story->reset_index[ROLE_SERVER];
	     step = step_next(r->all, step))
		if (step->role == ROLE_CLIENT)
			last = step;
	return last != NULL && is_knock(last) && says_something(last) && last->seq == 1;
}

static void
judge_resets(struct reading *r)
{
	struct story *story = r->story;
	int64_t by_client = story->reset_ns[ROLE_CLIENT];
	int64_t by_server = story->reset_ns[ROLE_SERVER];

	if (story->fate == FATE_TAKEN)
		return;
	if (story->fate == FATE_WAITING && r->listener->closed_ns != NEVER_NS &&
	    timer_orphaned_ns(r->listener, &r->asked) < story->gone_ns)
		story->gone_ns = timer_orphaned_ns(r->listener, &r->asked);
	if (story->fate == FATE_WAITING)
		judge_bold_reset(r);
	/* Only the first of the client's words gets that; a later RST says that the request is gone. */
	if (by_server != NEVER_NS && !story->reset_has_ack[ROLE_SERVER] && r->ignored == NULL &&
	    r->last != NULL && r->asked.timers == 0 &&
	    span_ns(by_server, r->first->ts_ns) < TIMER_MIN_NS) {
		story->fate = FATE_OVERFLOWED;
		story->gone_ns = by_server;
		listener_note(
		    r->listener, HAPPENED_IGNORE, r->last->ts_ns, r->last->index, r->number);
		r->listener->aborted++;
	} else if (by_client != NEVER_NS && story->fate == FATE_WAITING &&
		   by_client < story->gone_ns) {
		story->gone_ns = by_client;
	} else if (by_server != NEVER_NS && story->fate == FATE_WAITING &&
		   by_server < story->gone_ns) {
		story->gone_ns = by_server;
	}
	if (finds_nobody(r))
		listener_note(r->listener, HAPPENED_REFUSAL, by_server,
		    story->reset_index[ROLE_SERVER], r->number);
}

void
story_settle_ignored(struct story *story)
{
	story->fate = story->maybe_is_cookie ? FATE_COOKIE : FATE_WAITING;
	story->taken_lo_ns = NEVER_NS;
	if (story->dropped_ns < story->gone_ns)
		story->gone_ns = story->dropped_ns;
}

void
story_forget(struct story *story)
{
	story->fate = FATE_NONE;
	story->deferred = story->likely_deferred = story->cookie = story->sure_cookie = false;
	story->no_cookie = story->echoed_ns != NEVER_NS;
	story->odd_silence = story->maybe_is_cookie = story->supposed = story->is_answered = false;
	story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = NEVER_NS;
	story->gone_ns = story->due_ns = story->dropped_ns = NEVER_NS;
	story->refusal_index = 0;
	story->rank_lo = story->rank_hi = 0;
}

static void
judge_plain(struct story *story, const struct listener *listener)
{
	const struct asked asked = { .story = story, .at_ns = story->answer_ns };

	story->fate = FATE_TAKEN;
	heed_sign(story, listener, (enum cookie_sign)story->cookie_sign);
	story->taken_lo_ns = story->taken_ns = story->plain_lo_ns;
	story->taken_hi_ns = story->plain_hi_ns;
	if (!listener->defer || story->cookie || story->plain_lo_ns == story->plain_hi_ns)
		return;
	if (story->plain_hi_ns > timer_due_ns(listener, &asked))
		return; /* one put aside would have been asked again */
	story->likely_deferred = (int64_t)story->waiting <= listener->backlog_learnt.hi;
	if (may_be_cookie(listener, story))
		return;
	/* Put aside until it spoke. */
	story->deferred = true;
	story->taken_lo_ns = story->taken_ns = story->plain_hi_ns;
}

void
story_judge(struct sockets *all, struct listener *listener, uint32_t number)
{
	struct story *story = story_at(all, number);
	struct reading r = { .all = all,
		.listener = listener,
		.story = story,
		.number = number,
		.asked = { .story = story } };

	if (story->flags & STORY_PLAIN) {
		judge_plain(story, listener);
		return;
	}
	for (struct step *step = step_first(all, story); step != NULL; step = step_next(all, step))
		if (is_knock(step))
			step->refused = false;
	if (story->flags & STORY_FAST_OPEN) {
		story->fate = FATE_TAKEN;
		story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = story->answer_ns;
		return;
	}
	for (struct step *step = step_first(all, story); step != NULL;
	     r.before = step, step = step_next(all, step)) {
		if (step->role == ROLE_SERVER &&
		    (step->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
			read_answer(&r, step);
		else if (is_knock(step))
			read_knock(&r, step);
		else if (step->role == ROLE_SERVER && r.answer != NULL)
			read_word(&r, step);
	}
	if (story->flags & STORY_PROVED)
		judge_taken(&r);
	else
		judge_unproved(&r);
	judge_resets(&r);
}
