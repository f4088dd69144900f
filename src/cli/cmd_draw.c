/*
 * One figure of one capture. What it needs is collected in one run, of the flows
 * that were asked for; where that is too much, in another one, of those that the
 * figure is about. It is drawn in memory, and then written whole.
 */
#include "cli/drawing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/capture.h"

/* --- what the user said, for the figure --- */

/* "END=NAME" is cut in two. */
static struct figure_alias *
aliases_of(const struct texts *texts)
{
	struct figure_alias *aliases = mem_realloc_array(NULL, texts->count, sizeof(*aliases));

	for (size_t i = 0; i < texts->count; i++) {
		char *end = mem_strdup(texts->texts[i]);
		char *sign = strchr(end, '=');

		*sign = '\0';
		aliases[i] = (struct figure_alias){ .end = end, .name = sign + 1 };
	}
	return aliases;
}

static void
aliases_free(struct figure_alias *aliases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)aliases[i].end);
	free(aliases);
}

/* Cuts words at its commas. */
static size_t
lanes_of(char *words, const char ***lanes)
{
	size_t count = 0;
	char *rest = NULL;

	*lanes = NULL;
	if (words == NULL)
		return 0;
	for (char *word = strtok_r(words, ",", &rest); word != NULL;
	     word = strtok_r(NULL, ",", &rest)) {
		*lanes = mem_realloc_array(*lanes, count + 1, sizeof(**lanes));
		(*lanes)[count++] = word;
	}
	return count;
}

/* --- the run --- */

static bool
can_be_read_again(const struct capture_paths *paths)
{
	struct stat about;

	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(paths->paths[i], "-") == 0 || stat(paths->paths[i], &about) != 0 ||
		    !S_ISREG(about.st_mode))
			return false;
	return true;
}

/* Once more, for the flows alone that the figure is about. What there is to tell of the capture was told. */
static void
collect_again(struct drawing *drawing, const struct figure_kind *kind,
    const struct capture_paths *paths, struct analysis_options analysis_options,
    struct sockets_options sockets)
{
	const struct options *options = drawing->reading.options;
	const struct figure_options chosen = { .flows = options->flows.numbers,
		.flow_count = options->flows.count };
	struct analysis_ops ops = drawing_ops(kind);
	struct drawing again = { .reading = { .options = options } };
	struct figure_wanted wanted = { 0 };
	struct diag diag;
	uint32_t *flows;

	ops.trouble = NULL;
	ops.progress = NULL;
	wanted.flow_count = figure_choose(kind, drawing->data, &chosen, &flows);
	wanted.flows = flows;
	sockets.flows = flows;
	sockets.flow_count = wanted.flow_count;
	if (analysis_options.sockets != NULL)
		analysis_options.sockets = &sockets;
	if (wanted.flow_count > 0)
		again.data = figure_data_new(&wanted);
	if (again.data == NULL ||
	    analysis_run(&again.reading.analysis, (const char *const *)paths->paths, paths->count,
		&analysis_options, &ops, &again, &diag) != ST_OK) {
		figure_data_free(again.data);
		free(flows);
		return;
	}
	free(flows);
	figure_collect_done(again.data, again.reading.analysis, drawing->reading.name.at);
	figure_data_free(drawing->data);
	analysis_free(drawing->reading.analysis);
	drawing->data = again.data;
	drawing->reading.analysis = again.reading.analysis;
}

static int
collect(struct drawing *drawing, const struct figure_kind *kind, const struct capture_paths *paths)
{
	const struct options *options = drawing->reading.options;
	const struct figure_wanted wanted = {
		.flows = options->flows.numbers,
		.flow_count = kind->needs & NEEDS_ALL_FLOWS ? 0 : options->flows.count,
		.frame = options->frames.count > 0 ? options->frames.numbers[0] : 0,
	};
	struct sockets_options sockets = told_options(&options->told);
	const struct analysis_options analysis_options = {
		.filter = options->filter,
		.sockets = kind->needs & (NEEDS_SOCKETS | NEEDS_LISTENERS) ? &sockets : NULL,
	};
	const struct analysis_ops ops = drawing_ops(kind);
	int status;

	sockets.want_rows = true;
	if (wanted.flow_count > 0) {
		sockets.flows = wanted.flows;
		sockets.flow_count = wanted.flow_count;
	}
	drawing->data = figure_data_new(&wanted);
	status = reading_run(&drawing->reading, (const char *const *)paths->paths, paths->count,
	    &analysis_options, &ops);
	if (drawing->reading.analysis == NULL)
		return EXIT_TROUBLE;
	figure_collect_done(drawing->data, drawing->reading.analysis, drawing->reading.name.at);
	if (drawing->data->left_out > 0 && can_be_read_again(paths))
		collect_again(drawing, kind, paths, analysis_options, sockets);
	if (drawing->data->left_out > 0 && options->talk != TALK_QUIET)
		say("%s: %" PRIu64 " rows were left out of the figure, since memory is bounded; "
		    "--flow N chooses",
		    drawing->reading.name.at, drawing->data->left_out);
	return status;
}

