#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "store/sqlite.h"

/* One pass over flows: chunks where rows are packed, the rows themselves
 * where they are not yet, an index where one network is asked for. A
 * transaction lasts for one partition, so that the log of a writer stays
 * short. */

/* What a filter says of kinds and places: asked once for each number. */
enum { NOT_ASKED, PASSES, FAILS };

struct answers {
	uint8_t *of; /* Owned, by number. */
	size_t count;
};

/* Rows of a part that a later one stands for, in rising order. */
struct hidden {
	int64_t *seq; /* Owned. */
	size_t count, at;
};

struct pass {
	struct sqlite_store *store;
	const struct sqlite_scan *scan;
	struct fs_err *err;
	struct answers kinds, places;
	struct hidden hidden;
};

/* ---- The filter --------------------------------------------------------- */

/* Gives room for the answer to a number. */
static int
answer_of(struct answers *answers, uint32_t number, uint8_t **answer)
{
	size_t room = answers->count > 0 ? answers->count : 256;
	uint8_t *list;

	if (number >= answers->count) {
		while (room <= number)
			room *= 2;
		list = realloc(answers->of, room);
		if (list == NULL)
			return -ENOMEM;
		memset(list + answers->count, NOT_ASKED, room - answers->count);
		*answers = (struct answers){ list, room };
	}
	*answer = &answers->of[number];
	return 0;
}

static bool
kind_passes(const struct kind *kind, const struct fs_filter *filter)
{
	return (filter->class < 0 || kind->class == filter->class) &&
	    (filter->verdict < 0 || kind->decision == filter->verdict) &&
	    (filter->service[0] == '\0' ||
		strcmp(kind->service, filter->service) == 0) &&
	    (filter->sensor[0] == '\0' ||
		strcmp(kind->sensor, filter->sensor) == 0) &&
	    (filter->rule[0] == '\0' || kind_has_rule(kind, filter->rule));
}

static bool
place_passes(const struct place *place, const struct fs_filter *filter)
{
	return (filter->asn == 0 || place->asn == filter->asn) &&
	    (filter->country[0] == '\0' ||
		strcmp(place->country, filter->country) == 0);
}

static int
no_memory(struct pass *pass)
{
	return err_set(pass->err, -ENOMEM, "no memory is left");
}

static int
bad_row(struct pass *pass, int rc, int64_t seq)
{
	return sqlite_row_fault(pass->store, pass->err, rc, "flows", seq);
}

/* Returns 1, 0 or a negative code. */
static int
ask_kind(struct pass *pass, const struct brief *row)
{
	const struct kind *kind;
	uint8_t *answer;
	int rc = sqlite_kind(pass->store, row->kind, pass->err, &kind);

	if (rc < 0)
		return bad_row(pass, rc, row->seq);
	if (answer_of(&pass->kinds, row->kind, &answer) < 0)
		return no_memory(pass);
	*answer =
	    kind_passes(kind, &pass->scan->query->filter) ? PASSES : FAILS;
	return *answer == PASSES;
}

static int
ask_place(struct pass *pass, const struct brief *row)
{
	const struct place *place;
	uint8_t *answer;
	int rc = sqlite_place(pass->store, row->place, pass->err, &place);

	if (rc < 0)
		return bad_row(pass, rc, row->seq);
	if (answer_of(&pass->places, row->place, &answer) < 0)
		return no_memory(pass);
	*answer =
	    place_passes(place, &pass->scan->query->filter) ? PASSES : FAILS;
	return *answer == PASSES;
}

static int
passes_kind(struct pass *pass, const struct brief *row)
{
	if (row->kind < pass->kinds.count &&
	    pass->kinds.of[row->kind] != NOT_ASKED)
		return pass->kinds.of[row->kind] == PASSES;
	return ask_kind(pass, row);
}

static int
passes_place(struct pass *pass, const struct brief *row)
{
	if (row->place < pass->places.count &&
	    pass->places.of[row->place] != NOT_ASKED)
		return pass->places.of[row->place] == PASSES;
	return ask_place(pass, row);
}

