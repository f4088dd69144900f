/* Expectations that share the members of a group out among their values: "4 fin, 2 open". */
#include "check/hold.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool
is_sibling(const struct expected *a, const struct expected *b)
{
	return a->fact == b->fact && a->from == b->from && a->has_flows && b->has_flows &&
	       a->over == OVER_EACH && b->over == OVER_EACH &&
	       memcmp(&a->wanted, &b->wanted, sizeof(a->wanted)) == 0 && a->needle == b->needle &&
	       a->endless == b->endless && a->shut_out == b->shut_out && a->first == b->first &&
	       a->fact != FACT_SEQUENCE;
}

struct share {
	const struct expected *expected;
	int64_t lo, hi;
	int64_t count;
	uint32_t last[CHECK_FLOWS_MAX]; /* members that have it, the latest ones */
	uint32_t odd[CHECK_FLOWS_MAX];  /* those that had another value before */
	size_t odd_count;
};

struct shares {
	struct share *at;
	size_t count;
	int64_t unknown;
};

static void
put_shares(struct text *out, const struct shares *shares, size_t members)
{
	for (size_t i = 0; i < shares->count; i++) {
		const struct expected *expected = shares->at[i].expected;

		text_put(out, i == 0 ? "" : ", ");
		if (members > 1 || shares->count > 1 || expected->flows.kind != TEST_NUMBER ||
		    expected->flows.lo != 1) {
			text_put(out, expected->flows.said);
			text_char(out, ' ');
		}
		put_wanted(out, expected);
		if (i + 1 == VALUES_SHOWN && shares->count > VALUES_SHOWN) {
			text_put(out, ", ");
			text_u64(out, shares->count - VALUES_SHOWN);
			text_put(out, " others");
			return;
		}
	}
}

/* Or it was not there before. */
static bool
had_another(const struct holding *h, const struct group *group, uint32_t place,
    const struct expected *expected)
{
	uint32_t twin = twin_of(h, group, place);
	const struct subject subject = { h->expectations->good, group->scope, twin - 1 };
	struct seen seen = { 0 };
	bool had;

	if (twin == 0)
		return group->scope == SCOPE_FLOW && h->twins != NULL &&
		       !twins_have(h->twins, &h->data->flows[place]);
	fact_read(&seen, &subject, expected);
	had = seen.is_known && !expected_meets(expected, &seen, INT64_MIN);
	text_fini(&seen.room);
	return had;
}

static void
note_odd(struct share *share, uint32_t place)
{
	if (share->odd_count < CHECK_FLOWS_MAX)
		share->odd[share->odd_count++] = place;
}

/* The member has none of the values, or one that others have enough of. */
static void
share_out(struct holding *h, const struct group *group, const struct members *members,
    struct shares *shares, struct ruling *ruling)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < members->count; i++) {
		uint32_t place = members->at[i];
		size_t at = 0;

		holding_look(h, group, place, shares->at[0].expected, &seen);
		if (!seen.is_known) {
			shares->unknown++;
			continue;
		}
		while (at < shares->count &&
		       !expected_meets(shares->at[at].expected, &seen, INT64_MIN))
			at++;
		if (at == shares->count) {
			ruling_blame(ruling, place);
			continue;
		}
		shares->at[at].last[shares->at[at].count++ % CHECK_FLOWS_MAX] = place;
		if (had_another(h, group, place, shares->at[at].expected))
			note_odd(&shares->at[at], place);
	}
	text_fini(&seen.room);
}

static bool
is_odd(const struct share *share, uint32_t place)
{
	for (size_t i = 0; i < share->odd_count; i++)
		if (share->odd[i] == place)
			return true;
	return false;
}

/* First those that are known to have had another value, then the latest. */
static void
blame_surplus(struct ruling *ruling, const struct share *share)
{
	int64_t surplus = share->count - share->hi;
	int64_t left = surplus;

	for (size_t i = 0; i < share->odd_count && left > 0; i++, left--)
		ruling_blame(ruling, share->odd[i]);
	for (int64_t i = 0; i < CHECK_FLOWS_MAX && i < share->count && left > 0; i++) {
		uint32_t place = share->last[(share->count - 1 - i) % CHECK_FLOWS_MAX];

		if (is_odd(share, place))
			continue;
		ruling_blame(ruling, place);
		left--;
	}
	ruling->blamed += (size_t)left;
	ruling->surplus += (uint32_t)surplus;
	for (int64_t i = 0; share->odd_count == 0 && i < CHECK_FLOWS_MAX && i < share->count; i++)
		ruling_liken(ruling, share->last[i]);
}

