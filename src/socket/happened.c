/*
 * What a listener's connections say about its queues: each happening that bears
 * on them, in order of time, and when it listened at all.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/socket_priv.h"

int64_t
answered_last_ns(const struct sockets *all, const struct listener *listener)
{
	int64_t last_ns = listener->briefs.count > 0 ? listener->briefs.last_ns : INT64_MIN;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->flags & STORY_ANSWERED && story->answer_ns > last_ns)
			last_ns = story->answer_ns;
	}
	return last_ns;
}

void
listener_note(struct listener *listener, enum happening_kind kind, int64_t ts_ns, uint32_t index,
    uint32_t story)
{
	listener->noted++;
	listener->troubles += kind == HAPPENED_IGNORE || kind == HAPPENED_DROP;
	if (listener->happening_count == listener->kept_most)
		return;
	if (listener->happening_count == listener->happening_room) {
		listener->happening_room = listener->happening_room * 2 + 16;
		listener->happenings = mem_realloc_array(
		    listener->happenings, listener->happening_room, sizeof(*listener->happenings));
	}
	listener->happenings[listener->happening_count++] = (struct happening){
		.ts_ns = ts_ns,
		.index = index,
		.story = story,
		.kind = (uint8_t)kind,
	};
}

static bool
is_syn(const struct step *step)
{
	return step->role == ROLE_CLIENT && (step->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* A SYN is answered at once, or not. */
#define ANSWERED_BY_NS (500 * MS_NS)
/* Who has had no answer asks again: RFC 6298's 3 s of old, and some. A scanner does not. */
#define ASKS_AGAIN_NS (3500 * MS_NS)

/*
 * SYNs in front of the one that was answered, or all of them, found no answer.
 * That the server dropped one is certain where its client asks again: a
 * scanner's, or one in a capture with gaps, may have been answered elsewhere.
 */
static void
note_drops(struct sockets *all, struct listener *listener, uint32_t number)
{
	struct story *story = story_at(all, number);

	for (struct step *step = step_first(all, story);
	     step != NULL && is_syn(step) && step->ts_ns < story->echoed_ns;
	     step = step_next(all, step)) {
		struct step *next = step_next(all, step);
		int64_t end_ns = next != NULL ? next->ts_ns : all->until_ns;
		bool is_asked_again = next != NULL && (is_syn(next) || next->flags & TCP_SYN);
		bool is_waiting =
		    next == NULL &&
		    (story->syn_count > 1 || span_ns(all->seen_ns, step->ts_ns) < ASKS_AGAIN_NS);

		if (span_ns(end_ns, step->ts_ns) < ANSWERED_BY_NS)
			continue;
		step->refused = true;
		listener->dropped++;
		if (silence_tells(listener) && (is_asked_again || is_waiting))
			listener_note(listener, HAPPENED_DROP, step->ts_ns, step->index, number);
	}
}

/* It can be taken before it is proved, but in no case before it can be taken at the earliest. */
static uint32_t
taken_index(const struct story *story)
{
	return story->proof_index > story->knock_index ? story->proof_index : story->knock_index;
}

void
listener_note_story(struct sockets *all, struct listener *listener, uint32_t number)
{
	struct story *story = story_at(all, number);

	listener->attempts++;
	if (!(story->flags & (STORY_ANSWERED | STORY_PROVED))) {
		if (story->reset_ns[ROLE_SERVER] != NEVER_NS) {
			story->fate = FATE_REFUSED;
			listener->refused++;
			listener_note(listener, HAPPENED_REFUSAL, story->reset_ns[ROLE_SERVER],
			    story->reset_index[ROLE_SERVER], number);
		} else if (story->flags & STORY_SYN) {
			note_drops(all, listener, number);
		}
		return;
	}
	note_drops(all, listener, number);
	if (story->flags & STORY_CONFIRMED)
		listener->completed++;
	if ((story->flags & (STORY_ANSWERED | STORY_UNSEEN)) == STORY_ANSWERED)
		listener_note(
		    listener, HAPPENED_ANSWER, story_asked_ns(story), story->answer_index, number);
	story_judge(all, listener, number);
	if (story->cookie)
		listener->cookies++;
	listener->sent_cookies |= story->sure_cookie;
	if (story->deferred && !may_be_lost(listener, story))
		listener->deferred++;
	if (story->odd_silence && !listener->defer)
		listener->surprises += 3;
	if (story->fate == FATE_TAKEN) {
		listener_note(
		    listener, HAPPENED_MAYBE, story->taken_lo_ns, story->knock_index, number);
		listener_note(
		    listener, HAPPENED_TAKE, story->taken_hi_ns, taken_index(story), number);
	} else if (story->fate == FATE_MAYBE) {
		listener_note(
		    listener, HAPPENED_MAYBE, story->taken_lo_ns, story->knock_index, number);
	}
	if (story->flags & STORY_ACCEPTED)
		listener_note(
		    listener, HAPPENED_ACCEPT, story->accept_ns, story->accept_index, number);
}

