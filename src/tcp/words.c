#include "tcp/tcp.h"

const struct word mark_words[MARK_COUNT] = {
#define MARK(id, name, family, prose) { name, prose },
#include "tcp/mark.def"
#undef MARK
};

const struct word cause_words[CAUSE_COUNT] = {
#define CAUSE(id, name, prose) { name, prose },
#include "tcp/cause.def"
#undef CAUSE
};

const struct word flag_words[FLAG_COUNT] = {
#define FLAG(id, name, prose) { name, prose },
#include "tcp/flag.def"
#undef FLAG
};
