/*
 * A figure on paper: as large as it must be to be read, on an upright page where
 * that will do, else on one that lies across or is folded in.
 */
#include "report/print_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"

/* Of the smallest words that matter: five points on an upright page, four and a half elsewhere. */
#define READABLE       6.66
#define READABLE_ASKED 6.0
/* Where it makes the difference, so much less will do. */
#define NEARLY 0.85
/* Words no larger than those around it. */
#define SCALE_MAX 0.9
/* Of the page's height, for what stands below. */
#define CAPTION_ROOM 60.0
/* Of pages that are cut where something ends, so much is used. */
#define CUT_WELL  0.88
#define PAGES_MAX 4
/* One text in twenty may be smaller. */
#define SMALL_SHARE 20
/* So much smaller, where that saves a page. */
#define SHRINK 0.82
/* What is higher than that can be cut anywhere: a band, a lifeline. */
#define BAND 60.0

#define CAPTION_SIZE 11.2
static const struct scene_style caption_label = { .size = CAPTION_SIZE, .bold = true };

/* --- how small its words are --- */

static double
smallest_words(const struct scene *scene)
{
	double *sizes = mem_realloc_array(NULL, scene->count + 1, sizeof(*sizes));
	size_t count = 0;
	double small = 12;

	for (size_t i = 0; i < scene->count; i++)
		if (scene->items[i].kind == SCENE_TEXT)
			sizes[count++] = scene->items[i].style.size;
	qsort(sizes, count, sizeof(*sizes), order_double);
	if (count > 0)
		small = sizes[count / SMALL_SHARE];
	free(sizes);
	return small;
}

/* --- where it may be cut, if it does not say --- */

struct span {
	double top;
	double bottom;
};

static int
by_top(const void *a, const void *b)
{
	double one = ((const struct span *)a)->top;
	double other = ((const struct span *)b)->top;

	return (one > other) - (one < other);
}

struct spans {
	struct span *at;
	size_t count;
	size_t room;
};

static void
add_span(struct spans *spans, double top, double bottom)
{
	spans->at = mem_room(spans->at, &spans->room, spans->count, sizeof(*spans->at));
	spans->at[spans->count++] = (struct span){ top, bottom };
}

/* Of a line that goes straight down, nothing is lost by a cut. */
static void
add_path(struct spans *spans, const struct scene_item *item)
{
	struct scene_point from = { 0 };

	for (size_t i = 0; i < item->step_count; i++) {
		const struct scene_step *step = &item->steps[i];
		struct scene_point to = step->at[step->verb == 'C' ? 2 : 0];

		if (step->verb == 'Z')
			continue;
		if (step->verb != 'M' && fabs(to.x - from.x) >= 1)
			add_span(spans, fmin(from.y, to.y), fmax(from.y, to.y));
		from = to;
	}
}

/* What a cut would spoil. */
static void
add_item(struct spans *spans, const struct scene_item *item)
{
	const struct scene_box *box = &item->box;

	if (item->kind == SCENE_PATH)
		add_path(spans, item);
	else if (item->kind == SCENE_TEXT && !item->style.upwards)
		add_span(spans, box->y, box->y + box->height);
	else if (item->kind == SCENE_RECT && box->height <= BAND)
		add_span(spans, box->y, box->y + box->height);
}

/* Between what it shows, wherever there is nothing. */
static void
find_breaks(struct scene *scene)
{
	struct spans spans = { 0 };
	double bottom = 0;

	for (size_t i = 0; i < scene->count; i++)
		add_item(&spans, &scene->items[i]);
	if (spans.count > 0)
		qsort(spans.at, spans.count, sizeof(*spans.at), by_top);
	for (size_t i = 0; i < spans.count; i++) {
		double top = spans.at[i].top;

		if (bottom > 0 && top > bottom + 1 && top < scene->height)
			scene_page_break(scene, (bottom + top) / 2);
		bottom = fmax(bottom, spans.at[i].bottom);
	}
	free(spans.at);
}

/* --- its page --- */

