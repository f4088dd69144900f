/* Facts of streams: what was sent. */
#include "check/fact.h"

#include <string.h>

/* Of a stream that is longer and was not ended, nobody knows when the capture stopped it. */
#define ENDLESS_BYTES 16384

bool
is_endless(const struct kept_flow *flow, int side)
{
	return flow->derived.fin[side] == 0 && flow->payload[side].length > ENDLESS_BYTES;
}

READER(LENGTH)
{
	const struct kept_flow *flow = subject_flow(subject);
	int64_t sum = 0;

	for (int side = 0; side < 2; side++) {
		const struct payload *payload = &flow->payload[side];

		if (expected->from != WHOSE_BOTH && (int)expected->from != side)
			continue;
		if (!payload->is_known || payload->left_out > 0)
			return;
		sum += (int64_t)payload->length;
	}
	see_number(seen, sum);
}

static const struct payload *
payload_of(const struct subject *subject, const struct expected *expected)
{
	return &subject_flow(subject)->payload[expected->from == WHOSE_SERVER];
}

READER(CONTENT)
{
	const struct payload *payload = payload_of(subject, expected);

	/* The head has no dates. */
	if (payload_is_whole(payload) && payload->length <= CONTENT_MAX && !payload->has_dates)
		see_text(seen, payload->head == NULL ? "" : (const char *)payload->head,
		    payload->head_count);
}

static void
see_digest(struct seen *seen, const uint8_t *digest)
{
	seen->room.length = 0;
	text_hex(&seen->room, digest, SHA256_BYTES);
	see_text(seen, text_str(&seen->room), seen->room.length);
}

READER(DIGEST)
{
	const struct payload *payload = payload_of(subject, expected);

	if (payload_is_whole(payload))
		see_digest(seen, payload->digest);
}

READER(UNDATED)
{
	const struct payload *payload = payload_of(subject, expected);

	if (payload_is_whole(payload))
		see_digest(seen, payload->undated);
}

/* As if it were the text that is looked for, where that stands in the stream. */
READER(CONTAINS)
{
	const struct payload *payload = payload_of(subject, expected);

	if (payload->is_known && (payload->found & UINT64_C(1) << expected->needle))
		see_text(seen, expected->test.text, expected->test.text_length);
	else if (payload_is_whole(payload) && payload->length > 0)
		see_text(seen, "nothing like it", 15);
}

READER(BEGINS)
{
	const struct payload *payload = payload_of(subject, expected);
	uint8_t digest[SHA256_BYTES];

	if (payload_begins(payload, expected->first, digest))
		see_digest(seen, digest);
}
