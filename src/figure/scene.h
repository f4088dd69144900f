/*
 * scene: one figure, laid out, before it is SVG, PNG or PDF.
 *
 * A flat list of items: rectangles, paths, texts, and brackets that group
 * them. All lengths are in user units (a CSS pixel, 1/96 inch), y grows
 * downwards, and what is given is rounded to a tenth of a unit, so that the
 * same figure has the same bytes everywhere. An item has no colour but a class
 * (class.def), to which a theme gives one. Texts are measured by a built-in
 * table, never by an installed font.
 *
 * A scene owns all it holds, and copies the strings it is given. Foreign
 * bytes in them are made harmless on the way in.
 */
#ifndef SYNSCOPE_FIGURE_SCENE_H
#define SYNSCOPE_FIGURE_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* --- classes and the colours a theme gives them --- */

enum scene_class {
#define CLASS(id, name, on, width, light_fill, light_line, light_text, dark_fill, dark_line, \
    dark_text, print_fill, print_line, print_text) \
	CLASS_##id,
#include "figure/class.def"
#undef CLASS
	CLASS_COUNT
};

enum scene_theme { THEME_LIGHT, THEME_DARK, THEME_PRINT, THEME_COUNT };

#define COLOR_NONE UINT32_MAX

/* 0xRRGGBB or COLOR_NONE. */
struct scene_colors {
	uint32_t fill; /* of rectangles and closed paths */
	uint32_t line;
	uint32_t text;
};

struct scene_class_row {
	const char *name;     /* in SVG's class attribute */
	bool text_on_fill;    /* its texts stand on its own fill, else on the page */
	uint8_t width_tenths; /* of its lines */
	struct scene_colors colors[THEME_COUNT];
};

extern const struct scene_class_row scene_classes[CLASS_COUNT];

/* WCAG 2's contrast of two colours, times 100: from 100 to 2100. */
unsigned scene_contrast(uint32_t one, uint32_t other);

/* --- items --- */

enum scene_dash {
	DASH_SOLID,
	DASH_DASHED,
	DASH_DOTTED,
};

enum scene_head {
	HEAD_NONE,
	HEAD_FULL,  /* a filled triangle: it arrived */
	HEAD_OPEN,  /* two strokes */
	HEAD_CROSS, /* it was lost, or ignored */
};

enum scene_anchor {
	ANCHOR_START,
	ANCHOR_MIDDLE,
	ANCHOR_END,
};

struct scene_style {
	double size; /* 0: 12 */
	enum scene_anchor anchor;
	bool bold;
	bool mono;
	bool upwards; /* turned by a quarter, read from below */
};

struct scene_point {
	double x;
	double y;
};

struct scene_box {
	double x;
	double y;
	double width;
	double height;
};

/* verb: M and L take at[0], C all three, Z none. */
struct scene_step {
	char verb;
	struct scene_point at[3];
};

/* What a group shows, so that a page can find it again. All 0: nothing that has a number. */
struct scene_subject {
	uint32_t frame;      /* a packet, by its index; each has one group of a scene at most */
	uint32_t last_frame; /* with the packets of its flow up to here; 0: alone */
	uint32_t flow;
};

enum scene_kind {
	SCENE_RECT,
	SCENE_PATH,
	SCENE_TEXT,
	SCENE_GROUP, /* until its SCENE_GROUP_END */
	SCENE_GROUP_END,
};

struct scene_item {
	enum scene_kind kind;
	enum scene_class cls;
	enum scene_dash dash;
	bool filled;          /* a path: its inside has its class's line colour */
	struct scene_box box; /* a rectangle; of a text, what it covers */
	double radius;        /* of a rectangle's corners */
	const struct scene_step *steps;
	size_t step_count;
	struct scene_style style;
	struct scene_point at; /* a text's anchor, on the baseline */
	bool is_tight;         /* a text for which a wider font would be a trouble */
	const char *text;
	struct scene_subject about; /* of a group */
	const char *tip;            /* NULL: it has none, as for the next */
	const char *link;
};

struct scene {
	double width;
	double height;
	const char *title;
	const char *desc;
	const char *lang; /* BCP 47 */
	int64_t date_ns;  /* what it shows began then */
	struct scene_item *items;
	size_t count;
	/* Where a new page may begin, ascending. */
	double *breaks;
	size_t break_count;
	/* A strip that stands at the top of each page but the first; none where both are 0. */
	double head_top;
	double head_bottom;
	size_t item_room; /* ours, as are the next two */
	size_t break_room;
	struct scene_chunk *chunks;
};

