/*
 * What Wireshark 4.0 writes into its Info column of a TCP segment, a UDP
 * datagram or an ICMP message, word for word: people search for these words.
 * Where the dissector of an application would have the last word there, ours
 * stays with the transport's.
 */
#include "figure/figure_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

#define TCP_BYTES 20
#define UDP_BYTES 8
#define WSCALE_MAX 14 /* RFC 7323, 2.3 */

static void
put_number(struct text *out, const char *name, uint64_t value)
{
	text_put(out, name);
	text_u64(out, value);
}

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
		put_number(out, "[TCP Dup ACK ", info->other);
		put_number(out, "#", info->wire == NULL ? 1 : info->wire->dup_acks);
		text_put(out, "] ");
	}
}

/* --- TCP: options, in the order of the wire --- */

static void
put_mss(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)wire;
	put_number(out, " MSS=", bytes_u16(&value));
}

static void
put_wscale(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	uint8_t shift = bytes_u8(&value);

	(void)wire;
	put_number(out, " WS=", UINT64_C(1) << (shift > WSCALE_MAX ? WSCALE_MAX : shift));
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
		put_number(out, " SLE=", (uint32_t)(bytes_u32(&value) - wire->peer_base));
		put_number(out, " SRE=", (uint32_t)(bytes_u32(&value) - wire->peer_base));
	}
}

static void
put_timestamps(struct text *out, struct bytes value, const struct figure_wire *wire)
{
	(void)wire;
	put_number(out, " TSval=", bytes_u32(&value));
	put_number(out, " TSecr=", bytes_u32(&value));
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
	put_number(out, " → ", tuple->dport);
}

static void
put_flags(struct text *out, uint16_t flags, bool has_reserved)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR",
		"AE" };
	const char *separator = " [";

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(flags & 1u << i))
			continue;
		text_put(out, separator);
		text_put(out, names[i]);
		separator = ", ";
	}
	if (has_reserved) {
		text_put(out, separator);
		text_put(out, "Reserved");
		separator = ", ";
	}
	text_put(out, separator[0] == ',' ? "]" : " [<None>]");
}

static void
put_tcp(struct text *out, const struct info *info)
{
	enum { RESERVED = 0x0e, URGENT_AT = 18 };
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	bool has_header = wire != NULL && wire->count >= TCP_BYTES;

	put_prefixes(out, info);
	put_ports(out, &row->tuple);
	put_flags(out, row->flags, has_header && (wire->bytes[12] & RESERVED) != 0);
	put_number(out, " Seq=", row->seq);
	if (row->flags & TCP_ACK)
		put_number(out, " Ack=", row->ack);
	put_number(out, " Win=", row->window);
	if (row->flags & TCP_URG && has_header)
		put_number(out, " Urg=",
		    (uint32_t)wire->bytes[URGENT_AT] << 8 | wire->bytes[URGENT_AT + 1]);
	put_number(out, " Len=", row->length);
	if (has_header)
		put_options(out, wire);
}

static void
put_udp(struct text *out, const struct info *info)
{
	const struct figure_wire *wire = info->wire;
	uint32_t claimed = wire == NULL || wire->count < UDP_BYTES ?
			       info->row->length + UDP_BYTES :
			       (uint32_t)wire->bytes[4] << 8 | wire->bytes[5];

	put_ports(out, &info->row->tuple);
	if (claimed == 0) /* a jumbogram's */
		claimed = info->row->length + UDP_BYTES;
	if (claimed < UDP_BYTES) {
		put_number(out, " [BAD UDP LENGTH ", claimed);
		text_put(out, " < 8]");
		return;
	}
	if (claimed - UDP_BYTES > info->row->length && wire != NULL && wire->bad_length) {
		put_number(out, " [BAD UDP LENGTH ", claimed);
		text_put(out, " > IP PAYLOAD LENGTH]");
	}
	put_number(out, " Len=", claimed - UDP_BYTES);
}

/* --- ICMP --- */

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO = 8,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP_BYTES = 8,
};

struct named {
	uint8_t number;
	const char *name;
};

/* A type, and what its codes are called; a type without them has none. */
struct icmp_kind {
	uint8_t type;
	const char *name;
	const struct named *codes;
	size_t code_count;
	bool is_asked; /* has an identifier and a sequence number */
};

