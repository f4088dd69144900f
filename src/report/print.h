/*
 * print: the document as pages, and those as PDF.
 *
 *   print.c        scenes are kept, and what is on each page besides: its number
 *   print_parts.c  an element becomes blocks: a heading, a table, a figure
 *   print_figure.c how large, and on what page
 *   print_table.c  what is in it; print_table_fit.c, print_table_draw.c: how it looks
 *   print_text.c   words become lines
 *   print_pages.c  blocks go onto pages
 *
 * A block is a scene, laid out once, with the places where it may be cut. All
 * is measured by figure's table of widths: pages break at the same words on
 * every machine.
 */
#ifndef SYNSCOPE_REPORT_PRINT_H
#define SYNSCOPE_REPORT_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "prose/prose.h"

struct markup_document;
struct markup_node;
struct scene;
struct text;

struct print_kept {
	const struct markup_node *figure;
	struct scene *scene;
};

/* Scenes of figures, until they are printed. A zeroed one is empty. */
struct print_shelf {
	struct print_kept *kept;
	size_t count;
};

/* figure: its element in the document. The scene is the shelf's from now on. */
void print_keep(struct print_shelf *shelf, const struct markup_node *figure, struct scene *scene);
void print_shelf_fini(struct print_shelf *shelf);

struct print_options {
	const struct catalog *catalog;
	enum lang lang;
	const struct print_shelf *shelf; /* a figure that is not in it is named, and not drawn */
	int64_t date_ns;                 /* the PDF says that it was made then, */
	bool has_date;                   /* unless this is known better */
	int64_t date_s;
};

/* Bytes are appended to out. The document keeps to document.rng. */
enum status print_document(struct text *out, const struct markup_document *document,
    const struct print_options *options, struct diag *diag);

#endif
