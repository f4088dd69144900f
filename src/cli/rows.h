/* rows: what flows and packets have in common; private to the room. */
#ifndef SYNSCOPE_CLI_ROWS_H
#define SYNSCOPE_CLI_ROWS_H

#include "cli/cli_priv.h"
#include "export/export.h"

struct rows {
	struct reading reading; /* first: the analysis hands it back */
	struct export *out;
	const struct analysis *source; /* that out was told of */
	struct experiment *experiment; /* NULL: none was given */
	struct catalog *catalog;       /* NULL: sentences are English */
	/* NULL, or what is to be done after each capture that could be read. */
	int (*after)(struct rows *rows);
};

/* Where the row at hand goes. */
static inline struct export *
rows_out(void *ctx)
{
	struct rows *rows = ctx;

	if (rows->source != rows->reading.analysis) {
		rows->source = rows->reading.analysis;
		export_source(rows->out, rows->source);
	}
	return rows->out;
}

bool rows_enough(void *ctx);

/* All captures of the command line; ops hand their rows to rows_out. */
int rows_run(
    const struct options *options, enum export_record record, const struct analysis_ops *ops);
/* Likewise, of a struct that begins with rows, all zero but for after. */
int rows_run_in(struct rows *rows, const struct options *options, enum export_record record,
    const struct analysis_ops *ops);

#endif
