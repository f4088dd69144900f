/*
 * Why a segment was sent again, came late, or refused the connection: what the
 * packets so far show. Marks are Wireshark's; a cause is given where it says
 * more or something else, and none where the packets leave it open.
 *
 * Three ideas carry most of the rules. Bytes that fill a hole were not in the
 * capture before, so they were overtaken or lost on the way to it; bytes that
 * were, are sent again because of what happened beyond it. An answer takes time:
 * from the capture to one end and back, which is known from the handshake on, so
 * what comes sooner is no answer. And a server that has a full accept queue
 * behaves like one that does not hear its client, so loss is always a rival.
 */
#include "tcp/trail_priv.h"

#include <string.h>

#include "base/seq.h"

/*
 * Twins with one IP ID: a router or a mirror port delays the second by its
 * queue. Without an ID only the pace tells: no stack sends the same bytes twice
 * within so short a time, unasked.
 */
#define TWIN_ID_NS      (50 * MS_NS)
#define TWIN_NS         (MS_NS / 10)
#define TWIN_DOUBLED_NS MS_NS /* where other packets were seen twice */

/* Linux waits this long on top of the smoothed round trip before a timeout (tcp_rto_min). */
#define RTO_MIN_NS (200 * MS_NS)
/* A tail-loss probe waits two round trips (RFC 8985, 7.2), and two ticks in Linux, of 10 ms at most. */
#define PROBE_MIN_NS   (2 * MS_NS)
#define PROBE_SLACK_NS (20 * MS_NS)

/* Reordering where no round trip and no duplicate ACK tells; chosen well below a timeout. */
#define LATE_NS       (100 * MS_NS)
#define LATE_ALONE_NS (20 * MS_NS) /* where the other side's ACKs are not in the capture */
#define ENOUGH_TOLD   3           /* duplicate ACKs that make a sender send again (RFC 5681, 3.2) */
#define BEHIND_ACK_NS (3 * MS_NS) /* a segment captured behind its own ACK */

/* An answer within so little time comes from where the capture was taken: no network is as fast. */
#define SAME_HOST_NS    (MS_NS / 20)
#define ANSWER_SLACK_NS (10 * MS_NS)

/* Wide enough for what one side sends between two of its packets to one peer. */
#define ID_RANGE 1024

void
reason_cite(struct reason *reason, uint32_t index)
{
	unsigned at = reason->because_count;

	for (unsigned i = 0; i < at; i++)
		if (reason->because[i] == index)
			return;
	if (index == 0 || at == BECAUSE_MAX)
		return;
	for (; at > 0 && reason->because[at - 1] > index; at--)
		reason->because[at] = reason->because[at - 1];
	reason->because[at] = index;
	reason->because_count++;
}

bool
look_is_loopback(const struct look *look)
{
	static const uint8_t loopback6[16] = { [15] = 1 };
	const struct tuple *tuple = &look->pkt->tuple;

	return memcmp(tuple->src, tuple->dst, sizeof(tuple->src)) == 0 ||
	       (tuple->ip_version == 4 && tuple->src[0] == 127) ||
	       (tuple->ip_version == 6 && memcmp(tuple->src, loopback6, sizeof(loopback6)) == 0);
}

bool
look_is_at_receiver(const struct look *look)
{
	const struct rtt *answers = &look->to->rtt;

	return look_is_loopback(look) || (answers->samples > 0 && answers->min_ns < SAME_HOST_NS);
}

static bool
is_acked(const struct trail_half *by, uint32_t end)
{
	return by->flags & TRAIL_ACKS && seq_ge(by->acked, end);
}

/* There and back, as far as it was measured: it takes no less. */
static int64_t
least_path_ns(const struct look *look)
{
	const struct rtt *from = &look->from->rtt, *to = &look->to->rtt;

	return (from->samples > 0 ? from->min_ns : 0) + (to->samples > 0 ? to->min_ns : 0);
}

/* --- one packet, two frames --- */

