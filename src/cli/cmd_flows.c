#include "cli/rows.h"

static void
write_flow(void *ctx, const struct flow_row *row)
{
	export_flow(rows_out(ctx), row);
}

int
cmd_flows(const struct options *options)
{
	const struct analysis_ops ops = {
		.flow = write_flow,
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = rows_enough,
	};

	return rows_run(options, RECORD_FLOWS, &ops);
}
