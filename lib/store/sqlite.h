/* The store in one SQLite file. Only sqlite*.c of this folder know SQLite.
 *
 * One writer (the lock is a file beside the database), any number of readers.
 * The schema is in sqlite_schema.c, all other statements in sqlite_sql.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"
#include "store/chunk.h"
#include "store/kind.h"
#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
	SQLITE_STORE_ID = 0x666c7363, /* application_id: "flsc" */
	SQLITE_STORE_VERSION = 3,     /* user_version */
};

enum sqlite_sql {
	SQL_PUT_CLIENT,
	SQL_PUT_PARTITION,
	SQL_SAVE_PARTITION,
	SQL_PUT_LATER,
	SQL_PUT_KIND,
	SQL_PUT_PLACE,
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
	SQL_PARTITIONS,
	SQL_LATER,
	SQL_KINDS,
	SQL_PLACES,
	SQL_V6_BITS,
	SQL_PUT_SERVED,
	SQL_CLIENTS,
	SQL_CLIENT,
	SQL_FIND_CLIENT,
	SQL_EVENTS,
	SQL_CLIENT_TOTALS,
	SQL_CLIENT_EVIDENCE,
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

/* Flows lie in partitions: tables of rows whose numbers follow each other,
 * written to their end and then never again. Only the last one is open. A
 * partition that is closed gets its indexes in steps. */
enum sqlite_part_state {
	PART_OPEN,
	PART_CLOSED,
	PART_BY_ID,     /* Has an index by flow_id. */
	PART_BY_CLIENT, /* And one by client: nothing is left to do. */
};

enum { PART_ROWS = 1 << 18 };

struct sqlite_part {
	int64_t id;
	int64_t first_seq, rows;
	int64_t packed; /* How many of its rows are in chunks. */
	uint64_t first_min_us, first_max_us, last_max_us;
	int state;
	bool ours; /* Begun by this writer. */
};

/* What the writer keeps in memory of the open partition: read again from the
 * database after a transaction that failed. */
struct sqlite_writer;

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
	struct kind *kind; /* Owned: what is known of them so far. */
	size_t kind_count;
	struct place *place; /* Owned. */
	size_t place_count;
	struct sqlite_writer *writer;  /* Owned; null for readers. */
	struct brief *chunk;           /* Owned: room for one, or null. */
	struct fs_retention retention; /* Of the writer. */
	uint64_t scanned;              /* Rows that questions looked at. */
};

extern const struct store_ops sqlite_ops;

/* ---- sqlite_open.c ------------------------------------------------------ */

/* Open for the only writer, and for reading; see flowscan.h. */
int sqlite_open_write(const char *path, struct fs_err *err,
    struct sqlite_store **store);
int sqlite_open_read(const char *path, struct fs_err *err,
    struct sqlite_store **store);
void sqlite_close(void *state);
/* A number for tables in memory that nobody can guess. */
uint64_t sqlite_seed(const void *state);

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
/* Asks for the number in the first row, which stays as it is when there is
 * none. */
int sqlite_ask(struct sqlite_store *store, const char *sql, struct fs_err *err,
    int64_t *number);
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
 *   nets_meet(addr, bits, addr, bits): whether one holds the other. */
int sqlite_functions(struct sqlite3 *db);

/* ---- sqlite_kind.c ------------------------------------------------------ */

/* A kind and a place by number, valid until the next call of either. Returns
 * 0, FS_EFORMAT when there is none, or a code of the database. */
int sqlite_kind(struct sqlite_store *store, uint32_t number, struct fs_err *err,
    const struct kind **kind);
int sqlite_place(struct sqlite_store *store, uint32_t number,
    struct fs_err *err, const struct place **place);
/* Forgets them all. */
void sqlite_kinds_forget(struct sqlite_store *store);

/* Finds or writes the kind and the place of a flow, of a store that has a
 * writer. */
int sqlite_intern(struct sqlite_store *store, const struct fs_observation *flow,
    struct fs_err *err, struct brief *brief);
/* Reads what is written already. */
int sqlite_intern_load(struct sqlite_store *store, struct names *kinds,
    struct names *places, struct fs_err *err);

/* ---- sqlite_part.c ------------------------------------------------------ */

/* Reads the list of partitions, which the caller frees. */
int sqlite_parts(struct sqlite_store *store, struct fs_err *err,
    struct sqlite_part **parts, size_t *count);
