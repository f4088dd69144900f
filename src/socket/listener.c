/*
 * A listening endpoint: which connections were asked of it, and which endpoints
 * are one. What they say of it is explained one listener after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/socket_priv.h"

static bool
same_local(const struct tuple *local, const struct tuple *ends)
{
	return local->sport == ends->dport && local->ip_version == ends->ip_version &&
	       memcmp(local->src, ends->dst, sizeof(local->src)) == 0;
}

static uint32_t
local_hash(const struct sockets *all, const struct tuple *ends)
{
	uint64_t a, b;

	memcpy(&a, ends->dst, sizeof(a));
	memcpy(&b, ends->dst + sizeof(a), sizeof(b));
	return (uint32_t)hash_mix(
	    hash_mix(a ^ all->seed.a, b ^ all->seed.b) ^ ends->dport, all->seed.b);
}

static size_t
free_slot(const struct locals *locals, uint32_t hash)
{
	size_t at = hash & (locals->slot_count - 1);

	while (locals->slots[at].number != 0)
		at = (at + 1) & (locals->slot_count - 1);
	return at;
}

static void
locals_grow(struct locals *locals)
{
	struct locals old = *locals;

	locals->slot_count = old.slot_count == 0 ? 256 : old.slot_count * 2;
	locals->slots = mem_zalloc(locals->slot_count * sizeof(*locals->slots));
	for (size_t i = 0; i < old.slot_count; i++)
		if (old.slots[i].number != 0)
			locals->slots[free_slot(locals, old.slots[i].hash)] = old.slots[i];
	free(old.slots);
}

static struct listener *
new_listener(struct sockets *all, const struct tuple *ends)
{
	struct listener *listener;

	if (all->listener_count == all->listener_room) {
		all->listener_room = all->listener_room * 2 + 16;
		all->listeners =
		    mem_realloc_array(all->listeners, all->listener_room, sizeof(*all->listeners));
	}
	listener = &all->listeners[all->listener_count++];
	*listener = (struct listener){
		.first_order = UINT32_MAX,
		.near = { .server_ns = NEVER_NS, .client_ns = NEVER_NS, .word_ns = NEVER_NS },
		.listens_ns = NEVER_NS,
		.first_refusal_ns = NEVER_NS,
		.closed_ns = NEVER_NS,
		.burst_ns = NEVER_NS,
		.accepted_most = UINT32_MAX,
		.backlog = { 0, RANGE_OPEN },
		.backlog_best = -1,
	};
	memcpy(listener->local.src, ends->dst, sizeof(listener->local.src));
	listener->local.sport = ends->dport;
	listener->local.proto = PROTO_TCP;
	listener->local.ip_version = ends->ip_version;
	return listener;
}

struct listener *
listener_asked(struct sockets *all, const struct tuple *ends)
{
	struct locals *locals = &all->locals;
	uint32_t hash = local_hash(all, ends);
	size_t at;

	if (locals->slot_count < all->listener_count * 2 + 2)
		locals_grow(locals);
	for (at = hash & (locals->slot_count - 1); locals->slots[at].number != 0;
	     at = (at + 1) & (locals->slot_count - 1)) {
		struct local_slot slot = locals->slots[at];

		if (slot.hash == hash && same_local(&all->listeners[slot.number - 1].local, ends))
			return &all->listeners[slot.number - 1];
	}
	locals->slots[at] = (struct local_slot){ hash, (uint32_t)all->listener_count + 1 };
	return new_listener(all, ends);
}

void
listener_fetch(const struct sockets *all, const struct tuple *ends)
{
	const struct locals *locals = &all->locals;
	const struct local_slot *slot;
	const uint8_t *at;

	if (locals->slot_count == 0)
		return;
	slot = &locals->slots[local_hash(all, ends) & (locals->slot_count - 1)];
	if (slot->number == 0)
		return;
	at = (const uint8_t *)&all->listeners[slot->number - 1];
	for (size_t i = 0; i <= offsetof(struct listener, near); i += 64)
		__builtin_prefetch(at + i, 1);
}

/* Listeners are told of in the order in which their first stories began. */
void
listener_meet(struct listener *listener, uint32_t order, uint32_t index)
{
	if (order >= listener->first_order)
		return;
	listener->first_order = order;
	listener->first_index = index;
}

