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

/* --- trail.c --- */

#define REVISIONS_MAX 128 /* of one packet: it may settle all holes and repeats of one side */

/* What the trails of all connections share. */
struct trails {
	struct pool sent;
	struct pool holes;
	struct pool resends;
	struct pool rares;
	struct budget *budget;
	struct endpoint *endpoints; /* endpoint.c's */
	struct sent *free_sent; /* sent's items at hand; where there are none, odd.c gets more */
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

/* --- next.c --- */

/* mark_segment, trail_segment and conn_segment at once, of the next segment; false, and nothing done, of others. */
bool next_segment(
    struct trails *all, struct tcp_pair *pair, const struct packet *pkt, enum side side);

/* --- reset.c --- */

/* What trail_segment made of this RST. Counts if conn_segment let that count, and the window does. */
void conn_note_reset(
    struct tcp_pair *pair, const struct packet *rst, enum side side, const struct reason *reason);

/* --- opening.c --- */

/* mark_segment, trail_segment and conn_segment of both, where they are all there was; false, and nothing done, if odd. */
bool opening_segments(struct trails *all, struct tcp_pair *pair, const struct packet *syn,
    const struct packet *answer);

/* --- endpoint.c --- */

struct endpoint *endpoints_new(void);
/* This SYN-ACK will soon be asked about. */
void endpoint_fetch(const struct trails *all, const struct packet *syn_ack);
/* A SYN-ACK, so long behind the SYN; -1: nobody knows. */
void endpoint_answers(struct trails *all, const struct packet *syn_ack, int64_t waited_ns);
/* A RST answers a SYN: nobody listens any more. */
void endpoint_refuses(struct trails *all, const struct packet *rst);

/* --- revise.c --- */

/* That the server ignored the client for want of room; CAUSE_NONE where nothing shows it. */
struct reason trail_refusal(const struct trail *trail);

/* --- cause.c --- */

/* Name one more frame that shows it; 0 is no frame, and what does not fit is left out. */
void reason_cite(struct reason *reason, uint32_t index);

#endif
