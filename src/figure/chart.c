/*
 * What charts share besides time: values on a scale with round ticks, labels
 * that keep out of each other's way, legends and titles.
 */
#include "figure/chart.h"

#include <math.h>
#include <string.h>

/* --- values --- */

double
scale_at(const struct scale *scale, double value)
{
	double lo = scale->lo, hi = scale->hi;

	if (scale->is_log) {
		lo = log(lo);
		hi = log(hi);
		value = log(fmax(value, scale->lo));
	}
	if (!(hi > lo))
		return (scale->from + scale->to) / 2;
	return scale->from + (value - lo) / (hi - lo) * (scale->to - scale->from);
}

double
scale_step(double span, unsigned most, double least)
{
	static const double leading[] = { 1, 2, 5 };
	double power;

	if (!(span > 0) || most == 0)
		return least > 0 ? least : 1;
	power = pow(10, floor(log10(span / most)) - 1);
	for (;; power *= 10)
		for (size_t i = 0; i < 3; i++)
			if (leading[i] * power >= least && span / (leading[i] * power) <= most)
				return leading[i] * power;
}

static int
decimals_of(double step)
{
	int count = 0;

	for (; count < 9 && fabs(step - floor(step + 0.5)) > step / 1000; count++)
		step *= 10;
	return count;
}

const char *
chart_number(struct scene *scene, double value, double step)
{
	char digits[40];
	const char *number = scene_format(scene, "%.*f", decimals_of(step), fabs(value));
	size_t whole = strcspn(number, ".");
	size_t out = 0;

	if (strlen(number) > 24)
		return scene_format(scene, "%g", value);
	for (size_t i = 0; number[i] != '\0'; i++) {
		/* A narrow space between thousands, as in print. */
		if (i > 0 && i < whole && whole > 4 && (whole - i) % 3 == 0)
			digits[out++] = ' ';
		digits[out++] = number[i];
	}
	digits[out] = '\0';
	return scene_format(scene, "%s%s", value < 0 ? "−" : "", digits);
}

const char *
chart_bytes(struct scene *scene, double value, double step)
{
	static const char *const names[] = { "B", "kB", "MB", "GB", "TB" };
	double unit = 1;
	size_t i = 0;

	while (fabs(value) >= unit * 1000 && i + 1 < sizeof(names) / sizeof(names[0])) {
		unit *= 1000;
		i++;
	}
	if (value == 0)
		return "0";
	return scene_format(
	    scene, "%s %s", chart_number(scene, value / unit, step / unit), names[i]);
}

void
chart_values(struct scene *scene, const struct scale *scale, double left, double right, double step,
    enum chart_unit unit)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_END };
	double first = ceil(scale->lo / step - 1e-9);
	double last = floor(scale->hi / step + 1e-9);

	for (double i = first; i <= last && i - first < 100; i++) {
		double y = scale_at(scale, i * step);

		scene_line(scene, CLASS_GRID, (struct scene_point){ left, y },
		    (struct scene_point){ right, y }, DASH_SOLID);
		scene_text(scene, CLASS_AXIS, style, (struct scene_point){ left - 8, y + 4 }, 0,
		    unit == CHART_BYTES ? chart_bytes(scene, i * step, step)
					: chart_number(scene, i * step, step));
	}
}

void
chart_name_values(struct scene *scene, const struct scale *scale, double x, const char *name)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE, .upwards = true };

	scene_text(scene, CLASS_AXIS, style,
	    (struct scene_point){ x, (scale->from + scale->to) / 2 }, fabs(scale->from - scale->to),
	    name);
}

/* --- labels that do not meet --- */

#define SLOTS_MAX 400

void
slots_init(struct slots *slots, struct scene *scene)
{
	slots->boxes = scene_keep(scene, SLOTS_MAX * sizeof(*slots->boxes));
	slots->count = 0;
}

bool
slots_take(struct slots *slots, struct scene_box box)
{
	if (slots->count == SLOTS_MAX)
		return false;
	for (size_t i = 0; i < slots->count; i++)
		if (scene_boxes_meet(slots->boxes[i], box))
			return false;
	slots->boxes[slots->count++] = box;
	return true;
}

/* --- frames of figures --- */

void
chart_cross(struct scene *scene, enum scene_class cls, struct scene_point at, double half)
{
	const struct scene_step steps[] = {
		{ 'M', { { at.x - half, at.y - half } } },
		{ 'L', { { at.x + half, at.y + half } } },
		{ 'M', { { at.x - half, at.y + half } } },
		{ 'L', { { at.x + half, at.y - half } } },
	};

	scene_path(scene, cls, steps, 4, DASH_SOLID);
}

static void
draw_sample(struct scene *scene, const struct chart_entry *entry, struct scene_point at)
{
	struct scene_point left = { at.x, at.y - 4 };
	struct scene_point right = { at.x + 18, at.y - 4 };

	switch (entry->sample) {
	case SAMPLE_BOX:
		scene_rect(scene, entry->cls, (struct scene_box){ at.x, at.y - 9, 18, 10 });
		break;
	case SAMPLE_CROSS:
		chart_cross(scene, entry->cls, (struct scene_point){ at.x + 9, at.y - 4 }, 4);
		break;
	case SAMPLE_DOT:
		scene_round_rect(scene, entry->cls, (struct scene_box){ at.x + 6, at.y - 7, 6, 6 },
		    3, DASH_SOLID);
		break;
	case SAMPLE_TICK:
		scene_line(scene, entry->cls, (struct scene_point){ at.x + 9, at.y - 10 },
		    (struct scene_point){ at.x + 9, at.y + 2 }, DASH_SOLID);
		break;
	case SAMPLE_TICK_DASHED:
		scene_line(scene, entry->cls, (struct scene_point){ at.x + 9, at.y - 12 },
		    (struct scene_point){ at.x + 9, at.y + 4 }, DASH_DASHED);
		break;
	case SAMPLE_LINE:
		scene_line(scene, entry->cls, left, right, DASH_SOLID);
		break;
	case SAMPLE_DASHED:
		scene_line(scene, entry->cls, left, right, DASH_DASHED);
		break;
	case SAMPLE_DOTTED:
		scene_line(scene, entry->cls, left, right, DASH_DOTTED);
		break;
	}
}

double
chart_legend(struct scene *scene, struct scene_point at, double right,
    const struct chart_entry *entries, size_t count)
{
	const struct scene_style style = { .size = 12 };
	double left = at.x;

	for (size_t i = 0; i < count; i++) {
		double width = 24 + scene_text_width(entries[i].text, style) + 20;

		if (at.x > left && at.x + width - 20 > right) {
			at.x = left;
			at.y += 18;
		}
		draw_sample(scene, &entries[i], at);
		scene_text(scene, CLASS_LABEL, style, (struct scene_point){ at.x + 24, at.y },
		    right - at.x - 24, entries[i].text);
		at.x += width;
	}
	return at.y + 18;
}

void
chart_title(
    struct scene *scene, double width, const char *title, const char *below, const char *desc)
{
	const struct scene_style big = { .size = 18, .bold = true };
	const struct scene_style small = { .size = 12 };

	scene_title(scene, title, desc);
	scene_text(scene, CLASS_TITLE, big, (struct scene_point){ CHART_MARGIN, 38 },
	    width - 2 * CHART_MARGIN, title);
	scene_text(scene, CLASS_MUTED, small, (struct scene_point){ CHART_MARGIN, 60 },
	    width - 2 * CHART_MARGIN, below);
}
