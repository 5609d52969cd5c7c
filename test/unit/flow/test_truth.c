/* No round trip is measured below the truth. Two simulated hosts talk over
 * links that delay, lose and reorder on both sides of a tap; they delay
 * acknowledgements, retransmit, and echo timestamps of a coarse clock as RFC
 * 7323 says. */
#include "flow/flow.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

enum {
	EVENTS_MAX = 4096,
	SEGMENTS = 60, /* Each host sends. */
	RTO_US = 250 * 1000,
	DELAYED_US = 40 * 1000,
	WORLDS = 50,
	CLIENT = 0,
	SERVER = 1,
};

enum kind { AT_TAP, AT_HOST, TIMER, SEND, ACK_NOW };

struct event {
	int64_t at_us;
	enum kind kind;
	int host; /* That sent it, receives it, or whose timer it is. */
	struct packet packet;
};

struct host {
	uint32_t isn, sent, acked, received; /* Counted from the ISN. */
	uint32_t ts_recent, last_acked;
	uint32_t sizes[SEGMENTS + 1];
	unsigned segments; /* Sent so far; 'sizes' has theirs. */
	bool ack_pending;
};

struct world {
	struct flow_table *table;
	struct flow *flow;
	struct host host[2];
	int64_t delay_us[2]; /* From the tap to that host, at least. */
	uint32_t jitter_us, loss_permille, tick_us;
	struct event events[EVENTS_MAX];
	unsigned event_count;
	int64_t now_us;
	uint64_t random;
	unsigned endpoint[2]; /* Of client and server in the key. */
};

static uint32_t
draw(struct world *world, uint32_t below)
{
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return (uint32_t)((world->random * 0x2545F4914F6CDD1DULL) >> 33) %
	    below;
}

static void
schedule(struct world *world, int64_t at_us, enum kind kind, int host,
    const struct packet *packet)
{
	struct event *event = &world->events[world->event_count];

	if (world->event_count == EVENTS_MAX)
		return;
	world->event_count++;
	*event = (struct event){ at_us, kind, host };
	if (packet != NULL)
		event->packet = *packet;
}

/* Sends a packet towards the tap, over this host's half of the path. */
static void
transmit(struct world *world, int host, uint8_t flags, uint32_t seq,
    uint32_t size)
{
	struct host *own = &world->host[host];
	struct packet packet =
	    build_payload(build_numbered(TCP, 1, host), size);
	int64_t at_us = world->now_us + world->delay_us[host] +
	    draw(world, world->jitter_us + 1);

	if (own->received > 0)
		flags |= TCP_ACK;
	packet = build_flags(packet, flags, own->isn + seq,
	    world->host[!host].isn + own->received);
	packet.tcp.has_timestamp = true;
	packet.tcp.ts_value = (uint32_t)(world->now_us / world->tick_us) + 1000;
	packet.tcp.ts_echo = own->ts_recent;
	own->last_acked = own->received;
	own->ack_pending = false;
	if (draw(world, 1000) >= world->loss_permille)
		schedule(world, at_us, AT_TAP, host, &packet);
}

/* Sends what comes next in the stream: the SYN, then data. */
static void
send_next(struct world *world, int host)
{
	struct host *own = &world->host[host];
	uint32_t size = 1 + draw(world, 1400);

	if (own->segments > SEGMENTS)
		return;
	if (own->segments == 0)
		size = 1;
	own->sizes[own->segments++ % (SEGMENTS + 1)] = size;
	transmit(world, host, own->segments == 1 ? TCP_SYN : TCP_ACK, own->sent,
	    own->segments == 1 ? 0 : size);
	own->sent += size;
	schedule(world, world->now_us + RTO_US, TIMER, host, NULL);
}

/* Sends the oldest segment that was not acknowledged again. */
static void
time_out(struct world *world, int host)
{
	struct host *own = &world->host[host];
	uint32_t seq = 0;
	unsigned i = 0;

	while (i < own->segments && seq < own->acked)
		seq += own->sizes[i++];
	if (i >= own->segments)
		return;
	transmit(world, host, i == 0 ? TCP_SYN : TCP_ACK, seq,
	    i == 0 ? 0 : own->sizes[i]);
	schedule(world, world->now_us + RTO_US, TIMER, host, NULL);
}

static void
take_data(struct world *world, int host, const struct packet *packet)
{
	struct host *own = &world->host[host];
	uint32_t seq = packet->tcp.seq - world->host[!host].isn;
	uint32_t size =
	    packet->payload_size + ((packet->tcp.flags & TCP_SYN) != 0);

	if (seq <= own->last_acked &&
	    (int32_t)(packet->tcp.ts_value - own->ts_recent) >= 0)
		own->ts_recent = packet->tcp.ts_value;
	if (size == 0)
		return;
	if (seq == own->received)
		own->received += size;
	if (host == SERVER && own->segments == 0) {
		send_next(world, host);
	} else if (own->ack_pending || seq != own->received - size ||
	    draw(world, 2)) {
		transmit(world, host, TCP_ACK, own->sent, 0);
	} else {
		own->ack_pending = true;
		schedule(world, world->now_us + DELAYED_US, ACK_NOW, host,
		    NULL);
	}
}

