/*
 * The line, pulled. Packets go down it in small batches, because with many
 * flows the cost of a packet is waiting for its flow's memory: a batch is
 * decoded, then all its flows are asked for, then each packet is taken in.
 */
#include "analysis/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/hindsight.h"
#include "analysis/row.h"
#include "base/find.h"
#include "base/hint.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "flow/flow.h"

/* Chosen by trying 8 to 64 on captures of 50,000 and of 500,000 flows. */
#define BATCH_PACKETS 32

/* For fragments, bytes out of order and holes together. */
#define KEPT_LIMIT_BYTES ((size_t)256 << 20)

/* A pause between two parts is worth a finding from here on. */
#define PART_GAP_MIN_NS INT64_C(1000000000)

const struct word finding_words[FINDING_COUNT] = {
#define FINDING(id, name, one, many) { name, many },
#include "analysis/finding.def"
#undef FINDING
};

/* A row whose turn has not come: an older flow is not done yet. */
struct waiting {
	struct flow_row row;
	char history[HISTORY_MAX + 1];
};

struct analysis {
	struct analysis_summary summary;
	struct analysis_options options;
	const struct analysis_ops *ops;
	void *ctx;

	struct capture *capture;
	struct decoder *decoder;
	struct flow_table *flows;
	struct tcp *tcp;
	struct hindsight *hindsight; /* NULL where no packet rows are wanted */
	struct sockets *sockets; /* NULL where nobody asks about them */
	struct stream *stream;
	enum side stream_side;
	struct budget budget;
	struct pool waiting;

	struct packet batch[BATCH_PACKETS];
	struct lookup lookups[BATCH_PACKETS];
	unsigned batch_count;
	unsigned batch_limit;
	const struct frame *frame; /* of a batch of one */

	uint32_t *part_base; /* index of the frame before a part's first */
	char **part_path;
	size_t part_count;
	uint32_t part; /* being read */
	int64_t previous_ns; /* the time of the frame before */
	int64_t longest_pause_ns;
};

struct frame_name
analysis_frame(const struct analysis *analysis, uint32_t index)
{
	size_t part = analysis->part;

	while (part > 0 && analysis->part_base[part] >= index)
		part--;
	return (struct frame_name){ analysis->part_path[part], index - analysis->part_base[part] };
}

const struct analysis_summary *
analysis_summary(const struct analysis *analysis)
{
	return &analysis->summary;
}

static SELDOM void
note(struct analysis *a, enum finding_kind kind, uint32_t index, uint64_t count)
{
	struct finding *finding = &a->summary.findings[kind];

	if (count == 0)
		return;
	if (finding->count == 0)
		finding->first_index = index;
	finding->last_index = index;
	finding->count += count;
}

/* --- flows that are done --- */

static void
count_packet(struct ends *ends, const struct packet *pkt, enum side side)
{
	if (ends->packets[0] + ends->packets[1] == 0) {
		ends->start_ns = pkt->ts_ns;
		ends->first_index = pkt->index;
	}
	ends->packets[side]++;
	ends->bytes[side] += pkt->payload_bytes;
}

/* The SYN that was only noted when it came. Its verdict was given then: none. */
static void
take_in_first(struct analysis *a, const struct place *place)
{
	struct place then = *place;
	struct ends *ends = flow_block(place->flow);

	then.side = SIDE_A;
	then.fresh = true;
	then.reused = then.again = false;
	count_packet(ends, place->first, SIDE_A);
	tcp_segment(a->tcp, &ends->tcp, place->first, &then);
	if (a->sockets != NULL)
		sockets_segment(a->sockets, &ends->sock, &ends->tcp, place->first, &then);
}

static void
fill_row(const struct analysis *a, struct flow_row *row, struct flow *flow)
{
	const struct ends *ends = flow_block(flow);

	row->file = analysis_frame(a, ends->first_index).file;
	row_of_flow(row, flow, a->tcp, a->summary.last_ns);
}

