#include "flow/rtt.h"

void
rtt_init(struct flow_rtt *rtt)
{
	*rtt = (struct flow_rtt){ .handshake_us = RTT_UNKNOWN,
		.min_us = RTT_UNKNOWN };
}

uint32_t
rtt_span_us(uint64_t from_us, uint64_t to_us)
{
	if (from_us == 0 || to_us < from_us || to_us - from_us >= RTT_UNKNOWN)
		return RTT_UNKNOWN;
	return (uint32_t)(to_us - from_us);
}

void
rtt_probe_seq(struct flow_rtt *rtt, uint32_t seq, uint64_t time_us)
{
	if (rtt->probing_seq)
		return;
	rtt->probing_seq = true;
	rtt->probe_seq = seq;
	rtt->probe_seq_us = time_us;
}

void
rtt_probe_ts(struct flow_rtt *rtt, uint32_t value, uint64_t time_us)
{
	rtt->probing_ts = true;
	rtt->probe_ts = value;
	rtt->probe_ts_us = time_us;
}

void
rtt_cancel(struct flow_rtt *rtt)
{
	rtt->probing_seq = rtt->probing_ts = false;
}

/* What the acknowledgement says, or RTT_UNKNOWN. */
static uint32_t
answered_seq(struct flow_rtt *rtt, const struct packet_tcp *tcp,
    uint64_t time_us)
{
	if (!rtt->probing_seq || (int32_t)(tcp->ack - rtt->probe_seq) < 0)
		return RTT_UNKNOWN;
	rtt->probing_seq = false;
	return rtt_span_us(rtt->probe_seq_us, time_us);
}

/* What the echoed timestamp says, or RTT_UNKNOWN. A later one means that
 * ours will never be echoed. */
static uint32_t
answered_ts(struct flow_rtt *rtt, const struct packet_tcp *tcp,
    uint64_t time_us)
{
	if (!rtt->probing_ts || !tcp->has_timestamp ||
	    (int32_t)(tcp->ts_echo - rtt->probe_ts) < 0)
		return RTT_UNKNOWN;
	rtt->probing_ts = false;
	return tcp->ts_echo == rtt->probe_ts
	    ? rtt_span_us(rtt->probe_ts_us, time_us)
	    : RTT_UNKNOWN;
}

void
rtt_answer(struct flow_rtt *rtt, const struct packet_tcp *tcp,
    uint32_t handshake_us, uint64_t time_us)
{
	uint32_t seq_us = answered_seq(rtt, tcp, time_us);
	uint32_t ts_us = answered_ts(rtt, tcp, time_us);
	uint32_t least_us = seq_us < ts_us ? seq_us : ts_us;

	if (handshake_us != RTT_UNKNOWN)
		rtt->handshake_us = handshake_us;
	if (handshake_us < least_us)
		least_us = handshake_us;
	if (least_us == RTT_UNKNOWN)
		return;
	if (rtt->samples < UINT32_MAX)
		rtt->samples++;
	if (least_us < rtt->min_us) {
		rtt->min_us = least_us;
		rtt->min_at_us = time_us;
	}
}
