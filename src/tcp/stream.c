/*
 * The bytes of one side, put in order.
 *
 * Bytes that come in order are handed out at once. Bytes beyond a hole wait as
 * pieces: never overlapping, sorted by where they stand in the stream, in a
 * skip list whose heights the sender cannot foresee, so that no order of
 * arrival makes it slow. The first copy of a byte wins; recall.c keeps what was
 * handed out lately, to hold later copies against it.
 *
 * Positions are 64 bits wide and count from the first byte; sequence numbers
 * are only ever looked at as a distance from the next expected one.
 */
#include "tcp/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/seq.h"
#include "base/span.h"
#include "tcp/recall.h"

/*
 * A capture can show an ACK a little before the bytes it acknowledges, where
 * the two directions came by different queues. Well above the few milliseconds
 * that queues differ by, well below what a reader would want kept in memory.
 */
#define PATIENCE_NS (100 * (uint64_t)MS_NS)

/* Four pieces share each step up; 4^12 is more than a budget holds. */
#define HEIGHT_MAX 12

struct piece {
	uint64_t at;
	uint32_t count;    /* as long as it was on the wire */
	uint32_t captured; /* of those, from the first on, are here */
	uint32_t height;
	struct piece *next[]; /* height of them; the bytes follow */
};

struct stream {
	const struct stream_ops *ops;
	void *ctx;
	struct budget *budget;

	uint64_t next; /* all before it is handed out or given up */
	uint32_t next_seq;
	bool started;
	struct piece *head[HEIGHT_MAX];
	uint64_t end;    /* as far as the sender itself has shown to have got */
	uint64_t random; /* 0: not drawn yet, which takes its time, and most streams need none */

	/* Pieces before these stood behind an acknowledged hole: by now, a while ago, long enough ago. */
	uint64_t acked_now;
	uint64_t acked_aging;
	uint64_t acked_long;
	int64_t aging_since_ns;
	uint64_t acked; /* by the latest ACK */

	struct recall recall; /* what was handed out since the last gap */
};

/* Part of a segment on its way in. */
struct extent {
	uint64_t at;
	const uint8_t *data;
	uint32_t captured;
	uint32_t count;
	uint32_t index;
};

static struct extent
extent_head(const struct extent *e, uint32_t count)
{
	struct extent head = *e;

	head.count = count;
	if (head.captured > count)
		head.captured = count;
	return head;
}

static void
extent_skip(struct extent *e, uint32_t count)
{
	uint32_t captured = count < e->captured ? count : e->captured;

	e->at += count;
	e->count -= count;
	e->captured -= captured;
	if (captured > 0)
		e->data += captured;
}

static uint8_t *
piece_bytes(struct piece *piece)
{
	return (uint8_t *)(piece->next + piece->height);
}

static size_t
piece_size(uint32_t height, uint32_t captured)
{
	return sizeof(struct piece) + height * sizeof(struct piece *) + captured;
}

struct stream *
stream_new(const struct stream_ops *ops, void *ctx, struct budget *budget)
{
	struct stream *s = mem_zalloc(sizeof(*s));

	s->ops = ops;
	s->ctx = ctx;
	s->budget = budget;
	recall_init(&s->recall, budget);
	return s;
}

static void
drop_first(struct stream *s)
{
	struct piece *piece = s->head[0];

	for (uint32_t level = 0; level < piece->height; level++)
		s->head[level] = piece->next[level];
	budget_give(s->budget, piece_size(piece->height, piece->captured));
	free(piece);
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	while (s->head[0] != NULL)
		drop_first(s);
	recall_fini(&s->recall);
	free(s);
}

/* --- copies that differ --- */

/* Tells of the bytes from the first to the last that differ, if any do. */
static void
compare(struct stream *s, const struct extent *copy, const uint8_t *first_copy, size_t count)
{
	size_t from = 0, to = count;

	if (s->ops->conflict == NULL || memcmp(copy->data, first_copy, count) == 0)
		return;
	while (copy->data[from] == first_copy[from])
		from++;
	while (copy->data[to - 1] == first_copy[to - 1])
		to--;
	s->ops->conflict(s->ctx, copy->at + from, to - from, copy->index);
}

/* All of copy lies before next. */
static void
compare_with_recall(struct stream *s, struct extent copy)
{
	while (s->ops->conflict != NULL && copy.captured > 0) {
		size_t count = copy.captured;
		const uint8_t *first_copy = recall_at(&s->recall, copy.at, &count);

		if (first_copy != NULL)
			compare(s, &copy, first_copy, count);
		extent_skip(&copy, (uint32_t)count);
	}
}

static void
compare_with_piece(struct stream *s, const struct extent *copy, struct piece *piece)
{
	uint64_t skipped = copy->at - piece->at;
	size_t count;

	if (skipped >= piece->captured)
		return;
	count = piece->captured - skipped;
	if (count > copy->captured)
		count = copy->captured;
	if (count > 0)
		compare(s, copy, piece_bytes(piece) + skipped, count);
}

