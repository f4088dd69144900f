/* What is expected of the flows that one end serves. */
#include "check/record.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/sort.h"

/*
 * How much slower a handshake or a refusal may be: as much again, which is at
 * least and at most so much. Kernels answer by themselves, but on a busy machine
 * what lies between may have to wait for the processor as long; one flow in many
 * longer than most. Chosen by trying it on loopback and behind a relay, see
 * ARCHITECTURE.
 */
#define SLOWER_MEDIAN_NS INT64_C(10000000)
#define SLOWER_WORST_NS  INT64_C(20000000)
#define SLOWER_MOST_NS   INT64_C(150000000)
/* Programs, not kernels, close. */
#define SLOWER_CLOSE_NS INT64_C(300000000)
/* Those that are much faster than others are looked at apart: so many times. */
#define STEPS_MAX 4
/* A median of fewer is no median. */
#define MEDIAN_FLOWS 3

/* Retransmissions where there were some: so many times as many, and then some, are a storm. */
#define STORM_FACTOR 3
#define STORM_EXTRA  10
/* ... of what was lost, and came again: chance has its part in that. */
#define REPEATS_FACTOR 2
#define REPEATS_EXTRA  4

const struct kept_flow *
flow_at(const struct recorder *r, size_t capture, size_t member)
{
	return &r->good[capture]->flows[r->members[capture].at[member]];
}

/*
 * A path that loses some loses any: whose, and of what, is chance. That no SYN
 * is among them is believed of one run, but not of several.
 */
#define RESENT_LOST  (RESENT_CLIENT_DATA | RESENT_SERVER_DATA | RESENT_FIN)
#define RESENT_SHAKE (RESENT_SYN | RESENT_SYN_ACK)
#define LOSSY_FLOWS  2

static bool
may_probe(const struct recorder *r, const struct derived *derived, int side)
{
	return derived->may_probe[side] && !r->is_copy;
}

/*
 * Bit by bit, of all flows of all captures. Who has much under way may have to
 * ask, now and then, whether it arrived, or whether a window is still full: how
 * busy the reader's machine is decides that.
 */
static unsigned
all_resent(const struct recorder *r)
{
	unsigned resent = 0, lossy = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			const struct derived *derived = &flow_at(r, i, m)->derived;

			resent |= derived->resent |
				  (may_probe(r, derived, 0) ? RESENT_CLIENT_PROBE : 0) |
				  (may_probe(r, derived, 1) ? RESENT_SERVER_PROBE : 0);
			lossy += (derived->resent & RESENT_LOST) != 0;
		}
	}
	if (lossy < LOSSY_FLOWS || r->is_copy)
		return resent;
	return resent | RESENT_LOST | (r->good_count > 1 ? RESENT_SHAKE : 0);
}

/* The most that all flows of a capture have together. */
static int64_t
largest_sum(const struct recorder *r, enum fact_id fact)
{
	const struct expected probe = { .fact = fact };
	int64_t largest = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		int64_t sum = 0;

		for (size_t m = 0; m < r->members[i].count; m++) {
			struct subject subject = { r->good[i], SCOPE_FLOW, r->members[i].at[m] };
			struct seen seen = { 0 };

			fact_read(&seen, &subject, &probe);
			sum += seen.lo;
		}
		largest = sum > largest ? sum : largest;
	}
	return largest;
}

/* So many times as many as there were, and so many more. */
static void
expect_sum(struct recorder *r, enum fact_id fact, int64_t factor, int64_t extra)
{
	int64_t most = largest_sum(r, fact);
	bool is_exact = r->is_copy;
	struct text said = { 0 };

	if (is_ignored(r, fact))
		return;
	if (tolerance_of(r, fact, most, &extra)) {
		most += extra;
		is_exact = false;
	} else if (!is_exact) {
		most = most * factor + extra;
	}
	text_put(&said, is_exact || most == 0 ? "" : "at most ");
	if (most == 0)
		text_put(&said, "none");
	else
		text_i64(&said, most);
	expect(r, fact, text_str(&said))->over = OVER_SUM;
	text_fini(&said);
}

/* How often one knocks at a full queue, and asks whoever is slow, is a matter of time. */
static void
expect_resent(struct recorder *r)
{
	struct seen seen = { .is_known = true, .words = all_resent(r) };
	struct text said = { 0 };

	if (!is_ignored(r, FACT_RESENT)) {
		seen_put(&said, &seen, VALUE_SET, fact_words(FACT_RESENT));
		expect(r, FACT_RESENT, text_str(&said));
	}
	text_fini(&said);
	if (seen.words == 0)
		return;
	if (largest_sum(r, FACT_REPEATS) > 0)
		expect_sum(r, FACT_REPEATS, REPEATS_FACTOR, REPEATS_EXTRA);
	else if (seen.words & ~(RESENT_CLIENT_PROBE | RESENT_SERVER_PROBE | RESENT_QUEUED))
		expect_sum(r, FACT_REPEATS, 1, 0);
	if (!(seen.words & RESENT_QUEUED) || r->is_copy)
		expect_sum(r, FACT_RESENT_COUNT, STORM_FACTOR, STORM_EXTRA);
}

