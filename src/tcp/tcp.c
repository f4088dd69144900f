#include "tcp/tcp.h"

#include <stdlib.h>

#include "base/hint.h"
#include "base/mem.h"
#include "base/span.h"
#include "tcp/tcp_priv.h"

struct tcp {
	struct trails trails;
	struct pool counts; /* uint32_t[MARK_COUNT], for connections with marks */
};

struct tcp *
tcp_new(struct budget *budget)
{
	struct tcp *tcp = mem_zalloc(sizeof(*tcp));

	trails_init(&tcp->trails, budget);
	pool_init(&tcp->counts, MARK_COUNT * sizeof(uint32_t));
	return tcp;
}

void
tcp_free(struct tcp *tcp)
{
	if (tcp == NULL)
		return;
	trails_fini(&tcp->trails);
	pool_fini(&tcp->counts);
	free(tcp);
}

void
tcp_pair_fini(struct tcp *tcp, struct tcp_pair *pair)
{
	trail_fini(&tcp->trails, &pair->trail);
	if (pair->counts != 0)
		pool_put(&tcp->counts, pair->counts - 1);
	pair->counts = 0;
}

static void
count_marks(struct tcp *tcp, struct tcp_pair *pair, uint32_t marks)
{
	uint32_t *counts;

	if (pair->counts == 0)
		pair->counts = pool_get(&tcp->counts) + 1;
	counts = pool_at(&tcp->counts, pair->counts - 1);
	for (; marks != 0; marks &= marks - 1)
		counts[__builtin_ctz(marks)]++;
}

const uint32_t *
tcp_mark_counts(const struct tcp *tcp, const struct tcp_pair *pair)
{
	static const uint32_t none[MARK_COUNT];

	return pair->counts == 0 ? none : pool_at(&tcp->counts, pair->counts - 1);
}

enum {
	OVER_FIN = 0x01, /* of side A; shifted by the side */
	OVER_FIN_ACKED = 0x04,
	OVER_RESET = 0x10,
};

static void
watch_end(
    struct tcp_pair *pair, const struct packet *pkt, enum side side, const struct reason *reason)
{
	if (pkt->tcp.flags & TCP_RST) {
		pair->over |= OVER_RESET;
		conn_note_reset(pair, pkt, side, reason);
	}
	if (pkt->tcp.flags & TCP_FIN) {
		pair->fin_end[side] = pkt->tcp.seq + pkt->payload_bytes + 1;
		pair->over |= (uint8_t)(OVER_FIN << side);
	}
	if (pair->over & OVER_FIN << !side && pkt->tcp.flags & TCP_ACK &&
	    pkt->tcp.ack == pair->fin_end[!side])
		pair->over |= (uint8_t)(OVER_FIN_ACKED << !side);
}

bool
tcp_is_over(const struct tcp_pair *pair)
{
	uint8_t both = OVER_FIN_ACKED | OVER_FIN_ACKED << 1;

	return pair->over & OVER_RESET || (pair->over & both) == both;
}

void
tcp_fetch(const struct tcp *tcp, const struct packet *pkt)
{
	if (unlikely(pkt->tcp.flags & TCP_SYN) && pkt->tcp.flags & TCP_ACK)
		endpoint_fetch(&tcp->trails, pkt);
}

bool
tcp_next(struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, enum side side)
{
	static const struct reason none;

	if (!next_segment(&tcp->trails, pair, pkt, side))
		return false;
	if (pair->over != 0 || pkt->tcp.flags & TCP_FIN)
		watch_end(pair, pkt, side, &none);
	return true;
}

bool
tcp_open(
    struct tcp *tcp, struct tcp_pair *pair, const struct packet *syn, const struct packet *answer)
{
	if (!opening_segments(&tcp->trails, pair, syn, answer))
		return false;
	endpoint_answers(&tcp->trails, answer, span_ns(answer->ts_ns, syn->ts_ns));
	return true;
}

/* Since the other side's latest packet; -1 where it sent none. */
static int64_t
waited_ns(const struct trail_half *half, const struct packet *pkt)
{
	return half->last_index == 0 ? -1 : span_ns(pkt->ts_ns, half->last_ns);
}

struct verdict
tcp_segment(
    struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, const struct place *place)
{
	struct verdict verdict;
	enum side side = place->side;

	if (place->revived != NULL)
		mark_revive(&pair->mark, place->revived);
	verdict.marks = mark_segment(&pair->mark, pkt, place);
	if (verdict.marks != 0)
		count_marks(tcp, pair, verdict.marks);
	if ((pkt->tcp.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		endpoint_answers(&tcp->trails, pkt, waited_ns(&pair->trail.half[!side], pkt));
	verdict.reason = trail_segment(&tcp->trails, pair, pkt, side, verdict.marks);
	if (verdict.reason.cause == CAUSE_NO_LISTENER)
		endpoint_refuses(&tcp->trails, pkt);
	conn_segment(&pair->conn, pkt, side, verdict.marks);
	if (pair->over != 0 || pkt->tcp.flags & (TCP_FIN | TCP_RST))
		watch_end(pair, pkt, side, &verdict.reason);
	return verdict;
}

void
tcp_icmp(struct tcp *tcp, struct tcp_pair *pair, const struct packet *pkt, enum side quoted_side)
{
	(void)tcp;
	conn_icmp(&pair->conn, pkt, quoted_side);
}

bool
tcp_next_revision(struct tcp *tcp, struct revision *revision)
{
	return trails_next_revision(&tcp->trails, revision);
}
