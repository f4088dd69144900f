/*
 * What each side of each connection sent, as digests. Streams are put in order
 * by tcp; of what comes out the beginning is kept, so that people can be shown
 * what differs, and a short digest of each block behind that, which tells where.
 */
#include "check/check_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Streams under way and digests of blocks, of all flows together. */
#define STREAMS_LIMIT_BYTES ((size_t)1 << 30)

/* To compare what comes again takes room for the latest bytes: of so many flows at a time. */
#define COMPARING_MAX 1024

/* What one flow's two streams take at least: see struct following. */
#define FOLLOWING_BYTES (sizeof(struct following) + 1024)

struct half {
	struct check_data *data;
	struct stream *stream;
	struct sha256 sha;
	struct payload payload;
	uint64_t block;       /* digest of the bytes of the block under way */
	uint32_t block_count; /* of them */
	bool is_full;         /* memory had no room for a block's digest: no later one is made */
	struct sha256 undated;
	struct text masked; /* bytes at hand, without dates */
	uint32_t http;      /* of HTTP_BEGIN, what the stream began with */
	uint32_t field;     /* of DATE_FIELD, what the line at hand began with */
	bool is_other;      /* it began with something else */
	struct text tail;   /* what a string asked for may have begun in */
};

struct following {
	struct half half[2]; /* by enum side */
	bool is_comparing;
};

/* --- what a stream hands out --- */

static void
keep_head(struct half *half, const uint8_t **data, size_t *count)
{
	struct payload *payload = &half->payload;
	size_t room = HEAD_BYTES - payload->head_count;
	size_t taken = *count < room ? *count : room;

	if (taken == 0)
		return;
	payload->head =
	    mem_realloc_array(payload->head, payload->head_count + taken, sizeof(*payload->head));
	memcpy(payload->head + payload->head_count, *data, taken);
	payload->head_count += (uint32_t)taken;
	*data += taken;
	*count -= taken;
}

static void
end_block(struct half *half)
{
	struct payload *payload = &half->payload;
	size_t count = payload->block_count;

	if ((count & (count - 1)) == 0) {
		size_t room = count == 0 ? 8 : count * 2;

		if (room > 8 || payload->blocks == NULL) {
			if (!budget_take(&half->data->stream_budget,
				(room - count) * sizeof(*payload->blocks))) {
				half->is_full = true;
				return;
			}
			payload->blocks =
			    mem_realloc_array(payload->blocks, room, sizeof(*payload->blocks));
		}
	}
	payload->blocks[payload->block_count++] = half->block;
	half->block = 0;
	half->block_count = 0;
}

/*
 * A polynomial, which however the bytes came in pieces is the same, and of which
 * eight bytes are computed at once. Any mixing would do: it is compared with its
 * own kind only. The factor is FNV's, for want of a reason for another.
 */
#define FACTOR   UINT64_C(0x100000001b3)
#define FACTOR_2 (FACTOR * FACTOR)
#define FACTOR_4 (FACTOR_2 * FACTOR_2)

static uint64_t
mix(uint64_t block, const uint8_t *data, size_t count)
{
	for (; count >= 8; count -= 8, data += 8)
		block = block * (FACTOR_4 * FACTOR_4) +
			((data[0] * FACTOR + data[1]) * FACTOR_2 + data[2] * FACTOR + data[3]) *
			    FACTOR_4 +
			(data[4] * FACTOR + data[5]) * FACTOR_2 + data[6] * FACTOR + data[7];
	for (; count > 0; count--, data++)
		block = block * FACTOR + data[0];
	return block;
}

static void
add_to_blocks(struct half *half, const uint8_t *data, size_t count)
{
	while (count > 0 && !half->is_full) {
		size_t room = BLOCK_BYTES - half->block_count;
		size_t taken = count < room ? count : room;

		half->block = mix(half->block, data, taken);
		half->block_count += (uint32_t)taken;
		if (half->block_count == BLOCK_BYTES)
			end_block(half);
		data += taken;
		count -= taken;
	}
}

static void
look_for_needles(struct half *half, const uint8_t *data, size_t count)
{
	const struct expectations *expectations = half->data->expectations;
	size_t longest = 0;

	if (expectations == NULL || expectations->needle_count == 0)
		return;
	text_bytes(&half->tail, (const char *)data, count);
	for (size_t i = 0; i < expectations->needle_count; i++) {
		size_t length = expectations->needle_lengths[i];

		longest = length > longest ? length : longest;
		if (!(half->payload.found & UINT64_C(1) << i) &&
		    memmem(half->tail.at, half->tail.length, expectations->needles[i], length) !=
			NULL)
			half->payload.found |= UINT64_C(1) << i;
	}
	if (half->tail.length >= longest) {
		memmove(
		    half->tail.at, half->tail.at + half->tail.length - (longest - 1), longest - 1);
		half->tail.length = longest - 1;
	}
}

/*
 * No two answers of an HTTP server are the same: each has its date. Of a stream
 * that begins as an answer does, what follows "Date:" in a line is taken out.
 */
