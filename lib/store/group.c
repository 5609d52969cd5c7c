#include "store/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

enum { ROOM = 64 };

/* A group's index and one more, 0 when free, and a part of its key's hash, so
 * that few other groups are looked at. */
struct slot {
	uint32_t group;
	uint32_t hash;
};

/* Half of the slots or more are free. 'pairs' holds hashes of a key and a
 * client, 0 when free. */
struct groups {
	uint64_t seed;
	struct group *group; /* Owned. */
	size_t count, room;
	struct slot *slot; /* Owned; twice 'room' of them. */
	uint64_t *pair;    /* Owned. */
	size_t pair_count, pair_room;
};

struct groups *
groups_new(uint64_t seed)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (groups == NULL)
		return NULL;
	groups->seed = seed;
	groups->room = groups->pair_room = ROOM;
	groups->group = calloc(ROOM, sizeof(*groups->group));
	groups->slot = calloc((size_t)ROOM * 2, sizeof(*groups->slot));
	groups->pair = calloc(ROOM, sizeof(*groups->pair));
	if (groups->group != NULL && groups->slot != NULL &&
	    groups->pair != NULL)
		return groups;
	groups_free(groups);
	return NULL;
}

void
groups_free(struct groups *groups)
{
	if (groups == NULL)
		return;
	free(groups->group);
	free(groups->slot);
	free(groups->pair);
	free(groups);
}

/* ---- Keys --------------------------------------------------------------- */

static bool
is_group(const struct group *group, const void *key, size_t size)
{
	return group->key_size == size && memcmp(group->key, key, size) == 0;
}

/* The slot of a key, or the free one where it belongs. */
static struct slot *
slot_of(const struct groups *groups, const void *key, size_t size,
    uint32_t hash)
{
	const size_t mask = groups->room * 2 - 1;
	size_t at = hash & mask;
	const struct slot *slot = groups->slot;

	for (; slot[at].group != 0; at = (at + 1) & mask)
		if (slot[at].hash == hash &&
		    is_group(&groups->group[slot[at].group - 1], key, size))
			break;
	return &groups->slot[at];
}

/* Moves slots to where they belong in twice the room. */
static void
move_slots(const struct slot *from, size_t count, struct slot *to)
{
	const size_t mask = count * 2 - 1;
	size_t i, at;

	for (i = 0; i < count; i++) {
		if (from[i].group == 0)
			continue;
		at = from[i].hash & mask;
		while (to[at].group != 0)
			at = (at + 1) & mask;
		to[at] = from[i];
	}
}

