/*
 * What the packets of one flow tell together: who spoke and closed first, what
 * came again, and how.
 */
#include "check/check_priv.h"

#include "base/seq.h"
#include "base/span.h"

#define AGAIN_MARKS \
	(MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_FAST_RETRANSMISSION) | \
	    MARK_BIT(MARK_SPURIOUS_RETRANSMISSION) | MARK_BIT(MARK_OUT_OF_ORDER))
#define PROBE_MARKS \
	(MARK_BIT(MARK_KEEP_ALIVE) | MARK_BIT(MARK_KEEP_ALIVE_ACK) | \
	    MARK_BIT(MARK_ZERO_WINDOW_PROBE) | MARK_BIT(MARK_ZERO_WINDOW_PROBE_ACK))

/* Gaps are called equal, or one twice the other, up to this much: timers are coarse. */
#define EQUAL_PERCENT 25
#define GAPS_MAX      16
/* What is more than one segment, though offloading may have made it one. */
#define SMALL_BYTES 1460
/* Less than any system waits before it repeats a SYN: a second (RFC 6298), macOS 0.1 s if refused. */
#define SYN_LEAST_NS INT64_C(20000000)
/* ... before it asks for an answer to what is under way (RFC 8985: Linux adds two ticks), */
#define TAIL_LEAST_NS INT64_C(1000000)
/* ... before it asks whether a window is still closed (RFC 9293, 3.8.6.1: after a timeout), */
#define WINDOW_LEAST_NS INT64_C(100000000)
/* ... or whether the other is still there: Linux takes nothing below a second. */
#define ALIVE_LEAST_NS INT64_C(500000000)

/* The times at which one thing was sent, again and again. */
struct copies {
	int64_t last_ns;
	uint32_t seq;
	int64_t gaps[GAPS_MAX];
	unsigned gap_count;
	bool has_first;
};

struct walk {
	struct derived *derived;
	int64_t first_syn_ns, syn_ns; /* of the client's, up to the SYN-ACK */
	int64_t syn_ack_ns;           /* of the first */
	bool syn_ack_is_late;         /* another came, as a timer sends it */
	bool is_queued;               /* the latest that came again did for a full queue */
	bool was_queued;
	int64_t tries[3];   /* the latest attempts to get in */
	uint32_t acked[2];  /* of each side's bytes, relative */
	uint32_t sent[2];   /* behind all bytes of each side */
	int64_t sent_ns[2]; /* when it sent some last */
	bool has_sent[2];
	uint32_t full_end[2]; /* behind what filled the other's window */
	bool is_full[2];      /* it was ever */
	uint32_t fin_end[2];  /* relative number behind each side's FIN */
	int64_t fin_ns;       /* of the first */
	bool fin_seen[2];
	bool has_reset[2];
	struct copies syn, syn_ack, data[2];
};

static void
add_copy(struct copies *copies, const struct kept_packet *pkt)
{
	if (copies->has_first && copies->seq == pkt->seq && copies->gap_count < GAPS_MAX)
		copies->gaps[copies->gap_count++] = span_ns(pkt->ts_ns, copies->last_ns);
	else if (copies->seq != pkt->seq && copies->gap_count == 0)
		copies->has_first = false;
	if (!copies->has_first || copies->seq == pkt->seq) {
		copies->has_first = true;
		copies->seq = pkt->seq;
		copies->last_ns = pkt->ts_ns;
	}
}

/* --- classes of schedules --- */

static bool
is_about(int64_t value, int64_t wanted)
{
	int64_t slack = wanted / 100 * EQUAL_PERCENT + wanted % 100 * EQUAL_PERCENT / 100;

	return value >= wanted - slack && value <= wanted + slack;
}

/* Equal gaps up to split, and each twice the one before from there on. */
static bool
is_split_at(const struct copies *copies, unsigned split)
{
	for (unsigned i = 1; i < copies->gap_count; i++) {
		int64_t before = copies->gaps[i - 1];

		if (before > INT64_MAX / 4 ||
		    !is_about(copies->gaps[i], i < split ? before : 2 * before))
			return false;
	}
	return true;
}

/* least_ns: no timer runs out sooner. */
static uint8_t
schedules_of(const struct copies *copies, int64_t least_ns)
{
	uint8_t bits = 0;

	if (copies->gap_count == 0)
		return 1u << SCHEDULE_NONE;
	for (unsigned i = 0; i < copies->gap_count; i++)
		if (copies->gaps[i] < least_ns)
			return 1u << SCHEDULE_IRREGULAR;
	if (is_split_at(copies, copies->gap_count))
		bits |= 1u << SCHEDULE_STEADY;
	if (is_split_at(copies, 1))
		bits |= 1u << SCHEDULE_DOUBLING;
	for (unsigned split = 1; split <= copies->gap_count; split++)
		if (is_split_at(copies, split))
			bits |= 1u << SCHEDULE_STEADY_THEN_DOUBLING;
	return bits != 0 ? bits : 1u << SCHEDULE_IRREGULAR;
}

