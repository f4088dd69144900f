/*
 * recall: the latest bytes of a stream, by where they stood; private to tcp.
 *
 * A ring that grows with the stream up to a bound, under a budget; where that
 * is used up it stays small, and only less can be recalled.
 */
#ifndef SYNSCOPE_TCP_RECALL_H
#define SYNSCOPE_TCP_RECALL_H

#include <stddef.h>
#include <stdint.h>

struct budget;

struct recall {
	struct budget *budget;
	uint8_t *ring;
	size_t room;  /* a power of two, or 0 */
	size_t count; /* bytes held: those before end */
	uint64_t end; /* offset in the stream */
};

void recall_init(struct recall *recall, struct budget *budget);
void recall_fini(struct recall *recall);

/* The bytes at end, which moves. */
void recall_add(struct recall *recall, const uint8_t *data, size_t count);
/* Forget all: the next bytes stand at end. */
void recall_restart(struct recall *recall, uint64_t end);

/*
 * The bytes at an offset before end. *count, not 0, is how many are wanted, and
 * becomes how many lie together; or, with NULL, how many cannot be recalled.
 */
const uint8_t *recall_at(const struct recall *recall, uint64_t at, size_t *count);

#endif
