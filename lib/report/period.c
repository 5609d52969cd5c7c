#include "report/period.h"

#include "base/num.h"

bool
period_of(const struct store_query *query, uint64_t *since_us,
    uint64_t *until_us)
{
	const struct store_snapshot *store = &query->snapshot;

	if (store->newest_us == 0)
		return false;
	*since_us = query->since_us;
	*until_us = query->until_us;
	if (*since_us == 0)
		*since_us = store->oldest_us;
	if (*until_us == UINT64_MAX)
		*until_us = store->newest_us;
	return true;
}

void
period_words(const struct store_query *query, struct buf *buf)
{
	const struct fs_filter *filter = &query->filter;
	char since[NUM_TIME_SIZE], until[NUM_TIME_SIZE];
	uint64_t since_us, until_us;

	if (!period_of(query, &since_us, &until_us)) {
		buf_add_text(buf, "an empty store");
		return;
	}
	num_format_time(since_us, since);
	num_format_time(until_us, until);
	buf_printf(buf, "%.19sZ to %.19sZ", since, until);
	if (filter->whole)
		buf_add_text(buf, ", the whole store");
	else if (filter->since_us == 0 && filter->until_us == 0 &&
	    filter->last_us == 0)
		buf_printf(buf, ", the newest %d h of the store",
		    STORE_DEFAULT_SPAN_H);
}