/* It has lain there for a while. */
static FETCHES void
fetch_waiting(struct analysis *a)
{
	uint32_t item = a->ops->flow == NULL ? POOL_NONE : flow_listed_soon(a->flows);
	const uint8_t *at;

	if (item == POOL_NONE)
		return;
	at = pool_at(&a->waiting, item);
	for (size_t i = 0; i < sizeof(struct waiting); i += 64)
		__builtin_prefetch(at + i);
}

static void
tell_waiting(struct analysis *a, uint32_t item)
{
	struct waiting *waiting;

	if (a->ops->flow == NULL)
		return;
	waiting = pool_at(&a->waiting, item);
	a->ops->flow(a->ctx, &waiting->row);
	pool_put(&a->waiting, item);
}

static void
tell_flow(struct analysis *a, struct flow *flow)
{
	struct ends *ends = flow_block(flow);
	struct flow_row row;

	if (a->sockets != NULL && flow->tuple.proto == PROTO_TCP)
		sockets_flow_done(a->sockets, &ends->sock, &ends->tcp);
	if (a->ops->flow == NULL)
		return;
	fill_row(a, &row, flow);
	a->ops->flow(a->ctx, &row);
}

/* Rows go out in the order of numbers, so some wait. */
static void
tell_flows(struct analysis *a, bool all)
{
	struct place place;

	while (flow_listed(a->flows, all, &place)) {
		fetch_waiting(a);
		if (place.flow == NULL) {
			tell_waiting(a, place.row);
		} else {
			struct ends *ends = flow_block(place.flow);

			if (place.first != NULL)
				take_in_first(a, &place);
			tell_flow(a, place.flow);
			tcp_pair_fini(a->tcp, &ends->tcp);
		}
	}
}

/* Connections that are over give back their memory; their row is final. */
static void
put_away(struct analysis *a, int64_t now_ns)
{
	struct flow *flow = flow_done(a->flows, now_ns);

	if (flow == NULL)
		return;
	for (; flow != NULL; flow = flow_done(a->flows, now_ns)) {
		struct ends *ends = flow_block(flow);
		struct remains remains = mark_remains(&ends->tcp.mark);
		uint32_t item = 0;

		if (a->ops->flow != NULL) {
			struct waiting *waiting;

			item = pool_take(&a->waiting);
			waiting = pool_at(&a->waiting, item);
			fill_row(a, &waiting->row, flow);
			/* the flow's own goes with it */
			memcpy(waiting->history, ends->tcp.conn.history, sizeof(waiting->history));
			waiting->row.conn.history = waiting->history;
		}
		if (a->sockets != NULL)
			sockets_flow_done(a->sockets, &ends->sock, &ends->tcp);
		tcp_pair_fini(a->tcp, &ends->tcp);
		flow_put_away(a->flows, flow, item, &remains);
	}
	if (a->ops->flow != NULL)
		tell_flows(a, false);
}

/* --- one packet --- */

