/* The flow table: who is given up for want of room, in which order flows
 * are flushed, and who they are. */
#include "flow/flow.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

/* ---- Room -------------------------------------------------------------- */

static void
test_full(void)
{
	struct flow_limits limits = build_limits;
	struct packet_stack stack = { .count = 1, .time_us = build_at(0) };
	struct flow_table *table;
	struct flow *flow = NULL;
	unsigned from, i;

	limits.flow_max = 3;
	table = build_table(&limits);
	tap_ok(flow_table_oldest(table) == NULL,
	    "an empty table has no oldest");
	tap_ok(flow_table_first(table) == NULL, "and no first");
	for (i = 0; i < 3; i++) {
		stack.level[0] =
		    build_packet(UDP, 1, (uint16_t)(5000 + i), 2, 53);
		stack.time_us = build_at((int64_t)i * SECOND);
		flow_table_touch(table, &stack, 0, &flow, &from);
	}
	stack.level[0] = build_packet(UDP, 1, 6000, 2, 53);
	flow = NULL;
	tap_int(flow_table_touch(table, &stack, 0, &flow, &from), FS_EFULL,
	    "no room for a fourth");
	tap_ok(flow == NULL, "and none is given");
	flow = flow_table_oldest(table);
	tap_int((long long)flow->first_us, (long long)build_at(0),
	    "the oldest");
	flow_table_end(table, flow);
	tap_int(flow_table_touch(table, &stack, 0, &flow, &from), 0,
	    "its room is used again");
	tap_int(flow_table_count(table), 3, "three flows");
	flow_table_free(table);
}

/* Opens a connection of the numbered client at a time. */
static uint64_t
open_numbered(struct flow_table *table, uint32_t number, int64_t us)
{
	struct packet steps[3];
	struct flow *flow = NULL;
	unsigned from;
	int i;

	steps[0] =
	    build_flags(build_numbered(TCP, number, false), TCP_SYN, 0, 0);
	steps[1] = build_flags(build_numbered(TCP, number, true),
	    TCP_SYN | TCP_ACK, 0, 1);
	steps[2] =
	    build_flags(build_numbered(TCP, number, false), TCP_ACK, 1, 1);
	for (i = 0; i < 3; i++)
		flow = build_touch(table, &steps[i], us + i, &from, NULL);
	return flow->id;
}

/* A flood of SYNs, each answered, from a million addresses: what was open
 * stays, though it is silent. */
static void
test_flood(void)
{
	enum { ROOM = 4096, OPEN = 100, FLOOD = 1000 * 1000 };
	struct flow_limits limits = build_limits;
	struct flow_table *table;
	uint64_t ids[OPEN];
	unsigned i, from, ended = 0, found = 0;
	struct flow *flow;

	limits.flow_max = ROOM;
	table = build_table(&limits);
	for (i = 0; i < OPEN; i++)
		ids[i] = open_numbered(table, i + 1, (int64_t)i * 1000);
	for (i = 0; i < FLOOD; i++) {
		struct packet syn =
		    build_flags(build_numbered(TCP, 0x0A000000 + i, false),
			TCP_SYN, i, 0);
		struct packet answer =
		    build_flags(build_numbered(TCP, 0x0A000000 + i, true),
			TCP_SYN | TCP_ACK, 0, i + 1);

		build_touch(table, &syn, SECOND + i * 10LL, &from, &ended);
		build_touch(table, &answer, SECOND + i * 10LL + 1, &from,
		    &ended);
	}
	tap_int(flow_table_count(table), ROOM, "the table is full");
	tap_int(ended, FLOOD + OPEN - ROOM, "every one more costs one");
	while ((flow = flow_table_first(table)) != NULL) {
		for (i = 0; i < OPEN; i++)
			found += flow->id == ids[i];
		flow_table_end(table, flow);
	}
	tap_int(found, OPEN, "open flows survive a flood");
	flow_table_free(table);
}

