/*
 * Recorded tables and the capture's sockets, side by side: which socket a row
 * is of, and for each row whether the two agree.
 */
#include "recorded/recorded_priv.h"

#include <stdlib.h>
#include <string.h>

/* Three million changes. */
#define CHANGE_BYTES_MAX ((size_t)512 << 20)
/* Tables times changes: seconds of work. */
#define WORK_MAX (UINT64_C(1) << 30)

const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_AGREES] = "agrees",
	[OUTCOME_CONTRADICTS] = "contradicts",
	[OUTCOME_RECORDED] = "recorded-only",
	[OUTCOME_FOUND] = "found-only",
};

/* --- which socket --- */

/* Of what listens, the port, and the address only where that tells it from another. */
static struct tuple
listener_ends(const struct comparison *c, const struct tuple *local, bool any_address)
{
	struct tuple ends = { .proto = PROTO_TCP, .sport = local->sport };

	if (!any_address && c->by_address[local->sport / 8] & 1u << local->sport % 8) {
		ends.ip_version = local->ip_version;
		memcpy(ends.src, local->src, sizeof(ends.src));
	}
	return ends;
}

static struct tuple
recorded_ends(const struct comparison *c, const struct recorded *row)
{
	if (row->state != SOCK_LISTEN)
		return row->ends;
	return listener_ends(c, &row->ends, row->any_address);
}

static struct tuple
found_ends(const struct comparison *c, const struct socket_row *row)
{
	struct tuple ends = row->ends;

	if (row->flow == 0)
		return listener_ends(c, &row->ends, row->any_address);
	ends.proto = PROTO_TCP;
	ends.zero = 0;
	return ends;
}

/* --- what was recorded --- */

/* Ports on which more than one address is recorded to listen. */
static void
find_shared_ports(struct comparison *c)
{
	const struct snapshots *snapshots = c->snapshots;
	struct ends listeners;

	ends_init(&listeners, snapshots->row_count);
	for (size_t i = 0; i < snapshots->row_count; i++) {
		const struct recorded *row = &snapshots->rows[i];

		if (row->state == SOCK_LISTEN && !row->any_address)
			ends_add(&listeners,
			    end_of(row->ends.src, row->ends.ip_version, row->ends.sport));
	}
	ends_settle(&listeners);
	for (size_t i = 1; i < listeners.count; i++) {
		uint16_t port = listeners.at[i].port;

		if (port == listeners.at[i - 1].port)
			c->by_address[port / 8] |= (uint8_t)(1u << port % 8);
	}
	ends_fini(&listeners);
}

static void
add_recorded(struct comparison *c)
{
	const struct snapshots *snapshots = c->snapshots;

	for (size_t i = 0; i < snapshots->row_count; i++) {
		const struct recorded *row = &snapshots->rows[i];
		const struct tuple ends = recorded_ends(c, row);

		c->socket_of_row[i] = known_or_new(c, &ends);
		if (row->state == SOCK_LISTEN && row->printer == PRINTER_NETSTAT && row->recv_q > 0)
			c->queue_is_told = true;
	}
}

struct comparison *
comparison_new(const struct snapshots *snapshots)
{
	struct comparison *c = mem_zalloc(sizeof(*c));

	c->snapshots = snapshots;
	c->budget.limit_bytes = CHANGE_BYTES_MAX;
	c->index.seed = hash_seed_draw();
	c->socket_of_row =
	    mem_realloc_array(NULL, snapshots->row_count + 1, sizeof(*c->socket_of_row));
	find_shared_ports(c);
	add_recorded(c);
	return c;
}

void
comparison_free(struct comparison *c)
{
	if (c == NULL)
		return;
	free(c->known);
	free(c->index.slots);
	free(c->socket_of_row);
	free(c->told);
	free(c->changes);
	free(c->begins);
	free(c->chosen);
	free(c->from);
	free(c->to);
	free(c);
}

void
comparison_add(struct comparison *c, const struct socket_row *row)
{
	const struct tuple ends = found_ends(c, row);
	struct change *change;

	if (!budget_take(&c->budget, sizeof(*change))) {
		c->summary.left_out++;
		return;
	}
	c->changes = mem_room(c->changes, &c->change_room, c->change_count, sizeof(*c->changes));
	change = &c->changes[c->change_count++];
	change->row = *row;
	change->socket = known_or_new(c, &ends);
	c->known[change->socket].is_found = true;
}

/* --- row by row --- */

static bool
lies_in(const struct range *range, int64_t value)
{
	return value >= range->lo && value <= range->hi;
}

/* netstat says nothing of a backlog, and in net-tools 1.60 nothing of the queue. */
static unsigned
listener_differences(
    const struct comparison *c, const struct recorded *recorded, const struct socket_row *found)
{
	bool is_netstat = recorded->printer == PRINTER_NETSTAT;
	unsigned differs = 0;

	if (!(is_netstat && !c->queue_is_told) && !lies_in(&found->recv_q, recorded->recv_q))
		differs |= DIFFERS_RECV_Q;
	if (!is_netstat && !lies_in(&found->send_q, recorded->send_q))
		differs |= DIFFERS_SEND_Q;
	return differs;
}

