#include "export/export_priv.h"

#include "base/put.h"

static char *
write_word(char *to, const char *word)
{
	return put_char(put_str(put_char(to, '"'), word), '"');
}

static char *
write_words(char *to, const struct word *words, uint32_t bits)
{
	char separator = '[';

	if (bits == 0)
		return put_bytes(to, "[]", 2);
	for (; bits != 0; bits &= bits - 1) {
		to = put_char(to, separator);
		to = write_word(to, words[__builtin_ctz(bits)].name);
		separator = ',';
	}
	return put_char(to, ']');
}

static char *
write_counts(char *to, const union cell *cell)
{
	char separator = '{';

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		to = put_char(to, separator);
		to = write_word(to, cell->counts.words[i].name);
		to = put_char(to, ':');
		to = put_u64(to, cell->counts.numbers[i]);
		separator = ',';
	}
	if (separator == '{')
		to = put_char(to, '{');
	return put_char(to, '}');
}

/* A frame's number alone means the row's own file; elsewhere it is a string, "file:number". */
static char *
write_because(struct export *out, char *to, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	to = put_char(to, '[');
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file = row_frame(out, reason->because[i], cell->because.file, &number);

		if (i > 0)
			to = put_char(to, ',');
		if (file == NULL) {
			to = put_u64(to, number);
			continue;
		}
		out->scratch.length = 0;
		text_put(&out->scratch, file);
		text_char(&out->scratch, ':');
		text_u64(&out->scratch, number);
		to = row_foreign(out, to);
	}
	return put_char(to, ']');
}

static char *
write_cell(struct export *out, char *to, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_NUMBER:
		return put_u64(to, cell->number);
	case CELL_WORD:
		return write_word(to, cell->word);
	case CELL_FILE:
		return put_bytes(to, out->file.shown.at, out->file.shown.length);
	case CELL_ADDRESS:
		return put_char(row_address(put_char(to, '"'), &cell->address), '"');
	case CELL_TIME:
		return put_char(put_seconds(put_char(to, '"'), cell->ns), '"');
	case CELL_MILLIS:
		return put_millis(to, cell->ns);
	case CELL_PAIR:
		to = put_u64(put_char(to, '['), cell->pair[0]);
		to = put_u64(put_char(to, ','), cell->pair[1]);
		return put_char(to, ']');
	case CELL_WORDS:
		return write_words(to, cell->list.words, cell->list.bits);
	case CELL_COUNTS:
		return write_counts(to, cell);
	case CELL_BECAUSE:
		return write_because(out, to, cell);
	}
	return to;
}

static void
write_row(struct export *out, const void *row)
{
	union cell cell;
	size_t start;
	char *to;

	row_shows_new_file(out, row);
	to = row_begin(out);
	start = out->text->length;
	for (size_t i = 0; i < out->column_count; i++) {
		const struct column *column = out->columns[i];

		memcpy(to, column->key, KEY_MAX); /* all of it: a constant is quicker to copy */
		to += column->key_length;
		if (column->read(row, &cell))
			to = write_cell(out, to, column, &cell);
		else
			to = put_bytes(to, "null", 4);
	}
	row_end(out, put_bytes(to, "}\n", 2));
	out->text->at[start] = '{'; /* was the first key's comma */
}

const struct writer jsonl_writer = {
	.begin = write_nothing,
	.row = write_row,
	.end = write_nothing,
	.view = VIEW_DATA,
	.escape = text_json_string,
};
