/* The round trip of QUIC's handshake: from the server's first packets to the
 * client's first of the Handshake level, which it can make no sooner (RFC
 * 9001, 4.1.4), and from a Retry to the next Initial. Never below the truth;
 * beyond it by the client's cryptography. There is no TCP to hold it against;
 * later packets tell no round trips, and the spin bit mostly wrong ones (IMC
 * 2023), so it is left alone. */
#include "signal/source.h"

#include "base/num.h"
#include "flow/rtt.h"
#include "parse/quic.h"
#include "signal/times.h"

enum { LOOKED_MAX = 16, COALESCED_MAX = 8 };

struct quic_timing {
	uint64_t flight_us; /* The server's first packets; 0: none yet. */
	uint64_t retry_us;
	uint32_t looked;
	uint32_t samples;
	uint32_t least_us; /* Of the samples. */
	uint64_t least_from_us;
};

/* What kinds of packets a datagram holds, a bit each by quic_type. */
static unsigned
kinds_of(struct cursor datagram)
{
	struct quic_packet packet;
	unsigned i, kinds = 0;

	for (i = 0; i < COALESCED_MAX; i++) {
		if (quic_packet_next(&datagram, &packet) != 1)
			break;
		kinds |= 1u << packet.type;
	}
	return kinds;
}

static void
add_sample(struct quic_timing *timing, uint64_t from_us, uint64_t time_us)
{
	uint32_t us = rtt_span_us(from_us, time_us);

	if (us == RTT_UNKNOWN)
		return;
	if (timing->samples++ > 0 && us >= timing->least_us)
		return;
	timing->least_us = us;
	timing->least_from_us = from_us;
}

static bool
quic_timing_packet(void *state, void *shared, const struct sighting *seen)
{
	struct quic_timing *timing = state;
	unsigned kinds;

	(void)shared;
	if (!seen->datagrams || timing->looked++ >= LOOKED_MAX)
		return false;
	kinds = kinds_of(seen->packet->payload);
	if (kinds == 0)
		return timing->looked > 1;
	if (seen->dir == 1) {
		if (kinds >> QUIC_RETRY & 1)
			timing->retry_us = seen->time_us;
		else if (timing->flight_us == 0)
			timing->flight_us = seen->time_us;
		return true;
	}
	if (kinds >> QUIC_HANDSHAKE & 1) {
		add_sample(timing, timing->flight_us, seen->time_us);
		return false;
	}
	add_sample(timing, timing->retry_us, seen->time_us);
	timing->retry_us = 0;
	return true;
}

static void
quic_timing_collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct quic_timing *timing = state;

	(void)shared;
	if (timing->samples == 0)
		return;
	signals_set_us(signals, SIGNAL_RTT_QUIC_MS, timing->least_us);
	signals_set_us(signals, SIGNAL_RTT_MIN_MS, timing->least_us);
	signals_set_count(signals, SIGNAL_RTT_SAMPLES, timing->samples);
	times_add(signals, TIMES_QUIC,
	    time_since_us(timing->least_from_us, flow->first_us),
	    timing->least_us);
}

const struct signal_source signal_quic_rtt = {
	.name = "timing-quic",
	.state_size = sizeof(struct quic_timing),
	.packet = quic_timing_packet,
	.collect = quic_timing_collect,
};
