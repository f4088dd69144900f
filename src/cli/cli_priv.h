/* cli_priv: what the files of cli share; private to the room. */
#ifndef SYNSCOPE_CLI_PRIV_H
#define SYNSCOPE_CLI_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/diag.h"
#include "base/text.h"

enum exit_status {
	EXIT_WELL = 0,
	EXIT_DIFFERENT = 1, /* a check's verdict; no other command's */
	EXIT_TROUBLE = 2,
};

/* --- what the user said: options.c --- */

enum when {
	WHEN_AUTO,
	WHEN_ALWAYS,
	WHEN_NEVER,
};

enum from {
	FROM_NOBODY,
	FROM_CLIENT,
	FROM_SERVER,
};

enum shell {
	SHELL_NONE,
	SHELL_BASH,
	SHELL_ZSH,
	SHELL_FISH,
};

enum talk {
	TALK_QUIET = -1,
	TALK_NORMAL,
	TALK_VERBOSE,
};

/* What options say of sockets. */
struct told {
	struct moment *moments; /* on the heap */
	size_t moment_count;
	int64_t every_ns; /* 0: none was given */
	bool has_backlog;
	uint32_t backlog;
	bool has_until;
	struct moment until;
	enum vantage vantage;
};

/* Flags and choices are int, so that the table of options can set any of them. */
struct options {
	const struct command *command; /* NULL: none was given */
	char **words;                  /* the captures */
	size_t word_count;

	const char *filter;
	const char *output; /* NULL: standard output */
	struct flow_numbers {
		uint32_t *numbers; /* ascending, on the heap */
		size_t count;
	} flows, frames;
	struct texts {
		const char **texts; /* on the heap */
		size_t count;
	} aliases;
	const char *lanes; /* NULL: none were given */
	int wrong;
	int type;  /* 1 + enum figure_format; 0: none was given */
	int theme; /* 1 + enum scene_theme; 0: auto */
	int lang;  /* enum lang */
	int time;  /* enum figure_time */
	struct told told;
	int from; /* enum from */
	int fill;
	int merge;
	int format; /* enum export_format */
	int local_time;
	int color;    /* enum when */
	int progress; /* enum when */
	int talk;     /* enum talk */
	int help;
	int version;
	int completion; /* enum shell */
	int states;
	const char *compare;     /* a file of recorded tables; NULL: none */
	const char *experiment;  /* an experiment.xml; NULL: none */
	const char *single_file; /* of a report, as are the next three; NULL: not wanted */
	const char *pdf;
	const char *xml;
	const char *template; /* NULL: the one that is built in */
	const char *expect;   /* a file of expectations; NULL: none */
	const char *baseline; /* a good capture; NULL: none */
	int record;
	struct texts ignored, tolerances;
	const char *junit, *tap, *sarif, *markdown; /* files; NULL: not wanted */
	int github;
	const char *figures; /* a folder; NULL: none */
};

/* Which commands take an option. */
enum {
	ON_FLOWS = 0x01,
	ON_PACKETS = 0x02,
	ON_STREAM = 0x04,
	ON_SOCKETS = 0x08,
	ON_LISTENERS = 0x10,
	ON_STORIES = ON_SOCKETS | ON_LISTENERS,
	ON_ROWS = ON_FLOWS | ON_PACKETS | ON_STORIES,
	ON_DRAW = 0x20,
	ON_REPORT = 0x40,
	ON_CHECK = 0x80,
	ON_ALL = ON_ROWS | ON_STREAM | ON_DRAW | ON_REPORT | ON_CHECK,
	ON_NONE = 0x100,   /* without a command */
	ON_HIDDEN = 0x200, /* likewise, and not in --help */
};

struct command {
	const char *name;
	unsigned bit;
	const char *words; /* after the options, in the usage line */
	const char *summary;
	int (*run)(const struct options *options);
};

extern const struct command commands[];
extern const size_t command_count;