/* Prepares a statement about one partition: each '%lld' of 'format' (4 at
 * most) is its number. The caller finalizes it. */
int sqlite_prepare(struct sqlite_store *store, const char *format, int64_t id,
    struct fs_err *err, struct sqlite3_stmt **stmt);
/* Makes the tables of a new partition, and the views anew. */
int sqlite_part_make(struct sqlite_store *store, const struct sqlite_part *part,
    struct fs_err *err);
int sqlite_part_save(struct sqlite_store *store, const struct sqlite_part *part,
    struct fs_err *err);
/* Takes a closed partition one step further. */
int sqlite_part_step(struct sqlite_store *store, struct sqlite_part *part,
    struct fs_err *err);
/* Removes a partition with its rows. */
int sqlite_part_drop(struct sqlite_store *store, int64_t id,
    struct fs_err *err);
/* Makes the views of all partitions anew. */
int sqlite_views(struct sqlite_store *store, struct fs_err *err);

/* ---- sqlite_writer.c ---------------------------------------------------- */

int sqlite_writer_new(struct sqlite_store *store, struct fs_err *err);
void sqlite_writer_free(struct sqlite_writer *writer);
/* Reads the state of the open partition, if it is not known. */
int sqlite_writer_ready(struct sqlite_store *store, struct fs_err *err);
/* What is in memory may be wrong. */
void sqlite_writer_doubt(struct sqlite_store *store);
/* Brings the row of the open partition up to date, within a transaction. */
int sqlite_writer_save(struct sqlite_store *store, struct fs_err *err);
/* One step of what is left to do for closed partitions, if anything is.
 * Needs no transaction. */
int sqlite_writer_step(struct sqlite_store *store, struct fs_err *err);

/* ---- sqlite_keep.c ------------------------------------------------------ */

/* Drops one partition, if one has to go by what is retained, and adds it to
 * '*pruned'. Returns 1, 0 when none has to, or a negative code. */
int sqlite_keep(struct sqlite_store *store, struct fs_err *err,
    struct fs_pruned *pruned);
void sqlite_retain(void *state, const struct fs_retention *retention);
int sqlite_prune(void *state, struct fs_err *err, struct fs_pruned *pruned);

/* ---- sqlite_admin.c ----------------------------------------------------- */

int sqlite_stats(void *state, struct fs_err *err, struct fs_store_stats *stats);
int sqlite_check(void *state, fs_text_fn *fn, void *ctx, struct fs_err *err,
    uint64_t *faults);
int sqlite_backup(void *state, const char *path, struct fs_err *err);
int sqlite_select(void *state, const char *sql, fs_cells_fn *fn, void *ctx,
    struct fs_err *err, uint64_t *rows);

/* ---- sqlite_convert.c --------------------------------------------------- */

/* Brings rows of version 2 and below, which lie in 'flows_old', into
 * partitions, and goes on where it was interrupted. */
int sqlite_convert(struct sqlite_store *store, struct fs_err *err);

/* ---- sqlite_scan.c ------------------------------------------------------ */

/* Takes a flow that a filter lets through, the latest of its revisions, in no
 * order. Returns 0, or a negative code, which ends the question. */
typedef int sqlite_scan_fn(void *ctx, const struct brief *row);

/* A pass over flows. */
struct sqlite_scan {
	const struct store_query *query;
	sqlite_scan_fn *fn;
	void *ctx;
	/* Parts whose rows all begin before 'from_us', or after '*to_us', may
	 * be left out. */
	uint64_t from_us;
	const uint64_t *to_us;   /* Null: none. */
	const uint64_t *flow_id; /* Null: all; else that flow alone. */
};

int sqlite_scan(struct sqlite_store *store, const struct sqlite_scan *scan,
    struct fs_err *err);

/* Fills the table of clients that were seen at a service, for SQL_CLIENTS and
 * its like, where the filter names one. */
int sqlite_served(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err);
/* How many bits an IPv6 client has. */
int sqlite_v6_bits(struct sqlite_store *store, struct fs_err *err,
    unsigned *bits);

/* ---- sqlite_row.c ------------------------------------------------------- */

/* Columns of flows and clients, in order of the tables in sqlite_schema.c,
 * which are also the positions of their values when they are put. */
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
	FLOW_KIND = FLOW_BYTES + 2,
	FLOW_PLACE,
	FLOW_PRIOR,
	FLOW_LOG_ODDS,
	FLOW_SCORE,
	FLOW_GENERATION,
	FLOW_NUMBERING,
	FLOW_BASIS,
	FLOW_COLUMNS,
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

