/*
 * How long, how large: what the flows measure, and how that is spread.
 */
#include "report/report_priv.h"

#include "base/sort.h"

static const struct {
	const char *name;
	const char *unit; /* of from and to: whole numbers */
	const char *title;
} rows[MEASURE_COUNT] = {
	[MEASURE_HANDSHAKE] = { "handshake", "ns", N_("How long handshakes took") },
	[MEASURE_RTT] = { "rtt", "ns", N_("The shortest round trip of each connection") },
	[MEASURE_DURATION] = { "duration", "ns", N_("How long flows lasted") },
	[MEASURE_BYTES] = { "bytes", "bytes", N_("How many bytes flows carried") },
};

static void
set_value(struct markup_node *node, const char *name, enum measure_kind kind, int64_t value)
{
	struct text words = { 0 };

	if (kind == MEASURE_BYTES)
		put_size(&words, (uint64_t)value);
	else
		put_span(&words, value);
	markup_set(node, name, text_str(&words));
	text_fini(&words);
}

/* Bins grow by 1, 2, 5, 10, so that whatever spreads over decades shows its shape. */
static int64_t
next_edge(int64_t edge)
{
	int64_t decade = 1;

	if (edge == 0)
		return 1;
	while (edge / 10 >= decade)
		decade *= 10;
	if (edge / decade == 1)
		return 2 * decade;
	if (edge / decade == 2)
		return 5 * decade;
	return decade > INT64_MAX / 10 ? INT64_MAX : 10 * decade;
}

static void
add_bins(struct markup_node *node, enum measure_kind kind, const struct measure *measure)
{
	int64_t from = 0;
	int64_t to = 1;
	size_t at = 0;

	/* The values below zero, of a clock that stepped back, are in the first. */
	while (at < measure->count) {
		size_t first = at;

		while (at < measure->count && measure->values[at] < to)
			at++;
		if (at > first || first > 0) {
			struct markup_node *bin = markup_add(node, "bin");

			set_value(bin, "from", kind, from);
			set_value(bin, "to", kind, to);
			markup_set_i64(bin, "count", (int64_t)(at - first));
		}
		if (to == INT64_MAX)
			break;
		from = to;
		to = next_edge(to);
	}
}

static void
add_measure(const struct chapter *chapter, enum measure_kind kind)
{
	const struct measure *measure = tally_measure(chapter->tally, kind);
	struct markup_node *node;

	if (measure->count == 0)
		return;
	node = markup_add(chapter->node, "distribution");
	markup_set(node, "name", rows[kind].name);
	markup_set(node, "title", catalog_say(chapter->catalog, rows[kind].title));
	markup_set(node, "unit", rows[kind].unit);
	markup_set_i64(node, "count", (int64_t)measure->count);
	set_value(node, "min", kind, measure->values[0]);
	set_value(node, "p50", kind, measure->values[percentile_place(measure->count, 50)]);
	set_value(node, "p90", kind, measure->values[percentile_place(measure->count, 90)]);
	set_value(node, "p99", kind, measure->values[percentile_place(measure->count, 99)]);
	set_value(node, "max", kind, measure->values[measure->count - 1]);
	add_bins(node, kind, measure);
}

void
section_measures(const struct chapter *chapter)
{
	for (int i = 0; i < MEASURE_COUNT; i++)
		add_measure(chapter, (enum measure_kind)i);
}
