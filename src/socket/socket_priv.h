/* socket_priv: what the files of socket share; private to the room. */
#ifndef SYNSCOPE_SOCKET_PRIV_H
#define SYNSCOPE_SOCKET_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/span.h"
#include "socket/socket.h"

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

	/* Of a plain one: its first ACK, and the first that said more, or the last before the proof. */
	int64_t plain_lo_ns;
	int64_t plain_hi_ns;
	uint8_t plain_cookie; /* enum cookie_sign */
	bool is_rested;       /* nobody had asked anything for a while when it began */
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
	int64_t fin_ns;         /* the client's first; NEVER_NS: none */
	bool
	    fin_waited; /* it came at once when what was stuck had been acknowledged, for all we know */
	int64_t shut_ns; /* the server's window; NEVER_NS: it is open */
	int64_t
	    stuck_ns; /* at the end: since then the client's bytes wait for an ACK; NEVER_NS: they do not */
	bool is_final;        /* final holds */
	struct face final[2]; /* by enum role: when its last packet had gone by */
	int64_t heard_ns[2]; /* each end's last packet that only a connection sends, by enum role */
	uint32_t listener;   /* 1 + its number; 0: none */
	uint32_t refusal_index;
	uint32_t rank_lo; /* in the order of being taken, from 1; 0: none */
	uint32_t rank_hi;
};

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

/* What its listener wants to know of a plain beginning, and its brief is made of. */
struct plain {
	struct tuple tuple; /* as the client sends */
	uint32_t order;
	uint32_t syn_index;
	uint32_t answer_index;
	uint32_t knock_index;
	uint32_t proof_index;
	uint32_t accept_index;
	int64_t syn_ns;
	int64_t answer_ns;
	int64_t knock_ns; /* of the client's first ACK */
	int64_t said_ns;  /* of the first that said more, or the last before the proof */
	int64_t accept_ns;
	uint32_t word_ns; /* this, and the next two, as in its story */
	uint8_t cookie;
	bool is_rested;
	bool has_odd_ttl;
	uint8_t ttl[2]; /* by enum role */
	uint32_t brief; /* its number */
};

/* So many wait until they are told to their listeners, whose memory is asked for before. */
#define PLAINS_MAX 16

/* A plain story, when it is over for us. Times from its SYN-ACK on. */
struct brief {
	int64_t answer_ns;
	uint32_t asked_gap_ns; /* backwards */
	uint32_t knock_gap_ns;
	uint32_t said_gap_ns;
	uint32_t accept_gap_ns;
	uint32_t answer_index;
	uint32_t knock_index;
	uint32_t proof_index;
	uint32_t accept_index;
	uint32_t listener; /* its number */
	uint8_t cookie;    /* enum cookie_sign */
};

/* All of a listener's together. */
struct briefs {
	uint32_t count;
	uint32_t cookies;      /* of them, by their windows, */
	uint32_t late_cookies; /* or, as far as a capture at the server tells, by their clocks */
	uint32_t first;        /* answered: the number of its brief */
	uint32_t last;         /* that the client completed */
	int64_t first_ns;
	int64_t last_ns;
	bool has_odd_ttl;
	uint32_t alive; /* whose server's end was there to the last, told again or not */
};

/* The shortest times to an answer, and which ends can be here by their TTLs. */
struct nearness {
	int64_t server_ns;
	int64_t client_ns;
	bool server_routed;
	bool client_routed;
	bool loopback;
	/* Of a rested server: all its answers to SYNs, and the quickest of its first words. */
	uint32_t answers;
	int64_t answers_ns;
	uint32_t words;
	int64_t word_ns;
};

/* A connection between two of its packets. */
struct sample {
	int64_t ts_ns; /* of the packet before */
	uint32_t story;
	uint32_t order;  /* the story's */
	uint32_t before; /* 1 + the story's previous; 0: none */
	uint32_t index;  /* of the packet before */
	uint32_t from;   /* moments it answers for: from, up to but not to */
	uint32_t to;
	struct face face[2]; /* by enum role */
	int64_t
	    stuck_ns; /* since then what the client sends again waits for an ACK; NEVER_NS: nothing */
};

