/*
 * What machines that are made to capture, and routers and firewalls that can,
 * put before a frame.
 */
#include "decode/decode_priv.h"

#include <string.h>

/* Endace's cards: headers are chained by the upper bit of the type before them. */
enum layer
walk_erf(struct walk *w)
{
	enum { HEADER = 16, EXTENSION = 8, MORE = 0x80 };
	static const struct next types[] = {
		{ 2, LAYER_ETHERNET, 2 },
		{ 11, LAYER_ETHERNET, 2 },
		{ 16, LAYER_ETHERNET, 2 },
		{ 20, LAYER_ETHERNET, 2 },
		{ 1, LAYER_PPP, 0 },
		{ 10, LAYER_PPP, 0 },
		{ 15, LAYER_PPP, 0 },
		{ 19, LAYER_PPP, 0 },
		{ 5, LAYER_PPP, 4 }, /* one of many channels */
		{ 17, LAYER_PPP, 4 },
		{ 4, LAYER_LLC, 4 }, /* AAL5: a cell's header */
		{ 22, LAYER_IP, 0 },
		{ 23, LAYER_IPV6, 0 },
	};
	const uint8_t *h = bytes_take(&w->b, HEADER);
	uint8_t more = h == NULL ? 0 : h[8];

	while (more & MORE) {
		more = bytes_u8(&w->b);
		bytes_skip(&w->b, EXTENSION - 1);
	}
	return w->b.overrun ? walk_short(w) : WALK_TO(w, types, h[8] & ~MORE & 0xffu);
}

/* Sun's ATM cards: the lower half of the first byte is the kind of traffic. */
enum layer
walk_sunatm(struct walk *w)
{
	static const struct next kinds[] = {
		{ 1, LAYER_ETHERNET, 2 }, /* an emulated LAN: who sent it */
		{ 2, LAYER_LLC, 0 },
	};
	uint8_t kind = bytes_u8(&w->b);

	bytes_skip(&w->b, 3);
	return w->b.overrun ? walk_short(w) : WALK_TO(w, kinds, kind & 0x0f);
}

/* Solaris, between its zones. */
enum layer
walk_ipnet(struct walk *w)
{
	static const struct next families[] = { { 2, LAYER_IP, 0 }, { 26, LAYER_IPV6, 0 } };
	const uint8_t *h = bytes_take(&w->b, 24);

	return h == NULL ? walk_short(w) : WALK_TO(w, families, h[1]);
}

/* Symantec's firewall: of two versions one has the type where the other has zeros. */
enum layer
walk_symantec(struct walk *w)
{
	enum { HEADER_2 = 44, HEADER_3 = 56 };
	const uint8_t *h = bytes_take(&w->b, HEADER_2);
	uint16_t type_2 = h == NULL ? 0 : be16_at(h + 6);
	uint16_t type_3 = h == NULL ? 0 : be16_at(h + 10);

	if (type_2 == 0)
		bytes_skip(&w->b, HEADER_3 - HEADER_2);
	if (w->b.overrun)
		return walk_short(w);
	if (type_2 != 0 && type_3 != 0)
		return walk_end(DECODE_OTHER);
	return walk_to_type(w, type_2 != 0 ? type_2 : type_3);
}

/* Redback's SmartEdge: where the packet begins, and where its data does. */
enum layer
walk_redback(struct walk *w)
{
	enum { HEADER = 24 };
	static const struct next protocols[] = {
		{ 1, LAYER_IP, 0 },
		{ 3, LAYER_ETHERNET, 0 },
		{ 4, LAYER_ETHERNET, 0 },
		{ 8, LAYER_ETHERNET, 0 },
	};
	const uint8_t *h = bytes_take(&w->b, HEADER);
	unsigned packet_at = h == NULL ? 0 : h[21];

	if (h == NULL)
		return walk_short(w);
	if (packet_at < HEADER)
		return walk_end(DECODE_MALFORMED);
	bytes_skip(&w->b, packet_at - HEADER);
	if (w->b.overrun)
		return walk_short(w);
	return h[23] > packet_at ? LAYER_ETHERNET : WALK_TO(w, protocols, h[19]);
}

/* Hilscher's netANALYZER: frames, and what happened at its other pins. */
enum layer
walk_netanalyzer(struct walk *w)
{
	enum { EVENT = 0x01, FORMAT = 0x3c, FORMAT_1 = 0x04 };
	const uint8_t *h = bytes_take(&w->b, 4);

	if (h == NULL)
		return walk_short(w);
	return (h[1] & EVENT) != 0 || (h[1] & FORMAT) != FORMAT_1 ? walk_end(DECODE_OTHER)
								  : LAYER_ETHERNET;
}

