/*
 * The lines of a script that put frames into the capture.
 *
 * A packet is what its words say; what they leave out is what a healthy stack
 * would send next, so that only the remarkable stands in the script.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/script_priv.h"

enum { QUOTED_BYTES = 28 /* of IPv4: its header and eight bytes, RFC 792 */ };

const struct kept_frame *
script_frame(const struct script *script, const struct word *w)
{
	uint64_t i = script_number(script, w, script->frame_count);

	if (i == 0)
		script_fail(script, "frames count from 1");
	return &script->frames[i - 1];
}

/* Digits behind a point, as nanoseconds. */
static int64_t
fraction_ns(const char *digits)
{
	int64_t ns = 0;

	for (int i = 0; i < 9; i++)
		ns = ns * 10 + (*digits >= '0' && *digits <= '9' ? *digits++ - '0' : 0);
	return ns;
}

/* +SECONDS since the script's time, or a time of that day. */
static int64_t
parse_time(const struct script *script, const char *text)
{
	const char *point = strchr(text, '.');
	int64_t ns = point == NULL ? 0 : fraction_ns(point + 1);
	int hours, minutes, seconds;

	if (text[0] == '+')
		return script->base_ns + strtoll(text + 1, NULL, 10) * 1000000000 + ns;
	if (sscanf(text, "%d:%d:%d", &hours, &minutes, &seconds) != 3)
		script_fail(script, "%s: not a time", text);
	seconds += hours * 3600 + minutes * 60;
	return script->midnight_ns + (int64_t)seconds * 1000000000 + ns;
}

static struct stream *
stream_of(struct script *script, const struct end *from, const struct end *to)
{
	struct stream *stream = script->streams;
	const struct end *first = from < to ? from : to;
	const struct end *second = from < to ? to : from;

	for (unsigned i = 0; i < script->stream_count; i++, stream++)
		if (stream->side[0].end == first && stream->side[1].end == second)
			return stream;
	if (script->stream_count == STREAMS_MAX)
		script_fail(script, "too many streams");
	script->stream_count++;
	stream->side[0] = (struct side){ first, 1000, 1, 1 };
	stream->side[1] = (struct side){ second, 5000, 1, 1 };
	return stream;
}

/* Letters in the order of the stream, so that whatever is sent again is the same. */
static void
fill(struct draft *d)
{
	for (int64_t i = 0; i < d->filler && d->seg.payload_bytes < PAYLOAD_MAX; i++)
		d->seg.payload[d->seg.payload_bytes++] = (uint8_t)('a' + (d->seq - 1 + i) % 26);
}

static void
quote(struct draft *d)
{
	bool is_ip6 = d->seg.proto == TRANSPORT_ICMP6;
	size_t bytes = is_ip6 ? 1232 : QUOTED_BYTES;

	if (d->quoted_bytes >= 0)
		bytes = (size_t)d->quoted_bytes;
	if (bytes > d->quoted->ip_bytes)
		bytes = d->quoted->ip_bytes;
	put_bytes(d->seg.payload, d->quoted->bytes + d->quoted->ip_at, bytes);
	d->seg.payload_bytes = (uint32_t)bytes;
}

/* What the words left open, and where the sender stands afterwards. */
static void
finish(struct draft *d)
{
	struct transport *seg = &d->seg;
	uint32_t end;

	if (!d->seq_given)
		d->seq = seg->flags & FLAG_SYN ? 0 : d->from->next;
	if (!d->ack_given)
		d->ack = d->to->next;
	fill(d);
	if (d->quoted != NULL)
		quote(d);
	seg->seq = d->raw_seq >= 0 ? (uint32_t)d->raw_seq : d->from->isn + d->seq;
	if (seg->flags & FLAG_ACK)
		seg->ack = d->to->isn + d->ack;
	if (d->raw_ack >= 0)
		seg->ack = (uint32_t)d->raw_ack;
	end = d->seq + seg->payload_bytes + ((seg->flags & (FLAG_SYN | FLAG_FIN)) != 0);
	if ((int32_t)(end - d->from->next) > 0 && d->raw_seq < 0 && !(seg->flags & FLAG_RST))
		d->from->next = end;

	/* An id of zero is one that stands for nothing, and is not counted on from. */
	if (d->id > 0)
		d->from->next_id = (uint16_t)d->id;
	d->ip.id = d->id == 0 ? 0 : d->from->next_id++;
}

