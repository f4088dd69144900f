/*
 * Tunnels in UDP, found by their registered ports on either side.
 */
#include "decode/decode_priv.h"

static const struct next ports[] = {
	{ 4789, LAYER_ETHERNET, 8 }, /* VXLAN: flags that nobody minds, and a network */
	{ 2152, LAYER_GTP, 0 },
	{ 6081, LAYER_GENEVE, 0 },
	{ 4790, LAYER_VXLAN_GPE, 0 },
	{ 3544, LAYER_TEREDO, 0 },
	{ 1701, LAYER_L2TP, 0 },
	{ 4754, LAYER_GRE, 0 },
	{ 6635, LAYER_MPLS, 0 },
	{ 4341, LAYER_IP, 8 }, /* LISP */
	{ 2123, LAYER_GTP, 0 },
	{ 3386, LAYER_GTP, 0 },
	{ 5247, LAYER_CAPWAP, 0 },
	{ 37008, LAYER_TZSP, 0 },
	{ 5072, LAYER_AYIYA, 0 },
	{ 2268, LAYER_AMT, 0 },
	{ 4342, LAYER_LISP_CONTROL, 0 },
	{ 434, LAYER_MOBILE_IP, 0 },
	{ 30030, LAYER_JMIRROR, 8 }, /* who is listened to, and since when */
	{ 12222, LAYER_LWAPP, 0 },
};

/* Services that a client may well ask from one of these ports. */
static const uint16_t services[] = { 53, 67, 68, 69, 111, 123, 137, 138, 389, 500, 514, 520, 521,
	546, 547, 1194, 1900, 3389 };

static bool
is_service(uint16_t port)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (port == services[i])
			return true;
	return false;
}

static const struct next *
find(uint16_t port)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (port == ports[i].number)
			return &ports[i];
	return NULL;
}

/* The lower port is more likely the service: a DNS answer to port 4789 is not VXLAN. */
enum layer
walk_to_tunnel(struct walk *w, uint16_t sport, uint16_t dport)
{
	uint16_t low = sport < dport ? sport : dport;
	uint16_t high = sport < dport ? dport : sport;
	const struct next *tunnel = find(low);

	if (tunnel == NULL) {
		tunnel = find(high);
		if (tunnel == NULL || is_service(low))
			return walk_end(DECODE_OTHER);
	}
	return walk_to(w, tunnel, 1, tunnel->number);
}

enum layer
walk_vxlan_gpe(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 8);

	return h == NULL ? walk_short(w) : walk_to_nsh_protocol(w, h[3]);
}

/* RFC 8926, 3.4. */
enum layer
walk_geneve(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 8);

	if (h == NULL)
		return walk_short(w);
	bytes_skip(&w->b, (h[0] & 0x3fu) * 4);
	return w->b.overrun ? walk_short(w) : walk_to_type(w, be16_at(h + 2));
}

/* 3GPP TS 29.281, 5.2: each extension header ends with the type of the next. */
static void
skip_gtp_extensions(struct bytes *b)
{
	uint8_t type = bytes_u8(b);

	while (type != 0 && !b->overrun) {
		unsigned words = bytes_u8(b);

		if (words == 0) {
			b->overrun = true;
			return;
		}
		bytes_skip(b, words * 4 - 2);
		type = bytes_u8(b);
	}
}

/* The user's packet is IP, or since 5G a frame of Ethernet. */
enum layer
walk_gtp(struct walk *w)
{
	enum { T_PDU = 255, GTP = 0x10, ANY_OPTION = 7, HAS_EXTENSION = 4 };
	uint8_t flags = bytes_u8(&w->b);
	uint8_t type = bytes_u8(&w->b);
	uint16_t length = bytes_u16(&w->b);
	unsigned version = flags >> 5;

	if (type != T_PDU || version > 1 || (flags & GTP) == 0)
		return walk_end(DECODE_OTHER);
	bytes_skip(&w->b, version == 0 ? 16 : 4);
	walk_limit(w, length);
	if (version == 1 && (flags & ANY_OPTION) != 0) {
		bytes_skip(&w->b, 3);
		if (flags & HAS_EXTENSION)
			skip_gtp_extensions(&w->b);
		else
			bytes_skip(&w->b, 1);
	}
	if (w->b.overrun || bytes_left(&w->b) == 0)
		return walk_short(w);
	return w->b.at[0] >> 4 == 4 || w->b.at[0] >> 4 == 6 ? LAYER_IP : LAYER_ETHERNET;
}

/* RFC 4380, 5.1.1: who vouches for the packet, and where it was seen to come from. */
enum layer
walk_teredo(struct walk *w)
{
	enum { ORIGIN = 0, AUTHENTICATION = 1, ORIGIN_BYTES = 8 };
	struct bytes peek = w->b;
	uint16_t indicator = bytes_u16(&peek);

	if (indicator == AUTHENTICATION) {
		unsigned id_bytes = bytes_u8(&peek);
		unsigned value_bytes = bytes_u8(&peek);

		bytes_skip(&peek, id_bytes + value_bytes + 9);
		w->b = peek;
		indicator = bytes_u16(&peek);
	}
	if (indicator == ORIGIN)
		bytes_skip(&w->b, ORIGIN_BYTES);
	return w->b.overrun ? walk_short(w) : LAYER_IPV6;
}

