/*
 * What is said of all flows, however many they are: measures, groups of flows
 * that are alike, and which are worth a look. Of a flow some 60 bytes stay.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sort.h"

/* Of groups that share no server any more, there are at most some hundred. */
#define GROUPS_MAX 4096

/* Of flows that are alike as many are shown before those of another kind come. */
#define PICKS_PER_GROUP 20

struct tally {
	struct hash_seed seed;
	uint64_t flows;
	uint64_t one_sided; /* connections of which one end's packets are missing */
	struct measure measures[MEASURE_COUNT];
	size_t rooms[MEASURE_COUNT];
	struct tally_mark marks[MARK_COUNT];
	struct tally_pair pairs[MARK_COUNT + 1][CAUSE_COUNT]; /* the last: without a mark */

	struct tally_group *groups;
	size_t group_count;
	size_t group_room;
	uint32_t *index;   /* 1 + a group's place; 0: free */
	size_t index_size; /* a power of two, or 0 */

	struct pick *picks;
	size_t pick_count;
	size_t pick_room;
	struct budget budget;

	struct extreme {
		int64_t value;
		uint32_t flow;
		uint32_t group;
		bool is_tied; /* another is just as large */
	} most[3];
};

/* Measures and candidates of some millions of flows. */
#define TALLY_LIMIT_BYTES ((size_t)64 << 20)

struct tally *
tally_new(void)
{
	struct tally *tally = mem_zalloc(sizeof(*tally));

	tally->seed = hash_seed_draw();
	tally->budget.limit_bytes = TALLY_LIMIT_BYTES;
	return tally;
}

void
tally_free(struct tally *tally)
{
	if (tally == NULL)
		return;
	for (int i = 0; i < MEASURE_COUNT; i++)
		free(tally->measures[i].values);
	free(tally->groups);
	free(tally->index);
	free(tally->picks);
	free(tally);
}

/* --- measures --- */

static void
add_value(struct tally *tally, enum measure_kind kind, int64_t value)
{
	struct measure *measure = &tally->measures[kind];
	int64_t *place = budget_add(
	    &tally->budget, &measure->values, &measure->count, &tally->rooms[kind], sizeof(*place));

	if (place == NULL)
		measure->left_out++;
	else
		*place = value;
}

static void
add_measures(struct tally *tally, const struct flow_row *row)
{
	if (row->is_tcp && row->conn.handshake_ns >= 0)
		add_value(tally, MEASURE_HANDSHAKE, row->conn.handshake_ns);
	if (row->is_tcp && row->rtt_ns >= 0)
		add_value(tally, MEASURE_RTT, row->rtt_ns);
	add_value(tally, MEASURE_DURATION, span_ns(row->end_ns, row->start_ns));
	add_value(tally, MEASURE_BYTES, (int64_t)(row->bytes[0] + row->bytes[1]));
}

/* --- groups --- */

static struct group_key
key_of(const struct flow_row *row, bool has_server)
{
	struct group_key key;

	/* Compared and mixed byte by byte. */
	memset(&key, 0, sizeof(key));
	if (has_server) {
		memcpy(key.address, row->tuple.dst, sizeof(key.address));
		key.port = row->tuple.dport;
		key.ip_version = row->tuple.ip_version;
	}
	key.proto = row->tuple.proto;
	key.is_tcp = row->is_tcp;
	key.open = row->is_tcp ? (uint8_t)row->conn.open : 0;
	key.close = row->is_tcp ? (uint8_t)row->conn.close : 0;
	key.connect = row->is_tcp ? (uint8_t)row->conn.connect : 0;
	strncpy(key.conn_state, row->conn.conn_state, sizeof(key.conn_state) - 1);
	return key;
}

static size_t
slot_of(const struct tally *tally, const struct group_key *key)
{
	uint64_t words[(sizeof(*key) + 7) / 8] = { 0 };
	uint64_t hash = tally->seed.a;

	memcpy(words, key, sizeof(*key));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = hash_mix(hash ^ words[i], tally->seed.b);
	return (size_t)hash & (tally->index_size - 1);
}

/* Its place in the index, or the one where it would be. */
static uint32_t *
find_group(const struct tally *tally, const struct group_key *key)
{
	size_t slot = slot_of(tally, key);

	while (tally->index[slot] != 0 &&
	       memcmp(&tally->groups[tally->index[slot] - 1].key, key, sizeof(*key)) != 0)
		slot = (slot + 1) & (tally->index_size - 1);
	return &tally->index[slot];
}

static void
grow_index(struct tally *tally)
{
	if (tally->group_count * 2 < tally->index_size)
		return;
	tally->index_size = tally->index_size == 0 ? 64 : tally->index_size * 2;
	free(tally->index);
	tally->index = mem_zalloc(tally->index_size * sizeof(*tally->index));
	for (size_t i = 0; i < tally->group_count; i++)
		*find_group(tally, &tally->groups[i].key) = (uint32_t)i + 1;
}

