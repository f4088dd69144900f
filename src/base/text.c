#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/put.h"

#define ROOM_MIN 256

#define REPLACEMENT      "\xef\xbf\xbd"
#define REPLACEMENT_CODE 0xfffdu

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
static char *
tail(struct text *text, size_t count)
{
	text_reserve(text, count);
	return text->at + text->length;
}

static void
end_at(struct text *text, const char *end)
{
	text->length = (size_t)(end - text->at);
}

void
text_u64(struct text *text, uint64_t value)
{
	end_at(text, put_u64(tail(text, PUT_MAX), value));
}

void
text_i64(struct text *text, int64_t value)
{
	if (value < 0)
		text_char(text, '-');
	text_u64(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
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
	end_at(text, put_seconds(tail(text, PUT_MAX), ns));
}

void
text_millis(struct text *text, int64_t ns)
{
	end_at(text, put_millis(tail(text, PUT_MAX), ns));
}

void
text_iso8601(struct text *text, int64_t ns)
{
	end_at(text, put_iso8601(tail(text, PUT_MAX), ns));
}

void
text_ipv4(struct text *text, const uint8_t address[4])
{
	end_at(text, put_ipv4(tail(text, PUT_MAX), address));
}

void
text_ipv6(struct text *text, const uint8_t address[16])
{
	end_at(text, put_ipv6(tail(text, PUT_MAX), address));
}

void
text_address(struct text *text, const uint8_t address[16], uint8_t ip_version)
{
	if (ip_version == 4)
		text_ipv4(text, address);
	else
		text_ipv6(text, address);
}

void
text_end(struct text *text, const uint8_t address[16], uint8_t ip_version, uint16_t port)
{
	bool brackets = ip_version != 4;

	text_put(text, brackets ? "[" : "");
	text_address(text, address, ip_version);
	text_put(text, brackets ? "]:" : ":");
	text_u64(text, port);
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
	uint8_t byte = (uint8_t)(*at)++[0];
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

		if (*at == end || (uint8_t)(*at)[0] < low || (uint8_t)(*at)[0] > high)
			return REPLACEMENT_CODE;
		code = code << 6 | ((uint8_t)(*at)++[0] & 0x3fu);
	}
	return code;
}

/* Characters that act on a reader rather than show, or that no XML may hold. */
static bool
is_acting(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} acting[] = {
		{ 0x00, 0x1f },       /* control characters of ASCII */
		{ 0x7f, 0x9f },       /* DEL, and those of ISO 8859 */
		{ 0x061c, 0x061c },   /* Arabic letter mark */
		{ 0x200e, 0x200f },   /* left-to-right, right-to-left mark */
		{ 0x2028, 0x202e },   /* line, paragraph separator; embeddings and overrides */
		{ 0x2066, 0x2069 },   /* isolates */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfffe, 0xffff },   /* no characters */
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
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
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

void
text_hex(struct text *text, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		text_char(text, hex_digits[bytes[i] >> 4]);
		text_char(text, hex_digits[bytes[i] & 0xf]);
	}
}

void
text_base64(struct text *text, const uint8_t *bytes, size_t count)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < count; i += 3) {
		size_t have = count - i < 3 ? count - i : 3;
		uint32_t bits = (uint32_t)bytes[i] << 16 |
				(have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				(have > 2 ? bytes[i + 2] : 0);

		for (size_t j = 0; j < 4; j++)
			text_char(text, j <= have ? digits[bits >> (18 - 6 * j) & 0x3f] : '=');
	}
}
