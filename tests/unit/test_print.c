#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/print_priv.h"

/* --- lines --- */

static const struct scene_style twelve = { .size = 12 };

/* The lines of words, with "|" between. */
static const char *
lines_of(struct text *out, const char *words, double width)
{
	out->length = 0;
	while (words[0] != '\0') {
		const char *rest;
		size_t length = line_next(words, twelve, width, &rest);

		text_bytes(out, words, length);
		text_put(out, rest[0] != '\0' ? "|" : "");
		words = rest;
	}
	return text_str(out);
}

static void
test_lines_end_between_words(void **state)
{
	struct text out = { 0 };

	(void)state;
	assert_string_equal(lines_of(&out, "one two three four", 60), "one two|three four");
	assert_string_equal(lines_of(&out, "one", 60), "one");
	assert_string_equal(lines_of(&out, "the SYN-ACK came", 62), "the SYN-|ACK came");
	text_fini(&out);
}

static void
test_a_range_or_an_address_is_kept_whole(void **state)
{
	struct text out = { 0 };

	(void)state;
	assert_string_equal(
	    lines_of(&out, "at 192.0.2.1:80 from 1-3", 78), "at|192.0.2.1:80|from 1-3");
	text_fini(&out);
}

static void
test_a_word_too_long_for_its_line_is_cut(void **state)
{
	struct text out = { 0 };

	(void)state;
	assert_string_equal(lines_of(&out, "mmmmmmmm", 31), "mmm|mmm|mm");
	assert_string_equal(lines_of(&out, "mm", 1), "m|m");
	text_fini(&out);
}

static void
test_no_line_begins_with_what_closes_or_ends_with_what_opens(void **state)
{
	struct text out = { 0 };

	(void)state;
	assert_string_equal(lines_of(&out, "服务器忽略了，", 72), "服务器忽略|了，");
	assert_string_equal(lines_of(&out, "四个字（帧）的", 50), "四个字|（帧）的");
	assert_string_equal(lines_of(&out, "连接 SYN 被丢弃", 60), "连接 SYN|被丢弃");
	text_fini(&out);
}

static void
test_every_width_keeps_every_character(void **state)
{
	static const char words[] = "accept 队列（容量 3）已满；“SYN-ACK”再次到来。 "
				    "https://example.net/a_b?c=d e\xcc\x81 \\u202e 🙂";
	struct text out = { 0 };

	(void)state;
	for (double width = 1; width < 300; width += 7) {
		const char *at = words;

		for (const char *c = lines_of(&out, words, width); *c != '\0'; c++) {
			if (*c == '|' || *c == ' ')
				continue;
			at += strspn(at, " ");
			assert_int_equal(*c, *at);
			at++;
		}
		assert_int_equal(*at, '\0');
	}
	text_fini(&out);
}

static void
test_a_column_of_so_many_lines_ends_in_an_ellipsis(void **state)
{
	const struct column_of column = {
		.cls = CLASS_LABEL, .style = { .size = 12 }, .width = 40, .leading = 15, .most = 2
	};
	struct scene *scene = scene_new("en");

	(void)state;
	assert_int_equal(
	    lines_put(scene, &column, (struct scene_point){ 0, 0 }, "one two three four five"), 2);
	assert_string_equal(scene->items[1].text + strlen(scene->items[1].text) - 3, "…");
	assert_true(scene->items[1].box.width <= 40);
	scene_free(scene);
}

/* --- pages --- */

/* Enough of a report to be laid out. */
static struct markup_document *
document_new(void)
{
	struct markup_document *document = markup_document_new("report");

	markup_add_words(markup_document_root(document), "title", "What was captured");
	return document;
}

static struct markup_node *
add_capture(struct markup_document *document, const char *title)
{
	struct markup_node *capture = markup_add(markup_document_root(document), "capture");

	markup_add_words(capture, "title", title);
	markup_set(capture, "file", "a.pcap");
	return capture;
}

static void
add_flows(struct markup_node *capture, int64_t count)
{
	for (int64_t i = 1; i <= count; i++) {
		struct markup_node *flow = markup_add(capture, "flow");

		markup_set_i64(flow, "n", i);
		markup_set(flow, "client", "192.0.2.1:1000");
		markup_set(flow, "why", "It was refused.");
	}
}

