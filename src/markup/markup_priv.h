/* markup_priv: what the files of markup share; private to the room. */
#ifndef SYNSCOPE_MARKUP_PRIV_H
#define SYNSCOPE_MARKUP_PRIV_H

#include "markup/markup.h"

/* Before libxml2 is asked for anything. */
void markup_share_memory(void);

#endif
