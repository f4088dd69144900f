/*
 * The report: captures are read one after another, and each becomes a chapter.
 */
#include "cli/cli_priv.h"

#include "cli/subjects.h"
#include "export/sink.h"
#include "figure/figure.h"
#include "markup/markup.h"
#include "report/report.h"

struct reporting {
	struct reading reading; /* first: the analysis hands it back */
	struct report *report;
	struct figure_data *data; /* of the capture at hand, as is the next */
	struct tally *tally;
};

static void
take_packet(void *ctx, const struct packet_row *row)
{
	struct reporting *reporting = ctx;

	figure_collect_packet(reporting->data, row);
	tally_packet(reporting->tally, row);
}

static void
take_wire(void *ctx, const struct packet_wire *wire)
{
	figure_collect_wire(((struct reporting *)ctx)->data, wire);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	struct reporting *reporting = ctx;

	figure_collect_flow(reporting->data, row);
	tally_flow(reporting->tally, row);
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

static void
add_chapter(struct reporting *reporting, const struct subject *subject,
    const struct sockets_options *sockets)
{
	const struct reading *reading = &reporting->reading;

	tally_end(reporting->tally);
	figure_collect_done(reporting->data, reading->analysis, reading->name.at);
	report_name(reporting->report, subject->paths, subject->path_count);
	report_add(reporting->report,
	    &(struct report_source){
		.paths = subject->paths,
		.path_count = subject->path_count,
		.experiment = subject->known == NULL ? NULL : subject->known->experiment,
		.data = reporting->data,
		.tally = reporting->tally,
		.analysis = reading->analysis,
		.sockets = sockets,
	    });
}

static int
read_subject(struct reporting *reporting, const struct subject *subject)
{
	const struct options *options = reporting->reading.options;
	struct sockets_options sockets = told_options(&options->told);
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
	const struct figure_wanted wanted = { 0 };
	int status;

	sockets.want_rows = true;
	if (subject->known != NULL)
		told_facts(&sockets, subject->known->experiment, subject->known->path,
		    subject->paths[0], options);
	reporting->data = figure_data_new(&wanted);
	reporting->tally = tally_new();
	status = reading_run(
	    &reporting->reading, subject->paths, subject->path_count, &analysis_options, &ops);
	if (reporting->reading.analysis != NULL)
		add_chapter(reporting, subject, &sockets);
	tally_free(reporting->tally);
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

static struct report_options
report_options_of(const struct options *options, const struct subjects *subjects)
{
	struct report_options report_options = {
		.lang = (enum lang)options->lang,
		.capture_count = subjects->count,
	};

	if (subjects->count > 0)
		report_options.file = subjects->subjects[0].paths[0];
	if (subjects->known_count > 0)
		report_options.experiment = subjects->known[0].experiment;
	return report_options;
}

int
cmd_report(const struct options *options)
{
	struct reporting reporting = { 0 };
	struct report_options report_options;
	struct subjects subjects;
	int status = subjects_named(&subjects, options);

	report_options = report_options_of(options, &subjects);
	reporting.report = report_new(&report_options);
	reading_init(&reporting.reading, options);
	for (size_t i = 0; i < subjects.count; i++)
		if (read_subject(&reporting, &subjects.subjects[i]) != EXIT_WELL)
			status = EXIT_TROUBLE;
	/* Where nothing could be read that has been said, and there is nothing to tell. */
	if (!reporting.reading.was_read || write_report(&reporting) != EXIT_WELL)
		status = EXIT_TROUBLE;
	reading_fini(&reporting.reading);
	report_free(reporting.report);
	subjects_fini(&subjects);
	return status;
}
