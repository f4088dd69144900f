#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "capture/capture.h"
#include "decode/decode_priv.h"

/*
 * Frames are written in hexadecimal from the outside in, a macro a header;
 * spaces part what stands in one string.
 * Lengths are the test's: many tests are about wrong ones.
 */
#define ETHERNET   "020000000001020000000002"
#define ETH_IP4    ETHERNET "0800"
#define ETH_IP6    ETHERNET "86dd"
#define ADDRESSES4 "c0000201c6336402"
#define ADDRESSES6 \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"
#define IP4_PLACED(total, place, proto) "4500" total "0007" place "40" proto "0000" ADDRESSES4
#define IP4(total, proto)               IP4_PLACED(total, "0000", proto)
#define IP6(length, next)               "60000000" length next "40" ADDRESSES6
#define TCP_OF(offset)                  "9c400050 000003e8 000007d0" offset "180400 00000000"
#define TCP                             TCP_OF("50")
#define UDP(ports, length)              ports length "0000"
#define PAYLOAD                         "61626364"
#define PACKET4                         IP4("002c", "06") TCP PAYLOAD /* 44 bytes */
#define PACKET6                         IP6("0018", "06") TCP PAYLOAD /* 64 bytes */

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW = 101,
	LINK_WIFI = 105,
	LINK_SLL = 113,
	LINK_SLL2 = 276
};

static struct decoder *decoder;
static struct budget budget;
static struct packet pkt;
static uint8_t bytes[70000];
static uint32_t byte_count;
static int64_t now_ns;

static int
begin(void **state)
{
	(void)state;
	budget = (struct budget){ .limit_bytes = 1 << 20 };
	decoder = decoder_new(&budget);
	now_ns = 0;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	decoder_free(decoder);
	assert_int_equal(budget.used_bytes, 0);
	return 0;
}

static uint8_t
half_byte(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void
write_frame(const char *hex)
{
	for (byte_count = 0; *hex != '\0'; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ')
			bytes[byte_count++] = (uint8_t)(half_byte(hex[0]) << 4 | half_byte(hex[1]));
}

/* From a block of exactly that size, so that a byte read too many is seen. */
static enum decoded
decode_captured(uint32_t link, uint32_t captured_bytes)
{
	uint8_t *copy = mem_alloc(captured_bytes);
	struct frame frame = {
		.ts_ns = now_ns,
		.data = memcpy(copy, bytes, captured_bytes),
		.captured_bytes = captured_bytes,
		.wire_bytes = byte_count,
		.link = link,
	};
	enum decoded answer;

	memset(&pkt, 0xa5, sizeof(pkt));
	answer = decode_frame(decoder, &frame, &pkt);
	free(copy);
	return answer;
}

static enum decoded
decode(uint32_t link, const char *hex)
{
	write_frame(hex);
	return decode_captured(link, byte_count);
}

static void
assert_is_the_segment(enum decoded answer)
{
	assert_int_equal(answer, DECODE_OK);
	assert_int_equal(pkt.tuple.proto, PROTO_TCP);
	assert_int_equal(pkt.tuple.sport, 40000);
	assert_int_equal(pkt.tuple.dport, 80);
	assert_int_equal(pkt.tcp.seq, 1000);
	assert_int_equal(pkt.tcp.ack, 2000);
	assert_int_equal(pkt.tcp.flags, TCP_ACK | TCP_PSH);
	assert_int_equal(pkt.tcp.window, 1024);
	assert_int_equal(pkt.payload_bytes, 4);
	assert_int_equal(pkt.payload_captured, 4);
}

#define assert_leads_to_the_segment(link, hex) assert_is_the_segment(decode((link), (hex)))

static void
assert_is_udp(enum decoded answer, uint16_t sport, uint16_t dport)
{
	assert_int_equal(answer, DECODE_OK);
	assert_int_equal(pkt.tuple.proto, PROTO_UDP);
	assert_int_equal(pkt.tuple.sport, sport);
	assert_int_equal(pkt.tuple.dport, dport);
}

/* --- links --- */

static void
test_what_is_common_is_read(void **state)
{
	static const uint8_t src[16] = { 192, 0, 2, 1 }, dst[16] = { 198, 51, 100, 2 };

	(void)state;
	now_ns = 5;
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP4 PACKET4);
	assert_memory_equal(pkt.tuple.src, src, 16);
	assert_memory_equal(pkt.tuple.dst, dst, 16);
	assert_int_equal(pkt.tuple.ip_version, 4);
	assert_int_equal(pkt.tuple.zero, 0);
	assert_int_equal(pkt.ts_ns, 5);
	assert_int_equal(pkt.wire_bytes, 58);
	assert_int_equal(pkt.ip_id, 7);
	assert_int_equal(pkt.ttl, 64);
	assert_int_equal(pkt.fragments, 0);
	assert_int_equal(pkt.tcp.options, 0);
	assert_int_equal(pkt.tcp.header_bytes, 20);
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP6 PACKET6);
	assert_int_equal(pkt.tuple.ip_version, 6);
	assert_int_equal(pkt.ip_id, 0);
}

/* What a reading tells of the packet itself, and not of the frame around it. */
static void
assert_reads_alike(enum decoded answer, const struct packet *other, enum decoded other_answer)
{
	size_t from = offsetof(struct packet, tuple);

	assert_int_equal(answer, other_answer);
	if (answer != DECODE_OK)
		return;
	assert_memory_equal((const uint8_t *)&pkt + from, (const uint8_t *)other + from,
	    PACKET_HEAD_BYTES - from);
	assert_int_equal(pkt.payload_captured, other->payload_captured);
}

/* Over Ethernet it has a short way of its own, and one by one the layers are taken off elsewhere. */
static void
assert_short_way_is_the_long_one(const char *ip, const char *ethernet)
{
	uint32_t ip_bytes, ethernet_bytes;
	char hex[1024];

	write_frame(ethernet);
	ethernet_bytes = byte_count;
	write_frame(ip);
	ip_bytes = byte_count;
	for (uint32_t captured = 1; captured <= ip_bytes; captured++) {
		struct packet walked;
		enum decoded answer, by_layers;

		write_frame(ip);
		by_layers = decode_captured(LINK_RAW, captured);
		walked = pkt;
		strcpy(hex, ethernet);
		write_frame(strcat(hex, ip));
		answer = decode_captured(LINK_ETHERNET, ethernet_bytes + captured);
		assert_reads_alike(answer, &walked, by_layers);
	}
}

