/*
 * A scene as PNG or PDF: the door to cairo and pango. Texts are set in the
 * first face of a list that is installed, and squeezed where that is wider
 * than the room they were given. The libraries come from paint_load.c, and each
 * of their functions is called through lib.
 */
#include "figure/figure_priv.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "figure/paint_load.h"
#include "figure/paper.h"

/*
 * fontconfig keeps offsets instead of addresses. A leak checker cannot follow
 * those and takes for lost what is not: this tells it, in builds that have one.
 */
#ifdef __SANITIZE_ADDRESS__
#define HAVE_LEAK_CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_LEAK_CHECKER 1
#endif
#endif
#ifdef HAVE_LEAK_CHECKER
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

#define SANS "Arial, Liberation Sans, Helvetica, Noto Sans, Noto Sans CJK SC, sans-serif"
#define MONO "DejaVu Sans Mono, Liberation Mono, Noto Sans Mono CJK SC, monospace"

/* Pixels for each unit, for screens as they are made now. */
#define PNG_SCALE 2.0
/* What cairo can, and what anybody's memory can: 256 MB. */
#define PNG_SIDE_MAX   32000.0
#define PNG_PIXELS_MAX 64e6
/* PDF counts in points. */
#define PDF_SCALE    0.75
#define PDF_SIDE_MAX 14400.0

struct painter {
	const struct paint_lib *lib;
	cairo_t *cairo;
	PangoFontMap *fonts; /* our own, so that its caches go when we do */
	PangoLayout *layout;
	enum scene_theme theme;
	double top; /* what is not between these is on another page */
	double bottom;
};

static void
set_color(struct painter *painter, uint32_t color)
{
	const struct paint_lib *lib = painter->lib;
	lib->cairo_set_source_rgb(painter->cairo, (color >> 16 & 0xff) / 255.0,
	    (color >> 8 & 0xff) / 255.0, (color & 0xff) / 255.0);
}

static void
set_dash(struct painter *painter, enum scene_dash dash)
{
	const struct paint_lib *lib = painter->lib;
	static const double dashed[] = { 6, 4 };
	static const double dotted[] = { 1.5, 3.5 };

	lib->cairo_set_dash(
	    painter->cairo, dash == DASH_DASHED ? dashed : dotted, dash == DASH_SOLID ? 0 : 2, 0);
}

/* What the path at hand looks like. */
static void
fill_and_stroke(struct painter *painter, const struct scene_item *item)
{
	const struct paint_lib *lib = painter->lib;
	const struct scene_class_row *row = &scene_classes[item->cls];
	const struct scene_colors *colors = &row->colors[painter->theme];
	uint32_t fill = item->filled ? colors->line : colors->fill;

	if (fill != COLOR_NONE) {
		set_color(painter, fill);
		lib->cairo_fill_preserve(painter->cairo);
	}
	if (colors->line != COLOR_NONE) {
		set_color(painter, colors->line);
		set_dash(painter, item->dash);
		lib->cairo_set_line_width(painter->cairo, row->width_tenths / 10.0);
		lib->cairo_stroke_preserve(painter->cairo);
	}
	lib->cairo_new_path(painter->cairo);
}

static void
paint_begin(void *ctx, const struct scene *scene)
{
	struct painter *painter = ctx;
	const struct paint_lib *lib = painter->lib;

	(void)scene;
	set_color(painter, scene_classes[CLASS_PAGE].colors[painter->theme].fill);
	lib->cairo_paint(painter->cairo); /* to the last pixel, and the last may be part of one */
	lib->cairo_set_line_join(painter->cairo, CAIRO_LINE_JOIN_ROUND);
}

static bool
is_on_page(const struct painter *painter, double top, double bottom)
{
	return bottom >= painter->top && top <= painter->bottom;
}

