/* The facts that can be expected, and how each is read from what was collected. */
#include "check/check_priv.h"

#include <string.h>

/* --- words --- */

const char *const whose_names[WHOSE_COUNT] = {
	[WHOSE_CLIENT] = "client",
	[WHOSE_SERVER] = "server",
	[WHOSE_BOTH] = "both",
	[WHOSE_NONE] = "none",
};

static const char *const whose_words[] = { "client", "server", "both", "none", NULL };

/* As tcp spells them; a test holds these against those. */
static const char *const open_words[] = {
	[OPEN_COMPLETE] = "complete",
	[OPEN_REFUSED] = "refused",
	[OPEN_UNANSWERED] = "unanswered",
	[OPEN_HALF_OPEN] = "half-open",
	[OPEN_SIMULTANEOUS] = "simultaneous",
	[OPEN_FAST_OPEN] = "fast-open",
	[OPEN_MIDSTREAM] = "midstream",
	[OPEN_COUNT] = NULL,
};

static const char *const close_words[] = {
	[CLOSE_OPEN] = "open",
	[CLOSE_FIN] = "fin",
	[CLOSE_HALF_CLOSED] = "half-closed",
	[CLOSE_RESET_BY_CLIENT] = "reset-by-client",
	[CLOSE_RESET_BY_SERVER] = "reset-by-server",
	[CLOSE_TIMEOUT] = "timeout",
	[CLOSE_COUNT] = NULL,
};

static const char *const connect_words[] = {
	[CONNECT_UNKNOWN] = "unknown",
	[CONNECT_PENDING] = "pending",
	[CONNECT_OK] = "ok",
	[CONNECT_ECONNREFUSED] = "ECONNREFUSED",
	[CONNECT_ETIMEDOUT] = "ETIMEDOUT",
	[CONNECT_EHOSTUNREACH] = "EHOSTUNREACH",
	[CONNECT_COUNT] = NULL,
};

static const char *const state_words[] = { "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR",
	"RSTOS0", "RSTRH", "SH", "SHR", "OTH", NULL };

static const char *const cause_names[] = {
/* what has none has a name of its own here */
#define CAUSE(id, name, prose) [CAUSE_##id] = sizeof(name) == 1 ? "none" : (name),
#include "tcp/cause.def"
#undef CAUSE
	[CAUSE_COUNT] = NULL,
};

static const char *const sock_names[] = {
#define STATE(id, name, prose) [SOCK_##id] = name,
#include "socket/state.def"
#undef STATE
	[SOCK_COUNT] = NULL,
};

static const char *const story_names[] = {
#define STORY(id, name, prose) [STORY_##id] = name,
#include "prose/story.def"
	[STORY_COUNT] = NULL,
};

static const char *const stage_names[] = {
#define STAGE(id, name, prose) name,
#include "prose/story.def"
	NULL,
};

static const char *const schedule_names[] = {
#define SCHEDULE(id, name, prose) [SCHEDULE_##id] = name,
#include "check/schedule.def"
#undef SCHEDULE
	[SCHEDULE_COUNT] = NULL,
};

static const char *const resent_names[] = { "syn", "syn-ack", "client-data", "server-data", "fin",
	"client-probe", "server-probe", "queued", NULL };

const char *const scope_elements[SCOPE_COUNT] = {
	[SCOPE_TOTAL] = "total",
	[SCOPE_LISTENER] = "listener",
	[SCOPE_FLOW] = "flow",
	[SCOPE_SOCKET] = "sockets",
};

/* --- what is read --- */

static const struct kept_flow *
flow_of_subject(const struct subject *subject)
{
	return &subject->data->flows[subject->place];
}

static const struct listener_row *
listener_of_subject(const struct subject *subject)
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
	see_word(seen, listener_of_subject(subject)->kind);
}

READER(STAGE)
{
	unsigned stages = listener_of_subject(subject)->stages;

	(void)expected;
	if (stages != 0)
		see_set(seen, stages);
	seen->is_open = true;
}

/* What does not listen has no backlog. */
READER(BACKLOG)
{
	const struct listener_row *row = listener_of_subject(subject);

	(void)expected;
	if (row->kind != STORY_NOT_LISTENING)
		see_range(seen, row->backlog);
}

#define RANGE_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		see_range(seen, listener_of_subject(subject)->field); \
	}

RANGE_READER(ACCEPTED, accepted)
RANGE_READER(ESTABLISHED, established)
RANGE_READER(SYN_RECV, syn_recv)
RANGE_READER(QUEUE_MAX, queue_max)

