#include "export/export_priv.h"

#include "export/line.h"
#include "export/object.h"
#include "export/shown.h"

static const struct compared_row *
row_of(const void *shown)
{
	return ((const struct shown *)shown)->row;
}

/* Whose ends are shown: both have the same, but of what listens on any address. */
static const struct socket_row *
either_of(const void *shown)
{
	const struct compared_row *row = row_of(shown);

	return row->recorded != NULL ? row->recorded : row->found;
}

static bool
read_snapshot(const void *shown, union cell *cell)
{
	cell->number = row_of(shown)->snapshot;
	return true;
}

static bool
read_line(const void *shown, union cell *cell)
{
	cell->number = row_of(shown)->line;
	return true;
}

static bool
read_from(const void *shown, union cell *cell)
{
	cell->ns = row_of(shown)->from_ns;
	return cell->ns != INT64_MIN;
}

static bool
read_to(const void *shown, union cell *cell)
{
	cell->ns = row_of(shown)->to_ns;
	return cell->ns != INT64_MAX;
}

static bool
read_result(const void *shown, union cell *cell)
{
	cell->word = row_of(shown)->result;
	return true;
}

static bool
read_differs(const void *shown, union cell *cell)
{
	static const struct word fields[] = {
		{ "state", "They are in different states." },
		{ "recv_q", "Recv-Q is another." },
		{ "send_q", "Send-Q is another." },
	};

	cell->list.words = fields;
	cell->list.bits = row_of(shown)->differs;
	return true;
}

static bool
read_proto(const void *shown, union cell *cell)
{
	(void)shown;
	cell->word = "tcp";
	return true;
}

static bool
read_local(const void *shown, union cell *cell)
{
	const struct socket_row *socket = either_of(shown);

	cell->address = socket_local(&socket->ends, socket->any_address);
	return true;
}

static bool
read_remote(const void *shown, union cell *cell)
{
	cell->address = socket_remote(either_of(shown));
	return true;
}

static bool
read_foreign(const void *shown, union cell *cell)
{
	cell->address = socket_foreign(either_of(shown));
	return true;
}

#define STATE_OF(which) \
	static bool read_##which##_state(const void *shown, union cell *cell) \
	{ \
		const struct socket_row *socket = row_of(shown)->which; \
\
		if (socket == NULL) \
			return false; \
		cell->word = sock_words[socket->state].name; \
		return true; \
	}
#define QUEUE_OF(which, queue) \
	static bool read_##which##_##queue(const void *shown, union cell *cell) \
	{ \
		const struct socket_row *socket = row_of(shown)->which; \
\
		return socket != NULL && read_range(&socket->queue, cell); \
	}

STATE_OF(recorded)
STATE_OF(found)
QUEUE_OF(recorded, recv_q)
QUEUE_OF(recorded, send_q)
QUEUE_OF(found, recv_q)
QUEUE_OF(found, send_q)

static bool
read_certain(const void *shown, union cell *cell)
{
	const struct socket_row *found = row_of(shown)->found;

	if (found == NULL)
		return false;
	cell->yes = found->certain;
	return true;
}

static bool
read_flow(const void *shown, union cell *cell)
{
	const struct socket_row *found = row_of(shown)->found;

	if (found == NULL || found->flow == 0)
		return false;
	cell->number = found->flow;
	return true;
}

static enum hue
result_hue(const void *shown)
{
	return row_of(shown)->is_odd ? HUE_BAD : HUE_NONE;
}

