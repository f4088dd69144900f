/* comparison: what an experiment's captures say together; private to report. */
#ifndef SYNSCOPE_REPORT_COMPARISON_H
#define SYNSCOPE_REPORT_COMPARISON_H

#include "report/account.h"

struct told_stages *stages_new(void);
void stages_free(struct told_stages *stages);
/* Remembers a capture, if the experiment tells of it, and adds what changed since the one before. */
void stages_add(struct told_stages *stages, const struct chapter *chapter);
/* What all of them say; of less than two, nothing. */
void stages_tell(
    const struct told_stages *stages, struct markup_node *parent, const struct catalog *catalog);

#endif
