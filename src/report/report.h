/*
 * report: the article that captures write.
 *
 *   document.c   what is found in each capture, and what all of them say
 *                together, as one XML document (document.rng)
 *   section_*.c  a part of a capture's chapter each
 *   view.c       what the packets of each flow come to; words.c: values, sentences
 *   tally.c      what is said of all flows, taken in one by one
 *   worth.c      which of them are worth a look
 *   phrase.c     sentences, filled in
 *   slug.c       names of pages and folders
 *   print.c      the document as a PDF (print.h)
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

/* --- all flows of a capture --- */

struct tally;
struct tally *tally_new(void);
void tally_free(struct tally *tally);
/* In the order of their numbers. */
void tally_flow(struct tally *tally, const struct flow_row *row);
void tally_packet(struct tally *tally, const struct packet_row *row);
/* All is in. last_ns: of the capture, where what had just begun goes unanswered. */
void tally_end(struct tally *tally, int64_t last_ns);
/* Which flows' packets are worth a second run: their numbers, ascending; returns how many. */
#define TALLY_KEPT 40
size_t tally_keep(
    const struct tally *tally, const struct figure_data *data, uint32_t flows[TALLY_KEPT]);

/* --- the document --- */

struct report_options {
	enum lang lang;
	const struct experiment *experiment; /* whose article it is; NULL: none's */
	size_t capture_count;                /* that it will be about */
	const char *const *paths;            /* of all their files, until _free */
	size_t path_count;
	/* Figures as files, by names such as "listen/queue-2.svg"; NULL: not wanted. */
	void (*take)(void *ctx, const char *name, const struct text *file);
	void *ctx;
	bool for_paper; /* report_print is going to be asked for it */
};

/* Rows for programs, in a file beside the pages. */
struct report_record {
	const char *name;
	const char *href; /* NULL: it was left out, since the capture is large */
	uint64_t rows;
};

/* One capture, read. All of it is borrowed for the call. */
struct report_source {
	const char *const *paths; /* of its parts */
	size_t path_count;
	const struct experiment *experiment; /* that tells of it; NULL: none */
	const struct figure_data *data;
	const uint32_t *kept; /* flows whose packets and sockets data has, ascending; NULL: all */
	size_t kept_count;
	const struct tally *tally;
	const struct analysis *analysis;
	const struct sockets_options *sockets; /* what was assumed */
	const char *troubles; /* what could not be read: sentences that end in a zero byte */
	size_t troubles_length;
	const struct report_record *records;
	size_t record_count;
};

struct report;
struct report *report_new(const struct report_options *options);
void report_free(struct report *report);
/*
 * What the next capture's page and folder are called, whose first file this is:
 * lower-case letters, digits and "-", no other capture's. Lives as long as the report.
 */
const char *report_name(struct report *report, const char *path);
/* A chapter about one capture: the one that was named last. */
void report_add(struct report *report, const struct report_source *source);
/* All chapters are in: what they say together. The document lives as long as the report. */
struct markup_document *report_finish(struct report *report);
/*
 * ... and on paper, for which it was told to be. Bytes of a PDF are appended to
 * out; it says that it was made at date_s, or, where that is NULL, when the first
 * packet was captured.
 */
enum status report_print(
    struct text *out, const struct report *report, const int64_t *date_s, struct diag *diag);

#endif
