#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/written.h"

static const struct tuple loopback = {
	.src = { 127, 0, 0, 1 },
	.dst = { 127, 0, 0, 1 },
	.sport = 17777,
	.dport = 40352,
	.proto = PROTO_TCP,
	.ip_version = 4,
};

static struct socket_row
server_end(void)
{
	return (struct socket_row){
		.at_ns = FIRST_NS + INT64_C(3500000000),
		.flow = 1,
		.ends = loopback,
		.is_server = true,
		.state = SOCK_ESTABLISHED,
		.recv_q = { 0, 15 },
		.recv_q_best = 15,
		.send_q = { 0, 0 },
		.certain = true,
		.because = { 2, { 5, 101 } },
	};
}

static struct socket_row
listener_end(void)
{
	return (struct socket_row){
		.at_ns = FIRST_NS + INT64_C(3500000000),
		.ends = loopback,
		.any_address = true,
		.state = SOCK_LISTEN,
		.recv_q = { 3, 3 },
		.recv_q_best = 3,
		.send_q = { 2, RANGE_OPEN },
		.send_q_best = -1,
	};
}

static const char *
socket_as(enum export_format format, struct socket_row row)
{
	struct export *out =
	    open_in_memory(RECORD_SOCKETS, (struct export_options){ .format = format });

	export_source(out, &two_files);
	export_socket(out, &row);
	return finish(out);
}

static void
test_a_socket_in_json_has_the_promised_keys_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(socket_as(FORMAT_JSONL, server_end()),
	    "{\"at\":\"1558371360.511645000\",\"proto\":\"tcp\",\"local\":\"127.0.0.1:17777\","
	    "\"remote\":\"127.0.0.1:40352\",\"state\":\"ESTABLISHED\",\"recv_q\":[0,15],"
	    "\"send_q\":0,\"certain\":true,\"because\":[5,\"=b\\\"\\u001b\xef\xbf\xbd.pcap:2\"],"
	    "\"recv_q_best\":15,\"send_q_best\":0,\"file\":\"good-handshake.pcap\",\"flow\":1,"
	    "\"side\":\"server\"}\n");
}

static void
test_what_listens_has_no_other_end_and_no_flow(void **state)
{
	(void)state;
	assert_string_equal(socket_as(FORMAT_JSONL, listener_end()),
	    "{\"at\":\"1558371360.511645000\",\"proto\":\"tcp\",\"local\":\"0.0.0.0:17777\","
	    "\"remote\":\"*:*\",\"state\":\"LISTEN\",\"recv_q\":3,\"send_q\":[2,null],"
	    "\"certain\":false,\"because\":[],\"recv_q_best\":3,\"send_q_best\":null,"
	    "\"file\":\"good-handshake.pcap\",\"flow\":null,\"side\":null}\n");
}

static void
test_an_ipv6_socket_stands_in_brackets(void **state)
{
	struct socket_row row = listener_end();

	(void)state;
	row.ends = (struct tuple){ .src = { [15] = 1 }, .sport = 80, .ip_version = 6 };
	assert_non_null(strstr(socket_as(FORMAT_JSONL, row), "\"local\":\"[::]:80\""));
	assert_non_null(strstr(socket_as(FORMAT_TEXT, row),
	    "\ntcp6       3     2+ [::]:80                 [::]:*                  LISTEN "));
	row.any_address = false;
	assert_non_null(strstr(socket_as(FORMAT_JSONL, row), "\"local\":\"[::1]:80\""));
}

static void
test_ranges_in_csv_and_xml_have_two_dots(void **state)
{
	(void)state;
	assert_string_equal(socket_as(FORMAT_CSV, server_end()),
	    "at,proto,local,remote,state,recv_q,send_q,certain,because,recv_q_best,send_q_best,"
	    "file,flow,side\r\n"
	    "1558371360.511645000,tcp,127.0.0.1:17777,127.0.0.1:40352,ESTABLISHED,0..15,0,true,"
	    "\"5 =b\"\"\\x1b\xef\xbf\xbd.pcap:2\",15,0,good-handshake.pcap,1,server\r\n");
	assert_string_equal(socket_as(FORMAT_XML, listener_end()),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sockets>\n"
	    "<socket at=\"1558371360.511645000\" proto=\"tcp\" local=\"0.0.0.0:17777\" "
	    "remote=\"*:*\" state=\"LISTEN\" recv_q=\"3\" send_q=\"2..\" certain=\"false\" "
	    "recv_q_best=\"3\" file=\"good-handshake.pcap\"/>\n</sockets>\n");
}

