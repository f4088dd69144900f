/*
 * Rows are streamed, so that no column can wait for its widest cell. Each has
 * a planned place instead; a cell that is wider pushes what follows only until
 * there is space to spare. No cell but the last holds a space, "-" is unknown
 * or none, and a row ends with its last cell that says something.
 */
#include "export/line.h"

#include <assert.h>
#include <time.h>

#include "base/put.h"
#include "base/span.h"

static const char *const hue_codes[HUE_COUNT] = {
	[HUE_BAD] = "\x1b[31m",
	[HUE_WORSE] = "\x1b[33m",
	[HUE_BEGIN] = "\x1b[32m",
	[HUE_END] = "\x1b[36m",
	[HUE_STRONG] = "\x1b[1m",
	[HUE_FAINT] = "\x1b[2m",
};

static void
head_table(struct export *out)
{
	struct line line;
	char *to;

	if (out->has_columns)
		return;
	out->has_columns = true;
	to = row_begin(out);
	if (out->options.color)
		to = put_str(to, hue_codes[HUE_STRONG]);
	line.start = line.goal = to;
	for (size_t i = 0, before = 0; i < out->column_count; i++) {
		const struct column *column = out->columns[i];

		assert(before + (column->right ? column->width : 0) <= PAD_MAX);
		before = column->width;
		to = line_begin_cell(
		    &line, to, column, line_spare(column, strlen(column->name)), NULL);
		to = put_str(to, column->name);
	}
	if (out->options.color)
		to = put_str(to, HUE_OFF);
	row_end(out, put_char(to, '\n'));
}

static void
text_local_time(struct text *text, int64_t ns)
{
	time_t seconds = (time_t)(ns / SECOND_NS - (ns % SECOND_NS < 0));
	int64_t shifted_ns;
	struct tm tm;
	long minutes;

	if (localtime_r(&seconds, &tm) == NULL ||
	    __builtin_add_overflow(ns, (int64_t)tm.tm_gmtoff * SECOND_NS, &shifted_ns)) {
		text_iso8601(text, ns);
		return;
	}
	text_iso8601(text, shifted_ns);
	text->length--; /* Z */
	minutes = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff / 60 : tm.tm_gmtoff / 60;
	text_char(text, tm.tm_gmtoff < 0 ? '-' : '+');
	text_char(text, (char)('0' + minutes / 600));
	text_char(text, (char)('0' + minutes / 60 % 10));
	text_char(text, ':');
	text_char(text, (char)('0' + minutes % 60 / 10));
	text_char(text, (char)('0' + minutes % 10));
}

static void
text_moment(struct export *out, int64_t ns)
{
	if (out->options.local_time)
		text_local_time(out->text, ns);
	else
		text_iso8601(out->text, ns);
}

static void
begin_comment(struct export *out)
{
	if (out->options.color)
		text_put(out->text, hue_codes[HUE_FAINT]);
	text_put(out->text, "# ");
}

static void
end_comment(struct export *out)
{
	if (out->options.color)
		text_put(out->text, HUE_OFF);
	text_char(out->text, '\n');
}

/*
 * Above the first row of each file its name, and of each capture, which may
 * have several parts, the moment that times count from.
 */
static void
head_file(struct export *out, const void *row)
{
	struct text *text = out->text;
	bool is_new = !out->based;

	if (row_shows_new_file(out, row))
		out->headed = false;
	if (is_new) {
		out->base_ns = out->record->base_ns(row);
		out->based = true;
	}
	if (out->headed || out->file.name == NULL)
		return;
	out->headed = true;
	begin_comment(out);
	text_bytes(text, out->file.shown.at, out->file.shown.length);
	if (is_new) {
		text_put(text, ", first packet ");
		text_moment(out, out->base_ns);
	}
	end_comment(out);
}

void
head_since(struct export *out, int64_t ns)
{
	char since[PUT_MAX];
	const char *end = line_time(out, since, ns);

	if (since[0] != '-')
		text_char(out->text, '+');
	text_bytes(out->text, since, (size_t)(end - since));
	text_put(out->text, " s");
}

void
head_moment(struct export *out, int64_t ns)
{
	text_put(out->text, "at ");
	head_since(out, ns);
	text_put(out->text, ", ");
	text_moment(out, ns);
}

static void
head_group(struct export *out, const void *row)
{
	uint64_t group = out->record->group(row);

	if (out->has_group && out->group == group)
		return;
	out->has_group = true;
	out->group = group;
	begin_comment(out);
	out->record->head_group(out, row);
	end_comment(out);
}

static void
write_none(struct export *out, const void *row)
{
	head_table(out);
	head_file(out, row);
	begin_comment(out);
	out->record->head_group(out, row);
	text_put(out->text, ": none");
	end_comment(out);
}

static void
write_remark(struct export *out, const char *sentence)
{
	begin_comment(out);
	text_terminal(out->text, sentence, strlen(sentence));
	end_comment(out);
}

/* Microseconds are what most captures have. */
char *
line_time(const struct export *out, char *to, int64_t ns)
{
	int64_t since;

	if (__builtin_sub_overflow(ns, out->base_ns, &since))
		return put_seconds(to, ns);
	return put_seconds(to, since) - 3;
}