/* Of one capture, in order; on the heap. */
static int64_t *
times_of(const struct recorder *r, size_t capture, enum fact_id fact, size_t *count)
{
	const struct expected probe = { .fact = fact };
	int64_t *times = mem_realloc_array(NULL, r->members[capture].count, sizeof(*times));

	*count = 0;
	for (size_t m = 0; m < r->members[capture].count; m++) {
		struct subject subject = { r->good[capture], SCOPE_FLOW,
			r->members[capture].at[m] };
		struct seen seen = { 0 };

		fact_read(&seen, &subject, &probe);
		if (seen.is_known)
			times[(*count)++] = seen.lo;
	}
	sort_numbers(times, *count);
	return times;
}

/* Decades: a clock that was set, and too much to compute with. */
#define ABSURD_NS (INT64_MAX / 8)

/* By capture, from the fastest to the slowest. False: none tells it, of so many flows. */
static bool
spread_of(const struct recorder *r, enum fact_id fact, unsigned percentile, size_t flows,
    int64_t *fastest, int64_t *slowest)
{
	*fastest = INT64_MAX;
	*slowest = -1;
	for (size_t i = 0; i < r->good_count; i++) {
		size_t count;
		int64_t *times = times_of(r, i, fact, &count);

		if (count >= flows) {
			int64_t time = times[percentile_place(count, percentile)];

			*fastest = time < *fastest ? time : *fastest;
			*slowest = time > *slowest ? time : *slowest;
		}
		free(times);
	}
	return *slowest >= 0 && *slowest < ABSURD_NS;
}

/* Tenths of milliseconds are exact enough to read. */
static void
put_millis(struct text *out, int64_t ns)
{
	text_millis(out, (ns + 99999) / 100000 * 100000);
	text_put(out, " ms");
}

/* As much again, but at least and at most so much; where there are so many flows. */
struct slowness {
	int64_t least_ns, most_ns;
	size_t flows;
};

static const struct slowness slower_median = { SLOWER_MEDIAN_NS, SLOWER_MOST_NS, MEDIAN_FLOWS };
static const struct slowness slower_worst = { SLOWER_WORST_NS, SLOWER_MOST_NS, 1 };
static const struct slowness slower_close = { SLOWER_CLOSE_NS, INT64_MAX / 4, 1 };

static int64_t
slack_of(const struct recorder *r, const struct slowness *slower, int64_t ns)
{
	if (r->is_copy || ns < slower->least_ns)
		return slower->least_ns;
	return ns < slower->most_ns ? ns : slower->most_ns;
}

static void
expect_time(
    struct recorder *r, enum fact_id fact, unsigned percentile, const struct slowness *slower)
{
	int64_t fastest, slowest, slack;
	struct text said = { 0 };
	struct expected *expected;

	if (is_ignored(r, fact) ||
	    !spread_of(r, fact, percentile, slower->flows, &fastest, &slowest))
		return;
	slack = slack_of(r, slower, slowest) + slowest - fastest;
	tolerance_of(r, fact, slowest, &slack);
	text_put(&said, "at most ");
	put_millis(&said, slowest + slack);
	expected = expect(r, fact, text_str(&said));
	expected->over = OVER_PERCENTILE;
	expected->percentile = percentile;
	expected->unknown_passes = true;
	text_fini(&said);
}

/* Behind each that is much faster than the next; and of all. */
static void
expect_steps(struct recorder *r, enum fact_id fact, const struct slowness *slower)
{
	size_t count, steps = 0;
	int64_t *times = times_of(r, 0, fact, &count);

	for (size_t i = 0; i + 1 < count && steps < STEPS_MAX; i++) {
		if (times[i] >= ABSURD_NS ||
		    times[i + 1] <= times[i] + slack_of(r, slower, times[i]))
			continue;
		expect_time(r, fact, (unsigned)(100 * (i + 1) / count), slower);
		steps++;
	}
	free(times);
	expect_time(r, fact, 100, slower);
}

static bool
has_at_queue(const struct recorder *r, enum at_queue queue)
{
	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			if (flow_at(r, i, m)->derived.queue == queue)
				return true;
	return false;
}

