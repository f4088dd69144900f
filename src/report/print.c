/*
 * From the document to the PDF: blocks are made, go onto pages, and each page gets
 * what every page has.
 */
#include "report/print_priv.h"

#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"

#define FRAMES_MAX 10 /* ranges of them; more are not listed */

/* --- scenes of figures --- */

void
print_keep(struct print_shelf *shelf, const struct markup_node *figure, struct scene *scene)
{
	shelf->kept = mem_realloc_array(shelf->kept, shelf->count + 1, sizeof(*shelf->kept));
	shelf->kept[shelf->count++] = (struct print_kept){ figure, scene };
}

void
print_shelf_fini(struct print_shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		scene_free(shelf->kept[i].scene);
	free(shelf->kept);
	*shelf = (struct print_shelf){ 0 };
}

/* --- what is being made --- */

struct block *
press_adopt(struct press *press, struct scene *scene, const char *tag)
{
	press->blocks =
	    mem_realloc_array(press->blocks, press->block_count + 1, sizeof(*press->blocks));
	press->blocks[press->block_count] = (struct block){
		.scene = scene,
		.scale = 1,
		.least_scale = 1,
		.tag = tag,
		.anchor = NO_ANCHOR,
	};
	return &press->blocks[press->block_count++];
}

struct block *
press_block(struct press *press, const char *tag)
{
	return press_adopt(press, scene_new(press->lang), tag);
}

struct paper_part *
page_part(struct paper_page *page)
{
	page->parts = mem_realloc_array(page->parts, page->part_count + 1, sizeof(*page->parts));
	return &page->parts[page->part_count++];
}

void
page_link(struct paper_page *page, struct paper_link link)
{
	page->links = mem_realloc_array(page->links, page->link_count + 1, sizeof(*page->links));
	page->links[page->link_count++] = link;
}

static void
press_init(struct press *press, const struct print_options *options)
{
	*press = (struct press){
		.options = options,
		.catalog = options->catalog,
		.lang = options->lang == LANG_ZH_CN ? "zh-CN" : "en",
	};
	press->words = scene_new(press->lang);
}

void
press_fini(struct press *press)
{
	for (size_t i = 0; i < press->block_count; i++) {
		if (!press->blocks[i].is_borrowed)
			scene_free(press->blocks[i].scene);
		scene_free(press->blocks[i].caption);
		free(press->blocks[i].links);
	}
	for (size_t i = 0; i < press->page_count; i++) {
		free(press->pages[i].parts);
		free(press->pages[i].links);
		scene_free(press->sheets[i].margin);
	}
	free(press->blocks);
	free(press->anchors);
	free(press->pages);
	free(press->sheets);
	scene_free(press->words);
}

/* --- strings --- */

const char *
press_keep(struct press *press, struct text *text)
{
	char *kept = scene_keep(press->words, text->length + 1);

	memcpy(kept, text_str(text), text->length + 1);
	text_fini(text);
	return kept;
}

/* Blanks and line breaks become one blank each, and what acts on its reader is made visible. */
static const char *
tidied(struct press *press, const char *words)
{
	struct text plain = { 0 };
	struct text clean = { 0 };

	for (words += strspn(words, " \t\n\r"); *words != '\0';) {
		size_t length = strcspn(words, " \t\n\r");

		text_bytes(&plain, words, length);
		words += length;
		words += strspn(words, " \t\n\r");
		if (*words != '\0')
			text_char(&plain, ' ');
	}
	text_terminal(&clean, text_str(&plain), plain.length);
	text_fini(&plain);
	return press_keep(press, &clean);
}

const char *
press_value(struct press *press, const struct markup_node *node, const char *attribute)
{
	struct text value = { 0 };
	const char *tidy;

	markup_value(node, attribute, &value);
	tidy = value.length == 0 ? "" : tidied(press, text_str(&value));
	text_fini(&value);
	return tidy;
}

const char *
press_content(struct press *press, const struct markup_node *node)
{
	struct text content = { 0 };
	const char *tidy;

	markup_content(node, &content);
	tidy = tidied(press, text_str(&content));
	text_fini(&content);
	return tidy;
}

const char *
press_say(struct press *press, const char *sentence, const char *word)
{
	struct text said = { 0 };

	prose_fill(&said, catalog_say(press->catalog, sentence), &word, 1);
	return press_keep(press, &said);
}

