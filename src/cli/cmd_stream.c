/*
 * The bytes that one side of one flow sent. On a terminal they are made
 * harmless, since they could hold anything; everywhere else they are as sent.
 */
#include "cli/cli_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "export/sink.h"

/*
 * A made-up sequence number can make a gap of 2 GB out of one packet. No window
 * is larger than 1 GiB (RFC 7323, 2.3), so nothing that TCP lost on its way is.
 */
#define FILL_MAX (UINT64_C(1) << 30)

/* The last one given counts; 0: none was. */
static uint32_t
followed(const struct options *options)
{
	const struct flow_numbers *flows = &options->flows;

	return flows->count == 0 ? 0 : flows->numbers[flows->count - 1];
}

/* Something that happened a number of times. */
struct tally {
	uint64_t times;
	uint64_t bytes;
	uint64_t first_at; /* offset in the stream */
	uint32_t first_index;
};

struct bytes_out {
	struct reading reading; /* first: the analysis hands it back */
	struct sink *sink;
	bool is_terminal;
	bool was_not_filled; /* a gap past FILL_MAX */
	uint64_t bytes;
	struct tally gaps;
	struct tally conflicts;
	struct tally left_out;
	struct text shown;
};

static void
count(struct tally *tally, uint64_t at, uint64_t bytes, uint32_t index)
{
	if (tally->times++ == 0) {
		tally->first_at = at;
		tally->first_index = index;
	}
	tally->bytes += bytes;
}

/* --- what the stream tells --- */

/* Line by line, since a line's end is the one control character that belongs on a terminal. */
static void
show(struct bytes_out *out, const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	const char *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline == NULL ? end : newline;
		bool is_crlf = newline != NULL && stop > at && stop[-1] == '\r';

		text_terminal(&out->shown, at, (size_t)(stop - at) - is_crlf);
		if (newline != NULL)
			text_char(&out->shown, '\n');
		at = newline == NULL ? end : newline + 1;
	}
	sink_write(out->sink, out->shown.at, out->shown.length);
	out->shown.length = 0;
}

static void
write_data(void *ctx, const uint8_t *data, size_t size)
{
	struct bytes_out *out = ctx;

	out->bytes += size;
	if (out->is_terminal)
		show(out, data, size);
	else
		sink_write(out->sink, data, size);
}

static void
write_zeros(struct bytes_out *out, uint64_t size)
{
	static const uint8_t zeros[4096];

	while (size > 0 && !sink_failed(out->sink)) {
		size_t piece = size < sizeof(zeros) ? (size_t)size : sizeof(zeros);

		sink_write(out->sink, zeros, piece);
		size -= piece;
	}
}

static void
note_gap(void *ctx, uint64_t at, uint64_t size)
{
	struct bytes_out *out = ctx;

	count(&out->gaps, at, size, 0);
	if (!out->reading.options->fill)
		return;
	if (size > FILL_MAX)
		out->was_not_filled = true;
	else
		write_zeros(out, size);
}

static void
note_conflict(void *ctx, uint64_t at, uint64_t size, uint32_t index)
{
	struct bytes_out *out = ctx;

	count(&out->conflicts, at, size, index);
}

static void
note_left_out(void *ctx, uint64_t at, uint64_t size)
{
	struct bytes_out *out = ctx;

	count(&out->left_out, at, size, 0);
}

static bool
is_enough(void *ctx)
{
	const struct bytes_out *out = ctx;

	return sink_failed(out->sink);
}

/* --- what the user is told --- */

static void
tell_gaps(const struct bytes_out *out, const char *name)
{
	const struct tally *gaps = &out->gaps;
	struct text line = { 0 };

	if (gaps->times == 0)
		return;
	put_count(&line, gaps->bytes, "byte is", "bytes are");
	text_put(&line, " not in the capture, in ");
	put_count(&line, gaps->times, "gap", "gaps");
	say("%s: %s (first: byte %" PRIu64 ")%s", name, text_str(&line), gaps->first_at,
	    out->reading.options->fill ? "; zero bytes stand for them" : "");
	text_fini(&line);
}

static void
tell_conflicts(const struct bytes_out *out, const char *name)
{
	const struct tally *conflicts = &out->conflicts;
	struct text line = { 0 };
	struct frame_name frame;

	if (conflicts->times == 0)
		return;
	frame = analysis_frame(out->reading.analysis, conflicts->first_index);
	put_count(&line, conflicts->times, "later copy differs", "later copies differ");
	say("%s: %s from the first, which was taken (first: frame %" PRIu32 ", byte %" PRIu64 ")",
	    name, text_str(&line), frame.number, conflicts->first_at);
	text_fini(&line);
}

