/* Timestamp clocks behind one address. */
#include "client/clocks.h"

#include <stdlib.h>

#include "../tap.h"

#define SECOND_US UINT64_C(1000000)
enum { DAY_S = 24 * 3600 };

/* One host's SYNs to one server, every 'step_us'. */
struct host {
	uint64_t server, start_us, step_us;
	uint32_t hz, first;
	unsigned flows;
	int jitter_us; /* Every other one comes so much later. */
};

static void
add_host(struct clocks *clocks, const struct host *host)
{
	unsigned i;

	for (i = 0; i < host->flows; i++) {
		uint64_t age_us = i * host->step_us;
		uint64_t ticks = age_us * host->hz / SECOND_US;
		uint64_t late_us = i % 2 ? (uint64_t)host->jitter_us : 0;

		if (clocks_add(clocks, host->server,
			host->first + (uint32_t)ticks,
			host->start_us + age_us + late_us) < 0)
			abort();
	}
}

struct clocks_case {
	const char *name;
	struct host hosts[3];
	unsigned want;
};

static const struct clocks_case cases[] = {
	{ "no flow", { { 0 } }, 0 },
	{ "two flows are not enough",
	    { { 1, SECOND_US, SECOND_US, 1000, 77, 2, 0 } }, 0 },
	{ "one host, 1000 Hz", { { 1, SECOND_US, SECOND_US, 1000, 77, 5, 0 } },
	    1 },
	{ "one host, 100 Hz, jitter",
	    { { 1, SECOND_US, 60 * SECOND_US, 100, 77, 5, 200000 } }, 1 },
	{ "the timestamp wraps",
	    { { 1, SECOND_US, 9 * SECOND_US, 250, 0xfffffff0, 4, 0 } }, 1 },
	{ "three hosts behind one address",
	    { { 1, SECOND_US, SECOND_US, 1000, 77, 5, 0 },
		{ 1, 2 * SECOND_US, SECOND_US, 1000, 900000000, 5, 0 },
		{ 1, 2 * SECOND_US, SECOND_US, 250, 500000000, 5, 0 } },
	    3 },
	{ "one host, two servers: a line each",
	    { { 1, SECOND_US, SECOND_US, 1000, 77, 5, 0 },
		{ 2, SECOND_US, SECOND_US, 1000, 900000000, 5, 0 } },
	    1 },
	{ "a host that was started again: one after the other",
	    { { 1, SECOND_US, SECOND_US, 1000, 77, 5, 0 },
		{ 1, 900 * SECOND_US, SECOND_US, 1000, 5000000, 5, 0 } },
	    1 },
	{ "beyond ten days a line says nothing",
	    { { 1, SECOND_US, SECOND_US * 11 * DAY_S, 1000, 77, 4, 0 } }, 0 },
};

/* A starting point for each connection, as newer systems draw it. */
static void
test_random(void)
{
	struct clocks clocks = { 0 };
	uint32_t value = 1;
	unsigned i;

	for (i = 0; i < 100; i++) {
		value = value * 1664525 + 1013904223;
		clocks_add(&clocks, 1, value, (i + 1) * SECOND_US);
	}
	tap_int(clocks_count(&clocks), 0, "drawn anew each time: no clock");
	tap_int(clocks.count, CLOCKS_MAX, "and no more memory than that");
	clocks_fini(&clocks);
}

/* Flows end in another order than they began. */
static void
test_order(void)
{
	const uint64_t at_s[] = { 50, 10, 90, 30 };
	struct clocks clocks = { 0 };
	unsigned i;

	for (i = 0; i < 4; i++)
		clocks_add(&clocks, 1, (uint32_t)at_s[i] * 250,
		    at_s[i] * SECOND_US);
	tap_int(clocks_count(&clocks), 1, "in any order");
	tap_int(clocks.count, 1, "one line");
	clocks_fini(&clocks);
}

int
main(void)
{
	unsigned i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clocks clocks = { 0 };

		for (j = 0; j < 3; j++)
			add_host(&clocks, &cases[i].hosts[j]);
		tap_int(clocks_count(&clocks), cases[i].want, cases[i].name);
		clocks_fini(&clocks);
	}
	test_random();
	test_order();
	return tap_done();
}
