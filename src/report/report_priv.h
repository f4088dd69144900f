/* report_priv: what the files of report share; private to the room. */
#ifndef SYNSCOPE_REPORT_PRIV_H
#define SYNSCOPE_REPORT_PRIV_H

#include "base/mem.h"
#include "base/text.h"
#include "markup/markup.h"
#include "report/report.h"

/* What a section is written from. */
struct chapter {
	const struct report_options *options;
	const struct catalog *catalog;
	const struct report_source *source;
	const struct figure_data *data; /* of source, as are the next two */
	const struct analysis_summary *summary;
	const struct analysis *analysis;
	struct markup_node *node; /* its <capture> */
};

struct report {
	struct report_options options;
	struct catalog *catalog;
	struct markup_document *document;
};

/* --- section_*.c: each adds to chapter->node what it has to say --- */

void section_listeners(const struct chapter *chapter);

#endif