#define CODES(table) table, sizeof(table) / sizeof(table[0])

static const struct named unreachable[] = {
	{ 0, "Network unreachable" },
	{ 1, "Host unreachable" },
	{ 2, "Protocol unreachable" },
	{ 3, "Port unreachable" },
	{ 4, "Fragmentation needed" },
	{ 5, "Source route failed" },
	{ 6, "Destination network unknown" },
	{ 7, "Destination host unknown" },
	{ 8, "Source host isolated" },
	{ 9, "Network administratively prohibited" },
	{ 10, "Host administratively prohibited" },
	{ 11, "Network unreachable for TOS" },
	{ 12, "Host unreachable for TOS" },
	{ 13, "Communication administratively filtered" },
	{ 14, "Host precedence violation" },
	{ 15, "Precedence cutoff in effect" },
};

static const struct named redirect[] = {
	{ 0, "Redirect for network" },
	{ 1, "Redirect for host" },
	{ 2, "Redirect for TOS and network" },
	{ 3, "Redirect for TOS and host" },
};

static const struct named exceeded[] = {
	{ 0, "Time to live exceeded in transit" },
	{ 1, "Fragment reassembly time exceeded" },
};

static const struct named extended[] = {
	{ 0, "No error" },
	{ 1, "Malformed Query" },
	{ 2, "No Such Interface" },
	{ 3, "No Such Table Entry" },
	{ 4, "Multiple Interfaces Satisfy Query" },
};

static const struct named parameter[] = {
	{ 0, "Pointer indicates the error" },
	{ 1, "Required option missing" },
	{ 2, "Bad length" },
};

static const struct icmp_kind icmp_kinds[] = {
	{ 0, "Echo (ping) reply", NULL, 0, true },
	{ 3, "Destination unreachable", CODES(unreachable), false },
	{ 4, "Source quench (flow control)", NULL, 0, false },
	{ 5, "Redirect", CODES(redirect), false },
	{ 6, "Alternate host address", NULL, 0, false },
	{ 8, "Echo (ping) request", NULL, 0, true },
	{ 9, "Router advertisement", NULL, 0, false },
	{ 10, "Router solicitation", NULL, 0, false },
	{ 11, "Time-to-live exceeded", CODES(exceeded), false },
	{ 12, "Parameter problem", CODES(parameter), false },
	{ 13, "Timestamp request", NULL, 0, true },
	{ 14, "Timestamp reply", NULL, 0, true },
	{ 15, "Information request", NULL, 0, true },
	{ 16, "Information reply", NULL, 0, true },
	{ 17, "Address mask request", NULL, 0, true },
	{ 18, "Address mask reply", NULL, 0, true },
	{ 42, "Extended Echo request", extended, 1, false },
	{ 43, "Extended Echo reply", CODES(extended), false },
};

static const struct named unreachable6[] = {
	{ 0, "no route to destination" },
	{ 1, "Administratively prohibited" },
	{ 2, "Beyond scope of source address" },
	{ 3, "Address unreachable" },
	{ 4, "Port unreachable" },
	{ 5, "Source address failed ingress/egress policy" },
	{ 6, "Reject route to destination" },
	{ 7, "Error in Source Routing Header" },
};

static const struct named exceeded6[] = {
	{ 0, "hop limit exceeded in transit" },
	{ 1, "fragment reassembly time exceeded" },
};

static const struct named parameter6[] = {
	{ 0, "erroneous header field encountered" },
	{ 1, "unrecognized Next Header type encountered" },
	{ 2, "unrecognized IPv6 option encountered" },
	{ 3, "IPv6 First Fragment has incomplete IPv6 Header Chain" },
};

static const struct named renumbering[] = {
	{ 0, "Command" },
	{ 1, "Result" },
	{ 255, "Sequence Number Reset" },
};

