/*
 * How a connection opened, went and closed: our own judgement of it, by what
 * each end must have believed. A number counts only where the end that got it
 * would have accepted it, so that a forged or late segment turns no verdict;
 * beyond the handshake we are less strict than a stack, because a capture can
 * lack what made a segment right. Resets are in reset.c; Zeek's words for the
 * same are zeek.c's.
 */
#include "tcp/conn_priv.h"

#include "base/seq.h"
#include "tcp/tcp_priv.h"

/* What comes again sooner than this was copied on the way, not sent twice. */
#define COPY_NS MS_NS

/*
 * Retries that stopped: stacks wait up to twice as long each time, so nothing
 * is overdue before that. Chosen on top: half as much again, and never less
 * than three seconds, which a probe after two round trips does not wait for.
 */
#define PATIENCE_MIN_NS (3 * SECOND_NS)

const char *const conn_open_names[OPEN_COUNT + 1] = {
	[OPEN_COMPLETE] = "complete",
	[OPEN_REFUSED] = "refused",
	[OPEN_UNANSWERED] = "unanswered",
	[OPEN_HALF_OPEN] = "half-open",
	[OPEN_SIMULTANEOUS] = "simultaneous",
	[OPEN_FAST_OPEN] = "fast-open",
	[OPEN_MIDSTREAM] = "midstream",
};

const char *const conn_close_names[CLOSE_COUNT + 1] = {
	[CLOSE_OPEN] = "open",
	[CLOSE_FIN] = "fin",
	[CLOSE_HALF_CLOSED] = "half-closed",
	[CLOSE_RESET_BY_CLIENT] = "reset-by-client",
	[CLOSE_RESET_BY_SERVER] = "reset-by-server",
	[CLOSE_TIMEOUT] = "timeout",
};

const char *const conn_connect_names[CONNECT_COUNT] = {
	[CONNECT_UNKNOWN] = NULL,
	[CONNECT_PENDING] = "pending",
	[CONNECT_OK] = "ok",
	[CONNECT_ECONNREFUSED] = "ECONNREFUSED",
	[CONNECT_ETIMEDOUT] = "ETIMEDOUT",
	[CONNECT_EHOSTUNREACH] = "EHOSTUNREACH",
};

static struct conn_half *
client_of(struct conn *conn)
{
	return &conn->half[conn->client];
}

static struct conn_half *
server_of(struct conn *conn)
{
	return &conn->half[!conn->client];
}

/* --- the handshake --- */

static void
client_sent_syn(struct conn *conn, const struct packet *pkt)
{
	if (!(conn->facts & FACT_SYN))
		conn->syn_ns = pkt->ts_ns;
	conn->facts |= FACT_SYN;
	conn->syn_index = pkt->index;
	if (conn->connect == CONNECT_OK)
		return;
	/* Some try again after a RST (Windows) or an ICMP error (BSD): they still wait. */
	conn_return(conn, CONNECT_PENDING, 0);
	if (conn->facts & FACT_SYN_ACK_FIRST && server_of(conn)->last_ack == pkt->tcp.seq + 1) {
		client_of(conn)->start = pkt->tcp.seq;
		conn_syn_acked(conn, pkt->tcp.seq + 1, pkt->ts_ns);
	}
}

static void
server_sent_syn(struct conn *conn, const struct packet *pkt)
{
	if ((conn->facts & (FACT_SYN | FACT_SYN_ACKED)) != FACT_SYN)
		return;
	conn->facts |= FACT_SYN_CROSSED;
	conn->other_index = pkt->index;
}

static void
server_sent_ack(struct conn *conn, const struct packet *pkt)
{
	bool has_syn = pkt->tcp.flags & TCP_SYN;

	if (conn->facts & FACT_SYN_ACKED)
		return;
	if (!(conn->facts & FACT_SYN)) {
		if (has_syn)
			conn->facts |= FACT_SYN_ACK_FIRST;
		return;
	}
	if ((has_syn || conn->facts & FACT_SYN_CROSSED) && conn_acks_syn(conn, pkt))
		conn_syn_acked(conn, pkt->tcp.ack, pkt->ts_ns);
}

