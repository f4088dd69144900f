/*
 * A scene as SVG: of the language only what browsers, GitHub, librsvg, Inkscape
 * and LibreOffice draw alike. Colours come by classes from one style sheet,
 * which holds the rules that are used, and dark ones where the theme is the
 * reader's to choose. Numbers have one digit after the point at most.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "markup/markup.h"

#define SANS \
	"Arial,'Liberation Sans',Helvetica,'Noto Sans','PingFang SC','Microsoft YaHei','Noto " \
	"Sans CJK SC',sans-serif"
#define MONO "'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,'Noto Sans Mono CJK SC',monospace"

/* Sizes of texts come as classes, too: s11, s12. */
#define SIZE_DEFAULT 12
#define SIZES_MAX    64

/* The document's own id, which it only needs where it has neighbours. */
#define FIGURE_ID "figure"

struct svg {
	struct markup_writer *xml;
	const struct figure_options *options;
	struct text value; /* of the attribute at hand */
	/* What the style sheet needs. */
	bool shapes[CLASS_COUNT];
	bool filled[CLASS_COUNT];
	bool texts[CLASS_COUNT];
	bool sizes[SIZES_MAX];
	bool bold, mono, middle, end, dashed, dotted;
};

/* --- pieces --- */

static void
put_tenths(struct text *out, double value)
{
	int64_t tenths = (int64_t)floor(value * 10 + 0.5);

	if (tenths < 0) {
		text_char(out, '-');
		tenths = -tenths;
	}
	text_u64(out, (uint64_t)(tenths / 10));
	if (tenths % 10 != 0) {
		text_char(out, '.');
		text_char(out, (char)('0' + tenths % 10));
	}
}

static void
put_color(struct text *out, const char *property, uint32_t color)
{
	static const char digits[] = "0123456789abcdef";

	text_put(out, property);
	if (color == COLOR_NONE) {
		text_put(out, "none");
		return;
	}
	text_char(out, '#');
	for (int shift = 20; shift >= 0; shift -= 4)
		text_char(out, digits[color >> shift & 0xf]);
}

static void
attribute(struct svg *svg, const char *name)
{
	markup_attribute(svg->xml, name, text_str(&svg->value));
	svg->value.length = 0;
}

static void
attribute_id(struct svg *svg, const char *id)
{
	if (svg->options->id_prefix != NULL)
		text_put(&svg->value, svg->options->id_prefix);
	text_put(&svg->value, id);
	attribute(svg, "id");
}

static void
attribute_tenths(struct svg *svg, const char *name, double value)
{
	put_tenths(&svg->value, value);
	attribute(svg, name);
}

/* --- the style sheet --- */

static unsigned
size_of(const struct scene_item *item)
{
	unsigned size = (unsigned)(item->style.size + 0.5);

	return size < SIZES_MAX ? size : SIZES_MAX - 1;
}

static void
note(struct svg *svg, const struct scene_item *item)
{
	switch (item->kind) {
	case SCENE_TEXT:
		svg->texts[item->cls] = true;
		svg->sizes[size_of(item)] = true;
		svg->bold |= item->style.bold;
		svg->mono |= item->style.mono;
		svg->middle |= item->style.anchor == ANCHOR_MIDDLE;
		svg->end |= item->style.anchor == ANCHOR_END;
		break;
	case SCENE_RECT:
	case SCENE_PATH:
		svg->shapes[item->cls] |= !item->filled;
		svg->filled[item->cls] |= item->filled;
		svg->dashed |= item->dash == DASH_DASHED;
		svg->dotted |= item->dash == DASH_DOTTED;
		break;
	case SCENE_GROUP:
	case SCENE_GROUP_END:
		break;
	}
}

/*
 * A rule's beginning. A page's style sheets are the whole page's: where several
 * figures share one, the rules of each are held to what is in it.
 */
static void
put_rule(struct text *css, const struct svg *svg, const char *selector)
{
	text_char(css, '\n');
	if (svg->options->id_prefix != NULL) {
		text_char(css, '#');
		text_put(css, svg->options->id_prefix);
		text_put(css, FIGURE_ID " ");
	}
	text_put(css, selector);
}

static void
put_selector(struct text *css, const struct svg *svg, const char *name, const char *suffix)
{
	put_rule(css, svg, ".");
	text_put(css, name);
	text_put(css, suffix);
	text_char(css, '{');
}

static void
put_width(struct text *css, const struct scene_class_row *row)
{
	text_put(css, ";stroke-width:");
	put_tenths(css, row->width_tenths / 10.0);
}

