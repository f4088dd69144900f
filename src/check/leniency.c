/* What the user does not care about, or less than others do. */
#include "check/record.h"

#include <stdio.h>
#include <string.h>

#include "base/names.h"

bool
is_ignored(const struct recorder *r, enum fact_id fact)
{
	const char *name = fact_rows[fact].name;
	struct text with_server = { 0 };
	bool ignored = false;

	text_put(&with_server, name);
	if (r->group->selector.server.has_port || r->group->selector.server.has_address) {
		text_char(&with_server, '@');
		end_wanted_put(&with_server, &r->group->selector.server);
	}
	for (size_t i = 0; r->leniency != NULL && i < r->leniency->ignored_count; i++)
		ignored |= strcmp(r->leniency->ignored[i], name) == 0 ||
			   strcmp(r->leniency->ignored[i], text_str(&with_server)) == 0;
	text_fini(&with_server);
	return ignored;
}

/* As a test around zero, or around 100 for percents: "FACT=10 ms", "FACT=20 %". */
bool
tolerance_of(const struct recorder *r, enum fact_id fact, int64_t value, int64_t *slack)
{
	const char *name = fact_rows[fact].name;
	size_t length = strlen(name);

	for (size_t i = 0; r->leniency != NULL && i < r->leniency->tolerance_count; i++) {
		const char *said = r->leniency->tolerances[i];
		struct text whole = { 0 };
		struct test test;
		struct diag diag;
		bool is_good;

		if (strncmp(said, name, length) != 0 || said[length] != '=')
			continue;
		text_i64(&whole, value);
		text_put(&whole, fact_rows[fact].type == VALUE_TIME ? " ns +- " : " +- ");
		text_put(&whole, said + length + 1);
		is_good =
		    test_parse(&test, text_str(&whole), fact_rows[fact].type, NULL, &diag) == ST_OK;
		*slack = is_good ? test.hi - value : 0;
		test_fini(&test);
		text_fini(&whole);
		return is_good;
	}
	return false;
}

/* --- are the user's words such --- */

static bool
is_fact_name(const char *name, size_t length)
{
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (strlen(fact_rows[i].name) == length &&
		    memcmp(fact_rows[i].name, name, length) == 0)
			return true;
	return false;
}

static enum status
no_such_fact(const char *option, const char *said, size_t length, struct diag *diag)
{
	const char *names[FACT_COUNT_OF + 1] = { NULL };
	char word[64];
	const char *near;

	for (int i = 0; i < FACT_COUNT_OF; i++)
		names[i] = fact_rows[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)length, said);
	near = name_meant(word, names);
	if (near == NULL)
		return diag_set(diag, ST_USAGE,
		    "%s: there is no fact \"%s\"; see synscope-expect(5)", option, word);
	return diag_set(
	    diag, ST_USAGE, "%s: there is no fact \"%s\"; was \"%s\" meant?", option, word, near);
}

/* Words and text are as they should be, or not; and a time without its unit is none. */
static bool
is_tolerance(enum fact_id fact, const char *value)
{
	enum value_type type = fact_rows[fact].type;
	struct test test = { 0 };

	return type < VALUE_WORD &&
	       (strchr(value, '%') != NULL || quantity_parse(&test, value, type));
}

static enum status
check_tolerance(const char *said, struct diag *diag)
{
	size_t length = strcspn(said, "=");
	struct check_leniency one = { .tolerances = &said, .tolerance_count = 1 };
	struct recorder r = { .leniency = &one };
	int64_t slack;

	if (!is_fact_name(said, length))
		return no_such_fact("--tolerance", said, length, diag);
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (strlen(fact_rows[i].name) == length &&
		    memcmp(fact_rows[i].name, said, length) == 0 && said[length] == '=' &&
		    is_tolerance((enum fact_id)i, said + length + 1) &&
		    tolerance_of(&r, (enum fact_id)i, 100, &slack))
			return ST_OK;
	return diag_set(diag, ST_USAGE,
	    "--tolerance wants FACT=VALUE, such as \"handshake=10 ms\" or \"length=20 %%\", not "
	    "\"%s\"",
	    said);
}

enum status
check_leniency_check(const struct check_leniency *leniency, struct diag *diag)
{
	for (size_t i = 0; i < leniency->ignored_count; i++) {
		const char *said = leniency->ignored[i];
		size_t length = strcspn(said, "@");

		if (!is_fact_name(said, length))
			return no_such_fact("--ignore", said, length, diag);
	}
	for (size_t i = 0; i < leniency->tolerance_count; i++) {
		enum status st = check_tolerance(leniency->tolerances[i], diag);

		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}
