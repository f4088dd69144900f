/*
 * Recorded tables of sockets, and beside each row what the capture shows then.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

/* Tables and rows; who recorded more wants the sockets command. */
#define TABLES_MAX 200
#define ROWS_MAX   5000
/* Each is compared with all changes. */
#define PIECES_MAX 50

static const char *const printer_names[] = {
	[PRINTER_NETSTAT] = "netstat",
	[PRINTER_SS] = "ss",
};

struct tables {
	const struct chapter *chapter;
	const struct experiment_piece *piece;
	const struct snapshots *snapshots;
	struct markup_node **nodes; /* by table; NULL: left out */
	uint64_t (*counts)[OUTCOME_COUNT];
	size_t *number; /* of tables before, of all pieces */
	size_t *row_count;
	uint32_t waiting_in; /* the table that count_waiting is at; 0: none yet */
	uint64_t left_out;
};

/* --- rows --- */

static void
set_recorded(struct markup_node *node, const struct recorded *row)
{
	/* As its printer had it: "0.0.0.0:17777", "[::]:17777", "*:17777". */
	const struct socket_row ends = {
		.flow = row->state != SOCK_LISTEN,
		.ends = row->ends,
		.any_address = row->ends.ip_version == 0,
	};

	set_socket(node, &ends);
	if (row->state == SOCK_LISTEN && row->ends.ip_version != 0)
		markup_set(node, "remote", row->ends.ip_version == 4 ? "0.0.0.0:*" : "[::]:*");
	markup_set(node, "state", sock_words[row->state].name);
	markup_set_i64(node, "recv-q", row->recv_q);
	markup_set_i64(node, "send-q", row->send_q);
}

static void
set_found(struct markup_node *node, const struct socket_row *row)
{
	markup_set_i64(node, "flow", row->flow);
	markup_set(node, "found-state", sock_words[row->state].name);
	set_range(node, "found-recv-q", &row->recv_q);
	set_range(node, "found-send-q", &row->send_q);
	markup_set(node, "certain", row->certain ? "yes" : "no");
	set_frames(node, "frames", row->because.index, row->because.count);
}

/* What a printer does not know of: netstat may show neither a backlog nor a queue of what listens. */
static void
set_not_told(struct markup_node *node, const struct compared *compared)
{
	const struct recorded *row = compared->recorded;
	const struct socket_row *found = compared->found;
	bool knows_recv_q, knows_send_q;

	if (row == NULL || found == NULL || compared->outcome != OUTCOME_AGREES)
		return;
	knows_recv_q = row->recv_q >= found->recv_q.lo && row->recv_q <= found->recv_q.hi;
	knows_send_q = row->send_q >= found->send_q.lo && row->send_q <= found->send_q.hi;
	if (!knows_recv_q || !knows_send_q)
		markup_set(node, "not-told",
		    knows_recv_q   ? "send-q"
		    : knows_send_q ? "recv-q"
				   : "recv-q send-q");
}

static void
set_differs(struct markup_node *node, unsigned differs)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ DIFFERS_STATE, "state" },
		{ DIFFERS_RECV_Q, "recv-q" },
		{ DIFFERS_SEND_Q, "send-q" },
	};
	struct text value = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(differs & names[i].bit))
			continue;
		text_put(&value, value.length > 0 ? " " : "");
		text_put(&value, names[i].name);
	}
	if (value.length > 0)
		markup_set(node, "differs", text_str(&value));
	text_fini(&value);
}

/* A new table forgets what was counted in the one before. */
static void
count_waiting(struct tables *tables, const struct compared *compared)
{
	struct tables_sum *sum = tables->chapter->tables;
	const struct recorded *row = compared->recorded;

	if (row == NULL || compared->found == NULL || !compared->found->is_server ||
	    row->state != SOCK_ESTABLISHED)
		return;
	if (compared->snapshot != tables->waiting_in) {
		tables->waiting_in = compared->snapshot;
		sum->waiting = 0;
	}
	if (row->recv_q == 0)
		return;
	if (sum->waiting == 0)
		sum->waiting_bytes = row->recv_q;
	else if (sum->waiting_bytes != row->recv_q)
		sum->waiting_bytes = -1;
	sum->waiting++;
}

