#include "base/wheel.h"

#include <assert.h>
#include <stdlib.h>

#include "base/num.h"

enum { SLOTS = 4096 };

/* Entries stand in rings, one a slot; the slot's own link, behind those of
 * the entries, is the ring's start. An entry without an alarm is a ring of
 * its own. */
struct link {
	uint32_t next, before;
};

struct wheel {
	uint32_t count; /* Of entries. */
	uint32_t used;  /* Entries with an alarm. */
	uint64_t at_s;  /* Slots before this second are empty. */
	struct link links[];
};

struct wheel *
wheel_new(uint32_t count)
{
	struct wheel *wheel;
	size_t size, i;

	if (count > UINT32_MAX - 1 - SLOTS ||
	    !num_mul((size_t)count + SLOTS, sizeof(struct link), &size) ||
	    !num_add(size, sizeof(*wheel), &size))
		return NULL;
	wheel = malloc(size);
	if (wheel == NULL)
		return NULL;
	wheel->count = count;
	wheel->used = 0;
	wheel->at_s = 0;
	for (i = 0; i < (size_t)count + SLOTS; i++)
		wheel->links[i] = (struct link){ (uint32_t)i, (uint32_t)i };
	return wheel;
}

void
wheel_free(struct wheel *wheel)
{
	free(wheel);
}

static uint32_t
slot_of(const struct wheel *wheel, uint64_t second)
{
	return wheel->count + (uint32_t)(second % SLOTS);
}

void
wheel_unset(struct wheel *wheel, uint32_t index)
{
	struct link *link = &wheel->links[index];

	assert(index < wheel->count);
	if (link->next == index)
		return;
	wheel->links[link->before].next = link->next;
	wheel->links[link->next].before = link->before;
	link->next = link->before = index;
	wheel->used--;
}

void
wheel_set(struct wheel *wheel, uint32_t index, uint64_t due_s)
{
	uint32_t slot, before;

	wheel_unset(wheel, index);
	if (due_s < wheel->at_s)
		due_s = wheel->at_s;
	else if (due_s - wheel->at_s >= SLOTS)
		due_s = wheel->at_s + SLOTS - 1;
	slot = slot_of(wheel, due_s);
	before = wheel->links[slot].before;
	wheel->links[index] = (struct link){ slot, before };
	wheel->links[before].next = index;
	wheel->links[slot].before = index;
	wheel->used++;
}

uint32_t
wheel_due(struct wheel *wheel, uint64_t now_s)
{
	uint32_t slot, index;

	/* No alarm is further ahead than the wheel's span, so this ends. */
	while (wheel->used > 0 && wheel->at_s <= now_s) {
		slot = slot_of(wheel, wheel->at_s);
		index = wheel->links[slot].next;
		if (index != slot) {
			wheel_unset(wheel, index);
			return index;
		}
		if (wheel->at_s == now_s)
			return WHEEL_NONE;
		wheel->at_s++;
	}
	/* Without alarms there is nothing to be late for: the wheel follows the
	 * clock both ways, so that one far-off time does not stop it. */
	if (wheel->used == 0 || wheel->at_s < now_s)
		wheel->at_s = now_s;
	return WHEEL_NONE;
}

uint64_t
wheel_at(const struct wheel *wheel)
{
	return wheel->at_s;
}
