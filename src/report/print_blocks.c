/* What chapters are made of: headings, paragraphs, sentences with their frames, names and values. */
#include "report/print_priv.h"

#include <string.h>

/* No title in the outline is longer. */
#define OUTLINE_WIDTH 1000.0

/* --- headings, paragraphs --- */

static const struct heading {
	double size;
	double before;
	const char *tag;
} headings[] = {
	{ 25, 0, "H1" },
	{ 17, 30, "H2" },
	{ 13.6, 18, "H3" },
};

static size_t
add_anchor(struct press *press, const char *title, unsigned depth)
{
	press->anchors =
	    mem_realloc_array(press->anchors, press->anchor_count + 1, sizeof(*press->anchors));
	press->anchors[press->anchor_count] = (struct anchor){
		.title = line_short(
		    press, title, (struct scene_style){ .size = BODY_SIZE }, OUTLINE_WIDTH),
		.depth = depth,
	};
	return press->anchor_count++;
}

void
block_heading(struct press *press, unsigned depth, const char *words)
{
	const struct heading *heading = &headings[depth];
	struct block *block = press_block(press, heading->tag);
	const struct column_of lines = { .cls = CLASS_TITLE,
		.style = { .size = heading->size, .bold = true },
		.width = TEXT_WIDTH,
		.leading = heading->size * 1.25,
		.most = 6 };
	size_t count = lines_put(block->scene, &lines, (struct scene_point){ 0 }, words);

	scene_size(block->scene, TEXT_WIDTH, (double)count * lines.leading);
	block->before = heading->before;
	block->keeps_next = true;
	block->turns_page = depth == 0;
	if (depth < 2)
		block->anchor = add_anchor(press, words, depth);
}

/* Neither a first line alone nor a last. */
static void
break_lines(struct scene *scene, double top, double leading, size_t count)
{
	for (size_t i = 2; i + 2 <= count; i++)
		scene_page_break(scene, top + (double)i * leading);
}

void
block_words(struct press *press, const struct column_of *lines, double before, const char *words)
{
	struct block *block;
	size_t count;

	if (words[0] == '\0')
		return;
	block = press_block(press, "P");
	count = lines_put(block->scene, lines, (struct scene_point){ 0 }, words);
	break_lines(block->scene, 0, lines->leading, count);
	scene_size(block->scene, TEXT_WIDTH, (double)count * lines->leading);
	block->before = before;
}

const struct column_of column_body = { .cls = CLASS_LABEL,
	.style = { .size = BODY_SIZE },
	.width = PROSE_WIDTH,
	.leading = BODY_LEADING };
const struct column_of column_lead = {
	.cls = CLASS_LABEL, .style = { .size = 15 }, .width = 560, .leading = 22.5
};
const struct column_of column_fine = {
	.cls = CLASS_LABEL, .style = { .size = 11.6 }, .width = PROSE_WIDTH, .leading = 16.5
};

/* --- sentences, their frames beside them --- */

static const char *
frames_beside(struct press *press, const struct markup_node *sentence)
{
	const char *frames = press_value(press, sentence, "frames");

	if (frames[0] == '\0')
		return frames;
	return press_say(press, strchr(frames, ' ') == NULL ? N_("frame %1") : N_("frames %1"),
	    press_frames(press, frames));
}

void
block_sentence(struct press *press, const struct markup_node *sentence, double before)
{
	static const struct column_of note = { .cls = CLASS_MUTED,
		.style = { .size = NOTE_SIZE },
		.width = NOTE_WIDTH,
		.leading = NOTE_LEADING,
		.most = 6 };
	const double down = (BODY_SIZE - NOTE_SIZE) * BASELINE; /* onto the same line */
	struct block *block = press_block(press, "P");
	size_t count = lines_put(
	    block->scene, &column_body, (struct scene_point){ 0 }, press_content(press, sentence));
	size_t notes = lines_put(block->scene, &note, (struct scene_point){ NOTE_AT, down },
	    frames_beside(press, sentence));
	double height = (double)count * BODY_LEADING;

	if (down + (double)notes * NOTE_LEADING > height)
		height = down + (double)notes * NOTE_LEADING;
	else
		break_lines(block->scene, 0, BODY_LEADING, count);
	scene_size(block->scene, TEXT_WIDTH, height);
	block->before = before;
}

void
block_sentences(struct press *press, const struct markup_node *parent)
{
	double before = 10;

	for (const struct markup_node *node = markup_child(parent, "sentence"); node != NULL;
	     node = markup_next(node, "sentence"), before = 7)
		block_sentence(press, node, before);
}

/* --- names and what they stand for --- */

#define TERM_WIDTH   128.0
#define FACT_SIZE    11.6
#define FACT_LEADING 16.5
#define FACTS_MAX    16

struct fact_column {
	double x;
	double width; /* of what it stands for */
};

static double
draw_fact(struct scene *scene, const struct fact_column *at, double y, const char *name,
    const char *words)
{
	const struct column_of term = { .cls = CLASS_MUTED,
		.style = { .size = FACT_SIZE },
		.width = TERM_WIDTH - 12,
		.leading = FACT_LEADING };
	const struct column_of value = { .cls = CLASS_LABEL,
		.style = { .size = FACT_SIZE },
		.width = at->width,
		.leading = FACT_LEADING };
	size_t terms = lines_put(scene, &term, (struct scene_point){ at->x, y }, name);
	size_t lines =
	    lines_put(scene, &value, (struct scene_point){ at->x + TERM_WIDTH, y }, words);

	return y + (double)(terms > lines ? terms : lines) * FACT_LEADING;
}

/*
 * Names, and attributes that hold what they stand for; together on a page. Short
 * ones stand in two columns, to be read downwards.
 */
void
block_facts(struct press *press, const struct markup_node *node, const char *const (*facts)[2],
    size_t count, double before)
{
	static const struct fact_column halves[] = {
		{ 0, TEXT_WIDTH / 2 - TERM_WIDTH - 12 },
		{ TEXT_WIDTH / 2, TEXT_WIDTH / 2 - TERM_WIDTH },
	};
	struct block *block = press_block(press, "P");
	const char *names[FACTS_MAX], *values[FACTS_MAX];
	size_t used = 0;
	size_t half;
	double y[2] = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		values[used] = press_value(press, node, facts[i][1]);
		names[used] = catalog_say(press->catalog, facts[i][0]);
		used += values[used][0] != '\0';
	}
	half = used > 4 ? (used + 1) / 2 : used;
	for (size_t i = 0; i < used; i++) {
		size_t side = i >= half;

		y[side] = draw_fact(block->scene, &halves[side], y[side] + 2, names[i], values[i]);
	}
	scene_size(block->scene, TEXT_WIDTH, y[0] > y[1] ? y[0] : y[1]);
	block->before = before;
}
