/*
 * What rows say of one another: which segment did not get through, which one
 * changed a state, and how one is named, coloured and explained.
 */
#include "figure/figure_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/find.h"
#include "base/path.h"
#include "base/text.h"

size_t
model_place(const struct figure_data *data, uint32_t index)
{
	size_t at;

	FIND_PLACE(at, data->packet_count, data->packets[at].index < index);
	return at < data->packet_count && data->packets[at].index == index ? at : SIZE_MAX;
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

static bool
is_end_before(const struct socket_row *row, uint32_t flow, bool is_server)
{
	return row->flow < flow || (row->flow == flow && row->is_server < is_server);
}

/* Where the rows of that end begin in data->socket_order. */
static size_t
first_of_end(const struct figure_data *data, uint32_t flow, bool is_server)
{
	size_t at;

	FIND_PLACE(at, data->socket_count,
	    is_end_before(&data->sockets[data->socket_order[at]], flow, is_server));
	return at;
}

/* The server's end was certainly still a request when that packet had come. */
static bool
is_still_asking(const struct figure_data *data, const struct packet_row *packet)
{
	bool is_asking = false;

	for (size_t i = first_of_end(data, packet->flow, true); i < data->socket_count; i++) {
		const struct socket_row *row = &data->sockets[data->socket_order[i]];

		if (row->flow != packet->flow || row->at_ns > packet->ts_ns)
			break;
		is_asking = row->state == SOCK_SYN_RECV && row->certain;
	}
	return is_asking;
}

/* What a cause proves of a frame that shows it. teller: the frame that has it, or 0. */
static enum fate
fate_told(const struct figure_data *data, enum cause cause, uint32_t teller,
    const struct packet_row *other)
{
	bool is_answer;

	switch (cause) {
	case CAUSE_ACCEPT_QUEUE_FULL:
		/* The server's SYN-ACK is its sign; what the client sent was ignored, but for
		 * the one that was taken in the end. */
		is_answer = (other->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
		return !is_answer && is_still_asking(data, other) ? FATE_IGNORED : FATE_UNKNOWN;
	case CAUSE_SYN_DROPPED:
	case CAUSE_DAMAGED:
		return other->index < teller ? FATE_IGNORED : FATE_UNKNOWN;
	case CAUSE_UNREACHABLE:
		return is_icmp(&other->tuple) ? FATE_UNKNOWN : FATE_LOST;
	default:
		return FATE_UNKNOWN;
	}
}

static void
tell_fates(const struct figure_data *data, enum fate *fates, const struct reason *reason,
    uint32_t flow, uint32_t teller)
{
	for (unsigned i = 0; i < reason->because_count; i++) {
		size_t place = model_place(data, reason->because[i]);

		if (place != SIZE_MAX && fates[place] == FATE_UNKNOWN &&
		    data->packets[place].flow == flow)
			fates[place] = fate_told(
			    data, (enum cause)reason->cause, teller, &data->packets[place]);
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

		tell_fates(data, fates, &row->verdict.reason, row->flow, row->index);
	}
	/* Some are told of the connection alone. */
	for (size_t i = 0; i < data->flow_count; i++)
		if (data->flows[i].is_tcp)
			tell_fates(
			    data, fates, &data->flows[i].conn.reason, data->flows[i].flow, 0);
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
is_then(const struct figure_data *data, size_t place, const struct socket_row *row)
{
	return place < data->packet_count && data->packets[place].flow == row->flow &&
	       data->packets[place].ts_ns == row->at_ns;
}

/* The first packet at that time or later, where time does not step back. */
static size_t
place_then(const struct figure_data *data, int64_t at_ns)
{
	size_t at;

	FIND_PLACE(at, data->packet_count, data->packets[at].ts_ns < at_ns);
	return at;
}

/* The flow's packet at that time; best, one that is given as a reason. */
static size_t
packet_at(const struct figure_data *data, const struct socket_row *row)
{
	size_t place;

	for (unsigned i = 0; i < row->because.count; i++) {
		place = model_place(data, row->because.index[i]);
		if (is_then(data, place, row))
			return place;
	}
	for (place = place_then(data, row->at_ns);
	     place < data->packet_count && data->packets[place].ts_ns == row->at_ns; place++)
		if (data->packets[place].flow == row->flow)
			return place;
	return SIZE_MAX;
}

/*
 * The answer shows that there is a request now; but it was the SYN's arrival
 * that made it, where that is what was answered just now.
 */
static void
begin_at_syn(const struct figure_data *data, struct change *change)
{
	const int64_t just_now_ns = 100000000; /* chosen: below the first repeat of any SYN */
	const struct packet_row *answer;

	if (change->packet == SIZE_MAX)
		return;
	answer = &data->packets[change->packet];
	if (!(answer->flags & TCP_ACK))
		return;
	for (size_t i = change->packet; i > 0; i--) {
		const struct packet_row *row = &data->packets[i - 1];

		if (span_ns(answer->ts_ns, row->ts_ns) > just_now_ns)
			return;
		if (row->flow != answer->flow)
			continue;
		if ((row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
			change->packet = i - 1;
		return;
	}
}

size_t
model_changes(struct scene *scene, const struct figure_data *data, uint32_t flow, bool is_server,
    struct change **changes)
{
	size_t first = first_of_end(data, flow, is_server);
	size_t end = first;
	size_t count = 0;

	while (end < data->socket_count && data->sockets[data->socket_order[end]].flow == flow &&
	       data->sockets[data->socket_order[end]].is_server == is_server)
		end++;
	*changes = scene_keep(scene, (end - first) * sizeof(**changes));
	for (size_t i = first; i < end; i++) {
		const struct socket_row *row = &data->sockets[data->socket_order[i]];

		if (count > 0 && (*changes)[count - 1].state == row->state)
			continue; /* its queues changed */
		(*changes)[count++] = (struct change){ packet_at(data, row), row->at_ns, row->state,
			row->certain, row->because };
		if (is_server && row->state == SOCK_SYN_RECV)
			begin_at_syn(data, &(*changes)[count - 1]);
	}
	return count;
}

/* --- words --- */

const char *
model_name(struct scene *scene, const struct packet_row *row)
{
	if (row->tuple.proto == PROTO_UDP)
		return "UDP";
	if (is_icmp(&row->tuple))
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
	return scene_adopt(scene, &out);
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
	return scene_adopt(scene, &out);
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
		name_time(scene, data, row->ts_ns), name_end(scene, options, &row->tuple, false),
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
	return scene_adopt(scene, &out);
}

struct scene_subject
model_packet(const struct packet_row *row)
{
	return (struct scene_subject){ .frame = row->index, .flow = row->flow };
}

struct scene_subject
model_run(const struct packet_row *row, const struct packet_row *last)
{
	return (struct scene_subject){ row->index, last == row ? 0 : last->index, row->flow };
}

struct scene_subject
model_flow(uint32_t flow)
{
	return (struct scene_subject){ .flow = flow };
}

const char *
model_capture(struct scene *scene, const struct figure_data *data)
{
	struct text out = { 0 };

	text_put(&out, path_last_name(data->name));
	return scene_adopt(scene, &out);
}

/* A cause without a translation falls back to the sentence that all have. */
const char *
model_cause(enum lang lang, enum cause cause)
{
	static const enum label translated[CAUSE_COUNT] = {
#define CAUSE(id, name, prose) [CAUSE_##id] = LABEL_CAUSE_##id,
#include "tcp/cause.def"
#undef CAUSE
	};
	const char *label = labels[lang][translated[cause]];

	return label != NULL ? label : cause_words[cause].prose;
}

double
model_legend(struct scene *scene, enum lang lang, struct scene_point at, enum model_sample sample)
{
	static const struct {
		enum scene_class cls;
		enum scene_dash dash;
		enum scene_head head;
		enum label label;
	} samples[] = {
		[MODEL_RESENT] = { CLASS_RESENT, DASH_DASHED, HEAD_FULL, LABEL_LEGEND_RESENT },
		[MODEL_IGNORED] = { CLASS_SEGMENT, DASH_SOLID, HEAD_CROSS, LABEL_LEGEND_IGNORED },
		[MODEL_LOST] = { CLASS_SEGMENT, DASH_SOLID, HEAD_CROSS, LABEL_LEGEND_LOST },
	};
	const struct scene_style style = { .size = 12 };
	const char *text = labels[lang][samples[sample].label];
	const double wide = 36;

	scene_arrow(scene, samples[sample].cls, (struct scene_point){ at.x, at.y - 4 },
	    (struct scene_point){ at.x + wide, at.y - 4 }, samples[sample].dash,
	    samples[sample].head, HEAD_NONE);
	scene_text(
	    scene, CLASS_LABEL, style, (struct scene_point){ at.x + wide + 10, at.y }, 0, text);
	return at.x + wide + 10 + scene_text_width(text, style) + 28;
}
