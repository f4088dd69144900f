/*
 * Expectations held against one capture.
 *
 * Each expectation gives a ruling, and one that fails names culprits: the
 * members of its group that are not as they should be. Expectations that share
 * the members of a group out among values ("4 fin, 2 open") are judged as one.
 * Then rulings are taken back that only repeat what another says: where a flow
 * is missing, one is missing of every value too.
 */
#include "check/hold.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/mem.h"
#include "base/path.h"

/* --- one group --- */

static const struct expected *
count_of(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (fact_is_count(group->facts[i].fact))
			return &group->facts[i];
	return NULL;
}

/* Members stand in the order of places. */
static size_t
rank_in(const struct members *members, uint32_t place)
{
	size_t rank;

	FIND_PLACE(rank, members->count, members->at[rank] < place);
	return rank;
}

/* In how many ways each is odd, twice; and once more those that were not there before. */
static size_t *
oddness(const struct holding *h, size_t count_ruling, const struct members *members)
{
	size_t *scores = mem_zalloc(members->count * sizeof(*scores));

	for (size_t v = count_ruling + 1; v < h->count; v++)
		for (size_t c = 0; c < h->rulings[v].culprit_count; c++)
			scores[rank_in(members, h->rulings[v].culprits[c])] += 2;
	if (h->twins != NULL && h->rulings[count_ruling].group->scope == SCOPE_FLOW)
		for (size_t i = 0; i < members->count; i++)
			scores[i] += !twins_have(h->twins, &h->data->flows[members->at[i]]);
	return scores;
}

/* One was blamed that has what another has, too; or nothing that others have not. */
static void
find_alike(
    struct holding *h, size_t count_ruling, const struct members *members, const size_t *scores)
{
	struct ruling *count = &h->rulings[count_ruling];
	bool is_odd = false;

	for (size_t v = count_ruling + 1; v < h->count; v++) {
		const struct ruling *ruling = &h->rulings[v];

		if (ruling->culprit_count != 1 || ruling->culprits[0] != count->culprits[0])
			continue;
		is_odd = true;
		for (size_t i = 0; i < ruling->alike_count; i++)
			ruling_liken(count, ruling->alike[i]);
	}
	for (size_t i = members->count; !is_odd && i-- > 0;)
		if (scores[i] == 0)
			ruling_liken(count, members->at[i]);
}

/* Of too many, those are too many that are odd in most ways; of equals, the latest. */
static void
blame_extra(struct holding *h, size_t count_ruling, const struct members *members, int64_t off)
{
	size_t *scores = oddness(h, count_ruling, members);

	for (; off > 0 && h->rulings[count_ruling].blamed < CULPRITS_MAX; off--) {
		size_t worst = members->count;

		for (size_t i = members->count; i-- > 0;)
			if (scores[i] != SIZE_MAX &&
			    (worst == members->count || scores[i] > scores[worst]))
				worst = i;
		if (worst == members->count)
			break;
		scores[worst] = SIZE_MAX;
		ruling_blame(&h->rulings[count_ruling], members->at[worst]);
	}
	h->rulings[count_ruling].blamed += (size_t)off;
	if (h->rulings[count_ruling].blamed == 1 && h->twins == NULL)
		find_alike(h, count_ruling, members, scores);
	free(scores);
}

/* Of the good capture's, the one that is not here, if but so many are not; 0: it cannot be told. */
static uint32_t
find_missing(const struct holding *h, const struct group *group, int64_t lacking)
{
	const struct check_data *good = h->expectations->good;
	struct twins *here = twins_new(h->data);
	struct members members;
	uint32_t missing = 0;

	members_of(&members, good, h->capture, group);
	for (size_t i = 0; i < members.count; i++) {
		if (twins_have(here, &good->flows[members.at[i]]))
			continue;
		missing = members.at[i] + 1;
		lacking--;
	}
	members_fini(&members);
	twins_free(here);
	return lacking == 0 ? missing : 0;
}

