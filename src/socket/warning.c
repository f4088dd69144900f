/*
 * When Linux sends the first SYN cookie of a listener, it writes a warning into
 * its log, and answers that SYN only then. In a burst of SYNs, seen at the
 * server, it shows: one answer takes three times as long as all around it. Of
 * 73 bursts with cookies 45 had one such answer, and it was the first of them;
 * else none stood out, or several did, as in all of 14 without.
 */
#include "base/sort.h"
#include "socket/socket_priv.h"

/* So many stories are looked at, for so many answers. */
#define STORIES_ASKED 1024
#define ANSWERS_MOST  64
/* Fewer do not tell what is usual. */
#define ANSWERS_LEAST 4
/* The machine is at work when the next SYN comes this soon behind an answer. */
#define AT_WORK_NS (50 * INT64_C(1000))
/* The first in a burst may be late for other reasons; nor is there often room for a single client. */
#define WAITING_LEAST 2
/* What stands out, of answers that take some microseconds, stamped with whole ones. */
#define STANDS_OUT_NS (6 * INT64_C(1000))

struct answers {
	int64_t took_ns[ANSWERS_MOST];
	const struct story *slowest;
	int64_t slowest_ns;
	size_t count;
};

static bool
is_answered_at_once(const struct story *story)
{
	return (story->flags & (STORY_SYN | STORY_ANSWERED | STORY_UNSEEN)) ==
		   (STORY_SYN | STORY_ANSWERED) &&
	       story->answer_ns >= story->syn_ns &&
	       (story->syn_count == 1 || story->last_syn_ns > story->answer_ns);
}

static void
collect(const struct sockets *all, const struct listener *listener, struct answers *answers)
{
	const struct story *before = NULL;
	unsigned asked = 0;

	for (uint32_t at = listener->first_story; at != 0 && asked++ < STORIES_ASKED;
	     at = story_at(all, at - 1)->next) {
		const struct story *story = story_at(all, at - 1);
		int64_t took_ns = span_ns(story->answer_ns, story->syn_ns);
		bool goes_on = before != NULL && is_answered_at_once(story) &&
			       story->syn_ns >= before->answer_ns &&
			       span_ns(story->syn_ns, before->answer_ns) <= AT_WORK_NS;

		before = is_answered_at_once(story) ? story : NULL;
		if (!goes_on || answers->count == ANSWERS_MOST)
			continue;
		answers->took_ns[answers->count++] = took_ns;
		if (took_ns > answers->slowest_ns) {
			answers->slowest_ns = took_ns;
			answers->slowest = story;
		}
	}
}

const struct story *
warned_at(const struct sockets *all, const struct listener *listener)
{
	struct answers answers = { .count = 0 };
	int64_t usual_ns;

	if (!arrivals_are_seen(listener))
		return NULL;
	collect(all, listener, &answers);
	if (answers.count < ANSWERS_LEAST || answers.slowest->waiting < WAITING_LEAST)
		return NULL;
	sort_numbers(answers.took_ns, answers.count);
	usual_ns = answers.took_ns[answers.count / 2];
	/* One alone: else it is the machine that has other things to do. */
	if (answers.slowest_ns < 2 * usual_ns + usual_ns / 2 ||
	    answers.slowest_ns < usual_ns + STANDS_OUT_NS ||
	    answers.took_ns[answers.count - 2] > 2 * usual_ns)
		return NULL;
	return answers.slowest;
}
