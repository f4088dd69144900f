/*
 * A ladder: which endpoints, which packets, in which order. Runs of ordinary
 * segments of one flow become one row.
 */
#include "figure/ladder_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/find.h"
#include "base/sort.h"

/* Past these, nobody reads it. */
#define ROWS_MAX 4000
/* As long runs are folded. */
#define FOLD_MIN 6
/* With more endpoints than these, one lane stands for an address. */
#define LANES_BY_PORT_MAX 12

/* --- lanes --- */

static bool
is_lane_of(const struct ladder_lane *lane, const struct tuple *tuple, bool dst, bool any_port)
{
	const uint8_t *address = dst ? tuple->dst : tuple->src;
	uint16_t port = dst ? tuple->dport : tuple->sport;

	return lane->any_port == any_port && lane->end.ip_version == tuple->ip_version &&
	       memcmp(lane->end.src, address, sizeof(lane->end.src)) == 0 &&
	       (any_port || lane->end.sport == port);
}

static bool
has_ports(const struct tuple *tuple)
{
	return tuple->proto == PROTO_TCP || tuple->proto == PROTO_UDP;
}

static size_t
lane_of(const struct ladder *ladder, const struct tuple *tuple, bool dst, bool any_port)
{
	any_port = any_port || !has_ports(tuple);
	for (size_t i = 0; i < ladder->lane_count; i++)
		if (is_lane_of(&ladder->lanes[i], tuple, dst, any_port))
			return i;
	return SIZE_MAX;
}

/* SIZE_MAX: there are too many. */
static size_t
need_lane(struct ladder *ladder, const struct tuple *tuple, bool dst, bool any_port)
{
	size_t found = lane_of(ladder, tuple, dst, any_port);
	struct ladder_lane *lane;

	if (found != SIZE_MAX)
		return found;
	if (ladder->lane_count == LADDER_LANES_MAX)
		return SIZE_MAX;
	lane = &ladder->lanes[ladder->lane_count];
	*lane = (struct ladder_lane){ .end = *tuple, .any_port = any_port || !has_ports(tuple) };
	if (dst) {
		memcpy(lane->end.src, tuple->dst, sizeof(lane->end.src));
		lane->end.sport = tuple->dport;
	}
	if (lane->any_port)
		lane->end.proto = PROTO_ICMP; /* so that its name has no port */
	lane->name = name_end(ladder->scene, ladder->options, &lane->end, false);
	return ladder->lane_count++;
}

/* An ICMP error is about a flow: what goes to one of its ends, or comes from one, is at its lane. */
static const struct tuple *
ends_of(const struct ladder *ladder, const struct ladder_row *row, bool dst, bool *other)
{
	const struct tuple *tuple = &row->packet->tuple;
	const uint8_t *address = dst ? tuple->dst : tuple->src;
	const struct tuple *flow;

	*other = dst;
	if (row->flow == SIZE_MAX)
		return tuple;
	flow = &ladder->flows[row->flow].row->tuple;
	if (flow->proto == tuple->proto || flow->ip_version != tuple->ip_version)
		return tuple;
	if (memcmp(address, flow->src, sizeof(flow->src)) == 0) {
		*other = false;
		return flow;
	}
	if (memcmp(address, flow->dst, sizeof(flow->dst)) == 0) {
		*other = true;
		return flow;
	}
	return tuple;
}

/* Whose lanes stand for addresses rather than for addresses and ports. */
enum crowd {
	CROWD_NONE,
	CROWD_OF_CLIENTS,
	CROWD_OF_ALL, /* a scan of ports, for instance */
};

static bool
is_merged(enum crowd crowd, bool is_client)
{
	return crowd == CROWD_OF_ALL || (crowd == CROWD_OF_CLIENTS && is_client);
}

static bool
lanes_of_packet(struct ladder *ladder, struct ladder_row *row, enum crowd crowd)
{
	bool from_client =
	    row->flow == SIZE_MAX || model_from_client(ladder->flows[row->flow].row, row->packet);
	const struct tuple *ends;
	bool dst;

	ends = ends_of(ladder, row, false, &dst);
	row->from = need_lane(ladder, ends, dst, is_merged(crowd, from_client));
	ends = ends_of(ladder, row, true, &dst);
	row->to = need_lane(ladder, ends, dst, is_merged(crowd, !from_client));
	return row->from != SIZE_MAX && row->to != SIZE_MAX;
}

