#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/err.h"
#include "signal/hide.h"
#include "store/count.h"
#include "store/several.h"
#include "store/sqlite.h"

static const uint64_t us_per_hour = 3600000000;

/* ---- The public face ---------------------------------------------------- */

static int
store_of(const struct store_ops *ops, void *state, struct fs_err *err,
    struct fs_store **store)
{
	struct fs_store *s = malloc(sizeof(*s));

	if (s == NULL) {
		ops->close(state);
		return err_set(err, -ENOMEM, "no memory is left");
	}
	*s = (struct fs_store){ .ops = ops,
		.state = state,
		.seed = ops == &several_ops ? several_first(state)->seed
					    : sqlite_seed(state) };
	*store = s;
	return 0;
}

int
fs_store_open(const char *path, struct fs_err *err, struct fs_store **store)
{
	struct sqlite_store *state;
	int rc;

	if ((rc = sqlite_open_write(path, err, &state)) < 0)
		return rc;
	return store_of(&sqlite_ops, state, err, store);
}

int
fs_store_open_old(const char *path, struct fs_err *err, struct fs_store **store)
{
	if (access(path, F_OK) < 0)
		return err_set(err, -errno,
		    "no database at %s: name one with "
		    "--db",
		    path);
	return fs_store_open(path, err, store);
}

int
fs_store_open_read(const char *path, struct fs_err *err,
    struct fs_store **store)
{
	struct sqlite_store *state;
	int rc;

	if ((rc = sqlite_open_read(path, err, &state)) < 0)
		return rc;
	return store_of(&sqlite_ops, state, err, store);
}

int
fs_store_join(struct fs_store *const *stores, size_t count, struct fs_err *err,
    struct fs_store **store)
{
	void *state;
	int rc;

	if ((rc = several_new(stores, count, err, &state)) < 0)
		return rc;
	return store_of(&several_ops, state, err, store);
}

void
fs_store_close(struct fs_store *store)
{
	if (store == NULL)
		return;
	store->ops->close(store->state);
	privacy_free(store->privacy);
	free(store);
}

/* Several stores are for reading: the first one says so. */
static const struct fs_store *
keeper(const struct fs_store *store)
{
	return store->ops == &several_ops ? several_first(store->state) : store;
}

int
fs_store_hide(struct fs_store *store, const struct fs_privacy *privacy)
{
	struct privacy *hiding = NULL;

	if (hide_is_on(privacy) && (hiding = privacy_new(privacy)) == NULL)
		return -ENOMEM;
	privacy_free(store->privacy);
	store->privacy = hiding;
	return 0;
}

int
fs_store_put_generation(struct fs_store *store, const struct fs_ruleset *rules,
    struct fs_generation *generation, struct fs_err *err)
{
	return keeper(store)->ops->put_generation(keeper(store)->state, rules,
	    generation, err);
}

int
fs_store_put_flow(struct fs_store *store, const struct fs_observation *flow,
    struct fs_err *err)
{
	if (store->privacy != NULL)
		flow = privacy_flow(store->privacy, flow);
	return keeper(store)->ops->put_flow(keeper(store)->state, flow, err);
}

int
fs_store_put_client(struct fs_store *store, const struct fs_client *client,
    struct fs_err *err)
{
	if (store->privacy != NULL)
		client = privacy_client(store->privacy, client);
	if (client == NULL)
		return 0;
	return keeper(store)->ops->put_client(keeper(store)->state, client,
	    err);
}

int
fs_store_put_event(struct fs_store *store, const struct fs_event *event,
    struct fs_err *err)
{
	return keeper(store)->ops->put_event(keeper(store)->state, event, err);
}

int
fs_store_commit(struct fs_store *store, struct fs_err *err)
{
	return keeper(store)->ops->commit(keeper(store)->state, err);
}

/* ---- Keeping ------------------------------------------------------------ */

void
fs_store_retain(struct fs_store *store, const struct fs_retention *retention)
{
	keeper(store)->ops->retain(keeper(store)->state, retention);
}

int
fs_store_prune(struct fs_store *store, struct fs_err *err,
    struct fs_pruned *pruned)
{
	return keeper(store)->ops->prune(keeper(store)->state, err, pruned);
}

int
fs_store_stats(struct fs_store *store, struct fs_err *err,
    struct fs_store_stats *stats)
{
	return keeper(store)->ops->stats(keeper(store)->state, err, stats);
}

int
fs_store_check(struct fs_store *store, fs_text_fn *fn, void *ctx,
    struct fs_err *err, uint64_t *faults)
{
	return keeper(store)->ops->check(keeper(store)->state, fn, ctx, err,
	    faults);
}

