#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "store/evidence.h"
#include "store/group.h"
#include "store/sqlite.h"

/* Questions by one dimension: flows are read in one pass and counted here, so
 * that neither a sort nor a table of the database is needed. */

static const uint64_t us_per_hour = 3600000000;

/* ---- Keys as people read them ------------------------------------------- */

/* Numbers are keys as decimal text. */
static uint64_t
key_number(const struct group *group)
{
	char text[24];
	uint64_t number = 0;

	sqlite_copy(text, sizeof(text), group->key, group->key_size);
	return num_parse_u64(text, 0, UINT64_MAX, &number) ? number : 0;
}

static void
key_text(const struct group *group, char room[FS_NAME_SIZE])
{
	sqlite_copy(room, FS_NAME_SIZE, group->key, group->key_size);
}

static void
key_addr(const struct group *group, char room[FS_NAME_SIZE])
{
	struct fs_addr addr = { 0 };

	if (group->key_size == 4)
		addr = addr_v4(group->key);
	else if (group->key_size == 16)
		addr = addr_v6(group->key);
	addr_format(&addr, room);
}

static void
key_asn(const struct group *group, char room[FS_NAME_SIZE])
{
	if (key_number(group) > 0)
		snprintf(room, FS_NAME_SIZE, "AS%llu",
		    (unsigned long long)key_number(group));
}

static void
key_class(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t class = key_number(group);

	snprintf(room, FS_NAME_SIZE, "%s",
	    fs_class_name(class < FS_CLASS_COUNT ? (int)class : 0));
}

static void
key_hour(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t hour = key_number(group);
	char text[NUM_TIME_SIZE];

	if (hour > UINT64_MAX / us_per_hour)
		hour = 0;
	num_format_time(hour * us_per_hour, text);
	/* Up to the minutes: 2026-11-23T05:00 */
	snprintf(room, FS_NAME_SIZE, "%.16sZ", text);
}

static const struct {
	enum sqlite_sql sql;
	enum group_order order;
	void (*key)(const struct group *group, char room[FS_NAME_SIZE]);
} dimensions[FS_BY_COUNT] = {
	[FS_BY_CLIENT] = { SQL_BY_CLIENT, GROUP_BY_FLOWS, key_addr },
	[FS_BY_ASN] = { SQL_BY_ASN, GROUP_BY_FLOWS, key_asn },
	[FS_BY_COUNTRY] = { SQL_BY_COUNTRY, GROUP_BY_FLOWS, key_text },
	[FS_BY_CLASS] = { SQL_BY_CLASS, GROUP_BY_FLOWS, key_class },
	[FS_BY_PROTOCOL] = { SQL_BY_PROTOCOL, GROUP_BY_FLOWS, key_text },
	[FS_BY_RULE] = { SQL_BY_RULE, GROUP_BY_FLOWS, key_text },
	[FS_BY_SERVICE] = { SQL_BY_SERVICE, GROUP_BY_FLOWS, key_text },
	[FS_BY_SENSOR] = { SQL_BY_SENSOR, GROUP_BY_FLOWS, key_text },
	[FS_BY_CITY] = { SQL_BY_CITY, GROUP_BY_FLOWS, key_text },
	[FS_BY_HOUR] = { SQL_BY_HOUR, GROUP_BY_KEY, key_hour },
};

/* ---- Counting ----------------------------------------------------------- */

static int
too_many(struct fs_err *err, int rc)
{
	return err_set(err, rc,
	    rc == FS_EFULL ? "more than %d different values: narrow the period"
			   : "no memory is left for %d values",
	    GROUPS_MAX);
}

static void
take_row(struct sqlite3_stmt *stmt, struct group_row *row)
{
	row->key = sqlite_bytes(stmt, 0, &row->key_size);
	row->client = sqlite_bytes(stmt, 1, &row->client_size);
	row->packets = sqlite_count(stmt, 2);
	row->bytes = sqlite_count(stmt, 3);
	row->decision = sqlite_small(stmt, 4, FS_ANOMALOUS, FS_CLEAN);
	row->coverage = sqlite_small(stmt, 5, FS_COVERAGE_FULL, 0);
	row->first_us = sqlite_count(stmt, 6);
	row->last_us = sqlite_count(stmt, 7);
	row->score_ppm = (int32_t)sqlite_small(stmt, 8, 1000000, 0);
	row->seq = sqlite_int(stmt, 9);
}

/* Counts a row under the rule of each piece of its evidence, which stands
 * where other rows have their key; clients are counted by their own rows. */
