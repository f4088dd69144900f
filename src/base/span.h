/*
 * span: times, which are counted in nanoseconds, and how far apart two are.
 *
 * Times are a file's or the user's, and can be anything: what would overflow
 * stops at the end of time.
 */
#ifndef SYNSCOPE_BASE_SPAN_H
#define SYNSCOPE_BASE_SPAN_H

#include <stdint.h>

#define SECOND_NS INT64_C(1000000000)
#define MS_NS     INT64_C(1000000)

/* Negative where a clock stepped back. */
static inline int64_t
span_ns(int64_t later_ns, int64_t earlier_ns)
{
	int64_t ns;

	if (__builtin_sub_overflow(later_ns, earlier_ns, &ns))
		return later_ns < earlier_ns ? INT64_MIN : INT64_MAX;
	return ns;
}

/* The time at the end of a span. */
static inline int64_t
span_end(int64_t from_ns, int64_t ns)
{
	int64_t end_ns;

	if (__builtin_add_overflow(from_ns, ns, &end_ns))
		return ns < 0 ? INT64_MIN : INT64_MAX;
	return end_ns;
}

#endif
