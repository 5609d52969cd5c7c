#include "base/hash.h"

#include <xxhash.h>

uint64_t
hash_seeded(const void *bytes, size_t size, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, size, seed);
}

uint64_t
hash_identity(const void *bytes, size_t size)
{
	return XXH3_64bits(bytes, size);
}
