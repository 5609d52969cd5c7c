#include "store/sqlite.h"

#include <signal.h>
#include <sys/wait.h>

#include "file.h"
#include "sample_rules.h"

/* ---- Damage ------------------------------------------------------------- */

static void
expect_damage(const char *folder, int want, const char *name)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	uint64_t count;
	int rc = fs_store_open_read(sample_path(folder, "test.db", path), &err,
	    &store);

	if (rc >= 0)
		rc = count_flows(store, &err, &count);
	tap_int(rc, want, name);
	tap_ok(strstr(err.text, path) != NULL, "says: %s", err.text);
	fs_store_close(store);
}

/* Overwrites pages in the middle, then the header, then cuts the file. */
static void
test_damaged(const char *folder)
{
	static uint8_t bytes[FILE_ROOM];
	char path[SAMPLE_PATH];
	size_t size;

	fill(folder, 300);
	size = read_file(sample_path(folder, "test.db", path), bytes);
	memset(bytes + 8192, 0xa5, size - 8192);
	write_file(path, bytes, size);
	expect_damage(folder, FS_EDB, "pages of noise");
	write_file(path, bytes, 3 * 4096 + 100);
	expect_damage(folder, FS_EDB, "a cut file");
	memset(bytes, 0x5a, 100);
	write_file(path, bytes, size);
	expect_damage(folder, FS_EDB, "a header of noise");
}

static const struct {
	const char *name, *sql;
	int rc;
} meddlings[] = {
	{ "evidence that is cut",
	    "UPDATE flows_1 SET basis = substr(basis, 1, 40)", FS_EDB },
	{ "evidence of another kind",
	    "UPDATE flows_1 SET basis = x'0100030000000000'", FS_EDB },
	{ "signals that are cut",
	    "UPDATE flows_1 SET basis = substr(basis, 1, length(basis) - 1)",
	    FS_EDB },
	{ "a row of a newer flowscan", "UPDATE flows_1 SET basis = x'7f'",
	    FS_ENEWER },
	{ "a kind of a newer flowscan", "UPDATE kinds SET bytes = x'7f'",
	    FS_ENEWER },
	{ "a kind that is cut", "UPDATE kinds SET bytes = substr(bytes, 1, 9)",
	    FS_EDB },
	{ "kinds that are not in order", "UPDATE kinds SET id = 7", FS_EDB },
	{ "a kind that nobody wrote", "UPDATE flows_1 SET kind = 9", FS_EDB },
	{ "a place that nobody wrote", "UPDATE flows_1 SET place = 0", FS_EDB },
	{ "a numbering that nobody wrote", "UPDATE flows_1 SET numbering = 9",
	    FS_EDB },
	{ "numbers of signals beyond all bounds",
	    "INSERT INTO signal_names VALUES (0, -5, 'x')", FS_EDB },
	{ "a missing column",
	    "DROP VIEW flows_latest; ALTER TABLE flows_1 DROP COLUMN final",
	    FS_EDB },
	{ "a missing partition", "DROP VIEW flows_latest; DROP TABLE flows_1",
	    FS_EDB },
	{ "a partition of no rows that were ever numbered",
	    "UPDATE partitions SET first_seq = -5", FS_EDB },
	{ "a view in place of a table",
	    "ALTER TABLE flows_1 RENAME TO f2;"
	    "CREATE VIEW flows_1 AS SELECT * FROM f2",
	    FS_EDB },
	{ "a huge value", "UPDATE flows_1 SET basis = zeroblob(2000000)",
	    FS_EDB },
	{ "a chunk of noise",
	    "INSERT INTO chunks_1 VALUES (1, 2, 0, 9e18, 9e18, x'01a5a5a5a5');"
	    "UPDATE partitions SET packed = 2",
	    FS_EDB },
	{ "a chunk of a newer flowscan",
	    "INSERT INTO chunks_1 VALUES (1, 2, 0, 9e18, 9e18, x'7f');"
	    "UPDATE partitions SET packed = 2",
	    FS_ENEWER },
	/* Odd values are taken for the nearest that there is. */
	{ "no class of ours",
	    "UPDATE kinds SET bytes = CAST(x'0163ff07e8' ||"
	    " substr(bytes, 6) AS BLOB);"
	    "UPDATE flows_1 SET score_ppm = -5",
	    0 },
	{ "ports out of range",
	    "UPDATE flows_1 SET client_port = 70000, server_port = -3", 0 },
	{ "addresses of no family",
	    "UPDATE flows_1 SET client = x'010203', server = zeroblob(400)",
	    0 },
	{ "negative counters and times",
	    "UPDATE flows_1 SET packets_c2s = -5, last_us = -1", 0 },
	{ "times beyond all clocks",
	    "UPDATE flows_1 SET last_us = 9223372036854775807", 0 },
};

