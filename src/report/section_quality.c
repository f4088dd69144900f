/*
 * What the capture is worth: how much there is of it, where it was taken, what
 * it lacks, and what is odd about it.
 */
#include "report/report_priv.h"

#include <string.h>

static const struct {
	const char *name;
	const char *one;
	const char *many;
} findings[FINDING_COUNT] = {
#define FINDING(id, name, one, many) { name, one, many },
#include "analysis/finding.def"
#undef FINDING
};

static const char *
words_of(const struct chapter *chapter, const char *sentence)
{
	return catalog_say(chapter->catalog, sentence);
}

void
quality_fact(const struct chapter *chapter, struct markup_node *quality, const char *name,
    struct phrase *phrase, const char *sentence)
{
	markup_set(phrase_add(phrase, quality, "fact", words_of(chapter, sentence)), "name", name);
}

/* --- how much, and when --- */

static void
tell_size(const struct chapter *chapter, struct markup_node *quality)
{
	const struct analysis_summary *summary = chapter->summary;
	struct phrase phrase = { 0 };

	phrase_u64(&phrase, summary->frames);
	phrase_u64(&phrase, summary->packets);
	phrase_u64(&phrase, summary->flows);
	quality_fact(chapter, quality, "size", &phrase,
	    N_("Frames: %1; packets of TCP, UDP or ICMP among them: %2; flows: %3."));
	if (summary->frames == 0)
		return;
	phrase_span(&phrase, span_ns(summary->last_ns, summary->first_ns));
	quality_fact(chapter, quality, "duration", &phrase,
	    N_("From the first frame to the last %1 went by."));
}

static void
tell_filter(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase phrase = { 0 };

	if (chapter->summary->filtered == 0)
		return;
	phrase_u64(&phrase, chapter->summary->filtered);
	quality_fact(chapter, quality, "filter", &phrase,
	    N_("The filter dropped other frames, %1 in number; nothing here counts them."));
}

/* --- where --- */

/* As was told; as the packets show of all endpoints; and of some of them. */
static const struct {
	const char *told;
	const char *all;
	const char *one, *some;
} places[VANTAGE_COUNT] = {
	[VANTAGE_UNKNOWN] = { NULL, N_("Where it was taken the packets do not tell."),
	    N_N("Of %1 listening endpoint the packets do not tell where the capture was taken.",
		"Of %1 listening endpoints the packets do not tell where the capture was taken.") },
	[VANTAGE_SERVER] = { N_("It was taken at the server, as was told."),
	    N_("It was taken at the server, as the packets show."),
	    N_N("Of %1 listening endpoint it was taken at the server.",
		"Of %1 listening endpoints it was taken at the server.") },
	[VANTAGE_CLIENT] = { N_("It was taken at the client, as was told."),
	    N_("It was taken at the client, as the packets show."),
	    N_N("Of %1 listening endpoint it was taken at the client.",
		"Of %1 listening endpoints it was taken at the client.") },
	[VANTAGE_LOOPBACK] = { N_("It was taken on one machine, which holds both ends, as was "
				  "told."),
	    N_("It was taken on one machine, which holds both ends, as the packets show."),
	    N_N("Of %1 listening endpoint both ends were on the machine where it was taken.",
		"Of %1 listening endpoints both ends were on the machine where it was taken.") },
	[VANTAGE_MIDDLE] = { N_("It was taken between the two ends, as was told."),
	    N_("It was taken between the two ends, as the packets show."),
	    N_N("Of %1 listening endpoint it was taken between the two ends.",
		"Of %1 listening endpoints it was taken between the two ends.") },
};

static void
tell_places(const struct chapter *chapter, struct markup_node *quality)
{
	const struct figure_data *data = chapter->data;
	enum vantage told = chapter->source->sockets->vantage;
	size_t counts[VANTAGE_COUNT] = { 0 };
	struct phrase phrase = { 0 };

	if (told != VANTAGE_UNKNOWN) {
		quality_fact(chapter, quality, "vantage", &phrase, places[told].told);
		return;
	}
	for (size_t i = 0; i < data->listener_count; i++)
		counts[data->listeners[i].vantage]++;
	for (int i = 0; i < VANTAGE_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		phrase_u64(&phrase, counts[i]);
		quality_fact(chapter, quality, "vantage", &phrase,
		    counts[i] == data->listener_count
			? places[i].all
			: catalog_say_n(
			      chapter->catalog, places[i].one, places[i].some, counts[i]));
	}
}

/* --- what it lacks --- */

