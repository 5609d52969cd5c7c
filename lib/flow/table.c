/* The table proper. A flow is an entry of one slab; the map finds it, the
 * wheel rings for it, and two lists keep the flows in the order in which
 * they spoke last. */
#include "flow/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/wheel.h"
#include "flow/key.h"
#include "flow/map.h"
#include "flow/order.h"
#include "flow/pages.h"
#include "flow/rtt.h"
#include "flow/tcp.h"

enum {
	PROTO_TCP = 6,
	FLOW_MAX = 1 << 28, /* What the parts can count. */
	SECOND_US = 1000 * 1000,
};

/* Flows by what is lost with them. A list is a ring through its own link,
 * which stands behind those of the entries. */
enum list { LIST_CHEAP, LIST_DEAR, LIST_COUNT };

struct link {
	uint32_t next, before;
};

struct flow_table {
	struct flow_limits limits;
	struct map map;
	struct order order;
	bool ordered; /* 'order' is that of the flows there are. */
	struct wheel *wheel;
	struct flow *flows; /* A slab of pages. */
	struct link *links; /* Of unused entries, 'next' is the next one. */
	uint32_t count;
	uint32_t fresh;  /* Entries from here on were never used. */
	uint32_t unused; /* First of those given back, or MAP_NONE. */
};

/* ---- The table --------------------------------------------------------- */

static uint32_t
at_least(uint32_t value, uint32_t least)
{
	return value < least ? least : value;
}

static size_t
slab_size(const struct flow_table *table)
{
	return table->limits.flow_max * sizeof(struct flow);
}

static int
make_lists(struct flow_table *table)
{
	uint32_t max = table->limits.flow_max, list;

	table->links = calloc((size_t)max + LIST_COUNT, sizeof(struct link));
	if (table->links == NULL)
		return -ENOMEM;
	for (list = max; list < max + LIST_COUNT; list++)
		table->links[list] = (struct link){ list, list };
	table->unused = MAP_NONE;
	return 0;
}

int
flow_table_new(const struct flow_limits *limits, struct flow_table **out)
{
	struct flow_table *table = calloc(1, sizeof(*table));
	struct flow_limits *own;

	if (table == NULL)
		return -ENOMEM;
	own = &table->limits;
	*own = *limits;
	own->flow_max = at_least(own->flow_max, 1);
	own->tcp_idle_s = at_least(own->tcp_idle_s, 1);
	own->udp_idle_s = at_least(own->udp_idle_s, 1);
	own->closed_idle_s = at_least(own->closed_idle_s, 1);
	if (own->flow_max > FLOW_MAX ||
	    (table->flows = pages_take(slab_size(table))) == NULL ||
	    make_lists(table) < 0 || map_init(&table->map, own->flow_max) < 0 ||
	    order_init(&table->order, own->flow_max) < 0 ||
	    (table->wheel = wheel_new(own->flow_max)) == NULL) {
		flow_table_free(table);
		return -ENOMEM;
	}
	*out = table;
	return 0;
}

static void
free_owned(struct flow *flow)
{
	free(flow->facts);
	if (flow->carrying)
		free(flow->within);
	else if (flow->sharding)
		free(flow->shards);
	else
		free(flow->turns);
	flow->facts = NULL;
	flow->turns = NULL;
	flow->turning = flow->carrying = flow->answering = false;
	flow->sharding = false;
	free(flow->answers);
	flow->answers = NULL;
}

void
flow_table_free(struct flow_table *table)
{
	uint32_t i;

	if (table == NULL)
		return;
	for (i = 0; table->flows != NULL && i < table->fresh; i++)
		free_owned(&table->flows[i]);
	pages_give(table->flows, slab_size(table));
	wheel_free(table->wheel);
	order_fini(&table->order);
	map_fini(&table->map);
	free(table->links);
	free(table);
}

uint32_t
flow_table_count(const struct flow_table *table)
{
	return table->count;
}

static uint32_t
entry_of(const struct flow_table *table, const struct flow *flow)
{
	return (uint32_t)(flow - table->flows);
}

static uint32_t
hash_of(const struct flow_table *table, const struct flow_key *key)
{
	uint64_t hash = hash_seeded(key, sizeof(*key), table->limits.seed);

	return (uint32_t)(hash ^ hash >> 32);
}

/* ---- Who spoke last ---------------------------------------------------- */

static void
list_remove(struct flow_table *table, uint32_t entry)
{
	struct link *links = table->links, link = links[entry];

	links[link.before].next = link.next;
	links[link.next].before = link.before;
}

