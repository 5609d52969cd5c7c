#include "store/sqlite.h"

#include <sqlite3.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "signal/blob.h"
#include "store/evidence.h"

static int32_t
clamp_i32(int64_t value)
{
	return (int32_t)(value < INT32_MIN ? INT32_MIN
		: value > INT32_MAX        ? INT32_MAX
					   : value);
}

static uint32_t
clamp_u32(uint64_t value)
{
	return (uint32_t)(value > UINT32_MAX ? UINT32_MAX : value);
}

struct fs_addr
sqlite_row_addr(struct sqlite3_stmt *stmt, int column)
{
	size_t size;
	const uint8_t *bytes = sqlite_bytes(stmt, column, &size);
	struct fs_addr none = { 0 };

	return size == 4 ? addr_v4(bytes) : size == 16 ? addr_v6(bytes) : none;
}

int32_t
sqlite_row_port(struct sqlite3_stmt *stmt, int column)
{
	if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
		return -1;
	return (int32_t)sqlite_small(stmt, column, 65535, 0);
}

int32_t
sqlite_row_i32(struct sqlite3_stmt *stmt, int column)
{
	return clamp_i32(sqlite_int(stmt, column));
}

uint32_t
sqlite_row_u32(struct sqlite3_stmt *stmt, int column)
{
	return clamp_u32(sqlite_count(stmt, column));
}

void
sqlite_row_brief(struct sqlite3_stmt *stmt, struct brief *row)
{
	*row = (struct brief){ .seq = sqlite_int(stmt, 0),
		.flow_id = (uint64_t)sqlite_int(stmt, 1),
		.first_us = sqlite_count(stmt, 2),
		.last_us = sqlite_count(stmt, 3),
		.client = sqlite_row_addr(stmt, 4),
		.kind = sqlite_row_u32(stmt, 5),
		.place = sqlite_row_u32(stmt, 6),
		.packets = sqlite_count(stmt, 7),
		.bytes = sqlite_count(stmt, 8),
		.score_ppm = (int32_t)sqlite_small(stmt, 9, 1000000, 0) };
}

void
sqlite_row_verdict(struct sqlite3_stmt *stmt, int from,
    struct fs_verdict *verdict)
{
	verdict->class = (uint8_t)sqlite_small(stmt, from + AT_CLASS,
	    FS_CLASS_COUNT - 1, FS_CLASS_UNKNOWN);
	verdict->decision = (uint8_t)sqlite_small(stmt, from + AT_DECISION,
	    FS_ANOMALOUS, FS_CLEAN);
	verdict->view = (uint8_t)sqlite_small(stmt, from + AT_VIEW,
	    FS_VIEW_EXIT, FS_VIEW_PATH);
	verdict->coverage = (uint8_t)sqlite_small(stmt, from + AT_COVERAGE,
	    FS_COVERAGE_FULL, FS_COVERAGE_NONE);
	sqlite_text(stmt, from + AT_PROTOCOL, verdict->protocol,
	    sizeof(verdict->protocol));
	verdict->prior = clamp_i32(sqlite_int(stmt, from + AT_PRIOR));
	verdict->log_odds = clamp_i32(sqlite_int(stmt, from + AT_LOG_ODDS));
	verdict->score_ppm =
	    (int32_t)sqlite_small(stmt, from + AT_SCORE, 1000000, 0);
}

/* Where a row's evidence and signals go. */
struct parts {
	struct fs_evidence *evidence;
	uint32_t *evidence_count;
	struct signals *signals;
	uint8_t *blob; /* FS_SIGNALS_SIZE. */
	uint32_t *blob_size;
};

/* Encodes signals with this program's numbers. */
static int
keep_signals(const struct parts *parts)
{
	size_t size = blob_encode(parts->signals, parts->blob, FS_SIGNALS_SIZE);

	*parts->blob_size = (uint32_t)size;
	return size > 0 ? 0 : FS_EFORMAT;
}

static int
row_parts(struct sqlite_store *store, struct sqlite3_stmt *stmt, int from,
    struct fs_err *err, const struct parts *parts)
{
	int64_t numbering = sqlite_int(stmt, from + AT_NUMBERING);
	const uint8_t *bytes;
	size_t size;
	int rc;

