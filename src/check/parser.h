/* parser: how a file of expectations is read; private to the room. */
#ifndef SYNSCOPE_CHECK_PARSER_H
#define SYNSCOPE_CHECK_PARSER_H

#include "check/check_priv.h"
#include "markup/markup.h"

struct parser {
	struct expectations *expectations;
	const char *name;
	struct diag *diag;
	struct text value; /* of the attribute or element at hand */
};

/* --- what is there, and what is wrong with it: parser.c --- */

uint32_t line_of(const struct markup_node *node);
/* Elements of a namespace are passed over. */
const struct markup_node *first_element(const struct markup_node *node);
const struct markup_node *next_element(const struct markup_node *node);
/* NULL: it has none. Valid until the next call. */
const char *attribute(struct parser *p, const struct markup_node *node, const char *name);
/* Each that has no namespace must be among the names. */
enum status check_attributes(
    struct parser *p, const struct markup_node *node, const char *const *names);
/* reason: not of the parser's own diag. */
enum status wrong(struct parser *p, const struct markup_node *node, const char *reason);
/* A name that is none of these: what was meant is said, or what there is. */
enum status wrong_name(struct parser *p, const struct markup_node *node, const char *kind,
    const char *name, const char *const *names);

/* --- parse_select.c, parse_fact.c --- */

enum status parse_selector(
    struct parser *p, const struct markup_node *node, enum scope scope, struct selector *selector);
enum status parse_fact(struct parser *p, const struct markup_node *node, struct group *group);

#endif
