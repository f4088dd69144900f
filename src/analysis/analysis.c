/*
 * The line, pulled. Packets go down it in small batches, because with many
 * flows the cost of a packet is waiting for its flow's memory: a batch is
 * decoded, then all its flows are asked for, then each packet is taken in.
 */
#include "analysis/analysis_priv.h"

#include <stdlib.h>

#include "analysis/hindsight.h"
#include "base/mem.h"
#include "capture/capture.h"

/* For fragments, bytes out of order and holes together. */
#define KEPT_LIMIT_BYTES ((size_t)256 << 20)

struct frame_name
analysis_frame(const struct analysis *analysis, uint32_t index)
{
	size_t part = analysis->part;

	while (part > 0 && analysis->part_base[part] >= index)
		part--;
	return (struct frame_name){ analysis->part_path[part], index - analysis->part_base[part] };
}

uint32_t
analysis_index(const struct analysis *analysis, uint32_t part, uint32_t number)
{
	return part > analysis->part ? 0 : analysis->part_base[part] + number;
}

const struct notes *
analysis_notes(const struct analysis *analysis)
{
	return &analysis->notes;
}

const struct analysis_summary *
analysis_summary(const struct analysis *analysis)
{
	return &analysis->summary;
}

void
analysis_note(struct analysis *a, enum finding_kind kind, uint32_t index, uint64_t count)
{
	struct finding *finding = &a->summary.findings[kind];

	if (count == 0)
		return;
	if (finding->count == 0)
		finding->first_index = index;
	finding->last_index = index;
	finding->count += count;
}

/* How often, in frames, the line looks up from its work. */
#define LOOK_UP_FRAMES 1024

/* Tell how far we are. False if nobody wants the rest. */
static bool
look_up(struct analysis *a)
{
	uint64_t done, total;

	if (a->ops->progress != NULL) {
		capture_progress(a->capture, &done, &total);
		a->ops->progress(a->ctx, done, total);
	}
	return a->ops->enough == NULL || !a->ops->enough(a->ctx);
}

/* The numbers of frames are 32 bits wide; a capture of four billion ends there. */
static bool
is_beyond_numbers(const struct analysis *a, const struct frame *frame)
{
	return (uint64_t)a->part_base[a->part] + frame->number >= UINT32_MAX;
}

static SELDOM void
tell_trouble(struct analysis *a, const char *sentence)
{
	a->summary.troubles++;
	if (a->ops->trouble != NULL)
		a->ops->trouble(a->ctx, sentence);
}

static void
begin_frames(struct analysis *a, const struct frame *first)
{
	const struct track *along = a->options.along;

	analysis_note_link(a, first->link);
	a->summary.last_ns = a->previous_ns = first->ts_ns;
	a->summary.first_ns = along == NULL ? first->ts_ns : along->first_ns;
	if (a->options.track != NULL)
		a->options.track->first_ns = first->ts_ns;
	if (a->sockets != NULL)
		sockets_begin(a->sockets, a->summary.first_ns);
}

/* Of these frames, those that the walk wants come first. */
static unsigned
keep_wanted(const struct analysis *a, struct frame *frames, unsigned count)
{
	unsigned kept = 0;

	if (a->options.along == NULL)
		return count;
	for (unsigned i = 0; i < count; i++)
		if (walk_wants(&a->walk, a->part_base[a->part] + frames[i].number))
			frames[kept++] = frames[i];
	return kept;
}

/* False where the line is to end. */
static bool
go_on(struct analysis *a, struct frame *frames, unsigned count)
{
	uint64_t frames_before = a->summary.frames;
	unsigned good;

	if (frames->part != a->part)
		analysis_begin_part(a, frames);
	good = count = keep_wanted(a, frames, count);
	if (frames_before == 0 && count > 0)
		begin_frames(a, frames);
	while (good > 0 && unlikely(is_beyond_numbers(a, &frames[good - 1])))
		good--;
	analysis_take_in_frames(a, frames, good);
	a->summary.frames += good;
	if (unlikely(good < count)) {
		struct diag diag;

		diag_set(&diag, ST_LIMIT, "%s: more than %u frames; the rest was not read",
		    capture_part_path(a->capture, frames->part), UINT32_MAX - 1);
		tell_trouble(a, diag.text);
		return false;
	}
	return frames_before / LOOK_UP_FRAMES == a->summary.frames / LOOK_UP_FRAMES || look_up(a);
}

/* ST_END, too, where none of the rest is wanted. */
static enum status
next_frames(struct analysis *a, struct frame *frames, unsigned *count, struct diag *diag)
{
	uint32_t index = a->part_base[a->part] + capture_part_frames(a->capture, a->part) + 1;
	uint64_t offset = 0;
	bool is_known = a->options.track != NULL && capture_tell(a->capture, &offset);
	enum status st;

	if (a->options.along != NULL && !walk_on(&a->walk, a->capture, index))
		return ST_END;
	st = capture_next_few(a->capture, frames, BATCH_PACKETS, count, diag);
	if (st == ST_OK && is_known)
		track_mark(a->options.track, index, offset, frames, *count);
	return st;
}

