/*
 * Rows are streamed, so that no column can wait for its widest cell. Each has
 * a planned place instead; a cell that is wider pushes what follows only until
 * there is space to spare. No cell but the last holds a space, "-" is unknown
 * or none, and a row ends with its last cell that says something.
 */
#include "export/export_priv.h"

#include <assert.h>
#include <time.h>

#include "base/put.h"

#define NS_PER_S 1000000000

static const char *const hue_codes[HUE_COUNT] = {
	[HUE_BAD] = "\x1b[31m",
	[HUE_WORSE] = "\x1b[33m",
	[HUE_BEGIN] = "\x1b[32m",
	[HUE_END] = "\x1b[36m",
	[HUE_STRONG] = "\x1b[1m",
	[HUE_FAINT] = "\x1b[2m",
};

#define HUE_OFF "\x1b[m"
/* A constant is quicker to fill; no planned column is wider. */
#define PAD_MAX 32

/* Places are kept as offsets: the text may move where a foreign name is written. */
struct line {
	const struct text *text;
	size_t start;
	size_t unseen;  /* characters of colour codes */
	size_t planned; /* where the next column starts, if all goes well */
};

static inline size_t
seen(const struct line *line, const char *to)
{
	return (size_t)(to - line->text->at) - line->start - line->unseen;
}

static char *
write_code(struct line *line, char *to, const char *code)
{
	line->unseen += strlen(code);
	return put_str(to, code);
}

/* length: of the cell that follows; asked for only where it is to be flush right. */
static inline char *
begin_cell(struct line *line, char *to, const struct column *column, size_t length)
{
	size_t at = seen(line, to);
	size_t goal = line->planned;

	if (column->right && length < column->width)
		goal += column->width - length;
	if (at < goal) {
		assert(goal - at <= PAD_MAX);
		memset(to, ' ', PAD_MAX);
		to += goal - at;
	} else if (at > 0) {
		*to++ = ' ';
	}
	line->planned += column->width + 1u;
	return column->lead == NULL ? to : put_str(to, column->lead);
}

static void
head_table(struct export *out)
{
	struct line line = { .text = out->text, .start = out->text->length };
	char *to = row_begin(out);

	if (out->options.color)
		to = write_code(&line, to, hue_codes[HUE_STRONG]);
	for (size_t i = 0; i < out->column_count; i++) {
		const struct column *column = out->columns[i];

		to = begin_cell(&line, to, column, strlen(column->name));
		to = put_str(to, column->name);
	}
	if (out->options.color)
		to = write_code(&line, to, HUE_OFF);
	row_end(out, put_char(to, '\n'));
}

static void
text_local_time(struct text *text, int64_t ns)
{
	time_t seconds = (time_t)(ns / NS_PER_S - (ns % NS_PER_S < 0));
	int64_t shifted_ns;
	struct tm tm;
	long minutes;

	if (localtime_r(&seconds, &tm) == NULL ||
	    __builtin_add_overflow(ns, (int64_t)tm.tm_gmtoff * NS_PER_S, &shifted_ns)) {
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
		out->base_ns = out->record->time_ns(row);
		out->based = true;
	}
	if (out->headed || out->file.name == NULL)
		return;
	out->headed = true;
	if (out->options.color)
		text_put(text, hue_codes[HUE_FAINT]);
	text_put(text, "# ");
	text_bytes(text, out->file.shown.at, out->file.shown.length);
	if (is_new) {
		text_put(text, ", first packet ");
		if (out->options.local_time)
			text_local_time(text, out->base_ns);
		else
			text_iso8601(text, out->base_ns);
	}
	if (out->options.color)
		text_put(text, HUE_OFF);
	text_char(text, '\n');
}

/* Microseconds are what most captures have. */
static char *
write_time(const struct export *out, char *to, int64_t ns)
{
	int64_t since;

	if (__builtin_sub_overflow(ns, out->base_ns, &since))
		return put_seconds(to, ns);
	return put_seconds(to, since) - 3;
}

static uint64_t
rounded_us(int64_t ns)
{
	return ((uint64_t)ns + 500) / 1000;
}

static char *
write_millis(char *to, int64_t ns)
{
	uint64_t us = rounded_us(ns);

	to = put_u64(to, us / 1000);
	*to++ = '.';
	*to++ = (char)('0' + us / 100 % 10);
	return put_bytes(to, put_pairs + us % 100 * 2, 2);
}

