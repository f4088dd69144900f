#include "cli/cli_priv.h"

#include <ctype.h>
#include <string.h>

#include "figure/figure.h"

/* Where the sentences start. */
#define COLUMN 26

/* "  -f, --filter EXPR" */
static void
put_option(struct text *out, const struct option_row *row)
{
	size_t start = out->length;

	text_put(out, row->letter != 0 ? "  -" : "     ");
	if (row->letter != 0) {
		text_char(out, row->letter);
		text_char(out, ',');
	}
	text_put(out, " --");
	text_put(out, row->name);
	if (row->argument != NULL) {
		text_char(out, ' ');
		text_put(out, row->argument);
	}
	if (out->length - start + 2 > COLUMN) {
		text_char(out, '\n');
		start = out->length;
	}
	text_pad(out, COLUMN - (int)(out->length - start));
	text_put(out, row->help);
	for (size_t i = 0; i < row->value_count; i++) {
		text_put(out, i == 0 ? ": " : i + 1 == row->value_count ? " or " : ", ");
		text_put(out, row->values[i]);
	}
	text_char(out, '\n');
}

static void
put_options(struct text *out, unsigned on)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if ((option_rows[i].on & on) == on)
			put_option(out, &option_rows[i]);
}

void
help_overall(struct text *out)
{
	text_put(out, "Usage: synscope COMMAND [OPTION...] CAPTURE...\n"
		      "Tell from saved packet captures what TCP was doing.\n\n"
		      "Commands:\n");
	for (size_t i = 0; i < command_count; i++) {
		text_put(out, "  ");
		text_put(out, commands[i].name);
		text_pad(out, COLUMN - 2 - (int)strlen(commands[i].name));
		text_put(out, commands[i].summary);
		text_char(out, '\n');
	}
	text_put(out, "\nOptions of all commands:\n");
	put_options(out, ON_ALL);
	text_put(out,
	    "\nA CAPTURE is a pcap or pcapng file, plain or compressed, a folder of them, or -\n"
	    "for standard input. \"synscope COMMAND --help\" lists the options of a command;\n"
	    "the manual, synscope(1), says what its output means.\n");
}

/* What draw can draw. */
static void
put_kinds(struct text *out)
{
	text_put(out, "\nKinds of figures:\n");
	for (size_t i = 0; i < figure_kind_count; i++) {
		text_put(out, "  ");
		text_put(out, figure_kinds[i].name);
		text_pad(out, COLUMN - 2 - (int)strlen(figure_kinds[i].name));
		text_put(out, figure_kinds[i].sentence);
		text_char(out, '\n');
	}
}

void
help_command(struct text *out, const struct command *command)
{
	text_put(out, "Usage: synscope ");
	text_put(out, command->name);
	text_put(out, " [OPTION...] ");
	text_put(out, command->words);
	text_char(out, '\n');
	text_char(out, (char)toupper((unsigned char)command->summary[0]));
	text_put(out, command->summary + 1);
	text_put(out, ".\n");
	if (command->bit == ON_DRAW)
		put_kinds(out);
	text_put(out, "\nOptions:\n");
	put_options(out, command->bit);
}
