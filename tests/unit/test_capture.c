#include <lz4frame.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "base/text.h"
#include "capture/capture_priv.h"

/* A file in memory, written from front to back. */
static struct {
	uint8_t data[1 << 20];
	size_t count;
	bool big_endian;
} out;

#define PACKED_MAX ((size_t)1 << 20)

static uint8_t packed[2 * PACKED_MAX];

static struct capture *capture;
static struct frame frame;
static struct diag diag;

static int
begin(void **state)
{
	(void)state;
	out.count = 0;
	out.big_endian = false;
	capture = NULL;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	capture_close(capture);
	return 0;
}

static void
put(uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out.data[out.count + (out.big_endian ? bytes - 1 - i : i)] =
		    (uint8_t)(value >> 8 * i);
	out.count += bytes;
}

static void
put_fill(uint8_t fill, size_t count)
{
	memset(out.data + out.count, fill, count);
	out.count += count;
}

#define MICRO 0xa1b2c3d4
#define NANO  0xa1b23c4d

static void
put_pcap(uint32_t magic, unsigned minor, uint32_t snaplen, uint32_t link)
{
	put(magic, 4);
	put(2, 2);
	put(minor, 2);
	put(0, 8);
	put(snaplen, 4);
	put(link, 4);
}

static void
put_record(uint32_t seconds, uint32_t fraction, uint32_t captured, uint32_t wire)
{
	put(seconds, 4);
	put(fraction, 4);
	put(captured, 4);
	put(wire, 4);
	put_fill((uint8_t)seconds, captured);
}

/* The body is written between these two. */
static size_t
begin_block(uint32_t type)
{
	put(type, 4);
	put(0, 4);
	return out.count - 8;
}

static void
end_block(size_t start)
{
	size_t end_at;

	put_fill(0, (0 - out.count) & 3);
	end_at = out.count + 4;
	put(end_at - start, 4);
	out.count = start + 4;
	put(end_at - start, 4);
	out.count = end_at;
}

static size_t
begin_section(void)
{
	size_t block = begin_block(0x0a0d0d0a);

	put(0x1a2b3c4d, 4);
	put(1, 2);
	put(0, 2);
	put(UINT64_MAX, 8);
	return block;
}

static void
put_section(void)
{
	end_block(begin_section());
}

static void
put_interface(uint16_t link, uint32_t snaplen, uint8_t resolution, int64_t offset_s)
{
	size_t block = begin_block(1);

	put(link, 2);
	put(0, 2);
	put(snaplen, 4);
	put(9, 2); /* if_tsresol */
	put(1, 2);
	put_fill(resolution, 1);
	put(0, 3);
	put(14, 2); /* if_tsoffset */
	put(8, 2);
	put((uint64_t)offset_s, 8);
	put(0, 4);
	end_block(block);
}

static void
put_enhanced(uint32_t interface, uint64_t units, uint32_t captured, uint32_t wire)
{
	size_t block = begin_block(6);

	put(interface, 4);
	put(units >> 32, 4);
	put((uint32_t)units, 4);
	put(captured, 4);
	put(wire, 4);
	put_fill((uint8_t)captured, captured);
	end_block(block);
}

static enum status
open_bytes(const uint8_t *data, size_t count)
{
	return capture_open_memory(&capture, "x.pcap", data, count, NULL, &diag);
}

static void
open_out(void)
{
	assert_int_equal(open_bytes(out.data, out.count), ST_OK);
}

static enum status
next(void)
{
	return capture_next(capture, &frame, &diag);
}

static void
expect_frame(uint32_t number, int64_t ts_ns, uint32_t captured, uint32_t wire)
{
	assert_int_equal(next(), ST_OK);
	assert_int_equal(frame.number, number);
	assert_int_equal(frame.ts_ns, ts_ns);
	assert_int_equal(frame.captured_bytes, captured);
	assert_int_equal(frame.wire_bytes, wire);
}

static void
expect_trouble(enum status st, const char *sentence)
{
	assert_int_equal(next(), st);
	assert_string_equal(diag.text, sentence);
	assert_int_equal(next(), ST_END);
}

static void
expect_refusal(const char *sentence)
{
	assert_int_equal(open_bytes(out.data, out.count), ST_FORMAT);
	assert_string_equal(diag.text, sentence);
}

