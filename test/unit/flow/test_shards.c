/* Groups of datagrams of which three repair the others. */
#include "flow/shards.h"

#include "test/unit/tap.h"

enum { GROUPS = 12 };

/* Sends groups whose sizes differ but for the last three, which are as long
 * as the longest. */
static struct shards
send_groups(unsigned data, unsigned parity, uint32_t longer, unsigned skip)
{
	struct shards shards = { 0 };
	unsigned group, i;

	for (group = 0; group < GROUPS; group++) {
		uint32_t longest = 0;

		for (i = 0; i < data; i++) {
			uint32_t size = 60 + (group * 37 + i * 101) % 900;

			longest = size > longest ? size : longest;
			if (group != skip || i != 0)
				shards_packet(&shards, 1, size);
		}
		for (i = 0; i < parity; i++)
			shards_packet(&shards, 1, longest + longer);
	}
	return shards;
}

static void
check(struct shards shards, int in_step, int out_of_step, const char *name)
{
	tap_int(shards.in_step, in_step, name);
	tap_int(shards.out_of_step, out_of_step, "  out of step");
}

static void
test_groups(void)
{
	check(send_groups(10, 3, 0, GROUPS), GROUPS - 1, 1, "kcp-go's groups");
	check(send_groups(10, 3, 0, 5), GROUPS - 2, 2,
	    "one datagram was lost: out of step, then in step again");
	check(send_groups(10, 3, 8, GROUPS), 0, 0, "longer than the longest");
	check(send_groups(10, 2, 0, GROUPS), 0, 0, "two alike");
	check(send_groups(20, 3, 0, GROUPS), 0, GROUPS - 1,
	    "longer groups, of which the first does not show");
}

static void
test_rows(void)
{
	struct shards same = { 0 }, mixed = { 0 };
	uint32_t i;

	for (i = 0; i < 200; i++) {
		shards_packet(&same, 0, 1350);
		shards_packet(&mixed, i % 2, UINT32_MAX);
	}
	check(same, 0, 0, "all alike show nothing");
	check(mixed, 0, 0, "nor do impossible sizes");
}

int
main(void)
{
	test_groups();
	test_rows();
	return tap_done();
}
