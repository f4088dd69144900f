#include "cli/rows.h"

#include "capture/capture.h"
#include "prose/prose.h"
#include "recorded/recorded.h"

/* The reader went away, or the disk is full: the rest of the capture is for nobody. */
bool
rows_enough(void *ctx)
{
	const struct rows *rows = ctx;

	return export_failed(rows->out);
}

static struct sockets_options
sockets_options_of(const struct options *options, const struct analysis_ops *ops)
{
	struct sockets_options sockets = told_options(&options->told);

	sockets.want_rows = ops->socket != NULL;
	sockets.rows_alone = ops->listener == NULL;
	return sockets;
}

/* That there is no row is an answer, if it is said. */
static void
tell_none(const struct rows *rows, const struct analysis_ops *ops)
{
	const struct reading *reading = &rows->reading;
	bool is_about_ends = ops->socket != NULL || ops->listener != NULL;

	if (!is_about_ends || reading->options->compare != NULL || rows->source != NULL ||
	    reading->analysis == NULL || reading->options->talk == TALK_QUIET ||
	    analysis_summary(reading->analysis)->packets == 0)
		return;
	say("%s: %s", reading->name.at,
	    ops->listener != NULL ? "no listener: the capture shows no connection being asked for"
				  : "no sockets: the capture shows no connection");
}

/* Without --merge each capture is analyzed on its own. */
static int
read_captures(struct rows *rows, const struct capture_paths *paths, const struct analysis_ops *ops)
{
	const struct options *options = rows->reading.options;
	struct sockets_options sockets;
	const struct analysis_options analysis_options = {
		.filter = options->filter,
		.sockets = ops->socket != NULL || ops->listener != NULL ? &sockets : NULL,
	};
	size_t together = options->merge ? paths->count : 1;
	int status = EXIT_WELL;

	for (size_t i = 0; i < paths->count && !export_failed(rows->out); i += together) {
		rows->source = NULL;
		sockets = sockets_options_of(options, ops);
		if (rows->experiment != NULL)
			told_facts(&sockets, rows->experiment, options->experiment, paths->paths[i],
			    options);
		if (reading_run(&rows->reading, (const char *const *)paths->paths + i, together,
			&analysis_options, ops) != EXIT_WELL)
			status = EXIT_TROUBLE;
		tell_none(rows, ops);
		if (rows->after != NULL && rows->reading.analysis != NULL &&
		    rows->after(rows) != EXIT_WELL)
			status = EXIT_TROUBLE;
	}
	return status;
}

/* Where nothing could be read no heading is written, and no file replaced. */
static int
close_rows(struct rows *rows)
{
	struct diag diag;
	enum status st;

	if (!rows->reading.was_read) {
		export_abandon(rows->out);
		return EXIT_TROUBLE;
	}
	st = export_close(rows->out, &diag);
	if (st == ST_OK || st == ST_END)
		return EXIT_WELL;
	say("%s", diag.text);
	return EXIT_TROUBLE;
}

static int
run_on(struct rows *rows, const struct options *options, const struct capture_paths *paths,
    enum export_record record, const struct analysis_ops *ops)
{
	const struct export_options export_options = {
		.format = (enum export_format)options->format,
		.color = is_color_wanted(options),
		.local_time = options->local_time,
		.catalog = rows->catalog,
	};
	struct diag diag;
	int status;

	if (export_open(&rows->out, options->output, record, &export_options, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	reading_init(&rows->reading, options);
	status = read_captures(rows, paths, ops);
	if (close_rows(rows) != EXIT_WELL)
		status = EXIT_TROUBLE;
	reading_fini(&rows->reading);
	return status;
}

static int
run_on_all(struct rows *rows, const struct options *options, enum export_record record,
    const struct analysis_ops *ops)
{
	struct capture_paths paths;
	int status = captures_named(&paths, options);

	if (paths.count > 0 && run_on(rows, options, &paths, record, ops) != EXIT_WELL)
		status = EXIT_TROUBLE;
	capture_paths_fini(&paths);
	return status;
}

int
rows_run_in(struct rows *rows, const struct options *options, enum export_record record,
    const struct analysis_ops *ops)
{
	struct diag diag;
	int status;

	if (options->experiment != NULL &&
	    experiment_read(&rows->experiment, options->experiment, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	rows->catalog = catalog_new((enum lang)options->lang);
	status = run_on_all(rows, options, record, ops);
	catalog_free(rows->catalog);
	experiment_free(rows->experiment);
	return status;
}

int
rows_run(const struct options *options, enum export_record record, const struct analysis_ops *ops)
{
	struct rows rows = { 0 };

	return rows_run_in(&rows, options, record, ops);
}
