#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "base/text.h"

/* What was written last; the next call overwrites it. */
static struct text line;

static const char *
u64(uint64_t value)
{
	line.length = 0;
	text_u64(&line, value);
	return text_str(&line);
}

static const char *
i64(int64_t value)
{
	line.length = 0;
	text_i64(&line, value);
	return text_str(&line);
}

static const char *
of_ns(void (*write)(struct text *text, int64_t ns), int64_t ns)
{
	line.length = 0;
	write(&line, ns);
	return text_str(&line);
}

static const char *
of_bytes(void (*write)(struct text *text, const char *data, size_t count), const char *data,
    size_t count)
{
	line.length = 0;
	write(&line, data, count);
	return text_str(&line);
}

static const char *
of_string(void (*write)(struct text *text, const char *data, size_t count), const char *str)
{
	return of_bytes(write, str, strlen(str));
}

/* An address from its eight groups. */
static const char *
ipv6(const uint16_t group[8])
{
	uint8_t address[16];

	for (int i = 0; i < 8; i++) {
		address[i * 2] = (uint8_t)(group[i] >> 8);
		address[i * 2 + 1] = (uint8_t)group[i];
	}
	line.length = 0;
	text_ipv6(&line, address);
	return text_str(&line);
}

#define IPV6(...) ipv6((const uint16_t[8]){ __VA_ARGS__ })

static void
test_numbers_of_every_length_keep_all_their_digits(void **state)
{
	uint64_t value = 0;
	char expected[21] = "";

	(void)state;
	assert_string_equal(u64(0), "0");
	for (int i = 0; i < 20; i++) {
		value = value * 10 + (uint64_t)(i + 1) % 10;
		expected[i] = (char)('0' + (i + 1) % 10);
		assert_string_equal(u64(value), expected);
	}
}

static void
test_numbers_around_a_power_of_ten_have_the_right_length(void **state)
{
	uint64_t power = 1;

	(void)state;
	for (size_t digits = 2; digits <= 20; digits++) {
		power *= 10;
		assert_int_equal(strlen(u64(power)), digits);
		assert_int_equal(strlen(u64(power - 1)), digits - 1);
	}
}

static void
test_the_largest_and_smallest_numbers_are_written(void **state)
{
	(void)state;
	assert_string_equal(u64(UINT64_MAX), "18446744073709551615");
	assert_string_equal(u64(UINT32_MAX), "4294967295");
	assert_string_equal(i64(INT64_MIN), "-9223372036854775808");
	assert_string_equal(i64(INT64_MAX), "9223372036854775807");
	assert_string_equal(i64(-1), "-1");
}

static void
test_seconds_have_nine_digits_before_and_after_the_epoch(void **state)
{
	(void)state;
	assert_string_equal(of_ns(text_seconds, INT64_C(1558371357011645000)),
	    "1558371357.011645000");
	assert_string_equal(of_ns(text_seconds, 0), "0.000000000");
	assert_string_equal(of_ns(text_seconds, -500000000), "-0.500000000");
	assert_string_equal(of_ns(text_seconds, INT64_MIN), "-9223372036.854775808");
}

static void
test_milliseconds_drop_the_zeros_that_say_nothing(void **state)
{
	(void)state;
	assert_string_equal(of_ns(text_millis, 21000), "0.021");
	assert_string_equal(of_ns(text_millis, 0), "0");
	assert_string_equal(of_ns(text_millis, 1), "0.000001");
	assert_string_equal(of_ns(text_millis, 100000000), "100");
	assert_string_equal(of_ns(text_millis, -1500000), "-1.5");
	assert_string_equal(of_ns(text_millis, INT64_MIN), "-9223372036854.775808");
}

static void
test_dates_know_leap_years_and_what_came_before_1970(void **state)
{
	(void)state;
	assert_string_equal(of_ns(text_iso8601, INT64_C(1558371357011645000)),
	    "2019-05-20T16:55:57.011645000Z");
	assert_string_equal(of_ns(text_iso8601, INT64_C(951782400) * 1000000000),
	    "2000-02-29T00:00:00.000000000Z");
	assert_string_equal(of_ns(text_iso8601, INT64_C(4107542400) * 1000000000),
	    "2100-03-01T00:00:00.000000000Z");
	assert_string_equal(of_ns(text_iso8601, -1), "1969-12-31T23:59:59.999999999Z");
	assert_string_equal(of_ns(text_iso8601, INT64_MIN), "1677-09-21T00:12:43.145224192Z");
	assert_string_equal(of_ns(text_iso8601, INT64_MAX), "2262-04-11T23:47:16.854775807Z");
}