static void
add_row(void *ctx, const struct compared *compared)
{
	struct tables *tables = ctx;
	size_t table = compared->snapshot - 1;
	struct markup_node *node;

	tables->counts[table][compared->outcome]++;
	tables->chapter->tables->counts[compared->outcome]++;
	count_waiting(tables, compared);
	if (tables->nodes[table] == NULL || *tables->row_count == ROWS_MAX) {
		tables->left_out++;
		return;
	}
	++*tables->row_count;
	node = markup_add(tables->nodes[table], "row");
	if (compared->recorded != NULL)
		set_recorded(node, compared->recorded);
	else
		set_socket(node, compared->found);
	if (compared->found != NULL)
		set_found(node, compared->found);
	markup_set(node, "outcome", outcome_names[compared->outcome]);
	set_differs(node, compared->differs);
	set_not_told(node, compared);
}

/* --- tables --- */

static void
add_tables(struct tables *tables)
{
	const struct snapshots *snapshots = tables->snapshots;

	for (size_t i = 0; i < snapshots->table_count; i++) {
		const struct snapshot *snapshot = &snapshots->tables[i];
		struct markup_node *node;

		++*tables->number;
		if (*tables->number > TABLES_MAX)
			continue;
		node = tables->nodes[i] = markup_add(tables->chapter->node, "table");
		markup_set_i64(node, "n", (int64_t)*tables->number);
		if (snapshot->label[0] != '\0')
			markup_set(node, "label", snapshot->label);
		else if (tables->piece->name != NULL)
			markup_set(node, "label", tables->piece->name);
		if (tables->piece->file != NULL)
			markup_set(node, "file", tables->piece->file);
		markup_set_i64(node, "line", snapshot->line);
		if (snapshot->count > 0)
			markup_set(node, "printer",
			    printer_names[snapshots->rows[snapshot->first].printer]);
	}
}

/* When it was taken, as far as is known. */
static void
set_when(const struct chapter *chapter, struct markup_node *node, const struct compared *times)
{
	int64_t first_ns = chapter->summary->first_ns;
	struct text from = { 0 }, to = { 0 }, when = { 0 };
	const char *sentence = N_("between %1 s and %2 s");
	bool is_early = times->has_time && times->from_ns < first_ns;

	if (is_early)
		sentence = N_("%1 s before the first packet");
	else if (times->has_time)
		sentence = N_("at %1 s");
	else if (times->from_ns == INT64_MIN && times->to_ns == INT64_MAX)
		sentence = N_("at some time");
	else if (times->from_ns == INT64_MIN && times->to_ns <= first_ns)
		sentence = N_("before the first packet");
	else if (times->from_ns == INT64_MIN)
		sentence = N_("before %2 s");
	else if (times->to_ns == INT64_MAX)
		sentence = N_("after %1 s");
	if (times->from_ns != INT64_MIN) {
		set_time(node, times->has_time ? "at" : "from", times->from_ns);
		put_since(&from, is_early ? span_ns(first_ns, times->from_ns)
					  : span_ns(times->from_ns, first_ns));
	}
	if (times->to_ns != INT64_MAX) {
		if (!times->has_time)
			set_time(node, "to", times->to_ns);
		put_since(&to, span_ns(times->to_ns, first_ns));
	}
	put_sentence(&when, chapter->catalog, sentence,
	    (const char *[]){ text_str(&from), text_str(&to) }, 2);
	markup_set(node, "when", text_str(&when));
	text_fini(&from);
	text_fini(&to);
	text_fini(&when);
}

static void
finish_tables(struct tables *tables, const struct comparison *comparison)
{
	for (size_t i = 0; i < tables->snapshots->table_count; i++) {
		struct compared times = { 0 };

		if (tables->nodes[i] == NULL)
			continue;
		comparison_times(comparison, (uint32_t)i, &times);
		set_when(tables->chapter, tables->nodes[i], &times);
		for (int k = 0; k < OUTCOME_COUNT; k++)
			markup_set_i64(
			    tables->nodes[i], outcome_names[k], (int64_t)tables->counts[i][k]);
	}
}

