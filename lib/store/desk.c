#include "store/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/err.h"
#include "store/store.h"

enum { FILE_MODE = 0660 };

/* ---- In force ----------------------------------------------------------- */

/* Flows before clients, each by what names them. */
static int
compare_subject(const struct fs_note *a, const struct fs_note *b)
{
	int rc;

	if (a->flow_id != 0 || b->flow_id != 0) {
		if (a->flow_id == 0 || b->flow_id == 0)
			return a->flow_id == 0 ? 1 : -1;
		return a->flow_id < b->flow_id ? -1 : a->flow_id > b->flow_id;
	}
	if ((rc = addr_compare(&a->client.addr, &b->client.addr)) != 0)
		return rc;
	return (int)a->client.bits - (int)b->client.bits;
}

/* The notes stand in one array, in order of time. */
static int
compare_notes(const void *a, const void *b)
{
	const struct fs_note *one = *(const struct fs_note *const *)a;
	const struct fs_note *two = *(const struct fs_note *const *)b;
	int rc = compare_subject(one, two);

	return rc != 0 ? rc : one < two ? -1 : one > two;
}

static int
sort_notes(struct fs_desk *desk)
{
	size_t i;

	desk->by_subject =
	    calloc(desk->note_count + 1, sizeof(struct fs_note *));
	if (desk->by_subject == NULL)
		return -ENOMEM;
	for (i = 0; i < desk->note_count; i++)
		desk->by_subject[i] = &desk->note[i];
	qsort(desk->by_subject, desk->note_count, sizeof(struct fs_note *),
	    compare_notes);
	return 0;
}

/* The last note of a subject, or null. */
static const struct fs_note *
find_note(const struct fs_desk *desk, const struct fs_note *subject)
{
	size_t low = 0, high = desk->note_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_subject(desk->by_subject[middle], subject) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 ||
	    compare_subject(desk->by_subject[low - 1], subject) != 0)
		return NULL;
	return desk->by_subject[low - 1];
}

const struct fs_note *
desk_client_note(const struct fs_desk *desk, const struct fs_addr *addr,
    unsigned bits)
{
	const struct fs_note subject = { .client = { *addr, (uint8_t)bits } };

	return find_note(desk, &subject);
}

const struct fs_note *
desk_flow_note(const struct fs_desk *desk, uint64_t flow_id)
{
	const struct fs_note subject = { .flow_id = flow_id };

	return flow_id != 0 ? find_note(desk, &subject) : NULL;
}

bool
desk_note_stands(const struct fs_desk *desk, size_t index)
{
	return find_note(desk, &desk->note[index]) == &desk->note[index];
}

bool
desk_expired(const struct fs_suppression *suppression, uint64_t now_us)
{
	return suppression->expires_us != 0 &&
	    suppression->expires_us <= now_us;
}

size_t
fs_desk_notes(const struct fs_desk *desk)
{
	return desk->note_count;
}

const struct fs_note *
fs_desk_note(const struct fs_desk *desk, size_t index, bool *stands)
{
	*stands = desk_note_stands(desk, index);
	return &desk->note[index];
}

void
fs_store_attach(struct fs_store *store, const struct fs_desk *desk,
    uint64_t now_us)
{
	store->desk = desk;
	store->now_us = now_us;
}

/* ---- Statements --------------------------------------------------------- */

static const char schema[] =
    "CREATE TABLE labels (seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
    " who TEXT NOT NULL, label INTEGER NOT NULL, addr BLOB,"
    " bits INTEGER NOT NULL, flow_id INTEGER NOT NULL, note TEXT NOT NULL,"
    " class INTEGER NOT NULL, decision INTEGER NOT NULL,"
    " score_ppm INTEGER NOT NULL) STRICT;"
    "CREATE TABLE suppressions (id INTEGER PRIMARY KEY,"
    " time_us INTEGER NOT NULL, expires_us INTEGER NOT NULL,"
    " who TEXT NOT NULL, reason TEXT NOT NULL, addr BLOB,"
    " bits INTEGER NOT NULL, asn INTEGER NOT NULL, rule TEXT NOT NULL,"
    " ja4 TEXT NOT NULL) STRICT;"
    "CREATE TABLE removals (id INTEGER PRIMARY KEY,"
    " time_us INTEGER NOT NULL, who TEXT NOT NULL) STRICT;";

