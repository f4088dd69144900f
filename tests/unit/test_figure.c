#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "capture/capture.h"
#include "figure/figure_priv.h"
#include "markup/markup.h"

/* --- colours --- */

static uint32_t
page_color(int theme)
{
	return scene_classes[CLASS_PAGE].colors[theme].fill;
}

static void
test_texts_keep_the_contrast_of_wcag_aa(void **state)
{
	(void)state;
	for (int cls = 0; cls < CLASS_COUNT; cls++) {
		const struct scene_class_row *row = &scene_classes[cls];

		for (int theme = 0; theme < THEME_COUNT; theme++) {
			const struct scene_colors *colors = &row->colors[theme];
			uint32_t below = row->text_on_fill ? colors->fill : page_color(theme);

			if (scene_contrast(colors->text, below) < 450)
				fail_msg("%s, theme %d: text on #%06x has a contrast of %u / 100",
				    row->name, theme, (unsigned)below,
				    scene_contrast(colors->text, below));
		}
	}
}

static void
test_arrows_stand_out_from_the_page(void **state)
{
	static const enum scene_class arrows[] = { CLASS_SEGMENT, CLASS_ACK, CLASS_RESENT,
		CLASS_RESET, CLASS_LOST, CLASS_WINDOW, CLASS_PROBE, CLASS_DATAGRAM, CLASS_BULK,
		CLASS_OPENING, CLASS_AXIS };

	(void)state;
	for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++)
		for (int theme = 0; theme < THEME_COUNT; theme++)
			assert_true(scene_contrast(scene_classes[arrows[i]].colors[theme].line,
					page_color(theme)) >= 300);
}

static void
test_contrast_is_that_of_wcag(void **state)
{
	(void)state;
	assert_int_equal(scene_contrast(0x000000, 0xffffff), 2100);
	assert_int_equal(scene_contrast(0x777777, 0x777777), 100);
	assert_int_equal(scene_contrast(0x767676, 0xffffff), 454);
}

/* --- scenes --- */

static const struct scene_style twelve = { .size = 12 };

static void
test_a_text_too_long_ends_in_an_ellipsis_within_its_room(void **state)
{
	struct scene *scene = scene_new("en");
	const struct scene_item *item;

	(void)state;
	scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 0, 20 }, 50,
	    "a text that is too long");
	item = &scene->items[0];
	assert_string_equal(item->text + strlen(item->text) - 3, "…");
	assert_true(item->box.width <= 50);
	assert_true(item->is_tight);
	scene_free(scene);
}

static void
test_an_ellipsis_never_cuts_a_character(void **state)
{
	struct scene *scene = scene_new("zh-CN");

	(void)state;
	scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 0, 20 }, 40, "客户端与服务器");
	assert_string_equal(scene->items[0].text, "客户…");
	scene_free(scene);
}

static void
test_control_characters_are_measured_as_they_are_drawn(void **state)
{
	(void)state;
	assert_true(scene_text_width("\x1b", twelve) == scene_text_width("\\x1b", twelve));
}

static void
test_a_patch_without_a_text_is_none(void **state)
{
	struct scene *scene = scene_new("en");
	size_t patch = scene_patch_begin(scene);

	(void)state;
	scene_text(scene, CLASS_LABEL, twelve, (struct scene_point){ 0, 0 }, 0, "");
	scene_patch_end(scene, patch);
	assert_int_equal(scene->count, 0);
	scene_free(scene);
}

static void
test_a_paragraph_breaks_at_spaces_and_between_ideographs(void **state)
{
	struct scene *scene = scene_new("en");

	(void)state;
	scene_paragraph(
	    scene, CLASS_LABEL, twelve, (struct scene_point){ 0, 0 }, 40, 16, "one two 三四五六");
	assert_string_equal(scene->items[0].text, "one ");
	assert_string_equal(scene->items[1].text, "two 三");
	assert_string_equal(scene->items[2].text, "四五六");
	assert_int_equal(scene->count, 3);
	scene_free(scene);
}

