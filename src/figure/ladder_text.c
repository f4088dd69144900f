/*
 * A ladder as plain text, for a terminal or a mail: lifelines are columns, and
 * an arrow is a line.
 */
#include "figure/ladder_words.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MARGIN   19 /* frame and time */
#define TEXT_LANE_MIN 28
#define TEXT_LANE_MAX 48

/* Room for the longest name, and where it may be, for the longest label. */
size_t
ladder_text_columns(const struct ladder *ladder)
{
	size_t columns = TEXT_LANE_MIN;

	for (size_t i = 0; i < ladder->lane_count; i++) {
		size_t name = scene_text_columns(ladder->lanes[i].name) + 2;

		columns = name > columns ? name : columns;
	}
	for (size_t i = 0; i < ladder->row_count && columns < TEXT_LANE_MAX; i++) {
		size_t label = scene_text_columns(ladder_label(ladder, &ladder->rows[i])) + 8;

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
		clean.length = character_begin(clean.at, clean.length - 1);
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
	const char *str = ladder_later(ladder, row);

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
		cells[i] = row->count[0] > 0                         ? '='
			   : ladder_is_resent(row) && (i - left) % 2 ? ' '
								     : '-';
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
	const char *time = name_time(ladder->scene, ladder->data, row->packet->ts_ns);
	const char *remark = row->count[0] > 0 ? "" : model_remark(ladder->scene, row->packet);
	struct text label = { 0 };

	text_char(&label, ' ');
	put_columns(&label, ladder_label(ladder, row), ladder->columns - 6);
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

const struct word_ops ladder_text_ops = { text_begin, text_pause, text_row, text_state, NULL };
