/*
 * A ladder as Mermaid and PlantUML draw it. Foreign names are made harmless in
 * the way of each.
 */
#include "figure/ladder_words.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

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
	put_mermaid(out, ladder_later(ladder, row));
	text_char(out, '\n');
}

/* The label, and why it was sent: all on the one line there is. */
static const char *
whole_label(const struct ladder *ladder, const struct ladder_row *row)
{
	const char *label = ladder_label(ladder, row);
	const char *remark = row->count[0] > 0 ? "" : model_remark(ladder->scene, row->packet);

	return remark[0] == '\0' ? label : scene_format(ladder->scene, "%s (%s)", label, remark);
}

static void
mermaid_row(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	text_put(out, "    ");
	put_lane_name(out, row->from);
	text_put(out, ladder_is_resent(row) ? "--" : "-");
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
	put_plantuml(out, ladder_later(ladder, row));
	text_put(out, "...\n");
}

static void
plantuml_row(struct text *out, const struct ladder *ladder, const struct ladder_row *row)
{
	put_lane_name(out, row->from);
	text_put(out, ladder_is_resent(row) ? " --" : " -");
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

const struct word_ops ladder_mermaid_ops = { mermaid_begin, mermaid_pause, mermaid_row,
	mermaid_state, NULL };
const struct word_ops ladder_plantuml_ops = { plantuml_begin, plantuml_pause, plantuml_row,
	plantuml_state, plantuml_end };
