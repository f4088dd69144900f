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

/* --- recorded tables --- */

/* Who printed a row; of what listens, each tells something else by the queues. */
enum printer {
	PRINTER_NETSTAT,
	PRINTER_SS,
};

struct recorded {
	struct tuple ends; /* src: local, dst: remote; of what listens, src alone; no address: version 0 */
	bool any_address;  /* it listens on any; ends has the port */
	enum sock_state state; /* never CLOSED */
	enum printer printer;
	int64_t recv_q;
	int64_t send_q;
	uint32_t line; /* of the file, from 1 */
};

struct snapshot {
	bool has_time;
	struct moment at;
	uint32_t line; /* where it begins */
	uint32_t first; /* of its rows */
	uint32_t count;
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
enum status snapshots_parse(struct snapshots *out, const char *name, const char *data, size_t size,
    struct diag *diag);
/* Copes with one that failed. */
enum status snapshots_read(struct snapshots *out, const char *path, struct diag *diag);
void snapshots_fini(struct snapshots *snapshots);

/* --- beside a capture's --- */

enum outcome {
	OUTCOME_AGREES,      /* what was recorded lies within what was found */
	OUTCOME_CONTRADICTS,
	OUTCOME_RECORDED,    /* only */
	OUTCOME_FOUND,       /* only in the capture */
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
	const struct recorded *recorded;  /* NULL: not recorded */
	const struct socket_row *found;   /* NULL: not in the capture then */
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

/* ST_FORMAT where it is not what synscope-experiment(5) says. */
struct experiment;
enum status experiment_read(struct experiment **out, const char *path, struct diag *diag);
/* path: where it would lie; the captures are beside it. */
enum status experiment_parse(struct experiment **out, const char *path, const char *data,
    size_t size, struct diag *diag);
void experiment_free(struct experiment *experiment);
/* false: the capture is not one of the experiment's. */
bool experiment_facts(const struct experiment *experiment, const char *path,
    struct experiment_facts *facts);

#endif
