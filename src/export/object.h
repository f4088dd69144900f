/*
 * object: a row of JSON, key by key; private to the room. Inline for the same
 * reason as line.h.
 */
#ifndef SYNSCOPE_EXPORT_OBJECT_H
#define SYNSCOPE_EXPORT_OBJECT_H

#include "export/export_priv.h"

/* --- write_jsonl.c --- */

char *object_words(char *to, const struct word *words, uint32_t bits);
char *object_counts(char *to, const union cell *cell);
char *object_range(char *to, const struct range *range);
char *object_sentence(struct export *out, char *to, const char *sentence);
char *object_because(struct export *out, char *to, const union cell *cell);

static inline char *
object_word(char *to, const char *word)
{
	return put_char(put_str(put_char(to, '"'), word), '"');
}

static ALWAYS_INLINE char *
object_cell(struct export *out, char *to, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_NUMBER:
		return put_u64(to, cell->number);
	case CELL_WORD:
		return object_word(to, cell->word);
	case CELL_FILE:
		return put_bytes(to, out->file.shown.at, out->file.shown.length);
	case CELL_ADDRESS:
		return put_char(row_address(put_char(to, '"'), &cell->address), '"');
	case CELL_TIME:
		return put_char(put_seconds(put_char(to, '"'), cell->ns), '"');
	case CELL_MILLIS:
		return put_millis(to, cell->ns);
	case CELL_YES:
		return put_str(to, cell->yes ? "true" : "false");
	case CELL_RANGE:
		return object_range(to, &cell->range);
	case CELL_SOCKET:
		return put_char(row_socket(put_char(to, '"'), &cell->address), '"');
	case CELL_SENTENCE:
		return object_sentence(out, to, cell->word);
	case CELL_PAIR:
		to = put_u64(put_char(to, '['), cell->pair[0]);
		to = put_u64(put_char(to, ','), cell->pair[1]);
		return put_char(to, ']');
	case CELL_WORDS:
		return object_words(to, cell->list.words, cell->list.bits);
	case CELL_COUNTS:
		return object_counts(to, cell);
	case CELL_BECAUSE:
		return object_because(out, to, cell);
	}
	return to;
}

static ALWAYS_INLINE char *
object_column(struct export *out, char *to, const struct column *column, const void *row)
{
	union cell cell;
	bool known = column->read(row, &cell);

	if (!known && column->optional)
		return to;
	to = put_bytes(to, column->key, column->key_length);
	return known ? object_cell(out, to, column, &cell) : put_bytes(to, "null", 4);
}

/* All keys and values, each with a comma before it. */
static ALWAYS_INLINE char *
object_of(struct export *out, char *to, const void *row, const struct column *columns, size_t count)
{
#define WRITE_COLUMN(i) \
	if ((i) < count && columns[i].views & VIEW_DATA) \
		to = object_column(out, to, &columns[i], row);
	FOR_EACH_COLUMN(WRITE_COLUMN)
#undef WRITE_COLUMN
	return to;
}

#endif
