#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "base/text.h"

/* In pieces of so many bytes; fast: as the processor can. */
static void
assert_digest(const char *data, size_t count, size_t piece, bool fast, const char *expected)
{
	uint8_t digest[SHA256_BYTES];
	struct text hex = { 0 };
	struct sha256 sha;

	sha256_init(&sha);
	sha.is_fast &= fast;
	for (size_t at = 0; at < count; at += piece)
		sha256_add(&sha, data + at, count - at < piece ? count - at : piece);
	sha256_end(&sha, digest);
	text_hex(&hex, digest, sizeof(digest));
	assert_string_equal(text_str(&hex), expected);
	text_fini(&hex);
}

static void
assert_vector(const char *data, size_t count, const char *expected)
{
	static const size_t pieces[] = { 1, 7, 63, 64, 65, 1000, 1000000 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		assert_digest(data, count, pieces[i], false, expected);
		assert_digest(data, count, pieces[i], true, expected);
	}
}

/* FIPS 180-4's examples, as NIST publishes them. */
static void
test_the_standards_examples_have_their_digests(void **state)
{
	static char million[1000000];
	static const char *const two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	memset(million, 'a', sizeof(million));
	assert_vector("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_vector("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_vector(
	    two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_vector(million, sizeof(million),
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Around the end of a block the padding takes one block more. */
static void
test_both_ways_agree_at_every_length(void **state)
{
	char data[300];
	uint8_t plain[SHA256_BYTES], fast[SHA256_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + 1);
	for (size_t count = 0; count <= sizeof(data); count++) {
		struct sha256 sha;

		sha256_init(&sha);
		sha256_add(&sha, data, count);
		sha256_end(&sha, fast);
		sha256_init(&sha);
		sha.is_fast = false;
		sha256_add(&sha, data, count);
		sha256_end(&sha, plain);
		assert_memory_equal(plain, fast, sizeof(plain));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_standards_examples_have_their_digests),
		cmocka_unit_test(test_both_ways_agree_at_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