static void
lay(struct press *press, const struct markup_document *document, const struct print_shelf *shelf)
{
	const struct print_options options = { .lang = LANG_EN, .shelf = shelf };

	press_lay(press, document, &options);
}

/* A page's words, a line each, in the order in which they are drawn. */
static const char *
words_of(struct text *out, const struct press *press, size_t page)
{
	out->length = 0;
	for (size_t i = 0; i < press->pages[page].part_count; i++) {
		const struct paper_part *part = &press->pages[page].parts[i];

		for (size_t j = 0; j < part->scene->count; j++) {
			const struct scene_item *item = &part->scene->items[j];

			if (item->kind != SCENE_TEXT || item->box.y < part->top ||
			    item->box.y >= part->bottom)
				continue;
			text_put(out, item->text);
			text_char(out, '\n');
		}
	}
	return text_str(out);
}

static size_t
times(const char *needle, const char *words)
{
	size_t count = 0;

	for (; (words = strstr(words, needle)) != NULL; words += strlen(needle))
		count++;
	return count;
}

/* Nothing reaches into a margin, and no part lies upon another. */
static void
assert_pages_in_order(const struct press *press)
{
	for (size_t i = 0; i < press->page_count; i++) {
		const struct paper_page *page = &press->pages[i];
		struct scene_box body = sheet_body(press->sheets[i].sheet);
		double y = body.y;

		for (size_t j = 1; j < page->part_count; j++) {
			const struct paper_part *part = &page->parts[j];

			assert_true(part->at.x >= MARGIN_SIDE);
			assert_true(part->at.y > y - 0.2);
			y = part->at.y + (part->bottom - part->top) * part->scale;
			assert_true(y <= body.y + body.height + 0.2);
			assert_true(part->at.x + part->scene->width * part->scale <=
				    body.x + body.width + 10);
		}
	}
}

static void
test_a_table_has_its_head_on_each_page_and_each_row_once(void **state)
{
	struct markup_document *document = document_new();
	struct text words = { 0 };
	struct press press;
	size_t rows = 0;
	size_t pages = 0;

	(void)state;
	add_flows(add_capture(document, "Many flows"), 150);
	lay(&press, document, NULL);
	assert_pages_in_order(&press);
	for (size_t i = 0; i < press.page_count; i++) {
		size_t here = times("192.0.2.1:1000\n", words_of(&words, &press, i));

		assert_int_equal(times("It was refused.\n", text_str(&words)), here);
		assert_int_equal(times("Client\n", text_str(&words)), here > 0);
		assert_int_not_equal(here, 1);
		rows += here;
		pages += here > 0;
	}
	assert_int_equal(rows, 150);
	assert_true(pages > 2);
	text_fini(&words);
	press_fini(&press);
	markup_document_free(document);
}

static void
test_a_table_without_end_says_how_many_rows_it_has_not(void **state)
{
	struct markup_document *document = document_new();
	struct text words = { 0 };
	struct press press;
	size_t said = 0;

	(void)state;
	add_flows(add_capture(document, "Too many flows"), 5000);
	lay(&press, document, NULL);
	for (size_t i = 0; i < press.page_count; i++)
		said += times("4800 more rows are not printed.\n", words_of(&words, &press, i));
	assert_int_equal(said, 1);
	assert_true(press.page_count < 20);
	text_fini(&words);
	press_fini(&press);
	markup_document_free(document);
}

static void
test_a_heading_is_never_the_last_on_its_page(void **state)
{
	(void)state;
	for (int64_t above = 0; above < 60; above++) {
		struct markup_document *document = document_new();
		struct markup_node *capture = add_capture(document, "A capture");
		struct press press;

		for (int64_t i = 0; i < above; i++)
			markup_add_words(capture, "about", "Said of it.");
		markup_add_words(markup_add(capture, "conclusion"), "sentence", "It is so.");
		lay(&press, document, NULL);
		assert_pages_in_order(&press);
		for (size_t i = 0; i < press.page_count; i++) {
			const struct paper_page *page = &press.pages[i];
			const char *tag = page->parts[page->part_count - 1].tag;

			assert_true(tag == NULL || tag[0] != 'H');
		}
		press_fini(&press);
		markup_document_free(document);
	}
}

