/*
 * <packets>, <flows> and so on, with one element a row. What has one value is an
 * attribute, left out where it is unknown; what has several is child elements:
 *
 *   <flow flow="1" proto="tcp" client="127.0.0.1" ...>
 *     <packets client="4" server="3"/><mark name="retransmission" count="2"/>
 *     <because frame="12"/></flow>
 */
#include "export/export_priv.h"

#include "base/put.h"
#include "markup/markup.h"

static void
begin(struct export *out)
{
	out->markup = markup_writer_new(out->text);
	markup_begin(out->markup, out->record->name);
	markup_break(out->markup);
}

static bool
is_scalar(const struct column *column)
{
	return column->kind < CELL_PAIR;
}

static void
write_scalar(struct export *out, const struct column *column, const union cell *cell)
{
	char value[SOCKET_MAX + 1];
	char *end = value;

	switch (column->kind) {
	case CELL_NUMBER:
		markup_attribute_u64(out->markup, column->name, cell->number);
		return;
	case CELL_WORD:
	case CELL_FILE:
	case CELL_SENTENCE:
		markup_attribute(out->markup, column->name, cell->word);
		return;
	case CELL_ADDRESS:
		end = row_address(value, &cell->address);
		break;
	case CELL_TIME:
		end = put_seconds(value, cell->ns);
		break;
	case CELL_MILLIS:
		end = put_millis(value, cell->ns);
		break;
	case CELL_YES:
		end = put_str(value, cell->yes ? "true" : "false");
		break;
	case CELL_RANGE:
		end = row_range(value, &cell->range);
		break;
	case CELL_SOCKET:
		end = row_socket(value, &cell->address);
		break;
	}
	*end = '\0';
	markup_attribute(out->markup, column->name, value);
}

static void
write_pair(struct markup_writer *markup, const struct column *column, const union cell *cell)
{
	markup_begin(markup, column->name);
	markup_attribute_u64(markup, "client", cell->pair[0]);
	markup_attribute_u64(markup, "server", cell->pair[1]);
	markup_end(markup);
}

static void
write_words(struct markup_writer *markup, const struct column *column, const union cell *cell)
{
	for (uint32_t bits = cell->list.bits; bits != 0; bits &= bits - 1) {
		markup_begin(markup, column->item);
		markup_attribute(markup, "name", cell->list.words[__builtin_ctz(bits)].name);
		markup_end(markup);
	}
}

static void
write_counts(struct markup_writer *markup, const struct column *column, const union cell *cell)
{
	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		markup_begin(markup, column->item);
		markup_attribute(markup, "name", cell->counts.words[i].name);
		markup_attribute_u64(markup, "count", cell->counts.numbers[i]);
		markup_end(markup);
	}
}

static void
write_because(struct export *out, const struct column *column, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file = row_frame(out, reason->because[i], cell->because.file, &number);

		markup_begin(out->markup, column->item);
		if (file != NULL)
			markup_attribute(out->markup, "file", file);
		markup_attribute_u64(out->markup, "frame", number);
		markup_end(out->markup);
	}
}

static void
write_children(struct export *out, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_PAIR:
		write_pair(out->markup, column, cell);
		break;
	case CELL_WORDS:
		write_words(out->markup, column, cell);
		break;
	case CELL_COUNTS:
		write_counts(out->markup, column, cell);
		break;
	case CELL_BECAUSE:
		write_because(out, column, cell);
		break;
	}
}

/* Attributes go first, so that the table is walked twice. */
static void
write_row(struct export *out, const void *row)
{
	union cell cell;

	markup_begin(out->markup, out->record->item);
	for (size_t i = 0; i < out->column_count; i++) {
		if (is_scalar(out->columns[i]) && out->columns[i]->read(row, &cell))
			write_scalar(out, out->columns[i], &cell);
	}
	for (size_t i = 0; i < out->column_count; i++) {
		if (!is_scalar(out->columns[i]) && out->columns[i]->read(row, &cell))
			write_children(out, out->columns[i], &cell);
	}
	markup_end(out->markup);
	markup_break(out->markup);
}

static void
end(struct export *out)
{
	markup_writer_free(out->markup);
	out->markup = NULL;
}

const struct writer xml_writer = {
	.begin = begin,
	.row = write_row,
	.end = end,
	.view = VIEW_DATA,
};
