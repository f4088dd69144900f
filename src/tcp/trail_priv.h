/*
 * trail_priv: what trail.c, odd.c, hole.c, cause.c, handshake.c and revise.c
 * share, and nobody else.
 */
#ifndef SYNSCOPE_TCP_TRAIL_PRIV_H
#define SYNSCOPE_TCP_TRAIL_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "tcp/tcp_priv.h"

/* One segment sent and not yet acknowledged. */
struct sent {
	struct sent *next; /* the next newer; the newest's is the oldest */
	int64_t ts_ns;
	uint32_t seq;
	uint32_t end;
	uint32_t index;
	uint16_t ip_id;
	uint16_t checksum;
	bool resent;  /* or it came late: no round trip can be read off it */
	bool damaged; /* its checksum is wrong */
};

/* Bytes below the highest end that are not in the capture. Named by number; 0: none. */
struct hole {
	uint32_t next; /* the next higher */
	uint32_t left;
	uint32_t right;
	uint32_t index; /* of the segment behind it, which showed that they are missing */
	int64_t ts_ns;  /* that segment's, as are the next three */
	uint32_t ts_value;
	uint16_t ip_id;
	bool has_ts_value;
	uint16_t ip_id_before; /* of the packet in front of the hole */

	/* The other side's ACKs that tell of it: duplicates, or with SACK blocks beyond it. */
	uint32_t told_count;
	uint32_t told_index; /* the first of them */
	int64_t told_ns;
};

/* A segment sent again, kept for what later packets say of it. */
struct resend {
	uint32_t next; /* the next newer */
	uint32_t seq;
	uint32_t end;
	uint32_t original; /* the first copy's index; 0 where it is not known */
	uint32_t index;
	uint32_t ts_value;
	int64_t ts_ns;
	int64_t waited_ns; /* since the first copy */
	uint8_t cause;     /* enum cause, as given at first or since */
	bool has_ts_value;
	bool settled;        /* there is nothing more to learn of it, but that a DSACK confirms: */
	uint32_t echo_index; /* of the ACK whose timestamp showed it needless; 0: none did */
};

/* A packet that a later frame may be a copy of. */
struct imprint {
	int64_t ts_ns;
	uint32_t index;
	uint32_t seq;
	uint32_t ack;
	uint16_t ip_id;
	uint16_t checksum;
};

#define IMPRINTS_KEPT 4 /* of each side; copies of a burst come close behind it */

/* What only connections with gaps, repeats or refusals need. */
struct trail_rare {
	struct rare_half {
		uint32_t holes; /* the lowest */
		uint32_t highest_hole;
		uint32_t oldest_resend;
		uint32_t newest_resend;
		uint8_t hole_count;
		uint8_t resend_count;
		bool untimed; /* a segment was sent again whose first copy is not known: */
		uint32_t untimed_until; /* no round trips until this is acknowledged */

		/* The latest bytes that were acknowledged but never seen. */
		uint32_t missed_left;
		uint32_t missed_right;
		uint32_t missed_index;  /* of the ACK */
		uint32_t missed_behind; /* of the segment behind them; 0: none */
		int64_t missed_ns;      /* the ACK's */

		struct imprint imprints[IMPRINTS_KEPT]; /* once frames were seen twice */
		uint8_t imprint_next;
	} half[2];              /* by enum side */
	uint32_t item;          /* its own number */
	uint32_t refusals;      /* SYN-ACKs that came again although the client had answered */
	uint32_t refusal_index; /* the latest of them */
	struct reason refusal;  /* of the first that showed why */
};

enum trail_flag {
	TRAIL_KNOWN = 0x0001, /* end holds */
	TRAIL_ACKS = 0x0002,  /* acked holds */
	TRAIL_SYN = 0x0004,   /* it sent a SYN without ACK */
	TRAIL_SYN_ACK = 0x0008,
	TRAIL_FIN = 0x0010,
	TRAIL_RST = 0x0020,
	TRAIL_ALIVE = 0x0040, /* after its SYN-ACK, it said what only an established end says */
	TRAIL_WINDOW_CLOSED = 0x0080,
	TRAIL_UNLISTED = 0x0100,   /* not all that is unacknowledged is on the list */
	TRAIL_ID_USELESS = 0x0200, /* two different packets had the same IP ID */
	TRAIL_DOUBLED = 0x0400,    /* a packet was captured twice, of whichever side */
	TRAIL_REFUSED = 0x0800,    /* it sent SYN-ACKs again because its accept queue was full */
	TRAIL_OVERFLOWED = 0x1000, /* or reset the connection for that */
	TRAIL_SACK = 0x2000,       /* its SYN permits it */
};

#define TRAIL_ANY_SYN (TRAIL_SYN | TRAIL_SYN_ACK)

/* One segment under judgement, and its connection as it was before. */
struct look {
	struct trails *all;
	struct trail *trail;
	const struct conn *conn;
	const struct packet *pkt;
	struct trail_half *from;
	struct trail_half *to;
	enum side side;
	uint32_t marks;
	uint32_t end; /* of the segment; SYN and FIN count */
	/* Where it goes back behind what was sent: the first of its bytes' first copy, and hole. */
	struct sent *original;
	const struct hole *hole;
};