static void
test_no_line_begins_with_what_closes_or_ends_with_what_opens(void **state)
{
	struct scene *scene = scene_new("zh-CN");

	(void)state;
	scene_paragraph(
	    scene, CLASS_LABEL, twelve, (struct scene_point){ 0, 0 }, 40, 16, "一二三，四五（六");
	assert_string_equal(scene->items[0].text, "一二");
	assert_string_equal(scene->items[1].text, "三，四");
	assert_string_equal(scene->items[2].text, "五（六");
	scene_free(scene);
}

static void
test_what_is_no_number_is_drawn_somewhere(void **state)
{
	struct scene *scene = scene_new("en");
	const double nothing = 0.0;

	(void)state;
	scene_rect(scene, CLASS_LABEL, (struct scene_box){ nothing / nothing, 1 / nothing, 3, 4 });
	assert_true(scene->items[0].box.x == -1e7);
	assert_true(scene->items[0].box.y == 1e7);
	scene_free(scene);
}

/* --- whole figures: nothing overlaps, nothing leaves the page --- */

static void
take_packet(void *ctx, const struct packet_row *row)
{
	figure_collect_packet(ctx, row);
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	figure_collect_flow(ctx, row);
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	figure_collect_socket(ctx, row);
}

static void
take_listener(void *ctx, const struct listener_row *row)
{
	figure_collect_listener(ctx, row);
}

/* NULL: there is nothing in it to be drawn. */
static struct figure_data *
collect_path(struct analysis **analysis, const char *path, const struct figure_wanted *wanted)
{
	static const struct sockets_options sockets = { .want_rows = true, .backlog = -1 };
	static const struct analysis_options options = { .sockets = &sockets };
	static const struct analysis_ops ops = { .packet = take_packet,
		.flow = take_flow,
		.socket = take_socket,
		.listener = take_listener };
	struct figure_data *data = figure_data_new(wanted);
	struct diag diag;

	*analysis = NULL;
	if (analysis_run(analysis, &path, 1, &options, &ops, data, &diag) != ST_OK) {
		figure_data_free(data);
		return NULL;
	}
	figure_collect_done(data, *analysis, path);
	return data;
}

static struct figure_data *
collect(struct analysis **analysis, const char *name, const struct figure_wanted *wanted)
{
	const char *folder = getenv("srcdir");
	struct figure_data *data;
	char path[1024];

	snprintf(path, sizeof(path), "%s/captures/%s", folder == NULL ? "." : folder, name);
	data = collect_path(analysis, path, wanted);
	assert_non_null(data);
	return data;
}

static int
compare_tops(const void *a, const void *b)
{
	const struct scene_item *one = *(const struct scene_item *const *)a;
	const struct scene_item *other = *(const struct scene_item *const *)b;

	return (one->box.y > other->box.y) - (one->box.y < other->box.y);
}

static void
judge_page(const struct scene *scene, const struct scene_item *text, const char *what)
{
	const struct scene_box *box = &text->box;

	if (box->x < 0 || box->y < 0 || box->x + box->width > scene->width ||
	    box->y + box->height > scene->height)
		fail_msg("%s: \"%s\" leaves the page", what, text->text);
}

static void
judge_texts(const struct scene *scene, const char *what)
{
	const struct scene_item **texts = calloc(scene->count + 1, sizeof(*texts));
	size_t count = 0;

	for (size_t i = 0; i < scene->count; i++)
		if (scene->items[i].kind == SCENE_TEXT)
			texts[count++] = &scene->items[i];
	qsort(texts, count, sizeof(*texts), compare_tops);
	for (size_t i = 0; i < count; i++) {
		judge_page(scene, texts[i], what);
		for (size_t j = i + 1;
		     j < count && texts[j]->box.y < texts[i]->box.y + texts[i]->box.height; j++)
			if (scene_boxes_meet(texts[i]->box, texts[j]->box))
				fail_msg("%s: \"%s\" at %g, %g lies over \"%s\" at %g, %g", what,
				    texts[i]->text, texts[i]->at.x, texts[i]->at.y, texts[j]->text,
				    texts[j]->at.x, texts[j]->at.y);
	}
	free(texts);
}

