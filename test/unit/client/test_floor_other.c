/* What is common in an AS, and what other sensors have measured. */
#include "client/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "signal/blob.h"
#include "test/unit/tap.h"

static const uint64_t START_US = 1700000000000000;
static const uint64_t DAY_US = 86400000000;

enum { KNOWN_MAX = 6 };

/* A client as a store knows it; the last one of a case is asked about. */
struct known {
	const char *addr, *sensor;
	double rtt_ms, sensor_latitude, sensor_longitude;
	double latitude, longitude, radius_km;
	unsigned asn, mtu, days;
	enum fs_decision decision;
};

static void
set(struct signals *signals, enum signal_id id, double value)
{
	signals_set_milli(signals, id, (int64_t)(value * 1000));
}

static void
describe(const struct known *known, struct signals *signals)
{
	signals_clear(signals);
	if (known->rtt_ms > 0)
		set(signals, SIGNAL_CLIENT_RTT_MIN_MS, known->rtt_ms);
	if (known->asn > 0)
		set(signals, SIGNAL_CLIENT_ASN, known->asn);
	if (known->mtu > 0)
		set(signals, SIGNAL_CLIENT_MTU, known->mtu);
	if (known->radius_km > 0) {
		set(signals, SIGNAL_CLIENT_LATITUDE, known->latitude);
		set(signals, SIGNAL_CLIENT_LONGITUDE, known->longitude);
		set(signals, SIGNAL_GEO_RADIUS_KM, known->radius_km);
	}
	if (known->sensor_latitude != 0) {
		set(signals, SIGNAL_SENSOR_LATITUDE, known->sensor_latitude);
		set(signals, SIGNAL_SENSOR_LONGITUDE, known->sensor_longitude);
	}
}

static struct fs_settings settings = { .sensor = "tap", .client_max = 1000 };

static void
learn(struct fs_floors *floors, const struct known *known)
{
	static struct fs_client row;
	static struct signals signals;

	memset(&row, 0, sizeof(row));
	if (!addr_parse(known->addr, &row.addr))
		abort();
	row.last_us = START_US + known->days * DAY_US;
	row.verdict.view = FS_VIEW_EXIT;
	row.verdict.decision = (uint8_t)known->decision;
	snprintf(row.sensor, sizeof(row.sensor), "%s",
	    known->sensor ? known->sensor : "tap");
	describe(known, &signals);
	row.signals_size =
	    (uint32_t)blob_encode(&signals, row.signals, sizeof(row.signals));
	if (fs_floors_learn(floors, &row) < 0)
		abort();
}

static struct fs_floors *
floors_of(const struct known *known, size_t count)
{
	struct fs_floors *floors = NULL;
	struct fs_err err;
	size_t i;

	if (fs_floors_new(&settings, &err, &floors) < 0)
		abort();
	for (i = 0; i < count; i++)
		learn(floors, &known[i]);
	if (fs_floors_freeze(floors, &err) < 0)
		abort();
	return floors;
}

static const struct signals *
ask(const struct fs_floors *floors, const struct known *known)
{
	static struct signals signals;
	struct fs_addr addr;

	if (!addr_parse(known->addr, &addr))
		abort();
	describe(known, &signals);
	floor_signals(floors, &addr, START_US + known->days * DAY_US, &signals);
	return &signals;
}

/* ---- Packet sizes ------------------------------------------------------ */

