/* Two engines in two threads share rules and settings: what is shared must
 * be read-only. A thread sanitizer makes this test sharp. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "flowscan.h"
#include "frames.h"

enum { THREADS = 2, FLOWS = 400 };

static const struct endpoint server = { { 203, 0, 113, 5 }, 443 };

struct worker {
	pthread_t thread;
	struct fs_engine *engine;
	uint64_t sum; /* Over all observations. */
	unsigned count;
};

static int
on_flow(void *ctx, const struct fs_observation *observation)
{
	struct worker *worker = ctx;

	worker->count++;
	worker->sum +=
	    observation->flow_id ^ (uint64_t)observation->verdict.score_ppm;
	return 0;
}

static void *
work(void *ctx)
{
	static const char request[] =
	    "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
	struct worker *worker = ctx;
	struct endpoint from = { { 198, 51, 100, 7 }, 0 };
	struct segment segment = { &from, &server, 1001, 5001, PSH | ACK,
		request, sizeof(request) - 1 };
	unsigned i;

	for (i = 0; i < FLOWS; i++) {
		from.port = (uint16_t)(2000 + i);
		give_tcp(worker->engine, &segment, 1700000000000000 + i);
	}
	fs_engine_flush(worker->engine);
	return NULL;
}

int
main(void)
{
	static const char *const path = "rules";
	static struct fs_settings settings;
	struct worker workers[THREADS];
	struct fs_ruleset *rules;
	int i;

	memset(workers, 0, sizeof(workers));
	fs_settings_init(&settings);
	settings.flow_max = 1024;
	settings.detect_max = 64;
	if (fs_ruleset_load(&path, 1, NULL, NULL, NULL, &rules) < 0)
		abort();
	for (i = 0; i < THREADS; i++) {
		if (fs_engine_new(&settings, rules, NULL, 1, NULL,
			&workers[i].engine) < 0)
			abort();
		fs_engine_sink(workers[i].engine, on_flow, &workers[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		fs_engine_free(workers[i].engine);
	}
	tap_int(workers[0].count, FLOWS, "each flow is observed");
	tap_ok(workers[0].sum == workers[1].sum && workers[0].sum != 0,
	    "and both threads say the same");
	fs_ruleset_free(rules);
	fs_settings_fini(&settings);
	return tap_done();
}
