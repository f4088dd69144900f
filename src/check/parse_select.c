/* Which are meant: the attributes of a group. */
#include "check/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"

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
	struct diag reason;

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
	if (capture_check_filter(said, &reason) != ST_OK)
		return wrong(p, node, reason.text);
	expectations->filters = mem_realloc_array(
	    expectations->filters, expectations->filter_count + 1, sizeof(*expectations->filters));
	expectations->filters[expectations->filter_count] = mem_strdup(said);
	selector->filter = (int)expectations->filter_count++;
	return ST_OK;
}

static enum status
read_yes(struct parser *p, const struct markup_node *node, const char *name, bool *is_yes)
{
	const char *said = attribute(p, node, name);
	struct text reason = { 0 };
	enum status st = ST_OK;

	if (said == NULL)
		return ST_OK;
	*is_yes = strcmp(said, "yes") == 0;
	if (!*is_yes && strcmp(said, "no") != 0) {
		text_put(&reason, name);
		text_put(&reason, " can be yes or no");
		st = wrong(p, node, text_str(&reason));
	}
	text_fini(&reason);
	return st;
}

static enum status
read_others(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	return read_yes(p, node, "others", &selector->others);
}

/* Who knocks is meant unless it is said otherwise. */
static enum status
read_knocks(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	bool with_knocks = true;
	enum status st = read_yes(p, node, "knocks", &with_knocks);

	selector->no_knocks = !with_knocks;
	return st;
}

static enum status
read_at(struct parser *p, const struct markup_node *node, struct selector *selector)
{
	const char *said = attribute(p, node, "at");

	if (said == NULL)
		return wrong(p, node, "it must say at which moment, such as at=\"+5\"");
	selector->has_at = true;
	if (when_moment(said, strlen(said), &selector->at))
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

enum status
parse_selector(
    struct parser *p, const struct markup_node *node, enum scope scope, struct selector *selector)
{
	return selector_readers[scope](p, node, selector);
}
