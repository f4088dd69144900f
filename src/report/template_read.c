/* One page becomes pieces: its elements and texts, with the style sheets and scripts in it. */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

bool
piece_is_html(const struct piece *piece, const char *name)
{
	return piece->name != NULL && piece->space == SPACE_HTML && strcmp(piece->name, name) == 0;
}

/* A file beside the page, and nowhere else. */
static bool
is_plain_name(const char *name)
{
	return *name != '\0' && *name != '.' && strpbrk(name, "/\\:?#%") == NULL;
}

/* --- elements --- */

static struct piece *
piece_new(const struct page *page, const struct markup_node *node)
{
	struct piece *piece = mem_zalloc(sizeof(*piece));

	piece->page = page;
	piece->line = markup_line(node);
	return piece;
}

static void
binding_fini(struct binding *binding)
{
	free(binding->expression);
	markup_path_free(binding->path);
}

void
piece_free(struct piece *piece)
{
	while (piece != NULL) {
		struct piece *next = piece->next;

		piece_free(piece->children);
		for (size_t i = 0; i < BOUND_COUNT; i++)
			binding_fini(&piece->bound[i]);
		for (size_t i = 0; i < piece->let_count; i++)
			binding_fini(&piece->lets[i]);
		for (size_t i = 0; i < piece->attr_count; i++)
			binding_fini(&piece->attrs[i]);
		for (size_t i = 0; i < piece->attribute_count; i++)
			free(piece->attributes[i].value);
		free(piece->attributes);
		free(piece->lets);
		free(piece->attrs);
		free(piece->part);
		free(piece->include);
		free(piece->words);
		free(piece);
		piece = next;
	}
}

static enum status
hold(struct reading *reading, const struct markup_node *node, const char *content)
{
	if (!markup_html_may_hold(content))
		return piece_refuse(reading->diag, reading->piece, reading->piece->name,
		    "may not hold </script, </style, <script or <!--");
	reading->piece->children = piece_new(reading->piece->page, node);
	reading->piece->children->words = mem_strdup(content);
	return ST_OK;
}

/* A style sheet or script beside the page becomes part of it. */
static enum status
hold_file(struct reading *reading, const struct markup_node *node, const char *link)
{
	struct piece *piece = reading->piece;
	const char *name = piece_attribute(piece, link);
	struct text content = { 0 };
	struct diag why;
	enum status st;

	if (name == NULL || !is_plain_name(name))
		return piece_refuse(
		    reading->diag, piece, link, "is to name a file beside the page");
	st = template_file(&content, reading->set, name, &why);
	if (st == ST_OK)
		st = hold(reading, node, text_str(&content));
	else
		piece_refuse(reading->diag, piece, link, why.text);
	text_fini(&content);
	piece_drop_attribute(piece, link);
	return st;
}

static enum status
hold_own(struct reading *reading, const struct markup_node *node)
{
	struct text content = { 0 };
	enum status st;

	markup_content(node, &content);
	st = hold(reading, node, text_str(&content));
	text_fini(&content);
	return st;
}

/* What is in it is there only for who opens the template itself. */
static bool
has_samples(const struct piece *piece)
{
	return piece->bound[BOUND_TEXT].path != NULL || piece->bound[BOUND_COPY].path != NULL ||
	       piece->include != NULL;
}

static bool
is_bound(const struct piece *piece)
{
	return has_samples(piece) || piece->attr_count > 0;
}

/* What the page holds in it, rather than beside it. */
static enum status
read_held(struct reading *reading, const struct markup_node *node)
{
	struct piece *piece = reading->piece;

	if (is_bound(piece))
		return piece_refuse(reading->diag, piece, piece->name,
		    "nothing of the report may stand in a style or script");
	if (piece_is_html(piece, "link")) {
		const char *rel = piece_attribute(piece, "rel");

		if (rel == NULL || strcmp(rel, "stylesheet") != 0)
			return piece_refuse(reading->diag, piece, "link",
			    "only rel=\"stylesheet\" has a place in a page");
		piece_drop_attribute(piece, "rel");
		piece->name = "style";
		return hold_file(reading, node, "href");
	}
	piece_drop_attribute(piece, "defer");
	if (piece_is_html(piece, "script") && piece_attribute(piece, "src") != NULL)
		return hold_file(reading, node, "src");
	return hold_own(reading, node);
}