/* Elektrobit's loggers: of many buses, Ethernet. */
enum layer
walk_ebhscr(struct walk *w)
{
	static const struct next buses[] = { { 0x50, LAYER_ETHERNET, 0 } };
	const uint8_t *h = bytes_take(&w->b, 32);

	return h == NULL ? walk_short(w) : WALK_TO(w, buses, h[0]);
}

/* A passive optical network: the preamble holds which terminal it is for, and whether it is encrypted. */
enum layer
walk_epon(struct walk *w)
{
	enum { PREAMBLE = 0x55, DELIMITER = 0xd5, ENCRYPTED = 0x02 };
	uint8_t first = bytes_u8(&w->b);
	uint8_t security;

	while (first == PREAMBLE)
		first = bytes_u8(&w->b);
	bytes_skip(&w->b, 1);
	security = bytes_u8(&w->b);
	bytes_skip(&w->b, 3);
	if (w->b.overrun)
		return walk_short(w);
	if (first != DELIMITER || (security != PREAMBLE && (security & ENCRYPTED) != 0))
		return walk_end(DECODE_OTHER);
	return LAYER_ETHERNET;
}

/* DOCSIS' extensions: a half byte each of what and how long; baseline privacy says so in its second byte. */
static bool
is_encrypted_cable(struct bytes extensions)
{
	enum { PRIVACY_UP = 3, PRIVACY_DOWN = 4, PRIVACY_UP_2 = 7, ENCRYPTED = 0x80 };

	while (bytes_left(&extensions) > 0) {
		uint8_t first = bytes_u8(&extensions);
		unsigned what = first >> 4, length = first & 0x0f;
		const uint8_t *value = bytes_take(&extensions, length);

		if (value != NULL && length >= 2 && (value[1] & ENCRYPTED) != 0 &&
		    (what == PRIVACY_UP || what == PRIVACY_DOWN || what == PRIVACY_UP_2))
			return true;
	}
	return false;
}

/* A cable modem's network: of four kinds of frames two hold Ethernet. */
enum layer
walk_docsis(struct walk *w)
{
	enum { EXTENDED = 0x01, NOT_ETHERNET = 0x40, CHECK_BYTES = 2 };
	const uint8_t *h = bytes_take(&w->b, 4);
	size_t more_bytes = h != NULL && (h[0] & EXTENDED) != 0 ? h[1] : 0;
	const uint8_t *more = bytes_take(&w->b, more_bytes);

	bytes_skip(&w->b, CHECK_BYTES);
	if (w->b.overrun)
		return walk_short(w);
	if ((h[0] & NOT_ETHERNET) != 0 || is_encrypted_cable(bytes_of(more, more_bytes)))
		return walk_end(DECODE_OTHER);
	return LAYER_ETHERNET;
}

/* IEEE 802.3br: the delimiter behind the preamble says whether the frame is a whole one. */
enum layer
walk_mpacket(struct walk *w)
{
	enum { PREAMBLE = 0x55, EXPRESS = 0xd5 };
	struct bytes peek = w->b;
	uint8_t delimiter = bytes_u8(&peek);

	if (delimiter != PREAMBLE)
		return LAYER_ETHERNET;
	while (delimiter == PREAMBLE)
		delimiter = bytes_u8(&peek);
	w->b = peek;
	if (w->b.overrun)
		return walk_short(w);
	return delimiter == EXPRESS ? LAYER_ETHERNET : walk_end(DECODE_OTHER);
}

/* What Wireshark took out of something else: tags, one of them the name of who is to read the rest. */
enum layer
walk_upper_pdu(struct walk *w)
{
	enum { END = 0, READER = 12 };
	static const struct {
		const char *name;
		enum layer layer;
	} readers[] = {
		{ "ip", LAYER_IP },
		{ "ipv6", LAYER_IPV6 },
		{ "eth", LAYER_ETHERNET },
		{ "eth_withoutfcs", LAYER_ETHERNET },
		{ "eth_maybefcs", LAYER_ETHERNET },
	};
	enum layer layer = walk_end(DECODE_OTHER);

	for (;;) {
		uint16_t tag = bytes_u16(&w->b);
		uint16_t length = bytes_u16(&w->b);
		const char *name = (const char *)bytes_take(&w->b, length);

		if (w->b.overrun)
			return walk_short(w);
		if (tag == END)
			return layer;
		if (tag != READER)
			continue;
		for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
			if (strnlen(name, length) == strlen(readers[i].name) &&
			    memcmp(name, readers[i].name, strlen(readers[i].name)) == 0)
				layer = readers[i].layer;
	}
}
