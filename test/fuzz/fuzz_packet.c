/* Property: of any frames, one after the other, only what lies within them is
 * pointed to, and sizes hold what they contain (check_stack).
 *
 * Input: frames, each as link type (an index), captured bytes that are
 * missing, size (2 bytes), content. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "packet/packet.h"
#include "test/unit/packet/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int links[] = { 1, 113, 276, 12, 228, 229, 0, 108, 9, 50, 51, 104,
	187, 127, 105, 119, 163, 192, 107, 206, 182, 11, 19, 123, 6, 10, 7, 129,
	122, 138, 242, 8, 226, 239, 258, 117, 109, 240, 241, 197, 178, 179, 180,
	181, 281, 282, 284, 285, 166, 204, 205 };

/* Reads all that the stack points to. */
static unsigned
touch(const struct packet_stack *stack)
{
	unsigned i, sum = 0;
	size_t k;

	for (i = 0; i < stack->count; i++) {
		for (k = 0; k < stack->level[i].ip.left; k++)
			sum += stack->level[i].ip.at[k];
		for (k = 0; k < stack->level[i].payload.left; k++)
			sum += stack->level[i].payload.at[k];
	}
	return sum;
}

static bool
next_frame(struct cursor *input, struct fs_frame *frame, struct cursor *bytes)
{
	uint8_t link, missing;
	uint16_t size;

	if (!cursor_u8(input, &link) || !cursor_u8(input, &missing) ||
	    !cursor_u16(input, &size))
		return false;
	if (size > input->left)
		size = (uint16_t)input->left;
	if (!cursor_take(input, size, bytes))
		return false;
	*frame = (struct fs_frame){ .size = size,
		.wire_size = (uint32_t)size + missing,
		.link = links[link % (sizeof(links) / sizeof(links[0]))] };
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct cursor input = cursor_of(data, size), bytes;
	struct packet_stack stack;
	struct fs_frame frame;
	volatile unsigned sink = 0;
	uint8_t *copy;
	int rc;

	if (decoder == NULL)
		return 0;
	while (next_frame(&input, &frame, &bytes)) {
		/* Of no bytes there is nothing that may be read. */
		copy = bytes.left > 0 ? malloc(bytes.left) : NULL;
		if (copy != NULL)
			memcpy(copy, bytes.at, bytes.left);
		else if (bytes.left > 0)
			break;
		frame.bytes = copy;
		rc = packet_decode(decoder, &frame, &stack);
		if (!check_stack(&frame, &stack, rc))
			abort();
		sink += touch(&stack);
		free(copy);
	}
	(void)sink;
	packet_decoder_free(decoder);
	return 0;
}
