/*
 * RFC 9293's states, as an onlooker may infer them. A blank cell is "no
 * change": SOCK_CLOSED is zero, so a cell that closes says SHUT, and sock_next
 * turns it back. What a cell cannot know is not here: whether the server took
 * the ACK of its SYN (judge.c), and when a state ends without a segment (rows.c).
 */
#include "base/seq.h"
#include "socket/socket_priv.h"

#define SHUT SOCK_COUNT

static const uint8_t next_state[SOCK_COUNT][EVENT_COUNT] = {
	[SOCK_CLOSED] = {
		[EVENT_SENT_SYN] = SOCK_SYN_SENT,
		[EVENT_SENT_SYN_ACK] = SOCK_SYN_RECV, /* out of a listener, which stays */
		[EVENT_SEEN_MIDWAY] = SOCK_ESTABLISHED,
	},
	[SOCK_SYN_SENT] = {
		[EVENT_GOT_SYN_ACK] = SOCK_ESTABLISHED,
		[EVENT_GOT_SYN] = SOCK_SYN_RECV, /* both opened at once */
		[EVENT_SENT_SYN_ACK] = SOCK_SYN_RECV, /* it got a SYN, whether that was captured or not */
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_SYN_RECV] = {
		[EVENT_GOT_ACK] = SOCK_ESTABLISHED, /* unless the queue was full: judge.c */
		[EVENT_GOT_SYN_ACK] = SOCK_ESTABLISHED,
		[EVENT_SENT_FIN] = SOCK_FIN_WAIT1,
		[EVENT_GOT_FIN] = SOCK_CLOSE_WAIT,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_ESTABLISHED] = {
		[EVENT_SENT_FIN] = SOCK_FIN_WAIT1,
		[EVENT_GOT_FIN] = SOCK_CLOSE_WAIT,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_FIN_WAIT1] = {
		[EVENT_GOT_FIN] = SOCK_CLOSING,
		[EVENT_GOT_FIN_ACK] = SOCK_FIN_WAIT2,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_FIN_WAIT2] = {
		[EVENT_GOT_FIN] = SOCK_TIME_WAIT,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_CLOSE_WAIT] = {
		[EVENT_SENT_FIN] = SOCK_LAST_ACK,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_LAST_ACK] = {
		[EVENT_GOT_FIN_ACK] = SHUT,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_CLOSING] = {
		[EVENT_GOT_FIN_ACK] = SOCK_TIME_WAIT,
		[EVENT_SENT_RST] = SHUT,
		[EVENT_GOT_RST] = SHUT,
	},
	[SOCK_TIME_WAIT] = {
		[EVENT_SENT_RST] = SHUT, /* none is sent from here: there was no socket any more */
		[EVENT_GOT_RST] = SHUT, /* Linux heeds it, RFC 1337 or not */
	},
};

const struct word sock_words[SOCK_COUNT] = {
#define STATE(id, name, prose) { name, prose },
#include "socket/state.def"
#undef STATE
};

const char *const sock_event_names[EVENT_COUNT] = {
#define EVENT(id, name) name,
#include "socket/event.def"
#undef EVENT
};

const char *const vantage_names[VANTAGE_COUNT] = {
	[VANTAGE_UNKNOWN] = "unknown",
	[VANTAGE_SERVER] = "server",
	[VANTAGE_CLIENT] = "client",
	[VANTAGE_LOOPBACK] = "loopback",
	[VANTAGE_MIDDLE] = "middle",
};

enum sock_state
sock_next(enum sock_state state, enum sock_event event)
{
	uint8_t next = next_state[state][event];

	if (next == SHUT)
		return SOCK_CLOSED;
	return next == 0 ? state : (enum sock_state)next;
}

/* --- which events a segment is --- */

static void
happens(struct sock *sock, enum side side, enum sock_event event)
{
	sock->state[side] = (uint8_t)sock_next((enum sock_state)sock->state[side], event);
}

static bool
has_acked(const struct tcp_pair *pair, enum side acker, uint32_t end)
{
	return seq_ge(pair->trail.half[acker].acked, end);
}

