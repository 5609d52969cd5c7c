#include "store/several.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/count.h"

/* Each question is asked of each store, and the answers are merged. A row of
 * two stores is two rows: each says what its sensor saw. */

int
several_no_memory(struct fs_err *err)
{
	return err_set(err, -ENOMEM, "no memory is left");
}

struct fs_store *
several_first(const void *state)
{
	return ((const struct several *)state)->store[0];
}

static void
several_close(void *state)
{
	struct several *several = state;
	size_t i;

	for (i = 0; i < several->count; i++)
		fs_store_close(several->store[i]);
	free(several->store);
	free(several->snapshot);
	free(several);
}

int
several_new(struct fs_store *const *store, size_t count, struct fs_err *err,
    void **state)
{
	struct several *several = calloc(1, sizeof(*several));
	size_t i;

	if (several != NULL)
		several->store = calloc(count, sizeof(struct fs_store *));
	if (several == NULL || several->store == NULL) {
		for (i = 0; i < count; i++)
			fs_store_close(store[i]);
		free(several);
		return several_no_memory(err);
	}
	memcpy(several->store, store, count * sizeof(struct fs_store *));
	several->count = count;
	*state = several;
	return 0;
}

/* ---- Snapshots and generations ------------------------------------------ */

/* Spans of stores that hold nothing are 0. */
static void
merge_span(struct store_snapshot *all, const struct store_snapshot *one)
{
	if (one->newest_us == 0)
		return;
	if (all->newest_us == 0 || one->oldest_us < all->oldest_us)
		all->oldest_us = one->oldest_us;
	if (one->newest_us > all->newest_us)
		all->newest_us = one->newest_us;
}

static int
several_snapshot(void *state, struct fs_err *err,
    struct store_snapshot *snapshot)
{
	struct several *several = state;
	struct store_snapshot all = { 0 }, *list;
	const size_t at = several->snapshots * several->count;
	size_t i;
	int rc;

	list =
	    reallocarray(several->snapshot, at + several->count, sizeof(*list));
	if (list == NULL)
		return several_no_memory(err);
	several->snapshot = list;
	for (i = 0; i < several->count; i++) {
		if ((rc = store_ask_span(several->store[i], err,
			 &list[at + i])) < 0)
			return rc;
		merge_span(&all, &list[at + i]);
		all.client_top += list[at + i].client_top;
		all.event_top += list[at + i].event_top;
	}
	all.flow_top = (int64_t)++several->snapshots;
	*snapshot = all;
	return 0;
}

const struct store_snapshot *
several_snapshot_of(const struct several *several,
    const struct store_snapshot *snapshot, size_t index)
{
	const size_t number = (size_t)snapshot->flow_top - 1;

	return &several->snapshot[number * several->count + index];
}

struct store_query
several_query_of(const struct several *several, const struct store_query *query,
    size_t index)
{
	struct store_query one = *query;

	one.snapshot = *several_snapshot_of(several, &query->snapshot, index);
	return one;
}

uint32_t
several_generation_of(const struct several *several, uint32_t id, size_t index)
{
	return (id - 1) * (uint32_t)several->count + (uint32_t)index + 1;
}

static int
several_find_generation(void *state, uint32_t id, struct fs_err *err,
    struct fs_generation *generation)
{
	const struct several *several = state;
	const uint32_t count = (uint32_t)several->count;
	int rc;

	if (id == 0)
		return FS_EEND;
	rc = store_ask_generation(several->store[(id - 1) % count],
	    (id - 1) / count + 1, err, generation);
	if (rc >= 0)
		generation->id = id;
	return rc;
}

static int
several_newest_generation(void *state, struct fs_err *err,
    struct fs_generation *generation)
{
	const struct several *several = state;
	struct fs_generation one, best = { 0 };
	bool found = false;
	size_t i;
	int rc;

	for (i = 0; i < several->count; i++) {
		rc = store_ask_newest_generation(several->store[i], err, &one);
		if (rc == FS_EEND)
			continue;
		if (rc < 0)
			return rc;
		if (found && one.time_us <= best.time_us)
			continue;
		best = one;
		best.id = several_generation_of(several, one.id, i);
		found = true;
	}
	if (!found)
		return FS_EEND;
	*generation = best;
	return 0;
}

