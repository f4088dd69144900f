/* What stands in an element, and what is wrong with it. */
#include "check/parser.h"

#include <string.h>

#include "base/names.h"

uint32_t
line_of(const struct markup_node *node)
{
	long line = markup_line(node);

	return line < 0 || line > UINT32_MAX ? 0 : (uint32_t)line;
}

enum status
wrong(struct parser *p, const struct markup_node *node, const char *reason)
{
	return diag_set(p->diag, ST_FORMAT, "%s: line %u: <%s>: %s", p->name,
	    (unsigned)line_of(node), markup_name(node), reason);
}

enum status
wrong_name(struct parser *p, const struct markup_node *node, const char *kind, const char *name,
    const char *const *names)
{
	const char *near = name_meant(name, names);
	struct text reason = { 0 };
	enum status st;

	text_put(&reason, "there is no ");
	text_put(&reason, kind);
	text_put(&reason, " \"");
	text_put(&reason, name);
	text_put(&reason, "\" here");
	if (near != NULL) {
		text_put(&reason, "; was \"");
		text_put(&reason, near);
		text_put(&reason, "\" meant?");
	} else {
		text_put(&reason, names[0] == NULL ? "; there are none" : "; there are ");
		for (size_t i = 0; names[i] != NULL; i++) {
			text_put(&reason, i == 0 ? "" : ", ");
			text_put(&reason, names[i]);
		}
	}
	st = wrong(p, node, text_str(&reason));
	text_fini(&reason);
	return st;
}

struct known_attributes {
	const char *const *names;
	const char *unknown; /* the first that is none of these; NULL: there is none */
};

static void
look_at_attribute(void *ctx, const char *space, const char *name, const char *value)
{
	struct known_attributes *known = ctx;

	(void)value;
	if (space[0] != '\0' || known->unknown != NULL)
		return;
	for (size_t i = 0; known->names[i] != NULL; i++)
		if (strcmp(known->names[i], name) == 0)
			return;
	known->unknown = name;
}

enum status
check_attributes(struct parser *p, const struct markup_node *node, const char *const *names)
{
	struct known_attributes known = { .names = names };

	markup_attributes(node, look_at_attribute, &known);
	if (known.unknown == NULL)
		return ST_OK;
	return wrong_name(p, node, "attribute", known.unknown, names);
}

static const struct markup_node *
element_from(const struct markup_node *node)
{
	while (node != NULL &&
	       (markup_kind(node) != MARKUP_ELEMENT || markup_namespace(node)[0] != '\0'))
		node = markup_after(node);
	return node;
}

const struct markup_node *
first_element(const struct markup_node *node)
{
	return element_from(markup_first(node));
}

const struct markup_node *
next_element(const struct markup_node *node)
{
	return element_from(markup_after(node));
}

const char *
attribute(struct parser *p, const struct markup_node *node, const char *name)
{
	return markup_value(node, name, &p->value) ? text_str(&p->value) : NULL;
}
