#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

#define NS_PER_S 1000000000u
#define NS_PER_MS 1000000u
#define ROOM_MIN 256

enum {
	U64_MAX_CHARS = 20,
	SECONDS_MAX_CHARS = 22, /* -9223372036.854775808 and to spare */
	MILLIS_MAX_CHARS = 24,
	ISO8601_MAX_CHARS = 32,
	IPV4_MAX_CHARS = 15,
	IPV6_MAX_CHARS = 45,
	CODE_MAX_CHARS = 12, /* \ud83d\ude00 */
};

#define REPLACEMENT "\xef\xbf\xbd"
#define REPLACEMENT_CODE 0xfffdu

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";
static const char hex_digits[] = "0123456789abcdef";

void
text_fini(struct text *text)
{
	free(text->at);
	*text = (struct text){ 0 };
}

void
text_reserve(struct text *text, size_t count)
{
	size_t room = text->room < ROOM_MIN ? ROOM_MIN : text->room;

	if (text->at != NULL && text->room - text->length >= count)
		return;
	/* A sum that no memory can hold ends at SIZE_MAX, which mem refuses. */
	while (room - text->length < count && room != SIZE_MAX)
		room = room > SIZE_MAX / 2 ? SIZE_MAX : room * 2;
	text->at = mem_realloc_array(text->at, room, 1);
	text->room = room;
}

const char *
text_str(struct text *text)
{
	text_reserve(text, 1);
	text->at[text->length] = '\0';
	return text->at;
}

/* Where the next count characters go; the caller moves length. */
static inline char *
tail(struct text *text, size_t count)
{
	text_reserve(text, count);
	return text->at + text->length;
}

static inline unsigned
digits_of(uint64_t value)
{
	static const uint64_t powers[] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
		10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
		1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
		10000000000000000000u,
	};
	/* 1233 / 4096 is log10(2), near enough for 64 bits. */
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned guess = bits * 1233 >> 12;

	return guess + (value >= powers[guess]);
}