/* RFC 2661, 3.1: data messages of version 2 carry PPP. */
enum layer
walk_l2tp(struct walk *w)
{
	enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200 };
	uint16_t flags = bytes_u16(&w->b);

	if ((flags & CONTROL) != 0 || (flags & 0x0f) != 2)
		return walk_end(DECODE_OTHER);
	if (flags & LENGTH) {
		uint16_t length = bytes_u16(&w->b);

		walk_limit(w, length < 4 ? 0 : length - 4u);
	}
	bytes_skip(&w->b, 4);
	if (flags & SEQUENCE)
		bytes_skip(&w->b, 4);
	if (flags & OFFSET)
		bytes_skip(&w->b, bytes_u16(&w->b));
	return w->b.overrun ? walk_short(w) : LAYER_PPP;
}

/* RFC 5415, 4.3: what a wireless access point hands its controller. */
enum layer
walk_capwap(struct walk *w)
{
	enum { NATIVE = 0x100, FRAGMENT = 0x80, KEEP_ALIVE = 0x08, BINDING_WIFI = 1 };
	uint32_t header = bytes_u32(&w->b);
	unsigned words = header >> 19 & 0x1f;

	if (w->b.overrun)
		return walk_short(w);
	if ((header >> 24) != 0 || (header & (FRAGMENT | KEEP_ALIVE)) != 0 || words < 2)
		return walk_end(DECODE_OTHER);
	bytes_skip(&w->b, words * 4 - 4);
	if (w->b.overrun)
		return walk_short(w);
	if ((header & NATIVE) == 0)
		return LAYER_ETHERNET;
	return (header >> 9 & 0x1f) == BINDING_WIFI ? LAYER_WIFI_SWAPPED : walk_end(DECODE_OTHER);
}

/* TaZmen sniffers: a capture sent on as it is made. Tags end with a 1. */
enum layer
walk_tzsp(struct walk *w)
{
	enum { TAG_PADDING = 0, TAG_END = 1, TYPE_RECEIVED = 0, TYPE_TRANSMIT = 1 };
	static const struct next protocols[] = {
		{ 1, LAYER_ETHERNET, 0 },
		{ 2, LAYER_TOKEN_RING, 0 },
		{ 4, LAYER_PPP, 0 },
		{ 5, LAYER_FDDI, 0 },
		{ 7, LAYER_RAW, 0 },
		{ 18, LAYER_WIFI, 0 },
		{ 119, LAYER_PRISM, 0 },
		{ 127, LAYER_AVS, 0 },
	};
	const uint8_t *h = bytes_take(&w->b, 4);
	uint8_t tag;

	if (h == NULL)
		return walk_short(w);
	if (h[1] != TYPE_RECEIVED && h[1] != TYPE_TRANSMIT)
		return walk_end(DECODE_OTHER);
	while ((tag = bytes_u8(&w->b)) != TAG_END && !w->b.overrun)
		if (tag != TAG_PADDING)
			bytes_skip(&w->b, bytes_u8(&w->b));
	return w->b.overrun ? walk_short(w) : WALK_TO(w, protocols, be16_at(h + 2));
}

/* draft-massar-v6ops-ayiya: IPv6 for those behind a NAT, once. */
enum layer
walk_ayiya(struct walk *w)
{
	enum { FORWARD = 1 };
	const uint8_t *h = bytes_take(&w->b, 8);

	if (h == NULL)
		return walk_short(w);
	bytes_skip(&w->b, (1u << (h[0] >> 4)) + (h[1] >> 4) * 4u);
	if (w->b.overrun)
		return walk_short(w);
	return (h[2] & 0x0f) == FORWARD ? walk_to_proto(w, h[3]) : walk_end(DECODE_OTHER);
}

/* Of a protocol's messages, one kind carries IP behind its type and the rest of its header. */
static enum layer
take_message(struct walk *w, uint8_t carrier, size_t rest_bytes)
{
	uint8_t type = bytes_u8(&w->b);

	bytes_skip(&w->b, rest_bytes);
	if (w->b.overrun)
		return walk_short(w);
	return type == carrier ? LAYER_IP : walk_end(DECODE_OTHER);
}

/* RFC 7450, 5.1.6: multicast for those whose network has none. */
enum layer
walk_amt(struct walk *w)
{
	enum { MULTICAST_DATA = 6 };

	return take_message(w, MULTICAST_DATA, 1);
}

/* RFC 9301, 4.8: a control message on its way through the other end's router. */
enum layer
walk_lisp_control(struct walk *w)
{
	enum { ENCAPSULATED = 8, SECURED = 0x08 };
	uint8_t first = bytes_u8(&w->b);

	bytes_skip(&w->b, 3);
	if (w->b.overrun)
		return walk_short(w);
	return first >> 4 == ENCAPSULATED && (first & SECURED) == 0 ? LAYER_IP
								    : walk_end(DECODE_OTHER);
}

/* RFC 3519, 3.3: for those behind a NAT, data beside registrations. */
enum layer
walk_mobile_ip(struct walk *w)
{
	enum { TUNNEL_DATA = 4 };

	return take_message(w, TUNNEL_DATA, 3);
}

/* RFC 5412, 4.1: CAPWAP as it was before. */
enum layer
walk_lwapp(struct walk *w)
{
	enum { IS_CONTROL = 0x04, FRAGMENT = 0x02 };
	uint8_t flags = bytes_u8(&w->b);

	bytes_skip(&w->b, 5);
	if (w->b.overrun)
		return walk_short(w);
	return flags & (IS_CONTROL | FRAGMENT) ? walk_end(DECODE_OTHER) : LAYER_WIFI;
}

/* What Juniper's routers mirror for those who may listen: IP, or PPP. */
enum layer
walk_jmirror(struct walk *w)
{
	if (bytes_left(&w->b) == 0)
		return walk_short(w);
	return w->b.at[0] >> 4 == 4 || w->b.at[0] >> 4 == 6 ? LAYER_IP : LAYER_PPP;
}
