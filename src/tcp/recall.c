#include "tcp/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The windows of most connections: what is sent again was seldom sent before that. */
#define ROOM_MIN ((size_t)16 << 10)
#define ROOM_MAX ((size_t)1 << 20)

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
recall_init(struct recall *recall, struct budget *budget)
{
	*recall = (struct recall){ .budget = budget };
}

void
recall_fini(struct recall *recall)
{
	budget_give(recall->budget, recall->room);
	free(recall->ring);
	*recall = (struct recall){ 0 };
}

static size_t
place(const struct recall *recall, uint64_t at)
{
	return (size_t)(at & (recall->room - 1));
}

/* Into a ring that has room for it. */
static void
put(struct recall *recall, const uint8_t *data, size_t count)
{
	size_t start = place(recall, recall->end);
	size_t first = smaller(count, recall->room - start);

	memcpy(recall->ring + start, data, first);
	memcpy(recall->ring, data + first, count - first);
	recall->end += count;
	recall->count = smaller(recall->count + count, recall->room);
}

static void
grow(struct recall *recall, size_t wanted)
{
	struct recall larger = *recall;

	if (larger.room == 0)
		larger.room = ROOM_MIN;
	while (larger.room < wanted && larger.room < ROOM_MAX)
		larger.room *= 2;
	if (larger.room == recall->room || !budget_take(recall->budget, larger.room))
		return;
	larger.ring = mem_alloc(larger.room);
	larger.end -= larger.count;
	larger.count = 0;
	while (larger.end != recall->end) {
		size_t count = (size_t)(recall->end - larger.end);
		const uint8_t *data = recall_at(recall, larger.end, &count);

		put(&larger, data, count);
	}
	budget_give(recall->budget, recall->room);
	free(recall->ring);
	*recall = larger;
}

void
recall_add(struct recall *recall, const uint8_t *data, size_t count)
{
	size_t skipped;

	if (recall->count + count > recall->room)
		grow(recall, recall->count + count);
	skipped = count - smaller(count, recall->room);
	recall->end += skipped;
	if (recall->room > 0)
		put(recall, data + skipped, count - skipped);
}

void
recall_restart(struct recall *recall, uint64_t end)
{
	recall->count = 0;
	recall->end = end;
}

const uint8_t *
recall_at(const struct recall *recall, uint64_t at, size_t *count)
{
	uint64_t oldest = recall->end - recall->count;

	if (at < oldest) {
		*count = smaller(*count, (size_t)(oldest - at));
		return NULL;
	}
	*count = smaller(*count, (size_t)(recall->end - at));
	*count = smaller(*count, recall->room - place(recall, at));
	return recall->ring + place(recall, at);
}
