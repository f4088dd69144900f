/*
 * What all stages of an experiment say: a table of them, what each adds to the
 * answer, and what they come to.
 */
#include "report/comparison.h"

/* --- all stages, as a table --- */

static void
set_if_known(struct markup_node *node, const char *name, int64_t number)
{
	if (number != NOT_KNOWN)
		markup_set_i64(node, name, number);
}

static void
set_accepted(struct markup_node *node, const struct account *account)
{
	const struct range at_least = { account->row.accepted.lo, RANGE_OPEN };

	if (account->accepted != NOT_KNOWN)
		markup_set_i64(node, "accepted", account->accepted);
	else
		set_range(node, "accepted", &at_least);
}

static void
set_account(struct markup_node *node, const struct account *account, const struct catalog *catalog)
{
	const struct listener_row *row = &account->row;

	markup_set(node, "verdict", story_words[row->kind].name);
	markup_set(node, "words", catalog_say(catalog, story_words[row->kind].prose));
	set_if_known(node, "backlog", account->backlog);
	markup_set_i64(node, "attempts", row->attempts);
	markup_set_i64(node, "connected", account->ok);
	markup_set_i64(node, "refused", account->refused);
	markup_set_i64(node, "pending", account->pending);
	if (row->kind == STORY_NOT_LISTENING || row->kind == STORY_SILENT)
		return;
	set_accepted(node, account);
	markup_set_i64(node, "taken", account->taken);
	set_range(node, "queue-max", &row->queue_max);
	set_if_known(node, "held", account->held);
	set_range(node, "established", &row->established);
	set_range(node, "syn-recv", &row->syn_recv);
	markup_set_i64(node, "ignored-acks", row->ignored_acks);
	markup_set_i64(node, "syn-dropped", row->syn_dropped);
	markup_set_i64(node, "overflows", row->overflows);
	markup_set_i64(node, "let-in", account->let_in);
}

static void
add_stage(struct markup_node *parent, const struct told_stage *stage, const struct catalog *catalog)
{
	struct markup_node *node = markup_add(parent, "stage");
	struct text page = { 0 };

	markup_set(node, "capture", stage->name);
	text_put(&page, stage->name);
	text_put(&page, ".html");
	markup_set(node, "page", text_str(&page));
	text_fini(&page);
	markup_set(node, "title", stage->recorded->title);
	markup_set(node, "file", stage->recorded->file);
	if (stage->recorded->kernel != NULL)
		markup_set(node, "kernel", stage->recorded->kernel);
	if (stage->stage != NULL)
		markup_set(node, "stage", stage->stage);
	if (stage->account.has_listener)
		set_account(node, &stage->account, catalog);
}

/* --- what each of them says --- */

static bool
is_refused(const struct told_stage *stage, struct saying *say)
{
	if (!stage_is(stage, STORY_NOT_LISTENING) || stage->account.refused == 0)
		return false;
	say->frames = stage->account.asked_frames;
	saying_number(say, stage->account.refused);
	saying_word(say, stage->recorded->title);
	return true;
}

static bool
is_silent(const struct told_stage *stage, struct saying *say)
{
	if (!stage_is(stage, STORY_SILENT))
		return false;
	say->frames = stage->account.asked_frames;
	saying_number(say, stage->account.row.attempts);
	saying_word(say, stage->recorded->title);
	return true;
}

static bool
cite_held(const struct told_stage *stage, struct saying *say)
{
	const struct account *account = &stage->account;

	if (account->held == NOT_KNOWN)
		return false;
	saying_number(say, account->held);
	saying_word(say, stage->recorded->title);
	saying_number(say, account->taken_before);
	saying_number(say, account->taken_before - account->held);
	say->frames = account->held_frames;
	return true;
}

static bool
shows_held_and_backlog(const struct told_stage *stage, struct saying *say)
{
	if (stage->account.backlog == NOT_KNOWN || !cite_held(stage, say))
		return false;
	saying_number(say, stage->account.backlog);
	return true;
}

static bool
shows_held(const struct told_stage *stage, struct saying *say)
{
	return stage->account.backlog == NOT_KNOWN && cite_held(stage, say);
}

/* Nobody recorded how often accept() had returned by then: what would have to be. */
static int64_t
accepted_by_then(const struct account *account)
{
	return (int64_t)account->taken_before - (account->backlog + 1);
}

static bool
has_unknown_held(const struct told_stage *stage)
{
	const struct account *account = &stage->account;

	return stage_is_full(stage) && account->held == NOT_KNOWN &&
	       account->accepted == NOT_KNOWN && account->backlog != NOT_KNOWN &&
	       account->is_proven && account->is_whole;
}

static bool
fits(const struct told_stage *stage, struct saying *say)
{
	const struct account *account = &stage->account;

	if (!has_unknown_held(stage) || accepted_by_then(account) < 0)
		return false;
	saying_number(say, account->taken_before);
	saying_word(say, stage->recorded->title);
	saying_number(say, account->backlog + 1);
	saying_number(say, accepted_by_then(account));
	say->frames = account->held_frames;
	return true;
}

