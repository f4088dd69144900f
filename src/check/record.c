/*
 * What good captures lead one to expect.
 *
 * Flows are put together by who serves them; what is said of such a role is how
 * many of its flows have which value, not which flow has it: clients that run at
 * the same time change places from run to run. Left out is what differs from
 * one run of the same thing to the next: client ports, numbers, times of day,
 * how often something was tried again, how full a queue was for a moment.
 */
#include "check/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Nobody serves at more ports, but who is scanned: all others are one role then. */
#define ROLES_MAX 128

/* --- which roles there are --- */

static bool
is_same_role(const struct selector *a, const struct selector *b)
{
	return a->proto == b->proto && memcmp(&a->server, &b->server, sizeof(a->server)) == 0;
}

/* The same port served at more than one address: then the address tells them apart. */
struct port {
	const struct tuple *first; /* that was served there; NULL: none was */
	bool is_shared;
};

static struct port *
port_of(const struct recorder *r, const struct tuple *tuple)
{
	return &r->ports[(tuple->proto == PROTO_TCP ? 0 : UINT16_MAX + 1) + tuple->dport];
}

static void
find_shared_ports(struct recorder *r)
{
	const struct check_data *data = r->good[0];

	r->ports = mem_zalloc(2 * (UINT16_MAX + 1) * sizeof(*r->ports));
	for (size_t i = 0; i < data->flow_count; i++) {
		const struct tuple *tuple = &data->flows[i].row.tuple;
		struct port *port = port_of(r, tuple);

		if (data->flows[i].is_background ||
		    (tuple->proto != PROTO_TCP && tuple->proto != PROTO_UDP))
			continue;
		if (port->first == NULL)
			port->first = tuple;
		else
			port->is_shared |=
			    port->first->ip_version != tuple->ip_version ||
			    memcmp(port->first->dst, tuple->dst, sizeof(tuple->dst)) != 0;
	}
}

static struct selector
selector_of(const struct recorder *r, const struct tuple *tuple)
{
	struct selector selector = { .proto = tuple->proto, .filter = -1 };

	if (tuple->proto != PROTO_TCP && tuple->proto != PROTO_UDP) {
		selector.proto = PROTO_ICMP;
		return selector;
	}
	selector.server.has_port = true;
	if (tuple->dport >= DYNAMIC_PORT) {
		selector.server.is_dynamic = true;
		return selector;
	}
	selector.server.port = tuple->dport;
	if (port_of(r, tuple)->is_shared) {
		selector.server.has_address = true;
		selector.server.ip_version = tuple->ip_version;
		memcpy(selector.server.address, tuple->dst, sizeof(selector.server.address));
	}
	return selector;
}

static void
find_roles(struct recorder *r)
{
	for (size_t c = 0; c < r->good_count; c++) {
		const struct check_data *data = r->good[c];

		for (size_t i = 0; i < data->flow_count; i++) {
			struct selector selector = selector_of(r, &data->flows[i].row.tuple);
			size_t at = 0;

			if (data->flows[i].is_background)
				continue;
			while (
			    at < r->role_count && !is_same_role(&r->roles[at].selector, &selector))
				at++;
			r->has_more_roles |= at == ROLES_MAX;
			if (at == ROLES_MAX)
				continue;
			if (at == r->role_count) {
				r->roles = mem_realloc_array(
				    r->roles, r->role_count + 1, sizeof(*r->roles));
				r->roles[r->role_count++] = (struct role){
					.selector = selector,
					.is_tcp = selector.proto == PROTO_TCP,
				};
			}
		}
	}
}

/* --- the document --- */

static void
begin_group(struct recorder *r, enum scope scope, const struct selector *selector)
{
	r->group = capture_group_add(r->capture, scope);
	r->group->selector = *selector;
	for (size_t i = 0; i < r->good_count; i++) {
		members_fini(&r->members[i]);
		members_of(&r->members[i], r->good[i], r->capture, r->group);
	}
}

static bool
has_members(const struct recorder *r)
{
	for (size_t i = 0; i < r->good_count; i++)
		if (r->members[i].count > 0)
			return true;
	return false;
}

static void
record_listeners(struct recorder *r)
{
	for (size_t i = 0; i < r->role_count; i++) {
		struct selector selector = r->roles[i].selector;

		if (!r->roles[i].is_tcp)
			continue;
		selector.proto = 0;
		r->role = &r->roles[i];
		begin_group(r, SCOPE_LISTENER, &selector);
		if (has_members(r))
			expect_of_listeners(r);
		else
			r->capture->count--;
	}
}

static void
record_flows(struct recorder *r)
{
	for (size_t i = 0; i < r->role_count; i++) {
		r->role = &r->roles[i];
		if (r->role->is_tcp)
			r->roles[i].selector.no_knocks = !r->is_copy;
		begin_group(r, SCOPE_FLOW, &r->roles[i].selector);
		expect_of_flows(r);
	}
}

/* What else there is was not there; or it was too much to tell apart. */
static void
record_others(struct recorder *r, enum scope scope)
{
	static const struct role others = { .is_tcp = false };
	const struct selector selector = { .others = true, .filter = -1 };

	r->role = &others;
	begin_group(r, scope, &selector);
	if (r->has_more_roles && scope == SCOPE_FLOW)
		expect_of_flows(r);
	else
		expect_count(r, scope == SCOPE_FLOW ? FACT_COUNT : FACT_LISTENER_COUNT);
	if (r->group->count == 0)
		r->capture->count--;
}

static struct expectations *
record(const struct check_data *const *good, size_t count, const struct check_leniency *leniency,
    bool is_copy)
{
	struct recorder r = {
		.good = good,
		.good_count = count,
		.leniency = leniency,
		.is_copy = is_copy,
		.expectations = mem_zalloc(sizeof(*r.expectations)),
		.members = mem_zalloc(count * sizeof(*r.members)),
	};

	r.expectations->name = mem_strdup(good[0]->name);
	r.expectations->good = good[0];
	r.expectations->good_count = count;
	r.expectations->leniency = leniency;
	r.capture = expectations_add(r.expectations);
	find_shared_ports(&r);
	find_roles(&r);
	record_listeners(&r);
	record_others(&r, SCOPE_LISTENER);
	record_flows(&r);
	record_others(&r, SCOPE_FLOW);
	for (size_t i = 0; i < count; i++)
		members_fini(&r.members[i]);
	free(r.members);
	free(r.roles);
	free(r.ports);
	return r.expectations;
}

struct expectations *
expectations_of(
    const struct check_data *const *good, size_t count, const struct check_leniency *leniency)
{
	return record(good, count, leniency, false);
}

struct expectations *
expectations_of_copy(const struct expectations *expectations)
{
	return record(&expectations->good, 1, expectations->leniency, true);
}