/* A class's rules. is_first: those of the widths, too. */
static void
put_class(struct text *css, const struct svg *svg, enum scene_class cls, enum scene_theme theme,
    bool is_first)
{
	const struct scene_class_row *row = &scene_classes[cls];
	const struct scene_colors *colors = &row->colors[theme];

	if (svg->shapes[cls]) {
		put_selector(css, svg, row->name, "");
		put_color(css, "fill:", colors->fill);
		if (colors->line != COLOR_NONE)
			put_color(css, ";stroke:", colors->line);
		if (colors->line != COLOR_NONE && is_first)
			put_width(css, row);
		text_char(css, '}');
	}
	if (svg->filled[cls]) {
		put_selector(css, svg, row->name, "-f");
		put_color(css, "fill:", colors->line);
		put_color(css, ";stroke:", colors->line);
		if (is_first)
			put_width(css, row);
		text_char(css, '}');
	}
	if (svg->texts[cls]) {
		put_selector(css, svg, row->name, "-t");
		put_color(css, "fill:", colors->text);
		text_char(css, '}');
	}
}

static void
put_classes(struct text *css, const struct svg *svg, enum scene_theme theme, bool is_first)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		put_class(css, svg, (enum scene_class)i, theme, is_first);
}

static void
put_text_rules(struct text *css, const struct svg *svg)
{
	put_rule(css, svg, "text{font-family:" SANS ";font-size:12px}");
	for (unsigned i = 0; i < SIZES_MAX; i++) {
		if (!svg->sizes[i] || i == SIZE_DEFAULT)
			continue;
		put_rule(css, svg, ".s");
		text_u64(css, i);
		text_put(css, "{font-size:");
		text_u64(css, i);
		text_put(css, "px}");
	}
	if (svg->mono)
		put_rule(css, svg, ".m{font-family:" MONO "}");
	if (svg->bold)
		put_rule(css, svg, ".b{font-weight:bold}");
	if (svg->middle)
		put_rule(css, svg, ".c{text-anchor:middle}");
	if (svg->end)
		put_rule(css, svg, ".e{text-anchor:end}");
	put_rule(css, svg, "path{stroke-linejoin:round}");
	if (svg->dashed)
		put_rule(css, svg, ".d{stroke-dasharray:6 4}");
	if (svg->dotted)
		put_rule(css, svg, ".o{stroke-dasharray:1.5 3.5}");
}

static void
put_scheme(struct text *css, const struct svg *svg, const char *scheme, enum scene_theme theme)
{
	text_put(css, "\n@media (prefers-color-scheme:");
	text_put(css, scheme);
	text_put(css, "){");
	put_classes(css, svg, theme, false);
	text_put(css, "\n}");
}

/* The light colours come again, last: LibreOffice takes all it reads, whatever stands around it. */
static void
write_style(struct svg *svg)
{
	struct text css = { 0 };

	put_text_rules(&css, svg);
	put_classes(&css, svg, svg->options->theme_auto ? THEME_LIGHT : svg->options->theme, true);
	if (svg->options->theme_auto) {
		put_scheme(&css, svg, "dark", THEME_DARK);
		put_scheme(&css, svg, "light", THEME_LIGHT);
	}
	text_char(&css, '\n');
	markup_begin(svg->xml, "style");
	markup_text(svg->xml, text_str(&css));
	markup_end(svg->xml);
	text_fini(&css);
}

/* --- the document --- */

static void
element_with(struct svg *svg, const char *name, const char *content)
{
	markup_begin(svg->xml, name);
	markup_text(svg->xml, content);
	markup_end(svg->xml);
	markup_break(svg->xml);
}

static void
svg_begin(void *ctx, const struct scene *scene)
{
	struct svg *svg = ctx;

	svg->shapes[CLASS_PAGE] = true;
	for (size_t i = 0; i < scene->count; i++)
		note(svg, &scene->items[i]);
	markup_begin(svg->xml, "svg");
	markup_attribute(svg->xml, "xmlns", "http://www.w3.org/2000/svg");
	if (svg->options->id_prefix != NULL)
		attribute_id(svg, FIGURE_ID);
	attribute_tenths(svg, "width", scene->width);
	attribute_tenths(svg, "height", scene->height);
	text_put(&svg->value, "0 0 ");
	put_tenths(&svg->value, scene->width);
	text_char(&svg->value, ' ');
	put_tenths(&svg->value, scene->height);
	attribute(svg, "viewBox");
	markup_attribute(svg->xml, "xml:lang", scene->lang);
	markup_attribute(svg->xml, "role", "graphics-document");
	markup_break(svg->xml);
	element_with(svg, "title", scene->title);
	element_with(svg, "desc", scene->desc);
	write_style(svg);
	markup_break(svg->xml);
	markup_begin(svg->xml, "rect");
	markup_attribute(svg->xml, "class", scene_classes[CLASS_PAGE].name);
	markup_attribute(svg->xml, "width", "100%");
	markup_attribute(svg->xml, "height", "100%");
	markup_end(svg->xml);
	markup_break(svg->xml);
}

static void
class_of_shape(struct svg *svg, const struct scene_item *item)
{
	text_put(&svg->value, scene_classes[item->cls].name);
	if (item->filled)
		text_put(&svg->value, "-f");
	if (item->dash != DASH_SOLID)
		text_put(&svg->value, item->dash == DASH_DASHED ? " d" : " o");
	attribute(svg, "class");
}

