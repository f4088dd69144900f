/* Rulings become cases, for people: a sentence, the frames that show it, and the flows. */
#include "check/hold.h"

#include <string.h>

#include "base/mem.h"

/* --- which bytes differ --- */

/* The packets of a stream that carry the byte at that place. */
static size_t
frames_with_byte(const struct check_data *data, const struct kept_flow *flow, enum whose from,
    uint64_t at, uint32_t *indices, size_t room)
{
	size_t count = 0;

	for (uint32_t i = 0; i < flow->count && count < room; i++) {
		const struct kept_packet *pkt = &data->packets[data->by_flow[flow->first + i]];

		/* Relative numbers begin with 1 behind the SYN. */
		if (pkt->from == from && pkt->length > 0 &&
		    (uint32_t)at + 1 - pkt->seq < pkt->length)
			indices[count++] = pkt->index;
	}
	return count;
}

static bool
is_of_bytes(enum fact_id fact)
{
	return fact == FACT_LENGTH || fact == FACT_CONTENT || fact == FACT_DIGEST ||
	       fact == FACT_UNDATED || fact == FACT_BEGINS;
}

/* 1 + place in the baseline of the flow whose bytes are the same for longest; 0: there is none. */
static uint32_t
nearest_flow(const struct holding *h, const struct ruling *ruling)
{
	const struct check_data *good = h->expectations->good;
	bool from_server = ruling->expected->from == WHOSE_SERVER;
	const struct payload *bytes = &h->data->flows[ruling->culprits[0]].payload[from_server];
	struct members members;
	uint32_t nearest = 0;
	uint64_t most = 0;

	members_of(&members, good, h->capture, ruling->group);
	for (size_t i = 0; i < members.count; i++) {
		uint64_t same = UINT64_MAX;

		payload_differ(bytes, &good->flows[members.at[i]].payload[from_server], &same);
		if (nearest != 0 && same <= most)
			continue;
		nearest = members.at[i] + 1;
		most = same;
	}
	members_fini(&members);
	return nearest;
}

/* 1 + place in the baseline of a flow that is as it should be; 0: none is known. */
static uint32_t
good_flow(const struct holding *h, const struct ruling *ruling, const struct expected *missing)
{
	uint32_t twin = 0;

	if (ruling->good_flow != 0)
		return ruling->good_flow;
	if (ruling->culprit_count > 0)
		twin = twin_of(h, ruling->group, ruling->culprits[0]);
	if (twin == 0 && ruling->culprit_count > 0 && h->expectations->good != NULL &&
	    is_of_bytes(ruling->expected->fact))
		twin = nearest_flow(h, ruling);
	return twin != 0 ? twin : missing->good_flow;
}

static bool
find_difference(struct holding *h, struct ruling *ruling, uint64_t *at)
{
	const struct expected *missing =
	    ruling->missing != NULL ? ruling->missing : ruling->expected;
	const struct kept_flow *flow = &h->data->flows[ruling->culprits[0]];
	const struct payload *payload = &flow->payload[missing->from == WHOSE_SERVER];
	struct payload wanted = { .is_known = true };
	uint32_t good = good_flow(h, ruling, missing);

	if (!payload_is_whole(payload) && missing->fact != FACT_BEGINS)
		return false;
	if (good != 0)
		return payload_differ(payload,
			   &h->expectations->good->flows[good - 1]
				.payload[missing->from == WHOSE_SERVER],
			   at) &&
		       (missing->fact != FACT_BEGINS || *at < missing->first);
	if (missing->fact != FACT_CONTENT || missing->test.text == NULL)
		return false;
	wanted.head = (uint8_t *)missing->test.text;
	wanted.head_count = (uint32_t)missing->test.text_length;
	wanted.length = missing->test.text_length;
	return payload_differ(payload, &wanted, at);
}

/* --- from rulings to cases --- */

static void
put_flow(struct text *out, const struct flow_row *row)
{
	text_put(out, "flow ");
	text_u64(out, row->flow);
	text_put(out, " (");
	text_end(out, row->tuple.src, row->tuple.ip_version, row->tuple.sport);
	text_put(out, " to ");
	text_end(out, row->tuple.dst, row->tuple.ip_version, row->tuple.dport);
	text_char(out, ')');
}

