/*
 * Tables without a time were taken one after another, each within one of the
 * intervals. What speaks against an interval is added up for each table, and
 * the intervals are chosen, none before that of the table before, so that the
 * sum over all tables is least; the earliest of equals.
 *
 * Each change touches its own socket alone: what speaks against a table is kept
 * as if the table had no row at all, which is the same for all, and what the
 * rows that it has change about that.
 */
#include "recorded/recorded_priv.h"

#include <stdlib.h>

/*
 * What speaks against an interval. A socket on one side only says most, or one
 * in another state; a queue may have moved while the table was taken; and a
 * likeliest value is worth no more than to decide between equals.
 */
#define COST_ABSENT 150
#define COST_STATE  100
#define COST_QUEUE  25
#define COST_GUESS  1

/* Tables that follow one another without a time, and the intervals that they may lie in. */
struct run {
	struct comparison *c;
	uint32_t first, count; /* tables */
	uint32_t low, high;    /* intervals, both included */

	/* while time goes by */
	uint32_t interval;
	int64_t shared;  /* as if a table had no rows */
	int64_t *own;    /* by table: what its rows change about that */
	uint8_t *better; /* a bit by table and interval: the least sum so far */
};

/* Before the first change nobody knows what there is. */
static int64_t
cost_of_none(const struct run *run, uint32_t socket, uint32_t change)
{
	const struct comparison *c = run->c;

	if (run->interval == 0 || c->known[socket].is_elsewhere || is_gone(c, change))
		return 0;
	return COST_ABSENT;
}

static int64_t
cost_of_queue(const struct range *range, int64_t best, int64_t value)
{
	return range->lo != range->hi && best >= 0 && best != value ? COST_GUESS : 0;
}

static int64_t
cost_of_row(const struct run *run, uint32_t row, uint32_t change)
{
	const struct comparison *c = run->c;
	const struct recorded *recorded = &c->snapshots->rows[row];
	const struct socket_row *found;
	unsigned differs;

	if (is_gone(c, change))
		return COST_ABSENT;
	found = &c->changes[change].row;
	differs = differences(c, recorded, found);
	if (differs & DIFFERS_STATE)
		return COST_STATE;
	return (differs & DIFFERS_RECV_Q ? COST_QUEUE : 0) +
	       (differs & DIFFERS_SEND_Q ? COST_QUEUE : 0) +
	       cost_of_queue(&found->recv_q, found->recv_q_best, recorded->recv_q) +
	       cost_of_queue(&found->send_q, found->send_q_best, recorded->send_q);
}

/* From now on this change holds. */
static void
hold(struct run *run, uint32_t socket, uint32_t change)
{
	struct known *known = &run->c->known[socket];
	int64_t before = cost_of_none(run, socket, known->latest);
	int64_t after = cost_of_none(run, socket, change);

	for (uint32_t i = 0; i < known->told_count; i++) {
		const struct told *told = &run->c->told[known->first_told + i];
		uint32_t table = told->table - run->first;

		if (told->table >= run->first && table < run->count)
			run->own[table] += cost_of_row(run, told->row, change) - after -
					   (cost_of_row(run, told->row, known->latest) - before);
	}
	run->shared += after - before;
	known->latest = change;
}

static void
start(struct run *run)
{
	struct comparison *c = run->c;

	run->interval = 0;
	run->shared = 0;
	for (uint32_t i = 0; i < run->count; i++)
		run->own[i] = 0;
	for (size_t i = 0; i < c->known_count; i++)
		c->known[i].latest = NOTHING;
	for (size_t i = 0; i < c->told_count; i++) {
		uint32_t table = c->told[i].table - run->first;

		if (c->told[i].table >= run->first && table < run->count)
			run->own[table] += cost_of_row(run, c->told[i].row, NOTHING);
	}
	for (uint32_t i = 0; next_early_listener(c, &i); i++)
		hold(run, c->changes[i].socket, i);
}

static void
go_on(struct run *run)
{
	struct comparison *c = run->c;

	/* What was only thought to be there before becomes a change like any other. */
	for (uint32_t i = 0; run->interval == 0 && next_early_listener(c, &i); i++)
		hold(run, c->changes[i].socket, NOTHING);
	run->interval++;
	for (uint32_t i = c->begins[run->interval]; i < c->begins[run->interval + 1]; i++)
		hold(run, c->changes[i].socket, i);
}

