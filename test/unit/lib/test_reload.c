/* Rules that are swapped again and again, as the daemon does: what is left of
 * each set is its rows in the store, and nothing in memory. */
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "world.h"

enum { WARM = 50, SWAPS = 400, SLACK = 4096 };

struct place {
	char folder[32], rules[64], store[64];
};

static void
place_make(struct place *place)
{
	snprintf(place->folder, sizeof(place->folder),
	    "/tmp/test-reload-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		abort();
	snprintf(place->rules, sizeof(place->rules), "%s/a.yaml",
	    place->folder);
	snprintf(place->store, sizeof(place->store), "%s/a.db", place->folder);
}

static void
place_remove(const struct place *place)
{
	char path[80];

	unlink(place->rules);
	unlink(place->store);
	snprintf(path, sizeof(path), "%s-wal", place->store);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", place->store);
	unlink(path);
	rmdir(place->folder);
}

/* Rules with a bit of everything that takes memory. */
static struct fs_ruleset *
load(const struct place *place, unsigned number)
{
	const char *path = place->rules;
	struct fs_ruleset *rules = NULL;
	struct fs_err err = { 0 };
	FILE *file = fopen(path, "w");

	if (file == NULL)
		abort();
	fprintf(file,
	    "- {list: ports, items: [443, %u]}\n"
	    "- {macro: open, condition: flow.server_port in ports}\n"
	    "- rule: swapped-%u\n"
	    "  desc: d\n"
	    "  condition: open or tls.sni matches '^a+$'\n"
	    "  exceptions: [{name: e, reason: w, condition: flow.gaps > 1}]\n"
	    "  class: tunnel\n"
	    "  family: shape\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n"
	    "  says: seen at %%flow.server_port\n"
	    "  tests: [{matches: true, signals: {flow.server_port: 443}}]\n",
	    1000 + number, number);
	if (fclose(file) != 0 ||
	    fs_ruleset_load(&path, 1, NULL, NULL, &err, &rules) < 0)
		abort();
	return rules;
}

/* What the program holds, without what SQLite keeps of the file, which has a
 * bound of its own. */
static size_t
held(void)
{
	return mallinfo2().uordblks - (size_t)sqlite3_memory_used();
}

static void
swap(struct world *world, struct fs_store *store, struct fs_ruleset *rules)
{
	struct fs_generation generation = { .time_us = START_US };
	struct fs_err err = { 0 };

	snprintf(generation.rules_digest, sizeof(generation.rules_digest), "%s",
	    fs_ruleset_digest(rules));
	snprintf(generation.version, sizeof(generation.version), "%s",
	    fs_version());
	if (fs_store_put_generation(store, rules, &generation, &err) < 0 ||
	    fs_store_commit(store, &err) < 0)
		abort();
	fs_engine_reload(world->engine, rules, generation.id);
	fs_judge_reload(world->judge, rules, generation.id);
	fs_ruleset_free(world->rules);
	world->rules = rules;
}

/* Each set judges a flow that began under the one before. */
static void
test_swaps(const struct place *place)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	struct world world;
	size_t warm = 0, end;
	unsigned i, right = 0;
	char name[32];

	world_open(&world, false);
	if (fs_store_open(place->store, &err, &store) < 0)
		abort();
	for (i = 0; i < SWAPS; i++) {
		handshake(&world, &client, START_US + i * 1000000ULL);
		swap(&world, store, load(place, i));
		fs_engine_flush(world.engine);
		snprintf(name, sizeof(name), "swapped-%u", i);
		right += world.seen.last.evidence_count == 1 &&
		    strcmp(world.seen.last.evidence[0].rule, name) == 0;
		if (i == WARM)
			warm = held();
	}
	end = held();
	tap_int(right, SWAPS, "each flow is judged by the set in force alone");
	if (!tap_ok(end <= warm + SLACK, "nothing is left of %d sets", SWAPS))
		printf("# %zu bytes, then %zu\n", warm, end);
	fs_store_close(store);
	world_close(&world);
}

int
main(void)
{
	struct place place;

	place_make(&place);
	test_swaps(&place);
	place_remove(&place);
	return tap_done();
}