/* A queue that is drained lets in one more or less, as it happens; else it is a matter of when. */
static void
expect_queue(struct recorder *r)
{
	const struct expected probe = { .fact = FACT_QUEUE, .from = WHOSE_BOTH };
	bool is_drained = has_at_queue(r, QUEUE_WAITED);

	if (is_drained || has_at_queue(r, QUEUE_FULL))
		expect_shares_of(r, &probe,
		    r->is_copy   ? SHARING_ALL
		    : is_drained ? SHARING_NEARLY
				 : SHARING_LET_IN);
}

/* The shortest time that any who waited longest in its capture would have waited with some luck. */
static int64_t
luckiest_wait(const struct recorder *r)
{
	int64_t luckiest = INT64_MAX;

	for (size_t i = 0; i < r->good_count; i++) {
		const struct derived *longest = NULL;

		for (size_t m = 0; m < r->members[i].count; m++) {
			const struct derived *derived = &flow_at(r, i, m)->derived;

			if (derived->waited_ns >= 0 &&
			    (longest == NULL || derived->waited_ns > longest->waited_ns))
				longest = derived;
		}
		if (longest != NULL && longest->sooner_ns < luckiest)
			luckiest = longest->sooner_ns;
	}
	return luckiest;
}

/*
 * Whether an attempt meets a full queue is a matter of chance: two attempts
 * sooner pass, and later those that come after twice the time, and then some.
 */
static void
expect_wait(struct recorder *r)
{
	int64_t shortest, longest;
	int64_t luckiest = luckiest_wait(r);
	int64_t lo = luckiest > 0 ? luckiest / 10 * 9 : 0;
	int64_t hi, slack;
	struct text said = { 0 };
	struct expected *expected;

	if (is_ignored(r, FACT_WAIT) || !spread_of(r, FACT_WAIT, 100, 1, &shortest, &longest))
		return;
	hi = longest / 2 * 5;
	if (r->is_copy) {
		lo = longest > SLOWER_WORST_NS ? longest - SLOWER_WORST_NS : 0;
		hi = longest + SLOWER_WORST_NS;
	}
	if (tolerance_of(r, FACT_WAIT, longest, &slack)) {
		lo = longest > slack ? longest - slack : 0;
		hi = longest + slack;
	}
	text_put(&said, "between ");
	put_millis(&said, lo);
	text_put(&said, " and ");
	put_millis(&said, hi);
	expected = expect(r, FACT_WAIT, text_str(&said));
	expected->over = OVER_PERCENTILE;
	expected->percentile = 100;
	expected->unknown_passes = true;
	text_fini(&said);
}

/* Systems differ in how they try again, but each keeps to some schedule. */
static void
expect_schedule(struct recorder *r, enum fact_id fact, int schedule)
{
	unsigned all = 0;

	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			all |= flow_at(r, i, m)->derived.schedules[schedule];
	if ((all & ~(1u << SCHEDULE_NONE)) != 0 && !(all & 1u << SCHEDULE_IRREGULAR) &&
	    !is_ignored(r, fact))
		expect(r, fact, "not irregular");
}

void
expect_of_flows(struct recorder *r)
{
	r->has_shut_out = has_at_queue(r, QUEUE_FULL) && !r->is_copy;
	expect_count(r, FACT_COUNT);
	expect_shares(r, FACT_DIRECTIONS, WHOSE_BOTH);
	if (!r->role->is_tcp) {
		expect_shares(r, FACT_STATE, WHOSE_BOTH);
		return;
	}
	expect_shares(r, FACT_OPEN, WHOSE_BOTH);
	expect_shares(r, FACT_CONNECT, WHOSE_BOTH);
	expect_shares(r, FACT_RESET, WHOSE_BOTH);
	expect_shares(r, FACT_CLOSE, WHOSE_BOTH);
	expect_shares(r, FACT_HALF_CLOSE, WHOSE_BOTH);
	expect_habit(r, FACT_CLOSED_FIRST);
	expect_habit(r, FACT_SPOKE_FIRST);
	expect_queue(r);
	expect_wait(r);
	expect_resent(r);
	expect_schedule(r, FACT_SYN_SCHEDULE, 0);
	expect_schedule(r, FACT_SYNACK_SCHEDULE, 1);
	expect_schedule(r, FACT_DATA_SCHEDULE, 2);
	expect_time(r, FACT_HANDSHAKE, 50, &slower_median);
	expect_steps(r, FACT_HANDSHAKE, &slower_worst);
	expect_steps(r, FACT_REFUSAL, &slower_worst);
	expect_time(r, FACT_HALF_CLOSED, 100, &slower_close);
	expect_bytes(r, 0);
	expect_bytes(r, 1);
}
