/*
 * What is known besides the packets: what the server did, what became of each
 * connect(), what the programs printed.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/find.h"

/* Of an experiment that tells more nobody reads it here. */
#define SERVERS_MAX 100
#define CLIENTS_MAX 2000
#define OUTPUTS_MAX 50
/* Lines of what a program printed. */
#define LINES_MAX 2000

static size_t
at_most(size_t count, size_t most)
{
	return count < most ? count : most;
}

/* Servers, clients or outputs. */
static void
tell_left_out(const struct chapter *chapter, const char *what, size_t count, size_t most)
{
	if (count > most)
		add_left_out(chapter, what, count - most,
		    N_N("%1 more entry of the experiment is not told here.",
			"%1 more entries of the experiment are not told here."));
}

/* --- the server --- */

static void
set_if_said(struct markup_node *node, const char *name, const char *value)
{
	if (value != NULL)
		markup_set(node, name, value);
}

void
section_servers(const struct chapter *chapter)
{
	const struct experiment_capture *recorded = chapter->recorded;

	if (recorded == NULL)
		return;
	for (size_t i = 0; i < at_most(recorded->server_count, SERVERS_MAX); i++) {
		const struct experiment_server *server = &recorded->servers[i];
		struct markup_node *node = markup_add_words(chapter->node, "server", server->words);

		set_if_said(node, "local", server->local);
		set_if_said(node, "stage", server->stage);
		if (server->has_backlog)
			markup_set_i64(node, "backlog", server->backlog);
	}
	tell_left_out(chapter, "server", recorded->server_count, SERVERS_MAX);
}

/* --- the clients --- */

/* The client's end of a flow, in the order of ends and, of equals, of flows. */
struct caller {
	const struct flow_row *flow;
	bool is_taken;  /* a recorded connect() is its */
	uint32_t taken; /* of the first of an end: how many of the same are */
};

static int
by_end(const struct tuple *a, const struct tuple *b)
{
	if (a->sport != b->sport)
		return a->sport < b->sport ? -1 : 1;
	if (a->ip_version != b->ip_version)
		return a->ip_version < b->ip_version ? -1 : 1;
	return memcmp(a->src, b->src, sizeof(a->src));
}

static int
by_end_and_flow(const void *one, const void *other)
{
	const struct flow_row *a = ((const struct caller *)one)->flow;
	const struct flow_row *b = ((const struct caller *)other)->flow;
	int difference = by_end(&a->tuple, &b->tuple);

	if (difference != 0)
		return difference;
	return a->flow < b->flow ? -1 : a->flow > b->flow;
}

struct callers {
	struct caller *at;
	size_t count;
};

static void
callers_init(struct callers *callers, const struct figure_data *data)
{
	callers->at = mem_zalloc((data->flow_count + 1) * sizeof(*callers->at));
	callers->count = 0;
	for (size_t i = 0; i < data->flow_count; i++)
		if (data->flows[i].is_tcp && data->flows[i].conn.connect != CONNECT_UNKNOWN)
			callers->at[callers->count++].flow = &data->flows[i];
	qsort(callers->at, callers->count, sizeof(*callers->at), by_end_and_flow);
}

/* The first of that end that no recorded connect() is. */
static const struct flow_row *
take_caller(struct callers *callers, const struct tuple *end)
{
	size_t first, at;

	FIND_PLACE(first, callers->count, by_end(&callers->at[first].flow->tuple, end) < 0);
	at = first;
	if (first < callers->count)
		at += callers->at[first].taken;
	if (at >= callers->count || by_end(&callers->at[at].flow->tuple, end) != 0)
		return NULL;
	callers->at[first].taken++;
	callers->at[at].is_taken = true;
	return callers->at[at].flow;
}

/* What all connections came to that nobody was named for; CONNECT_UNKNOWN: not the same, or none. */
static enum conn_connect
rest_of(const struct callers *callers)
{
	enum conn_connect rest = CONNECT_UNKNOWN;

	for (size_t i = 0; i < callers->count; i++) {
		if (callers->at[i].is_taken)
			continue;
		if (rest != CONNECT_UNKNOWN && rest != callers->at[i].flow->conn.connect)
			return CONNECT_UNKNOWN;
		rest = callers->at[i].flow->conn.connect;
	}
	return rest;
}

static void
set_outcome(struct clients_sum *sum, struct markup_node *node,
    const struct experiment_client *client, enum conn_connect connect)
{
	const char *inferred = conn_connect_names[connect];

	if (inferred != NULL)
		markup_set(node, "inferred", inferred);
	if (inferred == NULL)
		markup_set(node, "outcome", "unknown");
	else if (strcmp(inferred, client->connect) == 0)
		markup_set(node, "outcome", "agrees");
	else
		markup_set(node, "outcome", "contradicts");
	sum->agree += inferred != NULL && strcmp(inferred, client->connect) == 0;
	sum->contradict += inferred != NULL && strcmp(inferred, client->connect) != 0;
}

