/*
 * The report: captures are read one after another, and each becomes a chapter;
 * then the whole goes where it is wanted: a folder, one page, or XML alone.
 */
#include "cli/reporting.h"

#include "markup/markup.h"
#include "report/template.h"

#define FOLDER_NAME "synscope-report"

/* --- one file --- */

static enum status
take_single(void *ctx, const char *name, const struct text *page, struct diag *diag)
{
	(void)name;
	return write_whole(page, ctx, diag);
}

/* --- a folder --- */

static void
take_figure(void *ctx, const char *name, const struct text *svg)
{
	struct reporting *reporting = ctx;
	struct diag diag;

	if (!reporting->failed && folder_write(reporting->folder, name, svg, &diag) != ST_OK)
		reporting_fail(reporting, &diag);
}

static enum status
take_page(void *ctx, const char *name, const struct text *page, struct diag *diag)
{
	return folder_write(ctx, name, page, diag);
}

/* --- all of it --- */

static enum status
write_xml(const struct reporting *reporting, struct markup_document *document, struct diag *diag)
{
	const char *path = reporting->reading.options->xml;
	struct text out = { 0 };
	enum status st = ST_OK;

	if (path == NULL && reporting->folder == NULL)
		return ST_OK;
	markup_document_write(document, &out);
	if (path != NULL)
		st = write_whole(&out, path, diag);
	if (st == ST_OK && reporting->folder != NULL)
		st = folder_write(reporting->folder, "report.xml", &out, diag);
	text_fini(&out);
	return st;
}

static enum status
write_pages(const struct reporting *reporting, struct markup_document *document,
    const struct template_set *set, struct diag *diag)
{
	const char *path = reporting->reading.options->single_file;
	enum status st = ST_OK;

	if (path != NULL)
		st = template_write(set, document, &(struct template_options){ .single = true },
		    take_single, (char *)(uintptr_t)path, diag);
	if (st == ST_OK && reporting->folder != NULL)
		st = template_write(set, document, &(struct template_options){ 0 }, take_page,
		    reporting->folder, diag);
	return st;
}

static enum status
write_pdf(const struct reporting *reporting, struct diag *diag)
{
	const char *path = reporting->reading.options->pdf;
	struct text out = { 0 };
	enum status st;
	int64_t date_s;

	if (path == NULL)
		return ST_OK;
	st = report_print(&out, reporting->report, source_date(&date_s) ? &date_s : NULL, diag);
	if (st == ST_OK)
		st = write_whole(&out, path, diag);
	text_fini(&out);
	return st;
}

/* The folder appears last, when all else went well. */
static enum status
write_report(struct reporting *reporting, const struct template_set *set, struct diag *diag)
{
	struct markup_document *document = report_finish(reporting->report);
	struct folder *folder = reporting->folder;
	enum status st = write_xml(reporting, document, diag);

	if (st == ST_OK)
		st = write_pdf(reporting, diag);
	if (st == ST_OK)
		st = write_pages(reporting, document, set, diag);
	if (st != ST_OK || folder == NULL)
		return st;
	reporting->folder = NULL;
	return folder_close(folder, diag);
}

/* --- the command --- */

static struct report_options
report_options_of(struct reporting *reporting, const struct subjects *subjects)
{
	struct report_options report_options = {
		.lang = (enum lang)reporting->reading.options->lang,
		.capture_count = subjects->count,
		.paths = (const char *const *)subjects->paths.paths,
		.path_count = subjects->paths.count,
		.take = reporting->folder == NULL ? NULL : take_figure,
		.ctx = reporting,
		.for_paper = reporting->reading.options->pdf != NULL,
	};

	if (subjects->known_count > 0)
		report_options.experiment = subjects->known[0].experiment;
	return report_options;
}

static int
tell_subjects(
    struct reporting *reporting, const struct subjects *subjects, const struct template_set *set)
{
	const struct report_options report_options = report_options_of(reporting, subjects);
	int status = EXIT_WELL;
	struct diag diag;

	reporting->report = report_new(&report_options);
	for (size_t i = 0; i < subjects->count && !reporting->failed; i++)
		if (chapter_read(reporting, &subjects->subjects[i]) != EXIT_WELL)
			status = EXIT_TROUBLE;
	/* Where nothing could be read that has been said, and there is nothing to tell. */
	if (!reporting->reading.was_read || reporting->failed) {
		status = EXIT_TROUBLE;
	} else if (write_report(reporting, set, &diag) != ST_OK) {
		say("%s", diag.text);
		status = EXIT_TROUBLE;
	}
	report_free(reporting->report);
	return status;
}

/* Into a folder, unless it is wanted in another way alone. */
static const char *
folder_wanted(const struct options *options)
{
	if (options->output == NULL &&
	    (options->single_file != NULL || options->pdf != NULL || options->xml != NULL))
		return NULL;
	return options->output == NULL ? FOLDER_NAME : options->output;
}

/* What stands in the way is told before the captures are read. */
static int
run_on(const struct options *options, const struct subjects *subjects)
{
	struct catalog *catalog = catalog_new((enum lang)options->lang);
	const char *path = folder_wanted(options);
	const char *template = options->template == NULL ? template_names[0] : options->template;
	struct reporting reporting = { 0 };
	struct template_set *set = NULL;
	int status = EXIT_TROUBLE;
	struct diag diag;

	reading_init(&reporting.reading, options);
	if (template_open(&set, template, catalog, &diag) != ST_OK ||
	    (path != NULL && folder_open(&reporting.folder, path, &diag) != ST_OK))
		say("%s", diag.text);
	else
		status = tell_subjects(&reporting, subjects, set);
	folder_abandon(reporting.folder);
	template_free(set);
	catalog_free(catalog);
	reading_fini(&reporting.reading);
	return status;
}

int
cmd_report(const struct options *options)
{
	struct subjects subjects;
	int status = subjects_named(&subjects, options);

	if (subjects.count > 0 && run_on(options, &subjects) != EXIT_WELL)
		status = EXIT_TROUBLE;
	subjects_fini(&subjects);
	return status;
}
