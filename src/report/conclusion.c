/*
 * What a capture shows, in sentences, each with its frames. A row of the table
 * says when a sentence is true; none is put together out of parts. They are
 * asked for in this order, of one listening endpoint after another and then of
 * the whole capture.
 */
#include "report/account.h"

#include <stdlib.h>
#include <string.h>

/* Endpoints that sentences are told of, and sentences of one kind about single connections. */
#define ENDPOINTS_MAX 4
#define EACH_MAX      6
/* So many pauses, each longer than the one before, are no accident. */
#define PAUSES_LEAST 3

/* What is asked about. */
struct asked {
	const struct chapter *chapter;
	const struct account *account; /* of the capture: none */
	bool has_packets; /* each that is asked about was kept, so that counts are right */
	bool has_flows;
	uint32_t *places; /* of its flows' views; every sentence walks them */
	size_t place_count;
};

/* --- walking --- */

struct walk {
	const struct asked *asked;
	size_t at;
};

static bool
is_about(const struct asked *asked, const struct flow_row *row)
{
	return asked->account == NULL ? row->is_tcp : account_has_flow(asked->account, row);
}

/* The flows of the endpoint, or of the capture; on the heap. */
static void
find_flows(struct asked *asked)
{
	const struct figure_data *data = asked->chapter->data;

	asked->places = mem_realloc_array(NULL, data->flow_count + 1, sizeof(*asked->places));
	asked->place_count = 0;
	for (size_t i = 0; i < data->flow_count; i++)
		if (is_about(asked, &data->flows[i]))
			asked->places[asked->place_count++] = (uint32_t)i;
}

static const struct flow_view *
next_flow(struct walk *walk)
{
	const struct asked *asked = walk->asked;

	if (walk->at == asked->place_count)
		return NULL;
	return &asked->chapter->views[asked->places[walk->at++]];
}

#define EACH_FLOW(view, asked) \
	struct walk walk = { asked, 0 }; \
	for (const struct flow_view *view; (view = next_flow(&walk)) != NULL;)

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

static const struct listener_row *
row_of(const struct asked *asked)
{
	return &asked->account->row;
}

static bool
is_kind(const struct asked *asked, enum story_kind kind)
{
	return row_of(asked)->kind == kind;
}

static bool
has_answered(const struct asked *asked)
{
	return !is_kind(asked, STORY_NOT_LISTENING) && !is_kind(asked, STORY_SILENT);
}

/* --- nothing listens --- */

static bool
cite_refusals(const struct asked *asked, struct saying *say)
{
	if (!is_kind(asked, STORY_NOT_LISTENING) || row_of(asked)->refused == 0)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->reset);
	saying_number(say, row_of(asked)->refused);
	saying_word(say, asked->account->local);
	return true;
}

static bool
is_refused(const struct asked *asked, struct saying *say)
{
	return !(row_of(asked)->rivals & (RIVAL_FIREWALL | RIVAL_KERNEL)) &&
	       cite_refusals(asked, say);
}

static bool
may_be_refused(const struct asked *asked, struct saying *say)
{
	return row_of(asked)->rivals & (RIVAL_FIREWALL | RIVAL_KERNEL) && cite_refusals(asked, say);
}

static bool
is_not_told_to_listen(const struct asked *asked, struct saying *say)
{
	(void)say;
	return is_kind(asked, STORY_NOT_LISTENING) && asked->account->is_unlistened;
}

static bool
stands_in_no_table(const struct asked *asked, struct saying *say)
{
	const struct tables_sum *sum = asked->chapter->tables;

	if (!is_kind(asked, STORY_NOT_LISTENING) || sum->tables == 0 ||
	    sum->counts[OUTCOME_AGREES] + sum->counts[OUTCOME_CONTRADICTS] +
		    sum->counts[OUTCOME_RECORDED] >
		0)
		return false;
	saying_number(say, (int64_t)sum->tables);
	saying_number(say, row_of(asked)->local.sport);
	return true;
}

/* --- silence --- */

static bool
is_silent(const struct asked *asked, struct saying *say)
{
	if (!is_kind(asked, STORY_SILENT))
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->syn);
	saying_number(say, row_of(asked)->attempts);
	saying_word(say, asked->account->local);
	return true;
}

