/* Facts of the whole capture, of listeners and of sockets. */
#include "check/fact.h"

#include "base/span.h"

/* Of the whole capture. */

READER(TOTAL_FLOWS)
{
	(void)expected;
	see_number(seen, (int64_t)subject->data->flow_count);
}

READER(TOTAL_LISTENERS)
{
	(void)expected;
	see_number(seen, (int64_t)subject->data->listener_count);
}

READER(TOTAL_PACKETS)
{
	const struct check_data *data = subject->data;
	int64_t count = 0;

	for (size_t i = 0; i < data->packet_count; i++)
		count += packet_is_wanted(&data->packets[i], &expected->wanted, expected->from);
	see_number(seen, count);
}

READER(TOTAL_RESENT)
{
	const struct check_data *data = subject->data;
	int64_t count = 0;

	(void)expected;
	for (size_t i = 0; i < data->flow_count; i++)
		count += data->flows[i].derived.resent_count;
	see_number(seen, count);
}

READER(TOTAL_BYTES)
{
	const struct check_data *data = subject->data;
	int64_t sum = 0;

	for (size_t i = 0; i < data->flow_count; i++)
		sum += bytes_of_flow(&data->flows[i], expected->from);
	see_number(seen, sum);
}

READER(TOTAL_DURATION)
{
	(void)expected;
	see_number(seen, span_ns(subject->data->last_ns, subject->data->first_ns));
}

/* Of a listener. */

READER(STORY)
{
	(void)expected;
	see_word(seen, subject_listener(subject)->kind);
}

READER(STAGE)
{
	unsigned stages = subject_listener(subject)->stages;

	(void)expected;
	if (stages != 0)
		see_set(seen, stages);
	seen->is_open = true;
}

/* What does not listen has no backlog. */
READER(BACKLOG)
{
	const struct listener_row *row = subject_listener(subject);

	(void)expected;
	if (row->kind != STORY_NOT_LISTENING)
		see_range(seen, row->backlog);
}

#define RANGE_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		see_range(seen, subject_listener(subject)->field); \
	}

RANGE_READER(ACCEPTED, accepted)
RANGE_READER(ESTABLISHED, established)
RANGE_READER(SYN_RECV, syn_recv)
RANGE_READER(QUEUE_MAX, queue_max)

#define COUNT_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		see_number(seen, subject_listener(subject)->field); \
	}

COUNT_READER(OVERFLOWS, overflows)
COUNT_READER(SYN_DROPPED, syn_dropped)
COUNT_READER(REFUSED, refused)
COUNT_READER(ATTEMPTS, attempts)
COUNT_READER(COMPLETED, completed)
COUNT_READER(ABORTED, aborted)
COUNT_READER(COOKIES, cookies)

/* Of a socket. */

READER(SOCKET_STATE)
{
	(void)expected;
	see_word(seen, subject->data->sockets[subject->place].state);
}

READER(RECV_Q)
{
	(void)expected;
	see_range(seen, subject->data->sockets[subject->place].recv_q);
}

READER(SEND_Q)
{
	(void)expected;
	see_range(seen, subject->data->sockets[subject->place].send_q);
}
