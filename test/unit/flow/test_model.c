/* The flow table against a model of it: random packets, in a table too small
 * for them, over a clock that sometimes steps back. What the model knows of a
 * flow is what the table must know. */
#include "flow/flow.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

enum {
	TUPLES = 24, /* The first half of them TCP. */
	ROOM = 16,
	STEPS = 200 * 1000,
	IDLE_UDP = 60,
	IDLE_TCP = 300,
	IDLE_CLOSED = 10,
};

struct model_flow {
	bool there;
	uint64_t id;
	int64_t first_us, last_us;
	uint64_t packets[2], payload[2]; /* Index 0: from the client. */
};

struct model {
	struct flow_table *table;
	struct model_flow flows[TUPLES];
	uint32_t count;
	uint64_t given, told; /* Packets put in; of flows that ended. */
	uint64_t random;
	int64_t now_us;
	const char *fault; /* The first one. */
};

/* xorshift64*: the same on every machine. */
static uint32_t
draw(struct model *model, uint32_t below)
{
	model->random ^= model->random >> 12;
	model->random ^= model->random << 25;
	model->random ^= model->random >> 27;
	return (uint32_t)((model->random * 0x2545F4914F6CDD1DULL) >> 33) %
	    below;
}

static void
require(struct model *model, bool holds, const char *what)
{
	if (!holds && model->fault == NULL)
		model->fault = what;
}

/* The tuple of a flow of the table. */
static uint32_t
tuple_of(const struct flow *flow)
{
	unsigned client = flow->key.port[0] == 443;

	return flow->key.addr[client][3];
}

static int64_t
idle_of(const struct flow *flow)
{
	return SECOND *
	    (flow->state == FLOW_CLOSED         ? IDLE_CLOSED
		    : flow->key.ip_proto == TCP ? IDLE_TCP
						: IDLE_UDP);
}

/* Compares a flow with the model's. */
static void
compare(struct model *model, const struct flow *flow)
{
	const struct model_flow *own = &model->flows[tuple_of(flow)];
	unsigned client = flow->key.port[0] == 443;
	unsigned dir;

	require(model, own->there, "a flow that should not be there");
	require(model, flow->id == own->id, "another identity");
	require(model, flow->first_us == build_at(own->first_us),
	    "another beginning");
	require(model, flow->last_us == build_at(own->last_us), "another end");
	for (dir = 0; dir < 2; dir++) {
		const struct flow_side *side = &flow->side[client ^ dir];

		require(model, side->packets == own->packets[dir], "packets");
		require(model, side->payload_bytes == own->payload[dir],
		    "payload");
	}
}

static void
end_flow(struct model *model, struct flow *flow)
{
	struct model_flow *own = &model->flows[tuple_of(flow)];

	compare(model, flow);
	model->told += own->packets[0] + own->packets[1];
	own->there = false;
	model->count--;
	flow->facts = malloc(1); /* It is the table's to free. */
	flow_table_end(model->table, flow);
}

static void
end_due(struct model *model)
{
	enum flow_end end;
	struct flow *flow;
	uint64_t at_us;

	while ((flow = flow_table_due(model->table, build_at(model->now_us),
		    &end, &at_us)) != NULL) {
		int64_t silent_us =
		    model->now_us - model->flows[tuple_of(flow)].last_us;

		require(model, silent_us >= idle_of(flow), "ended too early");
		require(model, end == flow_end_of(flow), "another cause");
		end_flow(model, flow);
	}
}

/* A random packet of a tuple; from the server when 'back'. */
static struct packet
make_packet(struct model *model, uint32_t tuple, bool back)
{
	static const uint8_t flags[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
		TCP_ACK, TCP_ACK, TCP_ACK, TCP_ACK | TCP_FIN, TCP_RST };
	struct packet packet =
	    build_numbered(tuple < TUPLES / 2 ? TCP : UDP, tuple, back);
	uint32_t base = draw(model, 4) == 0 ? 0x7FFFFFF0 : 0xFFFFFFF0;

	packet = build_flags(packet, flags[draw(model, sizeof(flags))],
	    base + draw(model, 64), base + draw(model, 64));
	packet.tcp.has_timestamp = draw(model, 2);
	packet.tcp.ts_value = draw(model, 8);
	packet.tcp.ts_echo = draw(model, 8);
	packet.later_fragment = draw(model, 50) == 0;
	return build_payload(packet, draw(model, 3) == 0 ? 0 : draw(model, 99));
}

