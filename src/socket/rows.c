/*
 * The table of sockets at any moment: listeners, requests, the servers' other
 * ends, the clients'.
 */
#include <stdlib.h>

#include "socket/rows_priv.h"

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
		.certain = at_ns >= listener->listens_ns && at_ns < listener->proved_ns &&
			   !listener->refused_between,
		.send_q = listener->backlog,
	};
	row->send_q_best =
	    listener->backlog_best >= 0 ? listener->backlog_best : listener->backlog.lo;
	row->recv_q =
	    (struct range){ 0, listener->calm && listener->happening_count == 0 ? RANGE_OPEN : 0 };
	if (now != NULL) {
		row->recv_q = now->queue;
		row->recv_q_best = now->queue_best;
		evidence_cite(&row->because, now->index);
	}
	if (!listens_at(listener, at_ns)) {
		row->state = SOCK_CLOSED;
		row->certain = false;
		row->recv_q = row->send_q = (struct range){ 0, 0 };
		row->recv_q_best = row->send_q_best = 0;
	}
}

/* --- at moments --- */

/* Of connections' ends, in the order in which they are told. */
enum group { GROUP_REQUESTS, GROUP_SERVERS, GROUP_CLIENTS, GROUP_COUNT };

static int
compare_from(const void *a, const void *b, void *ctx)
{
	const struct sample *left = sample_at(ctx, *(const uint32_t *)a);
	const struct sample *right = sample_at(ctx, *(const uint32_t *)b);

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	if (left->order != right->order)
		return left->order < right->order ? -1 : 1;
	return 0;
}

static void
prepare_moments(struct sockets *all)
{
	all->order = mem_zalloc((all->samples.item_count + 1) * sizeof(*all->order));
	all->live = mem_zalloc((all->samples.item_count + 1) * sizeof(*all->live));
	for (size_t i = 0; i < all->samples.item_count; i++)
		all->order[i] = (uint32_t)i;
	qsort_r(all->order, all->samples.item_count, sizeof(*all->order), compare_from, all);
}

static int
compare_order(const void *a, const void *b, void *ctx)
{
	uint32_t left = sample_at(ctx, *(const uint32_t *)a)->order;
	uint32_t right = sample_at(ctx, *(const uint32_t *)b)->order;

	return (left > right) - (left < right);
}

static bool
end_is_gone(const struct sample *sample, enum role role, int64_t at_ns)
{
	return is_gone(&sample->face[role], span_ns(at_ns, sample->ts_ns));
}

/* Whether it answers for the moment at hand, and has anything to show. */
static bool
is_live(const struct sockets *all, const struct sample *sample)
{
	int64_t at_ns = all->moments[all->moment];

	return sample->to > all->moment && !(end_is_gone(sample, ROLE_CLIENT, at_ns) &&
					       end_is_gone(sample, ROLE_SERVER, at_ns));
}

/* Those that answer for the next moment, in the order of flows. */
static void
begin_moment(struct sockets *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->live_count; i++)
		if (is_live(all, sample_at(all, all->live[i])))
			all->live[kept++] = all->live[i];
	all->live_count = kept;
	while (all->order_next < all->samples.item_count &&
	       sample_at(all, all->order[all->order_next])->from <= all->moment) {
		uint32_t number = all->order[all->order_next++];

		if (is_live(all, sample_at(all, number)))
			all->live[all->live_count++] = number;
	}
	/* Those that are new, of the same moment all, are in order. */
	if (kept > 0)
		qsort_r(all->live, all->live_count, sizeof(*all->live), compare_order, all);
	all->cursor = 0;
}

/* Whether that end can be what its group shows, at first sight. */
static bool
can_be_of(const struct sockets *all, const struct sample *sample, enum group group, int64_t at_ns)
{
	enum role role = group == GROUP_CLIENTS ? ROLE_CLIENT : ROLE_SERVER;

	if (end_is_gone(sample, role, at_ns))
		return false;
	return group != GROUP_REQUESTS || sample->face[role].state == SOCK_SYN_RECV ||
	       at_ns < story_at(all, sample->story)->taken_ns;
}

static bool
is_of(const struct socket_row *row, enum group group)
{
	if (row->state == SOCK_CLOSED || group == GROUP_CLIENTS)
		return row->state != SOCK_CLOSED;
	return (group == GROUP_REQUESTS) == (row->state == SOCK_SYN_RECV);
}

/* Rows of a moment: listeners, then group after group. */
static bool
next_at_moment(struct sockets *all, struct socket_row *row)
{
	int64_t at_ns = all->moments[all->moment];

	while (all->cursor < all->listener_count + GROUP_COUNT * all->live_count) {
		size_t at = all->cursor++;
		const struct sample *sample;
		enum group group;

		if (at < all->listener_count) {
			if (!listener_has_stories(&all->listeners[at]))
				continue;
			tell_listener(&all->listeners[at], at_ns, row);
			if (row->state != SOCK_CLOSED)
				return true;
			continue;
		}
		at -= all->listener_count;
		group = (enum group)(at / all->live_count);
		sample = sample_at(all, all->live[at % all->live_count]);
		if (!can_be_of(all, sample, group, at_ns))
			continue;
		tell_sample(
		    all, sample, at_ns, group == GROUP_CLIENTS ? ROLE_CLIENT : ROLE_SERVER, row);
		if (is_of(row, group))
			return true;
	}
	return false;
}

void
rows_prepare(struct sockets *all)
{
	for (size_t i = 0; i < all->listener_count; i++)
		fellows_note(all, &all->listeners[i]);
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