int
fs_store_backup(struct fs_store *store, const char *path, struct fs_err *err)
{
	return keeper(store)->ops->backup(keeper(store)->state, path, err);
}

int
fs_store_select(struct fs_store *store, const char *sql, fs_cells_fn *fn,
    void *ctx, struct fs_err *err, uint64_t *rows)
{
	return keeper(store)->ops->select(keeper(store)->state, sql, fn, ctx,
	    err, rows);
}

/* ---- Filters ------------------------------------------------------------ */

void
fs_filter_init(struct fs_filter *filter)
{
	*filter = (struct fs_filter){ .class = -1, .verdict = -1 };
}

int
fs_store_freshness(struct fs_store *store, struct fs_err *err,
    struct fs_freshness *freshness)
{
	struct fs_generation generation = { 0 };
	struct store_snapshot snapshot;
	int rc;

	if ((rc = store_ask_span(store, err, &snapshot)) < 0)
		return rc;
	rc = store_ask_newest_generation(store, err, &generation);
	if (rc < 0 && rc != FS_EEND)
		return rc;
	*freshness = (struct fs_freshness){ snapshot.newest_us,
		generation.time_us, generation.geo_built_s * 1000000 };
	return 0;
}

/* What a store recalls goes to a judge, one client after another. */
struct recall {
	fs_client_fn *fn;
	void *ctx;
};

static int
recall_one(void *ctx, const struct store_client *row)
{
	const struct recall *recall = ctx;

	return recall->fn(recall->ctx, &row->client);
}

int
fs_store_recall(struct fs_store *store, fs_client_fn *fn, void *ctx,
    struct fs_err *err)
{
	struct recall recall = { fn, ctx };
	struct store_query query;
	struct fs_filter filter;
	int rc;

	fs_filter_init(&filter);
	filter.whole = true;
	if ((rc = store_query(store, &filter, err, &query)) < 0)
		return rc;
	query.order = STORE_BY_LAST;
	return store_ask_clients(store, &query, recall_one, &recall, err, NULL);
}

/* Counts the runs that began and did not end. They may overlap in time, as
 * each goes by the clock of its captures. */
static int
count_runs(void *ctx, const struct fs_event *event)
{
	int64_t *open_runs = ctx;

	if (event->kind == FS_EVENT_START)
		++*open_runs;
	else if (event->kind == FS_EVENT_STOP ||
	    (event->kind == FS_EVENT_GAP &&
		strcmp(event->subject, FS_RUN_SUBJECT) == 0))
		--*open_runs;
	return 0;
}

int
fs_store_unfinished(struct fs_store *store, struct fs_err *err,
    uint64_t *newest_us)
{
	struct store_query query;
	struct fs_filter filter;
	int64_t open_runs = 0;
	int rc;

	fs_filter_init(&filter);
	filter.whole = true;
	if ((rc = store_query(store, &filter, err, &query)) < 0 ||
	    (rc = store_ask_events(store, &query, count_runs, &open_runs,
		 err)) < 0)
		return rc;
	if (open_runs <= 0)
		return 0;
	*newest_us = query.snapshot.newest_us;
	return 1;
}

/* ---- Questions ---------------------------------------------------------- */

void
store_query_whole(struct store_query *query)
{
	query->since_us = 0;
	query->until_us = UINT64_MAX;
}

/* The moment 'span_us' before 'time_us'. */
static uint64_t
before(uint64_t time_us, uint64_t span_us)
{
	return time_us > span_us ? time_us - span_us : 0;
}

/* When a filter's period begins. */
static uint64_t
since_of(const struct fs_filter *filter, uint64_t newest_us)
{
	uint64_t end_us = filter->until_us;
	uint64_t span_us = filter->last_us;

	if (filter->whole || filter->since_us != 0)
		return filter->whole ? 0 : filter->since_us;
	if (span_us == 0 && end_us != 0)
		return 0;
	if (span_us == 0)
		span_us = STORE_DEFAULT_SPAN_H * us_per_hour;
	return before(end_us != 0 ? end_us : newest_us, span_us);
}

int
store_query(struct fs_store *store, const struct fs_filter *filter,
    struct fs_err *err, struct store_query *query)
{
	struct store_query q = { .filter = *filter };
	int rc;

	if ((rc = store_ask_span(store, err, &q.snapshot)) < 0)
		return rc;
	store_query_whole(&q);
	q.since_us = since_of(filter, q.snapshot.newest_us);
	if (!filter->whole && filter->until_us != 0)
		q.until_us = filter->until_us;
	*query = q;
	return 0;
}

