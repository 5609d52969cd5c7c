#include "base/hash.h"

#include "test/unit/tap.h"

/* Identities are stored, so they may never change. The empty input's value
 * is published with XXH3. */
static void
test_identity(void)
{
	uint8_t bytes[300];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	tap_ok(hash_identity("", 0) == UINT64_C(0x2d06800538d394c2),
	    "of nothing, as published");
	tap_ok(hash_identity(bytes, 1) == hash_seeded(bytes, 1, 0),
	    "an identity has no seed");
	tap_ok(hash_identity(bytes, 40) == UINT64_C(0x1bdcd3399cc64d80),
	    "of 40 bytes");
	tap_ok(hash_identity(bytes, 300) == UINT64_C(0xe2558afb5598da2a),
	    "of 300 bytes");
}

static void
test_seeds(void)
{
	const char key[] = "203.0.113.7:443", copy[] = "203.0.113.7:443";

	tap_ok(hash_seeded(key, sizeof(key), 1) ==
		hash_seeded(copy, sizeof(copy), 1),
	    "one seed, one value");
	tap_ok(hash_seeded(key, sizeof(key), 1) !=
		hash_seeded(key, sizeof(key), 2),
	    "another seed, another value");
	tap_ok(hash_seeded(key, sizeof(key), 1) !=
		hash_seeded(key, sizeof(key) - 2, 1),
	    "another key, another value");
}

int
main(void)
{
	test_identity();
	test_seeds();
	return tap_done();
}
