/*
 * Rows are streamed, so that no column can wait for its widest cell. Each has
 * a planned place instead; a cell that is wider pushes what follows only until
 * there is space to spare. No cell but the last holds a space, "-" is unknown
 * or none, and a row ends with its last cell that says something.
 */
#include "export/export_priv.h"

#include <time.h>

#define NS_PER_S 1000000000

static const char *const hue_codes[HUE_COUNT] = {
	[HUE_BAD] = "\x1b[31m",
	[HUE_WORSE] = "\x1b[33m",
	[HUE_BEGIN] = "\x1b[32m",
	[HUE_END] = "\x1b[36m",
	[HUE_STRONG] = "\x1b[1m",
	[HUE_FAINT] = "\x1b[2m",
};

struct line {
	struct text *text;
	size_t start;
	size_t unseen;  /* characters of colour codes */
	size_t planned; /* where the next column starts, if all goes well */
};

static size_t
line_seen(const struct line *line)
{
	return line->text->length - line->start - line->unseen;
}

static void
put_hue(struct line *line, const char *code)
{
	line->unseen += strlen(code);
	text_put(line->text, code);
}

static void
begin_cell(struct line *line, const struct column *column)
{
	size_t seen = line_seen(line);

	if (!column->right && seen < line->planned)
		text_pad(line->text, (int)(line->planned - seen));
	else if (seen > 0)
		text_char(line->text, ' ');
	if (column->lead != NULL)
		text_put(line->text, column->lead);
}

/* at: where in the text the cell begins. */
static void
end_cell(struct line *line, const struct column *column, size_t at)
{
	struct text *text = line->text;
	size_t seen = line_seen(line);
	size_t count = text->length - at;

	line->planned += column->width;
	if (column->right && seen < line->planned) {
		size_t shift = line->planned - seen;

		text_pad(text, (int)shift);
		memmove(text->at + at + shift, text->at + at, count);
		memset(text->at + at, ' ', shift);
	}
	line->planned++;
}

static void
begin(struct export *out)
{
	const struct record *record = out->record;
	struct line line = { .text = out->text, .start = out->text->length };

	if (out->options.color)
		put_hue(&line, hue_codes[HUE_STRONG]);
	for (size_t i = 0; i < record->column_count; i++) {
		const struct column *column = &record->columns[i];
		size_t at;

		if (!(column->views & VIEW_TEXT))
			continue;
		begin_cell(&line, column);
		at = out->text->length;
		text_put(out->text, column->name);
		end_cell(&line, column, at);
	}
	if (out->options.color)
		put_hue(&line, "\x1b[m");
	text_char(out->text, '\n');
}

static void
put_local_time(struct text *text, int64_t ns)
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

/* Above the first row of each file: its name, and the moment that times count from. */
static void
head_file(struct export *out, const void *row)
{
	const char *name = out->record->file(row);

	if (!out->based) {
		out->base_ns = out->record->time_ns(row);
		out->based = true;
	}
	if (name == NULL ||
	    (out->headed && strcmp(name, out->file.name) == 0))
		return;
	out->headed = true;
	if (out->options.color)
		text_put(out->text, hue_codes[HUE_FAINT]);
	text_put(out->text, "# ");
	put_file(out, name, text_terminal);
	text_put(out->text, ", first packet ");
	if (out->options.local_time)
		put_local_time(out->text, out->base_ns);
	else
		text_iso8601(out->text, out->base_ns);
	if (out->options.color)
		text_put(out->text, "\x1b[m");
	text_char(out->text, '\n');
}

/* Microseconds are what most captures have. */
static void
put_time(struct export *out, int64_t ns)
{
	int64_t since;

	if (__builtin_sub_overflow(ns, out->base_ns, &since)) {
		text_seconds(out->text, ns);
		return;
	}
	text_seconds(out->text, since);
	out->text->length -= 3;
}

static void
put_millis(struct text *text, int64_t ns)
{
	uint64_t us = ((uint64_t)ns + 500) / 1000;

	text_u64(text, us / 1000);
	text_char(text, '.');
	text_char(text, (char)('0' + us / 100 % 10));
	text_char(text, (char)('0' + us / 10 % 10));
	text_char(text, (char)('0' + us % 10));
}

