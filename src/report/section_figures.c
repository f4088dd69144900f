/*
 * The figures: which ones a capture deserves, of which flows. Each is drawn
 * once, and stands in the document; whoever wants it as a file gets the same
 * bytes.
 */
#include "report/account.h"

#include <stdlib.h>
#include <string.h>

/* More than that nobody follows. */
#define LIST_PACKETS    400
#define LADDER_FLOWS    8
#define LADDER_PACKETS  120
#define TIMELINE_FLOWS  60
#define LISTENER_FLOWS  8
#define LISTENERS_DRAWN 4
#define SEQUENCES       2
#define SEQUENCE_BYTES  4096

/* A larger one stands in a file of its own alone. */
#define INLINE_BYTES ((size_t)1 << 20)

struct flows {
	uint32_t numbers[TIMELINE_FLOWS];
	size_t count;
};

struct drawing {
	const struct chapter *chapter;
	unsigned count; /* of figures so far */
};

/* Of the packets, where a frame is chosen; of a listener, what is not so. */
#define BYTES_SHOWN "packets, bytes"
#define DISPROVED   "listener, wrong"

/* What a figure is called, and shows: %1 is a flow's or frame's number or a listener's address. */
static const struct caption {
	const char *kind;
	const char *caption;
	const char *alt;
} captions[] = {
	{ "packets", N_("The packets, as Wireshark lists and colours them."),
	    N_("A table of packets with their times, ends and what each one is.") },
	{ BYTES_SHOWN,
	    N_("The packets, as Wireshark lists and colours them, and the bytes of frame %1."),
	    N_("A table of packets with their times, ends and what each one is; below it, one of "
	       "them byte by byte.") },
	{ "timeline", N_("Flows over time, in the colours of their states."),
	    N_("A chart with a bar for each flow, from its first packet to its last.") },
	{ "handshake", N_("Flow %1, with the states of both ends beside its segments."),
	    N_("Two bars of states, the client's and the server's, and arrows between them, one a "
	       "segment.") },
	{ "ladder", N_("The segments between the ends, from top to bottom."),
	    N_("A sequence diagram: a vertical line for each end, and an arrow for each "
	       "segment.") },
	{ "listener",
	    N_("The listening socket at %1, its clients, and the sockets that it spawned for "
	       "them."),
	    N_("A diagram of the clients, the listening socket and the sockets behind it.") },
	{ DISPROVED, N_("What many believe of %1, and the packets disprove."),
	    N_("A diagram of a client and of one socket that listens, is connected and is "
	       "accepted.") },
	{ "queue", N_("The queues of %1 over time, and what did not fit."),
	    N_("A chart of how many connections the accept queue and the SYN queue held.") },
	{ "sequence", N_("The bytes of flow %1 over time, with ACKs and window."),
	    N_("A chart of sequence numbers over time.") },
	{ "latency", N_("How long handshakes and round trips took."),
	    N_("A chart of how times are spread over all connections.") },
};

static const struct caption *
caption_of(const char *kind)
{
	const struct caption *row = captions;

	while (strcmp(row->kind, kind) != 0)
		row++;
	return row;
}

/* --- one figure --- */

/* The value of an attribute in the first tag, which is ours, and as figure writes it. */
static void
copy_attribute(struct markup_node *node, const char *name, struct text *svg)
{
	struct text key = { 0 };
	const char *from;

	text_put(&key, " ");
	text_put(&key, name);
	text_put(&key, "=\"");
	from = strstr(text_str(svg), text_str(&key));
	if (from != NULL) {
		struct text value = { 0 };

		from += key.length;
		text_bytes(&value, from, strcspn(from, "\""));
		markup_set(node, name, text_str(&value));
		text_fini(&value);
	}
	text_fini(&key);
}

/* "listen/queue-2.svg" */
static void
put_file_name(struct text *out, const struct chapter *chapter, const char *kind, unsigned number)
{
	text_put(out, chapter->name);
	text_char(out, '/');
	text_put(out, kind);
	text_char(out, '-');
	text_u64(out, number);
	text_put(out, ".svg");
}

static void
describe(const struct drawing *drawing, struct markup_node *node, const char *kind,
    const char *about, const struct figure_options *options)
{
	const struct caption *row = caption_of(options->frame != 0 ? BYTES_SHOWN
					       : options->wrong    ? DISPROVED
								   : kind);
	const struct catalog *catalog = drawing->chapter->catalog;
	struct text words = { 0 };

	put_sentence(&words, catalog, row->caption, &about, 1);
	markup_set(node, "caption", text_str(&words));
	markup_set(node, "alt", catalog_say(catalog, row->alt));
	text_fini(&words);
}

static struct markup_node *
add_svg(struct drawing *drawing, const char *kind, const char *id, const char *about,
    struct text *svg, const struct figure_options *options)
{
	const struct chapter *chapter = drawing->chapter;
	struct markup_node *node = markup_add(chapter->node, "figure");
	struct text file = { 0 };

