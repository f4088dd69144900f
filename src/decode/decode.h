/*
 * decode: a frame becomes one packet, or the reason why not.
 *
 * Headers are taken off from the outside in, one function a layer; the
 * innermost TCP, UDP or ICMP is the packet. Nothing is allocated but for
 * fragments waiting to be put together. What lies in a tunnel is found where
 * the tunnel's registered number says so, as Wireshark does.
 */
#ifndef SYNSCOPE_DECODE_H
#define SYNSCOPE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame;
struct budget;

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
	TCP_AE = 0x100,
};

/* Both ends of a packet, as sent. IPv4 addresses stand in the first four bytes, the rest zero. */
struct tuple {
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport; /* ICMP: the identifier of an echo request, else 0 */
	uint16_t dport; /* ICMP: of an echo reply */
	uint8_t proto;
	uint8_t ip_version; /* 4 or 6 */
	uint16_t zero;      /* so that no byte of it is left to chance */
};

static inline bool
is_icmp(const struct tuple *tuple)
{
	return tuple->proto == PROTO_ICMP || tuple->proto == PROTO_ICMP6;
}

/* Which TCP options a segment carries. */
enum tcp_option {
	OPT_MSS = 0x01,
	OPT_WSCALE = 0x02,
	OPT_SACK_PERMITTED = 0x04,
	OPT_TIMESTAMPS = 0x08,
	OPT_SACK = 0x10,
	OPT_MPTCP = 0x20,
	OPT_FAST_OPEN = 0x40,
	OPT_BAD = 0x80, /* the list of options is broken; those before are good */
};

#define TCP_SACK_MAX 4

/* In an order in which a header's bytes are taken several at once. */
struct tcp_header {
	uint32_t ack; /* as it stands, even where ACK is not set */
	uint32_t seq;
	uint32_t ts_echo;
	uint32_t ts_value;
	uint16_t mss;
	uint8_t options; /* bits of enum tcp_option */
	uint8_t wscale;  /* as sent; RFC 7323 allows 14 at most */
	uint8_t mptcp;   /* a bit for each kind of MPTCP option; those up to 7 are told apart */
	uint8_t sack_count;
	uint8_t fast_open_bytes; /* length of the cookie; 0 is a request for one */
	uint8_t header_bytes;
	uint16_t window; /* unscaled */
	uint16_t flags;
	uint16_t checksum;
};

struct icmp_header {
	uint8_t type;
	uint8_t code;
	bool quotes;         /* an error that quotes a packet whose ends could be read */
	struct tuple quoted; /* as the quoted packet was sent */
	uint32_t quoted_seq; /* TCP only */
};

/* What a checksum can be said to be. */
enum checksum {
	CHECKSUM_UNKNOWN, /* cut short, a fragment, or none was sent */
	CHECKSUM_GOOD,
	CHECKSUM_OFFLOADED, /* zero or the pseudo-header's sum: the card was to fill it in */
	CHECKSUM_BAD,
};

struct packet {
	/* Of the frame; set by whoever numbers frames, but for ts_ns and wire_bytes. */
	int64_t ts_ns;
	uint32_t index; /* the frame's place in the whole run, from 1 */
	uint32_t wire_bytes;

	struct tuple tuple;
	uint32_t payload_bytes; /* on the wire */
	uint16_t ip_id;         /* 0 for IPv6 */
	uint8_t ttl;
	uint8_t tos;
	uint8_t checksum;  /* enum checksum, of TCP, UDP or ICMP */
	uint8_t fragments; /* put together out of so many; 1: the first, without the others */
	bool bad_length;   /* IP or UDP says a length that cannot be; bounded, it is analyzed */
	struct tcp_header tcp;

	/* What comes before is all that a reading of the packet alone needs, and can be copied. */
	uint32_t payload_captured;
	const uint8_t *payload; /* valid until the next frame is asked for */
	const uint8_t *header;  /* likewise: of TCP, UDP or ICMP; it ends at payload, or was cut */
	uint32_t sack_left[TCP_SACK_MAX];
	uint32_t sack_right[TCP_SACK_MAX];
	struct icmp_header icmp; /* filled for ICMP only */
};

#define PACKET_HEAD_BYTES offsetof(struct packet, payload_captured)

enum decoded {
	DECODE_OK,
	DECODE_OTHER,     /* well, but not TCP, UDP or ICMP over IP: ARP, OSPF, ... */
	DECODE_LINK,      /* a link type that is not taken apart */
	DECODE_FRAGMENT,  /* a fragment; its datagram is not complete yet */
	DECODE_TRUNCATED, /* the capture cut it short before its last header ended */
	DECODE_MALFORMED, /* wrong on the wire */
	DECODE_COUNT
};

/* Holds datagrams that wait for their other fragments, under the budget. */
struct decoder;
struct decoder *decoder_new(struct budget *budget);
void decoder_free(struct decoder *decoder);

/* Fills all of *pkt but index. Anything but DECODE_OK leaves it half filled. */
enum decoded decode_frame(struct decoder *decoder, const struct frame *frame, struct packet *pkt);

/* What reassembly met, for the findings. */
struct fragment_story {
	uint64_t overlaps;  /* fragments whose bytes were there already; the first copy stays */
	uint64_t conflicts; /* of those, with other bytes */
	uint64_t expired; /* datagrams never whole: given up (too old, no room), or waiting still */
};

struct fragment_story decoder_fragments(const struct decoder *decoder);

#endif
