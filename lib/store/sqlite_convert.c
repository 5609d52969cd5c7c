#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "signal/blob.h"
#include "store/evidence.h"
#include "store/sqlite.h"

/* Rows of version 2 and below: one table, where text stood in every row. */

enum { BATCH = 20000 };

/* Columns of that table. */
enum {
	OLD_SERVICE = FLOW_BYTES + 2,
	OLD_SENSOR,
	OLD_VERDICT,
};

static uint64_t
old_id(struct sqlite3_stmt *stmt, int column)
{
	size_t i, size;
	const uint8_t *bytes = sqlite_bytes(stmt, column, &size);
	uint64_t id = 0;

	for (i = 0; i < size && size == 8; i++)
		id = id << 8 | bytes[i];
	return id;
}

static void
old_numbers(struct sqlite3_stmt *stmt, struct fs_observation *flow)
{
	int i;

	flow->flow_id = old_id(stmt, FLOW_ID);
	flow->rev = sqlite_row_u32(stmt, FLOW_REV);
	flow->parent_id = old_id(stmt, FLOW_PARENT);
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
	sqlite_text(stmt, OLD_SERVICE, flow->service, FS_NAME_SIZE);
	sqlite_text(stmt, OLD_SENSOR, flow->sensor, FS_NAME_SIZE);
	flow->generation = sqlite_row_u32(stmt, OLD_VERDICT + AT_GENERATION);
}

/* Takes evidence, and signals with this program's numbers. */
static int
old_basis(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct fs_observation *flow)
{
	struct signals signals;
	const uint8_t *bytes;
	size_t size;
	int rc;

	bytes = sqlite_bytes(stmt, OLD_VERDICT + AT_EVIDENCE, &size);
	if (size > 0 &&
	    (rc = evidence_decode(bytes, size, flow->evidence,
		 &flow->evidence_count)) < 0)
		return rc;
	bytes = sqlite_bytes(stmt, OLD_VERDICT + AT_SIGNALS, &size);
	if (size == 0)
		return 0;
	if ((rc = sqlite_decode(store,
		 sqlite_int(stmt, OLD_VERDICT + AT_NUMBERING), bytes, size, err,
		 &signals)) < 0)
		return rc;
	size = blob_encode(&signals, flow->signals, sizeof(flow->signals));
	flow->signals_size = (uint32_t)size;
	return size > 0 ? 0 : FS_EFORMAT;
}

static int
convert_row(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct fs_observation *flow)
{
	int rc;

	memset(flow, 0, sizeof(*flow));
	old_numbers(stmt, flow);
	sqlite_row_verdict(stmt, OLD_VERDICT, &flow->verdict);
	if ((rc = old_basis(store, stmt, err, flow)) < 0)
		return sqlite_row_fault(store, err, rc, "flows_old",
		    sqlite_int(stmt, FLOW_SEQ));
	return sqlite_put_flow(store, flow, err);
}

/* Converts a batch; '*count' is how many rows it had, '*last' the number of
 * the last one. */
static int
convert_some(struct sqlite_store *store, struct fs_observation *flow,
    struct fs_err *err, int64_t *last, int64_t *count)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(store,
		 "SELECT * FROM flows_old WHERE seq > ? ORDER BY seq LIMIT ?",
		 0, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, *last);
	sqlite_bind_int(stmt, 2, BATCH);
	*count = 0;
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		if ((rc = convert_row(store, stmt, err, flow)) < 0)
			break;
		*last = sqlite_int(stmt, FLOW_SEQ);
		++*count;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Each batch is committed together with how far it came, so that one who is
 * interrupted goes on there. */
static int
convert_all(struct sqlite_store *store, struct fs_observation *flow,
    struct fs_err *err)
{
	int64_t last = 0, count;
	int rc;

	if ((rc = sqlite_ask(store,
		 "SELECT value FROM meta WHERE name = 'converted'", err,
		 &last)) < 0)
		return rc;
	do {
		if ((rc = convert_some(store, flow, err, &last, &count)) < 0)
			return rc;
		if (count > 0 &&
		    ((rc = sqlite_put_meta(store, "converted", (uint64_t)last,
			  err)) < 0 ||
			(rc = sqlite_commit(store, err)) < 0))
			return rc;
	} while (count > 0);
	return sqlite_run(store,
	    "BEGIN IMMEDIATE; DROP TABLE flows_old;"
	    "DELETE FROM meta WHERE name = 'converted'; COMMIT",
	    err);
}

int
sqlite_convert(struct sqlite_store *store, struct fs_err *err)
{
	struct fs_observation *flow;
	int64_t found = 0;
	int rc;

	if ((rc = sqlite_ask(store,
		 "SELECT count(*) FROM sqlite_schema WHERE name = 'flows_old'",
		 err, &found)) < 0 ||
	    found == 0)
		return rc;
	flow = malloc(sizeof(*flow));
	if (flow == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	rc = convert_all(store, flow, err);
	free(flow);
	return rc;
}
