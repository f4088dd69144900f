/* The frames that show what a fact is. */
#include "check/check_priv.h"

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
	const struct kept_flow *flow = subject_flow(subject);

	if (flow->count == 0)
		return;
	add_frame(frames, subject_packet(subject, 0)->index);
	add_frame(frames, subject_packet(subject, flow->count - 1)->index);
}

static void
add_open(struct frames *frames, const struct subject *subject)
{
	const struct kept_flow *flow = subject_flow(subject);
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
	const struct kept_flow *flow = subject_flow(subject);
	enum conn_close close = flow->row.conn.close;

	add_frame(frames, flow->derived.reset);
	add_frame(frames, flow->derived.fin[0]);
	add_frame(frames, flow->derived.fin[1]);
	if (flow->count > 0 &&
	    (close == CLOSE_OPEN || close == CLOSE_HALF_CLOSED || close == CLOSE_TIMEOUT))
		add_frame(frames, subject_packet(subject, flow->count - 1)->index);
}

static void
add_wanted(struct frames *frames, const struct subject *subject, const struct expected *expected)
{
	for (uint32_t i = 0; i < subject_flow(subject)->count; i++) {
		const struct kept_packet *pkt = subject_packet(subject, i);

		if (packet_is_wanted(pkt, &expected->wanted, expected->from))
			add_frame(frames, pkt->index);
	}
}

static void
add_resent(struct frames *frames, const struct subject *subject)
{
	for (uint32_t i = 0; i < subject_flow(subject)->count; i++) {
		const struct kept_packet *pkt = subject_packet(subject, i);

		if (pkt->resent != 0)
			add_frame(frames, pkt->index);
	}
}

static void
add_bytes(struct frames *frames, const struct subject *subject, enum whose from)
{
	for (uint32_t i = 0; i < subject_flow(subject)->count; i++) {
		const struct kept_packet *pkt = subject_packet(subject, i);

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

	for (uint32_t i = 0; i < subject_flow(subject)->count; i++) {
		const struct kept_packet *pkt = subject_packet(subject, i);
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
	case FACT_REFUSAL:
	case FACT_SYN_SCHEDULE:
	case FACT_SYNACK_SCHEDULE:
		add_open(frames, subject);
		return;
	case FACT_RESET:
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
	case FACT_BEGINS:
	case FACT_CONTAINS:
	case FACT_BYTES:
	case FACT_SPOKE_FIRST:
		add_bytes(frames, subject,
		    expected->fact == FACT_SPOKE_FIRST ? WHOSE_BOTH : expected->from);
		return;
	case FACT_QUEUE:
	case FACT_WAIT:
		add_resent(frames, subject);
		if (frames->count == 0)
			add_open(frames, subject);
		return;
	case FACT_RESENT:
	case FACT_RESENT_COUNT:
	case FACT_REPEATS:
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
		if (expected->fact == FACT_TOTAL_RESENT && pkt->resent != 0)
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
			add_evidence(&frames, &subject_listener(subject)->because);
		if (frames.count == 0)
			add_frame(&frames, subject_listener(subject)->first_index);
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
