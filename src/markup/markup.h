/*
 * markup: the door to libxml2.
 *
 *   markup.c  elements are written, and everything in them is escaped
 *   read.c    documents are read, by a schema
 *   tree.c    documents are built, to be selected from and written later
 *   select.c  what an XPath finds in one
 *   html.c    elements are written as HTML
 *
 * No string may break a document that is written: what XML cannot hold, or what
 * acts on its reader (control characters, bidirectional controls, invalid
 * UTF-8), is made visible first, as text_terminal does.
 */
#ifndef SYNSCOPE_MARKUP_H
#define SYNSCOPE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct text;

/* Appends an XML document, piece by piece, to a text that the caller may empty at any time. */
struct markup_writer;
struct markup_writer *markup_writer_new(struct text *out);
/* Closes what is open, so that the document is well-formed, and hands on the rest of it. */
void markup_writer_free(struct markup_writer *writer);

/*
 * Element and attribute names are ours, never foreign. Attributes come after
 * their element's begin and before what is in it.
 */
void markup_begin(struct markup_writer *writer, const char *element);
void markup_end(struct markup_writer *writer);
void markup_attribute(struct markup_writer *writer, const char *name, const char *value);
void markup_attribute_u64(struct markup_writer *writer, const char *name, uint64_t value);
/* Line breaks and tabs stay what they are. */
void markup_text(struct markup_writer *writer, const char *content);
/* For who reads the document as it is; ours, never foreign. */
void markup_comment(struct markup_writer *writer, const char *comment);
/* A line break, for people who open a document in an editor. */
void markup_break(struct markup_writer *writer);

/*
 * A document that keeps to a RELAX NG schema (its text, without includes).
 * Only itself is read: no document type, no entity, nothing that it names.
 * Else ST_FORMAT, and the sentence says in which line it does not.
 */
struct markup_document;
enum status markup_read(
    struct markup_document **out, const char *path, const char *schema, struct diag *diag);
/* name: for the sentence. schema: NULL where well-formed is enough to begin with. */
enum status markup_parse(struct markup_document **out, const char *name, const char *data,
    size_t size, const char *schema, struct diag *diag);
/* What was parsed without one, held against it; name and diag are those of then. */
enum status markup_validate(struct markup_document *document, const char *schema);
void markup_document_free(struct markup_document *document);

/* An element; those of a namespace are passed over. NULL: there is none, or no more. */
struct markup_node;
const struct markup_node *markup_root(const struct markup_document *document);
const struct markup_node *markup_child(const struct markup_node *node, const char *name);
const struct markup_node *markup_next(const struct markup_node *node, const char *name);
/* false: it has no such attribute, or only in a namespace; value is written over. */
bool markup_value(const struct markup_node *node, const char *attribute, struct text *value);
/* The text between its tags, without that of any element in it; content is written over. */
void markup_content(const struct markup_node *node, struct text *content);

/*
 * A document of our own. What is set or added is copied; names are ours, and
 * live as long as the program.
 */
struct markup_document *markup_document_new(const char *root);
struct markup_node *markup_document_root(struct markup_document *document);
/* A last child. */
struct markup_node *markup_add(struct markup_node *parent, const char *name);
/* ... that holds words. */
struct markup_node *markup_add_words(
    struct markup_node *parent, const char *name, const char *words);
void markup_set(struct markup_node *node, const char *name, const char *value);
void markup_set_i64(struct markup_node *node, const char *name, int64_t value);
/* After what the element holds; line breaks and tabs stay what they are. */
void markup_add_text(struct markup_node *node, const char *content);
/* An XML document of ours, such as a figure, as a last child. */
void markup_add_document(struct markup_node *parent, const char *data, size_t size);
/* Indented, with its declaration. */
void markup_document_write(const struct markup_document *document, struct text *out);

/* --- a page of XHTML, to be walked --- */

/* As markup_parse, of whatever elements; a <!DOCTYPE html> may stand before them. */
enum status markup_parse_page(struct markup_document **out, const char *name, const char *data,
    size_t size, struct diag *diag);

enum markup_kind {
	MARKUP_ELEMENT,
	MARKUP_TEXT,
	MARKUP_OTHER, /* a comment, an instruction */
};