/* The table asks for room, or for the end of the tuple's old flow. */
static void
make_way(struct model *model, struct flow *flow, uint32_t tuple, int rc)
{
	if (rc == FS_EFULL) {
		require(model, model->count == ROOM, "full too early");
		require(model, !model->flows[tuple].there, "full in vain");
		flow = flow_table_oldest(model->table);
	} else {
		require(model, rc == -EAGAIN, "another answer");
		require(model, tuple_of(flow) == tuple, "another's flow");
		require(model,
		    tuple < TUPLES / 2 ||
			model->now_us - model->flows[tuple].last_us >=
			    idle_of(flow),
		    "ended in vain");
	}
	end_flow(model, flow);
}

static void
step(struct model *model)
{
	uint32_t tuple = draw(model, TUPLES);
	struct model_flow *own = &model->flows[tuple];
	bool back = draw(model, 2);
	struct packet packet = make_packet(model, tuple, back);
	struct packet_stack stack = { .count = 1,
		.time_us = build_at(model->now_us) };
	struct flow *flow = NULL;
	unsigned from;
	int rc;

	stack.level[0] = packet;
	while (
	    (rc = flow_table_touch(model->table, &stack, 0, &flow, &from)) != 0)
		make_way(model, flow, tuple, rc);
	if (!own->there) {
		*own = (struct model_flow){ .there = true,
			.id = flow->id,
			.first_us = model->now_us,
			.last_us = model->now_us };
		model->count++;
		require(model, flow_is_new(flow), "an old flow is new");
	}
	if (model->now_us > own->last_us)
		own->last_us = model->now_us;
	own->packets[back]++;
	own->payload[back] += packet.payload_size;
	model->given++;
	compare(model, flow);
	require(model, flow_table_count(model->table) == model->count, "count");
}

/* Nothing may be left that was idle a second ago. */
static void
look_for_forgotten(struct model *model)
{
	uint32_t tuple;

	for (tuple = TUPLES / 2; tuple < TUPLES; tuple++)
		require(model,
		    !model->flows[tuple].there ||
			model->now_us - model->flows[tuple].last_us <
			    (IDLE_UDP + 1) * SECOND,
		    "an idle flow was forgotten");
}

static void
flush(struct model *model)
{
	uint64_t first_us = 0, id = 0;
	struct flow *flow;

	while ((flow = flow_table_first(model->table)) != NULL) {
		require(model,
		    flow->first_us > first_us ||
			(flow->first_us == first_us && flow->id > id),
		    "not in order");
		first_us = flow->first_us;
		id = flow->id;
		end_flow(model, flow);
	}
	require(model, model->count == 0, "not all were flushed");
	require(model, model->told == model->given, "packets were lost");
}

static const char *
run(uint64_t seed)
{
	struct flow_limits limits = { .flow_max = ROOM,
		.tcp_idle_s = IDLE_TCP,
		.udp_idle_s = IDLE_UDP,
		.closed_idle_s = IDLE_CLOSED,
		.seed = seed };
	struct model model = { .table = build_table(&limits),
		.random = seed,
		.now_us = 10000 * SECOND };
	int i;

	for (i = 0; i < STEPS; i++) {
		uint32_t pace = draw(&model, 100);

		if (pace == 0)
			model.now_us += draw(&model, 400) * SECOND;
		else if (pace == 1)
			model.now_us -= draw(&model, 3) * SECOND;
		else
			model.now_us += draw(&model, 400 * 1000);
		end_due(&model);
		if (pace != 1)
			look_for_forgotten(&model);
		step(&model);
		if (draw(&model, 5000) == 0)
			flush(&model);
	}
	flush(&model);
	flow_table_free(model.table);
	return model.fault;
}

int
main(void)
{
	static const uint64_t seeds[] = { 1, 2, 3, 0xDEADBEEF };
	size_t i;

	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		const char *fault = run(seeds[i]);

		tap_text(fault != NULL ? fault : "none", "none",
		    "the table and its model agree");
	}
	return tap_done();
}
