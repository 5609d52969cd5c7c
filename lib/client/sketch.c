#include "client/sketch.h"

#include <math.h>

#include "base/hash.h"
#include "base/num.h"

void
sketch_add(struct sketch *sketch, const void *bytes, size_t size)
{
	uint64_t bit = hash_identity(bytes, size) % SKETCH_BITS;

	sketch->words[bit / 64] |= (uint64_t)1 << (bit % 64);
}

uint32_t
sketch_count(const struct sketch *sketch)
{
	unsigned i, clear = 0;

	for (i = 0; i < SKETCH_BITS / 64; i++)
		clear += num_bits(~sketch->words[i]);
	/* A full one tells as much as one bit less does. */
	if (clear == 0)
		clear = 1;
	return (uint32_t)lround(
	    -SKETCH_BITS * log((double)clear / SKETCH_BITS));
}
