/*
 * A run along the track of another gives the same packets, whichever flows are
 * asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/analysis.h"
#include "base/bytes.h"
#include "base/mem.h"

struct rows {
	struct packet_row *at;
	size_t count;
	uint32_t flow;   /* that was asked for */
	size_t strange;  /* sockets of other flows */
};

static void
take_packet(void *ctx, const struct packet_row *row)
{
	struct rows *rows = ctx;

	rows->at = mem_realloc_array(rows->at, rows->count + 1, sizeof(*rows->at));
	rows->at[rows->count++] = *row;
}

static void
take_socket(void *ctx, const struct socket_row *row)
{
	struct rows *rows = ctx;

	rows->strange += row->flow != 0 && row->flow != rows->flow;
}

static void
take_flow(void *ctx, const struct flow_row *row)
{
	(void)ctx;
	(void)row;
}

/* How many flows there are; 0: it cannot be read. */
static uint32_t
run(const char *path, const struct analysis_options *options, const struct analysis_ops *ops,
    struct rows *rows)
{
	struct analysis *analysis;
	struct diag diag;
	uint32_t flows;

	if (analysis_run(&analysis, &path, 1, options, ops, rows, &diag) != ST_OK)
		return 0;
	flows = analysis_summary(analysis)->flows;
	analysis_free(analysis);
	return flows;
}

static const struct analysis_ops packets_wanted = { .packet = take_packet };
static const struct analysis_ops all_wanted = { .packet = take_packet, .socket = take_socket };
static const struct analysis_ops flows_wanted = { .flow = take_flow };

/* Whether this flow's ports had been used before is seen by who sees that. */
static void
assert_same(const struct packet_row *row, const struct packet_row *whole)
{
	const uint32_t marks = ~MARK_BIT(MARK_PORT_REUSED);

	assert_int_equal(row->index, whole->index);
	assert_int_equal(row->frame.number, whole->frame.number);
	assert_int_equal(row->flow, whole->flow);
	assert_int_equal(row->ts_ns, whole->ts_ns);
	assert_int_equal(row->seq, whole->seq);
	assert_int_equal(row->length, whole->length);
	assert_int_equal(row->verdict.marks & marks, whole->verdict.marks & marks);
}

static void
assert_flow_alone(
    const char *path, const struct track *track, const struct rows *whole, uint32_t flow)
{
	const struct sockets_options sockets = { .want_rows = true };
	const struct analysis_options options = {
		.sockets = &sockets,
		.along = track,
		.seen = &flow,
		.seen_count = 1,
		.only = &flow,
		.only_count = 1,
	};
	struct rows rows = { .flow = flow };
	size_t at = 0;

	run(path, &options, &all_wanted, &rows);
	for (size_t i = 0; i < whole->count; i++) {
		if (whole->at[i].flow != flow)
			continue;
		assert_true(at < rows.count);
		assert_same(&rows.at[at++], &whole->at[i]);
	}
	assert_int_equal(at, rows.count);
	assert_int_equal(rows.strange, 0);
	free(rows.at);
}

static void
assert_each_flow_alone(const char *path)
{
	struct track *track = track_new();
	struct rows whole = { 0 }, none = { 0 };
	uint32_t flows = run(path, &(struct analysis_options){ 0 }, &packets_wanted, &whole);

	run(path, &(struct analysis_options){ .track = track }, &flows_wanted, &none);
	assert_true(track_is_whole(track));
	for (uint32_t flow = 1; flow <= flows && flow <= 40; flow++)
		assert_flow_alone(path, track, &whole, flow);
	track_free(track);
	free(whole.at);
}

static void
test_each_flow_of_each_capture_can_be_read_alone(void **state)
{
	const char *source = getenv("srcdir");
	char folder[1024], path[2048];
	struct dirent *item;
	DIR *dir;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/captures", source == NULL ? "." : source);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((item = readdir(dir)) != NULL) {
		if (strstr(item->d_name, ".pcap") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, item->d_name);
		assert_each_flow_alone(path);
	}
	closedir(dir);
}

/* --- a file that is larger than what is read at once --- */

#define FRAME_BYTES 1042
#define FRAMES      3000
#define FLOWS       37

static FILE *
make_capture(char *path)
{
	const uint32_t header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	FILE *file = fdopen(mkstemp(path), "wb");

	assert_non_null(file);
	fwrite(header, sizeof(header), 1, file);
	return file;
}

static void
put_frame(FILE *file, uint32_t number)
{
	const uint32_t record[4] = { number, 0, FRAME_BYTES, FRAME_BYTES };
	uint8_t frame[FRAME_BYTES] = {
		[12] = 0x08, [14] = 0x45, [16] = 0x04, [17] = 0x04, /* IPv4, of 1028 bytes */
		[22] = 64, [23] = 17, [26] = 10, [30] = 10, [33] = 1, /* UDP, 10.0.0.0 to 10.0.0.1 */
		[34] = 0x40, [37] = 53, [38] = 0x03, [39] = 0xf0,
	};

	frame[35] = (uint8_t)(number * number % FLOWS); /* whose packets lie here and there */
	fwrite(record, sizeof(record), 1, file);
	fwrite(frame, sizeof(frame), 1, file);
}

static void
test_a_large_file_is_gone_through_by_jumps(void **state)
{
	char path[] = "/tmp/synscope-track-XXXXXX";
	FILE *file = make_capture(path);

	(void)state;
	for (uint32_t i = 0; i < FRAMES; i++)
		put_frame(file, i);
	fclose(file);
	assert_each_flow_alone(path);
	unlink(path);
}

/* --- fragments --- */

#define HALF_BYTES 24

/* Half of a datagram that each of its senders, by number, fragments alike. */
static void
put_half(FILE *file, uint32_t ts_s, uint8_t sender, bool is_last)
{
	const uint32_t record[4] = { ts_s, 0, 34 + HALF_BYTES, 34 + HALF_BYTES };
	uint8_t frame[34 + HALF_BYTES] = {
		[12] = 0x08, [14] = 0x45, [17] = 20 + HALF_BYTES, [19] = 7, /* IPv4, number 7 */
		[20] = is_last ? 0 : 0x20, [21] = is_last ? HALF_BYTES / 8 : 0,
		[22] = 64, [23] = 17, [26] = 10, [29] = sender, [30] = 10, [33] = 100, /* UDP */
		[34] = is_last ? 0 : 0x40, [37] = is_last ? 0 : 53, [39] = is_last ? 0 : 2 * HALF_BYTES,
	};

	fwrite(record, sizeof(record), 1, file);
	fwrite(frame, sizeof(frame), 1, file);
}

/* Its second half, passed over, would let the first one wait for that of the next. */
static void
test_what_becomes_whole_along_a_track_alone_is_no_flow(void **state)
{
	char path[] = "/tmp/synscope-track-XXXXXX";
	FILE *file = make_capture(path);

	(void)state;
	put_half(file, 1, 1, false);
	put_half(file, 1, 1, true);
	put_half(file, 2, 1, true);
	put_half(file, 3, 2, false);
	put_half(file, 3, 2, true);
	put_half(file, 4, 1, false);
	fclose(file);
	assert_each_flow_alone(path);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_flow_of_each_capture_can_be_read_alone),
		cmocka_unit_test(test_a_large_file_is_gone_through_by_jumps),
		cmocka_unit_test(test_what_becomes_whole_along_a_track_alone_is_no_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
