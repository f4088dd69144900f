/*
 * sort: numbers by the million.
 */
#ifndef SYNSCOPE_BASE_SORT_H
#define SYNSCOPE_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Ascending. */
void sort_numbers(int64_t *numbers, size_t count);

#endif
