/*
 * check: what a capture shows, held against what was expected of it.
 *
 * Rows of one capture are collected. Expectations come out of a file, or out of
 * captures that were good. Held together they give a result: one case for each
 * thing that was expected, and those that failed say what was seen, and where.
 *
 *   fact.def    every fact that can be expected: one table for all that follows
 *   fact.c      ... and as a table in C; fact_flow.c, fact_stream.c, fact_whole.c:
 *               how they are read from what was collected; fact_words.c: the
 *               words they can have; fact_frames.c: the frames that show them
 *   collect.c   rows are kept under a budget; payload.c: what the streams held
 *   derive.c    what the packets of one flow tell together
 *   test.c      values that are expected; quantity.c: with units and tolerances
 *   select.c    which flows, listeners or sockets are meant
 *   expect.c    expectations are read from XML (expect.rng), with parser.c,
 *               parse_select.c, parse_fact.c; write.c: written
 *   record.c    ... or found in good captures: record_flows.c,
 *               record_listeners.c, record_values.c; leniency.c: but for what
 *   hold.c      expectations and a capture become a result: judge.c, shares.c,
 *               twin.c: which flows were the same;
 *               consequence.c: what need not be said; tell.c: and how the rest is
 *   result.c    the result: a list of cases, worst first; text.c: as people
 *               read it; junit.c, tap.c, sarif.c, github.c, markdown.c: as others do
 *
 * A baseline is a good capture whose expectations are found and held against
 * another at once, so that whatever is recorded is also compared.
 */
#ifndef SYNSCOPE_CHECK_H
#define SYNSCOPE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/diag.h"
#include "base/text.h"

/* --- what is expected --- */

struct expectations;

/* ST_FORMAT: diag says in which line it is wrong, and what was perhaps meant. */
enum status expectations_read(struct expectations **out, const char *path, struct diag *diag);
enum status expectations_parse(
    struct expectations **out, const char *name, const char *data, size_t size, struct diag *diag);
void expectations_free(struct expectations *expectations);

/* The pcap-filter(7) expressions by which flows are chosen: each wants a run of its own. */
size_t expectations_filter_count(const struct expectations *expectations);
const char *expectations_filter(const struct expectations *expectations, size_t filter);
/* Whether something is said of tables of sockets at a moment. */
bool expectations_want_sockets(const struct expectations *expectations);

/* --- what a capture shows --- */

/*
 * Rows are handed in as the analysis hands them out, the wire's too; then
 * _done. The data outlives the analysis. expectations: whose filters and
 * strings are looked for; NULL: none.
 */
struct check_data;
struct check_data *check_data_new(const struct expectations *expectations);
void check_data_free(struct check_data *data);
void check_collect_packet(struct check_data *data, const struct packet_row *row);
void check_collect_wire(struct check_data *data, const struct packet_wire *wire);
void check_collect_flow(struct check_data *data, const struct flow_row *row);
void check_collect_socket(struct check_data *data, const struct socket_row *row);
void check_collect_listener(struct check_data *data, const struct listener_row *row);
/* A packet of a run under that filter. Before _done. */
void check_collect_match(struct check_data *data, size_t filter, const struct packet_row *row);
/* name: of the capture, as the user gave it. */
void check_collect_done(struct check_data *data, const struct analysis *analysis, const char *name);
/* Rows that memory had no room for. */
uint64_t check_data_left_out(const struct check_data *data);

/* --- what good captures lead one to expect --- */

/* A fact that a person does not care about, or a tolerance of their own. */
struct check_leniency {
	const char *const *ignored; /* names of facts, or "FACT@SERVER" */
	size_t ignored_count;
	const char *const *tolerances; /* "FACT=20 %", "FACT=10 ms" */
	size_t tolerance_count;
};

/* ST_USAGE: a name that is none of a fact's, or no tolerance. */
enum status check_leniency_check(const struct check_leniency *leniency, struct diag *diag);

/*
 * What all of these captures have in common. They are borrowed: the frames and
 * bytes of the first are named where something is missing.
 */
struct expectations *expectations_of(
    const struct check_data *const *good, size_t count, const struct check_leniency *leniency);
/* As a document. file: which captures it is to be held against; NULL: all. */
void expectations_write(struct text *out, const struct expectations *expectations);

/* --- the result --- */

enum check_outcome {
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_OPEN, /* the capture does not show it, and need not */
};

struct check_frame {
	char *file;
	uint32_t number; /* in file, as Wireshark counts */
	uint32_t index;  /* in the run */
};

#define CHECK_FRAMES_MAX 8
#define CHECK_FLOWS_MAX  8

/* One thing that was expected. Its strings belong to the result. */
struct check_case {
	enum check_outcome outcome;
	unsigned severity; /* from 1; the worst has the most */
	const char *fact;  /* by its name in the table of facts */
	char *capture;     /* as the user named it */
	char *subject;     /* what it is about: "flows to :80", "listener 127.0.0.1:80" */
	char *expected;    /* "6 fin" */
	char *seen;        /* "5 fin, 1 reset-by-server" */
	char *sentence;    /* all of this in one, and why it matters; of failed ones */
	uint32_t line;     /* of the expectation; 0: it was not read from a file */
	struct check_frame frames[CHECK_FRAMES_MAX]; /* that show it */
	size_t frame_count;
	struct check_frame good_frames[CHECK_FRAMES_MAX]; /* of the baseline: what is missing now */
	size_t good_frame_count;
	uint32_t flows[CHECK_FLOWS_MAX]; /* numbers of those that are to blame */
	size_t flow_count;
	const char *figure; /* the kind of figure that shows it; NULL: none does */
};

struct check_result {
	struct check_case *cases;
	size_t count;
	size_t passed;
	size_t failed;
	size_t open;
	const char *expected_by; /* the file of expectations, or the baseline; borrowed */
	bool is_baseline;
};

void check_result_init(struct check_result *result, const char *expected_by, bool is_baseline);
void check_result_fini(struct check_result *result);

/*
 * Hold one capture against what is expected of it; cases are added. False: the
 * expectations say nothing of a capture of this name, which is a failed case.
 */
bool check_hold(
    struct check_result *result, struct expectations *expectations, const struct check_data *data);
/* After the last capture: what is expected of captures that were not there fails. */
void check_finish(struct check_result *result, const struct expectations *expectations);

/* Failed first, worst first; else as they stood. */
void check_result_order(struct check_result *result);

/* --- the result, written: appended to out; whoever prints it opens the file --- */

/* For people; of what passed only the number. */
void check_write_text(struct text *out, const struct check_result *result, bool color);
void check_write_junit(struct text *out, const struct check_result *result);
void check_write_tap(struct text *out, const struct check_result *result);
void check_write_sarif(struct text *out, const struct check_result *result);
void check_write_github(struct text *out, const struct check_result *result);
/* mermaid: a ladder of the flow that is to blame most; NULL: none. */
void check_write_markdown(struct text *out, const struct check_result *result, const char *mermaid);

#endif
