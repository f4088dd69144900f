/*
 * The Info column of an ICMP message: what its type and its code are called,
 * what an echo or a question about neighbours asks for, and which frame answers.
 */
#include "figure/info_priv.h"

#include "base/bytes.h"

/* --- types and codes --- */

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
		info_put_number(out, " (Unknown code: ", code);
		text_char(out, ')');
	}
}

/* Which frame answers, or was answered. */
static void
put_pair(struct text *out, const struct info *info)
{
	if (info->other == 0) {
		text_put(out, info_is_question(info->row) ? " (no response found!)" : "");
		return;
	}
	info_put_number(
	    out, info_is_question(info->row) ? " (reply in " : " (request in ", info->other);
	text_char(out, ')');
}

void
info_put_icmp(struct text *out, const struct info *info)
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
	text_put(out, " id=0x");
	text_hex(out, wire->bytes + 4, 2);
	info_put_number(out, ", seq=", (uint16_t)(wire->bytes[6] << 8 | wire->bytes[7]));
	info_put_number(out, "/", (uint16_t)(wire->bytes[7] << 8 | wire->bytes[6]));
	info_put_number(out, ", ttl=", wire->ttl);
	if (info_is_question(row) || info_is_reply(row))
		put_pair(out, info);
}

/* --- ICMPv6: the neighbours, RFC 4861 --- */

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
put_link(
    struct text *out, const struct figure_wire *wire, size_t at, uint8_t wanted, const char *words)
{
	const uint8_t *mac = link_address(wire, at, wanted);

	if (mac == NULL)
		return;
	text_put(out, words);
	info_put_mac(out, mac);
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

void
info_put_icmp6(struct text *out, const struct info *info)
{
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	const struct icmp_kind *kind =
	    kind_of(icmp6_kinds, sizeof(icmp6_kinds) / sizeof(icmp6_kinds[0]), row->icmp_type);

	if (kind == NULL) {
		info_put_number(out, "Unknown (", row->icmp_type);
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
	text_put(out, " id=0x");
	text_hex(out, wire->bytes + 4, 2);
	info_put_number(out, ", seq=", (uint16_t)(wire->bytes[6] << 8 | wire->bytes[7]));
	info_put_number(out, ", hop limit=", wire->ttl);
	put_pair(out, info);
}
