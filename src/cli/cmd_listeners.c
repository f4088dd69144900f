#include "cli/rows.h"

static void
write_listener(void *ctx, const struct listener_row *row)
{
	export_listener(rows_out(ctx), row);
}

int
cmd_listeners(const struct options *options)
{
	const struct analysis_ops ops = {
		.listener = write_listener,
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = rows_enough,
	};

	return rows_run(options, RECORD_LISTENERS, &ops);
}
