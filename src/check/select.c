/* Which listeners, flows and sockets a group of expectations means. */
#include "check/check_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* --- ends --- */

static bool
read_port(struct end_wanted *end, const char *said)
{
	char *rest;
	unsigned long port;

	if (strcmp(said, "dynamic") == 0) {
		end->has_port = end->is_dynamic = true;
		return true;
	}
	if (said[0] < '0' || said[0] > '9')
		return false;
	port = strtoul(said, &rest, 10);
	end->has_port = true;
	end->port = (uint16_t)port;
	return *rest == '\0' && port <= UINT16_MAX;
}

static bool
read_address(struct end_wanted *end, const char *said)
{
	end->has_address = true;
	end->ip_version = strchr(said, ':') == NULL ? 4 : 6;
	return inet_pton(end->ip_version == 4 ? AF_INET : AF_INET6, said, end->address) == 1;
}

/* "127.0.0.1:80", "[::1]:80", ":80", "*:80", "127.0.0.1", "::1", ":dynamic" */
bool
end_parse(struct end_wanted *end, const char *said)
{
	char copy[80];
	char *colon;

	*end = (struct end_wanted){ 0 };
	if (strlen(said) >= sizeof(copy))
		return false;
	strcpy(copy, said);
	if (copy[0] == '[') {
		char *bracket = strchr(copy, ']');

		if (bracket == NULL)
			return false;
		*bracket = '\0';
		if (!read_address(end, copy + 1))
			return false;
		return bracket[1] == '\0' || (bracket[1] == ':' && read_port(end, bracket + 2));
	}
	colon = strchr(copy, ':');
	if (colon == NULL || (colon != copy && strchr(colon + 1, ':') != NULL) ||
	    strncmp(copy, "::", 2) == 0)
		return read_address(end, copy);
	*colon = '\0';
	if (copy[0] != '\0' && strcmp(copy, "*") != 0 && !read_address(end, copy))
		return false;
	return read_port(end, colon + 1);
}

bool
end_matches(
    const struct end_wanted *end, const uint8_t address[16], uint8_t ip_version, uint16_t port)
{
	if (end->has_address &&
	    (end->ip_version != ip_version || memcmp(end->address, address, 16) != 0))
		return false;
	if (end->is_dynamic)
		return port >= DYNAMIC_PORT;
	return !end->has_port || end->port == port;
}

void
end_wanted_put(struct text *out, const struct end_wanted *end)
{
	bool brackets = end->has_address && end->ip_version == 6 && end->has_port;

	text_put(out, brackets ? "[" : "");
	if (end->has_address)
		text_address(out, end->address, end->ip_version);
	text_put(out, brackets ? "]" : "");
	if (!end->has_port)
		return;
	text_char(out, ':');
	if (end->is_dynamic)
		text_put(out, "dynamic");
	else
		text_u64(out, end->port);
}

/* --- which are meant --- */

static bool
is_end_wanted(const struct end_wanted *end)
{
	return end->has_address || end->has_port;
}

static bool
flow_is_meant(const struct kept_flow *flow, const struct selector *selector)
{
	const struct tuple *tuple = &flow->row.tuple;

	if (selector->no_knocks && flow->is_knock)
		return false;
	if (selector->proto != 0 && selector->proto != tuple->proto &&
	    !(selector->proto == PROTO_ICMP && tuple->proto == PROTO_ICMP6))
		return false;
	if (!end_matches(&selector->server, tuple->dst, tuple->ip_version, tuple->dport) ||
	    !end_matches(&selector->client, tuple->src, tuple->ip_version, tuple->sport))
		return false;
	if (is_end_wanted(&selector->end) &&
	    !end_matches(&selector->end, tuple->dst, tuple->ip_version, tuple->dport) &&
	    !end_matches(&selector->end, tuple->src, tuple->ip_version, tuple->sport))
		return false;
	return selector->filter < 0 || (flow->filters & UINT64_C(1) << selector->filter);
}

static bool
is_meant(const struct check_data *data, const struct group *group, uint32_t place)
{
	const struct selector *selector = &group->selector;
	const struct tuple *ends;

	switch (group->scope) {
	case SCOPE_TOTAL:
		return true;
	case SCOPE_LISTENER:
		ends = &data->listeners[place].row.local;
		return end_matches(&selector->server, ends->src, ends->ip_version, ends->sport);
	case SCOPE_FLOW:
		return flow_is_meant(&data->flows[place], selector);
	case SCOPE_SOCKET:
		ends = &data->sockets[place].ends;
		if (selector->has_state && !(selector->states & 1u << data->sockets[place].state))
			return false;
		return end_matches(&selector->server, ends->src, ends->ip_version, ends->sport) &&
		       end_matches(&selector->client, ends->dst, ends->ip_version, ends->dport);
	case SCOPE_COUNT:
		break;
	}
	return false;
}

