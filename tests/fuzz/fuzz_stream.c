/*
 * A stream out of eight-byte orders: segments, ACKs, cut segments, the clock.
 * What comes out is held against a plain array in which the first copy stays.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"
#include "tcp/tcp.h"

#define SPAN 70000 /* any offset of 16 bits, and any length of 12 after it */

struct model {
	uint8_t first_copy[SPAN];
	uint8_t is_here[SPAN];
	uint64_t at; /* as far as the stream has come out */
	struct stream *stream;
	uint32_t base_seq;
	uint32_t index;
	int64_t now_ns;
};

static void
check_data(void *ctx, const uint8_t *data, size_t count)
{
	struct model *m = ctx;

	assert(count > 0 && m->at + count <= SPAN);
	for (size_t i = 0; i < count; i++) {
		assert(m->is_here[m->at + i]);
		assert(m->first_copy[m->at + i] == data[i]);
	}
	m->at += count;
}

static void
check_gap(void *ctx, uint64_t at, uint64_t count)
{
	struct model *m = ctx;

	assert(at == m->at && count > 0 && at + count <= SPAN);
	m->at += count;
}

static void
check_conflict(void *ctx, uint64_t at, uint64_t count, uint32_t index)
{
	struct model *m = ctx;

	assert(count > 0 && at + count <= SPAN && index == m->index);
}

static void
check_left_out(void *ctx, uint64_t at, uint64_t count)
{
	const struct model *m = ctx;

	assert(at == m->at && count <= SPAN);
}

static void
segment(struct model *m, uint16_t offset, uint16_t length, uint16_t captured, uint8_t value)
{
	uint8_t payload[0x1000];
	struct packet pkt = {
		.ts_ns = m->now_ns,
		.index = ++m->index,
		.payload = payload,
		.payload_bytes = length,
		.payload_captured = captured < length ? captured : length,
		.tcp = { .seq = m->base_seq + offset, .flags = TCP_ACK },
	};

	for (uint32_t i = 0; i < pkt.payload_captured; i++)
		payload[i] = (uint8_t)(value == 0 ? offset + i : value);
	for (uint32_t i = 0; i < pkt.payload_captured; i++) {
		uint32_t at = offset + i;

		if (at < m->at || m->is_here[at])
			continue;
		m->is_here[at] = 1;
		m->first_copy[at] = payload[i];
	}
	stream_segment(m->stream, &pkt);
}

static void
acknowledge(struct model *m, uint32_t offset)
{
	struct packet pkt = {
		.ts_ns = m->now_ns,
		.index = ++m->index,
		.tcp = { .ack = m->base_seq + offset, .flags = TCP_ACK },
	};

	stream_acked(m->stream, &pkt);
}

/* Of each order: what, a value, offset, length, captured. */
static void
obey(struct model *m, struct bytes *b)
{
	uint8_t what = bytes_u8(b);
	uint8_t value = bytes_u8(b);
	uint16_t offset = bytes_u16(b);
	uint16_t length = bytes_u16(b) & 0xfff;
	uint16_t captured = bytes_u16(b);

	m->now_ns += (int64_t)(what >> 2) * 5000000;
	switch (what & 3) {
	case 0:
		segment(m, offset, length, length, value);
		break;
	case 1:
		segment(m, offset, length, captured, value);
		break;
	case 2:
		acknowledge(m, offset + (uint32_t)length);
		break;
	case 3:
		m->now_ns -= (int64_t)value << 32;
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	struct stream_ops ops = { check_data, check_gap, check_conflict, check_left_out, false };
	struct budget budget = { 0 };
	struct model *m = mem_zalloc(sizeof(*m));
	uint8_t choices = bytes_u8(&b);

	ops.beyond_too = choices & 1;
	budget.limit_bytes = choices & 2 ? 2000 : 0;
	m->base_seq = choices & 4 ? 0xfffff000 : 1000;
	m->stream = stream_new(&ops, m, &budget);
	segment(m, 0, 0, 0, 0);
	while (bytes_left(&b) > 0)
		obey(m, &b);
	stream_end(m->stream);
	stream_free(m->stream);
	assert(budget.used_bytes == 0);
	free(m);
	return 0;
}
