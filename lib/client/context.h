/* Stage 6, inside: what a client's flows are like together: packet sizes,
 * systems, clocks, programs, times. Bounded: see the constants here and in
 * the files that it includes. */
#pragma once

#include "client/clocks.h"
#include "client/hours.h"
#include "client/recent.h"
#include "client/sketch.h"
#include "flowscan.h"
#include "signal/signal.h"

enum { CONTEXT_MTUS = 8 };

struct context_mtu {
	uint32_t flows;
	uint16_t mtu;
};

/* What another address showed, too. */
struct context_elsewhere {
	uint32_t flows;
	int64_t milli; /* Kilometres in thousandths; the farthest. */
};

struct client_context {
	struct context_mtu mtus[CONTEXT_MTUS]; /* In order of arrival. */
	uint32_t mtu_count;
	uint32_t syn_flows, clamped_flows;
	uint32_t tls_flows, tls_resumed;
	uint32_t system_flows, system_conflicts;
	struct context_elsewhere session, clock;
	uint8_t hops, initial_ttls; /* Least; a bit each. */
	bool hops_known;
	struct clocks clocks;
	struct recent recent;
	struct hours hours;
	struct sketch programs, names, agents;
};

/* Takes in a flow that is over; '*context' is made when a flow has something
 * to say. Returns 0 or -ENOMEM. */
int context_fold(struct client_context **context,
    const struct fs_observation *observation, const struct signals *signals);
/* Takes in that another address, so far away, showed the same. */
void context_elsewhere(struct context_elsewhere *elsewhere, int64_t milli);
void context_free(struct client_context *context);

/* Sets client.mtu, client.ts_clocks, client.flows_hour, ...; 'context' may be
 * null. */
void context_signals(const struct client_context *context,
    struct signals *signals);