static void
client_sent_ack(struct conn *conn, const struct packet *pkt)
{
	const struct conn_half *client = client_of(conn);
	bool knows_reply = conn->facts & (FACT_SYN_ACKED | FACT_SYN_CROSSED);

	if (!(conn->facts & FACT_SYN) || conn->facts & FACT_REPLY_ACKED)
		return;
	if (pkt->tcp.flags & TCP_SYN && !(conn->facts & FACT_SYN_CROSSED))
		return;
	/* Of two SYN-ACKs that differ it can have taken either; who sends bytes has taken one. */
	if (knows_reply && seq_le(pkt->tcp.ack, server_of(conn)->start) && pkt->payload_bytes == 0)
		return;
	if (!knows_reply) {
		/* It goes on as one does after a SYN-ACK: the capture lacks that. */
		if (seq_le(pkt->tcp.seq, client->start) || pkt->tcp.ack == 0)
			return;
		conn_syn_acked(conn, client->start + 1, pkt->ts_ns);
	}
	conn_reply_acked(conn, pkt->ts_ns);
}

/* --- retries --- */

/* What asks for an answer is timed; whatever the other side sends is one. */
static void
count_retry(struct conn *conn, int64_t gap_ns)
{
	if (conn->retry_count == 0)
		conn->retry_grown = 0;
	else if (gap_ns > span_end(conn->retry_gap_ns, conn->retry_gap_ns / 4))
		conn->retry_grown = 1;
	conn->retry_gap_ns = gap_ns;
	conn->retry_count += conn->retry_count < UINT8_MAX;
}

static void
note_retry(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	const struct conn_half *half = &conn->half[side];
	bool is_probe = marks & PROBES;
	uint32_t length = pkt->tcp.flags & TCP_RST ? 0 : conn_seq_length(pkt);
	int64_t gap_ns = span_ns(pkt->ts_ns, conn->retry_ns);

	if (length == 0 && !is_probe) {
		if (side != conn->retry_side)
			conn->retry_count = 0;
		return;
	}
	if (side != conn->retry_side || !half_was_seen(half) ||
	    (!is_probe && seq_gt(pkt->tcp.seq + length, half->end))) {
		conn->retry_count = 0;
	} else {
		if (gap_ns < COPY_NS)
			return;
		count_retry(conn, gap_ns);
	}
	conn->retry_side = (uint8_t)side;
	conn->retry_ns = pkt->ts_ns;
}

/*
 * Two retries at the least; of a SYN, with growing gaps: one that comes again at
 * an even pace is asked for anew each time, and some wait long for the second.
 */
static bool
has_given_up(const struct conn *conn, int64_t until_ns)
{
	int64_t gap_ns = conn->retry_gap_ns;
	int64_t patience_ns = gap_ns > INT64_MAX / 3 ? INT64_MAX : 3 * gap_ns;

	if (patience_ns < PATIENCE_MIN_NS)
		patience_ns = PATIENCE_MIN_NS;
	if (conn->connect == CONNECT_PENDING && !conn->retry_grown)
		return false;
	return conn->retry_count >= 2 && span_ns(until_ns, conn->retry_ns) > patience_ns;
}

/* --- the way in --- */

static void
begin(struct conn *conn, const struct packet *pkt, enum side side)
{
	enum side client = conn_first_client(pkt);

	conn->client = (uint8_t)(side == SIDE_A ? client : (enum side) !client);
	conn->facts |= FACT_BEGUN;
	zeek_begin(conn, pkt, side);
}

