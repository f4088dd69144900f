/*
 * RFC 4180, for pandas, a spreadsheet or a database: one value a cell, so that
 * a pair is two columns (packets_client, packets_server). A list is joined by
 * spaces ("SYN ACK"; marks of a flow with their counts, "retransmission:3");
 * what is unknown or empty is an empty cell. Lines end in CR LF.
 */
#include "export/export_priv.h"

static void
begin(struct export *out)
{
	const struct record *record = out->record;
	const char *separator = "";

	for (size_t i = 0; i < record->column_count; i++) {
		const struct column *column = &record->columns[i];

		if (!(column->views & VIEW_DATA))
			continue;
		text_put(out->text, separator);
		text_put(out->text, column->name);
		if (column->kind == CELL_PAIR) {
			text_put(out->text, "_client,");
			text_put(out->text, column->name);
			text_put(out->text, "_server");
		}
		separator = ",";
	}
	text_put(out->text, "\r\n");
}

static void
put_words(struct text *text, const struct word *words, uint32_t bits)
{
	for (; bits != 0; bits &= bits - 1) {
		text_put(text, words[__builtin_ctz(bits)].name);
		if (bits & (bits - 1))
			text_char(text, ' ');
	}
}

static void
put_counts(struct text *text, const union cell *cell)
{
	const char *separator = "";

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		text_put(text, separator);
		text_put(text, cell->counts.words[i].name);
		text_char(text, ':');
		text_u64(text, cell->counts.numbers[i]);
		separator = " ";
	}
}

/* Another file's name may hold anything, so that the cell is taken for foreign as a whole. */
static void
put_because(struct export *out, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	out->scratch.length = 0;
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file =
		    name_frame(out, reason->because[i], cell->because.file, &number);

		if (i > 0)
			text_char(&out->scratch, ' ');
		if (file != NULL) {
			text_put(&out->scratch, file);
			text_char(&out->scratch, ':');
		}
		text_u64(&out->scratch, number);
	}
	text_csv_cell(out->text, out->scratch.at, out->scratch.length);
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
		text_put(text, cell->word);
		break;
	case CELL_FILE:
		put_file(out, cell->word, text_csv_cell);
		break;
	case CELL_ADDRESS:
		put_address(text, &cell->address);
		break;
	case CELL_TIME:
		text_seconds(text, cell->ns);
		break;
	case CELL_MILLIS:
		text_millis(text, cell->ns);
		break;
	case CELL_PAIR:
		text_u64(text, cell->pair[0]);
		text_char(text, ',');
		text_u64(text, cell->pair[1]);
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
	union cell cell;

	for (; column < end; column++) {
		if (!(column->views & VIEW_DATA))
			continue;
		if (column->read(row, &cell))
			put_cell(out, column, &cell);
		else if (column->kind == CELL_PAIR)
			text_char(out->text, ',');
		text_char(out->text, ',');
	}
	out->text->length--; /* the comma after the last cell */
	text_put(out->text, "\r\n");
}

static void
write_nothing(struct export *out)
{
	(void)out;
}

const struct writer csv_writer = {
	.begin = begin,
	.row = write_row,
	.end = write_nothing,
};
