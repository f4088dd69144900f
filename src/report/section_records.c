/*
 * Where rows for programs are.
 */
#include "report/report_priv.h"

static void
add_record(
    const struct chapter *chapter, struct markup_node *records, const struct report_record *record)
{
	struct phrase phrase = { 0 };
	struct markup_node *node;

	phrase_text(&phrase, record->name);
	phrase_u64(&phrase, record->rows);
	node = phrase_add(&phrase, records, "record",
	    catalog_say(chapter->catalog,
		record->href == NULL
		    ? N_("Not here, since the capture is large: \"synscope %1 --format jsonl\" "
			 "writes it.")
		    : N_("What \"synscope %1 --format jsonl\" writes; rows: %2.")));
	markup_set(node, "name", record->name);
	if (record->href == NULL)
		return;
	markup_set(node, "href", record->href);
	markup_set_i64(node, "rows", (int64_t)record->rows);
}

void
section_records(const struct chapter *chapter)
{
	struct markup_node *records;

	if (chapter->source->record_count == 0)
		return;
	records = markup_add(chapter->node, "records");
	for (size_t i = 0; i < chapter->source->record_count; i++)
		add_record(chapter, records, &chapter->source->records[i]);
}
