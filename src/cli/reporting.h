/* reporting: what the files of the report command share; private to the room. */
#ifndef SYNSCOPE_CLI_REPORTING_H
#define SYNSCOPE_CLI_REPORTING_H

#include "cli/cli_priv.h"
#include "cli/subjects.h"
#include "export/export.h"
#include "report/folder.h"
#include "report/report.h"

#define REPORT_RECORDS 4

struct reporting {
	struct reading reading; /* first: the analysis hands it back */
	struct report *report;
	struct folder *folder; /* NULL: none is wanted */
	bool failed;           /* and it was said why */

	/* of the capture at hand */
	const char *name; /* of its page and folder */
	struct figure_data *data;
	struct tally *tally;
	struct record {
		struct export *out; /* NULL: not written */
		uint64_t rows;
	} records[REPORT_RECORDS];
	int record_count; /* those that are written */
	uint64_t packets;
	bool is_large;        /* too large for one run: it was given up */
	const uint32_t *kept; /* flows whose packets are kept, ascending; NULL: all */
	size_t kept_count;
	uint32_t keep[TALLY_KEPT];
	struct tuple kept_tuples[TALLY_KEPT]; /* as their clients send */
	struct track *track;     /* of the first run, for the second; NULL: there is one alone */
	uint32_t *only;          /* that the second run judges */
	uint32_t *seen;          /* and that it sees */
	int64_t until_ns;        /* what comes later tells nothing of them */
	struct analysis *second; /* rows of packets name files by it; NULL: there was one run */
};

/* Nothing will appear; the first reason is said. */
void reporting_fail(struct reporting *reporting, const struct diag *diag);

/* One capture is read, and becomes a chapter. */
int chapter_read(struct reporting *reporting, const struct subject *subject);

/* again.c: the second run over the capture; the options are those of the first. */
void again_read(struct reporting *reporting, const struct subject *subject,
    struct analysis_options *options, struct sockets_options *sockets);

#endif