static void
put_endpoint(struct text *text, const struct address *address)
{
	bool brackets = address->ip_version == 6 && address->has_port;

	if (brackets)
		text_char(text, '[');
	put_address(text, address);
	if (brackets)
		text_char(text, ']');
	if (address->has_port) {
		text_char(text, ':');
		text_u64(text, address->port);
	}
}

static void
put_words(struct text *text, const struct word *words, uint32_t bits)
{
	for (; bits != 0; bits &= bits - 1) {
		text_put(text, words[__builtin_ctz(bits)].name);
		if (bits & (bits - 1))
			text_char(text, ',');
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
		separator = ",";
	}
}

static void
put_packet(struct text *text, const struct packet_row *row)
{
	const char *proto = proto_name(row->tuple.proto);

	if (row->tuple.proto == PROTO_TCP) {
		put_words(text, flag_words, row->flags);
		return;
	}
	if (proto == NULL)
		return;
	text_put(text, proto);
	if (row->tuple.proto != PROTO_UDP) {
		text_char(text, ':');
		text_u64(text, row->icmp_type);
		text_char(text, '/');
		text_u64(text, row->icmp_code);
	}
}

static void
put_reason(struct export *out, const union cell *cell)
{
	const struct reason *reason = cell->because.reason;
	uint32_t number;

	text_put(out->text, cause_words[reason->cause].name);
	for (unsigned i = 0; i < reason->because_count; i++) {
		const char *file =
		    name_frame(out, reason->because[i], cell->because.file, &number);

		text_put(out->text, i == 0 ? " <- " : ", ");
		if (file != NULL) {
			text_terminal(out->text, file, strlen(file));
			text_char(out->text, ':');
		}
		text_u64(out->text, number);
	}
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
	case CELL_TIME:
		put_time(out, cell->ns);
		break;
	case CELL_MILLIS:
		put_millis(text, cell->ns);
		break;
	case CELL_PAIR:
		text_u64(text, cell->pair[0]);
		text_char(text, '/');
		text_u64(text, cell->pair[1]);
		break;
	case CELL_WORDS:
		put_words(text, cell->list.words, cell->list.bits);
		break;
	case CELL_COUNTS:
		put_counts(text, cell);
		break;
	case CELL_ENDPOINT:
		put_endpoint(text, &cell->address);
		break;
	case CELL_PACKET:
		put_packet(text, cell->packet);
		break;
	case CELL_REASON:
		put_reason(out, cell);
		break;
	}
}

/* Whether the cell says anything. */
static bool
put_column(struct export *out, struct line *line, const struct column *column, const void *row)
{
	struct text *text = out->text;
	enum hue hue = HUE_NONE;
	union cell cell;
	size_t at, inside;
	bool told;

	begin_cell(line, column);
	at = text->length;
	if (out->options.color && column->hue != NULL)
		hue = column->hue(row);
	if (hue != HUE_NONE)
		put_hue(line, hue_codes[hue]);
	inside = text->length;
	if (column->read(row, &cell))
		put_cell(out, column, &cell);
	told = text->length > inside;
	if (!told)
		text_char(text, '-');
	if (hue != HUE_NONE)
		put_hue(line, "\x1b[m");
	end_cell(line, column, at);
	return told;
}

static void
write_row(struct export *out, const void *row)
{
	const struct column *column = out->record->columns;
	const struct column *end = column + out->record->column_count;
	struct line line;
	size_t last;

	head_file(out, row);
	line = (struct line){ .text = out->text, .start = out->text->length };
	last = line.start;
	for (; column < end; column++) {
		if (column->views & VIEW_TEXT && put_column(out, &line, column, row))
			last = out->text->length;
	}
	out->text->length = last;
	text_char(out->text, '\n');
}

static void
write_nothing(struct export *out)
{
	(void)out;
}

const struct writer text_writer = {
	.begin = begin,
	.row = write_row,
	.end = write_nothing,
};
