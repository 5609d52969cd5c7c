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

static void
check_scores(const struct pair_table *table, const struct flow *flow,
    uint32_t count, int64_t sum, const char *name)
{
	int64_t found = 0;

	tap_int(pair_scored(table, flow, &found), count, name);
	tap_int(found, sum, "  their sum");
}

static void
test_scores(void)
{
	struct pair_table *table = table_of(16, 7);
	struct flow flow = flow_of(1, 443, 1000), port = flow_of(1, 8443, 1000);
	struct flow other = flow_of(2, 443, 1000), back = flow;
	struct flow late = flow_of(1, 443, 1600);

	check_scores(table, &flow, 0, 0, "no flow was scored");
	pair_note(table, &flow, PAIR_TLS);
	check_scores(table, &flow, 0, 0, "one was noted");
	pair_score(table, &flow, 1500);
	pair_score(table, &flow, -700);
	check_scores(table, &flow, 2, 800, "two were scored");
	tap_int(pair_kinds(table, &flow, true), 1u << PAIR_TLS, "as TLS");
	pair_note(table, &flow, PAIR_TLS);
	pair_note(table, &flow, PAIR_SSH);
	check_scores(table, &flow, 2, 800, "a note changes nothing");
	check_scores(table, &port, 0, 0, "on another port");
	check_scores(table, &other, 0, 0, "of another client");
	back.client = 1;
	back.key.port[0] = 443;
	check_scores(table, &back, 0, 0, "the other way round");
	check_scores(table, &late, 0, 0, "ten minutes later");
	pair_score(table, &late, 40);
	check_scores(table, &late, 1, 40, "what was before is forgotten");
	pair_table_clear(table);
	check_scores(table, &late, 0, 0, "all forgotten");
	pair_table_free(table);
}

/* Old scores give way to new ones, by halves. */
static void
test_many_scores(void)
{
	struct pair_table *table = table_of(16, 7);
	struct flow flow = flow_of(1, 443, 1000);
	int i;

	for (i = 0; i < PAIR_SCORES; i++)
		pair_score(table, &flow, 100);
	check_scores(table, &flow, PAIR_SCORES, PAIR_SCORES * INT64_C(100),
	    "as many");
	pair_score(table, &flow, -60);
	check_scores(table, &flow, PAIR_SCORES / 2 + 1,
	    PAIR_SCORES / 2 * INT64_C(100) - 60, "one more");
	for (i = 0; i < 1000; i++)
		pair_score(table, &flow, -4000);
	tap_ok(pair_scored(table, &flow, &(int64_t){ 0 }) <= PAIR_SCORES,
	    "never more");
	/* The place of the oldest note is taken without its scores. */
	for (i = 1; i <= 8; i++) {
		struct flow next = flow_of(1, (uint16_t)i, 1001);

		pair_note(table, &next, PAIR_TLS);
	}
	check_scores(table, &flow, 0, 0, "it gave way");
	flow = flow_of(1, 8, 1001);
	check_scores(table, &flow, 0, 0, "and its scores with it");
	pair_table_free(table);
}

int
main(void)
{
	test_scores();
	test_many_scores();
	test_beside();
	test_time();
	test_bound();
	test_notes();
	return tap_done();
}