/* Exactly count digits, with leading zeros where value is shorter. */
static inline void
put_digits(char *to, unsigned count, uint64_t value)
{
	char *p = to + count;

	while (p - to >= 2) {
		p -= 2;
		memcpy(p, digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (p != to)
		*to = (char)('0' + value % 10);
}

static inline size_t
put_number(char *to, uint64_t value)
{
	unsigned count = value == 0 ? 1 : digits_of(value);

	put_digits(to, count, value);
	return count;
}

/* What a signed number is without its sign; right for the smallest of them too. */
static inline uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

void
text_u64(struct text *text, uint64_t value)
{
	char *to = tail(text, U64_MAX_CHARS);

	text->length += put_number(to, value);
}

void
text_i64(struct text *text, int64_t value)
{
	if (value < 0)
		text_char(text, '-');
	text_u64(text, magnitude(value));
}

void
text_pad(struct text *text, int count)
{
	if (count <= 0)
		return;
	memset(tail(text, (size_t)count), ' ', (size_t)count);
	text->length += (size_t)count;
}

void
text_seconds(struct text *text, int64_t ns)
{
	char *start = tail(text, SECONDS_MAX_CHARS);
	char *to = start;
	uint64_t whole = magnitude(ns);

	if (ns < 0)
		*to++ = '-';
	to += put_number(to, whole / NS_PER_S);
	*to++ = '.';
	put_digits(to, 9, whole % NS_PER_S);
	text->length += (size_t)(to + 9 - start);
}

void
text_millis(struct text *text, int64_t ns)
{
	char *start = tail(text, MILLIS_MAX_CHARS);
	char *to = start;
	uint64_t whole = magnitude(ns);
	uint64_t rest = whole % NS_PER_MS;

	if (ns < 0)
		*to++ = '-';
	to += put_number(to, whole / NS_PER_MS);
	if (rest != 0) {
		*to++ = '.';
		put_digits(to, 6, rest);
		to += 6;
		while (to[-1] == '0')
			to--;
	}
	text->length += (size_t)(to - start);
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

void
text_iso8601(struct text *text, int64_t ns)
{
	static const char shape[] = "0000-00-00T00:00:00.000000000Z";
	int64_t seconds = ns / NS_PER_S;
	int64_t fraction = ns % NS_PER_S;
	int64_t days;
	uint32_t in_day;
	struct date date;
	char *to;

	if (fraction < 0) {
		fraction += NS_PER_S;
		seconds--;
	}
	days = seconds / 86400;
	if (seconds % 86400 < 0)
		days--;
	in_day = (uint32_t)(seconds - days * 86400);
	date = date_of(days);

	to = tail(text, ISO8601_MAX_CHARS);
	memcpy(to, shape, sizeof(shape) - 1);
	put_digits(to, 4, date.year);
	put_digits(to + 5, 2, date.month);
	put_digits(to + 8, 2, date.day);
	put_digits(to + 11, 2, in_day / 3600);
	put_digits(to + 14, 2, in_day / 60 % 60);
	put_digits(to + 17, 2, in_day % 60);
	put_digits(to + 20, 9, (uint64_t)fraction);
	text->length += sizeof(shape) - 1;
}

static inline char *
put_octet(char *to, unsigned value)
{
	if (value >= 100) {
		*to++ = (char)('0' + value / 100);
		value %= 100;
	} else if (value < 10) {
		*to++ = (char)('0' + value);
		return to;
	}
	memcpy(to, digit_pairs + value * 2, 2);
	return to + 2;
}

static char *
put_ipv4(char *to, const uint8_t address[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = put_octet(to, address[i]);
	}
	return to;
}

void
text_ipv4(struct text *text, const uint8_t address[4])
{
	char *start = tail(text, IPV4_MAX_CHARS);

	text->length += (size_t)(put_ipv4(start, address) - start);
}

static inline char *
put_hex_group(char *to, unsigned group)
{
	int shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0;

	for (; shift >= 0; shift -= 4)
		*to++ = hex_digits[group >> shift & 0xf];
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

static char *
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

void
text_ipv6(struct text *text, const uint8_t address[16])
{
	char *start = tail(text, IPV6_MAX_CHARS);

	text->length += (size_t)(put_ipv6(start, address) - start);
}

/* --- foreign bytes --- */

/* What may follow the first byte of a UTF-8 sequence (The Unicode Standard, table 3-7). */
struct lead {
	uint8_t first, last; /* of the lead byte */
	uint8_t more;        /* continuation bytes */
	uint8_t low, high;   /* bounds of the second byte, which shut out what is not shortest,
	                        surrogates, and what lies past U+10FFFF */
};

static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

static const struct lead *
lead_of(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

/*
 * The next character; REPLACEMENT_CODE for as many bytes as could have begun
 * one but did not. at must be before end, and moves on by at least a byte.
 */
static uint32_t
next_code(const char **at, const char *end)
{
	uint8_t byte = (uint8_t)*(*at)++;
	const struct lead *lead;
	uint32_t code;

	if (byte < 0x80)
		return byte;
	lead = lead_of(byte);
	if (lead == NULL)
		return REPLACEMENT_CODE;
	code = byte & (0x3fu >> lead->more);
	for (unsigned i = 0; i < lead->more; i++) {
		uint8_t low = i == 0 ? lead->low : 0x80;
		uint8_t high = i == 0 ? lead->high : 0xbf;

		if (*at == end || (uint8_t)**at < low || (uint8_t)**at > high)
			return REPLACEMENT_CODE;
		code = code << 6 | ((uint8_t)*(*at)++ & 0x3fu);
	}
	return code;
}

/* Characters that act on a reader rather than show, or that no XML may hold. */
static bool
is_acting(uint32_t code)
{
	static const struct { uint32_t first, last; } acting[] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x061c, 0x061c }, /* Arabic letter mark */
		{ 0x200e, 0x200f }, /* left-to-right, right-to-left mark */
		{ 0x2028, 0x202e }, /* line, paragraph separator; embeddings and overrides */
		{ 0x2066, 0x2069 }, /* isolates */
		{ 0xfeff, 0xfeff }, /* byte order mark */
		{ 0xfffe, 0xffff },
		{ 0xe0000, 0xe007f }, /* tags: invisible copies of ASCII */
	};

	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++) {
		if (code >= acting[i].first && code <= acting[i].last)
			return true;
	}
	return false;
}

static void
put_hex(struct text *text, char kind, unsigned digits, uint32_t value)
{
	text_char(text, '\\');
	text_char(text, kind);
	while (digits-- > 0)
		text_char(text, hex_digits[value >> digits * 4 & 0xf]);
}

/* As a C programmer would write it: \x1b, \u202e, \U000e0041. */
static void
put_escaped_for_people(struct text *text, uint32_t code)
{
	if (code < 0x100)
		put_hex(text, 'x', 2, code);
	else if (code < 0x10000)
		put_hex(text, 'u', 4, code);
	else
		put_hex(text, 'U', 8, code);
}

/* RFC 8259, 7. */
static void
put_escaped_for_json(struct text *text, uint32_t code)
{
	static const char short_forms[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};

	if (code == '"' || code == '\\' || (code < 0x20 && short_forms[code] != 0)) {
		text_char(text, '\\');
		text_char(text, code < 0x20 ? short_forms[code] : (char)code);
	} else if (code < 0x10000) {
		put_hex(text, 'u', 4, code);
	} else {
		put_hex(text, 'u', 4, 0xd800 + ((code - 0x10000) >> 10));
		put_hex(text, 'u', 4, 0xdc00 + ((code - 0x10000) & 0x3ff));
	}
}

enum style {
	STYLE_PEOPLE,
	STYLE_JSON,
	STYLE_CSV, /* as for people, between quotes */
};

static bool
is_plain(char c, enum style style)
{
	if (c < 0x20 || c > 0x7e) /* a signed char above 0x7f is below 0 */
		return false;
	if (style == STYLE_JSON)
		return c != '"' && c != '\\';
	return style != STYLE_CSV || c != '"';
}

static void
put_code(struct text *text, uint32_t code, const char *data, size_t count, enum style style)
{
	if (code == REPLACEMENT_CODE)
		text_put(text, REPLACEMENT);
	else if (style == STYLE_CSV && code == '"')
		text_put(text, "\"\"");
	else if (style == STYLE_JSON && (code == '"' || code == '\\' || is_acting(code)))
		put_escaped_for_json(text, code);
	else if (is_acting(code))
		put_escaped_for_people(text, code);
	else
		text_bytes(text, data, count);
}

static void
put_foreign(struct text *text, const char *data, size_t count, enum style style)
{
	const char *at = data;
	const char *end;

	if (count == 0) /* data may be NULL */
		return;
	end = data + count;
	while (at < end) {
		const char *start = at;

		while (at < end && is_plain(*at, style))
			at++;
		text_bytes(text, start, (size_t)(at - start));
		if (at == end)
			return;
		start = at;
		uint32_t code = next_code(&at, end);
		put_code(text, code, start, (size_t)(at - start), style);
	}
}

void
text_json_string(struct text *text, const char *data, size_t count)
{
	text_char(text, '"');
	put_foreign(text, data, count, STYLE_JSON);
	text_char(text, '"');
}

/* What a spreadsheet takes for a formula, in its full-width forms too, spaces or not. */
static bool
is_formula(const char *data, size_t count)
{
	const char *at = data;
	const char *end = count == 0 ? data : data + count;

	while (at < end && *at == ' ')
		at++;
	if (at == end)
		return false;
	switch (next_code(&at, end)) {
	case '=':
	case '+':
	case '-':
	case '@':
	case 0xff1d:
	case 0xff0b:
	case 0xff0d:
	case 0xff20:
		return true;
	default:
		return false;
	}
}

/*
 * Where a semicolon or a tab separates cells, as in much of Europe, a comma
 * does not: whatever may be taken for a separator is quoted.
 */
static bool
wants_quotes(const char *data, size_t count)
{
	if (count == 0)
		return false;
	if (data[0] == ' ' || data[count - 1] == ' ')
		return true;
	for (size_t i = 0; i < count; i++) {
		if (data[i] == ',' || data[i] == ';' || data[i] == '"')
			return true;
	}
	return false;
}

/* A line break in a cell is legal, and breaks every tool that reads by lines: \x0a. */
void
text_csv_cell(struct text *text, const char *data, size_t count)
{
	bool quoted = wants_quotes(data, count);

	if (quoted)
		text_char(text, '"');
	if (is_formula(data, count))
		text_char(text, '\'');
	put_foreign(text, data, count, STYLE_CSV);
	if (quoted)
		text_char(text, '"');
}

void
text_terminal(struct text *text, const char *data, size_t count)
{
	put_foreign(text, data, count, STYLE_PEOPLE);
}