	put_file_name(&file, chapter, kind, drawing->count);
	markup_set(node, "kind", kind);
	markup_set(node, "id", id);
	describe(drawing, node, kind, about, options);
	copy_attribute(node, "width", svg);
	copy_attribute(node, "height", svg);
	if (chapter->options->take != NULL) {
		markup_set(node, "href", text_str(&file));
		chapter->options->take(chapter->options->ctx, text_str(&file), svg);
	}
	if (svg->length <= INLINE_BYTES)
		markup_add_document(node, svg->at, svg->length);
	text_fini(&file);
	return node;
}

/* Painted, and laid by where it is wanted on paper too. */
static void
add_scene(struct drawing *drawing, const char *kind, const char *id, const char *about,
    struct scene *scene, const struct figure_options *options)
{
	struct print_shelf *shelf = drawing->chapter->shelf;
	struct markup_node *node;
	struct text svg = { 0 };
	struct diag unused; /* a text can always be made longer */

	figure_paint(&svg, scene, FIGURE_SVG, options, &unused);
	node = add_svg(drawing, kind, id, about, &svg, options);
	text_fini(&svg);
	if (shelf != NULL)
		print_keep(shelf, node, scene);
	else
		scene_free(scene);
}

/* The one whose bytes were kept, if it is going to be listed. */
static uint32_t
chosen_frame(const struct chapter *chapter, const char *kind, const struct flows *flows)
{
	const struct figure_frame *frame = chapter->data->frame;

	if (frame == NULL || strcmp(kind, "packets") != 0)
		return 0;
	for (size_t i = 0; i < flows->count; i++)
		if (flows->numbers[i] == frame->flow)
			return frame->index;
	return flows->count == 0 ? frame->index : 0;
}

/* Nothing is drawn where there is nothing of the kind. about: what the caption names; wrong: not so. */
static void
draw_as(struct drawing *drawing, const char *kind, const struct flows *flows, const char *about,
    bool wrong)
{
	const struct chapter *chapter = drawing->chapter;
	struct text prefix = { 0 };
	struct text id = { 0 };
	struct scene *scene;
	struct figure_options options = {
		.flows = flows->numbers,
		.flow_count = flows->count,
		.frame = chosen_frame(chapter, kind, flows),
		.wrong = wrong,
		.theme_auto = true,
		.theme = THEME_LIGHT,
		.lang = chapter->options->lang,
		.time = TIME_COMPRESSED,
	};
	struct diag unused;

	text_char(&prefix, 'c');
	text_u64(&prefix, chapter->number);
	text_char(&prefix, 'f');
	text_u64(&prefix, ++drawing->count);
	text_put(&id, text_str(&prefix));
	text_char(&prefix, '-');
	options.id_prefix = text_str(&prefix);
	if (figure_scene(&scene, figure_kind_named(kind), chapter->data, &options, &unused) ==
	    ST_OK)
		add_scene(drawing, kind, text_str(&id), about, scene, &options);
	else
		drawing->count--;
	text_fini(&prefix);
	text_fini(&id);
}

static void
draw(struct drawing *drawing, const char *kind, const struct flows *flows, const char *about)
{
	draw_as(drawing, kind, flows, about, false);
}

/* --- of which flows --- */

static uint64_t
packets_of(const struct flow_row *row)
{
	return (uint64_t)row->packets[0] + row->packets[1];
}

/*
 * As many as fit, those worth a look first, and then in the order of numbers;
 * all of them where all fit: then no flow is named.
 */
static void
choose_flows(const struct chapter *chapter, struct flows *flows, size_t most, uint64_t packets_most)
{
	const struct figure_data *data = chapter->data;
	const struct pick *picks;
	size_t count = tally_picks(chapter->tally, &picks);
	const uint32_t *kept = chapter->source->kept;
	size_t others = kept == NULL ? data->flow_count : chapter->source->kept_count;
	uint64_t packets = 0;

	*flows = (struct flows){ 0 };
	if (data->left_out == 0 && data->flow_count <= most && data->packet_count <= packets_most)
		return;
	for (size_t i = 0; i < count + others && flows->count < most; i++) {
		uint32_t number = i < count      ? picks[i].flow
				  : kept != NULL ? kept[i - count]
						 : data->flows[i - count].flow;
		const struct flow_row *row = figure_flow(data, number);
		bool is_chosen = false;

		for (size_t j = 0; j < flows->count; j++)
			is_chosen |= flows->numbers[j] == number;
		/* One alone may be larger: something is to be shown. */
		if (row == NULL || is_chosen || !chapter_has_packets(chapter, number) ||
		    (packets > 0 && packets + packets_of(row) > packets_most))
			continue;
		packets += packets_of(row);
		flows->numbers[flows->count++] = number;
	}
}

static void
draw_some(struct drawing *drawing, const char *kind, size_t most, uint64_t packets_most)
{
	struct text about = { 0 };
	struct flows flows;

	choose_flows(drawing->chapter, &flows, most, packets_most);
	if (chosen_frame(drawing->chapter, kind, &flows) != 0)
		text_u64(&about, drawing->chapter->data->frame->index);
	draw(drawing, kind, &flows, text_str(&about));
	text_fini(&about);
}

