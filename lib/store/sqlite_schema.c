#include "store/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/err.h"

/* The numbers of these enumerations stand in every database. */
_Static_assert(FS_CLASS_UNKNOWN == 0 && FS_CLASS_DIRECT == 1 &&
	FS_CLASS_VPN == 2 && FS_CLASS_PROXY == 3 && FS_CLASS_RELAY == 4 &&
	FS_CLASS_TUNNEL == 5 && FS_CLASS_TOR == 6 &&
	FS_CLASS_PRIVACY_RELAY == 7,
    "classes are stored by number");
_Static_assert(FS_CLEAN == 0 && FS_REVIEW == 1 && FS_ANOMALOUS == 2 &&
	FS_VIEW_PATH == 0 && FS_VIEW_EXIT == 1 && FS_COVERAGE_NONE == 0 &&
	FS_COVERAGE_PARTIAL == 1 && FS_COVERAGE_FULL == 2 &&
	FS_EVENT_START == 0 && FS_EVENT_EVICT == 7 && FS_EVENT_REFUSED == 8 &&
	FS_EVENT_PRUNED == 9,
    "decisions, views, coverages and events are stored by number");

/* A row of flows and of clients ends alike. */
#define VERDICT_COLUMNS                 \
	" class INTEGER NOT NULL,"      \
	" decision INTEGER NOT NULL,"   \
	" view INTEGER NOT NULL,"       \
	" coverage INTEGER NOT NULL,"   \
	" protocol TEXT,"               \
	" prior INTEGER NOT NULL,"      \
	" log_odds INTEGER NOT NULL,"   \
	" score_ppm INTEGER NOT NULL,"  \
	" country TEXT,"                \
	" asn INTEGER,"                 \
	" generation INTEGER NOT NULL," \
	" numbering INTEGER NOT NULL,"  \
	" evidence BLOB NOT NULL,"      \
	" signals BLOB NOT NULL"

/* flows_time gives the order of every answer and holds what says whether a
 * row is in the period and the latest of its flow: all revisions of a flow
 * begin at the same time. flows_client begins with a number that grows with
 * the rows, so that new entries go to the end of the index and not all over
 * it; a search looks into one place for each 65,536 rows. */
#define TABLES                                                                \
	"CREATE TABLE flows ("                                                \
	" seq INTEGER PRIMARY KEY,"                                           \
	" flow_id BLOB NOT NULL,"                                             \
	" rev INTEGER NOT NULL,"                                              \
	" parent_id BLOB,"                                                    \
	" first_us INTEGER NOT NULL,"                                         \
	" last_us INTEGER NOT NULL,"                                          \
	" client BLOB NOT NULL,"                                              \
	" client_port INTEGER,"                                               \
	" server BLOB NOT NULL,"                                              \
	" server_port INTEGER,"                                               \
	" ip_proto INTEGER NOT NULL,"                                         \
	" icmp_type INTEGER NOT NULL,"                                        \
	" icmp_code INTEGER NOT NULL,"                                        \
	" client_first INTEGER NOT NULL,"                                     \
	" final INTEGER NOT NULL,"                                            \
	" packets_c2s INTEGER NOT NULL,"                                      \
	" packets_s2c INTEGER NOT NULL,"                                      \
	" bytes_c2s INTEGER NOT NULL,"                                        \
	" bytes_s2c INTEGER NOT NULL,"                                        \
	" service TEXT,"                                                      \
	" sensor TEXT," VERDICT_COLUMNS ") STRICT;"                           \
	"CREATE INDEX flows_time ON flows (first_us, flow_id, rev, last_us);" \
	"CREATE INDEX flows_client ON flows (seq >> 16, client);"             \
                                                                              \
	"CREATE TABLE clients ("                                              \
	" seq INTEGER PRIMARY KEY,"                                           \
	" addr BLOB NOT NULL,"                                                \
	" bits INTEGER NOT NULL,"                                             \
	" rev INTEGER NOT NULL,"                                              \
	" first_us INTEGER NOT NULL,"                                         \
	" last_us INTEGER NOT NULL,"                                          \
	" flows INTEGER NOT NULL,"                                            \
	" flows_all INTEGER NOT NULL,"                                        \
	" bytes INTEGER NOT NULL,"                                            \
	" sensor TEXT," VERDICT_COLUMNS ") STRICT;"                           \
	"CREATE INDEX clients_addr ON clients (addr, bits, rev);"             \
                                                                              \
	"CREATE TABLE events ("                                               \
	" seq INTEGER PRIMARY KEY,"                                           \
	" time_us INTEGER NOT NULL,"                                          \
	" until_us INTEGER NOT NULL,"                                         \
	" kind INTEGER NOT NULL,"                                             \
	" count INTEGER NOT NULL,"                                            \
	" bytes INTEGER NOT NULL,"                                            \
	" subject TEXT,"                                                      \
	" text TEXT,"                                                         \
	" sensor TEXT"                                                        \
	") STRICT;"                                                           \
                                                                              \
	"CREATE TABLE generations ("                                          \
	" id INTEGER PRIMARY KEY,"                                            \
	" time_us INTEGER NOT NULL,"                                          \
	" rules_digest TEXT NOT NULL,"                                        \
	" geo_digest TEXT NOT NULL,"                                          \
	" geo_built_s INTEGER NOT NULL,"                                      \
	" version TEXT NOT NULL"                                              \
	") STRICT;"                                                           \
                                                                              \
	"CREATE TABLE rules ("                                                \
	" rules_digest TEXT NOT NULL,"                                        \
	" ordinal INTEGER NOT NULL,"                                          \
	" name TEXT NOT NULL,"                                                \
	" family TEXT,"                                                       \
	" protocol TEXT,"                                                     \
	" class INTEGER NOT NULL,"                                            \
	" llr_true INTEGER NOT NULL,"                                         \
	" client_scope INTEGER NOT NULL,"                                     \
	" enabled INTEGER NOT NULL,"                                          \
	" shadow INTEGER NOT NULL,"                                           \
	" \"desc\" TEXT,"                                                     \
	" condition TEXT,"                                                    \
	" says TEXT,"                                                         \
	" benign TEXT,"                                                       \
	" \"references\" TEXT,"                                               \
	" tags TEXT,"                                                         \
	" file TEXT,"                                                         \
	" line INTEGER NOT NULL,"                                             \
	" PRIMARY KEY (rules_digest, ordinal)"                                \
	") STRICT, WITHOUT ROWID;"                                            \
                                                                              \
	"CREATE TABLE signal_names ("                                         \
	" numbering INTEGER NOT NULL,"                                        \
	" number INTEGER NOT NULL,"                                           \
	" name TEXT NOT NULL,"                                                \
	" PRIMARY KEY (numbering, number)"                                    \
	") STRICT, WITHOUT ROWID;"                                            \
                                                                              \
	"CREATE TABLE meta ("                                                 \
	" name TEXT PRIMARY KEY,"                                             \
	" value INTEGER NOT NULL"                                             \
	") STRICT, WITHOUT ROWID;"

