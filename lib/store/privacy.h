/* What of a row goes into the store: copies that hold no more than is to be
 * kept. */
#pragma once

#include "flowscan.h"

struct privacy;

/* Returns null without memory. */
struct privacy *privacy_new(const struct fs_privacy *kept);
void privacy_free(struct privacy *privacy);

/* Both return a copy, which is valid until the next call. Of clients that
 * have one prefix, the one that stands out most is its row: others have
 * none, and null is returned. */
const struct fs_observation *privacy_flow(struct privacy *privacy,
    const struct fs_observation *flow);
const struct fs_client *privacy_client(struct privacy *privacy,
    const struct fs_client *client);
