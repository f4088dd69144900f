/*
 * story_priv: one connection as its packets tell it, and what became of its
 * beginning; what socket's files share of that.
 */
#ifndef SYNSCOPE_SOCKET_STORY_PRIV_H
#define SYNSCOPE_SOCKET_STORY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "socket/socket.h"

struct listener;

#define NEVER_NS INT64_MAX

/* Whose: an end's part in its connection. */
enum role {
	ROLE_CLIENT,
	ROLE_SERVER,
};

/* struct sock's flags. */
enum sock_flag {
	SOCK_FIN_SENT = 0x01, /* of side A; shifted by the side, as are the next two */
	SOCK_FIN_GOT = 0x04,
	SOCK_FIN_ACKED = 0x10,
	SOCK_UNKEPT = 0x80,   /* there was no room for its story */
	SOCK_BRIEF = 0x100,   /* its story is told, in brief */
	SOCK_SETTLED = 0x200, /* proved and accepted: what is left of its story are FINs and RSTs */
	SOCK_B_ASKED = 0x400, /* side B is the client */
	SOCK_UNSHOWN = 0x800, /* no row is wanted of it */
	SOCK_SHUT = 0x1000,   /* of side A, shifted by the side: its window is closed */
	SOCK_SKETCHED = 0x4000, /* its story is only sketched so far */
};

/*
 * One segment of a connection's beginning, kept until it is clear how that went.
 * With its story, its numbers are relative to their ISN.
 */
struct step {
	int64_t ts_ns;
	uint32_t next; /* 1 + its number; 0: the last */
	uint32_t index;
	uint32_t seq;
	uint32_t bytes; /* of payload */
	uint32_t ack;
	uint32_t ts_value;
	uint32_t ts_echo;
	uint16_t flags; /* enum tcp_flag */
	uint16_t window;
	uint16_t mss;
	uint8_t role; /* of its sender */
	uint8_t ttl;
	bool has_ts;
	bool has_sack;
	bool refused;  /* by a verdict: the server ignored it */
	uint8_t shift; /* of windows, as a SYN announces it; UINT8_MAX: it does not */
};

/* A beginning that goes on longer than this has told what it can. */
#define STEPS_MAX 200

/* What became of a connection request, in the server. */
enum fate {
	FATE_NONE,       /* no answer was seen */
	FATE_REFUSED,    /* answered by a RST */
	FATE_TAKEN,      /* a connection, queued or accepted: proved */
	FATE_MAYBE,      /* it can be one, or a SYN cookie whose ACK was ignored */
	FATE_WAITING,    /* a request that waits, or waited until it was dropped */
	FATE_COOKIE,     /* a SYN cookie whose ACK was ignored: the server keeps nothing */
	FATE_OVERFLOWED, /* reset because there was no room */
	FATE_MIDSTREAM,  /* its beginning is not in the capture */
};

enum story_flag {
	STORY_SYN = 0x01,          /* the client's is in the capture */
	STORY_SIMULTANEOUS = 0x02, /* both ends asked */
	STORY_ANSWERED = 0x04,     /* by a SYN-ACK */
	STORY_PROVED = 0x08,       /* the server said what only a connection says */
	STORY_ACCEPTED = 0x10,     /* and what only a program makes it say */
	STORY_IN_FULL = 0x20,      /* all its steps are kept */
	STORY_FAST_OPEN = 0x40,
	STORY_CONFIRMED = 0x100, /* the client was seen to have the SYN-ACK */
	STORY_PLAIN = 0x200,     /* one SYN, one SYN-ACK, nothing twice: no steps are needed */
	STORY_UNSEEN = 0x400,    /* the SYN-ACK is missing; what followed it tells of it */
	STORY_GAPS = 0x800,      /* bytes were acknowledged that the capture lacks */
	STORY_SHUFFLED = 0x1000, /* the order of its packets is not that of their times */
};

