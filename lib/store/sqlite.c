#include "store/sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

const struct store_ops sqlite_ops = {
	.name = "sqlite",
	.close = sqlite_close,
	.put_generation = sqlite_put_generation,
	.put_flow = sqlite_put_flow,
	.put_client = sqlite_put_client,
	.put_event = sqlite_put_event,
	.commit = sqlite_commit,
	.snapshot = sqlite_snapshot,
	.flows_open = sqlite_flows_open,
	.flows_next = sqlite_flows_next,
	.flows_close = sqlite_flows_close,
	.flows_count = sqlite_flows_count,
	.clients_open = sqlite_clients_open,
	.clients_next = sqlite_clients_next,
	.clients_close = sqlite_clients_close,
	.find_flow = sqlite_find_flow,
	.find_client = sqlite_find_client,
	.counts = sqlite_counts,
	.events = sqlite_events,
	.find_rule = sqlite_find_rule,
	.find_generation = sqlite_find_generation,
	.newest_generation = sqlite_newest_generation,
	.retain = sqlite_retain,
	.prune = sqlite_prune,
	.stats = sqlite_stats,
	.check = sqlite_check,
	.backup = sqlite_backup,
	.select = sqlite_select,
};

static const struct {
	int result; /* Of SQLite, without its extension. */
	int code;
	const char *advice;
} failures[] = {
	{ SQLITE_CORRUPT, FS_EDB,
	    "it is damaged: keep a copy, and save its rows with "
	    "'sqlite3 FILE .recover'" },
	{ SQLITE_NOTADB, FS_EDB,
	    "it is no SQLite database: name another file" },
	{ SQLITE_BUSY, -EBUSY, "another program is writing to it" },
	{ SQLITE_LOCKED, -EBUSY, "another program is writing to it" },
	{ SQLITE_FULL, -ENOSPC, "the disk is full" },
	{ SQLITE_READONLY, -EROFS, "it may only be read" },
	{ SQLITE_PERM, -EACCES, "access is not allowed" },
	{ SQLITE_AUTH, -EACCES, "access is not allowed" },
	{ SQLITE_CANTOPEN, -EACCES, "it cannot be opened" },
	{ SQLITE_NOMEM, -ENOMEM, "no memory is left" },
	{ SQLITE_TOOBIG, FS_EDB, "a row is larger than any of ours" },
	{ SQLITE_IOERR, -EIO, "reading or writing failed" },
	{ SQLITE_INTERRUPT, -EINTR, "it was interrupted" },
	{ SQLITE_ERROR, FS_EDB,
	    "it is not laid out as ours: it was changed by another program" },
};

/* What a failure is to us; anything else is a database that we cannot use. */
static size_t
failure_of(int result)
{
	const size_t last = sizeof(failures) / sizeof(failures[0]) - 1;
	size_t i;

	for (i = 0; i < last; i++)
		if (failures[i].result == result)
			break;
	return i;
}

int
sqlite_fail(struct sqlite_store *store, struct fs_err *err)
{
	size_t i = failure_of(sqlite3_errcode(store->db) & 0xff);

	return err_set(err, failures[i].code, "%s: %s (%s)", store->path,
	    failures[i].advice, sqlite3_errmsg(store->db));
}

int
sqlite_bad_row(struct sqlite_store *store, struct fs_err *err,
    const char *table, int64_t seq)
{
	return err_set(err, FS_EDB,
	    "%s: row %lld of '%s' is damaged: keep a copy, and save the other "
	    "rows with 'sqlite3 FILE .recover'",
	    store->path, (long long)seq, table);
}

int
sqlite_run(struct sqlite_store *store, const char *sql, struct fs_err *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_fail(store, err);
	return 0;
}

int
sqlite_take(struct sqlite_store *store, enum sqlite_sql sql, struct fs_err *err,
    struct sqlite3_stmt **stmt)
{
	struct sqlite3_stmt **kept = &store->stmt[sql];

	if (*kept == NULL &&
	    sqlite3_prepare_v3(store->db, sqlite_sql_text(sql), -1,
		SQLITE_PREPARE_PERSISTENT, kept, NULL) != SQLITE_OK)
		return sqlite_fail(store, err);
	sqlite3_reset(*kept);
	sqlite3_clear_bindings(*kept);
	*stmt = *kept;
	return 0;
}

int
sqlite_next(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err)
{
	int result = sqlite3_step(stmt);
	int rc;

	if (result == SQLITE_ROW)
		return 1;
	rc = result == SQLITE_DONE ? 0 : sqlite_fail(store, err);
	sqlite3_reset(stmt);
	return rc;
}

int
sqlite_do(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err)
{
	int rc = sqlite_next(store, stmt, err);

	sqlite3_reset(stmt);
	return rc < 0 ? rc : 0;
}

void
sqlite_done(struct sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
}

void
sqlite_bind_int(struct sqlite3_stmt *stmt, int at, int64_t value)
{
	if (at > 0)
		sqlite3_bind_int64(stmt, at, value);
}

void
sqlite_bind_count(struct sqlite3_stmt *stmt, int at, uint64_t value)
{
	const uint64_t most = INT64_MAX - 1;

	sqlite_bind_int(stmt, at, (int64_t)(value < most ? value : most));
}

void
sqlite_bind_text(struct sqlite3_stmt *stmt, int at, const char *text)
{
	if (text != NULL && text[0] != '\0')
		sqlite_bind_exact(stmt, at, text);
}

void
sqlite_bind_exact(struct sqlite3_stmt *stmt, int at, const char *text)
{
	if (at > 0)
		sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

void
sqlite_bind_bytes(struct sqlite3_stmt *stmt, int at, const void *bytes,
    size_t size)
{
	/* A null pointer would be a null value. */
	if (at > 0)
		sqlite3_bind_blob64(stmt, at, size > 0 ? bytes : "", size,
		    SQLITE_STATIC);
}

int
sqlite_at(struct sqlite3_stmt *stmt, const char *name)
{
	return sqlite3_bind_parameter_index(stmt, name);
}

int64_t
sqlite_int(struct sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

uint64_t
sqlite_count(struct sqlite3_stmt *stmt, int column)
{
	int64_t value = sqlite3_column_int64(stmt, column);

	return value > 0 ? (uint64_t)value : 0;
}

void
sqlite_copy(char *room, size_t size, const void *bytes, size_t count)
{
	size_t length = utf8_cut(bytes, count, size - 1);

	memcpy(room, bytes, length);
	memset(room + length, 0, size - length);
}

void
sqlite_text(struct sqlite3_stmt *stmt, int column, char *room, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	if (text == NULL)
		text = "";
	sqlite_copy(room, size, text, strlen(text));
}

const uint8_t *
sqlite_bytes(struct sqlite3_stmt *stmt, int column, size_t *size)
{
	const void *bytes = sqlite3_column_blob(stmt, column);
	int count = sqlite3_column_bytes(stmt, column);

	*size = bytes != NULL && count > 0 ? (size_t)count : 0;
	return bytes;
}

unsigned
sqlite_small(struct sqlite3_stmt *stmt, int column, unsigned max,
    unsigned other)
{
	int64_t value = sqlite3_column_int64(stmt, column);

	return value >= 0 && value <= (int64_t)max ? (unsigned)value : other;
}