static void
feed_stream(struct analysis *a, const struct packet *pkt, const struct place *place)
{
	if (place->number != a->options.stream_flow || pkt->tuple.proto != PROTO_TCP)
		return;
	if (place->fresh) {
		enum side client = conn_first_client(pkt);

		a->stream_side = a->options.stream_from_server ? (enum side)!client : client;
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
	if (place->first != NULL)
		take_in_first(a, place);
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
		note(a, FINDING_CAPTURED_TWICE, pkt->index, 1);
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

	a->ops->wire(a->ctx,
	    &(struct packet_wire){
		.index = pkt->index,
		.flow = place->number,
		.link = frame->link,
		.peer_base = place->flow == NULL ? 0 : place->flow->base_seq[!place->side],
		.dup_acks = dup_acks < 0 ? 0 : (uint32_t)dup_acks,
		.ttl = pkt->ttl,
		.is_icmp = pkt->tuple.proto != PROTO_TCP && pkt->tuple.proto != PROTO_UDP,
		.bad_length = pkt->bad_length,
		.segment = bytes_of(pkt->header, header_bytes + pkt->payload_captured),
		.header_bytes = (uint32_t)header_bytes,
		.wire_bytes = frame->wire_bytes,
		.frame = bytes_of(frame->data, frame->captured_bytes),
		.payload_at = in_frame ? (uint32_t)offset : frame->captured_bytes,
		.packet = pkt,
		.side = place->side,
	    });
}

static bool
is_wanted(const struct analysis *a, uint32_t flow)
{
	const uint32_t *only = a->options.only;

	return only == NULL || sorted_has(only, a->options.only_count, flow);
}

/* Of a flow that nobody asks about: its memory is wanted back as soon as it may be over. */
static void
pass_by(struct analysis *a, const struct packet *pkt, const struct place *place)
{
	if (place->flow != NULL && pkt->tuple.proto == PROTO_TCP &&
	    pkt->tcp.flags & (TCP_FIN | TCP_RST))
		flow_linger(a->flows, place->flow);
}

/* Whatever the packet, and whoever wants to know of it. */
static APART void
take_in_any(struct analysis *a, const struct packet *pkt, uint32_t hash)
{
	bool is_tcp = pkt->tuple.proto == PROTO_TCP;
	struct verdict verdict = { 0 };
	struct place place;
	struct packet_row row;
	struct ends *ends;
	bool is_error = !is_tcp && pkt->tuple.proto != PROTO_UDP && take_in_error(a, pkt, &place);

	if (!is_error)
		place = flow_of(a->flows, pkt, hash);
	if (a->options.only != NULL && !is_wanted(a, place.number)) {
		pass_by(a, pkt, &place);
		return;
	}
	if (a->hindsight != NULL) {
		row_of_packet(&row, pkt);
		row.frame = analysis_frame(a, pkt->index);
		row.flow = place.number;
	}
	if (place.flow != NULL && !is_error) {
		ends = flow_block(place.flow);
		if (place.first != NULL)
			take_in_first(a, &place);
		count_packet(ends, pkt, place.side);
		if (place.flow->late)
			note(a, FINDING_LATE, pkt->index, 1);
		if (is_tcp && a->sockets != NULL)
			sockets_before(a->sockets, &ends->sock, &ends->tcp, pkt->ts_ns);
		if (is_tcp)
			verdict = judge(a, ends, pkt, &place);
		if (is_tcp && a->sockets != NULL)
			sockets_segment(a->sockets, &ends->sock, &ends->tcp, pkt, &place);
		if (is_tcp && a->hindsight != NULL)
			row_relate(&row, pkt, &place);
		if (is_tcp)
			watch_end(a, place.flow, ends);
	}
	if (a->stream != NULL)
		feed_stream(a, pkt, &place);
	if (a->ops->wire != NULL)
		tell_wire(a, pkt, &place);
	if (a->hindsight != NULL) {
		struct revision revision;

		row.verdict = verdict;
		hindsight_add(a->hindsight, &row);
		while (tcp_next_revision(a->tcp, &revision))
			hindsight_revise(a->hindsight, &revision);
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
	sockets_segment(a->sockets, &ends->sock, &ends->tcp, pkt, &place);
}

/* The same in short, of the two packets that a connection should begin with; false, and nothing done, of others. */
static bool
take_in_opening(struct analysis *a, const struct packet *pkt, const struct lookup *lookup)
{
	struct place place = { .side = SIDE_B };
	struct ends *ends;

	if (flow_note_syn(a->flows, pkt, lookup->hash))
		return true;
	place.flow = flow_opened(a->flows, pkt, lookup, &place.first);
	if (place.flow == NULL)
		return false;
	ends = flow_block(place.flow);
	place.number = place.flow->number;
	if (tcp_open(a->tcp, &ends->tcp, place.first, pkt)) {
		count_packet(ends, place.first, SIDE_A);
		count_packet(ends, pkt, SIDE_B);
	} else {
		take_in_first(a, &place);
		count_packet(ends, pkt, SIDE_B);
		judge(a, ends, pkt, &place);
	}
	return true;
}

static APART void
take_in_unknown(struct analysis *a, const struct packet *pkt, const struct lookup *lookup)
{
	if (a->sockets != NULL || !take_in_opening(a, pkt, lookup))
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
	ends->packets[side]++;
	ends->bytes[side] += pkt->payload_bytes;
	if (pkt->tuple.proto != PROTO_TCP)
		return;
	if (a->sockets != NULL && sockets_want(a->sockets, &ends->sock, pkt))
		judge_with_sockets(a, flow, pkt, side);
	else if (unlikely(!tcp_next(a->tcp, &ends->tcp, pkt, side)))
		judge(a, ends, pkt, &(struct place){ .flow = flow, .number = flow->number, .side = side });
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

static void
work_off_batch(struct analysis *a)
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
	put_away(a, a->previous_ns);
	a->batch_count = 0;
}

/* --- one frame --- */

static const int decode_findings[DECODE_COUNT] = {
	[DECODE_OK] = -1,
	[DECODE_OTHER] = -1,
	[DECODE_LINK] = FINDING_LINK,
	[DECODE_FRAGMENT] = -1,
	[DECODE_TRUNCATED] = FINDING_TRUNCATED_HEADER,
	[DECODE_MALFORMED] = FINDING_MALFORMED,
};

/* A capture's times can be anything, so a difference may wrap; it never overflows. */
static int64_t
since(int64_t now_ns, int64_t then_ns)
{
	return (int64_t)((uint64_t)now_ns - (uint64_t)then_ns);
}

static inline void
note_frame(struct analysis *a, const struct frame *frame, uint32_t index)
{
	int64_t pause_ns = since(frame->ts_ns, a->previous_ns);

	if (unlikely(frame->ts_ns < a->previous_ns))
		note(a, FINDING_TIME_STEP_BACK, index, 1);
	else if (unlikely(pause_ns > a->longest_pause_ns))
		a->longest_pause_ns = pause_ns;
	a->previous_ns = frame->ts_ns;
	if (frame->ts_ns > a->summary.last_ns)
		a->summary.last_ns = frame->ts_ns;
}

/* Frames are numbered through all parts; each part's numbers start where the last ended. */
static SELDOM void
begin_part(struct analysis *a, const struct frame *frame)
{
	for (; a->part < frame->part; a->part++)
		a->part_base[a->part + 1] =
		    a->part_base[a->part] + capture_part_frames(a->capture, a->part);
	if (a->summary.frames > 0 && since(frame->ts_ns, a->previous_ns) > PART_GAP_MIN_NS &&
	    since(frame->ts_ns, a->previous_ns) > a->longest_pause_ns)
		note(a, FINDING_PART_GAP, a->part_base[a->part] + frame->number, 1);
}

/* A frame that is no packet, or an odd one. */
static SELDOM void
note_oddities(struct analysis *a, const struct frame *frame, enum decoded decoded,
    const struct packet *pkt, uint32_t index)
{
	if (frame->captured_bytes > frame->wire_bytes)
		note(a, FINDING_LONGER_THAN_WIRE, index, 1);
	if (frame->captured_bytes < frame->wire_bytes && decoded != DECODE_TRUNCATED)
		note(a, FINDING_CUT_SHORT, index, 1);
	if (decoded != DECODE_OK) {
		if (decode_findings[decoded] >= 0)
			note(a, (enum finding_kind)decode_findings[decoded], index, 1);
		if (decoded == DECODE_LINK)
			a->summary.link = frame->link;
		return;
	}
	if (pkt->bad_length || pkt->tcp.options & OPT_BAD)
		note(a, FINDING_MALFORMED, index, 1);
	if (pkt->checksum == CHECKSUM_BAD)
		note(a, FINDING_BAD_CHECKSUM, index, 1);
	else if (pkt->checksum == CHECKSUM_OFFLOADED)
		note(a, FINDING_OFFLOADED_CHECKSUM, index, 1);
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

/* All of one part. */
static void
take_in_frames(struct analysis *a, const struct frame *frames, unsigned count)
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
			work_off_batch(a);
			pkt = a->batch;
			lookup = a->lookups;
		}
	}
	a->batch_count = (unsigned)(pkt - a->batch);
	a->summary.decoded[DECODE_OK] += packets;
}

