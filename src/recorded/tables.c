/*
 * Recorded tables put in order before they are compared: a socket's rows are
 * counted once a table and listed by socket, time is cut into intervals, and
 * tables whose time is known get theirs.
 */
#include "recorded/recorded_priv.h"

#include <stdlib.h>

#include "base/find.h"

/* ss tells more of what listens than netstat; else the first of two rows counts. */
static bool
is_better(const struct recorded *row, const struct recorded *other)
{
	return row->state == SOCK_LISTEN && row->printer == PRINTER_SS &&
	       other->printer != PRINTER_SS;
}

static void
drop_repeated(struct comparison *c, uint32_t *row_of_socket, uint32_t table)
{
	const struct snapshot *snapshot = &c->snapshots->tables[table];

	for (uint32_t i = snapshot->first; i < snapshot->first + snapshot->count; i++) {
		uint32_t socket = c->socket_of_row[i];
		uint32_t dropped = i;

		if (socket == NOTHING)
			continue;
		if (c->known[socket].mark != table + 1) {
			c->known[socket].mark = table + 1;
			row_of_socket[socket] = i;
			continue;
		}
		if (is_better(&c->snapshots->rows[i], &c->snapshots->rows[row_of_socket[socket]])) {
			dropped = row_of_socket[socket];
			row_of_socket[socket] = i;
		}
		c->socket_of_row[dropped] = NOTHING;
		c->summary.repeated++;
	}
}

static void
drop_all_repeated(struct comparison *c)
{
	uint32_t *row_of_socket =
	    mem_realloc_array(NULL, c->known_count + 1, sizeof(*row_of_socket));

	for (uint32_t table = 0; table < c->snapshots->table_count; table++)
		drop_repeated(c, row_of_socket, table);
	free(row_of_socket);
}

/* By socket, each in the order of tables: counted, then put in place. */
static void
list_told(struct comparison *c)
{
	const struct snapshots *snapshots = c->snapshots;
	uint32_t next = 0;

	for (size_t i = 0; i < snapshots->row_count; i++)
		if (c->socket_of_row[i] != NOTHING)
			c->known[c->socket_of_row[i]].told_count++;
	for (size_t i = 0; i < c->known_count; i++) {
		c->known[i].first_told = next;
		next += c->known[i].told_count;
		c->known[i].told_count = 0;
	}
	c->told_count = next;
	c->told = mem_realloc_array(NULL, c->told_count + 1, sizeof(*c->told));
	for (uint32_t table = 0; table < snapshots->table_count; table++) {
		const struct snapshot *snapshot = &snapshots->tables[table];

		for (uint32_t i = snapshot->first; i < snapshot->first + snapshot->count; i++) {
			struct known *known;

			if (c->socket_of_row[i] == NOTHING)
				continue;
			known = &c->known[c->socket_of_row[i]];
			c->told[known->first_told + known->told_count++] =
			    (struct told){ c->socket_of_row[i], table, i };
		}
	}
}

static void
cut_intervals(struct comparison *c)
{
	c->begins = mem_realloc_array(NULL, c->change_count + 3, sizeof(*c->begins));
	c->begins[0] = 0;
	c->interval_count = 1;
	for (size_t i = 0; i < c->change_count; i++)
		if (i == 0 || c->changes[i].row.at_ns > c->changes[i - 1].row.at_ns)
			c->begins[c->interval_count++] = (uint32_t)i;
	c->begins[c->interval_count] = (uint32_t)c->change_count;
}

/* It listened before, for all that is known. */
bool
next_early_listener(const struct comparison *c, uint32_t *change)
{
	uint32_t end = c->interval_count > 1 ? c->begins[2] : 0;

	while (*change < end && c->changes[*change].row.state != SOCK_LISTEN)
		++*change;
	return *change < end;
}

void
comparison_rewind(struct comparison *c)
{
	for (size_t i = 0; i < c->known_count; i++)
		c->known[i].latest = NOTHING;
	for (uint32_t i = 0; next_early_listener(c, &i); i++)
		c->known[c->changes[i].socket].latest = i;
}

/* The interval that a moment lies in: the last that begins at it or before. */
static uint32_t
interval_at(const struct comparison *c, int64_t ns)
{
	size_t after;

	FIND_PLACE(
	    after, c->interval_count, after == 0 || c->changes[c->begins[after]].row.at_ns <= ns);
	return (uint32_t)after - 1;
}

static void
place_timed(struct comparison *c)
{
	size_t count = c->snapshots->table_count + 1;

	c->chosen = mem_zalloc(count * sizeof(*c->chosen));
	c->from = mem_zalloc(count * sizeof(*c->from));
	c->to = mem_zalloc(count * sizeof(*c->to));
	for (size_t i = 0; i + 1 < count; i++)
		if (c->snapshots->tables[i].has_time)
			c->chosen[i] =
			    interval_at(c, moment_ns(&c->snapshots->tables[i].at, c->first_ns));
}

void
comparison_order(struct comparison *c)
{
	drop_all_repeated(c);
	list_told(c);
	cut_intervals(c);
	place_timed(c);
}
