/*
 * Connections in brief. Most begin plainly and are accepted a few packets
 * later. Where no row can be told of such a one, its listener wants to know of
 * it little more than that: its story ends there, and its memory serves the
 * next. What is kept of it is enough to tell the story again, should the
 * listener turn out to be one whose queue is worth a thought.
 */
#include "socket/socket_priv.h"

/* What lies between two packets; false where that does not fit, or time went backwards. */
static bool
fits(int64_t earlier_ns, int64_t later_ns, uint32_t *gap_ns)
{
	int64_t gap = span_ns(later_ns, earlier_ns);

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
	sum->bare_cookies += more->bare_cookies;
	sum->alive += more->alive;
	sum->has_odd_ttl |= more->has_odd_ttl;
}

static void
tell_listener_of(struct sockets *all, const struct plain *plain)
{
	struct listener *listener = listener_asked(all, &plain->tuple);

	listener_meet(listener, plain->order, plain->syn_index);
	look_near_plain(&listener->near, plain);
	listener->scales |= plain->cookie == COOKIE_SCALED;
	brief_at(all, plain->brief)->listener = (uint32_t)(listener - all->listeners);
	add_briefs(&listener->briefs, &(struct briefs){
					  .count = 1,
					  .cookies = plain->cookie == COOKIE_BY_WINDOW,
					  .late_cookies = plain->cookie == COOKIE_BY_CLOCK,
					  .bare_cookies = plain->cookie == COOKIE_BY_OPTIONS,
					  .has_odd_ttl = plain->has_odd_ttl,
					  .first = plain->brief,
					  .last = plain->brief,
					  .first_ns = plain->answer_ns,
					  .last_ns = plain->knock_ns,
				      });
}

void
briefs_hand_on(struct sockets *all)
{
	for (unsigned i = 0; i < all->plain_count; i++)
		listener_fetch(all, &all->plains[i].tuple);
	for (unsigned i = 0; i < all->plain_count; i++)
		tell_listener_of(all, &all->plains[i]);
	all->plain_count = 0;
}

bool
brief_keep(struct sockets *all, uint32_t *number)
{
	struct plain *plain = brief_next(all);
	uint32_t asked_gap_ns, knock_gap_ns, said_gap_ns, accept_gap_ns;

	if (!fits(plain->syn_ns, plain->answer_ns, &asked_gap_ns) ||
	    !fits(plain->answer_ns, plain->knock_ns, &knock_gap_ns) ||
	    !fits(plain->answer_ns, plain->said_ns, &said_gap_ns) ||
	    !fits(plain->answer_ns, plain->accept_ns, &accept_gap_ns))
		return false;
	*number = plain->brief = pool_take(&all->briefs);
	*brief_at(all, *number) = (struct brief){
		.answer_ns = plain->answer_ns,
		.asked_gap_ns = asked_gap_ns,
		.knock_gap_ns = knock_gap_ns,
		.said_gap_ns = said_gap_ns,
		.accept_gap_ns = accept_gap_ns,
		.answer_index = plain->answer_index,
		.knock_index = plain->knock_index,
		.proof_index = plain->proof_index,
		.accept_index = plain->accept_index,
		.cookie = plain->cookie,
	};
	if (++all->plain_count == PLAINS_MAX)
		briefs_hand_on(all);
	return true;
}

void
brief_note_alive(struct sockets *all, uint32_t number)
{
	briefs_hand_on(all);
	all->listeners[brief_at(all, number)->listener].briefs.alive++;
}

/* As it was, but for what only rows are made of. */
static void
tell_again(struct sockets *all, struct listener *listener, const struct brief *brief)
{
	uint32_t number = pool_get(&all->stories);
	struct story *story = story_at(all, number);

	story->flags = STORY_SYN | STORY_ANSWERED | STORY_CONFIRMED | STORY_PROVED |
		       STORY_ACCEPTED | STORY_IN_FULL | STORY_PLAIN;
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
	story->cookie_sign = brief->cookie;
	story->client_gone_ns = story->fin_ns = story->shut_ns = story->stuck_ns = NEVER_NS;
	story->echoed_ns = NEVER_NS;
	story->reset_ns[ROLE_CLIENT] = story->reset_ns[ROLE_SERVER] = NEVER_NS;
	/* Whether it is still there is counted, see struct briefs. */
	story->final[ROLE_SERVER].state = SOCK_CLOSED;
	story_forget(story);
	listener_append(all, listener, number);
}

static void
forget_sums(struct briefs *sum)
{
	sum->count = sum->cookies = sum->late_cookies = sum->bare_cookies = 0;
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
			forget_sums(&all->listeners[i].briefs);
}

void
briefs_tell_ends(struct sockets *all, struct listener *listener)
{
	struct briefs *sum = &listener->briefs;

	if (sum->count > 0)
		tell_again(all, listener, brief_at(all, sum->first));
	if (sum->count > 0 && sum->last != sum->first)
		tell_again(all, listener, brief_at(all, sum->last));
	forget_sums(sum);
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
