/*
 * The arrows of a handshake's figure, with their labels: a segment, several
 * folded into one, and where a long time passed before it.
 */
#include "figure/handshake_priv.h"

static void
draw_label(struct handshake *hs, const struct packet_row *packet, enum scene_class cls,
    double middle, double fit)
{
	const struct scene_style name = { .size = 13, .anchor = ANCHOR_MIDDLE, .bold = true };
	const struct scene_style numbers = { .size = 11, .anchor = ANCHOR_MIDDLE, .mono = true };
	const struct scene_style remark = { .size = 11, .anchor = ANCHOR_MIDDLE };
	bool has_remark = packet->verdict.marks != 0 || packet->verdict.reason.cause != CAUSE_NONE;
	struct scene_point at = { WIDTH / 2, middle - (has_remark ? 1.5 : 1) * LINE + 11 };
	size_t patch;

	patch = scene_patch_begin(hs->scene);
	scene_text(hs->scene, cls, name, at, fit, model_name(hs->scene, packet));
	at.y += LINE;
	scene_text(hs->scene, CLASS_LABEL, numbers, at, fit, model_numbers(hs->scene, packet));
	at.y += LINE;
	scene_text(hs->scene, cls, remark, at, fit, model_remark(hs->scene, packet));
	scene_patch_end(hs->scene, patch);
}

static void
draw_arrow(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = handshake_packet(hs, row->packet);
	struct look look = model_look(packet);
	enum fate fate = hs->fates[hs->packets[row->packet]];
	double left = CLIENT_BAR + BAR_WIDTH;
	double right = SERVER_BAR;
	struct scene_point from = { row->from_client ? left : right, row->sent };
	struct scene_point to = { row->from_client ? right : left, row->arrived };
	const double inset = 7; /* a cross stands before the bar, not on it */

	if (fate == FATE_LOST)
		to = (struct scene_point){ (from.x + 3 * to.x) / 4, (from.y + 3 * to.y) / 4 };
	else if (fate == FATE_IGNORED)
		to.x += row->from_client ? -inset : inset;
	scene_arrow(hs->scene, look.cls, from, to, look.dash,
	    fate == FATE_UNKNOWN ? HEAD_FULL : HEAD_CROSS, HEAD_NONE);
}

void
handshake_label_arrow(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = handshake_packet(hs, row->packet);
	double middle = (row->sent + row->arrived) / 2;
	double half = handshake_label_lines(hs, row) * LINE / 2;

	/* To scale there may be no room; then it is told to who points at the arrow. */
	if (hs->options->time == TIME_SCALED && middle - half < hs->label_bottom)
		return;
	draw_label(
	    hs, packet, model_look(packet).cls, middle, SERVER_BAR - CLIENT_BAR - BAR_WIDTH - 56);
	hs->label_bottom = middle + half;
}

/* To scale, one arrow may come close to another's label, which is then drawn after all arrows. */
void
handshake_draw_segment(struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = handshake_packet(hs, row->packet);

	scene_group_begin(hs->scene, model_packet(packet),
	    model_tip(hs->scene, hs->data, hs->options, packet), NULL);
	draw_arrow(hs, row);
	if (hs->options->time != TIME_SCALED)
		handshake_label_arrow(hs, row);
	scene_group_end(hs->scene);
}

void
handshake_draw_folded(struct handshake *hs, const struct row *row)
{
	const struct scene_style to_server = { .size = 12, .anchor = ANCHOR_END, .bold = true };
	const struct scene_style to_client = { .size = 12, .bold = true };
	const struct scene_style small = { .size = 11, .anchor = ANCHOR_MIDDLE };
	double left = CLIENT_BAR + BAR_WIDTH + 10;
	double right = SERVER_BAR - 10;
	double half = (right - left) / 2 - 20;
	int64_t took_ns = span_ns(handshake_packet(hs, row->packet + row->count - 1)->ts_ns,
	    handshake_packet(hs, row->packet)->ts_ns);

	scene_group_begin(hs->scene,
	    model_run(handshake_packet(hs, row->packet),
		handshake_packet(hs, row->packet + row->count - 1)),
	    NULL, NULL);
	scene_round_rect(hs->scene, CLASS_BREAK,
	    (struct scene_box){ left, row->sent + 2, right - left, SLOPE - 4 }, 6, DASH_DASHED);
	scene_text(hs->scene, CLASS_BREAK, to_server,
	    (struct scene_point){ WIDTH / 2 - 10, row->sent + 20 }, half,
	    scene_format(hs->scene, "%s →", name_bytes(hs->scene, row->bytes[0])));
	scene_text(hs->scene, CLASS_BREAK, to_client,
	    (struct scene_point){ WIDTH / 2 + 10, row->sent + 20 }, half,
	    scene_format(hs->scene, "← %s", name_bytes(hs->scene, row->bytes[1])));
	scene_text(hs->scene, CLASS_BREAK, small, (struct scene_point){ WIDTH / 2, row->sent + 36 },
	    right - left - 20,
	    LABELED(hs->scene, hs->options->lang, LABEL_SEGMENTS,
		scene_format(hs->scene, "%zu", row->count), name_span(hs->scene, took_ns)));
	scene_group_end(hs->scene);
}

/* A long time passes: both bars are cut through, and how long stands between. */
void
handshake_draw_break(struct handshake *hs, const struct row *row)
{
	const struct scene_style style = { .size = 11, .anchor = ANCHOR_MIDDLE };
	double y = handshake_break_y(row);

	for (int i = 0; i < 2; i++) {
		struct scene_step steps[32];
		size_t count = 0;
		const double step = 8, high = 3;
		double from = hs->sides[i].x - 4;
		double to = hs->sides[i].x + BAR_WIDTH + 4;

		for (double x = from; x <= to && count < 31; x += step)
			steps[count] = (struct scene_step){ count == 0 ? 'M' : 'L',
				{ { x, y + (count % 2 ? high : -high) } } },
			count++;
		scene_path(hs->scene, CLASS_GAP, steps, count, DASH_SOLID);
	}
	scene_text(hs->scene, CLASS_MUTED, style, (struct scene_point){ WIDTH / 2, y + 4 }, 0,
	    LABELED(hs->scene, hs->options->lang, LABEL_LATER, name_span(hs->scene, row->gap_ns)));
}