/* The earlier packet of which this could be a copy; index 0: none. */
static struct imprint
find_twin(const struct look *look)
{
	const struct trail_half *from = look->from;
	const struct rare_half *half = look_rare(look, look->side);
	const struct tcp_header *tcp = &look->pkt->tcp;
	const struct sent *sent = look->original;
	bool same_ack = !(tcp->flags & TCP_ACK) || tcp->ack == from->acked;

	if (sent != NULL && sent->seq == tcp->seq && sent->end == look->end &&
	    sent->checksum == tcp->checksum)
		return (struct imprint){
			.index = sent->index, .ts_ns = sent->ts_ns, .ip_id = sent->ip_id
		};
	if (from->last_index != 0 && from->last_checksum == tcp->checksum &&
	    look->end == from->end && same_ack)
		return (struct imprint){
			.index = from->last_index, .ts_ns = from->last_ns, .ip_id = from->last_ip_id
		};
	for (unsigned i = 0; look_doubled(look) && half != NULL && i < IMPRINTS_KEPT; i++)
		if (half->imprints[i].index != 0 && half->imprints[i].checksum == tcp->checksum &&
		    half->imprints[i].seq == tcp->seq && half->imprints[i].ack == tcp->ack)
			return half->imprints[i];
	return (struct imprint){ .index = 0 };
}

static bool
is_within(int64_t apart_ns, int64_t limit_ns)
{
	return -limit_ns <= apart_ns && apart_ns <= limit_ns;
}

static bool
is_capture_duplicate(const struct look *look, struct reason *reason)
{
	bool no_id = look->pkt->ip_id == 0 || look->from->flags & TRAIL_ID_USELESS;
	struct imprint twin = find_twin(look);
	int64_t apart_ns = elapsed_ns(look, twin.ts_ns);

	if (twin.index == 0)
		return false;
	reason_cite(reason, twin.index);
	if (!no_id)
		return twin.ip_id == look->pkt->ip_id && is_within(apart_ns, TWIN_ID_NS);
	if (look_doubled(look))
		return is_within(apart_ns, TWIN_DOUBLED_NS);
	/* Bare ACKs without an ID may well be two alike. */
	return look_has_bytes(look) && is_within(apart_ns, TWIN_NS) &&
	       twin.index == look->from->last_index && look->to->last_index < twin.index;
}

/* --- probes --- */

/*
 * One below what the other side expects, so that it must answer. A bare segment
 * at just that number is an ordinary ACK, though a probe's byte may lie beyond.
 */
static bool
is_one_below(const struct look *look)
{
	uint32_t seq = look->pkt->tcp.seq;
	bool known = look->to->flags & TRAIL_ACKS;

	if (known && seq == look->to->acked - 1)
		return true;
	return seq == look->from->end - 1 && (look_has_bytes(look) || !known);
}

static bool
is_probe(const struct look *look)
{
	return look->end - look->pkt->tcp.seq <= 1 && !(look->pkt->tcp.flags & TCP_FIN) &&
	       is_one_below(look);
}

static bool
is_zero_window_probe(const struct look *look, struct reason *reason)
{
	reason_cite(reason, look->to->last_index);
	return is_probe(look) && look->to->flags & TRAIL_WINDOW_CLOSED;
}

/* One byte that was not acknowledged yet is a byte sent again. */
static bool
is_keep_alive(const struct look *look, struct reason *reason)
{
	reason_cite(reason, look->to->last_index);
	return is_probe(look) && (!look_has_bytes(look) || !(look->to->flags & TRAIL_ACKS) ||
				     is_acked(look->to, look->end));
}

/* Data that begins with the byte a probe carried. */
static bool
is_probe_continued(const struct look *look, struct reason *reason)
{
	(void)reason;
	return look->pkt->tcp.seq == look->from->end - 1 && look->end - look->pkt->tcp.seq > 1 &&
	       look->original != NULL && look->original->end - look->original->seq == 1;
}

