/*
 * when: moments as people write them.
 */
#ifndef SYNSCOPE_BASE_WHEN_H
#define SYNSCOPE_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* A time as people say it: absolute, or from something that the caller knows. */
struct moment {
	int64_t ns;
	bool is_relative;
};

static inline int64_t
moment_ns(const struct moment *moment, int64_t from_ns)
{
	return moment->is_relative ? span_end(from_ns, moment->ns) : moment->ns;
}

/* All of them, ascending and each once; returns how many are left. */
size_t moments_ns(int64_t *ns, const struct moment *moments, size_t count, int64_t from_ns);

/*
 * Each takes the whole of a text, and says false where it is not such a one or
 * does not fit. Digits past the nanoseconds are dropped.
 */
/* "3", "0.25": seconds, without a sign. */
bool when_seconds(const char *at, size_t length, int64_t *ns);
/*
 * "1558371357.011645", since 1970; "2019-05-20T16:55:57.011645Z" or with +02:00,
 * never without its zone; "+1.5", which is relative.
 */
bool when_moment(const char *at, size_t length, struct moment *moment);

#endif
