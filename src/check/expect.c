/*
 * A file of expectations, as synscope-expect(5) says. What people get wrong in
 * it (a name, a word, a unit) is found here, so that it can be said what was
 * perhaps meant; the schema then finds what is left.
 */
#include "check/check_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "markup/markup.h"

#define EXPECTATIONS_MB_MAX 16

static const char schema[] =
#include "check/expect.rng.inc"
    ;

/* Well-formed is enough to begin with. */
static const char any_schema[] =
    "<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\">"
    "<start><ref name=\"any\"/></start><define name=\"any\">"
    "<element><anyName/><zeroOrMore><choice><attribute><anyName/></attribute><text/>"
    "<ref name=\"any\"/></choice></zeroOrMore></element></define></grammar>";

struct parser {
	struct expectations *expectations;
	const char *name;
	struct diag *diag;
	struct text value; /* of the attribute or element at hand */
};

/* --- building --- */

struct capture_group *
expectations_add(struct expectations *expectations)
{
	struct capture_group *capture;

	expectations->captures = mem_realloc_array(
	    expectations->captures, expectations->count + 1, sizeof(*expectations->captures));
	capture = &expectations->captures[expectations->count++];
	*capture = (struct capture_group){ 0 };
	return capture;
}

struct group *
capture_group_add(struct capture_group *capture, enum scope scope)
{
	struct group *group;

	capture->groups =
	    mem_realloc_array(capture->groups, capture->count + 1, sizeof(*capture->groups));
	group = &capture->groups[capture->count++];
	*group = (struct group){ .scope = scope, .selector.filter = -1 };
	return group;
}

struct expected *
group_add(struct group *group, enum fact_id fact)
{
	struct expected *expected;

	group->facts = mem_realloc_array(group->facts, group->count + 1, sizeof(*group->facts));
	expected = &group->facts[group->count++];
	*expected = (struct expected){ .fact = fact, .from = WHOSE_BOTH };
	return expected;
}

static void
capture_group_fini(struct capture_group *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		struct group *group = &capture->groups[i];

		for (size_t j = 0; j < group->count; j++) {
			test_fini(&group->facts[j].test);
			test_fini(&group->facts[j].flows);
			free(group->facts[j].steps);
		}
		free(group->facts);
		free(group->title);
	}
	free(capture->groups);
	free(capture->file);
}

void
expectations_free(struct expectations *expectations)
{
	if (expectations == NULL)
		return;
	for (size_t i = 0; i < expectations->count; i++)
		capture_group_fini(&expectations->captures[i]);
	free(expectations->captures);
	for (size_t i = 0; i < expectations->filter_count; i++)
		free(expectations->filters[i]);
	free(expectations->filters);
	for (size_t i = 0; i < expectations->needle_count; i++)
		free(expectations->needles[i]);
	free(expectations->needles);
	free(expectations->needle_lengths);
	free(expectations->name);
	free(expectations);
}

void
expectations_join(struct expectations *expectations, struct expectations *joined, const char *file)
{
	for (size_t i = 0; i < joined->count; i++) {
		struct capture_group *capture = expectations_add(expectations);

		*capture = joined->captures[i];
		free(capture->file);
		capture->file = mem_strdup(file);
	}
	joined->count = 0;
}

size_t
expectations_filter_count(const struct expectations *expectations)
{
	return expectations->filter_count;
}

const char *
expectations_filter(const struct expectations *expectations, size_t filter)
{
	return expectations->filters[filter];
}

bool
expectations_want_sockets(const struct expectations *expectations)
{
	return expectations->wants_sockets;
}

/* --- what is wrong --- */

static uint32_t
line_of(const struct markup_node *node)
{
	long line = markup_line(node);

	return line < 0 || line > UINT32_MAX ? 0 : (uint32_t)line;
}

/* reason: not of the parser's own diag. */
static enum status
wrong(struct parser *p, const struct markup_node *node, const char *reason)
{
	return diag_set(p->diag, ST_FORMAT, "%s: line %u: <%s>: %s", p->name,
	    (unsigned)line_of(node), markup_name(node), reason);
}

