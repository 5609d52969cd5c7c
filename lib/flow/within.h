/* Stage 3: TCP connections that a flow carries packet by packet.
 *
 * Whatever a tunnel adds to each packet, differences of sizes stay. A SYN is
 * longer than an acknowledgement by what only it offers: 8 bytes of Linux
 * and 12 of Windows or Apple where that is taken up, 20 and 24 of those that
 * offer timestamps to who has none; its answer by 8 or 12 (RFC 9293 section
 * 3.2, RFC 7323 section 3.2, RFC 2018 section 2). Behind the acknowledgement
 * comes at once what the client has to say. And bare acknowledgements of
 * that size go on, both ways, where programs would be silent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WITHIN_PACKETS = 255 }; /* More are not looked at. */

/* Zeroed before the first packet. Index 0 is what the client sent. */
struct within {
	uint64_t sent[2]; /* Sizes of the client's that a SYN may have. */
	uint16_t last;    /* Of the packet before; 0: none. */
	uint16_t waits;   /* An acknowledgement behind which data may come. */
	uint16_t ack;     /* The size of acknowledgements; 0: not known. */
	uint8_t last_dir;
	uint8_t packets;
	uint8_t connections;   /* Begun, all with acknowledgements as long. */
	uint8_t acks[2];       /* Since the first of them, its own left out. */
	uint8_t packets_by[2]; /* Since then. */
};
_Static_assert(sizeof(struct within) <= 40, "struct within is too large");

/* Takes in a packet with 'size' bytes of new payload. */
void within_packet(struct within *within, unsigned dir, uint32_t size);