/* A packet has one group, which is what its id stands for. */
static void
judge_packets(const struct scene *scene, const struct figure_data *data, const char *what)
{
	const uint32_t last =
	    data->packet_count == 0 ? 0 : data->packets[data->packet_count - 1].index;
	bool *seen = calloc(last + 1, sizeof(*seen));

	for (size_t i = 0; i < scene->count; i++) {
		const struct scene_subject *about = &scene->items[i].about;

		if (scene->items[i].kind != SCENE_GROUP || about->frame == 0)
			continue;
		assert_true(about->frame <= last && about->last_frame <= last);
		assert_true(about->last_frame == 0 || about->last_frame > about->frame);
		if (seen[about->frame])
			fail_msg("%s: frame %u has two groups", what, (unsigned)about->frame);
		seen[about->frame] = true;
	}
	free(seen);
}

static void
judge_groups(const struct scene *scene)
{
	size_t open = 0;

	for (size_t i = 0; i < scene->count; i++) {
		open += scene->items[i].kind == SCENE_GROUP;
		assert_true(scene->items[i].kind != SCENE_GROUP_END || open > 0);
		open -= scene->items[i].kind == SCENE_GROUP_END;
	}
	assert_int_equal(open, 0);
}

static void
judge_figure(const struct figure_kind *kind, const struct figure_data *data, const uint32_t *flow,
    int lang, int time)
{
	struct figure_options options = { .flows = flow,
		.flow_count = flow != NULL,
		.lang = (enum lang)lang,
		.time = (enum figure_time)time,
		.wrong = time == TIME_EVEN };
	struct scene *scene = scene_new("en");
	struct diag diag = { { 0 } };
	char what[256];

	snprintf(what, sizeof(what), "%s of %s, flow %u, %s, %s", kind->name, data->name,
	    flow == NULL ? 0 : (unsigned)*flow, lang_names[lang], figure_time_names[time]);
	if (kind->build(scene, data, &options, &diag) == ST_OK) {
		assert_true(scene->title[0] != '\0' && scene->desc[0] != '\0');
		judge_texts(scene, what);
		judge_groups(scene);
		judge_packets(scene, data, what);
	} else {
		assert_true(diag.text[0] != '\0');
	}
	scene_free(scene);
}

static const char *const samples[] = { "good-handshake.pcap", "good-half-close.pcap",
	"good-fast-open.pcap", "good-ipv6.pcap", "good-udp.pcap", "good-ping.pcap",
	"good-vlan-twice.pcap", "odd-queue-full.pcap", "odd-queue-full-abort.pcap",
	"odd-refused.pcap", "odd-unanswered.pcap", "odd-simultaneous-open.pcap",
	"odd-midstream.pcap", "odd-one-sided.pcap", "odd-port-reused.pcap",
	"odd-reset-by-client.pcap", "odd-reset-by-server.pcap", "odd-host-unreachable.pcap",
	"odd-time-steps-back.pcap", "odd-zero-window-probes.pcap", "odd-keep-alive.pcap",
	"odd-dsack.pcap", "odd-stray-segment.pcap", "odd-udp-unreachable.pcap",
	"blog-2019/socket.cap", "blog-2019/bind_macos.cap", "blog-2019/listen.cap",
	"blog-2019/accept_once.cap", "blog-2019/accept_times.cap", "linux-6.18/listen.cap" };

/* Every kind, in every language and with every way of time. */
static void
judge_data(const struct figure_data *data)
{
	const uint32_t flows[] = { 1, 4 };

	for (size_t kind = 0; kind < figure_kind_count; kind++)
		for (int lang = 0; lang < LANG_COUNT; lang++)
			for (int time = 0; time < TIME_COUNT; time++) {
				judge_figure(&figure_kinds[kind], data, NULL, lang, time);
				for (size_t j = 0; j < 2; j++)
					judge_figure(
					    &figure_kinds[kind], data, &flows[j], lang, time);
			}
}

static const struct figure_wanted all = { 0 };

static void
test_no_text_lies_over_another_or_leaves_the_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct analysis *analysis;
		struct figure_data *data = collect(&analysis, samples[i], &all);

		judge_data(data);
		figure_data_free(data);
		analysis_free(analysis);
	}
}

/* Its first half goes to the beginning of time, its second to the end. */
static void
tear(int64_t *ns, const struct figure_data *data)
{
	int64_t since_ns = *ns - data->first_ns, left_ns = data->last_ns - *ns;

	if (*ns != 0) /* else there is none */
		*ns = since_ns < left_ns ? span_end(INT64_MIN, since_ns)
					 : span_end(INT64_MAX, -left_ns);
}

