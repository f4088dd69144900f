/* ladder_words: what the formats of a ladder as lines share; private to the room. */
#ifndef SYNSCOPE_FIGURE_LADDER_WORDS_H
#define SYNSCOPE_FIGURE_LADDER_WORDS_H

#include "figure/ladder_priv.h"

/* What a format does with each piece of a ladder. */
struct word_ops {
	void (*begin)(struct text *out, const struct ladder *ladder);
	void (*pause)(struct text *out, const struct ladder *ladder, const struct ladder_row *row);
	void (*row)(struct text *out, const struct ladder *ladder, const struct ladder_row *row);
	void (*state)(struct text *out, const struct ladder *ladder, size_t lane, const char *name);
	void (*end)(struct text *out, const struct ladder *ladder); /* or NULL */
};

extern const struct word_ops ladder_text_ops, ladder_mermaid_ops, ladder_plantuml_ops;

/* How wide a lane of text must be. */
size_t ladder_text_columns(const struct ladder *ladder);

const char *ladder_label(const struct ladder *ladder, const struct ladder_row *row);
bool ladder_is_resent(const struct ladder_row *row);
/* How long after the row before. */
const char *ladder_later(const struct ladder *ladder, const struct ladder_row *row);

#endif
