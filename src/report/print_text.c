/*
 * Words become lines. Latin words are kept whole; Chinese may be cut between any
 * two characters, but no line begins with what closes or ends with what opens.
 */
#include "report/print_priv.h"

#include <string.h>

/* UTF-8 that is known to be good; the end is 0, again and again. */
static uint32_t
character_at(const char *at, size_t *length)
{
	const unsigned char *p = (const unsigned char *)at;
	size_t more = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);

	for (*length = 1; *length <= more && (p[*length] & 0xc0) == 0x80; ++*length)
		c = c << 6 | (p[*length] & 0x3f);
	return c;
}

static bool
is_one_of(uint32_t c, const char *set)
{
	size_t length;

	for (; *set != '\0'; set += length)
		if (character_at(set, &length) == c)
			return true;
	return false;
}

/* Chinese, Japanese, Korean, and their signs: each character is a word. */
static bool
is_ideograph(uint32_t c)
{
	return (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7b0) ||
	       (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe30 && c < 0xfe50) ||
	       (c >= 0xff00 && c < 0xfff0) || (c >= 0x1f300 && c < 0x40000);
}

static bool
closes(uint32_t c)
{
	return is_one_of(c, ",.;:!?)]}%，。、；：？！）］｝〕】》〉」』”’…‥％‰℃·～—–");
}

static bool
opens(uint32_t c)
{
	return is_one_of(c, "([{（［｛〔【《〈「『“‘");
}

static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xc0;
}

/* Where words that hang together may be parted at a pinch: "SYN-|ACK", "a/|bc", but not "Recv-Q". */
static bool
is_joint(uint32_t before, uint32_t joint, const char *after)
{
	size_t length;
	uint32_t c = character_at(after, &length);
	uint32_t next = c == 0 ? 0 : character_at(after + length, &length);

	return (joint == '-' || joint == '/' || joint == '_') && before != ' ' && before != 0 &&
	       is_letter(c) && is_letter(next);
}

/* Between one and what after begins with. */
static bool
may_part(uint32_t before, uint32_t one, const char *after)
{
	size_t length;
	uint32_t other = character_at(after, &length);

	if (other == ' ' || (other >= 0x300 && other <= 0x36f))
		return false;
	if (one == ' ')
		return true;
	if (closes(other) || opens(one))
		return false;
	return is_ideograph(one) || is_ideograph(other) || is_joint(before, one, after);
}

size_t
line_next(const char *words, struct scene_style style, double width, const char **rest)
{
	double used = 0;
	size_t good = 0;
	size_t at = 0;
	uint32_t before = 0;
	uint32_t one = 0;

	while (words[at] != '\0') {
		size_t length;
		uint32_t c = character_at(words + at, &length);

		if (at > 0 && may_part(before, one, words + at))
			good = at;
		used += scene_character_width(c, style);
		/* A blank that hangs over is not seen. */
		if (used > width + 0.01 && at > 0 && c != ' ')
			break;
		before = one;
		one = c;
		at += length;
	}
	if (words[at] != '\0' && good > 0)
		at = good;
	*rest = words + at + strspn(words + at, " ");
	while (at > 1 && words[at - 1] == ' ')
		at--;
	return at;
}

double
widest_part(const char *words, struct scene_style style)
{
	double widest = 0;
	double used = 0;
	uint32_t before = 0;
	uint32_t one = 0;
	size_t length;

	for (; *words != '\0'; words += length) {
		uint32_t c = character_at(words, &length);

		if (may_part(before, one, words))
			used = 0;
		if (c != ' ')
			used += scene_character_width(c, style);
		widest = used > widest ? used : widest;
		before = one;
		one = c;
	}
	return widest;
}

/* --- columns of lines --- */

static void
put_line(struct scene *scene, const struct column_of *column, struct scene_point at,
    const char *words, size_t length, bool is_cut)
{
	struct text line = { 0 };

	text_bytes(&line, words, length);
	if (is_cut)
		text_put(&line, "…");
	at.y += column->style.size * BASELINE;
	/* A text that is wider elsewhere than measured here is squeezed into its room. */
	scene_text(scene, column->cls, column->style, at, column->width, text_str(&line));
	text_fini(&line);
}

size_t
lines_put(
    struct scene *scene, const struct column_of *column, struct scene_point at, const char *words)
{
	size_t count = 0;

	while (words[0] != '\0') {
		const char *rest;
		size_t length = line_next(words, column->style, column->width, &rest);

		if (++count == column->most) {
			put_line(scene, column, at, words, length, rest[0] != '\0');
			break;
		}
		put_line(scene, column, at, words, length, false);
		at.y += column->leading;
		words = rest;
	}
	return count;
}

size_t
lines_count(const struct column_of *column, const char *words)
{
	size_t count = 0;

	while (words[0] != '\0' && (column->most == 0 || count < column->most)) {
		line_next(words, column->style, column->width, &words);
		count++;
	}
	return count;
}

const char *
line_short(struct press *press, const char *words, struct scene_style style, double width)
{
	const char *rest;
	struct text line = { 0 };
	size_t length;

	if (words[0] == '\0')
		return words;
	length = line_next(words, style, width, &rest);
	if (rest[0] == '\0')
		return words;
	length = line_next(words, style, width - scene_text_width("…", style), &rest);
	text_bytes(&line, words, length);
	text_put(&line, "…");
	return press_keep(press, &line);
}
