/*
 * What the document tells becomes blocks, in the order of an article: who
 * captured what, the answer, what was recorded, the packets, the listeners, the
 * flows, and what follows from it all. Elements that are missing are passed
 * over, and so are those that nobody here knows.
 */
#include "report/print_priv.h"

#include <stdlib.h>
#include <string.h>

/* Rows of a table; a reader of paper does not want more. */
#define ROWS_MAX    200
#define CHANGES_MAX 80
/* The others are in a table. */
#define LISTENERS_TOLD 12

/* No title in the outline is longer. */
#define OUTLINE_WIDTH 1000.0

/* --- headings, paragraphs --- */

static const struct heading {
	double size;
	double before;
	const char *tag;
} headings[] = {
	{ 25, 0, "H1" },
	{ 17, 30, "H2" },
	{ 13.6, 18, "H3" },
};

static size_t
add_anchor(struct press *press, const char *title, unsigned depth)
{
	press->anchors =
	    mem_realloc_array(press->anchors, press->anchor_count + 1, sizeof(*press->anchors));
	press->anchors[press->anchor_count] = (struct anchor){
		.title = line_short(
		    press, title, (struct scene_style){ .size = BODY_SIZE }, OUTLINE_WIDTH),
		.depth = depth,
	};
	return press->anchor_count++;
}

static struct block *
put_heading(struct press *press, unsigned depth, const char *words)
{
	const struct heading *heading = &headings[depth];
	struct block *block = press_block(press, heading->tag);
	const struct column_of lines = { .cls = CLASS_TITLE,
		.style = { .size = heading->size, .bold = true },
		.width = TEXT_WIDTH,
		.leading = heading->size * 1.25,
		.most = 6 };
	size_t count = lines_put(block->scene, &lines, (struct scene_point){ 0 }, words);

	scene_size(block->scene, TEXT_WIDTH, (double)count * lines.leading);
	block->before = heading->before;
	block->keeps_next = true;
	block->turns_page = depth == 0;
	if (depth < 2)
		block->anchor = add_anchor(press, words, depth);
	return block;
}

/* Neither a first line alone nor a last. */
static void
break_lines(struct scene *scene, double top, double leading, size_t count)
{
	for (size_t i = 2; i + 2 <= count; i++)
		scene_page_break(scene, top + (double)i * leading);
}

static void
put_words(struct press *press, const struct column_of *lines, double before, const char *words)
{
	struct block *block;
	size_t count;

	if (words[0] == '\0')
		return;
	block = press_block(press, "P");
	count = lines_put(block->scene, lines, (struct scene_point){ 0 }, words);
	break_lines(block->scene, 0, lines->leading, count);
	scene_size(block->scene, TEXT_WIDTH, (double)count * lines->leading);
	block->before = before;
}

static const struct column_of body = { .cls = CLASS_LABEL,
	.style = { .size = BODY_SIZE },
	.width = PROSE_WIDTH,
	.leading = BODY_LEADING };
static const struct column_of lead = {
	.cls = CLASS_LABEL, .style = { .size = 15 }, .width = 560, .leading = 22.5
};
static const struct column_of fine = {
	.cls = CLASS_LABEL, .style = { .size = 11.6 }, .width = PROSE_WIDTH, .leading = 16.5
};

/* --- sentences, their frames beside them --- */

static const char *
frames_beside(struct press *press, const struct markup_node *sentence)
{
	const char *frames = press_value(press, sentence, "frames");

	if (frames[0] == '\0')
		return frames;
	return press_say(press, strchr(frames, ' ') == NULL ? N_("frame %1") : N_("frames %1"),
	    press_frames(press, frames));
}

static void
put_sentence(struct press *press, const struct markup_node *sentence, double before)
{
	static const struct column_of note = { .cls = CLASS_MUTED,
		.style = { .size = NOTE_SIZE },
		.width = NOTE_WIDTH,
		.leading = NOTE_LEADING,
		.most = 6 };
	const double down = (BODY_SIZE - NOTE_SIZE) * BASELINE; /* onto the same line */
	struct block *block = press_block(press, "P");
	size_t count = lines_put(
	    block->scene, &body, (struct scene_point){ 0 }, press_content(press, sentence));
	size_t notes = lines_put(block->scene, &note, (struct scene_point){ NOTE_AT, down },
	    frames_beside(press, sentence));
	double height = (double)count * BODY_LEADING;

	if (down + (double)notes * NOTE_LEADING > height)
		height = down + (double)notes * NOTE_LEADING;
	else
		break_lines(block->scene, 0, BODY_LEADING, count);
	scene_size(block->scene, TEXT_WIDTH, height);
	block->before = before;
}

