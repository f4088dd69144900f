/* paint_priv: how scenes are painted with cairo, for PNG and for PDF; private to the two. */
#ifndef SYNSCOPE_FIGURE_PAINT_PRIV_H
#define SYNSCOPE_FIGURE_PAINT_PRIV_H

#include "figure/figure_priv.h"
#include "figure/paint_load.h"

struct painter {
	const struct paint_lib *lib;
	cairo_t *cairo;
	PangoFontMap *fonts; /* our own, so that its caches go when we do */
	PangoLayout *layout;
	enum scene_theme theme;
	double top; /* what is not between these is on another page */
	double bottom;
};

void painter_begin(struct painter *painter, const struct paint_lib *lib, cairo_surface_t *surface,
    enum scene_theme theme);
void painter_draw(struct painter *painter, const struct scene *scene);
/* The first thing that went wrong with any of the surface; it is closed. */
enum status painter_end(
    struct painter *painter, cairo_surface_t *surface, const char *what, struct diag *diag);

/* For surfaces that are written: ctx is a struct text. */
cairo_status_t painter_append(void *ctx, const unsigned char *data, unsigned count);
enum scene_theme painter_theme(const struct figure_options *options);

#endif
