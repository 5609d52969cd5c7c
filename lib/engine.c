/* The staircase of one worker: frame -> observation. The only file that
 * knows the order of these stages. */
#include "flowscan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "dealer.h"
#include "flow/flow.h"
#include "flow/pair.h"
#include "observation.h"
#include "packet/packet.h"
#include "service.h"
#include "signal/final.h"
#include "signal/inspect.h"

enum {
	/* A clock that steps back further than packets are reordered begins
	 * another capture. */
	BACKWARD_MAX_US = 5 * 1000 * 1000,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PAIRS_MAX = 65536,
};

struct fs_engine {
	const struct fs_settings *settings; /* Borrowed. */
	struct packet_decoder *decoder;
	struct flow_table *flows;
	struct inspect_pool *pool;
	struct pair_table *pairs;
	struct service_map *services;
	fs_observe_fn *observe;
	void *observe_ctx;
	uint64_t now_us;
	unsigned index, count;        /* Which of how many engines it is. */
	struct fs_engine_stats stats; /* Without 'drops'. */
	uint64_t drops[DROP_COUNT];
	struct packet_stack stack;
	struct observer observer;
};

/* Few pairs have flows of a kind that is remembered. */
static uint32_t
pair_max(const struct fs_settings *settings)
{
	return settings->flow_max < PAIRS_MAX ? settings->flow_max : PAIRS_MAX;
}

int
fs_engine_new(const struct fs_settings *settings,
    const struct fs_ruleset *rules, const struct fs_geo *geo,
    uint32_t generation, struct fs_err *err, struct fs_engine **out)
{
	const struct flow_limits limits = {
		.flow_max = settings->flow_max,
		.tcp_idle_s = settings->tcp_idle_s,
		.udp_idle_s = settings->udp_idle_s,
		.closed_idle_s = settings->closed_idle_s,
		.active_s = settings->active_s,
		.seed = settings->hash_seed,
	};
	struct fs_engine *engine = calloc(1, sizeof(*engine));
	int rc = -ENOMEM;

	if (engine == NULL)
		goto no_memory;
	engine->settings = settings;
	engine->count = 1;
	engine->decoder = packet_decoder_new(settings->hash_seed);
	if (engine->decoder == NULL ||
	    (rc = flow_table_new(&limits, &engine->flows)) < 0 ||
	    (rc = pair_table_new(pair_max(settings), settings->hash_seed,
		 &engine->pairs)) < 0 ||
	    (rc = service_map_new(settings, &engine->services)) < 0)
		goto no_memory;
	if ((rc = inspect_pool_new(settings->detect_max, err, &engine->pool)) <
	    0)
		goto fail;
	engine->observer.settings = settings;
	engine->observer.rules = rules;
	engine->observer.geo = geo;
	engine->observer.pool = engine->pool;
	engine->observer.services = engine->services;
	engine->observer.pairs = engine->pairs;
	engine->observer.generation = generation;
	*out = engine;
	return 0;
no_memory:
	err_set(err, rc,
	    "no memory for a table of %u flows: lower limits.flows",
	    settings->flow_max);
fail:
	fs_engine_free(engine);
	return rc;
}

/* Gives back the inspections of flows that are still there. */
static void
drop_flows(struct fs_engine *engine)
{
	struct flow *flow;

	while ((flow = flow_table_first(engine->flows)) != NULL) {
		inspect_give(engine->pool, flow);
		flow_table_end(engine->flows, flow);
	}
}

void
fs_engine_free(struct fs_engine *engine)
{
	if (engine == NULL)
		return;
	if (engine->flows != NULL && engine->pool != NULL)
		drop_flows(engine);
	inspect_pool_free(engine->pool);
	flow_table_free(engine->flows);
	pair_table_free(engine->pairs);
	service_map_free(engine->services);
	packet_decoder_free(engine->decoder);
	free(engine);
}

void
fs_engine_reload(struct fs_engine *engine, const struct fs_ruleset *rules,
    uint32_t generation)
{
	engine->observer.rules = rules;
	engine->observer.generation = generation;
}

void
fs_engine_sink(struct fs_engine *engine, fs_observe_fn *observe, void *ctx)
{
	engine->observe = observe;
	engine->observe_ctx = ctx;
}

/* ---- Flow -> observation ----------------------------------------------- */

static int
observe(struct fs_engine *engine, struct flow *flow, enum flow_end end,
    uint64_t now_us)
{
	if (engine->observe == NULL ||
	    (engine->settings->service_scope && flow->service < 0))
		return 0;
	return engine->observe(engine->observe_ctx,
	    observer_judge(&engine->observer, flow, end, now_us));
}

/* Says what the flow is as soon as it is known, unless that is nothing
 * remarkable: most flows are, and are over soon. */
