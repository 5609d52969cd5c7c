#include "store/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"

enum {
	CHUNK = 32,  /* Rows that are read in one transaction. */
	KEYS = 1024, /* Numbers of rows that are looked up at once. */
};

int
sqlite_snapshot(void *state, struct fs_err *err,
    struct store_snapshot *snapshot)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_SNAPSHOT, err, &stmt)) < 0)
		return rc;
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		*snapshot = (struct store_snapshot){
			.oldest_us = sqlite_count(stmt, 0),
			.newest_us = sqlite_count(stmt, 1),
			.flow_top = sqlite_int(stmt, 2),
			.client_top = sqlite_int(stmt, 3),
			.event_top = sqlite_int(stmt, 4),
		};
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

/* ---- Numbers of rows ---------------------------------------------------- */

/* Rows to read, in the order of the answer. */
struct keys {
	int64_t *seq; /* Owned. */
	size_t count, room;
	/* Behind which row to go on, where rows are looked up in parts. */
	int64_t last_us;
	uint8_t last_id[8];
};

static int
keys_add(struct keys *keys, int64_t seq)
{
	size_t room = keys->room > 0 ? keys->room : KEYS, size;
	int64_t *list;

	if (keys->count == keys->room) {
		if (keys->room > 0 && !num_mul(room, 2, &room))
			return -ENOMEM;
		if (!num_mul(room, sizeof(*list), &size) ||
		    (list = realloc(keys->seq, size)) == NULL)
			return -ENOMEM;
		keys->seq = list;
		keys->room = room;
	}
	keys->seq[keys->count++] = seq;
	return 0;
}

/* Goes behind a row. Returns false when its key is not above that of the row
 * before: a damaged store must not be walked for ever. */
static bool
keys_pass(struct keys *keys, struct sqlite3_stmt *stmt)
{
	const int64_t us = sqlite_int(stmt, 1);
	size_t size;
	const uint8_t *id = sqlite_bytes(stmt, 2, &size);

	if (size != sizeof(keys->last_id) || us < keys->last_us ||
	    (us == keys->last_us && memcmp(id, keys->last_id, size) <= 0))
		return false;
	keys->last_us = us;
	memcpy(keys->last_id, id, size);
	return true;
}

/* Takes the numbers that a statement gives. */
static int
keys_take(struct sqlite_store *store, struct sqlite3_stmt *stmt, bool in_parts,
    struct fs_err *err, struct keys *keys)
{
	int64_t seq;
	int rc;

	keys->count = 0;
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		seq = sqlite_int(stmt, 0);
		if (in_parts && !keys_pass(keys, stmt)) {
			rc = sqlite_bad_row(store, err, "flows", seq);
			break;
		}
		if (keys_add(keys, seq) < 0) {
			rc = err_set(err, -ENOMEM, "no memory is left");
			break;
		}
	}
	sqlite_done(stmt);
	return rc;
}

/* ---- Flows -------------------------------------------------------------- */

/* Where an answer goes, and how much of it. */
struct flow_answer {
	store_flow_fn *fn;
	void *ctx;
	uint64_t limit; /* 0: none. */
	uint64_t given;
	struct store_flow *rows; /* Owned: CHUNK of them. */
};

static int
read_flow(struct sqlite_store *store, int64_t seq, struct fs_err *err,
    struct store_flow *row)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_FLOW, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	if ((rc = sqlite_next(store, stmt, err)) > 0) {
		rc = sqlite_row_flow(store, stmt, err, row);
		rc = rc < 0 ? rc : 1;
	}
	sqlite_done(stmt);
	return rc;
}

/* Reads up to CHUNK rows in one transaction, then gives them without one, as
 * whoever takes them may be slow. Rows that are gone meanwhile are none. */
static int
give_chunk(struct sqlite_store *store, const int64_t *seq, size_t count,
    struct flow_answer *answer, struct fs_err *err)
{
	size_t i, read = 0;
	int rc, end;

	if ((rc = sqlite_run(store, "BEGIN", err)) < 0)
		return rc;
	for (i = 0; i < count && rc >= 0; i++) {
		rc = read_flow(store, seq[i], err, &answer->rows[read]);
		read += rc > 0;
	}
	end = sqlite_run(store, "ROLLBACK", rc < 0 ? NULL : err);
	if (rc < 0 || (rc = end) < 0)
		return rc;
	for (i = 0; i < read && rc >= 0; i++) {
		rc = answer->fn(answer->ctx, &answer->rows[i]);
		answer->given++;
	}
	return rc < 0 ? rc : 0;
}

static int
give_flows(struct sqlite_store *store, const struct keys *keys,
    struct flow_answer *answer, struct fs_err *err)
{
	size_t at, count;
	int rc = 0;

	for (at = 0; at < keys->count && rc >= 0; at += count) {
		count = keys->count - at < CHUNK ? keys->count - at : CHUNK;
		if (answer->limit > 0 && count > answer->limit - answer->given)
			count = (size_t)(answer->limit - answer->given);
		if (count == 0)
			break;
		rc = give_chunk(store, keys->seq + at, count, answer, err);
	}
	return rc;
}