static void
shake_hands(struct conn *conn, const struct packet *pkt, enum side side)
{
	bool is_client = side == conn->client;

	if ((pkt->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		if (is_client)
			client_sent_syn(conn, pkt);
		else
			server_sent_syn(conn, pkt);
	} else if (pkt->tcp.flags & TCP_ACK) {
		if (is_client)
			client_sent_ack(conn, pkt);
		else
			server_sent_ack(conn, pkt);
	}
}

/* Zeek's picture does not have this segment, so what we need of it is kept here. */
static void
note_corrupt(struct conn_half *half, const struct packet *pkt)
{
	bool has_syn = pkt->tcp.flags & TCP_SYN;
	uint32_t end = pkt->tcp.seq + conn_seq_length(pkt);

	if (has_syn || !half_was_seen(half)) {
		half->start = pkt->tcp.seq - !has_syn;
		half->end = end;
	} else if (seq_gt(end, half->end)) {
		half->end = end;
	}
	if (pkt->tcp.flags & TCP_FIN)
		half->flags |= HALF_FIN;
}

/* By our own judgement; Zeek's comes after it. */
static inline void
judge(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	uint16_t flags = pkt->tcp.flags;

	note_retry(conn, pkt, side, marks);
	if (conn->reset_by == 1 + side && conn_goes_on_after_reset(conn, pkt, side))
		conn_drop_reset(conn);
	if (flags & TCP_RST)
		conn_saw_reset(conn, pkt, side);
	else if (flags & TCP_SYN || !(conn->facts & FACT_REPLY_ACKED))
		shake_hands(conn, pkt, side);
}

/*
 * A segment with a wrong checksum among good ones was damaged on the way, and
 * nobody took it. Where all of one side are wrong, it was the capture that was
 * rewritten since.
 */
static void
corrupt_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	struct conn_half *half = &conn->half[side];

	zeek_corrupt(conn, pkt, side);
	if (half->flags & HALF_CHECKSUMS)
		return;
	judge(conn, pkt, side, marks);
	note_corrupt(half, pkt);
	half_note_latest(half, pkt);
	conn_note_step(conn);
}

void
conn_any_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	if (!(conn->facts & FACT_BEGUN))
		begin(conn, pkt, side);
	if (pkt->checksum == CHECKSUM_BAD) {
		corrupt_segment(conn, pkt, side, marks);
		return;
	}
	judge(conn, pkt, side, marks);
	half_note_latest(&conn->half[side], pkt);
	zeek_segment(conn, pkt, side);
}

/*
 * What Linux makes of destination unreachable, by code (icmp_err_convert and
 * its like for IPv6). DESIGN knows fewer words: what is blank here and not a
 * matter of size or of a port is EHOSTUNREACH too, though Linux would say
 * ENETUNREACH, EACCES or ENOPROTOOPT.
 */
static enum conn_connect
connect_error(const struct packet *pkt)
{
	enum { UNREACHABLE = 3, UNREACHABLE6 = 1, EXPIRED = 11, EXPIRED6 = 3 };
	bool is_v4 = pkt->tuple.proto == PROTO_ICMP;
	uint8_t code = pkt->icmp.code;

	if (pkt->icmp.type == (is_v4 ? EXPIRED : EXPIRED6))
		return CONNECT_EHOSTUNREACH;
	if (pkt->icmp.type != (is_v4 ? UNREACHABLE : UNREACHABLE6))
		return CONNECT_PENDING;
	if (is_v4 && code == 4) /* fragmentation needed: another size is tried */
		return CONNECT_PENDING;
	return code == (is_v4 ? 3 : 4) ? CONNECT_ECONNREFUSED : CONNECT_EHOSTUNREACH;
}

void
conn_icmp(struct conn *conn, const struct packet *pkt, enum side quoted_side)
{
	enum conn_connect error = connect_error(pkt);

	if (pkt->checksum == CHECKSUM_BAD || conn->connect != CONNECT_PENDING ||
	    quoted_side != conn->client || pkt->icmp.quoted_seq != client_of(conn)->start)
		return;
	if (error == CONNECT_PENDING)
		return;
	conn_return(conn, error, pkt->ts_ns);
	if (conn->reset_by == 0)
		conn->reset_index = pkt->index;
}

/* --- the verdict --- */

static enum conn_open
open_of(const struct conn *conn)
{
	if (!(conn->facts & FACT_SYN))
		return OPEN_MIDSTREAM;
	if (conn->facts & FACT_SYN_CROSSED)
		return OPEN_SIMULTANEOUS;
	if (conn->facts & FACT_DATA_IN_SYN)
		return OPEN_FAST_OPEN;
	if (conn->facts & FACT_REPLY_ACKED)
		return OPEN_COMPLETE;
	if (conn->facts & FACT_SYN_ACKED)
		return OPEN_HALF_OPEN;
	return conn->refused ? OPEN_REFUSED : OPEN_UNANSWERED;
}

