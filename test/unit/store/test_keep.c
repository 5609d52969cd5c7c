/* Keeping a store: what is retained, checked, copied, read with SQL. */
#include "file.h"
#include "store/store.h"

enum { DAY_ROWS = 1440 }; /* Sample flows are a minute apart. */

/* One flow a day, each in a partition of its own. */
static struct fs_store *
days(const char *folder, unsigned count)
{
	static struct fs_observation flow;
	static struct fs_client client;
	struct fs_store *store = sample_writer(folder);
	struct fs_err err = { 0 };
	unsigned i;

	for (i = 0; i < count; i++) {
		sample_flow(&flow, i * DAY_ROWS);
		fs_store_put_flow(store, &flow, &err);
	}
	sample_client(&client, "198.51.100.7");
	fs_store_put_client(store, &client, &err);
	fs_store_commit(store, &err);
	return store;
}

static int64_t
rows_of(const char *folder)
{
	char path[SAMPLE_PATH];

	return look(sample_path(folder, "test.db", path), ROWS_OF_ALL);
}

static void
test_age(const char *folder)
{
	const struct fs_retention keep = { .age_us = 3 * 86400000000 };
	struct fs_store *store = days(folder, 10);
	struct store_snapshot snapshot;
	struct fs_pruned pruned;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];

	fs_store_retain(store, &keep);
	tap_int(fs_store_prune(store, &err, &pruned), 0, "prune");
	tap_int((long long)pruned.partitions, 6, "drops days before");
	tap_int((long long)pruned.rows, 6, "with their rows");
	tap_int(rows_of(folder), 4, "the rest is there");
	store_ask_span(store, &err, &snapshot);
	tap_ok(snapshot.oldest_us == sample_start_us + 6 * 86400000000,
	    "and the oldest is of it");
	fs_store_close(store);
	sample_path(folder, "test.db", path);
	tap_int(look(path,
		    "SELECT count(*) FROM events WHERE kind = 9"
		    " AND text LIKE 'older than store.retention.age: from %'"),
	    6, "each is told");
	tap_int(look(path, "SELECT count(*) FROM clients"), 0,
	    "clients that were not seen since are gone, too");
	tap_int(look(path, "SELECT count(*) FROM flows_latest"), 4,
	    "views are of what is left");
	tap_int(read_count(folder), 4, "which is read");
}

/* With each commit, one partition goes. */
static void
test_live(const char *folder)
{
	const struct fs_retention keep = { .bytes = 1 };
	static struct fs_observation flow;
	struct fs_store *store = days(folder, 4);
	struct fs_err err = { 0 };
	unsigned i;

	fs_store_retain(store, &keep);
	for (i = 0; i < 20; i++) {
		sample_flow(&flow, 5 * DAY_ROWS + i);
		fs_store_put_flow(store, &flow, &err);
		tap_int(fs_store_commit(store, &err), 0, "commit");
	}
	fs_store_close(store);
	tap_int(rows_of(folder), 20, "the open partition is left");
	store = days(folder, 1);
	fs_store_close(store);
	tap_int(rows_of(folder), 21, "numbers go on");
}

static int
take_fault(void *ctx, const char *text)
{
	const size_t size = strlen(ctx);

	snprintf((char *)ctx + size, 512 - size, "%s\n", text);
	return 0;
}

static uint64_t
faults(const char *folder, char text[512])
{
	struct fs_store *store = sample_reader(folder);
	struct fs_err err = { 0 };
	uint64_t count = 0;

	text[0] = '\0';
	if (fs_store_check(store, take_fault, text, &err, &count) < 0)
		tap_ok(false, "%s", err.text);
	fs_store_close(store);
	return count;
}