/* What must have come before this segment, although the capture lacks it. */
static void
catch_up(struct sock *sock, const struct packet *pkt, enum side from)
{
	enum side to = (enum side) !from;
	uint16_t flags = pkt->tcp.flags;

	if (flags & TCP_RST || !(flags & TCP_ACK))
		return;
	if (flags & TCP_SYN) {
		if (sock->state[to] == SOCK_CLOSED && sock->state[from] == SOCK_CLOSED)
			happens(sock, to, EVENT_SENT_SYN);
	} else if (sock->state[from] == SOCK_SYN_SENT && sock->state[to] == SOCK_CLOSED) {
		happens(sock, to, EVENT_SENT_SYN_ACK);
		happens(sock, from, EVENT_GOT_SYN_ACK);
	} else if (sock->state[to] == SOCK_SYN_SENT && sock->state[from] == SOCK_CLOSED &&
		   (pkt->payload_bytes > 0 || flags & TCP_FIN)) {
		/* A bare ACK can be an old connection's answer to the SYN. */
		happens(sock, from, EVENT_SENT_SYN_ACK);
		happens(sock, to, EVENT_GOT_SYN_ACK);
		happens(sock, from, EVENT_GOT_ACK);
	}
}

void
states_step(
    struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt, enum side from)
{
	enum side to = (enum side) !from;
	uint16_t flags = pkt->tcp.flags;

	catch_up(sock, pkt, from);
	if (flags & TCP_RST) {
		happens(sock, from, EVENT_SENT_RST);
		happens(sock, to, EVENT_GOT_RST);
		return;
	}
	if (flags & TCP_SYN) {
		/* Two SYNs crossed: what answers one of them came behind the other. */
		if (flags & TCP_ACK && sock->state[from] == SOCK_SYN_RECV &&
		    sock->state[to] == SOCK_SYN_SENT)
			happens(sock, to, EVENT_GOT_SYN);
		else
			happens(sock, to, flags & TCP_ACK ? EVENT_GOT_SYN_ACK : EVENT_GOT_SYN);
		happens(sock, from, flags & TCP_ACK ? EVENT_SENT_SYN_ACK : EVENT_SENT_SYN);
		return;
	}
	if (flags & TCP_ACK && sock->state[to] == SOCK_SYN_RECV &&
	    seq_gt(pkt->tcp.ack, pair->conn.half[to].start))
		happens(sock, to, EVENT_GOT_ACK);
	if (sock->flags & SOCK_FIN_SENT << to && !(sock->flags & SOCK_FIN_ACKED << to) &&
	    has_acked(pair, from, pair->fin_end[to])) {
		sock->flags |= (uint8_t)(SOCK_FIN_ACKED << to);
		happens(sock, to, EVENT_GOT_FIN_ACK);
	}
	/* It has what it acknowledges, whatever of it is missing here: before it says anything more. */
	if (sock->flags & SOCK_FIN_SENT << to && !(sock->flags & SOCK_FIN_GOT << from) &&
	    has_acked(pair, from, pair->fin_end[to])) {
		sock->flags |= (uint8_t)(SOCK_FIN_GOT << from);
		happens(sock, from, EVENT_GOT_FIN);
	}
	if (flags & TCP_FIN && !(sock->flags & SOCK_FIN_SENT << from)) {
		sock->flags |= (uint8_t)(SOCK_FIN_SENT << from);
		happens(sock, from, EVENT_SENT_FIN);
		/* The two FINs crossed, in whatever order they were captured: it knew nothing of the other's. */
		if (sock->state[from] == SOCK_LAST_ACK && seq_lt(pkt->tcp.ack, pair->fin_end[to]))
			sock->state[from] = SOCK_CLOSING;
	}
	if (sock->flags & SOCK_FIN_SENT << from && !(sock->flags & SOCK_FIN_GOT << to) &&
	    seq_ge(pair->conn.half[from].next, pair->fin_end[from] - 1)) {
		sock->flags |= (uint8_t)(SOCK_FIN_GOT << to);
		happens(sock, to, EVENT_GOT_FIN);
	}
}
