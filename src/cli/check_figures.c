/*
 * What check and figure do together, who do not know each other: the figure that
 * shows a failure. Each is drawn from a run of its own, of the flows to blame.
 */
#include "cli/check_figures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/drawing.h"

/* Nobody looks at more. */
#define FIGURES_MAX 20

static const struct subject *
subject_of(const struct subjects *subjects, const struct check_case *c)
{
	for (size_t i = 0; i < subjects->count; i++)
		if (strcmp(subjects->subjects[i].paths[0], c->capture) == 0)
			return &subjects->subjects[i];
	return NULL;
}

/* What was said of the capture was said when it was checked. */
static bool
draw(struct text *out, const struct options *options, const struct subject *subject,
    const struct check_case *c, const char *kind_name, size_t flow_count, enum figure_format format)
{
	const struct figure_kind *kind = figure_kind_named(kind_name);
	const struct figure_wanted wanted = {
		.flows = c->flows,
		.flow_count = kind->needs & NEEDS_ALL_FLOWS ? 0 : flow_count,
	};
	uint32_t frames[CHECK_FRAMES_MAX];
	const struct figure_options figure_options = {
		.flows = c->flows,
		.flow_count = flow_count,
		.theme_auto = true,
		.apart = frames,
		.apart_count = c->frame_count,
	};
	struct options quiet = *options;
	struct sockets_options sockets;
	const struct analysis_options analysis_options = {
		.filter = options->filter,
		.sockets = &sockets,
	};
	struct analysis_ops ops = drawing_ops(kind);
	struct drawing drawing = { .data = figure_data_new(&wanted) };
	struct analysis *analysis = NULL;
	struct diag diag;
	enum status st;

	for (size_t i = 0; i < c->frame_count; i++)
		frames[i] = c->frames[i].index;
	ops.trouble = NULL;
	ops.progress = NULL;
	quiet.talk = TALK_QUIET;
	sockets = subject_told(subject, &quiet);
	sockets.want_rows = true;
	st = analysis_run(&analysis, subject->paths, subject->path_count, &analysis_options, &ops,
	    &drawing, &diag);
	if (st == ST_OK) {
		figure_collect_done(drawing.data, analysis, subject->paths[0]);
		st = figure_draw(out, kind, format, drawing.data, &figure_options, &diag);
	}
	figure_data_free(drawing.data);
	analysis_free(analysis);
	return st == ST_OK;
}

bool
check_ladder(struct text *out, const struct options *options, const struct subjects *subjects,
    const struct check_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct check_case *c = &result->cases[i];
		const struct subject *subject = subject_of(subjects, c);

		if (c->outcome == CHECK_FAILED && c->flow_count > 0 && subject != NULL &&
		    strcmp(c->capture, "-") != 0)
			return draw(out, options, subject, c, "ladder", 1, FIGURE_MERMAID);
	}
	return false;
}

/* --- a folder of them --- */

static int
write_figure(const struct text *figure, const char *folder, size_t number, const char *fact)
{
	struct text path = { 0 };
	char digits[16];
	int status;

	snprintf(digits, sizeof(digits), "/%02zu-", number);
	text_put(&path, folder);
	text_put(&path, digits);
	text_put(&path, fact);
	text_put(&path, ".svg");
	status = write_or_say(figure, text_str(&path));
	text_fini(&path);
	return status;
}

/* The kind that shows it best; where that kind has nothing to draw, the packets. */
static bool
draw_case(struct text *out, const struct options *options, const struct subject *subject,
    const struct check_case *c)
{
	if (c->figure != NULL &&
	    draw(out, options, subject, c, c->figure, c->flow_count, FIGURE_SVG))
		return true;
	out->length = 0;
	return c->flow_count > 0 &&
	       draw(out, options, subject, c, "ladder", c->flow_count, FIGURE_SVG);
}

int
check_figures(const struct options *options, const struct subjects *subjects,
    const struct check_result *result)
{
	int status = EXIT_WELL;
	size_t drawn = 0;

	if (mkdir(options->figures, 0777) != 0 && errno != EEXIST) {
		say("%s: %s", options->figures, strerror(errno));
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < result->failed && drawn < FIGURES_MAX; i++) {
		const struct check_case *c = &result->cases[i];
		const struct subject *subject = subject_of(subjects, c);
		struct text figure = { 0 };

		if (subject == NULL || strcmp(c->capture, "-") == 0)
			continue;
		if (draw_case(&figure, options, subject, c) &&
		    write_figure(&figure, options->figures, ++drawn, c->fact) != EXIT_WELL)
			status = EXIT_TROUBLE;
		text_fini(&figure);
	}
	return status;
}
