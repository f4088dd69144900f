/* print_priv: what the files of print share; private to them. */
#ifndef SYNSCOPE_REPORT_PRINT_PRIV_H
#define SYNSCOPE_REPORT_PRINT_PRIV_H

#include "base/mem.h"
#include "base/text.h"
#include "figure/paper.h"
#include "figure/scene.h"
#include "markup/markup.h"
#include "report/print.h"

/* --- measures, in user units --- */

#define MARGIN_SIDE   72.0
#define MARGIN_TOP    88.0
#define MARGIN_BOTTOM 84.0
#define TEXT_WIDTH    (PAPER_WIDTH - 2 * MARGIN_SIDE)
/* Lines as long as are read well; beside them stand the frames. */
#define PROSE_WIDTH 500.0
#define NOTE_AT     526.0
#define NOTE_WIDTH  (TEXT_WIDTH - NOTE_AT)

#define BODY_SIZE    13.3
#define BODY_LEADING 19.5
#define NOTE_SIZE    10.4
#define NOTE_LEADING 14.0

/* Of a text, in ems: how far below a line's top its baseline is. */
#define BASELINE 0.82

/* --- blocks --- */

enum sheet {
	SHEET_UPRIGHT,
	SHEET_ACROSS,
	SHEET_FOLDED, /* across, and twice as large: it is folded in */
	SHEET_COUNT
};

#define NO_ANCHOR SIZE_MAX

/* What lies in a box of a block leads to an anchor. */
struct block_link {
	struct scene_box box;
	size_t anchor;
};

struct block {
	struct scene *scene;
	bool is_borrowed; /* the shelf's */
	double scale;
	double least_scale; /* it may be made smaller, to fit on a page; else scale */
	double before;      /* the room above it, but at the top of a page */
	bool keeps_next;    /* never the last on its page */
	bool turns_page;    /* always the first on its page */
	bool floats;        /* where there is no room for it, what follows may stand before it */
	bool is_whole;      /* is cut only if it is higher than a page */
	enum sheet sheet;
	struct scene *caption; /* below its end; NULL: none */
	const char *tag;
	size_t anchor;
	struct block_link *links;
	size_t link_count;
};

/* What contents, outline and links lead to. */
struct anchor {
	const char *title;
	unsigned depth;
	size_t page; /* once it is placed, as is y */
	double y;
};

/* A page, and what its head says. */
struct sheet_of {
	enum sheet sheet;
	size_t chapter;       /* an anchor, or NO_ANCHOR */
	struct scene *margin; /* its number, and what it is part of */
};

struct press {
	const struct print_options *options;
	const struct catalog *catalog;
	const char *lang;
	const char *about;   /* the whole, where that is told */
	struct scene *words; /* strings live as long as it */
	struct block *blocks;
	size_t block_count;
	struct anchor *anchors;
	size_t anchor_count;
	size_t contents; /* the block that lists them */
	struct paper_page *pages;
	struct sheet_of *sheets; /* of each page */
	size_t page_count;
	unsigned figures; /* how many so far */
};

/* All but the painting. Nothing is kept of the document; _fini frees what it was laid out as. */
void press_lay(struct press *press, const struct markup_document *document,
    const struct print_options *options);
void press_fini(struct press *press);

/* A new one at the end, drawn in a scene of its own that is TEXT_WIDTH wide. */
struct block *press_block(struct press *press, const char *tag);
/* ... of a scene that there is already; the press frees it, unless is_borrowed is set. */
struct block *press_adopt(struct press *press, struct scene *scene, const char *tag);
struct paper_part *page_part(struct paper_page *page);
void page_link(struct paper_page *page, struct paper_link link);

/* --- strings, that live as long as the press --- */

/* Of an element; empty: there is none. */
const char *press_value(struct press *press, const struct markup_node *node, const char *attribute);
const char *press_content(struct press *press, const struct markup_node *node);
/* In the reader's language, with %1, %2, ... filled in. */
const char *press_say(struct press *press, const char *sentence, const char *word);
const char *press_keep(struct press *press, struct text *text);
/* "1 2 3 7" as "1–3, 7" */
const char *press_frames(struct press *press, const char *frames);

