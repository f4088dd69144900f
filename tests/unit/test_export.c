#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "markup/markup.h"
#include "support/written.h"

static const struct tuple loopback = {
	.src = { 127, 0, 0, 1 },
	.dst = { 127, 0, 0, 1 },
	.sport = 59276,
	.dport = 17777,
	.proto = PROTO_TCP,
	.ip_version = 4,
};

static struct packet_row
syn_again(void)
{
	return (struct packet_row){
		.frame = { FILE_NAME, 7 },
		.ts_ns = INT64_C(1558371357011645000),
		.index = 7,
		.flow = 2,
		.tuple = loopback,
		.flags = TCP_SYN | TCP_ACK,
		.seq = 0,
		.ack = 1,
		.window = 43690,
		.verdict = {
			.marks = MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_PORT_REUSED),
			.reason = { CAUSE_ACCEPT_QUEUE_FULL, 2, { 3, 101 } },
		},
	};
}

static struct packet_row
unreachable(void)
{
	struct packet_row row = syn_again();

	row.tuple = (struct tuple){
		.src = { [15] = 1 }, .dst = { 0x20, 1, 0x0d, 0xb8, [15] = 9 },
		.proto = PROTO_ICMP6, .ip_version = 6,
	};
	row.flags = 0;
	row.verdict = (struct verdict){ 0 };
	row.icmp_type = 1;
	row.icmp_code = 4;
	return row;
}

static struct flow_row
healthy_flow(void)
{
	return (struct flow_row){
		.file = FILE_NAME,
		.flow = 1,
		.tuple = loopback,
		.start_ns = INT64_C(1558371357011645000),
		.end_ns = INT64_C(1558371360000000001),
		.packets = { 5, 4 },
		.bytes = { 15, UINT64_MAX },
		.is_tcp = true,
		.conn = {
			.open = OPEN_COMPLETE,
			.close = CLOSE_RESET_BY_SERVER,
			.connect = CONNECT_OK,
			.connect_ns = INT64_C(1558371357011666000),
			.handshake_ns = 42000,
			.conn_state = "RSTR",
			.history = "ShADar",
		},
		.rtt_ns = -1,
		.retransmissions = 3,
		.mark_counts = { [MARK_RETRANSMISSION] = 3, [MARK_PORT_REUSED] = 1 },
	};
}

static struct flow_row
udp_flow(void)
{
	struct flow_row row = healthy_flow();

	row.tuple.proto = PROTO_UDP;
	row.is_tcp = false;
	memset(row.mark_counts, 0, sizeof(row.mark_counts));
	row.conn.conn_state = "SF";
	row.conn.history = "Dd";
	return row;
}

static const char *
packet_as(enum export_format format, struct packet_row row)
{
	struct export *out =
	    open_in_memory(RECORD_PACKETS, (struct export_options){ .format = format });

	export_source(out, &two_files);
	export_packet(out, &row);
	return finish(out);
}

static const char *
flow_as(enum export_format format, struct flow_row row)
{
	struct export *out =
	    open_in_memory(RECORD_FLOWS, (struct export_options){ .format = format });

	export_source(out, &two_files);
	export_flow(out, &row);
	return finish(out);
}

static void
test_a_packet_in_json_has_the_promised_keys_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(packet_as(FORMAT_JSONL, syn_again()),
	    "{\"file\":\"good-handshake.pcap\",\"frame\":7,\"time\":\"1558371357.011645000\","
	    "\"flow\":2,\"proto\":\"tcp\",\"src\":\"127.0.0.1\",\"sport\":59276,"
	    "\"dst\":\"127.0.0.1\",\"dport\":17777,\"flags\":[\"SYN\",\"ACK\"],"
	    "\"seq\":0,\"ack\":1,\"win\":43690,\"len\":0,"
	    "\"marks\":[\"retransmission\",\"port-reused\"],\"cause\":\"accept-queue-full\","
	    "\"because\":[3,\"=b\\\"\\u001b\xef\xbf\xbd.pcap:2\"],"
	    "\"icmp_type\":null,\"icmp_code\":null}\n");
}

static void
test_what_is_not_tcp_has_nulls_and_empty_lists(void **state)
{
	(void)state;
	assert_string_equal(packet_as(FORMAT_JSONL, unreachable()),
	    "{\"file\":\"good-handshake.pcap\",\"frame\":7,\"time\":\"1558371357.011645000\","
	    "\"flow\":2,\"proto\":\"icmp6\",\"src\":\"::1\",\"sport\":null,"
	    "\"dst\":\"2001:db8::9\",\"dport\":null,\"flags\":[],"
	    "\"seq\":null,\"ack\":null,\"win\":null,\"len\":0,"
	    "\"marks\":[],\"cause\":null,\"because\":[],\"icmp_type\":1,\"icmp_code\":4}\n");
}

