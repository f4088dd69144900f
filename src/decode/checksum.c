/*
 * The Internet checksum (RFC 1071), and what it says about who was to fill it in.
 *
 * This reads every byte of every packet, so it adds eight at a time. Sums are
 * kept in the machine's own byte order, which comes out right once folded.
 */
#include "base/hint.h"
#include "decode/decode_priv.h"

#include <string.h>

/* A processor may add wider numbers than all of its kind can, and says so. */
#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_WIDE
#define WIDE __attribute__((target("avx2")))
#endif

static inline uint16_t
load16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* The carry out of the top counts again at the bottom: the sum's ends meet. */
static inline uint64_t
add(uint64_t sum, uint64_t more)
{
	sum += more;
	return sum + (sum < more);
}

/* To sixteen bits. Adding a number to itself with its halves swapped carries over the top one. */
static inline uint16_t
fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

#define WINDOW_BYTES 16

/* What is shorter than a window. */
static uint64_t
sum_few(const uint8_t *p, size_t count)
{
	uint64_t sum = 0;

	for (; count >= 2; count -= 2, p += 2)
		sum += load16(p);
	return count == 0 ? sum : sum + load16((const uint8_t[2]){ *p, 0 });
}

/*
 * The last count bytes before end, fewer than a window. How many there are
 * decides no branch, since no processor could guess it: the whole window is
 * read, and what was added before is masked out. In a window that begins at an
 * odd byte all are in the other half of their pair, so the sum is turned.
 */
static inline uint64_t
sum_tail(const uint8_t *end, size_t count)
{
	/* clang-format off */
	static const uint8_t masks[2 * WINDOW_BYTES] = {
		[WINDOW_BYTES] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff,
	};
	/* clang-format on */
	const uint8_t *mask = masks + count;
	const uint8_t *window = end - WINDOW_BYTES;
	uint64_t sum = add(bytes_native64(window) & bytes_native64(mask),
	    bytes_native64(window + 8) & bytes_native64(mask + 8));
	unsigned turn = (count & 1) * 8;

	return sum << turn | sum >> (-turn & 63);
}

/* Four sums at a time, so that no addition waits for the one before. */
static inline uint64_t
sum_bytes(const uint8_t *p, size_t count, uint64_t begin)
{
	uint64_t a = begin, b = 0, c = 0, d = 0;

	if (unlikely(count < WINDOW_BYTES))
		return add(begin, sum_few(p, count));
	for (; count >= 32; count -= 32, p += 32) {
		a = add(a, bytes_native64(p));
		b = add(b, bytes_native64(p + 8));
		c = add(c, bytes_native64(p + 16));
		d = add(d, bytes_native64(p + 24));
	}
	if (count & 16) {
		a = add(a, bytes_native64(p));
		b = add(b, bytes_native64(p + 8));
	}
	c = add(c, sum_tail(p + count, count % WINDOW_BYTES));
	return add(add(a, b), add(c, d));
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
	       sum_address(tuple->dst, tuple->ip_version) + bytes_net16((uint16_t)(count >> 16)) +
	       bytes_net16((uint16_t)count) + bytes_net16(tuple->proto);
}

bool
checksum_fits_narrow(const uint8_t *data, size_t count, uint64_t begin)
{
	return fold(sum_bytes(data, count, begin)) == 0xffff;
}

#ifdef HAVE_WIDE

/*
 * The same, 32 bytes at a time: as four numbers of eight bytes, their halves
 * added up in two sums each, so that there is nothing to carry.
 */
typedef uint64_t wide __attribute__((vector_size(32)));

#define WIDE_BYTES sizeof(wide)
#define LOWER_HALF UINT32_MAX

/* Of less, gathering the sums costs more than it saves. */
#define WIDE_FROM_BYTES 256

static inline WIDE wide
load_wide(const uint8_t *p)
{
	wide value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline WIDE wide
add_halves(wide sum, wide more)
{
	return sum + (more & LOWER_HALF) + (more >> 32);
}

/* The last count bytes before end, fewer than a window: as sum_tail; the turn loses nothing. */
static inline WIDE wide
wide_tail(const uint8_t *end, size_t count)
{
	/* clang-format off */
	static const uint8_t masks[2 * WIDE_BYTES] = {
		[WIDE_BYTES] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	/* clang-format on */
	wide sum = add_halves((wide){ 0 }, load_wide(end - WIDE_BYTES) & load_wide(masks + count));

	return sum << (count & 1) * 8;
}

static WIDE bool
wide_fits(const uint8_t *p, size_t count, uint64_t begin)
{
	wide a = wide_tail(p + count, count % WIDE_BYTES), b = { begin };

	for (; count >= 2 * WIDE_BYTES; count -= 2 * WIDE_BYTES, p += 2 * WIDE_BYTES) {
		a = add_halves(a, load_wide(p));
		b = add_halves(b, load_wide(p + WIDE_BYTES));
	}
	if (count >= WIDE_BYTES)
		a = add_halves(a, load_wide(p));
	a += b;
	return fold(a[0] + a[1] + a[2] + a[3]) == 0xffff;
}

#endif

APART bool
checksum_fits(const uint8_t *data, size_t count, uint64_t begin)
{
#ifdef HAVE_WIDE
	if (unlikely(count >= WIDE_FROM_BYTES) && __builtin_cpu_supports("avx2"))
		return wide_fits(data, count, begin);
#endif
	return checksum_fits_narrow(data, count, begin);
}

/* Zero, or what a card that fills in the rest is given to begin with. */
enum checksum
checksum_misfit(uint64_t pseudo, uint16_t checksum)
{
	uint16_t field = bytes_net16(checksum), bare = fold(pseudo), inverse = (uint16_t)~bare;

	return field == 0 || field == bare || field == inverse ? CHECKSUM_OFFLOADED : CHECKSUM_BAD;
}
