/*
 * What ordinary connections consist of, judged the short way: opening SYN, its
 * answer, the ACK of that, bytes in order, FINs, the last ACK. For each it is
 * written down what the long way (conn.c and zeek.c) comes to, and asked first
 * for all that this takes for granted; where anything is otherwise, the long
 * way is gone. Nothing is decided here that is not decided there.
 */
#include "base/hint.h"
#include "tcp/conn_priv.h"

#include "tcp/tcp_priv.h"

static inline bool
is_bare(const struct packet *pkt)
{
	return pkt->payload_bytes == 0 && pkt->tcp.window != 0;
}

static APART void
syn_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	if (conn->facts & FACT_BEGUN || !is_bare(pkt)) {
		conn_any_segment(conn, pkt, side, marks);
		return;
	}
	conn->client = (uint8_t)side;
	conn->facts = FACT_BEGUN | FACT_SYN;
	conn->syn_ns = pkt->ts_ns;
	conn->syn_index = pkt->index;
	conn->connect = CONNECT_PENDING;
	conn_note_bytes(conn, pkt, side);
	half_note_latest(&conn->half[side], pkt);
	zeek_open(conn, pkt, side);
}

/* The server's first word, to a SYN that came without bytes and has nothing behind it. */
static inline bool
is_first_answer(const struct conn *conn, const struct packet *pkt, enum side side)
{
	const struct conn_half *client = &conn->half[1 - side];

	return conn->facts == (FACT_BEGUN | FACT_SYN) && side != conn->client &&
	       side != conn->origin && client->state == ZEEK_SYN_SENT &&
	       !half_was_seen(&conn->half[side]) && client->end == client->start + 1 &&
	       client->next == client->end && pkt->tcp.ack == client->end;
}

static APART void
syn_ack_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	if (!is_bare(pkt) || !is_first_answer(conn, pkt, side)) {
		conn_any_segment(conn, pkt, side, marks);
		return;
	}
	conn_syn_acked(conn, pkt->tcp.ack, pkt->ts_ns);
	conn_note_bytes(conn, pkt, side);
	half_note_latest(&conn->half[side], pkt);
	zeek_answer(conn, pkt, side);
}

static void
take_bytes(struct conn *conn, const struct packet *pkt, enum side side)
{
	if (pkt->payload_bytes > 0)
		conn_extend(conn, pkt, side);
	conn_hear(conn, pkt, side, pkt->payload_bytes > 0 ? SEEN_DATA : SEEN_ACK);
}

static APART void
fin_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	uint32_t ack = half_acked_bytes(&conn->half[1 - side], pkt->tcp.ack);

	if (!conn_goes_on(conn, pkt, side, ack, marks)) {
		conn_any_segment(conn, pkt, side, marks);
		return;
	}
	conn_note_bytes(conn, pkt, side);
	half_note_latest(&conn->half[side], pkt);
	zeek_fin(conn, pkt, side);
}

/* Both have said all there is to say, and this acknowledges it. */
static inline bool
is_last_ack(
    const struct conn *conn, const struct packet *pkt, enum side side, uint32_t ack, uint32_t marks)
{
	const struct conn_half *half = &conn->half[side];
	const struct conn_half *peer = &conn->half[1 - side];

	return conn->facts & FACT_ENDED && conn->facts & FACT_REPLY_ACKED &&
	       half->state == ZEEK_CLOSED && peer->state == ZEEK_CLOSED &&
	       pkt->tcp.seq == half->end && seq_ge(peer->next, ack) && !(marks & PROBES) &&
	       is_bare(pkt);
}

static inline bool
completes_handshake(const struct conn *conn, const struct packet *pkt, enum side side)
{
	return (conn->facts & (FACT_SYN | FACT_SYN_ACKED | FACT_REPLY_ACKED)) ==
		   (FACT_SYN | FACT_SYN_ACKED) &&
	       side == conn->client && seq_gt(pkt->tcp.ack, conn->half[1 - side].start);
}

/* An ACK that has been found not to go on in step, at a first look. */
static APART void
ack_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	uint32_t ack = half_acked_bytes(&conn->half[1 - side], pkt->tcp.ack);

	if (is_last_ack(conn, pkt, side, ack, marks)) {
		if (side != conn->retry_side)
			conn->retry_count = 0;
		half_note_latest(&conn->half[side], pkt);
		zeek_last_ack(conn, pkt, side);
		return;
	}
	if (completes_handshake(conn, pkt, side)) {
		conn_reply_acked(conn, pkt->ts_ns);
		conn_note_step(conn);
	}
	if (conn_goes_on(conn, pkt, side, ack, marks))
		take_bytes(conn, pkt, side);
	else
		conn_any_segment(conn, pkt, side, marks);
}

void
conn_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks)
{
	uint16_t controls = pkt->tcp.flags & (CONTROL | TCP_ACK);

	if (controls == TCP_ACK && conn_goes_on(conn, pkt, side, pkt->tcp.ack, marks))
		take_bytes(conn, pkt, side);
	else if (pkt->checksum == CHECKSUM_BAD)
		conn_any_segment(conn, pkt, side, marks);
	else if (controls == TCP_ACK)
		ack_segment(conn, pkt, side, marks);
	else if (controls == (TCP_FIN | TCP_ACK))
		fin_segment(conn, pkt, side, marks);
	else if (controls == TCP_SYN)
		syn_segment(conn, pkt, side, marks);
	else if (controls == (TCP_SYN | TCP_ACK))
		syn_ack_segment(conn, pkt, side, marks);
	else
		conn_any_segment(conn, pkt, side, marks);
}