static void
start_at_low(struct run *run)
{
	start(run);
	while (run->interval < run->low)
		go_on(run);
}

static int64_t
cost_now(const struct run *run, uint32_t table)
{
	return run->shared + run->own[table];
}

/* --- which intervals --- */

static size_t
bit_of(const struct run *run, uint32_t table, uint32_t interval)
{
	return (size_t)table * (run->high - run->low + 1) + (interval - run->low);
}

/* sums: by table, the least that it and those before it can have cost by now. */
static void
weigh(struct run *run, int64_t *sums)
{
	int64_t before = 0;

	for (uint32_t table = 0; table < run->count; table++) {
		int64_t sum = before + cost_now(run, table);

		if (sum < sums[table]) {
			size_t bit = bit_of(run, table, run->interval);

			sums[table] = sum;
			run->better[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
		before = sums[table];
	}
}

static void
weigh_all(struct run *run)
{
	int64_t *sums = mem_realloc_array(NULL, run->count, sizeof(*sums));

	for (uint32_t table = 0; table < run->count; table++)
		sums[table] = INT64_MAX;
	start_at_low(run);
	weigh(run, sums);
	while (run->interval < run->high) {
		go_on(run);
		weigh(run, sums);
	}
	free(sums);
}

/* The least sum of all tables ends where the last one's was last improved; and so on back. */
static void
choose(struct run *run)
{
	uint32_t interval = run->high;

	for (uint32_t table = run->count; table-- > 0;) {
		size_t bit = bit_of(run, table, interval);

		while (!(run->better[bit / 8] & 1u << bit % 8)) {
			bit--;
			interval--;
		}
		run->c->chosen[run->first + table] = interval;
	}
}

/* --- what would do as well --- */

struct as_good {
	int64_t cost;   /* of the interval before */
	uint32_t since; /* the first of those with that cost */
	int64_t chosen_cost;
	bool is_over;
};

static void
look_around(struct run *run, struct as_good *good, uint32_t table)
{
	struct comparison *c = run->c;
	uint32_t chosen = c->chosen[run->first + table];
	int64_t cost = cost_now(run, table);

	if (run->interval == run->low || cost != good->cost)
		good->since = run->interval;
	good->cost = cost;
	if (run->interval == chosen) {
		c->from[run->first + table] = good->since;
		good->chosen_cost = cost;
	}
	if (run->interval < chosen || good->is_over)
		return;
	good->is_over = cost != good->chosen_cost;
	if (!good->is_over)
		c->to[run->first + table] = run->interval;
}

/* They may move together, but none past another. */
static void
keep_order(struct run *run)
{
	uint32_t *from = run->c->from + run->first;
	uint32_t *to = run->c->to + run->first;

	for (uint32_t table = 1; table < run->count; table++)
		if (from[table] < from[table - 1])
			from[table] = from[table - 1];
	for (uint32_t table = run->count - 1; table > 0; table--)
		if (to[table - 1] > to[table])
			to[table - 1] = to[table];
}

static void
look_around_all(struct run *run)
{
	struct as_good *good = mem_zalloc(run->count * sizeof(*good));

	start_at_low(run);
	for (;;) {
		for (uint32_t table = 0; table < run->count; table++)
			look_around(run, &good[table], table);
		if (run->interval == run->high)
			break;
		go_on(run);
	}
	keep_order(run);
	free(good);
}

static void
align_run(struct run *run)
{
	run->own = mem_realloc_array(NULL, run->count, sizeof(*run->own));
	run->better = mem_zalloc(bit_of(run, run->count, run->low) / 8 + 1);
	weigh_all(run);
	choose(run);
	look_around_all(run);
	free(run->own);
	free(run->better);
}

void
align_tables(struct comparison *c)
{
	const struct snapshot *tables = c->snapshots->tables;
	uint32_t count = (uint32_t)c->snapshots->table_count;

	for (uint32_t i = 0; i < count; i++) {
		struct run run = { .c = c, .first = i, .high = c->interval_count - 1 };

		while (i < count && !tables[i].has_time)
			i++;
		run.count = i - run.first;
		if (run.count == 0)
			continue;
		if (run.first > 0)
			run.low = c->chosen[run.first - 1];
		if (i < count && c->chosen[i] >= run.low)
			run.high = c->chosen[i];
		align_run(&run);
	}
}
