/* drawing: an analysis that collects what a figure needs; private to the room. */
#ifndef SYNSCOPE_CLI_DRAWING_H
#define SYNSCOPE_CLI_DRAWING_H

#include "cli/cli_priv.h"
#include "figure/figure.h"

struct drawing {
	struct reading reading; /* first: the analysis hands it back */
	struct figure_data *data;
};

/* The rows that such a figure is made of go into the data of a struct drawing. */
struct analysis_ops drawing_ops(const struct figure_kind *kind);

#endif
