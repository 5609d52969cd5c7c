#include "store/sqlite_writer.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { SEEN_ROOM = 1 << 16 };
static const uint64_t us_per_day = 86400000000;

static int
no_memory(struct fs_err *err)
{
	return err_set(err, -ENOMEM, "no memory is left");
}

int
sqlite_writer_new(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return no_memory(err);
	store->writer = w;
	buf_init(&w->buf);
	w->brief = calloc(CHUNK_ROWS, sizeof(*w->brief));
	w->basis = malloc(BASIS_ROOM);
	return w->brief != NULL && w->basis != NULL ? 0 : no_memory(err);
}

static void
forget(struct sqlite_writer *w)
{
	sqlite3_finalize(w->put);
	names_free(w->kinds);
	names_free(w->places);
	free(w->part);
	free(w->seen);
	w->put = NULL;
	w->kinds = w->places = NULL;
	w->part = w->open = NULL;
	w->seen = NULL;
	w->part_count = w->brief_count = w->seen_count = w->seen_room = 0;
	w->known = false;
}

void
sqlite_writer_free(struct sqlite_writer *writer)
{
	if (writer == NULL)
		return;
	forget(writer);
	buf_fini(&writer->buf);
	free(writer->brief);
	free(writer->basis);
	free(writer);
}

void
sqlite_writer_doubt(struct sqlite_store *store)
{
	if (store->writer == NULL)
		return;
	forget(store->writer);
	sqlite_kinds_forget(store);
}

/* ---- Flows that were seen ----------------------------------------------- */

struct seen *
seen_slot(const struct sqlite_writer *w, uint64_t flow_id)
{
	size_t at = (size_t)flow_id & (w->seen_room - 1);

	while (w->seen[at].seq != 0 && w->seen[at].flow_id != flow_id)
		at = (at + 1) & (w->seen_room - 1);
	return &w->seen[at];
}

static int
seen_grow(struct sqlite_writer *w)
{
	struct seen *old = w->seen;
	size_t i, room = w->seen_room;

	w->seen_room = room > 0 ? room * 2 : SEEN_ROOM;
	w->seen = calloc(w->seen_room, sizeof(*w->seen));
	if (w->seen == NULL) {
		w->seen = old;
		w->seen_room = room;
		return -ENOMEM;
	}
	for (i = 0; i < room; i++)
		if (old[i].seq != 0)
			*seen_slot(w, old[i].flow_id) = old[i];
	free(old);
	return 0;
}

int
seen_set(struct sqlite_writer *w, uint64_t flow_id, int64_t seq)
{
	struct seen *slot;

	if (w->seen_count * 2 >= w->seen_room && seen_grow(w) < 0)
		return -ENOMEM;
	slot = seen_slot(w, flow_id);
	w->seen_count += slot->seq == 0;
	*slot = (struct seen){ flow_id, seq };
	return 0;
}

static void
seen_clear(struct sqlite_writer *w)
{
	if (w->seen_count > 0)
		memset(w->seen, 0, w->seen_room * sizeof(*w->seen));
	w->seen_count = 0;
}

static void
stretch_part(struct sqlite_part *part, const struct brief *row)
{
	if (part->rows == 0 || row->first_us < part->first_min_us)
		part->first_min_us = row->first_us;
	if (row->first_us > part->first_max_us)
		part->first_max_us = row->first_us;
	if (row->last_us > part->last_max_us)
		part->last_max_us = row->last_us;
	part->rows++;
}

/* ---- Reading it back ---------------------------------------------------- */

/* The flows of the open partition, latest rows last, and those of its rows
 * that are not packed. */
static int
take_open_row(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	struct brief row;

	sqlite_row_brief(stmt, &row);
	stretch_part(w->open, &row);
	if (!sqlite_int(stmt, BRIEF_COLUMNS) &&
	    seen_set(w, row.flow_id, row.seq) < 0)
		return no_memory(err);
	if (row.seq < w->open->first_seq + w->open->packed)
		return 0;
	if (w->brief_count == CHUNK_ROWS)
		return sqlite_bad_row(store, err, "partitions", w->open->id);
	w->brief[w->brief_count++] = row;
	return 0;
}

/* How many rows are packed. */
static int
load_packed(struct sqlite_store *store, struct sqlite_part *part,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(store,
		 "SELECT coalesce(sum(count), 0) FROM chunks_%lld", part->id,
		 err, &stmt)) < 0)
		return rc;
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		part->packed = sqlite_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* Counts anew what is there, as rows may have come after the last time that
 * they were counted. */
static int
load_open(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	store->writer->open->rows = 0;
	if ((rc = load_packed(store, store->writer->open, err)) < 0)
		return rc;
	if ((rc = sqlite_prepare(store,
		 "SELECT" SQLITE_BRIEF ", EXISTS (SELECT 1 FROM later l"
		 " WHERE l.seq = f.seq) FROM flows_%lld f ORDER BY seq",
		 store->writer->open->id, err, &stmt)) < 0)
		return rc;
	while ((rc = sqlite_next(store, stmt, err)) > 0)
		if ((rc = take_open_row(store, stmt, err)) < 0)
			break;
	sqlite3_finalize(stmt);
	return rc;
}