static void
add_stages(struct markup_document *document, int64_t count)
{
	static const char *const counts[] = { "backlog", "attempts", "connected", "refused",
		"pending", "taken", "accepted", "queue-max", "ignored-acks", "syn-dropped",
		"let-in", "established", "syn-recv" };
	struct markup_node *comparison = markup_add(markup_document_root(document), "comparison");

	for (int64_t i = 0; i < count; i++) {
		struct markup_node *stage = markup_add(comparison, "stage");

		markup_set(stage, "title", "Such a stage of an experiment");
		for (size_t j = 0; j < sizeof(counts) / sizeof(counts[0]); j++)
			markup_set_i64(stage, counts[j], 100 * i + (int64_t)j);
	}
	markup_add_words(comparison, "sentence", "They differ.");
}

static void
test_a_wide_table_of_few_rows_is_turned(void **state)
{
	struct markup_document *document = document_new();
	struct text words = { 0 };
	struct press press;

	(void)state;
	add_stages(document, 4);
	lay(&press, document, NULL);
	assert_pages_in_order(&press);
	assert_int_equal(press.page_count, 2);
	assert_int_equal(press.sheets[1].sheet, SHEET_UPRIGHT);
	assert_non_null(strstr(words_of(&words, &press, 1), "\nBacklog\n0\n100\n200\n300\n"));
	text_fini(&words);
	press_fini(&press);
	markup_document_free(document);
}

static void
test_a_wide_table_of_many_rows_lies_across(void **state)
{
	struct markup_document *document = document_new();
	struct press press;

	(void)state;
	add_stages(document, 12);
	lay(&press, document, NULL);
	assert_pages_in_order(&press);
	assert_int_equal(press.page_count, 3);
	assert_int_equal(press.sheets[1].sheet, SHEET_UPRIGHT);
	assert_int_equal(press.sheets[2].sheet, SHEET_ACROSS);
	/* The heading is not left alone. */
	assert_true(press.pages[1].part_count > 2);
	press_fini(&press);
	markup_document_free(document);
}

static void
test_contents_name_the_pages_where_chapters_begin(void **state)
{
	struct markup_document *document = document_new();
	struct text words = { 0 };
	struct press press;

	(void)state;
	add_flows(add_capture(document, "The first"), 100);
	add_capture(document, "The second");
	lay(&press, document, NULL);
	for (size_t i = 1; i < press.anchor_count; i++) {
		struct text entry = { 0 };

		text_put(&entry, press.anchors[i].title);
		text_char(&entry, '\n');
		text_u64(&entry, press.anchors[i].page + 1);
		text_char(&entry, '\n');
		assert_non_null(strstr(words_of(&words, &press, 0), text_str(&entry)));
		assert_non_null(strstr(
		    words_of(&words, &press, press.anchors[i].page), press.anchors[i].title));
		text_fini(&entry);
	}
	/* Each entry is a link to there. */
	assert_int_equal(press.pages[0].link_count, press.anchor_count - 1);
	assert_int_equal(press.pages[0].links[1].page, press.anchors[2].page);
	text_fini(&words);
	press_fini(&press);
	markup_document_free(document);
}

/* --- figures --- */

/* With a word every twenty units. */
static struct scene *
figure_new(double width, double height)
{
	struct scene *scene = scene_new("en");

	scene_size(scene, width, height);
	for (double y = 15; y < height; y += 20)
		scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 5, y }, 0, "figure");
	return scene;
}

static void
add_figure(struct markup_node *capture, struct print_shelf *shelf, double width, double height)
{
	struct markup_node *figure = markup_add(capture, "figure");

	markup_set(figure, "kind", "timeline");
	markup_set(figure, "caption", "What it shows.");
	print_keep(shelf, figure, figure_new(width, height));
}

static const struct paper_part *
part_of(const struct press *press, const struct scene *scene, size_t *page)
{
	for (; *page < press->page_count; ++*page)
		for (size_t i = 0; i < press->pages[*page].part_count; i++)
			if (press->pages[*page].parts[i].scene == scene)
				return &press->pages[*page].parts[i];
	return NULL;
}

