#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "store/group.h"
#include "store/sqlite.h"

/* Totals: one pass over the flows, one over the clients. */

/* What a pass over flows fills in. */
struct pass {
	struct sqlite_store *store;
	struct store_totals *totals;
	struct fs_err *err;
	struct groups *protocols, *sensors; /* Owned. */
};

/* The cell that a class, decision and coverage count in. */
static struct store_cell *
cell_of(struct store_totals *totals, unsigned class, unsigned decision,
    unsigned coverage)
{
	if (coverage == FS_COVERAGE_NONE && decision == FS_CLEAN)
		return &totals->unjudged;
	return &totals->judged[class][decision];
}

static void
count_cell(struct store_cell *cell, uint64_t packets, uint64_t bytes)
{
	num_count(&cell->flows, 1);
	num_count(&cell->packets, packets);
	num_count(&cell->bytes, bytes);
}

static int
count_key(struct groups *groups, const char *key, const struct brief *row)
{
	const struct group_row counted = { .key = key,
		.key_size = strlen(key),
		.packets = row->packets,
		.bytes = row->bytes };

	return groups_add(groups, &counted);
}

static int
count_flow(void *ctx, const struct brief *row)
{
	struct pass *pass = ctx;
	struct store_totals *totals = pass->totals;
	const struct kind *kind;
	struct store_cell *cell;
	int rc;

	if ((rc = sqlite_kind(pass->store, row->kind, pass->err, &kind)) < 0)
		return sqlite_row_fault(pass->store, pass->err, rc, "flows",
		    row->seq);
	cell = cell_of(totals, kind->class, kind->decision, kind->coverage);
	count_cell(cell, row->packets, row->bytes);
	count_cell(&totals->all, row->packets, row->bytes);
	if (cell == &totals->unjudged)
		totals->why[kind->why]++;
	if ((rc = count_key(pass->protocols, kind->protocol, row)) < 0)
		return err_set(pass->err, rc, "too many protocols to count");
	if ((rc = count_key(pass->sensors, kind->sensor, row)) < 0)
		return err_set(pass->err, rc, "too many sensors to count");
	return 0;
}

static int
pass_flows(struct pass *pass, const struct store_query *query,
    struct fs_err *err)
{
	const struct sqlite_scan scan = { query, count_flow, pass, 0, NULL,
		NULL };

	return sqlite_scan(pass->store, &scan, err);
}

static int
pass_clients(struct pass *pass, const struct store_query *query,
    struct fs_err *err)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct store_cell *cell;
	int rc;

	if ((rc = sqlite_served(pass->store, query, err)) < 0 ||
	    (rc = sqlite_take(pass->store, SQL_CLIENT_TOTALS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(pass->store, stmt, err)) > 0) {
		cell = cell_of(pass->totals,
		    sqlite_small(stmt, 0, FS_CLASS_COUNT - 1, 0),
		    sqlite_small(stmt, 1, FS_ANOMALOUS, FS_CLEAN),
		    sqlite_small(stmt, 2, FS_COVERAGE_FULL, 0));
		num_count(&cell->clients, 1);
		num_count(&pass->totals->all.clients, 1);
	}
	sqlite_done(stmt);
	return rc;
}

/* Copies the keys with the most flows. */
static size_t
keep_top(struct groups *groups, struct store_top *top)
{
	size_t i, count = groups_count(groups);
	const struct group *group;

	if (count > STORE_TOP)
		count = STORE_TOP;
	groups_sort(groups, GROUP_BY_FLOWS);
	for (i = 0; i < count; i++) {
		group = groups_at(groups, i);
		sqlite_copy(top[i].key, sizeof(top[i].key), group->key,
		    group->key_size);
		top[i].flows = group->flows;
		top[i].bytes = group->bytes;
	}
	return count;
}

int
sqlite_totals(void *state, const struct store_query *query, struct fs_err *err,
    struct store_totals *totals)
{
	const uint64_t seed = ((const struct sqlite_store *)state)->seed;
	struct store_totals *sum = calloc(1, sizeof(*sum));
	struct pass pass = { state, sum, err, groups_new(seed),
		groups_new(seed) };
	int rc;

	if (sum == NULL || pass.protocols == NULL || pass.sensors == NULL) {
		rc = err_set(err, -ENOMEM, "no memory is left");
		goto out;
	}
	if ((rc = pass_flows(&pass, query, err)) < 0 ||
	    (rc = pass_clients(&pass, query, err)) < 0)
		goto out;
	sum->protocol_count = keep_top(pass.protocols, sum->protocol);
	sum->sensor_count = keep_top(pass.sensors, sum->sensor);
	*totals = *sum;
out:
	groups_free(pass.protocols);
	groups_free(pass.sensors);
	free(sum);
	return rc;
}
