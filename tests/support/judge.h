/*
 * judge: one connection's segments before trail_segment, and what comes of it.
 *
 *   judge_begin(), judge_end()     the cmocka fixture around each test
 *   CAUSE_OF(pkt)                  the cause given at once
 *   assert_because(n, pkt, ...)    what showed the latest one, this packet included
 *   assert_revised(pkt, CAUSE_X)   the next revision is of pkt, and to X
 */
#ifndef SYNSCOPE_SUPPORT_JUDGE_H
#define SYNSCOPE_SUPPORT_JUDGE_H

#include "support/segment.h"
#include "tcp/tcp_priv.h"

static struct judged {
	struct trails all;
	struct budget budget;
	struct tcp_pair pair;
	struct reason reason;
	struct revision revision;
} judged;

static inline int
judge_begin(void **state)
{
	(void)state;
	memset(&judged, 0, sizeof(judged));
	trails_init(&judged.all, &judged.budget);
	return 0;
}

/* What was taken of the budget was given back. */
static inline int
judge_end(void **state)
{
	(void)state;
	trail_fini(&judged.all, &judged.pair.trail);
	trails_fini(&judged.all);
	return judged.budget.used_bytes == 0 ? 0 : -1;
}

static inline enum cause
judge(const struct packet *pkt, uint32_t marks)
{
	enum side side = pkt->tuple.sport == 80 ? SIDE_B : SIDE_A;

	judged.reason = trail_segment(&judged.all, &judged.pair, pkt, side, marks);
	return (enum cause)judged.reason.cause;
}

#define CAUSE_OF(pkt) judge((pkt), 0)

static inline void
judge_because(const struct reason *reason, size_t count, const struct packet *const *shown)
{
	assert_int_equal(reason->because_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(reason->because[i], shown[i]->index);
}

#define assert_because(...) \
	judge_because(&judged.reason, \
	    sizeof((const struct packet *[]){ __VA_ARGS__ }) / sizeof(void *), \
	    (const struct packet *[]){ __VA_ARGS__ })

#define assert_revised(pkt, what) \
	do { \
		assert_true(trails_next_revision(&judged.all, &judged.revision)); \
		assert_int_equal(judged.revision.index, (pkt)->index); \
		assert_int_equal(judged.revision.reason.cause, (what)); \
		judged.reason = judged.revision.reason; \
	} while (0)

#define assert_nothing_revised() assert_false(trails_next_revision(&judged.all, &judged.revision))

/* SYN 999 and 4999, so that data starts at 1000 and 5000; 20 ms from here to the server and back. */
static inline void
shake_hands(void)
{
	CAUSE_OF(SEG(999, 0, .flags = TCP_SYN, .at_us = 1000000));
	CAUSE_OF(REPLY(.seq = 4999, .ack = 1000, .flags = TCP_SYN | TCP_ACK, .at_us = 1020000));
	CAUSE_OF(SEG(1000, 0, .ack = 5000, .at_us = 1020100));
	judged.pair.conn.ack_ns = 1020100000;
}

/* And the server has proved that it is there. */
static inline void
establish(void)
{
	shake_hands();
	CAUSE_OF(SEG(1000, 100, .ack = 5000, .at_us = 1050000));
	CAUSE_OF(REPLY(.seq = 5000, .ack = 1100, .at_us = 1070000));
}

#endif
