#include "store/sqlite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "store/evidence.h"

enum { RULES_MAX = 4096 };

static const uint64_t us_per_hour = 3600000000;

/* ---- Totals ------------------------------------------------------------- */

/* The cell that a row of class, decision and coverage counts in. */
static struct store_cell *
cell_of(struct sqlite3_stmt *stmt, struct store_totals *totals)
{
	unsigned class = sqlite_small(stmt, 0, FS_CLASS_COUNT - 1, 0);
	unsigned decision = sqlite_small(stmt, 1, FS_ANOMALOUS, FS_CLEAN);
	unsigned coverage = sqlite_small(stmt, 2, FS_COVERAGE_FULL, 0);

	if (coverage == FS_COVERAGE_NONE && decision == FS_CLEAN)
		return &totals->unjudged;
	return &totals->judged[class][decision];
}

static void
count_flow_row(struct sqlite3_stmt *stmt, struct store_cell *cell)
{
	num_count(&cell->flows, sqlite_count(stmt, 3));
	num_count(&cell->packets, sqlite_count(stmt, 4));
	num_count(&cell->bytes, sqlite_count(stmt, 5));
}

static int
total_flows(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_FLOW_TOTALS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		count_flow_row(stmt, cell_of(stmt, totals));
		count_flow_row(stmt, &totals->all);
	}
	sqlite_done(stmt);
	return rc;
}

static int
total_clients(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_CLIENT_TOTALS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		num_count(&cell_of(stmt, totals)->clients,
		    sqlite_count(stmt, 3));
		num_count(&totals->all.clients, sqlite_count(stmt, 3));
	}
	sqlite_done(stmt);
	return rc;
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

