/*
 * The document: a chapter for each capture, and what they say together.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which a reader meets them. */
static void (*const sections[])(const struct chapter *chapter) = {
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
	free(report);
}

void
report_add(struct report *report, const struct report_source *source)
{
	struct chapter chapter = {
		.options = &report->options,
		.catalog = report->catalog,
		.source = source,
		.data = source->data,
		.summary = analysis_summary(source->analysis),
		.analysis = source->analysis,
		.node = markup_add(markup_document_root(report->document), "capture"),
	};

	markup_set(chapter.node, "file", source->data->name);
	markup_set_i64(chapter.node, "packets", (int64_t)chapter.summary->packets);
	markup_set_i64(chapter.node, "flows", chapter.summary->flows);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&chapter);
}

struct markup_document *
report_finish(struct report *report)
{
	return report->document;
}