static inline struct rare_half *
look_rare(const struct look *look, enum side side)
{
	return look->trail->rare == NULL ? NULL : &look->trail->rare->half[side];
}

/* The segment takes up numbers: it has bytes, a SYN or a FIN. */
static inline bool
look_has_bytes(const struct look *look)
{
	return look->end != look->pkt->tcp.seq;
}

/* SYN and FIN count. */
static inline uint32_t
segment_end(const struct packet *pkt)
{
	return pkt->tcp.seq + pkt->payload_bytes + !!(pkt->tcp.flags & TCP_SYN) +
	       !!(pkt->tcp.flags & TCP_FIN);
}

static inline int64_t
elapsed_ns(const struct look *look, int64_t earlier_ns)
{
	return span_ns(look->pkt->ts_ns, earlier_ns);
}

static inline bool
look_doubled(const struct look *look)
{
	return look->from->flags & TRAIL_DOUBLED;
}

/* Nothing is lost on the way where there is no way. */
bool look_is_loopback(const struct look *look);
/* Nor beyond the capture, where this segment's sender got what the capture shows of the other's. */
bool look_is_at_receiver(const struct look *look);

static inline struct sent *
sent_oldest(const struct trail_half *half)
{
	return half->newest == NULL ? NULL : half->newest->next;
}

/* The next newer, NULL after the newest. */
static inline struct sent *
sent_after(const struct trail_half *half, const struct sent *sent)
{
	return sent == half->newest ? NULL : sent->next;
}

static inline int64_t
rtt_smoothed_ns(const struct rtt *rtt)
{
	return rtt->smoothed_us * 1000ll;
}

/* --- trail.c --- */

/* An item, or 0 where the budget is used up. */
uint32_t trails_take(struct trails *all, struct pool *pool);
void trails_give(struct trails *all, struct pool *pool, uint32_t item);

/* Put items at hand for segments not yet acknowledged, as far as the budget allows. */
void trails_stock(struct trails *all);
void trail_forget_sent(struct trails *all, struct trail_half *half);

/* --- odd.c --- */

/*
 * As trail_segment, but with all questions asked. A copy of the look, since one
 * whose address never leaves trail.c needs no memory.
 */
struct reason odd_segment(struct look look);

/* --- cause.c --- */

/* The cause as far as it is known now. Looks only. */
struct reason cause_of(const struct look *look);

/* --- handshake.c: rules for the table in cause.c --- */

bool is_refusal(const struct look *look, struct reason *reason);
bool is_overflow_abort(const struct look *look, struct reason *reason);
bool is_stray(const struct look *look, struct reason *reason);
bool is_abort(const struct look *look, struct reason *reason);
bool is_crossing_syn(const struct look *look, struct reason *reason);
bool is_crossing_ack(const struct look *look, struct reason *reason);
bool is_queue_full(const struct look *look, struct reason *reason);
bool is_left_unread(const struct look *look, struct reason *reason);
bool is_syn_dropped(const struct look *look, struct reason *reason);
bool is_listener_closed(const struct look *look, struct reason *reason);
void revise_closed(const struct look *look, uint32_t index);
bool is_unheard(const struct look *look, struct reason *reason);
/* A SYN-ACK that a timer sent again although the client's answer had time to arrive. */
bool is_late_syn_ack(const struct look *look);

/* --- hole.c --- */

/* This segment starts beyond the end: what lies between is not in the capture. */
void hole_open(const struct look *look);
/* This segment brings what was missing. */
void hole_fill(const struct look *look);
/* The lowest hole that the segment fills in part, or NULL. */
const struct hole *hole_find(const struct look *look);
/* Forget the other side's holes below ack. Whether there were any. */
bool hole_pass(const struct look *look, uint32_t ack);
/* Which of the other side's holes this ACK tells of. */
void hole_note_told(const struct look *look);
/* Bytes acknowledged though never seen; behind: the segment that followed them, or 0. */
void hole_note_missed(const struct look *look, uint32_t left, uint32_t right, uint32_t behind);
void hole_forget(struct trails *all, struct rare_half *half);

/* --- revise.c --- */

/* Keep a segment sent again until later packets have said what they have to say of it. */
void revise_later(const struct look *look, const struct reason *reason);
void revise_forget(struct trails *all, struct rare_half *half);
/* A later word on an earlier packet. */
void revise(struct trails *all, uint32_t index, const struct reason *reason);
/* What this ACK says of what the other side sent again; before acked moves on. */
void revise_by_ack(const struct look *look, bool advances);
/* A SYN-ACK came again; reason: what cause_of made of it. */
void revise_refused(const struct look *look, const struct reason *reason);
/* Bytes that were thought missed by the capture are in it, behind their ACK. */
void revise_missed(const struct look *look);

#endif
