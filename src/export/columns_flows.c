#include "export/export_priv.h"

#include <string.h>

#include "export/line.h"
#include "export/object.h"

#define NUMBER(field) \
	static bool read_##field(const void *row, union cell *cell) \
	{ \
		cell->number = ((const struct flow_row *)row)->field; \
		return true; \
	}
#define PAIR(field) \
	static bool read_##field(const void *row, union cell *cell) \
	{ \
		cell->pair[0] = ((const struct flow_row *)row)->field[0]; \
		cell->pair[1] = ((const struct flow_row *)row)->field[1]; \
		return true; \
	}

NUMBER(flow)
PAIR(packets)
PAIR(bytes)

static bool
read_file(const void *row, union cell *cell)
{
	cell->word = ((const struct flow_row *)row)->file;
	return cell->word != NULL;
}

static bool
read_proto(const void *row, union cell *cell)
{
	cell->word = proto_name(((const struct flow_row *)row)->tuple.proto);
	return cell->word != NULL;
}

/* An ICMP echo's identifier is a number of the flow, and no port. */
static bool
has_ports(const struct flow_row *flow)
{
	return flow->tuple.proto == PROTO_TCP || flow->tuple.proto == PROTO_UDP;
}

static bool
read_client(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->address = (struct address){
		.bytes = flow->tuple.src,
		.ip_version = flow->tuple.ip_version,
		.has_port = has_ports(flow),
		.port = flow->tuple.sport,
	};
	return true;
}

static bool
read_server(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->address = (struct address){
		.bytes = flow->tuple.dst,
		.ip_version = flow->tuple.ip_version,
		.has_port = has_ports(flow),
		.port = flow->tuple.dport,
	};
	return true;
}

static bool
read_cport(const void *row, union cell *cell)
{
	cell->number = ((const struct flow_row *)row)->tuple.sport;
	return has_ports(row);
}

static bool
read_sport(const void *row, union cell *cell)
{
	cell->number = ((const struct flow_row *)row)->tuple.dport;
	return has_ports(row);
}

static bool
read_start(const void *row, union cell *cell)
{
	cell->ns = ((const struct flow_row *)row)->start_ns;
	return true;
}

static bool
read_end(const void *row, union cell *cell)
{
	cell->ns = ((const struct flow_row *)row)->end_ns;
	return true;
}

static bool
read_open(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	if (!flow->is_tcp)
		return false;
	cell->word = conn_open_names[flow->conn.open];
	return true;
}

static bool
read_close(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	if (!flow->is_tcp)
		return false;
	cell->word = conn_close_names[flow->conn.close];
	return true;
}

static bool
read_conn_state(const void *row, union cell *cell)
{
	cell->word = ((const struct flow_row *)row)->conn.conn_state;
	return cell->word != NULL;
}

static bool
read_history(const void *row, union cell *cell)
{
	cell->word = ((const struct flow_row *)row)->conn.history;
	return cell->word != NULL;
}

static bool
read_handshake(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->ns = flow->conn.handshake_ns;
	return flow->is_tcp && cell->ns >= 0;
}

static bool
read_rtt(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->ns = flow->rtt_ns;
	return flow->is_tcp && cell->ns >= 0;
}

static bool
read_retransmissions(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->number = flow->retransmissions;
	return flow->is_tcp;
}

static bool
read_marks(const void *row, union cell *cell)
{
	static const uint32_t none[MARK_COUNT];
	const uint32_t *numbers = ((const struct flow_row *)row)->mark_counts;

	cell->counts.words = mark_words;
	cell->counts.numbers = numbers;
	/* Most flows have no marks, and need no look at each. */
	cell->counts.count = memcmp(numbers, none, sizeof(none)) == 0 ? 0 : MARK_COUNT;
	return true;
}

static bool
read_connect(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	if (!flow->is_tcp || flow->conn.connect == CONNECT_UNKNOWN)
		return false;
	cell->word = conn_connect_names[flow->conn.connect];
	return true;
}

static bool
read_connect_time(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	cell->ns = flow->conn.connect_ns;
	return read_connect(row, &(union cell){ 0 }) && flow->conn.connect != CONNECT_PENDING &&
	       cell->ns != 0;
}

static bool
has_cause(const struct flow_row *flow)
{
	return flow->is_tcp && flow->conn.reason.cause != CAUSE_NONE;
}

static bool
read_cause(const void *row, union cell *cell)
{
	const struct flow_row *flow = row;

	if (!has_cause(flow))
		return false;
	cell->word = cause_words[flow->conn.reason.cause].name;
	return true;
}

static bool
read_because(const void *row, union cell *cell)
{
	static const struct reason none;
	const struct flow_row *flow = row;

	cell->because.reason = flow->is_tcp ? &flow->conn.reason : &none;
	cell->because.file = flow->file;
	return true;
}

static bool
read_reason(const void *row, union cell *cell)
{
	return has_cause(row) && read_because(row, cell);
}

static enum hue
open_hue(const void *row)
{
	static const enum hue hues[OPEN_COUNT] = {
		[OPEN_REFUSED] = HUE_BAD,
		[OPEN_UNANSWERED] = HUE_WORSE,
		[OPEN_HALF_OPEN] = HUE_WORSE,
	};
	const struct flow_row *flow = row;

	return flow->is_tcp ? hues[flow->conn.open] : HUE_NONE;
}

