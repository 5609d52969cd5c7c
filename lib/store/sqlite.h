/* The store in one SQLite file. Only sqlite*.c of this folder know SQLite.
 *
 * One writer (the lock is a file beside the database), any number of readers.
 * The schema is in sqlite_schema.c, all other statements in sqlite_sql.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"
#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
	SQLITE_STORE_ID = 0x666c7363, /* application_id: "flsc" */
	SQLITE_STORE_VERSION = 2,     /* user_version */
};

enum sqlite_sql {
	SQL_PUT_FLOW,
	SQL_PUT_CLIENT,
	SQL_PUT_EVENT,
	SQL_PUT_RULE,
	SQL_PUT_GENERATION,
	SQL_PUT_META,
	SQL_PUT_SIGNAL_NAME,
	SQL_SAME_GENERATION,
	SQL_GENERATION,
	SQL_NEWEST_GENERATION,
	SQL_RULE,
	SQL_SIGNAL_NAMES,
	SQL_SNAPSHOT,
	SQL_FLOWS_BY_TIME,
	SQL_FLOWS_BY_CLIENT,
	SQL_FLOWS_SORTED,
	SQL_COUNT_FLOWS,
	SQL_FLOW,
	SQL_FIND_FLOW,
	SQL_CLIENTS,
	SQL_CLIENT,
	SQL_EVENTS,
	SQL_FLOW_TOTALS,
	SQL_CLIENT_TOTALS,
	SQL_CLIENT_EVIDENCE,
	SQL_BY_CLIENT,
	SQL_BY_ASN,
	SQL_BY_COUNTRY,
	SQL_BY_CLASS,
	SQL_BY_PROTOCOL,
	SQL_BY_RULE,
	SQL_BY_SERVICE,
	SQL_BY_SENSOR,
	SQL_BY_CITY,
	SQL_BY_HOUR,
	SQL_SAMPLE,
	SQL_COUNT,
};

/* Statements of sqlite_sql.c. */
const char *sqlite_sql_text(enum sqlite_sql sql);

/* The names that a program gave to the numbers of its signals. Number n is
 * this program's signal map[n], or -1. */
struct sqlite_numbering {
	int64_t id;
	int16_t *map; /* Owned. */
	size_t count;
};

struct sqlite_store {
	struct sqlite3 *db;                   /* Owned. */
	struct sqlite3_stmt *stmt[SQL_COUNT]; /* Owned; null until used. */
	char *path;                           /* Owned. */
	uint64_t seed;                        /* Of tables in memory. */
	int lock;                             /* Of the writer, else -1. */
	bool writing; /* A transaction for writing is open. */
	bool span_changed;
	uint64_t oldest_us, newest_us;       /* Of the writer. */
	int64_t numbering;                   /* Of the writer's rows. */
	struct sqlite_numbering *numberings; /* Owned. */
	size_t numbering_count;
};

extern const struct store_ops sqlite_ops;

/* ---- sqlite_open.c ------------------------------------------------------ */

/* Open for the only writer, and for reading; see flowscan.h. */
int sqlite_open_write(const char *path, struct fs_err *err,
    struct sqlite_store **store);
int sqlite_open_read(const char *path, struct fs_err *err,
    struct sqlite_store **store);
void sqlite_close(void *state);

/* ---- sqlite_schema.c ---------------------------------------------------- */

/* One step from a version of the schema to the next one. */
struct sqlite_step {
	int from;
	const char *sql;
};

extern const struct sqlite_step sqlite_steps[];
extern const size_t sqlite_step_count;

/* Takes the schema from 'version' to 'target', each step in a transaction of
 * its own. Rows are kept; a step that fails leaves the version before it. */
int sqlite_migrate(struct sqlite_store *store, const struct sqlite_step *steps,
    size_t count, int version, int target, struct fs_err *err);

/* ---- sqlite.c: what the rest is made of --------------------------------- */

/* Sets 'err' from the connection's last error. Returns its code. */
int sqlite_fail(struct sqlite_store *store, struct fs_err *err);
/* Says that a row does not hold what it should. Returns FS_EDB. */
int sqlite_bad_row(struct sqlite_store *store, struct fs_err *err,
    const char *table, int64_t seq);
/* Runs SQL without results. */
int sqlite_run(struct sqlite_store *store, const char *sql, struct fs_err *err);

/* Gives a prepared statement, reset and with nothing bound; it stays owned by
 * the store. */
int sqlite_take(struct sqlite_store *store, enum sqlite_sql sql,
    struct fs_err *err, struct sqlite3_stmt **stmt);
/* Returns 1 (a row), 0 (the end) or a negative code. */
int sqlite_next(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err);
/* Runs a statement without rows to its end. */
int sqlite_do(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err);
/* Lets go of the rows, so that no transaction stays open. */
void sqlite_done(struct sqlite3_stmt *stmt);

/* Bind by position; 0 is passed over. Bytes and text stay the caller's and
 * must live until the statement is done. */
void sqlite_bind_int(struct sqlite3_stmt *stmt, int at, int64_t value);
/* A counter or a time: what is beyond 2^63 - 2 is stored as that. */
void sqlite_bind_count(struct sqlite3_stmt *stmt, int at, uint64_t value);
/* Null for an empty text. */
void sqlite_bind_text(struct sqlite3_stmt *stmt, int at, const char *text);
/* The text itself, also an empty one. */
void sqlite_bind_exact(struct sqlite3_stmt *stmt, int at, const char *text);
void sqlite_bind_bytes(struct sqlite3_stmt *stmt, int at, const void *bytes,
    size_t size);
