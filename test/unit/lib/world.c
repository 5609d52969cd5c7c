#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"

int
on_flow(void *ctx, const struct fs_observation *observation)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->last = *observation;
	return seen->judge ? fs_judge_observe(seen->judge, observation) : 0;
}

int
on_client(void *ctx, const struct fs_client *row)
{
	struct seen *seen = ctx;

	seen->clients++;
	seen->client = *row;
	return 0;
}

static void
add_service(struct fs_settings *settings)
{
	struct fs_service *service = calloc(1, sizeof(*service));

	snprintf(service->name, sizeof(service->name), "api");
	service->addresses = calloc(1, sizeof(*service->addresses));
	addr_parse_prefix("203.0.113.0/24", false, service->addresses);
	service->address_count = 1;
	service->ports = calloc(1, sizeof(*service->ports));
	service->ports[0] = 443;
	service->port_count = 1;
	settings->services = service;
	settings->service_count = 1;
}

void
world_open(struct world *world, bool with_service)
{
	static const char *const path = "rules";
	struct fs_err err = { 0 };

	memset(world, 0, sizeof(*world));
	fs_settings_init(&world->settings);
	world->settings.flow_max = 1024;
	world->settings.detect_max = 8;
	if (with_service)
		add_service(&world->settings);
	if (fs_ruleset_load(&path, 1, NULL, NULL, &err, &world->rules) < 0 ||
	    fs_engine_new(&world->settings, world->rules, NULL, 1, &err,
		&world->engine) < 0 ||
	    fs_judge_new(&world->settings, world->rules, NULL, 1, &err,
		&world->judge) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.text);
		abort();
	}
	world->seen.judge = world->judge;
	fs_engine_sink(world->engine, on_flow, &world->seen);
	fs_judge_sink(world->judge, on_client, &world->seen);
}

void
world_close(struct world *world)
{
	fs_engine_free(world->engine);
	fs_judge_free(world->judge);
	fs_ruleset_free(world->rules);
	fs_settings_fini(&world->settings);
}

void
handshake(struct world *world, const struct endpoint *from, uint64_t at_us)
{
	const struct segment segments[] = {
		{ from, &server, 1000, 0, SYN, NULL, 0 },
		{ &server, from, 5000, 1001, SYN | ACK, NULL, 0 },
		{ from, &server, 1001, 5001, ACK, NULL, 0 },
	};

	give_tcp(world->engine, &segments[0], at_us);
	give_tcp(world->engine, &segments[1], at_us + 50);
	give_tcp(world->engine, &segments[2], at_us + 80050);
}
