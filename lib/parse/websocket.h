/* WebSocket frames (RFC 6455 section 5.2). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum websocket_opcode {
	WEBSOCKET_CONTINUED = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

struct websocket_frame {
	uint8_t opcode; /* enum websocket_opcode */
	bool extended;  /* Changed by an extension, such as compressed. */
	bool masked;    /* As a client's are. */
	uint8_t mask[4];
	uint64_t size;         /* Of the payload. */
	struct cursor payload; /* What is there of it, still masked. */
};

/* Takes a frame off the stream: its header, and of its payload what is there.
 * Returns 0, FS_ETRUNC when the header is cut off, FS_EFORMAT when it is
 * none; then the stream is left as it was. */
int websocket_frame_read(struct cursor *stream, struct websocket_frame *frame);

/* Copies at most 'max' bytes of the payload, unmasked. Returns how many. */
size_t websocket_payload(const struct websocket_frame *frame, uint8_t *to,
    size_t max);