static void
paint_rect(void *ctx, const struct scene_item *item)
{
	struct painter *painter = ctx;
	const struct paint_lib *lib = painter->lib;
	const struct scene_box *box = &item->box;
	double most = fmin(box->width, box->height) / 2;
	double r = fmin(item->radius, most);

	if (!is_on_page(painter, box->y, box->y + box->height))
		return;
	if (r <= 0) {
		lib->cairo_rectangle(painter->cairo, box->x, box->y, box->width, box->height);
	} else {
		const double quarter = G_PI / 2;

		lib->cairo_new_sub_path(painter->cairo);
		lib->cairo_arc(painter->cairo, box->x + box->width - r, box->y + r, r, -quarter, 0);
		lib->cairo_arc(painter->cairo, box->x + box->width - r, box->y + box->height - r, r,
		    0, quarter);
		lib->cairo_arc(
		    painter->cairo, box->x + r, box->y + box->height - r, r, quarter, 2 * quarter);
		lib->cairo_arc(painter->cairo, box->x + r, box->y + r, r, 2 * quarter, 3 * quarter);
		lib->cairo_close_path(painter->cairo);
	}
	fill_and_stroke(painter, item);
}

static void
add_step(struct painter *painter, const struct scene_step *step)
{
	const struct paint_lib *lib = painter->lib;
	cairo_t *cairo = painter->cairo;

	switch (step->verb) {
	case 'M':
		lib->cairo_move_to(cairo, step->at[0].x, step->at[0].y);
		break;
	case 'L':
		lib->cairo_line_to(cairo, step->at[0].x, step->at[0].y);
		break;
	case 'C':
		lib->cairo_curve_to(cairo, step->at[0].x, step->at[0].y, step->at[1].x,
		    step->at[1].y, step->at[2].x, step->at[2].y);
		break;
	default:
		lib->cairo_close_path(cairo);
	}
}

static void
paint_path(void *ctx, const struct scene_item *item)
{
	struct painter *painter = ctx;
	double top = HUGE_VAL;
	double bottom = -HUGE_VAL;

	for (size_t i = 0; i < item->step_count; i++) {
		top = item->steps[i].verb == 'Z' ? top : fmin(top, item->steps[i].at[0].y);
		bottom = item->steps[i].verb == 'Z' ? bottom : fmax(bottom, item->steps[i].at[0].y);
	}
	if (!is_on_page(painter, top, bottom))
		return;
	for (size_t i = 0; i < item->step_count; i++)
		add_step(painter, &item->steps[i]);
	fill_and_stroke(painter, item);
}

