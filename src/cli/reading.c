/*
 * What all commands do with a capture: run the analysis over it, and then tell
 * what was odd or wrong about it, one line each.
 */
#include "cli/cli_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/span.h"
#include "capture/capture.h"

void
reading_init(struct reading *reading, const struct options *options)
{
	*reading = (struct reading){ .options = options };
}

void
reading_fini(struct reading *reading)
{
	analysis_free(reading->analysis);
	text_fini(&reading->troubles);
	text_fini(&reading->name);
}

void
reading_trouble(void *ctx, const char *sentence)
{
	struct reading *reading = ctx;

	text_bytes(&reading->troubles, sentence, strlen(sentence) + 1);
}

void
reading_progress(void *ctx, uint64_t done_bytes, uint64_t total_bytes)
{
	struct reading *reading = ctx;

	progress_draw(&reading->progress, done_bytes, total_bytes);
}

/* "-" is nothing a sentence should start with. */
static const char *
file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* "a.pcap", "a.pcap and 3 more" */
static void
name_capture(struct text *name, const char *const *paths, size_t count)
{
	name->length = 0;
	text_put(name, file_name(paths[0]));
	if (count > 1) {
		text_put(name, " and ");
		text_u64(name, count - 1);
		text_put(name, " more");
	}
	text_str(name);
}

/* --- what was wrong --- */

static void
tell_troubles(const struct reading *reading)
{
	const struct text *troubles = &reading->troubles;

	for (size_t at = 0; at < troubles->length; at += strlen(troubles->at + at) + 1)
		say("%s", troubles->at + at);
}

/* "link type NETLINK (Linux netlink)", "link type 147" */
static void
put_link(struct text *out, uint32_t link)
{
	static const char prefix[] = "link type ";
	struct text name = { 0 };

	capture_link_name(link, &name);
	if (strncmp(text_str(&name), prefix, strlen(prefix)) != 0)
		text_put(out, prefix);
	text_bytes(out, name.at, name.length);
	text_fini(&name);
}

/* "2 malformed, 3 of link type NETLINK (Linux netlink)" */
static void
put_reasons(struct text *out, const struct analysis_summary *sum)
{
	static const char *const reasons[DECODE_COUNT] = {
		[DECODE_OTHER] = "without TCP, UDP or ICMP",
		[DECODE_LINK] = "of ",
		[DECODE_FRAGMENT] = "of datagrams that are not whole",
		[DECODE_TRUNCATED] = "cut short before the end of their headers",
		[DECODE_MALFORMED] = "malformed",
	};
	const char *separator = "";

	for (int i = 0; i < DECODE_COUNT; i++) {
		if (sum->decoded[i] == 0 || reasons[i] == NULL)
			continue;
		text_put(out, separator);
		put_count(out, sum->decoded[i], reasons[i], reasons[i]);
		if (i == DECODE_LINK)
			put_link(out, sum->link);
		separator = ", ";
	}
}

/* Why there is no packet. What is wrong with the file itself has been told by then. */
static int
explain_nothing(const struct reading *reading, const struct analysis_summary *sum)
{
	bool is_well = sum->frames == 0 && sum->filtered > 0 && !reading->needs_packets;
	struct text line = { 0 };

	if (sum->frames > 0) {
		text_put(&line, "nothing could be analyzed in ");
		put_count(&line, sum->frames, "frame: ", "frames: ");
		put_reasons(&line, sum);
	} else if (sum->filtered > 0) {
		text_put(&line, "the filter matches none of ");
		put_count(&line, sum->filtered, "frame", "frames");
	} else if (sum->records > 0) {
		text_put(&line, "none of ");
		put_count(&line, sum->records, "frame", "frames");
		text_put(&line, " is a packet");
	} else if (sum->troubles == 0) {
		text_put(&line, "the capture holds no frames");
	}
	if (line.length > 0 && (!is_well || reading->options->talk != TALK_QUIET))
		say("%s: %s", reading->name.at, text_str(&line));
	text_fini(&line);
	return is_well ? EXIT_WELL : EXIT_TROUBLE;
}

/* --- what was odd --- */

static const struct {
	const char *one;
	const char *many;
} finding_sentences[FINDING_COUNT] = {
#define FINDING(id, name, one, many) { one, many },
#include "analysis/finding.def"
#undef FINDING
};

/* "17", or "17 of b.pcap" where the capture has several parts */
static void
put_frame(struct text *out, const struct reading *reading, uint32_t index)
{
	struct frame_name frame = analysis_frame(reading->analysis, index);

	text_u64(out, frame.number);
	if (reading->is_merged) {
		text_put(out, " of ");
		text_put(out, file_name(frame.file));
	}
}

