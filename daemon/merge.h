/* The observations of several workers, in one order that does not depend on
 * how many they are: by the time at which they were said, then by flow. Those
 * of a flush, all said at one time, by the flow's beginning. */
#pragma once

#include "base/ring.h"
#include "sheaf.h"

/* Takes an observation, which is valid during the call. */
typedef void merge_fn(void *ctx, const struct fs_observation *flow);

struct merge;

/* 'rings' has a ring of sheaves for each worker; 'filled' rings when one of
 * them has something. Both are borrowed. Returns null without memory. */
struct merge *merge_new(struct ring *const *rings, unsigned count,
    struct bell *filled);
void merge_free(struct merge *merge);

/* Gives the observations of one round, waiting for the workers; what comes
 * with the round itself is in '*round'. Returns 0 or -ENOMEM: then
 * observations are missing, but the round is through all the same. */
int merge_round(struct merge *merge, merge_fn *take, void *ctx,
    struct round *round);