static void
set_text(struct painter *painter, const struct scene_item *item)
{
	const struct paint_lib *lib = painter->lib;
	PangoFontDescription *font =
	    lib->pango_font_description_from_string(item->style.mono ? MONO : SANS);

	lib->pango_font_description_set_absolute_size(font, item->style.size * PANGO_SCALE);
	lib->pango_font_description_set_weight(
	    font, item->style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	lib->pango_layout_set_font_description(painter->layout, font);
	lib->pango_font_description_free(font);
	lib->pango_layout_set_single_paragraph_mode(painter->layout, TRUE);
	lib->pango_layout_set_text(painter->layout, item->text, -1);
}

static void
paint_text(void *ctx, const struct scene_item *item)
{
	struct painter *painter = ctx;
	const struct paint_lib *lib = painter->lib;
	cairo_t *cairo = painter->cairo;
	double room = item->style.upwards ? item->box.height : item->box.width;
	double squeeze = 1;
	double width;
	int pango_width;

	if (!is_on_page(painter, item->box.y, item->box.y + item->box.height))
		return;
	set_text(painter, item);
	set_color(painter, scene_classes[item->cls].colors[painter->theme].text);
	lib->pango_layout_get_size(painter->layout, &pango_width, NULL);
	width = (double)pango_width / PANGO_SCALE;
	if (item->is_tight && width > room)
		squeeze = room / width;
	lib->cairo_save(cairo);
	lib->cairo_translate(cairo, item->at.x, item->at.y);
	if (item->style.upwards)
		lib->cairo_rotate(cairo, -G_PI / 2);
	lib->cairo_scale(cairo, squeeze, 1);
	if (item->style.anchor != ANCHOR_START)
		lib->cairo_translate(
		    cairo, item->style.anchor == ANCHOR_MIDDLE ? -width / 2 : -width, 0);
	lib->cairo_move_to(
	    cairo, 0, -(double)lib->pango_layout_get_baseline(painter->layout) / PANGO_SCALE);
	lib->pango_cairo_show_layout(cairo, painter->layout);
	lib->cairo_restore(cairo);
}

static void
paint_end(void *ctx, const struct scene *scene)
{
	(void)ctx;
	(void)scene;
}

static const struct draw_ops ops = {
	.begin = paint_begin,
	.rect = paint_rect,
	.path = paint_path,
	.text = paint_text,
	.end = paint_end,
};

/* Glyphs where the layout put them, whatever the pixels: else widths would depend on the size. */
static void
painter_begin(struct painter *painter, const struct paint_lib *lib, cairo_surface_t *surface,
    enum scene_theme theme)
{
	cairo_font_options_t *font_options = lib->cairo_font_options_create();
	PangoContext *context;

	*painter = (struct painter){ .lib = lib, .theme = theme };
	painter->cairo = lib->cairo_create(surface);
	painter->fonts = lib->pango_cairo_font_map_new();
	context = lib->pango_font_map_create_context(painter->fonts);
	lib->pango_cairo_update_context(painter->cairo, context);
	lib->cairo_font_options_set_hint_style(font_options, CAIRO_HINT_STYLE_NONE);
	lib->cairo_font_options_set_hint_metrics(font_options, CAIRO_HINT_METRICS_OFF);
	lib->cairo_font_options_set_antialias(font_options, CAIRO_ANTIALIAS_GRAY);
	lib->pango_cairo_context_set_font_options(context, font_options);
	lib->pango_cairo_context_set_resolution(context, 96);
	lib->pango_context_set_round_glyph_positions(context, FALSE);
	lib->cairo_font_options_destroy(font_options);
	painter->layout = lib->pango_layout_new(context);
	lib->g_object_unref(context);
}

/* The first thing that went wrong with any of the surface; it is closed. */
static enum status
painter_end(struct painter *painter, cairo_surface_t *surface, const char *what, struct diag *diag)
{
	const struct paint_lib *lib = painter->lib;
	cairo_status_t trouble = lib->cairo_status(painter->cairo);

	lib->g_object_unref(painter->layout);
	lib->g_object_unref(painter->fonts);
	lib->cairo_destroy(painter->cairo);
	lib->cairo_surface_finish(surface);
	if (trouble == CAIRO_STATUS_SUCCESS)
		trouble = lib->cairo_surface_status(surface);
	lib->cairo_surface_destroy(surface);
	if (trouble == CAIRO_STATUS_SUCCESS)
		return ST_OK;
	return diag_set(diag, ST_LIMIT, "%s: %s", what, lib->cairo_status_to_string(trouble));
}

static cairo_status_t
append(void *ctx, const unsigned char *data, unsigned count)
{
	text_bytes(ctx, (const char *)data, count);
	return CAIRO_STATUS_SUCCESS;
}

static enum scene_theme
theme_of(const struct figure_options *options)
{
	return options->theme_auto ? THEME_LIGHT : options->theme;
}

/* --- PNG --- */

/* Large figures get fewer pixels. */
static double
png_scale(const struct scene *scene)
{
	double scale = PNG_SCALE;

	scale = fmin(scale, PNG_SIDE_MAX / fmax(scene->width, scene->height));
	return fmin(scale, sqrt(PNG_PIXELS_MAX / (scene->width * scene->height)));
}

enum status
paint_png(struct text *out, const struct scene *scene, const struct figure_options *options,
    struct diag *diag)
{
	double scale = png_scale(scene);
	cairo_surface_t *surface;
	struct painter painter;
	struct paint_lib lib;
	enum status st = paint_load(&lib, "PNG", diag);

	if (st != ST_OK)
		return st;
	surface = lib.cairo_image_surface_create(
	    CAIRO_FORMAT_RGB24, (int)ceil(scene->width * scale), (int)ceil(scene->height * scale));
	painter_begin(&painter, &lib, surface, theme_of(options));
	painter.bottom = scene->height;
	lib.cairo_scale(painter.cairo, scale, scale);
	scene_draw(scene, &ops, &painter);
	if (lib.cairo_status(painter.cairo) == CAIRO_STATUS_SUCCESS)
		lib.cairo_surface_write_to_png_stream(surface, append, out);
	return painter_end(&painter, surface, "PNG", diag);
}

/* --- PDF --- */

static void
describe(const struct paint_lib *lib, cairo_surface_t *surface, const char *title,
    const char *subject, int64_t date_ns, const struct figure_options *options)
{
	time_t seconds =
	    (time_t)(options->has_date ? options->date_s : date_ns / INT64_C(1000000000));
	struct tm utc;
	char date[64] = "1970-01-01T00:00:00Z";

	if (gmtime_r(&seconds, &utc) != NULL && utc.tm_year >= 70 && utc.tm_year < 8000)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	lib->cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	lib->cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, subject);
	lib->cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, PACKAGE_NAME);
	lib->cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
	lib->cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
}

