/*
 * What figures draw from. The rows of the flows that were asked for are copied,
 * until the budget is used up; what came after that is counted. Flows and
 * listeners come last, or, of a large capture, long before the packets of a few
 * of them: each leaves the others some room, so that one can choose, and draw.
 */
#include "figure/figure_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/find.h"
#include "base/mem.h"
#include "base/sort.h"

/* Most connections have one of a few dozen histories. */
#define RECENT_HISTORIES 256

/* Each leaves a quarter of the budget to the other. */
enum share {
	SHARE_FEW, /* flows and listeners */
	SHARE_MANY,
	SHARE_COUNT
};

struct figure_store {
	struct figure_wanted wanted;
	uint32_t *numbers; /* of wanted, sorted */
	struct budget budget;
	size_t used_bytes[SHARE_COUNT];
	size_t packet_room;
	size_t flow_room;
	size_t socket_room;
	size_t listener_room;
	size_t wire_room;
	struct pool histories;                /* each once, as far as one remembers */
	const char *recent[RECENT_HISTORIES]; /* by their hash */
	struct figure_frame frame;
	struct text name;
};

struct figure_data *
figure_data_new(const struct figure_wanted *wanted)
{
	struct figure_data *data = mem_zalloc(sizeof(*data));

	data->store = mem_zalloc(sizeof(*data->store));
	data->store->wanted = *wanted;
	data->store->numbers =
	    mem_realloc_array(NULL, wanted->flow_count + 1, sizeof(*data->store->numbers));
	if (wanted->flow_count > 0)
		memcpy(data->store->numbers, wanted->flows,
		    wanted->flow_count * sizeof(*data->store->numbers));
	qsort(data->store->numbers, wanted->flow_count, sizeof(*data->store->numbers), order_u32);
	data->store->wanted.flows = data->store->numbers;
	pool_init(&data->store->histories, HISTORY_MAX + 1);
	data->store->budget.limit_bytes =
	    wanted->limit_bytes == 0 ? FIGURE_LIMIT_BYTES : wanted->limit_bytes;
	data->name = "";
	return data;
}

/*
 * An array that is as large as this is given all the room that it may ever
 * take: what is not touched costs nothing, and what is, less in large pages.
 */
#define LARGE_BYTES ((size_t)1 << 20)

static void
free_rows(void *rows, size_t room, size_t row_bytes)
{
	if (room * row_bytes < LARGE_BYTES)
		free(rows);
	else
		mem_table_free(rows, room * row_bytes);
}

static void
grow_rows(const struct figure_data *data, void **rows, size_t *room, size_t row_bytes)
{
	size_t count = *room;
	void *old = *rows;

	*room = count * 2 + 64;
	if (*room * row_bytes < LARGE_BYTES) {
		*rows = mem_realloc_array(old, *room, row_bytes);
		return;
	}
	*room = (data->store->budget.limit_bytes + LARGE_BYTES) / row_bytes + 1;
	*rows = mem_table_new(*room * row_bytes);
	if (count > 0)
		memcpy(*rows, old, count * row_bytes);
	free(old);
}

void
figure_data_free(struct figure_data *data)
{
	if (data == NULL)
		return;
	pool_fini(&data->store->histories);
	free_rows(data->packets, data->store->packet_room, sizeof(*data->packets));
	free_rows(data->flows, data->store->flow_room, sizeof(*data->flows));
	free_rows(data->sockets, data->store->socket_room, sizeof(*data->sockets));
	free_rows(data->listeners, data->store->listener_room, sizeof(*data->listeners));
	free_rows(data->wires, data->store->wire_room, sizeof(*data->wires));
	free(data->socket_order);
	free((uint8_t *)(uintptr_t)data->store->frame.bytes);
	text_fini(&data->store->name);
	free(data->store->numbers);
	free(data->store);
	free(data);
}

static bool
is_wanted(const struct figure_data *data, uint32_t flow)
{
	const struct figure_wanted *wanted = &data->store->wanted;

	return wanted->flow_count == 0 || sorted_has(wanted->flows, wanted->flow_count, flow);
}

