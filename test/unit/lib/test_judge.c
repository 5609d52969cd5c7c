/* What flows say, come to their clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "base/addr.h"
#include "base/hash.h"
#include "flowscan.h"
#include "signal/blob.h"
#include "world.h"

/* Writes a rule that always fires. */
static void
put_rule(FILE *file, const char *name)
{
	fprintf(file,
	    "- rule: %s\n"
	    "  desc: any flow\n"
	    "  condition: flow.packets_c2s > 0\n"
	    "  class: proxy\n"
	    "  family: %s\n"
	    "  likelihood: {if_true: 0.5, if_false: 0.1}\n"
	    "  says: \"seen\"\n",
	    name, name);
}

/* A world whose rules are 'first' and one whose name has the same last six
 * bits of hash. */
static void
world_of_two(struct world *world)
{
	char path[] = "/tmp/flowscan-rules-XXXXXX.yaml", name[16] = "r-0";
	const char *const paths[] = { path };
	struct fs_err err = { 0 };
	FILE *file = fdopen(mkstemps(path, 5), "w");
	uint64_t bit = hash_identity("first", 5) % 64;
	unsigned i;

	for (i = 1; hash_identity(name, strlen(name)) % 64 != bit; i++)
		snprintf(name, sizeof(name), "r-%u", i);
	put_rule(file, "first");
	put_rule(file, name);
	fclose(file);
	world_open(world, true);
	fs_engine_free(world->engine);
	fs_judge_free(world->judge);
	fs_ruleset_free(world->rules);
	if (fs_ruleset_load(paths, 1, NULL, NULL, &err, &world->rules) < 0 ||
	    fs_engine_new(&world->settings, world->rules, NULL, 1, &err,
		&world->engine) < 0 ||
	    fs_judge_new(&world->settings, world->rules, NULL, 1, &err,
		&world->judge) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.text);
		abort();
	}
	unlink(path);
	world->seen.judge = world->judge;
	fs_engine_sink(world->engine, on_flow, &world->seen);
	fs_judge_sink(world->judge, on_client, &world->seen);
}

/* What a flow's rules say comes to its client, each of them. */
static void
test_rules(void)
{
	static struct world world;

	world_of_two(&world);
	handshake(&world, &client, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.last.evidence_count, 2, "two rules fire");
	fs_judge_flush(world.judge);
	tap_int(world.seen.client.evidence_count, 2, "and the client has both");
	tap_int(world.seen.client.verdict.log_odds,
	    world.seen.last.verdict.log_odds, "with the same weight");
	world_close(&world);
}

/* A peer whom the policy ignores does not count against the client either,
 * who may have others. */
static void
test_ignored_peer(void)
{
	static struct world world;
	struct fs_policy *policy = &world.settings.policy;

	world_of_two(&world);
	policy->ignored_peers = calloc(1, sizeof(*policy->ignored_peers));
	addr_parse_prefix("203.0.113.0/24", false, policy->ignored_peers);
	policy->ignored_peer_count = 1;
	handshake(&world, &client, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.last.verdict.log_odds, -3000, "a flow to it");
	fs_judge_flush(world.judge);
	tap_int(world.seen.client.verdict.log_odds, -3000, "its client");
	world_close(&world);
}

/* Each client gets a row, also one that has to make room; and what a store
 * knows of networks of another size is nobody's here. */
static void
test_clients(void)
{
	static struct world world;
	static struct fs_client row;
	struct endpoint from = client;
	unsigned i;

	world_open(&world, true);
	fs_judge_free(world.judge);
	world.settings.client_max = 4;
	fs_judge_new(&world.settings, world.rules, NULL, 1, NULL, &world.judge);
	fs_judge_sink(world.judge, on_client, &world.seen);
	world.seen.judge = world.judge;
	for (i = 0; i < 10; i++) {
		from.addr[3] = (uint8_t)i;
		handshake(&world, &from, START_US + 1000000ULL * i);
	}
	fs_engine_flush(world.engine);
	tap_int((long long)fs_judge_evicted(world.judge), 6, "six give way");
	tap_int(world.seen.clients, 6, "and each leaves its row");
	fs_judge_flush(world.judge);
	tap_int(world.seen.clients, 10, "as do those that stay");

	row = world.seen.client;
	addr_parse("2001:db8::", &row.addr);
	row.bits = 56;
	tap_int(fs_judge_recall(world.judge, &row), 0, "another size");
	tap_int((long long)fs_judge_evicted(world.judge), 6, "is passed over");
	world_close(&world);
}

