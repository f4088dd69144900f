/*
 * The command line is read by one table: what is there for getopt_long, and
 * what each option sets. All options are known to the parser whatever the
 * command, so that one in the wrong place is told apart from a misspelt one.
 */
#include "cli/cli_priv.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "export/export.h"
#include "figure/figure.h"

static const char *const when_names[] = { "auto", "always", "never" };
static const char *const side_names[] = { "client", "server" };
static const char *const shell_names[] = { "bash", "zsh", "fish" };
static const char *const type_names[] = { "svg", "png", "pdf", "txt", "mermaid", "plantuml" };
static const char *const theme_names[] = { "auto", "light", "dark", "print" };

/* By the word in option.def's column of values. */
#define VALUE_NONE    .value = 0
#define VALUE_YES     .value = 1
#define VALUE_NO      .value = 0
#define VALUE_QUIET   .value = TALK_QUIET
#define VALUE_VERBOSE .value = TALK_VERBOSE
#define VALUE_FORMATS \
	.values = export_format_names, .value_count = FORMAT_COUNT, .value = FORMAT_TEXT
#define VALUE_WHENS .values = when_names, .value_count = 3, .value = WHEN_AUTO
#define VALUE_SIDES .values = side_names, .value_count = 2, .value = FROM_CLIENT
#define VALUE_TYPES \
	.values = type_names, .value_count = FIGURE_FORMAT_COUNT, .value = 1 + FIGURE_SVG
#define VALUE_THEMES .values = theme_names, .value_count = 1 + THEME_COUNT, .value = 0
#define VALUE_LANGS  .values = lang_names, .value_count = LANG_COUNT, .value = LANG_EN
#define VALUE_TIMES  .values = figure_time_names, .value_count = TIME_COUNT, .value = TIME_COMPRESSED
#define VALUE_SHELLS .values = shell_names, .value_count = 3, .value = SHELL_BASH

const struct option_row option_rows[OPTION_COUNT] = {
#define OPTION(id, option_letter, option_name, argument_name, option_kind, field_name, \
    values_word, commands_bits, sentence) \
	[OPTION_##id] = { \
		.letter = option_letter, \
		.name = option_name, \
		.argument = argument_name, \
		.kind = KIND_##option_kind, \
		.field = offsetof(struct options, field_name), \
		VALUE_##values_word, \
		.on = commands_bits, \
		.help = sentence, \
	},
#include "cli/option.def"
#undef OPTION
};

const struct command commands[] = {
	{ "report", ON_REPORT, "CAPTURE...", "what the captures show, as an article", cmd_report },
	{ "flows", ON_FLOWS, "CAPTURE...", "one row a flow: how it opened, went and closed",
	    cmd_flows },
	{ "packets", ON_PACKETS, "CAPTURE...", "one row a packet: what it is, its marks, and why",
	    cmd_packets },
	{ "sockets", ON_SOCKETS, "CAPTURE...",
	    "the table of sockets at both ends, as netstat would have shown it", cmd_sockets },
	{ "listeners", ON_LISTENERS, "CAPTURE...",
	    "one row a listening endpoint, its backlog and queue and what happened there",
	    cmd_listeners },
	{ "draw", ON_DRAW, "KIND CAPTURE", "one figure of a capture", cmd_draw },
	{ "stream", ON_STREAM, "--flow N --from SIDE CAPTURE",
	    "the bytes that one side sent, in order", cmd_stream },
	{ "check", ON_CHECK, "[--expect FILE | --baseline CAPTURE | --record] CAPTURE...",
	    "captures held against what was expected, or against a good one", cmd_check },
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* Numbers of options for getopt_long; letters lie below. */
#define LONG_BASE 256

struct getopt_tables {
	char letters[2 + 2 * OPTION_COUNT];
	struct option longs[OPTION_COUNT + 1];
};

static void
fill_tables(struct getopt_tables *tables)
{
	char *letter = tables->letters;

	memset(tables, 0, sizeof(*tables));
	*letter++ = ':'; /* a missing argument is told apart */
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		tables->longs[i] = (struct option){
			.name = row->name,
			.has_arg = row->argument != NULL ? required_argument : no_argument,
			.val = LONG_BASE + i,
		};
		if (row->letter != 0)
			*letter++ = row->letter;
		if (row->letter != 0 && row->argument != NULL)
			*letter++ = ':';
	}
}

static int
option_of_letter(int letter)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (letter != 0 && option_rows[i].letter == letter)
			return i;
	return -1;
}

