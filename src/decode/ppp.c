/*
 * What serial lines carry: PPP, Cisco's HDLC, Frame Relay, GFP; and radio, AX.25.
 */
#include "decode/decode_priv.h"

#define CHDLC_UNICAST   0x0f00
#define CHDLC_MULTICAST 0x8f00
#define UI              0x03

enum layer
walk_pppoe(struct walk *w)
{
	uint16_t length;

	bytes_skip(&w->b, 4);
	length = bytes_u16(&w->b);
	if (w->b.overrun)
		return walk_short(w);
	walk_limit(w, length);
	return LAYER_PPP;
}

/*
 * PPP as on a line or in a tunnel: the address and control bytes may be left
 * out, and the upper byte of the protocol too (RFC 1661, 6.5 and 6.6).
 */
enum layer
walk_ppp(struct walk *w)
{
	static const struct next protocols[] = {
		{ 0x0021, LAYER_IP, 0 },
		{ 0x0057, LAYER_IPV6, 0 },
		{ 0x0281, LAYER_MPLS, 0 },
		{ 0x0283, LAYER_MPLS, 0 },
		{ 0x0800, LAYER_IP, 0 },
		{ 0x86dd, LAYER_IPV6, 0 },
		{ 0x003d, LAYER_MULTILINK, 0 },
		{ 0x0031, LAYER_BRIDGED, 0 },
		{ 0x004b, LAYER_LLC, 0 },
	};
	struct bytes peek = w->b;
	uint16_t first = bytes_u16(&peek);
	uint16_t number;

	if (first == CHDLC_UNICAST || first == CHDLC_MULTICAST)
		return LAYER_CHDLC;
	if (first == PPP_ALL_HOSTS)
		w->b = peek;
	number = bytes_u8(&w->b);
	if ((number & 1) == 0)
		number = (uint16_t)(number << 8 | bytes_u8(&w->b));
	return w->b.overrun ? walk_short(w) : WALK_TO(w, protocols, number);
}

/* RFC 1990, 3: a fragment that is both the first and the last is a whole packet. */
enum layer
walk_multilink(struct walk *w)
{
	uint32_t header = bytes_u32(&w->b);

	if (w->b.overrun)
		return walk_short(w);
	return header >> 30 == 3 ? LAYER_PPP : walk_end(DECODE_OTHER);
}

/* RFC 3518, 4.2: a bridge's frame, of Ethernet. */
enum layer
walk_bridged(struct walk *w)
{
	enum { HAS_LAN_ID = 0x40, IS_CONTROL = 0x10, KIND_ETHERNET = 1 };
	uint8_t flags = bytes_u8(&w->b);
	uint8_t kind = bytes_u8(&w->b);

	if (flags & HAS_LAN_ID)
		bytes_skip(&w->b, 4);
	if (w->b.overrun)
		return walk_short(w);
	return (flags & IS_CONTROL) == 0 && kind == KIND_ETHERNET ? LAYER_ETHERNET
								  : walk_end(DECODE_OTHER);
}

/* ITU-T G.7041: what is carried stands in a second header, that may be extended. */
enum layer
walk_gfp(struct walk *w)
{
	enum { CORE = 4, CLIENT = 0, LINEAR = 1 };
	static const struct next payloads[] = {
		{ 1, LAYER_ETHERNET, 0 },
		{ 2, LAYER_PPP, 0 },
		{ 12, LAYER_MPLS, 0 },
		{ 13, LAYER_MPLS, 0 },
		{ 16, LAYER_IP, 0 },
		{ 17, LAYER_IPV6, 0 },
	};
	const uint8_t *h = bytes_take(&w->b, CORE + 4);
	uint8_t kind = h == NULL ? 0 : h[CORE];

	if ((kind & 0x0f) == LINEAR)
		bytes_skip(&w->b, 4);
	if (w->b.overrun)
		return walk_short(w);
	return kind >> 5 == CLIENT ? WALK_TO(w, payloads, h[CORE + 1]) : walk_end(DECODE_OTHER);
}

/* Addresses of seven bytes, the last of which is odd; then information, numbered or not. */
enum layer
walk_ax25(struct walk *w)
{
	enum { ADDRESS_BYTES = 7, ADDRESSES_MAX = 10, POLL = 0x10 };
	static const struct next protocols[] = { { 0xcc, LAYER_IP, 0 } };
	const uint8_t *address;
	unsigned count = 0;
	uint8_t control, number;

	do {
		address = bytes_take(&w->b, ADDRESS_BYTES);
	} while (
	    address != NULL && (address[ADDRESS_BYTES - 1] & 1) == 0 && ++count < ADDRESSES_MAX);
	control = bytes_u8(&w->b);
	number = bytes_u8(&w->b);
	if (w->b.overrun)
		return walk_short(w);
	if ((control & 1) != 0 && (control & ~POLL) != UI)
		return walk_end(DECODE_OTHER);
	return WALK_TO(w, protocols, number);
}

enum layer
walk_chdlc(struct walk *w)
{
	static const struct next protocols[] = {
		{ 0x0800, LAYER_IP, 0 },
		{ 0x86dd, LAYER_IPV6, 0 },
		{ 0x8847, LAYER_MPLS, 0 },
		{ 0x8848, LAYER_MPLS, 0 },
		{ 0x6558, LAYER_ETHERNET, 0 },
		{ 0xfefe, LAYER_NLPID, 1 },
	};
	uint16_t number;

	bytes_skip(&w->b, 2);
	number = bytes_u16(&w->b);
	return w->b.overrun ? walk_short(w) : WALK_TO(w, protocols, number);
}

/* RFC 2427, after an address of two to four bytes; or, as Cisco's, an Ethernet type. */
enum layer
walk_frame_relay(struct walk *w)
{
	struct bytes peek;
	uint8_t address;
	unsigned count = 0;

	do {
		address = bytes_u8(&w->b);
	} while ((address & 1) == 0 && ++count < 4 && !w->b.overrun);
	peek = w->b;
	if (bytes_u8(&peek) != UI)
		return LAYER_TYPE;
	w->b = peek;
	return w->b.overrun ? walk_short(w) : LAYER_NLPID;
}

enum layer
walk_nlpid(struct walk *w)
{
	static const struct next protocols[] = {
		{ 0xcc, LAYER_IP, 0 },
		{ 0x8e, LAYER_IPV6, 0 },
		{ 0xcf, LAYER_PPP, 0 },
		{ 0x80, LAYER_SNAP, 0 },
	};
	uint8_t number = bytes_u8(&w->b);

	if (number == 0) /* padding, so that what follows is aligned */
		number = bytes_u8(&w->b);
	return w->b.overrun ? walk_short(w) : WALK_TO(w, protocols, number);
}