static void
test_a_flow_in_json_has_the_promised_keys_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(flow_as(FORMAT_JSONL, healthy_flow()),
	    "{\"file\":\"good-handshake.pcap\",\"flow\":1,\"proto\":\"tcp\","
	    "\"client\":\"127.0.0.1\",\"cport\":59276,\"server\":\"127.0.0.1\",\"sport\":17777,"
	    "\"start\":\"1558371357.011645000\",\"end\":\"1558371360.000000001\","
	    "\"packets\":[5,4],\"bytes\":[15,18446744073709551615],"
	    "\"open\":\"complete\",\"close\":\"reset-by-server\",\"conn_state\":\"RSTR\","
	    "\"history\":\"ShADar\",\"handshake_ms\":0.042,\"rtt_ms\":null,"
	    "\"retransmissions\":3,\"marks\":{\"retransmission\":3,\"port-reused\":1},"
	    "\"connect\":\"ok\",\"cause\":null,\"because\":[],"
	    "\"connect_time\":\"1558371357.011666000\"}\n");
}

static void
test_a_flow_that_is_not_tcp_tells_nothing_of_connections(void **state)
{
	const char *json = flow_as(FORMAT_JSONL, udp_flow());

	(void)state;
	assert_non_null(strstr(json, "\"open\":null,\"close\":null,\"conn_state\":\"SF\""));
	assert_non_null(strstr(json, "\"handshake_ms\":null,\"rtt_ms\":null,"
	                             "\"retransmissions\":null,\"marks\":{},\"connect\":null,"
	                             "\"cause\":null,\"because\":[],\"connect_time\":null}"));
}

static void
test_a_pending_connect_has_no_time(void **state)
{
	struct flow_row row = healthy_flow();

	(void)state;
	row.conn.connect = CONNECT_PENDING;
	row.conn.connect_ns = 0;
	assert_non_null(strstr(flow_as(FORMAT_JSONL, row), "\"connect\":\"pending\""));
	assert_non_null(strstr(flow_as(FORMAT_JSONL, row), "\"connect_time\":null"));
}

static void
test_csv_has_one_value_a_cell_and_as_many_cells_as_headings(void **state)
{
	(void)state;
	assert_string_equal(flow_as(FORMAT_CSV, healthy_flow()),
	    "file,flow,proto,client,cport,server,sport,start,end,packets_client,packets_server,"
	    "bytes_client,bytes_server,open,close,conn_state,history,handshake_ms,rtt_ms,"
	    "retransmissions,marks,connect,cause,because,connect_time\r\n"
	    "good-handshake.pcap,1,tcp,127.0.0.1,59276,127.0.0.1,17777,1558371357.011645000,"
	    "1558371360.000000001,5,4,15,18446744073709551615,complete,reset-by-server,RSTR,"
	    "ShADar,0.042,,3,retransmission:3 port-reused:1,ok,,,1558371357.011666000\r\n");
	assert_string_equal(packet_as(FORMAT_CSV, unreachable()),
	    "file,frame,time,flow,proto,src,sport,dst,dport,flags,seq,ack,win,len,marks,"
	    "cause,because,icmp_type,icmp_code\r\n"
	    "good-handshake.pcap,7,1558371357.011645000,2,icmp6,::1,,2001:db8::9,,,,,,0,"
	    ",,,1,4\r\n");
}

static void
test_csv_disarms_a_file_that_is_named_like_a_formula(void **state)
{
	struct packet_row row = syn_again();

	(void)state;
	row.frame.file = "=cmd|' /C calc'!A0,1";
	row.verdict.reason.because_count = 0;
	assert_non_null(strstr(packet_as(FORMAT_CSV, row), "\r\n\"'=cmd|' /C calc'!A0,1\",7,"));
}