/* What one end was, when a sample was taken. Numbers relative to ISNs, SYN and FIN count. */
struct face {
	uint32_t sent;   /* highest end it sent */
	uint32_t acked;  /* of that, by the other end */
	uint32_t got;    /* end of what can have reached it in order */
	uint32_t acks;   /* highest it acknowledged */
	uint32_t window; /* in bytes */
	uint32_t read;   /* of what it got, at the least, as far as windows tell */
	uint8_t state;   /* enum sock_state: as the segments look */
	bool is_shut;    /* its window is closed, and it has what it waited for */
	bool fin_sent;
	bool fin_got;
	bool spoke_last; /* of both, it sent bytes last */
	uint8_t zero[3]; /* faces are compared as bytes, none of them left to chance */
};

_Static_assert(sizeof(struct face) == 32, "no padding in a face");

/* The latest RST that closed an end, and what both were before; by enum side. */
struct shot {
	int64_t ts_ns;
	uint8_t state[2]; /* SOCK_CLOSED: it is not to be taken back */
	uint8_t from;
	bool is_exact; /* the receiver can have waited for its number */
};

/* One connection, from the capture's first segment of it. */
struct story {
	struct tuple tuple; /* as the client sends */
	uint32_t flow;
	uint32_t order; /* of beginning, from 1 */
	uint32_t next;  /* of its listener's, 1 + number */
	uint32_t first_step;
	uint32_t last_step; /* 1 + number */
	uint32_t isn[2];    /* by enum role */
	uint16_t step_count;
	uint16_t flags;
	uint8_t client; /* enum side */
	uint8_t fate;
	bool deferred;        /* its bare ACK was put aside */
	bool likely_deferred; /* or a cookie's, which is less likely */
	bool cookie;          /* its SYN-ACK was a SYN cookie, taken later: there was no request */
	bool sure_cookie;     /* and that is no chance */
	bool
	    no_cookie; /* its SYN-ACK came again by a timer, or its window says so: there was one */
	bool odd_silence; /* no SYN-ACK when due, although the server cannot have taken it */
	uint8_t syn_count;
	bool has_syn_ts;
	uint32_t last_syn_ts; /* the latest SYN's timestamp */
	uint16_t mss[2];      /* that each announced, by enum role; 0: none */
	uint8_t ttl[2];       /* of their SYNs; 0: not seen */
	uint8_t refusal_ttl;
	bool has_odd_ttl;    /* something came from the server with another */
	bool is_unreachable; /* a router said so of its host */
	bool is_prohibited;  /* a filter answered */
	uint32_t waiting;    /* requests in the SYN queue when its SYN was answered */
	uint32_t shut_ack
	    [2]; /* what an end had when it closed its window; by enum role, as is the next */
	uint32_t read[2]; /* bytes that its program has read, at the least */
	bool outlives
	    [2]; /* in FIN_WAIT2 it spoke: shut down, not closed; by enum role, as is the next */
	bool has_expired[2];   /* in FIN_WAIT2 it reset a FIN: there was nothing any more */
	uint32_t waiting_most; /* as waiting, with those of whom it is not known that they waited */
	int64_t fin_wait_ns
	    [2]; /* when it got there; then, of one that expired, when that was, likeliest */

	int64_t syn_ns; /* the first */
	int64_t last_syn_ns;
	int64_t syn_gap_ns; /* between the last two */
	int64_t echoed_ns;  /* an earlier one, which the SYN-ACK echoes; NEVER_NS: none */
	int64_t answer_ns;  /* the first SYN-ACK */
	int64_t knock_ns;   /* the client's first ACK of it */
	int64_t proof_ns;
	int64_t accept_ns;
	int64_t reset_ns[2]; /* sent, by enum role */
	uint32_t syn_index;
	uint32_t answer_index;
	uint32_t knock_index;
	uint32_t proof_index;
	uint32_t accept_index;
	uint32_t reset_index[2];
	bool reset_has_ack[2];
	bool reset_has_window[2];
	struct shot shot;
	uint32_t reset_got; /* bytes that the server had by then */
	uint32_t watch;     /* 1 + its number, while changes are told; 0: none */