static void
paint_part(struct painter *painter, const struct paper_part *part)
{
	const struct paint_lib *lib = painter->lib;
	cairo_t *cairo = painter->cairo;

	painter->top = part->top;
	painter->bottom = part->bottom;
	if (part->tag != NULL)
		lib->cairo_tag_begin(cairo, part->tag, NULL);
	lib->cairo_save(cairo);
	lib->cairo_translate(cairo, part->at.x, part->at.y);
	lib->cairo_scale(cairo, part->scale, part->scale);
	lib->cairo_rectangle(cairo, 0, 0, part->scene->width, part->bottom - part->top);
	lib->cairo_clip(cairo);
	lib->cairo_translate(cairo, 0, -part->top);
	scene_draw(part->scene, &ops, painter);
	lib->cairo_restore(cairo);
	if (part->tag != NULL)
		lib->cairo_tag_end(cairo, part->tag);
}

/* The strip that stands at the top of a page that begins there. */
static double
head_height(const struct scene *scene, double top)
{
	return top > 0 ? scene->head_bottom - scene->head_top : 0;
}

/* What of the scene lies between top and bottom, on a page of its own. */
static void
paint_page(struct painter *painter, cairo_surface_t *surface, const struct scene *scene, double top,
    double bottom)
{
	const struct paint_lib *lib = painter->lib;
	double head = head_height(scene, top);
	double height = head + bottom - top;
	double scale = fmin(PDF_SCALE, PDF_SIDE_MAX / fmax(scene->width, height));
	struct paper_part part = { .scene = scene, .scale = scale };

	lib->cairo_pdf_surface_set_size(surface, scene->width * scale, height * scale);
	if (head > 0) {
		part.top = scene->head_top;
		part.bottom = scene->head_bottom;
		paint_part(painter, &part);
	}
	part.top = top;
	part.bottom = bottom;
	part.at.y = head * scale;
	paint_part(painter, &part);
	lib->cairo_show_page(painter->cairo);
}

/* Upright pages where there are breaks; what has none is one page, however high. */
static double
page_bottom(const struct scene *scene, double top)
{
	double bottom =
	    scene_page_end(scene, top, scene->width * G_SQRT2 - head_height(scene, top));

	for (size_t i = 0; i < scene->break_count && bottom <= top; i++)
		bottom = scene->breaks[i];
	return bottom > top ? bottom : scene->height;
}

