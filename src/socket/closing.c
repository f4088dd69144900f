/*
 * How a listener ends. When its socket is closed, or its process exits, Linux
 * resets every connection that still waits for accept(), in the order of the
 * queue and within one instant: RST with an ACK and the real window, and that to
 * connections that never heard a word. The first of them that certainly was in
 * the queue says how many had been accepted at most.
 */
#include <stdlib.h>

#include "socket/socket_priv.h"

/* One reset follows the other sooner: 5 to 350 microseconds were measured, on a machine with other things to do. */
#define BURST_GAP_NS MS_NS
/* A single reset can be the program's own; so many at once hardly. */
#define BURST_MIN 2

bool
is_reset_unheard(const struct story *story)
{
	return story->reset_ns[ROLE_SERVER] != NEVER_NS && story->reset_has_ack[ROLE_SERVER] &&
	       story->reset_has_window[ROLE_SERVER] && story->flags & STORY_PROVED &&
	       !(story->flags & (STORY_ACCEPTED | STORY_SIMULTANEOUS));
}

static int
compare_resets(const void *a, const void *b)
{
	const struct story *left = *(const struct story *const *)a;
	const struct story *right = *(const struct story *const *)b;

	if (left->reset_index[ROLE_SERVER] != right->reset_index[ROLE_SERVER])
		return left->reset_index[ROLE_SERVER] < right->reset_index[ROLE_SERVER] ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

/* The last burst of resets behind which nothing was answered any more; how many, from where on. */
static size_t
find_burst(const struct sockets *all, const struct listener *listener, const struct story ***found)
{
	const struct story **reset =
	    mem_zalloc((listener->attempts + 1) * sizeof(const struct story *));
	size_t count = 0, from;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		if (is_reset_unheard(story_at(all, at - 1)))
			reset[count++] = story_at(all, at - 1);
	if (count > 0)
		qsort(reset, count, sizeof(const struct story *), compare_resets);
	for (from = count; from > 0; from--)
		if (from < count && span_ns(reset[from]->reset_ns[ROLE_SERVER],
					reset[from - 1]->reset_ns[ROLE_SERVER]) > BURST_GAP_NS)
			break;
	if (count - from < BURST_MIN ||
	    answered_last_ns(all, listener) > reset[from]->reset_ns[ROLE_SERVER]) {
		free(reset);
		return 0;
	}
	for (size_t i = from; i < count; i++)
		reset[i - from] = reset[i];
	*found = reset;
	return count - from;
}

bool
closing_is_seen(const struct sockets *all, const struct listener *listener)
{
	const struct story **burst;

	if (find_burst(all, listener, &burst) == 0)
		return false;
	free(burst);
	return true;
}

/* Of those that were there before the burst and outlived it without a word, the last in the queue's order. */
static uint32_t
last_survivor(
    const struct sockets *all, const struct listener *listener, int64_t first_ns, int64_t last_ns)
{
	uint32_t rank = 0;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->fate != FATE_TAKEN || story->taken_lo_ns > last_ns ||
		    story->accept_ns < first_ns || story->reset_ns[ROLE_CLIENT] < last_ns ||
		    story->reset_ns[ROLE_SERVER] <= last_ns)
			continue;
		if (story->rank_lo > rank)
			rank = story->rank_lo;
	}
	return rank;
}

/* An accepted connection goes on behind the burst: it was not the process that ended. */
static bool
is_outlived(const struct sockets *all, const struct listener *listener, int64_t last_ns)
{
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->flags & STORY_ACCEPTED && story->fate == FATE_TAKEN &&
		    story->accept_ns < last_ns && story->reset_ns[ROLE_SERVER] != NEVER_NS &&
		    story->reset_has_window[ROLE_SERVER] &&
		    span_ns(story->reset_ns[ROLE_SERVER], last_ns) > BURST_GAP_NS)
			return true;
	}
	return false;
}

/* Whoever spoke, or was asked to, was accepted; so the queue's order must not be denied. */
static bool
is_denied(const struct sockets *all, const struct listener *listener, uint32_t rank)
{
	uint32_t spoken = 0;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (!(story->flags & STORY_ACCEPTED) || story->fate != FATE_TAKEN)
			continue;
		spoken++;
		if (story->rank_lo >= rank || spoken >= rank)
			return true;
	}
	return false;
}

