/* The shape of a flow's beginning: its first bytes, its first packets'
 * sizes, and what the client's first payload looks like. */
#include "signal/source.h"

#include <limits.h>

#include "base/num.h"

enum {
	BYTES_MAX = 64,
	SIZES_MAX = 30,
	PROTO_TCP = 6,
	MILLI = 1000,
};
_Static_assert((int)SIZES_MAX <= (int)SIGNAL_SIZES_MAX,
    "seq.sizes does not fit");

struct shape {
	uint8_t bytes[2][BYTES_MAX];
	uint8_t byte_count[2];
	bool has_first[2];
	uint32_t first_size[2]; /* On the wire. */
	/* Of the captured part of the client's first payload. */
	uint32_t looked_at, bits, printable;
	uint32_t size_count;
	int32_t sizes[SIZES_MAX];
};

/* Whether the packet is its side's first one with payload, though it may
 * have been overtaken. */
static bool
is_first(const struct sighting *seen)
{
	const struct flow *flow = seen->flow;
	const struct packet_tcp *tcp = &seen->packet->tcp;
	const struct flow_side *side =
	    &flow->side[seen->dir == 0 ? flow->client : !flow->client];

	if (seen->packet->ip_proto != PROTO_TCP || !side->has_isn)
		return true;
	return tcp->seq == side->isn + 1 ||
	    ((tcp->flags & TCP_SYN) && tcp->seq == side->isn);
}

static void
look_at(struct shape *shape, struct cursor payload)
{
	shape->looked_at = (uint32_t)payload.left;
	shape->bits = (uint32_t)num_bits_of(payload.at, payload.left);
	shape->printable = (uint32_t)num_printable_of(payload.at, payload.left);
}

static void
keep_bytes(struct shape *shape, unsigned dir, struct cursor head)
{
	size_t size = head.left < BYTES_MAX ? head.left : BYTES_MAX;

	if (cursor_copy(&head, shape->bytes[dir], size))
		shape->byte_count[dir] = (uint8_t)size;
}

static void
keep_size(struct shape *shape, const struct sighting *seen)
{
	uint32_t size = seen->packet->payload_size;
	int32_t sized = size <= INT32_MAX ? (int32_t)size : INT32_MAX;

	shape->sizes[shape->size_count++] = seen->dir == 0 ? sized : -sized;
}

static bool
shape_packet(void *state, void *shared, const struct sighting *seen)
{
	struct shape *shape = state;
	const struct packet *packet = seen->packet;
	unsigned dir = seen->dir;

	(void)shared;
	if (seen->head_grew && shape->byte_count[dir] < BYTES_MAX)
		keep_bytes(shape, dir, seen->head[dir]);
	if (!shape->has_first[dir] && is_first(seen)) {
		shape->has_first[dir] = true;
		shape->first_size[dir] = packet->payload_size;
		if (dir == 0)
			look_at(shape, packet->payload);
	}
	if (seen->flow->segment != SEGMENT_AGAIN &&
	    seen->flow->segment != SEGMENT_PROBE)
		keep_size(shape, seen);
	return shape->size_count < SIZES_MAX;
}

static void
collect_dir(const struct shape *shape, unsigned dir, enum signal_id bytes,
    enum signal_id first, struct signals *signals)
{
	if (shape->byte_count[dir] > 0)
		signals_set_bytes(signals, bytes, shape->bytes[dir],
		    shape->byte_count[dir]);
	if (shape->has_first[dir])
		signals_set_count(signals, first, shape->first_size[dir]);
}

static void
shape_collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct shape *shape = state;

	(void)shared;
	(void)flow;
	collect_dir(shape, 0, SIGNAL_C2S_BYTES, SIGNAL_C2S_FIRST_LEN, signals);
	collect_dir(shape, 1, SIGNAL_S2C_BYTES, SIGNAL_S2C_FIRST_LEN, signals);
	if (shape->looked_at > 0) {
		signals_set_milli(signals, SIGNAL_C2S_FIRST_POPCOUNT,
		    (int64_t)shape->bits * MILLI / shape->looked_at);
		signals_set_milli(signals, SIGNAL_C2S_FIRST_PRINTABLE,
		    (int64_t)shape->printable * MILLI / shape->looked_at);
	}
	if (shape->size_count > 0)
		signals_set_sizes(signals, SIGNAL_SEQ_SIZES, shape->sizes,
		    shape->size_count);
}

const struct signal_source signal_shape = {
	.name = "shape",
	.state_size = sizeof(struct shape),
	.packet = shape_packet,
	.collect = shape_collect,
};