char *
line_endpoint(char *to, const struct address *address)
{
	bool brackets = address->ip_version == 6 && address->has_port;

	if (brackets)
		*to++ = '[';
	to = row_address(to, address);
	if (brackets)
		*to++ = ']';
	return address->has_port ? put_u64(put_char(to, ':'), address->port) : to;
}

/* "3", "0-15", "3+" */
char *
line_range(char *to, const struct range *range)
{
	to = put_u64(to, (uint64_t)range->lo);
	if (range->lo == range->hi)
		return to;
	if (range->hi == RANGE_OPEN)
		return put_char(to, '+');
	return put_u64(put_char(to, '-'), (uint64_t)range->hi);
}

char *
line_words(char *to, const struct word *words, uint32_t bits)
{
	for (; bits != 0; bits &= bits - 1) {
		to = put_str(to, words[__builtin_ctz(bits)].name);
		if (bits & (bits - 1))
			to = put_char(to, ',');
	}
	return to;
}

char *
line_counts(char *to, const union cell *cell)
{
	const char *start = to;

	for (size_t i = 0; i < cell->counts.count; i++) {
		if (cell->counts.numbers[i] == 0)
			continue;
		if (to > start)
			to = put_char(to, ',');
		to = put_str(to, cell->counts.words[i].name);
		to = put_u64(put_char(to, ':'), cell->counts.numbers[i]);
	}
	return to;
}

char *
line_packet(char *to, const struct packet_row *row)
{
	const char *proto = proto_name(row->tuple.proto);

	if (row->tuple.proto == PROTO_TCP)
		return line_words(to, flag_words, row->flags);
	if (proto == NULL)
		return to;
	to = put_str(to, proto);
	if (row->tuple.proto == PROTO_UDP)
		return to;
	to = put_u64(put_char(to, ':'), row->icmp_type);
	return put_u64(put_char(to, '/'), row->icmp_code);
}

char *
line_frames(struct export *out, char *to, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file = row_frame(out, reason->because[i], cell->because.file, &number);

		if (i > 0)
			to = put_bytes(to, ", ", 2);
		if (file != NULL) {
			out->scratch.length = 0;
			text_put(&out->scratch, file);
			to = put_char(row_foreign(out, to), ':');
		}
		to = put_u64(to, number);
	}
	return to;
}

char *
line_reason(struct export *out, char *to, const union cell *cell)
{
	to = put_str(to, cause_words[cell->because.reason->cause].name);
	if (cell->because.reason->because_count == 0)
		return to;
	return line_frames(out, put_bytes(to, " <- ", 4), cell);
}

static const char *
code_of(const struct column *column, const void *row)
{
	return column->hue == NULL ? NULL : hue_codes[column->hue(row)];
}

/* For eyes, so that it need not be quick. */
static char *
write_coloured(struct export *out, char *to, const void *row)
{
	struct line line = { .start = to, .goal = to, .told = to };

	for (size_t i = 0; i < out->column_count; i++)
		to = line_column(
		    out, &line, to, out->columns[i], row, code_of(out->columns[i], row));
	return line.told;
}

/* Chinese: three bytes, two columns, and no space between words. */
static bool
is_wide(const char *at)
{
	return (unsigned char)*at >= 0xe3 && (unsigned char)*at < 0xf0;
}

/* What ends a clause begins no line. */
static bool
is_closing(const char *wide)
{
	static const char *const closing[] = { "，", "。", "、", "；", "：", "）" };

	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
		if (strncmp(wide, closing[i], strlen(closing[i])) == 0)
			return true;
	return false;
}

/* How many bytes stand on the line; more than fit, if there is nowhere to break it. */
static size_t
fold_at(const char *prose, int columns)
{
	size_t fold = 0;
	size_t at = 0;

	while (prose[at] != '\0' && (columns >= 0 || fold == 0)) {
		bool wide = is_wide(prose + at);

		if (prose[at] == ' ' || (wide && !is_closing(prose + at)))
			fold = at;
		columns -= wide ? 2 : 1;
		at += wide ? strnlen(prose + at, 3) : 1;
	}
	return columns < 0 && fold > 0 ? fold : at;
}

/* As far as a terminal is wide, as a rule, and set off from the rows. */
static void
write_prose(struct export *out, const char *prose)
{
	static const char margin[] = "      ";

	while (*prose != '\0') {
		size_t length = fold_at(prose, 80 - (int)strlen(margin));

		text_put(out->text, margin);
		text_bytes(out->text, prose, length);
		text_char(out->text, '\n');
		prose += length + (prose[length] == ' ');
	}
}

static void
write_row(struct export *out, const void *row)
{
	char *to;

	head_table(out);
	head_file(out, row);
	if (out->record->group != NULL)
		head_group(out, row);
	to = row_begin(out);
	to = out->options.color ? write_coloured(out, to, row) : out->record->line(out, to, row);
	row_end(out, put_char(to, '\n'));
	if (out->record->prose != NULL)
		write_prose(out, out->record->prose(row));
}

const struct writer text_writer = {
	.begin = write_nothing, /* a heading over no rows says nothing */
	.row = write_row,
	.end = write_nothing,
	.remark = write_remark,
	.none = write_none,
	.view = VIEW_TEXT,
	.escape = text_terminal,
};
