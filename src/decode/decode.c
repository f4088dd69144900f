#include "decode/decode.h"

#include <stdlib.h>

#include "base/hint.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "decode/decode_priv.h"

/* Far more than any network nests; a capture made to be nasty ends here. */
#define LAYERS_MAX 64

struct decoder {
	struct fragments *fragments;
};

static enum layer (*const take_off[LAYER_COUNT])(struct walk *w) = {
#define LAYER(id, take) [LAYER_##id] = take,
#include "decode/layer.def"
#undef LAYER
};

struct decoder *
decoder_new(struct budget *budget)
{
	struct decoder *decoder = mem_zalloc(sizeof(*decoder));

	decoder->fragments = fragments_new(budget);
	return decoder;
}

void
decoder_free(struct decoder *decoder)
{
	if (decoder == NULL)
		return;
	fragments_free(decoder->fragments);
	free(decoder);
}

struct fragment_story
decoder_fragments(const struct decoder *decoder)
{
	return fragments_story(decoder->fragments);
}

enum layer
walk_to(struct walk *w, const struct next *table, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (table[i].number != number)
			continue;
		bytes_skip(&w->b, table[i].skip_bytes);
		return w->b.overrun ? walk_short(w) : (enum layer)table[i].layer;
	}
	return walk_end(DECODE_OTHER);
}

void
walk_to_payload(struct walk *w, const uint8_t *segment, uint16_t checksum)
{
	struct packet *pkt = w->pkt;
	size_t captured = bytes_left(&w->b);
	size_t count = (size_t)(w->b.end - segment);
	uint64_t pseudo = 0;

	pkt->header = segment;
	pkt->payload = w->b.at;
	pkt->payload_captured = (uint32_t)captured;
	pkt->payload_bytes = (uint32_t)(captured + w->missing_bytes);
	pkt->checksum = CHECKSUM_UNKNOWN;
	if (w->missing_bytes > 0 || w->incomplete)
		return;
	if (pkt->tuple.proto != PROTO_ICMP) /* alone of them it trusts IP */
		pseudo = checksum_pseudo(&pkt->tuple, count);
	pkt->checksum = CHECKSUM_GOOD;
	if (!checksum_fits(segment, count, pseudo))
		pkt->checksum = (uint8_t)checksum_misfit(pseudo, checksum);
}

/*
 * A packet in a tunnel that leads nowhere is still a packet of the tunnel's own
 * flow. A fragment in there is no such case: its datagram may yet be complete.
 */
static enum decoded
settle(struct walk *w, enum decoded answer)
{
	if (answer == DECODE_OK || answer == DECODE_FRAGMENT || !w->has_outer)
		return answer;
	*w->pkt = w->outer;
	return DECODE_OK;
}

/* Layer by layer. Apart, so that the plain frame's way has the registers to itself. */
static APART enum decoded
walk_frame(struct decoder *decoder, const struct frame *frame, struct packet *pkt)
{
	uint32_t wire_bytes = frame->wire_bytes;
	struct walk w;
	enum layer layer;

	/* Some tools write the length before they added or cut something. */
	if (wire_bytes < frame->captured_bytes)
		wire_bytes = frame->captured_bytes;
	w.b = bytes_of(frame->data, frame->captured_bytes);
	w.missing_bytes = wire_bytes - frame->captured_bytes;
	w.pkt = pkt;
	w.fragments = decoder->fragments;
	w.jumbo = false;
	w.wifi_padded = false;
	w.has_outer = false;
	w.reassembled = 0;
	pkt->ts_ns = frame->ts_ns;
	pkt->wire_bytes = wire_bytes;
	pkt->fragments = 0;
	pkt->bad_length = false;
	pkt->icmp.quotes = false;

	layer = walk_to_link(&w, frame->link);
	for (unsigned depth = 0; layer > LAYER_END; depth++) {
		if (depth == LAYERS_MAX)
			return settle(&w, DECODE_MALFORMED);
		layer = take_off[layer](&w);
	}
	return settle(&w, (enum decoded)layer);
}

enum decoded
decode_frame(struct decoder *decoder, const struct frame *frame, struct packet *pkt)
{
	return decode_usual(frame, pkt) ? DECODE_OK : walk_frame(decoder, frame, pkt);
}
