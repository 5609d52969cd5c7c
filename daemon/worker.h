/* A worker: one engine, which is given frames and whose observations go to
 * the judge. It has a thread of its own, or works in the reader's. */
#pragma once

#include <pthread.h>

#include "base/ring.h"
#include "batch.h"
#include "sheaf.h"
#include "trouble.h"

struct worker {
	struct fs_engine *engine; /* Owned. */
	struct ring *sheaves;     /* To the judge; owned. */
	struct sheaf *sheaf;      /* Being filled; owned. */
	struct trouble trouble;
	/* As of its last round, for whoever asks. */
	pthread_mutex_t lock;
	struct fs_engine_stats stats;
	/* With a thread: batches to it, and back. Owned. */
	struct ring *batches, *spare;
	struct bell *filled, *returned;
	struct batch *batch; /* The reader's, being filled. */
	pthread_t thread;
	bool threaded;
};

/* Takes over 'engine', also on failure. 'judge' rings when there is something
 * for it, 'room' when it took something; both borrowed. Returns 0 or
 * -ENOMEM. */
int worker_init(struct worker *worker, struct fs_engine *engine,
    struct bell *judge, struct bell *room);
/* Begins the thread. Returns 0 or a negated errno. */
int worker_start(struct worker *worker);
/* The thread has been told to stop. */
void worker_join(struct worker *worker);
void worker_fini(struct worker *worker);

/* For the reader: gives a frame, and ends the round. They wait for room, and
 * return 0 or the trouble of the worker. */
int worker_give(struct worker *worker, const struct fs_frame *frame,
    const struct fs_deal *deal);
void worker_end_round(struct worker *worker, const struct round *round);
/* What it had counted at the end of its last round. */
void worker_stats(struct worker *worker, struct fs_engine_stats *stats);
