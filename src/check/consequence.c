/*
 * What is wrong because something else is: where a flow is missing, one is
 * missing of every value too, and nobody wants to read that.
 */
#include "check/hold.h"

#include <string.h>

#define BIT(id) (UINT64_C(1) << FACT_##id)
#define BYTE_FACTS \
	(BIT(LENGTH) | BIT(CONTENT) | BIT(DIGEST) | BIT(UNDATED) | BIT(BEGINS) | BIT(CONTAINS) | \
	    BIT(BYTES))

/* By fact: what, found wrong in the same flows, leads to this one. */
static uint64_t
leads_to(enum fact_id fact)
{
	uint64_t from = BIT(DIRECTIONS);

	if (fact_rows[fact].scope != SCOPE_FLOW || fact == FACT_DIRECTIONS || fact_is_count(fact))
		return 0;
	if (fact != FACT_OPEN)
		from |= BIT(OPEN);
	if (fact == FACT_CLOSED_FIRST || fact == FACT_HALF_CLOSED || fact == FACT_CAUSE ||
	    fact == FACT_STATE || fact == FACT_HISTORY)
		from |= BIT(CLOSE) | BIT(HALF_CLOSE);
	if (fact == FACT_HALF_CLOSE)
		from |= BIT(CLOSE) | BIT(RESET);
	if (fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	    fact == FACT_BEGINS || fact == FACT_BYTES)
		from |= BIT(LENGTH);
	if (fact == FACT_STATE || fact == FACT_HISTORY || fact == FACT_SPOKE_FIRST)
		from |= BYTE_FACTS;
	if (fact == FACT_RESENT)
		from |= BIT(QUEUE);
	if (fact == FACT_RESENT_COUNT || fact == FACT_REPEATS || fact == FACT_PACKETS ||
	    fact == FACT_SYN_SCHEDULE || fact == FACT_SYNACK_SCHEDULE ||
	    fact == FACT_DATA_SCHEDULE || fact == FACT_WAIT)
		from |= BIT(RESENT) | BIT(QUEUE);
	if (fact == FACT_RESENT_COUNT)
		from |= BIT(REPEATS);
	if (fact == FACT_CONNECT)
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

bool
is_served_by(const struct check_data *data, uint32_t flow, uint32_t listener)
{
	return listener_serves(&data->listeners[listener].row, &data->flows[flow].row);
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
are_reset(const struct check_data *data, const struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->culprit_count; i++) {
		enum conn_close close = data->flows[ruling->culprits[i]].row.conn.close;

		if (close != CLOSE_RESET_BY_CLIENT && close != CLOSE_RESET_BY_SERVER)
			return false;
	}
	return true;
}

/* What all have together is more for those that are too many, and less for those that lack. */
static bool
makes_sum(const struct holding *h, const struct ruling *count, const struct ruling *sum)
{
	const struct test *test = &sum->expected->test;
	int64_t value = sum->value;
	struct seen seen = { 0 };

	if (sum->expected->over != OVER_SUM)
		return false;
	if (count->off < 0)
		return test->kind == TEST_NUMBER && value < test->lo;
	for (size_t i = 0; i < count->culprit_count; i++) {
		holding_look(h, count->group, count->culprits[i], sum->expected, &seen);
		value -= seen.lo;
	}
	seen.lo = seen.hi = value;
	seen.is_known = true;
	text_fini(&seen.room);
	return expected_meets(sum->expected, &seen, INT64_MIN);
}

/* Of times: where half are too slow, the slowest is so too. */
static bool
is_wider(const struct expected *cause, const struct expected *effect)
{
	return cause->fact == effect->fact && cause->over == OVER_PERCENTILE &&
	       effect->over == OVER_PERCENTILE && cause->percentile < effect->percentile;
}

/* That the queue was full is why anything was ignored, and shows how long it is. */
static bool
is_told_by_story(enum fact_id fact)
{
	return fact == FACT_OVERFLOWS || fact == FACT_ABORTED || fact == FACT_BACKLOG;
}

/* At most the handshake's ACK and the bytes behind it. */
#define ONE_WAIT_IGNORED 2

/* If one flow met a full queue, and was let in, that its packets came again is all there is. */
static bool
is_one_wait(
    const struct check_data *data, const struct ruling *resent, const struct ruling *listener)
{
	uint32_t flow;

	if (listener->culprit_count != 1 || resent->culprit_count != 1)
		return false;
	flow = resent->culprits[0];
	for (uint32_t i = 0; i < data->flow_count; i++)
		if (data->flows[i].derived.queue != QUEUE_FREE && i != flow &&
		    is_served_by(data, i, listener->culprits[0]))
			return false;
	return data->flows[flow].derived.queue != QUEUE_FULL &&
	       data->listeners[listener->culprits[0]].row.overflows <= ONE_WAIT_IGNORED &&
	       is_served_by(data, flow, listener->culprits[0]);
}

static bool
explains(const struct holding *h, const struct ruling *cause, const struct ruling *effect)
{
	const struct check_data *data = h->data;
	enum fact_id fact = effect->expected->fact;
	enum scope scope = effect->group->scope;

	if (cause == effect || cause->outcome != CHECK_FAILED)
		return false;
	if (cause->expected->fact == FACT_DIRECTIONS && scope == SCOPE_LISTENER)
		return is_half_there(data, effect, cause) ||
		       (effect->matched_nothing && is_same_end(cause->group, effect->group));
	if (cause->expected->fact == FACT_RESENT && (fact == FACT_STORY || is_told_by_story(fact)))
		return is_one_wait(data, cause, effect);
	if (cause->expected->fact == FACT_LISTENER_COUNT && fact == FACT_COUNT) {
		if (cause->matched_nothing && effect->matched_nothing)
			return is_same_end(cause->group, effect->group);
		return are_served_by(data, effect, cause);
	}
	if (cause->group != effect->group)
		return false;
	if (cause->expected->fact == FACT_STORY)
		return is_told_by_story(fact) && are_among(effect, cause);
	if (scope != SCOPE_FLOW)
		return false;
	/* A flow that is one too many is judged by nothing else. */
	if (fact_is_count(cause->expected->fact))
		return makes_sum(h, cause, effect) ||
		       (are_among(effect, cause) && effect->lacking == 0);
	if (is_wider(cause->expected, effect->expected))
		return are_among(effect, cause);
	/* How it was closed says it, unless more came after the RST. */
	if (cause->expected->fact == FACT_CLOSE && fact == FACT_RESET)
		return are_among(effect, cause) && are_reset(data, effect);
	if (cause->expected->fact == FACT_RESET && fact == FACT_CLOSE)
		return are_among(effect, cause) && !are_reset(data, effect);
	if (!(leads_to(fact) & UINT64_C(1) << cause->expected->fact))
		return false;
	return are_among(effect, cause);
}

void
find_consequences(struct holding *h)
{
	for (size_t effect = 0; effect < h->count; effect++) {
		struct ruling *ruling = &h->rulings[effect];

		if (ruling->outcome != CHECK_FAILED || ruling->explained_by != 0)
			continue;
		for (size_t cause = 0; cause < h->count; cause++) {
			if (!explains(h, &h->rulings[cause], ruling))
				continue;
			ruling->explained_by = (uint32_t)cause + 1;
			break;
		}
	}
}
