/*
 * Texts of a scene: cut to the room that they were given, broken into lines, on
 * patches that keep away what is behind them.
 */
#include "figure/scene_priv.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Of texts, in ems: how far they reach above and below their baseline. */
#define ASCENT  0.80
#define DESCENT 0.22

#define SIZE_DEFAULT 12.0
/* A text that fills more of its room than this would leave it in a wider font. */
#define TIGHT 0.85

/* --- texts --- */

static const char *
shortened(struct scene *scene, const char *text, struct scene_style style, double fit)
{
	size_t length = strlen(text);

	while (length > 0) {
		char *cut;

		length = character_begin(text, length - 1);
		cut = scene_format(scene, "%.*s…", (int)length, text);
		if (scene_text_width(cut, style) <= fit)
			return cut;
	}
	return "…";
}

static struct scene_box
text_box(const struct scene_item *item, double width)
{
	double size = item->style.size;
	double before = item->style.anchor == ANCHOR_START    ? 0
			: item->style.anchor == ANCHOR_MIDDLE ? width / 2
							      : width;

	if (item->style.upwards)
		return (struct scene_box){ item->at.x - size * ASCENT,
			item->at.y - (width - before), size * (ASCENT + DESCENT), width };
	return (struct scene_box){ item->at.x - before, item->at.y - size * ASCENT, width,
		size * (ASCENT + DESCENT) };
}

void
scene_text(struct scene *scene, enum scene_class cls, struct scene_style style,
    struct scene_point at, double fit, const char *text)
{
	const char *clean = scene_keep_clean(scene, text);
	struct scene_item *item;
	double width;

	if (clean == NULL || clean[0] == '\0')
		return;
	if (style.size == 0)
		style.size = SIZE_DEFAULT;
	width = scene_text_width(clean, style);
	if (fit > 0 && width > fit) {
		clean = shortened(scene, clean, style, fit);
		width = scene_text_width(clean, style);
	}
	item = scene_add(scene, SCENE_TEXT, cls);
	item->text = clean;
	item->style = style;
	item->at = scene_rounded(at);
	item->is_tight = fit > 0 && width > TIGHT * fit;
	item->box = text_box(item, width);
}

size_t
scene_patch_begin(struct scene *scene)
{
	scene_rect(scene, CLASS_PAGE, (struct scene_box){ 0 });
	return scene->count - 1;
}

static struct scene_box
around(struct scene_box one, struct scene_box other)
{
	double x = fmin(one.x, other.x);
	double y = fmin(one.y, other.y);

	return (struct scene_box){ x, y, fmax(one.x + one.width, other.x + other.width) - x,
		fmax(one.y + one.height, other.y + other.height) - y };
}

void
scene_patch_end(struct scene *scene, size_t patch)
{
	const double margin = 4;
	struct scene_box box;

	if (scene->count == patch + 1) {
		scene->count = patch;
		return;
	}
	box = scene->items[patch + 1].box;
	for (size_t i = patch + 2; i < scene->count; i++)
		box = around(box, scene->items[i].box);
	scene->items[patch].box =
	    (struct scene_box){ scene_tenth(box.x - margin), scene_tenth(box.y - 1),
		    scene_tenth(box.width + 2 * margin), scene_tenth(box.height + 2) };
}

/* --- paragraphs --- */

static size_t
character_length(const char *at)
{
	size_t length = 1;

	while (((unsigned char)at[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/* The character there is one of them. */
static bool
is_one_of(const char *at, const char *characters)
{
	for (size_t length; *characters != '\0'; characters += length) {
		length = character_length(characters);
		if (strncmp(at, characters, length) == 0)
			return true;
	}
	return false;
}

/*
 * A line may end after a space, and on either side of what is not written in
 * words; but none begins with what closes, and none ends with what opens.
 */
static bool
may_break(const char *before, const char *after)
{
	if (is_one_of(after, "，。；：、！？）」』”’…") || is_one_of(before, "（「『“‘"))
		return false;
	return before[0] == ' ' || after[0] == ' ' || (unsigned char)before[0] >= 0xe2 ||
	       (unsigned char)after[0] >= 0xe2;
}

size_t
scene_line_length(const char *text, struct scene_style style, double width)
{
	double used = 0;
	size_t good = 0;
	size_t at = 0;

	while (text[at] != '\0') {
		size_t length = character_length(text + at);
		char one[8] = { 0 };

		memcpy(one, text + at, length < sizeof(one) ? length : sizeof(one) - 1);
		used += scene_text_width(one, style);
		if (used > width && at > 0)
			return good > 0 ? good : at;
		if (may_break(text + at, text + at + length))
			good = at + length;
		at += length;
	}
	return at;
}

double
scene_paragraph(struct scene *scene, enum scene_class cls, struct scene_style style,
    struct scene_point at, double width, double line, const char *text)
{
	const char *rest = scene_keep_clean(scene, text);

	while (rest != NULL && rest[0] != '\0') {
		size_t length = scene_line_length(rest, style, width);

		scene_text(scene, cls, style, at, 0, scene_keep_bytes(scene, rest, length));
		at.y += line;
		rest += length;
		rest += strspn(rest, " ");
	}
	return at.y;
}
