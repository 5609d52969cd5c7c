/* Memory for many small things that live and die together. */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* Owned; the newest first. */
	size_t taken;               /* Bytes given out so far. */
};

void arena_init(struct arena *arena);
/* Frees everything that was taken. */
void arena_fini(struct arena *arena);

/* Returns zeroed memory, aligned for any type, or null without memory. */
void *arena_take(struct arena *arena, size_t size);
/* The same for an array. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Copies text and terminates it. Returns null without memory. */
char *arena_text(struct arena *arena, const char *text, size_t size);
