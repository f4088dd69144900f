/*
 * digest: what files are, by their size and SHA-256.
 */
#ifndef SYNSCOPE_REPORT_DIGEST_H
#define SYNSCOPE_REPORT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct digest {
	const char *path;
	bool is_known; /* it is a plain file, and could be read */
	uint64_t size;
	uint8_t sha256[SHA256_BYTES];
};

/* Goes on by itself; paths are borrowed until _free. */
struct digests;
struct digests *digests_begin(const char *const *paths, size_t count);
/* Waits until all are there. */
size_t digests_end(struct digests *digests, const struct digest **files);
void digests_free(struct digests *digests);

#endif
