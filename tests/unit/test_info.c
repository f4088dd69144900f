/*
 * What Wireshark's Info column says, of rows and headers made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "figure/figure_priv.h"

/* A header's 20 bytes; flags and numbers are taken from the row. */
#define TCP_HEADER 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0, 0, 0, 0, 0, 0, 7

static struct packet_row
tcp_row(uint16_t flags, uint32_t seq, uint32_t ack, uint32_t length)
{
	return (struct packet_row){
		.index = 7,
		.flow = 1,
		.frame = { .number = 7 },
		.tuple = { .sport = 40352, .dport = 17777, .proto = PROTO_TCP, .ip_version = 4 },
		.flags = flags,
		.seq = seq,
		.ack = ack,
		.window = 32792,
		.length = length,
	};
}

static struct figure_wire
wire_of(const uint8_t *bytes, size_t count)
{
	struct figure_wire wire = { .index = 7, .count = (uint8_t)count, .ttl = 64 };

	memcpy(wire.bytes, bytes, count);
	return wire;
}

static void
assert_info(const struct info *info, const char *expected)
{
	struct text out = { 0 };

	info_put(&out, info);
	assert_string_equal(text_str(&out), expected);
	text_fini(&out);
}

static void
test_options_come_in_the_order_of_the_wire(void **state)
{
	static const uint8_t header[] = { TCP_HEADER, 2, 4, 0x40, 0x0c, 4, 2, 8, 10, 0, 0x58, 0x57,
		0xb4, 0, 0, 0, 0, 1, 3, 3, 6 };
	struct packet_row row = tcp_row(TCP_SYN, 0, 0, 0);
	struct figure_wire wire = wire_of(header, sizeof(header));

	(void)state;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "40352 → 17777 [SYN] Seq=0 Win=32792 Len=0 MSS=16396 SACK_PERM TSval=5789620 TSecr=0 "
	    "WS=64");
}

static void
test_rare_options_have_their_words(void **state)
{
	static const struct {
		const char *words;
		uint8_t option[12];
	} cases[] = {
		{ " MD5", { 19, 8 } },
		{ "TCP AO", { 29, 4 } },
		{ " ECHO=7", { 6, 6, 0, 0, 0, 7 } },
		{ " CC=9", { 12, 6, 0, 0, 0, 9 } },
		{ " USER_TO=60", { 28, 4, 0x80, 60 } },
		{ " TFO=R", { 254, 4, 0xf9, 0x89 } },
		{ " TARR=5", { 254, 5, 0x00, 0xac, 10 } },
		{ " AccECN", { 172, 2 } },
		{ " EE1B=65538 ECEB=3", { 174, 8, 1, 0, 2, 0, 0, 3 } },
		{ " EE0B=1", { 253, 7, 0xac, 0xc0, 0, 0, 1 } },
		{ " ExID=AE0", { 254, 4, 0x0a, 0xe0 } },
		{ "", { 172, 4, 1, 2 } },
		{ "", { 254, 3, 0xf9 } },
	};
	static const uint8_t header[] = { TCP_HEADER };
	struct packet_row row = tcp_row(TCP_SYN, 0, 0, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct figure_wire wire = wire_of(header, sizeof(header));
		struct text expected = { 0 };

		memcpy(wire.bytes + sizeof(header), cases[i].option, sizeof(cases[i].option));
		wire.count += sizeof(cases[i].option);
		text_put(&expected, "40352 → 17777 [SYN] Seq=0 Win=32792 Len=0");
		text_put(&expected, cases[i].words);
		assert_info(&(struct info){ .row = &row, .wire = &wire }, text_str(&expected));
		text_fini(&expected);
	}
}

