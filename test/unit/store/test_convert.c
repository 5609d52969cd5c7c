/* Stores of versions that were released before. */
#include <signal.h>
#include <sys/wait.h>

#include "file.h"
#include "store/store.h"

/* Makes a store of an older version, as a program of that time left it. */
static void
make_old(const char *path, int version)
{
	static char sql[FILE_ROOM];
	char name[SAMPLE_PATH];
	size_t size;

	snprintf(name, sizeof(name), "test/data/store/version-%d.sql", version);
	size = read_file(name, (uint8_t *)sql);
	sql[size < FILE_ROOM ? size : FILE_ROOM - 1] = '\0';
	meddle(path, sql);
}

/* What a store of version 1 or 2 holds is there, under the same numbers. */
static void
expect_converted(const char *folder, const char *path)
{
	static struct store_flow row;
	static const char zeros[] = "0000000000000000000000000000000000000000"
				    "000000000000000000000000";
	struct fs_generation generation;
	struct store_snapshot snapshot;
	struct fs_err err = { 0 };
	struct fs_store *store = sample_reader(folder);

	tap_int(read_count(folder), 12, "brought forward with its flows");
	tap_int(store_ask_newest_generation(store, &err, &generation), 0,
	    "its generation is there");
	tap_text(generation.rules_digest, "4be673c9d514", "with its rules");
	tap_ok(strcmp(generation.floors_digest, zeros) == 0 ||
		generation.floors_digest[0] == '\0',
	    "and without floors");
	store_ask_span(store, &err, &snapshot);
	tap_int(store_ask_flow(store, &snapshot, 0xf000000000000001, &err,
		    &row),
	    0, "a flow");
	tap_int(row.seq, 2, "with its number");
	tap_text(row.flow.evidence[0].text,
	    "TLS takes 146.2 ms where TCP takes 20.1 ms", "its evidence");
	tap_int(signals_milli(&row.signals, SIGNAL_RTT_TLS_MS), 146200,
	    "its signals");
	tap_text(row.flow.service, "api", "its service");
	tap_int(row.flow.verdict.score_ppm, 962673, "its score");
	fs_store_close(store);
	tap_int(look(path, "PRAGMA user_version"), SQLITE_STORE_VERSION,
	    "its version");
	tap_int(look(path,
		    "SELECT count(*) FROM sqlite_schema WHERE name IN"
		    " ('flows', 'flows_old', 'flows_time')"),
	    0, "nothing old is left");
	tap_int(look(path, "SELECT count(*) FROM clients_latest"), 3,
	    "and its clients");
	tap_int(look(path, "SELECT count(*) FROM flows_latest"), 12,
	    "seen by the views");
}

static void
test_old(const char *folder)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	int version;

	sample_path(folder, "test.db", path);
	for (version = 1; version < SQLITE_STORE_VERSION; version++) {
		make_old(path, version);
		tap_int(fs_store_open_read(path, &err, &store), FS_EDB,
		    "an old store is not read as it is");
		tap_ok(strstr(err.text, "has version") != NULL, "says: %s",
		    err.text);
		fs_store_close(sample_writer(folder));
		expect_converted(folder, path);
		unlink(path);
	}
}

/* One who is interrupted goes on behind the rows that were committed. */
static void
test_old_interrupted(const char *folder)
{
	char path[SAMPLE_PATH];
	pid_t child;
	int status;

	sample_path(folder, "test.db", path);
	make_old(path, 2);
	meddle(path,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 60000) INSERT INTO flows SELECT NULL,"
	    " CAST(printf('%08d', i) AS BLOB), rev, parent_id, first_us,"
	    " last_us, client, client_port, server, server_port, ip_proto,"
	    " icmp_type, icmp_code, client_first, final, packets_c2s,"
	    " packets_s2c, bytes_c2s, bytes_s2c, service, sensor, class,"
	    " decision, view, coverage, protocol, prior, log_odds, score_ppm,"
	    " country, asn, generation, numbering, evidence, signals"
	    " FROM flows, n WHERE seq = 5");
	child = fork();
	if (child == 0) {
		sample_writer(folder);
		_exit(0);
	}
	while (look(path, "SELECT value FROM meta WHERE name = 'converted'") <
		20000 &&
	    waitpid(child, &status, WNOHANG) == 0)
		usleep(1000);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	tap_ok(WIFSIGNALED(status) &&
		look(path, "SELECT count(*) FROM flows_old") == 60012,
	    "killed on its way");
	tap_int(read_count(folder), 200, "is not read half");
	fs_store_close(sample_writer(folder));
	tap_int(look(path, ROWS_OF_ALL), 60012, "every row once");
	tap_int(look(path, "SELECT count(*) FROM later"), 0, "and none twice");
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_old,
		test_old_interrupted,
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
