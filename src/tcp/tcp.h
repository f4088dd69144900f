/*
 * tcp: what the segments of one connection say about each other.
 *
 * Segments go in, in capture order; each comes back with its marks and, where
 * the packets show it, its cause. A mark means what Wireshark 4.0 means by it;
 * a cause is our own reading, with the frames that show it, and later packets
 * may revise it. Nothing here reads a clock, a file or the network, so the
 * same capture always earns the same verdicts.
 *
 *   next.c    the segment that is simply the next of its side
 *   opening.c the two that a connection should begin with
 *   mark.c    the marks, in Wireshark's order of questions
 *   trail.c   which bytes are out, round-trip times; hole.c: which are missing
 *   odd.c     what of this a segment asks for that is not simply the next
 *   cause.c   why a segment was sent again or late; handshake.c: or refused
 *   revise.c  what later packets say of that
 *   conn.c    how the connection opened, went and closed; ordinary.c: in short;
 *             reset.c: which RST did it
 *   stream.c  the bytes, put in order
 */
#ifndef SYNSCOPE_TCP_H
#define SYNSCOPE_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/decode.h"
#include "flow/flow.h"

struct budget;

enum mark {
#define MARK(id, name, family, prose) MARK_##id,
#include "tcp/mark.def"
#undef MARK
	MARK_COUNT
};

/* Bits of enum tcp_flag. */
enum flag {
#define FLAG(id, name, prose) FLAG_##id,
#include "tcp/flag.def"
#undef FLAG
	FLAG_COUNT
};

#define MARK_BIT(mark) (1u << (mark)) /* of 16 bits */

enum cause {
#define CAUSE(id, name, prose) CAUSE_##id,
#include "tcp/cause.def"
#undef CAUSE
	CAUSE_COUNT
};

/* The users' spellings and sentences, by enum mark and enum cause. */
extern const struct word {
	const char *name;
	const char *prose;
} mark_words[MARK_COUNT], cause_words[CAUSE_COUNT], flag_words[FLAG_COUNT];

#define BECAUSE_MAX 4

/* A cause and the frames (struct packet's index) that show it, ascending. */
struct reason {
	uint8_t cause; /* enum cause */
	uint8_t because_count;
	uint32_t because[BECAUSE_MAX];
};

struct verdict {
	uint32_t marks; /* MARK_BIT of each */
	struct reason reason;
};

/* A later packet's word on an earlier one. */
struct revision {
	uint32_t index; /* of the packet it is about */
	struct reason reason;
};

/* --- mark.c --- */

/* One side, as Wireshark remembers it. Windows and numbers as they stand in the header. */
struct mark_half {
	uint32_t next_seq; /* highest end sent */
	uint32_t max_ack;  /* end of the contiguous part */
	uint32_t last_ack;
	int32_t dup_acks;
	int64_t next_seq_ns;
	int64_t last_ns;
	uint16_t window;     /* unknown until it has sent something */
	uint16_t last_marks; /* MARK_BIT of each */
	int8_t wscale;       /* -1 unknown, -2 known not to be used */
	uint8_t mptcp;       /* kinds of MPTCP options that it was the first to send */
	uint8_t known;       /* bits, in mark_step.h */
};

struct mark_pair {
	struct mark_half half[2];
	int64_t syn_ns;         /* of the latest SYN without ACK; 0 none, as in Wireshark */
	int64_t initial_rtt_ns; /* 0 until known */
};

/* Mark one segment and move its side forward. place: where flow_of put it. */
uint32_t mark_segment(struct mark_pair *pair, const struct packet *pkt, const struct place *place);

/* What is kept of a connection that was put away, and the way back from it. */
struct remains mark_remains(const struct mark_pair *pair);
void mark_revive(struct mark_pair *pair, const struct remains *remains);

/* The window in bytes, scaled where the scale is known. */
uint32_t mark_scaled_window(const struct mark_pair *pair, const struct packet *pkt, enum side side);

/* --- trail.c, cause.c and revise.c --- */

struct tcp; /* what all connections share: pools, revisions waiting */

struct sent; /* a segment not yet acknowledged, in trail_priv.h */

/* Round-trip times by Karn's rule: never from bytes that were sent twice. */
struct rtt {
	int64_t min_ns;       /* meaningless while samples is 0 */
	uint32_t smoothed_us; /* as RFC 6298 does */
	uint32_t samples;
};

/* One side. A zeroed one is ready. */
struct trail_half {
	struct sent *newest; /* of its segments not yet acknowledged, in a ring; NULL: none */
	uint32_t end;        /* highest end sent */
	uint32_t acked;      /* highest number it acknowledged */
	uint32_t last_index; /* of its latest packet */
	uint16_t last_ip_id;
	uint16_t last_checksum;
	uint16_t flags;           /* bits, in tcp_priv.h */
	uint16_t count;           /* of segments not yet acknowledged */
	uint32_t first_ack_index; /* of its first ACK of the other side's SYN */
	int64_t last_ns;
	struct rtt rtt; /* from its packets to the other side's ACKs */
};

