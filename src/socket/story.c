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
#include "base/seq.h"
#include "socket/socket_priv.h"

/* A SYN-ACK sooner behind the last than this was copied, or answers another SYN. Linux's first timer is 1 s. */
#define TIMER_MIN_NS (800 * MS_NS)
/* Bytes that come again sooner were copied on the way or probe for a tail loss; a timeout is 200 ms at least. */
#define AGAIN_MIN_NS (150 * MS_NS)
/* Bytes that nobody acknowledges come again within this: RFC 6298's 3 s of old, and some; then twice as much. */
#define AGAIN_MAX_NS (3500 * MS_NS)
/* Where a round trip was measured, the time-out is at most this (RFC 6298) and four of those. */
#define RTO_MIN_NS SECOND_NS
/* A receiver that has bytes acknowledges them within this: the delayed ACK's 40 ms, and some for a busy machine. */
#define ACK_DUE_NS (100 * MS_NS)

/* --- while packets go by --- */

static bool
is_proof(const struct story *story, const struct packet *pkt, uint32_t ack)
{
	uint16_t flags = pkt->tcp.flags;

	if (!(story->flags & STORY_ANSWERED) || flags & TCP_SYN)
		return false;
	if (flags & TCP_RST)
		return flags & TCP_ACK && pkt->tcp.window != 0;
	if (pkt->payload_bytes > 0 || flags & TCP_FIN ||
	    (flags & TCP_ACK && ack > 1 && ack < 0x80000000u))
		return true;
	/* A request answers what it does not take, too; but it has no memory for SACK, or of later timestamps. */
	return pkt->tcp.options & OPT_SACK ||
	    (pkt->tcp.options & OPT_TIMESTAMPS && story->has_syn_ts &&
	        (int32_t)(pkt->tcp.ts_echo - story->last_syn_ts) > 0);
}

/* What the client acknowledges behind the SYN-ACK, the server has said, seen or not. */
static bool
heard_speech(const struct story *story, const struct packet *pkt)
{
	uint32_t ack = pkt->tcp.ack - story->isn[ROLE_SERVER];

	return story->flags & STORY_ANSWERED && (pkt->tcp.flags & (TCP_ACK | TCP_RST | TCP_SYN)) == TCP_ACK &&
	    ack > 1 && ack < 0x80000000u;
}

static void
note_syn(struct story *story, const struct packet *pkt)
{
	if (!(story->flags & STORY_SYN)) {
		story->flags |= STORY_SYN;
		story->isn[ROLE_CLIENT] = pkt->tcp.seq;
		story->syn_ns = pkt->ts_ns;
		story->syn_index = pkt->index;
	} else if (since(pkt->ts_ns, story->last_syn_ns) < AGAIN_MIN_NS) {
		return;
	} else {
		story->syn_gap_ns = since(pkt->ts_ns, story->last_syn_ns);
	}
	story->last_syn_ns = pkt->ts_ns;
	story->last_syn_ts = pkt->tcp.ts_value;
	story->has_syn_ts = pkt->tcp.options & OPT_TIMESTAMPS;
	if (story->syn_count < UINT8_MAX)
		story->syn_count++;
	story->mss[ROLE_CLIENT] = pkt->tcp.mss;
	story->ttl[ROLE_CLIENT] = pkt->ttl;
}

/* A second SYN a second after the first says nothing; the third tells how the client goes on. */
static void
note_pace(struct sockets *all, const struct story *story, int64_t old_gap_ns)
{
	if (story->syn_count != 3 || old_gap_ns > 1300 * MS_NS || old_gap_ns < 700 * MS_NS)
		return;
	if (story->syn_gap_ns < 1300 * MS_NS)
		all->syn_lingers = true;
	else
		all->syn_doubles = true;
}

static void
note_answer(struct story *story, const struct packet *pkt)
{
	bool is_late = story->flags & STORY_UNSEEN; /* it only was captured behind its ACK */

	if (story->flags & STORY_ANSWERED && !is_late)
		return;
	story->flags &= (uint16_t)~STORY_UNSEEN;
	story->flags |= STORY_ANSWERED;
	story->isn[ROLE_SERVER] = pkt->tcp.seq;
	if (!is_late) {
		story->answer_ns = pkt->ts_ns;
		story->answer_index = pkt->index;
	}
	story->mss[ROLE_SERVER] = pkt->tcp.mss;
	story->ttl[ROLE_SERVER] = pkt->ttl;
	if (!(story->flags & STORY_SYN))
		story->isn[ROLE_CLIENT] = pkt->tcp.ack - 1;
	else if (pkt->tcp.ack - story->isn[ROLE_CLIENT] > 1)
		story->flags |= STORY_FAST_OPEN;
}