/* --- the run --- */

/* How often, in frames, the line looks up from its work. */
#define LOOK_UP_FRAMES 1024

/* Tell how far we are. False if nobody wants the rest. */
static bool
look_up(struct analysis *a)
{
	uint64_t done, total;

	if (a->ops->progress != NULL) {
		capture_progress(a->capture, &done, &total);
		a->ops->progress(a->ctx, done, total);
	}
	return a->ops->enough == NULL || !a->ops->enough(a->ctx);
}

/* The numbers of frames are 32 bits wide; a capture of four billion ends there. */
static bool
is_beyond_numbers(const struct analysis *a, const struct frame *frame)
{
	return (uint64_t)a->part_base[a->part] + frame->number >= UINT32_MAX;
}

static SELDOM void
tell_trouble(struct analysis *a, const char *sentence)
{
	a->summary.troubles++;
	if (a->ops->trouble != NULL)
		a->ops->trouble(a->ctx, sentence);
}

static void
begin_frames(struct analysis *a, const struct frame *first)
{
	if (a->summary.frames == 0) {
		a->summary.first_ns = a->summary.last_ns = a->previous_ns = first->ts_ns;
		if (a->sockets != NULL)
			sockets_begin(a->sockets, first->ts_ns);
	}
	if (first->part != a->part)
		begin_part(a, first);
}

