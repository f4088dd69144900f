/*
 * A ladder as lines: plain text for a terminal or a mail, and what Mermaid and
 * PlantUML draw. Foreign names are made harmless in the way of each.
 */
#include "figure/ladder_priv.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* What a format does with each piece of a ladder. */
struct word_ops {
	void (*begin)(struct text *out, const struct ladder *ladder);
	void (*pause)(struct text *out, const struct ladder *ladder, const struct ladder_row *row);
	void (*row)(struct text *out, const struct ladder *ladder, const struct ladder_row *row);
	void (*state)(struct text *out, const struct ladder *ladder, size_t lane, const char *name);
	void (*end)(struct text *out, const struct ladder *ladder);
};

static const char *
label_of(const struct ladder *ladder, const struct ladder_row *row)
{
	const char *folded = ladder_folded(ladder, row);

	if (folded != NULL)
		return folded;
	return scene_format(ladder->scene, "%s %s", model_name(ladder->scene, row->packet),
	    model_numbers(ladder->scene, row->packet));
}

static bool
is_resent(const struct ladder_row *row)
{
	return row->count[0] == 0 && model_look(row->packet).dash == DASH_DASHED;
}

static const char *
later(const struct ladder *ladder, const struct ladder_row *row)
{
	return LABELED(ladder->scene, ladder->options->lang, LABEL_LATER,
	    name_span(ladder->scene, row->gap_ns));
}

/* --- plain text --- */

#define TEXT_MARGIN   19 /* frame and time */
#define TEXT_LANE_MIN 28
#define TEXT_LANE_MAX 48

/* Room for the longest name, and where it may be, for the longest label. */
static size_t
needed_columns(const struct ladder *ladder)
{
	size_t columns = TEXT_LANE_MIN;

	for (size_t i = 0; i < ladder->lane_count; i++) {
		size_t name = scene_text_columns(ladder->lanes[i].name) + 2;

		columns = name > columns ? name : columns;
	}
	for (size_t i = 0; i < ladder->row_count && columns < TEXT_LANE_MAX; i++) {
		size_t label = scene_text_columns(label_of(ladder, &ladder->rows[i])) + 8;

		columns = label > columns ? label : columns;
	}
	return columns < TEXT_LANE_MAX ? columns : TEXT_LANE_MAX;
}

static size_t
lane_column(const struct ladder *ladder, size_t lane)
{
	return ladder->columns / 2 + lane * ladder->columns;
}

/* As many characters as fit into so many columns. */
static size_t
put_columns(struct text *out, const char *str, size_t columns)
{
	struct text clean = { 0 };
	const char *cut;

	text_terminal(&clean, str, strlen(str));
	cut = text_str(&clean);
	while (scene_text_columns(cut) > columns) {
		do
			clean.length--;
		while (clean.length > 0 && ((unsigned char)clean.at[clean.length] & 0xc0) == 0x80);
		cut = text_str(&clean);
	}
	text_put(out, cut);
	columns = scene_text_columns(cut);
	text_fini(&clean);
	return columns;
}

/* A line of lifelines, with a text on it from a column on. */
static void
put_lanes(
    struct text *out, const struct ladder *ladder, const char *cells, size_t at, const char *str)
{
	size_t width = lane_column(ladder, ladder->lane_count - 1) + 1;

	for (size_t i = 0; i < width || (str != NULL && i <= at);) {
		if (str != NULL && i == at) {
			size_t used = put_columns(out, str, width + TEXT_LANE_MAX - at);

			i += used;
			str = NULL;
			if (used > 0)
				continue;
		}
		text_char(out, i < width ? cells[i] : ' ');
		i++;
	}
}

static void
end_line(struct text *out)
{
	while (out->length > 0 && out->at[out->length - 1] == ' ')
		out->length--;
	text_char(out, '\n');
}

static char *
lifelines(const struct ladder *ladder)
{
	size_t width = lane_column(ladder, ladder->lane_count - 1) + 1;
	char *cells = scene_keep(ladder->scene, width + 1);

	memset(cells, ' ', width);
	for (size_t i = 0; i < ladder->lane_count; i++)
		cells[lane_column(ladder, i)] = '|';
	cells[width] = '\0';
	return cells;
}

static void
text_begin(struct text *out, const struct ladder *ladder)
{
	struct text clean = { 0 };
	size_t at = 0;

	text_terminal(&clean, ladder_title(ladder), strlen(ladder_title(ladder)));
	text_put(out, text_str(&clean));
	text_fini(&clean);
	text_put(out, "\n\n");
	text_pad(out, TEXT_MARGIN);
	for (size_t i = 0; i < ladder->lane_count; i++) {
		size_t columns = scene_text_columns(ladder->lanes[i].name);
		size_t most = ladder->columns - 2;
		size_t half = (columns < most ? columns : most) / 2;

		text_pad(out, (int)(lane_column(ladder, i) - half) - (int)at);
		at = lane_column(ladder, i) - half + put_columns(out, ladder->lanes[i].name, most);
	}
	end_line(out);
}

