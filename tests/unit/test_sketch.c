/* What sketch.c puts off and the long way must come to the same, whatever is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "socket/socket_priv.h"
#include "support/play.h"

#define FLOWS_MAX 6

/* One connection, whose ends are followed both ways. */
struct flow_of {
	struct play play;
	struct tcp_pair pair;
	struct sock brief;
	struct sock thorough;
};

static struct twins {
	struct tcp *tcp;
	struct sockets *brief;
	struct sockets *thorough;
	struct play play; /* of what is common to all: time, and chance */
	struct flow_of flows[FLOWS_MAX];
	unsigned flow_count;
	unsigned short_cuts;
} twins;

/* --- both ways --- */

static void
begin(uint64_t number, const struct sockets_options *options)
{
	memset(&twins, 0, sizeof(twins));
	twins.tcp = tcp_new(NULL);
	twins.brief = sockets_new(options, NULL);
	twins.thorough = sockets_new(options, NULL);
	twins.play = play_of(number, 2000);
}

static struct flow_of *
new_flow(void)
{
	struct flow_of *flow = &twins.flows[twins.flow_count++];

	flow->play = play_of(below(&twins.play, UINT32_MAX), 2000);
	return flow;
}

/* Where they lie in the pool is the pool's own affair. */
static struct step
unlinked(const struct step *step)
{
	struct step copy = *step;

	copy.next = 0;
	return copy;
}

static void
assert_same_story(const struct story *a, const struct story *b)
{
	const struct step *step_a = step_first(twins.brief, a), *step_b = step_first(twins.thorough, b);
	struct story of_a, of_b;

	memcpy(&of_a, a, sizeof(of_a));
	memcpy(&of_b, b, sizeof(of_b));
	of_a.first_step = of_b.first_step = of_a.last_step = of_b.last_step = 0;
	assert_memory_equal(&of_a, &of_b, sizeof(of_a));
	for (; step_a != NULL && step_b != NULL;
	     step_a = step_next(twins.brief, step_a), step_b = step_next(twins.thorough, step_b)) {
		struct step one = unlinked(step_a), other = unlinked(step_b);

		assert_memory_equal(&one, &other, sizeof(one));
	}
	assert_ptr_equal(step_a, NULL);
	assert_ptr_equal(step_b, NULL);
}

static void
assert_same_sock(const struct sock *a, const struct sock *b)
{
	assert_int_equal(a->flags & ~SOCK_SKETCHED, b->flags);
	assert_int_equal(a->story, b->story);
	assert_int_equal(a->moment, b->moment);
	assert_int_equal(a->sample, b->sample);
	assert_memory_equal(a->state, b->state, sizeof(a->state));
	if (a->story != 0 && !(a->flags & (SOCK_SKETCHED | SOCK_BRIEF)))
		assert_same_story(story_at(twins.brief, a->story - 1), story_at(twins.thorough, b->story - 1));
}

static void
assert_same_nearness(const struct nearness *a, const struct nearness *b)
{
	assert_int_equal(a->server_ns, b->server_ns);
	assert_int_equal(a->client_ns, b->client_ns);
	assert_int_equal(a->server_routed, b->server_routed);
	assert_int_equal(a->client_routed, b->client_routed);
	assert_int_equal(a->answers, b->answers);
	assert_int_equal(a->answers_ns, b->answers_ns);
	assert_int_equal(a->words, b->words);
	assert_int_equal(a->word_ns, b->word_ns);
}

static void
assert_same_briefs(void)
{
	briefs_hand_on(twins.brief);
	briefs_hand_on(twins.thorough);
	assert_int_equal(twins.brief->briefs.item_count, twins.thorough->briefs.item_count);
	for (uint32_t i = 0; i < twins.brief->briefs.item_count; i++)
		assert_memory_equal(brief_at(twins.brief, i), brief_at(twins.thorough, i), offsetof(struct brief, cookie) + 1);
	assert_int_equal(twins.brief->listener_count, twins.thorough->listener_count);
	for (size_t i = 0; i < twins.brief->listener_count; i++)
		assert_same_nearness(&twins.brief->listeners[i].near, &twins.thorough->listeners[i].near);
}

static void
take_in(struct flow_of *flow, const struct packet *pkt, enum side side)
{
	const struct place place = { .side = side, .number = (uint32_t)(flow - twins.flows) + 1 };
	bool is_next;

	sockets_before(twins.brief, &flow->brief, &flow->pair, pkt->ts_ns);
	sockets_before(twins.thorough, &flow->thorough, &flow->pair, pkt->ts_ns);
	is_next = tcp_next(twins.tcp, &flow->pair, pkt, side);
	if (!is_next)
		tcp_segment(twins.tcp, &flow->pair, pkt, &place);
	if (is_next && sockets_next(twins.brief, &flow->brief, &flow->pair, pkt, side))
		twins.short_cuts++;
	else
		sockets_segment(twins.brief, &flow->brief, &flow->pair, pkt, &place);
	sockets_segment(twins.thorough, &flow->thorough, &flow->pair, pkt, &place);
	assert_same_sock(&flow->brief, &flow->thorough);
}