/* Whoever goes on behind a SYN had it answered, or answered it, where the capture does not show it. */
static void
note_unseen_answer(struct story *story, const struct packet *pkt, enum role role)
{
	uint16_t flags = pkt->tcp.flags;
	bool speaks = pkt->payload_bytes > 0 || flags & TCP_FIN;

	if (flags & (TCP_SYN | TCP_RST) || !(flags & TCP_ACK) || !(story->flags & STORY_SYN) ||
	    story->flags & (STORY_ANSWERED | STORY_SIMULTANEOUS))
		return;
	/* A bare ACK can be an old connection's answer to the SYN. */
	if (role == ROLE_SERVER && !speaks)
		return;
	story->flags |= STORY_ANSWERED | STORY_UNSEEN;
	story->isn[ROLE_SERVER] = (role == ROLE_CLIENT ? pkt->tcp.ack : pkt->tcp.seq) - 1;
	story->answer_ns = pkt->ts_ns;
	story->answer_index = pkt->index;
}

static void
keep_step(struct sockets *all, struct story *story, const struct packet *pkt, enum role role)
{
	struct step *step;
	uint32_t number;

	if (story->step_count >= STEPS_MAX || !budget_take(all->budget, sizeof(*step))) {
		story->flags &= (uint16_t)~STORY_IN_FULL;
		return;
	}
	number = pool_get(&all->steps);
	step = step_at(all, number);
	*step = (struct step){
		.ts_ns = pkt->ts_ns,
		.index = pkt->index,
		.seq = pkt->tcp.seq - story->isn[role],
		.bytes = pkt->payload_bytes,
		.ack = pkt->tcp.ack - story->isn[!role],
		.ts_value = pkt->tcp.ts_value,
		.ts_echo = pkt->tcp.ts_echo,
		.flags = pkt->tcp.flags,
		.window = pkt->tcp.window,
		.role = (uint8_t)role,
		.ttl = pkt->ttl,
		.has_ts = pkt->tcp.options & OPT_TIMESTAMPS,
	};
	if (story->last_step == 0)
		story->first_step = number + 1;
	else
		step_at(all, story->last_step - 1)->next = number + 1;
	story->last_step = number + 1;
	story->step_count++;
}

/*
 * A SYN cookie's SYN-ACK and the connection that comes of it count their
 * timestamps from offsets that differ by up to 63 milliseconds; a request's are
 * the connection's own. Below 3 it can be chance: 2 false of 344 were measured.
 */
static bool
looks_like_cookie(const struct step *answer, const struct step *first_word)
{
	int64_t lag_ms;

	if (!answer->has_ts || !first_word->has_ts || first_word->flags & (TCP_SYN | TCP_RST))
		return false;
	lag_ms = (int64_t)(uint32_t)(first_word->ts_value - answer->ts_value) -
	    since(first_word->ts_ns, answer->ts_ns) / MS_NS;
	return lag_ms >= 3 && lag_ms <= 64;
}

static bool
says_something(const struct step *step)
{
	return step->bytes > 0 || step->flags & TCP_FIN;
}

static void
drop_steps(struct sockets *all, struct story *story)
{
	for (uint32_t at = story->first_step; at != 0;) {
		uint32_t next = step_at(all, at - 1)->next;

		budget_give(all->budget, sizeof(struct step));
		pool_put(&all->steps, at - 1);
		at = next;
	}
	story->first_step = story->last_step = 0;
}

/*
 * Most begin like this: SYN, SYN-ACK, ACK, perhaps some bytes, and the server's
 * word that it has them. What matters of that fits into the story.
 */
