/* mKCP: datagrams that bear its keyless seal. */
#include "parse/mkcp.h"
#include "signal/source.h"

enum {
	LOOKED_MAX = 12,
	/* Every datagram is sealed: others may come before at most by
	 * accident, of a flow that had the same ports. */
	STRANGE_MAX = 3,
	PROTO_UDP = 17,
};

struct mkcp_state {
	uint8_t looked;
	uint8_t header;   /* Bytes before the seal. */
	uint8_t sides[2]; /* Sealed datagrams of each endpoint. */
	uint16_t conversation;
};

static void
note(struct mkcp_state *state, unsigned endpoint,
    const struct mkcp_datagram *found)
{
	if (state->sides[0] + state->sides[1] == 0) {
		state->conversation = found->conversation;
		state->header = found->header;
	}
	if (found->conversation == state->conversation &&
	    found->header == state->header)
		state->sides[endpoint]++;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct mkcp_state *state = ctx;
	const struct packet *packet = seen->packet;
	struct mkcp_datagram found;

	(void)shared;
	if (packet->ip_proto != PROTO_UDP)
		return false;
	/* What the capture cut short cannot be checked. */
	if (packet->payload.left == packet->payload_size &&
	    mkcp_read(packet->payload, &found) == 0)
		note(state, seen->dir ^ seen->flow->client, &found);
	if (++state->looked >= STRANGE_MAX &&
	    state->sides[0] + state->sides[1] == 0)
		return false;
	return state->looked < LOOKED_MAX;
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct mkcp_state *state = ctx;

	(void)shared;
	if (state->sides[0] + state->sides[1] == 0)
		return;
	signals_set_count(signals, SIGNAL_MKCP_SEALED_C2S,
	    state->sides[flow->client]);
	signals_set_count(signals, SIGNAL_MKCP_SEALED_S2C,
	    state->sides[!flow->client]);
	signals_set_count(signals, SIGNAL_MKCP_HEADER, state->header);
}

const struct signal_source signal_mkcp = { "mkcp", sizeof(struct mkcp_state),
	packet, collect, NULL, NULL, NULL };
