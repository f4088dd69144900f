/*
 * What Juniper's routers write: a header of their own, and behind it the link's
 * or, in its place, the cookie by which a service card knows the flow.
 */
#include "decode/decode_priv.h"

#define LLC_UI        0x03
#define LLC_SNAP      0xaaaa03
#define LLC_OSI       0xfefe03
#define PROTO_ESP     50
#define ESP_BYTES     24 /* its header, and as much of which nothing is known */
#define ETHERNET_IPV4 0x0800

enum {
	MAGIC = 0x4d4743,
	FLAG_INBOUND = 0x01,
	FLAG_NO_LINK_HEADER = 0x02,
	FLAG_EXTENDED = 0x80,
};

/* The first byte of a cookie says how long it is. */
enum {
	COOKIE_LINK_SERVICES = 0x54, /* four bytes */
	COOKIE_APOLLO = 0x40,        /* eight */
	COOKIE_LSQ = 0x47,           /* eight */
	COOKIE_FROM_ENGINE = 0x03,   /* of its fifth: both bits of a direction */
};

static enum layer
to_protocol(struct walk *w, uint32_t number)
{
	static const struct next protocols[] = {
		{ 2, LAYER_IP, 0 },
		{ 3, LAYER_IP, 0 },
		{ 4, LAYER_MPLS, 0 },
		{ 5, LAYER_MPLS, 0 },
		{ 6, LAYER_IPV6, 0 },
		{ 7, LAYER_IPV6, 0 },
		{ 8, LAYER_MPLS, 0 },
		{ 10, LAYER_NLPID, 0 },
		{ 32, LAYER_MPLS, 0 },
		{ 33, LAYER_NLPID, 0 },
		{ 200, LAYER_PPP, 0 },
		{ 201, LAYER_NLPID, 0 },
		{ 202, LAYER_LLC, 0 },
		{ 203, LAYER_LLC, 0 },
		{ 204, LAYER_ETHERNET, 0 },
		{ 207, LAYER_FRAME_RELAY, 0 },
		{ 208, LAYER_CHDLC, 0 },
	};

	return w->b.overrun ? walk_short(w) : WALK_TO(w, protocols, number);
}

/* Bytes that may not be there, without a step towards them. */
static uint32_t
peek(const struct walk *w, size_t skip, unsigned count)
{
	struct bytes b = w->b;
	uint32_t value = 0;

	bytes_skip(&b, skip);
	while (count-- > 0)
		value = value << 8 | bytes_u8(&b);
	return value;
}

static enum layer
skip_to(struct walk *w, size_t count, enum layer layer)
{
	bytes_skip(&w->b, count);
	return w->b.overrun ? walk_short(w) : layer;
}

static bool
leads_to_ip_in_ppp(uint32_t number)
{
	return number == 0x0021 || number == 0x0057 || number == 0x003d || number == 0x0281 ||
	       number == 0x0283;
}

/* What the cookie of eight bytes says of the packet behind it. */
static enum layer
by_cookie(const struct walk *w, enum layer ipv4)
{
	switch (peek(w, 5, 1) >> 4) {
	case 0:
		return ipv4;
	case 1:
		return LAYER_IPV6;
	case 2:
		return LAYER_MPLS;
	case 3:
		return LAYER_NLPID;
	}
	return walk_end(DECODE_OTHER);
}

static bool
has_long_cookie(const struct walk *w)
{
	uint32_t first = peek(w, 0, 1);

	return first == COOKIE_APOLLO || first == COOKIE_LSQ;
}

static bool
is_from_engine(const struct walk *w)
{
	return (peek(w, 4, 1) & COOKIE_FROM_ENGINE) == COOKIE_FROM_ENGINE;
}

/* A bundle of PPP links, or one link of it. */
static enum layer
take_mlppp(struct walk *w, uint8_t flags)
{
	bool is_ppp = (flags & FLAG_INBOUND) != 0 && !is_from_engine(w);

	if (has_long_cookie(w))
		return skip_to(w, 8, by_cookie(w, is_ppp ? LAYER_PPP : LAYER_IP));
	if (peek(w, 0, 1) == COOKIE_LINK_SERVICES)
		return skip_to(w, 4, LAYER_PPP);
	if (peek(w, 0, 2) == PPP_ALL_HOSTS || !leads_to_ip_in_ppp(peek(w, 2, 2)))
		return LAYER_PPP;
	return skip_to(w, 2, LAYER_PPP);
}

/* Of Frame Relay links: before the packet's kind there may be LLC's control byte, and padding. */
static enum layer
take_mlfr(struct walk *w, uint8_t flags)
{
	uint32_t control;
	bool is_known;

	(void)flags;
	if (has_long_cookie(w)) {
		enum layer other = walk_end(DECODE_OTHER);
		enum layer layer = by_cookie(w, is_from_engine(w) ? other : LAYER_IP);

		bytes_skip(&w->b, 8);
		return layer == other && peek(w, 0, 1) == LLC_UI ? skip_to(w, 1, LAYER_NLPID)
								 : skip_to(w, 0, layer);
	}
	is_known = peek(w, 0, 1) == COOKIE_LINK_SERVICES;
	bytes_skip(&w->b, is_known ? 4 : 2);
	control = peek(w, 0, 2);
	if (control == LLC_UI || control == LLC_UI << 8)
		return skip_to(w, 2, LAYER_NLPID);
	if (control >> 8 == LLC_UI)
		return skip_to(w, 1, LAYER_NLPID);
	return is_known ? LAYER_NLPID : walk_end(DECODE_OTHER);
}

