/*
 * export_priv: what the files of export share; private to the room.
 *
 * A record is a table of columns; a column reads its cell from a row, and each
 * of the four writers knows how to write each kind of cell.
 *
 *   columns_*.c  the tables
 *   write_*.c    the four writers
 *   line.h       a row of text, to be compiled with its table
 *   object.h     a row of JSON, likewise
 *   export.c     what they share, and the way in
 *   sink.c       where the bytes go
 */
#ifndef SYNSCOPE_EXPORT_PRIV_H
#define SYNSCOPE_EXPORT_PRIV_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/put.h"
#include "base/text.h"
#include "export/export.h"
#include "prose/prose.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

struct markup_writer;

enum cell_kind {
	CELL_NUMBER,
	CELL_WORD, /* a string of ours: plain ASCII that no format need escape */
	CELL_FILE, /* a file's name: foreign */
	CELL_ADDRESS,
	CELL_TIME,
	CELL_MILLIS,
	CELL_YES,      /* or no */
	CELL_RANGE,    /* a number, where both its ends are the same */
	CELL_SOCKET,   /* address and port as one, whatever the format */
	CELL_SENTENCE, /* of ours; it may hold what a format escapes */
	CELL_PAIR,     /* from client, from server */
	CELL_WORDS,    /* those of a table whose bits are set */
	CELL_COUNTS,   /* how often each of a table, where at all */
	CELL_BECAUSE,  /* the frames of a reason */
	/* For people only, who like to see together what belongs together: */
	CELL_ENDPOINT, /* address and port */
	CELL_PACKET,   /* the flags, or what it is instead of TCP */
	CELL_REASON,   /* a cause and the frames that show it */
	CELL_FRAMES,   /* the frames alone */
};

struct address {
	const uint8_t *bytes;
	uint8_t ip_version; /* 0: any, in a CELL_SOCKET alone */
	bool has_port;
	uint16_t port;
};

union cell {
	uint64_t number;
	const char *word; /* a file's name too */
	struct address address;
	int64_t ns;
	bool yes;
	struct range range;
	uint64_t pair[2];
	struct {
		const struct word *words;
		uint32_t bits;
	} list;
	struct {
		const struct word *words;
		const uint32_t *numbers;
		size_t count;
	} counts;
	struct {
		const struct reason *reason;
		const char *file; /* the row's own, whose frames need no file's name */
	} because;
	const struct packet_row *packet;
};

/* What is said by colour is said by words too. */
enum hue {
	HUE_NONE,
	HUE_BAD,    /* refused, reset */
	HUE_WORSE,  /* sent again, lost, unanswered */
	HUE_BEGIN,  /* SYN */
	HUE_END,    /* FIN */
	HUE_STRONG, /* our own conclusion; headings */
	HUE_FAINT,  /* where the rows are from */
	HUE_COUNT
};

enum view {
	VIEW_DATA = 1, /* JSON Lines, CSV, XML: the names are a promise */
	VIEW_TEXT = 2,
};

#define KEY_MAX 24

struct column {
	const char *name;  /* "seq"; in text, the heading */
	char key[KEY_MAX]; /* ,"seq": */
	uint8_t key_length;
	uint8_t kind;  /* enum cell_kind */
	uint8_t views; /* enum view */
	/* false: unknown, or it does not apply. Of a list, none is an empty one. */
	bool (*read)(const void *row, union cell *cell);
	bool optional;    /* in JSON, unknown is no key at all */
	const char *item; /* lists: what XML calls one of them */

	/* Text: how wide it is planned to be, and on which side it is flush. */
	uint8_t width;
	bool right;
	const char *lead;                 /* stands before cell and heading alike, or NULL */
	enum hue (*hue)(const void *row); /* or NULL */
};

#define COLUMN_NAME(string) \
	.name = string, .key = ",\"" string "\":", .key_length = sizeof(",\"" string "\":") - 1

struct record {
	const char *name; /* "packets", the root element */
	const char *item; /* "packet" */
	const struct column *columns;
	size_t column_count;
	/* What line.h and object.h make of columns, compiled into one piece. */
	char *(*line)(struct export *out, char *to, const void *row);
	char *(*object)(struct export *out, char *to, const void *row);
	const char *(*file)(const void *row);
	/* What the times of a source count from, if this is its first row. */
	int64_t (*base_ns)(const void *row);
	/* Text: rows of one group stand together under a heading; or NULL. */
	uint64_t (*group)(const void *row);
	void (*head_group)(struct export *out, const void *row);
	/* Text: what stands below the row, or NULL. */
	const char *(*prose)(const void *row);
};

extern const struct record packets_record, flows_record, sockets_record, socket_changes_record,
    listeners_record, comparison_record;