/* Of every kind and namespace; NULL: there is none, or no more. */
const struct markup_node *markup_first(const struct markup_node *node);
const struct markup_node *markup_after(const struct markup_node *node);
enum markup_kind markup_kind(const struct markup_node *node);
/* What they return lives as long as the document; "": of no namespace. */
const char *markup_name(const struct markup_node *node);
const char *markup_namespace(const struct markup_node *node);
const char *markup_words(const struct markup_node *node); /* of text */
long markup_line(const struct markup_node *node);
/* name lives as long as the document, value for the call. */
typedef void markup_take_attribute(
    void *ctx, const char *space, const char *name, const char *value);
void markup_attributes(const struct markup_node *node, markup_take_attribute *attribute, void *ctx);

/* --- select.c --- */

/* An XPath 1.0 expression, ready to be asked often. */
struct markup_path;
/* ST_FORMAT: diag says what is wrong with it, and nothing else. */
enum status markup_path_new(struct markup_path **out, const char *expression, struct diag *diag);
void markup_path_free(struct markup_path *path);

/*
 * Where expressions are asked: a document, which stays as it is, variables, and
 * functions beside XPath's own. split(words) gives a node for each of them.
 */
struct markup_scope;
struct markup_scope *markup_scope_new(struct markup_document *document);
void markup_scope_free(struct markup_scope *scope);
/* A function of strings: so many at least, so many at most. Name and ctx live as long as the scope. */
struct markup_function {
	const char *name;
	size_t least;
	size_t most;
	void (*call)(void *ctx, struct text *out, const char *const *words, size_t count);
	void *ctx;
};

void markup_scope_function(struct markup_scope *scope, const struct markup_function *function);

struct markup_place {
	const struct markup_node *node;
	size_t position; /* from 1 */
	size_t count;
};

struct markup_found;
/* ST_FORMAT: diag says why the expression has no value here. */
enum status markup_select(struct markup_found **out, struct markup_scope *scope,
    const struct markup_path *path, const struct markup_place *place, struct diag *diag);
void markup_found_free(struct markup_found *found);
bool markup_found_nodes(const struct markup_found *found); /* they are nodes, be it none */
size_t markup_found_count(const struct markup_found *found);
const struct markup_node *markup_found_node(const struct markup_found *found, size_t i);
/* As XPath's boolean() and string() have it. */
bool markup_found_holds(const struct markup_found *found);
void markup_found_words(const struct markup_found *found, struct text *words);
/* There is nothing to show: no node, or false. */
bool markup_found_nothing(const struct markup_found *found);

/* found outlives the variable. Then the one it hid, and is to be handed back, holds again. */
struct markup_found *markup_scope_set(
    struct markup_scope *scope, const char *name, const struct markup_found *found);
void markup_scope_reset(struct markup_scope *scope, const char *name, struct markup_found *hidden);
void markup_scope_set_bool(struct markup_scope *scope, const char *name, bool value);

/* --- html.c --- */

enum markup_space {
	SPACE_HTML,
	SPACE_SVG,
	SPACE_OTHER,
};

enum markup_space markup_space_of(const char *name);

/*
 * Appends HTML, as browsers read it. Strings are escaped where they stand, and
 * made harmless; what a style or script element holds is written as it is.
 */
struct markup_html;
struct markup_html *markup_html_new(struct text *out);
void markup_html_free(struct markup_html *html);
void markup_html_begin(struct markup_html *html, enum markup_space space, const char *name);
void markup_html_attribute(struct markup_html *html, const char *name, const char *value);
void markup_html_text(struct markup_html *html, const char *content);
void markup_html_end(struct markup_html *html);
/* What is SVG or text of it, and of that all. */
void markup_html_copy(struct markup_html *html, const struct markup_node *node);
/* Whether a style or script element may hold it: nothing in it ends the element. */
bool markup_html_may_hold(const char *content);
/* Appends the source expressions ("'sha256-...'") that allow each style or script so far. */
void markup_html_styles(struct markup_html *html, struct text *out);
void markup_html_scripts(struct markup_html *html, struct text *out);

#endif