static void
test_meddled(const char *folder)
{
	char path[SAMPLE_PATH];
	size_t i;

	for (i = 0; i < sizeof(meddlings) / sizeof(meddlings[0]); i++) {
		fill(folder, 2);
		sample_path(folder, "test.db", path);
		meddle(path, meddlings[i].sql);
		if (meddlings[i].rc < 0)
			expect_damage(folder, meddlings[i].rc,
			    meddlings[i].name);
		else
			tap_ok(read_count(folder) < 200, "%s",
			    meddlings[i].name);
		unlink(path);
	}
}

/* Rows whose numbers were never given are none. */
static void
test_far_numbers(const char *folder)
{
	struct store_query query = { 0 };
	struct fs_store *store;
	struct fs_filter filter;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	uint64_t count = 0;

	fill(folder, 3);
	meddle(sample_path(folder, "test.db", path),
	    "UPDATE flows_1 SET seq = 9223372036854775806 WHERE seq = 2;"
	    "UPDATE flows_1 SET seq = 200000 WHERE seq = 3");
	store = sample_reader(folder);
	fs_filter_init(&filter);
	filter.whole = true;
	filter.client = (struct fs_prefix){ sample_addr("198.51.100.7"), 32 };
	tap_int(store_query(store, &filter, &err, &query), 0, "a question");
	tap_int(store_ask_flows(store, &query, take_nothing, NULL, &err,
		    &count),
	    0, "is answered");
	tap_int((long long)count, 1, "without rows of numbers never given");
	fs_store_close(store);
}

static void
test_full(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *store;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	unsigned i;
	int rc = 0;

	fill(folder, 10);
	store = sample_writer(folder);
	sqlite_run(store->state, "PRAGMA max_page_count = 20", NULL);
	for (i = 0; i < 1000 && rc >= 0; i++) {
		sample_flow(&flow, 100 + i);
		rc = fs_store_put_flow(store, &flow, &err);
	}
	tap_int(rc, -ENOSPC, "a full disk");
	fs_store_close(store);
	sample_path(folder, "test.db", path);
	tap_int(look(path, "SELECT count(*) FROM flows_1"), 10,
	    "what was committed is there");
	fill(folder, 1);
	tap_int(look(path, "SELECT count(*) FROM flows_1"), 11,
	    "and more can be written");
}

/* ---- kill -9 ------------------------------------------------------------ */

enum { BATCH = 50 };

/* Says on 'ready' that something is committed: how long that takes is the
 * machine's affair. */
static void
write_for_ever(const char *folder, int ready)
{
	static struct fs_observation flow;
	struct fs_store *store = sample_writer(folder);
	struct fs_err err = { 0 };
	unsigned i;

	for (i = 0;; i++) {
		sample_flow(&flow, i);
		if (fs_store_put_flow(store, &flow, &err) < 0)
			_exit(1);
		if (i % BATCH == BATCH - 1 && fs_store_commit(store, &err) < 0)
			_exit(1);
		if (i == BATCH - 1 && write(ready, "", 1) != 1)
			_exit(1);
	}
}

/* Starts a writer, and kills it some time behind its first commit. Returns
 * how it ended. */
static int
write_and_kill(const char *folder, unsigned delay_us)
{
	int ready[2], status = 0;
	char byte;
	pid_t child;

	if (pipe(ready) < 0 || (child = fork()) < 0)
		abort();
	if (child == 0)
		write_for_ever(folder, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) == 1)
		usleep(delay_us);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(ready[0]);
	return status;
}

/* However a writer ends, whole transactions are there, and the next writer
 * goes on. */
static void
test_killed(const char *folder)
{
	char path[SAMPLE_PATH];
	unsigned round;
	int64_t before = 0, count;
	bool whole = true, more = true, sound = true;
	int status;

	sample_path(folder, "test.db", path);
	for (round = 0; round < 8; round++) {
		status = write_and_kill(folder, round * 9100);
		sound &= WIFSIGNALED(status);
		count = look(path, ROWS_OF_ALL);
		whole &= count % BATCH == 0 && count >= before;
		more &= count > before;
		before = count;
		sound &= read_count(folder) >= 0;
	}
	tap_ok(whole, "only whole transactions are there");
	tap_ok(more, "each round added some");
	tap_ok(sound, "and the store is read after each");
	tap_int(look(path,
		    "SELECT count(*) FROM pragma_integrity_check "
		    "WHERE integrity_check <> 'ok'"),
	    0, "SQLite finds no damage");
	fill(folder, 1);
	tap_int(look(path, ROWS_OF_ALL), before + 1, "the next writer goes on");
}

/* ---- Names of signals --------------------------------------------------- */

static int
take_signals(void *ctx, const struct store_flow *row)
{
	*(struct signals *)ctx = row->signals;
	return 0;
}