/* --- handing out --- */

static void
advance(struct stream *s, uint64_t count)
{
	s->next += count;
	s->next_seq += (uint32_t)count;
}

static void
hand_out_gap(struct stream *s, uint64_t count)
{
	if (count == 0)
		return;
	if (s->ops->gap != NULL)
		s->ops->gap(s->ctx, s->next, count);
	advance(s, count);
	recall_restart(&s->recall, s->next);
}

/* The bytes at next, and a gap for what the capture cut off. */
static void
hand_out(struct stream *s, const uint8_t *data, uint32_t captured, uint32_t count)
{
	if (captured > 0) {
		s->ops->data(s->ctx, data, captured);
		/* Kept for comparing, which is for who wants to know. */
		if (s->ops->conflict != NULL)
			recall_add(&s->recall, data, captured);
		advance(s, captured);
	}
	hand_out_gap(s, count - captured);
}

/* Pieces that fit by now. */
static void
drain(struct stream *s)
{
	struct piece *piece;

	while ((piece = s->head[0]) != NULL && piece->at == s->next) {
		hand_out(s, piece_bytes(piece), piece->captured, piece->count);
		drop_first(s);
	}
}

/* Give up the hole before the first piece. */
static void
give_up_hole(struct stream *s)
{
	hand_out_gap(s, s->head[0]->at - s->next);
	drain(s);
}

static void
give_up_before(struct stream *s, uint64_t bound)
{
	while (s->head[0] != NULL && s->head[0]->at < bound)
		give_up_hole(s);
}

/* --- holding --- */

/* The last piece that starts before at, or NULL; after, if given, gets the links that skip over at. */
static struct piece *
last_before(struct stream *s, uint64_t at, struct piece **after[HEIGHT_MAX])
{
	struct piece *last = NULL;

	for (int level = HEIGHT_MAX - 1; level >= 0; level--) {
		struct piece **link = last == NULL ? &s->head[level] : &last->next[level];

		while (*link != NULL && (*link)->at < at) {
			last = *link;
			link = &last->next[level];
		}
		if (after != NULL)
			after[level] = link;
	}
	return last;
}

/* One more level with a chance of one in four. */
static uint32_t
random_height(struct stream *s)
{
	uint32_t height = 1;
	uint64_t bits;

	if (s->random == 0)
		s->random = hash_seed_draw().a | 1;
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	bits = s->random >> 24;
	while (height < HEIGHT_MAX && (bits & 3) == 0) {
		height++;
		bits >>= 2;
	}
	return height;
}

static void
insert(struct stream *s, const struct extent *e, uint32_t height)
{
	struct piece *piece = mem_alloc(piece_size(height, e->captured));
	struct piece **after[HEIGHT_MAX];

	piece->at = e->at;
	piece->count = e->count;
	piece->captured = e->captured;
	piece->height = height;
	if (e->captured > 0)
		memcpy(piece_bytes(piece), e->data, e->captured);
	last_before(s, e->at, after);
	for (uint32_t level = 0; level < height; level++) {
		piece->next[level] = *after[level];
		*after[level] = piece;
	}
}

/*
 * Bytes that nobody brought before, at or beyond next. Where the budget is
 * used up the oldest holes are given up until there is room, if need be the
 * one before these bytes themselves.
 */
static void
take_in(struct stream *s, const struct extent *e)
{
	uint32_t height = random_height(s);

	while (e->at != s->next) {
		if (budget_take(s->budget, piece_size(height, e->captured))) {
			insert(s, e, height);
			return;
		}
		if (s->head[0] != NULL && s->head[0]->at < e->at)
			give_up_hole(s);
		else
			hand_out_gap(s, e->at - s->next);
	}
	hand_out(s, e->data, e->captured, e->count);
}

/* Bytes at or beyond next: of them take in what fills holes, compare the rest with what waits. */
static void
sort_in(struct stream *s, struct extent e)
{
	while (e.count > 0) {
		struct piece *before = last_before(s, e.at + 1, NULL);
		struct piece *after = before == NULL ? s->head[0] : before->next[0];
		uint64_t count = e.count;
		struct extent head;

		if (before != NULL && e.at - before->at < before->count) {
			compare_with_piece(s, &e, before);
			if (count > before->at + before->count - e.at)
				count = before->at + before->count - e.at;
		} else {
			if (after != NULL && count > after->at - e.at)
				count = after->at - e.at;
			head = extent_head(&e, (uint32_t)count);
			take_in(s, &head);
		}
		extent_skip(&e, (uint32_t)count);
	}
	drain(s);
}

/* --- what comes in --- */

/*
 * The first segment seen says where the stream starts. Not so a RST with
 * number 0: it answers a segment without ACK (RFC 9293, 3.10.7.1), and says
 * nothing of a sequence space.
 */
