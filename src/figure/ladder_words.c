/*
 * A ladder as lines, of whatever format: plain text (ladder_text.c), or what
 * Mermaid and PlantUML draw (ladder_diagram.c).
 */
#include "figure/ladder_words.h"

#include <string.h>

const char *
ladder_label(const struct ladder *ladder, const struct ladder_row *row)
{
	const char *folded = ladder_folded(ladder, row);

	if (folded != NULL)
		return folded;
	return scene_format(ladder->scene, "%s %s", model_name(ladder->scene, row->packet),
	    model_numbers(ladder->scene, row->packet));
}

bool
ladder_is_resent(const struct ladder_row *row)
{
	return row->count[0] == 0 && model_look(row->packet).dash == DASH_DASHED;
}

const char *
ladder_later(const struct ladder *ladder, const struct ladder_row *row)
{
	return LABELED(ladder->scene, ladder->options->lang, LABEL_LATER,
	    name_span(ladder->scene, row->gap_ns));
}

static const struct word_ops *const word_ops[FIGURE_FORMAT_COUNT] = {
	[FIGURE_TXT] = &ladder_text_ops,
	[FIGURE_MERMAID] = &ladder_mermaid_ops,
	[FIGURE_PLANTUML] = &ladder_plantuml_ops,
};

/* Where a lane has the states of several flows, each says whose it is. */
static const char *
state_label(const struct ladder *ladder, const struct ladder_flow *flow, bool is_server,
    enum sock_state state)
{
	const struct ladder_lane *lane = &ladder->lanes[flow->ends[is_server].lane];

	if (lane->flow_count <= 1)
		return name_state(state);
	return scene_format(ladder->scene, "%s :%u", name_state(state),
	    is_server ? flow->row->tuple.sport : flow->row->tuple.dport);
}

/* What the row, or time since the flow's last one, changed. */
static void
put_states(struct text *out, const struct ladder *ladder, const struct ladder_row *row,
    const struct word_ops *ops, size_t *next)
{
	const struct ladder_flow *flow;
	size_t last = row->count[0] > 0 ? row->last_place : row->place;

	if (row->flow == SIZE_MAX)
		return;
	flow = &ladder->flows[row->flow];
	for (int i = 0; i < 2; i++) {
		const struct ladder_end *end = &flow->ends[i];
		size_t *at = &next[2 * row->flow + (size_t)i];

		for (; *at < end->change_count; ++*at) {
			const struct change *change = &end->changes[*at];
			bool is_past = change->packet != SIZE_MAX
					   ? change->packet <= last
					   : change->at_ns <= row->packet->ts_ns;

			if (!is_past)
				break;
			ops->state(out, ladder, end->lane,
			    state_label(ladder, flow, i == 1, change->state));
		}
	}
}

static void
write_words(struct text *out, const struct ladder *ladder, const struct word_ops *ops)
{
	size_t bytes = (2 * ladder->flow_count + 1) * sizeof(size_t);
	size_t *next = memset(scene_keep(ladder->scene, bytes), 0, bytes);

	ops->begin(out, ladder);
	for (size_t i = 0; i < ladder->row_count; i++) {
		if (ladder->rows[i].is_broken)
			ops->pause(out, ladder, &ladder->rows[i]);
		ops->row(out, ladder, &ladder->rows[i]);
		put_states(out, ladder, &ladder->rows[i], ops, next);
	}
	if (ops->end != NULL)
		ops->end(out, ladder);
}

enum status
ladder_words(struct text *out, enum figure_format format, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct scene *scene = scene_new("");
	struct ladder ladder = { .scene = scene, .data = data, .options = options };
	enum status st = ladder_make(&ladder, diag);

	if (st == ST_OK)
		ladder.columns = ladder_text_columns(&ladder);
	if (st == ST_OK)
		write_words(out, &ladder, word_ops[format]);
	scene_free(scene);
	return st;
}
