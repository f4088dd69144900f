/*
 * Expectations held against one capture.
 *
 * Each expectation gives a ruling, and one that fails names culprits: the
 * members of its group that are not as they should be. Expectations that share
 * the members of a group out among values ("4 fin, 2 open") are judged as one.
 * Then rulings are taken back that only repeat what another says: where a flow
 * is missing, one is missing of every value too.
 */
#include "check/check_priv.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Flows by the million may be wrong: nobody reads of so many, or waits for it. */
#define CULPRITS_MAX 256

struct ruling {
	enum check_outcome outcome;
	const struct group *group;
	const struct expected *expected;
	uint32_t *culprits; /* places */
	size_t culprit_count;
	size_t blamed;                  /* all of them */
	struct text wanted, seen;       /* for people */
	const struct expected *missing; /* a value that too few have; NULL: none */
	uint32_t lacking;               /* of the value that is missing, how many */
	uint32_t surplus;               /* of all that is too much */
	bool has_difference;            /* of bytes: they differ first at */
	uint64_t difference;
	bool matched_nothing;
	uint32_t explained_by; /* 1 + the ruling that says it all; 0: none */
};

struct holding {
	const struct check_data *data;
	const struct expectations *expectations;
	const struct capture_group *capture;
	struct ruling *rulings;
	size_t count;
};

static struct ruling *
add_ruling(struct holding *h, const struct group *group, const struct expected *expected)
{
	struct ruling *ruling;

	h->rulings = mem_realloc_array(h->rulings, h->count + 1, sizeof(*h->rulings));
	ruling = &h->rulings[h->count++];
	*ruling = (struct ruling){
		.outcome = CHECK_PASSED,
		.group = group,
		.expected = expected,
	};
	return ruling;
}

/* Each is named once by whoever calls this; of very many, the first stand for all. */
static void
add_culprit(struct ruling *ruling, uint32_t place)
{
	ruling->blamed++;
	if (ruling->culprit_count == CULPRITS_MAX)
		return;
	ruling->culprits = mem_realloc_array(
	    ruling->culprits, ruling->culprit_count + 1, sizeof(*ruling->culprits));
	ruling->culprits[ruling->culprit_count++] = place;
}

static struct subject
subject_of(const struct holding *h, const struct group *group, uint32_t place)
{
	return (struct subject){ .data = h->data, .scope = group->scope, .place = place };
}

static void
look(const struct holding *h, const struct group *group, uint32_t place,
    const struct expected *expected, struct seen *seen)
{
	struct subject subject = subject_of(h, group, place);
	struct text room = seen->room;

	*seen = (struct seen){ .room = room };
	fact_rows[expected->fact].read(seen, &subject, expected);
}

static bool
meets(const struct expected *expected, const struct seen *seen, int64_t all)
{
	if (expected->fact == FACT_SEQUENCE)
		return seen->lo == (int64_t)expected->step_count;
	if (expected->test.kind == TEST_ALL)
		return seen->lo == all;
	return test_meets(&expected->test, seen, fact_rows[expected->fact].type);
}

/* --- in words --- */

/* Long strings are cut: whoever wants them whole has the capture. */
#define SHOWN_MAX 72

static void
put_cut(struct text *out, const char *text)
{
	size_t length = strlen(text);

	if (length <= SHOWN_MAX) {
		text_put(out, text);
		return;
	}
	text_bytes(out, text, SHOWN_MAX);
	text_put(out, "...");
}

static void
put_seen(struct text *out, const struct expected *expected, const struct seen *seen)
{
	struct text value = { 0 };

	if (expected->fact == FACT_SEQUENCE)
		text_bytes(&value, seen->text, seen->text_length);
	else if ((expected->fact == FACT_DIGEST || expected->fact == FACT_UNDATED) &&
		 seen->is_known)
		text_bytes(&value, seen->text, 16);
	else
		seen_put(&value, seen, fact_rows[expected->fact].type, fact_words(expected->fact));
	put_cut(out, text_str(&value));
	text_fini(&value);
}

static void
put_wanted(struct text *out, const struct expected *expected)
{
	const char *said = expected->test.said;

	if (expected->fact == FACT_CONTENT || expected->fact == FACT_CONTAINS) {
		struct text value = { 0 };

		text_char(&value, '"');
		text_put(&value, said);
		text_char(&value, '"');
		put_cut(out, text_str(&value));
		text_fini(&value);
	} else if (expected->fact == FACT_DIGEST || expected->fact == FACT_UNDATED) {
		text_bytes(out, said, strlen(said) < 16 ? strlen(said) : 16);
	} else {
		put_cut(out, said);
	}
}

