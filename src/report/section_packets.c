/*
 * The list of packets, as Wireshark has it: its columns, its words, its colours.
 */
#include "report/report_priv.h"

#include <string.h>

/* Of a longer capture so many of the beginning and the end; nobody reads more of them. */
#define PACKETS_FIRST 700
#define PACKETS_LAST  300

/* More than there are. */
#define RULES_MAX 64

struct listing {
	const struct chapter *chapter;
	const char *rules[RULES_MAX]; /* met so far */
	size_t rule_count;
	size_t told;
	uint64_t left_out; /* before the next one; 0: none */
};

static void
set_reason(struct markup_node *node, const struct chapter *chapter, const struct reason *reason)
{
	if (reason->cause == CAUSE_NONE)
		return;
	markup_set(node, "cause", cause_words[reason->cause].name);
	markup_set(node, "why", catalog_say(chapter->catalog, cause_words[reason->cause].prose));
	set_frames(node, "because", reason->because, reason->because_count);
}

/* Of a part of a capture the frames have numbers of their own. */
static void
set_number(struct markup_node *node, const struct packet_row *row)
{
	markup_set_i64(node, "frame", row->index);
	if (row->frame.number == row->index)
		return;
	markup_set_i64(node, "number", row->frame.number);
	markup_set(node, "part", row->frame.file);
}

static bool
has_ports(const struct packet_row *row)
{
	return row->tuple.proto == PROTO_TCP || row->tuple.proto == PROTO_UDP;
}

/* Of each rule the first packet says so, for a legend. */
static bool
is_first_of(struct listing *listing, const char *rule)
{
	for (size_t i = 0; i < listing->rule_count; i++)
		if (strcmp(listing->rules[i], rule) == 0)
			return false;
	if (listing->rule_count == RULES_MAX)
		return false;
	listing->rules[listing->rule_count++] = rule;
	return true;
}

static void
add_packet(void *ctx, const struct figure_listed *packet)
{
	struct listing *listing = ctx;
	const struct packet_row *row = packet->row;
	struct markup_node *node = markup_add(listing->chapter->node, "packet");

	set_number(node, row);
	set_time(node, "at", row->ts_ns);
	set_clock(node, "time", row->ts_ns);
	set_since(node, "since", span_ns(row->ts_ns, listing->chapter->summary->first_ns));
	set_address(node, "src", &row->tuple, false);
	set_address(node, "dst", &row->tuple, true);
	if (has_ports(row)) {
		markup_set_i64(node, "sport", row->tuple.sport);
		markup_set_i64(node, "dport", row->tuple.dport);
	}
	markup_set(node, "proto", packet->protocol);
	if (packet->wire != NULL)
		markup_set_i64(node, "length", packet->wire->wire_bytes);
	markup_set(node, "info", packet->info);
	markup_set_i64(node, "flow", row->flow);
	set_marks(node, "marks", row->verdict.marks);
	set_reason(node, listing->chapter, &row->verdict.reason);
	markup_set(node, "rule", packet->rule_class);
	markup_set(node, "rule-name", packet->rule);
	if (is_first_of(listing, packet->rule_class))
		markup_set(node, "first-of-rule", "yes");
	if (listing->left_out > 0 && listing->told == PACKETS_FIRST)
		markup_set_i64(node, "left-out-before", (int64_t)listing->left_out);
	listing->told++;
}

void
section_packets(const struct chapter *chapter)
{
	uint64_t packets = chapter->summary->packets;
	size_t kept = chapter->data->packet_count;
	struct listing listing = { .chapter = chapter };

	if (kept > PACKETS_FIRST + PACKETS_LAST)
		listing.left_out = packets - PACKETS_FIRST - PACKETS_LAST;
	else if (packets > kept)
		listing.left_out = packets - kept;
	figure_list(chapter->data, PACKETS_FIRST, PACKETS_LAST, add_packet, &listing);
	if (listing.left_out > 0)
		add_left_out(chapter, "packet", listing.left_out,
		    N_N("%1 packet is not listed here.", "%1 packets are not listed here."));
}
