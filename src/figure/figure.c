#include "figure/figure_priv.h"

#include <string.h>

#include "base/mem.h"

const char *const figure_time_names[TIME_COUNT] = {
	[TIME_COMPRESSED] = "compressed",
	[TIME_SCALED] = "scaled",
	[TIME_EVEN] = "even",
};

const struct figure_format_row figure_formats[FIGURE_FORMAT_COUNT] = {
	[FIGURE_SVG] = { "svg", ".svg", true },
	[FIGURE_PNG] = { "png", ".png", true },
	[FIGURE_PDF] = { "pdf", ".pdf", true },
	[FIGURE_TXT] = { "txt", ".txt", false },
	[FIGURE_MERMAID] = { "mermaid", ".mmd", false },
	[FIGURE_PLANTUML] = { "plantuml", ".puml", false },
};

const struct figure_kind figure_kinds[] = {
#define KIND(id, kind_name, kind_needs, build_function, words_function, choose_function, what) \
	{ .name = kind_name, \
		.needs = kind_needs, \
		.build = build_function, \
		.words = words_function, \
		.choose = choose_function, \
		.sentence = what },
#include "figure/kind.def"
#undef KIND
};

const size_t figure_kind_count = sizeof(figure_kinds) / sizeof(figure_kinds[0]);

const struct figure_kind *
figure_kind_named(const char *name)
{
	for (size_t i = 0; i < figure_kind_count; i++)
		if (strcmp(figure_kinds[i].name, name) == 0)
			return &figure_kinds[i];
	return NULL;
}

enum figure_format
figure_format_of(const char *path)
{
	size_t length = strlen(path);
	int format;

	for (format = 0; format < FIGURE_FORMAT_COUNT; format++) {
		const char *suffix = figure_formats[format].suffix;

		if (length >= strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0)
			break;
	}
	return (enum figure_format)format;
}

enum status
figure_paint(struct text *out, const struct scene *scene, enum figure_format format,
    const struct figure_options *options, struct diag *diag)
{
	if (format == FIGURE_PNG)
		return paint_png(out, scene, options, diag);
	if (format == FIGURE_PDF)
		return paint_pdf(out, scene, options, diag);
	paint_svg(out, scene, options);
	return ST_OK;
}

size_t
figure_choose(const struct figure_kind *kind, const struct figure_data *data,
    const struct figure_options *options, uint32_t **flows)
{
	bool is_chosen = options->flow_count > 0 && !(kind->needs & NEEDS_ALL_FLOWS);

	*flows = NULL;
	if (kind->choose == NULL || is_chosen || data->flow_count == 0)
		return 0;
	*flows = mem_realloc_array(NULL, data->flow_count, sizeof(**flows));
	return kind->choose(data, options, *flows);
}

static const char *
language_tag(enum lang lang)
{
	return lang == LANG_ZH_CN ? "zh-CN" : "en";
}

enum status
figure_scene(struct scene **out, const struct figure_kind *kind, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct scene *scene = scene_new(language_tag(options->lang));
	enum status st;

	scene->date_ns = data->first_ns;
	st = kind->build(scene, data, options, diag);
	if (st == ST_OK)
		*out = scene;
	else
		scene_free(scene);
	return st;
}

enum status
figure_draw(struct text *out, const struct figure_kind *kind, enum figure_format format,
    const struct figure_data *data, const struct figure_options *options, struct diag *diag)
{
	struct scene *scene;
	enum status st;

	if (!figure_formats[format].from_scene && kind->words == NULL)
		return diag_set(diag, ST_USAGE, "%s cannot be written as %s", kind->name,
		    figure_formats[format].name);
	if (!figure_formats[format].from_scene)
		return kind->words(out, format, data, options, diag);
	st = figure_scene(&scene, kind, data, options, diag);
	if (st != ST_OK)
		return st;
	st = figure_paint(out, scene, format, options, diag);
	scene_free(scene);
	return st;
}
