/*
 * What a capture shows, in sentences, each with its frames: of one listening
 * endpoint after another, and then of the whole capture. The sentences are in
 * the files conclude_*.c.
 */
#include "report/conclusion.h"

#include <stdlib.h>

/* Endpoints that sentences are told of, and sentences of one kind about single connections. */
#define ENDPOINTS_MAX 4
#define EACH_MAX      6

/* --- walking --- */

static bool
is_about(const struct asked *asked, const struct flow_row *row)
{
	return asked->account == NULL ? row->is_tcp : account_has_flow(asked->account, row);
}

/* The flows of the endpoint, or of the capture; on the heap. */
static void
find_flows(struct asked *asked)
{
	const struct figure_data *data = asked->chapter->data;

	asked->places = mem_realloc_array(NULL, data->flow_count + 1, sizeof(*asked->places));
	asked->place_count = 0;
	for (size_t i = 0; i < data->flow_count; i++)
		if (is_about(asked, &data->flows[i]))
			asked->places[asked->place_count++] = (uint32_t)i;
}

const struct flow_view *
walk_next(struct walk *walk)
{
	const struct asked *asked = walk->asked;

	if (walk->at == asked->place_count)
		return NULL;
	return &asked->chapter->views[asked->places[walk->at++]];
}

/* --- what sentences share --- */

bool
asked_has_answered(const struct asked *asked)
{
	return !asked_is(asked, STORY_NOT_LISTENING) && !asked_is(asked, STORY_SILENT);
}

void
sum_add(struct sum *sum, int64_t bytes)
{
	if (sum->count == 0)
		sum->each = bytes;
	else if (sum->each != bytes)
		sum->each = -1;
	sum->count++;
	sum->all += bytes;
}

bool
sum_say(const struct sum *sum, bool of_each, struct saying *say)
{
	if (sum->count == 0 || (sum->each >= 0) != of_each)
		return false;
	saying_number(say, (int64_t)sum->count);
	saying_number(say, of_each ? sum->each : sum->all);
	return true;
}

/* --- asking --- */

static void
add_sentence(const struct asked *asked, const struct rule *rule, struct saying *say,
    struct markup_node *parent)
{
	struct markup_node *node =
	    saying_add(say, parent, asked->chapter->catalog, rule->one, rule->many);

	if (asked->account != NULL)
		markup_set(node, "local", asked->account->local);
}

static void
tell_each(const struct asked *asked, const struct rule *rule, struct markup_node *node)
{
	struct saying say = { 0 };
	unsigned told = 0;

	EACH_FLOW(view, asked)
	{
		if (told < EACH_MAX && rule->each(asked, view, &say)) {
			add_sentence(asked, rule, &say, node);
			told++;
		}
		saying_drop(&say);
	}
}

static bool
is_answerable(const struct asked *asked, const struct rule *rule)
{
	return (!(rule->by & BY_PACKETS) || asked->has_packets) &&
	       (!(rule->by & BY_FLOWS) || asked->has_flows);
}

static void
tell(const struct asked *asked, const struct rules *rules, struct markup_node *node)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->at[i];
		struct saying say = { 0 };

		if (!is_answerable(asked, rule))
			continue;
		if (rule->each != NULL)
			tell_each(asked, rule, node);
		else if (rule->holds(asked, &say))
			add_sentence(asked, rule, &say, node);
		saying_drop(&say);
	}
}

static void
tell_endpoint(struct asked asked, const struct listener_row *row, struct markup_node *node)
{
	static const struct rules *const topics[] = {
		&conclude_refusal,
		&conclude_queue,
		&conclude_ignored,
		&conclude_end,
	};
	struct account account;

	account_fill(&account, asked.chapter, row);
	asked.account = &account;
	asked.has_packets = account.is_whole;
	find_flows(&asked);
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		tell(&asked, topics[i], node);
	free(asked.places);
}

/* Those with the most to tell. */
static void
tell_endpoints(struct asked asked, struct markup_node *node)
{
	size_t count = asked.chapter->data->listener_count;

	for (size_t i = 0; i < count && i < ENDPOINTS_MAX; i++)
		tell_endpoint(asked, asked.chapter->ranked[i], node);
}

void
section_conclusion(const struct chapter *chapter)
{
	struct asked asked = {
		.chapter = chapter,
		.has_packets = chapter->data->packet_count >= chapter->summary->packets,
		.has_flows = chapter->data->flow_count >= chapter->summary->flows,
	};
	struct markup_node *node = markup_add(chapter->node, "conclusion");

	tell_endpoints(asked, node);
	find_flows(&asked);
	tell(&asked, &conclude_capture, node);
	if (asked.has_packets)
		conclude_causes(&asked, node);
	free(asked.places);
}
