/* check_figures: figures that show failures; private to the room. */
#ifndef SYNSCOPE_CLI_CHECK_FIGURES_H
#define SYNSCOPE_CLI_CHECK_FIGURES_H

#include "check/check.h"
#include "cli/cli_priv.h"
#include "cli/subjects.h"

/* Of the flow that is to blame most, as Mermaid; false: there is none. The result is in order. */
bool check_ladder(struct text *out, const struct options *options, const struct subjects *subjects,
    const struct check_result *result);
/* Into options->figures, as SVG: of the worst failures first. What went wrong has been said. */
int check_figures(const struct options *options, const struct subjects *subjects,
    const struct check_result *result);

#endif
