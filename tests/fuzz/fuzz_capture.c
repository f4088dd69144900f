/*
 * A capture in memory, of whatever format and compression its bytes say.
 * Every byte handed out is looked at, and the frames must count upwards.
 */
#include <assert.h>
#include <string.h>

#include "capture/capture_priv.h"
#include "fuzz/fuzz.h"

/* A few packed bytes may hold more frames than anybody would wait for. */
#define FRAMES_MAX 20000

static uint32_t
sum_of(const struct frame *frame)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < frame->captured_bytes; i++)
		sum = sum * 31 + frame->data[i];
	return sum;
}

static void
read_all(struct capture *capture)
{
	uint32_t number = 0;
	volatile uint32_t sum = 0;
	struct frame frame;
	struct diag diag;
	enum status st;

	while (number < FRAMES_MAX && (st = capture_next(capture, &frame, &diag)) != ST_END) {
		if (st != ST_OK) {
			assert(memcmp(diag.text, "x: ", 3) == 0);
			continue;
		}
		assert(frame.part == 0 && frame.number > number);
		number = frame.number;
		sum = sum + sum_of(&frame);
	}
	assert(capture_part_frames(capture, 0) >= number);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capture *capture;
	struct diag diag;

	if (capture_open_memory(&capture, "x", data, size, NULL, &diag) != ST_OK) {
		assert(memcmp(diag.text, "x: ", 3) == 0);
		return 0;
	}
	read_all(capture);
	capture_close(capture);
	return 0;
}
