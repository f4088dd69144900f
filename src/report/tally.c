/*
 * What is said of all flows, however many they are.
 */
#include "report/report_priv.h"

#include <stdlib.h>

struct tally {
	uint64_t flows;
};

struct tally *
tally_new(void)
{
	return mem_zalloc(sizeof(struct tally));
}

void
tally_free(struct tally *tally)
{
	free(tally);
}

void
tally_flow(struct tally *tally, const struct flow_row *row)
{
	(void)row;
	tally->flows++;
}

void
tally_packet(struct tally *tally, const struct packet_row *row)
{
	(void)tally;
	(void)row;
}
