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
	struct groups *protocols, *sensors; /* Owned. */
};

/* The cell that a class, decision and coverage count in. */
static struct store_cell *
cell_of(struct store_totals *totals, struct sqlite3_stmt *stmt)
{
	unsigned class = sqlite_small(stmt, 0, FS_CLASS_COUNT - 1, 0);
	unsigned decision = sqlite_small(stmt, 1, FS_ANOMALOUS, FS_CLEAN);
	unsigned coverage = sqlite_small(stmt, 2, FS_COVERAGE_FULL, 0);

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

static enum store_why
why_unjudged(const struct signals *signals)
{
	if (signals_milli(signals, SIGNAL_FLOW_ONE_SIDED) != 0)
		return STORE_WHY_ONE_SIDED;
	if (signals_known(signals, SIGNAL_FLOW_START_SEEN) &&
	    signals_milli(signals, SIGNAL_FLOW_START_SEEN) == 0)
		return STORE_WHY_START;
	return STORE_WHY_SHORT;
}

/* Reads off the signals why a flow could not be judged. */
static int
count_why(struct pass *pass, struct sqlite3_stmt *stmt, struct fs_err *err)
{
	struct signals signals;
	const uint8_t *bytes;
	size_t size;

	bytes = sqlite_bytes(stmt, 9, &size);
	if (sqlite_decode(pass->store, sqlite_int(stmt, 8), bytes, size, err,
		&signals) < 0)
		return sqlite_bad_row(pass->store, err, "flows",
		    sqlite_int(stmt, 7));
	pass->totals->why[why_unjudged(&signals)]++;
	return 0;
}

static int
count_flow(struct pass *pass, struct sqlite3_stmt *stmt, struct fs_err *err)
{
	struct store_cell *cell = cell_of(pass->totals, stmt);
	struct group_row row = { .packets = sqlite_count(stmt, 3),
		.bytes = sqlite_count(stmt, 4) };
	int rc;

	count_cell(cell, row.packets, row.bytes);
	count_cell(&pass->totals->all, row.packets, row.bytes);
	row.key = sqlite_bytes(stmt, 5, &row.key_size);
	if ((rc = groups_add(pass->protocols, &row)) < 0)
		return err_set(err, rc, "too many protocols to count");
	row.key = sqlite_bytes(stmt, 6, &row.key_size);
	if ((rc = groups_add(pass->sensors, &row)) < 0)
		return err_set(err, rc, "too many sensors to count");
	return cell == &pass->totals->unjudged ? count_why(pass, stmt, err) : 0;
}

static int
pass_flows(struct pass *pass, const struct store_query *query,
    struct fs_err *err)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	rc = sqlite_take(pass->store, SQL_FLOW_TOTALS, err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(pass->store, stmt, err)) > 0)
		if ((rc = count_flow(pass, stmt, err)) < 0)
			break;
	sqlite_done(stmt);
	return rc;
}

static int
pass_clients(struct pass *pass, const struct store_query *query,
    struct fs_err *err)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	rc = sqlite_take(pass->store, SQL_CLIENT_TOTALS, err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(pass->store, stmt, err)) > 0) {
		num_count(&cell_of(pass->totals, stmt)->clients, 1);
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
	struct pass pass = { state, sum, groups_new(seed), groups_new(seed) };
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
