/*
 * What each listening endpoint did: the answer in two sentences, for those that
 * have most to tell; and all that is known of each.
 */
#include "report/report_priv.h"

#include <stdlib.h>

/* More answers are none. */
#define ANSWERS_MAX 12

/* Somebody who scans a network asks for tens of thousands. */
#define LISTENERS_MAX 500

/* --- those that have most to tell --- */

static unsigned
rank_of(const struct listener_row *row)
{
	static const unsigned ranks[STORY_COUNT] = {
		[STORY_ABORTING] = 6,
		[STORY_OVERFLOW] = 5,
		[STORY_FLOOD] = 4,
		[STORY_NOT_LISTENING] = 3,
		[STORY_SILENT] = 2,
		[STORY_HEALTHY] = 1,
	};

	return ranks[row->kind];
}

static int
by_rank(const void *left, const void *right)
{
	const struct listener_row *a = *(const struct listener_row *const *)left;
	const struct listener_row *b = *(const struct listener_row *const *)right;

	if (rank_of(a) != rank_of(b))
		return rank_of(a) > rank_of(b) ? -1 : 1;
	if (a->attempts != b->attempts)
		return a->attempts > b->attempts ? -1 : 1;
	return a < b ? -1 : a > b; /* they lie in the order in which they were asked */
}

const struct listener_row **
rank_listeners(const struct figure_data *data)
{
	const struct listener_row **ranked =
	    mem_realloc_array(NULL, data->listener_count + 1, sizeof(*ranked));

	for (size_t i = 0; i < data->listener_count; i++)
		ranked[i] = &data->listeners[i];
	qsort(ranked, data->listener_count, sizeof(*ranked), by_rank);
	return ranked;
}

/* --- the answer --- */

static void
phrase_range(struct phrase *phrase, const struct range *range)
{
	struct text word = { 0 };

	put_range(&word, range);
	phrase_text(phrase, text_str(&word));
	text_fini(&word);
}

/* For one that was asked for, and for many. */
struct said {
	const char *one, *many;
};

/* Of each kind: what happened, and what follows. */
struct answer {
	struct said happened;
	struct said (*follows)(const struct listener_row *row);
};

static struct said
follows_from_full(const struct listener_row *row)
{
	if (row->backlog_told)
		return (struct said){ N_N(
		    "Its backlog, as told, is %4, and a queue holds one more than that; of %2 "
		    "connection asked for, the clients saw %3 through.",
		    "Its backlog, as told, is %4, and a queue holds one more than that; of %2 "
		    "connections asked for, the clients saw %3 through.") };
	if (row->backlog.lo == row->backlog.hi)
		return (struct said){ N_N(
		    "So its backlog is %4, since a queue holds one more than that; of %2 "
		    "connection asked for, the clients saw %3 through.",
		    "So its backlog is %4, since a queue holds one more than that; of %2 "
		    "connections asked for, the clients saw %3 through.") };
	return (struct said){ N_N(
	    "Its backlog is %4, the less the more had been accepted before; of %2 connection "
	    "asked for, the clients saw %3 through.",
	    "Its backlog is %4, the less the more had been accepted before; of %2 connections "
	    "asked for, the clients saw %3 through.") };
}

static struct said
follows_from_health(const struct listener_row *row)
{
	if (row->refused > 0)
		return (struct said){ N_N(
		    "It did not always listen: %6 of %2 attempt to connect was refused.",
		    "It did not always listen: %6 of %2 attempts to connect were refused.") };
	return (struct said){ N_("Nothing shows that its accept queue was ever full."), NULL };
}

static struct said
follows_from_refusal(const struct listener_row *row)
{
	(void)row;
	return (struct said){ N_("A program that called socket() or bind(), but not listen(), "
				 "looks the same as none."),
		NULL };
}

static struct said
follows_from_silence(const struct listener_row *row)
{
	(void)row;
	return (struct said){
		N_("The host may be down, or something on the way swallows what is sent to it."),
		NULL
	};
}

static struct said
follows_from_flood(const struct listener_row *row)
{
	(void)row;
	return (struct said){ N_N("Of %2 connection asked for, the clients completed %3.",
	    "Of %2 connections asked for, the clients completed %3.") };
}

