#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/hindsight.h"

#define ROWS_MAX 300000u

static uint32_t told;
static uint8_t told_cause[ROWS_MAX + 1];
static uint32_t out_of_order;

static void
tell(void *ctx, const struct packet_row *row)
{
	(void)ctx;
	if (row->index != told + 1)
		out_of_order++;
	told = row->index;
	told_cause[row->index] = row->verdict.reason.cause;
}

static struct hindsight *
begin_with(uint32_t rows)
{
	struct hindsight *h = hindsight_new(tell, NULL);

	told = out_of_order = 0;
	for (uint32_t i = 1; i <= rows; i++)
		hindsight_add(h, &(struct packet_row){ .index = i });
	return h;
}

static void
revise(struct hindsight *h, uint32_t index)
{
	hindsight_revise(h, &(struct revision){ .index = index, .reason = { .cause = CAUSE_SPURIOUS } });
}

static void
test_a_later_word_reaches_a_waiting_row(void **state)
{
	struct hindsight *h = begin_with(10);

	(void)state;
	revise(h, 4);
	assert_int_equal(told, 0);
	assert_int_equal(hindsight_flush(h), 0);
	assert_int_equal(told, 10);
	assert_int_equal(told_cause[4], CAUSE_SPURIOUS);
	assert_int_equal(told_cause[5], CAUSE_NONE);
	hindsight_free(h);
}

static void
test_rows_stay_in_order_when_the_oldest_have_to_go(void **state)
{
	struct hindsight *h = begin_with(ROWS_MAX);

	(void)state;
	assert_true(told > 0);
	assert_true(told < ROWS_MAX);
	revise(h, told + 1);
	revise(h, ROWS_MAX);
	hindsight_flush(h);
	assert_int_equal(told, ROWS_MAX);
	assert_int_equal(out_of_order, 0);
	assert_int_equal(told_cause[ROWS_MAX], CAUSE_SPURIOUS);
	hindsight_free(h);
}

static void
test_a_word_that_comes_too_late_is_counted(void **state)
{
	struct hindsight *h = begin_with(ROWS_MAX);

	(void)state;
	revise(h, 1);
	revise(h, ROWS_MAX + 7);
	assert_int_equal(hindsight_flush(h), 2);
	hindsight_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_later_word_reaches_a_waiting_row),
		cmocka_unit_test(test_rows_stay_in_order_when_the_oldest_have_to_go),
		cmocka_unit_test(test_a_word_that_comes_too_late_is_counted),
	};

	return cmocka_run_group_tests_name("hindsight", tests, NULL, NULL);
}
