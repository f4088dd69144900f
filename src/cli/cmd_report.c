/*
 * The report: captures are read one after another, and each becomes a chapter.
 */
#include "cli/cli_priv.h"

#include "capture/capture.h"
#include "export/sink.h"
#include "figure/figure.h"
#include "markup/markup.h"
#include "report/report.h"

struct reporting {
	struct reading reading; /* first: the analysis hands it back */
	struct report *report;
	struct figure_data *data; /* of the capture at hand */
};

static void
take_packet(void *ctx, const struct packet_row *row)
{
	figure_collect_packet(((struct reporting *)ctx)->data, row);
}

static void
take_wire(void *ctx, const struct packet_wire *wire)
{
	figure_collect_wire(((struct reporting *)ctx)->data, wire);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	figure_collect_flow(((struct reporting *)ctx)->data, row);
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	figure_collect_socket(((struct reporting *)ctx)->data, row);
}

static void
take_listener(void *ctx, const struct listener_row *row)
{
	figure_collect_listener(((struct reporting *)ctx)->data, row);
}

static int
read_capture(struct reporting *reporting, const char *const *paths, size_t count)
{
	const struct sockets_options sockets = { .want_rows = true, .backlog = -1 };
	const struct analysis_options options = {
		.filter = reporting->reading.options->filter,
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
	const struct figure_wanted wanted = { 0 };
	struct reading *reading = &reporting->reading;
	int status;

	reporting->data = figure_data_new(&wanted);
	status = reading_run(reading, paths, count, &options, &ops);
	if (reading->analysis != NULL) {
		figure_collect_done(reporting->data, reading->analysis, reading->name.at);
		report_add(reporting->report, &(struct report_source){
						  .paths = paths,
						  .path_count = count,
						  .data = reporting->data,
						  .analysis = reading->analysis,
					      });
	}
	figure_data_free(reporting->data);
	return status;
}

static int
write_report(struct reporting *reporting)
{
	struct text out = { 0 };
	struct sink *sink;
	struct diag diag;

	markup_document_write(report_finish(reporting->report), &out);
	if (sink_open(&sink, reporting->reading.options->output, &diag) != ST_OK) {
		say("%s", diag.text);
		text_fini(&out);
		return EXIT_TROUBLE;
	}
	sink_write(sink, out.at, out.length);
	text_fini(&out);
	if (sink_close(sink, &diag) == ST_IO) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	return EXIT_WELL;
}

int
cmd_report(const struct options *options)
{
	const struct report_options report_options = { .lang = (enum lang)options->lang };
	struct reporting reporting = { .report = report_new(&report_options) };
	struct capture_paths paths;
	int status = captures_named(&paths, options);
	size_t together = options->merge ? paths.count : 1;

	reading_init(&reporting.reading, options);
	for (size_t i = 0; i < paths.count; i += together)
		if (read_capture(&reporting, (const char *const *)paths.paths + i, together) !=
		    EXIT_WELL)
			status = EXIT_TROUBLE;
	if (write_report(&reporting) != EXIT_WELL)
		status = EXIT_TROUBLE;
	reading_fini(&reporting.reading);
	report_free(reporting.report);
	capture_paths_fini(&paths);
	return status;
}
