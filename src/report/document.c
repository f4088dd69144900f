/*
 * The document: a chapter for each capture, and what they say together.
 */
#include "report/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/find.h"

/* In the order in which a reader meets them. */
static void (*const sections[])(const struct chapter *chapter) = {
	section_quality,
	section_answer,
	section_servers,
	section_clients,
	section_outputs,
	section_tables,
	section_changes,
	section_packets,
	section_listeners,
	section_flows,
	section_groups,
	section_measures,
	section_marks,
	section_differences,
	section_figures,
	section_records,
	section_conclusion,
};

/* --- what it is about --- */

static void
add_title(const struct report *report, struct markup_node *root)
{
	const struct report_options *options = &report->options;
	struct phrase phrase = { 0 };
	const char *const *about;
	size_t count;

	if (options->experiment == NULL) {
		phrase_text(
		    &phrase, options->path_count == 0 ? "" : path_last_name(options->paths[0]));
		phrase_u64(&phrase, options->capture_count);
		phrase_add(&phrase, root, "title",
		    catalog_say(report->catalog, options->capture_count == 1
						     ? N_("What %1 shows")
						     : N_("What %2 captures show")));
		return;
	}
	markup_add_words(root, "title", experiment_title(options->experiment));
	count = experiment_about(options->experiment, &about);
	for (size_t i = 0; i < count; i++)
		markup_add_words(root, "about", about[i]);
}

/* --- how it was made --- */

static const char *const method_sentences[] = {
	N_("Everything here was told from packets that were saved; nothing was asked of a network, "
	   "and no name was looked up."),
	N_("A mark means what Wireshark 4.0 means by it; a cause is synscope's own reading, with "
	   "the frames that show it, and is given only where the packets force it."),
	N_("States and queues are inferred with the whole capture in view; what the packets leave "
	   "open is a range, or is said to be unknown."),
	N_("The same captures give the same report, byte for byte."),
};

static const char *const limit_sentences[] = {
	N_("What a program read is not in the packets, nor when it called accept(): where the "
	   "queues do not force it, it is a range."),
	N_("A capture does not tell what was lost before the place where it was taken, nor what "
	   "happened after its last packet, unless --assume says until when it ran."),
	N_("A bound socket that does not listen looks like none, and so does what a firewall "
	   "refuses."),
};

static const struct told_file *
find_told(const struct report *report, const char *path)
{
	for (size_t i = 0; i < report->told_count; i++)
		if (report->told[i].path == path)
			return &report->told[i];
	return NULL;
}

static void
add_input(const struct report *report, struct markup_node *method, const struct digest *digest)
{
	const struct told_file *told = find_told(report, digest->path);
	struct markup_node *node = markup_add(method, "input");
	struct text value = { 0 };

	if (strcmp(digest->path, "-") == 0)
		markup_set(node, "file", catalog_say(report->catalog, N_("standard input")));
	else
		markup_set(node, "file", path_last_name(digest->path));
	if (digest->is_known) {
		markup_set_i64(node, "size", (int64_t)digest->size);
		text_hex(&value, digest->sha256, sizeof(digest->sha256));
		markup_set(node, "sha256", text_str(&value));
	}
	if (told != NULL && told->frames > 0)
		markup_set_i64(node, "frames", (int64_t)told->frames);
	if (told == NULL)
		markup_set(node, "note", catalog_say(report->catalog, N_("it could not be read")));
	text_fini(&value);
}

static void
add_words(const struct report *report, struct markup_node *node, const char *name,
    const char *const *sentences, size_t count)
{
	for (size_t i = 0; i < count; i++)
		markup_add_words(node, name, catalog_say(report->catalog, sentences[i]));
}

static void
add_method(struct report *report)
{
	struct markup_node *method = markup_add(markup_document_root(report->document), "method");
	const struct digest *files;
	size_t count = digests_end(report->digests, &files);

	add_words(report, method, "sentence", method_sentences,
	    sizeof(method_sentences) / sizeof(method_sentences[0]));
	add_words(report, method, "limit", limit_sentences,
	    sizeof(limit_sentences) / sizeof(limit_sentences[0]));
	for (size_t i = 0; i < count; i++)
		add_input(report, method, &files[i]);
}

struct report *
report_new(const struct report_options *options)
{
	struct report *report = mem_zalloc(sizeof(*report));
	struct markup_node *root;

	report->options = *options;
	report->catalog = catalog_new(options->lang);
	report->digests = digests_begin(options->paths, options->path_count);
	report->document = markup_document_new("report");
	report->stages = stages_new();
	root = markup_document_root(report->document);
	markup_set(root, "lang", lang_names[options->lang]);
	markup_set(root, "version", PACKAGE_VERSION);
	markup_set(root, "kind", options->experiment == NULL ? "captures" : "experiment");
	add_title(report, root);
	return report;
}

void
report_free(struct report *report)
{
	if (report == NULL)
		return;
	digests_free(report->digests);
	free(report->told);
	markup_document_free(report->document);
	catalog_free(report->catalog);
	slugs_fini(&report->slugs);
	print_shelf_fini(&report->shelf);
	stages_free(report->stages);
	free(report);
}

