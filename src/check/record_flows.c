/* What is expected of the flows that one end serves. */
#include "check/record.h"

#include <stdlib.h>

#include "base/mem.h"

/*
 * How much slower a handshake or a refusal may be: as much again, which is at
 * least and at most so much. On a busy machine a process may wait for the
 * processor as long, though kernels answer by themselves; one flow in many may
 * have to wait longer than most. Chosen by trying it on loopback, see
 * ARCHITECTURE.
 */
#define SLOWER_MEDIAN_NS INT64_C(10000000)
#define SLOWER_WORST_NS  INT64_C(20000000)
#define SLOWER_MOST_NS   INT64_C(150000000)
/* Programs, not kernels, close. */
#define SLOWER_CLOSE_NS INT64_C(300000000)
/* A median of fewer is no median. */
#define MEDIAN_FLOWS 3

/* Retransmissions where there were some: so many times as many, and then some, are a storm. */
#define STORM_FACTOR 3
#define STORM_EXTRA  10

const struct kept_flow *
flow_at(const struct recorder *r, size_t capture, size_t member)
{
	return &r->good[capture]->flows[r->members[capture].at[member]];
}

/* A path that loses some loses any: whose, and of what, is chance. */
#define RESENT_LOST (RESENT_CLIENT_DATA | RESENT_SERVER_DATA | RESENT_FIN)
#define LOSSY_FLOWS 2

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
				  (derived->may_probe[0] ? RESENT_CLIENT_PROBE : 0) |
				  (derived->may_probe[1] ? RESENT_SERVER_PROBE : 0);
			lossy += (derived->resent & RESENT_LOST) != 0;
		}
	}
	return lossy >= LOSSY_FLOWS ? resent | RESENT_LOST : resent;
}

static int64_t
most_resent(const struct recorder *r)
{
	int64_t most = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		int64_t sum = 0;

		for (size_t m = 0; m < r->members[i].count; m++)
			sum += flow_at(r, i, m)->derived.resent_count;
		most = sum > most ? sum : most;
	}
	return most;
}

static void
expect_resent(struct recorder *r)
{
	struct seen seen = { .is_known = true, .words = all_resent(r) };
	struct text said = { 0 };
	int64_t most = most_resent(r);

	if (!is_ignored(r, FACT_RESENT)) {
		seen_put(&said, &seen, VALUE_SET, fact_words(FACT_RESENT));
		expect(r, FACT_RESENT, text_str(&said));
	}
	/* How often one knocks at a full queue is a matter of time. */
	if (seen.words != 0 && !(seen.words & RESENT_QUEUED) && !is_ignored(r, FACT_RESENT_COUNT)) {
		struct expected *expected;

		said.length = 0;
		text_put(&said, "at most ");
		text_i64(&said, most * STORM_FACTOR + STORM_EXTRA);
		expected = expect(r, FACT_RESENT_COUNT, text_str(&said));
		expected->over = OVER_SUM;
	}
	text_fini(&said);
}

static int
compare_ns(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

/* Of one capture, in order; -1: there is none of that percentile. */
static int64_t
time_of(const struct recorder *r, size_t capture, enum fact_id fact, unsigned percentile)
{
	const struct expected probe = { .fact = fact };
	size_t count = r->members[capture].count;
	int64_t *times = mem_realloc_array(NULL, count, sizeof(*times));
	size_t used = 0;
	int64_t time = -1;

	for (size_t m = 0; m < count; m++) {
		struct subject subject = { r->good[capture], SCOPE_FLOW,
			r->members[capture].at[m] };
		struct seen seen = { 0 };

		fact_read(&seen, &subject, &probe);
		if (seen.is_known)
			times[used++] = seen.lo;
	}
	qsort(times, used, sizeof(*times), compare_ns);
	if (used >= (percentile < 100 ? MEDIAN_FLOWS : 1))
		time = times[(used - 1) * percentile / 100];
	free(times);
	return time;
}

/* Decades: a clock that was set, and too much to compute with. */
#define ABSURD_NS (INT64_MAX / 8)

/* Of the capture where it is slowest; -1: no capture tells it. */
static int64_t
slowest_of(const struct recorder *r, enum fact_id fact, unsigned percentile)
{
	int64_t slowest = -1;

	for (size_t i = 0; i < r->good_count; i++) {
		int64_t time = time_of(r, i, fact, percentile);

		slowest = time > slowest ? time : slowest;
	}
	return slowest < ABSURD_NS ? slowest : -1;
}

/* Tenths of milliseconds are exact enough to read. */
static void
put_millis(struct text *out, int64_t ns)
{
	text_millis(out, (ns + 99999) / 100000 * 100000);
	text_put(out, " ms");
}

/* Slower by as much again, but for at least and at most so much. */
static void
expect_time(struct recorder *r, enum fact_id fact, unsigned percentile, int64_t least, int64_t most)
{
	int64_t slowest = slowest_of(r, fact, percentile);
	int64_t slack = slowest < least ? least : slowest < most ? slowest : most;
	struct text said = { 0 };
	struct expected *expected;

	if (slowest < 0 || is_ignored(r, fact))
		return;
	tolerance_of(r, fact, slowest, &slack);
	text_put(&said, "at most ");
	put_millis(&said, slowest + slack);
	expected = expect(r, fact, text_str(&said));
	expected->over = OVER_PERCENTILE;
	expected->percentile = percentile;
	expected->unknown_passes = true;
	text_fini(&said);
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

/* A queue that is drained lets in one more or less, as it happens. */
static void
expect_queue(struct recorder *r)
{
	const struct expected probe = { .fact = FACT_QUEUE, .from = WHOSE_BOTH };
	bool is_drained = has_at_queue(r, QUEUE_WAITED);

	if (is_drained || has_at_queue(r, QUEUE_FULL))
		expect_shares_of(r, &probe, is_drained ? SHARING_NEARLY : SHARING_ALL);
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
	int64_t longest = slowest_of(r, FACT_WAIT, 100);
	int64_t luckiest = luckiest_wait(r);
	int64_t lo = luckiest > 0 ? luckiest / 10 * 9 : 0;
	int64_t hi = longest / 2 * 5;
	int64_t slack;
	struct text said = { 0 };
	struct expected *expected;

	if (longest < 0 || is_ignored(r, FACT_WAIT))
		return;
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
	expect_time(r, FACT_HANDSHAKE, 50, SLOWER_MEDIAN_NS, SLOWER_MOST_NS);
	expect_time(r, FACT_HANDSHAKE, 100, SLOWER_WORST_NS, SLOWER_MOST_NS);
	expect_time(r, FACT_REFUSAL, 100, SLOWER_WORST_NS, SLOWER_MOST_NS);
	expect_time(r, FACT_HALF_CLOSED, 100, SLOWER_CLOSE_NS, INT64_MAX / 4);
	expect_bytes(r, 0);
	expect_bytes(r, 1);
}