/* Frames. */

static void
keep_frame(struct script *s, const struct frame_build *f)
{
	struct kept_frame *kept = &s->frames[s->frame_count];

	if (s->frame_count == FRAMES_MAX)
		script_fail(s, "too many frames");
	s->frame_count++;
	kept->count = wire_bytes(&f->wire);
	kept->bytes = malloc(kept->count + 1);
	if (kept->bytes == NULL)
		abort();
	memcpy(kept->bytes, f->wire.at, kept->count);
	kept->ip_bytes = f->ip_bytes;
	kept->ip_at = f->ip_bytes > 0 ? (size_t)(f->ip_at - f->wire.at) : 0;
}

/* The last frame kept, as the capture has it. */
static void
write_frame(struct script *s, const struct draft *d)
{
	const struct kept_frame *frame = &s->frames[s->frame_count - 1];
	size_t count = frame->count;
	struct record record = { .ts_ns = d->ts_ns, .wire_bytes = (uint32_t)count };

	if (count > s->file->snaplen)
		count = s->file->snaplen;
	if (d->captured_bytes >= 0 && count > (size_t)d->captured_bytes)
		count = (size_t)d->captured_bytes;
	record.captured_bytes = (uint32_t)count;
	if (d->wire_bytes >= 0)
		record.wire_bytes = (uint32_t)d->wire_bytes;
	if (d->claimed_captured_bytes >= 0)
		record.captured_bytes = (uint32_t)d->claimed_captured_bytes;
	script_begin_file(s);
	capture_file_frame(s->file, &record, frame->bytes, count);
}

static unsigned
own_ip_layer(const struct script *s)
{
	for (unsigned i = s->layer_count; i-- > 0;)
		if (s->layers[i].kind->takes == TAKES_ADDRESSES &&
		    s->layers[i].outer.from.version == 0)
			return i;
	script_fail(s, "the layers have no ip of the packet's own");
}

/* All that stands within the packet's IP header. */
static void
build_datagram(struct draft *d, struct datagram *datagram)
{
	struct script *s = d->script;
	static struct frame_build f;

	f = (struct frame_build){ .backward = d->backward };
	f.ends.from = d->from->end->address;
	f.ends.to = d->to->end->address;
	memcpy(f.ends.from_mac, d->from->end->mac, 6);
	memcpy(f.ends.to_mac, d->to->end->mac, 6);
	wire_init(&f.wire);
	transport_put(&f, &d->seg);
	for (unsigned i = s->layer_count; i-- > own_ip_layer(s) + 1;)
		layer_put(&f, &s->layers[i]);
	datagram->ends = f.ends;
	datagram->backward = f.backward;
	datagram->ip = d->ip;
	datagram->proto = f.ip_proto;
	datagram->count = wire_bytes(&f.wire);
	memcpy(datagram->bytes, f.wire.at, datagram->count);
}

/* The bytes from..to of the datagram, in their frame. */
static void
build_frame(struct script *s, const struct ip_fields *ip, const uint8_t *bytes, size_t count,
    size_t padded_bytes)
{
	static struct frame_build f;

	f = (struct frame_build){
		.ip = *ip,
		.ends = s->datagram.ends,
		.backward = s->datagram.backward,
		.little_endian = s->file->little_endian,
		.ip_proto = s->datagram.proto,
	};
	wire_init(&f.wire);
	put_bytes(wire_front(&f.wire, count), bytes, count);
	for (unsigned i = own_ip_layer(s) + 1; i-- > 0;)
		layer_put(&f, &s->layers[i]);
	if (padded_bytes > wire_bytes(&f.wire))
		wire_back(&f.wire, padded_bytes - wire_bytes(&f.wire));
	keep_frame(s, &f);
}

