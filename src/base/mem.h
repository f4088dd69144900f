/*
 * mem: memory by lifetime.
 *
 * Running out of memory ends the program here, with one message, so nobody
 * else checks. What grows with the traffic asks a budget first. Pools
 * chain blocks that never move.
 */
#ifndef SYNSCOPE_BASE_MEM_H
#define SYNSCOPE_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *mem_alloc(size_t bytes) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t bytes) __attribute__((malloc, returns_nonnull));
/* count and item_bytes are multiplied with a check. */
void *mem_realloc_array(void *old, size_t count, size_t item_bytes)
    __attribute__((returns_nonnull));
/* items with room for one more than count of them: twice the room, where it is used up. */
void *mem_room(void *items, size_t *room, size_t count, size_t item_bytes)
    __attribute__((returns_nonnull));
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));

/*
 * Zeroed memory in large pages, where it is large and the system has them: for
 * tables that are read all over. Given back with the size it was taken with.
 */
void *mem_table_new(size_t bytes) __attribute__((malloc, returns_nonnull));
void mem_table_free(void *table, size_t bytes);

/* A bound on what traffic may make us keep. A zeroed limit means no bound. */
struct budget {
	size_t limit_bytes;
	size_t used_bytes;
	uint64_t refusals;
};

/* A NULL budget always agrees. */
bool budget_take(struct budget *budget, size_t bytes);
void budget_give(struct budget *budget, size_t bytes);
/* The place of one more in items, a pointer to an array that grows; NULL: the budget refused it. */
void *budget_add(
    struct budget *budget, void *items, size_t *count, size_t *room, size_t item_bytes);

/*
 * Items of one size, named by numbers from 0. An item's address holds for as
 * long as the pool; a returned item's number is handed out again.
 */
struct pool {
	uint8_t **chunks;
	size_t item_bytes;
	uint32_t chunk_count;
	uint32_t item_count; /* ever handed out at once */
	uint32_t free_head;
	uint32_t mask;  /* of an item's number in its chunk */
	unsigned shift; /* items in a chunk: 1 << shift */
};

#define POOL_NONE UINT32_MAX

void pool_init(struct pool *pool, size_t item_bytes);
void pool_fini(struct pool *pool);
/* A zeroed item. */
uint32_t pool_get(struct pool *pool);
/* One that was never handed out; zeroed too. */
uint32_t pool_grow(struct pool *pool);
void pool_put(struct pool *pool, uint32_t item);

static inline void *
pool_at(const struct pool *pool, uint32_t item)
{
	return pool->chunks[item >> pool->shift] + (item & pool->mask) * pool->item_bytes;
}

/* As pool_get, but what was in it still is: to be filled in whole. */
static inline uint32_t
pool_take(struct pool *pool)
{
	uint32_t item = pool->free_head;

	if (item == POOL_NONE)
		return pool_grow(pool);
	memcpy(&pool->free_head, pool_at(pool, item), sizeof(pool->free_head));
	return item;
}

#endif
