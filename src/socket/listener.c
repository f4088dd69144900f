/*
 * A listening endpoint: the connections that were asked of it, from where the
 * capture shows them, and what each says about its queues, in order of time.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/socket_priv.h"

/* --- whose story --- */

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
	return (uint32_t)hash_mix(hash_mix(a ^ all->seed.a, b ^ all->seed.b) ^ ends->dport, all->seed.b);
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
		all->listeners = mem_realloc_array(
		    all->listeners, all->listener_room, sizeof(*all->listeners));
	}
	listener = &all->listeners[all->listener_count++];
	*listener = (struct listener){
		.first_order = UINT32_MAX,
		.near = { .server_ns = NEVER_NS, .client_ns = NEVER_NS },
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
join_near(struct nearness *into, const struct nearness *from)
{
	if (from->server_ns < into->server_ns)
		into->server_ns = from->server_ns;
	if (from->client_ns < into->client_ns)
		into->client_ns = from->client_ns;
	into->server_routed |= from->server_routed;
	into->client_routed |= from->client_routed;
	into->loopback |= from->loopback;
}

static void
join(struct sockets *all, struct listener *into, struct listener *from)
{
	into->any_address = true;
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
			join(all, &all->listeners[ports[i].first[1] - 1], &all->listeners[ports[i].first[0] - 1]);
	free(ports);
}

/* --- where the capture was taken --- */

static bool
is_loopback(const struct tuple *ends)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (ends->ip_version == 4)
		return ends->dst[0] == 127;
	return memcmp(ends->dst, one, sizeof(one)) == 0;
}

/* Between the two of them, who answers so much faster sits here. */
#define NEAR_RATIO 4
/*
 * Who both answer within this share a machine, unless the server takes much
 * longer: then it is the client's machine, and a wire that can lose packets
 * lies between. Tried on veth pairs, 3 to 20 microseconds apart and alike from
 * both ends, and on a bridge in user space, 40 and 10 as seen from the client.
 */
#define INSTANT_NS (100 * INT64_C(1000))
#define ALIKE_RATIO 2

/* What stacks begin with: a packet that has it came over no router. */
static bool
is_unrouted(uint8_t ttl)
{
	return ttl == 64 || ttl == 128 || ttl == 255;
}

static void
shorten(int64_t *shortest_ns, int64_t from_ns, int64_t to_ns)
{
	/* A clock that was set back tells nothing. */
	if (from_ns == NEVER_NS || to_ns == NEVER_NS || to_ns < from_ns)
		return;
	if (since(to_ns, from_ns) < *shortest_ns)
		*shortest_ns = since(to_ns, from_ns);
}

void
look_near(struct nearness *near, const struct story *story)
{
	near->loopback |= is_loopback(&story->tuple) ||
	    memcmp(story->tuple.src, story->tuple.dst, sizeof(story->tuple.src)) == 0;
	if (story->syn_count == 1) {
		shorten(&near->server_ns, story->syn_ns, story->answer_ns);
		if (story->answer_ns == NEVER_NS)
			shorten(&near->server_ns, story->syn_ns, story->reset_ns[ROLE_SERVER]);
	}
	shorten(&near->client_ns, story->answer_ns, story->knock_ns);
	if (story->knock_ns == NEVER_NS) /* a scanner's SYN-ACK is answered by a RST */
		shorten(&near->client_ns, story->answer_ns, story->reset_ns[ROLE_CLIENT]);
	near->server_routed |= story->ttl[ROLE_SERVER] != 0 && !is_unrouted(story->ttl[ROLE_SERVER]);
	near->client_routed |= story->ttl[ROLE_CLIENT] != 0 && !is_unrouted(story->ttl[ROLE_CLIENT]);
}

static enum vantage
infer_vantage(const struct sockets *all, struct listener *listener)
{
	struct nearness near = listener->near;
	bool at_server, at_client;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		look_near(&near, story_at(all, at - 1));
	listener->is_instant = near.server_ns < INSTANT_NS && near.client_ns < INSTANT_NS && !near.server_routed &&
	    !near.client_routed;
	if (near.loopback)
		return VANTAGE_LOOPBACK;
	if (near.server_ns == NEVER_NS)
		return VANTAGE_UNKNOWN;
	if (near.client_ns == NEVER_NS)
		return near.server_ns < INSTANT_NS && !near.server_routed ? VANTAGE_SERVER : VANTAGE_UNKNOWN;
	at_client = near.client_ns < near.server_ns / NEAR_RATIO;
	at_server = !at_client && (near.server_ns < near.client_ns / NEAR_RATIO ||
	    (near.server_ns < INSTANT_NS && near.client_ns < INSTANT_NS &&
	        near.server_ns < near.client_ns * ALIKE_RATIO));
	if (at_server && !near.server_routed)
		return VANTAGE_SERVER;
	if (at_client && !near.client_routed)
		return VANTAGE_CLIENT;
	return VANTAGE_MIDDLE;
}

