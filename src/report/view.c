/*
 * What the packets of a flow come to, flow by flow: what several sections ask
 * for. Only packets that were kept are seen.
 */
#include "report/report_priv.h"

#include <string.h>

static size_t
views_bytes(const struct figure_data *data)
{
	return (data->flow_count + 1) * sizeof(struct flow_view);
}

struct flow_view *
views_new(const struct figure_data *data)
{
	struct flow_view *views = mem_table_new(views_bytes(data));

	for (size_t i = 0; i < data->flow_count; i++)
		views[i].row = &data->flows[i];
	return views;
}

void
views_free(struct flow_view *views, const struct figure_data *data)
{
	mem_table_free(views, views_bytes(data));
}

const struct flow_view *
view_of(const struct chapter *chapter, uint32_t flow)
{
	const struct flow_row *row = figure_flow(chapter->data, flow);

	return row == NULL ? NULL : &chapter->views[row - chapter->data->flows];
}

/* --- one packet --- */

static void
note_first(uint32_t *first, uint32_t index)
{
	if (*first == 0)
		*first = index;
}

/* Relative numbers: the SYN is 0, the first byte 1. */
static void
note_end(uint32_t *bytes, uint32_t end)
{
	if (end > 0 && end - 1 > *bytes && end < INT32_MAX)
		*bytes = end - 1;
}

static void
note_pause(struct pauses *pauses, int64_t now_ns)
{
	int64_t pause_ns = span_ns(now_ns, pauses->at_ns);

	if (pauses->at_ns != 0) {
		if (pauses->count == 0)
			pauses->first_ns = pause_ns;
		pauses->shrinks |= pauses->count > 0 && pause_ns <= pauses->last_ns;
		pauses->last_ns = pause_ns;
		pauses->count++;
	}
	pauses->at_ns = now_ns;
}

static bool
is_again(const struct packet_row *row)
{
	const uint32_t again = MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_FAST_RETRANSMISSION) |
			       MARK_BIT(MARK_SPURIOUS_RETRANSMISSION);

	return row->verdict.marks & again;
}

static void
note_client(struct flow_view *view, const struct packet_row *row)
{
	if (row->flags & TCP_SYN) {
		note_first(&view->syn, row->index);
		view->syns++;
		view->last_syn = row->index;
		view->last_syn_ns = row->ts_ns;
		return;
	}
	if (row->flags & TCP_ACK && view->syn_ack != 0 && !(row->flags & TCP_RST))
		note_first(&view->ack, row->index);
	if (row->verdict.marks & MARK_BIT(MARK_DUPLICATE_ACK))
		view->dup_acks++;
	if (row->length == 0)
		return;
	/* Others than the first bytes begin later. */
	if (row->seq == 1)
		note_pause(&view->data_pauses, row->ts_ns);
	note_first(&view->data, row->index);
	view->last_data = row->index;
	view->data_again += is_again(row);
}

/* What only a server does that has taken the connection: acknowledge data, or send some. */
static void
note_taken(struct flow_view *view, const struct packet_row *row)
{
	bool acks_data = view->data != 0 && row->flags & TCP_ACK && row->ack > 1;

	if (view->taken != 0 || view->ack == 0 || row->flags & (TCP_SYN | TCP_RST) ||
	    (!acks_data && row->length == 0))
		return;
	view->taken = row->index;
	view->taken_ns = row->ts_ns;
}

static void
note_server(struct flow_view *view, const struct packet_row *row)
{
	if (row->flags & TCP_RST)
		note_first(&view->reset, row->index);
	if ((row->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
		note_pause(&view->syn_ack_pauses, row->ts_ns);
		if (view->syn_ack == 0) {
			view->syn_ack = row->index;
			view->syn_ack_ns = row->ts_ns;
		} else {
			view->syn_acks_again++;
			view->last_syn_ack = row->index;
		}
	}
	note_taken(view, row);
}

/* The first of what shows it is the ACK that was ignored. */
static void
note_cause(struct flow_view *view, const struct packet_row *row)
{
	const struct reason *reason = &row->verdict.reason;

	if (reason->cause == CAUSE_ACCEPT_QUEUE_FULL && reason->because_count > 0)
		note_first(&view->ignored, reason->because[0]);
	/* Of a SYN that came again: the one before it. */
	if (reason->cause == CAUSE_SYN_DROPPED && reason->because_count > 1)
		note_first(&view->dropped, reason->because[reason->because_count - 2]);
}

bool
view_is_from_client(const struct flow_view *view, const struct packet_row *row)
{
	return row->tuple.sport == view->row->tuple.sport &&
	       memcmp(row->tuple.src, view->row->tuple.src, sizeof(row->tuple.src)) == 0;
}

static void
note_packet(struct flow_view *view, const struct packet_row *row)
{
	bool from_client = view_is_from_client(view, row);

	view->packets++;
	if (row->tuple.proto != PROTO_TCP)
		return;
	note_end(&view->written[!from_client], row->seq + row->length);
	if (row->flags & TCP_ACK)
		note_end(&view->acked[from_client], row->ack);
	if (from_client)
		note_client(view, row);
	else
		note_server(view, row);
	note_cause(view, row);
}

/* A FIN takes a number too, which is no byte. */
static void
bound_acked(struct flow_view *view)
{
	for (int side = 0; side < 2; side++)
		if (view->acked[side] > view->written[side])
			view->acked[side] = view->written[side];
}

/* The packets force that the server's end has bytes that nobody has read. */
static bool
is_unread(const struct socket_row *row)
{
	return row->is_server && row->state == SOCK_ESTABLISHED && row->recv_q.lo > 0 &&
	       row->recv_q.lo == row->recv_q.hi;
}

void
views_fill(struct flow_view *views, const struct figure_data *data)
{
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct flow_row *row = figure_flow(data, data->packets[i].flow);

		if (row != NULL && row->is_tcp)
			note_packet(&views[row - data->flows], &data->packets[i]);
	}
	for (size_t i = 0; i < data->socket_count; i++) {
		const struct flow_row *row = figure_flow(data, data->sockets[i].flow);

		if (row != NULL && is_unread(&data->sockets[i]))
			views[row - data->flows].unread = &data->sockets[i];
	}
	for (size_t i = 0; i < data->flow_count; i++)
		bound_acked(&views[i]);
}
