/* What suppressions do, and lists of what analysts said. */
#pragma once

#include "report/fields.h"

/* The clients that stand out of a question, and how many of them each
 * suppression of the desk hides by itself, in its order. */
struct said {
	uint64_t *hidden; /* Owned. */
	uint64_t of;
};

/* Returns 0 or a negative code; said_fini() frees whatever it returned. */
int said_gather(struct fs_store *store, const struct store_query *query,
    struct fs_err *err, struct said *said);
void said_fini(struct said *said);
