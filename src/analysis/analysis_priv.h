/* analysis_priv: the line, which frames.c, packets.c and flows.c share. */
#ifndef SYNSCOPE_ANALYSIS_PRIV_H
#define SYNSCOPE_ANALYSIS_PRIV_H

#include "analysis/analysis.h"
#include "analysis/row.h"
#include "analysis/track.h"
#include "base/find.h"
#include "base/hint.h"
#include "base/mem.h"
#include "flow/flow.h"

/* Chosen by trying 8 to 64 on captures of 50,000 and of 500,000 flows. */
#define BATCH_PACKETS 32

/* A row whose turn has not come: an older flow is not done yet. */
struct waiting {
	struct flow_row row;
	char history[HISTORY_MAX + 1];
};

struct analysis {
	struct analysis_summary summary;
	struct analysis_options options;
	const struct analysis_ops *ops;
	void *ctx;

	struct capture *capture;
	struct decoder *decoder;
	struct flow_table *flows;
	struct tcp *tcp;
	struct hindsight *hindsight; /* NULL where no packet rows are wanted */
	struct sockets *sockets;     /* NULL where nobody asks about them */
	struct stream *stream;
	enum side stream_side;
	struct budget budget;
	struct pool waiting;
	struct walk walk; /* where this run goes along another's track */

	struct packet batch[BATCH_PACKETS];
	struct lookup lookups[BATCH_PACKETS];
	unsigned batch_count;
	unsigned batch_limit;
	const struct frame *frame; /* of a batch of one */

	uint32_t *part_base; /* index of the frame before a part's first */
	char **part_path;
	size_t part_count;
	uint32_t part;      /* being read */
	struct notes notes; /* once all was read */
	uint32_t link;      /* of the frame before, as is previous_ns its time */
	int64_t previous_ns;
};

/* A finding, so often; count may be 0. */
SELDOM void analysis_note(
    struct analysis *a, enum finding_kind kind, uint32_t index, uint64_t count);

/* Whose packets are judged. */
static inline bool
is_wanted(const struct analysis *a, uint32_t flow)
{
	const uint32_t *only = a->options.only;

	return only == NULL || sorted_has(only, a->options.only_count, flow);
}

static inline void
leave_track(struct analysis *a, uint32_t index, uint32_t flow)
{
	if (a->options.track != NULL)
		track_note(a->options.track, index, flow);
}

/*
 * Along a track, as many flows are met as are wanted, and now and then another:
 * where frames were passed over, fragments may become whole that never did. So
 * the track says whose a frame is.
 */
static inline void
set_number(const struct analysis *a, struct place *place, uint32_t index)
{
	if (a->options.along != NULL)
		place->number = track_flow(a->options.along, index);
}

static inline void
count_packet(struct ends *ends, const struct packet *pkt, enum side side)
{
	if (ends->packets[0] + ends->packets[1] == 0) {
		ends->start_ns = pkt->ts_ns;
		ends->first_index = pkt->index;
	}
	ends->packets[side]++;
	ends->bytes[side] += pkt->payload_bytes;
}

/* --- frames.c --- */

/* Frames are numbered through all parts; each part's numbers start where the last ended. */
SELDOM void analysis_begin_part(struct analysis *a, const struct frame *frame);
/* One that was not met in the frame before. */
SELDOM void analysis_note_link(struct analysis *a, uint32_t link);
/* All of one part. */
void analysis_take_in_frames(struct analysis *a, const struct frame *frames, unsigned count);

/* --- packets.c --- */

void analysis_work_off_batch(struct analysis *a);

/* --- flows.c --- */

/* The SYN that was only noted when it came. Its verdict was given then: none. */
void analysis_take_in_first(struct analysis *a, const struct place *place);
/* Connections that are over give back their memory; their row is final. */
void analysis_put_away(struct analysis *a, int64_t now_ns);
/* Rows go out in the order of numbers, so some wait. */
void analysis_tell_flows(struct analysis *a, bool all);

#endif