static enum status read_children(
    struct piece **out, const struct markup_node *node, const struct reading *around);

static enum status
read_text(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	const char *words = markup_words(node);
	struct piece *piece = piece_new(around->piece->page, node);

	if (around->keeps_blanks)
		piece->words = mem_strdup(words);
	else if (around->keeps_words && words[strspn(words, " \n\t\r")] != '\0')
		piece->words = mem_strdup(words);
	else
		piece->words = template_text(around->set, words);
	*out = piece;
	return ST_OK;
}

static enum status
check_space(struct reading *reading, const struct markup_node *node)
{
	if (strcmp(markup_namespace(node), TEMPLATE_NAMESPACE) == 0)
		return piece_refuse(reading->diag, reading->piece, markup_name(node),
		    "the namespace " TEMPLATE_NAMESPACE " has attributes, but no elements");
	if (reading->piece->space == SPACE_OTHER)
		return piece_refuse(reading->diag, reading->piece, markup_name(node),
		    "is no element of XHTML or SVG; is its xmlns missing?");
	if (reading->piece->space == SPACE_HTML && !name_is_element(markup_name(node)))
		return piece_refuse_name(reading, markup_name(node),
		    name_element_meant(markup_name(node)), "HTML has no such element");
	return ST_OK;
}

static bool
is_for_browsers_only(const struct piece *piece)
{
	return piece_is_html(piece, "meta") && piece_attribute(piece, "charset") != NULL;
}

static enum status
read_element(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	static const char *const held[] = { "link", "script", "style", NULL };
	static const char *const verbatim[] = { "pre", "textarea", NULL };
	static const char *const foreign[] = { "code", "kbd", "samp", "pre", "textarea", NULL };
	struct reading reading = *around;
	struct piece *piece = piece_new(around->piece->page, node);
	enum status st;

	*out = piece;
	reading.piece = piece;
	piece->name = markup_name(node);
	piece->space = markup_space_of(markup_namespace(node));
	st = check_space(&reading, node);
	if (st != ST_OK)
		return st;
	markup_attributes(node, piece_take_attribute, &reading);
	if (reading.status != ST_OK)
		return reading.status;
	if (reading.is_sample || is_for_browsers_only(piece)) {
		piece_free(piece);
		*out = NULL;
		return ST_OK;
	}
	if (piece->space == SPACE_HTML && name_is_one_of(piece->name, held))
		return read_held(&reading, node);
	if (has_samples(piece))
		return ST_OK;
	reading.keeps_blanks |= name_is_one_of(piece->name, verbatim);
	reading.keeps_words |= name_is_one_of(piece->name, foreign);
	return read_children(&piece->children, node, &reading);
}

static enum status
read_children(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	for (node = markup_first(node); node != NULL; node = markup_after(node)) {
		enum status st = ST_OK;

		if (markup_kind(node) == MARKUP_ELEMENT)
			st = read_element(out, node, around);
		else if (markup_kind(node) == MARKUP_TEXT)
			st = read_text(out, node, around);
		if (st != ST_OK)
			return st;
		if (*out != NULL)
			out = &(*out)->next;
	}
	return ST_OK;
}

enum status
piece_read(struct template_set *set, struct page *page, struct diag *diag)
{
	struct piece nowhere = { .page = page };
	struct reading reading = { .set = set, .piece = &nowhere, .diag = diag };

	return read_element(&page->root, markup_root(page->document), &reading);
}
