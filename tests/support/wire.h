/*
 * wire: a frame built from the inside out.
 *
 * A header needs to know what it carries, so the innermost bytes come first
 * and each layer is put in front. None of the program's own code is used
 * here: a mistake shared by writer and reader would hide itself.
 */
#ifndef SYNSCOPE_SUPPORT_WIRE_H
#define SYNSCOPE_SUPPORT_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_MAX = 1 << 17,  /* a frame with all its headers */
	WIRE_TAIL = 1 << 10, /* of these, what may still be added behind */
};

struct wire {
	uint8_t *at;
	uint8_t *end;
	uint8_t room[WIRE_MAX];
};

void wire_init(struct wire *wire);
size_t wire_bytes(const struct wire *wire);
/* count zeroed bytes in front of what is there, or behind it. */
uint8_t *wire_front(struct wire *wire, size_t count);
uint8_t *wire_back(struct wire *wire, size_t count);

/* Each returns where to go on writing; network byte order but for the last two. */
uint8_t *put8(uint8_t *p, uint32_t value);
uint8_t *put16(uint8_t *p, uint32_t value);
uint8_t *put24(uint8_t *p, uint32_t value);
uint8_t *put32(uint8_t *p, uint32_t value);
uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t count);
uint8_t *put16_in(uint8_t *p, uint32_t value, int little_endian);
uint8_t *put32_in(uint8_t *p, uint32_t value, int little_endian);

/* The Internet checksum (RFC 1071) in two steps: sums add up, the folded one is sent. */
uint32_t sum_bytes(const uint8_t *bytes, size_t count);
uint16_t sum_fold(uint32_t sum);

#endif