static const char HTTP_BEGIN[] = "http/";
static const char DATE_FIELD[] = "\ndate:";

static char
lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

/* field: how far the line at hand is "\ndate:"; all of it, until the line ends. */
static bool
is_in_date(struct half *half, uint8_t c)
{
	uint32_t whole = sizeof(DATE_FIELD) - 1;

	if (c == '\n' || c == '\r') {
		half->field = c == '\n';
		return false;
	}
	if (half->field == whole)
		return true;
	if (half->field > 0)
		half->field = lower(c) == DATE_FIELD[half->field] ? half->field + 1 : 0;
	return false;
}

static void
mask_dates(struct half *half, const uint8_t **data, size_t count)
{
	bool had_none = half->http == sizeof(HTTP_BEGIN) - 1;

	for (size_t i = 0; !half->is_other && !had_none && i < count; i++) {
		half->is_other = lower((*data)[i]) != HTTP_BEGIN[half->http];
		if (++half->http == sizeof(HTTP_BEGIN) - 1)
			break;
	}
	if (half->is_other)
		return;
	half->masked.length = 0;
	text_bytes(&half->masked, (const char *)*data, count);
	for (size_t i = 0; i < count; i++) {
		if (!is_in_date(half, (*data)[i]))
			continue;
		half->masked.at[i] = ' ';
		half->payload.has_dates = true;
	}
	*data = (const uint8_t *)half->masked.at;
}

static void
take_data(void *ctx, const uint8_t *data, size_t count)
{
	struct half *half = ctx;

	half->payload.length += count;
	sha256_add(&half->sha, data, count);
	look_for_needles(half, data, count);
	if (count > 0)
		mask_dates(half, &data, count);
	/* Of what does not begin as HTTP it is the other one. */
	if (!half->is_other)
		sha256_add(&half->undated, data, count);
	/* Behind a gap, places in head and blocks would mean nothing. */
	if (half->payload.gaps > 0)
		return;
	half->payload.in_order += count;
	keep_head(half, &data, &count);
	add_to_blocks(half, data, count);
}

static void
take_gap(void *ctx, uint64_t at, uint64_t count)
{
	struct half *half = ctx;

	(void)at;
	half->payload.length += count;
	half->payload.gaps += count;
	half->tail.length = 0;
}

static void
take_left_out(void *ctx, uint64_t at, uint64_t count)
{
	struct half *half = ctx;

	(void)at;
	half->payload.left_out += count;
}

static void
take_conflict(void *ctx, uint64_t at, uint64_t count, uint32_t index)
{
	struct half *half = ctx;

	(void)at;
	(void)count;
	if (half->payload.altered == 0)
		half->payload.altered = index;
}

static const struct stream_ops stream_ops = {
	.data = take_data,
	.gap = take_gap,
	.left_out = take_left_out,
};

static const struct stream_ops comparing_ops = {
	.data = take_data,
	.gap = take_gap,
	.conflict = take_conflict,
	.left_out = take_left_out,
};

/* --- one flow --- */

static struct follow_slot *
slot_of(struct check_data *data, uint32_t flow)
{
	size_t count = data->following_count;

	if (flow >= count) {
		size_t room = (size_t)flow * 2 + 64;

		data->following =
		    mem_realloc_array(data->following, room, sizeof(*data->following));
		memset(data->following + count, 0, (room - count) * sizeof(*data->following));
		data->following_count = room;
	}
	return &data->following[flow];
}

static void
begin(struct check_data *data, struct follow_slot *slot)
{
	struct following *following;

	data->stream_budget.limit_bytes = STREAMS_LIMIT_BYTES;
	if (!budget_take(&data->stream_budget, FOLLOWING_BYTES)) {
		slot->is_over = true;
		data->left_out++;
		return;
	}
	slot->following = following = mem_zalloc(sizeof(*following));
	following->is_comparing = data->comparing_count < COMPARING_MAX;
	data->comparing_count += following->is_comparing;
	for (int i = 0; i < 2; i++) {
		struct half *half = &following->half[i];

		half->data = data;
		half->stream = stream_new(following->is_comparing ? &comparing_ops : &stream_ops,
		    half, &data->stream_budget);
		half->sha = data->fresh;
		half->undated = data->fresh;
	}
	if (slot->has_syn)
		stream_segment(following->half[SIDE_A].stream,
		    &(struct packet){ .tcp = { .seq = slot->first_seq, .flags = TCP_SYN } });
}

