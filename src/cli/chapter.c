/*
 * One capture of a report. A small one is read once, and all of it is kept. Of
 * a large one the first run tallies the flows, and the second keeps the packets
 * and sockets of those that are worth a look: memory and time would not do for
 * more, nor would a reader's patience.
 */
#include "cli/reporting.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"

/*
 * More packets than that make two runs of it; nobody looks at as many, and a
 * line of JSON for each takes more room than the capture.
 */
#define PACKETS_MAX UINT64_C(200000)

/* So many packets tell how many there will be. */
#define PACKETS_TO_JUDGE UINT64_C(4096)

/* --- records --- */

static const struct {
	const char *name;
	enum export_record record;
} record_rows[REPORT_RECORDS] = {
	{ "flows", RECORD_FLOWS },
	{ "listeners", RECORD_LISTENERS },
	{ "packets", RECORD_PACKETS },
	{ "sockets", RECORD_SOCKET_CHANGES },
};

enum { OF_FLOWS, OF_LISTENERS, OF_PACKETS, OF_SOCKETS };

/* "listen/flows.jsonl" */
static void
put_record_name(struct text *out, const char *chapter, int which)
{
	text_put(out, chapter);
	text_char(out, '/');
	text_put(out, record_rows[which].name);
	text_put(out, ".jsonl");
}

void
reporting_fail(struct reporting *reporting, const struct diag *diag)
{
	if (!reporting->failed)
		say("%s", diag->text);
	reporting->failed = true;
}

static void
open_records(struct reporting *reporting, int count)
{
	struct export_options options = { .format = FORMAT_JSONL };
	struct diag diag;

	memset(reporting->records, 0, sizeof(reporting->records));
	reporting->record_count = 0;
	if (reporting->folder == NULL)
		return;
	reporting->record_count = count;
	for (int i = 0; i < count && !reporting->failed; i++) {
		struct text file = { 0 };
		const char *path;

		put_record_name(&file, reporting->name, i);
		if (folder_path(reporting->folder, text_str(&file), &path, &options.sha, &diag) !=
			ST_OK ||
		    export_open(&reporting->records[i].out, path, record_rows[i].record, &options,
			&diag) != ST_OK)
			reporting_fail(reporting, &diag);
		text_fini(&file);
	}
}

static void
close_records(struct reporting *reporting)
{
	struct diag diag;

	for (int i = 0; i < REPORT_RECORDS; i++) {
		if (reporting->records[i].out == NULL)
			continue;
		if (export_close(reporting->records[i].out, &diag) == ST_IO)
			reporting_fail(reporting, &diag);
		reporting->records[i].out = NULL;
	}
}

/* They begin anew. */
static void
drop_records(struct reporting *reporting)
{
	for (int i = REPORT_RECORDS - 1; i >= 0; i--) {
		if (reporting->records[i].out == NULL)
			continue;
		export_abandon(reporting->records[i].out);
		reporting->records[i].out = NULL;
		folder_drop(reporting->folder);
	}
}

static struct export *
record_of(struct reporting *reporting, int which)
{
	struct record *record = &reporting->records[which];

	if (record->rows++ == 0 && record->out != NULL)
		export_source(record->out, reporting->reading.analysis);
	return record->out;
}

/* --- rows --- */

static void
take_packet(void *ctx, const struct packet_row *row)
{
	struct reporting *reporting = ctx;
	struct export *out = record_of(reporting, OF_PACKETS);

	figure_collect_packet(reporting->data, row);
	tally_packet(reporting->tally, row);
	if (out != NULL)
		export_packet(out, row);
}

/* Rows of packets come much later. */
static void
take_wire(void *ctx, const struct packet_wire *wire)
{
	struct reporting *reporting = ctx;

	reporting->packets++;
	figure_collect_wire(reporting->data, wire);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	struct reporting *reporting = ctx;
	struct export *out = record_of(reporting, OF_FLOWS);

	figure_collect_flow(reporting->data, row);
	tally_flow(reporting->tally, row);
	if (out != NULL)
		export_flow(out, row);
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	struct reporting *reporting = ctx;
	struct export *out = record_of(reporting, OF_SOCKETS);

	figure_collect_socket(reporting->data, row);
	if (out != NULL)
		export_socket(out, row);
}

static void
take_listener(void *ctx, const struct listener_row *row)
{
	struct reporting *reporting = ctx;
	struct export *out = record_of(reporting, OF_LISTENERS);

	figure_collect_listener(reporting->data, row);
	if (out != NULL)
		export_listener(out, row);
}

/* --- a small one --- */

/* Whether it turns out to be large, while that still saves something. */
static void
judge_size(void *ctx, uint64_t done_bytes, uint64_t total_bytes)
{
	struct reporting *reporting = ctx;
	uint64_t packets = reporting->packets;

	reading_progress(ctx, done_bytes, total_bytes);
	if (total_bytes == 0 || packets < PACKETS_TO_JUDGE)
		return;
	reporting->is_large =
	    packets > PACKETS_MAX || (done_bytes > 0 && packets * (total_bytes / 1024 + 1) >
							    PACKETS_MAX * (done_bytes / 1024 + 1));
}

