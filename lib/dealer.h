/* What dealer and engine must agree on: whose a packet is, and which levels
 * of a frame count. */
#pragma once

#include "flowscan.h"
#include "packet/packet.h"

/* Which of 'engines' has the flows between these addresses (as in
 * fs_addr). */
unsigned dealer_engine(const struct fs_settings *settings, unsigned engines,
    const uint8_t one[16], const uint8_t other[16]);

/* Passes over levels that only bring the mirrored traffic to the tap. They
 * do not tell flows apart: a mirror may have a session for each direction.
 * Returns the first level behind them. */
unsigned dealer_strip_mirror(const struct fs_settings *settings,
    struct packet_stack *stack);
