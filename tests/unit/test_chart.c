#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "figure/chart.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static struct scene *scene;

static int
setup(void **state)
{
	(void)state;
	scene = scene_new("en");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scene_free(scene);
	return 0;
}

static void
assert_near(double one, double other)
{
	assert_true(fabs(one - other) < 0.001);
}

/* --- values --- */

static void
test_a_scale_maps_its_ends_to_its_places(void **state)
{
	const struct scale scale = { 10, 20, 300, 100, false };
	const struct scale logs = { 1, 100, 0, 50, true };

	(void)state;
	assert_near(scale_at(&scale, 10), 300);
	assert_near(scale_at(&scale, 20), 100);
	assert_near(scale_at(&scale, 15), 200);
	assert_near(scale_at(&logs, 10), 25);
	assert_near(scale_at(&logs, 0), 0);
}

static void
test_a_scale_without_extent_has_a_middle(void **state)
{
	const struct scale scale = { 7, 7, 100, 200, false };

	(void)state;
	assert_near(scale_at(&scale, 7), 150);
	assert_near(scale_at(&scale, NAN), 150);
}

static void
test_steps_are_round_and_not_too_many(void **state)
{
	(void)state;
	assert_near(scale_step(10, 5, 0), 2);
	assert_near(scale_step(4, 10, 1), 1);
	assert_near(scale_step(1, 4, 0), 0.5);
	assert_near(scale_step(0, 5, 1), 1);
	assert_near(scale_step(NAN, 5, 1), 1);
	assert_near(scale_step(90000, 6, 1), 20000);
}

static void
test_numbers_have_the_digits_of_their_step(void **state)
{
	(void)state;
	assert_string_equal(chart_number(scene, 0.25, 0.05), "0.25");
	assert_string_equal(chart_number(scene, 3, 1), "3");
	assert_string_equal(chart_number(scene, -2.5, 0.5), "−2.5");
	assert_string_equal(chart_number(scene, 20000, 10000), "20 000");
	assert_string_equal(chart_bytes(scene, 1500, 500), "1.5 kB");
	assert_string_equal(chart_bytes(scene, 0, 500), "0");
}

/* --- time --- */

static void
test_steps_of_time_are_as_clocks_have_them(void **state)
{
	(void)state;
	assert_int_equal(time_step(10 * S, 5), 2 * S);
	assert_int_equal(time_step(100 * MS, 10), 10 * MS);
	assert_int_equal(time_step(600 * S, 10), 60 * S);
	assert_int_equal(time_step(24 * 3600 * S, 6), 6 * 3600 * S);
	assert_int_equal(time_step(0, 5), 1);
	assert_int_equal(time_step(INT64_MAX, 1) > 0, 1);
}

static void
test_ticks_have_the_unit_that_suits_them(void **state)
{
	(void)state;
	assert_string_equal(time_tick(scene, 0, S), "0");
	assert_string_equal(time_tick(scene, 2500000, 500000), "2.5 ms");
	assert_string_equal(time_tick(scene, 120 * S, 60 * S), "2 min");
	assert_string_equal(time_tick(scene, 90 * S, 30 * S), "90 s");
	assert_string_equal(time_tick(scene, 7200 * S, 3600 * S), "2 h");
	assert_string_equal(time_tick(scene, -5 * MS, MS), "−5 ms");
}

static void
test_one_time_is_in_the_middle(void **state)
{
	int64_t times[] = { 5 * S, 5 * S };
	struct time_axis axis;

	(void)state;
	time_axis_init(&axis, scene, times, 2, 5 * S, 100, 200, TIME_COMPRESSED);
	assert_near(time_axis_at(&axis, 5 * S), 150);
	time_axis_init(&axis, scene, times, 0, 5 * S, 100, 200, TIME_COMPRESSED);
	assert_near(time_axis_at(&axis, 5 * S), 150);
	time_axis_labels(&axis, 10, "");
}

static void
test_a_long_silence_breaks_the_axis(void **state)
{
	int64_t times[24];
	struct time_axis axis;

	(void)state;
	for (int i = 0; i < 12; i++) {
		times[i] = i * MS;
		times[12 + i] = 3600 * S + i * MS;
	}
	time_axis_init(&axis, scene, times, 24, 0, 0, 800, TIME_COMPRESSED);
	assert_int_equal(axis.count, 2);
	assert_int_equal(axis.pieces[0].hi_ns, 11 * MS);
	assert_int_equal(axis.pieces[1].lo_ns, 3600 * S);
	for (int i = 1; i < 24; i++)
		assert_true(time_axis_at(&axis, times[i]) > time_axis_at(&axis, times[i - 1]) + 3);
	time_axis_init(&axis, scene, times, 24, 0, 0, 800, TIME_SCALED);
	assert_int_equal(axis.count, 1);
}

static void
test_times_in_any_order_make_an_axis(void **state)
{
	int64_t times[] = { 3 * S, 1 * S, 2 * S, 1 * S };
	struct time_axis axis;

	(void)state;
	time_axis_init(&axis, scene, times, 4, 1 * S, 0, 100, TIME_EVEN);
	assert_int_equal(axis.time_count, 3);
	assert_near(time_axis_at(&axis, 2 * S), 50);
	assert_near(time_axis_at(&axis, 0), 0);
	assert_near(time_axis_at(&axis, 9 * S), 100);
}

/* No two of the texts that the scene holds share room. */
static void
assert_texts_apart(void)
{
	for (size_t i = 0; i < scene->count; i++)
		for (size_t j = 0; j < i; j++)
			if (scene->items[i].kind == SCENE_TEXT &&
			    scene->items[j].kind == SCENE_TEXT)
				assert_false(
				    scene_boxes_meet(scene->items[i].box, scene->items[j].box));
}

static void
test_labels_of_an_axis_never_meet(void **state)
{
	int64_t times[30];
	struct time_axis axis;

	(void)state;
	for (int i = 0; i < 30; i++)
		times[i] = (int64_t)pow(3, i % 25) * 7 + 13 * S;
	for (int how = 0; how < TIME_COUNT; how++) {
		int64_t copy[30];

		memcpy(copy, times, sizeof(copy));
		scene->count = 0;
		time_axis_init(&axis, scene, copy, 30, 0, 50, 500, (enum figure_time)how);
		time_axis_labels(&axis, 100, "time");
		assert_texts_apart();
	}
}

/* --- labels --- */

static void
test_a_slot_is_given_once(void **state)
{
	struct slots slots;

	(void)state;
	slots_init(&slots, scene);
	assert_true(slots_take(&slots, (struct scene_box){ 0, 0, 10, 10 }));
	assert_false(slots_take(&slots, (struct scene_box){ 9, 9, 10, 10 }));
	assert_true(slots_take(&slots, (struct scene_box){ 10, 0, 10, 10 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_scale_maps_its_ends_to_its_places),
		cmocka_unit_test(test_a_scale_without_extent_has_a_middle),
		cmocka_unit_test(test_steps_are_round_and_not_too_many),
		cmocka_unit_test(test_numbers_have_the_digits_of_their_step),
		cmocka_unit_test(test_steps_of_time_are_as_clocks_have_them),
		cmocka_unit_test(test_ticks_have_the_unit_that_suits_them),
		cmocka_unit_test(test_one_time_is_in_the_middle),
		cmocka_unit_test(test_a_long_silence_breaks_the_axis),
		cmocka_unit_test(test_times_in_any_order_make_an_axis),
		cmocka_unit_test(test_labels_of_an_axis_never_meet),
		cmocka_unit_test(test_a_slot_is_given_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