static void
text_pause(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	char *cells = lifelines(ladder);
	const char *str = later(ladder, row);

	for (size_t i = 0; cells[i] != '\0'; i++)
		cells[i] = cells[i] == '|' ? ':' : cells[i];
	text_pad(out, TEXT_MARGIN - 2 - (int)scene_text_columns(str));
	text_put(out, str);
	text_pad(out, 2);
	put_lanes(out, ladder, cells, 0, NULL);
	end_line(out);
}

/* The shaft, from beside the sender to beside the receiver. */
static void
draw_shaft(char *cells, const struct ladder_row *row, size_t from, size_t to)
{
	size_t left = (from < to ? from : to) + 1;
	size_t right = from < to ? to : from;

	for (size_t i = left; i < right; i++)
		cells[i] = row->count[0] > 0 ? '=' : is_resent(row) && (i - left) % 2 ? ' ' : '-';
	if (left == right)
		return;
	cells[from < to ? to - 1 : to + 1] = row->fate != FATE_UNKNOWN ? 'X'
					     : from < to               ? '>'
								       : '<';
}

/* Between the sender and the next lane. */
static size_t
label_column(const struct ladder *ladder, const struct ladder_row *row, size_t columns)
{
	size_t pitch = ladder->columns;
	size_t from = lane_column(ladder, row->from);
	size_t left = row->to >= row->from ? from : from - pitch;

	return left + (pitch > columns ? (pitch - columns + 1) / 2 : 1);
}

static void
text_row(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	char *cells = lifelines(ladder);
	const char *time = name_time(ladder->scene, row->packet->ts_ns - ladder->data->first_ns);
	const char *remark = row->count[0] > 0 ? "" : model_remark(ladder->scene, row->packet);
	struct text label = { 0 };

	text_char(&label, ' ');
	put_columns(&label, label_of(ladder, row), ladder->columns - 6);
	text_char(&label, ' ');
	draw_shaft(cells, row, lane_column(ladder, row->from), lane_column(ladder, row->to));
	text_put(out, scene_format(ladder->scene, "%5" PRIu32, row->packet->frame.number));
	text_pad(out, TEXT_MARGIN - 7 - (int)strlen(time));
	text_put(out, time);
	text_pad(out, 2);
	put_lanes(out, ladder, cells,
	    label_column(ladder, row, scene_text_columns(text_str(&label))), text_str(&label));
	text_put(out, "  ");
	text_put(out, remark);
	end_line(out);
	text_fini(&label);
}

static void
text_state(struct text *out, const struct ladder *ladder, size_t lane, const char *name)
{
	size_t half = scene_text_columns(name) / 2;
	size_t column = lane_column(ladder, lane);

	text_pad(out, TEXT_MARGIN);
	put_lanes(out, ladder, lifelines(ladder), column > half ? column - half : 0, name);
	end_line(out);
}

static void
text_end(struct text *out, const struct ladder *ladder)
{
	(void)out;
	(void)ladder;
}

/* --- Mermaid --- */

/* What could end a line of its language, or begin something, comes as a number. */
static void
put_mermaid(struct text *out, const char *str)
{
	struct text clean = { 0 };

	text_terminal(&clean, str, strlen(str));
	/* A word of the language even where a name is expected. */
	if (strcasecmp(text_str(&clean), "end") == 0)
		text_char(&clean, '.');
	for (const char *at = text_str(&clean); *at != '\0'; at++) {
		if (strchr("#;<>&%\"\\{}`", *at) == NULL) {
			text_char(out, *at);
			continue;
		}
		text_char(out, '#');
		text_u64(out, (unsigned char)*at);
		text_char(out, ';');
	}
	text_fini(&clean);
}

static void
put_lane_name(struct text *out, size_t lane)
{
	text_char(out, 'L');
	text_u64(out, lane + 1);
}

static void
mermaid_begin(struct text *out, const struct ladder *ladder)
{
	text_put(out, "sequenceDiagram\n    title ");
	put_mermaid(out, ladder_title(ladder));
	text_char(out, '\n');
	for (size_t i = 0; i < ladder->lane_count; i++) {
		text_put(out, "    participant ");
		put_lane_name(out, i);
		text_put(out, " as ");
		put_mermaid(out, ladder->lanes[i].name);
		text_char(out, '\n');
	}
}

static void
mermaid_pause(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	text_put(out, "    Note over L1");
	if (ladder->lane_count > 1) {
		text_char(out, ',');
		put_lane_name(out, ladder->lane_count - 1);
	}
	text_put(out, ": ");
	put_mermaid(out, later(ladder, row));
	text_char(out, '\n');
}