static void
tell_left_out(const struct bytes_out *out, const char *name)
{
	struct text line = { 0 };

	if (out->left_out.times == 0)
		return;
	put_count(&line, out->left_out.bytes, "byte", "bytes");
	say("%s: left out %s beyond a hole at byte %" PRIu64
	    ", since nobody acknowledged what is missing; --fill writes them too",
	    name, text_str(&line), out->left_out.first_at);
	text_fini(&line);
}

static void
tell_count(const struct bytes_out *out, const char *name)
{
	const struct options *options = out->reading.options;
	struct text line = { 0 };

	put_count(&line, out->bytes, "byte", "bytes");
	say("%s: %s from the %s of flow %" PRIu32, name, text_str(&line),
	    options->from == FROM_CLIENT ? "client" : "server", followed(options));
	text_fini(&line);
}

static void
tell_stream(const struct bytes_out *out, const char *name)
{
	const struct options *options = out->reading.options;

	if (options->talk == TALK_QUIET)
		return;
	tell_gaps(out, name);
	tell_conflicts(out, name);
	tell_left_out(out, name);
	if (options->talk == TALK_VERBOSE)
		tell_count(out, name);
}

/* Whether there was such a stream, and all of it was written as it should be. */
static int
judge(const struct bytes_out *out, const char *name)
{
	const struct analysis_summary *sum = analysis_summary(out->reading.analysis);
	uint32_t flow = followed(out->reading.options);

	if (!sum->stream_found && sum->packets == 0 && sum->filtered == 0)
		return EXIT_TROUBLE; /* and why has been told */
	if (!sum->stream_found) {
		if (flow <= sum->flows)
			say("%s: flow %" PRIu32 " is not TCP", name, flow);
		else
			say("%s: there is no flow %" PRIu32 ", the last is %" PRIu32, name, flow,
			    sum->flows);
		return EXIT_TROUBLE;
	}
	tell_stream(out, name);
	if (out->was_not_filled) {
		say("%s: a gap of more than 1 GiB was not filled", name);
		return EXIT_TROUBLE;
	}
	return EXIT_WELL;
}

/* --- the run --- */

static int
follow(struct bytes_out *out, const struct capture_paths *paths)
{
	const struct options *options = out->reading.options;
	const struct stream_ops stream_ops = {
		.data = write_data,
		.gap = note_gap,
		.conflict = note_conflict,
		.left_out = note_left_out,
		.beyond_too = options->fill,
	};
	const struct analysis_options analysis_options = {
		.filter = options->filter,
		.stream_flow = followed(options),
		.stream_from_server = options->from == FROM_SERVER,
		.stream_ops = &stream_ops,
	};
	const struct analysis_ops ops = {
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = is_enough,
	};
	int status = reading_run(&out->reading, (const char *const *)paths->paths, paths->count,
	    &analysis_options, &ops);

	if (out->reading.analysis == NULL || is_enough(out))
		return status;
	return judge(out, out->reading.name.at) == EXIT_WELL ? status : EXIT_TROUBLE;
}

/* A file appears only where there was such a stream. */
static int
close_bytes(struct bytes_out *out)
{
	struct diag diag;
	enum status st;

	if (out->reading.analysis == NULL ||
	    !analysis_summary(out->reading.analysis)->stream_found) {
		sink_abandon(out->sink);
		return EXIT_TROUBLE;
	}
	st = sink_close(out->sink, &diag);
	if (st == ST_OK || st == ST_END)
		return EXIT_WELL;
	say("%s", diag.text);
	return EXIT_TROUBLE;
}

static int
run_on(const struct options *options, const struct capture_paths *paths)
{
	struct bytes_out out = { 0 };
	struct diag diag;
	int status;

	if (sink_open(&out.sink, options->output, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	out.is_terminal = options->output == NULL && isatty(STDOUT_FILENO);
	reading_init(&out.reading, options);
	status = follow(&out, paths);
	if (close_bytes(&out) != EXIT_WELL)
		status = EXIT_TROUBLE;
	reading_fini(&out.reading);
	text_fini(&out.shown);
	return status;
}

/* NULL: all that is needed was said. */
static const char *
what_is_missing(const struct options *options)
{
	if (followed(options) == 0)
		return "stream wants --flow N, a number that synscope flows shows";
	if (options->from == FROM_NOBODY)
		return "stream wants --from client or --from server";
	return NULL;
}

int
cmd_stream(const struct options *options)
{
	const char *missing = what_is_missing(options);
	struct capture_paths paths;
	int status;

	if (missing != NULL) {
		say("%s; try synscope stream --help", missing);
		return EXIT_TROUBLE;
	}
	status = captures_named(&paths, options);
	if (status == EXIT_WELL && paths.count > 1 && !options->merge) {
		say("stream reads one capture, and these are %zu; --merge reads several as one",
		    paths.count);
		status = EXIT_TROUBLE;
	}
	if (status == EXIT_WELL && paths.count > 0)
		status = run_on(options, &paths);
	capture_paths_fini(&paths);
	return status;
}