static void
draw_flow(struct drawing *drawing, const char *kind, uint32_t number)
{
	const struct flows flows = { { number }, 1 };
	struct text about = { 0 };

	text_u64(&about, number);
	draw(drawing, kind, &flows, text_str(&about));
	text_fini(&about);
}

/* One that went as it should shows how; else one that is worth a look. */
static void
draw_handshake(struct drawing *drawing)
{
	const struct figure_data *data = drawing->chapter->data;
	const struct flow_row *best = NULL;

	for (size_t i = 0; i < data->flow_count; i++) {
		const struct flow_row *row = &data->flows[i];

		if (!row->is_tcp || !chapter_has_packets(drawing->chapter, row->flow))
			continue;
		if (best == NULL ||
		    (row->conn.open == OPEN_COMPLETE && best->conn.open != OPEN_COMPLETE))
			best = row;
		if (best->conn.open == OPEN_COMPLETE)
			break;
	}
	if (best != NULL)
		draw_flow(drawing, "handshake", best->flow);
}

/* Where bytes were sent again, or there was no room for them. */
static bool
deserves_sequence(const struct flow_row *row)
{
	return row->is_tcp && row->bytes[0] + row->bytes[1] >= SEQUENCE_BYTES &&
	       (row->retransmissions > 0 || row->mark_counts[MARK_ZERO_WINDOW] > 0 ||
		   row->mark_counts[MARK_OUT_OF_ORDER] > 0);
}

static void
draw_sequences(struct drawing *drawing)
{
	const struct pick *picks;
	size_t count = tally_picks(drawing->chapter->tally, &picks);
	size_t drawn = 0;

	for (size_t i = 0; i < count && drawn < SEQUENCES; i++) {
		const struct flow_row *row = figure_flow(drawing->chapter->data, picks[i].flow);

		if (row == NULL || !deserves_sequence(row) ||
		    !chapter_has_packets(drawing->chapter, row->flow))
			continue;
		draw_flow(drawing, "sequence", row->flow);
		drawn++;
	}
}

/* --- listeners --- */

static void
flows_of(const struct chapter *chapter, const struct listener_row *listener, struct flows *flows)
{
	const struct figure_data *data = chapter->data;

	*flows = (struct flows){ 0 };
	for (size_t i = 0; i < data->flow_count && flows->count < LISTENER_FLOWS; i++)
		if (listener_serves(listener, &data->flows[i]) &&
		    chapter_has_packets(chapter, data->flows[i].flow))
			flows->numbers[flows->count++] = data->flows[i].flow;
}

/* What went as it should needs no figure, unless there is little else. */
static bool
matters(const struct chapter *chapter, const struct listener_row *listener)
{
	return chapter->recorded != NULL || chapter->data->listener_count == 1 ||
	       listener->kind == STORY_OVERFLOW || listener->kind == STORY_ABORTING ||
	       listener->kind == STORY_FLOOD;
}

static void
draw_listeners(struct drawing *drawing, const char *kind)
{
	const struct chapter *chapter = drawing->chapter;
	size_t count = chapter->data->listener_count;

	for (size_t i = 0; i < count && i < LISTENERS_DRAWN; i++) {
		const struct listener_row *listener = chapter->ranked[i];
		struct text about = { 0 };
		struct flows flows;

		if (!matters(chapter, listener))
			continue;
		flows_of(chapter, listener, &flows);
		put_local(&about, &listener->local, listener->any_address);
		if (flows.count > 0)
			draw(drawing, kind, &flows, text_str(&about));
		text_fini(&about);
	}
}

/* Connections that nobody accepted disprove what many believe; accepted ones would not. */
static void
draw_disproved(struct drawing *drawing)
{
	const struct chapter *chapter = drawing->chapter;
	struct account account;
	struct flows flows;

	if (chapter->recorded == NULL || chapter->data->listener_count == 0)
		return;
	account_fill(&account, chapter, chapter->ranked[0]);
	if (account.accepted != 0 || account.ok == 0)
		return;
	flows_of(chapter, chapter->ranked[0], &flows);
	draw_as(drawing, "listener", &flows, account.local, true);
}

/* --- all of them --- */

void
section_figures(const struct chapter *chapter)
{
	struct drawing drawing = { .chapter = chapter };

	if (chapter->data->packet_count == 0)
		return;
	draw_some(&drawing, "packets", LADDER_FLOWS, LIST_PACKETS);
	draw_some(&drawing, "timeline", TIMELINE_FLOWS, UINT64_MAX);
	draw_handshake(&drawing);
	draw_some(&drawing, "ladder", LADDER_FLOWS, LADDER_PACKETS);
	draw_disproved(&drawing);
	draw_listeners(&drawing, "listener");
	if (chapter->data->left_out == 0)
		draw_listeners(&drawing, "queue");
	draw_sequences(&drawing);
	draw(&drawing, "latency", &(const struct flows){ 0 }, "");
}
