/*
 * find: whether a number is one of many.
 */
#ifndef SYNSCOPE_BASE_FIND_H
#define SYNSCOPE_BASE_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* numbers: ascending. */
static inline bool
sorted_has(const uint32_t *numbers, size_t count, uint32_t number)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (numbers[middle] < number)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < count && numbers[lo] == number;
}

#endif
