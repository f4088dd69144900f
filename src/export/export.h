/*
 * export: rows for programs and for people, from one table of columns.
 *
 * A record is a table of columns, each with a name, a type and a way to read
 * it from a row. The four formats are written from that table alone: adding a
 * column is adding a row to the table.
 */
#ifndef SYNSCOPE_EXPORT_H
#define SYNSCOPE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "export/sink.h"

struct analysis;
struct catalog;
struct packet_row;
struct flow_row;
struct socket_row;
struct listener_row;

enum export_format {
	FORMAT_TEXT,  /* aligned, for people */
	FORMAT_JSONL, /* one object a line */
	FORMAT_CSV,   /* RFC 4180, with a header line */
	FORMAT_XML,
	FORMAT_COUNT
};

extern const char *const export_format_names[FORMAT_COUNT];

enum export_record {
	RECORD_PACKETS,
	RECORD_FLOWS,
	RECORD_SOCKETS,        /* a table for each moment */
	RECORD_SOCKET_CHANGES, /* likewise, but in text each row has its own time */
	RECORD_LISTENERS,
	RECORD_COMPARISON,
	RECORD_COUNT
};

/* A socket as it was recorded elsewhere, beside what the capture shows of it. */
struct compared_row {
	uint32_t snapshot; /* that recorded it, from 1 */
	uint32_t line;     /* where that begins in its file */
	bool has_time;     /* taken at from_ns; else sometime from then on */
	int64_t from_ns;   /* INT64_MIN: not known */
	int64_t to_ns;     /* INT64_MAX: not known */
	const char *result;
	bool is_odd;                       /* the result is not what one wants */
	unsigned differs;                  /* bits: the state, Recv-Q, Send-Q */
	const struct socket_row *recorded; /* of it ends, state and queues; NULL: not recorded */
	const struct socket_row *found;    /* NULL: not in the capture */
};

struct export_options {
	enum export_format format;
	bool color;                    /* text only */
	bool local_time;               /* text only: the first moment in the local zone, else UTC */
	const struct catalog *catalog; /* the language of sentences; NULL: English. Borrowed */
	struct sha256 *sha; /* fed with what is written, or NULL; borrowed until it is closed */
};

/*
 * Where the rows go, through a sink: standard output (path NULL), or a file
 * that appears whole at _close or, with _abandon, not at all. Errors are kept
 * and told by _close, as sink_close tells them: ST_END, without a word, where
 * the reader of a pipe had enough.
 */
struct export;
enum status export_open(struct export **out, const char *path, enum export_record record,
    const struct export_options *options, struct diag *diag);
/*
 * The analysis that the following rows come from; names their frames, and may
 * be NULL, which shows the frames of because by their index in the run. Call
 * it once for each capture: in text, times count anew from its first row.
 */
void export_source(struct export *out, const struct analysis *analysis);
void export_packet(struct export *out, const struct packet_row *row);
void export_flow(struct export *out, const struct flow_row *row);
void export_socket(struct export *out, const struct socket_row *row);
/* In text, says that there were none then; other formats have no place for it. */
void export_no_socket(struct export *out, int64_t at_ns);
void export_listener(struct export *out, const struct listener_row *row);
void export_compared(struct export *out, const struct compared_row *row);
/* A sentence among the rows of text; other formats have no place for it. */
void export_remark(struct export *out, const char *sentence);
enum status export_close(struct export *out, struct diag *diag);
/* On standard output the rows so far stay, ended as they should be; a heading alone is not shown. */
void export_abandon(struct export *out);
/* As sink_failed: no use in going on. */
bool export_failed(const struct export *out);

#endif