static int
compare_happenings(const void *a, const void *b)
{
	const struct happening *left = a;
	const struct happening *right = b;

	if (left->ts_ns != right->ts_ns)
		return (left->ts_ns > right->ts_ns) - (left->ts_ns < right->ts_ns);
	if (left->index != right->index)
		return (left->index > right->index) - (left->index < right->index);
	return (left->kind > right->kind) - (left->kind < right->kind);
}

/* Until when this shows that it listened; INT64_MIN: not at all. */
static int64_t
shows_listening_ns(
    const struct sockets *all, const struct listener *listener, const struct happening *happening)
{
	const struct story *story = story_at(all, happening->story);

	switch (happening->kind) {
	case HAPPENED_ANSWER:
		/* Farther off, its answer is captured when it may have closed already. */
		return arrivals_are_seen(listener) || story->last_syn_ns > happening->ts_ns
			   ? happening->ts_ns
			   : story->last_syn_ns;
	case HAPPENED_IGNORE:
	case HAPPENED_DROP: /* both are noted only where arrivals are seen */
		return happening->ts_ns;
	default:
		return INT64_MIN;
	}
}

/* Connections follow each other, so nearly all is in order as it was noted: what is not moves a few places. */
void
listener_sort(struct listener *listener)
{
	struct happening *happenings = listener->happenings;
	size_t count = listener->happening_count, moves_left = 8 * count;

	for (size_t i = 1; i < count; i++) {
		struct happening late;
		size_t at = i;

		while (at > 0 && compare_happenings(&happenings[at - 1], &happenings[i]) > 0)
			at--;
		if (at == i)
			continue;
		if (i - at > moves_left) {
			qsort(happenings, count, sizeof(*happenings), compare_happenings);
			return;
		}
		moves_left -= i - at;
		late = happenings[i];
		memmove(&happenings[at + 1], &happenings[at], (i - at) * sizeof(late));
		happenings[at] = late;
	}
}

void
listener_keep_asked(const struct sockets *all, struct listener *listener)
{
	size_t count = listener->happening_count, kept = 0, before = 0;

	if (!all->options.rows_alone || all->each_change)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct happening *happening = &listener->happenings[i];
		int64_t until_ns = i + 1 == count ? NEVER_NS : happening[1].ts_ns;
		size_t after = moments_before(all, until_ns);

		/* The first stays, to tell that there are any. */
		if (i == 0 || before < after)
			listener->happenings[kept++] = *happening;
		before = after;
	}
	if (kept == count)
		return;
	listener->happenings =
	    mem_realloc_array(listener->happenings, kept, sizeof(*listener->happenings));
	listener->happening_count = listener->happening_room = kept;
}

/* When it listened, as far as answers and refusals tell. */
void
listener_note_life(const struct sockets *all, struct listener *listener)
{
	int64_t refused_ns = NEVER_NS;

	listener->first_refusal_ns = listener->listens_ns = listener->closed_ns = NEVER_NS;
	listener->proved_ns = INT64_MIN;
	listener->refused_between = false;
	listener->overflowed = false;
	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];

		bool is_answer =
		    happening->kind == HAPPENED_ANSWER || happening->kind == HAPPENED_MAYBE;
		int64_t shown_ns = shows_listening_ns(all, listener, happening);

		if (shown_ns > listener->proved_ns)
			listener->proved_ns = shown_ns;
		if (is_answer && listener->listens_ns != NEVER_NS && refused_ns != NEVER_NS)
			listener->refused_between = true;

		if (is_answer && listener->listens_ns == NEVER_NS)
			listener->listens_ns = happening->ts_ns;
		if (is_answer)
			listener->closed_ns = NEVER_NS;
		if (happening->kind == HAPPENED_IGNORE || happening->kind == HAPPENED_DROP)
			listener->overflowed = true;
		if (happening->kind != HAPPENED_REFUSAL)
			continue;
		if (listener->first_refusal_ns == NEVER_NS)
			listener->first_refusal_ns = happening->ts_ns;
		if (listener->listens_ns != NEVER_NS && listener->closed_ns == NEVER_NS)
			listener->closed_ns = refused_ns = happening->ts_ns;
	}
	if (listener->burst_ns < listener->closed_ns)
		listener->closed_ns = listener->burst_ns;
}
