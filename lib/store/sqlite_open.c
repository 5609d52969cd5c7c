#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	BUSY_MS = 5000,
	LONGEST_VALUE = 1 << 20, /* Bytes: no row of ours comes near. */
	FILE_MODE = 0640, /* Rows name clients: for the group, not for all. */
};

/* ---- Names of files ----------------------------------------------------- */

static char *
text_join(const char *one, const char *two)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, one);
	buf_add_text(&buf, two);
	buf_add_char(&buf, '\0');
	if (buf_error(&buf) == 0)
		return buf.bytes; /* Given away. */
	buf_fini(&buf);
	return NULL;
}

/* The URI of a file, so that no name means anything else (":memory:", "a?b").
 * A relative one begins with "./", an absolute one with an empty host. */
static char *
uri_of(const char *path, const char *mode)
{
	struct buf buf;
	const char *at;

	buf_init(&buf);
	buf_add_text(&buf, path[0] == '/' ? "file://" : "file:./");
	for (at = path; *at != '\0'; at++) {
		if (strchr("%?#", *at) != NULL)
			buf_printf(&buf, "%%%02X", (unsigned)(uint8_t)*at);
		else
			buf_add_char(&buf, *at);
	}
	buf_add_text(&buf, mode);
	buf_add_char(&buf, '\0');
	if (buf_error(&buf) == 0)
		return buf.bytes; /* Given away. */
	buf_fini(&buf);
	return NULL;
}

/* Whether a file beside the database exists and holds anything. */
static bool
beside_holds(const char *path, const char *suffix)
{
	char *name = text_join(path, suffix);
	struct stat found;
	bool holds =
	    name != NULL && stat(name, &found) == 0 && found.st_size > 0;

	free(name);
	return holds;
}

/* ---- Opening and closing ------------------------------------------------ */

static int
store_new(const char *path, struct fs_err *err, struct sqlite_store **store)
{
	struct sqlite_store *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->path = strdup(path)) == NULL) {
		free(s);
		err_set(err, -ENOMEM, "no memory is left");
		return -ENOMEM;
	}
	s->lock = -1;
	sqlite3_randomness(sizeof(s->seed), &s->seed);
	*store = s;
	return 0;
}

uint64_t
sqlite_seed(const void *state)
{
	return ((const struct sqlite_store *)state)->seed;
}

