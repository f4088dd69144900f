#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "recorded/recorded.h"

static struct snapshots snapshots;
static struct diag diag;

static enum status
parse(const char *text)
{
	snapshots_fini(&snapshots);
	return snapshots_parse(&snapshots, "table", text, strlen(text), &diag);
}

static int
forget(void **state)
{
	(void)state;
	snapshots_fini(&snapshots);
	snapshots = (struct snapshots){ 0 };
	return 0;
}

/* "ESTABLISHED 15 0 127.0.0.1:17777 127.0.0.1:40352" */
static const char *
row(size_t i)
{
	static struct text text;
	const struct recorded *row = &snapshots.rows[i];
	const struct tuple *ends = &row->ends;

	assert_true(i < snapshots.row_count);
	text.length = 0;
	text_put(&text, sock_words[row->state].name);
	text_char(&text, ' ');
	text_i64(&text, row->recv_q);
	text_char(&text, ' ');
	text_i64(&text, row->send_q);
	for (int side = 0; side < (row->state == SOCK_LISTEN ? 1 : 2); side++) {
		text_char(&text, ' ');
		if (ends->ip_version == 4)
			text_ipv4(&text, side == 0 ? ends->src : ends->dst);
		else if (ends->ip_version == 6)
			text_ipv6(&text, side == 0 ? ends->src : ends->dst);
		else
			text_char(&text, '*');
		text_char(&text, ' ');
		text_u64(&text, side == 0 ? ends->sport : ends->dport);
	}
	if (row->any_address)
		text_put(&text, " any");
	text_put(&text, row->printer == PRINTER_SS ? " ss" : " netstat");
	return text_str(&text);
}

static void
test_netstat_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "Active Internet connections (servers and established)\n"
	    "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
	    "tcp        3      0 0.0.0.0:17777           0.0.0.0:*               LISTEN     \n"
	    "tcp       15      0 127.0.0.1:17777         127.0.0.1:40352         ESTABLISHED\n"
	    "tcp        0      1 127.0.0.1:40357         127.0.0.1:17777         SYN_SENT   \n"
	    "tcp        0      1 127.0.0.1:40358         127.0.0.1:17777         FIN_WAIT1  "
	    "on (0.20/0/0)\r\n"
	    "tcp        0      0 127.0.0.1:40359         127.0.0.1:17777         TIME_WAIT   -\n"),
	    ST_OK);
	assert_int_equal(snapshots.table_count, 1);
	assert_int_equal(snapshots.tables[0].line, 1);
	assert_int_equal(snapshots.tables[0].count, 5);
	assert_false(snapshots.tables[0].has_time);
	assert_string_equal(row(0), "LISTEN 3 0 0.0.0.0 17777 any netstat");
	assert_string_equal(row(1), "ESTABLISHED 15 0 127.0.0.1 17777 127.0.0.1 40352 netstat");
	assert_string_equal(row(2), "SYN_SENT 0 1 127.0.0.1 40357 127.0.0.1 17777 netstat");
	assert_string_equal(row(3), "FIN_WAIT1 0 1 127.0.0.1 40358 127.0.0.1 17777 netstat");
	assert_string_equal(row(4), "TIME_WAIT 0 0 127.0.0.1 40359 127.0.0.1 17777 netstat");
	assert_int_equal(snapshots.rows[4].line, 7);
	assert_int_equal(snapshots.unknown, 0);
}

