/* Rows counted by a key: what a question by one dimension is made of. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

enum {
	GROUP_KEY_SIZE = FS_NAME_SIZE, /* Longer keys are cut. */
	GROUPS_MAX = 1 << 20
};

struct groups;

/* One row, or the sum of some that are alike; bytes are borrowed during the
 * call. */
struct group_row {
	const void *client; /* Null: clients are not counted by rows. */
	size_t client_size;
	uint64_t flows, packets, bytes;
	uint64_t first_us, last_us;
	unsigned decision, coverage;
	int32_t score_ppm;
};

/* The sum of the rows of one key. */
struct group {
	uint8_t key[GROUP_KEY_SIZE];
	uint8_t key_size;
	uint32_t index;    /* That it was found at. */
	int32_t score_ppm; /* The highest. */
	uint64_t flows, clients, packets, bytes;
	uint64_t clean, review, anomalous, unjudged;
	uint64_t first_us, last_us;
};

/* 'seed' keys the tables, as strangers choose what is in them; groups do not
 * depend on it. Returns null without memory. */
struct groups *groups_new(uint64_t seed);
void groups_free(struct groups *groups);

/* Finds or makes the group of a key, whose index stays until they are sorted.
 * Returns 0, -ENOMEM or FS_EFULL. */
int groups_find(struct groups *groups, const void *key, size_t size,
    size_t *index);
/* Counts a row in a group. Returns 0 or -ENOMEM. */
int groups_put(struct groups *groups, size_t index,
    const struct group_row *row);
/* Both. */
int groups_add(struct groups *groups, const void *key, size_t size,
    const struct group_row *row);
/* Counts a client of a key. The same. */
int groups_add_client(struct groups *groups, const void *key, size_t size);

enum group_order {
	GROUP_BY_FLOWS, /* Most flows first, then by key. */
	GROUP_BY_KEY,   /* Shorter keys first: numbers by their value. */
};

/* Puts them in order; none may be added after that. */
void groups_sort(struct groups *groups, enum group_order order);
size_t groups_count(const struct groups *groups);
/* In order, valid until they are freed. */
const struct group *groups_at(const struct groups *groups, size_t index);
