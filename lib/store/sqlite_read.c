#include "store/sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum {
	CHUNK = 32,   /* Rows that are read in one transaction. */
	KEYS = 65536, /* Numbers of rows that are looked up at once. */
};

int
sqlite_snapshot(void *state, struct fs_err *err,
    struct store_snapshot *snapshot)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int rc;

	if (store->writing && (rc = sqlite_writer_save(store, err)) < 0)
		return rc;
	if ((rc = sqlite_take(store, SQL_SNAPSHOT, err, &stmt)) < 0)
		return rc;
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		*snapshot = (struct store_snapshot){
			.oldest_us = sqlite_count(stmt, 0),
			.newest_us = sqlite_count(stmt, 1),
			.flow_top = sqlite_int(stmt, 2),
			.client_top = sqlite_int(stmt, 3),
			.event_top = sqlite_int(stmt, 4),
		};
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

/* ---- Numbers of flows --------------------------------------------------- */

/* A row to read, with what orders it. */
struct key {
	int64_t rank; /* 0, or what comes before the usual order. */
	uint64_t first_us, flow_id;
	int64_t seq;
};

/* Rows to read, in the order of the answer. */
struct keys {
	bool by_score;
	struct key *key; /* Owned. */
	size_t count, room;
	size_t most; /* Only the first ones are kept; 0: all of them. */
	/* Behind which row to go on. */
	struct key last;
	bool is_later;
	uint64_t cut_us; /* No row that begins later is wanted. */
	uint64_t passed; /* How many rows the filter let through. */
};

static int
compare(const void *one, const void *other)
{
	const struct key *a = one, *b = other;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->first_us != b->first_us)
		return a->first_us < b->first_us ? -1 : 1;
	if (a->flow_id != b->flow_id)
		return a->flow_id < b->flow_id ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int