static void
test_nor_where_times_are_as_far_apart_as_can_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct analysis *analysis;
		struct figure_data *data = collect(&analysis, samples[i], &all);

		for (size_t j = 0; j < data->packet_count; j++)
			tear(&data->packets[j].ts_ns, data);
		for (size_t j = 0; j < data->socket_count; j++)
			tear(&data->sockets[j].at_ns, data);
		for (size_t j = 0; j < data->flow_count; j++) {
			tear(&data->flows[j].start_ns, data);
			tear(&data->flows[j].end_ns, data);
			tear(&data->flows[j].conn.connect_ns, data);
			if (data->flows[j].conn.handshake_ns > 0)
				data->flows[j].conn.handshake_ns = INT64_MAX;
		}
		data->first_ns = INT64_MIN;
		data->last_ns = INT64_MAX;
		judge_data(data);
		figure_data_free(data);
		analysis_free(analysis);
	}
}

/* Nor in any capture of a folder, where one is named as for the comparison with tshark. */
static void
test_nor_in_captures_of_ones_own(void **state)
{
	const char *folder = getenv("SYNSCOPE_CORPUS");
	struct capture_paths paths = { 0 };
	struct diag diag;

	(void)state;
	if (folder == NULL)
		return;
	assert_int_equal(capture_paths_add(&paths, folder, &diag), ST_OK);
	for (size_t i = 0; i < paths.count; i++) {
		struct analysis *analysis;
		struct figure_data *data = collect_path(&analysis, paths.paths[i], &all);

		if (data != NULL)
			judge_data(data);
		figure_data_free(data);
		analysis_free(analysis);
	}
	capture_paths_fini(&paths);
}

/* --- what is collected --- */

static void
test_only_the_flows_that_were_asked_for_are_kept(void **state)
{
	const uint32_t flow = 2;
	const struct figure_wanted wanted = { .flows = &flow, .flow_count = 1 };
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "blog-2019/listen.cap", &wanted);

	(void)state;
	assert_int_equal(data->packet_count, 5);
	assert_int_equal(data->flow_count, 1);
	assert_non_null(figure_flow(data, 2));
	assert_null(figure_flow(data, 1));
	figure_data_free(data);
	analysis_free(analysis);
}

static size_t
row_count(const struct figure_data *data)
{
	return data->packet_count + data->flow_count + data->socket_count + data->listener_count;
}

static void
test_what_the_budget_has_no_room_for_is_counted(void **state)
{
	/* A quarter is kept for flows. */
	const struct figure_wanted wanted = { .limit_bytes = 4 * sizeof(struct packet_row) };
	struct analysis *analyses[2];
	struct figure_data *data = collect(&analyses[0], "good-handshake.pcap", &wanted);
	struct figure_data *whole =
	    collect(&analyses[1], "good-handshake.pcap", &(struct figure_wanted){ 0 });

	(void)state;
	assert_int_equal(data->packet_count, 3);
	assert_int_equal(whole->left_out, 0);
	assert_int_equal(row_count(data) + data->left_out, row_count(whole));
	figure_data_free(data);
	figure_data_free(whole);
	analysis_free(analyses[0]);
	analysis_free(analyses[1]);
}

/* Of each kind that is about some flows alone, what the budget has room for is enough to choose them. */
static void
test_what_was_left_out_is_collected_once_more(void **state)
{
	static const struct {
		const char *kind;
		size_t flow_count;
	} kinds[] = { { "handshake", 1 }, { "sequence", 1 }, { "queue", 6 }, { "listener", 6 } };
	const struct figure_wanted little = { .limit_bytes = 4 * (7 * sizeof(struct flow_row)) };
	const struct figure_options options = { 0 };
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "blog-2019/listen.cap", &little);

	(void)state;
	assert_true(data->left_out > 0);
	assert_int_equal(data->flow_count, 6);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct figure_wanted wanted = { 0 };
		uint32_t *flows;

		wanted.flow_count =
		    figure_choose(figure_kind_named(kinds[i].kind), data, &options, &flows);
		assert_int_equal(wanted.flow_count, kinds[i].flow_count);
		free(flows);
	}
	figure_data_free(data);
	analysis_free(analysis);
}