/* In text the recorded row comes first, as netstat has it, then what was found. */
static const struct column columns[] = {
	{ COLUMN_NAME("snapshot"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_snapshot },
	{ COLUMN_NAME("line"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_line },
	{ COLUMN_NAME("from"), .kind = CELL_TIME, .views = VIEW_DATA, .read = read_from },
	{ COLUMN_NAME("to"), .kind = CELL_TIME, .views = VIEW_DATA, .read = read_to },
	{ COLUMN_NAME("result"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_result },
	{ COLUMN_NAME("Result"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_result,
	    .width = 13, .hue = result_hue },
	{ COLUMN_NAME("differs"), .kind = CELL_WORDS, .views = VIEW_DATA, .read = read_differs,
	    .item = "differs" },
	{ COLUMN_NAME("proto"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_proto },
	{ COLUMN_NAME("local"), .kind = CELL_SOCKET, .views = VIEW_DATA, .read = read_local },
	{ COLUMN_NAME("remote"), .kind = CELL_SOCKET, .views = VIEW_DATA, .read = read_remote },
	{ COLUMN_NAME("recorded_state"), .kind = CELL_WORD, .views = VIEW_DATA,
	    .read = read_recorded_state },
	{ COLUMN_NAME("recorded_recv_q"), .kind = CELL_RANGE, .views = VIEW_DATA,
	    .read = read_recorded_recv_q },
	{ COLUMN_NAME("recorded_send_q"), .kind = CELL_RANGE, .views = VIEW_DATA,
	    .read = read_recorded_send_q },
	{ COLUMN_NAME("Recv-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT,
	    .read = read_recorded_recv_q, .width = 6, .right = true },
	{ COLUMN_NAME("Send-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT,
	    .read = read_recorded_send_q, .width = 6, .right = true },
	{ COLUMN_NAME("Local Address"), .kind = CELL_SOCKET, .views = VIEW_TEXT, .read = read_local,
	    .width = 21 },
	{ COLUMN_NAME("Foreign Address"), .kind = CELL_SOCKET, .views = VIEW_TEXT,
	    .read = read_foreign, .width = 21 },
	{ COLUMN_NAME("State"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_recorded_state,
	    .width = 11 },
	{ COLUMN_NAME("state"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_found_state },
	{ COLUMN_NAME("recv_q"), .kind = CELL_RANGE, .views = VIEW_DATA,
	    .read = read_found_recv_q },
	{ COLUMN_NAME("send_q"), .kind = CELL_RANGE, .views = VIEW_DATA,
	    .read = read_found_send_q },
	{ COLUMN_NAME("Found"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_found_state,
	    .width = 13, .lead = "| " },
	{ COLUMN_NAME("Recv-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT, .read = read_found_recv_q,
	    .width = 6, .right = true },
	{ COLUMN_NAME("Send-Q"), .kind = CELL_RANGE, .views = VIEW_TEXT, .read = read_found_send_q,
	    .width = 6, .right = true },
	{ COLUMN_NAME("certain"), .kind = CELL_YES, .views = VIEW_DATA, .read = read_certain },
	{ COLUMN_NAME("Certain"), .kind = CELL_YES, .views = VIEW_TEXT, .read = read_certain,
	    .width = 7 },
	{ COLUMN_NAME("because"), .kind = CELL_BECAUSE, .views = VIEW_DATA, .read = read_because,
	    .item = "because" },
	{ COLUMN_NAME("Because"), .kind = CELL_FRAMES, .views = VIEW_TEXT, .read = read_frames },
	{ COLUMN_NAME("file"), .kind = CELL_FILE, .views = VIEW_DATA, .read = read_file },
	{ COLUMN_NAME("flow"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_flow },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static char *
line(struct export *out, char *to, const void *shown)
{
	return line_of(out, to, shown, columns, COLUMN_COUNT);
}

static char *
object(struct export *out, char *to, const void *shown)
{
	return object_of(out, to, shown, columns, COLUMN_COUNT);
}

static uint64_t
snapshot_of(const void *shown)
{
	return row_of(shown)->snapshot;
}

/* "snapshot 3 (line 12), between +1.500000 s and +3.200000 s" */
static void
head(struct export *out, const void *shown)
{
	const struct compared_row *row = row_of(shown);

	text_put(out->text, "snapshot ");
	text_u64(out->text, row->snapshot);
	text_put(out->text, " (line ");
	text_u64(out->text, row->line);
	text_put(out->text, "), ");
	if (row->has_time) {
		head_moment(out, row->from_ns);
	} else if (row->from_ns == INT64_MIN && row->to_ns == INT64_MAX) {
		text_put(out->text, "at any time");
	} else if (row->from_ns == INT64_MIN) {
		text_put(out->text, "before ");
		head_since(out, row->to_ns);
	} else if (row->to_ns == INT64_MAX) {
		text_put(out->text, "from ");
		head_since(out, row->from_ns);
		text_put(out->text, " on");
	} else {
		text_put(out->text, "between ");
		head_since(out, row->from_ns);
		text_put(out->text, " and ");
		head_since(out, row->to_ns);
	}
}

const struct record comparison_record = {
	.name = "comparison",
	.item = "socket",
	.columns = columns,
	.column_count = COLUMN_COUNT,
	.line = line,
	.object = object,
	.file = file_of,
	.base_ns = base_of,
	.group = snapshot_of,
	.head_group = head,
};
