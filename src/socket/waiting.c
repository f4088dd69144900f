/*
 * The SYN queue: which requests waited there, and when. Of most of them it is
 * known when they came, and likely when they were taken; how long they may have
 * waited at the most says which SYN-ACK cannot have been a cookie.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "socket/socket_priv.h"

static int64_t
waits_until_ns(const struct story *story)
{
	if (story->likely_deferred)
		return at_most(
		    at_most(story->taken_hi_ns, story->gone_ns), story->reset_ns[ROLE_CLIENT]);
	return at_most(story->taken_lo_ns, story->gone_ns);
}

/* Unless it had been a cookie. */
static bool
is_taken_at_once(const struct story *story)
{
	return story->maybe_is_cookie ||
	       (story->flags & STORY_PLAIN &&
		   span_ns(story->taken_hi_ns, story->answer_ns) > ASKED_AGAIN_NS);
}

/* At the latest; one that is put aside is not asked about for long. */
static int64_t
may_wait_until_ns(const struct listener *listener, const struct story *story)
{
	if (story->fate == FATE_TAKEN)
		return !listener->defer && is_taken_at_once(story) ? story->taken_lo_ns
								   : story->taken_hi_ns;
	if (story->fate == FATE_MAYBE && story->due_ns != NEVER_NS && !listener->defer)
		return story->taken_lo_ns;
	return at_most(story->gone_ns, story->reset_ns[ROLE_CLIENT]);
}

/* Requests by the times they come and go. */
struct line {
	int64_t *come;
	int64_t *go;
	size_t count, came, gone;
};

static struct line
line_new(size_t most)
{
	return (struct line){
		.come = mem_zalloc((most + 1) * sizeof(int64_t)),
		.go = mem_zalloc((most + 1) * sizeof(int64_t)),
	};
}

static void
line_free(struct line *line)
{
	free(line->come);
	free(line->go);
}

static void
line_add(struct line *line, int64_t come_ns, int64_t go_ns)
{
	line->come[line->count] = come_ns;
	line->go[line->count++] = go_ns;
}

static void
line_sort(struct line *line)
{
	sort_numbers(line->come, line->count);
	sort_numbers(line->go, line->count);
}

/* How many there are then; asked in the order of time. */
static uint32_t
line_length(struct line *line, int64_t now_ns)
{
	while (line->came < line->count && line->come[line->came] < now_ns)
		line->came++;
	while (line->gone < line->count && line->go[line->gone] <= now_ns)
		line->gone++;
	return line->came > line->gone ? (uint32_t)(line->came - line->gone) : 0;
}

/* Farther off, a SYN may have been answered, and the SYN-ACK lost. */
static int64_t
comes_first_ns(const struct listener *listener, const struct story *story)
{
	if (!silence_tells(listener) && story->flags & STORY_SYN)
		return story->syn_ns;
	return story->flags & STORY_ANSWERED ? story_asked_ns(story) : NEVER_NS;
}

static void
add_waiting(const struct listener *listener, const struct story *story, struct line *likely,
    struct line *most)
{
	int64_t first_ns = comes_first_ns(listener, story);
	bool is_ghost = story->fate == FATE_COOKIE && silence_tells(listener);

	if (story->cookie || story->fate == FATE_REFUSED || (is_ghost && !listener->defer))
		return;
	/* What may have been put aside is no cookie for sure. */
	if (first_ns != NEVER_NS)
		line_add(most, first_ns, may_wait_until_ns(listener, story));
	if (story->flags & STORY_ANSWERED && !is_ghost)
		line_add(likely, story_asked_ns(story), waits_until_ns(story));
}

void
count_waiting(struct sockets *all, struct listener *listener)
{
	struct line likely = line_new(listener->attempts), most = line_new(listener->attempts);

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		add_waiting(listener, story_at(all, at - 1), &likely, &most);
	line_sort(&likely);
	line_sort(&most);
	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];
		struct story *story = story_at(all, happening->story);

		happening->waiting = line_length(&likely, happening->ts_ns);
		if (happening->kind == HAPPENED_MAYBE)
			story->company = happening->waiting;
		if (happening->kind != HAPPENED_ANSWER)
			continue;
		story->waiting = happening->waiting;
		story->waiting_most = line_length(&most, happening->ts_ns);
	}
	line_free(&likely);
	line_free(&most);
}