keys_grow(struct keys *keys)
{
	size_t room = keys->room > 0 ? keys->room * 2 : 1024;
	struct key *list;

	if (keys->most > 0 && keys->room == 0)
		room = keys->most * 2;
	list = reallocarray(keys->key, room, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	keys->key = list;
	keys->room = room;
	return 0;
}

/* Puts them in order, and keeps as many as are wanted. */
static void
keys_sort(struct keys *keys)
{
	if (keys->count > 0)
		qsort(keys->key, keys->count, sizeof(*keys->key), compare);
	if (keys->most == 0 || keys->count < keys->most)
		return;
	keys->count = keys->most;
	if (!keys->by_score)
		keys->cut_us = keys->key[keys->count - 1].first_us;
}

static int
keys_take(void *ctx, const struct brief *row)
{
	struct keys *keys = ctx;
	const struct key key = { keys->by_score ? -row->score_ppm : 0,
		row->first_us, row->flow_id, row->seq };

	keys->passed++;
	if ((keys->is_later && compare(&key, &keys->last) <= 0) ||
	    key.first_us > keys->cut_us)
		return 0;
	if (keys->count == keys->room && keys->most > 0 && keys->room > 0)
		keys_sort(keys);
	if (keys->count == keys->room && keys_grow(keys) < 0)
		return -ENOMEM;
	keys->key[keys->count++] = key;
	return 0;
}

/* Looks up the next ones. Their count is 0 at the end. */
static int
keys_next(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err, struct keys *keys)
{
	const struct sqlite_scan scan = { query, keys_take, keys,
		keys->is_later && !keys->by_score ? keys->last.first_us : 0,
		&keys->cut_us, NULL };
	int rc;

	keys->count = 0;
	keys->passed = 0;
	keys->cut_us = UINT64_MAX;
	if ((rc = sqlite_scan(store, &scan, err)) < 0)
		return rc == -ENOMEM ? err_set(err, rc, "no memory is left")
				     : rc;
	keys_sort(keys);
	if (keys->count > 0) {
		keys->last = keys->key[keys->count - 1];
		keys->is_later = true;
	}
	return 0;
}

/* ---- Flows -------------------------------------------------------------- */

/* Reads rows by their numbers: the statement of the partition that the last
 * one was in. */
struct flow_reader {
	struct sqlite_store *store;
	struct sqlite_part *part; /* Owned. */
	size_t part_count;
	const struct sqlite_part *in;
	struct sqlite3_stmt *stmt; /* Owned. */
};

static void
reader_fini(struct flow_reader *reader)
{
	sqlite3_finalize(reader->stmt);
	free(reader->part);
	*reader = (struct flow_reader){ .store = reader->store };
}

static const struct sqlite_part *
part_of(const struct flow_reader *reader, int64_t seq)
{
	size_t low = 0, high = reader->part_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (reader->part[middle].first_seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &reader->part[low - 1] : NULL;
}

/* Finds the statement for a row. Returns 1, 0 when its partition is gone, or
 * a negative code. */
static int
reader_seek(struct flow_reader *reader, int64_t seq, struct fs_err *err)
{
	const struct sqlite_part *part = part_of(reader, seq);
	int rc;

	if (part == NULL)
		return 0;
	if (part == reader->in)
		return 1;
	sqlite3_finalize(reader->stmt);
	reader->stmt = NULL;
	reader->in = NULL;
	if ((rc = sqlite_prepare(reader->store,
		 "SELECT" FLOW_COLUMN_NAMES " FROM flows_%lld WHERE seq = ?",
		 part->id, err, &reader->stmt)) < 0)
		return rc;
	reader->in = part;
	return 1;
}

/* Returns 1, 0 when the row is gone, or a negative code. */
static int
read_flow(struct flow_reader *reader, int64_t seq, struct fs_err *err,
    struct store_flow *row)
{
	int rc = reader_seek(reader, seq, err);

	if (rc <= 0)
		return rc;
	sqlite_bind_int(reader->stmt, 1, seq);
	if ((rc = sqlite_next(reader->store, reader->stmt, err)) > 0) {
		rc = sqlite_row_flow(reader->store, reader->stmt, err, row);
		rc = rc < 0 ? rc : 1;
	}
	sqlite_done(reader->stmt);
	return rc;
}

/* Reads rows with the partitions as they are now. */
static int
read_flows(struct sqlite_store *store, const struct key *key, size_t count,
    struct fs_err *err, struct store_flow *rows, size_t *read)
{
	struct flow_reader reader = { .store = store };
	size_t i;
	int rc = sqlite_parts(store, err, &reader.part, &reader.part_count);

	*read = 0;
	for (i = 0; i < count && rc >= 0; i++) {
		rc = read_flow(&reader, key[i].seq, err, &rows[*read]);
		*read += rc > 0;
	}
	reader_fini(&reader);
	return rc;
}

/* An answer, from which rows are taken one after the other. */
struct sqlite_flows {
	struct sqlite_store *store;
	struct store_query query;
	struct keys keys;
	size_t at;               /* Of the keys: those before it were read. */
	struct store_flow *rows; /* Owned: CHUNK of them. */
	size_t read, row;        /* How many there are, and the next one. */
	uint64_t looked_up;      /* Keys that were read. */
	bool is_last;            /* No key is left to look up. */
};

/* Reads up to CHUNK rows in one transaction; they are given without one, as
 * whoever takes them may be slow. Rows that are gone meanwhile are none. */
static int
read_chunk(struct sqlite_flows *flows, struct fs_err *err)
{
	struct sqlite_store *store = flows->store;
	const uint64_t limit = flows->query.filter.limit;
	const bool own = !store->writing;
	size_t count = flows->keys.count - flows->at;
	int rc, end = 0;

	if (count > CHUNK)
		count = CHUNK;
	if (limit > 0 && count > limit - flows->looked_up)
		count = (size_t)(limit - flows->looked_up);
	if (own && (rc = sqlite_run(store, "BEGIN", err)) < 0)
		return rc;
	rc = read_flows(store, flows->keys.key + flows->at, count, err,
	    flows->rows, &flows->read);
	if (own)
		end = sqlite_run(store, "ROLLBACK", rc < 0 ? NULL : err);
	flows->row = 0;
	flows->at += count;
	flows->looked_up += count;
	return rc < 0 ? rc : end;
}

/* Part by part; by score all numbers are looked up at once. */
static int
look_up(struct sqlite_flows *flows, struct fs_err *err)
{
	const struct keys *keys = &flows->keys;
	int rc = keys_next(flows->store, &flows->query, err, &flows->keys);

	flows->at = 0;
	flows->is_last = keys->most == 0 || keys->count < keys->most;
	return rc;
}

int
sqlite_flows_next(void *cursor, struct fs_err *err,
    const struct store_flow **row)
{
	struct sqlite_flows *flows = cursor;
	const uint64_t limit = flows->query.filter.limit;
	int rc = 0;

	while (flows->row == flows->read) {
		if (limit > 0 && flows->looked_up >= limit)
			return 0;
		if (flows->at < flows->keys.count)
			rc = read_chunk(flows, err);
		else if (flows->is_last)
			return 0;
		else
			rc = look_up(flows, err);
		if (rc < 0)
			return rc;
	}
	*row = &flows->rows[flows->row++];
	return 1;
}

void
sqlite_flows_close(void *cursor)
{
	struct sqlite_flows *flows = cursor;

	if (flows == NULL)
		return;
	free(flows->keys.key);
	free(flows->rows);
	free(flows);
}

int
sqlite_flows_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor)
{
	const uint64_t limit = query->filter.limit;
	struct sqlite_flows *flows = calloc(1, sizeof(*flows));

	if (flows != NULL)
		flows->rows = calloc(CHUNK, sizeof(*flows->rows));
	if (flows == NULL || flows->rows == NULL) {
		free(flows);
		return err_set(err, -ENOMEM, "no memory is left");
	}
	flows->store = state;
	flows->query = *query;
	flows->keys.by_score = query->order == STORE_BY_SCORE;
	flows->keys.most = flows->keys.by_score ? 0 : KEYS;
	if (limit > 0 && limit < KEYS)
		flows->keys.most = (size_t)limit;
	*cursor = flows;
	return 0;
}

static int
count_one(void *ctx, const struct brief *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

int
sqlite_flows_count(void *state, const struct store_query *query,
    struct fs_err *err, uint64_t *count)
{
	const struct sqlite_scan scan = { query, count_one, count, 0, NULL,
		NULL };

	*count = 0;
	return sqlite_scan(state, &scan, err);
}

static int
take_number(void *ctx, const struct brief *row)
{
	struct key *key = ctx;

	key->seq = row->seq;
	return 0;
}

int
sqlite_find_flow(void *state, const struct store_snapshot *snapshot,
    uint64_t flow_id, struct fs_err *err, struct store_flow *row)
{
	struct store_query query = { .snapshot = *snapshot,
		.until_us = UINT64_MAX };
	struct key key = { 0 };
	const struct sqlite_scan scan = { &query, take_number, &key, 0, NULL,
		&flow_id };
	size_t read = 0;
	int rc;

	fs_filter_init(&query.filter);
	if ((rc = sqlite_scan(state, &scan, err)) < 0)
		return rc;
	if (key.seq != 0 &&
	    (rc = read_flows(state, &key, 1, err, row, &read)) < 0)
		return rc;
	return read > 0 ? 0 : FS_EEND;
}
