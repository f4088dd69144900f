#include "analysis/hindsight.h"

#include <stdlib.h>

#include "base/find.h"
#include "base/mem.h"

/*
 * How many packets a row waits for. A DSACK comes a round trip after what it
 * is about: a second at 100,000 packets a second. At 160 bytes a row this is
 * the largest piece of memory that `packets` needs.
 */
#define ROWS_KEPT (1u << 17)

struct hindsight {
	void (*out)(void *ctx, const struct packet_row *row);
	void *ctx;
	struct packet_row *rows; /* a ring, grown up to ROWS_KEPT */
	size_t room;
	size_t first;
	size_t count;
	uint64_t too_late;
};

struct hindsight *
hindsight_new(void (*out)(void *ctx, const struct packet_row *row), void *ctx)
{
	struct hindsight *h = mem_zalloc(sizeof(*h));

	h->out = out;
	h->ctx = ctx;
	return h;
}

void
hindsight_free(struct hindsight *h)
{
	if (h == NULL)
		return;
	free(h->rows);
	free(h);
}

static struct packet_row *
row_at(struct hindsight *h, size_t position)
{
	return &h->rows[(h->first + position) & (h->room - 1)];
}

void
hindsight_add(struct hindsight *h, const struct packet_row *row)
{
	if (h->count == h->room) {
		if (h->room < ROWS_KEPT) {
			/* first is 0 until the ring is full for good */
			h->room = h->room == 0 ? 256 : 2 * h->room;
			h->rows = mem_realloc_array(h->rows, h->room, sizeof(*h->rows));
		} else {
			h->out(h->ctx, row_at(h, 0));
			h->first = (h->first + 1) & (h->room - 1);
			h->count--;
		}
	}
	*row_at(h, h->count++) = *row;
}

void
hindsight_revise(struct hindsight *h, const struct revision *revision)
{
	size_t at;

	FIND_PLACE(at, h->count, row_at(h, at)->index < revision->index);
	if (at < h->count && row_at(h, at)->index == revision->index)
		row_at(h, at)->verdict.reason = revision->reason;
	else
		h->too_late++;
}

uint64_t
hindsight_flush(struct hindsight *h)
{
	for (size_t i = 0; i < h->count; i++)
		h->out(h->ctx, row_at(h, i));
	h->first = h->count = 0;
	return h->too_late;
}