/* A row of a client of the same network, with its round trip. */
static void
learn(struct fs_floors *floors, const struct fs_client *like, uint8_t host)
{
	struct fs_client *row = malloc(sizeof(*row));

	if (row == NULL)
		abort();
	*row = *like;
	row->addr.bytes[3] = host;
	row->verdict.decision = FS_CLEAN;
	tap_int(fs_floors_learn(floors, row), 0, "a neighbour is learned");
	free(row);
}

/* What neighbours showed comes to a client's row, with the generation that
 * it rests on; until floors are given, there are none. */
static void
test_floors(void)
{
	static struct world world;
	static struct signals signals;
	struct fs_floors *floors = NULL;
	struct fs_client *row = &world.seen.client;
	uint8_t host;

	world_open(&world, true);
	handshake(&world, &client, START_US);
	fs_engine_flush(world.engine);
	fs_judge_flush(world.judge);
	signals_clear(&signals);
	blob_decode(row->signals, row->signals_size, &signals);
	tap_ok(!signals_known(&signals, SIGNAL_CLIENT_FLOOR_N), "no floors");
	tap_int(signals_milli(&signals, SIGNAL_CLIENT_RTT_MIN_MS), 80000,
	    "but a round trip");

	fs_floors_new(&world.settings, NULL, &floors);
	for (host = 100; host < 103; host++)
		learn(floors, row, host);
	fs_floors_freeze(floors, NULL);
	fs_judge_floors(world.judge, floors, 9);
	handshake(&world, &client, START_US + 60000000);
	fs_engine_flush(world.engine);
	fs_judge_flush(world.judge);
	signals_clear(&signals);
	blob_decode(row->signals, row->signals_size, &signals);
	tap_int(signals_milli(&signals, SIGNAL_CLIENT_FLOOR_N), 3000,
	    "three neighbours");
	tap_int(signals_milli(&signals, SIGNAL_CLIENT_FLOOR_MS), 80000,
	    "their round trip");
	tap_int(row->generation, 9, "the generation that has them");
	world_close(&world);
	fs_floors_free(floors);
}

/* The least round trip of a client that a sensor's row remembers, 5 ms, and
 * then is seen to take 80. */
static long long
recalled_rtt(const char *sensor)
{
	static struct world world;
	static struct signals signals;
	static struct fs_client row;
	long long rtt;

	world_open(&world, true);
	row = (struct fs_client){ .bits = 32 };
	memcpy(row.addr.bytes, client.addr, sizeof(client.addr));
	row.addr.family = 4;
	row.verdict.view = FS_VIEW_EXIT;
	snprintf(row.sensor, sizeof(row.sensor), "%s", sensor);
	signals_clear(&signals);
	signals_set_milli(&signals, SIGNAL_CLIENT_RTT_MIN_MS, 5000);
	row.signals_size =
	    (uint32_t)blob_encode(&signals, row.signals, sizeof(row.signals));
	tap_int(fs_judge_recall(world.judge, &row), 0, "a row");
	handshake(&world, &client, START_US);
	fs_engine_flush(world.engine);
	fs_judge_flush(world.judge);
	signals_clear(&signals);
	blob_decode(world.seen.client.signals, world.seen.client.signals_size,
	    &signals);
	rtt = signals_milli(&signals, SIGNAL_CLIENT_RTT_MIN_MS);
	world_close(&world);
	return rtt;
}

/* A round trip to another sensor is one to another place. */
static void
test_recall(void)
{
	static struct fs_settings settings;

	fs_settings_init(&settings);
	tap_int(recalled_rtt(settings.sensor), 5000, "one's own row");
	tap_int(recalled_rtt("another"), 80000, "another sensor's row");
	fs_settings_fini(&settings);
}

int
main(void)
{
	test_floors();
	test_recall();
	test_rules();
	test_ignored_peer();
	test_clients();
	return tap_done();
}
