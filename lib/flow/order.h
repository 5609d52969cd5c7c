/* Flows in the order of their beginning, for a flush: a heap of entries that
 * is built when it is first asked. */
#pragma once

#include "flow/flow.h"

struct order {
	uint32_t *entries; /* Owned; a heap. */
	uint32_t count;
};

/* Makes room for 'count' entries. Returns 0 or -ENOMEM. */
int order_init(struct order *order, uint32_t count);
void order_fini(struct order *order);

/* Takes in the flows below 'end' that exist (whose id is not 0). */
void order_build(struct order *order, const struct flow *flows, uint32_t end);
/* The earliest flow by first_us, then id; passes over those that are gone.
 * Returns its entry, or UINT32_MAX when there is none. */
uint32_t order_first(struct order *order, const struct flow *flows);
