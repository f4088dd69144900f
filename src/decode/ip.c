/*
 * IPv4, IPv6 and what may stand between them and the transport.
 */
#include "decode/decode_priv.h"

#include <string.h>

#define IPV4_BYTES 20
#define IPV6_BYTES 40

enum {
	IPV4_MORE = 0x2000,
	IPV4_OFFSET = 0x1fff,
	IPV4_LOOSE_ROUTE = 131,
	IPV4_STRICT_ROUTE = 137,
};

/* By protocol number; what is not here is DECODE_OTHER. */
static const uint8_t protocols[256] = {
	[PROTO_ICMP] = LAYER_ICMP,
	[2] = LAYER_IGMP,
	[4] = LAYER_IP,
	[PROTO_TCP] = LAYER_TCP,
	[PROTO_UDP] = LAYER_UDP,
	[41] = LAYER_IPV6,
	[47] = LAYER_GRE,
	[PROTO_ICMP6] = LAYER_ICMP6,
	[93] = LAYER_AX25,
	[97] = LAYER_ETHERIP,
	[103] = LAYER_PIM,
	[137] = LAYER_MPLS,
	[143] = LAYER_ETHERNET,
	/* Of the next header's kind: it can follow IPv6, or another of them. */
	[0] = LAYER_OPTIONS,
	[43] = LAYER_ROUTING,
	[44] = LAYER_FRAGMENT,
	[51] = LAYER_AH,
	[60] = LAYER_OPTIONS,
	[140] = LAYER_OPTIONS, /* Shim6 */
};

enum layer
walk_to_proto(struct walk *w, uint8_t number)
{
	enum layer layer = protocols[number];

	w->ip_proto = number;
	return layer == 0 ? walk_end(DECODE_OTHER) : layer;
}

/*
 * The length field says where the packet ends, before any padding. More than
 * the frame ever held happens too; then the rest is neither here nor cut off.
 */
static void
limit_to_packet(struct walk *w, size_t count)
{
	w->incomplete = count > walk_wire_bytes(w);
	w->pkt->bad_length |= w->incomplete;
	walk_limit(w, count);
}

/*
 * While a source route is not used up, the packet is under way to the last
 * address of it (RFC 791); that is the end that will answer.
 */
static void
read_ipv4_options(struct bytes b, struct tuple *tuple)
{
	while (bytes_left(&b) >= 2) {
		uint8_t kind = bytes_u8(&b);
		const uint8_t *value;
		uint8_t length;

		if (kind == 0)
			return;
		if (kind == 1)
			continue;
		length = bytes_u8(&b);
		if (length < 2)
			return;
		value = bytes_take(&b, length - 2u);
		if (value == NULL)
			return;
		if (kind != IPV4_LOOSE_ROUTE && kind != IPV4_STRICT_ROUTE)
			continue;
		/* The pointer counts from the option's first byte, as 1. */
		if (length >= 7 && value[0] <= length - 3)
			memcpy(tuple->dst, value + length - 2 - 4, 4);
	}
}

/* A fragment goes to wait for the others, and comes back as the whole datagram. */
static enum layer
reassemble(struct walk *w, const struct fragment *fragment)
{
	struct whole whole;
	enum decoded answer;

	/* The capture did not keep all of it: what it has of the headers must do. */
	if (w->missing_bytes > 0 || w->incomplete) {
		w->incomplete = true;
		w->pkt->fragments = 1;
		if (fragment->offset_bytes == 0)
			return walk_to_proto(w, fragment->proto);
		return walk_short(w);
	}
	if (w->reassembled == REASSEMBLIES_MAX)
		return walk_end(DECODE_MALFORMED);
	answer = fragments_add(w->fragments, w->pkt, fragment, w->b, w->reassembled, &whole);
	if (answer != DECODE_OK)
		return walk_end(answer);
	w->reassembled++;
	w->b = whole.b;
	w->pkt->fragments = whole.pieces > UINT8_MAX ? UINT8_MAX : (uint8_t)whole.pieces;
	return walk_to_proto(w, fragment->proto);
}

static enum layer
walk_ipv4(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, IPV4_BYTES);
	struct packet *pkt = w->pkt;
	unsigned header_bytes, total_bytes, place;

	if (h == NULL)
		return walk_short(w);
	header_bytes = (h[0] & 0x0fu) * 4;
	total_bytes = be16_at(h + 2);
	if (total_bytes == 0) /* too much for 16 bits: the card will split it */
		total_bytes = (unsigned)(walk_wire_bytes(w) + IPV4_BYTES);
	if (header_bytes < IPV4_BYTES || total_bytes < header_bytes)
		return walk_end(DECODE_MALFORMED);
	limit_to_packet(w, total_bytes - IPV4_BYTES);

	take_ipv4_header(pkt, h);
	if (header_bytes > IPV4_BYTES) {
		const uint8_t *options = bytes_take(&w->b, header_bytes - IPV4_BYTES);

		if (options == NULL)
			return walk_short(w);
		read_ipv4_options(bytes_of(options, header_bytes - IPV4_BYTES), &pkt->tuple);
	}
	place = be16_at(h + 6);
	if ((place & (IPV4_MORE | IPV4_OFFSET)) != 0) {
		struct fragment fragment = {
			.id = pkt->ip_id,
			.proto = h[9],
			.offset_bytes = (place & IPV4_OFFSET) * 8,
			.more = (place & IPV4_MORE) != 0,
		};
		return reassemble(w, &fragment);
	}
	return walk_to_proto(w, h[9]);
}