static void
tell_losses(const struct chapter *chapter, struct markup_node *quality)
{
	uint64_t missing = tally_mark(chapter->tally, MARK_ACK_LOST_SEGMENT)->count;
	uint64_t holes = tally_mark(chapter->tally, MARK_LOST_SEGMENT)->count;
	uint64_t one_sided = tally_one_sided(chapter->tally);
	struct phrase phrase = { 0 };

	if (one_sided > 0) {
		phrase_u64(&phrase, one_sided);
		quality_fact(chapter, quality, "one-sided", &phrase,
		    catalog_say_n(chapter->catalog,
			N_N("Of %1 connection it lacks all that one end sent.",
			    "Of %1 connections it lacks all that one end sent."),
			one_sided));
	}
	if (missing > 0) {
		phrase_u64(&phrase, missing);
		quality_fact(chapter, quality, "loss", &phrase,
		    catalog_say_n(chapter->catalog,
			N_N("The capture lacks a segment that arrived: an ACK acknowledges what it "
			    "does not hold.",
			    "The capture lacks segments that arrived: ACKs acknowledge what it "
			    "does not hold, %1 times."),
			missing));
	}
	if (holes > 0) {
		phrase_u64(&phrase, holes);
		quality_fact(chapter, quality, "gaps", &phrase,
		    catalog_say_n(chapter->catalog,
			N_N("A segment came before the one that goes first, or without it.",
			    "Segments came before the one that goes first, or without it, %1 "
			    "times."),
			holes));
	}
	if (missing == 0 && holes == 0 && one_sided == 0 && chapter->summary->packets > 0)
		quality_fact(chapter, quality, "loss", &phrase,
		    N_("Nothing shows that the capture lacks a segment."));
}

/* What is fine is said as well: silence could mean that nobody looked. */
static const struct {
	enum finding_kind kind;
	const char *name;
	const char *sentence;
} fine[] = {
	{ FINDING_CUT_SHORT, "truncation", N_("Every frame was captured whole.") },
	{ FINDING_CAPTURED_TWICE, "duplicates", N_("No packet was captured twice.") },
	{ FINDING_TIME_STEP_BACK, "clock", N_("The clock never stepped back.") },
	{ FINDING_OFFLOADED_CHECKSUM, "offload",
	    N_("No checksum was left for the network card to fill in.") },
};

static void
tell_fine(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase phrase = { 0 };

	if (chapter->summary->packets == 0)
		return;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (chapter->summary->findings[fine[i].kind].count == 0)
			quality_fact(chapter, quality, fine[i].name, &phrase, fine[i].sentence);
}

/* --- what is odd --- */

static void
tell_finding(const struct chapter *chapter, struct markup_node *quality, enum finding_kind kind)
{
	const struct finding *finding = &chapter->summary->findings[kind];
	struct markup_node *node = markup_add(quality, "finding");
	struct text count = { 0 };
	struct text words = { 0 };

	markup_set(node, "id", findings[kind].name);
	markup_set_i64(node, "count", (int64_t)finding->count);
	if (finding->first_index != 0) {
		markup_set_i64(node, "first", finding->first_index);
		markup_set_i64(node, "last", finding->last_index);
	}
	text_u64(&count, finding->count);
	put_sentence(&words, chapter->catalog, N_("%1 %2."),
	    (const char *[]){ text_str(&count), catalog_say_n(chapter->catalog, findings[kind].one,
						    findings[kind].many, finding->count) },
	    2);
	markup_add_text(node, text_str(&words));
	text_fini(&count);
	text_fini(&words);
}

/* They begin with the file, which goes without saying if it is the only one. */
static const char *
without_path(const struct chapter *chapter, const char *trouble)
{
	const struct report_source *source = chapter->source;

	for (size_t i = 0; i < source->path_count; i++) {
		const char *path = source->paths[i];
		size_t length = strlen(path);

		if (strncmp(trouble, path, length) == 0 && strncmp(trouble + length, ": ", 2) == 0)
			return source->path_count == 1 ? trouble + length + 2
						       : trouble + (path_last_name(path) - path);
	}
	return trouble;
}

static void
tell_troubles(const struct chapter *chapter, struct markup_node *quality)
{
	const char *troubles = chapter->source->troubles;
	struct phrase phrase = { 0 };

	for (size_t at = 0; at < chapter->source->troubles_length;
	     at += strlen(troubles + at) + 1) {
		struct text words = { 0 };

		put_trouble(&words, chapter->catalog, without_path(chapter, troubles + at));
		phrase_text(&phrase, text_str(&words));
		quality_fact(chapter, quality, "damage", &phrase,
		    N_("Something is wrong with the file: %1"));
		text_fini(&words);
	}
}

void
section_quality(const struct chapter *chapter)
{
	struct markup_node *quality = markup_add(chapter->node, "quality");

	tell_troubles(chapter, quality);
	tell_size(chapter, quality);
	tell_filter(chapter, quality);
	quality_notes(chapter, quality);
	tell_places(chapter, quality);
	tell_losses(chapter, quality);
	tell_fine(chapter, quality);
	for (int i = 0; i < FINDING_COUNT; i++)
		if (chapter->summary->findings[i].count > 0)
			tell_finding(chapter, quality, (enum finding_kind)i);
	quality_comments(chapter, quality);
}
