#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* On the machines we know; elsewhere it is but a size. */
#define LARGE_PAGE_BYTES ((size_t)2 << 20)

/*
 * A pool's chunks are large, because filling fresh memory one small page at a
 * time costs more than what is done with it, and because a power of two of
 * items hardly ever ends where a large page does. Untouched parts cost nothing.
 */
#define POOL_CHUNK_MIN_BYTES ((size_t)32 << 20)

/* What a pool begins with. Sixteen small pages cost as much as a large one. */
#define POOL_SMALL_BYTES ((size_t)64 << 10)

/* From here on a table is given large pages, even if it does not fill one. */
#define TABLE_MAPPED_MIN_BYTES ((size_t)256 << 10)

static void
out_of_memory(void)
{
	fputs("synscope: out of memory\n", stderr);
	exit(2);
}

void *
mem_alloc(size_t bytes)
{
	void *p = malloc(bytes == 0 ? 1 : bytes);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_zalloc(size_t bytes)
{
	void *p = calloc(1, bytes == 0 ? 1 : bytes);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_realloc_array(void *old, size_t count, size_t item_bytes)
{
	void *p;

	if (item_bytes != 0 && count > SIZE_MAX / item_bytes)
		out_of_memory();
	p = realloc(old, count * item_bytes == 0 ? 1 : count * item_bytes);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_room(void *items, size_t *room, size_t count, size_t item_bytes)
{
	if (count < *room)
		return items;
	*room = *room == 0 ? 16 : *room * 2;
	return mem_realloc_array(items, *room, item_bytes);
}

char *
mem_strdup(const char *text)
{
	size_t bytes = strlen(text) + 1;

	return memcpy(mem_alloc(bytes), text, bytes);
}

/*
 * Fresh memory of the system, zero already, in large pages behind the first
 * small_bytes: most runs need no more than those. What alignment takes beyond
 * what is wanted is given back.
 */
static void *
map_large(size_t bytes, size_t small_bytes)
{
	uint8_t *at = mmap(NULL, bytes + LARGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (at == MAP_FAILED)
		out_of_memory();
	before = -((uintptr_t)at + small_bytes) & (LARGE_PAGE_BYTES - 1);
	if (before > 0)
		munmap(at, before);
	munmap(at + before + bytes, LARGE_PAGE_BYTES - before);
#ifdef MADV_HUGEPAGE
	madvise(at + before + small_bytes, bytes - small_bytes, MADV_HUGEPAGE);
#endif
	return at + before;
}

/* Whole large pages, for what would touch many small ones; a table below this has small ones. */
static size_t
mapped_bytes(size_t bytes)
{
	return (bytes + LARGE_PAGE_BYTES - 1) & ~(LARGE_PAGE_BYTES - 1);
}

void *
mem_table_new(size_t bytes)
{
	return bytes < TABLE_MAPPED_MIN_BYTES ? mem_zalloc(bytes)
					      : map_large(mapped_bytes(bytes), 0);
}

void
mem_table_free(void *table, size_t bytes)
{
	if (bytes < TABLE_MAPPED_MIN_BYTES)
		free(table);
	else if (table != NULL)
		munmap(table, mapped_bytes(bytes));
}

bool
budget_take(struct budget *budget, size_t bytes)
{
	if (budget == NULL)
		return true;
	if (budget->limit_bytes != 0 && bytes > budget->limit_bytes - budget->used_bytes) {
		budget->refusals++;
		return false;
	}
	budget->used_bytes += bytes;
	return true;
}

void
budget_give(struct budget *budget, size_t bytes)
{
	if (budget == NULL)
		return;
	assert(bytes <= budget->used_bytes);
	budget->used_bytes -= bytes;
}

void *
budget_add(struct budget *budget, void *items, size_t *count, size_t *room, size_t item_bytes)
{
	void **array = items;

	if (!budget_take(budget, item_bytes))
		return NULL;
	*array = mem_room(*array, room, *count, item_bytes);
	return (char *)*array + (*count)++ * item_bytes;
}

void
pool_init(struct pool *pool, size_t item_bytes)
{
	/* A returned item holds the number of the next one. */
	if (item_bytes < sizeof(uint32_t))
		item_bytes = sizeof(uint32_t);
	item_bytes = (item_bytes + 7) & ~(size_t)7;
	*pool = (struct pool){ .item_bytes = item_bytes, .free_head = POOL_NONE };
	while (item_bytes << pool->shift < POOL_CHUNK_MIN_BYTES)
		pool->shift++;
	pool->mask = (1u << pool->shift) - 1;
}

static size_t
chunk_bytes(const struct pool *pool)
{
	return mapped_bytes(pool->item_bytes << pool->shift) + POOL_SMALL_BYTES;
}

void
pool_fini(struct pool *pool)
{
	for (uint32_t i = 0; i < pool->chunk_count; i++)
		munmap(pool->chunks[i], chunk_bytes(pool));
	free(pool->chunks);
	*pool = (struct pool){ .free_head = POOL_NONE };
}

static void
add_chunk(struct pool *pool)
{
	if ((pool->chunk_count & (pool->chunk_count - 1)) == 0)
		pool->chunks = mem_realloc_array(pool->chunks,
		    pool->chunk_count == 0 ? 1 : 2 * (size_t)pool->chunk_count,
		    sizeof(*pool->chunks));
	pool->chunks[pool->chunk_count] =
	    map_large(chunk_bytes(pool), pool->chunk_count == 0 ? POOL_SMALL_BYTES : 0);
	pool->chunk_count++;
}

uint32_t
pool_grow(struct pool *pool)
{
	uint32_t item = pool->item_count;

	if (item == POOL_NONE)
		out_of_memory();
	if (item >> pool->shift == pool->chunk_count)
		add_chunk(pool);
	pool->item_count++;
	return item;
}

uint32_t
pool_get(struct pool *pool)
{
	uint32_t item;

	if (pool->free_head == POOL_NONE)
		return pool_grow(pool);
	item = pool_take(pool);
	memset(pool_at(pool, item), 0, pool->item_bytes);
	return item;
}

void
pool_put(struct pool *pool, uint32_t item)
{
	assert(item < pool->item_count);
	memcpy(pool_at(pool, item), &pool->free_head, sizeof(pool->free_head));
	pool->free_head = item;
}
