/* Which configured service an endpoint or a name belongs to. Used by the
 * engine. */
#pragma once

#include "flowscan.h"

struct service_map;

/* Borrows 'settings'. Returns 0 or -ENOMEM. */
int service_map_new(const struct fs_settings *settings,
    struct service_map **map);
void service_map_free(struct service_map *map);

/* The first service in the config that has this address and port, or -1. */
int service_find(const struct service_map *map, const struct fs_addr *addr,
    uint16_t port);
/* The first service whose names hold this one (any case), or -1. */
int service_find_name(const struct service_map *map, const char *name,
    size_t size);
/* Whether any service has a name. */
bool service_has_names(const struct service_map *map);
