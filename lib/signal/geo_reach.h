/* Where a client may be that answers later than its address does: what light
 * allows, and what is usual. Possible places, none of them proven. */
#pragma once

#include "signal/geo_city.h"
#include "signal/signal.h"

enum { GEO_RINGS = 2 };

/* Points that are neither nearer to a place nor farther from it. */
struct geo_ring {
	double latitude, longitude; /* Degrees. */
	double least_km, most_km;
};

/* A city, and how far it is from the middle of the first ring. */
struct geo_found {
	const struct geo_city *city;
	double km;
};

/* How far away what answers in 'rtt_milli' (thousandths of a millisecond) is
 * at most: light in fibre makes 200 km in a millisecond, there and back. At
 * most half of the way around the Earth. Thousandths of a kilometre. */
int64_t geo_reach_most(int64_t rtt_milli);

/* How far it is at least, unless its path is slower than the slowest that
 * were found plausible: 55 ms and a millisecond for each 55 km (Weinberg et
 * al., IMC 2018). */
int64_t geo_reach_least(int64_t rtt_milli);

/* The rings in which what answers late may be: around the place of its
 * address, by the time that is spent behind it, and around the sensor, by all
 * of the time. From TLS behind TCP where that is more than a client's own
 * time, else from a round trip that is not usual for the place.
 *
 * Returns how many, at most GEO_RINGS; 0: nothing answers late, or the place
 * is not known. */
size_t geo_reach_rings(const struct signals *signals, struct geo_ring *rings);

bool geo_ring_holds(const struct geo_ring *ring, double latitude,
    double longitude);

/* The cities that all rings hold, the nearest to the first one's middle
 * first. 'found' has room for GEO_CITIES. Returns how many. */
size_t geo_reach_cities(const struct geo_ring *rings, size_t count,
    struct geo_found *found);