#define COUNT_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		see_number(seen, listener_of_subject(subject)->field); \
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
	const struct kept_flow *flow = flow_of_subject(subject);

	(void)expected;
	if (!flow->row.is_tcp || flow->row.conn.open != OPEN_UNANSWERED ||
	    !subject->data->has_server_packets)
		see_word(seen, flow->derived.directions);
}

READER(OPEN)
{
	(void)expected;
	if (flow_of_subject(subject)->row.is_tcp)
		see_word(seen, flow_of_subject(subject)->row.conn.open);
}

READER(CONNECT)
{
	const struct kept_flow *flow = flow_of_subject(subject);

	(void)expected;
	if (flow->row.is_tcp)
		see_word(seen, flow->row.conn.connect);
}

READER(CLOSE)
{
	(void)expected;
	if (flow_of_subject(subject)->row.is_tcp)
		see_word(seen, flow_of_subject(subject)->row.conn.close);
}

#define WHOSE_READER(id, field) \
	READER(id) \
	{ \
		(void)expected; \
		if (flow_of_subject(subject)->row.is_tcp) \
			see_word(seen, flow_of_subject(subject)->derived.field); \
	}

WHOSE_READER(HALF_CLOSE, half_close)
WHOSE_READER(CLOSED_FIRST, closed_first)
WHOSE_READER(SPOKE_FIRST, spoke_first)
WHOSE_READER(STALLED, stalled)

