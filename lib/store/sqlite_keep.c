#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/num.h"
#include "store/sqlite_writer.h"

/* Retention: whole partitions are dropped, the oldest first, and rows of
 * clients and events that are as old. */

enum { OLD_ROWS = 20000 }; /* Rows of clients that are deleted at once. */

/* Bytes of the file that hold something. */
static int
used_bytes(struct sqlite_store *store, struct fs_err *err, uint64_t *bytes)
{
	int64_t pages = 0, spare = 0, size = 0;
	int rc;

	if ((rc = sqlite_ask(store, "PRAGMA page_count", err, &pages)) < 0 ||
	    (rc = sqlite_ask(store, "PRAGMA freelist_count", err, &spare)) <
		0 ||
	    (rc = sqlite_ask(store, "PRAGMA page_size", err, &size)) < 0)
		return rc;
	*bytes = (uint64_t)(pages - spare) * (uint64_t)size;
	return 0;
}

static uint64_t
cutoff(const struct sqlite_store *store)
{
	const uint64_t age_us = store->retention.age_us;

	return age_us > 0 && store->newest_us > age_us
	    ? store->newest_us - age_us
	    : 0;
}

/* Says which partition has to go: 1, or 0 when none has to. The open one
 * stays, and so does the last closed one that bytes alone would drop. */
static int
choose(struct sqlite_store *store, struct fs_err *err, const char **why)
{
	const struct sqlite_writer *w = store->writer;
	uint64_t bytes;
	int rc;

	if (w->part_count == 0 || w->part[0].state == PART_OPEN)
		return 0;
	*why = "older than store.retention.age";
	if (w->part[0].last_max_us < cutoff(store))
		return 1;
	if (store->retention.bytes == 0)
		return 0;
	*why = "beyond store.retention.bytes";
	if ((rc = used_bytes(store, err, &bytes)) < 0)
		return rc;
	return bytes > store->retention.bytes;
}

static int
put_dropped(struct sqlite_store *store, const struct sqlite_part *part,
    const char *why, struct fs_err *err)
{
	struct fs_event event = { .time_us = store->newest_us,
		.until_us = store->newest_us,
		.kind = FS_EVENT_PRUNED,
		.count = (uint64_t)part->rows,
		.subject = "flows" };
	char from[NUM_TIME_SIZE], to[NUM_TIME_SIZE];

	num_format_time(part->first_min_us, from);
	num_format_time(part->last_max_us, to);
	snprintf(event.text, sizeof(event.text), "%s: from %s to %s", why, from,
	    to);
	return sqlite_put_event(store, &event, err);
}

/* Clients that were not seen since the oldest flow that is left. A client's
 * latest row says when it was seen last. */
static int
delete_clients(struct sqlite_store *store, uint64_t before_us,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc;

	if ((rc = sqlite_prepare(store,
		 "DELETE FROM clients WHERE seq IN (SELECT seq FROM clients"
		 " INDEXED BY clients_brief WHERE last_us < ? LIMIT ?)",
		 0, err, &stmt)) < 0)
		return rc;
	sqlite_bind_count(stmt, 1, before_us);
	sqlite_bind_int(stmt, 2, OLD_ROWS);
	rc = sqlite_do(store, stmt, err);
	sqlite3_finalize(stmt);
	return rc;
}

/* The oldest moment that is left, where rows were dropped. */
static void
shorten(struct sqlite_store *store)
{
	const struct sqlite_writer *w = store->writer;
	uint64_t oldest_us = store->newest_us;
	size_t i;

	for (i = 0; i < w->part_count; i++)
		if (w->part[i].first_min_us < oldest_us)
			oldest_us = w->part[i].first_min_us;
	store->oldest_us = oldest_us;
	store->span_changed = true;
}

static int
drop_first(struct sqlite_store *store, const char *why, struct fs_err *err)
{
	struct sqlite_writer *w = store->writer;
	const struct sqlite_part part = w->part[0];
	int rc;

	if ((rc = sqlite_begin(store, err)) < 0)
		return rc;
	if ((rc = sqlite_part_drop(store, part.id, err)) < 0 ||
	    (rc = sqlite_views(store, err)) < 0 ||
	    (rc = put_dropped(store, &part, why, err)) < 0 ||
	    (rc = delete_clients(store,
		 part.last_max_us < cutoff(store) ? cutoff(store)
						  : part.first_min_us,
		 err)) < 0)
		return sqlite_ended(store, rc);
	writer_forget_first(w);
	shorten(store);
	return sqlite_commit_rows(store, err);
}

int
sqlite_keep(struct sqlite_store *store, struct fs_err *err,
    struct fs_pruned *pruned)
{
	const struct sqlite_part *first;
	struct fs_pruned one = { 0 };
	const char *why;
	int rc;

	if ((store->retention.age_us == 0 && store->retention.bytes == 0) ||
	    !store->writer->known)
		return 0;
	if ((rc = choose(store, err, &why)) <= 0)
		return rc;
	first = &store->writer->part[0];
	one = (struct fs_pruned){ 1, (uint64_t)first->rows, first->first_min_us,
		first->last_max_us };
	if ((rc = drop_first(store, why, err)) < 0)
		return rc;
	pruned->partitions += one.partitions;
	pruned->rows += one.rows;
	if (pruned->from_us == 0 || one.from_us < pruned->from_us)
		pruned->from_us = one.from_us;
	if (one.to_us > pruned->to_us)
		pruned->to_us = one.to_us;
	return 1;
}

void
sqlite_retain(void *state, const struct fs_retention *retention)
{
	struct sqlite_store *store = state;

	store->retention = *retention;
}

int
sqlite_prune(void *state, struct fs_err *err, struct fs_pruned *pruned)
{
	struct sqlite_store *store = state;
	int rc;

	*pruned = (struct fs_pruned){ 0 };
	if ((rc = sqlite_commit(store, err)) < 0 ||
	    (rc = sqlite_writer_ready(store, err)) < 0)
		return rc;
	while ((rc = sqlite_keep(store, err, pruned)) > 0)
		;
	return rc;
}