unsigned
differences(
    const struct comparison *c, const struct recorded *recorded, const struct socket_row *found)
{
	unsigned differs = 0;

	if (recorded->state != found->state)
		return DIFFERS_STATE;
	if (found->state == SOCK_LISTEN)
		return listener_differences(c, recorded, found);
	if (!lies_in(&found->recv_q, recorded->recv_q))
		differs |= DIFFERS_RECV_Q;
	if (!lies_in(&found->send_q, recorded->send_q))
		differs |= DIFFERS_SEND_Q;
	return differs;
}

/* Who is told, and at which interval the sockets stand. */
struct telling {
	struct comparison *c;
	uint32_t interval;
	void (*row)(void *ctx, const struct compared *row);
	void *ctx;
};

static void
go_to(struct telling *telling, uint32_t interval)
{
	struct comparison *c = telling->c;

	if (interval < telling->interval) {
		comparison_rewind(c);
		telling->interval = 0;
	}
	for (; telling->interval < interval; telling->interval++) {
		uint32_t next = telling->interval + 1;

		for (uint32_t i = c->begins[next]; i < c->begins[next + 1]; i++)
			c->known[c->changes[i].socket].latest = i;
	}
}

void
comparison_times(const struct comparison *c, uint32_t table, struct compared *row)
{
	const struct snapshot *snapshot = &c->snapshots->tables[table];
	uint32_t from = c->from[table], end = c->to[table] + 1;

	row->snapshot = table + 1;
	row->line = snapshot->line;
	row->has_time = snapshot->has_time;
	if (row->has_time) {
		row->from_ns = row->to_ns = moment_ns(&snapshot->at, c->first_ns);
		return;
	}
	row->from_ns = from == 0 ? INT64_MIN : c->changes[c->begins[from]].row.at_ns;
	row->to_ns = end >= c->interval_count ? INT64_MAX : c->changes[c->begins[end]].row.at_ns;
}

static void
tell_row(const struct telling *telling, struct compared *row)
{
	telling->c->summary.counts[row->outcome]++;
	telling->row(telling->ctx, row);
}

static void
tell_recorded(const struct telling *telling, struct compared row, uint32_t index)
{
	const struct comparison *c = telling->c;
	uint32_t latest = c->known[c->socket_of_row[index]].latest;

	row.recorded = &c->snapshots->rows[index];
	row.outcome = OUTCOME_RECORDED;
	if (!is_gone(c, latest)) {
		row.found = &c->changes[latest].row;
		row.differs = differences(c, row.recorded, row.found);
		row.outcome = row.differs == 0 ? OUTCOME_AGREES : OUTCOME_CONTRADICTS;
	}
	tell_row(telling, &row);
}

static void
tell_found(const struct telling *telling, struct compared row, uint32_t socket)
{
	const struct comparison *c = telling->c;
	const struct known *known = &c->known[socket];

	if (known->is_elsewhere || is_gone(c, known->latest) || telling->interval == 0)
		return;
	row.found = &c->changes[known->latest].row;
	row.outcome = OUTCOME_FOUND;
	tell_row(telling, &row);
}

static void
tell_table(struct telling *telling, uint32_t table)
{
	struct comparison *c = telling->c;
	const struct snapshot *snapshot = &c->snapshots->tables[table];
	struct compared row = { 0 };
	uint32_t mark = (uint32_t)c->snapshots->table_count + 1 + table;

	go_to(telling, c->chosen[table]);
	comparison_times(c, table, &row);
	for (uint32_t i = snapshot->first; i < snapshot->first + snapshot->count; i++) {
		if (c->socket_of_row[i] == NOTHING)
			continue;
		c->known[c->socket_of_row[i]].mark = mark;
		tell_recorded(telling, row, i);
	}
	for (uint32_t i = 0; i < c->known_count; i++)
		if (c->known[i].mark != mark)
			tell_found(telling, row, i);
}

enum status
comparison_tell(struct comparison *c, const char *name, int64_t first_ns,
    void (*row)(void *ctx, const struct compared *row), void *ctx, struct diag *diag)
{
	struct telling telling = { .c = c, .row = row, .ctx = ctx };
	uint64_t tables = c->snapshots->table_count;

	if (tables * (c->change_count + c->known_count + 1) > WORK_MAX)
		return diag_set(diag, ST_LIMIT,
		    "%s: too many snapshots for a capture with so many changes", name);
	c->first_ns = first_ns;
	comparison_part(c);
	comparison_order(c);
	align_tables(c);
	comparison_rewind(c);
	for (uint32_t table = 0; table < tables; table++)
		tell_table(&telling, table);
	return ST_OK;
}

const struct comparison_summary *
comparison_summary(const struct comparison *c)
{
	return &c->summary;
}
