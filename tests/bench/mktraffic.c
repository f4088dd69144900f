/*
 * mktraffic: big captures to measure speed with, the same bytes every time.
 *
 *     mktraffic [-n PACKETS] [-s SEED] ordinary|tiny|flood FILE
 *
 * Prints how many flows there are.
 *
 * ordinary  some hundreds of flows at a time, of every length, mostly TCP: what
 *           a busy link looks like (a million packets, 0.5 GB)
 * tiny      connections of ten packets each, one after the other, some hundreds
 *           at a time: what opening and closing costs (five million)
 * flood     lone SYNs from everywhere: what a new flow costs (five million)
 *
 * A flow is a chain of rounds; a round is a short list of packets whose
 * sequence numbers only depend on where both ends stood when it began.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
};

enum {
	LINK_BYTES = 14,
	IP_BYTES = 20,
	FRAME_MAX = 1514,
	SEGMENTS_MAX = 4, /* in one round */
	FULL_SEGMENT = 1300,
	PAYLOAD_SPAN = 1 << 16,
	LIVE_ORDINARY = 400, /* flows at a time */
	LIVE_TINY = 300,
	BUFFER_BYTES = 1 << 20,
};

enum from { CLIENT, SERVER };

#define NO_DATA (-1)
#define ALL     (-1)

/* One packet of a round. */
struct step {
	enum from from;
	uint8_t flags;
	int8_t segment; /* the round's data segment that it carries, or NO_DATA */
	int8_t acked;   /* segments of this round that the sender has in order, or ALL so far */
	int8_t sacked;  /* the last segment beyond a hole, or 0 */
};

struct round {
	const struct step *steps;
	uint8_t count;
	uint8_t segments;
};

#define ROUND(steps, segments) \
	{ \
		steps, sizeof(steps) / sizeof((steps)[0]), segments \
	}

