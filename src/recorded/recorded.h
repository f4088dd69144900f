/*
 * recorded: what a capture shows, held against what was recorded elsewhere.
 *
 *   snapshot.c    tables of sockets, as netstat or ss printed them
 *   compare.c     ... beside the sockets of a capture, row by row
 *   align.c       ... and when those without a time were taken
 *   experiment.c  what else is known of a capture
 */
#ifndef SYNSCOPE_RECORDED_H
#define SYNSCOPE_RECORDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/diag.h"

struct text;

/* --- recorded tables --- */

/* Who printed a row; of what listens, each tells something else by the queues. */
enum printer {
	PRINTER_NETSTAT,
	PRINTER_SS,
};

struct recorded {
	struct tuple ends;     /* src: local, dst: remote, if any; no address: version 0 */
	bool any_address;      /* it listens on any; ends has the port */
	enum sock_state state; /* never CLOSED */
	enum printer printer;
	int64_t recv_q;
	int64_t send_q;
	uint32_t line; /* of the file, from 1 */
};

#define SNAPSHOT_LABEL 128

struct snapshot {
	bool has_time;
	struct moment at;
	uint32_t line;  /* where it begins */
	uint32_t first; /* of its rows */
	uint32_t count;
	char label[SNAPSHOT_LABEL]; /* the comment directly above it; foreign; may be empty */
};

struct snapshots {
	struct snapshot *tables;
	size_t table_count;
	struct recorded *rows;
	size_t row_count;
	uint64_t others;  /* rows of other protocols than TCP, or of closed sockets */
	uint64_t unknown; /* lines that are none of a table */
};

/*
 * As synscope-experiment(5) says. ST_FORMAT where no line of it is of a table;
 * ST_LIMIT where it is larger than any such file; name: of it, for the sentence.
 */
enum status snapshots_parse(
    struct snapshots *out, const char *name, const char *data, size_t size, struct diag *diag);
/* Copes with one that failed. */
enum status snapshots_read(struct snapshots *out, const char *path, struct diag *diag);
void snapshots_fini(struct snapshots *snapshots);

/* "127.0.0.1:80", "[::1]:80": becomes src and sport; false: it is none. */
bool recorded_end(const char *end, struct tuple *ends);

/* --- beside a capture's --- */

enum outcome {
	OUTCOME_AGREES, /* what was recorded lies within what was found */
	OUTCOME_CONTRADICTS,
	OUTCOME_RECORDED, /* only */
	OUTCOME_FOUND,    /* only in the capture */
	OUTCOME_COUNT
};

extern const char *const outcome_names[OUTCOME_COUNT];

enum differs {
	DIFFERS_STATE = 0x01, /* and then the queues are not compared */
	DIFFERS_RECV_Q = 0x02,
	DIFFERS_SEND_Q = 0x04,
};

/* One row of one table, and what was found beside it. */
struct compared {
	uint32_t snapshot; /* from 1 */
	uint32_t line;     /* where the snapshot begins */
	bool has_time;     /* it was taken at from_ns, as it says; else sometime from then on */
	int64_t from_ns;   /* INT64_MIN: before the first change */
	int64_t to_ns;     /* until before then; INT64_MAX: after the last change */
	enum outcome outcome;
	unsigned differs;
	const struct recorded *recorded; /* NULL: not recorded */
	const struct socket_row *found;  /* NULL: not in the capture then */
};

struct comparison_summary {
	uint64_t counts[OUTCOME_COUNT];
	uint64_t foreign;  /* recorded rows that the capture cannot know of */
	uint64_t repeated; /* recorded rows of a socket that the same table told of before */
	uint64_t left_out; /* changes that memory had no room for */
};

/* The snapshots are borrowed until _free. */
struct comparison;
struct comparison *comparison_new(const struct snapshots *snapshots);
void comparison_free(struct comparison *comparison);

/* All changes of the capture's sockets, in the order of time. */
void comparison_add(struct comparison *comparison, const struct socket_row *row);
/*
 * Find the time of each table, in order, so that they agree best; and tell
 * every row of every table. first_ns: the capture's first frame. ST_LIMIT:
 * more than can be compared; name: of the file, for the sentence.
 */
enum status comparison_tell(struct comparison *comparison, const char *name, int64_t first_ns,
    void (*row)(void *ctx, const struct compared *row), void *ctx, struct diag *diag);
const struct comparison_summary *comparison_summary(const struct comparison *comparison);
/* After _tell: of a table (from 0), which may have no rows, the times as in struct compared. */
void comparison_times(const struct comparison *comparison, uint32_t table, struct compared *times);

/* --- experiments --- */

/* What an experiment.xml says of one capture. */
struct experiment_facts {
	bool has_backlog;
	bool backlogs_differ; /* of its servers: none holds for all of them */
	uint32_t backlog;
	bool has_until;
	struct moment until;
	enum vantage vantage; /* VANTAGE_UNKNOWN: it does not say */
};

/*
 * What is told of a capture, in the order of the document. Strings are as it
 * has them, so foreign; they live as long as the experiment. NULL: not said.
 */
struct experiment_server {
	const char *local;
	const char *stage;
	const char *words; /* what it did; may be empty */
	bool has_backlog;
	uint32_t backlog;
};

struct experiment_client {
	const char *name;
	const char *local;
	const char *connect; /* "ok", "pending" or the error's name */
	const char *words;   /* what it wrote; may be empty */
	bool has_sent;
	uint64_t sent;
};

/* A text in the document, or in a file beside it. */
struct experiment_piece {
	const char *name; /* the program that printed it, or what a snapshot is called */
	const char *file; /* NULL: words */
	const char *words;
	bool has_at;
	struct moment at;
	uint64_t after_frame; /* 0: not said */
};

struct experiment_capture {
	const char *file;
	const char *title;
	const char *kernel; /* that of the experiment, where it does not say */
	const char *const *about;
	size_t about_count;
	const struct experiment_server *servers;
	size_t server_count;
	const struct experiment_client *clients;
	size_t client_count;
	const struct experiment_piece *outputs;
	size_t output_count;
	const struct experiment_piece *snapshots;
	size_t snapshot_count;
	struct experiment_facts facts;
};

/* ST_FORMAT where it is not what synscope-experiment(5) says. */
struct experiment;
enum status experiment_read(struct experiment **out, const char *path, struct diag *diag);
/* path: where it would lie; the captures are beside it. */
enum status experiment_parse(
    struct experiment **out, const char *path, const char *data, size_t size, struct diag *diag);
void experiment_free(struct experiment *experiment);
const char *experiment_title(const struct experiment *experiment);
/* Paragraphs; returns how many. */
size_t experiment_about(const struct experiment *experiment, const char *const **about);
size_t experiment_captures(
    const struct experiment *experiment, const struct experiment_capture **captures);
/* NULL: the capture is not one of the experiment's. */
const struct experiment_capture *experiment_capture(
    const struct experiment *experiment, const char *path);
/* false: likewise. */
bool experiment_facts(
    const struct experiment *experiment, const char *path, struct experiment_facts *facts);
/*
 * Appends the whole piece. A file is read only where it lies beside the
 * document itself: no link, and nothing but a plain file.
 */
enum status experiment_piece_read(const struct experiment *experiment,
    const struct experiment_piece *piece, struct text *out, struct diag *diag);

#endif