static void
settle_plain(struct sockets *all, struct story *story)
{
	const struct step *step = step_first(all, story), *answer, *last;
	int64_t said_ns = NEVER_NS, knock_ns = NEVER_NS;
	uint32_t end = 1;

	if (story->syn_count != 1 || !(story->flags & STORY_IN_FULL) || story->flags & STORY_FAST_OPEN ||
	    story->flags & STORY_SIMULTANEOUS || step == NULL || step->role != ROLE_CLIENT)
		return;
	answer = step_next(all, step);
	if (answer == NULL || answer->role != ROLE_SERVER || !(answer->flags & TCP_SYN))
		return;
	last = step_at(all, story->last_step - 1);
	for (step = step_next(all, answer); step != last; step = step_next(all, step)) {
		if (step->role != ROLE_CLIENT || step->flags & (TCP_SYN | TCP_RST) || !(step->flags & TCP_ACK) ||
		    step->seq < end)
			return;
		end = step->seq + step->bytes;
		knock_ns = step->ts_ns;
		if (said_ns == NEVER_NS && says_something(step))
			said_ns = step->ts_ns;
	}
	if (knock_ns == NEVER_NS)
		return;
	story->plain_lo_ns = story->knock_ns;
	story->plain_hi_ns = said_ns != NEVER_NS ? said_ns : knock_ns;
	story->plain_cookie = last->role == ROLE_SERVER && looks_like_cookie(answer, last);
	story->flags |= STORY_PLAIN;
	drop_steps(all, story);
}

void
story_step(struct sockets *all, struct story *story, const struct packet *pkt, enum role role)
{
	uint16_t flags = pkt->tcp.flags;
	bool is_syn = (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

	if (is_syn && role == ROLE_CLIENT) {
		int64_t old_gap_ns = story->syn_gap_ns;

		note_syn(story, pkt);
		note_pace(all, story, old_gap_ns);
	} else if (is_syn) {
		story->flags |= STORY_SIMULTANEOUS;
	} else if (flags & TCP_SYN && role == ROLE_SERVER) {
		note_answer(story, pkt);
	} else {
		note_unseen_answer(story, pkt, role);
	}
	if (role == ROLE_CLIENT && flags & TCP_ACK && !(flags & (TCP_RST | TCP_SYN)) &&
	    story->flags & STORY_ANSWERED && story->knock_ns == NEVER_NS) {
		story->knock_ns = pkt->ts_ns;
		story->knock_index = pkt->index;
		story->flags |= STORY_CONFIRMED;
	}
	keep_step(all, story, pkt, role);
	if (role == ROLE_CLIENT && !heard_speech(story, pkt))
		return;
	if (role == ROLE_SERVER && !is_proof(story, pkt, pkt->tcp.ack - story->isn[ROLE_CLIENT]))
		return;
	story->flags |= STORY_PROVED;
	story->proof_ns = pkt->ts_ns;
	story->proof_index = pkt->index;
	settle_plain(all, story);
}

/* --- afterwards --- */

/* A beginning being read once more, step by step. */
struct reading {
	struct sockets *all;
	struct listener *listener;
	struct story *story;
	uint32_t number;
	const struct step *answer; /* the latest SYN-ACK that a timer sent, or the first */
	unsigned timers;           /* how many a timer sent */
	struct step *first;        /* candidates: the client's segments since, not known to be ignored */
	struct step *last;
	struct step *ignored;      /* the latest that was */
	bool lost_words;           /* of what was ignored, some was more than a bare ACK */
	const struct step *data;   /* of them, the first that said more than a bare ACK */
};

static bool
is_knock(const struct step *step)
{
	return step->role == ROLE_CLIENT && step->flags & TCP_ACK &&
	    !(step->flags & (TCP_RST | TCP_SYN)) && step->ack >= 1;
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
			if (bare && r->listener->defer)
				r->story->deferred = true;
			else if (arrivals_are_seen(r->listener))
				listener_note(r->listener, HAPPENED_IGNORE, step->ts_ns, step->index, r->number);
		}
		if (step == until)
			break;
	}
	r->first = r->last = NULL;
}

static void
read_answer(struct reading *r, const struct step *step)
{
	if (r->answer == NULL) {
		r->answer = step;
		return;
	}
	if (since(step->ts_ns, r->answer->ts_ns) < TIMER_MIN_NS)
		return;
	if (r->last != NULL)
		ignore_until(r, r->last);
	if (r->timers == 0 && r->listener->defer && since(step->ts_ns, r->answer->ts_ns) > r->listener->defer_ns)
		r->listener->defer_ns = since(step->ts_ns, r->answer->ts_ns);
	r->answer = step;
	r->timers++;
	r->data = NULL;
	r->story->no_cookie = true;
}