/* Who is given up first. */
static void
test_eviction_order(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet fin, back;
	uint64_t first, second, third;
	unsigned from;

	first = open_numbered(table, 1, 0);
	second = open_numbered(table, 2, 2 * SECOND);
	third = open_numbered(table, 3, 4 * SECOND);
	fin = build_payload(build_flags(build_numbered(TCP, 1, false), TCP_ACK,
				1, 1),
	    10);
	build_touch(table, &fin, 6 * SECOND, &from, NULL);
	tap_ok(flow_table_oldest(table)->id == second,
	    "who spoke again is not the oldest");

	fin =
	    build_flags(build_numbered(TCP, 3, false), TCP_ACK | TCP_FIN, 1, 1);
	back =
	    build_flags(build_numbered(TCP, 3, true), TCP_ACK | TCP_FIN, 1, 2);
	build_touch(table, &fin, 7 * SECOND, &from, NULL);
	build_touch(table, &back, 7 * SECOND, &from, NULL);
	tap_ok(flow_table_oldest(table)->id == third, "closed ones go first");
	flow_table_end(table, flow_table_oldest(table));
	flow_table_end(table, flow_table_oldest(table));
	tap_ok(flow_table_oldest(table)->id == first, "then the next oldest");
	flow_table_free(table);
}

/* ---- Order of a flush, identities -------------------------------------- */

enum { MANY = 500 };

/* Plays MANY flows into a table and gives their identities in order. */
static void
play_many(uint64_t seed, uint32_t flow_max, uint64_t *ids)
{
	struct flow_limits limits = build_limits;
	struct flow_table *table;
	struct flow *flow;
	unsigned i, from;

	limits.seed = seed;
	limits.flow_max = flow_max;
	table = build_table(&limits);
	for (i = 0; i < MANY; i++) {
		/* Times that are not in order, and some that are equal. */
		int64_t us = (int64_t)(i * 7919 % MANY) / 3 * 1000;
		struct packet packet =
		    build_payload(build_numbered(UDP, i, i % 2), i % 5);

		build_touch(table, &packet, us, &from, NULL);
	}
	for (i = 0; (flow = flow_table_first(table)) != NULL; i++) {
		if (i < MANY)
			ids[i] = flow->id;
		flow_table_end(table, flow);
	}
	tap_int(i, MANY, "a flush gives every flow");
	flow_table_free(table);
}

static void
test_identities(void)
{
	uint64_t ids[3][MANY];
	bool unique = true;
	int i, j;

	play_many(1, MANY, ids[0]);
	play_many(2, MANY, ids[1]);
	play_many(1, 100 * 1000, ids[2]);
	tap_bytes(ids[1], sizeof(ids[1]), ids[0], sizeof(ids[0]),
	    "identities and order do not depend on the seed");
	tap_bytes(ids[2], sizeof(ids[2]), ids[0], sizeof(ids[0]),
	    "nor on the table's size");
	for (i = 0; i < MANY; i++)
		for (j = i + 1; j < MANY; j++)
			unique = unique && ids[0][i] != ids[0][j];
	tap_ok(unique, "every flow has its own");
	tap_ok(ids[0][0] != 0, "which is not 0");
}

/* The same flow on every machine: this value may never change. */
static void
test_identity_is_stable(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet syn =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_SYN, 77, 0);
	unsigned from;

	tap_int((long long)build_touch(table, &syn, 0, &from, NULL)->id,
	    -9121840866565319490LL, "a known identity");
	flow_table_free(table);
}

static void
test_first_after_changes(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet packet;
	uint64_t ids[4];
	unsigned i, from;

	for (i = 0; i < 4; i++) {
		packet = build_numbered(UDP, i, false);
		ids[i] =
		    build_touch(table, &packet, i * 1000LL, &from, NULL)->id;
	}
	tap_ok(flow_table_first(table)->id == ids[0], "the first");
	flow_table_end(table, flow_table_oldest(table));
	tap_ok(flow_table_first(table)->id == ids[1], "the next one");
	packet = build_numbered(UDP, 99, false);
	ids[0] = build_touch(table, &packet, 500, &from, NULL)->id;
	tap_ok(flow_table_first(table)->id == ids[0], "an earlier one comes");
	flow_table_free(table);
}

int
main(void)
{
	test_full();
	test_flood();
	test_eviction_order();
	test_identities();
	test_identity_is_stable();
	test_first_after_changes();
	return tap_done();
}
