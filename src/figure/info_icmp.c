/*
 * The Info column of an ICMP message: what its type and its code are called,
 * what an echo or a question about neighbours asks for, and which frame answers.
 */
#include "figure/info_priv.h"

#include <string.h>

#include "base/bytes.h"

/* --- types and codes --- */

struct named {
	uint8_t number;
	const char *name;
};

enum trait {
	PLAIN,
	ASKED,      /* has an identifier and a sequence number */
	NEEDS_CODE, /* called so with these codes only */
};

/* A type, and what its codes are called; a type without them has none. */
struct icmp_kind {
	uint8_t type;
	const char *name;
	const struct named *codes;
	size_t code_count;
	enum trait trait;
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

static const struct named alternate[] = {
	{ 0, "Alternate address for host" },
};

/* Code 0 is any router's; Wireshark takes it for one that knows mobile hosts (RFC 5944). */
static const struct named advertisement[] = {
	{ 0, "Normal router advertisement" },
	{ 16, "Does not route common traffic" },
};

static const struct named photuris[] = {
	{ 0, "Bad SPI" },
	{ 1, "Authentication Failed" },
	{ 2, "Decompression Failed" },
	{ 3, "Decryption Failed" },
	{ 4, "Need Authentication" },
	{ 5, "Need Authorization" },
};

static const struct icmp_kind icmp_kinds[] = {
	{ 0, "Echo (ping) reply", NULL, 0, ASKED },
	{ 1, "Reserved", NULL, 0, PLAIN },
	{ 2, "Reserved", NULL, 0, PLAIN },
	{ 3, "Destination unreachable", CODES(unreachable), PLAIN },
	{ 4, "Source quench (flow control)", NULL, 0, PLAIN },
	{ 5, "Redirect", CODES(redirect), PLAIN },
	{ 6, "Alternate host address", CODES(alternate), PLAIN },
	{ 8, "Echo (ping) request", NULL, 0, ASKED },
	{ 9, "Mobile IP Advertisement", CODES(advertisement), NEEDS_CODE },
	{ 9, "Router advertisement", CODES(advertisement), PLAIN },
	{ 10, "Router solicitation", NULL, 0, PLAIN },
	{ 11, "Time-to-live exceeded", CODES(exceeded), PLAIN },
	{ 12, "Parameter problem", CODES(parameter), PLAIN },
	{ 13, "Timestamp request", NULL, 0, ASKED },
	{ 14, "Timestamp reply", NULL, 0, ASKED },
	{ 15, "Information request", NULL, 0, ASKED },
	{ 16, "Information reply", NULL, 0, ASKED },
	{ 17, "Address mask request", NULL, 0, ASKED },
	{ 18, "Address mask reply", NULL, 0, ASKED },
	{ 19, "Reserved (for security)", NULL, 0, PLAIN },
	{ 30, "Traceroute", NULL, 0, PLAIN },
	{ 31, "Datagram Conversion Error", NULL, 0, PLAIN },
	{ 32, "Mobile Host Redirect", NULL, 0, PLAIN },
	{ 33, "IPv6 Where-Are-You", NULL, 0, PLAIN },
	{ 34, "IPv6 I-Am-Here", NULL, 0, PLAIN },
	{ 35, "Mobile Registration Request", NULL, 0, PLAIN },
	{ 36, "Mobile Registration Reply", NULL, 0, PLAIN },
	{ 37, "Domain Name Request", NULL, 0, PLAIN },
	{ 38, "Domain Name Reply", NULL, 0, PLAIN },
	{ 39, "SKIP", NULL, 0, PLAIN },
	{ 40, "Photuris", CODES(photuris), PLAIN },
	{ 41, "Experimental mobility protocols", NULL, 0, PLAIN },
	{ 42, "Extended Echo request", extended, 1, PLAIN },
	{ 43, "Extended Echo reply", CODES(extended), PLAIN },
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
	{ 255, "Sequence number reset" },
};

static const struct named query[] = {
	{ 0, "Query subject = IPv6 addresses" },
	{ 1, "Query subject = DNS name or empty" },
	{ 2, "Query subject = IPv4 addresses" },
};

static const struct named node[] = {
	{ 0, "Successful" },
	{ 1, "Refused" },
	{ 2, "Unknown query type" },
};

static const struct named rpl[] = {
	{ 0, "DODAG Information Solicitation" },
	{ 1, "DODAG Information Object" },
	{ 2, "Destination Advertisement Object" },
	{ 3, "Destination Advertisement Object Acknowledgment" },
	{ 4, "P2P Discovery Reply Object" },
	{ 5, "P2P Discovery Reply Object Acknowledgement" },
	{ 128, "Secure DODAG Information Solicitation" },
	{ 129, "Secure DODAG Information Object" },
	{ 130, "Secure Destination Advertisement Object" },
	{ 131, "Secure Destination Advertisement Object Acknowledgment" },
	{ 132, "P2P Secure Discovery Reply Object" },
	{ 133, "P2P Secure Discovery Reply Object Acknowledgement" },
	{ 138, "Consistency Check" },
};

static const struct icmp_kind icmp6_kinds[] = {
	{ 1, "Destination Unreachable", CODES(unreachable6), PLAIN },
	{ 2, "Packet Too Big", NULL, 0, PLAIN },
	{ 3, "Time Exceeded", CODES(exceeded6), PLAIN },
	{ 4, "Parameter Problem", CODES(parameter6), PLAIN },
	{ 100, "Private experimentation", NULL, 0, PLAIN },
	{ 101, "Private experimentation", NULL, 0, PLAIN },
	{ 127, "Reserved for expansion of ICMPv6 error messages", NULL, 0, PLAIN },
	{ 128, "Echo (ping) request", NULL, 0, ASKED },
	{ 129, "Echo (ping) reply", NULL, 0, ASKED },
	{ 130, "Multicast Listener Query", NULL, 0, PLAIN },
	{ 131, "Multicast Listener Report", NULL, 0, PLAIN },
	{ 132, "Multicast Listener Done", NULL, 0, PLAIN },
	{ 133, "Router Solicitation", NULL, 0, PLAIN },
	{ 134, "Router Advertisement", NULL, 0, PLAIN },
	{ 135, "Neighbor Solicitation", NULL, 0, PLAIN },
	{ 136, "Neighbor Advertisement", NULL, 0, PLAIN },
	{ 137, "Redirect", NULL, 0, PLAIN },
	{ 138, "Router Renumbering", CODES(renumbering), PLAIN },
	{ 139, "Node Information Query", CODES(query), PLAIN },
	{ 140, "Node Information Reply", CODES(node), PLAIN },
	{ 141, "Inverse Neighbor Discovery Solicitation", NULL, 0, PLAIN },
	{ 142, "Inverse Neighbor Discovery Advertisement", NULL, 0, PLAIN },
	{ 143, "Multicast Listener Report Message v2", NULL, 0, PLAIN },
	{ 144, "Home Agent Address Discovery Request", NULL, 0, PLAIN },
	{ 145, "Home Agent Address Discovery Reply", NULL, 0, PLAIN },
	{ 146, "Mobile Prefix Solicitation", NULL, 0, PLAIN },
	{ 147, "Mobile Prefix Advertisement", NULL, 0, PLAIN },
	{ 148, "Certification Path Solicitation", NULL, 0, PLAIN },
	{ 149, "Certification Path Advertisement", NULL, 0, PLAIN },
	{ 151, "Multicast Router Advertisement", NULL, 0, PLAIN },
	{ 152, "Multicast Router Solicitation", NULL, 0, PLAIN },
	{ 153, "Multicast Router Termination", NULL, 0, PLAIN },
	{ 155, "RPL Control", CODES(rpl), PLAIN },
	{ 156, "Locator Update", NULL, 0, PLAIN },
	{ 157, "Duplicate Address Request", NULL, 0, PLAIN },
	{ 158, "Duplicate Address Confirmation", NULL, 0, PLAIN },
	{ 159, "MPL Control Message", NULL, 0, PLAIN },
	{ 160, "Extended Echo request", extended, 1, PLAIN },
	{ 161, "Extended Echo reply", CODES(extended), PLAIN },
	{ 200, "Private experimentation", NULL, 0, PLAIN },
	{ 201, "Private experimentation", NULL, 0, PLAIN },
	{ 255, "Reserved for expansion of ICMPv6 informational messages", NULL, 0, PLAIN },
};

/* What a code is called; NULL: the type has no such code. */
static const char *
code_name(const struct icmp_kind *kind, uint8_t code)
{
	for (size_t i = 0; i < kind->code_count; i++)
		if (kind->codes[i].number == code)
			return kind->codes[i].name;
	return NULL;
}

static const struct icmp_kind *
kind_of(const struct icmp_kind *kinds, size_t count, const struct packet_row *row)
{
	for (size_t i = 0; i < count; i++)
		if (kinds[i].type == row->icmp_type &&
		    (kinds[i].trait != NEEDS_CODE || code_name(&kinds[i], row->icmp_code) != NULL))
			return &kinds[i];
	return NULL;
}

/* In parentheses; of a code that has no name the number, between unknown and close. */
static void
put_code(struct text *out, const struct icmp_kind *kind, uint8_t code, const char *unknown,
    const char *close)
{
	const char *name = code_name(kind, code);

	if (kind->code_count == 0)
		return;
	text_put(out, " (");
	if (name != NULL)
		text_put(out, name);
	else
		info_put_number(out, unknown, code);
	text_put(out, name != NULL ? ")" : close);
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
	    kind_of(icmp_kinds, sizeof(icmp_kinds) / sizeof(icmp_kinds[0]), row);
	size_t start = out->length;

	text_put(out, kind == NULL ? "Unknown ICMP (obsolete or malformed?)" : kind->name);
	text_pad(out, (int)column - (int)(out->length - start));
	if (kind == NULL)
		return;
	put_code(out, kind, row->icmp_code, "Unknown code: ", ")");
	if (kind->trait != ASKED || wire == NULL || wire->count < ICMP_BYTES)
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

enum {
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT,
	NEIGHBOR_SOLICITATION,
	NEIGHBOR_ADVERTISEMENT,
	TARGET_AT = 8,
	OPTION_BYTES = 8, /* of one with a link-layer address */
};

/* Where the options begin, and the kind of the one that has the address of who is told of. */
static const struct neighbor {
	uint8_t type;
	uint8_t head_bytes;
	uint8_t option;
	const char *words;
} neighbors[] = {
	{ ROUTER_SOLICITATION, 8, 1, " from " },
	{ ROUTER_ADVERTISEMENT, 16, 1, " from " },
	{ NEIGHBOR_SOLICITATION, 24, 1, " from " },
	{ NEIGHBOR_ADVERTISEMENT, 24, 2, " is at " },
};

static const struct neighbor *
neighbor_of(uint8_t type)
{
	for (size_t i = 0; i < sizeof(neighbors) / sizeof(neighbors[0]); i++)
		if (neighbors[i].type == type)
			return &neighbors[i];
	return NULL;
}

/* The option with the link-layer address; NULL: there is none. */
static const uint8_t *
link_option(const struct neighbor *neighbor, struct bytes b)
{
	bytes_skip(&b, neighbor->head_bytes);
	while (bytes_left(&b) >= OPTION_BYTES) {
		const uint8_t *option = b.at;

		if (option[1] == 0)
			return NULL;
		if (option[0] == neighbor->option && option[1] == 1)
			return option;
		bytes_skip(&b, option[1] * (size_t)8);
	}
	return NULL;
}

/* In place of the options before it, of which nothing is said. */
void
info_keep_link(struct figure_wire *wire, struct bytes message)
{
	const struct neighbor *neighbor = neighbor_of(wire->bytes[0]);
	const uint8_t *option = neighbor == NULL ? NULL : link_option(neighbor, message);

	if (option == NULL)
		return;
	memcpy(wire->bytes + neighbor->head_bytes, option, OPTION_BYTES);
	wire->count = (uint8_t)(neighbor->head_bytes + OPTION_BYTES);
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
	text_put(out, separator[0] == ',' ? ")" : " (none)");
}

static void
put_neighbor(struct text *out, const struct neighbor *neighbor, const struct figure_wire *wire)
{
	const uint8_t *option = link_option(neighbor, bytes_of(wire->bytes, wire->count));

	if (neighbor->type >= NEIGHBOR_SOLICITATION) {
		if (wire->count < neighbor->head_bytes)
			return;
		text_put(out, neighbor->type == NEIGHBOR_SOLICITATION ? " for " : " ");
		text_ipv6(out, wire->bytes + TARGET_AT);
	}
	if (neighbor->type == NEIGHBOR_ADVERTISEMENT)
		put_advertised(out, wire);
	if (option == NULL)
		return;
	text_put(out, neighbor->words);
	info_put_mac(out, option + 2);
}

void
info_put_icmp6(struct text *out, const struct info *info)
{
	const struct packet_row *row = info->row;
	const struct figure_wire *wire = info->wire;
	const struct icmp_kind *kind =
	    kind_of(icmp6_kinds, sizeof(icmp6_kinds) / sizeof(icmp6_kinds[0]), row);
	const struct neighbor *neighbor = neighbor_of(row->icmp_type);

	if (kind == NULL) {
		info_put_number(out, "Unknown (", row->icmp_type);
		text_char(out, ')');
		return;
	}
	text_put(out, kind->name);
	put_code(out, kind, row->icmp_code, "Unknown (", "))");
	if (wire == NULL || wire->count < ICMP_BYTES)
		return;
	if (neighbor != NULL)
		put_neighbor(out, neighbor, wire);
	if (kind->trait != ASKED)
		return;
	text_put(out, " id=0x");
	text_hex(out, wire->bytes + 4, 2);
	info_put_number(out, ", seq=", (uint16_t)(wire->bytes[6] << 8 | wire->bytes[7]));
	info_put_number(out, ", hop limit=", wire->ttl);
	put_pair(out, info);
}
