/* Stage 3: datagrams in groups of thirteen, of which three repair the others.
 *
 * kcp-go's forward error correction, as kcptun runs it unless told otherwise,
 * sends ten shards of data, then three of parity: Reed-Solomon needs shards of
 * one size, so parity has that of the group's longest. The sizes stay visible
 * whatever encrypts them. A group of datagrams that are mostly as long as the
 * longest shows nothing. Source: github.com/xtaci/kcp-go, fec.go. */
#pragma once

#include <stdint.h>

enum { SHARDS_DATA = 10, SHARDS_PARITY = 3, SHARDS_GROUP = 13 };

/* Zeroed before the first datagram. Index 0 is what the client sent. */
struct shards {
	uint64_t ends[2]; /* Bit n: a group ended n datagrams ago. */
	uint16_t sizes[2][SHARDS_GROUP]; /* The newest, in a ring. */
	uint8_t at[2];                   /* Where the next is put. */
	uint16_t in_step;     /* Ends one to three groups behind another. */
	uint16_t out_of_step; /* Other ends. */
};
_Static_assert(sizeof(struct shards) <= 80, "struct shards is too large");

/* Takes in a datagram with 'size' bytes of payload. */
void shards_packet(struct shards *shards, unsigned dir, uint32_t size);
