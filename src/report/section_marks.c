/*
 * Marks, as Wireshark would give them; and what synscope says happened where
 * that is more than the mark tells, or something else.
 */
#include "report/report_priv.h"

static void
add_mark(const struct chapter *chapter, enum mark mark)
{
	const struct tally_mark *tally = tally_mark(chapter->tally, mark);
	struct markup_node *node;

	if (tally->count == 0)
		return;
	node = markup_add_words(
	    chapter->node, "mark", catalog_say(chapter->catalog, mark_words[mark].prose));
	markup_set(node, "name", mark_words[mark].name);
	markup_set_i64(node, "count", (int64_t)tally->count);
	markup_set_i64(node, "flows", (int64_t)tally->flows);
	set_frames(node, "frames", tally->frames.indexes, tally->frames.count);
}

void
section_marks(const struct chapter *chapter)
{
	for (int i = 0; i < MARK_COUNT; i++)
		add_mark(chapter, (enum mark)i);
}

/* A cause that only says what the mark says is no difference. */
static bool
says_the_same(unsigned mark, enum cause cause)
{
	return (mark == MARK_KEEP_ALIVE && cause == CAUSE_KEEP_ALIVE) ||
	       (mark == MARK_ZERO_WINDOW_PROBE && cause == CAUSE_ZERO_WINDOW_PROBE);
}

static void
add_difference(const struct chapter *chapter, unsigned mark, enum cause cause)
{
	const struct tally_pair *pair = tally_pair(chapter->tally, mark, cause);
	struct markup_node *node;

	if (pair->count == 0 || says_the_same(mark, cause))
		return;
	node = markup_add_words(
	    chapter->node, "difference", catalog_say(chapter->catalog, cause_words[cause].prose));
	markup_set(node, "mark", mark == MARK_COUNT ? "" : mark_words[mark].name);
	markup_set(node, "cause", cause_words[cause].name);
	markup_set_i64(node, "count", (int64_t)pair->count);
	set_frames(node, "frames", pair->frames.indexes, pair->frames.count);
}

void
section_differences(const struct chapter *chapter)
{
	for (unsigned mark = 0; mark <= MARK_COUNT; mark++)
		for (int cause = CAUSE_NONE + 1; cause < CAUSE_COUNT; cause++)
			add_difference(chapter, mark, (enum cause)cause);
	if (chapter->source->kept != NULL)
		markup_set(add_said(chapter->node, "left-out", chapter->catalog,
			       N_("Of a capture as large as this, causes are counted only in "
				  "those flows whose packets are shown."),
			       NULL, 0),
		    "what", "difference");
}