/* Goes along the index by time, part by part. */
static int
flows_by_time(struct sqlite_store *store, const struct store_query *query,
    struct flow_answer *answer, struct fs_err *err, struct keys *keys)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	keys->last_us = -1;
	do {
		if (answer->limit > 0 && answer->given >= answer->limit)
			return 0;
		rc = sqlite_take(store, SQL_FLOWS_BY_TIME, err, &stmt);
		if (rc < 0)
			return rc;
		sqlite_bind_query(stmt, query, &bounds);
		sqlite_bind_int(stmt, sqlite_at(stmt, ":key_us"),
		    keys->last_us);
		sqlite_bind_bytes(stmt, sqlite_at(stmt, ":key_id"),
		    keys->last_id, sizeof(keys->last_id));
		sqlite_bind_int(stmt, sqlite_at(stmt, ":chunk"), KEYS);
		if ((rc = keys_take(store, stmt, true, err, keys)) < 0 ||
		    (rc = give_flows(store, keys, answer, err)) < 0)
			return rc;
	} while (keys->count == KEYS);
	return 0;
}

/* Looks up all numbers first: by a client's index, or in another order. */
static int
flows_sorted(struct sqlite_store *store, const struct store_query *query,
    enum sqlite_sql sql, struct flow_answer *answer, struct fs_err *err,
    struct keys *keys)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, sql, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":by_score"),
	    query->order == STORE_BY_SCORE);
	if ((rc = keys_take(store, stmt, false, err, keys)) < 0)
		return rc;
	return give_flows(store, keys, answer, err);
}

/* Whether the index by client is the shorter way: one network's flows. */
static bool
is_narrow(const struct fs_prefix *client)
{
	return (client->addr.family == 4 && client->bits >= 24) ||
	    (client->addr.family == 6 && client->bits >= 48);
}

static int
count_flows(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, uint64_t *count)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_COUNT_FLOWS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		*count = sqlite_count(stmt, 0);
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

/* Answers the shorter way, and counts what passes. */
static int
answer_flows(struct sqlite_store *store, const struct store_query *query,
    struct flow_answer *answer, struct fs_err *err, uint64_t *matched)
{
	bool narrow = is_narrow(&query->filter.client);
	bool sorted = narrow || query->order != STORE_USUAL;
	struct keys keys = { 0 };
	int rc;

	if (sorted)
		rc = flows_sorted(store, query,
		    narrow ? SQL_FLOWS_BY_CLIENT : SQL_FLOWS_SORTED, answer,
		    err, &keys);
	else
		rc = flows_by_time(store, query, answer, err, &keys);
	free(keys.seq);
	if (rc < 0 || matched == NULL)
		return rc;
	if (sorted)
		*matched = keys.count;
	else if (answer->limit > 0 && answer->given == answer->limit)
		return count_flows(store, query, err, matched);
	else
		*matched = answer->given;
	return 0;
}

int
sqlite_flows(void *state, const struct store_query *query, store_flow_fn *fn,
    void *ctx, struct fs_err *err, uint64_t *matched)
{
	struct flow_answer answer = { fn, ctx, query->filter.limit, 0,
		calloc(CHUNK, sizeof(*answer.rows)) };
	int rc;

	if (answer.rows == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	rc = answer_flows(state, query, &answer, err, matched);
	free(answer.rows);
	return rc;
}

int
sqlite_find_flow(void *state, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	uint8_t id[8];
	int64_t seq = 0;
	int i, rc;

	for (i = 0; i < 8; i++)
		id[i] = (uint8_t)(flow_id >> (56 - 8 * i) & 0xff);
	if ((rc = sqlite_take(store, SQL_FIND_FLOW, err, &stmt)) < 0)
		return rc;
	sqlite_bind_bytes(stmt, sqlite_at(stmt, ":flow_id"), id, sizeof(id));
	sqlite_bind_int(stmt, sqlite_at(stmt, ":flow_top"), snapshot->flow_top);
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		seq = sqlite_int(stmt, 0);
	sqlite_done(stmt);
	if (rc <= 0)
		return rc < 0 ? rc : FS_EEND;
	rc = read_flow(store, seq, err, row);
	return rc < 0 ? rc : rc > 0 ? 0 : FS_EEND;
}

/* ---- Clients ------------------------------------------------------------ */

static int
read_client(struct sqlite_store *store, int64_t seq, struct fs_err *err,
    struct store_client *row)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_CLIENT, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	if ((rc = sqlite_next(store, stmt, err)) > 0) {
		rc = sqlite_row_client(store, stmt, err, row);
		rc = rc < 0 ? rc : 1;
	}
	sqlite_done(stmt);
	return rc;
}

static int
give_clients(struct sqlite_store *store, const struct keys *keys,
    uint64_t limit, store_client_fn *fn, void *ctx, struct fs_err *err)
{
	struct store_client *row = malloc(sizeof(*row));
	size_t i, count = keys->count;
	int rc = 0;

	if (row == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	if (limit > 0 && limit < count)
		count = (size_t)limit;
	for (i = 0; i < count && rc >= 0; i++) {
		rc = read_client(store, keys->seq[i], err, row);
		if (rc > 0)
			rc = fn(ctx, row);
	}
	free(row);
	return rc < 0 ? rc : 0;
}

int
sqlite_clients(void *state, const struct store_query *query,
    store_client_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched)
{
	struct sqlite_store *store = state;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct keys keys = { 0 };
	int rc;

	if ((rc = sqlite_take(store, SQL_CLIENTS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":by_last"),
	    query->order == STORE_BY_LAST);
	if ((rc = keys_take(store, stmt, false, err, &keys)) >= 0)
		rc = give_clients(store, &keys, query->filter.limit, fn, ctx,
		    err);
	if (rc >= 0 && matched != NULL)
		*matched = keys.count;
	free(keys.seq);
	return rc;
}
