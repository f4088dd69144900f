/*
 * sort: numbers by the million, and of other kinds a few.
 */
#ifndef SYNSCOPE_BASE_SORT_H
#define SYNSCOPE_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Ascending. */
void sort_numbers(int64_t *numbers, size_t count);
/* ... and each once: returns how many are left. */
size_t sort_distinct(int64_t *numbers, size_t count);

/* Where it stands among sorted ones: the smallest of which so many percent are no larger. */
static inline size_t
percentile_place(size_t count, unsigned percent)
{
	size_t rank = (count * percent + 99) / 100;

	return rank == 0 ? 0 : rank - 1;
}

/* For qsort: the least first. */
static inline int
order_u32(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

static inline int
order_double(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

#endif