static void
test_whatever_the_budget_left_out_the_rest_is_drawn_or_refused(void **state)
{
	(void)state;
	for (size_t bytes = 1; bytes < 30000; bytes += 377) {
		const struct figure_wanted wanted = { .limit_bytes = bytes };
		struct analysis *analysis;
		struct figure_data *data = collect(&analysis, "odd-queue-full.pcap", &wanted);

		judge_data(data);
		figure_data_free(data);
		analysis_free(analysis);
	}
}

/* --- what the rows say of one another --- */

/* Of frames, by number from 1. */
static void
assert_fates(
    const struct figure_data *data, const enum fate *fates, enum fate fate, const uint32_t *frames)
{
	for (; *frames != 0; frames++)
		assert_int_equal(fates[model_place(data, *frames)], fate);
}

static void
test_only_what_is_proven_ends_in_a_cross(void **state)
{
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "blog-2019/listen.cap", &all);
	struct scene *scene = scene_new("en");
	const enum fate *fates = model_fates(scene, data);

	(void)state;
	assert_fates(data, fates, FATE_IGNORED, (const uint32_t[]){ 18, 19, 25, 27, 32, 40, 0 });
	/* The server's own, those of other flows, and ACKs that nothing later tells of. */
	assert_fates(data, fates, FATE_UNKNOWN, (const uint32_t[]){ 1, 3, 10, 17, 30, 31, 44, 0 });
	scene_free(scene);
	figure_data_free(data);
	analysis_free(analysis);
}

static void
test_what_was_taken_at_last_does_not(void **state)
{
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "blog-2019/accept_times.cap", &all);
	struct scene *scene = scene_new("en");
	const enum fate *fates = model_fates(scene, data);

	(void)state;
	assert_fates(data, fates, FATE_IGNORED, (const uint32_t[]){ 23, 24, 29, 31, 37, 41, 0 });
	/* They are answered at once. */
	assert_fates(data, fates, FATE_UNKNOWN, (const uint32_t[]){ 39, 44, 0 });
	scene_free(scene);
	figure_data_free(data);
	analysis_free(analysis);
}

static void
test_a_request_begins_with_the_arrival_of_its_syn(void **state)
{
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "blog-2019/listen.cap", &all);
	struct scene *scene = scene_new("en");
	struct change *changes;

	(void)state;
	assert_int_equal(model_changes(scene, data, 1, true, &changes), 2);
	assert_int_equal(changes[0].state, SOCK_SYN_RECV);
	assert_int_equal(changes[0].packet, model_place(data, 1));
	assert_int_equal(changes[1].state, SOCK_ESTABLISHED);
	assert_int_equal(changes[1].packet, model_place(data, 3));
	scene_free(scene);
	figure_data_free(data);
	analysis_free(analysis);
}

static void
test_whoever_speaks_was_accepted_however_full_the_queue(void **state)
{
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "good-handshake.pcap", &all);
	struct scene *scene = scene_new("en");
	struct levels levels[QUEUE_COUNT];
	const struct levels *taken = &levels[QUEUE_TAKEN];

	(void)state;
	assert_int_equal(data->listener_count, 1);
	for (size_t i = 0; i < data->socket_count; i++)
		if (data->sockets[i].state == SOCK_LISTEN)
			data->sockets[i].recv_q.hi = RANGE_OPEN;
	endpoint_levels(scene, data, &data->listeners[0], levels);
	assert_true(taken->count >= 2);
	assert_int_equal(taken->at[0].range.lo, 0);
	assert_int_equal(taken->at[taken->count - 1].range.lo, 1);
	assert_int_equal(
	    taken->at[taken->count - 1].at_ns, data->packets[model_place(data, 6)].ts_ns);
	scene_free(scene);
	figure_data_free(data);
	analysis_free(analysis);
}

/* --- what a figure says --- */

static bool
says(const char *kind, const char *capture, const char *text)
{
	const struct figure_options options = { 0 };
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, capture, &all);
	struct scene *scene = scene_new("en");
	struct diag diag;
	bool found = false;

	assert_int_equal(figure_kind_named(kind)->build(scene, data, &options, &diag), ST_OK);
	for (size_t i = 0; i < scene->count; i++)
		found |=
		    scene->items[i].kind == SCENE_TEXT && strcmp(scene->items[i].text, text) == 0;
	scene_free(scene);
	figure_data_free(data);
	analysis_free(analysis);
	return found;
}

