#include <errno.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/err.h"
#include "store/sqlite.h"

/* Numbers of rows, in the order of the answer. */
struct numbers {
	int64_t *seq; /* Owned. */
	size_t count, room;
};

static int
numbers_add(struct numbers *numbers, int64_t seq)
{
	size_t room = numbers->room > 0 ? numbers->room * 2 : 1024;
	int64_t *list;

	if (numbers->count == numbers->room) {
		list = reallocarray(numbers->seq, room, sizeof(*list));
		if (list == NULL)
			return -ENOMEM;
		numbers->seq = list;
		numbers->room = room;
	}
	numbers->seq[numbers->count++] = seq;
	return 0;
}

static int
numbers_take(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct numbers *numbers)
{
	int rc;

	while ((rc = sqlite_next(store, stmt, err)) > 0)
		if (numbers_add(numbers, sqlite_int(stmt, 0)) < 0) {
			rc = err_set(err, -ENOMEM, "no memory is left");
			break;
		}
	sqlite_done(stmt);
	return rc;
}

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
give_clients(struct sqlite_store *store, const struct numbers *keys,
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
	struct numbers keys = { 0 };
	int rc;

	if ((rc = sqlite_served(store, query, err)) < 0 ||
	    (rc = sqlite_take(store, SQL_CLIENTS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":by_last"),
	    query->order == STORE_BY_LAST);
	if ((rc = numbers_take(store, stmt, err, &keys)) >= 0)
		rc = give_clients(store, &keys, query->filter.limit, fn, ctx,
		    err);
	if (rc >= 0 && matched != NULL)
		*matched = keys.count;
	free(keys.seq);
	return rc;
}

/* The latest row of one client, or 0. */
static int
find_row(struct sqlite_store *store, const struct store_snapshot *snapshot,
    const struct fs_prefix *client, struct fs_err *err, int64_t *seq)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_FIND_CLIENT, err, &stmt)) < 0)
		return rc;
	sqlite_bind_addr(stmt, 1, &client->addr);
	sqlite_bind_int(stmt, 2, client->bits);
	sqlite_bind_int(stmt, 3, snapshot->client_top);
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		*seq = sqlite_int(stmt, 0);
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

/* Looks for each network that an address is in: what a client is may have
 * changed from run to run. */
int
sqlite_find_client(void *state, const struct store_snapshot *snapshot,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *row)
{
	struct fs_prefix client;
	int bits, rc = 0;
	int64_t seq = 0;

	for (bits = addr->family == 4 ? 32 : 128; bits >= 0 && seq == 0;
	     bits--) {
		client = (struct fs_prefix){ addr_mask(addr, (unsigned)bits),
			(uint8_t)bits };
		if ((rc = find_row(state, snapshot, &client, err, &seq)) < 0)
			return rc;
	}
	if (seq == 0)
		return FS_EEND;
	rc = read_client(state, seq, err, row);
	return rc > 0 ? 0 : rc == 0 ? FS_EEND : rc;
}
