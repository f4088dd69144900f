/*
 * RFC 4180, for pandas, a spreadsheet or a database: one value a cell, so that
 * a pair is two columns (packets_client, packets_server). A list is joined by
 * spaces ("SYN ACK"; marks of a flow with their counts, "retransmission:3");
 * a range is "0..15" or "3.."; what is unknown or empty is an empty cell. Lines end in CR LF.
 */
#include "export/export_priv.h"

#include "base/put.h"

static void
begin(struct export *out)
{
	const char *separator = "";

	for (size_t i = 0; i < out->column_count; i++) {
		const struct column *column = out->columns[i];

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

static char *
write_words(char *to, const struct word *words, uint32_t bits)
{
	for (; bits != 0; bits &= bits - 1) {
		to = put_str(to, words[__builtin_ctz(bits)].name);
		if (bits & (bits - 1))
			to = put_char(to, ' ');
	}
	return to;
}

static char *
write_counts(char *to, const union cell *cell)
{
	const char *start = to;

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		if (to > start)
			to = put_char(to, ' ');
		to = put_str(to, cell->counts.words[i].name);
		to = put_u64(put_char(to, ':'), cell->counts.numbers[i]);
	}
	return to;
}

/* Another file's name may hold anything, so that the cell is taken for foreign as a whole. */
static char *
write_because(struct export *out, char *to, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	if (reason->because_count == 0)
		return to;
	out->scratch.length = 0;
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file = row_frame(out, reason->because[i], cell->because.file, &number);

		if (i > 0)
			text_char(&out->scratch, ' ');
		if (file != NULL) {
			text_put(&out->scratch, file);
			text_char(&out->scratch, ':');
		}
		text_u64(&out->scratch, number);
	}
	return row_foreign(out, to);
}

static char *
write_cell(struct export *out, char *to, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_NUMBER:
		return put_u64(to, cell->number);
	case CELL_WORD:
		return put_str(to, cell->word);
	case CELL_FILE:
		return put_bytes(to, out->file.shown.at, out->file.shown.length);
	case CELL_ADDRESS:
		return row_address(to, &cell->address);
	case CELL_TIME:
		return put_seconds(to, cell->ns);
	case CELL_MILLIS:
		return put_millis(to, cell->ns);
	case CELL_YES:
		return put_str(to, cell->yes ? "true" : "false");
	case CELL_RANGE:
		return row_range(to, &cell->range);
	case CELL_SOCKET:
		return row_socket(to, &cell->address);
	case CELL_SENTENCE:
		out->scratch.length = 0;
		text_put(&out->scratch, cell->word);
		return row_foreign(out, to);
	case CELL_PAIR:
		to = put_u64(to, cell->pair[0]);
		return put_u64(put_char(to, ','), cell->pair[1]);
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
	char *to;

	row_shows_new_file(out, row);
	to = row_begin(out);
	for (size_t i = 0; i < out->column_count; i++) {
		const struct column *column = out->columns[i];

		if (column->read(row, &cell))
			to = write_cell(out, to, column, &cell);
		else if (column->kind == CELL_PAIR)
			to = put_char(to, ',');
		to = put_char(to, ',');
	}
	row_end(out, put_bytes(to - 1, "\r\n", 2)); /* instead of the last comma */
}

const struct writer csv_writer = {
	.begin = begin,
	.row = write_row,
	.end = write_nothing,
	.view = VIEW_DATA,
	.escape = text_csv_cell,
};