static void
test_the_short_way_comes_to_the_same_as_the_long_one(void **state)
{
	static const char *const ips[] = {
		PACKET4,
		PACKET4 "000000000000",
		PACKET6,
		PACKET6 "deadbeef",
		IP4("0028", "06") TCP,
		IP4("0034", "06") TCP_OF("80") "0101080a0000000700000008",
		IP4("003c", "06") TCP_OF("a0") "020405b40402080a000000070000000801030307",
		IP4("003c", "06") TCP_OF("a0") "020405b40402080a000000070000000801030407",
		IP4("0030", "06") TCP_OF("70") "020405b401010402",
		IP4("0100", "06") TCP PAYLOAD,
		IP4("0013", "06") TCP PAYLOAD,
		IP4("0027", "06") TCP PAYLOAD,
		IP4("002c", "06") TCP_OF("40") PAYLOAD,
		IP4("002c", "06") TCP_OF("f0") PAYLOAD,
		IP4_PLACED("002c", "4000", "06") TCP PAYLOAD,
		IP4("0020", "11") UDP("9c400009", "000c") PAYLOAD,
		IP6("0000", "06") TCP PAYLOAD,
		IP6("0100", "06") TCP PAYLOAD,
		IP6("0014", "06") TCP,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		bool is_v6 = ips[i][0] == '6';

		assert_short_way_is_the_long_one(ips[i], is_v6 ? ETH_IP6 : ETH_IP4);
		assert_short_way_is_the_long_one(
		    ips[i], is_v6 ? ETHERNET "8100000586dd" : ETHERNET "810000050800");
	}
}

static void
test_padding_and_frame_checksum_are_no_payload(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP4 PACKET4 "000000000000deadbeef");
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP6 PACKET6 "deadbeef");
}

static void
test_tags_are_taken_off(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "810000050800" PACKET4);
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "910000028100000588a8000686dd" PACKET6);
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "88e700000007" ETH_IP4 PACKET4);
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "8909010100010002 0800" PACKET4);
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "8847000010ff000021ff" PACKET4);
}

static void
test_a_length_in_place_of_a_type_leads_to_llc(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "0034 aaaa030000000800" PACKET4 "0000");
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "002f 060603" PACKET4 "0000");
	assert_int_equal(
	    decode(LINK_ETHERNET, ETHERNET "0034 ffff030000000800" PACKET4), DECODE_OTHER);
}

#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_20 ZEROS_16 "00000000"
#define ZEROS_40 ZEROS_20 ZEROS_20