static void
test_pcap_is_read_in_both_byte_orders_and_precisions(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		out.count = 0;
		out.big_endian = i & 1;
		put_pcap(i & 2 ? NANO : MICRO, 4, 65535, 1);
		put_record(1000, 5, 60, 1514);
		open_out();
		expect_frame(1, 1000000000000 + (i & 2 ? 5 : 5000), 60, 1514);
		assert_int_equal(frame.link, 1);
		assert_int_equal(frame.data[59], (uint8_t)1000);
		assert_int_equal(next(), ST_END);
		assert_int_equal(next(), ST_END);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_a_lying_snapshot_length_costs_no_bytes(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 20, 1);
	put_record(1, 0, 60, 60);
	put_record(2, 0, 262144, 262144);
	open_out();
	expect_frame(1, 1000000000, 60, 60);
	expect_frame(2, 2000000000, 262144, 262144);
	assert_int_equal(frame.data[262143], 2);
}

/* Until one is met that libpcap must judge, and that comes alone. */
static void
test_as_many_frames_come_at_once_as_lie_there_plainly(void **state)
{
	struct frame frames[4];
	unsigned count;

	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	for (uint32_t i = 1; i <= 6; i++)
		put_record(i, 0, 60 + i, 100);
	put_record(7, 0, 262145, 262145);
	open_out();
	assert_int_equal(capture_next_few(capture, frames, 4, &count, &diag), ST_OK);
	assert_int_equal(count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(frames[i].number, i + 1);
		assert_int_equal(frames[i].captured_bytes, 61 + i);
		assert_int_equal(frames[i].part, 0);
		assert_int_equal(frames[i].data[60], i + 1);
	}
	assert_int_equal(capture_next_few(capture, frames, 4, &count, &diag), ST_OK);
	assert_int_equal(count, 2);
	assert_int_equal(frames[1].ts_ns, INT64_C(6000000000));
	assert_int_equal(capture_next_few(capture, frames, 4, &count, &diag), ST_FORMAT);
	assert_int_equal(capture_next_few(capture, frames, 4, &count, &diag), ST_END);
}

/* D-Bus may have frames that no network has. */
static void
test_frames_after_a_very_large_one_are_read(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 231);
	put_record(1, 0, 60, 60);
	put_record(2, 0, 300000, 300000);
	put_record(3, 0, 60, 60);
	open_out();
	expect_frame(1, 1000000000, 60, 60);
	expect_frame(2, 2000000000, 300000, 300000);
	expect_frame(3, 3000000000, 60, 60);
	assert_int_equal(next(), ST_END);
}

static void
test_a_newer_minor_version_is_read(void **state)
{
	(void)state;
	put_pcap(MICRO, 9, 65535, 1);
	put_record(1, 0, 60, 60);
	open_out();
	expect_frame(1, 1000000000, 60, 60);
}

static void
test_aix_counts_nanoseconds_and_has_its_own_link_types(void **state)
{
	(void)state;
	put_pcap(MICRO, 2, 65535, 6);
	put_record(1, 123456789, 60, 60);
	open_out();
	expect_frame(1, 1123456789, 60, 60);
	assert_int_equal(frame.link, 1);
}

static void
test_modified_pcap_has_longer_records(void **state)
{
	(void)state;
	put_pcap(0xa1b2cd34, 4, 65535, 1);
	for (uint32_t i = 1; i <= 2; i++) {
		put_record(i, 0, 0, 60);
		out.data[out.count - 8] = 60; /* captured; the bytes come after 8 more */
		put(0, 8);
		put_fill(7, 60);
	}
	open_out();
	expect_frame(1, 1000000000, 60, 60);
	expect_frame(2, 2000000000, 60, 60);
	assert_int_equal(next(), ST_END);
}