enum status
paint_pdf(struct text *out, const struct scene *scene, const struct figure_options *options,
    struct diag *diag)
{
	cairo_surface_t *surface;
	struct painter painter;
	struct paint_lib lib;
	enum status st = paint_load(&lib, "PDF", diag);
	double top = 0;

	if (st != ST_OK)
		return st;
	surface = lib.cairo_pdf_surface_create_for_stream(
	    append, out, scene->width * PDF_SCALE, scene->height * PDF_SCALE);
	describe(&lib, surface, scene->title, scene->desc, scene->date_ns, options);
	painter_begin(&painter, &lib, surface, theme_of(options));
	while (top < scene->height) {
		double bottom = page_bottom(scene, top);

		paint_page(&painter, surface, scene, top, bottom);
		top = bottom;
	}
	return painter_end(&painter, surface, "PDF", diag);
}

/* --- paper --- */

static int
points(double units)
{
	return (int)floor(units * PDF_SCALE + 0.5);
}

/* Whole numbers only: cairo reads them in a way of its own, and we write them in the locale's. */
static void
put_target(char *to, size_t room, size_t page, double y)
{
	snprintf(to, room, "page=%zu pos=[0 %d]", page + 1, points(y));
}

static void
add_link(struct painter *painter, const struct paper_link *link)
{
	const struct paint_lib *lib = painter->lib;
	char target[64];
	char words[160];

	put_target(target, sizeof(target), link->page, link->y);
	snprintf(words, sizeof(words), "rect=[%d %d %d %d] %s", (int)floor(link->box.x),
	    (int)floor(link->box.y), (int)ceil(link->box.width), (int)ceil(link->box.height),
	    target);
	lib->cairo_tag_begin(painter->cairo, CAIRO_TAG_LINK, words);
	lib->cairo_tag_end(painter->cairo, CAIRO_TAG_LINK);
}

static void
paint_paper(struct painter *painter, cairo_surface_t *surface, const struct paper_page *page)
{
	const struct paint_lib *lib = painter->lib;

	lib->cairo_pdf_surface_set_size(surface, page->width * PDF_SCALE, page->height * PDF_SCALE);
	lib->cairo_save(painter->cairo);
	lib->cairo_scale(painter->cairo, PDF_SCALE, PDF_SCALE);
	for (size_t i = 0; i < page->part_count; i++)
		paint_part(painter, &page->parts[i]);
	for (size_t i = 0; i < page->link_count; i++)
		add_link(painter, &page->links[i]);
	lib->cairo_restore(painter->cairo);
	lib->cairo_show_page(painter->cairo);
}

static void
add_outline(const struct paint_lib *lib, cairo_surface_t *surface, const struct paper *paper)
{
	int above[PAPER_DEPTH_MAX + 1] = { CAIRO_PDF_OUTLINE_ROOT };
	char target[64];

	for (size_t i = 0; i < paper->mark_count; i++) {
		const struct paper_mark *mark = &paper->marks[i];

		put_target(target, sizeof(target), mark->page, mark->y);
		above[mark->depth + 1] =
		    lib->cairo_pdf_surface_add_outline(surface, above[mark->depth], mark->title,
			target, mark->depth == 0 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
	}
}

enum status
paper_paint(struct text *out, const struct paper *paper, const struct figure_options *options,
    struct diag *diag)
{
	cairo_surface_t *surface;
	struct painter painter;
	struct paint_lib lib;
	enum status st = paint_load(&lib, "PDF", diag);

	if (st != ST_OK)
		return st;
	surface = lib.cairo_pdf_surface_create_for_stream(
	    append, out, PAPER_WIDTH * PDF_SCALE, PAPER_HEIGHT * PDF_SCALE);
	describe(&lib, surface, paper->title, paper->desc, paper->date_ns, options);
	painter_begin(&painter, &lib, surface, theme_of(options));
	for (size_t i = 0; i < paper->page_count; i++)
		paint_paper(&painter, surface, &paper->pages[i]);
	add_outline(&lib, surface, paper);
	return painter_end(&painter, surface, "PDF", diag);
}
