/* Private to analysis: rows of packets wait a while for what later packets say of them. */
#ifndef SYNSCOPE_ANALYSIS_HINDSIGHT_H
#define SYNSCOPE_ANALYSIS_HINDSIGHT_H

#include "analysis/analysis.h"

struct hindsight;

struct hindsight *hindsight_new(void (*out)(void *ctx, const struct packet_row *row), void *ctx);
void hindsight_free(struct hindsight *hindsight);

/* Rows are added in ascending index; the oldest goes out when there is no more room. */
void hindsight_add(struct hindsight *hindsight, const struct packet_row *row);
void hindsight_revise(struct hindsight *hindsight, const struct revision *revision);
/* All that is left goes out. Returns how many revisions came too late for their row. */
uint64_t hindsight_flush(struct hindsight *hindsight);

#endif