static bool
does_not_fit(const struct told_stage *stage, struct saying *say)
{
	const struct account *account = &stage->account;

	if (!has_unknown_held(stage) || accepted_by_then(account) >= 0)
		return false;
	saying_number(say, account->taken_before);
	saying_word(say, stage->recorded->title);
	saying_number(say, account->backlog + 1);
	say->frames = account->held_frames;
	return true;
}

static bool
lets_in(const struct told_stage *stage, struct saying *say)
{
	if (!stage_is_full(stage) || stage->account.let_in == 0 || stage->account.accepted == 0)
		return false;
	say->frames = stage->account.taken_frames;
	saying_number(say, stage->account.let_in);
	saying_word(say, stage->recorded->title);
	return true;
}

static const struct {
	bool (*holds)(const struct told_stage *stage, struct saying *say);
	const char *one;
	const char *many;
} findings[] = {
	{ is_refused, N_N("%2: the one call of connect() was refused, since nothing listens.",
			  "%2: all %1 calls of connect() were refused, since nothing listens.") },
	{ is_silent, N_N("%2: the one attempt to connect got no answer.",
			 "%2: none of %1 attempts to connect got an answer.") },
	{ shows_held_and_backlog,
	    N_N("%2: the server had taken %3 and accept() had returned %4, so %1 was in "
		"the accept queue when it was full; the backlog is %5.",
		"%2: the server had taken %3 and accept() had returned %4, so %1 were in "
		"the accept queue when it was full; the backlog is %5.") },
	{ shows_held, N_N("%2: the server had taken %3 and accept() had returned %4, so %1 was in "
			  "the accept queue when it was full; the backlog was not recorded.",
			  "%2: the server had taken %3 and accept() had returned %4, so %1 were in "
			  "the accept queue when it was full; the backlog was not recorded.") },
	{ fits, N_N("%2: %1 connection had been taken when the accept queue was full; if it "
		    "holds backlog + 1, which is %3, accept() had returned %4 by then.",
		    "%2: %1 connections had been taken when the accept queue was full; if it "
		    "holds backlog + 1, which is %3, accept() had returned %4 by then.") },
	{ does_not_fit, N_N("%2: the accept queue was full when %1 connection had been taken, "
			    "fewer than backlog + 1, which is %3.",
			    "%2: the accept queue was full when %1 connections had been taken, "
			    "fewer than backlog + 1, which is %3.") },
	{ lets_in,
	    N_N("%2: %1 connection that had found no room got in after accept() had freed a place.",
		"%2: %1 connections that had found no room got in, each after accept() had "
		"freed a place.") },
};

static void
tell_findings(
    struct markup_node *node, const struct told_stages *stages, const struct catalog *catalog)
{
	for (size_t k = 0; k < sizeof(findings) / sizeof(findings[0]); k++)
		for (size_t i = 0; i < stages->count; i++) {
			const struct told_stage *stage = &stages->at[i];
			struct saying say = { 0 };

			if (stage->account.has_listener && findings[k].holds(stage, &say))
				markup_set(saying_add(&say, node, catalog, findings[k].one,
					       findings[k].many),
				    "capture", stage->name);
			saying_drop(&say);
		}
}

/* --- what all of them say --- */

/* How many stages speak for backlog + 1, and how many against. */
struct votes {
	unsigned for_it;
	unsigned against;
	unsigned fitting; /* not settled, but not against */
};

static struct votes
count_votes(const struct told_stages *stages)
{
	struct votes votes = { 0 };

	for (size_t i = 0; i < stages->count; i++) {
		const struct told_stage *stage = &stages->at[i];
		const struct account *account = &stage->account;

		if (!account->has_listener)
			continue;
		if (has_unknown_held(stage)) {
			votes.fitting += accepted_by_then(account) >= 0;
			votes.against += accepted_by_then(account) < 0;
		}
		if (account->held == NOT_KNOWN || account->backlog == NOT_KNOWN)
			continue;
		votes.for_it += account->held == account->backlog + 1;
		votes.against += account->held != account->backlog + 1;
	}
	return votes;
}

static bool
concludes(const struct told_stages *stages, struct saying *say)
{
	struct votes votes = count_votes(stages);

	saying_number(say, votes.for_it);
	return votes.for_it > 0 && votes.against == 0;
}

static bool
is_compatible(const struct told_stages *stages, struct saying *say)
{
	struct votes votes = count_votes(stages);

	saying_number(say, votes.fitting);
	return votes.for_it > 0 && votes.against == 0 && votes.fitting > 0;
}

static bool
contradict_each_other(const struct told_stages *stages, struct saying *say)
{
	struct votes votes = count_votes(stages);

	saying_number(say, votes.for_it);
	saying_number(say, votes.against);
	return votes.for_it > 0 && votes.against > 0;
}

