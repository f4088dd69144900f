/*
 * What the document tells becomes blocks, in the order of an article: who
 * captured what, the answer, what was recorded, the packets, the listeners, the
 * flows, and what follows from it all. Elements that are missing are passed
 * over, and so are those that nobody here knows.
 */
#include "report/print_priv.h"

#include <string.h>

/* The others are in a table. */
#define LISTENERS_TOLD 12

#define FACTS(press, node, facts, before) \
	block_facts(press, node, facts, sizeof(facts) / sizeof(facts[0]), before)

/* --- the parts of a capture's chapter --- */

/* What the document itself has no room for, of the rows of that name. */
static void
put_left_out(struct press *press, const struct markup_node *capture, const char *what)
{
	static const struct column_of note = { .cls = CLASS_MUTED,
		.style = { .size = NOTE_SIZE },
		.width = TEXT_WIDTH,
		.leading = NOTE_LEADING };

	for (const struct markup_node *node = markup_child(capture, "left-out"); node != NULL;
	     node = markup_next(node, "left-out"))
		if (strcmp(press_value(press, node, "what"), what) == 0)
			block_words(press, &note, 5, press_content(press, node));
}

static void
put_figures(
    struct press *press, const struct markup_node *capture, const char *const *kinds, size_t count)
{
	for (const struct markup_node *figure = markup_child(capture, "figure"); figure != NULL;
	     figure = markup_next(figure, "figure")) {
		const char *kind = press_value(press, figure, "kind");

		for (size_t i = 0; i < count; i++)
			if (strcmp(kind, kinds[i]) == 0)
				figure_put(press, figure);
	}
}

