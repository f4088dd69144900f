/* An experiment's captures, as they are remembered when a later one is told. */
#include "report/comparison.h"

#include <stdlib.h>
#include <string.h>

struct told_stages *
stages_new(void)
{
	return mem_zalloc(sizeof(struct told_stages));
}

void
stages_free(struct told_stages *stages)
{
	if (stages == NULL)
		return;
	free(stages->at);
	free(stages);
}

static const char *
stage_of(const struct experiment_capture *recorded)
{
	for (size_t i = 0; i < recorded->server_count; i++)
		if (recorded->servers[i].stage != NULL)
			return recorded->servers[i].stage;
	return NULL;
}

static void
remember(struct told_stages *stages, const struct chapter *chapter)
{
	struct told_stage *stage;

	stages->at = mem_room(stages->at, &stages->room, stages->count, sizeof(*stages->at));
	stage = &stages->at[stages->count++];
	*stage = (struct told_stage){
		.recorded = chapter->recorded,
		.stage = stage_of(chapter->recorded),
		.name = chapter->name,
	};
	account_fill(&stage->account, chapter,
	    chapter->data->listener_count == 0 ? NULL : chapter->ranked[0]);
}

bool
stage_is(const struct told_stage *stage, enum story_kind kind)
{
	return stage->account.has_listener && stage->account.row.kind == kind;
}

bool
stage_is_full(const struct told_stage *stage)
{
	return stage->account.has_listener && account_is_full(&stage->account);
}

bool
stage_is_elsewhere(const struct told_stage *a, const struct told_stage *b)
{
	const char *one = a->recorded->kernel, *other = b->recorded->kernel;

	return one != NULL && other != NULL && strcmp(one, other) != 0;
}

bool
stage_is_alike(const struct told_stage *a, const struct told_stage *b)
{
	return a->stage != NULL && b->stage != NULL && strcmp(a->stage, b->stage) == 0;
}

void
stages_add(struct told_stages *stages, const struct chapter *chapter)
{
	if (chapter->recorded == NULL)
		return;
	remember(stages, chapter);
	since_tell(stages, chapter);
}
