/* The writer's thread: owns the store's connection while it runs. Rows are
 * kept until they are committed. A store that cannot be written, be the disk
 * full or another program at it, ends a run over files; a live capture goes
 * on, and is written when that is over. */
#pragma once

#include <pthread.h>

#include "sheaf.h"
#include "trouble.h"

struct writer {
	struct fs_store *store; /* Owned; null: it cannot be opened now. */
	const char *path;       /* Borrowed. */
	struct fs_retention keep;
	const struct fs_privacy *privacy; /* Borrowed; null: all is kept. */
	struct ring *rows;     /* Borrowed: sheaves from the judge. */
	struct bell *filled;   /* The judge rings it; owned, as all below. */
	struct bell *room;     /* Rings when it took something. */
	struct bell *rested;   /* Rings at the end of a round of rest. */
	struct gauge *rests;   /* How many there were. */
	struct gauge *failing; /* 1: rows wait for the store. */
	struct sheaf *kept, **kept_end; /* Put, and not committed yet. */
	size_t kept_count;
	uint64_t uncommitted; /* Rows. */
	uint64_t shed;        /* Rows that there was no room for. */
	bool patient;         /* Live. */
	struct trouble trouble;
	pthread_t thread;
	bool running;
};

/* Returns 0 or -ENOMEM. */
int writer_init(struct writer *writer);
/* Opens the store at 'path', which is borrowed, to keep that much; for the
 * reader, before the thread runs. Returns what fs_store_open() does. */
int writer_open(struct writer *writer, const char *path,
    const struct fs_retention *keep, struct fs_err *err);
/* Begins to write what comes through 'rows', which is borrowed. Returns 0 or
 * a negated errno. */
int writer_start(struct writer *writer, struct ring *rows, bool patient);
/* The thread has been told to stop. */
void writer_join(struct writer *writer);
void writer_fini(struct writer *writer);
