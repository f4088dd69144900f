/*
 * Why ACKs were ignored and SYNs dropped: for want of room, or because accept()
 * is deferred. Each explanation is tried with all that happened, and has its
 * surprises; the one that has fewer is told. Of a calm listener, where nothing
 * was ignored, only the sums are.
 */
#include "socket/socket_priv.h"

/* All SYN-ACKs are cookies where one is although no request waits (tcp_syncookies=2). */
static void
look_for_requests(const struct sockets *all, struct listener *listener)
{
	listener->only_cookies = listener->has_requests = false;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		listener->has_requests |= story->no_cookie;
		listener->only_cookies |= story->cookie && story->waiting == 0;
	}
	listener->only_cookies &= !listener->has_requests;
}

/* Hardly anybody sets it so: requests that wait unseen explain a cookie, too. */
#define ONLY_COOKIES_SURPRISE 3

/* A calm listener of more than this is summed up: its queue cannot be bounded by anything but its children. */
#define CALM_MAX 2000

/* What its briefs come to: each was taken, and accepted. */
static void
count_briefs(struct listener *listener)
{
	const struct briefs *briefs = &listener->briefs;
	uint32_t cookies = briefs->cookies + (listener->scales ? briefs->bare_cookies : 0);

	listener->attempts += briefs->count;
	listener->completed += briefs->count;
	listener->cookies += cookies;
	listener->sent_cookies |= cookies > 0;
	if (silence_tells(listener))
		listener->cookies += briefs->late_cookies;
}

/* Who spoke was accepted, and so were all that were taken before it. */
static void
sum_up_calm(const struct sockets *all, struct listener *listener)
{
	int64_t last_ns = INT64_MIN;
	uint32_t taken = listener->briefs.count, before = taken, answer = 0, refusal = 0,
		 speech = 0;

	listener->first_refusal_ns = listener->listens_ns = listener->closed_ns = NEVER_NS;
	listener->proved_ns = listener->briefs.count > 0 ? listener->briefs.last_ns : INT64_MIN;
	if (listener->briefs.count > 0) {
		const struct brief *first = brief_at(all, listener->briefs.first);
		const struct brief *last = brief_at(all, listener->briefs.last);

		listener->listens_ns = listener->briefs.first_ns;
		answer = first->answer_index;
		last_ns = listener->briefs.last_ns;
		speech = last->accept_index;
	}
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->flags & STORY_ANSWERED && story->last_syn_ns > listener->proved_ns)
			listener->proved_ns = story->last_syn_ns;
		if (story->answer_ns < listener->listens_ns) {
			listener->listens_ns = story->answer_ns;
			answer = story->answer_index;
		}
		if (story->fate == FATE_REFUSED && refusal == 0)
			refusal = story->reset_index[ROLE_SERVER];
		if (story->fate == FATE_TAKEN && story->flags & STORY_ACCEPTED &&
		    story->taken_lo_ns > last_ns) {
			last_ns = story->taken_lo_ns;
			speech = story->accept_index;
		}
	}
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		taken += story->fate == FATE_TAKEN || story->fate == FATE_MAYBE;
		before += story->fate == FATE_TAKEN &&
			  (story->flags & STORY_ACCEPTED || story->taken_hi_ns <= last_ns);
	}
	listener->accepted = (struct range){ before, taken };
	if (all->options.backlog >= 0)
		listener->backlog = (struct range){ all->options.backlog, all->options.backlog };
	evidence_cite(&listener->because, answer != 0 ? answer : refusal);
	evidence_cite(&listener->because, speech);
}

/* A listener's stories lie far apart: while one is told, the next is on its way. */
static void
fetch(const struct story *story)
{
	for (size_t i = 0; i < sizeof(*story); i += 64)
		__builtin_prefetch((const uint8_t *)story + i, 1);
}

static void
note_from(struct sockets *all, struct listener *listener, uint32_t first)
{
	for (uint32_t at = first, next; at != 0; at = next) {
		next = story_at(all, at - 1)->next;
		if (next != 0)
			fetch(story_at(all, next - 1));
		story_forget(story_at(all, at - 1));
		listener_note_story(all, listener, at - 1);
	}
}

