#include "base/put.h"

#include "base/span.h"

/* clang-format off */
const char put_pairs[200] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

const uint64_t put_powers[20] = {
	0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
	10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
	1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
	10000000000000000000u,
};
/* clang-format on */

/* Exactly so many digits, with leading zeros where value is shorter. */
static inline char *
put_2(char *to, uint32_t value)
{
	memcpy(to, put_pairs + value * 2, 2);
	return to + 2;
}

static inline char *
put_4(char *to, uint32_t value)
{
	return put_2(put_2(to, value / 100), value % 100);
}

static inline char *
put_8(char *to, uint32_t value)
{
	return put_4(put_4(to, value / 10000), value % 10000);
}

/* Up to so many digits, without leading zeros. */
static inline char *
put_upto_2(char *to, uint32_t value)
{
	return value < 10 ? put_char(to, (char)('0' + value)) : put_2(to, value);
}

static inline char *
put_upto_4(char *to, uint32_t value)
{
	return value < 100 ? put_upto_2(to, value)
			   : put_2(put_upto_2(to, value / 100), value % 100);
}

static inline char *
put_upto_8(char *to, uint32_t value)
{
	return value < 10000 ? put_upto_4(to, value)
			     : put_4(put_upto_4(to, value / 10000), value % 10000);
}

char *
put_long_u64(char *to, uint64_t value)
{
	if (value < 100000000)
		return put_upto_8(to, (uint32_t)value);
	/* At most twice, for twenty digits. */
	to = put_u64(to, value / 100000000);
	return put_8(to, (uint32_t)(value % 100000000));
}

/* What a signed number is without its sign; right for the smallest of them too. */
static inline uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

char *
put_seconds(char *to, int64_t ns)
{
	uint64_t whole = magnitude(ns);
	uint32_t fraction;

	if (ns < 0)
		*to++ = '-';
	to = put_u64(to, whole / SECOND_NS);
	fraction = (uint32_t)(whole % SECOND_NS);
	to[0] = '.';
	to[1] = (char)('0' + fraction / 100000000);
	return put_8(to + 2, fraction % 100000000);
}

char *
put_millis(char *to, int64_t ns)
{
	uint64_t whole = magnitude(ns);
	uint32_t rest = (uint32_t)(whole % MS_NS);

	if (ns < 0)
		*to++ = '-';
	to = put_u64(to, whole / MS_NS);
	if (rest == 0)
		return to;
	*to = '.';
	to = put_4(put_2(to + 1, rest / 10000), rest % 10000);
	while (to[-1] == '0')
		to--;
	return to;
}

struct date {
	uint32_t year, month, day;
};

/*
 * The proleptic Gregorian calendar. Years are counted from March, so that the
 * leap day is the last; 719468 days lie between 0000-03-01 and 1970-01-01, and
 * 400 years have 146097. All 64-bit nanoseconds fall between 1677 and 2262.
 */
static struct date
date_of(int64_t days_since_1970)
{
	uint32_t days = (uint32_t)(days_since_1970 + 719468);
	uint32_t era = days / 146097;
	uint32_t day_of_era = days % 146097;
	uint32_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint32_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint32_t month_from_march = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	date.year = era * 400 + year_of_era + (date.month <= 2);
	return date;
}

/* The fields' places in 0000-00-00T00:00:00.000000000Z are the standard's. */
char *
put_iso8601(char *to, int64_t ns)
{
	static const char shape[] = "0000-00-00T00:00:00.000000000Z";
	int64_t seconds = ns / SECOND_NS;
	int64_t fraction = ns % SECOND_NS;
	int64_t days;
	uint32_t in_day;
	struct date date;

	if (fraction < 0) {
		fraction += SECOND_NS;
		seconds--;
	}
	days = seconds / 86400;
	if (seconds % 86400 < 0)
		days--;
	in_day = (uint32_t)(seconds - days * 86400);
	date = date_of(days);

	memcpy(to, shape, sizeof(shape) - 1);
	put_4(to, date.year);
	put_2(to + 5, date.month);
	put_2(to + 8, date.day);
	put_2(to + 11, in_day / 3600);
	put_2(to + 14, in_day / 60 % 60);
	put_2(to + 17, in_day % 60);
	to[20] = (char)('0' + fraction / 100000000);
	put_8(to + 21, (uint32_t)(fraction % 100000000));
	return to + sizeof(shape) - 1;
}

/* "0." to "255."; of the length, the full stop is part. */
static const struct octet {
	char text[4];
	uint8_t length;
} octets[256] = {
#define DIGIT(n) (char)('0' + (n) % 10)
/* clang-format off */
#define OCTET(n) \
	{ \
		{ (n) < 10 ? DIGIT(n) : (n) < 100 ? DIGIT((n) / 10) : DIGIT((n) / 100), \
		    (n) < 10 ? '.' : (n) < 100 ? DIGIT(n) : DIGIT((n) / 10), \
		    (n) < 100 ? '.' : DIGIT(n), '.' }, \
		    (n) < 10 ? 2 : (n) < 100 ? 3 : 4 \
	}
#define OCTETS_4(n) OCTET(n), OCTET((n) + 1), OCTET((n) + 2), OCTET((n) + 3)
#define OCTETS_16(n) OCTETS_4(n), OCTETS_4((n) + 4), OCTETS_4((n) + 8), OCTETS_4((n) + 12)
#define OCTETS_64(n) OCTETS_16(n), OCTETS_16((n) + 16), OCTETS_16((n) + 32), OCTETS_16((n) + 48)
	OCTETS_64(0), OCTETS_64(64), OCTETS_64(128), OCTETS_64(192),
/* clang-format on */
#undef OCTETS_64
#undef OCTETS_16
#undef OCTETS_4
#undef OCTET
#undef DIGIT
};

static inline char *
put_octet(char *to, uint8_t value)
{
	memcpy(to, octets[value].text, sizeof(octets[value].text));
	return to + octets[value].length;
}

char *
put_ipv4(char *to, const uint8_t address[4])
{
	to = put_octet(to, address[0]);
	to = put_octet(to, address[1]);
	to = put_octet(to, address[2]);
	return put_octet(to, address[3]) - 1;
}

static inline char *
put_hex_group(char *to, unsigned group)
{
	int shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0;

	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[group >> shift & 0xf];
	return to;
}

/* RFC 5952, 4.2: the longest run of zero groups, the first of equals, never of one. */
static int
longest_zeros(const unsigned group[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && group[end] == 0)
			end++;
		if (end - i > *length) {
			best = i;
			*length = end - i;
		}
		i = end;
	}
	return best;
}

char *
put_ipv6(char *to, const uint8_t address[16])
{
	/* RFC 5952, 5: an address known to hold an IPv4 address shows it. */
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned group[8];
	int zeros, zeros_length;

	if (memcmp(address, mapped, sizeof(mapped)) == 0) {
		memcpy(to, "::ffff:", 7);
		return put_ipv4(to + 7, address + 12);
	}
	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)address[i * 2] << 8 | address[i * 2 + 1];
	zeros = longest_zeros(group, &zeros_length);
	for (int i = 0; i < 8; i++) {
		if (i == zeros) {
			*to++ = ':';
			i += zeros_length - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i > 0)
			*to++ = ':';
		to = put_hex_group(to, group[i]);
	}
	return to;
}
