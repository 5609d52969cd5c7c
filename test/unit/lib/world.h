/* An engine and a judge with the shipped rules, and what comes out of them. */
#pragma once

#include <stdbool.h>

#include "flowscan.h"
#include "frames.h"

static const uint64_t START_US = 1700000000000000;

static const struct endpoint client = { { 198, 51, 100, 7 }, 40000 };
static const struct endpoint server = { { 203, 0, 113, 5 }, 443 };

/* What came out. */
struct seen {
	unsigned count;
	struct fs_observation last;
	unsigned clients;
	struct fs_client client;
	struct fs_judge *judge;
};

/* Settings with one service, and the shipped rules. */
struct world {
	struct fs_settings settings;
	struct fs_ruleset *rules;
	struct fs_engine *engine;
	struct fs_judge *judge;
	struct seen seen;
};

void world_open(struct world *world, bool with_service);
void world_close(struct world *world);

/* Sinks that fill in 'ctx', a struct seen. */
int on_flow(void *ctx, const struct fs_observation *observation);
int on_client(void *ctx, const struct fs_client *row);

/* A handshake whose last ACK comes 80 ms after the SYN-ACK. */
void handshake(struct world *world, const struct endpoint *from,
    uint64_t at_us);
