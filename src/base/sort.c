#include "base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Each is moved to its place; false where the places are too far. */
static bool
sort_near(int64_t *numbers, size_t count, size_t moves_left)
{
	for (size_t i = 1; i < count; i++) {
		int64_t number = numbers[i];
		size_t at = i;

		for (; at > 0 && numbers[at - 1] > number; at--)
			numbers[at] = numbers[at - 1];
		numbers[at] = number;
		if (i - at > moves_left)
			return false;
		moves_left -= i - at;
	}
	return true;
}

/* Byte by byte, from the lowest on: no two are ever compared. */
static void
sort_many(int64_t *numbers, size_t count)
{
	uint64_t *from = (uint64_t *)numbers;
	uint64_t *other = mem_realloc_array(NULL, count, sizeof(*other));
	uint64_t *to = other;

	for (unsigned shift = 0; shift < 64 && count > 0; shift += 8) {
		/* The sign's bit is turned, so that what is below zero comes first. */
		uint64_t turn = shift == 56 ? UINT64_C(0x80) : 0;
		size_t places[257] = { 0 };
		uint64_t *swap = from;

		for (size_t i = 0; i < count; i++)
			places[((from[i] >> shift & 0xff) ^ turn) + 1]++;
		if (places[((from[0] >> shift & 0xff) ^ turn) + 1] == count)
			continue; /* they have this byte in common */
		for (unsigned i = 1; i < 256; i++)
			places[i] += places[i - 1];
		for (size_t i = 0; i < count; i++)
			to[places[(from[i] >> shift & 0xff) ^ turn]++] = from[i];
		from = to;
		to = swap;
	}
	if (from == other)
		memcpy(numbers, other, count * sizeof(*numbers));
	free(other);
}

/* As many as the fewest that are worth going through byte by byte may take; and those in order but for a little, each. */
#define MOVES_FEW  1024
#define MOVES_EACH 2

void
sort_numbers(int64_t *numbers, size_t count)
{
	if (!sort_near(numbers, count, MOVES_FEW + MOVES_EACH * count))
		sort_many(numbers, count);
}

size_t
sort_distinct(int64_t *numbers, size_t count)
{
	size_t kept = 0;

	sort_numbers(numbers, count);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || numbers[i] != numbers[kept - 1])
			numbers[kept++] = numbers[i];
	return kept;
}
