#include "analysis/track.h"

#include <stdlib.h>

#include "base/find.h"
#include "base/mem.h"

/* From one landmark to the next; what lies between is little to read. */
#define LANDMARK_FRAMES 8

#define FLOWS_BYTES (((size_t)TRACK_FRAMES_MAX + 1) * sizeof(uint32_t))

/* Of a large table, what is not touched costs nothing. */
struct track *
track_new(void)
{
	struct track *track = mem_zalloc(sizeof(*track));

	track->flows = mem_table_new(FLOWS_BYTES);
	return track;
}

void
track_free(struct track *track)
{
	if (track == NULL)
		return;
	mem_table_free(track->flows, FLOWS_BYTES);
	free(track->landmarks);
	free(track);
}

bool
track_is_whole(const struct track *track)
{
	return track->latest <= TRACK_FRAMES_MAX;
}

static void
add_landmark(struct track *track, uint32_t index, uint64_t offset)
{
	track->landmarks = mem_room(track->landmarks, &track->landmark_room, track->landmark_count,
	    sizeof(*track->landmarks));
	track->landmarks[track->landmark_count++] = (struct landmark){ offset, index };
}

void
track_mark(struct track *track, uint32_t index, uint64_t offset, const struct frame *frames,
    unsigned count)
{
	for (unsigned i = 0; i < count && index + i <= TRACK_FRAMES_MAX; i++)
		if ((index + i) % LANDMARK_FRAMES == 0)
			add_landmark(
			    track, index + i, offset + (uint64_t)(frames[i].data - frames[0].data));
}

void
walk_init(struct walk *walk, const struct track *track, const uint32_t *flows, size_t flow_count)
{
	uint32_t end = flow_count == 0 ? 0 : flows[flow_count - 1] + 1;

	*walk = (struct walk){ .track = track, .flows_end = end };
	walk->wanted = mem_zalloc(end / 8 + 1);
	for (size_t i = 0; i < flow_count; i++)
		walk->wanted[flows[i] / 8] |= (uint8_t)(1u << flows[i] % 8);
}

void
walk_fini(struct walk *walk)
{
	free(walk->wanted);
	*walk = (struct walk){ 0 };
}

bool
walk_wants(const struct walk *walk, uint32_t index)
{
	uint32_t flow = index > walk->track->latest ? 0 : walk->track->flows[index];

	return flow == TRACK_ANY ||
	       (flow < walk->flows_end && walk->wanted[flow / 8] >> flow % 8 & 1);
}

/* The last one up to that frame, or NULL. */
static const struct landmark *
landmark_before(const struct track *track, uint32_t index)
{
	size_t after;

	FIND_PLACE(after, track->landmark_count, track->landmarks[after].index <= index);
	return after == 0 ? NULL : &track->landmarks[after - 1];
}

bool
walk_on(struct walk *walk, struct capture *capture, uint32_t index)
{
	const struct landmark *landmark;

	if (index <= walk->next)
		return true;
	walk->next = index;
	while (walk->next <= walk->track->latest && !walk_wants(walk, walk->next))
		walk->next++;
	if (walk->next > walk->track->latest)
		return false;
	landmark = landmark_before(walk->track, walk->next);
	if (landmark != NULL && landmark->index > index)
		capture_jump(capture, landmark->index, landmark->offset);
	return true;
}
