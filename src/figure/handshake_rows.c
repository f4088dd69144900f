/*
 * The rows of a handshake's figure: which segments are drawn alone, which are
 * folded into one arrow or left out, and where each stands.
 */
#include "figure/handshake_priv.h"

#include <math.h>

#define AFTER      46.0
#define TURN_NAMED 22.0 /* as TURN, where a state begins and ends with the two */
#define LEVEL_LINE 0.0  /* to scale, a segment is sent and arrives at its one time */
/* To scale, a page is as high as its segments would need, within these. */
#define SCALED_MIN 500.0
#define SCALED_MAX 6000.0
/* Runs of ordinary segments as long as this are drawn as one. */
#define FOLD_MIN 4
/* Past this, the middle is left out. */
#define ROWS_MAX 60

/* --- which segments --- */

const struct packet_row *
handshake_packet(const struct handshake *hs, size_t i)
{
	return &hs->data->packets[hs->packets[i]];
}

static bool
changes_with(const struct bar *side, size_t place)
{
	for (size_t i = 0; i < side->change_count; i++)
		if (side->changes[i].packet == place)
			return true;
	return false;
}

static bool
changes_a_state(const struct handshake *hs, size_t place)
{
	return changes_with(&hs->sides[0], place) || changes_with(&hs->sides[1], place);
}

static bool
is_plain(const struct handshake *hs, size_t i)
{
	const struct packet_row *row = handshake_packet(hs, i);

	return row->tuple.proto == PROTO_TCP && (row->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0 &&
	       row->verdict.marks == 0 && row->verdict.reason.cause == CAUSE_NONE &&
	       hs->fates[hs->packets[i]] == FATE_UNKNOWN && !changes_a_state(hs, hs->packets[i]);
}

static size_t
plain_run(const struct handshake *hs, size_t from)
{
	size_t count = 0;

	while (from + count < hs->packet_count && is_plain(hs, from + count))
		count++;
	return count;
}

static void
add_row(struct handshake *hs, size_t first, size_t count)
{
	struct row *row = &hs->rows[hs->row_count++];

	*row = (struct row){ .packet = first, .count = count };
	row->from_client = model_from_client(hs->flow, handshake_packet(hs, first));
	for (size_t i = first; i < first + count; i++)
		row->bytes[!model_from_client(hs->flow, handshake_packet(hs, i))] +=
		    handshake_packet(hs, i)->length;
	if (first > 0)
		row->gap_ns = span_ns(
		    handshake_packet(hs, first)->ts_ns, handshake_packet(hs, first - 1)->ts_ns);
	row->is_broken = gap_is_broken(hs->options, row->gap_ns);
}

/* The first and the last stay, and what is between becomes one. */
static void
leave_out_middle(struct handshake *hs)
{
	size_t last = hs->row_count - ROWS_MAX / 3;
	size_t first = ROWS_MAX - ROWS_MAX / 3;
	size_t from = hs->rows[first].packet;
	size_t to = hs->rows[last].packet;
	size_t moved = hs->row_count - last;

	hs->row_count = first;
	add_row(hs, from, to - from);
	memmove(&hs->rows[hs->row_count], &hs->rows[last], moved * sizeof(*hs->rows));
	hs->row_count += moved;
}

static void
fold(struct handshake *hs)
{
	size_t i = 0;

	hs->rows = scene_keep(hs->scene, (hs->packet_count + 1) * sizeof(*hs->rows));
	while (i < hs->packet_count) {
		size_t run = plain_run(hs, i);
		bool folds = run >= FOLD_MIN && hs->options->time != TIME_SCALED;
		size_t count = folds ? run : 1;

		add_row(hs, i, count);
		i += count;
	}
	if (hs->row_count > ROWS_MAX && hs->options->time != TIME_SCALED)
		leave_out_middle(hs);
}

unsigned
handshake_label_lines(const struct handshake *hs, const struct row *row)
{
	const struct packet_row *packet = handshake_packet(hs, row->packet);

	return packet->verdict.marks != 0 || packet->verdict.reason.cause != CAUSE_NONE ? 3 : 2;
}

/* --- where they stand --- */

/* Beyond what labels need: a step for each tenfold of ten microseconds. */
static double
gap_room(const struct handshake *hs, const struct row *row)
{
	if (hs->options->time != TIME_COMPRESSED || row->gap_ns <= 0)
		return 0;
	if (row->is_broken)
		return BREAK_HEIGHT;
	return fmax(0, 5 * log10((double)row->gap_ns / 10000.0));
}

/* One end's state begins with what it receives and ends with its answer: its name needs room. */
static bool
turns_in_a_state(const struct handshake *hs, const struct row *before, const struct row *row)
{
	const struct bar *side = &hs->sides[!row->from_client];

	return before->from_client != row->from_client && before->count == 1 && row->count == 1 &&
	       changes_with(side, hs->packets[before->packet]) &&
	       changes_with(side, hs->packets[row->packet]);
}

static double
row_room(const struct handshake *hs, const struct row *before, const struct row *row)
{
	double half, half_before;

	if (turns_in_a_state(hs, before, row))
		return SLOPE + TURN_NAMED;
	if (row->is_broken || row->count > 1 || before->count > 1 ||
	    before->from_client != row->from_client)
		return SLOPE + TURN;
	half = handshake_label_lines(hs, row) * LINE / 2;
	half_before = handshake_label_lines(hs, before) * LINE / 2;
	return half + half_before + 6;
}

static void
place_to_scale(struct handshake *hs)
{
	double high = fmin(SCALED_MAX, fmax(SCALED_MIN, (double)hs->row_count * SLOPE));
	int64_t first_ns = handshake_packet(hs, 0)->ts_ns;
	int64_t last_ns = first_ns;
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++)
		if (handshake_packet(hs, i)->ts_ns > last_ns)
			last_ns = handshake_packet(hs, i)->ts_ns;
	for (size_t i = 0; i < hs->row_count; i++) {
		struct row *row = &hs->rows[i];
		double since = (double)span_ns(handshake_packet(hs, i)->ts_ns, first_ns);

		/* Where time steps back, the page does not. */
		if (since > 0)
			y = fmax(y,
			    BARS_TOP + BEFORE + high * since / (double)span_ns(last_ns, first_ns));
		row->sent = y;
		row->arrived = y + LEVEL_LINE;
	}
	hs->bottom = y + AFTER;
}

static void
place_rows(struct handshake *hs)
{
	double y = BARS_TOP + BEFORE;

	for (size_t i = 0; i < hs->row_count; i++) {
		struct row *row = &hs->rows[i];

		if (i > 0)
			y = hs->rows[i - 1].sent + row_room(hs, row - 1, row) + gap_room(hs, row);
		row->sent = y;
		row->arrived = y + SLOPE;
	}
	hs->bottom = hs->row_count == 0 ? y : hs->rows[hs->row_count - 1].arrived + AFTER;
}

void
handshake_lay_out(struct handshake *hs)
{
	fold(hs);
	if (hs->options->time == TIME_SCALED && hs->row_count > 0)
		place_to_scale(hs);
	else
		place_rows(hs);
}
