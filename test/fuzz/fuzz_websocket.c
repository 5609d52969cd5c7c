/* Property: frames follow each other without a byte lost or read twice, and a
 * header that was whole stays the same when more bytes come. */
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"
#include "parse/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_payload(const struct websocket_frame *frame)
{
	uint8_t bytes[32];

	if (frame->payload.left > frame->size ||
	    websocket_payload(frame, bytes, sizeof(bytes)) >
		frame->payload.left)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor at = cursor_of(data, size), less;
	struct websocket_frame frame, part;
	size_t before = at.left;

	while (websocket_frame_read(&at, &frame) == 0) {
		check_payload(&frame);
		if (at.left + 2 + frame.payload.left > before)
			abort();
		less = cursor_of(frame.payload.at -
			(before - at.left - frame.payload.left),
		    before - at.left - frame.payload.left);
		if (websocket_frame_read(&less, &part) != 0 ||
		    part.size != frame.size || part.opcode != frame.opcode ||
		    memcmp(part.mask, frame.mask, sizeof(part.mask)) != 0)
			abort();
		before = at.left;
	}
	return 0;
}
