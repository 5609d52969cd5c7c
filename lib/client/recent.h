/* Stage 6, inside: the last flows of one client, for what is seen only of
 * several together. */
#pragma once

#include <stdint.h>

enum { RECENT_MAX = 64 };

struct recent_flow {
	uint64_t first_us;
	uint32_t span_ms; /* Saturating, as 'rtt_us'. */
	uint32_t rtt_us;  /* RECENT_NONE: not measured. */
};

enum { RECENT_NONE = UINT32_MAX };

/* Zeroed before the first one. */
struct recent {
	struct recent_flow *flows; /* Owned; a ring once RECENT_MAX are in. */
	uint32_t room;
	uint64_t count; /* Ever. */
};

/* Returns 0 or -ENOMEM. */
int recent_add(struct recent *recent, const struct recent_flow *flow);
void recent_fini(struct recent *recent);

/* Most flows that there were at once. */
uint32_t recent_concurrency(const struct recent *recent);

/* How far the middle half of the round trips is spread, in microseconds;
 * RECENT_NONE with fewer than four. */
uint32_t recent_spread_us(const struct recent *recent);