#define FIGURES(press, capture, ...) \
	put_figures(press, capture, (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void
put_section(struct press *press, const char *heading)
{
	block_heading(press, 1, catalog_say(press->catalog, heading));
}

static const char *const capture_facts[][2] = {
	{ N_("File"), "file" },
	{ N_("Began"), "started" },
	{ N_("Lasted, s"), "duration" },
	{ N_("Packets"), "packets" },
	{ N_("Flows"), "flows" },
	{ N_("Bytes"), "bytes" },
	{ N_("Link type"), "link" },
	{ N_("Taken at"), "vantage" },
	{ N_("Kernel"), "kernel" },
};

static void
put_capture_facts(struct press *press, const struct markup_node *capture)
{
	FACTS(press, capture, capture_facts, 12);
}

static void
put_comments(struct press *press, const struct markup_node *quality)
{
	const struct markup_node *comment = markup_child(quality, "comment");

	if (comment != NULL)
		block_heading(press, 2, catalog_say(press->catalog, N_("Comments in the file")));
	for (; comment != NULL; comment = markup_next(comment, "comment"))
		block_sentence(press, comment, 5);
}

static void
put_quality(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *quality = markup_child(capture, "quality");
	const struct markup_node *finding;

	if (quality == NULL ||
	    (markup_child(quality, "fact") == NULL && markup_child(quality, "finding") == NULL))
		return;
	put_section(press, N_("How good the capture is"));
	for (const struct markup_node *fact = markup_child(quality, "fact"); fact != NULL;
	     fact = markup_next(fact, "fact"))
		block_words(press, &column_fine, 5, press_content(press, fact));
	finding = markup_child(quality, "finding");
	if (finding != NULL)
		table_put(press, &table_findings, finding);
	put_comments(press, quality);
	put_left_out(press, capture, "comment");
}

static void
put_answers(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *answer = markup_child(capture, "answer");

	if (answer == NULL)
		return;
	put_section(press, N_("The answer"));
	for (; answer != NULL; answer = markup_next(answer, "answer")) {
		block_heading(press, 2, press_value(press, answer, "local"));
		block_sentences(press, answer);
	}
}

static void
put_output(struct press *press, const struct markup_node *output)
{
	const struct column_of mono = { .cls = CLASS_LABEL,
		.style = { .size = 11, .mono = true },
		.width = TEXT_WIDTH,
		.leading = 15.5 };
	const char *program = press_value(press, output, "program");
	double before = 6;

	if (program[0] != '\0')
		block_heading(press, 2, press_say(press, N_("What %1 printed"), program));
	for (const struct markup_node *line = markup_child(output, "line"); line != NULL;
	     line = markup_next(line, "line"), before = 0)
		block_words(press, &mono, before, press_content(press, line));
}

static void
put_programs(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *server = markup_child(capture, "server");
	const struct markup_node *client = markup_child(capture, "client");
	const struct markup_node *output = markup_child(capture, "output");

	if (server == NULL && client == NULL && output == NULL)
		return;
	put_section(press, N_("What the clients saw"));
	for (; server != NULL; server = markup_next(server, "server"))
		block_words(press, &column_body, 7, press_content(press, server));
	if (client != NULL)
		table_put(press, &table_clients, client);
	for (; output != NULL; output = markup_next(output, "output"))
		put_output(press, output);
	put_left_out(press, capture, "output");
}

/* What was printed above it, and when that was. */
static const char *
moment_of(struct press *press, const struct markup_node *table)
{
	const char *label = press_value(press, table, "label");
	const char *when = press_value(press, table, "when");
	struct text words = { 0 };

	text_put(&words, label);
	text_put(&words, label[0] != '\0' && when[0] != '\0' ? " · " : "");
	text_put(&words, when);
	return press_keep(press, &words);
}

static const char *
agreement_of(struct press *press, const struct markup_node *table)
{
	const char *counts[] = { press_value(press, table, "agrees"),
		press_value(press, table, "contradicts") };
	struct text words = { 0 };

	if (markup_child(table, "row") == NULL)
		return catalog_say(
		    press->catalog, N_("The table is empty, and so is what the packets show."));
	prose_fill(&words,
	    catalog_say(press->catalog, N_("Recorded and reconstructed. Rows that agree: %1; that "
					   "contradict each other: %2.")),
	    counts, 2);
	return press_keep(press, &words);
}

static void
put_tables(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *table = markup_child(capture, "table");

	if (table == NULL)
		return;
	put_section(press, N_("The socket tables"));
	for (; table != NULL; table = markup_next(table, "table")) {
		const struct markup_node *row = markup_child(table, "row");

		block_heading(press, 2, moment_of(press, table));
		block_words(press, &column_fine, 4, agreement_of(press, table));
		if (row == NULL)
			continue;
		press->blocks[press->block_count - 1].keeps_next = true;
		table_put(press, &table_sockets, row);
	}
	put_left_out(press, capture, "table");
}

static bool
has_figure(struct press *press, const struct markup_node *capture, const char *kind)
{
	for (const struct markup_node *figure = markup_child(capture, "figure"); figure != NULL;
	     figure = markup_next(figure, "figure"))
		if (strcmp(press_value(press, figure, "kind"), kind) == 0 &&
		    figure_kept(press, figure) != NULL)
			return true;
	return false;
}

/* The figure shows each packet in its colours; without it, a table does. */
static void
put_packets(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *packet = markup_child(capture, "packet");
	bool is_drawn = has_figure(press, capture, "packets");

	if (packet != NULL && !is_drawn) {
		put_section(press, N_("The packets"));
		table_put(press, &table_packets, packet);
		put_left_out(press, capture, "packet");
	}
	FIGURES(press, capture, "packets", "handshake", "ladder");
}

static const char *const listener_facts[][2] = {
	{ N_("Stage"), "stage" },
	{ N_("Backlog"), "backlog" },
	{ N_("Attempts"), "attempts" },
	{ N_("Completed"), "completed" },
	{ N_("Accepted"), "accepted" },
	{ N_("Refused"), "refused" },
	{ N_("Longest queue"), "queue-max" },
	{ N_("SYNs dropped"), "syn-dropped" },
	{ N_("ACKs ignored"), "ignored-acks" },
	{ N_("Reset for want of room"), "aborted" },
};

/* Short sentences without frames, as one paragraph that stays on its page. */
static void
put_together(struct press *press, const struct markup_node *parent)
{
	struct text words = { 0 };

	for (const struct markup_node *node = markup_child(parent, "sentence"); node != NULL;
	     node = markup_next(node, "sentence")) {
		if (words.length > 0 && (words.at[words.length - 1] & 0x80) == 0)
			text_char(&words, ' '); /* Chinese has its room in the full stop */
		text_put(&words, press_content(press, node));
	}
	block_words(press, &column_body, 10, press_keep(press, &words));
	press->blocks[press->block_count - 1].is_whole = true;
}

static void
put_listeners(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *listener = markup_child(capture, "listener");

	if (listener != NULL)
		put_section(press, N_("The listening endpoints"));
	for (size_t i = 0; i < LISTENERS_TOLD && listener != NULL; i++) {
		block_heading(press, 2, press_value(press, listener, "local"));
		FACTS(press, listener, listener_facts, 4);
		put_together(press, listener);
		listener = markup_next(listener, "listener");
	}
	if (listener != NULL)
		block_heading(press, 2, catalog_say(press->catalog, N_("The others")));
	if (listener != NULL)
		table_put(press, &table_listeners, listener);
	put_left_out(press, capture, "listener");
	FIGURES(press, capture, "listener", "queue");
}

static void
put_table_section(struct press *press, const struct markup_node *capture, const char *heading,
    const struct table *table)
{
	const struct markup_node *first = markup_child(capture, table->element);

	if (first == NULL)
		return;
	put_section(press, heading);
	table_put(press, table, first);
	put_left_out(press, capture, table->element);
}

static void
put_flows(struct press *press, const struct markup_node *capture)
{
	put_table_section(press, capture, N_("Flows worth a look"), &table_flows);
	FIGURES(press, capture, "timeline", "sequence");
	put_table_section(press, capture, N_("All flows, those alike together"), &table_groups);
	put_table_section(press, capture, N_("How values spread"), &table_distributions);
	FIGURES(press, capture, "latency");
	put_table_section(press, capture, N_("Marks, and what happened"), &table_marks);
	put_table_section(press, capture,
	    N_("Where the cause says more than the mark, or other than it"), &table_differences);
}

static void
put_changes(struct press *press, const struct markup_node *capture)
{
	put_table_section(press, capture, N_("The sockets over time"), &table_changes);
}

static bool
is_of_several(struct press *press, const struct markup_node *conclusion)
{
	const struct markup_node *node = markup_child(conclusion, "sentence");
	const char *first = node == NULL ? "" : press_value(press, node, "local");

	for (; node != NULL; node = markup_next(node, "sentence")) {
		const char *local = press_value(press, node, "local");

		if (local[0] != '\0' && strcmp(local, first) != 0)
			return true;
	}
	return false;
}

/* Those of each endpoint, if there are several, below its name. */
static void
put_conclusions(struct press *press, const struct markup_node *conclusion)
{
	bool is_parted = is_of_several(press, conclusion);
	const char *about = "";

	for (const struct markup_node *node = markup_child(conclusion, "sentence"); node != NULL;
	     node = markup_next(node, "sentence")) {
		const char *local = press_value(press, node, "local");

		if (is_parted && strcmp(local, about) != 0)
			block_heading(press, 2,
			    local[0] != '\0'
				? local
				: catalog_say(press->catalog, N_("The whole capture")));
		about = local;
		block_sentence(press, node, 7);
	}
}

static void
put_conclusion(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *conclusion = markup_child(capture, "conclusion");
	const struct markup_node *since = markup_child(capture, "since");

	if (conclusion != NULL && markup_child(conclusion, "sentence") != NULL)
		put_section(press, N_("Conclusion"));
	for (; conclusion != NULL; conclusion = markup_next(conclusion, "conclusion"))
		put_conclusions(press, conclusion);
	for (; since != NULL; since = markup_next(since, "since")) {
		const char *title = press_value(press, since, "title");

		if (title[0] == '\0')
			title = press_value(press, since, "file");
		block_heading(press, 2, press_say(press, N_("Since “%1”"), title));
		block_sentences(press, since);
	}
}

/* --- the whole --- */

static void
put_title(struct press *press, const struct markup_node *node, unsigned depth)
{
	const struct markup_node *title = markup_child(node, "title");
	const struct markup_node *about = markup_child(node, "about");
	double before = 14;

	block_heading(press, depth, title == NULL ? "" : press_content(press, title));
	for (; about != NULL; about = markup_next(about, "about"), before = 8)
		block_words(press, &column_lead, before, press_content(press, about));
}

static void
put_capture(struct press *press, const struct markup_node *capture)
{
	static void (*const parts[])(struct press *, const struct markup_node *) = {
		put_capture_facts,
		put_quality,
		put_answers,
		put_programs,
		put_tables,
		put_changes,
		put_packets,
		put_listeners,
		put_conclusion,
		put_flows,
	};

	put_title(press, capture, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](press, capture);
}

static void
put_comparison(struct press *press, const struct markup_node *report)
{
	const struct markup_node *comparison = markup_child(report, "comparison");
	const struct markup_node *stage;

	if (comparison == NULL)
		return;
	block_heading(press, 0, catalog_say(press->catalog, N_("The stages compared")));
	stage = markup_child(comparison, "stage");
	if (stage != NULL)
		table_put(press, &table_stages, stage);
	block_sentences(press, comparison);
}

static void
put_method(struct press *press, const struct markup_node *report)
{
	const struct markup_node *method = markup_child(report, "method");
	const struct markup_node *limit;
	const struct markup_node *input;

	if (method == NULL)
		return;
	block_heading(press, 0, catalog_say(press->catalog, N_("Method")));
	block_sentences(press, method);
	limit = markup_child(method, "limit");
	if (limit != NULL)
		put_section(press, N_("Limits"));
	for (; limit != NULL; limit = markup_next(limit, "limit"))
		block_words(press, &column_body, 7, press_content(press, limit));
	input = markup_child(method, "input");
	if (input == NULL)
		return;
	put_section(press, N_("What was read"));
	table_put(press, &table_inputs, input);
}

void
parts_put(struct press *press, const struct markup_node *report)
{
	put_title(press, report, 0);
	press->blocks[0].turns_page = false;
	contents_put(press);
	for (const struct markup_node *capture = markup_child(report, "capture"); capture != NULL;
	     capture = markup_next(capture, "capture"))
		put_capture(press, capture);
	put_comparison(press, report);
	put_method(press, report);
	scene_free(press->blocks[press->contents].scene);
	contents_draw(press);
}