static void
test_each_link_type_leads_to_ip(void **state)
{
	static const struct {
		uint32_t link;
		const char *hex;
	} rows[] = {
		{ 12, PACKET4 },
		{ 14, PACKET4 },
		{ LINK_RAW, PACKET6 },
		{ 228, PACKET4 },
		{ 229, PACKET6 },
		{ LINK_NULL, "02000000" PACKET4 },
		{ LINK_NULL, "00000002" PACKET4 },
		{ LINK_NULL, "1e000000" PACKET6 },
		{ 108, "00000018" PACKET6 },
		{ LINK_SLL, "0000000100060200000000010000 0800" PACKET4 },
		{ LINK_SLL2, "86dd 0000000000020001000602000000000100 00" PACKET6 },
		{ 9, "ff030021" PACKET4 },
		{ 50, "0057" PACKET6 },
		{ 51, "11000001 002e 0021" PACKET4 },
		{ 104, "0f000800" PACKET4 },
		{ 107, "184103cc" PACKET4 },
		{ 10, "50" ETHERNET "aaaa030000000800" PACKET4 },
		{ 6, "1040" ETHERNET "aaaa030000000800" PACKET4 },
		{ 7, "0102d4000001" PACKET4 },
		{ 129, "01020000f0" PACKET4 },
		{ 239, "02000000 0800010008000300 30000900" PACKET4 },
		{ 192, "0000080001000000" ETH_IP4 PACKET4 },
		{ 119, "8021100100000008 0801 0000" ETHERNET
		       "0200000000030000 aaaa030000000800" PACKET4 },
		{ LINK_RAW, "ff030021" PACKET4 },
		{ 242, ZEROS_40 "08000000" PACKET4 },
		{ 242, ZEROS_40 "86dd0000" PACKET6 },
		{ 13, "0200000001000000 00000000" PACKET4 },
		{ 16, PACKET4 },
		{ 18, PACKET4 },
		{ 112, "0f000800" PACKET4 },
		{ 123, "02000020 aaaa030000000800" PACKET4 },
		{ 123, "81000020 0001" ETH_IP4 PACKET4 },
		{ 100, "aaaa030080c20009 0000 1040" ETHERNET "aaaa030000000800" PACKET4 },
		{ 100, "aaaa030080c2000a 000000 50" ETHERNET "aaaa030000000800" PACKET4 },
		{ 9, "ff030031 0001" ETH_IP4 PACKET4 },
		{ 9, "ff030031 4f01 00000007" ETH_IP4 PACKET4 },
		{ 170, "00300000 00100000" PACKET4 },
		{ 171, "00420000 11010000 00010000" ETH_IP4 PACKET4 "00000000" },
		{ 3, "82828282828260 92929292929261 03cc" PACKET4 },
		{ 202, "00 82828282828260 92929292929260 84848484848461 13cc" PACKET4 },
		{ 128, "01000001 01" ETH_IP4 PACKET4 },
		{ 226, "01020000 0000002c" ZEROS_16 PACKET4 },
		{ 226, "011a0000 00000040" ZEROS_16 PACKET6 },
		{ 99, "000000000001 0800" ZEROS_20 ZEROS_16 PACKET4 },
		{ 99, "00000000000000000000 0800" ZEROS_40 "00000000" PACKET4 },
		{ 32, ZEROS_16 "0044 0001 0018 0018" PACKET4 },
		{ 32, ZEROS_16 "0052 0001 0018 0026" ETH_IP4 PACKET4 },
		{ 240, "00040000" ETH_IP4 PACKET4 "00000000" },
		{ 252, "000c0002 6970 00000000" PACKET4 },
		{ 252, "00140004 c0000201 000c0010 6574685f776974686f7574666373 0000 00000000" ETH_IP4
			PACKET4 },
		{ 259, "55d555 55 0001 00" ETH_IP4 PACKET4 },
		{ 259, "d555 55 0001 00" ETH_IP4 PACKET4 },
		{ 143, "0000 003a 0000" ETH_IP4 PACKET4 },
		{ 143, "8105 003f 4401005500 0000" ETH_IP4 PACKET4 },
		{ 274, "55555555555555d5" ETH_IP4 PACKET4 },
		{ 274, ETH_IP4 PACKET4 },
		{ 279, "50000000 0000003a 000000000000000000000000000000000000000000000000" ETH_IP4
			PACKET4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_leads_to_the_segment(rows[i].link, rows[i].hex);
}

#define JUNIPER "4d4743"

/* What is in which place was found out with Wireshark's help. */
static void
test_what_junipers_cards_write_is_read(void **state)
{
	static const struct {
		uint32_t link;
		const char *hex;
	} rows[] = {
		{ 178, JUNIPER "00" ETH_IP4 PACKET4 },
		{ 178, JUNIPER "81 0003 010106" ETH_IP4 PACKET4 },
		{ 178, ETH_IP4 PACKET4 },
		{ 178, JUNIPER "02 02000000" PACKET4 },
		{ 167, JUNIPER "82 0003 010106 06000000" PACKET6 },
		{ 167, JUNIPER "02 20000000 000101ff" PACKET4 },
		{ 179, JUNIPER "00 ff030021" PACKET4 },
		{ 180, JUNIPER "00 184103cc" PACKET4 },
		{ 181, JUNIPER "00 0f000800" PACKET4 },
		{ 183, JUNIPER "00" ZEROS_16 "0000" PACKET4 },
		{ 133, JUNIPER "00 0200 0100" PACKET4 },
		{ 136, JUNIPER "01" ZEROS_16 PACKET4 },
		{ 136, JUNIPER "00 000000000000000000000000" PACKET4 },
		{ 137, JUNIPER "01 00000000 aaaa030000000800" PACKET4 },
		{ 137, JUNIPER "01 00000000 03cc" PACKET4 },
		{ 137, JUNIPER "01 00000000" PACKET6 },
		{ 135, JUNIPER "01 0000000000000000 fefe03cc" PACKET4 },
		{ 135, JUNIPER "01 0000000000000000 0021" PACKET4 },
		{ 135, JUNIPER "00 0000000100000000" ETH_IP4 PACKET4 },
		{ 135, JUNIPER "01 0000000000000000" PACKET4 },
		{ 130, JUNIPER "00 54000000 0021" PACKET4 },
		{ 130, JUNIPER "00 ff030021" PACKET4 },
		{ 130, JUNIPER "00 1234 0021" PACKET4 },
		{ 130, JUNIPER "00 0021" PACKET4 },
		{ 130, JUNIPER "00 4000000000000000" PACKET4 },
		{ 130, JUNIPER "01 4000000000000000 0021" PACKET4 },
		{ 130, JUNIPER "01 4700000003000000" PACKET4 },
		{ 130, JUNIPER "00 4700000000100000" PACKET6 },
		{ 131, JUNIPER "00 54000000 0003cc" PACKET4 },
		{ 131, JUNIPER "00 1234 03cc" PACKET4 },
		{ 131, JUNIPER "00 4700000000000000" PACKET4 },
		{ 131, JUNIPER "00 4700000003000000 03cc" PACKET4 },
		{ 131, JUNIPER "00 4700000000200000 000101ff" PACKET4 },
		{ 184, "01040a000001 03016104016202040000 0000ff00" ETH_IP4 PACKET4 },
		{ 200, JUNIPER "00" ETH_IP4 IP4("0064", "32") "0000000000000000" ZEROS_16 PACKET4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_leads_to_the_segment(rows[i].link, rows[i].hex);
	assert_int_equal(decode(137, JUNIPER "01 80000000" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(135, JUNIPER "01 0000000000000010" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(178, JUNIPER "02 ffffffff" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(178, JUNIPER "80 ffff" PACKET4), DECODE_MALFORMED);
	assert_int_equal(decode(184, "0105"), DECODE_MALFORMED);
	assert_int_equal(decode(184, "0700" ETH_IP4 PACKET4), DECODE_OTHER);
}

static void
test_a_machines_own_header_may_hold_no_frame(void **state)
{
	(void)state;
	assert_int_equal(decode(123, "06000020" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(240, "00050000" ETH_IP4 PACKET4), DECODE_OTHER);
	assert_int_equal(decode(259, "d555 56 0001 00" ETH_IP4 PACKET4), DECODE_OTHER);
	assert_int_equal(decode(274, "55555555555555e6" ETH_IP4 PACKET4), DECODE_OTHER);
	assert_int_equal(decode(274, "55555555"), DECODE_MALFORMED);
	assert_int_equal(decode(143, "c002 0018 0000" ETH_IP4 PACKET4), DECODE_OTHER);
	assert_int_equal(decode(143, "0105 003f 4401805500 0000" ETH_IP4 PACKET4), DECODE_OTHER);
	assert_int_equal(decode(143, "01ff 003f 4f"), DECODE_MALFORMED);
	assert_int_equal(decode(252, "000c0003 746370 00000000" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(252, "000cffff 6970 00000000" PACKET4), DECODE_MALFORMED);
	assert_int_equal(decode(32, ZEROS_16 "0044 0001 0004 0004" PACKET4), DECODE_MALFORMED);
	assert_int_equal(decode(3, "82828282828260 92929292929261 3f" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(170, "00300000 90100000" PACKET4), DECODE_OTHER);
	assert_int_equal(decode(99, "000000000000 0800 0000 0800" ZEROS_40 PACKET4), DECODE_OTHER);
}

#define LLC_IP4 "aaaa030000000800" PACKET4
#define STATIONS \
	"0000" ETHERNET "020000000003" \
	"0000"

static void
test_wifi_data_is_read_where_it_is_in_the_clear(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_WIFI, "0801" STATIONS LLC_IP4);
	assert_leads_to_the_segment(LINK_WIFI, "0803" STATIONS "020000000004" LLC_IP4);
	assert_leads_to_the_segment(LINK_WIFI, "8801" STATIONS "0000" LLC_IP4 "deadbeef");
	assert_leads_to_the_segment(LINK_WIFI, "8881" STATIONS "000000000000" LLC_IP4);
	assert_leads_to_the_segment(LINK_WIFI, "8801" STATIONS "8000" ETHERNET "0034" LLC_IP4);
	assert_leads_to_the_segment(LINK_WIFI,
	    "8803" STATIONS "020000000004 0001 001f00000001" LLC_IP4);
	assert_leads_to_the_segment(LINK_WIFI,
	    "8802" STATIONS "0001 011f00000001 020000000004" LLC_IP4);
	assert_int_equal(decode(LINK_WIFI, "0841" STATIONS LLC_IP4), DECODE_OTHER);
	assert_int_equal(decode(LINK_WIFI, "4801" STATIONS LLC_IP4), DECODE_OTHER);
	assert_int_equal(decode(LINK_WIFI, "8000" STATIONS LLC_IP4), DECODE_OTHER);
}

static void
test_a_last_piece_may_be_a_whole_frame(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_WIFI, "0801 0000" ETHERNET "020000000003 0110" LLC_IP4);
	assert_int_equal(
	    decode(LINK_WIFI, "0801 0000" ETHERNET "020000000003 0110" PACKET4), DECODE_OTHER);
	assert_int_equal(
	    decode(LINK_WIFI, "0805 0000" ETHERNET "020000000003 0010" LLC_IP4), DECODE_OTHER);
}

static void
test_radiotap_says_whether_the_header_is_padded(void **state)
{
	(void)state;
	assert_leads_to_the_segment(127, "0000090002000000 20 8801" STATIONS "0000 0000" LLC_IP4);
	assert_leads_to_the_segment(127, "0000090002000000 10 8801" STATIONS "0000" LLC_IP4);
	assert_leads_to_the_segment(127,
	    "0000190003000080 00000000 00000000 0000000000000000 20 8801" STATIONS
	    "0000 0000" LLC_IP4);
}

static void
test_what_is_not_decoded_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(decode(4242, PACKET4), DECODE_LINK);
	assert_int_equal(decode(LINK_ETHERNET, ETHERNET "0806 0001080006040001"), DECODE_OTHER);
	assert_int_equal(decode(LINK_ETHERNET, ETH_IP4 IP4("0018", "59") PAYLOAD), DECODE_OTHER);
	assert_int_equal(decode(LINK_ETHERNET, ETH_IP4 "5500002c"), DECODE_MALFORMED);
}

/* --- IP --- */

static void
test_no_total_length_means_all_of_the_frame(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP4 IP4("0000", "06") TCP PAYLOAD);
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP6 IP6("0000", "06") TCP PAYLOAD);
}

static void
test_a_length_beyond_the_frame_is_bounded_by_it(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP4 IP4("05dc", "06") TCP PAYLOAD);
	assert_int_equal(pkt.checksum, CHECKSUM_UNKNOWN);
	assert_true(pkt.bad_length);
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP6 IP6("05dc", "06") TCP PAYLOAD);
	assert_true(pkt.bad_length);
	assert_leads_to_the_segment(LINK_ETHERNET, ETH_IP4 PACKET4);
	assert_false(pkt.bad_length);
}

static void
test_payload_counts_what_the_capture_cut_off(void **state)
{
	(void)state;
	write_frame(ETH_IP4 PACKET4 "000000000000");
	assert_int_equal(decode_captured(LINK_ETHERNET, 55), DECODE_OK);
	assert_int_equal(pkt.payload_bytes, 4);
	assert_int_equal(pkt.payload_captured, 1);
	assert_int_equal(pkt.checksum, CHECKSUM_UNKNOWN);
	assert_false(pkt.bad_length);
	assert_int_equal(pkt.wire_bytes, 64);
}

static void
test_a_header_cut_by_the_capture_is_truncated_and_not_malformed(void **state)
{
	(void)state;
	write_frame(ETHERNET "81000005 86dd" IP6("0020", "3c") "0600010400000000" TCP PAYLOAD);
	for (uint32_t cut = 0; cut < byte_count - 4; cut++)
		assert_int_equal(decode_captured(LINK_ETHERNET, cut), DECODE_TRUNCATED);
	assert_int_equal(decode_captured(LINK_ETHERNET, byte_count - 4), DECODE_OK);
}

static void
test_a_header_too_short_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, "44 00002c0007000040060000" ADDRESSES4 TCP), DECODE_MALFORMED);
	assert_int_equal(decode(LINK_RAW, IP4("0013", "06") TCP PAYLOAD), DECODE_MALFORMED);
	assert_int_equal(decode(LINK_RAW, IP4("0020", "06") TCP PAYLOAD), DECODE_MALFORMED);
	assert_int_equal(
	    decode(LINK_RAW, IP4("002c", "06") TCP_OF("40") PAYLOAD), DECODE_MALFORMED);
	assert_int_equal(
	    decode(LINK_RAW, IP4("002c", "06") TCP_OF("70") PAYLOAD), DECODE_MALFORMED);
	assert_int_equal(decode(LINK_RAW, IP4("0017", "01") "080000"), DECODE_MALFORMED);
}

