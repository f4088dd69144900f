/*
 * What good captures lead one to expect.
 *
 * Flows are put together by who serves them; what is said of such a role is how
 * many of its flows have which value, not which flow has it: clients that run at
 * the same time change places from run to run. Left out is what differs from
 * one run of the same thing to the next: client ports, numbers, times of day,
 * how often something was tried again, how full a queue was for a moment.
 */
#include "check/check_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* More different values than a person would read, or a run compare. */
#define VALUES_MAX 512

/* Nobody serves at more ports, but who is scanned: all others are one role then. */
#define ROLES_MAX 128

/* Those that one end serves. */
struct role {
	struct selector selector;
	bool is_tcp;
};

struct recorder {
	const struct check_data *const *good;
	size_t good_count;
	const struct check_leniency *leniency;
	struct expectations *expectations;
	struct capture_group *capture;
	struct role *roles;
	size_t role_count;
	bool has_more_roles;
	struct port *ports;      /* by port, TCP's first; find_shared_ports */
	struct members *members; /* of the role at hand, by capture */
	const struct role *role;
	struct group *group;
	bool has_knocks; /* who waits for a server tries as often as it takes */
};

/* --- what the user does not care about --- */

static bool
is_ignored(const struct recorder *r, enum fact_id fact)
{
	const char *name = fact_rows[fact].name;
	struct text with_server = { 0 };
	bool ignored = false;

	text_put(&with_server, name);
	if (r->group->selector.server.has_port || r->group->selector.server.has_address) {
		text_char(&with_server, '@');
		end_wanted_put(&with_server, &r->group->selector.server);
	}
	for (size_t i = 0; r->leniency != NULL && i < r->leniency->ignored_count; i++)
		ignored |= strcmp(r->leniency->ignored[i], name) == 0 ||
			   strcmp(r->leniency->ignored[i], text_str(&with_server)) == 0;
	text_fini(&with_server);
	return ignored;
}

/* As a test around zero, or around 100 for percents: "FACT=10 ms", "FACT=20 %". */
static bool
tolerance_of(const struct recorder *r, enum fact_id fact, int64_t value, int64_t *slack)
{
	const char *name = fact_rows[fact].name;
	size_t length = strlen(name);

	for (size_t i = 0; r->leniency != NULL && i < r->leniency->tolerance_count; i++) {
		const char *said = r->leniency->tolerances[i];
		struct text whole = { 0 };
		struct test test;
		struct diag diag;
		bool is_good;

		if (strncmp(said, name, length) != 0 || said[length] != '=')
			continue;
		value_put(&whole, value, fact_rows[fact].type);
		whole.length = 0;
		text_i64(&whole, value);
		text_put(&whole, fact_rows[fact].type == VALUE_TIME ? " ns +- " : " +- ");
		text_put(&whole, said + length + 1);
		is_good =
		    test_parse(&test, text_str(&whole), fact_rows[fact].type, NULL, &diag) == ST_OK;
		*slack = is_good ? test.hi - value : 0;
		test_fini(&test);
		text_fini(&whole);
		return is_good;
	}
	return false;
}

/* --- adding an expectation --- */

static struct expected *
expect(struct recorder *r, enum fact_id fact, const char *said)
{
	struct expected *expected = group_add(r->group, fact);
	struct diag diag;

	test_parse(&expected->test, said, fact_rows[fact].type, fact_words(fact), &diag);
	if (fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	    fact == FACT_LENGTH)
		expected->unknown_passes = true;
	return expected;
}

static void
put_between(struct text *out, int64_t lo, int64_t hi)
{
	if (lo == hi) {
		text_i64(out, lo);
		return;
	}
	if (hi == INT64_MAX) {
		text_put(out, "at least ");
		text_i64(out, lo);
		return;
	}
	text_put(out, "between ");
	text_i64(out, lo);
	text_put(out, " and ");
	text_i64(out, hi);
}

static struct expected *
expect_between(struct recorder *r, enum fact_id fact, int64_t lo, int64_t hi)
{
	struct text said = { 0 };
	struct expected *expected;

	put_between(&said, lo, hi);
	expected = expect(r, fact, hi == 0 ? "none" : text_str(&said));
	text_fini(&said);
	return expected;
}

