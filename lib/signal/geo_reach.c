#include "signal/geo_reach.h"

#include <stdlib.h>

#include "base/num.h"
#include "signal/final.h"

enum {
	REACH_KM_PER_MS = 100, /* Light in fibre, there and back. */
	USUAL_MS = 55,
	USUAL_KM_PER_MS = 55,
	/* What clients need for themselves: 97 % of direct ones answer TLS
	 * within it (BADPASS, ISPEC 2022). */
	OWN_MILLI = 20 * 1000,
	FARTHEST_KM = 20015, /* Half of the way around the Earth. */
};

int64_t
geo_reach_most(int64_t rtt_milli)
{
	const int64_t farthest = INT64_C(1000) * FARTHEST_KM;

	if (rtt_milli <= 0)
		return 0;
	return rtt_milli < farthest / REACH_KM_PER_MS
	    ? rtt_milli * REACH_KM_PER_MS
	    : farthest;
}

int64_t
geo_reach_least(int64_t rtt_milli)
{
	const int64_t farthest = INT64_C(1000) * FARTHEST_KM;
	int64_t beyond;

	if (rtt_milli <= INT64_C(1000) * USUAL_MS)
		return 0;
	beyond = rtt_milli - INT64_C(1000) * USUAL_MS;
	return beyond < farthest / USUAL_KM_PER_MS ? beyond * USUAL_KM_PER_MS
						   : farthest;
}

/* The round trips to the address and behind it; false when nothing says that
 * there is something behind it. */
static bool
find_leg(const struct signals *signals, int64_t *total, struct geo_ring *ring)
{
	bool client = signals_known(signals, SIGNAL_CLIENT_RTT_MIN_MS);
	int64_t gap = signals_milli(signals,
	    client ? SIGNAL_CLIENT_TLS_GAP_MS : SIGNAL_RTT_TLS_GAP_MS);
	int64_t slow = signals_milli(signals, SIGNAL_GEO_TOO_SLOW_MS);

	*total = signals_milli(signals,
	    client ? SIGNAL_CLIENT_RTT_MIN_MS : SIGNAL_RTT_MIN_MS);
	if (gap > OWN_MILLI) {
		*total = num_minus(*total, -gap);
		ring->least_km = (double)geo_reach_least(gap) / 1000;
		ring->most_km = (double)geo_reach_most(gap) / 1000;
		return true;
	}
	/* What is usual has its 55 ms already. */
	ring->least_km = (double)slow * USUAL_KM_PER_MS / 1000;
	ring->most_km =
	    (double)signals_milli(signals, SIGNAL_GEO_DETOUR_KM) / 1000;
	return slow > 0;
}

size_t
geo_reach_rings(const struct signals *signals, struct geo_ring *rings)
{
	double radius =
	    (double)signals_milli(signals, SIGNAL_GEO_RADIUS_KM) / 1000;
	int64_t total;

	if (!signals_known(signals, SIGNAL_GEO_RADIUS_KM) ||
	    !find_leg(signals, &total, &rings[0]))
		return 0;
	rings[0].latitude =
	    (double)signals_milli(signals, SIGNAL_CLIENT_LATITUDE) / 1000;
	rings[0].longitude =
	    (double)signals_milli(signals, SIGNAL_CLIENT_LONGITUDE) / 1000;
	rings[0].least_km -= radius;
	rings[0].most_km += radius;
	if (rings[0].most_km > FARTHEST_KM)
		rings[0].most_km = FARTHEST_KM;
	if (rings[0].least_km < 0)
		rings[0].least_km = 0;
	if (!signals_known(signals, SIGNAL_SENSOR_LATITUDE))
		return 1;
	rings[1] = (struct geo_ring){
		(double)signals_milli(signals, SIGNAL_SENSOR_LATITUDE) / 1000,
		(double)signals_milli(signals, SIGNAL_SENSOR_LONGITUDE) / 1000,
		0, (double)geo_reach_most(total) / 1000
	};
	return 2;
}

bool
geo_ring_holds(const struct geo_ring *ring, double latitude, double longitude)
{
	double km = geo_distance_km(ring->latitude, ring->longitude, latitude,
	    longitude);

	return km >= ring->least_km && km <= ring->most_km;
}

static bool
all_hold(const struct geo_ring *rings, size_t count,
    const struct geo_city *city)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!geo_ring_holds(&rings[i],
			(double)city->latitude_centi / 100,
			(double)city->longitude_centi / 100))
			return false;
	return true;
}

/* Of the same distance, as the table has them. */
static int
by_distance(const void *left, const void *right)
{
	const struct geo_found *a = left, *b = right;

	if (a->km != b->km)
		return a->km < b->km ? -1 : 1;
	return (a->city > b->city) - (a->city < b->city);
}

size_t
geo_reach_cities(const struct geo_ring *rings, size_t count,
    struct geo_found *found)
{
	size_t i, holds = 0;

	for (i = 0; count > 0 && i < GEO_CITIES; i++) {
		const struct geo_city *city = geo_city(i);

		if (!all_hold(rings, count, city))
			continue;
		found[holds].city = city;
		found[holds++].km = geo_distance_km(rings[0].latitude,
		    rings[0].longitude, (double)city->latitude_centi / 100,
		    (double)city->longitude_centi / 100);
	}
	qsort(found, holds, sizeof(*found), by_distance);
	return holds;
}