static void
test_text_is_laid_out_as_netstat_does(void **state)
{
	struct export *out =
	    open_in_memory(RECORD_SOCKETS, (struct export_options){ .format = FORMAT_TEXT });
	struct socket_row listener = listener_end();
	struct socket_row server = server_end();

	(void)state;
	export_source(out, &two_files);
	export_socket(out, &listener);
	export_socket(out, &server);
	server.at_ns = FIRST_NS - 500000000;
	server.state = SOCK_SYN_RECV;
	server.recv_q = (struct range){ 0, 0 };
	server.certain = false;
	server.because.count = 1;
	export_socket(out, &server);
	assert_string_equal(finish(out),
	    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
	    "~Recv-Q ~Send-Q Certain Because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "# at +3.500000 s, 2019-05-20T16:56:00.511645000Z\n"
	    "tcp        3     2+ 0.0.0.0:17777           0.0.0.0:*               LISTEN      "
	    "      -       - no\n"
	    "tcp     0-15      0 127.0.0.1:17777         127.0.0.1:40352         ESTABLISHED "
	    "     15       - yes     5, =b\"\\x1b\xef\xbf\xbd.pcap:2\n"
	    "# at -0.500000 s, 2019-05-20T16:55:56.511645000Z\n"
	    "tcp        0      0 127.0.0.1:17777         127.0.0.1:40352         SYN_RECV    "
	    "      -       - no      5\n");
}

static void
test_text_tells_of_a_moment_without_sockets(void **state)
{
	struct export *out =
	    open_in_memory(RECORD_SOCKETS, (struct export_options){ .format = FORMAT_TEXT });
	const char *text;

	(void)state;
	export_source(out, &two_files);
	export_no_socket(out, FIRST_NS + 1000000);
	text = finish(out);
	assert_non_null(strstr(text, "Because\n# good-handshake.pcap, first packet 2019-05-20T"));
	assert_non_null(strstr(text, "\n# at +0.001000 s, 2019-05-20T16:55:57.012645000Z: none\n"));
	out = open_in_memory(RECORD_SOCKETS, (struct export_options){ .format = FORMAT_JSONL });
	export_no_socket(out, FIRST_NS);
	assert_string_equal(finish(out), "");
}

static void
test_changes_in_text_have_their_own_times(void **state)
{
	struct export *out = open_in_memory(
	    RECORD_SOCKET_CHANGES, (struct export_options){ .format = FORMAT_TEXT });
	struct socket_row row = server_end();

	(void)state;
	export_source(out, &two_files);
	row.because.count = 1;
	export_socket(out, &row);
	assert_string_equal(finish(out),
	    "      Time Proto Recv-Q Send-Q Local Address           Foreign Address         "
	    "State       ~Recv-Q ~Send-Q Certain Because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "  3.500000 tcp     0-15      0 127.0.0.1:17777         127.0.0.1:40352         "
	    "ESTABLISHED      15       - yes     5\n");
}

/* --- comparisons --- */

static const char *
compared_as(enum export_format format, struct compared_row row)
{
	struct export *out =
	    open_in_memory(RECORD_COMPARISON, (struct export_options){ .format = format });

	export_source(out, &two_files);
	export_compared(out, &row);
	export_remark(out, "1 row: 1 contradicts\x1b");
	return finish(out);
}

/* Recorded with other bytes to read than can have been there. */
static struct compared_row
contradiction(struct socket_row *recorded, struct socket_row *found)
{
	*found = server_end();
	found->because.count = 1;
	*recorded = *found;
	recorded->recv_q = (struct range){ 20, 20 };
	return (struct compared_row){
		.snapshot = 3,
		.line = 12,
		.from_ns = FIRST_NS + INT64_C(1500000000),
		.to_ns = INT64_MAX,
		.result = "contradicts",
		.is_odd = true,
		.differs = 2,
		.recorded = recorded,
		.found = found,
	};
}

