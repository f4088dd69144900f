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

#include "export/export.h"

static const char *const when_names[] = { "auto", "always", "never" };
static const char *const side_names[] = { "client", "server" };
static const char *const shell_names[] = { "bash", "zsh", "fish" };

/* By the word in option.def's column of values. */
#define VALUE_NONE    .value = 0
#define VALUE_YES     .value = 1
#define VALUE_NO      .value = 0
#define VALUE_QUIET   .value = TALK_QUIET
#define VALUE_VERBOSE .value = TALK_VERBOSE
#define VALUE_FORMATS \
	.values = export_format_names, .value_count = FORMAT_COUNT, .value = FORMAT_TEXT
#define VALUE_WHENS  .values = when_names, .value_count = 3, .value = WHEN_AUTO
#define VALUE_SIDES  .values = side_names, .value_count = 2, .value = FROM_CLIENT
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
	{ "flows", ON_FLOWS, "CAPTURE...", "one row a flow: how it opened, went and closed",
	    cmd_flows },
	{ "packets", ON_PACKETS, "CAPTURE...", "one row a packet: what it is, its marks, and why",
	    cmd_packets },
	{ "stream", ON_STREAM, "--flow N --from SIDE CAPTURE",
	    "the bytes that one side sent, in order", cmd_stream },
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
		text_put(&wanted, row->kind == KIND_NUMBER ? "a number from 1 on" : row->argument);
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

static enum status
set_number(const struct option_row *row, uint32_t *field, const char *argument, struct diag *diag)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(argument, &end, 10);
	/* strtoull takes signs and spaces, we do not */
	if (argument[0] < '0' || argument[0] > '9' || *end != '\0' || errno != 0 || value == 0 ||
	    value > UINT32_MAX)
		return unwanted(row, argument, diag);
	*field = (uint32_t)value;
	return ST_OK;
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
	case KIND_NUMBER:
		return set_number(row, field, argument, diag);
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
	if (strncmp(word, "--", 2) != 0)
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
parse_words(struct options *options, int argc, char **argv, uint32_t *given, struct diag *diag)
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
		*given |= UINT32_C(1) << found;
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
check_places(const struct options *options, uint32_t given, struct diag *diag)
{
	const struct command *command = options->command;
	unsigned here = command == NULL ? ON_NONE | ON_HIDDEN : command->bit;

	for (int i = 0; i < OPTION_COUNT; i++) {
		if (!(given & UINT32_C(1) << i) || (option_rows[i].on & here))
			continue;
		if (command == NULL)
			return diag_set(
			    diag, ST_USAGE, "--%s needs a command before it", option_rows[i].name);
		return diag_set(
		    diag, ST_USAGE, "--%s is no option of %s", option_rows[i].name, command->name);
	}
	return ST_OK;
}

enum status
options_parse(struct options *options, int argc, char **argv, struct diag *diag)
{
	uint32_t given = 0;
	enum status st;

	_Static_assert(OPTION_COUNT <= 32, "one bit each");
	*options = (struct options){ 0 };
	st = parse_words(options, argc, argv, &given, diag);
	if (st != ST_OK) {
		/* The command, if there is one, says whose --help to name. */
		if (argc > 1)
			options->command = command_named(argv[1]);
		return st;
	}
	st = take_command(options, diag);
	if (st == ST_OK)
		st = check_places(options, given, diag);
	if (options->output != NULL && strcmp(options->output, "-") == 0)
		options->output = NULL;
	return st;
}