static bool
is_hidden(struct hidden *hidden, int64_t seq)
{
	while (hidden->at < hidden->count && hidden->seq[hidden->at] < seq)
		hidden->at++;
	return hidden->at < hidden->count && hidden->seq[hidden->at] == seq;
}

/* Rows come in rising order of their numbers within a part. */
static int
consider(struct pass *pass, const struct brief *row)
{
	const struct store_query *query = pass->scan->query;
	const struct fs_prefix *client = &query->filter.client;
	int rc;

	if (row->seq > query->snapshot.flow_top ||
	    row->first_us >= query->until_us ||
	    row->last_us < query->since_us ||
	    row->score_ppm < query->filter.min_score_ppm ||
	    (client->addr.family != 0 && !addr_in_prefix(&row->client, client)))
		return 0;
	if (pass->scan->flow_id != NULL && row->flow_id != *pass->scan->flow_id)
		return 0;
	if (is_hidden(&pass->hidden, row->seq) ||
	    (rc = passes_kind(pass, row)) == 0)
		return 0;
	if (rc < 0 || (rc = passes_place(pass, row)) <= 0)
		return rc;
	return pass->scan->fn(pass->scan->ctx, row);
}

/* Reads which rows from 'seq' on, and before 'end', are hidden. */
static int
load_hidden(struct pass *pass, int64_t seq, int64_t end)
{
	struct hidden *hidden = &pass->hidden;
	struct sqlite3_stmt *stmt;
	int64_t *list;
	size_t room = 0;
	int rc;

	hidden->count = hidden->at = 0;
	rc = sqlite_take(pass->store, SQL_LATER, pass->err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	sqlite_bind_int(stmt, 2, end);
	sqlite_bind_int(stmt, 3, pass->scan->query->snapshot.flow_top);
	while ((rc = sqlite_next(pass->store, stmt, pass->err)) > 0) {
		if (hidden->count >= room) {
			room = room > 0 ? room * 2 : 64;
			list = reallocarray(hidden->seq, room, sizeof(*list));
			if (list == NULL) {
				rc = no_memory(pass);
				break;
			}
			hidden->seq = list;
		}
		hidden->seq[hidden->count++] = sqlite_int(stmt, 0);
	}
	sqlite_done(stmt);
	return rc;
}

/* ---- Parts of a partition ----------------------------------------------- */

/* Whether a span of rows can have any that is asked for. */
static bool
meets(const struct sqlite_scan *scan, uint64_t first_min_us,
    uint64_t first_max_us, uint64_t last_max_us)
{
	return first_min_us < scan->query->until_us &&
	    last_max_us >= scan->query->since_us &&
	    first_max_us >= scan->from_us &&
	    (scan->to_us == NULL || first_min_us <= *scan->to_us);
}

static int
scan_chunk(struct pass *pass, struct sqlite3_stmt *stmt)
{
	const int64_t seq = sqlite_int(stmt, 0);
	struct brief *row = pass->store->chunk;
	const uint8_t *bytes;
	size_t i, size, count = 0;
	int rc;

	bytes = sqlite_bytes(stmt, 4, &size);
	if ((rc = chunk_unpack(bytes, size, seq, row, &count)) < 0)
		return bad_row(pass, rc, seq);
	if ((rc = load_hidden(pass, seq, seq + (int64_t)count)) < 0)
		return rc;
	pass->store->scanned += count;
	for (i = 0; i < count && rc >= 0; i++)
		rc = consider(pass, &row[i]);
	return rc;
}

static int
scan_chunks(struct pass *pass, const struct sqlite_part *part)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if (part->packed == 0)
		return 0;
	if ((rc = sqlite_prepare(pass->store,
		 "SELECT seq, first_min_us, first_max_us, last_max_us, rows"
		 " FROM chunks_%lld ORDER BY first_min_us, seq",
		 part->id, pass->err, &stmt)) < 0)
		return rc;
	while ((rc = sqlite_next(pass->store, stmt, pass->err)) > 0)
		if (meets(pass->scan, sqlite_count(stmt, 1),
			sqlite_count(stmt, 2), sqlite_count(stmt, 3)) &&
		    (rc = scan_chunk(pass, stmt)) < 0)
			break;
	sqlite3_finalize(stmt);
	return rc;
}

