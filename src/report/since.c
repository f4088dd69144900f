/* What changed since the stage before. */
#include "report/comparison.h"

/* As recorded, or at least as the packets say. */
static int64_t
accepted_of(const struct told_stage *stage)
{
	return stage->account.accepted != NOT_KNOWN ? stage->account.accepted
						    : stage->account.row.accepted.lo;
}

/*
 * The stage before; of another system the last one that had come as far, as
 * nothing else can be told from one another.
 */
static const struct told_stage *
stage_before(const struct told_stages *stages)
{
	const struct told_stage *now = &stages->at[stages->count - 1];

	if (stages->count < 2)
		return NULL;
	for (const struct told_stage *before = now; before-- > stages->at;)
		if (stage_is_elsewhere(before, now) && stage_is_elsewhere(&now[-1], now) &&
		    stage_is_alike(before, now))
			return before;
	return &now[-1];
}

/* Numbers of now and before. */
static bool
say_both(struct saying *say, int64_t now, int64_t before)
{
	saying_number(say, now);
	saying_number(say, before);
	return true;
}

static bool
is_another_system(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (!stage_is_elsewhere(now, before))
		return false;
	saying_word(say, now->recorded->kernel);
	saying_word(say, before->recorded->kernel);
	return true;
}

static bool
is_the_same(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	const struct account *a = &now->account, *b = &before->account;

	say->frames = a->asked_frames;
	return a->has_listener && b->has_listener && a->row.kind == b->row.kind && a->ok == b->ok &&
	       a->refused == b->refused && a->pending == b->pending && a->taken == b->taken &&
	       a->stuck == b->stuck && a->row.syn_dropped == b->row.syn_dropped;
}

static bool
begins_to_listen(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.answered_frames;
	return stage_is(before, STORY_NOT_LISTENING) && now->account.ok > 0 &&
	       say_both(say, now->account.ok, before->account.refused);
}

static bool
falls_silent(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.asked_frames;
	return stage_is(now, STORY_SILENT) && stage_is(before, STORY_NOT_LISTENING) &&
	       say_both(say, now->account.row.attempts, before->account.refused);
}

static bool
becomes_full(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.held_frames;
	return stage_is_full(now) && !stage_is_full(before) && before->account.has_listener;
}

static bool
is_full_no_more(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.taken_frames;
	return stage_is_full(before) && stage_is(now, STORY_HEALTHY);
}

static bool
accepts_first(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.taken_frames;
	saying_number(say, now->account.accepted);
	return before->account.accepted == 0 && now->account.accepted > 0;
}

static bool
accepts_more(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.taken_frames;
	return before->account.accepted > 0 && now->account.accepted > before->account.accepted &&
	       say_both(say, now->account.accepted, before->account.accepted);
}

static bool
accepts_at_least(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.taken_frames;
	return before->account.accepted != NOT_KNOWN && now->account.accepted == NOT_KNOWN &&
	       accepted_of(now) > before->account.accepted &&
	       say_both(say, accepted_of(now), before->account.accepted);
}

static bool
cite_taken(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (!stage_is_full(now) || !stage_is_full(before) ||
	    now->account.taken <= before->account.taken)
		return false;
	say->frames = now->account.taken_frames;
	saying_number(say, (int64_t)now->account.taken - before->account.taken);
	saying_number(say, now->account.taken);
	saying_number(say, before->account.taken);
	return true;
}

/* As many more as accept() made room for. */
static bool
is_room_made(const struct told_stage *now, const struct told_stage *before)
{
	return before->account.accepted != NOT_KNOWN &&
	       (int64_t)now->account.taken - before->account.taken ==
		   accepted_of(now) - before->account.accepted;
}

static bool
takes_as_many_more(
    const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	return is_room_made(now, before) && cite_taken(now, before, say);
}

static bool
takes_more(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	return !is_room_made(now, before) && cite_taken(now, before, say);
}

static bool
holds_as_many(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (now->account.held == NOT_KNOWN || now->account.held != before->account.held)
		return false;
	saying_number(say, now->account.held);
	say->frames = now->account.held_frames;
	return true;
}

static bool
holds_another_number(
    const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (now->account.held == NOT_KNOWN || before->account.held == NOT_KNOWN ||
	    now->account.held == before->account.held)
		return false;
	say->frames = now->account.held_frames;
	return say_both(say, now->account.held, before->account.held);
}

