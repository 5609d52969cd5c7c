#include "rule/strmap.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"

enum { FIRST_ROOM = 16 };

/* The slot that holds the text, or the empty one where it belongs. The
 * texts are the researcher's, so that the hash needs no secret. */
static struct strmap_slot *
slot_of(const struct strmap *map, const char *text, size_t size)
{
	size_t mask = map->room - 1;
	size_t at = (size_t)hash_seeded(text, size, 0) & mask;
	struct strmap_slot *slot;

	for (;; at = (at + 1) & mask) {
		slot = &map->slots[at];
		if (slot->text == NULL ||
		    (slot->size == size && memcmp(slot->text, text, size) == 0))
			return slot;
	}
}

static int
grow(struct strmap *map, struct arena *arena)
{
	struct strmap wider = { 0 };
	size_t i;

	wider.room = map->room ? map->room * 2 : FIRST_ROOM;
	wider.slots = arena_array(arena, wider.room, sizeof(*wider.slots));
	if (wider.slots == NULL)
		return -ENOMEM;
	wider.count = map->count;
	for (i = 0; i < map->room; i++)
		if (map->slots[i].text)
			*slot_of(&wider, map->slots[i].text,
			    map->slots[i].size) = map->slots[i];
	*map = wider;
	return 0;
}

int
strmap_add(struct strmap *map, struct arena *arena, const char *text,
    size_t size, uint32_t value)
{
	struct strmap_slot *slot;

	if (size > UINT32_MAX)
		return -ENOMEM;
	if (map->count >= map->room / 2 && grow(map, arena) < 0)
		return -ENOMEM;
	slot = slot_of(map, text, size);
	if (slot->text)
		return 0;
	*slot = (struct strmap_slot){ text, (uint32_t)size, value };
	map->count++;
	return 1;
}

bool
strmap_find(const struct strmap *map, const char *text, size_t size,
    uint32_t *value)
{
	const struct strmap_slot *slot;

	if (map->room == 0)
		return false;
	slot = slot_of(map, text, size);
	if (slot->text == NULL)
		return false;
	if (value)
		*value = slot->value;
	return true;
}
