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

/* An answer, from which rows are taken one after the other. */
struct sqlite_clients {
	struct sqlite_store *store;
	struct numbers keys;
	size_t at, count; /* How many of the keys are wanted. */
	struct store_client row;
};

int
sqlite_clients_next(void *cursor, struct fs_err *err,
    const struct store_client **row)
{
	struct sqlite_clients *clients = cursor;
	int rc = 0;

	while (clients->at < clients->count && rc == 0)
		rc = read_client(clients->store,
		    clients->keys.seq[clients->at++], err, &clients->row);
	if (rc > 0)
		*row = &clients->row;
	return rc;
}

void
sqlite_clients_close(void *cursor)
{
	struct sqlite_clients *clients = cursor;

	if (clients == NULL)
		return;
	free(clients->keys.seq);
	free(clients);
}

int
sqlite_clients_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor, uint64_t *matched)
{
	struct sqlite_clients *clients = calloc(1, sizeof(*clients));
	const uint64_t limit = query->filter.limit;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if (clients == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	clients->store = state;
	if ((rc = sqlite_served(state, query, err)) < 0 ||
	    (rc = sqlite_take(state, SQL_CLIENTS, err, &stmt)) < 0)
		goto out;
	sqlite_bind_query(stmt, query, &bounds);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":by_last"),
	    query->order == STORE_BY_LAST);
	if ((rc = numbers_take(state, stmt, err, &clients->keys)) < 0)
		goto out;
	clients->count = clients->keys.count;
	*matched = clients->count;
	if (limit > 0 && limit < clients->count)
		clients->count = (size_t)limit;
	*cursor = clients;
	clients = NULL; /* Given away. */
out:
	sqlite_clients_close(clients);
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
