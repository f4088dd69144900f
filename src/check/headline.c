/* What a difference comes to: a few words before all that was expected and seen. */
#include "check/hold.h"

#include <string.h>

static const struct headline {
	enum fact_id fact;
	const char *word;
	const char *sentence;
} headlines[] = {
#define HEADLINE(id, word, sentence) { FACT_##id, word, sentence },
#include "check/headline.def"
#undef HEADLINE
};

/* --- a listener or a flow that is too much, or not there --- */

static const struct listener_row *
listener_of(const struct check_data *data, uint32_t flow)
{
	for (uint32_t i = 0; i < data->listener_count; i++)
		if (is_served_by(data, flow, i))
			return &data->listeners[i].row;
	return NULL;
}

static bool
was_full(const struct listener_row *listener)
{
	return listener != NULL &&
	       (listener->kind == STORY_OVERFLOW || listener->kind == STORY_ABORTING);
}

/* How it fared, where that tells more than that it is there. */
static const char *
fate_of(const struct check_data *data, uint32_t flow)
{
	const struct kept_flow *kept = &data->flows[flow];

	if (!kept->row.is_tcp)
		return "";
	if (kept->derived.directions == WHOSE_SERVER)
		return "; its client's packets are missing";
	if (kept->derived.queue == QUEUE_FULL)
		return ", for which the accept queue had no room: its backlog was used up";
	if (kept->derived.queue == QUEUE_WAITED)
		return ", which had to wait at a full accept queue";
	if (kept->row.conn.open == OPEN_REFUSED)
		return ", which was refused";
	if (kept->row.conn.open == OPEN_UNANSWERED)
		return ", which nobody answered";
	if (kept->row.conn.open != OPEN_COMPLETE || !was_full(listener_of(data, flow)))
		return "";
	return listener_of(data, flow)->stages & STAGE_ACCEPTING
		   ? ", let in by a server whose accept queue was full"
		   : ", let in by a server whose accept queue was full: more than its backlog "
		     "allows";
}

static void
put_how_many(struct text *out, uint64_t count, const char *thing, const char *other)
{
	text_u64(out, count);
	text_put(out, other);
	text_put(out, thing);
	text_put(out, count == 1 ? "" : "s");
}

static void
put_flow_count(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	const char *thing = ruling->group->selector.proto == PROTO_TCP ? "connection" : "flow";

	if (ruling->off < 0) {
		put_how_many(out, (uint64_t)-ruling->off, thing, " ");
		text_put(out, ruling->off == -1 ? " is missing" : " are missing");
		return;
	}
	put_how_many(out, (uint64_t)ruling->off, thing,
	    ruling->group->selector.others ? " unexpected " : " more ");
	if (ruling->off == 1 && ruling->culprit_count == 1)
		text_put(out, fate_of(h->data, ruling->culprits[0]));
}

static void
put_listener_count(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	bool is_refused = ruling->culprit_count == 1 &&
			  h->data->listeners[ruling->culprits[0]].row.kind == STORY_NOT_LISTENING;

	if (ruling->off < 0) {
		text_put(out, "nobody was asked for connections there");
		return;
	}
	if (is_refused) {
		text_put(out, "connections were asked for where nobody listens");
		return;
	}
	put_how_many(out, (uint64_t)ruling->off, "listener",
	    ruling->group->selector.others ? " unexpected " : " more ");
}

static void
put_socket_count(struct text *out, const struct ruling *ruling)
{
	uint64_t off = (uint64_t)(ruling->off < 0 ? -ruling->off : ruling->off);

	put_how_many(out, off, "socket", ruling->off < 0 ? " " : " more ");
	if (ruling->off < 0)
		text_put(out, off == 1 ? " is missing" : " are missing");
}

/* --- values --- */

