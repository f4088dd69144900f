/*
 * Captures held against what was expected of them, or against a good capture;
 * or expectations out of good captures.
 */
#include "cli/check_figures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "recorded/recorded.h"

struct collecting {
	struct reading reading; /* first: the analysis hands it back */
	struct check_data *data;
	size_t filter; /* of the run at hand */
};

struct checking {
	const struct options *options;
	struct expectations *expectations;
	struct check_result result;
	int status;
};

/* --- one capture --- */

static void
take_packet(void *ctx, const struct packet_row *row)
{
	check_collect_packet(((struct collecting *)ctx)->data, row);
}

static void
take_wire(void *ctx, const struct packet_wire *wire)
{
	check_collect_wire(((struct collecting *)ctx)->data, wire);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	check_collect_flow(((struct collecting *)ctx)->data, row);
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	check_collect_socket(((struct collecting *)ctx)->data, row);
}

static void
take_listener(void *ctx, const struct listener_row *row)
{
	check_collect_listener(((struct collecting *)ctx)->data, row);
}

static void
take_match(void *ctx, const struct packet_row *row)
{
	struct collecting *collecting = ctx;

	check_collect_match(collecting->data, collecting->filter, row);
}

/* Which packets a filter takes: a run of its own, of which nothing is told but that it failed. */
static int
match(struct collecting *collecting, const struct subject *subject, const char *filter)
{
	const struct analysis_options options = { .filter = filter };
	const struct analysis_ops ops = { .packet = take_match };
	struct analysis *analysis = NULL;
	struct diag diag;
	enum status st = analysis_run(
	    &analysis, subject->paths, subject->path_count, &options, &ops, collecting, &diag);

	analysis_free(analysis);
	if (st == ST_OK)
		return EXIT_WELL;
	say("%s", diag.text);
	return EXIT_TROUBLE;
}

static int
match_all(struct collecting *collecting, const struct subject *subject,
    const struct expectations *expectations)
{
	size_t count = expectations == NULL ? 0 : expectations_filter_count(expectations);

	if (count > 0 && strcmp(subject->paths[0], "-") == 0) {
		say("standard input cannot be read again, as a filter of a <flow> wants");
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < count; i++) {
		collecting->filter = i;
		if (match(collecting, subject, expectations_filter(expectations, i)) != EXIT_WELL)
			return EXIT_TROUBLE;
	}
	return EXIT_WELL;
}

/* *data is NULL where nothing could be read. */
static int
collect(struct check_data **data, const struct options *options, const struct subject *subject,
    const struct expectations *expectations)
{
	struct sockets_options sockets = subject_told(subject, options);
	const struct analysis_options analysis_options = {
		.filter = options->filter,
		.sockets = &sockets,
	};
	const struct analysis_ops ops = {
		.packet = take_packet,
		.wire = take_wire,
		.flow = take_flow,
		.socket = take_socket,
		.listener = take_listener,
		.trouble = reading_trouble,
		.progress = reading_progress,
	};
	struct collecting collecting = { .data = check_data_new(expectations) };
	int status;

	sockets.want_rows = expectations != NULL && expectations_want_sockets(expectations);
	reading_init(&collecting.reading, options);
	collecting.reading.needs_packets = true;
	status = reading_run(
	    &collecting.reading, subject->paths, subject->path_count, &analysis_options, &ops);
	*data = collecting.data;
	if (collecting.reading.analysis == NULL ||
	    analysis_summary(collecting.reading.analysis)->packets == 0) {
		check_data_free(*data);
		*data = NULL;
	} else {
		if (match_all(&collecting, subject, expectations) != EXIT_WELL)
			status = EXIT_TROUBLE;
		check_collect_done(*data, collecting.reading.analysis, subject->paths[0]);
		if (check_data_left_out(*data) > 0) {
			say("%s: %" PRIu64 " rows were left out, since memory is bounded: not all "
			    "of it was checked",
			    collecting.reading.name.at, check_data_left_out(*data));
			status = EXIT_TROUBLE;
		}
	}
	reading_fini(&collecting.reading);
	return status;
}

/* --- what is written --- */

