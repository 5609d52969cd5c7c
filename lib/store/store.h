/* Stage 9: verdict <-> rows.
 *
 * What a store is asked, whatever holds it: one const table of functions a
 * kind of store (sqlite.h has ours). Questions are typed; nobody else writes
 * a query. Rows are never updated: a later revision of a flow or a client is
 * a later row, and questions look at the latest one. */
#pragma once

#include "flowscan.h"
#include "signal/signal.h"
#include "store/privacy.h"

enum { STORE_DEFAULT_SPAN_H = 24 };

/* The usual order: flows by first_us, flow_id, rev; clients by score (highest
 * first), address, bits. The others put one thing before that. */
enum store_order {
	STORE_USUAL,
	STORE_BY_SCORE, /* Flows, highest first. */
	STORE_BY_LAST,  /* Clients, by last_us. */
};

/* What is in a store, as of one moment: rows that are written later have
 * higher numbers than the tops and are not looked at. */
struct store_snapshot {
	uint64_t oldest_us, newest_us; /* Over all flows and clients; or 0. */
	int64_t flow_top, client_top, event_top;
};

/* A filter made certain: the period is [since_us, until_us), with UINT64_MAX
 * for an open end. A row belongs to it when the time between its first and
 * last packet meets it. */
struct store_query {
	struct fs_filter filter;
	struct store_snapshot snapshot;
	uint64_t since_us, until_us;
	enum store_order order;
	int dimension; /* Of groups: enum fs_dimension. */
};

/* One row with its signals decoded. A client has them encoded, too, by the
 * numbers of this program; a flow has not. */
struct store_flow {
	int64_t seq;
	struct fs_observation flow;
	struct signals signals;
};

struct store_client {
	int64_t seq;
	struct fs_client client;
	struct signals signals;
};

/* Each takes a row, which is valid during the call. Returns 0, or a negative
 * code, which ends the question. No transaction is open while a flow or a
 * client is given, so that whoever takes them may be slow. */
typedef int store_flow_fn(void *ctx, const struct store_flow *row);
typedef int store_client_fn(void *ctx, const struct store_client *row);
typedef int store_event_fn(void *ctx, const struct fs_event *event);

/* Why a flow could not be judged, read off its signals. */
enum store_why {
	STORE_WHY_START,     /* Its start was not seen. */
	STORE_WHY_ONE_SIDED, /* Only one direction was seen. */
	STORE_WHY_SHORT,     /* It ended before anything could be measured. */
	STORE_WHY_COUNT,
};

struct store_cell {
	uint64_t flows, clients, packets, bytes;
};

enum { STORE_TOP = 8 };

/* The flows of one protocol or sensor. */
struct store_top {
	char key[FS_NAME_SIZE];
	uint64_t flows, bytes;
};

/* Totals of what a filter lets through. What could not be judged (coverage
 * none, verdict clean) stands in 'unjudged' and in no cell of 'judged'. */
struct store_totals {
	struct store_cell all;
	struct store_cell judged[FS_CLASS_COUNT][3]; /* class, decision */
	struct store_cell unjudged;
	uint64_t why[STORE_WHY_COUNT]; /* Flows. */
	/* Those with the most flows; an empty key for none. */
	struct store_top protocol[STORE_TOP], sensor[STORE_TOP];
	size_t protocol_count, sensor_count;
};

/* One value of a dimension. */
struct store_group {
	char key[FS_NAME_SIZE];  /* "AS64500", "DE", "tls", ... or empty. */
	char name[FS_NAME_SIZE]; /* Of an AS, where known; or empty. */
	uint64_t flows, clients, packets, bytes;
	uint64_t clean, review, anomalous, unjudged; /* Flows. */
	uint64_t first_us, last_us;
	int32_t score_ppm; /* The highest. */
};

typedef int store_group_fn(void *ctx, const struct store_group *group);

/* What is counted of a period, by a question that asks for several at once:
 * the filter of all of them is that of the question. */
struct store_count {
	uint64_t since_us, until_us; /* In place of the question's period. */
	struct store_totals *totals; /* Filled in; or null: groups are given. */
	int dimension;               /* enum fs_dimension */
	bool one_class;              /* Of groups: only flows of 'class'. */
	int class;                   /* enum fs_class */
	/* Groups hold flows, packets and bytes only; not for clients, rules
	 * and hours. */
	bool sums;
	uint64_t limit; /* Of groups; 0: none. */
	store_group_fn *fn;
	void *ctx;
};

enum { STORE_COUNTS = 16 }; /* At once. */

struct counting;

/* A rule as it was loaded; lists are one item a line. Text that does not fit
 * is cut. */
struct store_rule {
	char name[FS_NAME_SIZE];
	char family[FS_FAMILY_SIZE];
	char protocol[FS_PROTOCOL_SIZE];
	char desc[512];
	char condition[4096];
	char says[512];
	char benign[1024];
	char references[1024];
	char tags[256];
	char file[256];
	unsigned line;
	int class;
	int32_t llr_true;
	bool client_scope, enabled, shadow;
};

/* What a kind of store does. Outputs are untouched on failure. 'limit' of a
 * query's filter bounds the rows that are given; '*matched' counts all that
 * the filter lets through. */
struct store_ops {
	const char *name;
	void (*close)(void *state);

