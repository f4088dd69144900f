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
	const struct figure_data *data; /* of source, as are the next six */
	const struct tally *tally;
	const struct experiment *experiment; /* NULL: none was given */
	const struct experiment_capture *recorded; /* what it tells; NULL: nothing of this one */
	const struct analysis_summary *summary;
	const struct analysis *analysis;
	unsigned number;  /* from 1 */
	const char *name; /* of its page and folder */
	struct markup_node *node; /* its <capture> */
};

/* --- slug.c --- */

/* Names that were given away. */
struct slugs {
	char **names;
	size_t count;
};

/* A name like the file's that is no other's, whatever bytes are in it; ours. */
const char *slug_new(struct slugs *slugs, const char *path);
void slugs_fini(struct slugs *slugs);

/* --- document.c --- */

struct report {
	struct report_options options;
	struct catalog *catalog;
	struct markup_document *document;
	struct slugs slugs;
	const char *name; /* of the capture at hand */
	unsigned count;   /* of chapters */
};

/* Seconds with nine digits. */
void set_time(struct markup_node *node, const char *name, int64_t ns);
/* Frames by their index in the run, as figures number them, with blanks between; of none, nothing. */
void set_frames(struct markup_node *node, const char *name, const uint32_t *indexes, size_t count);

/* --- section_*.c: each adds to chapter->node what it has to say --- */

void section_listeners(const struct chapter *chapter);

#endif
