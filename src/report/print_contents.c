/* The list of contents: drawn when the anchors are known, and again when their pages are. */
#include "report/print_priv.h"

#include <stdlib.h>

/* More than that, and only chapters are listed: the outline has the rest. */
#define CONTENTS_MAX 44

static bool
is_listed(const struct press *press, const struct anchor *anchor)
{
	return anchor->depth == 0 || press->anchor_count <= CONTENTS_MAX;
}

static void
draw_entry(struct press *press, struct scene *scene, const struct anchor *anchor, double y)
{
	const bool is_chapter = anchor->depth == 0;
	struct scene_style style = { .size = is_chapter ? 13.3 : 12, .bold = is_chapter };
	const double indent = is_chapter ? 0 : 18;
	const char *title = line_short(press, anchor->title, style, TEXT_WIDTH - indent - 48);
	struct text number = { 0 };
	struct scene_point from = { indent + scene_text_width(title, style) + 8, y - 3 };
	struct scene_point to = { TEXT_WIDTH, y - 3 };

	scene_text(scene, CLASS_LABEL, style, (struct scene_point){ indent, y },
	    TEXT_WIDTH - indent - 48, title);
	text_u64(&number, anchor->page + 1);
	to.x -= scene_text_width(text_str(&number), style) + 8;
	scene_line(scene, CLASS_GRID, from, to, DASH_DOTTED);
	style.anchor = ANCHOR_END;
	scene_text(
	    scene, CLASS_LABEL, style, (struct scene_point){ TEXT_WIDTH, y }, 0, text_str(&number));
	text_fini(&number);
}

void
contents_draw(struct press *press)
{
	struct block *block = &press->blocks[press->contents];
	double y = 0;

	block->scene = scene_new(press->lang);
	block->link_count = 0;
	for (size_t i = 0; i < press->anchor_count; i++) {
		const struct anchor *anchor = &press->anchors[i];

		/* the title of it all is not in its own list */
		if (i == 0 || !is_listed(press, anchor))
			continue;
		y += anchor->depth > 0 ? 18.5 : press->anchor_count > CONTENTS_MAX * 4 ? 20 : 26;
		draw_entry(press, block->scene, anchor, y);
		block->links =
		    mem_realloc_array(block->links, block->link_count + 1, sizeof(*block->links));
		block->links[block->link_count++] =
		    (struct block_link){ { 0, y - 14, TEXT_WIDTH, 18 }, i };
		scene_page_break(block->scene, y + 5);
	}
	scene_size(block->scene, TEXT_WIDTH, y + 6);
}

void
contents_put(struct press *press)
{
	const struct column_of heading = { .cls = CLASS_TITLE,
		.style = { .size = 17, .bold = true },
		.width = TEXT_WIDTH,
		.leading = 21 };

	block_words(press, &heading, 36, catalog_say(press->catalog, N_("Contents")));
	press->blocks[press->block_count - 1].keeps_next = true;
	press_block(press, NULL);
	press->contents = press->block_count - 1;
}

void
contents_number(struct press *press)
{
	struct block *block = &press->blocks[press->contents];
	const struct scene *before = block->scene;

	/* As high as before, since only numbers differ. */
	contents_draw(press);
	for (size_t i = 0; i < press->page_count; i++)
		for (size_t j = 0; j < press->pages[i].part_count; j++)
			if (press->pages[i].parts[j].scene == before)
				press->pages[i].parts[j].scene = block->scene;
	scene_free((struct scene *)(uintptr_t)before);
}
