#include "flow/map.h"

#include <errno.h>
#include <string.h>

#include "flow/pages.h"

enum { CACHE_LINE = 64 };

/* 'place' is the entry + 1, so that zeroed memory is an empty map. */
struct map_slot {
	uint32_t hash;
	uint32_t place;
};

int
map_init(struct map *map, uint32_t count)
{
	size_t size = 8;

	/* Never more than half full, so that runs stay short. */
	while (size < (size_t)count * 2)
		size *= 2;
	map->slots = pages_take(size * sizeof(*map->slots));
	if (map->slots == NULL)
		return -ENOMEM;
	map->mask = (uint32_t)(size - 1);
	return 0;
}

void
map_fini(struct map *map)
{
	pages_give(map->slots, ((size_t)map->mask + 1) * sizeof(*map->slots));
	map->slots = NULL;
}

/* Has the processor fetch all of a flow at once. */
static void
fetch(const struct flow *flow)
{
	size_t at;

	for (at = 0; at < sizeof(*flow); at += CACHE_LINE)
		__builtin_prefetch((const char *)flow + at, 1);
}

uint32_t
map_find(const struct map *map, uint32_t hash, const struct flow_key *key,
    const struct flow *flows)
{
	uint32_t i;

	for (i = hash & map->mask;; i = (i + 1) & map->mask) {
		const struct map_slot *slot = &map->slots[i];

		if (slot->place == 0)
			return MAP_NONE;
		if (slot->hash != hash)
			continue;
		fetch(&flows[slot->place - 1]);
		if (memcmp(&flows[slot->place - 1].key, key, sizeof(*key)) == 0)
			return slot->place - 1;
	}
}

void
map_add(struct map *map, uint32_t hash, uint32_t entry)
{
	uint32_t i = hash & map->mask;

	while (map->slots[i].place != 0)
		i = (i + 1) & map->mask;
	map->slots[i] = (struct map_slot){ hash, entry + 1 };
}

/* Empties a slot; moves up what stands behind it for want of that place, so
 * that no run is broken. */
static void
close_up(struct map *map, uint32_t empty)
{
	uint32_t i = empty;

	for (;;) {
		const struct map_slot *slot;

		i = (i + 1) & map->mask;
		slot = &map->slots[i];
		if (slot->place == 0)
			break;
		/* Its distance from home allows the empty place? */
		if (((i - slot->hash) & map->mask) < ((i - empty) & map->mask))
			continue;
		map->slots[empty] = *slot;
		empty = i;
	}
	map->slots[empty] = (struct map_slot){ 0, 0 };
}

void
map_remove(struct map *map, uint32_t hash, uint32_t entry)
{
	uint32_t i = hash & map->mask;

	while (map->slots[i].place != entry + 1)
		i = (i + 1) & map->mask;
	close_up(map, i);
}
