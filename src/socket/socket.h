/*
 * socket: what the sockets at both ends of each connection, and those that
 * listen, must have been doing.
 *
 * Segments go in after tcp has judged them. A state is decided with the whole
 * capture in view: what the handshake looks like is noted at once, but whether
 * the server took the connection, ignored its ACK or never kept it is told by
 * what comes later, and by all connections of a listening endpoint together.
 * So nothing comes out before sockets_solve; then everything does.
 *
 *   state.c     RFC 9293's table, and which events a segment is
 *   sockets.c   what is noted while packets go by
 *   reset.c     which RSTs count
 *   story.c     one connection's beginning: its steps
 *   judge.c     how that went: refused, ignored, taken, by its own packets
 *   sketch.c    or put off, while it goes plainly
 *   brief.c     what is kept of a plain one that no row is told of
 *   listener.c  one endpoint: what all its connections say about its queues
 *   solve.c     the unknowns they share, as bounds
 *   closing.c   how it ends
 *   rivals.c    what else it might have been
 *   rows.c      the table of sockets, at any moment
 *   changes.c   or each change of it
 *   tell.c      a listener's story, for whoever shows it
 */
#ifndef SYNSCOPE_SOCKET_H
#define SYNSCOPE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/when.h"
#include "tcp/tcp.h"

enum sock_state {
#define STATE(id, name, prose) SOCK_##id,
#include "socket/state.def"
#undef STATE
	SOCK_COUNT
};

enum sock_event {
#define EVENT(id, name) EVENT_##id,
#include "socket/event.def"
#undef EVENT
	EVENT_COUNT
};

/* By enum sock_state: netstat's spelling, and a sentence. */
extern const struct word sock_words[SOCK_COUNT];
extern const char *const sock_event_names[EVENT_COUNT];

/* The table itself, for whoever wants to print it. */
enum sock_state sock_next(enum sock_state state, enum sock_event event);

/* --- what can be told, and asked for --- */

/* Where the capture was taken, as seen from one listening endpoint. */
enum vantage {
	VANTAGE_UNKNOWN,
	VANTAGE_SERVER,
	VANTAGE_CLIENT,
	VANTAGE_LOOPBACK, /* both ends are this machine's: whatever was sent arrived */
	VANTAGE_MIDDLE,
	VANTAGE_COUNT
};

extern const char *const vantage_names[VANTAGE_COUNT];

struct sockets_options {
	bool want_rows;  /* else listeners alone */
	bool rows_alone; /* no listener is asked about: counts of theirs may be missing */
	const struct moment *moments; /* none of them and no pace: each change */
	size_t moment_count;
	int64_t every_ns; /* 0: not at a pace */
	/* Each change of these alone, and of listeners: ascending; NULL: of all. Borrowed while it runs. */
	const uint32_t *flows;
	size_t flow_count;
	int64_t backlog; /* -1: not told */
	bool has_until;
	struct moment until;  /* the capture is known to have run until then */
	enum vantage vantage; /* VANTAGE_UNKNOWN: not told */
};

/* --- conclusions --- */

/* What the packets leave open; lo = hi where they force it. */
struct range {
	int64_t lo;
	int64_t hi; /* RANGE_OPEN: no bound */
};

#define RANGE_OPEN INT64_MAX

/* The frames (struct packet's index) a conclusion rests on, ascending. */
struct evidence {
	uint8_t count;
	uint32_t index[BECAUSE_MAX];
};

struct socket_row {
	int64_t at_ns;
	uint32_t flow;     /* 0: it listens */
	struct tuple ends; /* src: local, dst: remote; of a listener's, src alone */
	bool any_address;  /* it listens on more addresses than one */
	bool is_server;    /* the end that listened */
	enum sock_state state;
	struct range recv_q; /* LISTEN: the accept queue */
	struct range send_q; /* LISTEN: the backlog */
	int64_t recv_q_best; /* within recv_q */
	int64_t send_q_best;
	bool certain; /* the state is forced; ranges say for themselves what is */
	struct evidence because;
};

/* What the server's program did, as far as the packets show; more than one bit where they leave it open. */
enum stage {
	STAGE_NOT_LISTENING = 0x01,
	STAGE_LISTENING = 0x02,
	STAGE_ACCEPTED_ONCE = 0x04,
	STAGE_ACCEPTING = 0x08,
};

/* What a verdict rests on, and what else it might be; sentences are made of these by whoever shows them. */
enum story_kind {
	STORY_NOT_LISTENING, /* every attempt was refused */
	STORY_SILENT,        /* nothing ever answered */
	STORY_HEALTHY,       /* no sign of a full queue */
	STORY_OVERFLOW,      /* the accept queue was full */
	STORY_ABORTING,      /* likewise, and it reset what did not fit */
	STORY_FLOOD,         /* SYNs by the thousand that nobody completed */
	STORY_COUNT
};