static void
let_count_vary(const struct recorder *r, enum fact_id fact, int64_t *lo, int64_t *hi)
{
	int64_t slack;

	if (tolerance_of(r, fact, *lo, &slack))
		*lo = *lo > slack ? *lo - slack : 0;
	if (tolerance_of(r, fact, *hi, &slack))
		*hi += slack;
}

static void
say_how_many(const struct recorder *r, struct expected *expected, int64_t lo, int64_t hi)
{
	struct text said = { 0 };
	struct diag diag;

	let_count_vary(r, FACT_COUNT, &lo, &hi);
	put_between(&said, lo, hi);
	expected->has_flows = true;
	test_parse(&expected->flows, text_str(&said), VALUE_COUNT, NULL, &diag);
	text_fini(&said);
}

static void
expect_count(struct recorder *r, enum fact_id fact)
{
	int64_t lo = INT64_MAX, hi = 0;
	struct expected *expected;

	for (size_t i = 0; i < r->good_count; i++) {
		int64_t count = (int64_t)r->members[i].count;

		lo = count < lo ? count : lo;
		hi = count > hi ? count : hi;
	}
	if (is_ignored(r, fact))
		return;
	let_count_vary(r, fact, &lo, &hi);
	expected = expect_between(r, fact, lo, hi);
	if (r->group->scope == SCOPE_FLOW && r->members[0].count > 0)
		expected->good_flow = r->members[0].at[r->members[0].count - 1] + 1;
}

/* --- how values are shared out --- */

struct value {
	char *said;
	uint32_t *counts; /* by capture */
	uint32_t good_flow;
};

struct values {
	struct value *at;
	size_t count;
	bool has_unknown;
	bool are_too_many;
};

static struct value *
value_of(struct values *values, const char *said, size_t captures)
{
	struct value *value;

	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->at[i].said, said) == 0)
			return &values->at[i];
	if (values->count == VALUES_MAX) {
		values->are_too_many = true;
		return NULL;
	}
	values->at = mem_realloc_array(values->at, values->count + 1, sizeof(*values->at));
	value = &values->at[values->count++];
	*value = (struct value){
		.said = mem_strdup(said),
		.counts = mem_zalloc(captures * sizeof(*value->counts)),
	};
	return value;
}

static void
values_fini(struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		free(values->at[i].said);
		free(values->at[i].counts);
	}
	free(values->at);
}

/*
 * A word that stands for others too: whether nothing came because it was given
 * up, or because the capture ended first, is a matter of the capture's length.
 */
static const char *
word_class(enum fact_id fact, const char *word)
{
	if (fact == FACT_CLOSE && (strcmp(word, "open") == 0 || strcmp(word, "timeout") == 0))
		return "open or timeout";
	if (fact == FACT_CONNECT &&
	    (strcmp(word, "pending") == 0 || strcmp(word, "ETIMEDOUT") == 0))
		return "pending or ETIMEDOUT";
	return word;
}

static void
put_value(struct text *said, enum fact_id fact, const struct seen *seen)
{
	const char *const *words = fact_words(fact);

	if (words != NULL) {
		seen_put(said, seen, fact_rows[fact].type, words);
	} else if (fact_rows[fact].type == VALUE_TEXT) {
		escape_put(said, seen->text, seen->text_length);
		/* Blanks at either end would be lost on the way through XML. */
		if (seen->text_length > 0 && seen->text[0] == ' ') {
			struct text rest = { 0 };

			text_put(&rest, "\\s");
			text_bytes(&rest, said->at + 1, said->length - 1);
			text_fini(said);
			*said = rest;
		}
		if (said->length > 0 && said->at[said->length - 1] == ' ') {
			said->length--;
			text_put(said, "\\s");
		}
	} else {
		text_i64(said, seen->lo);
	}
}

static void
gather(struct recorder *r, struct values *values, const struct expected *probe)
{
	struct seen seen = { 0 };
	struct text said = { 0 };

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			struct subject subject = { r->good[i], r->group->scope,
				r->members[i].at[m] };
			struct text room = seen.room;
			struct value *value;

			seen = (struct seen){ .room = room };
			fact_rows[probe->fact].read(&seen, &subject, probe);
			if (!seen.is_known) {
				values->has_unknown = true;
				continue;
			}
			said.length = 0;
			put_value(&said, probe->fact, &seen);
			value = value_of(
			    values, word_class(probe->fact, text_str(&said)), r->good_count);
			if (value == NULL)
				continue;
			value->counts[i]++;
			if (i == 0 && value->good_flow == 0)
				value->good_flow = subject.place + 1;
		}
	}
	text_fini(&said);
	text_fini(&seen.room);
}

