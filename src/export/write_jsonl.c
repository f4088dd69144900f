#include "export/object.h"

#include "base/put.h"

char *
object_words(char *to, const struct word *words, uint32_t bits)
{
	char separator = '[';

	if (bits == 0)
		return put_bytes(to, "[]", 2);
	for (; bits != 0; bits &= bits - 1) {
		to = put_char(to, separator);
		to = object_word(to, words[__builtin_ctz(bits)].name);
		separator = ',';
	}
	return put_char(to, ']');
}

char *
object_counts(char *to, const union cell *cell)
{
	char separator = '{';

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		to = put_char(to, separator);
		to = object_word(to, cell->counts.words[i].name);
		to = put_char(to, ':');
		to = put_u64(to, cell->counts.numbers[i]);
		separator = ',';
	}
	if (separator == '{')
		to = put_char(to, '{');
	return put_char(to, '}');
}

/* "[0,15]", "[3,null]", and where both ends are the same the number alone */
char *
object_range(char *to, const struct range *range)
{
	if (range->lo == range->hi)
		return put_u64(to, (uint64_t)range->lo);
	to = put_u64(put_char(to, '['), (uint64_t)range->lo);
	to = put_char(to, ',');
	if (range->hi == RANGE_OPEN)
		to = put_bytes(to, "null", 4);
	else
		to = put_u64(to, (uint64_t)range->hi);
	return put_char(to, ']');
}

char *
object_sentence(struct export *out, char *to, const char *sentence)
{
	out->scratch.length = 0;
	text_put(&out->scratch, sentence);
	return row_foreign(out, to);
}

/* A frame's number alone means the row's own file; elsewhere it is a string, "file:number". */
char *
object_because(struct export *out, char *to, const union cell *cell)
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

static void
write_row(struct export *out, const void *row)
{
	size_t start;
	char *to;

	row_shows_new_file(out, row);
	to = row_begin(out);
	start = out->text->length;
	to = out->record->object(out, to, row);
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
