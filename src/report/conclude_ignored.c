/* Of those for whom there was no room: their ACKs and SYNs, and what both ends make of it. */
#include "report/conclusion.h"

/* So many pauses, each longer than the one before, are no accident. */
#define PAUSES_LEAST 3

/* --- who found no room --- */

static bool
is_stuck(const struct flow_view *view)
{
	return view->ignored != 0 && view->taken == 0 && view->row->conn.connect == CONNECT_OK;
}

/* Packets of the endpoint's flows that a question holds of. */
static void
cite_packets(struct saying *say, const struct asked *asked,
    bool (*wanted)(const struct flow_view *view, const struct packet_row *row))
{
	const struct figure_data *data = asked->chapter->data;

	for (size_t i = 0; i < data->packet_count && say->frames.count < FRAMES_MAX; i++) {
		const struct packet_row *row = &data->packets[i];
		const struct flow_view *view = view_of(asked->chapter, row->flow);

		if (view != NULL && view->row->is_tcp &&
		    account_has_flow(asked->account, view->row) && wanted(view, row))
			frames_add(&say->frames, row->index);
	}
}

static bool
believes_to_be_connected(const struct asked *asked, struct saying *say)
{
	if (asked->account->stuck == 0)
		return false;
	EACH_FLOW(view, asked)
	{
		if (!is_stuck(view))
			continue;
		frames_add(&say->frames, view->ignored);
		frames_add(&say->frames, view->last_syn_ack);
	}
	saying_number(say, asked->account->stuck);
	return true;
}

/* Up to the last packet of the server's that shows it. */
static bool
is_ignored_ack(const struct flow_view *view, const struct packet_row *row)
{
	uint32_t until = view->taken != 0 ? view->taken - 1 : view->last_syn_ack;

	return view->ignored != 0 && row->index >= view->ignored && row->index < until &&
	       view_is_from_client(view, row) && row->flags & TCP_ACK;
}

static bool
ignores_acks(const struct asked *asked, struct saying *say)
{
	if (!account_is_full(asked->account) || asked_row(asked)->ignored_acks == 0)
		return false;
	cite_packets(say, asked, is_ignored_ack);
	saying_number(say, asked_row(asked)->ignored_acks);
	return true;
}

static bool
is_syn_ack_again(const struct flow_view *view, const struct packet_row *row)
{
	return view->ignored != 0 && row->index > view->ignored &&
	       !view_is_from_client(view, row) && row->flags & TCP_SYN;
}

static bool
answers_again(const struct asked *asked, struct saying *say)
{
	uint32_t again = 0;

	EACH_FLOW(view, asked)
	again += view->ignored != 0 ? view->syn_acks_again : 0;
	if (again == 0)
		return false;
	cite_packets(say, asked, is_syn_ack_again);
	saying_number(say, again);
	return true;
}

static bool
is_duplicate(const struct flow_view *view, const struct packet_row *row)
{
	return view->ignored != 0 && row->verdict.marks & MARK_BIT(MARK_DUPLICATE_ACK) &&
	       view_is_from_client(view, row);
}

static bool
acknowledges_again(const struct asked *asked, struct saying *say)
{
	uint32_t again = 0;

	EACH_FLOW(view, asked)
	again += view->ignored != 0 ? view->dup_acks : 0;
	if (again == 0)
		return false;
	cite_packets(say, asked, is_duplicate);
	saying_number(say, again);
	return true;
}

static bool
is_data_again(const struct flow_view *view, const struct packet_row *row)
{
	return view->ignored != 0 && row->index > view->data && row->length > 0 &&
	       view_is_from_client(view, row);
}

static bool
sends_again(const struct asked *asked, struct saying *say)
{
	uint32_t again = 0;

	EACH_FLOW(view, asked)
	again += view->ignored != 0 ? view->data_again : 0;
	if (again == 0)
		return false;
	cite_packets(say, asked, is_data_again);
	saying_number(say, again);
	return true;
}

