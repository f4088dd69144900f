/*
 * The table of sockets at any moment: listeners, requests, the servers' other
 * ends, the clients'.
 */
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

/* In the order in which they are told. */
enum group { GROUP_LISTENERS, GROUP_REQUESTS, GROUP_SERVERS, GROUP_CLIENTS, GROUP_COUNT };

/* A sample that answers for the moment at hand. */
struct live {
	uint64_t what;   /* as it is due: its story's order, then its number */
	unsigned groups; /* a bit for each that can show an end of it, at first sight */
};

static void
prepare_moments(struct sockets *all)
{
	for (uint32_t i = 0; i < all->samples.item_count; i++) {
		const struct sample *sample = sample_at(all, i);

		if (!agenda_put(&all->begins,
			&(struct due){ sample->from, (uint64_t)sample->order << 32 | i }))
			all->left_out++;
	}
	agenda_sort(&all->begins);
	all->live = mem_realloc_array(NULL, all->begins.count + 1, sizeof(*all->live));
	all->spare = mem_realloc_array(NULL, all->begins.count + 1, sizeof(*all->spare));
}

static bool
end_is_gone(const struct sample *sample, enum role role, int64_t at_ns)
{
	return is_gone(&sample->face[role], span_ns(at_ns, sample->ts_ns));
}

/* None, where it does not answer for the moment at hand or has nothing to show. */
static unsigned
groups_of(const struct sockets *all, const struct sample *sample)
{
	int64_t at_ns = all->moments[all->moment];
	unsigned groups = 0;

	if (sample->to <= all->moment)
		return 0;
	if (!end_is_gone(sample, ROLE_CLIENT, at_ns))
		groups |= 1u << GROUP_CLIENTS;
	if (end_is_gone(sample, ROLE_SERVER, at_ns))
		return groups;
	if (sample->face[ROLE_SERVER].state == SOCK_SYN_RECV ||
	    at_ns < story_at(all, sample->story)->taken_ns)
		groups |= 1u << GROUP_REQUESTS;
	return groups | 1u << GROUP_SERVERS;
}

/* The first of those that begin with the moment at hand; NULL: there are no more. */
static const struct due *
next_to_begin(const struct sockets *all)
{
	const struct due *due = &all->begins.dues[all->next_begin];

	return all->next_begin < all->begins.count && due->at_ns <= (int64_t)all->moment ? due
											 : NULL;
}

/* In the order of flows: of those that answered for the moment before, and those that begin, who has something to show. */
static void
begin_moment(struct sockets *all)
{
	struct live *old = all->live, *end = old + all->live_count;

	all->live = all->spare;
	all->spare = old;
	all->live_count = 0;
	for (;;) {
		const struct due *due = next_to_begin(all);
		struct live live;

		if (due != NULL && (old == end || due->what < old->what)) {
			live.what = due->what;
			all->next_begin++;
		} else if (old < end) {
			live.what = old++->what;
		} else {
			return;
		}
		live.groups = groups_of(all, sample_at(all, (uint32_t)live.what));
		if (live.groups != 0)
			all->live[all->live_count++] = live;
	}
}

static bool
is_of(const struct socket_row *row, enum group group)
{
	if (row->state == SOCK_CLOSED || group == GROUP_CLIENTS)
		return row->state != SOCK_CLOSED;
	return (group == GROUP_REQUESTS) == (row->state == SOCK_SYN_RECV);
}

static bool
tell_listening(const struct sockets *all, size_t at, struct socket_row *row)
{
	if (!listener_has_stories(&all->listeners[at]))
		return false;
	tell_listener(&all->listeners[at], all->moments[all->moment], row);
	return row->state != SOCK_CLOSED;
}

static bool
tell_live(const struct sockets *all, size_t at, enum group group, struct socket_row *row)
{
	const struct live *live = &all->live[at];

	if (!(live->groups & 1u << group))
		return false;
	tell_sample(all, sample_at(all, (uint32_t)live->what), all->moments[all->moment],
	    group == GROUP_CLIENTS ? ROLE_CLIENT : ROLE_SERVER, row);
	return is_of(row, group);
}

/* Rows of a moment: group after group. */
static bool
next_at_moment(struct sockets *all, struct socket_row *row)
{
	for (; all->group < GROUP_COUNT; all->group++, all->cursor = 0) {
		enum group group = (enum group)all->group;
		size_t count = group == GROUP_LISTENERS ? all->listener_count : all->live_count;

		while (all->cursor < count) {
			size_t at = all->cursor++;

			if (group == GROUP_LISTENERS ? tell_listening(all, at, row)
						     : tell_live(all, at, group, row))
				return true;
		}
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
		if (all->group == GROUP_LISTENERS && all->cursor == 0)
			begin_moment(all);
		if (next_at_moment(all, row))
			return true;
		all->group = GROUP_LISTENERS;
	}
	return false;
}