/* Behind the cookie nothing says which of the many ways to carry packets over ATM it is. */
static enum layer
guess_atm(struct walk *w)
{
	uint32_t llc = peek(w, 0, 3);

	if (llc == LLC_SNAP || llc == LLC_OSI)
		return LAYER_LLC;
	if (llc >> 16 == LLC_UI)
		return skip_to(w, 1, LAYER_NLPID);
	if (llc >> 20 == 4 || llc >> 20 == 6)
		return LAYER_IP;
	return walk_end(DECODE_OTHER);
}

static enum layer
take_atm1(struct walk *w, uint8_t flags)
{
	enum { MANAGEMENT = 0x80 };
	uint8_t first = bytes_u8(&w->b);

	(void)flags;
	bytes_skip(&w->b, 3);
	if (w->b.overrun)
		return walk_short(w);
	return first == MANAGEMENT ? walk_end(DECODE_OTHER) : guess_atm(w);
}

static enum layer
take_atm2(struct walk *w, uint8_t flags)
{
	enum { MANAGEMENT = 0x70, GAP_COUNT = 0x3f };
	uint32_t upper = bytes_u32(&w->b);
	uint32_t lower = bytes_u32(&w->b);
	enum layer layer;

	if (w->b.overrun)
		return walk_short(w);
	if (lower & MANAGEMENT)
		return walk_end(DECODE_OTHER);
	layer = guess_atm(w);
	if (layer == LAYER_LLC)
		return layer;
	if ((flags & FLAG_INBOUND) == 0 && (upper & GAP_COUNT) != 0)
		return LAYER_ETHERNET;
	return leads_to_ip_in_ppp(peek(w, 0, 2)) ? LAYER_PPP : layer;
}

static enum layer
take_ggsn(struct walk *w, uint8_t flags)
{
	uint16_t number = bytes_le16(&w->b);

	(void)flags;
	bytes_skip(&w->b, 2);
	return to_protocol(w, number);
}

static enum layer
take_services(struct walk *w, uint8_t flags)
{
	return skip_to(w, flags & FLAG_INBOUND ? 16 : 12, LAYER_IP);
}

/* A tunnel's packet, decrypted, behind the headers that it came in. */
static enum layer
take_secure_tunnel(struct walk *w, uint8_t flags)
{
	const uint8_t *h = bytes_take(&w->b, 14 + 20);

	(void)flags;
	if (h == NULL)
		return walk_short(w);
	if (be16_at(h + 12) != ETHERNET_IPV4 || h[14 + 9] != PROTO_ESP || (h[14] & 0x0f) < 5)
		return walk_end(DECODE_OTHER);
	return skip_to(w, ((h[14] & 0x0f) - 5u) * 4 + ESP_BYTES, LAYER_IP);
}

static const struct card {
	uint16_t link;
	uint8_t layer; /* where it is always the same, behind skip_bytes nobody reads */
	uint8_t skip_bytes;
	enum layer (*take)(struct walk *w, uint8_t flags);
} cards[] = {
	{ 130, 0, 0, take_mlppp },
	{ 131, 0, 0, take_mlfr },
	{ 133, 0, 0, take_ggsn },
	{ 135, 0, 0, take_atm2 },
	{ 136, 0, 0, take_services },
	{ 137, 0, 0, take_atm1 },
	{ 167, LAYER_ETHERNET, 0, NULL }, /* PPPoE */
	{ 178, LAYER_ETHERNET, 0, NULL },
	{ 179, LAYER_PPP, 2, NULL },
	{ 180, LAYER_FRAME_RELAY, 0, NULL },
	{ 181, LAYER_CHDLC, 0, NULL },
	{ 183, LAYER_IP, 18, NULL }, /* voice */
	{ 200, 0, 0, take_secure_tunnel },
};

static enum layer
take_card(struct walk *w, uint8_t flags)
{
	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		const struct card *card = &cards[i];

		if (card->link == w->link)
			return card->take != NULL
				   ? card->take(w, flags)
				   : skip_to(w, card->skip_bytes, (enum layer)card->layer);
	}
	return walk_end(DECODE_LINK);
}

/* Old releases had no header: then the link's own is the first. */
enum layer
walk_juniper(struct walk *w)
{
	uint32_t first = peek(w, 0, 4);
	uint8_t flags = (uint8_t)first;

	if (first >> 8 != MAGIC)
		return take_card(w, flags);
	bytes_skip(&w->b, 4);
	if (flags & FLAG_EXTENDED)
		bytes_skip(&w->b, bytes_u16(&w->b));
	if (flags & FLAG_NO_LINK_HEADER)
		return to_protocol(w, bytes_le32(&w->b));
	return w->b.overrun ? walk_short(w) : take_card(w, flags);
}

/* Of a virtual network: items that say their length, the last of them 255. */
enum layer
walk_juniper_network(struct walk *w)
{
	enum { LAST = 255, KNOWN = 4 };
	uint8_t type;

	do {
		type = bytes_u8(&w->b);
		bytes_skip(&w->b, bytes_u8(&w->b));
	} while (type >= 1 && type <= KNOWN && !w->b.overrun);
	if (w->b.overrun)
		return walk_short(w);
	return type == LAST ? LAYER_ETHERNET : walk_end(DECODE_OTHER);
}
