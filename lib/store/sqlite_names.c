#include "store/sqlite.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/num.h"
#include "signal/blob.h"

enum { NUMBERINGS_MAX = 1024, NUMBERS_MAX = 4096, NAME_ROOM = 64 };

static struct sqlite_numbering *
numbering_find(const struct sqlite_store *store, int64_t id)
{
	size_t i;

	for (i = 0; i < store->numbering_count; i++)
		if (store->numberings[i].id == id)
			return &store->numberings[i];
	return NULL;
}

/* Adds an empty numbering, or returns null when there is no room. */
static struct sqlite_numbering *
numbering_add(struct sqlite_store *store, int64_t id)
{
	struct sqlite_numbering *list;
	size_t size;

	if (store->numbering_count >= NUMBERINGS_MAX ||
	    !num_mul(store->numbering_count + 1, sizeof(*list), &size))
		return NULL;
	list = realloc(store->numberings, size);
	if (list == NULL)
		return NULL;
	store->numberings = list;
	list += store->numbering_count++;
	*list = (struct sqlite_numbering){ .id = id };
	return list;
}

/* Says what a number is; numbers come in rising order. */
static int
numbering_set(struct sqlite_numbering *numbering, int64_t number, int id)
{
	size_t count = (size_t)number + 1, i;
	int16_t *map;

	if (count <= numbering->count)
		return 0;
	map = realloc(numbering->map, count * sizeof(*map));
	if (map == NULL)
		return -ENOMEM;
	for (i = numbering->count; i < count; i++)
		map[i] = -1;
	map[number] = (int16_t)id;
	numbering->map = map;
	numbering->count = count;
	return 0;
}

static int
take_name(struct sqlite_store *store, struct sqlite3_stmt *stmt)
{
	struct sqlite_numbering *numbering;
	int64_t id = sqlite_int(stmt, 0), number = sqlite_int(stmt, 1);
	char name[NAME_ROOM];

	if (number < 0 || number >= NUMBERS_MAX)
		return FS_EDB;
	numbering = numbering_find(store, id);
	if (numbering == NULL && (numbering = numbering_add(store, id)) == NULL)
		return -ENOMEM;
	sqlite_text(stmt, 2, name, sizeof(name));
	return numbering_set(numbering, number, signal_find(name));
}

/* Reads all names anew: another writer may have added some. */
static int
numberings_load(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	size_t i;
	int rc;

	for (i = 0; i < store->numbering_count; i++)
		free(store->numberings[i].map);
	store->numbering_count = 0;
	if ((rc = sqlite_take(store, SQL_SIGNAL_NAMES, err, &stmt)) < 0)
		return rc;
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		if ((rc = take_name(store, stmt)) < 0) {
			err_set(err, rc, "%s: its names of signals are damaged",
			    store->path);
			break;
		}
	}
	sqlite_done(stmt);
	return rc;
}

/* Whether every number is that of this program. */
static bool
is_ours(const struct sqlite_numbering *numbering)
{
	size_t i;

	if (numbering->count != SIGNAL_COUNT)
		return false;
	for (i = 0; i < SIGNAL_COUNT; i++)
		if (numbering->map[i] != (int16_t)i)
			return false;
	return true;
}

static int
write_names(struct sqlite_store *store, int64_t id, struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int i, rc = 0;

	for (i = 0; i < SIGNAL_COUNT && rc >= 0; i++) {
		rc = sqlite_take(store, SQL_PUT_SIGNAL_NAME, err, &stmt);
		if (rc < 0)
			break;
		sqlite_bind_int(stmt, 1, id);
		sqlite_bind_int(stmt, 2, i);
		sqlite_bind_exact(stmt, 3,
		    signal_info((enum signal_id)i)->name);
		rc = sqlite_do(store, stmt, err);
	}
	return rc;
}

int
sqlite_numbering_write(struct sqlite_store *store, struct fs_err *err)
{
	int64_t next = 1;
	size_t i;
	int rc;

	if ((rc = numberings_load(store, err)) < 0)
		return rc;
	for (i = 0; i < store->numbering_count; i++) {
		if (is_ours(&store->numberings[i])) {
			store->numbering = store->numberings[i].id;
			return 0;
		}
		if (store->numberings[i].id >= next &&
		    store->numberings[i].id < INT64_MAX)
			next = store->numberings[i].id + 1;
	}
	if ((rc = sqlite_run(store, "BEGIN IMMEDIATE", err)) < 0)
		return rc;
	if ((rc = write_names(store, next, err)) < 0 ||
	    (rc = sqlite_run(store, "COMMIT", err)) < 0) {
		sqlite_run(store, "ROLLBACK", NULL);
		return rc;
	}
	store->numbering = next;
	return 0;
}

int
sqlite_decode(struct sqlite_store *store, int64_t numbering,
    const uint8_t *bytes, size_t size, struct fs_err *err,
    struct signals *signals)
{
	const struct sqlite_numbering *names = numbering_find(store, numbering);
	int rc;

	signals_clear(signals);
	if (size == 0)
		return 0;
	if (names == NULL) {
		if ((rc = numberings_load(store, err)) < 0)
			return rc;
		names = numbering_find(store, numbering);
	}
	if (names == NULL)
		return FS_EFORMAT;
	return blob_decode_mapped(bytes, size, names->map, names->count,
	    signals);
}
