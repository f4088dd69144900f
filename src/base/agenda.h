/*
 * agenda: what is due when. Put down in any order, taken out by time.
 */
#ifndef SYNSCOPE_BASE_AGENDA_H
#define SYNSCOPE_BASE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget;

struct due {
	int64_t at_ns;
	uint64_t what;
};

/* Of one time, the least comes first. */
static inline bool
due_before(const struct due *one, const struct due *other)
{
	return one->at_ns != other->at_ns ? one->at_ns < other->at_ns : one->what < other->what;
}

/* A heap: none is due before the first. Zeroed is empty, and knows no bound. */
struct agenda {
	struct budget *budget;
	struct due *dues;
	size_t count;
	size_t room;
};

/* What the budget has no room for is not put down: false. */
bool agenda_put(struct agenda *agenda, const struct due *due);
/* Whether anything is due before that. */
static inline bool
agenda_is_due(const struct agenda *agenda, const struct due *before)
{
	return agenda->count > 0 && due_before(&agenda->dues[0], before);
}
/* The first, of some. */
struct due agenda_take(struct agenda *agenda);
/* Put all in the order in which they would be taken. */
void agenda_sort(struct agenda *agenda);
void agenda_fini(struct agenda *agenda);

#endif