static const struct icmp_kind icmp6_kinds[] = {
	{ 1, "Destination Unreachable", CODES(unreachable6), false },
	{ 2, "Packet Too Big", NULL, 0, false },
	{ 3, "Time Exceeded", CODES(exceeded6), false },
	{ 4, "Parameter Problem", CODES(parameter6), false },
	{ 128, "Echo (ping) request", NULL, 0, true },
	{ 129, "Echo (ping) reply", NULL, 0, true },
	{ 130, "Multicast Listener Query", NULL, 0, false },
	{ 131, "Multicast Listener Report", NULL, 0, false },
	{ 132, "Multicast Listener Done", NULL, 0, false },
	{ 133, "Router Solicitation", NULL, 0, false },
	{ 134, "Router Advertisement", NULL, 0, false },
	{ 135, "Neighbor Solicitation", NULL, 0, false },
	{ 136, "Neighbor Advertisement", NULL, 0, false },
	{ 137, "Redirect", NULL, 0, false },
	{ 138, "Router Renumbering", CODES(renumbering), false },
	{ 139, "Node Information Query", NULL, 0, false },
	{ 140, "Node Information Reply", NULL, 0, false },
	{ 143, "Multicast Listener Report Message v2", NULL, 0, false },
	{ 144, "Home Agent Address Discovery Request", NULL, 0, false },
	{ 145, "Home Agent Address Discovery Reply", NULL, 0, false },
	{ 146, "Mobile Prefix Solicitation", NULL, 0, false },
	{ 147, "Mobile Prefix Advertisement", NULL, 0, false },
	{ 155, "RPL Control", NULL, 0, false },
};

static const struct icmp_kind *
kind_of(const struct icmp_kind *kinds, size_t count, uint8_t type)
{
	for (size_t i = 0; i < count; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static void
put_code(struct text *out, const struct icmp_kind *kind, uint8_t code)
{
	for (size_t i = 0; i < kind->code_count; i++) {
		if (kind->codes[i].number != code)
			continue;
		text_put(out, " (");
		text_put(out, kind->codes[i].name);
		text_char(out, ')');
		return;
	}
	if (kind->code_count > 0) {
		put_number(out, " (Unknown code: ", code);
		text_char(out, ')');
	}
}

static void
put_hex16(struct text *out, uint16_t value)
{
	static const char digits[] = "0123456789abcdef";

	text_put(out, "0x");
	for (int shift = 12; shift >= 0; shift -= 4)
		text_char(out, digits[value >> shift & 0xf]);
}

static bool
is_question(const struct packet_row *row)
{
	return row->icmp_type == (row->tuple.proto == PROTO_ICMP ? ICMP_ECHO : ICMP6_ECHO);
}

static bool
is_reply(const struct packet_row *row)
{
	return row->icmp_type ==
	    (row->tuple.proto == PROTO_ICMP ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY);
}

/* Which frame answers, or was answered. */
static void
put_pair(struct text *out, const struct info *info)
{
	if (info->other == 0) {
		text_put(out, is_question(info->row) ? " (no response found!)" : "");
		return;
	}
	put_number(out, is_question(info->row) ? " (reply in " : " (request in ", info->other);
	text_char(out, ')');
}

static void
put_icmp(struct text *out, const struct info *info)
{
	const size_t column = 20; /* of what follows the type's name */
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	const struct icmp_kind *kind =
	    kind_of(icmp_kinds, sizeof(icmp_kinds) / sizeof(icmp_kinds[0]), row->icmp_type);
	size_t start = out->length;

	text_put(out, kind == NULL ? "Unknown ICMP (obsolete or malformed?)" : kind->name);
	text_pad(out, (int)column - (int)(out->length - start));
	if (kind == NULL)
		return;
	put_code(out, kind, row->icmp_code);
	if (!kind->is_asked || wire == NULL || wire->count < ICMP_BYTES)
		return;
	text_put(out, " id=");
	put_hex16(out, (uint16_t)(wire->bytes[4] << 8 | wire->bytes[5]));
	put_number(out, ", seq=", (uint16_t)(wire->bytes[6] << 8 | wire->bytes[7]));
	put_number(out, "/", (uint16_t)(wire->bytes[7] << 8 | wire->bytes[6]));
	put_number(out, ", ttl=", wire->ttl);
	if (is_question(row) || is_reply(row))
		put_pair(out, info);
}

/* --- ICMPv6: the neighbours, RFC 4861 --- */

static void
put_mac(struct text *out, const uint8_t *mac)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 6; i++) {
		if (i > 0)
			text_char(out, ':');
		text_char(out, digits[mac[i] >> 4]);
		text_char(out, digits[mac[i] & 0xf]);
	}
}

