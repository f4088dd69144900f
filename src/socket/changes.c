/*
 * Each change of each end, in the order of time: where a sample was taken, or the
 * clock may have told, the row is made, and shown if it says something else than
 * the one before. Samples are in that order as they were taken, but for a few that
 * are put in order apart; what the clock tells later, and listeners, is put off.
 */
#include <stdlib.h>

#include "base/find.h"
#include "base/sort.h"
#include "socket/rows_priv.h"

/* A connection between its first sample and its last. */
struct watch {
	struct socket_row told[2]; /* by enum role: as its ends were told last */
	size_t story_count;
	int64_t story[STORY_TIMES]; /* when a row of it may change without a packet */
	size_t count;
	int64_t times[STORY_TIMES + SAMPLE_TIMES]; /* from the latest sample to the next */
};

/* What is due, by number: listeners, then ends, two of a sample. */
#define ENDS_FROM (UINT64_C(1) << 32)

static enum role
role_of(uint64_t end)
{
	return end % 2 == 0 ? ROLE_SERVER : ROLE_CLIENT;
}

static const struct sample *
sample_of(const struct sockets *all, uint64_t end)
{
	return sample_at(all, (uint32_t)((end - ENDS_FROM) / 2));
}

static struct due
due_of(const struct sockets *all, uint32_t sample)
{
	return (struct due){ sample_at(all, sample)->ts_ns, ENDS_FROM + 2 * (uint64_t)sample };
}

static void
put_down(struct sockets *all, struct agenda *agenda, const struct due *due)
{
	if (!agenda_put(agenda, due))
		all->left_out++;
}

static void
put_off(struct sockets *all, int64_t at_ns, uint64_t what)
{
	put_down(all, &all->put_off, &(struct due){ at_ns, what });
}

void
changes_note_late(struct sockets *all, uint32_t sample)
{
	struct due due = due_of(all, sample);

	put_down(all, &all->late, &due);
}

/* Whether it says something else than what was told, and is told now. */
static bool
is_news(const struct socket_row *row, struct socket_row *told)
{
	if (row->state == told->state && row->certain == told->certain &&
	    row->recv_q.lo == told->recv_q.lo && row->recv_q.hi == told->recv_q.hi &&
	    row->send_q.lo == told->send_q.lo && row->send_q.hi == told->send_q.hi &&
	    row->recv_q_best == told->recv_q_best && row->send_q_best == told->send_q_best)
		return false;
	*told = *row;
	return true;
}

/* When something may be otherwise, behind what was looked at: a happening, or where the last proof of it ends. */
static int64_t
next_time(const struct sockets *all, const struct listener *listener, int64_t since_ns)
{
	int64_t next_ns = NEVER_NS;
	size_t at;

	FIND_PLACE(at, listener->happening_count, listener->happenings[at].ts_ns <= since_ns);
	if (at < listener->happening_count)
		next_ns = listener->happenings[at].ts_ns;
	if (all->first_ns > since_ns)
		next_ns = at_most(next_ns, all->first_ns);
	if (listener->proved_ns > at_least(all->first_ns, since_ns))
		next_ns = at_most(next_ns, listener->proved_ns);
	return next_ns;
}

/* A listener's next row, if there is one, and when that is due. */
static void
watch_listener(struct sockets *all, uint32_t number, int64_t since_ns)
{
	const struct listener *listener = &all->listeners[number];
	struct socket_row *told = &all->listener_rows[number], row;
	int64_t at_ns = since_ns;

	while ((at_ns = next_time(all, listener, at_ns)) != NEVER_NS) {
		tell_listener(listener, at_ns, &row);
		if (is_news(&row, told)) {
			put_off(all, at_ns, number);
			return;
		}
	}
}

static struct watch *
watch_of(struct sockets *all, struct story *story)
{
	struct watch *watch;

	if (story->watch != 0)
		return pool_at(&all->watches, story->watch - 1);
	story->watch = 1 + pool_get(&all->watches);
	watch = pool_at(&all->watches, story->watch - 1);
	watch->told[ROLE_CLIENT] = watch->told[ROLE_SERVER] =
	    (struct socket_row){ .state = SOCK_CLOSED, .certain = true };
	watch->story_count = sort_distinct(watch->story, story_times(all, story, watch->story));
	return watch;
}

static void
end_watch(struct sockets *all, struct story *story)
{
	pool_put(&all->watches, story->watch - 1);
	story->watch = 0;
}

