/*
 * The Info column of a TCP segment or a UDP datagram: its marks in front, then
 * flags and numbers, then TCP's options in the order of the wire.
 */
#include "figure/info_priv.h"

#include "base/bytes.h"

#define TCP_BYTES  20
#define UDP_BYTES  8
#define WSCALE_MAX 14 /* RFC 7323, 2.3 */

/* --- TCP: what is told of a segment before it --- */

/* In the order in which they are written, which is not that of their numbers. */
static const struct {
	enum mark mark;
	const char *words; /* NULL: with the frame that is repeated */
} prefixes[] = {
	{ MARK_ZERO_WINDOW_PROBE_ACK, "[TCP ZeroWindowProbeAck] " },
	{ MARK_ZERO_WINDOW, "[TCP ZeroWindow] " },
	{ MARK_ZERO_WINDOW_PROBE, "[TCP ZeroWindowProbe] " },
	{ MARK_DUPLICATE_ACK, NULL },
	{ MARK_KEEP_ALIVE_ACK, "[TCP Keep-Alive ACK] " },
	{ MARK_KEEP_ALIVE, "[TCP Keep-Alive] " },
	{ MARK_WINDOW_FULL, "[TCP Window Full] " },
	{ MARK_WINDOW_UPDATE, "[TCP Window Update] " },
	{ MARK_ACK_LOST_SEGMENT, "[TCP ACKed unseen segment] " },
	{ MARK_LOST_SEGMENT, "[TCP Previous segment not captured] " },
	{ MARK_OUT_OF_ORDER, "[TCP Out-Of-Order] " },
	{ MARK_SPURIOUS_RETRANSMISSION, "[TCP Spurious Retransmission] " },
	{ MARK_FAST_RETRANSMISSION, "[TCP Fast Retransmission] " },
	{ MARK_RETRANSMISSION, "[TCP Retransmission] " },
	{ MARK_PORT_REUSED, "[TCP Port numbers reused] " },
};

static void
put_prefixes(struct text *out, const struct info *info)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!(info->row->verdict.marks & MARK_BIT(prefixes[i].mark)))
			continue;
		if (prefixes[i].words != NULL) {
			text_put(out, prefixes[i].words);
			continue;
		}
		info_put_number(out, "[TCP Dup ACK ", info->other);
		info_put_number(out, "#", info->wire == NULL ? 1 : info->wire->dup_acks);
		text_put(out, "] ");
	}
}

/* --- TCP: options, in the order of the wire --- */

static void
put_mss(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)wire;
	info_put_number(out, " MSS=", bytes_u16(&value));
}

static void
put_wscale(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	uint8_t shift = bytes_u8(&value);

	(void)wire;
	info_put_number(out, " WS=", UINT64_C(1) << (shift > WSCALE_MAX ? WSCALE_MAX : shift));
}

static void
put_sack_permitted(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)value;
	(void)wire;
	text_put(out, " SACK_PERM");
}

static void
put_sack(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	while (bytes_left(&value) >= 8) {
		info_put_number(out, " SLE=", (uint32_t)(bytes_u32(&value) - wire->peer_base));
		info_put_number(out, " SRE=", (uint32_t)(bytes_u32(&value) - wire->peer_base));
	}
}

static void
put_timestamps(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)wire;
	info_put_number(out, " TSval=", bytes_u32(&value));
	info_put_number(out, " TSecr=", bytes_u32(&value));
}

static void
put_md5(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)value;
	(void)wire;
	text_put(out, " MD5");
}

static void
put_fast_open(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)wire;
	text_put(out, bytes_left(&value) == 0 ? " TFO=R" : " TFO=C");
}

static void
put_experiment(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	const uint16_t fast_open = 0xf989; /* RFC 7413, before it was one */

	if (bytes_left(&value) >= 2 && bytes_u16(&value) == fast_open)
		put_fast_open(out, value, wire);
}