/* The link-layer address in an option of that kind, among those from at on; NULL: there is none. */
static const uint8_t *
link_address(const struct figure_wire *wire, size_t at, uint8_t wanted)
{
	struct bytes b = bytes_of(wire->bytes, wire->count);

	bytes_skip(&b, at);
	while (bytes_left(&b) >= 8) {
		const uint8_t *option = b.at;

		if (option[1] == 0)
			return NULL;
		if (option[0] == wanted && option[1] == 1)
			return option + 2;
		bytes_skip(&b, option[1] * (size_t)8);
	}
	return NULL;
}

static void
put_link(struct text *out, const struct figure_wire *wire, size_t at, uint8_t wanted,
    const char *words)
{
	const uint8_t *mac = link_address(wire, at, wanted);

	if (mac == NULL)
		return;
	text_put(out, words);
	put_mac(out, mac);
}

static void
put_advertised(struct text *out, const struct figure_wire *wire)
{
	static const struct named flags[] = { { 0x80, "rtr" }, { 0x40, "sol" }, { 0x20, "ovr" } };
	const char *separator = " (";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!(wire->bytes[4] & flags[i].number))
			continue;
		text_put(out, separator);
		text_put(out, flags[i].name);
		separator = ", ";
	}
	text_put(out, separator[0] == ',' ? ")" : "");
}

static void
put_neighbor(struct text *out, uint8_t type, const struct figure_wire *wire)
{
	enum { SOURCE = 1, TARGET = 2, TARGET_AT = 8, NEIGHBOR_BYTES = 24, ROUTER_BYTES = 16 };

	if (type == 133)
		put_link(out, wire, ICMP_BYTES, SOURCE, " from ");
	if (type == 134)
		put_link(out, wire, ROUTER_BYTES, SOURCE, " from ");
	if ((type != 135 && type != 136) || wire->count < NEIGHBOR_BYTES)
		return;
	text_put(out, type == 135 ? " for " : " ");
	text_ipv6(out, wire->bytes + TARGET_AT);
	if (type == 135) {
		put_link(out, wire, NEIGHBOR_BYTES, SOURCE, " from ");
		return;
	}
	put_advertised(out, wire);
	put_link(out, wire, NEIGHBOR_BYTES, TARGET, " is at ");
}

static void
put_icmp6(struct text *out, const struct info *info)
{
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	const struct icmp_kind *kind =
	    kind_of(icmp6_kinds, sizeof(icmp6_kinds) / sizeof(icmp6_kinds[0]), row->icmp_type);

	if (kind == NULL) {
		put_number(out, "Unknown (", row->icmp_type);
		text_char(out, ')');
		return;
	}
	text_put(out, kind->name);
	put_code(out, kind, row->icmp_code);
	if (wire == NULL || wire->count < ICMP_BYTES)
		return;
	put_neighbor(out, row->icmp_type, wire);
	if (!kind->is_asked)
		return;
	text_put(out, " id=");
	put_hex16(out, (uint16_t)(wire->bytes[4] << 8 | wire->bytes[5]));
	put_number(out, ", seq=", (uint16_t)(wire->bytes[6] << 8 | wire->bytes[7]));
	put_number(out, ", hop limit=", wire->ttl);
	put_pair(out, info);
}

/* --- all of them --- */

static const struct protocol {
	uint8_t number;
	const char *name;
	void (*put)(struct text *out, const struct info *info);
} protocols[] = {
	{ PROTO_TCP, "TCP", put_tcp },
	{ PROTO_UDP, "UDP", put_udp },
	{ PROTO_ICMP, "ICMP", put_icmp },
	{ PROTO_ICMP6, "ICMPv6", put_icmp6 },
};

static const struct protocol *
protocol_of(const struct packet_row *row)
{
	size_t i = 0;

	while (i + 1 < sizeof(protocols) / sizeof(protocols[0]) &&
	    protocols[i].number != row->tuple.proto)
		i++;
	return &protocols[i];
}

const char *
info_protocol(const struct packet_row *row)
{
	return protocol_of(row)->name;
}

void
info_put(struct text *out, const struct info *info)
{
	protocol_of(info->row)->put(out, info);
}

