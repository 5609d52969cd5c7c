/* Stage 6, inside: how many different things, about, in 64 bytes (linear
 * counting, Whang et al. 1990). Right to a few per cent up to 500, then
 * "about 3,000 or more". */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SKETCH_BITS = 512 };

/* Zeroed before the first one. */
struct sketch {
	uint64_t words[SKETCH_BITS / 64];
};

void sketch_add(struct sketch *sketch, const void *bytes, size_t size);
uint32_t sketch_count(const struct sketch *sketch);
