/* What is expected: an element with its value. */
#include "check/parser.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/sha256.h"

static bool
takes_packets(enum fact_id fact)
{
	return fact == FACT_PACKETS || fact == FACT_TOTAL_PACKETS;
}

static bool
needs_side(enum fact_id fact)
{
	return fact_is_digest(fact) || fact == FACT_CONTENT || fact == FACT_CONTAINS;
}

static bool
takes_side(enum fact_id fact)
{
	return needs_side(fact) || takes_packets(fact) || fact == FACT_BYTES ||
	       fact == FACT_TOTAL_BYTES || fact == FACT_LENGTH;
}

/* Of those that are long and were not ended, less can be said. */
static bool
takes_endless(enum fact_id fact)
{
	return fact == FACT_LENGTH || fact == FACT_CONTENT || fact == FACT_DIGEST ||
	       fact == FACT_UNDATED;
}

static enum status
check_fact_attributes(struct parser *p, const struct markup_node *node, enum fact_id fact)
{
	const char *names[12];
	size_t count = 0;

	if (fact_rows[fact].scope != SCOPE_TOTAL && !fact_is_count(fact)) {
		names[count++] = "flows";
		names[count++] = "unknown";
		if (fact_rows[fact].type < VALUE_WORD)
			names[count++] = "of";
		if (fact_rows[fact].scope == SCOPE_FLOW)
			names[count++] = "shut-out";
	}
	if (takes_side(fact))
		names[count++] = "from";
	if (takes_packets(fact)) {
		names[count++] = "mark";
		names[count++] = "cause";
		names[count++] = "flags";
	}
	if (takes_endless(fact))
		names[count++] = "endless";
	if (fact == FACT_BEGINS)
		names[count++] = "first";
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

/* place: of too_names; 0 where it is not said. */
static enum status
read_too(struct parser *p, const struct markup_node *node, const char *name, unsigned *place)
{
	const char *said = attribute(p, node, name);

	*place = 0;
	for (unsigned i = 0; said != NULL && too_names[i] != NULL; i++) {
		if (strcmp(too_names[i], said) != 0)
			continue;
		*place = i;
		return ST_OK;
	}
	return said == NULL ? ST_OK : wrong_name(p, node, "word", said, too_names);
}

/* Which of the group are meant at all. */
static enum status
read_meant(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	unsigned endless, shut_out = 0;
	enum status st = read_too(p, node, "endless", &endless);

	if (st == ST_OK)
		st = read_too(p, node, "shut-out", &shut_out);
	expected->endless = (enum endless)endless;
	expected->shut_out = (enum shut_out)shut_out;
	return st;
}

static enum status
read_first(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	const char *said = attribute(p, node, "first");
	struct test test = { 0 };
	bool is_number = said != NULL && quantity_parse(&test, said, VALUE_BYTES);

	if (expected->fact != FACT_BEGINS)
		return ST_OK;
	if (!is_number || test.lo != test.hi || test.lo <= 0)
		return wrong(p, node, "it must say of how many bytes, such as first=\"2048\"");
	expected->first = (uint64_t)test.lo;
	return ST_OK;
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

static bool
add_flag(struct packet_wanted *wanted, const char *word)
{
	for (unsigned i = 0; i < FLAG_COUNT; i++) {
		if (strcmp(flag_words[i].name, word) != 0)
			continue;
		wanted->has_flags = true;
		wanted->flags |= (uint16_t)(1u << i);
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
	static const char *const names[] = {
#define FLAG(id, name, prose) name,
#include "tcp/flag.def"
#undef FLAG
		NULL,
	};

	return names;
}

static enum status
read_words_of(struct parser *p, const struct markup_node *node, const char *attribute_name,
    const char *kind, struct packet_wanted *wanted,
    bool (*add)(struct packet_wanted *, const char *), const char *const *names)
{
	const char *said = attribute(p, node, attribute_name);
	char *copy, *rest = NULL;
	enum status st = ST_OK;

	if (said == NULL)
		return ST_OK;
	copy = mem_strdup(said);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL && st == ST_OK;
	     word = strtok_r(NULL, " ", &rest))
		if (!add(wanted, word))
			st = wrong_name(p, node, kind, word, names);
	free(copy);
	return st;
}

static enum status
read_packet_wanted(struct parser *p, const struct markup_node *node, struct expected *expected)
{
	struct packet_wanted *wanted = &expected->wanted;
	enum status st = read_words_of(p, node, "mark", "mark", wanted, add_mark, mark_names());

	if (st == ST_OK)
		st = read_words_of(
		    p, node, "cause", "cause", wanted, add_cause, fact_words(FACT_CAUSE));
	if (st == ST_OK)
		st = read_words_of(p, node, "flags", "flag", wanted, add_flag, flag_names());
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
	} else if (word != NULL && name_meant(word, sides) != NULL) {
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
	expected->needle = expectations_add_needle(e, expected->test.text, length);
	return ST_OK;
}

/* Some write the digits as capitals. */
static bool
read_digest(struct test *test)
{
	for (size_t i = 0; i < test->text_length; i++) {
		if (!isxdigit((unsigned char)test->text[i]))
			return false;
		test->text[i] = (char)tolower((unsigned char)test->text[i]);
	}
	return test->text_length == 2 * SHA256_BYTES;
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
	if (fact_is_digest(fact) && expected->test.kind == TEST_TEXT &&
	    !read_digest(&expected->test))
		return wrong(p, node, "a digest is 64 hexadecimal digits, as of sha256sum(1)");
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

enum status
parse_fact(struct parser *p, const struct markup_node *node, struct group *group)
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
	if (st == ST_OK)
		st = read_meant(p, node, expected);
	if (st == ST_OK)
		st = read_first(p, node, expected);
	if (st == ST_OK && takes_packets(fact))
		st = read_packet_wanted(p, node, expected);
	return st == ST_OK ? read_value(p, node, expected) : st;
}
