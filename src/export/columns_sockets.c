#include "export/export_priv.h"

#include "export/line.h"
#include "export/object.h"
#include "export/shown.h"

static const struct socket_row *
row_of(const void *shown)
{
	return ((const struct shown *)shown)->row;
}

bool
read_range(const struct range *range, union cell *cell)
{
	cell->range = *range;
	return true;
}

bool
read_best(const struct range *range, int64_t best, union cell *cell)
{
	cell->number = (uint64_t)best;
	return range->lo != range->hi && best >= 0;
}

static struct address
address_any(uint8_t ip_version)
{
	static const uint8_t any[16];

	return (struct address){ .bytes = any, .ip_version = ip_version };
}

struct address
socket_local(const struct tuple *ends, bool any_address)
{
	struct address address = address_any(ends->ip_version);

	if (!any_address)
		address.bytes = ends->src;
	address.has_port = true;
	address.port = ends->sport;
	return address;
}

static bool
listens(const struct socket_row *row)
{
	return row->flow == 0;
}

struct address
socket_remote(const struct socket_row *row)
{
	if (listens(row))
		return address_any(0);
	return (struct address){
		.bytes = row->ends.dst,
		.ip_version = row->ends.ip_version,
		.has_port = true,
		.port = row->ends.dport,
	};
}

struct address
socket_foreign(const struct socket_row *row)
{
	return listens(row) ? address_any(row->ends.ip_version) : socket_remote(row);
}

static bool
read_at(const void *shown, union cell *cell)
{
	cell->ns = row_of(shown)->at_ns;
	return true;
}

static bool
read_proto(const void *shown, union cell *cell)
{
	(void)shown;
	cell->word = "tcp";
	return true;
}

/* As netstat has it. */
static bool
read_proto_family(const void *shown, union cell *cell)
{
	cell->word = row_of(shown)->ends.ip_version == 6 ? "tcp6" : "tcp";
	return true;
}

static bool
read_local(const void *shown, union cell *cell)
{
	const struct socket_row *row = row_of(shown);

	cell->address = socket_local(&row->ends, row->any_address);
	return true;
}

static bool
read_remote(const void *shown, union cell *cell)
{
	cell->address = socket_remote(row_of(shown));
	return true;
}

static bool
read_foreign(const void *shown, union cell *cell)
{
	cell->address = socket_foreign(row_of(shown));
	return true;
}

static bool
read_state(const void *shown, union cell *cell)
{
	cell->word = sock_words[row_of(shown)->state].name;
	return true;
}

static bool
read_recv_q(const void *shown, union cell *cell)
{
	return read_range(&row_of(shown)->recv_q, cell);
}

static bool
read_send_q(const void *shown, union cell *cell)
{
	return read_range(&row_of(shown)->send_q, cell);
}

static bool
read_recv_q_best(const void *shown, union cell *cell)
{
	const struct socket_row *row = row_of(shown);

	return read_best(&row->recv_q, row->recv_q_best, cell);
}

static bool
read_send_q_best(const void *shown, union cell *cell)
{
	const struct socket_row *row = row_of(shown);

	return read_best(&row->send_q, row->send_q_best, cell);
}

/* A program always finds the likeliest value here, a range or not; people need it of ranges alone. */
static bool
read_recv_q_likely(const void *shown, union cell *cell)
{
	cell->number = (uint64_t)row_of(shown)->recv_q_best;
	return row_of(shown)->recv_q_best >= 0;
}

static bool
read_send_q_likely(const void *shown, union cell *cell)
{
	cell->number = (uint64_t)row_of(shown)->send_q_best;
	return row_of(shown)->send_q_best >= 0;
}

static bool
read_certain(const void *shown, union cell *cell)
{
	cell->yes = row_of(shown)->certain;
	return true;
}

static bool
read_flow(const void *shown, union cell *cell)
{
	cell->number = row_of(shown)->flow;
	return !listens(row_of(shown));
}

static bool
read_side(const void *shown, union cell *cell)
{
	cell->word = row_of(shown)->is_server ? "server" : "client";
	return !listens(row_of(shown));
}

static enum hue
state_hue(const void *shown)
{
	static const enum hue hues[SOCK_COUNT] = {
		[SOCK_CLOSED] = HUE_FAINT,
		[SOCK_LISTEN] = HUE_STRONG,
		[SOCK_SYN_SENT] = HUE_WORSE,
		[SOCK_SYN_RECV] = HUE_WORSE,
		[SOCK_FIN_WAIT1] = HUE_END,
		[SOCK_FIN_WAIT2] = HUE_END,
		[SOCK_CLOSE_WAIT] = HUE_END,
		[SOCK_LAST_ACK] = HUE_END,
		[SOCK_CLOSING] = HUE_END,
		[SOCK_TIME_WAIT] = HUE_FAINT,
	};

	return hues[row_of(shown)->state];
}