struct scene *scene_new(const char *lang);
void scene_free(struct scene *scene);

void scene_size(struct scene *scene, double width, double height);
void scene_title(struct scene *scene, const char *title, const char *desc);
void scene_page_break(struct scene *scene, double y);
void scene_page_head(struct scene *scene, double top, double bottom);
/* Where a page ends that begins at top: at a break, or at the scene's end. top: nowhere in room. */
double scene_page_end(const struct scene *scene, double top, double room);

void scene_rect(struct scene *scene, enum scene_class cls, struct scene_box box);
/* radius: of its corners */
void scene_round_rect(struct scene *scene, enum scene_class cls, struct scene_box box,
    double radius, enum scene_dash dash);
void scene_path(struct scene *scene, enum scene_class cls, const struct scene_step *steps,
    size_t count, enum scene_dash dash);
void scene_line(struct scene *scene, enum scene_class cls, struct scene_point from,
    struct scene_point to, enum scene_dash dash);
void scene_polyline(struct scene *scene, enum scene_class cls, const struct scene_point *points,
    size_t count, enum scene_dash dash);
/* A line that ends in a head at to, and in tail at from. */
void scene_arrow(struct scene *scene, enum scene_class cls, struct scene_point from,
    struct scene_point to, enum scene_dash dash, enum scene_head head, enum scene_head tail);
/* A curly brace from (x, top) to (x, bottom), its tip at x + depth; depth may be negative. */
void scene_brace(
    struct scene *scene, enum scene_class cls, double x, double top, double bottom, double depth);

/*
 * fit: the room there is; what is longer ends in an ellipsis, and no renderer
 * draws it wider. 0: as long as it is. An empty string draws nothing.
 */
void scene_text(struct scene *scene, enum scene_class cls, struct scene_style style,
    struct scene_point at, double fit, const char *text);
/*
 * Texts between the two stand on a patch of the page's colour, which keeps what
 * is behind them away; where there are none, so is no patch.
 */
size_t scene_patch_begin(struct scene *scene);
void scene_patch_end(struct scene *scene, size_t patch);
/* As many lines as it takes, each of that width at most; returns the baseline that would follow. */
double scene_paragraph(struct scene *scene, enum scene_class cls, struct scene_style style,
    struct scene_point at, double width, double line, const char *text);

/*
 * What comes until the end belongs together: a packet, some of a flow, a band.
 * tip is shown where a pointer rests on it; link is an address. Both may be NULL.
 */
void scene_group_begin(
    struct scene *scene, struct scene_subject about, const char *tip, const char *link);
void scene_group_end(struct scene *scene);

/* Memory that lives as long as the scene. */
void *scene_keep(struct scene *scene, size_t bytes) __attribute__((malloc, returns_nonnull));
/* What a text holds, and its end. */
char *scene_adopt(struct scene *scene, struct text *text) __attribute__((returns_nonnull));
char *scene_format(struct scene *scene, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* --- measures --- */

/* How wide a text is, escaped as it will be. */
double scene_text_width(const char *text, struct scene_style style);
/* One that needs no escape. */
double scene_character_width(uint32_t character, struct scene_style style);
/* How many bytes of it fit in a line, ended where words end: one character at least. */
size_t scene_line_length(const char *text, struct scene_style style, double width);
/* On a terminal. */
size_t scene_text_columns(const char *text);
/* Two boxes share more than an edge. */
bool scene_boxes_meet(struct scene_box one, struct scene_box other);

/* --- walking a scene: one function for all renderers --- */

struct draw_ops {
	void (*begin)(void *ctx, const struct scene *scene);
	void (*rect)(void *ctx, const struct scene_item *item);
	void (*path)(void *ctx, const struct scene_item *item);
	void (*text)(void *ctx, const struct scene_item *item);
	/* These two may be NULL. */
	void (*group_begin)(void *ctx, const struct scene_item *item);
	void (*group_end)(void *ctx);
	void (*end)(void *ctx, const struct scene *scene);
};

void scene_draw(const struct scene *scene, const struct draw_ops *ops, void *ctx);

#endif
