/*
 * sockets --compare: recorded tables of netstat or ss beside what the capture
 * shows. All changes of a capture are gathered first, since a table without a
 * time may belong anywhere.
 */
#include "cli/rows.h"
#include "recorded/recorded.h"

#include <inttypes.h>

struct comparing {
	struct rows rows; /* first: the analysis hands it back */
	struct snapshots snapshots;
	struct comparison *comparison; /* of the capture at hand; NULL: no change yet */
};

static struct comparison *
comparison_of(struct comparing *comparing)
{
	if (comparing->comparison == NULL)
		comparing->comparison = comparison_new(&comparing->snapshots);
	return comparing->comparison;
}

static void
gather(void *ctx, const struct socket_row *row)
{
	comparison_add(comparison_of(ctx), row);
}

static struct socket_row
row_of_recorded(const struct recorded *recorded)
{
	return (struct socket_row){
		.flow = recorded->state != SOCK_LISTEN,
		.ends = recorded->ends,
		.any_address = recorded->any_address,
		.state = recorded->state,
		.recv_q = { recorded->recv_q, recorded->recv_q },
		.send_q = { recorded->send_q, recorded->send_q },
	};
}

static void
write_compared(void *ctx, const struct compared *compared)
{
	struct compared_row row = {
		.snapshot = compared->snapshot,
		.line = compared->line,
		.has_time = compared->has_time,
		.from_ns = compared->from_ns,
		.to_ns = compared->to_ns,
		.result = outcome_names[compared->outcome],
		.is_odd = compared->outcome != OUTCOME_AGREES,
		.differs = compared->differs,
		.found = compared->found,
	};
	struct socket_row recorded;

	if (compared->recorded != NULL) {
		recorded = row_of_recorded(compared->recorded);
		row.recorded = &recorded;
	}
	export_compared(rows_out(ctx), &row);
}

/* --- the sum of it --- */

/* "4 snapshots, 30 sockets: 29 agree, 1 contradicts, 0 were only recorded, 0 only found" */
static void
put_sum(struct text *line, const struct comparing *comparing)
{
	const struct comparison_summary *sum = comparison_summary(comparing->comparison);
	const uint64_t *counts = sum->counts;
	uint64_t all = 0;

	for (int i = 0; i < OUTCOME_COUNT; i++)
		all += counts[i];
	put_count(line, comparing->snapshots.table_count, "snapshot", "snapshots");
	text_put(line, ", ");
	put_count(line, all, "row: ", "rows: ");
	put_count(line, counts[OUTCOME_AGREES], "agrees, ", "agree, ");
	put_count(line, counts[OUTCOME_CONTRADICTS], "contradicts, ", "contradict, ");
	text_u64(line, counts[OUTCOME_RECORDED]);
	text_put(line, " only recorded, ");
	text_u64(line, counts[OUTCOME_FOUND]);
	text_put(line, " only found");
	if (sum->foreign > 0) {
		text_put(line, "; ");
		put_count(line, sum->foreign, "recorded socket is not the capture's",
		    "recorded sockets are not the capture's");
	}
}

static void
tell_sum(const struct comparing *comparing)
{
	const struct comparison_summary *sum = comparison_summary(comparing->comparison);
	const struct options *options = comparing->rows.reading.options;
	const char *name = text_str((struct text *)&comparing->rows.reading.name);
	struct text line = { 0 };

	put_sum(&line, comparing);
	export_remark(comparing->rows.out, text_str(&line));
	if (options->talk != TALK_QUIET && options->format != FORMAT_TEXT)
		say("%s: %s", name, text_str(&line));
	if (options->talk != TALK_QUIET && sum->repeated > 0)
		say("%s: a socket that a snapshot names again counts once; %" PRIu64
		    " rows were passed over",
		    options->compare, sum->repeated);
	if (sum->left_out > 0)
		say("%s: %" PRIu64 " changes of sockets were left out, since memory is bounded",
		    name, sum->left_out);
	text_fini(&line);
}

static int
compare(struct rows *rows)
{
	struct comparing *comparing = (struct comparing *)rows;
	int64_t first_ns = analysis_summary(rows->reading.analysis)->first_ns;
	int status = EXIT_WELL;
	struct diag diag;

	rows_out(rows);
	if (comparison_tell(comparison_of(comparing), rows->reading.options->compare, first_ns,
		write_compared, comparing, &diag) == ST_OK) {
		tell_sum(comparing);
	} else {
		say("%s", diag.text);
		status = EXIT_TROUBLE;
	}
	comparison_free(comparing->comparison);
	comparing->comparison = NULL;
	return status;
}

static void
tell_unknown(const struct snapshots *snapshots, const struct options *options)
{
	struct text line = { 0 };

	if (snapshots->unknown == 0 || options->talk == TALK_QUIET)
		return;
	put_count(&line, snapshots->unknown, "line is", "lines are");
	say("%s: %s none of netstat or ss", options->compare, text_str(&line));
	text_fini(&line);
}

int
compare_tables(const struct options *options)
{
	const struct analysis_ops ops = {
		.socket = gather,
		.trouble = reading_trouble,
		.progress = reading_progress,
		.enough = rows_enough,
	};
	struct comparing comparing = { .rows.after = compare };
	struct diag diag;
	int status = EXIT_TROUBLE;

	if (snapshots_read(&comparing.snapshots, options->compare, &diag) == ST_OK) {
		tell_unknown(&comparing.snapshots, options);
		status = rows_run_in(&comparing.rows, options, RECORD_COMPARISON, &ops);
	} else {
		say("%s", diag.text);
	}
	snapshots_fini(&comparing.snapshots);
	return status;
}