static int
grow(struct groups *groups)
{
	const size_t room = groups->room * 2;
	struct group *group;
	struct slot *slot;

	if (room > GROUPS_MAX)
		return FS_EFULL;
	group = reallocarray(groups->group, room, sizeof(*group));
	if (group == NULL)
		return -ENOMEM;
	groups->group = group;
	slot = calloc(room * 2, sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	move_slots(groups->slot, room, slot);
	free(groups->slot);
	groups->slot = slot;
	groups->room = room;
	return 0;
}

int
groups_find(struct groups *groups, const void *key, size_t size, size_t *index)
{
	struct slot *slot;
	struct group *group;
	uint32_t hash;
	int rc;

	if (size > GROUP_KEY_SIZE)
		size = GROUP_KEY_SIZE;
	if (size == 0)
		key = "";
	hash = (uint32_t)hash_seeded(key, size, groups->seed);
	slot = slot_of(groups, key, size, hash);
	if (slot->group == 0) {
		if (groups->count == groups->room) {
			if ((rc = grow(groups)) < 0)
				return rc;
			slot = slot_of(groups, key, size, hash);
		}
		group = &groups->group[groups->count++];
		*group = (struct group){ .key_size = (uint8_t)size,
			.index = (uint32_t)groups->count - 1 };
		memcpy(group->key, key, size);
		*slot = (struct slot){ (uint32_t)groups->count, hash };
	}
	*index = slot->group - 1;
	return 0;
}

/* ---- Clients ------------------------------------------------------------ */

static uint64_t *
pair_slot(uint64_t *pair, size_t room, uint64_t hash)
{
	size_t at = (size_t)hash & (room - 1);

	while (pair[at] != 0 && pair[at] != hash)
		at = (at + 1) & (room - 1);
	return &pair[at];
}

static int
grow_pairs(struct groups *groups)
{
	const size_t room = groups->pair_room * 2;
	uint64_t *pair = calloc(room, sizeof(*pair));
	size_t i;

	if (pair == NULL)
		return -ENOMEM;
	for (i = 0; i < groups->pair_room; i++)
		if (groups->pair[i] != 0)
			*pair_slot(pair, room, groups->pair[i]) =
			    groups->pair[i];
	free(groups->pair);
	groups->pair = pair;
	groups->pair_room = room;
	return 0;
}

/* Counts a client of a group the first time that it is met. */
static int
count_client(struct groups *groups, struct group *group, const void *client,
    size_t size)
{
	const uint64_t index = (uint64_t)(group - groups->group);
	uint64_t hash, *slot;
	int rc;

	if (groups->pair_count * 2 >= groups->pair_room &&
	    (rc = grow_pairs(groups)) < 0)
		return rc;
	hash = hash_seeded(client, size, groups->seed + index);
	if (hash == 0)
		hash = 1;
	slot = pair_slot(groups->pair, groups->pair_room, hash);
	if (*slot == 0) {
		*slot = hash;
		groups->pair_count++;
		group->clients++;
	}
	return 0;
}

/* ---- Rows --------------------------------------------------------------- */

static void
count_decision(struct group *group, const struct group_row *row)
{
	if (row->decision == FS_ANOMALOUS)
		group->anomalous += row->flows;
	else if (row->decision == FS_REVIEW)
		group->review += row->flows;
	else if (row->coverage == FS_COVERAGE_NONE)
		group->unjudged += row->flows;
	else
		group->clean += row->flows;
}

int
groups_put(struct groups *groups, size_t index, const struct group_row *row)
{
	struct group *group = &groups->group[index];

	if (group->flows == 0 || row->first_us < group->first_us)
		group->first_us = row->first_us;
	if (row->last_us > group->last_us)
		group->last_us = row->last_us;
	if (row->score_ppm > group->score_ppm)
		group->score_ppm = row->score_ppm;
	group->flows += row->flows;
	num_count(&group->packets, row->packets);
	num_count(&group->bytes, row->bytes);
	count_decision(group, row);
	if (row->client == NULL)
		return 0;
	return count_client(groups, group, row->client, row->client_size);
}

int
groups_add(struct groups *groups, const void *key, size_t size,
    const struct group_row *row)
{
	size_t index;
	int rc = groups_find(groups, key, size, &index);

	return rc < 0 ? rc : groups_put(groups, index, row);
}

int
groups_add_client(struct groups *groups, const void *key, size_t size)
{
	size_t index;
	int rc = groups_find(groups, key, size, &index);

	if (rc < 0)
		return rc;
	groups->group[index].clients++;
	return 0;
}

/* ---- Order -------------------------------------------------------------- */

static int
by_text(const struct group *a, const struct group *b)
{
	size_t size = a->key_size < b->key_size ? a->key_size : b->key_size;
	int order = memcmp(a->key, b->key, size);

	return order != 0 ? order : (int)a->key_size - (int)b->key_size;
}

static int
by_flows(const void *one, const void *other)
{
	const struct group *a = one, *b = other;

	if (a->flows != b->flows)
		return a->flows > b->flows ? -1 : 1;
	return by_text(a, b);
}

static int
by_key(const void *one, const void *other)
{
	const struct group *a = one, *b = other;

	if (a->key_size != b->key_size)
		return (int)a->key_size - (int)b->key_size;
	return by_text(a, b);
}

void
groups_sort(struct groups *groups, enum group_order order)
{
	if (groups->count > 0)
		qsort(groups->group, groups->count, sizeof(*groups->group),
		    order == GROUP_BY_KEY ? by_key : by_flows);
}

size_t
groups_count(const struct groups *groups)
{
	return groups->count;
}

const struct group *
groups_at(const struct groups *groups, size_t index)
{
	return &groups->group[index];
}