/* Those of other groups of its kind; and what no test is about. */
static bool
is_another(const struct check_data *data, const struct capture_group *capture,
    const struct group *group, uint32_t place)
{
	if (group->scope == SCOPE_FLOW &&
	    (data->flows[place].is_background || data->flows[place].is_knock))
		return false;
	for (size_t i = 0; i < capture->count; i++) {
		const struct group *other = &capture->groups[i];

		if (other->scope == group->scope && !other->selector.others &&
		    is_meant(data, other, place))
			return false;
	}
	return true;
}

static void
add_member(struct members *members, uint32_t place)
{
	if ((members->count & (members->count - 1)) == 0)
		members->at = mem_realloc_array(members->at,
		    members->count == 0 ? 8 : members->count * 2 + 8, sizeof(*members->at));
	members->at[members->count++] = place;
}

/* --- the table of sockets at a moment --- */

static int64_t
asked_ns(const struct check_data *data, const struct selector *selector)
{
	return selector->has_at ? moment_ns(&selector->at, data->first_ns) : INT64_MAX;
}

static bool
is_same_listener(const struct socket_row *a, const struct socket_row *b)
{
	return memcmp(&a->ends, &b->ends, sizeof(a->ends)) == 0;
}

/* Whether the listener's row at place is followed by another of it until then. */
static bool
is_superseded(const struct check_data *data, uint32_t place, int64_t at_ns)
{
	for (size_t i = place + 1; i < data->socket_count && data->sockets[i].at_ns <= at_ns; i++)
		if (data->sockets[i].flow == 0 &&
		    is_same_listener(&data->sockets[i], &data->sockets[place]))
			return true;
	return false;
}

/* By number of flow and side, 1 + the place of its latest row until then. */
static uint32_t *
latest_rows(const struct check_data *data, int64_t at_ns)
{
	uint32_t most = 0;
	uint32_t *latest;

	for (size_t i = 0; i < data->socket_count; i++)
		most = data->sockets[i].flow > most ? data->sockets[i].flow : most;
	latest = mem_zalloc(((size_t)most + 1) * 2 * sizeof(*latest));
	for (size_t i = 0; i < data->socket_count && data->sockets[i].at_ns <= at_ns; i++)
		latest[data->sockets[i].flow * (size_t)2 + data->sockets[i].is_server] =
		    (uint32_t)i + 1;
	return latest;
}

/* The latest change of each socket until then holds. */
static bool
holds_at(const struct check_data *data, uint32_t place, int64_t at_ns, const uint32_t *latest)
{
	const struct socket_row *row = &data->sockets[place];

	if (row->at_ns > at_ns || row->state == SOCK_CLOSED)
		return false;
	if (row->flow == 0)
		return !is_superseded(data, place, at_ns);
	return latest[row->flow * (size_t)2 + row->is_server] == place + 1;
}

/* --- order --- */

static void
keep_in_order(struct members *members, const struct selector *selector)
{
	size_t from = selector->order_from;
	size_t to = selector->order_to < members->count ? selector->order_to : members->count;
	size_t kept = 0;

	if (selector->order_last) {
		from = members->count;
		to = members->count;
	}
	if (from == 0)
		return;
	for (size_t i = from; i <= to && i <= members->count; i++)
		members->at[kept++] = members->at[i - 1];
	members->count = kept;
}

static size_t
all_of(const struct check_data *data, enum scope scope)
{
	switch (scope) {
	case SCOPE_LISTENER:
		return data->listener_count;
	case SCOPE_FLOW:
		return data->flow_count;
	case SCOPE_SOCKET:
		return data->socket_count;
	case SCOPE_TOTAL:
	case SCOPE_COUNT:
		break;
	}
	return 1;
}

void
members_of(struct members *members, const struct check_data *data,
    const struct capture_group *capture, const struct group *group)
{
	int64_t at_ns = asked_ns(data, &group->selector);
	size_t count = all_of(data, group->scope);
	uint32_t *latest = group->scope == SCOPE_SOCKET ? latest_rows(data, at_ns) : NULL;

	*members = (struct members){ 0 };
	for (uint32_t i = 0; i < count; i++) {
		if (group->selector.others) {
			if (is_another(data, capture, group, i))
				add_member(members, i);
			continue;
		}
		if (!is_meant(data, group, i) ||
		    (group->scope == SCOPE_SOCKET && !holds_at(data, i, at_ns, latest)))
			continue;
		add_member(members, i);
	}
	free(latest);
	keep_in_order(members, &group->selector);
}

void
members_fini(struct members *members)
{
	free(members->at);
}
