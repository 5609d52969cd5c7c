#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/sqlite.h"

/* What those who keep a store ask for. */

enum { FAULTS_MAX = 100, CELLS_MAX = 256, FILE_MODE = 0640 };

/* ---- Numbers ------------------------------------------------------------ */

static int
ask_count(struct sqlite_store *store, const char *sql, struct fs_err *err,
    uint64_t *count)
{
	int64_t number = 0;
	int rc = sqlite_ask(store, sql, err, &number);

	*count = number > 0 ? (uint64_t)number : 0;
	return rc;
}

static uint64_t
log_bytes(const struct sqlite_store *store)
{
	struct stat found;
	struct buf name;
	uint64_t bytes = 0;

	buf_init(&name);
	buf_printf(&name, "%s-wal", store->path);
	if (buf_error(&name) == 0 && stat(buf_text(&name), &found) == 0)
		bytes = (uint64_t)found.st_size;
	buf_fini(&name);
	return bytes;
}

int
sqlite_stats(void *state, struct fs_err *err, struct fs_store_stats *stats)
{
	struct sqlite_store *store = state;
	struct store_snapshot snapshot = { 0 };
	struct fs_store_stats s = { 0 };
	uint64_t size = 0;
	const struct {
		const char *sql;
		uint64_t *count;
	} questions[] = {
		{ "PRAGMA user_version", &s.version },
		{ "SELECT count(*) FROM partitions", &s.partitions },
		{ "SELECT sum(rows) FROM partitions", &s.rows },
		{ "SELECT count(*) FROM later", &s.later },
		{ "SELECT count(*) FROM clients", &s.client_rows },
		{ "SELECT count(*) FROM events", &s.event_rows },
		{ "PRAGMA page_size", &size },
		{ "PRAGMA page_count", &s.file_bytes },
		{ "PRAGMA freelist_count", &s.spare_bytes },
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if ((rc = ask_count(store, questions[i].sql, err,
			 questions[i].count)) < 0)
			return rc;
	if ((rc = sqlite_snapshot(store, err, &snapshot)) < 0)
		return rc;
	s.oldest_us = snapshot.oldest_us;
	s.newest_us = snapshot.newest_us;
	s.file_bytes *= size;
	s.spare_bytes *= size;
	s.log_bytes = log_bytes(store);
	*stats = s;
	return 0;
}

/* ---- Damage ------------------------------------------------------------- */

struct checking {
	struct sqlite_store *store;
	fs_text_fn *fn;
	void *ctx;
	struct fs_err *err;
	uint64_t faults;
};

FS_PRINTF(2, 3)
static int
fault(struct checking *checking, const char *format, ...)
{
	char text[512];
	va_list args;

	checking->faults++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return checking->faults <= FAULTS_MAX
	    ? checking->fn(checking->ctx, text)
	    : 0;
}

/* What SQLite says; it stops by itself at a hundred faults. */
static int
check_pages(struct checking *checking)
{
	struct sqlite3_stmt *stmt = NULL;
	char text[400];
	int rc;

	if ((rc = sqlite_prepare(checking->store, "PRAGMA integrity_check", 0,
		 checking->err, &stmt)) < 0)
		return rc;
	while ((rc = sqlite_next(checking->store, stmt, checking->err)) > 0) {
		sqlite_text(stmt, 0, text, sizeof(text));
		if (strcmp(text, "ok") != 0 &&
		    (rc = fault(checking,
			 "%s: keep a copy, and save what can be read with "
			 "'sqlite3 FILE .recover'",
			 text)) < 0)
			break;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* A question about one partition whose right answer is 0. */
static const struct {
	const char *sql, *says;
} invariants[] = {
	{ "SELECT (SELECT count(*) FROM flows_%lld) <>"
	  " (SELECT rows FROM partitions WHERE id = %lld)",
	    "has other rows than were counted" },
	{ "SELECT count(*) FROM flows_%lld, partitions p WHERE p.id = %lld"
	  " AND (seq < p.first_seq OR seq >= p.first_seq + p.rows)",
	    "has rows of numbers that are not its own" },
	{ "SELECT (SELECT coalesce(sum(count), 0) FROM chunks_%lld) <>"
	  " (SELECT packed FROM partitions WHERE id = %lld)",
	    "has other packed rows than were counted" },
	{ "SELECT count(*) FROM flows_%lld"
	  " WHERE kind NOT IN (SELECT id FROM kinds)"
	  " OR place NOT IN (SELECT id FROM places)",
	    "has rows of kinds or places that are not there" },
};

static int
check_invariants(struct checking *checking, int64_t id)
{
	struct sqlite3_stmt *stmt;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(invariants) / sizeof(invariants[0]); i++) {
		stmt = NULL;
		if ((rc = sqlite_prepare(checking->store, invariants[i].sql, id,
			 checking->err, &stmt)) < 0)
			return rc;
		if ((rc = sqlite_next(checking->store, stmt, checking->err)) >
			0 &&
		    sqlite_int(stmt, 0) != 0)
			rc = fault(checking,
			    "partition %lld %s: keep a copy; newer partitions "
			    "are not concerned",
			    (long long)id, invariants[i].says);
		sqlite3_finalize(stmt);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Whether what is packed is what the rows say. */
static int
compare_sums(struct checking *checking, const struct sqlite_part *part,
    const struct brief *sum)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(checking->store,
		 "SELECT total(packets_c2s + packets_s2c),"
		 " total(kind), count(*) FROM flows_%lld WHERE seq < ?",
		 part->id, checking->err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, part->first_seq + part->packed);
	if ((rc = sqlite_next(checking->store, stmt, checking->err)) > 0 &&
	    (sqlite_count(stmt, 0) != sum->packets ||
		sqlite_count(stmt, 1) != sum->bytes ||
		sqlite_int(stmt, 2) != sum->seq))
		rc = fault(checking,
		    "partition %lld: its packed rows are not those of its "
		    "table: totals of it are wrong, its rows are not",
		    (long long)part->id);
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* Sums up what is packed: packets, kinds (as bytes), rows (as a number). */
static int
check_chunks(struct checking *checking, const struct sqlite_part *part)
{
	struct brief *row = calloc(CHUNK_ROWS, sizeof(*row));
	struct brief sum = { 0 };
	struct sqlite3_stmt *stmt = NULL;
	const uint8_t *bytes;
	size_t i, size, count;
	int rc;

	if (row == NULL)
		return err_set(checking->err, -ENOMEM, "no memory is left");
	if ((rc = sqlite_prepare(checking->store,
		 "SELECT seq, rows FROM chunks_%lld", part->id, checking->err,
		 &stmt)) < 0)
		goto out;
	while ((rc = sqlite_next(checking->store, stmt, checking->err)) > 0) {
		bytes = sqlite_bytes(stmt, 1, &size);
		count = 0;
		if (chunk_unpack(bytes, size, sqlite_int(stmt, 0), row,
			&count) < 0 &&
		    (rc = fault(checking,
			 "partition %lld: its chunk %lld is damaged: totals "
			 "cannot be had of it",
			 (long long)part->id, (long long)sqlite_int(stmt, 0))) <
			0)
			goto out;
		for (i = 0; i < count; i++) {
			sum.packets += row[i].packets;
			sum.bytes += row[i].kind;
		}
		sum.seq += (int64_t)count;
	}
	if (rc >= 0)
		rc = compare_sums(checking, part, &sum);
out:
	sqlite3_finalize(stmt);
	free(row);
	return rc;
}

int
sqlite_check(void *state, fs_text_fn *fn, void *ctx, struct fs_err *err,
    uint64_t *faults)
{
	struct checking checking = { state, fn, ctx, err, 0 };
	struct sqlite_part *part = NULL;
	size_t i, count = 0;
	int rc;

	if ((rc = check_pages(&checking)) < 0 ||
	    (rc = sqlite_parts(state, err, &part, &count)) < 0)
		return rc;
	for (i = 0; i < count && rc >= 0; i++) {
		if (i > 0 &&
		    part[i].first_seq !=
			part[i - 1].first_seq + part[i - 1].rows)
			rc = fault(&checking,
			    "partition %lld does not begin where the one "
			    "before ends: rows may be missing",
			    (long long)part[i].id);
		if (rc >= 0 &&
		    (rc = check_invariants(&checking, part[i].id)) >= 0)
			rc = check_chunks(&checking, &part[i]);
	}
	free(part);
	*faults = checking.faults;
	return rc;
}

/* ---- A copy ------------------------------------------------------------- */

static int
copy(struct sqlite_store *store, struct sqlite3 *to, struct fs_err *err)
{
	sqlite3_backup *backup =
	    sqlite3_backup_init(to, "main", store->db, "main");
	int result;

	if (backup == NULL)
		return err_set(err, -EIO, "%s", sqlite3_errmsg(to));
	/* All at once: it reads in one transaction, as of one moment. */
	(void)sqlite3_backup_step(backup, -1);
	result = sqlite3_backup_finish(backup);
	if (result == SQLITE_OK)
		return 0;
	return err_set(err, result == SQLITE_FULL ? -ENOSPC : -EIO,
	    "%s: cannot be copied: %s", store->path, sqlite3_errstr(result));
}

int
sqlite_backup(void *state, const char *path, struct fs_err *err)
{
	struct sqlite3 *to = NULL;
	int file, rc;

	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (file < 0)
		return err_set(err, -errno, "%s: %s", path,
		    errno == EEXIST ? "is there already: name a new file"
				    : strerror(errno));
	close(file);
	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		rc = err_set(err, -EIO, "%s: %s", path, sqlite3_errmsg(to));
	else
		rc = copy(state, to, err);
	sqlite3_close(to);
	if (rc < 0)
		(void)unlink(path);
	return rc;
}

/* ---- SQL ---------------------------------------------------------------- */

/* Reading is all that is allowed. */
static int
may(void *ctx, int action, const char *one, const char *two, const char *db,
    const char *view)
{
	(void)ctx;
	(void)one;
	(void)db;
	(void)view;
	if (action == SQLITE_SELECT || action == SQLITE_READ ||
	    action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && two != NULL &&
	    strcmp(two, "load_extension") != 0 &&
	    strcmp(two, "readfile") != 0 && strcmp(two, "writefile") != 0)
		return SQLITE_OK;
	return SQLITE_DENY;
}

/* One value as text; bytes as hex digits. */
static void
add_cell(struct buf *buf, struct sqlite3_stmt *stmt, int column)
{
	const uint8_t *bytes;
	size_t i, size;

	if (sqlite3_column_type(stmt, column) != SQLITE_BLOB) {
		bytes = sqlite3_column_text(stmt, column);
		if (bytes != NULL)
			buf_add_text(buf, (const char *)bytes);
		return;
	}
	bytes = sqlite_bytes(stmt, column, &size);
	for (i = 0; i < size; i++)
		buf_printf(buf, "%02x", bytes[i]);
}

static int
give_row(struct sqlite3_stmt *stmt, int count, fs_cells_fn *fn, void *ctx)
{
	const char *cell[CELLS_MAX];
	size_t at[CELLS_MAX];
	struct buf buf;
	int i, rc;

	buf_init(&buf);
	for (i = 0; i < count; i++) {
		at[i] = buf.size;
		add_cell(&buf, stmt, i);
		buf_add_char(&buf, '\0');
	}
	if ((rc = buf_error(&buf)) == 0) {
		for (i = 0; i < count; i++)
			cell[i] = sqlite3_column_type(stmt, i) == SQLITE_NULL
			    ? NULL
			    : buf.bytes + at[i];
		rc = fn(ctx, false, cell, (size_t)count);
	}
	buf_fini(&buf);
	return rc;
}

static int
give_names(struct sqlite3_stmt *stmt, int count, fs_cells_fn *fn, void *ctx)
{
	const char *name[CELLS_MAX];
	int i;

	for (i = 0; i < count; i++)
		name[i] = sqlite3_column_name(stmt, i);
	return fn(ctx, true, name, (size_t)count);
}

static int
run_select(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    fs_cells_fn *fn, void *ctx, struct fs_err *err, uint64_t *rows)
{
	const int count = sqlite3_column_count(stmt);
	int rc;

	if (count == 0 || count > CELLS_MAX || !sqlite3_stmt_readonly(stmt))
		return err_set(err, FS_ECONFIG, "expected one SELECT");
	if ((rc = give_names(stmt, count, fn, ctx)) < 0)
		return rc;
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		if ((rc = give_row(stmt, count, fn, ctx)) < 0)
			return rc;
		++*rows;
	}
	return rc;
}

int
sqlite_select(void *state, const char *sql, fs_cells_fn *fn, void *ctx,
    struct fs_err *err, uint64_t *rows)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt = NULL;
	const char *rest = NULL;
	int rc;

	*rows = 0;
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 1, NULL);
	sqlite3_set_authorizer(store->db, may, NULL);
	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, &rest) != SQLITE_OK)
		rc = err_set(err, FS_ECONFIG,
		    "%s (one SELECT; flowscan(1) lists the views)",
		    sqlite3_errmsg(store->db));
	else if (rest != NULL && rest[strspn(rest, " \t\n;")] != '\0')
		rc = err_set(err, FS_ECONFIG,
		    "expected one SELECT, and no "
		    "more");
	else
		rc = run_select(store, stmt, fn, ctx, err, rows);
	sqlite3_finalize(stmt);
	sqlite3_set_authorizer(store->db, NULL, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return rc;
}