static void
test_extension_headers_are_passed(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_RAW,
	    IP6("0048", "00") "3c00010400000000 2b00010400000000 2c00040000000000 3300000000000001 "
			      "06020000000000010000000100000000" TCP PAYLOAD);
	assert_leads_to_the_segment(
	    LINK_RAW, IP4("003c", "33") "0602000000000001 0000000100000000" TCP PAYLOAD);
}

static void
test_a_source_route_ends_at_the_last_address(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_RAW,
	    "4800 0038 0007 0000 4006 0000" ADDRESSES4 "830b040a0000070a00000800" TCP PAYLOAD);
	assert_int_equal(pkt.tuple.dst[3], 8);
	assert_leads_to_the_segment(LINK_RAW,
	    "4800 0038 0007 0000 4006 0000" ADDRESSES4 "830b0c0a0000070a00000800" TCP PAYLOAD);
	assert_int_equal(pkt.tuple.dst[3], 2);
	assert_leads_to_the_segment(LINK_RAW,
	    IP6("0030", "2b") "0602000100000000 20010db8000000000000000000000099" TCP PAYLOAD);
	assert_int_equal(pkt.tuple.dst[15], 0x99);
}

/* --- fragments --- */

/* 32 bytes: a TCP header, and twelve of payload. */
#define PIECE_1                      "9c400050000003e8"
#define PIECE_2                      "000007d050180400"
#define PIECE_3                      "0000000061626364"
#define PIECE_4                      "6566676869"
#define PIECE_AT(total, place, data) ETH_IP4 IP4_PLACED(total, place, "06") data

static void
assert_is_whole(enum decoded answer, uint8_t pieces)
{
	assert_int_equal(answer, DECODE_OK);
	assert_int_equal(pkt.tcp.seq, 1000);
	assert_int_equal(pkt.payload_bytes, 9);
	assert_int_equal(pkt.fragments, pieces);
	assert_memory_equal(pkt.payload, "abcdefghi", 9);
	assert_int_equal(budget.used_bytes, 0);
}

