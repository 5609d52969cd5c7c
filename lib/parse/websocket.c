#include "parse/websocket.h"

#include "flowscan.h"

enum {
	EXTENSION = 0x70, /* Three bits that extensions may set. */
	CONTROL = 8,      /* Opcodes from here on are control frames. */
	MASKED = 0x80,
	SIZE = 0x7f,
	SIZE_16 = 126,
	SIZE_64 = 127,
	CONTROL_SIZE_MAX = 125,
};

static bool
is_opcode(uint8_t opcode)
{
	return opcode <= WEBSOCKET_BINARY ||
	    (opcode >= WEBSOCKET_CLOSE && opcode <= WEBSOCKET_PONG);
}

/* A size is written in as few bytes as it needs. */
static int
read_size(struct cursor *at, struct websocket_frame *frame)
{
	uint16_t size;

	if (frame->size == SIZE_16) {
		if (!cursor_u16(at, &size))
			return FS_ETRUNC;
		frame->size = size;
		return size < SIZE_16 ? FS_EFORMAT : 0;
	}
	if (frame->size != SIZE_64)
		return 0;
	if (!cursor_u64(at, &frame->size))
		return FS_ETRUNC;
	return frame->size <= UINT16_MAX || frame->size >> 63 ? FS_EFORMAT : 0;
}

int
websocket_frame_read(struct cursor *stream, struct websocket_frame *frame)
{
	struct cursor at = *stream;
	uint8_t first, second;
	size_t size;
	int rc;

	*frame = (struct websocket_frame){ 0 };
	if (!cursor_u8(&at, &first) || !cursor_u8(&at, &second))
		return FS_ETRUNC;
	frame->opcode = first & 0x0f;
	frame->extended = (first & EXTENSION) != 0;
	frame->masked = (second & MASKED) != 0;
	frame->size = second & SIZE;
	if (!is_opcode(frame->opcode) ||
	    (frame->opcode >= CONTROL && frame->size > CONTROL_SIZE_MAX))
		return FS_EFORMAT;
	if ((rc = read_size(&at, frame)) < 0)
		return rc;
	if (frame->masked && !cursor_copy(&at, frame->mask, 4))
		return FS_ETRUNC;
	size = frame->size < at.left ? (size_t)frame->size : at.left;
	if (!cursor_take(&at, size, &frame->payload))
		return FS_ETRUNC;
	*stream = at;
	return 0;
}

size_t
websocket_payload(const struct websocket_frame *frame, uint8_t *to, size_t max)
{
	size_t i, size = frame->payload.left < max ? frame->payload.left : max;

	for (i = 0; i < size; i++)
		to[i] = frame->payload.at[i] ^ frame->mask[i % 4];
	return size;
}