/* Numbers mean what their writer called them. */
static void
test_numbering(const char *folder)
{
	static struct signals signals;
	struct fs_store *store;
	struct store_query query = { 0 };
	struct fs_filter filter;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];

	fill(folder, 1);
	sample_path(folder, "test.db", path);
	meddle(path,
	    "UPDATE signal_names SET name = CASE name"
	    " WHEN 'rtt.tls_ms' THEN 'rtt.tcp_ms'"
	    " WHEN 'rtt.tcp_ms' THEN 'rtt.tls_ms'"
	    " WHEN 'rtt.tls_gap_ms' THEN 'one.we.do.not.know'"
	    " ELSE name END");
	fill(folder, 0);
	tap_int(look(path,
		    "SELECT count(DISTINCT numbering) "
		    "FROM signal_names"),
	    2, "a writer of other numbers adds its own");
	store = sample_reader(folder);
	fs_filter_init(&filter);
	store_query(store, &filter, &err, &query);
	tap_int(store_ask_flows(store, &query, take_signals, &signals, &err,
		    NULL),
	    0, "rows of older numbers are read");
	tap_int(signals_milli(&signals, SIGNAL_RTT_TCP_MS), 146200,
	    "by their names");
	tap_int(signals_milli(&signals, SIGNAL_RTT_TLS_MS), 20100, "both");
	tap_ok(!signals_known(&signals, SIGNAL_RTT_TLS_GAP_MS),
	    "one that we do not know is passed over");
	tap_ok(signals_known(&signals, SIGNAL_TLS_SNI), "the rest is there");
	fs_store_close(store);
	fill(folder, 0);
	tap_int(look(path, "SELECT max(numbering) FROM signal_names"), 2,
	    "and once only");
}

/* ---- Migration ---------------------------------------------------------- */

enum { NOW = SQLITE_STORE_VERSION };

static const struct sqlite_step steps[] = {
	{ NOW,
	    "ALTER TABLE partitions ADD COLUMN extra INTEGER;"
	    "UPDATE partitions SET extra = rows * 4" },
	{ NOW + 1, "CREATE TABLE more (a); INSERT INTO nowhere VALUES (1)" },
};

static void
test_migration(const char *folder)
{
	struct fs_store *store;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];

	fill(folder, 3);
	store = sample_writer(folder);
	tap_int(sqlite_migrate(store->state, steps, 2, NOW, NOW + 1, &err), 0,
	    "a step forward");
	tap_int(sqlite_migrate(store->state, steps, 2, NOW + 1, NOW + 2, &err),
	    FS_EDB, "a step that fails");
	tap_int(sqlite_migrate(store->state, steps, 2, NOW + 2, NOW + 3, &err),
	    FS_EDB, "a step that is not there");
	fs_store_close(store);
	sample_path(folder, "test.db", path);
	tap_int(look(path, "PRAGMA user_version"), NOW + 1,
	    "the version of the step that worked");
	tap_int(look(path, "SELECT sum(extra) FROM partitions"), 12,
	    "with its rows");
	tap_int(look(path,
		    "SELECT count(*) FROM sqlite_schema "
		    "WHERE name = 'more'"),
	    0, "and nothing of the one that failed");
}

/* A database of before the first schema: made, but killed at once. */
static void
test_version_0(const char *folder)
{
	char path[SAMPLE_PATH];
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };

	sample_path(folder, "test.db", path);
	meddle(path,
	    "PRAGMA journal_mode = wal;"
	    "PRAGMA application_id = 1718383459");
	tap_int(look(path, "PRAGMA application_id"), SQLITE_STORE_ID,
	    "the mark of ours");
	tap_int(fs_store_open_read(path, &err, &store), FS_EDB, "is not read");
	fill(folder, 2);
	tap_int(look(path, "SELECT count(*) FROM flows_1"), 2,
	    "but written after its schema was made");
	tap_int(look(path, "PRAGMA user_version"), SQLITE_STORE_VERSION,
	    "with its version");
}

/* The views for people show what our own questions show. */
static void
test_views(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *store = sample_writer(folder);
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];

	sample_flow(&flow, 0);
	fs_store_put_flow(store, &flow, &err);
	flow.rev = 2;
	fs_store_put_flow(store, &flow, &err);
	fs_store_commit(store, &err);
	fs_store_close(store);
	sample_path(folder, "test.db", path);
	tap_int(look(path,
		    "SELECT count(*) FROM flows_latest WHERE rev = 2"
		    " AND flow_id = 'f000000000000000' AND class = 'proxy'"
		    " AND verdict = 'anomalous' AND view = 'exit'"
		    " AND first_seen = '2026-11-23T05:00:00Z'"
		    " AND client_hex = 'c6336407' AND coverage = 'full'"),
	    1, "flows_latest");
	tap_int(look(path, "SELECT count(*) FROM flows_latest"), 1,
	    "and nothing else");
	tap_int(look(path, "SELECT count(*) FROM clients_latest"), 0,
	    "clients_latest");
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_damaged,
		test_meddled,
		test_far_numbers,
		test_full,
		test_killed,
		test_numbering,
		test_migration,
		test_version_0,
		test_views,
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