/*
 * SYNs that nobody answered are kept as stories up to here, and stories at
 * all: what a flood brings beyond that is counted.
 */
#define LONE_MAX    (1u << 16)
#define STORIES_MAX (1u << 20)

/* Open addressing over listeners; a listener's memory is only asked for where the hash agrees. */
struct local_slot {
	uint32_t hash;
	uint32_t number; /* 1 + the listener's; 0: free */
};

struct locals {
	struct local_slot *slots;
	size_t slot_count;
};

/* One thing that bears on a listener's queues. */
enum happening_kind {
	HAPPENED_ANSWER,  /* a SYN was answered: there was room */
	HAPPENED_DROP,    /* a SYN was not: there was none */
	HAPPENED_IGNORE,  /* an ACK was ignored: there was none */
	HAPPENED_MAYBE,   /* a child can have been queued from here on */
	HAPPENED_TAKE,    /* it was, at the latest here */
	HAPPENED_ACCEPT,  /* a child speaks: it was accepted */
	HAPPENED_REFUSAL, /* nobody listens */
	HAPPENED_CLOSE,   /* nobody listens from here on */
	HAPPENED_NOTHING, /* what was taken for an overflow was none */
};

struct happening {
	int64_t ts_ns;
	uint32_t index;
	uint32_t story; /* its number */
	uint8_t kind;
	uint32_t waiting;  /* requests in the SYN queue, before it */
	uint32_t taken_lo; /* children so far, with it */
	uint32_t taken_hi;
	uint32_t answered_lo; /* taken_lo when a SYN was last answered */
	uint32_t
	    accepted_lo; /* what children's words show: whose turn had come, or how many spoke */
	/* From it to the next, by all hypotheses that hold. */
	struct range queue;
	struct range accepted;
	int64_t queue_best;
	int64_t accepted_best;
};

/* What its packets give away of what else it might be. */
enum sign {
	SIGN_ODD_TTL = 0x01, /* not all that came from it can have */
	SIGN_LINGER = 0x02,  /* it reset what had nothing to be read */
	SIGN_BSD = 0x04,     /* its client, and on loopback itself */
	SIGN_UNREACHABLE = 0x08,
	SIGN_PROHIBITED = 0x10,
	SIGN_HOST_UP = 0x20, /* it answers at some port */
};

struct listener {
	struct tuple local; /* src alone */
	bool any_address;
	uint32_t first_story; /* 1 + number, as is the next */
	uint32_t last_story;
	struct briefs briefs; /* of other stories that are its own */
	bool tells_again;     /* they are needed in full */
	uint32_t joined;      /* 1 + the number of the one that took its stories */
	uint32_t first_order; /* of its stories */
	uint32_t first_index;
	struct nearness near; /* of the briefs; then of all */
	uint8_t vantage;
	bool is_instant;      /* client and server answer as if there were no wire between them */
	bool is_slow_of_word; /* when the client speaks, it makes a connection first */
	bool skips_timers;  /* the first SYN-ACKs that were due again never came, later ones did */
	bool defer;         /* TCP_DEFER_ACCEPT, as far as we can tell */
	bool only_cookies;  /* it answers with nothing else */
	bool has_requests;  /* that certainly were none */
	int64_t defer_ns;   /* when it asks again */
	int64_t asked_ns;   /* the longest time after which it did */
	unsigned surprises; /* how much that explanation has to take for chance */
	uint32_t attempts, completed, refused, dropped, aborted, cookies, deferred;
	uint32_t lone; /* of the attempts: SYNs beyond LONE_MAX, of which nothing else is kept */
	int64_t listens_ns; /* proved from here on */
	int64_t first_refusal_ns;
	int64_t closed_ns;    /* NEVER_NS: not seen */
	int64_t proved_ns;    /* until then it certainly did not */
	bool refused_between; /* at times, between answers */
	int64_t burst_ns;     /* its closing resets; NEVER_NS: none were seen */
	uint32_t burst_index;
	uint32_t accepted_most; /* that they leave possible; UINT32_MAX: no bound */
	uint32_t waited_least;  /* in the queue, of those they reset */
	struct range
	    backlog_learnt; /* as it was told, or by an earlier try at this explanation: at least, and likeliest */

