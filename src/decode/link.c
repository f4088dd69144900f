/*
 * The link types a capture may be of, and the headers that only captures have.
 */
#include "decode/decode_priv.h"

#define PKTAP_BYTES 108 /* of its first version; later ones are longer */

/* clang-format off */
/* Both DLT_ and LINKTYPE_ numbers, as far as no two systems disagree about one. */
static const struct next links[] = {
	{ 1, LAYER_ETHERNET, 0 },
	{ 113, LAYER_SLL, 0 },
	{ 276, LAYER_SLL2, 0 },
	{ 12, LAYER_RAW, 0 },  /* DLT_RAW */
	{ 14, LAYER_RAW, 0 },  /* DLT_RAW on OpenBSD */
	{ 101, LAYER_RAW, 0 }, /* LINKTYPE_RAW */
	{ 228, LAYER_IP, 0 }, /* IPv4 alone */
	{ 229, LAYER_IPV6, 0 },
	{ 0, LAYER_NULL, 0 },
	{ 108, LAYER_LOOP, 0 },
	{ 105, LAYER_WIFI, 0 },
	{ 127, LAYER_RADIOTAP, 0 },
	{ 119, LAYER_PRISM, 0 },
	{ 163, LAYER_AVS, 0 },
	{ 192, LAYER_PPI, 0 },
	{ 9, LAYER_PPP, 0 },
	{ 50, LAYER_PPP, 0 },
	{ 204, LAYER_PPP, 1 }, /* a direction comes first */
	{ 51, LAYER_PPPOE, 0 },
	{ 104, LAYER_CHDLC, 0 },
	{ 112, LAYER_CHDLC, 0 },
	{ 205, LAYER_CHDLC, 1 },
	{ 107, LAYER_FRAME_RELAY, 0 },
	{ 206, LAYER_FRAME_RELAY, 1 },
	{ 6, LAYER_TOKEN_RING, 0 },
	{ 7, LAYER_ARCNET, 0 },
	{ 129, LAYER_ARCNET_LINUX, 0 },
	{ 10, LAYER_FDDI, 0 },
	{ 11, LAYER_LLC, 0 }, /* DLT_ATM_RFC1483 */
	{ 100, LAYER_LLC, 0 },
	{ 16, LAYER_IP, 0 },     /* Linux's classical IP over ATM, on several systems */
	{ 18, LAYER_IP, 0 },
	{ 19, LAYER_IP, 0 },
	{ 106, LAYER_IP, 0 },
	{ 123, LAYER_SUNATM, 0 },
	{ 170, LAYER_GFP, 0 },
	{ 171, LAYER_GFP, 0 },
	{ 242, LAYER_IPOIB, 40 }, /* both ends' queues and addresses */
	{ 3, LAYER_AX25, 0 },
	{ 202, LAYER_AX25, 1 }, /* of a modem: a command comes first */
	{ 122, LAYER_LLC, 16 },  /* IP over Fibre Channel: two addresses */
	{ 138, LAYER_TYPE, 16 }, /* Apple's IP over IEEE 1394: two addresses */
	{ 13, LAYER_IP, 12 },    /* OpenBSD's IPsec: family, SPI, flags */
	{ 109, LAYER_IP, 12 },
	{ 117, LAYER_PFLOG, 0 },
	{ 239, LAYER_NFLOG, 0 },
	{ 197, LAYER_ERF, 0 },
	{ 226, LAYER_IPNET, 0 },
	{ 99, LAYER_SYMANTEC, 0 },
	{ 32, LAYER_REDBACK, 0 },
	{ 240, LAYER_NETANALYZER, 0 },
	{ 279, LAYER_EBHSCR, 0 },
	{ 259, LAYER_EPON, 0 },
	{ 143, LAYER_DOCSIS, 0 },
	{ 274, LAYER_MPACKET, 0 },
	{ 252, LAYER_UPPER_PDU, 0 },
	{ 128, LAYER_TZSP, 0 },
	{ 130, LAYER_JUNIPER, 0 },
	{ 131, LAYER_JUNIPER, 0 },
	{ 133, LAYER_JUNIPER, 0 },
	{ 135, LAYER_JUNIPER, 0 },
	{ 136, LAYER_JUNIPER, 0 },
	{ 137, LAYER_JUNIPER, 0 },
	{ 167, LAYER_JUNIPER, 0 },
	{ 178, LAYER_JUNIPER, 0 },
	{ 179, LAYER_JUNIPER, 0 },
	{ 180, LAYER_JUNIPER, 0 },
	{ 181, LAYER_JUNIPER, 0 },
	{ 183, LAYER_JUNIPER, 0 },
	{ 200, LAYER_JUNIPER, 0 },
	{ 184, LAYER_JUNIPER_NETWORK, 0 },
	{ 258, LAYER_PKTAP, 0 },
	{ 149, LAYER_PKTAP, 0 }, /* what macOS wrote before the number was assigned */
};
/* clang-format on */