/* From CLIENT_VERDICT, or where flows of version 2 have them. */
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

#define FLOW_COLUMN_NAMES                                                    \
	" seq, flow_id, rev, parent_id, first_us, last_us, client,"          \
	" client_port, server, server_port, ip_proto, icmp_type, icmp_code," \
	" client_first, final, packets_c2s, packets_s2c, bytes_c2s,"         \
	" bytes_s2c, kind, place, prior, log_odds, score_ppm, generation,"   \
	" numbering, basis"

/* Read a row of a partition and of SQL_CLIENT. */
int sqlite_row_flow(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_flow *row);
int sqlite_row_client(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_client *row);
struct fs_addr sqlite_row_addr(struct sqlite3_stmt *stmt, int column);
int32_t sqlite_row_port(struct sqlite3_stmt *stmt, int column);
int32_t sqlite_row_i32(struct sqlite3_stmt *stmt, int column);
uint32_t sqlite_row_u32(struct sqlite3_stmt *stmt, int column);
/* What counts of a flow, in this order, of a table 'f'. */
#define SQLITE_BRIEF                                                  \
	" f.seq, f.flow_id, f.first_us, f.last_us, f.client, f.kind," \
	" f.place, f.packets_c2s + f.packets_s2c,"                    \
	" f.bytes_c2s + f.bytes_s2c, f.score_ppm"
enum { BRIEF_COLUMNS = 10 };
void sqlite_row_verdict(struct sqlite3_stmt *stmt, int from,
    struct fs_verdict *verdict);
void sqlite_row_brief(struct sqlite3_stmt *stmt, struct brief *row);
/* Says what is wrong with the bytes of a row, by the code that reading them
 * gave. */
int sqlite_row_fault(struct sqlite_store *store, struct fs_err *err, int rc,
    const char *table, int64_t seq);
void sqlite_bind_addr(struct sqlite3_stmt *stmt, int at,
    const struct fs_addr *addr);

/* Binds what a filter asks for, by the names that questions have for it.
 * 'room' must live as long as the statement is used. */
struct sqlite_bounds {
	uint8_t low[16], high[16];
};
void sqlite_bind_query(struct sqlite3_stmt *stmt,
    const struct store_query *query, struct sqlite_bounds *room);

/* ---- sqlite_write.c ----------------------------------------------------- */

/* Begins a transaction for writing, if none is open. */
int sqlite_begin(struct sqlite_store *store, struct fs_err *err);
/* Says that the transaction may be gone: some failures (a full disk) undo it
 * by themselves. Returns 'rc'. */
int sqlite_ended(struct sqlite_store *store, int rc);
/* Commits rows, and does nothing else. */
int sqlite_commit_rows(struct sqlite_store *store, struct fs_err *err);
int sqlite_put_meta(struct sqlite_store *store, const char *name,
    uint64_t value, struct fs_err *err);
/* Keeps the span of the store up to date. */
void sqlite_stretch(struct sqlite_store *store, uint64_t first_us,
    uint64_t last_us);

/* ---- Questions: sqlite_write, _flow, _read, _client, _count, _meta
 * ------ */

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
int sqlite_flows_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor);
int sqlite_flows_next(void *cursor, struct fs_err *err,
    const struct store_flow **row);
void sqlite_flows_close(void *cursor);
int sqlite_flows_count(void *state, const struct store_query *query,
    struct fs_err *err, uint64_t *count);
int sqlite_clients_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor, uint64_t *matched);
int sqlite_clients_next(void *cursor, struct fs_err *err,
    const struct store_client **row);
void sqlite_clients_close(void *cursor);
int sqlite_find_flow(void *state, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row);
int sqlite_find_client(void *state, const struct store_snapshot *snapshot,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *row);
int sqlite_counts(void *state, const struct store_query *query,
    struct counting *const *counting, size_t count, struct fs_err *err);
int sqlite_events(void *state, const struct store_query *query,
    store_event_fn *fn, void *ctx, struct fs_err *err);
int sqlite_find_rule(void *state, const char *rules_digest, const char *name,
    struct fs_err *err, struct store_rule *rule);
int sqlite_find_generation(void *state, uint32_t id, struct fs_err *err,
    struct fs_generation *generation);
int sqlite_newest_generation(void *state, struct fs_err *err,
    struct fs_generation *generation);
