/* Property: what an assembly gives is what laying the pieces byte by byte
 * gives, up to the first byte that is missing. Input: pieces of an offset and
 * a size in two bytes each; their bytes count upwards. */
#include <stdlib.h>
#include <string.h>

#include "parse/assembly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct model {
	size_t front;
	bool laid[ASSEMBLY_SIZE];
	uint8_t bytes[ASSEMBLY_SIZE];
};

static void
lay(struct model *model, size_t at, struct cursor piece)
{
	uint8_t byte;

	while (cursor_u8(&piece, &byte)) {
		model->laid[at] = true;
		model->bytes[at++] = byte;
	}
	while (model->front < ASSEMBLY_SIZE && model->laid[model->front])
		model->front++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct assembly assembly;
	static struct model model;
	static uint8_t bytes[UINT16_MAX];
	struct cursor input = cursor_of(data, size), front, piece;
	uint16_t at, length;
	uint8_t next = 0;
	size_t i;

	assembly_init(&assembly);
	memset(&model, 0, sizeof(model));
	while (cursor_u16(&input, &at) && cursor_u16(&input, &length)) {
		for (i = 0; i < length; i++)
			bytes[i] = next++;
		piece = cursor_of(bytes, length);
		if (assembly_add(&assembly, at, piece) == 0)
			lay(&model, at, piece);
		front = assembly_front(&assembly);
		if (front.left != model.front ||
		    memcmp(front.at, model.bytes, front.left) != 0)
			abort();
	}
	return 0;
}