static void
test_a_comparison_in_json_has_both_rows(void **state)
{
	struct socket_row recorded, found;
	struct compared_row row = contradiction(&recorded, &found);

	(void)state;
	assert_string_equal(compared_as(FORMAT_JSONL, row),
	    "{\"snapshot\":3,\"line\":12,\"from\":\"1558371358.511645000\",\"to\":null,"
	    "\"result\":\"contradicts\",\"differs\":[\"recv_q\"],\"proto\":\"tcp\","
	    "\"local\":\"127.0.0.1:17777\",\"remote\":\"127.0.0.1:40352\","
	    "\"recorded_state\":\"ESTABLISHED\",\"recorded_recv_q\":20,\"recorded_send_q\":0,"
	    "\"state\":\"ESTABLISHED\",\"recv_q\":[0,15],\"send_q\":0,\"certain\":true,"
	    "\"because\":[5],\"file\":\"good-handshake.pcap\",\"flow\":1}\n");
}

static void
test_what_was_only_recorded_has_nothing_found(void **state)
{
	struct socket_row recorded, found;
	struct compared_row row = contradiction(&recorded, &found);
	const char *json;

	(void)state;
	row.found = NULL;
	row.differs = 0;
	recorded = listener_end();
	recorded.ends.ip_version = 0; /* "*:17777" */
	json = compared_as(FORMAT_JSONL, row);
	assert_non_null(strstr(json, "\"local\":\"*:17777\",\"remote\":\"*:*\","));
	assert_non_null(strstr(json, "\"state\":null,\"recv_q\":null,\"send_q\":null,"
	                             "\"certain\":null,\"because\":[],"));
	assert_non_null(strstr(json, "\"flow\":null}"));
}

static void
test_a_comparison_in_text_has_a_heading_and_a_remark(void **state)
{
	struct socket_row recorded, found;
	struct compared_row row = contradiction(&recorded, &found);

	(void)state;
	assert_string_equal(compared_as(FORMAT_TEXT, row),
	    "Result        Recv-Q Send-Q Local Address         Foreign Address       State       "
	    "| Found       Recv-Q Send-Q Certain Because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "# snapshot 3 (line 12), from +1.500000 s on\n"
	    "contradicts       20      0 127.0.0.1:17777       127.0.0.1:40352       ESTABLISHED "
	    "| ESTABLISHED   0-15      0 yes     5\n"
	    "# 1 row: 1 contradicts\\x1b\n");
}

static void
test_a_heading_tells_when_the_snapshot_was_taken(void **state)
{
	struct socket_row recorded, found;
	struct compared_row row = contradiction(&recorded, &found);

	(void)state;
	row.to_ns = FIRST_NS + INT64_C(3000000000);
	assert_non_null(strstr(compared_as(FORMAT_TEXT, row),
	    "\n# snapshot 3 (line 12), between +1.500000 s and +3.000000 s\n"));
	row.from_ns = INT64_MIN;
	assert_non_null(strstr(
	    compared_as(FORMAT_TEXT, row), "\n# snapshot 3 (line 12), before +3.000000 s\n"));
	row.to_ns = INT64_MAX;
	assert_non_null(
	    strstr(compared_as(FORMAT_TEXT, row), "\n# snapshot 3 (line 12), at any time\n"));
	row.has_time = true;
	row.from_ns = row.to_ns = FIRST_NS - 1000000000;
	assert_non_null(strstr(compared_as(FORMAT_TEXT, row),
	    "\n# snapshot 3 (line 12), at -1.000000 s, 2019-05-20T16:55:56.011645000Z\n"));
}

/* --- listeners --- */

