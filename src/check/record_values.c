/* How an expectation is added, and how values are shared out among those of a role. */
#include "check/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* More different values than a person would read, or a run compare. */
#define VALUES_MAX 512

/* --- adding an expectation --- */

struct expected *
expect(struct recorder *r, enum fact_id fact, const char *said)
{
	struct expected *expected = group_add(r->group, fact);
	struct diag diag;

	test_parse(&expected->test, said, fact_rows[fact].type, fact_words(fact), &diag);
	if (fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	    fact == FACT_BEGINS || fact == FACT_LENGTH || fact == FACT_DIRECTIONS)
		expected->unknown_passes = true;
	return expected;
}

void
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

struct expected *
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
	if (is_ignored(r, FACT_COUNT)) {
		lo = 0;
		hi = INT64_MAX;
	}
	put_between(&said, lo, hi);
	expected->has_flows = true;
	test_parse(&expected->flows, text_str(&said), VALUE_COUNT, NULL, &diag);
	text_fini(&said);
}

void
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
 * Whether who is let in had to wait, of how soon the server's program was there.
 */
static const char *
word_class(enum fact_id fact, const char *word, enum sharing how)
{
	if (how == SHARING_LET_IN && strcmp(word, "free") == 0)
		return "free or waited";
	if (fact == FACT_CLOSE && (strcmp(word, "open") == 0 || strcmp(word, "timeout") == 0))
		return "open or timeout";
	if (fact == FACT_CONNECT &&
	    (strcmp(word, "pending") == 0 || strcmp(word, "ETIMEDOUT") == 0))
		return "pending or ETIMEDOUT";
	return word;
}

void
put_typable(struct text *said, const char *data, size_t count)
{
	escape_put(said, data, count);
	/* Blanks at either end would be lost on the way through XML. */
	if (count > 0 && data[0] == ' ') {
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
}

static void
put_value(struct text *said, enum fact_id fact, const struct seen *seen)
{
	const char *const *words = fact_words(fact);

	if (words != NULL)
		seen_put(said, seen, fact_rows[fact].type, words);
	else if (fact_rows[fact].type == VALUE_TEXT)
		put_typable(said, seen->text, seen->text_length);
	else
		text_i64(said, seen->lo);
}

static void
gather(struct recorder *r, struct values *values, const struct expected *probe, enum sharing how)
{
	struct seen seen = { 0 };
	struct text said = { 0 };

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			struct subject subject = { r->good[i], r->group->scope,
				r->members[i].at[m] };
			struct value *value;

			fact_read(&seen, &subject, probe);
			if (!seen.is_known) {
				values->has_unknown = true;
				continue;
			}
			said.length = 0;
			put_value(&said, probe->fact, &seen);
			value = value_of(
			    values, word_class(probe->fact, text_str(&said), how), r->good_count);
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

static void
share(struct recorder *r, struct expected *expected, const struct value *value, enum sharing how)
{
	int64_t lo, hi;

	bounds_of_value(r, value, &lo, &hi);
	if (how == SHARING_NEARLY) {
		lo = lo > 0 ? lo - 1 : 0;
		hi++;
	} else if (how == SHARING_ANY) {
		lo = 0;
		for (size_t i = 0; i < r->good_count; i++)
			hi = (int64_t)r->members[i].count > hi ? (int64_t)r->members[i].count : hi;
	}
	say_how_many(r, expected, lo, hi);
}

/*
 * Whether the queue was full when the SYN came or when the ACK did is chance: its
 * client takes itself for connected, and speaks, or nobody answers it. It is not
 * let in either way.
 */
static bool
is_left_to_queue(enum fact_id fact)
{
	return fact == FACT_OPEN || fact == FACT_CONNECT || fact == FACT_LENGTH ||
	       fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	       fact == FACT_BEGINS;
}

void
expect_shares_of(struct recorder *r, const struct expected *of, enum sharing how)
{
	struct expected about = *of;
	const struct expected *probe = &about;
	struct values values = { 0 };

	if (is_ignored(r, probe->fact))
		return;
	if (r->has_shut_out && is_left_to_queue(probe->fact))
		about.shut_out = SHUT_OUT_NOT;
	gather(r, &values, probe, how);
	for (size_t i = 0; i < values.count && !values.are_too_many; i++) {
		struct expected *expected = expect(r, probe->fact, values.at[i].said);

		expected->from = probe->from;
		expected->endless = probe->endless;
		expected->shut_out = probe->shut_out;
		expected->first = probe->first;
		expected->good_flow = values.at[i].good_flow;
		expected->unknown_passes |= values.has_unknown;
		if (values.count > 1 || how == SHARING_NEARLY)
			share(r, expected, &values.at[i], how);
	}
	values_fini(&values);
}

void
expect_shares(struct recorder *r, enum fact_id fact, enum whose from)
{
	const struct expected probe = { .fact = fact, .from = from };

	expect_shares_of(r, &probe, SHARING_ALL);
}

/*
 * What depends on who comes first is only said where all were alike; and then
 * that not all are otherwise now.
 */
void
expect_habit(struct recorder *r, enum fact_id fact)
{
	const struct expected probe = { .fact = fact, .from = WHOSE_BOTH };
	struct values values = { 0 };
	struct diag diag;

	if (is_ignored(r, fact))
		return;
	gather(r, &values, &probe, SHARING_ALL);
	if (values.count == 1 && !values.has_unknown && strcmp(values.at[0].said, "both") != 0 &&
	    strcmp(values.at[0].said, "none") != 0) {
		struct expected *expected = expect(r, fact, values.at[0].said);

		expected->good_flow = values.at[0].good_flow;
		expected->has_flows = true;
		test_parse(&expected->flows, "any", VALUE_COUNT, NULL, &diag);
	}
	values_fini(&values);
}
