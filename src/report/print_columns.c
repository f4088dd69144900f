/* The tables on paper: which columns each has. */
#include "report/print_priv.h"

#include <string.h>

/* Rows of a table; a reader of paper does not want more. */
#define ROWS_MAX    200
#define CHANGES_MAX 80

#define PLAIN(head, name, how) \
	{ \
		.heading = head, .attribute = name, .flags = how \
	}
#define GROUPED(above, head, name, how) \
	{ \
		.heading = head, .attribute = name, .flags = how, .group = above \
	}

#define TABLE(name, rows, cells, marked) \
	{ \
		.element = name, .columns = cells, .count = sizeof(cells) / sizeof(cells[0]), \
		.most = rows, .is_marked = marked \
	}

static bool
contradicts(const struct markup_node *row)
{
	struct text outcome = { 0 };
	bool result = markup_value(row, "outcome", &outcome) &&
		      strcmp(text_str(&outcome), "contradicts") == 0;

	text_fini(&outcome);
	return result;
}

static const struct column finding_columns[] = {
	PLAIN(N_("Finding"), NULL, COLUMN_WORDS),
	PLAIN(N_("Times"), "count", COLUMN_NUMBER),
	PLAIN(N_("First frame"), "first", COLUMN_NUMBER),
	PLAIN(N_("Last frame"), "last", COLUMN_NUMBER),
};
static const struct column client_columns[] = {
	PLAIN(N_("Client"), "name", 0),
	PLAIN(N_("Its end"), "local", 0),
	GROUPED("connect()", N_("Recorded"), "recorded", 0),
	GROUPED("connect()", N_("Reconstructed"), "inferred", 0),
	GROUPED("connect()", N_("at, s"), "inferred-since", COLUMN_NUMBER),
	GROUPED(N_("Bytes"), N_("sent"), "sent", COLUMN_NUMBER),
	GROUPED(N_("Bytes"), N_("written"), "written", COLUMN_NUMBER),
	GROUPED(N_("Bytes"), N_("acknowledged"), "acknowledged", COLUMN_NUMBER),
	PLAIN(N_("Both"), "outcome", COLUMN_OUTCOME),
	PLAIN(N_("It printed"), NULL, COLUMN_WORDS),
};
static const struct column socket_columns[] = {
	PLAIN(N_("Proto"), "proto", COLUMN_VARIED),
	PLAIN(N_("Local address"), "local", 0),
	PLAIN(N_("Foreign address"), "remote", 0),
	GROUPED(N_("Recorded"), "Recv-Q", "recv-q", COLUMN_NUMBER),
	GROUPED(N_("Recorded"), "Send-Q", "send-q", COLUMN_NUMBER),
	GROUPED(N_("Recorded"), N_("State"), "state", COLUMN_STATE),
	GROUPED(N_("Reconstructed"), "Recv-Q", "found-recv-q", COLUMN_NUMBER),
	GROUPED(N_("Reconstructed"), "Send-Q", "found-send-q", COLUMN_NUMBER),
	GROUPED(N_("Reconstructed"), N_("State"), "found-state", COLUMN_STATE | COLUMN_LIKELY),
	PLAIN(N_("Both"), "outcome", COLUMN_OUTCOME),
	PLAIN(N_("Frames"), "frames", COLUMN_FRAMES),
};
static const struct column change_columns[] = {
	PLAIN(N_("At, s"), "since", COLUMN_NUMBER),
	PLAIN(N_("Proto"), "proto", COLUMN_VARIED),
	PLAIN("Recv-Q", "recv-q", COLUMN_NUMBER),
	PLAIN("Send-Q", "send-q", COLUMN_NUMBER),
	PLAIN(N_("Local address"), "local", 0),
	PLAIN(N_("Foreign address"), "remote", 0),
	PLAIN(N_("State"), "state", COLUMN_STATE | COLUMN_LIKELY),
	PLAIN(N_("Frames"), "frames", COLUMN_FRAMES),
};
static const struct column packet_columns[] = {
	PLAIN(N_("No."), "frame", COLUMN_NUMBER),
	PLAIN(N_("Since the first, s"), "since", COLUMN_NUMBER),
	PLAIN(N_("Source"), "src", 0),
	PLAIN(N_("Destination"), "dst", 0),
	PLAIN(N_("Protocol"), "proto", COLUMN_VARIED),
	PLAIN(N_("Length"), "length", COLUMN_NUMBER),
	PLAIN(N_("Info"), "info", 0),
	PLAIN("", "why", COLUMN_BELOW),
};
static const struct column listener_columns[] = {
	PLAIN(N_("Endpoint"), "local", 0),
	PLAIN(N_("Stage"), "stage", 0),
	PLAIN(N_("Backlog"), "backlog", COLUMN_NUMBER),
	PLAIN(N_("Attempts"), "attempts", COLUMN_NUMBER),
	PLAIN(N_("Completed"), "completed", COLUMN_NUMBER),
	PLAIN(N_("Accepted"), "accepted", COLUMN_NUMBER),
	PLAIN(N_("Refused"), "refused", COLUMN_NUMBER),
	PLAIN(N_("Longest queue"), "queue-max", COLUMN_NUMBER),
	PLAIN(N_("SYNs dropped"), "syn-dropped", COLUMN_NUMBER),
	PLAIN(N_("ACKs ignored"), "ignored-acks", COLUMN_NUMBER),
};
static const struct column flow_columns[] = {
	PLAIN(N_("Flow"), "n", COLUMN_NUMBER),
	PLAIN(N_("Client"), "client", 0),
	PLAIN(N_("Server"), "server", 0),
	PLAIN("connect()", "connect", 0),
	PLAIN(N_("Opened"), "open", 0),
	PLAIN(N_("Closed"), "close", 0),
	PLAIN(N_("Lasted"), "duration", COLUMN_NUMBER),
	PLAIN(N_("Handshake"), "handshake", COLUMN_NUMBER),
	PLAIN(N_("Packets"), "packets", COLUMN_NUMBER),
	PLAIN(N_("Bytes"), "bytes", COLUMN_NUMBER),
	PLAIN(N_("Sent again"), "retransmissions", COLUMN_NUMBER),
	PLAIN("", "why", COLUMN_BELOW),
};
static const struct column group_columns[] = {
	PLAIN(N_("Flows"), "count", COLUMN_NUMBER),
	PLAIN(N_("Server"), "server", 0),
	PLAIN(N_("Proto"), "proto", COLUMN_VARIED),
	PLAIN("connect()", "connect", 0),
	PLAIN(N_("Opened"), "open", 0),
	PLAIN(N_("Closed"), "close", 0),
	PLAIN(N_("State"), "conn-state", 0),
	PLAIN(N_("Packets"), "packets", COLUMN_NUMBER),
	PLAIN(N_("Bytes"), "bytes", COLUMN_NUMBER),
	PLAIN(N_("Sent again"), "retransmissions", COLUMN_NUMBER),
	PLAIN(N_("One of them"), "example", COLUMN_NUMBER),
};
static const struct column distribution_columns[] = {
	PLAIN(N_("Value"), "title", 0),
	PLAIN(N_("Count"), "count", COLUMN_NUMBER),
	PLAIN(N_("Least"), "min", COLUMN_NUMBER),
	PLAIN(N_("Median"), "p50", COLUMN_NUMBER),
	PLAIN("90 %", "p90", COLUMN_NUMBER),
	PLAIN("99 %", "p99", COLUMN_NUMBER),
	PLAIN(N_("Most"), "max", COLUMN_NUMBER),
	PLAIN(N_("Share"), "bin", COLUMN_BARS),
};
static const struct column mark_columns[] = {
	PLAIN(N_("Mark"), "name", 0),
	PLAIN(N_("Packets"), "count", COLUMN_NUMBER),
	PLAIN(N_("Flows"), "flows", COLUMN_NUMBER),
	PLAIN(N_("What it means"), NULL, COLUMN_WORDS),
	PLAIN(N_("Frames"), "frames", COLUMN_FRAMES),
};
static const struct column difference_columns[] = {
	PLAIN(N_("Mark"), "mark", 0),
	PLAIN(N_("Cause"), "cause", 0),
	PLAIN(N_("Packets"), "count", COLUMN_NUMBER),
	PLAIN(N_("What happened"), NULL, COLUMN_WORDS),
	PLAIN(N_("Frames"), "frames", COLUMN_FRAMES),
};
static const struct column stage_columns[] = {
	PLAIN(N_("Stage"), "title", 0),
	PLAIN(N_("Kernel"), "kernel", COLUMN_VARIED),
	PLAIN(N_("Backlog"), "backlog", COLUMN_NUMBER),
	PLAIN(N_("Attempts"), "attempts", COLUMN_NUMBER),
	PLAIN(N_("Connected"), "connected", COLUMN_NUMBER),
	PLAIN(N_("Refused"), "refused", COLUMN_NUMBER),
	PLAIN(N_("Without an answer"), "pending", COLUMN_NUMBER),
	PLAIN(N_("Taken by the server"), "taken", COLUMN_NUMBER),
	PLAIN(N_("accept() returned"), "accepted", COLUMN_NUMBER),
	PLAIN(N_("Longest queue"), "queue-max", COLUMN_NUMBER),
	PLAIN(N_("ACKs ignored"), "ignored-acks", COLUMN_NUMBER),
	PLAIN(N_("SYNs dropped"), "syn-dropped", COLUMN_NUMBER),
	PLAIN(N_("Let in later"), "let-in", COLUMN_NUMBER),
	GROUPED(N_("At the end"), "ESTABLISHED", "established", COLUMN_NUMBER),
	GROUPED(N_("At the end"), "SYN_RECV", "syn-recv", COLUMN_NUMBER),
};
static const struct column input_columns[] = {
	PLAIN(N_("File"), "file", 0),
	PLAIN(N_("Size"), "size", COLUMN_NUMBER),
	PLAIN(N_("Frames"), "frames", COLUMN_NUMBER),
	PLAIN("SHA-256", "sha256", COLUMN_MONO),
	PLAIN("", "note", COLUMN_BELOW),
};