static void
test_ss_is_read_with_its_own_spellings(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n"
	    "LISTEN     3      2          127.0.0.1:17777      0.0.0.0:*     "
	    "users:((\"server\",pid=7,fd=3))\n"
	    "LISTEN     0      128                *:22               *:*\n"
	    "LISTEN     0      4096   127.0.0.53%lo:53         0.0.0.0:*\n"
	    "ESTAB      15     0          127.0.0.1:17777    127.0.0.1:40352\n"
	    "SYN-SENT   0      1          127.0.0.1:40353    127.0.0.1:17777\n"
	    "SYN-RECV   0      0          127.0.0.1:17777    127.0.0.1:40353\n"
	    "FIN-WAIT-1 0      1          127.0.0.1:40354    127.0.0.1:17777\n"
	    "FIN-WAIT-2 0      0          127.0.0.1:40355    127.0.0.1:17777\n"
	    "TIME-WAIT  0      0          127.0.0.1:40356    127.0.0.1:17777\n"
	    "CLOSE-WAIT 1      0          127.0.0.1:17777    127.0.0.1:40355\n"
	    "LAST-ACK   1      1          127.0.0.1:17777    127.0.0.1:40357\n"
	    "CLOSING    1      1          127.0.0.1:17777    127.0.0.1:40358\n"),
	    ST_OK);
	assert_int_equal(snapshots.row_count, 12);
	assert_string_equal(row(0), "LISTEN 3 2 127.0.0.1 17777 ss");
	assert_string_equal(row(1), "LISTEN 0 128 * 22 any ss");
	assert_string_equal(row(2), "LISTEN 0 4096 127.0.0.53 53 ss");
	assert_string_equal(row(3), "ESTABLISHED 15 0 127.0.0.1 17777 127.0.0.1 40352 ss");
	assert_int_equal(snapshots.rows[4].state, SOCK_SYN_SENT);
	assert_int_equal(snapshots.rows[5].state, SOCK_SYN_RECV);
	assert_int_equal(snapshots.rows[6].state, SOCK_FIN_WAIT1);
	assert_int_equal(snapshots.rows[7].state, SOCK_FIN_WAIT2);
	assert_int_equal(snapshots.rows[8].state, SOCK_TIME_WAIT);
	assert_int_equal(snapshots.rows[9].state, SOCK_CLOSE_WAIT);
	assert_int_equal(snapshots.rows[10].state, SOCK_LAST_ACK);
	assert_int_equal(snapshots.rows[11].state, SOCK_CLOSING);
}

static void
test_ss_may_name_the_protocol_first(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "Netid State  Recv-Q Send-Q  Local Address:Port   Peer Address:Port Process\n"
	    "udp   UNCONN 0      0           127.0.0.1:323         0.0.0.0:*\n"
	    "tcp   LISTEN 0      2             0.0.0.0:17777       0.0.0.0:*\n"
	    "tcp   ESTAB  0      0       192.0.2.1%eth0:22     192.0.2.2:5000\n"),
	    ST_OK);
	assert_int_equal(snapshots.row_count, 2);
	assert_int_equal(snapshots.others, 1);
	assert_string_equal(row(0), "LISTEN 0 2 0.0.0.0 17777 any ss");
	assert_string_equal(row(1), "ESTABLISHED 0 0 192.0.2.1 22 192.0.2.2 5000 ss");
}

static void
test_ipv6_is_read_in_every_spelling(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "tcp6       0      0 :::17777                :::*                    LISTEN\n"
	    "tcp6       0      0 ::1:17777               ::1:40352               ESTABLISHED\n"
	    "tcp6       0      0 127.0.0.1:17777         127.0.0.1:40352         ESTABLISHED\n"
	    "LISTEN     0      2                [::]:80               [::]:*\n"
	    "ESTAB      0      0               [::1]:80              [::1]:5000\n"
	    "ESTAB      0      0   [fe80::1]%eth0:546     [fe80::2]%eth0:547\n"
	    "ESTAB      0      0  [::ffff:192.0.2.1]:80 [::ffff:192.0.2.2]:5000\n"),
	    ST_OK);
	assert_string_equal(row(0), "LISTEN 0 0 :: 17777 any netstat");
	assert_string_equal(row(1), "ESTABLISHED 0 0 ::1 17777 ::1 40352 netstat");
	assert_string_equal(row(2), "ESTABLISHED 0 0 127.0.0.1 17777 127.0.0.1 40352 netstat");
	assert_string_equal(row(3), "LISTEN 0 2 :: 80 any ss");
	assert_string_equal(row(4), "ESTABLISHED 0 0 ::1 80 ::1 5000 ss");
	assert_string_equal(row(5), "ESTABLISHED 0 0 fe80::1 546 fe80::2 547 ss");
	assert_string_equal(row(6), "ESTABLISHED 0 0 192.0.2.1 80 192.0.2.2 5000 ss");
}