/* The one of the ignored that was sent again most often, with pauses that grew each time. */
static bool
say_pauses(const struct asked *asked, struct saying *say, size_t offset,
    bool (*wanted)(const struct flow_view *view, const struct packet_row *row))
{
	const struct figure_data *data = asked->chapter->data;
	const struct pauses *most = NULL;
	const struct flow_view *whose = NULL;

	EACH_FLOW(view, asked)
	{
		const struct pauses *pauses = (const struct pauses *)((const char *)view + offset);

		if (view->ignored == 0 || pauses->shrinks || pauses->count < PAUSES_LEAST ||
		    (most != NULL && pauses->count <= most->count))
			continue;
		most = pauses;
		whose = view;
	}
	if (most == NULL)
		return false;
	for (size_t i = 0; i < data->packet_count; i++)
		if (data->packets[i].flow == whose->row->flow && wanted(whose, &data->packets[i]))
			frames_add(&say->frames, data->packets[i].index);
	saying_end(say, &whose->row->tuple, false);
	saying_span(say, most->first_ns);
	saying_span(say, most->last_ns);
	return true;
}

static bool
waits_longer_to_answer(const struct asked *asked, struct saying *say)
{
	return say_pauses(asked, say, offsetof(struct flow_view, syn_ack_pauses), is_syn_ack_again);
}

static bool
waits_longer_to_send(const struct asked *asked, struct saying *say)
{
	return say_pauses(asked, say, offsetof(struct flow_view, data_pauses), is_data_again);
}

/* So many of each of some, or of all together. */
static struct sum
unacknowledged(const struct asked *asked, struct saying *say)
{
	struct sum sum = { 0 };

	EACH_FLOW(view, asked)
	{
		if (!is_stuck(view) || view->written[0] <= view->acked[0])
			continue;
		sum_add(&sum, view->written[0] - view->acked[0]);
		frames_add(&say->frames, view->data);
		frames_add(&say->frames, view->last_data);
	}
	return sum;
}

static bool
leaves_in_send_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unacknowledged(asked, say);

	return sum_say(&sum, true, say);
}

static bool
leaves_all_in_send_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unacknowledged(asked, say);

	return sum_say(&sum, false, say);
}

static bool
writes_unheard(const struct asked *asked, struct saying *say)
{
	const struct clients_sum *clients = asked->chapter->clients;

	if (clients->unheard == 0 || asked->account->stuck == 0)
		return false;
	EACH_FLOW(view, asked)
	if (is_stuck(view))
		frames_add(&say->frames, view->data);
	saying_number(say, (int64_t)clients->unheard);
	return true;
}

static bool
drops_syns(const struct asked *asked, struct saying *say)
{
	const struct figure_data *data = asked->chapter->data;

	if (!account_is_full(asked->account) || asked_row(asked)->syn_dropped == 0)
		return false;
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *row = &data->packets[i];
		const struct reason *reason = &row->verdict.reason;
		const struct flow_view *view = view_of(asked->chapter, row->flow);

		if (reason->cause == CAUSE_SYN_DROPPED && reason->because_count > 1 &&
		    view != NULL && account_has_flow(asked->account, view->row))
			frames_add(&say->frames, reason->because[reason->because_count - 2]);
	}
	saying_number(say, asked_row(asked)->syn_dropped);
	return true;
}

static bool
waits_in_syn_sent(const struct asked *asked, struct saying *say)
{
	uint32_t waiting = 0;

	if (!account_is_full(asked->account))
		return false;
	EACH_FLOW(view, asked)
	{
		if (view->dropped == 0 || view->syn_ack != 0 ||
		    view->row->conn.connect != CONNECT_PENDING)
			continue;
		waiting++;
		frames_add(&say->frames, view->last_syn);
	}
	saying_number(say, waiting);
	return waiting > 0;
}

/* --- single connections: asked until there is none more --- */

static bool
is_answered_late(const struct asked *asked, const struct flow_view *view, struct saying *say)
{
	if (view->dropped == 0 || view->syn_ack == 0 || !account_is_full(asked->account))
		return false;
	frames_add(&say->frames, view->syn);
	frames_add(&say->frames, view->last_syn);
	frames_add(&say->frames, view->syn_ack);
	saying_end(say, &view->row->tuple, false);
	saying_since(say, span_ns(view->syn_ack_ns, view->row->start_ns));
	return true;
}

