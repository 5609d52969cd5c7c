#include "flow/order.h"

#include <errno.h>
#include <stdlib.h>

int
order_init(struct order *order, uint32_t count)
{
	order->count = 0;
	order->entries = calloc(count, sizeof(*order->entries));
	return order->entries != NULL ? 0 : -ENOMEM;
}

void
order_fini(struct order *order)
{
	free(order->entries);
	order->entries = NULL;
}

static bool
earlier(const struct flow *a, const struct flow *b)
{
	if (a->first_us != b->first_us)
		return a->first_us < b->first_us;
	return a->id < b->id;
}

/* Lets the entry at 'at' sink below those that are earlier. */
static void
sink(struct order *order, const struct flow *flows, uint32_t at)
{
	uint32_t entry = order->entries[at], child;

	for (; at < order->count / 2; at = child) {
		child = 2 * at + 1;
		if (child + 1 < order->count &&
		    earlier(&flows[order->entries[child + 1]],
			&flows[order->entries[child]]))
			child++;
		if (!earlier(&flows[order->entries[child]], &flows[entry]))
			break;
		order->entries[at] = order->entries[child];
	}
	order->entries[at] = entry;
}

void
order_build(struct order *order, const struct flow *flows, uint32_t end)
{
	uint32_t i;

	order->count = 0;
	for (i = 0; i < end; i++)
		if (flows[i].id != 0)
			order->entries[order->count++] = i;
	for (i = order->count / 2; i-- > 0;)
		sink(order, flows, i);
}

uint32_t
order_first(struct order *order, const struct flow *flows)
{
	while (order->count > 0) {
		uint32_t entry = order->entries[0];

		if (flows[entry].id != 0)
			return entry;
		order->entries[0] = order->entries[--order->count];
		if (order->count > 0)
			sink(order, flows, 0);
	}
	return UINT32_MAX;
}
