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

/* What an option says, and the words for it. */
struct value {
	struct bytes b;
	const char *const *words;
	const struct figure_wire *wire; /* the segment's */
};

static void
put_word(struct text *out, struct value *value)
{
	text_put(out, value->words[0]);
}

static void
put_u16(struct text *out, struct value *value)
{
	info_put_number(out, value->words[0], bytes_u16(&value->b));
}

/* Of how long data may wait; the highest bit is the unit, which is not told. */
static void
put_timeout(struct text *out, struct value *value)
{
	info_put_number(out, value->words[0], bytes_u16(&value->b) & 0x7fff);
}

/* One after another, as far as they go. */
static void
put_u32s(struct text *out, struct value *value)
{
	while (bytes_left(&value->b) >= 4)
		info_put_number(out, *value->words++, bytes_u32(&value->b));
}

static void
put_wscale(struct text *out, struct value *value)
{
	uint8_t shift = bytes_u8(&value->b);

	info_put_number(
	    out, value->words[0], UINT64_C(1) << (shift > WSCALE_MAX ? WSCALE_MAX : shift));
}

static void
put_sack(struct text *out, struct value *value)
{
	uint32_t base = value->wire->peer_base;

	while (bytes_left(&value->b) >= 8) {
		info_put_number(out, value->words[0], (uint32_t)(bytes_u32(&value->b) - base));
		info_put_number(out, value->words[1], (uint32_t)(bytes_u32(&value->b) - base));
	}
}

static void
put_fast_open(struct text *out, struct value *value)
{
	text_put(out, value->words[bytes_left(&value->b) > 0]);
}

/* The counters of Accurate ECN, of 24 bits each; as many as there was room for. */
static void
put_counters(struct text *out, struct value *value)
{
	if (bytes_left(&value->b) == 0)
		text_put(out, " AccECN");
	if (bytes_left(&value->b) % 3 != 0)
		return;
	while (bytes_left(&value->b) > 0) {
		uint32_t high = bytes_u8(&value->b);

		info_put_number(out, *value->words++, high << 16 | bytes_u16(&value->b));
	}
}

/* How often the sender wants to be acknowledged; without it, it says that it could. */
static void
put_ack_rate(struct text *out, struct value *value)
{
	text_put(out, value->words[0]);
	if (bytes_left(&value->b) > 0)
		info_put_number(out, "=", bytes_u8(&value->b) >> 1);
}

/* In upper case, without leading zeros. */
static void
put_hex(struct text *out, const char *name, uint16_t number)
{
	int shift = 12;

	text_put(out, name);
	while (shift > 0 && number >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		text_char(out, "0123456789ABCDEF"[number >> shift & 15]);
}

struct option {
	uint16_t kind; /* or the experiment's number */
	uint8_t least; /* bytes of value that it must have */
	uint8_t most;
	void (*put)(struct text *out, struct value *value);
	const char *words[3];
};

/* False where that kind is in no row. */
static bool
put_option(
    struct text *out, const struct option *list, size_t count, uint16_t kind, struct value *value)
{
	size_t bytes = bytes_left(&value->b);

	for (size_t i = 0; i < count; i++) {
		if (list[i].kind != kind)
			continue;
		value->words = list[i].words;
		if (bytes >= list[i].least && bytes <= list[i].most)
			list[i].put(out, value);
		return true;
	}
	return false;
}

#define LIST(rows) rows, sizeof(rows) / sizeof(rows[0])

/* RFC 6994: who has no kind of option yet shares two, and has a number. */
static void
put_experiment(struct text *out, struct value *value)
{
	static const struct option experiments[] = {
		{ 0xf989, 0, 36, put_fast_open, { " TFO=R", " TFO=C" } },
		{ 0x00ac, 0, 1, put_ack_rate, { " TARR" } },
		{ 0xacc0, 0, 9, put_counters, { " EE0B=", " ECEB=", " EE1B=" } },
		{ 0xacc1, 0, 9, put_counters, { " EE1B=", " ECEB=", " EE0B=" } },
	};
	uint16_t number = bytes_u16(&value->b);

	if (!put_option(out, LIST(experiments), number, value))
		put_hex(out, " ExID=", number);
}

/* Lengths are those that Wireshark reads, which are not always the right ones. */
static const struct option options[] = {
	{ 2, 2, 2, put_u16, { " MSS=" } },
	{ 3, 1, 1, put_wscale, { " WS=" } },
	{ 4, 0, 38, put_word, { " SACK_PERM" } },
	{ 5, 8, 38, put_sack, { " SLE=", " SRE=" } },
	{ 6, 4, 4, put_u32s, { " ECHO=" } },
	{ 7, 4, 4, put_u32s, { " ECHO=" } },
	{ 8, 8, 8, put_u32s, { " TSval=", " TSecr=" } },
	{ 11, 4, 4, put_u32s, { " CC=" } },
	{ 12, 4, 4, put_u32s, { " CC=" } },
	{ 13, 4, 4, put_u32s, { " CC=" } },
	{ 19, 0, 38, put_word, { " MD5" } },
	{ 28, 2, 2, put_timeout, { " USER_TO=" } },
	{ 29, 0, 38, put_word, { "TCP AO" } }, /* without a space, as there */
	{ 34, 0, 38, put_fast_open, { " TFO=R", " TFO=C" } },
	{ 172, 0, 9, put_counters, { " EE0B=", " ECEB=", " EE1B=" } },
	{ 174, 0, 9, put_counters, { " EE1B=", " ECEB=", " EE0B=" } },
	{ 253, 2, 38, put_experiment, { NULL } },
	{ 254, 2, 38, put_experiment, { NULL } },
};

static void
put_options(struct text *out, const struct figure_wire *wire)
{
	enum { END = 0, NOP = 1 };
	struct bytes b = bytes_of(wire->bytes, wire->count);

	bytes_skip(&b, TCP_BYTES);
	while (bytes_left(&b) > 0) {
		uint8_t kind = bytes_u8(&b);
		uint8_t length;
		struct value value = { .wire = wire };
		const uint8_t *at;

		if (kind == END)
			return;
		if (kind == NOP)
			continue;
		length = bytes_u8(&b);
		at = length < 2 ? NULL : bytes_take(&b, length - 2u);
		if (at == NULL)
			return;
		value.b = bytes_of(at, length - 2u);
		put_option(out, LIST(options), kind, &value);
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
put_flags(struct text *out, uint16_t flags, bool has_reserved, bool counts)
{
	const uint16_t named = counts ? flags & ~(TCP_ECE | TCP_CWR | TCP_AE) : flags;
	const char *separator = " [";

	for (unsigned i = 0; i < FLAG_COUNT; i++) {
		if (!(named & 1u << i))
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
	if (counts) {
		text_put(out, separator[0] == ',' ? "" : " [");
		info_put_number(out, ", ACE=", info_marks_counted(flags));
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
	put_flags(out, row->flags, has_header && (wire->bytes[12] & RESERVED) != 0, info->counts);
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
