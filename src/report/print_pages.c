/*
 * Blocks go onto pages, in their order. A figure that finds no room waits for
 * the next page, and what is said after it goes on meanwhile; a page of its own
 * (across, folded) comes when the one that mentions it is full.
 */
#include "report/print_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CAPTION_GAP 8.0
/* Of a page, what is left for a figure that goes on upon the next; else it begins there. */
#define WORTH_BEGINNING 0.4
/* Less of a page than that is not left to what could be cut only there. */
#define WORTH_A_PAGE 0.3
/* Of a block that is cut, so much must be there before it is worth beginning. */
#define LEAST_PIECE 40.0

struct paging {
	struct press *press;
	double y; /* below what is on the page */
	size_t chapter;
	size_t *waiting; /* blocks, in their order */
	size_t waiting_count;
};

struct scene_point
sheet_size(enum sheet sheet)
{
	static const struct scene_point size[SHEET_COUNT] = {
		[SHEET_UPRIGHT] = { PAPER_WIDTH, PAPER_HEIGHT },
		[SHEET_ACROSS] = { PAPER_HEIGHT, PAPER_WIDTH },
		[SHEET_FOLDED] = { 2 * PAPER_WIDTH, PAPER_HEIGHT },
	};

	return size[sheet];
}

struct scene_box
sheet_body(enum sheet sheet)
{
	struct scene_point size = sheet_size(sheet);

	return (struct scene_box){ MARGIN_SIDE, MARGIN_TOP, size.x - 2 * MARGIN_SIDE,
		size.y - MARGIN_TOP - MARGIN_BOTTOM };
}

/* --- the page at hand --- */

static struct paper_page *
page(const struct paging *paging)
{
	return &paging->press->pages[paging->press->page_count - 1];
}

static struct sheet_of *
sheet(const struct paging *paging)
{
	return &paging->press->sheets[paging->press->page_count - 1];
}

static bool
is_blank(const struct paging *paging)
{
	return page(paging)->part_count == 0;
}

static double
room(const struct paging *paging)
{
	struct scene_box body = sheet_body(sheet(paging)->sheet);

	return body.y + body.height - paging->y;
}

static void
begin_page(struct paging *paging, enum sheet wanted)
{
	struct press *press = paging->press;
	struct scene_point size = sheet_size(wanted);

	if (press->page_count == 0 || !is_blank(paging)) {
		press->page_count++;
		press->pages =
		    mem_realloc_array(press->pages, press->page_count, sizeof(*press->pages));
		press->sheets =
		    mem_realloc_array(press->sheets, press->page_count, sizeof(*press->sheets));
	}
	*page(paging) = (struct paper_page){ .width = size.x, .height = size.y };
	*sheet(paging) = (struct sheet_of){ .sheet = wanted, .chapter = paging->chapter };
	paging->y = sheet_body(wanted).y;
}

/* --- how much room a block takes --- */

static double
caption_height(const struct block *block)
{
	return block->caption == NULL ? 0 : CAPTION_GAP + block->caption->height;
}

static double
whole_height(const struct block *block)
{
	return block->scene->height * block->scale + caption_height(block);
}

static double
body_height(const struct block *block)
{
	return sheet_body(block->sheet).height;
}

/* What stands below it: what has a page of its own does not. */
static size_t
next_here(const struct press *press, size_t at)
{
	size_t next = at + 1;

	while (next < press->block_count && press->blocks[next].floats &&
	       press->blocks[next].sheet != press->blocks[at].sheet)
		next++;
	return next;
}

/* As much of it as must stand on one page, and as much of what it must not be parted from. */
static double
least_height(const struct press *press, size_t at)
{
	const struct block *block = &press->blocks[at];
	double height = whole_height(block);

	if (block->scene->break_count > 0 && !(block->is_whole && height <= body_height(block)))
		height = fmax(block->scene->breaks[0] * block->scale,
		    block->is_whole ? body_height(block) * WORTH_BEGINNING : 0);
	else if (block->keeps_next && next_here(press, at) < press->block_count)
		height += press->blocks[next_here(press, at)].before +
			  least_height(press, next_here(press, at));
	return height;
}

static bool
fits(const struct paging *paging, size_t at)
{
	const struct block *block = &paging->press->blocks[at];
	double before = is_blank(paging) ? 0 : block->before;

	return block->sheet == sheet(paging)->sheet &&
	       before + least_height(paging->press, at) <= room(paging) + 0.05;
}

/* Rather a little smaller than on the next page. */
static void
shrink_to_fit(const struct paging *paging, struct block *block)
{
	double left = room(paging) - caption_height(block) - (is_blank(paging) ? 0 : block->before);
	double scale = left / block->scene->height;

	if (block->sheet == sheet(paging)->sheet && scale < block->scale &&
	    scale >= block->least_scale)
		block->scale = scale;
}

/* --- a block comes to lie --- */

static void
put_part(struct paging *paging, const struct block *block, double top, double bottom)
{
	*page_part(page(paging)) = (struct paper_part){
		.scene = block->scene,
		.top = top,
		.bottom = bottom,
		.at = { MARGIN_SIDE, paging->y },
		.scale = block->scale,
		.tag = block->tag,
	};
	for (size_t i = 0; i < block->link_count; i++) {
		struct scene_box box = block->links[i].box;

		if (box.y < top || box.y >= bottom)
			continue;
		box.x += MARGIN_SIDE;
		box.y += paging->y - top;
		/* Until all anchors have a page, the anchor's number stands for it. */
		page_link(page(paging),
		    (struct paper_link){ .box = box, .page = block->links[i].anchor });
	}
	paging->y += (bottom - top) * block->scale;
}

