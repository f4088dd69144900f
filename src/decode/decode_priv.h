/*
 * Private to decode: the walk from the outermost header to the innermost.
 *
 * A walk is the state that the layers hand on. Each layer takes its header off
 * the front, may shorten the end, and names the next layer; a loop calls them
 * one after another, so nesting costs no stack and has a bound.
 */
#ifndef SYNSCOPE_DECODE_PRIV_H
#define SYNSCOPE_DECODE_PRIV_H

#include <string.h>

#include "base/bytes.h"
#include "decode/decode.h"

/* The first few say that the walk is over, and with which answer. */
enum layer {
	LAYER_END = DECODE_COUNT - 1,
#define LAYER(id, take) LAYER_##id,
#include "decode/layer.def"
#undef LAYER
	LAYER_COUNT
};

struct fragments;

struct walk {
	struct bytes b;       /* what was captured of the layer at hand */
	size_t missing_bytes; /* what followed b.end on the wire, but was not captured */
	struct packet *pkt;
	struct fragments *fragments;
	uint32_t link;    /* the number of the last link type met */
	uint8_t ip_proto; /* what the IP header, or the extension header, said comes next */
	bool incomplete;  /* not all that the IP header promised, or not all of a header */
	bool jumbo;       /* IPv6 with no length yet */
	bool wifi_padded; /* the 802.11 header is padded to four bytes */
	bool has_outer;
	uint8_t reassembled; /* datagrams put together on this walk */
	struct packet outer; /* the UDP packet that holds the tunnel we are in */
};

#define LAYER(id, take) enum layer take(struct walk *w);
#include "decode/layer.def"
#undef LAYER

/* IEEE 802.3, 3.2.6: from here on a type, up to 1500 a length. */
#define ETHERTYPE_MIN 1536
#define LENGTH_MAX    1500
/* The address and control bytes of PPP: all stations, unnumbered information. */
#define PPP_ALL_HOSTS 0xff03

/* One row of a table of protocol numbers: the layer after skip_bytes nobody reads. */
struct next {
	uint16_t number;
	uint8_t layer;
	uint8_t skip_bytes;
};

static inline enum layer
walk_end(enum decoded answer)
{
	return (enum layer)answer;
}

/* A header is not all there. */
static inline enum layer
walk_short(const struct walk *w)
{
	return walk_end(w->missing_bytes > 0 ? DECODE_TRUNCATED : DECODE_MALFORMED);
}

/* The layer that number stands for in the table; DECODE_OTHER where it does not. */
enum layer walk_to(struct walk *w, const struct next *table, size_t count, uint32_t number);
#define WALK_TO(w, table, number) \
	walk_to((w), (table), sizeof(table) / sizeof((table)[0]), (number))

/* What follows an Ethernet header, a link type's own header, an IP header. */
enum layer walk_to_type(struct walk *w, uint16_t number);
/* Of the network service header; VXLAN's extension counts as it does. */
enum layer walk_to_nsh_protocol(struct walk *w, uint8_t number);
enum layer walk_to_link(struct walk *w, uint32_t number);
enum layer walk_to_gre(struct walk *w, uint16_t number);
/* The tunnel that one of the ports is registered for, or DECODE_OTHER. */
enum layer walk_to_tunnel(struct walk *w, uint16_t sport, uint16_t dport);
enum layer walk_to_proto(struct walk *w, uint8_t number);

/* Bytes left of the layer at hand, as it was on the wire. */
static inline size_t
walk_wire_bytes(const struct walk *w)
{
	return bytes_left(&w->b) + w->missing_bytes;
}

/* Keep count bytes at most: a length field says where padding or a trailer begins. */
static inline void
walk_limit(struct walk *w, size_t count)
{
	size_t left = bytes_left(&w->b);

	if (count <= left) {
		w->b.end = w->b.at + count;
		w->missing_bytes = 0;
	} else if (count - left < w->missing_bytes) {
		w->missing_bytes = count - left;
	}
}

/* For headers whose size is known before they are read: one check for them all. */
static inline uint16_t
be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
be64_at(const uint8_t *p)
{
	return (uint64_t)be32_at(p) << 32 | be32_at(p + 4);
}

/* Written at once, as it will be read: a processor waits where bytes come together late. */
static inline void
set_ipv4(uint8_t to[16], const uint8_t *address)
{
	const uint32_t half[2] = { bytes_native32(address), 0 };

	memcpy(to, half, sizeof(half));
	memset(to + sizeof(half), 0, sizeof(half));
}

/* What the fixed part of an IPv4 header says of the packet, and of a TCP header. */
static inline void
take_ipv4_header(struct packet *pkt, const uint8_t *h)
{
	set_ipv4(pkt->tuple.src, h + 12);
	set_ipv4(pkt->tuple.dst, h + 16);
	pkt->tuple.ip_version = 4;
	pkt->tuple.zero = 0;
	pkt->ip_id = be16_at(h + 4);
	pkt->ttl = h[8];
	pkt->tos = h[1];
}

/* Likewise of an IPv6 header. */
static inline void
take_ipv6_header(struct packet *pkt, const uint8_t *h)
{
	memcpy(pkt->tuple.src, h + 8, 16);
	memcpy(pkt->tuple.dst, h + 24, 16);
	pkt->tuple.ip_version = 6;
	pkt->tuple.zero = 0;
	pkt->ip_id = 0;
	pkt->ttl = h[7];
	pkt->tos = (uint8_t)((h[0] & 0x0f) << 4 | h[1] >> 4);
}

