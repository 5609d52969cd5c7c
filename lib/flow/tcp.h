/* What TCP's header says of a flow: its state, what of its streams was seen,
 * and its round trips. Tolerates loss, reordering and captures of one side;
 * sequence numbers wrap. */
#pragma once

#include "flow/flow.h"

/* Whether the packet belongs to another connection than the flow's. */
bool tcp_begins_anew(const struct flow *flow, const struct packet *packet,
    unsigned from);

/* Follows one packet, which is already counted in its side, of the flow. */
void tcp_track(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us);
