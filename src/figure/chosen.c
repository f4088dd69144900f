/*
 * Which flows a figure is of: those that were asked for, or what is worth it most.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>

bool
chosen_has(const struct figure_options *options, uint32_t flow)
{
	for (size_t i = 0; i < options->flow_count; i++)
		if (options->flows[i] == flow)
			return true;
	return options->flow_count == 0;
}

enum status
chosen_flow(const struct flow_row **flow, const struct figure_data *data, uint32_t number,
    struct diag *diag)
{
	*flow = figure_flow(data, number);
	if (*flow == NULL)
		return diag_set(diag, ST_USAGE, "there is no flow %" PRIu32, number);
	return ST_OK;
}

enum status
chosen_connection(const struct flow_row **flow, const struct figure_data *data,
    const struct figure_options *options, const char *kind,
    bool (*is_better)(const struct flow_row *one, const struct flow_row *other), struct diag *diag)
{
	enum status st;

	*flow = NULL;
	if (options->flow_count > 1)
		return diag_set(diag, ST_USAGE, "%s draws one flow, and these are %zu", kind,
		    options->flow_count);
	if (options->flow_count == 1) {
		st = chosen_flow(flow, data, options->flows[0], diag);
		if (st == ST_OK && !(*flow)->is_tcp)
			st = diag_set(
			    diag, ST_USAGE, "flow %" PRIu32 " is not TCP", options->flows[0]);
		return st;
	}
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct flow_row *row = &data->flows[i];

		if (row->is_tcp && (*flow == NULL || (is_better != NULL && is_better(row, *flow))))
			*flow = row;
	}
	if (*flow == NULL)
		return diag_set(diag, ST_USAGE, "there is no TCP connection to draw");
	return ST_OK;
}