/* --- what happened --- */

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
	if (listener->only_counts)
		return;
	if (listener->happening_count == listener->happening_room) {
		listener->happening_room = listener->happening_room * 2 + 16;
		listener->happenings = mem_realloc_array(listener->happenings,
		    listener->happening_room, sizeof(*listener->happenings));
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

	for (struct step *step = step_first(all, story); step != NULL && is_syn(step); step = step_next(all, step)) {
		struct step *next = step_next(all, step);
		int64_t end_ns = next != NULL ? next->ts_ns : all->until_ns;
		bool is_asked_again = next != NULL && (is_syn(next) || next->flags & TCP_SYN);
		bool is_waiting = next == NULL &&
		    (story->syn_count > 1 || since(all->seen_ns, step->ts_ns) < ASKS_AGAIN_NS);

		if (since(end_ns, step->ts_ns) < ANSWERED_BY_NS)
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

static void
note_beginning(struct sockets *all, struct listener *listener, uint32_t number)
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
		listener_note(listener, HAPPENED_ANSWER, story_asked_ns(story), story->answer_index, number);
	story_judge(all, listener, number);
	if (story->cookie)
		listener->cookies++;
	if (story->deferred)
		listener->deferred++;
	if (story->odd_silence && !listener->defer)
		listener->surprises += 3;
	if (story->fate == FATE_TAKEN) {
		listener_note(listener, HAPPENED_MAYBE, story->taken_lo_ns, story->knock_index, number);
		listener_note(listener, HAPPENED_TAKE, story->taken_hi_ns, taken_index(story), number);
	} else if (story->fate == FATE_MAYBE) {
		listener_note(listener, HAPPENED_MAYBE, story->taken_lo_ns, story->knock_index, number);
	}
	if (story->flags & STORY_ACCEPTED)
		listener_note(listener, HAPPENED_ACCEPT, story->accept_ns, story->accept_index, number);
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
shows_listening_ns(const struct sockets *all, const struct listener *listener, const struct happening *happening)
{
	const struct story *story = story_at(all, happening->story);

	switch (happening->kind) {
	case HAPPENED_ANSWER:
		/* Farther off, its answer is captured when it may have closed already. */
		return arrivals_are_seen(listener) || story->last_syn_ns > happening->ts_ns ? happening->ts_ns
		                                                                             : story->last_syn_ns;
	case HAPPENED_IGNORE:
	case HAPPENED_DROP: /* both are noted only where arrivals are seen */
		return happening->ts_ns;
	default:
		return INT64_MIN;
	}
}

static void
sort_happenings(struct listener *listener)
{
	if (listener->happening_count > 0)
		qsort(listener->happenings, listener->happening_count, sizeof(*listener->happenings),
		    compare_happenings);
}

/* When it listened, as far as answers and refusals tell. */
static void
note_life(const struct sockets *all, struct listener *listener)
{
	int64_t refused_ns = NEVER_NS;

	listener->first_refusal_ns = listener->listens_ns = listener->closed_ns = NEVER_NS;
	listener->proved_ns = INT64_MIN;
	listener->refused_between = false;
	listener->overflowed = false;
	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];

		bool is_answer = happening->kind == HAPPENED_ANSWER || happening->kind == HAPPENED_MAYBE;
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

/* All SYN-ACKs are cookies where one is although no request waits (tcp_syncookies=2). */
static bool
sends_only_cookies(const struct sockets *all, const struct listener *listener)
{
	bool found = false;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->no_cookie)
			return false;
		found |= story->cookie && story->waiting == 0;
	}
	return found;
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

	listener->attempts += briefs->count;
	listener->completed += briefs->count;
	if (silence_tells(listener))
		listener->cookies += briefs->cookies;
	listener->noted += 4 * briefs->count;
}

