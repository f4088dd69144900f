/*
 * hash: mixing keys so that nobody who writes packets can choose a chain.
 *
 * The seed is drawn afresh for each run; no order that depends on it ever
 * reaches an output.
 */
#ifndef SYNSCOPE_BASE_HASH_H
#define SYNSCOPE_BASE_HASH_H

#include <stdint.h>

struct hash_seed {
	uint64_t a;
	uint64_t b;
};

/* From the system's random source; a constant where it has none. */
struct hash_seed hash_seed_draw(void);

/* A 64 x 64 -> 128 bit multiply, folded: a good mixer where a and b are secret. */
static inline uint64_t
hash_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
