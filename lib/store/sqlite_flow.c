#include <errno.h>
#include <sqlite3.h>

#include "base/err.h"
#include "store/sqlite_writer.h"

/* Flows into the open partition. */

/* ---- Revisions ---------------------------------------------------------- */

/* Another row of the same flow. */
struct other {
	int64_t seq, rev; /* 'seq' is 0 for none. */
};

/* Looks for a row of a flow in one partition: row 'seq', or, of a closed one,
 * by its index. */
static int
look_in(struct sqlite_store *store, int64_t part,
    const struct fs_observation *flow, int64_t seq, struct fs_err *err,
    struct other *other)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(store,
		 seq > 0 ? "SELECT seq, rev FROM flows_%lld WHERE seq = ?3"
			   " AND flow_id = ?1 AND first_us = ?2"
			 : "SELECT seq, rev FROM flows_%lld WHERE flow_id = ?1"
			   " AND first_us = ?2"
			   " ORDER BY rev DESC, seq DESC LIMIT 1",
		 part, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, (int64_t)flow->flow_id);
	sqlite_bind_count(stmt, 2, flow->first_us);
	if (seq > 0)
		sqlite_bind_int(stmt, 3, seq);
	rc = sqlite_next(store, stmt, err);
	if (rc > 0 &&
	    (sqlite_int(stmt, 1) > other->rev ||
		(sqlite_int(stmt, 1) == other->rev &&
		    sqlite_int(stmt, 0) > other->seq)))
		*other =
		    (struct other){ sqlite_int(stmt, 0), sqlite_int(stmt, 1) };
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* Whether a closed partition may hold rows of a flow: those of an earlier
 * run may, as the same capture may be read twice. */
static bool
may_hold(const struct sqlite_part *part, const struct fs_observation *flow)
{
	return part->state != PART_OPEN && (flow->rev > 1 || !part->ours) &&
	    flow->first_us >= part->first_min_us &&
	    flow->first_us <= part->first_max_us;
}

static int
find_other(struct sqlite_store *store, const struct fs_observation *flow,
    struct fs_err *err, struct other *other)
{
	const struct sqlite_writer *w = store->writer;
	const struct seen *seen;
	size_t i;
	int rc = 0;

	*other = (struct other){ 0, -1 };
	if (w->seen_room > 0 && (seen = seen_slot(w, flow->flow_id))->seq != 0)
		rc = look_in(store, w->open->id, flow, seen->seq, err, other);
	for (i = 0; i < w->part_count && rc >= 0; i++)
		if (may_hold(&w->part[i], flow))
			rc = look_in(store, w->part[i].id, flow, 0, err, other);
	return rc;
}

/* Notes that a row stands for another one from now on. */
static int
put_later(struct sqlite_store *store, int64_t seq, int64_t by,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_PUT_LATER, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, seq);
	sqlite_bind_int(stmt, 2, by);
	return sqlite_do(store, stmt, err);
}

/* The highest revision stands for a flow, of equal ones the last written. */
static int
revise(struct sqlite_store *store, const struct fs_observation *flow,
    int64_t seq, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	struct other other;
	int rc;

	if ((rc = find_other(store, flow, err, &other)) < 0)
		return rc;
	if (other.seq != 0 && other.rev > (int64_t)flow->rev)
		return put_later(store, seq, other.seq, err);
	if (other.seq != 0 && (rc = put_later(store, other.seq, seq, err)) < 0)
		return rc;
	return seen_set(w, flow->flow_id, seq) < 0
	    ? err_set(err, -ENOMEM, "no memory is left")
	    : 0;
}

/* ---- Rows --------------------------------------------------------------- */

