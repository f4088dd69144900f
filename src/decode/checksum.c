/*
 * The Internet checksum (RFC 1071), and what it says about who was to fill it in.
 *
 * This reads every byte of every packet, so it adds eight at a time. Sums are
 * kept in the machine's own byte order, which comes out right once folded.
 */
#include "decode/decode_priv.h"

#include <string.h>

static uint16_t
fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

static uint64_t
load64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static uint32_t
load32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static uint16_t
load16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Both halves of eight bytes, so that sums of them cannot overflow below 2^34 bytes. */
static uint64_t
sum64(const uint8_t *p)
{
	uint64_t value = load64(p);

	return (value & 0xffffffff) + (value >> 32);
}

static uint64_t
sum_bytes(const uint8_t *p, size_t count)
{
	uint64_t even = 0, odd = 0;

	for (; count >= 32; count -= 32, p += 32) {
		even += sum64(p) + sum64(p + 8);
		odd += sum64(p + 16) + sum64(p + 24);
	}
	for (; count >= 8; count -= 8, p += 8)
		even += sum64(p);
	if (count & 4) {
		odd += load32(p);
		p += 4;
	}
	if (count & 2) {
		odd += load16(p);
		p += 2;
	}
	if (count & 1)
		odd += load16((const uint8_t[2]){ *p, 0 });
	return even + odd;
}

static uint16_t
net16(uint16_t value)
{
	return load16((const uint8_t[2]){ (uint8_t)(value >> 8), (uint8_t)value });
}

uint64_t
checksum_pseudo(const struct tuple *tuple, size_t count)
{
	/* Of an IPv4 address the last twelve bytes are zero, and add nothing. */
	return sum64(tuple->src) + sum64(tuple->src + 8) + sum64(tuple->dst) +
	       sum64(tuple->dst + 8) + net16((uint16_t)(count >> 16)) + net16((uint16_t)count) +
	       net16(tuple->proto);
}

enum checksum
checksum_judge(const uint8_t *segment, size_t count, uint64_t pseudo, uint16_t checksum)
{
	uint16_t field = net16(checksum);
	uint16_t bare = fold(pseudo), inverse = (uint16_t)~bare;

	if (fold(sum_bytes(segment, count) + pseudo) == 0xffff)
		return CHECKSUM_GOOD;
	if (field == 0 || field == bare || field == inverse)
		return CHECKSUM_OFFLOADED;
	return CHECKSUM_BAD;
}