enum option_kind {
	KIND_FLAG,
	KIND_CHOICE,
	KIND_TEXT,
	KIND_FILE,
	KIND_TEXTS,   /* one more of struct texts */
	KIND_NUMBERS, /* from 1 on, one more of struct flow_numbers */
	KIND_SECONDS, /* more than none */
	KIND_MOMENT,  /* one more of struct told */
	KIND_FACT,    /* of struct told */
};

enum option_id {
#define OPTION(id, letter, name, argument, kind, field, values, commands, help) OPTION_##id,
#include "cli/option.def"
#undef OPTION
	OPTION_COUNT
};

extern const struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	const char *const *values; /* of a choice */
	size_t value_count;
	int value; /* what a flag sets, or what the first of the values stands for */
	enum option_kind kind;
	size_t field; /* in struct options */
	unsigned on;
	char letter; /* 0: none */
} option_rows[OPTION_COUNT];

/* ST_USAGE: diag holds the sentence. options->told is for options_fini. */
enum status options_parse(struct options *options, int argc, char **argv, struct diag *diag);

void options_fini(struct options *options);

/* --- what is told about it --- */

void help_overall(struct text *out);
void help_command(struct text *out, const struct command *command);
void completion_write(struct text *out, enum shell shell);
void states_write(struct text *out);

/* A line on standard error; whatever is foreign in it is made harmless. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "1 frame", "17 frames" */
void put_count(struct text *out, uint64_t count, const char *one, const char *many);

/* --- what all commands do with a capture: reading.c --- */

struct progress {
	bool wanted;
	bool drawn;
	int64_t due_ns;
};

void progress_begin(struct progress *progress, const struct options *options);
void progress_draw(struct progress *progress, uint64_t done_bytes, uint64_t total_bytes);
void progress_end(struct progress *progress);

/*
 * One capture, or several read as one, on its way through the analysis. Stands
 * first in the struct that a command gives the analysis as its ctx.
 */
struct reading {
	const struct options *options;
	struct analysis *analysis; /* from the first row on */
	struct text name;          /* of the capture, for people */
	bool needs_packets;        /* a filter must leave some */
	bool is_merged;
	bool was_read;        /* something was, of any capture */
	struct text troubles; /* sentences, each with a zero byte at its end */
	struct progress progress;
};

void reading_init(struct reading *reading, const struct options *options);
void reading_fini(struct reading *reading);

/* For a command's struct analysis_ops. */
void reading_trouble(void *ctx, const char *sentence);
void reading_progress(void *ctx, uint64_t done_bytes, uint64_t total_bytes);

/*
 * Run the analysis, then tell what was odd or wrong. analysis stays until the
 * next call or _fini; NULL where nothing could be read at all.
 */
int reading_run(struct reading *reading, const char *const *paths, size_t count,
    const struct analysis_options *options, const struct analysis_ops *ops);

/* The captures that the user's words name; what is wrong with a word has been said. */
struct capture_paths;
int captures_named(struct capture_paths *paths, const struct options *options);

/* --- what is known besides the packets: told.c --- */

/* Of the command line; whose rows are wanted is left to the caller. */
struct sockets_options told_options(const struct told *told);
/* What the experiment in the file name says of a capture, where the command line does not say otherwise. */
struct experiment;
void told_facts(struct sockets_options *sockets, const struct experiment *experiment,
    const char *name, const char *path, const struct options *options);

/* --- what is written: writing.c --- */

/* path: NULL or "-": standard output, whose reader may have had enough. */
enum status write_whole(const struct text *out, const char *path, struct diag *diag);
/* ... and what went wrong has been said. */
int write_or_say(const struct text *out, const char *path);
bool is_color_wanted(const struct options *options);

/* false: SOURCE_DATE_EPOCH does not say when what is written was made. */
bool source_date(int64_t *seconds);

/* --- the commands --- */

int cmd_check(const struct options *options);
int cmd_draw(const struct options *options);
int cmd_flows(const struct options *options);
int cmd_listeners(const struct options *options);
int cmd_packets(const struct options *options);
int cmd_report(const struct options *options);
int cmd_sockets(const struct options *options);
int compare_tables(const struct options *options); /* sockets --compare */
int cmd_stream(const struct options *options);

#endif