/* --- packet by packet --- */

static uint32_t
end_of(const struct kept_packet *pkt)
{
	return pkt->seq + pkt->length + (pkt->flags & TCP_FIN ? 1 : 0);
}

/*
 * What looks like a probe, but merely came again: no timer can have run out
 * yet; or nobody acknowledged them, which whoever keeps a connection alive waits for.
 */
static bool
is_no_probe(const struct walk *walk, const struct kept_packet *pkt)
{
	bool keeps_alive = (pkt->marks & MARK_BIT(MARK_KEEP_ALIVE)) != 0;
	int64_t least_ns = keeps_alive                                     ? ALIVE_LEAST_NS
			   : pkt->marks & MARK_BIT(MARK_ZERO_WINDOW_PROBE) ? WINDOW_LEAST_NS
			   : pkt->cause == CAUSE_TAIL_LOSS_PROBE           ? TAIL_LEAST_NS
									   : 0;

	if (end_of(pkt) == pkt->seq || !walk->has_sent[pkt->from] ||
	    seq_ge(pkt->seq, walk->sent[pkt->from]))
		return false;
	if (keeps_alive && seq_gt(end_of(pkt), walk->acked[pkt->from]))
		return true;
	return span_ns(pkt->ts_ns, walk->sent_ns[pkt->from]) < least_ns;
}

/*
 * The end of what is under way, sent again to ask for an answer, for which one
 * waits longer where the reader's machine is busy; or, of what fills the other's
 * window, just after that came.
 */
static bool
is_probe(const struct walk *walk, const struct kept_packet *pkt)
{
	if (is_no_probe(walk, pkt))
		return false;
	if (pkt->cause == CAUSE_TAIL_LOSS_PROBE)
		return walk->derived->may_probe[pkt->from];
	return pkt->cause == CAUSE_SPURIOUS && pkt->length > 0 && walk->is_full[pkt->from] &&
	       pkt->seq + pkt->length == walk->full_end[pkt->from];
}