/* What people and their tools may read with SQL: names for numbers. Views of
 * flows are in sqlite_part.c. */
#define NAMES(t)                                                            \
	" CASE " t ".class WHEN 1 THEN 'direct' WHEN 2 THEN 'vpn'"          \
	"  WHEN 3 THEN 'proxy' WHEN 4 THEN 'relay' WHEN 5 THEN 'tunnel'"    \
	"  WHEN 6 THEN 'tor' WHEN 7 THEN 'privacy-relay'"                   \
	"  ELSE 'unknown' END AS class,"                                    \
	" CASE " t ".decision WHEN 1 THEN 'review' WHEN 2 THEN 'anomalous'" \
	"  ELSE 'clean' END AS verdict,"                                    \
	" CASE " t ".view WHEN 1 THEN 'exit' ELSE 'path' END AS view,"      \
	" CASE " t ".coverage WHEN 1 THEN 'partial' WHEN 2 THEN 'full'"     \
	"  ELSE 'none' END AS coverage"

#define TIME_NAMES(t)                                               \
	" strftime('%Y-%m-%dT%H:%M:%SZ', " t ".first_us / 1000000," \
	"  'unixepoch') AS first_seen,"                             \
	" strftime('%Y-%m-%dT%H:%M:%SZ', " t ".last_us / 1000000,"  \
	"  'unixepoch') AS last_seen,"

#define CLIENT_VIEW                                                            \
	"CREATE VIEW clients_latest AS SELECT c.seq,"                          \
	" lower(hex(c.addr)) AS client_hex, c.bits, c.rev," TIME_NAMES(        \
	    "c") " c.flows, c.flows_all, c.bytes," NAMES("c") ", "             \
							      "coalesce(c."    \
							      "protocol, "     \
							      "'unknown') AS " \
							      "protocol,"      \
							      " c.score_ppm "  \
							      "/ 1e6 AS "      \
							      "score,"         \
							      " c.country, "   \
							      "c.asn, "        \
							      "c.sensor, "     \
							      "c.generation"   \
							      " FROM clients " \
							      "c WHERE NOT "   \
							      "EXISTS"         \
							      " (SELECT 1 "    \
							      "FROM clients n" \
							      " WHERE n.addr " \
							      "= c.addr AND "  \
							      "n.bits = "      \
							      "c.bits"         \
							      " AND (n.rev, "  \
							      "n.seq) > "      \
							      "(c.rev, "       \
							      "c.seq));"