/* The blog's accept_once: one accept() with a backlog of 2, or none with 3. */
static struct listener_row
full_queue(void)
{
	return (struct listener_row){
		.first_index = 1,
		.local = loopback,
		.kind = STORY_OVERFLOW,
		.stages = STAGE_LISTENING | STAGE_ACCEPTED_ONCE,
		.vantage = VANTAGE_LOOPBACK,
		.backlog = { 2, 3 },
		.backlog_best = -1,
		.accepted = { 0, 1 },
		.accepted_best = 0,
		.established = { 4, 4 },
		.syn_recv = { 2, 2 },
		.queue_max = { 3, 4 },
		.attempts = 6,
		.completed = 6,
		.overflows = 2,
		.ignored_acks = 2,
		.because = { 2, { 13, 19 } },
	};
}

static const char *
listener_as(enum export_format format, struct listener_row row)
{
	struct export *out =
	    open_in_memory(RECORD_LISTENERS, (struct export_options){ .format = format });

	export_source(out, &two_files);
	export_listener(out, &row);
	return finish(out);
}

static void
assert_verdict(struct listener_row row, const char *expected)
{
	struct text verdict = { 0 };

	verdict_write(&verdict, &row, NULL);
	assert_string_equal(text_str(&verdict), expected);
	text_fini(&verdict);
}

#define FULL_VERDICT \
	"The accept queue was full. It held between 3 and 4 connections. 2 ACKs were ignored. " \
	"If nothing had been accepted before that, its backlog is 3; each accept() makes it one " \
	"less, down to 2. accept() returned at most once. --assume backlog=N settles it."

static void
test_a_listener_in_json_has_the_promised_keys_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(listener_as(FORMAT_JSONL, full_queue()),
	    "{\"file\":\"good-handshake.pcap\",\"local\":\"127.0.0.1:17777\","
	    "\"verdict\":\"" FULL_VERDICT "\","
	    "\"stage\":[\"listening\",\"accepted-once\"],\"backlog\":[2,3],\"accepted\":[0,1],"
	    "\"established\":4,\"syn_recv\":2,\"syn_dropped\":0,\"refused\":0,\"overflows\":2,"
	    "\"cookies\":0,\"because\":[13,19],\"accepted_best\":0,\"backlog_told\":false,"
	    "\"story\":\"overflow\",\"attempts\":6,\"completed\":6,\"ignored_acks\":2,"
	    "\"aborted\":0,\"deferred\":0,\"queue_max\":[3,4],\"vantage\":\"loopback\","
	    "\"rivals\":[],\"settle\":[\"backlog\"]}\n");
}

static void
test_a_listener_in_text_has_its_verdict_below(void **state)
{
	(void)state;
	assert_string_equal(listener_as(FORMAT_TEXT, full_queue()),
	    "listener          story         backlog accepted established syn-recv syn-dropped "
	    "refused overflows cookies stage         because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "127.0.0.1:17777   overflow          2-3      0-1           4        2           0 "
	    "      0         2       0 listening,accepted-once 13, 19\n"
	    "      The accept queue was full. It held between 3 and 4 connections. 2 ACKs\n"
	    "      were ignored. If nothing had been accepted before that, its backlog is 3;\n"
	    "      each accept() makes it one less, down to 2. accept() returned at most\n"
	    "      once. --assume backlog=N settles it.\n");
}

static void
test_a_listener_in_xml_has_a_stage_an_element(void **state)
{
	const char *xml = listener_as(FORMAT_XML, full_queue());

	(void)state;
	assert_non_null(strstr(xml, "<listener file=\"good-handshake.pcap\" "
	                            "local=\"127.0.0.1:17777\" verdict=\"The accept"));
	assert_non_null(strstr(xml, " backlog=\"2..3\" "));
	assert_non_null(strstr(xml, "<stage name=\"listening\"/><stage name=\"accepted-once\"/>"
	                            "<because frame=\"13\"/><because frame=\"19\"/>"
	                            "<settle name=\"backlog\"/></listener>"));
}

static void
test_a_sentence_in_csv_is_one_cell(void **state)
{
	const char *csv = listener_as(FORMAT_CSV, full_queue());

	(void)state;
	assert_non_null(strstr(csv, "\r\ngood-handshake.pcap,127.0.0.1:17777,\"The accept queue"));
	assert_non_null(strstr(csv, "settles it.\",listening accepted-once,2..3,0..1,4,2,0,0,2,0,"
	                            "13 19,,0,false,overflow,6,6,2,0,0,3..4,loopback,,backlog\r\n"));
}

