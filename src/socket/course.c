/*
 * The likeliest course of things in one world: played through with as few
 * accept() calls as there can have been. What nothing explains is a surprise.
 */
#include "socket/socket_priv.h"

/* One telling of it: as few accept() calls as there can have been, each when it is needed. */
struct course {
	const struct world *world;
	int64_t taken;
	int64_t accepted;
	int64_t proved;     /* accept() calls that a child's words show */
	int64_t full_ns;    /* the queue was, last, as an overflow shows */
	int64_t filled_ns;  /* or as this course has it */
	int64_t pace_ns;    /* from one accept() to the next; NEVER_NS: no telling */
	unsigned surprises; /* what nothing explains */
	bool keep;          /* what it comes to */
};

static void
make_room(struct course *course, int64_t longest)
{
	int64_t needed = course->taken - longest;

	if (course->world->backlog == RANGE_OPEN || needed <= course->accepted)
		return;
	course->accepted = needed;
}

static bool
has_room(const struct course *course)
{
	return course->world->backlog == RANGE_OPEN ||
	       course->taken - course->accepted <= course->world->backlog;
}

/* Cookies are for when requests fill the SYN queue, and only then. */
static unsigned
odd_cookie(
    const struct course *course, const struct happening *happening, const struct story *story)
{
	int64_t backlog = course->world->backlog;
	int64_t enough = backlog == RANGE_OPEN ? 1 : backlog + 1;

	if (!(story->cookie || story->fate == FATE_COOKIE) ||
	    course->world->listener->only_cookies || (int64_t)happening->waiting >= enough)
		return 0;
	if (story->sure_cookie)
		return 3;
	return backlog == RANGE_OPEN ? 0 : 2;
}

static void
go_on_answer(struct course *course, const struct happening *happening, const struct story *story)
{
	int64_t backlog = course->world->backlog;

	course->surprises += odd_cookie(course, happening, story);
	if (backlog == RANGE_OPEN)
		return;
	if (!course->world->old_kernel)
		make_room(course, backlog);
	if (story->no_cookie && (int64_t)happening->waiting > backlog)
		course->surprises += 2;
}

/*
 * A request that is ignored is asked again. One that was not, and cannot have
 * been a cookie, since too few waited, was taken: there was room.
 */
static bool
is_heard(const struct course *course, const struct story *story)
{
	const struct listener *listener = course->world->listener;

	if (story->is_answered)
		return true;
	return story->maybe_is_cookie && !story->cookie &&
	       (story->fate == FATE_TAKEN ||
		   (story->fate == FATE_MAYBE && story->due_ns != NEVER_NS)) &&
	       arrivals_are_seen(listener) && !listener->only_cookies && !listener->defer &&
	       (int64_t)story->waiting_most <= course->world->backlog;
}

/* That the program called accept() just between two clients' ACKs would be chance. */
static void
hear(struct course *course, const struct happening *happening)
{
	int64_t accepted = course->accepted;

	make_room(course, course->world->backlog);
	if (course->accepted > accepted && span_ns(happening->ts_ns, course->full_ns) < MS_NS)
		course->surprises++;
}

/* From one accept() to the next, by those that this course has had so far. */
static int64_t
pace_so_far_ns(const struct course *course)
{
	const struct listener *listener = course->world->listener;

	return course->accepted < 2 ? course->pace_ns
				    : at_most(course->pace_ns, span_ns(course->filled_ns,
								   listener->happenings[0].ts_ns) /
								   course->accepted);
}

/* Asked again, the client answered for the last time: meanwhile the program is likely to have called accept(). */
static bool
is_likely_heard(const struct course *course, const struct happening *happening,
    const struct story *story, int64_t most)
{
	return course->keep && story->no_cookie && story->taken_lo_ns > story->knock_ns &&
	       course->accepted < most &&
	       span_ns(happening->ts_ns, course->filled_ns) > pace_so_far_ns(course);
}

static void
go_on(struct course *course, struct happening *happening, struct story *story, int64_t most)
{
	int64_t backlog = course->world->backlog, taken = course->taken;

	switch (happening->kind) {
	case HAPPENED_ANSWER:
		go_on_answer(course, happening, story);
		break;
	case HAPPENED_MAYBE:
		if (is_heard(course, story))
			hear(course, happening);
		else if (is_likely_heard(course, happening, story, most))
			make_room(course, backlog);
		story->guessed = has_room(course) && !story->likely_deferred;
		course->taken += story->guessed;
		if (story->guessed && course->keep)
			story->taken_ns = story->taken_lo_ns;
		break;
	case HAPPENED_TAKE:
		if (!story->guessed) {
			make_room(course, backlog);
			course->taken++;
			story->guessed = true;
			if (course->keep)
				story->taken_ns = story->taken_hi_ns;
		}
		break;
	default:
		if (is_overflow(course->world, happening) && backlog != RANGE_OPEN &&
		    course->taken - course->accepted != backlog + 1)
			course->surprises += 3;
		if (is_overflow(course->world, happening))
			course->full_ns = course->filled_ns = happening->ts_ns;
		break;
	}
	if (course->taken > taken && !has_room(course))
		course->filled_ns = happening->ts_ns;
}

/* How long who called accept() more than once took from one to the next, at the most. */
static int64_t
pace_of(const struct world *world)
{
	const struct listener *listener = world->listener;
	size_t last = listener->happening_count - 1;
	int64_t count = world->lower[last];

	while (last > 0 && world->lower[last - 1] == count)
		last--;
	return count < 2
		   ? NEVER_NS
		   : span_ns(listener->happenings[last].ts_ns, listener->happenings[0].ts_ns) /
			 count;
}

/* How much of it would be chance: what nothing explains, and accept() calls that nothing else shows. */
unsigned
course_play(const struct world *world, bool keep)
{
	const struct listener *listener = world->listener;
	struct course course = {
		.world = world,
		.full_ns = INT64_MIN,
		.filled_ns = INT64_MIN,
		.pace_ns = keep ? pace_of(world) : NEVER_NS,
		.keep = keep,
	};

	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];
		struct story *story = story_at(world->all, happening->story);

		course.proved = happening->accepted_lo;
		course.accepted = at_least(course.accepted, at_most(world->lower[i], course.taken));
		go_on(&course, happening, story, world->upper[i]);
		if (!keep)
			continue;
		happening->accepted_best = course.accepted;
		happening->queue_best = at_least(happening->queue.lo,
		    at_most(happening->queue.hi, course.taken - course.accepted));
	}
	return course.surprises + (unsigned)at_least(0, course.accepted - course.proved);
}
