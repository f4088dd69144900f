/*
 * Private to analysis: which frame is of which flow, noted by one run so that
 * another over the same capture need not read all of it again.
 */
#ifndef SYNSCOPE_ANALYSIS_TRACK_H
#define SYNSCOPE_ANALYSIS_TRACK_H

#include "analysis/analysis.h"
#include "capture/capture.h"

/* Noted for a fragment: what is whole only later may be any flow's. */
#define TRACK_ANY UINT32_MAX

/* So many frames are noted; of a longer capture the whole is read again. */
#define TRACK_FRAMES_MAX (UINT32_C(16) << 20)

struct landmark {
	uint64_t offset;
	uint32_t index; /* of the frame that stands there */
};

struct track {
	uint32_t *flows; /* by the frame's index; 0: of none */
	uint32_t latest; /* index that was noted */
	int64_t first_ns;
	struct landmark *landmarks;
	size_t landmark_count;
	size_t landmark_room;
};

static inline void
track_note(struct track *track, uint32_t index, uint32_t flow)
{
	track->latest = index;
	if (index <= TRACK_FRAMES_MAX)
		track->flows[index] = flow;
}

/* Whose it was; 0: nobody's that is known. */
static inline uint32_t
track_flow(const struct track *track, uint32_t index)
{
	uint32_t flow = index > track->latest ? 0 : track->flows[index];

	return flow == TRACK_ANY ? 0 : flow;
}

/* Frames that lie one after the other: the index of the first, and where it stands. */
void track_mark(struct track *track, uint32_t index, uint64_t offset, const struct frame *frames,
    unsigned count);

/* A way along the frames of some flows. */
struct walk {
	const struct track *track;
	uint8_t *wanted; /* a bit for each flow */
	uint32_t flows_end;
	uint32_t next; /* a frame of theirs, and there is none before it that was not passed */
};

void walk_init(
    struct walk *walk, const struct track *track, const uint32_t *flows, size_t flow_count);
void walk_fini(struct walk *walk);
bool walk_wants(const struct walk *walk, uint32_t index);
/* The capture moves on to the next such frame from index on, or a little before it. False: there is none. */
bool walk_on(struct walk *walk, struct capture *capture, uint32_t index);

#endif
