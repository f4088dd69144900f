/*
 * Scenes painted with cairo and pango, and one as PNG. Texts are set in the
 * first face of a list that is installed, and squeezed where that is wider
 * than the room they were given. The libraries come from paint_load.c, and each
 * of their functions is called through lib.
 */
#include "figure/paint_priv.h"

#include <math.h>

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

void
painter_draw(struct painter *painter, const struct scene *scene)
{
	scene_draw(scene, &ops, painter);
}

/* Glyphs where the layout put them, whatever the pixels: else widths would depend on the size. */
void
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

enum status
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

cairo_status_t
painter_append(void *ctx, const unsigned char *data, unsigned count)
{
	text_bytes(ctx, (const char *)data, count);
	return CAIRO_STATUS_SUCCESS;
}

enum scene_theme
painter_theme(const struct figure_options *options)
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
	painter_begin(&painter, &lib, surface, painter_theme(options));
	painter.bottom = scene->height;
	lib.cairo_scale(painter.cairo, scale, scale);
	painter_draw(&painter, scene);
	if (lib.cairo_status(painter.cairo) == CAIRO_STATUS_SUCCESS)
		lib.cairo_surface_write_to_png_stream(surface, painter_append, out);
	return painter_end(&painter, surface, "PNG", diag);
}
