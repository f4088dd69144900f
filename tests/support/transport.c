#include "support/transport.h"

#include <string.h>

enum { OPTION_NOP = 1 };

static uint32_t
up_to_word(uint32_t bytes)
{
	return (bytes + 3) & ~3u;
}

bool
transport_option(struct transport *seg, const uint8_t *option, size_t bytes, bool aligned)
{
	uint32_t end = seg->option_bytes + (uint32_t)bytes;
	uint32_t nops = aligned ? up_to_word(end) - end : 0;

	if (end + nops > OPTIONS_MAX)
		return false;
	memset(seg->options + seg->option_bytes, OPTION_NOP, nops);
	memcpy(seg->options + seg->option_bytes + nops, option, bytes);
	seg->option_bytes = end + nops;
	return true;
}

static uint16_t
checksum(const struct frame_build *f, const struct transport *seg)
{
	size_t bytes = wire_bytes(&f->wire);
	uint32_t pseudo =
	    seg->proto == TRANSPORT_ICMP ? 0 : pseudo_sum(&f->ends, seg->proto, bytes);
	uint16_t good = sum_fold(pseudo + sum_bytes(f->wire.at, bytes)) ^ 0xffff;

	switch (seg->sum) {
	case SUM_ZERO:
		return 0;
	case SUM_PARTIAL:
		return sum_fold(pseudo);
	case SUM_BAD:
		return good ^ 0x5555;
	default:
		/* Zero would say that a datagram has none. */
		return good == 0 && seg->proto == TRANSPORT_UDP ? 0xffff : good;
	}
}

static void
put_tcp(struct frame_build *f, const struct transport *seg)
{
	uint32_t option_bytes = up_to_word(seg->option_bytes);
	uint32_t words =
	    seg->header_words >= 0 ? (uint32_t)seg->header_words : 5 + option_bytes / 4;
	uint8_t *header = wire_front(&f->wire, 20 + option_bytes);
	uint8_t *p = put32(put32(put16(put16(header, seg->sport), seg->dport), seg->seq), seg->ack);

	p = put16(put16(p, words << 12 | seg->flags), seg->window);
	p = put16(put16(p, 0), seg->urgent);
	put_bytes(p, seg->options, seg->option_bytes);
	put16(header + 16, checksum(f, seg));
}

static void
put_datagram(struct frame_build *f, const struct transport *seg)
{
	uint32_t bytes =
	    seg->claimed_bytes >= 0 ? (uint32_t)seg->claimed_bytes : 8 + seg->payload_bytes;
	uint8_t *header = wire_front(&f->wire, 8);

	put16(put16(put16(header, seg->sport), seg->dport), bytes);
	put16(header + 6, checksum(f, seg));
}

static void
put_icmp(struct frame_build *f, const struct transport *seg)
{
	uint8_t *header = wire_front(&f->wire, 8);

	put32(put8(put8(header, seg->icmp_type), seg->icmp_code) + 2, seg->icmp_rest);
	put16(header + 2, checksum(f, seg));
}

void
transport_put(struct frame_build *f, const struct transport *seg)
{
	put_bytes(wire_front(&f->wire, seg->payload_bytes), seg->payload, seg->payload_bytes);
	if (seg->proto == TRANSPORT_TCP)
		put_tcp(f, seg);
	else if (seg->proto == TRANSPORT_UDP)
		put_datagram(f, seg);
	else
		put_icmp(f, seg);
	f->ip_proto = seg->proto;
}
