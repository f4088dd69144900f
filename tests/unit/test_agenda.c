#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/agenda.h"
#include "base/mem.h"

static void
test_whatever_the_order_the_earliest_and_least_comes_first(void **state)
{
	struct agenda agenda = { 0 };
	struct due before = { INT64_MIN, 0 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) /* 5000 numbers, each once, in no order */
		assert_true(agenda_put(
		    &agenda, &(struct due){ .at_ns = (int64_t)(i * 1999 % 5000 / 3) - 800,
				 .what = i * 1999 % 5000 }));
	for (uint64_t i = 0; i < 5000; i++) {
		struct due due = agenda_take(&agenda);

		assert_int_equal(due.what, i);
		assert_true(due.at_ns >= before.at_ns);
		before = due;
	}
	assert_int_equal(agenda.count, 0);
	agenda_fini(&agenda);
}

static void
test_what_comes_between_is_taken_in_its_turn(void **state)
{
	struct agenda agenda = { 0 };

	(void)state;
	agenda_put(&agenda, &(struct due){ 30, 1 });
	agenda_put(&agenda, &(struct due){ 10, 2 });
	assert_int_equal(agenda_take(&agenda).what, 2);
	agenda_put(&agenda, &(struct due){ 20, 3 });
	agenda_put(&agenda, &(struct due){ 30, 0 });
	assert_false(agenda_is_due(&agenda, &(struct due){ 20, 3 }));
	assert_true(agenda_is_due(&agenda, &(struct due){ 20, 4 }));
	assert_int_equal(agenda_take(&agenda).what, 3);
	assert_int_equal(agenda_take(&agenda).what, 0);
	assert_int_equal(agenda_take(&agenda).what, 1);
	assert_false(agenda_is_due(&agenda, &(struct due){ INT64_MAX, UINT64_MAX }));
	agenda_fini(&agenda);
}

static void
test_in_order_they_stand_as_they_would_be_taken(void **state)
{
	struct agenda agenda = { 0 };

	(void)state;
	agenda_sort(&agenda);
	for (uint64_t i = 0; i < 100; i++)
		agenda_put(&agenda, &(struct due){ (int64_t)(i * 37 % 100 / 10), i * 37 % 100 });
	agenda_sort(&agenda);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(agenda.dues[i].what, i);
	assert_int_equal(agenda_take(&agenda).what, 0);
	assert_int_equal(agenda_take(&agenda).what, 1);
	agenda_fini(&agenda);
}

static void
test_no_more_is_kept_than_the_budget_has_room_for(void **state)
{
	struct budget budget = { .limit_bytes = 10 * sizeof(struct due) };
	struct agenda agenda = { .budget = &budget };

	(void)state;
	for (uint64_t i = 0; i < 10; i++)
		assert_true(agenda_put(&agenda, &(struct due){ 0, i }));
	assert_false(agenda_put(&agenda, &(struct due){ 0, 10 }));
	assert_int_equal(agenda_take(&agenda).what, 0);
	assert_true(agenda_put(&agenda, &(struct due){ 0, 10 }));
	agenda_fini(&agenda);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_the_order_the_earliest_and_least_comes_first),
		cmocka_unit_test(test_what_comes_between_is_taken_in_its_turn),
		cmocka_unit_test(test_in_order_they_stand_as_they_would_be_taken),
		cmocka_unit_test(test_no_more_is_kept_than_the_budget_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
