/*
 * Frames, decoded into the batch; what is odd about one is a finding.
 */
#include "analysis/analysis_priv.h"

#include "base/span.h"
#include "capture/capture.h"

/* A pause between two parts is worth a finding from here on. */
#define PART_GAP_MIN_NS SECOND_NS

static const int decode_findings[DECODE_COUNT] = {
	[DECODE_OK] = -1,
	[DECODE_OTHER] = -1,
	[DECODE_LINK] = FINDING_LINK,
	[DECODE_FRAGMENT] = -1,
	[DECODE_TRUNCATED] = FINDING_TRUNCATED_HEADER,
	[DECODE_MALFORMED] = FINDING_MALFORMED,
};

SELDOM void
analysis_note_link(struct analysis *a, uint32_t link)
{
	struct analysis_summary *summary = &a->summary;

	a->link = link;
	for (unsigned i = 0; i < summary->link_count; i++)
		if (summary->links[i] == link)
			return;
	if (summary->link_count < SUMMARY_LINKS)
		summary->links[summary->link_count++] = link;
}

static SELDOM void
note_pause(struct analysis *a, uint32_t index, int64_t pause_ns)
{
	a->summary.pause_ns = pause_ns;
	a->summary.pause_index = index;
}

static inline void
note_frame(struct analysis *a, const struct frame *frame, uint32_t index)
{
	int64_t pause_ns = span_ns(frame->ts_ns, a->previous_ns);

	if (unlikely(frame->link != a->link))
		analysis_note_link(a, frame->link);
	if (unlikely(frame->ts_ns < a->previous_ns))
		analysis_note(a, FINDING_TIME_STEP_BACK, index, 1);
	else if (unlikely(pause_ns > a->summary.pause_ns))
		note_pause(a, index, pause_ns);
	a->previous_ns = frame->ts_ns;
	if (frame->ts_ns > a->summary.last_ns)
		a->summary.last_ns = frame->ts_ns;
}

void
analysis_begin_part(struct analysis *a, const struct frame *frame)
{
	for (; a->part < frame->part; a->part++)
		a->part_base[a->part + 1] =
		    a->part_base[a->part] + capture_part_frames(a->capture, a->part);
	if (a->summary.frames > 0 && span_ns(frame->ts_ns, a->previous_ns) > PART_GAP_MIN_NS &&
	    span_ns(frame->ts_ns, a->previous_ns) > a->summary.pause_ns)
		analysis_note(a, FINDING_PART_GAP, a->part_base[a->part] + frame->number, 1);
}

/* A frame that is no packet, or an odd one. */
static SELDOM void
note_oddities(struct analysis *a, const struct frame *frame, enum decoded decoded,
    const struct packet *pkt, uint32_t index)
{
	if (frame->captured_bytes > frame->wire_bytes)
		analysis_note(a, FINDING_LONGER_THAN_WIRE, index, 1);
	if (frame->captured_bytes < frame->wire_bytes && decoded != DECODE_TRUNCATED)
		analysis_note(a, FINDING_CUT_SHORT, index, 1);
	if (decoded != DECODE_OK) {
		leave_track(a, index, decoded == DECODE_FRAGMENT ? TRACK_ANY : 0);
		if (decode_findings[decoded] >= 0)
			analysis_note(a, (enum finding_kind)decode_findings[decoded], index, 1);
		if (decoded == DECODE_LINK)
			a->summary.link = frame->link;
		return;
	}
	if (pkt->bad_length || pkt->tcp.options & OPT_BAD)
		analysis_note(a, FINDING_MALFORMED, index, 1);
	if (pkt->checksum == CHECKSUM_BAD)
		analysis_note(a, FINDING_BAD_CHECKSUM, index, 1);
	else if (pkt->checksum == CHECKSUM_OFFLOADED)
		analysis_note(a, FINDING_OFFLOADED_CHECKSUM, index, 1);
}

static inline bool
is_odd(const struct frame *frame, enum decoded decoded, const struct packet *pkt)
{
	return decoded != DECODE_OK || frame->captured_bytes != frame->wire_bytes ||
	       pkt->bad_length || pkt->tcp.options & OPT_BAD || pkt->checksum >= CHECKSUM_OFFLOADED;
}

/* False where there is no packet in it. */
static inline bool
decode_noting(struct analysis *a, const struct frame *frame, uint32_t index, struct packet *pkt)
{
	enum decoded decoded;

	note_frame(a, frame, index);
	decoded = decode_frame(a->decoder, frame, pkt);
	pkt->index = index;
	if (unlikely(is_odd(frame, decoded, pkt)))
		note_oddities(a, frame, decoded, pkt, index);
	if (likely(decoded == DECODE_OK))
		return true;
	a->summary.decoded[decoded]++;
	return false;
}

void
analysis_take_in_frames(struct analysis *a, const struct frame *frames, unsigned count)
{
	const struct packet *full = a->batch + a->batch_limit;
	struct packet *pkt = a->batch + a->batch_count;
	struct lookup *lookup = a->lookups + a->batch_count;
	uint32_t base = a->part_base[a->part];
	uint64_t packets = 0;

	for (const struct frame *frame = frames; frame < frames + count; frame++) {
		if (!decode_noting(a, frame, base + frame->number, pkt))
			continue;
		packets++;
		lookup->hash = flow_hash(a->flows, &pkt->tuple);
		flow_fetch_slot(a->flows, lookup++->hash);
		if (++pkt == full) {
			a->frame = frame;
			a->batch_count = a->batch_limit;
			analysis_work_off_batch(a);
			pkt = a->batch;
			lookup = a->lookups;
		}
	}
	a->batch_count = (unsigned)(pkt - a->batch);
	a->summary.decoded[DECODE_OK] += packets;
}