/* All that its connections say, or so much of it; and how much that is. */
static void
note_all(struct sockets *all, struct listener *listener, size_t kept_most)
{
	listener->kept_most = kept_most;
	listener->noted = listener->troubles = 0;
	listener->skips_timers = listener->sent_cookies = false;
	listener->happening_count = 0;
	listener->surprises = listener->defer ? 2 : 0;
	listener->attempts = listener->completed = listener->refused = listener->dropped = 0;
	listener->aborted = listener->cookies = listener->deferred = 0;
	note_from(all, listener, listener->first_story);
	count_briefs(listener);
	rivals_note(all, listener);
}

/* What only TCP_DEFER_ACCEPT explains well. */
static unsigned
undeferred_surprises(const struct listener *listener)
{
	return 4u * listener->is_slow_of_word + 4u * listener->skips_timers;
}

/* What was noted, in order of time, and what follows from that. */
static void
take_stock(struct sockets *all, struct listener *listener)
{
	listener_sort(listener);
	closing_note(all, listener);
	if (listener->burst_ns != NEVER_NS) {
		listener_note(listener, HAPPENED_CLOSE, listener->burst_ns, listener->burst_index,
		    listener->first_story - 1);
		listener_sort(listener);
	}
	count_waiting(all, listener);
	listener_note_life(all, listener);
	look_for_requests(all, listener);
}

static void
conclude(struct sockets *all, struct listener *listener)
{
	if (listener->only_cookies)
		listener->surprises += ONLY_COOKIES_SURPRISE;
	if (!listener->defer)
		listener->surprises += undeferred_surprises(listener);
	listener_solve(all, listener);
}

/* Everything under one explanation of why ACKs were ignored. */
static void
explain(struct sockets *all, struct listener *listener, bool defer)
{
	listener->defer = defer;
	timers_forget(listener);
	listener->only_cookies = listener->has_requests = false;
	/* Twice: when a second request is due is learnt from the first round, and who waited when. */
	for (int round = 0; round < 2 && (round == 0 || !listener->calm); round++) {
		note_all(all, listener, SIZE_MAX);
		take_stock(all, listener);
	}
	conclude(all, listener);
}

/* Of what an explanation told of the backlog, and what its cookies say, the likeliest. */
static struct range
learn_backlog(const struct sockets *all, const struct listener *listener)
{
	struct range learnt = listener->backlog;

	if (listener->backlog_best >= 0)
		learnt.hi = listener->backlog_best;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->cookie && story->waiting > 0 && (int64_t)story->waiting <= learnt.hi)
			learnt.hi = (int64_t)story->waiting - 1;
	}
	return learnt;
}

/*
 * As if TCP_DEFER_ACCEPT were set. Which SYN-ACK may be a cookie depends on the
 * backlog; so once more, when the first time has told something of that.
 */
static void
explain_deferred(struct sockets *all, struct listener *listener)
{
	explain(all, listener, true);
	if (all->options.backlog >= 0)
		return;
	listener->backlog_learnt = learn_backlog(all, listener);
	explain(all, listener, true);
	/* Hardly anybody who asks for it leaves room for a single client. */
	listener->surprises += listener->backlog_best == 0;
}

/* A SYN cookie without enough requests that wait. */
static bool
is_odd_cookie(const struct listener *listener, const struct story *story)
{
	return story->odd_silence || (story->cookie && story->waiting == 0) ||
	       (story->fate == FATE_COOKIE && (int64_t)story->waiting <= listener->backlog_best);
}

/* Whether TCP_DEFER_ACCEPT is worth a thought: bare ACKs without effect, and not for want of arriving. */
static bool
can_defer(const struct sockets *all, const struct listener *listener)
{
	if (listener->is_slow_of_word || listener->skips_timers)
		return true;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (is_odd_cookie(listener, story))
			return true;
		if (!silence_tells(listener))
			continue;
		for (const struct step *step = step_first(all, story); step != NULL;
		     step = step_next(all, step))
			if (step->refused && step->role == ROLE_CLIENT && step->bytes == 0 &&
			    !(step->flags & (TCP_FIN | TCP_SYN)))
				return true;
	}
	return false;
}

static bool
is_asked(const struct sockets *all)
{
	return all->options.want_rows || all->options.backlog >= 0;
}

static bool
is_summed_up(const struct sockets *all, const struct listener *listener)
{
	return listener->calm && !listener->closes && listener->cookies == 0 &&
	       (!is_asked(all) || listener->noted + 4 * listener->briefs.count > CALM_MAX);
}

/*
 * Whose words went unheard, farther off, was not let in; or it was, and they were
 * lost on the way: what is said of the queue holds for both.
 */
