/*
 * Values as people expect them: "3", "at most 10 ms", "between 2 and 4",
 * "10 ms ± 20 %", "fin or open", "none", "any".
 */
#include "check/check_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* --- words --- */

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
	const char *near = name_meant(word, words);
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
	if (quantity_parse(test, said, type))
		return ST_OK;
	if (test->lo > test->hi)
		return diag_set(
		    diag, ST_FORMAT, "\"%s\" is nothing: the first is more than the second", said);
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
