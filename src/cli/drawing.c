#include "cli/drawing.h"

static void
take_packet(void *ctx, const struct packet_row *row)
{
	figure_collect_packet(((struct drawing *)ctx)->data, row);
}

static void
take_wire(void *ctx, const struct packet_wire *wire)
{
	figure_collect_wire(((struct drawing *)ctx)->data, wire);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	figure_collect_flow(((struct drawing *)ctx)->data, row);
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	figure_collect_socket(((struct drawing *)ctx)->data, row);
}

static void
take_listener(void *ctx, const struct listener_row *row)
{
	figure_collect_listener(((struct drawing *)ctx)->data, row);
}

struct analysis_ops
drawing_ops(const struct figure_kind *kind)
{
	return (struct analysis_ops){
		.packet = kind->needs & NEEDS_PACKETS ? take_packet : NULL,
		.wire = kind->needs & NEEDS_WIRE ? take_wire : NULL,
		.flow = take_flow,
		.socket = kind->needs & NEEDS_SOCKETS ? take_socket : NULL,
		.listener = kind->needs & NEEDS_LISTENERS ? take_listener : NULL,
		.trouble = reading_trouble,
		.progress = reading_progress,
	};
}
