/*
 * sha256: what identifies a file, or allows a script on a page (FIPS 180-4).
 */
#ifndef SYNSCOPE_BASE_SHA256_H
#define SYNSCOPE_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

struct sha256 {
	uint32_t state[8];
	uint64_t count; /* bytes so far */
	uint8_t block[64];
	bool is_fast; /* the processor has instructions for it; may be set to false */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t count);
void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_BYTES]);

#endif
