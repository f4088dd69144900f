/* Numbers with units, as people write and read them: "at most 10 ms", "2 kB ± 20 %". */
#include "check/check_priv.h"

#include <ctype.h>
#include <string.h>

/* --- units --- */

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "µs", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "min", INT64_C(60000000000) },
	{ "h", INT64_C(3600000000000) },
	{ NULL, 0 },
};

static const struct unit byte_units[] = {
	{ "B", 1 },
	{ "kB", 1000 },
	{ "MB", 1000000 },
	{ "GB", 1000000000 },
	{ "KiB", 1024 },
	{ "MiB", 1048576 },
	{ "GiB", 1073741824 },
	{ NULL, 0 },
};

static const struct unit *
units_of(enum value_type type)
{
	static const struct unit none[] = { { NULL, 0 } };

	if (type == VALUE_TIME)
		return time_units;
	return type == VALUE_BYTES ? byte_units : none;
}

/* --- reading numbers --- */

struct reader {
	const char *at;
	enum value_type type;
	int64_t given_unit; /* of the latest quantity; 0: it had none */
};

static void
skip_blanks(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t\r\n");
}

static bool
take_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	skip_blanks(reader);
	if (strncmp(reader->at, word, length) != 0)
		return false;
	if (isalnum((unsigned char)word[length - 1]) && isalnum((unsigned char)reader->at[length]))
		return false;
	reader->at += length;
	return true;
}

static bool
take_words(struct reader *reader, const char *first, const char *second)
{
	const char *at = reader->at;

	if (take_word(reader, first) && take_word(reader, second))
		return true;
	reader->at = at;
	return false;
}

static bool
at_end(struct reader *reader)
{
	skip_blanks(reader);
	return *reader->at == '\0';
}

/* Digits with perhaps a point: as thousandths of millionths, so that units can be applied. */
static bool
take_decimal(struct reader *reader, int64_t *whole, int64_t *billionths)
{
	const char *at;
	int64_t scale = 100000000;

	skip_blanks(reader);
	at = reader->at;
	if (!isdigit((unsigned char)*at))
		return false;
	*whole = *billionths = 0;
	for (; isdigit((unsigned char)*at); at++)
		if (__builtin_mul_overflow(*whole, 10, whole) ||
		    __builtin_add_overflow(*whole, *at - '0', whole))
			return false;
	if (*at == '.') {
		if (!isdigit((unsigned char)at[1]))
			return false;
		for (at++; isdigit((unsigned char)*at); at++, scale /= 10)
			*billionths += (*at - '0') * scale;
	}
	reader->at = at;
	return true;
}

static bool
take_unit(struct reader *reader, int64_t *factor)
{
	const struct unit *unit = units_of(reader->type);
	const struct unit *longest = NULL;

	skip_blanks(reader);
	for (; unit->name != NULL; unit++) {
		size_t length = strlen(unit->name);

		if (strncmp(reader->at, unit->name, length) == 0 &&
		    !isalpha((unsigned char)reader->at[length]) &&
		    (longest == NULL || length > strlen(longest->name)))
			longest = unit;
	}
	if (longest == NULL)
		return false;
	reader->at += strlen(longest->name);
	*factor = longest->factor;
	return true;
}

/* Of what can only be counted there is no half. */
static bool
apply_unit(int64_t whole, int64_t billionths, int64_t factor, int64_t *value)
{
	__int128 exact = (__int128)whole * 1000000000 + billionths;

	if ((factor == 1 && billionths != 0) || whole > INT64_MAX / factor)
		return false;
	exact = (exact * factor + 500000000) / 1000000000;
	if (exact > INT64_MAX / 2)
		return false;
	*value = (int64_t)exact;
	return true;
}

/* assumed: the unit where none is given; 0: one is needed. */
static bool
take_quantity(struct reader *reader, int64_t assumed, int64_t *value)
{
	int64_t whole, billionths;
	int64_t factor = assumed;

	if (!take_decimal(reader, &whole, &billionths))
		return false;
	reader->given_unit = 0;
	if (take_unit(reader, &factor))
		reader->given_unit = factor;
	if (factor == 0)
		return false;
	return apply_unit(whole, billionths, factor, value);
}