const char *
press_frames(struct press *press, const char *frames)
{
	struct text list = { 0 };
	size_t ranges = 0;

	while (*frames != '\0' && ranges < FRAMES_MAX) {
		char *end;
		unsigned long long first = strtoull(frames, &end, 10);
		unsigned long long last = first;

		if (end == frames) {
			frames = ""; /* no numbers, or not in our way */
			break;
		}
		for (frames = end + strspn(end, " ,"); *frames != '\0'; last++) {
			if (strtoull(frames, &end, 10) != last + 1)
				break;
			frames = end + strspn(end, " ,");
		}
		text_put(&list, ranges++ == 0 ? "" : ", ");
		text_u64(&list, first);
		if (last > first)
			text_put(&list, "–");
		if (last > first)
			text_u64(&list, last);
	}
	if (*frames != '\0')
		text_put(&list, " …");
	return press_keep(press, &list);
}

/* --- what each page has --- */

static void
draw_margin(struct press *press, size_t at)
{
	const struct sheet_of *sheet = &press->sheets[at];
	const struct scene_style style = { .size = NOTE_SIZE };
	struct scene_style right = { .size = NOTE_SIZE, .anchor = ANCHOR_END };
	struct scene_point size = sheet_size(sheet->sheet);
	struct scene *scene = scene_new(press->lang);
	const double half = (size.x - 2 * MARGIN_SIDE) / 2 - 12;
	const double end = size.x - MARGIN_SIDE;
	struct text number = { 0 };

	scene_size(scene, size.x, size.y);
	if (at > 0) {
		scene_text(scene, CLASS_MUTED, style, (struct scene_point){ MARGIN_SIDE, 52 }, half,
		    line_short(press, press->anchors[0].title, style, half));
		if (sheet->chapter != NO_ANCHOR && sheet->chapter != 0)
			scene_text(scene, CLASS_MUTED, right, (struct scene_point){ end, 52 }, half,
			    line_short(press, press->anchors[sheet->chapter].title, style, half));
		scene_line(scene, CLASS_GRID, (struct scene_point){ MARGIN_SIDE, 61 },
		    (struct scene_point){ end, 61 }, DASH_SOLID);
	}
	text_u64(&number, at + 1);
	text_put(&number, " / ");
	text_u64(&number, press->page_count);
	scene_text(scene, CLASS_MUTED, right, (struct scene_point){ end, size.y - 46 }, 0,
	    text_str(&number));
	text_fini(&number);
	press->sheets[at].margin = scene;
}

/* Below all else, since a part begins with a clean sheet. */
static void
add_margin(struct press *press, size_t at)
{
	struct paper_page *page = &press->pages[at];

	draw_margin(press, at);
	page_part(page);
	memmove(page->parts + 1, page->parts, (page->part_count - 1) * sizeof(*page->parts));
	page->parts[0] = (struct paper_part){
		.scene = press->sheets[at].margin, .bottom = page->height, .scale = 1
	};
}

/* --- the whole --- */

static enum status
paint(struct text *out, struct press *press, struct diag *diag)
{
	const struct figure_options options = {
		.theme = THEME_PRINT,
		.lang = press->options->lang,
		.has_date = press->options->has_date,
		.date_s = press->options->date_s,
	};
	struct paper paper = {
		.title = press->anchors[0].title,
		.desc = press->about,
		.date_ns = press->options->date_ns,
		.pages = press->pages,
		.page_count = press->page_count,
	};
	struct paper_mark *marks = mem_realloc_array(NULL, press->anchor_count, sizeof(*marks));
	enum status st;

	for (size_t i = 0; i < press->anchor_count; i++)
		marks[paper.mark_count++] = (struct paper_mark){ .title = press->anchors[i].title,
			.depth = press->anchors[i].depth,
			.page = press->anchors[i].page,
			.y = press->anchors[i].y };
	paper.marks = marks;
	st = paper_paint(out, &paper, &options, diag);
	free(marks);
	return st;
}

void
press_lay(struct press *press, const struct markup_document *document,
    const struct print_options *options)
{
	const struct markup_node *about = markup_child(markup_root(document), "about");

	press_init(press, options);
	press->about = about == NULL ? "" : press_content(press, about);
	parts_put(press, markup_root(document));
	pages_fill(press);
	contents_number(press);
	for (size_t i = 0; i < press->page_count; i++)
		add_margin(press, i);
}

enum status
print_document(struct text *out, const struct markup_document *document,
    const struct print_options *options, struct diag *diag)
{
	struct press press;
	enum status st;

	press_lay(&press, document, options);
	st = paint(out, &press, diag);
	press_fini(&press);
	return st;
}