static int
observe_early(struct fs_engine *engine, struct flow *flow)
{
	const uint64_t told = flow->told, revised_us = flow->revised_us;
	const struct fs_observation *said;

	if (!engine->settings->early || engine->observe == NULL)
		return 0;
	said = observer_judge(&engine->observer, flow, FLOW_END_NONE,
	    engine->now_us);
	if (said->verdict.decision != FS_CLEAN)
		return engine->observe(engine->observe_ctx, said);
	flow->told = told;
	flow->revised_us = revised_us;
	flow->rev--;
	return 0;
}

static int
end_flow(struct fs_engine *engine, struct flow *flow, enum flow_end end,
    uint64_t now_us)
{
	int rc = observe(engine, flow, end, now_us);

	inspect_give(engine->pool, flow);
	flow_table_end(engine->flows, flow);
	return rc;
}

/* ---- Packet -> flow ---------------------------------------------------- */

/* Whose side is whose, where the packets alone do not say it. Between two
 * services, the one that was called is meant. */
static void
assign_service(struct fs_engine *engine, struct flow *flow)
{
	const unsigned sides[2] = { !flow->client, flow->client };
	unsigned i;

	flow->service = -1;
	for (i = 0; i < 2; i++) {
		unsigned endpoint = sides[i];
		struct fs_addr addr = flow_addr(flow, endpoint);
		int found = service_find(engine->services, &addr,
		    flow->key.port[endpoint]);

		if (found < 0)
			continue;
		flow->service = (int16_t)found;
		flow_set_client(flow, !endpoint);
		return;
	}
}

/* Finds the packet's flow; ends what stands in its way. */
static int
touch(struct fs_engine *engine, unsigned level, struct flow **flow,
    unsigned *from)
{
	int rc, ended;

	for (;;) {
		rc = flow_table_touch(engine->flows, &engine->stack, level,
		    flow, from);
		if (rc == -EAGAIN) {
			ended = end_flow(engine, *flow, flow_end_of(*flow),
			    engine->now_us);
		} else if (rc == FS_EFULL) {
			num_count(&engine->stats.evicted, 1);
			ended =
			    end_flow(engine, flow_table_oldest(engine->flows),
				FLOW_END_EVICTED, engine->now_us);
		} else {
			return rc;
		}
		if (ended < 0)
			return ended;
	}
}

static int
inspect(struct fs_engine *engine, struct flow *flow,
    const struct packet *packet, unsigned from)
{
	struct flow *given_up;
	int rc = 0;

	if (flow->decided || packet->payload.left == 0 ||
	    packet->later_fragment ||
	    (engine->settings->service_scope && flow->service < 0))
		return 0;
	while (flow->inspect == NULL &&
	    (rc = inspect_take(engine->pool, flow, &given_up)) == FS_EFULL) {
		num_count(&engine->stats.gave_up, 1);
		observer_decide(&engine->observer, given_up);
	}
	if (rc < 0)
		return rc;
	if (from != flow->client && flow->service < 0 &&
	    flow->side[from].payload_packets == 1)
		beside_answer(engine->pairs, flow, packet);
	if (inspect_packet(engine->pool, flow, packet, from,
		engine->stack.time_us)) {
		observer_decide(&engine->observer, flow);
		return observe_early(engine, flow);
	}
	return 0;
}

/* Puts one level of the frame into its flow. 'parent' is the flow around
 * it, or null. */
static int
take_level(struct fs_engine *engine, unsigned level, uint64_t *parent_id,
    unsigned depth)
{
	const struct packet *packet = &engine->stack.level[level];
	const struct packet *outer = depth ? packet - 1 : NULL;
	struct flow *flow;
	unsigned from;
	int rc;

	if ((rc = touch(engine, level, &flow, &from)) < 0)
		return rc;
	if (flow->rev == 0 &&
	    flow->side[0].packets + flow->side[1].packets == 1) {
		num_count(&engine->stats.flows, 1);
		assign_service(engine, flow);
		flow->parent_id = *parent_id;
		flow->depth = (uint8_t)depth;
		flow->carried =
		    (uint8_t)(outer ? outer->carries : CARRIER_NONE);
		flow->carrier_id = outer ? outer->carrier_id : 0;
	}
	if (packet->carries != CARRIER_NONE)
		flow->carries = (uint8_t)packet->carries;
	*parent_id = flow->id;
	observer_count(&engine->observer, flow, packet, from,
	    engine->stack.time_us);
	return inspect(engine, flow, packet, from);
}

static bool
is_own(const struct fs_engine *engine, unsigned level)
{
	const struct packet *packet = &engine->stack.level[level];

	return engine->count == 1 ||
	    dealer_engine(engine->settings, engine->count, packet->src.bytes,
		packet->dst.bytes) == engine->index;
}