/* Verdicts of version 1 rest on no floors. */
#define FLOORS                                                           \
	"ALTER TABLE generations ADD COLUMN floors_digest TEXT NOT NULL" \
	" DEFAULT '00000000000000000000000000000000"                     \
	"00000000000000000000000000000000';"

/* Flows of version 2 and below lie in one table: sqlite_convert() takes them
 * from where this leaves them. flows_latest is made with the partitions.
 *
 * later: 'seq' is the number of a row that row 'by' stands for. */
#define PARTITIONS                                                          \
	"DROP VIEW IF EXISTS flows_latest;"                                 \
	"DROP VIEW IF EXISTS clients_latest;"                               \
	"DROP INDEX flows_time; DROP INDEX flows_client;"                   \
	"ALTER TABLE flows RENAME TO flows_old;"                            \
	"CREATE TABLE partitions ("                                         \
	" id INTEGER PRIMARY KEY,"                                          \
	" first_seq INTEGER NOT NULL,"                                      \
	" rows INTEGER NOT NULL,"                                           \
	" packed INTEGER NOT NULL,"                                         \
	" first_min_us INTEGER NOT NULL,"                                   \
	" first_max_us INTEGER NOT NULL,"                                   \
	" last_max_us INTEGER NOT NULL,"                                    \
	" state INTEGER NOT NULL"                                           \
	") STRICT;"                                                         \
	"CREATE TABLE kinds ("                                              \
	" id INTEGER PRIMARY KEY,"                                          \
	" class INTEGER NOT NULL,"                                          \
	" decision INTEGER NOT NULL,"                                       \
	" view INTEGER NOT NULL,"                                           \
	" coverage INTEGER NOT NULL,"                                       \
	" protocol TEXT,"                                                   \
	" service TEXT,"                                                    \
	" sensor TEXT,"                                                     \
	" rules TEXT,"                                                      \
	" bytes BLOB NOT NULL"                                              \
	") STRICT;"                                                         \
	"CREATE TABLE places ("                                             \
	" id INTEGER PRIMARY KEY,"                                          \
	" country TEXT,"                                                    \
	" city TEXT,"                                                       \
	" asn INTEGER,"                                                     \
	" as_name TEXT"                                                     \
	") STRICT;"                                                         \
	"CREATE TABLE later ("                                              \
	" seq INTEGER PRIMARY KEY,"                                         \
	" by INTEGER NOT NULL"                                              \
	") STRICT;"                                                         \
	"CREATE INDEX clients_brief ON clients (last_us, first_us, class,"  \
	" decision, coverage, score_ppm, addr, bits, rev, sensor, country," \
	" asn);"                                                            \
	"CREATE VIEW kinds_named AS SELECT k.id," NAMES(                    \
	    "k") ", k.protocol,"                                            \
		 " k.service, k.sensor, k.rules FROM kinds k;" CLIENT_VIEW

const struct sqlite_step sqlite_steps[] = {
	{ 0, TABLES },
	{ 1, FLOORS },
	{ 2, PARTITIONS },
};
const size_t sqlite_step_count = sizeof(sqlite_steps) / sizeof(sqlite_steps[0]);

static const struct sqlite_step *
step_from(const struct sqlite_step *steps, size_t count, int version)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (steps[i].from == version)
			return &steps[i];
	return NULL;
}

static int
run_step(struct sqlite_store *store, const struct sqlite_step *step,
    struct fs_err *err)
{
	char mark[96];
	int rc;

	snprintf(mark, sizeof(mark),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    SQLITE_STORE_ID, step->from + 1);
	if ((rc = sqlite_run(store, "BEGIN IMMEDIATE", err)) < 0)
		return rc;
	if ((rc = sqlite_run(store, step->sql, err)) < 0 ||
	    (rc = sqlite_run(store, mark, err)) < 0 ||
	    (rc = sqlite_run(store, "COMMIT", err)) < 0)
		sqlite_run(store, "ROLLBACK", NULL);
	return rc;
}

int
sqlite_migrate(struct sqlite_store *store, const struct sqlite_step *steps,
    size_t count, int version, int target, struct fs_err *err)
{
	const struct sqlite_step *step;
	int rc;

	for (; version < target; version++) {
		step = step_from(steps, count, version);
		if (step == NULL)
			return err_set(err, FS_EDB,
			    "%s: nothing leads from version %d of its schema "
			    "to %d",
			    store->path, version, target);
		if ((rc = run_step(store, step, err)) < 0)
			return rc;
	}
	return 0;
}
