/*
 * The numbers of one end as Zeek takes them, and the holes in its bytes. What
 * is approximate: of several holes at once only the first is followed, and
 * when it closes the others are forgotten; Zeek keeps the bytes themselves.
 */
#include "tcp/conn_priv.h"

#include "base/seq.h"

/* Zeek does not believe the number of a SYN or RST that is further off than this. */
#define TRUSTED_JUMP (1 << 20)

/* Zeek leaves the bytes of a RST out of it. */
static uint32_t
end_of(const struct packet *pkt)
{
	uint16_t flags = pkt->tcp.flags;

	return pkt->tcp.seq + (flags & TCP_RST ? 0 : pkt->payload_bytes) +
	       ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

void
half_start(struct conn_half *half, uint32_t syn, uint32_t end)
{
	if (syn != half->start || half->state == ZEEK_INACTIVE) {
		half->next = syn + 1;
		half->holes = 0;
	}
	half->start = syn;
	half->end = end;
}

void
half_learn_start(struct conn_half *half, const struct packet *pkt)
{
	uint32_t seq = pkt->tcp.seq;
	bool again;

	if (!(pkt->tcp.flags & TCP_SYN)) {
		if (half->state == ZEEK_INACTIVE)
			half_start(half, seq - 1, seq);
		return;
	}
	switch (half->state) {
	case ZEEK_SYN_SENT:
	case ZEEK_SYN_ACK_SENT:
		again = seq != half->start;
		break;
	case ZEEK_CLOSED:
		again = false;
		break;
	case ZEEK_RESET:
		again = half->prev_state == ZEEK_INACTIVE;
		break;
	default:
		again = true;
	}
	if (again)
		half_start(half, seq, end_of(pkt));
}

bool
half_move_end(struct conn_half *half, const struct packet *pkt)
{
	uint32_t end = end_of(pkt);
	int32_t ahead = seq_diff(end, half->end);

	if (pkt->tcp.flags & (TCP_SYN | TCP_RST) && (ahead > TRUSTED_JUMP || ahead < -TRUSTED_JUMP))
		return false;
	if (pkt->tcp.flags & TCP_FIN && half->end == half->start + 1) {
		half->end = end; /* all in between is missing, so it may lie 2 GB ahead */
		return false;
	}
	if (half->state == ZEEK_RESET)
		return false;
	if (ahead > 0) {
		half->end = end;
		return false;
	}
	return pkt->payload_bytes > 0;
}

/* Zeek does nothing with a payload that the capture cut short: the bytes are missing. */
static bool
has_whole_payload(const struct packet *pkt)
{
	return pkt->payload_bytes > 0 && pkt->payload_captured >= pkt->payload_bytes &&
	       !(pkt->tcp.flags & TCP_RST);
}

void
half_fill(struct conn_half *half, const struct packet *pkt, uint32_t old_end)
{
	uint32_t seq = pkt->tcp.seq + ((pkt->tcp.flags & TCP_SYN) != 0);
	uint32_t end = seq + pkt->payload_bytes;

	if (!has_whole_payload(pkt))
		return;
	if (seq_le(seq, half->next)) {
		if (seq_gt(end, half->next))
			half->next = end;
		if (half->holes > 0 && seq_ge(half->next, half->hole_end)) {
			if (seq_gt(half->end, half->next))
				half->next = half->end; /* holes behind it are forgotten */
			half->holes = 0;
		}
	} else if (half->holes == 0) {
		half->hole_end = seq;
		half->holes = 1;
	} else if (half->holes < UINT8_MAX && seq_lt(seq, half->hole_end)) {
		half->holes += seq_lt(end, half->hole_end);
		half->hole_end = seq;
	} else if (half->holes < UINT8_MAX && seq_gt(seq, old_end)) {
		half->holes++;
	}
}

unsigned
half_give_up(struct conn_half *half, uint32_t ack)
{
	unsigned count = 1;

	if (half->holes > 0 && seq_ge(ack, half->hole_end)) {
		bool beyond = seq_gt(ack, half->end);

		if (seq_ge(ack, half->end - 1))
			count = half->holes + beyond;
		half->next = beyond ? ack : half->end;
		half->holes = 0;
		return count;
	}
	half->next = ack;
	return count;
}
