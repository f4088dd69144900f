/*
 * text: a growing line of characters, and the ways to write into it.
 *
 * Formats by hand: a row through printf costs four times as much. The
 * escaping functions are the only way captured or foreign bytes reach an
 * output.
 */
#ifndef SYNSCOPE_BASE_TEXT_H
#define SYNSCOPE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *at; /* not terminated; text_str terminates */
	size_t length;
	size_t room;
};

void text_fini(struct text *text);
/* Make room for count more characters. */
void text_reserve(struct text *text, size_t count);

static inline void
text_bytes(struct text *text, const char *data, size_t count)
{
	if (text->room - text->length <= count) /* even of none, so that at is not NULL */
		text_reserve(text, count);
	memcpy(text->at + text->length, data, count);
	text->length += count;
}

static inline void
text_char(struct text *text, char c)
{
	if (text->room == text->length)
		text_reserve(text, 1);
	text->at[text->length++] = c;
}

static inline void
text_put(struct text *text, const char *str)
{
	text_bytes(text, str, strlen(str));
}

/* Where the character of UTF-8 begins that has this byte. */
static inline size_t
character_begin(const char *data, size_t at)
{
	while (at > 0 && ((unsigned char)data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* The text, terminated; valid until the next write. */
const char *text_str(struct text *text);

void text_u64(struct text *text, uint64_t value);
void text_i64(struct text *text, int64_t value);
/* count spaces, or none where count is not positive */
void text_pad(struct text *text, int count);
/* ns as seconds with nine digits: 1558371357.011645000, -0.500000000 */
void text_seconds(struct text *text, int64_t ns);
/* ns as milliseconds with as many of six digits as are not trailing zeros: 0.021 */
void text_millis(struct text *text, int64_t ns);
/* UTC: 2019-05-20T16:55:57.011645000Z */
void text_iso8601(struct text *text, int64_t ns);
void text_ipv4(struct text *text, const uint8_t address[4]);
/* RFC 5952 */
void text_ipv6(struct text *text, const uint8_t address[16]);
void text_address(struct text *text, const uint8_t address[16], uint8_t ip_version);
/* 192.0.2.1:80, [2001:db8::1]:80 */
void text_end(struct text *text, const uint8_t address[16], uint8_t ip_version, uint16_t port);

/*
 * Foreign bytes, made harmless. Invalid UTF-8 becomes U+FFFD; control
 * characters, the bidirectional controls and line separators are escaped in
 * the way of the format, and never appear as themselves.
 */
/* With its quotes. */
void text_json_string(struct text *text, const char *data, size_t count);
/* RFC 4180, on one line; a leading = + - @ is disarmed with '. */
void text_csv_cell(struct text *text, const char *data, size_t count);
/* \x1b, \u202e */
void text_terminal(struct text *text, const char *data, size_t count);

/* Lower-case hexadecimal. */
void text_hex(struct text *text, const uint8_t *bytes, size_t count);
/* RFC 4648, with padding. */
void text_base64(struct text *text, const uint8_t *bytes, size_t count);

#endif
