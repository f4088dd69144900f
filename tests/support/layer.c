#include "support/layer.h"

#include <string.h>

enum {
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_ETHERNET = 0x6558, /* as GRE and its kin carry it */

	PROTO_FRAGMENT = 44,
	PROTO_UDP = 17,

	TUNNEL_TTL = 64,
	TUNNEL_SPORT = 49152,

	FAMILY_IP = 2,
	FAMILY_IP6 = 30, /* as macOS numbers it */
};

static uint32_t
address_bytes(const struct address *a)
{
	return a->version == 6 ? 16 : 4;
}

uint32_t
pseudo_sum(const struct hop *hop, uint8_t proto, size_t upper_bytes)
{
	return (uint32_t)sum_bytes(hop->from.bytes, address_bytes(&hop->from)) +
	       sum_bytes(hop->to.bytes, address_bytes(&hop->to)) + proto + (uint32_t)upper_bytes;
}

static struct hop
turned(const struct hop *hop, bool backward)
{
	struct hop back = { hop->to, hop->from, { 0 }, { 0 } };

	return backward ? back : *hop;
}

/* Link layers. */

static uint8_t *
put_macs(uint8_t *p, const struct frame_build *f)
{
	return put_bytes(put_bytes(p, f->ends.to_mac, 6), f->ends.from_mac, 6);
}

static uint8_t *
put_snap(uint8_t *p, const struct frame_build *f)
{
	return put16(put16(put32(p, 0xaaaa0300), 0), f->ethertype);
}

static void
put_eth(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put16(put_macs(wire_front(&f->wire, 14), f), f->ethertype);
}

static void
put_802_3(struct frame_build *f, const struct layer *layer)
{
	size_t bytes = wire_bytes(&f->wire);

	(void)layer;
	put_snap(put16(put_macs(wire_front(&f->wire, 22), f), (uint32_t)bytes + 8), f);
}

/* VLAN, QinQ and MPLS in one: a number and what follows. */
static void
put_tag(struct frame_build *f, const struct layer *layer)
{
	put16(put16(wire_front(&f->wire, 4), layer->number), f->ethertype);
}

static void
put_mpls(struct frame_build *f, const struct layer *layer)
{
	uint32_t bottom = f->ethertype != ETHERTYPE_MPLS;

	put32(wire_front(&f->wire, 4), layer->number << 12 | bottom << 8 | TUNNEL_TTL);
}

/* Backbone bridging: an I-SID, and a whole Ethernet frame behind it. */
static void
put_pbb(struct frame_build *f, const struct layer *layer)
{
	put32(wire_front(&f->wire, 4), layer->number);
}

static uint16_t
ppp_number(uint16_t ethertype)
{
	switch (ethertype) {
	case ETHERTYPE_IP6:
		return 0x0057;
	case ETHERTYPE_MPLS:
		return 0x0281;
	default:
		return 0x0021;
	}
}

static void
put_pppoe(struct frame_build *f, const struct layer *layer)
{
	size_t bytes = wire_bytes(&f->wire) + 2;
	uint8_t *p = wire_front(&f->wire, 8);

	p = put16(put16(put16(p, 0x1100), layer->number), (uint32_t)bytes);
	put16(p, ppp_number(f->ethertype));
}

static void
put_ppp(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put16(put16(wire_front(&f->wire, 4), 0xff03), ppp_number(f->ethertype));
}

static void
put_chdlc(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put16(put16(wire_front(&f->wire, 4), 0x0f00), f->ethertype);
}

static void
put_sll(struct frame_build *f, const struct layer *layer)
{
	uint8_t *p = wire_front(&f->wire, 16);

	(void)layer;
	p = put16(put16(put16(p, f->backward ? 4 : 0), 1), 6);
	put16(put_bytes(p, f->ends.from_mac, 6) + 2, f->ethertype);
}

static void
put_sll2(struct frame_build *f, const struct layer *layer)
{
	uint8_t *p = wire_front(&f->wire, 20);

	(void)layer;
	p = put32(put16(put16(p, f->ethertype), 0), 2);
	p = put8(put8(put16(p, 1), f->backward ? 4 : 0), 6);
	put_bytes(p, f->ends.from_mac, 6);
}