static int
total_why(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct signals signals;
	const uint8_t *bytes;
	size_t size;
	int rc;

	if ((rc = sqlite_take(store, SQL_UNJUDGED, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		bytes = sqlite_bytes(stmt, 2, &size);
		if (sqlite_decode(store, sqlite_int(stmt, 1), bytes, size, err,
			&signals) < 0) {
			rc = sqlite_bad_row(store, err, "flows",
			    sqlite_int(stmt, 0));
			break;
		}
		totals->why[why_unjudged(&signals)]++;
	}
	sqlite_done(stmt);
	return rc;
}

int
sqlite_totals(void *state, const struct store_query *query, struct fs_err *err,
    struct store_totals *totals)
{
	struct store_totals sum = { 0 };
	int rc;

	if ((rc = total_flows(state, query, err, &sum)) < 0 ||
	    (rc = total_clients(state, query, err, &sum)) < 0 ||
	    (sum.unjudged.flows > 0 &&
		(rc = total_why(state, query, err, &sum)) < 0))
		return rc;
	*totals = sum;
	return 0;
}

/* ---- Groups ------------------------------------------------------------- */

static void
key_text(struct sqlite3_stmt *stmt, struct store_group *group)
{
	sqlite_text(stmt, 0, group->key, sizeof(group->key));
}

static void
key_addr(struct sqlite3_stmt *stmt, struct store_group *group)
{
	struct fs_addr addr = sqlite_row_addr(stmt, 0);

	addr_format(&addr, group->key);
}

static void
key_asn(struct sqlite3_stmt *stmt, struct store_group *group)
{
	uint64_t asn = sqlite_count(stmt, 0);

	if (asn > 0)
		snprintf(group->key, sizeof(group->key), "AS%" PRIu64, asn);
}

static void
key_class(struct sqlite3_stmt *stmt, struct store_group *group)
{
	snprintf(group->key, sizeof(group->key), "%s",
	    fs_class_name((int)sqlite_small(stmt, 0, FS_CLASS_COUNT - 1, 0)));
}

static void
key_hour(struct sqlite3_stmt *stmt, struct store_group *group)
{
	uint64_t hour = sqlite_count(stmt, 0);
	char text[NUM_TIME_SIZE];

	if (hour > UINT64_MAX / us_per_hour)
		hour = 0;
	num_format_time(hour * us_per_hour, text);
	/* Up to the minutes: 2026-11-23T05:00 */
	snprintf(group->key, sizeof(group->key), "%.16sZ", text);
}

static const struct {
	enum sqlite_sql sql;
	void (*key)(struct sqlite3_stmt *stmt, struct store_group *group);
} dimensions[STORE_BY_COUNT] = {
	[FS_BY_CLIENT] = { SQL_BY_CLIENT, key_addr },
	[FS_BY_ASN] = { SQL_BY_ASN, key_asn },
	[FS_BY_COUNTRY] = { SQL_BY_COUNTRY, key_text },
	[FS_BY_CLASS] = { SQL_BY_CLASS, key_class },
	[FS_BY_PROTOCOL] = { SQL_BY_PROTOCOL, key_text },
	[FS_BY_SERVICE] = { SQL_BY_SERVICE, key_text },
	[FS_BY_HOUR] = { SQL_BY_HOUR, key_hour },
	[STORE_BY_SENSOR] = { SQL_BY_SENSOR, key_text },
};

/* The name of an AS, which only the signals of a flow have. */
static int
name_as(struct sqlite_store *store, int64_t seq, struct fs_err *err,
    struct store_group *group)
{
	struct sqlite3_stmt *stmt;
	struct signals signals;
	const uint8_t *bytes;
	size_t size;
	int rc;

	if ((rc = sqlite_take(store, SQL_SAMPLE, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	if ((rc = sqlite_next(store, stmt, err)) > 0) {
		bytes = sqlite_bytes(stmt, 1, &size);
		rc = sqlite_decode(store, sqlite_int(stmt, 0), bytes, size, err,
		    &signals);
		if (rc >= 0)
			signals_format(&signals, SIGNAL_CLIENT_AS_NAME, false,
			    group->name, sizeof(group->name));
		else
			rc = sqlite_bad_row(store, err, "flows", seq);
	}
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

static int
take_group(struct sqlite_store *store, struct sqlite3_stmt *stmt, int dimension,
    struct fs_err *err, struct store_group *group)
{
	*group = (struct store_group){
		.flows = sqlite_count(stmt, 1),
		.clients = sqlite_count(stmt, 2),
		.packets = sqlite_count(stmt, 3),
		.bytes = sqlite_count(stmt, 4),
		.clean = sqlite_count(stmt, 5),
		.review = sqlite_count(stmt, 6),
		.anomalous = sqlite_count(stmt, 7),
		.unjudged = sqlite_count(stmt, 8),
		.first_us = sqlite_count(stmt, 9),
		.last_us = sqlite_count(stmt, 10),
		.score_ppm = (int32_t)sqlite_small(stmt, 11, 1000000, 0),
	};
	dimensions[dimension].key(stmt, group);
	if (dimension == FS_BY_ASN && group->key[0] != '\0')
		return name_as(store, sqlite_int(stmt, 12), err, group);
	return 0;
}

/* ---- By rule: the pieces of evidence are counted one by one ------------- */

struct rule_groups {
	struct store_group *group; /* Owned. */
	size_t count;
};

static struct store_group *
rule_group(struct rule_groups *groups, const char *rule)
{
	struct store_group *list;
	size_t i;

	for (i = 0; i < groups->count; i++)
		if (strcmp(groups->group[i].key, rule) == 0)
			return &groups->group[i];
	if (groups->count >= RULES_MAX)
		return NULL;
	if ((groups->count & (groups->count - 1)) == 0) {
		list = reallocarray(groups->group,
		    groups->count > 0 ? groups->count * 2 : 1, sizeof(*list));
		if (list == NULL)
			return NULL;
		groups->group = list;
	}
	list = &groups->group[groups->count++];
	*list = (struct store_group){ 0 };
	snprintf(list->key, sizeof(list->key), "%s", rule);
	return list;
}

static void
count_flow(struct sqlite3_stmt *stmt, struct store_group *group)
{
	unsigned decision = sqlite_small(stmt, 4, FS_ANOMALOUS, FS_CLEAN);
	unsigned coverage = sqlite_small(stmt, 5, FS_COVERAGE_FULL, 0);
	uint64_t first_us = sqlite_count(stmt, 6);
	uint64_t last_us = sqlite_count(stmt, 7);
	int32_t score_ppm = (int32_t)sqlite_small(stmt, 8, 1000000, 0);

	if (group->flows == 0 || first_us < group->first_us)
		group->first_us = first_us;
	if (last_us > group->last_us)
		group->last_us = last_us;
	if (score_ppm > group->score_ppm)
		group->score_ppm = score_ppm;
	num_count(&group->flows, 1);
	num_count(&group->packets, sqlite_count(stmt, 2));
	num_count(&group->bytes, sqlite_count(stmt, 3));
	if (decision == FS_ANOMALOUS)
		group->anomalous++;
	else if (decision == FS_REVIEW)
		group->review++;
	else if (coverage == FS_COVERAGE_NONE)
		group->unjudged++;
	else
		group->clean++;
}

static void
count_client(struct sqlite3_stmt *stmt, struct store_group *group)
{
	(void)stmt;
	num_count(&group->clients, 1);
}

/* Counts every row of a statement under each rule of its evidence. */
static int
count_rules(struct sqlite_store *store, const struct store_query *query,
    enum sqlite_sql sql,
    void (*count)(struct sqlite3_stmt *stmt, struct store_group *group),
    struct fs_err *err, struct rule_groups *groups)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct store_group *group;
	const uint8_t *bytes;
	uint32_t i, pieces;
	size_t size;
	int rc;

	if ((rc = sqlite_take(store, sql, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		bytes = sqlite_bytes(stmt, 1, &size);
		pieces = 0;
		if (size > 0 &&
		    evidence_decode(bytes, size, evidence, &pieces) < 0) {
			rc = sqlite_bad_row(store, err,
			    sql == SQL_FLOW_EVIDENCE ? "flows" : "clients",
			    sqlite_int(stmt, 0));
			break;
		}
		for (i = 0; i < pieces; i++)
			if ((group = rule_group(groups, evidence[i].rule)))
				count(stmt, group);
	}
	sqlite_done(stmt);
	return rc;
}

static int
order_rules(const void *one, const void *other)
{
	const struct store_group *a = one, *b = other;

	if (a->flows != b->flows)
		return a->flows > b->flows ? -1 : 1;
	return strcmp(a->key, b->key);
}

static int
group_rules(struct sqlite_store *store, const struct store_query *query,
    store_group_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched)
{
	struct rule_groups groups = { 0 };
	uint64_t limit = query->filter.limit;
	size_t i;
	int rc;

	if ((rc = count_rules(store, query, SQL_FLOW_EVIDENCE, count_flow, err,
		 &groups)) < 0 ||
	    (rc = count_rules(store, query, SQL_CLIENT_EVIDENCE, count_client,
		 err, &groups)) < 0)
		goto out;
	if (groups.count > 0)
		qsort(groups.group, groups.count, sizeof(*groups.group),
		    order_rules);
	for (i = 0; i < groups.count && rc >= 0; i++)
		if (limit == 0 || i < limit)
			rc = fn(ctx, &groups.group[i]);
	if (rc >= 0 && matched != NULL)
		*matched = groups.count;
out:
	free(groups.group);
	return rc;
}

int
sqlite_groups(void *state, const struct store_query *query, store_group_fn *fn,
    void *ctx, struct fs_err *err, uint64_t *matched)
{
	struct sqlite_store *store = state;
	const int dimension = query->dimension;
	uint64_t limit = query->filter.limit, count = 0;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct store_group group;
	int rc;

	if (dimension == FS_BY_RULE)
		return group_rules(store, query, fn, ctx, err, matched);
	rc = sqlite_take(store, dimensions[dimension].sql, err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		count++;
		if (limit > 0 && count > limit)
			continue;
		rc = take_group(store, stmt, dimension, err, &group);
		if (rc < 0 || (rc = fn(ctx, &group)) < 0)
			break;
	}
	sqlite_done(stmt);
	if (rc >= 0 && matched != NULL)
		*matched = count;
	return rc;
}
