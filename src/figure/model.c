/*
 * What rows say of one another: which segment did not get through, which one
 * changed a state, and how one is named, coloured and explained.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static const char *
kept(struct scene *scene, struct text *text)
{
	char *at = scene_keep(scene, text->length + 1);

	memcpy(at, text_str(text), text->length + 1);
	text_fini(text);
	return at;
}

size_t
model_place(const struct figure_data *data, uint32_t index)
{
	size_t lo = 0;
	size_t hi = data->packet_count;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (data->packets[middle].index == index)
			return middle;
		if (data->packets[middle].index < index)
			lo = middle + 1;
		else
			hi = middle;
	}
	return SIZE_MAX;
}

static bool
is_icmp(const struct packet_row *row)
{
	return row->tuple.proto == PROTO_ICMP || row->tuple.proto == PROTO_ICMP6;
}

bool
model_from_client(const struct flow_row *flow, const struct packet_row *row)
{
	const struct tuple *client = &flow->tuple;

	if (row->tuple.proto != client->proto) /* an ICMP error */
		return memcmp(row->tuple.src, client->src, sizeof(client->src)) == 0;
	return row->tuple.sport == client->sport &&
	       memcmp(row->tuple.src, client->src, sizeof(client->src)) == 0;
}

/* --- fates --- */

/* What a packet's cause proves of the frames that show it. */
static enum fate
fate_told(const struct packet_row *teller, const struct packet_row *other)
{
	bool is_answer;

	switch (teller->verdict.reason.cause) {
	case CAUSE_ACCEPT_QUEUE_FULL:
		/* The server's SYN-ACK is its sign; what the client sent is what was ignored. */
		is_answer = (other->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
		return is_answer ? FATE_UNKNOWN : FATE_IGNORED;
	case CAUSE_DAMAGED:
		return other->index < teller->index ? FATE_IGNORED : FATE_UNKNOWN;
	case CAUSE_UNREACHABLE:
		return is_icmp(other) ? FATE_UNKNOWN : FATE_LOST;
	default:
		return FATE_UNKNOWN;
	}
}

const enum fate *
model_fates(struct scene *scene, const struct figure_data *data)
{
	enum fate *fates = scene_keep(scene, data->packet_count * sizeof(*fates));

	for (size_t i = 0; i < data->packet_count; i++)
		fates[i] = FATE_UNKNOWN;
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *row = &data->packets[i];
		const struct reason *reason = &row->verdict.reason;

		for (unsigned j = 0; j < reason->because_count; j++) {
			size_t place = model_place(data, reason->because[j]);

			if (place != SIZE_MAX && fates[place] == FATE_UNKNOWN &&
			    data->packets[place].flow == row->flow)
				fates[place] = fate_told(row, &data->packets[place]);
		}
	}
	return fates;
}

/* --- looks --- */

#define RESENT \
	(MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_FAST_RETRANSMISSION) | \
	    MARK_BIT(MARK_SPURIOUS_RETRANSMISSION))
#define PROBES \
	(MARK_BIT(MARK_KEEP_ALIVE) | MARK_BIT(MARK_KEEP_ALIVE_ACK) | \
	    MARK_BIT(MARK_ZERO_WINDOW_PROBE) | MARK_BIT(MARK_ZERO_WINDOW_PROBE_ACK))

struct look
model_look(const struct packet_row *row)
{
	uint32_t marks = row->verdict.marks;

	if (row->tuple.proto != PROTO_TCP)
		return (struct look){ CLASS_DATAGRAM, DASH_SOLID };
	if (row->flags & TCP_RST)
		return (struct look){ CLASS_RESET, DASH_SOLID };
	if (marks & RESENT)
		return (struct look){ CLASS_RESENT, DASH_DASHED };
	if (marks & PROBES)
		return (struct look){ CLASS_PROBE, DASH_DOTTED };
	if (marks & (MARK_BIT(MARK_ZERO_WINDOW) | MARK_BIT(MARK_WINDOW_FULL)))
		return (struct look){ CLASS_WINDOW, DASH_SOLID };
	if (row->length == 0 && !(row->flags & (TCP_SYN | TCP_FIN)))
		return (struct look){ CLASS_ACK, DASH_SOLID };
	return (struct look){ CLASS_SEGMENT, DASH_SOLID };
}

/* --- states --- */

static bool
is_because(const struct evidence *because, uint32_t index)
{
	for (unsigned i = 0; i < because->count; i++)
		if (because->index[i] == index)
			return true;
	return false;
}