int
store_ask_span(struct fs_store *store, struct fs_err *err,
    struct store_snapshot *snapshot)
{
	return store->ops->snapshot(store->state, err, snapshot);
}

int
store_ask_flows(struct fs_store *store, const struct store_query *query,
    store_flow_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched)
{
	const struct store_flow *row;
	void *cursor;
	int rc;

	if ((rc = store->ops->flows_open(store->state, query, err, &cursor)) <
	    0)
		return rc;
	while ((rc = store->ops->flows_next(cursor, err, &row)) > 0)
		if ((rc = fn(ctx, row)) < 0)
			break;
	store->ops->flows_close(cursor);
	if (rc < 0 || matched == NULL)
		return rc;
	return store->ops->flows_count(store->state, query, err, matched);
}

int
store_ask_clients(struct fs_store *store, const struct store_query *query,
    store_client_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched)
{
	const struct store_client *row;
	uint64_t count = 0;
	void *cursor;
	int rc;

	if ((rc = store->ops->clients_open(store->state, query, err, &cursor,
		 &count)) < 0)
		return rc;
	while ((rc = store->ops->clients_next(cursor, err, &row)) > 0)
		if ((rc = fn(ctx, row)) < 0)
			break;
	store->ops->clients_close(cursor);
	if (rc >= 0 && matched != NULL)
		*matched = count;
	return rc;
}

int
store_ask_flow(struct fs_store *store, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row)
{
	return store->ops->find_flow(store->state, snapshot, flow_id, err, row);
}

int
store_ask_client(struct fs_store *store, const struct store_snapshot *snapshot,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *row)
{
	return store->ops->find_client(store->state, snapshot, addr, err, row);
}

/* Counts what is asked for; '*matched' is that of the first one. */
static int
count_all(struct fs_store *store, const struct store_query *query,
    const struct store_count *count, size_t counts, struct fs_err *err,
    uint64_t *matched)
{
	struct counting *counting[STORE_COUNTS] = { NULL };
	size_t i;
	int rc = 0;

	assert(counts <= STORE_COUNTS);
	for (i = 0; i < counts; i++) {
		counting[i] = counting_new(&count[i], store->seed);
		if (counting[i] == NULL)
			rc = err_set(err, -ENOMEM, "no memory is left");
	}
	if (rc >= 0)
		rc = store->ops->counts(store->state, query, counting, counts,
		    err);
	for (i = 0; i < counts && rc >= 0; i++)
		rc = counting_give(counting[i], i == 0 ? matched : NULL);
	for (i = 0; i < counts; i++)
		counting_free(counting[i]);
	return rc;
}

int
store_ask_counts(struct fs_store *store, const struct store_query *query,
    const struct store_count *count, size_t counts, struct fs_err *err)
{
	return count_all(store, query, count, counts, err, NULL);
}

int
store_ask_totals(struct fs_store *store, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals)
{
	const struct store_count count = { .since_us = query->since_us,
		.until_us = query->until_us,
		.totals = totals };

	return count_all(store, query, &count, 1, err, NULL);
}

int
store_ask_by(struct fs_store *store, const struct store_query *query,
    store_group_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched)
{
	const struct store_count count = { .since_us = query->since_us,
		.until_us = query->until_us,
		.dimension = query->dimension,
		.limit = query->filter.limit,
		.fn = fn,
		.ctx = ctx };

	if (query->dimension < 0 || query->dimension >= FS_BY_COUNT)
		return err_set(err, FS_ECONFIG, "there is no dimension %d",
		    query->dimension);
	return count_all(store, query, &count, 1, err, matched);
}

int
store_ask_events(struct fs_store *store, const struct store_query *query,
    store_event_fn *fn, void *ctx, struct fs_err *err)
{
	return store->ops->events(store->state, query, fn, ctx, err);
}

int
store_ask_rule(struct fs_store *store, uint32_t generation, const char *name,
    struct fs_err *err, struct store_rule *rule)
{
	struct fs_generation found;
	int rc;

	if ((rc = store_ask_generation(store, generation, err, &found)) < 0)
		return rc;
	return store->ops->find_rule(store->state, found.rules_digest, name,
	    err, rule);
}

int
store_ask_generation(struct fs_store *store, uint32_t id, struct fs_err *err,
    struct fs_generation *generation)
{
	return store->ops->find_generation(store->state, id, err, generation);
}

int
store_ask_newest_generation(struct fs_store *store, struct fs_err *err,
    struct fs_generation *generation)
{
	return store->ops->newest_generation(store->state, err, generation);
}
