/*
 * put: writing into room that is there already.
 *
 * Each function writes at to, without a terminator, and returns the end of
 * what it wrote; what stood behind that, within PUT_MAX of to, may be lost.
 * The caller has seen to the room: PUT_MAX is enough for any of them, strings
 * aside. Rows are written by the million, and a check for each number would
 * cost as much as the number.
 */
#ifndef SYNSCOPE_BASE_PUT_H
#define SYNSCOPE_BASE_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PUT_MAX 48

extern const char put_pairs[200];     /* "00" to "99" */
extern const uint64_t put_powers[20]; /* of ten, but for the first, which is 0 */

/* How many characters put_u64 will write. */
static inline unsigned
put_u64_length(uint64_t value)
{
	unsigned bits, guess;

	if (value < 10)
		return 1;
	/* 1233 / 4096 is log10(2), near enough for 64 bits. */
	bits = 64 - (unsigned)__builtin_clzll(value);
	guess = bits * 1233 >> 12;
	return guess + (value >= put_powers[guess]);
}

char *put_long_u64(char *to, uint64_t value);

static inline char *
put_u64(char *to, uint64_t value)
{
	if (value < 10) {
		*to = (char)('0' + value);
		return to + 1;
	}
	if (value < 100) {
		memcpy(to, put_pairs + value * 2, 2);
		return to + 2;
	}
	return put_long_u64(to, value);
}

static inline char *
put_char(char *to, char c)
{
	*to = c;
	return to + 1;
}

static inline char *
put_bytes(char *to, const char *data, size_t count)
{
	memcpy(to, data, count);
	return to + count;
}

/* A terminator is written behind it, and not counted: one call rather than two. */
static inline char *
put_str(char *to, const char *str)
{
	return stpcpy(to, str);
}

/* See text.h for what these look like. */
char *put_seconds(char *to, int64_t ns);
char *put_millis(char *to, int64_t ns);
char *put_iso8601(char *to, int64_t ns);
char *put_ipv4(char *to, const uint8_t address[4]);
char *put_ipv6(char *to, const uint8_t address[16]);

#endif
