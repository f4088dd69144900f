/*
 * How nearly every connection begins: a bare SYN, and its bare answer. What the
 * long way (mark.c, trail.c, ordinary.c and zeek.c, of one after the other)
 * comes to is written down at once, since all that it would ask is known of a
 * connection that is new. Nothing is decided here that is not decided there.
 */
#include "base/hint.h"
#include "tcp/conn_priv.h"
#include "tcp/mark_step.h"
#include "tcp/trail_priv.h"
#include "tcp/trail_step.h"

/* Neither has bytes or is damaged, neither window is closed, and the one answers the other. */
static inline bool
is_plain_opening(const struct packet *syn, const struct packet *answer)
{
	return syn->payload_bytes == 0 && answer->payload_bytes == 0 && syn->tcp.window != 0 &&
	       answer->tcp.window != 0 && syn->checksum != CHECKSUM_BAD &&
	       answer->checksum != CHECKSUM_BAD && answer->tcp.ack == syn->tcp.seq + 1;
}

static inline void
mark_syn(struct mark_half *half, const struct packet *pkt)
{
	half->next_seq = half->max_ack = pkt->tcp.seq + 1;
	half->next_seq_ns = half->last_ns = pkt->ts_ns;
	half->last_ack = pkt->tcp.ack;
	half->window = pkt->tcp.window;
	half->known = KNOWN_WINDOW | KNOWN_WSCALE | FIRST_ACK_PENDING;
}

static inline int8_t
scale_of(const struct packet *pkt)
{
	return (int8_t)(pkt->tcp.wscale > WSCALE_MAX ? WSCALE_MAX : pkt->tcp.wscale);
}

static APART void
mark_opening_mptcp(struct mark_pair *pair, const struct packet *syn, const struct packet *answer)
{
	struct mark_half *a = &pair->half[SIDE_A], *b = &pair->half[SIDE_B];

	mark_hear_mptcp(a, b, syn);
	b->known &= (uint8_t)~MPTCP_NEWS;
	mark_hear_mptcp(b, a, answer);
}

static inline void
mark_opening(struct mark_pair *pair, const struct packet *syn, const struct packet *answer)
{
	bool scales = syn->tcp.options & answer->tcp.options & OPT_WSCALE;

	mark_syn(&pair->half[SIDE_A], syn);
	mark_syn(&pair->half[SIDE_B], answer);
	pair->half[SIDE_A].wscale = scales ? scale_of(syn) : WSCALE_UNUSED;
	pair->half[SIDE_B].wscale = scales ? scale_of(answer) : WSCALE_UNUSED;
	pair->syn_ns = syn->ts_ns;
	if (unlikely((syn->tcp.options | answer->tcp.options) & OPT_MPTCP))
		mark_opening_mptcp(pair, syn, answer);
}

static inline void
trail_syn(struct trail_half *half, const struct packet *pkt, uint16_t flags)
{
	half->end = pkt->tcp.seq + 1;
	half->last_index = pkt->index;
	half->last_ip_id = pkt->ip_id;
	half->last_checksum = pkt->tcp.checksum;
	half->last_ns = pkt->ts_ns;
	half->flags = flags | TRAIL_KNOWN | control_flags(&pkt->tcp);
}

/* Of the two SYNs, the second is not acknowledged yet. */
static inline void
trail_opening(struct trails *all, struct tcp_pair *pair, const struct packet *syn,
    const struct packet *answer)
{
	struct trail_half *client = &pair->trail.half[SIDE_A];
	struct trail_half *server = &pair->trail.half[SIDE_B];
	const struct look look = {
		.all = all,
		.pkt = answer,
		.from = server,
		.to = client,
		.end = answer->tcp.seq + 1,
	};

	trail_syn(client, syn, 0);
	add_round_trip(&client->rtt, elapsed_ns(&look, syn->ts_ns));
	step_bytes(&look, answer->tcp.seq);
	trail_syn(server, answer, TRAIL_ACKS);
	server->acked = answer->tcp.ack;
	server->first_ack_index = answer->index;
}

static inline void
conn_opening(struct conn *conn, const struct packet *syn, const struct packet *answer)
{
	conn->facts = FACT_BEGUN | FACT_SYN;
	conn->syn_ns = syn->ts_ns;
	conn->syn_index = syn->index;
	half_note_latest(&conn->half[SIDE_A], syn);
	zeek_open(conn, syn, SIDE_A);
	conn_syn_acked(conn, answer->tcp.ack, answer->ts_ns);
	conn_note_bytes(conn, answer, SIDE_B);
	half_note_latest(&conn->half[SIDE_B], answer);
	zeek_answer(conn, answer, SIDE_B);
}

bool
opening_segments(struct trails *all, struct tcp_pair *pair, const struct packet *syn,
    const struct packet *answer)
{
	if (unlikely(!is_plain_opening(syn, answer) || all->free_sent == NULL))
		return false;
	mark_opening(&pair->mark, syn, answer);
	trail_opening(all, pair, syn, answer);
	conn_opening(&pair->conn, syn, answer);
	return true;
}
