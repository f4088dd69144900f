/*
 * hint: what is usual, where every packet comes by and the compiler cannot
 * know. It keeps the usual way short and in one piece.
 */
#ifndef SYNSCOPE_BASE_HINT_H
#define SYNSCOPE_BASE_HINT_H

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

/* A function that stays one: merged with its caller, both would run out of registers. */
#define APART __attribute__((noinline))

/* Likewise, and seldom called: where it is, that is not the usual way. */
#define SELDOM __attribute__((noinline, cold))

/* A step of nearly every packet, whatever the compiler thinks of its size: a call would cost more than it does. */
#define STEP static inline __attribute__((always_inline))

/* A function that only fetches ahead: where it stays one, gcc finds it without effect, and drops its calls. */
#define FETCHES inline __attribute__((always_inline))

#endif