static enum hue
close_hue(const void *row)
{
	static const enum hue hues[CLOSE_COUNT] = {
		[CLOSE_RESET_BY_CLIENT] = HUE_BAD,
		[CLOSE_RESET_BY_SERVER] = HUE_BAD,
		[CLOSE_TIMEOUT] = HUE_WORSE,
	};
	const struct flow_row *flow = row;

	return flow->is_tcp ? hues[flow->conn.close] : HUE_NONE;
}

static enum hue
resent_hue(const void *row)
{
	const struct flow_row *flow = row;

	return flow->is_tcp && flow->retransmissions > 0 ? HUE_WORSE : HUE_NONE;
}

static enum hue
reason_hue(const void *row)
{
	(void)row;
	return HUE_STRONG;
}

/* New columns for programs go to the end of their list: some read by position. */
static const struct column columns[] = {
	{ COLUMN_NAME("file"), .kind = CELL_FILE, .views = VIEW_DATA, .read = read_file },
	{ COLUMN_NAME("flow"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_flow, .width = 4, .right = true },
	{ COLUMN_NAME("proto"), .kind = CELL_WORD, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_proto, .width = 5 },
	{ COLUMN_NAME("client"), .kind = CELL_ADDRESS, .views = VIEW_DATA, .read = read_client },
	{ COLUMN_NAME("cport"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_cport },
	{ COLUMN_NAME("server"), .kind = CELL_ADDRESS, .views = VIEW_DATA, .read = read_server },
	{ COLUMN_NAME("sport"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_sport },
	{ COLUMN_NAME("client"), .kind = CELL_ENDPOINT, .views = VIEW_TEXT, .read = read_client,
	    .width = 16 },
	{ COLUMN_NAME("server"), .kind = CELL_ENDPOINT, .views = VIEW_TEXT, .read = read_server,
	    .width = 16 },
	{ COLUMN_NAME("start"), .kind = CELL_TIME, .views = VIEW_DATA, .read = read_start },
	{ COLUMN_NAME("end"), .kind = CELL_TIME, .views = VIEW_DATA, .read = read_end },
	{ COLUMN_NAME("packets"), .kind = CELL_PAIR, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_packets, .width = 7, .right = true },
	{ COLUMN_NAME("bytes"), .kind = CELL_PAIR, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_bytes, .width = 11, .right = true },
	{ COLUMN_NAME("open"), .kind = CELL_WORD, .views = VIEW_DATA | VIEW_TEXT, .read = read_open,
	    .width = 12, .hue = open_hue },
	{ COLUMN_NAME("close"), .kind = CELL_WORD, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_close, .width = 15, .hue = close_hue },
	{ COLUMN_NAME("connect"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_connect,
	    .width = 12 },
	{ COLUMN_NAME("conn_state"), .kind = CELL_WORD, .views = VIEW_DATA,
	    .read = read_conn_state },
	{ COLUMN_NAME("state"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_conn_state,
	    .width = 5 },
	{ COLUMN_NAME("history"), .kind = CELL_WORD, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_history, .width = 7 },
	{ COLUMN_NAME("handshake_ms"), .kind = CELL_MILLIS, .views = VIEW_DATA,
	    .read = read_handshake },
	{ COLUMN_NAME("shake-ms"), .kind = CELL_MILLIS, .views = VIEW_TEXT, .read = read_handshake,
	    .width = 8, .right = true },
	{ COLUMN_NAME("rtt_ms"), .kind = CELL_MILLIS, .views = VIEW_DATA, .read = read_rtt },
	{ COLUMN_NAME("rtt-ms"), .kind = CELL_MILLIS, .views = VIEW_TEXT, .read = read_rtt,
	    .width = 7, .right = true },
	{ COLUMN_NAME("retransmissions"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_retransmissions },
	{ COLUMN_NAME("re-sent"), .kind = CELL_NUMBER, .views = VIEW_TEXT,
	    .read = read_retransmissions, .width = 7, .right = true, .hue = resent_hue },
	{ COLUMN_NAME("marks"), .kind = CELL_COUNTS, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_marks, .item = "mark" },
	{ COLUMN_NAME("connect"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_connect },
	{ COLUMN_NAME("cause"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_cause },
	{ COLUMN_NAME("because"), .kind = CELL_BECAUSE, .views = VIEW_DATA, .read = read_because,
	    .item = "because" },
	{ COLUMN_NAME("cause <- because"), .kind = CELL_REASON, .views = VIEW_TEXT,
	    .read = read_reason, .hue = reason_hue },
	{ COLUMN_NAME("connect_time"), .kind = CELL_TIME, .views = VIEW_DATA,
	    .read = read_connect_time },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static char *
line(struct export *out, char *to, const void *row)
{
	return line_of(out, to, row, columns, COLUMN_COUNT);
}

static char *
object(struct export *out, char *to, const void *row)
{
	return object_of(out, to, row, columns, COLUMN_COUNT);
}

static const char *
file_of(const void *row)
{
	return ((const struct flow_row *)row)->file;
}

static int64_t
time_of(const void *row)
{
	return ((const struct flow_row *)row)->start_ns;
}

const struct record flows_record = {
	.name = "flows",
	.item = "flow",
	.columns = columns,
	.column_count = COLUMN_COUNT,
	.line = line,
	.object = object,
	.file = file_of,
	.base_ns = time_of,
};