static void
draft_init(struct draft *d, struct script *script, int64_t ts_ns)
{
	*d = (struct draft){
		.script = script,
		.ts_ns = ts_ns,
		.seg = { .proto = TRANSPORT_TCP,
		    .window = 65535,
		    .header_words = -1,
		    .claimed_bytes = -1 },
		.ip = { .ttl = 64, .total_bytes = -1 },
		.raw_seq = -1,
		.raw_ack = -1,
		.id = -1,
		.filler = -1,
		.quoted_bytes = -1,
		.captured_bytes = -1,
		.wire_bytes = -1,
		.claimed_captured_bytes = -1,
	};
}

/* TIME FROM > TO WORD... */
static void
play_packet(struct draft *d, const struct words *words)
{
	struct script *s = d->script;
	const struct end *from = script_end(s, &words->word[1]);
	const struct end *to;
	struct stream *stream;

	if (words->count < 4 || strcmp(words->word[2].text, ">") != 0)
		script_fail(s, "expected FROM > TO");
	to = script_end(s, &words->word[3]);
	stream = stream_of(s, from, to);
	d->backward = from > to;
	d->from = &stream->side[d->backward];
	d->to = &stream->side[!d->backward];
	d->seg.sport = from->port;
	d->seg.dport = to->port;
	if (s->defaults.count > 0)
		draft_words(d, &s->defaults, 1);
	draft_words(d, words, 4);
	finish(d);
	build_datagram(d, &s->datagram);
	if (d->fragmented)
		return;
	build_frame(s, &d->ip, s->datagram.bytes, s->datagram.count, d->padded_bytes);
	write_frame(s, d);
}

/* TIME again [FRAME]: the last frame or another, once more. */
static void
play_again(struct draft *d, const struct words *words)
{
	struct script *s = d->script;
	static struct frame_build f;
	const struct kept_frame *old;

	if (s->frame_count == 0)
		script_fail(s, "there is no frame yet");
	old = words->count > 2 ? script_frame(s, &words->word[2]) : &s->frames[s->frame_count - 1];
	f.ip_bytes = 0;
	wire_init(&f.wire);
	put_bytes(wire_front(&f.wire, old->count), old->bytes, old->count);
	keep_frame(s, &f);
	s->frames[s->frame_count - 1].ip_at = old->ip_at;
	s->frames[s->frame_count - 1].ip_bytes = old->ip_bytes;
	write_frame(s, d);
}

/* TIME fragment FROM-TO ["other bytes"]: of the last packet, which was "fragmented" */
static void
play_fragment(struct draft *d, const struct words *words)
{
	struct script *s = d->script;
	struct ip_fields ip = s->datagram.ip;
	static uint8_t bytes[WIRE_MAX];
	uint32_t from, to;

	if (words->count < 3)
		script_fail(s, "fragment: expected FROM-TO");
	script_span(s, &words->word[2], &from, &to);
	if (from % 8 != 0 || from >= to || to > s->datagram.count)
		script_fail(s, "no such fragment of %zu bytes", s->datagram.count);
	memcpy(bytes, s->datagram.bytes + from, to - from);
	if (words->count > 3)
		put_bytes(bytes, words->word[3].text,
		    words->word[3].bytes < to - from ? words->word[3].bytes : to - from);
	ip.fragment_offset = from;
	ip.more_fragments = to < s->datagram.count;
	build_frame(s, &ip, bytes, to - from, 0);
	write_frame(s, d);
}

/* TIME frame HEX...: all of it, link layer and all */
static void
play_frame(struct draft *d, const struct words *words)
{
	static struct frame_build f;
	uint8_t bytes[2048];

	f.ip_bytes = 0;
	wire_init(&f.wire);
	for (unsigned i = 2; i < words->count; i++) {
		size_t count = script_hex(d->script, &words->word[i], bytes, sizeof(bytes));

		put_bytes(wire_back(&f.wire, count), bytes, count);
	}
	keep_frame(d->script, &f);
	write_frame(d->script, d);
}

void
script_packet(struct script *script, const struct words *words)
{
	static struct draft draft;
	const char *verb = words->count > 1 ? words->word[1].text : "";

	draft_init(&draft, script, parse_time(script, words->word[0].text));
	if (strcmp(verb, "again") == 0)
		play_again(&draft, words);
	else if (strcmp(verb, "fragment") == 0)
		play_fragment(&draft, words);
	else if (strcmp(verb, "frame") == 0)
		play_frame(&draft, words);
	else
		play_packet(&draft, words);
}
