/*
 * Which RSTs count, and for whom. The receiver takes one only with the very
 * number it waits for (RFC 5961): any other in its window it answers with an
 * ACK, and what lies outside it passes over. We close both ends at once where it
 * can be right, and take that back when one of them goes on: the rows between
 * then show it as it was.
 */
#include "base/seq.h"
#include "socket/socket_priv.h"

/* Beyond the window, and this, from what its sender sent before, a RST is somebody else's: some bytes can be missing. */
#define MISSING_MAX (1 << 16)
/* A window whose scale is not known. */
#define WINDOW_MAX (1 << 24)
/* Packets of one end can be captured in another order than they were sent, by less than this. */
#define SHUFFLED_NS (10 * MS_NS)
/* What the receiver sent before a RST reached it has arrived by then. */
#define UNDERWAY_NS SECOND_NS

/* What can be meant for an end that has asked and not been answered. */
static bool
answers_syn(const struct tcp_pair *pair, const struct packet *rst, enum side to)
{
	const struct conn_half *asked = &pair->conn.half[to];

	return rst->tcp.flags & TCP_ACK && seq_gt(rst->tcp.ack, asked->start) &&
	       seq_le(rst->tcp.ack, asked->end);
}

static int64_t
window_of(const struct mark_half *half)
{
	if (half->wscale == -1)
		return WINDOW_MAX;
	return (int64_t)half->window << (half->wscale > 0 ? half->wscale : 0);
}

bool
reset_counts(
    const struct sock *sock, const struct tcp_pair *pair, const struct packet *rst, enum side from)
{
	const struct trail_half *sender = &pair->trail.half[from];
	enum side to = (enum side) !from;
	int32_t off = seq_diff(rst->tcp.seq, sender->end);
	int64_t reach = window_of(&pair->mark.half[to]);

	if (sock->state[to] == SOCK_SYN_SENT)
		return answers_syn(pair, rst, to);
	if (reach < MISSING_MAX)
		reach = MISSING_MAX;
	return sender->end == 0 || (off <= reach && off >= -reach);
}

/* The receiver may wait for this number: it acknowledged no further, and no more was sent. */
static bool
is_exact(const struct tcp_pair *pair, const struct packet *rst, enum side from)
{
	uint32_t acked;

	if (trail_acked(&pair->trail, (enum side) !from, &acked) && seq_lt(rst->tcp.seq, acked))
		return false;
	return pair->trail.half[from].end == 0 || seq_le(rst->tcp.seq, pair->trail.half[from].end);
}

void
reset_note(struct story *story, const struct sock *sock, const struct tcp_pair *pair,
    const struct packet *rst, enum side from)
{
	struct shot *shot = &story->shot;

	if (sock->state[SIDE_A] == SOCK_CLOSED && sock->state[SIDE_B] == SOCK_CLOSED)
		return;
	*shot = (struct shot){
		.ts_ns = rst->ts_ns,
		.state = { sock->state[SIDE_A], sock->state[SIDE_B] },
		.from = (uint8_t)from,
		.is_exact = is_exact(pair, rst, from),
	};
}

/* Who asks once more never got the answer. */
static bool
asks_again(
    const struct shot *shot, const struct story *story, const struct packet *pkt, enum side side)
{
	return shot->state[side] == SOCK_SYN_SENT &&
	       (pkt->tcp.flags & (TCP_ACK | TCP_SYN)) == TCP_SYN &&
	       pkt->tcp.seq == story->isn[ROLE_CLIENT] &&
	       span_ns(pkt->ts_ns, shot->ts_ns) >= AGAIN_MIN_NS;
}

void
reset_reconsider(struct sockets *all, struct sock *sock, struct story *story,
    const struct packet *pkt, enum side side)
{
	struct shot *shot = &story->shot;
	enum role role = side == story->client ? ROLE_CLIENT : ROLE_SERVER;
	int64_t patience_ns = side == shot->from ? SHUFFLED_NS : shot->is_exact ? UNDERWAY_NS : 0;

	if (shot->state[side] == SOCK_CLOSED || sock->state[side] != SOCK_CLOSED)
		return;
	if (!asks_again(shot, story, pkt, side) &&
	    ((pkt->tcp.flags & (TCP_ACK | TCP_SYN)) != TCP_ACK ||
		span_ns(pkt->ts_ns, shot->ts_ns) < patience_ns))
		return;
	sock->state[side] = shot->state[side];
	for (uint32_t at = sock->sample; at != 0 && sample_at(all, at - 1)->ts_ns >= shot->ts_ns;
	     at = sample_at(all, at - 1)->before)
		sample_at(all, at - 1)->face[role].state = shot->state[side];
	shot->state[side] = SOCK_CLOSED;
	if (side == shot->from)
		story->reset_ns[role] = NEVER_NS;
}