static void
test_accurate_ecn_makes_a_number_of_three_flags(void **state)
{
	struct packet_row rows[] = {
		tcp_row(TCP_SYN | TCP_ECE | TCP_CWR | TCP_AE, 0, 0, 0),
		tcp_row(TCP_SYN | TCP_ACK | TCP_CWR, 0, 1, 0),
		tcp_row(TCP_ACK | TCP_AE | TCP_ECE, 1, 1, 0),
		/* the next connection: the other side knows nothing of it */
		tcp_row(TCP_SYN | TCP_ECE | TCP_CWR | TCP_AE, 0, 0, 0),
		tcp_row(TCP_SYN | TCP_ACK | TCP_ECE, 0, 1, 0),
		tcp_row(TCP_ACK | TCP_ECE, 1, 1, 0),
	};
	const struct figure_data data = { .packets = rows, .packet_count = 6 };
	struct scene *scene = scene_new("en");
	const struct info *infos;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		rows[i].flow = i < 3 ? 1 : 2;
		if (i % 3 == 1) {
			rows[i].tuple.sport = 17777;
			rows[i].tuple.dport = 40352;
		}
	}
	infos = info_all(scene, &data);
	assert_info(&infos[0], "40352 → 17777 [SYN, ECE, CWR, AE] Seq=0 Win=32792 Len=0");
	assert_info(&infos[1], "17777 → 40352 [SYN, ACK, CWR] Seq=0 Ack=1 Win=32792 Len=0");
	assert_info(&infos[2], "40352 → 17777 [ACK, ACE=5] Seq=1 Ack=1 Win=32792 Len=0");
	assert_info(&infos[5], "40352 → 17777 [ACK, ECE] Seq=1 Ack=1 Win=32792 Len=0");
	scene_free(scene);
}

static void
test_selective_acknowledgements_are_relative_to_the_other_side(void **state)
{
	static const uint8_t header[] = { TCP_HEADER, 1, 1, 5, 10, 0, 0, 0x10, 1, 0, 0, 0x10, 5 };
	struct packet_row row = tcp_row(TCP_ACK, 1, 1, 0);
	struct figure_wire wire = wire_of(header, sizeof(header));

	(void)state;
	wire.peer_base = 0x1000;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "40352 → 17777 [ACK] Seq=1 Ack=1 Win=32792 Len=0 SLE=1 SRE=5");
}

static void
test_what_is_said_of_a_segment_stands_before_it(void **state)
{
	static const uint8_t header[] = { TCP_HEADER };
	struct packet_row row = tcp_row(TCP_PSH | TCP_ACK, 1, 1, 15);
	struct figure_wire wire = wire_of(header, sizeof(header));

	(void)state;
	row.verdict.marks = MARK_BIT(MARK_RETRANSMISSION) | MARK_BIT(MARK_ZERO_WINDOW);
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "[TCP ZeroWindow] [TCP Retransmission] 40352 → 17777 [PSH, ACK] Seq=1 Ack=1 Win=32792 "
	    "Len=15");
	row = tcp_row(TCP_ACK, 16, 1, 0);
	row.verdict.marks = MARK_BIT(MARK_DUPLICATE_ACK);
	wire.dup_acks = 2;
	assert_info(&(struct info){ .row = &row, .wire = &wire, .other = 18 },
	    "[TCP Dup ACK 18#2] 40352 → 17777 [ACK] Seq=16 Ack=1 Win=32792 Len=0");
}

static void
test_odd_flags_and_broken_options_are_told_as_far_as_they_go(void **state)
{
	static const uint8_t header[] = { TCP_HEADER, 2, 4, 5, 0xb4, 8, 40, 0, 0 };
	struct packet_row row = tcp_row(0, 1, 0, 0);
	struct figure_wire wire = wire_of(header, sizeof(header));

	(void)state;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "40352 → 17777 [<None>] Seq=1 Win=32792 Len=0 MSS=1460");
	row.flags = TCP_URG;
	wire.bytes[12] |= 0x02;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "40352 → 17777 [URG, Reserved] Seq=1 Win=32792 Urg=7 Len=0 MSS=1460");
}

static void
test_a_segment_without_its_header_is_told_by_its_row(void **state)
{
	struct packet_row row = tcp_row(TCP_FIN | TCP_ACK, 5, 9, 0);

	(void)state;
	assert_info(
	    &(struct info){ .row = &row }, "40352 → 17777 [FIN, ACK] Seq=5 Ack=9 Win=32792 Len=0");
}