static enum status
draw(struct text *out, const struct drawing *drawing, const struct figure_kind *kind,
    enum figure_format format, struct diag *diag)
{
	const struct options *options = drawing->reading.options;
	char *words = options->lanes == NULL ? NULL : mem_strdup(options->lanes);
	struct figure_alias *aliases = aliases_of(&options->aliases);
	struct figure_options figure_options = {
		.flows = options->flows.numbers,
		.flow_count = options->flows.count,
		.theme_auto = options->theme == 0,
		.theme = options->theme == 0 ? THEME_LIGHT : (enum scene_theme)(options->theme - 1),
		.lang = (enum lang)options->lang,
		.time = (enum figure_time)options->time,
		.frame = options->frames.count > 0 ? options->frames.numbers[0] : 0,
		.aliases = aliases,
		.alias_count = options->aliases.count,
		.side = (enum figure_side)options->from,
		.wrong = options->wrong,
	};
	const char **lanes;
	enum status st;

	figure_options.lane_count = lanes_of(words, &lanes);
	figure_options.lanes = lanes;
	figure_options.has_date = source_date(&figure_options.date_s);
	st = figure_draw(out, kind, format, drawing->data, &figure_options, diag);
	free(lanes);
	free(words);
	aliases_free(aliases, options->aliases.count);
	return st;
}

static int
run_on(const struct options *options, const struct capture_paths *paths,
    const struct figure_kind *kind, enum figure_format format)
{
	struct drawing drawing = { 0 };
	struct text out = { 0 };
	struct diag diag;
	enum status st = ST_OK;
	int status;

	reading_init(&drawing.reading, options);
	drawing.reading.needs_packets = true;
	status = collect(&drawing, kind, paths);
	/* Where nothing could be read or decoded that has been said. */
	if (drawing.reading.analysis != NULL &&
	    analysis_summary(drawing.reading.analysis)->packets > 0) {
		st = draw(&out, &drawing, kind, format, &diag);
		if (st == ST_OK)
			st = write_whole(&out, options->output, &diag);
		if (st == ST_USAGE)
			say("%s: %s", drawing.reading.name.at, diag.text);
		else if (st != ST_OK)
			say("%s", diag.text);
	}
	figure_data_free(drawing.data);
	reading_fini(&drawing.reading);
	text_fini(&out);
	return st == ST_OK ? status : EXIT_TROUBLE;
}

/* --- is this a thing to draw --- */

static void
say_kinds(const char *wrong)
{
	struct text line = { 0 };

	for (size_t i = 0; i < figure_kind_count; i++) {
		text_put(&line, i == 0 ? "" : i + 1 == figure_kind_count ? " and " : ", ");
		text_put(&line, figure_kinds[i].name);
	}
	say("there is no figure \"%s\"; the kinds are %s", wrong, text_str(&line));
	text_fini(&line);
}

/* false: it was said why not. */
static bool
choose_format(
    const struct options *options, const struct figure_kind *kind, enum figure_format *format)
{
	*format = FIGURE_SVG;
	if (options->type != 0)
		*format = (enum figure_format)(options->type - 1);
	else if (options->output != NULL)
		*format = figure_format_of(options->output);
	if (*format == FIGURE_FORMAT_COUNT) {
		say("%s: its end does not say what to draw; --type does, or a file that ends in "
		    ".svg, "
		    ".png, .pdf, .txt, .mmd or .puml",
		    options->output);
		return false;
	}
	if (!figure_formats[*format].from_scene && kind->words == NULL) {
		say("%s cannot be written as %s", kind->name, figure_formats[*format].name);
		return false;
	}
	if (options->output == NULL && (*format == FIGURE_PNG || *format == FIGURE_PDF) &&
	    isatty(STDOUT_FILENO)) {
		say("%s does not belong on a terminal; -o FILE takes it",
		    figure_formats[*format].name);
		return false;
	}
	return true;
}

static bool
are_aliases(const struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *sign = strchr(texts->texts[i], '=');

		if (sign != NULL && sign != texts->texts[i] && sign[1] != '\0')
			continue;
		say("--alias wants END=NAME, not \"%s\"", texts->texts[i]);
		return false;
	}
	return true;
}

int
cmd_draw(const struct options *options)
{
	/* The first word is the kind, the others are captures. */
	const struct figure_kind *kind = figure_kind_named(options->words[0]);
	struct options rest = *options;
	struct capture_paths paths;
	enum figure_format format;
	int status;

	if (kind == NULL) {
		say_kinds(options->words[0]);
		return EXIT_TROUBLE;
	}
	rest.words++;
	rest.word_count--;
	if (rest.word_count == 0) {
		say("a capture is wanted after %s; try synscope draw --help", kind->name);
		return EXIT_TROUBLE;
	}
	if (options->frames.count > 1) {
		say("one frame can be chosen, and these are %zu", options->frames.count);
		return EXIT_TROUBLE;
	}
	if (!choose_format(options, kind, &format) || !are_aliases(&options->aliases))
		return EXIT_TROUBLE;
	status = captures_named(&paths, &rest);
	if (status == EXIT_WELL && paths.count > 1 && !options->merge) {
		say("draw reads one capture, and these are %zu; --merge reads several as one",
		    paths.count);
		status = EXIT_TROUBLE;
	}
	if (status == EXIT_WELL && paths.count > 0)
		status = run_on(&rest, &paths, kind, format);
	capture_paths_fini(&paths);
	return status;
}
