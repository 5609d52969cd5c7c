/* Stage 5: what is kept of a flow while it is being looked into: its first
 * bytes each way, the parsers' findings, nDPI's state. Taken from a pool at
 * the first payload, given back once decided. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"
#include "signal/signal.h"

enum {
	INSPECT_HEAD = 4096,  /* First bytes kept each way. */
	INSPECT_PACKETS = 30, /* Packets with payload looked at. */
};

struct inspect_pool;

/* Opens nDPI, too (one module a pool, one pool a thread). */
int inspect_pool_new(uint32_t max, struct fs_err *err,
    struct inspect_pool **pool);
void inspect_pool_free(struct inspect_pool *pool);

/* Takes a state for the flow and sets flow->inspect. When the pool is empty,
 * the state that was taken longest ago is given up: '*given_up' is its flow,
 * whose inspect is still set: the caller collects and gives it back, then
 * calls again. Returns 0, FS_EFULL, -ENOMEM. */
int inspect_take(struct inspect_pool *pool, struct flow *flow,
    struct flow **given_up);
/* Gives the flow's state back and clears flow->inspect. */
void inspect_give(struct inspect_pool *pool, struct flow *flow);

/* Looks at one packet of the flow, sent by 'endpoint'.
 *
 * Returns whether all sources have decided: then collect and give back. */
bool inspect_packet(struct inspect_pool *pool, struct flow *flow,
    const struct packet *packet, unsigned endpoint, uint64_t time_us);

/* Adds what was found to 'signals'. */
void inspect_collect(struct inspect_pool *pool, const struct flow *flow,
    struct signals *signals);