const struct table table_findings = TABLE("finding", ROWS_MAX, finding_columns, NULL);
const struct table table_clients = TABLE("client", ROWS_MAX, client_columns, contradicts);
const struct table table_sockets = TABLE("row", ROWS_MAX, socket_columns, contradicts);
const struct table table_changes = TABLE("change", CHANGES_MAX, change_columns, NULL);
const struct table table_packets = TABLE("packet", ROWS_MAX, packet_columns, NULL);
const struct table table_listeners = TABLE("listener", ROWS_MAX, listener_columns, NULL);
const struct table table_flows = TABLE("flow", ROWS_MAX, flow_columns, NULL);
const struct table table_groups = TABLE("group", ROWS_MAX, group_columns, NULL);
const struct table table_distributions =
    TABLE("distribution", ROWS_MAX, distribution_columns, NULL);
const struct table table_marks = TABLE("mark", ROWS_MAX, mark_columns, NULL);
const struct table table_differences = TABLE("difference", ROWS_MAX, difference_columns, NULL);
const struct table table_stages = {
	.element = "stage",
	.columns = stage_columns,
	.count = sizeof(stage_columns) / sizeof(stage_columns[0]),
	.most = ROWS_MAX,
	.may_turn = true,
};
const struct table table_inputs = TABLE("input", ROWS_MAX, input_columns, NULL);