static void
read_word(struct reading *r, const struct step *step)
{
	/* Farther off, the SYN-ACK may have been on its way a little longer than the next. */
	if (r->timers == 0 && arrivals_are_seen(r->listener))
		r->story->cookie = looks_like_cookie(r->answer, step);
}

static void
read_knock(struct reading *r, struct step *step)
{
	if (r->answer == NULL)
		return;
	/* The same bytes again after a time-out: the first copy went unheard. */
	if (step->bytes > 0 && r->data != NULL && step->seq <= r->data->seq &&
	    since(step->ts_ns, r->data->ts_ns) >= AGAIN_MIN_NS && r->last != NULL)
		ignore_until(r, r->last);
	if (r->first == NULL)
		r->first = step;
	r->last = step;
	if (says_something(step) && (r->data == NULL || r->data->refused))
		r->data = step;
}

/* When the next SYN-ACK is due: each timer is twice the last. */
static int64_t
due_ns(const struct reading *r)
{
	int64_t gap_ns = SECOND_NS << (r->timers < 10 ? r->timers : 10);

	/* A request put aside is not asked about sooner than that. */
	if (r->listener->defer && r->timers == 0)
		gap_ns = r->listener->defer_ns != 0 ? r->listener->defer_ns : 7 * SECOND_NS;
	return after(r->answer->ts_ns, after(gap_ns, gap_ns / 16 + 60 * MS_NS));
}

