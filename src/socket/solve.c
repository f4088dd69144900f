/*
 * What all connections of a listener say together about its few unknowns: the
 * backlog B, and how many accept() calls had returned by any time, A. With E
 * children taken so far the accept queue holds Q = E - A, dead ones included.
 * Every happening bounds A, given B:
 *
 *   always             0 <= A <= E and Q <= B + 1
 *   a SYN is answered  Q <= B, unless the kernel is an old one
 *   a SYN is dropped, an ACK ignored:  Q = B + 1
 *   the k-th child speaks:  A >= k
 *
 * A never falls, so lower bounds hold for all that comes later and upper ones
 * for all that came before: two sweeps make them exact for one B. A backlog for
 * which they cross is impossible; what holds for all others together is what
 * we know. Where none is left the rules bend: first for old kernels, then for
 * packets that must have been lost.
 */
#include <stdlib.h>

#include "base/find.h"
#include "socket/socket_priv.h"

/* No more backlogs than this are tried one by one, and fewer where much happened. */
#define BACKLOGS_TRIED 512
#define EFFORT         (1 << 23) /* happenings looked at, over all listeners and backlogs */

/* lo: of all up to this happening; hi: of this one alone. */
static void
bound(const struct world *world, const struct happening *happening, int64_t *lo, int64_t *hi)
{
	int64_t backlog = world->backlog;

	*lo = happening->accepted_lo;
	*hi = at_most(happening->taken_hi, world->listener->accepted_most);
	if (backlog == RANGE_OPEN) {
		if (is_overflow(world, happening))
			*hi = -1;
		return;
	}
	*lo = at_least(*lo, (int64_t)happening->taken_lo - backlog - 1);
	if (!world->old_kernel)
		*lo = at_least(*lo, (int64_t)happening->answered_lo - backlog);
	if (is_overflow(world, happening))
		*hi = at_most(*hi, (int64_t)happening->taken_hi - backlog - 1);
}

static bool
is_crossed(const struct world *world, size_t i)
{
	int64_t lo, hi;

	bound(world, &world->listener->happenings[i], &lo, &hi);
	return lo > hi;
}

/* False where this world cannot be. */
static bool
sweep(struct world *world)
{
	const struct listener *listener = world->listener;
	int64_t upper = RANGE_OPEN;

	/* What ruled out one backlog is likely to rule out the next. */
	if (is_crossed(world, world->crossed))
		return false;
	for (size_t i = 0; i < listener->happening_count; i++) {
		bound(world, &listener->happenings[i], &world->lower[i], &world->upper[i]);
		if (world->lower[i] > world->upper[i]) {
			world->crossed = i;
			return false;
		}
	}
	for (size_t i = listener->happening_count; i-- > 0;) {
		upper = at_most(upper, world->upper[i]);
		world->upper[i] = upper;
	}
	return true;
}

/* --- what is the same in all worlds --- */

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void
count_children(struct sockets *all, struct listener *listener)
{
	uint32_t lo = 0, hi = 0, answered = 0, accepted = 0, spoken = 0;

	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];
		struct story *story = story_at(all, happening->story);

		if (happening->kind == HAPPENED_MAYBE && story->taken_lo_ns != NEVER_NS) {
			story->rank_lo = lo + 1;
			hi++;
		}
		if (happening->kind == HAPPENED_TAKE) {
			lo++;
			story->rank_hi = hi;
		}
		if (happening->kind == HAPPENED_ACCEPT) {
			spoken++;
			accepted = larger(accepted, larger(spoken, story->rank_lo));
		}
		if (happening->kind == HAPPENED_ANSWER)
			answered = lo;
		happening->taken_lo = lo;
		happening->answered_lo = answered;
		/* Who spoke was taken, although its ACK was captured later. */
		happening->taken_hi = larger(hi, accepted);
		happening->accepted_lo = accepted;
	}
}

/* --- worlds together --- */