static const struct command *
command_named(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* What kinds of values are, where no list of words says it. */
static const char *const wanted_kinds[] = {
	[KIND_NUMBERS] = "a number from 1 on",
	[KIND_SECONDS] = "a number of seconds, such as 0.5",
	[KIND_MOMENT] = "a moment: seconds since 1970, ISO 8601 with its zone, or +SECONDS",
	[KIND_FACT] = "backlog=N, until=TIME or vantage=PLACE",
};

/* "--format wants text, jsonl, csv or xml"; argument: what it got, or NULL */
static enum status
unwanted(const struct option_row *row, const char *argument, struct diag *diag)
{
	struct text wanted = { 0 };
	enum status st;

	for (size_t i = 0; i < row->value_count; i++) {
		text_put(&wanted, i == 0 ? "" : i + 1 == row->value_count ? " or " : ", ");
		text_put(&wanted, row->values[i]);
	}
	if (row->value_count == 0)
		text_put(&wanted,
		    wanted_kinds[row->kind] != NULL ? wanted_kinds[row->kind] : row->argument);
	if (argument == NULL)
		st = diag_set(diag, ST_USAGE, "--%s wants %s", row->name, text_str(&wanted));
	else
		st = diag_set(diag, ST_USAGE, "--%s wants %s, not \"%s\"", row->name,
		    text_str(&wanted), argument);
	text_fini(&wanted);
	return st;
}

static enum status
set_choice(const struct option_row *row, int *field, const char *argument, struct diag *diag)
{
	for (size_t i = 0; i < row->value_count; i++) {
		if (strcmp(row->values[i], argument) == 0) {
			*field = row->value + (int)i;
			return ST_OK;
		}
	}
	return unwanted(row, argument, diag);
}

static bool
read_number(const char *argument, uint32_t most, uint32_t *number)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(argument, &end, 10);
	/* strtoull takes signs and spaces, we do not */
	if (argument[0] < '0' || argument[0] > '9' || *end != '\0' || errno != 0 || value > most)
		return false;
	*number = (uint32_t)value;
	return true;
}

static enum status
add_number(const struct option_row *row, struct flow_numbers *field, const char *argument,
    struct diag *diag)
{
	uint32_t number;
	size_t at;

	if (!read_number(argument, UINT32_MAX, &number) || number == 0)
		return unwanted(row, argument, diag);
	field->numbers =
	    mem_realloc_array(field->numbers, field->count + 1, sizeof(*field->numbers));
	for (at = field->count++; at > 0 && field->numbers[at - 1] > number; at--)
		field->numbers[at] = field->numbers[at - 1];
	field->numbers[at] = number;
	return ST_OK;
}

static enum status
add_text(struct texts *field, const char *argument)
{
	field->texts = mem_realloc_array(field->texts, field->count + 1, sizeof(*field->texts));
	field->texts[field->count++] = argument;
	return ST_OK;
}

static enum status
set_seconds(const struct option_row *row, int64_t *field, const char *argument, struct diag *diag)
{
	if (when_seconds(argument, strlen(argument), field) && *field > 0)
		return ST_OK;
	return unwanted(row, argument, diag);
}

static bool
read_moment(const char *argument, struct moment *moment)
{
	return when_moment(argument, strlen(argument), moment);
}

static enum status
add_moment(const struct option_row *row, struct told *told, const char *argument, struct diag *diag)
{
	struct moment moment;

	if (!read_moment(argument, &moment))
		return unwanted(row, argument, diag);
	told->moments = mem_realloc_array(told->moments, told->moment_count + 1, sizeof(moment));
	told->moments[told->moment_count++] = moment;
	return ST_OK;
}

/* --- what --assume says --- */

static bool
assume_backlog(struct told *told, const char *value)
{
	told->has_backlog = read_number(value, INT32_MAX, &told->backlog);
	return told->has_backlog;
}

static bool
assume_until(struct told *told, const char *value)
{
	told->has_until = read_moment(value, &told->until);
	return told->has_until;
}

static bool
assume_vantage(struct told *told, const char *value)
{
	for (int i = VANTAGE_UNKNOWN + 1; i < VANTAGE_COUNT; i++) {
		if (strcmp(vantage_names[i], value) != 0)
			continue;
		told->vantage = (enum vantage)i;
		return true;
	}
	return false;
}

static const struct {
	const char *name; /* with its = */
	bool (*assume)(struct told *told, const char *value);
	const char *wanted;
} facts[] = {
	{ "backlog=", assume_backlog, "the number that was given to listen(2)" },
	{ "until=", assume_until,
	    "a moment: seconds since 1970, ISO 8601 with its zone, or +SECONDS" },
	{ "vantage=", assume_vantage, "server, client, loopback or middle" },
};

static enum status
add_fact(const struct option_row *row, struct told *told, const char *argument, struct diag *diag)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		size_t length = strlen(facts[i].name);

		if (strncmp(argument, facts[i].name, length) != 0)
			continue;
		if (facts[i].assume(told, argument + length))
			return ST_OK;
		return diag_set(diag, ST_USAGE, "--%s %s wants %s, not \"%s\"", row->name,
		    facts[i].name, facts[i].wanted, argument + length);
	}
	return unwanted(row, argument, diag);
}

