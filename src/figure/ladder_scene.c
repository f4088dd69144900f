/*
 * A ladder as a scene: a lane for each endpoint, from left to right, with the
 * states of its sockets as narrow bars; packets as arrows from lane to lane, in
 * the order of the capture; number and time on the left, marks and causes on
 * the right. Long ones come in pages: each begins with the names of its lanes.
 * Where all is about one listener whose queue was full, that runs down with it.
 *
 *   ladder_measure.c  how wide its columns are, how high its rows
 *   ladder_lanes.c    lanes, heads, states, the queue
 *   ladder_rows.c     arrows, their labels and remarks
 */
#include "figure/ladder_page.h"

#include <inttypes.h>

static void
draw_title(struct page *page)
{
	struct ladder *ladder = &page->ladder;
	struct scene *scene = ladder->scene;
	enum lang lang = ladder->options->lang;
	const struct scene_style big = { .size = 18, .bold = true };
	const struct scene_style small = { .size = 12 };
	const struct packet_row *packets = ladder->data->packets;
	const char *capture = model_capture(scene, ladder->data);
	const char *title = ladder_title(ladder);
	const char *took = name_span(
	    scene, span_ns(packets[ladder->data->packet_count - 1].ts_ns, packets[0].ts_ns));
	const char *subtitle =
	    ladder->flow_count == 1
		? LABELED(scene, lang, LABEL_LADDER_ONE_FLOW,
		      scene_format(scene, "%" PRIu32, ladder->flows[0].row->flow), took)
		: LABELED(scene, lang, LABEL_LADDER_FLOWS,
		      scene_format(scene, "%zu", ladder->flow_count),
		      scene_format(scene, "%zu", ladder->lane_count), took);

	scene_title(scene, title, LABELED(scene, lang, LABEL_LADDER_DESC, capture));
	scene_text(scene, CLASS_TITLE, big, (struct scene_point){ MARGIN, 36 },
	    page->width - 2 * MARGIN, title);
	scene_text(scene, CLASS_MUTED, small, (struct scene_point){ MARGIN, 57 },
	    page->width - 2 * MARGIN, subtitle);
}

static bool
has_look(const struct page *page, enum scene_class cls)
{
	for (size_t i = 0; i < page->ladder.row_count; i++)
		if (page->ladder.rows[i].count[0] == 0 &&
		    model_look(page->ladder.rows[i].packet).cls == cls)
			return true;
	return false;
}

static bool
has_fate(const struct page *page, enum fate fate)
{
	for (size_t i = 0; i < page->ladder.row_count; i++)
		if (page->ladder.rows[i].fate == fate)
			return true;
	return false;
}

/* Room for one more entry, on this line or the next. */
static struct scene_point
legend_next(const struct page *page, struct scene_point at, double width)
{
	if (at.x > MARGIN && at.x + width > page->width - MARGIN)
		return (struct scene_point){ MARGIN, at.y + 22 };
	return at;
}

static double
draw_gauge_legend(struct page *page, double y)
{
	const char *const *words = labels[page->ladder.options->lang];
	const struct scene_style style = { .size = 12 };
	const struct chart_entry entries[] = {
		{ SAMPLE_BOX, CLASS_HELD, words[LABEL_QUEUE_AT_LEAST] },
		{ SAMPLE_BOX, CLASS_HELD_MAYBE, words[LABEL_QUEUE_AT_MOST] },
		{ SAMPLE_LINE, CLASS_BEST, words[LABEL_QUEUE_LIKELY] },
	};
	double x = MARGIN + scene_text_width(words[LABEL_GAUGE], style) + 16;

	scene_text(page->ladder.scene, CLASS_LABEL, style, (struct scene_point){ MARGIN, y }, 0,
	    words[LABEL_GAUGE]);
	return chart_legend(page->ladder.scene, (struct scene_point){ x, y }, page->width - MARGIN,
	    entries, sizeof(entries) / sizeof(entries[0]));
}

static void
draw_legend(struct page *page)
{
	struct scene *scene = page->ladder.scene;
	enum lang lang = page->ladder.options->lang;
	const struct scene_style style = { .size = 11 };
	struct scene_point at = { MARGIN, page->bottom + 28 };

	for (int i = 0; i < SOCK_COUNT; i++) {
		const char *name = name_state((enum sock_state)i);
		double width = scene_text_width(name, style) + 22;

		if (!page->states[i])
			continue;
		at = legend_next(page, at, width);
		scene_rect(scene, class_of_state((enum sock_state)i),
		    (struct scene_box){ at.x, at.y - 10, 14, 12 });
		scene_text(
		    scene, CLASS_LABEL, style, (struct scene_point){ at.x + 20, at.y }, 0, name);
		at.x += width + 18;
	}
	for (int i = MODEL_RESENT; i <= MODEL_LOST; i++) {
		if (i == MODEL_RESENT
			? !has_look(page, CLASS_RESENT)
			: !has_fate(page, i == MODEL_IGNORED ? FATE_IGNORED : FATE_LOST))
			continue;
		at = legend_next(page, at, 200);
		at.x = model_legend(scene, lang, at, (enum model_sample)i);
	}
	if (page->has_gauge)
		at.y = draw_gauge_legend(page, at.y + 22) - 18;
	if (page->ladder.left_out > 0) {
		at = (struct scene_point){ MARGIN, at.y + 22 };
		scene_text(scene, CLASS_LABEL, style, at, 0,
		    LABELED(scene, lang, LABEL_NOT_SHOWN,
			scene_format(scene, "%zu", page->ladder.left_out)));
	}
	scene_size(scene, page->width, at.y + MARGIN);
}

static void
draw_all(struct page *page)
{
	struct ladder *ladder = &page->ladder;

	draw_title(page);
	page_draw_lifelines(page);
	for (size_t i = 0; i < ladder->flow_count; i++)
		for (int j = 0; j < 2; j++)
			page_draw_end(page, &ladder->flows[i], j == 1);
	if (page->has_gauge)
		page_draw_gauge(page);
	for (size_t i = 0; i < page->head_count; i++)
		page_draw_heads(page, page->heads[i]);
	scene_page_head(ladder->scene, page->heads[0] - 4, page->heads[0] + page->head_height + 4);
	for (size_t i = 0; i < ladder->row_count; i++) {
		if (ladder->rows[i].is_broken)
			page_draw_break(page, &ladder->rows[i]);
		page_draw_row(page, &ladder->rows[i]);
	}
	draw_legend(page);
}

enum status
ladder_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct page page = { .ladder = { .scene = scene, .data = data, .options = options },
		.text_y = -TEXT_PITCH };
	enum status st = ladder_make(&page.ladder, diag);
	size_t most = page.ladder.row_count + 1;

	if (st != ST_OK)
		return st;
	page.gaps = scene_keep(scene, 2 * most * sizeof(*page.gaps));
	page.heads = scene_keep(scene, most * sizeof(*page.heads));
	page_measure(&page);
	page_place(&page);
	draw_all(&page);
	return ST_OK;
}