/* Some stacks repeat their FIN with every ACK until it is acknowledged. */
static bool
is_ack_with_fin(const struct look *look, struct reason *reason)
{
	(void)reason;
	return look->pkt->payload_bytes == 0 && look->from->flags & TRAIL_ACKS &&
	       look->pkt->tcp.flags & TCP_ACK && seq_gt(look->pkt->tcp.ack, look->from->acked);
}

/* --- bytes not seen before --- */

static bool
is_between(uint16_t id, uint16_t before, uint16_t behind)
{
	uint16_t range = (uint16_t)(behind - before);

	return range < ID_RANGE && (uint16_t)(id - before) < range && id != before;
}

/* Too soon for an answer to the ACKs that tell of it, or to what should have caused some. */
static bool
is_too_soon(const struct look *look)
{
	const struct hole *hole = look->hole;
	const struct rtt *answers = &look->to->rtt;
	int64_t late_ns = elapsed_ns(look, hole->ts_ns);
	bool told = hole->told_count > 0;

	/* a sender's answer takes the way from here to it and back */
	if (told && answers->samples > 0 &&
	    elapsed_ns(look, hole->told_ns) >= answers->min_ns * 9 / 10)
		return false;
	if (late_ns < least_path_ns(look) * 9 / 10)
		return true;
	if (told)
		return hole->told_count < ENOUGH_TOLD && late_ns < LATE_ALONE_NS;
	return late_ns < (look->to->last_index == 0 ? LATE_ALONE_NS : LATE_NS);
}

/* The sender's clock decides where it can, then its count of packets, then the capture's clock. */
static bool
is_overtaken(const struct look *look, struct reason *reason)
{
	const struct hole *hole = look->hole;
	const struct packet *pkt = look->pkt;

	if (hole == NULL)
		return false;
	reason_cite(reason, hole->index);
	if (hole->has_ts_value && pkt->tcp.options & OPT_TIMESTAMPS &&
	    pkt->tcp.ts_value != hole->ts_value)
		return seq_lt(pkt->tcp.ts_value, hole->ts_value);
	if (pkt->ip_id != 0 && is_between(pkt->ip_id, hole->ip_id_before, hole->ip_id))
		return true;
	return is_too_soon(look);
}

static bool
is_lost_before(const struct look *look, struct reason *reason)
{
	if (look->hole == NULL)
		return false;
	reason_cite(reason, look->hole->index);
	reason_cite(reason, look->hole->told_index);
	return true;
}

/* Acknowledged before it was captured, and just now. */
static bool
is_behind_ack(const struct look *look, struct reason *reason)
{
	const struct rare_half *half = look_rare(look, look->side);

	if (half == NULL || half->missed_index == 0 ||
	    seq_lt(look->pkt->tcp.seq, half->missed_left) || seq_gt(look->end, half->missed_right))
		return false;
	reason_cite(reason, half->missed_index);
	return elapsed_ns(look, half->missed_ns) <= BEHIND_ACK_NS;
}

/* The first segment behind bytes that were acknowledged but are not in the capture. */
static bool
is_behind_missed(const struct look *look, struct reason *reason)
{
	const struct rare_half *half = look_rare(look, look->side);

	if (half == NULL || half->missed_index == 0)
		return false;
	reason_cite(reason, half->missed_index);
	return look->marks & MARK_BIT(MARK_LOST_SEGMENT) &&
	       look->pkt->tcp.seq == half->missed_right;
}

/* --- bytes seen before --- */

static void
cite_original(const struct look *look, struct reason *reason)
{
	if (look->original != NULL)
		reason_cite(reason, look->original->index);
}

/* Where all of a side are wrong, it was the capture that was rewritten since, or took them early. */
static bool
is_damaged(const struct look *look, struct reason *reason)
{
	const struct sent *sent = look->original;

	cite_original(look, reason);
	return sent != NULL && sent->damaged && look->pkt->checksum == CHECKSUM_GOOD &&
	       look->hole == NULL && !is_acked(look->to, sent->end);
}

static uint32_t
old_end(const struct look *look)
{
	return seq_lt(look->end, look->from->end) ? look->end : look->from->end;
}