static void
put_caption(struct paging *paging, const struct block *block)
{
	if (block->caption == NULL)
		return;
	paging->y += CAPTION_GAP;
	figure_number(paging->press, block->caption);
	*page_part(page(paging)) = (struct paper_part){
		.scene = block->caption,
		.bottom = block->caption->height,
		.at = { MARGIN_SIDE, paging->y },
		.scale = 1,
		.tag = "P",
	};
	paging->y += block->caption->height;
}

/* Where the next piece of it ends, of what begins at top; top: not on this page. */
static double
piece_end(const struct paging *paging, const struct block *block, double top)
{
	const struct scene *scene = block->scene;
	double head = top > 0 ? scene->head_bottom - scene->head_top : 0;
	double left = (room(paging) + 0.05) / block->scale - head;
	double end = scene_page_end(scene, top, left);

	if (end == scene->height && end - top > left - caption_height(block) / block->scale)
		end = scene_page_end(scene, top, fmin(left, end - top - 1));
	if (end < scene->height && end - top < left * WORTH_A_PAGE && is_blank(paging))
		end = fmin(top + fmax(left, LEAST_PIECE), scene->height);
	return end;
}

/* What begins at top repeats the scene's head by itself, or there is none. */
static bool
has_own_head(const struct scene *scene, double top)
{
	const double height = scene->head_bottom - scene->head_top;
	const struct scene_item *first = NULL;

	for (size_t i = 0; i < scene->count; i++) {
		const struct scene_item *item = &scene->items[i];

		if (item->kind != SCENE_TEXT)
			continue;
		if (first == NULL && item->at.y > scene->head_top &&
		    item->at.y < scene->head_bottom)
			first = item;
		else if (first != NULL && item->at.x == first->at.x && item->at.y > top &&
			 item->at.y < top + 2 * height && strcmp(item->text, first->text) == 0)
			return true;
	}
	return height <= 0;
}

static void
note_anchor(struct paging *paging, const struct block *block)
{
	struct anchor *anchor;

	if (block->anchor == NO_ANCHOR)
		return;
	anchor = &paging->press->anchors[block->anchor];
	anchor->page = paging->press->page_count - 1;
	anchor->y = paging->y;
	if (anchor->depth > 0)
		return;
	paging->chapter = block->anchor;
	sheet(paging)->chapter = block->anchor;
}

static void
put_block(struct paging *paging, size_t at)
{
	struct block *block = &paging->press->blocks[at];
	const struct scene *scene = block->scene;
	double top = 0;

	shrink_to_fit(paging, block);
	if (!fits(paging, at))
		begin_page(paging, block->sheet);
	if (!is_blank(paging))
		paging->y += block->before;
	note_anchor(paging, block);
	while (top < scene->height) {
		double end = piece_end(paging, block, top);

		if (end > top && top > 0 && !has_own_head(scene, top))
			put_part(paging, block, scene->head_top, scene->head_bottom);
		if (end > top)
			put_part(paging, block, top, end);
		top = end;
		if (top < scene->height)
			begin_page(paging, block->sheet);
	}
	put_caption(paging, block);
}

/* --- what waits --- */

/* Those that have pages of their own first: words go on below the others. */
static void
put_waiting(struct paging *paging)
{
	for (int upright = 0; upright < 2; upright++)
		for (size_t i = 0; i < paging->waiting_count; i++) {
			size_t at = paging->waiting[i];

			if (upright == (paging->press->blocks[at].sheet == SHEET_UPRIGHT))
				put_block(paging, at);
		}
	paging->waiting_count = 0;
}

static void
put_off(struct paging *paging, size_t at)
{
	paging->waiting =
	    mem_realloc_array(paging->waiting, paging->waiting_count + 1, sizeof(*paging->waiting));
	paging->waiting[paging->waiting_count++] = at;
}

/* One of its like is to come before it. */
static bool
waits(const struct paging *paging, enum sheet wanted)
{
	for (size_t i = 0; i < paging->waiting_count; i++)
		if (paging->press->blocks[paging->waiting[i]].sheet == wanted)
			return true;
	return false;
}

static void
place(struct paging *paging, size_t at)
{
	struct block *block = &paging->press->blocks[at];

	if (block->turns_page) {
		put_waiting(paging);
		if (block->anchor != NO_ANCHOR)
			paging->chapter = block->anchor;
		begin_page(paging, block->sheet);
	}
	if (block->floats && !waits(paging, block->sheet))
		shrink_to_fit(paging, block);
	if (block->floats && !is_blank(paging) &&
	    (waits(paging, block->sheet) || !fits(paging, at))) {
		put_off(paging, at);
		return;
	}
	if (!fits(paging, at))
		put_waiting(paging);
	put_block(paging, at);
}

void
pages_fill(struct press *press)
{
	struct paging paging = { .press = press, .chapter = NO_ANCHOR };

	begin_page(&paging, SHEET_UPRIGHT);
	for (size_t i = 0; i < press->block_count; i++)
		place(&paging, i);
	put_waiting(&paging);
	free(paging.waiting);
	for (size_t i = 0; i < press->page_count; i++)
		for (size_t j = 0; j < press->pages[i].link_count; j++) {
			struct paper_link *link = &press->pages[i].links[j];
			const struct anchor *to = &press->anchors[link->page];

			link->page = to->page;
			link->y = to->y;
		}
}
