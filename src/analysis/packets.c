/*
 * One packet, taken in: its flow, what TCP and the sockets make of it, and who
 * is told. A batch of them has been decoded, and what they need of memory asked
 * for, when the first one is.
 */
#include "analysis/analysis_priv.h"

#include "analysis/hindsight.h"
#include "capture/capture.h"

static void
feed_stream(struct analysis *a, const struct packet *pkt, const struct place *place)
{
	if (place->number != a->options.stream_flow || pkt->tuple.proto != PROTO_TCP)
		return;
	if (place->fresh) {
		enum side client = conn_first_client(pkt);

		a->stream_side = a->options.stream_from_server ? (enum side) !client : client;
		a->summary.stream_found = true;
	}
	if (place->side == a->stream_side)
		stream_segment(a->stream, pkt);
	else
		stream_acked(a->stream, pkt);
}

/* An ICMP error belongs to the flow it quotes, where that is known. */
static bool
take_in_error(struct analysis *a, const struct packet *pkt, struct place *place)
{
	struct ends *ends;

	if (!pkt->icmp.quotes)
		return false;
	*place = flow_quoted(a->flows, &pkt->icmp.quoted);
	if (place->flow == NULL)
		return false;
	set_number(a, place, pkt->index);
	if (!is_wanted(a, place->number))
		return true;
	if (place->first != NULL)
		analysis_take_in_first(a, place);
	ends = flow_block(place->flow);
	if (pkt->icmp.quoted.proto == PROTO_TCP)
		tcp_icmp(a->tcp, &ends->tcp, pkt, place->side);
	if (pkt->icmp.quoted.proto == PROTO_TCP && a->sockets != NULL)
		sockets_icmp(a->sockets, &ends->sock, pkt);
	return true;
}

static struct verdict
judge(struct analysis *a, struct ends *ends, const struct packet *pkt, const struct place *place)
{
	struct verdict verdict = tcp_segment(a->tcp, &ends->tcp, pkt, place);

	if (verdict.reason.cause == CAUSE_CAPTURE_DUPLICATE)
		analysis_note(a, FINDING_CAPTURED_TWICE, pkt->index, 1);
	return verdict;
}

static inline void
watch_end(struct analysis *a, struct flow *flow, const struct ends *ends)
{
	if (ends->tcp.over != 0 && tcp_is_over(&ends->tcp))
		flow_linger(a->flows, flow);
}

/* What a row has no room for: one who asks gets packets one by one, with their bytes. */
static void
tell_wire(struct analysis *a, const struct packet *pkt, const struct place *place)
{
	const struct frame *frame = a->frame;
	/* What was put together of fragments is elsewhere. */
	uintptr_t offset = (uintptr_t)pkt->payload - (uintptr_t)frame->data;
	bool in_frame = offset <= frame->captured_bytes;
	size_t header_bytes = (size_t)(pkt->payload - pkt->header);
	const struct ends *ends = place->flow == NULL ? NULL : flow_block(place->flow);
	int32_t dup_acks = ends == NULL ? 0 : ends->tcp.mark.half[place->side].dup_acks;

	a->ops->wire(
	    a->ctx, &(struct packet_wire){
			.index = pkt->index,
			.flow = place->number,
			.link = frame->link,
			.peer_base = place->flow == NULL ? 0 : place->flow->base_seq[!place->side],
			.dup_acks = dup_acks < 0 ? 0 : (uint32_t)dup_acks,
			.ttl = pkt->ttl,
			.is_icmp = pkt->tuple.proto != PROTO_TCP && pkt->tuple.proto != PROTO_UDP,
			/* of a first fragment it does not show how long it is with the others */
			.bad_length = pkt->bad_length && pkt->fragments != 1,
			.segment = bytes_of(pkt->header, header_bytes + pkt->payload_captured),
			.header_bytes = (uint32_t)header_bytes,
			.wire_bytes = frame->wire_bytes,
			.frame = bytes_of(frame->data, frame->captured_bytes),
			.payload_at = in_frame ? (uint32_t)offset : frame->captured_bytes,
			.packet = pkt,
			.side = place->side,
		    });
}

/* Of a flow that nobody asks about: its memory is wanted back as soon as it may be over. */
static void
pass_by(struct analysis *a, const struct packet *pkt, const struct place *place)
{
	if (place->flow != NULL && pkt->tuple.proto == PROTO_TCP &&
	    pkt->tcp.flags & (TCP_FIN | TCP_RST))
		flow_linger(a->flows, place->flow);
}

static inline struct verdict
take_in_segment(
    struct analysis *a, const struct packet *pkt, const struct place *place, struct packet_row *row)
{
	struct ends *ends = flow_block(place->flow);
	struct verdict verdict;

	if (a->sockets != NULL)
		sockets_before(a->sockets, &ends->sock, &ends->tcp, pkt->ts_ns);
	verdict = judge(a, ends, pkt, place);
	if (a->sockets != NULL)
		sockets_segment(a->sockets, &ends->sock, &ends->tcp, pkt, place);
	if (a->hindsight != NULL)
		row_relate(row, pkt, place);
	watch_end(a, place->flow, ends);
	return verdict;
}

/* What came of it may have changed what was said of earlier ones. */
static inline void
hand_on(struct analysis *a, const struct packet_row *row)
{
	struct revision revision;

	hindsight_add(a->hindsight, row);
	while (tcp_next_revision(a->tcp, &revision))
		hindsight_revise(a->hindsight, &revision);
}