static void
test_a_datagram_promises_what_its_header_says(void **state)
{
	static const uint8_t header[] = { 0, 0, 0, 0, 0x01, 0x90, 0, 0 };
	struct packet_row row = tcp_row(0, 0, 0, 20);
	struct figure_wire wire = wire_of(header, sizeof(header));

	(void)state;
	row.tuple.proto = PROTO_UDP;
	assert_info(&(struct info){ .row = &row, .wire = &wire }, "40352 → 17777 Len=392");
	wire.bad_length = true;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "40352 → 17777 [BAD UDP LENGTH 400 > IP PAYLOAD LENGTH] Len=392");
	wire.bytes[4] = 0;
	wire.bytes[5] = 4;
	assert_info(
	    &(struct info){ .row = &row, .wire = &wire }, "40352 → 17777 [BAD UDP LENGTH 4 < 8]");
}

static void
test_an_echo_names_its_answer(void **state)
{
	static const uint8_t echo[] = { 8, 0, 0, 0, 0, 0x4d, 0, 1 };
	struct packet_row row = tcp_row(0, 0, 0, 8);
	struct figure_wire wire = wire_of(echo, sizeof(echo));

	(void)state;
	row.tuple.proto = PROTO_ICMP;
	row.icmp_type = 8;
	assert_info(&(struct info){ .row = &row, .wire = &wire, .other = 2 },
	    "Echo (ping) request  id=0x004d, seq=1/256, ttl=64 (reply in 2)");
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "Echo (ping) request  id=0x004d, seq=1/256, ttl=64 (no response found!)");
	row.icmp_type = 3;
	row.icmp_code = 3;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "Destination unreachable (Port unreachable)");
}

static void
test_neighbors_are_named_as_far_as_captured(void **state)
{
	static const uint8_t solicitation[] = { 135, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 0, 0, 0, 0, 9 };
	struct packet_row row = tcp_row(0, 0, 0, 24);
	struct figure_wire wire = wire_of(solicitation, sizeof(solicitation));

	(void)state;
	row.tuple.proto = PROTO_ICMP6;
	row.tuple.ip_version = 6;
	row.icmp_type = 135;
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "Neighbor Solicitation for 2001:db8::1 from 02:00:00:00:00:09");
	wire.count = 20;
	assert_info(&(struct info){ .row = &row, .wire = &wire }, "Neighbor Solicitation");
}

static void
test_a_router_is_named_behind_long_options(void **state)
{
	/* a prefix of 32 bytes, a route of 24, a resolver of 24, and then the address */
	static const uint8_t advertisement[16 + 80 + 8] = { 134, [16] = 3, 4, [48] = 24, 3,
		[72] = 25, 3, [96] = 1, 1, 2, 0, 0, 0, 0, 9 };
	struct packet_row row = tcp_row(0, 0, 0, 96);
	struct figure_wire wire = wire_of(advertisement, FIGURE_WIRE_BYTES);

	(void)state;
	row.tuple.proto = PROTO_ICMP6;
	row.tuple.ip_version = 6;
	row.icmp_type = 134;
	assert_info(&(struct info){ .row = &row, .wire = &wire }, "Router Advertisement");
	info_keep_link(&wire, bytes_of(advertisement, sizeof(advertisement)));
	assert_info(&(struct info){ .row = &row, .wire = &wire },
	    "Router Advertisement from 02:00:00:00:00:09");
}

static void
test_types_and_codes_have_their_names(void **state)
{
	static const struct {
		uint8_t proto, type, code;
		const char *expected;
	} cases[] = {
		{ PROTO_ICMP, 9, 0, "Mobile IP Advertisement (Normal router advertisement)" },
		{ PROTO_ICMP, 9, 1, "Router advertisement (Unknown code: 1)" },
		{ PROTO_ICMP, 40, 0, "Photuris             (Bad SPI)" },
		{ PROTO_ICMP, 200, 0, "Unknown ICMP (obsolete or malformed?)" },
		{ PROTO_ICMP6, 3, 7, "Time Exceeded (Unknown (7))" },
		{ PROTO_ICMP6, 155, 1, "RPL Control (DODAG Information Object)" },
		{ PROTO_ICMP6, 210, 0, "Unknown (210)" },
	};
	struct packet_row row = tcp_row(0, 0, 0, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		row.tuple.proto = cases[i].proto;
		row.icmp_type = cases[i].type;
		row.icmp_code = cases[i].code;
		assert_info(&(struct info){ .row = &row }, cases[i].expected);
	}
}

