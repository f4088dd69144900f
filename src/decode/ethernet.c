/*
 * Ethernet, what may stand between it and IP (tags, LLC), and what borrows its
 * type numbers.
 */
#include <string.h>

#include "decode/decode_priv.h"

#define LLC_UI   0x03
#define LLC_SNAP 0xaa

#define BRIDGED_PAD    2
#define ETHERTYPE_IPV4 0x0800

static const struct next types[] = {
	{ 0x86dd, LAYER_IPV6, 0 },
	{ 0x8100, LAYER_TYPE, 2 },
	{ 0x88a8, LAYER_TYPE, 2 },
	{ 0x9100, LAYER_TYPE, 2 },
	{ 0x8847, LAYER_MPLS, 0 },
	{ 0x8848, LAYER_MPLS, 0 },
	{ 0x8864, LAYER_PPPOE, 0 },
	{ 0x88e7, LAYER_ETHERNET, 4 }, /* 802.1ah: the service tag */
	{ 0x8909, LAYER_TYPE, 6 },     /* Cisco MetaData: one option, of one size */
	{ 0x6558, LAYER_ETHERNET, 0 },
	{ 0x8870, LAYER_LLC, 0 }, /* jumbo frames, whose length is no length */
	{ 0x88e5, LAYER_MACSEC, 0 },
	{ 0x8903, LAYER_ETHERNET, 2 }, /* Cisco FabricPath */
	{ 0x8926, LAYER_TYPE, 4 },     /* VN-Tag */
	{ 0x892f, LAYER_TYPE, 4 },     /* HSR */
	{ 0x893f, LAYER_TYPE, 6 },     /* 802.1BR */
	{ 0xf1c1, LAYER_TYPE, 4 },     /* 802.1CB */
	{ 0x894f, LAYER_NSH, 0 },
	{ 0x22f3, LAYER_TRILL, 0 },
	{ 0x2452, LAYER_WIFI, 0 }, /* as some drivers for Windows hand it on */
	{ 0x88bb, LAYER_LWAPP, 0 },
};

enum layer
walk_to_type(struct walk *w, uint16_t number)
{
	return number == ETHERTYPE_IPV4 ? LAYER_IP : WALK_TO(w, types, number);
}

static enum layer
to_type_or_length(struct walk *w, uint16_t number)
{
	if (number >= ETHERTYPE_MIN)
		return walk_to_type(w, number);
	if (number == 0 || number > LENGTH_MAX)
		return walk_end(DECODE_OTHER);
	walk_limit(w, number);
	return LAYER_LLC;
}

enum layer
walk_ethernet(struct walk *w)
{
	static const uint8_t isl[][5] = { { 0x01, 0, 0x0c, 0, 0 }, { 0x0c, 0, 0x0c, 0, 0 } };
	const uint8_t *h = bytes_take(&w->b, 14);

	if (h == NULL)
		return walk_short(w);
	if (h[2] == 0x0c && (memcmp(h, isl[0], 5) == 0 || memcmp(h, isl[1], 5) == 0))
		return LAYER_ISL;
	return to_type_or_length(w, be16_at(h + 12));
}

enum layer
walk_type(struct walk *w)
{
	uint16_t number = bytes_u16(&w->b);

	return w->b.overrun ? walk_short(w) : to_type_or_length(w, number);
}

/* Cisco's ISL puts 26 bytes before the frame; the first 14 were taken for Ethernet's. */
enum layer
walk_isl(struct walk *w)
{
	bytes_skip(&w->b, 12);
	return w->b.overrun ? walk_short(w) : LAYER_ETHERNET;
}

/* IEEE 802.1AE. Only frames that are authenticated but not encrypted can be read. */
enum layer
walk_macsec(struct walk *w)
{
	uint8_t tci = bytes_u8(&w->b);

	bytes_skip(&w->b, tci & 0x20 ? 13 : 5);
	if (w->b.overrun)
		return walk_short(w);
	return tci & 0x0c ? walk_end(DECODE_OTHER) : LAYER_TYPE;
}

/* RFC 6325, 3. */
enum layer
walk_trill(struct walk *w)
{
	uint16_t flags = bytes_u16(&w->b);

	bytes_skip(&w->b, 4 + ((flags >> 6) & 0x1f) * 4u);
	return w->b.overrun ? walk_short(w) : LAYER_ETHERNET;
}

enum layer
walk_to_nsh_protocol(struct walk *w, uint8_t number)
{
	static const struct next protocols[] = {
		{ 1, LAYER_IP, 0 },
		{ 2, LAYER_IPV6, 0 },
		{ 3, LAYER_ETHERNET, 0 },
		{ 4, LAYER_NSH, 0 },
		{ 5, LAYER_MPLS, 0 },
	};

	return WALK_TO(w, protocols, number);
}

/* RFC 8300. */
enum layer
walk_nsh(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 4);
	unsigned words = h == NULL ? 0 : h[1] & 0x3f;

	if (h == NULL)
		return walk_short(w);
	if (words == 0)
		return walk_end(DECODE_MALFORMED);
	bytes_skip(&w->b, words * 4 - 4);
	return w->b.overrun ? walk_short(w) : walk_to_nsh_protocol(w, h[3]);
}

/* In LLC a bridged frame is padded, so that it is aligned; in Frame Relay it is not. */
static enum layer
take_snap(struct walk *w, size_t bridged_pad)
{
	enum { OUI_ETHERNET = 0, OUI_CISCO_90 = 0xf8, OUI_BRIDGED = 0x80c2 };
	/* RFC 2684, 5.2: with the frame's checksum, and without */
	static const struct next bridged[] = {
		{ 1, LAYER_ETHERNET, 0 },
		{ 7, LAYER_ETHERNET, 0 },
		{ 3, LAYER_TOKEN_RING, 0 },
		{ 9, LAYER_TOKEN_RING, 0 },
		{ 4, LAYER_FDDI, 1 },
		{ 10, LAYER_FDDI, 1 },
	};
	uint32_t oui = (uint32_t)bytes_u8(&w->b) << 16;
	uint16_t pid;

	oui |= bytes_u16(&w->b);
	pid = bytes_u16(&w->b);
	if (w->b.overrun)
		return walk_short(w);
	if (oui == OUI_ETHERNET || oui == OUI_CISCO_90)
		return walk_to_type(w, pid);
	if (oui != OUI_BRIDGED)
		return walk_end(DECODE_OTHER);
	bytes_skip(&w->b, bridged_pad);
	return w->b.overrun ? walk_short(w) : WALK_TO(w, bridged, pid);
}

enum layer
walk_snap(struct walk *w)
{
	return take_snap(w, 0);
}

enum layer
walk_llc(struct walk *w)
{
	static const struct next saps[] = {
		{ 0x06, LAYER_IP, 0 },
		{ 0xfe, LAYER_NLPID, 0 },
	};
	uint8_t dsap = bytes_u8(&w->b);
	uint8_t ssap = bytes_u8(&w->b);
	uint8_t control = bytes_u8(&w->b);

	/* Supervision and numbered information have a control field of two bytes. */
	if ((control & 3) != 3)
		bytes_skip(&w->b, 1);
	if (w->b.overrun)
		return walk_short(w);
	/* Novell's frames begin with ff ff: IPX without any LLC. */
	if (dsap == 0xff || ((control & 1) != 0 && control != LLC_UI))
		return walk_end(DECODE_OTHER);
	if (dsap == LLC_SNAP && ssap == LLC_SNAP)
		return take_snap(w, BRIDGED_PAD);
	return WALK_TO(w, saps, dsap);
}