static int
several_find_rule(void *state, const char *digest, const char *name,
    struct fs_err *err, struct store_rule *rule)
{
	const struct several *several = state;
	const struct fs_store *store;
	int rc = FS_EEND;
	size_t i;

	for (i = 0; i < several->count && rc == FS_EEND; i++) {
		store = several->store[i];
		rc = store->ops->find_rule(store->state, digest, name, err,
		    rule);
	}
	return rc;
}

/* ---- Flows -------------------------------------------------------------- */

/* The answers of all stores, each with its next row, or null. */
struct flows {
	struct several *several;
	enum store_order order;
	uint64_t limit, given;
	void **cursor; /* Owned. */
	const struct store_flow **next;
	size_t last;           /* Whose row was given. */
	bool started;          /* All have their first row. */
	struct store_flow row; /* That is given. */
};

static void
several_flows_close(void *cursor)
{
	struct flows *flows = cursor;
	const struct fs_store *store;
	size_t i;

	if (flows == NULL)
		return;
	for (i = 0; flows->cursor != NULL && i < flows->several->count; i++) {
		store = flows->several->store[i];
		if (flows->cursor[i] != NULL)
			store->ops->flows_close(flows->cursor[i]);
	}
	free(flows->cursor);
	free(flows->next);
	free(flows);
}

static int
several_flows_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor)
{
	struct several *several = state;
	struct flows *flows = calloc(1, sizeof(*flows));
	const struct fs_store *store;
	struct store_query one;
	size_t i;
	int rc = 0;

	if (flows == NULL)
		return several_no_memory(err);
	flows->several = several;
	flows->order = query->order;
	flows->limit = query->filter.limit;
	flows->cursor = calloc(several->count, sizeof(void *));
	flows->next = calloc(several->count, sizeof(struct store_flow *));
	if (flows->cursor == NULL || flows->next == NULL)
		rc = several_no_memory(err);
	for (i = 0; i < several->count && rc >= 0; i++) {
		store = several->store[i];
		one = several_query_of(several, query, i);
		rc = store->ops->flows_open(store->state, &one, err,
		    &flows->cursor[i]);
	}
	if (rc < 0) {
		several_flows_close(flows);
		return rc;
	}
	*cursor = flows;
	return 0;
}

static int
flows_pull(struct flows *flows, size_t index, struct fs_err *err)
{
	const struct fs_store *store = flows->several->store[index];
	int rc = store->ops->flows_next(flows->cursor[index], err,
	    &flows->next[index]);

	if (rc == 0)
		flows->next[index] = NULL;
	return rc;
}

static bool
flow_is_before(enum store_order order, const struct fs_observation *a,
    const struct fs_observation *b)
{
	if (order == STORE_BY_SCORE &&
	    a->verdict.score_ppm != b->verdict.score_ppm)
		return a->verdict.score_ppm > b->verdict.score_ppm;
	if (a->first_us != b->first_us)
		return a->first_us < b->first_us;
	if (a->flow_id != b->flow_id)
		return a->flow_id < b->flow_id;
	return a->rev < b->rev;
}

/* The rows that were given last are replaced by the next ones. */
static int
flows_refill(struct flows *flows, struct fs_err *err)
{
	size_t i;
	int rc = 0;

	if (flows->started)
		return flows_pull(flows, flows->last, err);
	flows->started = true;
	for (i = 0; i < flows->several->count && rc >= 0; i++)
		rc = flows_pull(flows, i, err);
	return rc;
}

static int
several_flows_next(void *cursor, struct fs_err *err,
    const struct store_flow **row)
{
	struct flows *flows = cursor;
	const struct store_flow *best = NULL;
	size_t i;
	int rc;

	if (flows->limit > 0 && flows->given == flows->limit)
		return 0;
	if ((rc = flows_refill(flows, err)) < 0)
		return rc;
	for (i = 0; i < flows->several->count; i++) {
		if (flows->next[i] == NULL ||
		    (best != NULL &&
			!flow_is_before(flows->order, &flows->next[i]->flow,
			    &best->flow)))
			continue;
		best = flows->next[i];
		flows->last = i;
	}
	if (best == NULL)
		return 0;
	flows->row = *best;
	flows->row.flow.generation = several_generation_of(flows->several,
	    best->flow.generation, flows->last);
	flows->given++;
	*row = &flows->row;
	return 1;
}

