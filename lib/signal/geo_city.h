/* A few large cities, for "it could be there". */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { GEO_CITIES = 183 };

struct geo_city {
	const char *name;
	char country[3]; /* ISO 3166 */
	/* Hundredths of a degree. */
	int16_t latitude_centi, longitude_centi;
};

/* By country and name; 'index' is below GEO_CITIES. */
const struct geo_city *geo_city(size_t index);