static int
scan_rows(struct pass *pass, struct sqlite3_stmt *stmt)
{
	struct brief row;
	int rc;

	while ((rc = sqlite_next(pass->store, stmt, pass->err)) > 0) {
		sqlite_row_brief(stmt, &row);
		pass->store->scanned++;
		if ((rc = consider(pass, &row)) < 0)
			break;
	}
	return rc;
}

/* Rows that are in no chunk yet. */
static int
scan_rest(struct pass *pass, const struct sqlite_part *part)
{
	const int64_t seq = part->first_seq + part->packed;
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = load_hidden(pass, seq, INT64_MAX)) < 0 ||
	    (rc = sqlite_prepare(pass->store,
		 "SELECT" SQLITE_BRIEF " FROM flows_%lld f WHERE f.seq >= ?"
		 " ORDER BY f.seq",
		 part->id, pass->err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	rc = scan_rows(pass, stmt);
	sqlite3_finalize(stmt);
	return rc;
}

/* What an index finds is few rows: whether they are hidden is asked of each. */
#define NOT_HIDDEN                                                   \
	" AND NOT EXISTS (SELECT 1 FROM later l WHERE l.seq = f.seq" \
	" AND l.by <= :flow_top)"

static void
hide_none(struct pass *pass)
{
	pass->hidden.count = pass->hidden.at = 0;
}

/* The rows of one network, by the index. */
static int
scan_network(struct pass *pass, const struct sqlite_part *part)
{
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(pass->store,
		 "SELECT" SQLITE_BRIEF " FROM flows_%lld f"
		 " WHERE f.client BETWEEN :low AND :high" NOT_HIDDEN
		 " ORDER BY f.seq",
		 part->id, pass->err, &stmt)) < 0)
		return rc;
	hide_none(pass);
	sqlite_bind_query(stmt, pass->scan->query, &bounds);
	rc = scan_rows(pass, stmt);
	sqlite3_finalize(stmt);
	return rc;
}

/* One flow, by the index. */
static int
scan_flow(struct pass *pass, const struct sqlite_part *part)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(pass->store,
		 "SELECT" SQLITE_BRIEF " FROM flows_%lld f"
		 " WHERE f.flow_id = :flow" NOT_HIDDEN " ORDER BY f.seq",
		 part->id, pass->err, &stmt)) < 0)
		return rc;
	hide_none(pass);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":flow"),
	    (int64_t)*pass->scan->flow_id);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":flow_top"),
	    pass->scan->query->snapshot.flow_top);
	rc = scan_rows(pass, stmt);
	sqlite3_finalize(stmt);
	return rc;
}

/* Whether the index by client is the shorter way: one network's flows. */
static bool
is_narrow(const struct fs_prefix *client)
{
	return (client->addr.family == 4 && client->bits >= 24) ||
	    (client->addr.family == 6 && client->bits >= 48);
}

static int
scan_part(struct pass *pass, const struct sqlite_part *part)
{
	int rc;

	if (pass->scan->flow_id != NULL && part->state >= PART_BY_ID)
		return scan_flow(pass, part);
	if (is_narrow(&pass->scan->query->filter.client) &&
	    part->state >= PART_BY_CLIENT)
		return scan_network(pass, part);
	if ((rc = scan_chunks(pass, part)) < 0 || part->state != PART_OPEN)
		return rc;
	return scan_rest(pass, part);
}

/* A partition as it is now: since the list was read it may have grown, been
 * closed, or dropped. */