static void
test_fragments_become_whole_in_any_order(void **state)
{
	static const char *const pieces[] = {
		PIECE_AT("001c", "2000", PIECE_1),
		PIECE_AT("001c", "2001", PIECE_2),
		PIECE_AT("0021", "0002", PIECE_3 PIECE_4),
	};
	static const uint8_t orders[][3] = {
		{ 0, 1, 2 },
		{ 0, 2, 1 },
		{ 1, 0, 2 },
		{ 1, 2, 0 },
		{ 2, 0, 1 },
		{ 2, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		assert_int_equal(decode(LINK_ETHERNET, pieces[orders[i][0]]), DECODE_FRAGMENT);
		assert_int_equal(decode(LINK_ETHERNET, pieces[orders[i][1]]), DECODE_FRAGMENT);
		assert_is_whole(decode(LINK_ETHERNET, pieces[orders[i][2]]), 3);
	}
}

static void
test_ipv6_fragments_become_whole(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP6("0018", "2c") "0600000100000009" PIECE_1 PIECE_2),
	    DECODE_FRAGMENT);
	assert_int_equal(decode(LINK_RAW, IP6("0015", "2c") "0600001000000008" PIECE_3 PIECE_4),
	    DECODE_FRAGMENT);
	assert_int_equal(
	    decode(LINK_RAW, IP6("0015", "2c") "0600001000000009" PIECE_3 PIECE_4), DECODE_OK);
	assert_int_equal(pkt.payload_bytes, 9);
}

static void
test_the_first_copy_of_a_fragment_stays(void **state)
{
	struct fragment_story story;

	(void)state;
	decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2));
	decode(LINK_ETHERNET, PIECE_AT("001c", "2001", PIECE_2));
	story = decoder_fragments(decoder);
	assert_int_equal(story.overlaps, 1);
	assert_int_equal(story.conflicts, 0);
	decode(LINK_ETHERNET, PIECE_AT("001c", "2001", PIECE_1));
	assert_is_whole(decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4)), 4);
	story = decoder_fragments(decoder);
	assert_int_equal(story.overlaps, 2);
	assert_int_equal(story.conflicts, 1);
	assert_int_equal(story.expired, 0);
}

static void
test_a_second_end_is_a_conflict(void **state)
{
	(void)state;
	decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4));
	decode(LINK_ETHERNET, PIECE_AT("001c", "0001", PIECE_2));
	decode(LINK_ETHERNET, PIECE_AT("001c", "2005", PIECE_2));
	assert_int_equal(decoder_fragments(decoder).conflicts, 2);
	assert_is_whole(decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2)), 4);
}

static void
test_a_datagram_is_not_waited_for_forever(void **state)
{
	(void)state;
	decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2));
	now_ns = INT64_C(3600000000000);
	assert_int_equal(
	    decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4)), DECODE_FRAGMENT);
	assert_int_equal(decoder_fragments(decoder).expired, 2); /* one of them waits still */
}

static void
test_a_fragment_that_comes_again_late_is_not_waited_for(void **state)
{
	(void)state;
	decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2));
	assert_is_whole(decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4)), 2);
	assert_int_equal(
	    decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4)), DECODE_FRAGMENT);
	assert_int_equal(decoder_fragments(decoder).expired, 0);
	/* The others as well: a datagram that comes twice. */
	assert_is_whole(decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2)), 2);
	assert_int_equal(decoder_fragments(decoder).expired, 0);
}

static void
test_a_late_fragment_does_not_join_the_next_datagram_of_its_id(void **state)
{
	(void)state;
	decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2));
	decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4));
	decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_4 PIECE_3));
	now_ns = 1000000000;
	assert_int_equal(
	    decode(LINK_ETHERNET, PIECE_AT("0024", "2000", PIECE_1 PIECE_2)), DECODE_FRAGMENT);
	assert_int_equal(decoder_fragments(decoder).expired, 1); /* this one waits in earnest */
	assert_is_whole(decode(LINK_ETHERNET, PIECE_AT("0021", "0002", PIECE_3 PIECE_4)), 2);
	assert_int_equal(decoder_fragments(decoder).expired, 0);
}

static void
test_the_oldest_datagram_makes_room(void **state)
{
	(void)state;
	budget.limit_bytes = 8000;
	for (unsigned id = 0; id < 100; id++) {
		write_frame(PIECE_AT("0024", "2000", PIECE_1 PIECE_2));
		bytes[19] = (uint8_t)id;
		assert_int_equal(decode_captured(LINK_ETHERNET, byte_count), DECODE_FRAGMENT);
		assert_true(budget.used_bytes <= 8000);
	}
	write_frame(PIECE_AT("0021", "0002", PIECE_3 PIECE_4));
	bytes[19] = 99;
	assert_int_equal(decode_captured(LINK_ETHERNET, byte_count), DECODE_OK);
	assert_true(decoder_fragments(decoder).expired >= 97);
}

static void
test_a_first_fragment_that_was_cut_is_read_alone(void **state)
{
	(void)state;
	write_frame(PIECE_AT("003c", "2000", PIECE_1 PIECE_2 PIECE_3 PIECE_3 PIECE_3));
	assert_int_equal(decode_captured(LINK_ETHERNET, 56), DECODE_OK);
	assert_int_equal(pkt.tcp.seq, 1000);
	assert_int_equal(pkt.checksum, CHECKSUM_UNKNOWN);
	assert_int_equal(pkt.fragments, 1);
	write_frame(PIECE_AT("003c", "2005", PIECE_1 PIECE_2 PIECE_3 PIECE_3 PIECE_3));
	assert_int_equal(decode_captured(LINK_ETHERNET, 56), DECODE_TRUNCATED);
}

static void
test_a_fragment_beyond_any_datagram_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_ETHERNET, PIECE_AT("001c", "1fff", PIECE_1)), DECODE_MALFORMED);
}

/* --- tunnels --- */

#define VXLAN                         "0800000000000700"
#define TO_VXLAN(rest, total, length) IP4(total, "11") UDP("c35112b5", length) VXLAN rest