/* --- what rows say of one another --- */

/* One side of a flow: the acknowledgement number it repeats, and since which frame. */
struct speaker {
	uint32_t flow; /* 0: nobody's */
	uint32_t ack;
	uint32_t since;
	struct tuple tuple;
};

/* An index of speakers by flow and side, open addressing, at most half full. */
struct speakers {
	struct speaker *slots;
	size_t mask;
};

static struct speaker *
speaker_of(const struct speakers *speakers, const struct packet_row *row)
{
	/* Of both sides the same slot is tried first; which is which, the source tells. */
	size_t at = row->flow * (size_t)2654435761u >> 4 & speakers->mask;

	for (;; at = (at + 1) & speakers->mask) {
		struct speaker *speaker = &speakers->slots[at];

		if (speaker->flow == 0) {
			speaker->flow = row->flow;
			speaker->tuple = row->tuple;
			return speaker;
		}
		if (speaker->flow == row->flow &&
		    memcmp(&speaker->tuple, &row->tuple, sizeof(row->tuple)) == 0)
			return speaker;
	}
}

static void
note_ack(struct speaker *speaker, struct info *info)
{
	const struct packet_row *row = info->row;

	if (row->verdict.marks & MARK_BIT(MARK_DUPLICATE_ACK))
		info->other = speaker->since;
	if (row->ack != speaker->ack || speaker->since == 0) {
		speaker->ack = row->ack;
		speaker->since = row->frame.number;
	}
}

/* RFC 1624: what a question's checksum becomes when nothing but its type turns into a reply's. */
static bool
checksum_follows(const uint8_t *question, const uint8_t *reply)
{
	const uint32_t types = ICMP_ECHO << 8;
	uint32_t sum = ((uint32_t)question[2] << 8 | question[3]) + types;

	sum = (sum & 0xffff) + (sum >> 16);
	return sum == ((uint32_t)reply[2] << 8 | reply[3]) || sum == 0xffff;
}

/* The same identifier, number and, as far as the checksum tells, data; the other way. */
static bool
answers(const struct info *reply, const struct info *question)
{
	const uint8_t *asked = question->wire->bytes;
	const uint8_t *told = reply->wire->bytes;

	return question->other == 0 && memcmp(asked + 4, told + 4, 4) == 0 &&
	       memcmp(question->row->tuple.src, reply->row->tuple.dst, 16) == 0 &&
	       (question->row->tuple.proto != PROTO_ICMP || checksum_follows(asked, told));
}

/* How many packets back a question is looked for: so that a flood costs no more than its length. */
#define LOOK_BACK 4096

static void
find_question(struct info *infos, size_t at)
{
	struct info *reply = &infos[at];

	if (reply->wire == NULL || reply->wire->count < ICMP_BYTES)
		return;
	for (size_t back = 1; back <= at && back <= LOOK_BACK; back++) {
		struct info *question = &infos[at - back];

		if (question->row->flow != reply->row->flow || !is_question(question->row) ||
		    question->row->tuple.proto != reply->row->tuple.proto ||
		    question->wire == NULL || question->wire->count < ICMP_BYTES ||
		    !answers(reply, question))
			continue;
		question->other = reply->row->frame.number;
		reply->other = question->row->frame.number;
		return;
	}
}

const struct info *
info_all(struct scene *scene, const struct figure_data *data)
{
	struct info *infos = scene_keep(scene, (data->packet_count + 1) * sizeof(*infos));
	struct speakers speakers = { .mask = 63 };

	while (speakers.mask < 2 * data->packet_count)
		speakers.mask = speakers.mask * 2 + 1;
	speakers.slots = mem_zalloc((speakers.mask + 1) * sizeof(*speakers.slots));
	for (size_t i = 0; i < data->packet_count; i++) {
		const struct packet_row *row = &data->packets[i];

		infos[i] = (struct info){ .row = row, .wire = figure_wire(data, row->index) };
		if (row->tuple.proto == PROTO_TCP)
			note_ack(speaker_of(&speakers, row), &infos[i]);
		else if (row->tuple.proto != PROTO_UDP && is_reply(row))
			find_question(infos, i);
	}
	free(speakers.slots);
	return infos;
}
