/* ICMP echo: what comes back. A host answers with the bytes that it was sent
 * (RFC 792; RFC 4443, 4.2), a program asks with the same ones again and
 * again; a tunnel does neither. */
#include "signal/source.h"

#include <string.h>

enum {
	PROTO_ICMP = 1,
	PROTO_ICMP6 = 58,
	ASKED_MAX = 8, /* Requests that wait for their answers. */
	BYTES_MAX = 48,
	CLOCK_SIZE = 16, /* Programs begin with their time. */
};

struct asked {
	uint32_t id; /* Identifier and sequence. */
	uint32_t size;
	uint8_t count; /* Of 'bytes'. */
	bool used;
	uint8_t bytes[BYTES_MAX];
};

struct echo_state {
	uint16_t requests, alike, replies, changed, unasked;
	uint8_t next;
	struct asked asked[ASKED_MAX];
};

static bool
is_type(const struct packet *packet, unsigned kind)
{
	static const uint8_t types[2][2] = { { 8, 128 }, { 0, 129 } };

	if (packet->ip_proto == PROTO_ICMP)
		return packet->icmp_type == types[kind][0];
	return packet->ip_proto == PROTO_ICMP6 &&
	    packet->icmp_type == types[kind][1];
}

/* The last four bytes of the header. */
static bool
read_id(const struct packet *packet, uint32_t *id)
{
	struct cursor ip = packet->ip;
	size_t behind = packet->payload.left + sizeof(*id);

	return ip.left >= behind && cursor_skip(&ip, ip.left - behind) &&
	    cursor_u32(&ip, id);
}

/* Whether the request is the one before once more, but for its time. */
static bool
is_alike(const struct asked *now, const struct asked *before)
{
	return now->size == before->size && now->count == before->count &&
	    (now->count <= CLOCK_SIZE ||
		memcmp(now->bytes + CLOCK_SIZE, before->bytes + CLOCK_SIZE,
		    (size_t)now->count - CLOCK_SIZE) == 0);
}

static void
take_request(struct echo_state *state, const struct packet *packet, uint32_t id)
{
	struct asked *asked = &state->asked[state->next];
	const struct asked *before =
	    &state->asked[(state->next + ASKED_MAX - 1) % ASKED_MAX];
	struct cursor payload = packet->payload;

	*asked = (struct asked){ .id = id,
		.size = packet->payload_size,
		.used = true };
	asked->count =
	    (uint8_t)(payload.left < BYTES_MAX ? payload.left : BYTES_MAX);
	if (!cursor_copy(&payload, asked->bytes, asked->count))
		asked->count = 0;
	if (before->used && is_alike(asked, before))
		state->alike++;
	state->next = (uint8_t)((state->next + 1) % ASKED_MAX);
	state->requests++;
}

/* Some hosts cut a long answer: only bytes that are there can differ. */
static bool
is_changed(const struct asked *asked, const struct packet *packet)
{
	size_t size = asked->count < packet->payload.left
	    ? asked->count
	    : packet->payload.left;

	return packet->payload_size > asked->size ||
	    (size > 0 && !cursor_begins(&packet->payload, asked->bytes, size));
}

static void
take_reply(struct echo_state *state, const struct packet *packet, uint32_t id)
{
	unsigned i;

	for (i = 0; i < ASKED_MAX; i++)
		if (state->asked[i].used && state->asked[i].id == id)
			break;
	if (i == ASKED_MAX) {
		if (state->requests > 0)
			state->unasked++;
		return;
	}
	state->replies++;
	if (is_changed(&state->asked[i], packet))
		state->changed++;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct echo_state *state = ctx;
	uint32_t id;

	(void)shared;
	if (seen->packet->ip_proto != PROTO_ICMP &&
	    seen->packet->ip_proto != PROTO_ICMP6)
		return false;
	if (seen->packet->first_fragment || !read_id(seen->packet, &id))
		return true;
	if (seen->dir == 0 && is_type(seen->packet, 0))
		take_request(state, seen->packet, id);
	else if (seen->dir == 1 && is_type(seen->packet, 1))
		take_reply(state, seen->packet, id);
	return true;
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct echo_state *state = ctx;

	(void)shared;
	(void)flow;
	if (state->requests == 0)
		return;
	signals_set_count(signals, SIGNAL_ECHO_REQUESTS, state->requests);
	signals_set_count(signals, SIGNAL_ECHO_REPLIES, state->replies);
	signals_set_count(signals, SIGNAL_ECHO_CHANGED, state->changed);
	signals_set_count(signals, SIGNAL_ECHO_UNASKED, state->unasked);
	if (state->requests > 1)
		signals_set_milli(signals, SIGNAL_ECHO_ALIKE,
		    (int64_t)state->alike * 1000 / (state->requests - 1));
}

const struct signal_source signal_echo = {
	.name = "echo",
	.state_size = sizeof(struct echo_state),
	.packet = packet,
	.collect = collect,
};
