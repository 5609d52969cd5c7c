#include "writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum {
	COMMIT_ROWS = 20000,
	RETRY_MS = 1000,
	/* Of sheaves. First what is clean gives way, then everything. */
	KEPT_CLEAN = 512,
	KEPT_MAX = 2048,
};

/* ---- Into the store ------------------------------------------------------ */

static int
put_row(struct writer *writer, const struct sheaf_row *row, struct fs_err *err)
{
	return row->is_client
	    ? fs_store_put_client(writer->store, &row->client, err)
	    : fs_store_put_flow(writer->store, &row->flow, err);
}

static int
put_sheaf(struct writer *writer, const struct sheaf *sheaf, struct fs_err *err)
{
	struct sheaf_row row;
	size_t at = 0, i;
	int rc = 0;

	while (rc == 0 && sheaf_next(sheaf, &at, &row))
		rc = put_row(writer, &row, err);
	for (i = 0; rc == 0 && sheaf->last && i < sheaf->round.event_count; i++)
		rc = fs_store_put_event(writer->store, &sheaf->round.events[i],
		    err);
	return rc;
}

static void
free_sheaf(struct sheaf *sheaf)
{
	if (sheaf->last)
		free(sheaf->round.events);
	sheaf_free(sheaf);
}

static void
forget_kept(struct writer *writer)
{
	while (writer->kept != NULL) {
		struct sheaf *sheaf = writer->kept;

		writer->kept = sheaf->next;
		free_sheaf(sheaf);
	}
	writer->kept_end = &writer->kept;
	writer->kept_count = 0;
}

static int
put_shed(struct writer *writer, struct fs_err *err)
{
	struct fs_event event = { .kind = FS_EVENT_DROP,
		.count = writer->shed,
		.subject = "rows",
		.text = "the store could not be written for too long" };

	if (writer->shed == 0)
		return 0;
	if (writer->kept != NULL && writer->kept->last)
		event.time_us = writer->kept->round.clock_us;
	event.until_us = event.time_us;
	return fs_store_put_event(writer->store, &event, err);
}

static int
commit(struct writer *writer, struct fs_err *err)
{
	int rc = put_shed(writer, err);

	if (rc == 0)
		rc = fs_store_commit(writer->store, err);
	if (rc < 0)
		return rc;
	writer->shed = 0;
	writer->uncommitted = 0;
	forget_kept(writer);
	return 0;
}

/* ---- A store that cannot be written -------------------------------------- */

/* Rolls back what is not committed: it is kept, and put again. */
static void
give_up(struct writer *writer, int rc, const struct fs_err *err)
{
	fs_store_close(writer->store);
	writer->store = NULL;
	if (!writer->patient) {
		writer->trouble.store = true;
		(void)trouble_tell(&writer->trouble, rc, err);
		return;
	}
	if (gauge_get(writer->failing) == 0)
		log_line("%s: cannot be written: %s; the capture goes on, and "
			 "rows wait in memory",
		    writer->path, err->text[0] ? err->text : fs_strerror(rc));
	gauge_set(writer->failing, 1);
}

static int
open_store(struct writer *writer, struct fs_err *err)
{
	int rc = fs_store_open(writer->path, err, &writer->store);

	if (rc < 0)
		return rc;
	fs_store_retain(writer->store, &writer->keep);
	return writer->privacy != NULL
	    ? fs_store_hide(writer->store, writer->privacy)
	    : rc;
}

/* Opens the store again and puts what was kept. Returns 0 or a negative
 * code. */
static int
try_again(struct writer *writer)
{
	struct fs_err err = { 0 };
	struct sheaf *sheaf;
	int rc = open_store(writer, &err);

	for (sheaf = writer->kept; rc == 0 && sheaf != NULL;
	     sheaf = sheaf->next)
		rc = put_sheaf(writer, sheaf, &err);
	if (rc == 0)
		rc = commit(writer, &err);
	if (rc < 0) {
		fs_store_close(writer->store);
		writer->store = NULL;
		return rc;
	}
	gauge_set(writer->failing, 0);
	log_line("%s: is written again", writer->path);
	return 0;
}

static bool
is_clean(const struct sheaf_row *row)
{
	return !row->is_client && row->flow.verdict.decision == FS_CLEAN;
}

/* Keeps what is most interesting of a sheaf, as room becomes short. */
static void
thin_out(struct writer *writer, struct sheaf *sheaf)
{
	struct sheaf *all = sheaf_new();
	struct sheaf_row row;
	size_t at = 0;

	if (all == NULL)
		return;
	memcpy(all->bytes, sheaf->bytes, sheaf->size);
	all->size = sheaf->size;
	sheaf->size = sheaf->count = 0;
	while (sheaf_next(all, &at, &row)) {
		if (writer->kept_count >= KEPT_MAX || is_clean(&row))
			writer->shed++;
		else if (row.is_client)
			(void)sheaf_add_client(sheaf, &row.client);
		else
			(void)sheaf_add_flow(sheaf, &row.flow);
	}
	sheaf_free(all);
}

