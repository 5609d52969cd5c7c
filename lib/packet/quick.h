/* Whose a frame is, at a glance: for dealing frames out before anybody takes
 * them apart. */
#pragma once

#include "packet/packet.h"

struct quick {
	uint8_t addr[2][16]; /* As in fs_addr; sender first. */
};

/* Finds the addresses of a frame that holds one IP packet for certain. Of
 * what may carry others, is a fragment, or is of a rare kind, it returns
 * false: packet_decode() knows. */
bool quick_addresses(const struct fs_frame *frame, struct quick *quick);

/* Whether a packet may be the outer one of a tunnel, by its protocol and
 * ports; another packet of the same flow may then carry one, though this one
 * does not. */
bool quick_may_carry(const struct packet *packet);
