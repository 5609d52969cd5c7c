#include "client/sighting.h"

#include <math.h>

#include "base/addr.h"
#include "base/num.h"
#include "signal/final.h"

struct sighting
sighting_of(const struct fs_addr *client, uint64_t time_us,
    const struct signals *signals)
{
	return (struct sighting){
		.time_us = time_us,
		.latitude = signals_milli(signals, SIGNAL_CLIENT_LATITUDE),
		.longitude = signals_milli(signals, SIGNAL_CLIENT_LONGITUDE),
		.client = *client,
		.located = signals_known(signals, SIGNAL_CLIENT_LATITUDE) &&
		    signals_known(signals, SIGNAL_CLIENT_LONGITUDE),
	};
}

int64_t
sighting_apart(const struct sighting *a, const struct sighting *b,
    uint64_t span_us)
{
	/* Flows end in another order than they began. */
	uint64_t apart_us = time_since_us(a->time_us, b->time_us) +
	    time_since_us(b->time_us, a->time_us);

	if (apart_us > span_us || addr_compare(&a->client, &b->client) == 0)
		return SIGHTING_NOT_ELSEWHERE;
	if (!a->located || !b->located)
		return 0;
	return llround(1000 *
	    geo_distance_km((double)a->latitude / 1000,
		(double)a->longitude / 1000, (double)b->latitude / 1000,
		(double)b->longitude / 1000));
}