/* Whatever the packet, and whoever wants to know of it. */
static APART void
take_in_any(struct analysis *a, const struct packet *pkt, uint32_t hash)
{
	bool is_tcp = pkt->tuple.proto == PROTO_TCP;
	struct verdict verdict = { 0 };
	struct place place;
	struct packet_row row;
	bool is_error = !is_tcp && pkt->tuple.proto != PROTO_UDP && take_in_error(a, pkt, &place);

	if (!is_error) {
		place = flow_of(a->flows, pkt, hash);
		set_number(a, &place, pkt->index);
	}
	leave_track(a, pkt->index, place.number);
	if (!is_wanted(a, place.number)) {
		pass_by(a, pkt, &place);
		return;
	}
	if (a->hindsight != NULL) {
		row_of_packet(&row, pkt);
		row.frame = analysis_frame(a, pkt->index);
		row.flow = place.number;
	}
	if (place.flow != NULL && !is_error) {
		if (place.first != NULL)
			analysis_take_in_first(a, &place);
		count_packet(flow_block(place.flow), pkt, place.side);
		if (place.flow->late)
			analysis_note(a, FINDING_LATE, pkt->index, 1);
		if (is_tcp)
			verdict = take_in_segment(a, pkt, &place, &row);
	}
	if (a->stream != NULL)
		feed_stream(a, pkt, &place);
	if (a->ops->wire != NULL)
		tell_wire(a, pkt, &place);
	if (a->hindsight != NULL) {
		row.verdict = verdict;
		hand_on(a, &row);
	}
}

/* The same, where the segment tells something of the sockets. */
static void
judge_with_sockets(struct analysis *a, struct flow *flow, const struct packet *pkt, enum side side)
{
	const struct place place = { .flow = flow, .number = flow->number, .side = side };
	struct ends *ends = flow_block(flow);

	sockets_before(a->sockets, &ends->sock, &ends->tcp, pkt->ts_ns);
	if (!tcp_next(a->tcp, &ends->tcp, pkt, side))
		judge(a, ends, pkt, &place);
	else if (sockets_next(a->sockets, &ends->sock, &ends->tcp, pkt, side))
		return;
	sockets_segment(a->sockets, &ends->sock, &ends->tcp, pkt, &place);
}

/* Both at once; false, and nothing done, where one of them is odd, or a row shows what was between them. */
static inline bool
open_in_short(
    struct analysis *a, struct ends *ends, const struct packet *pkt, const struct place *place)
{
	if (a->sockets != NULL && !sockets_may_open(a->sockets, place->first, pkt))
		return false;
	if (!tcp_open(a->tcp, &ends->tcp, place->first, pkt))
		return false;
	if (a->sockets != NULL)
		sockets_open(a->sockets, &ends->sock, place->first, pkt, place);
	return true;
}

/* The same in short, of the two packets that a connection should begin with; false, and nothing done, of others. */
static bool
take_in_opening(struct analysis *a, const struct packet *pkt, const struct lookup *lookup)
{
	struct place place = { .side = SIDE_B };
	struct ends *ends;

	if (flow_note_syn(a->flows, pkt, lookup->hash)) {
		leave_track(a, pkt->index, flow_count(a->flows));
		return true;
	}
	place.flow = flow_opened(a->flows, pkt, lookup, &place.first);
	if (place.flow == NULL)
		return false;
	ends = flow_block(place.flow);
	place.number = place.flow->number;
	leave_track(a, pkt->index, place.number);
	if (open_in_short(a, ends, pkt, &place)) {
		count_packet(ends, place.first, SIDE_A);
		count_packet(ends, pkt, SIDE_B);
	} else {
		analysis_take_in_first(a, &place);
		count_packet(ends, pkt, SIDE_B);
		take_in_segment(a, pkt, &place, NULL);
	}
	return true;
}

static APART void
take_in_unknown(struct analysis *a, const struct packet *pkt, const struct lookup *lookup)
{
	if (!take_in_opening(a, pkt, lookup))
		take_in_any(a, pkt, lookup->hash);
}

/* The same in short, where nobody asks for packets and this one's flow is known. */
static inline void
take_in(struct analysis *a, const struct packet *pkt, const struct lookup *lookup)
{
	enum side side;
	struct flow *flow = flow_known(a->flows, pkt, lookup, &side);
	struct ends *ends;

	if (unlikely(flow == NULL)) {
		take_in_unknown(a, pkt, lookup);
		return;
	}
	ends = flow_block(flow);
	leave_track(a, pkt->index, flow->number);
	ends->packets[side]++;
	ends->bytes[side] += pkt->payload_bytes;
	if (pkt->tuple.proto != PROTO_TCP)
		return;
	if (a->sockets != NULL && sockets_want(a->sockets, &ends->sock, pkt))
		judge_with_sockets(a, flow, pkt, side);
	else if (unlikely(!tcp_next(a->tcp, &ends->tcp, pkt, side)))
		judge(a, ends, pkt,
		    &(struct place){ .flow = flow, .number = flow->number, .side = side });
	watch_end(a, flow, ends);
}

static void
fetch_batch(struct analysis *a)
{
	for (unsigned i = 0; i < a->batch_count; i++) {
		flow_fetch_state(a->flows, &a->lookups[i]);
		if (a->lookups[i].flow == NULL)
			tcp_fetch(a->tcp, &a->batch[i]);
	}
}

void
analysis_work_off_batch(struct analysis *a)
{
	const struct packet *pkt = a->batch, *end = pkt + a->batch_count;
	const struct lookup *lookup = a->lookups;

	fetch_batch(a);
	if (a->hindsight == NULL && a->stream == NULL) {
		for (; pkt < end; pkt++, lookup++)
			take_in(a, pkt, lookup);
	} else {
		for (; pkt < end; pkt++, lookup++)
			take_in_any(a, pkt, lookup->hash);
	}
	a->summary.packets += a->batch_count;
	analysis_put_away(a, a->previous_ns);
	a->batch_count = 0;
}