READER(LENGTH)
{
	const struct kept_flow *flow = flow_of_subject(subject);
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
	return &flow_of_subject(subject)->payload[expected->from == WHOSE_SERVER];
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

READER(CAUSE)
{
	(void)expected;
	see_word(seen, flow_of_subject(subject)->row.conn.reason.cause);
}

READER(RESENT)
{
	(void)expected;
	see_set(seen, flow_of_subject(subject)->derived.resent);
}

READER(RESENT_COUNT)
{
	(void)expected;
	see_number(seen, flow_of_subject(subject)->derived.resent_count);
}

static const struct kept_packet *
packet_of_flow(const struct subject *subject, uint32_t i)
{
	const struct check_data *data = subject->data;

	return &data->packets[data->by_flow[flow_of_subject(subject)->first + i]];
}

READER(PACKETS)
{
	const struct kept_flow *flow = flow_of_subject(subject);
	int64_t count = 0;

	for (uint32_t i = 0; i < flow->count; i++)
		count +=
		    packet_is_wanted(packet_of_flow(subject, i), &expected->wanted, expected->from);
	see_number(seen, count);
}

/* lo: how many of the steps were found, in order. */
READER(SEQUENCE)
{
	const struct kept_flow *flow = flow_of_subject(subject);
	size_t step = 0;

	for (uint32_t i = 0; i < flow->count && step < expected->step_count; i++) {
		const struct step *wanted = &expected->steps[step];

		step += packet_is_wanted(packet_of_flow(subject, i), &wanted->wanted, wanted->from);
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

/* Where nothing came again: else it tells how long one waits before that. */
READER(HANDSHAKE)
{
	const struct kept_flow *flow = flow_of_subject(subject);

	(void)expected;
	if (flow->row.is_tcp && flow->row.conn.handshake_ns >= 0 && flow->derived.copies[0] == 1 &&
	    flow->derived.copies[1] == 1)
		see_number(seen, flow->row.conn.handshake_ns);
}

READER(HALF_CLOSED)
{
	(void)expected;
	if (flow_of_subject(subject)->derived.half_closed_ns >= 0)
		see_number(seen, flow_of_subject(subject)->derived.half_closed_ns);
}

READER(RTT)
{
	(void)expected;
	if (flow_of_subject(subject)->row.rtt_ns >= 0)
		see_number(seen, flow_of_subject(subject)->row.rtt_ns);
}

READER(BYTES)
{
	see_number(seen, bytes_of_flow(flow_of_subject(subject), expected->from));
}

READER(STATE)
{
	const char *state = flow_of_subject(subject)->row.conn.conn_state;

	(void)expected;
	for (unsigned i = 0; state != NULL && state_words[i] != NULL; i++)
		if (strcmp(state_words[i], state) == 0)
			see_word(seen, i);
}

READER(HISTORY)
{
	const char *history = flow_of_subject(subject)->row.conn.history;

	(void)expected;
	see_text(seen, history, strlen(history));
}

#define SCHEDULE_READER(id, number) \
	READER(id) \
	{ \
		(void)expected; \
		see_set(seen, flow_of_subject(subject)->derived.schedules[number]); \
		seen->is_open = true; \
	}

SCHEDULE_READER(SYN_SCHEDULE, 0)
SCHEDULE_READER(SYNACK_SCHEDULE, 1)
SCHEDULE_READER(DATA_SCHEDULE, 2)

READER(DURATION)
{
	const struct flow_row *row = &flow_of_subject(subject)->row;

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

/* Of facts whose values are words. */
static const char *const *const word_lists[FACT_COUNT_OF] = {
	[FACT_STORY] = story_names,
	[FACT_STAGE] = stage_names,
	[FACT_DIRECTIONS] = whose_words,
	[FACT_OPEN] = open_words,
	[FACT_CONNECT] = connect_words,
	[FACT_CLOSE] = close_words,
	[FACT_HALF_CLOSE] = whose_words,
	[FACT_CAUSE] = cause_names,
	[FACT_RESENT] = resent_names,
	[FACT_STATE] = state_words,
	[FACT_CLOSED_FIRST] = whose_words,
	[FACT_SPOKE_FIRST] = whose_words,
	[FACT_STALLED] = whose_words,
	[FACT_SYN_SCHEDULE] = schedule_names,
	[FACT_SYNACK_SCHEDULE] = schedule_names,
	[FACT_DATA_SCHEDULE] = schedule_names,
	[FACT_SOCKET_STATE] = sock_names,
};

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

const char *const *
fact_words(enum fact_id fact)
{
	return word_lists[fact];
}

enum fact_id
fact_named(enum scope scope, const char *name)
{
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (fact_rows[i].scope == scope && strcmp(fact_rows[i].name, name) == 0)
			return (enum fact_id)i;
	return FACT_COUNT_OF;
}

/* --- the frames that show it --- */

struct frames {
	uint32_t *at;
	size_t count;
	size_t room;
};

/* Ascending, each once; the first ones stay where there is no room. */
static void
add_frame(struct frames *frames, uint32_t index)
{
	size_t i = frames->count;

	if (index == 0)
		return;
	for (size_t j = 0; j < frames->count; j++)
		if (frames->at[j] == index)
			return;
	if (frames->count == frames->room) {
		if (frames->at[i - 1] < index)
			return;
		i--;
	} else {
		frames->count++;
	}
	for (; i > 0 && frames->at[i - 1] > index; i--)
		frames->at[i] = frames->at[i - 1];
	frames->at[i] = index;
}

static void
add_ends(struct frames *frames, const struct subject *subject)
{
	const struct kept_flow *flow = flow_of_subject(subject);

	if (flow->count == 0)
		return;
	add_frame(frames, packet_of_flow(subject, 0)->index);
	add_frame(frames, packet_of_flow(subject, flow->count - 1)->index);
}

static void
add_open(struct frames *frames, const struct subject *subject)
{
	const struct kept_flow *flow = flow_of_subject(subject);
	const struct reason *reason = &flow->row.conn.reason;

	for (int i = 0; i < 3; i++)
		add_frame(frames, flow->derived.shake[i]);
	if (flow->row.conn.open == OPEN_REFUSED)
		add_frame(frames, flow->derived.reset);
	if (flow->row.conn.open == OPEN_REFUSED || flow->row.conn.connect == CONNECT_EHOSTUNREACH)
		for (unsigned i = 0; i < reason->because_count; i++)
			add_frame(frames, reason->because[i]);
	if (frames->count == 0)
		add_ends(frames, subject);
}

/* What closed it; and where it merely stopped, the last that there is. */
static void
add_close(struct frames *frames, const struct subject *subject)
{
	const struct kept_flow *flow = flow_of_subject(subject);
	enum conn_close close = flow->row.conn.close;

	add_frame(frames, flow->derived.reset);
	add_frame(frames, flow->derived.fin[0]);
	add_frame(frames, flow->derived.fin[1]);
	if (flow->count > 0 &&
	    (close == CLOSE_OPEN || close == CLOSE_HALF_CLOSED || close == CLOSE_TIMEOUT))
		add_frame(frames, packet_of_flow(subject, flow->count - 1)->index);
}

static void
add_wanted(struct frames *frames, const struct subject *subject, const struct expected *expected)
{
	for (uint32_t i = 0; i < flow_of_subject(subject)->count; i++) {
		const struct kept_packet *pkt = packet_of_flow(subject, i);

		if (packet_is_wanted(pkt, &expected->wanted, expected->from))
			add_frame(frames, pkt->index);
	}
}

static void
add_resent(struct frames *frames, const struct subject *subject)
{
	for (uint32_t i = 0; i < flow_of_subject(subject)->count; i++) {
		const struct kept_packet *pkt = packet_of_flow(subject, i);

		if (came_again(pkt))
			add_frame(frames, pkt->index);
	}
}

static void
add_bytes(struct frames *frames, const struct subject *subject, enum whose from)
{
	for (uint32_t i = 0; i < flow_of_subject(subject)->count; i++) {
		const struct kept_packet *pkt = packet_of_flow(subject, i);

		if (pkt->length > 0 && (from == WHOSE_BOTH || pkt->from == from))
			add_frame(frames, pkt->index);
	}
	if (frames->count == 0)
		add_ends(frames, subject);
}

static void
add_steps(struct frames *frames, const struct subject *subject, const struct expected *expected)
{
	size_t step = 0;

	for (uint32_t i = 0; i < flow_of_subject(subject)->count; i++) {
		const struct kept_packet *pkt = packet_of_flow(subject, i);
		const struct step *wanted = &expected->steps[step];

		if (!packet_is_wanted(pkt, &wanted->wanted, wanted->from))
			continue;
		add_frame(frames, pkt->index);
		if (++step == expected->step_count)
			break;
	}
	if (frames->count == 0)
		add_ends(frames, subject);
}

static void
add_of_flow(struct frames *frames, const struct subject *subject, const struct expected *expected)
{
	switch (expected->fact) {
	case FACT_OPEN:
	case FACT_CONNECT:
	case FACT_HANDSHAKE:
	case FACT_SYN_SCHEDULE:
	case FACT_SYNACK_SCHEDULE:
		add_open(frames, subject);
		return;
	case FACT_CLOSE:
	case FACT_HALF_CLOSE:
	case FACT_CLOSED_FIRST:
	case FACT_HALF_CLOSED:
	case FACT_CAUSE:
	case FACT_STATE:
		add_close(frames, subject);
		return;
	case FACT_LENGTH:
	case FACT_CONTENT:
	case FACT_DIGEST:
	case FACT_UNDATED:
	case FACT_CONTAINS:
	case FACT_BYTES:
	case FACT_SPOKE_FIRST:
		add_bytes(frames, subject,
		    expected->fact == FACT_SPOKE_FIRST ? WHOSE_BOTH : expected->from);
		return;
	case FACT_RESENT:
	case FACT_RESENT_COUNT:
	case FACT_DATA_SCHEDULE:
		add_resent(frames, subject);
		return;
	case FACT_PACKETS:
		add_wanted(frames, subject, expected);
		return;
	case FACT_SEQUENCE:
		add_steps(frames, subject, expected);
		return;
	default:
		add_ends(frames, subject);
	}
}

static void
add_of_total(struct frames *frames, const struct subject *subject, const struct expected *expected)
{
	const struct check_data *data = subject->data;

	for (size_t i = 0; i < data->packet_count; i++) {
		const struct kept_packet *pkt = &data->packets[i];

		if (expected->fact == FACT_TOTAL_PACKETS &&
		    packet_is_wanted(pkt, &expected->wanted, expected->from))
			add_frame(frames, pkt->index);
		if (expected->fact == FACT_TOTAL_RESENT && came_again(pkt))
			add_frame(frames, pkt->index);
	}
	for (size_t i = 0; expected->fact == FACT_TOTAL_FLOWS && i < data->flow_count; i++)
		add_frame(frames, data->flows[i].count == 0
				      ? 0
				      : data->packets[data->by_flow[data->flows[i].first]].index);
	for (size_t i = 0; expected->fact == FACT_TOTAL_LISTENERS && i < data->listener_count; i++)
		add_frame(frames, data->listeners[i].row.first_index);
}

static void
add_evidence(struct frames *frames, const struct evidence *because)
{
	for (unsigned i = 0; i < because->count; i++)
		add_frame(frames, because->index[i]);
}

size_t
fact_frames(
    uint32_t *indices, size_t room, const struct subject *subject, const struct expected *expected)
{
	struct frames frames = { .at = indices, .room = room };

	switch (subject->scope) {
	case SCOPE_TOTAL:
		add_of_total(&frames, subject, expected);
		break;
	case SCOPE_LISTENER:
		if (expected->fact != FACT_LISTENER_COUNT)
			add_evidence(&frames, &listener_of_subject(subject)->because);
		if (frames.count == 0)
			add_frame(&frames, listener_of_subject(subject)->first_index);
		break;
	case SCOPE_FLOW:
		add_of_flow(&frames, subject, expected);
		break;
	case SCOPE_SOCKET:
		add_evidence(&frames, &subject->data->sockets[subject->place].because);
		break;
	case SCOPE_COUNT:
		break;
	}
	return frames.count;
}