static bool
is_refuted(const struct told_stages *stages, struct saying *say)
{
	struct votes votes = count_votes(stages);

	saying_number(say, votes.against);
	return votes.for_it == 0 && votes.against > 0;
}

static bool
is_open(const struct told_stages *stages, struct saying *say)
{
	struct votes votes = count_votes(stages);
	unsigned full = 0;

	for (size_t i = 0; i < stages->count; i++) {
		if (stages->at[i].account.held != NOT_KNOWN)
			return false;
		full += stage_is_full(&stages->at[i]);
	}
	saying_number(say, full);
	return full > 0 && votes.against == 0;
}

/* Two stages with the same backlog, one of which had accepted one more. */
static bool
makes_room_for_one(const struct told_stages *stages, struct saying *say)
{
	for (size_t i = 0; i < stages->count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct account *more = &stages->at[i].account;
			const struct account *less = &stages->at[k].account;

			if (more->held == NOT_KNOWN || more->held != less->held ||
			    more->backlog != less->backlog ||
			    more->taken_before != less->taken_before + 1)
				continue;
			saying_number(say, less->taken_before - less->held);
			saying_number(say, less->taken_before);
			saying_number(say, more->taken_before - more->held);
			saying_number(say, more->taken_before);
			return true;
		}
	return false;
}

static bool
connects_without_accept(const struct told_stages *stages, struct saying *say)
{
	unsigned count = 0;

	for (size_t i = 0; i < stages->count; i++) {
		const struct account *account = &stages->at[i].account;

		count += account->has_listener && account->accepted != NOT_KNOWN &&
			 account->ok > account->accepted;
	}
	saying_number(say, count);
	return count > 0;
}

/* The same stage on two systems: one refuses, the other says nothing. */
static bool
has_odd_one(const struct told_stages *stages, struct saying *say)
{
	for (size_t i = 0; i < stages->count; i++)
		for (size_t k = 0; k < stages->count; k++) {
			const struct told_stage *odd = &stages->at[i], *other = &stages->at[k];

			if (!stage_is(odd, STORY_SILENT) || !stage_is(other, STORY_NOT_LISTENING) ||
			    !stage_is_alike(odd, other) || !stage_is_elsewhere(odd, other))
				continue;
			saying_word(say, odd->recorded->title);
			saying_word(say, odd->recorded->kernel);
			saying_word(say, other->recorded->kernel);
			return true;
		}
	return false;
}

static const struct {
	bool (*holds)(const struct told_stages *stages, struct saying *say);
	const char *one;
	const char *many;
} conclusions[] = {
	{ connects_without_accept, N_N("In one capture connect() succeeded more often than "
				       "accept() had returned: the kernel completes the "
				       "handshake by itself.",
				       "In %1 captures connect() succeeded more often than "
				       "accept() had returned: the kernel completes the "
				       "handshake by itself.") },
	{ makes_room_for_one,
	    N_("Where accept() had returned %1, the server had taken %2 when the queue was full; "
	       "where it had returned %3, %4: each accept() makes room for one more."),
	    NULL },
	{ has_odd_one,
	    N_("%1 is the odd one out: there (%2) a socket that does not listen drops SYNs in "
	       "silence; the other system (%3) refuses them."),
	    NULL },
	{ is_compatible,
	    N_N("One other capture leaves open how often accept() had returned, and fits.",
		"%1 other captures leave open how often accept() had returned, and fit.") },
	{ concludes, N_N("The accept queue holds backlog + 1 connections: one capture shows it.",
			 "The accept queue holds backlog + 1 connections: %1 captures show it, "
			 "each by itself.") },
	{ contradict_each_other, N_N("The captures contradict each other: in one of them the "
				     "accept queue held backlog + 1 connections, in %2 it did "
				     "not.",
				     "The captures contradict each other: in %1 of them the "
				     "accept queue held backlog + 1 connections, in %2 it did "
				     "not.") },
	{ is_refuted, N_N("The accept queue did not hold backlog + 1 connections in the one "
			  "capture that tells.",
			  "The accept queue did not hold backlog + 1 connections in any of the "
			  "%1 captures that tell.") },
	{ is_open, N_N("The accept queue was full in one capture, but what it held cannot be "
		       "told without the backlog and the number of accept() calls.",
		       "The accept queue was full in %1 captures, but what it held cannot be "
		       "told without the backlog and the number of accept() calls.") },
};

void
stages_tell(
    const struct told_stages *stages, struct markup_node *parent, const struct catalog *catalog)
{
	struct markup_node *node;

	if (stages->count < 2)
		return;
	node = markup_add(parent, "comparison");
	for (size_t i = 0; i < stages->count; i++)
		add_stage(node, &stages->at[i], catalog);
	tell_findings(node, stages, catalog);
	for (size_t i = 0; i < sizeof(conclusions) / sizeof(conclusions[0]); i++) {
		struct saying say = { 0 };

		if (conclusions[i].holds(stages, &say))
			saying_add(&say, node, catalog, conclusions[i].one, conclusions[i].many);
		saying_drop(&say);
	}
}
