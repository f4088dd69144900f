/*
 * What a check looks at: the rows of one capture, copied under a budget. Packets
 * are kept small, and those of one flow are found through an index.
 */
#include "check/check_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/mem.h"

/* Some 2,500,000 packets. */
#define DATA_LIMIT_BYTES ((size_t)256 << 20)

struct check_data *
check_data_new(const struct expectations *expectations)
{
	struct check_data *data = mem_zalloc(sizeof(*data));

	data->budget.limit_bytes = DATA_LIMIT_BYTES;
	data->expectations = expectations;
	sha256_init(&data->fresh);
	return data;
}

void
check_data_free(struct check_data *data)
{
	if (data == NULL)
		return;
	payload_end_all(data);
	for (size_t i = 0; i < data->flow_count; i++) {
		free((char *)(uintptr_t)data->flows[i].row.conn.history);
		payload_fini(&data->flows[i].payload[0]);
		payload_fini(&data->flows[i].payload[1]);
	}
	for (size_t i = 0; i < data->file_count; i++)
		free(data->files[i]);
	free(data->files);
	free(data->packets);
	free(data->flows);
	free(data->by_flow);
	free(data->listeners);
	free(data->sockets);
	free(data->name);
	free(data);
}

/* The place of one more row in an array that grows; NULL: there is no room. */
static void *
add_row(struct check_data *data, void *array, size_t *count, size_t *room, size_t row_bytes)
{
	void *row = budget_add(&data->budget, array, count, room, row_bytes);

	if (row == NULL)
		data->left_out++;
	else
		memset(row, 0, row_bytes);
	return row;
}

/* Parts come one after another. */
static uint16_t
file_of(struct check_data *data, const char *file)
{
	if (file != data->last_file && data->file_count < UINT16_MAX) {
		data->files =
		    mem_realloc_array(data->files, data->file_count + 1, sizeof(*data->files));
		data->files[data->file_count++] = mem_strdup(file);
		data->last_file = file;
	}
	return (uint16_t)(data->file_count - 1);
}

static uint32_t
fold(const uint8_t address[16])
{
	uint32_t folded = 0;

	for (int i = 0; i < 16; i++)
		folded = folded * 31 + address[i];
	return folded;
}

void
check_collect_packet(struct check_data *data, const struct packet_row *row)
{
	struct kept_packet *kept =
	    add_row(data, &data->packets, &data->packet_count, &data->packet_room, sizeof(*kept));
	const struct reason *reason = &row->verdict.reason;

	if (kept == NULL)
		return;
	*kept = (struct kept_packet){
		.ts_ns = row->ts_ns,
		.index = row->index,
		.number = row->frame.number,
		.flow = row->flow,
		.seq = row->seq,
		.ack = row->ack,
		.length = row->length,
		.flags = row->flags,
		.marks = (uint16_t)row->verdict.marks,
		.file = file_of(data, row->frame.file),
		.sport = row->tuple.sport,
		.src_fold = fold(row->tuple.src),
		.cause = reason->cause,
		.because_count = reason->because_count,
	};
	memcpy(kept->because, reason->because, sizeof(kept->because));
}

void
check_collect_wire(struct check_data *data, const struct packet_wire *wire)
{
	payload_follow(data, wire);
}

void
check_collect_flow(struct check_data *data, const struct flow_row *row)
{
	struct payload two[2];
	struct kept_flow *kept;

	payload_take(data, row->flow, row->conn.client, two);
	kept = add_row(data, &data->flows, &data->flow_count, &data->flow_room, sizeof(*kept));
	if (kept == NULL) {
		payload_fini(&two[0]);
		payload_fini(&two[1]);
		return;
	}
	kept->row = *row;
	kept->row.file = NULL;
	kept->first_seq = payload_first_seq(data, row->flow);
	kept->row.conn.history = mem_strdup(row->conn.history == NULL ? "" : row->conn.history);
	kept->payload[0] = two[0];
	kept->payload[1] = two[1];
}

void
check_collect_socket(struct check_data *data, const struct socket_row *row)
{
	struct socket_row *kept =
	    add_row(data, &data->sockets, &data->socket_count, &data->socket_room, sizeof(*kept));

	if (kept != NULL)
		*kept = *row;
}