	struct happening *happenings;
	size_t happening_count;
	size_t happening_room;
	struct range backlog;
	int64_t backlog_best;  /* -1: no telling */
	struct range accepted; /* at the end */
	bool overflowed;
	bool closes;      /* by a burst of resets */
	bool calm;        /* nothing was ignored or dropped, so nothing is said of the queue */
	bool only_counts; /* happenings are counted, not kept */
	uint32_t noted;
	uint32_t troubles; /* of them overflows */
	bool
	    heeds_silence; /* packets prove an overflow, so what went unheard at the end can be another */
	bool old_kernel; /* answers SYNs although its queue is full (Linux before 4.10) */
	bool doubtful;   /* no backlog explains what was seen: packets must be missing */
	struct evidence because;
	bool has_fellows; /* of the connections that would be asked, some were made */
	int readers
	    [2]; /* by enum role: connections whose end shows that all was read, less those that show it was not */
	unsigned signs; /* bits of enum sign */
};

static inline bool
listener_has_stories(const struct listener *listener)
{
	return listener->first_story != 0 || listener->briefs.count > 0;
}

/* Only where the client's segments are seen to arrive does silence mean that one was ignored. */
static inline bool
arrivals_are_seen(const struct listener *listener)
{
	return listener->vantage == VANTAGE_SERVER || listener->vantage == VANTAGE_LOOPBACK;
}

/*
 * Nor does much get lost where both answer at once, on a virtual wire or a short
 * one: what is ignored there is taken for ignored, but nothing for certain.
 */
static inline bool
silence_tells(const struct listener *listener)
{
	return arrivals_are_seen(listener) || listener->is_instant;
}

struct sockets {
	struct sockets_options options;
	struct budget *budget;
	int64_t first_ns;
	int64_t until_ns; /* silence is heard until then: the last moment that is asked about */
	int64_t seen_ns;  /* until then the capture is known to have run */

	bool syn_doubles; /* SYNs come again after 1, 2, 4 s */
	bool syn_lingers; /* or every second at first (Linux 6.5 and later) */

	struct pool stories;
	struct pool steps;
	struct pool briefs;
	struct plain plains[PLAINS_MAX];
	unsigned plain_count;
	uint32_t begun;  /* stories ever */
	uint32_t latest; /* the order of the last to begin */
	struct sample *samples;
	size_t sample_count;
	size_t sample_room;
	uint64_t left_out;

	int64_t *moments; /* ascending; made at the first packet */
	size_t moment_count;
	bool each_change;
	bool has_begun;
	int64_t begun_ns; /* the latest story */

	uint64_t effort; /* that solve.c has spent */
	struct hash_seed seed;
	struct locals locals;
	uint32_t lone_count;
	struct listener *listeners;
	size_t listener_count;
	size_t listener_room;
	size_t next_listener;

	/* rows.c's place */
	struct change *changes; /* each change, in the order of time */
	size_t change_count;
	size_t change_room;
	size_t next_change;
	uint32_t *order; /* samples by the moment they begin to answer for */
	uint32_t *live;  /* those that answer for the moment at hand */
	size_t order_next, live_count;
	size_t moment; /* at hand */
	size_t cursor; /* rows told of it */
};

static inline struct story *
story_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->stories, number);
}

/*
 * When the SYN came that was answered: there was room then. Elsewhere than at
 * the server, its answer can be captured behind ACKs that are younger.
 */
static inline int64_t
story_asked_ns(const struct story *story)
{
	if (!(story->flags & STORY_SYN) || story->syn_ns > story->answer_ns)
		return story->answer_ns;
	if (story->last_syn_ns <= story->answer_ns)
		return story->last_syn_ns;
	return story->syn_count == 2 ? story->syn_ns : story->answer_ns;
}