static void
test_a_ladder_has_the_queue_of_a_listener_that_was_full(void **state)
{
	(void)state;
	assert_true(says("ladder", "blog-2019/listen.cap", "accept queue"));
	assert_true(says("ladder", "linux-6.18/listen.cap", "accept queue"));
	assert_false(says("ladder", "good-handshake.pcap", "accept queue"));
	assert_false(says("ladder", "blog-2019/socket.cap", "accept queue"));
}

/* --- bytes --- */

static enum status
try_to_draw(struct text *out, const char *kind, enum figure_format format, const char *capture,
    struct diag *diag)
{
	const struct figure_options options = { .theme_auto = true };
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, capture, &all);
	enum status st = figure_draw(out, figure_kind_named(kind), format, data, &options, diag);

	figure_data_free(data);
	analysis_free(analysis);
	return st;
}

static void
draw(struct text *out, const char *kind, enum figure_format format, const char *capture)
{
	struct diag diag;

	if (try_to_draw(out, kind, format, capture, &diag) != ST_OK)
		fail_msg("%s", diag.text);
}

static void
test_a_figure_is_the_same_bytes_each_time(void **state)
{
	static const char *const magic[] = { "<?xml", "\x89PNG", "%PDF-" };

	(void)state;
	for (size_t kind = 0; kind < figure_kind_count; kind++)
		for (int format = FIGURE_SVG; format <= FIGURE_PDF; format++) {
			struct text one = { 0 }, other = { 0 };

			draw(&one, figure_kinds[kind].name, (enum figure_format)format,
			    "blog-2019/listen.cap");
			draw(&other, figure_kinds[kind].name, (enum figure_format)format,
			    "blog-2019/listen.cap");
			assert_int_equal(one.length, other.length);
			assert_memory_equal(one.at, other.at, one.length);
			assert_memory_equal(one.at, magic[format], strlen(magic[format]));
			text_fini(&one);
			text_fini(&other);
		}
}

/* Of the outermost element, which comes first. */
static double
svg_number(struct text *svg, const char *attribute)
{
	const char *at = strstr(text_str(svg), attribute);

	assert_non_null(at);
	return strtod(at + strlen(attribute), NULL);
}