static void
compare_tables(struct tables *tables)
{
	const struct chapter *chapter = tables->chapter;
	const struct figure_data *data = chapter->data;
	struct comparison *comparison = comparison_new(tables->snapshots);
	struct diag diag;

	for (size_t i = 0; i < data->socket_count; i++)
		comparison_add(comparison, &data->sockets[i]);
	add_tables(tables);
	chapter->tables->tables += tables->snapshots->table_count;
	if (comparison_tell(comparison, data->name, chapter->summary->first_ns, add_row, tables,
		&diag) == ST_OK)
		finish_tables(tables, comparison);
	else
		add_said(chapter->node, "left-out", chapter->catalog,
		    N_("The recorded tables are too many to be compared with so many changes."),
		    NULL, 0);
	comparison_free(comparison);
}

/* --- the pieces --- */

/* A piece may say when the first of its tables was taken. */
static void
take_time(
    const struct chapter *chapter, const struct experiment_piece *piece, struct snapshot *first)
{
	const struct figure_data *data = chapter->data;

	if (piece->has_at) {
		first->has_time = true;
		first->at = piece->at;
	}
	if (piece->after_frame == 0 || data->packet_count == 0)
		return;
	first->has_time = true;
	first->at = (struct moment){ .ns = chapter->summary->first_ns };
	for (size_t i = 0; i < data->packet_count; i++)
		if (data->packets[i].index <= piece->after_frame)
			first->at.ns = data->packets[i].ts_ns;
}

static enum status
read_piece(const struct chapter *chapter, const struct experiment_piece *piece,
    struct snapshots *snapshots)
{
	struct text text = { 0 };
	struct diag diag;
	enum status st = experiment_piece_read(chapter->experiment, piece, &text, &diag);

	*snapshots = (struct snapshots){ 0 };
	if (st == ST_OK)
		st = snapshots_parse(snapshots, "", text_str(&text), text.length, &diag);
	text_fini(&text);
	return st;
}

static uint64_t
tell_piece(const struct chapter *chapter, const struct experiment_piece *piece, size_t *number,
    size_t *row_count)
{
	struct snapshots snapshots;
	struct tables tables = {
		.chapter = chapter,
		.piece = piece,
		.snapshots = &snapshots,
		.number = number,
		.row_count = row_count,
	};

	if (read_piece(chapter, piece, &snapshots) != ST_OK) {
		add_unreadable(chapter, "table",
		    piece->file != NULL ? piece->file
					: catalog_say(chapter->catalog, N_("A snapshot")));
		snapshots_fini(&snapshots);
		return 0;
	}
	take_time(chapter, piece, &snapshots.tables[0]);
	tables.nodes = mem_zalloc(snapshots.table_count * sizeof(*tables.nodes));
	tables.counts = mem_zalloc(snapshots.table_count * sizeof(*tables.counts));
	compare_tables(&tables);
	free(tables.nodes);
	free(tables.counts);
	snapshots_fini(&snapshots);
	return tables.left_out;
}

void
section_tables(const struct chapter *chapter)
{
	const struct experiment_capture *recorded = chapter->recorded;
	size_t number = 0, row_count = 0;
	uint64_t left_out = 0;

	for (size_t i = 0; recorded != NULL && i < recorded->snapshot_count && i < PIECES_MAX; i++)
		left_out += tell_piece(chapter, &recorded->snapshots[i], &number, &row_count);
	if (recorded != NULL && recorded->snapshot_count > PIECES_MAX)
		add_left_out(chapter, "table", recorded->snapshot_count - PIECES_MAX,
		    N_N("%1 more recorded text of tables is not compared here.",
			"%1 more recorded texts of tables are not compared here."));
	if (left_out > 0)
		add_left_out(chapter, "row", left_out,
		    N_N("%1 row of recorded tables is not shown here.",
			"%1 rows of recorded tables are not shown here."));
}
