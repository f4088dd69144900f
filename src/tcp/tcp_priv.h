/*
 * tcp_priv: the room's own; what its files say to each other.
 */
#ifndef SYNSCOPE_TCP_PRIV_H
#define SYNSCOPE_TCP_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "tcp/tcp.h"

/* --- conn.c --- */

/* One segment, in capture order, its marks already given. A zeroed conn is ready. */
void conn_segment(struct conn *conn, const struct packet *pkt, enum side side, uint32_t marks);
/* An ICMP error that quotes a segment which quoted_side sent. */
void conn_icmp(struct conn *conn, const struct packet *pkt, enum side quoted_side);

/* --- trail.c, cause.c, revise.c --- */

/* One segment sent and not yet acknowledged. Items of trails' pools are named by number; 0: none. */
struct sent {
	uint32_t next; /* the next newer */
	uint32_t seq;
	uint32_t end;
	uint32_t index;
	int64_t ts_ns;
	uint16_t ip_id;
	uint16_t checksum;
	bool resent; /* or it came late: no round trip can be read off it */
};

/* Bytes below the highest end that are not in the capture. */
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
	uint8_t cause; /* enum cause, as given at first */
	bool has_ts_value;
	bool settled; /* there is nothing more to learn of it */
};

/* What only connections with gaps, repeats or refusals need. */
struct trail_rare {
	struct rare_half {
		uint32_t holes; /* the lowest */
		uint32_t oldest_resend;
		uint32_t newest_resend;
		uint8_t hole_count;
		uint8_t resend_count;
		bool untimed; /* a segment was sent again whose first copy is not known: */
		uint32_t untimed_until; /* no round trips until this is acknowledged */

		/* The other side's duplicate ACKs for the lowest hole. */
		uint32_t asked_seq;
		uint32_t asked_count;
		uint32_t asked_index; /* the first of them */
		int64_t asked_ns;

		/* The latest bytes that were acknowledged but never seen. */
		uint32_t missed_left;
		uint32_t missed_right;
		uint32_t missed_index; /* of the ACK */
		uint32_t missed_behind; /* of the segment behind them; 0: none */
		int64_t missed_ns; /* the ACK's */
	} half[2]; /* by enum side */
	uint32_t item; /* its own number */
	uint32_t refusals; /* SYN-ACKs that came again although the client had answered */
	uint32_t refusal_index; /* the latest of them */
};

enum trail_flag {
	TRAIL_KNOWN = 0x0001, /* end holds */
	TRAIL_ACKS = 0x0002, /* acked holds */
	TRAIL_SYN = 0x0004, /* it sent a SYN without ACK */
	TRAIL_SYN_ACK = 0x0008,
	TRAIL_FIN = 0x0010,
	TRAIL_RST = 0x0020,
	TRAIL_ALIVE = 0x0040, /* after its SYN-ACK, it said what only an established end says */
	TRAIL_WINDOW_CLOSED = 0x0080,
	TRAIL_UNLISTED = 0x0100, /* not all that is unacknowledged is on the list */
	TRAIL_ID_USELESS = 0x0200, /* two different packets had the same IP ID */
	TRAIL_DOUBLED = 0x0400, /* one of its packets was captured twice */
	TRAIL_REFUSED = 0x0800, /* it sent SYN-ACKs again because its accept queue was full */
	TRAIL_OVERFLOWED = 0x1000, /* or reset the connection for that */
};

#define TRAIL_ANY_SYN (TRAIL_SYN | TRAIL_SYN_ACK)

#define REVISIONS_MAX 128 /* of one packet: it may settle all holes and repeats of one side */

/* What the trails of all connections share. */
struct trails {
	struct pool sent;
	struct pool holes;
	struct pool resends;
	struct pool rares;
	struct budget *budget;
	unsigned waiting_first;
	unsigned waiting_count;
	struct revision waiting[REVISIONS_MAX];
};

void trails_init(struct trails *all, struct budget *budget);
void trails_fini(struct trails *all);
bool trails_next_revision(struct trails *all, struct revision *revision);
/* Gives back what the trail held. */
void trail_fini(struct trails *all, struct trail *trail);

/*
 * Judge one segment and move its side's trail forward. To be called before
 * conn_segment: of conn, which must not know of this segment yet, ack_ns is read.
 */
struct reason trail_segment(struct trails *all, struct tcp_pair *pair, const struct packet *pkt,
    enum side side, uint32_t marks);

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

/* A capture's times can be anything, so differences wrap rather than overflow. */
static inline int64_t
elapsed_ns(const struct look *look, int64_t earlier_ns)
{
	return (int64_t)((uint64_t)look->pkt->ts_ns - (uint64_t)earlier_ns);
}

/* Name one more frame that shows it; 0 is no frame, and what does not fit is left out. */
void reason_cite(struct reason *reason, uint32_t index);

/* The cause as far as it is known now. Looks only. */
struct reason cause_of(const struct look *look);

/* What this segment's ACK says of what the other side sent again; before acked moves on. */
void revise_by_ack(const struct look *look, bool was_acked, uint32_t was);
/* The accept queue was full: that is why this client's segments were sent again. */
void revise_refused(const struct look *look, const struct reason *reason);
void revise(struct trails *all, uint32_t index, const struct reason *reason);

#endif