/* Sent again before its sender can have heard that it arrived. */
static bool
is_needless(const struct look *look, struct reason *reason)
{
	const struct trail_half *to = look->to;

	reason_cite(reason, to->last_index);
	return is_acked(to, old_end(look)) &&
	       (to->rtt.samples == 0 ||
		   elapsed_ns(look, to->last_ns) <= 2 * to->rtt.min_ns + ANSWER_SLACK_NS);
}

static bool
is_ack_lost(const struct look *look, struct reason *reason)
{
	reason_cite(reason, look->to->last_index);
	return is_acked(look->to, old_end(look));
}

static bool
is_refused_again(const struct look *look, struct reason *reason)
{
	const struct trail_rare *rare = look->trail->rare;

	if (rare == NULL || !(look->to->flags & TRAIL_REFUSED) || look->to->flags & TRAIL_ALIVE)
		return false;
	cite_original(look, reason);
	reason_cite(reason, rare->refusal_index);
	return true;
}

/*
 * The server may have lost it, or ignore it: a refused SYN cookie leaves no
 * trace of its own. Its next words tell.
 */
static bool
is_unanswered(const struct look *look, struct reason *reason)
{
	(void)reason;
	return look->to->flags & TRAIL_SYN_ACK && !(look->to->flags & TRAIL_ALIVE);
}

static int64_t
path_ns(const struct look *look)
{
	return rtt_smoothed_ns(&look->from->rtt) + rtt_smoothed_ns(&look->to->rtt);
}

/* What was sent last, after a probe's wait, where both ends do SACK: RFC 8985 asks for it. */
static bool
is_end_again(const struct look *look, int64_t limit_ns)
{
	const struct sent *sent = look->original;
	int64_t waited_ns;

	if (sent == NULL || sent != look->from->newest || look->end != look->from->end ||
	    !(look->pkt->tcp.flags & TCP_ACK) ||
	    !(look->from->flags & look->to->flags & TRAIL_SACK))
		return false;
	waited_ns = elapsed_ns(look, sent->ts_ns);
	return trail_rtt_ns(look->trail) >= 0 && waited_ns >= PROBE_MIN_NS &&
	       waited_ns >= least_path_ns(look) * 3 / 2 && waited_ns < limit_ns;
}

/*
 * A timeout re-sends the oldest segment, so the newest of several, alone, is a
 * probe. Where there is but one, a sender that allows for a delayed ACK probes
 * when a timeout would be due too: it is a probe only if clearly before that.
 */
static bool
is_tail_loss_probe(const struct look *look, struct reason *reason)
{
	const struct sent *sent = look->original;
	int64_t limit_ns = 3 * path_ns(look) + PROBE_SLACK_NS;
	int64_t due_ns = (RTO_MIN_NS + path_ns(look)) * 9 / 10;

	if (sent == NULL || sent->resent || look->marks & MARK_BIT(MARK_FAST_RETRANSMISSION))
		return false;
	cite_original(look, reason);
	if (look->from->count == 1 && look->pkt->tcp.seq == sent->seq && limit_ns > due_ns)
		limit_ns = due_ns;
	return is_end_again(look, limit_ns);
}

static bool
is_lost_after(const struct look *look, struct reason *reason)
{
	/* Nothing comes behind a FIN: what was sent from there on was something else. */
	if (look->pkt->tcp.flags & TCP_FIN && seq_lt(look->end, look->from->end))
		return false;
	cite_original(look, reason);
	return look->original != NULL || look->from->flags & TRAIL_UNLISTED;
}

/* --- the rules --- */

enum kind {
	RESET = 0x01,
	OPENING = 0x02, /* with SYN */
	BELOW = 0x04,   /* bytes, or a FIN, below what was sent */
	NUDGE = 0x08,   /* no bytes, one below */
	ONWARD = 0x10,
	ANY = 0x1f
};

