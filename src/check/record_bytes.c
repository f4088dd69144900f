/*
 * What is expected of the bytes that one side of a role's flows sent. A stream
 * that was ended, or is short, is told whole. Of one that was not ended nobody
 * knows when the capture stopped it, so its length may differ, and its beginning
 * is told; so is that of a stream of which the capture lacks some. What is
 * encrypted is never the same twice.
 */
#include "check/record.h"

/* Of a stream that was not ended. */
#define ENDLESS_PERCENT 20
/* Certificates and tickets differ by a few bytes; how a record of TLS begins does not. */
#define ENCRYPTED_PERCENT 5
#define ENCRYPTED_BYTES   64
#define ENCRYPTED_BEGINS  3
/* A part that endless streams have at least. */
#define BEGINS_BYTES 16384
/* So many beginnings are told, of different lengths: each is read of every flow. */
#define BEGINS_MAX 16

/* Whether it holds of any flow of the role. */
static bool
any_flow(const struct recorder *r, int side, bool (*holds)(const struct kept_flow *flow, int side))
{
	for (size_t i = 0; i < r->good_count; i++)
		for (size_t m = 0; m < r->members[i].count; m++)
			if (holds(flow_at(r, i, m), side))
				return true;
	return false;
}

static bool
is_encrypted(const struct kept_flow *flow, int side)
{
	(void)side;
	return flow->is_encrypted;
}

static bool
is_ended(const struct kept_flow *flow, int side)
{
	return !is_endless(flow, side);
}

static bool
is_dated(const struct kept_flow *flow, int side)
{
	return flow->payload[side].has_dates;
}

/* Too long to be told as text. */
static bool
is_long(const struct kept_flow *flow, int side)
{
	return is_ended(flow, side) && flow->payload[side].length > CONTENT_MAX;
}

static bool
has_bytes(const struct kept_flow *flow, int side)
{
	return is_ended(flow, side) &&
	       (flow->payload[side].length > 0 || !flow->payload[side].is_known);
}

/* --- lengths --- */

static void
expect_vague_length(
    struct recorder *r, int side, enum endless endless, int64_t percent, int64_t extra)
{
	uint64_t lo = UINT64_MAX, hi = 0;
	struct expected *expected;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			uint64_t length = flow_at(r, i, m)->payload[side].length;

			if (endless == ENDLESS_ONLY && !is_endless(flow_at(r, i, m), side))
				continue;
			if (r->has_shut_out && flow_at(r, i, m)->derived.queue == QUEUE_FULL)
				continue;
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
	expected->endless = endless;
	expected->shut_out = r->has_shut_out ? SHUT_OUT_NOT : SHUT_OUT_TOO;
}

/* False: the user said nothing of it. */
static bool
expect_tolerated_length(struct recorder *r, int side)
{
	int64_t percent, extra;

	if (!tolerance_of(r, FACT_LENGTH, 100, &percent))
		return false;
	tolerance_of(r, FACT_LENGTH, 0, &extra);
	expect_vague_length(r, side, ENDLESS_TOO, extra > 0 ? 0 : percent, extra);
	return true;
}

/* Those that were ended, each; of the others about. */
static void
expect_length(struct recorder *r, int side, bool has_endless)
{
	const struct expected probe = {
		.fact = FACT_LENGTH,
		.from = (enum whose)side,
		.endless = has_endless ? ENDLESS_NOT : ENDLESS_TOO,
	};

	if (expect_tolerated_length(r, side))
		return;
	/* who is let in is chance */
	if (r->has_shut_out && !has_endless)
		expect_vague_length(r, side, ENDLESS_TOO, 0, 0);
	else
		expect_shares_of(r, &probe, SHARING_ALL);
	if (has_endless)
		expect_vague_length(r, side,
		    any_flow(r, side, is_ended) ? ENDLESS_ONLY : ENDLESS_TOO, ENDLESS_PERCENT, 0);
}

/* --- beginnings --- */

struct lengths {
	uint64_t at[BEGINS_MAX];
	size_t count;
};

static void
add_length(struct lengths *lengths, uint64_t bytes)
{
	size_t i = 0;

	while (i < lengths->count && lengths->at[i] != bytes)
		i++;
	if (bytes > 0 && i == lengths->count && i < BEGINS_MAX)
		lengths->at[lengths->count++] = bytes;
}

/* Up to the last whole block, which longer streams have too; and all of it. */
static void
add_lengths_of(struct lengths *lengths, const struct kept_flow *flow, int side)
{
	const struct payload *payload = &flow->payload[side];

	if (!payload->is_known || (payload_is_whole(payload) && !is_endless(flow, side)))
		return;
	if (is_endless(flow, side) && payload->in_order >= BEGINS_BYTES)
		add_length(lengths, BEGINS_BYTES);
	if (payload->in_order > HEAD_BYTES)
		add_length(lengths, payload->in_order / BLOCK_BYTES * BLOCK_BYTES);
	add_length(lengths, payload->in_order);
}

