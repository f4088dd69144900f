/*
 * What the packets force of each connection in a listener's figure: when its
 * server took it, and between which moments accept() must have handed it out.
 */
#include "figure/listener_priv.h"

#include "base/find.h"

static void
note_packets(struct listening *all, struct pair *pair)
{
	pair->answer_ns = pair->refusal_ns = FAR_NS;
	pair->wrote_ns[0] = pair->wrote_ns[1] = FAR_NS;
	pair->syn_ns = pair->flow->start_ns;
	for (size_t i = all->data->packet_count; i-- > 0;) {
		const struct packet_row *row = &all->data->packets[i];
		bool from_server;

		if (row->flow != pair->flow->flow || row->tuple.proto != PROTO_TCP)
			continue;
		from_server = !model_from_client(pair->flow, row);
		if (from_server && (row->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
			pair->answer_ns = row->ts_ns, pair->answer = row;
		if (row->verdict.reason.cause == CAUSE_NO_LISTENER)
			pair->refusal_ns = row->ts_ns, pair->refusal = row;
		if (row->length > 0 && !(row->flags & TCP_SYN))
			pair->wrote_ns[from_server] = row->ts_ns;
		if (!from_server && (row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
			pair->syn_ns = row->ts_ns, pair->syn = row;
	}
}

static void
note_taken(struct pair *pair)
{
	pair->taken_lo_ns = pair->taken_hi_ns = FAR_NS;
	for (size_t i = 0; i < pair->change_counts[1]; i++) {
		const struct change *change = &pair->changes[1][i];

		if (change->state == SOCK_SYN_RECV || change->state == SOCK_CLOSED ||
		    change->state == SOCK_LISTEN)
			continue;
		if (pair->taken_lo_ns == FAR_NS)
			pair->taken_lo_ns = change->at_ns;
		if (change->certain && pair->taken_hi_ns == FAR_NS)
			pair->taken_hi_ns = change->at_ns;
	}
}

/* model_changes tells of each state once: whether it became certain later is in the rows. */
static void
note_certain(const struct listening *all, struct pair *pair)
{
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];

		if (row->flow != pair->flow->flow || !row->is_server || !row->certain ||
		    row->at_ns < pair->taken_lo_ns || row->at_ns >= pair->taken_hi_ns)
			continue;
		if (row->state != SOCK_SYN_RECV && row->state != SOCK_CLOSED)
			pair->taken_hi_ns = row->at_ns;
	}
}

/* First in, first out: how many of the endpoint's others were taken in before it, at least and at most. */
static struct range
rank_of(const struct pair *pairs, size_t count, const struct pair *pair)
{
	struct range rank = { 1, 1 };

	for (size_t i = 0; i < count; i++) {
		if (&pairs[i] == pair || pairs[i].taken_lo_ns == FAR_NS)
			continue;
		rank.lo +=
		    pairs[i].taken_hi_ns != FAR_NS && pairs[i].taken_hi_ns <= pair->taken_lo_ns;
		rank.hi += pair->taken_hi_ns == FAR_NS || pairs[i].taken_lo_ns <= pair->taken_hi_ns;
	}
	return rank;
}

/* Not before that many can have been accepted, and not after as many must have been. */
static void
bound_accept(const struct listening *all, struct pair *pair, struct range rank)
{
	const struct levels *taken = &all->levels[QUEUE_TAKEN];

	pair->accept_lo_ns = pair->accept_hi_ns = FAR_NS;
	if (pair->taken_lo_ns == FAR_NS)
		return;
	for (size_t i = taken->count; i-- > 0;) {
		const struct level *level = &taken->at[i];

		if (level->range.hi >= rank.lo)
			pair->accept_lo_ns = level->at_ns;
		if (level->range.lo >= rank.hi)
			pair->accept_hi_ns = level->at_ns;
	}
	if (pair->accept_lo_ns != FAR_NS && pair->accept_lo_ns < pair->taken_lo_ns)
		pair->accept_lo_ns = pair->taken_lo_ns;
	/* Who writes to it has it. */
	if (pair->wrote_ns[1] < pair->accept_hi_ns)
		pair->accept_hi_ns = pair->wrote_ns[1];
	if (pair->accept_hi_ns < pair->accept_lo_ns)
		pair->accept_lo_ns = pair->taken_lo_ns;
	if (pair->accept_hi_ns < pair->accept_lo_ns)
		pair->accept_hi_ns = pair->accept_lo_ns;
}

/* Flows are in the order of their numbers. */
static struct pair *
pair_of(struct pair *pairs, size_t count, uint32_t flow)
{
	size_t at;

	FIND_PLACE(at, count, pairs[at].flow->flow < flow);
	return at < count && pairs[at].flow->flow == flow ? &pairs[at] : NULL;
}

/* Ranks are among all of the endpoint's connections, drawn or not. */
static void
note_accepts(struct listening *all)
{
	struct pair *every = scene_keep(all->scene, (all->data->flow_count + 1) * sizeof(*every));
	size_t count = 0;

	for (size_t i = 0; i < all->data->flow_count; i++) {
		struct pair *pair = &every[count];

		if (!endpoint_has_flow(all->listener, &all->data->flows[i]))
			continue;
		*pair = (struct pair){
			.flow = &all->data->flows[i], .taken_lo_ns = FAR_NS, .taken_hi_ns = FAR_NS
		};
		count++;
	}
	for (size_t i = 0; i < all->data->socket_count; i++) {
		const struct socket_row *row = &all->data->sockets[i];
		struct pair *pair;

		if (!endpoint_has_child(all->listener, row) || row->state == SOCK_SYN_RECV ||
		    row->state == SOCK_CLOSED || row->state == SOCK_LISTEN)
			continue;
		pair = pair_of(every, count, row->flow);
		if (pair == NULL)
			continue;
		if (pair->taken_lo_ns == FAR_NS)
			pair->taken_lo_ns = row->at_ns;
		if (row->certain && pair->taken_hi_ns == FAR_NS)
			pair->taken_hi_ns = row->at_ns;
	}
	for (size_t i = 0; i < all->pair_count; i++) {
		struct pair *pair = &all->pairs[i];
		const struct pair *self = pair_of(every, count, pair->flow->flow);

		if (self != NULL)
			bound_accept(all, pair, rank_of(every, count, self));
	}
}

void
listening_gather(struct listening *all)
{
	for (size_t i = 0; i < all->pair_count; i++) {
		struct pair *pair = &all->pairs[i];

		for (int side = 0; side < 2; side++)
			pair->change_counts[side] = model_changes(all->scene, all->data,
			    pair->flow->flow, side == 1, &pair->changes[side]);
		note_packets(all, pair);
		note_taken(pair);
		note_certain(all, pair);
	}
	note_accepts(all);
}