struct trail_rare; /* holes, re-sent segments: only connections that need one have one */

struct trail {
	struct trail_half half[2]; /* by enum side */
	struct trail_rare *rare;
};

/*
 * There and back, wherever the capture was taken: from the capture to either
 * end and back, added. -1 unless both are known.
 */
int64_t trail_rtt_ns(const struct trail *trail);

/* The highest number that side acknowledged; false if it acknowledged none. */
bool trail_acked(const struct trail *trail, enum side side, uint32_t *acked);

/* Since when that side waits for an ACK of what it has sent again by now; false if it does not. */
bool trail_stuck(const struct trail *trail, enum side side, int64_t *since_ns);

/* --- conn.c --- */

/*
 * How the connection began. What one side's segments prove of the other's, in
 * a capture that lacks those, counts as seen.
 */
enum conn_open {
	OPEN_COMPLETE,     /* SYN, a SYN-ACK that acknowledges it, the client's ACK of that */
	OPEN_REFUSED,      /* SYN, and an RST that acknowledges it */
	OPEN_UNANSWERED,   /* SYN, and nothing that acknowledges it */
	OPEN_HALF_OPEN,    /* SYN, SYN-ACK, but no ACK of that */
	OPEN_SIMULTANEOUS, /* both sides sent a SYN before they saw the other's */
	OPEN_FAST_OPEN,    /* the SYN-ACK acknowledges data of the SYN (RFC 7413) */
	OPEN_MIDSTREAM,    /* the client's SYN is not in the capture */
	OPEN_COUNT
};

enum conn_close {
	CLOSE_OPEN,
	CLOSE_FIN,             /* both sides sent one */
	CLOSE_HALF_CLOSED,     /* one side did */
	CLOSE_RESET_BY_CLIENT, /* by a plausible RST, and not after both FINs */
	CLOSE_RESET_BY_SERVER, /* likewise; refusing a SYN counts */
	CLOSE_TIMEOUT, /* something was sent again and again, unanswered, and then no longer */
	CLOSE_COUNT
};

/* What the client's connect() returned. */
enum conn_connect {
	CONNECT_UNKNOWN, /* its SYN is not in the capture */
	CONNECT_PENDING,
	CONNECT_OK,
	CONNECT_ECONNREFUSED,
	CONNECT_ETIMEDOUT,
	CONNECT_EHOSTUNREACH,
	CONNECT_COUNT
};

/* Behind the last word of either there is NULL. */
extern const char *const conn_open_names[OPEN_COUNT + 1];
extern const char *const conn_close_names[CLOSE_COUNT + 1];
extern const char *const conn_connect_names[CONNECT_COUNT]; /* NULL for unknown */

#define HISTORY_MAX 32

/* One side. The first six are numbers of its sequence space. */
struct conn_half {
	uint32_t start;    /* its SYN; one below its first byte where that was not seen */
	uint32_t end;      /* highest end seen */
	uint32_t hole_end; /* where bytes go on behind the first hole; meaningful while holes > 0 */
	uint32_t next;     /* what comes before is in the capture, or was given up as missing */
	uint32_t last_ack; /* that it sent */
	uint32_t fin_rel;  /* relative to start; the last FIN's */
	uint32_t last_index;
	uint8_t state;      /* enum zeek_state, in conn_priv.h, as is the next */
	uint8_t prev_state; /* the one before */
	uint8_t flags;      /* bits, in conn_priv.h */
	uint8_t holes;
};

struct conn {
	struct conn_half half[2];
	int64_t retry_ns;    /* when retry_side last sent bytes, or sent them again */
	uint8_t retry_side;  /* enum side */
	uint8_t retry_count; /* sent again with no answer since, up to 255 */
	uint8_t facts;       /* bits, in conn_priv.h */
	uint8_t client;      /* enum side */
	uint8_t origin;      /* enum side: Zeek's originator */
	uint8_t seen[2];     /* letters given, by enum side; bits in conn_priv.h */
	uint8_t history_length;

	int64_t retry_gap_ns;
	int64_t syn_ns;       /* the client's first SYN */
	int64_t ack_ns;       /* the ACK that completed the handshake */
	int64_t connect_ns;   /* when connect() returned */
	int64_t closed_ns;    /* when Zeek would have taken the connection for over */
	uint32_t syn_index;   /* the client's latest SYN */
	uint32_t other_index; /* what the reset answers, or the server's SYN that crossed */
	uint32_t reset_index; /* or of the ICMP error that ended connect() */
	uint32_t syn_rel[2];  /* relative to start, by enum side: the last of each kind */
	uint32_t rst_rel[2];
	uint16_t rare[2][4];     /* how often C, G, T, W, by enum side */
	uint8_t connect;         /* enum conn_connect, as far as known */
	uint8_t reset_by : 2;    /* 1 + enum side of the first RST that counted; 0 none */
	uint8_t refused : 1;     /* and it answered the client's SYN */
	uint8_t retry_grown : 1; /* a gap was longer than the one before */
	uint8_t reset_cause;     /* enum cause */
	char history[HISTORY_MAX + 1];
};

