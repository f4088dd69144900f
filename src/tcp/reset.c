/*
 * Which RST ended a connection: one that its receiver would have believed, and
 * that its sender does not belie by going on.
 */
#include "base/seq.h"
#include "tcp/conn_priv.h"
#include "tcp/tcp_priv.h"

/*
 * How far a RST may lie from what was acknowledged: by the receiver's window, but
 * that can have shrunk since. Where its scale is not known, no common one is larger.
 */
#define RST_REACH_MIN (1 << 16)
#define RST_REACH     (1 << 24)

void
conn_saw_reset(struct conn *conn, const struct packet *pkt, enum side side)
{
	bool answers_syn =
	    side != conn->client &&
	    (conn->facts & (FACT_SYN | FACT_SYN_ACKED | FACT_SYN_CROSSED)) == FACT_SYN;

	if (conn->half[0].flags & conn->half[1].flags & HALF_FIN)
		return;
	if (answers_syn && !conn_acks_syn(conn, pkt))
		return;
	if (!answers_syn && conn->reset_by != 0)
		return;
	conn->reset_by = (uint8_t)(1 + side);
	conn->reset_index = pkt->index;
	conn->reset_cause = CAUSE_NONE;
	conn->refused = answers_syn;
	if (answers_syn)
		conn_return(conn, CONNECT_ECONNREFUSED, pkt->ts_ns);
}

void
conn_drop_reset(struct conn *conn)
{
	conn->reset_by = 0;
	conn->reset_cause = CAUSE_NONE;
}

static int32_t
rst_reach(const struct mark_half *receiver)
{
	int64_t window = receiver->window;

	if (receiver->wscale == -1)
		return RST_REACH;
	if (receiver->wscale > 0)
		window <<= receiver->wscale;
	return window < RST_REACH_MIN ? RST_REACH_MIN : (int32_t)window;
}

static bool
is_plausible_rst(const struct tcp_pair *pair, const struct packet *rst, enum side side)
{
	const struct trail_half *sender = &pair->trail.half[side];
	const struct trail_half *receiver = &pair->trail.half[!side];
	int32_t reach = rst_reach(&pair->mark.half[!side]);
	uint32_t acked = pair->conn.half[!side].last_ack;
	int32_t off = seq_diff(rst->tcp.seq, sender->end);

	/* Its sender said nothing else that is known. */
	if (sender->end == 0 || (off <= reach && off >= -reach))
		return true;
	return receiver->last_index != 0 && rst->tcp.seq == acked;
}

void
conn_note_reset(
    struct tcp_pair *pair, const struct packet *rst, enum side side, const struct reason *reason)
{
	const uint32_t known = 1u << CAUSE_ABORTED | 1u << CAUSE_STRAY_SEGMENT |
			       1u << CAUSE_OVERFLOW_ABORT | 1u << CAUSE_NO_LISTENER;
	struct conn *conn = &pair->conn;

	if (conn->reset_by == 0 || conn->reset_index != rst->index)
		return;
	if (!conn->refused && !is_plausible_rst(pair, rst, side)) {
		conn_drop_reset(conn);
		return;
	}
	if (!(known >> reason->cause & 1))
		return;
	conn->reset_cause = reason->cause;
	conn->other_index = reason->because[0];
}

bool
conn_goes_on_after_reset(const struct conn *conn, const struct packet *pkt, enum side side)
{
	const struct conn_half *half = &conn->half[side];

	if (pkt->tcp.flags & (TCP_SYN | TCP_RST) || conn->refused)
		return false;
	return seq_gt(pkt->tcp.seq + conn_seq_length(pkt), half->end) ||
	       (pkt->tcp.flags & TCP_ACK && half->last_ack != 0 &&
		   seq_gt(pkt->tcp.ack, half->last_ack));
}

/* The ACKs that completed the handshake show that there was something to abort. */
static struct reason
because_aborted(const struct conn *conn, const struct trail *trail)
{
	struct reason reason = { .cause = CAUSE_ABORTED };

	for (int side = 0; side < 2; side++) {
		uint32_t index = trail->half[side].first_ack_index;

		if (index < conn->reset_index)
			reason_cite(&reason, index);
	}
	reason_cite(&reason, conn->reset_index);
	return reason;
}

struct reason
conn_reason_of_reset(const struct conn *conn, const struct trail *trail)
{
	struct reason reason = { .cause = conn->reset_cause };

	if (conn->reset_cause == CAUSE_ABORTED)
		return because_aborted(conn, trail);
	reason_cite(&reason, conn->other_index);
	reason_cite(&reason, conn->reset_index);
	return reason;
}
