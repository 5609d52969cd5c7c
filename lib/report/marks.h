/* Rows with what analysts say of them. */
#pragma once

#include "store/desk.h"
#include "store/store.h"

/* A flow or a client as lists show it; all borrowed. */
struct marked_flow {
	const struct store_flow *flow;
	const struct fs_note *label; /* What stands; or null. */
	const struct fs_suppression *suppressed;
};

struct marked_client {
	const struct store_client *client;
	const struct fs_note *label;
	const struct fs_suppression *suppressed;
};

void marks_flow(const struct fs_store *store, const struct store_flow *row,
    struct marked_flow *marked);
/* May ask the store for the client's flows. Returns 0 or a negative code. */
int marks_client(struct fs_store *store, const struct store_client *row,
    struct fs_err *err, struct marked_client *marked);
/* Whether one suppression by itself, in force or not, hides a client. Returns
 * 1, 0 or a negative code. */
int marks_hides(struct fs_store *store,
    const struct fs_suppression *suppression, const struct store_client *row,
    struct fs_err *err);
