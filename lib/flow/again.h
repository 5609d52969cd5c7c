/* Stage 3: datagrams that begin a flow's conversation again.
 *
 * What is sent again looks as the flow's first datagram did: the same first
 * byte and the same size. Before anything else was sent, it is a repeat, as
 * of a handshake that was lost (IKE, OpenVPN, WireGuard). From a side that
 * has sent other things since, it is a restart, as of a handshake for fresh
 * keys (WireGuard's, every two minutes). Who only ever sends such datagrams
 * restarts nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zeroed before the first datagram. Both counts saturate. */
struct again {
	uint16_t size;
	uint8_t first;
	bool begun;
	uint8_t others; /* Bit n: endpoint n has sent others since. */
	bool went_on;   /* Others were sent, or the other side spoke. */
	uint8_t repeats, restarts;
};
_Static_assert(sizeof(struct again) <= 8, "struct again is too large");

/* Takes in a datagram of 'size' bytes that begins with the byte 'first', sent
 * by 'endpoint'; 'opener' says whether that sent the flow's first packet. */
void again_datagram(struct again *again, unsigned endpoint, bool opener,
    uint8_t first, uint32_t size);
