/*
 * What Wireshark 4.0 writes into its Info column of a TCP segment, a UDP
 * datagram or an ICMP message, word for word: people search for these words.
 * Where the dissector of an application would have the last word there, ours
 * stays with the transport's. Here is what all share, and what one packet's
 * words take from other packets.
 */
#include "figure/info_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
info_put_number(struct text *out, const char *name, uint64_t value)
{
	text_put(out, name);
	text_u64(out, value);
}

void
info_put_mac(struct text *out, const uint8_t *mac)
{
	for (int i = 0; i < 6; i++) {
		text_put(out, i > 0 ? ":" : "");
		text_hex(out, mac + i, 1);
	}
}

/* --- all of them --- */

static const struct protocol {
	uint8_t number;
	const char *name;
	void (*put)(struct text *out, const struct info *info);
} protocols[] = {
	{ PROTO_TCP, "TCP", info_put_tcp },
	{ PROTO_UDP, "UDP", info_put_udp },
	{ PROTO_ICMP, "ICMP", info_put_icmp },
	{ PROTO_ICMP6, "ICMPv6", info_put_icmp6 },
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
	bool asks;   /* its SYN asks for Accurate ECN */
	bool counts; /* its flags count what was marked as congestion */
	struct tuple tuple;
};

/* An index of speakers by flow and side, open addressing, at most half full. */
struct speakers {
	struct speaker *slots;
	size_t mask;
};

static struct speaker *
speaker_of(const struct speakers *speakers, uint32_t flow, const struct tuple *tuple)
{
	/* Of both sides the same slot is tried first; which is which, the source tells. */
	size_t at = flow * (size_t)2654435761u >> 4 & speakers->mask;

	for (;; at = (at + 1) & speakers->mask) {
		struct speaker *speaker = &speakers->slots[at];

		if (speaker->flow == 0) {
			speaker->flow = flow;
			speaker->tuple = *tuple;
			return speaker;
		}
		if (speaker->flow == flow && memcmp(&speaker->tuple, tuple, sizeof(*tuple)) == 0)
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

/*
 * Accurate ECN: a SYN with all three flags asks for it, and of the SYN-ACK's
 * they say which mark the SYN came with, or that it is declined.
 */
static bool
is_accepted(uint16_t flags)
{
	switch (info_marks_counted(flags)) {
	case 2: /* none */
	case 3: /* ECT(1) */
	case 4: /* ECT(0) */
	case 6: /* congestion */
		return true;
	}
	return false;
}

static struct speaker *
listener_to(const struct speakers *speakers, const struct packet_row *row)
{
	struct tuple tuple = row->tuple;

	memcpy(tuple.src, row->tuple.dst, sizeof(tuple.src));
	memcpy(tuple.dst, row->tuple.src, sizeof(tuple.dst));
	tuple.sport = row->tuple.dport;
	tuple.dport = row->tuple.sport;
	return speaker_of(speakers, row->flow, &tuple);
}

/* What their SYNs agree on holds for both sides. */
static void
note_counting(const struct speakers *speakers, struct speaker *speaker, struct info *info)
{
	uint16_t flags = info->row->flags;
	struct speaker *other;

	if (!(flags & TCP_SYN)) {
		info->counts = speaker->counts;
		return;
	}
	other = listener_to(speakers, info->row);
	speaker->asks = info_marks_counted(flags) == 7;
	speaker->counts = flags & TCP_ACK && other->asks && is_accepted(flags);
	other->counts = speaker->counts;
}

bool
info_is_question(const struct packet_row *row)
{
	return row->icmp_type == (row->tuple.proto == PROTO_ICMP ? ICMP_ECHO : ICMP6_ECHO);
}

bool
info_is_reply(const struct packet_row *row)
{
	return row->icmp_type ==
	       (row->tuple.proto == PROTO_ICMP ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY);
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

	return memcmp(asked + 4, told + 4, 4) == 0 &&
	       memcmp(question->row->tuple.src, reply->row->tuple.dst, 16) == 0 &&
	       (question->row->tuple.proto != PROTO_ICMP || checksum_follows(asked, told));
}

/* How many packets back a question is looked for: so that a flood costs no more than its length. */
#define LOOK_BACK 4096

/* The last one asked; that was answered already where an echo was captured twice. */
static void
find_question(struct info *infos, size_t at)
{
	struct info *reply = &infos[at];

	if (reply->wire == NULL || reply->wire->count < ICMP_BYTES)
		return;
	for (size_t back = 1; back <= at && back <= LOOK_BACK; back++) {
		struct info *question = &infos[at - back];

		if (question->row->flow != reply->row->flow || !info_is_question(question->row) ||
		    question->row->tuple.proto != reply->row->tuple.proto ||
		    question->wire == NULL || question->wire->count < ICMP_BYTES ||
		    !answers(reply, question))
			continue;
		if (question->other == 0) {
			question->other = reply->row->frame.number;
			reply->other = question->row->frame.number;
		}
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
		if (row->tuple.proto == PROTO_TCP) {
			struct speaker *speaker = speaker_of(&speakers, row->flow, &row->tuple);

			note_ack(speaker, &infos[i]);
			note_counting(&speakers, speaker, &infos[i]);
		} else if (row->tuple.proto != PROTO_UDP && info_is_reply(row))
			find_question(infos, i);
	}
	free(speakers.slots);
	return infos;
}