static enum status
wrong_name(struct parser *p, const struct markup_node *node, const char *kind, const char *name,
    const char *const *names)
{
	const char *near = nearest_word(name, names);
	struct text reason = { 0 };
	enum status st;

	text_put(&reason, "there is no ");
	text_put(&reason, kind);
	text_put(&reason, " \"");
	text_put(&reason, name);
	text_put(&reason, "\" here");
	if (near != NULL) {
		text_put(&reason, "; was \"");
		text_put(&reason, near);
		text_put(&reason, "\" meant?");
	} else {
		text_put(&reason, "; there are ");
		for (size_t i = 0; names[i] != NULL; i++) {
			text_put(&reason, i == 0 ? "" : ", ");
			text_put(&reason, names[i]);
		}
	}
	st = wrong(p, node, text_str(&reason));
	text_fini(&reason);
	return st;
}

struct known_attributes {
	const char *const *names;
	const char *unknown; /* the first that is none of these; NULL: there is none */
};

static void
look_at_attribute(void *ctx, const char *space, const char *name, const char *value)
{
	struct known_attributes *known = ctx;

	(void)value;
	if (space[0] != '\0' || known->unknown != NULL)
		return;
	for (size_t i = 0; known->names[i] != NULL; i++)
		if (strcmp(known->names[i], name) == 0)
			return;
	known->unknown = name;
}

static enum status
check_attributes(struct parser *p, const struct markup_node *node, const char *const *names)
{
	struct known_attributes known = { .names = names };

	markup_attributes(node, look_at_attribute, &known);
	if (known.unknown == NULL)
		return ST_OK;
	return wrong_name(p, node, "attribute", known.unknown, names);
}

/* Elements of a namespace are passed over. */
static const struct markup_node *
element_from(const struct markup_node *node)
{
	while (node != NULL &&
	       (markup_kind(node) != MARKUP_ELEMENT || markup_namespace(node)[0] != '\0'))
		node = markup_after(node);
	return node;
}

static const struct markup_node *
first_element(const struct markup_node *node)
{
	return element_from(markup_first(node));
}

static const struct markup_node *
next_element(const struct markup_node *node)
{
	return element_from(markup_after(node));
}

/* NULL: it has none. Valid until the next call. */
static const char *
attribute(struct parser *p, const struct markup_node *node, const char *name)
{
	return markup_value(node, name, &p->value) ? text_str(&p->value) : NULL;
}

/* --- selectors --- */

static enum status
read_end(struct parser *p, const struct markup_node *node, const char *name, struct end_wanted *end)
{
	const char *said = attribute(p, node, name);
	struct text reason = { 0 };
	enum status st;

	if (said == NULL || end_parse(end, said))
		return ST_OK;
	text_put(&reason, name);
	text_put(&reason, "=\"");
	text_put(&reason, said);
	text_put(
	    &reason, "\" is no end: it can be 192.0.2.1, 192.0.2.1:80, [::1]:80, :80 or :dynamic");
	st = wrong(p, node, text_str(&reason));
	text_fini(&reason);
	return st;
}

static enum status
read_proto(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	static const char *const names[] = { "tcp", "udp", "icmp", NULL };
	static const uint8_t numbers[] = { PROTO_TCP, PROTO_UDP, PROTO_ICMP };
	const char *said = attribute(p, node, "proto");

	if (said == NULL)
		return ST_OK;
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], said) == 0)
			selector->proto = numbers[i];
	return selector->proto != 0 ? ST_OK : wrong_name(p, node, "protocol", said, names);
}

static bool
read_natural(const char **at, uint32_t *number)
{
	char *rest;
	unsigned long value;

	if (**at < '1' || **at > '9')
		return false;
	value = strtoul(*at, &rest, 10);
	*number = (uint32_t)value;
	*at = rest;
	return value < UINT32_MAX;
}

/* "3", "2-4", "2-", "last" */
static enum status
read_order(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "order");

	if (said == NULL)
		return ST_OK;
	if (strcmp(said, "last") == 0) {
		selector->order_last = true;
		return ST_OK;
	}
	if (!read_natural(&said, &selector->order_from))
		return wrong(p, node, "order can be 3, 2-4, 2- or last");
	selector->order_to = selector->order_from;
	if (*said == '-') {
		said++;
		selector->order_to = UINT32_MAX;
		if (*said != '\0' && !read_natural(&said, &selector->order_to))
			return wrong(p, node, "order can be 3, 2-4, 2- or last");
	}
	if (*said != '\0' || selector->order_to < selector->order_from)
		return wrong(p, node, "order can be 3, 2-4, 2- or last");
	return ST_OK;
}