static int
count_rules(struct sqlite_store *store, const struct group_row *of,
    const char *table, struct fs_err *err, struct groups *groups)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct group_row row = *of;
	uint32_t i, pieces = 0;
	int rc = 0;

	if (of->key_size > 0 &&
	    evidence_decode(of->key, of->key_size, evidence, &pieces) < 0)
		return sqlite_bad_row(store, err, table, of->seq);
	row.client = NULL;
	for (i = 0; i < pieces && rc >= 0; i++) {
		row.key = evidence[i].rule;
		row.key_size = strlen(evidence[i].rule);
		rc = strcmp(table, "flows") == 0
		    ? groups_add(groups, &row)
		    : groups_add_client(groups, row.key, row.key_size);
	}
	return rc < 0 ? too_many(err, rc) : 0;
}

/* Counts a row under its city and country, "Frankfurt am Main, DE", which
 * stand in the signals. */
static int
count_city(struct sqlite_store *store, const struct group_row *of,
    int64_t numbering, struct fs_err *err, struct groups *groups)
{
	struct group_row row = *of;
	char city[FS_NAME_SIZE], country[FS_NAME_SIZE];
	char key[2 * FS_NAME_SIZE + 2];
	struct signals signals;
	int rc;

	if (sqlite_decode(store, numbering, of->key, of->key_size, err,
		&signals) < 0)
		return sqlite_bad_row(store, err, "flows", of->seq);
	signals_format(&signals, SIGNAL_CLIENT_CITY, false, city, sizeof(city));
	signals_format(&signals, SIGNAL_CLIENT_COUNTRY, false, country,
	    sizeof(country));
	key[0] = '\0';
	if (signals_known(&signals, SIGNAL_CLIENT_CITY))
		snprintf(key, sizeof(key), "%s, %s", city,
		    signals_known(&signals, SIGNAL_CLIENT_COUNTRY) ? country
								   : "?");
	row.key = key;
	row.key_size = strlen(key);
	rc = groups_add(groups, &row);
	return rc < 0 ? too_many(err, rc) : 0;
}

static int
count_flows(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct groups *groups)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct group_row row;
	int rc;

	rc = sqlite_take(store, dimensions[query->dimension].sql, err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		take_row(stmt, &row);
		if (query->dimension == FS_BY_RULE)
			rc = count_rules(store, &row, "flows", err, groups);
		else if (query->dimension == FS_BY_CITY)
			rc = count_city(store, &row, sqlite_int(stmt, 10), err,
			    groups);
		else if ((rc = groups_add(groups, &row)) < 0)
			rc = too_many(err, rc);
		if (rc < 0)
			break;
	}
	sqlite_done(stmt);
	return rc;
}

/* Of rules: the clients with evidence of them. */
static int
count_clients(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct groups *groups)
{
	struct sqlite_bounds bounds;
	struct group_row row = { 0 };
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_CLIENT_EVIDENCE, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		row.key = sqlite_bytes(stmt, 0, &row.key_size);
		row.seq = sqlite_int(stmt, 1);
		rc = count_rules(store, &row, "clients", err, groups);
		if (rc < 0)
			break;
	}
	sqlite_done(stmt);
	return rc;
}

/* ---- Giving ------------------------------------------------------------- */

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
give(struct sqlite_store *store, const struct store_query *query,
    const struct groups *groups, store_group_fn *fn, void *ctx,
    struct fs_err *err)
{
	const uint64_t limit = query->filter.limit;
	size_t i, count = groups_count(groups);
	const struct group *sum;
	struct store_group group;
	int rc = 0;

	if (limit > 0 && limit < count)
		count = (size_t)limit;
	for (i = 0; i < count && rc >= 0; i++) {
		sum = groups_at(groups, i);
		group = (struct store_group){ .flows = sum->flows,
			.clients = sum->clients,
			.packets = sum->packets,
			.bytes = sum->bytes,
			.clean = sum->clean,
			.review = sum->review,
			.anomalous = sum->anomalous,
			.unjudged = sum->unjudged,
			.first_us = sum->first_us,
			.last_us = sum->last_us,
			.score_ppm = sum->score_ppm };
		dimensions[query->dimension].key(sum, group.key);
		if (query->dimension == FS_BY_ASN && sum->key_size > 0)
			rc = name_as(store, sum->seq, err, &group);
		if (rc >= 0)
			rc = fn(ctx, &group);
	}
	return rc;
}

int
sqlite_groups(void *state, const struct store_query *query, store_group_fn *fn,
    void *ctx, struct fs_err *err, uint64_t *matched)
{
	const struct sqlite_store *store = state;
	struct groups *groups = groups_new(store->seed);
	int rc;

	if (groups == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	if ((rc = count_flows(state, query, err, groups)) < 0 ||
	    (query->dimension == FS_BY_RULE &&
		(rc = count_clients(state, query, err, groups)) < 0))
		goto out;
	groups_sort(groups, dimensions[query->dimension].order);
	if ((rc = give(state, query, groups, fn, ctx, err)) < 0)
		goto out;
	if (matched != NULL)
		*matched = groups_count(groups);
out:
	groups_free(groups);
	return rc;
}
