/* template_priv: what the files of template share; private to them. */
#ifndef SYNSCOPE_REPORT_TEMPLATE_PRIV_H
#define SYNSCOPE_REPORT_TEMPLATE_PRIV_H

#include "base/names.h"
#include "base/text.h"
#include "markup/markup.h"
#include "report/template.h"

/* Of the engine's own attributes. */
#define TEMPLATE_NAMESPACE "urn:synscope:template"

/* An expression, where there is one. */
struct binding {
	const char *name; /* of what it sets */
	char *expression;
	struct markup_path *path; /* NULL: none */
};

struct attribute {
	const char *name;
	char *value;
};

/* What is done with an element; of each there is one at most. */
enum bound { BOUND_EACH, BOUND_IF, BOUND_TEXT, BOUND_COPY, BOUND_IDS, BOUND_PAGE, BOUND_COUNT };

extern const char *const bound_names[BOUND_COUNT];

/* An element or a text of a page. */
struct piece {
	struct piece *next;
	struct piece *children;
	const struct page *page;
	long line;
	enum markup_space space;
	const char *name; /* NULL: a text */
	char *words;      /* of a text, in the reader's language */
	struct attribute *attributes;
	size_t attribute_count;
	struct binding bound[BOUND_COUNT];
	struct binding *lets, *attrs; /* let-NAME, attr-NAME */
	size_t let_count, attr_count;
	char *part;    /* its name, for include */
	char *include; /* FILE#PART, as written */
	const struct piece *included;
	bool unwrap;
};

struct page {
	char *path;       /* for people */
	const char *name; /* the end of path */
	struct markup_document *document;
	struct piece *root;
};

struct template_set {
	char *folder;
	bool is_built_in;
	const char *data; /* its only page, while it is read; NULL: pages are files */
	size_t data_bytes;
	struct page *pages; /* by name */
	size_t page_count;
	const struct catalog *catalog;
	template_sentence *sentence; /* NULL: nobody asks */
	void *sentence_ctx;
};

/* --- template.c --- */

/* A file of the set, whole. */
enum status template_file(
    struct text *out, const struct template_set *set, const char *name, struct diag *diag);

/* --- template_names.c --- */

/* Of HTML, or one of the author's own. */
bool name_is_element(const char *name);
/* What may have been meant; NULL: nothing is near. */
const char *name_binding_meant(const char *name);
const char *name_element_meant(const char *name);

/* --- template_attributes.c --- */

/* An element that is being read, and what holds around it. */
struct reading {
	struct template_set *set;
	struct piece *piece;
	struct diag *diag;
	enum status status;
	bool keeps_words;  /* nothing here is translated */
	bool keeps_blanks; /* nor normalized */
	bool is_sample;    /* and left out */
};

/* FILE: line N: WHAT="EXPRESSION": why */
enum status template_complain(struct diag *diag, const struct piece *piece, const char *what,
    const char *expression, const char *why);
/* FILE: line N: WHAT: why */
enum status piece_refuse(
    struct diag *diag, const struct piece *piece, const char *what, const char *why);
/* ...; is MEANT meant? NULL: nobody can tell. */
enum status piece_refuse_name(
    const struct reading *reading, const char *name, const char *meant, const char *why);
/* Words in the reader's language, between blanks or a line break where there were some; to be freed. */
char *template_text(const struct template_set *set, const char *str);
/* For markup_attributes: ctx is a reading. */
void piece_take_attribute(void *ctx, const char *space, const char *name, const char *value);
/* NULL: it has none. */
const char *piece_attribute(const struct piece *piece, const char *name);
void piece_drop_attribute(struct piece *piece, const char *name);

/* --- template_read.c --- */

/* The page's root, from its document; NULL: it is a sample. */
enum status piece_read(struct template_set *set, struct page *page, struct diag *diag);
/* And those that follow it. */
void piece_free(struct piece *piece);
bool piece_is_html(const struct piece *piece, const char *name);

/* --- template_write.c --- */

/* A page, as it is being written. */
struct writing {
	const struct template_set *set;
	struct markup_scope *scope;
	struct markup_html *html;
	struct text page;
	struct text value;  /* of the expression at hand */
	struct text prefix; /* of ids */
	size_t policy_at;   /* in page: where its policy goes; 0: nowhere */
	bool has_images;
	size_t limit;
	size_t visits; /* of pieces, which cost time although they may write nothing */
	unsigned depth;
	struct diag *diag;
};

/* What it finds there; what is wrong with it is said with its line. */
enum status template_ask(struct writing *writing, const struct piece *piece, const char *what,
    const struct binding *binding, const struct markup_place *place, struct markup_found **found);
/* ... where only nodes make sense. */
enum status template_ask_nodes(struct writing *writing, const struct piece *piece, enum bound bound,
    const struct markup_place *place, struct markup_found **found);
/* Once, whatever it is to be repeated for. */
enum status piece_write(
    struct writing *writing, const struct piece *piece, const struct markup_place *place);

/* --- template_pages.c --- */

/* Before anything that it judges; what it allows is known at the end of the page. */
void page_policy(struct writing *writing);
/* A page without one is judged, too. */
void page_head(struct writing *writing);
bool page_has_head(const struct piece *root);

#endif