static uint32_t
family(const struct frame_build *f)
{
	return f->ethertype == ETHERTYPE_IP6 ? FAMILY_IP6 : FAMILY_IP;
}

static void
put_null(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32_in(wire_front(&f->wire, 4), family(f), f->little_endian);
}

static void
put_loop(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32(wire_front(&f->wire, 4), family(f));
}

static void
put_raw(struct frame_build *f, const struct layer *layer)
{
	(void)f;
	(void)layer;
}

/* A header too rare for a name of its own; the script has to say the link type too. */
static void
put_spelled_out(struct frame_build *f, const struct layer *layer)
{
	put_bytes(wire_front(&f->wire, layer->byte_count), layer->bytes, layer->byte_count);
}

static void
put_fddi(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put_snap(put_macs(put8(wire_front(&f->wire, 21), 0x50), f), f);
}

/* A data frame from the access point; control is the frame's type, and QoS has two bytes more. */
static void
put_data_frame(struct frame_build *f, uint32_t control, size_t header_bytes)
{
	uint8_t *p = wire_front(&f->wire, header_bytes + 8);
	uint8_t *body = p + header_bytes;

	p = put16(put16(p, control), 0);
	p = put_bytes(p, f->ends.to_mac, 6);
	p = put_bytes(p, "\x02\x00\x00\x00\x00\xaa", 6);
	put_bytes(p, f->ends.from_mac, 6);
	put_snap(body, f);
}

static void
put_802_11(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put_data_frame(f, 0x0802, 24);
}

static void
put_802_11_qos(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put_data_frame(f, 0x8802, 26);
}

/* One field, the flags: nine bytes, so that nobody relies on an even length. */
static void
put_radiotap(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put16_in(put32(wire_front(&f->wire, 9), 0x00000900), 0x0002, true);
}

static void
put_ppi(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32_in(put32(wire_front(&f->wire, 8), 0x00000800), f->link, true);
}

/* The packet as an attribute, behind one that says where it was logged. */
static void
put_nflog(struct frame_build *f, const struct layer *layer)
{
	size_t bytes = wire_bytes(&f->wire);
	size_t padding = (4 - bytes % 4) % 4;
	uint8_t *p;

	(void)layer;
	wire_back(&f->wire, padding);
	p = wire_front(&f->wire, 16);
	p = put32(p, f->ethertype == ETHERTYPE_IP6 ? 0x0a000000 : 0x02000000);
	p = put16_in(put16_in(p, 5, f->little_endian), 10, f->little_endian) + 4;
	put16_in(put16_in(p, (uint32_t)bytes + 4, f->little_endian), 9, f->little_endian);
}

/* The Internet layer. */

static void
put_ip4(struct frame_build *f, const struct hop *hop, const struct ip_fields *ip)
{
	size_t bytes = wire_bytes(&f->wire) + 20;
	uint8_t *header = wire_front(&f->wire, 20);
	uint8_t *p = put8(put8(header, 0x45), ip->tos);

	p = put16(p, ip->total_bytes >= 0 ? (uint32_t)ip->total_bytes : (uint32_t)bytes);
	p = put16(p, ip->id);
	p = put16(p, (ip->may_fragment ? 0u : 0x4000u) | (ip->more_fragments ? 0x2000u : 0) |
			 ip->fragment_offset / 8);
	p = put16(put8(put8(p, ip->ttl), f->ip_proto), 0);
	put_bytes(put_bytes(p, hop->from.bytes, 4), hop->to.bytes, 4);
	put16(header + 10, (sum_bytes(header, 20) ^ 0xffffu) + ip->bad_checksum);
}

static void
put_ip6(struct frame_build *f, const struct hop *hop, const struct ip_fields *ip)
{
	bool fragment = ip->more_fragments || ip->fragment_offset > 0;
	size_t bytes;
	uint8_t *p;

	if (fragment) {
		p = put16(wire_front(&f->wire, 8), (uint32_t)f->ip_proto << 8);
		put32(put16(p, ip->fragment_offset | ip->more_fragments), ip->id);
		f->ip_proto = PROTO_FRAGMENT;
	}
	bytes = wire_bytes(&f->wire);
	p = put32(wire_front(&f->wire, 40), 0x60000000 | (uint32_t)ip->tos << 20);
	p = put16(p, ip->total_bytes >= 0 ? (uint32_t)ip->total_bytes : (uint32_t)bytes);
	p = put8(put8(p, f->ip_proto), ip->ttl);
	put_bytes(put_bytes(p, hop->from.bytes, 16), hop->to.bytes, 16);
}

