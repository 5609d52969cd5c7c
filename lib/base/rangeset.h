/* Ranges of addresses, each with a value; the most specific range wins.
 * Built once, then read only: sorted disjoint ranges and binary search. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

struct rangeset;

/* Returns null without memory. */
struct rangeset *rangeset_new(void);
void rangeset_free(struct rangeset *set);

/* Adds a range, both ends within it, of one family. Where ranges overlap the
 * shorter one wins, and of equal ones the one that was added last.
 *
 * Returns 0, -EINVAL (ends swapped or of two families), -ENOMEM. */
int rangeset_add(struct rangeset *set, const struct fs_addr *first,
    const struct fs_addr *last, uint32_t value);
int rangeset_add_prefix(struct rangeset *set, const struct fs_prefix *prefix,
    uint32_t value);

/* Flattens; must be called once after the last addition. Returns 0 or
 * -ENOMEM. */
int rangeset_seal(struct rangeset *set);

/* Finds the value of the range that holds 'addr'. */
bool rangeset_find(const struct rangeset *set, const struct fs_addr *addr,
    uint32_t *value);

/* How many ranges were added. */
size_t rangeset_count(const struct rangeset *set);