static enum status
read_filter(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "filter");
	struct expectations *expectations = p->expectations;

	if (said == NULL)
		return ST_OK;
	for (size_t i = 0; i < expectations->filter_count; i++) {
		if (strcmp(expectations->filters[i], said) == 0) {
			selector->filter = (int)i;
			return ST_OK;
		}
	}
	if (expectations->filter_count == FILTERS_MAX)
		return wrong(p, node, "there are more than 64 different filters");
	expectations->filters = mem_realloc_array(
	    expectations->filters, expectations->filter_count + 1, sizeof(*expectations->filters));
	expectations->filters[expectations->filter_count] = mem_strdup(said);
	selector->filter = (int)expectations->filter_count++;
	return ST_OK;
}

static enum status
read_others(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "others");

	if (said == NULL || strcmp(said, "no") == 0)
		return ST_OK;
	selector->others = true;
	return strcmp(said, "yes") == 0 ? ST_OK : wrong(p, node, "others can be yes or no");
}

static enum status
read_knocks(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "knocks");

	if (said == NULL || strcmp(said, "yes") == 0)
		return ST_OK;
	selector->no_knocks = true;
	return strcmp(said, "no") == 0 ? ST_OK : wrong(p, node, "knocks can be yes or no");
}

static enum status
read_at(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "at");

	if (said == NULL)
		return wrong(p, node, "it must say at which moment, such as at=\"+5\"");
	selector->has_at = true;
	if (when_moment(said, strlen(said), &selector->at.ns, &selector->at.is_relative))
		return ST_OK;
	return wrong(
	    p, node, "at is a moment: seconds since 1970, ISO 8601 with its zone, or +SECONDS");
}

static enum status
read_states(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "state");
	struct test test;
	struct diag reason;
	enum status st;

	if (said == NULL)
		return ST_OK;
	selector->has_state = true;
	st = test_parse(&test, said, VALUE_WORD, fact_words(FACT_SOCKET_STATE), &reason);
	selector->states = test.is_not ? ~test.words : test.words;
	test_fini(&test);
	return st == ST_OK ? ST_OK : wrong(p, node, reason.text);
}

typedef enum status read_selector(
    struct parser *p, const struct markup_node *node, struct selector *selector);

static enum status
read_total(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	static const char *const names[] = { "name", NULL };

	(void)selector;
	return check_attributes(p, node, names);
}

static enum status
read_listener(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	static const char *const names[] = { "name", "local", "others", NULL };
	enum status st = check_attributes(p, node, names);

	if (st == ST_OK)
		st = read_end(p, node, "local", &selector->server);
	return st == ST_OK ? read_others(p, node, selector) : st;
}

static enum status
read_flow(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	static const char *const names[] = { "name", "server", "client", "end", "proto", "order",
		"filter", "others", "knocks", NULL };
	enum status st = check_attributes(p, node, names);

	if (st == ST_OK)
		st = read_end(p, node, "server", &selector->server);
	if (st == ST_OK)
		st = read_end(p, node, "client", &selector->client);
	if (st == ST_OK)
		st = read_end(p, node, "end", &selector->end);
	if (st == ST_OK)
		st = read_proto(p, node, selector);
	if (st == ST_OK)
		st = read_order(p, node, selector);
	if (st == ST_OK)
		st = read_filter(p, node, selector);
	if (st == ST_OK)
		st = read_knocks(p, node, selector);
	return st == ST_OK ? read_others(p, node, selector) : st;
}

static enum status
read_sockets(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	static const char *const names[] = { "name", "at", "local", "remote", "state", NULL };
	enum status st = check_attributes(p, node, names);

	p->expectations->wants_sockets = true;
	if (st == ST_OK)
		st = read_at(p, node, selector);
	if (st == ST_OK)
		st = read_end(p, node, "local", &selector->server);
	if (st == ST_OK)
		st = read_end(p, node, "remote", &selector->client);
	return st == ST_OK ? read_states(p, node, selector) : st;
}

