/*
 * Tables were recorded on one machine, a capture may tell of two; and a machine
 * has sockets that a capture knows nothing of. So a recorded row is foreign
 * unless the capture has that very connection, or one to the same server's
 * end; and a socket of the capture is elsewhere if the tables have sockets,
 * but none on its address. What listens is found by its port.
 */
#include "recorded/recorded_priv.h"

/* The addresses of the machine on which the tables were recorded. */
static void
gather_locals(const struct comparison *c, struct ends *locals)
{
	const struct snapshots *snapshots = c->snapshots;

	ends_init(locals, snapshots->row_count);
	for (size_t i = 0; i < snapshots->row_count; i++) {
		const struct recorded *row = &snapshots->rows[i];

		if (!row->any_address)
			ends_add(locals, end_of(row->ends.src, row->ends.ip_version, 0));
	}
	ends_settle(locals);
}

static struct end
server_end(const struct socket_row *row)
{
	if (row->flow == 0 || row->is_server)
		return end_of(row->ends.src, row->ends.ip_version, row->ends.sport);
	return end_of(row->ends.dst, row->ends.ip_version, row->ends.dport);
}

static void
gather_servers(const struct comparison *c, struct ends *servers)
{
	ends_init(servers, c->change_count);
	for (size_t i = 0; i < c->change_count; i++)
		ends_add(servers, server_end(&c->changes[i].row));
	ends_settle(servers);
}

static bool
is_foreign(const struct comparison *c, const struct recorded *row, uint32_t socket,
    const struct ends *servers)
{
	const struct tuple *ends = &row->ends;

	if (c->known[socket].is_found)
		return false;
	if (row->state == SOCK_LISTEN)
		return row->any_address
			   ? !ends_have_port(servers, ends->sport)
			   : !ends_have(servers, end_of(ends->src, ends->ip_version, ends->sport));
	return !ends_have(servers, end_of(ends->src, ends->ip_version, ends->sport)) &&
	       !ends_have(servers, end_of(ends->dst, ends->ip_version, ends->dport));
}

static void
drop_foreign(struct comparison *c)
{
	struct ends servers;

	gather_servers(c, &servers);
	for (size_t i = 0; i < c->snapshots->row_count; i++) {
		if (!is_foreign(c, &c->snapshots->rows[i], c->socket_of_row[i], &servers))
			continue;
		c->socket_of_row[i] = NOTHING;
		c->summary.foreign++;
	}
	ends_fini(&servers);
}

static void
find_elsewhere(struct comparison *c)
{
	struct ends locals;

	gather_locals(c, &locals);
	for (size_t i = 0; i < c->change_count && locals.count > 0; i++) {
		const struct socket_row *row = &c->changes[i].row;
		struct end local = end_of(row->ends.src, row->ends.ip_version, 0);

		if (!ends_have(&locals, local))
			c->known[c->changes[i].socket].is_elsewhere = true;
	}
	ends_fini(&locals);
}

void
comparison_part(struct comparison *c)
{
	drop_foreign(c);
	find_elsewhere(c);
}
