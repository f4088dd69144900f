/*
 * seq: arithmetic on 32-bit sequence numbers, which wrap (RFC 9293, 3.4).
 *
 * Sequence numbers are never compared with <; a difference of exactly 2^31 is
 * neither before nor after, and counts here as before.
 */
#ifndef SYNSCOPE_BASE_SEQ_H
#define SYNSCOPE_BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

static inline int32_t
seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static inline bool
seq_lt(uint32_t a, uint32_t b)
{
	return seq_diff(a, b) < 0;
}

static inline bool
seq_le(uint32_t a, uint32_t b)
{
	return seq_diff(a, b) <= 0;
}

static inline bool
seq_gt(uint32_t a, uint32_t b)
{
	return seq_diff(a, b) > 0;
}

static inline bool
seq_ge(uint32_t a, uint32_t b)
{
	return seq_diff(a, b) >= 0;
}

#endif