/* With addresses it is a tunnel's; without, the packet's own. */
static void
put_ip(struct frame_build *f, const struct layer *layer)
{
	static const struct ip_fields tunnel = { .ttl = TUNNEL_TTL, .total_bytes = -1 };
	bool own = layer->outer.from.version == 0;
	struct hop hop = own ? f->ends : turned(&layer->outer, f->backward);
	const struct ip_fields *ip = own ? &f->ip : &tunnel;
	bool is_ip6 = hop.from.version == 6;

	(is_ip6 ? put_ip6 : put_ip4)(f, &hop, ip);
	f->ethertype = is_ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP;
	f->ip_proto = is_ip6 ? 41 : 4;
	if (!own)
		return;
	f->ip_at = f->wire.at;
	f->ip_bytes = wire_bytes(&f->wire);
}

/* An extension header of IPv6 that asks for nothing: eight bytes of padding. */
static void
put_extension(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32(put32(wire_front(&f->wire, 8), (uint32_t)f->ip_proto << 24 | 0x0104), 0);
}

/* No segments left, of a type nobody uses: RFC 4727's. */
static void
put_route(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32(wire_front(&f->wire, 8), (uint32_t)f->ip_proto << 24 | 253 << 8);
}

static void
put_ah(struct frame_build *f, const struct layer *layer)
{
	uint8_t *p = wire_front(&f->wire, 24);

	put32(put32(put32(p, (uint32_t)f->ip_proto << 24 | 4 << 16), layer->number), 1);
}

/* Tunnels. */

static void
put_gre(struct frame_build *f, const struct layer *layer)
{
	bool keyed = layer->number != 0;
	uint8_t *p = wire_front(&f->wire, keyed ? 8 : 4);

	p = put16(put16(p, keyed ? 0x2000 : 0), f->ethertype);
	if (keyed)
		put32(p, layer->number);
}

static void
put_erspan2(struct frame_build *f, const struct layer *layer)
{
	uint8_t *p = wire_front(&f->wire, 16);

	p = put32(put16(put16(p, 0x1000), 0x88be), 1);
	put32(put16(put16(p, 0x1000), layer->number), 0);
}

static void
put_erspan3(struct frame_build *f, const struct layer *layer)
{
	uint8_t *p = wire_front(&f->wire, 20);

	p = put32(put16(put16(p, 0x1000), 0x22eb), 1);
	put32(put16(put16(p, 0x2000), layer->number), 0);
}

/* A tunnel's checksum may be zero (RFC 6935), and then says nothing. */
static void
put_udp(struct frame_build *f, uint32_t dport, uint32_t sport)
{
	size_t bytes = wire_bytes(&f->wire) + 8;

	put16(put16(put16(wire_front(&f->wire, 8), sport), dport), (uint32_t)bytes);
}

static void
put_vxlan(struct frame_build *f, const struct layer *layer)
{
	put24(put32(wire_front(&f->wire, 8), 0x08000000), layer->number);
	put_udp(f, 4789, TUNNEL_SPORT);
}

static void
put_geneve(struct frame_build *f, const struct layer *layer)
{
	put24(put16(put16(wire_front(&f->wire, 8), 0), f->ethertype), layer->number);
	put_udp(f, 6081, TUNNEL_SPORT);
}

static void
put_gtpu(struct frame_build *f, const struct layer *layer)
{
	size_t bytes = wire_bytes(&f->wire);

	put32(put16(put16(wire_front(&f->wire, 8), 0x30ff), (uint32_t)bytes), layer->number);
	put_udp(f, 2152, 2152);
}

/* A register message of version 2. */
static void
put_pim(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put32(put32(wire_front(&f->wire, 8), 0x21000000), 0);
}

static void
put_teredo(struct frame_build *f, const struct layer *layer)
{
	(void)layer;
	put_udp(f, 3544, 3544);
}

