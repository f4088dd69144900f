#include "cli/rows.h"

static void
write_packet(void *ctx, const struct packet_row *row)
{
	export_packet(rows_out(ctx), row);
}

int
cmd_packets(const struct options *options)
{
	const struct analysis_ops ops = {
		.packet = write_packet,
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = rows_enough,
	};

	return rows_run(options, RECORD_PACKETS, &ops);
}
