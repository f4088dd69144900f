/*
 * How connections fail to begin, and how they are broken off: SYNs that cross
 * or are not heard, a SYN-ACK that comes again, and what a reset says.
 */
#include "base/seq.h"
#include "tcp/trail_priv.h"

/* SYN-ACKs that follow each other sooner are copies, or answer repeated SYNs. */
#define SYN_ACK_TIMER_NS (800 * MS_NS)
#define CROSSING_NS      (100 * MS_NS)
/* How long a server takes to answer, beside the way. */
#define ABORT_NS     (10 * MS_NS)
#define ABORT_MAX_NS SECOND_NS
/* An end silent for so long may have lost its state, or a NAT did. */
#define IDLE_NS (60 * SECOND_NS)
/* So may one that was asked again and again for so long. */
#define UNHEARD_NS (10 * SECOND_NS)
/* An answer's number is that of an ACK that was under way: at most so old. */
#define ANSWER_REACH (1 << 16)

/* --- resets --- */

bool
is_refusal(const struct look *look, struct reason *reason)
{
	const struct tcp_header *tcp = &look->pkt->tcp;

	reason_cite(reason, look->to->last_index);
	return tcp->flags & TCP_ACK && tcp->window == 0 && look->to->flags & TRAIL_SYN &&
	       !(look->from->flags & TRAIL_ANY_SYN) && tcp->ack == look->to->end;
}

/*
 * As an answer to a segment takes its number: its ACK (RFC 9293, 3.5.2, group 1).
 * Who has closed may acknowledge it first.
 */
static bool
is_bare_answer(const struct look *look)
{
	const struct tcp_header *tcp = &look->pkt->tcp;
	const struct trail_half *from = look->from, *to = look->to;

	return !(tcp->flags & TCP_ACK) && to->flags & TRAIL_ACKS && tcp->seq == to->acked &&
	       (to->last_index > from->last_index || from->flags & TRAIL_RST ||
		   (from->flags & TRAIL_FIN && elapsed_ns(look, to->last_ns) <= ABORT_NS));
}

/* Its number lies behind what its sender has sent: an older ACK's. An abort has the next one. */
static bool
is_late_answer(const struct look *look)
{
	const struct tcp_header *tcp = &look->pkt->tcp;

	return !(tcp->flags & TCP_ACK) && look->to->flags & TRAIL_ACKS &&
	       look->from->flags & TRAIL_KNOWN && seq_lt(tcp->seq, look->from->end) &&
	       seq_le(tcp->seq, look->to->acked) &&
	       seq_diff(look->to->acked, tcp->seq) <= ANSWER_REACH;
}

/* The RST answers the final ACK itself, not what came later. */
bool
is_overflow_abort(const struct look *look, struct reason *reason)
{
	const struct trail_half *server = look->from, *client = look->to;
	int64_t limit_ns = 2 * rtt_smoothed_ns(&client->rtt) + ABORT_NS;

	reason_cite(reason, client->first_ack_index);
	if (look->pkt->tcp.window != 0 || !is_bare_answer(look) || client->first_ack_index == 0 ||
	    !(server->flags & TRAIL_SYN_ACK) || server->flags & TRAIL_ALIVE)
		return false;
	if (server->flags & TRAIL_OVERFLOWED)
		return true;
	if (client->last_index == client->first_ack_index)
		return elapsed_ns(look, client->last_ns) <= ABORT_MAX_NS;
	return look->conn->ack_ns != 0 && elapsed_ns(look, look->conn->ack_ns) <= limit_ns;
}

/* Whether it was seen to have the connection: said what only an established end says. */
static bool
had_connection(const struct trail_half *half)
{
	if (half->flags & TRAIL_SYN_ACK)
		return half->flags & TRAIL_ALIVE;
	if (half->flags & TRAIL_SYN)
		return half->first_ack_index != 0;
	return half->flags & TRAIL_KNOWN;
}

/* It let the other end wait, and be it that this sent its segment again: it has lost its state. */
static bool
was_away(const struct look *look)
{
	const struct sent *asked = look->to->newest;
	int64_t silent_ns = elapsed_ns(look, look->from->last_ns);

	return silent_ns >= IDLE_NS || (asked != NULL && asked->resent && silent_ns >= UNHEARD_NS);
}

bool
is_stray(const struct look *look, struct reason *reason)
{
	const struct trail_half *from = look->from;

	reason_cite(reason, look->to->last_index);
	return is_late_answer(look) ||
	       (is_bare_answer(look) && (from->flags & (TRAIL_FIN | TRAIL_RST) ||
					    !had_connection(from) || was_away(look)));
}