static void
put_culprit(struct text *out, const struct holding *h, const struct ruling *ruling, size_t i)
{
	uint32_t place = ruling->culprits[i];

	if (ruling->group->scope == SCOPE_FLOW) {
		put_flow(out, &h->data->flows[place].row);
	} else if (ruling->group->scope == SCOPE_LISTENER) {
		const struct tuple *local = &h->data->listeners[place].row.local;

		text_end(out, local->src, local->ip_version, local->sport);
	} else if (ruling->group->scope == SCOPE_SOCKET) {
		const struct tuple *ends = &h->data->sockets[place].ends;

		text_end(out, ends->src, ends->ip_version, ends->sport);
	}
}

#define CULPRITS_NAMED 3

static void
put_culprits(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	if (ruling->culprit_count == 0 || ruling->group->scope == SCOPE_TOTAL)
		return;
	text_put(out, ": ");
	for (size_t i = 0; i < ruling->culprit_count && i < CULPRITS_NAMED; i++) {
		text_put(out, i == 0 ? "" : ", ");
		put_culprit(out, h, ruling, i);
	}
	if (ruling->blamed > CULPRITS_NAMED) {
		text_put(out, " and ");
		text_u64(out, ruling->blamed - CULPRITS_NAMED);
		text_put(out, " more");
	}
}

/* By numbers: the frames tell their ends. */
static void
put_alike(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	if (ruling->alike_count == 0 || ruling->group->scope != SCOPE_FLOW ||
	    !fact_is_count(ruling->expected->fact))
		return;
	text_put(out, ruling->alike_count == 1 ? "; or flow " : "; or one of flows ");
	for (size_t i = 0; i < ruling->alike_count; i++) {
		text_put(out, i == 0 ? "" : ", ");
		text_u64(out, h->data->flows[ruling->alike[i]].row.flow);
	}
	text_put(out, ruling->alike_count == 1 ? ", which is like it" : ", which are like it");
}

/* What is known of one that is not there. */
static void
put_missing(struct text *out, const struct holding *h, const struct ruling *ruling)
{
	const struct expected *missing = ruling->missing;

	if (ruling->off >= 0 || ruling->group->scope != SCOPE_FLOW)
		return;
	if (ruling->good_flow != 0) {
		text_put(out, ruling->off == -1 ? "; missing is " : "; missing is, for one, ");
		put_flow(out, &h->expectations->good->flows[ruling->good_flow - 1].row);
		text_put(out, " of ");
		text_put(out, h->expectations->good->name);
	} else if (missing != NULL && missing->test.said != NULL) {
		text_put(out, ruling->off == -1 ? "; missing is one whose "
						: "; missing is, for one, one whose ");
		text_put(out, fact_rows[missing->fact].name);
		if (missing->from < WHOSE_BOTH) {
			text_put(out, " from the ");
			text_put(out, whose_names[missing->from]);
		}
		text_put(out, " is ");
		put_wanted(out, missing);
	}
}

static void
put_subject(struct text *out, const struct group *group)
{
	const struct selector *selector = &group->selector;

	if (group->title != NULL) {
		text_put(out, group->title);
		return;
	}
	if (group->scope == SCOPE_TOTAL) {
		text_put(out, "the capture");
		return;
	}
	text_put(out, selector->others ? "other " : "");
	text_put(out, group->scope == SCOPE_FLOW       ? "flows"
		      : group->scope == SCOPE_LISTENER ? "listeners"
						       : "sockets");
	if (selector->server.has_address || selector->server.has_port) {
		text_put(out, group->scope == SCOPE_FLOW ? " to " : " ");
		end_wanted_put(out, &selector->server);
	}
	if (selector->client.has_address || selector->client.has_port) {
		text_put(out, group->scope == SCOPE_FLOW ? " from " : " to ");
		end_wanted_put(out, &selector->client);
	}
	if (selector->end.has_address || selector->end.has_port) {
		text_put(out, " of ");
		end_wanted_put(out, &selector->end);
	}
}