static struct tally_group *
group_of(struct tally *tally, const struct flow_row *row)
{
	struct group_key key = key_of(row, true);
	uint32_t *place;

	grow_index(tally);
	place = find_group(tally, &key);
	if (*place == 0 && tally->group_count >= GROUPS_MAX) {
		key = key_of(row, false);
		place = find_group(tally, &key);
	}
	if (*place != 0)
		return &tally->groups[*place - 1];
	tally->groups =
	    mem_room(tally->groups, &tally->group_room, tally->group_count, sizeof(*tally->groups));
	*place = (uint32_t)tally->group_count + 1;
	tally->groups[tally->group_count] = (struct tally_group){
		.key = key,
		.place = (uint32_t)tally->group_count,
		.example = row->flow,
	};
	return &tally->groups[tally->group_count++];
}

static struct tally_group *
add_to_group(struct tally *tally, const struct flow_row *row)
{
	struct tally_group *group = group_of(tally, row);

	group->count++;
	group->packets += (uint64_t)row->packets[0] + row->packets[1];
	group->bytes += row->bytes[0] + row->bytes[1];
	group->retransmissions += row->retransmissions;
	if (group->count == 1 || row->start_ns < group->first_ns)
		group->first_ns = row->start_ns;
	if (group->count == 1 || row->end_ns > group->last_ns)
		group->last_ns = row->end_ns;
	return group;
}

/* --- what is worth a look --- */

static void
note_pick(struct tally *tally, uint32_t flow, uint32_t reasons, uint32_t group, int64_t end_ns)
{
	struct pick *pick = budget_add(
	    &tally->budget, &tally->picks, &tally->pick_count, &tally->pick_room, sizeof(*pick));

	if (pick != NULL)
		*pick = (struct pick){
			.flow = flow,
			.reasons = reasons,
			.weight = worth_weight(reasons),
			.group = group,
			.end_ns = end_ns,
		};
}

static void
note_most(struct tally *tally, int which, int64_t value, uint32_t flow, uint32_t group)
{
	struct extreme *most = &tally->most[which];

	if (value == most->value)
		most->is_tied = true;
	else if (value > most->value)
		*most = (struct extreme){ .value = value, .flow = flow, .group = group };
}

static const uint32_t most_reasons[3] = {
	UINT32_C(1) << WORTH_MOST_BYTES,
	UINT32_C(1) << WORTH_LONGEST,
	UINT32_C(1) << WORTH_SLOWEST,
};

/* The other end's SYN was answered, or its answer: so it did send something. */
static bool
is_one_sided(const struct flow_row *row)
{
	if (!row->is_tcp || (row->packets[0] > 0 && row->packets[1] > 0))
		return false;
	return row->conn.open == OPEN_COMPLETE || strpbrk(row->conn.history, "hH") != NULL;
}

void
tally_flow(struct tally *tally, const struct flow_row *row)
{
	const struct tally_group *group = add_to_group(tally, row);
	uint32_t reasons = worth_reasons(row);

	tally->flows++;
	tally->one_sided += is_one_sided(row);
	add_measures(tally, row);
	if (reasons != 0)
		note_pick(tally, row->flow, reasons, group->place, row->end_ns);
	note_most(tally, 0, (int64_t)(row->bytes[0] + row->bytes[1]), row->flow, group->place);
	note_most(tally, 1, span_ns(row->end_ns, row->start_ns), row->flow, group->place);
	if (row->is_tcp)
		note_most(tally, 2, row->conn.handshake_ns, row->flow, group->place);
	for (int i = 0; i < MARK_COUNT; i++) {
		tally->marks[i].count += row->mark_counts[i];
		tally->marks[i].flows += row->mark_counts[i] > 0;
	}
}

/* --- packets --- */

static void
note_frame(struct tally_frames *frames, uint32_t index)
{
	if (frames->count < TALLY_FRAMES)
		frames->indexes[frames->count++] = index;
}

void
tally_packet(struct tally *tally, const struct packet_row *row)
{
	unsigned cause = row->verdict.reason.cause;

	if (row->verdict.marks == 0 && cause == CAUSE_NONE)
		return;
	for (int i = 0; i < MARK_COUNT; i++) {
		if (!(row->verdict.marks & MARK_BIT(i)))
			continue;
		note_frame(&tally->marks[i].frames, row->index);
		tally->pairs[i][cause].count++;
		note_frame(&tally->pairs[i][cause].frames, row->index);
	}
	if (row->verdict.marks == 0) {
		tally->pairs[MARK_COUNT][cause].count++;
		note_frame(&tally->pairs[MARK_COUNT][cause].frames, row->index);
	}
}

/* --- all is in --- */

