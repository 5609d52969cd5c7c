/* What kinds of flows are beside each other. */
#include "flow/pair.h"

#include <stdlib.h>

#include "test/unit/tap.h"

enum { TCP = 6, UDP = 17, SECOND = 1000 * 1000 };

/* A flow of the client with this number to one server. */
static struct flow
flow_of(uint8_t client, uint16_t port, uint64_t second)
{
	return (struct flow){
		.key = { .addr = { { 198, 51, 100, client },
			     { 203, 0, 113, 1 } },
		    .port = { 40000, port },
		    .ip_proto = TCP,
		    .family = 4 },
		.first_us = second * SECOND,
		.last_us = second * SECOND,
	};
}

static struct pair_table *
table_of(uint32_t max, uint64_t seed)
{
	struct pair_table *table;

	if (pair_table_new(max, seed, &table) < 0)
		abort();
	return table;
}

static void
test_beside(void)
{
	struct pair_table *table = table_of(16, 7);
	struct flow tls = flow_of(1, 443, 1000), dtls = flow_of(1, 443, 1010);
	struct flow other = flow_of(2, 443, 1010);
	struct flow port = flow_of(1, 8443, 1010);
	struct flow back = flow_of(1, 443, 1010);
	uint32_t both = 1u << PAIR_TLS | 1u << PAIR_DTLS;

	tap_int(pair_kinds(table, &tls, false), 0, "nothing yet");
	pair_note(table, &tls, PAIR_TLS);
	dtls.key.ip_proto = UDP;
	pair_note(table, &dtls, PAIR_DTLS);
	tap_int(pair_kinds(table, &tls, true), both, "one sees the other");
	tap_int(pair_kinds(table, &dtls, true), both, "and that one this");
	tap_int(pair_kinds(table, &other, false), 0, "of another client");
	tap_int(pair_kinds(table, &port, true), 0, "on another port");
	tap_int(pair_kinds(table, &port, false), both, "on any port");
	back.client = 1;
	back.key.port[0] = 443;
	tap_int(pair_kinds(table, &back, true), 0, "the other way round");
	tap_int(pair_kinds(table, &back, false), both, "either way");
	other = tls;
	other.key.scope = 9;
	tap_int(pair_kinds(table, &other, false), 0, "in another network");
	pair_table_clear(table);
	tap_int(pair_kinds(table, &tls, false), 0, "all forgotten");
	pair_note(table, &tls, PAIR_SSH);
	tap_int(pair_kinds(table, &tls, false), 1u << PAIR_SSH, "and anew");
	pair_table_free(table);
}

static void
test_time(void)
{
	struct pair_table *table = table_of(16, 7);
	struct flow tls = flow_of(1, 443, 1000);
	struct flow soon = flow_of(1, 443, 1599), late = flow_of(1, 443, 1600);
	struct flow before = flow_of(1, 443, 500);

	pair_note(table, &tls, PAIR_TLS);
	tap_int(pair_kinds(table, &soon, true), 1, "within ten minutes");
	tap_int(pair_kinds(table, &late, true), 0, "ten minutes later");
	tap_int(pair_kinds(table, &before, true), 1, "one that began before");
	tls.last_us = (uint64_t)1500 * SECOND;
	pair_note(table, &tls, PAIR_TLS);
	tap_int(pair_kinds(table, &late, true), 1, "noted again");
	tls.last_us = (uint64_t)900 * SECOND;
	pair_note(table, &tls, PAIR_TLS);
	tap_int(pair_kinds(table, &late, true), 1, "an older note changes not");
	pair_table_free(table);
}

/* Whatever the seed, the pair that was noted longest ago goes first. */
static void
test_bound(void)
{
	uint64_t seed;

	for (seed = 0; seed < 20; seed++) {
		struct pair_table *table = table_of(4, seed);
		uint32_t left = 0;
		uint8_t client;

		for (client = 1; client <= 4; client++) {
			struct flow flow = flow_of(client, 443, 1000);

			pair_note(table, &flow, PAIR_TLS);
		}
		for (client = 1; client <= 7; client += 3) {
			struct flow flow = flow_of(client, 443, 1000);

			pair_note(table, &flow, PAIR_TLS);
		}
		for (client = 1; client <= 7; client++) {
			struct flow flow = flow_of(client, 443, 1000);

			left |= pair_kinds(table, &flow, true) << client;
		}
		tap_int(left, 1 << 1 | 1 << 3 | 1 << 4 | 1 << 7, "who is left");
		pair_table_free(table);
	}
}

static void
test_notes(void)
{
	struct pair_table *table = table_of(0, 7);
	struct flow flow;
	uint16_t port;

	for (port = 1; port <= 9; port++) {
		flow = flow_of(1, port, 1000 + port);
		pair_note(table, &flow, PAIR_TLS);
	}
	flow = flow_of(1, 1, 1010);
	tap_int(pair_kinds(table, &flow, true), 0,
	    "the oldest of nine gave way");
	flow = flow_of(1, 2, 1010);
	tap_int(pair_kinds(table, &flow, true), 1, "the second oldest did not");
	flow = flow_of(2, 2, 1010);
	pair_note(table, &flow, PAIR_TLS);
	flow = flow_of(1, 2, 1010);
	tap_int(pair_kinds(table, &flow, true), 0,
	    "room for one pair at least");
	pair_table_free(table);
}

int
main(void)
{
	test_beside();
	test_time();
	test_bound();
	test_notes();
	return tap_done();
}
