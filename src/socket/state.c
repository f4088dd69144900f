/*
 * RFC 9293's states, as an onlooker may infer them. A blank cell is "no
 * change": SOCK_CLOSED is zero, so a cell that closes says SHUT, and sock_next
 * turns it back. What a cell cannot know is not here: whether the server took
 * the ACK of its SYN (judge.c), and when a state ends without a segment (rows.c).
 */
#include "socket/socket.h"

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