static bool
is_let_in(const struct asked *asked, const struct flow_view *view, struct saying *say)
{
	const struct account *account = asked->account;

	if ((view->ignored == 0 && view->dropped == 0) || view->taken <= account->no_room ||
	    !account_is_full(account) || account->accepted == 0)
		return false;
	frames_add(&say->frames, view->ignored);
	frames_add(&say->frames, view->dropped);
	frames_add(&say->frames, view->taken);
	saying_end(say, &view->row->tuple, false);
	saying_since(say, span_ns(view->taken_ns, asked->chapter->summary->first_ns));
	return true;
}

/* --- the sentences --- */

static const struct rule rules[] = {
	{ BY_PACKETS, believes_to_be_connected,
	    N_N("%1 client believes that it is connected, while the server keeps its request in "
		"SYN_RECV: there was no room in the accept queue, so it ignored the ACK.",
		"%1 clients believe that they are connected, while the server keeps their "
		"requests in SYN_RECV: there was no room in the accept queue, so it ignored "
		"their ACKs."),
	    NULL },
	{ BY_COUNTS, ignores_acks,
	    N_N("%1 ACK was ignored, with any data in it.",
		"%1 ACKs were ignored, with any data in them."),
	    NULL },
	{ BY_PACKETS, answers_again,
	    N_N("The server sent a SYN-ACK again: for it, the handshake is not complete.",
		"The server sent SYN-ACKs again, %1 times: for it, these handshakes are not "
		"complete."),
	    NULL },
	{ BY_PACKETS, waits_longer_to_answer,
	    N_("It waits longer each time: its SYN-ACKs to %1 came %2 after one another at "
	       "first, and %3 at last."),
	    NULL, NULL },
	{ BY_PACKETS, acknowledges_again,
	    N_N("A client answered with a duplicate ACK: for it, the handshake was complete.",
		"The clients answered with %1 duplicate ACKs: for them, the handshakes were "
		"complete."),
	    NULL },
	{ BY_PACKETS, sends_again,
	    N_N("A client that had been ignored sent its data again.",
		"Clients that had been ignored sent their data again, %1 times."),
	    NULL },
	{ BY_PACKETS, waits_longer_to_send,
	    N_("A client waits longer each time: the data of %1 came again after %2 at first, "
	       "and after %3 at last."),
	    NULL, NULL },
	{ BY_PACKETS, leaves_in_send_q,
	    N_N("%1 client has sent %2 bytes that were never acknowledged: they stay in its "
		"Send-Q.",
		"%1 clients have sent %2 bytes each that were never acknowledged: they stay in "
		"Send-Q."),
	    NULL },
	{ BY_PACKETS, leaves_all_in_send_q,
	    N_("%1 clients have sent %2 bytes altogether that were never acknowledged: they "
	       "stay in Send-Q."),
	    NULL, NULL },
	{ BY_PACKETS, writes_unheard,
	    N_N("%1 client wrote without an error what the server ignored: write() only hands "
		"bytes to the kernel.",
		"%1 clients wrote without an error what the server ignored: write() only hands "
		"bytes to the kernel."),
	    NULL },
	{ BY_COUNTS, drops_syns,
	    N_N("%1 SYN was dropped while the accept queue was full.",
		"%1 SYNs were dropped while the accept queue was full."),
	    NULL },
	{ BY_PACKETS, waits_in_syn_sent,
	    N_N("%1 client is still in SYN_SENT at the end: none of its SYNs found room.",
		"%1 clients are still in SYN_SENT at the end: none of their SYNs found room."),
	    NULL },
	{ BY_PACKETS, NULL,
	    N_("The SYN of %1 was dropped, and one was answered only %2 s after the first."), NULL,
	    is_answered_late },
	{ BY_PACKETS, NULL,
	    N_("%1 had found no room, and was taken %2 s into the capture: accept() had freed a "
	       "place."),
	    NULL, is_let_in },
};

const struct rules conclude_ignored = RULES(rules);