static void
put_word(struct text *out, size_t *count, const char *word)
{
	text_put(out, (*count)++ == 0 ? " (" : " ");
	text_put(out, word);
}

/* Which packets, or which of all values; the largest is what it says. */
static void
put_kind(struct text *out, const struct expected *expected)
{
	const struct packet_wanted *wanted = &expected->wanted;
	size_t count = 0;

	for (unsigned i = 0; i < FLAG_COUNT; i++)
		if (wanted->flags & 1u << i)
			put_word(out, &count, flag_words[i].name);
	for (unsigned i = 0; i < MARK_COUNT; i++)
		if (wanted->marks & MARK_BIT(i))
			put_word(out, &count, mark_words[i].name);
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		if (wanted->causes & UINT32_C(1) << i)
			put_word(out, &count, cause_words[i].name);
	if (expected->over == OVER_PERCENTILE && expected->percentile < 100) {
		bool is_named = expected->percentile == 0 || expected->percentile == 50;

		put_word(out, &count,
		    !is_named                   ? "p"
		    : expected->percentile == 0 ? "min"
						: "median");
		if (!is_named)
			text_u64(out, expected->percentile);
	}
	text_put(out, count == 0 ? "" : ")");
}

static void
put_sentence(
    struct text *out, const struct holding *h, const struct ruling *ruling, const char *subject)
{
	put_headline(out, h, ruling);
	text_put(out, subject);
	text_put(out, ": ");
	if (ruling->matched_nothing && ruling->group->scope != SCOPE_TOTAL) {
		text_put(out, "there is none; expected ");
		text_put(out, text_str((struct text *)&ruling->wanted));
		put_missing(out, h, ruling);
		return;
	}
	text_put(out, fact_rows[ruling->expected->fact].name);
	put_kind(out, ruling->expected);
	if (ruling->expected->from < WHOSE_BOTH) {
		text_put(out, " from ");
		text_put(out, whose_names[ruling->expected->from]);
	}
	text_put(out, ": expected ");
	text_put(out, text_str((struct text *)&ruling->wanted));
	text_put(out, ", but it is ");
	text_put(out, text_str((struct text *)&ruling->seen));
	if (ruling->has_difference) {
		text_put(out, ", from byte ");
		text_u64(out, ruling->difference);
		text_put(out, " on");
	}
	put_culprits(out, h, ruling);
	put_alike(out, h, ruling);
	put_missing(out, h, ruling);
}

/* A handshake is three. */
#define SHOWN_WELL 3

static void
add_frames(struct check_case *c, struct holding *h, const struct ruling *ruling)
{
	uint32_t indices[CHECK_FRAMES_MAX];
	size_t count = 0;

	if (ruling->has_difference) {
		count = frames_with_byte(h->data, &h->data->flows[ruling->culprits[0]],
		    ruling->expected->from, ruling->difference, indices, CHECK_FRAMES_MAX);
		for (size_t i = 0; i < count; i++)
			case_add_frame(c, h->data, indices[i]);
	}
	/* All have a right to be shown, and the first, who may be the worst, to be shown well. */
	for (size_t i = 0;
	     count == 0 && i < ruling->culprit_count && c->frame_count < CHECK_FRAMES_MAX; i++) {
		const struct subject subject = { h->data, ruling->group->scope,
			ruling->culprits[i] };
		size_t share = (CHECK_FRAMES_MAX - c->frame_count) / (ruling->culprit_count - i);
		size_t least = i == 0 ? SHOWN_WELL : 1;
		size_t found =
		    fact_frames(indices, share > least ? share : least, &subject, ruling->expected);

		for (size_t j = 0; j < found; j++)
			case_add_frame(c, h->data, indices[j]);
	}
	/* Whoever could be meant as well, by its first. */
	for (size_t i = 0; i < ruling->alike_count && fact_is_count(ruling->expected->fact); i++) {
		const struct subject subject = { h->data, ruling->group->scope, ruling->alike[i] };

		if (fact_frames(indices, 1, &subject, ruling->expected) == 1)
			case_add_frame(c, h->data, indices[0]);
	}
}

