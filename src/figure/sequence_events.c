/*
 * What one side of a connection sent, and what the other said of it, as events
 * with sequence numbers that do not wrap.
 */
#include "figure/sequence_priv.h"

static uint32_t
span_of(const struct packet_row *row)
{
	return row->length + ((row->flags & TCP_SYN) != 0) + ((row->flags & TCP_FIN) != 0);
}

/*
 * The marks call a single byte that comes again a keep-alive. Bytes below what
 * was sent come again, unless they were only overtaken.
 */
static bool
is_sent_again(const struct sequence *all, const struct event *event)
{
	const uint32_t again = MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_FAST_RETRANSMISSION) |
			       MARK_BIT(MARK_SPURIOUS_RETRANSMISSION);
	const struct verdict *verdict = &event->row->verdict;

	if (verdict->marks & again)
		return true;
	return all->sent_count > 0 && event->hi > event->lo && event->hi <= all->top &&
	       !(verdict->marks & MARK_BIT(MARK_OUT_OF_ORDER)) &&
	       verdict->reason.cause != CAUSE_REORDERED;
}

static void
add_sent(struct sequence *all, const struct packet_row *row, int64_t *near)
{
	struct event *event = &all->events[all->count++];

	*event = (struct event){ .row = row, .window = -1, .is_sent = true };
	event->lo = sequence_unwrap(*near, row->seq);
	event->hi = event->lo + span_of(row);
	event->is_again = is_sent_again(all, event);
	if (all->sent_count == 0 || event->hi > all->top)
		all->top = event->hi;
	*near = event->hi;
	all->sent_count++;
}

static void
add_answer(struct sequence *all, const struct packet_row *row, int64_t *near)
{
	struct event *event = &all->events[all->count++];

	*event = (struct event){ .row = row };
	event->lo = event->hi = *near = sequence_unwrap(*near, row->ack);
	/* A RST has no window to speak of. */
	event->window = row->flags & TCP_RST ? -1 : event->lo + row->window;
	all->has_window |= event->window >= 0;
	all->has_sack |= row->sack_count > 0;
}

void
sequence_gather(struct sequence *all)
{
	int64_t near[2] = { 0, 0 };

	all->events = scene_keep(all->scene, (all->data->packet_count + 1) * sizeof(*all->events));
	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct packet_row *row = &all->data->packets[i];
		bool is_sent;

		if (row->flow != all->flow->flow || row->tuple.proto != PROTO_TCP)
			continue;
		is_sent = model_from_client(all->flow, row) != all->from_server;
		if (all->count == 0)
			near[0] = near[1] = is_sent ? row->seq : row->ack;
		if (is_sent)
			add_sent(all, row, &near[0]);
		else if (row->flags & TCP_ACK)
			add_answer(all, row, &near[1]);
	}
}