static void
judge_taken(struct reading *r)
{
	struct story *story = r->story;
	struct step *last = r->first;

	story->fate = FATE_TAKEN;
	if (r->first == NULL || r->first->ts_ns > story->proof_ns) {
		/* Its ACK is not in the capture. */
		story->taken_lo_ns = r->answer != NULL ? r->answer->ts_ns : story->syn_ns;
		story->taken_hi_ns = story->taken_ns = story->proof_ns;
		return;
	}
	if (r->listener->defer && r->timers == 0 && !story->cookie && !says_something(r->first)) {
		/* Put aside until it speaks. */
		while (last != NULL && !(is_knock(last) && says_something(last)))
			last = step_next(r->all, last);
		if (last == NULL || last->ts_ns > story->proof_ns) {
			/* The server spoke although the client had not: that is not how it defers. */
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
		if (is_knock(step) && says_something(step))
			break;
	}
	story->taken_lo_ns = story->taken_ns = r->first->ts_ns;
	/* Bytes right behind a bare ACK leave no room for an accept() between them that matters. */
	story->taken_hi_ns = last->ts_ns;
}

/* All that came was ignored, and the SYN-ACK did not come again when it was due. */
static void
judge_silence(struct reading *r, int64_t due)
{
	struct story *story = r->story;

	if (r->timers > 0) {
		story->gone_ns = due;
		return;
	}
	/* A cookie then, but one is sent only where requests fill the SYN queue. */
	if (story->waiting == 0 && !r->listener->only_cookies && story->knock_ns != NEVER_NS)
		story->odd_silence = true;
	if (r->listener->defer)
		story->gone_ns = due;
	else
		story->fate = FATE_COOKIE;
}

/* The client's bare ACK answered a SYN-ACK that a timer had sent, and no other came. */
static void
judge_answered(struct reading *r, int64_t due)
{
	struct story *story = r->story;

	if (r->lost_words) {
		/* A connection would have asked for its bytes: the request is no more. */
		story->fate = FATE_WAITING;
		story->taken_lo_ns = NEVER_NS;
		story->gone_ns = due;
		return;
	}
	story->fate = FATE_TAKEN;
	story->taken_ns = story->taken_hi_ns = story->taken_lo_ns;
}

int64_t
story_patience_ns(const struct story *story)
{
	int64_t rtt_ns = since(story->knock_ns, story->syn_ns);

	return story->syn_count == 1 && rtt_ns >= 0 && rtt_ns < SECOND_NS / 2 ? RTO_MIN_NS + 4 * rtt_ns
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
	for (const struct step *step = step_first(r->all, story); step != NULL; step = step_next(r->all, step)) {
		if (!is_knock(step) || !says_something(step))
			continue;
		copies = last != NULL && step->seq <= last->seq ? copies + 1 : 1;
		last = step;
	}
	return last != NULL && copies < 8 &&
	    since(r->all->seen_ns, last->ts_ns) > patience_ns << (copies - 1);
}

/* No proof: it waits, was dropped, or nothing tells. */
static void
judge_unproved(struct reading *r)
{
	struct story *story = r->story;
	int64_t until_ns = r->all->until_ns;
	int64_t due;
	bool is_due;

	if (r->answer == NULL || is_out_of_sight(r)) {
		story->fate = FATE_MAYBE;
		story->taken_lo_ns = r->first != NULL ? r->first->ts_ns : story->answer_ns;
		return;
	}
	due = due_ns(r);
	is_due = until_ns > due;
	story->supposed = is_due && due > r->all->seen_ns;

	/* Bytes that a connection would have acknowledged by now. */
	if (r->data != NULL && !r->data->refused && r->first != NULL &&
	    (since(until_ns, r->data->ts_ns) > ACK_DUE_NS || is_due)) {
		if (!r->listener->heeds_silence && story->refusal_index == 0) {
			story->fate = FATE_MAYBE;
			story->taken_lo_ns = r->first->ts_ns;
			return;
		}
		ignore_until(r, r->last);
	}
	if (r->first == NULL) {
		story->fate = FATE_WAITING;
		if (is_due)
			judge_silence(r, due);
		return;
	}
	story->fate = FATE_MAYBE;
	story->maybe_is_cookie = is_due && r->timers == 0;
	story->taken_lo_ns = r->first->ts_ns;
	if (r->listener->defer && r->data == NULL && r->timers == 0 &&
	    (!is_due || r->listener->closed_ns < due)) {
		story->fate = FATE_WAITING;
		story->deferred = true;
		story->taken_lo_ns = NEVER_NS;
		/* Nobody listens any more: the next timer finds that out. */
		if (is_due)
			story->gone_ns = due;
	} else if (is_due && r->timers > 0 && !story->supposed) {
		judge_answered(r, due);
	}
}

static void
judge_resets(struct reading *r)
{
	struct story *story = r->story;
	int64_t by_client = story->reset_ns[ROLE_CLIENT];
	int64_t by_server = story->reset_ns[ROLE_SERVER];

	if (story->fate == FATE_TAKEN)
		return;
	/* Only the first of the client's words gets that; a later RST says that the request is gone. */
	if (by_server != NEVER_NS && !story->reset_has_ack[ROLE_SERVER] && r->ignored == NULL &&
	    r->last != NULL && r->timers == 0) {
		story->fate = FATE_OVERFLOWED;
		story->gone_ns = by_server;
		listener_note(r->listener, HAPPENED_IGNORE, r->last->ts_ns, r->last->index, r->number);
		r->listener->aborted++;
	} else if (by_client != NEVER_NS && story->fate == FATE_WAITING && by_client < story->gone_ns) {
		story->gone_ns = by_client;
	} else if (by_server != NEVER_NS && story->fate == FATE_WAITING && by_server < story->gone_ns) {
		story->gone_ns = by_server;
	}
}

void
story_forget(struct story *story)
{
	story->fate = FATE_NONE;
	story->deferred = story->cookie = story->no_cookie = false;
	story->odd_silence = story->maybe_is_cookie = story->supposed = false;
	story->taken_lo_ns = story->taken_hi_ns = story->taken_ns = NEVER_NS;
	story->gone_ns = NEVER_NS;
	story->refusal_index = 0;
	story->rank_lo = story->rank_hi = 0;
}

static void
judge_plain(struct story *story, const struct listener *listener)
{
	story->fate = FATE_TAKEN;
	story->cookie = story->plain_cookie && arrivals_are_seen(listener);
	story->taken_lo_ns = story->taken_ns = story->plain_lo_ns;
	story->taken_hi_ns = story->plain_hi_ns;
	if (!listener->defer || story->cookie || story->plain_lo_ns == story->plain_hi_ns)
		return;
	/* Put aside until it spoke. */
	story->deferred = true;
	story->taken_lo_ns = story->taken_ns = story->plain_hi_ns;
}

void
story_judge(struct sockets *all, struct listener *listener, uint32_t number)
{
	struct story *story = story_at(all, number);
	struct reading r = { .all = all, .listener = listener, .story = story, .number = number };

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
	for (struct step *step = step_first(all, story); step != NULL; step = step_next(all, step)) {
		if (step->role == ROLE_SERVER && (step->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
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