static bool
give_lanes(struct ladder *ladder, enum crowd crowd)
{
	ladder->lane_count = 0;
	for (size_t i = 0; i < ladder->row_count; i++)
		if (!lanes_of_packet(ladder, &ladder->rows[i], crowd))
			return false;
	return crowd != CROWD_NONE || ladder->lane_count <= LANES_BY_PORT_MAX;
}

static bool
is_client_of(const struct ladder_row *row, const struct ladder *ladder, size_t lane)
{
	bool from_client =
	    row->flow == SIZE_MAX || model_from_client(ladder->flows[row->flow].row, row->packet);

	/* Who sends an ICMP error is neither. */
	if (row->flow != SIZE_MAX &&
	    row->packet->tuple.proto != ladder->flows[row->flow].row->tuple.proto)
		return false;
	return (from_client ? row->from : row->to) == lane;
}

/* The lane is never a flow's client. */
static bool
is_server(const struct ladder *ladder, size_t lane)
{
	for (size_t i = 0; i < ladder->row_count; i++)
		if (is_client_of(&ladder->rows[i], ladder, lane))
			return false;
	return true;
}

/*
 * Where the lane comes among those that were asked for; those that were not
 * come after, clients before servers, in the order in which they appear.
 */
static size_t
wish_of(const struct ladder *ladder, size_t lane)
{
	const struct figure_options *options = ladder->options;

	for (size_t i = 0; i < options->lane_count; i++)
		if (strcmp(options->lanes[i], ladder->lanes[lane].name) == 0)
			return i;
	return options->lane_count + lane + (is_server(ladder, lane) ? LADDER_LANES_MAX : 0);
}

static void
order_lanes(struct ladder *ladder)
{
	struct ladder_lane sorted[LADDER_LANES_MAX];
	size_t place[LADDER_LANES_MAX];
	size_t wish[LADDER_LANES_MAX];

	for (size_t i = 0; i < ladder->lane_count; i++)
		wish[i] = wish_of(ladder, i);
	for (size_t i = 0; i < ladder->lane_count; i++) {
		place[i] = 0;
		for (size_t j = 0; j < ladder->lane_count; j++)
			place[i] += wish[j] < wish[i] || (j < i && wish[j] == wish[i]);
		sorted[place[i]] = ladder->lanes[i];
	}
	memcpy(ladder->lanes, sorted, ladder->lane_count * sizeof(*sorted));
	for (size_t i = 0; i < ladder->row_count; i++) {
		ladder->rows[i].from = place[ladder->rows[i].from];
		ladder->rows[i].to = place[ladder->rows[i].to];
	}
}

/* --- flows --- */

static void
give_end(struct ladder *ladder, struct ladder_flow *flow, bool is_server, size_t lane)
{
	struct ladder_end *end = &flow->ends[is_server];

	end->lane = lane;
	end->change_count =
	    model_changes(ladder->scene, ladder->data, flow->row->flow, is_server, &end->changes);
	if (end->change_count > 0)
		end->place = ladder->lanes[lane].flow_count++;
}

static void
give_flows(struct ladder *ladder)
{
	for (size_t i = 0; i < ladder->row_count; i++) {
		const struct ladder_row *row = &ladder->rows[i];
		struct ladder_flow *flow;
		bool from_client;

		if (row->flow == SIZE_MAX)
			continue;
		flow = &ladder->flows[row->flow];
		if (flow->ends[0].changes != NULL || row->packet->tuple.proto != PROTO_TCP)
			continue;
		from_client = model_from_client(flow->row, row->packet);
		give_end(ladder, flow, false, from_client ? row->from : row->to);
		give_end(ladder, flow, true, from_client ? row->to : row->from);
	}
}

/* --- rows --- */

static bool
changes_a_state(const struct ladder *ladder, size_t flow, size_t place)
{
	for (int i = 0; i < 2; i++) {
		const struct ladder_end *end = &ladder->flows[flow].ends[i];

		for (size_t j = 0; j < end->change_count; j++)
			if (end->changes[j].packet == place)
				return true;
	}
	return false;
}

static bool
is_apart(const struct ladder *ladder, const struct packet_row *packet)
{
	for (size_t i = 0; i < ladder->options->apart_count; i++)
		if (ladder->options->apart[i] == packet->index)
			return true;
	return false;
}

