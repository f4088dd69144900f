/* The facts that can be expected, and how each is read from what was collected. */
#include "check/check_priv.h"

#include <string.h>

/* --- what is read --- */

const struct kept_flow *
subject_flow(const struct subject *subject)
{
	return &subject->data->flows[subject->place];
}

const struct listener_row *
subject_listener(const struct subject *subject)
{
	return &subject->data->listeners[subject->place].row;
}

static void
see_number(struct seen *seen, int64_t value)
{
	seen->is_known = true;
	seen->lo = seen->hi = value;
}

static void
see_range(struct seen *seen, struct range range)
{
	seen->is_known = true;
	seen->lo = range.lo;
	seen->hi = range.hi;
}

static void
see_word(struct seen *seen, unsigned number)
{
	seen->is_known = true;
	seen->words = 1u << number;
}

static void
see_set(struct seen *seen, unsigned words)
{
	seen->is_known = true;
	seen->words = words;
}

static void
see_text(struct seen *seen, const char *text, size_t length)
{
	seen->is_known = true;
	seen->text = text;
	seen->text_length = length;
}

#define READER(name) \
	static void read_##name( \
	    struct seen *seen, const struct subject *subject, const struct expected *expected)

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

bool
packet_is_wanted(const struct kept_packet *pkt, const struct packet_wanted *wanted, enum whose from)
{
	const unsigned small = TCP_PSH | TCP_URG | TCP_ECE | TCP_CWR | TCP_AE;

	if (from != WHOSE_BOTH && pkt->from != from)
		return false;
	if ((pkt->marks & wanted->marks) != wanted->marks)
		return false;
	if (wanted->has_cause && !(wanted->causes & UINT32_C(1) << pkt->cause))
		return false;
	return !wanted->has_flags || ((pkt->flags & wanted->flags) == wanted->flags &&
					 (pkt->flags & ~small & ~wanted->flags) == 0);
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

static int64_t
bytes_of_flow(const struct kept_flow *flow, enum whose from)
{
	int64_t client = (int64_t)flow->row.bytes[0];
	int64_t server = (int64_t)flow->row.bytes[1];

	return from == WHOSE_CLIENT ? client : from == WHOSE_SERVER ? server : client + server;
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
	see_number(seen, subject->data->last_ns - subject->data->first_ns);
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

/* Of a flow. */

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

READER(LENGTH)
{
	const struct kept_flow *flow = subject_flow(subject);
	int64_t sum = 0;

	for (int side = 0; side < 2; side++) {
		const struct payload *payload = &flow->payload[side];

		if (expected->from != WHOSE_BOTH && (int)expected->from != side)
			continue;
		if (!payload->is_known || payload->left_out > 0)
			return;
		sum += (int64_t)payload->length;
	}
	see_number(seen, sum);
}

static const struct payload *
payload_of(const struct subject *subject, const struct expected *expected)
{
	return &subject_flow(subject)->payload[expected->from == WHOSE_SERVER];
}

READER(CONTENT)
{
	const struct payload *payload = payload_of(subject, expected);

	/* The head has no dates. */
	if (payload_is_whole(payload) && payload->length <= CONTENT_MAX && !payload->has_dates)
		see_text(seen, payload->head == NULL ? "" : (const char *)payload->head,
		    payload->head_count);
}

static void
see_digest(struct seen *seen, const struct payload *payload, const uint8_t *digest)
{
	if (!payload_is_whole(payload))
		return;
	seen->room.length = 0;
	text_hex(&seen->room, digest, SHA256_BYTES);
	see_text(seen, text_str(&seen->room), seen->room.length);
}

READER(DIGEST)
{
	const struct payload *payload = payload_of(subject, expected);

	see_digest(seen, payload, payload->digest);
}

READER(UNDATED)
{
	const struct payload *payload = payload_of(subject, expected);

	see_digest(seen, payload, payload->undated);
}

/* As if it were the text that is looked for, where that stands in the stream. */
READER(CONTAINS)
{
	const struct payload *payload = payload_of(subject, expected);

	if (payload->is_known && (payload->found & UINT64_C(1) << expected->needle))
		see_text(seen, expected->test.text, expected->test.text_length);
	else if (payload_is_whole(payload))
		see_text(seen, "nothing like it", 15);
}

READER(BEGINS)
{
	const struct payload *payload = payload_of(subject, expected);
	uint8_t digest[SHA256_BYTES];

	if (!payload_begins(payload, expected->first, digest))
		return;
	seen->room.length = 0;
	text_hex(&seen->room, digest, SHA256_BYTES);
	see_text(seen, text_str(&seen->room), seen->room.length);
}

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

const struct kept_packet *
subject_packet(const struct subject *subject, uint32_t i)
{
	const struct check_data *data = subject->data;

	return &data->packets[data->by_flow[subject_flow(subject)->first + i]];
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
	see_number(seen, row->end_ns - row->start_ns);
}

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

/* --- the table --- */

#define read_LISTENER_COUNT NULL
#define read_COUNT          NULL
#define read_SOCKET_COUNT   NULL

const struct fact_row fact_rows[FACT_COUNT_OF] = {
#define FACT(id, scope_of_it, users_name, type_of_it, weight, kind, sentence) \
	[FACT_##id] = { \
		.name = users_name, \
		.scope = SCOPE_##scope_of_it, \
		.type = VALUE_##type_of_it, \
		.severity = weight, \
		.figure = kind, \
		.prose = sentence, \
		.read = read_##id, \
	},
#include "check/fact.def"
#undef FACT
};

/* Of a stream that is longer and was not ended, nobody knows when the capture stopped it. */
#define ENDLESS_BYTES 16384

bool
is_endless(const struct kept_flow *flow, int side)
{
	return flow->derived.fin[side] == 0 && flow->payload[side].length > ENDLESS_BYTES;
}

static bool
is_about(const struct expected *expected, const struct subject *subject)
{
	const struct kept_flow *flow = subject_flow(subject);
	bool is_long;

	if (expected->from < WHOSE_BOTH)
		is_long = is_endless(flow, (int)expected->from);
	else
		is_long = is_endless(flow, 0) || is_endless(flow, 1);
	return is_long == (expected->endless == ENDLESS_ONLY);
}

void
fact_read(struct seen *seen, const struct subject *subject, const struct expected *expected)
{
	const struct text room = seen->room;

	*seen = (struct seen){ .room = room };
	if (expected->endless == ENDLESS_TOO || is_about(expected, subject))
		fact_rows[expected->fact].read(seen, subject, expected);
}

bool
fact_is_count(enum fact_id fact)
{
	return fact == FACT_COUNT || fact == FACT_LISTENER_COUNT || fact == FACT_SOCKET_COUNT;
}

enum fact_id
fact_named(enum scope scope, const char *name)
{
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (fact_rows[i].scope == scope && strcmp(fact_rows[i].name, name) == 0)
			return (enum fact_id)i;
	return FACT_COUNT_OF;
}