	int (*put_generation)(void *state, const struct fs_ruleset *rules,
	    struct fs_generation *generation, struct fs_err *err);
	int (*put_flow)(void *state, const struct fs_observation *flow,
	    struct fs_err *err);
	int (*put_client)(void *state, const struct fs_client *client,
	    struct fs_err *err);
	int (*put_event)(void *state, const struct fs_event *event,
	    struct fs_err *err);
	int (*commit)(void *state, struct fs_err *err);

	int (*snapshot)(void *state, struct fs_err *err,
	    struct store_snapshot *snapshot);
	/* Rows are taken from a cursor, which lives no longer than the store.
	 * Next returns 1, 0 at the end or a negative code; the row is valid
	 * until the next call. */
	int (*flows_open)(void *state, const struct store_query *query,
	    struct fs_err *err, void **cursor);
	int (*flows_next)(void *cursor, struct fs_err *err,
	    const struct store_flow **row);
	void (*flows_close)(void *cursor);
	int (*flows_count)(void *state, const struct store_query *query,
	    struct fs_err *err, uint64_t *count);
	int (*clients_open)(void *state, const struct store_query *query,
	    struct fs_err *err, void **cursor, uint64_t *matched);
	int (*clients_next)(void *cursor, struct fs_err *err,
	    const struct store_client **row);
	void (*clients_close)(void *cursor);
	int (*find_flow)(void *state, const struct store_snapshot *snapshot,
	    uint64_t flow_id, struct fs_err *err, struct store_flow *row);
	int (*find_client)(void *state, const struct store_snapshot *snapshot,
	    const struct fs_addr *addr, struct fs_err *err,
	    struct store_client *row);
	/* Adds to each of 'counting'. */
	int (*counts)(void *state, const struct store_query *query,
	    struct counting *const *counting, size_t count, struct fs_err *err);
	int (*events)(void *state, const struct store_query *query,
	    store_event_fn *fn, void *ctx, struct fs_err *err);
	int (*find_rule)(void *state, const char *rules_digest,
	    const char *name, struct fs_err *err, struct store_rule *rule);
	int (*find_generation)(void *state, uint32_t id, struct fs_err *err,
	    struct fs_generation *generation);
	int (*newest_generation)(void *state, struct fs_err *err,
	    struct fs_generation *generation);

	/* Keeping: see flowscan.h. */
	void (*retain)(void *state, const struct fs_retention *retention);
	int (*prune)(void *state, struct fs_err *err, struct fs_pruned *pruned);
	int (*stats)(void *state, struct fs_err *err,
	    struct fs_store_stats *stats);
	int (*check)(void *state, fs_text_fn *fn, void *ctx, struct fs_err *err,
	    uint64_t *faults);
	int (*backup)(void *state, const char *path, struct fs_err *err);
	int (*select)(void *state, const char *sql, fs_cells_fn *fn, void *ctx,
	    struct fs_err *err, uint64_t *rows);
};

struct fs_store {
	const struct store_ops *ops;
	void *state;   /* Owned. */
	uint64_t seed; /* Of tables in memory. */
	/* What analysts say, borrowed; or null. */
	const struct fs_desk *desk;
	uint64_t now_us;         /* For what has expired. */
	struct privacy *privacy; /* Owned; null: rows go in as they are. */
};

/* ---- Questions --------------------------------------------------------- */

/* Makes a filter certain: the newest 24 h of the store where it names no
 * period. */
int store_query(struct fs_store *store, const struct fs_filter *filter,
    struct fs_err *err, struct store_query *query);

/* The whole store, whatever the period, as of the same moment. */
void store_query_whole(struct store_query *query);

int store_ask_span(struct fs_store *store, struct fs_err *err,
    struct store_snapshot *snapshot);
int store_ask_flows(struct fs_store *store, const struct store_query *query,
    store_flow_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
int store_ask_clients(struct fs_store *store, const struct store_query *query,
    store_client_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
/* Returns 0, or FS_EEND when there is none. */
int store_ask_flow(struct fs_store *store,
    const struct store_snapshot *snapshot, uint64_t flow_id, struct fs_err *err,
    struct store_flow *row);
/* The client that holds 'addr': an IPv6 client is a network. Of several the
 * narrowest is meant. The same. */
int store_ask_client(struct fs_store *store,
    const struct store_snapshot *snapshot, const struct fs_addr *addr,
    struct fs_err *err, struct store_client *row);
/* All in one pass over the flows, which is what takes the time. */
int store_ask_counts(struct fs_store *store, const struct store_query *query,
    const struct store_count *count, size_t counts, struct fs_err *err);
int store_ask_totals(struct fs_store *store, const struct store_query *query,
    struct fs_err *err, struct store_totals *totals);
/* Most flows first, then by key; hours in order of time. */
int store_ask_by(struct fs_store *store, const struct store_query *query,
    store_group_fn *fn, void *ctx, struct fs_err *err, uint64_t *matched);
/* Events that meet the period, in order of time. */
int store_ask_events(struct fs_store *store, const struct store_query *query,
    store_event_fn *fn, void *ctx, struct fs_err *err);
/* The rule as that generation has it. Returns 0 or FS_EEND. */
int store_ask_rule(struct fs_store *store, uint32_t generation,
    const char *name, struct fs_err *err, struct store_rule *rule);
/* Returns 0 or FS_EEND. */
int store_ask_generation(struct fs_store *store, uint32_t id,
    struct fs_err *err, struct fs_generation *generation);
int store_ask_newest_generation(struct fs_store *store, struct fs_err *err,
    struct fs_generation *generation);