static const struct {
	const char *name;
	struct known known[KNOWN_MAX];
	int n, share;
} mtu_cases[] = {
	{ "one of two networks",
	    { { "192.0.1.1", .asn = 5, .mtu = 1500 },
		{ "192.0.2.1", .asn = 5, .mtu = 1420 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    2, 50 },
	{ "none of them",
	    { { "192.0.1.1", .asn = 5, .mtu = 1500 },
		{ "192.0.2.1", .asn = 5, .mtu = 1492 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    2, 0 },
	{ "a network counts once",
	    { { "192.0.1.1", .asn = 5, .mtu = 1500 },
		{ "192.0.1.2", .asn = 5, .mtu = 1500 },
		{ "192.0.2.1", .asn = 5, .mtu = 1420 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    2, 50 },
	{ "another AS says nothing",
	    { { "192.0.1.1", .asn = 6, .mtu = 1420 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    0, 0 },
	{ "nor does who is not clean",
	    { { "192.0.1.1", .asn = 5, .mtu = 1420, .decision = FS_REVIEW },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    0, 0 },
	{ "nor the client itself",
	    { { "192.0.9.1", .asn = 5, .mtu = 1420 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    0, 0 },
	{ "nor who has no packet size",
	    { { "192.0.1.1", .asn = 5, .rtt_ms = 9 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420 } },
	    0, 0 },
	{ "nor what is a month old",
	    { { "192.0.1.1", .asn = 5, .mtu = 1420 },
		{ "192.0.9.1", .asn = 5, .mtu = 1420, .days = 31 } },
	    0, 0 },
};

static size_t
count_known(const struct known *known)
{
	size_t count = 0;

	while (count < KNOWN_MAX && known[count].addr != NULL)
		count++;
	return count;
}

static void
test_mtus(void)
{
	size_t i;

	for (i = 0; i < sizeof(mtu_cases) / sizeof(mtu_cases[0]); i++) {
		const struct known *known = mtu_cases[i].known;
		size_t last = count_known(known) - 1;
		struct fs_floors *floors = floors_of(known, last);
		const struct signals *out = ask(floors, &known[last]);

		tap_int(signals_milli(out, SIGNAL_CLIENT_AS_MTU_N),
		    1000LL * mtu_cases[i].n, mtu_cases[i].name);
		tap_int(signals_milli(out, SIGNAL_CLIENT_AS_MTU_SHARE),
		    1000LL * mtu_cases[i].share, "its share");
		fs_floors_free(floors);
	}
}

/* ---- Other sensors ----------------------------------------------------- */

/* London is 5,900 km from Ashburn: light needs 59 ms. */
#define LONDON .latitude = 51.5, .longitude = -0.1, .radius_km = 100
#define ASHBURN .sensor_latitude = 39.04, .sensor_longitude = -77.49
#define PARIS .sensor_latitude = 48.9, .sensor_longitude = 2.4

static const struct {
	const char *name;
	struct known known[KNOWN_MAX];
	const char *sensor; /* Null: none speaks. */
	double rtt_ms;
	bool too_fast;
} other_cases[] = {
	{ "outside the disc of another sensor",
	    { { "192.0.2.1", "iad", 20, ASHBURN }, { "192.0.2.1", LONDON } },
	    "iad", 20, true },
	{ "inside it",
	    { { "192.0.2.1", "iad", 80, ASHBURN }, { "192.0.2.1", LONDON } },
	    "iad", 80, false },
	{ "of two, the one that allows less",
	    { { "192.0.2.1", "iad", 20, ASHBURN },
		{ "192.0.2.1", "par", 90, PARIS }, { "192.0.2.1", LONDON } },
	    "iad", 20, true },
	{ "the latest of one sensor",
	    { { "192.0.2.1", "iad", 20, ASHBURN },
		{ "192.0.2.1", "iad", 90, ASHBURN, .days = 1 },
		{ "192.0.2.1", LONDON } },
	    "iad", 90, false },
	{ "another client",
	    { { "192.0.2.2", "iad", 20, ASHBURN }, { "192.0.2.1", LONDON } },
	    NULL, 0, false },
	{ "this sensor itself",
	    { { "192.0.2.1", "tap", 20, ASHBURN }, { "192.0.2.1", LONDON } },
	    NULL, 0, false },
	{ "a sensor without a place",
	    { { "192.0.2.1", "iad", 20 }, { "192.0.2.1", LONDON } }, NULL, 0,
	    false },
	{ "a month ago",
	    { { "192.0.2.1", "iad", 20, ASHBURN },
		{ "192.0.2.1", LONDON, .days = 31 } },
	    NULL, 0, false },
	{ "a client without a place",
	    { { "192.0.2.1", "iad", 20, ASHBURN }, { "192.0.2.1" } }, NULL, 0,
	    false },
};

static void
test_others(void)
{
	size_t i;

	for (i = 0; i < sizeof(other_cases) / sizeof(other_cases[0]); i++) {
		const struct known *known = other_cases[i].known;
		const char *want = other_cases[i].sensor;
		size_t size, last = count_known(known) - 1;
		struct fs_floors *floors = floors_of(known, last);
		const struct signals *out = ask(floors, &known[last]);
		const uint8_t *sensor =
		    signals_bytes(out, SIGNAL_CLIENT_OTHER_SENSOR, &size);

		tap_ok(size == (want ? strlen(want) : 0) &&
			(size == 0 || memcmp(sensor, want, size) == 0),
		    "%s: the sensor", other_cases[i].name);
		tap_int(signals_milli(out, SIGNAL_CLIENT_OTHER_RTT_MS),
		    (int64_t)(other_cases[i].rtt_ms * 1000), "its round trip");
		tap_int(signals_milli(out, SIGNAL_CLIENT_OTHER_TOO_FAST_MS) > 0,
		    other_cases[i].too_fast, "whether the place is outside");
		fs_floors_free(floors);
	}
}

/* ---- The digest -------------------------------------------------------- */

static void
test_digest(void)
{
	static const struct known one[] = {
		{ "192.0.2.1", "iad", 20, ASHBURN },
		{ "192.0.2.1", "iad", 21, ASHBURN },
		{ "192.0.2.1", .asn = 5, .mtu = 1420 },
		{ "192.0.2.1", .asn = 5, .mtu = 1500 },
	};
	struct fs_floors *floors[4];
	size_t i, k;

	for (i = 0; i < 4; i++)
		floors[i] = floors_of(&one[i], 1);
	for (i = 0; i < 4; i++)
		for (k = 0; k < i; k++)
			tap_ok(strcmp(fs_floors_digest(floors[i]),
				   fs_floors_digest(floors[k])) != 0,
			    "%zu and %zu have digests of their own", i, k);
	for (i = 0; i < 4; i++)
		fs_floors_free(floors[i]);
}

int
main(void)
{
	test_mtus();
	test_others();
	test_digest();
	return tap_done();
}
