/* The judge's thread: takes what the workers say in one order, owns the
 * clients while it runs, and hands rows to the writer. */
#pragma once

#include <pthread.h>

#include "merge.h"
#include "trouble.h"

/* What it has counted. */
struct judging_counts {
	uint64_t clients, evicted;
	uint64_t decisions[FS_ANOMALOUS + 1]; /* Of the clients. */
};

struct judging {
	struct fs_judge *judge;   /* Borrowed; nobody else's while it runs. */
	struct fs_floors *floors; /* The same. */
	struct merge *merge;      /* Owned, as all below. */
	struct bell *filled;      /* The workers ring it. */
	struct bell *room;        /* It rings for them. */
	struct ring *rows;        /* Sheaves to the writer. */
	struct sheaf *sheaf;      /* Being filled. */
	struct trouble trouble;
	/* As of its last round, for whoever asks. */
	pthread_mutex_t lock;
	struct judging_counts counts;
	pthread_t thread;
	bool running;
};

/* 'writer' rings when there are rows, 'taken' when there is room; borrowed.
 * Returns 0 or -ENOMEM. */
int judging_init(struct judging *judging, struct bell *writer,
    struct bell *taken);
/* Begins to listen to the workers, whose rings are borrowed. Returns 0 or a
 * negated errno. */
int judging_start(struct judging *judging, struct fs_judge *judge,
    struct fs_floors *floors, struct ring *const *rings, unsigned count);
/* What it had counted at the end of its last round. */
void judging_count(struct judging *judging, struct judging_counts *counts);
/* The thread has been told to stop. */
void judging_join(struct judging *judging);
void judging_fini(struct judging *judging);
