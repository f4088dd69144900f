#include "base/sha256.h"

#include <string.h>

#define BLOCK_BYTES sizeof(((struct sha256 *)0)->block)

/* FIPS 180-4, 4.2.2: of the first 64 primes' cube roots, the fractions. */
/* clang-format off */
static const uint32_t round_words[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t
turn(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static uint32_t
word_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The standard's names: the schedule W and the working variables a to h, which are renamed rather than moved. */
#define A(n) v[(0 - t + (n)) & 7]

static void
take_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64], v[8];

	for (unsigned t = 0; t < 16; t++)
		w[t] = word_at(block + 4 * t);
	for (unsigned t = 16; t < 64; t++) {
		uint32_t s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = w[t - 16] + s0 + w[t - 7] + s1;
	}
	memcpy(v, state, sizeof(v));
#pragma GCC unroll 8
	for (unsigned t = 0; t < 64; t++) {
		uint32_t s1 = turn(A(4), 6) ^ turn(A(4), 11) ^ turn(A(4), 25);
		uint32_t choice = (A(4) & A(5)) ^ (~A(4) & A(6));
		uint32_t t1 = A(7) + s1 + choice + round_words[t] + w[t];
		uint32_t s0 = turn(A(0), 2) ^ turn(A(0), 13) ^ turn(A(0), 22);
		uint32_t majority = (A(0) & A(1)) ^ (A(0) & A(2)) ^ (A(1) & A(2));

		A(3) += t1;
		A(7) = t1 + s0 + majority;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] += v[i];
}

#undef A

static void
take_blocks_plain(uint32_t state[8], const uint8_t *data, size_t count)
{
	for (; count > 0; count--, data += BLOCK_BYTES)
		take_block(state, data);
}

/* --- where the processor knows how: eight times as fast --- */

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#define KNOWS_HOW __attribute__((target("sha,sse4.1,ssse3")))

static bool
knows_how(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA &&
	       __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
}

static KNOWS_HOW __m128i
load(const void *at)
{
	return _mm_loadu_si128(at);
}

/* The instructions want the state as ABEF and CDGH. */
static KNOWS_HOW void
take_blocks_known(uint32_t state[8], const uint8_t *data, size_t count)
{
	const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i first = _mm_shuffle_epi32(load(state), 0xb1);
	__m128i other = _mm_shuffle_epi32(load(state + 4), 0x1b);
	__m128i abef = _mm_alignr_epi8(first, other, 8);
	__m128i cdgh = _mm_blend_epi16(other, first, 0xf0);

	for (; count > 0; count--, data += BLOCK_BYTES) {
		const __m128i old_abef = abef, old_cdgh = cdgh;
		__m128i w[4]; /* a ring */

		for (unsigned i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(load(data + 16 * i), order);
#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++) {
			__m128i *now = &w[i & 3], *last = &w[(i + 3) & 3];
			__m128i sum;

			if (i >= 4)
				*now = _mm_sha256msg2_epu32(
				    _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) & 3]),
					_mm_alignr_epi8(*last, w[(i + 2) & 3], 4)),
				    *last);
			sum = _mm_add_epi32(*now, load(round_words + 4 * i));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
		}
		abef = _mm_add_epi32(abef, old_abef);
		cdgh = _mm_add_epi32(cdgh, old_cdgh);
	}
	first = _mm_shuffle_epi32(abef, 0x1b);
	other = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((void *)state, _mm_blend_epi16(first, other, 0xf0));
	_mm_storeu_si128((void *)(state + 4), _mm_alignr_epi8(other, first, 8));
}
#else
static bool
knows_how(void)
{
	return false;
}

#define take_blocks_known take_blocks_plain
#endif

static void
take_blocks(struct sha256 *sha, const uint8_t *data, size_t count)
{
	if (sha->is_fast)
		take_blocks_known(sha->state, data, count);
	else
		take_blocks_plain(sha->state, data, count);
}

void
sha256_init(struct sha256 *sha)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(sha->state, start, sizeof(start));
	sha->count = 0;
	sha->is_fast = knows_how();
}

void
sha256_add(struct sha256 *sha, const void *data, size_t count)
{
	const uint8_t *from = data;
	size_t filled = sha->count % BLOCK_BYTES;
	size_t most = BLOCK_BYTES - filled;

	sha->count += count;
	if (filled > 0 && count >= most) {
		memcpy(sha->block + filled, from, most);
		take_blocks(sha, sha->block, 1);
		from += most;
		count -= most;
		filled = 0;
	}
	if (filled == 0 && count >= BLOCK_BYTES) {
		take_blocks(sha, from, count / BLOCK_BYTES);
		from += count / BLOCK_BYTES * BLOCK_BYTES;
		count %= BLOCK_BYTES;
	}
	if (count > 0)
		memcpy(sha->block + filled, from, count);
}

void
sha256_end(struct sha256 *sha, uint8_t digest[SHA256_BYTES])
{
	static const uint8_t pad[BLOCK_BYTES] = { 0x80 };
	uint64_t bits = sha->count * 8;
	size_t filled = sha->count % BLOCK_BYTES;
	uint8_t length[8];

	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(sha, pad, filled < 56 ? 56 - filled : 120 - filled);
	sha256_add(sha, length, sizeof(length));
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}
