/* The upper half of the staircase: a flow as it stands -> signals -> rules ->
 * verdict -> observation. Used by the engine. */
#pragma once

#include "flow/flow.h"
#include "flow/pair.h"
#include "flowscan.h"
#include "service.h"
#include "signal/inspect.h"
#include "signal/signal.h"

/* What the judgement of a flow reads, and room for one. */
struct observer {
	const struct fs_settings *settings; /* Borrowed, as all pointers. */
	const struct fs_ruleset *rules;
	const struct fs_geo *geo;
	struct inspect_pool *pool;
	const struct service_map *services;
	struct pair_table *pairs;
	uint32_t generation;
	struct signals signals;
	struct fs_observation observation;
	uint8_t blob[FS_SIGNALS_SIZE];
};

/* Notes what one packet, sent by endpoint 'from', adds to its flow: the
 * client's SYN, and what is counted packet by packet. */
void observer_count(struct observer *observer, struct flow *flow,
    const struct packet *packet, unsigned from, uint64_t time_us);

/* Ends a flow's inspection: what it found stays with the flow. Of ssh, turns
 * are counted from then on: what comes before is the login. Of TLS that is no
 * service's, connections within; its score is added to those of its hosts. Of
 * datagrams that look like noise, groups. */
void observer_decide(struct observer *observer, struct flow *flow);

/* Judges the flow as it stands at 'now_us': FLOW_END_NONE for a revision.
 * Counts flow->rev up.
 *
 * Returns the observation, owned by the observer and valid until its next
 * call. */
const struct fs_observation *observer_judge(struct observer *observer,
    struct flow *flow, enum flow_end end, uint64_t now_us);