static void
test_check(const char *folder)
{
	static const struct {
		const char *sql, *says;
	} harms[] = {
		{ "DELETE FROM flows_1", "has other rows than were counted" },
		{ "UPDATE flows_1 SET kind = 77", "kinds or places" },
		{ "UPDATE chunks_1 SET rows = x'01ff'", "is damaged" },
		{ "UPDATE flows_1 SET packets_c2s = 77",
		    "packed rows are not those" },
		{ "UPDATE partitions SET first_seq = first_seq + 1"
		  " WHERE id = 3",
		    "does not begin where" },
	};
	char path[SAMPLE_PATH], text[512];
	size_t i;

	sample_path(folder, "test.db", path);
	for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
		fs_store_close(days(folder, 3));
		tap_int((long long)faults(folder, text), 0, "no fault");
		meddle(path, harms[i].sql);
		tap_ok(faults(folder, text) > 0 &&
			strstr(text, harms[i].says) != NULL,
		    "%s", harms[i].sql);
		unlink(path);
	}
}

static void
test_backup(const char *folder)
{
	struct fs_store *store = days(folder, 3), *reader;
	char path[SAMPLE_PATH];
	struct fs_err err = { 0 };

	reader = sample_reader(folder);
	sample_path(folder, "copy.db", path);
	tap_int(fs_store_backup(reader, path, &err), 0,
	    "a copy beside a writer");
	tap_int(look(path, ROWS_OF_ALL), 3, "has the rows");
	tap_int(fs_store_backup(reader, path, &err), -EEXIST,
	    "and is not written over");
	fs_store_close(reader);
	fs_store_close(store);
}

static int
take_cells(void *ctx, bool names, const char *const *cell, size_t count)
{
	if (!names && count > 0)
		snprintf(ctx, 64, "%s", cell[0] != NULL ? cell[0] : "null");
	return 0;
}

static const struct {
	const char *sql;
	int rc;
	const char *cell;
} selects[] = {
	{ "SELECT count(*) FROM flows_latest", 0, "2" },
	{ "SELECT class FROM flows_latest LIMIT 1;", 0, "proxy" },
	{ "SELECT x'00ff'", 0, "00ff" },
	{ "SELECT NULL", 0, "null" },
	{ "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	  " WHERE i < 9) SELECT max(i) FROM n",
	    0, "9" },
	{ "DELETE FROM clients", FS_ECONFIG, "" },
	{ "PRAGMA journal_mode = delete", FS_ECONFIG, "" },
	{ "ATTACH '/tmp/x' AS x", FS_ECONFIG, "" },
	{ "SELECT 1; SELECT 2", FS_ECONFIG, "" },
	{ "SELECT load_extension('x')", FS_ECONFIG, "" },
	{ "SELEC", FS_ECONFIG, "" },
	{ "", FS_ECONFIG, "" },
};

static void
test_select(const char *folder)
{
	struct fs_store *store = days(folder, 2);
	char cell[64];
	uint64_t rows;
	size_t i;

	fs_store_close(store);
	store = sample_reader(folder);
	for (i = 0; i < sizeof(selects) / sizeof(selects[0]); i++) {
		struct fs_err err = { 0 };

		cell[0] = '\0';
		tap_int(fs_store_select(store, selects[i].sql, take_cells, cell,
			    &err, &rows),
		    selects[i].rc, selects[i].sql);
		tap_text(cell, selects[i].cell, "gives");
	}
	fs_store_close(store);
}

static void
test_stats(const char *folder)
{
	struct fs_store *store = days(folder, 3);
	struct fs_store_stats stats;
	struct fs_err err = { 0 };

	tap_int(fs_store_stats(store, &err, &stats), 0, "stats");
	tap_int((long long)stats.rows, 3, "rows");
	tap_int((long long)stats.partitions, 3, "partitions");
	tap_int((long long)stats.client_rows, 1, "rows of clients");
	tap_int((long long)stats.version, SQLITE_STORE_VERSION, "version");
	tap_ok(stats.file_bytes > 4096 && stats.log_bytes > 0, "bytes");
	fs_store_close(store);
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_age,
		test_live,
		test_check,
		test_backup,
		test_select,
		test_stats,
	};
	char folder[SAMPLE_PATH];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		sample_folder(folder);
		tests[i](folder);
		sample_remove(folder);
	}
	return tap_done();
}