/* The label, and why it was sent: all on the one line there is. */
static const char *
whole_label(const struct ladder *ladder, const struct ladder_row *row)
{
	const char *label = label_of(ladder, row);
	const char *remark = row->count[0] > 0 ? "" : model_remark(ladder->scene, row->packet);

	return remark[0] == '\0' ? label : scene_format(ladder->scene, "%s (%s)", label, remark);
}

static void
mermaid_row(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	text_put(out, "    ");
	put_lane_name(out, row->from);
	text_put(out, is_resent(row) ? "--" : "-");
	text_put(out, row->fate == FATE_UNKNOWN ? ">>" : "x");
	put_lane_name(out, row->to);
	text_put(out, ": ");
	put_mermaid(out, whole_label(ladder, row));
	text_char(out, '\n');
}

static void
mermaid_state(struct text *out, const struct ladder *ladder, size_t lane, const char *name)
{
	(void)ladder;
	text_put(out, "    Note over ");
	put_lane_name(out, lane);
	text_put(out, ": ");
	put_mermaid(out, name);
	text_char(out, '\n');
}

/* --- PlantUML --- */

/* All but what can mean nothing comes as a number: its markup is made of pairs of most signs. */
static void
put_plantuml(struct text *out, const char *str)
{
	struct text clean = { 0 };

	text_terminal(&clean, str, strlen(str));
	for (const char *at = text_str(&clean); *at != '\0'; at++) {
		bool is_word = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
			       (*at >= 'A' && *at <= 'Z') || (unsigned char)*at >= 0x80;
		bool is_twice = at[0] == at[1];

		if (is_word || (strchr(" .:,=+()[]-/", *at) != NULL && !is_twice))
			text_char(out, *at);
		else
			text_put(out, (const char[]){ '<', 'U', '+', '0', '0',
					  "0123456789ABCDEF"[*at >> 4 & 0xf],
					  "0123456789ABCDEF"[*at & 0xf], '>', '\0' });
	}
	text_fini(&clean);
}

static void
plantuml_begin(struct text *out, const struct ladder *ladder)
{
	text_put(out, "@startuml\nhide footbox\ntitle ");
	put_plantuml(out, ladder_title(ladder));
	text_char(out, '\n');
	for (size_t i = 0; i < ladder->lane_count; i++) {
		text_put(out, "participant \"");
		put_plantuml(out, ladder->lanes[i].name);
		text_put(out, "\" as ");
		put_lane_name(out, i);
		text_char(out, '\n');
	}
}

static void
plantuml_pause(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	text_put(out, "...");
	put_plantuml(out, later(ladder, row));
	text_put(out, "...\n");
}

static void
plantuml_row(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	put_lane_name(out, row->from);
	text_put(out, is_resent(row) ? " --" : " -");
	text_put(out, row->fate == FATE_UNKNOWN ? "> " : ">x ");
	put_lane_name(out, row->to);
	text_put(out, " : ");
	put_plantuml(out, whole_label(ladder, row));
	text_char(out, '\n');
}

/* Begins with the state's name, which says its colour. */
static uint32_t
color_of(const char *name)
{
	for (int i = 0; i < SOCK_COUNT; i++) {
		size_t length = strlen(name_state((enum sock_state)i));

		if (strncmp(name, name_state((enum sock_state)i), length) == 0 &&
		    (name[length] == '\0' || name[length] == ' '))
			return scene_classes[class_of_state((enum sock_state)i)]
			    .colors[THEME_LIGHT]
			    .fill;
	}
	return 0xffffff;
}

static void
plantuml_state(struct text *out, const struct ladder *ladder, size_t lane, const char *name)
{
	text_put(out, "hnote over ");
	put_lane_name(out, lane);
	text_put(out, scene_format(ladder->scene, " #%06" PRIx32 " : ", color_of(name)));
	put_plantuml(out, name);
	text_char(out, '\n');
}

static void
plantuml_end(struct text *out, const struct ladder *ladder)
{
	(void)ladder;
	text_put(out, "@enduml\n");
}

/* --- the walk --- */

static const struct word_ops word_ops[FIGURE_FORMAT_COUNT] = {
	[FIGURE_TXT] = { text_begin, text_pause, text_row, text_state, text_end },
	[FIGURE_MERMAID] = { mermaid_begin, mermaid_pause, mermaid_row, mermaid_state, text_end },
	[FIGURE_PLANTUML] = { plantuml_begin, plantuml_pause, plantuml_row, plantuml_state,
	    plantuml_end },
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
		ladder.columns = needed_columns(&ladder);
	if (st == ST_OK)
		write_words(out, &ladder, &word_ops[format]);
	scene_free(scene);
	return st;
}