static void
list_append(struct flow_table *table, enum list list, uint32_t entry)
{
	struct link *links = table->links;
	uint32_t ring = table->limits.flow_max + (uint32_t)list;
	uint32_t last = links[ring].before;

	links[entry] = (struct link){ ring, last };
	links[last].next = links[ring].before = entry;
}

static enum list
list_of(const struct flow *flow)
{
	return flow->settled && flow->state != FLOW_CLOSED ? LIST_DEAR
							   : LIST_CHEAP;
}

struct flow *
flow_table_oldest(struct flow_table *table)
{
	uint32_t list;

	for (list = 0; list < LIST_COUNT; list++) {
		uint32_t ring = table->limits.flow_max + list;
		uint32_t entry = table->links[ring].next;

		if (entry != ring)
			return &table->flows[entry];
	}
	return NULL;
}

/* ---- Time -------------------------------------------------------------- */

static uint64_t
idle_us(const struct flow_table *table, const struct flow *flow)
{
	const struct flow_limits *limits = &table->limits;
	uint32_t idle_s = flow->state == FLOW_CLOSED ? limits->closed_idle_s
	    : flow->key.ip_proto == PROTO_TCP        ? limits->tcp_idle_s
						     : limits->udp_idle_s;

	return (uint64_t)idle_s * SECOND_US;
}

static bool
is_idle(const struct flow_table *table, const struct flow *flow,
    uint64_t now_us)
{
	return time_since_us(now_us, flow->last_us) >= idle_us(table, flow);
}

/* Whether a revision is due: there is something new to tell. */
static bool
is_active(const struct flow_table *table, const struct flow *flow,
    uint64_t now_us)
{
	return table->limits.active_s != 0 &&
	    time_since_us(now_us, flow->revised_us) >=
	    (uint64_t)table->limits.active_s * SECOND_US;
}

/* Sets the flow's one alarm. Packets that come later do not move it: when
 * it rings too early, it is set again. */
static void
set_alarm(struct flow_table *table, const struct flow *flow)
{
	uint64_t due_us = flow->last_us + idle_us(table, flow);
	uint64_t active_us =
	    flow->revised_us + (uint64_t)table->limits.active_s * SECOND_US;

	if (table->limits.active_s != 0 && active_us < due_us)
		due_us = active_us;
	wheel_set(table->wheel, entry_of(table, flow),
	    due_us / SECOND_US + (due_us % SECOND_US != 0));
}

struct flow *
flow_table_due(struct flow_table *table, uint64_t now_us, enum flow_end *end,
    uint64_t *out_at_us)
{
	uint32_t entry;

	while ((entry = wheel_due(table->wheel, now_us / SECOND_US)) !=
	    WHEEL_NONE) {
		struct flow *flow = &table->flows[entry];
		uint64_t at_us = wheel_at(table->wheel) * SECOND_US;
		bool revise;

		*out_at_us = at_us;
		if (is_idle(table, flow, at_us)) {
			*end = flow_end_of(flow);
			return flow;
		}
		revise = is_active(table, flow, at_us);
		if (revise) {
			bool told =
			    flow->last_us <= flow->revised_us && flow->rev > 0;

			flow->revised_us = at_us;
			revise = !told;
		}
		set_alarm(table, flow);
		if (revise) {
			*end = FLOW_END_NONE;
			return flow;
		}
	}
	return NULL;
}

/* ---- Flows come and go ------------------------------------------------- */

/* Takes an unused entry. Returns MAP_NONE when there is none. */
static uint32_t
take_entry(struct flow_table *table)
{
	uint32_t entry = table->unused;

	if (entry != MAP_NONE)
		table->unused = table->links[entry].next;
	else if (table->fresh < table->limits.flow_max)
		entry = table->fresh++;
	return entry;
}

static struct flow *
add(struct flow_table *table, const struct flow_key *key, uint32_t hash,
    const struct packet *packet, unsigned from, uint64_t time_us)
{
	uint32_t entry = take_entry(table);
	struct flow *flow;

	if (entry == MAP_NONE)
		return NULL;
	flow = &table->flows[entry];
	*flow = (struct flow){
		.key = *key,
		.id = key_identity(key, packet, from, time_us),
		.first_us = time_us,
		.last_us = time_us,
		.revised_us = time_us,
		.client = (uint8_t)key_client(packet, from),
		.first_sender = (uint8_t)from,
		.icmp_type = packet->icmp_type,
		.icmp_code = packet->icmp_code,
		.start_seen = packet->ip_proto != PROTO_TCP,
		.service = -1,
	};
	rtt_init(&flow->side[0].rtt);
	rtt_init(&flow->side[1].rtt);
	map_add(&table->map, hash, entry);
	list_append(table, LIST_CHEAP, entry);
	set_alarm(table, flow);
	table->count++;
	table->ordered = false;
	return flow;
}

