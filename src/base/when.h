/*
 * when: moments as people write them.
 */
#ifndef SYNSCOPE_BASE_WHEN_H
#define SYNSCOPE_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each takes the whole of a text, and says false where it is not such a one or
 * does not fit. Digits past the nanoseconds are dropped.
 */
/* "3", "0.25": seconds, without a sign. */
bool when_seconds(const char *at, size_t length, int64_t *ns);
/*
 * "1558371357.011645", since 1970; "2019-05-20T16:55:57.011645Z" or with +02:00,
 * never without its zone; "+1.5", seconds from something that the caller knows.
 */
bool when_moment(const char *at, size_t length, int64_t *ns, bool *is_relative);

#endif