/* false: it is too small there, or too high and cannot be cut. */
static bool
suits(struct block *block, enum sheet sheet, double least)
{
	const struct scene *scene = block->scene;
	struct scene_box body = sheet_body(sheet);
	double room = body.height - CAPTION_ROOM;
	double whole = room / scene->height;

	block->sheet = sheet;
	block->scale = fmin(SCALE_MAX, body.width / scene->width);
	if (block->scale < least)
		return false;
	if (block->scale <= whole)
		return true;
	if (whole >= least * NEARLY) {
		block->scale = whole;
		return true;
	}
	/* As large as the pages allow that it takes. */
	block->scale = fmin(block->scale, CUT_WELL * ceil(least / whole) * whole);
	block->scale = fmax(block->scale, least);
	return scene->break_count > 0;
}

/* On which page, and how large: the first that shows it well. */
static void
choose_sheet(struct block *block)
{
	double small = smallest_words(block->scene);
	int sheet = SHEET_UPRIGHT;

	while (!suits(block, (enum sheet)sheet,
		   (sheet == SHEET_UPRIGHT ? READABLE : READABLE_ASKED) / small) &&
	       sheet + 1 < SHEET_COUNT)
		sheet++;
	block->least_scale = fmax(block->scale * SHRINK, READABLE / small);
	if (block->least_scale > block->scale)
		block->least_scale = block->scale;
}

/* true: it would take more pages than anybody turns. */
static bool
shorten(struct block *block)
{
	struct scene *scene = block->scene;
	double most = PAGES_MAX * (sheet_body(block->sheet).height - CAPTION_ROOM) * CUT_WELL;
	double end = scene_page_end(scene, 0, most / block->scale);

	/* Not for a little that is left. */
	if (scene->height * block->scale <= most * 1.1)
		return false;
	scene_size(scene, scene->width, end > 0 ? end : most / block->scale);
	return true;
}

/* Where its words begin, behind "Figure 123". */
static double
caption_indent(struct press *press)
{
	return scene_text_width(press_say(press, N_("Figure %1"), "00"), caption_label) + 12;
}

static struct scene *
caption(struct press *press, const char *words)
{
	const double indent = caption_indent(press);
	struct scene *scene = scene_new(press->lang);
	const struct column_of lines = { .cls = CLASS_LABEL,
		.style = { .size = CAPTION_SIZE },
		.width = TEXT_WIDTH - indent,
		.leading = CAPTION_SIZE * 1.38 };
	size_t count = lines_put(scene, &lines, (struct scene_point){ indent, 0 }, words);

	scene_size(scene, TEXT_WIDTH, (double)(count > 0 ? count : 1) * lines.leading + 2);
	return scene;
}

void
figure_number(struct press *press, struct scene *scene)
{
	struct text number = { 0 };

	text_u64(&number, ++press->figures);
	scene_text(scene, CLASS_TITLE, caption_label,
	    (struct scene_point){ 0, CAPTION_SIZE * BASELINE }, caption_indent(press) - 2,
	    press_say(press, N_("Figure %1"), text_str(&number)));
	text_fini(&number);
}

struct scene *
figure_kept(const struct press *press, const struct markup_node *figure)
{
	const struct print_shelf *shelf = press->options->shelf;

	for (size_t i = 0; shelf != NULL && i < shelf->count; i++)
		if (shelf->kept[i].figure == figure && shelf->kept[i].scene->width > 0 &&
		    shelf->kept[i].scene->height > 0)
			return shelf->kept[i].scene;
	return NULL;
}

void
figure_put(struct press *press, const struct markup_node *figure)
{
	struct scene *scene = figure_kept(press, figure);
	const char *words;
	struct block *block;

	if (scene == NULL)
		return;
	if (scene->break_count == 0)
		find_breaks(scene);
	block = press_adopt(press, scene, "Figure");
	block->is_borrowed = true;
	block->before = 18;
	block->is_whole = true;
	block->floats = true;
	choose_sheet(block);
	words = press_value(press, figure, "caption");
	if (shorten(block))
		words = press_say(press, N_("%1 Only the beginning is printed."), words);
	block->caption = caption(press, words);
}