static void
test_the_netstat_of_bsd_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "Active Internet connections (including servers)\n"
	    "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)    \n"
	    "tcp4       0      0  127.0.0.1.17777        127.0.0.1.52000        SYN_RCVD\n"
	    "tcp4       0      0  *.17777                *.*                    LISTEN\n"
	    "tcp6       0      0  ::1.17777              ::1.52001              FIN_WAIT_2\n"),
	    ST_OK);
	assert_int_equal(snapshots.table_count, 1);
	assert_string_equal(row(0), "SYN_RECV 0 0 127.0.0.1 17777 127.0.0.1 52000 netstat");
	assert_string_equal(row(1), "LISTEN 0 0 * 17777 any netstat");
	assert_string_equal(row(2), "FIN_WAIT2 0 0 ::1 17777 ::1 52001 netstat");
}

#define ROW "tcp 0 0 127.0.0.1:1 127.0.0.1:2 ESTABLISHED\n"
#define HEADS "Active Internet connections (servers and established)\nProto Recv-Q Send-Q\n"

static void
test_headings_part_snapshots_even_empty_ones(void **state)
{
	(void)state;
	assert_int_equal(parse("# Start\n" HEADS "\n# words\n" HEADS ROW ROW HEADS "\n" HEADS ROW), ST_OK);
	assert_int_equal(snapshots.table_count, 4);
	assert_int_equal(snapshots.tables[0].count, 0);
	assert_int_equal(snapshots.tables[0].line, 2);
	assert_int_equal(snapshots.tables[1].count, 2);
	assert_int_equal(snapshots.tables[1].first, 0);
	assert_int_equal(snapshots.tables[2].count, 0);
	assert_int_equal(snapshots.tables[3].count, 1);
	assert_int_equal(snapshots.tables[3].first, 2);
	assert_int_equal(parse("State Recv-Q Send-Q\nState Recv-Q Send-Q\n"), ST_OK);
	assert_int_equal(snapshots.table_count, 2);
	assert_int_equal(parse(ROW ROW), ST_OK);
	assert_int_equal(snapshots.table_count, 1);
}

static void
test_a_time_begins_a_snapshot_and_its_heading_does_not(void **state)
{
	(void)state;
	assert_int_equal(parse("# at 1558371357.011645\n" HEADS ROW
	                       "# at +3.5 s, 2019-05-20T16:56:00Z\n" ROW
	                       "# at 2019-05-20T16:55:57Z\n"
	                       "# at noon\n" HEADS),
	    ST_OK);
	assert_int_equal(snapshots.table_count, 3);
	assert_true(snapshots.tables[0].has_time);
	assert_int_equal(snapshots.tables[0].at.ns, INT64_C(1558371357011645000));
	assert_int_equal(snapshots.tables[0].count, 1);
	assert_true(snapshots.tables[1].at.is_relative);
	assert_int_equal(snapshots.tables[1].at.ns, INT64_C(3500000000));
	assert_int_equal(snapshots.tables[2].at.ns, INT64_C(1558371357000000000));
	assert_int_equal(snapshots.unknown, 1);
}

static void
test_a_second_table_after_a_time_has_none(void **state)
{
	(void)state;
	assert_int_equal(parse("# at 5\n" HEADS ROW HEADS ROW), ST_OK);
	assert_int_equal(snapshots.table_count, 2);
	assert_true(snapshots.tables[0].has_time);
	assert_false(snapshots.tables[1].has_time);
}

static void
test_what_is_not_understood_is_counted_and_passed_over(void **state)
{
	(void)state;
	assert_int_equal(parse(
	    "[3]Send Message\n"
	    "tcp        0      0 localhost:ssh           0.0.0.0:*               LISTEN\n"
	    "tcp        0      0 127.0.0.1:99999         127.0.0.1:1             ESTABLISHED\n"
	    "tcp        0      0 127.0.0.1:1             127.0.0.1:              ESTABLISHED\n"
	    "tcp        0      0 127.0.0.1:1             127.0.0.1:*             ESTABLISHED\n"
	    "tcp        0      0 127.0.0.1:1             [::1]:2                 ESTABLISHED\n"
	    "tcp        0      0 127.0.0.1:1             127.0.0.1:2             SLEEPING\n"
	    "tcp        0      x 127.0.0.1:1             127.0.0.1:2             ESTABLISHED\n"
	    "tcp        0      99999999999999999999 127.0.0.1:1 127.0.0.1:2      ESTABLISHED\n"
	    "tcp        0      0 127.0.0.1:1             127.0.0.1:2\n"
	    "tcp\n"
	    "ESTAB 0 0\n"
	    "udp        0      0 127.0.0.1:323           0.0.0.0:*\n"
	    "unix  2      [ ACC ]     STREAM     LISTENING     123  /run/x\n"
	    "tcp        0      0 0.0.0.0:1               0.0.0.0:*               CLOSE\n" HEADS),
	    ST_OK);
	assert_int_equal(snapshots.row_count, 0);
	assert_int_equal(snapshots.unknown, 12);
	assert_int_equal(snapshots.others, 3);
}