static void
widen(struct range *range, int64_t lo, int64_t hi, bool is_first)
{
	if (is_first || lo < range->lo)
		range->lo = lo;
	if (is_first || hi > range->hi)
		range->hi = hi;
}

/*
 * A child whose first ACK came before the overflow: taken before it, too, unless
 * it was a SYN cookie then, which nobody asks about again, or spoke before it
 * would have been asked.
 */
static bool
may_be_late(
    const struct world *world, const struct happening *taken, const struct happening *overflow)
{
	const struct story *story = story_at(world->all, taken->story);

	return story->taken_lo_ns <= overflow->ts_ns &&
	       (story->cookie || (int64_t)story->waiting > world->backlog ||
		   span_ns(story->taken_hi_ns, story->answer_ns) < ASKED_AGAIN_NS);
}

/*
 * From one overflow to the next the queue can only have been emptied by as many
 * as were taken in again: so far, at least, it was full all the time.
 */
static void
keep_full(const struct world *world, int64_t *shortest)
{
	const struct listener *listener = world->listener;
	size_t from = listener->happening_count;
	int64_t taken = 0;

	for (size_t i = 0; i < listener->happening_count; i++) {
		const struct happening *happening = &listener->happenings[i];

		shortest[i] = 0;
		if (happening->kind == HAPPENED_MAYBE)
			taken++;
		else if (happening->kind == HAPPENED_TAKE && from < i)
			taken += may_be_late(world, happening, &listener->happenings[from]);
		if (!is_overflow(world, happening))
			continue;
		for (; from < i; from++)
			shortest[from] = at_least(0, world->backlog + 1 - taken);
		from = i;
		taken = 0;
	}
}

/* What this world says of the time from happening i to the next. */
static void
merge(const struct world *world, bool is_first)
{
	struct listener *listener = world->listener;
	int64_t *shortest = mem_zalloc(listener->happening_count * sizeof(*shortest));

	keep_full(world, shortest);
	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];
		bool is_last = i + 1 == listener->happening_count;
		int64_t most = at_most(
		    happening->taken_hi, is_last ? listener->accepted_most : world->upper[i + 1]);
		int64_t room = world->backlog == RANGE_OPEN ? RANGE_OPEN : world->backlog + 1;
		int64_t longest = at_most(room, happening->taken_hi - world->lower[i]);

		widen(&happening->accepted, world->lower[i], most, is_first);
		widen(&happening->queue, at_least(shortest[i], (int64_t)happening->taken_lo - most),
		    at_least(0, longest), is_first);
	}
	free(shortest);
}

/* --- which backlogs there can be --- */

/* A cookie is sent when more requests wait than the backlog. */
static int64_t
backlog_by_cookie(const struct world *world, const struct happening *answer)
{
	const struct story *story = story_at(world->all, answer->story);

	if (!story->sure_cookie || !world->listener->has_requests || story->waiting_most == 0 ||
	    world->bent > 0)
		return RANGE_OPEN;
	return (int64_t)story->waiting_most - 1;
}

/* A SYN that was dropped found the accept queue full, or the SYN queue, of requests that were waiting. */
static int64_t
highest_backlog(const struct world *world)
{
	int64_t highest = RANGE_OPEN;

	for (size_t i = 0; i < world->listener->happening_count; i++) {
		const struct happening *happening = &world->listener->happenings[i];
		int64_t full = (int64_t)happening->taken_hi - 1;

		if (happening->kind == HAPPENED_ANSWER)
			highest = at_most(highest, backlog_by_cookie(world, happening));
		else if (happening->kind == HAPPENED_IGNORE)
			highest = at_most(highest, full);
		else if (happening->kind == HAPPENED_DROP && !world->no_drops)
			highest = at_most(highest, at_least(full, (int64_t)happening->waiting - 1));
	}
	return highest;
}