static void
test_seconds_are_unsigned(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		out.count = 0;
		out.big_endian = i == 1;
		put_pcap(MICRO, 4, 65535, 1);
		put_record(UINT32_MAX, 999999, 0, 0);
		open_out();
		expect_frame(1, UINT32_MAX * INT64_C(1000000000) + 999999000, 0, 0);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_nanoseconds_where_microseconds_should_stand_are_seen(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	put_record(7, 466743000, 0, 0);
	open_out();
	expect_frame(1, 7466743000, 0, 0);
}

static void
test_what_is_no_fraction_of_a_second_counts_for_none(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		out.count = 0;
		out.big_endian = i % 2 == 1;
		put_pcap(i < 2 ? MICRO : NANO, 4, 65535, 1);
		put_record(7, 0x80000000, 0, 0);
		put_record(8, UINT32_MAX, 0, 0);
		open_out();
		expect_frame(1, 7000000000, 0, 0);
		expect_frame(2, 8000000000, 0, 0);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_a_cut_record_is_told_with_its_frame_and_byte(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	put_record(1, 0, 60, 60);
	put_record(2, 0, 66, 66);
	out.count -= 26;
	open_out();
	expect_frame(1, 1000000000, 60, 60);
	expect_trouble(ST_FORMAT, "x.pcap: cut short in frame 2 (byte 100): 40 of 66 bytes");
	assert_int_equal(capture_part_frames(capture, 0), 1);
}

static void
test_a_cut_record_header_is_told(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	put(1, 4);
	open_out();
	expect_trouble(
	    ST_FORMAT, "x.pcap: cut short in the header of frame 1 (byte 24): 4 of 16 bytes");
}

static void
test_a_record_that_claims_too_much_is_damage(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	put_record(1, 0, 0, 0);
	put(0, 8);
	put(UINT32_MAX, 4);
	put_fill(0, 100);
	open_out();
	expect_frame(1, 1000000000, 0, 0);
	expect_trouble(
	    ST_FORMAT, "x.pcap: damaged in frame 2 (byte 40): it claims 4294967295 captured bytes");
}

static void
test_what_is_no_capture_is_refused_by_name(void **state)
{
	static const struct {
		const char *bytes;
		size_t count;
		const char *sentence;
	} cases[] = {
		{ "", 0, "x.pcap: empty file" },
		{ "hello, world, and so on", 23, "x.pcap: not a pcap or pcapng capture" },
		{ "abc", 3, "x.pcap: not a pcap or pcapng capture" },
		{ "snoop\0\0\0\0\0\0\2", 12, "x.pcap: a snoop file, which synscope does not read" },
		{ "\xd4\xc3\xb2\xa1\2\0", 6,
		    "x.pcap: cut short in the file's header: 6 of 24 bytes" },
		{ "\x1f\x8b\x08", 3, "x.pcap: its gzip data is cut short (byte 0 unpacked)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(out.data, cases[i].bytes, cases[i].count);
		out.count = cases[i].count;
		expect_refusal(cases[i].sentence);
	}
}

static void
test_interfaces_differ_in_link_type_and_clock(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_interface(101, 0, 9, -10);
	put_interface(113, 0, 0x80 | 10, 0);
	put_enhanced(0, 1000001, 60, 61);
	put_enhanced(1, 11000000002, 40, 40);
	put_enhanced(2, 1024 + 512, 0, 0);
	open_out();
	expect_frame(1, 1000001000, 60, 61);
	assert_int_equal(frame.link, 1);
	assert_int_equal(frame.data[59], 60);
	expect_frame(2, 1000000002, 40, 40);
	assert_int_equal(frame.link, 101);
	expect_frame(3, 1500000000, 0, 0);
	assert_int_equal(frame.link, 113);
	assert_int_equal(next(), ST_END);
}

static void
test_each_section_has_its_byte_order_and_its_interfaces(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 1, 60, 60);
	out.big_endian = true;
	put_section();
	put_interface(113, 0, 9, 7);
	put_enhanced(0, 3, 60, 60);
	put_enhanced(1, 4, 60, 60);
	open_out();
	expect_frame(1, 1000, 60, 60);
	expect_frame(2, 7000000003, 60, 60);
	assert_int_equal(frame.link, 113);
	expect_trouble(ST_FORMAT, "x.pcap: damaged in the block at byte 328, after frame 2: "
				  "a packet of an interface that was never described");
}

static void
test_absurd_clocks_end_at_the_ends_of_time(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t offset_s;
		uint64_t units;
		int64_t ts_ns;
	} cases[] = {
		{ 0, 0, UINT64_MAX, INT64_MAX },
		{ 6, 0, UINT64_MAX, INT64_MAX },
		{ 6, INT64_MAX, 1, INT64_MAX },
		{ 6, INT64_MIN, 0, INT64_MIN },
		{ 12, 0, 1500, 1 },
		{ 0x7f, 0, 1, 0 },
		{ 0xff, 0, (uint64_t)1 << 63, 1000000000 },
		{ 0x80, 0, 3, 3000000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out.count = 0;
		put_section();
		put_interface(1, 0, cases[i].resolution, cases[i].offset_s);
		put_enhanced(0, cases[i].units, 0, 0);
		open_out();
		expect_frame(1, cases[i].ts_ns, 0, 0);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_a_simple_packet_takes_the_time_before_it_and_the_snapshot_length(void **state)
{
	size_t block;

	(void)state;
	put_section();
	put_interface(1, 32, 6, 0);
	put_enhanced(0, 5, 0, 0);
	block = begin_block(3);
	put(60, 4);
	put_fill(9, 32);
	end_block(block);
	open_out();
	expect_frame(1, 5000, 0, 0);
	expect_frame(2, 5000, 32, 60);
	assert_int_equal(frame.data[31], 9);
}

static void
test_records_that_are_no_packets_count_as_frames(void **state)
{
	static const struct {
		uint32_t type;
		uint32_t counted;
	} cases[] = {
		{ 0xbad, 1 },
		{ 0x40000bad, 1 },
		{ 9, 1 },
		{ 0x204, 1 },
		{ 4, 0 },
		{ 5, 0 },
		{ 10, 0 },
		{ 0x80000001, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out.count = 0;
		put_section();
		put_interface(1, 0, 6, 0);
		end_block(begin_block(cases[i].type));
		put_enhanced(0, 0, 60, 60);
		end_block(begin_block(cases[i].type));
		open_out();
		expect_frame(1 + cases[i].counted, 0, 60, 60);
		assert_int_equal(next(), ST_END);
		assert_int_equal(capture_part_frames(capture, 0), 1 + 2 * cases[i].counted);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_blocks_larger_than_the_window_are_passed(void **state)
{
	size_t block;

	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	block = begin_block(0x80000001);
	put_fill(0xee, 900000);
	end_block(block);
	put_enhanced(0, 0, 60, 60);
	open_out();
	expect_frame(1, 0, 60, 60);
	assert_int_equal(next(), ST_END);
}

static void
test_a_block_whose_lengths_lie_is_damage(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 0, 60, 60);
	put_enhanced(0, 0, 60, 60);
	out.data[out.count - 1] = 1;
	open_out();
	expect_frame(1, 0, 60, 60);
	expect_trouble(ST_FORMAT,
	    "x.pcap: damaged in the block at byte 164, after frame 1: its two lengths differ");
}

static void
test_a_packet_longer_than_its_block_is_damage(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 0, 60, 60);
	out.data[out.count - 92 + 20] = 61;
	open_out();
	expect_trouble(ST_FORMAT, "x.pcap: damaged in the block at byte 72, after frame 0: its "
				  "packet is longer than itself");
}

static void
test_a_cut_block_is_told_with_its_byte(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 0, 60, 60);
	out.count -= 10;
	open_out();
	expect_trouble(
	    ST_FORMAT, "x.pcap: cut short in the block at byte 72, after frame 0: 82 of 92 bytes");
}

/* --- what a file says of itself --- */

static void
put_option(uint16_t code, const char *words)
{
	size_t count = strlen(words);

	put(code, 2);
	put(count, 2);
	memcpy(out.data + out.count, words, count);
	out.count += count;
	put_fill(0, (0 - count) & 3);
}

static size_t
begin_interface(void)
{
	size_t block = begin_block(1);

	put(1, 4);
	put(0, 4);
	return block;
}

static size_t
begin_enhanced(void)
{
	size_t block = begin_block(6);

	put(0, 8);
	put(0, 4);
	put(2, 4);
	put(2, 4);
	put(0xabcd, 4);
	return block;
}

static void
put_statistics(uint32_t interface, uint64_t dropped)
{
	size_t block = begin_block(5);

	put(interface, 4);
	put(0, 8);
	put(5, 2); /* isb_ifdrop */
	put(8, 2);
	put(dropped, 8);
	put(0, 4);
	end_block(block);
}

/* To the end; then what was noted. */
static void
read_notes(struct notes *notes)
{
	open_out();
	while (next() == ST_OK)
		;
	capture_take_notes(capture, notes);
}

static void
expect_note(const struct note *note, enum note_kind kind, uint32_t number, const char *words)
{
	assert_int_equal(note->kind, kind);
	assert_int_equal(note->number, number);
	assert_string_equal(note->words, words);
}

static void
test_a_file_tells_who_wrote_it_and_where(void **state)
{
	struct notes notes;
	size_t block;

	(void)state;
	for (int i = 0; i < 2; i++) { /* the second section says the same */
		block = begin_section();
		put_option(4, "dumpcap");
		put_option(3, "Linux");
		put_option(2, "a toaster");
		end_block(block);
		block = begin_interface();
		put_option(2, "eth0");
		put_option(3, "the uplink");
		put_option(11, "\1not for people");
		end_block(block);
	}
	read_notes(&notes);
	assert_int_equal(notes.count, 7);
	expect_note(&notes.at[0], NOTE_PROGRAM, 0, "dumpcap");
	expect_note(&notes.at[1], NOTE_SYSTEM, 0, "Linux");
	expect_note(&notes.at[2], NOTE_HARDWARE, 0, "a toaster");
	expect_note(&notes.at[3], NOTE_INTERFACE, 0, "eth0");
	expect_note(&notes.at[4], NOTE_DESCRIPTION, 0, "the uplink");
	expect_note(&notes.at[5], NOTE_INTERFACE, 1, "eth0");
	expect_note(&notes.at[6], NOTE_DESCRIPTION, 1, "the uplink");
	notes_fini(&notes);
}

static void
test_comments_are_of_the_frame_they_are_on(void **state)
{
	struct notes notes;
	size_t block;

	(void)state;
	block = begin_section();
	put_option(1, "on all of it");
	end_block(block);
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 0, 60, 60);
	block = begin_enhanced();
	put_option(1, "on the second");
	end_block(block);
	read_notes(&notes);
	assert_int_equal(notes.count, 2);
	expect_note(&notes.at[0], NOTE_COMMENT, 0, "on all of it");
	expect_note(&notes.at[1], NOTE_COMMENT, 2, "on the second");
	notes_fini(&notes);
}

static void
test_options_of_a_packet_may_be_damaged(void **state)
{
	struct notes notes;
	size_t block;

	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	block = begin_enhanced();
	put(1, 2);
	put(60000, 2);
	end_block(block);
	put_enhanced(0, 0, 60, 60);
	open_out();
	expect_frame(1, 0, 2, 2);
	expect_frame(2, 0, 60, 60);
	assert_int_equal(next(), ST_END);
	capture_take_notes(capture, &notes);
	assert_int_equal(notes.count, 0);
}

static void
test_the_last_count_of_lost_packets_holds(void **state)
{
	struct notes notes;
	size_t block;

	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_interface(1, 0, 6, 0);
	put_statistics(1, 3);
	put_statistics(0, 0);
	put_statistics(1, 5);
	block = begin_block(5);
	put(1, 4);
	put(0, 8);
	put_option(5, "four"); /* where eight bytes belong */
	end_block(block);
	end_block(begin_block(5)); /* too short to say anything */
	read_notes(&notes);
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.at[0].number, 1);
	assert_int_equal(notes.at[0].count, 5);
	notes_fini(&notes);
}

static void
test_a_flood_of_comments_is_bounded(void **state)
{
	static char words[5000];
	struct notes notes;
	size_t block;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	put_section();
	put_interface(1, 0, 6, 0);
	for (int i = 0; i < 100; i++) {
		block = begin_enhanced();
		put_option(1, words);
		end_block(block);
	}
	read_notes(&notes);
	assert_int_equal(notes.count + notes.left_out, 100);
	assert_true(notes.count < 100);
	assert_true(strlen(notes.at[0].words) < 1100);
	notes_fini(&notes);
}

/* Each packs what was written; the result is as long as the return value. */

static size_t
pack_gzip(const uint8_t *data, size_t count, uint8_t *to)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)data;
	z.avail_in = (uInt)count;
	z.next_out = to;
	z.avail_out = (uInt)PACKED_MAX;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static size_t
pack_zstd(const uint8_t *data, size_t count, uint8_t *to)
{
	return ZSTD_compress(to, PACKED_MAX, data, count, 3);
}

static size_t
pack_xz(const uint8_t *data, size_t count, uint8_t *to)
{
	size_t got = 0;

	assert_int_equal(
	    lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, count, to, &got, PACKED_MAX),
	    LZMA_OK);
	return got;
}