static void
receive(struct world *world, int host, const struct packet *packet)
{
	struct host *own = &world->host[host];
	uint32_t ack = packet->tcp.ack - own->isn;
	bool first = own->received == 0;

	if ((packet->tcp.flags & TCP_ACK) && ack > own->acked &&
	    ack <= own->sent)
		own->acked = ack;
	take_data(world, host, packet);
	if (first && own->received > 0)
		schedule(world, world->now_us + 2000, SEND, host, NULL);
}

/* The tap sees the packet; it goes on over the other half. */
static void
pass_tap(struct world *world, int from, const struct packet *packet)
{
	unsigned endpoint;

	world->flow =
	    build_touch(world->table, packet, world->now_us, &endpoint, NULL);
	world->endpoint[from] = endpoint;
	world->endpoint[!from] = !endpoint;
	if (draw(world, 1000) >= world->loss_permille)
		schedule(world,
		    world->now_us + world->delay_us[!from] +
			draw(world, world->jitter_us + 1),
		    AT_HOST, !from, packet);
}

static void
happen(struct world *world, const struct event *event)
{
	switch (event->kind) {
	case AT_TAP: pass_tap(world, event->host, &event->packet); break;
	case AT_HOST: receive(world, event->host, &event->packet); break;
	case TIMER: time_out(world, event->host); break;
	case SEND:
		send_next(world, event->host);
		schedule(world, world->now_us + draw(world, 60 * 1000), SEND,
		    event->host, NULL);
		break;
	case ACK_NOW:
		if (world->host[event->host].ack_pending)
			transmit(world, event->host, TCP_ACK,
			    world->host[event->host].sent, 0);
		break;
	}
}

static void
run_world(struct world *world)
{
	send_next(world, CLIENT);
	while (world->event_count > 0 && world->now_us < 60 * SECOND) {
		unsigned i, first = 0;
		struct event event;

		for (i = 1; i < world->event_count; i++)
			if (world->events[i].at_us < world->events[first].at_us)
				first = i;
		event = world->events[first];
		world->events[first] = world->events[--world->event_count];
		world->now_us = event.at_us;
		happen(world, &event);
	}
}

struct sums {
	int measured, below, exact;
};

/* Compares one side's least round trip with twice its delay. */
static void
compare(const struct world *world, int host, struct sums *sums)
{
	const struct flow_rtt *rtt =
	    &world->flow->side[world->endpoint[host]].rtt;
	int64_t truth_us = 2 * world->delay_us[host];
	uint32_t handshake_us = rtt->handshake_us;

	if (rtt->samples == 0)
		return;
	sums->measured++;
	sums->below += rtt->min_us < truth_us || handshake_us < truth_us ||
	    rtt->min_us > handshake_us;
	sums->exact += rtt->min_us <= truth_us + world->jitter_us;
}

static void
run(const char *name, uint32_t jitter_us, uint32_t loss_permille,
    uint32_t tick_us, int least_exact)
{
	static struct world world;
	struct sums sums = { 0 };
	char text[128];
	unsigned i;

	for (i = 0; i < WORLDS; i++) {
		world = (struct world){ .table = build_table(&build_limits),
			.jitter_us = jitter_us,
			.loss_permille = loss_permille,
			.tick_us = tick_us,
			.random = 77 + i };
		world.delay_us[CLIENT] = draw(&world, 100 * 1000);
		world.delay_us[SERVER] = draw(&world, 20 * 1000);
		world.host[CLIENT].isn = draw(&world, UINT32_MAX);
		world.host[SERVER].isn = UINT32_MAX - draw(&world, 9999);
		run_world(&world);
		if (world.flow != NULL) {
			compare(&world, CLIENT, &sums);
			compare(&world, SERVER, &sums);
		}
		flow_table_free(world.table);
	}
	snprintf(text, sizeof(text), "%s: none below the truth", name);
	tap_int(sums.below, 0, text);
	snprintf(text, sizeof(text), "%s: %d of %d within the jitter", name,
	    sums.exact, sums.measured);
	tap_ok(sums.measured > WORLDS && sums.exact >= least_exact, "%s", text);
}

int
main(void)
{
	run("steady link", 0, 0, 1000, 99);
	run("jitter", 3000, 0, 1000, 70);
	run("loss", 0, 30, 1000, 90);
	run("loss and reordering", 30000, 50, 1000, 60);
	run("coarse timestamps", 10000, 50, 100 * 1000, 60);
	return tap_done();
}
