/*
 * line: a row of text, column by column; private to the room.
 *
 * All of it is inline, so that a table that is known where it is compiled
 * becomes code without a call through a pointer or a question of kind: rows
 * are written by the million, and a processor guesses such calls badly.
 */
#ifndef SYNSCOPE_EXPORT_LINE_H
#define SYNSCOPE_EXPORT_LINE_H

#include "export/export_priv.h"

#define HUE_OFF "\x1b[m"

/* A constant is quicker to fill; head_table in write_text.c sees to it that no gap is wider. */
#define PAD_MAX 32

/* Where a row is in its text. Colour codes take no room: what is planned moves on with them. */
struct line {
	char *start;
	char *goal; /* where the next column starts, if all goes well */
	char *told; /* behind the last cell that says anything */
};

/* What a cell of this length leaves free before it, in a column that is flush right. */
static inline size_t
line_spare(const struct column *column, size_t length)
{
	return column->right && length < column->width ? column->width - length : 0;
}

/* To where the cell starts, and the plan to the next column. code: its colour, or NULL. */
static ALWAYS_INLINE char *
line_begin_cell(
    struct line *line, char *to, const struct column *column, size_t spare, const char *code)
{
	char *start = line->goal + spare;

	if (to < start) {
		memset(to, ' ', PAD_MAX);
		to = start;
	} else if (to > line->start) {
		*to++ = ' ';
	}
	line->goal += column->width + 1;
	if (column->lead != NULL)
		to = put_str(to, column->lead);
	if (code == NULL)
		return to;
	line->goal += strlen(code) + strlen(HUE_OFF);
	return put_str(to, code);
}

/* --- write_text.c: what is written seldom, or is too long to be repeated --- */

char *line_time(const struct export *out, char *to, int64_t ns);
char *line_endpoint(char *to, const struct address *address);
char *line_range(char *to, const struct range *range);
char *line_words(char *to, const struct word *words, uint32_t bits);
char *line_counts(char *to, const union cell *cell);
char *line_packet(char *to, const struct packet_row *row);
/*
 * A reason comes last, and so do frames: foreign names in it may make the text move, and of a
 * line nothing but its end is asked for after that.
 */
char *line_reason(struct export *out, char *to, const union cell *cell);
char *line_frames(struct export *out, char *to, const union cell *cell);

static inline uint64_t
line_rounded_us(int64_t ns)
{
	return ((uint64_t)ns + 500) / 1000;
}

static inline char *
line_millis(char *to, uint64_t us)
{
	uint32_t rest = (uint32_t)(us % 1000);

	to = put_u64(to, us / 1000);
	to[0] = '.';
	to[1] = (char)('0' + rest / 100);
	return put_bytes(to + 2, put_pairs + rest % 100 * 2, 2);
}

/* A cell that is flush right, and what comes before it, for which its length must be known. */
static ALWAYS_INLINE char *
line_right(const struct export *out, struct line *line, char *to, const struct column *column,
    const union cell *cell, const char *code)
{
	char room[PUT_MAX];
	size_t length;
	uint64_t us;

	switch (column->kind) {
	case CELL_NUMBER:
		length = put_u64_length(cell->number);
		to = line_begin_cell(line, to, column, line_spare(column, length), code);
		return put_u64(to, cell->number);
	case CELL_PAIR:
		length = put_u64_length(cell->pair[0]) + 1 + put_u64_length(cell->pair[1]);
		to = line_begin_cell(line, to, column, line_spare(column, length), code);
		return put_u64(put_char(put_u64(to, cell->pair[0]), '/'), cell->pair[1]);
	case CELL_MILLIS:
		us = line_rounded_us(cell->ns);
		length = put_u64_length(us / 1000) + 4;
		to = line_begin_cell(line, to, column, line_spare(column, length), code);
		return line_millis(to, us);
	case CELL_RANGE:
		length = (size_t)(line_range(room, &cell->range) - room);
		to = line_begin_cell(line, to, column, line_spare(column, length), code);
		return put_bytes(to, room, length);
	case CELL_TIME:
		length = (size_t)(line_time(out, room, cell->ns) - room);
		to = line_begin_cell(line, to, column, line_spare(column, length), code);
		return put_bytes(to, room, length);
	}
	return to;
}

/* The others, alone. */
static ALWAYS_INLINE char *
line_left(struct export *out, char *to, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_WORD:
		return put_str(to, cell->word);
	case CELL_WORDS:
		return line_words(to, cell->list.words, cell->list.bits);
	case CELL_COUNTS:
		return cell->counts.count == 0 ? to : line_counts(to, cell);
	case CELL_ENDPOINT:
		return line_endpoint(to, &cell->address);
	case CELL_PACKET:
		return line_packet(to, cell->packet);
	case CELL_YES:
		return put_str(to, cell->yes ? "yes" : "no");
	case CELL_RANGE:
		return line_range(to, &cell->range);
	case CELL_SOCKET:
		return row_socket(to, &cell->address);
	case CELL_REASON:
		return line_reason(out, to, cell);
	case CELL_FRAMES:
		return line_frames(out, to, cell);
	}
	return to;
}

static ALWAYS_INLINE char *
line_column(struct export *out, struct line *line, char *to, const struct column *column,
    const void *row, const char *code)
{
	union cell cell;
	bool known = column->read(row, &cell);
	bool tells = known;

	if (known && column->right) {
		to = line_right(out, line, to, column, &cell, code);
	} else if (known) {
		char *inside = line_begin_cell(line, to, column, 0, code);

		to = line_left(out, inside, column, &cell);
		tells = column->kind == CELL_REASON || column->kind == CELL_FRAMES || to != inside;
	} else {
		to = line_begin_cell(line, to, column, line_spare(column, 1), code);
	}
	if (!tells)
		*to++ = '-';
	if (code != NULL)
		to = put_str(to, HUE_OFF);
	if (tells)
		line->told = to;
	return to;
}

/* A whole row, without colours; how far it says anything. */
static ALWAYS_INLINE char *
line_of(struct export *out, char *to, const void *row, const struct column *columns, size_t count)
{
	struct line line = { .start = to, .goal = to, .told = to };

#define WRITE_COLUMN(i) \
	if ((i) < count && columns[i].views & VIEW_TEXT) \
		to = line_column(out, &line, to, &columns[i], row, NULL);
	FOR_EACH_COLUMN(WRITE_COLUMN)
#undef WRITE_COLUMN
	return line.told;
}

#endif
