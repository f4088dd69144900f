/*
 * Values as people expect them: "3", "at most 10 ms", "between 2 and 4",
 * "10 ms ± 20 %", "fin or open", "none", "any".
 */
#include "check/check_priv.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
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

static bool
apply_unit(int64_t whole, int64_t billionths, int64_t factor, int64_t *value)
{
	__int128 exact = (__int128)whole * 1000000000 + billionths;

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
		if (exact > INT64_MAX / 4)
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

/* --- words --- */

const char *
nearest_word(const char *word, const char *const *words)
{
	size_t length = strlen(word);
	const char *nearest = NULL;
	size_t best = length / 3 + 2;
	size_t row[64];

	if (length >= 60)
		return NULL;
	for (; *words != NULL; words++) {
		size_t other = strlen(*words);

		if (other >= 60)
			continue;
		/* Levenshtein's distance, one row at a time. */
		for (size_t j = 0; j <= other; j++)
			row[j] = j;
		for (size_t i = 1; i <= length; i++) {
			size_t diagonal = row[0];

			row[0] = i;
			for (size_t j = 1; j <= other; j++) {
				size_t above = row[j];
				size_t cost = diagonal + (word[i - 1] != (*words)[j - 1]);

				cost = above + 1 < cost ? above + 1 : cost;
				row[j] = row[j - 1] + 1 < cost ? row[j - 1] + 1 : cost;
				diagonal = above;
			}
		}
		if (row[other] < best) {
			best = row[other];
			nearest = *words;
		}
	}
	return nearest;
}

static int
word_number(const char *word, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static enum status
unknown_word(const char *word, const char *const *words, struct diag *diag)
{
	const char *near = nearest_word(word, words);
	struct text list = { 0 };
	enum status st;

	for (size_t i = 0; words[i] != NULL; i++) {
		text_put(&list, i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ");
		text_put(&list, words[i]);
	}
	if (near != NULL)
		st = diag_set(diag, ST_FORMAT, "there is no \"%s\"; was \"%s\" meant? It can be %s",
		    word, near, text_str(&list));
	else
		st = diag_set(
		    diag, ST_FORMAT, "there is no \"%s\"; it can be %s", word, text_str(&list));
	text_fini(&list);
	return st;
}

static enum status
parse_words(struct test *test, const char *said, const char *const *words, struct diag *diag)
{
	char *copy = mem_strdup(said);
	char *rest = NULL;
	enum status st = ST_OK;
	char *word = strtok_r(copy, " \t\r\n", &rest);

	test->kind = TEST_WORDS;
	if (word != NULL && strcmp(word, "not") == 0) {
		test->is_not = true;
		word = strtok_r(NULL, " \t\r\n", &rest);
	}
	if (word == NULL)
		st = diag_set(diag, ST_FORMAT, "a word is wanted");
	for (; word != NULL && st == ST_OK; word = strtok_r(NULL, " \t\r\n", &rest)) {
		int number = word_number(word, words);

		if (strcmp(word, "or") == 0 || strcmp(word, "and") == 0)
			continue;
		if (number < 0)
			st = unknown_word(word, words, diag);
		else
			test->words |= 1u << number;
	}
	free(copy);
	return st;
}

/* --- text --- */

void
escape_put(struct text *out, const char *data, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		uint8_t c = (uint8_t)data[i];

		if (c == '\n' || c == '\r' || c == '\t' || c == '\\') {
			text_char(out, '\\');
			text_char(out, c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : '\\');
		} else if (c >= 0x20 && c < 0x7f) {
			text_char(out, (char)c);
		} else {
			text_put(out, "\\x");
			text_char(out, digits[c >> 4]);
			text_char(out, digits[c & 15]);
		}
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
escape_read(struct text *out, const char *said)
{
	static const char letters[] = "nrt\\s\"";
	static const char meant[] = "\n\r\t\\ \"";

	out->length = 0;
	for (; *said != '\0'; said++) {
		const char *letter;

		if (*said != '\\') {
			text_char(out, *said);
			continue;
		}
		said++;
		if (*said == 'x' && hex_digit(said[1]) >= 0 && hex_digit(said[2]) >= 0) {
			text_char(out, (char)(hex_digit(said[1]) << 4 | hex_digit(said[2])));
			said += 2;
			continue;
		}
		letter = *said == '\0' ? NULL : strchr(letters, *said);
		if (letter == NULL)
			return false;
		text_char(out, meant[letter - letters]);
	}
	return true;
}

static enum status
parse_text(struct test *test, const char *said, struct diag *diag)
{
	struct text read = { 0 };

	test->kind = TEST_TEXT;
	if (!escape_read(&read, said)) {
		text_fini(&read);
		return diag_set(diag, ST_FORMAT,
		    "behind a \\ comes n, r, t, s, \\, \" or x and two hexadecimal digits");
	}
	test->text_length = read.length;
	test->text = (char *)(uintptr_t)text_str(&read);
	return ST_OK;
}

/* --- all of them --- */

static const char *const wanted_forms[] = {
	[VALUE_COUNT] = "a number, \"at most 3\", \"between 2 and 4\", \"3 ± 1\", any, none or all",
	[VALUE_RANGE] = "a number, \"at most 3\", \"between 2 and 4\", \"possibly 3\", any or none",
	[VALUE_BYTES] = "bytes, such as \"15\", \"at least 2 kB\" or \"1 MiB ± 20 %\"",
	[VALUE_TIME] =
	    "a time with its unit, such as \"10 ms\", \"at most 1.5 s\" or \"20 ms ± 20 %\"",
};

static enum status
parse_number(struct test *test, const char *said, enum value_type type, struct diag *diag)
{
	struct reader reader = { .at = said, .type = type };

	if (take_number_test(&reader, test) && at_end(&reader))
		return ST_OK;
	return diag_set(diag, ST_FORMAT, "\"%s\" is not %s", said, wanted_forms[type]);
}

static char *
trimmed_copy(const char *said)
{
	const char *end;
	struct text copy = { 0 };

	said += strspn(said, " \t\r\n");
	end = said + strlen(said);
	while (end > said && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	text_bytes(&copy, said, (size_t)(end - said));
	return text_take(&copy);
}

/* Of sets and words that have a word "none" of their own, that is the word. */
static bool
is_none(const char *said, const char *const *words)
{
	return strcmp(said, "none") == 0 && (words == NULL || word_number("none", words) < 0);
}

static enum status
parse_kind(struct test *test, const char *said, enum value_type type, const char *const *words,
    struct diag *diag)
{
	static const char possibly[] = "possibly ";

	if (strcmp(said, "any") == 0) {
		test->kind = TEST_ANY;
		return ST_OK;
	}
	if (type != VALUE_TEXT && is_none(said, words)) {
		test->kind = TEST_NONE;
		return ST_OK;
	}
	if (strcmp(said, "all") == 0 && type == VALUE_COUNT) {
		test->kind = TEST_ALL;
		return ST_OK;
	}
	if ((type == VALUE_RANGE || type == VALUE_SET) &&
	    strncmp(said, possibly, strlen(possibly)) == 0) {
		test->is_possibly = true;
		said += strlen(possibly);
	}
	if (type == VALUE_TEXT)
		return parse_text(test, said, diag);
	if (type == VALUE_WORD || type == VALUE_SET)
		return parse_words(test, said, words, diag);
	return parse_number(test, said, type, diag);
}

enum status
test_parse(struct test *test, const char *said, enum value_type type, const char *const *words,
    struct diag *diag)
{
	*test = (struct test){ .said = trimmed_copy(said) };
	if (test->said[0] == '\0' && type != VALUE_TEXT)
		return diag_set(diag, ST_FORMAT, "a value is wanted");
	return parse_kind(test, test->said, type, words, diag);
}

void
test_fini(struct test *test)
{
	free(test->text);
	free(test->said);
}

/* --- does it hold --- */

static bool
number_meets(const struct test *test, const struct seen *seen)
{
	if (test->is_possibly)
		return seen->lo <= test->hi && seen->hi >= test->lo;
	return seen->lo >= test->lo && seen->hi <= test->hi;
}

static bool
words_meet(const struct test *test, const struct seen *seen)
{
	if (test->is_not)
		return (seen->words & test->words) == 0;
	if (test->is_possibly)
		return (seen->words & test->words) != 0;
	return (seen->words & ~test->words) == 0;
}

static bool
matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			/* the latest * takes one more */
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

bool
test_meets(const struct test *test, const struct seen *seen, enum value_type type)
{
	switch (test->kind) {
	case TEST_ANY:
		return true;
	case TEST_NONE:
		if (type == VALUE_WORD || type == VALUE_SET)
			return !seen->is_known || seen->words == 0;
		return !seen->is_known || (seen->lo == 0 && seen->hi == 0);
	case TEST_ALL:
		return false; /* of counts of a group, which the caller knows */
	case TEST_NUMBER:
		return seen->is_known && number_meets(test, seen);
	case TEST_WORDS:
		return seen->is_known && words_meet(test, seen);
	case TEST_TEXT:
		if (!seen->is_known)
			return false;
		if (seen->text_length == test->text_length &&
		    memcmp(seen->text, test->text, test->text_length) == 0)
			return true;
		return test->is_pattern && matches(test->text, seen->text);
	}
	return false;
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

/* Times in milliseconds, or seconds where they are long; bytes as they are. */
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

static void
put_words(struct text *out, const struct seen *seen, const char *const *words)
{
	const char *separator = "";

	if (seen->words == 0)
		text_put(out, "none");
	for (int i = 0; words[i] != NULL; i++) {
		if (!(seen->words & 1u << i))
			continue;
		text_put(out, separator);
		text_put(out, words[i]);
		separator = seen->is_open ? " or " : " ";
	}
}

void
seen_put(struct text *out, const struct seen *seen, enum value_type type, const char *const *words)
{
	if (!seen->is_known) {
		text_put(out, "unknown");
	} else if (type == VALUE_WORD || type == VALUE_SET) {
		put_words(out, seen, words);
	} else if (type == VALUE_TEXT || type == VALUE_STEPS) {
		text_char(out, '"');
		escape_put(out, seen->text, seen->text_length);
		text_char(out, '"');
	} else if (seen->lo == seen->hi) {
		value_put(out, seen->lo, type);
	} else if (seen->hi == RANGE_OPEN) {
		text_put(out, "at least ");
		value_put(out, seen->lo, type);
	} else {
		text_put(out, "between ");
		value_put(out, seen->lo, type);
		text_put(out, " and ");
		value_put(out, seen->hi, type);
	}
}