static bool
asks_again(const struct asked *asked, struct saying *say)
{
	uint32_t again = 0;
	int64_t longest_ns = 0;

	if (!is_kind(asked, STORY_SILENT))
		return false;
	EACH_FLOW(view, asked)
	{
		if (view->syns < 2)
			continue;
		again += view->syns - 1;
		frames_add(&say->frames, view->last_syn);
		if (view->last_syn_ns - view->row->start_ns > longest_ns)
			longest_ns = view->last_syn_ns - view->row->start_ns;
	}
	saying_number(say, again);
	saying_since(say, longest_ns);
	return again > 0;
}

static bool
drops_in_silence(const struct asked *asked, struct saying *say)
{
	enum vantage vantage = row_of(asked)->vantage;
	const char *kernel;

	if (!is_kind(asked, STORY_SILENT) || !asked->account->is_unlistened ||
	    (vantage != VANTAGE_LOOPBACK && vantage != VANTAGE_SERVER))
		return false;
	kernel = asked->chapter->recorded->kernel;
	if (kernel == NULL || strncmp(kernel, "Linux", strlen("Linux")) == 0)
		return false;
	saying_word(say, kernel);
	return true;
}

static bool
is_pending(const struct asked *asked, struct saying *say)
{
	if (!is_kind(asked, STORY_SILENT) || asked->account->pending == 0)
		return false;
	saying_number(say, asked->account->pending);
	return true;
}

/* --- a listening socket --- */

static bool
has_completed(const struct asked *asked, struct saying *say)
{
	if (!is_kind(asked, STORY_HEALTHY) || row_of(asked)->completed == 0 ||
	    account_is_full(asked->account))
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->ack);
	saying_number(say, row_of(asked)->completed);
	saying_word(say, asked->account->local);
	return true;
}

static bool
has_sockets_of_their_own(const struct asked *asked, struct saying *say)
{
	if (!has_answered(asked) || asked->account->answered == 0 || is_kind(asked, STORY_FLOOD) ||
	    row_of(asked)->cookies > 0)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->syn_ack);
	saying_number(say, asked->account->answered);
	return true;
}

/* Only what was recorded says how often accept() has returned at most. */
static bool
cite_connected(const struct asked *asked, struct saying *say)
{
	if (!has_answered(asked) || asked->account->accepted == NOT_KNOWN ||
	    asked->account->ok <= asked->account->accepted)
		return false;
	EACH_FLOW(view, asked)
	if (view->row->conn.connect == CONNECT_OK)
		frames_add(&say->frames, view->syn_ack);
	saying_number(say, asked->account->ok);
	return true;
}

static bool
connects_without_any_accept(const struct asked *asked, struct saying *say)
{
	return asked->account->accepted == 0 && cite_connected(asked, say);
}

static bool
connects_without_accept(const struct asked *asked, struct saying *say)
{
	if (asked->account->accepted == 0 || !cite_connected(asked, say))
		return false;
	saying_number(say, asked->account->accepted);
	return true;
}

/* Who waits in a full queue has not been accepted. */
static bool
connects_before_accept(const struct asked *asked, struct saying *say)
{
	int64_t waiting = row_of(asked)->queue_max.lo;

	if (!account_is_full(asked->account) || asked->account->accepted != NOT_KNOWN ||
	    asked->account->taken_before == 0 || waiting == 0)
		return false;
	say->frames = asked->account->held_frames;
	saying_number(say, waiting);
	return true;
}

/* --- the queue is full --- */

static bool
is_full_and(const struct asked *asked, struct saying *say, bool holds)
{
	const struct account *account = asked->account;

	if (!account_is_full(account) || !holds || !account->is_proven ||
	    account->taken_before == 0)
		return false;
	say->frames = account->held_frames;
	saying_number(say, account->taken_before);
	return true;
}

static bool
is_full_of_all(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	return is_full_and(
	    asked, say, account->held != NOT_KNOWN && account->held == account->taken_before);
}

static bool
is_full_but_for_accepted(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (!is_full_and(
		asked, say, account->held != NOT_KNOWN && account->held < account->taken_before))
		return false;
	saying_number(say, account->accepted);
	saying_number(say, account->held);
	return true;
}

static bool
is_full_of_some(const struct asked *asked, struct saying *say)
{
	return is_full_and(asked, say, asked->account->held == NOT_KNOWN);
}

static bool
cite_backlog(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (account->held == NOT_KNOWN || account->backlog == NOT_KNOWN)
		return false;
	say->frames = account->held_frames;
	saying_number(say, account->held);
	saying_number(say, account->backlog);
	return true;
}

static bool
holds_one_more(const struct asked *asked, struct saying *say)
{
	return asked->account->held == asked->account->backlog + 1 && cite_backlog(asked, say);
}