static const struct option {
	uint8_t kind;
	uint8_t least; /* bytes of value that it must have */
	uint8_t most;
	void (*put)(struct text *out, struct bytes value, const struct figure_wire *wire);
} options[] = {
	{ 2, 2, 2, put_mss },
	{ 3, 1, 1, put_wscale },
	{ 4, 0, 0, put_sack_permitted },
	{ 5, 8, 38, put_sack },
	{ 8, 8, 8, put_timestamps },
	{ 19, 16, 16, put_md5 },
	{ 34, 0, 38, put_fast_open },
	{ 253, 2, 38, put_experiment },
	{ 254, 2, 38, put_experiment },
};

static void
put_option(struct text *out, uint8_t kind, struct bytes value, const struct figure_wire *wire)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].kind == kind && bytes_left(&value) >= options[i].least &&
		    bytes_left(&value) <= options[i].most)
			options[i].put(out, value, wire);
}

static void
put_options(struct text *out, const struct figure_wire *wire)
{
	enum { END = 0, NOP = 1 };
	struct bytes b = bytes_of(wire->bytes, wire->count);

	bytes_skip(&b, TCP_BYTES);
	while (bytes_left(&b) > 0) {
		uint8_t kind = bytes_u8(&b);
		uint8_t length;
		const uint8_t *value;

		if (kind == END)
			return;
		if (kind == NOP)
			continue;
		length = bytes_u8(&b);
		value = length < 2 ? NULL : bytes_take(&b, length - 2u);
		if (value == NULL)
			return;
		put_option(out, kind, bytes_of(value, length - 2u), wire);
	}
}

/* --- TCP and UDP --- */

static void
put_ports(struct text *out, const struct tuple *tuple)
{
	text_u64(out, tuple->sport);
	info_put_number(out, " → ", tuple->dport);
}

static void
put_flags(struct text *out, uint16_t flags, bool has_reserved)
{
	const char *separator = " [";

	for (unsigned i = 0; i < FLAG_COUNT; i++) {
		if (!(flags & 1u << i))
			continue;
		text_put(out, separator);
		text_put(out, flag_words[i].name);
		separator = ", ";
	}
	if (has_reserved) {
		text_put(out, separator);
		text_put(out, "Reserved");
		separator = ", ";
	}
	text_put(out, separator[0] == ',' ? "]" : " [<None>]");
}

void
info_put_tcp(struct text *out, const struct info *info)
{
	enum { RESERVED = 0x0e, URGENT_AT = 18 };
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	bool has_header = wire != NULL && wire->count >= TCP_BYTES;

	put_prefixes(out, info);
	put_ports(out, &row->tuple);
	put_flags(out, row->flags, has_header && (wire->bytes[12] & RESERVED) != 0);
	info_put_number(out, " Seq=", row->seq);
	if (row->flags & TCP_ACK)
		info_put_number(out, " Ack=", row->ack);
	info_put_number(out, " Win=", row->window);
	if (row->flags & TCP_URG && has_header)
		info_put_number(out,
		    " Urg=", (uint32_t)wire->bytes[URGENT_AT] << 8 | wire->bytes[URGENT_AT + 1]);
	info_put_number(out, " Len=", row->length);
	if (has_header)
		put_options(out, wire);
}

void
info_put_udp(struct text *out, const struct info *info)
{
	const struct figure_wire *wire = info->wire;
	uint32_t claimed = wire == NULL || wire->count < UDP_BYTES
			       ? info->row->length + UDP_BYTES
			       : (uint32_t)wire->bytes[4] << 8 | wire->bytes[5];

	put_ports(out, &info->row->tuple);
	if (claimed == 0) /* a jumbogram's */
		claimed = info->row->length + UDP_BYTES;
	if (claimed < UDP_BYTES) {
		info_put_number(out, " [BAD UDP LENGTH ", claimed);
		text_put(out, " < 8]");
		return;
	}
	if (claimed - UDP_BYTES > info->row->length && wire != NULL && wire->bad_length) {
		info_put_number(out, " [BAD UDP LENGTH ", claimed);
		text_put(out, " > IP PAYLOAD LENGTH]");
	}
	info_put_number(out, " Len=", claimed - UDP_BYTES);
}