static bool
has_room(struct figure_store *store, enum share share, size_t row_bytes)
{
	size_t most = store->budget.limit_bytes - store->budget.limit_bytes / 4;

	if (store->used_bytes[share] + row_bytes > most || !budget_take(&store->budget, row_bytes))
		return false;
	store->used_bytes[share] += row_bytes;
	return true;
}

/* The place of one more row in an array that grows; NULL: there is no room. */
static void *
add_row(struct figure_data *data, enum share share, void *array, size_t *count, size_t *room,
    size_t row_bytes)
{
	void **rows = array;

	if (!has_room(data->store, share, row_bytes)) {
		data->left_out++;
		return NULL;
	}
	if (*count == *room)
		grow_rows(data, rows, room, row_bytes);
	return (char *)*rows + (*count)++ * row_bytes;
}

void
figure_collect_packet(struct figure_data *data, const struct packet_row *row)
{
	struct packet_row *kept;

	if (!is_wanted(data, row->flow))
		return;
	kept = add_row(data, SHARE_MANY, &data->packets, &data->packet_count,
	    &data->store->packet_room, sizeof(*kept));
	if (kept != NULL)
		*kept = *row;
}

static bool
is_chosen(const struct figure_data *data, const struct packet_wire *wire)
{
	const struct figure_wanted *wanted = &data->store->wanted;

	if (!wanted->first_data)
		return wire->index == wanted->frame;
	return wire->payload_at < bytes_left(&wire->frame) &&
	       (data->frame == NULL || wire->flow < data->frame->flow);
}

/* A copy of the chosen frame, as far as there is room for it. */
static void
keep_frame(struct figure_data *data, const struct packet_wire *wire)
{
	struct figure_frame *frame = &data->store->frame;
	size_t captured = bytes_left(&wire->frame);
	size_t count = captured < FIGURE_FRAME_BYTES ? captured : FIGURE_FRAME_BYTES;
	uint8_t *copy = mem_alloc(count + 1);

	memcpy(copy, wire->frame.at, count);
	free((uint8_t *)(uintptr_t)frame->bytes);
	*frame = (struct figure_frame){
		.index = wire->index,
		.flow = wire->flow,
		.link = wire->link,
		.wire_bytes = wire->wire_bytes,
		.captured_bytes = (uint32_t)captured,
		.payload_at = wire->payload_at,
		.bytes = copy,
		.count = count,
	};
	if (wire->payload_at < captured)
		frame->payload_bytes = (uint32_t)(bytes_left(&wire->segment) - wire->header_bytes);
	data->frame = frame;
}

void
figure_collect_wire(struct figure_data *data, const struct packet_wire *wire)
{
	struct figure_wire *kept;
	size_t count = wire->is_icmp ? bytes_left(&wire->segment) : wire->header_bytes;

	if (is_chosen(data, wire))
		keep_frame(data, wire);
	if (!is_wanted(data, wire->flow))
		return;
	kept = add_row(data, SHARE_MANY, &data->wires, &data->wire_count, &data->store->wire_room,
	    sizeof(*kept));
	if (kept == NULL)
		return;
	if (count > FIGURE_WIRE_BYTES)
		count = FIGURE_WIRE_BYTES;
	*kept = (struct figure_wire){
		.index = wire->index,
		.wire_bytes = wire->wire_bytes,
		.peer_base = wire->peer_base,
		.dup_acks = wire->dup_acks,
		.ttl = wire->ttl,
		.bad_length = wire->bad_length,
		.count = (uint8_t)count,
	};
	memcpy(kept->bytes, wire->segment.at, count);
	if (wire->packet->tuple.proto == PROTO_ICMP6)
		info_keep_link(kept, wire->segment);
}

