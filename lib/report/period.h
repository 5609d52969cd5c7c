/* The period that an answer is about, in words. */
#pragma once

#include "base/buf.h"
#include "store/store.h"

/* From and until when, within what the store holds; false when it holds
 * nothing. */
bool period_of(const struct store_query *query, uint64_t *since_us,
    uint64_t *until_us);

/* "2026-11-22T05:00:00Z to 2026-11-23T05:00:00Z, the newest 24 h" */
void period_words(const struct store_query *query, struct buf *buf);
