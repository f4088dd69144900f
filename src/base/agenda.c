#include "base/agenda.h"

#include <stdlib.h>

#include "base/mem.h"

bool
agenda_put(struct agenda *agenda, const struct due *due)
{
	struct due *place = budget_add(
	    agenda->budget, &agenda->dues, &agenda->count, &agenda->room, sizeof(*place));
	size_t at = agenda->count - 1;

	if (place == NULL)
		return false;
	for (; at > 0 && due_before(due, &agenda->dues[(at - 1) / 2]); at = (at - 1) / 2)
		agenda->dues[at] = agenda->dues[(at - 1) / 2];
	agenda->dues[at] = *due;
	return true;
}

/* The last one fills the place of the first. */
struct due
agenda_take(struct agenda *agenda)
{
	struct due *dues = agenda->dues;
	struct due first = dues[0], last = dues[--agenda->count];
	size_t at = 0, below;

	while ((below = 2 * at + 1) < agenda->count) {
		if (below + 1 < agenda->count && due_before(&dues[below + 1], &dues[below]))
			below++;
		if (!due_before(&dues[below], &last))
			break;
		dues[at] = dues[below];
		at = below;
	}
	dues[at] = last;
	budget_give(agenda->budget, sizeof(first));
	return first;
}

static int
compare_dues(const void *a, const void *b)
{
	return due_before(b, a) - due_before(a, b);
}

void
agenda_sort(struct agenda *agenda)
{
	if (agenda->count > 0) /* else there is nothing to point at */
		qsort(agenda->dues, agenda->count, sizeof(*agenda->dues), compare_dues);
}

void
agenda_fini(struct agenda *agenda)
{
	free(agenda->dues);
}