static void
take_in_opening(struct flow_of *flow, const struct packet *syn, const struct packet *answer)
{
	const struct place place = { .side = SIDE_B, .number = (uint32_t)(flow - twins.flows) + 1 };
	const struct place before = { .side = SIDE_A, .number = place.number };
	struct tcp_pair pair = { 0 };

	if (!play_may_open(syn, answer) || !sockets_may_open(twins.brief, syn, answer) ||
	    !tcp_open(twins.tcp, &flow->pair, syn, answer)) {
		take_in(flow, syn, SIDE_A);
		take_in(flow, answer, SIDE_B);
		return;
	}
	twins.short_cuts++;
	sockets_open(twins.brief, &flow->brief, syn, answer, &place);
	tcp_segment(twins.tcp, &pair, syn, &before);
	sockets_segment(twins.thorough, &flow->thorough, &pair, syn, &before);
	sockets_before(twins.thorough, &flow->thorough, &pair, answer->ts_ns);
	tcp_segment(twins.tcp, &pair, answer, &place);
	sockets_segment(twins.thorough, &flow->thorough, &pair, answer, &place);
	tcp_pair_fini(twins.tcp, &pair);
	assert_same_sock(&flow->brief, &flow->thorough);
}

static void
assert_same_evidence(const struct evidence *a, const struct evidence *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->index, b->index, a->count * sizeof(a->index[0]));
}

static void
assert_same_rows(void)
{
	struct socket_row a, b;

	while (sockets_next_row(twins.brief, &a)) {
		assert_true(sockets_next_row(twins.thorough, &b));
		assert_int_equal(a.at_ns, b.at_ns);
		assert_int_equal(a.flow, b.flow);
		assert_int_equal(a.state, b.state);
		assert_int_equal(a.certain, b.certain);
		assert_memory_equal(&a.recv_q, &b.recv_q, sizeof(a.recv_q));
		assert_memory_equal(&a.send_q, &b.send_q, sizeof(a.send_q));
		assert_int_equal(a.recv_q_best, b.recv_q_best);
		assert_int_equal(a.send_q_best, b.send_q_best);
		assert_same_evidence(&a.because, &b.because);
	}
	assert_false(sockets_next_row(twins.thorough, &b));
}

static void
assert_same_listeners(void)
{
	struct listener_row a, b;

	while (sockets_next_listener(twins.brief, &a)) {
		assert_true(sockets_next_listener(twins.thorough, &b));
		assert_int_equal(a.first_index, b.first_index);
		assert_int_equal(a.kind, b.kind);
		assert_int_equal(a.vantage, b.vantage);
		assert_int_equal(a.attempts, b.attempts);
		assert_int_equal(a.completed, b.completed);
		assert_int_equal(a.cookies, b.cookies);
		assert_int_equal(a.rivals, b.rivals);
		assert_memory_equal(&a.accepted, &b.accepted, sizeof(a.accepted));
		assert_memory_equal(&a.established, &b.established, sizeof(a.established));
		assert_memory_equal(&a.syn_recv, &b.syn_recv, sizeof(a.syn_recv));
		assert_same_evidence(&a.because, &b.because);
	}
	assert_false(sockets_next_listener(twins.thorough, &b));
}

static void
end(void)
{
	for (unsigned i = 0; i < twins.flow_count; i++) {
		struct flow_of *flow = &twins.flows[i];

		sockets_flow_done(twins.brief, &flow->brief, &flow->pair);
		sockets_flow_done(twins.thorough, &flow->thorough, &flow->pair);
		assert_same_sock(&flow->brief, &flow->thorough);
		tcp_pair_fini(twins.tcp, &flow->pair);
	}
	assert_same_briefs();
	sockets_solve(twins.brief, 0, twins.play.now_ns);
	sockets_solve(twins.thorough, 0, twins.play.now_ns);
	if (twins.brief->options.want_rows)
		assert_same_rows();
	assert_same_listeners();
	sockets_free(twins.brief);
	sockets_free(twins.thorough);
	tcp_free(twins.tcp);
}

/* --- what is sent --- */

static void
put_options(struct packet *pkt)
{
	if (below(&twins.play, 4) == 0)
		return;
	pkt->tcp.options |= OPT_TIMESTAMPS;
	pkt->tcp.ts_value = (uint32_t)(pkt->ts_ns / 1000000) + below(&twins.play, 8) / 7 * 20;
	pkt->ttl = (uint8_t)(64 - below(&twins.play, 20) / 19);
}

