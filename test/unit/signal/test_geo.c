#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "mmdb.h"
#include "signal/final.h"
#include "test/unit/tap.h"

/* ---- Distances ------------------------------------------------------------
 */

static const struct {
	const char *name;
	double lat1, lon1, lat2, lon2, km;
} distances[] = {
	{ "nowhere", 12, 34, 12, 34, 0 },
	{ "a quarter", 0, 0, 0, 90, 10007.557 },
	{ "a quarter, to a pole", 0, 17, 90, -80, 10007.557 },
	{ "antipodes", 45, -170, -45, 10, 20015.115 },
	{ "antipodes on the equator", 0, 0, 0, 180, 20015.115 },
	{ "over the date line", 0, 179.5, 0, -179.5, 111.195 },
	{ "a degree north", 50, 8, 51, 8, 111.195 },
	{ "London to New York", 51.5074, -0.1278, 40.7128, -74.006, 5570.23 },
};

static void
test_distances(void)
{
	double km;
	size_t i;

	for (i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
		km = geo_distance_km(distances[i].lat1, distances[i].lon1,
		    distances[i].lat2, distances[i].lon2);
		tap_ok(fabs(km - distances[i].km) < 0.01, "%s: %.3f km",
		    distances[i].name, km);
	}
}

/* Clients east of 0 N 0 E, where the sensor is: 8.993 degrees are 999.977
 * km. */
static const struct mmdb_kind flat = { "city ipv4", 4, 24, 1600000000 };
static const struct mmdb_row bound_rows[] = {
	{ "192.0.2.0/28", "{latitude:d0,longitude:d8.993,accuracy_radius:w0}" },
	{ "192.0.2.16/28",
	    "{latitude:d0,longitude:d8.993,accuracy_radius:w500}" },
	{ "192.0.2.32/28",
	    "{latitude:d0,longitude:d8.993,accuracy_radius:w501}" },
	{ "192.0.2.48/28", "{latitude:d0,longitude:d1,accuracy_radius:w200}" },
	{ "192.0.2.64/28", "{country_code:'XX'}" },
	{ "192.0.2.80/28", "{city:'X',latitude:d0,longitude:d8.993}" },
	{ "192.0.2.96/28", "{latitude:d0,longitude:d8.993}" },
	{ "192.0.2.112/28",
	    "{city:'X',latitude:d0,longitude:d8.993,accuracy_radius:w10}" },
	{ NULL, NULL },
};

static const struct {
	const char *name, *client;
	int64_t rtt;      /* Below 0: unknown. */
	const char *want; /* distance|least|usual|too fast|too slow|detour */
} bounds[] = {
	{ "plausible", "192.0.2.1", 12000, "999.977|10|73.181|0|0|200" },
	{ "too fast", "192.0.2.1", 3000, "999.977|10|73.181|5|0|0" },
	{ "within the tolerance", "192.0.2.1", 8000,
	    "999.977|10|73.181|0|0|0" },
	{ "a thousandth beyond it", "192.0.2.1", 7999,
	    "999.977|10|73.181|0.001|0|0" },
	{ "too slow", "192.0.2.1", 100000, "999.977|10|73.181|0|26.819|9000" },
	{ "just not too slow", "192.0.2.1", 73181,
	    "999.977|10|73.181|0|0|6318" },
	{ "farther than any place", "192.0.2.1", 900000,
	    "999.977|10|73.181|0|826.819|20015" },
	{ "no round trip", "192.0.2.1", -1, "999.977|10|73.181|-|-|-" },
	{ "a radius", "192.0.2.17", 1000, "499.977|5|73.181|2|0|0" },
	{ "too wide a radius", "192.0.2.33", 1000, "-|-|-|-|-|-" },
	{ "within the radius", "192.0.2.49", 1000, "0|0|57.022|0|0|100" },
	{ "no position", "192.0.2.65", 1000, "-|-|-|-|-|-" },
	{ "no place", "198.51.100.1", 1000, "-|-|-|-|-|-" },
	{ "a city without a radius", "192.0.2.81", 5000,
	    "799.977|8|73.181|1|0|0" },
	{ "a country's middle", "192.0.2.97", 5000, "-|-|-|-|-|-" },
	{ "a city with a radius", "192.0.2.113", 5000,
	    "989.977|9.9|73.181|2.9|0|0" },
};

static const enum signal_id bound_ids[] = { SIGNAL_GEO_DISTANCE_KM,
	SIGNAL_GEO_LEAST_RTT_MS, SIGNAL_GEO_USUAL_RTT_MS,
	SIGNAL_GEO_TOO_FAST_MS, SIGNAL_GEO_TOO_SLOW_MS, SIGNAL_GEO_DETOUR_KM };