static APART void
read_frames(struct analysis *a)
{
	struct frame frames[BATCH_PACKETS];
	struct diag diag;
	enum status st;
	unsigned count;

	while ((st = next_frames(a, frames, &count, &diag)) != ST_END) {
		if (st != ST_OK)
			tell_trouble(a, diag.text);
		else if (!go_on(a, frames, count))
			break;
	}
	analysis_work_off_batch(a);
}

/* What is known of the sockets only now that all was read. */
static void
tell_sockets(struct analysis *a)
{
	struct listener_row listener;
	struct socket_row row;

	sockets_solve(a->sockets, a->summary.first_ns, a->summary.last_ns);
	while (a->ops->listener != NULL && sockets_next_listener(a->sockets, &listener))
		a->ops->listener(a->ctx, &listener);
	while (a->ops->socket != NULL && sockets_next_row(a->sockets, &row))
		a->ops->socket(a->ctx, &row);
	a->summary.sockets_left_out = sockets_left_out(a->sockets);
	a->summary.moments_full = sockets_moments_full(a->sockets);
}

static void
finish_run(struct analysis *a)
{
	struct fragment_story fragments = decoder_fragments(a->decoder);
	uint64_t read = 0;

	analysis_note(a, FINDING_FRAGMENT_LEFT, 0, fragments.expired);
	analysis_note(a, FINDING_FRAGMENT_CONFLICT, 0, fragments.conflicts);
	analysis_note(a, FINDING_LIMIT, 0, a->budget.refusals);
	for (size_t i = 0; i < a->part_count; i++)
		read += capture_part_frames(a->capture, i);
	capture_take_notes(a->capture, &a->notes);
	a->summary.filtered = capture_filtered(a->capture);
	a->summary.records = read - a->summary.frames - a->summary.filtered;
	a->summary.flows = flow_count(a->flows);
	if (a->stream != NULL)
		stream_end(a->stream);
	if (a->hindsight != NULL)
		a->summary.hindsight_lost = hindsight_flush(a->hindsight);
	if (a->ops->flow != NULL || a->sockets != NULL)
		analysis_tell_flows(a, true);
	if (a->sockets != NULL)
		tell_sockets(a);
}

static void
name_parts(struct analysis *a)
{
	a->part_count = capture_part_count(a->capture);
	a->part_base = mem_zalloc((a->part_count + 1) * sizeof(*a->part_base));
	a->part_path = mem_zalloc((a->part_count + 1) * sizeof(*a->part_path));
	for (size_t i = 0; i < a->part_count; i++) {
		const char *path = capture_part_path(a->capture, i);

		if (a->options.file_name != NULL)
			path = a->options.file_name(path);
		a->part_path[i] = mem_strdup(path);
	}
}

static void
close_line(struct analysis *a)
{
	hindsight_free(a->hindsight);
	sockets_free(a->sockets);
	stream_free(a->stream);
	tcp_free(a->tcp);
	flow_table_free(a->flows);
	pool_fini(&a->waiting);
	decoder_free(a->decoder);
	capture_close(a->capture);
	walk_fini(&a->walk);
	a->hindsight = NULL;
	a->sockets = NULL;
	a->stream = NULL;
	a->tcp = NULL;
	a->flows = NULL;
	a->decoder = NULL;
	a->capture = NULL;
}

enum status
analysis_run(struct analysis **out, const char *const *paths, size_t count,
    const struct analysis_options *options, const struct analysis_ops *ops, void *ctx,
    struct diag *diag)
{
	struct capture_options capture_options = { .filter = options->filter };
	struct analysis *a = mem_zalloc(sizeof(*a));
	enum status st;

	a->options = *options;
	a->ops = ops;
	a->ctx = ctx;
	a->budget.limit_bytes = KEPT_LIMIT_BYTES;
	st = capture_open(&a->capture, paths, count, &capture_options, diag);
	if (st != ST_OK) {
		analysis_free(a);
		return st;
	}
	name_parts(a);
	a->decoder = decoder_new(&a->budget);
	a->flows = flow_table_new(sizeof(struct ends));
	a->tcp = tcp_new(&a->budget);
	pool_init(&a->waiting, sizeof(struct waiting));
	a->batch_limit = BATCH_PACKETS;
	if (ops->packet != NULL)
		a->hindsight = hindsight_new(ops->packet, ctx);
	if (ops->wire != NULL)
		a->batch_limit = 1; /* bytes are gone when the next frame is asked for */
	if (options->sockets != NULL)
		a->sockets = sockets_new(options->sockets, &a->budget);
	if (options->stream_flow != 0) {
		a->stream = stream_new(options->stream_ops, ctx, &a->budget);
		a->batch_limit = 1; /* a payload is gone when the next frame is asked for */
	}
	if (options->along != NULL)
		walk_init(&a->walk, options->along, options->seen, options->seen_count);
	*out = a; /* callers name frames by it while it runs */
	read_frames(a);
	finish_run(a);
	close_line(a);
	return ST_OK;
}

void
analysis_free(struct analysis *a)
{
	if (a == NULL)
		return;
	close_line(a);
	notes_fini(&a->notes);
	for (size_t i = 0; i < a->part_count; i++)
		free(a->part_path[i]);
	free(a->part_path);
	free(a->part_base);
	free(a);
}