enum layer
walk_to_link(struct walk *w, uint32_t number)
{
	enum layer layer = WALK_TO(w, links, number);

	w->link = number;
	return layer == walk_end(DECODE_OTHER) ? walk_end(DECODE_LINK) : layer;
}

/* IPv6 has another number on each BSD. */
static const struct next families[] = {
	{ 2, LAYER_IP, 0 },
	{ 0x0200, LAYER_IP, 0 }, /* 2, in the first two bytes of four */
	{ 24, LAYER_IPV6, 0 },
	{ 28, LAYER_IPV6, 0 },
	{ 30, LAYER_IPV6, 0 },
};

/*
 * The family is in the byte order of the machine that captured, which is not
 * told; some wrote only two of the four bytes, some an Ethernet type.
 */
enum layer
walk_null(struct walk *w)
{
	struct bytes peek = w->b;
	uint32_t family = bytes_u32(&peek);
	uint32_t swapped = __builtin_bswap32(family);

	if (family >> 16 == PPP_ALL_HOSTS)
		return LAYER_PPP;
	bytes_skip(&w->b, 4);
	if (w->b.overrun)
		return walk_short(w);
	if (family > UINT16_MAX)
		family = swapped > UINT16_MAX ? family & UINT16_MAX : swapped;
	if (family >= ETHERTYPE_MIN)
		return walk_to_type(w, (uint16_t)family);
	return WALK_TO(w, families, family);
}

/* OpenBSD's loopback: the same in network byte order. */
enum layer
walk_loop(struct walk *w)
{
	uint32_t family = bytes_u32(&w->b);

	return w->b.overrun ? walk_short(w) : WALK_TO(w, families, family);
}

/* Linux's "any" device. hatype is the kind of device, and decides what the protocol means. */
static enum layer
sll_payload(struct walk *w, uint16_t hatype, uint16_t protocol)
{
	enum { ARP_FRAD = 770, ARP_IPGRE = 778, ARP_RADIOTAP = 803 };
	static const struct next kinds[] = {
		{ 3, LAYER_ETHERNET, 0 },
		{ 4, LAYER_LLC, 0 },
		{ 7, LAYER_PPP, 0 },
	};

	if (w->b.overrun)
		return walk_short(w);
	if (hatype == ARP_RADIOTAP)
		return LAYER_RADIOTAP;
	if (hatype == ARP_FRAD)
		return LAYER_FRAME_RELAY;
	if (protocol < ETHERTYPE_MIN)
		return WALK_TO(w, kinds, protocol);
	return hatype == ARP_IPGRE ? walk_to_gre(w, protocol) : walk_to_type(w, protocol);
}

enum layer
walk_sll(struct walk *w)
{
	uint16_t hatype, protocol;

	bytes_skip(&w->b, 2);
	hatype = bytes_u16(&w->b);
	bytes_skip(&w->b, 10);
	protocol = bytes_u16(&w->b);
	return sll_payload(w, hatype, protocol);
}

enum layer
walk_sll2(struct walk *w)
{
	uint16_t protocol = bytes_u16(&w->b);
	uint16_t hatype;

	bytes_skip(&w->b, 6);
	hatype = bytes_u16(&w->b);
	bytes_skip(&w->b, 10);
	return sll_payload(w, hatype, protocol);
}

/* IP and nothing else, but for PPP devices of some systems. */
enum layer
walk_raw(struct walk *w)
{
	struct bytes peek = w->b;

	return bytes_u16(&peek) == PPP_ALL_HOSTS ? LAYER_PPP : LAYER_IP;
}

/* RFC 4391, 6: an Ethernet type, and two bytes for nothing. */
enum layer
walk_ipoib(struct walk *w)
{
	uint16_t type = bytes_u16(&w->b);

	bytes_skip(&w->b, 2);
	return w->b.overrun ? walk_short(w) : walk_to_type(w, type);
}