/* Sizes are a promise: see "What a flow costs" in ARCHITECTURE. */
struct conn_verdict {
	enum side client;
	enum conn_open open;
	enum conn_close close;
	enum conn_connect connect;
	int64_t connect_ns;     /* when it returned; 0 where it did not, or no packet tells when */
	int64_t handshake_ns;   /* first SYN to the ACK that completed it; -1 where it did not */
	const char *conn_state; /* Zeek's */
	const char *history;    /* Zeek's */
	struct reason reason;
};

/* --- one connection, as it lies in a flow's block --- */

struct tcp_pair {
	struct mark_pair mark;
	struct trail trail;
	uint32_t fin_end[2]; /* the number after each side's FIN */
	uint32_t counts;     /* of marks: 1 + an item of tcp's pool; 0 until the first mark */
	uint8_t over;        /* bits, in tcp.c */
	struct conn conn;    /* which ends with what is seldom touched */
};

struct tcp *tcp_new(struct budget *budget);
void tcp_free(struct tcp *tcp);

/* A zeroed pair is ready. _fini gives back what it held. */
void tcp_pair_fini(struct tcp *tcp, struct tcp_pair *pair);

/* What of the connections' common knowledge this segment will ask for, which is not with its flow. */
void tcp_fetch(const struct tcp *tcp, const struct packet *pkt);
/*
 * Most segments are simply the next of their side, without marks or a cause:
 * this takes in such a one of a flow already known. False, and nothing done,
 * for any other, and tcp_segment is to be asked.
 */
bool tcp_next(struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, enum side side);
/*
 * Likewise the two segments that flow_opened told of, of a zeroed pair: neither
 * has marks or a cause.
 */
bool tcp_open(
    struct tcp *tcp, struct tcp_pair *pair, const struct packet *syn, const struct packet *answer);
/* Judge one segment, then move its connection forward. place: where flow_of put it. */
struct verdict tcp_segment(
    struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, const struct place *place);
/* An ICMP error that quotes this connection; quoted_side sent the packet it quotes. */
void tcp_icmp(
    struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, enum side quoted_side);

/* Both sides have sent a FIN and seen it acknowledged, or one has reset the connection. */
bool tcp_is_over(const struct tcp_pair *pair);

/* How often each mark was given, [MARK_COUNT]. */
const uint32_t *tcp_mark_counts(const struct tcp *tcp, const struct tcp_pair *pair);

/* What later packets said of earlier ones since last asked; false when there is no more. */
bool tcp_next_revision(struct tcp *tcp, struct revision *revision);

/* until_ns: how long the capture is known to have run. */
struct conn_verdict conn_verdict(const struct tcp_pair *pair, int64_t until_ns);
/* UDP and ICMP: who asked, conn_state and history; packets by enum side. */
struct conn_verdict conn_plain_verdict(const struct tuple *tuple, const uint32_t packets[2]);
/* Which side is the client, as far as a flow's first packet tells. */
enum side conn_first_client(const struct packet *first);

/* --- stream.c --- */

/*
 * The bytes that one side sent, in order, from the first of its packets seen.
 * Of bytes sent twice the first copy wins. What is missing holds the rest back
 * until it is clear that it will not come: when it was acknowledged a while
 * ago, or the budget is used up. At the end acknowledged holes become gaps, and
 * bytes beyond a hole that nobody acknowledged are left out, as in Wireshark.
 */
struct stream;

/* All but data may be NULL. at: offset in the stream, gaps counted. */
struct stream_ops {
	void (*data)(void *ctx, const uint8_t *data, size_t count);
	/* bytes that are not in the capture */
	void (*gap)(void *ctx, uint64_t at, uint64_t count);
	/* a second copy differs from the first; index: of the packet that brought it */
	void (*conflict)(void *ctx, uint64_t at, uint64_t count, uint32_t index);
	/* at the end: so many bytes wait beyond a hole at at that was never acknowledged */
	void (*left_out)(void *ctx, uint64_t at, uint64_t count);
	bool beyond_too; /* hand those out as well, after a gap, rather than leave them out */
};

struct stream *stream_new(const struct stream_ops *ops, void *ctx, struct budget *budget);
void stream_free(struct stream *stream);
/* A segment of the side whose stream this is; all of its packets, empty ones too. */
void stream_segment(struct stream *stream, const struct packet *pkt);
/* A segment of the other side, whose ACKs tell what was received. */
void stream_acked(struct stream *stream, const struct packet *pkt);
/* Hand out what was still held back. */
void stream_end(struct stream *stream);

#endif