/* False where the line is to end. */
static bool
go_on(struct analysis *a, const struct frame *frames, unsigned count)
{
	uint64_t frames_before = a->summary.frames;
	unsigned good = count;

	begin_frames(a, frames);
	while (good > 0 && unlikely(is_beyond_numbers(a, &frames[good - 1])))
		good--;
	take_in_frames(a, frames, good);
	a->summary.frames += good;
	if (unlikely(good < count)) {
		struct diag diag;

		diag_set(&diag, ST_LIMIT, "%s: more than %u frames; the rest was not read",
		    a->part_path[frames->part], UINT32_MAX - 1);
		tell_trouble(a, diag.text);
		return false;
	}
	return frames_before / LOOK_UP_FRAMES == a->summary.frames / LOOK_UP_FRAMES || look_up(a);
}

static APART void
read_frames(struct analysis *a)
{
	struct frame frames[BATCH_PACKETS];
	struct diag diag;
	enum status st;
	unsigned count;

	while ((st = capture_next_few(a->capture, frames, BATCH_PACKETS, &count, &diag)) != ST_END) {
		if (st != ST_OK)
			tell_trouble(a, diag.text);
		else if (!go_on(a, frames, count))
			break;
	}
	work_off_batch(a);
}

/* What is known of the sockets only now that all was read. */
static void
tell_sockets(struct analysis *a)
{
	struct listener_row listener;
	struct socket_row row;

	sockets_solve(a->sockets, a->summary.first_ns, a->summary.last_ns);
	while (a->ops->listener != NULL && sockets_next_listener(a->sockets, &listener))
		a->ops->listener(a->ctx, &listener);
	while (a->ops->socket != NULL && sockets_next_row(a->sockets, &row))
		a->ops->socket(a->ctx, &row);
	a->summary.sockets_left_out = sockets_left_out(a->sockets);
}