/* Values seen, each once, with how many have it; members: the group's. */
#define VALUES_SHOWN 5

struct spread {
	struct text value;
	size_t count;
};

static void
put_spread(struct text *out, const struct holding *h, const struct group *group,
    const struct members *members, const struct expected *expected)
{
	struct spread spreads[VALUES_SHOWN] = { 0 };
	struct text value = { 0 };
	struct seen seen = { 0 };
	size_t used = 0, others = 0;

	for (size_t i = 0; i < members->count; i++) {
		size_t at = 0;

		look(h, group, members->at[i], expected, &seen);
		value.length = 0;
		put_seen(&value, expected, &seen);
		text_str(&value);
		while (at < used && strcmp(text_str(&spreads[at].value), value.at) != 0)
			at++;
		if (at == VALUES_SHOWN) {
			others++;
			continue;
		}
		if (at == used) {
			text_put(&spreads[at].value, value.at);
			used++;
		}
		spreads[at].count++;
	}
	for (size_t i = 0; i < used; i++) {
		text_put(out, i == 0 ? "" : ", ");
		if (members->count > 1) {
			text_u64(out, spreads[i].count);
			text_char(out, ' ');
		}
		text_put(out, text_str(&spreads[i].value));
		text_fini(&spreads[i].value);
	}
	if (others > 0) {
		text_put(out, ", ");
		text_u64(out, others);
		text_put(out, " others");
	}
	text_fini(&value);
	text_fini(&seen.room);
}

/* --- how many --- */

struct bounds {
	int64_t lo, hi;
};

static struct bounds
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
		return (struct bounds){ test->lo, test->hi };
	}
}

static bool
is_count(enum fact_id fact)
{
	return fact == FACT_COUNT || fact == FACT_LISTENER_COUNT || fact == FACT_SOCKET_COUNT;
}

static const struct expected *
count_of(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (is_count(group->facts[i].fact))
			return &group->facts[i];
	return NULL;
}

static int64_t
all_of_scope(const struct check_data *data, enum scope scope)
{
	if (scope == SCOPE_LISTENER)
		return (int64_t)data->listener_count;
	return scope == SCOPE_FLOW ? (int64_t)data->flow_count : 0;
}

/* By how many the group is too large, or (below zero) too small. */
static int64_t
hold_count(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected)
{
	struct bounds bounds = bounds_of(&expected->test, all_of_scope(h->data, group->scope));
	struct ruling *ruling = add_ruling(h, group, expected);
	int64_t count = (int64_t)members->count;

	put_wanted(&ruling->wanted, expected);
	text_i64(&ruling->seen, count);
	if (count >= bounds.lo && count <= bounds.hi)
		return 0;
	ruling->outcome = CHECK_FAILED;
	ruling->matched_nothing = count == 0;
	return count > bounds.hi ? count - bounds.hi : count - bounds.lo;
}

/* --- values shared out among the members --- */

static bool
is_sibling(const struct expected *a, const struct expected *b)
{
	return a->fact == b->fact && a->from == b->from && a->has_flows && b->has_flows &&
	       a->over == OVER_EACH && b->over == OVER_EACH &&
	       memcmp(&a->wanted, &b->wanted, sizeof(a->wanted)) == 0 && a->needle == b->needle &&
	       a->fact != FACT_SEQUENCE;
}

struct share {
	const struct expected *expected;
	int64_t lo, hi;
	int64_t count;
	uint32_t last[CHECK_FLOWS_MAX]; /* members that have it, the latest ones */
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

/* The member has none of the values, or one that others have enough of. */
static void
share_out(struct holding *h, const struct group *group, const struct members *members,
    struct shares *shares, struct ruling *ruling)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < members->count; i++) {
		uint32_t place = members->at[i];
		size_t at = 0;

		look(h, group, place, shares->at[0].expected, &seen);
		if (!seen.is_known) {
			shares->unknown++;
			continue;
		}
		while (at < shares->count && !meets(shares->at[at].expected, &seen, INT64_MIN))
			at++;
		if (at == shares->count) {
			add_culprit(ruling, place);
			continue;
		}
		shares->at[at].last[shares->at[at].count++ % CHECK_FLOWS_MAX] = place;
	}
	text_fini(&seen.room);
}

