#include "base/err.h"
#include "store/count.h"
#include "store/evidence.h"
#include "store/sqlite.h"

/* Several questions of totals and groups in one pass over the flows, and one
 * more over the clients for those that ask for them. */

struct counted {
	struct sqlite_store *store;
	struct counting *const *counting;
	size_t count;
	struct fs_err *err;
};

static int
count_flow(void *ctx, const struct brief *row)
{
	const struct counted *counted = ctx;
	const struct place *place;
	const struct kind *kind;
	size_t i;
	int rc;

	if ((rc = sqlite_kind(counted->store, row->kind, counted->err, &kind)) <
		0 ||
	    (rc = sqlite_place(counted->store, row->place, counted->err,
		 &place)) < 0)
		return sqlite_row_fault(counted->store, counted->err, rc,
		    "flows", row->seq);
	for (i = 0; i < counted->count && rc >= 0; i++)
		rc = counting_add(counted->counting[i], row, kind, place,
		    counted->err);
	return rc;
}

/* The question about flows that are in any of the periods. */
static void
widen(const struct counted *counted, struct store_query *query)
{
	const struct store_count *asked;
	size_t i;

	for (i = 0; i < counted->count; i++) {
		asked = counting_asked(counted->counting[i]);
		if (i == 0 || asked->since_us < query->since_us)
			query->since_us = asked->since_us;
		if (i == 0 || asked->until_us > query->until_us)
			query->until_us = asked->until_us;
	}
}

/* ---- Clients ------------------------------------------------------------ */

static int
count_verdicts(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct counting *counting, struct fs_err *err)
{
	int rc;

	while ((rc = sqlite_next(store, stmt, err)) > 0)
		counting_add_verdict(counting,
		    sqlite_small(stmt, 0, FS_CLASS_COUNT - 1, 0),
		    sqlite_small(stmt, 1, FS_ANOMALOUS, FS_CLEAN),
		    sqlite_small(stmt, 2, FS_COVERAGE_FULL, 0));
	return rc;
}

/* Counts a client under the rule of each piece of its evidence. */
static int
count_evidence(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct counting *counting, struct fs_err *err)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	uint32_t i, pieces = 0;
	const uint8_t *bytes;
	size_t size;
	int rc = 0;

	bytes = sqlite_bytes(stmt, 0, &size);
	if (size > 0 && evidence_decode(bytes, size, evidence, &pieces) < 0)
		return sqlite_bad_row(store, err, "clients",
		    sqlite_int(stmt, 1));
	for (i = 0; i < pieces && rc >= 0; i++)
		rc = counting_add_rule(counting, evidence[i].rule, err);
	return rc;
}

static int
count_rules(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct counting *counting, struct fs_err *err)
{
	int rc;

	while ((rc = sqlite_next(store, stmt, err)) > 0)
		if ((rc = count_evidence(store, stmt, counting, err)) < 0)
			break;
	return rc;
}

/* Totals have their clients by verdict, rules those with evidence of them. */
static int
count_clients(struct sqlite_store *store, const struct store_query *query,
    struct counting *counting, struct fs_err *err)
{
	const struct store_count *asked = counting_asked(counting);
	const bool totals = asked->totals != NULL;
	struct store_query whose = *query;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if (!totals && asked->dimension != FS_BY_RULE)
		return 0;
	whose.since_us = asked->since_us;
	whose.until_us = asked->until_us;
	if ((rc = sqlite_served(store, &whose, err)) < 0 ||
	    (rc = sqlite_take(store,
		 totals ? SQL_CLIENT_TOTALS : SQL_CLIENT_EVIDENCE, err,
		 &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, &whose, &bounds);
	rc = totals ? count_verdicts(store, stmt, counting, err)
		    : count_rules(store, stmt, counting, err);
	sqlite_done(stmt);
	return rc;
}

int
sqlite_counts(void *state, const struct store_query *query,
    struct counting *const *counting, size_t count, struct fs_err *err)
{
	struct counted counted = { state, counting, count, err };
	struct store_query wide = *query;
	const struct sqlite_scan scan = { &wide, count_flow, &counted, 0, NULL,
		NULL };
	unsigned v6_bits = 64;
	size_t i;
	int rc = sqlite_v6_bits(state, err, &v6_bits);

	if (rc < 0)
		return rc;
	widen(&counted, &wide);
	for (i = 0; i < count; i++)
		counting_begin(counting[i], v6_bits);
	rc = sqlite_scan(state, &scan, err);
	for (i = 0; i < count; i++)
		counting_end(counting[i]);
	for (i = 0; i < count && rc >= 0; i++)
		rc = count_clients(state, query, counting[i], err);
	return rc;
}