static size_t
pack_lz4(const uint8_t *data, size_t count, uint8_t *to)
{
	return LZ4F_compressFrame(to, PACKED_MAX, data, count, NULL);
}

static const struct packer {
	const char *name;
	size_t (*pack)(const uint8_t *data, size_t count, uint8_t *to);
} packers[] = {
	{ "gzip", pack_gzip },
	{ "zstd", pack_zstd },
	{ "xz", pack_xz },
	{ "lz4", pack_lz4 },
};

#define PACKER_COUNT (sizeof(packers) / sizeof(packers[0]))
#define MANY         1000

static void
put_many(void)
{
	put_pcap(MICRO, 4, 65535, 1);
	for (uint32_t i = 0; i < MANY; i++)
		put_record(i, 0, i % 900, 1514);
}

static uint32_t
count_frames(void)
{
	while (next() == ST_OK)
		assert_int_equal(frame.ts_ns, (frame.number - 1) * INT64_C(1000000000));
	return frame.number;
}

static void
test_several_members_are_one_file(void **state)
{
	(void)state;
	put_many();
	for (size_t i = 0; i < PACKER_COUNT; i++) {
		size_t count = packers[i].pack(out.data, 5000, packed);

		count += packers[i].pack(out.data + 5000, out.count - 5000, packed + count);
		assert_int_equal(open_bytes(packed, count), ST_OK);
		assert_int_equal(count_frames(), MANY);
		assert_int_equal(next(), ST_END);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_what_a_cut_member_held_is_read_and_then_told(void **state)
{
	(void)state;
	put_many();
	for (size_t i = 0; i < PACKER_COUNT; i++) {
		size_t whole = packers[i].pack(out.data, 200000, packed);
		size_t count =
		    packers[i].pack(out.data + 200000, out.count - 200000, packed + whole);
		char start[64];

		assert_int_equal(open_bytes(packed, whole + count / 2), ST_OK);
		assert_in_range(count_frames(), 400, MANY - 1);
		snprintf(start, sizeof(start), "x.pcap: its %s data is cut short", packers[i].name);
		assert_memory_equal(diag.text, start, strlen(start));
		assert_int_equal(next(), ST_END);
		capture_close(capture);
		capture = NULL;
	}
}

static void
test_a_wrong_checksum_is_told_after_the_last_frame(void **state)
{
	size_t count;

	(void)state;
	put_many();
	count = pack_gzip(out.data, out.count, packed);
	packed[count - 8] ^= 1;
	assert_int_equal(open_bytes(packed, count), ST_OK);
	assert_int_equal(count_frames(), MANY);
	assert_non_null(strstr(diag.text, "x.pcap: its gzip data is damaged"));
}

static void
test_what_follows_packed_data_is_told_unless_it_is_zeros(void **state)
{
	size_t count;

	(void)state;
	put_many();
	count = pack_gzip(out.data, out.count, packed);
	memset(packed + count, 0, 1000);
	assert_int_equal(open_bytes(packed, count + 1000), ST_OK);
	assert_int_equal(count_frames(), MANY);
	assert_int_equal(next(), ST_END);
	capture_close(capture);
	packed[count + 999] = 'x';
	assert_int_equal(open_bytes(packed, count + 1000), ST_OK);
	assert_int_equal(count_frames(), MANY);
	assert_non_null(strstr(diag.text, "something else follows"));
}

static void
test_frames_to_be_skipped_do_not_hide_the_codec(void **state)
{
	static const uint8_t skippable[] = { 0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c' };

	(void)state;
	put_many();
	memcpy(packed, skippable, sizeof(skippable));
	for (size_t i = 1; i < PACKER_COUNT; i += 2) { /* zstd and lz4 */
		size_t count = packers[i].pack(out.data, out.count, packed + sizeof(skippable));

		assert_int_equal(open_bytes(packed, sizeof(skippable) + count), ST_OK);
		assert_int_equal(count_frames(), MANY);
		assert_int_equal(next(), ST_END);
		capture_close(capture);
		capture = NULL;
	}
}

static enum status
open_filtered(const char *expression)
{
	struct capture_options options = { .filter = expression };

	return capture_open_memory(&capture, "x.pcap", out.data, out.count, &options, &diag);
}

static void
test_frames_that_the_filter_drops_still_count(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	put_record(1, 0, 60, 60);
	put_record(2, 0, 60, 600);
	put_record(3, 0, 60, 60);
	assert_int_equal(open_filtered("greater 100"), ST_OK);
	expect_frame(2, 2000000000, 60, 600);
	assert_int_equal(next(), ST_END);
	assert_int_equal(capture_part_frames(capture, 0), 3);
}

static void
test_a_bad_filter_is_bad_usage(void **state)
{
	(void)state;
	put_pcap(MICRO, 4, 65535, 1);
	assert_int_equal(open_filtered("tcp prot 80"), ST_USAGE);
	assert_memory_equal(diag.text, "filter \"tcp prot 80\": ", 22);
}

static void
test_link_types_that_the_filter_says_nothing_about_are_told_once(void **state)
{
	(void)state;
	put_section();
	put_interface(105, 0, 6, 0); /* 802.11 */
	put_interface(1, 0, 6, 0);
	put_interface(113, 0, 6, 0);
	put_enhanced(1, 0, 60, 60);
	put_enhanced(2, 0, 60, 60);
	put_enhanced(0, 0, 60, 60);
	put_enhanced(1, 0, 60, 60);
	assert_int_equal(open_filtered("type mgt or len > 0"), ST_OK);
	expect_frame(3, 0, 60, 60);
	assert_int_equal(next(), ST_USAGE);
	assert_non_null(strstr(diag.text, "x.pcap: the filter says nothing about EN10MB"));
	assert_non_null(strstr(diag.text, "frames left out: 2"));
	assert_int_equal(next(), ST_USAGE);
	assert_non_null(strstr(diag.text, "LINUX_SLL"));
	assert_int_equal(next(), ST_END);
}

static void
test_what_the_filter_left_out_is_told_of_a_damaged_part_too(void **state)
{
	(void)state;
	put_section();
	put_interface(1, 0, 6, 0);
	put_enhanced(0, 0, 60, 60);
	put_interface(1, 0, 6, 0);
	assert_int_equal(capture_open_memory(&capture, "x.pcap", out.data, out.count - 1,
			     &(struct capture_options){ .filter = "type mgt" }, &diag),
	    ST_OK);
	assert_int_equal(next(), ST_FORMAT);
	assert_int_equal(next(), ST_USAGE);
	assert_non_null(strstr(diag.text, "frames left out: 1"));
	assert_int_equal(next(), ST_END);
}

#define SOURCE_BYTES 900000

/* Parts and folders are about files: these live in a folder that goes with the test. */
static char folder[] = "/tmp/synscope-test-XXXXXX";
static char names[8][64];
static size_t name_count;

static int
begin_folder(void **state)
{
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	name_count = 0;
	return mkdtemp(folder) == NULL ? -1 : begin(state);
}

static int
end_folder(void **state)
{
	for (size_t i = 0; i < name_count; i++)
		unlink(names[i]);
	rmdir(folder);
	return end(state);
}

static const char *
save_out(const char *name)
{
	char *path = names[name_count++];
	FILE *file;

	snprintf(path, sizeof(names[0]), "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(out.data, 1, out.count, file), out.count);
	assert_int_equal(fclose(file), 0);
	out.count = 0;
	return path;
}

static const char *
save_capture(const char *name, uint32_t first_seconds)
{
	put_pcap(MICRO, 4, 65535, 1);
	if (first_seconds != 0)
		put_record(first_seconds, 0, 60, 60);
	return save_out(name);
}

static void
test_parts_are_read_by_their_first_frames(void **state)
{
	const char *const paths[] = {
		save_capture("none", 0),
		save_capture("third", 3),
		"/nowhere/at/all",
		save_capture("first", 1),
	};

	(void)state;
	assert_int_equal(capture_open(&capture, paths, 4, NULL, &diag), ST_OK);
	assert_int_equal(capture_part_count(capture), 4);
	expect_frame(1, 1000000000, 60, 60);
	assert_int_equal(frame.part, 0);
	assert_string_equal(capture_part_path(capture, 0), paths[3]);
	expect_frame(1, 3000000000, 60, 60);
	assert_int_equal(frame.part, 1);
	expect_trouble(ST_IO, "/nowhere/at/all: No such file or directory");
	assert_string_equal(capture_part_path(capture, 2), paths[0]);
	assert_int_equal(capture_part_frames(capture, 0), 1);
	assert_int_equal(capture_part_frames(capture, 2), 0);
}

static void
test_a_single_capture_that_cannot_be_read_is_told_at_once(void **state)
{
	const char *const path = "/nowhere/at/all";

	(void)state;
	assert_int_equal(capture_open(&capture, &path, 1, NULL, &diag), ST_IO);
	assert_string_equal(diag.text, "/nowhere/at/all: No such file or directory");
}

static void
test_progress_ends_at_the_size_of_the_files(void **state)
{
	const char *const paths[] = { save_capture("a", 1), save_capture("b", 2) };
	uint64_t done, total;

	(void)state;
	assert_int_equal(capture_open(&capture, paths, 2, NULL, &diag), ST_OK);
	capture_progress(capture, &done, &total);
	assert_int_equal(done, 0);
	assert_int_equal(total, 200);
	expect_frame(1, 1000000000, 60, 60);
	expect_frame(1, 2000000000, 60, 60);
	assert_int_equal(next(), ST_END);
	capture_progress(capture, &done, &total);
	assert_int_equal(done, 200);
}

static void
test_a_folder_means_its_captures_in_name_order(void **state)
{
	struct capture_paths paths = { 0 };
	const char *b = save_capture("b", 1);
	const char *a;
	size_t count;

	(void)state;
	put_many();
	count = pack_gzip(out.data, out.count, packed);
	memcpy(out.data, packed, count);
	out.count = count;
	a = save_out("a.gz");
	put_fill('x', 100);
	save_out("notes.txt");
	assert_int_equal(capture_paths_add(&paths, "-", &diag), ST_OK);
	assert_int_equal(capture_paths_add(&paths, folder, &diag), ST_OK);
	assert_int_equal(paths.count, 3);
	assert_string_equal(paths.paths[0], "-");
	assert_string_equal(paths.paths[1], a);
	assert_string_equal(paths.paths[2], b);
	capture_paths_fini(&paths);
}

static void
test_what_is_named_like_a_capture_counts_as_one(void **state)
{
	static const char *const named[] = { "a.pcap", "b.CAP.gz", "c.pcapng", "d.pcap07" };
	static const char *const others[] = { "README", "cap", "e.pcap.script", "f.7" };
	struct capture_paths paths = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		save_out(named[i]);
		save_out(others[i]);
	}
	assert_int_equal(capture_paths_add(&paths, folder, &diag), ST_OK);
	assert_int_equal(paths.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_non_null(strstr(paths.paths[i], named[i]));
	capture_paths_fini(&paths);
}

static void
test_a_folder_without_captures_is_told(void **state)
{
	struct capture_paths paths = { 0 };

	(void)state;
	assert_int_equal(capture_paths_add(&paths, folder, &diag), ST_USAGE);
	assert_non_null(strstr(diag.text, ": no captures in this folder"));
	capture_paths_fini(&paths);
}

static void
test_a_peek_may_be_as_long_as_promised(void **state)
{
	struct source *source;
	const uint8_t *at;

	(void)state;
	put_fill(1, 100001);
	put_fill(2, SOURCE_BYTES - 100001);
	source = source_of_memory("x", out.data, SOURCE_BYTES);
	assert_int_equal(source_skip(source, 100000), 100000);
	at = source_peek(source, SOURCE_PEEK_MAX);
	assert_non_null(at);
	assert_int_equal(at[0], 1);
	assert_int_equal(at[1], 2);
	assert_int_equal(source_offset(source), 100000);
	assert_int_equal(source_skip(source, UINT64_MAX), SOURCE_BYTES - 100000);
	assert_null(source_peek(source, 1));
	source_close(source);
}

static void
test_link_types_have_names(void **state)
{
	struct text name = { 0 };

	(void)state;
	capture_link_name(101, &name);
	assert_memory_equal(text_str(&name), "RAW (", 5);
	name.length = 0;
	capture_link_name(4242, &name);
	assert_string_equal(text_str(&name), "link type 4242");
	name.length = 0;
	capture_link_name(UINT32_MAX, &name);
	assert_string_equal(text_str(&name), "link type 4294967295");
	text_fini(&name);
}

#define TEST_WITH_FILES(name) cmocka_unit_test_setup_teardown(test_##name, begin_folder, end_folder)
#define TEST(name)            cmocka_unit_test_setup_teardown(test_##name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pcap_is_read_in_both_byte_orders_and_precisions),
		TEST(a_lying_snapshot_length_costs_no_bytes),
		TEST(as_many_frames_come_at_once_as_lie_there_plainly),
		TEST(frames_after_a_very_large_one_are_read),
		TEST(a_newer_minor_version_is_read),
		TEST(aix_counts_nanoseconds_and_has_its_own_link_types),
		TEST(modified_pcap_has_longer_records),
		TEST(seconds_are_unsigned),
		TEST(nanoseconds_where_microseconds_should_stand_are_seen),
		TEST(what_is_no_fraction_of_a_second_counts_for_none),
		TEST(a_cut_record_is_told_with_its_frame_and_byte),
		TEST(a_cut_record_header_is_told),
		TEST(a_record_that_claims_too_much_is_damage),
		TEST(what_is_no_capture_is_refused_by_name),
		TEST(interfaces_differ_in_link_type_and_clock),
		TEST(each_section_has_its_byte_order_and_its_interfaces),
		TEST(absurd_clocks_end_at_the_ends_of_time),
		TEST(a_simple_packet_takes_the_time_before_it_and_the_snapshot_length),
		TEST(records_that_are_no_packets_count_as_frames),
		TEST(blocks_larger_than_the_window_are_passed),
		TEST(a_block_whose_lengths_lie_is_damage),
		TEST(a_packet_longer_than_its_block_is_damage),
		TEST(a_cut_block_is_told_with_its_byte),
		TEST(a_file_tells_who_wrote_it_and_where),
		TEST(comments_are_of_the_frame_they_are_on),
		TEST(options_of_a_packet_may_be_damaged),
		TEST(the_last_count_of_lost_packets_holds),
		TEST(a_flood_of_comments_is_bounded),
		TEST(several_members_are_one_file),
		TEST(what_a_cut_member_held_is_read_and_then_told),
		TEST(a_wrong_checksum_is_told_after_the_last_frame),
		TEST(what_follows_packed_data_is_told_unless_it_is_zeros),
		TEST(frames_to_be_skipped_do_not_hide_the_codec),
		TEST(frames_that_the_filter_drops_still_count),
		TEST(a_bad_filter_is_bad_usage),
		TEST(link_types_that_the_filter_says_nothing_about_are_told_once),
		TEST(what_the_filter_left_out_is_told_of_a_damaged_part_too),
		TEST_WITH_FILES(parts_are_read_by_their_first_frames),
		TEST(a_single_capture_that_cannot_be_read_is_told_at_once),
		TEST_WITH_FILES(progress_ends_at_the_size_of_the_files),
		TEST_WITH_FILES(a_folder_means_its_captures_in_name_order),
		TEST_WITH_FILES(what_is_named_like_a_capture_counts_as_one),
		TEST_WITH_FILES(a_folder_without_captures_is_told),
		TEST(a_peek_may_be_as_long_as_promised),
		TEST(link_types_have_names),
	};

	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
