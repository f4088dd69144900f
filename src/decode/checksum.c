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

static uint16_t
load16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Each carry out of the top counts again at the bottom: the sum's ends meet. */
struct sum {
	uint64_t low;
	uint64_t carries;
};

static inline void
add64(struct sum *sum, const uint8_t *p)
{
	sum->carries += __builtin_add_overflow(sum->low, bytes_native64(p), &sum->low);
}

/* Two sums at a time, so that no addition waits for the one before. */
static uint64_t
sum_bytes(const uint8_t *p, size_t count, uint64_t begin)
{
	struct sum even = { begin, 0 }, odd = { 0, 0 };
	uint64_t rest = 0;

	for (; count >= 32; count -= 32, p += 32) {
		add64(&even, p);
		add64(&odd, p + 8);
		add64(&even, p + 16);
		add64(&odd, p + 24);
	}
	for (; count >= 8; count -= 8, p += 8)
		add64(&even, p);
	if (count & 4) {
		rest += bytes_native32(p);
		p += 4;
	}
	if (count & 2) {
		rest += load16(p);
		p += 2;
	}
	if (count & 1)
		rest += load16((const uint8_t[2]){ *p, 0 });
	even.carries += odd.carries + __builtin_add_overflow(even.low, odd.low, &even.low);
	return (even.low >> 32) + (even.low & 0xffffffff) + even.carries + rest;
}

static uint16_t
net16(uint16_t value)
{
	return load16((const uint8_t[2]){ (uint8_t)(value >> 8), (uint8_t)value });
}

static uint64_t
sum_address(const uint8_t *address, uint8_t ip_version)
{
	if (ip_version == 4)
		return bytes_native32(address);
	return (uint64_t)bytes_native32(address) + bytes_native32(address + 4) +
	       bytes_native32(address + 8) + bytes_native32(address + 12);
}

uint64_t
checksum_pseudo(const struct tuple *tuple, size_t count)
{
	return sum_address(tuple->src, tuple->ip_version) +
	       sum_address(tuple->dst, tuple->ip_version) + net16((uint16_t)(count >> 16)) +
	       net16((uint16_t)count) + net16(tuple->proto);
}

/* Zero, or what a card that fills in the rest is given to begin with. */
static bool
was_left_to_card(uint16_t field, uint64_t pseudo)
{
	uint16_t bare = fold(pseudo), inverse = (uint16_t)~bare;

	return field == 0 || field == bare || field == inverse;
}

enum checksum
checksum_judge(const uint8_t *segment, size_t count, uint64_t pseudo, uint16_t checksum)
{
	if (fold(sum_bytes(segment, count, pseudo)) == 0xffff)
		return CHECKSUM_GOOD;
	return was_left_to_card(net16(checksum), pseudo) ? CHECKSUM_OFFLOADED : CHECKSUM_BAD;
}
