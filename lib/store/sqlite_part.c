#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/sqlite.h"

enum {
	PARTS_MAX = 1 << 20,
	/* SQLite joins at most 500 tables into a view. */
	PARTS_VIEWED = 400,
};

/* ---- The list ----------------------------------------------------------- */

static int
take_part(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct sqlite_part *part)
{
	*part = (struct sqlite_part){ .id = sqlite_int(stmt, 0),
		.first_seq = sqlite_int(stmt, 1),
		.rows = sqlite_int(stmt, 2),
		.packed = sqlite_int(stmt, 3),
		.first_min_us = sqlite_count(stmt, 4),
		.first_max_us = sqlite_count(stmt, 5),
		.last_max_us = sqlite_count(stmt, 6),
		.state =
		    (int)sqlite_small(stmt, 7, PART_BY_CLIENT, PART_OPEN) };
	if (part->id > 0 && part->first_seq > 0 && part->rows >= 0 &&
	    part->packed >= 0 && part->rows < INT64_MAX - part->first_seq &&
	    part->packed <= part->rows)
		return 0;
	return sqlite_bad_row(store, err, "partitions", part->id);
}

int
sqlite_parts(struct sqlite_store *store, struct fs_err *err,
    struct sqlite_part **parts, size_t *count)
{
	struct sqlite_part *list = NULL, *more;
	struct sqlite3_stmt *stmt;
	size_t n = 0;
	int rc;

	if ((rc = sqlite_take(store, SQL_PARTITIONS, err, &stmt)) < 0)
		return rc;
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		more = n < PARTS_MAX ? reallocarray(list, n + 1, sizeof(*list))
				     : NULL;
		if (more == NULL) {
			rc = err_set(err, -ENOMEM, "no memory is left");
			break;
		}
		list = more;
		if ((rc = take_part(store, stmt, err, &list[n++])) < 0)
			break;
	}
	sqlite_done(stmt);
	if (rc < 0) {
		free(list);
		return rc;
	}
	*parts = list;
	*count = n;
	return 0;
}

/* ---- Statements about one ----------------------------------------------- */

int
sqlite_prepare(struct sqlite_store *store, const char *format, int64_t id,
    struct fs_err *err, struct sqlite3_stmt **stmt)
{
	const long long n = id;
	char *sql = sqlite3_mprintf(format, n, n, n, n);
	int result;

	if (sql == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	result = sqlite3_prepare_v2(store->db, sql, -1, stmt, NULL);
	sqlite3_free(sql);
	return result == SQLITE_OK ? 0 : sqlite_fail(store, err);
}

/* Runs SQL about one partition. */
static int
run(struct sqlite_store *store, const char *format, int64_t id,
    struct fs_err *err)
{
	const long long n = id;
	char *sql = sqlite3_mprintf(format, n, n, n, n);
	int rc;

