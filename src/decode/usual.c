/*
 * The plain frame, whole: TCP over IP over Ethernet, at most a VLAN's tag
 * between, no IP options, no fragment. That is nearly every packet of nearly
 * every capture, so it does not walk from layer to layer. It must come out
 * just as if it had; what is not plain walks.
 */
#include "base/hint.h"
#include "capture/capture.h"
#include "decode/decode_priv.h"

#define ETHERNET_BYTES       14
#define TAG_BYTES            4
#define IPV4_BYTES           20
#define IPV6_BYTES           40
#define TCP_BYTES            20
#define LINK_ETHERNET        1 /* by either numbering */
#define TYPE_IPV4            0x0800
#define TYPE_IPV6            0x86dd
#define TYPE_VLAN            0x8100
#define VERSION_4_NO_OPTIONS 0x45
#define MORE_OR_OFFSET       0x3fff

/* No options, no fragment, and TCP inside. */
static inline bool
is_plain_ipv4(const uint8_t *ip)
{
	return ip[0] == VERSION_4_NO_OPTIONS && ip[9] == PROTO_TCP &&
	       (be16_at(ip + 6) & MORE_OR_OFFSET) == 0;
}

static inline bool
is_plain_ipv6(const uint8_t *ip)
{
	return ip[0] >> 4 == 6 && ip[6] == PROTO_TCP;
}

/* A segment, behind an IP header that ends with both addresses. */
struct segment {
	const uint8_t *at;
	uint32_t left;  /* captured bytes from there on */
	uint32_t bytes; /* as IP says; where that is nonsense, far too many */
	uint32_t addresses_bytes;
};

/* Take off what comes before it. False where that is not plain. */
static inline bool
find_segment(struct segment *segment, const struct frame *frame, struct packet *pkt)
{
	const uint8_t *ip = frame->data + ETHERNET_BYTES;
	uint32_t left = frame->captured_bytes - ETHERNET_BYTES;
	uint16_t type = be16_at(ip - 2);

	if (type == TYPE_VLAN) {
		if (left < TAG_BYTES + IPV4_BYTES + TCP_BYTES)
			return false;
		ip += TAG_BYTES;
		left -= TAG_BYTES;
		type = be16_at(ip - 2);
	}
	if (likely(type == TYPE_IPV4 && is_plain_ipv4(ip))) {
		take_ipv4_header(pkt, ip);
		*segment = (struct segment){ ip + IPV4_BYTES, left - IPV4_BYTES,
			be16_at(ip + 2) - (uint32_t)IPV4_BYTES, 8 };
		return true;
	}
	if (type == TYPE_IPV6 && left >= IPV6_BYTES + TCP_BYTES && is_plain_ipv6(ip)) {
		take_ipv6_header(pkt, ip);
		*segment =
		    (struct segment){ ip + IPV6_BYTES, left - IPV6_BYTES, be16_at(ip + 4), 32 };
		return true;
	}
	return false;
}

/* All that the checksum covers lies in a row, but for two numbers. */
static inline bool
fits(const struct segment *segment)
{
	uint64_t numbers = (uint64_t)bytes_net16((uint16_t)segment->bytes) + bytes_net16(PROTO_TCP);

	return checksum_fits(segment->at - segment->addresses_bytes,
	    segment->addresses_bytes + segment->bytes, numbers);
}

static SELDOM void
judge_misfit(struct packet *pkt)
{
	uint32_t bytes = pkt->tcp.header_bytes + pkt->payload_bytes;

	pkt->checksum =
	    (uint8_t)checksum_misfit(checksum_pseudo(&pkt->tuple, bytes), pkt->tcp.checksum);
}

/* cut: how many bytes of the frame were not captured */
static inline bool
take_segment(const struct segment *segment, struct packet *pkt, uint32_t cut)
{
	const uint8_t *tcp = segment->at;
	uint32_t header_bytes = (tcp[12] >> 4) * 4u;
	uint32_t captured_bytes = segment->left < segment->bytes ? segment->left : segment->bytes;

	if (unlikely(segment->bytes > (uint64_t)segment->left + cut || header_bytes < TCP_BYTES ||
		     header_bytes > captured_bytes))
		return false;
	take_tcp_header(pkt, tcp);
	if (header_bytes > TCP_BYTES)
		take_tcp_options(pkt, tcp + TCP_BYTES, header_bytes - TCP_BYTES, false);
	pkt->header = tcp;
	pkt->payload = tcp + header_bytes;
	pkt->payload_bytes = segment->bytes - header_bytes;
	pkt->payload_captured = captured_bytes - header_bytes;
	pkt->fragments = 0;
	pkt->bad_length = false;
	pkt->checksum = CHECKSUM_UNKNOWN;
	if (unlikely(captured_bytes < segment->bytes))
		return true;
	pkt->checksum = CHECKSUM_GOOD;
	if (unlikely(!fits(segment)))
		judge_misfit(pkt);
	return true;
}

APART bool
decode_usual(const struct frame *frame, struct packet *pkt)
{
	struct segment segment;

	if (unlikely(frame->link != LINK_ETHERNET || frame->captured_bytes > frame->wire_bytes ||
		     frame->captured_bytes < ETHERNET_BYTES + IPV4_BYTES + TCP_BYTES))
		return false;
	pkt->ts_ns = frame->ts_ns;
	pkt->wire_bytes = frame->wire_bytes;
	return find_segment(&segment, frame, pkt) &&
	       take_segment(&segment, pkt, frame->wire_bytes - frame->captured_bytes);
}