static void
expect_beginning(struct recorder *r, int side, uint64_t bytes)
{
	const struct expected probe = {
		.fact = FACT_BEGINS,
		.from = (enum whose)side,
		.first = bytes,
	};

	expect_shares_of(r, &probe, SHARING_ANY);
}

static void
expect_beginnings(struct recorder *r, int side)
{
	struct lengths lengths = { 0 };

	for (size_t m = 0; m < r->members[0].count; m++)
		add_lengths_of(&lengths, flow_at(r, 0, m), side);
	for (size_t i = 0; i < lengths.count; i++)
		expect_beginning(r, side, lengths.at[i]);
}

/* --- where a full queue shuts some out --- */

/* Which clients get in, and speak, is chance: what all say alike, at the beginning and the end. */
struct common {
	const uint8_t *head; /* of the first; NULL: there is none */
	size_t count, begin, end;
	bool is_all;
};

/* More of the beginning is not looked for. */
#define COMMON_MAX 64

static void
add_common(struct common *common, const struct payload *payload)
{
	size_t least, begin = 0, end = 0;

	if (common->head == NULL) {
		*common = (struct common){ payload->head, payload->head_count, payload->head_count,
			payload->head_count, true };
		return;
	}
	least = payload->head_count < common->count ? payload->head_count : common->count;
	while (begin < least && payload->head[begin] == common->head[begin])
		begin++;
	while (end < least - begin && payload->head[payload->head_count - 1 - end] ==
					  common->head[common->count - 1 - end])
		end++;
	common->is_all &= begin == common->count && begin == payload->head_count;
	common->begin = begin < common->begin ? begin : common->begin;
	common->end = end < common->end ? end : common->end;
}

static struct common
common_of(const struct recorder *r, int side)
{
	struct common common = { 0 };

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			const struct kept_flow *flow = flow_at(r, i, m);

			if (payload_is_whole(&flow->payload[side]) &&
			    flow->payload[side].head_count > 0)
				add_common(&common, &flow->payload[side]);
		}
	}
	return common;
}

static void
expect_contains(struct recorder *r, int side, const uint8_t *head, size_t count)
{
	struct text said = { 0 };
	struct expected *expected;

	if (count == 0 || is_ignored(r, FACT_CONTAINS) ||
	    r->expectations->needle_count >= NEEDLES_MAX)
		return;
	put_typable(&said, (const char *)head, count);
	expected = expect(r, FACT_CONTAINS, text_str(&said));
	expected->from = (enum whose)side;
	expected->unknown_passes = true;
	expected->needle = expectations_add_needle(r->expectations, (const char *)head, count);
	text_fini(&said);
}

static void
expect_common(struct recorder *r, int side, const struct common *common)
{
	bool is_long = common->count > CONTENT_MAX;

	expect_contains(
	    r, side, common->head, common->begin < COMMON_MAX ? common->begin : COMMON_MAX);
	if (!is_long)
		expect_contains(r, side, common->head + common->count - common->end, common->end);
}

/* --- all of it --- */

static void
expect_encrypted(struct recorder *r, int side, bool has_endless)
{
	if (!expect_tolerated_length(r, side))
		expect_vague_length(r, side, ENDLESS_TOO,
		    has_endless ? ENDLESS_PERCENT : ENCRYPTED_PERCENT, ENCRYPTED_BYTES);
	expect_beginning(r, side, ENCRYPTED_BEGINS);
}

static void
expect_words_of(struct recorder *r, int side, const struct expected *probe)
{
	const struct common common = common_of(r, side);

	if (!r->has_shut_out || common.head == NULL || common.is_all)
		expect_shares_of(r, probe, SHARING_ALL);
	else
		expect_common(r, side, &common);
}

void
expect_bytes(struct recorder *r, int side)
{
	bool has_endless = any_flow(r, side, is_endless);
	struct expected probe = {
		.from = (enum whose)side,
		.endless = has_endless ? ENDLESS_NOT : ENDLESS_TOO,
	};

	if (any_flow(r, side, is_encrypted) && !r->is_copy) {
		expect_encrypted(r, side, has_endless);
		return;
	}
	expect_length(r, side, has_endless);
	probe.fact = any_flow(r, side, is_dated)  ? FACT_UNDATED
		     : any_flow(r, side, is_long) ? FACT_DIGEST
						  : FACT_CONTENT;
	if (any_flow(r, side, has_bytes))
		expect_words_of(r, side, &probe);
	expect_beginnings(r, side);
}