/*
 * Where one value alone is shared out, or values are only wanted of some
 * ("any"), others may have what they like: then nobody is to blame for having
 * another one, unless too few have it.
 */
static bool
is_loose(const struct shares *shares)
{
	if (shares->count == 1)
		return true;
	for (size_t i = 0; i < shares->count; i++)
		if (shares->at[i].expected->flows.kind == TEST_ANY)
			return true;
	return false;
}

static void
find_lacking(struct ruling *ruling, const struct shares *shares)
{
	int64_t unknown = shares->unknown;

	for (size_t i = 0; i < shares->count; i++) {
		const struct share *share = &shares->at[i];
		int64_t lacking = share->lo - share->count;

		if (lacking <= 0)
			continue;
		/* What cannot be seen may be what is missing. */
		if (unknown >= lacking && share->expected->unknown_passes) {
			unknown -= lacking;
			continue;
		}
		ruling->lacking += (uint32_t)lacking;
		if (ruling->missing == NULL ||
		    share->expected->flows.lo < ruling->missing->flows.lo)
			ruling->missing = share->expected;
	}
}

/* off: by how many the group itself is too large or small, which has been said. */
static void
judge_shares(struct ruling *ruling, const struct shares *shares, int64_t off, size_t members)
{
	find_lacking(ruling, shares);
	if (is_loose(shares) && ruling->lacking == 0)
		ruling->culprit_count = ruling->blamed = 0;
	ruling->surplus = (uint32_t)ruling->blamed;
	for (size_t i = 0; i < shares->count; i++)
		if (shares->at[i].count > shares->at[i].hi)
			blame_surplus(ruling, &shares->at[i]);
	if (ruling->lacking > 0 || ruling->surplus > 0)
		ruling->outcome = CHECK_FAILED;
	else if (members > 0 && shares->unknown == (int64_t)members)
		ruling->outcome = CHECK_OPEN;
	if (off > 0 && ruling->lacking == 0 && ruling->surplus <= (uint64_t)off)
		ruling->explained_by = UINT32_MAX;
	if (off < 0 && ruling->surplus == 0 && ruling->lacking <= (uint64_t)-off)
		ruling->explained_by = UINT32_MAX;
}

void
hold_shares(struct holding *h, const struct group *group, const struct members *members,
    size_t first, int64_t off)
{
	struct ruling *ruling = ruling_add(h, group, &group->facts[first]);
	struct shares shares = { 0 };

	for (size_t i = first; i < group->count; i++) {
		const struct expected *expected = &group->facts[i];
		struct bounds bounds;

		if (i != first && !is_sibling(&group->facts[first], expected))
			continue;
		bounds = bounds_of(&expected->flows, (int64_t)members->count);
		shares.at = mem_realloc_array(shares.at, shares.count + 1, sizeof(*shares.at));
		shares.at[shares.count++] =
		    (struct share){ .expected = expected, .lo = bounds.lo, .hi = bounds.hi };
	}
	share_out(h, group, members, &shares, ruling);
	judge_shares(ruling, &shares, off, members->count);
	if (ruling->missing != NULL)
		ruling->expected = ruling->missing;
	if (ruling->missing != NULL && ruling->culprit_count == 1 && ruling->lacking == 1 &&
	    fact_rows[ruling->expected->fact].type == VALUE_TEXT) {
		/* One for another: nobody needs to read of the rest. */
		const struct members culprit = { ruling->culprits, 1 };

		put_wanted(&ruling->wanted, ruling->missing);
		put_spread(&ruling->seen, h, group, &culprit, ruling->expected);
	} else {
		put_shares(&ruling->wanted, &shares, members->count);
		put_spread(&ruling->seen, h, group, members, ruling->expected);
	}
	free(shares.at);
}

bool
was_held(const struct group *group, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_sibling(&group->facts[j], &group->facts[i]))
			return true;
	return false;
}