/* A set's words beyond those that are allowed; of a word, itself. */
static unsigned
unexpected_words(const struct expected *expected, const struct seen *seen)
{
	bool is_set = fact_rows[expected->fact].type == VALUE_SET && !seen->is_open;

	if (is_set && expected->test.kind == TEST_WORDS && !expected->test.is_not)
		return seen->words & ~expected->test.words;
	return seen->words;
}

static bool
has_word(enum fact_id fact, unsigned bits, const char *word)
{
	const char *const *words = fact_words(fact);

	for (unsigned i = 0; words != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return (bits & 1u << i) != 0;
	return false;
}

/* More or less than was expected; NULL: it is no number. */
static const char *
way_of(const struct expected *expected, const struct seen *seen)
{
	const struct test *test = &expected->test;

	if (test->kind == TEST_NONE || (test->kind == TEST_NUMBER && seen->hi > test->hi))
		return "more";
	return test->kind == TEST_NUMBER ? "less" : NULL;
}

static const char *
sentence_of(const struct expected *expected, const struct seen *seen)
{
	const char *way = way_of(expected, seen);
	unsigned words = unexpected_words(expected, seen);

	for (size_t i = 0; i < sizeof(headlines) / sizeof(*headlines); i++) {
		const struct headline *headline = &headlines[i];

		if (headline->fact != expected->fact)
			continue;
		if (has_word(expected->fact, words, headline->word) ||
		    (way != NULL && strcmp(way, headline->word) == 0))
			return headline->sentence;
	}
	return NULL;
}

/* How it was to be closed rather than so, and whose FIN is not there. */
static void
put_close(
    struct text *out, const struct ruling *ruling, const struct kept_flow *flow, const char *so)
{
	const struct test *test = &ruling->expected->test;
	const struct expected plain = { .fact = FACT_CLOSE };
	const struct seen wanted = { .words = test->words };
	const char *rather = sentence_of(&plain, &wanted);

	if (test->kind == TEST_WORDS && !test->is_not && rather != NULL && rather != so) {
		text_put(out, ", not ");
		text_put(out, rather);
	}
	if (flow->row.conn.close == CLOSE_HALF_CLOSED)
		text_put(out, flow->derived.fin[WHOSE_CLIENT] == 0 ? ": no FIN from the client"
								   : ": no FIN from the server");
}

static void
put_value(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	struct seen seen = { 0 };
	const char *sentence;

	if (ruling->expected->over != OVER_EACH)
		seen = (struct seen){ .lo = ruling->value, .hi = ruling->value };
	else if (ruling->culprit_count > 0)
		holding_look(h, ruling->group, ruling->culprits[0], ruling->expected, &seen);
	else
		return;
	sentence = sentence_of(ruling->expected, &seen);
	text_put(out, sentence == NULL ? "" : sentence);
	if (ruling->expected->fact == FACT_OPEN && seen.words == 1u << OPEN_COMPLETE &&
	    was_full(listener_of(h->data, ruling->culprits[0])))
		text_put(out, " by a server whose accept queue was full");
	if (ruling->expected->fact == FACT_CLOSE && sentence != NULL)
		put_close(out, ruling, &h->data->flows[ruling->culprits[0]], sentence);
	if (sentence != NULL && ruling->group->scope == SCOPE_FLOW && ruling->blamed > 1 &&
	    fact_words(ruling->expected->fact) != NULL) {
		text_put(out, ", in ");
		text_u64(out, ruling->blamed);
		text_put(out, " flows");
	}
	text_fini(&seen.room);
}

void
put_headline(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	enum fact_id fact = ruling->expected->fact;
	size_t before = out->length;

	if (fact == FACT_COUNT)
		put_flow_count(out, h, ruling);
	else if (fact == FACT_LISTENER_COUNT)
		put_listener_count(out, h, ruling);
	else if (fact == FACT_SOCKET_COUNT)
		put_socket_count(out, ruling);
	else if (fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
		 fact == FACT_BEGINS || fact == FACT_CONTAINS)
		text_put(out, "other bytes");
	else
		put_value(out, h, ruling);
	if (out->length > before)
		text_put(out, ": ");
}