	bytes = sqlite_bytes(stmt, from + AT_EVIDENCE, &size);
	*parts->evidence_count = 0;
	if (size > 0 &&
	    (rc = evidence_decode(bytes, size, parts->evidence,
		 parts->evidence_count)) < 0)
		return rc;
	bytes = sqlite_bytes(stmt, from + AT_SIGNALS, &size);
	rc = sqlite_decode(store, numbering, bytes, size, err, parts->signals);
	if (rc < 0)
		return rc;
	return keep_signals(parts);
}

int
sqlite_row_fault(struct sqlite_store *store, struct fs_err *err, int rc,
    const char *table, int64_t seq)
{
	if (rc == FS_EUNSUP)
		return err_set(err, FS_ENEWER,
		    "%s: row %lld of '%s' was written by a newer flowscan: "
		    "use that one",
		    store->path, (long long)seq, table);
	if (rc == FS_EFORMAT || rc == FS_ETRUNC)
		return sqlite_bad_row(store, err, table, seq);
	return rc;
}

static void
flow_numbers(struct sqlite3_stmt *stmt, struct fs_observation *flow)
{
	int i;

	flow->flow_id = (uint64_t)sqlite_int(stmt, FLOW_ID);
	flow->rev = sqlite_row_u32(stmt, FLOW_REV);
	flow->parent_id = (uint64_t)sqlite_int(stmt, FLOW_PARENT);
	flow->first_us = sqlite_count(stmt, FLOW_FIRST);
	flow->last_us = sqlite_count(stmt, FLOW_LAST);
	flow->client = sqlite_row_addr(stmt, FLOW_CLIENT);
	flow->client_port = sqlite_row_port(stmt, FLOW_CLIENT_PORT);
	flow->server = sqlite_row_addr(stmt, FLOW_SERVER);
	flow->server_port = sqlite_row_port(stmt, FLOW_SERVER_PORT);
	flow->ip_proto = (uint8_t)sqlite_small(stmt, FLOW_PROTO, 255, 255);
	flow->icmp_type = (uint8_t)sqlite_small(stmt, FLOW_ICMP_TYPE, 255, 0);
	flow->icmp_code = (uint8_t)sqlite_small(stmt, FLOW_ICMP_CODE, 255, 0);
	flow->client_first = sqlite_int(stmt, FLOW_CLIENT_FIRST) != 0;
	flow->final = sqlite_int(stmt, FLOW_FINAL) != 0;
	for (i = 0; i < 2; i++) {
		flow->packets[i] = sqlite_count(stmt, FLOW_PACKETS + i);
		flow->bytes[i] = sqlite_count(stmt, FLOW_BYTES + i);
	}
	flow->verdict.prior = sqlite_row_i32(stmt, FLOW_PRIOR);
	flow->verdict.log_odds = sqlite_row_i32(stmt, FLOW_LOG_ODDS);
	flow->verdict.score_ppm =
	    (int32_t)sqlite_small(stmt, FLOW_SCORE, 1000000, 0);
	flow->generation = sqlite_row_u32(stmt, FLOW_GENERATION);
}

/* What stands once for many rows. */
static void
flow_kind(const struct kind *kind, struct fs_observation *flow)
{
	struct fs_verdict *verdict = &flow->verdict;

	verdict->class = kind->class;
	verdict->decision = kind->decision;
	verdict->view = kind->view;
	verdict->coverage = kind->coverage;
	memcpy(verdict->protocol, kind->protocol, sizeof(verdict->protocol));
	memcpy(flow->service, kind->service, sizeof(flow->service));
	memcpy(flow->sensor, kind->sensor, sizeof(flow->sensor));
	flow->evidence_count = kind->piece_count;
}

/* Takes evidence and signals. */
static int
flow_basis(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_flow *row)
{
	const struct kind *kind;
	const uint8_t *bytes, *signals;
	size_t size, signals_size;
	int rc;

	if ((rc = sqlite_kind(store, sqlite_row_u32(stmt, FLOW_KIND), err,
		 &kind)) < 0)
		return rc;
	flow_kind(kind, &row->flow);
	bytes = sqlite_bytes(stmt, FLOW_BASIS, &size);
	if ((rc = basis_decode(bytes, size, kind, row->flow.evidence, &signals,
		 &signals_size)) < 0)
		return rc;
	return sqlite_decode(store, sqlite_int(stmt, FLOW_NUMBERING), signals,
	    signals_size, err, &row->signals);
}

int
sqlite_row_flow(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_flow *row)
{
	row->seq = sqlite_int(stmt, FLOW_SEQ);
	row->flow.signals_size = 0;
	flow_numbers(stmt, &row->flow);
	return sqlite_row_fault(store, err, flow_basis(store, stmt, err, row),
	    "flows", row->seq);
}

