/*
 * Which flows are worth a look, and why. Every reason is one that the flow's
 * row alone shows; what is the largest of its kind is found by the tally.
 */
#include "report/report_priv.h"

/* Of the packets of a flow, and at least so many: less is what any network does. */
#define RESENT_PERCENT 3
#define RESENT_MIN     2

/* A SYN that is lost comes again after a second (RFC 6298, 2.1). */
#define SLOW_HANDSHAKE_NS SECOND_NS

const struct worth_row worth_rows[WORTH_COUNT] = {
#define WORTH(id, weight, sentence) [WORTH_##id] = { weight, sentence },
#include "report/worth.def"
#undef WORTH
};

static bool
is_queue_full(const struct flow_row *row)
{
	return row->conn.reason.cause == CAUSE_ACCEPT_QUEUE_FULL ||
	       row->conn.reason.cause == CAUSE_OVERFLOW_ABORT ||
	       row->conn.reason.cause == CAUSE_SYN_DROPPED;
}

static bool
is_timeout(const struct flow_row *row)
{
	return row->conn.close == CLOSE_TIMEOUT && row->conn.open != OPEN_UNANSWERED;
}

static bool
is_reset_by_server(const struct flow_row *row)
{
	return row->conn.close == CLOSE_RESET_BY_SERVER && row->conn.open != OPEN_REFUSED;
}

static bool
is_reset_by_client(const struct flow_row *row)
{
	return row->conn.close == CLOSE_RESET_BY_CLIENT;
}

static bool
has_zero_window(const struct flow_row *row)
{
	return row->mark_counts[MARK_ZERO_WINDOW] > 0;
}

static bool
is_half_open(const struct flow_row *row)
{
	return row->conn.open == OPEN_HALF_OPEN;
}

static bool
is_refused(const struct flow_row *row)
{
	return row->conn.open == OPEN_REFUSED;
}

static bool
is_unreachable(const struct flow_row *row)
{
	return row->conn.connect == CONNECT_EHOSTUNREACH;
}

static bool
is_unanswered(const struct flow_row *row)
{
	return row->conn.open == OPEN_UNANSWERED && !is_unreachable(row);
}

static bool
is_resent(const struct flow_row *row)
{
	uint64_t packets = (uint64_t)row->packets[0] + row->packets[1];

	return row->retransmissions >= RESENT_MIN &&
	       (uint64_t)row->retransmissions * 100 >= packets * RESENT_PERCENT;
}

static bool
is_slow(const struct flow_row *row)
{
	return row->conn.handshake_ns >= SLOW_HANDSHAKE_NS;
}

static bool
is_lost(const struct flow_row *row)
{
	return row->mark_counts[MARK_ACK_LOST_SEGMENT] > 0;
}

static bool
is_reused(const struct flow_row *row)
{
	return row->mark_counts[MARK_PORT_REUSED] > 0;
}

static bool
is_rare(const struct flow_row *row)
{
	return row->conn.open == OPEN_SIMULTANEOUS || row->conn.open == OPEN_FAST_OPEN;
}

static bool (*const holds[WORTH_COUNT])(const struct flow_row *row) = {
	[WORTH_QUEUE_FULL] = is_queue_full,
	[WORTH_TIMEOUT] = is_timeout,
	[WORTH_RESET_BY_SERVER] = is_reset_by_server,
	[WORTH_RESET_BY_CLIENT] = is_reset_by_client,
	[WORTH_ZERO_WINDOW] = has_zero_window,
	[WORTH_HALF_OPEN] = is_half_open,
	[WORTH_REFUSED] = is_refused,
	[WORTH_UNREACHABLE] = is_unreachable,
	[WORTH_UNANSWERED] = is_unanswered,
	[WORTH_RESENT] = is_resent,
	[WORTH_SLOW_HANDSHAKE] = is_slow,
	[WORTH_LOST] = is_lost,
	[WORTH_PORT_REUSED] = is_reused,
	[WORTH_RARE_OPEN] = is_rare,
};

uint32_t
worth_reasons(const struct flow_row *row)
{
	uint32_t reasons = 0;

	if (!row->is_tcp)
		return 0;
	for (int i = 0; i < WORTH_COUNT; i++)
		if (holds[i] != NULL && holds[i](row))
			reasons |= UINT32_C(1) << i;
	return reasons;
}

unsigned
worth_weight(uint32_t reasons)
{
	unsigned weight = 0;

	for (int i = 0; i < WORTH_COUNT; i++)
		if (reasons & UINT32_C(1) << i)
			weight += worth_rows[i].weight;
	return weight;
}
