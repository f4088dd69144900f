/*
 * layer: the headers that a frame may wear around its TCP, UDP or ICMP.
 *
 * One table of layers; a script names them from the outside in, they are put
 * on from the inside out. What stands on the wire so far is known to the next
 * layer by the numbers under which it may be carried.
 */
#ifndef SYNSCOPE_SUPPORT_LAYER_H
#define SYNSCOPE_SUPPORT_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "support/wire.h"

struct address {
	uint8_t bytes[16];
	uint8_t version; /* 4, 6; 0 is none */
};

enum { LAYER_BYTES_MAX = 160 };

/* A sender and a receiver, at whichever layer. */
struct hop {
	struct address from;
	struct address to;
	uint8_t from_mac[6];
	uint8_t to_mac[6];
};

/* What the IP header around the payload says; tunnels use the defaults. */
struct ip_fields {
	uint16_t id;
	uint8_t ttl;
	uint8_t tos;
	bool may_fragment;
	bool bad_checksum;
	bool more_fragments;
	uint32_t fragment_offset; /* in bytes */
	int32_t total_bytes;      /* what the header claims, or -1 for the truth */
};

struct layer {
	const struct layer_kind *kind;
	uint32_t number;  /* VLAN, label, session, key, ... */
	struct hop outer; /* a tunnel's own ends; no address: the packet's */
	uint8_t bytes[LAYER_BYTES_MAX];
	size_t byte_count;
};

struct frame_build {
	struct wire wire;
	struct ip_fields ip;
	struct hop ends;    /* of the packet */
	bool backward;      /* from the later end to the earlier: tunnels turn round too */
	bool little_endian; /* of the machine that captured */
	uint16_t ethertype; /* three names of what stands outermost so far */
	uint8_t ip_proto;
	uint16_t link;
	const uint8_t *ip_at; /* the packet's own IP header, once it is put */
	size_t ip_bytes;      /* and all it carries */
};

struct layer_kind {
	const char *name;
	void (*put)(struct frame_build *frame, const struct layer *layer);
	uint16_t link;      /* the file's link type where this is outermost */
	uint16_t ethertype; /* 0 where it has none */
	uint8_t ip_proto;
	enum { TAKES_NOTHING, TAKES_NUMBER, TAKES_ADDRESSES, TAKES_BYTES } takes;
};

const struct layer_kind *layer_kind_find(const char *name);
void layer_put(struct frame_build *frame, const struct layer *layer);

/* The sum over the pseudo-header, for upper_bytes of proto. */
uint32_t pseudo_sum(const struct hop *hop, uint8_t proto, size_t upper_bytes);

#endif
