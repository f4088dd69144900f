/*
 * markup: the door to libxml2.
 *
 * Here, elements are written and everything in them is escaped. No string may
 * break a document: what XML cannot hold, or what acts on its reader (control
 * characters, bidirectional controls, invalid UTF-8), is made visible first,
 * as text_terminal does.
 */
#ifndef SYNSCOPE_MARKUP_H
#define SYNSCOPE_MARKUP_H

#include <stddef.h>
#include <stdint.h>

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

#endif
