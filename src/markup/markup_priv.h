/* markup_priv: what the files of markup share; private to the room. */
#ifndef SYNSCOPE_MARKUP_PRIV_H
#define SYNSCOPE_MARKUP_PRIV_H

#include "markup/markup.h"

#include <libxml/tree.h>

struct text;

/* Before libxml2 is asked for anything. */
void markup_share_memory(void);

/* For libxml2, which writes to a struct text by it. */
int markup_append(void *text, const char *data, int count);

/* str itself where it is harmless, else what became of it in clean; keep: let through as it is. */
const char *markup_clean(struct text *clean, const char *str, const char *keep);

struct markup_document {
	xmlDocPtr xml;
	const char *name; /* while it is being read, as are the next two */
	struct diag *diag;
	enum status status;
};

/* A node of ours is one of libxml2's; nobody else needs to know. */
static inline xmlNodePtr
node_of(const struct markup_node *node)
{
	return (xmlNodePtr)(uintptr_t)node;
}

#endif