/* Takes the levels that are this engine's. What others have, 'deal' knows;
 * null: there are none. */
static int
take_packet(struct fs_engine *engine, const struct fs_deal *deal)
{
	unsigned first = dealer_strip_mirror(engine->settings, &engine->stack);
	unsigned last = engine->stack.count - 1, level = first;
	uint64_t parent_id = 0;
	int rc = 0;

	if (!engine->settings->outer_flows)
		level = last;
	for (; level <= last && rc == 0; level++) {
		unsigned depth = level - first;

		if (is_own(engine, level))
			rc = take_level(engine, level, &parent_id, depth);
		else if (deal != NULL && depth < deal->outer_count)
			parent_id = deal->outer_id[depth];
	}
	return rc;
}

/* ---- Time -------------------------------------------------------------- */

int
fs_engine_restart(struct fs_engine *engine, uint64_t now_us)
{
	int rc = fs_engine_flush(engine);
	enum flow_end end;
	uint64_t at_us;

	pair_table_clear(engine->pairs);
	engine->now_us = now_us;
	/* Nothing is due in an empty table, but its clock goes back, too. */
	if (rc == 0)
		(void)flow_table_due(engine->flows, now_us, &end, &at_us);
	return rc;
}

static int
advance(struct fs_engine *engine, uint64_t now_us)
{
	struct flow *flow;
	enum flow_end end;
	uint64_t at_us;
	int rc = 0;

	if (now_us + BACKWARD_MAX_US < engine->now_us)
		rc = fs_engine_restart(engine, now_us);
	if (now_us > engine->now_us)
		engine->now_us = now_us;
	while (rc == 0 &&
	    (flow = flow_table_due(engine->flows, engine->now_us, &end,
		 &at_us)) != NULL)
		rc = end == FLOW_END_NONE ? observe(engine, flow, end, at_us)
					  : end_flow(engine, flow, end, at_us);
	return rc;
}

/* ---- Frames ------------------------------------------------------------ */

static void
count_frame(struct fs_engine *engine, const struct fs_frame *frame)
{
	struct fs_engine_stats *stats = &engine->stats;

	num_count(&stats->frames, 1);
	num_count(&stats->bytes, frame->wire_size);
	if (stats->first_us == 0 || frame->time_us < stats->first_us)
		stats->first_us = frame->time_us;
	if (frame->time_us > stats->last_us)
		stats->last_us = frame->time_us;
}

/* 'counts': no other engine counts it. */
static int
take_frame(struct fs_engine *engine, const struct fs_frame *frame,
    const struct fs_deal *deal, bool counts)
{
	int rc = packet_decode(engine->decoder, frame, &engine->stack);

	if (counts && engine->stack.drop != DROP_NONE)
		num_count(&engine->drops[engine->stack.drop], 1);
	if (rc < 0)
		return 0;
	if (counts)
		num_count(&engine->stats.packets, 1);
	return take_packet(engine, deal);
}

int
fs_engine_frame(struct fs_engine *engine, const struct fs_frame *frame)
{
	int rc;

	count_frame(engine, frame);
	if ((rc = advance(engine, frame->time_us)) < 0)
		return rc;
	return take_frame(engine, frame, NULL, true);
}

void
fs_engine_part(struct fs_engine *engine, unsigned index, unsigned count)
{
	engine->index = index;
	engine->count = count;
}

int
fs_engine_dealt(struct fs_engine *engine, const struct fs_frame *frame,
    const struct fs_deal *deal)
{
	bool counts = deal->engine == engine->index;
	int rc;

	if (counts)
		count_frame(engine, frame);
	if ((rc = fs_engine_tick(engine, deal->clock_us)) < 0)
		return rc;
	return take_frame(engine, frame, deal, counts);
}

int
fs_engine_tick(struct fs_engine *engine, uint64_t now_us)
{
	return now_us > engine->now_us ? advance(engine, now_us) : 0;
}

int
fs_engine_flush(struct fs_engine *engine)
{
	struct flow *flow;
	int rc = 0;

	while (rc == 0 && (flow = flow_table_first(engine->flows)) != NULL)
		rc = end_flow(engine, flow, FLOW_END_FLUSH, engine->now_us);
	return rc;
}

void
fs_engine_stats(const struct fs_engine *engine, struct fs_engine_stats *stats)
{
	unsigned drop;

	*stats = engine->stats;
	stats->flows_now = flow_table_count(engine->flows);
	stats->drop_count = 0;
	for (drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		stats->drops[stats->drop_count++] =
		    (struct fs_counter){ packet_drop_name(
					     (enum packet_drop)drop),
			    engine->drops[drop] };
}

_Static_assert(DROP_COUNT <= 64, "fs_engine_stats.drops is too short");
