/*
 * What three shells need to complete our words, from the table of options. The
 * sentences in it hold nothing that a shell would take for its own.
 */
#include "cli/cli_priv.h"

static bool
applies(const struct option_row *row, unsigned bit)
{
	return (row->on & bit) != 0;
}

static void
put_values(struct text *out, const struct option_row *row)
{
	for (size_t i = 0; i < row->value_count; i++) {
		if (i > 0)
			text_char(out, ' ');
		text_put(out, row->values[i]);
	}
}

static void
put_commands(struct text *out, const char *between)
{
	for (size_t i = 0; i < command_count; i++) {
		if (i > 0)
			text_put(out, between);
		text_put(out, commands[i].name);
	}
}

/* --- bash --- */

/* "-f --filter " */
static void
put_bash_options(struct text *out, unsigned bit)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (!applies(row, bit))
			continue;
		if (row->letter != 0) {
			text_char(out, '-');
			text_char(out, row->letter);
			text_char(out, ' ');
		}
		text_put(out, "--");
		text_put(out, row->name);
		text_char(out, ' ');
	}
}

/* The words to choose from after an option. After others bash offers files. */
static void
put_bash_arguments(struct text *out)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->value_count == 0)
			continue;
		text_put(out, "\t--");
		text_put(out, row->name);
		text_put(out, ") COMPREPLY=($(compgen -W '");
		put_values(out, row);
		text_put(out, "' -- \"$cur\")); return ;;\n");
	}
}

static void
write_bash(struct text *out)
{
	text_put(out, "# bash completion for synscope\n"
		      "_synscope()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "\tlocal word command= options=\n"
		      "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
		      "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
		      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
		      "\t\tcase $word in ");
	put_commands(out, "|");
	text_put(out, ") command=$word; break ;; esac\n\tdone\n\tcase $prev in\n");
	put_bash_arguments(out);
	text_put(out, "\tesac\n\tcase $command in\n");
	for (size_t i = 0; i < command_count; i++) {
		text_char(out, '\t');
		text_put(out, commands[i].name);
		text_put(out, ") options='");
		put_bash_options(out, commands[i].bit);
		text_put(out, "' ;;\n");
	}
	text_put(out, "\t*) options='");
	put_bash_options(out, ON_NONE);
	put_commands(out, " ");
	text_put(out, "' ;;\n\tesac\n"
		      "\tif [[ -z $command || $cur == -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n\tfi\n}\n"
		      "complete -o default -F _synscope synscope\n");
}

/* --- zsh --- */

/* '(-f --filter)'{-f,--filter}'[sentence]:EXPR:' */
static void
put_zsh_option(struct text *out, const struct option_row *row)
{
	text_put(out, " \\\n\t\t\t");
	if (row->letter != 0) {
		const char letter[] = { '-', row->letter, '\0' };

		text_put(out, "'(");
		text_put(out, letter);
		text_put(out, " --");
		text_put(out, row->name);
		text_put(out, ")'{");
		text_put(out, letter);
		text_put(out, ",--");
		text_put(out, row->name);
		text_put(out, "}'[");
	} else {
		text_put(out, "'--");
		text_put(out, row->name);
		text_char(out, '[');
	}
	text_put(out, row->help);
	text_char(out, ']');
	if (row->argument != NULL) {
		text_char(out, ':');
		text_put(out, row->argument);
		text_char(out, ':');
	}
	if (row->value_count > 0) {
		text_char(out, '(');
		put_values(out, row);
		text_char(out, ')');
	} else if (row->kind == KIND_FILE) {
		text_put(out, "_files");
	}
	text_char(out, '\'');
}

static void
put_zsh_options(struct text *out, unsigned bit)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (applies(&option_rows[i], bit))
			put_zsh_option(out, &option_rows[i]);
}

static void
write_zsh(struct text *out)
{
	text_put(out,
	    "#compdef synscope\n"
	    "_synscope()\n{\n\tlocal context state state_descr line\n\ttypeset -A opt_args\n"
	    "\t_arguments -C '1:command:->command' '*::capture:->rest'");
	put_zsh_options(out, ON_NONE);
	text_put(out, "\n\tcase $state in\n\tcommand)\n\t\tlocal -a names=(\n");
	for (size_t i = 0; i < command_count; i++) {
		text_put(out, "\t\t\t'");
		text_put(out, commands[i].name);
		/* a colon separates the sentence, and need not be quoted in it */
		text_char(out, ':');
		text_put(out, commands[i].summary);
		text_put(out, "'\n");
	}
	text_put(
	    out, "\t\t)\n\t\t_describe command names\n\t\t;;\n\trest)\n\t\tcase $line[1] in\n");
	for (size_t i = 0; i < command_count; i++) {
		text_put(out, "\t\t");
		text_put(out, commands[i].name);
		text_put(out, ") _arguments '*:capture:_files'");
		put_zsh_options(out, commands[i].bit);
		text_put(out, " ;;\n");
	}
	text_put(out, "\t\tesac\n\t\t;;\n\tesac\n}\n_synscope \"$@\"\n");
}

/* --- fish --- */

static void
put_fish_option(struct text *out, const struct option_row *row, const char *command)
{
	text_put(out, "complete -c synscope -n '");
	text_put(out, command == NULL ? "__fish_use_subcommand" : "__fish_seen_subcommand_from ");
	text_put(out, command == NULL ? "" : command);
	text_put(out, "' -l ");
	text_put(out, row->name);
	if (row->letter != 0) {
		text_put(out, " -s ");
		text_char(out, row->letter);
	}
	if (row->argument != NULL)
		text_put(out, row->kind == KIND_FILE ? " -r" : " -x");
	if (row->value_count > 0) {
		text_put(out, " -a '");
		put_values(out, row);
		text_char(out, '\'');
	}
	text_put(out, " -d '");
	text_put(out, row->help);
	text_put(out, "'\n");
}

static void
put_fish_options(struct text *out, unsigned bit, const char *command)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (applies(&option_rows[i], bit))
			put_fish_option(out, &option_rows[i], command);
}

static void
write_fish(struct text *out)
{
	text_put(out, "# fish completion for synscope\n");
	put_fish_options(out, ON_NONE, NULL);
	for (size_t i = 0; i < command_count; i++) {
		text_put(out, "complete -c synscope -n __fish_use_subcommand -f -a ");
		text_put(out, commands[i].name);
		text_put(out, " -d '");
		text_put(out, commands[i].summary);
		text_put(out, "'\n");
		put_fish_options(out, commands[i].bit, commands[i].name);
	}
}

void
completion_write(struct text *out, enum shell shell)
{
	static void (*const writers[])(struct text *) = {
		[SHELL_BASH] = write_bash,
		[SHELL_ZSH] = write_zsh,
		[SHELL_FISH] = write_fish,
	};

	writers[shell](out);
}