static int
scan_now(struct pass *pass, int64_t id)
{
	struct sqlite_part *part = NULL;
	size_t i, count = 0;
	int rc = sqlite_parts(pass->store, pass->err, &part, &count);

	for (i = 0; i < count && rc >= 0; i++)
		if (part[i].id == id)
			rc = scan_part(pass, &part[i]);
	free(part);
	return rc;
}

/* Within a transaction of its own; a writer's is open already. */
static int
scan_whole(struct pass *pass, int64_t id)
{
	struct sqlite_store *store = pass->store;
	int rc, end = 0;

	if (store->writing)
		return scan_now(pass, id);
	if ((rc = sqlite_run(store, "BEGIN", pass->err)) < 0)
		return rc;
	rc = scan_now(pass, id);
	if (!sqlite3_get_autocommit(store->db))
		end = sqlite_run(store, "COMMIT", rc < 0 ? NULL : pass->err);
	return rc < 0 ? rc : end;
}

int
sqlite_scan(struct sqlite_store *store, const struct sqlite_scan *scan,
    struct fs_err *err)
{
	struct pass pass = { .store = store, .scan = scan, .err = err };
	struct sqlite_part *part = NULL;
	size_t i, count = 0;
	int rc;

	if (store->chunk == NULL &&
	    (store->chunk = calloc(CHUNK_ROWS, sizeof(*store->chunk))) == NULL)
		return no_memory(&pass);
	if ((rc = sqlite_parts(store, err, &part, &count)) < 0)
		return rc;
	for (i = 0; i < count && rc >= 0; i++)
		if (part[i].first_seq <= scan->query->snapshot.flow_top &&
		    (part[i].state == PART_OPEN ||
			meets(scan, part[i].first_min_us, part[i].first_max_us,
			    part[i].last_max_us)))
			rc = scan_whole(&pass, part[i].id);
	free(part);
	free(pass.kinds.of);
	free(pass.places.of);
	free(pass.hidden.seq);
	return rc;
}

/* ---- Clients of a service ----------------------------------------------- */

struct serving {
	struct sqlite_store *store;
	struct fs_err *err;
	unsigned v6_bits;
};

static int
take_served(void *ctx, const struct brief *row)
{
	const struct serving *serving = ctx;
	struct sqlite3_stmt *stmt;
	struct fs_addr addr = row->client;
	int rc;

	if (addr.family == 6)
		addr = addr_mask(&addr, serving->v6_bits);
	rc = sqlite_take(serving->store, SQL_PUT_SERVED, serving->err, &stmt);
	if (rc < 0)
		return rc;
	sqlite_bind_addr(stmt, 1, &addr);
	return sqlite_do(serving->store, stmt, serving->err);
}

int
sqlite_v6_bits(struct sqlite_store *store, struct fs_err *err, unsigned *bits)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_V6_BITS, err, &stmt)) < 0)
		return rc;
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		*bits = sqlite_small(stmt, 0, 128, 64);
	sqlite_done(stmt);
	return rc < 0 ? rc : 0;
}

int
sqlite_served(struct sqlite_store *store, const struct store_query *query,
    struct fs_err *err)
{
	struct serving serving = { store, err, 64 };
	struct store_query whose = { .snapshot = query->snapshot,
		.since_us = query->since_us,
		.until_us = query->until_us };
	const struct sqlite_scan scan = { &whose, take_served, &serving, 0,
		NULL, NULL };
	int rc;

	fs_filter_init(&whose.filter);
	memcpy(whose.filter.service, query->filter.service,
	    sizeof(whose.filter.service));
	if ((rc = sqlite_run(store,
		 "CREATE TEMP TABLE IF NOT EXISTS served (addr BLOB PRIMARY "
		 "KEY)"
		 " WITHOUT ROWID; DELETE FROM temp.served",
		 err)) < 0 ||
	    query->filter.service[0] == '\0')
		return rc;
	if ((rc = sqlite_v6_bits(store, err, &serving.v6_bits)) < 0)
		return rc;
	return sqlite_scan(store, &scan, err);
}
