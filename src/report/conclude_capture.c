/* Of the whole capture: its connections, what was recorded of it, and why packets were sent again. */
#include "report/conclusion.h"

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

	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->syn_ack != 0 ? view->syn_ack : view->reset);
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

static const struct rule rules[] = {
	{ BY_FLOWS, has_completed_of,
	    N_N("Of %1 attempt to connect, %2 led to a connection.",
		"Of %1 attempts to connect, %2 led to a connection."),
	    NULL },
	{ BY_FLOWS, has_midstream,
	    N_N("%1 connection was under way when the capture began.",
		"%1 connections were under way when the capture began."),
	    NULL },
	{ BY_FLOWS, has_closed,
	    N_N("%1 connection was closed by both ends.",
		"%1 connections were closed by both ends."),
	    NULL },
	{ BY_FLOWS, has_half_closed,
	    N_N("%1 connection was closed by one end alone.",
		"%1 connections were closed by one end alone."),
	    NULL },
	{ BY_FLOWS, has_reset,
	    N_N("%1 connection was reset.",
		"%1 connections were reset, %2 by the client and %3 by the server."),
	    NULL },
	{ BY_FLOWS, has_given_up,
	    N_N("%1 connection fell silent after something was sent again and again without an "
		"answer.",
		"%1 connections fell silent after something was sent again and again without an "
		"answer."),
	    NULL },
	{ BY_COUNTS, agrees_with_clients,
	    N_N("What connect() is recorded to have returned is what the packets show.",
		"What connect() is recorded to have returned is what the packets show, for each "
		"of %1 clients."),
	    NULL },
	{ BY_COUNTS, contradicts_clients,
	    N_N("What connect() is recorded to have returned contradicts the packets for %1 "
		"client, and agrees for %2.",
		"What connect() is recorded to have returned contradicts the packets for %1 "
		"clients, and agrees for %2."),
	    NULL },
	{ BY_COUNTS, agrees_with_tables,
	    N_N("The one row of the recorded tables agrees with what the packets show.",
		"All %1 rows of the recorded tables agree with what the packets show."),
	    NULL },
	{ BY_COUNTS, contradicts_tables,
	    N_N("%1 row of the recorded tables is not as the packets show it, or stands on one "
		"side only; %2 agree.",
		"%1 rows of the recorded tables are not as the packets show them, or stand on "
		"one side only; %2 agree."),
	    NULL },
	{ BY_COUNTS, is_not_whole,
	    N_("Of %1 packets %2 were looked at one by one; what would have to be counted in "
	       "all of them is not told here."),
	    NULL, NULL },
};

const struct rules conclude_capture = RULES(rules);

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
	    N_N("Bytes ahead of %1 segment are missing in the capture alone: they arrived.",
		"Bytes ahead of %1 segments are missing in the capture alone: they arrived.") },
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

void
conclude_causes(const struct asked *asked, struct markup_node *node)
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