static bool
holds_another_number(const struct asked *asked, struct saying *say)
{
	if (asked->account->held == asked->account->backlog + 1 || !cite_backlog(asked, say))
		return false;
	saying_number(say, asked->account->backlog + 1);
	return true;
}

/* --- who found no room --- */

static bool
is_stuck(const struct flow_view *view)
{
	return view->ignored != 0 && view->taken == 0 && view->row->conn.connect == CONNECT_OK;
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
	if (!account_is_full(asked->account) || row_of(asked)->ignored_acks == 0)
		return false;
	cite_packets(say, asked, is_ignored_ack);
	saying_number(say, row_of(asked)->ignored_acks);
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
struct sum {
	uint64_t count;
	int64_t each; /* -1: they differ */
	int64_t all;
};

static void
sum_add(struct sum *sum, int64_t bytes)
{
	if (sum->count == 0)
		sum->each = bytes;
	else if (sum->each != bytes)
		sum->each = -1;
	sum->count++;
	sum->all += bytes;
}

static bool
say_sum(struct saying *say, const struct sum *sum, bool of_each)
{
	if (sum->count == 0 || (sum->each >= 0) != of_each)
		return false;
	saying_number(say, (int64_t)sum->count);
	saying_number(say, of_each ? sum->each : sum->all);
	return true;
}

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

	return say_sum(say, &sum, true);
}

static bool
leaves_all_in_send_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unacknowledged(asked, say);

	return say_sum(say, &sum, false);
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

	if (!account_is_full(asked->account) || row_of(asked)->syn_dropped == 0)
		return false;
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *row = &data->packets[i];
		const struct reason *reason = &row->verdict.reason;
		const struct flow_view *view = view_of(asked->chapter, row->flow);

		if (reason->cause == CAUSE_SYN_DROPPED && reason->because_count > 1 &&
		    view != NULL && account_has_flow(asked->account, view->row))
			frames_add(&say->frames, reason->because[reason->because_count - 2]);
	}
	saying_number(say, row_of(asked)->syn_dropped);
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
	saying_since(say, view->syn_ack_ns - view->row->start_ns);
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
	saying_since(say, view->taken_ns - asked->chapter->summary->first_ns);
	return true;
}

/* --- how it ended --- */

static bool
lets_all_in(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (account->let_in == 0 || account->stuck > 0 || account->taken < account->flows)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->taken);
	saying_number(say, account->taken);
	return true;
}

/* By what the packets force, where nobody has recorded it. */
static bool
has_accepted(const struct asked *asked, struct saying *say)
{
	const struct listener_row *row = row_of(asked);

	if (!account_is_full(asked->account) || asked->account->accepted != NOT_KNOWN ||
	    row->accepted.lo == 0 || row->backlog.lo != row->backlog.hi)
		return false;
	for (size_t i = 0; i < row->because.count; i++)
		frames_add(&say->frames, row->because.index[i]);
	saying_number(say, row->accepted.lo);
	saying_number(say, row->backlog.lo);
	return true;
}

static struct sum
unread(const struct asked *asked, struct saying *say)
{
	struct sum sum = { 0 };

	EACH_FLOW(view, asked)
	{
		if (view->unread == NULL)
			continue;
		sum_add(&sum, view->unread->recv_q.lo);
		frames_add(&say->frames, view->taken);
	}
	return sum;
}

static bool
waits_in_recv_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unread(asked, say);

	return say_sum(say, &sum, true);
}

static bool
waits_all_in_recv_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unread(asked, say);

	return say_sum(say, &sum, false);
}

/* Where the packets leave it open, the tables may know. */
static bool
is_recorded_to_wait(const struct asked *asked, struct saying *say)
{
	const struct tables_sum *tables = asked->chapter->tables;
	struct saying unused = { 0 };
	const struct sum sum = unread(asked, &unused); /* which puts no words in */

	if (tables->waiting <= sum.count || tables->waiting_bytes <= 0 || !has_answered(asked))
		return false;
	saying_number(say, (int64_t)tables->waiting);
	saying_number(say, tables->waiting_bytes);
	return true;
}

static bool
closes_none(const struct asked *asked, struct saying *say)
{
	if (asked->account->ok == 0 || asked->account->open < asked->account->flows)
		return false;
	saying_number(say, asked->account->ok);
	return true;
}

/* --- the whole capture --- */