	/* Of a plain one: its first ACK, and the first that said more, or the last before the proof. */
	int64_t plain_lo_ns;
	int64_t plain_hi_ns;
	uint8_t cookie_sign; /* by its SYN-ACK; of a plain one, then by its first word */
	bool is_rested;      /* nobody had asked anything for a while when it began */
	uint32_t
	    word_ns; /* how long the server took for its first word, when the client had paused; 0: untold */

	/* Verdict: when the server took it, between these; NEVER_NS where it did not. */
	int64_t taken_lo_ns;
	int64_t taken_hi_ns;
	int64_t taken_ns; /* likeliest */
	int64_t gone_ns;  /* a request not taken is dropped */
	int64_t
	    due_ns; /* its SYN-ACK should have come again by then, and did not; NEVER_NS: not yet */
	int64_t dropped_ns;     /* so the request was dropped, likeliest now */
	int64_t client_gone_ns; /* connect() gave up */
	bool guessed;           /* in the course being played it was taken */
	bool supposed;          /* by silence behind the last packet */
	bool is_answered;       /* FATE_MAYBE: asked again, it answered, and was asked no more */
	bool maybe_is_cookie;   /* FATE_MAYBE: if it was not taken, the server has no row for it */
	bool
	    fin_waited; /* the FIN came at once when what was stuck had been acknowledged, for all we know */
	int64_t fin_ns;  /* the client's first; NEVER_NS: none */
	int64_t shut_ns; /* the server's window; NEVER_NS: it is open */
	int64_t
	    stuck_ns; /* at the end: since then the client's bytes wait for an ACK; NEVER_NS: they do not */
	uint32_t company;     /* requests in the SYN queue when it was taken at the earliest */
	bool is_final;        /* final holds */
	struct face final[2]; /* by enum role: when its last packet had gone by */
	int64_t heard_ns[2]; /* each end's last packet that only a connection sends, by enum role */
	uint32_t listener;   /* 1 + its number; 0: none */
	uint32_t refusal_index;
	uint32_t rank_lo; /* in the order of being taken, from 1; 0: none */
	uint32_t rank_hi;
};

/*
 * When the SYN came that was answered: there was room then. Elsewhere than at
 * the server, its answer can be captured behind ACKs that are younger.
 */
static inline int64_t
story_asked_ns(const struct story *story)
{
	if (!(story->flags & STORY_SYN) || story->syn_ns > story->answer_ns)
		return story->answer_ns;
	if (story->echoed_ns != NEVER_NS)
		return story->echoed_ns;
	if (story->last_syn_ns <= story->answer_ns)
		return story->last_syn_ns;
	return story->syn_count == 2 ? story->syn_ns : story->answer_ns;
}

/* As many segments of a beginning as fit where its story would lie. */
#define SKETCH_STEPS 9

/* A beginning that goes plainly so far: SYN, SYN-ACK, the client's, the server's word that it has them. */
struct sketch {
	struct tuple tuple; /* this, and what follows, as in its story */
	uint32_t flow;
	uint32_t order;
	uint32_t isn[2];
	uint8_t step_count;
	bool is_proved; /* by the last of them */
	bool is_rested;
	struct step steps[SKETCH_STEPS]; /* as they were sent */
};

_Static_assert(sizeof(struct sketch) <= sizeof(struct story), "a sketch lies where its story will");

/* A connection between two of its packets. */
struct sample {
	int64_t ts_ns; /* of the packet before */
	uint32_t story;
	uint32_t order;  /* the story's */
	uint32_t before; /* 1 + the story's previous; 0: none */
	uint32_t index;  /* of the packet before */
	union {
		struct {
			uint32_t from; /* moments it answers for: from, up to but not to */
			uint32_t to;
		};
		int64_t next_ns; /* of changes: when the story's next was taken; or NEVER_NS */
	};
	struct face face[2]; /* by enum role */
	int64_t
	    stuck_ns; /* since then what the client sends again waits for an ACK; NEVER_NS: nothing */
};

/* --- state.c --- */

