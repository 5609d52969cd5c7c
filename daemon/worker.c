#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 4, SHEAVES = 64 };

/* ---- To the judge ----------------------------------------------------------
 */

static int
next_sheaf(struct worker *worker)
{
	worker->sheaf = sheaf_new();
	return worker->sheaf != NULL ? 0 : -ENOMEM;
}

static int
on_flow(void *ctx, const struct fs_observation *flow)
{
	struct worker *worker = ctx;
	int rc;

	if (worker->sheaf == NULL && (rc = next_sheaf(worker)) < 0)
		return rc;
	if (sheaf_add_flow(worker->sheaf, flow))
		return 0;
	ring_put_wait(worker->sheaves, worker->sheaf);
	if ((rc = next_sheaf(worker)) < 0)
		return rc;
	(void)sheaf_add_flow(worker->sheaf, flow);
	return 0;
}

/* ---- The work --------------------------------------------------------------
 */

static int
take_frame(struct worker *worker, const struct fs_frame *frame,
    const struct fs_deal *deal)
{
	int rc = trouble_code(&worker->trouble);

	if (rc == 0 && (rc = fs_engine_dealt(worker->engine, frame, deal)) < 0)
		(void)trouble_tell(&worker->trouble, rc, NULL);
	return rc;
}

static int
finish_flows(struct worker *worker, const struct round *round)
{
	int rc = 0;

	switch (round->end) {
	case ROUND_RESTART:
		return fs_engine_restart(worker->engine, round->clock_us);
	case ROUND_FLUSH:
		if ((rc = fs_engine_tick(worker->engine, round->clock_us)) == 0)
			rc = fs_engine_flush(worker->engine);
		return rc;
	default: return fs_engine_tick(worker->engine, round->clock_us);
	}
}

/* The judge waits for the end of every round, whatever went wrong. */
static void
finish_round(struct worker *worker, const struct round *round)
{
	static const char text[] = "no memory left";
	int rc = trouble_code(&worker->trouble);

	if (rc == 0 && (rc = finish_flows(worker, round)) < 0)
		(void)trouble_tell(&worker->trouble, rc, NULL);
	while (worker->sheaf == NULL && next_sheaf(worker) < 0) {
		struct fs_err err = { .code = -ENOMEM };

		(void)snprintf(err.text, sizeof(err.text), "%s", text);
		(void)trouble_tell(&worker->trouble, -ENOMEM, &err);
	}
	pthread_mutex_lock(&worker->lock);
	fs_engine_stats(worker->engine, &worker->stats);
	pthread_mutex_unlock(&worker->lock);
	worker->sheaf->round = *round;
	worker->sheaf->last = true;
	ring_put_wait(worker->sheaves, worker->sheaf);
	worker->sheaf = NULL;
}

static void *
work(void *ctx)
{
	struct worker *worker = ctx;
	bool stop = false;

	while (!stop) {
		struct batch *batch = ring_take_wait(worker->batches);
		struct fs_frame frame;
		struct fs_deal deal;
		size_t at = 0;

		while (batch_next(batch, &at, &frame, &deal))
			(void)take_frame(worker, &frame, &deal);
		finish_round(worker, &batch->round);
		stop = batch->round.stop;
		ring_put_wait(worker->spare, batch);
	}
	return NULL;
}

/* ---- The reader's side ------------------------------------------------------
 */

int
worker_give(struct worker *worker, const struct fs_frame *frame,
    const struct fs_deal *deal)
{
	if (!worker->threaded)
		return take_frame(worker, frame, deal);
	if (worker->batch == NULL) {
		worker->batch = ring_take_wait(worker->spare);
		worker->batch->size = 0;
	}
	return batch_add(worker->batch, frame, deal);
}

void
worker_end_round(struct worker *worker, const struct round *round)
{
	if (!worker->threaded) {
		finish_round(worker, round);
		return;
	}
	if (worker->batch == NULL) {
		worker->batch = ring_take_wait(worker->spare);
		worker->batch->size = 0;
	}
	worker->batch->round = *round;
	ring_put_wait(worker->batches, worker->batch);
	worker->batch = NULL;
}

void
worker_stats(struct worker *worker, struct fs_engine_stats *stats)
{
	pthread_mutex_lock(&worker->lock);
	*stats = worker->stats;
	pthread_mutex_unlock(&worker->lock);
}

/* ---- Start and stop ---------------------------------------------------------
 */

int
worker_init(struct worker *worker, struct fs_engine *engine, struct bell *judge,
    struct bell *room)
{
	*worker = (struct worker){ .engine = engine };
	pthread_mutex_init(&worker->lock, NULL);
	worker->sheaves = ring_new(SHEAVES, judge, room);
	if (worker->sheaves == NULL || trouble_init(&worker->trouble) < 0)
		return -ENOMEM;
	fs_engine_sink(engine, on_flow, worker);
	return 0;
}

int
worker_start(struct worker *worker)
{
	unsigned i;

	worker->filled = bell_new();
	worker->returned = bell_new();
	if (worker->filled == NULL || worker->returned == NULL)
		return -ENOMEM;
	worker->batches = ring_new(BATCHES, worker->filled, worker->returned);
	worker->spare = ring_new(BATCHES, worker->returned, worker->returned);
	if (worker->batches == NULL || worker->spare == NULL)
		return -ENOMEM;
	for (i = 0; i < BATCHES; i++) {
		struct batch *batch = batch_new();

		if (batch == NULL)
			return -ENOMEM;
		ring_put_wait(worker->spare, batch);
	}
	worker->threaded =
	    pthread_create(&worker->thread, NULL, work, worker) == 0;
	return worker->threaded ? 0 : -EAGAIN;
}

void
worker_join(struct worker *worker)
{
	if (worker->threaded)
		(void)pthread_join(worker->thread, NULL);
	worker->threaded = false;
}

static void
free_batches(struct ring *ring)
{
	struct batch *batch;

	while (ring != NULL && (batch = ring_take(ring)) != NULL)
		batch_free(batch);
	ring_free(ring);
}

void
worker_fini(struct worker *worker)
{
	struct sheaf *sheaf;

	free_batches(worker->batches);
	free_batches(worker->spare);
	batch_free(worker->batch);
	while (worker->sheaves != NULL &&
	    (sheaf = ring_take(worker->sheaves)) != NULL)
		sheaf_free(sheaf);
	ring_free(worker->sheaves);
	sheaf_free(worker->sheaf);
	bell_free(worker->filled);
	bell_free(worker->returned);
	trouble_fini(&worker->trouble);
	fs_engine_free(worker->engine);
	pthread_mutex_destroy(&worker->lock);
	*worker = (struct worker){ 0 };
}