static int
by_size(const void *left, const void *right)
{
	const struct tally_group *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* Those that are one too many of their kind come after all others. */
static int
by_worth(const void *left, const void *right)
{
	const struct pick *a = left, *b = right;

	if (a->is_extra != b->is_extra)
		return a->is_extra ? 1 : -1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->flow < b->flow ? -1 : a->flow > b->flow;
}

/* The same flow may have been picked by its row. */
static void
add_most(struct tally *tally)
{
	for (int i = 0; i < 3; i++) {
		const struct extreme *most = &tally->most[i];
		size_t at = 0;

		if (most->flow == 0 || most->is_tied || tally->flows < 2)
			continue;
		while (at < tally->pick_count && tally->picks[at].flow != most->flow)
			at++;
		if (at == tally->pick_count) {
			note_pick(tally, most->flow, most_reasons[i], most->group, INT64_MIN);
			continue;
		}
		tally->picks[at].reasons |= most_reasons[i];
		tally->picks[at].weight = worth_weight(tally->picks[at].reasons);
	}
}

static void
set_extra_apart(struct tally *tally)
{
	uint32_t *taken = mem_zalloc((tally->group_count + 1) * sizeof(*taken));

	for (size_t i = 0; i < tally->pick_count; i++)
		tally->picks[i].is_extra = taken[tally->picks[i].group]++ >= PICKS_PER_GROUP;
	free(taken);
}

/* A SYN or SYN-ACK comes again after a second (RFC 6298, 2.1): before that, nothing is missing. */
#define PATIENCE_NS SECOND_NS

#define UNFINISHED (UINT32_C(1) << WORTH_HALF_OPEN | UINT32_C(1) << WORTH_UNANSWERED)

/* Where the capture ended, what had just begun is like any other. */
static void
forgive_unfinished(struct tally *tally, int64_t last_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < tally->pick_count; i++) {
		struct pick pick = tally->picks[i];

		if (span_ns(last_ns, pick.end_ns) < PATIENCE_NS)
			pick.reasons &= ~UNFINISHED;
		pick.weight = (uint16_t)worth_weight(pick.reasons);
		if (pick.reasons != 0)
			tally->picks[count++] = pick;
	}
	tally->pick_count = count;
}

void
tally_end(struct tally *tally, int64_t last_ns)
{
	for (int i = 0; i < MEASURE_COUNT; i++)
		sort_numbers(tally->measures[i].values, tally->measures[i].count);
	forgive_unfinished(tally, last_ns);
	add_most(tally);
	if (tally->pick_count > 0) {
		qsort(tally->picks, tally->pick_count, sizeof(*tally->picks), by_worth);
		set_extra_apart(tally);
		qsort(tally->picks, tally->pick_count, sizeof(*tally->picks), by_worth);
	}
	if (tally->group_count > 0)
		qsort(tally->groups, tally->group_count, sizeof(*tally->groups), by_size);
}

/* --- what is asked of it --- */

/* As many packets as a figure and a reader can bear; the first flow may have more. */
#define KEPT_PACKETS 1500

/* Of so many of the largest groups an example. */
#define KEPT_GROUPS 8

/* These alone are no reason to read far into the capture once more. */
#define LARGEST \
	(UINT32_C(1) << WORTH_MOST_BYTES | UINT32_C(1) << WORTH_LONGEST | \
	    UINT32_C(1) << WORTH_SLOWEST)

struct keeping {
	const struct figure_data *data;
	uint32_t *flows;
	size_t count;
	uint64_t packets;
};

static void
keep(struct keeping *keeping, uint32_t number)
{
	const struct flow_row *row = figure_flow(keeping->data, number);
	uint64_t packets;

	if (row == NULL || keeping->count == TALLY_KEPT)
		return;
	for (size_t i = 0; i < keeping->count; i++)
		if (keeping->flows[i] == number)
			return;
	packets = (uint64_t)row->packets[0] + row->packets[1];
	if (keeping->count > 0 && keeping->packets + packets > KEPT_PACKETS)
		return;
	keeping->packets += packets;
	keeping->flows[keeping->count++] = number;
}

/* Of what is usual, the first of the largest groups. */
size_t
tally_keep(const struct tally *tally, const struct figure_data *data, uint32_t flows[TALLY_KEPT])
{
	struct keeping keeping = { .data = data, .flows = flows };

	if (tally->group_count > 0)
		keep(&keeping, tally->groups[0].example);
	for (size_t i = 0; i < tally->pick_count; i++)
		if ((tally->picks[i].reasons & ~LARGEST) != 0)
			keep(&keeping, tally->picks[i].flow);
	for (size_t i = 1; i < tally->group_count && i < KEPT_GROUPS; i++)
		keep(&keeping, tally->groups[i].example);
	qsort(flows, keeping.count, sizeof(*flows), order_u32);
	return keeping.count;
}

const struct measure *
tally_measure(const struct tally *tally, enum measure_kind kind)
{
	return &tally->measures[kind];
}

uint64_t
tally_one_sided(const struct tally *tally)
{
	return tally->one_sided;
}

const struct tally_mark *
tally_mark(const struct tally *tally, enum mark mark)
{
	return &tally->marks[mark];
}

const struct tally_pair *
tally_pair(const struct tally *tally, unsigned mark, enum cause cause)
{
	return &tally->pairs[mark][cause];
}

size_t
tally_groups(const struct tally *tally, const struct tally_group **groups)
{
	*groups = tally->groups;
	return tally->group_count;
}

size_t
tally_picks(const struct tally *tally, const struct pick **picks)
{
	*picks = tally->picks;
	return tally->pick_count;
}
