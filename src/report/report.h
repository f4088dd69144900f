/*
 * report: the article that captures write.
 *
 *   document.c   what is found in each capture, and what all of them say
 *                together, as one XML document (document.rng)
 *   section_*.c  a part of a capture's chapter each
 *
 * The document holds words for people, in their language; what a page looks
 * like is a template's matter. Whoever runs the analysis hands rows in, as to
 * figure, one capture after another.
 */
#ifndef SYNSCOPE_REPORT_H
#define SYNSCOPE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/diag.h"
#include "figure/figure.h"
#include "prose/prose.h"
#include "recorded/recorded.h"

struct markup_document;

struct report_options {
	enum lang lang;
	const struct experiment *experiment; /* NULL: none */
};

/* One capture, read. All of it is borrowed for the call. */
struct report_source {
	const char *const *paths; /* of its parts */
	size_t path_count;
	const struct figure_data *data;
	const struct analysis *analysis;
};

struct report;
struct report *report_new(const struct report_options *options);
void report_free(struct report *report);
/* A chapter about one capture. */
void report_add(struct report *report, const struct report_source *source);
/* All chapters are in: what they say together. The document lives as long as the report. */
struct markup_document *report_finish(struct report *report);

#endif