static void
test_a_figure_that_is_higher_than_a_page_is_cut_between_what_it_shows(void **state)
{
	struct markup_document *document = document_new();
	struct print_shelf shelf = { 0 };
	struct text words = { 0 };
	struct press press;
	size_t drawn = 0;
	size_t parts = 0;

	(void)state;
	add_figure(add_capture(document, "A capture"), &shelf, 600, 4000);
	lay(&press, document, &shelf);
	assert_pages_in_order(&press);
	for (size_t page = 0; page < press.page_count; page++) {
		size_t at = page;
		const struct paper_part *part = part_of(&press, shelf.kept[0].scene, &at);

		if (part == NULL || at != page)
			continue;
		parts++;
		drawn += times("figure\n", words_of(&words, &press, page));
		assert_int_equal(times("Figure 1\n", text_str(&words)), part->bottom == 4000);
	}
	assert_int_equal(drawn, 200);
	assert_true(parts > 2);
	text_fini(&words);
	press_fini(&press);
	print_shelf_fini(&shelf);
	markup_document_free(document);
}

static void
test_a_figure_without_end_has_only_its_beginning_printed(void **state)
{
	struct markup_document *document = document_new();
	struct print_shelf shelf = { 0 };
	struct text words = { 0 };
	struct press press;
	size_t said = 0;

	(void)state;
	add_figure(add_capture(document, "A capture"), &shelf, 600, 100000);
	lay(&press, document, &shelf);
	assert_pages_in_order(&press);
	assert_true(press.page_count < 9);
	for (size_t page = 0; page < press.page_count; page++)
		said += times("Only the beginning is printed.", words_of(&words, &press, page));
	assert_int_equal(said, 1);
	text_fini(&words);
	press_fini(&press);
	print_shelf_fini(&shelf);
	markup_document_free(document);
}

static void
test_a_head_is_not_repeated_where_a_figure_repeats_it_itself(void **state)
{
	struct markup_document *document = document_new();
	struct markup_node *capture = add_capture(document, "A capture");
	struct print_shelf shelf = { 0 };
	struct text words = { 0 };
	struct press press;
	struct scene *scene;

	(void)state;
	add_figure(capture, &shelf, 600, 2600);
	scene = shelf.kept[0].scene;
	scene_page_head(scene, 20, 40);
	scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 300, 35 }, 0, "head");
	scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 300, 1015 }, 0, "head");
	scene_page_break(scene, 1000);
	scene_page_break(scene, 1900);
	lay(&press, document, &shelf);
	for (size_t page = 0; page < press.page_count; page++)
		assert_true(times("head\n", words_of(&words, &press, page)) <= 1);
	text_fini(&words);
	press_fini(&press);
	print_shelf_fini(&shelf);
	markup_document_free(document);
}

static void
test_a_wide_figure_lies_across_and_words_go_on_before_it(void **state)
{
	struct markup_document *document = document_new();
	struct markup_node *capture = add_capture(document, "A capture");
	struct print_shelf shelf = { 0 };
	struct press press;
	size_t page = 0;

	(void)state;
	add_figure(capture, &shelf, 1500, 700);
	markup_add_words(markup_add(capture, "conclusion"), "sentence", "It is so.");
	lay(&press, document, &shelf);
	assert_pages_in_order(&press);
	assert_non_null(part_of(&press, shelf.kept[0].scene, &page));
	assert_int_equal(press.sheets[page].sheet, SHEET_ACROSS);
	assert_true(press.pages[page].width > press.pages[page].height);
	for (size_t i = 0; i < press.anchor_count; i++)
		assert_true(press.anchors[i].page < page);
	press_fini(&press);
	print_shelf_fini(&shelf);
	markup_document_free(document);
}

static void
test_figures_are_numbered_as_they_lie(void **state)
{
	struct markup_document *document = document_new();
	struct markup_node *capture = add_capture(document, "A capture");
	struct print_shelf shelf = { 0 };
	struct text words = { 0 };
	struct press press;
	unsigned next = 1;

	(void)state;
	for (int i = 0; i < 6; i++)
		add_figure(capture, &shelf, i % 2 == 0 ? 1500 : 700, 400 + 90 * i);
	lay(&press, document, &shelf);
	assert_pages_in_order(&press);
	for (size_t i = 0; i < press.page_count; i++) {
		const char *at = words_of(&words, &press, i);

		for (; (at = strstr(at, "Figure ")) != NULL; at++)
			assert_int_equal(strtoul(at + 7, NULL, 10), next++);
	}
	assert_int_equal(next, 7);
	text_fini(&words);
	press_fini(&press);
	print_shelf_fini(&shelf);
	markup_document_free(document);
}

/* --- whatever it says --- */