static void
test_tunnels_are_taken_apart(void **state)
{
	static const char *const rows[] = {
		IP4("0040", "04") PACKET4,
		IP4("0054", "29") PACKET6,
		IP6("002c", "04") PACKET4,
		IP4("0044", "2f") "00000800" PACKET4,
		IP4("0050", "2f") "b0000800 000000000000000100000002" PACKET4,
		IP4("0052", "2f") "00006558" ETH_IP4 PACKET4,
		IP4("005e", "2f") "100088be 00000001 1001000000000000" ETH_IP4 PACKET4,
		IP4("0062", "2f") "100022eb 00000001 200100000000000000000000" ETH_IP4 PACKET4,
		IP4("0050", "2f") "3001880b 00300007 00000001 ff0300 21" PACKET4,
		TO_VXLAN(ETH_IP4 PACKET4, "005e", "004a"),
		IP4("005e", "11") UDP("12b5c351", "004a") VXLAN ETH_IP4 PACKET4,
		IP4("0062", "11")
		    UDP("c35117c1", "004e") "0100655800000700 01028000" ETH_IP4 PACKET4,
		IP4("0050", "11") UDP("c3510868", "003c") "30ff002c00000001" PACKET4,
		IP4("0058", "11")
		    UDP("c3510868", "0044") "34ff003400000001 00000085 01000000" PACKET4,
		IP4("0071", "11")
		    UDP("c3510dd8", "005d") "00010000 000000000000000000 0000000000000000" PACKET6,
		IP4("0050", "11") UDP("c35106a5", "003c") "00020001 0001 0021" PACKET4,
		IP4("0050", "11") UDP("c35119eb", "003c") "000010ff 000021ff" PACKET4,
		IP4("0048", "67") "21000000 00000000" PACKET4,
		IP6("0048", "67") "21000000 80000000" PACKET6,
		IP4("0048", "02") "14010000 10000000" PACKET4,
		IP4("0050", "5d") "82828282828260 92929292929261 03cc" PACKET4,
		IP4("004c", "11") UDP("c35101b2", "0038") "04040000" PACKET4,
		IP4("0050", "11") UDP("c351754e", "003c") "0000000100000002" PACKET4,
		IP4("0054", "11") UDP("c351754e", "0040") "0000000100000002 ff030021" PACKET4,
		IP4("0076", "11") UDP("c3512fbe", "0062") "000000340000 0801" STATIONS LLC_IP4,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_leads_to_the_segment(LINK_RAW, rows[i]);
}

static void
test_a_tunnel_that_leads_nowhere_is_a_packet_of_its_own_flow(void **state)
{
	(void)state;
	assert_is_udp(
	    decode(LINK_RAW, TO_VXLAN(ETHERNET "0806" PAYLOAD, "0036", "0022")), 50001, 4789);
	assert_int_equal(pkt.payload_bytes, 26);
	assert_is_udp(decode(LINK_RAW, TO_VXLAN(ETH_IP4 "44", "0033", "001f")), 50001, 4789);
	write_frame(TO_VXLAN(ETH_IP4 PACKET4, "005e", "004a"));
	assert_is_udp(decode_captured(LINK_RAW, 60), 50001, 4789);
}

static void
test_a_register_of_pim_may_announce_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, IP4("0030", "67") "21000000 40000000" IP4("0014", "67")), DECODE_OTHER);
	assert_int_equal(decode(LINK_RAW, IP4("0018", "67") "20000000"), DECODE_OTHER);
	assert_int_equal(decode(LINK_RAW, IP4("001c", "02") "11640000 00000000"), DECODE_OTHER);
}

static void
test_lisp_carries_its_own_messages_too(void **state)
{
	(void)state;
	assert_is_udp(decode(LINK_RAW, IP4("0048", "11") UDP("c35110f6", "0034") "80000000" IP4(
					   "0028", "11") UDP("10f610f7", "0014") "300000000000000000000000"),
	    4342, 4343);
	assert_is_udp(
	    decode(LINK_RAW, IP4("0028", "11") UDP("c35110f6", "0014") "300000000000000000000000"),
	    50001, 4342);
}

static void
test_a_fragment_in_a_tunnel_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, TO_VXLAN(PIECE_AT("0024", "2000", PIECE_1 PIECE_2), "0056", "0042")),
	    DECODE_FRAGMENT);
	assert_int_equal(
	    decode(LINK_RAW, TO_VXLAN(PIECE_AT("0021", "0002", PIECE_3 PIECE_4), "0053", "003f")),
	    DECODE_OK);
	assert_int_equal(pkt.tuple.proto, PROTO_TCP);
	assert_int_equal(pkt.fragments, 2);
}

static void
test_an_answer_of_a_well_known_service_is_no_tunnel(void **state)
{
	(void)state;
	assert_is_udp(
	    decode(LINK_RAW, IP4("005e", "11") UDP("003512b5", "004a") VXLAN ETH_IP4 PACKET4), 53,
	    4789);
}

static void
test_nesting_has_a_bound(void **state)
{
	(void)state;
	write_frame("");
	for (unsigned i = 0; i < 200; i++) {
		static const uint8_t ipip[] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 4 };

		memcpy(bytes + byte_count, ipip, sizeof(ipip));
		memset(bytes + byte_count + sizeof(ipip), 1, 10);
		byte_count += 20;
	}
	assert_int_equal(decode_captured(LINK_RAW, byte_count), DECODE_MALFORMED);
}

static void
test_a_pseudowire_is_told_from_ip_and_from_a_control_word(void **state)
{
	(void)state;
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "8847 000021ff" ETH_IP4 PACKET4);
	assert_leads_to_the_segment(
	    LINK_ETHERNET, ETHERNET "8847 000021ff 00000009" ETH_IP4 PACKET4);
	assert_leads_to_the_segment(LINK_ETHERNET, ETHERNET "8847 000021ff" PACKET6);
}

/* --- TCP and UDP --- */

/* A SYN's header with options of so many bytes; total is 20 more than the header. */
#define OPTIONS(total, offset, options) IP4(total, "06") TCP_OF(offset) options

static void
test_options_are_read(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, OPTIONS("003c", "a0", "020405b4 0402 080a0000000100000002 01 030307")),
	    DECODE_OK);
	assert_int_equal(
	    pkt.tcp.options, OPT_MSS | OPT_SACK_PERMITTED | OPT_TIMESTAMPS | OPT_WSCALE);
	assert_int_equal(pkt.tcp.mss, 1460);
	assert_int_equal(pkt.tcp.wscale, 7);
	assert_int_equal(pkt.tcp.ts_value, 1);
	assert_int_equal(pkt.tcp.ts_echo, 2);
	assert_int_equal(pkt.tcp.header_bytes, 40);

	assert_int_equal(
	    decode(LINK_RAW, OPTIONS("0034", "80", "0101 080a0000000300000004")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_TIMESTAMPS);
	assert_int_equal(pkt.tcp.ts_value, 3);
	assert_int_equal(pkt.tcp.ts_echo, 4);

	assert_int_equal(
	    decode(LINK_RAW,
		OPTIONS("0040", "b0", "0101 0512 00000001 00000002 00000003 00000004 1e0320 00")),
	    DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_SACK | OPT_MPTCP);
	assert_int_equal(pkt.tcp.sack_count, 2);
	assert_int_equal(pkt.sack_left[1], 3);
	assert_int_equal(pkt.sack_right[1], 4);
	assert_int_equal(pkt.tcp.mptcp, 1 << 2);
}

