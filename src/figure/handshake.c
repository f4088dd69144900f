/*
 * One connection: a bar at each side shows the states of that end, segments
 * slope from one to the other. Time runs down, but not to scale unless that was
 * asked for: a segment takes as long as its label needs room. A state changes
 * where the segment that changes it leaves or arrives.
 *
 *   handshake_rows.c    which segments have a row, and where it stands
 *   handshake_bars.c    states, and what stands beside them
 *   handshake_arrows.c  segments
 */
#include "figure/handshake_priv.h"

#include <inttypes.h>
#include <math.h>

static void
draw_heads(struct handshake *hs)
{
	const struct scene_style who = { .size = 13, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style end = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };

	for (int i = 0; i < 2; i++) {
		const struct bar *side = &hs->sides[i];
		double middle = side->x + BAR_WIDTH / 2;
		const double width = 190;

		scene_round_rect(hs->scene, CLASS_HEAD,
		    (struct scene_box){ middle - width / 2, HEADS_TOP, width, HEAD_HEIGHT }, 10,
		    DASH_SOLID);
		scene_text(hs->scene, CLASS_HEAD, who,
		    (struct scene_point){ middle, HEADS_TOP + 18 }, width - 16,
		    labels[hs->options->lang][side->who]);
		scene_text(hs->scene, CLASS_HEAD, end,
		    (struct scene_point){ middle, HEADS_TOP + 34 }, width - 16,
		    name_end(hs->scene, hs->options, &hs->flow->tuple, side->is_server));
	}
}

static void
draw_title(struct handshake *hs)
{
	const char *number = scene_format(hs->scene, "%" PRIu32, hs->flow->flow);
	const char *capture = model_capture(hs->scene, hs->data);
	const char *title = LABELED(hs->scene, hs->options->lang, LABEL_HANDSHAKE_TITLE,
	    name_end(hs->scene, hs->options, &hs->flow->tuple, false),
	    name_end(hs->scene, hs->options, &hs->flow->tuple, true));

	chart_title(hs->scene, WIDTH, title,
	    LABELED(hs->scene, hs->options->lang, LABEL_FLOW_OF, capture, number),
	    LABELED(hs->scene, hs->options->lang, LABEL_HANDSHAKE_DESC, number, capture));
}

static bool
has_look(const struct handshake *hs, enum scene_class cls)
{
	for (size_t i = 0; i < hs->row_count; i++)
		if (hs->rows[i].count == 1 &&
		    model_look(handshake_packet(hs, hs->rows[i].packet)).cls == cls)
			return true;
	return false;
}

static bool
has_fate(const struct handshake *hs, enum fate fate)
{
	for (size_t i = 0; i < hs->row_count; i++)
		if (hs->rows[i].count == 1 && hs->fates[hs->packets[hs->rows[i].packet]] == fate)
			return true;
	return false;
}

/* What the dashes and crosses mean, and in a sentence what happened. */
static void
draw_legend(struct handshake *hs)
{
	const struct scene_style bold = { .size = 12, .bold = true };
	const struct scene_style plain = { .size = 12 };
	enum cause cause = (enum cause)hs->flow->conn.reason.cause;
	struct scene_point at = { MARGIN, hs->bottom + 30 };

	if (has_look(hs, CLASS_RESENT))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_RESENT);
	if (has_fate(hs, FATE_IGNORED))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_IGNORED);
	if (has_fate(hs, FATE_LOST))
		at.x = model_legend(hs->scene, hs->options->lang, at, MODEL_LOST);
	if (at.x > MARGIN)
		at = (struct scene_point){ MARGIN, at.y + 22 };
	if (cause != CAUSE_NONE) {
		scene_text(hs->scene, CLASS_LABEL, bold, at, 0, cause_words[cause].name);
		at.y = scene_paragraph(hs->scene, CLASS_LABEL, plain,
		    (struct scene_point){ at.x, at.y + 17 }, WIDTH - 2 * MARGIN, 17,
		    model_cause(hs->options->lang, cause));
	}
	hs->bottom = fmax(hs->bottom, at.y - 22);
}

static void
gather(struct handshake *hs)
{
	hs->packets = scene_keep(hs->scene, (hs->data->packet_count + 1) * sizeof(*hs->packets));
	for (size_t i = 0; i < hs->data->packet_count; i++)
		if (hs->data->packets[i].flow == hs->flow->flow)
			hs->packets[hs->packet_count++] = i;
	hs->fates = model_fates(hs->scene, hs->data);
	for (int i = 0; i < 2; i++) {
		struct bar *side = &hs->sides[i];

		side->x = i == 0 ? CLIENT_BAR : SERVER_BAR;
		side->is_server = i == 1;
		side->who = i == 0 ? LABEL_CLIENT : LABEL_SERVER;
		side->change_count = model_changes(
		    hs->scene, hs->data, hs->flow->flow, side->is_server, &side->changes);
	}
}

static void
draw_all(struct handshake *hs)
{
	draw_title(hs);
	draw_heads(hs);
	for (int i = 0; i < 2; i++)
		handshake_draw_bar(hs, &hs->sides[i]);
	handshake_draw_beside(hs);
	for (size_t i = 0; i < hs->row_count; i++) {
		if (hs->rows[i].is_broken)
			handshake_draw_break(hs, &hs->rows[i]);
		if (hs->rows[i].count > 1)
			handshake_draw_folded(hs, &hs->rows[i]);
		else
			handshake_draw_segment(hs, &hs->rows[i]);
	}
	for (size_t i = 0; hs->options->time == TIME_SCALED && i < hs->row_count; i++)
		handshake_label_arrow(hs, &hs->rows[i]);
	draw_legend(hs);
	scene_size(hs->scene, WIDTH, hs->bottom + MARGIN);
}

static enum status
choose(const struct flow_row **flow, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	return chosen_connection(flow, data, options, "handshake", NULL, diag);
}

size_t
handshake_choose(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows)
{
	const struct flow_row *flow;
	struct diag diag;

	if (choose(&flow, data, options, &diag) != ST_OK)
		return 0;
	flows[0] = flow->flow;
	return 1;
}

enum status
handshake_build(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag)
{
	struct handshake hs = { .scene = scene, .data = data, .options = options };
	enum status st = choose(&hs.flow, data, options, diag);

	if (st != ST_OK)
		return st;
	gather(&hs);
	handshake_lay_out(&hs);
	draw_all(&hs);
	return ST_OK;
}
