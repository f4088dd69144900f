/*
 * paper: pages that hold parts of scenes, as one PDF.
 *
 * A page is filled from the top of its list to the end, each part a strip of a
 * scene, at a scale of its own; so a scene that is longer than a page goes on
 * upon the next. Lengths are in user units, as in scenes. Nothing here is
 * owned: scenes and lists are borrowed for the call.
 */
#ifndef SYNSCOPE_FIGURE_PAPER_H
#define SYNSCOPE_FIGURE_PAPER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "figure/scene.h"

struct figure_options;
struct text;

/* ISO A4, upright. */
#define PAPER_WIDTH  793.7
#define PAPER_HEIGHT 1122.5

struct paper_part {
	const struct scene *scene;
	double top; /* what lies between the two */
	double bottom;
	struct scene_point at; /* where its left end and top come to lie */
	double scale;
	const char *tag; /* what it is, for who cannot see it: "H1", "P", "Table"; NULL: nothing */
};

/* Where it is clicked, and what is shown then. */
struct paper_link {
	struct scene_box box;
	size_t page;
	double y;
};

struct paper_page {
	double width;
	double height;
	struct paper_part *parts;
	size_t part_count;
	struct paper_link *links;
	size_t link_count;
};

/* A line of the outline that readers show beside the pages. */
struct paper_mark {
	const char *title;
	unsigned depth; /* 0: a chapter; one more than the mark before it at most */
	size_t page;
	double y;
};

#define PAPER_DEPTH_MAX 4

struct paper {
	const char *title;
	const char *desc;
	int64_t date_ns; /* it says that it was made then, unless options know better */
	const struct paper_page *pages;
	size_t page_count;
	const struct paper_mark *marks;
	size_t mark_count;
};

/* Bytes are appended to out. */
enum status paper_paint(struct text *out, const struct paper *paper,
    const struct figure_options *options, struct diag *diag);

#endif