int
sqlite_row_client(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct store_client *row)
{
	struct fs_client *client = &row->client;
	const struct parts parts = { client->evidence, &client->evidence_count,
		&row->signals, client->signals, &client->signals_size };

	row->seq = sqlite_int(stmt, CLIENT_SEQ);
	client->addr = sqlite_row_addr(stmt, CLIENT_ADDR);
	client->bits = (uint8_t)sqlite_small(stmt, CLIENT_BITS, 128, 0);
	client->rev = clamp_u32(sqlite_count(stmt, CLIENT_REV));
	client->first_us = sqlite_count(stmt, CLIENT_FIRST);
	client->last_us = sqlite_count(stmt, CLIENT_LAST);
	client->flows = sqlite_count(stmt, CLIENT_FLOWS);
	client->flows_all = sqlite_count(stmt, CLIENT_FLOWS_ALL);
	client->bytes = sqlite_count(stmt, CLIENT_BYTES);
	sqlite_text(stmt, CLIENT_SENSOR, client->sensor,
	    sizeof(client->sensor));
	sqlite_row_verdict(stmt, CLIENT_VERDICT, &client->verdict);
	client->generation =
	    clamp_u32(sqlite_count(stmt, CLIENT_VERDICT + AT_GENERATION));
	return sqlite_row_fault(store, err,
	    row_parts(store, stmt, CLIENT_VERDICT, err, &parts), "clients",
	    row->seq);
}

/* The addresses of a prefix, first and last. */
static void
bind_client(struct sqlite3_stmt *stmt, const struct fs_prefix *client,
    struct sqlite_bounds *room)
{
	struct fs_addr low = addr_mask(&client->addr, client->bits);
	size_t i, size = client->addr.family == 4 ? 4 : 16;
	unsigned rest;

	memcpy(room->low, low.bytes, size);
	for (i = 0; i < size; i++) {
		rest =
		    client->bits > i * 8 ? client->bits - (unsigned)i * 8 : 0;
		room->high[i] =
		    (uint8_t)(low.bytes[i] | (rest >= 8 ? 0 : 0xff >> rest));
	}
	sqlite_bind_bytes(stmt, sqlite_at(stmt, ":low"), room->low, size);
	sqlite_bind_bytes(stmt, sqlite_at(stmt, ":high"), room->high, size);
	sqlite_bind_bytes(stmt, sqlite_at(stmt, ":net"), room->low, size);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":net_bits"), client->bits);
}

/* What is not asked for stays null. */
static void
bind_asked(struct sqlite3_stmt *stmt, const char *name, bool asked,
    int64_t value)
{
	if (asked)
		sqlite_bind_int(stmt, sqlite_at(stmt, name), value);
}

static void
bind_period(struct sqlite3_stmt *stmt, const struct store_query *query)
{
	const struct store_snapshot *top = &query->snapshot;

	sqlite_bind_count(stmt, sqlite_at(stmt, ":since"), query->since_us);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":until"),
	    query->until_us < INT64_MAX ? (int64_t)query->until_us : INT64_MAX);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":flow_top"), top->flow_top);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":client_top"), top->client_top);
	sqlite_bind_int(stmt, sqlite_at(stmt, ":event_top"), top->event_top);
}

void
sqlite_bind_query(struct sqlite3_stmt *stmt, const struct store_query *query,
    struct sqlite_bounds *room)
{
	const struct fs_filter *filter = &query->filter;

	bind_period(stmt, query);
	if (filter->client.addr.family != 0)
		bind_client(stmt, &filter->client, room);
	bind_asked(stmt, ":asn", filter->asn != 0, filter->asn);
	bind_asked(stmt, ":class", filter->class >= 0, filter->class);
	bind_asked(stmt, ":decision", filter->verdict >= 0, filter->verdict);
	bind_asked(stmt, ":score", filter->min_score_ppm > 0,
	    filter->min_score_ppm);
	sqlite_bind_text(stmt, sqlite_at(stmt, ":country"), filter->country);
	sqlite_bind_text(stmt, sqlite_at(stmt, ":service"), filter->service);
	sqlite_bind_text(stmt, sqlite_at(stmt, ":sensor"), filter->sensor);
	sqlite_bind_text(stmt, sqlite_at(stmt, ":rule"), filter->rule);
}