static void
bind_flow(struct sqlite3_stmt *stmt, const struct fs_observation *flow)
{
	/* Positions of values begin at 1, those of columns at 0. */
	const int at = 1;
	int i;

	sqlite_bind_int(stmt, at + FLOW_ID, (int64_t)flow->flow_id);
	sqlite_bind_int(stmt, at + FLOW_REV, flow->rev);
	if (flow->parent_id != 0)
		sqlite_bind_int(stmt, at + FLOW_PARENT,
		    (int64_t)flow->parent_id);
	sqlite_bind_count(stmt, at + FLOW_FIRST, flow->first_us);
	sqlite_bind_count(stmt, at + FLOW_LAST, flow->last_us);
	sqlite_bind_addr(stmt, at + FLOW_CLIENT, &flow->client);
	sqlite_bind_addr(stmt, at + FLOW_SERVER, &flow->server);
	if (flow->client_port >= 0)
		sqlite_bind_int(stmt, at + FLOW_CLIENT_PORT, flow->client_port);
	if (flow->server_port >= 0)
		sqlite_bind_int(stmt, at + FLOW_SERVER_PORT, flow->server_port);
	sqlite_bind_int(stmt, at + FLOW_PROTO, flow->ip_proto);
	sqlite_bind_int(stmt, at + FLOW_ICMP_TYPE, flow->icmp_type);
	sqlite_bind_int(stmt, at + FLOW_ICMP_CODE, flow->icmp_code);
	sqlite_bind_int(stmt, at + FLOW_CLIENT_FIRST, flow->client_first);
	sqlite_bind_int(stmt, at + FLOW_FINAL, flow->final);
	for (i = 0; i < 2; i++) {
		sqlite_bind_count(stmt, at + FLOW_PACKETS + i,
		    flow->packets[i]);
		sqlite_bind_count(stmt, at + FLOW_BYTES + i, flow->bytes[i]);
	}
	sqlite_bind_int(stmt, at + FLOW_PRIOR, flow->verdict.prior);
	sqlite_bind_int(stmt, at + FLOW_LOG_ODDS, flow->verdict.log_odds);
	sqlite_bind_int(stmt, at + FLOW_SCORE, flow->verdict.score_ppm);
	sqlite_bind_int(stmt, at + FLOW_GENERATION, flow->generation);
}

static int
insert(struct sqlite_store *store, const struct fs_observation *flow,
    const struct brief *row, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	const int at = 1;

	sqlite3_clear_bindings(w->put);
	bind_flow(w->put, flow);
	sqlite_bind_int(w->put, at + FLOW_SEQ, row->seq);
	sqlite_bind_int(w->put, at + FLOW_KIND, row->kind);
	sqlite_bind_int(w->put, at + FLOW_PLACE, row->place);
	sqlite_bind_int(w->put, at + FLOW_NUMBERING, store->numbering);
	sqlite_bind_bytes(w->put, at + FLOW_BASIS, w->basis,
	    basis_encode(flow, w->basis));
	return sqlite_do(store, w->put, err);
}

static uint64_t
within(uint64_t value)
{
	const uint64_t most = INT64_MAX - 1;

	return value < most ? value : most;
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return within(within(a) + within(b));
}

static int
put_flow(struct sqlite_store *store, const struct fs_observation *flow,
    struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	struct brief row = { .flow_id = flow->flow_id,
		.first_us = within(flow->first_us),
		.last_us = within(flow->last_us),
		.packets = sum(flow->packets[0], flow->packets[1]),
		.bytes = sum(flow->bytes[0], flow->bytes[1]),
		.score_ppm = flow->verdict.score_ppm,
		.client = flow->client };
	int rc;

	if ((rc = sqlite_writer_ready(store, err)) < 0 ||
	    (rc = writer_choose_part(store, row.last_us, err)) < 0 ||
	    (rc = sqlite_intern(store, flow, err, &row)) < 0)
		return rc;
	row.seq = w->open->first_seq + w->open->rows;
	if ((rc = insert(store, flow, &row, err)) < 0 ||
	    (rc = revise(store, flow, row.seq, err)) < 0)
		return rc;
	return writer_count(store, &row, err);
}

int
sqlite_put_flow(void *state, const struct fs_observation *flow,
    struct fs_err *err)
{
	struct sqlite_store *store = state;
	int rc;

	if ((rc = sqlite_begin(store, err)) < 0 ||
	    (rc = sqlite_ended(store, put_flow(store, flow, err))) < 0)
		return rc;
	sqlite_stretch(store, flow->first_us, flow->last_us);
	return 0;
}
