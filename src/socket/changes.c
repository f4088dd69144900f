/*
 * Each change of each end: where a sample was taken, or the clock may have told,
 * the row is made, and kept if it says something else than the one before.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "socket/rows_priv.h"

/* Something may be otherwise from here on: a sample, or the clock. */
struct change {
	int64_t at_ns;
	uint32_t sample; /* of an end; UINT32_MAX: of a listener */
	uint32_t number; /* of the listener */
	uint8_t role;
};

static void
add_change(struct sockets *all, const struct change *change)
{
	if (all->change_count == all->change_room) {
		size_t room = all->change_room * 2 + 1024;

		if (!budget_take(all->budget, (room - all->change_room) * sizeof(*change))) {
			all->left_out++;
			return;
		}
		all->changes = mem_realloc_array(all->changes, room, sizeof(*change));
		all->change_room = room;
	}
	all->changes[all->change_count++] = *change;
}

static bool
same_row(const struct socket_row *a, const struct socket_row *b)
{
	return a->state == b->state && a->certain == b->certain && a->recv_q.lo == b->recv_q.lo &&
	       a->recv_q.hi == b->recv_q.hi && a->send_q.lo == b->send_q.lo &&
	       a->send_q.hi == b->send_q.hi && a->recv_q_best == b->recv_q_best &&
	       a->send_q_best == b->send_q_best;
}

/* The changes of one end from one sample to the next. */
static void
change_between(
    struct sockets *all, uint32_t number, int64_t until_ns, enum role role, struct socket_row *old)
{
	const struct sample *sample = &all->samples[number];
	int64_t times[ROW_TIMES + 1];
	size_t count = row_times(all, sample, times);

	times[count++] = sample->ts_ns;
	sort_numbers(times, count);
	for (size_t i = 0; i < count; i++) {
		struct socket_row row;

		if (times[i] < sample->ts_ns || times[i] >= until_ns ||
		    (i > 0 && times[i] == times[i - 1]))
			continue;
		tell_sample(all, sample, times[i], role, &row);
		if (same_row(&row, old))
			continue;
		*old = row;
		add_change(all,
		    &(struct change){ .at_ns = times[i], .sample = number, .role = (uint8_t)role });
	}
}

/* At each happening, and where the last proof of it ends. */
static void
listener_changes(struct sockets *all, uint32_t number)
{
	const struct listener *listener = &all->listeners[number];
	size_t count = 0;
	int64_t *times;
	struct change change = { .sample = UINT32_MAX, .number = number };
	struct socket_row old = { .state = SOCK_CLOSED }, row;

	if (!listener_has_stories(listener))
		return;
	times = mem_zalloc((listener->happening_count + 2) * sizeof(*times));
	times[count++] = all->first_ns;
	if (listener->proved_ns > all->first_ns)
		times[count++] = listener->proved_ns;
	for (size_t i = 0; i < listener->happening_count; i++)
		times[count++] = listener->happenings[i].ts_ns;
	sort_numbers(times, count);
	for (size_t i = 0; i < count; i++) {
		tell_listener(listener, times[i], &row);
		if (same_row(&row, &old))
			continue;
		old = row;
		change.at_ns = times[i];
		add_change(all, &change);
	}
	free(times);
}

static int
compare_changes(const void *a, const void *b)
{
	const struct change *left = a;
	const struct change *right = b;

	if (left->at_ns != right->at_ns)
		return left->at_ns < right->at_ns ? -1 : 1;
	if ((left->sample == UINT32_MAX) != (right->sample == UINT32_MAX))
		return left->sample == UINT32_MAX ? -1 : 1;
	if (left->sample != right->sample)
		return left->sample < right->sample ? -1 : 1;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return (left->role < right->role) - (left->role > right->role);
}

void
changes_prepare(struct sockets *all)
{
	uint32_t *next =
	    mem_zalloc((all->sample_count + 1) * sizeof(*next)); /* 1 + the story's next sample */

	for (size_t i = 0; i < all->sample_count; i++)
		if (all->samples[i].before != 0)
			next[all->samples[i].before - 1] = (uint32_t)i + 1;
	for (size_t i = 0; i < all->sample_count; i++) {
		struct socket_row old[2] = { { .state = SOCK_CLOSED, .certain = true },
			{ .state = SOCK_CLOSED, .certain = true } };

		if (all->samples[i].before != 0)
			continue;
		for (uint32_t at = (uint32_t)i + 1; at != 0; at = next[at - 1]) {
			int64_t until_ns = next[at - 1] == 0 ? span_end(all->until_ns, 1)
							     : all->samples[next[at - 1] - 1].ts_ns;

			change_between(all, at - 1, until_ns, ROLE_SERVER, &old[ROLE_SERVER]);
			change_between(all, at - 1, until_ns, ROLE_CLIENT, &old[ROLE_CLIENT]);
		}
	}
	for (uint32_t i = 0; i < all->listener_count; i++)
		listener_changes(all, i);
	free(next);
	if (all->change_count > 0) /* else there is nothing to point at */
		qsort(all->changes, all->change_count, sizeof(*all->changes), compare_changes);
}

bool
changes_next(struct sockets *all, struct socket_row *row)
{
	const struct change *change;

	if (all->next_change == all->change_count)
		return false;
	change = &all->changes[all->next_change++];
	if (change->sample == UINT32_MAX)
		tell_listener(&all->listeners[change->number], change->at_ns, row);
	else
		tell_sample(all, &all->samples[change->sample], change->at_ns,
		    (enum role)change->role, row);
	return true;
}
