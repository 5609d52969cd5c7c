#include "store/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

enum { ROOM = 64 };

/* Slots hold a group's index and one more, 0 when free: half of them or more
 * are. 'pairs' holds hashes of a key and a client, 0 when free. */
struct groups {
	uint64_t seed;
	struct group *group; /* Owned. */
	size_t count, room;
	uint32_t *slot; /* Owned; twice 'room' of them. */
	uint64_t *pair; /* Owned. */
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

/* The slot of a key, or the free one where it belongs. */
static uint32_t *
slot_of(const struct groups *groups, const void *key, size_t size)
{
	const size_t mask = groups->room * 2 - 1;
	size_t at = (size_t)hash_seeded(key, size, groups->seed) & mask;
	const struct group *group;

	for (; groups->slot[at] != 0; at = (at + 1) & mask) {
		group = &groups->group[groups->slot[at] - 1];
		if (group->key_size == size &&
		    memcmp(group->key, key, size) == 0)
			break;
	}
	return &groups->slot[at];
}

static int
grow(struct groups *groups)
{
	const size_t room = groups->room * 2;
	struct group *group;
	uint32_t *slot;
	size_t i;

	if (room > GROUPS_MAX)
		return FS_EFULL;
	group = reallocarray(groups->group, room, sizeof(*group));
	if (group == NULL)
		return -ENOMEM;
	groups->group = group;
	slot = calloc(room * 2, sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	free(groups->slot);
	groups->slot = slot;
	groups->room = room;
	for (i = 0; i < groups->count; i++)
		*slot_of(groups, group[i].key, group[i].key_size) =
		    (uint32_t)(i + 1);
	return 0;
}

/* Finds or makes the group of a key. */
static int
group_of(struct groups *groups, const void *key, size_t size,
    struct group **group)
{
	uint32_t *slot;
	int rc;

	if (size > GROUP_KEY_SIZE)
		size = GROUP_KEY_SIZE;
	if (size == 0)
		key = "";
	slot = slot_of(groups, key, size);
	if (*slot == 0) {
		if (groups->count == groups->room) {
			if ((rc = grow(groups)) < 0)
				return rc;
			slot = slot_of(groups, key, size);
		}
		*group = &groups->group[groups->count++];
		**group = (struct group){ .key_size = (uint8_t)size };
		memcpy((*group)->key, key, size);
		*slot = (uint32_t)groups->count;
	}
	*group = &groups->group[*slot - 1];
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
		group->anomalous++;
	else if (row->decision == FS_REVIEW)
		group->review++;
	else if (row->coverage == FS_COVERAGE_NONE)
		group->unjudged++;
	else
		group->clean++;
}

int
groups_add(struct groups *groups, const struct group_row *row)
{
	struct group *group;
	int rc;

	if ((rc = group_of(groups, row->key, row->key_size, &group)) < 0)
		return rc;
	if (group->flows == 0 || row->first_us < group->first_us)
		group->first_us = row->first_us;
	if (row->last_us > group->last_us)
		group->last_us = row->last_us;
	if (row->score_ppm > group->score_ppm)
		group->score_ppm = row->score_ppm;
	if (row->seq > group->seq)
		group->seq = row->seq;
	group->flows++;
	num_count(&group->packets, row->packets);
	num_count(&group->bytes, row->bytes);
	count_decision(group, row);
	if (row->client == NULL)
		return 0;
	return count_client(groups, group, row->client, row->client_size);
}

int
groups_add_client(struct groups *groups, const void *key, size_t size)
{
	struct group *group;
	int rc = group_of(groups, key, size, &group);

	if (rc < 0)
		return rc;
	group->clients++;
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