static bool
is_plain(const struct ladder *ladder, const struct ladder_row *row)
{
	const struct packet_row *packet = row->packet;

	return row->flow != SIZE_MAX && !is_apart(ladder, packet) &&
	       packet->tuple.proto != PROTO_ICMP && packet->tuple.proto != PROTO_ICMP6 &&
	       (packet->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0 && packet->verdict.marks == 0 &&
	       packet->verdict.reason.cause == CAUSE_NONE && row->fate == FATE_UNKNOWN &&
	       !changes_a_state(ladder, row->flow, row->place);
}

/* How many rows from first on are plain, and whether they follow soon enough on each other. */
static size_t
plain_run(const struct ladder *ladder, size_t first)
{
	size_t end = first;

	while (end < ladder->row_count && is_plain(ladder, &ladder->rows[end]) &&
	       (end == first || span_ns(ladder->rows[end].packet->ts_ns,
				    ladder->rows[end - 1].packet->ts_ns) < BREAK_NS))
		end++;
	return end - first;
}

/* What a run holds of one flow. */
struct share {
	size_t run;   /* 1 + where the run begins; else it is of an earlier one */
	size_t first; /* row */
	size_t last;
	uint32_t seen[2]; /* as the first goes, and back */
	uint64_t bytes[2];
};

static void
share_add(struct ladder *ladder, struct share *share, size_t run, size_t i)
{
	const struct ladder_row *row = &ladder->rows[i];
	bool back;

	if (share->run != run)
		*share = (struct share){ .run = run, .first = i };
	back = row->from != ladder->rows[share->first].from;
	share->last = i;
	share->seen[back]++;
	share->bytes[back] += row->packet->length;
}

static bool
is_folded(const struct share *share)
{
	return share->seen[0] + share->seen[1] >= FOLD_MIN;
}

/* The arrow goes where most bytes go. */
static void
share_close(struct ladder *ladder, const struct share *share)
{
	struct ladder_row *row = &ladder->rows[share->first];
	bool back = share->bytes[1] > share->bytes[0];
	size_t from = row->from;

	if (back) {
		row->from = row->to;
		row->to = from;
	}
	row->last_place = ladder->rows[share->last].place;
	row->count[0] = share->seen[back];
	row->count[1] = share->seen[!back];
	row->bytes = share->bytes[back];
}

static void
fold_run(struct ladder *ladder, size_t first, size_t count, struct share *shares, bool *gone)
{
	for (size_t i = first; i < first + count; i++)
		share_add(ladder, &shares[ladder->rows[i].flow], first + 1, i);
	for (size_t i = first; i < first + count; i++) {
		const struct share *share = &shares[ladder->rows[i].flow];

		gone[i] = is_folded(share) && i != share->first;
		if (is_folded(share) && i == share->first)
			share_close(ladder, share);
	}
}

static void
fold(struct ladder *ladder)
{
	size_t share_bytes = (ladder->flow_count + 1) * sizeof(struct share);
	struct share *shares = memset(scene_keep(ladder->scene, share_bytes), 0, share_bytes);
	bool *gone =
	    memset(scene_keep(ladder->scene, ladder->row_count + 1), 0, ladder->row_count + 1);
	size_t kept = 0;

	for (size_t i = 0; i < ladder->row_count;) {
		size_t run = plain_run(ladder, i);

		if (run >= FOLD_MIN)
			fold_run(ladder, i, run, shares, gone);
		i += run > 0 ? run : 1;
	}
	for (size_t i = 0; i < ladder->row_count; i++)
		if (!gone[i])
			ladder->rows[kept++] = ladder->rows[i];
	ladder->row_count = kept;
}

static void
note_gaps(struct ladder *ladder)
{
	int64_t before_ns = ladder->rows[0].packet->ts_ns;

	for (size_t i = 0; i < ladder->row_count; i++) {
		struct ladder_row *row = &ladder->rows[i];

		row->gap_ns = span_ns(row->packet->ts_ns, before_ns);
		row->is_broken = gap_is_broken(ladder->options, row->gap_ns);
		before_ns = row->count[0] > 0 ? ladder->data->packets[row->last_place].ts_ns
					      : row->packet->ts_ns;
	}
}

/* Of all flows there may be, those with packets here: few, where few were kept. */
static void
gather_flows(struct ladder *ladder)
{
	const struct figure_data *data = ladder->data;
	int64_t *numbers = scene_keep(ladder->scene, (data->packet_count + 1) * sizeof(*numbers));
	size_t count;

	for (size_t i = 0; i < data->packet_count; i++)
		numbers[i] = data->packets[i].flow;
	count = sort_distinct(numbers, data->packet_count);
	ladder->flows = scene_keep(ladder->scene, (count + 1) * sizeof(*ladder->flows));
	for (size_t i = 0; i < count; i++) {
		const struct flow_row *row = figure_flow(data, (uint32_t)numbers[i]);

		if (row != NULL)
			ladder->flows[ladder->flow_count++] = (struct ladder_flow){ .row = row };
	}
}

/* SIZE_MAX: its row was left out. */
static size_t
flow_place(const struct ladder *ladder, uint32_t flow)
{
	size_t at;

	FIND_PLACE(at, ladder->flow_count, ladder->flows[at].row->flow < flow);
	return at < ladder->flow_count && ladder->flows[at].row->flow == flow ? at : SIZE_MAX;
}

static void
gather(struct ladder *ladder)
{
	const struct figure_data *data = ladder->data;
	const enum fate *fates = model_fates(ladder->scene, data);

	gather_flows(ladder);
	ladder->rows = scene_keep(ladder->scene, (data->packet_count + 1) * sizeof(*ladder->rows));
	for (size_t i = 0; i < data->packet_count; i++)
		ladder->rows[i] = (struct ladder_row){
			.packet = &data->packets[i],
			.place = i,
			.last_place = i,
			.flow = flow_place(ladder, data->packets[i].flow),
			.fate = fates[i],
		};
	ladder->row_count = data->packet_count;
	ladder->packet_count = data->packet_count;
}

/* All that were asked for must be there. */
static enum status
check_flows(const struct ladder *ladder, struct diag *diag)
{
	const struct figure_options *options = ladder->options;
	const struct flow_row *flow;
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < options->flow_count; i++)
		st = chosen_flow(&flow, ladder->data, options->flows[i], diag);
	if (st != ST_OK)
		return st;
	if (ladder->data->packet_count == 0)
		return diag_set(diag, ST_USAGE, "there is no packet to draw");
	return ST_OK;
}