enum layer
walk_fddi(struct walk *w)
{
	uint8_t control = bytes_u8(&w->b);

	bytes_skip(&w->b, 12);
	if (w->b.overrun)
		return walk_short(w);
	/* Of the classes of frames only LLC's carries packets; the rest is its priority. */
	return (control & 0xf8) == 0x50 ? LAYER_LLC : walk_end(DECODE_OTHER);
}

enum layer
walk_token_ring(struct walk *w)
{
	const uint8_t *h = bytes_take(&w->b, 14);

	if (h == NULL)
		return walk_short(w);
	if ((h[1] & 0xc0) != 0x40)
		return walk_end(DECODE_OTHER);
	/* The source address' multicast bit says that a route follows, its length first. */
	if (h[8] & 0x80) {
		struct bytes peek = w->b;
		bytes_skip(&w->b, bytes_u8(&peek) & 0x1f);
	}
	return w->b.overrun ? walk_short(w) : LAYER_LLC;
}

/* RFC 1201 has a header for fragments, RFC 1051 has not. */
static enum layer
arcnet_payload(struct walk *w, uint8_t protocol, bool linux_layout)
{
	enum { RFC1051_IP = 240, RFC1201_IP = 212, RFC1201_IPV6 = 196, EXCEPTION = 0xff };

	if (w->b.overrun)
		return walk_short(w);
	if (protocol == RFC1051_IP)
		return LAYER_IP;
	if (protocol != RFC1201_IP && protocol != RFC1201_IPV6)
		return walk_end(DECODE_OTHER);
	if (!linux_layout) {
		struct bytes peek = w->b;
		if (bytes_u8(&peek) == EXCEPTION)
			bytes_skip(&w->b, 4);
	}
	bytes_skip(&w->b, 3);
	return w->b.overrun ? walk_short(w) : LAYER_IP;
}

enum layer
walk_arcnet(struct walk *w)
{
	bytes_skip(&w->b, 2);
	return arcnet_payload(w, bytes_u8(&w->b), false);
}

enum layer
walk_arcnet_linux(struct walk *w)
{
	bytes_skip(&w->b, 4);
	return arcnet_payload(w, bytes_u8(&w->b), true);
}

/* OpenBSD's packet filter log: a header that says its length, padded to four. */
enum layer
walk_pflog(struct walk *w)
{
	uint8_t length = bytes_u8(&w->b);

	if (length < 1)
		return walk_end(DECODE_MALFORMED);
	bytes_skip(&w->b, ((length + 3u) & ~3u) - 1);
	return w->b.overrun ? walk_short(w) : LAYER_IP;
}

/*
 * Linux's netfilter log: attributes, one of them the packet. Lengths are in the
 * byte order of the machine that captured; the first tells which that was.
 */
enum layer
walk_nflog(struct walk *w)
{
	enum { PAYLOAD = 9 };
	bool swapped;

	bytes_skip(&w->b, 4);
	swapped = bytes_left(&w->b) >= 2 && w->b.at[0] == 0;
	while (bytes_left(&w->b) >= 4) {
		uint16_t length = swapped ? bytes_u16(&w->b) : bytes_le16(&w->b);
		uint16_t type = swapped ? bytes_u16(&w->b) : bytes_le16(&w->b);

		if (length < 4)
			return walk_end(DECODE_MALFORMED);
		if ((type & 0x7fff) == PAYLOAD) {
			walk_limit(w, length - 4u);
			return LAYER_IP;
		}
		bytes_skip(&w->b, ((length + 3u) & ~3u) - 4);
	}
	return w->b.overrun ? walk_short(w) : walk_end(DECODE_OTHER);
}

/* macOS: a header that says its length, and the link type of what follows. */
enum layer
walk_pktap(struct walk *w)
{
	uint32_t length = bytes_le32(&w->b);
	uint32_t record = bytes_le32(&w->b);
	uint32_t link = bytes_le32(&w->b);

	if (w->b.overrun)
		return walk_short(w);
	if (length < PKTAP_BYTES)
		return walk_end(DECODE_MALFORMED);
	if (record != 1)
		return walk_end(DECODE_OTHER);
	bytes_skip(&w->b, length - 12);
	return w->b.overrun ? walk_short(w) : walk_to_link(w, link);
}
