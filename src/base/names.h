/*
 * names: whether a name is among others, and which of them somebody meant.
 */
#ifndef SYNSCOPE_BASE_NAMES_H
#define SYNSCOPE_BASE_NAMES_H

#include <stdbool.h>

/* names, here and below, end with NULL. */
bool name_is_one_of(const char *name, const char *const *names);
/* The nearest to one that is none of them; NULL: nothing is near. */
const char *name_meant(const char *name, const char *const *names);

#endif