static bool
try_one(struct world *world, int64_t backlog, bool *found)
{
	struct listener *listener = world->listener;
	unsigned surprises;

	world->all->effort += listener->happening_count;
	world->backlog = backlog;
	if (backlog < (int64_t)listener->waited_least - 1 || !sweep(world))
		return false;
	widen(&listener->backlog, backlog, backlog, !*found);
	merge(world, !*found);
	surprises = course_play(world, false);
	if (!*found || surprises < world->fewest) {
		world->fewest = surprises;
		world->likely.lo = backlog;
	}
	if (surprises == world->fewest)
		world->likely.hi = backlog;
	*found = true;
	return true;
}

static int64_t
backlogs_tried(const struct world *world)
{
	int64_t left = at_least(0, EFFORT - (int64_t)world->all->effort) / 8;

	return at_least(
	    8, at_most(BACKLOGS_TRIED, left / (int64_t)world->listener->happening_count));
}

/* All backlogs that can be; false where none can. */
static bool
try_backlogs(struct world *world)
{
	int64_t told = world->all->options.backlog;
	int64_t highest = highest_backlog(world);
	int64_t most = backlogs_tried(world);
	bool found = false;

	if (told >= 0)
		return try_one(world, told, &found);
	if (highest == RANGE_OPEN) {
		/* Nothing was ever full: any backlog will do. */
		try_one(world, RANGE_OPEN, &found);
		world->listener->backlog.lo =
		    at_least(0, (int64_t)waited_at_close(world->listener) - 1);
		return found;
	}
	for (int64_t backlog = at_least(0, highest - most); backlog <= highest; backlog++)
		try_one(world, backlog, &found);
	if (found && highest > most)
		world->listener->backlog.lo = 0; /* not tried */
	return found;
}

/* --- connections that only the queue can tell of --- */

/* One that was certainly taken, or certainly not, is no longer open. True if any was settled. */
static bool
settle_open(struct sockets *all, struct listener *listener)
{
	bool settled = false;

	for (size_t i = 0; i < listener->happening_count; i++) {
		struct happening *happening = &listener->happenings[i];
		struct story *story = story_at(all, happening->story);
		const struct happening *before = i == 0 ? NULL : &listener->happenings[i - 1];

		if (happening->kind != HAPPENED_MAYBE || story->fate != FATE_MAYBE)
			continue;
		if (listener->backlog.lo == listener->backlog.hi && before != NULL &&
		    before->queue.lo == listener->backlog.lo + 1) {
			story_settle_ignored(story);
			settled = true;
		}
	}
	return settled;
}

/* How far the rules had to be bent before anything fitted, in surprises. */
enum {
	BENT_OLD_KERNEL = 3,
	BENT_DROPS = 5, /* SYNs were lost, not dropped */
	BENT_ALL = 12,  /* ACKs too */
};

static void
solve_once(struct sockets *all, struct listener *listener, struct world *world)
{
	count_children(all, listener);
	count_waiting(all, listener);
	listener->old_kernel = listener->doubtful = false;
	world->old_kernel = world->no_drops = false;
	world->bent = 0;
	if (try_backlogs(world))
		return;
	world->old_kernel = listener->old_kernel = true;
	world->bent = BENT_OLD_KERNEL;
	if (try_backlogs(world))
		return;
	world->old_kernel = listener->old_kernel = false;
	world->no_drops = listener->doubtful = true;
	world->bent = BENT_DROPS;
	if (try_backlogs(world))
		return;
	world->bent = BENT_ALL;
	for (size_t i = 0; i < listener->happening_count; i++)
		if (listener->happenings[i].kind == HAPPENED_IGNORE)
			listener->happenings[i].kind = HAPPENED_NOTHING;
	try_backlogs(world);
}

/*
 * How many accept() calls the packets tell of. What a program did after the
 * last overflow shows only in the children that were taken since, so no others
 * are counted as possible: nothing speaks for them.
 */