/* Bytes may be given without a unit; times may not, or 10 might be seconds. */
static int64_t
default_unit(enum value_type type)
{
	return type == VALUE_TIME ? 0 : 1;
}

static bool
take_tolerance(struct reader *reader, struct test *test, int64_t value)
{
	const char *at;
	int64_t whole, billionths, slack;
	int64_t unit = reader->given_unit != 0 ? reader->given_unit : default_unit(reader->type);

	if (!take_word(reader, "±") && !take_word(reader, "+-") && !take_word(reader, "+/-"))
		return true;
	at = reader->at;
	if (take_decimal(reader, &whole, &billionths) && take_word(reader, "%")) {
		__int128 exact = (__int128)value * ((__int128)whole * 1000000000 + billionths);

		exact = exact / 100 / 1000000000;
		if (whole > INT32_MAX || exact > INT64_MAX / 4)
			return false;
		slack = (int64_t)exact;
	} else {
		reader->at = at;
		if (!take_quantity(reader, unit, &slack))
			return false;
	}
	test->lo = value - slack;
	test->hi = value + slack;
	return true;
}

/* "between 2 and 4 ms": the second's unit is the first's too. */
static bool
take_between(struct reader *reader, struct test *test)
{
	struct reader ahead = *reader;
	int64_t unit, ignored;

	if (!take_quantity(&ahead, 1, &ignored) || !take_word(&ahead, "and") ||
	    !take_quantity(&ahead, default_unit(reader->type), &test->hi))
		return false;
	unit = ahead.given_unit != 0 ? ahead.given_unit : default_unit(reader->type);
	return take_quantity(reader, unit, &test->lo) && take_word(reader, "and") &&
	       take_quantity(reader, default_unit(reader->type), &test->hi) && test->lo <= test->hi;
}

static bool
take_number_test(struct reader *reader, struct test *test)
{
	int64_t unit = default_unit(reader->type);

	test->kind = TEST_NUMBER;
	test->lo = INT64_MIN;
	test->hi = INT64_MAX;
	if (take_words(reader, "at", "most"))
		return take_quantity(reader, unit, &test->hi);
	if (take_words(reader, "at", "least"))
		return take_quantity(reader, unit, &test->lo);
	if (take_words(reader, "less", "than")) {
		if (!take_quantity(reader, unit, &test->hi))
			return false;
		test->hi--;
		return true;
	}
	if (take_words(reader, "more", "than")) {
		if (!take_quantity(reader, unit, &test->lo))
			return false;
		test->lo++;
		return true;
	}
	if (take_word(reader, "between"))
		return take_between(reader, test);
	if (!take_quantity(reader, unit, &test->lo))
		return false;
	test->hi = test->lo;
	return take_tolerance(reader, test, test->lo);
}

bool
quantity_parse(struct test *test, const char *said, enum value_type type)
{
	struct reader reader = { .at = said, .type = type };

	return take_number_test(&reader, test) && at_end(&reader);
}

/* --- for people --- */

static const struct unit *
fitting_unit(int64_t value, enum value_type type)
{
	const struct unit *fitting = units_of(type);

	for (const struct unit *unit = fitting; unit->name != NULL; unit++)
		if (value >= unit->factor && unit->factor >= fitting->factor &&
		    strcmp(unit->name, "µs") != 0 && strcmp(unit->name, "us") != 0 &&
		    strcmp(unit->name, "h") != 0 && strcmp(unit->name, "min") != 0)
			fitting = unit;
	return fitting;
}

void
value_put(struct text *out, int64_t value, enum value_type type)
{
	if (type == VALUE_TIME) {
		const struct unit *unit = fitting_unit(value, type);

		if (unit->factor < INT64_C(1000000000)) {
			text_millis(out, value);
			text_put(out, " ms");
		} else {
			text_millis(out, value / 1000);
			text_put(out, " s");
		}
		return;
	}
	text_i64(out, value);
	if (type == VALUE_BYTES)
		text_put(out, value == 1 ? " byte" : " bytes");
}