static void
test_xml_is_well_formed_with_no_row_and_with_hostile_names(void **state)
{
	struct packet_row row = syn_again();
	struct export *out =
	    open_in_memory(RECORD_FLOWS, (struct export_options){ .format = FORMAT_XML });

	(void)state;
	assert_string_equal(finish(out),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flows>\n</flows>\n");
	row.frame.file = "<\"&'>\x01\xef\xbf\xbe\xff\n\xc3\xa9";
	assert_string_equal(packet_as(FORMAT_XML, row),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<packets>\n"
	    "<packet file=\"&lt;&quot;&amp;'&gt;\\x01\\ufffe\xef\xbf\xbd\\x0a\xc3\xa9\" "
	    "frame=\"7\" time=\"1558371357.011645000\" flow=\"2\" proto=\"tcp\" "
	    "src=\"127.0.0.1\" sport=\"59276\" dst=\"127.0.0.1\" dport=\"17777\" "
	    "seq=\"0\" ack=\"1\" win=\"43690\" len=\"0\" cause=\"accept-queue-full\">"
	    "<flag name=\"SYN\"/><flag name=\"ACK\"/>"
	    "<mark name=\"retransmission\"/><mark name=\"port-reused\"/>"
	    "<because file=\"good-handshake.pcap\" frame=\"3\"/>"
	    "<because file=\"=b&quot;\\x1b\xef\xbf\xbd.pcap\" frame=\"2\"/></packet>\n"
	    "</packets>\n");
}

static void
test_xml_text_keeps_its_lines_and_loses_its_controls(void **state)
{
	struct text text = { 0 };
	struct markup_writer *writer = markup_writer_new(&text);

	(void)state;
	markup_begin(writer, "pre");
	markup_text(writer, "a\tb\n<c>\x08\xe2\x80\xae");
	markup_writer_free(writer);
	assert_string_equal(text_str(&text), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                                     "<pre>a\tb\n&lt;c&gt;\\x08\\u202e</pre>\n");
	text_fini(&text);
}

static void
test_text_names_the_file_and_its_first_moment_once(void **state)
{
	struct export *out =
	    open_in_memory(RECORD_PACKETS, (struct export_options){ .format = FORMAT_TEXT });
	struct packet_row row = syn_again();

	(void)state;
	export_source(out, &two_files);
	export_packet(out, &row);
	row.frame.number = 12345;
	row.ts_ns += INT64_C(1000021000);
	row.flags = TCP_FIN | TCP_PSH | TCP_ACK;
	row.verdict = (struct verdict){ 0 };
	export_packet(out, &row);
	row.ts_ns -= INT64_C(2000000000);
	export_packet(out, &row);
	assert_string_equal(finish(out),
	    "frame       time flow source             > destination        "
	    "flags       seq     ack    win   len marks cause <- because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "    7   0.000000    2 127.0.0.1:59276    > 127.0.0.1:17777    "
	    "SYN,ACK       0       1  43690     0 retransmission,port-reused "
	    "accept-queue-full <- 3, =b\"\\x1b\xef\xbf\xbd.pcap:2\n"
	    "12345   1.000021    2 127.0.0.1:59276    > 127.0.0.1:17777    "
	    "FIN,PSH,ACK   0       1  43690     0\n"
	    "12345  -0.999979    2 127.0.0.1:59276    > 127.0.0.1:17777    "
	    "FIN,PSH,ACK   0       1  43690     0\n");
}

static void
test_text_names_each_part_but_tells_the_first_moment_of_the_capture(void **state)
{
	struct export *out =
	    open_in_memory(RECORD_PACKETS, (struct export_options){ .format = FORMAT_TEXT });
	struct packet_row row = syn_again();
	const char *text;

	(void)state;
	export_source(out, &two_files);
	export_packet(out, &row);
	row.frame.file = "second.pcap";
	export_packet(out, &row);
	text = finish(out);
	assert_non_null(strstr(text, "# good-handshake.pcap, first packet 2019-05-20T"));
	assert_non_null(strstr(text, "\n# second.pcap\n"));
}

static void
test_text_of_no_rows_has_no_heading(void **state)
{
	(void)state;
	assert_string_equal(finish(open_in_memory(RECORD_FLOWS,
				(struct export_options){ .format = FORMAT_TEXT })),
	    "");
}

static void
test_a_wide_cell_pushes_its_row_only_as_far_as_it_must(void **state)
{
	const char *row = strstr(packet_as(FORMAT_TEXT, unreachable()), "    7");

	(void)state;
	assert_string_equal(row, "    7   0.000000    2 ::1                > 2001:db8::9        "
	                         "icmp6:1/4     -       -      -     0\n");
}

static void
test_text_of_a_flow_ends_with_the_last_cell_that_says_something(void **state)
{
	struct flow_row row = healthy_flow();

	(void)state;
	assert_non_null(strstr(flow_as(FORMAT_TEXT, udp_flow()), " Dd\n"));
	row.bytes[1] = 0;
	assert_string_equal(flow_as(FORMAT_TEXT, row),
	    "flow proto client           server           packets       bytes "
	    "open         close           connect      state history shake-ms  rtt-ms re-sent marks cause <- because\n"
	    "# good-handshake.pcap, first packet 2019-05-20T16:55:57.011645000Z\n"
	    "   1 tcp   127.0.0.1:59276  127.0.0.1:17777      5/4        15/0 "
	    "complete     reset-by-server ok           RSTR  ShADar     0.042       -       3 "
	    "retransmission:3,port-reused:1\n");
}

/* Write text without its colours over itself. */
static void
strip_codes(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\x1b') {
			while (*from != 'm')
				from++;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

static void
test_colour_changes_nothing_but_colour(void **state)
{
	struct flow_row row = healthy_flow();
	struct export *out;
	char plain[2048], coloured[2048];

	(void)state;
	strcpy(plain, flow_as(FORMAT_TEXT, row));
	out = open_in_memory(RECORD_FLOWS,
	    (struct export_options){ .format = FORMAT_TEXT, .color = true });
	export_flow(out, &row);
	strcpy(coloured, finish(out));
	assert_non_null(strstr(coloured, "\x1b[31mreset-by-server\x1b[m"));
	strip_codes(coloured);
	assert_string_equal(plain, coloured);
}

static void
test_without_an_analysis_frames_go_by_their_index(void **state)
{
	struct export *out =
	    open_in_memory(RECORD_PACKETS, (struct export_options){ .format = FORMAT_JSONL });
	struct packet_row row = syn_again();

	(void)state;
	row.frame.file = NULL;
	export_packet(out, &row);
	row.verdict.reason.because_count = 0;
	assert_non_null(strstr(finish(out), "{\"file\":null,\"frame\":7,"));
	assert_non_null(strstr(packet_as(FORMAT_JSONL, row), "\"because\":[]"));
}

static void
test_a_long_file_name_fits_in_its_rows(void **state)
{
	struct packet_row row = syn_again();
	char name[3000];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	row.frame.file = name;
	for (int format = 0; format < FORMAT_COUNT; format++)
		assert_non_null(strstr(packet_as((enum export_format)format, row), name));
}

static void
test_a_reader_that_went_away_ends_the_writing_without_a_word(void **state)
{
	struct sink *sink = mem_zalloc(sizeof(*sink));
	struct diag diag = { "" };
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	sink->fd = ends[1];
	sink->path = mem_strdup("pipe");
	sink_write(sink, "x", 1);
	assert_true(sink_failed(sink));
	sink_write(sink, "y", 1);
	assert_int_equal(sink_close(sink, &diag), ST_END);
	assert_string_equal(diag.text, "");
}

static void
test_a_full_disk_is_told_with_the_name_of_the_file(void **state)
{
	struct diag diag = { "" };
	struct sink *sink;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_int_equal(sink_open(&sink, "/dev/full", &diag), ST_OK);
	sink_write(sink, "x", 1);
	assert_false(sink_failed(sink));
	assert_int_equal(sink_close(sink, &diag), ST_IO);
	assert_non_null(strstr(diag.text, "/dev/full: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_packet_in_json_has_the_promised_keys_in_their_order),
		cmocka_unit_test(test_what_is_not_tcp_has_nulls_and_empty_lists),
		cmocka_unit_test(test_a_flow_in_json_has_the_promised_keys_in_their_order),
		cmocka_unit_test(test_a_flow_that_is_not_tcp_tells_nothing_of_connections),
		cmocka_unit_test(test_a_pending_connect_has_no_time),
		cmocka_unit_test(test_csv_has_one_value_a_cell_and_as_many_cells_as_headings),
		cmocka_unit_test(test_csv_disarms_a_file_that_is_named_like_a_formula),
		cmocka_unit_test(test_xml_is_well_formed_with_no_row_and_with_hostile_names),
		cmocka_unit_test(test_xml_text_keeps_its_lines_and_loses_its_controls),
		cmocka_unit_test(test_text_names_the_file_and_its_first_moment_once),
		cmocka_unit_test(test_text_names_each_part_but_tells_the_first_moment_of_the_capture),
		cmocka_unit_test(test_text_of_no_rows_has_no_heading),
		cmocka_unit_test(test_a_wide_cell_pushes_its_row_only_as_far_as_it_must),
		cmocka_unit_test(test_text_of_a_flow_ends_with_the_last_cell_that_says_something),
		cmocka_unit_test(test_colour_changes_nothing_but_colour),
		cmocka_unit_test(test_without_an_analysis_frames_go_by_their_index),
		cmocka_unit_test(test_a_long_file_name_fits_in_its_rows),
		cmocka_unit_test(test_a_reader_that_went_away_ends_the_writing_without_a_word),
		cmocka_unit_test(test_a_full_disk_is_told_with_the_name_of_the_file),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
