/* TCP handshakes that a tunnel carries packet by packet.
 *
 * A SYN and its answer mostly have the same options and so the same size. The
 * acknowledgement lacks what only a SYN has: 8 bytes where timestamps go on
 * (MSS, SACK permitted, window scale), 12 where there are none. Whatever a
 * tunnel adds to each packet, these differences stay. */
#include "signal/source.h"

enum {
	PACKETS_MAX = 30,
	/* A SYN of 52 bytes in the leanest tunnel, one of 80 in the fattest. */
	SYN_MIN = 70,
	SYN_MAX = 180,
	LESS_WITH_TIMESTAMPS = 8,
	LESS_WITHOUT = 12,
	WORD = 64,
	WORDS = SYN_MAX / WORD + 1,
};

struct handshakes {
	uint64_t sent[2][WORDS]; /* Sizes of each direction, a bit each. */
	uint32_t count[2];       /* Begun by the client, by the server. */
	uint32_t last_size;
	uint8_t last_dir;
	uint8_t packets;
};

static bool
was_sent(const struct handshakes *found, unsigned dir, uint32_t size)
{
	return size >= SYN_MIN && size <= SYN_MAX &&
	    (found->sent[dir][size / WORD] >> (size % WORD) & 1);
}

static void
note(struct handshakes *found, unsigned dir, uint32_t size)
{
	uint32_t answer = found->last_size;

	if (found->packets > 0 && found->last_dir != dir && answer > size &&
	    (answer - size == LESS_WITH_TIMESTAMPS ||
		answer - size == LESS_WITHOUT) &&
	    was_sent(found, dir, answer))
		found->count[dir]++;
	if (size <= SYN_MAX)
		found->sent[dir][size / WORD] |= (uint64_t)1 << (size % WORD);
	found->last_size = size;
	found->last_dir = (uint8_t)dir;
	found->packets++;
}

static bool
packet(void *state, void *shared, const struct sighting *seen)
{
	struct handshakes *found = state;

	(void)shared;
	if (seen->flow->segment != SEGMENT_AGAIN &&
	    seen->flow->segment != SEGMENT_PROBE)
		note(found, seen->dir, seen->packet->payload_size);
	return found->packets < PACKETS_MAX;
}

static void
collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct handshakes *found = state;

	(void)shared;
	(void)flow;
	if (found->count[0] + found->count[1] > 0)
		signals_set_count(signals, SIGNAL_INNER_HANDSHAKES,
		    found->count[0] > found->count[1] ? found->count[0]
						      : found->count[1]);
}

const struct signal_source signal_carried = {
	.name = "carried",
	.state_size = sizeof(struct handshakes),
	.packet = packet,
	.collect = collect,
};
