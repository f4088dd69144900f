/*
 * Frames of one link type, one after another, so that fragments meet. The
 * first two bytes are the link type; a frame is its length in two bytes, how
 * many bytes the capture cut off in one, seconds since the last one in one,
 * and its bytes. The last may be shorter than it says.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "decode/decode.h"
#include "fuzz/fuzz.h"

#define LIMIT_BYTES (64u << 10)

static void
check_packet(const struct packet *pkt)
{
	volatile uint32_t sum = 0;

	assert(pkt->tuple.ip_version == 4 || pkt->tuple.ip_version == 6);
	assert(pkt->payload_captured <= pkt->payload_bytes);
	assert(pkt->checksum <= CHECKSUM_BAD);
	for (uint32_t i = 0; i < pkt->payload_captured; i++)
		sum = sum + pkt->payload[i];
	if (pkt->tuple.proto == PROTO_TCP) {
		assert(pkt->tcp.header_bytes >= 20 && pkt->tcp.header_bytes <= 60);
		assert((pkt->tcp.options & OPT_SACK) == 0 || pkt->tcp.sack_count > 0);
		assert(pkt->tcp.sack_count <= TCP_SACK_MAX);
	} else {
		assert(pkt->tcp.flags == 0 && pkt->tcp.sack_count == 0);
	}
}

/* Each frame stands in a block of its own, so that one byte too many is seen. */
static void
decode_one(struct decoder *decoder, struct frame frame)
{
	uint8_t *copy = mem_alloc(frame.captured_bytes);
	struct packet pkt;

	memset(&pkt, 0xa5, sizeof(pkt));
	frame.data = memcpy(copy, frame.data, frame.captured_bytes);
	if (decode_frame(decoder, &frame, &pkt) == DECODE_OK)
		check_packet(&pkt);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct budget budget = { .limit_bytes = LIMIT_BYTES };
	struct decoder *decoder = decoder_new(&budget);
	struct bytes b = bytes_of(data, size);
	struct frame frame = { .link = bytes_u16(&b) };

	while (bytes_left(&b) > 4) {
		size_t count = bytes_u16(&b);
		uint8_t cut_bytes = bytes_u8(&b);

		frame.ts_ns += bytes_u8(&b) * INT64_C(1000000000);
		if (count > bytes_left(&b))
			count = bytes_left(&b);
		frame.number++;
		frame.captured_bytes = (uint32_t)count;
		frame.wire_bytes = frame.captured_bytes + cut_bytes;
		frame.data = bytes_take(&b, count);
		decode_one(decoder, frame);
		assert(budget.used_bytes <= LIMIT_BYTES);
	}
	decoder_free(decoder);
	assert(budget.used_bytes == 0);
	return 0;
}