/* Of the kinds that are set flush right. */
static size_t
cell_length(const struct export *out, const struct column *column, const union cell *cell)
{
	char room[PUT_MAX];

	switch (column->kind) {
	case CELL_NUMBER:
		return put_u64_length(cell->number);
	case CELL_PAIR:
		return put_u64_length(cell->pair[0]) + 1 + put_u64_length(cell->pair[1]);
	case CELL_MILLIS:
		return put_u64_length(rounded_us(cell->ns) / 1000) + 4;
	case CELL_TIME:
		return (size_t)(write_time(out, room, cell->ns) - room);
	}
	return 0;
}

static char *
write_endpoint(char *to, const struct address *address)
{
	bool brackets = address->ip_version == 6 && address->has_port;

	if (brackets)
		*to++ = '[';
	to = row_address(to, address);
	if (brackets)
		*to++ = ']';
	return address->has_port ? put_u64(put_char(to, ':'), address->port) : to;
}

static char *
write_words(char *to, const struct word *words, uint32_t bits)
{
	for (; bits != 0; bits &= bits - 1) {
		to = put_str(to, words[__builtin_ctz(bits)].name);
		if (bits & (bits - 1))
			to = put_char(to, ',');
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
			to = put_char(to, ',');
		to = put_str(to, cell->counts.words[i].name);
		to = put_u64(put_char(to, ':'), cell->counts.numbers[i]);
	}
	return to;
}

static char *
write_packet(char *to, const struct packet_row *row)
{
	const char *proto = proto_name(row->tuple.proto);

	if (row->tuple.proto == PROTO_TCP)
		return write_words(to, flag_words, row->flags);
	if (proto == NULL)
		return to;
	to = put_str(to, proto);
	if (row->tuple.proto == PROTO_UDP)
		return to;
	to = put_u64(put_char(to, ':'), row->icmp_type);
	return put_u64(put_char(to, '/'), row->icmp_code);
}

static char *
write_reason(struct export *out, char *to, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	to = put_str(to, cause_words[reason->cause].name);
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file = row_frame(out, reason->because[i], cell->because.file, &number);

		to = put_str(to, i == 0 ? " <- " : ", ");
		if (file != NULL) {
			out->scratch.length = 0;
			text_put(&out->scratch, file);
			to = put_char(row_foreign(out, to), ':');
		}
		to = put_u64(to, number);
	}
	return to;
}

static char *
write_cell(struct export *out, char *to, const struct column *column, const union cell *cell)
{
	switch (column->kind) {
	case CELL_NUMBER:
		return put_u64(to, cell->number);
	case CELL_WORD:
		return put_str(to, cell->word);
	case CELL_TIME:
		return write_time(out, to, cell->ns);
	case CELL_MILLIS:
		return write_millis(to, cell->ns);
	case CELL_PAIR:
		return put_u64(put_char(put_u64(to, cell->pair[0]), '/'), cell->pair[1]);
	case CELL_WORDS:
		return write_words(to, cell->list.words, cell->list.bits);
	case CELL_COUNTS:
		return write_counts(to, cell);
	case CELL_ENDPOINT:
		return write_endpoint(to, &cell->address);
	case CELL_PACKET:
		return write_packet(to, cell->packet);
	case CELL_REASON:
		return write_reason(out, to, cell);
	}
	return to;
}

/* Offset of the end in *told if the cell says anything. */
static char *
write_column(struct export *out, struct line *line, char *to, const struct column *column,
    const void *row, size_t *told)
{
	enum hue hue = HUE_NONE;
	union cell cell;
	bool known = column->read(row, &cell);
	size_t length = column->right && known ? cell_length(out, column, &cell) : 1;
	size_t inside;
	bool tells;

	to = begin_cell(line, to, column, length);
	if (out->options.color && column->hue != NULL)
		hue = column->hue(row);
	if (hue != HUE_NONE)
		to = write_code(line, to, hue_codes[hue]);
	inside = (size_t)(to - out->text->at);
	if (known)
		to = write_cell(out, to, column, &cell);
	tells = to > out->text->at + inside;
	if (!tells)
		*to++ = '-';
	if (hue != HUE_NONE)
		to = write_code(line, to, HUE_OFF);
	if (tells)
		*told = (size_t)(to - out->text->at);
	return to;
}

static void
write_row(struct export *out, const void *row)
{
	struct line line = { .text = out->text };
	size_t told;
	char *to;

	if (!out->has_rows)
		head_table(out);
	head_file(out, row);
	to = row_begin(out);
	line.start = told = out->text->length;
	for (size_t i = 0; i < out->column_count; i++)
		to = write_column(out, &line, to, out->columns[i], row, &told);
	row_end(out, put_char(out->text->at + told, '\n'));
}

const struct writer text_writer = {
	.begin = write_nothing, /* a heading over no rows says nothing */
	.row = write_row,
	.end = write_nothing,
	.view = VIEW_TEXT,
	.escape = text_terminal,
};