static enum kind
kind_of(const struct look *look)
{
	const struct packet *pkt = look->pkt;
	bool known = look->from->flags & TRAIL_KNOWN;

	if (pkt->tcp.flags & TCP_RST)
		return RESET;
	if (pkt->tcp.flags & TCP_SYN)
		return OPENING;
	if (known && look_has_bytes(look) && seq_lt(pkt->tcp.seq, look->from->end))
		return BELOW;
	if (known && !look_has_bytes(look) && is_one_below(look))
		return NUDGE;
	return ONWARD;
}

/*
 * Asked from the top, those that ask about this kind of segment; the first that
 * holds decides. Of two that could hold the first is the surer one: no rule
 * about repeats may see a copy that the capture made, nor a probe. A rule with
 * said holds back where that mark has said it already.
 */
static const struct rule {
	enum cause cause;
	unsigned kinds;
	bool (*holds)(const struct look *look, struct reason *reason);
	uint32_t said;
} rules[] = {
	{ CAUSE_CAPTURE_DUPLICATE, ANY, is_capture_duplicate, 0 },
	{ CAUSE_NO_LISTENER, RESET, is_refusal, 0 },
	{ CAUSE_OVERFLOW_ABORT, RESET, is_overflow_abort, 0 },
	{ CAUSE_STRAY_SEGMENT, RESET, is_stray, 0 },
	{ CAUSE_LISTENER_CLOSED, RESET, is_listener_closed, 0 },
	{ CAUSE_UNREAD_DATA, RESET, is_left_unread, 0 },
	{ CAUSE_ABORTED, RESET, is_abort, 0 },
	{ CAUSE_SIMULTANEOUS_OPEN, OPENING, is_crossing_syn, 0 },
	{ CAUSE_SIMULTANEOUS_OPEN, ONWARD, is_crossing_ack, 0 },
	{ CAUSE_DAMAGED, OPENING | BELOW, is_damaged, 0 },
	{ CAUSE_ACCEPT_QUEUE_FULL, OPENING, is_queue_full, 0 },
	{ CAUSE_SYN_DROPPED, OPENING, is_syn_dropped, 0 },
	{ CAUSE_LOST_AFTER_CAPTURE, OPENING, is_unheard, 0 },
	{ CAUSE_NOT_CAPTURED, ONWARD, is_behind_missed, 0 },
	{ CAUSE_ZERO_WINDOW_PROBE, BELOW | NUDGE, is_zero_window_probe,
	    MARK_BIT(MARK_ZERO_WINDOW_PROBE) },
	{ CAUSE_KEEP_ALIVE, BELOW | NUDGE, is_keep_alive, MARK_BIT(MARK_KEEP_ALIVE) },
	{ CAUSE_NONE, BELOW, is_probe_continued, 0 },
	{ CAUSE_NONE, BELOW, is_ack_with_fin, 0 },
	{ CAUSE_REORDERED, BELOW, is_overtaken, 0 },
	{ CAUSE_LOST_BEFORE_CAPTURE, BELOW, is_lost_before, 0 },
	{ CAUSE_REORDERED, BELOW, is_behind_ack, 0 },
	{ CAUSE_SPURIOUS, BELOW, is_needless, 0 },
	{ CAUSE_LOST_AFTER_CAPTURE, BELOW, is_ack_lost, 0 },
	{ CAUSE_ACCEPT_QUEUE_FULL, BELOW, is_refused_again, 0 },
	{ CAUSE_TAIL_LOSS_PROBE, BELOW, is_tail_loss_probe, 0 },
	{ CAUSE_NONE, BELOW, is_unanswered, 0 },
	{ CAUSE_LOST_AFTER_CAPTURE, BELOW, is_lost_after, 0 },
};

struct reason
cause_of(const struct look *look)
{
	enum kind kind = kind_of(look);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *rule = &rules[i];
		struct reason reason = { .cause = (uint8_t)rule->cause };

		if (!(rule->kinds & kind) || !rule->holds(look, &reason))
			continue;
		if (rule->cause == CAUSE_NONE || look->marks & rule->said)
			break;
		reason_cite(&reason, look->pkt->index);
		return reason;
	}
	return (struct reason){ .cause = CAUSE_NONE };
}