static void
add_good_frames(struct check_case *c, struct holding *h, const struct ruling *ruling)
{
	const struct expected *missing =
	    ruling->missing != NULL ? ruling->missing : ruling->expected;
	uint32_t indices[CHECK_FRAMES_MAX];
	struct subject subject = { .data = h->expectations->good, .scope = SCOPE_FLOW };
	struct expected shown = *missing;
	uint32_t good = good_flow(h, ruling, missing);
	size_t count;

	/* What is too much was not there. */
	if (good == 0 || ruling->group->scope != SCOPE_FLOW ||
	    (fact_is_count(ruling->expected->fact) && ruling->culprit_count > 0))
		return;
	subject.place = good - 1;
	shown.fact = ruling->expected->fact;
	count = fact_frames(indices, CHECK_FRAMES_MAX, &subject, &shown);
	for (size_t i = 0; i < count; i++)
		case_add_good_frame(c, subject.data, indices[i]);
}

static void
add_flows(struct check_case *c, const struct holding *h, const struct ruling *ruling)
{
	if (ruling->group->scope == SCOPE_LISTENER) {
		for (uint32_t i = 0; i < h->data->flow_count && ruling->culprit_count > 0; i++)
			if (c->flow_count < CHECK_FLOWS_MAX &&
			    is_served_by(h->data, i, ruling->culprits[0]))
				c->flows[c->flow_count++] = h->data->flows[i].row.flow;
		return;
	}
	for (size_t i = 0; i < ruling->culprit_count && c->flow_count < CHECK_FLOWS_MAX; i++) {
		uint32_t place = ruling->culprits[i];

		if (ruling->group->scope == SCOPE_FLOW)
			c->flows[c->flow_count++] = h->data->flows[place].row.flow;
		else if (ruling->group->scope == SCOPE_SOCKET && h->data->sockets[place].flow)
			c->flows[c->flow_count++] = h->data->sockets[place].flow;
	}
}

/* Of one flow there is no distribution, and none to be held against on a timeline. */
static const char *
figure_of(const struct fact_row *fact, size_t flow_count)
{
	bool is_of_many =
	    strcmp(fact->figure, "latency") == 0 || strcmp(fact->figure, "timeline") == 0;

	return is_of_many && flow_count == 1 ? "ladder" : fact->figure;
}

/* What is slow all over explains more than it follows from. */
#define SLOW_ALL_OVER 89

static unsigned
severity_of(const struct expected *expected)
{
	bool is_median = expected->over == OVER_PERCENTILE && expected->percentile <= 50;

	return expected->fact == FACT_HANDSHAKE && is_median ? SLOW_ALL_OVER
							     : fact_rows[expected->fact].severity;
}

void
tell(struct check_result *result, struct holding *h, struct ruling *ruling)
{
	struct check_case *c =
	    result_add(result, ruling->explained_by != 0 ? CHECK_OPEN : ruling->outcome);
	const struct fact_row *fact = &fact_rows[ruling->expected->fact];
	struct text subject = { 0 };
	struct text sentence = { 0 };

	put_subject(&subject, ruling->group);
	c->fact = fact->name;
	c->severity = severity_of(ruling->expected);
	c->capture = mem_strdup(h->data->name);
	c->line = ruling->expected->line != 0 ? ruling->expected->line : ruling->group->line;
	if (c->outcome == CHECK_FAILED && ruling->culprit_count > 0 &&
	    is_of_bytes(ruling->expected->fact))
		ruling->has_difference = find_difference(h, ruling, &ruling->difference);
	if (c->outcome == CHECK_FAILED) {
		put_sentence(&sentence, h, ruling, text_str(&subject));
		add_frames(c, h, ruling);
		add_good_frames(c, h, ruling);
	} else if (ruling->explained_by != 0) {
		const struct expected *by = h->rulings[ruling->explained_by - 1].expected;

		text_put(&sentence, "not judged: what is wrong with ");
		text_put(&sentence, fact_rows[by->fact].name);
		text_put(&sentence, " leads to it");
	}
	add_flows(c, h, ruling);
	c->figure = figure_of(fact, c->flow_count);
	c->sentence = text_take(&sentence);
	c->subject = text_take(&subject);
	c->expected = text_take(&ruling->wanted);
	c->seen = text_take(&ruling->seen);
}
