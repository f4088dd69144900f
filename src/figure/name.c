/*
 * How figures spell ends, times, sizes, flags and states. Strings live as long
 * as the scene.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <string.h>

/* Three significant digits, as people say a duration: 13 µs, 1.02 ms, 2.99 s. */
static const struct unit {
	int64_t ns;
	const char *name;
} units[] = {
	{ SECOND_NS, "s" },
	{ MS_NS, "ms" },
	{ INT64_C(1000), "µs" },
	{ 1, "ns" },
};

const char *
name_span(struct scene *scene, int64_t ns)
{
	const struct unit *unit = units;
	int64_t whole, thousandths;

	if (ns < 0)
		return scene_format(
		    scene, "−%s", name_span(scene, ns == INT64_MIN ? INT64_MAX : -ns));
	while (unit->ns > 1 && ns < unit->ns)
		unit++;
	whole = ns / unit->ns;
	thousandths = unit->ns == 1 ? 0 : ns % unit->ns / (unit->ns / 1000);
	if (whole >= 100 || thousandths == 0)
		return scene_format(scene, "%" PRId64 " %s", whole, unit->name);
	if (whole >= 10)
		return scene_format(
		    scene, "%" PRId64 ".%d %s", whole, (int)(thousandths / 100), unit->name);
	return scene_format(
	    scene, "%" PRId64 ".%02d %s", whole, (int)(thousandths / 10), unit->name);
}

/* Seconds with six digits, as tables of packets have them. */
const char *
name_time(struct scene *scene, const struct figure_data *data, int64_t ns)
{
	int64_t since_ns = span_ns(ns, data->first_ns);
	const char *sign = since_ns < 0 ? "−" : "";
	uint64_t us = (since_ns < 0 ? 0 - (uint64_t)since_ns : (uint64_t)since_ns) / 1000;

	return scene_format(scene, "%s%" PRIu64 ".%06" PRIu64, sign, us / 1000000, us % 1000000);
}

const char *
name_bytes(struct scene *scene, uint64_t bytes)
{
	static const char *const names[] = { "B", "kB", "MB", "GB", "TB" };
	uint64_t divisor = 1;
	size_t i = 0;

	while (bytes / divisor >= 1000 && i + 1 < sizeof(names) / sizeof(names[0])) {
		divisor *= 1000;
		i++;
	}
	if (i == 0 || bytes / divisor >= 100)
		return scene_format(scene, "%" PRIu64 " %s", bytes / divisor, names[i]);
	return scene_format(scene, "%" PRIu64 ".%" PRIu64 " %s", bytes / divisor,
	    bytes % divisor * 10 / divisor, names[i]);
}

const char *
name_range(struct scene *scene, enum lang lang, struct range range)
{
	const char *lo = scene_format(scene, "%" PRId64, range.lo);

	if (range.lo == range.hi)
		return lo;
	if (range.hi == RANGE_OPEN)
		return LABELED(scene, lang, LABEL_RANGE_UP, lo);
	return LABELED(scene, lang, LABEL_RANGE, lo, scene_format(scene, "%" PRId64, range.hi));
}

/* --- ends --- */

static const char *
alias_of(const struct figure_options *options, const char *end)
{
	for (size_t i = 0; i < options->alias_count; i++)
		if (strcmp(options->aliases[i].end, end) == 0)
			return options->aliases[i].name;
	return NULL;
}

const char *
name_end(
    struct scene *scene, const struct figure_options *options, const struct tuple *tuple, bool dst)
{
	bool has_port = tuple->proto == PROTO_TCP || tuple->proto == PROTO_UDP;
	const uint8_t *from = dst ? tuple->dst : tuple->src;
	uint16_t port = dst ? tuple->dport : tuple->sport;
	struct text address = { 0 };
	struct text end = { 0 };
	const char *whole, *bare, *alias;

	text_address(&address, from, tuple->ip_version);
	if (has_port)
		text_end(&end, from, tuple->ip_version, port);
	else
		text_address(&end, from, tuple->ip_version);
	bare = scene_adopt(scene, &address);
	whole = scene_adopt(scene, &end);
	alias = alias_of(options, whole);
	if (alias != NULL)
		return alias;
	alias = alias_of(options, bare);
	if (alias == NULL)
		return whole;
	return has_port ? scene_format(scene, "%s:%u", alias, port) : alias;
}

/* --- segments and states --- */

const char *
name_flags(struct scene *scene, uint16_t flags)
{
	struct text out = { 0 };

	for (unsigned i = 0; i < FLAG_COUNT; i++) {
		if (!(flags & 1u << i))
			continue;
		text_put(&out, out.length > 0 ? ", " : "");
		text_put(&out, flag_words[i].name);
	}
	return scene_adopt(scene, &out);
}

static const struct {
	const char *name;
	enum scene_class cls;
} states[SOCK_COUNT] = {
	[SOCK_CLOSED] = { "CLOSED", CLASS_CLOSED },
	[SOCK_LISTEN] = { "LISTEN", CLASS_LISTEN },
	[SOCK_SYN_SENT] = { "SYN-SENT", CLASS_SYN_SENT },
	[SOCK_SYN_RECV] = { "SYN-RCVD", CLASS_SYN_RECV },
	[SOCK_ESTABLISHED] = { "ESTABLISHED", CLASS_ESTABLISHED },
	[SOCK_FIN_WAIT1] = { "FIN-WAIT-1", CLASS_FIN_WAIT1 },
	[SOCK_FIN_WAIT2] = { "FIN-WAIT-2", CLASS_FIN_WAIT2 },
	[SOCK_CLOSE_WAIT] = { "CLOSE-WAIT", CLASS_CLOSE_WAIT },
	[SOCK_LAST_ACK] = { "LAST-ACK", CLASS_LAST_ACK },
	[SOCK_CLOSING] = { "CLOSING", CLASS_CLOSING },
	[SOCK_TIME_WAIT] = { "TIME-WAIT", CLASS_TIME_WAIT },
};

const char *
name_state(enum sock_state state)
{
	return states[state].name;
}

enum scene_class
class_of_state(enum sock_state state)
{
	return states[state].cls;
}
