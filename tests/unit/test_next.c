/* The short ways of opening.c and next.c and the long way must come to the same, whatever is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/play.h"
#include "tcp/trail_priv.h"

/* One way of judging, and what it keeps. */
struct way {
	struct tcp *tcp;
	struct tcp_pair pair;
};

/* One connection, judged both ways. */
struct twins {
	struct way brief;
	struct way thorough;
	struct play play;
	unsigned short_cuts;
};

static void
begin(struct twins *twins, uint64_t number)
{
	memset(twins, 0, sizeof(*twins));
	twins->brief.tcp = tcp_new(NULL);
	twins->thorough.tcp = tcp_new(NULL);
	twins->play = play_of(number, 2000);
}

static void
end(struct twins *twins)
{
	tcp_pair_fini(twins->brief.tcp, &twins->brief.pair);
	tcp_pair_fini(twins->thorough.tcp, &twins->thorough.pair);
	tcp_free(twins->brief.tcp);
	tcp_free(twins->thorough.tcp);
}

/* Where its segments are kept is a list's own affair; which they are is not. */
static void
assert_same_trail(const struct trail_half *a, const struct trail_half *b)
{
	struct trail_half of_a = *a, of_b = *b;
	const struct sent *sent_a = sent_oldest(a), *sent_b = sent_oldest(b);

	of_a.newest = of_b.newest = NULL;
	assert_memory_equal(&of_a, &of_b, sizeof(of_a));
	for (unsigned i = 0; i < a->count; i++) {
		assert_int_equal(sent_a->ts_ns, sent_b->ts_ns);
		assert_int_equal(sent_a->seq, sent_b->seq);
		assert_int_equal(sent_a->end, sent_b->end);
		assert_int_equal(sent_a->index, sent_b->index);
		assert_int_equal(sent_a->resent, sent_b->resent);
		sent_a = sent_a->next;
		sent_b = sent_b->next;
	}
}

static void
assert_same_pair(const struct tcp_pair *a, const struct tcp_pair *b)
{
	assert_memory_equal(&a->mark, &b->mark, sizeof(a->mark));
	assert_memory_equal(&a->conn, &b->conn, sizeof(a->conn));
	assert_memory_equal(a->fin_end, b->fin_end, sizeof(a->fin_end));
	assert_int_equal(a->over, b->over);
	for (int side = 0; side < 2; side++)
		assert_same_trail(&a->trail.half[side], &b->trail.half[side]);
}

static void
judge(struct twins *twins, const struct packet *pkt, enum side side)
{
	struct place place = { .side = side };
	struct verdict brief = { 0 }, thorough;

	if (tcp_next(twins->brief.tcp, &twins->brief.pair, pkt, side))
		twins->short_cuts++;
	else
		brief = tcp_segment(twins->brief.tcp, &twins->brief.pair, pkt, &place);
	thorough = tcp_segment(twins->thorough.tcp, &twins->thorough.pair, pkt, &place);
	assert_int_equal(brief.marks, thorough.marks);
	assert_int_equal(brief.reason.cause, thorough.reason.cause);
	assert_same_pair(&twins->brief.pair, &twins->thorough.pair);
}

static void
judge_opening(struct twins *twins, const struct packet *syn, const struct packet *answer)
{
	struct place from_a = { .side = SIDE_A }, from_b = { .side = SIDE_B };
	struct verdict of_syn, of_answer;

	if (!play_may_open(syn, answer) ||
	    !tcp_open(twins->brief.tcp, &twins->brief.pair, syn, answer)) {
		judge(twins, syn, SIDE_A);
		judge(twins, answer, SIDE_B);
		return;
	}
	twins->short_cuts++;
	of_syn = tcp_segment(twins->thorough.tcp, &twins->thorough.pair, syn, &from_a);
	of_answer = tcp_segment(twins->thorough.tcp, &twins->thorough.pair, answer, &from_b);
	assert_int_equal(of_syn.marks | of_answer.marks, 0);
	assert_int_equal(of_syn.reason.cause, CAUSE_NONE);
	assert_int_equal(of_answer.reason.cause, CAUSE_NONE);
	assert_same_pair(&twins->brief.pair, &twins->thorough.pair);
}

/* Nothing is at hand for the first segments of all: the next ones find room. */
static void
stock(struct twins *twins)
{
	for (int side = 0; side < 2; side++) {
		struct packet pkt = play_segment(&twins->play, (enum side)side, TCP_ACK, 100);
		struct way *ways[] = { &twins->brief, &twins->thorough };

		for (int i = 0; i < 2; i++) {
			struct place place = { .side = (enum side)side };

			tcp_segment(ways[i]->tcp, &ways[i]->pair, &pkt, &place);
			tcp_pair_fini(ways[i]->tcp, &ways[i]->pair);
			memset(&ways[i]->pair, 0, sizeof(ways[i]->pair));
		}
	}
}

static void
test_a_usual_connection_takes_the_short_way(void **state)
{
	struct twins twins;
	struct packet segments[USUAL_COUNT];

	(void)state;
	begin(&twins, 0);
	stock(&twins);
	for (size_t i = 0; i < USUAL_COUNT; i++)
		segments[i] =
		    play_segment(&twins.play, usual[i].side, usual[i].flags, usual[i].bytes);
	judge_opening(&twins, &segments[0], &segments[1]);
	assert_int_equal(twins.short_cuts, 1);
	for (size_t i = 2; i < USUAL_COUNT; i++)
		judge(&twins, &segments[i], usual[i].side);
	assert_int_equal(twins.short_cuts, 10);
	end(&twins);
}

/* The options of SYNs: some scale their windows, some permit SACK, some are near the end of numbers. */
static void
dress(struct twins *twins, struct packet *syn)
{
	syn->tcp.options |= (uint8_t)(below(&twins->play, 4) * OPT_WSCALE);
	syn->tcp.wscale = (uint8_t)below(&twins->play, 20);
	syn->checksum = (uint8_t)below(&twins->play, 3);
	syn->ts_ns -= below(&twins->play, 3) == 0 ? syn->ts_ns : 0;
}

static void
open_at_random(struct twins *twins, uint32_t one_in)
{
	struct packet syn, answer;
	enum side side;

	if (below(&twins->play, 4) == 0)
		twins->play.next_seq[below(&twins->play, 2)] = UINT32_MAX;
	syn = play_any(&twins->play, 0, one_in, &side);
	answer = play_any(&twins->play, 1, one_in, &side);
	dress(twins, &syn);
	dress(twins, &answer);
	judge_opening(twins, &syn, &answer);
}

static void
play_at_random(struct twins *twins, unsigned length, uint32_t one_in)
{
	open_at_random(twins, one_in);
	for (unsigned i = 2; i < length; i++) {
		enum side side;
		struct packet pkt = play_any(&twins->play, i, one_in, &side);

		judge(twins, &pkt, side);
	}
}

static void
test_whatever_is_sent_both_ways_come_to_the_same(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct twins twins;

		begin(&twins, i);
		if (i % 8 != 0)
			stock(&twins);
		play_at_random(&twins, 5 + i % 40, 2 + i % 25);
		end(&twins);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_usual_connection_takes_the_short_way),
		cmocka_unit_test(test_whatever_is_sent_both_ways_come_to_the_same),
	};

	return cmocka_run_group_tests_name("next", tests, NULL, NULL);
}