static int
several_flows_count(void *state, const struct store_query *query,
    struct fs_err *err, uint64_t *count)
{
	const struct several *several = state;
	const struct fs_store *store;
	struct store_query one;
	uint64_t sum = 0, flows;
	size_t i;
	int rc;

	for (i = 0; i < several->count; i++) {
		store = several->store[i];
		one = several_query_of(several, query, i);
		if ((rc = store->ops->flows_count(store->state, &one, err,
			 &flows)) < 0)
			return rc;
		sum += flows;
	}
	*count = sum;
	return 0;
}

/* The latest row of a flow; the first store's of those that are alike. */
static int
several_find_flow(void *state, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row)
{
	const struct several *several = state;
	struct store_flow *one = malloc(sizeof(*one));
	bool found = false;
	size_t i;
	int rc = 0;

	if (one == NULL)
		return several_no_memory(err);
	for (i = 0; i < several->count && rc >= 0; i++) {
		rc = store_ask_flow(several->store[i],
		    several_snapshot_of(several, snapshot, i), flow_id, err,
		    one);
		if (rc >= 0 && (!found || one->flow.rev > row->flow.rev)) {
			*row = *one;
			row->flow.generation = several_generation_of(several,
			    one->flow.generation, i);
			found = true;
		}
		if (rc == FS_EEND)
			rc = 0;
	}
	free(one);
	return rc < 0 ? rc : found ? 0 : FS_EEND;
}

/* ---- Totals, groups, events --------------------------------------------- */

static int
several_counts(void *state, const struct store_query *query,
    struct counting *const *counting, size_t count, struct fs_err *err)
{
	const struct several *several = state;
	const struct fs_store *store;
	struct store_query one;
	size_t i;
	int rc = 0;

	for (i = 0; i < several->count && rc >= 0; i++) {
		store = several->store[i];
		one = several_query_of(several, query, i);
		rc = store->ops->counts(store->state, &one, counting, count,
		    err);
	}
	return rc;
}

/* Events of all stores, with their order of arrival. */
struct event {
	struct fs_event event;
	size_t order;
};

struct events {
	struct event *event; /* Owned. */
	size_t count, room;
};

static int
take_event(void *ctx, const struct fs_event *event)
{
	struct events *events = ctx;
	const size_t room = events->room > 0 ? events->room * 2 : 64;
	struct event *list;

	if (events->count == events->room) {
		list = reallocarray(events->event, room, sizeof(*list));
		if (list == NULL)
			return -ENOMEM;
		events->event = list;
		events->room = room;
	}
	events->event[events->count] = (struct event){ *event, events->count };
	events->count++;
	return 0;
}

static int
compare_events(const void *one, const void *other)
{
	const struct event *a = one, *b = other;

	if (a->event.time_us != b->event.time_us)
		return a->event.time_us < b->event.time_us ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int
several_events(void *state, const struct store_query *query, store_event_fn *fn,
    void *ctx, struct fs_err *err)
{
	const struct several *several = state;
	struct events events = { 0 };
	struct store_query one;
	size_t i;
	int rc = 0;

	for (i = 0; i < several->count && rc >= 0; i++) {
		one = several_query_of(several, query, i);
		rc = store_ask_events(several->store[i], &one, take_event,
		    &events, err);
	}
	if (rc == -ENOMEM)
		several_no_memory(err);
	if (events.count > 0)
		qsort(events.event, events.count, sizeof(*events.event),
		    compare_events);
	for (i = 0; i < events.count && rc >= 0; i++)
		rc = fn(ctx, &events.event[i].event);
	free(events.event);
	return rc;
}

/* Writing and keeping are for a store of its own: see store.c. */
const struct store_ops several_ops = {
	.name = "several",
	.close = several_close,
	.snapshot = several_snapshot,
	.flows_open = several_flows_open,
	.flows_next = several_flows_next,
	.flows_close = several_flows_close,
	.flows_count = several_flows_count,
	.clients_open = several_clients_open,
	.clients_next = several_clients_next,
	.clients_close = several_clients_close,
	.find_flow = several_find_flow,
	.find_client = several_find_client,
	.counts = several_counts,
	.events = several_events,
	.find_rule = several_find_rule,
	.find_generation = several_find_generation,
	.newest_generation = several_newest_generation,
};
