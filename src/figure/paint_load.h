/*
 * paint_load: cairo and pango, loaded when the first figure wants them. Linked,
 * they would bring two dozen libraries into each run, and those take longer to
 * load than a small capture takes to analyse.
 */
#ifndef SYNSCOPE_FIGURE_PAINT_LOAD_H
#define SYNSCOPE_FIGURE_PAINT_LOAD_H

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "base/diag.h"

/* Each function under its own name. */
struct paint_lib {
#define FUNCTION(name) __typeof__(name) *name;
#include "figure/paint_load.def"
#undef FUNCTION
};

/* what: the format that asks, for the sentence. They stay loaded until the program ends. */
enum status paint_load(struct paint_lib *lib, const char *what, struct diag *diag);

#endif
