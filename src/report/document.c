/*
 * The document: a chapter for each capture, and what they say together.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which a reader meets them. */
static void (*const sections[])(const struct chapter *chapter) = {
	section_servers,
	section_clients,
	section_outputs,
	section_tables,
	section_changes,
	section_packets,
	section_listeners,
};

struct report *
report_new(const struct report_options *options)
{
	struct report *report = mem_zalloc(sizeof(*report));

	report->options = *options;
	report->catalog = catalog_new(options->lang);
	report->document = markup_document_new("report");
	markup_set(markup_document_root(report->document), "lang", lang_names[options->lang]);
	markup_set(markup_document_root(report->document), "version", PACKAGE_VERSION);
	return report;
}

void
report_free(struct report *report)
{
	if (report == NULL)
		return;
	markup_document_free(report->document);
	catalog_free(report->catalog);
	slugs_fini(&report->slugs);
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

static void
describe_capture(const struct chapter *chapter)
{
	const struct analysis_summary *summary = chapter->summary;
	struct markup_node *node = chapter->node;
	struct text value = { 0 };

	markup_set(node, "id", chapter->name);
	markup_set_i64(node, "number", chapter->number);
	markup_set(node, "file", chapter->data->name);
	text_put(&value, chapter->name);
	text_put(&value, ".html");
	markup_set(node, "page", text_str(&value));
	markup_set(node, "figures-dir", chapter->name);
	if (summary->frames > 0) {
		set_time(node, "first", summary->first_ns);
		set_time(node, "last", summary->last_ns);
		value.length = 0;
		text_iso8601(&value, summary->first_ns);
		markup_set(node, "started", text_str(&value));
		value.length = 0;
		text_seconds(&value, summary->last_ns - summary->first_ns);
		markup_set(node, "duration", text_str(&value));
	}
	markup_set_i64(node, "frames", (int64_t)summary->frames);
	markup_set_i64(node, "packets", (int64_t)summary->packets);
	markup_set_i64(node, "flows", summary->flows);
	text_fini(&value);
}

const char *
report_name(struct report *report, const char *const *paths, size_t path_count)
{
	(void)path_count;
	report->name = slug_new(&report->slugs, paths[0]);
	return report->name;
}

void
report_add(struct report *report, const struct report_source *source)
{
	struct flow_view *views = views_new(source->data);
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
		.tables = &tables,
		.summary = analysis_summary(source->analysis),
		.analysis = source->analysis,
		.number = ++report->count,
		.name = report->name,
		.node = markup_add(markup_document_root(report->document), "capture"),
	};

	views_fill(views, source->data);
	describe_capture(&chapter);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&chapter);
	free(views);
}

struct markup_document *
report_finish(struct report *report)
{
	return report->document;
}