static read_selector *const selector_readers[SCOPE_COUNT] = {
	[SCOPE_TOTAL] = read_total,
	[SCOPE_LISTENER] = read_listener,
	[SCOPE_FLOW] = read_flow,
	[SCOPE_SOCKET] = read_sockets,
};

/* --- facts --- */

static bool
takes_packets(enum fact_id fact)
{
	return fact == FACT_PACKETS || fact == FACT_TOTAL_PACKETS;
}

static bool
takes_side(enum fact_id fact)
{
	return takes_packets(fact) || fact == FACT_BYTES || fact == FACT_TOTAL_BYTES ||
	       fact == FACT_LENGTH || fact == FACT_CONTENT || fact == FACT_UNDATED ||
	       fact == FACT_DIGEST || fact == FACT_CONTAINS;
}

static bool
needs_side(enum fact_id fact)
{
	return fact == FACT_CONTENT || fact == FACT_DIGEST || fact == FACT_UNDATED ||
	       fact == FACT_CONTAINS;
}

static bool
is_count_of_group(enum fact_id fact)
{
	return fact == FACT_COUNT || fact == FACT_LISTENER_COUNT || fact == FACT_SOCKET_COUNT;
}

static enum status
check_fact_attributes(struct parser *p, const struct markup_node *node, enum fact_id fact)
{
	const char *names[10];
	size_t count = 0;

	if (fact_rows[fact].scope != SCOPE_TOTAL && !is_count_of_group(fact)) {
		names[count++] = "flows";
		names[count++] = "unknown";
		if (fact_rows[fact].type < VALUE_WORD)
			names[count++] = "of";
	}
	if (takes_side(fact))
		names[count++] = "from";
	if (takes_packets(fact)) {
		names[count++] = "mark";
		names[count++] = "cause";
		names[count++] = "flags";
	}
	names[count] = NULL;
	return check_attributes(p, node, names);
}

static enum status
read_from(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	static const char *const names[] = { "client", "server", "both", NULL };
	const char *said = attribute(p, node, "from");

	if (said == NULL && needs_side(expected->fact))
		return wrong(p, node, "it must say whose, from=\"client\" or from=\"server\"");
	if (said == NULL)
		return ST_OK;
	for (int i = 0; i < WHOSE_NONE; i++) {
		if (strcmp(whose_names[i], said) != 0)
			continue;
		expected->from = (enum whose)i;
		if (expected->from == WHOSE_BOTH && needs_side(expected->fact))
			return wrong(p, node, "from can be client or server here");
		return ST_OK;
	}
	return wrong_name(p, node, "side", said, names);
}

static enum status
read_how_many(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	const char *said = attribute(p, node, "flows");
	struct diag reason;

	if (said == NULL)
		return ST_OK;
	expected->has_flows = true;
	if (test_parse(&expected->flows, said, VALUE_COUNT, NULL, &reason) == ST_OK)
		return ST_OK;
	return wrong(p, node, reason.text);
}

/* "sum", "median", "min", "max", "p95" */
static enum status
read_of(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	static const struct {
		const char *name;
		enum over over;
		unsigned percentile;
	} words[] = {
		{ "each", OVER_EACH, 0 },
		{ "sum", OVER_SUM, 0 },
		{ "min", OVER_PERCENTILE, 0 },
		{ "median", OVER_PERCENTILE, 50 },
		{ "max", OVER_PERCENTILE, 100 },
	};
	const char *said = attribute(p, node, "of");
	char *rest;
	unsigned long percentile;

	if (said == NULL)
		return ST_OK;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, said) != 0)
			continue;
		expected->over = words[i].over;
		expected->percentile = words[i].percentile;
		return expected->has_flows && expected->over != OVER_EACH
			   ? wrong(p, node, "of and flows cannot both be given")
			   : ST_OK;
	}
	percentile =
	    said[0] == 'p' && said[1] >= '1' && said[1] <= '9' ? strtoul(said + 1, &rest, 10) : 0;
	if (percentile == 0 || percentile > 100 || *rest != '\0')
		return wrong(p, node,
		    "of can be each, sum, min, median, max, or p and a number up to 100, such as "
		    "p95");
	expected->over = OVER_PERCENTILE;
	expected->percentile = (unsigned)percentile;
	return expected->has_flows ? wrong(p, node, "of and flows cannot both be given") : ST_OK;
}

