/*
 * markup: the door to libxml2.
 *
 *   markup.c  elements are written, and everything in them is escaped
 *   read.c    documents are read, by a schema
 *   tree.c    documents are built, to be selected from and written later
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
/* name: for the sentence. */
enum status markup_parse(struct markup_document **out, const char *name, const char *data,
    size_t size, const char *schema, struct diag *diag);
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

#endif