bool
is_abort(const struct look *look, struct reason *reason)
{
	const struct trail_half *from = look->from, *to = look->to;

	reason_cite(reason, from->first_ack_index);
	reason_cite(reason, to->first_ack_index);
	if (look->pkt->tcp.flags & TCP_SYN) /* no system ends a connection like this */
		return false;
	/* Who has reset it answers what still comes. */
	if (from->flags & TRAIL_RST && !(look->pkt->tcp.flags & TCP_ACK))
		return false;
	if (had_connection(from))
		return true;
	if (!(look->pkt->tcp.flags & TCP_ACK))
		return false;
	if (from->flags & TRAIL_SYN_ACK)
		return to->first_ack_index != 0;
	if (to->last_index == 0 && from->flags & TRAIL_KNOWN && from->flags & TRAIL_ACKS)
		return true; /* what it acknowledged is not in the capture */
	return !((from->flags | to->flags) & TRAIL_ANY_SYN) && to->flags & TRAIL_KNOWN;
}

/* Only bytes that were not read close a window (RFC 2525, 2.17, on what close() then sends). */
bool
is_left_unread(const struct look *look, struct reason *reason)
{
	return look->pkt->tcp.flags & TCP_ACK && look->from->flags & TRAIL_WINDOW_CLOSED &&
	       is_abort(look, reason);
}

/* --- handshakes --- */

static uint32_t
oldest_index(const struct trail_half *half)
{
	const struct sent *sent = sent_oldest(half);

	return sent == NULL ? 0 : sent->index;
}

/* RFC 9293, 3.5, figure 8. */
bool
is_crossing_syn(const struct look *look, struct reason *reason)
{
	const struct trail_half *from = look->from, *to = look->to;

	if (!(to->flags & TRAIL_SYN))
		return false;
	reason_cite(reason, oldest_index(from));
	reason_cite(reason, oldest_index(to));
	if (look->pkt->tcp.flags & TCP_ACK)
		return from->flags & TRAIL_SYN;
	return from->last_index == 0 && to->first_ack_index == 0;
}

bool
is_crossing_ack(const struct look *look, struct reason *reason)
{
	const struct trail_half *from = look->from, *to = look->to;

	reason_cite(reason, from->first_ack_index);
	reason_cite(reason, to->first_ack_index);
	return from->flags & TRAIL_SYN && to->flags & TRAIL_SYN &&
	       look->marks & MARK_BIT(MARK_DUPLICATE_ACK) &&
	       from->last_index == from->first_ack_index;
}

bool
is_late_syn_ack(const struct look *look)
{
	const struct trail_half *server = look->from, *client = look->to;
	int64_t arrival_ns = 2 * rtt_smoothed_ns(&client->rtt) + CROSSING_NS;

	return look->pkt->tcp.flags & TCP_SYN && server->flags & TRAIL_SYN_ACK &&
	       !(server->flags & TRAIL_ALIVE) && look->end == server->end &&
	       client->first_ack_index != 0 &&
	       elapsed_ns(look, server->last_ns) >= SYN_ACK_TIMER_NS &&
	       elapsed_ns(look, look->conn->ack_ns) >= arrival_ns;
}

/*
 * Bytes of the client that had time to arrive, and would have ended
 * TCP_DEFER_ACCEPT's wait. They did arrive where the capture was taken at the
 * server; elsewhere an outage of a second looks the same.
 */
static bool
are_bytes_ignored(const struct look *look, struct reason *reason)
{
	const struct trail_half *client = look->to;
	const struct sent *sent = sent_oldest(client);

	if (sent == NULL)
		return false;
	reason_cite(reason, sent->index);
	return elapsed_ns(look, sent->ts_ns) >= 2 * rtt_smoothed_ns(&client->rtt) + CROSSING_NS &&
	       look_is_at_receiver(look);
}

/* The client answered an earlier repeat too: one lost ACK does not explain it, nor DEFER_ACCEPT. */
static bool
is_ignored_again(const struct look *look, struct reason *reason)
{
	const struct trail_rare *rare = look->trail->rare;

	if (rare == NULL || rare->refusals == 0 || look->to->last_index < rare->refusal_index)
		return false;
	reason_cite(reason, rare->refusal_index);
	reason_cite(reason, look->to->last_index);
	return true;
}

bool
is_queue_full(const struct look *look, struct reason *reason)
{
	if (!is_late_syn_ack(look))
		return false;
	reason_cite(reason, look->to->first_ack_index);
	return look->from->flags & TRAIL_REFUSED || are_bytes_ignored(look, reason) ||
	       is_ignored_again(look, reason);
}

/* Its sender did not hear the answer that the capture shows. */
bool
is_unheard(const struct look *look, struct reason *reason)
{
	const struct trail_half *from = look->from, *to = look->to;

	if (look_is_loopback(look))
		return false;
	if (look->pkt->tcp.flags & TCP_ACK) {
		/* a SYN-ACK, asked for by the SYN that came again */
		reason_cite(reason, from->last_index);
		reason_cite(reason, to->last_index);
		return from->flags & TRAIL_SYN_ACK && look->end == from->end &&
		       to->first_ack_index == 0 && to->last_index > from->last_index;
	}
	reason_cite(reason, to->first_ack_index);
	return from->flags & TRAIL_SYN && look->end == from->end && to->flags & TRAIL_SYN_ACK &&
	       from->first_ack_index == 0;
}
