/*
 * PDF: a figure on one page or several, and paper, whose pages are strips of scenes.
 */
#include "figure/paint_priv.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "figure/paper.h"

/* PDF counts in points. */
#define PDF_SCALE    0.75
#define PDF_SIDE_MAX 14400.0

/* --- a figure --- */

static void
describe(const struct paint_lib *lib, cairo_surface_t *surface, const char *title,
    const char *subject, int64_t date_ns, const struct figure_options *options)
{
	time_t seconds = (time_t)(options->has_date ? options->date_s : date_ns / SECOND_NS);
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
	painter_draw(painter, part->scene);
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
	    painter_append, out, scene->width * PDF_SCALE, scene->height * PDF_SCALE);
	describe(&lib, surface, scene->title, scene->desc, scene->date_ns, options);
	painter_begin(&painter, &lib, surface, painter_theme(options));
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
	    painter_append, out, PAPER_WIDTH * PDF_SCALE, PAPER_HEIGHT * PDF_SCALE);
	describe(&lib, surface, paper->title, paper->desc, paper->date_ns, options);
	painter_begin(&painter, &lib, surface, painter_theme(options));
	for (size_t i = 0; i < paper->page_count; i++)
		paint_paper(&painter, surface, &paper->pages[i]);
	add_outline(&lib, surface, paper);
	return painter_end(&painter, surface, "PDF", diag);
}