void
check_collect_listener(struct check_data *data, const struct listener_row *row)
{
	struct kept_listener *kept = add_row(
	    data, &data->listeners, &data->listener_count, &data->listener_room, sizeof(*kept));

	if (kept != NULL)
		kept->row = *row;
}

/* Those of each run come in the order of index. */
struct kept_packet *
kept_packet(const struct check_data *data, uint32_t index)
{
	size_t at;

	FIND_PLACE(at, data->packet_count, data->packets[at].index < index);
	return at < data->packet_count && data->packets[at].index == index ? &data->packets[at]
									   : NULL;
}

void
check_collect_match(struct check_data *data, size_t filter, const struct packet_row *row)
{
	struct kept_packet *kept = kept_packet(data, row->index);

	if (kept != NULL)
		kept->filters |= UINT64_C(1) << filter;
}

/* --- once all is in --- */

/* By number, 1 + the place of the flow; 0: memory had no room for it. */
static uint32_t *
places_of_flows(const struct check_data *data, uint32_t last)
{
	uint32_t *places = mem_zalloc(((size_t)last + 1) * sizeof(*places));

	for (size_t i = 0; i < data->flow_count; i++)
		places[data->flows[i].row.flow] = (uint32_t)i + 1;
	return places;
}

/* Its flow's number became a place. */
static void
place_packet(struct check_data *data, struct kept_packet *pkt)
{
	struct kept_flow *flow;

	if (pkt->flow == 0)
		return;
	flow = &data->flows[pkt->flow - 1];
	pkt->from =
	    pkt->sport == flow->row.tuple.sport && pkt->src_fold == fold(flow->row.tuple.src)
		? WHOSE_CLIENT
		: WHOSE_SERVER;
	flow->count++;
	flow->filters |= pkt->filters;
}

static void
index_packets(struct check_data *data)
{
	uint32_t last = data->flow_count == 0 ? 0 : data->flows[data->flow_count - 1].row.flow;
	uint32_t *places = places_of_flows(data, last);
	uint32_t first = 0;

	for (size_t i = 0; i < data->packet_count; i++) {
		struct kept_packet *pkt = &data->packets[i];

		pkt->flow = pkt->flow <= last ? places[pkt->flow] : 0;
		place_packet(data, pkt);
	}
	free(places);
	for (size_t i = 0; i < data->flow_count; i++) {
		data->flows[i].first = first;
		first += data->flows[i].count;
		data->flows[i].count = 0;
	}
	data->by_flow = mem_realloc_array(NULL, (size_t)first + 1, sizeof(*data->by_flow));
	for (size_t i = 0; i < data->packet_count; i++) {
		struct kept_flow *flow;

		if (data->packets[i].flow == 0)
			continue;
		flow = &data->flows[data->packets[i].flow - 1];
		data->by_flow[flow->first + flow->count++] = (uint32_t)i;
	}
}

/*
 * Where the client's packets are missing, a refusal looks like a flow of the
 * server's: but nobody begins with an RST.
 */
static bool
is_refusal_alone(const struct check_data *data, const struct kept_flow *flow)
{
	for (uint32_t i = 0; i < flow->count; i++)
		if (!(data->packets[data->by_flow[flow->first + i]].flags & TCP_RST))
			return false;
	return flow->row.is_tcp && flow->row.packets[0] > 0 && flow->row.packets[1] == 0;
}

static void
turn_around(struct check_data *data, struct kept_flow *flow)
{
	struct flow_row *row = &flow->row;
	struct tuple tuple = row->tuple;

	memcpy(row->tuple.src, tuple.dst, sizeof(tuple.src));
	memcpy(row->tuple.dst, tuple.src, sizeof(tuple.dst));
	row->tuple.sport = tuple.dport;
	row->tuple.dport = tuple.sport;
	row->packets[1] = row->packets[0];
	row->packets[0] = 0;
	for (uint32_t i = 0; i < flow->count; i++)
		data->packets[data->by_flow[flow->first + i]].from = WHOSE_SERVER;
}

struct served {
	const struct tuple *tuple;
	struct kept_flow *flow;
};

static int
compare_servers(const struct tuple *a, const struct tuple *b)
{
	if (a->dport != b->dport)
		return a->dport < b->dport ? -1 : 1;
	if (a->ip_version != b->ip_version)
		return a->ip_version < b->ip_version ? -1 : 1;
	return memcmp(a->dst, b->dst, sizeof(a->dst));
}

