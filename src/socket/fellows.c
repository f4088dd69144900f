/*
 * What a listener's clients tell of each other. They are one program as a rule,
 * or many runs of one: a close() that cannot be seen, since its FIN waits behind
 * bytes that nobody acknowledges, most likely came when theirs did. And when a
 * program exits, all that it had open ends in one instant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "socket/socket_priv.h"

/* As many are asked. */
#define FELLOWS_MAX 64
/* What one exit() ends follows each other sooner, seen through a busy machine. */
#define EXIT_GAP_NS (2 * MS_NS)

/* Odd, and without a pattern. */
#define HOST_MIXER UINT64_C(0x9e3779b97f4a7c15)

/* When one of them closed, by a FIN; or until when it is known not to have. */
struct closing {
	int64_t age_ns; /* since it was connected */
	bool is_close;
};

static int
compare_closings(const void *a, const void *b)
{
	const struct closing *left = a, *right = b;

	if (left->age_ns != right->age_ns)
		return left->age_ns < right->age_ns ? -1 : 1;
	return (int)left->is_close - (int)right->is_close;
}

/* Its own FIN or RST, whichever came first. */
static int64_t
ended_ns(const struct story *story)
{
	return at_most(story->fin_ns, story->reset_ns[ROLE_CLIENT]);
}

static struct closing
closing_of(const struct sockets *all, const struct story *story)
{
	int64_t last_ns = at_most(ended_ns(story), at_most(story->stuck_ns, all->seen_ns));

	last_ns = at_most(last_ns, story->reset_ns[ROLE_SERVER]);
	return (struct closing){ span_ns(last_ns, story->knock_ns), last_ns == story->fin_ns };
}

/* From this age on, two in three of those that had not closed by the other one had. */
static int64_t
most_closed_ns(struct closing *closings, size_t count, int64_t open_ns)
{
	size_t closed = 0;

	if (count > 0)
		qsort(closings, count, sizeof(*closings), compare_closings);
	for (size_t i = 0; i < count; i++) {
		if (closings[i].age_ns <= open_ns)
			continue;
		closed += closings[i].is_close;
		if (closed > 2 * (count - i - 1))
			return closings[i].age_ns;
	}
	return NEVER_NS;
}

static bool
is_fellow(const struct story *one, const struct story *other)
{
	return one != other && other->knock_ns != NEVER_NS;
}

static int64_t
closed_like_them_ns(const struct sockets *all, const struct listener *listener,
    const struct story *story, int64_t open_until_ns)
{
	struct closing closings[FELLOWS_MAX];
	size_t count = 0, asked = 0;

	for (uint32_t at = listener->first_story; at != 0 && asked++ < FELLOWS_MAX;
	     at = story_at(all, at - 1)->next)
		if (is_fellow(story, story_at(all, at - 1)))
			closings[count++] = closing_of(all, story_at(all, at - 1));
	return span_end(story->knock_ns,
	    most_closed_ns(closings, count, span_ns(open_until_ns, story->knock_ns)));
}

/* Whether it went on behind that moment, or could have. */
static bool
is_left_open(const struct story *story, int64_t at_ns)
{
	int64_t over_ns =
	    at_most(ended_ns(story), at_most(story->reset_ns[ROLE_SERVER], story->stuck_ns));

	return story->knock_ns <= at_ns && over_ns > span_end(at_ns, EXIT_GAP_NS);
}

/* One of few bits, by a client's address. */
static unsigned
host_bit(const struct story *story)
{
	uint64_t words[2];

	_Static_assert(sizeof(words) == sizeof(story->tuple.src), "an address is two words");
	memcpy(words, story->tuple.src, sizeof(words));
	return hash_mix(words[0] ^ HOST_MIXER, words[1] ^ HOST_MIXER) % HOST_BITS;
}

/* False: nobody who would be asked is of its host. */
static bool
may_know_host(const struct listener *listener, const struct story *story)
{
	unsigned bit = host_bit(story);

	return listener->hosts[bit / 64] >> bit % 64 & 1;
}

int64_t
fellows_left_ns(const struct sockets *all, const struct listener *listener,
    const struct story *story, int64_t from_ns, int64_t to_ns)
{
	int64_t ends[FELLOWS_MAX];
	size_t count = 0, asked = 0;

	if (to_ns <= from_ns || !may_know_host(listener, story))
		return NEVER_NS;
	for (uint32_t at = listener->first_story; at != 0 && asked++ < FELLOWS_MAX;
	     at = story_at(all, at - 1)->next) {
		const struct story *other = story_at(all, at - 1);
		int64_t end_ns;

		if (!is_fellow(story, other) ||
		    memcmp(other->tuple.src, story->tuple.src, sizeof(story->tuple.src)) != 0)
			continue;
		end_ns = ended_ns(other);
		if (end_ns > from_ns && end_ns <= to_ns)
			ends[count++] = end_ns;
		else if (is_left_open(other, to_ns))
			return NEVER_NS;
	}
	sort_numbers(ends, count);
	for (size_t i = 1; i < count; i++)
		if (span_ns(ends[i], ends[i - 1]) <= EXIT_GAP_NS)
			return ends[i];
	return NEVER_NS;
}

int64_t
fellows_closed_ns(const struct sockets *all, const struct listener *listener,
    const struct story *story, int64_t open_until_ns)
{
	int64_t closed_ns = closed_like_them_ns(all, listener, story, open_until_ns);

	if (story->fin_ns != NEVER_NS)
		closed_ns = at_most(
		    closed_ns, span_end(open_until_ns, span_ns(story->fin_ns, open_until_ns) / 2));
	return at_most(closed_ns, fellows_left_ns(all, listener, story, open_until_ns, closed_ns));
}

/*
 * What it got it had read when it ended: a FIN behind the other's says so, which
 * it read to the end, where a RST says the contrary. The first FIN can be shutdown()'s.
 */
static int
has_read_all(const struct story *story, enum role role)
{
	const struct face *final = &story->final[role];
	bool is_second = final->state == SOCK_LAST_ACK || final->state == SOCK_CLOSED;

	if (!story->is_final || final->got < 2)
		return 0;
	if (story->reset_ns[role] != NEVER_NS)
		return story->reset_has_ack[role] && story->reset_has_window[role] ? -1 : 0;
	return final->fin_sent && is_second;
}

/* Where nobody was connected, as in a flood, each would be asked for each in vain. */
void
fellows_note(const struct sockets *all, struct listener *listener)
{
	size_t asked = 0;

	memset(listener->hosts, 0, sizeof(listener->hosts));
	listener->readers[ROLE_CLIENT] = listener->readers[ROLE_SERVER] = 0;
	for (uint32_t at = listener->first_story; at != 0 && asked++ < FELLOWS_MAX;
	     at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);

		if (story->knock_ns != NEVER_NS)
			listener->hosts[host_bit(story) / 64] |= UINT64_C(1)
								 << host_bit(story) % 64;
		listener->readers[ROLE_CLIENT] += has_read_all(story, ROLE_CLIENT);
		listener->readers[ROLE_SERVER] += has_read_all(story, ROLE_SERVER);
	}
}

bool
fellows_read(const struct listener *listener, const struct story *story, enum role role)
{
	return listener->readers[role] > has_read_all(story, role);
}
