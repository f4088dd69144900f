/* What is expected of the flows that one end serves. */
#include "check/record.h"

#include <stdlib.h>

#include "base/mem.h"

/*
 * How much slower a handshake may be: so many times, and then some. On a busy
 * machine a process may wait for the processor as long; one flow in many may
 * have to wait longer than most. Chosen by trying it on loopback, see
 * ARCHITECTURE.
 */
#define SLOWER_FACTOR    3
#define SLOWER_MEDIAN_NS INT64_C(10000000)
#define SLOWER_WORST_NS  INT64_C(30000000)
/* Programs, not kernels, close. */
#define SLOWER_CLOSE_NS INT64_C(300000000)
/* A median of fewer is no median. */
#define MEDIAN_FLOWS 3

/* Retransmissions where there were some: so many times as many, and then some, are a storm. */
#define STORM_FACTOR 3
#define STORM_EXTRA  10

/* Of a stream that is longer and was not ended, nobody knows when the capture stopped it. */
#define ENDLESS_BYTES   16384
#define ENDLESS_PERCENT 20
/* Certificates and tickets differ by a few bytes. */
#define ENCRYPTED_PERCENT 5
#define ENCRYPTED_BYTES   64

static const struct kept_flow *
flow_at(const struct recorder *r, size_t capture, size_t member)
{
	return &r->good[capture]->flows[r->members[capture].at[member]];
}

/*
 * Bit by bit, of all flows of all captures. Who fills windows may have to ask,
 * now and then, whether they are still full: how busy the reader's machine is
 * decides that.
 */
static unsigned
all_resent(const struct recorder *r)
{
	unsigned resent = 0;

	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			resent |=
			    flow_at(r, i, m)->derived.resent |
			    (flow_at(r, i, m)->derived.fills_window[0] ? RESENT_CLIENT_PROBE : 0) |
			    (flow_at(r, i, m)->derived.fills_window[1] ? RESENT_SERVER_PROBE : 0);
	return resent;
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

		fact_rows[fact].read(&seen, &subject, &probe);
		if (seen.is_known)
			times[used++] = seen.lo;
	}
	qsort(times, used, sizeof(*times), compare_ns);
	if (used >= (percentile < 100 ? MEDIAN_FLOWS : 1))
		time = times[(used - 1) * percentile / 100];
	free(times);
	return time;
}

/* Slower by no more than the usual, and slack besides. */
static void
expect_time(struct recorder *r, enum fact_id fact, unsigned percentile, int64_t slack)
{
	int64_t slowest = -1;
	int64_t told, limit;
	struct text said = { 0 };
	struct expected *expected;

	for (size_t i = 0; i < r->good_count; i++) {
		int64_t time = time_of(r, i, fact, percentile);

		slowest = time > slowest ? time : slowest;
	}
	if (slowest < 0 || is_ignored(r, fact))
		return;
	limit = (slowest < INT64_MAX / 8 ? slowest * SLOWER_FACTOR : slowest) + slack;
	if (tolerance_of(r, fact, slowest, &told))
		limit = slowest + told;
	text_put(&said, "at most ");
	/* Tenths of milliseconds are exact enough to read. */
	text_millis(&said, (limit + 99999) / 100000 * 100000);
	text_put(&said, " ms");
	expected = expect(r, fact, text_str(&said));
	expected->over = OVER_PERCENTILE;
	expected->percentile = percentile;
	expected->unknown_passes = true;
	text_fini(&said);
}

static bool
is_endless(const struct kept_flow *flow, int side)
{
	return flow->derived.fin[side] == 0 && flow->payload[side].length > ENDLESS_BYTES;
}

/* Streams whose bytes are never twice the same, or that the capture cut. */
static bool
has_vague_bytes(const struct recorder *r, int side, int64_t *percent, int64_t *extra)
{
	*percent = *extra = 0;
	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			if (flow_at(r, i, m)->is_encrypted && *percent < ENCRYPTED_PERCENT) {
				*percent = ENCRYPTED_PERCENT;
				*extra = ENCRYPTED_BYTES;
			}
			if (is_endless(flow_at(r, i, m), side))
				*percent = ENDLESS_PERCENT;
		}
	}
	return *percent > 0;
}

static void
expect_vague_length(struct recorder *r, int side, int64_t percent, int64_t extra)
{
	uint64_t lo = UINT64_MAX, hi = 0;
	struct expected *expected;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			uint64_t length = flow_at(r, i, m)->payload[side].length;

			lo = length < lo ? length : lo;
			hi = length > hi ? length : hi;
		}
	}
	if (lo > hi || is_ignored(r, FACT_LENGTH))
		return;
	extra += (int64_t)(hi / 100) * percent;
	expected = expect_between(
	    r, FACT_LENGTH, (int64_t)lo > extra ? (int64_t)lo - extra : 0, (int64_t)hi + extra);
	expected->from = (enum whose)side;
}

/* Whether every stream of this side is short enough to be told as text. */
static bool
are_short(const struct recorder *r, int side)
{
	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			if (flow_at(r, i, m)->payload[side].length > CONTENT_MAX)
				return false;
	return true;
}

static bool
have_dates(const struct recorder *r, int side)
{
	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			if (flow_at(r, i, m)->payload[side].has_dates)
				return true;
	return false;
}

static bool
are_empty(const struct recorder *r, int side)
{
	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			if (flow_at(r, i, m)->payload[side].length > 0 ||
			    !flow_at(r, i, m)->payload[side].is_known)
				return false;
	return true;
}

static bool
is_tolerant(const struct recorder *r, enum fact_id fact)
{
	int64_t slack;

	return tolerance_of(r, fact, 100, &slack);
}

static void
expect_bytes(struct recorder *r, int side)
{
	int64_t percent, extra, slack;

	if (has_vague_bytes(r, side, &percent, &extra)) {
		expect_vague_length(r, side, percent, extra);
		return;
	}
	if (is_tolerant(r, FACT_LENGTH)) {
		tolerance_of(r, FACT_LENGTH, 100, &slack);
		tolerance_of(r, FACT_LENGTH, 0, &extra);
		expect_vague_length(r, side, extra > 0 ? 0 : slack, extra);
	} else {
		expect_shares(r, FACT_LENGTH, (enum whose)side);
	}
	if (are_empty(r, side))
		return;
	expect_shares(r,
	    have_dates(r, side)  ? FACT_UNDATED
	    : are_short(r, side) ? FACT_CONTENT
				 : FACT_DIGEST,
	    (enum whose)side);
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
	expect_shares(r, FACT_CLOSE, WHOSE_BOTH);
	expect_shares(r, FACT_HALF_CLOSE, WHOSE_BOTH);
	expect_habit(r, FACT_CLOSED_FIRST);
	expect_habit(r, FACT_SPOKE_FIRST);
	expect_resent(r);
	expect_time(r, FACT_HANDSHAKE, 50, SLOWER_MEDIAN_NS);
	expect_time(r, FACT_HANDSHAKE, 100, SLOWER_WORST_NS);
	expect_time(r, FACT_HALF_CLOSED, 100, SLOWER_CLOSE_NS);
	expect_bytes(r, 0);
	expect_bytes(r, 1);
}
