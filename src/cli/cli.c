#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli_priv.h"

void
say(const char *format, ...)
{
	char sentence[2048];
	struct text line = { 0 };
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	text_put(&line, "synscope: ");
	text_terminal(&line, sentence, strlen(sentence));
	text_char(&line, '\n');
	fwrite(line.at, 1, line.length, stderr);
	text_fini(&line);
}

void
put_count(struct text *out, uint64_t count, const char *one, const char *many)
{
	text_u64(out, count);
	text_char(out, ' ');
	text_put(out, count == 1 ? one : many);
}

/* Where a user finds out what would have been right. */
static int
refuse(const struct options *options, const char *sentence)
{
	if (options->command == NULL)
		say("%s; try synscope --help", sentence);
	else
		say("%s; try synscope %s --help", sentence, options->command->name);
	return EXIT_TROUBLE;
}

static void
write_version(struct text *out)
{
	text_put(out, PACKAGE_NAME " " PACKAGE_VERSION "\n");
}

/* What is about synscope itself; none of it: false. */
static bool
write_about(struct text *out, const struct options *options)
{
	if (options->help && options->command != NULL)
		help_command(out, options->command);
	else if (options->help)
		help_overall(out);
	else if (options->version)
		write_version(out);
	else if (options->completion != SHELL_NONE)
		completion_write(out, (enum shell)options->completion);
	else if (options->states)
		states_write(out);
	else
		return false;
	return true;
}

static int
run(const struct options *options)
{
	struct text about = { 0 };
	int status;

	if (write_about(&about, options)) {
		status = write_or_say(&about, NULL);
		text_fini(&about);
		return status;
	}
	if (options->command == NULL)
		return refuse(options, "a command is wanted");
	if (options->word_count == 0)
		return refuse(options, "a capture is wanted");
	return options->command->run(options);
}

/*
 * A file takes the first number that is free: it must not become a standard
 * stream. Of what takes the place of one that is closed, no use succeeds.
 */
static void
hold_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int
cli_main(int argc, char **argv)
{
	struct options options;
	struct diag diag;
	int status;

	hold_standard_streams();
	/* A reader that went away is then told by write, and files are put in order. */
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(&options, argc, argv, &diag) == ST_OK)
		status = run(&options);
	else
		status = refuse(&options, diag.text);
	options_fini(&options);
	return status;
}