void
flow_table_end(struct flow_table *table, struct flow *flow)
{
	uint32_t entry = entry_of(table, flow);

	map_remove(&table->map, hash_of(table, &flow->key), entry);
	list_remove(table, entry);
	wheel_unset(table->wheel, entry);
	free_owned(flow);
	flow->id = 0;
	table->links[entry].next = table->unused;
	table->unused = entry;
	/* An empty table begins anew: a flush then costs what is there now,
	 * not what was there once. */
	if (--table->count == 0) {
		table->unused = MAP_NONE;
		table->fresh = 0;
	}
}

struct flow *
flow_table_first(struct flow_table *table)
{
	uint32_t entry;

	if (!table->ordered)
		order_build(&table->order, table->flows, table->fresh);
	table->ordered = true;
	entry = order_first(&table->order, table->flows);
	return entry != UINT32_MAX ? &table->flows[entry] : NULL;
}

/* ---- The path of every packet ------------------------------------------ */

static bool
reads_tcp(const struct packet *packet)
{
	return packet->ip_proto == PROTO_TCP && !packet->later_fragment;
}

/* Whether the packet begins another flow than the one of its tuple. */
static bool
begins_anew(const struct flow_table *table, const struct flow *flow,
    const struct packet *packet, unsigned from, uint64_t time_us)
{
	return is_idle(table, flow, time_us) ||
	    (reads_tcp(packet) && tcp_begins_anew(flow, packet, from));
}

static void
count_packet(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];

	if (time_us > flow->last_us)
		flow->last_us = time_us;
	num_count(&side->packets, 1);
	num_count(&side->bytes, packet->ip_size);
	num_count(&side->payload_bytes, packet->payload_size);
	if (packet->payload_size > 0 && !packet->later_fragment &&
	    side->payload_packets < UINT32_MAX)
		side->payload_packets++;
	if (packet->carries != CARRIER_NONE)
		flow->carries = (uint8_t)packet->carries;
}

static void
track(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	flow->segment = SEGMENT_EMPTY;
	if (reads_tcp(packet)) {
		tcp_track(flow, packet, from, time_us);
		return;
	}
	if (packet->payload_size > 0)
		flow->segment = SEGMENT_NEW;
	if (packet->ip_proto != PROTO_TCP && flow->side[!from].packets > 0) {
		flow->state = FLOW_OPEN;
		flow->settled = true;
	}
}

/* Moves the flow to where it now stands in the order of speaking, when the
 * second or its worth has changed. */
static void
move(struct flow_table *table, struct flow *flow, enum list list,
    uint64_t was_us)
{
	uint32_t entry = entry_of(table, flow);
	enum list now = list_of(flow);

	if (now == list && flow->last_us / SECOND_US == was_us / SECOND_US)
		return;
	list_remove(table, entry);
	list_append(table, now, entry);
}

int
flow_table_touch(struct flow_table *table, const struct packet_stack *stack,
    unsigned level, struct flow **out, unsigned *out_from)
{
	const struct packet *packet = &stack->level[level];
	uint64_t time_us = stack->time_us, was_us;
	struct flow_key key;
	unsigned from = key_of(stack, level, &key);
	uint32_t hash = hash_of(table, &key);
	uint32_t entry = map_find(&table->map, hash, &key, table->flows);
	struct flow *flow;
	enum list list;
	bool closed;

	if (entry != MAP_NONE) {
		flow = &table->flows[entry];
		if (begins_anew(table, flow, packet, from, time_us)) {
			*out = flow;
			return -EAGAIN;
		}
	} else {
		flow = add(table, &key, hash, packet, from, time_us);
		if (flow == NULL)
			return FS_EFULL;
	}
	was_us = flow->last_us;
	list = list_of(flow);
	closed = flow->state == FLOW_CLOSED;
	count_packet(flow, packet, from, time_us);
	track(flow, packet, from, time_us);
	move(table, flow, list, was_us);
	if (!closed && flow->state == FLOW_CLOSED)
		set_alarm(table, flow);
	*out = flow;
	*out_from = from;
	return 0;
}
