/*
 * How wide texts are, by a built-in table: the advance widths of the sans face
 * that Helvetica, Arial and Liberation Sans share, in thousandths of an em. So
 * a layout does not depend on what is installed; a renderer that must do with
 * a wider face squeezes the texts that fill their room.
 */
#include "figure/scene.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

#define MONO_WIDTH  602
#define WIDE_WIDTH  1000
#define OTHER_WIDTH 650 /* Greek, Cyrillic and most else, on the safe side */

/* U+0020 to U+007E. */
static const uint16_t ascii[2][95] = {
	{ 278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
	    556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667,
	    722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,
	    611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
	    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556,
	    500, 722, 500, 500, 500, 334, 260, 334, 584 },
	{ 278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
	    556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722,
	    722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667,
	    611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
	    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611,
	    556, 778, 556, 556, 500, 389, 280, 389, 584 },
};

/* U+00A0 to U+00FF. */
static const uint16_t latin[2][96] = {
	{ 278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552, 400, 549,
	    333, 333, 333, 576, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667,
	    667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778,
	    778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556,
	    556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556,
	    556, 549, 611, 556, 556, 556, 556, 500, 556, 500 },
	{ 278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 552, 400, 549,
	    333, 333, 333, 576, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611, 722, 722, 722,
	    722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778,
	    778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556,
	    556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278, 611, 611, 611, 611, 611, 611,
	    611, 549, 611, 611, 611, 611, 611, 556, 611, 556 },
};

static const struct {
	uint16_t character;
	uint16_t width[2];
} rare[] = {
	{ 0x0394, { 668, 719 } },
	{ 0x03bc, { 576, 612 } },
	{ 0x2013, { 556, 556 } },
	{ 0x2014, { 1000, 1000 } },
	{ 0x2018, { 222, 278 } },
	{ 0x2019, { 222, 278 } },
	{ 0x201c, { 333, 500 } },
	{ 0x201d, { 333, 500 } },
	{ 0x2022, { 350, 350 } },
	{ 0x2026, { 1000, 1000 } },
	{ 0x2190, { 1000, 1000 } },
	{ 0x2192, { 1000, 1000 } },
	{ 0x2194, { 1000, 1000 } },
	{ 0x2212, { 584, 584 } },
	{ 0x2248, { 549, 549 } },
	{ 0x2264, { 549, 549 } },
	{ 0x2265, { 549, 549 } },
};

/* Chinese, Japanese and Korean, and full-width forms. */
static const struct {
	uint32_t first;
	uint32_t last;
} wide[] = {
	{ 0x1100, 0x115f },
	{ 0x2e80, 0xa4cf },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe4f },
	{ 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1faff },
	{ 0x20000, 0x3fffd },
};

static bool
is_wide(uint32_t c)
{
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (c >= wide[i].first && c <= wide[i].last)
			return true;
	return false;
}

static unsigned
rare_width(uint32_t c, bool bold)
{
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		if (rare[i].character == c)
			return rare[i].width[bold];
	return OTHER_WIDTH;
}

static unsigned
character_width(uint32_t c, const struct scene_style *style)
{
	if (is_wide(c))
		return WIDE_WIDTH;
	if (c >= 0x300 && c <= 0x36f)
		return 0; /* combines with what is before it */
	if (style->mono)
		return MONO_WIDTH;
	if (c >= 0x20 && c < 0x7f)
		return ascii[style->bold][c - 0x20];
	if (c >= 0xa0 && c <= 0xff)
		return latin[style->bold][c - 0xa0];
	return rare_width(c, style->bold);
}

/* UTF-8 that is known to be good. */
static uint32_t
next_character(const char **at)
{
	const unsigned char *p = (const unsigned char *)*at;
	unsigned more = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);
	unsigned i;

	for (i = 1; i <= more && (p[i] & 0xc0) == 0x80; i++)
		c = c << 6 | (p[i] & 0x3f);
	*at += i;
	return c;
}

double
scene_text_width(const char *text, struct scene_style style)
{
	struct text clean = { 0 };
	uint64_t thousandths = 0;

	text_terminal(&clean, text, strlen(text));
	for (const char *at = text_str(&clean); *at != '\0';)
		thousandths += character_width(next_character(&at), &style);
	text_fini(&clean);
	return (double)thousandths * (style.size == 0 ? 12 : style.size) / 1000;
}

double
scene_character_width(uint32_t character, struct scene_style style)
{
	return character_width(character, &style) * (style.size == 0 ? 12 : style.size) / 1000;
}

size_t
scene_text_columns(const char *text)
{
	struct text clean = { 0 };
	size_t columns = 0;

	text_terminal(&clean, text, strlen(text));
	for (const char *at = text_str(&clean); *at != '\0';) {
		uint32_t c = next_character(&at);

		columns += is_wide(c) ? 2 : c < 0x300 || c > 0x36f;
	}
	text_fini(&clean);
	return columns;
}

bool
scene_boxes_meet(struct scene_box one, struct scene_box other)
{
	return one.x < other.x + other.width && other.x < one.x + one.width &&
	       one.y < other.y + other.height && other.y < one.y + one.height;
}

/* --- colours --- */

static double
linear(unsigned channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(uint32_t color)
{
	return 0.2126 * linear(color >> 16 & 0xff) + 0.7152 * linear(color >> 8 & 0xff) +
	       0.0722 * linear(color & 0xff);
}

unsigned
scene_contrast(uint32_t one, uint32_t other)
{
	double a = luminance(one) + 0.05;
	double b = luminance(other) + 0.05;

	return (unsigned)(100 * (a > b ? a / b : b / a));
}
