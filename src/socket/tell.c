/* A listener's story, told: counts, bounds, and what else it might have been. */
#include "socket/socket_priv.h"

/* So many SYNs, and nearly nobody who went on. */
#define FLOOD_SYNS  1000
#define FLOOD_RATIO 20

void
evidence_cite(struct evidence *because, uint32_t index)
{
	uint8_t at;

	if (index == 0 || because->count == BECAUSE_MAX)
		return;
	for (uint8_t i = 0; i < because->count; i++)
		if (because->index[i] == index)
			return;
	for (at = because->count; at > 0 && because->index[at - 1] > index; at--)
		because->index[at] = because->index[at - 1];
	because->index[at] = index;
	because->count++;
}

/* The first answer or refusal, the first and the last overflow, the last that proves an accept(). */
static void
tell_evidence(const struct listener *listener, struct listener_row *row)
{
	uint32_t first = 0, full = 0, last = 0;

	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];
		bool is_full =
		    happening->kind == HAPPENED_IGNORE || happening->kind == HAPPENED_DROP;

		if (first == 0 &&
		    (happening->kind == HAPPENED_ANSWER || happening->kind == HAPPENED_REFUSAL))
			first = happening->index;
		if (full == 0 && is_full)
			full = happening->index;
		if (is_full)
			last = happening->index;
	}
	evidence_cite(&row->because, first);
	evidence_cite(&row->because, full);
	evidence_cite(&row->because, last);
}

/* What there is when the capture ends. */
static void
tell_end(const struct sockets *all, const struct listener *listener, struct listener_row *row)
{
	row->established.lo = row->established.hi = listener->briefs.alive;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);
		bool is_alive = story->final[ROLE_SERVER].state != SOCK_CLOSED;
		bool is_request = story->fate == FATE_WAITING && story->gone_ns > all->seen_ns;

		if (story->fate == FATE_TAKEN && is_alive) {
			row->established.lo++;
			row->established.hi++;
		} else if (may_be_lost(listener, story) && is_alive) {
			row->established.hi++;
			row->syn_recv.hi += is_request;
		} else if (story->fate == FATE_MAYBE && is_alive) {
			row->established.hi++;
			row->syn_recv.hi++;
		} else if (is_request && is_alive) {
			row->syn_recv.lo++;
			row->syn_recv.hi++;
		}
	}
}

static void
tell_queue(const struct listener *listener, struct listener_row *row)
{
	if (listener->listens_ns == NEVER_NS) /* nor is there a queue */
		return;
	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];

		row->ignored_acks += happening->kind == HAPPENED_IGNORE;
		row->overflows +=
		    happening->kind == HAPPENED_IGNORE || happening->kind == HAPPENED_DROP;
		if (happening->queue.lo > row->queue_max.lo)
			row->queue_max.lo = happening->queue.lo;
		if (happening->queue.hi > row->queue_max.hi)
			row->queue_max.hi = happening->queue.hi;
	}
	row->unaccepted = waited_at_close(listener);
	if (row->overflows > 0 && listener->backlog.hi != RANGE_OPEN) {
		row->queue_max.lo = listener->backlog.lo + 1;
		row->queue_max.hi = listener->backlog.hi + 1;
	}
}

static void
tell_stages(const struct listener *listener, struct listener_row *row)
{
	if (listener->listens_ns == NEVER_NS) {
		row->stages = listener->refused > 0 ? STAGE_NOT_LISTENING : 0;
		return;
	}
	if (row->accepted.lo == 0)
		row->stages |= STAGE_LISTENING;
	if (row->accepted.lo <= 1 && row->accepted.hi >= 1)
		row->stages |= STAGE_ACCEPTED_ONCE;
	if (row->accepted.hi >= 2)
		row->stages |= STAGE_ACCEPTING;
}

/*
 * Most of what found no room found the accept queue full, and no request in the
 * SYN queue: connections that nobody accepted, not requests that nobody follows up.
 */
static bool
is_full_of_children(const struct listener *listener)
{
	size_t full = 0;
	size_t waiting = 0;

	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];
		bool is_drop = happening->kind == HAPPENED_DROP;

		full += happening->kind == HAPPENED_IGNORE || (is_drop && happening->waiting == 0);
		waiting += is_drop && happening->waiting > 0;
	}
	return full > waiting && listener->lone == 0;
}

static enum story_kind
kind_of(const struct listener_row *row, const struct listener *listener)
{
	if (row->attempts >= FLOOD_SYNS && row->completed < row->attempts / FLOOD_RATIO &&
	    row->refused < row->attempts / 2 && !is_full_of_children(listener))
		return STORY_FLOOD;
	if (listener->listens_ns == NEVER_NS)
		return listener->refused > 0 ? STORY_NOT_LISTENING : STORY_SILENT;
	if (listener->doubtful)
		return STORY_HEALTHY;
	if (listener->aborted > 0)
		return STORY_ABORTING;
	return row->overflows > 0 ? STORY_OVERFLOW : STORY_HEALTHY;
}

bool
sockets_next_listener(struct sockets *all, struct listener_row *row)
{
	const struct listener *listener;

	do {
		if (all->next_listener == all->listener_count)
			return false;
		listener = &all->listeners[all->next_listener++];
	} while (!listener_has_stories(listener) && listener->lone == 0);
	*row = (struct listener_row){
		.first_index = listener->first_index,
		.local = listener->local,
		.any_address = listener->any_address,
		.vantage = (enum vantage)listener->vantage,
		.backlog = listener->backlog,
		.backlog_best = listener->backlog_best,
		.backlog_told = all->options.backlog >= 0,
		.accepted = listener->accepted,
		.attempts = listener->attempts + listener->lone,
		.completed = listener->completed,
		.refused = listener->refused,
		.syn_dropped = listener->dropped + listener->lone,
		.aborted = listener->aborted,
		.cookies = listener->cookies,
		.deferred = listener->deferred,
		.unheard = listener->unheard,
		.because = listener->because,
	};
	if (listener->happening_count > 0)
		row->accepted_best =
		    listener->happenings[listener->happening_count - 1].accepted_best;
	if (row->accepted_best > row->accepted.hi)
		row->accepted_best = row->accepted.hi;
	tell_evidence(listener, row);
	tell_queue(listener, row);
	tell_end(all, listener, row);
	tell_stages(listener, row);
	row->kind = kind_of(row, listener);
	row->rivals = rivals_of(listener, row);
	return true;
}