static void
put_sentences(struct press *press, const struct markup_node *parent)
{
	double before = 10;

	for (const struct markup_node *node = markup_child(parent, "sentence"); node != NULL;
	     node = markup_next(node, "sentence"), before = 7)
		put_sentence(press, node, before);
}

/* --- names and what they stand for --- */

#define TERM_WIDTH   128.0
#define FACT_SIZE    11.6
#define FACT_LEADING 16.5
#define FACTS_MAX    16

struct fact_column {
	double x;
	double width; /* of what it stands for */
};

static double
draw_fact(struct scene *scene, const struct fact_column *at, double y, const char *name,
    const char *words)
{
	const struct column_of term = { .cls = CLASS_MUTED,
		.style = { .size = FACT_SIZE },
		.width = TERM_WIDTH - 12,
		.leading = FACT_LEADING };
	const struct column_of value = { .cls = CLASS_LABEL,
		.style = { .size = FACT_SIZE },
		.width = at->width,
		.leading = FACT_LEADING };
	size_t terms = lines_put(scene, &term, (struct scene_point){ at->x, y }, name);
	size_t lines =
	    lines_put(scene, &value, (struct scene_point){ at->x + TERM_WIDTH, y }, words);

	return y + (double)(terms > lines ? terms : lines) * FACT_LEADING;
}

/*
 * Names, and attributes that hold what they stand for; together on a page. Short
 * ones stand in two columns, to be read downwards.
 */
static void
put_facts(struct press *press, const struct markup_node *node, const char *const (*facts)[2],
    size_t count, double before)
{
	static const struct fact_column halves[] = {
		{ 0, TEXT_WIDTH / 2 - TERM_WIDTH - 12 },
		{ TEXT_WIDTH / 2, TEXT_WIDTH / 2 - TERM_WIDTH },
	};
	struct block *block = press_block(press, "P");
	const char *names[FACTS_MAX], *values[FACTS_MAX];
	size_t used = 0;
	size_t half;
	double y[2] = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		values[used] = press_value(press, node, facts[i][1]);
		names[used] = catalog_say(press->catalog, facts[i][0]);
		used += values[used][0] != '\0';
	}
	half = used > 4 ? (used + 1) / 2 : used;
	for (size_t i = 0; i < used; i++) {
		size_t side = i >= half;

		y[side] = draw_fact(block->scene, &halves[side], y[side] + 2, names[i], values[i]);
	}
	scene_size(block->scene, TEXT_WIDTH, y[0] > y[1] ? y[0] : y[1]);
	block->before = before;
}

#define FACTS(press, node, facts, before) \
	put_facts(press, node, facts, sizeof(facts) / sizeof(facts[0]), before)

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

/* --- tables --- */

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

static const struct table findings = TABLE("finding", ROWS_MAX, finding_columns, NULL);
static const struct table clients = TABLE("client", ROWS_MAX, client_columns, contradicts);
static const struct table sockets = TABLE("row", ROWS_MAX, socket_columns, contradicts);
static const struct table changes = TABLE("change", CHANGES_MAX, change_columns, NULL);
static const struct table packets = TABLE("packet", ROWS_MAX, packet_columns, NULL);
static const struct table listeners = TABLE("listener", ROWS_MAX, listener_columns, NULL);
static const struct table flows = TABLE("flow", ROWS_MAX, flow_columns, NULL);
static const struct table groups = TABLE("group", ROWS_MAX, group_columns, NULL);
static const struct table distributions =
    TABLE("distribution", ROWS_MAX, distribution_columns, NULL);
static const struct table marks = TABLE("mark", ROWS_MAX, mark_columns, NULL);
static const struct table differences = TABLE("difference", ROWS_MAX, difference_columns, NULL);
static const struct table stages = {
	.element = "stage",
	.columns = stage_columns,
	.count = sizeof(stage_columns) / sizeof(stage_columns[0]),
	.most = ROWS_MAX,
	.may_turn = true,
};
static const struct table inputs = TABLE("input", ROWS_MAX, input_columns, NULL);

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
			put_words(press, &note, 5, press_content(press, node));
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
	put_heading(press, 1, catalog_say(press->catalog, heading));
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
		put_words(press, &fine, 5, press_content(press, fact));
	finding = markup_child(quality, "finding");
	if (finding != NULL)
		table_put(press, &findings, finding);
}

