/*
 * Flows of two captures that have the same client's port. Ports differ from one
 * recording to the next, and then this tells nothing; but a capture that was
 * made from another has the same ones, and what differs is told of the right flow.
 * Where initial numbers are the same too, chance had no part in it.
 */
#include "check/hold.h"

#include <stdlib.h>

#include "base/mem.h"

struct twins {
	uint32_t at[UINT16_MAX + 1]; /* by port: 1 + place in flows; 0: none; SEVERAL */
};

#define SEVERAL UINT32_MAX

struct twins *
twins_new(const struct check_data *data)
{
	struct twins *twins = mem_zalloc(sizeof(*twins));

	for (uint32_t i = 0; i < data->flow_count; i++) {
		uint32_t *at = &twins->at[data->flows[i].row.tuple.sport];

		*at = *at == 0 ? i + 1 : SEVERAL;
	}
	return twins;
}

void
twins_free(struct twins *twins)
{
	free(twins);
}

struct twins *
twins_of_baseline(const struct check_data *good, const struct check_data *data)
{
	struct twins *twins = twins_new(good);
	size_t known = 0;

	for (size_t i = 0; i < data->flow_count; i++)
		known += twins_have(twins, &data->flows[i]);
	if (known * 2 >= data->flow_count)
		return twins;
	twins_free(twins);
	return NULL;
}

bool
twins_have(const struct twins *twins, const struct kept_flow *flow)
{
	return twins->at[flow->row.tuple.sport] != 0;
}

bool
is_copy_of(const struct check_data *good, const struct check_data *data)
{
	struct twins *twins = twins_new(good);
	size_t same = 0, count = 0;

	for (size_t i = 0; i < data->flow_count; i++) {
		const struct kept_flow *flow = &data->flows[i];
		uint32_t twin = twins->at[flow->row.tuple.sport];

		if (!flow->row.is_tcp)
			continue;
		count++;
		same += twin != 0 && twin != SEVERAL &&
			good->flows[twin - 1].first_seq == flow->first_seq;
	}
	twins_free(twins);
	return same > 0 && same * 2 >= count;
}

uint32_t
twin_of(const struct holding *h, const struct group *group, uint32_t place)
{
	const struct tuple *ends, *twin_ends;
	uint32_t twin;

	if (h->twins == NULL || group->scope != SCOPE_FLOW)
		return 0;
	ends = &h->data->flows[place].row.tuple;
	twin = h->twins->at[ends->sport];
	if (twin == 0 || twin == SEVERAL)
		return 0;
	twin_ends = &h->expectations->good->flows[twin - 1].row.tuple;
	return twin_ends->proto == ends->proto && twin_ends->dport == ends->dport ? twin : 0;
}