	if (sql == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	rc = sqlite_run(store, sql, err);
	sqlite3_free(sql);
	return rc;
}

/* ---- Views -------------------------------------------------------------- */

#define FLOW_VIEW                                                            \
	" SELECT f.seq, printf('%016llx', f.flow_id) AS flow_id, f.rev,"     \
	" strftime('%Y-%m-%dT%H:%M:%SZ', f.first_us / 1000000, 'unixepoch')" \
	"  AS first_seen,"                                                   \
	" strftime('%Y-%m-%dT%H:%M:%SZ', f.last_us / 1000000, 'unixepoch')"  \
	"  AS last_seen,"                                                    \
	" f.first_us, f.last_us,"                                            \
	" lower(hex(f.client)) AS client_hex, f.client_port,"                \
	" lower(hex(f.server)) AS server_hex, f.server_port, f.ip_proto,"    \
	" f.packets_c2s, f.packets_s2c, f.bytes_c2s, f.bytes_s2c,"           \
	" k.service, k.class, k.verdict, k.view, k.coverage,"                \
	" coalesce(k.protocol, 'unknown') AS protocol,"                      \
	" f.score_ppm / 1e6 AS score, p.country, p.city, p.asn, p.as_name,"  \
	" k.sensor, f.generation, k.rules"                                   \
	" FROM flows_%lld f JOIN kinds_named k ON k.id = f.kind"             \
	" JOIN places p ON p.id = f.place"                                   \
	" WHERE NOT EXISTS (SELECT 1 FROM later l WHERE l.seq = f.seq)"

/* Percent signs of the view are no formats of ours. */
static void
add_flow_view(struct buf *buf, int64_t id)
{
	static const char text[] = FLOW_VIEW;
	const char *at = strstr(text, "%lld");

	buf_add(buf, text, (size_t)(at - text));
	buf_printf(buf, "%lld%s", (long long)id, at + 4);
}

int
sqlite_views(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_part *part = NULL;
	struct buf buf;
	size_t i, count = 0;
	int rc;

	if ((rc = sqlite_parts(store, err, &part, &count)) < 0)
		return rc;
	buf_init(&buf);
	buf_add_text(&buf, "DROP VIEW IF EXISTS flows_latest;");
	i = count > PARTS_VIEWED ? count - PARTS_VIEWED : 0;
	for (; i < count; i++) {
		buf_add_text(&buf,
		    buf.size < 64 ? "CREATE VIEW flows_latest AS"
				  : " UNION ALL");
		add_flow_view(&buf, part[i].id);
	}
	free(part);
	rc = buf_error(&buf) < 0 ? err_set(err, -ENOMEM, "no memory is left")
				 : sqlite_run(store, buf_text(&buf), err);
	buf_fini(&buf);
	return rc;
}

/* ---- One partition ------------------------------------------------------ */

static int
bind_part(struct sqlite_store *store, const struct sqlite_part *part,
    enum sqlite_sql sql, struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, sql, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, part->id);
	sqlite_bind_int(stmt, 2, part->first_seq);
	sqlite_bind_int(stmt, 3, part->rows);
	sqlite_bind_int(stmt, 4, part->packed);
	sqlite_bind_count(stmt, 5, part->first_min_us);
	sqlite_bind_count(stmt, 6, part->first_max_us);
	sqlite_bind_count(stmt, 7, part->last_max_us);
	sqlite_bind_int(stmt, 8, part->state);
	return sqlite_do(store, stmt, err);
}

/* A table of rows and one of the chunks they are packed into. Neither has an
 * index while it grows: every row goes to the end. */
int
sqlite_part_make(struct sqlite_store *store, const struct sqlite_part *part,
    struct fs_err *err)
{
	static const char tables[] = "CREATE TABLE flows_%lld ("
				     " seq INTEGER PRIMARY KEY,"
				     " flow_id INTEGER NOT NULL,"
				     " rev INTEGER NOT NULL,"
				     " parent_id INTEGER,"
				     " first_us INTEGER NOT NULL,"
				     " last_us INTEGER NOT NULL,"
				     " client BLOB NOT NULL,"
				     " client_port INTEGER,"
				     " server BLOB NOT NULL,"
				     " server_port INTEGER,"
				     " ip_proto INTEGER NOT NULL,"
				     " icmp_type INTEGER NOT NULL,"
				     " icmp_code INTEGER NOT NULL,"
				     " client_first INTEGER NOT NULL,"
				     " final INTEGER NOT NULL,"
				     " packets_c2s INTEGER NOT NULL,"
				     " packets_s2c INTEGER NOT NULL,"
				     " bytes_c2s INTEGER NOT NULL,"
				     " bytes_s2c INTEGER NOT NULL,"
				     " kind INTEGER NOT NULL,"
				     " place INTEGER NOT NULL,"
				     " prior INTEGER NOT NULL,"
				     " log_odds INTEGER NOT NULL,"
				     " score_ppm INTEGER NOT NULL,"
				     " generation INTEGER NOT NULL,"
				     " numbering INTEGER NOT NULL,"
				     " basis BLOB NOT NULL"
				     ") STRICT;"
				     "CREATE TABLE chunks_%lld ("
				     " seq INTEGER PRIMARY KEY,"
				     " count INTEGER NOT NULL,"
				     " first_min_us INTEGER NOT NULL,"
				     " first_max_us INTEGER NOT NULL,"
				     " last_max_us INTEGER NOT NULL,"
				     " rows BLOB NOT NULL"
				     ") STRICT";
	int rc;

	if ((rc = run(store, tables, part->id, err)) < 0 ||
	    (rc = bind_part(store, part, SQL_PUT_PARTITION, err)) < 0)
		return rc;
	return sqlite_views(store, err);
}

int
sqlite_part_save(struct sqlite_store *store, const struct sqlite_part *part,
    struct fs_err *err)
{
	return bind_part(store, part, SQL_SAVE_PARTITION, err);
}

int
sqlite_part_step(struct sqlite_store *store, struct sqlite_part *part,
    struct fs_err *err)
{
	struct sqlite_part done = *part;
	int rc;

	done.state++;
	if ((rc = sqlite_run(store, "BEGIN IMMEDIATE", err)) < 0)
		return rc;
	if ((rc = run(store,
		 done.state == PART_BY_ID
		     ? "CREATE INDEX flows_%lld_id ON flows_%lld (flow_id)"
		     : "CREATE INDEX flows_%lld_client ON flows_%lld"
		       " (client)",
		 part->id, err)) < 0 ||
	    (rc = sqlite_part_save(store, &done, err)) < 0 ||
	    (rc = sqlite_run(store, "COMMIT", err)) < 0) {
		sqlite_run(store, "ROLLBACK", NULL);
		return rc;
	}
	*part = done;
	return 0;
}

int
sqlite_part_drop(struct sqlite_store *store, int64_t id, struct fs_err *err)
{
	return run(store,
		   "DROP VIEW IF EXISTS flows_latest;"
		   "DELETE FROM later WHERE seq >="
		   " (SELECT first_seq FROM partitions WHERE id = %lld) AND "
		   "seq <"
		   " (SELECT first_seq + rows FROM partitions WHERE id = %lld);"
		   "DROP TABLE flows_%lld; DROP TABLE chunks_%lld;",
		   id, err) < 0
	    ? FS_EDB
	    : run(store, "DELETE FROM partitions WHERE id = %lld", id, err);
}