static void
close_database(struct sqlite_store *store)
{
	size_t i;

	for (i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(store->stmt[i]);
		store->stmt[i] = NULL;
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

void
sqlite_close(void *state)
{
	struct sqlite_store *store = state;
	size_t i;

	if (store == NULL)
		return;
	if (store->writing)
		sqlite_run(store, "ROLLBACK", NULL);
	sqlite_writer_free(store->writer);
	sqlite_kinds_forget(store);
	free(store->chunk);
	close_database(store);
	for (i = 0; i < store->numbering_count; i++)
		free(store->numberings[i].map);
	free(store->numberings);
	if (store->lock >= 0)
		close(store->lock);
	free(store->path);
	free(store);
}

/* What a database of a stranger may do: hold rows. Views and triggers are
 * for other programs, and memory-mapped files for disks that never fail. */
static int
harden(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite3 *db = store->db;

	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LONGEST_VALUE);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	if (sqlite_functions(db) != SQLITE_OK)
		return sqlite_fail(store, err);
	return sqlite_run(store,
	    "PRAGMA temp_store = memory; PRAGMA cache_size = -32768;"
	    "PRAGMA mmap_size = 0; PRAGMA cell_size_check = on;",
	    err);
}

/* Opens the file; says no more than that. */
static int
connect(struct sqlite_store *store, const char *mode, int flags,
    struct fs_err *err)
{
	char *uri = uri_of(store->path, mode);
	int result;

	if (uri == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	result = sqlite3_open_v2(uri, &store->db,
	    flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	free(uri);
	if (result != SQLITE_OK)
		return sqlite_fail(store, err);
	return harden(store, err);
}

/* ---- What lies at the path ---------------------------------------------- */

static int
no_place(const char *path, int error, struct fs_err *err)
{
	if (error == ENOENT)
		return err_set(err, -error,
		    "%s: its folder does not exist: make it first", path);
	return err_set(err, -error, "%s: cannot be made or written here: %s",
	    path, strerror(error));
}

/* A folder or a device is no place for a database. */
static int
check_kind(const char *path, const struct stat *found, struct fs_err *err)
{
	if (S_ISDIR(found->st_mode))
		return err_set(err, -EISDIR,
		    "%s: is a folder: name a database file", path);
	if (!S_ISREG(found->st_mode))
		return err_set(err, -EINVAL,
		    "%s: is no regular file: name a database file", path);
	return 0;
}

static int
check_write(const char *path, struct fs_err *err)
{
	struct stat found;
	int rc;

	if (path[0] == '\0')
		return err_set(err, -EINVAL, "the database has no name");
	if (stat(path, &found) < 0)
		return errno == ENOENT ? 0 : no_place(path, errno, err);
	if ((rc = check_kind(path, &found, err)) < 0)
		return rc;
	if (access(path, W_OK) < 0)
		return no_place(path, errno, err);
	return 0;
}

static int
check_read(const char *path, struct fs_err *err)
{
	struct stat found;
	int rc;

	if (stat(path, &found) < 0) {
		rc = -errno;
		if (rc == -ENOENT || rc == -ENOTDIR)
			return err_set(err, -ENOENT,
			    "no database at %s: run flowscand first, or name "
			    "one with --db",
			    path);
		return err_set(err, rc, "%s: %s", path, strerror(-rc));
	}
	if ((rc = check_kind(path, &found, err)) < 0)
		return rc;
	if (access(path, R_OK) < 0) {
		rc = -errno;
		return err_set(err, rc,
		    "%s: may not be read: %s (its group may read it)", path,
		    strerror(-rc));
	}
	return 0;
}

/* Takes the lock that makes this the only writer. It lies beside the file,
 * under its true name: to open and close the file itself would drop SQLite's
 * own locks on it. */
static int
take_lock(struct sqlite_store *store, struct fs_err *err)
{
	char *real = realpath(store->path, NULL);
	char *name = text_join(real != NULL ? real : store->path, ".lock");
	int rc = 0;

	free(real);
	if (name == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	store->lock =
	    open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (store->lock < 0)
		rc = no_place(name, errno, err);
	else if (flock(store->lock, LOCK_EX | LOCK_NB) < 0)
		rc = err_set(err, -EBUSY,
		    "%s: another flowscand writes to it: stop that one, or "
		    "name another database",
		    store->path);
	free(name);
	return rc;
}

/* Makes an empty file where there is none, so that it and what SQLite puts
 * beside it, which gets the same mode, are not readable for all. */
static int
make_file(const char *path, struct fs_err *err)
{
	int file =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

	if (file < 0)
		return errno == EEXIST ? 0 : no_place(path, errno, err);
	close(file);
	return 0;
}

/* ---- Whose database it is ----------------------------------------------- */

int
sqlite_ask(struct sqlite_store *store, const char *sql, struct fs_err *err,
    int64_t *number)
{
	struct sqlite3_stmt *stmt;
	int result;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return sqlite_fail(store, err);
	result = sqlite3_step(stmt);
	if (result == SQLITE_ROW)
		*number = sqlite3_column_int64(stmt, 0);
	if (result == SQLITE_ROW || result == SQLITE_DONE) {
		sqlite3_finalize(stmt);
		return 0;
	}
	sqlite_fail(store, err);
	sqlite3_finalize(stmt);
	return sqlite_fail(store, NULL);
}

/* Finds the version of our schema, 0 for an empty file. */
static int
identify(struct sqlite_store *store, struct fs_err *err, int *version)
{
	int64_t id = 0, number = 0, objects = 0;
	int rc;

	/* The first look at the file, which may fail for many reasons. */
	if ((rc = sqlite_ask(store, "SELECT count(*) FROM sqlite_schema", err,
		 &objects)) < 0 ||
	    (rc = sqlite_ask(store, "PRAGMA application_id", err, &id)) < 0 ||
	    (rc = sqlite_ask(store, "PRAGMA user_version", err, &number)) < 0)
		return rc;
	if (id != SQLITE_STORE_ID && (id != 0 || number != 0 || objects != 0))
		return err_set(err, FS_EDB,
		    "%s: is the database of another program: name another "
		    "file",
		    store->path);
	if (number > SQLITE_STORE_VERSION)
		return err_set(err, FS_ENEWER,
		    "%s: has version %lld of its schema, and this program "
		    "knows up to %d: use a newer flowscan",
		    store->path, (long long)number, SQLITE_STORE_VERSION);
	if (number < 0)
		return err_set(err, FS_EDB, "%s: has no version of a schema",
		    store->path);
	*version = (int)number;
	return 0;
}

/* ---- The writer --------------------------------------------------------- */

static int
prepare_writer(struct sqlite_store *store, struct fs_err *err)
{
	struct store_snapshot snapshot;
	int version, keep = 1, rc;

	if ((rc = identify(store, err, &version)) < 0)
		return rc;
	/* The log stays when the writer leaves, so that readers who may not
	 * write to the folder can still open the file. */
	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	if ((rc = sqlite_run(store,
		 "PRAGMA journal_mode = wal; PRAGMA synchronous = normal;"
		 "PRAGMA journal_size_limit = 67108864;",
		 err)) < 0 ||
	    (rc = sqlite_migrate(store, sqlite_steps, sqlite_step_count,
		 version, SQLITE_STORE_VERSION, err)) < 0 ||
	    (rc = sqlite_numbering_write(store, err)) < 0 ||
	    (rc = sqlite_writer_new(store, err)) < 0 ||
	    (rc = sqlite_convert(store, err)) < 0 ||
	    (rc = sqlite_snapshot(store, err, &snapshot)) < 0)
		return rc;
	store->oldest_us = snapshot.oldest_us;
	store->newest_us = snapshot.newest_us;
	return 0;
}

int
sqlite_open_write(const char *path, struct fs_err *err,
    struct sqlite_store **store)
{
	struct sqlite_store *s = NULL;
	int rc;

	if ((rc = check_write(path, err)) < 0 ||
	    (rc = store_new(path, err, &s)) < 0)
		return rc;
	if ((rc = take_lock(s, err)) < 0 || (rc = make_file(path, err)) < 0 ||
	    (rc = connect(s, "?mode=rwc",
		 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err)) < 0 ||
	    (rc = prepare_writer(s, err)) < 0)
		goto out;
	*store = s;
	s = NULL; /* Given away. */
out:
	sqlite_close(s);
	return rc;
}

/* ---- Readers ------------------------------------------------------------ */

static int
read_only(struct sqlite_store *store, const char *mode, struct fs_err *err)
{
	int64_t old = 0;
	int version = 0, rc;

	if ((rc = connect(store, mode, SQLITE_OPEN_READONLY, err)) < 0 ||
	    (rc = identify(store, err, &version)) < 0)
		return rc;
	if (version == 0)
		return err_set(err, FS_EDB,
		    "%s: holds nothing yet: run flowscand first", store->path);
	if (version < SQLITE_STORE_VERSION)
		return err_set(err, FS_EDB,
		    "%s: has version %d of its schema: flowscand brings it to "
		    "%d when it opens it",
		    store->path, version, SQLITE_STORE_VERSION);
	if ((rc = sqlite_ask(store,
		 "SELECT count(*) FROM sqlite_schema WHERE name = 'flows_old'",
		 err, &old)) < 0)
		return rc;
	if (old > 0)
		return err_set(err, FS_EDB,
		    "%s: is on its way to version %d of its schema: let "
		    "flowscand open it once more",
		    store->path, SQLITE_STORE_VERSION);
	return 0;
}

/* Whether the failure is that of a log that cannot be shared: SQLite wants
 * to make its files in a folder where this user may not write. */
static bool
is_about_log(const struct sqlite_store *store)
{
	int result = store->db ? sqlite3_errcode(store->db) & 0xff : SQLITE_OK;

	return result == SQLITE_CANTOPEN || result == SQLITE_READONLY;
}

/* Reads the file as it lies there, which is right as long as no log holds
 * rows that are not in it yet. */
static int
read_still(struct sqlite_store *store, struct fs_err *err)
{
	close_database(store);
	if (beside_holds(store->path, "-wal"))
		return err_set(err, -EACCES,
		    "%s: newer rows are in %s-wal, which cannot be used from "
		    "here: make %s-shm readable for you, or copy all three "
		    "files to a folder of yours",
		    store->path, store->path, store->path);
	return read_only(store, "?mode=ro&immutable=1", err);
}

int
sqlite_open_read(const char *path, struct fs_err *err,
    struct sqlite_store **store)
{
	struct sqlite_store *s = NULL;
	int rc;

	if ((rc = check_read(path, err)) < 0 ||
	    (rc = store_new(path, err, &s)) < 0)
		return rc;
	rc = read_only(s, "?mode=ro", err);
	if (rc < 0 && rc != FS_ENEWER && is_about_log(s))
		rc = read_still(s, err);
	if (rc < 0)
		goto out;
	*store = s;
	s = NULL; /* Given away. */
out:
	sqlite_close(s);
	return rc;
}
