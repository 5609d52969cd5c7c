#include "signal/geo_reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal/final.h"
#include "test/unit/tap.h"

/* ---- Distances of delays ------------------------------------------------- */

static const struct {
	const char *name;
	int64_t rtt, most, least;
} delays[] = {
	{ "nothing", 0, 0, 0 },
	{ "less than nothing", INT64_MIN, 0, 0 },
	{ "75 ms", 75000, 7500000, 1100000 },
	{ "what is usual for nowhere", 55000, 5500000, 0 },
	{ "a thousandth more", 55001, 5500100, 55 },
	{ "half round the Earth", 200150, 20015000, 7983250 },
	{ "as slow as can be", 600000, 20015000, 20015000 },
	{ "any number", INT64_MAX, 20015000, 20015000 },
};

static void
test_delays(void)
{
	size_t i;

	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++)
		tap_ok(geo_reach_most(delays[i].rtt) == delays[i].most &&
			geo_reach_least(delays[i].rtt) == delays[i].least,
		    "%s", delays[i].name);
}

/* ---- The table ----------------------------------------------------------- */

static void
test_table(void)
{
	const struct geo_city *city, *before = NULL;
	size_t i, bad = 0;
	int order;

	for (i = 0; i < GEO_CITIES; i++, before = city) {
		city = geo_city(i);
		if (strlen(city->country) != 2 || city->name[0] == '\0' ||
		    abs(city->latitude_centi) > 9000 ||
		    abs(city->longitude_centi) > 18000)
			bad++;
		if (before == NULL)
			continue;
		order = strcmp(before->country, city->country);
		if (order > 0 ||
		    (order == 0 && strcmp(before->name, city->name) >= 0))
			bad++;
	}
	tap_ok(bad == 0, "%d cities, in order, each once", GEO_CITIES);
}

/* ---- Places -------------------------------------------------------------- */

/* Frankfurt, for a sensor in Ashburn. */
enum { FRANKFURT_LAT = 50110, FRANKFURT_LON = 8680 };
enum { ASHBURN_LAT = 39040, ASHBURN_LON = -77490 };

struct late {
	const char *name;
	int64_t rtt, gap; /* Below 0: unknown. */
	int64_t slow, detour;
	bool client, located;
	size_t rings;
	const char *in,
	    *out; /* A city that is possible, and one that is not. */
};

static const struct late lates[] = {
	{ "nothing is late", 92000, 3000, 0, 1500000, true, true, 0, NULL,
	    NULL },
	{ "a client's own time", 92000, 20000, 0, 1500000, true, true, 0, NULL,
	    NULL },
	{ "nothing was measured", -1, -1, 0, 0, true, true, 0, NULL, NULL },
	{ "a proxy for Shenzhen", 92000, 180000, 0, 0, true, true, 2,
	    "Shenzhen", "Berlin" },
	{ "the same of a flow", 92000, 180000, 0, 0, false, true, 2, "Shenzhen",
	    "Berlin" },
	{ "a proxy for a neighbour", 92000, 25000, 0, 0, true, true, 2,
	    "Berlin", "Shenzhen" },
	{ "too far from the sensor", 20000, 90000, 0, 0, true, true, 2,
	    "Athens", "Beijing" },
	{ "no sensor's place", 20000, 90000, 0, 0, true, false, 1, "Beijing",
	    "Sydney" },
	{ "a VPN for Shenzhen", 300000, 2000, 125000, 20015000, true, true, 2,
	    "Shenzhen", "London" },
};

static void
set_late(const struct late *late, struct signals *signals)
{
	enum signal_id rtt =
	    late->client ? SIGNAL_CLIENT_RTT_MIN_MS : SIGNAL_RTT_MIN_MS;
	enum signal_id gap =
	    late->client ? SIGNAL_CLIENT_TLS_GAP_MS : SIGNAL_RTT_TLS_GAP_MS;

	signals_clear(signals);
	signals_set_milli(signals, SIGNAL_CLIENT_LATITUDE, FRANKFURT_LAT);
	signals_set_milli(signals, SIGNAL_CLIENT_LONGITUDE, FRANKFURT_LON);
	signals_set_milli(signals, SIGNAL_GEO_RADIUS_KM, 200000);
	if (late->located) {
		signals_set_milli(signals, SIGNAL_SENSOR_LATITUDE, ASHBURN_LAT);
		signals_set_milli(signals, SIGNAL_SENSOR_LONGITUDE,
		    ASHBURN_LON);
	}
	if (late->rtt >= 0)
		signals_set_milli(signals, rtt, late->rtt);
	if (late->gap >= 0)
		signals_set_milli(signals, gap, late->gap);
	signals_set_milli(signals, SIGNAL_GEO_TOO_SLOW_MS, late->slow);
	signals_set_milli(signals, SIGNAL_GEO_DETOUR_KM, late->detour);
}

static bool
has_city(const struct geo_found *found, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(found[i].city->name, name) == 0)
			return true;
	return false;
}

static void
test_places(void)
{
	struct signals *signals = malloc(sizeof(*signals));
	struct geo_found *found = calloc(GEO_CITIES, sizeof(*found));
	struct geo_ring rings[GEO_RINGS];
	size_t i, k, count, holds;
	bool fine;

	for (i = 0; i < sizeof(lates) / sizeof(lates[0]); i++) {
		set_late(&lates[i], signals);
		count = geo_reach_rings(signals, rings);
		holds = geo_reach_cities(rings, count, found);
		fine = count == lates[i].rings;
		if (lates[i].in == NULL)
			fine = fine && holds == 0;
		else
			fine = fine && has_city(found, holds, lates[i].in) &&
			    !has_city(found, holds, lates[i].out);
		for (k = 1; k < holds; k++)
			fine = fine && found[k - 1].km <= found[k].km;
		tap_ok(fine, "%s: %zu rings, %zu cities", lates[i].name, count,
		    holds);
	}
	set_late(&lates[3], signals);
	signals_forget(signals, SIGNAL_GEO_RADIUS_KM);
	tap_ok(geo_reach_rings(signals, rings) == 0, "no place, no ring");
	free(found);
	free(signals);
}

int
main(void)
{
	test_delays();
	test_table();
	test_places();
	return tap_done();
}
