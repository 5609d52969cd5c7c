#include "client/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/addr.h"
#include "signal/blob.h"

static const uint64_t START_US = 1700000000000000;
static const uint64_t DAY_US = 86400000000;

/* A client as a store knows it. */
struct known {
	const char *addr;
	double rtt_ms; /* Below 0: none. */
	double latitude, longitude;
	uint64_t asn;
	const char *country;
	double gap_ms; /* 0: none. */
	double too_fast_ms;
	const char *sensor;
	unsigned days; /* After the start. */
	enum fs_view view;
	enum fs_decision decision;
};

/* Cities, as a client's last fields begin. */
#define LONDON 51.507, -0.128
#define CROYDON 51.376, -0.098
#define PARIS 48.857, 2.351
#define SYDNEY -33.869, 151.209
#define EXIT(...)                                 \
	{                                         \
		__VA_ARGS__, .view = FS_VIEW_EXIT \
	}

static void
set_ms(struct signals *signals, enum signal_id id, double value)
{
	signals_set_milli(signals, id, (int64_t)(value * 1000));
}

static void
set_place(const struct known *known, struct signals *signals)
{
	if (known->latitude != 0) {
		set_ms(signals, SIGNAL_CLIENT_LATITUDE, known->latitude);
		set_ms(signals, SIGNAL_CLIENT_LONGITUDE, known->longitude);
	}
	if (known->country != NULL)
		signals_set_string(signals, SIGNAL_CLIENT_COUNTRY,
		    known->country);
	if (known->asn != 0)
		signals_set_count(signals, SIGNAL_CLIENT_ASN, known->asn);
	if (known->rtt_ms >= 0)
		set_ms(signals, SIGNAL_CLIENT_RTT_MIN_MS, known->rtt_ms);
}

static const struct fs_client *
row_of(const struct known *known)
{
	static struct fs_client row;
	static struct signals signals;

	memset(&row, 0, sizeof(row));
	if (!addr_parse(known->addr, &row.addr))
		abort();
	row.last_us = START_US + known->days * DAY_US;
	row.verdict.view = (uint8_t)known->view;
	row.verdict.decision = (uint8_t)known->decision;
	snprintf(row.sensor, sizeof(row.sensor), "%s",
	    known->sensor ? known->sensor : "tap");
	signals_clear(&signals);
	set_place(known, &signals);
	if (known->gap_ms > 0) {
		set_ms(&signals, SIGNAL_CLIENT_TLS_GAP_MS, known->gap_ms);
		signals_set_count(&signals, SIGNAL_CLIENT_TLS_GAP_FLOWS, 3);
	}
	set_ms(&signals, SIGNAL_GEO_TOO_FAST_MS, known->too_fast_ms);
	row.signals_size =
	    (uint32_t)blob_encode(&signals, row.signals, sizeof(row.signals));
	return &row;
}

static struct fs_settings settings = { .sensor = "tap", .client_max = 1000 };

static struct fs_floors *
floors_of(const struct known *known, size_t count)
{
	struct fs_floors *floors = NULL;
	struct fs_err err;
	size_t i;

	if (fs_floors_new(&settings, &err, &floors) < 0)
		abort();
	for (i = 0; i < count; i++)
		if (known[i].addr != NULL &&
		    fs_floors_learn(floors, row_of(&known[i])) < 0)
			abort();
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
	signals_clear(&signals);
	set_place(known, &signals);
	floor_signals(floors, &addr, START_US + known->days * DAY_US, &signals);
	return &signals;
}

/* ---- Which neighbourhood, and what it says ------------------------------ */

enum { KNOWN_MAX = 8 };