static const struct step open_steps[] = {
	{ CLIENT, SYN, NO_DATA, ALL, 0 },
	{ SERVER, SYN | ACK, NO_DATA, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
static const struct step request_steps[] = {
	{ CLIENT, PSH | ACK, 0, ALL, 0 },
	{ SERVER, ACK, NO_DATA, ALL, 0 },
};
static const struct step reply_steps[] = {
	{ SERVER, ACK, 0, ALL, 0 },
	{ SERVER, PSH | ACK, 1, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
static const struct step answer_steps[] = {
	{ SERVER, PSH | ACK, 0, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
/* The first of four is lost behind the capture point. */
static const struct step lossy_steps[] = {
	{ SERVER, ACK, 0, ALL, 0 },
	{ SERVER, ACK, 1, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, 0, 1 },
	{ SERVER, ACK, 2, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, 0, 2 },
	{ SERVER, PSH | ACK, 3, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, 0, 3 },
	{ SERVER, ACK, 0, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
/* The second overtakes the first. */
static const struct step late_steps[] = {
	{ SERVER, PSH | ACK, 1, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, 0, 1 },
	{ SERVER, ACK, 0, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
static const struct step close_steps[] = {
	{ CLIENT, FIN | ACK, NO_DATA, ALL, 0 },
	{ SERVER, FIN | ACK, NO_DATA, ALL, 0 },
	{ CLIENT, ACK, NO_DATA, ALL, 0 },
};
static const struct step reset_steps[] = {
	{ CLIENT, RST | ACK, NO_DATA, ALL, 0 },
};
static const struct step refused_steps[] = {
	{ CLIENT, SYN, NO_DATA, ALL, 0 },
	{ SERVER, RST | ACK, NO_DATA, ALL, 0 },
};
static const struct step syn_steps[] = {
	{ CLIENT, SYN, NO_DATA, ALL, 0 },
};
static const struct step datagram_steps[] = {
	{ CLIENT, 0, 0, ALL, 0 },
	{ SERVER, 0, 0, ALL, 0 },
};

enum round_kind {
	OPEN,
	REQUEST,
	ANSWER,
	REPLY,
	LOSSY,
	LATE,
	CLOSE,
	RESET,
	REFUSED,
	LONE_SYN,
	DATAGRAMS,
	DONE,
};

static const struct round rounds[] = {
	[OPEN] = ROUND(open_steps, 0),
	[REQUEST] = ROUND(request_steps, 1),
	[ANSWER] = ROUND(answer_steps, 1),
	[REPLY] = ROUND(reply_steps, 2),
	[LOSSY] = ROUND(lossy_steps, 4),
	[LATE] = ROUND(late_steps, 2),
	[CLOSE] = ROUND(close_steps, 0),
	[RESET] = ROUND(reset_steps, 0),
	[REFUSED] = ROUND(refused_steps, 0),
	[LONE_SYN] = ROUND(syn_steps, 0),
	[DATAGRAMS] = ROUND(datagram_steps, 1),
};

struct end {
	uint32_t address;
	uint32_t base; /* next_seq when the round began */
	uint32_t next_seq;
	uint32_t ts_value; /* last sent */
	uint16_t port;
	uint16_t ip_id;
};

struct flow {
	struct end end[2];
	enum round_kind round;
	uint8_t step;
	bool udp;
	uint16_t exchanges;                /* requests still to come */
	uint32_t replies;                  /* rounds still to come in this exchange */
	uint16_t offset[SEGMENTS_MAX + 1]; /* where the round's segments start */
};

struct traffic {
	FILE *out;
	uint64_t random;
	uint64_t now_us;
	uint64_t flows;
	bool tiny;
	uint8_t payload[PAYLOAD_SPAN + FRAME_MAX];
};

/* splitmix64: small, and the same on every machine. */
static uint64_t
draw(struct traffic *t)
{
	uint64_t z = t->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint32_t
draw_below(struct traffic *t, uint32_t limit)
{
	return (uint32_t)((draw(t) >> 32) * limit >> 32);
}

static bool
one_in(struct traffic *t, uint32_t count)
{
	return draw_below(t, count) == 0;
}

/* 1, 2, 3 or so, and now and then thousands: each doubling is half as likely. */
static uint32_t
draw_heavy(struct traffic *t)
{
	uint32_t scale = 1;

	while (scale < 2048 && draw_below(t, 100) < 51)
		scale *= 2;
	return scale + draw_below(t, scale);
}

static uint8_t *
put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

static uint8_t *
put32(uint8_t *p, uint32_t value)
{
	return put16(put16(p, value >> 16), value);
}

static uint64_t
sum16(const uint8_t *p, size_t count)
{
	uint64_t sum = 0;

	for (; count >= 2; p += 2, count -= 2)
		sum += (uint32_t)(p[0] << 8 | p[1]);
	return count > 0 ? sum + (uint32_t)(p[0] << 8) : sum;
}

static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
write_frame(struct traffic *t, const uint8_t *frame, size_t bytes)
{
	uint32_t record[4] = {
		(uint32_t)(t->now_us / 1000000),
		(uint32_t)(t->now_us % 1000000),
		(uint32_t)bytes,
		(uint32_t)bytes,
	};

	fwrite(record, sizeof(record), 1, t->out);
	fwrite(frame, bytes, 1, t->out);
	t->now_us += 1 + draw_below(t, 39);
}

static uint8_t *
put_link_and_ip(uint8_t *p, const struct end *from, const struct end *to, uint8_t proto,
    size_t ip_payload_bytes)
{
	uint8_t *ip;

	p = put32(put16(p, 0x0200), to->address);
	p = put32(put16(p, 0x0200), from->address);
	p = put16(p, 0x0800);
	ip = p;
	p = put16(p, 0x4500);
	p = put16(p, (uint32_t)(IP_BYTES + ip_payload_bytes));
	p = put16(p, from->ip_id);
	p = put16(p, 0x4000);
	*p++ = 64;
	*p++ = proto;
	p = put16(p, 0);
	p = put32(p, from->address);
	p = put32(p, to->address);
	put16(ip + 10, fold(sum16(ip, IP_BYTES)));
	return p;
}

static uint8_t *
put_options(uint8_t *p, const struct end *from, const struct end *to, const struct step *step,
    const uint16_t *offset)
{
	if (step->flags & SYN) {
		p = put32(p, 0x02040520);
		p = put16(p, 0x0402);
	} else {
		p = put16(p, 0x0101);
	}
	p = put16(p, 0x080a);
	p = put32(p, from->ts_value);
	p = put32(p, step->flags & ACK ? to->ts_value : 0);
	if (step->flags & SYN)
		p = put32(p, 0x01030307);
	if (step->sacked == 0)
		return p;
	p = put32(p, 0x0101050a);
	p = put32(p, to->base + offset[1]);
	return put32(p, to->base + offset[step->sacked + 1]);
}

static void
send_tcp(struct traffic *t, struct flow *flow, const struct step *step)
{
	struct end *from = &flow->end[step->from];
	const struct end *to = &flow->end[!step->from];
	uint8_t frame[FRAME_MAX];
	uint8_t *tcp = frame + LINK_BYTES + IP_BYTES;
	uint8_t *p = tcp + 20;
	uint32_t seq = from->next_seq;
	uint32_t ack = step->acked == ALL ? to->next_seq : to->base + flow->offset[step->acked];
	size_t payload_bytes = 0;

	from->ts_value = (uint32_t)(t->now_us / 1000) + from->address;
	if (step->flags != (RST | ACK))
		p = put_options(p, from, to, step, flow->offset);
	put32(tcp + 12, (uint32_t)(p - tcp) << 26 | (uint32_t)step->flags << 16 | 502);
	if (step->segment != NO_DATA) {
		seq = from->base + flow->offset[step->segment];
		payload_bytes = flow->offset[step->segment + 1] - flow->offset[step->segment];
		memcpy(p, t->payload + (seq & (PAYLOAD_SPAN - 1)), payload_bytes);
		p += payload_bytes;
	}
	put16(put16(tcp, from->port), to->port);
	put32(put32(tcp + 4, seq), step->flags & ACK ? ack : 0);
	put32(tcp + 16, 0);
	put_link_and_ip(frame, from, to, 6, (size_t)(p - tcp));
	put16(tcp + 16, fold(sum16(tcp - 8, (size_t)(p - tcp) + 8) + 6 + (uint64_t)(p - tcp)));
	write_frame(t, frame, (size_t)(p - frame));

	seq += (uint32_t)payload_bytes + (step->flags & (SYN | FIN) ? 1 : 0);
	if ((int32_t)(seq - from->next_seq) > 0)
		from->next_seq = seq;
	from->ip_id++;
}

static void
send_udp(struct traffic *t, struct flow *flow, const struct step *step)
{
	struct end *from = &flow->end[step->from];
	const struct end *to = &flow->end[!step->from];
	uint8_t frame[FRAME_MAX];
	uint8_t *udp = frame + LINK_BYTES + IP_BYTES;
	size_t bytes = 8u + flow->offset[1];

	put16(put16(udp, from->port), to->port);
	put32(udp + 4, (uint32_t)bytes << 16);
	memcpy(udp + 8, t->payload + from->port, flow->offset[1]);
	put_link_and_ip(frame, from, to, 17, bytes);
	put16(udp + 6, fold(sum16(udp - 8, bytes + 8) + 17 + bytes));
	write_frame(t, frame, (size_t)(udp - frame) + bytes);
	from->ip_id++;
}

static void
start_round(struct traffic *t, struct flow *flow, enum round_kind kind)
{
	const struct round *round = &rounds[kind];
	bool full = kind == REPLY || kind == LOSSY || kind == LATE;

	flow->round = kind;
	flow->step = 0;
	for (int i = 0; i < round->segments; i++) {
		uint32_t bytes = full ? FULL_SEGMENT : 40 + draw_below(t, 320);

		/* The last of an answer is seldom full. */
		if (full && flow->replies == 0 && i == round->segments - 1)
			bytes = 1 + draw_below(t, FULL_SEGMENT);
		flow->offset[i + 1] = (uint16_t)(flow->offset[i] + bytes);
	}
	for (int i = 0; i < 2; i++)
		flow->end[i].base = flow->end[i].next_seq;
}

static void
start_flow(struct traffic *t, struct flow *flow)
{
	uint32_t client = (uint32_t)draw(t);
	uint32_t dice = draw_below(t, 100);

	*flow = (struct flow){ .exchanges = 1 };
	flow->end[CLIENT] = (struct end){
		.address = 0x0a000000 | (client & 0xffff),
		.port = (uint16_t)(32768 + t->flows % 28232),
		.next_seq = (uint32_t)draw(t),
		.ip_id = (uint16_t)draw(t),
	};
	flow->end[SERVER] = (struct end){
		.address = 0xc6336400 | (client >> 24),
		.port = dice < 75 ? 443 : 80,
		.next_seq = (uint32_t)draw(t),
		.ip_id = (uint16_t)draw(t),
	};
	t->flows++;
	if (t->tiny) {
		start_round(t, flow, OPEN);
	} else if (dice < 2) {
		start_round(t, flow, REFUSED);
	} else if (dice < 5) {
		flow->replies = 2; /* the SYN is sent again */
		start_round(t, flow, LONE_SYN);
	} else if (dice < 15) {
		flow->udp = true;
		flow->end[SERVER].port = 7777;
		flow->replies = one_in(t, 20) ? 1 + draw_heavy(t) : 0;
		start_round(t, flow, DATAGRAMS);
	} else {
		flow->exchanges = (uint16_t)(one_in(t, 4) ? 1 + draw_below(t, 6) : 1);
		start_round(t, flow, OPEN);
	}
}

static enum round_kind
next_reply(struct traffic *t, struct flow *flow)
{
	flow->replies--;
	if (one_in(t, 150))
		return LOSSY;
	return one_in(t, 300) ? LATE : REPLY;
}

/* What follows when a round is over: the grammar of a flow. */
static enum round_kind
next_round(struct traffic *t, struct flow *flow)
{
	switch (flow->round) {
	case LONE_SYN:
		flow->end[CLIENT].next_seq--;
		/* fall through */
	case DATAGRAMS:
		return flow->replies-- == 0 ? DONE : flow->round;
	case REQUEST:
		flow->exchanges--;
		if (t->tiny || !one_in(t, 3))
			return ANSWER;
		flow->replies = draw_heavy(t);
		return next_reply(t, flow);
	case OPEN:
		return REQUEST;
	case ANSWER:
	case REPLY:
	case LOSSY:
	case LATE:
		if (flow->replies > 0)
			return next_reply(t, flow);
		if (flow->exchanges > 0)
			return REQUEST;
		return !t->tiny && one_in(t, 12) ? RESET : CLOSE;
	default:
		return DONE;
	}
}

/* One packet of the flow; false when it was the last. */
static bool
step_flow(struct traffic *t, struct flow *flow)
{
	const struct round *round = &rounds[flow->round];
	const struct step *step = &round->steps[flow->step++];
	enum round_kind next;

	if (flow->udp)
		send_udp(t, flow, step);
	else
		send_tcp(t, flow, step);
	if (flow->step < round->count)
		return true;
	next = next_round(t, flow);
	if (next == DONE)
		return false;
	start_round(t, flow, next);
	return true;
}

static void
make_flows(struct traffic *t, uint64_t packets, unsigned live)
{
	struct flow *flows = calloc(live, sizeof(*flows));

	if (flows == NULL)
		return;
	for (unsigned i = 0; i < live; i++)
		start_flow(t, &flows[i]);
	for (; packets > 0; packets--) {
		struct flow *flow = &flows[draw_below(t, live)];

		if (!step_flow(t, flow))
			start_flow(t, flow);
	}
	free(flows);
}

static void
make_ordinary(struct traffic *t, uint64_t packets)
{
	make_flows(t, packets, LIVE_ORDINARY);
}

/* Ten packets: three to open, a request and its ACK, an answer and its ACK, three to close. */
static void
make_tiny(struct traffic *t, uint64_t packets)
{
	t->tiny = true;
	make_flows(t, packets, LIVE_TINY);
}

static void
make_flood(struct traffic *t, uint64_t packets)
{
	for (; packets > 0; packets--) {
		uint64_t source = draw(t);
		struct flow flow = {
			.end[CLIENT] = {
				.address = (uint32_t)source,
				.port = (uint16_t)(source >> 32),
				.next_seq = (uint32_t)draw(t),
			},
			.end[SERVER] = { .address = 0xc6336401, .port = 80 },
		};

		send_tcp(t, &flow, &syn_steps[0]);
		t->flows++;
	}
}

static const struct kind {
	const char *name;
	void (*make)(struct traffic *t, uint64_t packets);
	uint64_t packets;
} kinds[] = {
	{ "ordinary", make_ordinary, 1000000 },
	{ "tiny", make_tiny, 5000000 },
	{ "flood", make_flood, 5000000 },
};

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static int
usage(void)
{
	fputs("usage: mktraffic [-n PACKETS] [-s SEED] ordinary|tiny|flood FILE\n", stderr);
	return 2;
}

static bool
open_traffic(struct traffic *t, const char *path, uint64_t seed)
{
	/* The writer's own byte order; microseconds; Ethernet. */
	static const uint32_t header[] = { 0xa1b2c3d4, 0, 0, 65535, 1 };
	static const uint16_t version[] = { 2, 4 };

	*t = (struct traffic){ .random = seed, .now_us = 1700000000000000 };
	for (size_t i = 0; i < sizeof(t->payload); i++)
		t->payload[i] = (uint8_t)draw(t);
	t->out = fopen(path, "wb");
	if (t->out == NULL)
		return false;
	setvbuf(t->out, NULL, _IOFBF, BUFFER_BYTES);
	fwrite(&header[0], 4, 1, t->out);
	fwrite(version, sizeof(version), 1, t->out);
	fwrite(&header[1], 4, 4, t->out);
	return true;
}

int
main(int argc, char **argv)
{
	static struct traffic traffic;
	const struct kind *kind;
	uint64_t packets = 0;
	uint64_t seed = 1;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			packets = strtoull(optarg, NULL, 10);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return usage();
	}
	if (argc - optind != 2 || (kind = find_kind(argv[optind])) == NULL)
		return usage();
	if (!open_traffic(&traffic, argv[optind + 1], seed)) {
		fprintf(stderr, "%s: %s\n", argv[optind + 1], strerror(errno));
		return 2;
	}
	kind->make(&traffic, packets > 0 ? packets : kind->packets);
	if (ferror(traffic.out) | fclose(traffic.out)) {
		fprintf(stderr, "%s: %s\n", argv[optind + 1], strerror(errno));
		return 2;
	}
	printf("%llu\n", (unsigned long long)traffic.flows);
	return 0;
}