void
payload_follow(struct check_data *data, const struct packet_wire *wire)
{
	const struct packet *pkt = wire->packet;
	struct follow_slot *slot;

	if (pkt->tuple.proto != PROTO_TCP)
		return;
	slot = slot_of(data, wire->flow);
	if (slot->is_over)
		return;
	if (!slot->has_first)
		slot->first_seq = pkt->tcp.seq;
	slot->has_first = true;
	if (slot->following == NULL && (pkt->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	    pkt->payload_bytes == 0 && wire->side == SIDE_A) {
		slot->has_syn = true;
		return;
	}
	/* whoever sent the SYN that was noted is side A */
	if (slot->following == NULL)
		begin(data, slot);
	if (slot->is_over)
		return;
	stream_segment(slot->following->half[wire->side].stream, pkt);
	stream_acked(slot->following->half[!wire->side].stream, pkt);
}

static void
end_half(struct half *half, struct payload *payload)
{
	stream_end(half->stream);
	stream_free(half->stream);
	half->stream = NULL;
	sha256_end(&half->sha, half->payload.digest);
	if (half->is_other)
		memcpy(half->payload.undated, half->payload.digest, SHA256_BYTES);
	else
		sha256_end(&half->undated, half->payload.undated);
	text_fini(&half->masked);
	half->masked = (struct text){ 0 };
	if (half->block_count > 0 && !half->is_full)
		end_block(half);
	half->payload.is_known = true;
	*payload = half->payload;
	half->payload = (struct payload){ 0 };
	text_fini(&half->tail);
	half->tail = (struct text){ 0 };
}

/* Nobody answered the SYN. */
static struct payload
nothing_sent(const struct check_data *data)
{
	struct payload payload = { .is_known = true };
	struct sha256 sha = data->fresh;

	sha256_end(&sha, payload.digest);
	memcpy(payload.undated, payload.digest, sizeof(payload.undated));
	return payload;
}

void
payload_take(struct check_data *data, uint32_t flow, enum side client, struct payload *two)
{
	struct follow_slot *slot;

	two[0] = two[1] = (struct payload){ 0 };
	if (flow >= data->following_count || data->following[flow].is_over)
		return;
	slot = &data->following[flow];
	slot->is_over = true;
	if (slot->following == NULL) {
		if (slot->has_syn)
			two[0] = two[1] = nothing_sent(data);
		return;
	}
	end_half(&slot->following->half[client], &two[0]);
	end_half(&slot->following->half[!client], &two[1]);
	data->comparing_count -= slot->following->is_comparing;
	free(slot->following);
	slot->following = NULL;
	budget_give(&data->stream_budget, FOLLOWING_BYTES);
}

uint32_t
payload_first_seq(const struct check_data *data, uint32_t flow)
{
	return flow < data->following_count ? data->following[flow].first_seq : 0;
}

void
payload_end_all(struct check_data *data)
{
	struct payload two[2];

	for (size_t i = 0; i < data->following_count; i++) {
		if (data->following[i].following == NULL)
			continue;
		payload_take(data, (uint32_t)i, SIDE_A, two);
		payload_fini(&two[0]);
		payload_fini(&two[1]);
	}
	free(data->following);
	data->following = NULL;
	data->following_count = 0;
}

void
payload_fini(struct payload *payload)
{
	free(payload->head);
	free(payload->blocks);
}

/* --- two streams --- */

bool
payload_is_whole(const struct payload *payload)
{
	return payload->is_known && payload->gaps == 0 && payload->left_out == 0;
}

bool
payload_begins(const struct payload *payload, uint64_t bytes, uint8_t digest[SHA256_BYTES])
{
	uint64_t blocks = bytes <= HEAD_BYTES ? 0 : (bytes - HEAD_BYTES) / BLOCK_BYTES;
	uint32_t head = bytes < HEAD_BYTES ? (uint32_t)bytes : HEAD_BYTES;
	struct sha256 sha;

	if (!payload->is_known || bytes == 0 || bytes > payload->in_order)
		return false;
	if (bytes > HEAD_BYTES && (bytes - HEAD_BYTES) % BLOCK_BYTES != 0) {
		if (bytes != payload->in_order)
			return false;
		blocks++;
	}
	if (blocks > payload->block_count)
		return false;
	sha256_init(&sha);
	sha256_add(&sha, payload->head, head);
	for (uint64_t i = 0; i < blocks; i++) {
		uint8_t block[8];

		for (int j = 0; j < 8; j++)
			block[j] = (uint8_t)(payload->blocks[i] >> 8 * j);
		sha256_add(&sha, block, sizeof(block));
	}
	sha256_end(&sha, digest);
	return true;
}

static bool
blocks_differ(const struct payload *a, const struct payload *b, uint64_t *at)
{
	size_t count = a->block_count < b->block_count ? a->block_count : b->block_count;

	for (size_t i = 0; i < count; i++) {
		if (a->blocks[i] == b->blocks[i])
			continue;
		*at = HEAD_BYTES + (uint64_t)i * BLOCK_BYTES;
		return true;
	}
	return false;
}

bool
payload_differ(const struct payload *a, const struct payload *b, uint64_t *at)
{
	uint32_t count = a->head_count < b->head_count ? a->head_count : b->head_count;

	for (uint32_t i = 0; i < count; i++) {
		if (a->head[i] == b->head[i])
			continue;
		*at = i;
		return true;
	}
	if (blocks_differ(a, b, at))
		return true;
	if (a->length == b->length)
		return false;
	*at = a->length < b->length ? a->length : b->length;
	return true;
}