static void
bounds_of_value(const struct recorder *r, const struct value *value, int64_t *lo, int64_t *hi)
{
	*lo = INT64_MAX;
	*hi = 0;
	for (size_t i = 0; i < r->good_count; i++) {
		*lo = value->counts[i] < *lo ? value->counts[i] : *lo;
		*hi = value->counts[i] > *hi ? value->counts[i] : *hi;
	}
}

/* All have the same, or so many this and so many that. */
static void
expect_shares(struct recorder *r, enum fact_id fact, enum whose from)
{
	const struct expected probe = { .fact = fact, .from = from };
	struct values values = { 0 };
	bool are_alike;

	if (is_ignored(r, fact))
		return;
	gather(r, &values, &probe);
	are_alike = values.count == 1;
	for (size_t i = 0; i < values.count && !values.are_too_many; i++) {
		struct expected *expected = expect(r, fact, values.at[i].said);
		int64_t lo, hi;

		expected->from = from;
		expected->good_flow = values.at[i].good_flow;
		expected->unknown_passes |= values.has_unknown;
		bounds_of_value(r, &values.at[i], &lo, &hi);
		if (!are_alike)
			say_how_many(r, expected, lo, hi);
	}
	values_fini(&values);
}

/*
 * What depends on who comes first is only said where all were alike; and then
 * that not all are otherwise now.
 */
static void
expect_habit(struct recorder *r, enum fact_id fact)
{
	const struct expected probe = { .fact = fact, .from = WHOSE_BOTH };
	struct values values = { 0 };
	struct diag diag;

	if (is_ignored(r, fact))
		return;
	gather(r, &values, &probe);
	if (values.count == 1 && !values.has_unknown && strcmp(values.at[0].said, "both") != 0 &&
	    strcmp(values.at[0].said, "none") != 0) {
		struct expected *expected = expect(r, fact, values.at[0].said);

		expected->good_flow = values.at[0].good_flow;
		expected->has_flows = true;
		test_parse(&expected->flows, "any", VALUE_COUNT, NULL, &diag);
	}
	values_fini(&values);
}

/* --- of a role's flows --- */

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

static void
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

/* --- of a listener --- */

static const struct listener_row *
listener_at(const struct recorder *r, size_t capture, size_t member)
{
	return &r->good[capture]->listeners[r->members[capture].at[member]].row;
}

static void
expect_words(struct recorder *r, enum fact_id fact, unsigned words, bool is_possibly)
{
	struct seen seen = { .is_known = true, .words = words, .is_open = true };
	struct text said = { 0 };

	if (is_ignored(r, fact))
		return;
	text_put(&said, is_possibly ? "possibly " : "");
	seen_put(&said, &seen, VALUE_SET, fact_words(fact));
	expect(r, fact, text_str(&said))->unknown_passes = is_possibly;
	text_fini(&said);
}

/* None, or some: how many is a matter of time. */
static void
expect_some(struct recorder *r, enum fact_id fact)
{
	const struct expected probe = { .fact = fact };
	struct seen seen = { 0 };
	bool has_some = false, has_none = false;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			struct subject subject = { r->good[i], SCOPE_LISTENER,
				r->members[i].at[m] };

			fact_rows[fact].read(&seen, &subject, &probe);
			has_some |= seen.lo > 0;
			has_none |= seen.lo == 0;
		}
	}
	if (has_some != has_none && !is_ignored(r, fact))
		expect(r, fact, has_some ? "at least 1" : "none");
}

/* Only a full queue shows how long it is; and only while nothing is taken out of it. */
static void
expect_backlog(struct recorder *r)
{
	int64_t lo = INT64_MAX, hi = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			const struct listener_row *row = listener_at(r, i, m);

			if ((row->kind != STORY_OVERFLOW && row->kind != STORY_ABORTING) ||
			    row->backlog.hi == RANGE_OPEN || row->stages == STAGE_ACCEPTING)
				return;
			lo = row->backlog.lo < lo ? row->backlog.lo : lo;
			hi = row->backlog.hi > hi ? row->backlog.hi : hi;
		}
	}
	if (lo <= hi && !is_ignored(r, FACT_BACKLOG))
		expect_between(r, FACT_BACKLOG, lo, hi);
}