/* The columns' common readings. */
bool read_range(const struct range *range, union cell *cell);
/* The likeliest value of a range, where it is one and there is a likeliest. */
bool read_best(const struct range *range, int64_t best, union cell *cell);
/* Of a listener on any address, that, in the family of its tuple. */
struct address socket_local(const struct tuple *ends, bool any_address);
/* Of a listener, none. */
struct address socket_remote(const struct socket_row *row);
/* Likewise, but as netstat has it, in the family of its tuple: 0.0.0.0:* */
struct address socket_foreign(const struct socket_row *row);
const char *proto_name(uint8_t proto); /* NULL: none that decode yields */

/* A file's name as the format writes it, made once for the many rows it stands in. */
struct shown_file {
	char *name;         /* NULL: none yet, or the row names none */
	const char *latest; /* the pointer that the latest row named it by; of this source only */
	struct text shown;
};

#define COLUMNS_MAX 32

/* A loop that the compiler sees as so many steps, each with an index that it knows. */
/* clang-format off */
#define FOR_EACH_COLUMN(step) \
	FOUR_COLUMNS(step, 0) FOUR_COLUMNS(step, 4) FOUR_COLUMNS(step, 8) FOUR_COLUMNS(step, 12) \
	FOUR_COLUMNS(step, 16) FOUR_COLUMNS(step, 20) FOUR_COLUMNS(step, 24) FOUR_COLUMNS(step, 28)
/* clang-format on */
#define FOUR_COLUMNS(step, i) step(i) step(i + 1) step(i + 2) step(i + 3)

/* clang-format off */ /* which takes its name for a keyword */
struct export {
	/* clang-format on */
	struct sink *sink;
	struct text *text; /* the sink's: rows are written where they are sent from */
	const struct record *record;
	const struct writer *writer;
	const struct column *columns[COLUMNS_MAX]; /* those that the format shows */
	size_t column_count;
	const struct analysis *analysis; /* NULL: frames are named by their index */
	struct export_options options;
	struct shown_file file; /* of the row at hand */
	bool has_rows;
	struct text scratch;
	struct markup_writer *markup; /* XML only */
	/* text only */
	bool has_columns; /* their names were written */
	bool based;      /* a row of this source was written */
	int64_t base_ns; /* its time, which the others' count from */
	bool headed;     /* the file at hand is named above its rows */
	bool has_group;  /* and so is the group */
	uint64_t group;
};

struct writer {
	void (*begin)(struct export *out);
	void (*row)(struct export *out, const void *row);
	void (*end)(struct export *out);
	void (*remark)(struct export *out, const char *sentence); /* or NULL */
	void (*none)(struct export *out, const void *row);        /* of its group; or NULL */
	enum view view;
	/* How foreign bytes are written. */
	void (*escape)(struct text *text, const char *data, size_t count);
};

extern const struct writer text_writer, jsonl_writer, csv_writer, xml_writer;

/* The sink is closed, abandoned and freed with the export. */
struct export *export_new_adopt(
    struct sink *sink, enum export_record record, const struct export_options *options);

void write_nothing(struct export *out);

/*
 * A row is written through a pointer into room reserved for all of it, but for
 * what other files are called: foreign names go through row_foreign.
 */
#define ROW_MAX 4096

static inline char *
row_begin(struct export *out)
{
	struct text *text = out->text;
	size_t most = ROW_MAX + out->file.shown.length;

	if (text->room - text->length < most)
		text_reserve(text, most);
	return text->at + text->length;
}

static inline void
row_end(struct export *out, char *to)
{
	out->text->length = (size_t)(to - out->text->at);
	assert(out->text->length <= out->text->room);
}

/* Write what is in scratch, as the writer escapes it. */
char *row_foreign(struct export *out, char *to);

static inline char *
row_address(char *to, const struct address *address)
{
	return address->ip_version == 6 ? put_ipv6(to, address->bytes)
					: put_ipv4(to, address->bytes);
}

#define SOCKET_MAX (PUT_MAX + 16)

/* write_text.c: a moment as "+3.500000 s", for headings of groups. */
void head_since(struct export *out, int64_t ns);
void head_moment(struct export *out, int64_t ns);

/* "127.0.0.1:17777", "[::1]:17777", "0.0.0.0:17777", "[::]:17777", "*:*" */
char *row_socket(char *to, const struct address *address);
/* "3", "0..15", "3.." */
char *row_range(char *to, const struct range *range);

/* The frame's number in *number, and its file where that is not the row's own, else NULL. */
const char *row_frame(
    const struct export *out, uint32_t index, const char *row_file, uint32_t *number);

/* Whether this row's file is another than the row's before; out->file is now of this row. */
bool row_shows_new_file(struct export *out, const void *row);

#endif
