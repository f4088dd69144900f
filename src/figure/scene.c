#include "figure/scene_priv.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define CHUNK_LEAST ((size_t)1 << 10)
#define CHUNK_MOST  ((size_t)64 << 10)

/* Strings and steps, in blocks that never move. */
struct scene_chunk {
	struct scene_chunk *next;
	size_t used;
	size_t room;
	max_align_t at[];
};

/* Of arrow heads. */
#define HEAD_LENGTH 9.0
#define HEAD_HALF   3.6
#define CROSS_HALF  5.0

#define NONE        COLOR_NONE
#define STANDS_FILL true
#define STANDS_PAGE false

const struct scene_class_row scene_classes[CLASS_COUNT] = {
#define CLASS(id, class_name, on, width, light_fill, light_line, light_text, dark_fill, dark_line, \
    dark_text, print_fill, print_line, print_text) \
	[CLASS_##id] = { \
		.name = class_name, \
		.text_on_fill = STANDS_##on, \
		.width_tenths = width, \
		.colors = { \
			[THEME_LIGHT] = { light_fill, light_line, light_text }, \
			[THEME_DARK] = { dark_fill, dark_line, dark_text }, \
			[THEME_PRINT] = { print_fill, print_line, print_text }, \
		}, \
	},
#include "figure/class.def"
#undef CLASS
};

/* --- memory --- */

struct scene *
scene_new(const char *lang)
{
	struct scene *scene = mem_zalloc(sizeof(*scene));

	scene->lang = lang;
	scene->title = "";
	scene->desc = "";
	return scene;
}

