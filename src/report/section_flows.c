/*
 * Flows: those worth a look, one by one and with the reason; and all of them in
 * groups of flows that are alike.
 */
#include "report/report_priv.h"

#include <string.h>

/* As many as a page can list and a person look through. */
#define FLOWS_MAX    1000
#define GROUPS_SHOWN 300

static void
set_span(struct markup_node *node, const char *name, int64_t ns)
{
	struct text value = { 0 };

	put_span(&value, ns);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

static const char *
proto_word(uint8_t proto)
{
	switch (proto) {
	case PROTO_TCP:
		return "TCP";
	case PROTO_UDP:
		return "UDP";
	default:
		return "ICMP";
	}
}

static uint32_t
marks_of(const struct flow_row *row)
{
	uint32_t marks = 0;

	for (int i = 0; i < MARK_COUNT; i++)
		if (row->mark_counts[i] > 0)
			marks |= MARK_BIT(i);
	return marks;
}

static void
set_why(const struct chapter *chapter, struct markup_node *node, uint32_t reasons)
{
	struct text why = { 0 };

	for (int i = 0; i < WORTH_COUNT; i++) {
		if (!(reasons & UINT32_C(1) << i))
			continue;
		/* Chinese sets none between sentences. */
		if (why.length > 0 && chapter->options->lang == LANG_EN)
			text_char(&why, ' ');
		text_put(&why, catalog_say(chapter->catalog, worth_rows[i].sentence));
	}
	markup_set(node, "why", text_str(&why));
	text_fini(&why);
}

static void
set_connection(struct markup_node *node, const struct flow_row *row)
{
	const struct conn_verdict *conn = &row->conn;

	markup_set(node, "open", conn_open_names[conn->open]);
	markup_set(node, "close", conn_close_names[conn->close]);
	if (conn_connect_names[conn->connect] != NULL)
		markup_set(node, "connect", conn_connect_names[conn->connect]);
	if (conn->handshake_ns >= 0)
		set_span(node, "handshake", conn->handshake_ns);
	if (row->rtt_ns >= 0)
		set_span(node, "rtt", row->rtt_ns);
	markup_set_i64(node, "retransmissions", row->retransmissions);
	if (conn->reason.cause != CAUSE_NONE)
		markup_set(node, "cause", cause_words[conn->reason.cause].name);
	set_frames(node, "frames", conn->reason.because, conn->reason.because_count);
}

static void
add_flow(const struct chapter *chapter, const struct flow_row *row, uint32_t reasons)
{
	struct markup_node *node = markup_add(chapter->node, "flow");

	markup_set_i64(node, "n", row->flow);
	set_end(node, "client", &row->tuple, false);
	set_end(node, "server", &row->tuple, true);
	markup_set(node, "proto", proto_word(row->tuple.proto));
	markup_set_i64(node, "packets", (int64_t)row->packets[0] + row->packets[1]);
	markup_set_i64(node, "bytes", (int64_t)(row->bytes[0] + row->bytes[1]));
	if (row->is_tcp)
		set_connection(node, row);
	markup_set(node, "conn-state", row->conn.conn_state);
	markup_set(node, "history", row->conn.history);
	set_marks(node, "marks", marks_of(row));
	set_span(node, "start", span_ns(row->start_ns, chapter->summary->first_ns));
	set_span(node, "duration", span_ns(row->end_ns, row->start_ns));
	if (reasons != 0)
		set_why(chapter, node, reasons);
}

void
section_flows(const struct chapter *chapter)
{
	const struct pick *picks;
	size_t count = tally_picks(chapter->tally, &picks);
	size_t shown = 0;

	for (size_t i = 0; i < count && shown < FLOWS_MAX; i++) {
		const struct flow_row *row = figure_flow(chapter->data, picks[i].flow);

		if (row == NULL)
			continue;
		add_flow(chapter, row, picks[i].reasons);
		shown++;
	}
	if (count > shown)
		add_left_out(chapter, "flow", count - shown,
		    N_N("Of flows worth a look, %1 more is not listed here.",
			"Of flows worth a look, %1 more are not listed here."));
}

/* --- groups --- */

static void
set_server(const struct chapter *chapter, struct markup_node *node, const struct group_key *key)
{
	struct tuple tuple = {
		.dport = key->port,
		.proto = key->proto,
		.ip_version = key->ip_version,
	};

	if (key->ip_version == 0) {
		markup_set(node, "server", catalog_say(chapter->catalog, N_("several")));
		return;
	}
	memcpy(tuple.dst, key->address, sizeof(tuple.dst));
	set_end(node, "server", &tuple, true);
}

static void
add_group(const struct chapter *chapter, const struct tally_group *group)
{
	struct markup_node *node = markup_add(chapter->node, "group");
	const struct group_key *key = &group->key;

	set_server(chapter, node, key);
	markup_set(node, "proto", proto_word(key->proto));
	if (key->is_tcp) {
		markup_set(node, "open", conn_open_names[key->open]);
		markup_set(node, "close", conn_close_names[key->close]);
		if (conn_connect_names[key->connect] != NULL)
			markup_set(node, "connect", conn_connect_names[key->connect]);
		markup_set_i64(node, "retransmissions", (int64_t)group->retransmissions);
	}
	markup_set(node, "conn-state", key->conn_state);
	markup_set_i64(node, "count", (int64_t)group->count);
	markup_set_i64(node, "packets", (int64_t)group->packets);
	markup_set_i64(node, "bytes", (int64_t)group->bytes);
	markup_set_i64(node, "example", group->example);
	set_span(node, "first", span_ns(group->first_ns, chapter->summary->first_ns));
	set_span(node, "last", span_ns(group->last_ns, chapter->summary->first_ns));
}

void
section_groups(const struct chapter *chapter)
{
	const struct tally_group *groups;
	size_t count = tally_groups(chapter->tally, &groups);

	for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++)
		add_group(chapter, &groups[i]);
	if (count > GROUPS_SHOWN)
		add_left_out(chapter, "group", count - GROUPS_SHOWN,
		    N_N("%1 smaller group is not listed here.",
			"%1 smaller groups are not listed here."));
}