static void
set_flow(struct markup_node *node, const struct chapter *chapter, const struct flow_row *flow)
{
	const struct flow_view *view = view_of(chapter, flow->flow);

	markup_set_i64(node, "flow", flow->flow);
	if (flow->conn.connect_ns != 0) {
		set_time(node, "inferred-at", flow->conn.connect_ns);
		set_since(node, "inferred-since",
		    span_ns(flow->conn.connect_ns, chapter->summary->first_ns));
		set_since(node, "inferred-after", span_ns(flow->conn.connect_ns, flow->start_ns));
	}
	markup_set_i64(node, "written", (int64_t)view->written[0]);
	markup_set_i64(node, "acknowledged", (int64_t)view->acked[0]);
}

static struct markup_node *
add_client(const struct chapter *chapter, const struct experiment_client *client)
{
	struct markup_node *node = markup_add_words(chapter->node, "client", client->words);

	set_if_said(node, "name", client->name);
	set_if_said(node, "local", client->local);
	markup_set(node, "recorded", client->connect);
	if (client->has_sent)
		markup_set_i64(node, "sent", (int64_t)client->sent);
	return node;
}

void
section_clients(const struct chapter *chapter)
{
	const struct experiment_capture *recorded = chapter->recorded;
	struct callers callers;
	const struct flow_row **flows;
	enum conn_connect rest;

	if (recorded == NULL || recorded->client_count == 0)
		return;
	callers_init(&callers, chapter->data);
	flows = mem_zalloc(recorded->client_count * sizeof(*flows));
	for (size_t i = 0; i < recorded->client_count; i++) {
		struct tuple end;

		if (recorded->clients[i].local != NULL &&
		    recorded_end(recorded->clients[i].local, &end))
			flows[i] = take_caller(&callers, &end);
	}
	rest = rest_of(&callers);
	for (size_t i = 0; i < at_most(recorded->client_count, CLIENTS_MAX); i++) {
		const struct experiment_client *client = &recorded->clients[i];
		struct markup_node *node = add_client(chapter, client);

		if (flows[i] != NULL)
			set_outcome(chapter->clients, node, client, flows[i]->conn.connect);
		else
			set_outcome(chapter->clients, node, client,
			    client->local == NULL ? rest : CONNECT_UNKNOWN);
		if (flows[i] == NULL)
			continue;
		set_flow(node, chapter, flows[i]);
		chapter->clients->unheard += client->has_sent && client->sent > 0 &&
					     view_of(chapter, flows[i]->flow)->acked[0] == 0;
	}
	tell_left_out(chapter, "client", recorded->client_count, CLIENTS_MAX);
	free(flows);
	free(callers.at);
}

/* --- what the programs printed --- */

static void
add_lines(const struct chapter *chapter, struct markup_node *output, struct text *text)
{
	const char *at = text_str(text);
	const char *end = text->at + text->length;
	struct text line = { 0 };
	uint64_t left_out = 0;

	for (size_t count = 0; at < end; count++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline == NULL ? end : newline;

		line.length = 0;
		text_bytes(&line, at, (size_t)(stop - at));
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		/* A zero byte ends a string; it is to be seen like any other. */
		for (size_t i = 0; i < line.length; i++)
			if (line.at[i] == '\0')
				line.at[i] = '\1';
		if (count < LINES_MAX)
			markup_add_words(output, "line", text_str(&line));
		else
			left_out++;
		at = newline == NULL ? end : newline + 1;
	}
	text_fini(&line);
	if (left_out > 0)
		add_left_out(chapter, "line", left_out,
		    N_N("%1 line of output is not shown here.",
			"%1 lines of output are not shown here."));
}

void
add_unreadable(const struct chapter *chapter, const char *what, const char *file)
{
	struct markup_node *node = add_said(chapter->node, "left-out", chapter->catalog,
	    N_("%1 belongs to the experiment, but could not be read."), (const char *[]){ file },
	    1);

	markup_set(node, "what", what);
	markup_set(node, "file", file);
}

void
section_outputs(const struct chapter *chapter)
{
	const struct experiment_capture *recorded = chapter->recorded;

	if (recorded == NULL)
		return;
	for (size_t i = 0; i < at_most(recorded->output_count, OUTPUTS_MAX); i++) {
		const struct experiment_piece *output = &recorded->outputs[i];
		struct markup_node *node = markup_add(chapter->node, "output");
		struct text text = { 0 };
		struct diag diag;

		set_if_said(node, "program", output->name);
		set_if_said(node, "file", output->file);
		if (experiment_piece_read(chapter->experiment, output, &text, &diag) == ST_OK)
			add_lines(chapter, node, &text);
		else
			add_unreadable(chapter, "output", output->file);
		text_fini(&text);
	}
	tell_left_out(chapter, "output", recorded->output_count, OUTPUTS_MAX);
}
