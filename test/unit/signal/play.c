#include "test/unit/signal/play.h"

#include <stdlib.h>
#include <string.h>

#include "signal/inspect.h"
#include "test/unit/tap.h"

enum { START_US = 1000 * 1000 * 1000, PAYLOAD_MAX = 32768, TCP = 6 };

/* Bytes of one direction as they come, at their place. */
struct head {
	uint8_t bytes[INSPECT_HEAD];
	bool there[INSPECT_HEAD];
	size_t ready;
};

static bool
lay(struct head *head, uint32_t at, const uint8_t *bytes, size_t size)
{
	size_t i, before = head->ready;

	for (i = 0; i < size && at + i < INSPECT_HEAD; i++) {
		if (head->there[at + i])
			continue;
		head->bytes[at + i] = bytes[i];
		head->there[at + i] = true;
	}
	while (head->ready < INSPECT_HEAD && head->there[head->ready])
		head->ready++;
	return head->ready > before;
}

static struct packet
packet_of(const struct play_act *act, uint8_t ip_proto, const uint8_t *bytes,
    size_t size, size_t captured)
{
	static const struct fs_addr client = { { 198, 51, 100, 1 }, 4 };
	static const struct fs_addr server = { { 203, 0, 113, 1 }, 4 };
	static const uint32_t isn[2] = { 0xFFFFFE00, 1000 };
	bool back = act->who == 's';

	return (struct packet){
		.src = back ? server : client,
		.dst = back ? client : server,
		.src_port = back ? 443 : 40000,
		.dst_port = back ? 40000 : 443,
		.has_ports = true,
		.ip_proto = ip_proto,
		.ip_size = 40 + (uint32_t)size,
		.payload = cursor_of(bytes, captured),
		.payload_size = (uint32_t)size,
		.tcp = { .flags = act->flags,
		    .seq = isn[back] + act->seq,
		    .ack = isn[!back] + act->ack },
	};
}

static size_t
payload_of(const struct play_act *act, uint8_t *bytes)
{
	size_t size = 0;

	memset(bytes, 0, PAYLOAD_MAX);
	if (act->hex != NULL)
		size = tap_hex(act->hex, bytes, PAYLOAD_MAX);
	return act->size > size ? act->size : size;
}

/* Shows the source one packet. Returns whether it wants more. */
static bool
show(const struct signal_source *source, void *state, struct head *heads,
    const struct flow *flow, unsigned from, const struct packet_stack *stack)
{
	const struct packet *packet = &stack->level[0];
	const struct flow_side *side = &flow->side[from];
	unsigned dir = flow_dir(flow, from);
	struct head *head = &heads[dir];
	struct sighting seen = {
		.flow = flow,
		.packet = packet,
		.time_us = stack->time_us,
		.dir = dir,
		.datagrams = packet->ip_proto != TCP,
	};
	uint32_t at = (uint32_t)head->ready;
	uint8_t *exact[2];
	bool more;
	int i;

	if (packet->ip_proto != TCP)
		at = 0;
	else if (side->has_isn)
		at = packet->tcp.seq - side->isn - 1 +
		    ((packet->tcp.flags & TCP_SYN) != 0);
	seen.head_grew =
	    lay(head, at, packet->payload.at, packet->payload.left);
	for (i = 0; i < 2; i++) {
		exact[i] = tap_exact(heads[i].bytes, heads[i].ready);
		seen.head[i] = cursor_of(exact[i], heads[i].ready);
	}
	more = source->packet(state, NULL, &seen);
	free(exact[0]);
	free(exact[1]);
	return more;
}

void
play(const struct signal_source *source, const struct play_options *options,
    const struct play_act *acts, struct signals *signals)
{
	static const struct flow_limits limits = { 4, 300, 60, 10, 0, 1 };
	struct packet_stack stack = { .count = 1 };
	struct head *heads = calloc(2, sizeof(*heads));
	void *state = calloc(1, source->state_size);
	uint8_t *bytes = malloc(PAYLOAD_MAX);
	struct flow_table *table = NULL;
	struct flow *flow = NULL;
	bool more = true;
	unsigned from;
	uint32_t i;

	if (heads == NULL || state == NULL || bytes == NULL ||
	    flow_table_new(&limits, &table) < 0)
		abort();
	for (i = options->first; acts[i].who != 0; i++) {
		size_t size = payload_of(&acts[i], bytes), captured = size;

		if (options->captured > 0 && captured > options->captured)
			captured = options->captured;
		stack.time_us = (uint64_t)START_US + (uint64_t)acts[i].at_us;
		stack.level[0] = packet_of(&acts[i], options->ip_proto, bytes,
		    size, captured);
		stack.level[0].first_fragment = options->fragments;
		if (flow_table_touch(table, &stack, 0, &flow, &from) < 0)
			abort();
		if (captured > 0 && more)
			more = show(source, state, heads, flow, from, &stack);
	}
	signals_clear(signals);
	source->collect(state, NULL, flow, signals);
	flow_table_free(table);
	free(bytes);
	free(state);
	free(heads);
}