/* To a file of its own, where one is wanted. */
static int
write_as(const char *path, void (*write)(struct text *out, const struct check_result *result),
    const struct check_result *result)
{
	struct text out = { 0 };
	int status;

	if (path == NULL)
		return EXIT_WELL;
	write(&out, result);
	status = write_or_say(&out, path);
	text_fini(&out);
	return status;
}

static int
write_markdown(const struct checking *checking, const struct subjects *subjects)
{
	const char *path = checking->options->markdown;
	struct text ladder = { 0 };
	struct text out = { 0 };
	bool has_ladder;
	int status;

	if (path == NULL)
		return EXIT_WELL;
	has_ladder = check_ladder(&ladder, checking->options, subjects, &checking->result);
	check_write_markdown(&out, &checking->result, has_ladder ? text_str(&ladder) : NULL);
	status = write_or_say(&out, path);
	text_fini(&ladder);
	text_fini(&out);
	return status;
}

/* Annotations are only heeded on standard output. */
static int
write_words(const struct checking *checking)
{
	const struct options *options = checking->options;
	struct text out = { 0 };
	int status;

	check_write_text(&out, &checking->result, is_color_wanted(options));
	if (options->github && options->output == NULL)
		check_write_github(&out, &checking->result);
	status = write_or_say(&out, options->output);
	text_fini(&out);
	if (options->github && options->output != NULL &&
	    write_as("-", check_write_github, &checking->result) != EXIT_WELL)
		status = EXIT_TROUBLE;
	return status;
}

/* Each is written whatever became of the others. */
static int
write_result(struct checking *checking, const struct subjects *subjects)
{
	const struct options *options = checking->options;
	const struct check_result *result = &checking->result;
	int status;

	check_result_order(&checking->result);
	status = write_words(checking);
	if (write_as(options->junit, check_write_junit, result) != EXIT_WELL)
		status = EXIT_TROUBLE;
	if (write_as(options->tap, check_write_tap, result) != EXIT_WELL)
		status = EXIT_TROUBLE;
	if (write_as(options->sarif, check_write_sarif, result) != EXIT_WELL)
		status = EXIT_TROUBLE;
	if (write_markdown(checking, subjects) != EXIT_WELL)
		status = EXIT_TROUBLE;
	if (options->figures != NULL && check_figures(options, subjects, result) != EXIT_WELL)
		status = EXIT_TROUBLE;
	return status;
}

/* --- the three things it does --- */

static struct check_leniency
leniency_of(const struct options *options)
{
	return (struct check_leniency){
		.ignored = options->ignored.texts,
		.ignored_count = options->ignored.count,
		.tolerances = options->tolerances.texts,
		.tolerance_count = options->tolerances.count,
	};
}

static void
hold(struct checking *checking, const struct subject *subject)
{
	struct check_data *data;

	if (collect(&data, checking->options, subject, checking->expectations) != EXIT_WELL)
		checking->status = EXIT_TROUBLE;
	if (data == NULL)
		return;
	check_hold(&checking->result, checking->expectations, data);
	check_data_free(data);
}

static int
hold_all(const struct options *options, struct expectations *expectations,
    const struct subjects *subjects, const char *expected_by)
{
	struct checking checking = { .options = options, .expectations = expectations };
	int status;

	check_result_init(&checking.result, expected_by, options->baseline != NULL);
	for (size_t i = 0; i < subjects->count; i++)
		hold(&checking, &subjects->subjects[i]);
	check_finish(&checking.result, expectations);
	status = write_result(&checking, subjects);
	if (status == EXIT_WELL)
		status = checking.status;
	if (status == EXIT_WELL && checking.result.count == 0)
		say("nothing is expected, so nothing was checked");
	if (status == EXIT_WELL && (checking.result.failed > 0 || checking.result.count == 0))
		status = EXIT_DIFFERENT;
	check_result_fini(&checking.result);
	return status;
}

