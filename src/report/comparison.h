/*
 * comparison: what an experiment's captures say together; private to report.
 *
 *   stages.c      each capture is remembered by its account
 *   since.c       what changed from one stage to the next
 *   comparison.c  what all of them come to
 */
#ifndef SYNSCOPE_REPORT_COMPARISON_H
#define SYNSCOPE_REPORT_COMPARISON_H

#include "report/account.h"

/* What is remembered of a capture. */
struct told_stage {
	struct account account;
	const struct experiment_capture *recorded;
	const char *stage; /* of its server; NULL: not recorded */
	const char *name;  /* of its page; lives as long as the report */
};

struct told_stages {
	struct told_stage *at;
	size_t count, room;
};

struct told_stages *stages_new(void);
void stages_free(struct told_stages *stages);
/* Remembers a capture, if the experiment tells of it, and adds what changed since the one before. */
void stages_add(struct told_stages *stages, const struct chapter *chapter);
/* What all of them say; of less than two, nothing. */
void stages_tell(
    const struct told_stages *stages, struct markup_node *parent, const struct catalog *catalog);

/* --- for since.c and comparison.c --- */

bool stage_is(const struct told_stage *stage, enum story_kind kind);
bool stage_is_full(const struct told_stage *stage);
/* Both tell where they ran, and it is not the same kernel. */
bool stage_is_elsewhere(const struct told_stage *a, const struct told_stage *b);
/* Their servers had come as far. */
bool stage_is_alike(const struct told_stage *a, const struct told_stage *b);

/* What changed since the stage before the last one, if there is any. */
void since_tell(const struct told_stages *stages, const struct chapter *chapter);

#endif