static struct packet
next_of(struct flow_of *flow, enum side side, uint16_t flags, uint32_t bytes, uint32_t one_in)
{
	/* To what is between two packets anyway: some come at once. */
	static const int64_t pauses[] = { -1400000, 0, 25000000 };
	struct packet pkt;

	flow->play.now_ns = twins.play.now_ns + pauses[below(&twins.play, 3)];
	flow->play.index = twins.play.index;
	pkt = play_segment(&flow->play, side, flags, bytes);
	if (below(&flow->play, one_in) == 0)
		play_upset(&flow->play, &pkt);
	twins.play.now_ns = flow->play.now_ns;
	twins.play.index = flow->play.index;
	pkt.tuple.sport += side == SIDE_A ? (uint16_t)(flow - twins.flows) : 0;
	pkt.tuple.dport += side == SIDE_B ? (uint16_t)(flow - twins.flows) : 0;
	put_options(&pkt);
	return pkt;
}

static void
open_flow(struct flow_of *flow, uint32_t one_in)
{
	struct packet syn = next_of(flow, SIDE_A, TCP_SYN, 0, one_in);
	struct packet answer = next_of(flow, SIDE_B, TCP_SYN | TCP_ACK, 0, one_in);

	take_in_opening(flow, &syn, &answer);
}

static void
say(struct flow_of *flow, enum side side, uint16_t flags, uint32_t bytes)
{
	struct packet pkt = next_of(flow, side, flags, bytes, UINT32_MAX);

	take_in(flow, &pkt, side);
}

/* Of all connections now this and now that, one segment in so many upset. */
static void
play_at_random(unsigned length, uint32_t one_in)
{
	for (unsigned i = 0; i < length; i++) {
		bool opens = twins.flow_count == 0 ||
		    (twins.flow_count < FLOWS_MAX && below(&twins.play, 12) == 0);
		struct flow_of *flow = opens ? new_flow() : &twins.flows[below(&twins.play, twins.flow_count)];
		enum side side = below(&twins.play, 5) < 2 ? SIDE_B : SIDE_A;
		uint16_t flags = (uint16_t)(TCP_ACK | (below(&twins.play, 15) == 0 ? TCP_FIN : 0));
		struct packet pkt;

		if (opens) {
			open_flow(flow, one_in);
			continue;
		}
		pkt = next_of(flow, side, flags, below(&twins.play, 2) * below(&twins.play, 1000), one_in);
		take_in(flow, &pkt, side);
	}
}

/* So that what tcp keeps of segments is at hand. */
static void
stock(void)
{
	struct flow_of *flow = new_flow();

	say(flow, SIDE_A, TCP_ACK, 100);
	say(flow, SIDE_B, TCP_ACK, 100);
}

/* --- tests --- */

static void
test_a_usual_beginning_is_sketched_and_told_in_brief(void **state)
{
	struct flow_of *flow;

	(void)state;
	begin(0, &(struct sockets_options){ .backlog = -1 });
	stock();
	flow = new_flow();
	open_flow(flow, UINT32_MAX);
	say(flow, SIDE_A, TCP_ACK, 0);
	say(flow, SIDE_A, TCP_ACK, 100);
	say(flow, SIDE_B, TCP_ACK, 0);
	assert_true(flow->brief.flags & SOCK_SKETCHED);
	say(flow, SIDE_B, TCP_ACK, 1000);
	assert_true(flow->brief.flags & SOCK_BRIEF);
	assert_int_equal(twins.short_cuts, 5);
	say(flow, SIDE_A, TCP_FIN | TCP_ACK, 0);
	say(flow, SIDE_B, TCP_FIN | TCP_ACK, 0);
	say(flow, SIDE_A, TCP_ACK, 0);
	assert_int_equal(twins.short_cuts, 8);
	end();
}

/* Nobody asks for rows, or for some of each connection, or of those alone that came early. */
static void
test_whatever_is_sent_both_ways_come_to_the_same(void **state)
{
	const struct moment moments[] = { { 4500000, true }, { 40000000, true }, { INT64_C(9000000000), true } };

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		const struct sockets_options options = {
			.want_rows = i % 4 != 0,
			.moments = moments,
			.moment_count = i % 4 != 0 ? i % 4 : 0,
			.backlog = -1,
		};

		begin(i, &options);
		if (i % 8 != 0)
			stock();
		play_at_random(10 + i % 90, 2 + i % 60);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_usual_beginning_is_sketched_and_told_in_brief),
		cmocka_unit_test(test_whatever_is_sent_both_ways_come_to_the_same),
	};

	return cmocka_run_group_tests_name("sketch", tests, NULL, NULL);
}
