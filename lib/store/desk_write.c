#include <sqlite3.h>
#include <string.h>

#include "base/err.h"
#include "store/desk.h"

/* Rows are only added: what was said, and by whom, stays. */

static void
put_prefix(sqlite3_stmt *stmt, int at, const struct fs_prefix *prefix)
{
	if (prefix->addr.family != 0)
		sqlite3_bind_blob(stmt, at, prefix->addr.bytes,
		    prefix->addr.family == 4 ? 4 : 16, SQLITE_TRANSIENT);
	sqlite3_bind_int(stmt, at + 1, prefix->bits);
}

static void
put_text(sqlite3_stmt *stmt, int at, const char *text)
{
	sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
}

/* Runs the statement once and ends it. */
static int
finish(const struct fs_desk *desk, sqlite3_stmt *stmt, struct fs_err *err)
{
	int rc = sqlite3_step(stmt) == SQLITE_DONE ? 0 : desk_fault(desk, err);

	sqlite3_finalize(stmt);
	return rc;
}

int
fs_desk_put_note(struct fs_desk *desk, const struct fs_note *note,
    struct fs_err *err)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(desk->db,
		"INSERT INTO labels VALUES"
		" (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		-1, &stmt, NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	sqlite3_bind_int64(stmt, 1, (int64_t)note->time_us);
	put_text(stmt, 2, note->who);
	sqlite3_bind_int(stmt, 3, note->label);
	put_prefix(stmt, 4, &note->client);
	sqlite3_bind_int64(stmt, 6, (int64_t)note->flow_id);
	put_text(stmt, 7, note->note);
	sqlite3_bind_int(stmt, 8, note->class);
	sqlite3_bind_int(stmt, 9, note->decision);
	sqlite3_bind_int(stmt, 10, note->score_ppm);
	return finish(desk, stmt, err);
}

int
fs_desk_put_suppression(struct fs_desk *desk,
    const struct fs_suppression *suppression, struct fs_err *err, uint64_t *id)
{
	sqlite3_stmt *stmt;
	int rc;

	if (sqlite3_prepare_v2(desk->db,
		"INSERT INTO suppressions VALUES"
		" (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		-1, &stmt, NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	sqlite3_bind_int64(stmt, 1, (int64_t)suppression->time_us);
	sqlite3_bind_int64(stmt, 2, (int64_t)suppression->expires_us);
	put_text(stmt, 3, suppression->who);
	put_text(stmt, 4, suppression->reason);
	put_prefix(stmt, 5, &suppression->client);
	sqlite3_bind_int64(stmt, 7, suppression->asn);
	put_text(stmt, 8, suppression->rule);
	put_text(stmt, 9, suppression->ja4);
	if ((rc = finish(desk, stmt, err)) == 0)
		*id = (uint64_t)sqlite3_last_insert_rowid(desk->db);
	return rc;
}

int
fs_desk_remove(struct fs_desk *desk, const struct fs_suppression *removed,
    struct fs_err *err)
{
	sqlite3_stmt *stmt;
	size_t i;

	for (i = 0; i < desk->suppression_count; i++)
		if (desk->suppression[i].id == removed->id)
			break;
	if (i == desk->suppression_count)
		return err_set(err, FS_EEND,
		    "there is no suppression %llu: 'flowscan suppress list' "
		    "shows those that there are",
		    (unsigned long long)removed->id);
	if (sqlite3_prepare_v2(desk->db,
		"INSERT INTO removals VALUES (?, ?, ?)", -1, &stmt,
		NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	sqlite3_bind_int64(stmt, 1, (int64_t)removed->id);
	sqlite3_bind_int64(stmt, 2, (int64_t)removed->time_us);
	put_text(stmt, 3, removed->who);
	return finish(desk, stmt, err);
}