static void
test_frames_in_a_row_are_a_range(void **state)
{
	struct markup_document *document = document_new();
	struct press press;

	(void)state;
	lay(&press, document, NULL);
	assert_string_equal(press_frames(&press, "1 2 3 7"), "1–3, 7");
	assert_string_equal(press_frames(&press, "4"), "4");
	assert_string_equal(press_frames(&press, ""), "");
	assert_string_equal(press_frames(&press, "1 3 5 7 9 11 13 15 17 19 21 23"),
	    "1, 3, 5, 7, 9, 11, 13, 15, 17, 19 …");
	assert_string_equal(press_frames(&press, "many"), "");
	press_fini(&press);
	markup_document_free(document);
}

static void
test_hostile_words_stay_words_within_the_margins(void **state)
{
	struct markup_document *document = document_new();
	struct text words = { 0 };
	struct text giant = { 0 };
	struct press press;

	(void)state;
	for (int i = 0; i < 30000; i++)
		text_put(&giant, i % 1000 == 0 ? "\xe2\x80\xae\x1b[2J<b>" : "m");
	for (int i = 0; i < 3; i++) {
		struct markup_node *capture = add_capture(document, text_str(&giant));
		struct markup_node *flow = markup_add(capture, "flow");

		markup_add_words(capture, "about", text_str(&giant));
		markup_set(flow, "n", text_str(&giant));
		markup_set(flow, "client", text_str(&giant));
		markup_set(flow, "open", text_str(&giant));
		markup_set(flow, "why", text_str(&giant));
	}
	lay(&press, document, NULL);
	assert_pages_in_order(&press);
	assert_non_null(strstr(words_of(&words, &press, 0), "\\u202e\\x1b[2J<b>"));
	assert_true(press.page_count < 60);
	text_fini(&giant);
	text_fini(&words);
	press_fini(&press);
	markup_document_free(document);
}

static void
test_the_same_document_is_the_same_bytes(void **state)
{
	struct markup_document *document = document_new();
	const struct print_options options = { .lang = LANG_EN, .date_ns = 1 };
	struct text one = { 0 };
	struct text other = { 0 };
	struct diag diag;

	(void)state;
	add_flows(add_capture(document, "A capture, and its \"name\" ' ] / \\"), 60);
	if (print_document(&one, document, &options, &diag) != ST_OK)
		skip(); /* there is no cairo */
	assert_int_equal(print_document(&other, document, &options, &diag), ST_OK);
	assert_int_equal(one.length, other.length);
	assert_memory_equal(one.at, other.at, one.length);
	assert_memory_equal(one.at, "%PDF-", 5);
	assert_memory_equal(one.at + one.length - 6, "%%EOF\n", 6);
	text_fini(&one);
	text_fini(&other);
	markup_document_free(document);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_end_between_words),
		cmocka_unit_test(test_a_range_or_an_address_is_kept_whole),
		cmocka_unit_test(test_a_word_too_long_for_its_line_is_cut),
		cmocka_unit_test(test_no_line_begins_with_what_closes_or_ends_with_what_opens),
		cmocka_unit_test(test_every_width_keeps_every_character),
		cmocka_unit_test(test_a_column_of_so_many_lines_ends_in_an_ellipsis),
		cmocka_unit_test(test_a_table_has_its_head_on_each_page_and_each_row_once),
		cmocka_unit_test(test_a_table_without_end_says_how_many_rows_it_has_not),
		cmocka_unit_test(test_a_heading_is_never_the_last_on_its_page),
		cmocka_unit_test(test_a_wide_table_of_few_rows_is_turned),
		cmocka_unit_test(test_a_wide_table_of_many_rows_lies_across),
		cmocka_unit_test(test_contents_name_the_pages_where_chapters_begin),
		cmocka_unit_test(
		    test_a_figure_that_is_higher_than_a_page_is_cut_between_what_it_shows),
		cmocka_unit_test(test_a_figure_without_end_has_only_its_beginning_printed),
		cmocka_unit_test(test_a_head_is_not_repeated_where_a_figure_repeats_it_itself),
		cmocka_unit_test(test_a_wide_figure_lies_across_and_words_go_on_before_it),
		cmocka_unit_test(test_figures_are_numbered_as_they_lie),
		cmocka_unit_test(test_frames_in_a_row_are_a_range),
		cmocka_unit_test(test_hostile_words_stay_words_within_the_margins),
		cmocka_unit_test(test_the_same_document_is_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
