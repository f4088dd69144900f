/* fact: how facts are read; private to the room. */
#ifndef SYNSCOPE_CHECK_FACT_H
#define SYNSCOPE_CHECK_FACT_H

#include "check/check_priv.h"

/* A reader for each fact: fact_flow.c, fact_stream.c, fact_whole.c. */
#define FACT(id, scope, name, type, severity, figure, prose) \
	void read_##id( \
	    struct seen *seen, const struct subject *subject, const struct expected *expected);
#include "check/fact.def"
#undef FACT

#define READER(name) \
	void read_##name( \
	    struct seen *seen, const struct subject *subject, const struct expected *expected)

void see_number(struct seen *seen, int64_t value);
void see_range(struct seen *seen, struct range range);
void see_word(struct seen *seen, unsigned number);
void see_set(struct seen *seen, unsigned words);
void see_text(struct seen *seen, const char *text, size_t length);
int64_t bytes_of_flow(const struct kept_flow *flow, enum whose from);

#endif