static struct range
accepted_in_all(const struct world *world)
{
	const struct listener *listener = world->listener;
	const struct happening *last = &listener->happenings[listener->happening_count - 1];
	struct range accepted = last->accepted;

	for (size_t i = listener->happening_count; i-- > 0;) {
		const struct happening *happening = &listener->happenings[i];
		int64_t since = (int64_t)last->taken_lo - happening->taken_lo;
		int64_t most;

		if (!is_overflow(world, happening))
			continue;
		most = i == 0 ? happening->accepted.hi : listener->happenings[i - 1].accepted.hi;
		accepted.hi = at_least(accepted.lo, at_most(accepted.hi, most + since));
		break;
	}
	return accepted;
}

/*
 * Of those that explain it alike: what was full had the most room, and of what
 * was not any is as likely; but requests put aside fill it up to the first cookie.
 */
static int64_t
likeliest_backlog(const struct world *world)
{
	const struct range *likely = &world->likely;

	return world->listener->troubles > 0 || world->listener->defer
		   ? likely->hi
		   : likely->lo + (likely->hi - likely->lo) / 2;
}

/* So many waited when the first cookie was sent, likeliest: one more than it is. -1: no telling, or it cannot be. */
static int64_t
warned_backlog(struct world *world)
{
	const struct listener *listener = world->listener;
	const struct story *warned =
	    world->all->options.backlog >= 0 ? NULL : warned_at(world->all, listener);
	int64_t backlog = warned == NULL ? -1 : (int64_t)warned->waiting - 1;
	bool is_likely = world->likely.hi == RANGE_OPEN ||
			 (backlog >= world->likely.lo && backlog <= world->likely.hi);

	if (backlog < listener->backlog.lo || backlog > listener->backlog.hi || !is_likely ||
	    warned->no_cookie)
		return -1;
	world->backlog = backlog;
	return sweep(world) ? backlog : -1;
}

/* What it comes to is that of the likeliest, how odd it is that of those the packets tell. */
static void
play_likeliest(struct world *world)
{
	int64_t warned = warned_backlog(world);

	world->backlog = likeliest_backlog(world);
	sweep(world);
	world->listener->surprises += course_play(world, warned < 0) + world->bent;
	if (warned < 0)
		return;
	world->backlog = warned;
	sweep(world);
	course_play(world, true);
}

void
listener_solve(struct sockets *all, struct listener *listener)
{
	struct world world = { .listener = listener, .all = all };
	size_t count = listener->happening_count;

	if (count == 0)
		return;
	world.lower = mem_zalloc(count * sizeof(*world.lower));
	world.upper = mem_zalloc(count * sizeof(*world.upper));
	for (int round = 0; round < 4; round++) {
		solve_once(all, listener, &world);
		if (!settle_open(all, listener))
			break;
	}
	play_likeliest(&world);
	if (all->options.backlog >= 0)
		listener->backlog.lo = listener->backlog.hi = all->options.backlog;
	listener->backlog_best = world.backlog == RANGE_OPEN ? -1 : world.backlog;
	listener->accepted = accepted_in_all(&world);
	free(world.lower);
	free(world.upper);
}

const struct happening *
listener_at(const struct listener *listener, int64_t at_ns)
{
	size_t after;

	FIND_PLACE(after, listener->happening_count, listener->happenings[after].ts_ns <= at_ns);
	return after == 0 ? NULL : &listener->happenings[after - 1];
}

int64_t
listener_accepts_ns(const struct listener *listener, int64_t count, bool certainly)
{
	const struct happening *happenings = listener->happenings;
	size_t at;

	if (count == 0)
		return NEVER_NS;
	if (certainly)
		FIND_PLACE(at, listener->happening_count, happenings[at].accepted.lo < count);
	else
		FIND_PLACE(at, listener->happening_count, happenings[at].accepted.hi < count);
	return at == listener->happening_count ? NEVER_NS : happenings[at].ts_ns;
}
