/* Round trips between the tap and one side of a flow (SIGNALS: T0): what the
 * other side sends is a probe, what this side sends back is its answer.
 *
 * No sample is below the truth: an answer cannot come before what it answers
 * has passed the tap. Karn's rule is the caller's: it cancels the probes when
 * anything is sent again. */
#pragma once

#include "flow/flow.h"

enum { RTT_UNKNOWN = UINT32_MAX };

void rtt_init(struct flow_rtt *rtt);

/* The time between two points, or RTT_UNKNOWN: the first was not seen (0),
 * or the clock ran backwards. */
uint32_t rtt_span_us(uint64_t from_us, uint64_t to_us);

/* Waits for the acknowledgement of 'seq' (one past the last byte), unless
 * another probe is under way. */
void rtt_probe_seq(struct flow_rtt *rtt, uint32_t seq, uint64_t time_us);
/* Waits for the echo of a timestamp, in place of any other. */
void rtt_probe_ts(struct flow_rtt *rtt, uint32_t value, uint64_t time_us);
void rtt_cancel(struct flow_rtt *rtt);

/* Takes an answer. All that it answers is one sample, the least of them;
 * 'handshake_us' is the handshake's, when the answer completes it, or
 * RTT_UNKNOWN. */
void rtt_answer(struct flow_rtt *rtt, const struct packet_tcp *tcp,
    uint32_t handshake_us, uint64_t time_us);