/*
 * Who exits also resets what it accepted and did not read. What received no byte
 * had nothing to be read: that one was in the queue, and so were all behind it.
 */
static uint32_t
first_in_queue(
    const struct sockets *all, struct listener *listener, const struct story **burst, size_t count)
{
	int64_t first_ns = burst[0]->reset_ns[ROLE_SERVER],
		last_ns = burst[count - 1]->reset_ns[ROLE_SERVER];
	uint32_t survivor = last_survivor(all, listener, first_ns, last_ns);
	bool is_close = is_outlived(all, listener, last_ns);
	uint32_t first = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		const struct story *story = burst[i];

		if (story->fate != FATE_TAKEN || story->rank_lo == 0 ||
		    story->rank_lo <= survivor || (!is_close && story->reset_got != 0))
			continue;
		listener->waited_least++;
		if (story->rank_hi < first)
			first = story->rank_hi;
	}
	return first == UINT32_MAX || first == 0 || is_denied(all, listener, first) ? 0 : first;
}

/* When the first of the burst had been taken, at the latest. */
static int64_t
first_taken_ns(const struct story **burst, size_t count)
{
	int64_t first_ns = NEVER_NS;

	for (size_t i = 0; i < count; i++)
		if (burst[i]->fate == FATE_TAKEN && burst[i]->taken_hi_ns < first_ns)
			first_ns = burst[i]->taken_hi_ns;
	return first_ns;
}

/* Of the client's segment at that time; its first ACK's where it is not kept. */
static uint32_t
index_at(const struct sockets *all, const struct story *story, int64_t ts_ns)
{
	for (const struct step *step = step_first(all, story); step != NULL;
	     step = step_next(all, step))
		if (step->role == ROLE_CLIENT && step->ts_ns == ts_ns)
			return step->index;
	return story->knock_index;
}

/*
 * Who came behind one that is reset from the queue, and is passed over, was not
 * in it, nor was its turn to be accepted: its ACK was ignored, for want of room.
 */
static void
note_passed_over(
    struct sockets *all, struct listener *listener, const struct story **burst, size_t count)
{
	int64_t first_ns = first_taken_ns(burst, count);

	if (!silence_tells(listener))
		return;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		struct story *story = story_at(all, at - 1);

		if (story->fate != FATE_MAYBE || story->taken_lo_ns <= first_ns ||
		    story->taken_lo_ns >= burst[0]->reset_ns[ROLE_SERVER] ||
		    story->reset_ns[ROLE_SERVER] != NEVER_NS ||
		    story->reset_ns[ROLE_CLIENT] <= burst[count - 1]->reset_ns[ROLE_SERVER])
			continue;
		listener_note(listener, HAPPENED_IGNORE, story->taken_lo_ns,
		    index_at(all, story, story->taken_lo_ns), at - 1);
		story_settle_ignored(story);
		/* Neither a request that asks again, nor a cookie, which would have needed others to wait. */
		if (story->fate == FATE_COOKIE && story->waiting == 0 && !listener->only_cookies) {
			story->odd_silence = true;
			listener->surprises += 3;
		}
	}
}

void
closing_note(struct sockets *all, struct listener *listener)
{
	const struct story **burst;
	size_t count = find_burst(all, listener, &burst);
	uint32_t first;

	listener->burst_ns = NEVER_NS;
	listener->accepted_most = UINT32_MAX;
	listener->waited_least = 0;
	if (count == 0)
		return;
	listener->burst_ns = burst[0]->reset_ns[ROLE_SERVER];
	listener->burst_index = burst[0]->reset_index[ROLE_SERVER];
	note_passed_over(all, listener, burst, count);
	count_children(all, listener);
	first = first_in_queue(all, listener, burst, count);
	if (first != 0)
		listener->accepted_most = first - 1;
	else
		listener->waited_least = 0;
	free(burst);
}

uint32_t
waited_at_close(const struct listener *listener)
{
	const struct happening *last = listener_at(listener, listener->burst_ns);
	uint32_t waited = listener->waited_least;

	if (listener->accepted_most == UINT32_MAX || last == NULL ||
	    last->taken_lo < listener->accepted_most + waited)
		return waited;
	return last->taken_lo - listener->accepted_most;
}