/*
 * The first is for changes alone; without it, text is what netstat prints, and
 * some columns more. New columns for programs go to the end of their list.
 */
static const struct column columns[] = {
	{ COLUMN_NAME("Time"), .kind = CELL_TIME, .views = VIEW_TEXT, .read = read_at, .width = 10,
	    .right = true },
	{ COLUMN_NAME("at"), .kind = CELL_TIME, .views = VIEW_DATA, .read = read_at },
	{ COLUMN_NAME("proto"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_proto },
	{ COLUMN_NAME("Proto"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_proto_family,
	    .width = 5 },
	{ COLUMN_NAME("Recv-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT, .read = read_recv_q,
	    .width = 6, .right = true },
	{ COLUMN_NAME("Send-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT, .read = read_send_q,
	    .width = 6, .right = true },
	{ COLUMN_NAME("local"), .kind = CELL_SOCKET, .views = VIEW_DATA, .read = read_local },
	{ COLUMN_NAME("remote"), .kind = CELL_SOCKET, .views = VIEW_DATA, .read = read_remote },
	{ COLUMN_NAME("Local Address"), .kind = CELL_SOCKET, .views = VIEW_TEXT, .read = read_local,
	    .width = 23 },
	{ COLUMN_NAME("Foreign Address"), .kind = CELL_SOCKET, .views = VIEW_TEXT,
	    .read = read_foreign, .width = 23 },
	{ COLUMN_NAME("state"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_state },
	{ COLUMN_NAME("State"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_state,
	    .width = 11, .hue = state_hue },
	{ COLUMN_NAME("recv_q"), .kind = CELL_RANGE, .views = VIEW_DATA, .read = read_recv_q },
	{ COLUMN_NAME("send_q"), .kind = CELL_RANGE, .views = VIEW_DATA, .read = read_send_q },
	{ COLUMN_NAME("~Recv-Q"), .kind = CELL_NUMBER, .views = VIEW_TEXT, .read = read_recv_q_best,
	    .width = 7, .right = true },
	{ COLUMN_NAME("~Send-Q"), .kind = CELL_NUMBER, .views = VIEW_TEXT, .read = read_send_q_best,
	    .width = 7, .right = true },
	{ COLUMN_NAME("certain"), .kind = CELL_YES, .views = VIEW_DATA, .read = read_certain },
	{ COLUMN_NAME("Certain"), .kind = CELL_YES, .views = VIEW_TEXT, .read = read_certain,
	    .width = 7 },
	{ COLUMN_NAME("because"), .kind = CELL_BECAUSE, .views = VIEW_DATA, .read = read_because,
	    .item = "because" },
	{ COLUMN_NAME("Because"), .kind = CELL_FRAMES, .views = VIEW_TEXT, .read = read_frames },
	{ COLUMN_NAME("recv_q_best"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_recv_q_likely },
	{ COLUMN_NAME("send_q_best"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_send_q_likely },
	{ COLUMN_NAME("file"), .kind = CELL_FILE, .views = VIEW_DATA, .read = read_file },
	{ COLUMN_NAME("flow"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_flow },
	{ COLUMN_NAME("side"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_side },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static char *
changes_line(struct export *out, char *to, const void *shown)
{
	return line_of(out, to, shown, columns, COLUMN_COUNT);
}

static char *
line(struct export *out, char *to, const void *shown)
{
	return line_of(out, to, shown, columns + 1, COLUMN_COUNT - 1);
}

static char *
object(struct export *out, char *to, const void *shown)
{
	return object_of(out, to, shown, columns, COLUMN_COUNT);
}

static uint64_t
moment_of(const void *shown)
{
	return (uint64_t)row_of(shown)->at_ns;
}

/* "# at +3.500000 s, 2019-05-20T16:56:00.511645000Z" */
static void
head(struct export *out, const void *shown)
{
	head_moment(out, row_of(shown)->at_ns);
}

const struct record sockets_record = {
	.name = "sockets",
	.item = "socket",
	.columns = columns + 1,
	.column_count = COLUMN_COUNT - 1,
	.line = line,
	.object = object,
	.file = file_of,
	.base_ns = base_of,
	.group = moment_of,
	.head_group = head,
};

const struct record socket_changes_record = {
	.name = "sockets",
	.item = "socket",
	.columns = columns,
	.column_count = COLUMN_COUNT,
	.line = changes_line,
	.object = object,
	.file = file_of,
	.base_ns = base_of,
};
