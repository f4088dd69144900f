/*
 * template: what the document looks like.
 *
 *   template.c        pages of XHTML are read, and their mistakes found
 *   template_write.c  a document is written by them, as HTML
 *
 * templates/README says what a page may hold. Elements and attributes are
 * written one by one, each string escaped where it stands: nothing that the
 * document holds can become markup. A page allows its own styles and scripts, by
 * their digests, and nothing else.
 */
#ifndef SYNSCOPE_REPORT_TEMPLATE_H
#define SYNSCOPE_REPORT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct catalog;
struct markup_document;
struct text;

/* Sets that are built in; the first is what is taken where nobody names one. */
extern const char *const template_names[];
extern const size_t template_name_count;

/* The pages of a folder, or of a set that is built in. */
struct template_set;
/* where: a set's name, else a folder. catalog is borrowed as long as the set lives. */
enum status template_open(
    struct template_set **out, const char *where, const struct catalog *catalog, struct diag *diag);
/* A set of one page, called index.html, which nothing stands beside. */
enum status template_parse(struct template_set **out, const char *name, const char *data,
    size_t size, const struct catalog *catalog, struct diag *diag);
void template_free(struct template_set *set);
/* For translators: each sentence of a template's own, as it is looked up. */
typedef void template_sentence(void *ctx, const char *sentence);
enum status template_sentences(
    const char *where, template_sentence *sentence, void *ctx, struct diag *diag);

struct template_options {
	bool single;        /* index.html alone, and all of the report in it */
	size_t limit_bytes; /* of one page; 0: TEMPLATE_LIMIT_BYTES */
};

#define TEMPLATE_LIMIT_BYTES ((size_t)256 << 20)

/* A page is done. name: of its file, without a folder; no two are alike. */
typedef enum status template_take(
    void *ctx, const char *name, const struct text *page, struct diag *diag);
/* ST_FORMAT: a template is wrong; diag says in which file and line. What take() says is handed on. */
enum status template_write(const struct template_set *set, struct markup_document *document,
    const struct template_options *options, template_take *take, void *ctx, struct diag *diag);

#endif