/* Else what is missing is known best by the rarest value that is. */
static void
name_missing(struct holding *h, size_t count_ruling, int64_t lacking)
{
	const struct group *group = h->rulings[count_ruling].group;
	const struct expected *rarest = NULL;

	if (group->scope == SCOPE_FLOW && h->twins != NULL)
		h->rulings[count_ruling].good_flow = find_missing(h, group, lacking);
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

/* Of a group that does not say how many there may be, some are expected. */
static void
hold_some(struct holding *h, const struct group *group, const struct members *members)
{
	static const struct expected some_flow = { .fact = FACT_COUNT },
				     some_listener = { .fact = FACT_LISTENER_COUNT },
				     some_socket = { .fact = FACT_SOCKET_COUNT };
	struct ruling *ruling = ruling_add(h, group,
	    group->scope == SCOPE_FLOW       ? &some_flow
	    : group->scope == SCOPE_LISTENER ? &some_listener
					     : &some_socket);

	ruling->matched_nothing = members->count == 0;
	ruling->outcome = ruling->matched_nothing ? CHECK_FAILED : CHECK_PASSED;
	ruling->off = ruling->matched_nothing ? -1 : 0;
	text_put(&ruling->wanted, "at least 1");
	text_u64(&ruling->seen, members->count);
}

static void
leave_out_knocks(struct members *members, const struct check_data *data, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < members->count; i++) {
		bool is_left_out = count > 0 && data->flows[members->at[i]].is_knock;

		count -= is_left_out;
		if (!is_left_out)
			members->at[kept++] = members->at[i];
	}
	members->count = kept;
}

/*
 * Who was refused while the server was idle may have been meant to be taken:
 * where too few were, the latest of them make up for those.
 */
static void
find_members(struct members *members, const struct holding *h, const struct group *group)
{
	const struct expected *count = count_of(group);
	struct group with_knocks = *group;
	int64_t wanted;

	members_of(members, h->data, h->capture, group);
	if (!group->selector.no_knocks || count == NULL)
		return;
	wanted = bounds_of(&count->test, INT64_MIN).lo;
	if (wanted <= (int64_t)members->count)
		return;
	with_knocks.selector.no_knocks = false;
	members_fini(members);
	members_of(members, h->data, h->capture, &with_knocks);
	if ((int64_t)members->count > wanted)
		leave_out_knocks(members, h->data, members->count - (size_t)wanted);
}

static void
hold_group(struct holding *h, const struct group *group)
{
	const struct expected *count = count_of(group);
	size_t first = h->count;
	struct members members;
	int64_t off = 0;

	find_members(&members, h, group);
	if (count != NULL)
		off = hold_count(h, group, &members, count);
	else if (members.count == 0 || group->count == 0)
		hold_some(h, group, &members);
	for (size_t i = 0; i < group->count && (members.count > 0 || off < 0); i++)
		hold_fact(h, group, &members, i, off);
	if (off > 0)
		blame_extra(h, first, &members, off);
	if (off < 0)
		name_missing(h, first, -off);
	explain(h, first, group);
	members_fini(&members);
}

/* --- one capture --- */

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

/* The baseline itself, changed: nothing of it can differ by chance. */
static void
hold_copy(struct check_result *result, struct holding *h)
{
	struct expectations *strict = expectations_of_copy(h->expectations);

	h->expectations = strict;
	h->capture = &strict->captures[0];
	hold_capture(result, h);
	expectations_free(strict);
}

/* It is said of the capture as a whole; line: of the expectations, or 0. */
static void
fail_capture(struct check_result *result, const char *name, uint32_t line, const char *expected,
    const char *seen, const char *sentence)
{
	struct check_case *c = result_add(result, CHECK_FAILED);

	c->severity = 99;
	c->fact = "capture";
	c->capture = mem_strdup(name);
	c->subject = mem_strdup("the capture");
	c->expected = mem_strdup(expected);
	c->seen = mem_strdup(seen);
	c->line = line;
	c->sentence = mem_strdup(sentence);
}

bool
check_hold(
    struct check_result *result, struct expectations *expectations, const struct check_data *data)
{
	struct holding h = { .data = data, .expectations = expectations };
	bool was_meant = false;

	if (expectations->good != NULL) {
		h.twins = twins_of_baseline(expectations->good, data);
		if (is_copy_of(expectations->good, data)) {
			expectations->captures[0].used++;
			hold_copy(result, &h);
			twins_free(h.twins);
			return true;
		}
	}
	for (size_t i = 0; i < expectations->count; i++) {
		struct capture_group *capture = &expectations->captures[i];

		if (capture->file != NULL &&
		    fnmatch(capture->file, path_last_name(data->name), 0) != 0)
			continue;
		was_meant = true;
		capture->used++;
		h.capture = capture;
		hold_capture(result, &h);
	}
	twins_free(h.twins);
	if (!was_meant)
		fail_capture(result, data->name, 0, "a capture that something is expected of",
		    path_last_name(data->name), "nothing is expected of a capture of this name");
	return was_meant;
}

/* What is said of no capture that was there is not known to hold. */
void
check_finish(struct check_result *result, const struct expectations *expectations)
{
	for (size_t i = 0; i < expectations->count; i++) {
		const struct capture_group *capture = &expectations->captures[i];
		const char *file = capture->file == NULL ? "*" : capture->file;

		if (capture->used == 0)
			fail_capture(result, file, capture->line, file, "none",
			    "no capture of this name was held against what is expected of it");
	}
}