void
set_time(struct markup_node *node, const char *name, int64_t ns)
{
	struct text value = { 0 };

	text_seconds(&value, ns);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

void
set_frames(struct markup_node *node, const char *name, const uint32_t *indexes, size_t count)
{
	struct text value = { 0 };

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			text_char(&value, ' ');
		text_u64(&value, indexes[i]);
	}
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

bool
chapter_has_packets(const struct chapter *chapter, uint32_t flow)
{
	const struct report_source *source = chapter->source;

	return source->kept == NULL || sorted_has(source->kept, source->kept_count, flow);
}

/*
 * Its name, as the experiment has it or without its folders: the report is the
 * same from wherever it was called.
 */
static void
put_name(struct text *out, const struct chapter *chapter)
{
	const struct report_source *source = chapter->source;
	struct phrase phrase = { 0 };
	const char *name = path_last_name(source->paths[0]);

	if (chapter->recorded != NULL)
		name = chapter->recorded->file;
	else if (strcmp(name, "-") == 0)
		name = catalog_say(chapter->catalog, N_("standard input"));
	if (source->path_count == 1) {
		text_put(out, name);
		return;
	}
	phrase_text(&phrase, name);
	phrase_u64(&phrase, source->path_count - 1);
	phrase_put(&phrase, out, catalog_say(chapter->catalog, N_("%1 and %2 more")));
}

/* "EN10MB (Ethernet)", of several with commas between. */
static void
set_links(struct markup_node *node, const struct analysis_summary *summary)
{
	struct text names = { 0 };

	for (unsigned i = 0; i < summary->link_count; i++) {
		if (i > 0)
			text_put(&names, ", ");
		capture_link_name(summary->links[i], &names);
	}
	if (names.length > 0)
		markup_set(node, "link", text_str(&names));
	text_fini(&names);
}

static void
describe_capture(const struct chapter *chapter)
{
	const struct analysis_summary *summary = chapter->summary;
	struct markup_node *node = chapter->node;
	struct text value = { 0 };
	struct text name = { 0 };

	put_name(&name, chapter);
	markup_set(node, "id", chapter->name);
	markup_set_i64(node, "number", chapter->number);
	markup_set(node, "file", text_str(&name));
	text_put(&value, chapter->name);
	text_put(&value, ".html");
	markup_set(node, "page", text_str(&value));
	markup_set(node, "figures-dir", chapter->name);
	if (summary->frames > 0) {
		set_time(node, "first", summary->first_ns);
		set_time(node, "last", summary->last_ns);
		set_date(node, "started", summary->first_ns);
		value.length = 0;
		text_seconds(&value, span_ns(summary->last_ns, summary->first_ns));
		markup_set(node, "duration", text_str(&value));
	}
	markup_set_i64(node, "frames", (int64_t)summary->frames);
	markup_set_i64(node, "packets", (int64_t)summary->packets);
	markup_set_i64(node, "flows", summary->flows);
	set_links(node, summary);
	if (chapter->data->left_out > 0)
		markup_set_i64(node, "left-out", (int64_t)chapter->data->left_out);
	if (chapter->recorded != NULL && chapter->recorded->kernel != NULL)
		markup_set(node, "kernel", chapter->recorded->kernel);
	markup_add_words(
	    node, "title", chapter->recorded == NULL ? text_str(&name) : chapter->recorded->title);
	text_fini(&value);
	text_fini(&name);
	for (size_t i = 0; chapter->recorded != NULL && i < chapter->recorded->about_count; i++)
		markup_add_words(node, "about", chapter->recorded->about[i]);
}

const char *
report_name(struct report *report, const char *path)
{
	report->name = slug_new(&report->slugs, path);
	return report->name;
}

static void
remember_files(struct report *report, const struct report_source *source)
{
	const struct analysis_summary *summary = analysis_summary(source->analysis);
	const uint64_t frames = summary->frames + summary->filtered + summary->records;

	report->told = mem_realloc_array(
	    report->told, report->told_count + source->path_count, sizeof(*report->told));
	for (size_t i = 0; i < source->path_count; i++)
		report->told[report->told_count++] = (struct told_file){
			.path = source->paths[i],
			.frames = source->path_count == 1 ? frames : 0,
		};
}

void
report_add(struct report *report, const struct report_source *source)
{
	struct flow_view *views = views_new(source->data);
	struct clients_sum clients = { 0 };
	struct tables_sum tables = { 0 };
	struct chapter chapter = {
		.options = &report->options,
		.catalog = report->catalog,
		.source = source,
		.data = source->data,
		.tally = source->tally,
		.experiment = source->experiment,
		.recorded = source->experiment == NULL
				? NULL
				: experiment_capture(source->experiment, source->paths[0]),
		.views = views,
		.clients = &clients,
		.tables = &tables,
		.summary = analysis_summary(source->analysis),
		.analysis = source->analysis,
		.ranked = rank_listeners(source->data),
		.number = ++report->count,
		.name = report->name,
		.node = markup_add(markup_document_root(report->document), "capture"),
		.shelf = report->options.for_paper ? &report->shelf : NULL,
	};

	if (report->count == 1)
		report->first_ns = source->data->first_ns;

	views_fill(views, source->data);
	remember_files(report, source);
	describe_capture(&chapter);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&chapter);
	stages_add(report->stages, &chapter);
	views_free(views, source->data);
	free(chapter.ranked);
}

struct markup_document *
report_finish(struct report *report)
{
	stages_tell(report->stages, markup_document_root(report->document), report->catalog);
	add_method(report);
	return report->document;
}

enum status
report_print(
    struct text *out, const struct report *report, const int64_t *date_s, struct diag *diag)
{
	const struct print_options options = {
		.catalog = report->catalog,
		.lang = report->options.lang,
		.shelf = &report->shelf,
		.date_ns = report->first_ns,
		.has_date = date_s != NULL,
		.date_s = date_s == NULL ? 0 : *date_s,
	};

	return print_document(out, report->document, &options, diag);
}
