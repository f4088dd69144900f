#include "cli/rows.h"

static void
write_socket(void *ctx, const struct socket_row *row)
{
	export_socket(rows_out(ctx), row);
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

	if (options->compare != NULL)
		return compare_tables(options);
	return rows_run(options, has_moments ? RECORD_SOCKETS : RECORD_SOCKET_CHANGES, &ops);
}
