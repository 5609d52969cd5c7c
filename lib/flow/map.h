/* Finds a flow by its key: open addressing over {hash, entry} of 8 bytes. */
#pragma once

#include "flow/flow.h"

enum { MAP_NONE = UINT32_MAX };

struct map_slot;

struct map {
	struct map_slot *slots; /* Owned. */
	uint32_t mask;
};

/* Makes room for 'count' entries. Returns 0 or -ENOMEM. */
int map_init(struct map *map, uint32_t count);
void map_fini(struct map *map);

/* Returns the entry below 'flows' that has this key, or MAP_NONE. */
uint32_t map_find(const struct map *map, uint32_t hash,
    const struct flow_key *key, const struct flow *flows);
/* Adds an entry that is not in the map. */
void map_add(struct map *map, uint32_t hash, uint32_t entry);
/* Removes an entry that is in the map. */
void map_remove(struct map *map, uint32_t hash, uint32_t entry);