void
scene_free(struct scene *scene)
{
	if (scene == NULL)
		return;
	for (struct scene_chunk *chunk = scene->chunks, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(scene->items);
	free(scene->breaks);
	free(scene);
}

void *
scene_keep(struct scene *scene, size_t bytes)
{
	struct scene_chunk *chunk = scene->chunks;
	void *at;

	bytes = (bytes + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (chunk == NULL || chunk->room - chunk->used < bytes) {
		/* Of a report there are thousands of small ones. */
		size_t room = chunk == NULL ? CHUNK_LEAST : chunk->room * 2;

		room = room < CHUNK_MOST ? room : CHUNK_MOST;
		room = room > bytes ? room : bytes;
		chunk = mem_alloc(sizeof(*chunk) + room);
		*chunk = (struct scene_chunk){ .next = scene->chunks, .room = room };
		scene->chunks = chunk;
	}
	at = (char *)chunk->at + chunk->used;
	chunk->used += bytes;
	return at;
}

char *
scene_keep_bytes(struct scene *scene, const char *data, size_t count)
{
	char *kept = scene_keep(scene, count + 1);

	memcpy(kept, data, count);
	kept[count] = '\0';
	return kept;
}

/* As it will be drawn. NULL stays NULL. */
const char *
scene_keep_clean(struct scene *scene, const char *str)
{
	struct text clean = { 0 };

	if (str == NULL)
		return NULL;
	text_terminal(&clean, str, strlen(str));
	return scene_adopt(scene, &clean);
}

char *
scene_adopt(struct scene *scene, struct text *text)
{
	char *kept = scene_keep_bytes(scene, text_str(text), text->length);

	text_fini(text);
	return kept;
}

char *
scene_format(struct scene *scene, const char *format, ...)
{
	char line[1024];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0)
		length = 0;
	return scene_keep_bytes(
	    scene, line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

/* --- items --- */

double
scene_tenth(double value)
{
	/* Nothing is drawn as far out; infinities and what is no number end up here, too. */
	const double far = 1e7;

	if (!(value > -far))
		return -far;
	if (!(value < far))
		return far;
	return floor(value * 10 + 0.5) / 10;
}

struct scene_point
scene_rounded(struct scene_point at)
{
	return (struct scene_point){ scene_tenth(at.x), scene_tenth(at.y) };
}

struct scene_item *
scene_add(struct scene *scene, enum scene_kind kind, enum scene_class cls)
{
	scene->items =
	    mem_room(scene->items, &scene->item_room, scene->count, sizeof(*scene->items));
	scene->items[scene->count] = (struct scene_item){ .kind = kind, .cls = cls };
	return &scene->items[scene->count++];
}

void
scene_size(struct scene *scene, double width, double height)
{
	scene->width = scene_tenth(width);
	scene->height = scene_tenth(height);
}

void
scene_title(struct scene *scene, const char *title, const char *desc)
{
	scene->title = scene_keep_clean(scene, title);
	scene->desc = scene_keep_clean(scene, desc);
}

void
scene_page_break(struct scene *scene, double y)
{
	scene->breaks =
	    mem_room(scene->breaks, &scene->break_room, scene->break_count, sizeof(*scene->breaks));
	scene->breaks[scene->break_count++] = scene_tenth(y);
}

void
scene_page_head(struct scene *scene, double top, double bottom)
{
	scene->head_top = scene_tenth(top);
	scene->head_bottom = scene_tenth(bottom);
}

double
scene_page_end(const struct scene *scene, double top, double room)
{
	double end = top;

	if (scene->height - top <= room)
		return scene->height;
	for (size_t i = 0; i < scene->break_count && scene->breaks[i] - top <= room; i++)
		end = fmax(end, scene->breaks[i]);
	return end;
}

void
scene_round_rect(struct scene *scene, enum scene_class cls, struct scene_box box, double radius,
    enum scene_dash dash)
{
	struct scene_item *item = scene_add(scene, SCENE_RECT, cls);
	double right = scene_tenth(box.x + box.width);
	double bottom = scene_tenth(box.y + box.height);

	item->dash = dash;
	item->radius = scene_tenth(radius);
	item->box.x = scene_tenth(box.x);
	item->box.y = scene_tenth(box.y);
	/* of its rounded edges, so that what touches here touches there */
	item->box.width = scene_tenth(right - item->box.x);
	item->box.height = scene_tenth(bottom - item->box.y);
}

void
scene_rect(struct scene *scene, enum scene_class cls, struct scene_box box)
{
	scene_round_rect(scene, cls, box, 0, DASH_SOLID);
}

static void
add_path(struct scene *scene, enum scene_class cls, const struct scene_step *steps, size_t count,
    enum scene_dash dash, bool filled)
{
	struct scene_item *item = scene_add(scene, SCENE_PATH, cls);
	struct scene_step *kept = scene_keep(scene, count * sizeof(*kept));

	for (size_t i = 0; i < count; i++) {
		kept[i].verb = steps[i].verb;
		for (size_t j = 0; j < 3; j++)
			kept[i].at[j] = scene_rounded(steps[i].at[j]);
	}
	item->steps = kept;
	item->step_count = count;
	item->dash = dash;
	item->filled = filled;
}

void
scene_path(struct scene *scene, enum scene_class cls, const struct scene_step *steps, size_t count,
    enum scene_dash dash)
{
	add_path(scene, cls, steps, count, dash, false);
}

void
scene_line(struct scene *scene, enum scene_class cls, struct scene_point from,
    struct scene_point to, enum scene_dash dash)
{
	const struct scene_step steps[] = { { 'M', { from } }, { 'L', { to } } };

	scene_path(scene, cls, steps, 2, dash);
}

void
scene_polyline(struct scene *scene, enum scene_class cls, const struct scene_point *points,
    size_t count, enum scene_dash dash)
{
	struct scene_item *item = scene_add(scene, SCENE_PATH, cls);
	struct scene_step *steps = scene_keep(scene, count * sizeof(*steps));

	for (size_t i = 0; i < count; i++)
		steps[i] = (struct scene_step){ i == 0 ? 'M' : 'L', { scene_rounded(points[i]) } };
	item->steps = steps;
	item->step_count = count;
	item->dash = dash;
}

void
scene_brace(
    struct scene *scene, enum scene_class cls, double x, double top, double bottom, double depth)
{
	double middle = (top + bottom) / 2;
	double half = x + depth / 2;
	/* No more than there is room for. */
	double bend = fmin(fabs(depth), (bottom - top) / 4);
	const struct scene_step steps[] = {
		{ 'M', { { x, top } } },
		{ 'C', { { half, top }, { half, top + bend / 2 }, { half, top + bend } } },
		{ 'L', { { half, middle - bend } } },
		{ 'C', { { half, middle - bend / 2 }, { half, middle }, { x + depth, middle } } },
		{ 'C', { { half, middle }, { half, middle + bend / 2 }, { half, middle + bend } } },
		{ 'L', { { half, bottom - bend } } },
		{ 'C', { { half, bottom - bend / 2 }, { half, bottom }, { x, bottom } } },
	};

	scene_path(scene, cls, steps, sizeof(steps) / sizeof(steps[0]), DASH_SOLID);
}

/* --- arrows --- */

static struct scene_point
along(struct scene_point from, struct scene_point to, double along_by, double aside_by)
{
	double dx = to.x - from.x;
	double dy = to.y - from.y;
	double length = sqrt(dx * dx + dy * dy);

	if (length == 0)
		return from;
	dx /= length;
	dy /= length;
	return (struct scene_point){ from.x + dx * along_by - dy * aside_by,
		from.y + dy * along_by + dx * aside_by };
}

/* The steps of a head at tip, of a line that comes from from. */
static size_t
put_head(
    struct scene_step *steps, struct scene_point from, struct scene_point tip, enum scene_head head)
{
	struct scene_point left = along(tip, from, HEAD_LENGTH, HEAD_HALF);
	struct scene_point right = along(tip, from, HEAD_LENGTH, -HEAD_HALF);

	steps[0] = (struct scene_step){ 'M', { left } };
	steps[1] = (struct scene_step){ 'L', { tip } };
	steps[2] = (struct scene_step){ 'L', { right } };
	if (head == HEAD_OPEN)
		return 3;
	steps[3] = (struct scene_step){ .verb = 'Z' };
	return 4;
}

static void
add_cross(struct scene *scene, struct scene_point at)
{
	const double c = CROSS_HALF;
	const struct scene_step steps[] = {
		{ 'M', { { at.x - c, at.y - c } } },
		{ 'L', { { at.x + c, at.y + c } } },
		{ 'M', { { at.x - c, at.y + c } } },
		{ 'L', { { at.x + c, at.y - c } } },
	};

	add_path(scene, CLASS_LOST, steps, 4, DASH_SOLID, false);
}

/* Where the line ends, so that it does not look out of the tip of its head. */
static struct scene_point
line_end(struct scene_point from, struct scene_point to, enum scene_head head)
{
	return head == HEAD_FULL ? along(to, from, HEAD_LENGTH - 1, 0) : to;
}

void
scene_arrow(struct scene *scene, enum scene_class cls, struct scene_point from,
    struct scene_point to, enum scene_dash dash, enum scene_head head, enum scene_head tail)
{
	struct scene_step steps[10];
	size_t count = 0;

	steps[count++] = (struct scene_step){ 'M', { line_end(to, from, tail) } };
	steps[count++] = (struct scene_step){ 'L', { line_end(from, to, head) } };
	/* A line has no inside, so one path may hold it and its heads; but heads are not dashed. */
	if (dash != DASH_SOLID || head == HEAD_OPEN || tail == HEAD_OPEN) {
		add_path(scene, cls, steps, count, dash, false);
		count = 0;
	}
	if (head == HEAD_FULL || head == HEAD_OPEN)
		count += put_head(steps + count, from, to, head);
	if (tail == HEAD_FULL || tail == HEAD_OPEN)
		count += put_head(steps + count, to, from, tail);
	if (count > 0)
		add_path(
		    scene, cls, steps, count, DASH_SOLID, head == HEAD_FULL || tail == HEAD_FULL);
	if (head == HEAD_CROSS)
		add_cross(scene, to);
	if (tail == HEAD_CROSS)
		add_cross(scene, from);
}

/* --- groups --- */

void
scene_group_begin(
    struct scene *scene, struct scene_subject about, const char *tip, const char *link)
{
	struct scene_item *item = scene_add(scene, SCENE_GROUP, CLASS_PAGE);

	item->about = about;
	item->tip = scene_keep_clean(scene, tip);
	item->link = scene_keep_clean(scene, link);
}

void
scene_group_end(struct scene *scene)
{
	scene_add(scene, SCENE_GROUP_END, CLASS_PAGE);
}

/* --- walking --- */

void
scene_draw(const struct scene *scene, const struct draw_ops *ops, void *ctx)
{
	ops->begin(ctx, scene);
	for (size_t i = 0; i < scene->count; i++) {
		const struct scene_item *item = &scene->items[i];

		switch (item->kind) {
		case SCENE_RECT:
			ops->rect(ctx, item);
			break;
		case SCENE_PATH:
			ops->path(ctx, item);
			break;
		case SCENE_TEXT:
			ops->text(ctx, item);
			break;
		case SCENE_GROUP:
			if (ops->group_begin != NULL)
				ops->group_begin(ctx, item);
			break;
		case SCENE_GROUP_END:
			if (ops->group_end != NULL)
				ops->group_end(ctx);
			break;
		}
	}
	ops->end(ctx, scene);
}