/* Move both ends on by the events that a segment is for them, in the order in which they count. */
void states_step(
    struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt, enum side from);

/* --- reset.c --- */

/* Whether it can be meant for the other end; before its segment moves their states. */
bool reset_counts(
    const struct sock *sock, const struct tcp_pair *pair, const struct packet *rst, enum side from);
void reset_note(struct story *story, const struct sock *sock, const struct tcp_pair *pair,
    const struct packet *rst, enum side from);
/* An end that was closed by a RST sends something else: was it? */
void reset_reconsider(struct sockets *all, struct sock *sock, struct story *story,
    const struct packet *pkt, enum side side);

/* --- story.c and judge.c --- */

/* Bytes that come again sooner were copied on the way or probe for a tail loss; a timeout is 200 ms at least. */
#define AGAIN_MIN_NS (150 * MS_NS)
/* Bytes, or a FIN, that nobody acknowledges come again within this: RFC 6298's 3 s of old, and some; then twice as much. */
#define AGAIN_MAX_NS (3500 * MS_NS)

/* Who had nothing to do for so long takes a little longer than one at work. */
#define RESTED_NS (20 * MS_NS)

/* As it is sent; put together where it will lie. */
static inline void
step_note(struct step *step, const struct packet *pkt, enum role role)
{
	step->ts_ns = pkt->ts_ns;
	step->next = 0;
	step->index = pkt->index;
	step->seq = pkt->tcp.seq;
	step->bytes = pkt->payload_bytes;
	step->ack = pkt->tcp.ack;
	step->ts_value = pkt->tcp.ts_value;
	step->ts_echo = pkt->tcp.ts_echo;
	step->flags = pkt->tcp.flags;
	step->window = pkt->tcp.window;
	step->mss = pkt->tcp.mss;
	step->role = (uint8_t)role;
	step->ttl = pkt->ttl;
	step->has_ts = pkt->tcp.options & OPT_TIMESTAMPS;
	step->has_sack = pkt->tcp.options & OPT_SACK;
	step->refused = false;
	step->shift = pkt->tcp.options & OPT_WSCALE ? pkt->tcp.wscale : UINT8_MAX;
}

static inline bool
says_something(const struct step *step)
{
	return step->bytes > 0 || step->flags & TCP_FIN;
}

/* ack: relative to an ISN; it acknowledges more than that SYN. */
static inline bool
acks_more(uint32_t ack)
{
	return ack > 1 && ack < 0x80000000u;
}

/* How long until the server had the client's first bytes, if it said nothing else at once; 0: untold. */
uint32_t first_word_ns(const struct step *said, const struct step *last, int64_t knock_ns);
/* Note one segment of a beginning, as it was sent, until the server has proved that it took the connection. */
void story_step(struct sockets *all, struct story *story, const struct step *heard);
/* How long at most until unacknowledged bytes come again, the first time. */
int64_t story_patience_ns(const struct story *story);
/* What may have been taken was not: the queue says so. */
void story_settle_ignored(struct story *story);
/* How the beginning went, by its own packets, as a capture at this listener shows it. */
void story_judge(struct sockets *all, struct listener *listener, uint32_t number);

/* --- cookie.c --- */

/* What a SYN-ACK shows, or the server's first word behind it. */
enum cookie_sign {
	COOKIE_UNTOLD,
	COOKIE_BY_CLOCK, /* farther off, the SYN-ACK may only have been on its way a little longer */
	COOKIE_BY_WINDOW,
	COOKIE_BY_OPTIONS, /* where the listener has given others what it lacks */
	COOKIE_DENIED,     /* by its window: it was a request's */
	COOKIE_SCALED,     /* by its options */
};

/* What a SYN-ACK says of itself, to that SYN. */
enum cookie_sign answer_sign(const struct step *syn, const struct step *answer);

/* What that word says. mss: that each announced, by enum role; numbers of both relative to their ISN. */
enum cookie_sign cookie_sign(const struct tuple *ends, const uint16_t mss[2],
    const struct step *answer, const struct step *word);

#endif