static void
put_answers(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *answer = markup_child(capture, "answer");

	if (answer == NULL)
		return;
	put_section(press, N_("The answer"));
	for (; answer != NULL; answer = markup_next(answer, "answer")) {
		put_heading(press, 2, press_value(press, answer, "local"));
		put_sentences(press, answer);
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
		put_heading(press, 2, press_say(press, N_("What %1 printed"), program));
	for (const struct markup_node *line = markup_child(output, "line"); line != NULL;
	     line = markup_next(line, "line"), before = 0)
		put_words(press, &mono, before, press_content(press, line));
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
		put_words(press, &body, 7, press_content(press, server));
	if (client != NULL)
		table_put(press, &clients, client);
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

		put_heading(press, 2, moment_of(press, table));
		put_words(press, &fine, 4, agreement_of(press, table));
		if (row == NULL)
			continue;
		press->blocks[press->block_count - 1].keeps_next = true;
		table_put(press, &sockets, row);
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
		table_put(press, &packets, packet);
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

static void
put_listeners(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *listener = markup_child(capture, "listener");

	if (listener != NULL)
		put_section(press, N_("The listening endpoints"));
	for (size_t i = 0; i < LISTENERS_TOLD && listener != NULL; i++) {
		put_heading(press, 2, press_value(press, listener, "local"));
		FACTS(press, listener, listener_facts, 4);
		put_sentences(press, listener);
		listener = markup_next(listener, "listener");
	}
	if (listener != NULL)
		put_heading(press, 2, catalog_say(press->catalog, N_("The others")));
	if (listener != NULL)
		table_put(press, &listeners, listener);
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
	put_table_section(press, capture, N_("Flows worth a look"), &flows);
	FIGURES(press, capture, "timeline", "sequence");
	put_table_section(press, capture, N_("All flows, those alike together"), &groups);
	put_table_section(press, capture, N_("How values spread"), &distributions);
	FIGURES(press, capture, "latency");
	put_table_section(press, capture, N_("Marks, and what happened"), &marks);
	put_table_section(press, capture,
	    N_("Where the cause says more than the mark, or other than it"), &differences);
}

static void
put_changes(struct press *press, const struct markup_node *capture)
{
	put_table_section(press, capture, N_("The sockets over time"), &changes);
}

static void
put_conclusion(struct press *press, const struct markup_node *capture)
{
	const struct markup_node *conclusion = markup_child(capture, "conclusion");
	const struct markup_node *since = markup_child(capture, "since");

	if (conclusion != NULL && markup_child(conclusion, "sentence") != NULL)
		put_section(press, N_("Conclusion"));
	for (; conclusion != NULL; conclusion = markup_next(conclusion, "conclusion"))
		put_sentences(press, conclusion);
	for (; since != NULL; since = markup_next(since, "since")) {
		const char *title = press_value(press, since, "title");

		if (title[0] == '\0')
			title = press_value(press, since, "file");
		put_heading(press, 2, press_say(press, N_("Since “%1”"), title));
		put_sentences(press, since);
	}
}

/* --- the whole --- */

static void
put_title(struct press *press, const struct markup_node *node, unsigned depth)
{
	const struct markup_node *title = markup_child(node, "title");
	const struct markup_node *about = markup_child(node, "about");
	double before = 14;

	put_heading(press, depth, title == NULL ? "" : press_content(press, title));
	for (; about != NULL; about = markup_next(about, "about"), before = 8)
		put_words(press, &lead, before, press_content(press, about));
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
	put_heading(press, 0, catalog_say(press->catalog, N_("The stages compared")));
	stage = markup_child(comparison, "stage");
	if (stage != NULL)
		table_put(press, &stages, stage);
	put_sentences(press, comparison);
}

static void
put_method(struct press *press, const struct markup_node *report)
{
	const struct markup_node *method = markup_child(report, "method");
	const struct markup_node *limit;
	const struct markup_node *input;

	if (method == NULL)
		return;
	put_heading(press, 0, catalog_say(press->catalog, N_("Method")));
	put_sentences(press, method);
	limit = markup_child(method, "limit");
	if (limit != NULL)
		put_section(press, N_("Limits"));
	for (; limit != NULL; limit = markup_next(limit, "limit"))
		put_words(press, &body, 7, press_content(press, limit));
	input = markup_child(method, "input");
	if (input == NULL)
		return;
	put_section(press, N_("What was read"));
	table_put(press, &inputs, input);
}

/* --- contents --- */

/* More than that, and only chapters are listed: the outline has the rest. */
#define CONTENTS_MAX 44

static bool
is_listed(const struct press *press, const struct anchor *anchor)
{
	return anchor->depth == 0 || press->anchor_count <= CONTENTS_MAX;
}

static void
draw_entry(struct press *press, struct scene *scene, const struct anchor *anchor, double y)
{
	const bool is_chapter = anchor->depth == 0;
	struct scene_style style = { .size = is_chapter ? 13.3 : 12, .bold = is_chapter };
	const double indent = is_chapter ? 0 : 18;
	const char *title = line_short(press, anchor->title, style, TEXT_WIDTH - indent - 48);
	struct text number = { 0 };
	struct scene_point from = { indent + scene_text_width(title, style) + 8, y - 3 };
	struct scene_point to = { TEXT_WIDTH, y - 3 };

	scene_text(scene, CLASS_LABEL, style, (struct scene_point){ indent, y },
	    TEXT_WIDTH - indent - 48, title);
	text_u64(&number, anchor->page + 1);
	to.x -= scene_text_width(text_str(&number), style) + 8;
	scene_line(scene, CLASS_GRID, from, to, DASH_DOTTED);
	style.anchor = ANCHOR_END;
	scene_text(
	    scene, CLASS_LABEL, style, (struct scene_point){ TEXT_WIDTH, y }, 0, text_str(&number));
	text_fini(&number);
}

static void
draw_contents(struct press *press)
{
	struct block *block = &press->blocks[press->contents];
	double y = 0;

	block->scene = scene_new(press->lang);
	block->link_count = 0;
	for (size_t i = 0; i < press->anchor_count; i++) {
		const struct anchor *anchor = &press->anchors[i];

		/* the title of it all is not in its own list */
		if (i == 0 || !is_listed(press, anchor))
			continue;
		y += anchor->depth > 0 ? 18.5 : press->anchor_count > CONTENTS_MAX * 4 ? 20 : 26;
		draw_entry(press, block->scene, anchor, y);
		block->links =
		    mem_realloc_array(block->links, block->link_count + 1, sizeof(*block->links));
		block->links[block->link_count++] =
		    (struct block_link){ { 0, y - 14, TEXT_WIDTH, 18 }, i };
		scene_page_break(block->scene, y + 5);
	}
	scene_size(block->scene, TEXT_WIDTH, y + 6);
}

static void
put_contents(struct press *press)
{
	const struct column_of heading = { .cls = CLASS_TITLE,
		.style = { .size = 17, .bold = true },
		.width = TEXT_WIDTH,
		.leading = 21 };

	put_words(press, &heading, 36, catalog_say(press->catalog, N_("Contents")));
	press->blocks[press->block_count - 1].keeps_next = true;
	press_block(press, NULL);
	press->contents = press->block_count - 1;
}

void
parts_put(struct press *press, const struct markup_node *report)
{
	put_title(press, report, 0);
	press->blocks[0].turns_page = false;
	put_contents(press);
	for (const struct markup_node *capture = markup_child(report, "capture"); capture != NULL;
	     capture = markup_next(capture, "capture"))
		put_capture(press, capture);
	put_comparison(press, report);
	put_method(press, report);
	scene_free(press->blocks[press->contents].scene);
	draw_contents(press);
}

void
parts_number(struct press *press)
{
	struct block *block = &press->blocks[press->contents];
	const struct scene *before = block->scene;

	/* As high as before, since only numbers differ. */
	draw_contents(press);
	for (size_t i = 0; i < press->page_count; i++)
		for (size_t j = 0; j < press->pages[i].part_count; j++)
			if (press->pages[i].parts[j].scene == before)
				press->pages[i].parts[j].scene = block->scene;
	scene_free((struct scene *)(uintptr_t)before);
}
