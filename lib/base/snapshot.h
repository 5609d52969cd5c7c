/* A value that many threads read and none writes, swapped whole: readers get
 * the present one at their quiet points, and one that was replaced is freed
 * when all of them have passed such a point since. */
#pragma once

#include <stdint.h>

struct snapshot;

/* For readers 0 .. readers-1. The snapshot owns what is put into it;
 * 'release' frees it. Returns null without memory; then 'first' is still the
 * caller's. */
struct snapshot *snapshot_new(unsigned readers, void *first,
    void (*release)(void *value));
/* No reader may be running; frees all values. */
void snapshot_free(struct snapshot *snapshot);

/* Replaces the value, and frees those that nobody reads any more; one thread
 * alone does this. Returns 0, or -ENOMEM: then 'value' is still the
 * caller's. */
int snapshot_put(struct snapshot *snapshot, void *value);
/* Frees what nobody reads any more; for the same thread. Returns how many
 * values there are: 1, unless one that was replaced is still read. */
unsigned snapshot_sweep(struct snapshot *snapshot);

/* A quiet point of the reader: returns the present value, valid until its
 * next quiet point; what it got before no longer is. */
void *snapshot_get(struct snapshot *snapshot, unsigned reader);