static enum status
read_unknown(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	const char *said = attribute(p, node, "unknown");

	if (said == NULL || strcmp(said, "fails") == 0)
		return ST_OK;
	expected->unknown_passes = true;
	return strcmp(said, "passes") == 0 ? ST_OK
					   : wrong(p, node, "unknown can be passes or fails");
}

static const char *const *
mark_names(void)
{
	static const char *const names[] = {
#define MARK(id, name, family, prose) name,
#include "tcp/mark.def"
#undef MARK
		NULL,
	};

	return names;
}

static const struct {
	const char *name;
	uint16_t flag;
} flag_words[] = {
	{ "FIN", TCP_FIN },
	{ "SYN", TCP_SYN },
	{ "RST", TCP_RST },
	{ "PSH", TCP_PSH },
	{ "ACK", TCP_ACK },
	{ "URG", TCP_URG },
	{ "ECE", TCP_ECE },
	{ "CWR", TCP_CWR },
	{ "AE", TCP_AE },
};

static bool
add_flag(struct packet_wanted *wanted, const char *word)
{
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		if (strcmp(flag_words[i].name, word) != 0)
			continue;
		wanted->has_flags = true;
		wanted->flags |= flag_words[i].flag;
		return true;
	}
	return false;
}

static bool
add_mark(struct packet_wanted *wanted, const char *word)
{
	const char *const *names = mark_names();

	for (int i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], word) != 0)
			continue;
		wanted->marks |= (uint16_t)MARK_BIT(i);
		return true;
	}
	return false;
}

static bool
add_cause(struct packet_wanted *wanted, const char *word)
{
	const char *const *names = fact_words(FACT_CAUSE);

	for (int i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], word) != 0)
			continue;
		wanted->has_cause = true;
		wanted->causes |= UINT32_C(1) << i;
		return true;
	}
	return false;
}

static const char *const *
flag_names(void)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR",
		"AE", NULL };

	return names;
}

static enum status
read_words_of(struct parser *p, const struct markup_node *node, const char *name,
    struct packet_wanted *wanted, bool (*add)(struct packet_wanted *, const char *),
    const char *const *names)
{
	const char *said = attribute(p, node, name);
	char *copy, *rest = NULL;
	enum status st = ST_OK;

	if (said == NULL)
		return ST_OK;
	copy = mem_strdup(said);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL && st == ST_OK;
	     word = strtok_r(NULL, " ", &rest))
		if (!add(wanted, word))
			st = wrong_name(p, node, name, word, names);
	free(copy);
	return st;
}

static enum status
read_packet_wanted(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	struct packet_wanted *wanted = &expected->wanted;
	enum status st = read_words_of(p, node, "mark", wanted, add_mark, mark_names());

	if (st == ST_OK)
		st = read_words_of(p, node, "cause", wanted, add_cause, fact_words(FACT_CAUSE));
	if (st == ST_OK)
		st = read_words_of(p, node, "flags", wanted, add_flag, flag_names());
	return st;
}

/* One of "client SYN, server SYN ACK, client retransmission". */
static enum status
read_step(struct parser *p, const struct markup_node *node, char *said, struct step *step)
{
	static const char *const sides[] = { "client", "server", NULL };
	char *rest = NULL;
	char *word = strtok_r(said, " \t\r\n", &rest);

	*step = (struct step){ .from = WHOSE_BOTH };
	if (word != NULL && (strcmp(word, "client") == 0 || strcmp(word, "server") == 0)) {
		step->from = word[0] == 'c' ? WHOSE_CLIENT : WHOSE_SERVER;
		word = strtok_r(NULL, " \t\r\n", &rest);
	} else if (word != NULL && nearest_word(word, sides) != NULL) {
		return wrong_name(p, node, "side", word, sides);
	}
	if (word == NULL && step->from == WHOSE_BOTH)
		return wrong(p, node,
		    "a step is a side and flags, a mark or a cause, such as \"server SYN ACK\"");
	for (; word != NULL; word = strtok_r(NULL, " \t\r\n", &rest))
		if (!add_flag(&step->wanted, word) && !add_mark(&step->wanted, word) &&
		    !add_cause(&step->wanted, word))
			return wrong_name(p, node, "flag, mark or cause", word, flag_names());
	return ST_OK;
}