static inline struct sketch *
sketch_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->stories, number);
}

static inline struct brief *
brief_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->briefs, number);
}

static inline int64_t
brief_knock_ns(const struct brief *brief)
{
	return brief->answer_ns + brief->knock_gap_ns;
}

static inline struct step *
step_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->steps, number);
}

static inline struct step *
step_first(const struct sockets *all, const struct story *story)
{
	return story->first_step == 0 ? NULL : step_at(all, story->first_step - 1);
}

static inline struct step *
step_next(const struct sockets *all, const struct step *step)
{
	return step->next == 0 ? NULL : step_at(all, step->next - 1);
}

/* --- state.c --- */

/* Move both ends on by the events that a segment is for them, in the order in which they count. */
void states_step(
    struct sock *sock, const struct tcp_pair *pair, const struct packet *pkt, enum side from);

/* --- sockets.c --- */

#define CONTROL (TCP_SYN | TCP_FIN | TCP_RST)

/* Once it is settled, nothing but a SYN, FIN or RST can teach us more while both ends are there. */
static inline bool
tells_nothing(const struct sock *sock, const struct packet *pkt)
{
	const uint16_t asked = SOCK_SETTLED | SOCK_SHUT | SOCK_SHUT << 1;

	return (sock->flags & asked) == SOCK_SETTLED && sock->state[0] == SOCK_ESTABLISHED &&
	       sock->state[1] == SOCK_ESTABLISHED && !(pkt->tcp.flags & CONTROL) &&
	       pkt->tcp.window != 0;
}

/* A connection that is new to us: whether there is room for its story. */
bool sock_begin(struct sockets *all, struct sock *sock, const struct packet *first,
    const struct place *place, enum side client);
/* Of a zeroed one, whose first segment that is, nothing else is known yet. */
void story_begin(struct story *story, int64_t first_ns, uint32_t first_index);
/* A story begins now: whether none had for a while. */
bool has_rested(struct sockets *all, int64_t now_ns);
/* Whether it can end in brief, since no row can show it. */
bool may_be_brief(const struct sockets *all, const struct sock *sock, int64_t answer_ns);
/* Its story is told: what is kept of it is that brief. */
void sock_end_in_brief(struct sockets *all, struct sock *sock, uint32_t brief);

/* --- sketch.c --- */

/* What became of it so far is told to a story, as if it had just come. */
void sketch_fill_in(struct sockets *all, struct sock *sock);
/* The next of a plain beginning, which tcp took in as such; false, and nothing done, of any other. */
bool sketch_goes_on(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side);

/* --- samples.c --- */

/* For qsort, of int64_t. */
int compare_ns(const void *a, const void *b);
/* At a pace, moments are added as time goes on. */
void moments_add_paced(struct sockets *all, int64_t now_ns);
/* How many moments lie before now. */
uint32_t moments_before(const struct sockets *all, int64_t now_ns);
void sample_take(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t ts_ns,
    uint32_t index, uint32_t to);
/* Bytes were acknowledged, of either side, that the capture lacks. */
bool pair_has_gaps(const struct tcp_pair *pair);
/* Each of its changes may be a row. */
bool shows_changes(const struct sockets *all, const struct sock *sock);
/* Whether a row can show this connection, from now on or earlier. */
bool is_told_of(const struct sockets *all, const struct sock *sock);

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

/* What the server's first word of a connection says of the SYN-ACK before it. */
enum cookie_sign {
	COOKIE_UNTOLD,
	COOKIE_BY_CLOCK, /* farther off, the SYN-ACK may only have been on its way a little longer */
	COOKIE_BY_WINDOW,
	COOKIE_DENIED, /* by its window: it was a request's */
};

/* mss: that each announced, by enum role; numbers of both relative to their ISN. */
enum cookie_sign cookie_sign(const struct tuple *ends, const uint16_t mss[2],
    const struct step *answer, const struct step *word);

