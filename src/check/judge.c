/* One expectation is judged: by how many there are, of each that is meant, or of all together. */
#include "check/hold.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/sort.h"

/* --- how many --- */

struct bounds
bounds_of(const struct test *test, int64_t all)
{
	switch (test->kind) {
	case TEST_ANY:
		return (struct bounds){ 1, INT64_MAX };
	case TEST_NONE:
		return (struct bounds){ 0, 0 };
	case TEST_ALL:
		return (struct bounds){ all, all };
	default:
		/* Fewer than none there never are. */
		return (struct bounds){ test->lo > 0 ? test->lo : 0, test->hi };
	}
}

static int64_t
all_of_scope(const struct check_data *data, enum scope scope)
{
	if (scope == SCOPE_LISTENER)
		return (int64_t)data->listener_count;
	return scope == SCOPE_FLOW ? (int64_t)data->flow_count : 0;
}

int64_t
hold_count(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected)
{
	struct bounds bounds = bounds_of(&expected->test, all_of_scope(h->data, group->scope));
	struct ruling *ruling = ruling_add(h, group, expected);
	int64_t count = (int64_t)members->count;

	put_wanted(&ruling->wanted, expected);
	text_i64(&ruling->seen, count);
	if (count >= bounds.lo && count <= bounds.hi)
		return 0;
	ruling->outcome = CHECK_FAILED;
	ruling->matched_nothing = count == 0;
	ruling->off = count > bounds.hi ? count - bounds.hi : count - bounds.lo;
	return ruling->off;
}

/* --- each member, or all together --- */

static int64_t
all_packets(const struct holding *h, const struct group *group, uint32_t place)
{
	if (group->scope == SCOPE_TOTAL)
		return (int64_t)h->data->packet_count;
	return group->scope == SCOPE_FLOW ? h->data->flows[place].count : INT64_MIN;
}

static void
hold_each(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected)
{
	struct ruling *ruling = ruling_add(h, group, expected);
	struct seen seen = { 0 };
	size_t unknown = 0;

	for (size_t i = 0; i < members->count; i++) {
		holding_look(h, group, members->at[i], expected, &seen);
		unknown += !seen.is_known;
		if (expected_meets(expected, &seen, all_packets(h, group, members->at[i])) ||
		    (!seen.is_known && expected->unknown_passes))
			continue;
		ruling_blame(ruling, members->at[i]);
		ruling->outcome = CHECK_FAILED;
	}
	if (ruling->outcome == CHECK_PASSED && unknown == members->count &&
	    expected->test.kind != TEST_NONE)
		ruling->outcome = CHECK_OPEN;
	put_wanted(&ruling->wanted, expected);
	put_spread(&ruling->seen, h, group, members, expected);
	text_fini(&seen.room);
}

struct measured {
	int64_t value;
	uint32_t place;
};

static int
compare_measured(const void *a, const void *b)
{
	int64_t one = ((const struct measured *)a)->value;
	int64_t other = ((const struct measured *)b)->value;

	return (one > other) - (one < other);
}

static size_t
measure(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected, struct measured *measured)
{
	struct seen seen = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < members->count; i++) {
		holding_look(h, group, members->at[i], expected, &seen);
		if (seen.is_known)
			measured[count++] = (struct measured){ seen.lo, members->at[i] };
	}
	text_fini(&seen.room);
	qsort(measured, count, sizeof(*measured), compare_measured);
	return count;
}

static int64_t
sum_of(const struct measured *measured, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (__builtin_add_overflow(sum, measured[i].value, &sum))
			return INT64_MAX;
	return sum;
}

/* More than the same flow had; or that is not known. */
static bool
has_grown(const struct holding *h, const struct group *group, const struct expected *expected,
    const struct measured *measured)
{
	uint32_t twin = twin_of(h, group, measured->place);
	const struct subject subject = { h->expectations->good, group->scope, twin - 1 };
	struct seen seen = { 0 };

	if (twin == 0)
		return measured->value > 0;
	fact_read(&seen, &subject, expected);
	text_fini(&seen.room);
	return measured->value > seen.lo;
}

static void
hold_together(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected)
{
	struct ruling *ruling = ruling_add(h, group, expected);
	struct measured *measured = mem_realloc_array(NULL, members->count, sizeof(*measured));
	size_t count = measure(h, group, members, expected, measured);
	/* What nobody has adds up to nothing. */
	struct seen seen = { .is_known = count > 0 || expected->over == OVER_SUM };
	size_t rank = percentile_place(count, expected->percentile);

	if (expected->over == OVER_SUM)
		seen.lo = sum_of(measured, count);
	else if (count > 0)
		seen.lo = measured[rank].value;
	ruling->value = seen.hi = seen.lo;
	put_wanted(&ruling->wanted, expected);
	put_seen(&ruling->seen, expected, &seen);
	if (count == 0 && expected->unknown_passes) {
		ruling->outcome = CHECK_OPEN;
	} else if (!expected_meets(expected, &seen, INT64_MIN)) {
		ruling->outcome = CHECK_FAILED;
		/* The largest are to blame for what is too much. */
		for (size_t i = count; i-- > 0 && ruling->culprit_count < CHECK_FLOWS_MAX;)
			if (expected->over == OVER_SUM ? has_grown(h, group, expected, &measured[i])
						       : i >= rank)
				ruling_blame(ruling, measured[i].place);
	}
	free(measured);
}

void
hold_fact(struct holding *h, const struct group *group, const struct members *members, size_t i,
    int64_t off)
{
	const struct expected *expected = &group->facts[i];

	if (fact_is_count(expected->fact) || was_held(group, i))
		return;
	if (expected->over != OVER_EACH)
		hold_together(h, group, members, expected);
	else if (expected->has_flows)
		hold_shares(h, group, members, i, off);
	else
		hold_each(h, group, members, expected);
}