/* When something may change behind a sample, up to the next of its story. */
static void
find_times(
    const struct sockets *all, struct watch *watch, const struct sample *sample, int64_t until_ns)
{
	int64_t own[SAMPLE_TIMES];
	size_t own_count = sample_times(all, sample, own), at;

	watch->count = 0;
	FIND_PLACE(at, watch->story_count, watch->story[at] <= sample->ts_ns);
	for (; at < watch->story_count && watch->story[at] < until_ns; at++)
		watch->times[watch->count++] = watch->story[at];
	for (size_t i = 0; i < own_count; i++)
		if (own[i] > sample->ts_ns && own[i] < until_ns)
			watch->times[watch->count++] = own[i];
	watch->count = sort_distinct(watch->times, watch->count);
}

/* What an end shows from a sample to the next: whether a row at once; others are put off. */
static bool
show_between(
    struct sockets *all, const struct due *due, struct watch *watch, struct socket_row *row)
{
	const struct sample *sample = sample_of(all, due->what);
	enum role role = role_of(due->what);
	struct socket_row *told = &watch->told[role], later;
	bool is_shown;

	tell_sample(all, sample, sample->ts_ns, role, row);
	is_shown = is_news(row, told);
	for (size_t i = 0; i < watch->count; i++) {
		tell_sample(all, sample, watch->times[i], role, &later);
		if (is_news(&later, told))
			put_off(all, watch->times[i], due->what);
	}
	return is_shown;
}

/* Of a sample the server's end comes first. */
static bool
show_end(struct sockets *all, const struct due *due, struct socket_row *row)
{
	const struct sample *sample = sample_of(all, due->what);
	struct story *story = story_at(all, sample->story);
	struct watch *watch = watch_of(all, story);
	bool is_last = sample->next_ns == NEVER_NS;
	int64_t until_ns = is_last ? span_end(all->until_ns, 1) : sample->next_ns;
	bool is_shown;

	if (role_of(due->what) == ROLE_SERVER)
		find_times(all, watch, sample, until_ns);
	is_shown = sample->ts_ns < until_ns && show_between(all, due, watch, row);
	if (is_last && role_of(due->what) == ROLE_CLIENT)
		end_watch(all, story);
	return is_shown;
}

static void
show_due(struct sockets *all, struct socket_row *row)
{
	struct due due = agenda_take(&all->put_off);

	if (due.what >= ENDS_FROM) {
		tell_sample(all, sample_of(all, due.what), due.at_ns, role_of(due.what), row);
		return;
	}
	*row = all->listener_rows[due.what];
	watch_listener(all, (uint32_t)due.what, due.at_ns);
}

/* In the order of time: of the samples taken late, and of the others. */
static struct due
next_sample(struct sockets *all)
{
	struct due next = { INT64_MAX, UINT64_MAX };

	while (all->next_sample < all->samples.item_count &&
	       sample_at(all, all->next_sample)->ts_ns < all->reached_ns)
		all->next_sample++;
	if (all->next_sample < all->samples.item_count)
		next = due_of(all, all->next_sample);
	if (all->next_late < all->late.count && due_before(&all->late.dues[all->next_late], &next))
		return all->late.dues[all->next_late++];
	if (all->next_sample < all->samples.item_count)
		all->reached_ns = sample_at(all, all->next_sample++)->ts_ns;
	return next;
}

void
changes_prepare(struct sockets *all)
{
	pool_init(&all->watches, sizeof(struct watch));
	all->listener_rows =
	    mem_realloc_array(NULL, all->listener_count + 1, sizeof(*all->listener_rows));
	for (uint32_t i = 0; i < all->listener_count; i++) {
		all->listener_rows[i] = (struct socket_row){ .state = SOCK_CLOSED };
		if (listener_has_stories(&all->listeners[i]))
			watch_listener(all, i, INT64_MIN);
	}
	agenda_sort(&all->late);
	all->turn = next_sample(all);
}

bool
changes_next(struct sockets *all, struct socket_row *row)
{
	while (all->turn.what != UINT64_MAX || all->put_off.count > 0) {
		struct due turn = all->turn;

		if (agenda_is_due(&all->put_off, &turn)) {
			show_due(all, row);
			return true;
		}
		if (role_of(turn.what) == ROLE_SERVER)
			all->turn.what++;
		else
			all->turn = next_sample(all);
		if (show_end(all, &turn, row))
			return true;
	}
	return false;
}