static void
test_a_file_without_a_table_is_refused(void **state)
{
	assert_int_equal(parse(""), ST_FORMAT);
	assert_int_equal(parse("nothing\n# at all\n"), ST_FORMAT);
	assert_string_equal(diag.text, "table: holds no table of netstat or ss");
	assert_int_equal(parse("Proto"), ST_OK);
	forget(state);
	assert_int_equal(snapshots_read(&snapshots, "no/such/file", &diag), ST_IO);
}

static void
test_the_comment_directly_above_a_snapshot_is_its_name(void **state)
{
	struct text text = { 0 };

	(void)state;
	assert_int_equal(parse("# a file\n\nProto\n#  Pending on \r\nProto\ntcp 0 0 1.2.3.4:5 *:* LISTEN\n"
			       "# first\n# second\nProto\n# above\n# at 7\n# at 8\n"),
	    ST_OK);
	assert_int_equal(snapshots.table_count, 5);
	assert_string_equal(snapshots.tables[0].label, "");
	assert_string_equal(snapshots.tables[1].label, "Pending on");
	assert_string_equal(snapshots.tables[2].label, "second");
	assert_string_equal(snapshots.tables[3].label, "above");
	assert_string_equal(snapshots.tables[4].label, "");

	text_put(&text, "# ");
	for (int i = 0; i < 100; i++)
		text_put(&text, "\xe6\x8e\xa5");
	text_put(&text, "\nProto\n");
	assert_int_equal(parse(text_str(&text)), ST_OK);
	assert_int_equal(strlen(snapshots.tables[0].label), 126);
	text_fini(&text);
}

static void
test_an_end_is_read_as_in_tables(void **state)
{
	struct tuple ends;

	(void)state;
	assert_true(recorded_end("127.0.0.1:80", &ends));
	assert_int_equal(ends.sport, 80);
	assert_int_equal(ends.ip_version, 4);
	assert_true(recorded_end("[0:0::1]:65535", &ends));
	assert_int_equal(ends.ip_version, 6);
	assert_int_equal(ends.src[15], 1);
	assert_false(recorded_end("127.0.0.1", &ends));
	assert_false(recorded_end("127.0.0.1:65536", &ends));
	assert_false(recorded_end("*:80", &ends));
	assert_false(recorded_end("", &ends));
}

static void
test_too_many_snapshots_are_refused(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int i = 0; i <= 1 << 16; i++)
		text_put(&text, "# at 1\n");
	assert_int_equal(parse(text_str(&text)), ST_LIMIT);
	assert_string_equal(diag.text, "table: line 65537: more than 65536 snapshots");
	text_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_netstat_is_read, forget),
		cmocka_unit_test_teardown(test_ss_is_read_with_its_own_spellings, forget),
		cmocka_unit_test_teardown(test_ss_may_name_the_protocol_first, forget),
		cmocka_unit_test_teardown(test_ipv6_is_read_in_every_spelling, forget),
		cmocka_unit_test_teardown(test_the_netstat_of_bsd_is_read, forget),
		cmocka_unit_test_teardown(test_headings_part_snapshots_even_empty_ones, forget),
		cmocka_unit_test_teardown(test_a_time_begins_a_snapshot_and_its_heading_does_not, forget),
		cmocka_unit_test_teardown(test_a_second_table_after_a_time_has_none, forget),
		cmocka_unit_test_teardown(test_what_is_not_understood_is_counted_and_passed_over, forget),
		cmocka_unit_test_teardown(
		    test_the_comment_directly_above_a_snapshot_is_its_name, forget),
		cmocka_unit_test(test_an_end_is_read_as_in_tables),
		cmocka_unit_test_teardown(test_a_file_without_a_table_is_refused, forget),
		cmocka_unit_test_teardown(test_too_many_snapshots_are_refused, forget),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