static void
test_a_backlog_that_was_told_settles_it(void **state)
{
	struct listener_row row = full_queue();

	(void)state;
	row.backlog = (struct range){ 2, 2 };
	row.backlog_told = true;
	row.accepted = (struct range){ 1, 1 };
	row.queue_max = (struct range){ 3, 3 };
	assert_verdict(row, "The accept queue was full. It held 3 connections. 2 ACKs were ignored. "
	                    "Its backlog, as told, is 2. accept() returned once.");
	row.backlog_told = false;
	row.accepted = (struct range){ 0, 0 };
	row.ignored_acks = 1;
	row.syn_dropped = 1;
	assert_verdict(row, "The accept queue was full. It held 3 connections. 1 ACK was ignored. "
	                    "1 SYN was left without an answer. So its backlog is 2. "
	                    "Nothing was accepted.");
}

static void
test_bounds_that_are_no_trade_are_told_as_bounds(void **state)
{
	struct listener_row row = full_queue();

	(void)state;
	row.queue_max = (struct range){ 1, RANGE_OPEN };
	row.backlog = (struct range){ 0, 5 };
	row.accepted = (struct range){ 1, RANGE_OPEN };
	assert_verdict(row, "The accept queue was full. It held at least 1 connection. 2 ACKs were "
	                    "ignored. So its backlog is between 0 and 5: the less, the more "
	                    "connections had been accepted before that. accept() returned at least "
	                    "once. --assume backlog=N settles it.");
	row.accepted = (struct range){ 1, 1 };
	assert_verdict(row, "The accept queue was full. It held at least 1 connection. 2 ACKs were "
	                    "ignored. So its backlog is between 0 and 5. accept() returned once. "
	                    "--assume backlog=N settles it.");
	row.accepted = (struct range){ 1, RANGE_OPEN };
	row.backlog = (struct range){ 2, RANGE_OPEN };
	row.ignored_acks = 0;
	row.rivals = RIVAL_DEFER | RIVAL_LOSS;
	row.vantage = VANTAGE_UNKNOWN;
	assert_verdict(row, "The accept queue was full. It held at least 1 connection. So its backlog "
	                    "is at least 2. accept() returned at least once. --assume backlog=N "
	                    "settles it. TCP_DEFER_ACCEPT would look the same. Packets may have been "
	                    "lost where the capture does not show it. --assume vantage=PLACE says "
	                    "whether that can be.");
}

static void
test_what_was_concluded_is_no_rival_of_itself(void **state)
{
	struct listener_row row = {
		.kind = STORY_HEALTHY,
		.backlog = { 0, RANGE_OPEN },
		.accepted = { 0, 1 },
		.attempts = 1,
		.completed = 1,
		.deferred = 1,
		.rivals = RIVAL_DEFER,
	};

	(void)state;
	assert_verdict(row, "1 connection was completed, and nothing shows that the accept queue was "
	                    "ever full. 1 request waited for data, as TCP_DEFER_ACCEPT asks.");
	row.deferred = 0;
	row.unheard = 1;
	assert_verdict(row, "1 connection was completed, and nothing shows that the accept queue was "
	                    "ever full. What 1 client sent was never acknowledged. "
	                    "TCP_DEFER_ACCEPT would look the same.");
}

static void
test_a_refusal_is_told_with_what_looks_the_same(void **state)
{
	const struct listener_row row = {
		.kind = STORY_NOT_LISTENING,
		.backlog = { 0, RANGE_OPEN },
		.attempts = 6,
		.refused = 6,
		.rivals = RIVAL_FIREWALL,
	};

	(void)state;
	assert_non_null(strstr(listener_as(FORMAT_JSONL, row), "\"backlog\":null,"));
	assert_verdict(row,
	    "Nothing listened: 6 attempts to connect were refused, and none was answered otherwise. "
	    "A program that called socket() or bind(), but not listen(), looks the same as none. "
	    "A firewall may have refused in its place.");
}