enum layer
walk_ipv6(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, IPV6_BYTES);
	struct packet *pkt = w->pkt;
	unsigned payload_bytes;

	if (h == NULL)
		return walk_short(w);
	if (h[0] >> 4 != 6)
		return walk_end(DECODE_MALFORMED);
	payload_bytes = be16_at(h + 4);
	w->incomplete = false;
	/* No length: a jumbogram tells it in an option, and the card may split it. */
	w->jumbo = payload_bytes == 0;
	if (!w->jumbo)
		limit_to_packet(w, payload_bytes);

	take_ipv6_header(pkt, h);
	return walk_to_proto(w, h[6]);
}

enum layer
walk_ip(struct walk *w)
{
	if (bytes_left(&w->b) == 0)
		return walk_short(w);
	switch (w->b.at[0] >> 4) {
	case 4:
		return walk_ipv4(w);
	case 6:
		return walk_ipv6(w);
	}
	return walk_end(DECODE_MALFORMED);
}

/* RFC 2675: the length of the whole payload, of which used bytes are behind us. */
static void
read_jumbo(struct walk *w, struct bytes options, size_t used)
{
	enum { PAD1 = 0, JUMBO = 0xc2 };

	while (bytes_left(&options) >= 2) {
		uint8_t kind = bytes_u8(&options);
		uint8_t length;

		if (kind == PAD1)
			continue;
		length = bytes_u8(&options);
		if (kind == JUMBO && length == 4) {
			uint32_t payload_bytes = bytes_u32(&options);

			if (payload_bytes >= used)
				limit_to_packet(w, payload_bytes - used);
			w->jumbo = false;
			return;
		}
		bytes_skip(&options, length);
	}
}

enum layer
walk_options(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 8);
	size_t more_bytes = h == NULL ? 0 : h[1] * 8u;

	if (h == NULL)
		return walk_short(w);
	bytes_skip(&w->b, more_bytes);
	if (w->b.overrun)
		return walk_short(w);
	if (w->jumbo && w->ip_proto == 0)
		read_jumbo(w, bytes_of(h + 2, 6 + more_bytes), 8 + more_bytes);
	return walk_to_proto(w, h[0]);
}

/*
 * While hops are left the packet is under way to another address than the one
 * in its header. Where the end of the way stands depends on the kind of route.
 */
enum layer
walk_routing(struct walk *w)
{
	enum { SOURCE_ROUTE = 0, HOME = 2, SEGMENTS = 4, ADDRESS_BYTES = 16 };
	const uint8_t *h = bytes_take(&w->b, 8);
	const uint8_t *route;
	size_t route_bytes = h == NULL ? 0 : h[1] * 8u;

	if (h == NULL)
		return walk_short(w);
	route = bytes_take(&w->b, route_bytes);
	if (route == NULL)
		return walk_short(w);
	if (h[3] != 0 && route_bytes >= ADDRESS_BYTES) {
		size_t last = (route_bytes / ADDRESS_BYTES - 1) * ADDRESS_BYTES;

		/* Segments stand in reverse (RFC 8754); a home is the only address. */
		if (h[2] == SOURCE_ROUTE)
			memcpy(w->pkt->tuple.dst, route + last, ADDRESS_BYTES);
		else if (h[2] == SEGMENTS || h[2] == HOME)
			memcpy(w->pkt->tuple.dst, route, ADDRESS_BYTES);
	}
	return walk_to_proto(w, h[0]);
}

enum layer
walk_fragment(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 8);
	struct fragment fragment;

	if (h == NULL)
		return walk_short(w);
	fragment = (struct fragment){
		.id = be32_at(h + 4),
		.proto = h[0],
		.offset_bytes = be16_at(h + 2) & 0xfff8u,
		.more = (h[3] & 1) != 0,
	};
	/* RFC 6946: a fragment header on something that is whole */
	if (fragment.offset_bytes == 0 && !fragment.more)
		return walk_to_proto(w, fragment.proto);
	return reassemble(w, &fragment);
}

/* RFC 4302: its length counts words of four bytes, and from minus two. */
enum layer
walk_ah(struct walk *w)
{
	uint8_t next = bytes_u8(&w->b);
	uint8_t words = bytes_u8(&w->b);

	bytes_skip(&w->b, words * 4u + 6);
	return w->b.overrun ? walk_short(w) : walk_to_proto(w, next);
}

/* RFC 3378: two bytes that say version 3, then Ethernet. */
enum layer
walk_etherip(struct walk *w)
{
	bytes_skip(&w->b, 2);
	return w->b.overrun ? walk_short(w) : LAYER_ETHERNET;
}

/* RFC 7761, 4.9.3: a multicast packet on its way to who distributes it, or word that none comes. */
enum layer
walk_pim(struct walk *w)
{
	enum { REGISTER = 0x21, IS_NULL = 0x40 };
	const uint8_t *h = bytes_take(&w->b, 8);

	if (h == NULL || h[0] != REGISTER || (h[4] & IS_NULL) != 0)
		return walk_end(DECODE_OTHER);
	return LAYER_IP;
}

/* The same of PIM's first version, which was a kind of IGMP. */
enum layer
walk_igmp(struct walk *w)
{
	enum { PIM = 0x14, REGISTER = 1 };
	const uint8_t *h = bytes_take(&w->b, 8);

	return h != NULL && h[0] == PIM && h[1] == REGISTER ? LAYER_IP : walk_end(DECODE_OTHER);
}
