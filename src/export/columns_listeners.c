#include "export/export_priv.h"

#include "export/line.h"
#include "export/object.h"
#include "export/shown.h"

static const struct listener_row *
row_of(const void *shown)
{
	return ((const struct shown *)shown)->row;
}

#define NUMBER(field) \
	static bool read_##field(const void *shown, union cell *cell) \
	{ \
		cell->number = row_of(shown)->field; \
		return true; \
	}
#define RANGE(field) \
	static bool read_##field(const void *shown, union cell *cell) \
	{ \
		return read_range(&row_of(shown)->field, cell); \
	}
#define BEST(field) \
	static bool read_##field##_best(const void *shown, union cell *cell) \
	{ \
		const struct listener_row *row = row_of(shown); \
\
		return read_best(&row->field, row->field##_best, cell); \
	}
#define WORDS(field, table, bits_of_row) \
	static bool read_##field(const void *shown, union cell *cell) \
	{ \
		const struct listener_row *row = row_of(shown); \
\
		cell->list.words = table; \
		cell->list.bits = bits_of_row; \
		return true; \
	}

NUMBER(attempts)
NUMBER(completed)
NUMBER(refused)
NUMBER(syn_dropped)
NUMBER(overflows)
NUMBER(ignored_acks)
NUMBER(aborted)
NUMBER(cookies)
NUMBER(deferred)
RANGE(accepted)
RANGE(established)
RANGE(syn_recv)
RANGE(queue_max)
BEST(backlog)
BEST(accepted)
WORDS(stages, stage_words, row->stages)
WORDS(rivals, rival_words, row->rivals)
WORDS(settle, settle_words, listener_settles(row))

/* What does not listen, or never answered, has none to tell of. */
static bool
read_backlog(const void *shown, union cell *cell)
{
	const struct listener_row *row = row_of(shown);

	return row->kind != STORY_NOT_LISTENING && row->kind != STORY_SILENT &&
	       read_range(&row->backlog, cell);
}

static bool
read_local(const void *shown, union cell *cell)
{
	const struct listener_row *row = row_of(shown);

	cell->address = socket_local(&row->local, row->any_address);
	return true;
}

static bool
read_verdict(const void *shown, union cell *cell)
{
	cell->word = ((const struct shown *)shown)->verdict;
	return true;
}

static bool
read_kind(const void *shown, union cell *cell)
{
	cell->word = story_words[row_of(shown)->kind].name;
	return true;
}

static bool
read_vantage(const void *shown, union cell *cell)
{
	cell->word = vantage_names[row_of(shown)->vantage];
	return row_of(shown)->vantage != VANTAGE_UNKNOWN;
}

static bool
read_backlog_told(const void *shown, union cell *cell)
{
	cell->yes = row_of(shown)->backlog_told;
	return true;
}

static enum hue
kind_hue(const void *shown)
{
	static const enum hue hues[STORY_COUNT] = {
		[STORY_NOT_LISTENING] = HUE_BAD,
		[STORY_SILENT] = HUE_WORSE,
		[STORY_OVERFLOW] = HUE_WORSE,
		[STORY_ABORTING] = HUE_BAD,
		[STORY_FLOOD] = HUE_BAD,
	};

	return hues[row_of(shown)->kind];
}

/* New columns for programs go to the end of their list: some read by position. */
static const struct column columns[] = {
	{ COLUMN_NAME("file"), .kind = CELL_FILE, .views = VIEW_DATA, .read = read_file },
	{ COLUMN_NAME("local"), .kind = CELL_SOCKET, .views = VIEW_DATA, .read = read_local },
	{ COLUMN_NAME("listener"), .kind = CELL_SOCKET, .views = VIEW_TEXT, .read = read_local,
	    .width = 17 },
	{ COLUMN_NAME("story"), .kind = CELL_WORD, .views = VIEW_TEXT, .read = read_kind,
	    .width = 13, .hue = kind_hue },
	{ COLUMN_NAME("verdict"), .kind = CELL_SENTENCE, .views = VIEW_DATA, .read = read_verdict },
	{ COLUMN_NAME("stage"), .kind = CELL_WORDS, .views = VIEW_DATA, .read = read_stages,
	    .item = "stage" },
	{ COLUMN_NAME("backlog"), .kind = CELL_RANGE, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_backlog, .width = 7, .right = true },
	{ COLUMN_NAME("accepted"), .kind = CELL_RANGE, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_accepted, .width = 8, .right = true },
	{ COLUMN_NAME("established"), .kind = CELL_RANGE, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_established, .width = 11, .right = true },
	{ COLUMN_NAME("syn_recv"), .kind = CELL_RANGE, .views = VIEW_DATA, .read = read_syn_recv },
	{ COLUMN_NAME("syn-recv"), .kind = CELL_RANGE, .views = VIEW_TEXT, .read = read_syn_recv,
	    .width = 8, .right = true },
	{ COLUMN_NAME("syn_dropped"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_syn_dropped },
	{ COLUMN_NAME("syn-dropped"), .kind = CELL_NUMBER, .views = VIEW_TEXT,
	    .read = read_syn_dropped, .width = 11, .right = true },
	{ COLUMN_NAME("refused"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_refused, .width = 7, .right = true },
	{ COLUMN_NAME("overflows"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_overflows, .width = 9, .right = true },
	{ COLUMN_NAME("cookies"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_cookies, .width = 7, .right = true },
	{ COLUMN_NAME("stage"), .kind = CELL_WORDS, .views = VIEW_TEXT, .read = read_stages,
	    .width = 13 },
	{ COLUMN_NAME("because"), .kind = CELL_BECAUSE, .views = VIEW_DATA, .read = read_because,
	    .item = "because" },
	{ COLUMN_NAME("because"), .kind = CELL_FRAMES, .views = VIEW_TEXT, .read = read_frames },
	{ COLUMN_NAME("backlog_best"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_backlog_best, .optional = true },
	{ COLUMN_NAME("accepted_best"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_accepted_best, .optional = true },
	{ COLUMN_NAME("backlog_told"), .kind = CELL_YES, .views = VIEW_DATA,
	    .read = read_backlog_told },
	{ COLUMN_NAME("story"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_kind },
	{ COLUMN_NAME("attempts"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_attempts },
	{ COLUMN_NAME("completed"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_completed },
	{ COLUMN_NAME("ignored_acks"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_ignored_acks },
	{ COLUMN_NAME("aborted"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_aborted },
	{ COLUMN_NAME("deferred"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_deferred },
	{ COLUMN_NAME("queue_max"), .kind = CELL_RANGE, .views = VIEW_DATA,
	    .read = read_queue_max },
	{ COLUMN_NAME("vantage"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_vantage },
	{ COLUMN_NAME("rivals"), .kind = CELL_WORDS, .views = VIEW_DATA, .read = read_rivals,
	    .item = "rival" },
	{ COLUMN_NAME("settle"), .kind = CELL_WORDS, .views = VIEW_DATA, .read = read_settle,
	    .item = "settle" },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static char *
line(struct export *out, char *to, const void *shown)
{
	return line_of(out, to, shown, columns, COLUMN_COUNT);
}

static char *
object(struct export *out, char *to, const void *shown)
{
	return object_of(out, to, shown, columns, COLUMN_COUNT);
}

static const char *
verdict_of(const void *shown)
{
	return ((const struct shown *)shown)->verdict;
}

const struct record listeners_record = {
	.name = "listeners",
	.item = "listener",
	.columns = columns,
	.column_count = COLUMN_COUNT,
	.line = line,
	.object = object,
	.file = file_of,
	.base_ns = base_of,
	.prose = verdict_of,
};
