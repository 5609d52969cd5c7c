/* Who a packet's flow is: its key, its identity, and which endpoint is most
 * likely the client. */
#pragma once

#include "flow/flow.h"

/* Makes the key of a packet, a level of 'stack'. Returns the endpoint that
 * sent it. */
unsigned key_of(const struct packet_stack *stack, unsigned level,
    struct flow_key *key);

/* The identity of a flow that begins with this packet: the same on every
 * machine, whatever the table's size, seed or neighbours; never 0. */
uint64_t key_identity(const struct flow_key *key, const struct packet *packet,
    unsigned from, uint64_t time_us);

/* The client of a flow that begins with this packet: its sender, unless the
 * ports say that the beginning was missed. */
unsigned key_client(const struct packet *packet, unsigned from);

/* A hash of two addresses (as in fs_addr), the same in both orders. */
uint64_t key_pair(const uint8_t one[16], const uint8_t other[16],
    uint64_t seed);