int
sqlite_writer_ready(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	int rc;

	if (w->known)
		return 0;
	forget(w);
	w->kinds = names_new(store->seed);
	w->places = names_new(store->seed);
	if (w->kinds == NULL || w->places == NULL)
		return no_memory(err);
	if ((rc = sqlite_intern_load(store, w->kinds, w->places, err)) < 0 ||
	    (rc = sqlite_parts(store, err, &w->part, &w->part_count)) < 0)
		return rc;
	if (w->part_count > 0 &&
	    w->part[w->part_count - 1].state == PART_OPEN) {
		w->open = &w->part[w->part_count - 1];
		if ((rc = load_open(store, err)) < 0)
			return rc;
	}
	w->known = true;
	return 0;
}

/* ---- Packing and closing ------------------------------------------------ */

static int
pack(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	struct sqlite3_stmt *stmt = NULL;
	struct chunk_span span;
	int rc;

	if (w->brief_count == 0)
		return 0;
	buf_clear(&w->buf);
	if (chunk_pack(w->brief, w->brief_count, &w->buf) < 0)
		return no_memory(err);
	chunk_span_of(w->brief, w->brief_count, &span);
	if ((rc = sqlite_prepare(store,
		 "INSERT INTO chunks_%lld VALUES (?, ?, ?, ?, ?, ?)",
		 w->open->id, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, span.seq);
	sqlite_bind_int(stmt, 2, span.count);
	sqlite_bind_count(stmt, 3, span.first_min_us);
	sqlite_bind_count(stmt, 4, span.first_max_us);
	sqlite_bind_count(stmt, 5, span.last_max_us);
	sqlite_bind_bytes(stmt, 6, w->buf.bytes, w->buf.size);
	rc = sqlite_do(store, stmt, err);
	sqlite3_finalize(stmt);
	if (rc < 0)
		return rc;
	w->open->packed += span.count;
	w->brief_count = 0;
	return 0;
}

static int
close_part(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	int rc;

	if ((rc = pack(store, err)) < 0)
		return rc;
	w->open->state = PART_CLOSED;
	if ((rc = sqlite_part_save(store, w->open, err)) < 0)
		return rc;
	sqlite3_finalize(w->put);
	w->put = NULL;
	w->open = NULL;
	seen_clear(w);
	return 0;
}

/* Begins a partition behind the last row that ever was. */
static int
open_part(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	const struct sqlite_part *last =
	    w->part_count > 0 ? &w->part[w->part_count - 1] : NULL;
	struct sqlite_part part = {
		.id = last ? last->id + 1 : 1,
		.first_seq = last ? last->first_seq + last->rows : 1,
		.ours = true,
	};
	struct sqlite_part *list;
	int rc;

	list = reallocarray(w->part, w->part_count + 1, sizeof(*list));
	if (list == NULL)
		return no_memory(err);
	w->part = list;
	if ((rc = sqlite_part_make(store, &part, err)) < 0)
		return rc;
	w->open = &list[w->part_count++];
	*w->open = part;
	return 0;
}

/* A partition ends when it is full, and when a day does: what is dropped by
 * age is whole days. */
static bool
is_due(const struct sqlite_part *part, uint64_t last_us)
{
	return part->rows >= PART_ROWS ||
	    (part->rows > 0 &&
		last_us / us_per_day > part->last_max_us / us_per_day);
}

int
writer_choose_part(struct sqlite_store *store, uint64_t last_us,
    struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	int rc;

	if (w->open != NULL && is_due(w->open, last_us) &&
	    (rc = close_part(store, err)) < 0)
		return rc;
	if (w->open == NULL && (rc = open_part(store, err)) < 0)
		return rc;
	if (w->put != NULL)
		return 0;
	assert(w->open != NULL);
	return sqlite_prepare(store,
	    "INSERT INTO flows_%lld VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
	    " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,"
	    " ?22, ?23, ?24, ?25, ?26, ?27)",
	    w->open->id, err, &w->put);
}

int
writer_count(struct sqlite_store *store, const struct brief *row,
    struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;

	stretch_part(w->open, row);
	w->brief[w->brief_count++] = *row;
	return w->brief_count == CHUNK_ROWS ? pack(store, err) : 0;
}

void
writer_forget_first(struct sqlite_writer *w)
{
	w->part_count--;
	memmove(w->part, w->part + 1, w->part_count * sizeof(*w->part));
	if (w->open != NULL)
		w->open--;
}

int
sqlite_writer_save(struct sqlite_store *store, struct fs_err *err)
{
	const struct sqlite_writer *w = store->writer;

	return w->open != NULL ? sqlite_part_save(store, w->open, err) : 0;
}

int
sqlite_writer_step(struct sqlite_store *store, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	struct fs_pruned pruned = { 0 };
	size_t i;

	if (!w->known)
		return 0;
	for (i = 0; i < w->part_count; i++)
		if (w->part[i].state != PART_OPEN &&
		    w->part[i].state < PART_BY_CLIENT)
			return sqlite_part_step(store, &w->part[i], err);
	return sqlite_keep(store, err, &pruned);
}