/* ---- The thread ---------------------------------------------------------- */

static void
keep(struct writer *writer, struct sheaf *sheaf)
{
	sheaf->next = NULL;
	if (writer->store == NULL && writer->kept_count >= KEPT_CLEAN)
		thin_out(writer, sheaf);
	if (sheaf->size == 0 &&
	    (!sheaf->last || sheaf->round.event_count == 0)) {
		free_sheaf(sheaf);
		return;
	}
	*writer->kept_end = sheaf;
	writer->kept_end = &sheaf->next;
	writer->kept_count++;
}

static void
take_sheaf(struct writer *writer, struct sheaf *sheaf)
{
	const struct round round =
	    sheaf->last ? sheaf->round : (struct round){ 0 };
	struct fs_err err = { 0 };
	int rc = 0;

	if (trouble_code(&writer->trouble) < 0) {
		free_sheaf(sheaf);
		return;
	}
	if (writer->store != NULL)
		rc = put_sheaf(writer, sheaf, &err);
	writer->uncommitted += sheaf->count;
	keep(writer, sheaf);
	if (writer->store == NULL)
		return;
	if (rc == 0 &&
	    (round.judge || round.save || round.rest ||
		writer->uncommitted >= COMMIT_ROWS))
		rc = commit(writer, &err);
	if (rc < 0)
		give_up(writer, rc, &err);
}

/* The next sheaf; meanwhile it tries what has failed again. */
static struct sheaf *
next_sheaf(struct writer *writer)
{
	for (;;) {
		uint32_t seen = bell_read(writer->filled);
		struct sheaf *sheaf = ring_take(writer->rows);
		bool failing = gauge_get(writer->failing) != 0;

		if (sheaf != NULL)
			return sheaf;
		bell_wait(writer->filled, seen, failing ? RETRY_MS : -1);
		if (failing)
			(void)try_again(writer);
	}
}

static void
end_round(struct writer *writer, const struct round *round)
{
	if (round->stop && gauge_get(writer->failing) != 0 &&
	    try_again(writer) < 0) {
		struct fs_err err = { 0 };

		(void)snprintf(err.text, sizeof(err.text),
		    "the store could not be written until the end");
		writer->trouble.store = true;
		(void)trouble_tell(&writer->trouble, -EIO, &err);
	}
	if (round->rest) {
		gauge_add(writer->rests, 1);
		bell_ring(writer->rested);
	}
}

static void *
write_all(void *ctx)
{
	struct writer *writer = ctx;
	bool stop = false;

	while (!stop) {
		struct sheaf *sheaf = next_sheaf(writer);
		struct round round =
		    sheaf->last ? sheaf->round : (struct round){ 0 };

		take_sheaf(writer, sheaf);
		end_round(writer, &round);
		stop = round.stop;
	}
	return NULL;
}

int
writer_init(struct writer *writer)
{
	*writer = (struct writer){
		.filled = bell_new(),
		.room = bell_new(),
		.rested = bell_new(),
		.rests = gauge_new(),
		.failing = gauge_new(),
	};
	writer->kept_end = &writer->kept;
	if (writer->filled == NULL || writer->room == NULL ||
	    writer->rested == NULL || writer->rests == NULL ||
	    writer->failing == NULL)
		return -ENOMEM;
	return trouble_init(&writer->trouble);
}

int
writer_open(struct writer *writer, const char *path,
    const struct fs_retention *keep, struct fs_err *err)
{
	writer->path = path;
	writer->keep = *keep;
	return open_store(writer, err);
}

int
writer_start(struct writer *writer, struct ring *rows, bool patient)
{
	writer->rows = rows;
	writer->patient = patient;
	writer->running =
	    pthread_create(&writer->thread, NULL, write_all, writer) == 0;
	return writer->running ? 0 : -EAGAIN;
}

void
writer_join(struct writer *writer)
{
	if (writer->running)
		(void)pthread_join(writer->thread, NULL);
	writer->running = false;
}

void
writer_fini(struct writer *writer)
{
	if (writer->kept_end != NULL)
		forget_kept(writer);
	fs_store_close(writer->store);
	bell_free(writer->filled);
	bell_free(writer->room);
	bell_free(writer->rested);
	gauge_free(writer->rests);
	gauge_free(writer->failing);
	trouble_fini(&writer->trouble);
	*writer = (struct writer){ 0 };
}
