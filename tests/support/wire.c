#include "support/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
wire_init(struct wire *wire)
{
	wire->at = wire->end = wire->room + WIRE_MAX - WIRE_TAIL;
}

size_t
wire_bytes(const struct wire *wire)
{
	return (size_t)(wire->end - wire->at);
}

static void
demand(size_t wanted, ptrdiff_t left)
{
	if (wanted <= (size_t)left)
		return;
	fputs("a frame of the script is too long\n", stderr);
	exit(2);
}

uint8_t *
wire_front(struct wire *wire, size_t count)
{
	demand(count, wire->at - wire->room);
	wire->at -= count;
	return memset(wire->at, 0, count);
}

uint8_t *
wire_back(struct wire *wire, size_t count)
{
	uint8_t *added = wire->end;

	demand(count, wire->room + WIRE_MAX - wire->end);
	wire->end += count;
	return memset(added, 0, count);
}

uint8_t *
put8(uint8_t *p, uint32_t value)
{
	*p = (uint8_t)value;
	return p + 1;
}

uint8_t *
put16(uint8_t *p, uint32_t value)
{
	return put8(put8(p, value >> 8), value);
}

uint8_t *
put24(uint8_t *p, uint32_t value)
{
	return put16(put8(p, value >> 16), value);
}

uint8_t *
put32(uint8_t *p, uint32_t value)
{
	return put16(put16(p, value >> 16), value);
}

uint8_t *
put_bytes(uint8_t *p, const void *bytes, size_t count)
{
	if (count > 0)
		memcpy(p, bytes, count);
	return p + count;
}

uint8_t *
put16_in(uint8_t *p, uint32_t value, int little_endian)
{
	return little_endian ? put8(put8(p, value), value >> 8) : put16(p, value);
}

uint8_t *
put32_in(uint8_t *p, uint32_t value, int little_endian)
{
	if (!little_endian)
		return put32(p, value);
	return put16_in(put16_in(p, value, 1), value >> 16, 1);
}

uint32_t
sum_bytes(const uint8_t *bytes, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	return sum_fold(sum);
}

uint16_t
sum_fold(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