static const char *
keep_history(struct figure_store *store, const char *history)
{
	const char **recent = &store->recent[0];
	size_t length = strlen(history);
	uint32_t hash = 0;
	char *copy;

	assert(length <= HISTORY_MAX);
	for (size_t i = 0; i < length; i++)
		hash = hash * 31 + (uint8_t)history[i];
	recent += hash % RECENT_HISTORIES;
	if (*recent == NULL || strcmp(*recent, history) != 0) {
		copy = pool_at(&store->histories, pool_grow(&store->histories));
		*recent = strcpy(copy, history);
	}
	return *recent;
}

void
figure_collect_flow(struct figure_data *data, const struct flow_row *row)
{
	struct flow_row *kept;

	if (!is_wanted(data, row->flow))
		return;
	kept = add_row(data, SHARE_FEW, &data->flows, &data->flow_count, &data->store->flow_room,
	    sizeof(*kept));
	if (kept == NULL)
		return;
	*kept = *row;
	/* The rest is in tables, or lives as long as the analysis. */
	kept->conn.history =
	    row->conn.history == NULL ? "" : keep_history(data->store, row->conn.history);
}

void
figure_collect_socket(struct figure_data *data, const struct socket_row *row)
{
	struct socket_row *kept;

	if (row->flow != 0 && !is_wanted(data, row->flow))
		return;
	kept = add_row(data, SHARE_MANY, &data->sockets, &data->socket_count,
	    &data->store->socket_room, sizeof(*kept));
	if (kept != NULL)
		*kept = *row;
}

void
figure_collect_listener(struct figure_data *data, const struct listener_row *row)
{
	struct listener_row *kept = add_row(data, SHARE_FEW, &data->listeners,
	    &data->listener_count, &data->store->listener_room, sizeof(*kept));

	if (kept != NULL)
		*kept = *row;
}

/* A row's rank: those of one end of one flow are neighbours. */
static uint64_t
rank_of(const struct socket_row *row)
{
	return (uint64_t)row->flow << 1 | row->is_server;
}

/* Merges two sorted halves; equal ones stay in their order. */
static void
merge(const struct figure_data *data, const uint32_t *from, uint32_t *to, size_t left,
    size_t middle, size_t right)
{
	size_t i = left;
	size_t j = middle;

	for (size_t k = left; k < right; k++) {
		bool take_left = j >= right || (i < middle && rank_of(&data->sockets[from[i]]) <=
								  rank_of(&data->sockets[from[j]]));

		to[k] = take_left ? from[i++] : from[j++];
	}
}

static void
order_sockets(struct figure_data *data)
{
	size_t count = data->socket_count;
	uint32_t *order = mem_realloc_array(NULL, count, sizeof(*order));
	uint32_t *other = mem_realloc_array(NULL, count, sizeof(*other));

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	for (size_t step = 1; step < count; step *= 2) {
		uint32_t *sorted = other;

		for (size_t left = 0; left < count; left += 2 * step) {
			size_t middle = left + step < count ? left + step : count;
			size_t right = left + 2 * step < count ? left + 2 * step : count;

			merge(data, order, other, left, middle, right);
		}
		other = order;
		order = sorted;
	}
	free(other);
	data->socket_order = order;
}

void
figure_collect_done(struct figure_data *data, const struct analysis *analysis, const char *name)
{
	const struct analysis_summary *sum = analysis_summary(analysis);

	order_sockets(data);
	data->first_ns = sum->first_ns;
	data->last_ns = sum->last_ns;
	text_put(&data->store->name, name);
	data->name = text_str(&data->store->name);
}

/* They come in the order of frames. */
const struct figure_wire *
figure_wire(const struct figure_data *data, uint32_t index)
{
	size_t at;

	FIND_PLACE(at, data->wire_count, data->wires[at].index < index);
	return at < data->wire_count && data->wires[at].index == index ? &data->wires[at] : NULL;
}

/* Rows of flows come in the order of their numbers. */
const struct flow_row *
figure_flow(const struct figure_data *data, uint32_t flow)
{
	size_t at;

	FIND_PLACE(at, data->flow_count, data->flows[at].flow < flow);
	return at < data->flow_count && data->flows[at].flow == flow ? &data->flows[at] : NULL;
}