/* --- brief.c --- */

/* The next to wait, to be filled in. */
static inline struct plain *
brief_next(struct sockets *all)
{
	return &all->plains[all->plain_count];
}

/* Keep of it what its listener needs, and say where; false where its story has to stay as it is. */
bool brief_keep(struct sockets *all, uint32_t *number);
/* What waits is told to the listeners. */
void briefs_hand_on(struct sockets *all);
/* When all was in, the server's end was still there. */
void brief_note_alive(struct sockets *all, uint32_t number);
/* Stories again, of all listeners that want them; or the first and the last of one. */
void briefs_tell_again(struct sockets *all);
void briefs_tell_ends(struct sockets *all, struct listener *listener);
/* Listeners were put in another order: their new numbers by the old. */
void briefs_rename(struct sockets *all, const uint32_t *renamed);
void briefs_join(struct listener *into, struct listener *from);

/* --- listener.c --- */

/* Kept ascending, without repeats; 0 and what there is no room for are left out. */
void evidence_cite(struct evidence *because, uint32_t index);
/* A SYN that nobody answered, of which no more is kept than that. */
void listener_count_lone(struct sockets *all, const struct packet *syn);
void listeners_gather(struct sockets *all);
/* It will soon be asked for. */
void listener_fetch(const struct sockets *all, const struct tuple *ends);
/* The one that a client (ends: as it sends) asked, noted if it is the first to ask. */
struct listener *listener_asked(struct sockets *all, const struct tuple *ends);
void listener_meet(struct listener *listener, uint32_t order, uint32_t index);
void listener_append(struct sockets *all, struct listener *listener, uint32_t number);

/* --- vantage.c --- */

void look_near_plain(struct nearness *near, const struct plain *plain);
void join_near(struct nearness *into, const struct nearness *from);
/* Where the capture was taken, as it was told or as times tell. */
void listener_locate(const struct sockets *all, struct listener *listener);

/* --- happened.c --- */

int64_t answered_last_ns(const struct sockets *all, const struct listener *listener);
void listener_note(struct listener *listener, enum happening_kind kind, int64_t ts_ns,
    uint32_t index, uint32_t story);
/* All that one connection's beginning says of its listener. */
void listener_note_story(struct sockets *all, struct listener *listener, uint32_t number);
/* By time. */
void listener_sort(struct listener *listener);
/* When it listened, as far as answers and refusals tell; when happenings are in order. */
void listener_note_life(const struct sockets *all, struct listener *listener);

/* --- waiting.c --- */

/* A request that is ignored is asked again within this. */
#define ASKED_AGAIN_NS (SECOND_NS + SECOND_NS / 8)

/* Requests in the SYN queue at each happening, and when each story's SYN was answered. */
void count_waiting(struct sockets *all, struct listener *listener);

/* --- explain.c, solve.c and course.c --- */

/* One backlog, and what follows from it. */
struct world {
	struct listener *listener;
	struct sockets *all;
	int64_t backlog; /* RANGE_OPEN: more than matters */
	bool old_kernel;
	bool no_drops;  /* silence behind a SYN proves nothing */
	int64_t *lower; /* by happening */
	int64_t *upper;
	size_t crossed;      /* the happening that ruled the last world out */
	struct range likely; /* backlogs, of those tried */
	unsigned fewest;     /* surprises */
	unsigned bent;       /* what it cost to make it fit */
};