void
listener_count_lone(struct sockets *all, const struct packet *syn)
{
	struct listener *listener = listener_asked(all, &syn->tuple);

	listener_meet(listener, ++all->latest, syn->index);
	listener->lone++;
}

void
listener_append(struct sockets *all, struct listener *listener, uint32_t number)
{
	struct story *story = story_at(all, number);

	story->next = 0;
	story->listener = (uint32_t)(listener - all->listeners) + 1;
	if (listener->first_story == 0)
		listener->first_story = number + 1;
	else
		story_at(all, listener->last_story - 1)->next = number + 1;
	listener->last_story = number + 1;
}

static void
join(struct sockets *all, struct listener *into, struct listener *from)
{
	into->any_address = true;
	into->scales |= from->scales;
	for (uint32_t at = from->first_story; at != 0;) {
		uint32_t next = story_at(all, at - 1)->next;

		listener_append(all, into, at - 1);
		at = next;
	}
	from->first_story = 0;
	from->joined = (uint32_t)(into - all->listeners) + 1;
	briefs_join(into, from);
	join_near(&into->near, &from->near);
	if (from->first_index < into->first_index)
		into->first_index = from->first_index;
}

/*
 * One socket can listen for IPv4 and IPv6 both. Where a capture has one
 * address of each that share a port, we take them for one machine's.
 */
static void
join_families(struct sockets *all)
{
	struct port {
		uint32_t first[2]; /* 1 + number, by family */
		uint32_t count;
	} *ports = mem_zalloc(65536 * sizeof(*ports));

	for (uint32_t i = 0; i < all->listener_count; i++) {
		struct port *port = &ports[all->listeners[i].local.sport];

		port->first[all->listeners[i].local.ip_version == 6] = i + 1;
		port->count++;
	}
	for (size_t i = 0; i < 65536; i++)
		if (ports[i].count == 2 && ports[i].first[0] != 0 && ports[i].first[1] != 0)
			join(all, &all->listeners[ports[i].first[1] - 1],
			    &all->listeners[ports[i].first[0] - 1]);
	free(ports);
}

static int
compare_first(const void *a, const void *b)
{
	const struct listener *left = a;
	const struct listener *right = b;

	return (left->first_order > right->first_order) - (left->first_order < right->first_order);
}

/* Whoever was put in brief first was noted first; by the first story they are put in order again. */
static void
put_in_order(struct sockets *all)
{
	uint32_t *renamed = mem_zalloc((all->listener_count + 1) * sizeof(*renamed));

	for (uint32_t i = 0; i < all->listener_count; i++)
		all->listeners[i].joined = i; /* for now: where it was */
	if (all->listener_count > 0)
		qsort(all->listeners, all->listener_count, sizeof(*all->listeners), compare_first);
	for (uint32_t i = 0; i < all->listener_count; i++) {
		renamed[all->listeners[i].joined] = i;
		all->listeners[i].joined = 0;
	}
	briefs_rename(all, renamed);
	for (uint32_t i = 0; i < all->stories.item_count; i++)
		if (story_at(all, i)->listener != 0)
			listener_append(
			    all, &all->listeners[renamed[story_at(all, i)->listener - 1]], i);
	free(renamed);
}

/* Whose story it is; none's where it has no beginning, or is told in brief. */
static uint32_t
whose(struct sockets *all, const struct story *story)
{
	struct listener *listener;

	if (story->flags & STORY_SIMULTANEOUS || !(story->flags & (STORY_SYN | STORY_ANSWERED)))
		return 0;
	listener = listener_asked(all, &story->tuple);
	listener_meet(listener, story->order, story->syn_index);
	look_near(&listener->near, story);
	listener->scales |= story->cookie_sign == COOKIE_SCALED;
	return (uint32_t)(listener - all->listeners) + 1;
}

void
listeners_gather(struct sockets *all)
{
	for (uint32_t i = 0; i < all->stories.item_count; i++)
		story_at(all, i)->listener = whose(all, story_at(all, i));
	put_in_order(all);
	join_families(all);
	for (size_t i = 0; i < all->listener_count; i++)
		if (listener_has_stories(&all->listeners[i]))
			listener_look_over(all, &all->listeners[i]);
	briefs_tell_again(all);
	for (size_t i = 0; i < all->listener_count; i++)
		if (listener_has_stories(&all->listeners[i]))
			listener_explain(all, &all->listeners[i]);
	rivals_note_hosts(all);
}