static void
test_an_ipv4_address_has_no_leading_zeros(void **state)
{
	(void)state;
	line.length = 0;
	text_ipv4(&line, (const uint8_t[]){ 0, 9, 10, 255 });
	text_char(&line, ' ');
	text_ipv4(&line, (const uint8_t[]){ 100, 101, 199, 99 });
	assert_string_equal(text_str(&line), "0.9.10.255 100.101.199.99");
}

static void
test_an_ipv6_address_is_written_as_rfc_5952_asks(void **state)
{
	(void)state;
	assert_string_equal(IPV6(0), "::");
	assert_string_equal(IPV6(0, 0, 0, 0, 0, 0, 0, 1), "::1");
	assert_string_equal(IPV6(0xfe80), "fe80::");
	assert_string_equal(IPV6(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1), "2001:db8:0:1:1:1:1:1");
	assert_string_equal(IPV6(0x2001, 0, 0, 1, 0, 0, 0, 1), "2001:0:0:1::1");
	assert_string_equal(IPV6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), "2001:db8::1:0:0:1");
	assert_string_equal(IPV6(0xABCD, 0x0ef0, 1, 2, 3, 4, 0, 0), "abcd:ef0:1:2:3:4::");
	assert_string_equal(IPV6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), "::ffff:127.0.0.1");
}