static void
finish_run(struct analysis *a)
{
	struct fragment_story fragments = decoder_fragments(a->decoder);
	uint64_t read = 0;

	note(a, FINDING_FRAGMENT_LEFT, 0, fragments.expired);
	note(a, FINDING_FRAGMENT_CONFLICT, 0, fragments.conflicts);
	note(a, FINDING_LIMIT, 0, a->budget.refusals);
	for (size_t i = 0; i < a->part_count; i++)
		read += capture_part_frames(a->capture, i);
	a->summary.filtered = capture_filtered(a->capture);
	a->summary.records = read - a->summary.frames - a->summary.filtered;
	a->summary.flows = flow_count(a->flows);
	if (a->stream != NULL)
		stream_end(a->stream);
	if (a->hindsight != NULL)
		a->summary.hindsight_lost = hindsight_flush(a->hindsight);
	if (a->ops->flow != NULL || a->sockets != NULL)
		tell_flows(a, true);
	if (a->sockets != NULL)
		tell_sockets(a);
}

static void
name_parts(struct analysis *a)
{
	a->part_count = capture_part_count(a->capture);
	a->part_base = mem_zalloc((a->part_count + 1) * sizeof(*a->part_base));
	a->part_path = mem_zalloc((a->part_count + 1) * sizeof(*a->part_path));
	for (size_t i = 0; i < a->part_count; i++)
		a->part_path[i] = mem_strdup(capture_part_path(a->capture, i));
}

static void
close_line(struct analysis *a)
{
	hindsight_free(a->hindsight);
	sockets_free(a->sockets);
	stream_free(a->stream);
	tcp_free(a->tcp);
	flow_table_free(a->flows);
	pool_fini(&a->waiting);
	decoder_free(a->decoder);
	capture_close(a->capture);
	a->hindsight = NULL;
	a->sockets = NULL;
	a->stream = NULL;
	a->tcp = NULL;
	a->flows = NULL;
	a->decoder = NULL;
	a->capture = NULL;
}

enum status
analysis_run(struct analysis **out, const char *const *paths, size_t count,
    const struct analysis_options *options, const struct analysis_ops *ops, void *ctx,
    struct diag *diag)
{
	struct capture_options capture_options = { .filter = options->filter };
	struct analysis *a = mem_zalloc(sizeof(*a));
	enum status st;

	a->options = *options;
	a->ops = ops;
	a->ctx = ctx;
	a->budget.limit_bytes = KEPT_LIMIT_BYTES;
	st = capture_open(&a->capture, paths, count, &capture_options, diag);
	if (st != ST_OK) {
		analysis_free(a);
		return st;
	}
	name_parts(a);
	a->decoder = decoder_new(&a->budget);
	a->flows = flow_table_new(sizeof(struct ends));
	a->tcp = tcp_new(&a->budget);
	pool_init(&a->waiting, sizeof(struct waiting));
	a->batch_limit = BATCH_PACKETS;
	if (ops->packet != NULL)
		a->hindsight = hindsight_new(ops->packet, ctx);
	if (ops->wire != NULL)
		a->batch_limit = 1; /* bytes are gone when the next frame is asked for */
	if (options->sockets != NULL)
		a->sockets = sockets_new(options->sockets, &a->budget);
	if (options->stream_flow != 0) {
		a->stream = stream_new(options->stream_ops, ctx, &a->budget);
		a->batch_limit = 1; /* a payload is gone when the next frame is asked for */
	}
	*out = a; /* callers name frames by it while it runs */
	read_frames(a);
	finish_run(a);
	close_line(a);
	return ST_OK;
}

void
analysis_free(struct analysis *a)
{
	if (a == NULL)
		return;
	close_line(a);
	for (size_t i = 0; i < a->part_count; i++)
		free(a->part_path[i]);
	free(a->part_path);
	free(a->part_base);
	free(a);
}
