#include "flow/shards.h"

#include <stdbool.h>

enum {
	ALIKE_MAX = 3, /* Shards of data that may be as long as the longest. */
	STEPS = 3,     /* Groups between two that show themselves. */
};

/* The size 'back' datagrams ago; 0 is the newest. */
static uint16_t
size_at(const struct shards *shards, unsigned dir, unsigned back)
{
	unsigned newest = shards->at[dir] + SHARDS_GROUP - 1;

	return shards->sizes[dir][(newest - back) % SHARDS_GROUP];
}

static bool
ends_group(const struct shards *shards, unsigned dir)
{
	uint16_t parity = size_at(shards, dir, 0), longest = 0;
	unsigned i, alike = 0;

	for (i = 1; i < SHARDS_PARITY; i++)
		if (size_at(shards, dir, i) != parity)
			return false;
	for (i = SHARDS_PARITY; i < SHARDS_GROUP; i++) {
		uint16_t size = size_at(shards, dir, i);

		/* Nothing stands there yet. */
		if (size == 0)
			return false;
		longest = size > longest ? size : longest;
		alike += size == parity;
	}
	return longest == parity && alike <= ALIKE_MAX;
}

static bool
is_in_step(uint64_t ends)
{
	unsigned i;

	for (i = 1; i <= STEPS; i++)
		if (ends >> i * SHARDS_GROUP & 1)
			return true;
	return false;
}

static void
count(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		++*counter;
}

void
shards_packet(struct shards *shards, unsigned dir, uint32_t size)
{
	bool ends;

	shards->sizes[dir][shards->at[dir]] =
	    (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX);
	shards->at[dir] = (uint8_t)((shards->at[dir] + 1) % SHARDS_GROUP);
	ends = ends_group(shards, dir);
	shards->ends[dir] = shards->ends[dir] << 1 | ends;
	if (ends)
		count(is_in_step(shards->ends[dir]) ? &shards->in_step
						    : &shards->out_of_step);
}
