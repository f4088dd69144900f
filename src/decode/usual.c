/*
 * The plain frame, whole: TCP over IPv4 over Ethernet, nothing between, no IP
 * options, no fragment, all of it captured. That is nearly every packet of
 * nearly every capture, so it does not walk from layer to layer. It must come
 * out just as if it had; what is not plain walks.
 */
#include "capture/capture.h"
#include "decode/decode_priv.h"

#define ETHERNET_BYTES 14
#define IPV4_BYTES     20
#define TCP_BYTES      20
#define LINK_ETHERNET  1 /* by either numbering */
#define TYPE_IPV4      0x0800
#define VERSION_4_NO_OPTIONS 0x45
#define MORE_OR_OFFSET 0x3fff

bool
decode_usual(const struct frame *frame, struct packet *pkt)
{
	const uint8_t *ip = frame->data + ETHERNET_BYTES;
	const uint8_t *tcp = ip + IPV4_BYTES;
	unsigned total_bytes, header_bytes, segment_bytes;

	if (frame->link != LINK_ETHERNET || frame->wire_bytes != frame->captured_bytes ||
	    frame->captured_bytes < ETHERNET_BYTES + IPV4_BYTES + TCP_BYTES ||
	    be16_at(ip - 2) != TYPE_IPV4 || ip[0] != VERSION_4_NO_OPTIONS || ip[9] != PROTO_TCP ||
	    (be16_at(ip + 6) & MORE_OR_OFFSET) != 0)
		return false;
	total_bytes = be16_at(ip + 2);
	header_bytes = (tcp[12] >> 4) * 4u;
	if (total_bytes > frame->captured_bytes - ETHERNET_BYTES || header_bytes < TCP_BYTES ||
	    total_bytes < IPV4_BYTES + header_bytes)
		return false;
	segment_bytes = total_bytes - IPV4_BYTES;

	pkt->ts_ns = frame->ts_ns;
	pkt->wire_bytes = frame->wire_bytes;
	pkt->fragments = 0;
	pkt->icmp.quotes = false;
	take_ipv4_header(pkt, ip);
	take_tcp_header(pkt, tcp);
	if (header_bytes > TCP_BYTES)
		take_tcp_options(pkt, tcp + TCP_BYTES, header_bytes - TCP_BYTES, false);
	pkt->payload = tcp + header_bytes;
	pkt->payload_captured = pkt->payload_bytes = segment_bytes - header_bytes;
	pkt->checksum = (uint8_t)checksum_judge(tcp, segment_bytes,
	    checksum_pseudo(&pkt->tuple, segment_bytes), pkt->tcp.checksum);
	return true;
}
