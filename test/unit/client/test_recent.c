/* What is seen only of several flows together. */
#include "client/recent.h"

#include <stdlib.h>

#include "../tap.h"

#define MS UINT64_C(1000)

struct recent_case {
	const char *name;
	struct recent_flow flows[6];
	unsigned count, at_once;
	uint32_t spread_us;
};

static const struct recent_case cases[] = {
	{ "none", { { 0 } }, 0, 0, RECENT_NONE },
	{ "one", { { 5 * MS, 10, 100 } }, 1, 1, RECENT_NONE },
	{ "one after the other",
	    { { 5 * MS, 1, 1 }, { 10 * MS, 1, 2 }, { 20 * MS, 1, 3 } }, 3, 1,
	    RECENT_NONE },
	{ "the end touches the start", { { 5 * MS, 5, 1 }, { 10 * MS, 1, 2 } },
	    2, 2, RECENT_NONE },
	{ "a long one around two",
	    { { 30 * MS, 5, RECENT_NONE }, { 10 * MS, 90, 70 },
		{ 40 * MS, 5, 10 }, { 50 * MS, 5, 20 }, { 20 * MS, 1, 30 } },
	    5, 2, 20 },
	{ "all at once",
	    { { 1 * MS, 9, 5 }, { 2 * MS, 9, 5 }, { 3 * MS, 9, 5 },
		{ 4 * MS, 9, 5 } },
	    4, 4, 0 },
};

/* Of many, only the last ones count, and their memory is bounded. */
static void
test_ring(void)
{
	struct recent recent = { 0 };
	unsigned i;

	for (i = 0; i < 1000; i++) {
		struct recent_flow flow = { i * 10ULL * MS, 1, 7 };

		if (i < 500)
			flow.span_ms = 1000000; /* Long gone, still open. */
		if (recent_add(&recent, &flow) < 0)
			abort();
	}
	tap_int(recent.room, RECENT_MAX, "room for so many");
	tap_int(recent_concurrency(&recent), 1, "the old ones are forgotten");
	recent_fini(&recent);
}

int
main(void)
{
	unsigned i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct recent_case *c = &cases[i];
		struct recent recent = { 0 };

		for (j = 0; j < c->count; j++)
			recent_add(&recent, &c->flows[j]);
		tap_int(recent_concurrency(&recent), c->at_once, c->name);
		tap_int(recent_spread_us(&recent), c->spread_us, "... spread");
		recent_fini(&recent);
	}
	test_ring();
	return tap_done();
}
