#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sort.h"

static void
test_numbers_of_any_size_and_sign_are_put_in_order(void **state)
{
	int64_t numbers[] = { 256, 1, INT64_MAX, -1, 0, INT64_MIN, 65536, -256, 1, 255 };
	const int64_t sorted[] = { INT64_MIN, -256, -1, 0, 1, 1, 255, 256, 65536, INT64_MAX };

	(void)state;
	sort_numbers(numbers, sizeof(numbers) / sizeof(numbers[0]));
	assert_memory_equal(numbers, sorted, sizeof(sorted));
}

#define MANY 5000

static void
test_many_are_put_in_order_however_far_their_places_are(void **state)
{
	int64_t numbers[MANY];

	(void)state;
	for (int64_t i = 0; i < MANY; i++) /* each from -2500 on, once, in no order */
		numbers[i] = i * 1999 % MANY - MANY / 2;
	sort_numbers(numbers, MANY);
	for (int64_t i = 0; i < MANY; i++)
		assert_int_equal(numbers[i], i - MANY / 2);
	numbers[MANY - 1] = INT64_MIN; /* in order but for one */
	sort_numbers(numbers, MANY);
	assert_int_equal(numbers[0], INT64_MIN);
	for (int64_t i = 1; i < MANY; i++)
		assert_int_equal(numbers[i], i - 1 - MANY / 2);
}

static void
test_distinct_ones_are_left_once_each(void **state)
{
	int64_t numbers[] = { 3, -1, 3, 3, INT64_MIN, -1 };
	const int64_t sorted[] = { INT64_MIN, -1, 3 };

	(void)state;
	assert_int_equal(sort_distinct(numbers, sizeof(numbers) / sizeof(numbers[0])), 3);
	assert_memory_equal(numbers, sorted, sizeof(sorted));
	assert_int_equal(sort_distinct(numbers, 0), 0);
}

static void
test_few_or_none_are_left_alone(void **state)
{
	int64_t number = 7;

	(void)state;
	sort_numbers(NULL, 0);
	sort_numbers(&number, 1);
	assert_int_equal(number, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_any_size_and_sign_are_put_in_order),
		cmocka_unit_test(test_many_are_put_in_order_however_far_their_places_are),
		cmocka_unit_test(test_distinct_ones_are_left_once_each),
		cmocka_unit_test(test_few_or_none_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