static int
compare_served(const void *a, const void *b)
{
	const struct served *one = a;
	const struct served *other = b;
	int order = compare_servers(one->tuple, other->tuple);

	/* of one server, in the order of flows */
	return order != 0 ? order : (one->flow > other->flow) - (one->flow < other->flow);
}

/* When the server was done with it: INT64_MAX where it is not known to be, INT64_MIN: it never began. */
static int64_t
done_ns(const struct check_data *data, const struct kept_flow *flow)
{
	uint32_t fin = flow->derived.fin[WHOSE_SERVER], reset = flow->derived.reset;
	const struct kept_packet *last =
	    kept_packet(data, fin == 0 || (reset != 0 && reset < fin) ? reset : fin);

	if (flow->row.packets[1] == 0)
		return INT64_MIN;
	return last == NULL ? INT64_MAX : last->ts_ns;
}

/*
 * Those of one server: refused ones before another that was taken are knocks,
 * if the server, which may be started anew, had nothing else to do meanwhile.
 */
static void
find_knocks_of(const struct check_data *data, const struct served *served, size_t count)
{
	int64_t busy_ns = INT64_MIN;

	while (count > 0 && served[count - 1].flow->row.conn.open != OPEN_COMPLETE)
		count--;
	for (size_t i = 0; i < count; i++) {
		struct kept_flow *flow = served[i].flow;
		int64_t done = done_ns(data, flow);

		if (flow->row.conn.open == OPEN_REFUSED)
			flow->is_knock = flow->row.start_ns >= busy_ns;
		else if (done > busy_ns)
			busy_ns = done;
	}
}

static void
find_knocks(struct check_data *data)
{
	struct served *served = mem_realloc_array(NULL, data->flow_count, sizeof(*served));
	size_t count = 0, first = 0;

	for (size_t i = 0; i < data->flow_count; i++)
		if (data->flows[i].row.is_tcp)
			served[count++] =
			    (struct served){ &data->flows[i].row.tuple, &data->flows[i] };
	qsort(served, count, sizeof(*served), compare_served);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && compare_servers(served[i].tuple, served[first].tuple) == 0)
			continue;
		find_knocks_of(data, served + first, i - first);
		first = i;
	}
	free(served);
}

/* Multicast and broadcast, who looks for neighbours: machines do that whatever is tested. */
static bool
is_background(const struct tuple *tuple)
{
	static const uint8_t nowhere[16];

	if (tuple->proto == PROTO_TCP)
		return false;
	if (tuple->ip_version == 6)
		return tuple->dst[0] == 0xff || tuple->src[0] == 0xff ||
		       (tuple->proto == PROTO_ICMP6 && tuple->src[0] == 0xfe);
	return (tuple->dst[0] & 0xf0) == 0xe0 || tuple->dst[3] == 0xff ||
	       memcmp(tuple->src, nowhere, 4) == 0;
}

/* TLS (RFC 8446, 5.1: a handshake record) and SSH (RFC 4253, 4.2): all that follows is random. */
static bool
is_encrypted(const struct payload two[2])
{
	for (int i = 0; i < 2; i++) {
		const uint8_t *head = two[i].head;

		if (two[i].head_count < 4)
			continue;
		if (head[0] == 0x16 && head[1] == 0x03 && head[2] <= 0x04)
			return true;
		if (memcmp(head, "SSH-", 4) == 0)
			return true;
	}
	return false;
}

void
check_collect_done(struct check_data *data, const struct analysis *analysis, const char *name)
{
	const struct analysis_summary *sum = analysis_summary(analysis);

	data->name = mem_strdup(name);
	data->first_ns = sum->first_ns;
	data->last_ns = sum->last_ns;
	payload_end_all(data);
	index_packets(data);
	for (size_t i = 0; i < data->flow_count; i++) {
		struct kept_flow *flow = &data->flows[i];

		if (is_refusal_alone(data, flow))
			turn_around(data, flow);
		data->has_server_packets |= flow->row.is_tcp && flow->row.packets[1] > 0;
		flow->is_background = is_background(&flow->row.tuple);
		flow->is_encrypted = is_encrypted(flow->payload);
		derive_flow(data, flow);
	}
	find_knocks(data);
}

uint64_t
check_data_left_out(const struct check_data *data)
{
	return data->left_out;
}