static enum status
set_field(
    const struct option_row *row, struct options *options, const char *argument, struct diag *diag)
{
	void *field = (char *)options + row->field;

	switch (row->kind) {
	case KIND_FLAG:
		*(int *)field = row->value;
		return ST_OK;
	case KIND_CHOICE:
		return set_choice(row, field, argument, diag);
	case KIND_NUMBERS:
		return add_number(row, field, argument, diag);
	case KIND_TEXTS:
		return add_text(field, argument);
	case KIND_SECONDS:
		return set_seconds(row, field, argument, diag);
	case KIND_MOMENT:
		return add_moment(row, field, argument, diag);
	case KIND_FACT:
		return add_fact(row, field, argument, diag);
	case KIND_TEXT:
	case KIND_FILE:
		*(const char **)field = argument;
		return ST_OK;
	}
	return ST_OK;
}

/* "--co" is the beginning of two options. */
static bool
is_ambiguous(const char *word)
{
	size_t length = strcspn(word, "=");
	int count = 0;

	for (int i = 0; i < OPTION_COUNT; i++)
		count += strncmp(option_rows[i].name, word + 2, length - 2) == 0;
	return count > 1;
}

/* What getopt_long stumbled over. word: what it was looking at. */
static enum status
unknown_option(const char *word, struct diag *diag)
{
	if (optopt != 0 && optopt < LONG_BASE)
		return diag_set(diag, ST_USAGE, "there is no option -%c", optopt);
	if (optopt >= LONG_BASE)
		return diag_set(diag, ST_USAGE, "%s: this option takes no value", word);
	if (is_ambiguous(word))
		return diag_set(diag, ST_USAGE, "%s could mean more than one option", word);
	return diag_set(diag, ST_USAGE, "there is no option %s", word);
}

static enum status
missing_argument(struct diag *diag)
{
	int i = optopt >= LONG_BASE ? optopt - LONG_BASE : option_of_letter(optopt);

	return unwanted(&option_rows[i], NULL, diag);
}

/* given: a bit of each option that was met. */
static enum status
parse_words(struct options *options, int argc, char **argv, uint64_t *given, struct diag *diag)
{
	struct getopt_tables tables;
	enum status st = ST_OK;
	int found;

	fill_tables(&tables);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while (st == ST_OK &&
	       (found = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		if (found == '?')
			return unknown_option(argv[optind - 1], diag);
		if (found == ':')
			return missing_argument(diag);
		found = found >= LONG_BASE ? found - LONG_BASE : option_of_letter(found);
		*given |= UINT64_C(1) << found;
		st = set_field(&option_rows[found], options, optarg, diag);
	}
	options->words = argv + optind;
	options->word_count = (size_t)(argc - optind);
	return st;
}

static enum status
take_command(struct options *options, struct diag *diag)
{
	if (options->word_count == 0)
		return ST_OK;
	options->command = command_named(options->words[0]);
	if (options->command == NULL)
		return diag_set(diag, ST_USAGE, "there is no command \"%s\"", options->words[0]);
	options->words++;
	options->word_count--;
	return ST_OK;
}

static enum status
check_places(const struct options *options, uint64_t given, struct diag *diag)
{
	const struct command *command = options->command;
	unsigned here = command == NULL ? ON_NONE | ON_HIDDEN : command->bit;

	for (int i = 0; i < OPTION_COUNT; i++) {
		if (!(given & UINT64_C(1) << i) || (option_rows[i].on & here))
			continue;
		if (command == NULL)
			return diag_set(
			    diag, ST_USAGE, "--%s needs a command before it", option_rows[i].name);
		return diag_set(
		    diag, ST_USAGE, "--%s is no option of %s", option_rows[i].name, command->name);
	}
	return ST_OK;
}

static enum status
check_together(const struct options *options, struct diag *diag)
{
	if (options->told.moment_count > 0 && options->told.every_ns > 0)
		return diag_set(diag, ST_USAGE, "--at and --every cannot both be given");
	if (options->compare != NULL &&
	    (options->told.moment_count > 0 || options->told.every_ns > 0))
		return diag_set(diag, ST_USAGE,
		    "--compare looks at all times: --at and --every have no place beside it");
	return ST_OK;
}

void
options_fini(struct options *options)
{
	free(options->told.moments);
	free(options->flows.numbers);
	free(options->frames.numbers);
	free(options->aliases.texts);
	free(options->ignored.texts);
	free(options->tolerances.texts);
}

enum status
options_parse(struct options *options, int argc, char **argv, struct diag *diag)
{
	/* Says whose --help to name; getopt_long moves it. */
	const struct command *first = argc > 1 ? command_named(argv[1]) : NULL;
	uint64_t given = 0;
	enum status st;

	_Static_assert(OPTION_COUNT <= 64, "one bit each");
	*options = (struct options){ 0 };
	st = parse_words(options, argc, argv, &given, diag);
	if (st != ST_OK) {
		options->command = first;
		return st;
	}
	st = take_command(options, diag);
	if (st == ST_OK)
		st = check_places(options, given, diag);
	if (st == ST_OK)
		st = check_together(options, diag);
	if (options->output != NULL && strcmp(options->output, "-") == 0)
		options->output = NULL;
	return st;
}