static void
allow_loss(struct sockets *all, struct listener *listener)
{
	int64_t room = listener->backlog.hi == RANGE_OPEN ? RANGE_OPEN : listener->backlog.hi + 1;

	listener->unheard = 0;
	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];

		listener->unheard += happening->kind == HAPPENED_ANSWER &&
				     may_be_lost(listener, story_at(all, happening->story));
		happening->accepted.hi += listener->unheard;
		happening->queue.hi = at_most(room, happening->queue.hi + listener->unheard);
	}
	listener->accepted.hi += listener->unheard;
}

static void
finish(struct sockets *all, struct listener *listener)
{
	allow_loss(all, listener);
	listener_keep_asked(all, listener);
}

/* What is in brief came behind the last moment; of that a calm one's rows need to know when it listened. */
static void
note_ends(struct sockets *all, struct listener *listener)
{
	uint32_t last = listener->last_story;

	briefs_tell_ends(all, listener);
	note_from(all, listener, last == 0 ? listener->first_story : story_at(all, last - 1)->next);
}

/* As long as the stories of a calm one are at hand; false where there is more to it. */
static bool
explain_calm(struct sockets *all, struct listener *listener)
{
	if (is_summed_up(all, listener)) {
		listener->happening_count = 0;
		sum_up_calm(all, listener);
		return true;
	}
	if (listener->calm && all->options.rows_alone)
		note_ends(all, listener);
	listener->tells_again = listener->briefs.count > 0;
	if (listener->tells_again || !listener->calm || listener->happening_count < listener->noted)
		return false;
	listener->kept_most = SIZE_MAX;
	take_stock(all, listener);
	conclude(all, listener);
	finish(all, listener);
	return true;
}

/* First without a list of what happened, where nobody asks for it: most listeners never need one. */
void
listener_look_over(struct sockets *all, struct listener *listener)
{
	listener->backlog_learnt = (struct range){ 0, RANGE_OPEN };
	if (all->options.backlog >= 0)
		listener->backlog_learnt =
		    (struct range){ all->options.backlog, all->options.backlog };
	listener_locate(all, listener);
	listener->heeds_silence = false;
	note_all(all, listener, is_asked(all) ? CALM_MAX : 0);
	listener->heeds_silence = listener->troubles > 0;
	listener->calm = listener->troubles == 0 && listener->surprises == 0 &&
			 !listener->sent_cookies && !listener->is_slow_of_word &&
			 !listener->skips_timers;
	listener->closes = closing_is_seen(all, listener);
	listener->is_explained = explain_calm(all, listener);
}

/* SYNs without an answer, or bytes that were not heard: nobody puts those aside. */
static bool
lost_words(const struct sockets *all, const struct listener *listener)
{
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		for (const struct step *step = step_first(all, story_at(all, at - 1)); step != NULL;
		     step = step_next(all, step))
			if (step->refused && (step->bytes > 0 || step->flags & (TCP_FIN | TCP_SYN)))
				return true;
	return false;
}

/*
 * Where bare ACKs alone were ignored, and hardly anything else tells a full queue
 * from TCP_DEFER_ACCEPT, what is said of the queue holds for both.
 */
static void
allow_deferral(struct sockets *all, struct listener *listener)
{
	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];

		happening->accepted = (struct range){ happening->accepted_lo, happening->taken_hi };
		happening->queue = (struct range){ 0, happening->taken_hi };
		if (listener->accepted.hi < happening->taken_hi)
			listener->accepted.hi = happening->taken_hi;
		if (i + 1 == listener->happening_count)
			listener->accepted.lo = happening->accepted_lo;
	}
	if (all->options.backlog < 0)
		listener->backlog = (struct range){ 0, RANGE_OPEN };
}

/* Why ACKs were ignored, if any were: for want of room, or as accept() is deferred. */
static void
choose(struct sockets *all, struct listener *listener)
{
	unsigned surprises;
	bool is_close;

	explain(all, listener, false);
	if (listener->calm || !can_defer(all, listener))
		return;
	surprises = listener->surprises;
	explain_deferred(all, listener);
	if (listener->surprises < surprises)
		return;
	is_close = listener->surprises <= surprises + 1;
	explain(all, listener, false);
	if (is_close && !lost_words(all, listener))
		allow_deferral(all, listener);
}

void
listener_explain(struct sockets *all, struct listener *listener)
{
	if (listener->is_explained)
		return;
	choose(all, listener);
	finish(all, listener);
}
