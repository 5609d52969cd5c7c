/* Several stores that are read as one: each sensor may have its own. */
#pragma once

#include "store/store.h"

/* Snapshots of all stores are kept, and known by their number, which stands
 * in the place of 'flow_top'. */
struct several {
	struct fs_store **store; /* Owned, and so are they. */
	size_t count;
	struct store_snapshot *snapshot; /* Owned: 'count' for each number. */
	size_t snapshots;
};

extern const struct store_ops several_ops;

/* Takes the stores, also on failure. */
int several_new(struct fs_store *const *store, size_t count, struct fs_err *err,
    void **state);
/* The one that says that it cannot be written. */
struct fs_store *several_first(const void *state);

/* ---- For several*.c ----------------------------------------------------- */

int several_no_memory(struct fs_err *err);
/* What a snapshot of all is for one of them, and a question. */
const struct store_snapshot *several_snapshot_of(const struct several *several,
    const struct store_snapshot *snapshot, size_t index);
struct store_query several_query_of(const struct several *several,
    const struct store_query *query, size_t index);
/* The number among all of a generation of one store, each of which counts
 * from 1. */
uint32_t several_generation_of(const struct several *several, uint32_t id,
    size_t index);

int several_clients_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor, uint64_t *matched);
int several_clients_next(void *cursor, struct fs_err *err,
    const struct store_client **row);
void several_clients_close(void *cursor);
int several_find_client(void *state, const struct store_snapshot *snapshot,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *row);