static void
test_silence_is_not_called_a_full_queue(void **state)
{
	struct listener_row row = {
		.kind = STORY_SILENT,
		.backlog = { 0, RANGE_OPEN },
		.attempts = 1,
		.syn_dropped = 5,
		.rivals = RIVAL_HOST_DOWN | RIVAL_KERNEL,
	};

	(void)state;
	assert_verdict(row,
	    "1 attempt to connect was never answered. The host may be down. On some systems, such as "
	    "macOS, a socket that is bound and does not listen is silent. A capture taken at the "
	    "server would settle it.");
	row.vantage = VANTAGE_SERVER;
	row.rivals = 0;
	row.attempts = 2;
	assert_verdict(row, "2 attempts to connect were never answered.");
	row.vantage = VANTAGE_CLIENT;
	row.rivals = RIVAL_END;
	assert_verdict(row,
	    "2 attempts to connect were not answered before the capture ended, less than a second "
	    "later. A longer capture would settle it, and so does --assume until=TIME where it ran "
	    "on.");
}

static void
test_health_is_told_soberly(void **state)
{
	struct listener_row row = {
		.kind = STORY_HEALTHY,
		.backlog = { 0, RANGE_OPEN },
		.accepted = { 2, RANGE_OPEN },
		.attempts = 4,
		.completed = 3,
		.refused = 1,
	};

	(void)state;
	assert_verdict(row,
	    "3 connections were completed, and nothing shows that the accept queue was ever full. "
	    "1 attempt to connect was refused: it did not always listen. "
	    "accept() returned at least 2 times.");
	row.kind = STORY_FLOOD;
	row.attempts = 1000000;
	row.refused = 0;
	row.cookies = 2;
	assert_verdict(row, "A flood: 1000000 connections were asked for, and of those the clients "
	                    "completed 3. 2 SYNs were answered by cookies.");
}

/* Every condition at once: no row of the table outgrows what it is written into. */
static void
test_the_longest_verdict_is_written_whole(void **state)
{
	struct listener_row row = full_queue();

	(void)state;
	row.kind = STORY_ABORTING;
	row.vantage = VANTAGE_UNKNOWN;
	row.rivals = 0x3f;
	row.syn_dropped = row.aborted = row.refused = row.cookies = row.deferred = UINT32_MAX;
	row.first_index = 100;
	for (int format = 0; format < FORMAT_COUNT; format++)
		assert_non_null(strstr(listener_as((enum export_format)format, row),
		    "TCP_DEFER_ACCEPT"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_socket_in_json_has_the_promised_keys_in_their_order),
		cmocka_unit_test(test_what_listens_has_no_other_end_and_no_flow),
		cmocka_unit_test(test_an_ipv6_socket_stands_in_brackets),
		cmocka_unit_test(test_ranges_in_csv_and_xml_have_two_dots),
		cmocka_unit_test(test_text_is_laid_out_as_netstat_does),
		cmocka_unit_test(test_text_tells_of_a_moment_without_sockets),
		cmocka_unit_test(test_changes_in_text_have_their_own_times),
		cmocka_unit_test(test_a_comparison_in_json_has_both_rows),
		cmocka_unit_test(test_what_was_only_recorded_has_nothing_found),
		cmocka_unit_test(test_a_comparison_in_text_has_a_heading_and_a_remark),
		cmocka_unit_test(test_a_heading_tells_when_the_snapshot_was_taken),
		cmocka_unit_test(test_a_listener_in_json_has_the_promised_keys_in_their_order),
		cmocka_unit_test(test_a_listener_in_text_has_its_verdict_below),
		cmocka_unit_test(test_a_listener_in_xml_has_a_stage_an_element),
		cmocka_unit_test(test_a_sentence_in_csv_is_one_cell),
		cmocka_unit_test(test_a_backlog_that_was_told_settles_it),
		cmocka_unit_test(test_bounds_that_are_no_trade_are_told_as_bounds),
		cmocka_unit_test(test_what_was_concluded_is_no_rival_of_itself),
		cmocka_unit_test(test_a_refusal_is_told_with_what_looks_the_same),
		cmocka_unit_test(test_silence_is_not_called_a_full_queue),
		cmocka_unit_test(test_health_is_told_soberly),
		cmocka_unit_test(test_the_longest_verdict_is_written_whole),
	};

	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
