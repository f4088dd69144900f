/*
 * Connections in brief. Most begin plainly and are accepted a few packets
 * later. Where no row can be told of such a one, its listener wants to know of
 * it little more than that: its story ends there, and its memory serves the
 * next. What is kept of it is enough to tell the story again, should the
 * listener turn out to be one whose queue is worth a thought.
 */
#include "socket/socket_priv.h"

/* What lies between the SYN-ACK and a later packet; false where that does not fit, or time went backwards. */
static bool
fits(const struct story *story, int64_t later_ns, uint32_t *gap_ns)
{
	int64_t gap = since(later_ns, story->answer_ns);

	*gap_ns = (uint32_t)gap;
	return gap >= 0 && gap <= UINT32_MAX;
}

static void
add_briefs(struct briefs *sum, const struct briefs *more)
{
	if (more->count > 0 && (sum->count == 0 || more->first_ns < sum->first_ns)) {
		sum->first = more->first;
		sum->first_ns = more->first_ns;
	}
	if (more->count > 0 && (sum->count == 0 || more->last_ns > sum->last_ns)) {
		sum->last = more->last;
		sum->last_ns = more->last_ns;
	}
	sum->count += more->count;
	sum->cookies += more->cookies;
	sum->late_cookies += more->late_cookies;
	sum->alive += more->alive;
	sum->has_odd_ttl |= more->has_odd_ttl;
}

bool
brief_keep(struct sockets *all, const struct story *story, uint32_t *listener_number)
{
	struct brief brief = {
		.answer_ns = story->answer_ns,
		.answer_index = story->answer_index,
		.knock_index = story->knock_index,
		.proof_index = story->proof_index,
		.accept_index = story->accept_index,
		.cookie = story->plain_cookie,
	};
	struct listener *listener;
	uint32_t number;
	int64_t asked_gap_ns = since(story->answer_ns, story->syn_ns);

	if (asked_gap_ns < 0 || asked_gap_ns > UINT32_MAX || !fits(story, story->plain_lo_ns, &brief.knock_gap_ns) ||
	    !fits(story, story->plain_hi_ns, &brief.said_gap_ns) ||
	    !fits(story, story->accept_ns, &brief.accept_gap_ns))
		return false;
	brief.asked_gap_ns = (uint32_t)asked_gap_ns;
	listener = listener_asked(all, &story->tuple);
	listener_meet(listener, story->order, story->syn_index);
	look_near(&listener->near, story);
	*listener_number = brief.listener = (uint32_t)(listener - all->listeners);
	number = pool_get(&all->briefs);
	*brief_at(all, number) = brief;
	add_briefs(&listener->briefs, &(struct briefs){
		.count = 1,
		.cookies = brief.cookie == COOKIE_BY_WINDOW,
		.late_cookies = brief.cookie == COOKIE_BY_CLOCK,
		.has_odd_ttl = story->has_odd_ttl,
		.first = number,
		.last = number,
		.first_ns = brief.answer_ns,
		.last_ns = brief_knock_ns(&brief),
	});
	return true;
}

/* As it was, but for what only rows are made of. */
static void
tell_again(struct sockets *all, struct listener *listener, const struct brief *brief)
{
	uint32_t number = pool_get(&all->stories);
	struct story *story = story_at(all, number);

	story->flags = STORY_SYN | STORY_ANSWERED | STORY_CONFIRMED | STORY_PROVED | STORY_ACCEPTED |
	    STORY_IN_FULL | STORY_PLAIN;
	story->syn_count = 1;
	story->syn_ns = story->last_syn_ns = brief->answer_ns - brief->asked_gap_ns;
	story->answer_ns = brief->answer_ns;
	story->knock_ns = story->plain_lo_ns = brief_knock_ns(brief);
	story->plain_hi_ns = brief->answer_ns + brief->said_gap_ns;
	story->accept_ns = brief->answer_ns + brief->accept_gap_ns;
	story->answer_index = brief->answer_index;
	story->knock_index = brief->knock_index;
	story->proof_index = brief->proof_index;
	story->accept_index = brief->accept_index;
	story->plain_cookie = brief->cookie;
	story->client_gone_ns = story->fin_ns = story->shut_ns = story->stuck_ns = NEVER_NS;
	story->reset_ns[ROLE_CLIENT] = story->reset_ns[ROLE_SERVER] = NEVER_NS;
	/* Whether it is still there is counted, see struct briefs. */
	story->final[ROLE_SERVER].state = SOCK_CLOSED;
	story_forget(story);
	listener_append(all, listener, number);
}

void
briefs_tell_again(struct sockets *all)
{
	for (uint32_t i = 0; i < all->briefs.item_count; i++) {
		const struct brief *brief = brief_at(all, i);
		struct listener *listener = &all->listeners[brief->listener];

		if (listener->joined != 0)
			listener = &all->listeners[listener->joined - 1];
		if (listener->tells_again)
			tell_again(all, listener, brief);
	}
	for (size_t i = 0; i < all->listener_count; i++)
		if (all->listeners[i].tells_again)
			all->listeners[i].briefs.count = all->listeners[i].briefs.cookies = all->listeners[i].briefs.late_cookies = 0;
}

void
briefs_tell_ends(struct sockets *all, struct listener *listener)
{
	struct briefs *sum = &listener->briefs;

	if (sum->count > 0)
		tell_again(all, listener, brief_at(all, sum->first));
	if (sum->count > 0 && sum->last != sum->first)
		tell_again(all, listener, brief_at(all, sum->last));
	sum->count = sum->cookies = sum->late_cookies = 0;
}

void
briefs_rename(struct sockets *all, const uint32_t *renamed)
{
	for (uint32_t i = 0; i < all->briefs.item_count; i++)
		brief_at(all, i)->listener = renamed[brief_at(all, i)->listener];
}

/* Both sums hold of one listener from here on. */
void
briefs_join(struct listener *into, struct listener *from)
{
	add_briefs(&into->briefs, &from->briefs);
	from->briefs = (struct briefs){ 0 };
}