static bool
is_large(void *ctx)
{
	return ((struct reporting *)ctx)->is_large;
}

static void
begin_capture(struct reporting *reporting)
{
	const struct figure_wanted wanted = { .first_data = true };

	reporting->data = figure_data_new(&wanted);
	reporting->tally = tally_new();
	reporting->packets = 0;
	reporting->kept = NULL;
	reporting->kept_count = 0;
}

static void
end_capture(struct reporting *reporting)
{
	tally_free(reporting->tally);
	figure_data_free(reporting->data);
	analysis_free(reporting->second);
	track_free(reporting->track);
	free(reporting->only);
	free(reporting->seen);
	reporting->second = NULL;
	reporting->track = NULL;
	reporting->only = NULL;
	reporting->seen = NULL;
	reporting->tally = NULL;
	reporting->data = NULL;
}

static int
read_small(struct reporting *reporting, const struct subject *subject,
    struct analysis_options *options, struct sockets_options *sockets)
{
	const struct analysis_ops ops = {
		.packet = take_packet,
		.wire = take_wire,
		.flow = take_flow,
		.socket = take_socket,
		.listener = take_listener,
		.trouble = reading_trouble,
		.progress = judge_size,
		.enough = is_large,
	};
	int status;

	begin_capture(reporting);
	reporting->is_large = false;
	sockets->want_rows = true;
	open_records(reporting, REPORT_RECORDS);
	status =
	    reading_run(&reporting->reading, subject->paths, subject->path_count, options, &ops);
	if (!reporting->is_large)
		return status;
	drop_records(reporting);
	end_capture(reporting);
	return status;
}

/* --- a large one --- */

static int
read_large(struct reporting *reporting, const struct subject *subject,
    struct analysis_options *options, struct sockets_options *sockets)
{
	const struct analysis_ops ops = {
		.flow = take_flow,
		.listener = take_listener,
		.trouble = reading_trouble,
		.progress = reading_progress,
	};
	int status;

	begin_capture(reporting);
	sockets->want_rows = false;
	options->track = reporting->track = track_new();
	open_records(reporting, OF_LISTENERS + 1);
	status =
	    reading_run(&reporting->reading, subject->paths, subject->path_count, options, &ops);
	if (reporting->reading.analysis == NULL)
		return status;
	tally_end(reporting->tally, analysis_summary(reporting->reading.analysis)->last_ns);
	reporting->kept = reporting->keep;
	reporting->kept_count = tally_keep(reporting->tally, reporting->data, reporting->keep);
	again_read(reporting, subject, options, sockets);
	return status;
}

/* --- the chapter --- */

static void
add_chapter(struct reporting *reporting, const struct subject *subject,
    const struct sockets_options *sockets)
{
	const struct reading *reading = &reporting->reading;
	struct report_record records[REPORT_RECORDS];
	struct text names[REPORT_RECORDS] = { { 0 } };

	for (int i = 0; i < REPORT_RECORDS; i++) {
		put_record_name(&names[i], reporting->name, i);
		records[i] = (struct report_record){
			.name = record_rows[i].name,
			.href = i < reporting->record_count ? text_str(&names[i]) : NULL,
			.rows = reporting->records[i].rows,
		};
	}
	if (reporting->kept == NULL)
		tally_end(reporting->tally, analysis_summary(reporting->reading.analysis)->last_ns);
	figure_collect_done(reporting->data, reading->analysis, reading->name.at);
	report_add(reporting->report,
	    &(struct report_source){
		.paths = subject->paths,
		.path_count = subject->path_count,
		.experiment = subject->known == NULL ? NULL : subject->known->experiment,
		.data = reporting->data,
		.kept = reporting->kept,
		.kept_count = reporting->kept_count,
		.tally = reporting->tally,
		.analysis = reading->analysis,
		.sockets = sockets,
		.troubles = reading->troubles.at,
		.troubles_length = reading->troubles.length,
		.records = records,
		.record_count = reporting->folder == NULL ? 0 : REPORT_RECORDS,
	    });
	for (int i = 0; i < REPORT_RECORDS; i++)
		text_fini(&names[i]);
}

int
chapter_read(struct reporting *reporting, const struct subject *subject)
{
	const struct options *options = reporting->reading.options;
	struct sockets_options sockets = subject_told(subject, options);
	struct analysis_options analysis_options = {
		.filter = options->filter,
		.sockets = &sockets,
		/* Wherever it was called from, the report is the same. */
		.file_name = path_last_name,
	};
	int status;

	reporting->name = report_name(reporting->report, subject->paths[0]);
	status = read_small(reporting, subject, &analysis_options, &sockets);
	if (reporting->is_large)
		status = read_large(reporting, subject, &analysis_options, &sockets);
	close_records(reporting);
	if (reporting->reading.analysis != NULL)
		add_chapter(reporting, subject, &sockets);
	end_capture(reporting);
	return reporting->failed ? EXIT_TROUBLE : status;
}
