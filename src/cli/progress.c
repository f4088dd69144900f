/*
 * A bar on standard error, where work is long and a person watches. Not where
 * rows run over the same terminal: they show well enough that things go on.
 */
#include "cli/cli_priv.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"

/* A bar that comes and goes in a blink would only disturb. */
#define FIRST_AFTER_NS (500 * MS_NS)
#define NEXT_AFTER_NS  (100 * MS_NS)

#define BAR_CELLS 40

/* Back to the first column, and the line is empty. */
#define CLEAR_LINE "\r\033[K"

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

static bool
is_watched(const struct options *options)
{
	if (options->progress != WHEN_AUTO)
		return options->progress == WHEN_ALWAYS;
	return options->talk != TALK_QUIET && isatty(STDERR_FILENO) &&
	       (options->output != NULL || !isatty(STDOUT_FILENO));
}

void
progress_begin(struct progress *progress, const struct options *options)
{
	progress->wanted = is_watched(options);
	progress->drawn = false;
	if (progress->wanted)
		progress->due_ns = now_ns() + FIRST_AFTER_NS;
}

static void
put_bar(struct text *line, uint64_t done_bytes, uint64_t total_bytes)
{
	double part = done_bytes < total_bytes ? (double)done_bytes / (double)total_bytes : 1;
	int cells = (int)(part * BAR_CELLS);

	text_char(line, '[');
	for (int i = 0; i < BAR_CELLS; i++)
		text_char(line, i < cells ? '#' : ' ');
	text_put(line, "] ");
	text_u64(line, (uint64_t)(part * 100));
	text_put(line, " %");
}

void
progress_draw(struct progress *progress, uint64_t done_bytes, uint64_t total_bytes)
{
	struct text line = { 0 };
	int64_t now;

	if (!progress->wanted)
		return;
	now = now_ns();
	if (now < progress->due_ns)
		return;
	progress->due_ns = now + NEXT_AFTER_NS;
	progress->drawn = true;
	text_put(&line, CLEAR_LINE);
	if (total_bytes > 0) {
		put_bar(&line, done_bytes, total_bytes);
	} else {
		text_u64(&line, done_bytes / 1000000);
		text_put(&line, " MB");
	}
	fwrite(line.at, 1, line.length, stderr);
	fflush(stderr);
	text_fini(&line);
}

void
progress_end(struct progress *progress)
{
	if (!progress->drawn)
		return;
	fputs(CLEAR_LINE, stderr);
	progress->drawn = false;
}