static void
expect_of_listeners(struct recorder *r)
{
	unsigned stories = 0, stages = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			stories |= 1u << listener_at(r, i, m)->kind;
			stages |= listener_at(r, i, m)->stages;
		}
	}
	expect_count(r, FACT_LISTENER_COUNT);
	expect_words(r, FACT_STORY, stories, false);
	if (stages != 0)
		expect_words(r, FACT_STAGE, stages, true);
	expect_some(r, FACT_OVERFLOWS);
	expect_some(r, FACT_ABORTED);
	expect_some(r, FACT_COOKIES);
	expect_backlog(r);
}

/* --- which roles there are --- */

static bool
is_same_role(const struct selector *a, const struct selector *b)
{
	return a->proto == b->proto && memcmp(&a->server, &b->server, sizeof(a->server)) == 0;
}

/* The same port served at more than one address: then the address tells them apart. */
struct port {
	const struct tuple *first; /* that was served there; NULL: none was */
	bool is_shared;
};

static struct port *
port_of(const struct recorder *r, const struct tuple *tuple)
{
	return &r->ports[(tuple->proto == PROTO_TCP ? 0 : UINT16_MAX + 1) + tuple->dport];
}

static void
find_shared_ports(struct recorder *r)
{
	const struct check_data *data = r->good[0];

	r->ports = mem_zalloc(2 * (UINT16_MAX + 1) * sizeof(*r->ports));
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct tuple *tuple = &data->flows[i].row.tuple;
		struct port *port = port_of(r, tuple);

		if (data->flows[i].is_background ||
		    (tuple->proto != PROTO_TCP && tuple->proto != PROTO_UDP))
			continue;
		if (port->first == NULL)
			port->first = tuple;
		else
			port->is_shared |=
			    port->first->ip_version != tuple->ip_version ||
			    memcmp(port->first->dst, tuple->dst, sizeof(tuple->dst)) != 0;
	}
}

static struct selector
selector_of(const struct recorder *r, const struct tuple *tuple)
{
	struct selector selector = { .proto = tuple->proto, .filter = -1 };

	if (tuple->proto != PROTO_TCP && tuple->proto != PROTO_UDP) {
		selector.proto = PROTO_ICMP;
		return selector;
	}
	selector.server.has_port = true;
	if (tuple->dport >= DYNAMIC_PORT) {
		selector.server.is_dynamic = true;
		return selector;
	}
	selector.server.port = tuple->dport;
	if (port_of(r, tuple)->is_shared) {
		selector.server.has_address = true;
		selector.server.ip_version = tuple->ip_version;
		memcpy(selector.server.address, tuple->dst, sizeof(selector.server.address));
	}
	return selector;
}

static void
find_roles(struct recorder *r)
{
	for (size_t c = 0; c < r->good_count; c++) {
		const struct check_data *data = r->good[c];

		for (size_t i = 0; i < data->flow_count; i++) {
			struct selector selector = selector_of(r, &data->flows[i].row.tuple);
			size_t at = 0;

			if (data->flows[i].is_background)
				continue;
			r->has_knocks |= data->flows[i].is_knock;
			while (
			    at < r->role_count && !is_same_role(&r->roles[at].selector, &selector))
				at++;
			r->has_more_roles |= at == ROLES_MAX;
			if (at == r->role_count && at < ROLES_MAX) {
				r->roles = mem_realloc_array(
				    r->roles, r->role_count + 1, sizeof(*r->roles));
				r->roles[r->role_count++] = (struct role){
					.selector = selector,
					.is_tcp = selector.proto == PROTO_TCP,
				};
			}
		}
	}
}

/* --- the document --- */

static void
begin_group(struct recorder *r, enum scope scope, const struct selector *selector)
{
	r->group = capture_group_add(r->capture, scope);
	r->group->selector = *selector;
	for (size_t i = 0; i < r->good_count; i++) {
		members_fini(&r->members[i]);
		members_of(&r->members[i], r->good[i], r->capture, r->group);
	}
}

static bool
has_members(const struct recorder *r)
{
	for (size_t i = 0; i < r->good_count; i++)
		if (r->members[i].count > 0)
			return true;
	return false;
}