static void
blame_surplus(struct ruling *ruling, const struct share *share)
{
	int64_t surplus = share->count - share->hi;

	for (int64_t i = 0; i < surplus && i < CHECK_FLOWS_MAX; i++)
		add_culprit(ruling, share->last[(share->count - 1 - i) % CHECK_FLOWS_MAX]);
	if (surplus > CHECK_FLOWS_MAX)
		ruling->blamed += (size_t)(surplus - CHECK_FLOWS_MAX);
	ruling->surplus += (uint32_t)surplus;
}

/*
 * Where values are only wanted of some ("any"), others may have what they like:
 * then nobody is to blame for having another one, unless all have.
 */
static bool
is_loose(const struct shares *shares)
{
	for (size_t i = 0; i < shares->count; i++)
		if (shares->at[i].hi == INT64_MAX)
			return true;
	return false;
}

/* off: by how many the group itself is too large or small, which has been said. */
static void
judge_shares(struct ruling *ruling, const struct shares *shares, int64_t off, size_t members)
{
	uint32_t unexpected = (uint32_t)ruling->blamed;
	int64_t unknown = shares->unknown;
	bool is_wrong = unexpected > 0 && !is_loose(shares);

	for (size_t i = 0; i < shares->count; i++) {
		const struct share *share = &shares->at[i];
		int64_t lacking = share->lo - share->count;

		if (share->count > share->hi) {
			blame_surplus(ruling, share);
			is_wrong = true;
		}
		if (lacking <= 0)
			continue;
		/* What cannot be seen may be what is missing. */
		if (unknown >= lacking && share->expected->unknown_passes) {
			unknown -= lacking;
			continue;
		}
		is_wrong = true;
		ruling->lacking += (uint32_t)lacking;
		if (ruling->missing == NULL ||
		    share->expected->flows.lo < ruling->missing->flows.lo)
			ruling->missing = share->expected;
	}
	if (!is_wrong)
		ruling->culprit_count = ruling->blamed = 0;
	if (is_loose(shares) && ruling->lacking == 0 && ruling->surplus == 0)
		is_wrong = false;
	if (is_wrong)
		ruling->outcome = CHECK_FAILED;
	else if (members > 0 && shares->unknown == (int64_t)members)
		ruling->outcome = CHECK_OPEN;
	ruling->surplus += unexpected;
	if (off > 0 && ruling->lacking == 0 && ruling->surplus <= (uint64_t)off)
		ruling->explained_by = UINT32_MAX;
	if (off < 0 && ruling->surplus == 0 && ruling->lacking <= (uint64_t)-off)
		ruling->explained_by = UINT32_MAX;
}

