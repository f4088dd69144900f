/*
 * listener_priv: one listening endpoint, what bears on its queues and what follows
 * from that; what socket's files share of it.
 */
#ifndef SYNSCOPE_SOCKET_LISTENER_PRIV_H
#define SYNSCOPE_SOCKET_LISTENER_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "socket/story_priv.h"

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

static inline int64_t
brief_knock_ns(const struct brief *brief)
{
	return brief->answer_ns + brief->knock_gap_ns;
}

/* All of a listener's together. */
struct briefs {
	uint32_t count;
	uint32_t cookies;      /* of them, by their windows, */
	uint32_t late_cookies; /* or, as far as a capture at the server tells, by their clocks, */
	uint32_t bare_cookies; /* or, where it scales windows, by their options */
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
	SIGN_EARLY = 0x40,   /* nobody waited for an answer until the capture ended */
};

/* Timers behind the first of these run so long that hardly two are alike. */
#define TIMERS_COMPARED 4

/* Of those that were asked again, the one that had been asked last. */
struct asked_again {
	int64_t asked_ns;
	int64_t again_ns;
};

/* So that of 64 clients' hosts one in five is taken for another's. */
#define HOST_BITS 256

struct listener {
	struct tuple local; /* src alone */
	bool any_address;
	bool scales;          /* windows, also of clients that have no timestamps */
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
	bool skips_timers; /* the first SYN-ACKs that were due again never came, later ones did */
	bool defer;        /* TCP_DEFER_ACCEPT, as far as we can tell */
	bool sent_cookies; /* for sure */
	bool only_cookies; /* it answers with nothing else */
	bool has_requests; /* that certainly were none */
	int64_t defer_ns;  /* when it asks again */
	int64_t asked_ns;  /* the longest time after which it did */
	struct asked_again again[TIMERS_COMPARED]; /* by how many timers had sent before */
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
	bool closes; /* by a burst of resets */
	bool calm;   /* nothing was ignored or dropped, so nothing is said of the queue */
	bool is_explained;
	size_t kept_most; /* happenings beyond so many are counted, not kept */
	uint32_t noted;
	uint32_t troubles; /* of them overflows */
	bool
	    heeds_silence; /* packets prove an overflow, so what went unheard at the end can be another */
	bool old_kernel;  /* answers SYNs although its queue is full (Linux before 4.10) */
	bool doubtful;    /* no backlog explains what was seen: packets must be missing */
	uint32_t unheard; /* clients whose words may have been lost, or not let in */
	struct evidence because;
	uint64_t hosts[HOST_BITS / 64]; /* of the clients that would be asked, a bit each */
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

/* What its client sent went unheard; farther off, for want of room or for loss. */
static inline bool
may_be_lost(const struct listener *listener, const struct story *story)
{
	return story->odd_silence && !silence_tells(listener);
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

void look_near(struct nearness *near, const struct story *story);
void look_near_plain(struct nearness *near, const struct plain *plain);
void join_near(struct nearness *into, const struct nearness *from);
/* Where the capture was taken, as it was told or as times tell. */
void listener_locate(const struct sockets *all, struct listener *listener);

/* --- timers.c --- */

/* How often a request was asked by its timer, and when last: by that, or by the first SYN-ACK. */
struct asked {
	const struct story *story;
	int64_t at_ns;
	unsigned timers;
};

/* It is asked again; acked: although its ACK had come. */
void timer_note(
    struct listener *listener, const struct asked *asked, int64_t again_ns, bool is_acked);
void timers_forget(struct listener *listener);
/* When it will be asked again, at the latest: by its own timer; or by what others show, too. */
int64_t timer_late_ns(const struct listener *listener, const struct asked *asked);
int64_t timer_due_ns(const struct listener *listener, const struct asked *asked);
/* Where it was not when that was due, the request was dropped instead. */
int64_t timer_dropped_ns(const struct listener *listener, const struct asked *asked);
/* Whether a bare ACK at that time is put aside, as TCP_DEFER_ACCEPT asks. */
bool timer_puts_aside(const struct listener *listener, const struct asked *asked, int64_t ack_ns);
/* Nobody listens any more: the next timer finds that out, whether it was to send anything or not. */
int64_t timer_orphaned_ns(const struct listener *listener, const struct asked *asked);

/* --- happened.c --- */

int64_t answered_last_ns(const struct sockets *all, const struct listener *listener);
void listener_note(struct listener *listener, enum happening_kind kind, int64_t ts_ns,
    uint32_t index, uint32_t story);
/* All that one connection's beginning says of its listener. */
void listener_note_story(struct sockets *all, struct listener *listener, uint32_t number);
/* By time. */
void listener_sort(struct listener *listener);
/* Once it is explained: where rows of moments alone are asked for, what is the latest at none of them goes. */
void listener_keep_asked(const struct sockets *all, struct listener *listener);
/* When it listened, as far as answers and refusals tell; when happenings are in order. */
void listener_note_life(const struct sockets *all, struct listener *listener);

/* --- waiting.c --- */

/* A request that is ignored is asked again within this. */
#define ASKED_AGAIN_NS (SECOND_NS + SECOND_NS / 8)

/* Requests in the SYN queue at each happening, and when each story's SYN was answered. */
void count_waiting(struct sockets *all, struct listener *listener);

/* --- warning.c --- */

/* Whose SYN was answered late, likeliest by the listener's first cookie; NULL: nobody's stands out. */
const struct story *warned_at(const struct sockets *all, const struct listener *listener);

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
/* At first sight: whether there is anything to explain, which briefs may be needed for. Then the explanation. */
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

#endif