/* Who spoke was accepted, and so were all that were taken before it. */
static void
sum_up_calm(const struct sockets *all, struct listener *listener)
{
	int64_t last_ns = INT64_MIN;
	uint32_t taken = listener->briefs.count, before = taken, answer = 0, refusal = 0, speech = 0;

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
		if (story->fate == FATE_TAKEN && story->flags & STORY_ACCEPTED && story->taken_lo_ns > last_ns) {
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

/* All that its connections say, in order of time; or only how much that is. */
static void
note_all(struct sockets *all, struct listener *listener, bool only_counts)
{
	listener->only_counts = only_counts;
	listener->noted = listener->troubles = 0;
	listener->happening_count = 0;
	listener->surprises = listener->defer ? 2 : 0;
	listener->attempts = listener->completed = listener->refused = listener->dropped = 0;
	listener->aborted = listener->cookies = listener->deferred = 0;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		story_forget(story_at(all, at - 1));
		note_beginning(all, listener, at - 1);
	}
	count_briefs(listener);
	rivals_note(all, listener);
}

/* Everything under one explanation of why ACKs were ignored. */
static void
explain(struct sockets *all, struct listener *listener, bool defer)
{
	listener->defer = defer;
	listener->defer_ns = 0;
	listener->only_cookies = false;
	/* Twice: when a second request is due is learnt from the first round, and who waited when. */
	for (int round = 0; round < 2 && (round == 0 || !listener->calm); round++) {
		note_all(all, listener, false);
		sort_happenings(listener);
		closing_note(all, listener);
		if (listener->burst_ns != NEVER_NS) {
			listener_note(listener, HAPPENED_CLOSE, listener->burst_ns, listener->burst_index,
			    listener->first_story - 1);
			sort_happenings(listener);
		}
		count_waiting(all, listener);
		note_life(all, listener);
		listener->only_cookies = sends_only_cookies(all, listener);
	}
	if (listener->only_cookies)
		listener->surprises += ONLY_COOKIES_SURPRISE;
	listener_solve(all, listener);
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
	if (!silence_tells(listener))
		return false;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (is_odd_cookie(listener, story))
			return true;
		for (const struct step *step = step_first(all, story); step != NULL; step = step_next(all, step))
			if (step->refused && step->role == ROLE_CLIENT && step->bytes == 0 &&
			    !(step->flags & (TCP_FIN | TCP_SYN)))
				return true;
	}
	return false;
}

static bool
is_summed_up(const struct sockets *all, const struct listener *listener)
{
	bool is_asked = all->options.want_rows || all->options.backlog >= 0;

	return listener->calm && !listener->closes && (!is_asked || listener->noted > CALM_MAX);
}

/* First without a list of what happened: most listeners never need one. */
static void
look_over(struct sockets *all, struct listener *listener)
{
	listener->vantage = all->options.vantage != VANTAGE_UNKNOWN
	    ? (uint8_t)all->options.vantage : (uint8_t)infer_vantage(all, listener);
	listener->heeds_silence = false;
	note_all(all, listener, true);
	listener->heeds_silence = listener->troubles > 0;
	listener->calm = listener->troubles == 0 && listener->surprises == 0;
	listener->closes = closing_is_seen(all, listener);
	if (is_summed_up(all, listener))
		return;
	/* What is in brief came behind the last moment; of that a calm one's rows need to know when it listened. */
	if (listener->calm && all->options.rows_alone)
		briefs_tell_ends(all, listener);
	else
		listener->tells_again = listener->briefs.count > 0;
}

/* SYNs without an answer, or bytes that were not heard: nobody puts those aside. */
static bool
lost_words(const struct sockets *all, const struct listener *listener)
{
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		for (const struct step *step = step_first(all, story_at(all, at - 1)); step != NULL; step = step_next(all, step))
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

static void
solve_one(struct sockets *all, struct listener *listener)
{
	unsigned surprises;
	bool is_close;

	if (is_summed_up(all, listener)) {
		sum_up_calm(all, listener);
		return;
	}
	listener->backlog_learnt = (struct range){ 0, RANGE_OPEN };
	if (all->options.backlog >= 0)
		listener->backlog_learnt = (struct range){ all->options.backlog, all->options.backlog };
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
			listener_append(all, &all->listeners[renamed[story_at(all, i)->listener - 1]], i);
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
			look_over(all, &all->listeners[i]);
	briefs_tell_again(all);
	for (size_t i = 0; i < all->listener_count; i++)
		if (listener_has_stories(&all->listeners[i]))
			solve_one(all, &all->listeners[i]);
	rivals_note_hosts(all);
}