static uint8_t
what_came_again(const struct walk *walk, const struct kept_packet *pkt)
{
	bool is_again = (pkt->marks & AGAIN_MARKS) != 0 && (pkt->marks & PROBE_MARKS) == 0 &&
			pkt->cause != CAUSE_REORDERED;

	if (!is_again && !is_no_probe(walk, pkt))
		return 0;
	if (pkt->cause == CAUSE_ACCEPT_QUEUE_FULL || pkt->cause == CAUSE_SYN_DROPPED)
		return RESENT_QUEUED;
	if ((pkt->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		return RESENT_SYN;
	if (pkt->flags & TCP_SYN)
		return RESENT_SYN_ACK;
	if (is_probe(walk, pkt))
		return pkt->from == WHOSE_CLIENT ? RESENT_CLIENT_PROBE : RESENT_SERVER_PROBE;
	if (pkt->length > 0)
		return pkt->from == WHOSE_CLIENT ? RESENT_CLIENT_DATA : RESENT_SERVER_DATA;
	return pkt->flags & TCP_FIN ? RESENT_FIN : 0;
}

static void
take_handshake(struct walk *walk, const struct kept_packet *pkt)
{
	struct derived *derived = walk->derived;
	bool is_syn_ack = (pkt->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

	if (pkt->flags & TCP_RST) {
		if (pkt->from == WHOSE_SERVER && derived->copies[0] > 0 && derived->shake[1] == 0 &&
		    derived->refused_ns < 0)
			derived->refused_ns = span_ns(pkt->ts_ns, walk->syn_ns);
		return;
	}
	if ((pkt->flags & TCP_SYN) && pkt->from == WHOSE_CLIENT && !is_syn_ack) {
		if (derived->shake[1] == 0)
			walk->syn_ns = pkt->ts_ns;
		if (derived->copies[0]++ == 0)
			walk->first_syn_ns = pkt->ts_ns;
		if (derived->shake[0] == 0)
			derived->shake[0] = pkt->index;
		add_copy(&walk->syn, pkt);
	} else if (is_syn_ack && pkt->from == WHOSE_SERVER) {
		derived->copies[1]++;
		if (derived->shake[1] == 0) {
			derived->shake[1] = pkt->index;
			walk->syn_ack_ns = pkt->ts_ns;
		}
		walk->syn_ack_is_late |= span_ns(pkt->ts_ns, walk->syn_ack_ns) >= SYN_LEAST_NS;
		add_copy(&walk->syn_ack, pkt);
	} else if ((pkt->flags & TCP_ACK) && pkt->from == WHOSE_CLIENT && derived->shake[1] != 0 &&
		   derived->shake[2] == 0) {
		derived->shake[2] = pkt->index;
		/* Else it tells how long one waits before a SYN-ACK comes again. */
		if (derived->copies[0] == 0 || walk->syn_ack_is_late)
			return;
		/* ... or for something to say, where that has the ACK with it, or the ACK was lost. */
		derived->answered_ns =
		    span_ns(pkt->length > 0 ? walk->syn_ack_ns : pkt->ts_ns, walk->syn_ns);
	}
}

/*
 * Whoever met a full queue is in once the server answers with anything but
 * another SYN-ACK; or, where SYNs were dropped, once one was answered and
 * nothing was dropped after that.
 */
static void
take_queue(struct walk *walk, const struct kept_packet *pkt)
{
	struct derived *derived = walk->derived;

	if (pkt->cause == CAUSE_ACCEPT_QUEUE_FULL || pkt->cause == CAUSE_SYN_DROPPED ||
	    pkt->cause == CAUSE_OVERFLOW_ABORT) {
		walk->is_queued = walk->was_queued = true;
		walk->tries[0] = walk->tries[1];
		walk->tries[1] = walk->tries[2];
		walk->tries[2] = span_ns(pkt->ts_ns, walk->first_syn_ns);
	} else if (derived->shake[2] == pkt->index ||
		   (pkt->from == WHOSE_SERVER && !(pkt->flags & (TCP_SYN | TCP_RST)))) {
		walk->is_queued = false;
	}
	if (!walk->was_queued || derived->copies[0] == 0)
		return;
	if (walk->is_queued) {
		derived->waited_ns = -1;
	} else if (derived->waited_ns < 0) {
		derived->waited_ns = span_ns(pkt->ts_ns, walk->first_syn_ns);
		derived->sooner_ns = walk->tries[0];
	}
	derived->queue = walk->is_queued ? QUEUE_FULL : QUEUE_WAITED;
}

static bool
has_seen_fin(const struct walk *walk, const struct kept_packet *pkt, enum whose other)
{
	return walk->fin_seen[other] && (pkt->flags & TCP_ACK) &&
	       seq_ge(pkt->ack, walk->fin_end[other]);
}

static void
take_fin(struct walk *walk, const struct kept_packet *pkt)
{
	enum whose from = (enum whose)pkt->from;
	enum whose other = from == WHOSE_CLIENT ? WHOSE_SERVER : WHOSE_CLIENT;

	if (!(pkt->flags & TCP_FIN) || walk->fin_seen[from])
		return;
	if (walk->fin_seen[other])
		walk->derived->half_closed_ns = span_ns(pkt->ts_ns, walk->fin_ns);
	else
		walk->fin_ns = pkt->ts_ns;
	if (walk->derived->closed_first == WHOSE_NONE)
		walk->derived->closed_first = from;
	else if (!has_seen_fin(walk, pkt, other))
		walk->derived->closed_first = WHOSE_BOTH;
	walk->fin_seen[from] = true;
	walk->fin_end[from] = pkt->seq + pkt->length + 1;
	walk->derived->fin[from] = pkt->index;
}

static uint8_t
one_more(uint8_t whose, enum whose side)
{
	return whose == WHOSE_NONE || whose == side ? side : WHOSE_BOTH;
}

static void
take_bytes(struct walk *walk, const struct kept_packet *pkt)
{
	struct derived *derived = walk->derived;
	enum whose from = (enum whose)pkt->from;
	enum whose other = from == WHOSE_CLIENT ? WHOSE_SERVER : WHOSE_CLIENT;

	if ((pkt->length > 0 || (pkt->flags & TCP_FIN)) && !(pkt->marks & PROBE_MARKS) &&
	    !(pkt->resent & (RESENT_CLIENT_PROBE | RESENT_SERVER_PROBE)))
		add_copy(&walk->data[from], pkt);
	if (pkt->length == 0)
		return;
	if (derived->spoke_first == WHOSE_NONE)
		derived->spoke_first = from;
	if (pkt->resent == 0 && has_seen_fin(walk, pkt, other))
		derived->half_close = one_more(derived->half_close, from);
}

/*
 * Of one small segment a probe comes no sooner than any other timer (RFC 8985,
 * 7.2): of more than that, after two round trips.
 */
static void
take_flight(struct walk *walk, const struct kept_packet *pkt)
{
	enum whose from = (enum whose)pkt->from;
	enum whose other = from == WHOSE_CLIENT ? WHOSE_SERVER : WHOSE_CLIENT;
	uint32_t end = pkt->seq + pkt->length;

	if ((pkt->flags & TCP_ACK) && seq_gt(pkt->ack, walk->acked[other]))
		walk->acked[other] = pkt->ack;
	if (pkt->length == 0 && !(pkt->flags & TCP_FIN))
		return;
	if (pkt->length > SMALL_BYTES || seq_gt(pkt->seq, walk->acked[from]))
		walk->derived->may_probe[from] = true;
	if (pkt->marks & MARK_BIT(MARK_WINDOW_FULL)) {
		walk->derived->may_probe[from] = walk->is_full[from] = true;
		walk->full_end[from] = end;
	}
}

static void
take_sent(struct walk *walk, const struct kept_packet *pkt)
{
	uint32_t end = end_of(pkt);

	if (end == pkt->seq)
		return;
	if (!walk->has_sent[pkt->from] || seq_gt(end, walk->sent[pkt->from]))
		walk->sent[pkt->from] = end;
	walk->sent_ns[pkt->from] = pkt->ts_ns;
	walk->has_sent[pkt->from] = true;
}

static void
take_packet(struct walk *walk, struct kept_packet *pkt)
{
	struct derived *derived = walk->derived;

	take_flight(walk, pkt);
	pkt->resent = what_came_again(walk, pkt);
	derived->resent |= pkt->resent;
	derived->resent_count += pkt->resent != 0;
	take_sent(walk, pkt);
	derived->was_heard |= pkt->from == WHOSE_CLIENT && !(pkt->flags & (TCP_SYN | TCP_RST));
	take_handshake(walk, pkt);
	take_queue(walk, pkt);
	if (pkt->marks & MARK_BIT(MARK_ZERO_WINDOW_PROBE))
		derived->stalled = one_more(
		    derived->stalled, pkt->from == WHOSE_CLIENT ? WHOSE_SERVER : WHOSE_CLIENT);
	if (pkt->flags & TCP_RST)
		walk->has_reset[pkt->from] = true;
	if ((pkt->flags & TCP_RST) && derived->reset == 0)
		derived->reset = pkt->index;
	take_bytes(walk, pkt);
	take_fin(walk, pkt);
}

/* Nobody answered it: how often it came again is a matter of the capture's length. */
static bool
was_answered(const struct walk *walk, const struct kept_packet *pkt)
{
	if (pkt->flags & TCP_SYN)
		return walk->derived->shake[pkt->from == WHOSE_CLIENT ? 1 : 2] != 0 ||
		       walk->derived->reset != 0;
	return seq_le(end_of(pkt), walk->acked[pkt->from]);
}

static bool
is_repeat(const struct walk *walk, const struct kept_packet *pkt)
{
	return (pkt->resent & ~(RESENT_CLIENT_PROBE | RESENT_SERVER_PROBE | RESENT_QUEUED)) != 0 &&
	       was_answered(walk, pkt);
}

/* What keeps a connection alive may be any byte. */
static bool
is_altered(const struct check_data *data, const struct payload *payload)
{
	const struct kept_packet *pkt = kept_packet(data, payload->altered);

	return pkt != NULL && !(pkt->marks & PROBE_MARKS);
}

static uint8_t
directions_of(const struct flow_row *row)
{
	if (row->packets[0] > 0 && row->packets[1] > 0)
		return WHOSE_BOTH;
	return row->packets[0] > 0 ? WHOSE_CLIENT : WHOSE_SERVER;
}

void
derive_flow(struct check_data *data, struct kept_flow *flow)
{
	struct derived *derived = &flow->derived;
	struct walk walk = { .derived = derived };
	const struct copies *data_copies;

	*derived = (struct derived){
		.closed_first = WHOSE_NONE,
		.spoke_first = WHOSE_NONE,
		.half_close = WHOSE_NONE,
		.reset_by = WHOSE_NONE,
		.stalled = WHOSE_NONE,
		.directions = directions_of(&flow->row),
		.half_closed_ns = -1,
		.answered_ns = -1,
		.refused_ns = -1,
		.waited_ns = -1,
	};
	if (flow->row.is_tcp) {
		for (uint32_t i = 0; i < flow->count; i++)
			take_packet(&walk, &data->packets[data->by_flow[flow->first + i]]);
		for (uint32_t i = 0; i < flow->count; i++)
			derived->repeat_count +=
			    is_repeat(&walk, &data->packets[data->by_flow[flow->first + i]]);
		if (is_altered(data, &flow->payload[0]) || is_altered(data, &flow->payload[1]))
			derived->resent |= RESENT_ALTERED;
	}
	for (int side = 0; side < 2; side++)
		if (walk.has_reset[side] && !walk.fin_seen[side])
			derived->reset_by = one_more(derived->reset_by, (enum whose)side);
	data_copies = &walk.data[walk.data[0].gap_count >= walk.data[1].gap_count ? 0 : 1];
	derived->schedules[0] = schedules_of(&walk.syn, SYN_LEAST_NS);
	derived->schedules[1] = schedules_of(&walk.syn_ack, SYN_LEAST_NS);
	derived->schedules[2] = schedules_of(data_copies, 0);
}