static bool
has_none_stuck(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (before->account.stuck == 0 || now->account.stuck > 0 || !stage_is_full(now))
		return false;
	say->frames = now->account.taken_frames;
	saying_number(say, before->account.stuck);
	return true;
}

static bool
has_others_stuck(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.stuck_frames;
	return now->account.stuck > 0 && stage_is_full(before) &&
	       now->account.stuck != before->account.stuck &&
	       say_both(say, now->account.stuck, before->account.stuck);
}

static bool
drops_none(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	if (before->account.row.syn_dropped == 0 || now->account.row.syn_dropped > 0 ||
	    !stage_is_full(before) || !now->account.has_listener)
		return false;
	say->frames = now->account.answered_frames;
	saying_number(say, before->account.row.syn_dropped);
	return true;
}

static bool
drops_others(const struct told_stage *now, const struct told_stage *before, struct saying *say)
{
	say->frames = now->account.dropped_frames;
	return stage_is_full(now) && stage_is_full(before) && now->account.row.syn_dropped > 0 &&
	       now->account.row.syn_dropped != before->account.row.syn_dropped &&
	       say_both(say, now->account.row.syn_dropped, before->account.row.syn_dropped);
}

static const struct {
	bool (*holds)(
	    const struct told_stage *now, const struct told_stage *before, struct saying *say);
	const char *one;
	const char *many;
} changes[] = {
	{ is_another_system, N_("This ran on another system: %1 rather than %2."), NULL },
	{ is_the_same,
	    N_("Nothing changed for the clients: what the server did more does not show on the "
	       "wire."),
	    NULL },
	{ begins_to_listen,
	    N_N("The server listens: %1 call of connect() succeeded, where %2 had been refused.",
		"The server listens: %1 calls of connect() succeeded, where %2 had been "
		"refused.") },
	{ falls_silent,
	    N_N("%1 attempt to connect got no answer at all, where %2 had been refused.",
		"%1 attempts to connect got no answer at all, where %2 had been refused.") },
	{ becomes_full, N_("The accept queue became full."), NULL },
	{ is_full_no_more, N_("The accept queue was full no more."), NULL },
	{ accepts_first, N_N("accept() returned once, where it never had.",
			     "accept() returned %1 times, where it never had.") },
	{ accepts_more, N_N("accept() returned once rather than %2 times.",
			    "accept() returned %1 times rather than %2.") },
	{ accepts_at_least, N_N("accept() returned at least once rather than %2 times.",
				"accept() returned at least %1 times rather than %2.") },
	{ takes_as_many_more,
	    N_N("%1 more connection was taken, %2 rather than %3: accept() had made room for it.",
		"%1 more connections were taken, %2 rather than %3: each accept() had made room "
		"for one.") },
	{ takes_more, N_N("%1 more connection was taken, %2 rather than %3.",
			  "%1 more connections were taken, %2 rather than %3.") },
	{ holds_as_many, N_N("The accept queue held as many as before when it was full: %1.",
			     "The accept queue held as many as before when it was full: %1.") },
	{ holds_another_number,
	    N_("The accept queue held %1 when it was full, and %2 before: the two do not agree."),
	    NULL },
	{ has_none_stuck, N_N("No request is left in SYN_RECV, where one had been.",
			      "No request is left in SYN_RECV, where %1 had been.") },
	{ has_others_stuck, N_N("%1 request is left in SYN_RECV, rather than %2.",
				"%1 requests are left in SYN_RECV, rather than %2.") },
	{ drops_none, N_N("No SYN was dropped, where one had been.",
			  "No SYN was dropped, where %1 had been.") },
	{ drops_others,
	    N_N("%1 SYN was dropped, rather than %2.", "%1 SYNs were dropped, rather than %2.") },
};

void
since_tell(const struct told_stages *stages, const struct chapter *chapter)
{
	const struct told_stage *before = stage_before(stages);
	const struct told_stage *now;
	struct markup_node *node;

	if (before == NULL)
		return;
	now = &stages->at[stages->count - 1];
	node = markup_add(chapter->node, "since");
	markup_set(node, "file", before->recorded->file);
	markup_set(node, "title", before->recorded->title);
	markup_set(node, "capture", before->name);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct saying say = { 0 };

		if (changes[i].holds(now, before, &say))
			saying_add(&say, node, chapter->catalog, changes[i].one, changes[i].many);
		saying_drop(&say);
	}
}