static inline int64_t
at_least(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t
at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline bool
is_overflow(const struct world *world, const struct happening *happening)
{
	if (happening->kind == HAPPENED_IGNORE)
		return true;
	/* With requests waiting, it may be the SYN queue that is full, where there are no cookies. */
	return happening->kind == HAPPENED_DROP && !world->no_drops &&
	       (happening->waiting == 0 || world->backlog >= happening->waiting ||
		   world->old_kernel);
}

/* How much of its likeliest course would be chance; keep: and what that comes to, noted with the happenings. */
unsigned course_play(const struct world *world, bool keep);

/* Told anew under another explanation. */
void story_forget(struct story *story);
/* At first sight: whether there is anything to explain. Then the explanation. */
void listener_look_over(struct sockets *all, struct listener *listener);
void listener_explain(struct sockets *all, struct listener *listener);
/* Each child's rank in the order of being taken, and how many there are, with each happening. */
void count_children(struct sockets *all, struct listener *listener);
void listener_solve(struct sockets *all, struct listener *listener);
/* From when on so many accept() calls are possible, or certain; NEVER_NS: not at all. */
int64_t listener_accepts_ns(const struct listener *listener, int64_t count, bool certainly);
/* What holds at a moment; NULL before the first happening. */
const struct happening *listener_at(const struct listener *listener, int64_t at_ns);

/* --- rivals.c --- */

void rivals_icmp(struct story *story, const struct packet *pkt);
/* Something came from there that cannot have come the same way. */
bool is_odd_ttl(uint8_t usual, uint8_t ttl);
/* What a listener's stories give away; then what all listeners say of their hosts. */
void rivals_note(const struct sockets *all, struct listener *listener);
void rivals_note_hosts(struct sockets *all);
unsigned rivals_of(const struct listener *listener, const struct listener_row *row);

/* --- fellows.c --- */

/*
 * When the client's close() came, likeliest, that no packet shows: it had not
 * closed when what waits for an ACK was sent. NEVER_NS: it does not look so.
 */
int64_t fellows_closed_ns(const struct sockets *all, const struct listener *listener,
    const struct story *story, int64_t open_until_ns);
/* Whom to ask, before rows are told. */
void fellows_note(const struct sockets *all, struct listener *listener);
/* Whether that end's program reads what it gets, as its other connections show. */
bool fellows_read(const struct listener *listener, const struct story *story, enum role role);
/* When the program exited, in this time, by what ended together at its address; NEVER_NS. */
int64_t fellows_left_ns(const struct sockets *all, const struct listener *listener,
    const struct story *story, int64_t from_ns, int64_t to_ns);

/* --- closing.c --- */

/* Reset as only a connection's own socket does it, and without a word before. */
bool is_reset_unheard(const struct story *story);

bool closing_is_seen(const struct sockets *all, const struct listener *listener);
/* When the happenings are in order: when it closed, and how many had been accepted at most. */
void closing_note(struct sockets *all, struct listener *listener);
/* How many were in the queue then, at the least. */
uint32_t waited_at_close(const struct listener *listener);

/* --- end.c and queues.c --- */

/* Bytes that have arrived are acknowledged by then. */
#define ACKED_BY_NS (60 * MS_NS)
/* Bytes that have lain for so long were read when they came, or wait for something else. */
#define SETTLED_NS (2 * SECOND_NS)

/* One end at a moment, being told. */
struct telling {
	const struct sockets *all;
	const struct story *story;
	const struct sample *sample;
	const struct listener *listener; /* NULL: unknown */
	int64_t at_ns;
	enum role role;
	bool hidden_fin; /* supposed to wait behind what is sent again */
	struct socket_row *row;
};

/* Of a state that is told. */
void tell_queues(struct telling *t);
/* As much can wait in Send-Q; RANGE_OPEN: what is held back hides it. */
int64_t unseen_limit(const struct telling *t);
/* One end between two samples, at a moment there. */
void tell_sample(const struct sockets *all, const struct sample *sample, int64_t at_ns,
    enum role role, struct socket_row *row);
/* When the rows of a sample may change without a packet. */
#define ROW_TIMES 27
size_t row_times(const struct sockets *all, const struct sample *sample, int64_t times[ROW_TIMES]);

/* --- rows.c and changes.c --- */

void tell_listener(const struct listener *listener, int64_t at_ns, struct socket_row *row);
void rows_prepare(struct sockets *all);
void changes_prepare(struct sockets *all);
bool changes_next(struct sockets *all, struct socket_row *row);

#endif