/* Returns the position of a name, 0 when the statement does not have it. */
int sqlite_at(struct sqlite3_stmt *stmt, const char *name);

/* Columns by position. Text is copied and cut to fit; null is "". */
int64_t sqlite_int(struct sqlite3_stmt *stmt, int column);
uint64_t sqlite_count(struct sqlite3_stmt *stmt, int column);
void sqlite_text(struct sqlite3_stmt *stmt, int column, char *room,
    size_t size);
/* Copies bytes as text, cut to fit and within no character; the rest of the
 * room is zeroed. */
void sqlite_copy(char *room, size_t size, const void *bytes, size_t count);
/* Valid until the next step. */
const uint8_t *sqlite_bytes(struct sqlite3_stmt *stmt, int column,
    size_t *size);
/* A value from 0 to 'max', or 'other'. */
unsigned sqlite_small(struct sqlite3_stmt *stmt, int column, unsigned max,
    unsigned other);

/* ---- sqlite_names.c ----------------------------------------------------- */

/* Finds or writes the numbering of this program. Needs no transaction. */
int sqlite_numbering_write(struct sqlite_store *store, struct fs_err *err);
/* Decodes signals by the names that their writer gave them. Returns 0,
 * FS_EFORMAT and the like, or what reading the names failed with. */
int sqlite_decode(struct sqlite_store *store, int64_t numbering,
    const uint8_t *bytes, size_t size, struct fs_err *err,
    struct signals *signals);

/* ---- sqlite_function.c -------------------------------------------------- */

/* Functions for our statements:
 *   evidence_has(evidence, rule): whether a piece is of that rule;
 *   net_of(addr, v6_bits): the address, an IPv6 one as its network;
 *   nets_meet(addr, bits, addr, bits): whether one holds the other. */
int sqlite_functions(struct sqlite3 *db);

/* ---- sqlite_row.c ------------------------------------------------------- */

/* Columns of flows and clients, in order of the tables in sqlite_sql.c, which
 * are also the positions of their values in SQL_PUT_FLOW and SQL_PUT_CLIENT.
 * What both have comes last. */
enum {
	FLOW_SEQ,
	FLOW_ID,
	FLOW_REV,
	FLOW_PARENT,
	FLOW_FIRST,
	FLOW_LAST,
	FLOW_CLIENT,
	FLOW_CLIENT_PORT,
	FLOW_SERVER,
	FLOW_SERVER_PORT,
	FLOW_PROTO,
	FLOW_ICMP_TYPE,
	FLOW_ICMP_CODE,
	FLOW_CLIENT_FIRST,
	FLOW_FINAL,
	FLOW_PACKETS,
	FLOW_BYTES = FLOW_PACKETS + 2,
	FLOW_SERVICE = FLOW_BYTES + 2,
	FLOW_SENSOR,
	FLOW_VERDICT,
};

enum {
	CLIENT_SEQ,
	CLIENT_ADDR,
	CLIENT_BITS,
	CLIENT_REV,
	CLIENT_FIRST,
	CLIENT_LAST,
	CLIENT_FLOWS,
	CLIENT_FLOWS_ALL,
	CLIENT_BYTES,
	CLIENT_SENSOR,
	CLIENT_VERDICT,
};

/* From FLOW_VERDICT or CLIENT_VERDICT. */
enum {
	AT_CLASS,
	AT_DECISION,
	AT_VIEW,
	AT_COVERAGE,
	AT_PROTOCOL,
	AT_PRIOR,
	AT_LOG_ODDS,
	AT_SCORE,
	AT_COUNTRY,
	AT_ASN,
	AT_GENERATION,
	AT_NUMBERING,
	AT_EVIDENCE,
	AT_SIGNALS,
};

/* Read a row of SQL_FLOW and SQL_CLIENT. */
int sqlite_row_flow(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_flow *row);
int sqlite_row_client(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_client *row);
struct fs_addr sqlite_row_addr(struct sqlite3_stmt *stmt, int column);

/* Binds what a filter asks for, by the names that questions have for it.
 * 'room' must live as long as the statement is used. */
struct sqlite_bounds {
	uint8_t low[16], high[16];
};
void sqlite_bind_query(struct sqlite3_stmt *stmt,
    const struct store_query *query, struct sqlite_bounds *room);

/* ---- Questions: sqlite_write, _read (rows), _total, _group, _meta -------- */

int sqlite_put_generation(void *state, const struct fs_ruleset *rules,
    struct fs_generation *generation, struct fs_err *err);
int sqlite_put_flow(void *state, const struct fs_observation *flow,
    struct fs_err *err);
int sqlite_put_client(void *state, const struct fs_client *client,
    struct fs_err *err);
int sqlite_put_event(void *state, const struct fs_event *event,
    struct fs_err *err);
int sqlite_commit(void *state, struct fs_err *err);

int sqlite_snapshot(void *state, struct fs_err *err,
    struct store_snapshot *snapshot);
int sqlite_flows(void *state, const struct store_query *query,
    store_flow_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
int sqlite_clients(void *state, const struct store_query *query,
    store_client_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
int sqlite_find_flow(void *state, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row);
int sqlite_totals(void *state, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals);
int sqlite_groups(void *state, const struct store_query *query,
    store_group_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
int sqlite_events(void *state, const struct store_query *query,
    store_event_fn *fn, void *ctx, struct fs_err *err);
int sqlite_find_rule(void *state, const char *rules_digest, const char *name,
    struct fs_err *err, struct store_rule *rule);
int sqlite_find_generation(void *state, uint32_t id, struct fs_err *err,
    struct fs_generation *generation);
int sqlite_newest_generation(void *state, struct fs_err *err,
    struct fs_generation *generation);