static int
check_expect(const struct options *options, const struct subjects *subjects)
{
	struct expectations *expectations;
	struct diag diag;
	int status;

	if (expectations_read(&expectations, options->expect, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	status = hold_all(options, expectations, subjects, options->expect);
	expectations_free(expectations);
	return status;
}

/* The good capture: the words are the others. With --merge its folder's parts are one. */
static int
collect_good(struct check_data **data, const struct options *options)
{
	struct options good = *options;
	char *word = (char *)(uintptr_t)options->baseline;
	struct subjects subjects;
	int status;

	good.words = &word;
	good.word_count = 1;
	*data = NULL;
	status = subjects_named(&subjects, &good);
	if (status == EXIT_WELL && subjects.count != 1) {
		say("%s: one good capture is wanted, and these are %zu; --merge reads several as "
		    "one",
		    word, subjects.count);
		status = EXIT_TROUBLE;
	}
	if (status == EXIT_WELL)
		status = collect(data, &good, &subjects.subjects[0], NULL);
	subjects_fini(&subjects);
	return status;
}

static int
check_baseline(const struct options *options, const struct subjects *subjects)
{
	const struct check_leniency leniency = leniency_of(options);
	struct expectations *expectations;
	struct check_data *good;
	int status = collect_good(&good, options);
	int held;

	if (good == NULL)
		return EXIT_TROUBLE;
	expectations = expectations_of((const struct check_data *const *)&good, 1, &leniency);
	held = hold_all(options, expectations, subjects, options->baseline);
	status = status == EXIT_WELL ? held : status;
	expectations_free(expectations);
	check_data_free(good);
	return status;
}

static int
write_expectations(const struct options *options, struct check_data **good, size_t count)
{
	const struct check_leniency leniency = leniency_of(options);
	struct expectations *expectations =
	    expectations_of((const struct check_data *const *)good, count, &leniency);
	struct text out = { 0 };
	int status;

	expectations_write(&out, expectations);
	status = write_or_say(&out, options->output);
	text_fini(&out);
	expectations_free(expectations);
	return status;
}

/* All captures show the same thing, run several times. */
static int
check_record(const struct options *options, const struct subjects *subjects)
{
	struct check_data **good = mem_realloc_array(NULL, subjects->count, sizeof(*good));
	size_t count = 0;
	int status = EXIT_WELL;

	for (size_t i = 0; i < subjects->count; i++) {
		if (collect(&good[count], options, &subjects->subjects[i], NULL) != EXIT_WELL)
			status = EXIT_TROUBLE;
		count += good[count] != NULL;
	}
	/* What is recorded of half a capture would be held against whole ones. */
	if (status == EXIT_WELL && count > 0)
		status = write_expectations(options, good, count);
	for (size_t i = 0; i < count; i++)
		check_data_free(good[i]);
	free(good);
	return status;
}

/* --- what was asked for --- */

static bool
is_asked_well(const struct options *options)
{
	int tasks = (options->expect != NULL) + (options->baseline != NULL) + options->record;
	const struct check_leniency leniency = leniency_of(options);
	struct diag diag;

	if (options->record &&
	    (options->junit != NULL || options->tap != NULL || options->sarif != NULL ||
		options->markdown != NULL || options->github || options->figures != NULL)) {
		say("--record gives expectations, and no result to write");
		return false;
	}
	if (tasks == 1 && options->expect != NULL &&
	    leniency.ignored_count + leniency.tolerance_count > 0) {
		say("--ignore and --tolerance belong to --baseline and --record: what a file "
		    "expects, it says itself");
		return false;
	}
	if (tasks != 1) {
		say("check wants one of --expect FILE, --baseline CAPTURE and --record; try "
		    "synscope check --help");
		return false;
	}
	if (check_leniency_check(&leniency, &diag) == ST_OK)
		return true;
	say("%s", diag.text);
	return false;
}

int
cmd_check(const struct options *options)
{
	struct subjects subjects;
	int status;

	if (!is_asked_well(options))
		return EXIT_TROUBLE;
	status = subjects_named(&subjects, options);
	if (status == EXIT_WELL && options->expect != NULL)
		status = check_expect(options, &subjects);
	else if (status == EXIT_WELL && options->baseline != NULL)
		status = check_baseline(options, &subjects);
	else if (status == EXIT_WELL)
		status = check_record(options, &subjects);
	subjects_fini(&subjects);
	return status;
}