static void
test_both_kinds_of_fast_open_are_known(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, OPTIONS("0034", "80", "220a 0102030405060708 0101")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_FAST_OPEN);
	assert_int_equal(pkt.tcp.fast_open_bytes, 8);
	assert_int_equal(decode(LINK_RAW, OPTIONS("002c", "60", "fe04f989")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_FAST_OPEN);
	assert_int_equal(pkt.tcp.fast_open_bytes, 0);
	assert_int_equal(decode(LINK_RAW, OPTIONS("002c", "60", "fe041234")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, 0);
}

static void
test_a_broken_list_of_options_spoils_no_packet(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, OPTIONS("0034", "80", "020405b4 08000000 00000000") PAYLOAD),
	    DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_MSS | OPT_BAD);
	assert_int_equal(decode(LINK_RAW, OPTIONS("0030", "70", "020405b4 03ff0000")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_MSS | OPT_BAD);
	assert_int_equal(decode(LINK_RAW, OPTIONS("0030", "70", "02030500 03030700")), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_BAD);
}

static void
test_a_header_cut_within_its_options_is_usable(void **state)
{
	(void)state;
	write_frame(OPTIONS("0040", "a0", "020405b4 0402 080a0000000100000002 01 030307") PAYLOAD);
	assert_int_equal(decode_captured(LINK_RAW, 50), DECODE_OK);
	assert_int_equal(pkt.tcp.options, OPT_MSS | OPT_SACK_PERMITTED);
	assert_int_equal(pkt.tcp.header_bytes, 40);
	assert_int_equal(pkt.payload_bytes, 4);
	assert_int_equal(pkt.payload_captured, 0);
}

static void
test_a_header_cut_within_its_options_has_no_checksum_to_judge(void **state)
{
	(void)state;
	write_frame(OPTIONS("003c", "a0", "020405b4 0402 080a0000000100000002 01 030307"));
	assert_int_equal(decode_captured(LINK_RAW, 50), DECODE_OK);
	assert_int_equal(pkt.payload_bytes, 0);
	assert_int_equal(pkt.checksum, CHECKSUM_UNKNOWN);
}

static void
test_udp_ends_where_it_says(void **state)
{
	(void)state;
	assert_is_udp(decode(LINK_RAW, IP4("0024", "11") UDP("9c409c41", "000a") PAYLOAD PAYLOAD),
	    40000, 40001);
	assert_int_equal(pkt.payload_bytes, 2);
	assert_false(pkt.bad_length);
	assert_is_udp(decode(LINK_RAW, IP4("0024", "11") UDP("9c409c41", "0004") PAYLOAD PAYLOAD),
	    40000, 40001);
	assert_int_equal(pkt.payload_bytes, 8);
	assert_true(pkt.bad_length);
	assert_is_udp(decode(LINK_RAW, IP4("0024", "11") UDP("9c409c41", "0400") PAYLOAD PAYLOAD),
	    40000, 40001);
	assert_int_equal(pkt.payload_bytes, 8);
	assert_true(pkt.bad_length);
	assert_int_equal(pkt.tcp.flags, 0);
	assert_int_equal(pkt.tcp.seq, 0);
}

/* --- checksums --- */

static uint32_t
sum16(const uint8_t *p, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	return sum;
}

static uint16_t
fold16(uint32_t sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)(sum + (sum >> 16));
}

/* Fills in the checksum, at the offset from the IPv4 packet's start. */
static void
put_checksum(size_t at, uint16_t sum)
{
	bytes[at] = (uint8_t)(sum >> 8);
	bytes[at + 1] = (uint8_t)sum;
}

#define TCP_SUM_AT (20 + 16)

static uint16_t
pseudo4(void)
{
	return fold16(sum16(bytes + 12, 8) + PROTO_TCP + byte_count - 20);
}

static enum checksum
judged(uint16_t sum)
{
	put_checksum(TCP_SUM_AT, sum);
	assert_int_equal(decode_captured(LINK_RAW, byte_count), DECODE_OK);
	return pkt.checksum;
}

static bool
fits_narrow(void)
{
	uint64_t pseudo = checksum_pseudo(&pkt.tuple, byte_count - 20);

	return checksum_fits_narrow(bytes + 20, byte_count - 20, pseudo);
}

/* Long ones are added up in another way, where the processor has it. */
static void
test_a_checksum_is_judged_at_every_length(void **state)
{
	(void)state;
	for (uint32_t payload = 0; payload < 500; payload++) {
		uint16_t good;

		write_frame(IP4("0000", "06") TCP);
		for (uint32_t i = 0; i < payload; i++)
			bytes[byte_count++] = (uint8_t)(0xfb * i + 0x80);
		put_checksum(TCP_SUM_AT, 0);
		good = (uint16_t)~fold16(sum16(bytes + 20, byte_count - 20) + pseudo4());
		assert_int_equal(judged(good), CHECKSUM_GOOD);
		assert_true(fits_narrow());
		assert_int_equal(judged(good ^ 0x0100), CHECKSUM_BAD);
		assert_false(fits_narrow());
		assert_int_equal(judged(0), CHECKSUM_OFFLOADED);
		assert_int_equal(judged(pseudo4()), CHECKSUM_OFFLOADED);
		assert_int_equal(judged((uint16_t)~pseudo4()), CHECKSUM_OFFLOADED);
	}
}

static void
test_udp_may_do_without_a_checksum_over_ipv4_alone(void **state)
{
	(void)state;
	decode(LINK_RAW, IP4("0020", "11") UDP("9c409c41", "000c") PAYLOAD);
	assert_int_equal(pkt.checksum, CHECKSUM_UNKNOWN);
	decode(LINK_RAW, IP6("000c", "11") UDP("9c409c41", "000c") PAYLOAD);
	assert_int_equal(pkt.checksum, CHECKSUM_OFFLOADED);
}

static void
test_icmp_is_summed_without_a_pseudo_header_and_icmpv6_with_one(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP4("001c", "01") "0800 f0dc 07190209"), DECODE_OK);
	assert_int_equal(pkt.checksum, CHECKSUM_BAD);
	assert_int_equal(decode(LINK_RAW, IP4("001c", "01") "0800 eedd 07190209"), DECODE_OK);
	assert_int_equal(pkt.checksum, CHECKSUM_GOOD);
	assert_int_equal(decode(LINK_RAW, IP6("0008", "3a") "8000 1b26 07190209"), DECODE_OK);
	assert_int_equal(pkt.checksum, CHECKSUM_GOOD);
}

/* --- ICMP --- */

