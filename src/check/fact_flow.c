/* Facts of flows: how they began, went and ended. */
#include "check/fact.h"

#include <string.h>

#include "base/span.h"

int64_t
bytes_of_flow(const struct kept_flow *flow, enum whose from)
{
	int64_t client = (int64_t)flow->row.bytes[0];
	int64_t server = (int64_t)flow->row.bytes[1];

	return from == WHOSE_CLIENT ? client : from == WHOSE_SERVER ? server : client + server;
}

/* What nobody answers has one direction; unless nobody answers anything, that tells nothing. */
READER(DIRECTIONS)
{
	const struct kept_flow *flow = subject_flow(subject);

	(void)expected;
	if (!flow->row.is_tcp || flow->row.conn.open != OPEN_UNANSWERED ||
	    flow->derived.was_heard || !subject->data->has_server_packets)
		see_word(seen, flow->derived.directions);
}

READER(OPEN)
{
	(void)expected;
	if (subject_flow(subject)->row.is_tcp)
		see_word(seen, subject_flow(subject)->row.conn.open);
}

READER(CONNECT)
{
	const struct kept_flow *flow = subject_flow(subject);

	(void)expected;
	if (flow->row.is_tcp)
		see_word(seen, flow->row.conn.connect);
}

READER(CLOSE)
{
	(void)expected;
	if (subject_flow(subject)->row.is_tcp)
		see_word(seen, subject_flow(subject)->row.conn.close);
}

#define WHOSE_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		if (subject_flow(subject)->row.is_tcp) \
			see_word(seen, subject_flow(subject)->derived.field); \
	}

WHOSE_READER(HALF_CLOSE, half_close)
WHOSE_READER(RESET, reset_by)
WHOSE_READER(CLOSED_FIRST, closed_first)
WHOSE_READER(SPOKE_FIRST, spoke_first)
WHOSE_READER(STALLED, stalled)

READER(CAUSE)
{
	(void)expected;
	see_word(seen, subject_flow(subject)->row.conn.reason.cause);
}

READER(QUEUE)
{
	(void)expected;
	if (subject_flow(subject)->row.is_tcp)
		see_word(seen, subject_flow(subject)->derived.queue);
}

READER(RESENT)
{
	(void)expected;
	see_set(seen, subject_flow(subject)->derived.resent);
}

READER(RESENT_COUNT)
{
	(void)expected;
	see_number(seen, subject_flow(subject)->derived.resent_count);
}

READER(REPEATS)
{
	(void)expected;
	see_number(seen, subject_flow(subject)->derived.repeat_count);
}

READER(PACKETS)
{
	const struct kept_flow *flow = subject_flow(subject);
	int64_t count = 0;

	for (uint32_t i = 0; i < flow->count; i++)
		count +=
		    packet_is_wanted(subject_packet(subject, i), &expected->wanted, expected->from);
	see_number(seen, count);
}

/* lo: how many of the steps were found, in order. */
READER(SEQUENCE)
{
	const struct kept_flow *flow = subject_flow(subject);
	size_t step = 0;

	for (uint32_t i = 0; i < flow->count && step < expected->step_count; i++) {
		const struct step *wanted = &expected->steps[step];

		step += packet_is_wanted(subject_packet(subject, i), &wanted->wanted, wanted->from);
	}
	see_number(seen, (int64_t)step);
	seen->room.length = 0;
	text_u64(&seen->room, step);
	text_put(&seen->room, " of ");
	text_u64(&seen->room, expected->step_count);
	text_put(&seen->room, " steps");
	seen->text = text_str(&seen->room);
	seen->text_length = seen->room.length;
}

#define TIME_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		if (subject_flow(subject)->derived.field >= 0) \
			see_number(seen, subject_flow(subject)->derived.field); \
	}

TIME_READER(HANDSHAKE, answered_ns)
TIME_READER(REFUSAL, refused_ns)
TIME_READER(WAIT, waited_ns)
TIME_READER(HALF_CLOSED, half_closed_ns)

READER(RTT)
{
	(void)expected;
	if (subject_flow(subject)->row.rtt_ns >= 0)
		see_number(seen, subject_flow(subject)->row.rtt_ns);
}

READER(BYTES)
{
	see_number(seen, bytes_of_flow(subject_flow(subject), expected->from));
}

READER(STATE)
{
	const char *state = subject_flow(subject)->row.conn.conn_state;
	const char *const *words = fact_words(FACT_STATE);

	(void)expected;
	for (unsigned i = 0; state != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], state) == 0)
			see_word(seen, i);
}

READER(HISTORY)
{
	const char *history = subject_flow(subject)->row.conn.history;

	(void)expected;
	see_text(seen, history, strlen(history));
}

#define SCHEDULE_READER(id, number) \
	READER(id) \
	{ \
		(void)expected; \
		see_set(seen, subject_flow(subject)->derived.schedules[number]); \
		seen->is_open = true; \
	}

SCHEDULE_READER(SYN_SCHEDULE, 0)
SCHEDULE_READER(SYNACK_SCHEDULE, 1)
SCHEDULE_READER(DATA_SCHEDULE, 2)

READER(DURATION)
{
	const struct flow_row *row = &subject_flow(subject)->row;

	(void)expected;
	see_number(seen, span_ns(row->end_ns, row->start_ns));
}