static void
svg_rect(void *ctx, const struct scene_item *item)
{
	struct svg *svg = ctx;

	markup_begin(svg->xml, "rect");
	class_of_shape(svg, item);
	attribute_tenths(svg, "x", item->box.x);
	attribute_tenths(svg, "y", item->box.y);
	attribute_tenths(svg, "width", item->box.width);
	attribute_tenths(svg, "height", item->box.height);
	if (item->radius > 0)
		attribute_tenths(svg, "rx", item->radius);
	markup_end(svg->xml);
	markup_break(svg->xml);
}

static void
put_point(struct text *out, struct scene_point at)
{
	put_tenths(out, at.x);
	text_char(out, ' ');
	put_tenths(out, at.y);
}

static void
svg_path(void *ctx, const struct scene_item *item)
{
	struct svg *svg = ctx;

	markup_begin(svg->xml, "path");
	class_of_shape(svg, item);
	for (size_t i = 0; i < item->step_count; i++) {
		const struct scene_step *step = &item->steps[i];

		text_char(&svg->value, step->verb);
		if (step->verb != 'Z')
			put_point(&svg->value, step->at[0]);
		for (size_t j = 1; step->verb == 'C' && j < 3; j++) {
			text_char(&svg->value, ' ');
			put_point(&svg->value, step->at[j]);
		}
	}
	attribute(svg, "d");
	markup_end(svg->xml);
	markup_break(svg->xml);
}

static void
class_of_text(struct svg *svg, const struct scene_item *item)
{
	unsigned size = size_of(item);

	text_put(&svg->value, scene_classes[item->cls].name);
	text_put(&svg->value, "-t");
	if (size != SIZE_DEFAULT) {
		text_put(&svg->value, " s");
		text_u64(&svg->value, size);
	}
	if (item->style.bold)
		text_put(&svg->value, " b");
	if (item->style.mono)
		text_put(&svg->value, " m");
	if (item->style.anchor != ANCHOR_START)
		text_put(&svg->value, item->style.anchor == ANCHOR_MIDDLE ? " c" : " e");
	attribute(svg, "class");
}

static void
svg_text(void *ctx, const struct scene_item *item)
{
	struct svg *svg = ctx;
	double width = item->style.upwards ? item->box.height : item->box.width;

	markup_begin(svg->xml, "text");
	class_of_text(svg, item);
	if (item->style.upwards) {
		text_put(&svg->value, "translate(");
		put_point(&svg->value, item->at);
		text_put(&svg->value, ")rotate(-90)");
		attribute(svg, "transform");
	} else {
		attribute_tenths(svg, "x", item->at.x);
		attribute_tenths(svg, "y", item->at.y);
	}
	if (item->is_tight) {
		attribute_tenths(svg, "textLength", width);
		markup_attribute(svg->xml, "lengthAdjust", "spacingAndGlyphs");
	}
	markup_text(svg->xml, item->text);
	markup_end(svg->xml);
	markup_break(svg->xml);
}

/* id="frame-12" data-frame="12" data-flow="3": see figure.h. */
static void
attribute_subject(struct svg *svg, const struct scene_subject *about)
{
	char id[32];

	if (about->frame != 0) {
		snprintf(id, sizeof(id), "frame-%" PRIu32, about->frame);
		attribute_id(svg, id);
		markup_attribute_u64(svg->xml, "data-frame", about->frame);
	}
	if (about->last_frame != 0)
		markup_attribute_u64(svg->xml, "data-last-frame", about->last_frame);
	if (about->flow != 0)
		markup_attribute_u64(svg->xml, "data-flow", about->flow);
}

static void
svg_group_begin(void *ctx, const struct scene_item *item)
{
	struct svg *svg = ctx;
	bool is_link = item->link != NULL;

	markup_begin(svg->xml, is_link ? "a" : "g");
	if (is_link)
		markup_attribute(svg->xml, "href", item->link);
	attribute_subject(svg, &item->about);
	if (item->tip != NULL) {
		markup_begin(svg->xml, "title");
		markup_text(svg->xml, item->tip);
		markup_end(svg->xml);
	}
	markup_break(svg->xml);
}

static void
svg_group_end(void *ctx)
{
	struct svg *svg = ctx;

	markup_end(svg->xml);
	markup_break(svg->xml);
}

static void
svg_end(void *ctx, const struct scene *scene)
{
	struct svg *svg = ctx;

	(void)scene;
	markup_end(svg->xml);
}

void
paint_svg(struct text *out, const struct scene *scene, const struct figure_options *options)
{
	static const struct draw_ops ops = {
		.begin = svg_begin,
		.rect = svg_rect,
		.path = svg_path,
		.text = svg_text,
		.group_begin = svg_group_begin,
		.group_end = svg_group_end,
		.end = svg_end,
	};
	struct text document = { 0 };
	struct svg svg = { .options = options, .xml = markup_writer_new(&document) };
	const char *from;

	scene_draw(scene, &ops, &svg);
	markup_writer_free(svg.xml);
	text_fini(&svg.value);
	from = text_str(&document);
	/* A part of a page declares nothing. */
	if (options->id_prefix != NULL)
		from = strstr(from, "<svg");
	text_put(out, from);
	text_fini(&document);
}