static void
hold_shares(struct holding *h, const struct group *group, const struct members *members,
    size_t first, int64_t off)
{
	struct ruling *ruling = add_ruling(h, group, &group->facts[first]);
	struct shares shares = { 0 };

	for (size_t i = first; i < group->count; i++) {
		const struct expected *expected = &group->facts[i];
		struct bounds bounds;

		if (!is_sibling(&group->facts[first], expected))
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

static bool
was_held(const struct group *group, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_sibling(&group->facts[j], &group->facts[i]))
			return true;
	return false;
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
	struct ruling *ruling = add_ruling(h, group, expected);
	struct seen seen = { 0 };
	size_t unknown = 0;

	for (size_t i = 0; i < members->count; i++) {
		look(h, group, members->at[i], expected, &seen);
		unknown += !seen.is_known;
		if (meets(expected, &seen, all_packets(h, group, members->at[i])) ||
		    (!seen.is_known && expected->unknown_passes))
			continue;
		add_culprit(ruling, members->at[i]);
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
		look(h, group, members->at[i], expected, &seen);
		if (seen.is_known)
			measured[count++] = (struct measured){ seen.lo, members->at[i] };
	}
	text_fini(&seen.room);
	qsort(measured, count, sizeof(*measured), compare_measured);
	return count;
}

/* The nearest rank: the smallest of which so many percent are no larger. */
static size_t
rank_of(size_t count, unsigned percentile)
{
	size_t rank = (count * percentile + 99) / 100;

	return rank == 0 ? 0 : rank - 1;
}

static void
hold_together(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected)
{
	struct ruling *ruling = add_ruling(h, group, expected);
	struct measured *measured = mem_realloc_array(NULL, members->count, sizeof(*measured));
	size_t count = measure(h, group, members, expected, measured);
	struct seen seen = { .is_known = count > 0 };
	size_t rank = rank_of(count, expected->percentile);

	if (expected->over == OVER_SUM)
		for (size_t i = 0; i < count; i++)
			seen.lo += measured[i].value;
	else if (count > 0)
		seen.lo = measured[rank].value;
	seen.hi = seen.lo;
	put_wanted(&ruling->wanted, expected);
	put_seen(&ruling->seen, expected, &seen);
	if (count == 0 && expected->unknown_passes) {
		ruling->outcome = CHECK_OPEN;
	} else if (!meets(expected, &seen, INT64_MIN)) {
		ruling->outcome = CHECK_FAILED;
		/* The largest are to blame for what is too much. */
		for (size_t i = count; i-- > 0 && ruling->culprit_count < CHECK_FLOWS_MAX;)
			if (expected->over == OVER_SUM ? measured[i].value > 0 : i >= rank)
				add_culprit(ruling, measured[i].place);
	}
	free(measured);
}

static void
hold_fact(struct holding *h, const struct group *group, const struct members *members, size_t i,
    int64_t off)
{
	const struct expected *expected = &group->facts[i];

	if (is_count(expected->fact) || was_held(group, i))
		return;
	if (expected->over != OVER_EACH)
		hold_together(h, group, members, expected);
	else if (expected->has_flows)
		hold_shares(h, group, members, i, off);
	else
		hold_each(h, group, members, expected);
}

/* --- one group --- */

/* Members stand in the order of places. */
static size_t
rank_in(const struct members *members, uint32_t place)
{
	size_t lo = 0;
	size_t hi = members->count;

	while (hi - lo > 1) {
		size_t middle = lo + (hi - lo) / 2;

		if (members->at[middle] <= place)
			lo = middle;
		else
			hi = middle;
	}
	return lo;
}

/* Of too many, those are too many that are odd in most ways; of equals, the latest. */
static void
blame_extra(struct holding *h, size_t count_ruling, const struct members *members, int64_t off)
{
	size_t *scores = mem_realloc_array(NULL, members->count, sizeof(*scores));

	memset(scores, 0, members->count * sizeof(*scores));
	for (size_t v = count_ruling + 1; v < h->count; v++)
		for (size_t c = 0; c < h->rulings[v].culprit_count; c++)
			scores[rank_in(members, h->rulings[v].culprits[c])]++;
	for (; off > 0 && h->rulings[count_ruling].blamed < CULPRITS_MAX; off--) {
		size_t worst = members->count;

		for (size_t i = members->count; i-- > 0;)
			if (scores[i] != SIZE_MAX &&
			    (worst == members->count || scores[i] > scores[worst]))
				worst = i;
		if (worst == members->count)
			break;
		scores[worst] = SIZE_MAX;
		add_culprit(&h->rulings[count_ruling], members->at[worst]);
	}
	h->rulings[count_ruling].blamed += (size_t)off;
	free(scores);
}

/* What is missing is known best by the rarest value that is. */
static void
name_missing(struct holding *h, size_t count_ruling)
{
	const struct expected *rarest = NULL;

	for (size_t v = count_ruling + 1; v < h->count; v++) {
		const struct expected *missing = h->rulings[v].missing;

		if (missing != NULL && (rarest == NULL || missing->flows.lo < rarest->flows.lo))
			rarest = missing;
	}
	h->rulings[count_ruling].missing = rarest;
}

static void
explain(struct holding *h, size_t by, const struct group *group)
{
	for (size_t v = 0; v < h->count; v++)
		if (h->rulings[v].explained_by == UINT32_MAX && h->rulings[v].group == group)
			h->rulings[v].explained_by =
			    h->rulings[v].outcome == CHECK_FAILED ? (uint32_t)by + 1 : 0;
}

/* A group that nothing belongs to fails, unless it says how many there may be. */
static void
hold_nothing(struct holding *h, const struct group *group)
{
	static const struct expected some_flow = { .fact = FACT_COUNT },
				     some_listener = { .fact = FACT_LISTENER_COUNT },
				     some_socket = { .fact = FACT_SOCKET_COUNT };
	struct ruling *ruling = add_ruling(h, group,
	    group->scope == SCOPE_FLOW       ? &some_flow
	    : group->scope == SCOPE_LISTENER ? &some_listener
					     : &some_socket);

	ruling->outcome = CHECK_FAILED;
	ruling->matched_nothing = true;
	text_put(&ruling->wanted, "at least 1");
	text_put(&ruling->seen, "none");
}

static void
hold_group(struct holding *h, const struct group *group)
{
	const struct expected *count = count_of(group);
	size_t first = h->count;
	struct members members;
	int64_t off = 0;

	members_of(&members, h->data, h->capture, group);
	if (count != NULL)
		off = hold_count(h, group, &members, count);
	else if (members.count == 0)
		hold_nothing(h, group);
	for (size_t i = 0; i < group->count && (members.count > 0 || off < 0); i++)
		hold_fact(h, group, &members, i, off);
	if (off > 0)
		blame_extra(h, first, &members, off);
	if (off < 0)
		name_missing(h, first);
	explain(h, first, group);
	members_fini(&members);
}

/* --- what follows from something else --- */

#define BIT(id) (UINT64_C(1) << FACT_##id)
#define BYTE_FACTS \
	(BIT(LENGTH) | BIT(CONTENT) | BIT(DIGEST) | BIT(UNDATED) | BIT(CONTAINS) | BIT(BYTES))

/* By fact: what, found wrong in the same flows, leads to this one. */
static uint64_t
leads_to(enum fact_id fact)
{
	uint64_t from = BIT(DIRECTIONS);

	if (fact_rows[fact].scope != SCOPE_FLOW || fact == FACT_DIRECTIONS || is_count(fact))
		return 0;
	if (fact != FACT_OPEN)
		from |= BIT(OPEN);
	if (fact == FACT_CLOSED_FIRST || fact == FACT_HALF_CLOSED || fact == FACT_CAUSE ||
	    fact == FACT_STATE || fact == FACT_HISTORY)
		from |= BIT(CLOSE) | BIT(HALF_CLOSE);
	if (fact == FACT_HALF_CLOSE)
		from |= BIT(CLOSE);
	if (fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	    fact == FACT_BYTES)
		from |= BIT(LENGTH);
	if (fact == FACT_STATE || fact == FACT_HISTORY || fact == FACT_SPOKE_FIRST)
		from |= BYTE_FACTS;
	if (fact == FACT_RESENT_COUNT || fact == FACT_PACKETS || fact == FACT_DATA_SCHEDULE)
		from |= BIT(RESENT);
	return from;
}

static bool
are_among(const struct ruling *some, const struct ruling *all)
{
	for (size_t i = 0; i < some->culprit_count; i++) {
		size_t j = 0;

		while (j < all->culprit_count && all->culprits[j] != some->culprits[i])
			j++;
		if (j == all->culprit_count)
			return false;
	}
	return some->culprit_count > 0;
}

static bool
is_served_by(const struct check_data *data, uint32_t flow, uint32_t listener)
{
	const struct tuple *ends = &data->flows[flow].row.tuple;
	const struct listener_row *row = &data->listeners[listener].row;

	return ends->dport == row->local.sport &&
	       (row->any_address || memcmp(ends->dst, row->local.src, sizeof(ends->dst)) == 0);
}

/* All flows to what listens too much are too many. */
static bool
are_served_by(
    const struct check_data *data, const struct ruling *flows, const struct ruling *listeners)
{
	for (size_t i = 0; i < flows->culprit_count; i++) {
		size_t j = 0;

		while (j < listeners->culprit_count &&
		       !is_served_by(data, flows->culprits[i], listeners->culprits[j]))
			j++;
		if (j == listeners->culprit_count)
			return false;
	}
	return flows->culprit_count > 0;
}

/* Every flow of the listener is half there: what it did cannot be told. */
static bool
is_half_there(
    const struct check_data *data, const struct ruling *listener, const struct ruling *directions)
{
	size_t served = 0, blamed = 0;

	if (listener->culprit_count == 0)
		return false;
	for (uint32_t i = 0; i < data->flow_count; i++) {
		if (!is_served_by(data, i, listener->culprits[0]))
			continue;
		served++;
		for (size_t j = 0; j < directions->culprit_count; j++)
			blamed += directions->culprits[j] == i;
	}
	return served > 0 && blamed == served;
}

static bool
is_same_end(const struct group *a, const struct group *b)
{
	return memcmp(&a->selector.server, &b->selector.server, sizeof(a->selector.server)) == 0;
}

static bool
explains(const struct check_data *data, const struct ruling *cause, const struct ruling *effect)
{
	enum fact_id fact = effect->expected->fact;
	enum scope scope = effect->group->scope;

	if (cause == effect || cause->outcome != CHECK_FAILED)
		return false;
	if (cause->expected->fact == FACT_DIRECTIONS && scope == SCOPE_LISTENER)
		return is_half_there(data, effect, cause) ||
		       (effect->matched_nothing && is_same_end(cause->group, effect->group));
	if (cause->expected->fact == FACT_LISTENER_COUNT && fact == FACT_COUNT) {
		if (cause->matched_nothing && effect->matched_nothing)
			return is_same_end(cause->group, effect->group);
		return are_served_by(data, effect, cause);
	}
	if (scope != SCOPE_FLOW || cause->group != effect->group)
		return false;
	/* A flow that is one too many is judged by nothing else. */
	if (is_count(cause->expected->fact))
		return are_among(effect, cause) && effect->lacking == 0;
	if (!(leads_to(fact) & UINT64_C(1) << cause->expected->fact))
		return false;
	return are_among(effect, cause);
}

static void
find_consequences(struct holding *h)
{
	for (size_t effect = 0; effect < h->count; effect++) {
		struct ruling *ruling = &h->rulings[effect];

		if (ruling->outcome != CHECK_FAILED || ruling->explained_by != 0)
			continue;
		for (size_t cause = 0; cause < h->count; cause++) {
			if (!explains(h->data, &h->rulings[cause], ruling))
				continue;
			ruling->explained_by = (uint32_t)cause + 1;
			break;
		}
	}
}

/* --- which bytes differ --- */

/* The packets of a stream that carry the byte at that place. */
static size_t
frames_with_byte(const struct check_data *data, const struct kept_flow *flow, enum whose from,
    uint64_t at, uint32_t *indices, size_t room)
{
	size_t count = 0;

	for (uint32_t i = 0; i < flow->count && count < room; i++) {
		const struct kept_packet *pkt = &data->packets[data->by_flow[flow->first + i]];

		/* Relative numbers begin with 1 behind the SYN. */
		if (pkt->from == from && pkt->length > 0 &&
		    (uint32_t)at + 1 - pkt->seq < pkt->length)
			indices[count++] = pkt->index;
	}
	return count;
}

static bool
is_of_bytes(enum fact_id fact)
{
	return fact == FACT_LENGTH || fact == FACT_CONTENT || fact == FACT_DIGEST ||
	       fact == FACT_UNDATED;
}

static bool
find_difference(struct holding *h, struct ruling *ruling, uint64_t *at)
{
	const struct expected *missing =
	    ruling->missing != NULL ? ruling->missing : ruling->expected;
	const struct kept_flow *flow = &h->data->flows[ruling->culprits[0]];
	const struct payload *payload = &flow->payload[missing->from == WHOSE_SERVER];
	struct payload wanted = { .is_known = true };

	if (!payload_is_whole(payload))
		return false;
	if (missing->good_flow != 0)
		return payload_differ(payload,
		    &h->expectations->good->flows[missing->good_flow - 1]
			 .payload[missing->from == WHOSE_SERVER],
		    at);
	if (missing->fact != FACT_CONTENT || missing->test.text == NULL)
		return false;
	wanted.head = (uint8_t *)missing->test.text;
	wanted.head_count = (uint32_t)missing->test.text_length;
	wanted.length = missing->test.text_length;
	return payload_differ(payload, &wanted, at);
}

/* --- from rulings to cases --- */

static void
put_culprit(struct text *out, const struct holding *h, const struct ruling *ruling, size_t i)
{
	uint32_t place = ruling->culprits[i];

	if (ruling->group->scope == SCOPE_FLOW) {
		const struct flow_row *row = &h->data->flows[place].row;

		text_put(out, "flow ");
		text_u64(out, row->flow);
		text_put(out, " (");
		end_put(out, row->tuple.src, row->tuple.ip_version, row->tuple.sport);
		text_put(out, " to ");
		end_put(out, row->tuple.dst, row->tuple.ip_version, row->tuple.dport);
		text_char(out, ')');
	} else if (ruling->group->scope == SCOPE_LISTENER) {
		const struct tuple *local = &h->data->listeners[place].row.local;

		end_put(out, local->src, local->ip_version, local->sport);
	} else if (ruling->group->scope == SCOPE_SOCKET) {
		const struct tuple *ends = &h->data->sockets[place].ends;

		end_put(out, ends->src, ends->ip_version, ends->sport);
	}
}

#define CULPRITS_NAMED 3

static void
put_culprits(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	if (ruling->culprit_count == 0 || ruling->group->scope == SCOPE_TOTAL)
		return;
	text_put(out, ": ");
	for (size_t i = 0; i < ruling->culprit_count && i < CULPRITS_NAMED; i++) {
		text_put(out, i == 0 ? "" : ", ");
		put_culprit(out, h, ruling, i);
	}
	if (ruling->blamed > CULPRITS_NAMED) {
		text_put(out, " and ");
		text_u64(out, ruling->blamed - CULPRITS_NAMED);
		text_put(out, " more");
	}
}

static void
put_subject(struct text *out, const struct group *group)
{
	const struct selector *selector = &group->selector;

	if (group->title != NULL) {
		text_put(out, group->title);
		return;
	}
	if (group->scope == SCOPE_TOTAL) {
		text_put(out, "the capture");
		return;
	}
	text_put(out, selector->others ? "other " : "");
	text_put(out, group->scope == SCOPE_FLOW       ? "flows"
		      : group->scope == SCOPE_LISTENER ? "listeners"
						       : "sockets");
	if (selector->server.has_address || selector->server.has_port) {
		text_put(out, group->scope == SCOPE_FLOW ? " to " : " ");
		end_wanted_put(out, &selector->server);
	}
	if (selector->client.has_address || selector->client.has_port) {
		text_put(out, " from ");
		end_wanted_put(out, &selector->client);
	}
	if (selector->end.has_address || selector->end.has_port) {
		text_put(out, " of ");
		end_wanted_put(out, &selector->end);
	}
}

static void
put_sentence(
    struct text *out, const struct holding *h, const struct ruling *ruling, const char *subject)
{
	text_put(out, subject);
	text_put(out, ": ");
	if (ruling->matched_nothing && ruling->group->scope != SCOPE_TOTAL) {
		text_put(out, "there is none; expected ");
		text_put(out, text_str((struct text *)&ruling->wanted));
		return;
	}
	text_put(out, fact_rows[ruling->expected->fact].name);
	if (ruling->expected->from < WHOSE_BOTH) {
		text_put(out, " from ");
		text_put(out, whose_names[ruling->expected->from]);
	}
	text_put(out, ": expected ");
	text_put(out, text_str((struct text *)&ruling->wanted));
	text_put(out, ", but it is ");
	text_put(out, text_str((struct text *)&ruling->seen));
	if (ruling->has_difference) {
		text_put(out, ", from byte ");
		text_u64(out, ruling->difference);
		text_put(out, " on");
	}
	put_culprits(out, h, ruling);
}

static void
add_frames(struct check_case *c, struct holding *h, const struct ruling *ruling)
{
	uint32_t indices[CHECK_FRAMES_MAX];
	size_t count = 0;

	if (ruling->has_difference) {
		count = frames_with_byte(h->data, &h->data->flows[ruling->culprits[0]],
		    ruling->expected->from, ruling->difference, indices, CHECK_FRAMES_MAX);
		for (size_t i = 0; i < count; i++)
			case_add_frame(c, h->data, indices[i]);
	}
	/* All culprits have a right to be shown. */
	for (size_t i = 0; count == 0 && i < ruling->culprit_count && i < CHECK_FRAMES_MAX; i++) {
		size_t share = CHECK_FRAMES_MAX / (ruling->culprit_count < CHECK_FRAMES_MAX
							  ? ruling->culprit_count
							  : CHECK_FRAMES_MAX);
		struct subject subject = subject_of(h, ruling->group, ruling->culprits[i]);
		size_t found = fact_frames(indices, share, &subject, ruling->expected);

		for (size_t j = 0; j < found; j++)
			case_add_frame(c, h->data, indices[j]);
	}
}

static void
add_good_frames(struct check_case *c, struct holding *h, const struct ruling *ruling)
{
	const struct expected *missing =
	    ruling->missing != NULL ? ruling->missing : ruling->expected;
	uint32_t indices[CHECK_FRAMES_MAX];
	struct subject subject = { .data = h->expectations->good, .scope = SCOPE_FLOW };
	struct expected shown = *missing;
	size_t count;

	/* What is too much was not there. */
	if (missing->good_flow == 0 || ruling->group->scope != SCOPE_FLOW ||
	    (is_count(ruling->expected->fact) && ruling->culprit_count > 0))
		return;
	subject.place = missing->good_flow - 1;
	shown.fact = ruling->expected->fact;
	count = fact_frames(indices, CHECK_FRAMES_MAX, &subject, &shown);
	for (size_t i = 0; i < count; i++)
		case_add_good_frame(c, subject.data, indices[i]);
}

static void
add_flows(struct check_case *c, const struct holding *h, const struct ruling *ruling)
{
	if (ruling->group->scope == SCOPE_LISTENER) {
		for (uint32_t i = 0; i < h->data->flow_count && ruling->culprit_count > 0; i++)
			if (c->flow_count < CHECK_FLOWS_MAX &&
			    is_served_by(h->data, i, ruling->culprits[0]))
				c->flows[c->flow_count++] = h->data->flows[i].row.flow;
		return;
	}
	for (size_t i = 0; i < ruling->culprit_count && c->flow_count < CHECK_FLOWS_MAX; i++) {
		uint32_t place = ruling->culprits[i];

		if (ruling->group->scope == SCOPE_FLOW)
			c->flows[c->flow_count++] = h->data->flows[place].row.flow;
		else if (ruling->group->scope == SCOPE_SOCKET && h->data->sockets[place].flow)
			c->flows[c->flow_count++] = h->data->sockets[place].flow;
	}
}

static void
tell(struct check_result *result, struct holding *h, struct ruling *ruling)
{
	struct check_case *c =
	    result_add(result, ruling->explained_by != 0 ? CHECK_OPEN : ruling->outcome);
	const struct fact_row *fact = &fact_rows[ruling->expected->fact];
	struct text subject = { 0 };
	struct text sentence = { 0 };

	put_subject(&subject, ruling->group);
	c->fact = fact->name;
	c->severity = fact->severity;
	c->figure = fact->figure;
	c->capture = mem_strdup(h->data->name);
	c->line = ruling->expected->line != 0 ? ruling->expected->line : ruling->group->line;
	if (c->outcome == CHECK_FAILED && ruling->culprit_count > 0 &&
	    is_of_bytes(ruling->expected->fact))
		ruling->has_difference = find_difference(h, ruling, &ruling->difference);
	if (c->outcome == CHECK_FAILED) {
		put_sentence(&sentence, h, ruling, text_str(&subject));
		add_frames(c, h, ruling);
		add_good_frames(c, h, ruling);
	} else if (ruling->explained_by != 0) {
		const struct expected *by = h->rulings[ruling->explained_by - 1].expected;

		text_put(&sentence, "not judged: what is wrong with ");
		text_put(&sentence, fact_rows[by->fact].name);
		text_put(&sentence, " leads to it");
	}
	add_flows(c, h, ruling);
	c->sentence = text_take(&sentence);
	c->subject = text_take(&subject);
	c->expected = text_take(&ruling->wanted);
	c->seen = text_take(&ruling->seen);
}

static void
hold_capture(struct check_result *result, struct holding *h)
{
	for (size_t i = 0; i < h->capture->count; i++)
		hold_group(h, &h->capture->groups[i]);
	find_consequences(h);
	for (size_t i = 0; i < h->count; i++) {
		tell(result, h, &h->rulings[i]);
		free(h->rulings[i].culprits);
	}
	free(h->rulings);
	h->rulings = NULL;
	h->count = 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

bool
check_hold(
    struct check_result *result, struct expectations *expectations, const struct check_data *data)
{
	struct holding h = { .data = data, .expectations = expectations };
	bool was_meant = false;
	struct check_case *c;

	for (size_t i = 0; i < expectations->count; i++) {
		struct capture_group *capture = &expectations->captures[i];

		if (capture->file != NULL && fnmatch(capture->file, base_name(data->name), 0) != 0)
			continue;
		was_meant = true;
		capture->used++;
		h.capture = capture;
		hold_capture(result, &h);
	}
	if (was_meant)
		return true;
	c = result_add(result, CHECK_FAILED);
	c->severity = 99;
	c->fact = "capture";
	c->capture = mem_strdup(data->name);
	c->subject = mem_strdup("the capture");
	c->expected = mem_strdup("a capture that something is expected of");
	c->seen = mem_strdup(base_name(data->name));
	c->sentence = mem_strdup("nothing is expected of a capture of this name");
	return false;
}

/* What is said of no capture that was there is not known to hold. */
void
check_finish(struct check_result *result, const struct expectations *expectations)
{
	for (size_t i = 0; i < expectations->count; i++) {
		const struct capture_group *capture = &expectations->captures[i];
		const char *file = capture->file == NULL ? "*" : capture->file;
		struct check_case *c;

		if (capture->used > 0)
			continue;
		c = result_add(result, CHECK_FAILED);
		c->severity = 99;
		c->fact = "capture";
		c->capture = mem_strdup(file);
		c->subject = mem_strdup("the capture");
		c->expected = mem_strdup(file);
		c->seen = mem_strdup("none");
		c->line = capture->line;
		c->sentence =
		    mem_strdup("no capture of this name was held against what is expected of it");
	}
}