static enum status
read_steps(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	char *copy, *rest = NULL;
	enum status st = ST_OK;

	markup_content(node, &p->value);
	copy = mem_strdup(text_str(&p->value));
	for (char *said = strtok_r(copy, ",", &rest); said != NULL && st == ST_OK;
	     said = strtok_r(NULL, ",", &rest)) {
		expected->steps = mem_realloc_array(
		    expected->steps, expected->step_count + 1, sizeof(*expected->steps));
		st = read_step(p, node, said, &expected->steps[expected->step_count++]);
	}
	if (st == ST_OK && expected->step_count == 0)
		st = wrong(p, node, "a step is wanted, such as \"client SYN\"");
	expected->test.kind = TEST_ANY;
	expected->test.said = copy;
	markup_content(node, &p->value);
	strcpy(copy, text_str(&p->value));
	return st;
}

static enum status
add_needle(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	struct expectations *e = p->expectations;
	size_t length = expected->test.text_length;

	if (length == 0)
		return wrong(p, node, "something to look for is wanted");
	if (e->needle_count == NEEDLES_MAX)
		return wrong(p, node, "more than 64 strings are looked for");
	e->needles = mem_realloc_array(e->needles, e->needle_count + 1, sizeof(*e->needles));
	e->needle_lengths =
	    mem_realloc_array(e->needle_lengths, e->needle_count + 1, sizeof(*e->needle_lengths));
	e->needles[e->needle_count] = mem_alloc(length + 1);
	memcpy(e->needles[e->needle_count], expected->test.text, length + 1);
	e->needle_lengths[e->needle_count] = length;
	expected->needle = (int)e->needle_count++;
	return ST_OK;
}

static enum status
read_value(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	enum fact_id fact = expected->fact;
	struct diag reason;
	enum status st;

	if (fact == FACT_SEQUENCE)
		return read_steps(p, node, expected);
	markup_content(node, &p->value);
	st = test_parse(
	    &expected->test, text_str(&p->value), fact_rows[fact].type, fact_words(fact), &reason);
	if (st != ST_OK)
		return wrong(p, node, reason.text);
	expected->test.is_pattern = fact == FACT_HISTORY;
	if (fact == FACT_CONTAINS && expected->test.kind == TEST_TEXT)
		return add_needle(p, node, expected);
	return ST_OK;
}

static enum status
no_such_fact(struct parser *p, const struct markup_node *node, enum scope scope)
{
	const char *names[FACT_COUNT_OF + 1];
	size_t count = 0;

	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (fact_rows[i].scope == scope)
			names[count++] = fact_rows[i].name;
	names[count] = NULL;
	return wrong_name(p, node, "fact", markup_name(node), names);
}

static enum status
read_fact(struct parser *p, const struct markup_node *node, struct group *group)
{
	enum fact_id fact = fact_named(group->scope, markup_name(node));
	struct expected *expected;
	enum status st;

	if (fact == FACT_COUNT_OF)
		return no_such_fact(p, node, group->scope);
	if (first_element(node) != NULL)
		return wrong(p, node, "it holds a value, and no element");
	expected = group_add(group, fact);
	expected->line = line_of(node);
	st = check_fact_attributes(p, node, fact);
	if (st == ST_OK)
		st = read_from(p, node, expected);
	if (st == ST_OK)
		st = read_how_many(p, node, expected);
	if (st == ST_OK)
		st = read_of(p, node, expected);
	if (st == ST_OK)
		st = read_unknown(p, node, expected);
	if (st == ST_OK && takes_packets(fact))
		st = read_packet_wanted(p, node, expected);
	return st == ST_OK ? read_value(p, node, expected) : st;
}

/* --- groups --- */

static enum status
read_group(struct parser *p, const struct markup_node *node, struct capture_group *capture,
    enum scope scope)
{
	struct group *group = capture_group_add(capture, scope);
	const char *title;
	enum status st;