static uint32_t
be32(const char *at)
{
	const uint8_t *bytes = (const uint8_t *)at;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static void
test_a_png_has_two_pixels_for_each_unit(void **state)
{
	enum { WIDTH_AT = 16, HEIGHT_AT = 20 };
	struct text svg = { 0 }, png = { 0 };

	(void)state;
	draw(&svg, "handshake", FIGURE_SVG, "good-handshake.pcap");
	draw(&png, "handshake", FIGURE_PNG, "good-handshake.pcap");
	assert_int_equal(be32(png.at + WIDTH_AT), ceil(2 * svg_number(&svg, " width=\"")));
	assert_int_equal(be32(png.at + HEIGHT_AT), ceil(2 * svg_number(&svg, " height=\"")));
	text_fini(&svg);
	text_fini(&png);
}

static void
test_svg_is_of_the_subset_that_all_draw_alike(void **state)
{
	static const char *const drawn[] = { "blog-2019/listen.cap", "good-ping.pcap",
		"odd-host-unreachable.pcap" };
	const char *folder = getenv("srcdir");
	struct text schema = { 0 };
	struct diag diag;
	char path[1024];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/figure.rng", folder == NULL ? "." : folder);
	assert_int_equal(file_read(&schema, path, 1, &diag), ST_OK);
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		for (size_t kind = 0; kind < figure_kind_count; kind++) {
			struct markup_document *document = NULL;
			struct text out = { 0 };

			if (try_to_draw(&out, figure_kinds[kind].name, FIGURE_SVG, drawn[i],
				&diag) == ST_OK &&
			    markup_parse(&document, figure_kinds[kind].name, out.at, out.length,
				text_str(&schema), &diag) != ST_OK)
				fail_msg(
				    "%s of %s: %s", figure_kinds[kind].name, drawn[i], diag.text);
			markup_document_free(document);
			text_fini(&out);
		}
	text_fini(&schema);
}

/* Every rule of a style sheet, but for the query that holds some of them. */
static void
judge_rules(const char *svg, const char *prefix)
{
	const char *end = strstr(svg, "</style>");

	for (const char *line = strstr(svg, "<style>"); line != NULL && line < end;
	     line = strchr(line + 1, '\n')) {
		const char *rule = strchr(line, '\n') + 1;

		if (rule < end && rule[0] != '}' && strncmp(rule, "@media", 6) != 0)
			assert_memory_equal(rule, prefix, strlen(prefix));
	}
}

static void
test_figures_that_share_a_page_share_no_id_and_no_rule(void **state)
{
	const struct figure_options options = { .theme_auto = true, .id_prefix = "one-" };
	struct analysis *analysis;
	struct figure_data *data = collect(&analysis, "odd-queue-full.pcap", &all);
	struct diag diag;

	(void)state;
	for (size_t i = 0; i < figure_kind_count; i++) {
		struct text out = { 0 };
		const char *at;

		assert_int_equal(
		    figure_draw(&out, &figure_kinds[i], FIGURE_SVG, data, &options, &diag), ST_OK);
		at = text_str(&out);
		assert_memory_equal(at, "<svg", 4);
		assert_non_null(strstr(at, " id=\"one-figure\""));
		judge_rules(at, "#one-figure ");
		while ((at = strstr(at, " id=\"")) != NULL)
			assert_memory_equal(at += strlen(" id=\""), "one-", 4);
		text_fini(&out);
	}
	figure_data_free(data);
	analysis_free(analysis);
}

static void
test_a_ladder_of_fifty_packets_is_small(void **state)
{
	struct text out = { 0 };

	(void)state;
	draw(&out, "ladder", FIGURE_SVG, "blog-2019/listen.cap");
	assert_true(out.length < 60000);
	text_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_keep_the_contrast_of_wcag_aa),
		cmocka_unit_test(test_arrows_stand_out_from_the_page),
		cmocka_unit_test(test_contrast_is_that_of_wcag),
		cmocka_unit_test(test_a_text_too_long_ends_in_an_ellipsis_within_its_room),
		cmocka_unit_test(test_an_ellipsis_never_cuts_a_character),
		cmocka_unit_test(test_control_characters_are_measured_as_they_are_drawn),
		cmocka_unit_test(test_a_patch_without_a_text_is_none),
		cmocka_unit_test(test_a_paragraph_breaks_at_spaces_and_between_ideographs),
		cmocka_unit_test(test_no_line_begins_with_what_closes_or_ends_with_what_opens),
		cmocka_unit_test(test_what_is_no_number_is_drawn_somewhere),
		cmocka_unit_test(test_no_text_lies_over_another_or_leaves_the_page),
		cmocka_unit_test(test_nor_where_times_are_as_far_apart_as_can_be),
		cmocka_unit_test(test_nor_in_captures_of_ones_own),
		cmocka_unit_test(test_only_the_flows_that_were_asked_for_are_kept),
		cmocka_unit_test(test_what_the_budget_has_no_room_for_is_counted),
		cmocka_unit_test(test_what_was_left_out_is_collected_once_more),
		cmocka_unit_test(test_whatever_the_budget_left_out_the_rest_is_drawn_or_refused),
		cmocka_unit_test(test_only_what_is_proven_ends_in_a_cross),
		cmocka_unit_test(test_what_was_taken_at_last_does_not),
		cmocka_unit_test(test_a_request_begins_with_the_arrival_of_its_syn),
		cmocka_unit_test(test_whoever_speaks_was_accepted_however_full_the_queue),
		cmocka_unit_test(test_a_ladder_has_the_queue_of_a_listener_that_was_full),
		cmocka_unit_test(test_a_figure_is_the_same_bytes_each_time),
		cmocka_unit_test(test_a_png_has_two_pixels_for_each_unit),
		cmocka_unit_test(test_svg_is_of_the_subset_that_all_draw_alike),
		cmocka_unit_test(test_figures_that_share_a_page_share_no_id_and_no_rule),
		cmocka_unit_test(test_a_ladder_of_fifty_packets_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
