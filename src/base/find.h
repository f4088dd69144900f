/*
 * find: halving what stands in order, whatever it is ordered by.
 */
#ifndef SYNSCOPE_BASE_FIND_H
#define SYNSCOPE_BASE_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * at, a size_t, becomes the first of count places of which is_before, an
 * expression in at, does not hold; count, where it holds of each.
 *
 *	FIND_PLACE(at, count, flows[at].number < number);
 */
#define FIND_PLACE(at, count, is_before) \
	do { \
		size_t find_lo = 0, find_hi = (count); \
\
		while (find_lo < find_hi) { \
			(at) = find_lo + (find_hi - find_lo) / 2; \
			if (is_before) \
				find_lo = (at) + 1; \
			else \
				find_hi = (at); \
		} \
		(at) = find_lo; \
	} while (0)

/* numbers: ascending. */
static inline bool
sorted_has(const uint32_t *numbers, size_t count, uint32_t number)
{
	size_t at;

	FIND_PLACE(at, count, numbers[at] < number);
	return at < count && numbers[at] == number;
}

#endif
