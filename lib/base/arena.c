#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { BLOCK_SIZE = 16384 };

struct arena_block {
	struct arena_block *next;
	size_t room, used;
	alignas(max_align_t) uint8_t bytes[];
};

void
arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

void
arena_fini(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	*arena = (struct arena){ 0 };
}

static struct arena_block *
block_new(size_t room)
{
	struct arena_block *block;
	size_t size;

	if (!num_add(sizeof(*block), room, &size))
		return NULL;
	block = calloc(1, size);
	if (block)
		block->room = room;
	return block;
}

/* Large pieces get a block of their own, behind the one in use, whose rest
 * stays usable. */
static void *
take_large(struct arena *arena, size_t size)
{
	struct arena_block *block = block_new(size);

	if (block == NULL)
		return NULL;
	block->used = size;
	if (arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		arena->blocks = block;
	}
	return block->bytes;
}

void *
arena_take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t step;
	void *taken;

	if (!num_add(size, alignof(max_align_t) - 1, &step))
		return NULL;
	step -= step % alignof(max_align_t);
	arena->taken += step;
	if (step > BLOCK_SIZE / 4)
		return take_large(arena, step);
	if (block == NULL || block->room - block->used < step) {
		block = block_new(BLOCK_SIZE);
		if (block == NULL)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	taken = block->bytes + block->used;
	block->used += step;
	return taken;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	return num_mul(count, size, &total) ? arena_take(arena, total) : NULL;
}

char *
arena_text(struct arena *arena, const char *text, size_t size)
{
	size_t total;
	char *copy;

	if (!num_add(size, 1, &total))
		return NULL;
	copy = arena_take(arena, total);
	if (copy && size)
		memcpy(copy, text, size);
	return copy;
}
