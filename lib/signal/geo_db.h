/* The databases behind 'struct fs_geo': where an address is, and whom it
 * belongs to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

/* Texts belong to the database, are not terminated, and are UTF-8 only as
 * far as its maker took care. */
struct geo_place {
	char country[3];  /* ISO 3166 in capitals, or "". */
	const char *city; /* Null: unknown. */
	size_t city_size;
	bool located;
	bool has_radius;
	int64_t latitude_milli, longitude_milli; /* Thousandths of a degree. */
	int64_t radius_milli;                    /* Thousandths of a km. */
};

struct geo_system {
	uint32_t asn;
	const char *name; /* Null: unknown. */
	size_t name_size;
};

/* Each asks the databases in their order; the first that knows the address
 * answers. False: none does. */
bool geo_find_place(const struct fs_geo *geo, const struct fs_addr *addr,
    struct geo_place *place);
bool geo_find_system(const struct fs_geo *geo, const struct fs_addr *addr,
    struct geo_system *system);