static void
test_json_strings_escape_what_json_and_eyes_need(void **state)
{
	(void)state;
	assert_string_equal(of_string(text_json_string, "a\"b\\c"), "\"a\\\"b\\\\c\"");
	assert_string_equal(of_string(text_json_string, "\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
	assert_string_equal(of_bytes(text_json_string, "\0\x1b\x7f", 3),
	    "\"\\u0000\\u001b\\u007f\"");
	assert_string_equal(of_string(text_json_string, "\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf"),
	    "\"\\u202e\\u2028\\ufeff\"");
	assert_string_equal(of_string(text_json_string, "\xf3\xa0\x81\x81"),
	    "\"\\udb40\\udc41\"");
	assert_string_equal(of_string(text_json_string, "\xc3\xa9 \xf0\x9f\x90\x99"),
	    "\"\xc3\xa9 \xf0\x9f\x90\x99\"");
}

static void
test_no_terminal_control_survives(void **state)
{
	(void)state;
	assert_string_equal(of_string(text_terminal, "\x1b[31m\r\n\x07"),
	    "\\x1b[31m\\x0d\\x0a\\x07");
	assert_string_equal(of_string(text_terminal, "\xc2\x9b" "2J"), "\\x9b2J");
	assert_string_equal(of_string(text_terminal, "\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f"),
	    "\\u2066\\u061c\\u200f");
	assert_string_equal(of_string(text_terminal, "\xf3\xa0\x81\x81"), "\\U000e0041");
}

#define FFFD "\xef\xbf\xbd"

static void
test_invalid_utf8_becomes_replacement_characters(void **state)
{
	(void)state;
	assert_string_equal(of_string(text_terminal, "\xff" "a"), FFFD "a");
	assert_string_equal(of_string(text_terminal, "\x80\xbf"), FFFD FFFD);
	assert_string_equal(of_string(text_terminal, "\xe2\x82"), FFFD);
	assert_string_equal(of_string(text_terminal, "\xe2\x82" "a"), FFFD "a");
	/* not the shortest form, a surrogate, past the last character */
	assert_string_equal(of_string(text_terminal, "\xc0\xaf"), FFFD FFFD);
	assert_string_equal(of_string(text_terminal, "\xe0\x80\xaf"), FFFD FFFD FFFD);
	assert_string_equal(of_string(text_terminal, "\xed\xa0\x80"), FFFD FFFD FFFD);
	assert_string_equal(of_string(text_terminal, "\xf4\x90\x80\x80"),
	    FFFD FFFD FFFD FFFD);
	assert_string_equal(of_string(text_terminal, "\xef\xbf\xbd"), FFFD);
}

static void
test_a_spreadsheet_sees_no_formula(void **state)
{
	(void)state;
	assert_string_equal(of_string(text_csv_cell, "=1+1"), "'=1+1");
	assert_string_equal(of_string(text_csv_cell, "@SUM(A1,A2)"), "\"'@SUM(A1,A2)\"");
	assert_string_equal(of_string(text_csv_cell, "-1"), "'-1");
	assert_string_equal(of_string(text_csv_cell, "+1"), "'+1");
	assert_string_equal(of_string(text_csv_cell, " =1"), "\"' =1\"");
	assert_string_equal(of_string(text_csv_cell, "\xef\xbc\x9d" "1"), "'\xef\xbc\x9d" "1");
	assert_string_equal(of_string(text_csv_cell, "a=1"), "a=1");
}

static void
test_a_csv_cell_is_one_cell_on_one_line(void **state)
{
	(void)state;
	assert_string_equal(of_string(text_csv_cell, "plain.pcap"), "plain.pcap");
	assert_string_equal(of_string(text_csv_cell, ""), "");
	assert_string_equal(of_string(text_csv_cell, "a,b"), "\"a,b\"");
	assert_string_equal(of_string(text_csv_cell, "a;b"), "\"a;b\"");
	assert_string_equal(of_string(text_csv_cell, "say \"hi\""), "\"say \"\"hi\"\"\"");
	assert_string_equal(of_string(text_csv_cell, "a\r\nb"), "a\\x0d\\x0ab");
}

static void
test_writing_nothing_to_an_empty_text_is_an_empty_string(void **state)
{
	struct text text = { 0 };

	(void)state;
	text_put(&text, "");
	text_terminal(&text, NULL, 0);
	text_csv_cell(&text, NULL, 0);
	text_pad(&text, -3);
	assert_string_equal(text_str(&text), "");
	text_fini(&text);
}

static void
test_a_text_grows_and_keeps_what_it_held(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_char(&text, (char)('a' + i % 26));
	text_pad(&text, 5000);
	assert_int_equal(strlen(text_str(&text)), 15000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(text.at[i], 'a' + i % 26);
	text_fini(&text);
}

/* The hexadecimal digest of a text, handed in by pieces. */
static const char *
digest_of(const char *data, size_t count, size_t piece)
{
	uint8_t digest[SHA256_BYTES];
	struct sha256 sha;

	sha256_init(&sha);
	for (size_t at = 0; at < count; at += piece)
		sha256_add(&sha, data + at, count - at < piece ? count - at : piece);
	sha256_end(&sha, digest);
	line.length = 0;
	text_hex(&line, digest, sizeof(digest));
	return text_str(&line);
}

static void
test_digests_are_those_of_the_standard(void **state)
{
	(void)state;
	assert_string_equal(digest_of("", 0, 1),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(digest_of("abc", 3, 3),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(
	    digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 7),
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
test_a_digest_does_not_depend_on_the_pieces(void **state)
{
	char data[200], whole[65];

	(void)state;
	memset(data, 'x', sizeof(data));
	for (size_t count = 50; count < 140; count++) {
		strcpy(whole, digest_of(data, count, count));
		assert_string_equal(digest_of(data, count, 1), whole);
		assert_string_equal(digest_of(data, count, 61), whole);
	}
}

static void
test_base64_pads_to_four(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "\xff\xef\xbe", "/+++" } };

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		line.length = 0;
		text_base64(&line, (const uint8_t *)pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(text_str(&line), pairs[i][1]);
	}
}

static int
drop_line(void **state)
{
	(void)state;
	text_fini(&line);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_every_length_keep_all_their_digits),
		cmocka_unit_test(test_numbers_around_a_power_of_ten_have_the_right_length),
		cmocka_unit_test(test_the_largest_and_smallest_numbers_are_written),
		cmocka_unit_test(test_seconds_have_nine_digits_before_and_after_the_epoch),
		cmocka_unit_test(test_milliseconds_drop_the_zeros_that_say_nothing),
		cmocka_unit_test(test_dates_know_leap_years_and_what_came_before_1970),
		cmocka_unit_test(test_an_ipv4_address_has_no_leading_zeros),
		cmocka_unit_test(test_an_ipv6_address_is_written_as_rfc_5952_asks),
		cmocka_unit_test(test_json_strings_escape_what_json_and_eyes_need),
		cmocka_unit_test(test_no_terminal_control_survives),
		cmocka_unit_test(test_invalid_utf8_becomes_replacement_characters),
		cmocka_unit_test(test_a_spreadsheet_sees_no_formula),
		cmocka_unit_test(test_a_csv_cell_is_one_cell_on_one_line),
		cmocka_unit_test(test_writing_nothing_to_an_empty_text_is_an_empty_string),
		cmocka_unit_test(test_a_text_grows_and_keeps_what_it_held),
		cmocka_unit_test(test_digests_are_those_of_the_standard),
		cmocka_unit_test(test_a_digest_does_not_depend_on_the_pieces),
		cmocka_unit_test(test_base64_pads_to_four),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, drop_line);
}
