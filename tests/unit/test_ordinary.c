/* The short way of ordinary.c and the long way must come to the same, whatever is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/play.h"
#include "tcp/conn_priv.h"
#include "tcp/tcp_priv.h"

/* One connection, judged both ways. */
struct twins {
	struct conn brief;
	struct conn thorough;
	struct play play;
};

static void
begin(struct twins *twins, uint64_t number)
{
	memset(twins, 0, sizeof(*twins));
	twins->play = play_of(number, 64000);
}

static void
judge(struct twins *twins, const struct packet *pkt, enum side side, uint32_t marks)
{
	conn_segment(&twins->brief, pkt, side, marks);
	conn_any_segment(&twins->thorough, pkt, side, marks);
	assert_memory_equal(&twins->brief, &twins->thorough, sizeof(struct conn));
}

static void
test_an_ordinary_connection_is_judged_alike_both_ways(void **state)
{
	struct twins twins;

	(void)state;
	begin(&twins, 0);
	for (size_t i = 0; i < USUAL_COUNT; i++) {
		struct packet pkt =
		    play_segment(&twins.play, usual[i].side, usual[i].flags, usual[i].bytes);

		judge(&twins, &pkt, usual[i].side, 0);
	}
	assert_string_equal(twins.brief.history, "ShADadFf");
}

static void
play_at_random(struct twins *twins, unsigned length, uint32_t one_in)
{
	for (unsigned i = 0; i < length; i++) {
		enum side side;
		struct packet pkt = play_any(&twins->play, i, one_in, &side);
		bool is_marked = below(&twins->play, 8 * one_in) == 0;
		uint32_t marks = is_marked ? MARK_BIT(below(&twins->play, MARK_COUNT)) : 0;

		judge(twins, &pkt, side, marks);
	}
}

static void
test_whatever_goes_wrong_is_judged_alike_both_ways(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct twins twins;

		begin(&twins, i);
		play_at_random(&twins, 5 + i % 30, 2 + i % 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_ordinary_connection_is_judged_alike_both_ways),
		cmocka_unit_test(test_whatever_goes_wrong_is_judged_alike_both_ways),
	};

	return cmocka_run_group_tests_name("ordinary", tests, NULL, NULL);
}