enum rival {
	RIVAL_LOSS = 0x01,     /* packets lost where the capture cannot see */
	RIVAL_FIREWALL = 0x02, /* something else answered, or swallowed */
	RIVAL_DEFER = 0x04,    /* TCP_DEFER_ACCEPT */
	RIVAL_LINGER = 0x08,   /* reset by the program itself, SO_LINGER 0 */
	RIVAL_KERNEL = 0x10,   /* a kernel with other rules */
	RIVAL_HOST_DOWN = 0x20,
	RIVAL_END = 0x40, /* of the capture, before an answer was due */
};

struct listener_row {
	uint32_t first_index; /* of the first frame about it */
	struct tuple local;   /* src alone */
	bool any_address;     /* several addresses share it */
	enum story_kind kind;
	unsigned stages; /* bits of enum stage */
	enum vantage vantage;
	struct range backlog;
	int64_t backlog_best; /* -1: no telling */
	bool backlog_told;
	struct range accepted; /* accept() calls that returned */
	int64_t accepted_best;
	struct range established; /* children at the end, dead ones left out */
	struct range syn_recv;    /* requests at the end */
	struct range queue_max;   /* how full the accept queue ever was */
	uint32_t attempts;        /* connections asked for */
	uint32_t completed;       /* that the client saw through */
	uint32_t refused;         /* by a RST */
	uint32_t syn_dropped;     /* SYNs left without an answer */
	uint32_t overflows;       /* ACKs it ignored, and SYNs it dropped, for want of room */
	uint32_t ignored_acks;
	uint32_t aborted;    /* reset by an overflow */
	uint32_t cookies;    /* SYN cookies recognised */
	uint32_t deferred;   /* requests held back by TCP_DEFER_ACCEPT */
	uint32_t unaccepted; /* connections reset when it closed, never accepted */
	uint32_t unheard;    /* clients whose words were never acknowledged, far from the server */
	unsigned rivals;     /* bits of enum rival */
	struct evidence because;
};

/* Whether what listens there, or on more addresses than one, has this end. */
static inline bool
listener_has_end(const struct tuple *local, bool any_address, const uint8_t address[16],
    uint16_t port, uint8_t ip_version)
{
	if (port != local->sport)
		return false;
	return any_address || (ip_version == local->ip_version &&
				  memcmp(address, local->src, sizeof(local->src)) == 0);
}

/* --- one connection, as it lies in a flow's block; zeroed is ready --- */

struct sock {
	uint32_t story;   /* 1 + its number; 0: none yet; in brief, the brief's */
	uint32_t moment;  /* asked moments that it has answered */
	uint32_t sample;  /* 1 + the latest; 0: none */
	uint8_t state[2]; /* enum sock_state, by enum side: as the segments look */
	uint16_t flags;   /* bits, in socket_priv.h */
};

struct sockets;
struct sockets *sockets_new(const struct sockets_options *options, struct budget *budget);
void sockets_free(struct sockets *sockets);
/* When the capture begins, TCP or not: what is asked for relative to that is then. Else its first segment does. */
void sockets_begin(struct sockets *sockets, int64_t first_ns);

/* Whether a segment tells anything new; where it does not, the next two need not be called. */
bool sockets_want(const struct sockets *sockets, const struct sock *sock, const struct packet *pkt);
/*
 * Around tcp_segment: what was true until this segment, where a moment that
 * was asked for has passed; then what the segment changes.
 */
void sockets_before(
    struct sockets *sockets, struct sock *sock, const struct tcp_pair *pair, int64_t now_ns);
void sockets_segment(struct sockets *sockets, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, const struct place *place);
/* The same in short, of a segment that tcp_next took in; false, and nothing done, where sockets_segment is to be asked. */
bool sockets_next(struct sockets *sockets, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side);
/*
 * And of the two that tcp_open takes in, where sockets_may_open said so: else,
 * a row wants to be told what was between them.
 */
bool sockets_may_open(
    struct sockets *sockets, const struct packet *syn, const struct packet *answer);
void sockets_open(struct sockets *sockets, struct sock *sock, const struct packet *syn,
    const struct packet *answer, const struct place *place);
void sockets_icmp(struct sockets *sockets, struct sock *sock, const struct packet *pkt);
/* The flow's memory is about to be taken back, or the capture is over. */
void sockets_flow_done(struct sockets *sockets, struct sock *sock, const struct tcp_pair *pair);

/* All is in: settle what is open. first_ns, last_ns: of the capture. */
void sockets_solve(struct sockets *sockets, int64_t first_ns, int64_t last_ns);
/* In the order of time; within a moment listeners, then servers' ends, then clients'. False: no more. */
bool sockets_next_row(struct sockets *sockets, struct socket_row *row);
bool sockets_next_listener(struct sockets *sockets, struct listener_row *row);
/* Rows that were left out for want of memory. */
uint64_t sockets_left_out(const struct sockets *sockets);
/* So many moments came of a pace that no later ones are kept. */
bool sockets_moments_full(const struct sockets *sockets);

#endif