static void
test_an_echos_identifier_is_the_port_of_who_asks(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP4("001c", "01") "0800 0000 12340001"), DECODE_OK);
	assert_int_equal(pkt.tuple.proto, PROTO_ICMP);
	assert_int_equal(pkt.tuple.sport, 0x1234);
	assert_int_equal(pkt.tuple.dport, 0);
	assert_int_equal(pkt.icmp.type, 8);
	assert_false(pkt.icmp.quotes);
	assert_int_equal(decode(LINK_RAW, IP4("001c", "01") "0000 0000 12340001"), DECODE_OK);
	assert_int_equal(pkt.tuple.sport, 0);
	assert_int_equal(pkt.tuple.dport, 0x1234);
	assert_int_equal(decode(LINK_RAW, IP6("0008", "3a") "8000 0000 12340001"), DECODE_OK);
	assert_int_equal(pkt.tuple.sport, 0x1234);
	assert_int_equal(decode(LINK_RAW, IP6("0008", "3a") "8100 0000 12340001"), DECODE_OK);
	assert_int_equal(pkt.tuple.dport, 0x1234);
	assert_int_equal(decode(LINK_RAW, IP6("0008", "3a") "8700 0000 12340001"), DECODE_OK);
	assert_int_equal(pkt.tuple.sport | pkt.tuple.dport, 0);
}

static void
test_a_quoted_echo_is_the_one_that_was_sent(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP4("0038", "01") "0301000000000000" IP4(
					      "001c", "01") "0800f0dc12340001"),
	    DECODE_OK);
	assert_true(pkt.icmp.quotes);
	assert_int_equal(pkt.icmp.quoted.sport, 0x1234);
	assert_int_equal(pkt.icmp.quoted.dport, 0);
}

static void
test_an_error_quotes_a_packet_as_it_was_sent(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP4("0038", "01") "0303000000000000" IP4(
					      "05dc", "06") "9c400050000003e8"),
	    DECODE_OK);
	assert_true(pkt.icmp.quotes);
	assert_int_equal(pkt.icmp.code, 3);
	assert_int_equal(pkt.icmp.quoted.proto, PROTO_TCP);
	assert_int_equal(pkt.icmp.quoted.ip_version, 4);
	assert_int_equal(pkt.icmp.quoted.src[0], 192);
	assert_int_equal(pkt.icmp.quoted.dst[0], 198);
	assert_int_equal(pkt.icmp.quoted.sport, 40000);
	assert_int_equal(pkt.icmp.quoted.dport, 80);
	assert_int_equal(pkt.icmp.quoted_seq, 1000);
}

static void
test_a_quoted_packet_is_read_through_its_extension_headers(void **state)
{
	(void)state;
	assert_int_equal(
	    decode(LINK_RAW, IP6("0048", "3a") "0104000000000000" IP6("0400",
				 "00") "2c00010400000000 1100000100000001 9c40003500000000"),
	    DECODE_OK);
	assert_true(pkt.icmp.quotes);
	assert_int_equal(pkt.icmp.quoted.proto, PROTO_UDP);
	assert_int_equal(pkt.icmp.quoted.dport, 53);
}

static void
test_a_quote_that_tells_no_ends_is_none(void **state)
{
	(void)state;
	assert_int_equal(decode(LINK_RAW, IP4("0038", "01") "0303000000000000" IP4_PLACED(
					      "05dc", "0005", "06") "9c400050000003e8"),
	    DECODE_OK);
	assert_false(pkt.icmp.quotes);
	assert_int_equal(
	    decode(LINK_RAW, IP4("0034", "01") "0303000000000000" IP4("05dc", "06") "9c400050"),
	    DECODE_OK);
	assert_false(pkt.icmp.quotes);
	assert_int_equal(decode(LINK_RAW, IP4("0038", "01") "0303000000000000" IP4(
					      "05dc", "32") "9c400050000003e8"),
	    DECODE_OK);
	assert_false(pkt.icmp.quotes);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_what_is_common_is_read),
		T(test_the_short_way_comes_to_the_same_as_the_long_one),
		T(test_padding_and_frame_checksum_are_no_payload),
		T(test_tags_are_taken_off),
		T(test_a_length_in_place_of_a_type_leads_to_llc),
		T(test_each_link_type_leads_to_ip),
		T(test_what_junipers_cards_write_is_read),
		T(test_a_machines_own_header_may_hold_no_frame),
		T(test_wifi_data_is_read_where_it_is_in_the_clear),
		T(test_a_last_piece_may_be_a_whole_frame),
		T(test_radiotap_says_whether_the_header_is_padded),
		T(test_what_is_not_decoded_is_told_apart),
		T(test_no_total_length_means_all_of_the_frame),
		T(test_a_length_beyond_the_frame_is_bounded_by_it),
		T(test_payload_counts_what_the_capture_cut_off),
		T(test_a_header_cut_by_the_capture_is_truncated_and_not_malformed),
		T(test_a_header_too_short_is_malformed),
		T(test_extension_headers_are_passed),
		T(test_a_source_route_ends_at_the_last_address),
		T(test_fragments_become_whole_in_any_order),
		T(test_ipv6_fragments_become_whole),
		T(test_the_first_copy_of_a_fragment_stays),
		T(test_a_second_end_is_a_conflict),
		T(test_a_datagram_is_not_waited_for_forever),
		T(test_the_oldest_datagram_makes_room),
		T(test_a_fragment_that_comes_again_late_is_not_waited_for),
		T(test_a_late_fragment_does_not_join_the_next_datagram_of_its_id),
		T(test_a_first_fragment_that_was_cut_is_read_alone),
		T(test_a_fragment_beyond_any_datagram_is_malformed),
		T(test_tunnels_are_taken_apart),
		T(test_a_tunnel_that_leads_nowhere_is_a_packet_of_its_own_flow),
		T(test_a_register_of_pim_may_announce_nothing),
		T(test_lisp_carries_its_own_messages_too),
		T(test_a_fragment_in_a_tunnel_is_waited_for),
		T(test_an_answer_of_a_well_known_service_is_no_tunnel),
		T(test_nesting_has_a_bound),
		T(test_a_pseudowire_is_told_from_ip_and_from_a_control_word),
		T(test_options_are_read),
		T(test_both_kinds_of_fast_open_are_known),
		T(test_a_broken_list_of_options_spoils_no_packet),
		T(test_a_header_cut_within_its_options_is_usable),
		T(test_a_header_cut_within_its_options_has_no_checksum_to_judge),
		T(test_udp_ends_where_it_says),
		T(test_a_checksum_is_judged_at_every_length),
		T(test_udp_may_do_without_a_checksum_over_ipv4_alone),
		T(test_icmp_is_summed_without_a_pseudo_header_and_icmpv6_with_one),
		T(test_an_echos_identifier_is_the_port_of_who_asks),
		T(test_a_quoted_echo_is_the_one_that_was_sent),
		T(test_an_error_quotes_a_packet_as_it_was_sent),
		T(test_a_quoted_packet_is_read_through_its_extension_headers),
		T(test_a_quote_that_tells_no_ends_is_none),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
