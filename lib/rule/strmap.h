/* Texts to numbers, built once and then only read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct strmap_slot {
	const char *text; /* Null: empty. Borrowed. */
	uint32_t size;
	uint32_t value;
};

struct strmap {
	struct strmap_slot *slots; /* Of an arena. */
	size_t room;               /* A power of two, or 0. */
	size_t count;
};

/* Adds a text, which must outlive the map; one that is there stays.
 * Returns 1 when it is new, 0 when it is there, or -ENOMEM. */
int strmap_add(struct strmap *map, struct arena *arena, const char *text,
    size_t size, uint32_t value);

/* '*value' may be null. */
bool strmap_find(const struct strmap *map, const char *text, size_t size,
    uint32_t *value);
