/* Stores as files: made, looked at and meddled with as any program could. */
#pragma once

#include <errno.h>
#include <sqlite3.h>

#include "../tap.h"
#include "sample.h"
#include "store/sqlite.h"

enum { FILE_ROOM = 1 << 20 };
#define ROWS_OF_ALL "SELECT coalesce(sum(rows), 0) FROM partitions"

/* ---- Files -------------------------------------------------------------- */

static inline void
write_file(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0)
		abort();
}

static inline size_t
read_file(const char *path, uint8_t *bytes)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		abort();
	size = fread(bytes, 1, FILE_ROOM, file);
	(void)fclose(file);
	return size;
}

/* Runs SQL on a file as any other program would. */
static inline void
meddle(const char *path, const char *sql)
{
	sqlite3 *db;
	char *text = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
		tap_ok(false, "%s: %s", sql, text ? text : "cannot open");
	sqlite3_free(text);
	sqlite3_close(db);
}

static inline int64_t
look(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int64_t value = -1;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ==
		SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
		if (sqlite3_step(stmt) == SQLITE_ROW)
			value = sqlite3_column_int64(stmt, 0);
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
	return value;
}

/* ---- Opening ------------------------------------------------------------ */

static inline void
fill(const char *folder, unsigned flows)
{
	static struct fs_observation flow;
	struct fs_store *store = sample_writer(folder);
	struct fs_err err = { 0 };
	unsigned i;

	for (i = 0; i < flows; i++) {
		sample_flow(&flow, i);
		fs_store_put_flow(store, &flow, &err);
	}
	if (fs_store_commit(store, &err) < 0)
		tap_ok(false, "%s", err.text);
	fs_store_close(store);
}

static inline int
take_nothing(void *ctx, const struct store_flow *row)
{
	(void)ctx;
	(void)row;
	return 0;
}

/* Counts all flows by reading each. */
static inline int
count_flows(struct fs_store *store, struct fs_err *err, uint64_t *count)
{
	struct store_query query = { 0 };
	struct fs_filter filter;
	int rc;

	fs_filter_init(&filter);
	filter.whole = true;
	if ((rc = store_query(store, &filter, err, &query)) < 0)
		return rc;
	return store_ask_flows(store, &query, take_nothing, NULL, err, count);
}

/* How many flows are read; 200 and more for a failure. */
static inline int
read_count(const char *folder)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	uint64_t count = 0;
	int rc = fs_store_open_read(sample_path(folder, "test.db", path), &err,
	    &store);

	if (rc >= 0)
		rc = count_flows(store, &err, &count);
	if (rc < 0)
		printf("# %s\n", err.text);
	(void)fflush(stdout);
	fs_store_close(store);
	return rc == -EACCES ? 201 : rc < 0 ? 200 : (int)count;
}
