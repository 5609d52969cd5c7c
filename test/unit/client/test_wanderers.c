/* One timestamp clock at two addresses. */
#include "client/wanderers.h"

#include <stdlib.h>

#include "base/addr.h"
#include "test/unit/tap.h"

enum { SECOND_US = 1000 * 1000 };

/* A timestamp on the line of a clock that began at 'start' ms. */
struct use {
	uint64_t server;
	uint8_t host;
	uint32_t rate_hz;
	unsigned at_s;
	int64_t start_ms;
	int longitude; /* Of a place on the equator. */
};

static const struct {
	const char *name;
	struct use uses[3];
	int want_km; /* Of the last one. */
} cases[] = {
	{ "the first", { { 1, 1, 1000, 100, 50000, 0 } }, -1 },
	{ "the same address",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 1, 1000, 200, 50000, 0 } },
	    -1 },
	{ "another address, a quarter around the world",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 1000, 200, 50000, 90 } },
	    10007 },
	{ "at 250 Hz",
	    { { 1, 1, 250, 100, 50000, 0 }, { 1, 2, 250, 200, 50000, 90 } },
	    10007 },
	{ "paths that differ by 90 ms",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 1000, 200, 50090, 90 } },
	    10007 },
	{ "the same, the other way",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 1000, 200, 49910, 90 } },
	    10007 },
	{ "another machine",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 1000, 200, 50200, 90 } },
	    -1 },
	{ "another server",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 2, 2, 1000, 200, 50000, 90 } },
	    -1 },
	{ "another rate",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 250, 200, 50000, 90 } },
	    -1 },
	{ "more than an hour later",
	    { { 1, 1, 1000, 100, 50000, 0 }, { 1, 2, 1000, 3701, 50000, 90 } },
	    -1 },
	{ "the farther of two addresses is not kept, the later one is",
	    { { 1, 1, 1000, 100, 50000, 90 }, { 1, 2, 1000, 200, 50000, 0 },
		{ 1, 3, 1000, 300, 50000, 0 } },
	    0 },
};

static int64_t
note(struct wanderers *wanderers, const struct use *use)
{
	static struct signals signals;
	const uint8_t bytes[4] = { 198, 51, 100, use->host };
	struct fs_addr addr = addr_v4(bytes);
	int64_t since_ms = (int64_t)use->at_s * 1000 - use->start_ms;
	const struct wanderer seen = {
		.server = use->server,
		.value = (uint32_t)(since_ms * (int64_t)use->rate_hz / 1000),
		.rate_hz = use->rate_hz,
		.time_us = (uint64_t)use->at_s * SECOND_US,
	};

	signals_clear(&signals);
	signals_set_milli(&signals, SIGNAL_CLIENT_LATITUDE, 0);
	signals_set_milli(&signals, SIGNAL_CLIENT_LONGITUDE,
	    use->longitude * INT64_C(1000));
	return wanderers_note(wanderers, &seen, &addr, &signals);
}

int
main(void)
{
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wanderers *wanderers = wanderers_new();
		int64_t away = SIGHTING_NOT_ELSEWHERE;

		if (wanderers == NULL)
			abort();
		for (k = 0; k < 3 && cases[i].uses[k].at_s > 0; k++)
			away = note(wanderers, &cases[i].uses[k]);
		tap_int(away < 0 ? away : away / 1000, cases[i].want_km,
		    cases[i].name);
		wanderers_free(wanderers);
	}
	return tap_done();
}
