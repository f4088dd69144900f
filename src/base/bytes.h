/*
 * bytes: a bounded look at captured bytes.
 *
 * Reading past the end yields zeros and sets overrun, so a header is read
 * straight through and judged once. All numbers are in network byte order.
 */
#ifndef SYNSCOPE_BASE_BYTES_H
#define SYNSCOPE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool overrun;
};

static inline struct bytes
bytes_of(const uint8_t *data, size_t count)
{
	return (struct bytes){ data, data + count, false };
}

static inline size_t
bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* count bytes, or NULL (and overrun) where fewer are left. */
static inline const uint8_t *
bytes_take(struct bytes *b, size_t count)
{
	const uint8_t *at = b->at;

	if (bytes_left(b) < count) {
		b->overrun = true;
		b->at = b->end;
		return NULL;
	}
	b->at += count;
	return at;
}

static inline void
bytes_skip(struct bytes *b, size_t count)
{
	(void)bytes_take(b, count);
}

static inline uint8_t
bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t
bytes_u16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
bytes_u32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Keep at most count bytes: what a length field leaves to the next layer. */
static inline void
bytes_limit(struct bytes *b, size_t count)
{
	if (bytes_left(b) > count)
		b->end = b->at + count;
}

/* Bytes that are known to be there, as the machine has them: to compare or to add up. */
static inline uint64_t
bytes_native64(const void *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint32_t
bytes_native32(const void *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

#endif