static void
format_bounds(const struct signals *signals, char *room, size_t size)
{
	size_t i, at = 0;

	for (i = 0; i < sizeof(bound_ids) / sizeof(bound_ids[0]); i++) {
		if (i > 0)
			room[at++] = '|';
		if (signals_known(signals, bound_ids[i]))
			at += signals_format(signals, bound_ids[i], false,
			    room + at, size - at);
		else
			room[at++] = '-';
	}
	room[at] = '\0';
}

static struct flow
flow_between(const char *client, const char *server, unsigned endpoint)
{
	struct flow flow = { .client = (uint8_t)endpoint };
	struct fs_addr addr = { 0 };

	if (!addr_parse(client, &addr))
		abort();
	memcpy(flow.key.addr[endpoint], addr.bytes, 16);
	if (!addr_parse(server, &addr))
		abort();
	memcpy(flow.key.addr[!endpoint], addr.bytes, 16);
	flow.key.family = addr.family;
	return flow;
}

static void
test_bounds(void)
{
	struct fs_settings settings = { .located = true };
	struct mmdb_file file = mmdb_of(&flat, bound_rows);
	struct fs_geo *geo = mmdb_open(&file, 1, NULL, 0);
	struct signals *signals = calloc(1, sizeof(*signals));
	struct fs_addr addr = { 0 };
	struct flow flow;
	char got[256];
	size_t i;

	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		flow = flow_between(bounds[i].client, "198.51.100.7",
		    (unsigned)(i & 1));
		signals_clear(signals);
		if (bounds[i].rtt >= 0)
			signals_set_milli(signals, SIGNAL_RTT_MIN_MS,
			    bounds[i].rtt);
		geo_flow(geo, &settings, &flow, signals);
		format_bounds(signals, got, sizeof(got));
		tap_text(got, bounds[i].want, bounds[i].name);

		signals_clear(signals);
		if (bounds[i].rtt >= 0)
			signals_set_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS,
			    bounds[i].rtt);
		if (!addr_parse(bounds[i].client, &addr))
			abort();
		geo_client(geo, &settings, &addr, signals);
		format_bounds(signals, got, sizeof(got));
		tap_text(got, bounds[i].want, "of the client, too");
	}
	settings.located = false;
	signals_clear(signals);
	flow = flow_between("192.0.2.1", "198.51.100.7", 0);
	geo_flow(geo, &settings, &flow, signals);
	format_bounds(signals, got, sizeof(got));
	tap_text(got, "-|-|-|-|-|-", "a sensor without a place");
	tap_ok(signals_known(signals, SIGNAL_CLIENT_LATITUDE),
	    "the client has its own all the same");
	fs_geo_close(geo);
	close(file.fd);
	free(signals);
}

/* ---- Hidden legs ---------------------------------------------------------
 */

static const struct {
	const char *name;
	int64_t gap; /* Below 0: unknown. */
	const char *want;
} legs[] = {
	{ "not measured", -1, "-" },
	{ "none", 0, "0" },
	{ "75 ms", 75000, "7500" },
	{ "half round the Earth", 200150, "20015" },
	{ "more than the Earth is round", 200151, "20015" },
	{ "any number", INT64_MAX, "20015" },
};

static void
test_legs(void)
{
	const struct fs_settings settings = { .located = false };
	struct signals *signals = calloc(1, sizeof(*signals));
	struct flow flow = flow_between("192.0.2.1", "198.51.100.7", 0);
	struct fs_addr addr = flow_addr(&flow, 0);
	char got[64];
	size_t i;
	int client;

	for (i = 0; i < 2 * sizeof(legs) / sizeof(legs[0]); i++) {
		client = (int)(i & 1);
		signals_clear(signals);
		if (legs[i / 2].gap >= 0)
			signals_set_milli(signals,
			    client ? SIGNAL_CLIENT_TLS_GAP_MS
				   : SIGNAL_RTT_TLS_GAP_MS,
			    legs[i / 2].gap);
		if (client)
			geo_client(NULL, &settings, &addr, signals);
		else
			geo_flow(NULL, &settings, &flow, signals);
		snprintf(got, sizeof(got), "-");
		if (signals_known(signals, SIGNAL_GEO_HIDDEN_LEG_KM))
			signals_format(signals, SIGNAL_GEO_HIDDEN_LEG_KM, false,
			    got, sizeof(got));
		tap_text(got, legs[i / 2].want, legs[i / 2].name);
	}
	free(signals);
}

int
main(void)
{
	test_distances();
	test_bounds();
	test_legs();
	return tap_done();
}