static void
test_an_answer_belongs_to_the_last_that_asked(void **state)
{
	/* who asked and who answered were captured twice */
	static const uint8_t bytes[4][8] = { { 128, 0, 0, 0, 0, 1 }, { 128, 0, 0, 0, 0, 1 },
		{ 129, 0, 0, 0, 0, 1 }, { 129, 0, 0, 0, 0, 1 } };
	struct packet_row rows[4];
	struct figure_wire wires[4];
	const struct figure_data data = {
		.packets = rows, .packet_count = 4, .wires = wires, .wire_count = 4
	};
	struct scene *scene = scene_new("en");
	const struct info *infos;

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		rows[i] = tcp_row(0, 0, 0, 0);
		rows[i].tuple.proto = PROTO_ICMP6;
		rows[i].icmp_type = bytes[i][0];
		rows[i].index = rows[i].frame.number = i + 1;
		wires[i] = wire_of(bytes[i], sizeof(bytes[i]));
		wires[i].index = i + 1;
	}
	infos = info_all(scene, &data);
	assert_int_equal(infos[0].other, 0);
	assert_int_equal(infos[1].other, 3);
	assert_int_equal(infos[2].other, 2);
	assert_int_equal(infos[3].other, 0);
	scene_free(scene);
}

/* "7:row-syn 8:row-tcp " */
static void
take_listed(void *ctx, const struct figure_listed *packet)
{
	text_u64(ctx, packet->row->index);
	text_char(ctx, ':');
	text_put(ctx, packet->rule_class);
	text_char(ctx, ' ');
	assert_non_null(strstr(packet->info, "40352 → 17777"));
	assert_string_equal(packet->protocol, "TCP");
	assert_null(packet->wire);
}

static void
test_a_list_has_its_beginning_and_its_end(void **state)
{
	static const struct {
		size_t first, last;
		const char *expected;
	} cases[] = {
		{ 9, 9, "1:row-syn 2:row-tcp 3:row-tcp 4:row-rst " },
		{ 4, 0, "1:row-syn 2:row-tcp 3:row-tcp 4:row-rst " },
		{ 1, 1, "1:row-syn 4:row-rst " },
		{ 0, 2, "3:row-tcp 4:row-rst " },
		{ 0, 0, "" },
	};
	struct packet_row rows[] = { tcp_row(TCP_SYN, 0, 0, 0), tcp_row(TCP_ACK, 1, 1, 0),
		tcp_row(TCP_ACK, 1, 1, 15), tcp_row(TCP_RST, 16, 0, 0) };
	const struct figure_data data = { .packets = rows, .packet_count = 4 };
	struct text out = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		rows[i].index = rows[i].frame.number = i + 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out.length = 0;
		figure_list(&data, cases[i].first, cases[i].last, take_listed, &out);
		assert_string_equal(text_str(&out), cases[i].expected);
	}
	text_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_come_in_the_order_of_the_wire),
		cmocka_unit_test(test_rare_options_have_their_words),
		cmocka_unit_test(test_accurate_ecn_makes_a_number_of_three_flags),
		cmocka_unit_test(test_selective_acknowledgements_are_relative_to_the_other_side),
		cmocka_unit_test(test_what_is_said_of_a_segment_stands_before_it),
		cmocka_unit_test(test_odd_flags_and_broken_options_are_told_as_far_as_they_go),
		cmocka_unit_test(test_a_segment_without_its_header_is_told_by_its_row),
		cmocka_unit_test(test_a_datagram_promises_what_its_header_says),
		cmocka_unit_test(test_an_echo_names_its_answer),
		cmocka_unit_test(test_neighbors_are_named_as_far_as_captured),
		cmocka_unit_test(test_a_router_is_named_behind_long_options),
		cmocka_unit_test(test_types_and_codes_have_their_names),
		cmocka_unit_test(test_an_answer_belongs_to_the_last_that_asked),
		cmocka_unit_test(test_a_list_has_its_beginning_and_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