static void
tell_finding(const struct reading *reading, enum finding_kind kind, const struct finding *finding)
{
	struct text line = { 0 };

	put_count(&line, finding->count, finding_sentences[kind].one, finding_sentences[kind].many);
	if (finding->first_index != 0) {
		text_put(&line, finding->count == 1 ? " (frame " : " (first: frame ");
		put_frame(&line, reading, finding->first_index);
		text_char(&line, ')');
	}
	say("%s: %s", reading->name.at, text_str(&line));
	text_fini(&line);
}

/* Said already of a capture in which nothing could be analyzed. */
static bool
is_explained(const struct analysis_summary *sum, enum finding_kind kind)
{
	return sum->packets == 0 && (kind == FINDING_LINK || kind == FINDING_MALFORMED ||
					kind == FINDING_TRUNCATED_HEADER);
}

/* From here on so many tables of one pause are worth a word. */
#define TABLES_OF_A_PAUSE 10000

/* One frame whose time is wrong can make a short capture last for weeks. */
static void
tell_pace(const struct reading *reading, const struct analysis_summary *sum)
{
	int64_t every_ns = reading->options->told.every_ns;
	struct text line = { 0 };

	if (every_ns > 0 && sum->pause_ns / every_ns >= TABLES_OF_A_PAUSE) {
		text_put(&line, "--every shows a pause of ");
		text_i64(&line, sum->pause_ns / SECOND_NS);
		text_put(&line, " s before frame ");
		put_frame(&line, reading, sum->pause_index);
		say("%s: %s", reading->name.at, text_str(&line));
	}
	if (sum->moments_full)
		say("%s: later tables were left out, there are too many", reading->name.at);
	text_fini(&line);
}

static void
tell_findings(const struct reading *reading, const struct analysis_summary *sum)
{
	for (int i = 0; i < FINDING_COUNT; i++)
		if (sum->findings[i].count > 0 && !is_explained(sum, (enum finding_kind)i))
			tell_finding(reading, (enum finding_kind)i, &sum->findings[i]);
	tell_pace(reading, sum);
	if (sum->sockets_left_out > 0)
		say("%s: %" PRIu64 " %s left out, since memory is bounded", reading->name.at,
		    sum->sockets_left_out,
		    sum->sockets_left_out == 1 ? "row of sockets was" : "rows of sockets were");
	if (sum->hindsight_lost > 0)
		say("%s: %" PRIu64 " causes became clear only after their row was written",
		    reading->name.at, sum->hindsight_lost);
}

static void
tell_counts(const char *name, const struct analysis_summary *sum)
{
	struct text line = { 0 };

	put_count(&line, sum->frames, "frame", "frames");
	if (sum->filtered > 0) {
		text_put(&line, " (the filter dropped ");
		text_u64(&line, sum->filtered);
		text_put(&line, " more)");
	}
	text_put(&line, ", ");
	put_count(&line, sum->packets, "packet in ", "packets in ");
	put_count(&line, sum->flows, "flow, ", "flows, ");
	text_seconds(&line, span_ns(sum->last_ns, sum->first_ns));
	text_put(&line, " s");
	say("%s: %s", name, text_str(&line));
	text_fini(&line);
}

static int
tell(const struct reading *reading)
{
	const struct analysis_summary *sum = analysis_summary(reading->analysis);
	enum talk talk = (enum talk)reading->options->talk;
	int status = sum->troubles > 0 ? EXIT_TROUBLE : EXIT_WELL;

	tell_troubles(reading);
	if (sum->packets == 0 && explain_nothing(reading, sum) != EXIT_WELL)
		status = EXIT_TROUBLE;
	if (talk != TALK_QUIET)
		tell_findings(reading, sum);
	if (talk == TALK_VERBOSE)
		tell_counts(reading->name.at, sum);
	return status;
}

int
reading_run(struct reading *reading, const char *const *paths, size_t count,
    const struct analysis_options *options, const struct analysis_ops *ops)
{
	struct diag diag;
	enum status st;

	analysis_free(reading->analysis);
	reading->analysis = NULL;
	reading->troubles.length = 0;
	reading->is_merged = count > 1;
	name_capture(&reading->name, paths, count);
	progress_begin(&reading->progress, reading->options);
	st = analysis_run(&reading->analysis, paths, count, options, ops, reading, &diag);
	progress_end(&reading->progress);
	if (st != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	reading->was_read = true;
	/* Nobody is left to be told what the rest would have held. */
	if (ops->enough != NULL && ops->enough(reading))
		return EXIT_WELL;
	return tell(reading);
}

/* --- which captures --- */

int
captures_named(struct capture_paths *paths, const struct options *options)
{
	int status = EXIT_WELL;
	struct diag diag;

	*paths = (struct capture_paths){ 0 };
	for (size_t i = 0; i < options->word_count; i++) {
		if (capture_paths_add(paths, options->words[i], &diag) == ST_OK)
			continue;
		say("%s", diag.text);
		status = EXIT_TROUBLE;
	}
	return status;
}