/* The flow's packet at that time; of several the one that is given as a reason. */
static size_t
packet_at(const struct figure_data *data, uint32_t flow, const struct socket_row *row)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *packet = &data->packets[i];

		if (packet->flow != flow || packet->ts_ns != row->at_ns)
			continue;
		if (found == SIZE_MAX || is_because(&row->because, packet->index))
			found = i;
	}
	return found;
}

size_t
model_changes(struct scene *scene, const struct figure_data *data, uint32_t flow, bool is_server,
    struct change **changes)
{
	size_t room = 0;
	size_t count = 0;

	for (size_t i = 0; i < data->socket_count; i++)
		room += data->sockets[i].flow == flow && data->sockets[i].is_server == is_server;
	*changes = scene_keep(scene, room * sizeof(**changes));
	for (size_t i = 0; i < data->socket_count; i++) {
		const struct socket_row *row = &data->sockets[i];

		if (row->flow != flow || row->is_server != is_server)
			continue;
		if (count > 0 && (*changes)[count - 1].state == row->state)
			continue; /* its queues changed */
		(*changes)[count++] = (struct change){ packet_at(data, flow, row), row->at_ns,
			row->state, row->certain, row->because };
	}
	return count;
}

/* --- words --- */

const char *
model_name(struct scene *scene, const struct packet_row *row)
{
	if (row->tuple.proto == PROTO_UDP)
		return "UDP";
	if (is_icmp(row))
		return scene_format(scene, "ICMP%s %u/%u", row->tuple.ip_version == 6 ? "v6" : "",
		    row->icmp_type, row->icmp_code);
	return row->flags == 0 ? "—" : name_flags(scene, row->flags);
}

const char *
model_numbers(struct scene *scene, const struct packet_row *row)
{
	struct text out = { 0 };

	if (row->tuple.proto == PROTO_TCP) {
		text_put(&out, "seq=");
		text_u64(&out, row->seq);
		if (row->flags & TCP_ACK) {
			text_put(&out, " ack=");
			text_u64(&out, row->ack);
		}
	}
	if (row->length > 0) {
		text_put(&out, out.length > 0 ? " len=" : "len=");
		text_u64(&out, row->length);
	}
	return kept(scene, &out);
}

const char *
model_remark(struct scene *scene, const struct packet_row *row)
{
	struct text out = { 0 };

	for (int i = 0; i < MARK_COUNT; i++) {
		if (!(row->verdict.marks & MARK_BIT(i)))
			continue;
		text_put(&out, out.length > 0 ? ", " : "");
		text_put(&out, mark_words[i].name);
	}
	if (row->verdict.reason.cause != CAUSE_NONE) {
		text_put(&out, out.length > 0 ? ": " : "");
		text_put(&out, cause_words[row->verdict.reason.cause].name);
	}
	return kept(scene, &out);
}

static void
put_because(struct text *out, const struct figure_data *data, const struct reason *reason)
{
	const char *separator = " ← ";

	for (unsigned i = 0; i < reason->because_count; i++) {
		size_t place = model_place(data, reason->because[i]);

		if (place == SIZE_MAX)
			continue;
		text_put(out, separator);
		text_u64(out, data->packets[place].frame.number);
		separator = ", ";
	}
}

const char *
model_tip(struct scene *scene, const struct figure_data *data, const struct figure_options *options,
    const struct packet_row *row)
{
	const char *remark = model_remark(scene, row);
	const char *numbers = model_numbers(scene, row);
	struct text out = { 0 };

	text_put(&out,
	    scene_format(scene, "#%" PRIu32 ", %s s, %s → %s: %s", row->frame.number,
	        name_time(scene, row->ts_ns - data->first_ns),
	        name_end(scene, options, &row->tuple, false),
	        name_end(scene, options, &row->tuple, true), model_name(scene, row)));
	text_put(&out, numbers[0] == '\0' ? "" : " ");
	text_put(&out, numbers);
	if (row->tuple.proto == PROTO_TCP) {
		text_put(&out, " win=");
		text_u64(&out, row->window);
	}
	if (remark[0] != '\0') {
		text_put(&out, "; ");
		text_put(&out, remark);
		put_because(&out, data, &row->verdict.reason);
	}
	return kept(scene, &out);
}

const char *
model_id(struct scene *scene, const struct packet_row *row)
{
	return scene_format(scene, "p%" PRIu32, row->index);
}

const char *
model_capture(struct scene *scene, const struct figure_data *data)
{
	const char *slash = strrchr(data->name, '/');
	struct text out = { 0 };

	text_put(&out, slash == NULL || slash[1] == '\0' ? data->name : slash + 1);
	return kept(scene, &out);
}