/* clang-format off */
static const struct layer_kind kinds[] = {
	/* name       put              link  ethertype           ip_proto   takes */
	{ "eth",        put_eth,         1,    ETHERTYPE_ETHERNET, 143,       TAKES_NOTHING },
	{ "802.3",      put_802_3,       1,    ETHERTYPE_ETHERNET, 143,       TAKES_NOTHING },
	{ "vlan",       put_tag,         0,    0x8100,             0,         TAKES_NUMBER },
	{ "qinq",       put_tag,         0,    0x88a8,             0,         TAKES_NUMBER },
	{ "mpls",       put_mpls,        0,    ETHERTYPE_MPLS,     137,       TAKES_NUMBER },
	{ "pbb",        put_pbb,         0,    0x88e7,             0,         TAKES_NUMBER },
	{ "pppoe",      put_pppoe,       51,   0x8864,             0,         TAKES_NUMBER },
	{ "ppp",        put_ppp,         9,    0,                  0,         TAKES_NOTHING },
	{ "chdlc",      put_chdlc,       104,  0,                  0,         TAKES_NOTHING },
	{ "sll",        put_sll,         113,  0,                  0,         TAKES_NOTHING },
	{ "sll2",       put_sll2,        276,  0,                  0,         TAKES_NOTHING },
	{ "null",       put_null,        0,    0,                  0,         TAKES_NOTHING },
	{ "loop",       put_loop,        108,  0,                  0,         TAKES_NOTHING },
	{ "raw",        put_raw,         101,  0,                  0,         TAKES_NOTHING },
	{ "raw4",       put_raw,         228,  0,                  0,         TAKES_NOTHING },
	{ "raw6",       put_raw,         229,  0,                  0,         TAKES_NOTHING },
	{ "fddi",       put_fddi,        10,   0,                  0,         TAKES_NOTHING },
	{ "802.11",     put_802_11,      105,  0,                  0,         TAKES_NOTHING },
	{ "802.11-qos", put_802_11_qos,  105,  0,                  0,         TAKES_NOTHING },
	{ "radiotap",   put_radiotap,    127,  0,                  0,         TAKES_NOTHING },
	{ "ppi",        put_ppi,         192,  0,                  0,         TAKES_NOTHING },
	{ "nflog",      put_nflog,       239,  0,                  0,         TAKES_NOTHING },
	{ "bytes",      put_spelled_out, 0,    0,                  0,         TAKES_BYTES },
	{ "ip",         put_ip,          101,  0,                  0,         TAKES_ADDRESSES },
	{ "hop",        put_extension,   0,    0,                  0,         TAKES_NOTHING },
	{ "dst",        put_extension,   0,    0,                  60,        TAKES_NOTHING },
	{ "route",      put_route,       0,    0,                  43,        TAKES_NOTHING },
	{ "ah",         put_ah,          0,    0,                  51,        TAKES_NUMBER },
	{ "gre",        put_gre,         0,    0,                  47,        TAKES_NUMBER },
	{ "pim",        put_pim,         0,    0,                  103,       TAKES_NOTHING },
	{ "erspan2",    put_erspan2,     0,    0,                  47,        TAKES_NUMBER },
	{ "erspan3",    put_erspan3,     0,    0,                  47,        TAKES_NUMBER },
	{ "vxlan",      put_vxlan,       0,    0,                  PROTO_UDP, TAKES_NUMBER },
	{ "geneve",     put_geneve,      0,    0,                  PROTO_UDP, TAKES_NUMBER },
	{ "gtpu",       put_gtpu,        0,    0,                  PROTO_UDP, TAKES_NUMBER },
	{ "teredo",     put_teredo,      0,    0,                  PROTO_UDP, TAKES_NOTHING },
};
/* clang-format on */

const struct layer_kind *
layer_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

void
layer_put(struct frame_build *f, const struct layer *layer)
{
	layer->kind->put(f, layer);
	f->link = layer->kind->link;
	if (layer->kind->put == put_ip)
		return; /* its numbers hang on its version */
	f->ethertype = layer->kind->ethertype;
	f->ip_proto = layer->kind->ip_proto;
}
