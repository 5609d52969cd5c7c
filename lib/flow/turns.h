/* Stage 3: who of a flow's two sides speaks, how much, and what follows.
 *
 * A turn is all that one side sends until the other does. An exchange is
 * four turns: a request, an answer much larger, another request soon after,
 * and its answer. A TLS handshake with its first request is one, and so is
 * each page of a site; a person who types makes none, and a program that
 * copies files sends either little or much. An answer that begins with the
 * request's echo is a terminal's: programs type long commands, too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TURNS_KEPT = 4 };

/* Zeroed before the first packet. Index 0 is what the client began. */
struct turns {
	uint64_t last_us;
	uint32_t bytes[TURNS_KEPT]; /* Of the newest turns; 0: this one. */
	uint32_t count;             /* Turns that began since the first. */
	uint32_t small;             /* Turns of the client, of a key or so. */
	uint32_t exchanges[2];
	uint8_t slow;   /* Bit n: before turn n was a pause. */
	uint8_t echoes; /* Bit n: turn n begins with what may be an echo. */
	bool begun;
	uint8_t dir; /* Who speaks: 0 is the client. */
};
_Static_assert(sizeof(struct turns) <= 64, "struct turns is too large");

/* Takes in a packet with 'size' bytes of new payload. */
void turns_packet(struct turns *turns, unsigned dir, uint32_t size,
    uint64_t time_us);