static enum conn_close
close_of(const struct conn *conn, int64_t until_ns)
{
	uint8_t a = conn->half[SIDE_A].flags & HALF_FIN;
	uint8_t b = conn->half[SIDE_B].flags & HALF_FIN;

	if (conn->reset_by != 0)
		return conn->reset_by == 1 + conn->client ? CLOSE_RESET_BY_CLIENT
							  : CLOSE_RESET_BY_SERVER;
	if (a && b)
		return CLOSE_FIN;
	if (has_given_up(conn, until_ns))
		return CLOSE_TIMEOUT;
	return a || b ? CLOSE_HALF_CLOSED : CLOSE_OPEN;
}

static struct reason
because(enum cause cause, uint32_t a, uint32_t b)
{
	struct reason reason = { .cause = (uint8_t)cause };

	reason_cite(&reason, a);
	reason_cite(&reason, b);
	return reason;
}

/* The first thing that went wrong explains what came of it. */
static struct reason
reason_of(const struct conn *conn, const struct trail *trail)
{
	struct reason reason = trail_refusal(trail);

	if (reason.cause != CAUSE_NONE)
		return reason;
	if (conn->reset_by != 0)
		return conn->reset_cause != CAUSE_NONE ? conn_reason_of_reset(conn, trail) : reason;
	if (conn->facts & FACT_SYN_CROSSED)
		return because(CAUSE_SIMULTANEOUS_OPEN, conn->syn_index, conn->other_index);
	/* No RST said so, so it was ICMP. */
	if (conn->connect == CONNECT_ECONNREFUSED || conn->connect == CONNECT_EHOSTUNREACH)
		return because(CAUSE_UNREACHABLE, conn->syn_index, conn->reset_index);
	return reason;
}

/*
 * What connect() returned. A client that never confirmed the SYN-ACK may not
 * have it; a kernel that answers it with a RST has nobody waiting. Of a client
 * that gave up no packet says so, nor when; and it was refused before that, if
 * it was.
 */
static enum conn_connect
connect_of(const struct conn *conn, int64_t until_ns)
{
	if (conn->connect == CONNECT_OK && !(conn->facts & FACT_REPLY_ACKED))
		return conn->reset_by == 1 + conn->client ? CONNECT_UNKNOWN : CONNECT_PENDING;
	if (conn->connect == CONNECT_PENDING && conn->refused &&
	    span_ns(until_ns, conn->retry_ns) > PATIENCE_MIN_NS)
		return CONNECT_ECONNREFUSED;
	if (conn->connect != CONNECT_PENDING || conn->retry_side != conn->client ||
	    !has_given_up(conn, until_ns))
		return (enum conn_connect)conn->connect;
	return CONNECT_ETIMEDOUT;
}

struct conn_verdict
conn_verdict(const struct tcp_pair *pair, int64_t until_ns)
{
	const struct conn *conn = &pair->conn;
	bool is_shaken = (conn->facts & (FACT_SYN | FACT_REPLY_ACKED | FACT_SYN_ACKED)) ==
			 (FACT_SYN | FACT_REPLY_ACKED | FACT_SYN_ACKED);
	struct conn_verdict verdict = {
		.client = (enum side)conn->client,
		.open = open_of(conn),
		.close = close_of(conn, until_ns),
		.connect = connect_of(conn, until_ns),
		.connect_ns = conn->connect_ns,
		.handshake_ns = is_shaken ? span_ns(conn->ack_ns, conn->syn_ns) : -1,
		.conn_state = zeek_conn_state(conn),
		.history = conn->history,
		.reason = reason_of(conn, &pair->trail),
	};

	if (verdict.connect != (enum conn_connect)conn->connect)
		verdict.connect_ns = 0;
	if (is_shaken && verdict.handshake_ns < 0)
		verdict.handshake_ns = 0; /* the clock was set back meanwhile */
	return verdict;
}
