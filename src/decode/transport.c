/*
 * TCP and UDP.
 */

#include "base/hint.h"
#include "decode/decode_priv.h"

#define TCP_BYTES 20
#define UDP_BYTES 8u

enum {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WSCALE = 3,
	KIND_SACK_PERMITTED = 4,
	KIND_SACK = 5,
	KIND_TIMESTAMPS = 8,
	KIND_MPTCP = 30,
	KIND_FAST_OPEN = 34,
	KIND_EXPERIMENT_1 = 253,
	KIND_EXPERIMENT_2 = 254,
	FAST_OPEN_MAGIC = 0xf989, /* RFC 7413 before it was one */
};

static void
read_sack(struct bytes b, struct packet *pkt)
{
	unsigned count = 0;

	for (; bytes_left(&b) >= 8 && count < TCP_SACK_MAX; count++) {
		pkt->sack_left[count] = bytes_u32(&b);
		pkt->sack_right[count] = bytes_u32(&b);
	}
	pkt->tcp.sack_count = (uint8_t)count;
}

/* One option's value. False where its length is not what its kind has. */
static bool
read_option(uint8_t kind, struct bytes b, struct packet *pkt)
{
	struct tcp_header *tcp = &pkt->tcp;
	size_t count = bytes_left(&b);

	switch (kind) {
	case KIND_MSS:
		if (count != 2)
			return false;
		tcp->mss = bytes_u16(&b);
		tcp->options |= OPT_MSS;
		break;
	case KIND_WSCALE:
		if (count != 1)
			return false;
		tcp->wscale = bytes_u8(&b);
		tcp->options |= OPT_WSCALE;
		break;
	case KIND_SACK_PERMITTED:
		if (count != 0)
			return false;
		tcp->options |= OPT_SACK_PERMITTED;
		break;
	case KIND_SACK:
		if (count == 0 || count % 8 != 0)
			return false;
		read_sack(b, pkt);
		tcp->options |= OPT_SACK;
		break;
	case KIND_TIMESTAMPS:
		if (count != 8)
			return false;
		tcp->ts_value = bytes_u32(&b);
		tcp->ts_echo = bytes_u32(&b);
		tcp->options |= OPT_TIMESTAMPS;
		break;
	case KIND_MPTCP:
		if (count == 0)
			return false;
		tcp->mptcp |= (uint8_t)(1u << (bytes_u8(&b) >> 4));
		tcp->options |= OPT_MPTCP;
		break;
	case KIND_FAST_OPEN:
		tcp->fast_open_bytes = (uint8_t)count;
		tcp->options |= OPT_FAST_OPEN;
		break;
	case KIND_EXPERIMENT_1:
	case KIND_EXPERIMENT_2:
		if (bytes_u16(&b) == FAST_OPEN_MAGIC && !b.overrun) {
			tcp->fast_open_bytes = (uint8_t)(count - 2);
			tcp->options |= OPT_FAST_OPEN;
		}
		break;
	}
	return true;
}

SELDOM void
take_odd_tcp_options(struct bytes b, struct packet *pkt, bool cut)
{
	while (bytes_left(&b) > 0) {
		uint8_t kind = bytes_u8(&b);
		uint8_t length;
		const uint8_t *value;

		if (kind == KIND_END)
			return;
		if (kind == KIND_NOP)
			continue;
		length = bytes_u8(&b);
		value = length < 2 ? NULL : bytes_take(&b, length - 2u);
		if (b.overrun && cut)
			return;
		if (value == NULL || !read_option(kind, bytes_of(value, length - 2u), pkt)) {
			pkt->tcp.options |= OPT_BAD;
			if (value == NULL)
				return;
		}
	}
}

enum layer
walk_tcp(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, TCP_BYTES);
	struct packet *pkt = w->pkt;
	size_t header_bytes, options_bytes;

	if (h == NULL)
		return walk_short(w);
	header_bytes = (h[12] >> 4) * 4u;
	options_bytes = header_bytes - TCP_BYTES;
	if (header_bytes < TCP_BYTES || options_bytes > walk_wire_bytes(w))
		return walk_end(DECODE_MALFORMED);

	take_tcp_header(pkt, h);
	if (options_bytes > 0) {
		size_t captured = bytes_left(&w->b);
		bool cut = captured < options_bytes;
		size_t count = cut ? captured : options_bytes;
		const uint8_t *options = bytes_take(&w->b, count);

		/* Of a header that was cut the rest is missing, and is not payload. */
		if (cut) {
			w->missing_bytes -= options_bytes - captured;
			w->incomplete = true;
		}
		take_tcp_options(pkt, options, count, cut);
	}
	walk_to_payload(w, h, pkt->tcp.checksum);
	return walk_end(DECODE_OK);
}

enum layer
walk_udp(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, UDP_BYTES);
	struct packet *pkt = w->pkt;
	uint16_t length, checksum;
	enum layer tunnel;

	if (h == NULL)
		return walk_short(w);
	pkt->tuple.sport = be16_at(h);
	pkt->tuple.dport = be16_at(h + 2);
	pkt->tuple.proto = PROTO_UDP;
	pkt->tcp = (struct tcp_header){ 0 };
	length = be16_at(h + 4);
	checksum = be16_at(h + 6);
	if (length >= UDP_BYTES) {
		bool is_more = length - UDP_BYTES > walk_wire_bytes(w);

		/* of a datagram that is not all there, it may well promise more */
		pkt->bad_length |= is_more && !w->incomplete;
		w->incomplete = is_more;
		walk_limit(w, length - UDP_BYTES);
	} else if (length != 0 || pkt->tuple.ip_version == 4) {
		/* It cannot be, so the packet's own end is taken; 0 is a jumbogram's. */
		w->incomplete = pkt->bad_length = true;
	}
	walk_to_payload(w, h, checksum);
	if (checksum == 0 && pkt->tuple.ip_version == 4)
		pkt->checksum = CHECKSUM_UNKNOWN; /* the sender did without */
	if (w->incomplete && length < UDP_BYTES)
		return walk_end(DECODE_OK);

	tunnel = walk_to_tunnel(w, pkt->tuple.sport, pkt->tuple.dport);
	if (tunnel <= LAYER_END)
		return walk_end(DECODE_OK);
	w->outer = *pkt;
	w->has_outer = true;
	return tunnel;
}