int
desk_fault(const struct fs_desk *desk, struct fs_err *err)
{
	int code = sqlite3_errcode(desk->db) & 0xff;

	if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN ||
	    code == SQLITE_PERM)
		return err_set(err, -EACCES,
		    "%s: cannot be written: whoever labels must be allowed to "
		    "write it and its folder",
		    desk->path);
	return err_set(err, FS_EDB, "%s: %s", desk->path,
	    sqlite3_errmsg(desk->db));
}

static int
run(const struct fs_desk *desk, const char *sql, struct fs_err *err)
{
	return sqlite3_exec(desk->db, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : desk_fault(desk, err);
}

static int
ask_number(const struct fs_desk *desk, const char *sql, struct fs_err *err,
    int64_t *number)
{
	sqlite3_stmt *stmt;
	int rc = 0;

	if (sqlite3_prepare_v2(desk->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*number = sqlite3_column_int64(stmt, 0);
	else
		rc = desk_fault(desk, err);
	sqlite3_finalize(stmt);
	return rc;
}

/* ---- Reading ------------------------------------------------------------ */

static void
get_text(sqlite3_stmt *stmt, int column, char *room, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	snprintf(room, size, "%s", text != NULL ? (const char *)text : "");
}

/* Whoever wrote the file: a prefix is only what can be one. */
static void
get_prefix(sqlite3_stmt *stmt, int column, struct fs_prefix *prefix)
{
	int size = sqlite3_column_bytes(stmt, column);
	const uint8_t *bytes = sqlite3_column_blob(stmt, column);
	int64_t bits = sqlite3_column_int64(stmt, column + 1);

	*prefix = (struct fs_prefix){ 0 };
	if (bytes == NULL || (size != 4 && size != 16) || bits < 0 ||
	    bits > (int64_t)size * 8)
		return;
	prefix->addr = size == 4 ? addr_v4(bytes) : addr_v6(bytes);
	prefix->bits = (uint8_t)bits;
}

/* A number of a table of names; 0 for what is none. */
static int
get_choice(sqlite3_stmt *stmt, int column, int count)
{
	int64_t value = sqlite3_column_int64(stmt, column);

	return value >= 0 && value < count ? (int)value : 0;
}

static void
get_note(sqlite3_stmt *stmt, void *row)
{
	struct fs_note *note = row;
	int64_t score = sqlite3_column_int64(stmt, 9);

	*note = (struct fs_note){
		.time_us = (uint64_t)sqlite3_column_int64(stmt, 0),
		.label = get_choice(stmt, 2, FS_LABEL_COUNT),
		.flow_id = (uint64_t)sqlite3_column_int64(stmt, 5),
		.class = get_choice(stmt, 7, FS_CLASS_COUNT),
		.decision = get_choice(stmt, 8, FS_ANOMALOUS + 1),
		.score_ppm =
		    score >= 0 && score <= 1000000 ? (int32_t)score : 0,
	};
	get_text(stmt, 1, note->who, sizeof(note->who));
	get_prefix(stmt, 3, &note->client);
	get_text(stmt, 6, note->note, sizeof(note->note));
}

static void
get_suppression(sqlite3_stmt *stmt, void *row)
{
	struct fs_suppression *suppression = row;

	*suppression = (struct fs_suppression){
		.id = (uint64_t)sqlite3_column_int64(stmt, 0),
		.time_us = (uint64_t)sqlite3_column_int64(stmt, 1),
		.expires_us = (uint64_t)sqlite3_column_int64(stmt, 2),
		.asn = (uint32_t)sqlite3_column_int64(stmt, 7),
	};
	get_text(stmt, 3, suppression->who, sizeof(suppression->who));
	get_text(stmt, 4, suppression->reason, sizeof(suppression->reason));
	get_prefix(stmt, 5, &suppression->client);
	get_text(stmt, 8, suppression->rule, sizeof(suppression->rule));
	get_text(stmt, 9, suppression->ja4, sizeof(suppression->ja4));
}

/* The rows of a question while they are being read. */
struct reading {
	size_t size; /* Of one. */
	void (*get)(sqlite3_stmt *stmt, void *row);
	char *rows; /* Owned. */
	size_t count, room;
};

/* Room for one more row, or null. */
static void *
next_row(struct reading *reading)
{
	char *wider;

	if (reading->count == reading->room) {
		reading->room = reading->room > 0 ? reading->room * 2 : 64;
		wider = realloc(reading->rows, reading->room * reading->size);
		if (wider == NULL)
			return NULL;
		reading->rows = wider;
	}
	return reading->rows + reading->count++ * reading->size;
}

static int
read_rows(const struct fs_desk *desk, const char *sql, struct fs_err *err,
    struct reading *reading)
{
	sqlite3_stmt *stmt;
	void *row;
	int step, rc = 0;

	if (sqlite3_prepare_v2(desk->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (reading->count == DESK_MAX) {
			rc = err_set(err, FS_EFULL, "%s: holds too much",
			    desk->path);
			break;
		}
		if ((row = next_row(reading)) == NULL) {
			rc = err_set(err, -ENOMEM, "no memory is left");
			break;
		}
		reading->get(stmt, row);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = desk_fault(desk, err);
	sqlite3_finalize(stmt);
	return rc;
}

static void
forget(struct fs_desk *desk)
{
	free(desk->note);
	free(desk->by_subject);
	free(desk->suppression);
	desk->note = NULL;
	desk->by_subject = NULL;
	desk->suppression = NULL;
	desk->note_count = desk->suppression_count = 0;
}

/* Reads all of it again. */
static int
read_all(struct fs_desk *desk, struct fs_err *err)
{
	struct reading notes = { .size = sizeof(struct fs_note),
		.get = get_note };
	struct reading suppressions = { .size = sizeof(struct fs_suppression),
		.get = get_suppression };
	int rc = 0;

	forget(desk);
	if (desk->db != NULL)
		rc = read_rows(desk,
		    "SELECT time_us, who, label, addr, bits, flow_id, note,"
		    " class, decision, score_ppm FROM labels ORDER BY seq",
		    err, &notes);
	if (desk->db != NULL && rc == 0)
		rc = read_rows(desk,
		    "SELECT id, time_us, expires_us, who, reason, addr, bits,"
		    " asn, rule, ja4 FROM suppressions"
		    " WHERE id NOT IN (SELECT id FROM removals) ORDER BY id",
		    err, &suppressions);
	desk->note = (struct fs_note *)(void *)notes.rows;
	desk->note_count = notes.count;
	desk->suppression = (struct fs_suppression *)(void *)suppressions.rows;
	desk->suppression_count = suppressions.count;
	return rc < 0 ? rc : sort_notes(desk);
}

/* ---- Opening ------------------------------------------------------------ */

static int
prepare(struct fs_desk *desk, bool write, struct fs_err *err)
{
	char text[sizeof(schema) + 160];
	int64_t id = 0, version = 0;
	int rc;

	sqlite3_busy_timeout(desk->db, 5000);
	if ((rc = ask_number(desk, "PRAGMA application_id", err, &id)) < 0 ||
	    (rc = ask_number(desk, "PRAGMA user_version", err, &version)) < 0)
		return rc;
	if (id == DESK_ID && version == DESK_VERSION)
		return 0;
	if (id == DESK_ID && version > DESK_VERSION)
		return err_set(err, FS_ENEWER,
		    "%s: was written by a newer flowscan", desk->path);
	if (id != 0 || version != 0 || !write)
		return err_set(err, FS_EDB, "%s: holds no labels of flowscan",
		    desk->path);
	snprintf(text, sizeof(text),
	    "BEGIN IMMEDIATE;%s PRAGMA application_id=%d;"
	    "PRAGMA user_version=%d;COMMIT;",
	    schema, DESK_ID, DESK_VERSION);
	return run(desk, text, err);
}

/* It names clients: for the group, not for all. */
static int
make_file(const struct fs_desk *desk)
{
	int fd = open(desk->path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);

	return fd < 0 ? -1 : close(fd);
}

static int
connect(struct fs_desk *desk, bool write, struct fs_err *err)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
			  : SQLITE_OPEN_READONLY;

	if (!write && access(desk->path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (write && make_file(desk) < 0)
		return err_set(err, -EACCES, "%s: cannot be written: %s",
		    desk->path, strerror(errno));
	if (sqlite3_open_v2(desk->path, &desk->db, flags, NULL) != SQLITE_OK)
		return desk_fault(desk, err);
	return prepare(desk, write, err);
}

/* "labels.db" in the folder of the store. */
static char *
path_beside(const char *store)
{
	const char *slash = strrchr(store, '/');
	char *path = NULL;

	/* Never a name that SQLite takes for something else. */
	if (asprintf(&path, "%.*slabels.db",
		slash != NULL ? (int)(slash - store) + 1 : 2,
		slash != NULL ? store : "./") < 0)
		return NULL;
	return path;
}

int
fs_desk_open(const char *store, bool write, struct fs_err *err,
    struct fs_desk **desk)
{
	struct fs_desk *d = calloc(1, sizeof(*d));
	int rc = -ENOMEM;

	if (d == NULL || (d->path = path_beside(store)) == NULL) {
		err_set(err, -ENOMEM, "no memory is left");
		goto out;
	}
	if ((rc = connect(d, write, err)) < 0 || (rc = read_all(d, err)) < 0)
		goto out;
	*desk = d;
	d = NULL; /* Given away. */
out:
	fs_desk_close(d);
	return rc;
}

void
fs_desk_close(struct fs_desk *desk)
{
	if (desk == NULL)
		return;
	forget(desk);
	sqlite3_close(desk->db);
	free(desk->path);
	free(desk);
}

/* ---- Several ------------------------------------------------------------ */

static int
compare_times(const void *a, const void *b)
{
	const struct fs_note *one = a, *two = b;

	return one->time_us < two->time_us ? -1 : one->time_us > two->time_us;
}

int
fs_desk_add(struct fs_desk *desk, const struct fs_desk *other)
{
	const size_t notes = desk->note_count + other->note_count;
	const size_t suppressions =
	    desk->suppression_count + other->suppression_count;
	struct fs_note *note;
	struct fs_suppression *suppression;

	note = reallocarray(desk->note, notes + 1, sizeof(*note));
	if (note == NULL)
		return -ENOMEM;
	desk->note = note;
	suppression = reallocarray(desk->suppression, suppressions + 1,
	    sizeof(*suppression));
	if (suppression == NULL)
		return -ENOMEM;
	desk->suppression = suppression;
	if (other->note_count > 0)
		memcpy(note + desk->note_count, other->note,
		    other->note_count * sizeof(*note));
	if (other->suppression_count > 0)
		memcpy(suppression + desk->suppression_count,
		    other->suppression,
		    other->suppression_count * sizeof(*suppression));
	desk->note_count = notes;
	desk->suppression_count = suppressions;
	qsort(desk->note, desk->note_count, sizeof(*desk->note), compare_times);
	free(desk->by_subject);
	desk->by_subject = NULL;
	return sort_notes(desk);
}