static inline void
take_tcp_header(struct packet *pkt, const uint8_t *h)
{
	uint64_t numbers = be64_at(h + 4);
	uint32_t rest = be32_at(h + 12); /* how long it is, flags, the window */

	pkt->tuple.sport = be16_at(h);
	pkt->tuple.dport = be16_at(h + 2);
	pkt->tuple.proto = PROTO_TCP;
	pkt->tcp.ack = (uint32_t)numbers;
	pkt->tcp.seq = (uint32_t)(numbers >> 32);
	/* Of the options: one by one, since compilers clear whole structs the slow way. */
	pkt->tcp.ts_echo = 0;
	pkt->tcp.ts_value = 0;
	pkt->tcp.mss = 0;
	pkt->tcp.options = 0;
	pkt->tcp.wscale = 0;
	pkt->tcp.mptcp = 0;
	pkt->tcp.sack_count = 0;
	pkt->tcp.fast_open_bytes = 0;
	pkt->tcp.header_bytes = (uint8_t)(rest >> 28 << 2);
	pkt->tcp.window = (uint16_t)rest;
	pkt->tcp.flags = rest >> 16 & 0x1ff;
	pkt->tcp.checksum = be16_at(h + 16);
}

/* cut: the capture ends within the options, so that a short one is nobody's fault. */
void take_odd_tcp_options(struct bytes b, struct packet *pkt, bool cut);

enum {
	NOP_NOP_TIMESTAMPS_10 = 0x0101080a,
	MSS_4 = 0x0204,
	SACK_PERMITTED_2_TIMESTAMPS_10 = 0x0402080a,
	NOP_WSCALE_3 = 0x010303,
};

static inline void
take_timestamps(struct tcp_header *tcp, const uint8_t *values)
{
	uint64_t both = be64_at(values);

	tcp->ts_echo = (uint32_t)both;
	tcp->ts_value = (uint32_t)(both >> 32);
}

/* Nearly every segment has these twelve bytes of options, or none; SYNs mostly have what Linux sends. */
static inline void
take_tcp_options(struct packet *pkt, const uint8_t *options, size_t count, bool cut)
{
	struct tcp_header *tcp = &pkt->tcp;

	if (count == 12 && be32_at(options) == NOP_NOP_TIMESTAMPS_10) {
		take_timestamps(tcp, options + 4);
		tcp->options = OPT_TIMESTAMPS;
	} else if (count == 20 && be16_at(options) == MSS_4 &&
		   be32_at(options + 4) == SACK_PERMITTED_2_TIMESTAMPS_10 &&
		   be32_at(options + 16) >> 8 == NOP_WSCALE_3) {
		take_timestamps(tcp, options + 8);
		tcp->mss = be16_at(options + 2);
		tcp->wscale = options[19];
		tcp->options = OPT_MSS | OPT_SACK_PERMITTED | OPT_TIMESTAMPS | OPT_WSCALE;
	} else {
		take_odd_tcp_options(bytes_of(options, count), pkt, cut);
	}
}

/* usual.c: the whole way of a plain frame at once; false, and nothing that counts, for any other. */
bool decode_usual(const struct frame *frame, struct packet *pkt);

static inline uint16_t
bytes_le16(struct bytes *b)
{
	return __builtin_bswap16(bytes_u16(b));
}

static inline uint32_t
bytes_le32(struct bytes *b)
{
	return __builtin_bswap32(bytes_u32(b));
}

/*
 * The payload is what is left; the verdict is on that and on the header before
 * it, which begins at segment and carries this checksum.
 */
void walk_to_payload(struct walk *w, const uint8_t *segment, uint16_t checksum);

/* Whether these bytes and begin, a sum already, add up as the Internet checksum wants it. */
bool checksum_fits(const uint8_t *data, size_t count, uint64_t begin);
/* The same, as any processor can; checksum_fits is quicker where this one can do more. */
bool checksum_fits_narrow(const uint8_t *data, size_t count, uint64_t begin);
/* What it means that they do not; the field, and the pseudo-header's sum, 0 where there is none. */
enum checksum checksum_misfit(uint64_t pseudo, uint16_t checksum);
uint64_t checksum_pseudo(const struct tuple *tuple, size_t count);

/* As it stands in a packet, for sums that are kept so. */
static inline uint16_t
bytes_net16(uint16_t value)
{
	uint16_t net;

	memcpy(&net, (const uint8_t[2]){ (uint8_t)(value >> 8), (uint8_t)value }, sizeof(net));
	return net;
}

/* Where one fragment belongs. */
struct fragment {
	uint32_t id;
	uint32_t offset_bytes;
	uint8_t proto;
	bool more;
};

/* A whole datagram's bytes live until the next frame's of the same nth. */
struct whole {
	struct bytes b;
	uint32_t pieces;
};

/* Fragments may be in a tunnel whose own packets were fragments; not more. */
#define REASSEMBLIES_MAX 2

struct fragments *fragments_new(struct budget *budget);
void fragments_free(struct fragments *f);
struct fragment_story fragments_story(const struct fragments *f);

/*
 * Take in one fragment of the datagram between the packet's ends: DECODE_OK
 * when it was the last one missing. nth counts the datagrams put together for
 * this frame before this one.
 */
enum decoded fragments_add(struct fragments *f, const struct packet *pkt,
    const struct fragment *fragment, struct bytes piece, unsigned nth, struct whole *whole);

#endif