enum status
ladder_make(struct ladder *ladder, struct diag *diag)
{
	enum status st = check_flows(ladder, diag);

	if (st != ST_OK)
		return st;
	gather(ladder);
	ladder->lanes = scene_keep(ladder->scene, LADDER_LANES_MAX * sizeof(*ladder->lanes));
	if (!give_lanes(ladder, CROWD_NONE) && !give_lanes(ladder, CROWD_OF_CLIENTS) &&
	    !give_lanes(ladder, CROWD_OF_ALL))
		return diag_set(diag, ST_USAGE,
		    "more than %d endpoints are too many for a ladder; --flow N chooses",
		    LADDER_LANES_MAX);
	order_lanes(ladder);
	give_flows(ladder);
	if (ladder->options->time != TIME_SCALED)
		fold(ladder);
	if (ladder->row_count > ROWS_MAX) {
		ladder->left_out = ladder->row_count - ROWS_MAX;
		ladder->row_count = ROWS_MAX;
	}
	note_gaps(ladder);
	return ST_OK;
}

const char *
ladder_folded(const struct ladder *ladder, const struct ladder_row *row)
{
	const char *count, *bytes;

	if (row->count[0] == 0)
		return NULL;
	count = scene_format(ladder->scene, "%" PRIu32, row->count[0]);
	bytes = name_bytes(ladder->scene, row->bytes);
	if (row->count[1] == 0)
		return LABELED(ladder->scene, ladder->options->lang, LABEL_FOLDED, count, bytes);
	return LABELED(ladder->scene, ladder->options->lang, LABEL_FOLDED_AND_ACKS, count, bytes,
	    scene_format(ladder->scene, "%" PRIu32, row->count[1]));
}

const char *
ladder_title(const struct ladder *ladder)
{
	const char *capture = model_capture(ladder->scene, ladder->data);

	return LABELED(ladder->scene, ladder->options->lang,
	    ladder->packet_count == 1 ? LABEL_LADDER_TITLE_ONE : LABEL_LADDER_TITLE, capture,
	    scene_format(ladder->scene, "%zu", ladder->packet_count));
}