static void
record_listeners(struct recorder *r)
{
	for (size_t i = 0; i < r->role_count; i++) {
		struct selector selector = r->roles[i].selector;

		if (!r->roles[i].is_tcp)
			continue;
		selector.proto = 0;
		r->role = &r->roles[i];
		begin_group(r, SCOPE_LISTENER, &selector);
		if (has_members(r))
			expect_of_listeners(r);
		else
			r->capture->count--;
	}
}

static void
record_flows(struct recorder *r)
{
	for (size_t i = 0; i < r->role_count; i++) {
		r->role = &r->roles[i];
		if (r->role->is_tcp)
			r->roles[i].selector.no_knocks = r->has_knocks;
		begin_group(r, SCOPE_FLOW, &r->roles[i].selector);
		expect_of_flows(r);
	}
}

/* What else there is was not there; or it was too much to tell apart. */
static void
record_others(struct recorder *r, enum scope scope)
{
	static const struct role others = { .is_tcp = false };
	const struct selector selector = { .others = true, .filter = -1 };

	r->role = &others;
	begin_group(r, scope, &selector);
	if (r->has_more_roles && scope == SCOPE_FLOW)
		expect_of_flows(r);
	else
		expect_count(r, scope == SCOPE_FLOW ? FACT_COUNT : FACT_LISTENER_COUNT);
	if (r->group->count == 0)
		r->capture->count--;
}

struct expectations *
expectations_of(
    const struct check_data *const *good, size_t count, const struct check_leniency *leniency)
{
	struct recorder r = {
		.good = good,
		.good_count = count,
		.leniency = leniency,
		.expectations = mem_zalloc(sizeof(*r.expectations)),
		.members = mem_zalloc(count * sizeof(*r.members)),
	};

	r.expectations->name = mem_strdup(good[0]->name);
	r.expectations->good = good[0];
	r.expectations->good_count = count;
	r.capture = expectations_add(r.expectations);
	find_shared_ports(&r);
	find_roles(&r);
	record_listeners(&r);
	record_others(&r, SCOPE_LISTENER);
	record_flows(&r);
	record_others(&r, SCOPE_FLOW);
	for (size_t i = 0; i < count; i++)
		members_fini(&r.members[i]);
	free(r.members);
	free(r.roles);
	free(r.ports);
	return r.expectations;
}

/* --- are the user's words such --- */

static bool
is_fact_name(const char *name, size_t length)
{
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (strlen(fact_rows[i].name) == length &&
		    memcmp(fact_rows[i].name, name, length) == 0)
			return true;
	return false;
}

static enum status
no_such_fact(const char *option, const char *said, size_t length, struct diag *diag)
{
	const char *names[FACT_COUNT_OF + 1] = { NULL };
	char word[64];
	const char *near;

	for (int i = 0; i < FACT_COUNT_OF; i++)
		names[i] = fact_rows[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)length, said);
	near = nearest_word(word, names);
	if (near == NULL)
		return diag_set(diag, ST_USAGE,
		    "%s: there is no fact \"%s\"; see synscope-expect(5)", option, word);
	return diag_set(
	    diag, ST_USAGE, "%s: there is no fact \"%s\"; was \"%s\" meant?", option, word, near);
}

static enum status
check_tolerance(const char *said, struct diag *diag)
{
	size_t length = strcspn(said, "=");
	struct check_leniency one = { .tolerances = &said, .tolerance_count = 1 };
	struct recorder r = { .leniency = &one };
	int64_t slack;

	if (!is_fact_name(said, length))
		return no_such_fact("--tolerance", said, length, diag);
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (strlen(fact_rows[i].name) == length &&
		    memcmp(fact_rows[i].name, said, length) == 0 &&
		    tolerance_of(&r, (enum fact_id)i, 100, &slack))
			return ST_OK;
	return diag_set(diag, ST_USAGE,
	    "--tolerance wants FACT=VALUE, such as \"handshake=10 ms\" or \"length=20 %%\", not "
	    "\"%s\"",
	    said);
}

enum status
check_leniency_check(const struct check_leniency *leniency, struct diag *diag)
{
	for (size_t i = 0; i < leniency->ignored_count; i++) {
		const char *said = leniency->ignored[i];
		size_t length = strcspn(said, "@");

		if (!is_fact_name(said, length))
			return no_such_fact("--ignore", said, length, diag);
	}
	for (size_t i = 0; i < leniency->tolerance_count; i++) {
		enum status st = check_tolerance(leniency->tolerances[i], diag);

		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}