static uint32_t
count_where(
    const struct asked *asked, struct saying *say, bool (*holds)(const struct flow_view *view))
{
	uint32_t count = 0;

	EACH_FLOW(view, asked)
	{
		if (!holds(view))
			continue;
		count++;
		frames_add(&say->frames, view->syn);
	}
	return count;
}

#define HAS_CLOSE(name, value) \
	static bool is_##name(const struct flow_view *view) \
	{ \
		return view->row->conn.close == (value); \
	} \
	static bool has_##name(const struct asked *asked, struct saying *say) \
	{ \
		uint32_t count = count_where(asked, say, is_##name); \
		saying_number(say, count); \
		return count > 0; \
	}

HAS_CLOSE(closed, CLOSE_FIN)
HAS_CLOSE(half_closed, CLOSE_HALF_CLOSED)
HAS_CLOSE(given_up, CLOSE_TIMEOUT)

static bool
is_reset(const struct flow_view *view)
{
	return view->row->conn.open != OPEN_REFUSED &&
	       (view->row->conn.close == CLOSE_RESET_BY_CLIENT ||
		   view->row->conn.close == CLOSE_RESET_BY_SERVER);
}

static bool
has_reset(const struct asked *asked, struct saying *say)
{
	uint32_t by_client = 0;
	uint32_t count = count_where(asked, say, is_reset);

	EACH_FLOW(view, asked)
	by_client += is_reset(view) && view->row->conn.close == CLOSE_RESET_BY_CLIENT;
	saying_number(say, count);
	saying_number(say, by_client);
	saying_number(say, count - by_client);
	return count > 0;
}

static bool
is_midstream(const struct flow_view *view)
{
	return view->row->conn.open == OPEN_MIDSTREAM;
}

static bool
has_midstream(const struct asked *asked, struct saying *say)
{
	uint32_t count = count_where(asked, say, is_midstream);

	say->frames.count = 0;
	saying_number(say, count);
	return count > 0;
}

static bool
has_completed_of(const struct asked *asked, struct saying *say)
{
	uint32_t all = 0, completed = 0;

	if (asked->chapter->data->listener_count < 2)
		return false;
	EACH_FLOW(view, asked)
	{
		all += view->row->conn.open != OPEN_MIDSTREAM;
		completed += view->row->conn.open == OPEN_COMPLETE;
	}
	saying_number(say, all);
	saying_number(say, completed);
	return all > 0;
}

static bool
agrees_with_tables(const struct asked *asked, struct saying *say)
{
	const uint64_t *counts = asked->chapter->tables->counts;

	if (counts[OUTCOME_AGREES] == 0 || counts[OUTCOME_CONTRADICTS] > 0 ||
	    counts[OUTCOME_RECORDED] > 0 || counts[OUTCOME_FOUND] > 0)
		return false;
	saying_number(say, (int64_t)counts[OUTCOME_AGREES]);
	return true;
}

static bool
contradicts_tables(const struct asked *asked, struct saying *say)
{
	const uint64_t *counts = asked->chapter->tables->counts;
	uint64_t odd =
	    counts[OUTCOME_CONTRADICTS] + counts[OUTCOME_RECORDED] + counts[OUTCOME_FOUND];

	saying_number(say, (int64_t)odd);
	saying_number(say, (int64_t)counts[OUTCOME_AGREES]);
	return odd > 0;
}

static bool
agrees_with_clients(const struct asked *asked, struct saying *say)
{
	const struct clients_sum *clients = asked->chapter->clients;

	saying_number(say, (int64_t)clients->agree);
	return clients->agree > 0 && clients->contradict == 0;
}

static bool
contradicts_clients(const struct asked *asked, struct saying *say)
{
	const struct clients_sum *clients = asked->chapter->clients;

	saying_number(say, (int64_t)clients->contradict);
	saying_number(say, (int64_t)clients->agree);
	return clients->contradict > 0;
}

static bool
is_not_whole(const struct asked *asked, struct saying *say)
{
	saying_number(say, (int64_t)asked->chapter->summary->packets);
	saying_number(say, (int64_t)asked->chapter->data->packet_count);
	return !asked->has_packets;
}

/* --- the sentences --- */

enum {
	OF_ENDPOINT = 0x1,
	OF_CAPTURE = 0x2,
	BY_PACKETS = 0x4, /* only where all packets of what it is about were kept */
	BY_FLOWS = 0x8,   /* ... all flows */
};

struct rule {
	unsigned of;
	bool (*holds)(const struct asked *asked, struct saying *say);
	const char *one;
	const char *many; /* NULL: number or not, it is one sentence */
	/* instead of holds: asked of each connection */
	bool (*each)(const struct asked *asked, const struct flow_view *view, struct saying *say);
};

static const struct rule rules[] = {
	{ OF_ENDPOINT, is_refused,
	    N_N("connect() failed once, with ECONNREFUSED: nothing listens at %2, so the kernel "
		"there answers a SYN with a RST.",
		"connect() failed %1 times, with ECONNREFUSED: nothing listens at %2, so the "
		"kernel there answers each SYN with a RST."),
	    NULL },
	{ OF_ENDPOINT, may_be_refused,
	    N_N("connect() failed once, with ECONNREFUSED: the SYN to %2 was answered with a RST.",
		"connect() failed %1 times, with ECONNREFUSED: each SYN to %2 was answered with "
		"a RST."),
	    NULL },
	{ OF_ENDPOINT, is_not_told_to_listen,
	    N_("socket() makes a socket and bind() gives it an address; only listen() lets it "
	       "take connections."),
	    NULL, NULL },
	{ OF_ENDPOINT, stands_in_no_table,
	    N_N("In the recorded table no socket of port %2 is to be seen: one that does not "
		"listen is not shown, and a refused connection leaves none behind.",
		"In none of the %1 recorded tables is a socket of port %2 to be seen: one that "
		"does not listen is not shown, and a refused connection leaves none behind."),
	    NULL },

	{ OF_ENDPOINT, is_silent,
	    N_N("%1 attempt to connect to %2 got no answer, neither a SYN-ACK nor a RST.",
		"%1 attempts to connect to %2 got no answer, neither a SYN-ACK nor a RST."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, asks_again,
	    N_N("The client sent its SYN once more, %2 s after the first.",
		"The clients sent their SYNs again, %1 times altogether, the last one %2 s "
		"after the first."),
	    NULL },
	{ OF_ENDPOINT, drops_in_silence,
	    N_("The server's socket does not listen, and the SYNs came to it: the kernel here "
	       "(%1) drops them in silence, where Linux would answer with a RST."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_FLOWS, is_pending,
	    N_N("%1 call of connect() had not returned when the capture ended.",
		"%1 calls of connect() had not returned when the capture ended."),
	    NULL },

	{ OF_ENDPOINT, has_completed,
	    N_N("%1 connection to %2 was completed, and nothing shows that the accept queue was "
		"ever full.",
		"%1 connections to %2 were completed, and nothing shows that the accept queue "
		"was ever full."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, has_sockets_of_their_own,
	    N_N("The request that was answered got a socket of its own; the listening socket "
		"stays in LISTEN.",
		"Each of the %1 requests that were answered got a socket of its own; the "
		"listening socket stays in LISTEN."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, connects_without_any_accept,
	    N_N("connect() succeeded once although accept() was never called: the kernel "
		"completes the handshake, and accept() takes no part in it.",
		"connect() succeeded %1 times although accept() was never called: the kernel "
		"completes the handshake, and accept() takes no part in it."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, connects_without_accept,
	    N_("connect() succeeded %1 times, more often than accept() had returned (%2): the "
	       "kernel completes the handshake, and accept() takes no part in it."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_PACKETS, connects_before_accept,
	    N_N("connect() succeeds before accept() returns: at least one connection in the "
		"full accept queue was established, and nobody had accepted it.",
		"connect() succeeds before accept() returns: the connections in the full accept "
		"queue, at least %1, were established, and nobody had accepted them."),
	    NULL },

	{ OF_ENDPOINT | BY_PACKETS, is_full_of_all,
	    N_N("When a packet first found no room, the server had taken %1 connection and "
		"accept() had not returned it: with that, the accept queue was full.",
		"When a packet first found no room, the server had taken %1 connections and "
		"accept() had returned none of them: with these, the accept queue was full."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, is_full_but_for_accepted,
	    N_("When a packet first found no room, the server had taken %1 connections and "
	       "accept() had returned %2: with the other %3, the accept queue was full."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_PACKETS, is_full_of_some,
	    N_N("When a packet first found no room, the server had taken %1 connection: the "
		"accept queue was full.",
		"When a packet first found no room, the server had taken %1 connections: those "
		"of them that accept() had not returned yet filled the accept queue."),
	    NULL },
	{ OF_ENDPOINT, holds_one_more,
	    N_N("The accept queue holds %1 connection with a backlog of %2: backlog + 1.",
		"The accept queue holds %1 connections with a backlog of %2: backlog + 1."),
	    NULL },
	{ OF_ENDPOINT, holds_another_number,
	    N_N("The accept queue was full with %1 connection although the backlog is %2: that "
		"is not backlog + 1, which would be %3.",
		"The accept queue was full with %1 connections although the backlog is %2: that "
		"is not backlog + 1, which would be %3."),
	    NULL },

	{ OF_ENDPOINT | BY_PACKETS, believes_to_be_connected,
	    N_N("%1 client believes that it is connected, while the server keeps its request in "
		"SYN_RECV: there was no room in the accept queue, so it ignored the ACK.",
		"%1 clients believe that they are connected, while the server keeps their "
		"requests in SYN_RECV: there was no room in the accept queue, so it ignored "
		"their ACKs."),
	    NULL },
	{ OF_ENDPOINT, ignores_acks,
	    N_N("%1 ACK was ignored, with any data in it.",
		"%1 ACKs were ignored, with any data in them."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, answers_again,
	    N_N("The server sent a SYN-ACK again: for it, the handshake is not complete.",
		"The server sent SYN-ACKs again, %1 times: for it, these handshakes are not "
		"complete."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, waits_longer_to_answer,
	    N_("It waits longer each time: its SYN-ACKs to %1 came %2 after one another at "
	       "first, and %3 at last."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_PACKETS, acknowledges_again,
	    N_N("A client answered with a duplicate ACK: for it, the handshake was complete.",
		"The clients answered with %1 duplicate ACKs: for them, the handshakes were "
		"complete."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, sends_again,
	    N_N("A client that had been ignored sent its data again.",
		"Clients that had been ignored sent their data again, %1 times."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, waits_longer_to_send,
	    N_("A client waits longer each time: the data of %1 came again after %2 at first, "
	       "and after %3 at last."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_PACKETS, leaves_in_send_q,
	    N_N("%1 client has sent %2 bytes that were never acknowledged: they stay in its "
		"Send-Q.",
		"%1 clients have sent %2 bytes each that were never acknowledged: they stay in "
		"Send-Q."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, leaves_all_in_send_q,
	    N_("%1 clients have sent %2 bytes altogether that were never acknowledged: they "
	       "stay in Send-Q."),
	    NULL, NULL },
	{ OF_ENDPOINT | BY_PACKETS, writes_unheard,
	    N_N("%1 client wrote without an error what the server ignored: write() only hands "
		"bytes to the kernel.",
		"%1 clients wrote without an error what the server ignored: write() only hands "
		"bytes to the kernel."),
	    NULL },
	{ OF_ENDPOINT, drops_syns,
	    N_N("%1 SYN was dropped while the accept queue was full.",
		"%1 SYNs were dropped while the accept queue was full."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, waits_in_syn_sent,
	    N_N("%1 client is still in SYN_SENT at the end: none of its SYNs found room.",
		"%1 clients are still in SYN_SENT at the end: none of their SYNs found room."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, NULL,
	    N_("The SYN of %1 was dropped, and one was answered only %2 s after the first."), NULL,
	    is_answered_late },
	{ OF_ENDPOINT | BY_PACKETS, NULL,
	    N_("%1 had found no room, and was taken %2 s into the capture: accept() had freed a "
	       "place."),
	    NULL, is_let_in },
	{ OF_ENDPOINT, has_accepted,
	    N_N("With a backlog of %2, accept() must have returned at least once: else fewer "
		"connections would have been taken.",
		"With a backlog of %2, accept() must have returned at least %1 times: else "
		"fewer connections would have been taken."),
	    NULL },
	{ OF_ENDPOINT | BY_PACKETS, lets_all_in,
	    N_N("In the end the one request was taken: none is left in SYN_RECV.",
		"In the end all %1 requests were taken: none is left in SYN_RECV."),
	    NULL },

	{ OF_ENDPOINT, waits_in_recv_q,
	    N_N("%1 connection of the server had %2 bytes in Recv-Q: acknowledged by the "
		"kernel, and not yet read.",
		"%1 connections of the server had %2 bytes each in Recv-Q: acknowledged by the "
		"kernel, and not yet read."),
	    NULL },
	{ OF_ENDPOINT, waits_all_in_recv_q,
	    N_("%1 connections of the server had %2 bytes altogether in Recv-Q: acknowledged by "
	       "the kernel, and not yet read."),
	    NULL, NULL },
	{ OF_ENDPOINT, is_recorded_to_wait,
	    N_N("In the last recorded table %1 connection of the server has %2 bytes in Recv-Q: "
		"nobody has read them.",
		"In the last recorded table %1 connections of the server have %2 bytes each in "
		"Recv-Q: nobody has read them."),
	    NULL },
	{ OF_ENDPOINT | BY_FLOWS, closes_none,
	    N_N("The connection was not closed while the capture ran.",
		"None of the connections was closed while the capture ran."),
	    NULL },

	{ OF_CAPTURE | BY_FLOWS, has_completed_of,
	    N_("Of %1 attempts to connect, %2 led to a connection."), NULL, NULL },
	{ OF_CAPTURE | BY_FLOWS, has_midstream,
	    N_N("%1 connection was under way when the capture began.",
		"%1 connections were under way when the capture began."),
	    NULL },
	{ OF_CAPTURE | BY_FLOWS, has_closed,
	    N_N("%1 connection was closed by both ends.",
		"%1 connections were closed by both ends."),
	    NULL },
	{ OF_CAPTURE | BY_FLOWS, has_half_closed,
	    N_N("%1 connection was closed by one end alone.",
		"%1 connections were closed by one end alone."),
	    NULL },
	{ OF_CAPTURE | BY_FLOWS, has_reset,
	    N_N("%1 connection was reset.",
		"%1 connections were reset, %2 by the client and %3 by the server."),
	    NULL },
	{ OF_CAPTURE | BY_FLOWS, has_given_up,
	    N_N("%1 connection fell silent after something was sent again and again without an "
		"answer.",
		"%1 connections fell silent after something was sent again and again without an "
		"answer."),
	    NULL },
	{ OF_CAPTURE, agrees_with_clients,
	    N_N("What connect() is recorded to have returned is what the packets show.",
		"What connect() is recorded to have returned is what the packets show, for each "
		"of %1 clients."),
	    NULL },
	{ OF_CAPTURE, contradicts_clients,
	    N_N("What connect() is recorded to have returned contradicts the packets for %1 "
		"client, and agrees for %2.",
		"What connect() is recorded to have returned contradicts the packets for %1 "
		"clients, and agrees for %2."),
	    NULL },
	{ OF_CAPTURE, agrees_with_tables,
	    N_N("The one row of the recorded tables agrees with what the packets show.",
		"All %1 rows of the recorded tables agree with what the packets show."),
	    NULL },
	{ OF_CAPTURE, contradicts_tables,
	    N_N("%1 row of the recorded tables is not as the packets show it, or stands on one "
		"side only; %2 agree.",
		"%1 rows of the recorded tables are not as the packets show them, or stand on "
		"one side only; %2 agree."),
	    NULL },
	{ OF_CAPTURE, is_not_whole,
	    N_("Of %1 packets %2 were looked at one by one; what would have to be counted in "
	       "all of them is not told here."),
	    NULL, NULL },
};

/* Why segments were sent again, and other causes that are worth a sentence. */
static const struct {
	enum cause cause;
	const char *one, *many;
} causes[] = {
	{ CAUSE_LOST_BEFORE_CAPTURE,
	    N_N("%1 segment was sent again because the first copy was lost before the place of "
		"the capture.",
		"%1 segments were sent again because the first copies were lost before the "
		"place of the capture.") },
	{ CAUSE_LOST_AFTER_CAPTURE, N_N("%1 segment was sent again because the first copy, or "
					"its ACK, was lost beyond the place of the capture.",
					"%1 segments were sent again because the first copies, "
					"or their ACKs, were lost beyond the place of the "
					"capture.") },
	{ CAUSE_TAIL_LOSS_PROBE,
	    N_N("%1 segment was sent again to find out whether the last one was lost.",
		"%1 segments were sent again to find out whether the last one was lost.") },
	{ CAUSE_SPURIOUS, N_N("%1 segment was sent again needlessly.",
			      "%1 segments were sent again needlessly.") },
	{ CAUSE_DAMAGED,
	    N_N("%1 segment was sent again because the first copy was damaged on the way.",
		"%1 segments were sent again because the first copies were damaged on the way.") },
	{ CAUSE_REORDERED,
	    N_N("%1 segment was overtaken on the way.", "%1 segments were overtaken on the way.") },
	{ CAUSE_CAPTURE_DUPLICATE,
	    N_N("%1 packet was captured twice.", "%1 packets were captured twice.") },
	{ CAUSE_NOT_CAPTURED,
	    N_N("Before %1 segment bytes are missing in the capture only: they arrived.",
		"Before %1 segments bytes are missing in the capture only: they arrived.") },
	{ CAUSE_UNREAD_DATA, N_N("%1 reset was sent by an end that left bytes unread.",
				 "%1 resets were sent by ends that left bytes unread.") },
	{ CAUSE_LISTENER_CLOSED,
	    N_N("%1 connection that nobody had accepted was reset as its listener closed.",
		"%1 connections that nobody had accepted were reset as their listener closed.") },
	{ CAUSE_UNREACHABLE, N_N("%1 ICMP error said that a SYN could not be delivered.",
				 "%1 ICMP errors said that a SYN could not be delivered.") },
	{ CAUSE_ZERO_WINDOW_PROBE, N_N("%1 packet asked whether a closed window is open again.",
				       "%1 packets asked whether a closed window is open again.") },
	{ CAUSE_KEEP_ALIVE, N_N("%1 packet asked whether the other end is still there.",
				"%1 packets asked whether the other end is still there.") },
};

static void
tell_causes(const struct asked *asked, struct markup_node *node)
{
	const struct figure_data *data = asked->chapter->data;
	struct saying say[sizeof(causes) / sizeof(causes[0])] = { 0 };
	uint32_t counts[sizeof(causes) / sizeof(causes[0])] = { 0 };
	const size_t cause_count = sizeof(causes) / sizeof(causes[0]);

	for (size_t i = 0; i < data->packet_count; i++)
		for (size_t k = 0; k < cause_count; k++)
			if (data->packets[i].verdict.reason.cause == causes[k].cause) {
				counts[k]++;
				frames_add(&say[k].frames, data->packets[i].index);
			}
	for (size_t k = 0; k < cause_count; k++) {
		if (counts[k] == 0)
			continue;
		saying_number(&say[k], counts[k]);
		saying_add(&say[k], node, asked->chapter->catalog, causes[k].one, causes[k].many);
	}
}

/* --- asking --- */

static void
add_sentence(const struct asked *asked, const struct rule *rule, struct saying *say,
    struct markup_node *parent)
{
	struct markup_node *node =
	    saying_add(say, parent, asked->chapter->catalog, rule->one, rule->many);

	if (asked->account != NULL)
		markup_set(node, "local", asked->account->local);
}

static void
tell_each(const struct asked *asked, const struct rule *rule, struct markup_node *node)
{
	struct saying say = { 0 };
	unsigned told = 0;

	EACH_FLOW(view, asked)
	{
		if (told < EACH_MAX && rule->each(asked, view, &say)) {
			add_sentence(asked, rule, &say, node);
			told++;
		}
		saying_drop(&say);
	}
}

static void
tell(const struct asked *asked, unsigned of, struct markup_node *node)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct saying say = { 0 };

		if (!(rules[i].of & of) || (rules[i].of & BY_PACKETS && !asked->has_packets) ||
		    (rules[i].of & BY_FLOWS && !asked->has_flows))
			continue;
		if (rules[i].each != NULL)
			tell_each(asked, &rules[i], node);
		else if (rules[i].holds(asked, &say))
			add_sentence(asked, &rules[i], &say, node);
		saying_drop(&say);
	}
}

static void
tell_endpoint(struct asked asked, const struct listener_row *row, struct markup_node *node)
{
	struct account account;

	account_fill(&account, asked.chapter, row);
	asked.account = &account;
	asked.has_packets = account.is_whole;
	find_flows(&asked);
	tell(&asked, OF_ENDPOINT, node);
	free(asked.places);
}

/* Those with the most to tell. */
static void
tell_endpoints(struct asked asked, struct markup_node *node)
{
	size_t count = asked.chapter->data->listener_count;

	for (size_t i = 0; i < count && i < ENDPOINTS_MAX; i++)
		tell_endpoint(asked, asked.chapter->ranked[i], node);
}

void
section_conclusion(const struct chapter *chapter)
{
	struct asked asked = {
		.chapter = chapter,
		.has_packets = chapter->data->packet_count >= chapter->summary->packets,
		.has_flows = chapter->data->flow_count >= chapter->summary->flows,
	};
	struct markup_node *node = markup_add(chapter->node, "conclusion");

	tell_endpoints(asked, node);
	find_flows(&asked);
	tell(&asked, OF_CAPTURE, node);
	if (asked.has_packets)
		tell_causes(&asked, node);
	free(asked.places);
}
