#include "export/export_priv.h"

static void
put_word(struct text *text, const char *word)
{
	text_char(text, '"');
	text_put(text, word);
	text_char(text, '"');
}

static void
put_words(struct text *text, const struct word *words, uint32_t bits)
{
	char separator = '[';

	if (bits == 0) {
		text_put(text, "[]");
		return;
	}
	for (; bits != 0; bits &= bits - 1) {
		text_char(text, separator);
		put_word(text, words[__builtin_ctz(bits)].name);
		separator = ',';
	}
	text_char(text, ']');
}

static void
put_counts(struct text *text, const union cell *cell)
{
	char separator = '{';

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		text_char(text, separator);
		put_word(text, cell->counts.words[i].name);
		text_char(text, ':');
		text_u64(text, cell->counts.numbers[i]);
		separator = ',';
	}
	text_put(text, separator == '{' ? "{}" : "}");
}

/* A frame's number alone means the row's own file; elsewhere it is a string, "file:number". */
static void
put_because(struct export *out, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	text_char(out->text, '[');
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file =
		    name_frame(out, reason->because[i], cell->because.file, &number);

		if (i > 0)
			text_char(out->text, ',');
		if (file == NULL) {
			text_u64(out->text, number);
			continue;
		}
		out->scratch.length = 0;
		text_put(&out->scratch, file);
		text_char(&out->scratch, ':');
		text_u64(&out->scratch, number);
		text_json_string(out->text, out->scratch.at, out->scratch.length);
	}
	text_char(out->text, ']');
}

static void
put_cell(struct export *out, const struct column *column, const union cell *cell)
{
	struct text *text = out->text;

	switch (column->kind) {
	case CELL_NUMBER:
		text_u64(text, cell->number);
		break;
	case CELL_WORD:
		put_word(text, cell->word);
		break;
	case CELL_FILE:
		put_file(out, cell->word, text_json_string);
		break;
	case CELL_ADDRESS:
		text_char(text, '"');
		put_address(text, &cell->address);
		text_char(text, '"');
		break;
	case CELL_TIME:
		text_char(text, '"');
		text_seconds(text, cell->ns);
		text_char(text, '"');
		break;
	case CELL_MILLIS:
		text_millis(text, cell->ns);
		break;
	case CELL_PAIR:
		text_char(text, '[');
		text_u64(text, cell->pair[0]);
		text_char(text, ',');
		text_u64(text, cell->pair[1]);
		text_char(text, ']');
		break;
	case CELL_WORDS:
		put_words(text, cell->list.words, cell->list.bits);
		break;
	case CELL_COUNTS:
		put_counts(text, cell);
		break;
	case CELL_BECAUSE:
		put_because(out, cell);
		break;
	}
}

static void
write_row(struct export *out, const void *row)
{
	const struct column *column = out->record->columns;
	const struct column *end = column + out->record->column_count;
	size_t start = out->text->length;
	union cell cell;

	for (; column < end; column++) {
		if (!(column->views & VIEW_DATA))
			continue;
		text_bytes(out->text, column->key, column->key_length);
		if (column->read(row, &cell))
			put_cell(out, column, &cell);
		else
			text_put(out->text, "null");
	}
	out->text->at[start] = '{'; /* the first key's comma */
	text_put(out->text, "}\n");
}

static void
write_nothing(struct export *out)
{
	(void)out;
}

const struct writer jsonl_writer = {
	.begin = write_nothing,
	.row = write_row,
	.end = write_nothing,
};