/* --- print_text.c --- */

/*
 * The next line of tidy words: its length, and where the one after it begins.
 * At least a character. words: not empty.
 */
size_t line_next(const char *words, struct scene_style style, double width, const char **rest);
/* The widest part of it that stands on one line if it can. */
double widest_part(const char *words, struct scene_style style);

/* As much of it as fits in one line. */
const char *line_short(
    struct press *press, const char *words, struct scene_style style, double width);

/* A column of lines. */
struct column_of {
	enum scene_class cls;
	struct scene_style style;
	double width;
	double leading;
	size_t most; /* lines; what does not fit ends in an ellipsis. 0: as many as it takes */
};

/* at: the top of the first, on the side that the style's anchor names; how many lines it took. */
size_t lines_put(
    struct scene *scene, const struct column_of *column, struct scene_point at, const char *words);
size_t lines_count(const struct column_of *column, const char *words);

/* --- print_blocks.c --- */

/* How paragraphs look: most of them, those below a title, those that matter less. */
extern const struct column_of column_body, column_lead, column_fine;

/* depth: 0 is a chapter's, which begins a page. */
void block_heading(struct press *press, unsigned depth, const char *words);
void block_words(
    struct press *press, const struct column_of *lines, double before, const char *words);
/* An element's words, its frames beside them. */
void block_sentence(struct press *press, const struct markup_node *sentence, double before);
/* The <sentence>s in it. */
void block_sentences(struct press *press, const struct markup_node *parent);
/*
 * Names, and attributes that hold what they stand for; together on a page. Short
 * ones stand in two columns, to be read downwards.
 */
void block_facts(struct press *press, const struct markup_node *node, const char *const (*facts)[2],
    size_t count, double before);

/* --- print_table.c --- */

enum {
	COLUMN_NUMBER = 0x01, /* stands at the right */
	COLUMN_FRAMES = 0x02,
	COLUMN_STATE = 0x04, /* has its state's colour beside it */
	COLUMN_MONO = 0x08,
	COLUMN_WORDS = 0x10,   /* the element's own words, rather than an attribute */
	COLUMN_LIKELY = 0x40,  /* a state that may not be certain */
	COLUMN_OUTCOME = 0x80, /* what was recorded, held against what was found */
	COLUMN_BARS = 0x100,   /* the counts of the elements of that name in it, as bars */
	COLUMN_VARIED = 0x200, /* says nothing where it says always the same */
	COLUMN_BELOW = 0x20,   /* no column, but a line of its own below each row; one at most */
};

struct column {
	const char *heading;
	const char *attribute;
	unsigned flags;
	const char
	    *group; /* columns side by side of one group have its name above them; NULL: none */
};

struct table {
	const char *element; /* its rows are the neighbours of that name */
	const struct column *columns;
	size_t count;
	size_t most;                                      /* rows; the others are counted */
	bool (*is_marked)(const struct markup_node *row); /* NULL: none is */
	bool may_turn; /* a few rows with many columns may become columns with rows */
};

#define TABLE_COLUMNS_MAX 16

void table_put(struct press *press, const struct table *table, const struct markup_node *first);

/* --- print_columns.c --- */

extern const struct table table_findings, table_clients, table_sockets, table_changes,
    table_packets, table_listeners, table_flows, table_groups, table_distributions, table_marks,
    table_differences, table_stages, table_inputs;

/* --- print_figure.c --- */

void figure_put(struct press *press, const struct markup_node *figure);
/* Its caption gets the next number, so that figures are counted as they lie. */
void figure_number(struct press *press, struct scene *caption);
/* The scene that was kept for it; NULL: none was. */
struct scene *figure_kept(const struct press *press, const struct markup_node *figure);

/* --- print_parts.c --- */

void parts_put(struct press *press, const struct markup_node *report);

/* --- print_contents.c --- */

void contents_put(struct press *press);
/* The anchors are known. */
void contents_draw(struct press *press);
/* Their pages are, too. */
void contents_number(struct press *press);

/* --- print_pages.c --- */

struct scene_box sheet_body(enum sheet sheet);
struct scene_point sheet_size(enum sheet sheet);
void pages_fill(struct press *press);

#endif