	group->line = line_of(node);
	st = selector_readers[scope](p, node, &group->selector);
	title = attribute(p, node, "name");
	if (title != NULL)
		group->title = mem_strdup(title);
	for (const struct markup_node *fact = first_element(node); fact != NULL && st == ST_OK;
	     fact = next_element(fact))
		st = read_fact(p, fact, group);
	return st;
}

static enum status
read_groups(struct parser *p, const struct markup_node *node, struct capture_group *capture)
{
	static const char *const names[] = { "total", "listener", "flow", "sockets", "about",
		NULL };
	enum status st = ST_OK;

	for (const struct markup_node *child = first_element(node); child != NULL && st == ST_OK;
	     child = next_element(child)) {
		int scope = 0;

		if (strcmp(markup_name(child), "about") == 0)
			continue;
		while (
		    scope < SCOPE_COUNT && strcmp(scope_elements[scope], markup_name(child)) != 0)
			scope++;
		if (scope == SCOPE_COUNT)
			st = wrong_name(p, child, "element", markup_name(child), names);
		else
			st = read_group(p, child, capture, (enum scope)scope);
	}
	if (st == ST_OK && capture->count == 0)
		st = wrong(p, node, "nothing is expected here");
	return st;
}

static enum status
read_capture(struct parser *p, const struct markup_node *node)
{
	static const char *const names[] = { "file", NULL };
	struct capture_group *capture = expectations_add(p->expectations);
	enum status st = check_attributes(p, node, names);
	const char *file = attribute(p, node, "file");

	capture->line = line_of(node);
	if (file != NULL)
		capture->file = mem_strdup(file);
	return st == ST_OK ? read_groups(p, node, capture) : st;
}

static enum status
read_root(struct parser *p, const struct markup_node *root)
{
	static const char *const roots[] = { "expectations", NULL };
	static const char *const names[] = { "title", "about", "capture", NULL };
	static const char *const none[] = { NULL };
	enum status st;

	if (strcmp(markup_name(root), "expectations") != 0 || markup_namespace(root)[0] != '\0')
		return wrong_name(p, root, "document", markup_name(root), roots);
	st = check_attributes(p, root, none);
	for (const struct markup_node *node = first_element(root); node != NULL && st == ST_OK;
	     node = next_element(node)) {
		const char *name = markup_name(node);

		if (strcmp(name, "capture") == 0)
			st = read_capture(p, node);
		else if (strcmp(name, "title") != 0 && strcmp(name, "about") != 0)
			st = wrong_name(p, node, "element", name, names);
	}
	if (st == ST_OK && p->expectations->count == 0)
		st = wrong(p, root, "nothing is expected here: a <capture> is wanted");
	return st;
}

static enum status
read_document(struct expectations **out, const struct markup_document *document, const char *name,
    struct diag *diag)
{
	struct parser p = {
		.expectations = mem_zalloc(sizeof(*p.expectations)),
		.name = name,
		.diag = diag,
	};
	enum status st;

	p.expectations->name = mem_strdup(name);
	st = read_root(&p, markup_root(document));
	text_fini(&p.value);
	if (st == ST_OK)
		*out = p.expectations;
	else
		expectations_free(p.expectations);
	return st;
}

/* What is left for the schema to find is said in its words. */
static enum status
hold_against_schema(const char *name, const char *data, size_t size, struct diag *diag)
{
	struct markup_document *document;
	enum status st = markup_parse(&document, name, data, size, schema, diag);

	if (st == ST_OK)
		markup_document_free(document);
	return st;
}

enum status
expectations_parse(
    struct expectations **out, const char *name, const char *data, size_t size, struct diag *diag)
{
	struct markup_document *document;
	enum status st = markup_parse(&document, name, data, size, any_schema, diag);

	if (st != ST_OK)
		return st;
	st = read_document(out, document, name, diag);
	markup_document_free(document);
	if (st != ST_OK)
		return st;
	st = hold_against_schema(name, data, size, diag);
	if (st != ST_OK)
		expectations_free(*out);
	return st;
}

enum status
expectations_read(struct expectations **out, const char *path, struct diag *diag)
{
	struct text data = { 0 };
	enum status st = file_read(&data, path, EXPECTATIONS_MB_MAX, diag);

	if (st == ST_OK)
		st = expectations_parse(out, path, data.at, data.length, diag);
	text_fini(&data);
	return st;
}
