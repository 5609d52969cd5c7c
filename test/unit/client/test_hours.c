/* How much a client does, and when. */
#include "client/hours.h"

#include <string.h>

#include "../tap.h"

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };
static const uint64_t SECOND_US = 1000000;

static void
add_at(struct hours *hours, uint64_t at_s, uint64_t bytes)
{
	hours_add(hours, at_s * SECOND_US, at_s * SECOND_US, bytes);
}

static void
test_windows(void)
{
	struct hours hours = { .at_us = 0 };

	add_at(&hours, DAY_S, 1000);
	add_at(&hours, DAY_S + 600, 0);
	tap_int(hours.flows[WINDOW_10MIN], 1500, "ten minutes forget half");
	tap_int(hours.flows[WINDOW_HOUR], 1891, "an hour forgets less");
	add_at(&hours, 2ULL * DAY_S, 0);
	tap_int(hours.bytes, 500000, "half the bytes are left after a day");
}

/* The order in which flows end does not matter. */
static void
test_order(void)
{
	const uint64_t at_s[] = { 100, 700, 400, 90, 1300, 1200 };
	struct hours one = { .at_us = 0 }, other = { .at_us = 0 };
	unsigned i;

	for (i = 0; i < 6; i++) {
		add_at(&one, DAY_S + at_s[i], 10);
		add_at(&other, DAY_S + at_s[5 - i], 10);
	}
	tap_ok(one.flows[WINDOW_10MIN] - other.flows[WINDOW_10MIN] < 5 &&
		other.flows[WINDOW_10MIN] - one.flows[WINDOW_10MIN] < 5,
	    "any order gives the same, to the rounding");
}

static void
test_huge(void)
{
	struct hours hours = { .at_us = 0 };
	unsigned i;

	for (i = 0; i < 70000; i++)
		add_at(&hours, DAY_S, UINT64_MAX);
	tap_ok(hours.bytes > 0, "sums do not overflow");
	tap_ok(hours.by_hour[0] >= 32768, "nor do the hours");
}

struct quiet_case {
	const char *name;
	unsigned days, from, to; /* Flows in these hours of each day. */
	int32_t want;
};

static const struct quiet_case cases[] = {
	{ "office hours", 20, 8, 17, 1000 },
	{ "too few days", 13, 8, 17, HOURS_UNKNOWN },
	{ "all around the clock", 20, 0, 23, HOURS_UNKNOWN },
	{ "busy until midnight", 20, 12, 23, 6000 },
	{ "an hour a day", 20, 0, 0, 12500 },
};

static void
test_quiet(const struct quiet_case *c)
{
	struct hours hours = { .at_us = 0 };
	unsigned day, hour;

	for (day = 1; day <= c->days; day++)
		for (hour = c->from; hour <= c->to; hour++)
			add_at(&hours,
			    (uint64_t)day * DAY_S + (uint64_t)hour * HOUR_S, 1);
	tap_int(hours.days, c->days, "days");
	tap_int(hours_quiet_milli(&hours), c->want, c->name);
}

int
main(void)
{
	unsigned i;

	test_windows();
	test_order();
	test_huge();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_quiet(&cases[i]);
	return tap_done();
}