static const struct {
	const char *name;
	struct known known[KNOWN_MAX];
	struct known asks;
	const char *scope; /* Null: no floor. */
	double floor_ms, excess_ms;
	int n, later;
} floor_cases[] = {
	{ "its own network",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON), EXIT("198.51.1.1", 9, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), "net", 75, 65, 3, 0 },
	{ "two of a network are few",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "an IPv6 network",
	    { EXIT("2001:db8:1:1::", 80, LONDON),
		EXIT("2001:db8:1:2::", 70, LONDON),
		EXIT("2001:db8:1:3::", 75, LONDON) },
	    EXIT("2001:db8:1:ff::", 140, LONDON), "net", 75, 65, 3, 0 },
	{ "of another IPv6 network",
	    { EXIT("2001:db8:1:1::", 80, LONDON),
		EXIT("2001:db8:1:2::", 70, LONDON),
		EXIT("2001:db8:1:3::", 75, LONDON) },
	    EXIT("2001:db8:2::", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "its AS in its city before the city",
	    { EXIT("192.0.1.1", 100, LONDON, 1),
		EXIT("192.0.2.1", 90, LONDON, 1),
		EXIT("192.0.3.1", 95, CROYDON, 1),
		EXIT("192.0.4.1", 91, LONDON, 1),
		EXIT("192.0.5.1", 150, LONDON, 1),
		EXIT("192.0.6.1", 20, LONDON, 2) },
	    EXIT("198.51.1.1", 140, LONDON, 1), "as-city", 91, 49, 5, 1 },
	{ "its city before the region",
	    { EXIT("192.0.1.1", 100, LONDON, 1),
		EXIT("192.0.2.1", 90, LONDON, 2),
		EXIT("192.0.3.1", 95, CROYDON, 3),
		EXIT("192.0.4.1", 91, LONDON, 4),
		EXIT("192.0.5.1", 92, LONDON, 5),
		EXIT("192.0.6.1", 20, PARIS, 2) },
	    EXIT("198.51.1.1", 140, LONDON, 1), "city", 91, 49, 5, 0 },
	/* Paris is 344 km from London, which takes 6.2 ms more. */
	{ "the region, with the way from there",
	    { EXIT("192.0.1.1", 80, PARIS), EXIT("192.0.2.1", 70, PARIS),
		EXIT("192.0.3.1", 75, PARIS) },
	    EXIT("198.51.1.1", 140, LONDON), "region", 81.246, 58.754, 3, 0 },
	{ "abroad, twice that and 10 ms",
	    { EXIT("192.0.1.1", 80, PARIS, 0, "FR"),
		EXIT("192.0.2.1", 70, PARIS, 0, "FR"),
		EXIT("192.0.3.1", 75, PARIS, 0, "FR") },
	    EXIT("198.51.1.1", 140, LONDON, 0, "GB"), "region", 97.492, 42.508,
	    3, 0 },
	{ "who is nearer than its neighbours has no excess",
	    { EXIT("192.0.1.1", 80, PARIS), EXIT("192.0.2.1", 70, PARIS),
		EXIT("192.0.3.1", 75, PARIS) },
	    EXIT("198.51.1.1", 60, LONDON), "region", 81.246, 0, 3, 0 },
	{ "another continent says nothing",
	    { EXIT("192.0.1.1", 80, PARIS), EXIT("192.0.2.1", 70, PARIS),
		EXIT("192.0.3.1", 75, PARIS) },
	    EXIT("198.51.1.1", 140, SYDNEY), NULL, 0, 0, 0, 0 },
	{ "one network speaks once, with its quickest",
	    { EXIT("192.0.1.1", 80, LONDON), EXIT("192.0.1.2", 70, LONDON),
		EXIT("192.0.2.1", 75, LONDON), EXIT("192.0.2.2", 76, LONDON) },
	    EXIT("198.51.1.1", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "across the date line",
	    { EXIT("192.0.1.1", 80, 52.0, 179.9),
		EXIT("192.0.2.1", 70, 52.0, 179.9),
		EXIT("192.0.3.1", 75, 52.0, 179.9) },
	    EXIT("198.51.1.1", 140, 52.0, -179.9), "region", 75, 65, 3, 0 },
	{ "at the pole",
	    { EXIT("192.0.1.1", 80, 89.9, 0), EXIT("192.0.2.1", 70, 89.9, 120),
		EXIT("192.0.3.1", 75, 89.9, -120) },
	    EXIT("198.51.1.1", 140, 89.95, 60), "region", 75, 65, 3, 0 },
	{ "others as late are counted",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 140, LONDON),
		EXIT("192.0.2.4", 150, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), "net", 80, 60, 4, 2 },
	/* Not learned from. */
	{ "what is not clean",
	    { EXIT("192.0.2.1", 80, LONDON),
		{ "192.0.2.2", 70, LONDON, .decision = FS_REVIEW,
		    .view = FS_VIEW_EXIT },
		{ "192.0.2.3", 70, LONDON, .decision = FS_ANOMALOUS,
		    .view = FS_VIEW_EXIT },
		EXIT("192.0.2.4", 90, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "whose place is wrong",
	    { { "192.0.2.1", 5, LONDON, .too_fast_ms = 40,
		  .view = FS_VIEW_EXIT },
		EXIT("192.0.2.2", 70, LONDON), EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "the path view",
	    { { "192.0.2.1", 5, LONDON, .view = FS_VIEW_PATH },
		EXIT("192.0.2.2", 70, LONDON), EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "another sensor",
	    { { "192.0.2.1", 5, LONDON, .view = FS_VIEW_EXIT,
		  .sensor = "other" },
		EXIT("192.0.2.2", 70, LONDON), EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "the client itself",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.1", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "a client that is not clean any more",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON),
		{ "192.0.2.1", 80, LONDON, .decision = FS_REVIEW,
		    .view = FS_VIEW_EXIT } },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	/* Other times. */
	{ "a month before",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON) },
	    { "192.0.2.9", 140, LONDON, .days = 31 }, NULL, 0, 0, 0, 0 },
	{ "thirty days before",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON) },
	    { "192.0.2.9", 140, LONDON, .days = 30 }, "net", 75, 65, 3, 0 },
	{ "days after, of a store that is newer than the capture",
	    { { "192.0.2.1", 80, LONDON, .days = 20, .view = FS_VIEW_EXIT },
		{ "192.0.2.2", 70, LONDON, .days = 20, .view = FS_VIEW_EXIT },
		{ "192.0.2.3", 75, LONDON, .days = 20, .view = FS_VIEW_EXIT } },
	    EXIT("192.0.2.9", 140, LONDON), "net", 75, 65, 3, 0 },
	{ "a month after",
	    { { "192.0.2.1", 80, LONDON, .days = 31, .view = FS_VIEW_EXIT },
		EXIT("192.0.2.2", 70, LONDON), EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.9", 140, LONDON), NULL, 0, 0, 0, 0 },
	{ "no round trip",
	    { EXIT("192.0.2.1", 80, LONDON), EXIT("192.0.2.2", 70, LONDON),
		EXIT("192.0.2.3", 75, LONDON) },
	    EXIT("192.0.2.9", -1, LONDON), NULL, 0, 0, 0, 0 },
};

static void
test_floors(void)
{
	size_t i;

	for (i = 0; i < sizeof(floor_cases) / sizeof(floor_cases[0]); i++) {
		struct fs_floors *floors =
		    floors_of(floor_cases[i].known, KNOWN_MAX);
		const struct signals *out = ask(floors, &floor_cases[i].asks);
		const char *name = floor_cases[i].name;
		const char *want = floor_cases[i].scope;
		size_t size;
		const uint8_t *scope =
		    signals_bytes(out, SIGNAL_CLIENT_FLOOR_SCOPE, &size);

		tap_ok(size == (want ? strlen(want) : 0) &&
			(size == 0 || memcmp(scope, want, size) == 0),
		    "%s: the scope", name);
		tap_int(signals_known(out, SIGNAL_CLIENT_FLOOR_MS),
		    want != NULL, name);
		tap_int(llabs(signals_milli(out, SIGNAL_CLIENT_FLOOR_MS) -
			    (int64_t)(floor_cases[i].floor_ms * 1000)) <= 5,
		    1, "the floor");
		tap_int(llabs(
			    signals_milli(out, SIGNAL_CLIENT_FLOOR_EXCESS_MS) -
			    (int64_t)(floor_cases[i].excess_ms * 1000)) <= 5,
		    1, "the excess");
		tap_int(signals_milli(out, SIGNAL_CLIENT_FLOOR_N),
		    1000LL * floor_cases[i].n, "neighbours");
		tap_int(signals_milli(out, SIGNAL_CLIENT_FLOOR_LATER),
		    1000LL * floor_cases[i].later, "as late");
		fs_floors_free(floors);
	}
}

/* ---- Many clients ------------------------------------------------------- */

/* Client 'i' of many: its own network, in AS 7 without a place. */
static struct known
one_of_many(unsigned i, char room[ADDR_TEXT_SIZE])
{
	struct known known = { .asn = 7,
		.rtt_ms = 50 + i,
		.gap_ms = i % 4 == 0 ? 90 : 5,
		.decision = i % 4 == 0 ? FS_REVIEW : FS_CLEAN,
		.days = i / 1000,
		.view = FS_VIEW_EXIT };

	snprintf(room, ADDR_TEXT_SIZE, "10.%u.%u.1", i / 256, i % 256);
	known.addr = room;
	return known;
}

static struct fs_floors *
many(unsigned from, unsigned until, int step)
{
	struct fs_floors *floors = NULL;
	struct fs_err err;
	char room[ADDR_TEXT_SIZE];
	unsigned i;

	if (fs_floors_new(&settings, &err, &floors) < 0)
		abort();
	for (i = step > 0 ? from : until - 1; i >= from && i < until;
	     i += (unsigned)step) {
		struct known known = one_of_many(i, room);

		if (fs_floors_learn(floors, row_of(&known)) < 0)
			abort();
	}
	return floors;
}

/* Without a place, an AS with twenty networks speaks; of gaps, all clients
 * tell, whatever they are held for. */
static void
test_as(void)
{
	const struct known asks = EXIT("192.0.2.1", 300, 0, 0, 7);
	const struct known other = EXIT("192.0.2.1", 300, 0, 0, 8);
	struct fs_floors *floors = many(0, 40, 1);
	const struct signals *out = ask(floors, &asks);

	tap_ok(!signals_known(out, SIGNAL_CLIENT_AS_GAP_N),
	    "what is not frozen does not speak");
	fs_floors_freeze(floors, NULL);
	tap_int((long long)fs_floors_clients(floors), 40, "all are known");
	out = ask(floors, &asks);
	tap_int(signals_milli(out, SIGNAL_CLIENT_FLOOR_N), 30000,
	    "30 are clean");
	tap_int(signals_milli(out, SIGNAL_CLIENT_AS_GAP_N), 40000,
	    "gaps of 40");
	tap_int(signals_milli(out, SIGNAL_CLIENT_AS_GAP_SHARE), 25000,
	    "a quarter shows one");
	tap_ok(!signals_known(out, SIGNAL_CLIENT_NET_GAP_N),
	    "nobody of its network is known");
	out = ask(floors, &other);
	tap_ok(!signals_known(out, SIGNAL_CLIENT_AS_GAP_N) &&
		!signals_known(out, SIGNAL_CLIENT_FLOOR_MS),
	    "another AS");
	fs_floors_free(floors);
	floors = many(0, 20, 1);
	fs_floors_freeze(floors, NULL);
	out = ask(floors, &asks);
	tap_ok(!signals_known(out, SIGNAL_CLIENT_FLOOR_MS),
	    "fifteen clean networks are few");
	fs_floors_free(floors);
}

static void
test_net_gaps(void)
{
	static const struct known known[] = {
		{ "192.0.2.1", 30, LONDON, .gap_ms = 90, .view = FS_VIEW_EXIT,
		    .decision = FS_REVIEW },
		{ "192.0.2.2", 30, LONDON, .gap_ms = 90, .view = FS_VIEW_EXIT,
		    .decision = FS_REVIEW },
		{ "192.0.2.3", 30, LONDON, .gap_ms = 4, .view = FS_VIEW_EXIT },
		{ "192.0.3.3", 30, LONDON, .gap_ms = 4, .view = FS_VIEW_EXIT },
	};
	const struct known asks = EXIT("192.0.2.2", 30, LONDON);
	struct fs_floors *floors = floors_of(known, 4);
	const struct signals *out = ask(floors, &asks);

	tap_int(signals_milli(out, SIGNAL_CLIENT_NET_GAP_N), 2000,
	    "two others of its network");
	tap_int(signals_milli(out, SIGNAL_CLIENT_NET_GAP_SHARE), 50000,
	    "one shows a gap");
	fs_floors_free(floors);
}

/* The digest is that of what is known, not of how it was learned. */
static void
test_digest(void)
{
	static const char zeros[] = "0000000000000000000000000000000000000000"
				    "000000000000000000000000";
	const struct known clean = EXIT("10.0.1.1", 51, 0, 0, 7);
	const struct known later = EXIT("10.0.1.1", 52, 0, 0, 7);
	struct fs_floors *one = many(0, 500, 1), *other = many(0, 500, -1);
	char digest[65];

	tap_text(fs_floors_digest(one), zeros, "nothing is frozen");
	fs_floors_freeze(one, NULL);
	fs_floors_freeze(other, NULL);
	tap_ok(strlen(fs_floors_digest(one)) == 64 &&
		strcmp(fs_floors_digest(one), zeros) != 0,
	    "a digest");
	tap_text(fs_floors_digest(one), fs_floors_digest(other),
	    "in any order of learning");
	snprintf(digest, sizeof(digest), "%s", fs_floors_digest(one));
	fs_floors_learn(one, row_of(&clean));
	tap_text(fs_floors_digest(one), digest, "frozen until the next time");
	fs_floors_freeze(one, NULL);
	tap_ok(strcmp(fs_floors_digest(one), digest) != 0,
	    "another value, another digest");
	snprintf(digest, sizeof(digest), "%s", fs_floors_digest(one));
	fs_floors_learn(one, row_of(&later));
	fs_floors_freeze(one, NULL);
	tap_ok(strcmp(fs_floors_digest(one), digest) != 0, "the latest counts");
	fs_floors_free(one);
	fs_floors_free(other);
	other = floors_of(NULL, 0);
	tap_text(fs_floors_digest(other), zeros, "of nothing");
	fs_floors_free(other);
	fs_floors_free(NULL);
}

/* When there is no room, those that were silent longest are forgotten. */
static void
test_bound(void)
{
	struct fs_floors *floors = many(0, 3500, 1);
	const struct floor_sample *last;

	fs_floors_freeze(floors, NULL);
	tap_ok(fs_floors_clients(floors) <= settings.client_max &&
		fs_floors_clients(floors) >= settings.client_max / 2,
	    "no more than may be: %llu",
	    (unsigned long long)fs_floors_clients(floors));
	last = &floors->frozen.samples[floors->frozen.count - 1];
	tap_int(last->addr.bytes[1] * 256 + last->addr.bytes[2], 3499,
	    "the newest is there");
	fs_floors_free(floors);
}

static void
test_damaged(void)
{
	const struct known known = EXIT("192.0.2.1", 80, LONDON);
	struct fs_floors *floors = floors_of(NULL, 0);
	struct fs_client row = *row_of(&known);

	row.signals_size -= 1;
	tap_int(fs_floors_learn(floors, &row), FS_ETRUNC,
	    "signals that end too soon");
	tap_int(floors->count, 0, "are not learned");
	fs_floors_free(floors);
	tap_int(floor_row(90000), 179, "the north pole");
	tap_int(floor_row(-90000), 0, "the south pole");
	tap_int(floor_row(INT32_MAX), 179, "beyond");
	tap_int(floor_column(180000), 359, "the date line from the west");
	tap_int(floor_column(-180000), 0, "and from the east");
	tap_int(floor_column(INT32_MIN), 0, "beyond");
}

int
main(void)
{
	test_floors();
	test_as();
	test_net_gaps();
	test_digest();
	test_bound();
	test_damaged();
	return tap_done();
}
