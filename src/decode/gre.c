/*
 * GRE (RFC 2784, RFC 2890; PPTP's of RFC 2637), and ERSPAN within it.
 */
#include "decode/decode_priv.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* of PPTP */
	GRE_PPP = 0x880b,
	GRE_ERSPAN = 0x88be,
	GRE_WCCP = 0x883e,
	GRE_WIFI_FIRST = 0x8200, /* Aruba's: which of 24 queues it went through */
	GRE_WIFI_LAST = 0x8370,
};

enum layer
walk_to_gre(struct walk *w, uint16_t number)
{
	static const struct next protocols[] = {
		{ 0x0800, LAYER_IP, 0 },
		{ 0x86dd, LAYER_IPV6, 0 },
		{ 0x6558, LAYER_ETHERNET, 0 },
		{ 0x6400, LAYER_ETHERNET, 0 }, /* MikroTik's EoIP: length and tunnel as the key */
		{ GRE_ERSPAN, LAYER_ERSPAN, 0 },
		{ 0x22eb, LAYER_ERSPAN, 0 },
		{ GRE_PPP, LAYER_PPP, 0 },
		{ 0x8847, LAYER_MPLS, 0 },
		{ 0x8848, LAYER_MPLS, 0 },
		{ GRE_WCCP, LAYER_IP, 0 },
		{ 0x894f, LAYER_NSH, 0 },
		{ 0x6559, LAYER_FRAME_RELAY, 0 },
		{ 0x00fe, LAYER_NLPID, 0 },
	};

	if (number >= GRE_WIFI_FIRST && number <= GRE_WIFI_LAST && (number & 0x0f) == 0)
		return LAYER_WIFI;
	return WALK_TO(w, protocols, number);
}

/* RFC 1701's list of source routes: an empty one ends it. */
static void
skip_routes(struct bytes *b)
{
	uint8_t length;
	uint16_t family;

	do {
		family = bytes_u16(b);
		bytes_skip(b, 1);
		length = bytes_u8(b);
		bytes_skip(b, length);
	} while ((family != 0 || length != 0) && !b->overrun);
}

enum layer
walk_gre(struct walk *w)
{
	uint16_t flags = bytes_u16(&w->b);
	uint16_t protocol = bytes_u16(&w->b);

	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		bytes_skip(&w->b, 4);
	if (flags & GRE_KEY)
		bytes_skip(&w->b, 4);
	if (flags & GRE_SEQUENCE)
		bytes_skip(&w->b, 4);
	if ((flags & GRE_ACK) != 0 && protocol == GRE_PPP)
		bytes_skip(&w->b, 4);
	if (flags & GRE_ROUTING)
		skip_routes(&w->b);
	/* WCCP's second version put four bytes before the packet. */
	if (protocol == GRE_WCCP && bytes_left(&w->b) > 0 && w->b.at[0] >> 4 != 4)
		bytes_skip(&w->b, 4);
	if (w->b.overrun)
		return walk_short(w);
	/* ERSPAN's first type has no header; a sequence number tells the second. */
	if (protocol == GRE_ERSPAN && (flags & GRE_SEQUENCE) == 0)
		return LAYER_ETHERNET;
	return walk_to_gre(w, protocol);
}

/* draft-foschiano-erspan: version 1 is "type II", version 2 "type III". */
enum layer
walk_erspan(struct walk *w)
{
	enum { FRAME_TYPE = 0x7c00, SUBHEADER = 1 };
	struct bytes peek = w->b;
	unsigned version = bytes_u8(&peek) >> 4;
	uint16_t flags;

	if (version == 1) {
		bytes_skip(&w->b, 8);
		return w->b.overrun ? walk_short(w) : LAYER_ETHERNET;
	}
	if (version != 2)
		return peek.overrun ? walk_short(w) : walk_end(DECODE_OTHER);
	bytes_skip(&w->b, 10);
	flags = bytes_u16(&w->b);
	if (flags & SUBHEADER)
		bytes_skip(&w->b, 8);
	if (w->b.overrun)
		return walk_short(w);
	return flags & FRAME_TYPE ? walk_end(DECODE_OTHER) : LAYER_ETHERNET;
}
