#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/kind.h"

enum { ROOM = 64 };

struct item {
	uint64_t hash;
	void *bytes; /* Owned. */
	size_t size;
};

/* Slots hold an item's number, 0 when free: half of them or more are. */
struct names {
	uint64_t seed;
	struct item *item; /* Owned. */
	size_t count, room;
	uint32_t *slot; /* Owned; twice 'room' of them. */
};

struct names *
names_new(uint64_t seed)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names == NULL)
		return NULL;
	names->seed = seed;
	names->room = ROOM;
	names->item = calloc(ROOM, sizeof(*names->item));
	names->slot = calloc((size_t)ROOM * 2, sizeof(*names->slot));
	if (names->item != NULL && names->slot != NULL)
		return names;
	names_free(names);
	return NULL;
}

void
names_free(struct names *names)
{
	size_t i;

	if (names == NULL)
		return;
	for (i = 0; i < names->count; i++)
		free(names->item[i].bytes);
	free(names->item);
	free(names->slot);
	free(names);
}

size_t
names_count(const struct names *names)
{
	return names->count;
}

/* The slot of an item, or the free one where it belongs. */
static uint32_t *
slot_of(const struct names *names, uint64_t hash, const void *bytes,
    size_t size)
{
	const size_t mask = names->room * 2 - 1;
	size_t at = (size_t)hash & mask;
	const struct item *item;

	for (; names->slot[at] != 0; at = (at + 1) & mask) {
		item = &names->item[names->slot[at] - 1];
		if (item->hash == hash && item->size == size &&
		    memcmp(item->bytes, bytes, size) == 0)
			break;
	}
	return &names->slot[at];
}

uint32_t
names_find(const struct names *names, const void *bytes, size_t size)
{
	return *slot_of(names, hash_seeded(bytes, size, names->seed), bytes,
	    size);
}

static int
grow(struct names *names)
{
	const size_t room = names->room * 2;
	struct item *item = reallocarray(names->item, room, sizeof(*item));
	uint32_t *slot;
	size_t i;

	if (item == NULL)
		return -ENOMEM;
	names->item = item;
	slot = calloc(room * 2, sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	free(names->slot);
	names->slot = slot;
	names->room = room;
	for (i = 0; i < names->count; i++)
		*slot_of(names, item[i].hash, item[i].bytes, item[i].size) =
		    (uint32_t)(i + 1);
	return 0;
}

int
names_add(struct names *names, const void *bytes, size_t size)
{
	struct item item = { hash_seeded(bytes, size, names->seed),
		malloc(size + 1), size };

	if (item.bytes == NULL ||
	    (names->count == names->room && grow(names) < 0)) {
		free(item.bytes);
		return -ENOMEM;
	}
	memcpy(item.bytes, bytes, size);
	names->item[names->count++] = item;
	*slot_of(names, item.hash, bytes, size) = (uint32_t)names->count;
	return 0;
}
