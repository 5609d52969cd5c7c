/* TCP connections that a flow carries packet by packet. */
#include "flow/within.h"

#include <stdlib.h>

#include "test/unit/tap.h"

enum { ACTS = 20 };

/* Sizes of packets, the server's negative; the end is 0. */
struct carried {
	const char *name;
	int32_t sizes[ACTS];
	unsigned connections, ack, acks[2], packets[2];
};

static const struct carried cases[] = {
	{ "nothing was said", { 0 }, 0, 0, { 0, 0 }, { 0, 0 } },
	{ "Linux to Linux", { 108, -108, 100, 617, 0 }, 1, 100, { 0, 0 },
	    { 0, 0 } },
	{ "Windows to Linux", { 100, -100, 88, 617, 0 }, 1, 88, { 0, 0 },
	    { 0, 0 } },
	{ "Apple to Linux", { 112, -108, 100, 617, 0 }, 1, 100, { 0, 0 },
	    { 0, 0 } },
	{ "Apple to Apple", { 112, -112, 100, 617, 0 }, 1, 100, { 0, 0 },
	    { 0, 0 } },
	{ "Linux to one without timestamps", { 104, -92, 84, 601, 0 }, 1, 84,
	    { 0, 0 }, { 0, 0 } },
	{ "Apple to one without timestamps", { 108, -96, 84, 601, 0 }, 1, 84,
	    { 0, 0 }, { 0, 0 } },
	{ "the least data", { 108, -108, 100, 221, 0 }, 1, 100, { 0, 0 },
	    { 0, 0 } },
	{ "less than a hello", { 108, -108, 100, 220, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
	{ "no data", { 108, -108, 100, -300, 617, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
	{ "something before the acknowledgement",
	    { 108, -108, -300, 100, 617, 0 }, 0, 0, { 0, 0 }, { 0, 0 } },
	{ "no SYN", { 107, -108, 100, 617, 0 }, 0, 0, { 0, 0 }, { 0, 0 } },
	{ "the SYN was the server's", { -108, -108, 100, 617, 0 }, 0, 0,
	    { 0, 0 }, { 0, 0 } },
	{ "another answer", { 108, -104, 100, 617, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
	{ "the least and the greatest SYN",
	    { 70, -70, 62, 400, -90, 180, -180, 172, 400, 0 }, 1, 172, { 0, 0 },
	    { 0, 0 } },
	{ "smaller than a SYN", { 69, -69, 61, 400, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
	{ "larger than a SYN", { 181, -181, 173, 400, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
	{ "two connections, and acknowledgements",
	    { 108, 108, -108, 100, 617, -100, -108, 100, 617, -100, -1448, 100,
		0 },
	    2, 100, { 2, 2 }, { 3, 4 } },
	{ "acknowledgements of another size are another's",
	    { 108, -108, 100, 617, 90, -90, 82, 617, 90, -90, 82, 617, -82, 0 },
	    2, 82, { 1, 1 }, { 3, 2 } },
	{ "two that agree are not given up",
	    { 108, -108, 100, 617, -108, 100, 617, 90, -90, 82, 617, 0 }, 2,
	    100, { 1, 0 }, { 5, 2 } },
	{ "sizes beyond those of packets",
	    { 108, -65644, 100, 617, 70000, -70000, 0 }, 0, 0, { 0, 0 },
	    { 0, 0 } },
};

static void
test_case(const struct carried *wanted)
{
	struct within within = { 0 };
	unsigned i;

	for (i = 0; wanted->sizes[i] != 0; i++)
		within_packet(&within, wanted->sizes[i] < 0,
		    (uint32_t)abs(wanted->sizes[i]));
	tap_int(within.connections, wanted->connections, wanted->name);
	tap_int(within.ack, wanted->ack, "the acknowledgements' size");
	for (i = 0; i < 2; i++) {
		tap_int(within.acks[i], wanted->acks[i], "acknowledgements");
		tap_int(within.packets_by[i], wanted->packets[i],
		    "packets since");
	}
}

static void
test_end(void)
{
	static const uint32_t sizes[] = { 108, 108, 100, 617 };
	struct within within = { 0 };
	unsigned i;

	for (i = 0; i < 2 * WITHIN_PACKETS; i++)
		within_packet(&within, i % 4 == 1, sizes[i % 4]);
	tap_int(within.packets, WITHIN_PACKETS, "no more packets than these");
	tap_int(within.connections, WITHIN_PACKETS / 4, "counts do not wrap");
	tap_int(within.packets_by[0] + within.packets_by[1], WITHIN_PACKETS - 4,
	    "packets since the first");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_end();
	return tap_done();
}
