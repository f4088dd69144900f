/* Private to analysis: what lies behind a flow, and the rows made of it. */
#ifndef SYNSCOPE_ANALYSIS_ROW_H
#define SYNSCOPE_ANALYSIS_ROW_H

#include "analysis/analysis.h"
#include "flow/flow.h"

/* What lies behind each flow: what every packet touches is in front, as flow_fetch_state has it. */
struct ends {
	uint64_t bytes[2]; /* of payload, repeats too; by enum side */
	uint32_t packets[2];
	struct sock sock;
	struct tcp_pair tcp;
	int64_t start_ns;
	uint32_t first_index;
};

/* All of the row but its frame and flow, and what row_relate adds. */
void row_of_packet(struct packet_row *row, const struct packet *pkt);
/* What of a TCP row depends on what was learnt from the segments before it. */
void row_relate(struct packet_row *row, const struct packet *pkt, const struct place *place);
/* All of the row but its file. The history is borrowed from the flow. */
void row_of_flow(struct flow_row *row, struct flow *flow, const struct tcp *tcp, int64_t until_ns);

#endif
