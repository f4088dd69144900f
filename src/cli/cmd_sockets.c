/*
 * The table of sockets. A moment that was asked for and has no row would leave
 * no trace in text, so that it is told that there were none.
 */
#include "cli/rows.h"

#include <stdlib.h>

#include "base/mem.h"

struct tables {
	struct rows rows; /* first: the analysis hands it back */
	int64_t *moments; /* of the capture at hand, in the order of time; NULL: not known yet */
	size_t moment_count;
	size_t next; /* that no row has come up to */
};

/* Once the capture was read, its first moment is known. */
static void
find_moments(struct tables *tables)
{
	const struct told *told = &tables->rows.reading.options->told;
	int64_t first_ns = analysis_summary(tables->rows.reading.analysis)->first_ns;

	tables->moments = mem_realloc_array(NULL, told->moment_count + 1, sizeof(*tables->moments));
	tables->next = 0;
	tables->moment_count =
	    moments_ns(tables->moments, told->moments, told->moment_count, first_ns);
}

/* The moments before this one had no row, and itself has, or had none either. */
static void
pass(struct tables *tables, int64_t until_ns, bool has_row)
{
	if (tables->moments == NULL)
		find_moments(tables);
	while (tables->next < tables->moment_count && tables->moments[tables->next] <= until_ns) {
		int64_t ns = tables->moments[tables->next++];

		if (!has_row || ns != until_ns)
			export_no_socket(rows_out(tables), ns);
	}
}

static void
write_socket(void *ctx, const struct socket_row *row)
{
	pass(ctx, row->at_ns, true);
	export_socket(rows_out(ctx), row);
}

static int
end_tables(struct rows *rows)
{
	struct tables *tables = (struct tables *)rows;

	if (analysis_summary(rows->reading.analysis)->packets > 0)
		pass(tables, INT64_MAX, false);
	free(tables->moments);
	tables->moments = NULL;
	return EXIT_WELL;
}

int
cmd_sockets(const struct options *options)
{
	const struct analysis_ops ops = {
		.socket = write_socket,
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = rows_enough,
	};
	bool has_moments = options->told.moment_count > 0 || options->told.every_ns > 0;
	struct tables tables = { .rows.after = end_tables };

	if (options->compare != NULL)
		return compare_tables(options);
	return rows_run_in(
	    &tables.rows, options, has_moments ? RECORD_SOCKETS : RECORD_SOCKET_CHANGES, &ops);
}
