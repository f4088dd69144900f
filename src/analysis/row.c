#include "analysis/row.h"

#include <string.h>

void
row_of_packet(struct packet_row *row, const struct packet *pkt)
{
	*row = (struct packet_row){
		.ts_ns = pkt->ts_ns,
		.index = pkt->index,
		.tuple = pkt->tuple,
		.length = pkt->payload_bytes,
	};
	if (pkt->tuple.proto == PROTO_TCP) {
		row->flags = pkt->tcp.flags;
		row->ack = pkt->tcp.ack;
		row->window = pkt->tcp.window;
	} else if (pkt->tuple.proto != PROTO_UDP) {
		row->icmp_type = pkt->icmp.type;
		row->icmp_code = pkt->icmp.code;
	}
}

void
row_relate(struct packet_row *row, const struct packet *pkt, const struct place *place)
{
	const struct flow *flow = place->flow;
	const struct ends *ends = flow_block(place->flow);

	row->seq = pkt->tcp.seq - flow->base_seq[place->side];
	if (pkt->tcp.flags & TCP_ACK)
		row->ack = pkt->tcp.ack - flow->base_seq[!place->side];
	row->window = mark_scaled_window(&ends->tcp.mark, pkt, place->side);
	for (unsigned i = 0; i < pkt->tcp.sack_count && i < ROW_SACKS; i++) {
		row->sacked[i].left = pkt->sack_left[i] - flow->base_seq[!place->side];
		row->sacked[i].right = pkt->sack_right[i] - flow->base_seq[!place->side];
		row->sack_count++;
	}
}

static void
fill_tcp(struct flow_row *row, const struct tcp_pair *pair, const struct tcp *tcp, int64_t until_ns)
{
	row->is_tcp = true;
	row->conn = conn_verdict(pair, until_ns);
	row->rtt_ns = trail_rtt_ns(&pair->trail);
	memcpy(row->mark_counts, tcp_mark_counts(tcp, pair), sizeof(row->mark_counts));
	row->retransmissions = row->mark_counts[MARK_RETRANSMISSION] +
			       row->mark_counts[MARK_FAST_RETRANSMISSION] +
			       row->mark_counts[MARK_SPURIOUS_RETRANSMISSION];
}

static void
fill_plain(struct flow_row *row, const struct flow *flow, const struct ends *ends)
{
	row->is_tcp = false;
	row->conn = conn_plain_verdict(&flow->tuple, ends->packets);
	row->rtt_ns = -1;
	memset(row->mark_counts, 0, sizeof(row->mark_counts));
	row->retransmissions = 0;
}

static struct tuple
swap_ends(const struct tuple *tuple)
{
	struct tuple swapped = *tuple;

	memcpy(swapped.src, tuple->dst, sizeof(swapped.src));
	memcpy(swapped.dst, tuple->src, sizeof(swapped.dst));
	swapped.sport = tuple->dport;
	swapped.dport = tuple->sport;
	return swapped;
}

void
row_of_flow(struct flow_row *row, struct flow *flow, const struct tcp *tcp, int64_t until_ns)
{
	const struct ends *ends = flow_block(flow);
	enum side client;

	row->flow = flow->number;
	row->start_ns = ends->start_ns;
	row->end_ns = flow->last_ns;
	if (flow->tuple.proto == PROTO_TCP)
		fill_tcp(row, &ends->tcp, tcp, until_ns);
	else
		fill_plain(row, flow, ends);
	client = row->conn.client;
	row->tuple = client == SIDE_A ? flow->tuple : swap_ends(&flow->tuple);
	for (int i = 0; i < 2; i++) {
		enum side side = i == 0 ? client : (enum side) !client;

		row->packets[i] = ends->packets[side];
		row->bytes[i] = ends->bytes[side];
	}
}