static const struct answer answers[STORY_COUNT] = {
	[STORY_NOT_LISTENING] = { { N_N("Nothing listened at %1: %6 of %2 attempt to connect was "
					"refused.",
				      "Nothing listened at %1: %6 of %2 attempts to connect were "
				      "refused.") },
	    follows_from_refusal },
	[STORY_SILENT] = { { N_N("Nothing ever answered at %1, where %2 connection was asked for.",
			       "Nothing ever answered at %1, where %2 connections were asked "
			       "for.") },
	    follows_from_silence },
	[STORY_HEALTHY] = { { N_N("The server at %1 was asked for %2 connection, and completed "
				  "%3.",
				"The server at %1 was asked for %2 connections, and completed "
				"%3.") },
	    follows_from_health },
	[STORY_OVERFLOW] = { { N_("The accept queue at %1 was full: it held %5, and the server "
				  "ignored what came on top."),
				 NULL },
	    follows_from_full },
	[STORY_ABORTING] = { { N_("The accept queue at %1 was full: it held %5, and the server "
				  "reset what came on top."),
				 NULL },
	    follows_from_full },
	[STORY_FLOOD] = { { N_("The server at %1 was flooded with SYNs that nobody followed up."),
			      NULL },
	    follows_from_flood },
};

static void
add_answer_sentence(const struct chapter *chapter, struct markup_node *answer,
    const struct listener_row *row, struct said said)
{
	const struct catalog *catalog = chapter->catalog;
	const char *sentence = said.many == NULL
				   ? catalog_say(catalog, said.one)
				   : catalog_say_n(catalog, said.one, said.many, row->attempts);
	struct phrase phrase = { 0 };
	struct text local = { 0 };

	put_local(&local, &row->local, row->any_address);
	phrase_text(&phrase, text_str(&local));
	phrase_u64(&phrase, row->attempts);
	phrase_u64(&phrase, row->completed);
	phrase_range(&phrase, &row->backlog);
	phrase_range(&phrase, &row->queue_max);
	phrase_u64(&phrase, row->refused);
	set_frames(phrase_add(&phrase, answer, "sentence", sentence), "frames", row->because.index,
	    row->because.count);
	text_fini(&local);
}

void
section_answer(const struct chapter *chapter)
{
	size_t count = chapter->data->listener_count;

	for (size_t i = 0; i < count && i < ANSWERS_MAX; i++) {
		const struct listener_row *row = chapter->ranked[i];
		struct markup_node *answer = markup_add(chapter->node, "answer");

		set_local(answer, &row->local, row->any_address);
		add_answer_sentence(chapter, answer, row, answers[row->kind].happened);
		add_answer_sentence(chapter, answer, row, answers[row->kind].follows(row));
	}
}

/* --- all that is known --- */

static void
set_stages(struct markup_node *node, unsigned stages)
{
	struct text value = { 0 };

	for (int i = 0; stages >> i != 0; i++) {
		if (!(stages >> i & 1))
			continue;
		if (value.length > 0)
			text_char(&value, ' ');
		text_put(&value, stage_words[i].name);
	}
	if (value.length > 0)
		markup_set(node, "stage", text_str(&value));
	text_fini(&value);
}

static void
set_count(struct markup_node *node, const char *name, uint32_t count)
{
	markup_set_i64(node, name, count);
}

static void
add_sentence(void *ctx, const char *sentence)
{
	markup_add_words(ctx, "sentence", sentence);
}

static void
add_listener(const struct chapter *chapter, size_t i)
{
	const struct listener_row *row = chapter->ranked[i];
	struct markup_node *node = markup_add(chapter->node, "listener");

	markup_set_i64(node, "n", (int64_t)i + 1);
	set_local(node, &row->local, row->any_address);
	markup_set(node, "verdict", story_words[row->kind].name);
	set_stages(node, row->stages);
	set_range(node, "backlog", &row->backlog);
	set_range(node, "accepted", &row->accepted);
	set_range(node, "established", &row->established);
	set_range(node, "syn-recv", &row->syn_recv);
	set_range(node, "queue-max", &row->queue_max);
	set_count(node, "attempts", row->attempts);
	set_count(node, "completed", row->completed);
	set_count(node, "refused", row->refused);
	set_count(node, "syn-dropped", row->syn_dropped);
	set_count(node, "overflows", row->overflows);
	set_count(node, "ignored-acks", row->ignored_acks);
	set_count(node, "aborted", row->aborted);
	set_count(node, "cookies", row->cookies);
	set_count(node, "deferred", row->deferred);
	if (row->vantage != VANTAGE_UNKNOWN)
		markup_set(node, "vantage", vantage_names[row->vantage]);
	set_frames(node, "frames", row->because.index, row->because.count);
	verdict_each(row, chapter->catalog, add_sentence, node);
}

void
section_listeners(const struct chapter *chapter)
{
	size_t count = chapter->data->listener_count;

	for (size_t i = 0; i < count && i < LISTENERS_MAX; i++)
		add_listener(chapter, i);
	if (count > LISTENERS_MAX)
		add_left_out(chapter, "listener", count - LISTENERS_MAX,
		    N_N("%1 more listening endpoint is not listed here.",
			"%1 more listening endpoints are not listed here."));
}
