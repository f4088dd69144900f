/*
 * ICMP and ICMPv6, and the packets that their errors quote.
 */
#include <string.h>

#include "decode/decode_priv.h"

#define ICMP_BYTES  4 /* what every message has */
#define QUOTE_BYTES 8 /* what RFC 792 promises of the quoted payload */

/* RFC 792, RFC 950: destination unreachable, source quench, redirect, time, parameter. */
static bool
is_error(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* RFC 4443, 2.1: those below 128 are errors. */
static bool
is_error6(uint8_t type)
{
	return type < 128;
}

/* An echo's identifier is the port of who asked, so that the reply goes the other way. */
static void
number_ends(struct tuple *tuple, uint8_t type, uint16_t identifier)
{
	bool is_v4 = tuple->proto == PROTO_ICMP;

	tuple->sport = type == (is_v4 ? 8 : 128) ? identifier : 0;
	tuple->dport = type == (is_v4 ? 0 : 129) ? identifier : 0;
}

static void
quote_transport(struct bytes b, struct icmp_header *icmp, uint8_t proto)
{
	struct tuple *quoted = &icmp->quoted;
	const uint8_t *h = bytes_take(&b, QUOTE_BYTES);

	if (h == NULL)
		return;
	quoted->proto = proto;
	switch (proto) {
	case PROTO_TCP:
	case PROTO_UDP:
		quoted->sport = be16_at(h);
		quoted->dport = be16_at(h + 2);
		if (proto == PROTO_TCP)
			icmp->quoted_seq = be32_at(h + 4);
		break;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		number_ends(quoted, h[0], be16_at(h + 4));
		break;
	default:
		return;
	}
	icmp->quotes = true;
}

static void
quote_ipv4(struct bytes b, struct icmp_header *icmp)
{
	enum { HEADER = 20, OFFSET = 0x1fff };
	const uint8_t *h = bytes_take(&b, HEADER);
	unsigned header_bytes = h == NULL ? 0 : (h[0] & 0x0fu) * 4;

	if (header_bytes < HEADER || (be16_at(h + 6) & OFFSET) != 0)
		return;
	bytes_skip(&b, header_bytes - HEADER);
	memcpy(icmp->quoted.src, h + 12, 4);
	memcpy(icmp->quoted.dst, h + 16, 4);
	icmp->quoted.ip_version = 4;
	quote_transport(b, icmp, h[9]);
}

/* Take one extension header off; false where proto is none, or the rest is no first fragment. */
static bool
quote_extension(struct bytes *b, uint8_t *proto)
{
	enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AH = 51, DESTINATION = 60 };
	struct bytes header = *b;
	uint8_t next = bytes_u8(&header);
	unsigned units = bytes_u8(&header);

	switch (*proto) {
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION:
		bytes_skip(b, units * 8 + 8);
		break;
	case FRAGMENT:
		if ((bytes_u16(&header) & 0xfff8) != 0)
			return false;
		bytes_skip(b, 8);
		break;
	case AH:
		bytes_skip(b, units * 4 + 8);
		break;
	default:
		return false;
	}
	*proto = next;
	return !b->overrun;
}

static void
quote_ipv6(struct bytes b, struct icmp_header *icmp)
{
	enum { HEADER = 40 };
	const uint8_t *h = bytes_take(&b, HEADER);
	uint8_t proto;

	if (h == NULL)
		return;
	memcpy(icmp->quoted.src, h + 8, 16);
	memcpy(icmp->quoted.dst, h + 24, 16);
	icmp->quoted.ip_version = 6;
	proto = h[6];
	while (quote_extension(&b, &proto))
		continue;
	quote_transport(b, icmp, proto);
}

static void
read_quote(struct bytes b, struct icmp_header *icmp)
{
	struct bytes peek = b;

	icmp->quoted = (struct tuple){ 0 };
	icmp->quoted_seq = 0;
	switch (bytes_u8(&peek) >> 4) {
	case 4:
		quote_ipv4(b, icmp);
		break;
	case 6:
		quote_ipv6(b, icmp);
		break;
	}
}

static enum layer
take_icmp(struct walk *w, uint8_t proto, bool (*errs)(uint8_t type))
{
	const uint8_t *h = bytes_take(&w->b, ICMP_BYTES);
	struct packet *pkt = w->pkt;
	struct icmp_header *icmp = &pkt->icmp;
	uint16_t identifier;

	if (h == NULL)
		return walk_short(w);
	icmp->type = h[0];
	icmp->code = h[1];
	icmp->quotes = false;
	identifier = bytes_u16(&w->b);
	bytes_skip(&w->b, 2);
	pkt->tuple.proto = proto;
	number_ends(&pkt->tuple, h[0], identifier);
	pkt->tcp = (struct tcp_header){ 0 };
	walk_to_payload(w, h, be16_at(h + 2));
	if (errs(h[0]))
		read_quote(w->b, icmp);
	return walk_end(DECODE_OK);
}

enum layer
walk_icmp(struct walk *w)
{
	return take_icmp(w, PROTO_ICMP, is_error);
}

enum layer
walk_icmp6(struct walk *w)
{
	return take_icmp(w, PROTO_ICMP6, is_error6);
}