static bool
start(struct stream *s, const struct packet *pkt, uint32_t seq)
{
	if ((pkt->tcp.flags & TCP_RST) && seq == 0 && pkt->payload_bytes == 0)
		return false;
	s->started = true;
	s->next_seq = seq;
	return true;
}

/* A keep-alive may carry one byte of rubbish (RFC 9293, 3.8.4): no copy worth comparing. */
static bool
is_keep_alive(const struct stream *s, const struct packet *pkt, int64_t distance)
{
	return pkt->payload_bytes == 1 && s->next + (uint64_t)distance + 1 == s->end;
}

/* A bare ACK does not tell: its number may stand beyond a FIN, which is no byte. */
static void
note_end(struct stream *s, const struct packet *pkt, int64_t distance)
{
	if (pkt->payload_bytes == 0 && !(pkt->tcp.flags & TCP_FIN))
		return;
	distance += pkt->payload_bytes;
	if (distance > 0 && s->next + (uint64_t)distance > s->end)
		s->end = s->next + (uint64_t)distance;
}

/* Only what lies before next; the rest of the segment is left in *e. */
static void
take_off_old(struct stream *s, struct extent *e, int64_t distance)
{
	uint32_t old = -distance < (int64_t)e->count ? (uint32_t)-distance : e->count;
	/* Of bytes from before the start of the stream there is no first copy. */
	uint64_t unknown = (uint64_t)-distance > s->next ? (uint64_t)-distance - s->next : 0;
	struct extent copy = extent_head(e, old);

	extent_skip(e, old);
	if (unknown >= old)
		return;
	extent_skip(&copy, (uint32_t)unknown);
	copy.at = s->next + unknown - (uint64_t)-distance;
	if (copy.captured > 0)
		compare_with_recall(s, copy);
}

void
stream_segment(struct stream *s, const struct packet *pkt)
{
	uint32_t seq = pkt->tcp.seq + ((pkt->tcp.flags & TCP_SYN) != 0);
	int64_t distance;
	struct extent e = {
		.data = pkt->payload,
		.captured = pkt->payload_captured,
		.count = pkt->payload_bytes,
		.index = pkt->index,
	};

	if (!s->started && !start(s, pkt, seq))
		return;
	distance = seq_diff(seq, s->next_seq);
	if (e.captured > e.count)
		e.captured = e.count;
	if (distance < 0) {
		if (!is_keep_alive(s, pkt, distance))
			take_off_old(s, &e, distance);
		else
			e.count = 0;
	}
	note_end(s, pkt, distance);
	e.at = s->next + (distance > 0 ? (uint64_t)distance : 0);
	if (e.count > 0)
		sort_in(s, e);
}

/*
 * Pieces that wait now and start before the ACK stand behind holes that were
 * acknowledged. Rather than a time for each hole, the bound of all of them is
 * noted now and then, and counts when the note has aged: so a hole is given up
 * after once to twice the patience, and no number of holes adds up.
 */
static void
note_acked(struct stream *s, uint64_t acked, int64_t ts_ns)
{
	const struct piece *last = last_before(s, acked, NULL);
	bool idle = s->acked_aging <= s->next;
	bool back = ts_ns < s->aging_since_ns; /* a clock may step back */
	bool aged = !idle && !back && (uint64_t)ts_ns - (uint64_t)s->aging_since_ns >= PATIENCE_NS;

	if (last != NULL && last->at >= s->acked_now)
		s->acked_now = last->at + 1;
	if (aged)
		s->acked_long = s->acked_aging;
	if (idle || back || aged) {
		s->acked_aging = s->acked_now;
		s->aging_since_ns = ts_ns;
	}
}

void
stream_acked(struct stream *s, const struct packet *pkt)
{
	int32_t distance;

	if (!s->started || !(pkt->tcp.flags & TCP_ACK) || (pkt->tcp.flags & TCP_RST))
		return;
	distance = seq_diff(pkt->tcp.ack, s->next_seq);
	if (distance <= 0)
		return;
	s->acked = s->next + (uint64_t)distance;
	if (s->head[0] == NULL)
		return;
	note_acked(s, s->acked, pkt->ts_ns);
	give_up_before(s, s->acked_long);
}

static uint64_t
bytes_waiting(const struct stream *s)
{
	uint64_t count = 0;

	for (const struct piece *piece = s->head[0]; piece != NULL; piece = piece->next[0])
		count += piece->captured;
	return count;
}

void
stream_end(struct stream *s)
{
	give_up_before(s, s->acked_now);
	if (s->head[0] == NULL) {
		/* The last bytes are missing, and all that shows it is what follows them. */
		if (s->end > s->next && s->acked >= s->end)
			hand_out_gap(s, s->end - s->next);
		return;
	}
	if (s->ops->beyond_too) {
		give_up_before(s, UINT64_MAX);
		return;
	}
	if (s->ops->left_out != NULL)
		s->ops->left_out(s->ctx, s->next, bytes_waiting(s));
	while (s->head[0] != NULL)
		drop_first(s);
}
