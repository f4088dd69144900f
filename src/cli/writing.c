/*
 * What is made in memory, and then written whole.
 */
#include "cli/cli_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/sink.h"

enum status
write_whole(const struct text *out, const char *path, struct diag *diag)
{
	struct sink *sink;
	bool is_file = path != NULL && strcmp(path, "-") != 0;
	enum status st = sink_open(&sink, is_file ? path : NULL, diag);

	if (st != ST_OK)
		return st;
	sink_write(sink, out->at, out->length);
	st = sink_close(sink, diag);
	return st == ST_END ? ST_OK : st;
}

int
write_or_say(const struct text *out, const char *path)
{
	struct diag diag;

	if (write_whole(out, path, &diag) == ST_OK)
		return EXIT_WELL;
	say("%s", diag.text);
	return EXIT_TROUBLE;
}

/* https://no-color.org: set and not empty is a wish, whatever it says. */
bool
is_color_wanted(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (options->color != WHEN_AUTO)
		return options->color == WHEN_ALWAYS;
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return options->output == NULL && isatty(STDOUT_FILENO) && term != NULL &&
	       strcmp(term, "dumb") != 0;
}
